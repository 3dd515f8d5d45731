// What only a real browser can show: that the wallboard greys out by itself when nothing comes any more, however that
// happens, and comes back; and what the keys and the theme do.
//
//   node wall.mjs PORT FOLDER      a running Bellwether; where pictures go. Lines on standard input: "stop" when it was ended
import { writeFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.env.BELLWETHER_NODE_MODULES + "/");
const { chromium } = require("playwright-core");
const [port, folder] = [Number(process.argv[2]), process.argv[3]];
const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const PATIENCE = 60_000;

let faults = 0;
function check(holds, what) {
    console.log(`  ${holds ? "ok " : "NOT"}  ${what}`);
    if (!holds) faults += 1;
}

// A way to the server that can be made to swallow everything while it stays open, as a dead link behind a firewall does.
function way() {
    const state = { isMute: false, server: null, port: 0 };
    state.server = createServer((near) => {
        const far = connect(port, "127.0.0.1");
        const quiet = () => { near.destroy(); far.destroy(); };
        near.on("data", (data) => { if (!state.isMute) far.write(data); }).on("error", quiet).on("close", quiet);
        far.on("data", (data) => { if (!state.isMute) near.write(data); }).on("error", quiet);
        far.on("close", () => { if (!state.isMute) near.destroy(); });
    });
    return new Promise((ready) => state.server.listen(0, "127.0.0.1", () => {
        state.port = state.server.address().port;
        ready(state);
    }));
}

const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"],
});

async function board(at, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1920, height: 1080 }, ...options });
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${at}/wall`, { waitUntil: "load" });
    return page;
}

// What somebody before the screen sees, by the style that is in force. Asked past Playwright, which would wait for the
// end of a reading that hangs.
const SEEN = `(() => {
    const of = (selector) => getComputedStyle(document.querySelector(selector));
    return {
        banner: of(".w-stale").visibility, shape: of(".w-list .shape:not(.gone)").visibility,
        unknown: of(".w-list .gone").visibility, filter: of(".w-list").filter, foot: of(".w-foot .lost").visibility,
    };
})()`;
const sessions = new Map();

async function look(page) {
    if (!sessions.has(page)) sessions.set(page, await page.context().newCDPSession(page));
    const asked = sessions.get(page).send("Runtime.evaluate", { expression: SEEN, returnByValue: true });
    const answer = await Promise.race([asked.catch(() => null), new Promise((later) => setTimeout(later, 3_000))]);
    return answer?.result?.value ?? {};
}

// While a page waits for an answer that never comes, the browser answers no question about it. What it draws is still
// sent: the pictures of it, and whether the banner's ground, light on dark, stands across their top.
async function film(page) {
    const seen = { pictures: [] };
    const session = await page.context().newCDPSession(page);
    session.on("Page.screencastFrame", ({ data, sessionId }) => {
        seen.pictures.push(data);
        session.send("Page.screencastFrameAck", { sessionId }).catch(() => {});
    });
    await session.send("Page.startScreencast", { format: "png" });
    return seen;
}

async function hasBanner(picture) {
    const page = await (await browser.newContext()).newPage();
    const light = await page.evaluate(async (data) => {
        const image = new Image();
        image.src = `data:image/png;base64,${data}`;
        await image.decode();
        const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
        const pen = canvas.getContext("2d");
        pen.drawImage(image, 0, 0);
        const { data: points } = pen.getImageData(0, Math.round(image.height / 100), image.width, 1);
        return points.filter((_, at) => at % 4 === 0).filter((red) => red > 150).length / image.width;
    }, picture);
    await page.context().close();
    return light > 0.9;
}

const isLive = (seen) => seen.banner === "hidden" && seen.shape === "visible" && seen.unknown === "hidden" && seen.filter === "none";
const isStale = (seen) => seen.banner === "visible" && seen.shape === "hidden" && seen.unknown === "visible"
    && seen.filter?.includes("grayscale") && seen.foot === "visible";

async function until(page, holds, limit) {
    const began = Date.now();
    while (Date.now() - began < limit) {
        if (holds(await look(page))) return Date.now() - began;
        await new Promise((later) => setTimeout(later, 250));
    }
    return null;
}

const seconds = (ms) => `${Math.round(ms / 1000)} s`;

async function staleness() {
    const [hanging, unscripted] = [await way(), await way()];
    const [kept, hung, plain] = [await board(port), await board(hanging.port), await board(unscripted.port, { javaScriptEnabled: false })];
    const dead = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
    const broken = await dead.newPage();
    await broken.route("**/assets/wall.js*", (route) => route.abort());
    await broken.goto(`http://127.0.0.1:${port}/wall`, { waitUntil: "load" });
    for (const [page, name] of [[kept, "with a stream"], [hung, "through a proxy"], [plain, "without JavaScript"]]) {
        check(isLive(await look(page)), `a board ${name} begins live`);
    }
    // Without JavaScript it reads itself anew every 30 s; it must have done so once before its way is cut.
    await plain.waitForTimeout(35_000);
    check(isLive(await look(plain)), "without JavaScript it is read anew by itself");
    const filmed = await film(plain);
    await plain.waitForTimeout(1_000);
    check(!await hasBanner(filmed.pictures.at(-1)), "as the picture shows");
    hanging.isMute = unscripted.isMute = true;
    const waits = await Promise.all([hung, broken].map((page) => until(page, isStale, PATIENCE + 15_000)));
    await new Promise((later) => setTimeout(later, PATIENCE + 5_000 - (waits[0] ?? PATIENCE)));
    check(waits[0] !== null, `a stream that hangs open and silent: stale after ${seconds(waits[0] ?? 0)}`);
    check(waits[1] !== null, `a script that never came: stale after ${seconds(waits[1] ?? 0)} more`);
    writeFileSync(`${folder}/wall-stale-no-script.png`, Buffer.from(filmed.pictures.at(-1), "base64"));
    check(await hasBanner(filmed.pictures.at(-1)), "no JavaScript and a server that hangs: stale, as the picture shows");
    await hung.screenshot({ path: `${folder}/wall-stale.png` });
    check(isLive(await look(kept)), "meanwhile the board that is fed is live");
    hanging.isMute = false;
    const back = await until(hung, isLive, 90_000);
    check(back !== null, `when the way is open again it comes back by itself, after ${seconds(back ?? 0)}`);
    console.log("stop, please");
    await input.next();
    const ended = await until(kept, isStale, PATIENCE + 15_000);
    check(ended !== null && ended > 30_000, `the server was ended: stale after ${seconds(ended ?? 0)}`);
    const words = await kept.textContent(".w-stale");
    check(/STALE\s+Nothing heard since \d\d:\d\d:\d\d/.test(words), `it says since when: ${words.trim()}`);
}

