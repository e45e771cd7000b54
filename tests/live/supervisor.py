#!/usr/bin/python3
"""supervisor - the daemon as processes: what dies is back, what is told to stop stops, nobody is
left behind, and there are never two.
"""
# limit: 240 s

import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

CALL = h.plan_text("callout", """
    local a = call { to = "duty:duty-room", within = "40m", text = T "{title}" }
    state { by = a and a.by }
""", ends="done")
ALL = ("engine", "courier", "planner0", "planner1")


def until(condition, seconds=10.0):
    """Wait for it; False when it does not come about."""
    limit = time.monotonic() + seconds * h.SLOW
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(0.005)
    return True


def everybody(house):
    """The children, once all are there."""
    until(lambda: set(house.children()) >= set(ALL))
    return house.children()


def others_than(house, before):
    now = house.children()
    return len(now) >= len(ALL) and not set(now.values()) & set(before.values())


def trigger(house, title):
    client = house.client()
    try:
        return client.ask(op="trigger", plan="callout", title=title).get("incident")
    finally:
        client.close()


def delivered(house, title):
    house.receiver.wait(lambda hits: any(title in hit[3] for hit in hits))
    return True


def serve(house, data=None, plans=None):
    """Another `muster serve` that is expected to end by itself: (exit code, what it said)."""
    command = [h.MUSTER, "serve", "--data", data or house.data, "--plans", plans or house.plans]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace") as process:
        try:
            said = process.communicate(timeout=20 * h.SLOW)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            said = process.communicate()[0] + "(and it did not end)"
    return process.returncode, said


