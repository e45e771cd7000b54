#!/usr/bin/python3
"""The Makefile's promises: every name is there, and what is not built says so."""

import os
import re
import subprocess
import sys

ROOT = os.environ.get("MUSTER_ROOT", os.path.join(os.path.dirname(__file__), "..", ".."))
PROMISED = ("all run test demo lint layers sanitize fault fuzz night bench web coverage install "
            "deb help").split()

results = []


def make(*args):
    env = {k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k != "MFLAGS"}
    return subprocess.run(["make", "--no-print-directory", *args], cwd=ROOT, env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def check(sentence, good, output):
    results.append(good)
    print("%s %d - %s" % ("ok" if good else "not ok", len(results), sentence))
    if not good:
        print("# it printed:\n#   " + output.replace("\n", "\n#   "))


with open(os.path.join(ROOT, "Makefile"), encoding="utf-8") as file:
    makefile = file.read()
not_built = re.search(r"^NOT_BUILT := (.*)$", makefile, re.MULTILINE).group(1).split()
targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)) | set(not_built)

missing = [name for name in PROMISED if name not in targets]
check("every promised target is there", not missing, "missing: " + " ".join(missing))

helped = make("help").stdout
silent = [name for name in PROMISED if name not in not_built + ["all"]
          and "make " + name not in helped]
check("make help lists every target that works", not silent, "not listed: %s" % silent)

for name in not_built:
    said = make(name)
    check("make %s says that it is not built yet, and fails" % name,
          said.returncode == 2 and "make %s: not built yet" % name in said.stdout, said.stdout)

print("1..%d" % len(results))
sys.exit(0 if all(results) else 1)
