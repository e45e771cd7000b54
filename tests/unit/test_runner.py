#!/usr/bin/python3
"""scripts/test on small test programs: it must not miss a failure, nor a process left behind."""

import os
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.environ.get("MUSTER_ROOT", os.path.join(os.path.dirname(__file__), "..", ".."))
LAST = "%d passed, %d failed, %d skipped"

results = []


def run_tests(programs, *args, **env):
    """Status and output of scripts/test on these programs: {"unit/a.sh": text}."""
    top = tempfile.mkdtemp(prefix="muster-runner-")
    try:
        os.mkdir(os.path.join(top, "scripts"))
        shutil.copy(os.path.join(ROOT, "scripts", "test"), os.path.join(top, "scripts"))
        for path, text in programs.items():
            path = os.path.join(top, "tests", path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        run = subprocess.run([os.path.join(top, "scripts", "test"), *args],
                             env=dict(clean_environment(), **env),
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return run.returncode, run.stdout
    finally:
        shutil.rmtree(top)


def clean_environment():
    return {name: value for name, value in os.environ.items()
            if name not in ("OUT", "TESTS") and "MUSTER" not in name}


def check(sentence, good, output):
    results.append(good)
    print("%s %d - %s" % ("ok" if good else "not ok", len(results), sentence))
    if not good:
        print("# it printed:\n#   " + output.replace("\n", "\n#   "))


def gives(sentence, programs, status, counts, has="", args=(), env=None):
    got, output = run_tests(programs, *args, **(env or {}))
    last = output.rstrip("\n").rpartition("\n")[2]
    check(sentence, got == status and last == LAST % counts and has in output, output)


gives("results of several programs are summed",
      {"unit/a.sh": "echo 1..2; echo ok 1 - one; echo ok 2 - two",
       "live/b.sh": "echo 1..1; echo ok 1"},
      0, (3, 0, 0))
gives("a failure is named, with what the program printed, and the exit status is 1",
      {"unit/a.sh": "echo 1..2; echo noise; echo ok 1 - one; echo not ok 2 - tea; exit 1"},
      1, (1, 1, 0), "unit/a: tea")
gives("a skip in TAP's form counts as one, with its reason",
      {"unit/a.sh": "echo 1..2; echo ok 1 - one; echo 'ok 2 - two # SKIP no tea'"},
      0, (1, 0, 1), "unit/a: two (no tea)")
gives("a skip in cmocka's form is no failure",
      {"unit/a.sh": "echo 1..2; echo ok 1 - one; echo 'not ok 2 # SKIP two'"}, 0, (1, 0, 1), "two")
gives("a program that dies has failed",
      {"unit/a.sh": "echo 1..2; echo ok 1 - one; kill -SEGV $$"}, 1, (1, 1, 0),
      "died of SIGSEGV after 1 of 2 results")
gives("a program that prints fewer results than it planned has failed",
      {"unit/a.sh": "echo 1..2; echo ok 1 - one"}, 1, (1, 1, 0), "1 results, 2 were planned")
gives("an exit status without a failed test is a failure",
      {"unit/a.sh": "echo 1..1; echo ok 1 - one; exit 23"}, 1, (1, 1, 0), "exit status 23")
gives("a program without any result has failed", {"unit/a.sh": "true"}, 1, (0, 1, 0))
gives("when nothing ran that is not a success", {}, 1, (0, 0, 0))
gives("only what matches TESTS runs",
      {"unit/a.sh": "echo 1..1; echo ok 1", "unit/b.sh": "echo 1..1; echo not ok 1"},
      0, (1, 0, 0), env={"TESTS": "unit/a"})
gives("long programs wait for --long",
      {"live/a.sh": "echo 1..1; echo ok 1", "live/b.sh": "# run: long\necho 1..1; echo ok 1"},
      0, (1, 0, 0))
gives("with --long they run, and are told so",
      {"live/b.sh": "# run: long\necho 1..1; [ $MUSTER_TEST_LENGTH = long ] && echo ok 1"},
      0, (1, 0, 0), args=("--long",))

# The next ones take seconds of their own: something has to outlive its welcome.
started = time.monotonic()
gives("a program that outlives its time is ended, with all it started",
      {"unit/a.sh": "# limit: 1 s\necho 1..1; sleep 100 & wait"}, 1, (0, 1, 0),
      "still running after 1 s")
check("and that does not wait for it", time.monotonic() - started < 20, "")
gives("a process left behind is a failure, even one that left the session",
      {"unit/a.sh": "echo 1..1; echo ok 1; setsid sleep 100 &"}, 1, (1, 1, 0), "left process")

print("1..%d" % len(results))
sys.exit(0 if all(results) else 1)
