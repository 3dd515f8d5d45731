// Two people's ways through the pages, as they would see them: the incident commander reads, on a desk and on a phone; the
// NOC signs in, opens an incident by hand, acknowledges, updates, joins, parts and ends it, with a script and without.
// Every page on the way is asked what axe finds, whether it asks for anything outside, how heavy it is, whether all that
// can be pressed is large enough, and whether one sees where one is while one tabs through it.
//
//   node paths.mjs PORT CONTROL FOLDER     a running Bellwether; the server of paths.py; where pictures go
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.env.BELLWETHER_NODE_MODULES + "/");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [port, control, folder] = process.argv.slice(2);
const home = `http://127.0.0.1:${port}`;
const PASSWORD = "canary violin gravel spoon";
const PATIENCE = 60_000;
const HEAVIEST = 100_000;

let faults = 0;
function check(holds, what) {
    console.log(`  ${holds ? "ok " : "NOT"}  ${what}`);
    if (!holds) faults += 1;
}

async function ask(path, body) {
    const how = body ? { method: "POST", body: JSON.stringify(body) } : {};
    return (await fetch(`${control}${path}`, how)).json();
}

const mails = () => ask("/mails");

async function mailNumber(count) {
    const end = Date.now() + PATIENCE;
    for (;;) {
        const all = await mails();
        if (all.length >= count || Date.now() > end) return all;
        await new Promise((later) => setTimeout(later, 100));
    }
}

const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"],
});

// Somebody with a browser of his own. Whatever it complains of is kept.
async function person(name, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: "light", reducedMotion: "reduce", ...options });
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: home });
    const page = await context.newPage();
    const one = { name, page, context, width: options.viewport?.width ?? 1280, isScripted: options.javaScriptEnabled !== false,
        complaints: [], octets: 0, mayFail: false };
    page.on("console", (said) => { if (said.type() === "error" && !one.mayFail) one.complaints.push(said.text()); });
    page.on("pageerror", (error) => one.complaints.push(String(error)));
    page.on("request", (request) => {
        if (!request.url().startsWith(home) && !/^(data|blob):/.test(request.url())) one.complaints.push(`it asks for ${request.url()}`);
    });
    one.session = await context.newCDPSession(page);
    await one.session.send("Network.enable");
    one.session.on("Network.loadingFinished", ({ encodedDataLength }) => { one.octets += encodedDataLength; });
    return one;
}

async function go(one, path) {
    one.octets = 0;
    const answer = await one.page.goto(path.startsWith("http") ? path : home + path, { waitUntil: "load" });
    return answer.status();
}

// The things to press that are smaller than a finger needs, and places in the keyboard's order that stand before others.
const MEASURE = `(least) => {
    const pressed = [...document.querySelectorAll("button, .btn, select, summary, .top nav a, .corner a, textarea, input:not([type=hidden], [type=radio], [type=checkbox])")];
    const small = pressed.filter((part) => part.checkVisibility({ visibilityProperty: true }))
        .map((part) => [part, part.getBoundingClientRect()])
        .filter(([, box]) => box.height > 0 && box.height < least - 0.5)
        .map(([part, box]) => part.outerHTML.slice(0, 90) + " is " + Math.round(box.height) + " pixels high");
    const ahead = [...document.querySelectorAll("[tabindex]")].filter((part) => part.tabIndex > 0).map((part) => part.outerHTML.slice(0, 90));
    return { small, ahead, width: document.documentElement.scrollWidth };
}`;

// Where one is, while one tabs: whether it can be seen, and is marked.
const HERE = `(() => {
    const at = document.activeElement;
    if (!at || at === document.body) return null;
    const [style, box] = [getComputedStyle(at), at.getBoundingClientRect()];
    const isMarked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const isSeen = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    return { what: at.outerHTML.slice(0, 90), isMarked, isSeen };
})()`;

async function tabThrough(one) {
    const wrong = [];
    for (let step = 0; step < 40; step += 1) {
        await one.page.keyboard.press("Tab");
        const { result } = await one.session.send("Runtime.evaluate", { expression: HERE, returnByValue: true });
        if (!result.value) break;
        if (!result.value.isMarked || !result.value.isSeen) wrong.push(`${result.value.what} is ${result.value.isMarked ? "not seen" : "not marked"} when one is at it`);
    }
    return wrong;
}

