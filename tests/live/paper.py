#!/usr/bin/python3
"""paper - what is printed and kept: an incident is worked, closed, archived; the folder is checked.

A flood by the shipped plan: called, answered, ordered, items done, ended. Then its archive, its
views, and the page that a browser prints; with and without a daemon.
"""
# limit: 180 s

import base64
import hashlib
import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import raw_http  # noqa: E402
import tap  # noqa: E402

TITLE = "7号站超警 <script>alert(1)</script> & \"it\""
NOTE = "**note** [x](javascript:alert(1)) <img src=http://evil.example/p>"
FILES = ["incident.json", "record.en.html", "record.zh.html", "timeline.jsonl", "verification.txt"]
CHROMIUM = "/usr/bin/chromium"
SLOWSYNC = os.path.join(os.environ.get("MUSTER_OUT") or os.path.join(h.ROOT, "out"),
                        "tests/preload/slowsync.so")
SYNCS = 6  # five files, and the folder before it is renamed
NO_ID = "0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11"


def plans(name):
    with open(os.path.join(h.ROOT, "plans", name), encoding="utf-8") as f:
        return f.read()


class Owner:
    def __init__(self):
        self.house = h.House(plans={"flood": plans("flood.lua")}, site=plans("site.lua"), demo=True,
                             heads=True)
        self.folder = os.path.join(self.house.folder, "archive")
        os.mkdir(self.folder)
        self.incident = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.house.__exit__()

    def env(self, **more):
        return dict(os.environ, MUSTER_DATA=self.house.data, MUSTER_HEAD_FILE=self.house.heads,
                    TZ="America/Chicago", **more)

    def run(self, *words, lang="en", **env):
        return subprocess.run([h.MUSTER, "--server", self.house.socket, "--lang", lang, *words],
                              capture_output=True, text=True, timeout=60 * h.SLOW,
                              env=self.env(**env))

    def json(self, *words):
        return json.loads(self.run(*words, "--json").stdout)

    def ask(self, **line):
        reply = self.house.admin(incident=self.incident, **line)
        assert reply["ok"], reply
        return reply

    def items(self):
        return self.house.admin(op="items", incident=self.incident)["items"]

    def act(self, item, *actions):
        for action in actions:
            reply = self.house.admin(op="item", item=item, action=action)
            assert reply["ok"], (action, reply)

    def reports(self):
        return self.house.admin(op="reports", incident=self.incident)["reports"]

    def report_all(self):
        for report in self.reports():
            signer = "han.mei" if report["kind"] == "final" else "sun.wei"
            for more in ({"action": "sign", "as": signer}, {"action": "send"}):
                reply = self.house.admin(op="report", report=report["id"], **more)
                assert reply["ok"], (report, reply)

    def to(self, name):
        return os.path.join(self.folder, name)

    def state(self):
        return self.house.admin(op="status", incident=self.incident)["incident"]["state"]


def open_items(owner):
    return [i for i in owner.items() if i["state"] in ("issued", "received", "arrived")]


def work(owner):
    """Until the response is ordered and a directive is out. Gives the directive's id."""
    reply = owner.house.admin(op="trigger", plan="flood", title=TITLE, note=NOTE, grade="III",
                              place={"district": "chengdong"}, fields={"g7": {"stage_m": 4.6}})
    assert reply["ok"], reply
    owner.incident = reply["incident"]
    owner.ask(op="answer", **{"as": "wang.qiang", "note": "on my way"})
    owner.ask(op="order", action="activate", level="IV", reason="over the mark",
              **{"as": "sun.wei", "oral": "wang.qiang"})
    return owner.ask(op="directive", text="clear *the* drains", lead="dept:urban", due="2h",
                     **{"as": "sun.wei"})["item"]


def finish(owner, directive):
    owner.act(directive, "receive", "done", "strike")
    owner.ask(op="order", action="terminate", reason="it has passed", despite="levels were low",
              **{"as": "sun.wei"})
    owner.report_all()
    for _ in range(20):
        for item in open_items(owner):
            owner.act(item["id"], "done", "strike")
        for item in owner.items():
            if item["state"] == "done":
                owner.act(item["id"], "strike")
        if owner.state() == "closed":
            break

    def is_spent():
        db = owner.house.database()
        row = db.execute("SELECT open FROM incident WHERE id = ?",
                         (h.blob(owner.incident),)).fetchone()
        db.close()
        return row == (0,)
    h.wait_for(is_spent, "the incident to be over", 60)


