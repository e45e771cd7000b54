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
    ends = "order", on_resolved = "note", fallback = { { to = "duty:duty-room", within = "5m" } },
}
function plan.respond(incident)
    state { seen = true }
    call { to = "duty:duty-room", within = "5m", text = T "{title}" }
end
return plan
"""}
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
        self.t.check(not faults, "%s %s: %d as it is described"
                     % (method, re.sub(r"[0-9a-f-]{36}|ml_\S+|/a/\S+", "…", path), status), faults)
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
    api.ask(501, "POST", path + "/order", dict(order, action="merge"), key=may_all)
    api.ask(409, "POST", path + "/order", dict(order, action="activate", level="IV"), key=may_all)
    api.ask(422, "POST", path + "/confirm", {"criterion": "falling", "as": "li.ming"})
    directive = {"text": "clear the drains", "lead": "person:li.ming", "due": "2h"}
    item = api.ask(200, "POST", path + "/directive", directive)["item"]
    api.ask(422, "POST", path + "/directive", dict(directive, due="soon"))
    api.ask(200, "GET", "/api/v1/items?incident=" + path.rsplit("/", 1)[1])
    api.ask(200, "GET", "/api/v1/items?owner=person:li.ming&state=issued&limit=5")
    api.ask(422, "GET", "/api/v1/items?state=lost")
    api.ask(200, "POST", "/api/v1/items/%s/receive" % item, {"as": "li.ming"})
    api.ask(409, "POST", "/api/v1/items/%s/strike" % item, {})
    api.ask(404, "POST", "/api/v1/items/%s/done" % NO_ID, {})
    api.ask(200, "POST", path + "/order", order, key=may_all)
    api.ask(409, "POST", path + "/close", {})
    for action, body in (("answer", {"as": "li.ming"}), ("update", {"note": "x"}), ("resolve", {})):
        api.ask(409, "POST", path + "/" + action, body)
    api.ask(409, "POST", path + "/order", order, key=may_all)
    api.ask(404, "POST", "/api/v1/incidents/%s/resolve" % NO_ID, {})
    api.ask(200, "GET", path)
    api.ask(200, "GET", path + "/timeline?limit=1000&lang=zh")
    api.ask(200, "GET", "/api/v1/incidents?state=closed")


def other_routes(api):
    api.ask(201, "POST", "/t/watch?grade=II&drill=true", "Smoke\nin hall 3")
    api.ask(422, "POST", "/t/watch", "")
    api.ask(200, "GET", "/api/v1/plans")
    api.ask(200, "GET", "/api/v1/plans/watch")
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


def phones_and_links(api):
    """These ring on the phones of the daemon: the house's own receiver hears nothing of them."""
    api.ask(201, "POST", "/t/watch", "ring")
    found = h.wait_for(lambda: [m for p in api.ask(200, "GET", "/api/v1/phones")["phones"]
                                for m in p["messages"] if m["state"] == "ringing"], "a ring")[0]
    api.ask(200, "POST", "/api/v1/phones/%s/seen" % found["id"], {})
    api.ask(404, "POST", "/api/v1/phones/%s/seen" % NO_ID, {})
    api.ask(401, "POST", "/phones/hook/pager/wang.qiang", {"forged": True})
    path = "/a/" + found["answer_url"].rpartition("/")[2]
    api.ask(200, "GET", path)
    api.ask(200, "GET", path + "?lang=en", headers=PAGE)
    api.ask(404, "GET", "/a/nonsense")
    api.ask(403, "POST", path, {"code": "0000" if found["code"] != "0000" else "1111"})
    api.ask(422, "POST", path, {})
    api.ask(200, "POST", path, {"code": found["code"], "note": "x"})


def sessions(api):
    key = api.house.key("desk", "read")
    link = re.findall(r"(/login/ml_\S+)", api.house.log_text())[-1]
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
        with h.House(plans=PLANS, demo=True) as house:
            house.start(env={"MUSTER_SECURITY_CONTACT": "mailto:security@muster.example"})
            document = read(house)
            names(t, document)
            api = Contract(t, house, document)
            incidents(api, house.key("commander", "trigger,read,respond,order"))
            other_routes(api)
            events(api)
            sessions(api)
            os.remove(os.path.join(house.secrets, "pager"))  # now it is the phones' turn
            house.kill("courier")
            phones_and_links(api)
            coverage(t, api)
    return t.status


sys.exit(main())
