#!/usr/bin/python3
"""reload - site and plans are swapped as a set or not at all; contacts; drills.

A running incident keeps the text it began with; a contact lives in its own table and nowhere else;
a drill is marked in every text and reaches only those who may be reached by drills.
"""

import json
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402


BY_HAND = {"MUSTER_PLANS_WATCH": "no"}  # what is saved waits for who asks; else see saved.py


def stages(version, text):
    return h.plan_text("stages", """
    notify { to = "person:li.ming", text = T "%s: {title}" }
    wait "breach"
    notify { to = "person:li.ming", text = T "%s goes on: {title}" }
    sleep "1h"
""" % (text, text)).replace('version = "1"', 'version = "%s"' % version)


ALL = h.plan_text("all", """
    notify { to = { "person:li.ming", "person:han.mei", "person:wang.qiang" }, text = T "{title}" }
    call { to = { "post:commander", "duty:duty-room" }, within = "10m", text = T "call: {title}" }
""")


def texts(house):
    return [json.loads(hit[3])["data"]["text"] for hit in house.receiver.hits]


def has_text(part):
    return lambda hits: any(part in json.loads(hit[3])["data"]["text"] for hit in hits)


def versions(client):
    return {plan["name"]: plan["version"] for plan in client.ask(op="plans")["plans"]}


def swap(t, house, client):
    old = client.ask(op="trigger", plan="stages", title="A")["incident"]
    house.receiver.wait(has_text("old: A"))

    house.write("stages.lua", stages(2, "new").replace("sleep", "slep"))
    house.write("more.lua", h.plan_text("more", '    sleep "1h"'))
    reply = client.ask(op="config_reload")
    found = [(f["file"], f["line"] > 0, f["severity"]) for f in reply.get("findings", [])]
    t.check(not reply["ok"] and reply["code"] == "bad_config"
            and ("stages.lua", True, "error") in found and
            "slep" in json.dumps(reply),
            "a set with an error is refused, and the reply has what was found", reply)
    t.equal(versions(client), {"all": "1", "stages": "1"},
            "nothing of it is taken, not even what is good in it")
    t.check(not client.ask(op="config_check")["ok"], "a check without taking it finds the same")

    house.write("stages.lua", stages(2, "new"))
    check = client.ask(op="config_check")
    t.check(check["ok"] and versions(client)["stages"] == "1",
            "a check of a good set changes nothing", check)
    reply = client.ask(op="config_reload")
    t.check(reply["ok"] and versions(client) == {"all": "1", "stages": "2", "more": "1"},
            "a good set is taken as a whole", reply)

    new = client.ask(op="trigger", plan="stages", title="B")["incident"]
    house.receiver.wait(has_text("new: B"))
    for incident in (old, new):
        client.ask(op="update", incident=incident, fields={"breach": True})
    house.receiver.wait(has_text("new goes on: B"))
    house.receiver.wait(has_text("old goes on: A"))
    t.check(True, "a running incident stays on the plan it began with, a new one runs the new plan")
    return old


def hang_up(t, house, client):
    house.write("stages.lua", stages(3, "newest"))
    house.process.send_signal(signal.SIGHUP)
    h.wait_for(lambda: versions(client)["stages"] == "3", "SIGHUP to be heard")
    t.check(True, "SIGHUP takes the new set, too")
    house.write("stages.lua", "this is no Lua")
    house.process.send_signal(signal.SIGHUP)
    h.wait_for(lambda: house.log_text().count("stays in force") >= 2,
               "the log to say that it was refused")
    t.check("stages.lua:1:" in house.log_text() and versions(client)["stages"] == "3",
            "or keeps the old one, and the log says where the error is", house.log_text())
    house.write("stages.lua", stages(3, "newest"))


def pinned_over_kill(t, house):
    """The old plan is in the database, not in the folder, when the incident is replayed."""
    client = house.client()
    client.ask(op="config_reload")
    pinned = client.ask(op="trigger", plan="stages", title="C")["incident"]
    house.receiver.wait(has_text("newest: C"))
    house.write("stages.lua", stages(4, "after"))
    client.ask(op="config_reload")
    house.stop(kill=True)
    house.start(env=BY_HAND)
    client = house.client()
    client.ask(op="update", incident=pinned, fields={"breach": True})
    house.receiver.wait(has_text("newest goes on: C"))
    t.equal(versions(client)["stages"], "4",
            "and so it is after kill -9 with another plan in the folder")
    client.close()


def muster(house, *words, lang="en"):
    done = subprocess.run([h.MUSTER, "--server", house.socket, "--lang", lang, *words],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
                          check=False)
    return done.returncode, done.stdout