class Page(html.parser.HTMLParser):
    """What a document is made of."""

    def __init__(self, text):
        super().__init__()
        self.tags = {}
        self.attributes = []
        self.style = self.policy = self.title = ""
        self.inside = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.attributes += [name for name, _ in attrs]
        self.inside = tag
        attrs = dict(attrs)
        if attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside == "style":
            self.style += data
        if self.inside == "title":
            self.title += data


def is_strict(page):
    """No script, nothing from outside, and a policy that allows this one style."""
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    outside = {"script", "img", "link", "iframe", "object", "embed", "form", "base", "svg"}
    return (not outside & set(page.tags) and not any(a.startswith("on") for a in page.attributes)
            and not {"src", "style", "srcset"} & set(page.attributes)
            and "sha256-" + digest in page.policy and "default-src 'none'" in page.policy
            and "url(" not in page.style and "@import" not in page.style)


def read(path):
    with open(path, encoding="utf-8", newline="") as f:
        return f.read()


def refusals(t, owner):
    to = owner.to("refused")
    done = owner.run("archive", owner.incident, "--to", to)
    t.check(done.returncode == 5 and "--open" in done.stderr and not os.path.exists(to),
            "an incident that is not over is refused, exit 5, and no folder is left", done)
    quiet = owner.house.admin(op="trigger", plan="flood", title="a promise is left")["incident"]
    owner.house.admin(op="directive", incident=quiet, text="look on", lead="dept:urban", due="2h",
                      **{"as": "sun.wei"})
    assert owner.house.admin(op="close", incident=quiet)["ok"]
    done = owner.run("archive", quiet, "--to", to)
    t.check(done.returncode == 5 and "open items: 1, open reports: 2" in done.stderr,
            "one that is closed and owes something says what", done)
    done = owner.run("archive", NO_ID, "--to", to)
    t.equal(done.returncode, 3, "an unknown incident is not found, exit 3")
    t.equal(owner.run("archive", owner.incident).returncode, 2, "without --to it is a wrong use")
    t.equal(owner.run("archive", "x", "--to", to).returncode, 2, "so is what is no id")
    done = owner.run("archive", owner.incident, "--to", owner.to("none/deeper"), "--open")
    t.check(done.returncode == 1 and os.listdir(owner.folder) == [],
            "where no folder can be made, none is left", done)
    done = owner.run("archive", owner.incident, "--to", owner.to("open"), "--open")
    record = read(os.path.join(owner.to("open"), "record.en.html"))
    sheet = read(os.path.join(owner.to("open"), "verification.txt"))
    t.check(done.returncode == 0 and "is not over" in done.stdout and "is how it stood at" in record
            and "ended: no" in sheet and owner.run("archive", "--check",
                                                   owner.to("open")).returncode == 0,
            "with --open it is archived as of a moment, and says so", done)
    shutil.rmtree(owner.to("open"))


