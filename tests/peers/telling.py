"""telling - the figures of `make bench` as a table, with their ratios and what is to be reached."""

NOISE = 0.10  # of the processors, used by others: then a figure is not to be trusted


def thousands(value):
    return "{:,.0f}".format(value)


def ms(value):
    return "%.1f ms" % value


def mib(value):
    return "%.1f MiB" % (value / 1048576)


class Table:
    """Lines of: what, ours, theirs, ratio, to reach."""

    def __init__(self):
        self.rows = []
        self.noisy = False

    def head(self, *words):
        self.rows.append(("", "", "", "", "", ""))
        self.rows.append((*words, *[""] * (6 - len(words))))

    def add(self, what, ours, theirs="", ratio=None, reach="", good=None, others=0.0):
        mark = "" if good is None else "reached" if good else "NOT reached"
        noise = ""
        if others > NOISE:
            self.noisy = True
            noise = "others used %.0f %%" % (100 * others)
        self.rows.append((what, ours, theirs, "%.2f x" % ratio if ratio else "",
                          "  ".join(x for x in (reach, mark) if x), noise))

    def print(self):
        widths = [max(len(row[i]) for row in self.rows) for i in range(6)]
        for row in self.rows:
            line = "  ".join(cell.ljust(width) if i in (0, 4, 5) else cell.rjust(width)
                             for i, (cell, width) in enumerate(zip(row, widths)))
            print(line.rstrip())


def tell_machine(t, m):
    t.head("the machine", "", "p50 / p99")
    sync = m["fdatasync"]
    t.add("fdatasync a second", thousands(sync["a_second"]),
          "%.2f / %.2f ms" % (sync["p50_ms"], sync["p99_ms"]), others=m["others_before"])
    for key, what in (("wrk_to_nginx", "wrk -> nginx, requests a second"),
                      ("curl_to_nginx", "bare libcurl -> nginx, requests a second")):
        if key in m:
            t.add(what, thousands(m[key]["a_second"]), others=m[key]["others"])


def tell_chain(t, ours, theirs, sync, version, pace_a_second):
    a, b = ours["saturation"], theirs["saturation"]
    pace, other = ours["pace"], theirs["pace"]
    noise = max(a["others"], b["others"])
    ratio = a["a_second"] / b["a_second"]
    t.head("HTTP trigger -> webhook", "Muster", "Alertmanager " + version.split("-")[0], "ratio",
           "to reach")
    t.add("triggers a second to the webhook", thousands(a["a_second"]), thousands(b["a_second"]),
          ratio, ">= 2 x", ratio >= 2, noise)
    t.add("  accepted a second", thousands(a["accepted_a_second"]),
          thousands(b["accepted_a_second"]))
    t.add("  processor time a trigger", "%.0f us" % a["cpu_us"], "%.0f us" % b["cpu_us"],
          a["cpu_us"] / b["cpu_us"])
    t.add("  latency then, p50", ms(a["p50_ms"]), ms(b["p50_ms"]))
    t.add("  latency then, p99", ms(a["p99_ms"]), ms(b["p99_ms"]))
    most = 2 + 3 * sync["p50_ms"]
    noise = max(pace["others"], other["others"])
    t.add("at %d/s: until the first byte, p50" % pace_a_second, ms(pace["hook"]["p50"]),
          ms(other["hook"]["p50"]), None, "<= 2 ms + 3 fdatasync = %.1f ms" % most,
          pace["hook"]["p50"] <= most, noise)
    t.add("at %d/s: until the first byte, p99" % pace_a_second, ms(pace["hook"]["p99"]),
          ms(other["hook"]["p99"]), None, "<= 25 ms", pace["hook"]["p99"] <= 25, noise)
    t.add("at %d/s: until the answer, p50" % pace_a_second, ms(pace["answer"]["p50"]),
          ms(other["answer"]["p50"]))
    t.add("memory, idle (PSS)", mib(ours["idle_pss"]), mib(theirs["idle_pss"]), None, "<= 30 MiB",
          ours["idle_pss"] <= 30 * 1048576)
    if "memory" in ours:
        a, b = ours["memory"], theirs["memory"]
        t.add("memory, %s open (PSS)" % thousands(a["open"]), mib(a["pss"]), mib(b["pss"]))
        a, b = a["bytes_each"], b["bytes_each"]
        t.add("bytes an incident, %s open" % thousands(ours["memory"]["open"]), thousands(a),
              thousands(b), a / b, "<= 0.5 x", a <= b / 2)


