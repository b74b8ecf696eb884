// Drives the console in Chromium: `node run.mjs BASE PASSWORD`. No mouse is used; what axe finds serious fails the test.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const [base, password] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "out");
mkdirSync(out, { recursive: true });
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const chromiumPath = process.env.CHROMIUM ?? "/usr/bin/chromium";

const people = [
  { name: "sato", lang: "ja", place: "garden[.]example[.]org", contract: "WEB-1005", sent: "送信済み", queued: "送信待ち" },
  { name: "alex", lang: "en", place: "blog[.]example[.]net", contract: "WEB-1004", sent: "Sent", queued: "Queued" },
];

const browser = await chromium.launch({
  executablePath: chromiumPath,
  args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
});
try {
  for (const person of people) {
    await work(person);
  }
  await darkAndWide();
} finally {
  await browser.close();
}

/** One person's way from the login to a sent notice. */
async function work({ name, lang, place, contract, sent, queued }) {
  const { page, problems } = await open({ lang });
  let keys = 0;
  const press = async (key) => {
    keys += 1;
    await page.keyboard.press(key);
  };

  await page.goto(`${base}/login?lang=${lang}`);
  await check(page, `${lang}-login`);
  await logIn(page, name);
  await check(page, `${lang}-home`);

  // Go to triage, walk to the case, choose the contract, accept.
  keys = 0;
  await press("g");
  await press("t");
  await page.waitForURL(/\/triage/);
  await check(page, `${lang}-triage`);
  while (!(await page.locator("#preview").innerText()).includes(place)) {
    assert.ok(keys < 40, `the case at ${place} is in triage`);
    const before = await page.locator("#preview h2").innerText();
    await press("j");
    await page.waitForFunction((was) => document.querySelector("#preview h2")?.innerText !== was, before);
  }
  const walked = keys;
  // Nothing is chosen beforehand: the key leads to the candidates, the arrows choose, Enter accepts.
  await press("1");
  const chosen = () => page.evaluate(() => document.querySelector(".offer:has(input:checked)")?.innerText ?? "");
  for (let tries = 0; !(await chosen()).includes(contract); tries += 1) {
    assert.ok(tries < 5, `${contract} is offered`);
    await press(tries ? "ArrowDown" : "Space");
  }
  await page.screenshot({ path: join(out, `${lang}-triage-chosen.png`) });
  await press("Enter");
  await page.waitForURL(/\/cases\/\d+/);
  await check(page, `${lang}-case`);

  // Nothing happens while an input method composes, nor in fields.
  await page.evaluate(() => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Process", code: "KeyR", isComposing: true, bubbles: true }));
  });
  assert.match(page.url(), /\/cases\/\d+$/, "a composing key does nothing");
  await press("/");
  await page.keyboard.type("c");
  assert.equal(await page.locator("input[type=search]").inputValue(), "c", "a key in a field is text");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Escape");

  // With an input method switched on only the place of the key is known.
  await page.evaluate(() => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Process", code: "KeyR", bubbles: true, cancelable: true }));
  });
  await page.waitForURL(/\/compose/);
  await check(page, `${lang}-compose`);
  await press("Control+Enter");
  await page.waitForURL(/\/cases\/\d+/);
  assert.ok((await page.locator(".timeline").innerText()).includes(queued), "the mail waits for its time");
  await page.screenshot({ path: join(out, `${lang}-queued.png`) });
  for (let tries = 0; !(await page.locator(".timeline").innerText()).includes(sent); tries += 1) {
    assert.ok(tries < 60, "the notice was sent");
    await page.waitForTimeout(500);
    await page.reload();
  }
  console.log(`${lang}: from triage to the notice with ${keys} keys, ${walked} of them to find the case`);

  // The queue: rows, preview, selection, sheet, undo.
  await page.keyboard.press("g");
  await page.keyboard.press("q");
  await page.waitForURL(/\/cases$/);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#preview > *");
  await check(page, `${lang}-queue`);
  await page.keyboard.press("x");
  await page.keyboard.press("a");
  await page.waitForSelector(".toast");
  await page.screenshot({ path: join(out, `${lang}-toast.png`) });
  await page.keyboard.press("?");
  await page.waitForSelector("dialog[open]");
  await check(page, `${lang}-keys`);
  await page.keyboard.press("Escape");
  for (const [key, path] of [["m", "measures"], ["r", "statistics"], ["j", "journal"], [",", "settings"]]) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await page.waitForURL(new RegExp(path));
    await check(page, `${lang}-${path}`);
  }
  await correct(page, lang);
  await page.goto(`${base}/cases/123456789`);
  await check(page, `${lang}-refusal`);
  await page.goto(`${base}/search?q=shop.example.com`);
  await check(page, `${lang}-search`);
  assert.deepEqual(problems.filter((text) => !text.includes("404")), [], "the browser complains about nothing");
  await page.context().close();
}

