"""raw_http - a client of HTTP that sends whatever bytes it is told, for live tests.

    client = raw_http.Connection(house.http_port)
    answer = client.ask("POST", "/t/flood", body="7号站超警")   # a proper request
    answer.status, answer.header("location"), answer.json()
    client.send(b"GET / HTTP/1.1\\r\\nHo", b"st: a\\r\\n\\r\\n")   # bytes as they are
    client.send_apart(b"X: a\\r\\n", b" b\\r\\n")                # each is read, then the next comes
    client.read().status                                        # the next answer; others stay
    client.rest()                                               # until the daemon closes

    with raw_http.Events(house.http_port, after="1-40") as events:
        event = events.next()                                   # {"id", "event", "data"}

The connection is kept alive as the daemon does, so that "and then it is closed" can be asked.
Nothing waits for a fixed time. (Not called http: that is a package of Python's.)
"""

import json
import os
import select
import socket
import struct
import time

NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY = 4, 20
SLOW = float(os.environ.get("MUSTER_TEST_SLOW") or 1)


class Closed(ConnectionError):
    """The daemon closed in the middle, or before an answer."""


class Answer:
    """Status, headers and body of one answer."""

    def __init__(self, head, body=b""):
        lines = head.decode("latin-1").split("\r\n")
        self.version, _, rest = lines[0].partition(" ")
        status, _, self.reason = rest.partition(" ")
        self.status = int(status)
        self.headers = [(name.lower(), value.strip())
                        for name, _, value in (line.partition(":") for line in lines[1:])]
        self.body = body

    def header(self, name):
        """The only value of this header; None when there is none."""
        values = [value for n, value in self.headers if n == name.lower()]
        assert len(values) < 2, "two headers %s: %r" % (name, values)
        return values[0] if values else None

    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)

    def closes(self):
        return (self.header("connection") or "").lower() == "close"

    def __repr__(self):
        return "%d %s %r" % (self.status, self.headers, self.body[:300])


