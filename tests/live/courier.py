#!/usr/bin/python3
"""The courier, alone, against endpoints that do everything wrong.

The driver out/tests/driver/courier serves a socket with the frames of engine/courier/courier.h.
In its long form (MUSTER_TEST_LENGTH=long) every fault is met 1,000 times.
"""

# limit: 300 s

import base64
import hashlib
import hmac
import os
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import evil
import frames
import tap
from courier_lab import LOOPBACK, SLOW, Courier, certificate, write, wrong

KEY = base64.b64encode(b"canary-key-of-32-bytes-000000000").decode()
OLD_KEY = base64.b64encode(b"canary-key-of-32-bytes-old-00000").decode()
# None of these may appear in anything that the courier says.
CANARIES = ["c4nary-url-token", "c4nary-contact", KEY, OLD_KEY, "c4nary-login"]


def signed_by(request, key):
    """Does one of the signatures fit? As a receiver would check it."""
    text = b".".join([request.headers["webhook-id"].encode(),
                      request.headers["webhook-timestamp"].encode(), request.body])
    mine = base64.b64encode(hmac.new(base64.b64decode(key), text, hashlib.sha256).digest())
    return ("v1," + mine.decode()) in request.headers["webhook-signature"].split(" ")


# ---- one endpoint after the other ----

# what it does, class, ok, status, words of the sentence
FAULTS = [
    ("ok", "status", True, 200, None),
    ("status/204", "status", True, 204, None),
    ("early-hints", "status", True, 202, None),
    ("garbage", "status", True, 200, None),
    ("lie-short", "status", True, 200, None),
    ("unasked", "status", True, 200, None),
    ("huge", "status", True, 200, None),
    ("huge/500", "status", False, 500, "answered 500"),
    ("status/500", "status", False, 500, "answered 500; its service has a fault"),
    ("status/401", "status", False, 401, "check the secret file"),
    ("status/404", "status", False, 404, "check the secret file or the contact"),
    ("status/410", "status", False, 410, "take out the endpoint"),
    ("status/304", "status", False, 304, "redirects are not followed"),
    ("redirect", "status", False, 301, "redirects are not followed"),
    ("redirect-loop", "status", False, 308, "redirects are not followed"),
    ("zip", "status", False, 500, "answered 500"),
    ("close", "connect", False, 0, "closed without an answer"),
    ("reset", "connect", False, 0, "closed without an answer"),
    ("reset-body", "body", False, 0, "answered 200 but broke off"),
    ("lie-long", "body", False, 0, "answered 200 but broke off after 10 bytes"),
    ("chunk-cut", "body", False, 0, "answered 200 but broke off after 5 bytes"),
    ("chunk-bad", "body", False, 0, "answered 200 but broke off"),
    ("only-hints", "body", False, 0, "broke off before it gave an answer"),
    ("not-http", "body", False, 0, "is not HTTP; is the port right?"),
    ("endless-headers", "body", False, 0, "64 KiB of headers"),
    ("endless-line", "body", False, 0, "64 KiB of headers"),
    ("endless-hints", "body", False, 0, "64 KiB of headers"),
]

# these need their time: they run side by side
SLOW_FAULTS = [
    ("hang", "timeout", "connected, but no answer within 0.8 s"),
    ("slow-head", "timeout", "began to answer but did not end within 0.8 s"),
    ("slow-body", "timeout", "began to answer but did not end within 0.8 s"),
]


def test_faults(t, courier, server):
    for path, kind, ok, status, words in FAULTS:
        why = wrong(courier.attempt(url=server.url(path)), kind, ok, status, words)
        t.check(not why, "%s ends as %s%s" % (path, kind, " %d" % status if status else ""), why)

    numbers = [courier.start(url=server.url(path), timeout_ms=800) for path, _, _ in SLOW_FAULTS]
    for number, (path, kind, words) in zip(numbers, SLOW_FAULTS):
        result = courier.result(number)
        why = wrong(result, kind, False, 0, words)
        if not why and not 750 <= result["took_ms"] <= 800 + 700 * SLOW:
            why = "it took %d ms" % result["took_ms"]
        t.check(not why, "%s ends as %s in its time" % (path, kind), why)
    t.equal(server.requests("trap"), [], "a redirect is never followed")


