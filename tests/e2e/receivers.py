"""The far sides that Bellwether tells: a webhook receiver and a small mail server. Both keep all that came."""

import hashlib
import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from standardwebhooks.webhooks import Webhook

from bellwether import free_port


@dataclass(frozen=True)
class Receipt:
    """One message that was taken."""

    id: str
    sha256: str
    bytes: bytes
    at: float


class Receipts:
    """All that came, in the order in which it came."""

    def __init__(self):
        self._all = []
        self._lock = threading.Lock()
        self.came = threading.Event()

    def add(self, name, body):
        with self._lock:
            self._all.append(Receipt(name, hashlib.sha256(body).hexdigest(), body, time.time()))
        self.came.set()

    def all(self):
        with self._lock:
            return list(self._all)


class Hook:
    """Takes webhooks whose every secret verifies with the official library, and refuses all others."""

    def __init__(self, secrets):
        self.receipts = Receipts()
        self.refused = []
        self.headers = []
        verifiers = [Webhook(secret) for secret in secrets]
        hook = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                try:
                    for verifier in verifiers:
                        verifier.verify(body, headers)
                    json.loads(body)
                except Exception as error:  # whatever is wrong with it, it is refused and shown
                    hook.refused.append(repr(error))
                    self.answer(400)
                    return
                hook.headers.append(headers)
                hook.receipts.add(headers["webhook-id"], body)
                self.answer(204)

            def answer(self, status):
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    pass  # It was killed while it waited. That is what is tested.

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def bodies(self):
        return [json.loads(receipt.bytes) for receipt in self.receipts.all()]


class _Keeper:
    def __init__(self, receipts):
        self.receipts = receipts

    async def handle_DATA(self, _server, _session, envelope):
        lines = envelope.original_content.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
        ids = [line.split(b":", 1)[1].strip().decode() for line in lines if line.lower().startswith(b"message-id:")]
        self.receipts.add(ids[0] if len(ids) == 1 else f"{len(ids)} Message-IDs", envelope.original_content)
        return "250 kept"


class Mailbox:
    """A mail server that takes everything."""

    def __init__(self):
        self.receipts = Receipts()
        self.port = free_port()
        self.controller = Controller(_Keeper(self.receipts), hostname="127.0.0.1", port=self.port, ready_timeout=20)
        self.controller.start()

    def stop(self):
        self.controller.stop()
