#!/usr/bin/python3
"""silence - what hangs instead of dying: a courier that does nothing more, a client that reads
nothing more, a check that nobody can make.
"""
# limit: 240 s

import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

LONG = os.environ.get("MUSTER_TEST_LENGTH") == "long"
PLANS = {"tell": h.plan_text("tell", """
    notify { to = "person:li.ming", text = T "{title}" }
    wait("breach", "1d")
""")}


def client_that_reads_nothing(t):
    with h.House(plans=PLANS) as house:
        house.start()
        asleep = house.client()
        assert asleep.ask(op="watch")["ok"]
        busy = house.client()
        for number in range(400):
            reply = busy.ask(op="trigger", plan="tell", title="第%d号 " % number + "水" * 300)
            assert reply["ok"], reply
        busy.close()
        begin = time.monotonic()
        t.equal(house.stop(), 0, "a daemon stops in order, although a client reads nothing")
        took = time.monotonic() - begin
        t.check(took < 8 * h.SLOW, "and within %.1f s" % took)
        t.check("it is killed" not in house.log_text(), "by itself: nobody had to be killed")
        asleep.close()


def folder_that_no_planner_takes(t):
    with h.House(plans=PLANS) as house:
        for number in range(70):
            house.write("big%d.lua" % number, "-- " + "x" * 255000)
        house.start(wait=False)
        try:
            code = house.process.wait(15 * h.SLOW)
        except subprocess.TimeoutExpired:
            code = None
        t.equal(code, 78, "a plans folder too large to be checked ends the first start")
        said = house.log_text().count("MiB are checked as one set")
        t.equal(said, 1, "with a sentence, said once")


def courier_that_hangs(t):
    with h.House(plans=PLANS) as house:
        house.start()
        client = house.client(60)
        client.ask(op="trigger", plan="tell", title="one")
        house.receiver.wait(lambda hits: len(hits) == 1)
        courier = house.children()["courier"]
        os.kill(courier, signal.SIGSTOP)
        client.ask(op="trigger", plan="tell", title="two")
        try:
            house.receiver.wait(lambda hits: any("two" in hit[3] for hit in hits), 60)
            t.check(True, "a courier that hangs is started again, and what it held is sent")
        except AssertionError as e:
            t.check(False, "a courier that hangs is started again: %s" % e)
        t.check(not h.alive(courier), "the one that hung is gone")
        client.close()


def main():
    with tap.Plan() as t:
        client_that_reads_nothing(t)
        folder_that_no_planner_takes(t)
        if LONG:  # it takes the half minute that the engine has patience
            courier_that_hangs(t)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
