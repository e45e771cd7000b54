#!/usr/bin/python3
"""openapi - what /api/v1/openapi.json says of the API is so: every answer is held against it.

Each operation of the document is asked for in good and in bad ways; each answer must have a status
that the document names for it, and a body that fits the schema there. What the document lists and
the engine has (codes, kinds of rows, version) must be the same.
"""

import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import raw_http  # noqa: E402
import schema  # noqa: E402
import tap  # noqa: E402

PLANS = {"watch": """
local plan = plan "watch" {
    title = { zh = "值守", en = "Watch" }, kind = "special", category = "accident", version = "1",
    owner = "person:li.ming", starts_on = { { kind = "watch" } },
    facts = { stage_m = { type = "number", unit = "m", per = "gauge" } },
    reports = {
        initial = { by = "person:wang.qiang", sign = "person:li.ming", to = "person:li.ming",
                    phone = "30m", due = "1h" },
    },
    ends = "order", on_resolved = "note", fallback = { { to = "duty:duty-room", within = "5m" } },
}
function plan.respond(incident)
    state { seen = true }
    call { to = "duty:duty-room", within = "5m", text = T "{title}" }
end
return plan
""", "roll": """
local plan = plan "roll" {
    title = { zh = "点名", en = "Roll call" }, kind = "special", category = "accident", version = "1",
    owner = "person:li.ming", starts_on = { { kind = "roll" } },
    ends = "order", on_resolved = "note", fallback = { { to = "duty:duty-room", within = "5m" } },
}
function plan.respond(incident)
    ask { to = { "person:han.mei", "person:li.ming" }, question = "Present?", within = "5m",
          choices = { "yes", { zh = "否", en = "no" } } }
end
return plan
""", "river": """
local plan = plan "river" {
    title = { zh = "河道", en = "River" }, kind = "special", category = "natural", version = "1",
    owner = "person:li.ming", starts_on = { { kind = "river" } }, one_per = { "place.district" },
    facts = { stage_m = { type = "number", unit = "m", per = "gauge" } },
    ends = "order", on_resolved = "close", reopen_within = "1h",
    fallback = { { to = "duty:duty-room", within = "5m" } },
}
function plan.respond(incident)
    child { plan = "bank", key = "left", title = "Left bank" }
    assign("lead", "person:wang.qiang")
end
return plan
""", "bank": """
local plan = plan "bank" {
    title = { zh = "堤岸", en = "Bank" }, kind = "department", category = "natural", version = "1",
    owner = "person:li.ming", parent_only = true,
    fallback = { { to = "duty:duty-room", within = "5m" } },
}
function plan.respond(incident)
    sleep "10h"
end
return plan
""",
    "paper": """
local plan = plan "paper" {
    title = { zh = "消防预案", en = "Fire" }, kind = "special", category = "accident", version = "1",
    issued = "2020-03-02", review_by = "2023-03-01", drill_every = "3y", owner = "person:li.ming",
    fallback = { { to = "duty:duty-room", within = "5m" } },
}
function plan.respond(incident) end
return plan
""",
    "dam": """
local plan = plan "dam" {
    title = { zh = "水库", en = "Dam" }, kind = "special", category = "natural", version = "1",
    owner = "person:li.ming", principles = { { zh = "以人为本", en = "People first" } },
    facts = {
        stage_m = { type = "number", unit = "m", per = "gauge",
                    label = { zh = "水位", en = "stage" } },
        case = { event = true, key = "id", fields = { id = "text", dead = "boolean" } },
    },
    levels = {
        IV = { when = "stage_m >= 4", ordered_by = "post:commander", expected = "72h" },
        II = { when = "stage_m >= 5", ordered_by = "post:commander", expected = "24h",
               members = { "person:li.ming" } },
    },
    measures = { patrol = { phase = "IV", owner = "person:li.ming", due = { IV = "2h", II = "30m" },
        title = { zh = "巡查", en = "Patrol" }, done_when = "each dyke reported" } },
    ends_when = { { id = "falling", when = "stage_m < 4", hold = "1h", zh = "回落", en = "falling" },
                  { id = "settled", confirm = "person:li.ming", zh = "安置", en = "settled" } },
    fallback = { { to = "duty:duty-room", within = "5m" } },
}
function plan.respond(incident) log("dam") end
return plan
"""}
MAY_ORDER = 'may_order = { ["post:commander"] = { dam = { "IV", "II", "terminate" } } },'
SITE = h.SITE.replace("    stations", "    %s\n    stations" % MAY_ORDER)
NO_ID = "0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11"
JSON = ("Content-Type: application/json",)
PAGE = ("Accept: text/html",)


