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
    # its filing is overdue: the upkeep of plans is at work in every night
    "roll": h.plan_text("roll", """
    local r = ask { to = { "person:li.ming" }, question = "Here?",
                    choices = { "present", "absent" }, within = "30m" }
    log("absent " .. #r.absent)
    wait "stage_m"
    log "a gauge"
    sleep "10h"
""").replace('version = "1",', 'version = "1", issued = "2026-01-05",'),
    "told": h.plan_text("told", "    sleep '10h'").replace(
        'version = "1",', 'version = "1", reports = { initial = { by = "person:li.ming", '
        'sign = "person:han.mei", to = "person:wang.qiang", due = "5h" } },\n'
        'measures = { look = { phase = "first", owner = "person:li.ming", due = "5h", '
        'title = "Look" } },'),
}

DRILL = """return scenario "dry" {
    plan = "roll", mode = "tabletop", title = "A dry run", director = "person:wang.qiang",
    injects = {
        { no = 1, at = "0:00", by = "trigger", title = "Gauge 7" },
        { no = 2, at = "0:20", by = "update", fields = { g7 = { stage_m = 5.5 } } },
        { no = 3, at = "1:00", by = "end" } },
}
"""


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
    t.check("assumed" not in said, "and nobody had to be made up", said)
    other = os.path.join(house.folder, "other.lua")
    with open(other, "w", encoding="utf-8") as f:
        f.write("\n\n" + PLANS["climb"])
    code, said = muster("plan", "replay", incident, *places, "--with", other)
    t.check(code == 0 and "turns are the same" in said and "nothing differs" in said,
            "lines that only moved change nothing", said)
    with open(other, "w", encoding="utf-8") as f:
        f.write(PLANS["climb"].replace('within = "3m"', 'within = "1m"').replace("over", "gone"))
    code, said = muster("plan", "replay", incident, *places, "--with", other)
    t.check(code == 0 and "then: call (climb.lua:9): within was 3m, is 1m" in said and
            "+ [0:01] " in said and "+ " in said.split("it is gone")[0].splitlines()[-1] and
            "- " in said.split("it is over")[0].splitlines()[-1],
            "another version is told apart, strictly and as a night", said)
    code, said = muster("--json", "plan", "replay", incident, *places, "--with", other)
    told = json.loads(said)
    t.check(code == 0 and told["changed"] > 0 and
            told["differs"]["was"]["args"]["within_ms"] == 180000 and
            told["differs"]["is"]["args"]["within_ms"] == 60000, "for programs, too", said[:300])
    said = muster("--lang", "zh", "plan", "replay", incident, *places, "--with", other)[1]
    t.check("呼叫（climb.lua:9）：within 当时为 3m，此版本为 1m" in said,
            "the command that differs, in Chinese", said)
    with open(other, "w", encoding="utf-8") as f:
        f.write(PLANS["climb"].replace("duty:duty-room\", within", "post:commander\", within"))
    code, said = muster("plan", "replay", incident, *places, "--with", other)
    t.check("called by this version and not called then; assumed to answer after 3m: "
            "韩梅 (han.mei)" in said and "[0:03] 韩梅 answers" in said,
            "of whom it is assumed that they answer is said", said)
    said = muster("--lang", "zh", "plan", "replay", incident, *places, "--with", other)[1]
    t.check("当时未被呼叫，假定其 3m 后应答：韩梅 (han.mei)" in said, "in Chinese, too", said)
    told = json.loads(muster("--json", "plan", "replay", incident, *places, "--with", other)[1])
    t.equal(told["assumed"], [{"id": "han.mei", "name": "韩梅"}], "and for programs")
    with open(other, "w", encoding="utf-8") as f:
        f.write("return plan 'climb' {}\n")
    code, said = muster("plan", "replay", incident, *places, "--with", other)
    t.check(code == 1 and "climb.lua:1:" in said, "one that does not pass the check is not run",
            said)
    code, said = muster("plan", "replay", incident[:-4] + "0000", *places)
    t.check(code == 3 and "there is no incident with this id" in said,
            "an incident that is not there", (code, said))


def refusals(t, house):
    """Whatever is asked, and whoever answers it: one sentence, one exit code."""
    places = ("--data", house.data, "--plans", house.plans)
    client = ("--server", "unix:" + house.socket)
    asked = (("plan", "replay", "nope", *places), ("plan", "explain", "nope", "li.ming", *places),
             (*client, "status", "nope"), (*client, "review", "nope"),
             (*client, "drill", "report", "nope"), ("archive", "nope", "--to", "x"),
             ("view", "nope", "ics209"))
    for lang, words in (("en", "is no incident's id; one looks like"), ("zh", "不是事件编号；编号形如")):
        told = {muster("--lang", lang, *words) for words in asked}
        t.check(len(told) == 1 and told == {(2, told.copy().pop()[1])} and
                words in told.copy().pop()[1], "what is no id is told alike (%s)" % lang, told)
    missing = "0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11"
    asked = (("plan", "replay", missing, *places), (*client, "status", missing),
             ("plan", "explain", missing, "li.ming", *places), (*client, "review", missing),
             (*client, "drill", "report", missing))
    for lang in ("en", "zh"):
        told = {muster("--lang", lang, *words) for words in asked}
        t.check(len(told) == 1 and told.copy().pop()[0] == 3,
                "and an incident that is not there (%s)" % lang, told)


