"""The container file, step by step, by a real engine, and what it makes, run. Its base images are made here from Debian's
packages, since registries may be out of reach; and cargo's step takes the binary that is there instead of building for
minutes another one from the same sources.

    container.py BINARY
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bellwether import ROOT, Failed, check, get, scratch, wait_for
from machine import image

FILE = "packaging/container/Containerfile"
PORT = 8080
CARGO = '#!/bin/sh\necho "$*" >/cargo-was-asked\nmkdir -p /src/target/dist && cp /prebuilt /src/target/dist/bellwether\n'


class Engine:
    """buildah, with a store of its own and no daemon."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {**os.environ, "STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"}
        self.command = ["buildah", "--root", str(folder / "store"), "--runroot", str(folder / "run")]

    def __call__(self, *arguments):
        done = subprocess.run([*self.command, *arguments], capture_output=True, text=True, env=self.environment, timeout=600, cwd=ROOT)
        if done.returncode != 0:
            raise Failed(f"buildah {' '.join(arguments[:3])} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")
        return done.stdout.strip()

    def base(self, name, files):
        """An image of a fresh Debian with a few files more."""
        container = self("from", "scratch")
        place = Path(self("mount", container))
        subprocess.run(["tar", "-xf", str(image()), "-C", str(place)], check=True)
        for path, content in files.items():
            (place / path).write_bytes(content)
            (place / path).chmod(0o755)
        self("commit", "--quiet", container, name)
        self("rm", container)


def bases():
    """The images that the file begins with, by its own words."""
    lines = (ROOT / FILE).read_text().splitlines()
    return [line.split()[1] for line in lines if line.startswith("FROM ")]


def run_it(engine, name):
    container = engine("from", "--pull-never", name)
    made = json.loads(engine("inspect", "--type", "image", name))["Docker"]["config"]
    check(made["User"] == "10001" and made["Entrypoint"] == ["bellwether"], "it does not run as root")
    as_made = ["run", "--user", made["User"], container, "--"]
    refused = subprocess.run([*engine.command, *as_made, "bellwether", "run"], capture_output=True, text=True, env=engine.environment, timeout=60)
    check(refused.returncode != 0 and "BELLWETHER_TOKEN" in refused.stderr, "without its token it does not open itself to others, and says why")
    with_token = ["run", "--user", made["User"], "--env", "BELLWETHER_TOKEN=a-token-of-the-test-0123456789abcdef", container, "--", "bellwether", "run"]
    running = subprocess.Popen([*engine.command, *with_token], env=engine.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        wait_for("an answer of /healthz", lambda: get(PORT, "/healthz")[0] == 200)
        check(get(PORT, "/", accept="text/html")[0] == 401, "its page wants the token")
        engine(*as_made, *made["Healthcheck"]["Test"][1:])
        check(True, "its health check finds it well")
    finally:
        subprocess.run(["pkill", "-TERM", "-x", "-P", str(running.pid), "bellwether"], check=False)
        running.terminate()
        running.wait(timeout=30)


def main():
    if os.geteuid() != 0 or not shutil.which("buildah"):
        print("  --  skipped: this needs root and buildah")
        return
    began = time.monotonic()
    folder = scratch("container")
    engine = Engine(folder)
    binary = Path(sys.argv[1]).resolve().read_bytes()
    rust, debian = bases()
    try:
        engine.base(rust, {"usr/bin/cargo": CARGO.encode(), "prebuilt": binary})
        engine.base(debian, {})
        engine("build", "--pull-never", "--format", "docker", "--tag", "bellwether", "--file", FILE, ".")
        check(True, "every step of the container file was taken")
        run_it(engine, "bellwether")
    except Failed as failed:
        print(f"FAILED: {failed}")
        sys.exit(1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"the container: passed in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
