#!/usr/bin/python3
"""start - what can be wrong at a start, and what is said of it.

Each thing that keeps a daemon from starting ends it with its exit code and one sentence that names
the thing, the place and the remedy. What is wrong with the plans ends only the first start: a good
version from before stays in force.
"""

import os
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402
import unread  # noqa: E402

BAD_CONFIG = 78
FAILED = 1
CONFLICT = 5
NOBODY = 65534
DAC_READ_SEARCH = 1 << 2

PLANS = {"tell": h.plan_text("tell", """
    notify { to = "person:li.ming", text = T "{title}" }
    sleep "1h"
""")}


class Attempt:
    """A start that must fail: its exit code and what it said."""

    def __init__(self, house, user=None, env=None, plans=None, data=None,
                 run_by=lambda *command: list(command)):
        # where that user can reach it: the sources may lie in a home that is closed to others
        program = shutil.copy(h.MUSTER, house.folder) if user else h.MUSTER
        command = [program, "serve", "--data", data or house.data, "--plans", plans or house.plans]
        environment = dict(os.environ, MUSTER_SECRETS=house.secrets, **(env or {}))
        more = dict(user=user, group=user, extra_groups=[]) if user else {}
        process = subprocess.Popen(run_by(*command), env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, errors="replace", **more)
        try:
            self.said = process.communicate(timeout=20 * h.SLOW)[0]
            self.code = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            self.said, self.code = process.communicate()[0], None
        # a sanitizer's remark that it could not look at a thread that is just ending is not ours
        self.lines = [line for line in self.said.splitlines() if not line.startswith(("<6>", "=="))]

    def __repr__(self):
        return "exit %s\n%s" % (self.code, self.said)

    def says(self, *parts, lines=1):
        return len(self.lines) == lines and all(part in self.said for part in parts)


def refused(t, attempt, code, sentence, *parts, lines=1):
    t.check(attempt.code == code and attempt.says(*parts, lines=lines), sentence, attempt)


def used_house(speed=None):
    """A house whose daemon ran, has a record, and stopped."""
    house = h.House(plans=PLANS, speed=speed)
    house.start()
    client = house.client()
    client.ask(op="trigger", plan="tell", title="before", key="before")
    house.receiver.wait(lambda hits: len(hits) >= 1)
    client.close()
    house.stop()
    return house


def database_path(house):
    return os.path.join(house.data, "muster.db")


def flip_page(path, page):
    with open(path, "r+b") as file:
        file.seek(4096 * page)
        file.write(bytes(255 - b for b in os.pread(file.fileno(), 4096, 4096 * page)))


def forget_word(house):
    """Without it a start says only what is wrong."""
    word = os.path.join(house.data, "self_alarm.json")
    if os.path.exists(word):
        os.unlink(word)


def page_of(path, table):
    """The root page of a table, counted from 0."""
    db = sqlite3.connect(path)
    root = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
    db.close()
    return root - 1


