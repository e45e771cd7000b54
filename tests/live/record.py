#!/usr/bin/python3
"""record - the record as evidence, as its owner and an auditor handle it: heads, export, purge."""

import json
import os
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import schema  # noqa: E402
import tap  # noqa: E402

REPORTS = """
    reports = { initial = { by = "person:wang.qiang", sign = "person:li.ming",
        to = "person:han.mei", phone = "30m", due = "1h" } },
"""
PLANS = {
    "tell": h.plan_text("tell", """
    notify { to = "person:li.ming", text = T "{title}" }
    wait("breach", "10m")
"""),
    "tell_up": h.plan_text("tell_up", """
    wait("breach", "10m")
""").replace("    fallback =", REPORTS + "    fallback =", 1),
}
TITLE = "张三在7号站落水"
NOT_KEPT = "is signed, but no second place"


class Owner:
    """A house, and its command line."""

    def __init__(self, **more):
        self.house = h.House(plans=PLANS, listen=["http://127.0.0.1:0"], heads=True, **more)
        self.heads = self.house.heads
        self.proof = os.path.dirname(self.heads)
        self.env = dict(MUSTER_HEAD_FILE=self.heads)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.house.__exit__()

    def start(self):
        self.house.start(env=dict(dict(MUSTER_HEAD_FILE=""), **self.env))

    def run(self, *words, env=None):
        return subprocess.run([h.MUSTER, "--server", self.house.socket, "--lang", "en", *words],
                              capture_output=True, text=True, timeout=60 * h.SLOW,
                              env=dict(os.environ, MUSTER_DATA=self.house.data,
                                       **(self.env if env is None else env)))

    def json(self, *words):
        done = self.run(*words, "--json")
        return json.loads(done.stdout)

    def trigger(self, **more):
        reply = self.house.admin(op="trigger", plan="tell", title=TITLE, **more)
        assert reply["ok"], reply
        return reply["incident"]

    def get(self, path, key):
        request = urllib.request.Request("http://127.0.0.1:%d%s" % (self.house.http_port, path),
                                         headers={"Authorization": "Bearer " + key})
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.read().decode()

    def metric(self, name, key):
        for line in self.get("/metrics", key).splitlines():
            if line.startswith(name + " "):
                return float(line.split(" ")[1])
        return None

    def over(self, incident):
        """Ended, and no message of it on its way."""
        self.house.admin(op="order", incident=incident, action="terminate", reason="over")

        def is_spent():
            db = self.house.database()
            row = db.execute("SELECT open FROM incident WHERE id = ?",
                             (h.blob(incident),)).fetchone()
            db.close()
            return row == (0,)

        h.wait_for(is_spent, "the incident to be over")


def cut(owner, rows):
    db = sqlite3.connect(os.path.join(owner.house.data, "muster.db"))
    db.execute("DELETE FROM journal WHERE seq > (SELECT max(seq) FROM journal) - ?", (rows,))
    db.commit()
    db.close()


def heads(t):
    with Owner() as owner:
        owner.start()
        owner.trigger()
        done = owner.run("journal", "checkpoint")
        t.check(done.returncode == 0 and owner.heads in done.stderr and "seq    " in done.stdout,
                "a checkpoint is signed, kept and shown", done)
        key = owner.run("journal", "key").stdout.strip()
        t.check(key.startswith("ed25519:") and key in done.stdout,
                "the public key can be kept elsewhere", key)
        with open(owner.heads) as f:
            last = json.loads(f.read().splitlines()[-1])
        t.equal(("seq    %d" % last["seq"] in done.stdout, last["key"]), (True, key),
                "the line of the second place is what was shown")
        verdict = owner.json("journal", "verify")
        t.check(verdict["ok"] and verdict["heads"] >= 1 and verdict["head_seq"] >= last["seq"],
                "verify beside the daemon takes the heads of the configuration", verdict)

        t.equal(owner.house.stop(), 0, "it stops in order")
        copy = os.path.join(owner.proof, "copy.db")
        with open(os.path.join(owner.house.data, "muster.db"), "rb") as f, open(copy, "wb") as to:
            to.write(f.read())
        audit = owner.run("journal", "verify", copy, "--heads", owner.heads, "--public", key,
                          env={})
        t.check(audit.returncode == 0 and "signed heads hold" in audit.stdout,
                "an auditor verifies a copy with the key that he has kept", audit)
        plain = owner.run("journal", "verify", copy, env={})
        t.check(plain.returncode == 0 and "no signed heads were given" in plain.stdout,
                "without heads it says what it cannot say", plain)
        audit = owner.run("journal", "verify", copy, "--heads", owner.heads, "--public",
                          "ed25519:" + "A" * 43 + "=", env={})
        t.check(audit.returncode == 1 and "another key" in audit.stderr,
                "and with another key it fails", audit)

        with open(owner.heads, "a") as f:
            f.write('{"at":"2026-07-20T07:2')
        t.equal(owner.json("journal", "verify").get("heads_torn"), 1, "a torn line is passed over")
        cut(owner, 2)
        done = owner.run("journal", "verify")
        t.check(done.returncode == 1 and "were taken away" in done.stderr,
                "a tail that was cut off is found", done)
        done = owner.run("journal", "verify", env={})
        t.check(done.returncode == 0, "which the chain alone does not show", done)

        owner.start()
        key = owner.house.key("metrics", "read")
        h.wait_for(lambda: owner.metric("muster_head_missing", key) == 1,
                   "the metric of what was cut off")
        t.check("Rows were taken away" in owner.house.log_text(),
                "the next start says so at once", owner.house.log_text())
        t.check(owner.house.admin(op="trigger", plan="tell", title="goes on")["ok"],
                "and people are called all the same")


