#!/usr/bin/python3
"""author - what an author asks about a night that was: `plan replay` with another version, `plan
explain` of a person; and the first steps with `plan new`."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

PLANS = {
    "climb": h.plan_text("climb", """
    local a = call { to = "duty:duty-room", within = "3m", text = T "{title}" }
    if a then
        log("taken by " .. a.by)
    end
    on("resolved", function() log "it is over" end)
    sleep "10h"
"""),
}


def muster(*operands, env=None):
    done = subprocess.run([h.MUSTER, *operands], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=60, env=env)
    return done.returncode, done.stdout


def a_night(house):
    """Somebody is silent, somebody answers, it is resolved."""
    client = house.client()
    incident = client.ask(op="trigger", plan="climb", title="Pump <3>", key="k")["incident"]

    def rungs():
        lines = client.ask(op="timeline", incident=incident)["events"]
        return sum(1 for one in lines if one["kind"] == "call_rung") >= 2

    h.wait_for(rungs, "the second seat to be called")
    person = [one for one in client.ask(op="timeline", incident=incident)["events"]
              if one["kind"] == "call_rung"][-1]["data"]["people"][0]
    client.ask(op="answer", incident=incident, **{"as": person})
    client.ask(op="resolve", incident=incident, note="dry")
    time.sleep(0.3)
    client.close()
    return incident, person


def replays(t, house, incident):
    places = ("--data", house.data, "--plans", house.plans)
    code, said = muster("plan", "replay", incident, *places)
    t.check(code == 0 and "turns are the same" in said and "nothing differs" in said,
            "the same version would have done the same", said)
    other = os.path.join(house.folder, "other.lua")
    with open(other, "w", encoding="utf-8") as f:
        f.write("\n\n" + PLANS["climb"])
    code, said = muster("plan", "replay", incident, *places, "--with", other)
    t.check(code == 0 and "turns are the same" in said and "nothing differs" in said,
            "lines that only moved change nothing", said)
    with open(other, "w", encoding="utf-8") as f:
        f.write(PLANS["climb"].replace('within = "3m"', 'within = "1m"').replace("over", "gone"))
    code, said = muster("plan", "replay", incident, *places, "--with", other)
    t.check(code == 0 and "the first 0 turns are the same, then: " in said and "60000" in said and
            "+ [0:01] " in said and "+ " in said.split("it is gone")[0].splitlines()[-1] and
            "- " in said.split("it is over")[0].splitlines()[-1],
            "another version is told apart, strictly and as a night", said)
    code, said = muster("--json", "plan", "replay", incident, *places, "--with", other)
    t.check(code == 0 and json.loads(said)["changed"] > 0, "for programs, too", said[:300])
    with open(other, "w", encoding="utf-8") as f:
        f.write("return plan 'climb' {}\n")
    code, said = muster("plan", "replay", incident, *places, "--with", other)
    t.check(code == 1 and "climb.lua:1:" in said, "one that does not pass the check is not run",
            said)
    code, said = muster("plan", "replay", incident[:-4] + "0000", *places)
    t.check(code == 3 and "no such incident" in said, "an incident that is not there", (code, said))
    code, said = muster("plan", "replay", "x", *places)
    t.check(code == 2, "an id that is none", (code, said))


def explains(t, house, incident, person):
    places = ("--data", house.data, "--plans", house.plans)
    code, said = muster("plan", "explain", incident, person, *places)
    t.check(code == 0 and "called (rung 2): the one before did not answer — climb.lua:" in said and
            "answered" in said, "who was called hears why, with the line of the plan", said)
    first = "li.ming" if person != "li.ming" else "wang.qiang"
    said = muster("--lang", "zh", "plan", "explain", incident, first, *places)[1]
    t.check("呼叫由此人开始" in said and "未应答，转呼下一人" in said,
            "who was silent, and what followed, in Chinese", said)
    code, said = muster("plan", "explain", incident, "sun.wei", *places)
    t.check(code == 0 and "no call, message or item of this incident was for them" in said,
            "who had nothing to do with it", said)
    code, said = muster("plan", "explain", incident, "nobody", *places)
    t.check(code == 0 and "nobody of the site of now" in said, "who is not in the site", said)


def reviewed(t, house, incident):
    """The night was on version "1"; now there is another."""
    client = ("--server", "unix:" + house.socket)
    places = ("--data", house.data, "--plans", house.plans)
    code, said = muster(*client, "review", incident, "--replay", *places)
    t.check(code == 0 and "It would have done the same." in said,
            "a review tells that the version in force would have done the same", said)
    house.write("climb.lua", PLANS["climb"].replace("it is over", "it is gone"))
    code, said = muster(*client, "--lang", "zh", "review", incident, "--replay", *places)
    t.check(code == 0 and "按现行预案推演" in said and "it is gone" in said and "it is over" in said,
            "or where it would have differed", said)
    code, said = muster(*client, "review", incident)
    t.check(code == 0 and "version in force would" not in said, "but only when asked", said)


def begins(t):
    folder = tempfile.mkdtemp(prefix="muster-new-")
    plans = os.path.join(folder, "plans")
    shutil.copytree(os.path.join(h.ROOT, "plans"), plans)
    try:
        code, said = muster("plan", "new", "power_cut", "--plans", plans)
        mine = os.path.join(plans, "power_cut.lua")
        t.check(code == 0 and "muster plan check " + mine in said, "a new plan says what is next",
                said)
        code, said = muster("plan", "check", mine)
        t.check(code == 0, "it passes the check", said)
        code, said = muster("plan", "test", mine, "--coverage")
        t.check(code == 0 and "power_cut.lua: 5 of 5 lines" in said, "and its tests, every line",
                said)
        before = open(mine, encoding="utf-8").read()
        code, said = muster("plan", "new", "power_cut", "--plans", plans)
        t.check(code == 5 and open(mine, encoding="utf-8").read() == before,
                "what is there is not written over", (code, said))
        for name in ("Power", "../x", "1st", "a-b", ""):
            code, said = muster("plan", "new", name, "--plans", plans)
            t.check(code == 2, "no name for a plan: \"%s\"" % name, (code, said))
    finally:
        shutil.rmtree(folder)


def main():
    with tap.Plan() as t:
        with h.House(plans=PLANS, speed=600) as house:
            house.start()
            incident, person = a_night(house)
            replays(t, house, incident)
            explains(t, house, incident, person)
            reviewed(t, house, incident)
        begins(t)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
