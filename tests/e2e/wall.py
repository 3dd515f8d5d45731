"""The wallboard in a real browser: it greys out by itself when its stream stops, however it stops; and the keys.

    wall.py BINARY
"""

import shutil
import subprocess
import sys

from bellwether import PICTURES, ROOT, Bellwether, Failed, check, scratch


def configure(bellwether):
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
id = "ehr"
name = "EHR"
tier = "life-safety"
needs = [{ vendor = "nobody-home", without = "stops" }]
[[service]]
id = "record"
name = "Records"
tier = "clinical"
needs = [{ service = "ehr", without = "degrades" }, { vendor = "silent", without = "stops" }]
""")
    bellwether.write("config/subscriptions.toml", "")
    # Nothing listens there: the sources are blind, and the board is grey while it is live.
    for name in ["nobody-home", "second"]:
        bellwether.write(f"sources/{name}/vendor.toml", f"""
name = "Nobody Home"
[[source]]
id = "page"
format = "statuspage"
url = "http://127.0.0.1:9"
every = "30s"
""")
    bellwether.write("sources/silent/vendor.toml", 'name = "Silent"\nnotifies = "by mail"\n')


def main(binary):
    folder = scratch("wall")
    bellwether = Bellwether(binary, folder)
    configure(bellwether)
    bellwether.start()
    try:
        bellwether.wait_until_it_serves()
        PICTURES.mkdir(parents=True, exist_ok=True)
        browser = subprocess.Popen(["node", str(ROOT / "tests/e2e/wall.mjs"), str(bellwether.port), str(PICTURES)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            for line in browser.stdout:
                if line.startswith("stop, please"):
                    code, _ = bellwether.stop()
                    check(code == 0, "the server ends while boards are open")
                    browser.stdin.write("stop\n")
                    browser.stdin.flush()
                else:
                    print(line, end="", flush=True)
            check(browser.wait(timeout=60) == 0, "the browser saw what it should")
        finally:
            browser.kill()
    except BaseException:
        print(bellwether.said()[-3000:], file=sys.stderr)
        raise
    finally:
        if bellwether.is_running():
            bellwether.kill()
    shutil.rmtree(folder)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Failed as failure:
        sys.exit(f"FAILED: {failure}")