def archive(t, owner):
    assert owner.run("journal", "checkpoint").returncode == 0
    to = owner.to("flood")
    report = owner.json("archive", owner.incident, "--to", to)
    t.equal(sorted(os.listdir(to)), FILES, "an archive has its five files")
    t.equal(os.listdir(owner.folder), ["flood"], "and nothing else is left behind")
    t.check(os.stat(to).st_mode & 0o777 == 0o700
            and all(os.stat(os.path.join(to, f)).st_mode & 0o777 == 0o600 for f in FILES),
            "only its owner reads it")
    with open(os.path.join(to, "verification.txt"), "rb") as f:
        t.equal(report["sheet"], hashlib.sha256(f.read()).hexdigest(), "the sheet's sum is told")
    exported = owner.run("journal", "export", "--incident", owner.incident).stdout
    t.equal(read(os.path.join(to, "timeline.jsonl")), exported,
            "timeline.jsonl is what the journal exports")
    rows = [json.loads(line) for line in exported.splitlines()]
    sheet = read(os.path.join(to, "verification.txt"))
    t.check("rows: %d\n" % len(rows) in sheet
            and "first: %d %s\n" % (rows[0]["seq"], rows[0]["chain"]) in sheet
            and "last: %d %s\n" % (rows[-1]["seq"], rows[-1]["chain"]) in sheet,
            "the sheet has the first and the last row and their chain", sheet)
    head = json.loads(re.search(r"^head: (\{.*\})$", sheet, re.MULTILINE)[1])
    t.check(head["seq"] >= rows[-1]["seq"] and report["head_seq"] == head["seq"],
            "and the newest signed head that covers them", head)
    kept = json.loads(read(os.path.join(to, "incident.json")))
    status = owner.house.admin(op="status", incident=owner.incident)["incident"]
    same = ("id", "title", "state", "opened_at", "closed_at", "facts", "place", "notices")
    t.check(all(kept["incident"].get(k) == status.get(k) for k in same),
            "incident.json has the shape of status", kept["incident"])
    t.check(len(kept["items"]) == len(owner.items()) and [o["action"] for o in kept["orders"]]
            == ["activate", "terminate"] and all(n["text"] for n in kept["notices"]),
            "with items, orders and messages", kept["orders"])
    t.check("token" not in json.dumps(kept) and '"code"' not in json.dumps(kept),
            "and nothing that would let its reader answer in another's name")
    t.check([r["kind"] for r in kept["reports"]] == ["initial", "update", "final"]
            and all(r["state"] == "sent" and r["text"] for r in kept["reports"]),
            "with the reports, oldest first, and their text", kept["reports"])
    for lang in ("zh", "en"):
        text = read(os.path.join(to, "record.%s.html" % lang))
        page = Page(text)
        t.check(is_strict(page) and TITLE in page.title,
                "record.%s.html has no script, loads nothing, and shows the title as written"
                % lang, (page.tags, page.policy))
        t.check(all(w in text for w in ("孙伟", "wang.qiang", "clear *the* drains")),
                "it names who ordered, who took it down, and what", text[:300])
        t.check("首报第1号" in text and "终报第1号" in text,
                "the reports stand in it as they were sent")
        t.check("Asia/Shanghai +08:00" in text,
                "its times are those of the city, wherever it is made")
    done = subprocess.run("grep -E '^[0-9a-f]{64}  ' verification.txt | sha256sum --check --strict",
                          shell=True, cwd=to, capture_output=True, text=True)
    t.equal((done.returncode, done.stdout.count(": OK")), (0, 4),
            "the command on the sheet verifies it without this program")
    done = owner.run("archive", owner.incident, "--to", to)
    t.check(done.returncode == 5 and "never written over" in done.stderr,
            "a folder that is there is not written over", done)
    os.mkdir(owner.to("empty"))
    t.equal(owner.run("archive", owner.incident, "--to", owner.to("empty")).returncode, 5,
            "an empty one neither")
    os.rmdir(owner.to("empty"))
    return to


def never_half(t, owner):
    """A disk that fails, and a kill, at every place where it hurts."""
    if not os.path.exists(SLOWSYNC):
        t.skip("there is never half a folder", "no preloaded library here")
        return
    words = ("archive", owner.incident, "--to", owner.to("half"))
    disk = dict(LD_PRELOAD=SLOWSYNC,
                ASAN_OPTIONS="verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", ""))
    codes = [owner.run(*words, SLOWSYNC_FAIL_AT=str(n), **disk).returncode
             for n in range(1, SYNCS + 1)]
    t.check(codes == [1] * SYNCS and os.listdir(owner.folder) == ["flood"],
            "whichever sync fails, it says so and leaves nothing behind",
            (codes, os.listdir(owner.folder)))
    process = subprocess.Popen([h.MUSTER, *words],
                               env=owner.env(SLOWSYNC_MS="30000", **disk))
    part = h.wait_for(lambda: [n for n in os.listdir(owner.folder) if n.startswith(".half.part-")],
                      "the folder under its other name")
    process.kill()
    process.wait()
    t.check(not os.path.exists(owner.to("half")) and len(part) == 1,
            "whoever is killed in the middle has made no archive", os.listdir(owner.folder))
    shutil.rmtree(owner.to(part[0]))


