#!/usr/bin/python3
"""replies - what people and services send back over HTTP: buttons, text messages, receipts; and
what a script that presses every button, or has only half of what it needs, can do: nothing."""

import http.client
import json
import os
import re
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

SITE = """
return site {
    name = { zh = "浑江市", en = "Hunjiang" }, zone = "Asia/Shanghai", languages = { "zh", "en" },
    endpoints = {
        pager = { channel = "webhook", secret = "pager", drill = true, allow = { "127.0.0.0/8" } },
        text = { channel = "texting", allow = { "127.0.0.0/8" } },
    },
    people = {
        ["wang.qiang"] = { name = "王强", contacts = { "text:@", "pager:@" } },
        ["li.ming"] = { name = "李明", contacts = { "text:@" }, lang = "en" },
        ["han.mei"] = { name = "韩梅", contacts = { "pager:@" }, lang = "en" },
    },
    posts = { commander = { title = "总指挥", holder = "person:han.mei" } },
    stations = { g7 = { kind = "gauge", name = "7号站" } },
    rosters = { ["duty-room"] = { title = "总值班室", titles = { a = "主班", b = "副班" },
        seats = { a = { "wang.qiang" }, b = { "li.ming" } }, order = { "a", "b" } } },
    self_alarm = { to = "duty:duty-room", text = "Muster cannot write its record." },
    fallback = { { to = "duty:duty-room", within = "5m" } },
}
"""
CHANNEL = """
return channel "texting" { extends = "webhook", url = "http://127.0.0.1:%d/text/{contact}",
    sign = "none", contact = "phone",
    body = { to = "{person.id}", text = "{mark}{text}", code = "{code}", link = "{answer_url}",
             back = "{callback_url}" } }
"""
PLAN = h.plan_text("watch", """
    call { to = "duty:duty-room", within = "40m", text = T "{title}" }
""")
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class Web:
    def __init__(self, house):
        self.port = house.http_port

    def ask(self, method, path, body=None, kind=None):
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20 * h.SLOW)
        conn.request(method, path, body, {"Content-Type": kind} if kind else {})
        reply = conn.getresponse()
        text = reply.read().decode()
        headers = dict(reply.getheaders())
        conn.close()
        return reply.status, text, headers

    def post(self, path, body="", kind=FORM):
        return self.ask("POST", path, body, kind)


class Night:
    """One call, and the last message of it to each person."""

    def __init__(self, house):
        self.house = house
        self.before = len(house.receiver.hits)
        self.title = "gauge %d" % self.before  # what is told of the night before is none of it
        self.id = house.admin(op="trigger", plan="watch", title=self.title)["incident"]
        self.wait("wang.qiang")

    def wait(self, person):
        def found(hits):
            return [hit for hit in hits[self.before:]
                    if '"%s"' % person in hit[3] and '"%s"' % self.title in hit[3]]
        self.house.receiver.wait(found)
        return json.loads(found(self.house.receiver.hits)[-1][3])

    def message(self, person="wang.qiang"):
        got = self.wait(person)
        return got.get("data", got)

    def kinds(self):
        return [e["kind"] for e in self.house.admin(op="timeline", incident=self.id)["events"]]

    def until(self, kind):
        h.wait_for(lambda: kind in self.kinds(), "the record %s" % kind)

    def end(self):
        self.house.admin(op="order", incident=self.id, action="terminate", reason="over",
                         **{"as": "han.mei"})
        self.house.admin(op="close", incident=self.id)


def path_of(url):
    return re.sub(r"^https?://[^/]+", "", url)


def nothing_changes(t, house, web):
    night = Night(house)
    message = night.message()
    back = path_of(message["back"])
    t.check(back.startswith("/r/") and back[3:] == path_of(message["link"])[3:],
            "{callback_url} is the link of the message, for services", message)
    night.until("notice_sent")
    before = night.kinds()
    tries = [web.ask("GET", back), web.ask("HEAD", back), web.post(back),
             web.post(back, "answer=accept"), web.post(back, "1"), web.post(back, "{}", JSON),
             web.post(back[:-1] + "x", "code=0000"),
             web.post("/r/", "code=1"), web.post(back, "STOP", "text/plain"),
             web.post("/r/text/mk_" + "A" * 43, "From=%2B86&Body=1"),
             web.post("/r/text/" + back[3:], "From=%2B86&Body=1")]
    t.check(all(400 <= status < 500 for status, _, _ in tries),
            "GET, HEAD, a press without the code, half a link, a key that is none: all refused",
            [status for status, _, _ in tries])
    t.equal(night.kinds(), before, "and nothing of it is in the record")
    status, text, _ = web.post(back, "code=%s" % ("0000" if message["code"] != "0000" else "0001"))
    t.check(status == 403 and json.loads(text)["code"] == "wrong_code",
            "a wrong code is refused, and counted as on the page", text)
    status, text, _ = web.post(back, "code=" + message["code"])
    t.check(status == 200 and json.loads(text)["answer"] == "answered",
            "the code answers, as ntfy's button sends it", text)
    night.until("call_answered")
    night.end()


