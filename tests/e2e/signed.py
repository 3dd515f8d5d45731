"""Ten thousand messages of the real program, verified by the official Standard Webhooks libraries for Python,
JavaScript and Rust, with secrets that are being changed.

Twenty incidents are opened by hand and told to five hundred receivers each. A quarter of the receivers has one secret,
half an old and a new one in either order, a quarter another: each message must hold for every secret of its receiver, and
for no other; one octet changed, or another id, and it must hold for none.

    signed.py BINARY
"""

import base64
import json
import os
import random
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bellwether import PICTURES, ROOT, Bellwether, check, scratch, wait_for

RECEIVERS, INCIDENTS = 500, 20
VERIFY = ROOT / "tests" / "e2e" / "verify"
ENVIRONMENT = {f"KEY_{name}": "whsec_" + base64.b64encode(random.randbytes(32)).decode() for name in "ABC"}
# Receiver n has the secrets of kind n mod 4.
KINDS = ["A", "AB", "BA", "C"]
LETTERS = "aàåβжшקن国😷 <>&\"'\\/{}[]%$#\u200b\u202e"


class Far:
    """Takes everything and keeps it."""

    def __init__(self):
        self.taken = []
        far = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                far.taken.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 1024

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def configure(bellwether, far):
    bellwether.write("config/bellwether.toml", f"""
[organisation]
name = "Lakeside Hospital"
time_zone = "America/Chicago"
[server]
listen = "127.0.0.1:{bellwether.port}"
[database]
folder = "data"
""")
    bellwether.write("config/inventory.toml", """
[[service]]
id = "results"
name = "Results portal"
tier = "clinical"
needs = [{ vendor = "harbour", without = "stops" }]
""")
    bellwether.write("sources/harbour/vendor.toml", 'name = "Harbour"\nhomepage = "https://harbour.example"\n')
    receivers = "".join(f"""
[[receiver]]
id = "r{n}"
webhook = "http://127.0.0.1:{far.port}/{n}"
allow_private = true
secrets = [{", ".join(f'{{ env = "KEY_{name}" }}' for name in KINDS[n % 4])}]
""" for n in range(RECEIVERS))
    ids = json.dumps([f"r{n}" for n in range(RECEIVERS)])
    bellwether.write("config/subscriptions.toml", f'{receivers}\n[[subscription]]\nid = "all"\nreceivers = {ids}\n')


def open_incidents(bellwether):
    """Opens them one after the other, with random titles and words."""
    environment = {**os.environ, **ENVIRONMENT, "BELLWETHER_AUTHOR": "e2e"}
    for _ in range(INCIDENTS):
        title, text = ("".join(random.choices(LETTERS, k=k)) + " x" for k in (random.randint(1, 80), random.randint(1, 2000)))
        command = bellwether.command("incident", "open", "harbour", "--impact", "major_outage", "--text", text, "--", title)
        done = subprocess.run(command, cwd=bellwether.folder, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            check(False, f"an incident is opened: {done.stdout}{done.stderr}")


def lines(far):
    """What each library reads: the messages as they came, and as somebody on the way changed them."""
    def line(headers, body, accept, refuse):
        signed = {name: headers[name] for name in ["webhook-id", "webhook-timestamp", "webhook-signature"]}
        return json.dumps({**signed, "body": base64.b64encode(body).decode(), "accept": accept, "refuse": refuse})

    for path, headers, body in far.taken:
        names = KINDS[int(path[1:]) % 4]
        own, others = ([v for k, v in ENVIRONMENT.items() if (k[-1] in names) is mine] for mine in (True, False))
        yield line(headers, body, own, others)
        at = random.choice([n for n, octet in enumerate(body) if octet < 0x80])  # so that it stays a text
        yield line(headers, body[:at] + bytes([body[at] ^ 1]) + body[at + 1:], [], own)
        yield line({**headers, "webhook-id": headers["webhook-id"] + "0"}, body, [], own)


def libraries():
    """The command of each library, built or installed where that is needed."""
    place = PICTURES / "verify"
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cargo", "build", "--quiet", "--release", "--manifest-path", VERIFY / "Cargo.toml", "--target-dir", place / "target"],
                   check=True, stdin=subprocess.DEVNULL)
    if not (place / "node_modules" / "standardwebhooks").exists():
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-save", "--prefix", place,
                        "standardwebhooks@1.1.1"], check=True, stdin=subprocess.DEVNULL)
    script = place / "verify.mjs"
    script.write_text((VERIFY / "verify.mjs").read_text())
    return {"Python": [sys.executable, VERIFY / "verify.py"], "JavaScript": ["node", script],
            "Rust": [place / "target" / "release" / "verify"]}


def main():
    commands = libraries()
    folder = scratch("signed")
    far = Far()
    bellwether = Bellwether(Path(sys.argv[1]).resolve(), folder / "bw", ENVIRONMENT)
    configure(bellwether, far)
    try:
        bellwether.start()
        bellwether.wait_until_it_serves()
        began = time.monotonic()
        open_incidents(bellwether)
        wait_for("all messages", lambda: len(far.taken) >= RECEIVERS * INCIDENTS, patience_s=240)
        took = time.monotonic() - began
    finally:
        if bellwether.process:
            bellwether.stop()
    ids = {(path, headers["webhook-id"]) for path, headers, _ in far.taken}
    check(len(ids) == len(far.taken) == RECEIVERS * INCIDENTS, f"{len(ids)} messages came within {took:.0f} s, none twice")
    text = "\n".join(lines(far)) + "\n"
    for name, command in commands.items():
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=280, check=False)
        check(done.returncode == 0, f"{name}: the library runs {done.stderr[-400:]}")
        right, wrong = map(int, done.stdout.split())
        check(wrong == 0 and right >= len(ids) * 5, f"{name}: {right} judgements as they must be, {wrong} not")


if __name__ == "__main__":
    main()
