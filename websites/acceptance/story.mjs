// Walks through both sites in a real browser and says for each step whether it held.
//
//   node websites/acceptance/story.mjs --site URL --site-old URL --emote ID --emote-name NAME
//     --set ID --user ID [--token TOKEN] [--screenshots FOLDER]
//
// With a token the new site is visited signed in, so that a moderator finds unlisted emotes too.
//
// Prints one JSON line per check, {name, ok, ms, reason}; exits with 1 if any failed, with 2 if it
// was called wrongly.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launch, openPage } from "./browser.mjs";

/** How long a step may take; the search index follows the database with a delay. */
const STEP_TIMEOUT_MS = 15_000;
const RETRY_INTERVAL_MS = 500;

/** A time-out of playwright-core says in its third line what it waited for. */
const REASON_LINES = 3;
const PHONE = { width: 390, height: 844 };
const SERIOUS = new Set(["serious", "critical"]);

const options = readOptions();
const axeSource = await readFile(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
let failures = 0;

const browser = await launch();
const { page, problems, close } = await openPage(browser);
page.setDefaultTimeout(STEP_TIMEOUT_MS);
await signIn(page);
const emoteLink = `a[href$="/emotes/${options.emote}"]`;
try {
  await walkNewSite();
  await walkOldSite();
  await checkStaticAnswers();
  await checkPreferences();
  await check("no console errors or policy violations", () =>
    assert(problems.length === 0, problems.join("; ")),
  );
} finally {
  await close();
  await browser.close();
}
process.exitCode = failures === 0 ? 0 : 1;

async function walkNewSite() {
  await check("site: header search finds the emote", async () => {
    await page.goto(options.site);
    await page.getByRole("searchbox").fill(options["emote-name"]);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname === "/emotes");
    await untilFound();
    const text = await page.locator(`main ${emoteLink}`).first().innerText();
    assert(text.includes(options["emote-name"]), `the card says ${JSON.stringify(text)}`);
  });
  await check("site: the card's image is decoded", () => assertDecoded(`main ${emoteLink} img`));
  await check("site: search page is accessible", () => assertAccessible("search"));
  await check("site: emote page opens from the card", async () => {
    await page.locator(`main ${emoteLink}`).first().click();
    const heading = page.getByRole("heading", { level: 1, name: options["emote-name"], exact: true });
    await heading.waitFor();
    assert((await page.title()).startsWith(options["emote-name"]), `title ${await page.title()}`);
  });
  await check("site: every size of the emote is decoded", async () => {
    await assertDecoded(".previews img");
    const sizes = await page.locator(".previews img").count();
    assert(sizes === 4, `${sizes} sizes instead of 4`);
  });
  await check("site: emote page is accessible", () => assertAccessible("emote"));
  await check("site: set page shows the emote", async () => {
    await page.goto(`${options.site}/emote-sets/${options.set}`);
    await page.locator(`main ${emoteLink}`).first().waitFor();
    await assertDecoded(`main ${emoteLink} img`);
  });
  await check("site: set page is accessible", () => assertAccessible("set"));
}

async function walkOldSite() {
  await check("old site: user page shows the emote", async () => {
    await page.goto(`${options["site-old"]}/users/${options.user}`);
    await page.locator(`main ${emoteLink}`).first().waitFor();
    await assertDecoded(`main ${emoteLink} img`);
  });
  await check("old site: user page is accessible", () => assertAccessible("user"));
}

async function checkStaticAnswers() {
  const emotePath = `/emotes/${options.emote}`;
  await check("site: emote's meta tags are in the HTML", () =>
    assertMeta(options.site + emotePath, { "og:title": options["emote-name"] }, hasImageOrIsUnlisted),
  );
  await check("site: set's meta tags are in the HTML", () =>
    assertMeta(`${options.site}/emote-sets/${options.set}`, {
      "og:url": options.set,
      "og:description": "set",
    }),
  );
  await check("old site: user's meta tags are in the HTML", () =>
    assertMeta(`${options["site-old"]}/users/${options.user}`, {
      "og:type": "profile",
      "og:url": options.user,
    }),
  );
  for (const [name, origin] of [["site", options.site], ["old site", options["site-old"]]]) {
    await check(`${name}: unknown address answers 404, assets stay cached`, () =>
      assertStatic(origin),
    );
  }
}

async function checkPreferences() {
  await check("site: still images where motion is not wanted", () =>
    withPage({ reducedMotion: "reduce" }, async (still) => {
      await still.goto(`${options.site}/emotes/${options.emote}`);
      const image = still.locator(".previews img").first();
      await image.waitFor();
      const url = await image.evaluate((element) => element.decode().then(() => element.currentSrc));
      assert(await isStill(url), `shown: ${url}`);
    }),
  );
  for (const [name, url] of [
    ["site: search page fits a phone", `${options.site}/emotes?q=${encodeURIComponent(options["emote-name"])}`],
    ["site: emote page fits a phone", `${options.site}/emotes/${options.emote}`],
    ["old site: user page fits a phone", `${options["site-old"]}/users/${options.user}`],
  ]) {
    await check(name, () =>
      withPage({ viewport: PHONE }, async (phone) => {
        await phone.goto(url);
        await phone.locator("main img").first().waitFor();
        const width = await phone.evaluate(() => document.documentElement.scrollWidth);
        assert(width <= PHONE.width, `the page is ${width} px wide`);
        await screenshot(phone, name);
      }),
    );
  }
}

