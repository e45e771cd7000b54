#!/usr/bin/python3
"""http_api - the routes as programs use them: trigger, follow, answer, over HTTP."""

import http.client
import json
import os
import socket
import sys
import threading
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

PLANS = {"watch": """
local plan = plan "watch" {
    title = { zh = "值守", en = "Watch" }, kind = "special", category = "accident", version = "1",
    owner = "person:li.ming", starts_on = { { kind = "watch" } },
    facts = { stage_m = { type = "number", unit = "m", per = "gauge" } },
    ends = "order", fallback = { { to = "duty:duty-room", within = "5m" } },
}
function plan.respond(incident)
    call { to = "duty:duty-room", within = "5m", text = T "{title}" }
end
return plan
"""}


class Api:
    """One keep-alive connection, as a program has it."""

    def __init__(self, port, **headers):
        self.port = port
        self.headers = headers
        self.conn = http.client.HTTPConnection("127.0.0.1", port, timeout=30 * h.SLOW)

    def ask(self, method, path, body=None, **headers):
        """(status, headers, JSON or text)"""
        sent = {k.replace("_", "-"): v for k, v in dict(self.headers, **headers).items()}
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False).encode()
            sent.setdefault("Content-Type", "application/json")
        self.conn.request(method, path, body=body, headers=sent)
        answer = self.conn.getresponse()
        text = answer.read().decode()
        kind = answer.headers.get("content-type", "")
        return answer.status, answer.headers, json.loads(text) if "json" in kind else text

    def trigger(self, title="x", **more):
        status, _, body = self.ask("POST", "/api/v1/incidents",
                                   dict({"plan": "watch", "title": title}, **more))
        assert status == 201, body
        return body["incident"]

    def close(self):
        self.conn.close()


class Events:
    """A stream of server-sent events, read in a thread."""

    def __init__(self, port, after=None, path="/api/v1/events"):
        self.conn = http.client.HTTPConnection("127.0.0.1", port, timeout=60 * h.SLOW)
        self.conn.request("GET", path, headers={"Last-Event-ID": after} if after else {})
        self.sock = self.conn.sock  # the answer takes it away, as it has no length
        self.answer = self.conn.getresponse()
        self.events = []
        self.arrived = threading.Condition()
        self.ended = False
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        event = {}
        try:
            for line in self.answer:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "":
                    with self.arrived:
                        if event:
                            self.events.append(event)
                        self.arrived.notify_all()
                    event = {}
                elif name:
                    event[name] = value
        except (OSError, ValueError, http.client.HTTPException):
            pass
        with self.arrived:
            self.ended = True
            self.arrived.notify_all()

    def wait(self, condition, seconds=20.0):
        with self.arrived:
            if not self.arrived.wait_for(lambda: condition(self.events), seconds * h.SLOW):
                raise AssertionError("no such event in %r" % self.events[-5:])
            return list(self.events)

    def close(self):
        self.sock.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads
        self.thread.join()
        self.answer.close()


def kinds(events):
    return [e.get("event") for e in events]


