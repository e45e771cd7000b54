#!/usr/bin/python3
# limit: 120 s
"""watch - an endpoint that falls silent is known, and what reached nobody is sent again.

With the real courier: it connects to each endpoint of the site and sends nothing. What follows from
its word is tests/unit/test_core_watch.c and test_core_dead.c.
"""

import json
import os
import re
import socket
import subprocess
import sys
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

SITE = h.SITE.replace("endpoints = {", """endpoints = {
        desk = { channel = "webhook", secret = "desk", probe = "5s", allow = { "127.0.0.0/8" } },"""
                      ).replace('["han.mei"] = {', '["sun.wei"] = { name = "孙伟", contacts = { '
                                '"desk:@" } }, ["han.mei"] = {'
                                ).replace('secret = "pager"', 'secret = "pager", probe = "5s"')
PLANS = {"tell": h.plan_text("tell", """
    notify { to = "person:sun.wei", text = T "{title}", within = "2s" }
    sleep "1h"
""")}
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Desk:
    """Somebody at a port, or nobody."""

    def __init__(self):
        self.port, self.server = 0, None

    def opens(self):
        self.server = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.port = self.server.getsockname()[1]

    def closes(self):
        self.server.close()

    def asked(self, seconds=20):
        """Somebody connects: what comes before the end, or b"" of who sends nothing."""
        self.server.settimeout(seconds)
        conn = self.server.accept()[0]
        conn.settimeout(5)
        said = conn.recv(65536)
        if said:
            conn.sendall(OK)
        conn.close()
        return said


def ctl(house, *words):
    return subprocess.run([h.MUSTER, "--server", "unix:" + house.socket, *words],
                          capture_output=True, text=True).stdout


def state(house):
    listed = json.loads(ctl(house, "endpoint", "list", "--json"))["endpoints"]
    return next(one for one in listed if one["name"] == "desk")


def figure(house, name):
    page = urllib.request.Request("http://127.0.0.1:%d/metrics" % house.http_port,
                                  headers={"Authorization": "Bearer " + house.key("meter", "read")})
    text = urllib.request.urlopen(page).read().decode()
    return float(re.search(r'^%s (\S+)$' % re.escape(name), text, re.M).group(1))


def watched(t, house, desk):
    t.equal(desk.asked(), b"", "an endpoint is asked by a connection that sends nothing")
    h.wait_for(lambda: state(house)["state"] == "up", "the answer to count")
    t.check("answered" in state(house), "when it answered last is known", state(house))
    desk.closes()
    h.wait_for(lambda: state(house)["state"] == "down", "its silence to be known", 40)
    down = state(house)
    t.check(down["cause"] and down["since"], "it is down, since when and why", down)
    t.check("endpoint desk does not answer" in house.log_text(100000),
            "the log says so, for whoever reads nothing else")
    t.equal(figure(house, 'muster_endpoint_up{endpoint="desk"}'), 0, "/metrics says so, too")
    house.receiver.wait(lambda hits: any("desk" in hit[3] for hit in hits))
    t.check(True, "the duty room hears of it by another endpoint")
    t.check("无应答" in ctl(house, "--lang", "zh", "endpoint", "list"), "the list says it in words")


def sent_again(t, house, desk):
    ctl(house, "trigger", "tell", "--title", "high water")
    h.wait_for(lambda: json.loads(ctl(house, "dead", "list", "--json"))["dead"],
               "the message to fail", 40)
    dead = json.loads(ctl(house, "dead", "list", "--json"))["dead"]
    t.check([one["name"] for one in dead] == ["孙伟"] and dead[0]["text"] == "high water",
            "what reached nobody is a dead letter", dead)
    t.check("high water" in ctl(house, "dead", "list"), "its incident stands in the list")
    desk.opens()
    out = json.loads(ctl(house, "dead", "replay", dead[0]["notice"], "--json"))
    t.equal(out["replayed"], 1, "it is sent again by name")
    said = b""
    while not said:
        said = desk.asked()
    t.check(b"high water" in said and dead[0]["notice"].encode() in said,
            "with the same words and id", said)
    t.equal(json.loads(ctl(house, "dead", "list", "--json"))["dead"], [], "and is none any more")
    h.wait_for(lambda: state(house)["state"] == "up", "the endpoint to be up")
    t.check(True, "who takes a message is up")


def none_left(t, house, desk):
    """Why: with the last endpoint gone nobody can be told, and the log is what is left."""
    t.check("no endpoint answers" not in house.log_text(1000000), "one has answered until now")
    desk.closes()
    with open(os.path.join(house.secrets, "pager"), "w") as f:
        f.write("url=http://127.0.0.1:%d/hook\n" % desk.port)  # nobody is there
    h.wait_for(lambda: "no endpoint answers any more" in house.log_text(1000000),
               "the last endpoint to be down", 60)
    t.check("telephone those on duty (muster duty now)" in house.log_text(1000000),
            "the log says that nobody is told, and what to do")


def main():
    with tap.Plan() as t:
        desk = Desk()
        desk.opens()
        with h.House(plans=PLANS, site=SITE, listen=("http://127.0.0.1:0",)) as house:
            with open(os.path.join(house.secrets, "desk"), "w") as f:
                f.write("url=http://127.0.0.1:%d/hook\n" % desk.port)
                f.write("key=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
            house.start()
            watched(t, house, desk)
            sent_again(t, house, desk)
            none_left(t, house, desk)
    return t.status


sys.exit(main())
