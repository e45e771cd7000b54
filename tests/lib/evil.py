"""evil - an HTTP server that does everything an endpoint may do wrong.

    server = evil.Server()            # a port of 127.0.0.1, in threads
    server.url("slow")                # http://127.0.0.1:PORT/slow
    server.requests("slow")           # what came there: [Request]
    server.close()

The first part of the path says what it does: see the functions named do_…. Every request is kept
with its headers, body and time.
"""

import base64
import email.utils
import html
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import urllib.parse

PIECE_S = 0.2  # between two bytes of what is slow


class Request:
    def __init__(self, method, path, headers, body, connection):
        self.method = method
        self.path = path
        self.headers = headers  # names in lower case
        self.body = body
        self.connection = connection  # a number a connection
        self.at = time.time()


class Server:
    def __init__(self, tls=None):
        """tls: (certificate file, key file), or None."""
        self.context = None
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*tls)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.seen = []
        self.connections = 0
        self.closed = threading.Event()
        threading.Thread(target=self.accept_all, daemon=True).start()

    def url(self, path, host="127.0.0.1"):
        return "%s://%s:%d/%s" % ("https" if self.context else "http", host, self.port, path)

    def requests(self, first):
        with self.lock:
            return [r for r in self.seen if r.path.lstrip("/").split("/")[0].split("?")[0] == first]

    def forget(self):
        with self.lock:
            self.seen = []

    def close(self):
        self.closed.set()
        self.listener.close()

    def accept_all(self):
        while not self.closed.is_set():
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(conn,), daemon=True).start()

    def serve(self, conn):
        with self.lock:
            self.connections += 1
            number = self.connections
        try:
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.context:
                conn = self.context.wrap_socket(conn, server_side=True)
            file = conn.makefile("rb")
            while True:
                request = read_request(file, number)
                if not request:
                    break
                with self.lock:
                    self.seen.append(request)
                parts = request.path.lstrip("/").split("?")[0].split("/")
                do = getattr(self, "do_" + parts[0].replace("-", "_"), self.do_404)
                if not do(conn, request, *parts[1:]):
                    break
        except (OSError, ValueError):
            pass
        finally:
            try:
                conn.close()
            except OSError:
                pass

    # ---- answers that are in order; True keeps the connection ----

    def do_ok(self, conn, request, *_):
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        return True

    def do_stamp(self, conn, request, *_):
        """Its body is when the request came, in seconds."""
        body = b"%.6f" % request.at
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        return True

    def do_status(self, conn, request, code="204", *_):
        """status/503/HEADER/VALUE: with a body that repeats what was asked for."""
        parts = request.path.split("/")[3:]
        head = "HTTP/1.1 %s Because\r\n" % code
        if len(parts) >= 2:
            head += "%s: %s\r\n" % (parts[0], parts[1].replace("_", " "))
        body = b"" if code in ("204", "304") else b"no: POST " + request.path.encode()
        if code not in ("204", "304"):
            head += "Content-Length: %d\r\n" % len(body)
        conn.sendall(head.encode() + b"\r\n" + body)
        return True

    def do_echo(self, conn, request, code="401", *_):
        """All that it was told, in the spellings that services answer in."""
        url = "http://%s%s" % (request.headers.get("host"), request.path)
        told = [request.path, urllib.parse.unquote(request.path), url,
                json.dumps(url).replace("/", "\\/"), html.escape(url),
                json.dumps(request.headers), request.body.decode()]
        kind, _, login = request.headers.get("authorization", "").partition(" ")
        told += [login, base64.b64decode(login).decode() if kind == "Basic" else ""]
        body = "\n".join(told).encode()
        head = ("HTTP/1.1 %s No" % code, "Content-Length: %d" % len(body), "Location: " + url,
                "X-You-Sent: " + login, "", "")
        conn.sendall("\r\n".join(head).encode() + body)
        return True

    def do_404(self, conn, request, *_):
        return self.do_status(conn, request, "404")

    def do_date(self, conn, request, seconds="30", *_):
        """429 and a Retry-After that is a date, so many seconds from now."""
        date = email.utils.formatdate(time.time() + int(seconds), usegmt=True)
        conn.sendall(("HTTP/1.1 429 Slow\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n"
                      % date).encode())
        return True

    def do_garbage(self, conn, request, code="200", *_):
        body = os.urandom(5000) + b"\0\r\n\r\n\xff"
        conn.sendall(("HTTP/1.1 %s OK\r\nContent-Length: %d\r\n\r\n" % (code, len(body))).encode()
                     + body)
        return True

    def do_early_hints(self, conn, request, *_):
        conn.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                     b"HTTP/1.1 100 Continue\r\n\r\n"
                     b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
        return True

    def do_redirect(self, conn, request, *_):
        conn.sendall(("HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:%d/trap\r\n"
                      "Content-Length: 0\r\n\r\n" % self.port).encode())
        return True

    def do_redirect_loop(self, conn, request, *_):
        conn.sendall(("HTTP/1.1 308 Moved\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n"
                      % request.path).encode())
        return True

    def do_cookie(self, conn, request, *_):
        conn.sendall(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")
        return True

    def do_unasked(self, conn, request, *_):
        """Answers in order and closes, though it promised to keep the connection."""
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        return False

    # ---- answers that are not ----

    def do_huge(self, conn, request, code="200", *_):
        """A gigabyte, as long as somebody takes it."""
        conn.sendall(("HTTP/1.1 %s OK\r\nContent-Length: 1073741824\r\n\r\n" % code).encode())
        piece = b"x" * 65536
        for _ in range(16384):
            conn.sendall(piece)
        return False

    def do_endless_headers(self, conn, request, *_):
        conn.sendall(b"HTTP/1.1 200 OK\r\n")
        piece = b"".join(b"X-%d: %s\r\n" % (i, b"y" * 80) for i in range(100))
        while True:
            conn.sendall(piece)

    def do_endless_line(self, conn, request, *_):
        conn.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            conn.sendall(b"y" * 65536)

    def do_endless_hints(self, conn, request, *_):
        while True:
            conn.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    def do_close(self, conn, request, *_):
        return False

    def do_reset(self, conn, request, *_):
        reset(conn)
        return False

    def do_reset_body(self, conn, request, *_):
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"z" * 1000)
        time.sleep(0.05)
        reset(conn)
        return False

    def do_lie_long(self, conn, request, *_):
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789")
        return False

    def do_lie_short(self, conn, request, *_):
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 500 Smuggled\r\n\r\n")
        return False

    def do_chunk_cut(self, conn, request, *_):
        conn.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        return False

    def do_chunk_bad(self, conn, request, *_):
        conn.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                     b"xyz\r\nhello\r\n0\r\n\r\n")
        return False

    def do_only_hints(self, conn, request, *_):
        conn.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return False

    def do_not_http(self, conn, request, *_):
        conn.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        return False

    def do_zip(self, conn, request, *_):
        """Says that its body is packed: nobody may unpack it."""
        conn.sendall(b"HTTP/1.1 500 Oh\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")
        return True

    # ---- too slow ----

    def do_hang(self, conn, request, *_):
        self.closed.wait(30)
        return False

    def do_late(self, conn, request, code="500", *_):
        """Its answer, a second later."""
        self.closed.wait(1)
        return self.do_status(conn, request, code)

    def do_slow_head(self, conn, request, *_):
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n")
        return self.slowly(conn, b"X-Filler: " + b"y" * 200)

    def do_slow_body(self, conn, request, *_):
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n")
        return self.slowly(conn, b"z" * 200)

    def slowly(self, conn, data):
        for i in range(len(data)):
            conn.sendall(data[i:i + 1])
            if self.closed.wait(PIECE_S):
                break
        return False