class Contract:
    """Asks, and holds the answer against the document."""

    def __init__(self, t, house, document):
        self.t = t
        self.house = house
        self.document = document
        self.schemas = schema.Schemas(document)
        self.used = {}  # operationId to the statuses that were seen

    def operation(self, method, path):
        """The (template, operation) of a path; a plain one goes before one with parameters."""
        path = path.partition("?")[0]
        for template in sorted(self.document["paths"], key=lambda p: p.count("{")):
            pattern = re.sub(r"\{\w+\}", "[^/]+", template) + "$"
            if re.match(pattern, path):
                return self.document["paths"][template].get(method.lower())
        return None

    def resolved(self, one):
        return self.schemas.at(one["$ref"]) if "$ref" in one else one

    def ask(self, status, method, path, body=None, headers=(), key=None):
        """Send it; the answer must have this status and be as the document says. Gives the body."""
        sent = dict(line.split(": ", 1) for line in headers)
        if key:
            sent["Authorization"] = "Bearer " + key
        if isinstance(body, dict):
            body, sent["Content-Type"] = json.dumps(body, ensure_ascii=False), "application/json"
        answer = raw_http.ask(self.house.http_port, method, path, body=body, headers=sent)
        faults = self.faults(method, path, answer)
        if answer.status != status:
            faults.append("%d, not %d: %.200r" % (answer.status, status, answer.body))
        plain = re.sub(r"[0-9a-f-]{36}|ml_\S+|/a/\S+|/r/\S+", "…", path)
        self.t.check(not faults, "%s %s: %d as it is described" % (method, plain, status), faults)
        return json.loads(answer.body) if b"{" == answer.body[:1] else answer.body

    def faults(self, method, path, answer):
        operation = self.operation(method, path)
        if not operation:
            return ["the document has no %s %s" % (method, path)]
        self.used.setdefault(operation["operationId"], set()).add(answer.status)
        responses = operation["responses"]
        if str(answer.status) not in responses and answer.status < 400:
            return ["the document has no %d for it" % answer.status]
        response = self.resolved(responses.get(str(answer.status), responses["default"]))
        kind = (answer.header("content-type") or "").partition(";")[0]
        described = {name.partition(";")[0]: one
                     for name, one in response.get("content", {}).items()}
        if not answer.body:
            return []
        if kind not in described:
            return ["%s is not described for %d" % (kind, answer.status)]
        value = json.loads(answer.body) if kind.endswith("json") else answer.body.decode()
        return self.schemas.faults(described[kind]["schema"], value)


def incidents(api, may_all):
    trigger = {"plan": "watch", "title": "7号站超警", "note": "n", "grade": "III", "key": "g7",
               "warning": "red", "kind": "watch", "source": "s", "event": "e",
               "place": {"district": "chengdong"}, "labels": {"a": "b"},
               "fields": {"g7": {"stage_m": 4.9}}}
    one = api.ask(201, "POST", "/api/v1/incidents", trigger)["incident"]
    api.ask(200, "POST", "/api/v1/incidents", trigger)
    api.ask(200, "POST", "/api/v1/incidents", dict(trigger, title="higher"))
    keyed = ("Idempotency-Key: a1",)
    api.ask(201, "POST", "/api/v1/incidents", {"title": "once", "plan": "watch"}, keyed)
    api.ask(201, "POST", "/api/v1/incidents", {"title": "once", "plan": "watch"}, keyed)
    api.ask(422, "POST", "/api/v1/incidents", {"title": "twice", "plan": "watch"}, keyed)
    api.ask(422, "POST", "/api/v1/incidents", {"titel": "x"})
    api.ask(422, "POST", "/api/v1/incidents", {"plan": "wacth", "title": "x"})
    api.ask(400, "POST", "/api/v1/incidents", "{", JSON)
    api.ask(415, "POST", "/api/v1/incidents", "x", ("Content-Type: text/plain",))
    api.ask(401, "POST", "/api/v1/incidents", trigger, key="mk_nonsense")
    api.ask(403, "POST", "/api/v1/incidents", trigger, ("Origin: https://evil.example",))
    api.house.receiver.wait(lambda hits: len(hits) >= 1)
    path = "/api/v1/incidents/" + one
    api.ask(200, "GET", path)
    api.ask(404, "GET", "/api/v1/incidents/" + NO_ID)
    api.ask(422, "GET", "/api/v1/incidents/nonsense")
    api.ask(200, "GET", "/api/v1/incidents?state=open,closed&limit=2&drill=false")
    api.ask(422, "GET", "/api/v1/incidents?limit=0")
    api.ask(200, "GET", path + "/timeline?limit=3")
    api.ask(422, "GET", path + "/timeline?after=x")
    api.ask(200, "GET", path + "/record?lang=en")
    api.ask(422, "GET", path + "/record?lang=fr")
    api.ask(404, "GET", "/api/v1/incidents/%s/record" % NO_ID)
    answers(api, path, may_all)
    return path


