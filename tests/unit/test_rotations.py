#!/usr/bin/python3
"""Rotations: who is on duty in each hour of ten years is who an independent count says.

The count knows nothing of the engine: it walks the clocks of a zone (Python's zoneinfo) in steps of
a quarter of an hour, lets a turn end when they first show the time of the next handover, and never
looks back.
"""
# limit: 300 s

import datetime
import json
import os
import subprocess
import sys
import zoneinfo

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import tap  # noqa: E402

OUT = os.environ.get("MUSTER_OUT", os.path.join(os.path.dirname(__file__), "..", "..", "out"))
DRIVER = os.path.join(OUT, "tests", "driver", "duty")
UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)
QUARTER = 900
FROM = int(datetime.datetime(2026, 1, 1, tzinfo=UTC).timestamp())
TO = int(datetime.datetime(2036, 1, 1, tzinfo=UTC).timestamp())
ZONES = ("America/Chicago", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu",
         "Africa/Casablanca")
PEOPLE = ["p%d" % n for n in range(5)]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# every, handover, from; at night, where the clocks are set, and by day
ROTATIONS = (("1h", "00:00", "2026-01-01"), ("5h", "01:30", "2026-01-03"),
             ("12h", "02:00", "2026-01-01"), ("1d", "02:30", "2026-01-01"),
             ("1d", "08:00", "2026-02-01"), ("3d", "01:45", "2026-01-05"),
             ("1w", "mon 08:00", "2026-01-01"), ("2w", "sun 02:15", "2026-01-02"),
             ("1mo", "1 08:00", "2026-01-01"), ("1mo", "31 00:30", "2026-01-01"),
             ("3mo", "15 23:45", "2026-01-20"))

SITE = {
    "name": "Ringville", "languages": ["en"],
    "endpoints": {"pager": {"channel": "webhook"}},
    "people": {p: {"name": p, "contacts": ["pager:@"]} for p in PEOPLE},
    "fallback": [{"to": "duty:r", "within": "5m"}],
    "self_alarm": {"to": "duty:r", "text": "x"},
}


def site(zone, every, handover, first):
    roster = {"seats": {"one": PEOPLE}, "every": every, "handover": handover, "from": first}
    return dict(SITE, zone=zone, rosters={"r": roster})


def ours(value):
    return subprocess.run([DRIVER, str(FROM), str(TO), "3600"], input=json.dumps(value),
                          stdout=subprocess.PIPE, check=True, text=True).stdout.split()


def clocks(zone):
    """[(hour or None, the latest that clocks have shown so far)] each quarter of an hour."""
    shown = None
    z = zoneinfo.ZoneInfo(zone)
    ticks = []
    for at in range(FROM - 86400, TO, QUARTER):
        local = datetime.datetime.fromtimestamp(at, z).replace(tzinfo=None)
        shown = local if shown is None or local > shown else shown
        ticks.append(((at - FROM) // 3600 if at >= FROM and at % 3600 == 0 else None, shown))
    return ticks


def month_day(year, month, day):
    while True:
        try:
            return datetime.datetime(year, month, day)
        except ValueError:
            day -= 1


def handovers(every, handover, first):
    """The civil times at which turns begin, without end."""
    count = int(every.rstrip("hdwmo"))
    words = handover.split()
    clock = datetime.timedelta(hours=int(words[-1][:2]), minutes=int(words[-1][3:]))
    day = datetime.datetime.strptime(first, "%Y-%m-%d")
    if every.endswith("mo"):
        year, month = day.year, day.month
        while True:
            begins = month_day(year, month, int(words[0]))
            if begins >= day:
                break
            year, month = year + month // 12, month % 12 + 1
        while True:
            yield month_day(year, month, int(words[0])) + clock
            for _ in range(count):
                year, month = year + month // 12, month % 12 + 1
    if every.endswith("w"):
        while day.weekday() != WEEKDAYS.index(words[0]):
            day += DAY
    step = {"h": datetime.timedelta(hours=1), "d": DAY, "w": 7 * DAY}[every[-1]] * count
    begins = day + clock
    while True:
        yield begins
        begins += step


def theirs(ticks, every, handover, first):
    people, turn = [], -1
    times = handovers(every, handover, first)
    following = next(times)
    for hour, shown in ticks:
        while shown >= following:
            turn += 1
            following = next(times)
        if hour is not None:
            people.append(PEOPLE[turn % len(PEOPLE)] if turn >= 0 else "-")
    return people


def difference(a, b):
    if len(a) != len(b):
        return "%d hours and %d" % (len(a), len(b))
    for hour, (x, y) in enumerate(zip(a, b)):
        if x != y:
            at = datetime.datetime.fromtimestamp(FROM + hour * 3600, UTC)
            return "%s: %s, and the count says %s" % (at, x, y)
    return None


def main():
    with tap.Plan() as t:
        for zone in ZONES:
            try:
                ticks = clocks(zone)
            except zoneinfo.ZoneInfoNotFoundError:
                t.skip("rotations in %s" % zone, "the machine does not know it")
                continue
            for rotation in ROTATIONS:
                differs = difference(ours(site(zone, *rotation)), theirs(ticks, *rotation))
                t.check(differs is None, "each hour of ten years in %s: every %s at %s" %
                        ((zone,) + rotation[:2]), differs or "")
    return t.status


if __name__ == "__main__":
    sys.exit(main())
