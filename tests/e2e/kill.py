"""The kill test: nothing that was taken in is lost, however often the process is ended.

Vendors flap, a mail server and a webhook receiver take what is told, and the binary is killed (SIGKILL): at random
moments, at random moments just after a vendor's word or a message, and then by its own hand at each named point
between "fetched" and "delivered". At the end each transition in the vendors' ledger must have been told to each
receiver. A message may come twice, for it is sent and then marked; then both have the same id and the same bytes.

    kill.py BINARY BINARY_WITH_KILL_POINTS     KILLS=300 ROUNDS=3 SEED=… in the environment
"""

import base64
import email
import email.policy
import hashlib
import json
import os
import random
import re
import shutil
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from bellwether import Bellwether, Failed, check, integrity, scratch, wait_for
from flapping import Flapping
from receivers import Hook, Mailbox

PAGES = 8
POINTS = ["fetched", "tx_open", "tx_mid", "committed", "claimed", "frozen", "accepted", "marked"]
CHECK_DATABASE_EVERY = 25


def configure(bellwether, flapping, hook, mailbox, process):
    """All files anew. The User-Agent names the process, so that the vendors know who looks."""
    bellwether.write("config/bellwether.toml", f"""
[organisation]
name = "Kill test"
[server]
listen = "127.0.0.1:{bellwether.port}"
[database]
folder = "data"
[polling]
allow_private = ["127.0.0.0/8"]
user_agent_contact = "https://kill.example/process-{process}"
[mail]
host = "127.0.0.1"
port = {mailbox.port}
tls = "none"
from = "bellwether@kill.example"
""")
    if process > 0:
        return
    services = [
        f'[[service]]\nid = "service-{page.name}"\nname = "Service {page.name}"\ntier = "clinical"\n'
        f'needs = [{{ vendor = "{page.name}", components = ["Main"], without = "stops" }}]\n'
        for page in flapping.pages
    ]
    bellwether.write("config/inventory.toml", "\n".join(services))
    bellwether.write("config/subscriptions.toml", f"""
[[receiver]]
id = "mail"
email = "noc@kill.example"
[[receiver]]
id = "hook"
webhook = "{hook.url}"
allow_private = true
secrets = [{{ env = "HOOK_SECRET" }}]
[[subscription]]
id = "all"
receivers = ["mail", "hook"]
""")
    for page in flapping.pages:
        bellwether.write(f"sources/{page.name}/vendor.toml", f"""
name = "{page.name}"
[[source]]
id = "status-page"
format = "statuspage"
url = "{page.url}"
every = "1s"
""")


