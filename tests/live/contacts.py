#!/usr/bin/python3
"""contacts - the vault as a duty officer has it: set, imported, listed, tested, removed; and that
no number stands anywhere but in it."""

import json
import os
import re
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

SITE = """
return site {
    name = { zh = "浑江市", en = "Hunjiang" }, zone = "Asia/Shanghai", languages = { "zh", "en" },
    endpoints = {
        pager = { channel = "webhook", secret = "pager", drill = true, allow = { "127.0.0.0/8" } },
        text = { channel = "texting", allow = { "127.0.0.0/8" } },
        mail = { channel = "mailing", allow = { "127.0.0.0/8" } },
    },
    people = {
        ["wang.qiang"] = { name = "王强", contacts = { "pager:@", "text:@" }, drill = true },
        ["li.ming"] = { name = "李明", contacts = { "text:@", "mail:@" } },
        ["han.mei"] = { name = "韩梅", contacts = { "mail:@" }, lang = "en" },
    },
    departments = { water = { name = "水务局", duty_phone = "text:@", head = "person:han.mei" } },
    posts = { commander = { title = "总指挥", holder = "person:han.mei" } },
    stations = { g7 = { kind = "gauge", name = "7号站" } },
    rosters = { ["duty-room"] = { title = "总值班室", titles = { a = "主班", b = "副班" },
        seats = { a = { "wang.qiang" }, b = { "li.ming" } }, order = { "a", "b" } } },
    self_alarm = { to = "duty:duty-room", text = "Muster cannot write its record." },
    fallback = { { to = "duty:duty-room", within = "5m" } },
}
"""
CHANNEL = """
return channel "%s" { extends = "webhook", url = "http://127.0.0.1:%d/%s/{contact}",
                      sign = "none", contact = "%s" }
"""
PLAN = h.plan_text("watch", """
    call { to = "duty:duty-room", within = "40m", text = T "{title}" }
""")
NUMBER, TYPED = "+8613800138000", "+86 138-0013-8000"


def muster(house, *words, stdin=None, lang="en"):
    env = dict(os.environ, LANG="C.UTF-8", LC_ALL="C.UTF-8")
    env.pop("MUSTER_KEY", None)
    return subprocess.run([h.MUSTER, "--server", house.socket, "--lang", lang] + list(words),
                          capture_output=True, text=True, timeout=60 * h.SLOW, env=env,
                          check=False, input=stdin)


def named_at_start(t, house):
    log = house.log_text()
    t.check("wang.qiang/text" in log and "dept:water/text" in log and "pager" not in
            log.split("no value in the vault")[1].split("\n")[0],
            "at the start those are named of whom the vault has no contact, and no others", log)
    t.check("links in messages lead to http://127.0.0.1:" in log,
            "and that no telephone reaches the links, as long as answer_url is not set", log)
    missing = house.admin(op="contact_list", missing=True)["contacts"]
    t.equal([(one["person"], one["endpoint"]) for one in missing],
            [("han.mei", "mail"), ("li.ming", "text"), ("li.ming", "mail"), ("wang.qiang", "text"),
             ("dept:water", "text")], "contact list --missing names them, too")


def values(t, house):
    for person, endpoint, value, words in (
            ("li.ming", "text", "13912345678", "with its country"),
            ("li.ming", "text", "+86 139 x", "with its country"),
            ("li.ming", "mail", "李明 <li@hunjiang.example>", "without a name"),
            ("li.ming", "mail", "post office", "e-mail address"),
            ("li.mnig", "text", NUMBER, "no person")):
        done = muster(house, "contact", "set", person, endpoint, "-", stdin=value + "\n")
        t.check(done.returncode != 0 and words in done.stderr and value not in done.stderr,
                "%s for %s is refused with what is right, and not said again" % (value, endpoint),
                done)
    t.equal(muster(house, "contact", "set", "li.ming", "text", "-", stdin=TYPED + "\n").returncode,
            0, "a number is taken as people write it")
    exported = muster(house, "contact", "export").stdout
    t.check("li.ming,text,%s\n" % NUMBER in exported, "and kept as E.164 has it", exported)


