"""Receivers with payloads of their own, by the real program, at real consumers where one runs on loopback.

An incident is opened by hand, told, and ended by hand. Alertmanager from Debian shows the alert and then no more; what
the CloudEvents SDK of PyPI makes of an event is looked at; the card for Teams passes the parser of npm `adaptivecards`
without a warning, and a browser takes its picture; the rest is taken by a far side that keeps what it was sent.
`receivers test` goes the same way.

    presets.py BINARY
"""

import json
import os
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cloudevents.http import from_http

from bellwether import PICTURES, Bellwether, check, free_port, get, scratch, wait_for

CARDS = "adaptivecards@3.0.6"
SECRETS = {"BW_TOKEN": "canary-token-of-a-bot", "BW_KEY": "canary0key0of0pagerduty000000000"}


class Far:
    """Takes everything, as the services do, and keeps it."""

    def __init__(self):
        self.taken = []
        self.port = free_port()
        far = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                far.taken.append((self.path, headers, body))
                status, text = far.answer(self.path)
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path):
        if path == "/api/chat.postMessage":
            return 200, b'{"ok":true,"channel":"C0123456789","ts":"1503435956.000247"}'
        return (202, b'{"status":"success"}') if path.startswith(("/v2", "/teams")) else (200, b"ok")

    def of(self, path):
        return [(headers, body) for where, headers, body in list(self.taken) if where == path]


class Alertmanager:
    """The one of Debian, taken out of its package."""

    def __init__(self, folder):
        place = PICTURES / "alertmanager"
        binary = place / "x" / "usr" / "bin" / "prometheus-alertmanager"
        if not binary.exists():
            place.mkdir(parents=True, exist_ok=True)
            quiet = {"cwd": place, "check": True, "capture_output": True}
            subprocess.run(["apt-get", "download", "-qq", "prometheus-alertmanager"], **quiet)
            package = next(place.glob("prometheus-alertmanager_*.deb"))
            subprocess.run(["dpkg", "-x", package.name, "x"], **quiet)
        # Debian's looks for its templates there, wherever it is started from.
        templates = Path("/usr/share/prometheus/alertmanager")
        if not templates.exists():
            shutil.copytree(place / "x" / templates.relative_to("/"), templates)
        self.port = free_port()
        (folder / "alertmanager.yml").write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
        self.log = (folder / "alertmanager.log").open("wb")
        self.process = subprocess.Popen(
            [binary, f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/am", "--cluster.listen-address=",
             f"--web.listen-address=127.0.0.1:{self.port}"], stdout=self.log, stderr=self.log)
        wait_for("Alertmanager", lambda: get(self.port, "/-/ready")[0] == 200)

    def alerts(self):
        status, _, text = get(self.port, "/api/v2/alerts", "application/json")
        return json.loads(text) if status == 200 else []

    def stop(self):
        self.process.kill()
        self.process.wait()


def configure(bellwether, far, alertmanager):
    bellwether.write("config/bellwether.toml", f"""
[organisation]
name = "Lakeside Hospital"
time_zone = "America/Chicago"
page = "http://127.0.0.1:{bellwether.port}"
[server]
listen = "127.0.0.1:{bellwether.port}"
[database]
folder = "data"
""")
    bellwether.write("config/inventory.toml", """
[[service]]
id = "results"
name = "Results portal"
tier = "life-safety"
workflow = "laboratory results for the wards"
owner = "Laboratory systems"
bears = "2h"
needs = [{ vendor = "harbour", without = "stops" }]
[service.procedure]
name = "DP-07 Results by phone"
first_steps = ["Call the laboratory: results by phone until further notice", "Write down who was told, and when"]
""")
    bellwether.write("sources/harbour/vendor.toml", """
name = "Harbour [Labs](https://evil.example)"
homepage = "https://harbour.example"
tags = ["laboratory"]
support = { phone = "+1-555-0100" }
""")
    at = f"http://127.0.0.1:{far.port}"
    receivers = {
        "alertmanager": f'{{ url = "http://127.0.0.1:{alertmanager.port}", labels = {{ team = "noc" }} }}',
        "cloudevents": f'{{ url = "{at}/events" }}',
        "teams": '{ hook = { env = "BW_TEAMS" } }',
        "slack": f'{{ token = {{ env = "BW_TOKEN" }}, channel = "C0123456789", url = "{at}" }}',
        "pagerduty": f'{{ key = {{ env = "BW_KEY" }}, url = "{at}" }}',
    }
    text = "".join(f'[[receiver]]\nid = "{k}"\n{k} = {v}\nallow_private = true\n' for k, v in receivers.items())
    bellwether.write("config/subscriptions.toml", text + f"""
[[subscription]]
id = "noc"
receivers = {json.dumps(list(receivers))}
""")
    return list(receivers)


