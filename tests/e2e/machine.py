"""A fresh Debian, booted: its own root, its own systemd as the first process, the network of whoever starts it."""

import shutil
import subprocess
import time
from pathlib import Path

from bellwether import PICTURES, Failed, wait_for

# What a small Debian server has; nothing of Bellwether's.
PACKAGES = "systemd,systemd-sysv,dbus,ca-certificates,procps"
IMAGE = PICTURES / "debian-bookworm.tar"


def image():
    """The root of a fresh Debian, made once from Debian's packages."""
    if not IMAGE.exists():
        half = IMAGE.with_suffix(".half.tar")
        command = ["mmdebstrap", "--variant=apt", f"--include={PACKAGES}", "bookworm", str(half)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(f"no Debian could be made:\n{done.stderr[-2000:]}")
        half.rename(IMAGE)
    return IMAGE


class Machine:
    """One booted Debian in `root`."""

    def __init__(self, root):
        self.root = Path(root)
        self.root.mkdir(parents=True)
        subprocess.run(["tar", "-xf", str(image()), "-C", str(self.root)], check=True)
        self.log = self.root.with_suffix(".boot.log")
        command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--directory", str(self.root), "--boot"]
        with self.log.open("wb") as log:
            self.nspawn = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self.leader = wait_for("the machine's first process", self.first_process, patience_s=30)
            wait_for("the machine to be up", self.is_up, patience_s=120, pause_s=0.5)
        except Failed:
            self.stop()
            raise Failed(f"the machine did not boot:\n{self.log.read_text(errors='replace')[-2000:]}") from None

    def first_process(self):
        if self.nspawn.poll() is not None:
            raise Failed("systemd-nspawn ended")
        children = Path(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children").read_text().split()
        named = [pid for pid in children if Path(f"/proc/{pid}/comm").read_text().strip() == "systemd"]
        return int(named[0]) if named else None

    def is_up(self):
        # "degraded" too: what a container cannot do is no matter of ours.
        return self.run("systemctl", "is-system-running", demanded=False).stdout.strip() in ("running", "degraded")

    def run(self, *command, demanded=True, stdin=None):
        """Runs a command as root in the machine."""
        inside = ["nsenter", f"--target={self.leader}", "--mount", "--uts", "--ipc", "--pid", "--root", "--wd=/root"]
        clean = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"]
        done = subprocess.run([*inside, *clean, *command], capture_output=True, text=True, input=stdin, timeout=180)
        if demanded and done.returncode != 0:
            raise Failed(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done

    def put(self, path, text):
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    def get(self, path):
        return (self.root / path.lstrip("/")).read_text()

    def exists(self, path):
        return (self.root / path.lstrip("/")).exists()

    def stop(self):
        if self.nspawn.poll() is None:
            self.nspawn.terminate()
            try:
                self.nspawn.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.nspawn.kill()
                self.nspawn.wait()
        time.sleep(0.2)
        shutil.rmtree(self.root, ignore_errors=True)
