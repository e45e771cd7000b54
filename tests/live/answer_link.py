#!/usr/bin/python3
"""A message is answered by its link: by browser and program, rightly, wrongly, late and after the
end; and the phones of the demo, which the links arrive on."""

# limit: 180 s

import html
import http.client
import json
import os
import re
import sys
import tempfile
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import tap
from house import House, SITE, plan_text, wait_for

CALL = 'call { to = "duty:duty-room", within = "1h", text = "<b>7号站</b>超警，请到岗" }'
ASK = """
local r = ask { to = "duty:duty-room", question = "<b>到岗了吗？", within = "1h",
    choices = { { zh = "在岗", en = "present" }, "<i>short" } }
state { present = #r.present, short = #r["<i>short"] }
"""
TITLE = "7号站超警 <script>x</script>"
# The courier may connect everywhere, and the secrets name a host that is not this machine.
OPEN_SITE = SITE.replace('allow = { "127.0.0.0/8" }', 'allow = { "0.0.0.0/0", "::/0" }')


class Web:
    """HTTP as a browser speaks it, or a program."""

    def __init__(self, house):
        self.house = house

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.house.http_port, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def page(self, path):
        return self.ask("GET", path, headers={"Accept": "text/html"})

    def form(self, path, **fields):
        return self.ask("POST", path, urllib.parse.urlencode(fields),
                        {"Accept": "text/html",
                         "Content-Type": "application/x-www-form-urlencoded"})

    def json(self, method, path, **members):
        status, _, text = self.ask(method, path, json.dumps(members) if members else None,
                                   {"Content-Type": "application/json"})
        return status, json.loads(text) if text else None

    def messages(self, person):
        """What the phones of this person show, newest first."""
        phones = self.json("GET", "/api/v1/phones")[1]["phones"]
        return [m for p in phones if p["person"] == person for m in p["messages"]]

    def rings(self, person, state="ringing", count=1):
        def found():
            shown = [m for m in self.messages(person) if m["state"] == state]
            return shown if len(shown) >= count else None

        return wait_for(found, "%s's phone to show %s" % (person, state))[0]


def path_of(message):
    return urllib.parse.urlsplit(message["answer_url"]).path


def other_code(message):
    return "0000" if message["code"] != "0000" else "0001"


class Demo:
    """A demo with its own phones, and the calls that a test needs."""

    def __init__(self, t, site=SITE):
        self.t = t
        self.house = House(plans={"watch": plan_text("watch", CALL),
                                  "roll": plan_text("roll", ASK)}, site=site, demo=True)
        self.secrets = tempfile.mkdtemp(prefix="secrets-", dir=self.house.folder)
        self.web = Web(self.house)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.house.__exit__()

    def start(self):
        self.house.start(env={"MUSTER_SECRETS": self.secrets})

    def again(self):
        """kill -9 of all, and a new start."""
        pids = list(self.house.children().values()) + [self.house.process.pid]
        self.house.process.kill()
        self.house.process.wait()
        self.house.wait_gone(pids)
        self.house.process = None
        self.start()

    def trigger(self, **more):
        more.setdefault("plan", "watch")
        reply = self.house.admin(op="trigger", title=TITLE, **more)
        return reply["incident"]

    def timeline(self, incident):
        return self.house.admin(op="timeline", incident=incident)["events"]

    def kinds(self, incident):
        return [e["kind"] for e in self.timeline(incident)]

    def status(self, incident):
        return self.house.admin(op="status", incident=incident)["incident"]

    def end(self, incident):
        self.house.admin(op="order", incident=incident, action="terminate", reason="over")


def looks_and_answers(t, demo):
    web = demo.web
    incident = demo.trigger()
    message = web.rings("wang.qiang")
    path = path_of(message)
    wait_for(lambda: "notice_sent" in demo.kinds(incident), "the message to be sent")
    before = len(demo.timeline(incident))
    status, headers, text = web.page(path)
    t.equal(status, 200, "the link of a message opens a page")
    t.check(html.escape(TITLE) in text and "<script" not in text and "<b>" not in text,
            "title and text are shown letter by letter", text)
    t.check(message["code"] not in re.sub("<[^>]*>", " ", text), "the page does not show the code",
            text)
    policy = headers.get("Content-Security-Policy", "")
    t.check("default-src 'none'" in policy or "default-src 'self'" in policy,
            "the page forbids scripts of its own", headers)
    t.equal(web.ask("HEAD", path)[0], 200, "a program that looks at links is answered")
    t.equal(len(demo.timeline(incident)), before, "looking changes nothing")

    status, _, text = web.form(path, code=other_code(message), note="十分钟到")
    t.check(status == 403 and "还可再试 4 次" in text, "a wrong code says how many tries are left",
            (status, text))
    t.check("十分钟到</textarea>" in text, "the note that was typed is still there", text)
    status, headers, _ = web.form(path, code=message["code"], note="十分钟到")
    t.check(status == 303 and headers.get("Location", "").startswith(path),
            "the right code leads back to the page", (status, headers))
    t.check("已应答" in web.page(path)[2], "the page says that it is answered")
    t.equal(web.rings("wang.qiang", "answered")["id"], message["id"],
            "the phone shows that it is answered")
    events = demo.timeline(incident)
    answered = [e for e in events if e["kind"] == "call_answered"]
    t.check(len(answered) == 1 and answered[0]["actor"] == {"type": "person", "id": "wang.qiang"}
            and answered[0]["data"]["ev"]["note"] == "十分钟到",
            "the answer is the person's, recorded once", answered)
    t.check("answer_refused" in [e["kind"] for e in events], "the wrong code is recorded")
    said = json.dumps(events, ensure_ascii=False)
    t.check(path.rpartition("/")[2] not in said and '"%s"' % message["code"] not in said,
            "neither link nor code is in the timeline")
    demo.end(incident)


