#!/usr/bin/python3
"""stream - clients that send all at once, stop in the middle, or never read: nobody else waits.

A watch that is not read is cut at its cap (limits.out_bytes); queries that are not read are read no
further; half a line is nothing. Whoever behaves is on time meanwhile, and the memory comes back.
"""

import json
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

LINES = 1000
SLEEPERS = 10
ROUNDS = 300
LATE_S = 0.25
PSS_ROOM_KIB = 5 * 1024
NOTE = "n" * 4000

PLANS = {"short": h.plan_text("short", '    log(T "{title}")', ends="done"),
         "long": h.plan_text("long", '    sleep "1h"')}


def pipelined(house, round_number):
    """The triggers of one write; gives their replies."""
    client = house.client(60)
    lines = [json.dumps(dict(op="trigger", plan="short", title="n", key="%d-%d" % (round_number, n),
                             ref=n))
             for n in range(LINES)]
    data = "".join(line + "\n" for line in lines).encode()
    writer = threading.Thread(target=client.sock.sendall, args=(data,))
    writer.start()
    replies = [client.read() for _ in range(LINES)]
    writer.join()
    client.close()
    return replies


def count(house):
    db = house.database()
    found = db.execute("SELECT count(*), count(DISTINCT id), sum(state = 'closed') "
                       "FROM incident").fetchone()
    db.close()
    return found


def many_lines(t, house):
    replies = pipelined(house, 1)
    t.equal([r["ref"] for r in replies], list(range(LINES)),
            "1,000 lines in one write are answered, each in its turn")
    t.check(all(r["ok"] and r["new"] for r in replies), "and accepted",
            [r for r in replies if not r["ok"]][:3])
    h.wait_for(lambda: (count(house)[2] or 0) >= LINES, "all of them to run to their end", 30)
    t.equal(count(house)[:2], (LINES, LINES), "and found in the record, each once")


class Probe:
    """How late a client that behaves is answered."""

    def __init__(self, house):
        self.client = house.client()
        self.took = []

    def ask(self):
        begin = time.monotonic()
        good = self.client.ask(op="trigger", plan="short", title="probe")["ok"]
        self.took.append(time.monotonic() - begin)
        return good

    def on_time(self):
        ordered = sorted(self.took)
        return ordered[int(len(ordered) * 0.99)] <= LATE_S * h.SLOW


class Watcher(threading.Thread):
    """One that reads all it is sent, up to a title."""

    def __init__(self, house):
        super().__init__(daemon=True)
        self.client = house.client(60)
        self.first = int(self.client.ask(op="watch")["as_of"].split("-")[1])
        self.seqs = []
        self.last = None

    def run(self):
        while self.last is None or not self.seqs or self.seqs[-1] < self.last:
            try:
                self.seqs.append(self.client.read()["seq"])
            except (OSError, ConnectionError):
                return


def is_cut(client):
    """Reads what was sent before; True at the end that the daemon made of it."""
    try:
        while client.sock.recv(1 << 20):
            pass
        return True
    except ConnectionResetError:
        return True
    except OSError:
        return False


def sleepers(t, house, tell=True):
    sleeping = [house.client(5) for _ in range(SLEEPERS)]
    for client in sleeping:
        client.ask(op="watch")
    asking = house.client(5)  # asks and never reads
    busy, probe, watcher = house.client(60), Probe(house), Watcher(house)
    incident = busy.ask(op="trigger", plan="long", title="busy")["incident"]
    watcher.start()
    asking.sock.settimeout(0.2)
    try:
        line = json.dumps(dict(op="timeline", incident=incident)).encode() + b"\n"
        asking.sock.sendall(line * 2000)
    except OSError:
        pass  # its lines are taken no further, as they should be
    for number in range(ROUNDS):
        busy.send(op="update", incident=incident, note=NOTE, ref=number)
        good = busy.read()["ok"] and probe.ask()
        if not good:
            t.check(False, "those who behave are answered")
    watcher.last = int(busy.ask(op="ping")["as_of"].split("-")[1])
    probe.ask()  # one more row, in case that one was the last
    watcher.join(30 * h.SLOW)
    cut = [is_cut(client) for client in sleeping]
    if tell:
        print("# the slowest of %d triggers took %.0f ms beside them" % (len(probe.took),
                                                                         1000 * max(probe.took)))
        t.check(all(cut), "%d watches that are never read are cut at their cap" % SLEEPERS, cut)
        t.check(probe.on_time(),
                "triggers beside them, and beside 2,000 queries nobody reads, are on time",
                sorted(probe.took)[-5:])
        seqs = watcher.seqs
        t.check(seqs == list(range(watcher.first + 1, watcher.first + 1 + len(seqs)))
                and seqs[-1] >= watcher.last,
                "a watch that is read has every row, in order",
                (watcher.first, watcher.last, seqs[:3], seqs[-3:]))
    busy.ask(op="order", incident=incident, action="terminate", reason="over")
    for client in sleeping + [asking, busy, probe.client, watcher.client]:
        client.close()


def half_lines(t, house, tell=True):
    before = count(house)[0]
    for _ in range(200):
        client = house.client()
        client.sock.sendall(b'{"op":"trigger","plan":"short","title":"half')
        client.close()
    client = house.client()
    client.sock.sendall(b'{"op":"trigger","plan":"short","title":"whole"}\n{"op":"trig')
    client.sock.close()
    h.wait_for(lambda: count(house)[0] == before + 1,
               "the whole line before the half one to be taken")
    if tell:
        t.equal(count(house)[0], before + 1,
                "half a line and then the end leaves nothing; a whole one before it counts")


def memory(t, house):
    name = "after all this, again and again, the memory is back within 5 MB"
    if h.SLOW > 1:
        t.skip(name, "a sanitizer keeps what was freed")
        return
    before = house.pss_kib()
    for number in range(2, 4):
        pipelined(house, number)
        sleepers(t, house, tell=False)
        half_lines(t, house, tell=False)
    limit = time.monotonic() + 20
    while house.pss_kib() > before + PSS_ROOM_KIB and time.monotonic() < limit:
        time.sleep(0.2)
    after = house.pss_kib()
    print("# PSS %d KiB before, %d KiB after" % (before, after))
    t.check(after <= before + PSS_ROOM_KIB, name, "%d KiB before, %d after" % (before, after))


def main():
    with tap.Plan() as t, h.House(plans=PLANS) as house:
        house.start(env=dict(MUSTER_LIMITS_OUT_BYTES="512 KiB"))
        many_lines(t, house)
        sleepers(t, house)
        half_lines(t, house)
        memory(t, house)
        t.equal(house.stop(), 0, "and it stops in order")
    return t.status


if __name__ == "__main__":
    sys.exit(main())
