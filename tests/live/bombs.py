#!/usr/bin/python3
"""bombs - plans that run away: theirs falls back and says why, everybody else is on time.

Each bomb is triggered once, then 1,000 probe incidents whose plan sends one message at once. The
time from trigger to webhook of the probes is compared with the same run without a bomb: p99 at most
50 ms more where the probe runs in the other planner, at most 0.6 s more in the bomb's own.
"""
# limit: 300 s

import os
import signal
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

LONG = os.environ.get("MUSTER_TEST_LENGTH") == "long"
PROBES = 1000 if LONG else 300
PACE_S = 0.004

BOMBS = {
    "pcall-loop": "while true do pcall(function() end) end",
    "pattern": "string.find(('a'):rep(100), '.-.-.-.-.-.-b')",
    "gigabyte": "local s = ('x'):rep(1 << 30)",
    "concat": "local s = 'x' while s do s = s .. s end",
    "megabytes": "local s = ('x'):rep(200000) while s do local t = s .. 'y' end",
    "table-move": "table.move({}, 1, 1e9, 2)",
    "gc": "setmetatable({}, { __gc = function() while #'x' > 0 do end end })",
    "recursion": "local function f() return f() + 1 end f()",
    "first-line": "error 'broken'",
    "sort": "local t = {} for i = 1, 1e5 do t[i] = i end table.sort(t, function() return true end)",
}


def percentile(values, p):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * p))]


def slot_of(incident):
    return uuid.UUID(incident).bytes[15] % 2


def probe_run(house, bomb):
    """Trigger the bomb (None: none), then the probes. Latencies by slot, and the bomb's id."""
    client = house.client(60)
    first = len(house.receiver.hits)
    bomb_id = client.ask(op="trigger", plan=bomb, title=bomb)["incident"] if bomb else None
    sent = {}
    for n in range(PROBES):
        title = "probe-%s-%d" % (bomb, n)
        begin = time.time()
        sent[title] = (begin, client.ask(op="trigger", plan="probe", title=title)["incident"])
        wait = begin + PACE_S - time.time()
        if wait > 0:
            time.sleep(wait)
    client.close()

    def all_there(hits):
        return sum('"probe-' in hit[3] for hit in hits[first:]) >= PROBES

    house.receiver.wait(all_there, 60)
    late = {0: [], 1: []}
    for at, _, _, body in house.receiver.hits[first:]:
        for title in [body.split('"text":"')[1].split('"')[0]]:
            if title in sent:
                late[slot_of(sent[title][1])].append(at - sent[title][0])
    return late, bomb_id


def wait_fallback(house, incident, seconds=20):
    limit = time.monotonic() + seconds * h.SLOW
    client = house.client()
    try:
        while time.monotonic() < limit:
            events = client.ask(op="timeline", incident=incident, lang="en").get("events", [])
            for event in events:
                if event["kind"] == "plan_failed":
                    return event
            time.sleep(0.02)
        return None
    finally:
        client.close()


def excess(late, base, slot):
    """How much later the slowest hundredth of this planner's probes was than without the bomb."""
    return percentile(late[slot], 0.99) - percentile(base[slot], 0.99)


def bomb_test(t, house, name, base):
    """Three tries for the figures: a machine has other work, a hundredth is one or two probes."""
    best = {"other": None, "own": None}
    for attempt in range(3):
        late, incident = probe_run(house, name)
        own = slot_of(incident)
        for word, slot in (("other", 1 - own), ("own", own)):
            now = excess(late, base, slot)
            best[word] = now if best[word] is None else min(best[word], now)
        if best["other"] <= 0.050 * h.SLOW and best["own"] <= 0.600 * h.SLOW:
            break
    event = wait_fallback(house, incident)
    t.check(event is not None and len(event.get("text", "")) > 40,
            "%s falls back, and the timeline says why" % name, event)
    if event:
        print("#   %s: %s" % (name, event["text"]))
    t.check(best["other"] <= 0.050 * h.SLOW,
            "%s: p99 in the other planner %+.0f ms" % (name, best["other"] * 1000))
    t.check(best["own"] <= 0.600 * h.SLOW,
            "%s: p99 in its own planner %+.0f ms" % (name, best["own"] * 1000))


def healthy_is_not_struck(t, house):
    """A planner that was stopped for long, or a busy machine, is no fault of a plan."""
    seconds = 30 if LONG else 12
    client = house.client(90)
    pid = house.children()["planner0"]
    os.kill(pid, signal.SIGSTOP)
    ids = [client.ask(op="trigger", plan="probe", title="stopped-%d" % n)["incident"]
           for n in range(20)]
    limit = time.monotonic() + seconds
    while time.monotonic() < limit and h.alive(pid):
        time.sleep(0.1)
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        pass
    house.receiver.wait(lambda hits: sum('"stopped-' in hit[3] for hit in hits) >= 20, 30)
    timelines = [client.ask(op="timeline", incident=i).get("events", []) for i in ids]
    kinds = {event["kind"] for events in timelines for event in events}
    client.close()
    t.check("plan_struck" not in kinds and "plan_failed" not in kinds,
            "a planner stopped for %d s strikes no plan, and all of them go on" % seconds, kinds)


def main():
    plans = {name: h.plan_text(name, "    " + body) for name, body in BOMBS.items()}
    plans["probe"] = h.plan_text("probe", """
    notify { to = "person:li.ming", text = T "{title}" }
    sleep "1h" """)
    with tap.Plan() as t, h.House(plans=plans) as house:
        house.start()
        probe_run(house, None)  # warm
        base, _ = probe_run(house, None)
        for name in BOMBS:
            bomb_test(t, house, name, base)
        healthy_is_not_struck(t, house)
        t.equal(house.stop(), 0, "the daemon stops in order after all of it")
    return t.status


if __name__ == "__main__":
    sys.exit(main())
