#!/usr/bin/python3
"""family - incidents that belong together, on the real daemon and its disk: after a kill -9 what
has joined, was merged, split off, opened under another or can be opened again is as it was."""
# limit: 120 s

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

HEAD = """local plan = plan "%s" {
    title = { zh = "%s", en = "%s" }, kind = "special", category = "natural", version = "1",
    owner = "person:li.ming", fallback = { { to = "duty:duty-room", within = "5m" } }, %s
}
function plan.respond(incident)
    %s
end
return plan
"""


def text(name, keys, body):
    return HEAD % (name, name, name, keys, body)


PLANS = {
    "river": text("river", """one_per = { "place.district" }, ends = "order", on_resolved = "close",
        reopen_within = "1h",
        facts = { case = { event = true, key = "id", fields = { id = "text" } } },
        measures = { patrol = { phase = "first", owner = "person:li.ming", due = "2h",
                                title = { zh = "巡查", en = "Patrol" } } },""", """
    on("case", function(c) child { plan = "case", key = c.id, title = T("case {id}", c) } end)
    on("closed", function(f) state { over = f.key } end)
    on("joined", function(j) state { joined = j.title } end)"""),
    "case": text("case", "parent_only = true,", 'sleep "10h"'),
}


class Ctl:
    def __init__(self, house):
        self.house = house

    def __call__(self, *words):
        env = dict(os.environ, MUSTER_SERVER="unix:" + self.house.socket, LC_ALL="C.UTF-8")
        done = subprocess.run([h.MUSTER, *words], env=env, text=True, capture_output=True,
                              timeout=30 * h.SLOW)
        return done.returncode, done.stdout, done.stderr

    def trigger(self, *words):
        code, out, err = self("trigger", "river", *words)
        assert code == 0, err
        return out.strip()

    def status(self, incident):
        return json.loads(self("status", incident, "--json")[1])


def born_again(house):
    house.stop(kill=True)
    house.start()


def joins(t, house, ctl):
    one = ctl.trigger("--title", "Upper river", "--place", "district=east", "--key", "a")
    two = ctl.trigger("--title", "Lower river", "--place", "district=east", "--key", "b")
    t.equal(two, one, "what is equal in the values of one_per joins")
    born_again(house)
    t.equal(ctl.trigger("--title", "Lower river", "--place", "district=east", "--key", "b"), one,
            "its key still binds after a kill")
    t.equal(ctl.trigger("--title", "Third", "--place", "district=east"), one,
            "and so do the values")
    t.equal(ctl.status(one)["count"], 3, "what has joined is counted once each")
    h.wait_for(lambda: ctl.status(one).get("plan_state", {}).get("joined") == "Third",
               "the plan to hear of it")
    return one


def children(t, house, ctl, one):
    ctl("update", one, "--field", 'case={"id":"17"}')
    child = h.wait_for(lambda: ctl.status(one).get("children"), "a child")[0]
    t.equal(ctl.status(child["id"])["parent"], one, "a child names its parent")
    born_again(house)
    code, out, _ = ctl("status", one)
    t.check(code == 0 and child["id"] in out and "case 17" in out,
            "status names the children after a kill", out)
    ctl("update", one, "--field", 'case={"id":"17"}')
    ctl("close", child["id"])
    h.wait_for(lambda: ctl.status(one).get("plan_state", {}).get("over") == "17",
               "the plan to hear of its end")
    t.equal([c["state"] for c in ctl.status(one)["children"]], ["closed"],
            "the same key was the same child, and it is over")
    code, _, err = ctl("trigger", "case", "--title", "x")
    t.check(code == 5 and "parent_only" in err, "a trigger for a plan of children, exit 5", err)


