#!/usr/bin/python3
"""saved - a file saved in the plans folder is in force a moment later, or is refused and says why.

Nobody asks for it: the folder is watched. A set with an error never replaces a good one, and is no
silence either: the log, everybody who watches, `plans`, /readyz and /metrics say it, once.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402
import unread  # noqa: E402


def plan(version, text="hello", name="stages"):
    return h.plan_text(name, """
    notify { to = "person:li.ming", text = T "%s: {title}" }
    wait "breach"
    notify { to = "person:li.ming", text = T "%s goes on: {title}" }
    sleep "1h"
""" % (text, text)).replace('version = "1"', 'version = "%s"' % version)


def no_permission(t):
    """As the daemon is meant to run: by somebody who may not read everything."""
    names = ["a file that may not be read is refused by its name, and the good set stays in force",
             "when it may be read again it is taken"]
    if not unread.can():
        for name in names:
            t.skip(name, "root may read every file, and cannot give that up here")
        return
    with h.House(plans={"stages": plan(1)}) as house:
        path = os.path.join(house.plans, "stages.lua")
        house.start(run_by=unread.as_anyone)
        client = house.client(seconds=60)
        wait_version(client, "stages", "1")
        house.write("stages.new", plan(2))
        os.chmod(os.path.join(house.plans, "stages.new"), 0)
        os.rename(os.path.join(house.plans, "stages.new"), path)
        said = wait_refused(client, "Permission denied")
        t.check(path in said["error"] and versions(client)["stages"] == "1", names[0], said)
        os.chmod(path, 0o644)
        wait_version(client, "stages", "2")
        t.check(not refused(client), names[1])
        client.close()


class Watcher(threading.Thread):
    """Everything that `watch` tells."""

    def __init__(self, house):
        super().__init__(daemon=True)
        self.client = house.client(seconds=600)
        self.client.ask(op="watch")
        self.events = []
        self.start()

    def run(self):
        try:
            while True:
                self.events.append(self.client.read())
        except (OSError, ConnectionError, ValueError):
            pass

    def kinds(self, kind):
        return [e for e in self.events if e.get("kind") == kind]


def versions(client):
    return {plan["name"]: plan["version"] for plan in client.ask(op="plans")["plans"]}


def wait_version(client, name, version):
    h.wait_for(lambda: versions(client).get(name) == version,
               "%s %s to be in force" % (name, version))


def get(house, path):
    with urllib.request.urlopen("http://127.0.0.1:%d%s" % (house.http_port, path)) as answer:
        return answer.read().decode()


def figure(house, name):
    return float(re.search(r"^%s(?:\{[^}]*\})? (\S+)$" % name, get(house, "/metrics"), re.M)[1])


def refused(client):
    return client.ask(op="plans").get("refused")


def wait_refused(client, part):
    """Until what is refused says this; gives it."""
    return h.wait_for(lambda: part in json.dumps(refused(client), ensure_ascii=False)
                      and refused(client), "a refusal that says " + part)


def text_seen(house, part):
    house.receiver.wait(lambda hits: any(part in json.loads(x[3])["data"]["text"] for x in hits))


def saves(t, house, client, watcher):
    old = client.ask(op="trigger", plan="stages", title="A")["incident"]
    text_seen(house, "hello: A")
    house.write("stages.lua", plan(2, "new"))
    wait_version(client, "stages", "2")
    t.check(True, "a saved plan is in force a moment later")
    t.check(len(watcher.kinds("config_loaded")) >= 1, "and whoever watches hears of it")

    temporary = os.path.join(house.plans, ".stages.lua.new")
    with open(temporary, "w") as f:
        f.write(plan(3, "newer"))
    os.rename(temporary, os.path.join(house.plans, "stages.lua"))
    wait_version(client, "stages", "3")
    t.check(True, "so it is with an editor that renames into place")

    client.ask(op="trigger", plan="stages", title="B")
    text_seen(house, "newer: B")
    client.ask(op="update", incident=old, fields={"breach": True})
    text_seen(house, "hello goes on: A")
    t.check(True, "what runs stays on the version that it began with")

    channel = os.path.join(house.plans, "channels", "webhook.lua")
    with open(channel) as f:
        good = f.read()
    house.write("channels/webhook.lua", good + "\nthis is no Lua\n")
    wait_refused(client, "channels/webhook.lua")
    house.write("channels/webhook.lua", good)
    h.wait_for(lambda: not refused(client), "the channel to be as it was")
    t.check(True, "channels are watched, too, and the old text put back is no error any more")


def refuses(t, house, client, watcher):
    before = len(watcher.kinds("config_refused"))
    house.write("stages.lua", plan(4).replace("sleep", "slep"))
    house.write("more.lua", plan(1, name="more").replace(  # a warning stands before the error
        "    notify", "    string.find(incident.title, '.-.-.-.-.-.-b')\n    notify", 1))
    said = wait_refused(client, "slep")
    files = [one["file"] for one in said["findings"]]
    t.check(files == ["more.lua", "stages.lua"] and said["at"] and said["error"],
            "`plans` says what was refused, where, and when", said)
    t.equal(versions(client), {"stages": "3"}, "nothing of such a set is taken, the good as little")
    events = h.wait_for(lambda: watcher.kinds("config_refused")[before:], "the event")
    t.check("stages.lua" in events[0]["text"] and "slep" in events[0]["text"],
            "whoever watches hears which file and why", events[0])
    log = house.log_text()
    t.check("stages.lua:" in log and "stays in force" in log, "so says the log", log)
    ready = get(house, "/readyz")
    t.check("warning plans" in ready and "stages.lua" in ready,
            "/readyz warns, and is ready all the same", ready)
    t.equal(figure(house, "muster_plans_refused"), 1, "/metrics knows it")

    again = plan(4).replace("sleep", "slep")
    for _ in range(3):
        house.write("stages.lua", again)
        time.sleep(0.5)
    t.check(len(watcher.kinds("config_refused")) == before + 1 and
            house.log_text().count("stays in force") == log.count("stays in force"),
            "the same bytes saved again are not refused again: it is said once")
    reply = client.ask(op="config_reload")
    t.check(not reply["ok"] and reply["code"] == "bad_config" and reply["findings"],
            "whoever asks is answered each time", reply)

    house.write("stages.lua", plan(4))
    wait_version(client, "stages", "4")
    t.check(not refused(client) and versions(client)["more"] == "1" and
            figure(house, "muster_plans_refused") == 0 and "warning" not in get(house, "/readyz"),
            "once it is mended all of it is taken, and nothing warns any more")


def no_files(t, house, client):
    """What is called .lua and is no file that could be read."""
    path = os.path.join(house.plans, "odd.lua")
    os.mkdir(path)
    said = wait_refused(client, "odd.lua is a folder")
    t.check("move it out" in said["error"], "a folder called x.lua: the remedy is said", said)
    os.rmdir(path)
    h.wait_for(lambda: not refused(client), "the folder to be gone")

    os.mkfifo(path)
    said = wait_refused(client, "odd.lua is a pipe")
    t.check(client.ask(op="ping")["ok"], "a pipe stops nobody", said)
    os.unlink(path)
    h.wait_for(lambda: not refused(client), "the pipe to be gone")

    os.symlink("odd.lua", path)
    said = wait_refused(client, "odd.lua")
    t.check("symbolic" in said["error"], "a link that leads to itself", said)
    os.unlink(path)

    os.symlink("nowhere", path)
    said = wait_refused(client, "is not there")
    t.check("odd.lua" in said["error"], "a link that leads nowhere", said)
    os.unlink(path)
    h.wait_for(lambda: not refused(client), "the link to be gone")

    with open(path, "wb") as f:
        f.write(b"\x1bLua\x54\x00\x19\x93\r\n\x1a\n" + bytes(200))
    said = wait_refused(client, "odd.lua")
    t.check(any(f["file"] == "odd.lua" and "byte code" in f["text"] for f in said["findings"]),
            "byte code is refused by its name", said)
    os.unlink(path)

    with open(path, "wb") as f:
        f.write(b"return plan \xff\xfe")
    said = wait_refused(client, "UTF-8")
    t.check(any(f["file"] == "odd.lua" for f in said["findings"]), "what is not UTF-8, too", said)
    os.unlink(path)
    h.wait_for(lambda: not refused(client), "the bytes to be gone")

    house.write("odd.lua", "while true do end")
    wait_refused(client, "odd.lua")
    t.check(versions(client)["stages"] == "4", "a file without end does not hold up anybody")
    os.unlink(path)
    h.wait_for(lambda: not refused(client), "that to be gone")


def muster(house, *words, lang="en"):
    done = subprocess.run([h.MUSTER, "--server", "unix:" + house.socket, "--lang", lang, *words],
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def listed(t, house, client):
    """Who is on which version, from the command line as an operator sees it."""
    older = client.ask(op="plans")["older"]
    t.equal([(p["name"], p["version"], p["incidents"], "since" in p) for p in older],
            [("stages", "1", 1, False), ("stages", "3", 1, False)],
            "versions that are not in force any more, and how many incidents are on each")
    now = client.ask(op="plans")["plans"][-1]
    t.check(now["version"] == "4" and now["incidents"] == 0 and now["since"].endswith("Z"),
            "the version in force, and since when", now)

    code, out, _ = muster(house, "plan", "list")
    lines = [line.split() for line in out.splitlines()]
    short = older[0]["pin"][7:19]
    t.check(code == 0 and ["stages", "1", short, "earlier", "-", "1", "stages"] in lines and
            any(line[:2] == ["stages", "4"] and "force" in line for line in lines),
            "plan list shows them with the pin's first letters", out)
    code, out, _ = muster(house, "plan", "list", lang="zh")
    t.check("旧版" in out and "生效时间" in out, "in Chinese, too", out)
    code, out, _ = muster(house, "--json", "plan", "list")
    t.check(json.loads(out)["older"] == older, "and as JSON", out)

    code, out, _ = muster(house, "plan", "show", "stages")
    t.check(code == 0 and now["pin"][7:19] in out and "韩梅" in out, "plan show", out)
    code, out, _ = muster(house, "plan", "show", "stages", "--pin", short)
    t.check(code == 0 and short in out, "also of an earlier version, by those letters", out)
    code, out, _ = muster(house, "--json", "plan", "show", "stages", "--pin", short)
    t.equal(json.loads(out)["plan"]["version"], "1", "as JSON")
    code, out, err = muster(house, "plan", "show", "stagse")
    t.check(code != 0 and "stages" in err, "a plan that is not there: the nearest is named", err)
    code, out, err = muster(house, "plan", "show", "stages", "--pin", "no")
    t.check(code != 0 and "has a pin that begins with" in err, "a pin that is not kept: said", err)

    house.write("stages.lua", "no Lua")
    wait_refused(client, "stages.lua")
    code, out, err = muster(house, "plan", "list")
    t.check(code == 0 and "is in force" in err and "stages.lua:1:" in out,
            "plan list says what was refused", out + err)
    house.write("stages.lua", plan(4))
    h.wait_for(lambda: not refused(client), "the plan to be whole")


RING = h.plan_text("ring", """
    call { to = "duty:duty-room", within = "30m", text = T "ring: {title}" }
