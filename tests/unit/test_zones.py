#!/usr/bin/python3
"""Zones: what our table says of each hour of ten years is what the time zone database says."""
# limit: 120 s

import datetime
import os
import subprocess
import sys
import zoneinfo

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import tap  # noqa: E402

OUT = os.environ.get("MUSTER_OUT", os.path.join(os.path.dirname(__file__), "..", "..", "out"))
DRIVER = os.path.join(OUT, "tests", "driver", "civil")
UTC = datetime.timezone.utc
FROM = int(datetime.datetime(2026, 1, 1, tzinfo=UTC).timestamp())
TO = int(datetime.datetime(2036, 1, 1, tzinfo=UTC).timestamp())
# half an hour of summer time, a quarter of an hour, and two summers a year that follow the moon
ZONES = ("Asia/Shanghai", "America/Chicago", "Europe/London", "Australia/Lord_Howe",
         "Asia/Kathmandu", "Africa/Casablanca", "Asia/Gaza")


def first_difference(zone):
    ours = subprocess.run([DRIVER, zone, str(FROM), str(TO)], stdout=subprocess.PIPE, check=True,
                          text=True).stdout.split()
    theirs = zoneinfo.ZoneInfo(zone)
    if len(ours) != (TO - FROM) // 3600:
        return "%d hours" % len(ours)
    for hour, offset in enumerate(ours):
        at = datetime.datetime.fromtimestamp(FROM + hour * 3600, theirs)
        if int(offset) != at.utcoffset().total_seconds():
            return "%s: %s s, and %s" % (at.astimezone(UTC), offset, at.utcoffset())
    return None


def main():
    with tap.Plan() as t:
        for zone in ZONES:
            try:
                zoneinfo.ZoneInfo(zone)
            except zoneinfo.ZoneInfoNotFoundError:
                t.skip("each hour of ten years in %s" % zone, "the machine does not know it")
                continue
            differs = first_difference(zone)
            t.check(differs is None, "each hour of ten years in %s" % zone, differs or "")
    return t.status


if __name__ == "__main__":
    sys.exit(main())
