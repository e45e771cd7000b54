#!/usr/bin/python3
"""shipped - each plan of plans/ is whole: it passes the check, its nights hold and run every line
of it, it stands on paper with what the law wants of a plan, it is drilled, and a night of it is the
same night twice."""

import glob
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import tap  # noqa: E402

ROOT = os.environ.get("MUSTER_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
MUSTER = os.environ.get("MUSTER") or os.path.join(ROOT, "out", "muster")
SLOW = float(os.environ.get("MUSTER_TEST_SLOW", 1))
PLANS = os.path.join(ROOT, "plans")
CHECK_S = 0.3

# what a plan states (Emergency Response Act, art. 28), by the words of the heading
SECTIONS = {"总则": "General", "组织指挥": "Organisation", "预防与预警": "Prevention",
            "应急处置": "Handling", "后期处置": "recovery", "保障": "Safeguards"}
CHINESE, ENGLISH = r"^\d\.\d [\u4e00-\u9fff]", r"^\*[A-Z]"
LEVELS = {"IV": "Ⅳ", "III": "Ⅲ", "II": "Ⅱ", "I": "Ⅰ"}


def muster(*operands):
    done = subprocess.run([MUSTER, *operands], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=120, cwd=ROOT)
    return done.returncode, done.stdout


def read(*parts):
    with open(os.path.join(PLANS, *parts), encoding="utf-8") as f:
        return f.read()


def names():
    found = (os.path.basename(p)[:-4] for p in glob.glob(os.path.join(PLANS, "*.lua")))
    return sorted(n for n in found if n != "site" and "." not in n)


def checks(t):
    took = []
    for _ in range(3):
        begin = time.monotonic()
        code, said = muster("plan", "check", "plans")
        took.append(time.monotonic() - begin)
    t.check(code == 0 and "no findings" in said, "the folder passes the check", said)
    t.check(min(took) <= CHECK_S * SLOW, "in %d ms: no author waits for it" % (CHECK_S * 1000),
            took)


def nights(t, plans):
    code, said = muster("plan", "test", "plans", "--coverage")
    t.check(code == 0, "the nights of all plans hold", said[:4000])
    for name in plans:
        lines = re.search(r"^# %s\.lua: (\d+) of (\d+) lines$" % name, said, re.M)
        t.check(lines and lines[1] == lines[2] and "%s.test.lua: " % name in said,
                "%s: its nights run every line of it" % name,
                [line for line in said.splitlines() if line.startswith("# %s.lua" % name)])


def on_paper(t, name, plan):
    paper = read(name + ".md")
    sections = dict(re.findall(r"^## \d+ ([^\n]*)\n(.*?)(?=^## |\Z)", paper, re.M | re.S))
    # what people meet for by the calendar is no emergency: the law asks no such text of it
    standing = 'kind = "standing"' in plan
    t.equal(standing or [zh for zh, en in SECTIONS.items()
             if not any(zh in h and en.lower() in h.lower() for h in sections)], standing or [],
            "%s: its text on paper has what a plan states" % name)
    table = plan.partition("    levels = {")[2].partition("\n    },")[0]
    levels = re.findall(r"^        (I{1,3}|IV) +=", table, re.M)
    t.equal([level for level in levels if "| %s |" % LEVELS[level] not in paper], [],
            "%s: and each level" % name)
    t.equal([h for h, text in sections.items()
             if not (re.search(CHINESE, text, re.M) and re.search(ENGLISH, text, re.M))], [],
            "%s: in Chinese, and in English" % name)


def two_nights(t, name):
    night = ("plan", "simulate", name, "--for", "6h", "--at", "2026-07-20 02:00",
             "--person", "*=2m-9m")
    code, said = muster(*night)
    t.check(code == 0 and " answers" in said and "cannot go on" not in said
            and " failed" not in said,
            "%s: in a night in which people answer nothing of it fails" % name, said[-2000:])
    t.equal(muster(*night)[1], said, "%s: the same night twice is the same" % name)


def week(t, name):
    """Of a standing plan: nobody triggers it, its schedule does."""
    of = ("plan", "simulate", name, "--for", "7d", "--at", "2026-07-20 00:00")
    code, said = muster(*of)
    t.check(code == 0 and "occasion: " in said and "cannot go on" not in said
            and " failed" not in said, "%s: its occasions come by themselves" % name, said[-2000:])
    t.equal(muster(*of)[1], said, "%s: the same week twice is the same" % name)


def main():
    with tap.Plan() as t:
        plans = names()
        drills = glob.glob(os.path.join(PLANS, "drills", "*.lua"))
        drilled = set(re.findall(r'\bplan = "(\w+)"', "".join(
            read("drills", os.path.basename(p)) for p in drills)))
        checks(t)
        nights(t, plans)
        for name in plans:
            plan = read(name + ".lua")
            on_paper(t, name, plan)
            if "parent_only = true" in plan:
                continue
            if 'kind = "standing"' in plan:
                week(t, name)
                continue
            t.check(name in drilled, "%s: it is drilled" % name)
            two_nights(t, name)
    sys.exit(t.status)


main()
