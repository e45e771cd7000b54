#!/usr/bin/python3
"""`make bench` takes minutes and a network; that it can begin is checked with all other tests."""

import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import tap  # noqa: E402

ROOT = os.environ.get("MUSTER_ROOT") or os.path.join(os.path.dirname(__file__), "..", "..")
BIN = os.path.join(os.environ.get("MUSTER_OUT") or os.path.join(ROOT, "out"), "peers", "bin")
MUSTER = os.environ.get("MUSTER") or os.path.join(ROOT, "out", "muster")
PROGRAMS = ("bare_multi", "bare_sqlite", "load_lines", "pace", "sink")


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=20, check=False)
    return done.returncode, done.stdout


with tap.Plan() as t:
    code, said = run(os.path.join(ROOT, "scripts", "bench"), "--help")
    t.check(code == 0 and "--quick" in said, "scripts/bench says how it is used", said)
    for name in PROGRAMS:
        code, said = run(os.path.join(BIN, name), *(["--help"] if name == "sink" else []))
        t.check(code == 2 and said.startswith("usage: " + name),
                "the program %s is built and says how it is used" % name, said)
    for name in ("plans", "town"):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(os.path.join(ROOT, "tests", "peers", name), folder, dirs_exist_ok=True)
            os.mkdir(os.path.join(folder, "channels"))
            shutil.copy(os.path.join(ROOT, "plans", "channels", "webhook.lua"),
                        os.path.join(folder, "channels"))
            code, said = run(MUSTER, "plan", "check", folder)
            t.check(code == 0, "the plans of tests/peers/%s pass the check" % name, said)
sys.exit(t.status)