// Everything that is asked of each page. Past the page's own policy, which would rightly stop axe.
async function look(one, name, { tab = false } = {}) {
    const found = [...one.complaints];
    one.complaints = [];
    const measured = await one.session.send("Runtime.evaluate", { expression: `(${MEASURE})(${one.width < 700 ? 44 : 36})`, returnByValue: true });
    const { small, ahead, width } = measured.result.value;
    found.push(...small, ...ahead);
    if (width > one.width) found.push(`it is ${width} pixels wide on ${one.width}`);
    if (one.octets > HEAVIEST) found.push(`it weighs ${one.octets} octets`);
    await one.page.screenshot({ path: `${folder}/path-${name}.png`, fullPage: true });
    if (one.isScripted) {
        for (const scheme of ["light", "dark"]) {
            await one.page.emulateMedia({ colorScheme: scheme });
            await one.session.send("Runtime.evaluate", { expression: axe });
            const run = "globalThis.axe.run(document, { resultTypes: ['violations'] }).then((all) => all.violations.map((v) => v.impact + ': ' + v.help + ': ' + v.nodes[0].html.slice(0, 120)))";
            const violations = await one.session.send("Runtime.evaluate", { expression: run, awaitPromise: true, returnByValue: true });
            found.push(...violations.result.value);
            if (scheme === "dark") await one.page.screenshot({ path: `${folder}/path-${name}-dark.png`, fullPage: true });
        }
        await one.page.emulateMedia({ colorScheme: "light" });
    }
    if (tab) found.push(...await tabThrough(one));
    check(found.length === 0, `${one.name}, ${name}: nothing is wrong with the page${found.length ? `:\n       ${[...new Set(found)].join("\n       ")}` : ""}`);
}

const sees = async (one, selector, words) => {
    const text = (await one.page.locator(selector).first().innerText({ timeout: PATIENCE })).replace(/\s+/g, " ");
    check(text.includes(words), `${one.name} sees: ${words}${text.includes(words) ? "" : `, and not: ${text.slice(0, 300)}`}`);
};
const seesNot = async (one, selector, what) =>
    check(await one.page.locator(selector).filter({ visible: true }).count() === 0, `${one.name} does not see ${what}`);
const press = (one, role, name) => one.page.getByRole(role, { name }).first().click();
const arrives = (one, pattern) => one.page.waitForURL(pattern, { timeout: PATIENCE, waitUntil: "load" });

// ---- The commander: reads, and hands on what he read.

