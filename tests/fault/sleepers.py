#!/usr/bin/python3
"""sleepers - many incidents that wait for a day: what they cost, and how soon they are back.

Long form: 100,000 sleeping incidents take at most 200 MB (PSS over all processes); after kill -9 a
trigger is answered and overdue timers have fired within 2 s. Short form: 2,000, figures printed.
A planner killed in the middle of 1,000 running incidents: all go on within 2 s.
"""
# limit: 900 s

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

LONG = os.environ.get("MUSTER_TEST_LENGTH") == "long"
SLEEPERS = int(os.environ.get("SLEEPERS") or (100000 if LONG else 2000))
WINDOW = 500


def trigger_many(client, plan, count):
    """Pipelined; returns the ids."""
    ids, asked = [], 0
    while len(ids) < count:
        while asked < count and asked - len(ids) < WINDOW:
            client.send(op="trigger", plan=plan, title="第%d号" % asked)
            asked += 1
        reply = client.read()
        assert reply.get("ok"), reply
        ids.append(reply["incident"])
    return ids


def wait_stat(client, condition, seconds):
    limit = time.monotonic() + seconds * h.SLOW
    while time.monotonic() < limit:
        reply = client.ask(op="ping")
        if condition(reply):
            return reply
        time.sleep(0.02)
    raise AssertionError("not within %.0f s: %r" % (seconds, reply))


def sleepers(t):
    plans = {"sleeper": h.plan_text("sleeper", '    wait("breach", "1d")'),
             "minute": h.plan_text("minute", """    sleep "2s"
    notify { to = "person:li.ming", text = T "{title}" }
    sleep "1h" """)}
    with h.House(plans=plans) as house:
        house.start()
        idle = house.pss_kib()
        client = house.client(120)
        begin = time.monotonic()
        trigger_many(client, "sleeper", SLEEPERS)
        accepted = time.monotonic() - begin
        wait_stat(client, lambda r: r["timers"] >= SLEEPERS, 300)
        asleep = time.monotonic() - begin
        pss = house.pss_kib()
        print("# %d sleepers: accepted in %.1f s (%.0f/s), all asleep after %.1f s (%.0f/s)"
              % (SLEEPERS, accepted, SLEEPERS / accepted, asleep, SLEEPERS / asleep))
        print("# PSS %.1f MB idle, %.1f MB with sleepers: %.0f bytes each"
              % (idle / 1024, pss / 1024, (pss - idle) * 1024 / SLEEPERS))
        name = "%d sleeping incidents take %.0f MB" % (SLEEPERS, pss / 1024)
        if h.SLOW > 1:
            t.skip(name, "a sanitizer keeps what was freed")
        else:
            t.check(pss <= 200 * 1024, name)
        trigger_many(client, "minute", 20)
        wait_stat(client, lambda r: r["timers"] >= SLEEPERS + 20, 30)
        client.close()
        house.kill("supervisor")
        house.process.wait()
        time.sleep(2.2)  # the twenty become overdue while nobody is there
        hits = len(house.receiver.hits)
        begin = time.monotonic()
        house.start(wait=False)
        house.wait_ready(30)
        client = house.client(60)
        client.ask(op="trigger", plan="sleeper", title="after")
        answered = time.monotonic() - begin
        house.receiver.wait(lambda all_hits: len(all_hits) >= hits + 20, 60)
        fired = time.monotonic() - begin
        t.check(answered <= 2.0 * h.SLOW,
                "after kill -9 a trigger is answered within %.2f s" % answered)
        t.check(fired <= 2.0 * h.SLOW,
                "and overdue timers have fired, their messages sent, within %.2f s" % fired)
        client.close()


def planner_killed(t):
    plans = {"step": h.plan_text("step", """
    local n = 0
    on("breach", function()
        n = n + 1
        notify { to = "person:li.ming", text = T("{title} {n}", { n = n }) }
    end)
    sleep "1h" """)}
    with h.House(plans=plans) as house:
        house.start()
        client = house.client(60)
        ids = trigger_many(client, "step", 1000)
        wait_stat(client, lambda r: r["timers"] >= 1000, 60)
        house.kill("planner0")
        house.kill("planner1")
        begin = time.monotonic()
        for incident in ids:
            client.send(op="update", incident=incident, fields={"breach": True})
        for _ in ids:
            client.read()
        house.receiver.wait(lambda hits: len(hits) >= 1000, 60)
        took = time.monotonic() - begin
        t.check(took <= 2.0 * h.SLOW,
                "planners killed under 1,000 running incidents: all go on within %.2f s" % took)
        client.close()
        t.equal(house.stop(), 0, "the daemon stops in order")


def main():
    with tap.Plan() as t:
        planner_killed(t)
        sleepers(t)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