def gone(t, house):
    """A file that is deleted: its incidents go on, and whoever reloads is told."""
    client = house.client()
    running = client.ask(op="trigger", plan="stages", title="D")["incident"]
    house.receiver.wait(has_text(": D"))
    many = client.ask(op="list", state=["open"])["incidents"]
    many = sum(1 for one in many if one["plan"] == "stages")
    os.remove(os.path.join(house.plans, "stages.lua"))
    for op in ("config_check", "config_reload"):
        reply = client.ask(op=op)
        t.check([(one["plan"], one["incidents"]) for one in reply.get("leaves", [])]
                == [("stages", many)], "%s tells which plan leaves the set" % op, reply)
    reply = client.ask(op="trigger", plan="stages", title="E")
    t.equal(reply.get("code"), "unknown_plan", "no new incident of it begins")
    client.ask(op="update", incident=running, fields={"breach": True})
    house.receiver.wait(has_text("goes on: D"))
    t.check(True, "and those that are open go on to their end")
    house.write("stages.lua", stages(5, "back"))
    client.ask(op="config_reload")
    os.remove(os.path.join(house.plans, "stages.lua"))
    said = muster(house, "config", "check", lang="zh")[1]
    t.check("预案 stages 退出生效预案：其现有事件（%d 起）按各自版本进行到结束" % many in said,
            "the command line says so, too", said)
    house.write("stages.lua", stages(5, "back"))
    client.close()


def pins(t, house):
    for lang, words in (("en", "no version of the plan \"all\" has a pin that begins with "
                               "\"zzzz\"; there is "), ("zh", "没有指纹以 \"zzzz\" 开头的版本；现有：")):
        code, said = muster(house, "plan", "show", "all", "--pin", "zzzz", lang=lang)
        t.check(code == 3 and words in said and " (1)" in said, "the pins there are (%s)" % lang,
                (code, said))


def ladder(text):
    return 'return { tell = function(to) notify { to = to, text = T "%s: {title}" } end }' % text


def library(t, house):
    """A plan is its libraries, too: one that changes is taken with it, and kept for who began."""
    client = house.client()
    house.write("lib/ladder.lua", ladder("ladder 1"))
    house.write("lib/words.lua", 'return { ["{title}, come"] = { zh = "{title}，请到" } }')
    house.write("climb.lua", 'local ladder = require "lib.ladder"\n' + h.plan_text("climb", """
    ladder.tell("person:li.ming")
    wait "breach"
    ladder.tell("person:li.ming")
    notify { to = "person:li.ming", text = T "{title}, come" }
    sleep "1h"
""").replace('version = "1"', 'version = "1", catalogue = "lib.words"'))
    reply = client.ask(op="config_reload")
    t.check(reply["ok"], "a plan with a library is taken", reply)
    old = client.ask(op="trigger", plan="climb", title="D")["incident"]
    house.receiver.wait(has_text("ladder 1: D"))

    house.write("lib/ladder.lua", ladder("ladder 2") + "oops")
    reply = client.ask(op="config_reload")
    t.check(not reply["ok"] and reply["findings"][0]["file"] == "lib/ladder.lua",
            "a library with an error is refused with its own place", reply)
    house.write("lib/ladder.lua", ladder("ladder 2"))
    t.check(client.ask(op="config_reload")["ok"], "a library that changed is taken")
    client.ask(op="trigger", plan="climb", title="E")
    house.receiver.wait(has_text("ladder 2: E"))

    house.stop(kill=True)
    os.remove(os.path.join(house.plans, "climb.lua"))
    os.remove(os.path.join(house.plans, "lib", "ladder.lua"))
    house.start()
    client = house.client()
    client.ask(op="update", incident=old, fields={"breach": True})
    house.receiver.wait(lambda hits: sum("ladder 1: D" in hit[3] for hit in hits) == 2)
    t.check(True, "who began with the old library keeps it over kill -9 and without its file")
    house.receiver.wait(has_text("D，请到"))
    t.check(True, "and reads the texts of the catalogue in the reader's language")
    client.close()


def secrets(t, house):
    """Why: the first message of the night must not be the one that finds no key."""
    client = house.client()
    path = os.path.join(house.secrets, "pager")
    reply = client.ask(op="config_reload")
    t.check(reply["ok"] and "no_secret" not in reply, "every secret is there", reply)
    os.rename(path, path + ".away")
    reply = client.ask(op="config_reload")
    os.rename(path + ".away", path)
    t.check(reply["ok"] and {"endpoint": "pager", "secret": "pager"} in reply["no_secret"],
            "an endpoint whose secret is missing is named when the site is taken", reply)
    t.check("endpoint pager: its secret %s cannot be read: No such file" % path in
            house.log_text(100000), "in the log, too, with the file that is wanted")
    client.close()


SECRET = "/li-ming-138-0013-8000"


