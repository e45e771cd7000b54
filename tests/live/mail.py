#!/usr/bin/python3
"""Mail by the courier, alone, to a server of our own that reads it as Python's email package does,
and that refuses, hangs and lies as servers of mail do.
"""

# limit: 180 s

import datetime
import email.utils
import json
import os
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import evil
import house as h
import smtp
import tap
from courier_lab import SLOW, Courier, certificate, write, wrong

NOTICE = "0198f2c4-8c00-7abc-8def-0123456789ab-1"
INCIDENT = "0198f2c4-0000-7000-8000-0000000000aa"
FROM = "from=浑江市总值班室 <duty@hunjiang.test>\n"
TESTDATA = os.environ.get("MUSTER_TESTDATA") or "../shared/testdata"


def post(courier, to="li.ming@example.test", subject="洪水", text="来", html=None, **members):
    body = {"subject": subject, "text": text}
    if html:
        body["html"] = html
    frame = {"encoding": "mail", "secret": "mail", "contact": to, "notice": NOTICE,
             "thread": INCIDENT, "body": json.dumps(body, ensure_ascii=False)}
    frame.update(members)
    return courier.start(**frame)


def send(courier, *args, **members):
    return courier.result(post(courier, *args, **members))


def text_of(part):
    return part.get_content().replace("\r\n", "\n").rstrip("\n")


def ids(header):
    return str(header).split()


# ---- what is sent ----

def test_message(t, courier, server):
    result = send(courier, subject="【II级】7号站超警，请立即到岗：水位 12.4 米，预计两小时内越过堤顶，"
                  "沿江各村立即转移（第三号令）", text="第一行\n.\n..第二行\n")
    t.check(result["ok"] and result["status"] == 250 and result["class"] == "status"
            and result["protocol"] == "smtp" and result["error"] is None,
            "a mail that the server takes is ok", result)
    mail = server.mails[-1]
    m = mail.parsed
    t.equal(m["subject"], "【II级】7号站超警，请立即到岗：水位 12.4 米，预计两小时内越过堤顶，"
            "沿江各村立即转移（第三号令）", "a long Chinese subject arrives as it is")
    t.check(all(len(line) <= 78 for line in mail.data.split(b"\r\n")), "no line is longer than 78",
            mail.data)
    t.equal(text_of(m), "第一行\n.\n..第二行", "a text arrives line by line, dots and all")
    t.equal((m.get_content_type(), m["content-transfer-encoding"], m["auto-submitted"]),
            ("text/plain", "base64", "auto-generated"), "its headers say what it is")
    t.equal(m["from"].addresses[0].display_name, "浑江市总值班室", "the sender has a name")
    t.equal((m["from"].addresses[0].addr_spec, m["to"].addresses[0].addr_spec),
            ("duty@hunjiang.test", "li.ming@example.test"), "it says from whom and to whom")
    t.equal((mail.sender.split()[0], mail.recipient),
            ("FROM:<duty@hunjiang.test>", "li.ming@example.test"), "the envelope says the same")
    t.equal(mail.hello, "hunjiang.test", "the server is greeted with the sender's host")
    t.equal(ids(m["message-id"]), ["<%s@hunjiang.test>" % NOTICE], "its id is the message's")
    made = datetime.datetime.fromtimestamp(int(NOTICE.replace("-", "")[:12], 16) // 1000,
                                           datetime.timezone.utc)
    t.equal(email.utils.parsedate_to_datetime(m["date"]), made, "its date is when it was written")

    again = send(courier, subject="洪水", text="来")
    first = server.mails[-1].data
    again = send(courier, subject="洪水", text="来")
    t.check(again["ok"] and server.mails[-1].data == first,
            "another attempt sends the same bytes", (first, server.mails[-1].data))


