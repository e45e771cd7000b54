"""house - the daemon as its users have it, for live and fault tests.

    with House() as house:       # plans and data in a folder of its own, receiver on loopback
        house.start()
        client = house.client()
        reply = client.ask(op="trigger", plan="watch", title="x")
        house.receiver.wait(lambda hits: len(hits) >= 1)

Everything it starts it knows by pid, and ends. Nothing waits for a fixed time: it waits for the
thing itself, with a limit after which it raises.
"""

import datetime
import json
import os
import selectors
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get("MUSTER_ROOT") or os.path.dirname(os.path.dirname(HERE))
MUSTER = os.environ.get("MUSTER") or os.path.join(ROOT, "out", "muster")
SLOW = float(os.environ.get("MUSTER_TEST_SLOW") or 1)

SITE = """
return site {
    name = { zh = "浑江市", en = "Hunjiang" }, zone = "Asia/Shanghai", languages = { "zh", "en" },
    endpoints = { pager = { channel = "webhook", secret = "pager", drill = true, at_once = 64,
                            allow = { "127.0.0.0/8" } } },
    people = {
        ["wang.qiang"] = { name = "王强", contacts = { "pager:@" }, drill = true },
        ["li.ming"] = { name = "李明", contacts = { "pager:@" }, drill = true },
        ["han.mei"] = { name = "韩梅", contacts = { "pager:@" }, lang = "en" },
    },
    posts = { commander = { title = "总指挥", holder = "person:han.mei" } },
    stations = { g7 = { kind = "gauge", name = "7号站" } },
    rosters = { ["duty-room"] = { title = "总值班室", titles = { a = "主班", b = "副班" },
        seats = { a = { "wang.qiang" }, b = { "li.ming" } }, order = { "a", "b" } } },
    self_alarm = { to = "duty:duty-room", text = "Muster cannot write its record." },
    fallback = { { to = "duty:duty-room", within = "5m" },
                 { to = "post:commander", within = "5m" } },
}
"""

HEAD = """
local plan = plan "%s" { title = "%s", category = "natural", version = "1",
    owner = "person:han.mei", ends = "%s", on_resolved = "%s",
    facts = { stage_m = { type = "number", per = "gauge" }, breach = { type = "boolean" } },
    fallback = { { to = "duty:duty-room", within = "5m" },
                 { to = "post:commander", within = "5m" } } }
function plan.respond(incident)
%s
end
return plan
"""


def plan_text(name, body, ends="order", on_resolved="note"):
    return HEAD % (name, name, ends, on_resolved, body)


class Receiver:
    """A small HTTP/1.1 server: takes POSTs, answers `status` and `body`, keeps what came."""

    def __init__(self):
        self.hits = []  # (time, webhook-id, path, body as text)
        self.heads = []  # the headers of each, names in small letters
        self.status = 200
        self.body = b""
        self.on_hit = None
        self.lock = threading.Condition()
        self.server = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.server.setblocking(False)
        self.port = self.server.getsockname()[1]
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.server, selectors.EVENT_READ)
        self.buffers = {}
        self.closing = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.closing:
            for key, _ in self.selector.select(0.2):
                if key.fileobj is self.server:
                    self._accept()
                else:
                    self._read(key.fileobj)

    def _accept(self):
        try:
            conn, _ = self.server.accept()
        except OSError:
            return
        conn.setblocking(False)
        self.buffers[conn] = b""
        self.selector.register(conn, selectors.EVENT_READ)

    def _drop(self, conn):
        self.selector.unregister(conn)
        del self.buffers[conn]
        conn.close()

    def _read(self, conn):
        try:
            data = conn.recv(65536)
        except OSError:
            data = b""
        if not data:
            self._drop(conn)
            return
        self.buffers[conn] += data
        while conn in self.buffers and self._request(conn):
            pass

    def _request(self, conn):
        head, sep, rest = self.buffers[conn].partition(b"\r\n\r\n")
        if not sep:
            return False
        lines = head.decode("latin-1").split("\r\n")
        fields = (line.partition(":") for line in lines[1:])
        headers = {name.strip().lower(): value.strip() for name, _, value in fields}
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return False
        self.buffers[conn] = rest[length:]
        path = lines[0].split(" ")[1]
        hit = (time.time(), headers.get("webhook-id", ""), path, rest[:length].decode())
        if self.on_hit:
            self.on_hit(hit)
        with self.lock:
            self.hits.append(hit)
            self.heads.append(headers)
            self.lock.notify_all()
        try:
            conn.sendall(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n%s"
                         % (self.status, len(self.body), self.body))
        except OSError:
            self._drop(conn)
        return True

    def wait(self, condition, seconds=20.0):
        limit = time.monotonic() + seconds * SLOW
        with self.lock:
            while not condition(self.hits):
                left = limit - time.monotonic()
                if left <= 0:
                    raise AssertionError("the receiver waited %.0f s; it has %d hits"
                                         % (seconds, len(self.hits)))
                self.lock.wait(left)

    def close(self):
        self.closing = True
        self.thread.join()
        for conn in list(self.buffers):
            self._drop(conn)
        self.server.close()