def answers(api, path, may_all):
    api.ask(200, "POST", path + "/answer", {"as": "wang.qiang", "note": "x"})
    api.ask(422, "POST", path + "/answer", {"as": "nobody.here"})
    api.ask(200, "POST", path + "/update", {"note": "x", "fields": {"g7": {"stage_m": 5.1}}})
    api.ask(422, "POST", path + "/update", {})
    api.ask(200, "POST", path + "/resolve", {"note": "x"})
    order = {"action": "terminate", "reason": "over"}
    api.ask(403, "POST", path + "/order", order)
    api.ask(422, "POST", path + "/order", dict(order, action="merge"), key=may_all)
    api.ask(409, "POST", path + "/order", dict(order, action="activate", level="IV"), key=may_all)
    api.ask(422, "POST", path + "/confirm", {"criterion": "falling", "as": "li.ming"})
    directive = {"text": "clear the drains", "lead": "person:li.ming", "due": "2h"}
    item = api.ask(200, "POST", path + "/directive", directive)["item"]
    api.ask(422, "POST", path + "/directive", dict(directive, due="soon"))
    api.ask(200, "GET", "/api/v1/items?incident=" + path.rsplit("/", 1)[1])
    api.ask(200, "GET", "/api/v1/items?owner=person:li.ming&state=issued&limit=5")
    api.ask(422, "GET", "/api/v1/items?state=lost")
    api.ask(422, "GET", "/api/v1/items?owner=person:li.mign")
    api.ask(200, "GET", "/api/v1/items?owner=person:li.mign&closed=true")
    api.ask(200, "GET", "/api/v1/items?mine=li.ming&overdue=true&kind=directive")
    api.ask(422, "GET", "/api/v1/items?mine=nobody.here")
    api.ask(200, "POST", "/api/v1/items/%s/receive" % item, {"as": "li.ming"})
    api.ask(409, "POST", "/api/v1/items/%s/strike" % item, {})
    api.ask(404, "POST", "/api/v1/items/%s/done" % NO_ID, {})
    more = {"goal": "no water in the cellars", "indicator": "0 reports", "evidence": "a.jpg"}
    api.ask(200, "POST", "/api/v1/items/%s/supervise" % item, {"to": "person:han.mei"})
    api.ask(200, "POST", "/api/v1/items/%s/done" % item, {"note": "x", "evidence": "a.jpg"})
    api.ask(200, "POST", "/api/v1/items/%s/return" % item, {"note": "again", "due": "1h"})
    del more["evidence"]
    request = dict(more, incident=path.rsplit("/", 1)[1], kind="request", owner="person:li.ming",
                   title="water in the cellar", due="2d", channel="12345", contact="0439-2000000",
                   assist=["person:wang.qiang"], **{"from": "Mrs. Lin"})
    asked = api.ask(200, "POST", "/api/v1/items", request)["item"]
    api.ask(422, "POST", "/api/v1/items", dict(request, due="2020-01-01T00:00:00Z"))
    api.ask(422, "POST", "/api/v1/items", dict(request, owner="dept:nowhere"))
    api.ask(200, "POST", "/api/v1/items/%s/reply" % asked, {"note": "pumped out"})
    of = "/api/v1/items?incident=" + path.rsplit("/", 1)[1]
    whole = [i for i in api.ask(200, "GET", of)["items"] if i["id"] == asked][0]
    board = api.house.key("board", "read")
    shown = [i for i in api.ask(200, "GET", of, key=board)["items"] if i["id"] == asked][0]
    api.t.check(whole["contact"] == "0439-2000000" and "contact" not in shown,
                "a citizen's number is for who may respond, not for a board on the wall", shown)
    reports(api, path.rsplit("/", 1)[1])
    keyed = ("Idempotency-Key: o1",)
    api.ask(409, "POST", path + "/order", order, key=may_all)
    for one in (item, asked):
        for action in ("done", "strike"):
            api.ask(200, "POST", "/api/v1/items/%s/%s" % (one, action), {})
    api.ask(200, "POST", path + "/order", order, keyed, key=may_all)
    api.ask(409, "POST", path + "/close", {})
    for one in api.ask(200, "GET", "/api/v1/reports?incident=" + path.rsplit("/", 1)[1])["reports"]:
        if one["state"] != "sent":
            api.ask(200, "POST", "/api/v1/reports/%s/sign" % one["id"], {"as": "li.ming"})
            api.ask(200, "POST", "/api/v1/reports/%s/send" % one["id"], {})
    api.house.admin(op="close", incident=path.rsplit("/", 1)[1])  # or it has ended by itself
    for action, body in (("answer", {"as": "li.ming"}), ("update", {"note": "x"}), ("resolve", {})):
        api.ask(409, "POST", path + "/" + action, body)
    api.ask(409, "POST", path + "/order", order, key=may_all)
    api.ask(404, "POST", "/api/v1/incidents/%s/resolve" % NO_ID, {})
    api.ask(200, "GET", path)
    api.ask(200, "GET", path + "/timeline?limit=1000&lang=zh")
    api.ask(200, "GET", "/api/v1/incidents?state=closed")


