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
const [storm, quiet, crowd, dark, told, past] = [0, 1, 2, 3, 4, 5].map((n) => `http://127.0.0.1:${first + n}`);
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
};
const ways = {
    light: {}, dark: { scheme: "dark" }, phone: { width: 390 }, "phone-dark": { width: 390, scheme: "dark" },
    grey: { grey: true }, forced: { forced: true }, paper: { print: true, width: 800 }, unscripted: { script: false },
};
const jobs = Object.entries(pages).flatMap(([name, url]) =>
    Object.entries(ways).map(([way, how]) => ({ url, out: `${out}/${name}-${way}.png`, gone: name.endsWith("gone"), ...how })));
writeFileSync(`${out}/jobs.json`, JSON.stringify(jobs));
const shots = fileURLToPath(new URL("shots.mjs", import.meta.url));
const done = spawnSync(process.execPath, [shots, `${out}/jobs.json`], { stdio: "inherit" });
process.exit(done.status ?? 1);