def imported(t, house):
    bad = ("\ufeffperson,endpoint,value\r\n"
           "li.ming,mail,li.ming@hunjiang.example\r\n"
           "han.mei,mail,\"han, mei\"\r\n"
           "\r\n"
           "wang.qiang,txet,+8613800138001\r\n"
           "li.ming,mail,other@hunjiang.example\r\n")
    done = muster(house, "contact", "import", "-", stdin=bad)
    lines = re.findall(r"^-:(\d+): ", done.stderr, re.M)
    t.check(done.returncode == 1 and sorted(lines) == ["3", "5", "6"] and "text" in done.stderr,
            "an import names each fault with its line, and the nearest name", done)
    t.check("li.ming,mail" not in muster(house, "contact", "export").stdout,
            "and sets nothing at all")
    good = ("value,person,note,endpoint\n"
            "li.ming@hunjiang.example,person:li.ming,\"says \"\"hello\"\"\",mail\n"
            "+86 138 0013 8001,wang.qiang,,text\n"
            "\"+86 (431) 8888-0001\",dept:water,,text\n")
    done = muster(house, "contact", "import", "--check", "-", stdin=good)
    t.check(done.returncode == 0 and "3 contacts" in done.stderr and
            "wang.qiang" not in muster(house, "contact", "export").stdout,
            "a check looks at a file in any order of columns, and sets nothing", done)
    done = muster(house, "contact", "import", "-", stdin=good)
    t.equal(done.returncode, 0, "and then it is taken")
    t.check("dept:water,text,+8643188880001" in muster(house, "contact", "export").stdout,
            "telephones of departments, too")
    done = muster(house, "contact", "import", "-", stdin="person,value\nli.ming,x\n")
    t.check(done.returncode == 1 and "endpoint" in done.stderr,
            "a table without a column is refused by its name", done)
    done = muster(house, "contact", "import", "-", stdin="person,endpoint,value\na,b,\"c\n")
    t.check(done.returncode == 1 and "no end" in done.stderr, "a quote without an end, too", done)


def listed(t, house):
    done = muster(house, "contact", "list")
    t.check(NUMBER not in done.stdout and "han.mei" in done.stdout and "MISSING" in done.stdout,
            "the list tells who has what, without values", done)
    done = muster(house, "contact", "list", "li.ming", "--show")
    t.check(NUMBER in done.stdout and "han.mei" not in done.stdout,
            "--show tells them, of one person", done)
    done = muster(house, "contact", "list", "--missing", lang="zh")
    t.check("韩梅" in done.stdout and "缺失" in done.stdout and "李明" not in done.stdout,
            "who is missing is told in Chinese", done)
    key = house.key("reader", "read,respond,admin")
    client = house.client()
    client.ask(op="auth", key=key)
    t.check(client.ask(op="contact_list")["ok"], "a key that may read sees the list")
    client.close()
    reader = house.key("only", "read")
    client = house.client()
    client.ask(op="auth", key=reader)
    for op in (dict(op="contact_export"), dict(op="contact_remove", person="li.ming"),
               dict(op="contact_import", contacts=[dict(person="a", endpoint="b", value="c")])):
        t.equal(client.ask(**op).get("code"), "denied", "%s needs an administrator" % op["op"])
    client.close()


def answer(house, text):
    """Whoever has the message opens its link and types its code."""
    import http.client
    data = json.loads(text)["data"]
    path = re.sub(r"^https?://[^/]+", "", data["answer_url"])
    conn = http.client.HTTPConnection("127.0.0.1", house.http_port, timeout=20)
    conn.request("POST", path, json.dumps({"code": data["code"]}),
                 {"Content-Type": "application/json"})
    reply = conn.getresponse()
    reply.read()
    conn.close()
    return reply.status