def read_request(file, number):
    line = file.readline(65536).decode("latin-1").split()
    if len(line) != 3:
        return None
    headers = {}
    while True:
        text = file.readline(65536).decode("latin-1").rstrip("\r\n")
        if not text:
            break
        name, _, value = text.partition(":")
        headers[name.lower()] = value.strip()
    body = file.read(int(headers.get("content-length", "0")))
    return Request(line[0], line[1], headers, body, number)


def reset(conn):
    """Close with a reset instead of an end."""
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conn.close()


class Closed:
    """A port where nobody listens: the connection is refused."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))  # bound, so that nobody else gets it; not listening
        self.port = self.socket.getsockname()[1]

    def close(self):
        self.socket.close()


class Blunt:
    """Answers 400 to a connection before it has read anything: what HTTP says to TLS."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.answer_all, daemon=True).start()

    def answer_all(self):
        while True:
            try:
                conn, _ = self.listener.accept()
                conn.sendall(b"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n")
                conn.recv(65536)
                conn.close()
            except OSError:
                return

    def close(self):
        self.listener.close()


class Deaf:
    """A port whose queue is full and that accepts nothing: connections hang."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        self.fill = []
        for _ in range(4):
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex(("127.0.0.1", self.port))
            self.fill.append(s)

    def close(self):
        for s in self.fill:
            s.close()
        self.listener.close()


class Apart:
    """A Server in a process of its own, so that its thousand threads delay nobody here.

    apart = evil.Apart()              # or evil.Apart(tls=(certificate, key))
    apart.url("slow")
    apart.close()
    """

    def __init__(self, tls=None):
        self.scheme = "https" if tls else "http"
        self.process = subprocess.Popen([sys.executable, os.path.abspath(__file__), *(tls or ())],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def url(self, path, host="127.0.0.1"):
        return "%s://%s:%d/%s" % (self.scheme, host, self.port, path)

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def main():
    """evil.py [CERTIFICATE KEY]: prints its port and serves until its input ends."""
    server = Server(tls=tuple(sys.argv[1:3]) if len(sys.argv) > 2 else None)
    print(server.port, flush=True)
    sys.stdin.read()
    os._exit(0)  # threads may be in the middle of a gigabyte


if __name__ == "__main__":
    main()