def an_incident_from_trigger_to_end(t, house):
    api = Api(house.http_port)
    status, headers, body = api.ask("POST", "/api/v1/incidents", {
        "plan": "watch", "title": "7号站超警", "grade": "III", "key": "g7",
        "fields": {"g7": {"stage_m": 4.9}}})
    one = "/api/v1/incidents/" + body.get("incident", "")
    t.equal((status, headers["location"], body.get("new")), (201, one, True),
            "a trigger is answered 201 with its place")
    status, _, again = api.ask("POST", "/api/v1/incidents", {
        "plan": "watch", "title": "7号站超警", "grade": "III", "key": "g7",
        "fields": {"g7": {"stage_m": 4.9}}})
    t.equal((status, again["incident"], again["new"]), (200, body["incident"], False),
            "the same key again is the same incident, 200")
    house.receiver.wait(lambda hits: len(hits) >= 1)
    h.wait_for(lambda: api.ask("GET", one)[2]["notices"]["sent"] == 1, "the message to be sent")
    status, headers, incident = api.ask("GET", one)
    t.equal((status, incident["title"], incident["facts"]["g7"]["stage_m"]["value"]),
            (200, "7号站超警", 4.9), "an incident is shown as itself")
    tag = headers["etag"]
    status, headers, text = api.ask("GET", one, If_None_Match=tag)
    t.equal((status, text, headers["etag"]), (304, "", tag), "what has not changed is 304")
    status, _, answered = api.ask("POST", one + "/answer", {"as": "wang.qiang", "note": "收到"})
    t.equal((status, answered["incident"]), (200, body["incident"]), "a person answers")
    t.equal(api.ask("POST", one + "/update", {"note": "水位回落"})[0], 200, "a note is taken")
    status, _, problem = api.ask("POST", one + "/order",
                                 {"action": "terminate", "reason": "over"})
    t.equal((status, problem["code"]), (403, "denied"), "a guest of the demo gives no orders")
    key = house.key("commander", "order,read")
    status, _, _ = Api(house.http_port, Authorization="Bearer " + key).ask(
        "POST", one + "/order", {"action": "terminate", "reason": "over"})
    t.equal(status, 200, "a key that may order ends it")
    status, _, timeline = api.ask("GET", one + "/timeline?limit=1000")
    found = [e["kind"] for e in timeline["events"]]
    t.check(found[0] == "incident_opened" and "call_answered" in found
            and "incident_closed" in found, "the timeline tells it all", found)
    t.check("4.9" in json.dumps(timeline) and house_token(timeline) is None,
            "no token or code of a message stands in it")
    status, _, problem = api.ask("POST", one + "/answer", {"as": "wang.qiang"})
    t.equal((status, problem["code"]), (409, "closed"), "an answer to what is over is 409")
    api.close()


def house_token(timeline):
    for event in timeline["events"]:
        message = event["data"].get("message")
        if isinstance(message, dict) and ("token" in message or "code" in message):
            return message
    return None


def lists_are_paged(t, house):
    api = Api(house.http_port)
    mine = [api.trigger("page %d" % n) for n in range(5)]
    seen, cursor = [], ""
    while True:
        status, _, page = api.ask("GET", "/api/v1/incidents?limit=2&state=open" + cursor)
        assert status == 200, page
        seen += [i["id"] for i in page["incidents"]]
        if not page["next"]:
            break
        cursor = "&cursor=" + page["next"]
    t.check(set(mine) <= set(seen) and len(seen) == len(set(seen)),
            "pages give each incident once")
    status, _, page = api.ask("GET", "/api/v1/incidents?state=open,closed&drill=true")
    t.equal((status, page["incidents"]), (200, []), "a list of drills holds no real incident")
    api.close()


def the_shortest_trigger(t, house):
    api = Api(house.http_port)
    status, _, body = api.ask("POST", "/t/watch", "Smoke in hall 3\nsecond line".encode(),
                              Content_Type="application/x-www-form-urlencoded")
    one = api.ask("GET", "/api/v1/incidents/" + body["incident"])[2]
    t.equal((status, one["title"], one.get("note")), (201, "Smoke in hall 3", "second line"),
            "any text opens an incident: its first line is the title")
    status, _, body = api.ask("POST", "/t/watch?grade=II&drill=true", b"x")
    one = api.ask("GET", "/api/v1/incidents/" + body["incident"])[2]
    t.equal((one["grade"], one["drill"]), ("II", True), "the query gives further fields")
    status, _, problem = api.ask("POST", "/t/watch", b"  \n ")
    t.equal((status, problem["code"]), (422, "missing_field"), "nothing is no trigger")
    status, _, problem = api.ask("POST", "/t/wacth", b"x")
    t.equal((status, problem["near"]), (422, "watch"), "a misspelt plan is told the nearest")
    status, _, problem = api.ask("POST", "/t/watch", b"\xff\xfe")
    t.equal((status, problem["code"]), (400, "bad_utf8"), "what is no UTF-8 is said so")
    api.close()