def families(api, may_all):
    """What joins, children, roles, the orders merge and split, and what is opened again."""
    east = {"kind": "river", "title": "Upper river", "place": {"district": "east"}}
    one = api.ask(201, "POST", "/api/v1/incidents", east)["incident"]
    joined = api.ask(200, "POST", "/api/v1/incidents",
                     dict(east, title="Lower river", fields={"g7": {"stage_m": 5}}))
    api.t.check(joined == {"ok": True, "incident": one, "state": "open", "new": False,
                           "joined": True}
                or {k: v for k, v in joined.items() if k != "ok"} ==
                {"incident": one, "state": "open", "new": False, "joined": True},
                "a trigger that joins is told which incident", joined)
    path = "/api/v1/incidents/" + one
    shown = h.wait_for(lambda: [i for i in [api.ask(200, "GET", path)] if i.get("children")],
                       "a child")[0]
    api.t.check(shown["count"] == 2 and shown["children"][0]["key"] == "left",
                "the parent names its child, and how many have joined", shown)
    child = api.ask(200, "GET", "/api/v1/incidents/" + shown["children"][0]["id"])
    api.t.check(child["parent"] == one, "the child names its parent", child)
    api.ask(409, "POST", "/api/v1/incidents", {"plan": "bank", "title": "x"})
    h.wait_for(lambda: api.ask(200, "GET", path)["calls"], "a call for the role")
    h.wait_for(lambda: api.ask(200, "POST", path + "/answer", {"as": "wang.qiang"}) and
               api.ask(200, "GET", path).get("roles"), "a role")
    west = api.ask(201, "POST", "/api/v1/incidents",
                   dict(east, title="West", place={"district": "west"}))["incident"]
    order = {"action": "merge", "reason": "one flood", "into": one}
    api.ask(422, "POST", path + "/order", {"action": "merge", "reason": "x"}, key=may_all)
    api.ask(409, "POST", path + "/order", order, key=may_all)
    api.ask(200, "POST", "/api/v1/incidents/%s/order" % west, order, key=may_all)
    over = api.ask(409, "POST", "/api/v1/incidents/%s/update" % west, {"note": "x"})
    api.t.check(over["code"] == "merged" and over["into"] == one,
                "who reports to what was merged is told where it goes on", [over])
    merged = api.ask(200, "GET", "/api/v1/incidents/" + west)
    api.t.check(merged["state"] == "merged" and merged["merged_into"] == one,
                "what was merged shows into what", merged)
    split = api.ask(200, "POST", path + "/order", {"action": "split", "reason": "another crew",
                    "title": "Side arm", "stations": ["g7"]}, key=may_all)["split"]
    api.t.check(api.ask(200, "GET", "/api/v1/incidents/" + split)["split_from"] == one,
                "what was split off shows from what", split)
    api.ask(422, "POST", path + "/order", {"action": "split", "reason": "x"}, key=may_all)
    api.ask(200, "POST", path + "/resolve", {})
    shown = api.ask(200, "GET", path)
    api.t.check("reopen_until" in shown, "what is closed says until when it opens again", shown)
    again = api.ask(200, "POST", "/api/v1/incidents", east)
    api.t.check(again.get("reopened") and again["incident"] == one, "a trigger opens it again",
                again)
    api.ask(200, "GET", path)
    api.ask(200, "GET", path + "/timeline?limit=1000")
    api.ask(200, "GET", "/api/v1/incidents?state=merged")


def reports(api, incident):
    """From the draft to what was sent, with two people at the same text."""
    one = api.ask(200, "GET", "/api/v1/reports?incident=%s&kind=initial&state=opened" % incident)
    api.t.check("text" not in one["reports"][0], "a list leaves the texts out", one)
    report = one["reports"][0]["id"]
    path = "/api/v1/reports/" + report
    api.ask(422, "GET", "/api/v1/reports?kind=inital")
    listed = api.ask(200, "GET", "/api/v1/reports?limit=5")["reports"]
    api.t.check(report in [r["id"] for r in listed], "what is not sent is listed", listed)
    listed = api.ask(200, "GET", "/api/v1/reports?incident=" + incident)["reports"]
    api.t.check([r["id"] for r in listed] == [report], "and so is what is of an incident", listed)
    api.ask(200, "GET", "/api/v1/reports?closed=true")
    text = api.ask(200, "GET", path)["text"]
    api.t.check("首报第1号" in text and "4.9 m" in text, "a report is drafted from the facts", text)
    api.ask(404, "GET", "/api/v1/reports/" + NO_ID)
    tag = raw_http.ask(api.house.http_port, "GET", path).header("etag")
    new = {"text": "# <script>x</script>", "as": "wang.qiang"}
    told = api.ask(422, "PUT", path, new)
    api.t.check("If-Match" in told["detail"], "which one was read?", told)
    api.ask(412, "PUT", path, new, ('If-Match: "nonsense"',))
    api.ask(412, "PUT", path, new, ("If-Match: W/" + tag,))  # weak: it matches nothing
    api.ask(200, "PUT", path, new, ("If-Match: " + tag,))
    api.ask(412, "PUT", path, new, ("If-Match: " + tag,))
    api.ask(412, "PUT", path, new, ('If-Match: "1", "7"',))
    api.ask(200, "PUT", path, new, ('If-Match: "7", "2-x"',))
    put = raw_http.ask(api.house.http_port, "PUT", path, {"If-Match": "*"}, new)
    api.t.equal((put.status, put.header("etag")), (200, '"4"'),
                "* is whichever there is, and the new tag is told")
    api.ask(200, "PUT", path, new, ("If-Match: " + put.header("etag"),))
    stale = raw_http.ask(api.house.http_port, "PUT", path, {"If-Match": tag}, new)
    api.t.equal((stale.status, stale.reason), (412, "Precondition Failed"),
                "412 says what it is")
    api.ask(412, "POST", path + "/sign", {"as": "li.ming", "rev": 1})
    kept = api.ask(200, "GET", path)["text"]
    api.t.check(kept == new["text"], "a text is kept as it was sent", kept)
    api.ask(409, "POST", path + "/send", {})
    api.ask(403, "POST", path + "/sign", {"as": "wang.qiang"})
    api.ask(200, "POST", path + "/phone", {"as": "wang.qiang", "note": "told them"})
    api.ask(200, "POST", path + "/sign", {"as": "li.ming"})
    voided = api.ask(200, "PUT", path, new, ("If-Match: *",)).get("voided")
    api.t.equal(voided and voided["by"], "li.ming", "whose signature is void is told")
    api.ask(200, "POST", path + "/sign", {"as": "li.ming"}, ('If-Match: "6"',))
    api.ask(200, "POST", path + "/send", {})
    api.ask(409, "PUT", path, dict(new, rev=6))
    api.ask(200, "GET", path)
    further = api.ask(200, "POST", path + "/correct", {})
    api.t.check(further["number"] == 2, "a correction has a number of its own", further)
    api.ask(200, "POST", "/api/v1/reports/%s/fill" % further["report"], {})


