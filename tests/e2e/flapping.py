"""Vendors that flap: synthetic Statuspages on addresses of this machine, and the ledger of what they did.

A state stands until Bellwether has surely taken it in: the same process that was served the state has come back for
the next look, and a look begins only when the one before it is committed. From then on the state is *owed*: whoever
subscribed must be told of it, whatever is killed.
"""

import gzip
import hashlib
import json
import random
import re
import threading
import time
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PROCESS = re.compile(r"/process-(\d+)")


def now_text():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Page:
    """One vendor with one component and one incident after the other."""

    def __init__(self, number):
        self.name = f"flap-{number}"
        self.address = f"127.0.1.{number + 1}"
        self.lock = threading.Lock()
        self.number = 0
        self.open = False
        self.began = None
        self.ended = []
        self.owed = []  # (key, "hurt" or "over"), in order
        self._served_to = None
        self.changed_body_served = threading.Event()
        self._serve()

    def _serve(self):
        page = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body, state = page.body(self.path)
                if body is None:
                    return self.answer(404, b"")
                tag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
                is_summary = self.path.endswith("summary.json")
                process = PROCESS.search(self.headers.get("User-Agent", ""))
                if is_summary:
                    page.asked(process.group(1) if process else None)
                if self.headers.get("If-None-Match") == tag:
                    done = self.answer(304, b"", tag)
                else:
                    done = self.answer(200, body, tag)
                if is_summary and done:
                    page.served(process.group(1) if process else None, state)
                return None

            def answer(self, status, body, tag=None):
                packed = gzip.compress(body, 1) if body and "gzip" in self.headers.get("Accept-Encoding", "") else body
                try:
                    self.send_response(status)
                    if tag:
                        self.send_header("ETag", tag)
                    if packed is not body:
                        self.send_header("Content-Encoding", "gzip")
                    if status != 304:
                        self.send_header("Content-Type", "application/json")
                        self.send_header("Content-Length", str(len(packed)))
                    self.end_headers()
                    self.wfile.write(packed)
                    return True
                except OSError:
                    return False

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer((self.address, 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        self.url = f"http://{self.address}:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def key(self, number=None):
        return f"{self.name.replace('-', '')}n{self.number if number is None else number:05}"

    def incident(self, number, began, ended):
        phase = "resolved" if ended else "investigating"
        said = ended or began
        component = {"id": f"{self.name}-main", "name": "Main", "status": "operational" if ended else "partial_outage"}
        return {
            "id": self.key(number), "name": f"Trouble {self.key(number)}", "status": phase, "impact": "major",
            "created_at": began, "started_at": began, "updated_at": said, "resolved_at": ended,
            "monitoring_at": None, "shortlink": f"{self.url}/i/{number}", "page_id": self.name,
            "components": [component],
            "incident_updates": [{
                "id": f"{self.key(number)}-{phase}", "status": phase, "body": f"It is {phase}.",
                "incident_id": self.key(number), "created_at": said, "updated_at": said, "display_at": said,
            }],
        }

    def body(self, path):
        with self.lock:
            current = [self.incident(self.number, self.began, None)] if self.open else []
            page = {"id": self.name, "name": self.name, "url": self.url, "time_zone": "Etc/UTC"}
            if path.endswith("/summary.json"):
                status = "partial_outage" if self.open else "operational"
                components = [{"id": f"{self.name}-main", "name": "Main", "status": status, "group": False}]
                document = {
                    "page": page, "components": components, "incidents": current, "scheduled_maintenances": [],
                    "status": {"indicator": "major" if self.open else "none", "description": ""},
                }
            elif path.endswith("/incidents.json"):
                past = [self.incident(*one) for one in reversed(self.ended[-49:])]
                document = {"page": page, "incidents": current + past}
            else:
                return None, None
            return json.dumps(document).encode(), self.state()

    def state(self):
        return (self.number, self.open)

    def asked(self, process):
        """A process asks again: what it was served before is taken in."""
        with self.lock:
            if process is None or self._served_to is None:
                return
            before, state = self._served_to
            if before == process and state == self.state() and self.number > 0:
                transition = (self.key(), "hurt" if self.open else "over")
                if not self.owed or self.owed[-1] != transition:
                    self.owed.append(transition)

    def served(self, process, state):
        with self.lock:
            if state != self.state():
                return  # It moved on while it was served.
            is_news = self._served_to is None or self._served_to[1] != state
            self._served_to = (process, state)
        if is_news:
            self.changed_body_served.set()

    def is_taken_in(self):
        """Whether the state that stands is owed, or nothing has happened yet and the first look is taken in."""
        with self.lock:
            if self.number == 0:
                return self._served_to is not None
            return bool(self.owed) and self.owed[-1] == (self.key(), "hurt" if self.open else "over")

    def flap(self):
        with self.lock:
            if self.open:
                self.ended.append((self.number, self.began, now_text()))
                self.open = False
            else:
                self.number += 1
                self.began = now_text()
                self.open = True


class Flapping:
    """Several pages; a thread moves each on as soon as its state is owed, after a short or a longer while."""

    def __init__(self, pages, seed):
        self.pages = [Page(number) for number in range(pages)]
        self.random = random.Random(seed)
        self.is_moving = False
        self.event = threading.Event()
        for page in self.pages:
            page.changed_body_served = self.event
        self._due = {page.name: 0.0 for page in self.pages}
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            time.sleep(0.02)
            if self.is_moving:
                for page in self.pages:
                    self._move(page)

    def _move(self, page):
        now = time.monotonic()
        if not page.is_taken_in():
            self._due[page.name] = 0.0
        elif self._due[page.name] == 0.0:
            # Mostly at once; sometimes it stands for a while, as in life.
            self._due[page.name] = now + self.random.choice([0.0, 0.0, 0.3, 1.5])
        elif now >= self._due[page.name]:
            self._due[page.name] = 0.0
            page.flap()

    def owed(self):
        return [transition for page in self.pages for transition in list(page.owed)]

    def all_taken_in(self):
        return all(page.is_taken_in() for page in self.pages)
