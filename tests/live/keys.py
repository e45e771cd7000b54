#!/usr/bin/python3
"""keys - access keys with a real daemon: made, used, ended; and that nobody finds the secret."""

import glob
import json
import os
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

PLANS = {"watch": h.plan_text("watch", """
    call { to = "duty:duty-room", within = "40m", text = T "{title}" }
""")}
SCOPES = ["trigger", "read", "respond", "order", "admin"]
NOBODY = "0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11"

# one operation for each scope, as somebody would use it
TRIES = {
    "trigger": dict(op="trigger", plan="watch", title="x"),
    "read": dict(op="list"),
    "respond": dict(op="answer", incident=NOBODY),
    "order": dict(op="order", incident=NOBODY, action="terminate", reason="x"),
    "admin": dict(op="config_show"),
}


class Tcp(h.Client):
    """The line protocol over TCP."""

    def __init__(self, port):
        self.sock = socket.create_connection(("127.0.0.1", port), 30 * h.SLOW)
        self.buffer = b""

    def is_cut(self):
        """Does the daemon end it?"""
        try:
            while self.sock.recv(1 << 16):
                pass
        except ConnectionResetError:
            pass
        except socket.timeout:
            return False
        return True


def muster(house, *words):
    env = dict(os.environ, LANG="en_US.UTF-8", LC_ALL="C.UTF-8")
    env.pop("MUSTER_KEY", None)
    return subprocess.run([h.MUSTER, "--server", house.socket] + list(words), capture_output=True,
                          text=True, timeout=60 * h.SLOW, env=env, check=False)


def by_command(t, house, secrets):
    done = muster(house, "key", "create", "desk", "--scope", "trigger,read", "--expires", "90d")
    key = done.stdout.strip()
    secrets.append(key)
    t.check(done.returncode == 0 and key.startswith("mk_") and len(key) == 46 and
            done.stdout.count("\n") == 1, "key create prints the key and nothing else on stdout",
            done)
    done = muster(house, "--json", "key", "create", "json", "--scope", "order")
    reply = json.loads(done.stdout)
    secrets.append(reply["key"])
    t.check(reply["name"] == "json" and reply["scopes"] == ["order"], "--json gives the reply",
            done)
    done = muster(house, "key", "create", "nothing")
    t.check(done.returncode != 0 and all(scope in done.stderr for scope in SCOPES),
            "without --scope it is refused, and the scopes are listed", done)
    done = muster(house, "key", "create", "desk", "--scope", "read")
    t.check(done.returncode != 0 and "never given twice" in done.stderr,
            "a name that was given is refused", done)
    done = muster(house, "key", "list")
    t.check("desk" in done.stdout and "trigger,read" in done.stdout and key not in done.stdout,
            "key list shows names and scopes, and no secret", done)
    done = muster(house, "key", "revoke", "json")
    t.check(done.returncode == 0 and not done.stdout, "key revoke says nothing more", done)
    t.equal([one["state"] for one in house.admin(op="key_list")["keys"]], ["in_force", "revoked"],
            "and the list tells")
    done = muster(house, "key", "revoke", "jsno")
    t.check(done.returncode != 0 and "key list" in done.stderr, "an unknown name is refused", done)


def scopes(t, house, secrets):
    for have in SCOPES:
        key = house.key("only-" + have, have)
        secrets.append(key)
        client = house.client()
        client.ask(op="auth", key=key)
        denied = [scope for scope in SCOPES
                  if client.ask(**TRIES[scope]).get("code") == "denied"]
        t.equal(denied, [scope for scope in SCOPES if scope != have],
                "a key for %s may do that and nothing else" % have)
        client.close()


def auth(t, house, secrets):
    key = house.key("auth", "read,trigger")
    secrets.append(key)
    client = house.client()
    reply = client.ask(op="auth", key=key)
    t.check(reply == {"ok": True, "principal": "key:auth", "scopes": ["trigger", "read"]},
            "auth says who one is and what one may do", reply)
    t.equal(client.ask(op="ping")["principal"], "key:auth", "and it holds for the connection")
    reply = client.ask(op="trigger", plan="watch", title="by key", key="k1")
    events = client.ask(op="timeline", incident=reply["incident"])["events"]
    t.equal(events[0]["actor"], {"type": "key", "id": "key:auth"},
            "what a key does is recorded as its deed")
    client.close()
    for wrong in ("mk_" + "A" * 43, key[:-1], key + "x", key.upper()):
        client = house.client()
        reply = client.ask(op="auth", key=wrong)
        t.check(reply.get("code") == "unauthorized" and wrong not in json.dumps(reply),
                "%s… is nobody's, and not said again" % wrong[:6], reply)
        client.close()
    client = Tcp(house.tcp_port)
    t.equal(client.ask(op="list").get("code"), "unauthorized", "over TCP nobody may do anything")
    client.send(op="auth", key=key)
    client.send(op="list")
    t.check(client.read()["ok"] and client.read()["ok"],
            "until auth, also when the next line does not wait for its reply")
    client.close()
    for op in (dict(op="login", key=key), dict(op="logout")):
        reply = house.admin(**op)
        t.check(not reply["ok"] and "HTTP" in reply["error"], "%s is for HTTP" % op["op"], reply)