def links_for_reading(api):
    """A report is shown by the link of the message that asks for it, and where it is signed."""
    heard = [hit[3] for hit in api.house.receiver.hits if "请起草" in hit[3]]
    path = "/a/" + json.loads(heard[0])["data"]["answer_url"].rpartition("/")[2]
    of = api.ask(200, "GET", path)
    page = api.ask(200, "GET", path, headers=PAGE).decode()
    api.t.check("text" in of["report"] and "<pre " in page, "a link shows its report", (of, page))


def other_routes(api):
    api.ask(201, "POST", "/t/watch?grade=II&drill=true", "Smoke\nin hall 3")
    api.ask(422, "POST", "/t/watch", "")
    api.house.write("bad.lua", "no Lua")  # what is saved is checked: the list says what is wrong
    h.wait_for(lambda: api.house.admin(op="plans").get("refused"), "a set to be refused")
    listed = api.ask(200, "GET", "/api/v1/plans")
    api.t.check(listed["refused"]["findings"][0]["file"] == "bad.lua", "the list of plans says "
                "what lies in the folder and is refused", listed.get("refused"))
    os.unlink(os.path.join(api.house.plans, "bad.lua"))
    h.wait_for(lambda: not api.house.admin(op="plans").get("refused"), "the set to be whole")
    api.house.write("watch.lua", PLANS["watch"].replace('version = "1"', 'version = "2"'))
    h.wait_for(lambda: api.house.admin(op="plans")["older"], "another version to be in force")
    api.ask(200, "GET", "/api/v1/plans")
    plan = api.ask(200, "GET", "/api/v1/plans/watch")
    api.ask(200, "GET", "/api/v1/plans/watch?pin=" + plan["pin"])
    api.ask(422, "GET", "/api/v1/plans/watch?pin=" + plan["pin"].replace("sha256:", "sha255:"))
    sheet = api.ask(200, "GET", "/api/v1/plans/dam")
    may = [(one["level"], [p["person"] for p in one["people"]]) for one in sheet["levels"]]
    api.t.equal(may, [("IV", ["han.mei"]), ("II", ["han.mei"])],
                "a plan's levels are told, and who may order them")
    api.t.equal([m["phase"] for m in sheet["measures"]], ["IV"], "and its measures")
    api.ask(422, "GET", "/api/v1/plans/wacth")
    api.ask(422, "GET", "/api/v1/events?after=x")
    api.ask(200, "GET", "/api/v1/ping")
    api.ask(401, "GET", "/api/v1/ping", key="mk_nonsense")
    api.ask(200, "GET", "/livez")
    api.ask(200, "GET", "/readyz")
    api.ask(200, "GET", "/metrics")
    for path in ("/", "/phones", "/favicon.svg", "/assets/app.css", "/api/v1/openapi.json"):
        api.ask(200, "GET", path)
    api.ask(404, "GET", "/assets/nothing.js")
    api.ask(200, "GET", "/.well-known/security.txt")


def events(api):
    """A stream has no end: what its events hold is tried one by one."""
    stream = raw_http.Events(api.house.http_port)
    api.used.setdefault("watch", set()).add(200)
    faults = []
    one = api.ask(201, "POST", "/t/watch", "for the stream")["incident"]
    while True:
        event = stream.next()
        if event["event"] in ("hello", "reset"):
            continue
        value = event["data"]
        faults += api.schemas.faults({"$ref": "#/components/schemas/Event"}, value)
        if value.get("incident") == one and value["kind"] == "notice_queued":
            break
    api.t.check(not faults, "each event of the stream is as it is described", faults)
    stream.close()


def item_by_link(api, found):
    """A message about an item: by its link it is received."""
    incident = found["incident"]["id"]
    api.ask(200, "POST", "/api/v1/incidents/%s/directive" % incident,
            {"text": "clear the drains", "lead": "person:han.mei", "due": "2h"})
    about = h.wait_for(lambda: [m for p in api.ask(200, "GET", "/api/v1/phones")["phones"]
                                for m in p["messages"] if "drains" in m["text"]], "an item")[0]
    path = "/a/" + about["answer_url"].rpartition("/")[2]
    api.ask(200, "GET", path)
    api.ask(422, "POST", path, {"code": about["code"], "action": "strike"})
    api.ask(200, "POST", path, {"code": about["code"], "action": "receive"})
    api.ask(200, "GET", path)


