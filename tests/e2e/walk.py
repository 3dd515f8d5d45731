"""One outage from the vendor's bytes to the mailbox, with real peers at every side.

nginx serves the recorded bodies of an outage in turn. Postfix takes the mails, and the mailbox is read as strictly as
Python can; the webhook receiver verifies with the official library of Standard Webhooks and checks every body against
config/webhook.schema.json. A browser takes pictures of page and mails.

    walk.py BINARY
"""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import jsonschema

from bellwether import PICTURES, ROOT, Bellwether, Failed, check, get, integrity, scratch, wait_for
from peers import Nginx, Postfix, ended, history, quiet_page, recorded, settle
from receivers import Hook

OTHERS = ["quiet-one", "quiet-two"]
ADDRESS = f"noc@{Postfix.DOMAIN}"
INCIDENT = "Incident with Actions"
BLIND_AFTER_S = 4


def secret(text):
    return "whsec_" + base64.b64encode(text.ljust(32, ".").encode()).decode()


def configure(bellwether, nginx, postfix, hook):
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
[alerting]
blind_after = "{BLIND_AFTER_S}s"
[mail]
host = "127.0.0.1"
port = {postfix.port}
tls = "none"
from = "bellwether@{Postfix.DOMAIN}"
""")
    bellwether.write("config/inventory.toml", """
[[site]]
id = "main"
name = "Main hospital"
[[site]]
id = "clinic"
name = "Lakeside clinic"

[[service]]
id = "results"
name = "Results portal"
tier = "clinical"
sites = ["main"]
workflow = "laboratory results for the wards"
owner = "Laboratory systems"
bears = "2h"
needs = [{ service = "builds", without = "degrades" }]
[service.procedure]
name = "DP-07 Results by phone"
first_steps = ["Call the laboratory: results by phone until further notice", "Write down who was told, and when"]
contacts = ["Laboratory on call: see the card at the nurses' station"]

[[service]]
id = "builds"
name = "Builds"
tier = "business"
owner = "Platform team"
needs = [
    { vendor = "github", components = ["Actions"], without = "stops" },
    { vendor = "quiet-one", without = "degrades" },
]

[[service]]
id = "workspaces"
name = "Workspaces"
tier = "back-office"
needs = [
    { vendor = "github", components = ["Codespaces"], without = "stops" },
    { vendor = "quiet-two", without = "degrades" },
]
""")
    bellwether.write("config/subscriptions.toml", f"""
[[receiver]]
id = "noc-mail"
email = "{ADDRESS}"
[[receiver]]
id = "noc-hook"
webhook = "{hook.url}"
allow_private = true
secrets = [{{ env = "HOOK_SECRET_NEW" }}, {{ env = "HOOK_SECRET_OLD" }}]

[[subscription]]
id = "clinical"
services = ["results", "builds"]
receivers = ["noc-mail"]
[[subscription]]
id = "everything"
receivers = ["noc-hook"]
""")
    for vendor in ["github", *OTHERS]:
        bellwether.write(f"sources/{vendor}/vendor.toml", f"""