def told(bellwether, *arguments):
    environment = {**os.environ, **bellwether.environment, "BELLWETHER_AUTHOR": "e2e"}
    done = subprocess.run(bellwether.command(*arguments), cwd=bellwether.folder, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)
    check(done.returncode == 0, f"{' '.join(arguments[:3])}: {(done.stdout + done.stderr).strip()[:160]}")
    return done.stdout


def tests(bellwether, receivers):
    for receiver in receivers:
        said = told(bellwether, "receivers", "test", receiver)
        check("the far side answered" in said and "canary" not in said, f"{receiver} says what it was answered")


def opened(bellwether, far, alertmanager):
    said = told(bellwether, "incident", "open", "harbour", "Results <!channel> are late & [wrong](https://evil.example)",
                "--impact", "major_outage", "--text", "We look into it. @everyone **now**")
    incident = next(word for word in said.replace(".", " ").replace(":", " ").split() if word.startswith("harbour-"))
    ours = wait_for("the alert", lambda: [a for a in alertmanager.alerts() if a["labels"].get("cause", "").endswith(incident)])
    alert = ours[0]
    check(alert["status"]["state"] == "active", f"Alertmanager shows it: {alert['annotations']['summary']}")
    check(alert["labels"]["team"] == "noc" and alert["labels"]["alertname"] == "BellwetherVendorTrouble", "with its labels")
    wait_for("PagerDuty's event", lambda: len(far.of("/v2/enqueue")) >= 3)
    return incident


def ended(bellwether, far, alertmanager, incident):
    told(bellwether, "incident", "resolve", incident, "--text", "It works again.")
    gone = lambda: not [a for a in alertmanager.alerts() if a["labels"].get("cause", "").endswith(incident)]
    wait_for("the end of the alert", gone)
    check(True, "Alertmanager shows it no more")
    wait_for("PagerDuty's end", lambda: len(far.of("/v2/enqueue")) >= 4)
    events = [json.loads(body) for _, body in far.of("/v2/enqueue")][2:]
    actions = [event["event_action"] for event in events]
    check(actions == ["trigger", "resolve"] and len({e["dedup_key"] for e in events}) == 1, f"PagerDuty: {actions}, one key")
    check(all(event["routing_key"] == SECRETS["BW_KEY"] for event in events), "PagerDuty: with its key")
    wait_for("Slack's third", lambda: len(far.of("/api/chat.postMessage")) >= 3)
    first, last = [json.loads(body) for _, body in far.of("/api/chat.postMessage")][1:3]
    check("thread_ts" not in first and last["thread_ts"] == "1503435956.000247", "Slack: the end is in the thread")
    check("<!channel>" not in json.dumps(first), "Slack: nobody is called")


def events(far):
    wait_for("the events", lambda: len(far.of("/events")) >= 3)
    for headers, body in far.of("/events"):
        event = from_http(headers, body)
        known = event["specversion"] == "1.0" and event["type"] == "bellwether.notification.v1"
        check(known and event.data["type"] == "bellwether.notification", f"CloudEvents: the SDK reads {event['id']}")