def question_by_link(api):
    """A question: one of its choices is the answer."""
    incident = api.ask(201, "POST", "/t/roll", "roll call")["incident"]
    about = h.wait_for(lambda: [m for p in api.ask(200, "GET", "/api/v1/phones")["phones"]
                                for m in p["messages"] if "Present?" in m["text"]], "a question")[0]
    path = "/a/" + about["answer_url"].rpartition("/")[2]
    of = api.ask(200, "GET", path)
    api.t.equal([c["choice"] for c in of["choices"]], ["yes", "no"], "a link shows its choices")
    whole = "/api/v1/incidents/" + incident
    api.t.equal([c["choice"] for c in api.ask(200, "GET", whole)["calls"][0]["choices"]],
                ["yes", "no"], "and so does its incident")
    answer = whole + "/answer"
    api.ask(422, "POST", answer, {"as": "han.mei", "choice": "perhaps"})
    api.ask(422, "POST", path, {"code": about["code"], "choice": "perhaps"})
    api.ask(200, "POST", path, {"code": about["code"], "choice": "yes"})
    asked = {p["person"]: p.get("choice") for p in api.ask(200, "GET", whole)["calls"][0]["asked"]}
    api.t.equal(asked["han.mei"], "yes", "an incident says who chose what")
    api.ask(200, "POST", answer, {"as": "li.ming", "choice": "否"})
    api.ask(200, "POST", answer, {"as": "han.mei", "choice": "late"})
    api.ask(200, "GET", "/api/v1/incidents/%s/timeline" % incident)


def replies_of_services(api):
    """What services send back, by the link of a message and by the key of an account."""
    api.ask(201, "POST", "/t/watch", "ring back")
    found = h.wait_for(lambda: [m for p in api.ask(200, "GET", "/api/v1/phones")["phones"]
                                for m in p["messages"] if "ring back" in m["text"]], "a ring")[0]
    path = "/r/" + found["answer_url"].rpartition("/")[2]
    api.ask(200, "POST", path, {"receipt": "delivered"})
    api.ask(422, "POST", path, {"answer": "accept"})
    api.ask(403, "POST", path, {"code": "0000" if found["code"] != "0000" else "1111"})
    api.ask(200, "POST", path, {"code": found["code"]})
    api.ask(404, "POST", "/r/nonsense", {"code": "1234"})
    key = api.house.key("reply-pager", "reply")
    api.ask(200, "POST", "/r/pager/" + key, {"from": "nobody", "text": "1"})
    api.ask(400, "POST", "/r/pager/" + key, {"from": "nobody"})
    api.ask(401, "POST", "/r/pager/mk_none", {"from": "nobody", "text": "1"})


def phones_and_links(api):
    """These ring on the phones of the daemon: the house's own receiver hears nothing of them."""
    api.ask(201, "POST", "/t/watch", "ring")
    found = h.wait_for(lambda: [m for p in api.ask(200, "GET", "/api/v1/phones")["phones"]
                                for m in p["messages"] if m["state"] == "ringing"], "a ring")[0]
    api.ask(200, "POST", "/api/v1/phones/%s/seen" % found["id"], {})
    api.ask(404, "POST", "/api/v1/phones/%s/seen" % NO_ID, {})
    api.ask(401, "POST", "/phones/hook/pager/wang.qiang", {"forged": True})
    path = "/a/" + found["answer_url"].rpartition("/")[2]
    item_by_link(api, found)
    question_by_link(api)
    replies_of_services(api)
    api.ask(200, "GET", path)
    api.ask(200, "GET", path + "?lang=en", headers=PAGE)
    api.ask(404, "GET", "/a/nonsense")
    api.ask(403, "POST", path, {"code": "0000" if found["code"] != "0000" else "1111"})
    api.ask(422, "POST", path, {})
    api.ask(200, "POST", path, {"code": found["code"], "note": "x"})


def upkeep(api, may_all):
    """What plans owe: items of an incident that is none."""
    owed = api.ask(200, "GET", "/api/v1/items?kind=plan")["items"]
    api.t.equal(sorted((i["name"], i["key"], i["plan"], i["version"], i["overdue"]) for i in owed),
                [("drill", "paper/2023-03-02", "paper", "1", True),
                 ("filing", "paper/2020-03-30", "paper", "1", True),
                 ("review", "paper/2023-03-01", "paper", "1", True)], "a plan owes its upkeep")
    path = "/api/v1/incidents/" + owed[0]["incident"]
    state = api.ask(200, "GET", path)
    api.t.equal((state["state"], state["items"]), ("upkeep", {"open": 3, "overdue": 3}),
                "it is shown as an incident is")
    listed = api.ask(200, "GET", "/api/v1/incidents")["incidents"]
    asked = api.ask(200, "GET", "/api/v1/incidents?state=upkeep")["incidents"]
    api.t.check(path[-36:] not in [i["id"] for i in listed] and
                [i["id"] for i in asked] == [path[-36:]], "and listed as none", listed)
    api.ask(200, "GET", path + "/timeline?lang=zh")
    refused = api.ask(409, "POST", path + "/resolve", {})
    api.t.check("no emergency" in refused["detail"], "what it is, is said", refused)
    api.ask(409, "POST", path + "/close", {})
    api.ask(409, "POST", path + "/order", {"action": "terminate", "reason": "x"}, key=may_all)
    api.ask(200, "POST", "/api/v1/items/%s/done" % owed[0]["id"], {"as": "li.ming"})
    sheet = api.ask(200, "GET", "/api/v1/plans/paper")
    api.t.equal((sheet["issued"], sheet["drill_every"], sheet["owes"][0]),
                ("2020-03-02", "3y", {"what": "filing", "due": "2020-03-30"}), "the sheet says so")


SCENARIO = """return scenario "night" {
    plan = "bank-duty", title = "Night", director = "person:li.ming",
    injects = {
        { no = 1, at = "0:00", by = "trigger", title = "x",
          expect = { "call answered", within = "1h" } },
        { no = 2, at = "9:00", by = "end" },
    },
}
"""


