"""What mail systems say of our mails: Postfix takes them from the real program, OpenDKIM signs them on their way as a
hospital's relay does, and what lies in the mailbox is read by Python's strict parser, verified by dkimpy, and judged by
rspamd, which asks a name server of ours for keys and rules.

    mails.py BINARY
"""

import base64
import email
import email.policy
import json
import os
import shutil
import socketserver
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import dkim
import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from bellwether import Bellwether, Failed, check, free_port, scratch, wait_for
from peers import Postfix

DOMAIN = Postfix.DOMAIN
NOC = f"noc@{DOMAIN}"
# A relay of the hospital's, as the world sees it.
RELAY_IP, RELAY_NAME = "192.0.2.10", f"relay.{DOMAIN}"
# Above this rspamd would think of greylisting; T18 of the figures asks for less than 3.
SCORE = 3.0


class Names:
    """A name server that knows the hospital's domain and nothing else."""

    def __init__(self, key):
        self.port = free_port()
        reverse = ".".join(reversed(RELAY_IP.split("."))) + ".in-addr.arpa"
        self.known = {
            (f"bw._domainkey.{DOMAIN}", "TXT"): " ".join(f'"{part}"' for part in halves(f"v=DKIM1; k=rsa; p={key}")),
            (DOMAIN, "TXT"): f'"v=spf1 ip4:{RELAY_IP} -all"',
            (f"_dmarc.{DOMAIN}", "TXT"): '"v=DMARC1; p=reject; adkim=s; aspf=s"',
            (DOMAIN, "MX"): f"10 {RELAY_NAME}.",
            (DOMAIN, "A"): RELAY_IP,
            (RELAY_NAME, "A"): RELAY_IP,
            (reverse, "PTR"): f"{RELAY_NAME}.",
        }
        names = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                data, socket = self.request
                socket.sendto(names.answer(data), self.client_address)

        self.server = socketserver.ThreadingUDPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, data):
        asked = dns.message.from_wire(data)
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.AA | dns.flags.RA
        question = asked.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        found = self.known.get((question.name.to_text().rstrip(".").lower(), kind))
        if found:
            answer.answer.append(dns.rrset.from_text(question.name, 300, "IN", kind, found))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer.to_wire()

    def text(self, name, timeout=5):
        """As dkimpy asks: the text of a record."""
        found = self.known.get((name.decode().rstrip("."), "TXT"))
        return found.replace('" "', "").strip('"').encode() if found else None


def halves(text):
    return [text[n:n + 200] for n in range(0, len(text), 200)]


class Signer:
    """OpenDKIM as a milter of Postfix."""

    def __init__(self, folder):
        self.port = free_port()
        key = folder / "dkim.pem"
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        key.chmod(0o600)
        public = subprocess.run(["openssl", "rsa", "-in", key, "-pubout", "-outform", "der"], check=True, capture_output=True)
        self.public = base64.b64encode(public.stdout).decode()
        settings = folder / "opendkim.conf"
        # The key lies below /tmp, which everybody may write.
        settings.write_text(f"""
Mode s
Canonicalization relaxed/simple
Domain {DOMAIN}
Selector bw
KeyFile {key}
RequireSafeKeys no
Socket inet:{self.port}@127.0.0.1
""")
        self.process = subprocess.Popen(
            ["opendkim", "-f", "-x", settings],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=(folder / "opendkim.log").open("wb"))

    def stop(self):
        self.process.kill()
        self.process.wait()