def test_no_connection(t, courier, server):
    closed, deaf = evil.Closed(), evil.Deaf()
    hung = courier.start(url="http://hang.test/", timeout_ms=700)
    unheard = courier.start(url="http://127.0.0.1:%d/" % deaf.port, timeout_ms=700)
    t.check(not (why := wrong(courier.attempt(url="http://127.0.0.1:%d/" % closed.port), "connect",
                              False, 0, "the connection was refused; is the service running")),
            "a closed port is a refused connection", why)
    t.check(not (why := wrong(courier.attempt(url="http://nobody.test/"), "connect", False, 0,
                              "cannot be resolved")),
            "a name that does not exist says so", why)
    t.check(not (why := wrong(courier.result(unheard), "timeout", False, 0,
                              "no connection within 0.7 s")),
            "a server that never accepts ends in time", why)
    result = courier.result(hung)
    t.check(not (why := wrong(result, "timeout", False, 0, "not resolved within 0.7 s")),
            "a resolver that hangs ends in time", why)
    t.check(result["took_ms"] < 700 + 500 * SLOW, "nobody waits for a resolver that hangs", result)
    closed.close()
    deaf.close()


def test_bodies(t, courier, server):
    server.forget()
    result = courier.attempt(url=server.url("huge/503"))
    t.equal(len(result["body"]), 65536, "64 KiB of a gigabyte are kept")
    t.equal(result["last_byte"], False, "a body that was cut says so")
    result = courier.attempt(url=server.url("garbage/500"))
    t.check("\0" not in result["body"] and len(result["body"].encode()) <= 65536,
            "an answer of garbage arrives as text", result)
    result = courier.attempt(url=server.url("zip"))
    t.equal(result["body"], "abc", "a packed answer is not unpacked")
    courier.attempt(url=server.url("cookie"))
    courier.attempt(url=server.url("ok"))
    t.check(all("cookie" not in r.headers for r in server.requests("ok")), "cookies are not kept")
    server.forget()
    results = [courier.attempt(url=server.url(p)) for p in ("unasked", "ok", "unasked", "ok")]
    t.check(all(r["ok"] for r in results) and len(server.seen) == 4,
            "a kept connection that the server has closed loses and doubles nothing", results)


def test_retry_after(t, courier, server):
    for value, expected in [("0", 0), ("7", 7000), ("3600", 3600000), ("3601", None),
                            ("99999999999999999999", None), ("-5", None), ("soon", None),
                            ("1e3", None)]:
        result = courier.attempt(url=server.url("status/429/Retry-After/" + value))
        t.equal(result["retry_after_ms"], expected,
                "Retry-After: %s gives %s ms" % (value, expected))
    ms = courier.attempt(url=server.url("date/30"))["retry_after_ms"]
    t.check(ms is not None and 25000 <= ms <= 31000, "a date is taken as a time to wait", ms)
    for seconds in ("-30", "900000"):
        result = courier.attempt(url=server.url("date/" + seconds))
        t.equal(result["retry_after_ms"], None, "a date %s s away is ignored" % seconds)
    result = courier.attempt(url=server.url("status/200/Retry-After/7"))
    t.equal(result["retry_after_ms"], None, "a success asks for no waiting")


# ---- what is sent ----