def dead_letters(api):
    one = api.ask(201, "POST", "/api/v1/incidents", {"title": "x", "plan": "watch"})["incident"]
    incident = "/api/v1/incidents/" + one
    api.ask(200, "GET", "/api/v1/dead")
    api.ask(404, "POST", "/api/v1/dead/%s/replay" % NO_ID, {})
    api.ask(422, "POST", "/api/v1/dead/nonsense/replay", {})
    api.ask(404, "POST", "/api/v1/dead/%s/drop" % NO_ID, {})
    api.ask(200, "POST", incident + "/dead", {})
    api.ask(404, "POST", "/api/v1/incidents/%s/dead" % NO_ID, {})


def duty(api):
    """Who is on duty; an override, a swap that is agreed, a handover and a spot check."""
    for query in ("", "?at=2026-12-01&roster=duty-room&days=3&lang=zh", "?person=li.ming&days=1",
                  "?ics=true"):
        api.ask(200, "GET", "/api/v1/duty" + query)
    api.ask(404, "GET", "/api/v1/duty?roster=nix")
    api.ask(422, "GET", "/api/v1/duty?at=noon")
    api.ask(422, "GET", "/api/v1/duty?days=0")
    at = {"from": "2040-12-01 08:00", "to": "2040-12-02 08:00", "roster": "duty-room"}
    one = dict(at, person="li.ming", reason="ill", **{"as": "wang.qiang"})
    number = api.ask(200, "POST", "/api/v1/duty/overrides", one)["change"]["change"]
    api.ask(409, "POST", "/api/v1/duty/overrides", one)
    api.ask(422, "POST", "/api/v1/duty/overrides", dict(one, person="nobody"))
    api.ask(404, "POST", "/api/v1/duty/overrides", dict(one, roster="nix"))
    act = {"change": number, "action": "approve", "as": "li.ming"}
    api.ask(403, "POST", "/api/v1/duty/changes", act)
    api.ask(200, "POST", "/api/v1/duty/changes", dict(act, action="withdraw",
                                                     **{"as": "wang.qiang"}))
    api.ask(404, "POST", "/api/v1/duty/changes", dict(act, change=999))
    swap = {"roster": "duty-room", "as": "wang.qiang", "with": "li.ming", "at": "2040-12-01"}
    api.ask(409, "POST", "/api/v1/duty/swaps", dict(swap, **{"as": "han.mei"}))
    api.ask(422, "POST", "/api/v1/duty/swaps", dict(swap, at="noon"))
    hand = {"roster": "duty-room", "as": "wang.qiang", "note": "all quiet"}
    api.ask(200, "POST", "/api/v1/duty/handovers", hand)
    api.ask(200, "POST", "/api/v1/duty/handovers", dict(hand, take=True, **{"as": "li.ming"}))
    api.ask(409, "POST", "/api/v1/duty/handovers", dict(hand, take=True, **{"as": "li.ming"}))
    api.ask(403, "POST", "/api/v1/duty/handovers", dict(hand, **{"as": "han.mei"}))
    api.ask(200, "POST", "/api/v1/duty/checks", {"roster": "duty-room", "seat": "b"})
    api.ask(422, "POST", "/api/v1/duty/checks", {"roster": "duty-room", "seat": "z"})
    shown = api.ask(200, "GET", "/api/v1/duty")["rosters"][0]
    api.t.equal((shown["handover"]["taken_by"], shown["checks"][0]["person"]),
                ("li.ming", "li.ming"), "handover and check are shown")
    calendar = api.ask(200, "GET", "/duty/duty-room.ics?person=li.ming&lang=en").decode()
    api.t.check(calendar.startswith("BEGIN:VCALENDAR\r\n") and "SUMMARY:副班 李明" in calendar
                and "王强" not in calendar, "a calendar of one person", calendar[:600])
    api.ask(200, "GET", "/duty/li.ming.ics")
    api.ask(404, "GET", "/duty/nix.ics")
    api.ask(401, "GET", "/duty/duty-room.ics", key="mk_nonsense")


