#!/usr/bin/python3
"""book - what the author's book shows is true: each of its files is written as it stands there, its
commands are typed, and they say what the book says; in both languages, by the same files.

    ```lua            -- plans/NAME.lua in the first line: the file is written
                      -- plans/site.lua, TABLE: its entries are put into that table of the site
    ```lua fragment   a part of a file: it is parsed, and names only what there is
    ```console        "$ COMMAND" is run in the folder above plans/; what follows is its output
    ```sh, ```yaml    needs a daemon, or another machine: its commands and options exist

`book.py --write` puts the true outputs into the book.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import tap  # noqa: E402

ROOT = os.environ.get("MUSTER_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
MUSTER = os.path.abspath(os.environ.get("MUSTER") or os.path.join(ROOT, "out", "muster"))
BOOKS = {"README.md": "en_US.UTF-8", "README.zh-CN.md": "zh_CN.UTF-8"}
BLOCK = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.M | re.S)
# that of a night is another one with each version of the program
HASH = re.compile(r"^hash: [0-9a-f]{64}$", re.M)
# where a fragment stands is not where the checker meets it; that its words exist is
ELSEWHERE = {"outside_body", "not_returned", "no_object", "unknown_fact", "missing_key"}


class Scratch:
    """A folder above a copy of plans/, as the clone of an author is one."""

    def __init__(self, lang):
        self.folder = tempfile.mkdtemp(prefix="muster-book-")
        self.plans = os.path.join(self.folder, "plans")
        shutil.copytree(os.path.join(ROOT, "plans"), self.plans)
        bin_ = os.path.join(self.folder, "bin")
        os.mkdir(bin_)
        os.symlink(MUSTER, os.path.join(bin_, "muster"))
        self.env = dict(os.environ, LC_ALL=lang, PATH=bin_ + ":" + os.environ["PATH"])
        for name in ("MUSTER_PLANS", "MUSTER_CONFIG", "MUSTER_SERVER"):
            self.env.pop(name, None)

    def run(self, command):
        done = subprocess.run(["/bin/sh", "-c", command], cwd=self.folder, env=self.env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              encoding="utf-8", timeout=300)
        return done.stdout

    def write(self, path, text):
        path = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def site_put(self, table, text):
        """Each line `NAME = …` or `["NAME"] = …` of text begins or replaces one of that table."""
        path = os.path.join(self.plans, "site.lua")
        with open(path, encoding="utf-8") as f:
            lines = f.read().split("\n")
        begin = lines.index("    %s = {" % table) + 1
        end = lines.index("    },", begin)
        for line in filter(str.strip, text.split("\n")):
            name = line.split("=")[0].strip()
            same = [n for n in range(begin, end) if lines[n].split("=")[0].strip() == name]
            if same and not lines[same[0]].rstrip().endswith(("},", "}")):
                lines.insert(same[0] + 1, line[line.index("{") + 1:line.rindex("}")].strip() + ",")
            elif same:
                lines[same[0]] = line
            else:
                lines.insert(begin, line)
            end = lines.index("    },", begin)
        self.write("plans/site.lua", "\n".join(lines))

    def done(self):
        shutil.rmtree(self.folder)


def shell(t, scratch, name, text):
    """Commands that are not run here: they and their options must exist."""
    for line in re.findall(r"muster ([a-z][^|>#\n]*)", text):
        line = re.sub(r'"[^"]*"', '"…"', line)
        words = line.split()
        command = " ".join(words[:2])
        said = scratch.run("muster help %s" % command)
        if not said.startswith(("usage:", "用法")):
            command, said = words[0], scratch.run("muster help %s" % words[0])
        missing = [w for w in words if w.startswith("--") and w not in said]
        t.check(said.startswith(("usage:", "用法")) and not missing,
                "%s: muster %s is a command" % (name, command), (line, missing, said[:300]))


def fragment(t, scratch, name, text):
    """As statements, or as parts of a table."""
    found = None
    for form in ("%s", "return {\n%s\n}"):
        scratch.write("plans/lib/fragment.lua", form % text)
        said = json.loads(scratch.run("muster --json plan check plans/lib/fragment.lua"))
        bad = [f for f in said["findings"] if f["code"] not in ELSEWHERE and
               "fragment" in f["file"]]
        if found is None or not bad:
            found = bad
    os.remove(os.path.join(scratch.plans, "lib", "fragment.lua"))
    t.check(not found, "%s: the fragment means something: %s" % (name, text.split("\n")[0]), found)


def console(t, scratch, name, text):
    """Runs it; gives it with its true output."""
    true = []
    for command in re.findall(r"^\$ (.*)$", text, re.M):
        said = scratch.run(command).rstrip("\n")
        true.append("$ " + command + "\n" + (said + "\n" if said else ""))
    true = "\n".join(true) if "\n\n$ " in text else "".join(true)
    t.check(HASH.sub("", true) == HASH.sub("", text), "%s: %s" % (name, text.split("\n")[0]), true)
    return true


def block(t, scratch, name, kind, text):
    """One block, worked; gives it as it should stand."""
    first = text.split("\n")[0]
    if kind == "lua" and re.match(r"-- plans/\S+\.lua$", first):
        scratch.write(first[3:], text)
    elif kind == "lua" and first.startswith("-- plans/site.lua, "):
        scratch.site_put(first.split(", ")[1], text.split("\n", 1)[1])
    elif kind == "lua fragment":
        fragment(t, scratch, name, text)
    elif kind == "console":
        return console(t, scratch, name, text)
    elif kind in ("sh", "yaml"):
        shell(t, scratch, name, text)
    else:
        t.check(kind == "text", "%s: every block is of a kind that is worked" % name,
                (kind, first))
    return text


def book(t, name, write):
    path = os.path.join(ROOT, "plans", name)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    scratch = Scratch(BOOKS[name])
    try:
        true = BLOCK.sub(lambda m: "```%s\n%s```" % (
            m[1], block(t, scratch, name, m[1], m[2])), text)
        said = scratch.run("muster plan check && muster plan test")
        t.check("not ok" not in said and re.search(r"^ok \d+ - smoke", said, re.M),
                "%s: at its end all plans pass the check, and their tests" % name, said[-2000:])
    finally:
        scratch.done()
    if write and true != text:
        with open(path, "w", encoding="utf-8") as f:
            f.write(true)
    return [m[1] + " " + (m[2].split("\n")[0] if m[1] == "lua" else "")
            for m in BLOCK.finditer(text) if m[1] in ("lua", "console")]


def main():
    with tap.Plan() as t:
        shown = [book(t, name, "--write" in sys.argv) for name in BOOKS]
        t.check(shown[0] == shown[1] and len(shown[0]) > 10,
                "both languages show the same files and commands, in the same order", shown)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
