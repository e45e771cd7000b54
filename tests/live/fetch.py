#!/usr/bin/python3
"""fetch - a plan asks another system through an endpoint of the site: the request as it arrives
there, the answer in the record, refusals, and what a kill -9 in the middle of it leaves."""

import json
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

ASKS = h.plan_text("asks", """
    local r, why = fetch { endpoint = "pager", body = { gauge = "g7", n = 1 }, within = "2m" }
    state { status = r and r.status, stage = r and r.json and r.json.stage, why = why }
""")


def fetched(client, incident):
    def found():
        events = client.ask(op="timeline", incident=incident)["events"]
        return [e for e in events if e["kind"] == "fetched"]
    return h.wait_for(found, "the answer to be recorded")


def fields(client, incident):
    return client.ask(op="status", incident=incident)["incident"].get("state_fields")


def answer(t, house, client):
    receiver = house.receiver
    receiver.body = b'{"stage":4.9}'
    incident = client.ask(op="trigger", plan="asks", title="A")["incident"]
    event = fetched(client, incident)[0]
    t.check(event["data"]["answered"] and event["data"]["status"] == 200
            and event["data"]["ev"]["body"] == '{"stage":4.9}',
            "what the other system says is in the record", event)
    head, hit = receiver.heads[-1], receiver.hits[-1]
    t.equal(json.loads(hit[3]), {"gauge": "g7", "n": 1}, "the table arrives as JSON")
    t.equal(head["content-type"], "application/json", "and says that it is")
    t.check(head["idempotency-key"].startswith(incident) and head["webhook-signature"],
            "with a key of its own, signed as the endpoint's messages are", head)
    h.wait_for(lambda: '"stage": 4.9' in json.dumps(client.ask(op="status", incident=incident)),
               "the plan to go on with it")
    t.check(True, "the plan goes on with it")


def refusal(t, house, client):
    house.receiver.status, house.receiver.body = 404, b"no such gauge"
    incident = client.ask(op="trigger", plan="asks", title="B")["incident"]
    event = fetched(client, incident)[0]
    t.check("answered" not in event["data"] and "no such gauge" in event["data"]["ev"]["error"],
            "a refusal is told with what was said", event)
    house.receiver.status, house.receiver.body = 200, b"x" * 70000
    incident = client.ask(op="trigger", plan="asks", title="C")["incident"]
    event = fetched(client, incident)[0]
    t.check("longer than 64 KiB" in event["data"]["ev"]["error"],
            "an answer that is too long is none", event)
    secret = open(os.path.join(house.secrets, "pager"), encoding="utf-8").read()
    keys = [line.partition("=")[2].strip() for line in secret.splitlines() if "=" in line]
    said = json.dumps(client.ask(op="timeline", incident=incident))
    t.check(keys and not [k for k in keys if k in said], "no secret is in the record", said)


def killed(t, house):
    """The other system has the request, and nobody has its answer."""
    receiver = house.receiver
    receiver.status, receiver.body = 200, b'{"stage":5.2}'
    seen, go = threading.Event(), threading.Event()

    def hold(_hit):
        seen.set()
        go.wait(60)

    before = len(receiver.heads)
    receiver.on_hit = hold
    client = house.client()
    incident = client.ask(op="trigger", plan="asks", title="D")["incident"]
    t.check(seen.wait(30), "the request is under way")
    house.stop(kill=True)
    receiver.on_hit = None
    go.set()
    house.start()
    client = house.client()
    event = fetched(client, incident)[0]
    keys = {head["idempotency-key"] for head in receiver.heads[before:]}
    t.check(event["data"]["answered"] and len(receiver.heads) - before >= 2 and len(keys) == 1,
            "after kill -9 it is sent again with the same key, and answered", (event, keys))
    t.equal(len(fetched(client, incident)), 1, "once")
    client.close()


def main():
    with tap.Plan() as t, h.House(plans={"asks": ASKS}) as house:
        house.start()
        client = house.client()
        answer(t, house, client)
        refusal(t, house, client)
        client.close()
        killed(t, house)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