def no_place(t):
    with Owner() as owner:
        owner.env = {}
        owner.start()
        owner.trigger()
        t.check(owner.house.log_text().count("head_file is not set") == 1,
                "serve says once that there is no second place", owner.house.log_text())
        done = owner.run("journal", "checkpoint")
        t.check(done.returncode == 1 and NOT_KEPT in done.stderr and "sig    " in done.stdout,
                "a checkpoint fails then, and shows what can be written down", done)
        reply = owner.json("journal", "checkpoint")
        t.check(reply["code"] == "head_not_kept" and reply["head"]["seq"] > 0,
                "for programs, too", reply)
        paper = os.path.join(owner.proof, "paper")
        with open(paper, "w") as f:
            json.dump(reply["head"], f)
        done = owner.run("journal", "verify", "--heads", paper)
        t.check(done.returncode == 0 and "1 signed heads hold" in done.stdout,
                "what was written down proves as much", done)
        t.equal(owner.house.stop(), 0, "it stops in order")

        owner.env = dict(MUSTER_HEAD_FILE=os.path.join(owner.house.data, "heads"))
        done = owner.run("serve", "--plans", owner.house.plans)
        t.check(done.returncode == 78 and "lies with the database" in done.stderr,
                "the folder of the data is refused as no second place, exit 78", done)
        done = owner.run("serve", "--plans", owner.house.plans, "-n")
        t.equal(done.returncode, 78, "serve -n knows it, too")

        owner.env = dict(MUSTER_HEAD_FILE=os.path.join(owner.proof, "none", "heads"))
        owner.start()
        key = owner.house.key("metrics", "read")
        h.wait_for(lambda: owner.metric("muster_head_failing", key) == 1, "the failing metric")
        t.check(owner.house.admin(op="trigger", plan="tell", title="x")["ok"]
                and "cannot be kept" in owner.house.log_text(),
                "a second place that is not there is said, and stops nothing")


def kept_personal(data):
    """Files of the data folder in which the title can be read."""
    found = []
    for name in os.listdir(data):
        path = os.path.join(data, name)
        if os.path.isfile(path):
            with open(path, "rb") as f:
                if TITLE.encode() in f.read():
                    found.append(name)
    return found


