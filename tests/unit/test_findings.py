#!/usr/bin/python3
"""The codes of findings: each that the source gives stands in the table and in both books, once."""

import glob
import os
import re
import sys

ROOT = os.environ.get("MUSTER_ROOT", os.path.join(os.path.dirname(__file__), "..", ".."))
SAYS = r"(findings_add|findings_put|check_report|check_warn|remark_\w+|fail|fail_at|report_lua)"

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import tap  # noqa: E402


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def arguments(text, at):
    """What stands between the parentheses that open before `at`."""
    depth, end, quoted = 1, at, False
    while depth and end < len(text):
        c = text[end]
        if quoted and c == "\\":
            end += 1
        elif c == '"':
            quoted = not quoted
        elif not quoted:
            depth += (c == "(") - (c == ")")
        end += 1
    return text[at:end]


def untold(table):
    """Codes that the source gives and the table has not: the first word in a call that says one."""
    codes = set()
    for path in glob.glob(os.path.join(ROOT, "engine", "plan", "*.c")) + \
            glob.glob(os.path.join(ROOT, "engine", "core", "*.c")):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for call in re.finditer(r"\b" + SAYS + r"\(", text):
            words = re.findall(r'(?<![\w"])"([a-z]+(?:_[a-z0-9]+)*)"\s*[,:]',
                               arguments(text, call.end()))
            # before the code may stand a member: remark_error_at(r, "due", "bad_value", …)
            if words and not set(words[:2]) & table:
                codes.add(words[0])
    return sorted(codes)


def main():
    table = re.findall(r'\{"(\w+)",\s*FINDING_', read("engine/core/finding_code.c"))
    sources = "".join(read(os.path.relpath(p, ROOT)) for p in
                      glob.glob(os.path.join(ROOT, "engine", "plan", "*.c")) +
                      glob.glob(os.path.join(ROOT, "engine", "core", "*.c"))
                      if not p.endswith("finding_code.c"))
    with tap.Plan() as t:
        t.check(len(table) > 40 and len(set(table)) == len(table), "each code stands there once",
                str(table))
        t.equal(untold(set(table)), [], "each code that is given stands in the table")
        t.equal([c for c in table if '"%s"' % c not in sources], [],
                "each code of the table is given somewhere")
        for book in ("plans/README.md", "plans/README.zh-CN.md"):
            rows = re.findall(r"^\| `(\w+)` \|", read(book), re.MULTILINE)
            t.equal([c for c in rows if c in set(table)], table,
                    "%s lists them in the same order" % book)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
