#!/usr/bin/python3
"""http_abuse - clients of HTTP that are wrong, slow, many or deaf, against a real daemon.

Each is told so or cut, nothing of what it sent becomes a request, whoever behaves is served on
time, and the memory comes back.
"""
# limit: 300 s

import os
import random
import resource
import select
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import raw_http  # noqa: E402
import tap  # noqa: E402

MIB = 1 << 20
HEAD_S, TICK_S = 5, 1        # a head must be whole by then; looked at each second
PATIENCE_S = HEAD_S + 2 * TICK_S
STEADY_S, STEADY_BYTES = 9, 1300  # a body at a rate that is slow, but above the lowest
IDLE_CONNECTIONS = 10000
IDLE_KIB_MAX = 4             # PSS of one of them
PSS_ROOM_KIB = 5 * 1024
MANY = {"MUSTER_LIMITS_CONNECTIONS": "20000", "MUSTER_LIMITS_CONNECTIONS_ADDRESS": "20000"}

FLOOD = h.plan_text("flood", """
    call { to = "duty:duty-room", within = "40m", text = T "{title}" }
""")

# Behind every malformed request. If one reader takes it for a request, an incident is opened.
SMUGGLED = b"POST /t/flood HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 8\r\n\r\nsmuggled"

GET = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = b"POST /t/flood HTTP/1.1\r\nHost: 127.0.0.1\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"