def check(t, owner, good):
    done = owner.run("archive", "--check", good)
    t.check(done.returncode == 0 and "as the sheet says" in done.stdout, "a good one is good", done)
    done = owner.run("archive", "--check", good, "--data", owner.house.data)
    t.check(done.returncode == 0 and "chain holds" in done.stdout,
            "against the database, too, beside the daemon", done)

    def broken(name, sentence, expected, *more):
        bad = owner.to(name)
        shutil.copytree(good, bad)
        breaks[name](bad)
        found = owner.run("archive", "--check", bad, *more)
        t.check(found.returncode == 1 and expected in found.stdout, sentence, found)
        shutil.rmtree(bad)

    def rewrite(path, change):
        with open(path, "rb") as f:
            content = change(f.read())
        with open(path, "wb") as f:
            f.write(content)
        return hashlib.sha256(content).hexdigest()

    def resummed(bad, change):
        """A file is changed, and its sum on the sheet with it."""
        new = rewrite(os.path.join(bad, "timeline.jsonl"), change)
        rewrite(os.path.join(bad, "verification.txt"),
                lambda b: re.sub(rb"[0-9a-f]{64}(?=  timeline)", new.encode(), b))

    breaks = {
        "byte": lambda bad: rewrite(os.path.join(bad, "record.zh.html"),
                                    lambda b: b[:2000] + bytes([b[2000] ^ 1]) + b[2001:]),
        "gone": lambda bad: os.remove(os.path.join(bad, "incident.json")),
        "more": lambda bad: shutil.copy(os.path.join(bad, "incident.json"),
                                        os.path.join(bad, "report.html")),
        "sheet": lambda bad: os.remove(os.path.join(bad, "verification.txt")),
        "rows": lambda bad: resummed(bad, lambda b: b[:b.rstrip(b"\n").rindex(b"\n") + 1]),
        "head": lambda bad: rewrite(os.path.join(bad, "verification.txt"),
                                    lambda b: re.sub(rb'"seq":\d+', b'"seq":999999', b)),
        "forged": lambda bad: resummed(bad, lambda b: b.replace("孙伟".encode(), "王强".encode())),
        "link": lambda bad: (os.rename(os.path.join(bad, "incident.json"), owner.to("elsewhere")),
                             os.symlink(owner.to("elsewhere"),
                                        os.path.join(bad, "incident.json"))),
    }
    broken("byte", "a changed byte is found", "record.zh.html was changed")
    broken("gone", "a missing file is found", "incident.json is missing")
    broken("more", "an added file is found", "report.html is not on the sheet")
    broken("rows", "a row that was taken away is found, though its sum fits", "last row of")
    broken("head", "a signed head that was changed is found", "does not hold")
    broken("link", "a link in the place of a file is found", "no plain file")
    os.remove(owner.to("elsewhere"))
    broken("forged", "a row whose words were changed, with a sum that fits, is found by the "
           "database", "not what the database has", "--data", owner.house.data)
    bad = owner.to("bare")
    shutil.copytree(good, bad)
    os.remove(os.path.join(bad, "verification.txt"))
    done = owner.run("archive", "--check", bad)
    t.check(done.returncode == 3 and "sheet was taken away" in done.stderr,
            "without its sheet it is no archive", done)
    shutil.rmtree(bad)


def views(t, owner, directive):
    done = owner.run("view", owner.incident, "ics209")
    t.check(done.returncode == 0 and "**3\\. Report Version**: Final" in done.stdout
            and "**52\\. " in done.stdout and "(nothing recorded)" in done.stdout,
            "ICS 209 has its blocks, and says which are empty", done.stdout[:800])
    done = owner.run("view", owner.incident, "ics213", "--about", directive)
    t.check("clear \\*the\\* drains" in done.stdout and "住建局" in done.stdout,
            "ICS 213 is a directive, letter by letter", done.stdout)
    t.equal(owner.run("view", owner.incident, "ics213").returncode, 2,
            "without a directive or a message it is a wrong use")
    t.equal(owner.run("view", owner.incident, "ics213", "--about", NO_ID).returncode, 3,
            "one that is not there is not found")
    done = owner.run("view", owner.incident, "ics214", "--html")
    page = Page(done.stdout)
    t.check(is_strict(page) and page.tags.get("li", 0) > 10 and TITLE in page.title,
            "ICS 214 is a log, and as a document as strict as the record", page.tags)
    done = owner.run("view", owner.incident, "phonelog", lang="zh")
    t.check("**来电** 王强：应答；on my way" in done.stdout
            and "**口头命令** 孙伟：over the mark　*记录并复诵*：wang.qiang" in done.stdout,
            "the phone log has who called, and whose order was taken down", done.stdout)
    t.equal(owner.run("view", owner.incident, "ics999").returncode, 2, "others are a wrong use")


