"""The shipped configuration on a machine without a network: everything unreachable and said to be, nothing green.

It runs in a network namespace of its own that has nothing but a loopback, where the machine allows that.

    shipped.py BINARY
"""

import json
import shutil
import sys
import time
from pathlib import Path

from alone import go_alone
from bellwether import ROOT, Bellwether, Failed, check, get, scratch, wait_for

def entries(document, name):
    return document if isinstance(document, list) else document[name]


def look_at(bellwether):
    bellwether.start()
    bellwether.wait_until_it_serves()

    def unseen():
        sources = entries(bellwether.json("/api/v1/sources"), "sources")
        return [source for source in sources if "unreachable" in json.dumps(source).lower()]

    sources = entries(bellwether.json("/api/v1/sources"), "sources")
    check(len(sources) >= 5, f"{len(sources)} sources are polled")
    wait_for("every source to be unreachable", lambda: len(unseen()) == len(sources), patience_s=90)
    check(True, "every source is unreachable, and says so")
    print(f"      for example: {json.dumps(unseen()[0])[:300]}")
    services = entries(bellwether.json("/api/v1/services"), "services")
    states = [json.dumps(service) for service in services]
    check(len(states) >= 5 and not any('"operational"' in state for state in states), "no service is green")
    status, _, page = get(bellwether.port, "/", accept="text/html")
    check(status == 200 and "nobody is told" in page.lower(), "the page says that nobody is told yet")
    check("unreachable" in page.lower(), "the page says what is unreachable")
    said = bellwether.said()
    check("nobody is told" in said.lower(), "the terminal says that nobody is told yet")
    check(f"127.0.0.1:{bellwether.port}" in said, "the terminal says where the page is")
    check("panicked" not in said, "nothing panicked")
    code, took = bellwether.stop()
    check(code == 0 and took < 10, f"SIGTERM ends it in {took:.1f} s with exit code {code}")


def main():
    go_alone()
    began = time.monotonic()
    bellwether = Bellwether(Path(sys.argv[1]).resolve(), scratch("shipped"))
    shutil.copytree(ROOT / "config", bellwether.folder / "config")
    settings = (bellwether.folder / "config" / "bellwether.toml").read_text()
    # As shipped but for the port, which something else on this machine may have.
    bellwether.write("config/bellwether.toml", settings.replace("127.0.0.1:8080", f"127.0.0.1:{bellwether.port}"))
    try:
        look_at(bellwether)
    except Failed as failed:
        print(f"FAILED: {failed}\n{bellwether.said()[-3000:]}")
        sys.exit(1)
    finally:
        if bellwether.is_running():
            bellwether.kill()
    shutil.rmtree(bellwether.folder)
    print(f"the shipped configuration: passed in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