def reports(t):
    """A report from the command line, and what a purge leaves of it."""
    with Owner() as owner:
        owner.start()
        incident = owner.house.admin(op="trigger", plan="tell_up", title=TITLE)["incident"]
        listed = owner.json("reports", incident)["reports"]
        t.equal([(r["kind"], r["number"], r["state"]) for r in listed], [("initial", 1, "opened")],
                "the first report is listed")
        report = listed[0]["id"]
        shown = owner.run("report", report)
        t.check(TITLE in shown.stdout and "revision 1" in shown.stdout, "its draft is shown", shown)
        text = os.path.join(owner.house.data, "text.md")
        with open(text, "w", encoding="utf-8") as f:
            f.write("# 首报\n\n%s，已救起\n" % TITLE)
        done = owner.run("report", report, "edit", "--file", text, "--rev", "7")
        t.check(done.returncode == 5 and "read it again" in done.stderr,
                "a text made from another revision is refused, exit 5", done)
        done = owner.run("report", report, "edit", "--file", text, "--as", "wang.qiang")
        t.check(done.returncode == 2 and "`muster report %s` shows it" % report in done.stderr,
                "whoever names no revision overwrites nothing, exit 2", done)
        long = os.path.join(owner.house.data, "long.md")
        with open(long, "w", encoding="utf-8") as f:
            f.write("x" * 1048576)
        done = owner.run("report", report, "edit", "--file", long, "--rev", "1")
        t.check(done.returncode == 1 and "at most 32768 bytes" in done.stderr,
                "a text that is too long is refused with its limit", done)
        done = owner.run("report", report, "edit", "--file", text, "--rev", "1",
                         "--as", "wang.qiang")
        t.check(done.returncode == 0 and "drafted, revision 2" in done.stdout, "a text is edited",
                done)
        flood = ["--field=f%d=%s" % (n, "x" * 100000) for n in range(8)]
        done = owner.run("update", incident, *flood)
        t.check(done.returncode not in (0, 6) and "Broken pipe" not in done.stderr,
                "what the daemon says before it closes is heard", done.stderr)
        for unknown, words in (("x", "no report's id"),
                               (str(uuid.uuid4()), "no report with this id")):
            done = [owner.run("report", unknown, *more) for more in ((), ("send",))]
            t.check(all(one.returncode != 0 and words in one.stderr for one in done),
                    "%s" % words, done)
        done = owner.run("report", report, "sned")
        t.check(done.returncode == 2 and "did you mean send?" in done.stderr
                and "show, edit" in done.stderr, "an unknown action lists all that there are", done)
        for state in ("edited", "drafted", "已起草"):  # as the table has it, too
            found = owner.json("reports", "--state", state)["reports"]
            t.equal([r["id"] for r in found], [report], "a state is asked for as %s" % state)
        t.check("by telephone 2" in owner.run("reports").stdout, "the telephone comes first")
        done = owner.run("report", report, "phone", "--note", "told")
        t.check(done.returncode != 0 and "who telephoned" in done.stderr,
                "a telephone call without who made it proves nothing", done)
        done = owner.run("report", report, "send")
        t.check(done.returncode == 5 and "李明" in done.stderr, "unsigned it is not sent", done)
        done = owner.run("report", report, "sign", "--as", "wang.qiang")
        t.check(done.returncode == 4 and "李明" in done.stderr, "not everybody signs, exit 4", done)
        done = owner.run("report", report, "sign", "--as", "li.ming")
        t.check("signed, revision 2" in done.stdout, "what was signed is said", done)
        done = owner.run("report", report, "fill")
        t.check("李明: the signature is void" in done.stdout, "and that a fill voids it", done)
        for words in (("phone", "--as", "wang.qiang", "--note", "told"),
                      ("edit", "--file", text, "--rev", "3"), ("sign", "--as", "li.ming"),
                      ("send",)):
            done = owner.run("report", report, *words)
            t.equal(done.returncode, 0, "report %s" % words[0])
        t.equal([owner.json("reports", incident, *more)["reports"] for more in
                 (("--state", "missed"), ("--state", "opened", "--closed"))], [[], []],
                "closed ones are told from others within an incident, too")
        t.equal(len(owner.json("reports", incident, "--closed")["reports"]), 1,
                "what was sent is closed")
        owner.house.receiver.wait(lambda hits: any("muster.report" in hit[3] for hit in hits))
        bodies = [hit[3] for hit in owner.house.receiver.hits if "muster.report" in hit[3]]
        t.check(len(bodies) == 1 and "已救起" in bodies[0], "who it is for gets it", bodies)
        h.wait_for(lambda: "韩梅: sent" in owner.run("report", report).stdout, "proof of it")
        shown = owner.run("report", report).stdout
        t.check("signed by 李明" in shown, "and so is who signed it", shown)
        owner.over(incident)
        t.equal(owner.run("purge", incident).returncode, 0, "it is purged")
        left = owner.json("report", report)["report"]
        t.check(left["purged"] and left["state"] == "sent" and "text" not in left,
                "what is left of it says when, not what", left)
        t.check("已救起".encode() not in b"".join(
            open(os.path.join(owner.house.data, name), "rb").read()
            for name in os.listdir(owner.house.data) if name.startswith("muster.db")),
            "its text is in no file", None)


