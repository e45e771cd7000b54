#!/usr/bin/python3
"""upgrade - after a start with another binary every plan that runs is replayed in the background.

What comes out as recorded goes on unseen. What does not is told before the hour in which the plan
would have been needed: owner, duty room and fallback, with the first step that differs.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

STAGES = h.plan_text("stages", """
    notify { to = "person:li.ming", text = T "begin: {title}" }
    local list = {}
    for name, n in pairs { b = 2, a = 1, c = 3 } do list[#list + 1] = name .. n end
    wait "breach"
    notify { to = "person:li.ming", text = T "goes on: {title} " .. table.concat(list) }
    sleep "9h"
""")
OTHER = h.plan_text("other", """
    call { to = "duty:duty-room", within = "9h", text = T "other: {title}" }
    sleep "9h"
""")
FIRST = h.MUSTER


def other_binary(folder, n):
    """The same program, with another build id: as after an upgrade."""
    notes = subprocess.run(["readelf", "-n", FIRST], capture_output=True, text=True).stdout
    build = bytes.fromhex(re.search(r"Build ID: ([0-9a-f]+)", notes)[1])
    with open(FIRST, "rb") as f:
        bytes_ = f.read()
    assert bytes_.count(build) == 1
    path = os.path.join(folder, "muster-%d" % n)
    with open(path, "wb") as f:
        f.write(bytes_.replace(build, bytes([n]) + build[1:]))
    shutil.copymode(FIRST, path)
    return path


def start_as(house, binary):
    h.MUSTER = binary
    house.start()
    return house.client(seconds=60)


def verification(client):
    return client.ask(op="plans").get("verification")


def verified(house, client, times):
    """Until it is over, and the record has it for the nth time."""
    h.wait_for(lambda: len(rows(house, "plans_verified")) == times, "every run to be replayed", 60)
    return verification(client)


def texts(house):
    return [json.loads(hit[3]) for hit in house.receiver.hits]


def text_seen(house, part):
    house.receiver.wait(lambda hits: any(part in json.loads(x[3])["data"]["text"] for x in hits))


def trigger(client, plan, title):
    reply = client.ask(op="trigger", plan=plan, title=title)
    assert reply["ok"], reply
    return reply["incident"]


def turns_taken(client, incidents):
    """Each has taken its first turn: it is live."""
    h.wait_for(lambda: all(any(e["kind"] == "turn" for e in
                               client.ask(op="timeline", incident=one)["events"])
                           for one in incidents), "first turns")


def rows(house, kind):
    db = house.database()
    found = [json.loads(body) for (body,) in
             db.execute("SELECT body FROM journal WHERE kind = ? ORDER BY seq", (kind,))]
    db.close()
    return found


def forge(house, plan, old, new):
    """What Lua itself would do otherwise is done here to the text that the incident is on."""
    db = sqlite3.connect(os.path.join(house.data, "muster.db"))
    changed = 0
    for pin, body in db.execute("SELECT hash, body FROM pin WHERE kind = 'plan'").fetchall():
        value = json.loads(body)
        if value["name"] != plan:
            continue
        text = body.decode() if isinstance(body, bytes) else body
        assert old in text
        db.execute("UPDATE pin SET body = ? WHERE hash = ?", (text.replace(old, new).encode(), pin))
        changed += 1
    db.commit()
    db.close()
    assert changed == 1


def as_recorded(t, house, second):
    client = house.client()
    t.check(verification(client) is None and len(rows(house, "plans_verified")) == 0,
            "a first start has nothing to verify")
    live = [trigger(client, "stages", "S%d" % n) for n in range(5)]
    live.append(trigger(client, "other", "O"))
    turns_taken(client, live)
    over = trigger(client, "stages", "over")
    turns_taken(client, [over])
    client.ask(op="close", incident=over)
    client.close()
    house.stop()
    h.MUSTER = FIRST
    house.start()
    client = house.client()
    t.check(verification(client) is None, "the same binary drives on: nothing to verify")
    client.close()
    house.stop()

    client = start_as(house, second)
    found = verified(house, client, 1)
    t.equal((found["runs"], found["done"], found["diverged"]), (6, 6, 0),
            "another binary: every live run is replayed, none that is over")
    t.check("muster " in found["driver"] and "liblua" in found["driver"],
            "what drives them is named", found["driver"])
    row = rows(house, "plans_verified")
    t.equal([(r["incidents"], r["diverged"]) for r in row], [(6, 0)], "the record has that it was")
    client.ask(op="update", incident=live[0], fields={"breach": True})
    text_seen(house, "goes on: S0 a1b2c3")
    t.check(True, "they go on")
    client.close()
    house.stop()
    client = start_as(house, second)
    t.check(verification(client) is None, "it is not done again at the next start")
    client.close()
    house.stop()
    return live


def diverged(t, house, third):
    """One run differs: its plan's text is another one than that which wrote the record."""
    before = len(house.receiver.hits)
    forge(house, "other", "other: {title}", "otherwise: {title}")
    client = start_as(house, third)
    found = verified(house, client, 2)
    t.equal((found["runs"], found["diverged"]), (6, 1), "a run that differs is found")
    incidents = client.ask(op="list")["incidents"]
    health = {i["title"]: i["health"] for i in incidents}
    t.check(health["O"] == "fallback" and health["S1"] == "ok", "it alone falls back", health)
    one = next(i["id"] for i in incidents if i["title"] == "O")
    t.equal(found["open"], [one], "and is named to whoever asks for the plans")
    events = client.ask(op="timeline", incident=one)["events"]
    failed = next(e for e in events if e["kind"] == "plan_failed")
    t.check("came out differently" in failed["data"]["text"] and "0.1" in failed["data"]["text"],
            "the record names the first step that differs", failed)
    house.receiver.wait(lambda hits: any(
        x["data"]["to"] == "han.mei" and "differently" in x["data"]["text"]
        for x in texts(house)[before:]))
    t.check(True, "its owner is told that step, too")
    house.receiver.wait(lambda hits: any(
        x["type"] == "muster.call" and x["data"]["incident"]["id"] == one
        for x in texts(house)[before:]))
    t.check(True, "and the fallback calls")
    t.equal([(r["incidents"], r["diverged"]) for r in rows(house, "plans_verified")][-1], (6, 1),
            "the record counts it")
    log = house.log_text()
    t.check("incident=%s diverged" % one in log, "the log says it", log)
    done = subprocess.run([FIRST, "--server", "unix:" + house.socket, "--lang", "en", "plan",
                           "list"], capture_output=True, text=True)
    t.check("1 differ" in done.stderr, "plan list, too", done.stderr)
    client.close()
    house.stop()
    client = start_as(house, third)
    t.check(verification(client) is None, "what has fallen back is not verified again")
    client.close()
    house.stop()


def many_diverge(t, house, fourth):
    before = len(house.receiver.hits)
    forge(house, "stages", "begin: {title}", "start: {title}")
    client = start_as(house, fourth)
    found = verified(house, client, 3)
    t.equal((found["runs"], found["diverged"]), (5, 5), "five runs of one plan differ")
    house.receiver.wait(lambda hits: any(x["type"] == "muster.call" for x in texts(house)[before:]))
    calls = [x["data"] for x in texts(house)[before:] if x["type"] == "muster.call"]
    t.check(len({c["incident"]["id"] for c in calls}) == 1 and
            all("S%d" % n in calls[0]["text"] for n in range(5)),
            "that is one call, and it lists them all", calls)
    alarms = [x["data"] for x in texts(house)[before:] if x["data"]["to"] == "han.mei"]
    t.equal(len(alarms), 1, "and one message to the owner of the plan")
    incidents = client.ask(op="list")["incidents"]
    health = {i["title"]: i["health"] for i in incidents if i["state"] != "closed"}
    t.check(set(health.values()) == {"fallback"}, "each of them is marked", health)
    client.close()
    house.stop()
    for command in (("verify",), ("rebuild",)):
        done = subprocess.run([FIRST, "journal", *command, "--data", house.data],
                              capture_output=True, text=True)
        t.check(done.returncode == 0, "journal %s" % command[0], done.stdout + done.stderr)


def interrupted(t, second):
    """Three hundred runs, and everything that can die dies meanwhile."""
    with h.House(plans={"stages": STAGES}) as house:
        h.MUSTER = FIRST
        house.start()
        client = house.client(seconds=60)
        live = [trigger(client, "stages", "S%d" % n) for n in range(300)]
        turns_taken(client, live[-2:])
        h.wait_for(lambda: client.ask(op="ping")["notices_queued"] == 0, "all to be quiet")
        client.close()
        house.stop()
        client = start_as(house, second)
        h.wait_for(lambda: verification(client)["done"] >= 20, "some to be replayed")
        client.close()
        house.stop(kill=True)
        t.equal(rows(house, "plans_verified"), [], "a kill in the midst of it")
        client = start_as(house, second)
        h.wait_for(lambda: verification(client)["done"] >= 20, "some to be replayed")
        t.check(verification(client)["runs"] == 300, "begins it anew")
        for _ in range(3):
            for name in ("planner0", "planner1"):
                house.kill(name)
            time.sleep(0.2)
        begun = time.monotonic()
        client.ask(op="update", incident=live[7], fields={"breach": True})
        text_seen(house, "goes on: S7")
        t.check(True, "a plan that is needed meanwhile does not wait for it")
        found = verified(house, client, 1)
        t.equal((found["done"], found["diverged"]), (300, 0),
                "planners that are killed meanwhile make no run differ")
        print("# the rest of 300 runs took %.1f s" % (time.monotonic() - begun))
        client.close()


def main():
    with tap.Plan() as t, h.House(plans={"stages": STAGES, "other": OTHER}) as house:
        binaries = [other_binary(house.folder, n) for n in range(3)]
        house.start()
        as_recorded(t, house, binaries[0])
        diverged(t, house, binaries[1])
        many_diverge(t, house, binaries[2])
        interrupted(t, binaries[0])
    return t.status


if __name__ == "__main__":
    sys.exit(main())
