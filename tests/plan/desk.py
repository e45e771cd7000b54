#!/usr/bin/python3
"""desk - `muster plan test` and `muster plan simulate` as an author meets them: what passes, what
fails and says why, and that a plan cannot run away with either."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import tap  # noqa: E402

ROOT = os.environ.get("MUSTER_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
MUSTER = os.environ.get("MUSTER") or os.path.join(ROOT, "out", "muster")

PLAN = """local plan = plan "pump" {
    title = { zh = "泵站停运", en = "Pump stopped" }, version = "1", owner = "dept:it",
    facts = { level_m = { type = "number", unit = "m" } },
    levels = {
        IV = { when = "level_m >= 2", ordered_by = "post:flood-hq-deputy", expected = "3h" },
        III = { when = "level_m >= 3", ordered_by = "post:flood-hq-deputy", expected = "3h" } },
    measures = {
        look = { phase = "IV", owner = "dept:urban", title = "看泵站", due = "1h",
                 done_when = "已查看" } },
    ends_when = { { id = "dry", confirm = "dept:flood-office", zh = "已排干", en = "drained" } },
    fallback = { { to = "duty:duty-room", within = "5m" } },
}
function plan.respond(incident)
    local a = call { to = "duty:duty-room", within = "5m", text = T "{title}" }
    if a then
        log("taken by " .. a.by)
    else
        log "nobody"
    end
    while true do
        if now() > 0 then break end
    end
    on("level_m", function(f)
        if f.value > 9 then
            error "too high"
        end
    end)
end
function plan.level.III()
    notify { to = "post:flood-hq-commander", text = "III" }