def test_threads(t, courier, server):
    send(courier, notice=NOTICE)
    send(courier, notice=NOTICE[:-1] + "2", subject="续报", to="han.mei@example.test")
    one, two = server.mails[-2].parsed, server.mails[-1].parsed
    t.check(ids(one["references"]) == ids(two["references"]) == ["<%s@hunjiang.test>" % INCIDENT]
            and one["in-reply-to"] == two["in-reply-to"] and one["message-id"] != two["message-id"],
            "mails of one incident name the same ancestor", (one.items(), two.items()))
    body = {"subject": "s", "text": "t", "thread": INCIDENT}
    send(courier, thread=None, body=json.dumps(body))
    t.equal(ids(server.mails[-1].parsed["references"]), ids(one["references"]),
            "a channel may name it in its body")
    send(courier, thread=None)
    t.check("references" not in server.mails[-1].parsed, "a mail of no incident is no answer")


def test_html(t, courier, server):
    send(courier, text="去 7号站", html="<p>去 <b>7号站</b></p>")
    m = server.mails[-1].parsed
    t.equal(m.get_content_type(), "multipart/alternative", "with html there are two parts")
    t.equal([text_of(p) for p in m.iter_parts()], ["去 7号站", "<p>去 <b>7号站</b></p>"],
            "both arrive, the plain one first")


NAUGHTY = ["a\r\nBcc: evil@x.test", "a\nRCPT TO:<evil@x.test>", "\r\n.\r\nQUIT\r\n",
           "x\r\n\r\nbody", "=?UTF-8?B?SGVsbG8=?=", " leading and trailing ", "\t", "", ".", "..",
           "a" * 5000, "洪" * 2000, "é" * 39 + "x", "\u202e\u2066evil", "😀👩‍👩‍👧‍👦",
           "\x07\x1b[31m", "From: me", "%s%n{}"]


def folded(text):
    """What a header makes of a text: control characters are blanks."""
    return "".join(" " if ord(c) < 32 or ord(c) == 127 else c for c in text)


def test_naughty(t, courier, server):
    texts = list(NAUGHTY)
    path = os.path.join(TESTDATA, "naughty", "blns.json")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            texts += json.load(file)
    else:
        t.skip("the list of naughty strings travels", "no %s here" % path)
    before = len(server.mails)
    numbers = [post(courier, subject=s, text=s, notice=NOTICE[:-1] + str(i + 1))
               for i, s in enumerate(texts)]
    bad = []
    for i, (number, text) in enumerate(zip(numbers, texts)):
        result = courier.result(number)
        mine = [m for m in server.mails[before:]
                if m.parsed["message-id"] == "<%s%d@hunjiang.test>" % (NOTICE[:-1], i + 1)]
        if not result["ok"] or len(mine) != 1:
            bad.append((text, result))
            continue
        m = mine[0].parsed
        whole = m.get_content() if text else ""
        subject = str(m["subject"])
        if (whole.replace("\r\n", "\n").rstrip("\n") != text.replace("\r\n", "\n").rstrip("\n")
                or subject.rstrip() != folded(text).rstrip() or m.keys() != mine[0].parsed.keys()
                or sorted(k.lower() for k in m.keys()) != sorted(HEADERS)):
            bad.append((text, subject, whole, m.keys()))
    t.check(not bad, "%d naughty strings travel in subject and text, and add no header"
            % len(texts), "%d do not, as %r" % (len(bad), bad[:2]))
    t.equal(len(server.mails) - before, len(texts), "and no mail")
    result = send(courier, subject="a\0b")
    t.check(not (why := wrong(result, "config", False, 0, "without a NUL")),
            "a NUL is refused with a sentence", why)


HEADERS = ["date", "from", "to", "message-id", "in-reply-to", "references", "subject",
           "auto-submitted", "mime-version", "content-type", "content-transfer-encoding"]


# ---- what is not sent ----