def tell_socket(t, r):
    bare = r["bare"]["a_second"]
    ratio = r["accepted_a_second"] / bare
    t.head("Unix socket, durable", "Muster", "bare SQLite", "ratio", "to reach")
    t.add("triggers accepted a second", thousands(r["accepted_a_second"]), thousands(bare), ratio,
          ">= 0.5 x", ratio >= 0.5, max(r["others"], r["bare"]["others"]))
    grouped = thousands(r["rows_a_commit"])
    t.add("  rows a commit, on average", grouped, grouped)
    if "a_second" in r:
        t.add("  to the webhook a second", thousands(r["a_second"]))
    if "bare_journal" in r:
        t.add("  one trigger a commit", "", thousands(r["bare_one_a_commit"]["a_second"]))
        t.add("  the journal alone, no projections", "", thousands(r["bare_journal"]["a_second"]))
    t.add("start, until the socket answers", "%.0f ms" % r["start_ms"], "", None, "<= 150 ms",
          r["start_ms"] <= 150)


def tell_fanout(t, r):
    t.head("one notice to 10,000 people", "Muster", "bare libcurl", "ratio", "to reach")
    service, at_once = r["service"], r["at_once"]
    queued = max(service["queued_ms"], at_once["queued_ms"])
    urgent = max(service["urgent_ms"], at_once["urgent_ms"])
    noise = max(service["others"], at_once["others"])
    t.add("all queued, durably", ms(queued), "", None, "<= 1 s", queued <= 1000, noise)
    t.add("grade I in the middle of it, sent", ms(urgent), "", None, "<= 1 s", urgent <= 1000,
          noise)
    for name, one in (("a sink that takes %d ms" % r["service_ms"], service),
                      ("a sink that answers at once", at_once)):
        ratio = one["a_second"] / one["bare_a_second"]
        t.add("handed a second to " + name, thousands(one["a_second"]),
              thousands(one["bare_a_second"]), ratio, ">= 0.5 x", ratio >= 0.5, one["others"])
        t.add("  from the trigger to the last one", ms(one["last_ms"]))
    t.add("  processor time a message: engine, courier", "%.0f, %.0f us" % (
        at_once["engine_us"], at_once["courier_us"]))


def tell_timers(t, r):
    t.head("%s timers due in %d s" % (thousands(r["count"]), r["seconds"]), "Muster", "", "",
           "to reach")
    t.add("late, p99", ms(r["p99_ms"]), "", None, "<= 100 ms", r["p99_ms"] <= 100, r["others"])
    t.add("late, at most", ms(r["max_ms"]), "", None, "<= 1 s", r["max_ms"] <= 1000, r["others"])
    t.add("too early", thousands(r["early"]), "", None, "none", r["early"] == 0)


def tell(r, pace_a_second):
    """Print all that was measured, and note in it whether the machine was quiet."""
    t = Table()
    if "machine" in r:
        tell_machine(t, r["machine"])
    if "chain" in r:
        sync = r["machine"]["fdatasync"] if "machine" in r else {"p50_ms": 0.0}
        tell_chain(t, r["chain"]["muster"], r["chain"]["alertmanager"], sync,
                   r["versions"]["prometheus-alertmanager"], pace_a_second)
    if "socket" in r:
        tell_socket(t, r["socket"])
    if "fanout" in r:
        tell_fanout(t, r["fanout"])
    if "timers" in r:
        tell_timers(t, r["timers"])
    t.print()
    r["noisy"] = t.noisy
    if t.noisy:
        print("\nOTHER PROGRAMS USED THE PROCESSORS: measure again on a quiet machine.")