async function keys() {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: "light" });
    const page = await context.newPage();
    const complaints = [];
    page.on("console", (said) => { if (said.type() === "error") complaints.push(said.text()); });
    await page.goto(`http://127.0.0.1:${port}/deliveries`, { waitUntil: "load" });
    const active = () => page.evaluate(() => document.activeElement.tagName + (document.activeElement.name ?? ""));
    await page.keyboard.press("/");
    check(await active() === "SELECTreceiver", "/ leads to the filter");
    await page.focus("input[name=incident]");
    await page.keyboard.type("jk?/as");
    check(await page.inputValue("input[name=incident]") === "jk?/as", "in a field every key is a letter");
    check(await page.locator("dialog").count() === 0, "and no key does anything there");
    await page.goto(`http://127.0.0.1:${port}/sources`, { waitUntil: "load" });
    const rowAt = () => page.evaluate(() => [...document.querySelectorAll("#main tbody tr")].findIndex((row) => row.contains(document.activeElement)));
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    check(await rowAt() === 1, "j leads to the next row");
    await page.keyboard.press("k");
    check(await rowAt() === 0, "k leads to the one before");
    await page.keyboard.press("Control+k");
    await page.keyboard.press("Alt+j");
    check(await rowAt() === 0, "with Ctrl or Alt a key is the browser's");
    await page.keyboard.press("a");
    check((await page.textContent(".voice")).includes("nothing to acknowledge"), "a says that there is nothing to acknowledge");
    await page.keyboard.press("?");
    check(await page.locator("dialog[open]").count() === 1, "? shows the keys");
    await page.screenshot({ path: `${folder}/keys.png` });
    await page.locator("dialog label", { hasText: "dark" }).click();
    check(await page.getAttribute("html", "data-theme") === "dark", "the theme is chosen");
    await page.locator("dialog label", { hasText: "these keys work" }).click();
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached", timeout: 5_000 });
    await page.keyboard.press("?");
    await page.waitForTimeout(300);
    check(await page.locator("dialog").count() === 0, "keys can be turned off");
    await page.reload({ waitUntil: "load" });
    check(await page.getAttribute("html", "data-theme") === "dark", "the theme is remembered");
    check((await context.cookies()).length === 0, "and no cookie is set for it");
    await page.locator("button", { hasText: "Keys and theme" }).click();
    check(await page.locator("dialog[open]").count() === 1, "a button shows the keys too");
    await page.keyboard.press("Escape");
    // The page is read anew while somebody stands in it.
    await page.goto(`http://127.0.0.1:${port}/`, { waitUntil: "load" });
    await page.evaluate(() => {
        document.querySelector("#main details:not([open])")?.setAttribute("open", "");
        document.querySelector("#main tbody a[href]").focus();
        scrollTo(0, 40);
    });
    const folds = () => page.evaluate(() => [...document.querySelectorAll("#main details")].map((fold) => fold.open).join());
    const [row, open] = [await rowAt(), await folds()];
    const shown = () => page.textContent(".masthead time");
    const before = await shown();
    await page.waitForFunction((was) => document.querySelector(".masthead time").textContent !== was, before, { timeout: 60_000 });
    check(row >= 0 && await rowAt() === row, "a page that was read anew keeps the focus");
    check(open.includes("true") && await folds() === open, "and what was unfolded");
    check(await page.evaluate(() => scrollY === 40), "and where one has scrolled to");
    check(complaints.length === 0, `the browser complains of nothing ${complaints.join("; ")}`);
    return page;
}

const page = await keys();
await staleness();
const bar = page.locator("#stale");
await bar.waitFor({ state: "visible", timeout: 60_000 });
check(/stale|lost/.test(await bar.textContent()), `an open page says so too: ${await bar.textContent()}`);
await browser.close();
process.exit(faults === 0 ? 0 : 1);