def test_requests(t, courier, server, secrets):
    server.forget()
    courier.attempt(url=server.url("ok"), body='{"text":"洪水"}',
                    headers={"content-type": "application/json", "x-title": "洪水 II",
                             "x-empty": ""})
    request = server.requests("ok")[0]
    t.equal((request.method, request.body.decode()), ("POST", '{"text":"洪水"}'),
            "the body arrives as it is")
    t.equal((request.headers["content-type"], request.headers["x-empty"],
             request.headers["x-title"].encode("latin-1").decode()),
            ("application/json", "", "洪水 II"), "headers arrive as they are")
    t.check(not [h for h in request.headers if h.startswith("webhook-") or h == "expect"],
            "without a scheme nothing is signed", request.headers)
    courier.attempt(url=server.url("ok"), method="PUT")
    t.equal(server.requests("ok")[-1].method, "PUT", "PUT is sent when the channel says so")
    t.check("content-type" not in server.requests("ok")[-1].headers,
            "no content type is made up")

    server.forget()
    courier.attempt(url=server.url("ok/{contact}"), contact="+86 138/../x?y&z#洪")
    t.equal(server.requests("ok")[0].path, "/ok/%2B86%20138%2F..%2Fx%3Fy%26z%23%E6%B4%AA",
            "a contact in the url is percent-encoded")
    courier.attempt(url="http://127.0.0.1:1/", contact=server.url("ok/contact"))
    t.equal(server.requests("ok")[-1].path, "/ok/contact", "a contact that is a url is the url")
    write(secrets, "gateway", "url=%s\n" % server.url("ok/{contact}/c4nary-url-token"))
    courier.attempt(secret="gateway", contact="42")
    t.equal(server.requests("ok")[-1].path, "/ok/42/c4nary-url-token",
            "the secret file's url is used when there is no other")

    before = len(server.seen)
    result = courier.attempt(url=server.url("ok"), headers={"x-title": "a\r\nX-Evil: 1"})
    why = wrong(result, "config", False, 0, "line end")
    t.check(not why and len(server.seen) == before,
            "a line end in a header is refused and nothing is sent", why)


def test_signatures(t, courier, server, secrets):
    server.forget()
    name = {"secret": "signer", "sign": "standard-webhooks"}
    write(secrets, "signer", "# rotated in May\nurl=%s\nkey=whsec_%s\n" % (server.url("ok"), KEY))
    courier.attempt(notice="0198f2c4-m-1", body='{"text":"洪水"}', **name)
    first = server.requests("ok")[-1]
    t.check(signed_by(first, KEY), "a receiver can verify the signature", first.headers)
    t.check(abs(int(first.headers["webhook-timestamp"]) - time.time()) < 5 * SLOW,
            "the timestamp is the time of the attempt", first.headers)

    time.sleep(max(0, int(first.headers["webhook-timestamp"]) + 1.02 - time.time()))
    courier.attempt(notice="0198f2c4-m-1", body='{"text":"洪水"}', **name)
    second = server.requests("ok")[-1]
    t.equal(second.headers["webhook-id"], first.headers["webhook-id"],
            "another attempt has the same id")
    t.check(int(second.headers["webhook-timestamp"]) > int(first.headers["webhook-timestamp"])
            and signed_by(second, KEY), "another attempt has its own timestamp and signature",
            second.headers)

    write(secrets, "signer", "url=%s\nkey=whsec_%s\nkey=whsec_%s\n"
          % (server.url("ok"), KEY, OLD_KEY))
    courier.attempt(notice="0198f2c4-m-2", **name)
    both = server.requests("ok")[-1]
    t.check(signed_by(both, KEY) and signed_by(both, OLD_KEY),
            "while a key is changed both sign, without a restart", both.headers)


def test_config(t, courier, server, secrets):
    write(secrets, "unsigned", "url=%s\n" % server.url("ok"))
    write(secrets, "broken", "url=%s\nhttps://c4nary-login@x.test/\n" % server.url("ok"))
    rows = [
        ({"secret": "absent"}, os.path.join(secrets, "absent") + ": does not exist; create it",
         "a missing secret names the file to create"),
        ({"secret": "../etc/passwd"}, "cannot be the name of a secret",
         "a secret's name cannot leave the folder"),
        ({"secret": "broken"}, "line 2:", "a bad line of a secret is named by its number"),
        ({}, "names no secret", "an attempt without any url says what to add"),
        ({"secret": "unsigned", "sign": "standard-webhooks"}, "add a line key=",
         "a signing channel without a key says so"),
        ({"url": "ftp://127.0.0.1/"}, "does not begin with http", "only http and https are sent"),
        ({"url": "http://a b/"}, "has a space", "a broken url is refused"),
        ({"url": server.url("ok"), "allow": ["nonsense"]}, "allow[0]",
         "a broken network in allow is named"),
    ]
    before = len(server.seen)
    for members, words, sentence in rows:
        t.check(not (why := wrong(courier.attempt(**members), "config", False, 0, words)),
                sentence, why)
    t.equal(len(server.seen), before, "nothing is sent when something is wrong here")