def page(t, owner):
    path = "/api/v1/incidents/%s/record" % owner.incident
    port = owner.house.http_port
    for lang, word in (("zh", "事件记录"), ("en", "Incident record")):
        answer = raw_http.ask(port, "GET", path + "?lang=" + lang)
        one = Page(answer.body.decode())
        t.check(answer.status == 200 and is_strict(one) and word in one.title
                and answer.header("content-type") == "text/html; charset=utf-8",
                "the daemon gives the same document to print (%s)" % lang, answer.status)
        policy = answer.header("content-security-policy")
        t.check(policy and one.policy in policy and "frame-ancestors 'none'" in policy,
                "by a policy that allows its style alone", policy)
    t.equal([raw_http.ask(port, "GET", p).status
             for p in (path + "?lang=fr", path + "?x=1", path.replace(owner.incident, NO_ID),
                       path.replace(owner.incident, "x"))], [422, 422, 404, 422],
            "another language, another field, another incident are refused")
    t.equal(raw_http.ask(port, "HEAD", path).status, 200, "HEAD works")
    key = owner.house.key("only", "trigger")
    status = raw_http.ask(port, "GET", path, headers={"Authorization": "Bearer " + key}).status
    t.equal(status, 403, "a key that may not read gets none")


def prints(t, owner, folder):
    if not os.access(CHROMIUM, os.X_OK):
        t.skip("the record prints", "no chromium here")
        return
    with tempfile.TemporaryDirectory() as home:
        for lang in ("zh", "en"):
            pdf = os.path.join(home, lang + ".pdf")
            done = subprocess.run(
                [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
                 "--user-data-dir=" + home + "/profile", "--print-to-pdf=" + pdf,
                 "file://" + os.path.join(folder, "record.%s.html" % lang)],
                capture_output=True, text=True, timeout=60 * h.SLOW)
            with open(pdf, "rb") as f:
                content = f.read()
            sizes = set(re.findall(rb"/MediaBox ?\[([^\]]*)\]", content))
            t.check(content.startswith(b"%PDF") and content.count(b"/Type /Page\n") > 1
                    and all(s.split()[2].startswith((b"594", b"595")) for s in sizes) and sizes,
                    "record.%s.html prints on A4" % lang, (done.returncode, sizes))


def without_daemon(t, owner, folder):
    t.equal(owner.house.stop(), 0, "it stops in order")
    again = owner.to("again")
    done = owner.run("archive", owner.incident, "--to", again)
    rows = [read(os.path.join(f, "timeline.jsonl")) for f in (again, folder)]
    t.check(done.returncode == 0 and rows[0] == rows[1], "without a daemon it is the same", done)
    t.equal(owner.run("archive", "--check", again, "--data", owner.house.data).returncode, 0,
            "so is the check")


def purged(t, owner, folder):
    owner.house.start()
    assert owner.house.admin(op="purge", incident=owner.incident)["ok"]
    done = owner.run("archive", owner.incident, "--to", owner.to("purged"))
    t.check(done.returncode == 5 and "was purged" in done.stderr
            and not os.path.exists(owner.to("purged")), "what was purged is refused clearly", done)
    done = owner.run("archive", "--check", folder, "--data", owner.house.data)
    t.check(done.returncode == 0 and "purged there since" in done.stdout,
            "an archive from before is held against the chain that is left", done)
    answer = raw_http.ask(owner.house.http_port, "GET",
                          "/api/v1/incidents/%s/record?lang=en" % owner.incident)
    t.check(answer.status == 200 and b"Purged" in answer.body and b"alert(1)" not in answer.body,
            "and the page says that it is gone", answer.status)


def main():
    with tap.Plan() as t, Owner() as owner:
        owner.house.start()
        directive = work(owner)
        refusals(t, owner)
        finish(owner, directive)
        folder = archive(t, owner)
        never_half(t, owner)
        check(t, owner, folder)
        views(t, owner, directive)
        page(t, owner)
        prints(t, owner, folder)
        without_daemon(t, owner, folder)
        purged(t, owner, folder)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