def contacts(t, house):
    client = house.client()
    value = "http://127.0.0.1:%d%s" % (house.receiver.port, SECRET)
    reply = client.ask(op="contact_set", person="li.ming", endpoint="pager", value=value)
    t.check(reply["ok"] and SECRET not in json.dumps(reply), "a contact is set", reply)
    incident = client.ask(op="trigger", plan="all", title="to the contact")["incident"]
    house.receiver.wait(lambda hits: any(hit[2] == SECRET for hit in hits))
    t.check(True, "and used at once")

    house.receiver.status = 404  # what failed is remarked upon, too
    failing = client.ask(op="trigger", plan="all", title="that fails")["incident"]
    h.wait_for(lambda: any(e["kind"] == "notice_failed"
                           for e in client.ask(op="timeline", incident=failing)["events"]),
               "a notice to fail")
    house.receiver.status = 200

    house.stop(kill=True)
    house.start(env=BY_HAND)
    client = house.client()
    before = sum(hit[2] == SECRET for hit in house.receiver.hits)
    client.ask(op="trigger", plan="all", title="after a restart")
    house.receiver.wait(lambda hits: sum(hit[2] == SECRET for hit in hits) > before)
    t.check(True, "it is used after a restart")

    said = [json.dumps(client.ask(op=op, incident=i)) for op in ("timeline", "status")
            for i in (incident, failing)]
    said += [json.dumps(client.ask(op=op))
             for op in ("list", "plans", "endpoint_list", "config_show", "ping")]
    t.check(not any(SECRET in text for text in said), "no reply holds a contact",
            [x for x in said if SECRET in x])
    with open(house.log, errors="replace") as file:
        log = file.read()
    t.check(SECRET not in log and "whsec_" not in log and "MfKQ9r8GKYq" not in log,
            "the log holds neither a contact nor a secret")

    db = house.database()
    dump = [line for line in db.iterdump() if SECRET in line]
    t.check(len(dump) == 1 and 'INTO "contact"' in dump[0],
            "in the database it stands in the table of contacts alone",
            dump)
    titles = [line for line in db.iterdump() if "to the contact" in line]
    t.check(not titles, "and what an incident says is sealed", titles)
    db.close()
    client.ask(op="contact_set", person="li.ming", endpoint="pager",
               value="http://127.0.0.1:9/other")
    client.close()
    t.equal(house.stop(), 0, "it stops in order")
    left = [name for name in os.listdir(house.data)
            if name != "self_alarm.json" and contains(os.path.join(house.data, name), SECRET)]
    t.equal(left, [], "a contact that is replaced leaves no trace in the files")


def contains(path, text):
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return text.encode() in file.read()


def drill(t, house):
    """han.mei is not marked for drills."""
    house.start(env=BY_HAND)
    client = house.client()
    client.ask(op="contact_set", person="li.ming", endpoint="pager",
               value="http://127.0.0.1:%d/li" % house.receiver.port)
    first = len(house.receiver.hits)
    reply = client.ask(op="trigger", plan="all", title="flood", drill=True)
    incident = reply["incident"]

    def drilled(hits):
        return {(d["to"], d["incident"]["drill"])
                for d in (json.loads(hit[3])["data"] for hit in hits[first:])
                if d["incident"]["id"] == incident and "call" not in d["text"]}

    house.receiver.wait(lambda hits: len(drilled(hits)) >= 2)
    client.ask(op="answer", incident=incident, **{"as": "wang.qiang"})
    h.wait_for(lambda: not client.ask(op="ping")["notices_handed"], "all to be sent")
    bodies = [json.loads(hit[3])["data"] for hit in house.receiver.hits[first:]]
    mine = [b for b in bodies if b["incident"]["id"] == incident]
    t.equal({b["to"] for b in mine}, {"li.ming", "wang.qiang"},
            "a drill reaches those marked for drills, and nobody else")
    t.check(all("【演练】" in b["text"] or "[DRILL]" in b["text"] for b in mine) and
            all(b["incident"]["drill"] is True for b in mine),
            "every message of it is marked, in text and field", mine)
    status = client.ask(op="status", incident=incident)["incident"]
    events = client.ask(op="timeline", incident=incident)["events"]
    t.check(status["drill"] is True and all(e["drill"] is True for e in events),
            "so are its status and every event")
    t.check("han.mei" in json.dumps(events), "the timeline says who was left out",
            [e["text"] for e in events])
    db = house.database()
    t.equal(db.execute("SELECT DISTINCT drill FROM notice WHERE incident = ?",
                       (h.blob(incident),)).fetchall(), [(1,)],
            "and every notice in the record")
    db.close()
    client.close()


def main():
    with tap.Plan() as t, h.House(plans={"stages": stages(1, "old"), "all": ALL}) as house:
        house.start(env=BY_HAND)
        client = house.client()
        swap(t, house, client)
        hang_up(t, house, client)
        client.close()
        pinned_over_kill(t, house)
        gone(t, house)
        pins(t, house)
        library(t, house)
        secrets(t, house)
        contacts(t, house)
        drill(t, house)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
