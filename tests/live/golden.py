#!/usr/bin/python3
"""golden - the record of past releases is readable for ever, and its plans do the same again.

Each database of tests/golden/ is made from its text, verified, rebuilt (every projection must come
out as it was, to the byte), every run in it is replayed (every command must be the same), and a
daemon goes on from it. Such a file is never changed: see tests/golden/make.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import golden  # noqa: E402
import house as h  # noqa: E402
import tap  # noqa: E402

OUT = os.environ.get("MUSTER_OUT") or os.path.join(h.ROOT, "out")
REPLAY = os.path.join(OUT, "tests/driver/golden")
BYTES_MAX = 300 * 1000  # of one form of the record


def run(*words):
    return subprocess.run(words, capture_output=True, text=True)


def journal(command, folder):
    return run(h.MUSTER, "journal", command, "--data", folder)


class Database:
    """One of them, in a folder of its own."""

    def __init__(self, name):
        self.name = name
        self.folder = tempfile.mkdtemp(prefix="muster-golden-")
        self.path = golden.restore(name, os.path.join(self.folder, "muster.db"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, sql, *values):
        db = sqlite3.connect(self.path)
        found = db.execute(sql, values).fetchall()
        db.commit()
        db.close()
        return found

    def lines(self, of):
        db = sqlite3.connect(self.path)
        found = of(db)
        db.close()
        return found


def differ(found, expected):
    """The first lines that are in one of them alone."""
    return ["%s %.300s" % (sign, line) for sign, a, b in (("-", expected, found),
                                                          ("+", found, expected))
            for line in sorted(set(a) - set(b))][:6]


def holds(t, name):
    with Database(name) as d:
        turns = d.ask("SELECT count(*) FROM journal WHERE kind = 'turn'")[0][0]
        rows = [line for line in d.lines(golden.journal) if "INTO journal " in line]
        done = journal("verify", d.folder)
        t.check(done.returncode == 0 and "the chain holds" in done.stdout,
                "%s: the chain holds" % name, done.stdout + done.stderr)

        done = run(REPLAY, d.path)
        runs = re.findall(r"^\S+ \S+ (\d+): the same$", done.stdout, re.M)
        t.check(done.returncode == 0 and len(runs) == len(done.stdout.splitlines()) > 0,
                "%s: every run gives the same commands" % name, done.stdout)
        t.equal(sum(map(int, runs)), turns, "%s: those of all its turns" % name)

        done = journal("rebuild", d.folder)
        found = d.lines(golden.projections)
        expected = golden.read(name, "projections").splitlines()
        t.check(done.returncode == 0 and found == expected,
                "%s: a rebuild gives the same projections, to the byte" % name,
                [done.stderr] + differ(found, expected))
        after = [line for line in d.lines(golden.journal) if "INTO journal " in line]
        t.check(after == rows, "%s: and touches no row of the journal" % name)


def goes_on(t, name):
    """A daemon of today starts from it: what lives is verified, and takes orders."""
    with h.House() as house:
        os.makedirs(house.data, exist_ok=True)
        path = golden.restore(name, os.path.join(house.data, "muster.db"))
        db = sqlite3.connect(path)  # as of another binary, where it is of this very one
        db.execute("UPDATE meta SET body = '{\"driver\":\"another\"}' WHERE id = 'driver'")
        db.commit()
        db.close()
        house.start()
        client = house.client(seconds=60)
        live = [i for i in client.ask(op="list")["incidents"]
                if i["state"] not in ("closed", "merged") and i["health"] == "ok"]
        t.check(live, "%s: incidents that are open are there" % name)
        h.wait_for(lambda: house.database().execute(
            "SELECT count(*) FROM journal WHERE kind = 'plans_verified'").fetchone()[0],
            "live runs to be verified", 60)
        found = client.ask(op="plans")["verification"]
        t.check(found["diverged"] == 0 and found["runs"] > 0,
                "%s: every live run is as recorded" % name, found)
        for one in live:
            reply = client.ask(op="update", incident=one["id"], note="the watch goes on")
            t.check(reply["ok"], "%s: %s takes an update" % (name, one["title"]), reply)
        client.close()
        t.equal(house.stop(), 0, "%s: the daemon stops in order" % name)


def is_noticed(t, name):
    """What this test would miss if it could not fail."""
    with Database(name) as d:
        plans = d.ask("SELECT hash, body FROM pin WHERE kind = 'plan'")
        for pin, body in plans:
            other = body.replace(b'sleep \\"1s\\"', b'sleep \\"2s\\"')
            other = other.replace(b"First rep", b"Last rep")
            d.ask("UPDATE pin SET body = ? WHERE hash = ?", other, pin)
        assert plans != d.ask("SELECT hash, body FROM pin WHERE kind = 'plan'")
        done = run(REPLAY, d.path)
        t.check(done.returncode == 1 and "came out differently" in done.stdout,
                "%s: a plan that does otherwise is noticed" % name, done.stdout)
        d.ask("UPDATE journal SET at_ms = at_ms + 1 WHERE seq = 7")
        done = journal("verify", d.folder)
        t.check(done.returncode != 0 and "7" in done.stdout + done.stderr,
                "%s: so is a row that is another one" % name, done.stdout + done.stderr)


def main():
    with tap.Plan() as t:
        names = golden.names()
        t.check(len(names) >= 2, "there are some", names)
        for name in names:
            holds(t, name)
            is_noticed(t, name)
            goes_on(t, name)
        for form in sorted({name.split("-")[0] for name in names}):
            size = sum(os.path.getsize(golden.path_of(name, part)) for name in names
                       for part in ("journal", "projections", "stored")
                       if name.startswith(form + "-") and
                       os.path.exists(golden.path_of(name, part)))
            t.check(size < BYTES_MAX, "%s is small: %d bytes" % (form, size))
    return t.status


if __name__ == "__main__":
    sys.exit(main())