def test_config(t, courier, server, secrets):
    before = server.connections
    url = "url=%s\n" % server.url()
    for name, lines in [("nofrom", url), ("badfrom", url + "from=nobody\n"),
                        ("halflogin", url + FROM + "user=duty\n"), ("nourl", FROM),
                        ("web", "url=http://127.0.0.1/\n" + FROM), ("tls", url + "tls=maybe\n")]:
        write(secrets, name, lines)
    rows = [({"secret": None}, "sends mail but names no secret"),
            ({"secret": "nofrom"}, "add a line from="),
            ({"secret": "badfrom"}, "is no address; write from="),
            ({"secret": "halflogin"}, "half of a login"),
            ({"secret": "nourl"}, "add a line url=smtp://"),
            ({"secret": "web"}, "does not begin with smtp:// or smtps://"),
            ({"secret": "tls"}, "tls= may be none"),
            ({"body": "{}"}, "the body of a mail is"),
            ({"notice": "0198f2c4-1"}, "cannot be that of a mail"),
            ({"thread": "a>\r\nBcc: <x"}, "cannot stand in a mail"),
            ({"fetch": "0.1"}, "no answer that a plan could wait for")]
    for members, words in rows:
        result = send(courier, **members)
        t.check(not (why := wrong(result, "config", False, 0, words)),
                "refused with a sentence: " + words, why)
    bad = []
    for to in ["", None, "nobody", "@x.test", "a@", "a b@x.test", "a@x.test,b@x.test", "<a@x.test>",
               "a@x.test\r\nDATA", "a@x.test>\r\nRCPT TO:<b@x.test", '"a"@x.test', "a@[127.0.0.1]",
               "李@x.test", "a@x..test", ".a@x.test", "x" * 65 + "@x.test",
               "http://127.0.0.1:%d/" % server.port]:
        result = send(courier, to=to)
        if result["class"] != "config" or "muster contact set" not in result["error"]:
            bad.append((to, result))
    t.check(not bad, "what is not one address is refused, with what to do", bad)
    t.equal(server.connections, before, "and for none of these is a connection made")
    result = send(courier, allow=[])
    t.check(not (why := wrong(result, "refused", False, 0, "127.0.0.0/8 (loopback)")),
            "a server at a private address must be allowed", why)
    t.equal(server.connections, before, "the policy of addresses stands for mail, too")


# ---- what the server says ----

def test_refusals(t, courier):
    server = smtp.Server(size=4000)
    write_mail(courier, "picky", server)
    rows = [("rcpt.550@x.test", 550, "answered 550 to the recipient; it does not know"),
            ("rcpt.450@x.test", 450, "answered 450 to the recipient"),
            ("begin.554@x.test", 554, "answered 554 to the wish to send"),
            ("data.451@x.test", 451, "answered 451 to the message; for now"),
            ("data.554@x.test", 554, "answered 554 to the message; it refuses")]
    for to, status, words in rows:
        result = send(courier, to=to, secret="picky")
        t.check(not (why := wrong(result, "status", False, status, words)),
                "%s ends as %d" % (to.partition("@")[0], status), why)
    result = send(courier, to="rcpt.550@x.test", secret="picky")
    t.check("rcpt.550" not in json.dumps(result) and "is unknown here" in result["body"],
            "the reply is kept, and the address taken out of it", result)
    result = send(courier, to="lines@x.test", secret="picky")
    t.check(result["ok"], "a reply of several lines is one reply", result)
    before = len(server.mails)
    result = send(courier, text="水" * 4000, secret="picky")
    t.check(not (why := wrong(result, "status", False, 552, "too long for it")) and
            len(server.mails) == before, "a mail longer than the server takes is not sent", why)
    for to, kind, words in [("drop@x.test", "body", "broke off before it had taken the mail"),
                            ("noise@x.test", "body", "is not SMTP"),
                            ("early@x.test", "body", "is not SMTP")]:
        result = send(courier, to=to, secret="picky")
        t.check(not (why := wrong(result, kind, False, 0, words)),
                "%s ends as %s" % (to.partition("@")[0], kind), why)
    server.close()


def write_mail(courier, name, server, more="", host="127.0.0.1"):
    write(courier.secrets, name, "url=%s\n%s%s" % (server.url(host), FROM, more))


