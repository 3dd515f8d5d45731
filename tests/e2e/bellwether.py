"""The program under test: its configuration, its process, its end; and small things that all scripts here share."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "target" / "e2e"
# No answer of a program on the same machine takes this long, even when the machine is busy.
PATIENCE_S = 60.0


class Failed(AssertionError):
    """Something is not as it must be."""


def check(holds, what):
    """Says what holds; ends the run when it does not."""
    if not holds:
        raise Failed(what)
    print(f"  ok  {what}", flush=True)


def wait_for(what, probe, patience_s=PATIENCE_S, pause_s=0.05):
    """What `probe` returns once that is true."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        found = probe()
        if found:
            return found
        time.sleep(pause_s)
    raise Failed(f"waited {patience_s:.0f} s in vain for: {what}")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def scratch(name):
    """A new folder. Its path is short: sockets lie in it. It is kept when something fails."""
    folder = Path(tempfile.mkdtemp(prefix=f"bw-{name}-", dir="/tmp"))
    folder.chmod(0o755)
    return folder


def get(port, path, accept="*/*", patience_s=10):
    """Status, headers and text of one request to a server on this machine."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept": accept})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=patience_s) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()
    except (OSError, ValueError) as error:
        return 0, {}, str(error)


class Bellwether:
    """One installation: its folder holds config/, sources/, data/ and what it said."""

    def __init__(self, binary, folder, environment=None):
        self.binary = Path(binary)
        self.folder = Path(folder)
        self.port = free_port()
        self.log = self.folder / "bellwether.log"
        self.environment = environment or {}
        self.process = None
        self.folder.mkdir(parents=True, exist_ok=True)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def command(self, *arguments):
        return [str(self.binary), "--config", "config", "--sources", "sources", *arguments]

    def start(self, **environment):
        plain = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy") and k != "FAILPOINTS"}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command("run"),
                cwd=self.folder,
                env={**plain, **self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def said(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def wait_until_it_serves(self):
        def serves():
            if self.process.poll() is not None:
                raise Failed(f"it ended by itself with {self.process.returncode}:\n{self.said()[-3000:]}")
            return get(self.port, "/healthz")[0] == 200

        wait_for("an answer of /healthz", serves)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Asks it to end; its exit code and how long that took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failed("it did not end within 30 s of SIGTERM") from None
        return code, time.monotonic() - began

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def json(self, path):
        status, _, text = get(self.port, path, accept="application/json")
        if status != 200:
            raise Failed(f"{path} answered {status}: {text[:300]}")
        return json.loads(text)


def databases(folder):
    """The SQLite files below a folder."""
    sign = b"SQLite format 3\0"
    return [p for p in Path(folder).rglob("*") if p.is_file() and p.open("rb").read(16) == sign]


def integrity(folder):
    """What SQLite says of a copy of the databases in `folder`, its logs included. The originals are not opened."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "data"
        shutil.copytree(folder, copy)
        found = databases(copy)
        if not found:
            return f"no database in {folder}"
        answers = set()
        for path in found:
            with sqlite3.connect(path) as database:
                answers |= {row[0] for row in database.execute("PRAGMA integrity_check")}
                broken = database.execute("PRAGMA foreign_key_check").fetchall()
                answers |= {f"foreign key: {row}" for row in broken}
            database.close()
        return "\n".join(sorted(answers))
