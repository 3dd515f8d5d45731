"""A drill and the demo with real peers: Postfix takes the mails of a drill, and the official library of Standard Webhooks
verifies its webhooks. The configured data folder is not touched.

    drill.py BINARY
"""

import json
import subprocess
import sys

import jsonschema

from bellwether import ROOT, Bellwether, check, scratch
from peers import Postfix
from receivers import Hook
from walk import secret

ADDRESS = f"noc@{Postfix.DOMAIN}"
STORIES = {"crowdstrike": 3, "oracle-health": 1}


def configure(bellwether, postfix, hook):
    bellwether.write("config/bellwether.toml", f"""
[organisation]
name = "Lakeside Hospital"
[mail]
host = "127.0.0.1"
port = {postfix.port}
tls = "none"
from = "bellwether@{Postfix.DOMAIN}"
""")
    bellwether.write("config/inventory.toml", "# Nothing yet: a drill brings its own.\n")
    bellwether.write("config/subscriptions.toml", f"""
[[receiver]]
id = "noc-mail"
email = "{ADDRESS}"
[[receiver]]
id = "noc-hook"
webhook = "{hook.url}"
allow_private = true
secrets = [{{ env = "HOOK_SECRET" }}]
""")
    bellwether.write("sources/.keep", "")


def lines(bellwether, *arguments, environment):
    done = subprocess.run(bellwether.command(*arguments, "--json"), cwd=bellwether.folder, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
    check(done.returncode == 0, f"{arguments[0]} {arguments[2]} ends with 0 {done.stderr[-500:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def drill(bellwether, story, postfix, hook, environment):
    before = len(postfix.mails()), len(hook.receipts.all())
    told = lines(bellwether, "drill", "--story", story, "--receivers", "noc-mail", "noc-hook", "--yes", "--speed", "2000",
                 environment=environment)
    summary = told[-1]["summary"]
    check(len(summary["incidents"]) == STORIES[story], f"{story}: {STORIES[story]} incidents, one each")
    check(summary["lost"] == summary["doubled"] == summary["of_two_vendors"] == 0, f"{story}: nothing lost, doubled, mixed")
    sent = summary["receivers"]["noc-mail"]["messages"]
    came = postfix.wait_for_mails(before[0] + sent)[before[0]:]
    check(len(came) == sent > 0, f"{story}: {len(came)} mails lie in the mailbox")
    check(all(mail["subject"].startswith("[DRILL] ") for mail in came), f"{story}: each subject says DRILL")
    check(all("DRILL" in mail.get_body(("plain",)).get_content().splitlines()[0] for mail in came), "and each first line")
    hooks = [json.loads(receipt.bytes) for receipt in hook.receipts.all()[before[1]:]]
    check(len(hooks) == summary["receivers"]["noc-hook"]["messages"] and not hook.refused, f"{story}: {len(hooks)} webhooks verify")
    schema = json.loads((ROOT / "config" / "webhook.schema.json").read_text())
    for body in hooks:
        jsonschema.validate(body, schema)
    check(all(body["drill"] is True and body["test"] is True for body in hooks), f"{story}: each webhook says drill")


def main(binary):
    folder = scratch("drill")
    key = secret("drill")
    hook, postfix = Hook([key]), Postfix(folder / "postfix")
    temporary = folder / "tmp"
    temporary.mkdir()
    environment = {"HOOK_SECRET": key, "PATH": "/usr/bin:/bin", "TMPDIR": str(temporary)}
    bellwether = Bellwether(binary, folder / "installation")
    try:
        postfix.start()
        configure(bellwether, postfix, hook)
        for story in STORIES:
            drill(bellwether, story, postfix, hook, environment)
            told = lines(bellwether, "demo", "--story", story, "--speed", "2000", environment=environment)
            check(told[-1]["is_good"], f"the demo of {story} comes out right")
        check(not (bellwether.folder / "data").exists(), "the configured data folder was not touched")
        left = list(temporary.iterdir())
        check(not left, f"no folder is left {left}")
    finally:
        postfix.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
