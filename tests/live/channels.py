#!/usr/bin/python3
"""The shipped channels, each against a receiver that is as strict as the service's manual.

out/tests/driver/channel renders a message as the core does, out/tests/driver/courier carries it as
the child process does; tests/lib/services.py takes it, and answers as the service does: taken, too
many, refused. At the end the whole daemon has them, with the ways back that they hand out.
"""

# limit: 120 s

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h
import raw_http
import smtp
import tap
from courier_lab import Courier, write
from services import BACK, CODE, PHONE, SERVICES, TEXT, TITLE, URL, WEBHOOK_KEY, Receiver, quoted

OUT = os.environ.get("MUSTER_OUT", "out")
DRIVER = os.path.join(OUT, "tests", "driver", "channel")
DIGEST = {"text": "另有 12 条消息", "count": 12}


def message(**members):
    """The variables of a message, as core/notice_send.c gives them."""
    told = {"type": "muster.call", "at": "2026-07-20T02:00:00.000Z", "notice": {"id": "0198f2c4"},
            "person": {"id": "li.ming", "name": "李明"}, "text": TEXT, "lang": "zh", "code": CODE,
            "answer_url": URL, "callback_url": BACK, "attempt": 1, "drill": False, "mark": "",
            "incident": {"id": "0198aaaa", "title": TITLE, "plan": "flood", "grade": "I",
                         "level": "II", "place": {"district": "chengdong"}}}
    told.update(members)
    return told


# ---- rendering, as the core does ----