def programs_answer(t, demo):
    web = demo.web
    incident = demo.trigger()
    path = path_of(web.rings("wang.qiang"))
    status, shown = web.json("GET", path)
    t.check(status == 200 and shown["state"] == "open" and shown["waiting"]
            and "code" not in shown, "a program gets the message as JSON", shown)
    status, problem = web.json("POST", path, code="48")
    t.check(status == 422 and problem["code"] == "bad_field", "what is no code is said to be none",
            problem)
    message = web.rings("wang.qiang")
    status, reply = web.json("POST", path, code=message["code"], decline=True)
    t.check(status == 200 and reply["answer"] == "declined", "a program may decline", reply)
    message = web.rings("li.ming")
    t.check("已回复：不能到" in web.page(path)[2], "who cannot come sees that it was recorded")
    status, reply = web.json("POST", path_of(message), code=message["code"])
    t.check(status == 200 and reply["waited"], "the next seat rings and answers", reply)
    t.equal(web.rings("wang.qiang", "declined")["incident"]["id"], incident,
            "the phone shows that it was declined")
    demo.end(incident)


def a_question(t, demo):
    web = demo.web
    incident = demo.trigger(plan="roll")
    message = web.rings("wang.qiang")
    path = path_of(message)
    text = web.page(path)[2]
    t.check('name="choice" value="present"' in text and ">在岗</bdi>" in text
            and 'value="&lt;i&gt;short"' in text and "<i>" not in text and "<b>" not in text,
            "a question has a button for each choice, shown letter by letter", text)
    t.equal(web.json("GET", path)[1]["choices"], [{"choice": "present", "text": "在岗"},
                                                  {"choice": "<i>short", "text": "<i>short"}],
            "a program gets the choices")
    status, problem = web.json("POST", path, code=message["code"], choice="absent")
    t.check(status == 422 and problem["code"] == "bad_field", "what is no choice is refused",
            problem)
    status, headers, _ = web.form(path, code=message["code"], choice="<i>short", note="三人")
    t.check(status == 303 and "已应答" in web.page(path)[2], "a choice is taken", (status, headers))
    events = wait_for(lambda: [e for e in demo.timeline(incident) if e["kind"] == "tallied"],
                      "the tally")
    given = [e for e in demo.timeline(incident) if e["kind"] == "choice_given"]
    t.check(len(given) == 1 and given[0]["data"]["ev"]["choice"] == "<i>short"
            and events[0]["data"]["answered"] == 1, "it is recorded, and ends the question",
            (given, events))
    wait_for(lambda: '"present": 0, "short": 1' in json.dumps(demo.status(incident)),
             "the plan to have the tally")
    demo.end(incident)


def five_wrong_codes(t, demo):
    web = demo.web
    incident = demo.trigger()
    message = web.rings("wang.qiang")
    path = path_of(message)
    for left in (4, 3, 2):
        status, problem = web.json("POST", path, code=other_code(message))
        t.check(status == 403 and problem["code"] == "wrong_code", "%d tries are left" % left,
                problem)
    demo.again()
    status, _, text = web.form(path, code=other_code(message))
    t.check("还可再试 1 次" in text, "a start gives no new tries", text)
    web.form(path, code=other_code(message))
    status, _, text = web.form(path, code=message["code"])
    t.check(status == 403 and "链接已锁定" in text and "值班室" in text,
            "after five the link is locked, and the page says whom to call", (status, text))
    t.check("链接已锁定" in web.page(path)[2], "and so does the page when it is opened again")
    t.check("alarm" in demo.kinds(incident), "the duty room is told")
    reply = demo.house.admin(op="answer", incident=incident, **{"as": "wang.qiang"})
    t.check(reply["ok"] and "call_answered" in demo.kinds(incident),
            "the duty room answers for the person", reply)
    demo.end(incident)