def test_greetings(t, courier):
    rows = [("554 not today", "status", 554, "answered 554 to our greeting"),
            ("421 busy", "status", 421, "answered 421 to our greeting"),
            ("close", "connect", 0, "closed without a greeting"),
            ("endless", "body", 0, "longer than 64 KiB"),
            ("SSH-2.0-OpenSSH_9.2", "body", 0, "is not SMTP; is the port right?"),
            ("hang", "timeout", 0, "no greeting within 0.8 s")]
    servers = [smtp.Server(greeting=row[0]) for row in rows]
    numbers = []
    for i, server in enumerate(servers):
        write_mail(courier, "greets%d" % i, server)
        numbers.append(post(courier, secret="greets%d" % i, timeout_ms=800 if i == 5 else 3000))
    for number, (greeting, kind, status, words) in zip(numbers, rows):
        result = courier.result(number)
        t.check(not (why := wrong(result, kind, False, status, words)),
                "a server that begins with %s ends as %s" % (greeting, kind), why)
    late = smtp.Server(greeting="late:%g" % 5.5)
    write_mail(courier, "late", late)
    number = post(courier, secret="late", timeout_ms=9000)
    for server in servers:
        server.close()
    closed = evil.Closed()
    write(courier.secrets, "closed", "url=smtp://127.0.0.1:%d\n%s" % (closed.port, FROM))
    result = send(courier, secret="closed")
    t.check(not (why := wrong(result, "connect", False, 0, "the connection was refused")),
            "a closed port is a refused connection", why)
    write(courier.secrets, "nobody", "url=smtp://nobody.test\n" + FROM)
    result = send(courier, secret="nobody")
    t.check(not (why := wrong(result, "connect", False, 0, "cannot be resolved")),
            "a name that does not exist says so", why)
    closed.close()
    return late, number


def test_login(t, courier):
    password = "c4nary pass word"
    server = smtp.Server(login=("duty", password))
    write_mail(courier, "login", server, "user=duty\nkey=%s\n" % password)
    write_mail(courier, "wrong", server, "user=duty\nkey=c4nary-other\n")
    write_mail(courier, "nologin", server)
    result = send(courier, secret="login")
    t.check(result["ok"] and server.mails[-1].user == "duty",
            "user= and key= of the secret are the login, blanks and all", result)
    result = send(courier, secret="wrong")
    t.check(not (why := wrong(result, "status", False, 535, "check user= and key=")),
            "a wrong password says where to look", why)
    t.check("c4nary" not in json.dumps(result), "an answer that repeats the password is redacted",
            result)
    result = send(courier, secret="nologin")
    t.check(not (why := wrong(result, "status", False, 530, "it wants a login")),
            "a server that wants a login says so", why)
    server.close()


def test_slow(t, courier, server):
    """The other endpoints must not notice: libcurl's own dialog would stand still for all."""
    good = evil.Server()
    names = ["hang@x.test", "slow@x.test", "bye@x.test", "hang@x.test", "bye@x.test"]
    numbers = [post(courier, to=to, timeout_ms=1500) for to in names]
    slowest, until = 0, time.monotonic() + 1.2
    while time.monotonic() < until:
        begun = time.monotonic()
        courier.attempt(url=good.url("ok"))
        slowest = max(slowest, time.monotonic() - begun)
    t.check(slowest <= 0.1 * SLOW, "slow servers of mail delay nobody by more than 100 ms",
            "%.0f ms" % (slowest * 1000))
    results = [courier.result(n) for n in numbers]
    late = [r for r, to in zip(results, names) if "bye" not in to]
    t.check(not any(wrong(r, "timeout", False, 0, "did not take the mail within 1.5 s")
                    for r in late), "a server that hangs ends in time", late)
    t.check(all(r["ok"] and r["took_ms"] < 500 * SLOW for r, to in zip(results, names)
                if "bye" in to), "nobody waits for a farewell", results)
    good.close()


def test_full(t, courier, server):
    before = len(server.mails)
    numbers = [post(courier, notice=NOTICE[:-1] + str(i)) for i in range(600)]
    bad = [r for r in (courier.result(n) for n in numbers) if not r["ok"]]
    t.check(not bad and len(server.mails) == before + 600, "600 mails at once arrive, each once",
            (len(bad), bad[:1], len(server.mails) - before))
    t.equal(len({m.parsed["message-id"] for m in server.mails[before:]}), 600,
            "each with its own id")
    descriptors = courier.descriptors()
    t.check(descriptors < 64, "and no connection stays open", descriptors)


# ---- TLS ----

