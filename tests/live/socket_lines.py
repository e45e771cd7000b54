#!/usr/bin/python3
"""socket_lines - the line protocol with a real daemon: what is refused, how, and what stays.

A client may send anything. It gets a clear error that names the field, the connection is closed
only where the protocol says so, nothing that was accepted is lost, and the memory comes back.
"""
# limit: 300 s

import glob
import json
import os
import random
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

TESTDATA = os.environ.get("MUSTER_TESTDATA") or os.path.join(h.ROOT, "..", "shared", "testdata")
LINE_BYTES = 256 * 1024
PSS_ROOM_KIB = 5 * 1024
OTHER_USER = 65534

FLOOD = h.plan_text("flood", """
    call { to = "duty:duty-room", within = "40m", text = T "{title}" }
""")

NOBODY = b"0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11"

# line, code, field, near
BAD = [
    (b'', "bad_json", None, None),
    (b'hello', "bad_json", None, None),
    (b'GET / HTTP/1.1', "bad_json", None, None),
    (b'{"op":"ping"', "bad_json", None, None),
    (b'{"op":"ping"} {"op":"ping"}', "bad_json", None, None),
    (b'{"op":"ping","ref":9007199254740993}', "bad_json", None, None),
    (b'[{"op":"ping"}]', "not_an_object", None, None),
    (b'"ping"', "not_an_object", None, None),
    (b'{"op":"ping","op":"list"}', "duplicate_key", None, None),
    (b'{"op":"trigger","title":"x","fields":{"breach":true,"breach":true}}', "duplicate_key", None,
     None),
    (b'{"op":' + b'[' * 40 + b']' * 40 + b'}', "too_deep", None, None),
    (b'{}', "missing_field", "op", None),
    (b'{"op":"triger"}', "unknown_op", "op", "trigger"),
    (b'{"op":"silence"}', "not_built", "op", None),
    (b'{"op":"confirm"}', "missing_field", "incident", None),
    (b'{"op":"trigger"}', "missing_field", "title", None),
    (b'{"op":"trigger","title":"x","plan":"flod"}', "unknown_plan", "plan", "flood"),
    (b'{"op":"trigger","titel":"x"}', "unknown_field", "titel", "title"),
    (b'{"op":"trigger","title":["x"]}', "bad_field", "title", None),
    (b'{"op":"trigger","title":"a\\u0000b"}', "bad_field", "title", None),
    (b'{"op":"trigger","title":"x","grade":"V"}', "bad_field", "grade", None),
    (b'{"op":"trigger","title":"x","plan":"flood","fields":{"g7":{"stage":4}}}', "unknown_field",
     "fields.g7.stage", None),
    (b'{"op":"trigger","title":"x","plan":"flood","fields":{"g7":{"stage_m":"high"}}}', "bad_field",
     "fields.g7.stage_m", None),
    (b'{"op":"trigger","title":"x","plan":"flood","fields":{"breach":1}}', "bad_field",
     "fields.breach", None),
    (b'{"op":"status","incident":"7"}', "bad_field", "incident", None),
    (b'{"op":"status","incident":"%s"}' % NOBODY, "not_found", "incident", None),
    (b'{"op":"answer","incident":"%s"}' % NOBODY, "not_found", "incident", None),
    (b'{"op":"order","incident":"%s","action":"raise","reason":"x"}' % NOBODY, "not_found",
     "incident", None),
    (b'{"op":"contact_set","person":"nobody","endpoint":"pager","value":"x"}', "unknown_person",
     "person", None),
    (b'{"op":"contact_set","person":"li.ming","endpoint":"pagre","value":"x"}', "unknown_endpoint",
     "endpoint", "pager"),
]


class Raw(h.Client):
    """A client that sends bytes."""

    def put(self, data):
        self.sock.sendall(data)

    def is_open(self):
        """Does it still answer?"""
        try:
            return self.ask(op="version")["ok"]
        except (OSError, ConnectionError):
            return False

    def rest(self):
        """Everything until the daemon closes."""
        data = self.buffer
        while True:
            try:
                more = self.sock.recv(1 << 16)
            except ConnectionResetError:
                more = b""
            if not more:
                return data
            data += more


def raw(house):
    return Raw(house.socket)


def incidents(house):
    """The ids of all."""
    client, found, cursor = house.client(), set(), None
    while True:
        page = client.ask(op="list", limit=1000, **({"cursor": cursor} if cursor else {}))
        found |= {i["id"] for i in page["incidents"]}
        cursor = page["next"]
        if not cursor:
            client.close()
            return found


def bad_lines(t, house):
    client = raw(house)
    for line, code, field, near in BAD:
        client.put(line + b"\n")
        reply = client.read()
        found = (reply.get("ok"), reply.get("code"), reply.get("field"))
        good = found == (False, code, field) and len(reply.get("error", "")) > 10
        good = good and (near is None or reply.get("near") == near)
        shown = line.decode("utf-8", "replace")[:70]
        t.check(good and client.is_open(),
                "refused as %s, and the connection goes on: %s" % (code, shown), reply)
    client.close()


