"""Two people's ways through the pages, in a real browser: the incident commander's, who reads, and the NOC's, who acts.
Round them stand the vendors' pages, a mail server, and a small server through which the browser's script asks for what
happens outside: what the vendors say, which mails came, a broken file.

    paths.py BINARY
"""

import email
import email.policy
import json
import shutil
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bellwether import PICTURES, ROOT, Bellwether, Failed, check, scratch
from peers import ended
from receivers import Mailbox

VENDORS = {"keyring": ["Single sign-on", "Directory"], "crowdstrike": ["Sensor", "Console"]}
INVENTORY = """
[[site]]
id = "main"
name = "Main hospital"
[[site]]
id = "clinic"
name = "Lakeside clinic"

[[service]]
id = "ehr"
name = "EHR"
tier = "life-safety"
owner = "Clinical Systems"
workflow = "charting, orders, medication administration"
bears = "5h"
needs = [{ service = "sign-in", without = "stops" }, { vendor = "carechart", without = "stops" }]
[service.procedure]
name = "EHR-DT-01 EHR downtime"
first_steps = ["Hand out the paper charts", "Call the laboratory: results by phone"]
contacts = ["Clinical Systems on call, pager 4471"]

[[service]]
id = "sign-in"
name = "Sign-in"
tier = "clinical"
owner = "Identity Team"
workflow = "single sign-on with a second factor"
bears = "1h"
needs = [{ vendor = "keyring", components = ["Single sign-on"], without = "stops" }]

[[service]]
id = "workstations"
name = "Ward workstations"
tier = "clinical"
sites = ["main"]
owner = "Endpoint Team"
workflow = "every computer on the wards"
bears = "2h"
needs = [{ vendor = "crowdstrike", components = ["Sensor"], without = "stops" }]
[service.procedure]
name = "WS-DT-02 Computers"
first_steps = ["Take the downtime laptops out of the cupboard"]
"""


def now():
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class World:
    """What is outside of the program, and a server through which it is moved."""

    def __init__(self):
        self.mailbox = Mailbox()
        self.bellwether = None
        self.open = {vendor: [] for vendor in VENDORS}
        self.past = {vendor: [] for vendor in VENDORS}
        self.pages = {vendor: self._serve(lambda path, _, vendor=vendor: self._page(vendor, path)) for vendor in VENDORS}
        self.control = self._serve(self._ask)

    @staticmethod
    def _serve(answer):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.reply(None)

            def do_POST(self):
                self.reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def reply(self, body):
                said = answer(self.path, body)
                text = json.dumps(said).encode()
                self.send_response(404 if said is None else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    def _page(self, vendor, path):
        page = {"id": vendor, "name": vendor.title(), "url": f"https://status.{vendor}.example", "time_zone": "Etc/UTC"}
        if path.endswith("/incidents.json"):
            return {"page": page, "incidents": self.open[vendor] + self.past[vendor]}
        if not path.endswith("/summary.json"):
            return None
        hit = {part["name"]: part["status"] for one in self.open[vendor] for part in one["components"]}
        components = [{"id": name, "name": name, "status": hit.get(name, "operational"), "group": False}
                      for name in VENDORS[vendor]]
        return {"page": page, "status": {"indicator": "none", "description": "Synthetic"}, "components": components,
                "incidents": self.open[vendor], "scheduled_maintenances": []}

    def _ask(self, path, body):
        """What the browser's script may ask for."""
        if path == "/mails":
            return [self._mail(receipt.bytes) for receipt in self.mailbox.receipts.all()]
        if path == "/say":
            at = now()
            part = {"id": body["component"], "name": body["component"], "status": "major_outage"}
            said = {"id": f"{body['key']}-1", "status": "investigating", "body": body["words"], "incident_id": body["key"],
                    "created_at": at, "updated_at": at, "display_at": at}
            self.open[body["vendor"]].append({
                "id": body["key"], "name": body["title"], "status": "investigating", "impact": "critical",
                "created_at": at, "started_at": at, "updated_at": at, "shortlink": "https://status.example/x",
                "incident_updates": [said], "components": [part]})
            return {"at": at}
        if path == "/over":
            vendor = body["vendor"]
            self.past[vendor] += [ended(one, now()) for one in self.open[vendor]]
            self.open[vendor] = []
            return {}
        if path == "/file":
            self.bellwether.write(body["name"], body["text"])
            return {}
        if path == "/inventory":
            return {"text": INVENTORY}
        if path == "/link":
            done = subprocess.run(self.bellwether.command("accounts", "link"), cwd=self.bellwether.folder, text=True,
                                  capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
            return {"said": done.stdout + done.stderr}
        return None

    @staticmethod
    def _mail(text):
        mail = email.message_from_bytes(text, policy=email.policy.strict)
        return {"to": mail["To"], "subject": mail["Subject"], "text": mail.get_body(("plain",)).get_content()}


def configure(bellwether, world):
    bellwether.write("config/bellwether.toml", f"""
[organisation]
name = "Lakeside Hospital"
time_zone = "America/Chicago"
page = "http://127.0.0.1:{bellwether.port}"
[server]
listen = "127.0.0.1:{bellwether.port}"
[database]
folder = "data"
[polling]
allow_private = ["127.0.0.0/8"]
[mail]
host = "127.0.0.1"
port = {world.mailbox.port}
tls = "none"
from = "bellwether@hospital.example"
""")
    bellwether.write("config/inventory.toml", INVENTORY)
    bellwether.write("config/subscriptions.toml", """
[[receiver]]
id = "noc-mail"
email = "noc@hospital.example"
[[subscription]]
id = "everything"
receivers = ["noc-mail"]
""")
    names = {"keyring": "Keyring", "crowdstrike": "CrowdStrike"}
    for vendor, name in names.items():
        bellwether.write(f"sources/{vendor}/vendor.toml", f"""
name = "{name}"
homepage = "https://{vendor}.example"
support = {{ phone = "+1 800 555 0117", portal = "https://support.{vendor}.example" }}
[[source]]
id = "status-page"
format = "statuspage"
url = "{world.pages[vendor]}"
every = "1s"
""")
    bellwether.write("sources/carechart/vendor.toml",
                     'name = "CareChart"\nnotifies = "By mail to the technical contact. There is no public status feed."\n')


def main(binary):
    began, folder, world = time.monotonic(), scratch("paths"), World()
    bellwether = world.bellwether = Bellwether(binary, folder)
    configure(bellwether, world)
    bellwether.start()
    try:
        bellwether.wait_until_it_serves()
        PICTURES.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["node", str(ROOT / "tests/e2e/paths.mjs"), str(bellwether.port), world.control, str(PICTURES)],
                              stdin=subprocess.DEVNULL, timeout=600)
        check(done.returncode == 0, "the browser saw what it should")
        check(bellwether.stop()[0] == 0, "it ends when it is asked to")
    except BaseException:
        print(bellwether.said()[-3000:], file=sys.stderr)
        raise
    finally:
        world.mailbox.stop()
        if bellwether.is_running():
            bellwether.kill()
    shutil.rmtree(folder)
    print(f"the paths: passed in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Failed as failure:
        sys.exit(f"FAILED: {failure}")