def damaged(t):
    with used_house() as house:
        path, kept = database_path(house), os.path.join(house.folder, "kept")
        forget_word(house)
        shutil.copy(path, kept)

        with open(path, "wb") as file:
            file.write(b"This is no database. " * 1000)
        shutil.copy(path, kept + ".garbage")
        refused(t, Attempt(house), BAD_CONFIG, "a file that is no database: said with its remedy",
                path + " is not a database", "last backup")
        with open(path, "rb") as one, open(kept + ".garbage", "rb") as other:
            t.check(one.read() == other.read(), "and it is not touched")

        shutil.copy(kept, path)
        os.truncate(path, os.path.getsize(path) // 2 // 4096 * 4096)
        refused(t, Attempt(house), BAD_CONFIG, "a database that was cut off: said with its remedy",
                path, "damaged", "last backup")

        for table in ("incident", "journal", "contact"):
            shutil.copy(kept, path)
            forget_word(house)
            flip_page(path, page_of(path, table))
            refused(t, Attempt(house), BAD_CONFIG,
                    "a page of the table %s that is damaged: said with its remedy" % table,
                    path, "damaged", "last backup")

        shutil.copy(kept, path)
        house.start()
        client = house.client()
        t.equal([i["title"] for i in client.ask(op="list")["incidents"]], ["before"],
                "the copy put back, it starts and all is there")
        client.close()


def newer_and_locked(t):
    with used_house() as house:
        path = database_path(house)
        db = sqlite3.connect(path, isolation_level=None)
        version = db.execute("PRAGMA user_version").fetchone()[0]
        db.execute("PRAGMA user_version = %d" % (version + 1))
        db.close()
        refused(t, Attempt(house), BAD_CONFIG,
                "a database of a newer version is left alone, and said so",
                path, "newer Muster", "schema %d" % (version + 1), "not touched")

        db = sqlite3.connect(path, isolation_level=None)
        db.execute("PRAGMA user_version = %d" % version)
        db.execute("BEGIN EXCLUSIVE")
        refused(t, Attempt(house), BAD_CONFIG,
                "a database locked by another program: said with the way to find it",
                path, "locked by another program", "fuser")
        db.execute("ROLLBACK")
        db.close()
        house.start()
        t.equal(house.stop(), 0, "and when the lock is gone it starts")


def folders(t):
    with h.House(plans=PLANS) as house:
        path = os.path.join(house.folder, "file")
        open(path, "w").close()
        refused(t, Attempt(house, data=path), FAILED, "a data folder that is a file: said", path,
                "--data")
        refused(t, Attempt(house, data="/nowhere/run"), FAILED,
                "a data folder that cannot be made: said",
                "/nowhere/run", "--data")
        nowhere = os.path.join(house.folder, "nowhere")
        refused(t, Attempt(house, plans=nowhere), BAD_CONFIG,
                "a folder of plans that is not there: said",
                nowhere, "No such file", "--plans")
        name = "a data folder that may not be written: said"
        if os.geteuid() == 0:
            os.mkdir(path + ".d")
            os.chmod(house.folder, 0o755)
            refused(t, Attempt(house, data=path + ".d", user=NOBODY), FAILED, name, path + ".d",
                    "Permission denied",
                    "chown")
        else:
            os.mkdir(path + ".d", 0o500)
            refused(t, Attempt(house, data=path + ".d"), FAILED, name, path + ".d",
                    "Permission denied", "chown")
        house.start()
        refused(t, Attempt(house), CONFLICT,
                "a second daemon on the same folder: refused, with the first one's number",
                house.data, "in use by process %d" % house.process.pid)
        t.check(house.client().ask(op="ping")["ok"], "and the first one runs on")


def full_disk(t):
    names = ["a disk too small for a record: said at the start",
             "a disk that is full: said at the start",
             "with room again it starts"]
    with h.House(plans=PLANS) as house:
        disk = os.path.join(house.folder, "disk")
        os.mkdir(disk)
        mounted = os.geteuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "muster-test", disk],
            capture_output=True).returncode == 0
        if not mounted:
            for name in names:
                t.skip(name, "a small disk cannot be mounted here")
            return
        try:
            full_disk_at(t, house, disk, names)
        finally:
            house.stop(kill=True)
            subprocess.run(["umount", "--lazy", disk], check=False)


def full_disk_at(t, house, disk, names):
    fill = os.path.join(disk, "fill")
    with open(fill, "wb") as file:
        file.write(bytes(1000 * 1024))
    refused(t, Attempt(house, data=os.path.join(disk, "run")), BAD_CONFIG, names[0], disk,
            "disk is full", "make room")
    with open(fill, "ab") as file:
        try:
            file.write(bytes(1000 * 1024))
        except OSError:
            pass
    shutil.rmtree(os.path.join(disk, "run"), ignore_errors=True)
    attempt = Attempt(house, data=os.path.join(disk, "run"))
    t.check(attempt.code in (FAILED, BAD_CONFIG) and attempt.says(disk) and
            ("full" in attempt.said or "No space" in attempt.said), names[1], attempt)
    os.unlink(fill)
    house.data = os.path.join(disk, "run")
    house.socket = os.path.join(house.data, "muster.sock")
    house.start(env=dict(MUSTER_STORE_RESERVE_BYTES="0"))
    t.check("ballast" in house.log_text(),
            names[2] + ", and says that there is no room for the ballast",
            house.log_text())