/** A report that could not be read: a person reads it, keeps it as an example with one key, and takes it back. */
async function correct(page, lang) {
  await page.goto(`${base}/triage?of=reports`);
  await page.keyboard.press("t");
  await page.waitForURL(/\/reports\/\d+\/correct$/);
  await check(page, `${lang}-correct`);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("name"));
  for (let tries = 0; (await focused()) !== "ip-0"; tries += 1) {
    assert.ok(tries < 60, "the field is reached by Tab");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.type("192[.]0.2.22");
  await page.keyboard.press("Control+Enter");
  await page.waitForURL(/done=corrected/);
  const fixture = page.locator("form[action$='/fixture'] button");
  for (let tries = 0; (await fixture.count()) === 0; tries += 1) {
    assert.ok(tries < 60, "the desk has read it anew");
    await page.waitForTimeout(500);
    await page.reload();
  }
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("f");
  await page.waitForURL(/done=marked/);
  await check(page, `${lang}-corrected`);
  await page.goto(`${base}/corrections`);
  await check(page, `${lang}-corrections`);
  assert.equal(await page.locator("tbody tr").count(), 1, "the correction is listed");
  const made = await page.locator("tbody td.at a").getAttribute("href");
  await page.goto(`${base}/settings/rules/new?report=${made.split("/")[2]}`);
  await check(page, `${lang}-rule-form`);
  await page.goto(`${base}/settings/rules`);
  await check(page, `${lang}-rules`);
  // The next person finds it as it was.
  await page.goto(new URL(made, base).href);
  await page.locator("form[action$='/undo'] button").focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/done=undone/);
  await page.waitForFunction(async () => (await fetch("/triage?of=reports")).text().then((text) => text.includes("/correct\"")), null, { polling: 500 });
}

/** The same pages in the dark and on a wide screen, for a person to look at. */
async function darkAndWide() {
  const { page } = await open({ lang: "ja", colorScheme: "dark", viewport: { width: 1920, height: 1080 } });
  await page.goto(`${base}/login?lang=ja`);
  await logIn(page, "sato");
  await check(page, "dark-home");
  await page.goto(`${base}/cases`);
  await check(page, "dark-queue");
  await page.goto(new URL(await page.locator("td.no a").first().getAttribute("href"), base).href);
  await check(page, "dark-case");
  await page.context().close();
}

async function open({ lang, colorScheme = "light", viewport = { width: 1280, height: 800 } }) {
  const context = await browser.newContext({ viewport, locale: lang, colorScheme, bypassCSP: false });
  const page = await context.newPage();
  const problems = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("request", (request) => assert.ok(request.url().startsWith(base), `outside request: ${request.url()}`));
  return { page, problems };
}

async function logIn(page, name) {
  // The page puts the cursor there by itself; letters typed before are lost.
  await page.locator("[name=name]:focus").waitFor();
  await page.keyboard.type(name);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${base}/`);
}

/** A picture, no serious finding of axe, no label that is cut, nothing wider than the window. */
async function check(page, name) {
  await page.waitForLoadState();
  await page.screenshot({ path: join(out, `${name}.png`), fullPage: true });
  // Evaluated by the debugger: the page's own policy lets no such script in.
  await page.evaluate((await import("node:fs")).readFileSync(axe, "utf8"));
  const found = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
  const serious = found.violations.filter((one) => ["serious", "critical"].includes(one.impact));
  const words = serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).slice(0, 3).join(" | ")}`);
  assert.deepEqual(words, [], `${name}: axe`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name} is ${wide} px wider than the window`);
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll("th, button, summary, nav a, .tabs a, dt")]
      .filter((element) => element.checkVisibility() && element.scrollWidth > element.clientWidth + 1)
      .map((element) => element.innerText),
  );
  assert.deepEqual(cut, [], `${name}: labels that are cut`);
}