def tested(t, house):
    house.receiver.on_hit = lambda hit: threading.Thread(
        target=answer, args=(house, hit[3]), daemon=True).start() if "/text/" in hit[2] else None
    done = muster(house, "contact", "test", "wang.qiang", "--wait", "6s")
    house.receiver.on_hit = None
    t.check(done.returncode == 0 and "answered: after" in done.stdout and
            "can be reached by text" in done.stderr and "pager took the message" in done.stderr,
            "a test tells of each contact what became of it, and what to do", done)
    bodies = [json.loads(hit[3]) for hit in house.receiver.hits[-2:]]
    t.check(all(body["type"] == "muster.test" and "测试" in body["data"]["text"] and
                body["data"]["code"] for body in bodies),
            "the message says that it is a test, and carries link and code", bodies)
    done = muster(house, "contact", "test", "wang.qiang", "--endpoint", "text")
    t.check(done.returncode != 0 and re.search(r"again in \d+ s", done.stderr),
            "nobody is tested twice in a minute", done)
    def known():
        return [c for c in house.admin(op="contact_list", person="wang.qiang")["contacts"]
                if c["endpoint"] == "text"][0]
    one = known()
    t.check(one["result"] == "answered" and one["verified_at"] >= one["tested_at"],
            "what was proved is kept, with its time", one)
    muster(house, "contact", "import", "-", stdin=muster(house, "contact", "export").stdout)
    t.check(known()["verified_at"] == one["verified_at"] and known()["result"] == "answered",
            "and stays where the same list is taken once more", known())
    muster(house, "contact", "set", "wang.qiang", "text", "+8613800138002")
    t.check(not known().get("verified_at"), "another number has proved nothing", known())
    house.receiver.status = 404
    done = muster(house, "contact", "test", "li.ming", "--wait", "20s", lang="zh")
    house.receiver.status = 200
    t.check(done.returncode == 1 and "失败" in done.stdout and "404" in done.stdout and
            "系统管理员" in done.stderr, "a dead contact is told with the service's answer", done)
    done = muster(house, "contact", "test", "han.mei", "--wait", "20s")
    t.check(done.returncode == 1 and "contact set" in done.stdout + done.stderr,
            "and one that is missing with the command that sets it", done)
    done = muster(house, "endpoint", "test", "mail", "--to", "li.ming", "--wait", "0")
    t.check(done.returncode != 0 and "less than a minute" in done.stderr,
            "an endpoint is tested to the one named, within the same bounds", done)
    done = muster(house, "--json", "endpoint", "test", "text", "--to", "dept:water", "--wait", "2s")
    t.check(json.loads(done.stdout)["tests"][0]["result"] == "sent",
            "the telephone of a department can be tested, and --json tells it", done)
    t.equal([i for i in house.admin(op="list")["incidents"]], [],
            "tests are no incidents")


def kept(t, house):
    before = house.admin(op="contact_list")["contacts"]
    house.stop(kill=True)
    house.start()
    t.equal(house.admin(op="contact_list")["contacts"], before,
            "after a restart the same is known of every contact")
    t.check("li.ming,text,%s" % NUMBER in muster(house, "contact", "export").stdout,
            "and the vault holds what it held")


def removed(t, house):
    t.equal(muster(house, "contact", "remove", "li.ming", "mail").returncode, 0,
            "one contact is removed")
    t.check("li.ming,mail" not in muster(house, "contact", "export").stdout and
            "li.ming,text" in muster(house, "contact", "export").stdout, "and no other")
    t.equal(muster(house, "contact", "remove", "li.ming").returncode, 0, "or all of a person")
    done = muster(house, "contact", "remove", "li.ming")
    t.check(done.returncode == 3 and "holds nothing" in done.stderr,
            "what is not there cannot be removed", done)
    reply = house.admin(op="config_reload")
    t.check(["li.ming", "text"] in [[one["person"], one["endpoint"]] for one in reply["unset"]],
            "a reload names whom nothing reaches", reply)
    done = muster(house, "config", "reload")
    t.check("li.ming" in done.stderr + done.stdout, "and so does the command", done)


def nowhere_else(t, house):
    everything = [json.dumps(house.admin(op=op), ensure_ascii=False)
                  for op in ("contact_list", "list", "endpoint_list", "config_show", "ping")]
    digits = "13800138"
    t.check(not any(digits in text or "hunjiang.example" in text for text in everything),
            "no reply but that of the export holds a value")
    with open(house.log, errors="replace") as file:
        log = file.read()
    t.check(digits not in log and "hunjiang.example" not in log, "nor does the log")
    t.check("given out to uid:" in log, "which tells that the vault was exported, and to whom")
    db = house.database()
    rows = [line for line in db.iterdump() if digits in line]
    t.check(rows and all('INTO "contact"' in line for line in rows),
            "nor the database outside of its table of contacts", rows)
    db.close()


with tap.Plan() as t:
    with h.House(plans={"watch": PLAN}, site=SITE, listen=["http://127.0.0.1:0"]) as house:
        for name, kind in (("texting", "phone"), ("mailing", "email")):
            house.write("channels/%s.lua" % name,
                        CHANNEL % (name, house.receiver.port, name.replace("ing", ""), kind))
        house.start()
        named_at_start(t, house)
        values(t, house)
        imported(t, house)
        listed(t, house)
        tested(t, house)
        kept(t, house)
        nowhere_else(t, house)
        removed(t, house)
sys.exit(t.status)