# ---- where it connects ----

def test_addresses(t, courier, server):
    server.forget()
    connections = server.connections
    port = server.port
    hosts = ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0x7f000001", "localhost",
             "loopback.test", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "0"]
    for host in hosts:
        result = courier.attempt(url="http://%s:%d/ok" % (host, port), allow=[])
        t.check(not (why := wrong(result, "refused", False, 0, "add \"")),
                "http://%s is refused unless allowed" % host, why)
    result = courier.attempt(url="http://169.254.169.254/latest/meta-data/", allow=LOOPBACK)
    t.check(not (why := wrong(result, "refused", False, 0, "metadata")),
            "a cloud's metadata is refused", why)
    result = courier.attempt(url="http://10.255.255.1/", allow=LOOPBACK)
    t.check(not (why := wrong(result, "refused", False, 0, "10.0.0.0/8 (private)")),
            "a private address is refused though loopback is allowed", why)
    t.equal(server.connections, connections, "what is refused is not even connected to")

    t.check(courier.attempt(url="http://loopback.test:%d/ok" % port)["ok"],
            "what the endpoint allows is connected to")
    result = courier.attempt(url="http://loopback.test:%d/ok" % port, allow=["10.0.0.0/8"])
    t.check(not (why := wrong(result, "refused", False, 0, "127.0.0.0/8 (loopback)")),
            "a kept connection is not used by an endpoint that does not allow it", why)
    t.equal(len(server.requests("ok")), 1, "the refused request was not sent on it")
    t.check(courier.attempt(url="http://loopback.test:%d/ok" % port)["ok"],
            "the endpoint that may still can")
    result = courier.attempt(url="http://mixed.test:%d/ok" % port)
    t.check(result["ok"], "of a name with two addresses only the allowed one is used", result)


def test_demo(t, server, secrets):
    """Of a demo nothing leaves the machine: whatever names another host rings the phones here."""
    write(secrets, "public", "url=http://198.51.100.7/{contact}\nkey=whsec_%s\n" % OLD_KEY)
    write(secrets, "named", "url=https://gateway.test/{contact}\n")
    write(secrets, "here", "url=%s\nkey=whsec_%s\n" % (server.url("ok/here/{contact}"), OLD_KEY))
    courier = Courier(secrets, demo={"url": server.url("ok/phones"), "key": "whsec_" + KEY})
    server.forget()
    attempts = [{"secret": "public", "allow": ["0.0.0.0/0", "::/0"], "sign": "standard-webhooks"},
                {"secret": "named", "allow": ["0.0.0.0/0"]},
                {"url": "http://198.51.100.7/{contact}", "allow": ["198.51.100.0/24"]},
                {"contact": "http://198.51.100.7/", "allow": ["198.51.100.0/24"]},
                {"contact": "http://loopback.test/"}]
    for members in attempts:
        result = courier.attempt(**dict({"person": "li.ming", "contact": "138"}, **members))
        request = server.requests("ok")[-1]
        t.check(result["ok"] and request.path == "/ok/phones/pager/li.ming"
                and signed_by(request, KEY),
                "in a demo the phones get what is for %s"
                % (members.get("secret") or members.get("url") or members["contact"]),
                (result, request.path))
    courier.attempt(person="li.ming", contact="138", secret="here", sign="standard-webhooks")
    request = server.requests("ok")[-1]
    t.check(request.path == "/ok/here/138" and signed_by(request, OLD_KEY),
            "in a demo a receiver on loopback is served as ever", request.path)
    courier.close()


def connections_reach(server, count):
    """A connection may be made before the server has taken it up."""
    until = time.monotonic() + 5 * SLOW
    while server.connections < count and time.monotonic() < until:
        time.sleep(0.005)
    return server.connections >= count