RENDER = """
const AC = window.AdaptiveCards;
const card = new AC.AdaptiveCard();
const context = new AC.SerializationContext(AC.Versions.v1_5);
card.parse(window.card, context);
const events = context.eventCount ? [...Array(context.eventCount).keys()].map(n => context.getEventAt(n).message) : [];
const valid = card.validateProperties().validationEvents.map(event => event.message);
card.hostConfig = new AC.HostConfig({ fontFamily: 'Segoe UI, DejaVu Sans, sans-serif', supportsInteractivity: true,
  containerStyles: { attention: { backgroundColor: '#fde7e9' }, good: { backgroundColor: '#e7f3ec' }, emphasis: { backgroundColor: '#f0f0f0' } } });
document.body.appendChild(card.render());
document.title = JSON.stringify(events.concat(valid));
"""

SHOOT = """
import { chromium } from 'playwright-core';
const [html, picture] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 720, height: 400 } });
await page.goto('file://' + html);
const links = await page.$$eval('a', all => all.map(a => a.href));
console.log(JSON.stringify({ said: JSON.parse(await page.title()), links, text: await page.innerText('body') }));
await page.screenshot({ path: picture, fullPage: true });
await browser.close();
"""


def cards(far, folder):
    # In a folder of its own: npm takes away what it did not put there itself.
    place = PICTURES / "cards"
    if not (place / "node_modules" / "adaptivecards").exists():
        place.mkdir(exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-save", "--prefix", str(place), CARDS],
                       check=True, capture_output=True)
    wait_for("the cards", lambda: len(far.of("/teams")) >= 3)
    library = (place / "node_modules" / "adaptivecards" / "dist" / "adaptivecards.min.js").read_text()
    script = PICTURES / "presets-shoot.mjs"
    script.write_text(SHOOT)
    for name, (_, body) in zip(["test", "hurt", "over"], far.of("/teams"), strict=False):
        card = json.loads(body)["attachments"][0]["content"]
        page = folder / f"{name}.html"
        shown = json.dumps(card).replace("</", "<\\/")
        page.write_text(f"<meta charset=utf-8><body style='margin:16px;width:660px'><script>{library}</script>"
                        f"<script>window.card = {shown};{RENDER}</script>")
        picture = PICTURES / f"presets-teams-{name}.png"
        done = subprocess.run(["node", str(script), str(page), str(picture)], capture_output=True, text=True, check=False)
        check(done.returncode == 0, f"Teams: the card {name} is drawn {done.stderr[-400:]}")
        drawn = json.loads(done.stdout)
        check(drawn["said"] == [], f"Teams: the parser has nothing to say of {name}: {drawn['said']}")
        check(not any("evil" in link for link in drawn["links"]), f"Teams: no link of the vendor's in {name}")
    check("[wrong](https://evil.example)" in (drawn["text"] + (folder / "hurt.html").read_text()), "Teams: their words stay words")


def main():
    folder = scratch("presets")
    far, alertmanager = Far(), Alertmanager(folder)
    environment = {**SECRETS, "BW_TEAMS": f"http://127.0.0.1:{far.port}/teams"}
    bellwether = Bellwether(Path(sys.argv[1]).resolve(), folder / "bw", environment)
    receivers = configure(bellwether, far, alertmanager)
    try:
        told(bellwether, "check")
        tests(bellwether, receivers)
        bellwether.start()
        bellwether.wait_until_it_serves()
        incident = opened(bellwether, far, alertmanager)
        ended(bellwether, far, alertmanager, incident)
        events(far)
        cards(far, folder)
    finally:
        if bellwether.process:
            bellwether.stop()
        alertmanager.stop()
    kept = (bellwether.folder / "data" / "bellwether.sqlite").read_bytes() + bellwether.log.read_bytes()
    check(not any(secret.encode() in kept for secret in SECRETS.values()), "no secret is in the database or the log")


if __name__ == "__main__":
    main()