def revoked(t, house, secrets):
    key = house.key("leaked", "read")
    secrets.append(key)
    idle, watching = Tcp(house.tcp_port), Tcp(house.tcp_port)
    idle.ask(op="auth", key=key)
    watching.ask(op="auth", key=key)
    watching.ask(op="watch")
    bystander = house.client()
    t.check(house.admin(op="key_revoke", name="leaked")["ok"], "a key is revoked")
    t.check(idle.is_cut() and watching.is_cut(), "whoever is in by it is cut off, watches too")
    t.check(bystander.ask(op="ping")["ok"], "nobody else is")
    client = Tcp(house.tcp_port)
    t.equal(client.ask(op="auth", key=key).get("code"), "unauthorized", "nobody comes in by it")
    t.equal(house.admin(op="key_create", name="leaked", scopes=["read"])["code"], "conflict",
            "and its name is not given again")
    own = house.key("own", "admin")
    secrets.append(own)
    client = Tcp(house.tcp_port)
    client.ask(op="auth", key=own)
    t.check(client.ask(op="key_revoke", name="own")["ok"] and client.is_cut(),
            "whoever revokes the own key has the reply, and is out")


def expired(t, house, secrets):
    reply = house.admin(op="key_create", name="brief", scopes=["read"], expires="2s")
    secrets.append(reply["key"])
    client = Tcp(house.tcp_port)
    t.check(client.ask(op="auth", key=reply["key"])["ok"], "a key for two seconds is good now")
    t.check(client.is_cut(), "and then it ends what is open by it")
    t.equal(house.admin(op="auth", key=reply["key"]).get("code"), "unauthorized",
            "and is nobody's")
    state = [one["state"] for one in house.admin(op="key_list")["keys"] if one["name"] == "brief"]
    t.equal(state, ["expired"], "as the list tells")


def bearer(house, key):
    sock = socket.create_connection(("127.0.0.1", house.http_port), 30 * h.SLOW)
    sock.sendall(("GET /api/v1/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                  "Authorization: Bearer %s\r\n\r\n" % key).encode())
    head, _, body = sock.makefile("rb").read().partition(b"\r\n\r\n")
    sock.close()
    return int(head.split(b" ")[1]), json.loads(body)


def over_http(t, house, secrets):
    key = house.key("http", "read")
    secrets.append(key)
    status, body = bearer(house, key)
    t.check(status == 200 and body["principal"] == "key:http" and body["scopes"] == ["read"],
            "a key is known over HTTP, too", (status, body))
    house.admin(op="key_revoke", name="http")
    status, body = bearer(house, key)
    t.check(status == 401, "until it is revoked", (status, body))


def survives(t, house, secrets):
    """kill -9 right after the reply: who has it must be able to rely on it."""
    for n, victim in enumerate(("engine", "supervisor")):
        key = house.key("crash%d" % n, "read")
        secrets.append(key)
        client = house.client()
        house.kill(victim)
        if victim == "supervisor":
            house.stop(kill=True)
            house.start()
        client.close()
        reply = h.wait_for(lambda: attempt(house, key), "the daemon to be back")
        t.check(reply.get("ok"), "a key outlives a kill -9 of the %s" % victim, reply)
    t.check(h.wait_for(lambda: used(house, "crash1"), "the last use"), "its last use is told")
    h.wait_for(lambda: written(house, "key:crash1"), "the last use to be written")
    house.stop()
    house.start()
    t.check(used(house, "crash1"), "and outlives a restart")
    reply = house.admin(op="auth", key=secrets[1])
    t.equal(reply.get("code"), "unauthorized", "what was revoked stays so")


def attempt(house, key):
    try:
        return house.admin(op="auth", key=key)
    except (OSError, ConnectionError):
        return None


def used(house, name):
    return [one["last_used_at"] for one in house.admin(op="key_list")["keys"]
            if one["name"] == name][0]


def written(house, holder):
    with house.database() as db:
        return db.execute("SELECT used_ms FROM secret WHERE holder = ?", (holder,)).fetchone()[0]


def stands_nowhere(t, house, secrets):
    found = []
    for path in glob.glob(os.path.join(house.data, "*")) + [house.log]:
        if not os.path.isfile(path) or path.endswith(".ballast"):
            continue
        with open(path, "rb") as f:
            data = f.read()
        found += [(path, key[:6]) for key in secrets if key[3:].encode() in data]
    t.check(not found and len(secrets) > 10, "no secret stands in database, WAL or log", found)
    with house.database() as db:
        left = {row[0] for row in db.execute("SELECT holder FROM secret")}
    t.check("key:leaked" not in left and "key:desk" in left,
            "of a revoked key not even the hash is left", left)


def main():
    secrets = []
    with tap.Plan() as t:
        with h.House(plans=PLANS, demo=True,
                     listen=["http://127.0.0.1:0", "tcp://127.0.0.1:0"]) as house:
            house.start()
            for step in (by_command, scopes, auth, revoked, expired, over_http, stands_nowhere,
                         survives, stands_nowhere):
                step(t, house, secrets)
            t.equal(house.stop(), 0, "the stop is an orderly one")
            done = subprocess.run([h.MUSTER, "journal", "rebuild", "--data", house.data],
                                  capture_output=True, text=True, timeout=60 * h.SLOW, check=False)
            house.start()
            t.check(done.returncode == 0 and house.admin(op="auth", key=secrets[0]).get("ok"),
                    "a key outlives a rebuild of all that is made from the journal", done)
    return t.status


sys.exit(main())