def refusals_are_problems(t, house):
    api = Api(house.http_port)
    status, headers, problem = api.ask("POST", "/api/v1/incidents", {
        "plan": "watch", "title": "x", "fields": {"g7": {"stage_m": "high"}}})
    t.equal((status, headers["content-type"], problem["code"], problem["status"],
             problem["errors"][0]["pointer"]),
            (422, "application/problem+json", "bad_field", 422, "/fields/g7/stage_m"),
            "a refusal is a problem that points at the field")
    t.check(problem["type"] == "urn:muster:error:bad_field" and problem["detail"]
            and problem["title"], "it has type, title and detail", problem)
    rows = [
        ("POST", "/api/v1/incidents", b"{", "application/json", 400, "bad_json"),
        ("POST", "/api/v1/incidents", b"[]", "application/json", 400, "not_an_object"),
        ("POST", "/api/v1/incidents", b'{"a":1,"a":2}', "application/json", 400, "duplicate_key"),
        ("POST", "/api/v1/incidents", b"[" * 100, "application/json", 400, "too_deep"),
        ("POST", "/api/v1/incidents", b'{"title":"x"}', "text/plain", 415, "unsupported_type"),
        ("POST", "/api/v1/incidents", b'{"titel":"x"}', "application/json", 422, "unknown_field"),
        ("POST", "/api/v1/incidents", b'{"op":"ping","title":"x"}', "application/json", 422,
         "bad_field"),
        ("POST", "/api/v1/incidents", b'{"title":"x","plan":"nix"}', "application/json", 422,
         "unknown_plan"),
        ("DELETE", "/api/v1/incidents", None, None, 405, "method_not_allowed"),
        ("GET", "/api/v1/nothing", None, None, 404, "unknown_route"),
        ("GET", "/cap/feed.atom", None, None, 501, "not_built"),
        ("GET", "/api/v1/incidents/nonsense", None, None, 422, "bad_field"),
        ("GET", "/api/v1/incidents/0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11", None, None, 404,
         "not_found"),
        ("GET", "/api/v1/incidents?cursor=x", None, None, 422, "bad_field"),
        ("GET", "/api/v1/incidents?limit=0", None, None, 422, "bad_field"),
        ("GET", "/api/v1/incidents?limit=2&limit=3", None, None, 422, "bad_field"),
        ("GET", "/api/v1/incidents?stat=open", None, None, 422, "unknown_field"),
        ("GET", "/api/v1/plans/nix", None, None, 422, "unknown_plan"),
    ]
    for method, path, body, kind, status, code in rows:
        headers = {"Content_Type": kind} if kind else {}
        found, _, problem = api.ask(method, path, body, **headers)
        t.equal((found, problem.get("code")), (status, code),
                "%s %s %s is %d %s" % (method, path, (body or b"")[:20], status, code))
    status, headers, _ = api.ask("PUT", "/api/v1/incidents")
    t.equal(headers["allow"], "GET, HEAD, POST", "405 says what is allowed")
    api.close()


def keys_and_guests(t, house):
    status, headers, problem = Api(house.http_port, Authorization="Bearer mk_nonsense").ask(
        "GET", "/api/v1/incidents")
    t.equal((status, headers["www-authenticate"], problem["code"]),
            (401, 'Bearer realm="muster"', "unauthorized"),
            "a key that is not known is refused even where a guest is let in")
    reader = Api(house.http_port, Authorization="Bearer " + house.key("wall", "read"))
    t.equal(reader.ask("GET", "/api/v1/incidents")[0], 200, "a key may do what it is for")
    status, _, problem = reader.ask("POST", "/t/watch", b"x")
    t.equal((status, problem["code"]), (403, "denied"), "and nothing else")
    t.equal(reader.ask("GET", "/api/v1/ping")[2]["principal"], "key:wall", "ping says who it is")
    house.admin(op="key_revoke", name="wall")
    t.equal(reader.ask("GET", "/api/v1/incidents")[0], 401,
            "a revoked key is refused on a connection that is open")


def other_origins(t, house):
    port = house.http_port
    rows = [
        ("POST", {"Origin": "https://evil.example"}, 403),
        ("POST", {"Origin": "null"}, 403),
        ("POST", {"Origin": "http://127.0.0.1:1"}, 403),
        ("POST", {"Origin": "http://127.0.0.1:%d" % port}, 201),
        ("POST", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("POST", {"Sec-Fetch-Site": "same-site"}, 403),
        ("POST", {"Host": "evil.example"}, 403),
        ("POST", {"Host": "127.0.0.1.evil.example"}, 403),
        ("POST", {"Host": "localhost:%d" % port}, 201),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors",
                 "Sec-Fetch-Dest": "image"}, 403),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
                 "Sec-Fetch-Dest": "document"}, 200),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
                 "Sec-Fetch-Dest": "iframe"}, 403),
    ]
    for method, headers, status in rows:
        api = Api(port, **{k: v for k, v in headers.items()})
        path = "/t/watch" if method == "POST" else "/api/v1/incidents"
        found, answer, _ = api.ask(method, path, b"x" if method == "POST" else None)
        t.check(found == status and "access-control-allow-origin" not in answer,
                "%s with %s is %d" % (method, headers, status), found)
        api.close()