def status_of(pid):
    with open("/proc/%d/status" % pid, encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def jails(t, house):
    """What the kernel says of the children; a build with a sanitizer has a relaxed jail."""
    children = everybody(house)
    for name in ("planner0", "planner1", "courier"):
        until(lambda: status_of(children[name])["Seccomp"] == "2")
        status = status_of(children[name])
        t.equal((status["Seccomp"], status["NoNewPrivs"]), ("2", "1"), "%s is jailed" % name)
        if h.SLOW > 1:
            continue
        if name != "courier":
            t.equal(int(status["CapEff"], 16), 0, "%s has no capabilities" % name)
        with open("/proc/%d/environ" % children[name], "rb") as file:
            t.equal(file.read(), b"", "%s has an empty environment" % name)
    links = sorted(os.readlink("/proc/%d/fd/%s" % (children["planner0"], fd)).split(":")[0]
                   for fd in os.listdir("/proc/%d/fd" % children["planner0"]) if int(fd) > 2)
    t.equal(links, sorted(["socket", os.path.join(house.data, "lock")]),
            "a planner holds its socket and the lock, and nothing else")


def deaths(t, house):
    for name in ("courier", "planner0", "planner1"):
        before = everybody(house)
        house.kill(name)
        t.check(until(lambda: house.children().get(name) not in (None, before[name])),
                "a killed %s is started anew" % name)
        t.equal(house.children().get("engine"), before["engine"],
                "the engine does not mind a killed %s" % name)
        title = "after-%s" % name
        trigger(house, title)
        t.check(delivered(house, title), "after a killed %s messages go out" % name)

    before = everybody(house)
    client = house.client()
    house.kill("engine")
    t.check(until(lambda: others_than(house, before)), "with the engine all are started anew")
    house.wait_gone(before.values())
    t.check(house.process.poll() is None, "the supervisor outlives its engine")
    client.close()
    house.wait_ready()
    trigger(house, "after-engine")
    t.check(delivered(house, "after-engine"), "after a killed engine messages go out")


def supervisor_killed(t, house):
    before = everybody(house)
    incident = trigger(house, "kept")
    begin = time.monotonic()
    house.kill("supervisor")
    old = house.process
    house.start(wait=False)  # at once: it waits for the children of the killed one
    old.wait()
    house.wait_gone(before.values())
    took = time.monotonic() - begin
    t.check(took < 1.0 * h.SLOW, "nobody outlives a killed supervisor by a second", "%.3f s" % took)
    house.wait_ready()
    client = house.client()
    found = client.ask(op="status", incident=incident)
    client.close()
    t.check(found.get("ok") and not set(house.children().values()) & set(before.values()),
            "the next daemon can be started at once, and knows what the one before accepted", found)


def second_daemon(t, house):
    before = everybody(house)
    code, said = serve(house)
    t.equal(code, 5, "a second daemon in the same folder is refused")
    t.check("in use by process %d;" % house.process.pid in said, "it is told which one is there",
            said)
    t.equal(house.children(), before, "the first one goes on undisturbed")


def stops(t, house):
    for number, group in ((signal.SIGTERM, False), (signal.SIGINT, True)):
        title = "before-%s" % signal.Signals(number).name
        pids = everybody(house)
        client = house.client()
        client.send(op="trigger", plan="callout", title=title)
        reply = client.read()
        if group:  # Ctrl-C reaches every process of the terminal's group
            for pid in list(pids.values()):
                os.kill(pid, number)
        house.process.send_signal(number)
        code = house.process.wait(15 * h.SLOW)
        client.close()
        t.equal((code, reply.get("ok")), (0, True), "%s stops it in order" % title[7:])
        house.wait_gone(pids.values(), 0.5)
        t.check(not os.path.exists(house.socket), "its socket is taken away")
        house.start()
        t.check(delivered(house, title), "what was accepted before %s is done" % title[7:])


def hang(t, house):
    """An engine that stands still is no engine. It is given a minute."""
    if os.environ.get("MUSTER_TEST_LENGTH") != "long":
        return
    before = everybody(house)
    time.sleep(2)  # it has answered the supervisor's first ping: now its minute counts
    os.kill(before["engine"], signal.SIGSTOP)
    t.check(until(lambda: others_than(house, before), 90), "an engine that hangs is started anew")
    house.wait_ready()
    trigger(house, "after-hang")
    t.check(delivered(house, "after-hang"), "after an engine that hung messages go out")


def refusals(t, house):
    """Bad configuration is said once, with exit code 78."""
    house.stop()
    code, said = serve(house, os.path.join(house.folder, "new"), os.path.join(house.folder, "none"))
    t.equal(code, 78, "a plans folder that is not there ends the first start with 78")
    t.equal(said.count(os.path.join(house.folder, "none")), 1, "and is named once")
    with open(os.path.join(house.data, "muster.db"), "r+b") as file:
        saved = file.read(100)
        file.seek(0)
        file.write(b"this is no database, is it? " * 3)
    code, said = serve(house)
    t.check(code not in (0, None) and code > 0 and "muster.db" in said,
            "a damaged database is said plainly, once", "exit %s: %s" % (code, said))
    with open(os.path.join(house.data, "muster.db"), "r+b") as file:
        file.write(saved)
    house.start()
    t.check(trigger(house, "mended"), "mended, it starts again")


def hits(house):
    """The crash points that were hit, as the log has them."""
    with open(house.log, encoding="utf-8", errors="replace") as file:
        return re.findall(r"^crash point (\S+)", file.read(), re.MULTILINE)


def crash_points(t, house):
    """A crash point is for one life: the next one runs on."""
    for point in ("planner0.start", "engine.start", "supervisor.spawned:2"):
        house.stop()
        house.start(crash=point, wait=False)
        if point.startswith("supervisor"):
            t.equal(house.process.wait(10 * h.SLOW), -signal.SIGKILL, "%s kills the supervisor"
                    % point)
            house.start()
        house.wait_ready()
        t.check(until(lambda: point.partition(":")[0] in hits(house)), "%s was hit" % point)
        t.check(until(lambda: len(house.children()) >= len(ALL)), "after %s all are there" % point)


def main():
    with tap.Plan() as t, h.House(plans={"callout": CALL}) as house:
        house.start()
        t.check(until(lambda: set(house.children()) >= set(ALL)), "all processes are there")
        jails(t, house)
        deaths(t, house)
        supervisor_killed(t, house)
        second_daemon(t, house)
        stops(t, house)
        hang(t, house)
        refusals(t, house)
        crash_points(t, house)
        pids = list(everybody(house).values())
        t.equal(house.stop(), 0, "it ends with 0")
        t.check(not any(h.alive(pid) for pid in pids), "and nobody is left behind")
    return t.status


if __name__ == "__main__":
    sys.exit(main())
