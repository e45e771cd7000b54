#!/usr/bin/python3
"""Every patch of tests/mutants still takes away what it says: it applies, and its tests are there.
Whether these fail then is tried by `make mutants`."""

import importlib.machinery
import os
import shutil
import sys
import tempfile

ROOT = os.environ.get("MUSTER_ROOT", os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import tap  # noqa: E402

mutants = importlib.machinery.SourceFileLoader(
    "mutants", os.path.join(ROOT, "tests", "mutants", "run")).load_module()


def drift(t):
    """A patch whose line was rewritten is told, and one that names a test that is gone."""
    with tempfile.TemporaryDirectory() as tree:
        for part in ("engine/plan", "tests/unit"):
            shutil.copytree(os.path.join(ROOT, part), os.path.join(tree, part))
        mutant = next(m for m in mutants.all_mutants() if m.name == "byte-code")
        with open(os.path.join(tree, "engine/plan/sandbox.c"), "r+", encoding="utf-8") as file:
            text = file.read().replace("luaL_loadbufferx(L, source", "load_text(L, source")
            file.seek(0)
            file.truncate()
            file.write(text)
        why = mutants.wrong_with(mutant, tree)
        t.check("it no longer applies" in why, "a patch whose line has changed is told", why)
        mutant.tests = [("unit/test_plan_sandbox", "a_test_that_is_gone")]
        why = mutants.wrong_with(mutant, tree)
        t.check("has no test a_test_that_is_gone" in why, "a test that is gone is told", why)


with tap.Plan() as t:
    found = mutants.all_mutants()
    t.check(len(found) >= 40, "the hazards have their patches", "%d patches" % len(found))
    for mutant in found:
        why = mutants.wrong_with(mutant)
        t.check(not why, "%s applies, and its tests are there" % mutant.name, why)
    drift(t)
sys.exit(t.status)