SITE_ERROR = h.SITE.replace('zone = "Asia/Shanghai",', 'zone = = "Asia/Shanghai",')


def site_error(t):
    line = 1 + SITE_ERROR[:SITE_ERROR.index("= =")].count("\n")
    with h.House(plans=PLANS, site=SITE_ERROR) as house:
        refused(t, Attempt(house), BAD_CONFIG,
                "an error in site.lua at the first start: file, line, column, and the end",
                "site.lua:%d:" % line, "not started", lines=2)

    with used_house() as house:
        house.write("site.lua", SITE_ERROR)
        house.write("tell.lua", PLANS["tell"].replace('version = "1"', 'version = "2"'))
        house.start()
        client = house.client()
        plans = client.ask(op="plans")["plans"]
        t.equal([(p["name"], p["version"]) for p in plans], [("tell", "1")],
                "an error in site.lua with a good version before: the old one is in force")
        h.wait_for(lambda: "stays in force" in house.log_text(), "the log to say so")
        log = house.log_text()
        t.check("site.lua:%d:" % line in log and "<3>plans" in log,
                "and the log says so loudly, with the place", log)
        reply = client.ask(op="trigger", plan="tell", title="with the old plans")
        house.receiver.wait(lambda hits: any("with the old plans" in hit[3] for hit in hits))
        opened = client.ask(op="timeline", incident=reply["incident"])["events"][0]["data"]
        t.equal(opened["pin"], plans[0]["pin"],
                "a new incident runs the old plan, and its timeline shows which")
        client.close()


def unreadable(t):
    """A plan that may not be read, and one that somebody writes to all the time."""
    name = "a plan that may not be read: "
    if not unread.can():
        t.skip(name + "said", "root may read every file, and cannot give that up here")
        t.skip(name + "the set from before is in force", "the same")
    else:
        with used_house() as house:
            path = os.path.join(house.plans, "tell.lua")
            os.chmod(path, 0)
            kept(t, house, name + "the set from before is in force", path, "Permission denied",
                 run_by=unread.as_anyone)
            shutil.rmtree(house.data)
            refused(t, Attempt(house, run_by=unread.as_anyone), BAD_CONFIG, name + "said", path,
                    "Permission denied")

    name = "a plan that is written all the time: "
    with used_house() as house:
        path = os.path.join(house.plans, "tell.lua")
        with unread.Scribbler(path, PLANS["tell"]):
            kept(t, house, name + "the set from before is in force", path,
                 "changes while it is read")
            shutil.rmtree(house.data)
            refused(t, Attempt(house), BAD_CONFIG, name + "said", path, "changes while it is read")


def kept(t, house, sentence, *parts, **more):
    house.start(**more)
    h.wait_for(lambda: "stays in force" in house.log_text(), "the log to say so")
    client = house.client()
    plans = [plan["name"] for plan in client.ask(op="plans")["plans"]]
    client.close()
    log = house.log_text()
    t.check(plans == ["tell"] and all(part in log for part in parts), sentence, (plans, log))
    house.stop()


GREEDY = {
    "eats memory": "local t = {} while true do t[#t + 1] = ('x'):rep(200000) end",
    "calls itself": "local function f() return f() + 1 end f()",
    "is a pattern bomb": "local x = ('a'):rep(60000):find(('.-'):rep(20) .. 'b')",
    "is nested without end": "local x = " + "(" * 60000 + "1" + ")" * 60000,
}


