// Pictures of every page in its states, and what axe finds: light, dark, on a phone, in grey, in forced colours, on paper
// and without a script.
//
//   BELLWETHER_SHOW=300 cargo test --test it web::show &
//   BELLWETHER_NODE_MODULES=target/e2e/node_modules node tests/e2e/pages.mjs target/pages
import { mkdirSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const out = process.argv[2] ?? "target/pages";
mkdirSync(out, { recursive: true });
// As tests/it/web/show.rs serves them.
const first = Number(process.env.BELLWETHER_SHOW_PORT ?? 18090);
const [storm, quiet, crowd, dark, told, past, planned, due, drill, doubtful, moved] =
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => `http://127.0.0.1:${first + n}`);
const all = await (await fetch(`${past}/api/v1/incidents?vendor=keyring&state=all`)).json();
const incident = (words) => `${past}/incidents/${all.incidents.find((one) => one.title.includes(words)).id}`;
const pages = {
    "first-storm": `${storm}/`, "first-quiet": `${quiet}/`, "first-crowd": `${crowd}/`, "first-blind": `${dark}/`,
    "first-told": `${told}/`, "first-past": `${past}/`, "first-filtered": `${storm}/?tier=back-office&q=sign`,
    "incident-open": incident("sign-ins fail"), "incident-over": incident("nobody can"),
    "maintenance": incident("certificates"), "incident-gone": `${past}/incidents/none`,
    "vendor": `${past}/vendors/keyring`, "vendor-blind": `${dark}/vendors/keyring`,
    "vendor-unread": `${past}/vendors/carechart`, "vendors": `${past}/vendors`,
    "services": `${storm}/services`, "service": `${storm}/services/ehr`,
    "vendor-without-source": `${storm}/vendors/carechart`, "sources": `${dark}/sources`, "sources-quiet": `${quiet}/sources`, "sources-doubtful": `${doubtful}/sources`, "first-doubtful": `${doubtful}/`,
    "sources-moved": `${moved}/sources`, "vendor-moved": `${moved}/vendors/keyring`,
    "maintenance-ahead": `${due}/maintenance`, "maintenance-running": `${planned}/maintenance`, "maintenance-none": `${quiet}/maintenance`,
    "deliveries": `${planned}/deliveries`, "deliveries-none": `${quiet}/deliveries`, "sign-in": `${storm}/sign-in`,
    "page-gone": `${storm}/nothing`, "first-drill": `${drill}/`, "sign-in-drill": `${drill}/sign-in`,
};
// BELLWETHER_SHOW_OPERATOR="http://… name=value", as the test prints it: what only an operator sees.
const [operator, cookie] = process.env.BELLWETHER_SHOW_OPERATOR?.split(" ") ?? [];
if (operator) pages["operator-sources"] = `${operator}/sources`;
const walls = { "wall-storm": `${storm}/wall`, "wall-quiet": `${quiet}/wall`, "wall-blind": `${dark}/wall`, "wall-drill": `${drill}/wall` };
const ways = {
    light: {}, dark: { scheme: "dark" }, phone: { width: 390 }, "phone-dark": { width: 390, scheme: "dark" },
    grey: { grey: true }, forced: { forced: true }, paper: { print: true, width: 800 }, unscripted: { script: false },
};
const jobs = Object.entries(pages).flatMap(([name, url]) =>
    Object.entries(ways).map(([way, how]) => ({ url, out: `${out}/${name}-${way}.png`, gone: name.endsWith("gone"), cookie: name.startsWith("operator") ? cookie : undefined, ...how })));
for (const [name, url] of Object.entries(walls)) {
    for (const [width, height] of [[1920, 1080], [1280, 720]]) {
        jobs.push({ url, out: `${out}/${name}-${width}.png`, width, height, wall: true });
    }
}
// BELLWETHER_PAGES=first,incident takes only those whose name begins so.
const wanted = process.env.BELLWETHER_PAGES?.split(",");
const isWanted = (job) => !wanted || wanted.some((name) => job.out.slice(out.length + 1).startsWith(name));
writeFileSync(`${out}/jobs.json`, JSON.stringify(jobs.filter(isWanted)));
const shots = fileURLToPath(new URL("shots.mjs", import.meta.url));
const done = spawnSync(process.execPath, [shots, `${out}/jobs.json`], { stdio: "inherit" });
process.exit(done.status ?? 1);
