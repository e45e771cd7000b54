#!/usr/bin/python3
"""durable - what was answered is on the disk, and what was under way goes on after kill -9.

kill -9 proves nothing about fsync: the page cache survives it. So a library in front of libc makes
syncs slow, or lets them fail, and the test looks at what the daemon says before they return.
"""

import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

OUT = os.environ.get("MUSTER_OUT") or os.path.join(h.ROOT, "out")
SLOWSYNC = os.path.join(OUT, "tests", "preload", "slowsync.so")
DELAY_S = 0.3
PIPELINED = 20
SPEED = 10

PLANS = {
    "tell": h.plan_text("tell",
                        '    notify { to = "person:li.ming", text = T "{title}" }\n    sleep "1h"'),
    "climb": h.plan_text("climb", """
    local a = call { to = "duty:duty-room", within = "40s", text = T "{title}" }
    state { answered_by = a and a.by }
    sleep "1h"
"""),
}


def preload(**variables):
    """The environment of a daemon whose syncs of the log of the database are slow or fail."""
    # a sanitizer wants to be the first library, and is content with being told not to look
    asan = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))
    return dict(LD_PRELOAD=SLOWSYNC, SLOWSYNC_FILE="-wal", ASAN_OPTIONS=asan, **variables)


def notices(house):
    return {hit[1] for hit in house.receiver.hits}


def quiet(house):
    """Wait until everything that was decided is recorded and sent."""
    client = house.client()

    def is_quiet():
        said = client.ask(op="ping")
        return not said["notices_queued"] and not said["notices_handed"]

    h.wait_for(is_quiet, "the daemon to come to rest")
    time.sleep(2 * DELAY_S)  # the commit of the last result
    client.close()


def slow_disk(t):
    with h.House(plans=PLANS) as house:
        house.start(env=preload(SLOWSYNC_MS=str(int(DELAY_S * 1000))))
        client = house.client()
        begin = time.time()
        reply = client.ask(op="trigger", plan="tell", title="one")
        took = time.time() - begin
        t.check(reply["ok"] and took >= DELAY_S, "a trigger is answered only after its sync", took)
        house.receiver.wait(lambda hits: len(hits) >= 1)
        first = house.receiver.hits[0][0] - begin
        t.check(first >= 2 * DELAY_S,
                "its webhook comes after the sync of the trigger and that of the turn", first)
        t.check(client.ask(op="timeline", incident=reply["incident"])["ok"],
                "the record can be read meanwhile")

        quiet(house)
        begin = time.time()
        for number in range(PIPELINED):
            client.send(op="trigger", plan="tell", title="many %d" % number, ref=number)
        refs = [client.read()["ref"] for _ in range(PIPELINED)]
        took = time.time() - begin
        print("# %d pipelined triggers took %.2f s with syncs of %.2f s" % (PIPELINED, took,
                                                                            DELAY_S))
        t.check(refs == list(range(PIPELINED)) and DELAY_S <= took <= 3 * DELAY_S * h.SLOW,
                "%d triggers behind one another share a sync" % PIPELINED, took)
        client.close()
        t.equal(house.stop(), 0, "it stops in order with a slow disk")


def alarms(hits):
    """Whom the self-alarm of the site has reached."""
    return [json.loads(hit[3])["data"]["to"] for hit in hits if "cannot write its record" in hit[3]]