MALFORMED = [
    ("two lengths", POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
    ("two equal lengths", POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
    ("a list of lengths", POST + b"Content-Length: 5, 5\r\n\r\nhello"),
    ("a signed length", POST + b"Content-Length: +5\r\n\r\nhello"),
    ("a hexadecimal length", POST + b"Content-Length: 0x5\r\n\r\nhello"),
    ("an empty length", POST + b"Content-Length:\r\n\r\nhello"),
    ("a length above 2^64", POST + b"Content-Length: 18446744073709551621\r\n\r\nhello"),
    ("a space before the colon", POST + b"Content-Length : 5\r\n\r\nhello"),
    ("an unknown coding", POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    ("a list of codings", POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    ("two codings", POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"),
    ("length and coding",
     POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("coding and length",
     POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
    ("chunks in HTTP/1.0",
     b"POST /t/flood HTTP/1.0\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("a fold", GET + b"X: a\r\n Host: b\r\n\r\n"),
    ("a fold with a tab", GET + b"X: a\r\n\tb\r\n\r\n"),
    ("no Host", b"GET /livez HTTP/1.1\r\n\r\n"),
    ("two Hosts", GET + b"Host: 127.0.0.1\r\n\r\n"),
    ("a Host that is none", b"GET /livez HTTP/1.1\r\nHost: a b\r\n\r\n"),
    ("NUL in a header", GET + b"X: a\0b\r\n\r\n"),
    ("NUL in the path", b"GET /livez\0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
    ("LF alone", b"GET /livez HTTP/1.1\nHost: 127.0.0.1\n\n"),
    ("LF alone at the end of the head", GET + b"\n"),
    ("CR alone", GET + b"X: a\rY: b\r\n\r\n"),
    ("CR alone at the end of the head", GET + b"\rX: a\r\n\r\n"),
    ("HTTP/0.9", b"GET /livez\r\n"),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("HTTP/1.2", b"GET /livez HTTP/1.2\r\nHost: 127.0.0.1\r\n\r\n"),
    ("Upgrade", GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
    ("Upgrade to HTTP/2", GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"),
    ("CONNECT", b"CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
    ("a whole address as path", b"GET http://127.0.0.1/livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
    ("a folder above", b"GET /../livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
    ("an escaped NUL", b"GET /livez%00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
    ("a fragment", b"GET /livez#a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
    ("an unknown wish", POST + b"Content-Length: 5\r\nExpect: 200-ok\r\n\r\nhello"),
    ("two keys", GET + b"Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n"),
    ("a chunk of 0x5", CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n"),
    ("a chunk of +5", CHUNKED + b"+5\r\nhello\r\n0\r\n\r\n"),
    ("a chunk with an extension", CHUNKED + b"5;a=b\r\nhello\r\n0\r\n\r\n"),
    ("a chunk that ends with LF", CHUNKED + b"5\nhello\r\n0\r\n\r\n"),
    ("a chunk longer than it says", CHUNKED + b"4\r\nhello\r\n0\r\n\r\n"),
    ("a trailer", CHUNKED + b"0\r\nContent-Length: 90\r\n\r\n"),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    ("a line of JSON", b'{"op":"trigger","plan":"flood","title":"smuggled"}\n'),
]


def titles(house):
    return [one["title"] for one in house.admin(op="list", limit=1000)["incidents"]]


def is_refused(client, status=None):
    """One answer of refusal, with a reason, then the end. Returns what was wrong, or None."""
    answer = client.read()
    good = 400 <= answer.status < 500 or answer.status in (501, 505)
    if not good or (status and answer.status != status) or not answer.closes():
        return answer
    if len(answer.json().get("detail", "")) < 10 or not answer.json().get("code"):
        return answer
    more = client.rest()
    return "after it came %r" % more[:200] if more else None


def in_one_piece(house, data):
    with raw_http.Connection(house.http_port) as client:
        client.send(data)
        return is_refused(client)


def byte_by_byte(house, data):
    with raw_http.Connection(house.http_port) as client:
        try:
            for at in range(len(data)):
                client.send_apart(data[at:at + 1])
                if client.sock in select.select([client.sock], [], [], 0)[0]:
                    client.send(data[at + 1:])  # it was refused here; the rest must not matter
                    break
        except OSError:
            pass
        return is_refused(client)


def is_served(house):
    return raw_http.ask(house.http_port, "GET", "/livez").status == 200


def malformed(t, house):
    for name, data in MALFORMED:
        wrong = (in_one_piece(house, data + SMUGGLED) or byte_by_byte(house, data + SMUGGLED)
                 or (None if is_served(house) else "the next client was not served"))
        t.check(not wrong, "%s: refused and closed, however it is cut; the next client is served"
                % name, wrong)
    t.equal(titles(house), [], "nothing behind a refused request became a request")


def fold_over_two_packets(t, house):
    wrong = None
    for data in (GET + b"X: a\r\n", GET + b"X: a\r", GET[:-2], GET[:-1]):
        rest = b"\r\n"[len(data) - len(data.rstrip(b"\r\n")):] + b" Content-Length: 5\r\n\r\n"
        with raw_http.Connection(house.http_port) as client:
            client.send_apart(data, rest)
            client.send(SMUGGLED)
            wrong = wrong or is_refused(client, 400)
    t.check(not wrong, "a fold that is split over two packets is still refused", wrong)


def good_before_bad(t, house):
    with raw_http.Connection(house.http_port) as client:
        client.send(GET + b"\r\n" + GET + b"\r\n" + GET + b"X : a\r\n\r\n" + SMUGGLED)
        answers = [client.read().status for _ in range(3)]
        t.check(answers == [200, 200, 400] and client.rest() == b"",
                "good requests before a bad one are answered, then comes the refusal, then the end",
                answers)


def too_much(t, house):
    """Heads and bodies of megabytes: refused early, while the client is still sending."""
    before = house.pss_kib()
    zeros = b"0" * 65536
    rows = [
        ("a head of 3 MB", GET + b"X: ", 3 * MIB, 431),
        ("a path of 3 MB", b"GET /", 3 * MIB, 431),
        ("a thousand headers", GET + b"X: a\r\n" * 1000 + b"\r\n", 0, 431),
        ("a body of 60 MB", POST + b"Content-Length: 62914560\r\n\r\n", 60 * MIB, 413),
        ("a body of 60 MB in one chunk", CHUNKED + b"3c00000\r\n", 60 * MIB, 413),
        ("a body of 60 MB in chunks of 64 KiB", CHUNKED, 60 * MIB, 413),
    ]
    for name, start, more, status in rows:
        piece = b"10000\r\n" + zeros + b"\r\n" if "chunks" in name else zeros
        with raw_http.Connection(house.http_port) as client:
            client.send(start)
            client.send_until_closed(piece, more)
            wrong = is_refused(client, status)
        t.check(not wrong, "%s: %d and the end, and the client can read it" % (name, status), wrong)
    if h.SLOW == 1:
        after = house.pss_kib()
        t.check(after <= before + PSS_ROOM_KIB, "none of it stays in memory",
                "%d KiB before, %d after" % (before, after))


def waits_for_100(t, house):
    with raw_http.Connection(house.http_port) as client:
        client.send(POST + b"Content-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        first = client.read().status
        client.send(b"hello")
        t.equal((first, client.read().status), (100, 201),
                "a client that waits for 100 hears it, sends its body and is answered")
    with raw_http.Connection(house.http_port) as client:
        client.send(POST + b"Content-Length: 62914560\r\nExpect: 100-continue\r\n\r\n")
        t.check(not is_refused(client, 413), "one with 60 MB hears 413 instead, and sends nothing")


def noise(t, house):
    rng = random.Random(7)
    for _ in range(200):
        data = bytearray(rng.choice(MALFORMED)[1] + SMUGGLED)
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        with raw_http.Connection(house.http_port) as client:
            try:
                client.send(rng.randbytes(rng.randrange(1, 70000)) if rng.random() < 0.3 else data)
            except OSError:
                pass
    t.check(is_served(house), "after 200 clients that send noise and leave, the next is served")


def is_told(answer, status, code):
    return answer.status == status and answer.json()["code"] == code


# ---- slow ----

class Slow:
    """A client that sends a bit each second and notes when it was cut."""

    def __init__(self, house, name, start, drip):
        self.name, self.drip = name, drip
        self.client = raw_http.Connection(house.http_port)
        self.client.send(start)
        self.began = time.monotonic()
        self.cut_s = None

    def go_on(self):
        if self.cut_s is None and self.drip:
            try:
                self.client.send(self.drip)
            except OSError:
                pass  # the end is seen where it is read

    def see_end(self):
        """The daemon has answered or closed: how long did it take?"""
        self.cut_s = time.monotonic() - self.began
        try:
            answer = self.client.read()
            self.client.sock.close()
            return answer
        except ConnectionError:
            return None


def slow_clients(house):
    kinds = [
        ("a head, a byte a second", GET + b"X: ", b"a"),
        ("a request line, a byte a second", b"GET /", b"a"),
        ("half a head, then nothing", GET, b""),
        ("an empty line, then nothing", b"\r\n", b""),
        ("a header a second", GET, b"X: a\r\n"),
        ("a body, a byte a second", POST + b"Content-Length: 1000\r\n\r\n", b"a"),
        ("half a body, then nothing", POST + b"Content-Length: 1000\r\n\r\nhello", b""),
        ("chunks, a byte a second", CHUNKED, b"1\r\na\r\n"),
        ("a size of a chunk, then nothing", CHUNKED + b"5\r\n", b""),
    ]
    return [Slow(house, *kind) for kind in kinds for _ in range(20)]


def slow(t, house):
    """All at once, while one client asks without pause and one sends slowly but steadily."""
    slows = slow_clients(house)
    by_fd = {one.client.sock: one for one in slows}
    good, latest = raw_http.Connection(house.http_port), 0.0
    steady = raw_http.Connection(house.http_port)
    steady.send(POST + b"Content-Length: %d\r\n\r\n" % (STEADY_S * STEADY_BYTES))
    answers, second, began = {}, 0, time.monotonic()
    limit = began + 3 * PATIENCE_S * h.SLOW
    while (by_fd or second < STEADY_S) and time.monotonic() < limit:
        if time.monotonic() >= began + second:
            second += 1
            if second <= STEADY_S:
                steady.send(b"x" * STEADY_BYTES)
            for one in by_fd.values():
                one.go_on()
        asked = time.monotonic()
        good.ask("GET", "/livez")
        latest = max(latest, time.monotonic() - asked)
        for sock in select.select(list(by_fd), [], [], 0.05)[0]:
            one = by_fd.pop(sock)
            answers.setdefault(one.name, []).append(one.see_end())
    for name in dict.fromkeys(one.name for one in slows):
        cut = [one.cut_s for one in slows if one.name == name]
        told = [a is not None and is_told(a, 408, "too_slow") for a in answers.get(name, [])]
        in_time = all(s is not None and HEAD_S - TICK_S <= s <= PATIENCE_S * h.SLOW for s in cut)
        t.check(in_time and all(told) and told,
                "%s: 408 and the end after %d to %d s" % (name, HEAD_S, PATIENCE_S),
                (cut, answers.get(name, [])[:2]))
    t.check(latest < 0.5 * h.SLOW, "beside %d slow clients a good one is served at once"
            % len(slows), "%.3f s" % latest)
    print("# the slowest answer to the good client took %.1f ms" % (1000 * latest))
    t.equal(steady.read().status, 201, "a client that is slow but steady is served")
    for one in (good, steady):
        one.close()


# ---- deaf ----

def deaf(t, house):
    """It asks and asks and reads nothing: its own requests wait, nobody else's."""
    before = house.pss_kib()
    client = raw_http.Connection(house.http_port, seconds=1.0, receive_bytes=4096)
    asking = b"GET /api/v1/plans HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 1000
    sent = client.send_until_closed(asking, 64 * MIB)
    asked = time.monotonic()
    served, took = is_served(house), time.monotonic() - asked
    t.check(served and took < 0.5 * h.SLOW and sent < 64 * MIB,
            "a client that reads no answer is not read any further, and holds up nobody",
            "%d bytes were taken; the next one waited %.3f s" % (sent, took))
    if h.SLOW == 1:
        after = house.pss_kib()
        t.check(after <= before + PSS_ROOM_KIB, "and costs no more than its share of memory",
                "%d KiB before, %d with it" % (before, after))
    client.close()


def deaf_to_events(t, house):
    with raw_http.Events(house.http_port, receive_bytes=4096) as stream:
        first = int(stream.until(lambda e: e["event"] == "hello")["data"]["as_of"].split("-")[1])
        busy = house.client()
        incident = busy.ask(op="trigger", plan="flood", title="busy")["incident"]
        for number in range(800):
            busy.send(op="update", incident=incident, note="n" * 12000, ref=number)
        replies = [busy.read() for _ in range(800)]
        t.check(all(r["ok"] for r in replies), "a listener that does not read holds up nobody")
        seen = []
        try:
            while True:
                seen.append(stream.next()["data"]["seq"])
        except raw_http.Closed:
            pass
        t.check(0 < len(seen) < 800 and seen == list(range(first + 1, first + 1 + len(seen))),
                "it is closed when its queue is full, and has skipped nothing",
                (first, len(seen), seen[:5]))
        busy.close()


# ---- many ----

def caps(t):
    limits = {"MUSTER_LIMITS_CONNECTIONS": "12", "MUSTER_LIMITS_CONNECTIONS_ADDRESS": "8"}
    with h.House(plans={"flood": FLOOD}, demo=True) as house:
        house.start(env=limits)
        clients = [raw_http.Connection(house.http_port) for _ in range(8)]
        ok = all(c.ask("GET", "/livez").status == 200 for c in clients)
        with raw_http.Connection(house.http_port) as one_more:
            answer = one_more.read()
            t.check(ok and is_told(answer, 503, "too_many_connections") and answer.closes()
                    and answer.header("retry-after") and one_more.rest() == b"",
                    "one connection of an address too many: 503 with Retry-After, and the end",
                    answer)
        t.check(all(c.ask("GET", "/livez").status == 200 for c in clients),
                "those who were there go on")
        clients.pop().close()
        t.check(h.wait_for(lambda: admitted(house), "a free place"), "a free place is taken again")
        t.check(house.admin(op="ping")["ok"], "the Unix socket has places of its own share")
        for client in clients:
            client.close()


def admitted(house):
    try:
        return is_served(house)
    except (AssertionError, ConnectionError):
        return False


def descriptors(count):
    """As many for this process, and for its children; False: the machine does not give them."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < count:
        return False
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
    return True


def idle(t):
    names = ["%d idle connections cost at most %d KiB each" % (IDLE_CONNECTIONS, IDLE_KIB_MAX),
             "beside them a client is served at once", "what they cost is given back"]
    if h.SLOW > 1 or not descriptors(IDLE_CONNECTIONS + 1000):
        for name in names:
            t.skip(name, "a sanitizer keeps what was freed" if h.SLOW > 1 else
                   "fewer than %d descriptors a process (ulimit -Hn)" % (IDLE_CONNECTIONS + 1000))
        return
    with h.House(plans={"flood": FLOOD}, demo=True) as house:
        house.start(env=MANY)
        idle_crowd(t, house, names)


def crowd(house, count):
    """Half of them have asked something, as browsers do."""
    clients = []
    for number in range(count):
        client = raw_http.Connection(house.http_port)
        if number % 2:
            assert client.ask("GET", "/api/v1/plans").status == 200
        clients.append(client)
    h.wait_for(lambda: connections(house) >= count, "%d connections" % count)
    return clients


def connections(house):
    """Descriptors of the engine's that are sockets."""
    folder = "/proc/%d/fd" % house.children()["engine"]
    return len(os.listdir(folder))


def idle_crowd(t, house, names):
    for client in crowd(house, 200):  # what a first crowd costs for ever is not theirs
        client.close()
    h.wait_for(lambda: connections(house) < 100, "the first crowd to be gone")
    before = house.pss_kib()
    clients = crowd(house, IDLE_CONNECTIONS)
    with_them = house.pss_kib()
    each = (with_them - before) / IDLE_CONNECTIONS
    print("# PSS %d KiB before, %d with %d idle connections: %.2f KiB each"
          % (before, with_them, IDLE_CONNECTIONS, each))
    t.check(each <= IDLE_KIB_MAX, names[0], "%.2f KiB each" % each)
    asked = time.monotonic()
    served, took = is_served(house), time.monotonic() - asked
    print("# beside them an answer took %.1f ms" % (1000 * took))
    t.check(served and took < 0.5, names[1], "%.3f s" % took)
    for client in clients:
        client.close()
    h.wait_for(lambda: connections(house) < 100, "the crowd to be gone")
    room = (with_them - before) // 4
    try:
        h.wait_for(lambda: house.pss_kib() <= before + room, "memory", 10)
    except AssertionError:
        pass
    after = house.pss_kib()
    print("# PSS %d KiB after they have left" % after)
    t.check(after <= before + room, names[2], "%d KiB before, %d with them, %d after"
            % (before, with_them, after))


def main():
    with tap.Plan() as t:
        with h.House(plans={"flood": FLOOD}, demo=True) as house:
            house.start(env=MANY)
            engine = house.children()["engine"]
            malformed(t, house)
            fold_over_two_packets(t, house)
            good_before_bad(t, house)
            too_much(t, house)
            noise(t, house)
            waits_for_100(t, house)
            slow(t, house)
            deaf(t, house)
            deaf_to_events(t, house)
            t.equal(house.children()["engine"], engine, "all of it was one and the same engine")
        caps(t)
        idle(t)
    return t.status


sys.exit(main())
