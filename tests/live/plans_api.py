#!/usr/bin/python3
"""plans_api - plans are checked and simulated by HTTP, and whoever asks harms nobody.

What comes is what the command line says of the same files, byte for byte; what is wrong in a
request is named by its field; a plan that runs away, a process that is killed, a client that hangs
up end their own request alone; and the house goes on meanwhile.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import raw_http  # noqa: E402
import tap  # noqa: E402

CHECK, SIMULATE = "/api/v1/plans/check", "/api/v1/plans/simulate"
NIGHT = {"plan": "flood", "at": "2026-07-20 02:00", "seed": 7,
         "fields": ["g7.stage_m=4.6", "g7.stage_m=5.3@1:00"], "people": ["*=p0.6:3m-8m"],
         "orders": ["*=10m"], "lang": "en"}
WORDS = ["--at", "2026-07-20 02:00", "--seed", "7", "--field", "g7.stage_m=4.6", "--field",
         "g7.stage_m=5.3@1:00", "--person", "*=p0.6:3m-8m", "--orders", "*=10m"]
LONG = dict(NIGHT, runs=int(100 / h.SLOW))  # far less than the 10 s of a request


class Asker:
    def __init__(self, house, key=None):
        self.port = house.http_port
        self.key = key or house.key("ci", "read")

    def ask(self, path, body, key=None):
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        return raw_http.ask(self.port, "POST", path, body=text, headers={
            "Content-Type": "application/json", "Authorization": "Bearer " + (key or self.key)})

    def begin(self, path, body):
        """Asked, and not waited for: the connection."""
        client = raw_http.Connection(self.port, seconds=120.0)
        client.send(client.request("POST", path, client.host, {
            "Content-Type": "application/json", "Authorization": "Bearer " + self.key},
            json.dumps(body)))
        return client


def muster(folder, *words):
    out = subprocess.run([h.MUSTER, "--json", "--lang", "en", "plan", *words, "--plans", folder],
                         capture_output=True, check=False)
    return out.stdout.rstrip(b"\n")


def checks(t, house, api):
    good = api.ask(CHECK, {})
    t.equal((good.status, good.json()["ok"]), (200, True), "the set in force is checked")
    text = open(os.path.join(house.plans, "flood.lua"), encoding="utf-8").read()
    bad = api.ask(CHECK, {"files": {"flood.lua": text.replace("stage_m", "stag_m", 1)}}).json()
    t.check(not bad["ok"] and {f["file"] for f in bad["findings"]} >= {"flood.lua"},
            "a bad file is found in the place of the good one", bad)
    copy = house.folder + "/copy"
    shutil.copytree(house.plans, copy)
    with open(copy + "/flood.lua", "w", encoding="utf-8") as f:
        f.write(text.replace("stage_m", "stag_m", 1))
    told = json.loads(muster(copy, "check"))
    for one in told["findings"]:
        one["file"] = os.path.relpath(one["file"], copy)
    t.equal(bad, told, "and the command line finds the same")
    pair = {"lib/signs.lua": 'local signs = {}\nfunction signs.high() return 5 end\nreturn signs\n',
            "dam.lua": h.plan_text("dam", 'log("x")').replace(
                'local plan', 'local signs = require "lib.signs"\nlocal plan', 1)}
    both = api.ask(CHECK, {"files": pair}).json()
    alone = api.ask(CHECK, {"files": {"dam.lua": pair["dam.lua"]}}).json()
    t.check(not [f for f in both["findings"] if "require" in f["code"] or "library" in f["code"]]
            and not alone["ok"], "files that need each other are checked together",
            (both, alone))
    without = api.ask(CHECK, {"files": {name: None for name in ("flood.lua", "flood.md")}}).json()
    t.check("findings" in without and api.ask(SIMULATE, dict(
        NIGHT, files={"flood.lua": None})).status == 422, "null leaves a file out", without)
    t.equal(api.ask(CHECK, {}).json(), good.json(), "nothing of it stays")


def nights(t, house, api):
    one = api.ask(SIMULATE, NIGHT)
    t.check(one.status == 200 and one.body == muster(house.plans, "simulate", "flood", *WORDS),
            "a night is that of the command line, byte for byte", one)
    t.equal(api.ask(SIMULATE, NIGHT).body, one.body, "and the same again")
    many = api.ask(SIMULATE, dict(NIGHT, runs=5))
    t.check(many.body == muster(house.plans, "simulate", "flood", *WORDS, "--runs", "5"),
            "so are many nights", many)
    drill = {"plan": "flood", "scenario": "flood-2026", "lang": "en", "seed": 1}
    t.check(api.ask(SIMULATE, drill).body ==
            muster(house.plans, "simulate", "flood", "--scenario", "flood-2026"),
            "and a night by a scenario")
    t.check(b"<svg" in api.ask(SIMULATE, dict(NIGHT, svg=True)).body, "a chart is drawn")
    zh, en = (api.ask(SIMULATE, dict(NIGHT, lang=lang)).json()["trace"] for lang in ("zh", "en"))
    t.check(zh != en, "in the language asked for")
    text = open(os.path.join(house.plans, "flood.lua"), encoding="utf-8").read()
    other = api.ask(SIMULATE, dict(NIGHT, files={"flood.lua": text + "\n\n-- more\n"}))
    t.equal(other.status, 200, "a file that is not in force is simulated")


def wrong_fields(t, api):
    """Each field, of each wrong type, is named."""
    strings = ("at", "for", "grade", "warning", "kind", "scenario", "lang")
    lists = ("place", "labels", "fields", "people", "orders", "faults", "works", "confirms")
    wrong = [(name, value) for name in strings for value in (1, [], {}, True, "", "\n")]
    wrong += [(name, value) for name in lists
              for value in (1, "x=1", {}, [], [1], [""], ["x"], [None], ["=" * 2000])]
    wrong += [("title", value) for value in (1, [], {}, True, "", "x" * 1025)]
    wrong += [("plan", value) for value in (1, [], {}, None, "", "nowhere")]
    wrong += [("seed", value) for value in ("1", -1, 1.5, True)]
    wrong += [("runs", value) for value in ("1", 0, -1, 201, 1.5)]
    wrong += [("svg", value) for value in (1, "yes")]
    wrong += [("files", value) for value in (
        1, [], "x", {"x": ""}, {"../x.lua": ""}, {"lib/a/b.lua": ""}, {"flood.lua": 1},
        {"site.lua": None}, {"flood.test.lua": ""}, {".x.lua": ""}, {"lib/x.md": ""})]
    wrong += [("fields", ["g7.stag_m=1"]), ("fields", ["g7.stage_m=5@100h"]),
              ("people", ["nobody=3m"]), ("orders", ["nobody=3m"]), ("faults", ["14:00=sms"]),
              ("works", ["dept:water"]), ("confirms", ["nothing=1h"]), ("at", "soon"),
              ("for", "900d"), ("scenario", "nothing")]
    faults = []
    for name, value in wrong:
        answer = api.ask(SIMULATE, dict(NIGHT, **{name: value}))
        told = answer.json()
        named = [one["pointer"] for one in told.get("errors", [])]
        if answer.status != 422 or named != ["/" + name] or "--" in told["detail"]:
            faults.append((name, value, answer.status, named, told.get("detail")))
    t.equal(faults, [], "%d wrong fields are refused by their names" % len(wrong))
    t.equal(api.ask(SIMULATE, {"at": "2026-07-20 02:00"}).json()["code"], "missing_field",
            "a plan must be named")
    unknown = api.ask(SIMULATE, dict(NIGHT, feilds=[])).json()
    t.equal((unknown["code"], unknown["near"]), ("unknown_field", "fields"), "no field is guessed")
    both = api.ask(SIMULATE, dict(NIGHT, runs=2, svg=True))
    t.equal((both.status, both.json()["errors"][0]["pointer"]), (422, "/svg"),
            "there is no chart of many nights")
    nonsense = '{"files":{"site.lua":"\\u0000"}}'
    t.equal([api.ask(CHECK, body).status for body in ("{", "[]", nonsense)], [400, 400, 200],
            "what is no object is refused; a file of nonsense is checked")


def plan_text(body):
    return h.plan_text("loop", body).replace("post:commander", "person:han.mei")


def hostile(t, house, api):
    """A plan may do to itself what it wants."""
    loop = plan_text("    for i = 1, 1e12 do end")
    bomb = plan_text("    local t = {}\n    for i = 1, 1e12 do t[i] = {} end")
    for sentence, head in (
            ("a file that loops at its load is a finding", "while true do end\n"),
            ("so is one that fills the memory", 'local t = {}\nfor i = 1, 1e9 do t[i] = {} end\n')):
        found = api.ask(CHECK, {"files": {"loop.lua": head + loop}})
        t.check(found.status == 200 and not found.json()["ok"], sentence, found)
    for sentence, text in (("a body that loops is stopped, and the night goes on", loop),
                           ("so is one that fills the memory", bomb)):
        night = api.ask(SIMULATE, {"plan": "loop", "files": {"loop.lua": text}})
        t.check(night.status == 200 and night.json()["figures"]["failures"] > 0, sentence, night)
    busy = plan_text('    every("1s", function() local n = 0 '
                       'for i = 1, 100000 do n = n + i end end)\n    sleep "80d"')
    over = api.ask(SIMULATE, {"plan": "loop", "for": "80d", "files": {"loop.lua": busy}})
    t.check(over.status == 422 and over.json()["code"] == "too_much_work",
            "who asks for more than 10 s of work is told so", over)
    t.equal(api.ask(CHECK, {}).status, 200, "and the next request is answered")
    t.check("planner0" in house.children(), "no planner of the house had a part in it")


def desk_gone(house):
    return h.wait_for(lambda: "desk" not in house.children(), "the end of the process")


def long_begun(house, api):
    """A long simulation under way: the client, and the process that is of this request."""
    desk_gone(house)
    client = api.begin(SIMULATE, LONG)
    return client, h.wait_for(lambda: house.children().get("desk"), "the process")


def stat_of(pid):
    """Behind the name: state is [0], user time in ticks [11], nice [16]."""
    return open("/proc/%d/stat" % pid).read().rpartition(")")[2].split()


def at_work(house, pid):
    """Killed sooner it had nothing in hand, and another one takes the request."""
    h.wait_for(lambda: int(stat_of(pid)[11]) >= 10, "a tenth of a second of its work")


def accidents(t, house, api):
    client, pid = long_begun(house, api)
    at_work(house, pid)
    nice = int(stat_of(pid)[16])
    house.kill("desk")
    t.check(nice > 0, "it comes behind the rest of the house", nice)
    answer = client.read()
    t.equal((answer.status, answer.json()["code"]), (500, "desk_died"),
            "killed in the middle, who asked is told")
    client.close()
    t.equal(api.ask(SIMULATE, NIGHT).status, 200, "and the next request is answered")
    client, _ = long_begun(house, api)
    client.close()
    t.equal(api.ask(CHECK, {}).status, 200, "a client that hangs up keeps nobody waiting")
    clients = [api.begin(SIMULATE, LONG) for _ in range(5)]
    h.wait_for(lambda: house.children().get("desk"), "the process")
    for client in clients:
        client.close()
    h.wait_for(lambda: api.ask(CHECK, {}).status == 200, "a place", seconds=5)
    t.check(True, "five who have hung up keep no place")
    t.check(desk_gone(house), "nobody asks: there is no process")


def crowd(t, house, api):
    """Ten at once: five are answered, the rest come again; an alarm waits for none of them."""
    clients = [long_begun(house, api)[0]] + [api.begin(SIMULATE, LONG) for _ in range(9)]
    took = []
    for n in range(5):
        at = time.monotonic()
        house.admin(op="trigger", plan="flood", title="crowd %d" % n,
                    fields={"g7": {"stage_m": 4.6}})
        took.append(time.monotonic() - at)
    t.check(max(took) < 1 * h.SLOW, "a trigger meanwhile is answered at once", took)
    answers = [None] * len(clients)

    def read(n):
        answers[n] = clients[n].read()
    readers = [threading.Thread(target=read, args=(n,)) for n in range(len(clients))]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    t.equal(sorted(a.status for a in answers), [200] * 5 + [429] * 5,
            "of ten at once five are answered, the others told to come again")
    t.check(all(a.header("retry-after") and a.json()["code"] == "limit"
                for a in answers if a.status == 429), "and when")
    t.equal(len({a.body for a in answers if a.status == 200}), 1, "all the same")
    for client in clients:
        client.close()


def metrics(t, house):
    text = raw_http.ask(house.http_port, "GET", "/metrics", headers={
        "Authorization": "Bearer " + house.key("prometheus", "read")}).text()
    t.check('muster_desk_requests_total{result="died"} 1\n' in text
            and 'muster_desk_requests_total{result="too_much"} 1\n' in text
            and re.search(r'muster_desk_requests_total\{result="gone"\} [3-6]\n', text)
            and 'muster_limit_used_ratio{limit="desk.jobs"} 0\n' in text,
            "what came of the requests is counted",
            "\n".join(line for line in text.split("\n") if "desk" in line))


def no_base(t, house, api):
    """A folder with errors at the start: what is in force came out of the database."""
    house.stop()
    house.write("flood.lua", "x =")
    house.start()
    api = Asker(house, api.key)
    refused = api.ask(CHECK, {})
    t.equal((refused.status, refused.json()["code"]), (409, "conflict"),
            "without a set of files there is nothing to check against, which is said")


def main():
    with tap.Plan() as t:
        with h.House(listen=["http://127.0.0.1:0"]) as house:
            shutil.rmtree(house.plans)
            shutil.copytree(os.path.join(h.ROOT, "plans"), house.plans)
            house.start()
            api = Asker(house)
            t.equal(api.ask(CHECK, {}, key=house.key("alarm", "trigger")).status, 403,
                    "a key that may not read may not ask")
            t.equal(api.ask(CHECK, {}, key="mk_nonsense").status, 401, "nor may nobody")
            checks(t, house, api)
            nights(t, house, api)
            wrong_fields(t, api)
            hostile(t, house, api)
            accidents(t, house, api)
            crowd(t, house, api)
            metrics(t, house)
            no_base(t, house, api)
    return t.status


sys.exit(main())
