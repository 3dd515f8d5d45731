"""The Debian package on a fresh Debian, as a new user meets it: installed, configured from the README, relied upon, upgraded,
removed. The machine is booted with a systemd of its own, so the unit runs with all of its hardening.

    package.py BINARY
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from alone import go_alone
from bellwether import ROOT, Failed, check, get, scratch, wait_for
from machine import Machine, image
from receivers import Mailbox

PORT = 8080
UNIT = "bellwether.service"


def pack(binary):
    done = subprocess.run([str(ROOT / "packaging/build-deb"), str(binary)], capture_output=True, text=True, cwd=ROOT)
    if done.returncode != 0:
        raise Failed(f"packaging/build-deb:\n{done.stderr[-2000:]}")
    return ROOT / done.stdout.strip().splitlines()[-1]


def as_version(package, version, folder):
    """The same package under a later version."""
    tree, later = folder / "later", folder / "bellwether_later.deb"
    subprocess.run(["dpkg-deb", "-R", str(package), str(tree)], check=True)
    control = tree / "DEBIAN" / "control"
    control.write_text(re.sub(r"^Version: .*$", f"Version: {version}", control.read_text(), flags=re.M))
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", str(tree), str(later)], check=True, capture_output=True)
    return later


class Installed:
    """Bellwether on the machine."""

    def __init__(self, machine):
        self.machine = machine

    def install(self, package):
        name = f"/root/{package.name}"
        shutil.copy(package, self.machine.root / name.lstrip("/"))
        return self.machine.run("apt-get", "install", "-y", "-o", "Dpkg::Options::=--force-confdef", name).stdout

    def is_active(self):
        return self.machine.run("systemctl", "is-active", UNIT, demanded=False).stdout.strip() == "active"

    def main_pid(self):
        return int(self.machine.run("systemctl", "show", "-P", "MainPID", UNIT).stdout)

    def journal(self):
        return self.machine.run("journalctl", "-u", UNIT, "--no-pager", "-o", "cat").stdout

    def wait_until_it_serves(self):
        wait_for(f"an answer of /healthz; the journal says:\n{self.journal()[-2000:]}", lambda: get(PORT, "/healthz")[0] == 200)


def check_installed(installed):
    machine = installed.machine
    if not installed.is_active():
        raise Failed(f"the service does not run:\n{installed.journal()[-3000:]}")
    check(True, "the service runs after the installation, and systemd was told that it is ready")
    installed.wait_until_it_serves()
    check("nobody is told" in get(PORT, "/")[2].lower(), "the page answers, and says that nobody is told yet")
    owner = machine.run("stat", "-c", "%U %a", "/var/lib/bellwether", "/var/lib/bellwether/bellwether.sqlite").stdout.split("\n")
    check(owner[0] == "bellwether 700" and owner[1] == "bellwether 600", "its data belong to a user of its own, to nobody else")
    user = machine.run("ps", "-o", "user=", "-p", str(installed.main_pid())).stdout.strip()
    check(user.startswith("bellwet"), f"it runs as {user}")
    said = machine.run("systemd-analyze", "security", "--no-pager", UNIT).stdout.strip().splitlines()[-1]
    exposure = float(re.search(r"(\d+\.\d+)", said)[1])
    check(exposure <= 1.5, f"systemd-analyze security on the running unit: {exposure}")
    modes = machine.run("stat", "-c", "%U:%G %a", "/etc/bellwether/secrets", "/var/backups/bellwether").stdout.split("\n")
    check(modes[:2] == ["root:bellwether 2750", "bellwether:bellwether 700"], f"secrets and backups are kept from others: {modes[:2]}")
    checked = machine.run("bellwether", "check")
    check("error" not in checked.stdout.lower().replace("0 errors", ""), "`bellwether check` finds /etc/bellwether by itself")


def configure(installed, mailbox):
    """The steps of the README: the relay, a receiver, a subscription, a reload."""
    machine = installed.machine
    settings = machine.get("/etc/bellwether/bellwether.toml")
    relay = f'\n[mail]\nhost = "127.0.0.1"\nfrom = "bellwether@hospital.example"\ntls  = "none"\nport = {mailbox.port}\n'
    machine.put("/etc/bellwether/bellwether.toml", settings + relay)
    subscriptions = machine.get("/etc/bellwether/subscriptions.toml")
    ours = '[[receiver]]\nid    = "noc-mail"\nemail = "noc@hospital.example"\n\n[[subscription]]\nid        = "noc"\nreceivers = ["noc-mail"]\n'
    machine.put("/etc/bellwether/subscriptions.toml", f"{subscriptions}\n{ours}")
    machine.run("bellwether", "check")
    machine.run("systemctl", "reload", UNIT)
    tested = machine.run("bellwether", "receivers", "test", "noc-mail").stdout
    check("250" in tested and len(mailbox.receipts.all()) == 1, "`receivers test` reaches the mailbox")
    wait_for("the reload to hold", lambda: "nobody is told" not in get(PORT, "/")[2].lower(), patience_s=20)
    check(True, "after `systemctl reload` somebody is told")


def open_by_hand(installed, mailbox):
    words = ["--author", "J. Doe", "--impact", "major_outage", "--text", "Support: blue screens after an update"]
    opened = installed.machine.run("bellwether", "incident", "open", "crowdstrike", "Computers do not start", *words)
    wait_for("the mail", lambda: len(mailbox.receipts.all()) >= 2, patience_s=30)
    mail = mailbox.receipts.all()[1].bytes.decode("utf-8", "replace")
    check("Workstations" in mail, "root enters an incident by hand, and the mail names the service that it stops")
    owners = installed.machine.run("find", "/var/lib/bellwether", "!", "-user", "bellwether").stdout.strip()
    check(owners == "", f"nothing that root left there belongs to root {owners}")
    return re.search(r"crowdstrike-[0-9a-f]+", opened.stdout)[0]


def check_backup(installed):
    """Root takes a backup as the README says; one that only root can read and a mistake in a file are said."""
    machine = installed.machine
    machine.run("bellwether", "backup", "/var/backups/bellwether/today")
    refused = machine.run("bellwether", "backup", "/root/today", demanded=False)
    check("as the user whom the data belongs to" in refused.stderr, "a backup that cannot be written says as whom it was tried")
    machine.put("/etc/bellwether/secrets/kiosk", "0123456789abcdef0123456789abcdef\n")
    machine.run("chmod", "600", "/etc/bellwether/secrets/kiosk")
    right = machine.get("/etc/bellwether/bellwether.toml")
    machine.put("/etc/bellwether/bellwether.toml", right.replace("# kiosk = ", 'kiosk = { file = "/etc/bellwether/secrets/kiosk" } # '))
    said = machine.run("bellwether", "check", demanded=False)
    machine.put("/etc/bellwether/bellwether.toml", right)
    check("Permission denied" in said.stdout + said.stderr, "`check` by root finds the secret that the service cannot read")
    machine.run("bellwether", "accounts", "link")
    owners = machine.run("find", "/var/lib/bellwether", "!", "-user", "bellwether").stdout.strip()
    check(owners == "", f"and nothing that root did belongs to root {owners}")


def check_killed(installed):
    before = installed.main_pid()
    installed.machine.run("kill", "-9", str(before))
    wait_for("systemd to start it anew", lambda: installed.is_active() and installed.main_pid() not in (0, before), patience_s=30)
    installed.wait_until_it_serves()
    check(True, "killed, it is started anew")


def check_upgraded(installed, package, incident, mailbox, folder):
    told = len(mailbox.receipts.all())
    before = installed.main_pid()
    installed.install(as_version(package, "99.0-1", folder))
    wait_for("the new one to run", lambda: installed.is_active() and installed.main_pid() != before, patience_s=30)
    installed.wait_until_it_serves()
    check(get(PORT, f"/incidents/{incident}")[0] == 200, "an upgrade keeps the database: the incident is still open")
    check("noc@hospital.example" in installed.machine.get("/etc/bellwether/subscriptions.toml"), "and the configuration")
    time.sleep(3)
    check(len(mailbox.receipts.all()) == told, "and tells nobody again")


def check_broken(installed):
    """A wrong configuration ends the start with one clear line, and no storm of starts."""
    machine = installed.machine
    right = machine.get("/etc/bellwether/bellwether.toml")
    machine.put("/etc/bellwether/bellwether.toml", right + "\n[nonsense]\n")
    machine.run("systemctl", "restart", UNIT, demanded=False)
    time.sleep(7)
    shown = machine.run("systemctl", "show", "-p", "ActiveState,NRestarts,ExecMainStatus", UNIT).stdout
    state = dict(line.split("=", 1) for line in shown.split())
    stopped = state["ActiveState"] == "failed" and state["ExecMainStatus"] == "78"
    check(stopped, f"a wrong configuration stops it with exit code 78, and it is not started over and over: {state}")
    check("nonsense" in installed.journal(), "and the journal names the key")
    machine.put("/etc/bellwether/bellwether.toml", right)
    machine.run("systemctl", "restart", UNIT)
    installed.wait_until_it_serves()


def check_removed(installed):
    machine = installed.machine
    machine.run("apt-get", "remove", "-y", "bellwether")
    check(not machine.exists("/usr/bin/bellwether") and get(PORT, "/healthz")[0] == 0, "removed, it is gone and stopped")
    check(machine.exists("/var/lib/bellwether/bellwether.sqlite") and machine.exists("/etc/bellwether/inventory.toml"), "its data and files stay")
    machine.run("apt-get", "purge", "-y", "bellwether")
    check(not machine.exists("/var/lib/bellwether") and not machine.exists("/etc/bellwether"), "purged, they are gone too, secrets among them")
    check(machine.exists("/var/backups/bellwether/today"), "a backup that was taken stays")


def main():
    if os.geteuid() == 0:
        image()  # While there still is a network.
    if os.geteuid() != 0 or not go_alone():
        print("  --  skipped: this needs root and network namespaces")
        return
    folder = scratch("package")
    package = pack(Path(sys.argv[1]).resolve())
    print(f"      {package.name}: {package.stat().st_size / 1e6:.1f} MB")
    machine = mailbox = None
    try:
        machine, mailbox = Machine(folder / "root"), Mailbox()
        began = time.monotonic()
        installed = Installed(machine)
        installed.install(package)
        check_installed(installed)
        configure(installed, mailbox)
        incident = open_by_hand(installed, mailbox)
        print(f"      from the package to a mail in a mailbox: {time.monotonic() - began:.0f} s of a machine's time")
        check_backup(installed)
        check_killed(installed)
        check_upgraded(installed, package, incident, mailbox, folder)
        check_broken(installed)
        check_removed(installed)
    except Failed as failed:
        print(f"FAILED: {failed}")
        sys.exit(1)
    finally:
        if mailbox:
            mailbox.stop()
        if machine:
            machine.stop()
    shutil.rmtree(folder)
    print("the package: passed")


if __name__ == "__main__":
    main()