class Client:
    """One connection of the line protocol."""

    def __init__(self, path, seconds=30.0):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(seconds * SLOW)
        self.sock.connect(path)
        self.buffer = b""

    def send(self, **line):
        self.sock.sendall(json.dumps(line, ensure_ascii=False).encode() + b"\n")

    def read(self):
        while b"\n" not in self.buffer:
            data = self.sock.recv(1 << 16)
            if not data:
                raise ConnectionError("the daemon closed the connection")
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        return json.loads(line)

    def ask(self, **line):
        self.send(**line)
        return self.read()

    def close(self):
        self.sock.close()


def alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


class House:
    def __init__(self, plans=None, site=SITE, contacts=True, speed=None, demo=False, listen=(),
                 heads=False):
        self.folder = tempfile.mkdtemp(prefix="muster-test-")
        self.plans = os.path.join(self.folder, "plans")
        self.data = os.path.join(self.folder, "run")
        self.secrets = os.path.join(self.folder, "secrets")
        self.socket = os.path.join(self.data, "muster.sock")
        self.log = os.path.join(self.folder, "log")
        self.process = None
        self.speed = speed
        self.demo = demo or bool(speed)
        self.listen = list(listen)
        self.http_port = self.tcp_port = None
        self.heads = os.path.join(self.folder, "proof", "heads") if heads else None
        self.receiver = Receiver()
        os.makedirs(os.path.join(self.plans, "channels"))
        os.makedirs(self.secrets)
        if heads:
            os.makedirs(os.path.dirname(self.heads))
        shutil.copy(os.path.join(ROOT, "plans/channels/webhook.lua"),
                    os.path.join(self.plans, "channels"))
        if '"holidays/' in site:
            shutil.copytree(os.path.join(ROOT, "plans/holidays"),
                            os.path.join(self.plans, "holidays"))
        self.write("site.lua", site)
        for name, text in (plans or {}).items():
            self.write(name + ".lua", text)
            paper = os.path.join(ROOT, "plans", name + ".md")
            if '"%s.md"' % name in text and os.path.exists(paper):
                shutil.copy(paper, self.plans)
        with open(os.path.join(self.secrets, "pager"), "w") as f:
            f.write("url=http://127.0.0.1:%d/hook\n" % self.receiver.port)
            f.write("key=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
        self.contacts = contacts

    def write(self, name, text):
        path = os.path.join(self.plans, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop(kill=True)
        self.receiver.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self):
        line = [MUSTER, "serve", "--data", self.data, "--plans", self.plans]
        if self.demo:
            line += ["--demo"]
        if self.speed:
            line += ["--speed", str(self.speed)]
        for address in self.listen or (["http://127.0.0.1:0"] if self.demo else []):
            line += ["--listen", address]
        return line

    def start(self, crash=None, env=None, wait=True, run_by=lambda *command: list(command)):
        environment = dict(os.environ, MUSTER_SECRETS=self.secrets, MUSTER_GRACE_MS="0")
        environment.pop("MUSTER_CRASH", None)
        if self.heads:
            environment["MUSTER_HEAD_FILE"] = self.heads
        if crash:
            environment["MUSTER_CRASH"] = crash
        environment.update(env or {})
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(run_by(*self.command()), env=environment,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if wait:
            self.wait_ready()
        return self.process

    def wait_ready(self, seconds=20.0):
        limit = time.monotonic() + seconds * SLOW
        while time.monotonic() < limit:
            if self.process.poll() is not None:
                raise AssertionError("serve ended with %s:\n%s"
                                     % (self.process.returncode, self.log_text()))
            try:
                client = Client(self.socket, 1.0)
                reply = client.ask(op="ping")
                client.close()
                if reply.get("ok"):
                    self.ports(reply["listeners"])
                    return
            except (OSError, ConnectionError):
                pass
            time.sleep(0.01)
        raise AssertionError("serve is not ready after %.0f s:\n%s" % (seconds, self.log_text()))

    def ports(self, listeners):
        """What the kernel chose where port 0 was asked for."""
        for one in listeners:
            port = int(one["address"].rpartition(":")[2]) if one["kind"] != "unix" else None
            if one["kind"] == "http":
                self.http_port = port
            elif one["kind"] == "tcp":
                self.tcp_port = port

    def admin(self, **line):
        """One line to the Unix socket, and its reply."""
        client = self.client()
        try:
            return client.ask(**line)
        finally:
            client.close()

    def key(self, name, scopes):
        """A new key; scopes: "read,order"."""
        reply = self.admin(op="key_create", name=name, scopes=scopes.split(","))
        assert reply.get("ok"), reply
        return reply["key"]

    def wait_word(self, seconds=5.0):
        """Until the self-alarm is laid ready: a second after the start."""
        limit = time.monotonic() + seconds * SLOW
        while not os.path.exists(os.path.join(self.data, "self_alarm.json")):
            if time.monotonic() > limit:
                raise AssertionError("no self_alarm.json after %.0f s" % seconds)
            time.sleep(0.02)

    def log_text(self, most=6000):
        with open(self.log, errors="replace") as f:
            return f.read()[-most:]

    def client(self, seconds=30.0):
        return Client(self.socket, seconds)

    def children(self):
        """pid by name: engine, courier, planner0, planner1."""
        found = {}
        try:
            with open("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)) as f:
                pids = f.read().split()
        except OSError:
            return found
        for pid in pids:
            try:
                with open("/proc/%s/cmdline" % pid, "rb") as f:
                    words = f.read().split(b"\0")
            except OSError:
                continue
            for name in ("engine", "courier", "planner0", "planner1", "planner2", "desk"):
                if name.encode() in words:
                    found[name] = int(pid)
        return found

    def kill(self, name):
        """kill -9 of a child, or of the supervisor; True when there was one."""
        pid = self.process.pid if name == "supervisor" else self.children().get(name)
        if not pid:
            return False
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def wait_gone(self, pids, seconds=5.0):
        limit = time.monotonic() + seconds * SLOW
        while any(alive(pid) for pid in pids):
            if time.monotonic() > limit:
                raise AssertionError("still there: %s" % [p for p in pids if alive(p)])
            time.sleep(0.005)

    def stop(self, kill=False, seconds=15.0):
        if not self.process:
            return None
        pids = list(self.children().values())
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        code = self.process.wait(seconds * SLOW)
        self.wait_gone(pids)
        self.process = None
        return code

    def pss_kib(self):
        total = 0
        for pid in [self.process.pid] + list(self.children().values()):
            try:
                with open("/proc/%d/smaps_rollup" % pid) as f:
                    total += next(int(l.split()[1]) for l in f if l.startswith("Pss:"))
            except (OSError, StopIteration):
                pass
        return total

    def database(self):
        path = os.path.join(self.data, "muster.db")
        return sqlite3.connect("file:%s?mode=ro" % path, uri=True, timeout=10)


def wait_for(condition, what, seconds=20.0):
    """What the condition gives as soon as it gives something."""
    limit = time.monotonic() + seconds * SLOW
    while time.monotonic() < limit:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("waited %.0f s for %s" % (seconds, what))


def parse_time(text):
    """Seconds of an RFC 3339 time."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def blob(text):
    """An id as it stands in the database."""
    return uuid.UUID(text).bytes