def drills(api, may_all):
    """A drill from its scenario to what was learnt of it."""
    house = api.house
    house.write("bank-duty.lua", PLANS["bank"].replace("parent_only = true,", "")
               .replace('"bank"', '"bank-duty"'))
    os.makedirs(os.path.join(house.plans, "drills"), exist_ok=True)
    house.write("drills/night.lua", SCENARIO)
    house.admin(op="config_reload")
    due = api.ask(200, "GET", "/api/v1/drills")["drills"]
    api.t.equal([(d["plan"], d["due"], d["overdue"]) for d in due if d["plan"] == "paper"],
                [("paper", "2023-03-02", True)], "what owes a drill is listed with its day")
    start = {"plan": "bank-duty", "scenario": "night"}
    api.ask(403, "POST", "/api/v1/drills", start)
    api.ask(404, "POST", "/api/v1/drills", dict(start, scenario="nigth"), key=may_all)
    api.ask(422, "POST", "/api/v1/drills", dict(start, mode="table"), key=may_all)
    one = api.ask(201, "POST", "/api/v1/drills", start, key=may_all)["incident"]
    path = "/api/v1/incidents/" + one
    state = api.ask(200, "GET", path)["drill_state"]
    api.t.equal((state["mode"], state["scenario"], state["injects"], state["injected"]),
                ("tabletop", "night", 2, 1), "a drill says how far it has come")
    api.ask(200, "GET", path + "/timeline?lang=zh")
    for page, bad in (("/review", "format=pdf"), ("/drill", "lang=fr")):
        for query in ("", "?format=markdown&lang=zh", "?format=json"):
            api.ask(200, "GET", path + page + query)
        api.ask(422, "GET", path + page + "?" + bad)
        api.ask(404, "GET", "/api/v1/incidents/%s%s" % (NO_ID, page))
    listed = api.ask(200, "GET", "/api/v1/incidents?drill=false&limit=1")["incidents"][0]["id"]
    api.ask(404, "GET", "/api/v1/incidents/%s/drill" % listed)
    api.ask(200, "GET", "/api/v1/incidents/%s/review?format=json" % listed)
    lesson = {"text": "a second lamp", "owner": "person:li.ming", "due": "30d"}
    item = api.ask(200, "POST", path + "/lessons", lesson)["item"]
    api.ask(422, "POST", path + "/lessons", dict(lesson, owner="person:nobody"))
    api.ask(404, "POST", "/api/v1/incidents/%s/lessons" % NO_ID, lesson)
    listed = api.ask(200, "GET", "/api/v1/items?kind=improvement")["items"]
    api.t.check([(i["of_incident"], i["plan"]) for i in listed if i["id"] == item] ==
                [(one, "bank-duty")], "a lesson names its incident", listed)


def desk(api):
    """Plans that are checked and simulated before they are in force."""
    check, simulate = "/api/v1/plans/check", "/api/v1/plans/simulate"
    bad = {"dam.lua": PLANS["dam"].replace("stage_m >= 4", "stag_m >= 4")}
    api.t.equal(api.ask(200, "POST", check, {})["ok"], True, "what is in force has no error")
    found = api.ask(200, "POST", check, {"files": bad, "lang": "zh"})
    api.t.check(not found["ok"] and found["findings"], "a bad file has findings", found)
    api.ask(422, "POST", check, {"files": {"dam.txt": "x"}})
    api.ask(415, "POST", check, "x", ("Content-Type: text/plain",))
    night = {"plan": "dam", "at": "2026-07-20 02:00", "fields": ["g7.stage_m=4.6"]}
    api.ask(200, "POST", simulate, dict(night, svg=True))
    api.ask(200, "POST", simulate, dict(night, runs=3))
    refused = api.ask(422, "POST", simulate, dict(night, files=bad))
    api.t.check(refused["code"] == "bad_plan" and refused["findings"], "nothing is simulated then",
                refused)
    api.ask(422, "POST", simulate, dict(night, plan="damm"))
    api.ask(403, "POST", simulate, night, key=api.house.key("alarm", "trigger"))


def sessions(api):
    key = api.house.key("desk", "read")
    with open(api.house.log, errors="replace") as log:
        link = re.findall(r"(/login/ml_\S+)", log.read())[-1]
    api.ask(200, "GET", "/login")
    api.ask(200, "GET", link)
    api.ask(200, "POST", "/login", {"key": key})
    api.ask(401, "POST", "/login", {"key": "mk_nonsense"})
    api.ask(200, "POST", link, {})
    api.ask(401, "POST", link, {})
    api.ask(200, "POST", "/logout", {})


def names(t, document):
    """The document lists what the engine's tables hold."""
    def told(what):
        out = subprocess.run([h.MUSTER, "help", what, "--json"], capture_output=True, check=True)
        return json.loads(out.stdout)

    schemas = document["components"]["schemas"]
    codes = [one["code"] for one in told("errors")]
    t.equal(sorted(schemas["Code"]["enum"]), sorted(codes), "the codes are those of the engine")
    kinds = [one["kind"] for one in told("kinds")]
    t.equal(sorted(schemas["EventKind"]["enum"]), sorted(kinds), "so are the kinds of rows")
    version = json.loads(subprocess.run([h.MUSTER, "version", "--json"], capture_output=True,
                                        check=False).stdout or "{}").get("version")
    t.equal(document["info"]["version"], version, "and the version")


def coverage(t, api):
    every = {o["operationId"] for path in api.document["paths"].values()
             for method, o in path.items() if method in ("get", "post", "put", "delete")}
    t.equal(sorted(every - set(api.used)), [], "every operation of the document was asked for")


def read(house):
    return raw_http.ask(house.http_port, "GET", "/api/v1/openapi.json").json()


def main():
    with tap.Plan() as t:
        with h.House(plans=PLANS, site=SITE, demo=True) as house:
            house.start(env={"MUSTER_SECURITY_CONTACT": "mailto:security@muster.example"})
            document = read(house)
            names(t, document)
            api = Contract(t, house, document)
            commander = house.key("commander", "trigger,read,respond,order")
            incidents(api, commander)
            dead_letters(api)
            links_for_reading(api)
            families(api, commander)
            upkeep(api, commander)
            drills(api, commander)
            duty(api)
            other_routes(api)
            events(api)
            desk(api)
            sessions(api)
            os.remove(os.path.join(house.secrets, "pager"))  # now it is the phones' turn
            house.kill("courier")
            phones_and_links(api)
            coverage(t, api)
    return t.status


sys.exit(main())
