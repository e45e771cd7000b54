#!/usr/bin/python3
"""Everything that an endpoint may do wrong, a hundred times each, side by side.

First the courier alone: each attempt ends in its documented class with its sentence, at most 64 KiB
of an answer are kept, memory stays flat, and an endpoint that is well is served meanwhile as ever.
Then the whole daemon, killed in the middle: every message ends where it should, by the next attempt
that is right. The table that is printed stands in tests/README.md, "Faults of an endpoint".
"""

# limit: 240 s

import json
import os
import shutil
import socket
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import evil
import house as h
import tap
from courier_lab import SLOW, Courier, certificate, certificate_expired, wrong

LONG = os.environ.get("MUSTER_TEST_LENGTH") == "long"
TIMES = int(os.environ.get("FAULT_TIMES") or 100)
SHORT_MS = 600   # of what takes all the time that it gets
AT_ONCE = 32     # of those that make work: eight times what an endpoint gets (`at_once`)
KEPT = 64 * 1024

# What is wrong, where, class, status, words of the sentence, and what else is expected of it:
# "ms" of Retry-After, the time-out of the attempt; "next" is what the core does then.
# LATER: again, but the next contact where it asks for more time than the message has.
AGAIN, LATER, OTHER, SENT = "again", "again, or next contact", "next contact", "sent"


class Fault:
    def __init__(self, name, path, kind, status, words, then, ms=None, slow=False, ok=False):
        self.name, self.path, self.kind, self.status = name, path, kind, status
        self.words, self.then, self.ms, self.slow, self.ok = words, then, ms, slow, ok

    def wrong(self, result):
        """What is not as documented, or an empty text."""
        why = wrong(result, self.kind, self.ok, self.status, self.words)
        if not why and result["retry_after_ms"] != self.ms and not (
                self.ms == "date" and 280000 <= (result["retry_after_ms"] or 0) <= 300000):
            why = "retry_after_ms %s, not %s" % (result["retry_after_ms"], self.ms)
        if not why and len(result.get("body", "").encode()) > KEPT:
            why = "%d bytes of the answer are kept" % len(result["body"].encode())
        if not why and self.slow and result["took_ms"] > SHORT_MS + 1500 * SLOW:
            why = "it took %d ms" % result["took_ms"]
        return why


def status_fault(status, words, then, **more):
    return Fault("%d" % status, "status/%d" % status, "status", status, words, then, **more)


def retry_after(value, ms, told=None):
    return Fault("429, Retry-After: %s" % (told or value or "none"),
                 "status/429/Retry-After/" + value if value else "status/429", "status", 429,
                 "asks us to slow down", AGAIN, ms=ms)