class Connection:
    def __init__(self, port, address="127.0.0.1", seconds=30.0, receive_bytes=None):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.sock = socket.socket(family)
        if receive_bytes:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.sock.settimeout(seconds * SLOW)
        self.sock.connect((address, port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.host = "%s:%d" % ("[%s]" % address if ":" in address else address, port)
        self.buffer = b""
        self.over = False  # the daemon has closed

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.sock.close()

    # ---- sending ----

    def send(self, *pieces):
        for piece in pieces:
            self.sock.sendall(piece)

    def send_apart(self, *pieces):
        """Each piece is read by the daemon before the next is sent."""
        for piece in pieces:
            self.sock.sendall(piece)
            self.wait_read()

    def wait_read(self, seconds=5.0):
        """Until nothing of ours waits in the daemon's socket; or it has closed."""
        limit = time.monotonic() + seconds * SLOW
        while self._unread() and time.monotonic() < limit:
            time.sleep(0.0005)

    def _unread(self):
        """Bytes that the daemon has not read: the kernel is asked about its socket (sock_diag)."""
        family = int(self.sock.family)
        theirs, ours = self.sock.getpeername()[:2], self.sock.getsockname()[:2]
        ends = [socket.inet_pton(family, end[0]).ljust(16, b"\0") for end in (theirs, ours)]
        asked = struct.pack("=BBBxI2s2s16s16sIII", family, socket.IPPROTO_TCP, 0, 0xffffffff,
                            theirs[1].to_bytes(2, "big"), ours[1].to_bytes(2, "big"), *ends, 0,
                            0xffffffff, 0xffffffff)
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as kernel:
            kernel.send(struct.pack("=IHHII", 16 + len(asked), SOCK_DIAG_BY_FAMILY, 1, 0, 0)
                        + asked)
            told = kernel.recv(4096)
        if struct.unpack_from("=H", told, 4)[0] != SOCK_DIAG_BY_FAMILY:
            return 0  # there is no such socket any more
        return struct.unpack_from("=I", told, 16 + 4 + 48 + 4)[0]

    def send_until_closed(self, piece, most):
        """As much of `piece`, again and again, as the daemon takes. Returns how many bytes."""
        sent = 0
        try:
            while sent < most:
                self.sock.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
        return sent

    @staticmethod
    def request(method, target, host, headers=(), body=None):
        """The bytes of a proper request; body: text or bytes."""
        lines = ["%s %s HTTP/1.1" % (method, target), "Host: %s" % host]
        lines += ["%s: %s" % pair for pair in dict(headers).items()]
        body = body.encode() if isinstance(body, str) else body
        if body is not None:
            lines.append("Content-Length: %d" % len(body))
        return "\r\n".join(lines + ["", ""]).encode() + (body or b"")

    # ---- reading ----

    def _more(self):
        try:
            data = self.sock.recv(1 << 16)
        except ConnectionResetError:
            data = b""
        self.over = not data
        self.buffer += data
        return bool(data)

    def until(self, mark):
        """What comes before this mark, which is dropped."""
        while mark not in self.buffer:
            if not self._more():
                raise Closed("the daemon closed; it had said %r" % self.buffer[:300])
        found, _, self.buffer = self.buffer.partition(mark)
        return found

    def read(self, method="GET"):
        """The next answer; method: of the request, because HEAD has no body."""
        answer = Answer(self.until(b"\r\n\r\n"))
        bare = method == "HEAD" or answer.status in (204, 304) or answer.status < 200
        length = 0 if bare else int(answer.header("content-length"))
        while len(self.buffer) < length:
            if not self._more():
                raise Closed("the body ended after %d of %d bytes" % (len(self.buffer), length))
        answer.body, self.buffer = self.buffer[:length], self.buffer[length:]
        return answer

    def read_head(self):
        """The head of an answer that has no end."""
        return Answer(self.until(b"\r\n\r\n"))

    def rest(self):
        """Everything until the daemon closes."""
        while self._more():
            pass
        data, self.buffer = self.buffer, b""
        return data

    def is_closed(self):
        """Has the daemon closed by now, without another byte?"""
        if not self.over and select.select([self.sock], [], [], 0)[0]:
            self._more()
        return self.over and not self.buffer

    def ask(self, method, target, headers=(), body=None):
        """A proper request and its answer; a dict as body is JSON."""
        headers = dict(headers)
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False)
            headers.setdefault("Content-Type", "application/json")
        self.send(self.request(method, target, self.host, headers, body))
        return self.read(method)


def ask(port, method, target, headers=(), body=None):
    """One question over a connection of its own."""
    with Connection(port) as client:
        return client.ask(method, target, headers, body)


class Events:
    """The stream of events. after: the id of the last one known."""

    def __init__(self, port, after=None, headers=(), target="/api/v1/events", **connection):
        self.client = Connection(port, **connection)
        headers = dict(headers)
        if after:
            headers["Last-Event-ID"] = after
        self.client.send(Connection.request("GET", target, self.client.host, headers))
        self.answer = self.client.read_head()
        self.heartbeats = 0
        if self.answer.status != 200:
            self.answer.body = self.client.rest()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.client.close()

    def next(self):
        """The next event: {"id", "event", "data"}, data read as JSON. Raises Closed at the end."""
        while True:
            fields = {}
            for line in self.client.until(b"\n\n").decode().split("\n"):
                name, _, value = line.partition(":")
                if name:
                    fields[name] = value[1:] if value.startswith(" ") else value
                else:
                    self.heartbeats += 1
            if "data" in fields:
                return {"id": fields.get("id"), "event": fields.get("event", "message"),
                        "data": json.loads(fields["data"])}

    def until(self, wanted):
        """The first event for which `wanted` says yes; those before it are dropped."""
        while True:
            event = self.next()
            if wanted(event):
                return event