def failing_disk(t):
    with h.House(plans=PLANS) as house:
        switch = os.path.join(house.folder, "syncs-fail")
        house.start(env=preload(SLOWSYNC_FAIL_IF=switch))
        house.wait_word()
        client = house.client()
        before = client.ask(op="trigger", plan="tell", title="before", key="before")
        house.receiver.wait(lambda hits: len(hits) >= 1)
        quiet(house)
        engine = house.children()["engine"]

        open(switch, "w").close()
        try:
            reply = client.ask(op="trigger", plan="tell", title="lost?", key="k")
        except (ConnectionError, OSError):
            reply = None
        t.check(reply is None, "when a sync fails no reply is given", reply)
        house.wait_gone([engine])
        house.receiver.wait(lambda hits: len(alarms(hits)) >= 2)
        t.check(not any('"lost?"' in hit[3] for hit in house.receiver.hits),
                "and no webhook leaves")
        log = house.log_text()
        t.check("look at the disk" in log and "cannot be recorded must not be answered" in log,
                "the log says what failed and where to look", log)

        h.wait_for(lambda: house.log_text().count("\n<3>start: ") >= 3, "two more starts that fail")
        t.equal(sorted(alarms(house.receiver.hits)), ["li.ming", "wang.qiang"],
                "a disk that goes on failing is told by the self-alarm of the site, once to each")
        os.unlink(switch)
        house.wait_ready(30)
        client = house.client()
        again = client.ask(op="trigger", plan="tell", title="lost?", key="k")
        house.receiver.wait(lambda hits: any('"lost?"' in hit[3] for hit in hits))
        titles = [i["title"] for i in client.ask(op="list")["incidents"]]
        t.equal(sorted(titles), ["before", "lost?"],
                "after it, the retry with the same key makes one incident")
        t.equal(client.ask(op="trigger", plan="tell", title="before", key="before")["incident"],
                before["incident"],
                "what was answered before is there")
        t.check(again["ok"], "the retry is answered", again)
        client.close()


def call_of(client, incident):
    return client.ask(op="status", incident=incident)["incident"]["calls"][0]


def rungs(client, incident):
    return [e["data"]["rung"] for e in client.ask(op="timeline", incident=incident)["events"]
            if e["kind"] == "call_rung"]


def seconds_apart(one, other):
    return abs(h.parse_time(one) - h.parse_time(other))


def kill_family(house):
    pids = [house.process.pid] + list(house.children().values())
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    house.process.wait()
    house.wait_gone(pids)
    house.process = None


def same_call(t):
    with h.House(plans=PLANS, speed=SPEED) as house:
        house.start()
        client = house.client()
        incident = client.ask(op="trigger", plan="climb", title="the call")["incident"]
        house.receiver.wait(lambda hits: len(hits) >= 1)
        quiet(house)
        before, first = call_of(client, incident), house.receiver.hits[0]
        kill_family(house)
        begin = time.monotonic()
        house.start()
        print("# ready %.0f ms after kill -9 of everybody" % ((time.monotonic() - begin) * 1000))
        client = house.client()
        after = call_of(client, incident)
        t.check({**before, "due": 0} == {**after, "due": 0}
                and seconds_apart(before["due"], after["due"]) <= 1,
                "after kill -9 of the whole family the same call goes on, with the same deadline",
                (before, after))
        t.equal(rungs(client, incident), [0], "its rung was begun once")
        t.equal(notices(house), {first[1]}, "and nobody was called anew under another id")

        house.receiver.wait(lambda hits: len({hit[1] for hit in hits}) >= 2, 10)
        second = house.receiver.hits[-1]
        gap = second[0] - first[0]
        t.check('"to":"li.ming"' in second[3]
                and 40 / SPEED - 0.3 <= gap <= 40 / SPEED + 1.5 * h.SLOW,
                "the next rung is called when the first one's time is over, as if nothing had been",
                (gap, second))
        answer = client.ask(op="answer", incident=incident, **{"as": "li.ming"})
        t.check(answer["ok"]
                and not client.ask(op="status", incident=incident)["incident"]["calls"],
                "an answer after the restart ends the call", answer)
        client.close()


