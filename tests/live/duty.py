#!/usr/bin/python3
"""duty - the duty officer's commands: who is on, overrides and swaps, a hole that is refused."""
# limit: 180 s

import datetime
import json
import os
import subprocess
import sys
import time
import zoneinfo

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import raw_http  # noqa: E402
import tap  # noqa: E402

ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")
FROM = (datetime.datetime.now(ZONE) - datetime.timedelta(days=30)).strftime("%Y-%m-%d")
ROSTER = """rosters = { ["duty-room"] = { title = "总值班室",
        titles = { a = "主班", b = "副班", lead = "带班" },
        handover = "08:00", every = "1d", from = "%s",%s
        seats = { a = { "wang.qiang", "li.ming" }, b = { "li.ming", "wang.qiang" },
                  lead = { "han.mei" } },
        order = { "a", "b", "lead" } } },"""
PLAIN = h.SITE[h.SITE.index("    rosters = {"):h.SITE.index("    self_alarm")]
PLAN = """
local plan = plan "watch" {
    title = { zh = "值守", en = "Watch" }, version = "1", owner = "person:li.ming",
    fallback = { { to = "duty:duty-room", within = "5m" } },
}
function plan.respond(incident)
    call { to = "duty:duty-room", within = "10m", text = "x" }
end
return plan
"""


def site(more="", first=FROM):
    return h.SITE.replace(PLAIN, "    " + ROSTER % (first, more) + "\n")


