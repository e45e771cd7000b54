#!/usr/bin/python3
"""meta - an editor knows every word: whatever the source lets a plan, a head, a test or a scenario
say stands in plans/meta/muster.lua, and in the book, and nothing else does."""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import tap  # noqa: E402

ROOT = os.environ.get("MUSTER_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BOOKS = ("README.md", "README.zh-CN.md")

# the options of which function a kind of word is
OPTIONS = {"CALL": "call", "NOTIFY": "notify", "CONSULT": "consult", "ASK": "ask",
           "FETCH": "fetch", "AGENDA": "agenda", "AGENDA_ITEMS": "agenda", "WAIT": "wait",
           "UNTIL": "wait_until", "ON": "on", "PARALLEL": "parallel", "BEFORE": "before",
           "PROPOSE": "propose", "PUBLISH": "publish", "MEASURE": "measure",
           "DIRECTIVE": "directive", "ITEM": "item", "RESOURCE": "resource", "CHILD": "child",
           "ASSIGN": "assign", "REPORT": "report"}
# the members of which class the keys are that are read by a table of the source
TABLES = {"head_keys": ("core/head_check.c", "Head"),
          "a fact": ("core/head_check.c", "Fact"), "a level": ("core/head_level.c", "LevelHead"),
          "a criterion": ("core/head_level.c", "CriterionHead"),
          "auto": ("core/head_level.c", "AutoHead"),
          "a measure": ("core/head_measure.c", "MeasureHead"),
          "a report": ("core/head_report.c", "ReportHead"),
          "a channel": ("core/channel_check.c", "Channel"),
          "scenario_keys": ("core/scenario.c", "Scenario")}
KEYS = re.compile(r"static const struct form_key (\w+)\[\] = \{(.*?)\};\n(.*?)(?=\n\}|$)", re.S)
KINDS = {"kind_trial": "Trial", "kind_update": "TrialUpdate", "kind_person": "TrialPerson",
         "kind_endpoint": "TrialEndpoint"}


def read(*parts):
    with open(os.path.join(ROOT, *parts), encoding="utf-8") as f:
        return f.read()


def words():
    """{kind: {name}}"""
    found = {}
    for kind, name in re.findall(r'\{WORD_(\w+), "(\w+)"\}', read("engine", "plan", "words.c")):
        found.setdefault(kind, set()).add(name)
    return found


def members(meta, name):
    """The fields of a class."""
    body = re.search(r"^---@class %s\b[^\n]*\n((?:---@field [^\n]*\n)*)" % name, meta, re.M)
    return set(re.findall(r"^---@field (\w+)", body[1], re.M)) if body else set()


def methods(meta, name):
    return set(re.findall(r"^function %s:(\w+)\(" % name, meta, re.M))


def comment(meta, function):
    """What stands above a function."""
    return re.search(r"((?:^---[^\n]*\n)+)function %s\(" % function, meta, re.M)[1]


def keys_of(path, name):
    """The keys that are built, of the table called so, or given to form_keys as `name`."""
    for table, keys, then in KEYS.findall(read("engine", path)):
        if table == name or '"%s")' % name in then:
            return set(re.findall(r'\{"(\w+)", true\}', keys))
    return set()


def plan_words(t, meta, found):
    functions = set(re.findall(r"^function (\w+)\(", meta, re.M)) | {"incident"}
    # require is Lua's own; the others begin a file
    expected = (found["NAME"] - {"require"}) | {"channel", "plan", "scenario", "site", "test"}
    t.equal(sorted(functions), sorted(expected), "every word is a function of meta, and no other")
    for kind, function in OPTIONS.items():
        missing = [w for w in found[kind] if not re.search(r"\b%s\b" % w, comment(meta, function))]
        t.check(found[kind] and not missing, "meta knows the options of %s (%s)"
                % (function, kind), missing)
    t.equal(sorted(members(meta, "Incident") | methods(meta, "incident")),
            sorted(found["INCIDENT"]), "meta knows what an incident has")
    t.equal(sorted(members(meta, "Rung")), sorted(found["RUNG"]), "and a rung")
    t.equal(sorted(members(meta, "Plan")), sorted(found["BODY"]), "and which bodies there are")
    handles = ("Handle", "Item", "Report", "Child", "CallHandle")
    t.equal(sorted(set.union(*(methods(meta, c) for c in handles))),
            sorted(found["METHOD"]), "and what handles and items can do")
    facts = re.search(r"^---@alias EngineFact (.*)$", meta, re.M)[1]
    t.equal(sorted(re.findall(r'"(\w+)"', facts)), sorted(found["FACT"]),
            "and the facts that the engine makes")


def heads(t, meta):
    for name, (path, cls) in TABLES.items():
        keys = keys_of(path, name)
        t.check(len(keys) > 1 and keys == members(meta, cls), "meta knows the keys of %s" % cls,
                sorted(keys ^ members(meta, cls)))
    source = read("engine", "core", "scenario.c")
    table = source[source.index("static const struct by {"):]
    table = source[source.index("#define NUMBERED") if "#define NUMBERED" in source else 0:
                   source.index("static const struct by {")] + table[:table.index("};\n")]
    keys = set(re.findall(r'\{?"(\w+)", true', table))
    t.check({"no", "expect", "lasts"} <= keys <= members(meta, "Inject"),
            "meta knows the keys of injects", sorted(keys - members(meta, "Inject")))


def tests(t, meta):
    source = read("engine", "desk", "test.c")
    found = {cls: set() for cls in KINDS.values()}
    for kind, name in re.findall(r'\{(kind_\w+), "(\w+)", \w+, GIVES', source):
        found[KINDS[kind]].add(name)
    found["Trial"] |= set(re.findall(r'member_define\(L, "(\w+)"', source))
    for cls, names in found.items():
        t.check(names and names == methods(meta, cls), "meta knows the verbs of %s" % cls,
                sorted(names ^ methods(meta, cls)))
    source = read("engine", "desk", "standing.c")
    expected = source[source.index("static enum err expect_one("):]
    expected = set(re.findall(r'strcmp\(key, "(\w+)"\)', expected[:expected.index("\n}\n")]))
    t.equal(sorted(members(meta, "Expected")), sorted(expected), "and what a test can expect")
    return set.union(*found.values()) | expected


def book(t, name, said):
    text = read("plans", name)
    missing = sorted(w for w in said if not re.search(r"[`:{ .\n]%s\b" % w, text))
    t.check(not missing, "%s has every word, key and verb" % name, missing)


def main():
    with tap.Plan() as t:
        meta, found = read("plans", "meta", "muster.lua"), words()
        plan_words(t, meta, found)
        heads(t, meta)
        said = tests(t, meta) | set.union(*found.values()) - {"charpattern"}
        for path, name in ((p, n) for n, (p, _) in TABLES.items()):
            said |= keys_of(path, name)
        for kind in ("STRING", "TABLE", "MATH", "UTF8"):
            said -= found[kind]
        for name in BOOKS:
            book(t, name, said)
        luac = next((p for p in ("luac5.4", "luac") if subprocess.run(
            ["which", p], stdout=subprocess.DEVNULL).returncode == 0), None)
        if luac:
            code = subprocess.run([luac, "-p", os.path.join(ROOT, "plans", "meta", "muster.lua")])
            t.check(code.returncode == 0, "meta is Lua")
        else:
            t.skip("meta is Lua", "no luac here")
    return t.status


if __name__ == "__main__":
    sys.exit(main())
