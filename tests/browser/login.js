/* node login.js PLAN: two people in two browsers log in by the provider from a frontend on another site,
 * and play a duel there. PLAN is {front, api, people: [name, name], solutions, languageId}; prints what
 * they saw as JSON. */
"use strict";

const puppeteer = require("puppeteer-core");

const plan = JSON.parse(process.argv[2]);

class Person {
  constructor(context, name) {
    Object.assign(this, { context, name });
  }

  /* By the button, the provider's form for name and password, and its form for consent. */
  async logIn() {
    const page = this.page = await this.context.newPage();
    page.setDefaultTimeout(110000);
    await page.goto(`${plan.front}/front.html?api=${encodeURIComponent(plan.api)}`);
    await Promise.all([page.waitForNavigation(), page.click("button")]);
    await page.type("input[name=login]", this.name);
    await page.type("input[name=password]", "any");
    await Promise.all([page.waitForNavigation(), page.click("button[type=submit]")]);
    await Promise.all([page.waitForNavigation(), page.click("button[type=submit]")]);
    this.landed = new URL(page.url());
    this.login = await page.evaluate(() => login);
    this.cookies = (await page.cookies(plan.api)).map(({ name, httpOnly, sameSite }) => ({ name, httpOnly, sameSite }));
  }

  call(...words) {
    return this.page.evaluate((...given) => call(...given), ...words);
  }

  watch(roomId) {
    return this.page.evaluate(id => watch(id), roomId);
  }

  until(condition) {
    return this.page.waitForFunction(condition);
  }

  async seen() {
    return { landed: this.landed.origin + this.landed.pathname, login: this.login, cookies: this.cookies,
             ...await this.page.evaluate(() => ({ statuses: [...new Set(states.map(state => state.status))],
                                                  verdicts: verdicts.map(verdict => verdict.status) })) };
  }
}

async function duel(host, guest) {
  await host.logIn();
  await guest.logIn();
  const room = await host.call("POST", "/rooms/create");
  await host.watch(room.id);
  await host.until("states.length");
  await guest.call("POST", `/rooms/join?roomId=${room.id}&password=${room.password}`);
  await guest.watch(room.id);
  await guest.until("states.length");
  await host.call("POST", `/rooms/start?roomId=${room.id}`);
  for (const person of [host, guest])
    await person.until('states.some(state => state.status === "ACTIVE")');
  for (const problem of await guest.call("GET", `/rooms/problems?roomId=${room.id}`)) {
    await guest.call("POST", "/rooms/submit", { roomId: room.id, problemId: problem.id,
                                                code: plan.solutions[problem.title], languageId: plan.languageId });
  }
  await guest.until("verdicts.filter(verdict => verdict.status === 'Accepted').length === 3");
  const result = await host.call("POST", `/rooms/end?roomId=${room.id}`);
  for (const person of [host, guest])
    await person.until('states.some(state => state.status === "FINISHED")');
  return result;
}

async function main() {
  const browser = await puppeteer.launch({
    executablePath: process.env.CODECOMP_CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
  try {
    const [host, guest] = await Promise.all(plan.people.map(
      async name => new Person(await browser.createBrowserContext(), name)));
    const result = await duel(host, guest);
    console.log(JSON.stringify({ result, host: await host.seen(), guest: await guest.seen() }));
  } finally {
    await browser.close();
  }
}

main().catch(error => {
  console.error(error);
  process.exitCode = 1;
});