class Desk:
    def __init__(self, t, house):
        self.t = t
        self.house = house

    def run(self, *words, lang="en"):
        """(exit code, all that it said)"""
        done = subprocess.run([h.MUSTER, "--server", "unix:" + self.house.socket, "--lang", lang] +
                              list(words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=60)
        return done.returncode, done.stdout

    def says(self, sentence, code, parts, *words, lang="en"):
        found, said = self.run(*words, lang=lang)
        self.t.check(found == code and all(p in said for p in parts), sentence, (found, said))
        return said

    def data(self, *words):
        return json.loads(self.run("--json", *words)[1])


def day(n):
    """Eight o'clock there in n days."""
    at = datetime.datetime.now(ZONE) + datetime.timedelta(days=n)
    return at.strftime("%Y-%m-%d 08:00")


def now_and_then(desk):
    said = desk.data("duty", "now")["rosters"][0]
    people = [s["person"] for s in said["seats"]]
    desk.t.check(sorted(people[:2]) == ["li.ming", "wang.qiang"] and people[2] == "han.mei",
                 "each seat has whoever is on duty", said)
    desk.says("the same for people", 0, ["总值班室 (duty-room)", "主班", "until"], "duty", "now")
    desk.says("the same in Chinese", 0, ["值班人", "带班"], "duty", "now", lang="zh")
    first, second = (desk.data("duty", "now", "--at", day(n))["rosters"][0]["seats"][0]["person"]
                     for n in (1, 2))
    desk.t.check({first, second} == {"li.ming", "wang.qiang"}, "they take turns", (first, second))
    desk.says("what comes is listed", 0, ["from", "duty-room", "王强"], "duty", "show", "duty-room",
              "--days", "5")
    desk.says("there is no hole", 0, ["no gaps"], "duty", "gaps")
    desk.says("a roster that is none is named", 3, ["no roster \"dutyroom\""], "duty", "now",
              "dutyroom")
    desk.says("as is a time", 1, ["at: a time by the clocks of the site"], "duty", "now", "--at",
              "noon")
    return first


def changes(desk, first):
    other = {"li.ming": "wang.qiang", "wang.qiang": "li.ming"}[first]
    words = ("duty", "override", "duty-room", "--from", day(1), "--to", day(2), "--reason", "ill")
    desk.says("an override is asked for", 0, ["override 1  asked"], *words, "--person", "han.mei",
              "--as", first)
    desk.says("the second of two is refused, and the first is named", 5,
              ["change 1 has this seat already"], *words, "--person", other, "--as", "han.mei")
    desk.says("whoever asked does not approve", 4, ["that is for han.mei"], "duty", "approve", "1",
              "--as", first)
    desk.says("whoever leads does", 0, ["override 1  approved"], "duty", "approve", "1", "--as",
              "han.mei")
    at = ("duty", "now", "--at", day(1))
    desk.t.equal(desk.data(*at)["rosters"][0]["seats"][0]["person"], "han.mei", "it is in force")
    desk.house.kill("engine")
    desk.house.wait_ready()
    desk.t.equal(desk.data(*at)["rosters"][0]["seats"][0]["person"], "han.mei",
                 "also after kill -9")
    desk.says("a swap is asked of the other", 0, ["换班 2", "待同意或审批"], "duty", "swap",
              "duty-room", "--as", first, "--with", other, "--at", day(3), "--back", day(4),
              lang="zh")
    desk.says("who agrees", 0, ["待审批"], "duty", "agree", "2", "--as", other, lang="zh")
    desk.says("and it is approved", 0, ["swap 2  approved"], "duty", "approve", "2", "--as",
              "han.mei")
    seats = [desk.data("duty", "now", "--at", day(n))["rosters"][0]["seats"][0]["person"]
             for n in (3, 4)]
    desk.t.equal(seats, [other, first], "each has the other's turn")
    desk.says("what is withdrawn is as before", 0, ["withdrawn"], "duty", "withdraw", "2", "--as",
              first)
    desk.t.equal(desk.data("duty", "now", "--at", day(3))["rosters"][0]["seats"][0]["person"],
                 first, "the roster is as it was")


def shifts(desk):
    on = desk.data("duty", "now")["rosters"][0]["seats"][0]["person"]
    desk.says("a shift is handed over with a note", 0, ["handed over, to be confirmed"], "duty",
              "handover", "duty-room", "--as", on, "--note", "gauge 7 is slow")
    desk.says("whoever comes takes it", 0, ["taken over"], "duty", "handover", "duty-room", "--as",
              "han.mei", "--take")
    desk.says("whoever is on duty is called", 0, ["spot check 1"], "duty", "check", "duty-room")
    desk.says("and all of it is shown", 0, ["gauge 7 is slow", "taken over by 韩梅", "no answer"],
              "duty", "now")
    desk.house.receiver.wait(lambda hits: any("查岗" in body for _, _, _, body in hits))
    kinds = [e["kind"] for e in desk.data("timeline", desk.house.admin(
        op="list", state="upkeep")["incidents"][0]["id"])["events"]]
    desk.t.check({"duty_change", "duty_handover", "duty_check"} <= set(kinds),
                 "it stands in the record", kinds)


def calendars(desk):
    said = desk.run("duty", "show", "--ics", "--person", "han.mei")[1]
    desk.t.check(said.startswith("BEGIN:VCALENDAR\n") or said.startswith("BEGIN:VCALENDAR\r\n"),
                 "a calendar by the command", said[:200])
    answer = raw_http.ask(desk.house.http_port, "GET", "/duty/duty-room.ics")
    lines = answer.body.split(b"\r\n")
    desk.t.check(answer.status == 200 and max(map(len, lines)) <= 75 and
                 lines.count(b"BEGIN:VEVENT") == lines.count(b"END:VEVENT") > 100,
                 "a calendar to subscribe to: no line is longer than 75 octets", answer.body[:300])
    uids = [one for one in lines if one.startswith(b"UID:")]
    desk.t.equal(len(uids), len(set(uids)), "each event has an id of its own")


def refused(desk):
    """What is wrong with a new site is said, and the one before stays in force."""
    house = desk.house
    for sentence, text, words in (
            ("a roster with a hole", site(first="2099-01-01"), "nobody sits in the seat a"),
            ("a person without a contact", site().replace('contacts = { "pager:@" }, drill',
                                                          'contacts = {}, drill', 1),
             "cannot be reached"),
            ("an unknown zone", site().replace("Asia/Shanghai", "Asia/Shanghia"),
             "no zone \"Asia/Shanghia\""),
            ("a calendar that is not there", site(' calendar = "rosters/it.ics",'),
             "the file rosters/it.ics is not in the folder")):
        house.write("site.lua", text)
        code, said = desk.run("config", "reload")
        desk.t.check(code != 0 and words in said, "%s is named" % sentence, (code, said))
    os.makedirs(os.path.join(house.plans, "rosters"), exist_ok=True)
    house.write("rosters/it.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n")
    code, said = desk.run("config", "reload")
    desk.t.check(code != 0 and "rosters/it.ics" in said and "cut off" in said,
                 "a broken calendar is named", (code, said))
    desk.says("and the site before is in force", 0, ["总值班室"], "duty", "now")
    begins = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - 3600))
    ends = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() + 3600))
    house.write("rosters/it.ics", "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:1", "DTSTART:" + begins,
         "DTEND:" + ends, "SUMMARY:值班 韩梅", "END:VEVENT", "END:VCALENDAR", ""]))
    desk.says("one that is whole is taken", 0, [], "config", "reload")
    desk.t.equal(desk.data("duty", "now")["rosters"][0]["seats"][0]["person"], "han.mei",
                 "whom it names is on duty")


def main():
    with tap.Plan() as t:
        with h.House(plans={"watch": PLAN}, site=site(), demo=True) as house:
            house.start()
            desk = Desk(t, house)
            first = now_and_then(desk)
            changes(desk, first)
            shifts(desk)
            calendars(desk)
            refused(desk)
    return t.status


sys.exit(main())