FAULTS = [
    Fault("connection refused", "closed:", "connect", 0, "the connection was refused", AGAIN),
    Fault("reset before an answer", "reset", "connect", 0, "closed without an answer", AGAIN),
    Fault("closed before an answer", "close", "connect", 0, "closed without an answer", AGAIN),
    Fault("reset in mid-body", "reset-body", "body", 0, "answered 200 but broke off", AGAIN),
    Fault("closed in mid-body", "lie-long", "body", 0, "broke off after 10 bytes", AGAIN),
    Fault("chunks that break off", "chunk-cut", "body", 0, "broke off after 5 bytes", AGAIN),
    Fault("chunks that are none", "chunk-bad", "body", 0, "answered 200 but broke off", AGAIN),
    Fault("hangs before accept", "deaf:", "timeout", 0, "no connection within", AGAIN, slow=True),
    Fault("hangs after accept", "hang", "timeout", 0, "connected, but no answer within", AGAIN,
          slow=True),
    Fault("its head letter by letter", "slow-head", "timeout", 0, "began to answer but did not end",
          AGAIN, slow=True),
    Fault("its body letter by letter", "slow-body", "timeout", 0, "began to answer but did not end",
          AGAIN, slow=True),
    status_fault(400, "it does not understand the message", OTHER),
    status_fault(401, "it does not accept our key", OTHER),
    status_fault(403, "it does not accept our key or our address", OTHER),
    status_fault(404, "there is nothing at this url", OTHER),
    status_fault(410, "the receiver is gone for good", OTHER),
    status_fault(408, "it did not get the message in time", AGAIN),
    retry_after("", None),
    retry_after("2", 2000, "seconds"),
    Fault("429, Retry-After: a date", "date/300", "status", 429, "asks us to slow down",
          LATER, ms="date"),
    Fault("429, Retry-After: a date gone by", "date/-30", "status", 429, "asks us to slow", AGAIN),
    retry_after("soon", None, "garbage"),
    retry_after("-5", None, "negative"),
    retry_after("99999999999999999999", None, "huge"),
    status_fault(500, "its service has a fault", AGAIN),
    status_fault(502, "its service has a fault", AGAIN),
    status_fault(503, "its service has a fault", AGAIN),
    status_fault(504, "its service has a fault", AGAIN),
    Fault("500 after a second", "late/500", "status", 500, "its service has a fault", AGAIN),
    Fault("301 elsewhere", "redirect", "status", 301, "redirects are not followed", OTHER),
    Fault("308 to itself", "redirect-loop", "status", 308, "redirects are not followed", OTHER),
    Fault("304", "status/304", "status", 304, "redirects are not followed", OTHER),
    Fault("not HTTP at all", "not-http", "body", 0, "is not HTTP; is the port right?", AGAIN),
    Fault("200 with a body of garbage", "garbage", "status", 200, None, SENT, ok=True),
    Fault("500 with a body of garbage", "garbage/500", "status", 500, "answered 500", AGAIN),
    Fault("200 with a body of 1 GB", "huge", "status", 200, None, SENT, ok=True),
    Fault("500 with a body of 1 GB", "huge/500", "status", 500, "answered 500", AGAIN),
    Fault("endless headers", "endless-headers", "body", 0, "64 KiB of headers", AGAIN),
    Fault("an endless line", "endless-line", "body", 0, "64 KiB of headers", AGAIN),
    Fault("endless 1xx", "endless-hints", "body", 0, "64 KiB of headers", AGAIN),
    Fault("1xx and no answer", "only-hints", "body", 0, "before it gave an answer", AGAIN),
    Fault("a certificate that expired", "expired:", "connect", 0, "certificate has expired", AGAIN),
    Fault("a certificate for another name", "named:", "connect", 0, "issued for another name",
          AGAIN),
    Fault("a certificate of nobody", "nobody:", "connect", 0, "certificate is not trusted", AGAIN),
    Fault("no TLS where https is asked for", "blunt:", "connect", 0, "no TLS connection", AGAIN),
    Fault("a name that does not exist", "http://nobody.test/", "connect", 0, "cannot be resolved",
          AGAIN),
    Fault("a resolver that hangs", "http://hang.test/", "timeout", 0, "was not resolved within",
          AGAIN, slow=True),
    Fault("a name at a private address", "http://private.test/", "refused", 0,
          "192.168.0.0/16 (private)", OTHER),
]


class Endpoints:
    """Where the faults are."""

    def __init__(self, folder, vouching):
        self.server, self.closed, self.deaf = evil.Apart(), evil.Closed(), evil.Deaf()
        self.blunt = evil.Blunt()
        self.tls = {}
        pairs = {"expired": certificate_expired(folder, "expired", "DNS:loopback.test"),
                 "named": certificate(folder, "named", "DNS:other.test"),
                 "nobody": certificate(folder, "nobody", "DNS:loopback.test")}
        for name, pair in pairs.items():
            if pair:
                self.tls[name] = evil.Apart(tls=pair)
        with open(vouching, "w", encoding="ascii") as all_of_them:
            for name in ("expired", "named"):
                if pairs[name]:
                    with open(pairs[name][0], encoding="ascii") as file:
                        all_of_them.write(file.read())

    def url(self, path):
        """None: it cannot be made here."""
        name = path[:-1] if path.endswith(":") else None
        if not name:
            return path if path.startswith("http") else self.server.url(path)
        if name in ("closed", "deaf"):
            return "http://127.0.0.1:%d/" % getattr(self, name).port
        if name == "blunt":
            return "https://127.0.0.1:%d/" % self.blunt.port
        return self.tls[name].url("ok", "loopback.test") if name in self.tls else None

    def close(self):
        for one in [self.server, self.closed, self.deaf, self.blunt, *self.tls.values()]:
            one.close()