def test_probes(t, courier, server, secrets, folder):
    """Is the endpoint there? Nothing may ring for that question."""
    server.forget()
    before = server.connections
    write(secrets, "probed", "url=%s\nkey=whsec_%s\n" % (server.url("ok/{contact}"), KEY))
    result = courier.attempt(probe=True, secret="probed", sign="standard-webhooks", body=None,
                             notice="probe")
    t.check(result["ok"] and result["probe"] and result["endpoint"] == "pager"
            and result["error"] is None and result["status"] == 0,
            "a probe of an endpoint that is there is ok", result)
    courier.attempt(probe=True, secret="probed")
    t.check(connections_reach(server, before + 2) and not server.seen,
            "each makes a connection of its own and sends nothing",
            (server.connections - before, server.seen))
    closed = evil.Closed()
    rows = [({"url": "http://127.0.0.1:%d/" % closed.port}, "connect", "connection was refused"),
            ({"url": "http://nobody.test/"}, "connect", "cannot be resolved"),
            ({"url": server.url("ok"), "allow": []}, "refused", "127.0.0.0/8 (loopback)"),
            ({"secret": "absent"}, "config", "does not exist"),
            ({}, "config", "names no secret")]
    for members, kind, words in rows:
        result = courier.attempt(probe=True, **members)
        t.check(not (why := wrong(result, kind, False, 0, words)) and result["probe"],
                "a probe says: " + words, why)
    closed.close()
    pair = certificate(folder, "probe.test", "DNS:loopback.test")
    if not pair:
        t.skip("a probe checks the certificate", "openssl cannot make one here")
        return
    tls = evil.Server(tls=pair)
    result = courier.attempt(probe=True, url=tls.url("ok", "loopback.test"))
    t.check(not (why := wrong(result, "connect", False, 0, "certificate is not trusted")),
            "a probe checks the certificate", why)
    tls.close()


def test_probe_in_a_demo(t, server, secrets):
    write(secrets, "public", "url=https://198.51.100.7/\n")
    server.forget()
    before = server.connections
    courier = Courier(secrets, demo={"url": server.url("ok/phones"), "key": "whsec_" + KEY})
    result = courier.attempt(probe=True, secret="public", allow=["0.0.0.0/0"])
    t.check(result["ok"] and connections_reach(server, before + 1) and not server.seen,
            "in a demo a probe goes to the phones, and they do not ring", result)
    courier.close()


def test_environment_is_ignored(t, secrets, server):
    """A proxy, cookies or a netrc of whoever started the daemon must not change where we go."""
    home = tempfile.mkdtemp(prefix="muster-home-")
    write(home, ".netrc", "default login c4nary-login password c4nary-login\n")
    saved = dict(os.environ)
    os.environ.update(http_proxy="http://127.0.0.1:1/", ALL_PROXY="http://127.0.0.1:1/", HOME=home)
    courier = Courier(secrets)
    os.environ.clear()
    os.environ.update(saved)
    server.forget()
    result = courier.attempt(url=server.url("ok"))
    t.check(result["ok"], "a proxy in the environment is ignored", result)
    t.check(result["ok"] and "authorization" not in server.requests("ok")[0].headers,
            "a netrc is ignored")
    courier.close()
    shutil.rmtree(home)


# ---- TLS ----

def test_tls(t, courier, secrets, folder):
    pair = certificate(folder, "evil.test", "DNS:loopback.test")
    if not pair:
        t.skip("a certificate that nobody vouches for is refused", "openssl cannot make one here")
        return
    server = evil.Server(tls=pair)
    result = courier.attempt(url=server.url("ok", "loopback.test"))
    t.check(not (why := wrong(result, "connect", False, 0, "certificate is not trusted")),
            "a certificate that nobody vouches for is refused", why)
    before = courier.cpu_s()
    for number in [courier.start(url=server.url("ok", "loopback.test")) for _ in range(60)]:
        courier.result(number)
    each_ms = (courier.cpu_s() - before) / 60 * 1000
    t.check(each_ms < 5 * SLOW, "the authorities of this machine are not read for each connection",
            "%.1f ms" % each_ms)
    vouching = os.path.join(secrets, "authority.crt")  # a place that the jail leaves readable
    shutil.copy(pair[0], vouching)
    trusting = Courier(secrets, ca_file=vouching)
    t.check(trusting.attempt(url=server.url("ok", "loopback.test"))["ok"],
            "a certificate of a known authority is accepted")
    result = trusting.attempt(url=server.url("ok"))
    t.check(not (why := wrong(result, "connect", False, 0, "issued for another name")),
            "a certificate for another name is refused", why)
    t.equal(len(server.requests("ok")), 1, "nothing is sent before the certificate is checked")
    trusting.close()
    server.close()
    plain = evil.Blunt()
    result = courier.attempt(url="https://127.0.0.1:%d/" % plain.port)
    t.check(not (why := wrong(result, "connect", False, 0, "no TLS connection")),
            "a server without TLS is none for https", why)
    plain.close()


