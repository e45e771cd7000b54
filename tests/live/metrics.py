#!/usr/bin/python3
"""metrics - the daemon in figures, as Prometheus reads them, and in a word, for load balancers.

What only a running daemon shows: that its parts are counted together, that a limit is warned of in
the log, that /readyz says no when something is missing. What the record says in figures is
tests/unit/test_tally.c, the format tests/unit/test_exposition.c.
"""

import http.client
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

PLANS = {"tell": h.plan_text("tell", """
    call { to = "person:li.ming", within = "1m", text = T "{title}" }
    sleep "1h"
""")}
SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)+)\})? ([^ \n]+)')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')
PROMISED = {  # INTERFACES: name, labels
    "muster_incidents": {"state", "drill"}, "muster_notices_total": {"channel", "outcome", "drill"},
    "muster_notice_queue_oldest_seconds": set(), "muster_answer_seconds": {"drill"},
    "muster_timer_lateness_seconds": set(), "muster_commit_seconds": set(),
    "muster_turns_total": {"result", "drill"}, "muster_planner_kills_total": {"cause"},
    "muster_fallbacks_total": {"reason", "drill"}, "muster_limit_used_ratio": {"limit"},
    "muster_intake_total": {"dialect", "code"}, "muster_journal_seq": set(),
    "muster_build_info": {"version"}, "process_cpu_seconds_total": set(),
    "process_resident_memory_bytes": set(), "process_open_fds": set(),
    "process_start_time_seconds": set(),
}


def get(house, path, **headers):
    """Status, type and text."""
    conn = http.client.HTTPConnection("127.0.0.1", house.http_port, timeout=20)
    conn.request("GET", path, headers=headers)
    reply = conn.getresponse()
    text = reply.read().decode()
    conn.close()
    return reply.status, reply.getheader("Content-Type"), text


class Figures:
    """The page of /metrics, read strictly: families whole and once, each sample once."""

    def __init__(self, text):
        self.types, self.values, self.faults = {}, {}, []
        family = None
        for line in text.split("\n")[:-1]:
            word = line.split(" ")
            if line.startswith("# HELP "):
                family = word[2]
                if family in self.types:
                    self.faults.append("twice: " + family)
            elif line.startswith("# TYPE "):
                self.types[word[2]] = word[3]
                if word[2] != family:
                    self.faults.append("no help: " + line)
            else:
                self._sample(line, family)

    def _sample(self, line, family):
        m = SAMPLE.fullmatch(line)
        if not m:
            self.faults.append("not a sample: " + line)
            return
        labels = dict(LABEL.findall(m.group(2) or ""))
        names = [family]
        if self.types.get(family) == "histogram":
            names = [family + "_bucket", family + "_sum", family + "_count"]
        if m.group(1) not in names:
            self.faults.append("out of its family: " + line)
        key = (m.group(1), tuple(sorted(labels.items())))
        if key in self.values:
            self.faults.append("twice: " + line)
        self.values[key] = float(m.group(3))

    def __call__(self, name, **labels):
        return self.values.get((name, tuple(sorted(labels.items()))))

    def labels_of(self, name):
        return {frozenset(k for k, _ in labels if k != "le") for n, labels in self.values
                if n in (name, name + "_count")}


def look(house):
    return Figures(get(house, "/metrics")[2])


def a_night(t, house, client):
    """One incident from its trigger to its answer, and a line that is wrong."""
    reply = client.ask(op="trigger", plan="tell", title="one")
    client.ask(op="trigger", title="no plan is for this", kind="nothing")
    house.receiver.wait(lambda hits: len(hits) >= 1)
    h.wait_for(lambda: look(house)("muster_notices_total", channel="webhook", outcome="sent",
                                   drill="false"), "the first message to count as sent")
    client.ask(op="answer", incident=reply["incident"], **{"as": "li.ming"})
    client.ask(op="trigger", titel="x")
    get(house, "/api/v1/incidents/nonsense")