async function commander(name, options) {
    const one = await person(name, options);
    await go(one, "/");
    const card = one.page.locator("article.card").first();
    await card.waitFor({ timeout: PATIENCE });
    for (const words of ["Major outage", "Life-safety", "EHR", "Sign-in", "We look into failed sign-ins", "EHR-DT-01", "Hand out the paper charts",
        "single sign-on with a second factor", "pager 4471", "left"]) await sees(one, "article.card", words);
    const within = await card.locator("h3").boundingBox();
    const tall = one.page.viewportSize().height;
    check(within.y + within.height < tall, `${name}: what is down stands on the first screen (${Math.round(within.y + within.height)} of ${tall} pixels)`);
    await look(one, `${name}-first`, { tab: true });
    await card.locator("h3 a").click();
    await arrives(one, /\/incidents\//);
    await sees(one, "h1", "EHR");
    const graph = one.page.locator("section[aria-labelledby='g-h']");
    check((await graph.innerText()).includes("Keyring"), `${name} sees by which way it hurts`);
    await look(one, `${name}-incident`, { tab: true });
    await one.page.locator("summary", { hasText: /situation update/i }).first().click();
    const text = await one.page.locator(".copied").first().inputValue();
    for (const words of ["EHR", "Keyring", "We look into failed sign-ins"]) check(text.includes(words), `${name}: the situation update says ${words}`);
    const copy = one.page.locator("[data-copy]").first();
    check(await copy.isVisible(), `${name} has a button that copies it`);
    await copy.click();
    await one.page.waitForFunction(() => /Copied/.test(document.body.innerText), null, { timeout: 5_000 }).catch(() => {});
    check((await one.page.evaluate(() => navigator.clipboard.readText())).replace(/\r/g, "") === text, `${name} has copied it`);
    await one.page.locator(".masthead a[href^='/vendors/']").click();
    await arrives(one, /\/vendors\/keyring/);
    await sees(one, "main", "Single sign-on");
    await look(one, `${name}-vendor`);
    await one.page.goBack({ waitUntil: "load" });
    await one.page.goBack({ waitUntil: "load" });
    check(new URL(one.page.url()).pathname === "/", `${name} is back where he began`);
    check(one.complaints.length === 0, `${name}: the browser complains of nothing ${one.complaints.join("; ")}`);
    await one.context.close();
}

// ---- The NOC: acts.

async function signIn(one, name) {
    await go(one, "/sign-in");
    await one.page.fill("#name", name);
    await one.page.fill("#password", PASSWORD);
    await press(one, "button", "Sign in");
    await arrives(one, (url) => url.pathname === "/");
}

async function signOut(one) {
    await press(one, "button", "Sign out");
    await one.page.waitForLoadState("load");
    await go(one, "/");
    await sees(one, ".corner", "Sign in");
}

async function firstAccount(one) {
    const { said } = await ask("/link", {});
    const link = said.match(/http:\S+\/link\/\S+/)?.[0];
    check(link !== undefined, "a one-time link for the first account is printed");
    await go(one, link);
    await look(one, "first-account");
    await one.page.fill("#name", "Ada L.");
    await one.page.fill("#password", "short");
    await one.page.fill("#again", "short");
    one.mayFail = true;
    await press(one, "button", /Set it/);
    await sees(one, "#password-why", "8 characters at least");
    one.mayFail = false;
    one.complaints = [];
    await look(one, "first-account-wrong");
    await one.page.fill("#password", PASSWORD);
    await one.page.fill("#again", PASSWORD);
    await press(one, "button", /Set it/);
    await arrives(one, (url) => url.pathname === "/");
    await sees(one, ".corner", "Ada L.");
    one.mayFail = true;
    check(await go(one, link) >= 400, "the link is good for one use");
    one.mayFail = false;
    one.complaints = [];
    await go(one, "/");
    await signOut(one);
    await go(one, "/sign-in");
    await look(one, "sign-in", { tab: true });
    await signIn(one, "Ada L.");
}

async function fillNew(one, title) {
    await press(one, "link", "Open an incident");
    await arrives(one, /\/incidents\/new/);
    await one.page.selectOption("#vendor", "crowdstrike");
    await one.page.fill("#title", title);
    await one.page.selectOption("#impact", "major_outage");
    await one.page.fill("#text", "All ward computers show a blue screen and start again.");
}

async function opensByHand(one) {
    const title = "Computers restart after an update of the sensor";
    await go(one, "/");
    await fillNew(one, title);
    await look(one, "new", { tab: true });
    await press(one, "button", "See what it does");
    await one.page.waitForLoadState("load");
    for (const words of ["Ward workstations", "noc-mail", title]) await sees(one, "main", words);
    check((await mails()).filter((mail) => mail.text.includes(title)).length === 0, "nobody is told before it is confirmed");
    await look(one, "confirm", { tab: true });
    await press(one, "button", "Change something");
    await one.page.waitForLoadState("load");
    check(await one.page.inputValue("#title") === title, "what was typed stays when something is changed");
    await press(one, "button", "See what it does");
    await one.page.waitForLoadState("load");
    const before = (await mails()).length;
    await press(one, "button", /Yes/);
    await arrives(one, /\/incidents\/(?!new)/);
    const all = await mailNumber(before + 1);
    const mail = all.at(-1);
    check(mail.to === "noc@hospital.example" && mail.text.includes("Ward workstations") && mail.text.includes("WS-DT-02"), `the mail came: ${mail.subject}`);
    for (const words of ["Ward workstations", "Ada L.", "blue screen"]) await sees(one, "main", words);
    await look(one, "by-hand", { tab: true });
    return new URL(one.page.url()).pathname;
}

async function acknowledges(one, path) {
    await go(one, "/");
    const cards = await one.page.locator("article.card").count();
    for (let step = 0; step < cards; step += 1) {
        await one.page.keyboard.press("j");
        if (await one.page.evaluate((to) => document.activeElement.querySelector?.(`a[href="${to}"]`) !== null && document.activeElement.matches("article"), path)) break;
    }
    await one.page.keyboard.press("a");
    const card = one.page.locator("article.card", { has: one.page.locator(`a[href="${path}"]`) });
    await card.locator("text=Acknowledged by").waitFor({ timeout: PATIENCE });
    check((await card.getAttribute("class")).includes("acked"), "the key a acknowledges the card that one is at");
    check(await one.page.locator("article.card.acked").count() === 1, "and no other");
    check(new URL(one.page.url()).pathname === "/", "and one is still at the list");
    await look(one, "acknowledged");
}

async function updates(one, path) {
    await go(one, path);
    await press(one, "link", "Add a word");
    await arrives(one, /\/update/);
    await one.page.fill("#text", "Their support: a fix is rolled out. Start computers in safe mode.");
    await look(one, "update");
    await press(one, "button", "See what it does");
    await one.page.waitForLoadState("load");
    await look(one, "update-confirm");
    await press(one, "button", /Yes/);
    await arrives(one, (url) => url.pathname === path);
    await sees(one, "main", "Start computers in safe mode");
}

async function joinsAndParts(one, path) {
    const theirs = "Synthetic: hosts crash after a content update";
    await ask("/say", { vendor: "crowdstrike", key: "cs1", title: theirs, component: "Sensor", words: "We are aware of crashes on hosts." });
    await go(one, path);
    await one.page.locator("a", { hasText: "One with the vendor" }).waitFor({ timeout: PATIENCE });
    check(true, "the vendor's later post is offered without that the page is read anew by hand");
    await look(one, "joinable");
    await press(one, "link", /One with the vendor/);
    await arrives(one, /\/join/);
    await sees(one, "main", theirs);
    await look(one, "join", { tab: true });
    await press(one, "button", /Join it/);
    await one.page.waitForLoadState("load");
    await go(one, path);
    for (const words of ["crowdstrike/status-page", "crowdstrike/manual", "We are aware of crashes"]) await sees(one, "main", words);
    await look(one, "joined");
    await go(one, `${path}/join`);
    await look(one, "joined-list");
    await press(one, "button", /Part it/);
    await one.page.waitForLoadState("load");
    await arrives(one, (url) => url.pathname === path);
    await press(one, "link", /One with the vendor/);
    await arrives(one, /\/join/);
    await sees(one, "main", "Joined: nothing");
    await press(one, "button", /Join it/);
    await arrives(one, (url) => url.pathname === path);
}

async function ends(one, path) {
    await go(one, path);
    await press(one, "link", "End it");
    await arrives(one, /\/end/);
    await one.page.fill("#text", "All ward computers run again.");
    await look(one, "end");
    await press(one, "button", "See what it does");
    await one.page.waitForLoadState("load");
    await sees(one, "main", "it is over when both are");
    await look(one, "end-confirm");
    await press(one, "button", /Yes/);
    await arrives(one, (url) => url.pathname === path);
    await sees(one, "main", "run again");
    const before = (await mails()).length;
    await ask("/over", { vendor: "crowdstrike" });
    await mailNumber(before + 1);
    const last = (await mails()).at(-1);
    check(/^\[?over/i.test(last.subject) && last.text.includes("Ward workstations"), `the end is told: ${last.subject}`);
    await one.page.locator(".down .kicker", { hasText: "Was" }).waitFor({ timeout: PATIENCE });
    await look(one, "ended");
}

async function governs(one) {
    await go(one, "/accounts");
    await look(one, "accounts", { tab: true });
    await one.page.fill("#name", "Eve");
    await one.page.selectOption("#role", "viewer");
    await press(one, "button", "Add and make a link");
    await one.page.waitForLoadState("load");
    const link = (await one.page.locator(".secret").innerText()).trim();
    check(link.startsWith(home), "a viewer's one-time link is shown once");
    await look(one, "accounts-made");
    await go(one, "/audit");
    await sees(one, "main", "Ada L.");
    await look(one, "audit");
    await go(one, "/account");
    await look(one, "account");
    return link;
}

async function viewer(link, path) {
    const eve = await person("the viewer", { viewport: { width: 390, height: 844 } });
    await go(eve, link);
    await look(eve, "viewer-link");
    await eve.page.fill("#password", PASSWORD);
    await eve.page.fill("#again", PASSWORD);
    await press(eve, "button", /Set it/);
    await arrives(eve, (url) => url.pathname === "/");
    await sees(eve, ".corner", "Eve");
    await look(eve, "viewer-first", { tab: true });
    for (const at of ["/", path]) {
        await go(eve, at);
        await seesNot(eve, "form[action$='/acknowledge'] button, a[href$='/update'], a[href$='/end'], a[href='/incidents/new'], a[href='/accounts']", `a button to act on ${at}`);
    }
    eve.mayFail = true;
    check(await go(eve, "/incidents/new") === 403, "the viewer is refused the form, too");
    await look(eve, "viewer-refused");
    await eve.context.close();
}

async function unscripted() {
    const one = await person("without a script", { javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
    await signIn(one, "Ada L.");
    const title = "The portal of the sensor is gone";
    await fillNew(one, title);
    await look(one, "plain-new");
    await press(one, "button", "See what it does");
    await one.page.waitForLoadState("load");
    await sees(one, "main", "noc-mail");
    const before = (await mails()).length;
    await press(one, "button", /Yes/);
    await arrives(one, /\/incidents\/(?!new)/);
    const path = new URL(one.page.url()).pathname;
    check((await mailNumber(before + 1)).at(-1).text.includes(title), "without a script the mail comes as well");
    await press(one, "button", "Acknowledge");
    await one.page.waitForLoadState("load");
    await sees(one, "main", "Acknowledged by Ada L.");
    await look(one, "plain-acknowledged");
    await go(one, `${path}/end`);
    await press(one, "button", "See what it does");
    await one.page.waitForLoadState("load");
    await press(one, "button", /Yes/);
    await arrives(one, (url) => url.pathname === path);
    await sees(one, "main", "Was");
    await signOut(one);
    await one.context.close();
}

// ---- What else a person may meet.

async function others() {
    const one = await person("a reader");
    for (const [path, name] of [["/services", "services"], ["/services/ehr", "service"], ["/vendors", "vendors"], ["/vendors/carechart", "vendor-without-source"],
        ["/sources", "sources"], ["/maintenance", "maintenance"], ["/deliveries", "deliveries"]]) {
        check(await go(one, path) === 200, `${path} is there`);
        await look(one, name, { tab: name === "sources" || name === "deliveries" });
    }
    one.mayFail = true;
    for (const [path, status, name] of [["/nothing", 404, "missing"], ["/incidents/none", 404, "missing-incident"], ["/deliveries?page=x", 400, "senseless"]]) {
        check(await go(one, path) === status, `${path} answers ${status}`);
        await look(one, name);
    }
    one.mayFail = false;
    one.complaints = [];
    const { text } = await ask("/inventory");
    await go(one, "/");
    await ask("/file", { name: "config/inventory.toml", text: `${text}\n[[service]]\nid = "broken"\n` });
    await one.page.reload();
    const banner = one.page.locator(".self");
    const end = Date.now() + PATIENCE;
    while (await banner.count() === 0 && Date.now() < end) {
        await one.page.waitForTimeout(1_000);
        await one.page.reload();
    }
    await sees(one, ".self", "inventory.toml");
    await look(one, "not-reloaded");
    await one.page.setViewportSize({ width: 390, height: 844 });
    one.width = 390;
    await look(one, "not-reloaded-phone");
    await ask("/file", { name: "config/inventory.toml", text });
    await one.context.close();
}

// Too many wrong passwords: last, for the address is slowed afterwards.
async function tooMany() {
    const one = await person("somebody who guesses");
    one.mayFail = true;
    let status = 0;
    for (let tries = 0; tries < 40 && status !== 429; tries += 1) {
        await go(one, "/sign-in");
        await one.page.fill("#name", "Ada L.");
        await one.page.fill("#password", `wrong number ${tries}`);
        const answer = one.page.waitForResponse((response) => response.url().endsWith("/sign-in/account"));
        await press(one, "button", "Sign in");
        status = (await answer).status();
        await one.page.waitForLoadState("load");
        if (tries === 0) await look(one, "wrong-password");
    }
    check(status === 429, `who guesses is slowed: ${status}`);
    await look(one, "too-many");
    await one.context.close();
}

const quiet = await person("on a quiet night");
await go(quiet, "/");
await quiet.page.locator(".calm").waitFor();
await look(quiet, "quiet", { tab: true });
await ask("/say", { vendor: "keyring", key: "kr1", title: "Synthetic: sign-ins fail", component: "Single sign-on", words: "We look into failed sign-ins." });
await quiet.page.locator("article.card").first().waitFor({ timeout: PATIENCE });
check((await quiet.page.locator("article.card").count()) === 1, "an open page shows the outage by itself");
await quiet.context.close();
await commander("commander", {});
await commander("commander-phone", { viewport: { width: 390, height: 844 } });

const noc = await person("the NOC");
await firstAccount(noc);
const path = await opensByHand(noc);
await acknowledges(noc, path);
await updates(noc, path);
await joinsAndParts(noc, path);
const link = await governs(noc);
await viewer(link, path);
await ends(noc, path);
await signOut(noc);
await noc.context.close();
await unscripted();
await others();
await tooMany();
await browser.close();
process.exit(faults === 0 ? 0 : 1);