def after_the_end(t, demo):
    web = demo.web
    incident = demo.trigger()
    message = web.rings("wang.qiang")
    path = path_of(message)
    demo.end(incident)
    web.rings("wang.qiang", "over", 2)  # the message that it is over has arrived
    for when in ("after the end", "after the end and a start"):
        status, _, text = web.page(path)
        t.check(status == 200 and "已结束" in text, "%s the page says that it is over" % when,
                (status, text))
        status, problem = web.json("POST", path, code=message["code"])
        t.check(status == 409 and problem["code"] == "closed",
                "%s an answer is told that it is over" % when, (status, problem))
        demo.again()
    made_up = path[:-1] + ("A" if path[-1] != "A" else "B")
    for bad in (made_up, "/a/x", path + "x"):
        t.check(web.page(bad)[0] == 404 and "打不开这个链接" in web.page(bad)[2],
                "a link that was never sent opens nothing: %s" % bad[:24])
        t.equal(web.json("POST", bad, code="0000")[0], 404, "and answers nothing")


def receipts(t, demo):
    web = demo.web
    incident = demo.trigger()
    message = web.rings("wang.qiang")
    wait_for(lambda: demo.status(incident)["notices"]["sent"] == 1, "the message to be sent")
    status, reply = web.json("POST", "/api/v1/phones/%s/seen" % message["id"])
    t.check(status == 200 and reply["state"] == "seen", "a message is marked as seen", reply)
    web.rings("wang.qiang", "seen")
    t.check({"sent": 1, "delivered": 1, "seen": 1, "failed": 0}.items()
            <= demo.status(incident)["notices"].items(), "the incident counts it",
            demo.status(incident)["notices"])
    count = demo.kinds(incident).count("notice_seen")
    web.json("POST", "/api/v1/phones/%s/seen" % message["id"])
    t.equal((count, demo.kinds(incident).count("notice_seen")), (1, 1), "a second look is no news")
    t.equal(web.json("POST", "/api/v1/phones/%s/seen" % incident)[0], 404,
            "what is no message was not seen")
    demo.again()
    t.equal(web.rings("wang.qiang", "seen")["id"], message["id"],
            "after a start the phones show what rang before, and that it was seen")
    t.equal(web.json("POST", path_of(message), code=message["code"])[0], 200,
            "and it is answered by the same link")
    demo.end(incident)


def hooks(t, demo):
    web = demo.web
    before = len(web.messages("han.mei"))
    status, problem = web.json("POST", "/phones/hook/pager/han.mei", type="muster.call")
    t.check(status == 401 and problem["code"] == "unauthorized",
            "a webhook that is not signed rings nowhere", (status, problem))
    t.equal(len(web.messages("han.mei")), before, "and is not shown")
    with open(demo.house.log, encoding="utf-8") as file:
        log = file.read()
    codes = [path_of(m).rpartition("/")[2] for m in web.messages("wang.qiang")]
    t.check(codes and not [c for c in codes if c in log], "no link is in the log")


def stays_here(t):
    """A site and secrets that are in use elsewhere, tried in a demo."""
    with Demo(t, site=OPEN_SITE) as demo:
        with open(os.path.join(demo.secrets, "pager"), "w", encoding="utf-8") as file:
            file.write("url=http://198.51.100.7/hook\nkey=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
        demo.house.admin(op="contact_set", person="wang.qiang", endpoint="pager",
                         value="http://198.51.100.7/wang")
        incident = demo.trigger()
        t.equal(demo.web.rings("wang.qiang")["incident"]["id"], incident,
                "in a demo the phones get what site and secrets send elsewhere")
        demo.end(incident)


def no_demo(t):
    with House(plans={"watch": plan_text("watch", CALL)}, listen=["http://127.0.0.1:0"]) as house:
        house.start()
        web = Web(house)
        for path in ("/api/v1/phones", "/phones/hook/pager/li.ming"):
            method = "GET" if path.startswith("/api") else "POST"
            t.equal(web.ask(method, path)[0], 404, "without --demo there is no %s" % path)
        house.admin(op="contact_set", person="wang.qiang", endpoint="pager", value="138")
        house.admin(op="trigger", plan="watch", title=TITLE)
        house.receiver.wait(lambda hits: len(hits) >= 1)
        data = json.loads(house.receiver.hits[0][3])["data"]
        t.check(data["answer_url"].startswith("http://127.0.0.1:%d/a/" % house.http_port),
                "a link begins with the address of HTTP", data["answer_url"])
        path = urllib.parse.urlsplit(data["answer_url"]).path
        t.equal(web.page(path)[0], 200, "a link opens without any key")
        t.equal(web.json("POST", path, code=data["code"])[0], 200, "and answers without any key")


def main():
    with tap.Plan() as t:
        with Demo(t) as demo:
            looks_and_answers(t, demo)
            programs_answer(t, demo)
            a_question(t, demo)
            five_wrong_codes(t, demo)
            receipts(t, demo)
            hooks(t, demo)
            after_the_end(t, demo)
        stays_here(t)
        no_demo(t)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