name = "{'GitHub' if vendor == 'github' else vendor}"
homepage = "{nginx.url(vendor)}"
[[source]]
id = "status-page"
format = "statuspage"
url = "{nginx.url(vendor)}"
every = "1s"
""")


class Pictures:
    """What people look at afterwards."""

    def __init__(self, folder):
        self.folder = folder
        self.faults = []
        PICTURES.mkdir(parents=True, exist_ok=True)

    def take(self, *wanted):
        if shutil.which("node") is None or "BELLWETHER_NODE_MODULES" not in os.environ:
            print("  --  no pictures: there is no node or no playwright-core (tests/e2e/run installs them)")
            return
        jobs = self.folder / "pictures.json"
        jobs.write_text(json.dumps([{**one, "out": str(PICTURES / one["out"])} for one in wanted]))
        done = subprocess.run(["node", str(ROOT / "tests/e2e/shots.mjs"), str(jobs)], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=180)
        print(done.stdout, end="")
        if done.returncode != 0:
            self.faults.append(done.stdout + done.stderr)

    def take_mail(self, mail, name):
        html = self.folder / f"{name}.html"
        html.write_text(mail.get_body(("html",)).get_content())
        url = html.as_uri()
        self.take({"url": url, "out": f"{name}.png", "width": 700, "page": False},
                  {"url": url, "out": f"{name}-phone.png", "width": 390, "page": False},
                  {"url": url, "out": f"{name}-dark.png", "width": 700, "scheme": "dark", "page": False})

    def take_page(self, bellwether, path, name):
        url = f"http://127.0.0.1:{bellwether.port}{path}"
        self.take({"url": url, "out": f"{name}.png"}, {"url": url, "out": f"{name}-phone.png", "width": 390},
                  {"url": url, "out": f"{name}-dark.png", "scheme": "dark"})


# ---- the parts of the walk


def play(nginx, bodies):
    """Serves the bodies in turn, each until it was surely looked at; the history tells the ends. Yields what is open."""
    known, past = {}, []
    for when, body in bodies:
        document = json.loads(body)
        open_ = {one["id"]: one for one in document["incidents"]}
        at = f"{when[:13]}:{when[13:15]}:{when[15:17]}Z"
        past = [ended(known[key], at) for key in known if key not in open_ and key not in {p["id"] for p in past}] + past
        known.update(open_)
        nginx.put("github", "incidents", history(document["page"], list(open_.values()) + past))
        nginx.put("github", "summary", body)
        nginx.wait_for_looks("github", 2)
        yield when, {one["name"] for one in open_.values()}


def check_hurt_shows(bellwether, pictures):
    incidents = bellwether.json("/api/v1/incidents")
    check(INCIDENT in json.dumps(incidents), "/api/v1/incidents lists the incident")
    status, headers, page = get(bellwether.port, "/", accept="text/html")
    check(status == 200 and INCIDENT in page, "the page shows the incident")
    check("Results portal" in page and "Builds" in page, "the page shows the services that it hurts")
    policy = headers.get("Content-Security-Policy", headers.get("content-security-policy", ""))
    check("default-src" in policy and "unsafe-inline" not in policy, f"the page's policy is strict: {policy}")
    check(get(bellwether.port, "/readyz")[0] == 200, "/readyz answers 200")
    check("bellwether_" in get(bellwether.port, "/metrics")[2], "/metrics has our metrics")
    pictures.take_page(bellwether, "/", "page-hurt")
    link = re.search(r'href="(/incidents/[^"]+)"', page)
    check(link is not None, "the page links the incident's own page")
    status, _, own = get(bellwether.port, link.group(1), accept="text/html")
    check(status == 200 and INCIDENT in own, "the incident has a page of its own")
    pictures.take_page(bellwether, link.group(1), "incident-hurt")


def check_mails(mails):
    check(len(mails) == 2, "two mails came: hurt, and over")
    for mail in mails:
        check(mail["To"] == ADDRESS, f"to the NOC: {mail['Subject']}")
        check(mail["Auto-Submitted"] == "auto-generated", "it says that it is automatic")
        check(re.fullmatch(r"Bellwether <alerts\.[\w.-]+>", mail["List-Id"]), f"List-Id {mail['List-Id']}")
        check(mail.get_content_type() == "multipart/alternative", "it has two parts that say the same")
        text = mail.get_body(("plain",)).get_content()
        html = mail.get_body(("html",)).get_content()
        check("Results portal" in text and "Results portal" in html, "both parts name the service")
        check("Results portal, because Builds, because" in " ".join(text.split()), "it tells the path")
        check("laboratory" in text.lower(), "it begins the procedure, or ends it")
        check(max(map(len, text.splitlines())) <= 78 or "http" in text, "its lines are short")
        check("src=" not in html and "<script" not in html, "its HTML asks nobody for anything")
        check(re.fullmatch(r"<[0-9a-f]{32}@[\w.-]+>", mail["Message-ID"]), f"Message-ID {mail['Message-ID']}")
    hurt, over = mails
    roots = {mail[name].strip() for mail in mails for name in ["In-Reply-To", "References"]}
    check(len(roots) == 1, f"both hang on one thread: {roots.pop()}")
    check(hurt["Message-ID"] != over["Message-ID"], "they are two messages")
    check(hurt["Subject"].split("] ", 1)[1] == over["Subject"].split("] ", 1)[1], f"one stem: {over['Subject']}")
    check(not hurt["Subject"].startswith("[Over") and over["Subject"].startswith("[Over"), "the second says: over")


def check_webhooks(hook):
    check(hook.refused == [], "every webhook verified with the old and with the new secret")
    schema = json.loads((ROOT / "config" / "webhook.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    for body in hook.bodies():
        errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]
        check(errors == [], f"{body['subject']}: as its schema says")
    ids = [receipt.id for receipt in hook.receipts.all()]
    check(len(set(ids)) == len(ids) and ids == [body["id"] for body in hook.bodies()], "each has an id of its own")
    kinds = [kind for body in hook.bodies() for topic in body["topics"] for kind in topic["told"]]
    check({"hurt", "over"} <= set(kinds), f"they told {kinds}")


def check_looks(nginx):
    lines = nginx.lines()
    check(any(" 304 " in line for line in lines), "nginx answered 304: looks are conditional")
    check(any('"gzip"' in line for line in lines), "bodies came compressed")
    check(all("Bellwether/" in line or "bellwether/" in line for line in lines), "every look says who we are")


def check_network_gone(bellwether, nginx, postfix, hook, pictures):
    before, mails = len(hook.bodies()), len(postfix.mails())
    nginx.stop()
    wait_for("that it is told", lambda: len(hook.bodies()) > before)
    postfix.wait_for_mails(mails + 1)
    settle(3)
    causes = [topic["cause"]["kind"] for body in hook.bodies()[before:] for topic in body["topics"]]
    check(causes == ["offline"], f"all sources gone at once is told once, as our own network: {causes}")
    check(len(postfix.mails()) == mails + 1, f"one mail too: {postfix.mails()[-1]['Subject']}")
    check_nothing_is_green(bellwether)
    check(get(bellwether.port, "/healthz")[0] == 200, "/healthz answers 200: it runs")
    pictures.take_page(bellwether, "/", "page-offline")
    pictures.take_mail(postfix.mails()[-1], "mail-offline")
    nginx.start()
    wait_for("that it is told to be over", lambda: len(hook.bodies()) > before + 1, patience_s=120)
    check("Online again" in hook.bodies()[-1]["subject"], f"then: {hook.bodies()[-1]['subject']}")
    postfix.wait_for_mails(mails + 2)


def check_nothing_is_green(bellwether):
    services = bellwether.json("/api/v1/services")
    services = services if isinstance(services, list) else services["services"]
    states = {service["id"]: json.dumps(service) for service in services}
    check(len(states) > 0 and not any('"operational"' in state for state in states.values()), "no service is green")


def check_second_start(bellwether):
    second = Bellwether(bellwether.binary, bellwether.folder)
    config = (bellwether.folder / "config" / "bellwether.toml").read_text()
    second.write("second/bellwether.toml", config.replace(str(bellwether.port), str(second.port)))
    for name in ["inventory.toml", "subscriptions.toml"]:
        shutil.copy(bellwether.folder / "config" / name, bellwether.folder / "second" / name)
    done = subprocess.run(
        [str(second.binary), "--config", "second", "--sources", "sources", "run"], cwd=second.folder, text=True,
        env={**os.environ, **bellwether.environment}, capture_output=True, stdin=subprocess.DEVNULL, timeout=30,
    )
    said = (done.stdout + done.stderr).strip()
    check(done.returncode not in (0, -6), f"a second start on the same data ends with {done.returncode}")
    check("data" in said and "panic" not in said, f"and says why: {said.splitlines()[-1][:160]}")
    check(bellwether.is_running(), "the first goes on")


def check_restart(bellwether, postfix, hook, nginx):
    mails, hooks = len(postfix.mails()), len(hook.bodies())
    code, took = bellwether.stop()
    check(code == 0 and took < 10, f"SIGTERM ends it in {took:.1f} s with exit code {code}")
    check(integrity(bellwether.folder / "data") == "ok", "its database is whole")
    bellwether.start()
    bellwether.wait_until_it_serves()
    nginx.wait_for_looks("github", 2)
    settle()
    check((len(postfix.mails()), len(hook.bodies())) == (mails, hooks), "a restart tells nothing again")
    code, _ = bellwether.stop()
    check(code == 0, "and it ends again")


def walk(binary, folder, nginx, postfix):
    old, new = secret("the old one"), secret("the new one")
    hook = Hook([old, new])
    bellwether = Bellwether(binary, folder / "bw", {"HOOK_SECRET_OLD": old, "HOOK_SECRET_NEW": new})
    configure(bellwether, nginx, postfix, hook)
    pictures = Pictures(folder)
    bodies = recorded(ROOT)
    for vendor in OTHERS:
        quiet = quiet_page(vendor, nginx.url(vendor))
        nginx.put(vendor, "summary", quiet)
        nginx.put(vendor, "incidents", history(json.loads(quiet)["page"], []))
    first = json.loads(bodies[0][1])
    nginx.put("github", "incidents", history(first["page"], []))
    nginx.put("github", "summary", bodies[0][1])
    nginx.start()
    postfix.start()
    try:
        bellwether.start()
        bellwether.wait_until_it_serves()
        for vendor in ["github", *OTHERS]:
            nginx.wait_for_looks(vendor, 2)
        check(postfix.mails() == [] and hook.bodies() == [], "nothing is wrong: nobody is told")
        pictures.take_page(bellwether, "/", "page-quiet")
        was_hurt = False
        for when, open_ in play(nginx, bodies[1:]):
            print(f"  --  {when}: {len(open_)} open", flush=True)
            if INCIDENT in open_ and not was_hurt:
                was_hurt = True
                [mail] = postfix.wait_for_mails(1)
                pictures.take_mail(mail, "mail-hurt")
                check_hurt_shows(bellwether, pictures)
        check(was_hurt, f"the recording holds {INCIDENT!r}")
        mails = postfix.wait_for_mails(2)
        settle()
        check_mails(postfix.mails())
        pictures.take_mail(mails[1], "mail-over")
        check_webhooks(hook)
        check_looks(nginx)
        check_network_gone(bellwether, nginx, postfix, hook, pictures)
        check_second_start(bellwether)
        check_restart(bellwether, postfix, hook, nginx)
        check_webhooks(hook)
        check(pictures.faults == [], "the browser found nothing wrong with the pages and mails")
    except Failed:
        print(f"  the end of what it said:\n{bellwether.said()[-3000:]}")
        raise
    finally:
        if bellwether.is_running():
            bellwether.kill()


def main():
    began, folder = time.monotonic(), scratch("walk")
    nginx, postfix = Nginx(folder / "nginx", ["github", *OTHERS]), Postfix(folder / "postfix")
    try:
        walk(Path(sys.argv[1]).resolve(), folder, nginx, postfix)
    except Failed as failed:
        print(f"FAILED: {failed}\n  what it left lies in {folder}")
        sys.exit(1)
    finally:
        nginx.stop()
        postfix.stop()
    shutil.rmtree(folder)
    print(f"the walk: passed in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
