#!/usr/bin/python3
"""scripts/layers on small trees, each with one planted breach."""

import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.environ.get("MUSTER_ROOT", os.path.join(os.path.dirname(__file__), "..", ".."))

BASE = '#include "base/base.h"\n#include <unistd.h>\n' \
       'int base_add(int a)\n{\n    return a + 1;\n}\n'
READS = '#include "base/base.h"\n#include <unistd.h>\n' \
        'int base_add(int a)\n{\n    char c;\n    return (int)read(a, &c, 1);\n}\n'
TREE = {
    "base/base.h": "int base_add(int a);\n",
    "base/base.c": BASE,
    "core/incident.h": "int incident_open(int a);\n",
    "core/incident.c": '#include "core/incident.h"\n#include "base/base.h"\n#include <string.h>\n'
                       'int incident_open(int a)\n{\n    char b[9];\n    memset(b, a, sizeof b);\n'
                       '    return base_add(b[1]);\n}\n',
    "store/store.h": "int store_open(void);\n",
    "store/store.c": '#include "store/store.h"\n#include "core/incident.h"\n'
                     'int store_open(void)\n{\n    return incident_open(1);\n}\n',
    "main.c": '#include "store/store.h"\nint main(void)\n{\n    return store_open();\n}\n',
}
NOISE = 'int noise(void);\nint noise(void)\n{\n    return %s;\n}\n'

results = []


def layers(changes):
    """Exit status and output of scripts/layers on TREE with these files changed."""
    top = tempfile.mkdtemp(prefix="muster-layers-")
    try:
        os.mkdir(os.path.join(top, "scripts"))
        for name in ("layers", "core-symbols"):
            shutil.copy(os.path.join(ROOT, "scripts", name), os.path.join(top, "scripts"))
        for path, text in dict(TREE, **changes).items():
            source = os.path.join(top, "engine", path)
            os.makedirs(os.path.dirname(source), exist_ok=True)
            with open(source, "w", encoding="utf-8") as file:
                file.write(text)
            if path.endswith(".c"):
                compile_to(source, os.path.join(top, "out", "obj", path[:-2] + ".o"), top)
        run = subprocess.run([os.path.join(top, "scripts", "layers")], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
        return run.returncode, run.stdout
    finally:
        shutil.rmtree(top)


def compile_to(source, target, top):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    subprocess.run(["cc", "-w", "-O2", "-fstack-protector-strong", "-D_FORTIFY_SOURCE=2",
                    "-I" + os.path.join(top, "engine"), "-c", "-o", target, source], check=True)


def check(sentence, good, output):
    results.append(good)
    print("%s %d - %s" % ("ok" if good else "not ok", len(results), sentence))
    if not good:
        print("# it printed:\n#   " + output.replace("\n", "\n#   "))


def refuses(sentence, changes, line):
    status, output = layers(changes)
    check(sentence, status == 1 and line in output.splitlines(), output)


status, output = layers({})
check("a tree that keeps the rules passes", status == 0, output)

refuses("a stray time() in the core is named",
        {"core/level.c": "#include <time.h>\n" + NOISE % "(int)time(0)"},
        "core/level.c may not call time")
refuses("the core may not reach the world through base either", {"base/base.c": READS},
        "core/incident.c may not call base_add: it leads to read in base/base.c")
refuses("the core may not include a header that leads out of it",
        {"core/level.c": "#include <time.h>\n" + NOISE % "1"},
        "core/level.c may not include <time.h>: it leads out of the core")
refuses("an adapter may not include another adapter",
        {"serve/line.c": '#include "store/store.h"\n' + NOISE % "1"},
        "serve/line.c may not include store/store.h")
refuses("an adapter may not call another one without its header either",
        {"serve/line.c": "int store_open(void);\n" + NOISE % "store_open()"},
        "serve/line.c may not call store_open, which is in store/store.c")
refuses("base may not know the core",
        {"base/more.c": '#include "core/incident.h"\n' + NOISE % "1"},
        "base/more.c may not include core/incident.h")
refuses("only the store may include SQLite",
        {"serve/line.c": "#include <sqlite3.h>\n" + NOISE % "1"},
        "serve/line.c may not include <sqlite3.h>: only store/ may")
refuses("a dangerous function is refused everywhere, with a better one",
        {"main.c": "#include <stdlib.h>\nint main(void)\n{\n    return rand();\n}\n"},
        "main.c may not call rand: use entropy_u64")

print("1..%d" % len(results))
sys.exit(0 if all(results) else 1)