def test_tls(t, secrets, folder):
    pair = certificate(folder, "mail.test", "DNS:loopback.test")
    if not pair:
        t.skip("mail is encrypted", "openssl cannot make a certificate here")
        return
    vouching = os.path.join(secrets, "authority.crt")
    shutil.copy(pair[0], vouching)
    strange, trusting = Courier(secrets), Courier(secrets, ca_file=vouching)
    offered, whole = smtp.Server(starttls=pair, login=("duty", "secret")), smtp.Server(tls=pair)
    none = smtp.Server()
    write_mail(trusting, "offered", offered, "user=duty\nkey=secret\n", host="loopback.test")
    write_mail(trusting, "whole", whole, host="loopback.test")
    write_mail(trusting, "none", none, host="loopback.test")
    write_mail(trusting, "plain", none, "tls=none\n", host="loopback.test")
    write_mail(trusting, "elsewhere", whole)
    for name, server in [("offered", offered), ("whole", whole)]:
        result = send(trusting, secret=name)
        t.check(result["ok"] and server.mails[-1].encrypted,
                "mail to %s is encrypted" % server.url("HOST"), result)
        result = send(strange, secret=name)
        t.check(not (why := wrong(result, "connect", False, 0, "certificate is not trusted")) and
                len(server.mails) == 1, "a certificate that nobody vouches for is refused", why)
        result = send(trusting, secret=name, probe=True, body=None, contact=None)
        t.check(result["ok"] and len(server.mails) == 1, "a probe checks it and sends no mail",
                result)
    result = send(trusting, secret="elsewhere")
    t.check(not (why := wrong(result, "connect", False, 0, "issued for another name")),
            "a certificate for another name is refused", why)
    result = send(trusting, secret="none")
    t.check(not (why := wrong(result, "config", False, 0, "write tls=none")) and not none.mails,
            "a server without encryption gets nothing, and the sentence says what to do", why)
    result = send(trusting, secret="plain")
    t.check(result["ok"] and not none.mails[-1].encrypted, "unless the secret file says tls=none",
            result)
    for courier in (strange, trusting):
        courier.close()
    for server in (offered, whole, none):
        server.close()


# ---- probes ----

def test_probes(t, courier, server):
    mails, farewells = len(server.mails), server.farewells
    result = courier.attempt(encoding="mail", secret="mail", probe=True, body=None,
                             notice="probe-1")
    t.check(result["ok"] and result["probe"] and result["status"] == 250
            and result["endpoint"] == "pager", "a probe of a server of mail greets it", result)
    until = time.monotonic() + 5 * SLOW
    while server.farewells == farewells and time.monotonic() < until:
        time.sleep(0.01)
    t.check(len(server.mails) == mails and server.farewells == farewells + 1,
            "and takes its leave without a mail")
    busy = smtp.Server(greeting="421 busy")
    write_mail(courier, "busy", busy)
    result = courier.attempt(encoding="mail", secret="busy", probe=True, body=None)
    t.check(not (why := wrong(result, "status", False, 421, "busy")),
            "a probe of one that is busy says so", why)
    busy.close()