def figures_add_up(t, house):
    client = house.client()
    a_night(t, house, client)
    status, kind, text = get(house, "/metrics")
    f = Figures(text)
    t.equal((status, kind), (200, "text/plain; version=0.0.4; charset=utf-8"),
            "/metrics is the text format of Prometheus")
    t.equal(f.faults, [], "each family stands there whole and once, each sample once")
    t.equal({name: f.labels_of(name) for name in PROMISED},
            {name: {frozenset(labels)} for name, labels in PROMISED.items()},
            "the promised figures are there, with their labels and no others")
    t.check(f("muster_incidents", state="open", drill="false") == 2
            and f("muster_incidents_opened_total", drill="false") == 2
            and f("muster_fallbacks_total", reason="no_plan", drill="false") == 1,
            "incidents and fallbacks are counted", text)
    t.check(f("muster_answer_seconds_count", drill="false") == 1
            and f("muster_commit_seconds_count") >= 3 and f("muster_journal_seq") >= 6,
            "answers and commits are measured", text)
    t.check(f("muster_intake_total", dialect="unix", code="unknown_field") == 1
            and f("muster_intake_total", dialect="unix", code="ok") >= 3
            and f("muster_intake_total", dialect="http", code="bad_field") == 1,
            "requests are counted by dialect and code", text)
    t.check(f("muster_planners_up") == 2 and f("muster_courier_up") == 1
            and f("process_open_fds") > 5 and f("process_resident_memory_bytes") > 1 << 20,
            "processes and what they use are shown", text)
    limits = {dict(labels)["limit"]: value for (name, labels), value in f.values.items()
              if name == "muster_limit_used_ratio"}
    t.check(len(limits) >= 14 and all(0 <= v < 0.8 for v in limits.values()),
            "every limit has its share, and none is near on a quiet machine", limits)
    ids = [i["id"] for i in client.ask(op="list")["incidents"]]
    t.check(not any(word in text for word in ids + ["li.ming", "李明"]),
            "no figure names an incident or a person")
    client.close()


def killed_planners_count(t, house):
    before = look(house)("muster_planner_kills_total", cause="lost")

    def failing():
        house.kill("planner0")
        house.kill("planner1")
        status, _, text = get(house, "/readyz?verbose")
        return text if status == 503 else None

    said = h.wait_for(failing, "/readyz to see that no planner runs")
    t.check("failing planner: " in said and "ok record" in said and "ok site" in said,
            "/readyz says which part is missing, and what that means", said)
    h.wait_for(lambda: get(house, "/readyz")[0] == 200, "the planners to be back")
    t.check(look(house)("muster_planner_kills_total", cause="lost") >= before + 2,
            "a planner that was killed from elsewhere counts as lost")


def limits_are_warned_of(t):
    with h.House(plans=PLANS, demo=True) as house:
        house.start(env=dict(MUSTER_LIMITS_INCIDENTS="10"))
        client = house.client()
        for number in range(8):
            client.ask(op="trigger", plan="tell", title="number %d" % number)
        t.equal(look(house)("muster_limit_used_ratio", limit="limits.incidents"), 0.8,
                "eight of ten incidents are 0.8 of the limit")
        h.wait_for(lambda: "limit=limits.incidents used=8 of=10" in house.log_text(),
                   "the warning at 80 %")
        for number in range(8, 12):
            last = client.ask(op="trigger", plan="tell", title="number %d" % number)
        t.equal(last.get("code"), "limit", "above it triggers are refused")
        t.check("above it triggers are refused" in house.log_text(),
                "and the log has said so before it happened", house.log_text())
        client.close()


def a_full_disk_is_not_ready(t):
    with h.House(plans=PLANS, demo=True) as house:
        house.start(env=dict(MUSTER_STORE_RESERVE_BYTES="1024 GiB"))
        status, _, text = get(house, "/readyz")
        t.check(status == 503 and "failing record: " in text,
                "with less free than the reserve it is not ready", (status, text))
        t.check(get(house, "/livez")[0] == 200, "and alive all the same")
        t.check(look(house)("muster_limit_used_ratio", limit="store.reserve_bytes") > 1,
                "the reserve is a limit, and it is passed")


def strangers_learn_little(t):
    with h.House(plans=PLANS, listen=["http://127.0.0.1:0"]) as house:
        house.start()
        status, kind, text = get(house, "/metrics")
        t.check(status == 401 and kind == "application/problem+json",
                "without a key there are no figures", (status, kind, text))
        t.equal(get(house, "/readyz")[::2], (200, "ok\n"),
                "a load balancer learns whether it is ready, and no more")


def main():
    with tap.Plan() as t:
        with h.House(plans=PLANS, demo=True) as house:
            house.start()
            figures_add_up(t, house)
            killed_planners_count(t, house)
        limits_are_warned_of(t)
        a_full_disk_is_not_ready(t)
        strangers_learn_little(t)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
