// Pictures of pages for people to look at, and what a browser itself finds wrong: scripts or styles that the page's own
// policy stops, requests to anywhere else, and what axe finds hard to use.
//
//   node shots.mjs FILE     a JSON list of { url, out, width, height, scheme, page, forced, grey, print, script, gone, wall, cookie }
//     page: false for a mail; forced: the system's own few colours; grey: as somebody without colour vision sees it;
//     print: as paper; script: false for a browser without JavaScript; gone: a page that is not there, which a browser calls
//     an error; wall: one screen, which may not scroll and on which nothing may be cut off
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.env.BELLWETHER_NODE_MODULES + "/");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const wanted = JSON.parse(readFileSync(process.argv[2], "utf8"));
const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"],
});
let faults = 0;
for (const one of wanted) {
    const context = await browser.newContext({
        viewport: { width: one.width ?? 1280, height: one.height ?? 900 }, colorScheme: one.scheme ?? "light",
        forcedColors: one.forced ? "active" : "none", javaScriptEnabled: one.script !== false,
    });
    if (one.cookie) {
        const [name, value] = one.cookie.split("=");
        await context.addCookies([{ name, value, url: new URL(one.url).origin }]);
    }
    const page = await context.newPage();
    const origin = new URL(one.url).origin;
    const complaints = [];
    page.on("console", (said) => { if (said.type() === "error" && !one.gone) complaints.push(said.text()); });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
        if (!request.url().startsWith(origin) && !/^(data|blob|file):/.test(request.url())) {
            complaints.push(`it asks for ${request.url()}`);
        }
    });
    const session = await context.newCDPSession(page);
    // A live page never stops loading: its stream of events stays open.
    await page.goto(one.url, { waitUntil: "load", timeout: 30000 });
    if (one.print) await page.emulateMedia({ media: "print" });
    if (one.grey) await session.send("Emulation.setEmulatedVisionDeficiency", { type: "achromatopsia" });
    await page.screenshot({ path: one.out, fullPage: !one.wall });
    if (one.wall) {
        const cut = await page.evaluate(() => {
            const root = document.documentElement;
            const out = [...document.querySelectorAll("li, h1, .st b, .tm:not(.was) b, .tm:not(.was) span, .w-clock")].filter((part) => {
                const box = part.getBoundingClientRect();
                return box.bottom > innerHeight + 1 || box.right > innerWidth + 1 || part.scrollWidth > part.clientWidth + 1
                    || (part.tagName === "LI" && part.scrollHeight > part.clientHeight + 1);
            });
            if (root.scrollHeight > innerHeight) out.push(root);
            return out.map((part) => part.tagName + " " + part.textContent.slice(0, 60));
        });
        for (const part of cut) complaints.push(`it is cut off: ${part}`);
    }
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > (one.width ?? 1280)) complaints.push(`it is ${width} pixels wide on a screen of ${one.width ?? 1280}`);
    if (one.page !== false && one.script !== false && !one.print) {
        // Past the page's own policy, which would rightly stop it.
        await session.send("Runtime.evaluate", { expression: axe });
        const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
        for (const violation of found.violations) {
            complaints.push(`${violation.impact}: ${violation.help}: ${violation.nodes[0].html.slice(0, 120)}`);
        }
    }
    for (const complaint of complaints) console.log(`  ${one.url}: ${complaint}`);
    faults += complaints.length;
    await context.close();
}
await browser.close();
process.exit(faults === 0 ? 0 : 1);