def low_disk(t):
    """The free space is under the reserve as soon as the reserve is larger than any disk."""
    with h.House(plans=PLANS) as house:
        house.start()
        client = house.client()
        incident = client.ask(op="trigger", plan="climb", title="running")["incident"]
        house.receiver.wait(lambda hits: len(hits) >= 1)
        t.equal(house.stop(), 0, "a daemon with a call under way stops in order")
        house.start(env=dict(MUSTER_STORE_RESERVE_BYTES="1024 GiB"))
        client = house.client()
        refused = client.ask(op="trigger", plan="tell", title="no room")
        t.check(not refused["ok"] and refused["code"] == "no_space" and "disk" in refused["error"],
                "with less free than the reserve a trigger is refused with no_space", refused)
        t.check(client.ask(op="answer", incident=incident, **{"as": "wang.qiang"})["ok"],
                "what is running goes on: an answer is taken")
        h.wait_for(lambda: not call_of_none(client, incident), "the plan to take its answer")
        kinds = [e["kind"] for e in client.ask(op="timeline", incident=incident)["events"]]
        t.check(kinds.count("turn") == 2, "and its plan makes its next turn", kinds)
        t.check("reserve" in house.log_text() or "no_space" in house.log_text(),
                "the log says that triggers are refused, and why", house.log_text())
        client.close()


def call_of_none(client, incident):
    events = client.ask(op="timeline", incident=incident)["events"]
    return [e["kind"] for e in events].count("turn") < 2


def nobody_left(t):
    with h.House(plans=PLANS) as house:
        house.start()
        client = house.client()
        incident = client.ask(op="trigger", plan="climb", title="x", key="x")["incident"]
        children = list(house.children().values())
        t.equal(len(children), 4, "a daemon is a supervisor, an engine, a courier and two planners")
        begin = time.monotonic()
        house.kill("supervisor")
        house.process.wait()
        house.wait_gone(children, 1.0)
        gone = time.monotonic() - begin
        house.start()
        ready = time.monotonic() - begin
        print("# all gone %.0f ms after kill -9 of the supervisor, the next one ready "
              "%.0f ms after it"
              % (gone * 1000, ready * 1000))
        t.check(gone <= 1.0 * h.SLOW,
                "after kill -9 of the supervisor all its children are gone within a second", gone)
        client = house.client()
        again = client.ask(op="trigger", plan="climb", title="x", key="x")
        t.check(again.get("incident") == incident and ready <= 2.0 * h.SLOW,
                "and a new daemon starts at once", again)
        client.close()


def known_request(t):
    """The reply was lost with the daemon; the sender knows only its own key."""
    with h.House(plans=PLANS) as house:
        house.start()
        client = house.client()
        line = dict(op="trigger", plan="tell", title="once", idempotency_key="a1")
        first = client.ask(**line)
        client.ask(op="order", incident=first["incident"], action="terminate", reason="over")
        again = {**first, "repeated": True, "state": "closed"}
        kill_family(house)
        house.start()
        client = house.client()
        t.equal(client.ask(**line), again,
                "after kill -9 a trigger sent again has the reply of the first time, and hears "
                "that its incident is over")
        other = client.ask(**{**line, "title": "another"})
        t.equal(other.get("code"), "idempotency_mismatch",
                "and another one under its Idempotency-Key is refused")
        t.equal(len(client.ask(op="list")["incidents"]), 1, "nothing was opened twice")
        t.equal(house.stop(), 0, "it stops in order")
        done = subprocess.run([h.MUSTER, "journal", "rebuild", "--data", house.data],
                              capture_output=True, text=True)
        t.check(done.returncode == 0, "the projections are made again from the journal", done)
        house.start()
        client = house.client()
        t.equal(client.ask(**line), again,
                "a database made again from its journal knows the key, too")
        client.close()


def main():
    with tap.Plan() as t:
        same_call(t)
        nobody_left(t)
        low_disk(t)
        known_request(t)
        if os.path.exists(SLOWSYNC):
            slow_disk(t)
            failing_disk(t)
        else:
            t.skip("a trigger is answered only after its sync", "%s is not built" % SLOWSYNC)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