end
return plan
"""

TESTS = """
test("the deputy seat is called, IV is ordered, raised and ended", function(t)
    t:begin "2026-07-20 02:00"
    t:person "li.ming":answers "3m"
    t:person "sun.wei":orders "10m"
    t:trigger { plan = "pump", title = "Pump 3", fields = { level_m = 2.5 } }
    t:advance "9m"
    t:never "call 赵磊"
    t:tells [[
        [0:00] call 王强 (主班, duty:duty-room) by phone: Pump 3 — pump.lua:14
        [0:05] 王强 (主班, duty:duty-room) no answer; call 李明 (副班, duty:duty-room) by phone
        [0:08] 李明 answers
        log: taken by li.ming — pump.lua:16
    ]]
    t:expect { level = false, state = "awaiting_order", health = "ok", scope = { III = false },
               proposal = { level = "IV", action = "activate", state = "awaiting_order" } }
    t:advance "1m"
    t:tells [[
        [0:10] order: activate IV by 孙伟 (post:flood-hq-deputy)
        [0:10] measure look to 住建局, due 03:10
    ]]
    t:expect { level = "IV", state = "active", item = { look = "issued" }, items = { open = 1 } }
    t:crash "engine"
    t:update { level_m = 3.5 }:keeps "1h"
    t:order { action = "raise", level = "III", by = "person:han.mei", reason = "rising" }
    t:expect { scope = { III = true }, proposal = false, level = "III" }
    t:tells "scope III starts — pump.lua:29"
    t:crash "planner"
    t:order { action = "lower", level = "IV", by = "han.mei", reason = "falling" }
    t:tells "scope III ends"
    t:item("look", "done", { by = "zheng.hao" })
    t:expect { scope = { III = false }, item = { look = "done" }, items = { open = 0 } }
    t:item("look", "strike", { by = "han.mei" })
    t:confirm("dry", "dept:flood-office")
    t:order { action = "terminate", by = "han.mei", reason = "over" }
    t:advance "1h"
    t:expect { state = "closed" }
end)
test("nobody is there, and messages fail for a while", function(t)
    t:endpoint "phone":fails "10m"
    t:endpoint "desk":fails("1m"):works()
    t:person "*":declines "1m"
    t:trigger { plan = "pump", title = "Pump 3" }
    t:advance "40m"
    t:tells "log: nobody"
    local ok, why = pcall(t.order, t, { action = "activate", level = "IV", by = "wang.qiang",
                                        reason = "x" })
    assert(not ok and why:find "refused", why)
    t:update { level_m = 9.5 }
    t:tells "a handler of the plan failed"
    t:resolve "the pump runs"
    t:tells "resolved by its source: the pump runs"
end)
"""

# what a test says when it is wrong, and the line of the sentence
WRONG = {
    "t:trigger { plan = 'pump' } t:tells 'nothing of this'": "the trace does not tell: nothing of",
    "t:trigger { plan = 'pump', title = 'a' } t:tells 'plan pump' t:tells 'trigger: a'":
        "does not tell: trigger: a; it did so earlier",
    "t:trigger { plan = 'pump', title = 'a' } t:tells_exactly '[0:00] trigger: b'":
        'the trace tells "[0:00] trigger: a, plan pump" where the test has',
    "t:trigger { plan = 'pump', title = 'a' } t:never 'fire' t:update { note = 'a fire' }":
        "the trace tells what it must never",
    "t:trigger { plan = 'pump', title = 'a' } t:never 'call 赵磊'": "is the last word",
    "t:trigger { plan = 'pump', title = 'a' } t:expect { items = { look = 0 } }":
        '"look" cannot be counted',
    "t:trigger { plan = 'pump', title = 'a' } t:expect { level = 'IV' }": 'level is none, not "IV"',
    "t:trigger { plan = 'pump', title = 'a' } t:expect { scope = { III = true } }":
        "scope III is not alive, not alive",
    "t:trigger { plan = 'pump', title = 'a' } t:expect { levl = 1 }": '"levl" cannot be expected',
    "t:trigger { plan = 'pump', title = 'a', fields = { level_n = 1 } }": 'did you mean "level_m"?',
    "t:trigger { plan = 'pmp', title = 'a' }": 'did you mean "pump"?',
    "t:trigerr {}": 'did you mean "trigger"?',
    "t:person 'li.mng':answers '3m'": 'did you mean "li.ming"?',
    "t:endpoint 'phon':fails()": 'did you mean "phone"?',
    "t:advance 'soon'": '"soon" is no duration',
    "t:advance '1h' t:begin '2026-07-20 02:00'": "comes before everything else",
    "t:begin 'tomorrow'": '"tomorrow" is no time',
    "t:site 'plans/other.lua'": "there is no plans/other.lua",
    "t:order { action = 'raise' }": "nothing has been triggered yet",
    "t:crash 'the house'": "cannot crash",
    "t:trigger { plan = 'pump', title = 'a' } t:item('look', 'done')": 'there is no item "look"',
    "t:trigger { plan = 'pump', title = 'a', fields = { level_m = 2.5 } } t:order { action = "
    "'activate', level = 'IV', by = 'sun.wei', reason = 'x' } t:item('look', 'struck')":
        'action: "struck" is none of receive',
    "t:trigger { plan = 'pump', grade = 'V' } t:tells 'x'": 'grade: "V" is none of I II III IV',
    "t:trigger { plan = 'pump', titel = 'V' } t:tells 'x'": 'did you mean "title"?',
    "t:trigger { plan = 'pump', title = '' } t:tells 'x'": "title: is empty",
    "t:trigger { plan = 'pump' } t:answer { by = 'li.ming', choise = 'x' }": 'mean "choice"?',
    "t:trigger { plan = 'pump' } t:report('initial 1', 'edit', { text = 'x' })":
        "there is no report",
    "t:trigger { plan = 'pump' } t:advance '1h'": "asserts nothing",
    "t:crash()": "what crashes (engine, planner or courier) is missing",
    "t:trigger { plan = 'pump', title = 'a' } t:expect { items = 5 }": "items takes a table",
    "t:trigger { plan = 'pump', title = 'a' } t:expect { scope = { III = 5 } }": "true or false",
    "t:trigger { plan = 5 }": "plan: must be a string",
    "t:trigger { plan = 'pump', title = 'a' } t:about('pump', 4294967297)": "1 is the first",
    "t:crash 'engine\\0x'": "holds a NUL",
    "while true do end": "instructions",
    "while true do t:advance '1m' end": "at most 5000 verbs",
    "while true do t:advance '90d' end": "lasts at most 400 days",
    "while true do pcall(t.advance, t, '1m') end": "instructions",
    "while true do t:trigger { plan = 'pump' } end": "one night may hold",
    "t:trigger { plan = 'pump', title = 'a' } local u = t:update { level_m = 1 } "
    "u:keeps '3660d' u:keeps '3660d'": "one night may hold",
    "local s = {} while true do s[#s + 1] = ('x'):rep(1000) .. #s end": "memory",
    "while true do pcall(error) end": "instructions",
    "error { 1 }": "error",
    "return notify { to = 'duty:duty-room', text = 'x' }": "notify",
}


def muster(*operands, seconds=120):
    done = subprocess.run([MUSTER, *operands], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=seconds)
    return done.returncode, done.stdout


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def good(t, folder):
    code, said = muster("plan", "test", folder, "--coverage")
    t.check(code == 0 and "ok 1 - pump.test.lua: the deputy" in said and said.endswith("1..2\n"),
            "tests that hold pass, in TAP", said)
    t.check("# pump.lua: 9 of 9 lines\n" in said, "their coverage counts the functions' lines",
            said)
    code, said = muster("plan", "test", os.path.join(folder, "pump.lua"), "--only", "deputy",
                        "--coverage")
    t.check(code == 0 and "1..1" in said and "# pump.lua: 7 of 9 lines; not run: 18, 25" in said,
            "a plan's file stands for its tests, --only picks, and what did not run is named", said)
    other = os.path.join(folder, "other.test.lua")
    write(other, "test('x', function(t) assert(not pcall(t.trigger, t, { plan = 'no' })) end)\n")
    code, said = muster("plan", "test", other, "--coverage")
    os.remove(other)
    t.check(code == 0 and "pump.lua" not in said,
            "a file of tests says nothing of a plan that it is not about", said)
    code, said = muster("--json", "plan", "test", folder)
    t.check(code == 0 and [one["ok"] for one in json.loads(said)["tests"]] == [True, True],
            "--json says the same for programs", said)
    code, said = muster("--json", "plan", "test", os.path.join(folder, "pump.lua"), folder,
                        "--coverage")
    reply = json.loads(said)
    t.check(code == 0 and reply["ok"] and len(reply["tests"]) == 4 and
            reply["coverage"]["pump.lua"] == {"covered": 9, "lines": 9, "missed": []},
            "of several paths in one document", said)
    code, said = muster("plan", "test", folder, "--only", "nosuch")
    t.check(code == 1 and 'no test has "nosuch" in its name' in said, "a name that no test has",
            said)


def wrong(t, folder):
    path = os.path.join(folder, "wrong.test.lua")
    for body, sentence in WRONG.items():
        write(path, "test('x', function(t)\n%s\nend)\n" % body)
        begin = time.monotonic()
        code, said = muster("plan", "test", path)
        t.check(code == 1 and said.startswith("not ok 1 - wrong.test.lua: x\n") and sentence in said
                and time.monotonic() - begin < 20,
                "said of a test that is wrong: %s" % sentence, said)
    write(path, "test('x', function(t)\n\n t:advance 'soon' end)\n")
    t.check("wrong.test.lua:3: " in muster("plan", "test", path)[1], "with the line of the test")
    write(path, "local kept test('x', function(t) kept = t end)\n"
                "test('y', function(t) kept:advance '1h' end)\n")
    code, said = muster("plan", "test", path)
    t.check(code == 1 and "of a test that is over" in said, "what a test keeps is of no use later",
            said)
    write(path, "test('x', function(t) local s = 'x' while true do s = s .. s end end)\n"
                "test('y', function(t) t:trigger { plan = 'pump' } t:tells 'pump' end)\n")
    code, said = muster("plan", "test", path)
    t.check(code == 1 and "not ok 1" in said and "\nok 2" in said,
            "one that runs away takes no other with it", said)
    write(path, "test('x', function(t) t:tells 'a' end)\ntest('x', function(t) t:tells 'b' end)\n")
    code, said = muster("plan", "test", path)
    t.check(code == 1 and 'wrong.test.lua:2: there are two tests "x"' in said,
            "two tests of one name", said)
    for text, sentence in {"": "holds no test", "tst()": "tst", "if": "wrong.test.lua:1:",
                           "while true do end": "instructions"}.items():
        write(path, text)
        code, said = muster("plan", "test", path)
        t.check(code == 1 and sentence in said, "a file that is wrong says so: %s" % sentence, said)
    os.remove(path)


def set_wrong(t, folder):
    bad = os.path.join(folder, "bad.lua")
    write(bad, "return plan 'bad' {\n title = 'a' version = '1' }\n")
    code, said = muster("plan", "check", bad)
    t.check(code == 1 and "bad.lua:2:14: syntax: version stands where , or } is expected" in said,
            "a comma that was forgotten is asked for", said)
    write(bad, "return plan 'bad' {}\n")
    code, said = muster("plan", "test", folder)
    t.check(code == 1 and "bad.lua:1:" in said, "a set that does not pass the check is not run",
            said)
    code, said = muster("plan", "simulate", "pump", "--plans", folder)
    t.check(code == 1 and "bad.lua:1:" in said, "nor simulated", said)
    os.remove(bad)
    code, said = muster("plan", "test", "pump", "--plans", folder, "--only", "deputy")
    t.check(code == 0 and said.endswith("1..1\n"), "a plan may be named as simulate names it", said)
    code, said = muster("plan", "check", "pump", "--plans", folder)
    t.check(code == 0 and "pump.lua: no findings" in said, "for the check, too", said)
    code, said = muster("plan", "check", "pmp", "--plans", folder)
    t.check(code == 3 and "there is no pmp; name a plan" in said, "one that is not there", said)
    os.symlink("nowhere.lua", bad)
    code, said = muster("plan", "check", folder)
    t.check(code == 78 and "bad.lua is a link to a file that is not there" in said,
            "a link to nothing", said)
    os.remove(bad)
    code, said = muster("--lang", "zh", "plan", "simulate", "pmp", "--plans", folder)
    t.check("没有找到：there is no plan" in said, "what is wrong, in Chinese at its head", said)
    code, said = muster("plan", "test", os.path.join(folder, "none"))
    t.check(code not in (0, 1), "a folder that is not there is said", (code, said))


SIMULATE = ("plan", "simulate", "pump", "--at", "2026-07-20 02:00", "--field", "level_m=2.5",
            "--field", "level_m=3.5@1:00", "--person", "wang.qiang=silent", "--person",
            "li.ming=p0.6:3m-8m", "--orders", "sun.wei=10m")


def simulate(t, folder):
    command = SIMULATE + ("--plans", folder)
    code, first = muster(*command, "--for", "12h")
    t.check(code == 0 and "[0:05] 王强 (主班, duty:duty-room) no answer; call 李明" in first and
            "[0:10] order: activate IV by 孙伟 (post:flood-hq-deputy)" in first and
            "update level_m=3.5" in first and "scope III starts" in first,
            "a simulation tells the night", first)
    t.check(muster(*command, "--for", "12h")[1] == first, "the same seed, the same night")
    hashes = {muster(*command, "--seed", str(n))[1].rsplit("hash: ", 1)[1] for n in range(8)}
    t.check(len(hashes) > 1, "another seed, another night", hashes)
    code, said = muster("--lang", "zh", *command)
    t.check(code == 0 and "[0:05] 王强 (主班, duty:duty-room) 无应答；呼叫 李明" in said and
            "[0:10] 命令：启动IV级响应，孙伟 (post:flood-hq-deputy)" in said, "in Chinese, too", said)
    t.check("建议启动IV级响应，报 孙伟" in said and
            "[0:10] 措施：看泵站 (look)，交 住建局，时限 03:10" in said and
            not [w for w in ("measure ", "activate", "raise", "initial") if w in said],
            "and in no other words", said)
    code, said = muster("--lang", "zh", "plan", "simulate", "flood", "--field", "g7.stage_m=4.6",
                        "--at", "2026-07-20 02:00", "--for", "1h", "--plans",
                        os.path.join(ROOT, "plans"))
    t.check(code == 0 and "[0:00] 首报第1号 应报，时限 03:00" in said,
            "reports by what they are called", said)
    code, said = muster("--json", *command)
    reply = json.loads(said)
    t.check(code == 0 and reply["figures"]["first_order_ms"] == 600000 and
            {"level", "call", "item"} <= {span["lane"] for span in reply["spans"]},
            "as JSON with figures and spans", said[:500])
    code, said = muster(*command, "--for", "3h", "--work", "*=never")
    t.check(code == 0 and "at the end: active, level III\nnot done: look" in said and
            "not confirmed (--confirm): dry\n" in said, "what is left when the night is over", said)
    said = muster("plan", "simulate", "flood", "--plans", os.path.join(ROOT, "plans"), "--at",
                  "2029-02-20 02:00", "--for", "1h")[1]
    t.check(said.startswith("[0:00] trigger: ") and "plan review" not in said,
            "what other plans owe as papers is no part of the night", said)
    quiet = ("plan", "simulate", "pump", "--plans", folder, "--field", "level_m=2.5", "--for", "1h",
             "--person", "*=silent")
    t.check("order: activate" not in muster(*quiet)[1] and
            "order: activate IV by 孙伟" in muster(*quiet, "--orders", "sun.wei=10m")[1],
            "who is silent gives no order, unless it is said", quiet)
    code, said = muster(*command, "--for", "4h", "--fault", "02:00-05:00=phone")
    done = re.findall(r"\[(\d+):\d+\] \S.* done by", said)
    t.check(done and min(map(int, done)) >= 3, "who was not told of it does not do it", said)
    code, said = muster(*command, "--confirm", "dry=2h", "--for", "3h")
    t.check(code == 0 and "[2:00] criterion dry confirmed" in said and "not confirmed" not in said,
            "who may confirm a criterion does so", said)
    code, said = muster("plan", "simulate", "pump", "--plans", folder,
                        "--field", "level_m=9.5@1:00")
    t.check(code == 1 and "failures of the plan's code: 1" in said,
            "a plan whose code fails is no success", said)
    said = muster("--json", *command, "--work", "*=never")[1]
    t.check("look" in json.loads(said)["figures"]["late"] and not reply["figures"]["late"],
            "what is owed is done in time, unless somebody never does it", said[:500])
    code, said = muster(*command, "--fault", "02:00-03:00=phone")
    t.check(code == 0 and "[0:00] attempt failed, will be repeated: sun.wei by phone" in said and
            "[1:00] attempt failed" not in said, "an endpoint fails for as long as it should",
            said)


ROLL = """local ladder = require "lib.ladder"
local plan = plan "roll" { title = "Roll call", version = "1", owner = "dept:flood-office",
    ends = "order", on_resolved = "note", fallback = { { to = "duty:duty-room", within = "5m" } } }