# ---- side by side ----

def probe_ms(courier, server, count):
    times = []
    for _ in range(count):
        begin = time.monotonic()
        if not courier.attempt(url=server.url("ok"), endpoint="good")["ok"]:
            return None
        times.append((time.monotonic() - begin) * 1000)
    return times


def test_isolation(t, secrets, server):
    courier = Courier(secrets)
    good = evil.Server()
    deaf = evil.Deaf()
    calm = probe_ms(courier, good, 20)
    urls = [server.url(p) for p in ("hang", "slow-head", "slow-body", "endless-headers", "huge")]
    urls += ["http://hang.test/", "http://127.0.0.1:%d/" % deaf.port]
    for i in range(70):
        courier.start(url=urls[i % len(urls)], timeout_ms=2500)
    busy = probe_ms(courier, good, 20)
    t.check(calm and busy and max(busy) <= max(calm) + 100 * SLOW,
            "70 bad endpoints delay a good one by 100 ms at most",
            "calm %s ms, busy %s ms" % (calm, busy))
    t.check(courier.count() < 110, "the bad ones were under way meanwhile", courier.count())
    deaf.close()
    good.close()
    status = courier.close()  # with attempts and resolvers under way
    t.equal(status, 0, "when the engine closes the socket the courier leaves at once")


def test_full(t, secrets, server):
    courier = Courier(secrets)
    numbers = [courier.start(url=server.url("hang"), timeout_ms=1000) for _ in range(256)]
    last = courier.start(url=server.url("ok"))
    results = [courier.result(n) for n in numbers]
    t.check(all(r["class"] == "timeout" for r in results), "256 attempts are under way at once")
    t.check(courier.result(last)["ok"], "the 257th waits for a place and is not lost")
    with courier.arrived:
        t.check(all(len(r) == 1 for r in courier.results.values()), "each has exactly one result")
    courier.close()


def test_memory(t, secrets, server):
    """2,000 attempts of all kinds: if each left 1 KiB behind, it would show. The allocator itself
    keeps up to 1.5 MiB, for the threads that look up names."""
    courier = Courier(secrets)
    closed = evil.Closed()
    urls = [server.url(p) for p in ("ok", "status/500", "huge/500", "lie-long", "close", "garbage")]
    urls += ["http://127.0.0.1:%d/" % closed.port, "http://nobody.test/", "ftp://no/"]

    def volley(count):
        last = [courier.start(url=urls[i % len(urls)]) for i in range(count)]
        for number in last:
            courier.result(number)

    for _ in range(16):  # until the allocator has what it keeps for next time
        volley(125)
    memory, descriptors = courier.memory_kb(), courier.descriptors()
    for _ in range(16):
        volley(125)
    grown = courier.memory_kb() - memory
    if SLOW > 1:
        t.skip("memory stays flat over 2,000 attempts", "a sanitizer keeps what was freed")
    else:
        t.check(grown < 2000, "memory stays flat over 2,000 attempts",
                "%d KiB, then %d more" % (memory, grown))
    more = courier.descriptors() - descriptors
    t.check(more <= 64, "descriptors stay flat over 2,000 attempts", "%d more" % more)
    closed.close()
    courier.close()