class Channels:
    def __init__(self):
        self.process = subprocess.Popen([DRIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def frame(self, channel, told):
        line = json.dumps({"channel": channel, "vars": told}, ensure_ascii=False)
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        return self.process.wait(10)


# ---- one message after the other ----

class Post:
    """The channels, the courier and the receiver, tied together."""

    def __init__(self, folder):
        self.channels = Channels()
        self.secrets = folder
        self.receiver = Receiver({n.replace("/", "-"): s for n, s in SERVICES.items()})
        self.courier = Courier(folder)
        for name, service in SERVICES.items():
            self.write_secret(name, service)

    def write_secret(self, name, service):
        """The url as the service has it, but for the host."""
        own = self.channels.frame(name, message()).get("url")
        assert (own is None) == (service.host is None), (name, own)
        path = own[len(service.host):] if own else service.path
        url = "http://127.0.0.1:%d/%s%s" % (self.receiver.port, name.replace("/", "-"), path)
        write(self.secrets, name.replace("/", "-"), "url=%s\n%s\n" % (url, service.secret))

    def start(self, name, told, contact=""):
        service = SERVICES[name]
        frame = self.channels.frame(name, told)
        frame.pop("person")
        frame.update(secret=name.replace("/", "-"), contact=contact or service.contact, url=None)
        return self.courier.start(**frame)

    def send(self, name, told, how="ok"):
        self.receiver.how = how
        return self.courier.result(self.start(name, told))

    def last(self, name):
        return self.receiver.taken(name.replace("/", "-"))[-1]

    def amiss(self, name):
        return self.receiver.amiss(name.replace("/", "-"))

    def close(self):
        self.receiver.close()
        return self.courier.close() or self.channels.close()


def test_taken(t, post):
    for name, service in SERVICES.items():
        result = post.send(name, message())
        t.check(result["ok"] and result.get("reference") == service.reference,
                "%s: the service takes a call and names it" % name, result)
        faults = post.amiss(name)
        t.check(not faults, "%s: the request is as its manual says" % name, faults)
        told = service.told(post.last(name))
        t.check(TEXT in told, "%s: the text arrives" % name, told)


def test_kinds(t, post):
    """Bare messages, drills, the end of an incident, a digest: none is refused for its form."""
    bare = message(answer_url=None, callback_url=None, code=None, lang="en")
    bare["incident"] = {"id": "0198aaaa", "title": "Flood"}
    kinds = {"a bare message": bare,
             "a drill": message(mark="【演练】", drill=True),
             "the end": message(type="muster.resolved", text="已恢复"),
             "the end of a drill": message(type="muster.resolved", mark="【演练】", drill=True),
             "a digest": message(digest=DIGEST, text=DIGEST["text"]),
             "a digest of a drill": message(mark="【演练】", drill=True, digest=DIGEST)}
    for name in SERVICES:
        faults = []
        for kind, told in kinds.items():
            result = post.send(name, told)
            faults += ["%s: %s" % (kind, f) for f in post.amiss(name)]
            if not result["ok"]:
                faults.append("%s: %s" % (kind, result["error"]))
            if told["drill"]:
                faults += unmarked(name, post.last(name), kind)
        t.check(not faults, "%s: every kind of message is as its manual says" % name, faults)


def texts_in(value):
    """Every text of a value of JSON."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    members = value if isinstance(value, list) else []
    return [t for member in members for t in texts_in(member)]


def unmarked(name, request, kind):
    """Rule R6: whatever shows a text or a title says that it is a drill."""
    body = (request.query if name == "aliyun_sms" else
            request.form() if "twilio" in name else request.json())
    shown = [x for x in texts_in(body) if TITLE in x or TEXT in x or "12 条" in x]
    bad = [x for x in shown if "【演练】" not in x]
    return ["%s: no mark in %r" % (kind, bad)] if bad or not shown else []


def test_throttled(t, post):
    for name, service in SERVICES.items():
        result = post.send(name, message(), "throttled")
        t.check(not result["ok"] and result.get("throttled") is True
                and result["retry_after_ms"] == service.waits_ms,
                "%s: too many is told from refused, with the time to wait" % name, result)
        post.amiss(name)


def test_refused(t, post):
    for name, service in SERVICES.items():
        result = post.send(name, message(), "refused")
        kind, words = service.refusal
        t.check(not result["ok"] and result["class"] == kind and "throttled" not in result
                and words in result["error"],
                "%s: a refusal is told with its reason" % name, result)
        post.amiss(name)


def test_probes(t, post):
    """Is the service there, and does it know us? A token that was revoked is found by day."""
    login = base64.b64encode(b"AC0123:T0KEN-of-the-bot").decode()
    rows = [("telegram", "/bot123:T0KEN-of-the-bot/getMe", None, {"ok": True}, {"ok": False}),
            ("discord", "/discord/api/webhooks/1/T0KEN-of-the-bot", None, {"id": "1"}, None),
            ("ntfy", "/v1/health", "Bearer tk_T0KEN-of-the-bot", {"healthy": True},
             {"healthy": False}),
            ("twilio/sms", "/2010-04-01/Accounts/AC0123.json", "Basic " + login,
             {"status": "active"}, {"status": "suspended"})]
    for name, path, authorization, well, ill in rows:
        frame = dict(post.channels.frame(name, message()), probe=True, contact=None, url=None,
                     secret=name.replace("/", "-"))
        before = sum(len(r) for r in post.receiver.seen.values())
        post.receiver.probe = (200, {}, well)
        result = post.courier.attempt(**frame)
        asked = post.receiver.asked[-1]
        t.check(result["ok"] and result["probe"] and asked.path == path and not asked.query
                and asked.headers.get("authorization") == authorization,
                "%s: a probe asks the service as its manual says" % name, (result, asked.path))
        post.receiver.probe = (429, {}, "")
        t.check(post.courier.attempt(**frame)["ok"], "%s: too many probes are no fault" % name)
        post.receiver.probe = (401, {}, {"ok": False})
        revoked = post.courier.attempt(**frame)
        post.receiver.probe = (200, {}, ill)
        suspended = post.courier.attempt(**frame) if ill else revoked
        t.check(not revoked["ok"] and not suspended["ok"] and revoked["status"] == 401
                and suspended["error"], "%s: a token that was revoked is no endpoint" % name,
                (revoked, suspended))
        t.equal(sum(len(r) for r in post.receiver.seen.values()), before, "%s: nothing rang" % name)


def test_long(t, post):
    """What is too long is shortened, and by what it is answered still stands in it."""
    long = "水位超警戒，请立即到岗。😀<&>\"" * 4000
    for name, service in SERVICES.items():
        told = message(text=long)
        told["incident"]["title"] = "标题" * 300
        result = post.send(name, told)
        faults = post.amiss(name)
        text = service.told(post.last(name))
        whole = json.dumps(post.last(name).query) + post.last(name).body.decode()
        code = (BACK if name == "slack/buttons" else CODE) in whole
        t.check(result["ok"] and not faults and "…" in text and code,
                "%s: a text that is too long is shortened, and can be answered" % name,
                (faults, text[-40:], result["error"]))


def intact(naughty, told, name):
    """Is the text in it, or its beginning where it is cut?"""
    if "voice" in name:  # XML holds no control characters, and knows one line end
        naughty = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", naughty)
        naughty = naughty.replace("\r\n", "\n").replace("\r", "\n")
    if naughty in told:
        return True
    cut = told.partition("…")[0] if "…" not in naughty else told.rpartition("…")[0]
    cut = cut.partition("\n")[2] if cut.startswith(TITLE) else cut
    return "…" in told and cut != "" and naughty.startswith(cut)


def naughty_strings():
    folder = os.environ.get("MUSTER_TESTDATA", "../shared/testdata")
    try:
        with open(os.path.join(folder, "naughty", "blns.json"), encoding="utf-8") as file:
            return [s for s in json.load(file) if s.strip()]
    except OSError:
        return None


def test_naughty(t, post):
    """The big list of naughty strings, as somebody types them into a form at night."""
    strings = naughty_strings()
    if not strings:
        t.skip("every naughty string arrives", "MUSTER_TESTDATA has none")
        return
    post.receiver.how = "ok"
    for name, service in SERVICES.items():
        before = len(post.receiver.taken(name.replace("/", "-")))
        faults = []
        for naughty in strings:
            result = post.courier.result(post.start(name, message(text=naughty)))
            told = service.told(post.last(name))
            if not result["ok"] or not intact(naughty, told, name):
                faults.append((naughty, told, result["error"]))
        faults += post.amiss(name)
        count = len(post.receiver.taken(name.replace("/", "-"))) - before
        t.check(not faults and count == len(strings),
                "%s: each of %d naughty strings arrives" % (name, len(strings)), faults[:3])


def mailed(post, server, told):
    """The result of a mail, and what its reader sees: subject and text."""
    frame = post.channels.frame("smtp", told)
    frame.pop("person")
    frame.update(secret="smtp", contact="li.ming@example.test",
                 notice="0198f2c4-8c00-7abc-8def-%012x-1" % len(server.mails))
    result = post.courier.result(post.courier.start(**frame))
    mail = server.mails[-1].parsed
    return result, mail, mail.get_content().replace("\r\n", "\n")


def test_mail(t, post):
    """smtp, the channel; what else a server of mail may do is in live/mail.py."""
    server = smtp.Server()
    write(post.secrets, "smtp", "url=%s\nfrom=duty@hunjiang.test\n" % server.url())
    result, mail, text = mailed(post, server, message(mark="【演练】", drill=True))
    t.check(result["ok"] and mail["subject"] == "【演练】" + TITLE
            and text.startswith("【演练】" + TEXT) and CODE in text and URL in text,
            "smtp: a call arrives with subject, text, code and link", (result, text))
    t.check("0198aaaa" in mail["references"], "smtp: mails of one incident are one thread",
            mail["references"])
    _, mail, text = mailed(post, server, message(digest=DIGEST))
    t.check(DIGEST["text"] in text and CODE not in text, "smtp: a digest is one mail", text)
    strings = naughty_strings()
    if not strings:
        t.skip("smtp: each naughty string arrives", "MUSTER_TESTDATA has none")
        return
    faults = []
    for naughty in strings:
        result, mail, text = mailed(post, server, message(text=naughty))
        if not result["ok"] or naughty.replace("\r\n", "\n") not in text:
            faults.append((naughty, text, result["error"]))
    t.check(not faults, "smtp: each of %d naughty strings arrives" % len(strings), faults[:3])
    server.close()


def test_contacts(t, post):
    """A contact is data: it adds no field and leaves no place."""
    evil = "138&To=1\r\nX: y\"}],\"a\":{<&#/../?="
    sent = {"twilio/sms": lambda r: r.form()["To"], "aliyun_sms": lambda r: r.query["PhoneNumbers"],
            "telegram": lambda r: r.json()["chat_id"], "ntfy": lambda r: r.json()["topic"],
            "wecom": lambda r: r.json()["text"]["mentioned_mobile_list"][0]}
    post.receiver.how = "ok"
    for name, of in sent.items():
        post.courier.result(post.start(name, message(), evil))
        t.equal(of(post.last(name)), evil, "%s: a contact stays in its place" % name)
        post.amiss(name)
    for name in ("dingtalk", "wecom", "feishu", "slack"):
        result = post.courier.result(post.courier.start(**dict(
            post.channels.frame(name, message()), secret=name, contact=None)))
        t.check(result["ok"], "%s: a group needs no contact" % name, result)
        t.check(PHONE not in post.last(name).body.decode(), "%s: and nobody is mentioned" % name)
        post.amiss(name)
    result = post.courier.result(post.courier.start(**dict(
        post.channels.frame("twilio/sms", message()), secret="twilio-sms", contact=None)))
    t.check(result["class"] == "config" and "needs a contact" in result["error"],
            "a short message to nobody says what to set", result)


SITE = """
return site {
    name = "浑江市", zone = "Asia/Shanghai", languages = { "zh" },
    endpoints = {
        group = { channel = "feishu", secret = "feishu", allow = { "127.0.0.0/8" } },
        voice = { channel = "twilio", as = "voice", secret = "twilio-voice",
                  allow = { "127.0.0.0/8" } },
    },
    people = { ["li.ming"] = { name = "李明", contacts = { "group:@", "voice:@" } } },
    self_alarm = { to = "person:li.ming", text = "x" },
    fallback = { { to = "person:li.ming", within = "5m" } },
}
"""
CALL = """
local plan = plan "flood" { title = "flood", category = "natural", version = "1",
    owner = "person:li.ming", ends = "order", on_resolved = "note",
    fallback = { { to = "person:li.ming", within = "5m" } } }
function plan.respond(incident)
    call { to = "person:li.ming", text = "水位超警戒，请到岗", within = "5m" }
end
return plan
"""


def daemon_of(post, demo=False):
    house = h.House(plans={"flood": CALL}, site=SITE, demo=demo)
    for name in ("feishu", "twilio"):
        shutil.copy(os.path.join(h.ROOT, "plans/channels/%s.lua" % name),
                    os.path.join(house.plans, "channels"))
    for name in ("feishu", "twilio-voice"):
        shutil.copy(os.path.join(post.secrets, name), house.secrets)
    return house


def test_daemon(t, post):
    """The whole of it: a 200 that means no, and the telephone rings at once."""
    post.receiver.answers["feishu"] = "refused"
    post.receiver.how = "ok"
    rung = len(post.receiver.taken("twilio-voice"))
    with daemon_of(post) as house:
        house.start()
        house.admin(op="contact_set", person="li.ming", endpoint="voice", value="+86 138-0000-0000")
        opened = house.admin(op="trigger", plan="flood", title=TITLE)
        h.wait_for(lambda: len(post.receiver.taken("twilio-voice")) > rung, "the voice", 10)
        request = post.last("twilio/voice")
        t.check(TEXT in SERVICES["twilio/voice"].told(request) and request.form()["To"] == PHONE,
                "the whole daemon: who is refused by the group is called by voice at once",
                request.body)
        t.check(not (faults := post.amiss("twilio/voice") + post.amiss("feishu")),
                "the whole daemon: both requests are as their manuals say", faults)
        told = h.wait_for(lambda: why_refused(house, opened["incident"]), "the refusal", 10)
        t.check("code is 19024 and not 0" in told and "T0KEN" not in told,
                "the whole daemon: the timeline says why", told)
    post.receiver.answers.clear()


def ringing(house):
    phones = raw_http.ask(house.http_port, "GET", "/api/v1/phones").json()["phones"]
    return [m for phone in phones for m in phone["messages"]]


def test_demo(t, post):
    """Whatever services a site has, in a demo its phones ring, and can be answered."""
    with daemon_of(post, demo=True) as house:
        for name in ("feishu", "twilio-voice"):
            os.unlink(os.path.join(house.secrets, name))
        house.start()
        opened = house.admin(op="trigger", plan="flood", title=TITLE)
        told = h.wait_for(lambda: ringing(house), "a phone", 10)[0]
        t.check(told["text"] == TEXT and len(told["code"]) == 4
                and told["incident"]["id"] == opened["incident"],
                "in a demo a phone shows the message of any channel, with its code", told)


ANSWERS_SITE = """
return site {
    name = "浑江市", zone = "Asia/Shanghai", languages = { "zh" },
    endpoints = {
        push  = { channel = "ntfy", secret = "ntfy", allow = { "127.0.0.0/8" } },
        chat  = { channel = "slack", as = "buttons", secret = "slack-buttons",
                  allow = { "127.0.0.0/8" } },
        voice = { channel = "twilio", as = "voice", secret = "twilio-voice",
                  allow = { "127.0.0.0/8" } },
    },
    people = {
        push  = { name = "李明", contacts = { "push:@" } },
        chat  = { name = "王强", contacts = { "chat:@" } },
        voice = { name = "韩梅", contacts = { "voice:@", "push:@" } },
    },
    self_alarm = { to = "person:push", text = "x" },
    fallback = { { to = "person:push", within = "5m" } },
}
"""


class Answers:
    """A daemon whose people have a push, a chat and a telephone, and the services' way back."""

    def __init__(self, post):
        plans = {p: CALL.replace("flood", p).replace("li.ming", p)
                 for p in ("push", "chat", "voice")}
        self.post = post
        self.house = h.House(plans=plans, site=ANSWERS_SITE, listen=["http://127.0.0.1:0"])
        for name in ("ntfy", "slack", "twilio"):
            shutil.copy(os.path.join(h.ROOT, "plans/channels/%s.lua" % name),
                        os.path.join(self.house.plans, "channels"))
        for name in ("ntfy", "slack-buttons", "twilio-voice"):
            shutil.copy(os.path.join(post.secrets, name), self.house.secrets)

    def begin(self):
        self.house.start()
        values = [("push", "push", "li-ming-x7"), ("chat", "chat", "U024BE7LH"),
                  ("voice", "voice", PHONE), ("voice", "push", "han-mei-x7")]
        for person, endpoint, value in values:
            self.house.admin(op="contact_set", person=person, endpoint=endpoint, value=value)

    def call(self, plan, name):
        """A call by this plan, and what the service named so gets."""
        before = len(self.post.receiver.taken(name))
        incident = self.house.admin(op="trigger", plan=plan, title=TITLE)["incident"]
        h.wait_for(lambda: len(self.post.receiver.taken(name)) > before, name, 10)
        self.until(incident, "notice_sent")
        return incident, self.post.receiver.taken(name)[-1]

    def until(self, incident, kind):
        def kinds():
            events = self.house.admin(op="timeline", incident=incident)["events"]
            return kind in [e["kind"] for e in events]
        return h.wait_for(kinds, kind, 10)

    def back(self, url, body, headers):
        path = urllib.parse.urlsplit(url).path
        reply = raw_http.ask(self.house.http_port, "POST", path, body=body, headers=headers)
        return reply.status


def test_answers(t, post):
    """What the shipped channels hand out as a way back is one: as each service would use it."""
    form = {"content-type": "application/x-www-form-urlencoded"}
    post.receiver.how = "ok"
    night = Answers(post)
    with night.house as house:
        night.begin()
        incident, request = night.call("push", "ntfy")
        button = request.json()["actions"][0]
        status = night.back(button["url"], button["body"].encode(), button["headers"])
        t.check(button["action"] == "http" and status == 200
                and night.until(incident, "call_answered"),
                "ntfy: the button of the push answers at one touch", (button, status))

        incident, request = night.call("chat", "slack-buttons")
        button = request.json()["attachments"][0]["blocks"][1]["elements"][0]
        key = house.key("reply-chat", "reply")
        payload = {"type": "block_actions", "user": {"id": "U024BE7LH"}, "actions": [button]}
        status = night.back("/r/chat/" + key, b"payload=" + quoted(json.dumps(payload)).encode(),
                            form)
        t.check(status == 200 and night.until(incident, "call_answered"),
                "slack: a button of the message answers for who pressed it", (button, status))

        pushed = len(post.receiver.taken("ntfy"))
        incident, request = night.call("voice", "twilio-voice")
        sid = SERVICES["twilio/voice"].reference
        status = night.back(request.form()["StatusCallback"],
                            ("CallSid=%s&CallStatus=no-answer" % sid).encode(), form)
        h.wait_for(lambda: len(post.receiver.taken("ntfy")) > pushed, "the next contact", 10)
        t.check(status == 200 and post.last("ntfy").json()["topic"] == "han-mei-x7",
                "twilio: whose telephone is not answered gets the push at once", status)
    for name in ("ntfy", "slack-buttons", "twilio-voice"):
        post.receiver.amiss(name)  # the addresses are of this machine, and not of https


def why_refused(house, incident):
    said = json.dumps(house.admin(op="timeline", incident=incident), ensure_ascii=False)
    return said if "19024" in said else None


def test_secrets(t, post):
    """Nothing secret comes back, whatever the service repeats."""
    said = post.courier.words()
    for results in list(post.courier.results.values()):
        said += json.dumps(results[0][0], ensure_ascii=False)
    found = [s for s in ("T0KEN", "fs-secret", "SECdd", "AC0123", "LTAI5t", PHONE, WEBHOOK_KEY)
             if s in said]
    t.equal(found, [], "no secret and no contact is in any result")


def main():
    folder = tempfile.mkdtemp(prefix="muster-channels-")
    with tap.Plan() as t:
        post = Post(folder)
        try:
            test_taken(t, post)
            test_kinds(t, post)
            test_throttled(t, post)
            test_refused(t, post)
            test_probes(t, post)
            test_long(t, post)
            test_naughty(t, post)
            test_mail(t, post)
            test_contacts(t, post)
            test_daemon(t, post)
            test_demo(t, post)
            test_answers(t, post)
            test_secrets(t, post)
        finally:
            t.equal(post.close(), 0, "channels and courier end in order")
    shutil.rmtree(folder)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