function plan.respond(incident)
    ladder("come")
    local gauge = fetch { endpoint = "phone", body = { gauge = 7 }, within = "1m" }
    at("08:30", function()
        local r = ask { to = { "person:sun.wei", "person:li.ming" }, question = "At your post?",
            choices = { "present", "short of staff" }, within = "10m" }
        log(gauge.status .. ": " .. #r.present .. " of " .. #r.asked)
    end)
end
return plan
"""


def the_rest_of_the_language(t, folder):
    """Libraries, clocks, fetches and questions are the same in the second world."""
    os.mkdir(os.path.join(folder, "lib"))
    write(os.path.join(folder, "lib", "ladder.lua"), """return function(text)
    return call { to = "duty:duty-room", within = "5m", text = text }
end
""")
    write(os.path.join(folder, "roll.lua"), ROLL)
    code, said = muster("plan", "simulate", "roll", "--at", "2026-07-20 06:00", "--plans", folder,
                        "--person", "*=2m", "--for", "4h")
    t.check(code == 0 and "[0:02] phone has answered the plan (200)" in said and
            '[2:32] 孙伟 chooses "present"' in said and
            "question over, 2 of 2 answers, present 2, short of staff 0" in said and
            "log: 200: 2 of 2" in said, "a library, a fetch, a clock and a question", said)
    os.remove(os.path.join(folder, "roll.lua"))
    shutil.rmtree(os.path.join(folder, "lib"))


def scenario(t, folder):
    drills = os.path.join(folder, "drills")
    other = os.path.join(folder, "elsewhere", "other-1.lua")
    os.mkdir(drills)
    os.mkdir(os.path.dirname(other))
    text = """return scenario "NAME" {
        plan = "pump", title = "x", director = "person:qian.min", begins = "2026-06-10 09:00",
        objectives = { called = "somebody answers", high = "III is ordered" },
        injects = {
            { no = 1, at = "0:00", by = "trigger", title = "Pump 3", fields = { level_m = 2.5 },
              expect = { "call answered", within = "10m" }, objective = "called" },
            { no = 2, at = "0:20", by = "update", fields = { level_m = 3.5 },
              expect = { "order III", within = "2m" }, objective = "high" },
            { no = 3, at = "1:00", by = "end" },
        },
    }
"""
    write(os.path.join(drills, "pump-1.lua"), text.replace("NAME", "pump-1"))
    write(other, text.replace("NAME", "other-1"))
    command = ("plan", "simulate", "pump", "--plans", folder, "--person", "*=2m")
    code, said = muster(*command, "--scenario", "pump-1")
    t.check(code == 0 and "inject 1, call answered: met, after 2m" in said and
            "inject 2, order III: late, after 5m" in said, "a scenario is played and scored", said)
    t.check(muster(*command, "--scenario", other)[1].rsplit("hash", 1)[0].count("inject 1") and
            json.loads(muster("--json", *command, "--scenario", other)[1])["began"] ==
            json.loads(muster("--json", *command, "--scenario", "pump-1")[1])["began"],
            "one that lies elsewhere, too")
    code, said = muster(*command, "--scenario", "pump-2")
    t.check(code == 3 and 'did you mean "pump-1"?' in said, "one that is not there", said)
    shutil.rmtree(drills)
    shutil.rmtree(os.path.dirname(other))


def simulate_many(t, folder):
    command = SIMULATE + ("--plans", folder)
    code, said = muster("--json", *command, "--runs", "200")
    d = json.loads(said)["distribution"]
    t.check(code == 0 and d["runs"] == 200 and 100 < d["calls"]["zhao.lei"]["n"] <= 200 and
            d["first_answer_ms"]["min"] < d["first_answer_ms"]["max"],
            "many runs give distributions", d)
    t.check(muster("--json", *command, "--runs", "200")[1] == said, "the same ones each time")
    code, said = muster(*command, "--runs", "20")
    t.check(code == 0 and said.startswith("20 runs\n") and "first answer" in said and
            "zhao.lei" in said, "as a table", said)


def chart(t, folder):
    command = SIMULATE + ("--plans", folder, "--title", "<b>&7</b>", "--svg")
    code, said = muster(*command)
    t.check(code == 0 and said.startswith("<svg ") and "&lt;b&gt;&amp;7" in said and
            "prefers-color-scheme:dark" in said and "<script" not in said,
            "--svg is a chart that holds what people wrote as text", said[:300])
    import xml.dom.minidom
    t.check(xml.dom.minidom.parseString(said) is not None, "and well formed")


def simulate_wrong(t, folder):
    for words, sentence in ((("--person", "li.mng=3m"), 'did you mean "li.ming"?'),
                            (("--person", "li.ming"), "write ID=silent"),
                            (("--orders", "li.ming=soon"), "write ID=10m"),
                            (("--fault", "noon=phone"), "write FROM-TO=ENDPOINT"),
                            (("--fault", "01:00-02:00=phon"), 'did you mean "phone"?'),
                            (("--work", "dept:urban"), "write dept:water=2h"),
                            (("--work", "urban=2h"), 'did you mean "dept:urban"?'),
                            (("--orders", "zhao.lei=5m"), "zhao.lei may order nothing"),
                            (("--grade", "V"), 'grade: "V" is none of I II III IV'),
                            (("--warning", "pink"), "none of red orange yellow blue"),
                            (("--title", ""), "title: is empty"),
                            (("--svg", "--runs", "3"), "leave out --runs"),
                            (("--for", "1h", "--field", "level_m=3@2d"), "after the end"),
                            (("--field", "levle_m=3@1:00"), 'did you mean "level_m"?'),
                            (("--field", "level_m=high@1:00"), "--field: "),
                            (("--confirm", "dri=1h"), 'did you mean "dry"?'),
                            (("--confirm", "dry"), "write CRITERION=70h"),
                            (("--at", "now"), "is no time"), (("--for", "long"), "is no duration"),
                            (("--for", "10y"), "at most 90d"),
                            (("--field", "level=1"), "the trigger is refused"),
                            (("--field", "level_m=1@x"), "is no time")):
        code, said = muster("plan", "simulate", "pump", "--plans", folder, *words)
        t.check(code == 2 and sentence in said, "refused: %s" % " ".join(words), said)
    code, said = muster("plan", "simulate", "pmp", "--plans", folder)
    t.check(code == 3 and 'did you mean "pump"?' in said, "a plan that is not there", said)
    code, said = muster("--json", "plan", "simulate", "pump", "--plans", folder, "--grade", "V")
    t.check(code == 2 and json.loads(said)["code"] == "invalid", "for programs, with a code", said)
    code, said = muster("plan", "simulate", "pump", "--plans", folder, "--runs", "0")
    t.check(code == 2 and "from 1 to 10000" in said, "no runs at all", said)


def runaway(t, folder):
    path = os.path.join(folder, "mad.lua")
    head = PLAN.split("function plan.respond")[0].replace('"pump"', '"mad"')
    for body in ("while true do end", "while true do sleep '1s' notify { to = 'duty:duty-room',"
                 " text = 'x' } end", "local function f() spawn(f) spawn(f) sleep '1s' end f()"):
        write(path, head + "function plan.respond()\n%s\nend\nreturn plan\n" % body)
        begin = time.monotonic()
        code, said = muster("plan", "simulate", "mad", "--plans", folder, "--for", "72h")
        took = time.monotonic() - begin
        t.check(took < 60 and (code == 1 or "the plan" in said or "fallback" in said),
                "a plan that runs away ends in a sentence: %s" % body, (code, said[-400:], took))
    os.remove(path)


def main():
    folder = tempfile.mkdtemp(prefix="muster-desk-")
    try:
        for name in ("channels", "holidays"):
            shutil.copytree(os.path.join(ROOT, "plans", name), os.path.join(folder, name))
        with open(os.path.join(ROOT, "plans", "site.lua"), encoding="utf-8") as f:
            site = f.read()
        rights = "{ pump = { 'I', 'II', 'III', 'IV', 'terminate' }, flood = {"
        write(os.path.join(folder, "site.lua"), site.replace("{ flood = {", rights))
        write(os.path.join(folder, "pump.lua"), PLAN)
        write(os.path.join(folder, "pump.test.lua"), TESTS)
        with tap.Plan() as t:
            code, said = muster("plan", "check", folder)
            t.check(code == 0, "the plan of this test passes the check", said)
            for part in (good, wrong, set_wrong, simulate, the_rest_of_the_language, scenario,
                         simulate_many, chart, simulate_wrong, runaway):
                part(t, folder)
        return t.status
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