/** The search index may lag: asks again until the emote is there. */
async function untilFound() {
  const deadline = Date.now() + STEP_TIMEOUT_MS;
  const card = page.locator(`main ${emoteLink}`).first();
  for (;;) {
    try {
      await card.waitFor({ timeout: Math.min(3_000, STEP_TIMEOUT_MS) });
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await page.reload();
    }
  }
}

async function assertDecoded(selector) {
  const images = page.locator(selector);
  await images.first().waitFor();
  const broken = await images.evaluateAll(async (elements) => {
    const names = [];
    for (const element of elements) {
      element.scrollIntoView();
      await element.decode().catch(() => {});
      if (!element.complete || element.naturalWidth === 0) {
        names.push(element.currentSrc || element.src);
      }
    }
    return names;
  });
  assert(broken.length === 0, `not decoded: ${broken.join(", ")}`);
}

async function assertAccessible(name) {
  await screenshot(page, name);
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const serious = violations
    .filter((violation) => SERIOUS.has(violation.impact))
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
  assert(serious.length === 0, serious.join("; "));
}

/** A page that had to go out without its embed carries it a moment later (website.md §2.4). */
async function assertMeta(url, expected, isComplete = () => true) {
  const deadline = Date.now() + STEP_TIMEOUT_MS;
  for (;;) {
    const response = await fetch(url);
    const html = await response.text();
    const missing = Object.entries(expected).filter(
      ([property, text]) => !contentOf(html, property).includes(text),
    );
    if (response.status === 200 && missing.length === 0 && isComplete(html)) {
      return;
    }
    if (Date.now() > deadline) {
      const shown = missing.map(([property]) => `${property}="${contentOf(html, property)}"`);
      throw new Error(`status ${response.status}, ${shown.join(", ")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_INTERVAL_MS));
  }
}

/** An unlisted emote is named in its embed but not shown (website.md §2.4). */
function hasImageOrIsUnlisted(html) {
  return contentOf(html, "og:image").startsWith("http") || html.includes('content="noindex"');
}

function contentOf(html, property) {
  return new RegExp(`<meta property="${property}" content="([^"]*)"`).exec(html)?.[1] ?? "";
}

async function assertStatic(origin) {
  const unknown = await fetch(`${origin}/no/such/page`);
  assert(unknown.status === 404, `unknown address answered ${unknown.status}`);
  assert((await unknown.text()).includes('id="app"'), "the 404 page is not the shell");
  const shell = await fetch(origin);
  const policy = shell.headers.get("content-security-policy") ?? "";
  assert(policy.includes("script-src 'self'"), `policy: ${policy}`);
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(await shell.text())?.[1];
  const asset = await fetch(origin + script);
  const caching = asset.headers.get("cache-control") ?? "";
  assert(asset.ok && caching.includes("immutable"), `${script}: ${asset.status} ${caching}`);
  const again = await fetch(origin, { headers: { "if-none-match": shell.headers.get("etag") ?? "" } });
  assert(again.status === 304, `revalidating the shell answered ${again.status}`);
}

async function isStill(url) {
  const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
  // Animated WebP carries an ANIM chunk, animated AVIF the brand avis.
  return !bytes.subarray(0, 64).includes("ANIM") && !bytes.subarray(0, 64).includes("avis");
}

async function withPage(contextOptions, use) {
  const opened = await openPage(browser, contextOptions);
  opened.page.setDefaultTimeout(STEP_TIMEOUT_MS);
  await signIn(opened.page);
  try {
    await use(opened.page);
    problems.push(...opened.problems);
  } finally {
    await opened.close();
  }
}

async function signIn(visitor) {
  if (options.token !== undefined) {
    await visitor.addInitScript(([origin, token]) => {
      if (location.origin === origin) {
        localStorage.setItem("7tv-token", token);
      }
    }, [new URL(options.site).origin, options.token]);
  }
}

async function screenshot(shown, name) {
  if (options.screenshots !== undefined) {
    await shown.screenshot({ path: join(options.screenshots, `${name.replace(/\W+/g, "-")}.png`) });
  }
}

async function check(name, run) {
  const startedAt = performance.now();
  let reason = "";
  try {
    await run();
  } catch (error) {
    reason = String(error.message ?? error).split("\n").slice(0, REASON_LINES).join(" ");
    failures++;
  }
  const ms = Math.round(performance.now() - startedAt);
  console.log(JSON.stringify({ name, ok: reason === "", ms, reason }));
}

function assert(condition, reason) {
  if (!condition) {
    throw new Error(reason);
  }
}

function readOptions() {
  const text = { type: "string" };
  const required = ["site", "site-old", "emote", "emote-name", "set", "user"];
  try {
    const names = [...required, "token", "screenshots"];
    const { values } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, text])) });
    const missing = required.filter((name) => !values[name]);
    if (missing.length > 0) {
      throw new Error(`missing: ${missing.map((name) => `--${name}`).join(", ")}`);
    }
    return { ...values, site: trimmed(values.site), "site-old": trimmed(values["site-old"]) };
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

function trimmed(url) {
  return url.replace(/\/+$/, "");
}