""")
FALLBACK = '{ to = "duty:duty-room", within = "5m" },\n                 { to = "post:commander"'


def otherwise(t, house, client, watcher):
    """Who would be called otherwise: of open calls, of what running plans name, of a new version.
    """
    house.write("ring.lua", RING)
    wait_version(client, "ring", "1")
    incident = client.ask(op="trigger", plan="ring", title="C")["incident"]
    text_seen(house, "ring: C")
    before = len(watcher.kinds("called_otherwise"))

    changed = h.SITE.replace('a = { "wang.qiang" }, b = { "li.ming" }',
                             'a = { "li.ming" }, b = { "han.mei" }')
    house.write("site.lua", changed)
    told = h.wait_for(lambda: [e for e in watcher.kinds("called_otherwise")[before:]
                               if e.get("incident") == incident], "the open call to be compared")
    t.check("李明 → 韩梅" in told[0]["text"] and told[0]["data"]["after"] == [["han.mei"]],
            "a site that is saved says of an open call who comes next instead", told[0])
    t.check("incident=%s" % incident in house.log_text() and "li.ming → han.mei" in
            house.log_text(), "so says the log, by ids", house.log_text())
    timeline = client.ask(op="timeline", incident=incident)["events"]
    t.check(any(e["kind"] == "called_otherwise" for e in timeline),
            "and it stands in the timeline of the incident")

    house.write("ring.lua", RING.replace('version = "1"', 'version = "2"').replace(
        FALLBACK, '{ to = "person:li.ming", within = "5m" },\n { to = "post:commander"'))
    code, out, err = muster(house, "config", "reload")
    t.check(code == 0 and "otherwise" in err and
            "plan ring: open incidents (1) stay on 1, new ones are on 2; the fallback: " in out,
            "`config reload` prints who only new incidents call", out + err)
    house.write("site.lua", h.SITE)
    reply = client.ask(op="config_reload")
    calls = [one for one in reply["otherwise"] if one["what"] == "call"]
    t.equal([(one["incident"], one["step"], one["before"], one["after"]) for one in calls],
            [(incident, "0.1", [["han.mei"]], [["li.ming"]])],
            "the reply lists incident, call, before and after")
    t.check(not client.ask(op="config_reload").get("otherwise"),
            "and nothing when nothing has changed")
    client.ask(op="answer", incident=incident, **{"as": "wang.qiang"})
    os.unlink(os.path.join(house.plans, "ring.lua"))
    h.wait_for(lambda: "ring" not in versions(client), "the plan to be gone")
    t.equal([p["version"] for p in client.ask(op="plans")["older"] if p["name"] == "ring"], ["1"],
            "a plan whose file is gone is listed as long as an incident is on it")


def kept(house, name):
    """The versions of a plan that the database keeps."""
    db = house.database()
    bodies = [json.loads(body) for (body,) in
              db.execute("SELECT body FROM pin WHERE kind = 'plan'")]
    db.close()
    return sorted(b["head"]["version"] for b in bodies if b["name"] == name)


def on_disk(house, version):
    """What is in force is listed a moment before its commit."""
    h.wait_for(lambda: version in kept(house, "draft"), "the version to be on the disk")


def forgotten(t, house, client):
    """Of two hundred saves a day those are kept that an incident began with."""
    for version in range(100, 106):
        house.write("draft.lua", plan(version, name="draft"))
        wait_version(client, "draft", str(version))
        if version == 103:
            client.ask(op="trigger", plan="draft", title="D")
    text_seen(house, "hello: D")
    on_disk(house, "105")
    t.equal(kept(house, "draft"), ["103", "105"],
            "versions that no incident began with are not kept, the others are")
    house.stop(kill=True)
    house.start()
    again = house.client(seconds=60)
    house.write("draft.lua", plan(106, name="draft"))
    wait_version(again, "draft", "106")
    on_disk(house, "106")
    t.equal(kept(house, "draft"), ["103", "106"], "so it is after a restart")
    again.close()


def libraries(t, house, client):
    """A library is a part of the plans that require it: they have another version, and only they.
    """
    os.mkdir(os.path.join(house.plans, "lib"))
    house.write("lib/words.lua", 'return { hello = "first" }')
    house.write("uses.lua", 'local words = require "lib.words"\n' + h.plan_text("uses", """
    notify { to = "person:li.ming", text = words.hello .. " " .. incident.title }
    wait "breach"
    notify { to = "person:li.ming", text = words.hello .. " goes on " .. incident.title }
    sleep "1h"