def receipts(t, house, web):
    night = Night(house)
    back = path_of(night.message()["back"])
    t.equal(web.post(back, "MessageStatus=sent")[0], 200, "a word on the way changes nothing")
    status, text, _ = web.post(back, "MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30003")
    night.until("notice_undelivered")
    night.until("notice_method")
    h.wait_for(lambda: any(hit[2] == "/hook" and night.title in hit[3]
                           for hit in house.receiver.hits[night.before:]),
               "the message by the next contact")
    t.check(status == 200, "undelivered, says the carrier: the next contact rings at once",
            (status, text))
    event = next(e for e in house.admin(op="timeline", incident=night.id)["events"]
                 if e["kind"] == "notice_undelivered")
    t.check("30003" in json.dumps(event), "with its cause in the timeline", event)
    night.end()
    night = Night(house)
    back = path_of(night.message()["back"])
    web.post(back, "MessageStatus=delivered")
    night.until("notice_delivered")
    t.check(True, "and delivered is a receipt")
    night.end()


def texts(t, house, web, key):
    night = Night(house)
    message = night.message()
    address = "/r/text/" + key

    def text(number, words):
        return web.post(address, urllib.parse.urlencode({"From": number, "To": "+1415",
                                                         "Body": words}))
    status, body, headers = text("+86 139 1234 0001", "what?")
    t.check(status == 200 and headers["Content-Type"].startswith("text/xml") and
            "<Message>" in body and "应答码" in body,
            "who writes nonsense is told what to write", body)
    status, body, _ = text("+4915112345678", message["code"])
    t.check(status == 200 and "<Message>" not in body and "call_answered" not in night.kinds(),
            "a stranger is told nothing, and answers nothing", body)
    status, body, _ = text("+8613912340001", " ２ ")
    t.check("来不了" in body, "the only message is declined by one digit", body)
    night.until("call_declined")
    theirs = night.message("li.ming")
    status, body, _ = text("008613912340002", theirs["code"] + "  ")
    t.check("Your answer counts" in body, "and the next answers by code, in their language", body)
    night.until("call_answered")
    night.end()
    for words, said in (("Stop ", "START"), ("START", "Started")):
        t.check(said in text("+8613912340002", words)[1], "%s is understood" % words.strip())
        one = [c for c in house.admin(op="contact_list", person="li.ming")["contacts"]
               if c["endpoint"] == "text"][0]
        t.equal("stopped_at" in one, words == "Stop ", "and contact list tells it")


def accounts(t, house, web, key):
    night = Night(house)
    message = night.message()
    test = {"challenge": "c-1", "token": "x", "type": "url_verification"}
    status, text, _ = web.post("/r/text/" + key, json.dumps(test), JSON)
    t.equal((status, json.loads(text)), (200, {"challenge": "c-1"}),
            "the test of a service is said back")
    events = house.admin(op="timeline", incident=night.id)["events"]
    notice = next(e["data"]["notice"] for e in events if e["kind"] == "notice_queued")
    report = [{"phone_number": "13912340001", "success": True, "err_code": "DELIVERED",
               "out_id": notice},
              {"phone_number": "1", "success": False, "out_id": h.uuid.uuid4().hex}]
    status, text, _ = web.post("/r/text/" + key, json.dumps(report), JSON)
    night.until("notice_delivered")
    t.equal((status, json.loads(text)["code"]), (200, 0),
            "reports of Aliyun are taken together, and what is unknown among them is no error")
    press = {"type": "block_actions", "user": {"id": "+8613912340001"},
             "actions": [{"action_id": "accept", "value": message["back"]}]}
    status, text, _ = web.post("/r/text/" + key,
                               urllib.parse.urlencode({"payload": json.dumps(press)}))
    night.until("call_answered")
    t.check(status == 200 and json.loads(text)["response_type"] == "ephemeral",
            "a button of Slack answers for whom the vault knows by this account", text)
    press = {"event": {"operator": {"open_id": "ou_none"},
                       "action": {"value": {"url": message["back"]}}}}
    status, text, _ = web.post("/r/text/" + key, json.dumps(press), JSON)
    t.check(status == 200 and "不认识" in json.loads(text)["toast"]["content"],
            "and Feishu tells an account that nobody knows where to answer", text)
    status, text, _ = web.post("/r/pager/" + key, "From=%2B86&Body=1")
    t.check(status == 401 and "reply-pager" in text, "a key of one endpoint is none of another",
            text)
    plain = house.key("reply-text-read", "read")
    t.equal(web.post("/r/text/" + plain, "From=%2B86&Body=1")[0], 403,
            "nor one that may not hand in replies")
    night.end()


def nowhere(t, house):
    db = house.database()
    rows = [line for line in db.iterdump() if "1391234" in line]
    t.check(rows and all('INTO "contact"' in line for line in rows),
            "no number of who wrote stands outside of the vault", rows)
    db.close()
    with open(house.log, errors="replace") as file:
        t.check("1391234" not in file.read(), "nor in the log")


with tap.Plan() as t:
    with h.House(plans={"watch": PLAN}, site=SITE, listen=["http://127.0.0.1:0"]) as house:
        house.write("channels/texting.lua", CHANNEL % house.receiver.port)
        house.start()
        for person, number in (("wang.qiang", "+8613912340001"), ("li.ming", "+8613912340002")):
            house.admin(op="contact_set", person=person, endpoint="text", value=number)
        web = Web(house)
        key = house.key("reply-text", "reply")
        nothing_changes(t, house, web)
        receipts(t, house, web)
        texts(t, house, web, key)
        accounts(t, house, web, key)
        nowhere(t, house)
sys.exit(t.status)