def roll_call(t, house):
    """Somebody chooses what does not stand first; and the upkeep of plans is no part of it."""
    places = ("--data", house.data, "--plans", house.plans)
    client = house.client()
    one = client.ask(op="trigger", plan="roll", title="Roll call", key="r")["incident"]
    h.wait_for(lambda: any(e["kind"] == "call_rung" for e in
                           client.ask(op="timeline", incident=one)["events"]), "the question")
    client.ask(op="answer", incident=one, choice="absent", **{"as": "li.ming"})
    h.wait_for(lambda: client.ask(op="timeline", incident=one)["events"][-1]["kind"] == "turn",
               "the plan's word on the tally")
    client.ask(op="close", incident=one)
    client.close()
    code, said = muster("plan", "replay", one, *places, "--all")
    t.check(code == 0 and "log: absent 1" in said and "nothing differs" in said,
            "who was asked chooses what they chose", said)
    t.check("filing" not in said, "what plans owe is no part of the incident", said)


def written(t, house):
    """The words of a report are somebody's, and are written again."""
    places = ("--data", house.data, "--plans", house.plans)
    client = house.client()
    one = client.ask(op="trigger", plan="told", title="Told", key="w")["incident"]
    report = client.ask(op="reports", incident=one)["reports"][0]["id"]
    client.ask(op="report_edit", report=report, rev=1, text="new words", **{"as": "li.ming"})
    for action, who in (("sign", "han.mei"), ("send", "li.ming")):
        client.ask(op="report", report=report, action=action, **{"as": who})
    item = client.ask(op="items", incident=one)["items"][0]["id"]
    client.ask(op="item", item=item, action="done")  # nobody says who
    client.ask(op="close", incident=one)
    client.close()
    code, said = muster("plan", "replay", one, *places, "--all")
    t.check(code == 0 and "  [0:00] Look done" in said
            and "initial report 1 edited by" in said and "nothing differs" in said,
            "a report is written, signed and sent again", said)


def drilled(t, house):
    """What a scenario put in then is put in again, once."""
    places = ("--data", house.data, "--plans", house.plans)
    client = house.client()
    one = client.ask(op="drill_start", plan="roll", scenario="dry")["incident"]
    h.wait_for(lambda: any(e["kind"] == "call_rung" for e in
                           client.ask(op="timeline", incident=one)["events"]), "the question")
    client.ask(op="answer", incident=one, choice="absent", **{"as": "li.ming"})
    h.wait_for(lambda: client.ask(op="status", incident=one)["incident"]["state"] == "closed",
               "the end of the drill", 60)
    time.sleep(0.3)
    client.close()
    code, said = muster("plan", "replay", one, *places, "--all")
    t.check(code == 0 and "inject 2 (update)" in said and said.count("g7.stage_m=5.5") == 1 and
            "log: a gauge" in said and "nothing differs" in said,
            "a drill is replayed with its injects", said)


def explains(t, house, incident, person):
    places = ("--data", house.data, "--plans", house.plans)
    code, said = muster("plan", "explain", incident, person, *places)
    t.check(code == 0 and "called (rung 2): the one before did not answer — climb.lua:" in said and
            "answered" in said, "who was called hears why, with the line of the plan", said)
    first = "li.ming" if person != "li.ming" else "wang.qiang"
    said = muster("--lang", "zh", "plan", "explain", incident, first, *places)[1]
    t.check("呼叫由此人开始" in said and "未应答，转呼下一人" in said,
            "who was silent, and what followed, in Chinese", said)
    code, said = muster("plan", "explain", incident, "han.mei", *places)
    t.check(code == 0 and "no call, message or item of this incident was for them" in said,
            "who had nothing to do with it", said)
    code, said = muster("plan", "explain", incident, person, *places)
    name = {"li.ming": "李明", "wang.qiang": "王强"}[person]
    t.equal(muster("plan", "explain", incident, name, *places), (code, said),
            "a name will do for an id")
    code, said = muster("plan", "explain", incident, "nobody", *places)
    t.check(code == 3 and "the site has no person \"nobody\"" in said, "who is not in the site",
            (code, said))
    code, said = muster("plan", "explain", incident, "li.mng", *places)
    t.check(code == 3 and "did you mean \"li.ming\"?" in said, "with the nearest who is",
            (code, said))
    told = json.loads(muster("--json", "plan", "explain", incident, "li.mng",
                             *places)[1].splitlines()[-1])
    t.equal((told["code"], told["near"]), ("unknown_person", "li.ming"), "for programs, too")


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
    house.write("climb.lua", PLANS["climb"].replace('duty:duty-room", within',
                                                    'post:commander", within'))
    code, said = muster(*client, "review", incident, "--replay", *places)
    t.check(code == 0 and "assumed to answer after 3m: 韩梅" in said,
            "and of whom something was assumed", said)
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
            house.write("drills/dry.lua", DRILL)
            house.start()
            incident, person = a_night(house)
            replays(t, house, incident)
            explains(t, house, incident, person)
            roll_call(t, house)
            written(t, house)
            refusals(t, house)
            reviewed(t, house, incident)
            drilled(t, house)
        begins(t)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
