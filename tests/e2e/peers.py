"""Real peers: an nginx that serves recorded bodies in turn, and a Postfix whose mailbox is read."""

import email
import email.policy
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from bellwether import Failed, free_port, wait_for


class Nginx:
    """Serves one folder for each vendor, each on a port of its own, with ETags and gzip."""

    def __init__(self, folder, vendors):
        self.folder = folder
        self.looks = folder / "looks.log"
        self.ports = {vendor: free_port() for vendor in vendors}
        self.process = None
        self._served = 1_600_000_000
        for vendor in vendors:
            (folder / vendor / "api" / "v2").mkdir(parents=True)
        servers = "\n".join(
            f"server {{ listen 127.0.0.1:{port}; root {folder}/{vendor}; access_log {self.looks} looks; }}"
            for vendor, port in self.ports.items()
        )
        places = "\n".join(
            f"{kind}_temp_path {folder}/temp-{kind};" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        )
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ worker_connections 256; }}
http {{
    {places}
    log_format looks '$msec $server_port $uri $status "$sent_http_content_encoding" "$http_if_none_match" "$http_user_agent"';
    types {{ application/json json; }}
    gzip on; gzip_types application/json; gzip_min_length 200; gzip_vary on;
    {servers}
}}
""")

    def url(self, vendor):
        return f"http://127.0.0.1:{self.ports[vendor]}"

    def put(self, vendor, role, body):
        """Serves another body from now on. Each has a time of its own, so that no two have the same ETag."""
        path = self.folder / vendor / "api" / "v2" / f"{role}.json"
        fresh = path.with_suffix(".fresh")
        fresh.write_bytes(body)
        self._served += 60
        os.utime(fresh, (self._served, self._served))
        fresh.rename(path)

    def start(self):
        self.process = subprocess.Popen(
            ["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", str(self.folder / "error.log")],
            stdin=subprocess.DEVNULL,
        )
        wait_for("nginx", lambda: (self.folder / "nginx.pid").exists())

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)

    def lines(self):
        return self.looks.read_text().splitlines() if self.looks.exists() else []

    def wait_for_looks(self, vendor, how_many):
        """Waits for so many further looks at a vendor."""
        def count():
            return sum(f" {self.ports[vendor]} /api/v2/summary.json " in line for line in self.lines())
        wanted = count() + how_many
        wait_for(f"{how_many} looks at {vendor}", lambda: count() >= wanted)


class Postfix:
    """A Postfix of its own, with a queue and a mailbox of its own, on a port of its own."""

    DOMAIN = "hospital.example"

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.mail = folder / "mail"
        for name in ["queue", "data", "mail", "etc"]:
            (folder / name).mkdir(parents=True)
        shutil.chown(folder / "data", "postfix")
        shutil.chown(self.mail, "nobody")
        settings = {
            "compatibility_level": "3.6",
            "queue_directory": folder / "queue",
            "data_directory": folder / "data",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "mynetworks": "127.0.0.0/8",
            "myhostname": f"mx.{self.DOMAIN}",
            "mydestination": "",
            "virtual_mailbox_domains": self.DOMAIN,
            "virtual_mailbox_base": self.mail,
            "virtual_mailbox_maps": "static:all/",
            "virtual_uid_maps": "static:65534",
            "virtual_gid_maps": "static:65534",
            "smtpd_recipient_restrictions": "permit_mynetworks, reject",
            "strict_rfc821_envelopes": "yes",
            "alias_maps": "",
            "maillog_file": folder / "postfix.log",
            "maillog_file_prefixes": folder,
        }
        (folder / "etc" / "main.cf").write_text("".join(f"{k} = {v}\n" for k, v in settings.items()))
        services = [f"127.0.0.1:{self.port} inet n - n - - smtpd", "postlog unix-dgram n - n - 1 postlogd"]
        services += [f"{name} unix - - n - - {program}" for name, program in [
            ("rewrite", "trivial-rewrite"), ("bounce", "bounce"), ("defer", "bounce"), ("trace", "bounce"),
            ("proxymap", "proxymap"), ("error", "error"), ("retry", "error"),
            ("anvil", "anvil"), ("flush", "flush"), ("smtp", "smtp"), ("tlsmgr", "tlsmgr"),
        ]]
        # The one that writes into mailboxes becomes their owner, so it begins as root.
        services += ["virtual unix - n n - - virtual"]
        services += ["cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr", "pickup unix n - n 60 1 pickup"]
        (folder / "etc" / "master.cf").write_text("\n".join(services) + "\n")

    def _do(self, verb):
        done = subprocess.run(
            ["postfix", "-c", str(self.folder / "etc"), verb], capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        if done.returncode != 0:
            log = self.folder / "postfix.log"
            raise Failed(f"postfix {verb}: {done.stdout}{done.stderr}{log.read_text() if log.exists() else ''}")

    def start(self):
        self._do("start")

    def stop(self):
        if (self.folder / "queue" / "pid" / "master.pid").exists():
            self._do("stop")

    def mails(self):
        """All that came, the oldest first, read as strictly as Python can."""
        files = sorted((self.mail / "all").glob("new/*"), key=lambda path: path.stat().st_mtime_ns)
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.strict) for path in files]

    def wait_for_mails(self, how_many):
        wait_for(f"mail number {how_many}", lambda: len(self.mails()) >= how_many)
        return self.mails()


def quiet_page(name, url):
    """A synthetic Statuspage summary on which nothing is wrong."""
    component = {"id": f"{name}-main", "name": "Main", "status": "operational", "group": False}
    return json.dumps({
        "page": {"id": name, "name": name, "url": url, "time_zone": "Etc/UTC"},
        "status": {"indicator": "none", "description": "All Systems Operational"},
        "components": [component], "incidents": [], "scheduled_maintenances": [],
    }).encode()


def history(page, incidents):
    """The list of incidents that goes with a summary."""
    return json.dumps({"page": page, "incidents": incidents}).encode()


def ended(incident, at):
    """An incident as its vendor lists it after its end."""
    last = {"id": f"{incident['id']}-end", "status": "resolved", "body": "This incident has been resolved.",
            "incident_id": incident["id"], "created_at": at, "updated_at": at, "display_at": at}
    return {**incident, "status": "resolved", "resolved_at": at, "updated_at": at,
            "incident_updates": [last, *incident["incident_updates"]]}


def settle(seconds=2.0):
    """Time for something that must not come. Only for that: what must come is waited for."""
    time.sleep(seconds)


def recorded(root):
    """The recorded bodies, in order, or a synthetic outage where there is no recording."""
    folder = Path(os.environ.get("BELLWETHER_RECORDED", root.parent / "shared" / "recorded"))
    folder = folder / "timelines" / "github-2024-01-21" / "github"
    if folder.is_dir():
        return [(path.name.split(".")[0], path.read_bytes()) for path in sorted(folder.glob("*.json"))]
    if os.environ.get("BELLWETHER_DEMAND_RECORDINGS"):
        raise Failed(f"no recordings at {folder}")
    return synthetic()


def synthetic():
    """An outage in the documented shape, written for this test."""
    page = {"id": "synthetic", "name": "GitHub", "url": "https://status.example", "time_zone": "Etc/UTC"}

    def body(at, actions, codespaces):
        open_ = []
        for key, name, status in [("synth1", "Actions", actions), ("synth2", "Codespaces", codespaces)]:
            if status != "operational":
                open_.append({
                    "id": key, "name": f"Incident with {name}", "status": "investigating", "impact": "major",
                    "created_at": "2024-01-21T03:45:00Z", "started_at": "2024-01-21T03:45:00Z", "updated_at": at,
                    "resolved_at": None, "shortlink": "https://status.example/i", "page_id": "synthetic",
                    "components": [{"id": name.lower(), "name": name, "status": status}],
                    "incident_updates": [{"id": f"{key}-{at}", "status": "investigating", "body": "We look into it.",
                                          "incident_id": key, "created_at": at, "updated_at": at, "display_at": at}],
                })
        components = [{"id": n.lower(), "name": n, "status": s, "group": False}
                      for n, s in [("Actions", actions), ("Codespaces", codespaces)]]
        return json.dumps({"page": page, "status": {"indicator": "none", "description": ""}, "incidents": open_,
                           "components": components, "scheduled_maintenances": []}).encode()

    good, bad = "operational", "partial_outage"
    states = [("2024-01-20T080000Z", good, good), ("2024-01-21T040000Z", good, bad), ("2024-01-21T043000Z", bad, bad),
              ("2024-01-21T060000Z", good, "major_outage"), ("2024-01-21T093000Z", good, good)]
    return [(at, body(f"{at[:13]}:{at[13:15]}:{at[15:17]}Z", *how)) for at, *how in states]