def lines_that_end_it(t, house):
    for name, line, code in [
            ("a line that is not UTF-8", b'{"op":"trigger","title":"\xff\xfe"}\n', "bad_utf8"),
            ("a lone surrogate", b'{"op":"trigger","title":"\xed\xa0\x80"}\n', "bad_utf8"),
            ("a line over the limit", b'{"op":"trigger","title":"' + b"x" * LINE_BYTES + b'"}\n',
             "line_too_long"),
            ("bytes without end", b"\x00" * (LINE_BYTES + 1), "line_too_long")]:
        client = raw(house)
        client.put(b'{"op":"version","ref":1}\n')
        try:
            client.put(line)
        except OSError:
            pass  # it closed before it had all
        lines = client.rest().split(b"\n")
        first, last = json.loads(lines[0]), json.loads(lines[1])
        t.check(first.get("ref") == 1 and last.get("code") == code and lines[2:] == [b""],
                "%s gets its error after the reply before it, then the end" % name, lines)
    client = raw(house)
    client.put(b'{"op":"version","ref":"' + b"x" * 60 + b'"}' + b" " * (LINE_BYTES - 100) + b"\n")
    t.check(client.read()["ok"] and client.is_open(), "a line just under the limit is taken")
    client.close()


def nothing_of_nothing(t, house):
    before = incidents(house)
    for data in [b'{"op":"trigger","title":"x","plan":"flood"}', b'{"op":"tri', b"\x00\x01\x02",
                 b""]:
        client = raw(house)
        client.put(data)
        client.close()
    rng = random.Random(7)
    for _ in range(50):
        client = raw(house)
        try:
            client.put(rng.randbytes(rng.randrange(1, 70000)))
        except OSError:
            pass
        client.close()
    t.equal(incidents(house), before, "half a line, and binary, leave nothing in the record")


def good_among_bad(t, house):
    client = raw(house)
    rng = random.Random(11)
    sent = 0
    for number in range(400):
        line, _, _, _ = rng.choice(BAD)
        client.put(line + b"\n")
        client.put(json.dumps({"op": "trigger", "plan": "flood", "title": "t%d" % number,
                               "key": "among-%d" % number,
                               "ref": number}).encode() + b"\n")
        sent += 1
    accepted, order = {}, []
    for _ in range(2 * sent):
        reply = client.read()
        if reply["ok"]:
            accepted[reply["ref"]] = reply["incident"]
            order.append(reply["ref"])
    t.equal(order, list(range(sent)), "replies come in the order of their lines")
    t.check(set(accepted.values()) <= incidents(house),
            "every trigger that was accepted among bad lines is found")
    first = accepted[0]
    again = client.ask(op="trigger", plan="flood", title="t0", key="among-0")
    t.check(again["incident"] == first and not again["new"] and "updated" not in again,
            "the same key again gives the same incident", again)
    other = client.ask(op="trigger", plan="flood", title="t0", key="among-0",
                       fields={"g7": {"stage_m": 5.1}})
    t.check(other["incident"] == first and other.get("updated"), "with other facts it is an update",
            other)
    client.close()


def suite_as_lines(t, house):
    files = sorted(glob.glob(os.path.join(TESTDATA, "json", "test_parsing", "*.json")))
    if not files:
        t.skip("the JSON test suite as lines leaves the daemon as it was", "no %s" % TESTDATA)
        return
    before, odd = incidents(house), []
    for path in files:
        with open(path, "rb") as file:
            content = file.read()
        client = raw(house)
        try:
            client.put(content + b"\n")
            client.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        replies = [json.loads(line) for line in client.rest().split(b"\n") if line]
        client.close()
        if not replies or any(reply["ok"]
                              for reply in replies) or len(replies) > content.count(b"\n") + 1:
            odd.append((os.path.basename(path), replies))
    t.check(not odd and incidents(house) == before,
            "the JSON test suite as lines: each refused with a code, none recorded",
            odd)


def naughty_titles(t, house):
    try:
        with open(os.path.join(TESTDATA, "naughty", "blns.json"), encoding="utf-8") as file:
            strings = [s for s in json.load(file) if s]
    except OSError:
        t.skip("strings that break programs come back as they went in", "no %s" % TESTDATA)
        return
    client = house.client()
    for number, title in enumerate(strings):
        client.send(op="trigger", title=title, plan="flood", ref=number)
    ids = [client.read() for _ in strings]
    odd = []
    for title, reply in zip(strings, ids):
        if reply["ok"]:
            reply = client.ask(op="status", incident=reply["incident"])["incident"]["title"]
        if reply != title:
            odd.append((title, reply))
    t.check(not odd,
            "strings that break programs come back as they went in (%d titles)" % len(strings),
            odd[:5])
    client.close()


def memory(t):
    """In a house where nothing else happens."""
    with h.House(plans={"flood": FLOOD}) as house:
        house.start()
        bad_input_and_memory(t, house)