class Test:
    """The world around the binary, and what has happened in it."""

    def __init__(self, binary, binary_with_points, seed):
        self.random = random.Random(seed)
        secret = "whsec_" + base64.b64encode(hashlib.sha256(b"of this test").digest()).decode()
        self.folder = scratch("kill")
        self.hook, self.mailbox = Hook([secret]), Mailbox()
        self.flapping = Flapping(PAGES, seed)
        self.bellwether = Bellwether(binary, self.folder, {"HOOK_SECRET": secret})
        self.binaries = (binary, binary_with_points)
        self.process = 0
        self.kills = Counter()
        self.doubles_after = Counter()
        self._last = ("the start", 0)
        configure(self.bellwether, self.flapping, self.hook, self.mailbox, 0)

    def start(self, **environment):
        self.process += 1
        configure(self.bellwether, self.flapping, self.hook, self.mailbox, self.process)
        self.bellwether.start(**environment)

    def doubles(self):
        return sum(len(all_) - len({r.id for r in all_}) for all_ in (s.all() for _, s in self.sinks()))

    def sinks(self):
        return [("mail", self.mailbox.receipts), ("webhook", self.hook.receipts)]

    def ended(self, kind):
        """Counts an end. The doubles since the last one came of that one."""
        self.count_doubles(kind)
        self.kills[kind] += 1

    def count_doubles(self, kind=None):
        last, before = self._last
        now = self.doubles()
        self.doubles_after[last] += now - before
        self._last = (kind or last, now)

    # ---- the ends

    def kill_at_random(self):
        self.start()
        if self.random.random() < 0.5:
            kind = "at random"
            self.sleep(self.random.uniform(0.02, 5.0))
        else:
            kind, event = self.random.choice([
                ("after a vendor's word", self.flapping.event),
                ("after a mail", self.mailbox.receipts.came),
                ("after a webhook", self.hook.receipts.came),
            ])
            # What was still on its way from the process before does not count.
            event.clear()
            event.wait(6)
            time.sleep(self.random.uniform(0, 0.04))
        if not self.bellwether.is_running():
            raise Failed(f"it ended by itself:\n{self.bellwether.said()[-3000:]}")
        self.bellwether.kill()
        self.ended(kind)

    def sleep(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.bellwether.is_running():
            time.sleep(0.01)

    def abort_at(self, point, after):
        """It ends itself the next time it comes by the point, after it came by `after` times."""
        self.bellwether.binary = self.binaries[1]
        self.start(FAILPOINTS=f"{point}={after}*off->return" if after else f"{point}=return")
        wait_for(f"its own end at {point}", lambda: not self.bellwether.is_running(), patience_s=90)
        code = self.bellwether.process.returncode
        if code != -signal.SIGABRT:
            raise Failed(f"at {point} it ended with {code}:\n{self.bellwether.said()[-3000:]}")
        self.ended(f"at {point}")
        self.bellwether.binary = self.binaries[0]
        self.start()
        self.sleep(3)
        self.bellwether.kill()
        self.ended("between points")

    # ---- the whole

    def begin(self):
        self.start()
        wait_for("a first look at every vendor", self.flapping.all_taken_in)
        self.bellwether.kill()
        self.flapping.is_moving = True

    def drain(self):
        """Lets it tell all that it owes, undisturbed. What is not told when nothing comes any more is lost."""
        self.flapping.is_moving = False
        self.start()
        wait_for("the last state of every vendor is taken in", self.flapping.all_taken_in)
        last, since = -1, time.monotonic()
        while time.monotonic() - since < 20 and self.lost():
            came = sum(len(sink.all()) for _, sink in self.sinks())
            if came != last:
                last, since = came, time.monotonic()
            time.sleep(0.1)
        time.sleep(2)  # A double may still be on its way.
        code, took = self.bellwether.stop()
        check(code == 0 and took < 10, f"SIGTERM ends it in {took:.1f} s with exit code {code}")

    def lost(self):
        owed = self.flapping.owed()
        return [(name, one) for name, sink in self.sinks() for one in owed if one not in told(name, sink)]


def told(name, sink):
    """For each transition the ids of the messages that told it, and when the first came."""
    all_ = {}
    for place, receipt in enumerate(sink.all()):
        for transition in transitions_of(name, receipt):
            ids, _ = all_.setdefault(transition, (set(), place))
            ids.add(receipt.id)
    return all_


_READ = {}


def transitions_of(name, receipt):
    """What a message tells: pairs of an incident's key and what became of it."""
    mark = (name, receipt.id, receipt.sha256)
    if mark not in _READ:
        _READ[mark] = (of_mail if name == "mail" else of_webhook)(receipt.bytes)
    return _READ[mark]


def of_webhook(body):
    topics = json.loads(body)["topics"]
    return [(t["vendor_word"]["key"], kind) for t in topics if t["vendor_word"] for kind in t["told"]]


def of_mail(raw):
    mail = email.message_from_bytes(raw, policy=email.policy.strict)
    text = mail.get_body(("plain",)).get_content()
    keys = re.findall(r"Trouble (flap\d+n\d+)", text)
    if not keys:
        return []
    if not mail["Subject"].startswith("[Over"):
        kinds = ["hurt"]
    elif "began and ended before we could tell" in " ".join(text.split()):
        kinds = ["hurt", "over"]
    else:
        kinds = ["over"]
    return [(keys[0], kind) for kind in kinds]


def judge(test):
    """Prints what came of it. True when all is as it must be."""
    owed = test.flapping.owed()
    lost, differing, misordered, repeated, strange, doubles, messages = test.lost(), [], [], [], [], 0, 0
    for name, sink in test.sinks():
        by_id = {}
        for receipt in sink.all():
            by_id.setdefault(receipt.id, []).append(receipt.sha256)
        messages += len(by_id)
        doubles += sum(len(tries) - 1 for tries in by_id.values())
        differing += [(name, key) for key, tries in by_id.items() if len(set(tries)) > 1]
        came = told(name, sink)
        repeated += [(name, one, ids) for one, (ids, _) in came.items() if len(ids) > 1]
        for (key, kind), (_, place) in came.items():
            if kind == "over" and came.get((key, "hurt"), (None, place + 1))[1] > place:
                misordered.append((name, key))
        known = set(owed)
        strange += [(name, one) for one in came if one not in known]
    kills = sum(test.kills.values())
    test.count_doubles()
    database = integrity(test.folder / "data")
    rows = [
        ("kills", kills),
        *((f"  {kind}", f"{count}, then {test.doubles_after[kind]} doubles") for kind, count in test.kills.items()),
        ("transitions in the ledger", len(owed)),
        ("messages told, to two receivers", messages),
        ("lost", len(lost)),
        ("doubles", doubles),
        ("doubles per kill", f"{doubles / max(kills, 1):.3f}"),
        ("doubles with other bytes", len(differing)),
        ("told again under another id", len(repeated)),
        ("over before hurt", len(misordered)),
        ("told but not in the ledger", len(strange)),
        ("webhooks refused", len(test.hook.refused)),
        ("integrity of the database", database),
    ]
    print("\n" + "\n".join(f"  {name:<34} {value}" for name, value in rows) + "\n", flush=True)
    faults = {"lost": lost, "differing": differing, "repeated": repeated, "misordered": misordered,
              "strange": strange, "refused": test.hook.refused}
    for name, found in faults.items():
        for one in found[:20]:
            print(f"  {name}: {one}")
    return not any(faults.values()) and database == "ok" and len(owed) > 0


def random_kills(test, kills):
    for number in range(1, kills + 1):
        test.kill_at_random()
        if number % CHECK_DATABASE_EVERY == 0:
            answer = integrity(test.folder / "data")
            owed = len(test.flapping.owed())
            print(f"  {number} kills, {owed} transitions, {test.doubles()} doubles, database {answer}", flush=True)
            if answer != "ok":
                raise Failed(f"the database after {number} kills: {answer}")


def named_points(test, rounds):
    for point in POINTS:
        for number in range(rounds):
            # Later rounds come by the point more often first: another source, another row.
            test.abort_at(point, number * 3)
        print(f"  ended {rounds} times at {point}", flush=True)


def main():
    binary, with_points = (Path(path).resolve() for path in sys.argv[1:3])
    in_ci = os.environ.get("CI") == "true"
    kills = int(os.environ.get("KILLS", "60" if in_ci else "300"))
    rounds = int(os.environ.get("ROUNDS", "2" if in_ci else "3"))
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print(f"kill test: {kills} random kills, {rounds} at each of {len(POINTS)} points, SEED={seed}", flush=True)
    test = Test(binary, with_points, seed)
    began = time.monotonic()
    try:
        test.begin()
        random_kills(test, kills)
        named_points(test, rounds)
        test.drain()
    except Failed as failed:
        print(f"  FAILED: {failed}")
        is_good = False
    else:
        is_good = True
    finally:
        if test.bellwether.is_running():
            test.bellwether.kill()
    is_good = judge(test) and is_good
    print(f"kill test: {'passed' if is_good else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True)
    if is_good:
        shutil.rmtree(test.folder)
    else:
        print(f"  what it left lies in {test.folder}")
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
