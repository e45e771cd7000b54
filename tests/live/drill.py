#!/usr/bin/python3
"""drill - the shipped tabletop runs to its end, whatever is killed, and leaves its report.

Two hours in seconds: people answer and order at the table, two of what is expected is not met, and
what comes of it is a report and a review as files that print, and a lesson that outlives both.
"""

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

SPEED = int(1200 / h.SLOW)
CHROMIUM = "/usr/bin/chromium"
DIRECTORS = {"qian.min", "chu.lan"}


def plans(name):
    with open(os.path.join(h.ROOT, "plans", name), encoding="utf-8") as f:
        return f.read()


def run(house, *words, lang="en"):
    done = subprocess.run([h.MUSTER, "--server", house.socket, "--lang", lang, *words],
                          capture_output=True, text=True, timeout=60 * h.SLOW,
                          stdin=subprocess.DEVNULL)
    if done.returncode:
        raise AssertionError("%s: %s" % (" ".join(words), done.stderr))
    return done.stdout


def status(house, incident):
    return house.admin(op="status", incident=incident)["incident"]


def injected(house, incident, count):
    h.wait_for(lambda: status(house, incident)["drill_state"]["injected"] >= count,
               "inject %d" % count)


def play(t, house):
    """At the table; somebody pulls the plug meanwhile."""
    one = run(house, "drill", "start", "flood", "--scenario", "plans/drills/flood-2026.lua").strip()
    h.wait_for(lambda: any(p["person"] == "li.ming" for call in status(house, one)["calls"]
                           for p in call["asked"]), "his call")
    run(house, "answer", one, "--as", "li.ming")
    injected(house, one, 2)
    run(house, "order", one, "activate", "--level", "III", "--as", "sun.wei", "--reason", "5.0 m",
        "--measures", "patrol")
    shown = run(house, "status", one, lang="zh")
    t.check("桌面推演，情景 flood-2026" in shown and "【演练】" in shown, "status says how far it is", shown)
    house.stop(kill=True)
    house.start()
    h.wait_for(lambda: status(house, one)["state"] == "closed", "its end", 60)
    events = house.admin(op="timeline", incident=one, limit=1000)["events"]
    kinds = [e["kind"] for e in events]
    t.check(kinds.count("drill_inject") == 8 and all(e["drill"] for e in events),
            "each inject came once, whatever was killed, and all is marked", kinds)
    return one


def reached(t, house):
    phones = raw_http.ask(house.http_port, "GET", "/api/v1/phones").json()["phones"]
    rung = {p["person"] for p in phones for m in p["messages"] if m["incident"]["drill"]}
    texts = [m["text"] for p in phones for m in p["messages"] if m["incident"]["drill"]]
    t.check(rung and rung <= DIRECTORS, "nobody's phone rings but those of who directs", rung)
    t.check(any("导调：注入3" in x for x in texts), "who are told of the injects", texts[:5])


def files(t, house, one, folder):
    for lang in ("zh", "en"):
        for words in (("drill", "report"), ("review",)):
            name = os.path.join(folder, "%s.%s" % (words[0], lang))
            for end, more in ((".html", ("--html",)), (".md", ())):
                with open(name + end, "w", encoding="utf-8") as f:
                    f.write(run(house, *words, one, *more, lang=lang))


def content(t, folder, name, *words):
    with open(os.path.join(folder, name), encoding="utf-8") as f:
        text = f.read()
    missing = [w for w in words if w not in text]
    t.check(not missing, "%s says what it must" % name, missing)


def prints(t, folder):
    if not os.access(CHROMIUM, os.X_OK):
        t.skip("they print", "no chromium here")
        return
    for name in ("drill.zh", "review.en"):
        pdf = os.path.join(folder, name + ".pdf")
        subprocess.run([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu",
                        "--no-pdf-header-footer", "--user-data-dir=" + folder + "/profile",
                        "--print-to-pdf=" + pdf, "file://" + os.path.join(folder, name + ".html")],
                       capture_output=True, text=True, timeout=60 * h.SLOW, check=False)
        with open(pdf, "rb") as f:
            bytes_ = f.read()
        sizes = set(re.findall(rb"/MediaBox ?\[([^\]]*)\]", bytes_))
        t.check(bytes_.startswith(b"%PDF") and bytes_.count(b"/Type /Page\n") > 1 and sizes
                and all(s.split()[2].startswith((b"594", b"595")) for s in sizes),
                "%s prints on A4" % name, sizes)


