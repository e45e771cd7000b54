#!/usr/bin/python3
"""listen - addresses beside the Unix socket: which are taken, what is behind them, who gets in."""

import json
import os
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

PLANS = {"watch": """
local plan = plan "watch" {
    title = { zh = "值守", en = "Watch" }, kind = "special", category = "accident", version = "1",
    owner = "person:li.ming", starts_on = { { kind = "watch" } }, ends = "order",
    fallback = { { to = "duty:duty-room", within = "5m" } },
}
function plan.respond(incident)
    call { to = "duty:duty-room", within = "5m", text = T "{title}" }
end
return plan
"""}


def connect(port):
    sock = socket.create_connection(("127.0.0.1", port), 30 * h.SLOW)
    return sock, sock.makefile("rb")


def ask(sock, lines, text):
    sock.sendall(text + b"\n")
    return json.loads(lines.readline())


def refused_starts(t, house):
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    rows = [
        ("http://0.0.0.0:8470", "a proxy with TLS in front"),
        ("tcp://[::]:8471", "a proxy with TLS in front"),
        ("http://127.0.0.1:%d" % port, "another program listens there"),
        ("ftp://127.0.0.1:1", "must be like"),
    ]
    for address, part in rows:
        done = subprocess.run([h.MUSTER, "serve", "--data", house.data, "--plans", house.plans,
                               "--listen", address], capture_output=True, text=True,
                              timeout=30 * h.SLOW, check=False)
        t.check(done.returncode not in (0, -9) and part in done.stderr,
                "--listen %s is refused with a sentence" % address.replace(str(port), "(taken)"),
                done)
    taken.close()


def lines_over_tcp(t, house):
    sock, lines = connect(house.tcp_port)
    reply = ask(sock, lines, b'{"op":"trigger","title":"x"}')
    t.check(reply["code"] == "unauthorized" and "auth" in reply["error"],
            "over TCP nothing is done for nobody, and how to say who is told", reply)
    t.check(ask(sock, lines, b'{"op":"ping"}')["ok"], "but ping is answered")
    reply = ask(sock, lines, b"no json")
    t.equal(reply["code"], "bad_json", "a later line that is no JSON leaves the connection open")
    t.check(ask(sock, lines, b'{"op":"ping"}')["ok"], "and it goes on")
    sock.close()
    sock, lines = connect(house.tcp_port)
    sock.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 14\r\n\r\n"
                 b'{"op":"ping"}\n')
    replies = lines.read().splitlines()
    t.check(len(replies) == 1 and b'"ok":false' in replies[0],
            "a browser's POST is cut at its first line", replies)
    sock.close()


def the_command_line_over_tcp(t, house):
    server = "tcp://127.0.0.1:%d" % house.tcp_port

    def muster(*words, key=None, server=server):
        env = {k: v for k, v in os.environ.items() if k != "MUSTER_KEY"}
        return subprocess.run([h.MUSTER, "--server", server, *words], capture_output=True,
                              text=True, env=dict(env, MUSTER_KEY=key) if key else env,
                              timeout=30 * h.SLOW, check=False)

    key = house.key("desk", "trigger,read")
    done = muster("trigger", "watch", "--title", "over tcp", key=key)
    t.equal(done.returncode, 0, "muster triggers over TCP with $MUSTER_KEY")
    t.check(done.stdout.strip() in muster("list", key=key).stdout, "and lists what it triggered")
    rows = [
        ({}, 4, "MUSTER_KEY", "without a key it says where to put one"),
        ({"key": "mk_bad"}, 4, "not known", "a wrong key is told so"),
        ({"key": key, "server": "tcp://192.0.2.1:1"}, 2, "in clear",
         "a key is not sent over a network"),
        ({"key": key, "server": "tcp://127.0.0.1:1"}, 6, "no daemon",
         "nobody there is exit 6, as ever"),
    ]
    for more, code, part, sentence in rows:
        done = muster("list", **more)
        t.check(done.returncode == code and part in done.stderr, sentence, done)


def a_backlog_outlives_the_engine(t, house):
    """A client that comes while the engine is away is answered by the next one."""
    house.kill("engine")
    sock, lines = connect(house.http_port)
    sock.sendall(b"POST /t/watch HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\n\r\nx")
    t.check(lines.readline().startswith(b"HTTP/1.1 201 "),
            "whoever comes while the engine is started anew is answered")
    sock.close()


def many_addresses(t):
    listen = ["http://127.0.0.1:0", "http://[::1]:0", "tcp://localhost:0"]
    with h.House(plans=PLANS, demo=True, listen=listen) as house:
        house.start()
        kinds = [one["kind"] for one in house.admin(op="ping")["listeners"]]
        t.equal(kinds, ["unix", "http", "http", "tcp"], "all addresses are listened on")
        ready = h.wait_for(lambda: [x for x in house.log_text().splitlines() if "ready;" in x],
                           "the log line")[0]
        t.check("http://127.0.0.1:" in ready and "http://[::1]:" in ready,
                "the log says where, with the real ports", ready)
        v6 = [one["address"] for one in house.admin(op="ping")["listeners"]
              if one["address"].startswith("[::1]")][0]
        sock = socket.create_connection(("::1", int(v6.rpartition(":")[2])), 30 * h.SLOW)
        sock.sendall(b"GET /livez HTTP/1.1\r\nHost: [::1]\r\nConnection: close\r\n\r\n")
        t.check(sock.makefile("rb").read().startswith(b"HTTP/1.1 200"), "IPv6 is answered, too")
        sock.close()


def without_demo_nobody_is_let_in(t):
    with h.House(plans=PLANS, listen=["http://127.0.0.1:0"]) as house:
        house.start()
        for request, status in ((b"GET /api/v1/incidents HTTP/1.1", b"401"),
                                (b"POST /t/watch HTTP/1.1", b"401"),
                                (b"GET /api/v1/events HTTP/1.1", b"401"),
                                (b"GET /phones HTTP/1.1", b"404"),
                                (b"GET /livez HTTP/1.1", b"200")):
            sock, lines = connect(house.http_port)
            sock.sendall(request + b"\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                         b"Content-Length: 0\r\n\r\n")
            t.check(lines.readline().split(b" ")[1] == status,
                    "without --demo and a key: %s is %s" % (request.decode(), status.decode()))
            sock.close()


def main():
    with tap.Plan() as t:
        with h.House(plans=PLANS, demo=True,
                     listen=["http://127.0.0.1:0", "tcp://127.0.0.1:0"]) as house:
            refused_starts(t, house)
            house.start()
            lines_over_tcp(t, house)
            the_command_line_over_tcp(t, house)
            a_backlog_outlives_the_engine(t, house)
        many_addresses(t)
        without_demo_nobody_is_let_in(t)
    return t.status


sys.exit(main())