def checker_dies(t):
    # the top of a plan runs in the check: one that never ends is stopped there
    loop = 'while true do end\n' + PLANS["tell"]
    with h.House(plans=dict(PLANS, loop=loop)) as house:
        attempt = Attempt(house)
        t.check(attempt.code == BAD_CONFIG and "loop.lua:1" in attempt.said
                and len(attempt.lines) <= 3,
                "a plan whose top never ends is found by the check: named, and not started",
                attempt)
    for name, top in GREEDY.items():
        with h.House(plans=dict(PLANS, greedy=top + "\n" + PLANS["tell"])) as house:
            refused(t, Attempt(house), BAD_CONFIG,
                    "a plan whose top %s is named, too, and the check outlives it" % name,
                    "greedy.lua:1:", "not started", lines=2)
    with used_house() as house:
        house.write("loop.lua", loop)
        house.start()
        h.wait_for(lambda: "stays in force" in house.log_text(), "the log to say so")
        client = house.client()
        t.equal([p["name"] for p in client.ask(op="plans")["plans"]], ["tell"],
                "with a good version before, the set before stays in force")
        client.close()


def self_alarm(t):
    """A database that can no longer be opened, with a site that says whom to tell."""
    with h.House(plans=PLANS) as house:
        house.start()
        client = house.client()
        client.ask(op="contact_set", person="wang.qiang", endpoint="pager",
                   value="http://127.0.0.1:%d/wang-secret" % house.receiver.port)
        client.close()
        house.wait_word()
        h.wait_for(lambda: "wang-secret" in open(os.path.join(house.data,
                                                              "self_alarm.json")).read(),
                   "the contact to be laid ready")
        word = os.path.join(house.data, "self_alarm.json")
        t.equal(os.stat(word).st_mode & 0o777, 0o600,
                "the finished self-alarm may be read by nobody else")
        house.stop()
        with open(database_path(house), "r+b") as file:
            file.write(b"x" * 8192)
        attempt = Attempt(house)
        hits = list(house.receiver.hits)
        t.check(attempt.code == BAD_CONFIG
                and sorted(hit[2] for hit in hits) == ["/hook", "/wang-secret"] and
                all("cannot write its record" in hit[3] for hit in hits),
                "when the database cannot be opened the self-alarm goes out, to each contact once",
                (attempt, hits))
        again = Attempt(house)
        t.equal(len(house.receiver.hits), 2, "and not again within five minutes")
        t.check(again.says("not a database"), "then the start says only what is wrong", again)
        said = attempt.said + again.said + house.log_text()
        t.check("wang-secret" not in said and "whsec_" not in said,
                "no contact and no secret is in the log", said)


def status_of(pid):
    with open("/proc/%d/status" % pid) as file:
        return dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)


def jails(t):
    with h.House(plans=PLANS) as house:
        house.start()
        reply = house.client().ask(op="trigger", plan="tell", title="x")
        house.receiver.wait(lambda hits: len(hits) >= 1)
        children, log = house.children(), house.log_text()
        for name in ("courier", "planner0", "planner1"):
            status = status_of(children[name])
            jailed = status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
            warned = "%s runs WITHOUT A WALL OF ITS JAIL: " % name in log
            t.check(jailed or warned, "%s is jailed, or the log says loudly what is missing" % name,
                    (status, log))
            if not warned:
                held = int(status["CapEff"], 16)
                t.check(held & ~(DAC_READ_SEARCH if name == "courier" else 0) == 0,
                        "%s has no capabilities but to read its secrets" % name, status["CapEff"])
        t.check(reply["ok"], "and a plan and a webhook run in these jails")


def main():
    with tap.Plan() as t:
        damaged(t)
        newer_and_locked(t)
        folders(t)
        full_disk(t)
        site_error(t)
        unreadable(t)
        checker_dies(t)
        self_alarm(t)
        jails(t)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