# ---- the courier alone ----

class Neighbour(threading.Thread):
    """An endpoint that is well, asked all along: from the frame until the request is there, and
    from there to the end, by the courier's own word. What this test itself needs to read a result
    of 64 KiB is not the courier's. Beside it, how late the same request is without a courier, on
    this machine in these seconds."""

    def __init__(self, courier):
        super().__init__(daemon=True)
        self.courier, self.good = courier, evil.Apart()
        self.direct = socket.create_connection(("127.0.0.1", self.good.port))
        self.halt = threading.Event()
        self.slowest = self.late = 0.0
        self.failed, self.count = None, 0

    def run(self):
        while not self.halt.is_set():
            begun = time.time()
            self.direct.sendall(b"POST /stamp HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
            self.direct.recv(65536)
            self.late = max(self.late, time.time() - begun)
            time.sleep(0.005)
            begun = time.time()
            result = self.courier.attempt(url=self.good.url("stamp"), endpoint="good", fetch="0.1")
            self.count += 1
            if not result["ok"]:
                self.failed = result
                return
            self.slowest = max(self.slowest, float(result["body"]) - begun,
                               result["took_ms"] / 1000)

    def delay(self):
        """By how much it was delayed that is not this machine's own lateness."""
        return self.slowest - self.late

    def end(self):
        self.halt.set()
        self.join()
        self.direct.close()
        self.good.close()


def volley(courier, faults, endpoints, count):
    """Each fault so many times, all at once. [(fault, what is wrong)]"""
    numbers = [(fault, courier.start(url=endpoints.url(fault.path),
                                     timeout_ms=SHORT_MS if fault.slow else int(20000 * SLOW)))
               for _ in range(count) for fault in faults]
    whys = []
    for fault, number in numbers:
        why = fault.wrong(courier.result(number, 60))
        with courier.arrived:
            if len(courier.results[number]) != 1:
                why = "%d results" % len(courier.results[number])
            del courier.results[number]
        if why:
            whys.append((fault, why))
    return whys


def wave(courier, faults, endpoints):
    """Each fault TIMES times: those that only wait all at once, others AT_ONCE."""
    at_once = TIMES if all(f.slow for f in faults) else AT_ONCE
    whys, left = [], TIMES
    while left > 0:
        whys += volley(courier, faults, endpoints, min(left, at_once))
        left -= at_once
    return {fault: [why for f, why in whys if f is fault] for fault in faults}


def waves(endpoints):
    """The faults that can be made here, two kinds at a time; those that only wait together."""
    here = [f for f in FAULTS if endpoints.url(f.path)]
    quick, slow = [f for f in here if not f.slow], [f for f in here if f.slow]
    return [quick[at:at + 2] for at in range(0, len(quick), 2)] + \
           [slow[at:at + 2] for at in range(0, len(slow), 2)]


def all_faults(courier, endpoints):
    whys = {}
    for faults in waves(endpoints):
        whys.update(wave(courier, faults, endpoints))
    return whys


def measured(courier, endpoints):
    """One round beside a neighbour: ({fault: what is wrong}, neighbour, seconds)."""
    neighbour = Neighbour(courier)
    neighbour.start()
    begun = time.monotonic()
    whys = all_faults(courier, endpoints)
    took = time.monotonic() - begun
    neighbour.end()
    print("# %d attempts in %.1f s; %d of the good endpoint, the slowest %.0f ms, and %.0f ms "
          "without a courier" % (len(whys) * TIMES, took, neighbour.count,
                                 neighbour.slowest * 1000, neighbour.late * 1000))
    return whys, neighbour


def courier_alone(t, folder):
    secrets = os.path.join(folder, "secrets")
    os.mkdir(secrets)
    vouching = os.path.join(secrets, "authorities.crt")
    endpoints = Endpoints(folder, vouching)
    courier = Courier(secrets, ca_file=vouching)
    all_faults(courier, endpoints)  # until the allocator, OpenSSL and the resolver have their share
    memory = courier.memory_kb()
    whys, neighbour = measured(courier, endpoints)
    grown = courier.memory_kb() - memory
    for fault in FAULTS:
        said = "%s, %d times: %s%s" % (fault.name, TIMES, fault.kind,
                                       " %d" % fault.status if fault.status else "")
        if fault in whys:
            t.check(not whys[fault], said, "%d are not: %s" % (len(whys[fault]), whys[fault][:1]))
        else:
            t.skip(said, "openssl cannot make it here")
    t.check(not neighbour.failed, "an endpoint that is well is served all along", neighbour.failed)
    delays = [neighbour.delay()]
    while min(delays) > 0.1 * SLOW and len(delays) < 4:  # others' work on this machine only adds
        delays.append(measured(courier, endpoints)[1].delay())
    t.check(min(delays) <= 0.1 * SLOW, "and delayed by 100 ms at most", "%r s" % delays)
    if SLOW > 1:
        t.skip("memory stays flat", "a sanitizer keeps what was freed")
    else:
        t.check(grown < 4096, "memory stays flat", "%d KiB, then %d more" % (memory, grown))
    t.equal(courier.close(), 0, "the courier leaves in order")
    endpoints.close()


# ---- the whole daemon, killed in the middle ----

HERE = [f for f in FAULTS if f.path not in ("expired:", "named:", "http://hang.test/")]


def daemon_url(fault, endpoints):
    """As in the courier alone, where names can be resolved as on any machine."""
    return {"http://nobody.test/": "http://nobody.invalid/",
            "http://private.test/": "http://localhost:%d/ok" % endpoints.server.port
            }.get(fault.path) or endpoints.url(fault.path)


class Night:
    """For each fault a person who has it and a good contact (p), and one who has it alone (q)."""

    def __init__(self, endpoints, faults):
        lines, people, members = [], [], {"quick": [], "slow": []}
        self.faults = {}
        for n, fault in enumerate(faults):
            self.faults["f%d" % n] = fault
            allow = "" if fault.kind == "refused" else ', allow = { "127.0.0.0/8" }'
            lines.append('        f%d = { channel = "webhook", secret = "f%d", at_once = 8%s },\n'
                         % (n, n, allow))
            for who, contacts in (("p%d" % n, '"f%d:@", "pager:@"' % n),
                                  ("q%d" % n, '"f%d:@"' % n)):
                people.append('        ["%s"] = { name = "%s", contacts = { %s } },\n'
                              % (who, who, contacts))
                members["slow" if fault.slow else "quick"].append('"person:%s"' % who)
        members["slow"] = members["slow"] or ['"person:wang.qiang"']
        site = h.SITE
        for before, more in (("endpoints = {", "".join(lines)), ("people = {", "".join(people)),
                             ("    posts = {", "    groups = { quick = { %s }, slow = { %s } },\n"
                              % (", ".join(members["quick"]), ", ".join(members["slow"])))):
            site = (site.replace(before, more + before, 1) if before.startswith(" ")
                    else site.replace(before, before + "\n" + more, 1))
        self.slow = any(f.slow for f in faults)
        plan = h.plan_text("tell", """
    notify { to = "group:quick", text = T "{title}", within = "%ds" }
    %s
    wait("breach", "1d")
""" % (9 * SLOW, 'notify { to = "group:slow", text = T "{title}", within = "%ds" }' % (45 * SLOW)
            if self.slow else ""))
        self.house = h.House(plans={"tell": plan}, site=site)
        for name, fault in self.faults.items():
            with open(os.path.join(self.house.secrets, name), "w", encoding="utf-8") as file:
                file.write("url=%s\nkey=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"
                           % daemon_url(fault, endpoints))

    def messages(self):
        """{person: [(kind, endpoint)]} of the record."""
        db = self.house.database()
        rows = db.execute("SELECT kind, body FROM journal WHERE kind LIKE 'notice_%' ORDER BY seq")
        told = {}
        for kind, body in rows.fetchall():
            body = json.loads(body)
            if body.get("to", "")[:1] in "pq" and not body.get("alarm"):
                told.setdefault(body["to"], []).append((kind[7:], body.get("endpoint")))
        db.close()
        return told

    def ended(self):
        told = self.messages()
        return (told if len(told) == 2 * len(self.faults) and
                all(steps[-1][0] in ("sent", "failed") for steps in told.values()) else None)


def kill_in_the_middle(house):
    """The engine, then the courier, then all of it: while the first attempts, the second ones and
    the changes to another contact are under way."""
    for name, pause_s in (("engine", 0.02), ("courier", 1.5), ("supervisor", 1.5)):
        time.sleep(pause_s * SLOW)
        pids = house.children().values()
        house.kill(name)
        if name != "supervisor":
            continue
        house.process.wait()
        house.wait_gone(pids)
        house.start()


def judged(fault, p, q, hits):
    """What is wrong with the ends of a person with another contact, and of one without."""
    retried = [kind for kind, _ in p if kind in ("retry", "unknown")]
    if fault.then == SENT:
        good = p[-1] == ("sent", p[0][1]) and q[-1][0] == "sent" and hits == 0
    else:
        good = p[-1] == ("sent", "pager") and q[-1][0] == "failed" and hits >= 1
    if fault.then in (OTHER, LATER):
        good = good and "retry" not in [kind for kind, _ in p + q]
    if fault.then == AGAIN:
        good = good and retried
    return "" if good else "p: %r, q: %r, %d at the good one" % (p, q, hits)


def whole_daemon(t, folder):
    endpoints = Endpoints(folder, os.path.join(folder, "unused.crt"))
    faults = [f for f in HERE if endpoints.url(f.path) and (LONG or not f.slow)]
    night = Night(endpoints, faults)
    with night.house as house:
        house.start()
        reply = house.admin(op="trigger", plan="tell", title="洪水")
        assert reply.get("ok"), reply
        kill_in_the_middle(house)
        told = h.wait_for(night.ended, "the end of every message", 90)
        table = ["| fault | class | next |", "|---|---|---|"]
        for name, fault in night.faults.items():
            p, q = told["p" + name[1:]], told["q" + name[1:]]
            hits = sum('"to":"p%s"' % name[1:] in hit[3] for hit in house.receiver.hits)
            why = judged(fault, p, q, hits)
            t.check(not why, "%s, killed in the middle: %s" % (fault.name, fault.then), why)
            table.append("| %s | %s | %s |" % (
                fault.name, "%s %d" % (fault.kind, fault.status) if fault.status else fault.kind,
                " ".join(kind for kind, _ in p)))
        lost = sum(kind == "unknown" for steps in told.values() for kind, _ in steps)
        t.check(lost, "of %d attempts nobody knew the outcome, and they were sent again" % lost)
        t.equal(house.stop(), 0, "the daemon stops in order")
        print("\n".join("# " + line for line in table))
    endpoints.close()


def main():
    folder = tempfile.mkdtemp(prefix="muster-faults-")
    with tap.Plan() as t:
        courier_alone(t, folder)
        whole_daemon(t, folder)
    shutil.rmtree(folder)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