def test_demo(t, server, secrets):
    """Of a demo nothing leaves the machine: mail to elsewhere rings the phones."""
    phones = evil.Server()
    write(secrets, "outside", "url=smtp://198.51.100.7\n" + FROM)
    courier = Courier(secrets, demo={"url": phones.url("ok/phones"),
                                     "key": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
    result = send(courier, secret="outside", person="li.ming", allow=["0.0.0.0/0"])
    t.check(result["ok"] and phones.requests("ok")[-1].path == "/ok/phones/pager/li.ming",
            "in a demo the phones get a mail that is for elsewhere", result)
    before = len(server.mails)
    result = send(courier, person="li.ming")
    t.check(result["ok"] and len(server.mails) == before + 1,
            "in a demo a server of mail on loopback is served as ever", result)
    courier.close()
    phones.close()


# ---- the whole daemon ----

PLAN = h.plan_text("tell", """
    notify { to = "group:all", text = T "{title}" }
    wait("breach", "1d")
    notify { to = "person:p.good", text = "水位继续上涨" }
    wait("breach", "1d")
""")


def daemon_with_mail(server):
    people = {"good": '"mail:@"', "nobody": '"mail:@", "pager:@"', "later": '"mail:@", "pager:@"'}
    site = h.SITE.replace("endpoints = {", """endpoints = {
        mail = { channel = "smtp", secret = "mail", allow = { "127.0.0.0/8" } },
""", 1).replace("people = {", "people = {\n" + "".join(
        '["p.%s"] = { name = "%s", contacts = { %s } },\n' % (n, n, c)
        for n, c in people.items()), 1)
    everybody = ", ".join('"person:p.%s"' % n for n in people)
    site = site.replace("    posts = {", "    groups = { all = { %s } },\n    posts = {"
                        % everybody, 1)
    house = h.House(plans={"tell": PLAN}, site=site)
    shutil.copy(os.path.join(h.ROOT, "plans/channels/smtp.lua"),
                os.path.join(house.plans, "channels"))
    write(house.secrets, "mail", "url=%s\n%s" % (server.url(), FROM))
    return house


def test_daemon(t, server):
    """From the trigger to the mailbox, with the channel that is shipped."""
    with daemon_with_mail(server) as house:
        house.start()
        for person, address in (("good", "good@x.test"), ("nobody", "rcpt.550@x.test"),
                                ("later", "data.451@x.test")):
            reply = house.admin(op="contact_set", person="p." + person, endpoint="mail",
                                value=address)
            assert reply["ok"], reply
        server.mails.clear()
        incident = house.admin(op="trigger", plan="tell", title="7号站超警")["incident"]
        h.wait_for(lambda: len(server.mails) == 1 and len(house.receiver.hits) == 2, "the messages")
        mail = server.mails[0]
        t.check(mail.recipient == "good@x.test" and str(mail.parsed["subject"]) == "7号站超警"
                and "7号站超警" in text_of(mail.parsed), "a notice arrives as a mail", mail.data)
        t.equal(ids(mail.parsed["references"]), ["<%s@hunjiang.test>" % incident],
                "its thread is the incident")
        steps = {}
        for event in house.admin(op="timeline", incident=incident)["events"]:
            if event["kind"].startswith("notice_"):
                steps.setdefault(event["data"]["to"], []).append(event["kind"][7:])
        t.check("retry" not in steps["p.nobody"] and steps["p.nobody"].count("method") == 1,
                "after a 5xx the next contact is tried at once", steps)
        t.check(steps["p.later"].count("retry") == 2, "after a 4xx the same, and later the next",
                steps)
        house.admin(op="update", incident=incident, fields={"breach": True})
        h.wait_for(lambda: len(server.mails) == 2, "the second mail")
        t.check(server.mails[1].parsed["references"] == mail.parsed["references"]
                and server.mails[1].parsed["message-id"] != mail.parsed["message-id"],
                "the next mail of the incident stands in the same thread")
        t.equal(house.stop(), 0, "the daemon stops in order")


def main():
    folder = tempfile.mkdtemp(prefix="muster-mail-")
    secrets = os.path.join(folder, "secrets")
    os.mkdir(secrets)
    server = smtp.Server()
    courier = Courier(secrets)
    write_mail(courier, "mail", server)
    with tap.Plan() as t:
        test_message(t, courier, server)
        late, number = test_greetings(t, courier)
        test_threads(t, courier, server)
        test_html(t, courier, server)
        test_naughty(t, courier, server)
        test_config(t, courier, server, secrets)
        test_refusals(t, courier)
        test_login(t, courier)
        test_slow(t, courier, server)
        test_full(t, courier, server)
        test_tls(t, secrets, folder)
        test_probes(t, courier, server)
        test_demo(t, server, secrets)
        test_daemon(t, server)
        result = courier.result(number)
        t.check(result["ok"] and len(late.mails) == 1,
                "a server that greets after 5.5 s is waited for", result)
        late.close()
        t.equal(courier.close(), 0, "at the end of the socket the courier leaves")
    server.close()
    shutil.rmtree(folder)
    if courier.process.poll() is None:
        courier.process.kill()
    return t.status


if __name__ == "__main__":
    sys.exit(main())