"""))
    wait_version(client, "uses", "1")
    old = client.ask(op="trigger", plan="uses", title="L")["incident"]
    text_seen(house, "first L")
    before = {p["name"]: p["pin"] for p in client.ask(op="plans")["plans"]}
    house.write("lib/words.lua", 'return { hello = "second" }')
    h.wait_for(lambda: client.ask(op="plans")["older"] and
               any(p["name"] == "uses" for p in client.ask(op="plans")["older"]), "another version")
    after = {p["name"]: p["pin"] for p in client.ask(op="plans")["plans"]}
    t.equal([name for name in after if after[name] != before[name]], ["uses"],
            "a library that is saved is a new version of the plans that require it, of no others")
    client.ask(op="trigger", plan="uses", title="M")
    text_seen(house, "second M")
    client.ask(op="update", incident=old, fields={"breach": True})
    text_seen(house, "first goes on L")
    t.check(True, "what runs stays on the library that it began with")
    house.write("lib/words.lua", "return {")
    said = wait_refused(client, "lib/words.lua")
    t.check(said["findings"][0]["line"] > 0, "a library with an error is refused", said)
    house.write("lib/words.lua", 'return { hello = "second" }')
    h.wait_for(lambda: not refused(client), "the library to be whole")


def moving(t, house, client):
    """A file that changes while it is read is never taken as what it is half-way."""
    path = os.path.join(house.plans, "stages.lua")
    before = versions(client)["stages"]
    with unread.Scribbler(path, plan(5)):
        reply = client.ask(op="config_check")
        said = client.ask(op="config_reload")
        kept = versions(client)["stages"]
    t.check(not reply["ok"] and path + " changes while it is read" in reply["error"],
            "a file that is written all the time is not read: that is said", reply)
    t.check(not said["ok"] and path + " changes" in said["error"] and kept == before,
            "nor is it taken: the good one stays in force", said)
    wait_version(client, "stages", "5")
    t.check(True, "when it is whole it is taken")


def folder_gone(t, house, client):
    away = house.plans + ".away"
    os.rename(house.plans, away)
    said = wait_refused(client, "plans folder")
    t.check(versions(client)["stages"] == "5", "without its folder the set in force stays", said)
    new = house.plans + ".new"
    os.rename(away, new)
    with open(os.path.join(new, "stages.lua"), "w") as f:
        f.write(plan(6))
    os.symlink(new, house.plans)
    wait_version(client, "stages", "6")
    t.check(not refused(client), "a link in its place is followed")
    house.write("stages.lua", plan(7))
    wait_version(client, "stages", "7")
    t.check(figure(house, "muster_plans_watched") == 1, "and what it leads to is watched")


def many_ask(t, house, client):
    """Checks are made one after the other; each reads what was there when it was asked for."""
    clients = [house.client() for _ in range(8)]
    for n, one in enumerate(clients):
        house.write("stages.lua", plan(10 + n))
        one.send(op="config_reload")
    replies = [one.read() for one in clients]
    t.check(all(reply["ok"] for reply in replies), "eight who ask at once are all answered",
            replies)
    wait_version(client, "stages", "17")
    t.check(True, "and the last text is in force")
    for one in clients:
        one.close()


def crash_of_a_checker(t, house, client):
    """The planner dies with the check in its hands."""
    for name in ("planner0", "planner1"):
        os.kill(house.children()[name], signal.SIGSTOP)
    house.write("stages.lua", plan(20))
    client.send(op="config_reload")
    time.sleep(0.5)
    for name in ("planner0", "planner1"):
        house.kill(name)
    t.check(client.read()["ok"], "a planner that dies over a check is followed by the next one")
    t.equal(versions(client)["stages"], "20", "which takes it")


def unwatched(t, house):
    house.stop()
    house.start(env={"MUSTER_PLANS_WATCH": "no"})
    client = house.client()
    house.write("stages.lua", plan(30))
    time.sleep(1)
    t.check(versions(client)["stages"] != "30", "with plans_watch = no what is saved waits")
    t.check(client.ask(op="config_reload")["ok"] and versions(client)["stages"] == "30",
            "for `config reload`")
    client.close()


def main():
    with tap.Plan() as t, h.House(plans={"stages": plan(1)}, demo=True) as house:
        house.start()
        client = house.client(seconds=60)
        watcher = Watcher(house)
        saves(t, house, client, watcher)
        refuses(t, house, client, watcher)
        listed(t, house, client)
        otherwise(t, house, client, watcher)
        no_files(t, house, client)
        moving(t, house, client)
        folder_gone(t, house, client)
        many_ask(t, house, client)
        libraries(t, house, client)
        crash_of_a_checker(t, house, client)
        forgotten(t, house, client)
        client.close()
        unwatched(t, house)
        no_permission(t)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