def report(t, house, one, folder):
    lesson = run(house, "review", one, "--lesson", "North Road: a second pump", "--owner",
                 "dept:urban", "--due", "90d", "--as", "qian.min").strip()
    files(t, house, one, folder)
    content(t, folder, "drill.zh.html", "【演练】", "演练评估与总结报告", "注入2（消息）", "下令III级响应", "李明 应答",
            "口头险情10分钟内入册", "未达到", "钱敏", "评估意见", "North Road: a second pump")
    content(t, folder, "drill.en.md", "# \\[DRILL\\] ", "| Inject |", "missed", "Person by person",
            "What is to be better")
    content(t, folder, "review.en.html", "After-action review", "Who was not reached, and why",
            "Items against their time", "the drill is over")
    content(t, folder, "review.zh.md", "复盘报告", "经过与关键节点", "经验教训与改进")
    prints(t, folder)
    told = house.admin(op="drill_report", incident=one)["drill"]
    score = told["score"]
    t.equal((score["met"] + score["late"], score["missed"]), (3, 2),
            "three of what was expected came, two did not")
    t.equal([i["id"] for i in told["lessons"]], [lesson], "and one lesson was learnt")
    due = {d["plan"]: d for d in house.admin(op="drill_due")["drills"]}["flood"]
    t.check("last" in due and not due["overdue"], "the drill counts as held", due)
    kept = os.path.join(folder, "archive")
    run(house, "archive", one, "--to", kept, "--data", house.data)
    run(house, "archive", "--check", kept)
    content(t, kept, "drill.zh.html", "演练评估与总结报告", "未达到")
    without = subprocess.run([h.MUSTER, "view", one, "drill", "--data", house.data],
                             capture_output=True, text=True, check=False).stdout
    t.check("Inject by inject" in without, "the report needs no daemon", without[:200])


QUICK = """return scenario "%s" {
    plan = "flood", mode = "tabletop", title = "Ten minutes", director = "person:qian.min",
    injects = {
        { no = 1, at = "0:00", by = "trigger", title = "Gauge 7",
          fields = { g7 = { stage_m = 4.6 } } },
        { no = 2, at = "0:02", by = "update", fields = { ["jiefang-road"] = { ponding_cm = 29 } },
          expect = { "%s", within = "2m" } },
        { no = 3, at = "0:10", by = "end" } } }
"""


def waited(t, house):
    """For scripts: the exit code says how it went."""
    def wait(scenario, *words, lang="en"):
        done = subprocess.run([h.MUSTER, "--server", house.socket, "--lang", lang, *words, "drill",
                               "start", "flood", "--scenario", scenario, "--wait"],
                              capture_output=True, text=True, timeout=60 * h.SLOW, check=False)
        return done.returncode, done.stdout
    code, said = wait("quick")
    t.check(code == 0 and "  inject 2: measure close_pass issued within 2m" in said
            and "expected: 1 met, 0 late, 0 missed, 0 open" in said,
            "a drill that is waited for prints its score", (code, said))
    code, said = wait("dull", lang="zh")
    t.check(code == 1 and "未达到  注入2：下令III级响应，2m 内" in said
            and "期望：达到 0，超时 0，未达到 1，未了 0" in said,
            "and fails where something was not met", (code, said))
    code, said = wait("dull", "--json")
    lines = said.splitlines()
    t.check(code == 1 and len(lines) == 2 and json.loads(lines[1])["missed"] == 1,
            "for programs, too", (code, said))


def whole_folder():
    """All that ships, but for tests, and what is no plan."""
    folder = os.path.join(h.ROOT, "plans")
    names = [n for n in sorted(os.listdir(folder)) if n.endswith(".lua") and n != "site.lua"]
    return {n[:-4]: plans(n) for n in names if not n.endswith(".test.lua")}


def every_shipped(t):
    """Nobody does anything: each of them comes to its end all the same, and all that it opened."""
    house = h.House(plans=whole_folder(), site=plans("site.lua"), speed=int(2400 / h.SLOW))
    with house:
        for name in ("drills", "lib"):
            if os.path.isdir(os.path.join(h.ROOT, "plans", name)):
                shutil.copytree(os.path.join(h.ROOT, "plans", name),
                                os.path.join(house.plans, name))
        house.start()
        begun = {}
        for file in sorted(os.listdir(os.path.join(house.plans, "drills"))):
            scenario = file[:-len(".lua")]
            plan = re.search(r'plan = "(\w+)"', plans("drills/" + file)).group(1)
            begun[run(house, "drill", "start", plan, "--scenario", scenario).strip()] = scenario

        def over():
            listed = house.admin(op="list", drill=True, limit=500)["incidents"]
            return all(i["state"] == "closed" for i in listed) and listed
        listed = h.wait_for(over, "the end of every drill", 90)
        t.check(len(begun) >= 9 and set(begun) <= {i["id"] for i in listed}
                and all(i["health"] == "ok" for i in listed),
                "every drill that ships runs to its end", [i["plan"] for i in listed])
        reports = {s: house.admin(op="drill_report", incident=i)["drill"]["score"]
                   for i, s in begun.items()}
        t.check(all(r["met"] + r["late"] + r["missed"] and not r["open"]
                    for r in reports.values()), "and has its scores", reports)


def main():
    with tap.Plan() as t, tempfile.TemporaryDirectory() as folder:
        house = h.House(plans={"flood": plans("flood.lua")}, site=plans("site.lua"), speed=SPEED)
        with house:
            os.mkdir(os.path.join(house.plans, "drills"))
            shutil.copy(os.path.join(h.ROOT, "plans", "drills", "flood-2026.lua"),
                        os.path.join(house.plans, "drills"))
            house.write("drills/quick.lua", QUICK % ("quick", "measure close_pass"))
            house.write("drills/dull.lua", QUICK % ("dull", "order III"))
            house.start()
            waited(t, house)
            one = play(t, house)
            reached(t, house)
            report(t, house, one, folder)
        every_shipped(t)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