def merges(t, house, ctl, one):
    west = ctl.trigger("--title", "West", "--place", "district=west", "--key", "w")
    item = json.loads(ctl("items", west, "--json")[1])["items"][0]["id"]
    code, out, err = ctl("order", west, "merge", "--into", one, "--reason", "one flood")
    t.check(code == 0 and out == "%s merged -> %s\n" % (west, one), "order merge", out + err)
    born_again(house)
    code, _, err = ctl("update", west, "--note", "x")
    t.check(code == 5 and one in err, "its id leads to the other, exit 5", err)
    t.equal(ctl.trigger("--title", "West 2", "--key", "w"), one, "its key goes to the other")
    t.equal(ctl.trigger("--title", "W", "--place", "district=west"), one, "its values do, too")
    mine = {i["id"]: i for i in json.loads(ctl("items", one, "--json")[1])["items"]}
    t.check(item in mine and mine[item]["incident"] == one, "its open item is the other's", mine)
    code, _, err = ctl("item", item, "done", "--as", "li.ming")
    t.check(code == 0, "and can be done there", err)


def splits(t, house, ctl, one):
    item = [i["id"] for i in json.loads(ctl("items", one, "--json")[1])["items"]
            if i["state"] == "issued"][0]
    code, out, err = ctl("order", one, "split", "--title", "Side arm", "--items", item,
                         "--reason", "another crew")
    t.check(code == 0 and " -> " in out, "order split", out + err)
    made = out.split()[-1]
    born_again(house)
    shown = ctl.status(made)
    t.check(shown["split_from"] == one and shown["title"] == "Side arm"
            and shown["state"] == "open",
            "what was split off is there", shown)
    ids = [i["id"] for i in json.loads(ctl("items", made, "--json")[1])["items"]]
    t.check(item in ids, "with the item that it took", ids)


def reopens(t, house, ctl, one):
    ctl("resolve", one)
    t.equal(ctl.status(one)["state"], "closed", "its source closes it")
    born_again(house)
    t.equal(ctl.trigger("--title", "Again", "--key", "a"), one, "its key opens it again")
    shown = ctl.status(one)
    t.check(shown["state"] == "open" and shown["reopened"] == 1, "it runs anew", shown)
    ctl("update", one, "--field", 'case={"id":"18"}')
    h.wait_for(lambda: len(ctl.status(one)["children"]) == 2, "the plan to run anew")
    t.equal(ctl.status(one)["health"], "ok", "and its plan is well")
    born_again(house)
    ctl("update", one, "--field", 'case={"id":"19"}')
    h.wait_for(lambda: len(ctl.status(one)["children"]) == 3, "its second run to be replayed")
    t.equal(ctl.status(one)["health"], "ok", "a second run is replayed without the first")


def listed(ctl):
    """Every incident, without where the record stands."""
    all_of = json.loads(ctl("list", "--json")[1])["incidents"]
    return [{k: v for k, v in i.items() if k != "as_of"} for i in all_of]


def rebuilds(t, house, ctl):
    before = listed(ctl)
    house.stop()
    done = subprocess.run([h.MUSTER, "journal", "rebuild", "--data", house.data], text=True,
                          capture_output=True, timeout=60 * h.SLOW)
    t.check(done.returncode == 0, "the projections are rebuilt", done.stdout + done.stderr)
    house.start()
    t.equal(listed(ctl), before, "and are what they were")


def main():
    with tap.Plan() as t, h.House(plans=PLANS) as house:
        ctl = Ctl(house)
        house.start()
        one = joins(t, house, ctl)
        children(t, house, ctl, one)
        merges(t, house, ctl, one)
        splits(t, house, ctl, one)
        reopens(t, house, ctl, one)
        rebuilds(t, house, ctl)
        house.stop()
        done = subprocess.run([h.MUSTER, "journal", "verify", "--data", house.data], text=True,
                              capture_output=True, timeout=60 * h.SLOW)
        t.check(done.returncode == 0, "the journal verifies", done.stdout + done.stderr)
    sys.exit(t.status)


if __name__ == "__main__":
    main()
