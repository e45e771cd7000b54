"""courier_lab - the courier alone, as a test drives it: the program out/tests/driver/courier, and
the socket with the frames of engine/courier/courier.h.

    courier = courier_lab.Courier(folder_of_secrets)
    result = courier.attempt(url=server.url("ok"))       # or start(…), and later result(number)
    courier.close()
"""

import os
import re
import socket
import subprocess
import tempfile
import threading
import time

import frames

OUT = os.environ.get("MUSTER_OUT", "out")
DRIVER = os.path.join(OUT, "tests", "driver", "courier")
SLOW = float(os.environ.get("MUSTER_TEST_SLOW", "1"))
LOOPBACK = ["127.0.0.0/8", "::1"]


class Courier:
    """The driver, its socket, and the results that came back by id."""

    def __init__(self, secrets, ca_file=None, hello=True, demo=None):
        ours, theirs = socket.socketpair()
        command = [DRIVER, "run", str(theirs.fileno())] + ([ca_file] if ca_file else [])
        self.secrets = secrets
        self.stderr = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stderr=self.stderr)
        theirs.close()
        self.socket = ours
        self.results = {}
        self.arrived = threading.Condition()
        self.ended = False
        self.last_id = 0
        self.sending = threading.Lock()
        threading.Thread(target=self.read_all, daemon=True).start()
        if hello:
            frames.send(ours, dict({"op": "hello", "gen": 1, "secrets": secrets},
                                   **({"demo": demo} if demo else {})))

    def read_all(self):
        reader = frames.Reader(self.socket)
        while True:
            try:
                frame = reader.read()
            except OSError:
                frame = None
            with self.arrived:
                if frame:
                    self.results.setdefault(frame["id"], []).append((frame, time.monotonic()))
                self.ended = frame is None
                self.arrived.notify_all()
                if self.ended:
                    return

    def start(self, **members):
        """From any thread. returns the attempt's number, for result()."""
        with self.sending:
            self.last_id += 1
            frame = {"op": "attempt", "id": self.last_id, "notice": "0198f2c4-%d" % self.last_id,
                     "endpoint": "pager", "url": None, "contact": None, "headers": {},
                     "method": "POST", "body": "{}", "sign": "none", "secret": None,
                     "allow": LOOPBACK, "timeout_ms": 3000}
            frame.update(members)
            frames.send(self.socket, frame)
            return frame["id"]

    def result(self, number, wait_s=20):
        with self.arrived:
            self.arrived.wait_for(lambda: number in self.results or self.ended, wait_s * SLOW)
            if number not in self.results:
                raise RuntimeError("no result of attempt %d; %s" % (number, self.words()))
            return self.results[number][0][0]

    def attempt(self, **members):
        return self.result(self.start(**members))

    def count(self):
        with self.arrived:
            return sum(len(r) for r in self.results.values())

    def words(self):
        self.stderr.seek(0)
        return self.stderr.read().decode(errors="replace")

    def close(self):
        """returns the exit status."""
        self.socket.shutdown(socket.SHUT_RDWR)
        status = self.process.wait(10 * SLOW)
        self.socket.close()
        return status

    def memory_kb(self):
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as file:
            return int(re.search(r"^VmRSS:\s+(\d+)", file.read(), re.MULTILINE).group(1))

    def descriptors(self):
        """0 where only root may look at a process in a jail."""
        try:
            return len(os.listdir("/proc/%d/fd" % self.process.pid))
        except PermissionError:
            return 0

    def cpu_s(self):
        with open("/proc/%d/stat" % self.process.pid, encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def certificate(folder, name, alternative):
    """(certificate, key) files of a certificate that signs itself; None without openssl."""
    crt, key = os.path.join(folder, name + ".crt"), os.path.join(folder, name + ".key")
    try:
        done = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
                               "2", "-keyout", key, "-out", crt, "-subj", "/CN=" + name, "-addext",
                               "subjectAltName=" + alternative], capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return (crt, key) if done.returncode == 0 else None


EXPIRED = """
[ca]
default_ca = it
[it]
database = %(folder)s/index
new_certs_dir = %(folder)s
serial = %(folder)s/serial
default_md = sha256
policy = any
x509_extensions = names
unique_subject = no
[any]
commonName = supplied
[names]
subjectAltName = %(alternative)s
basicConstraints = CA:TRUE
"""


def certificate_expired(folder, name, alternative):
    """The same, of a certificate that was good for a month in 2020."""
    crt, key = os.path.join(folder, name + ".crt"), os.path.join(folder, name + ".key")
    csr, conf = os.path.join(folder, name + ".csr"), os.path.join(folder, name + ".conf")
    write(folder, name + ".conf", EXPIRED % {"folder": folder, "alternative": alternative})
    write(folder, "index", "")
    write(folder, "serial", "01\n")
    try:
        for command in (["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out",
                         csr, "-subj", "/CN=" + name],
                        ["ca", "-batch", "-selfsign", "-config", conf, "-keyfile", key, "-in", csr,
                         "-out", crt, "-notext", "-startdate", "20200101000000Z", "-enddate",
                         "20200201000000Z"]):
            subprocess.run(["openssl", *command], capture_output=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return None
    return (crt, key)


def wrong(result, kind, ok, status, words):
    """What is not as documented, or an empty text."""
    if (result["class"], result["ok"], result["status"]) != (kind, ok, status):
        return "%s" % result
    if ok != (result["error"] is None) or (words and words not in result["error"]):
        return "%s" % result
    if not ok and not result["error"].startswith("pager: "):
        return "%s" % result
    if ("body" in result) != (status != 0 and not ok):
        return "%s" % result
    return ""