def bad_input_and_memory(t, house):
    def flood():
        clients = [raw(house) for _ in range(100)]
        for client in clients:
            client.put(b'{"op":"trigger","title":"' + b"x" * (LINE_BYTES - 200))  # never ended
        for client in clients:
            client.close()
        client = raw(house)
        for _ in range(40):
            client.put(b"".join(line + b"\n" for line, _, _, _ in BAD) * 5)
            for _ in range(5 * len(BAD)):
                client.read()
        client.close()
        for _ in range(100):
            client = raw(house)
            client.put(b"[" * 100000 + b"\n")
            client.read()
            client.close()

    name = "after a flood of bad input the memory is back within 5 MB"
    before = house.pss_kib()
    for _ in range(4):
        flood()
    if h.SLOW > 1:
        t.skip(name, "a sanitizer keeps what was freed")
        return
    limit = time.monotonic() + 20 * h.SLOW
    while house.pss_kib() > before + PSS_ROOM_KIB and time.monotonic() < limit:
        time.sleep(0.1)
    after = house.pss_kib()
    print("# PSS %d KiB before, %d KiB after a flood of bad input" % (before, after))
    t.check(abs(after - before) <= PSS_ROOM_KIB, name,
            "%d KiB before, %d after" % (before, after))


def group_member(t, house):
    """A peer of another user, in the socket's group."""
    name = "a member of the group may trigger, but not order"
    if os.geteuid() != 0:
        t.skip(name, "not root")
        return
    group = os.stat(house.socket).st_gid
    os.chmod(house.folder, 0o755)
    os.chmod(house.data, 0o755)
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(group)
            os.setuid(OTHER_USER)
            client = house.client()
            trigger = client.ask(op="trigger", plan="flood", title="by a member")
            order = client.ask(op="order", incident=trigger["incident"], action="terminate",
                               reason="x")
            os.write(write, json.dumps([trigger, order]).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    trigger, order = json.loads(said or "[{},{}]")
    t.check(trigger.get("ok") and order.get("code") == "denied"
            and oct(os.stat(house.socket).st_mode)[-3:] == "660",
            name, said)


def watch_over_a_kill(t, house):
    client = house.client()
    started = client.ask(op="watch")
    t.check(started["ok"] and "reset" not in started, "a watch begins now", started)
    asking = house.client()
    for number in range(20):
        asking.ask(op="trigger", plan="flood", title="watched %d" % number)
    seen = [client.read() for _ in range(10)]
    client.close()
    last = seen[-1]["id"]
    house.kill("engine")
    limit = time.monotonic() + 20 * h.SLOW
    while True:
        try:
            client = house.client()
            reply = client.ask(op="watch", after=last)
            break
        except (OSError, ConnectionError):
            if time.monotonic() > limit:
                raise
            time.sleep(0.05)
    t.check(reply["ok"] and "reset" not in reply, "after kill -9 of the engine a watch resumes",
            reply)
    until = int(reply["as_of"].split("-")[1])
    while seen[-1]["seq"] < until:
        seen.append(client.read())
    seqs = [event["seq"] for event in seen]
    t.equal(seqs, list(range(seqs[0], seqs[0] + len(seqs))),
            "and says every row once, without a gap")
    t.check(all({"id", "seq", "at", "kind", "drill", "data", "text"} <= set(e) and e["text"]
                for e in seen),
            "every event has the shape of the interface")
    client.close()
    client = house.client()
    reply = client.ask(op="watch", after="99-1")
    t.check(reply["ok"] and reply.get("reset"), "another generation is a reset", reply)
    client.close()


def watcher_that_sleeps(t, house):
    """Its queue fills, it is closed; it has every event up to there."""
    watcher = raw(house)
    watcher.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    first = int(watcher.ask(op="watch")["as_of"].split("-")[1])
    busy = house.client()
    note = "n" * 12000
    incident = busy.ask(op="trigger", plan="flood", title="busy")["incident"]
    for number in range(800):
        busy.send(op="update", incident=incident, note=note, ref=number)
    replies = [busy.read() for _ in range(800)]
    t.check(all(r["ok"] for r in replies), "a watcher that does not read holds up nobody")
    seqs = [json.loads(line)["seq"] for line in watcher.rest().split(b"\n")[:-1]]
    t.check(seqs and seqs == list(range(first + 1, first + 1 + len(seqs))),
            "it is closed when its queue is full, and has skipped nothing", seqs[:5])
    busy.close()


def main():
    with tap.Plan() as t, h.House(plans={"flood": FLOOD}) as house:
        house.start()
        bad_lines(t, house)
        lines_that_end_it(t, house)
        nothing_of_nothing(t, house)
        good_among_bad(t, house)
        suite_as_lines(t, house)
        naughty_titles(t, house)
        group_member(t, house)
        watch_over_a_kill(t, house)
        watcher_that_sleeps(t, house)
        t.check(house.children().keys() >= {"engine", "courier", "planner0"},
                "nobody died of all this",
                house.log_text())
        t.equal(house.stop(), 0, "and it stops in order")
        memory(t)
    sys.exit(t.status)


if __name__ == "__main__":
    main()
