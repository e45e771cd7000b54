#!/usr/bin/python3
"""kill - kill -9 at random and at every named point under load: nothing accepted is lost.

What must be true after every series:
  - accepted = found: every incident whose trigger was answered is in the record, once;
  - no webhook came before its record was on disk;
  - a second webhook of one id came only when the first was handed out at a kill;
  - every plan goes on where it was and comes to its end;
  - the journal's chain holds, and so do the heads that were signed;
  - a key is destroyed if and only if the record says so;
  - nobody of an old generation is left.
"""
# limit: 240 s

import collections
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

LONG = os.environ.get("MUSTER_TEST_LENGTH") == "long"
KILLS = 160 if LONG else 12
POINT_KILLS = 6 if LONG else 1
SEED = int(os.environ.get("SEED") or time.time())

PLAN = h.plan_text("walk", """
    notify { to = "person:li.ming", text = T "{title}" }
    sleep "1s"
    state { at = "slept" }
    local a = call { to = "duty:duty-room", within = "40m", text = T "{title}" }
    state { at = "answered", by = a and a.by }
    wait("breach", "10m")
    state { at = "end" }
""", ends="done")


# Passed seldom: hit the first time, and helped along by the death of a child.
RARE = {"store.checkpoint", "supervisor.reaped", "supervisor.spawned", "store.before_head",
        "store.after_head"}
# Passed by a purge alone.
PURGES = {"store.purging", "store.purged"}


class Load(threading.Thread):
    """Triggers one after the other, reconnecting as it must; knows what was accepted."""

    def __init__(self, house, pace_s):
        super().__init__(daemon=True)
        self.house, self.pace_s = house, pace_s
        self.accepted = {}  # key: incident
        self.odd = []
        self.halt = threading.Event()
        self.number = 0

    def run(self):
        client = None
        while not self.halt.is_set():
            self.number += 1
            key = "k%d" % self.number
            while not self.halt.is_set():
                try:
                    client = client or self.house.client(10.0)
                    title = "第%d号" % self.number
                    reply = client.ask(op="trigger", plan="walk", title=title, key=key)
                    if reply.get("ok"):
                        self.accepted[key] = reply["incident"]
                    else:
                        self.odd.append(reply)
                    break
                except (OSError, ConnectionError, ValueError):
                    client = None
                    time.sleep(0.005)
            self.halt.wait(self.pace_s)


class Series:
    """One house under load, killed again and again."""

    def __init__(self, t, name, pace_s=0.01):
        self.t, self.name = t, name
        self.house = h.House(plans={"walk": PLAN}, heads=True)
        self.early = []
        self.kills = 0
        self.left = []
        self.house.receiver.on_hit = self.check_record
        self.load = Load(self.house, pace_s)

    def check_record(self, hit):
        """Called before the receiver answers: the record must be on disk now."""
        notice = hit[1].rsplit("-", 1)[0]
        try:
            db = self.house.database()
            found = db.execute("SELECT 1 FROM notice WHERE id = ?", (h.blob(notice),)).fetchone()
            db.close()
        except Exception as error:  # a locked or restarting database is looked at again
            found = None
            self.early.append((hit[1], repr(error)))
            return
        if not found:
            self.early.append((hit[1], "no record"))

    def purge_one(self):
        """An incident from its trigger to its purge, or as far as it comes."""
        try:
            client = self.house.client(5.0)
            incident = client.ask(op="trigger", plan="walk", title="to be purged")["incident"]
            client.ask(op="order", incident=incident, action="terminate", reason="over")
            limit = time.monotonic() + 2.0 * h.SLOW
            while time.monotonic() < limit:
                if client.ask(op="purge", incident=incident).get("ok"):
                    return
                time.sleep(0.02)
        except (OSError, ConnectionError, ValueError, KeyError):
            pass  # it died, as it should

    def wait_deaths(self, pids):
        try:
            self.house.wait_gone(pids, 3.0)
        except AssertionError as error:
            self.left.append(str(error))

    def kill(self, name):
        children = self.house.children()
        if not self.house.kill(name):
            return
        self.kills += 1
        if name == "supervisor":
            self.house.process.wait()
            self.wait_deaths(children.values())
            self.house.start()
        elif name == "engine":
            self.wait_deaths(children.values())
            self.house.wait_ready()

    def finish(self):
        self.load.halt.set()
        self.load.join()
        self.house.stop(kill=True)
        self.house.start()
        accepted = set(self.load.accepted.values())
        self.answer_all(accepted)
        states = self.wait_ends(accepted)
        self.verify(accepted, states)
        code = self.house.stop()
        self.t.equal(code, 0, "%s: it stops in order at the end" % self.name)
        verify = subprocess.run([h.MUSTER, "journal", "verify", "--data", self.house.data,
                                 "--heads", self.house.heads], capture_output=True, text=True)
        self.t.check(verify.returncode == 0, "%s: the chain of the journal holds" % self.name,
                     verify.stdout + verify.stderr)
        self.house.__exit__()

    def answer_all(self, incidents):
        client = self.house.client()
        for incident in incidents:
            client.send(op="answer", incident=incident, **{"as": "wang.qiang"})
            client.send(op="update", incident=incident, fields={"breach": True})
            client.read(), client.read()
        client.close()

    def wait_ends(self, accepted, seconds=40.0):
        """The state of each incident in the record; waits until none of the accepted is open.

        An answer counts for a call that rings: those that still slept are answered again."""
        limit = time.monotonic() + seconds * h.SLOW
        again = time.monotonic() + 2
        while True:
            if time.monotonic() > again:
                self.answer_all(i for i in accepted if states.get(i) != "closed")
                again = time.monotonic() + 2
            db = self.house.database()
            rows = db.execute("SELECT id, state FROM incident")
            states = {str(uuid.UUID(bytes=id)): state for id, state in rows}
            db.close()
            open_now = [i for i in accepted if states.get(i) != "closed"]
            if not open_now or time.monotonic() > limit:
                return states
            time.sleep(0.05)

    def verify(self, accepted, states):
        t, name = self.t, self.name
        lost = [i for i in accepted if i not in states]
        t.check(not lost, "%s: accepted = found (%d incidents, %d kills)"
                % (name, len(accepted), self.kills),
                "lost: %s" % lost[:5])
        t.check(not self.load.odd, "%s: no trigger was refused" % name, self.load.odd[:3])
        stuck = [i for i in accepted if states.get(i) != "closed"]
        t.check(not stuck, "%s: every plan went on to its end" % name,
                "%d of %d did not, e.g. %s\n%s"
                % (len(stuck), len(accepted), stuck[:2], self.timeline(stuck)))
        t.check(not self.early, "%s: no webhook before its record" % name, self.early[:5])
        t.check(not self.left, "%s: nobody is left beside a successor" % name, self.left[:3])
        told, done = self.purged()
        t.equal(told, done, "%s: a key is destroyed if and only if the record says so (%d)"
                % (name, len(told)))
        again = self.unexplained_repeats()
        t.check(not again, "%s: a second webhook only for what was handed out at a kill" % name,
                again[:5])

    def purged(self):
        """The incidents that the record says were purged, and those that have no key."""
        db = self.house.database()
        told = {row[0] for row in db.execute(
            "SELECT incident FROM journal WHERE kind = 'purged'")}
        done = {row[0] for row in db.execute(
            "SELECT id FROM incident WHERE id NOT IN (SELECT incident FROM vault)")}
        bare = {row[0] for row in db.execute("SELECT id FROM incident WHERE body IS NULL")}
        db.close()
        return told, done | bare

    def timeline(self, stuck):
        if not stuck:
            return ""
        client = self.house.client()
        reply = client.ask(op="timeline", incident=stuck[0])
        client.close()
        return json.dumps(reply, ensure_ascii=False)[-3000:] + self.house.log_text()[-2000:]

    def unexplained_repeats(self):
        counts = collections.Counter(hit[1] for hit in self.house.receiver.hits)
        db = self.house.database()
        unknown = {json.loads(body)["notice"] for (body,) in db.execute(
            "SELECT body FROM journal WHERE kind IN ('notice_unknown', 'notice_retry')")}
        db.close()
        return [(i, n) for i, n in counts.items() if n > 1 and i.rsplit("-", 1)[0] not in unknown]