class Rspamd:
    """Debian's rspamd with its own rules, on ports of its own."""

    def __init__(self, folder, names):
        self.port = free_port()
        etc, place = folder / "rspamd", folder / "rspamd-data"
        shutil.copytree("/etc/rspamd", etc)
        place.mkdir()
        shutil.chown(place, "_rspamd", "_rspamd")
        local = etc / "local.d"
        local.mkdir(exist_ok=True)
        (local / "options.inc").write_text(
            f'dns {{ nameserver = ["127.0.0.1:{names.port}:1"]; timeout = 1s; retransmits = 2; }}\nlocal_addrs = [];\n')
        (local / "worker-normal.inc").write_text(f'bind_socket = "127.0.0.1:{self.port}";\ncount = 1;\n')
        (local / "worker-controller.inc").write_text(f'bind_socket = "127.0.0.1:{free_port()}";\n')
        (local / "worker-proxy.inc").write_text("enabled = false;\n")
        (local / "worker-fuzzy.inc").write_text("enabled = false;\n")
        (local / "logging.inc").write_text(f'type = "file";\nfilename = "{place}/rspamd.log";\n')
        variables = {"CONFDIR": etc, "LOCAL_CONFDIR": etc, "DBDIR": place, "RUNDIR": place, "LOGDIR": place}
        self.process = subprocess.Popen(
            ["rspamd", "-f", "-i", "-c", etc / "rspamd.conf", "-u", "_rspamd", "-g", "_rspamd",
             *(f"--var={name}={value}" for name, value in variables.items())],
            stdin=subprocess.DEVNULL, stdout=(folder / "rspamd.out").open("wb"), stderr=subprocess.STDOUT)
        self.said = folder / "rspamd.out"

    def wait(self):
        # It compiles all its rules first.
        wait_for("rspamd", lambda: self.is_up() or self.has_ended(), patience_s=300)

    def has_ended(self):
        if self.process.poll() is not None:
            raise Failed(f"rspamd ended: {self.said.read_text()[-2000:]}")
        return False

    def is_up(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ping", timeout=2) as answer:
                return answer.read().startswith(b"pong")
        except OSError:
            return False

    def judge(self, raw):
        headers = {"From": f"bellwether@{DOMAIN}", "Rcpt": NOC, "IP": RELAY_IP, "Helo": RELAY_NAME, "Hostname": RELAY_NAME}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/checkv2", data=raw, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


def configure(bellwether, postfix):
    bellwether.write("config/bellwether.toml", f"""
[organisation]
name = "Lakeside Hospital"
time_zone = "America/Chicago"
page = "http://status.{DOMAIN}"
[server]
listen = "127.0.0.1:{bellwether.port}"
[database]
folder = "data"
[mail]
host = "127.0.0.1"
port = {postfix.port}
tls = "none"
from = "bellwether@{DOMAIN}"
""")
    bellwether.write("config/inventory.toml", """
[[service]]
id = "results"
name = "Résultats – laboratory"
tier = "clinical"
workflow = "laboratory results for the wards"
owner = "Laboratory systems"
bears = "2h"
needs = [{ vendor = "harbour", without = "stops" }]
[service.procedure]
name = "DP-07 Results by phone"
first_steps = ["Call the laboratory: results by phone until further notice", "Write down who was told, and when"]
""")
    bellwether.write("sources/harbour/vendor.toml", """
name = "Harbour Labs"
homepage = "https://harbour.example"
support = { phone = "+1-555-0100" }
""")
    bellwether.write("config/subscriptions.toml", f"""
[[receiver]]
id = "noc"
email = "{NOC}"
[[subscription]]
id = "noc"
receivers = ["noc"]
""")


def told(bellwether, *arguments):
    environment = {**os.environ, "BELLWETHER_AUTHOR": "Ada Müller"}
    done = subprocess.run(bellwether.command(*arguments), cwd=bellwether.folder, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)
    check(done.returncode == 0, f"{' '.join(arguments[:2])}: {(done.stdout + done.stderr).strip()[:120]}")
    return done.stdout


def send_all(bellwether, postfix):
    """A test, a beginning with words of every kind, worse, and an end."""
    told(bellwether, "receivers", "test", "noc")
    bellwether.start()
    bellwether.wait_until_it_serves()
    said = told(bellwether, "incident", "open", "harbour", "Results are late 😷 & <b>not</b> $ FREE!!! 100% – see https://evil.example",
                "--impact", "degraded", "--text", "We look into it.\n\nجميع المستخدمين متأثرون. " + "long " * 600)
    incident = next(word for word in said.replace(".", " ").replace(":", " ").split() if word.startswith("harbour-"))
    postfix.wait_for_mails(2)
    told(bellwether, "incident", "update", incident, "--impact", "major_outage", "--text", "Nothing works.")
    postfix.wait_for_mails(3)
    told(bellwether, "incident", "resolve", incident, "--text", "It works again.")
    postfix.wait_for_mails(4)


def read(raw):
    """As strictly as Python can; what no mail of ours may lack or hold."""
    mail = email.message_from_bytes(raw, policy=email.policy.strict)
    defects = [defect for part in mail.walk() for defect in part.defects]
    check(defects == [], f"strictly read: {mail['Subject']}")
    longest = max(len(line) for line in raw.splitlines())
    check(longest <= 998, f"  its longest line has {longest} octets")
    once = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version"]
    check(all(len(mail.get_all(name, [])) == 1 for name in once), f"  each of {', '.join(once)} once")
    check(mail["Auto-Submitted"] is not None and mail["List-Id"] is not None, "  no holiday notice answers it")
    kinds = [part.get_content_type() for part in mail.walk()]
    check(kinds == ["multipart/alternative", "text/plain", "text/html"], "  text first, then HTML")


def main():
    folder = scratch("mails")
    signer = Signer(folder)
    names = Names(signer.public)
    postfix = Postfix(folder / "postfix")
    with (folder / "postfix" / "etc" / "main.cf").open("a") as more:
        more.write(f"smtpd_milters = inet:127.0.0.1:{signer.port}\nmilter_default_action = tempfail\n")
    bellwether = Bellwether(Path(sys.argv[1]).resolve(), folder / "bw")
    configure(bellwether, postfix)
    rspamd = None
    try:
        postfix.start()
        rspamd = Rspamd(folder, names)
        rspamd.wait()
        send_all(bellwether, postfix)
        files = sorted((postfix.mail / "all").glob("new/*"), key=lambda path: path.stat().st_mtime_ns)
        for path in files:
            raw = path.read_bytes()
            read(raw)
            check(dkim.verify(raw, dnsfunc=names.text), "  dkimpy verifies the relay's signature")
            judged = rspamd.judge(raw)
            telling = {name: one["score"] for name, one in judged["symbols"].items() if one["score"] != 0}
            check(judged["score"] < SCORE and judged["action"] == "no action", f"  rspamd: {judged['score']:.2f} {telling}")
            check("R_DKIM_ALLOW" in judged["symbols"] and "DMARC_POLICY_ALLOW" in judged["symbols"], "  and it found the signature")
    finally:
        if bellwether.process:
            bellwether.stop()
        if rspamd:
            rspamd.stop()
        postfix.stop()
        signer.stop()


if __name__ == "__main__":
    main()
