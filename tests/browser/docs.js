/* node docs.js ADDRESS: opens the interface's page in headless Chromium; prints what it shows, and every
 * address that it asked, as JSON. */
"use strict";

const puppeteer = require("puppeteer-core");

async function main() {
  const browser = await puppeteer.launch({
    executablePath: process.env.CODECOMP_CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
  try {
    const page = await browser.newPage();
    const asked = [], errors = [];
    page.on("request", request => asked.push(request.url()));
    page.on("pageerror", error => errors.push(String(error)));
    page.on("console", message => { if (message.type() === "error") errors.push(message.text()); });
    await page.goto(JSON.parse(process.argv[2]));
    await page.waitForSelector("h3");
    const shown = await page.evaluate(() => ({
      operations: [...document.querySelectorAll("details summary")].map(one => one.textContent),
      schemas: [...document.querySelectorAll("h3")].map(one => one.id),
      broken: [...document.querySelectorAll("a[href^='#']")].map(one => one.hash.slice(1))
        .filter(id => !document.getElementById(id)),
    }));
    console.log(JSON.stringify({ ...shown, asked, errors }));
  } finally {
    await browser.close();
  }
}

main().catch(error => {
  console.error(error);
  process.exitCode = 1;
});