def events_come_live_and_resume(t, house):
    api = Api(house.http_port)
    events = Events(house.http_port)
    hello = events.wait(len)[0]
    t.equal((events.answer.status, hello["event"]), (200, "hello"), "a stream begins with hello")
    one = api.trigger("live")
    got = events.wait(lambda e: any(one in x.get("data", "") for x in e))
    opened = [json.loads(e["data"]) for e in got if e["event"] == "incident_opened"][-1]
    t.equal(opened["incident"], one, "a trigger comes as an event")
    last = [e for e in got if "id" in e][-1]["id"]
    events.close()
    api.ask("POST", "/api/v1/incidents/%s/update" % one, {"note": "while nobody looked"})
    resumed = Events(house.http_port, after=last)
    got = resumed.wait(lambda e: "updated" in kinds(e))
    t.check(all(json.loads(e["data"])["seq"] > int(last.split("-")[1])
                for e in got if e["event"] != "hello"), "a stream resumes behind Last-Event-ID")
    resumed.close()
    other = Events(house.http_port, after="99-1")
    t.equal(kinds(other.wait(len))[0], "reset", "an id of another database is told to begin anew")
    other.close()
    status, _, problem = api.ask("GET", "/api/v1/events", Last_Event_ID="garbage")
    t.equal((status, problem["code"]), (422, "bad_field"), "an id that is none is refused")
    api.close()


def health(t, house):
    api = Api(house.http_port)
    t.equal(api.ask("GET", "/livez")[::2], (200, "ok\n"), "livez says ok")
    status, _, text = api.ask("GET", "/readyz")
    t.check(status == 200 and "ok" in text, "readyz says ok", text)
    status, headers, text = api.ask("GET", "/metrics")
    t.check(status == 200 and 'muster_incidents{state="open",drill="false"}' in text
            and "version=0.0.4" in headers["content-type"], "metrics are there", text[:500])
    status, _, problem = api.ask("GET", "/.well-known/security.txt")
    t.check(status == 404 and "security_contact" in problem["detail"],
            "where nobody is named for weaknesses, how to name somebody is said", problem)
    status, _, text = api.ask("HEAD", "/livez")
    t.equal((status, text), (200, ""), "HEAD has no body")
    api.close()


def strings_come_back_exactly(t, house):
    folder = os.environ.get("MUSTER_TESTDATA", "")
    path = os.path.join(folder, "naughty", "blns.json")
    if not os.path.exists(path):
        t.skip("all naughty strings come back exactly", "%s is not there" % path)
        return
    with open(path, encoding="utf-8") as f:
        strings = [s for s in json.load(f) if s]
    api = Api(house.http_port)
    events = Events(house.http_port)
    events.wait(len)
    ids, wrong = {}, []
    for text in strings:
        ids[api.trigger(text, note=text)] = text
    for one, text in ids.items():
        shown = api.ask("GET", "/api/v1/incidents/" + one)[2]
        if shown["title"] != text or shown["note"] != text:
            wrong.append((text, shown))
    t.check(not wrong, "all %d naughty strings come back exactly from the API" % len(ids), wrong)

    def opened(got):
        return [json.loads(e["data"]) for e in got if e["event"] == "incident_opened"]

    got = opened(events.wait(lambda e: len(opened(e)) >= len(ids), 60))
    wrong = [e for e in got if e["data"]["ev"]["incident"]["title"] != ids.get(e["incident"])]
    t.check(not wrong, "and as events", wrong[:3])
    path = "/t/watch?key=" + urllib.parse.quote("a b%&=+键")
    one = api.ask("POST", path, "x".encode())[2]["incident"]
    t.equal(api.ask("GET", "/api/v1/incidents/" + one)[2]["key"], "a b%&=+键",
            "a query is decoded")
    events.close()
    api.close()


def main():
    with tap.Plan() as t, h.House(plans=PLANS, demo=True, listen=["http://127.0.0.1:0"]) as house:
        house.start()
        an_incident_from_trigger_to_end(t, house)
        lists_are_paged(t, house)
        the_shortest_trigger(t, house)
        refusals_are_problems(t, house)
        keys_and_guests(t, house)
        other_origins(t, house)
        events_come_live_and_resume(t, house)
        health(t, house)
        strings_come_back_exactly(t, house)
    return t.status


sys.exit(main())
