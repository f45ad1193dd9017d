/* node chromium.js GAMES: plays each of GAMES (a JSON list, see play.js; with `page`, `transport` and
 * `control`) in a page of headless Chromium of its own, and prints what came of each, one JSON a line.
 * `page` is the page's address; one on the interface's own origin is served from here. */
"use strict";

const puppeteer = require("puppeteer-core");

const games = JSON.parse(process.argv[2]);

/* What the gateway does not serve itself: the page and its scripts, below /test/. */
async function serveHere(page, control) {
  await page.setRequestInterception(true);
  page.on("request", async request => {
    const url = new URL(request.url());
    if (!url.pathname.startsWith("/test/"))
      return request.continue();
    const answer = await fetch(control + url.pathname.slice("/test".length));
    request.respond({ status: answer.status, contentType: answer.headers.get("content-type"),
                      body: Buffer.from(await answer.arrayBuffer()) });
  });
}

const GAME_MS = 180000; // a slow machine, and clients that notice a cut by their heart-beat (play.js)

async function run(browser, game) {
  const page = await browser.newPage();
  page.setDefaultTimeout(300000);
  const problems = [];
  page.on("pageerror", error => problems.push(String(error)));
  if (new URL(game.page).origin === game.api)
    await serveHere(page, game.control);
  if (game.withoutWebSocket)
    await page.evaluateOnNewDocument(() => { delete window.WebSocket; });
  await page.exposeFunction("cut", async () => { await fetch(game.control + "/cut", { method: "POST" }); });
  await page.goto(game.page);
  try {
    return await Promise.race([
      page.evaluate(given => window.playHere(given), game),
      new Promise((_, reject) => setTimeout(() => reject(new Error("the page stands still")), GAME_MS).unref()),
    ]);
  } catch (error) {
    const trail = await page.evaluate(() => window.trail).catch(() => []);
    throw new Error(`${game.client} over ${game.transport}: ${error.message} ${problems}\n${trail.slice(-80).join("\n")}`);
  } finally {
    await page.close();
  }
}

async function main() {
  const browser = await puppeteer.launch({
    executablePath: process.env.CODECOMP_CHROMIUM || "/usr/bin/chromium",
    protocolTimeout: 300000,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-timer-throttling",
           "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding"],
  });
  try {
    for (const game of games)
      console.log(JSON.stringify(await run(browser, game)));
  } finally {
    await browser.close();
  }
}

main().catch(error => {
  console.error(error);
  process.exitCode = 1;
});