def random_kills(t, dice):
    series = Series(t, "random kills")
    series.house.start()
    series.load.start()
    names = ["engine", "engine", "planner0", "planner1", "courier", "supervisor"]
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.02, 0.35))
        series.kill(dice.choice(names))
    series.finish()


def crash_points():
    found = set()
    for folder, _, files in os.walk(os.path.join(h.ROOT, "engine")):
        for name in files:
            if name.endswith(".c"):
                with open(os.path.join(folder, name)) as f:
                    found.update(re.findall(r'crash_point\("([^"]+)"\)', f.read()))
    return sorted(found)


def point_kills(t, dice):
    hits = collections.Counter()
    series = Series(t, "named points")
    started = False
    hits["store.migration"] += migration_kill(t)
    for point in crash_points():
        if point == "store.migration":
            continue
        for _ in range(POINT_KILLS):
            first = point in RARE or point in PURGES
            spec = "%s:%d" % (point, 1 if first else dice.randint(1, 12))
            if series.house.process:
                series.house.stop(kill=True)
            try:
                series.house.start(crash=spec, wait=False)
            except OSError as error:
                t.check(False, "start with %s" % spec, error)
            if not started:
                series.load.start()
                started = True
            before = count_crashes(series.house)
            limit = time.monotonic() + 3.0 * h.SLOW
            while time.monotonic() < limit and count_crashes(series.house) == before:
                if point in RARE:
                    series.house.kill("planner0")
                if point in PURGES:
                    series.purge_one()
                time.sleep(0.05)
            died = count_crashes(series.house) - before
            hits[point] += died
            series.kills += died
            if series.house.process.poll() is not None:
                series.house.process = None
    if series.house.process:
        series.house.stop(kill=True)
    for point in crash_points():
        print("# %-24s %d kills" % (point, hits[point]))
    reached = [p for p in hits if hits[p]]
    missed = [p for p in crash_points() if p not in reached]
    t.check(not missed, "every named point was hit", missed)
    series.house.start()
    series.finish()
    return sum(hits.values())


def migration_kill(t):
    """A database that dies while it is made anew is made by the next start."""
    with h.House(plans={"walk": PLAN}) as house:
        house.start(crash="store.migration", wait=False)
        limit = time.monotonic() + 5 * h.SLOW
        while time.monotonic() < limit and not count_crashes(house):
            time.sleep(0.01)
        hits = count_crashes(house)
        house.stop(kill=True)
        house.start()
        t.check(house.client().ask(op="trigger", plan="walk", title="x").get("ok"),
                "after a kill while the database was made, the next start serves")
        return hits


def count_crashes(house):
    try:
        with open(house.log, errors="replace") as f:
            return f.read().count("crash point")
    except OSError:
        return 0


def main():
    print("# seed %d" % SEED)
    dice = random.Random(SEED)
    with tap.Plan() as t:
        random_kills(t, dice)
        point_kills(t, dice)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