def test_thousand(t, secrets, server):
    """What is right once must be right when it happens a thousand times in a bad hour."""
    courier = Courier(secrets)
    for path, kind, ok, status, words in FAULTS:
        numbers = [courier.start(url=server.url(path), timeout_ms=20000) for _ in range(1000)]
        whys = [wrong(courier.result(n, 100), kind, ok, status, words) for n in numbers]
        t.check(not any(whys), "%s ends as %s 1,000 times" % (path, kind),
                "%d do not: %s" % (sum(map(bool, whys)), next((w for w in whys if w), "")))
        with courier.arrived:
            courier.results.clear()
        server.forget()
    courier.close()


def test_rest(t, secrets, server):
    """Threads of the resolver have made libcurl spin before."""
    courier = Courier(secrets)
    courier.start(url="http://hang.test/", timeout_ms=2500)
    courier.start(url=server.url("hang"), timeout_ms=2500)
    courier.attempt(url=server.url("ok"))
    before = courier.cpu_s()
    time.sleep(1)
    used = courier.cpu_s() - before
    t.check(used <= 0.05, "while all wait, no processor time is used", "%.2f s in 1 s" % used)
    courier.close()


def test_bad_frames(t, secrets, server):
    rows = [
        ([{"op": "attempt", "id": 1, "body": ""}], "an attempt came before hello"),
        ([{"op": "hello", "secrets": secrets}, {"op": "attempt", "body": ""}],
         "an attempt has no id"),
        ([{"op": "turn"}], "knows no frame \"turn\""),
    ]
    for sent, words in rows:
        courier = Courier(secrets, hello=False)
        for frame in sent:
            frames.send(courier.socket, frame)
        status = courier.process.wait(10 * SLOW)
        t.check(status == 1 and words in courier.words(),
                "a frame that cannot be ends the courier: %s" % words, courier.words())
        courier.socket.close()


def test_secrets_stay(t, couriers, server, secrets):
    courier = couriers[0]
    url = server.url("status/404/c4nary-url-token?key=c4nary-url-token")
    write(secrets, "leaky", "url=%s\nkey=whsec_%s\n" % (url, KEY))
    result = courier.attempt(secret="leaky", sign="standard-webhooks")
    t.check("[redacted]" in result["body"], "an answer that repeats our url is redacted", result)
    result = courier.attempt(url=server.url("status/404/{contact}"), contact="c4nary-contact")
    t.check("[redacted]" in result["body"], "an answer that repeats a contact is redacted", result)
    courier.attempt(contact="http://c4nary-login:c4nary-login@nobody.test/c4nary-contact")
    said = courier.words()
    for results in list(courier.results.values()):
        said += frames.pack(results[0][0]).decode(errors="replace")
    t.equal([c for c in CANARIES if c in said], [], "no secret is in any result or on stderr")


def main():
    folder = tempfile.mkdtemp(prefix="muster-courier-")
    secrets = os.path.join(folder, "secrets")
    os.mkdir(secrets)
    server = evil.Server()
    courier = Courier(secrets)
    with tap.Plan() as t:
        test_faults(t, courier, server)
        test_no_connection(t, courier, server)
        test_bodies(t, courier, server)
        test_retry_after(t, courier, server)
        test_requests(t, courier, server, secrets)
        test_signatures(t, courier, server, secrets)
        test_config(t, courier, server, secrets)
        test_addresses(t, courier, server)
        test_demo(t, server, secrets)
        test_probes(t, courier, server, secrets, folder)
        test_probe_in_a_demo(t, server, secrets)
        test_environment_is_ignored(t, secrets, server)
        test_tls(t, courier, secrets, folder)
        test_secrets_stay(t, [courier], server, secrets)
        t.equal(courier.close(), 0, "at the end of the socket the courier leaves")
        test_bad_frames(t, secrets, server)
        test_full(t, secrets, server)
        test_rest(t, secrets, server)
        test_memory(t, secrets, server)
        test_isolation(t, secrets, server)
        if os.environ.get("MUSTER_TEST_LENGTH") == "long":
            test_thousand(t, secrets, server)
    server.close()
    shutil.rmtree(folder)
    if courier.process.poll() is None:
        courier.process.kill()
    return t.status


if __name__ == "__main__":
    sys.exit(main())