def purge(t):
    with Owner() as owner:
        owner.start()
        key = owner.house.key("reader", "read")
        document = json.loads(owner.get("/api/v1/openapi.json", key))
        shapes = schema.Schemas(document)
        incident = owner.trigger(key="zhang.san", idempotency_key="for zhang.san")
        other = owner.trigger()
        owner.house.receiver.wait(lambda hits: len(hits) >= 2)
        done = owner.run("purge", incident)
        t.check(done.returncode == 5 and "is not over" in done.stderr,
                "an open incident is not purged, exit 5", done)
        done = owner.run("purge", str(uuid.uuid4()))
        t.check(done.returncode == 3, "an unknown id is not found, exit 3", done)
        owner.over(incident)
        reader = owner.house.admin(op="ping")["as_of"]

        done = owner.run("purge", incident)
        t.check(done.returncode == 0 and "purged" in done.stdout, "what is over is purged", done)
        again = owner.json("purge", incident)
        t.check(again["already"] and again["purged"], "a second purge says that it was done", again)
        late = owner.run("answer", incident)
        t.check(late.returncode == 5, "a late answer is told that it is over", late)

        status = owner.json("status", incident)
        t.check(status["purged"] and status["state"] == "closed" and status["title"] is None
                and status["plan"] == "tell"
                and abs(h.parse_time(status["opened_at"]) - time.time()) < 60 * h.SLOW,
                "its status says so, and what it still knows", status)
        t.check("purged" in owner.run("status", incident).stdout, "for people, too")
        listed = [i for i in owner.json("list")["incidents"] if i["id"] == incident]
        t.check(listed and listed[0]["purged"], "so does the list", listed)
        events = owner.json("timeline", incident)["events"]
        t.equal((events[0]["kind"], events[0]["purged"], events[-1]["kind"]),
                ("incident_opened", True, "purged"), "its timeline can be read to its end")
        t.check(not any(TITLE in json.dumps(e, ensure_ascii=False) for e in events)
                and all(e["text"] for e in events), "and nothing personal stands in it", events)

        faults = shapes.faults({"$ref": "#/components/schemas/Incident"},
                               json.loads(owner.get("/api/v1/incidents/" + incident, key)))
        for event in json.loads(owner.get("/api/v1/incidents/%s/timeline" % incident,
                                          key))["events"]:
            faults += shapes.faults({"$ref": "#/components/schemas/Event"}, event)
        t.equal(faults, [], "over HTTP it has the shape that is written down")
        watcher = owner.house.client()
        watcher.send(op="watch", after=reader)
        watcher.read()
        t.check(any(watcher.read()["kind"] == "purged" for _ in range(4)),
                "who watches is told")
        watcher.close()
        reply = owner.house.admin(op="trigger", plan="tell", title=TITLE, key="zhang.san",
                                  idempotency_key="for zhang.san")
        t.check(reply.get("new"), "its keys are free", reply)

        lines = [json.loads(line) for line in
                 owner.run("journal", "export", "--incident", incident).stdout.splitlines()]
        t.check(all(r["incident"] == incident and "sealed" not in r for r in lines)
                and any(r.get("purged") for r in lines), "the export says what was purged", lines)
        lines = [json.loads(line) for line in
                 owner.run("journal", "export", "--incident", other).stdout.splitlines()]
        t.check(lines[0]["sealed"]["ev"]["incident"]["title"] == TITLE,
                "and opens what was not", lines[0])
        t.equal(len(owner.run("journal", "export", "--after", str(lines[0]["seq"] - 1))
                    .stdout.splitlines()) >= len(lines), True, "it begins where it is told to")
        t.equal(owner.run("journal", "export", "--after", "x").returncode, 2,
                "a number that is none is a wrong use")

        t.equal(owner.house.stop(), 0, "it stops in order")
        t.equal(kept_personal(owner.house.data), [], "no file of its data names him")
        before = dump(owner)
        done = owner.run("journal", "rebuild")
        t.check(done.returncode == 0 and dump(owner) == before,
                "made again from the journal, the database is the same", done)
        verdict = owner.json("journal", "verify")
        t.check(verdict["ok"] and verdict["purged"] > 0 and verdict["heads"] > 0,
                "the chain and the heads still hold", verdict)
        owner.start()
        t.check(owner.json("status", incident)["purged"]
                and not owner.json("status", other).get("purged"),
                "after a restart it is the same")


def dump(owner):
    db = sqlite3.connect(os.path.join(owner.house.data, "muster.db"))
    rows = [db.execute("SELECT * FROM %s ORDER BY 1" % table).fetchall()
            for table in ("incident", "notice", "key", "meta", "access", "fact", "item")]
    db.close()
    return rows


def main():
    with tap.Plan() as t:
        heads(t)
        no_place(t)
        purge(t)
        reports(t)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
