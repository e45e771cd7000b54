"""tap - a live test's results: "ok N - sentence", "not ok N - sentence", "ok N # SKIP why".

    with tap.Plan() as t:
        t.check(found == accepted, "accepted is found", "found %r" % found)
        t.skip("a certificate that is not trusted is refused", "openssl is not here")
    sys.exit(t.status)

Leaving the block prints the plan line; an exception is a failed result, with its trace.
"""

import traceback


class Plan:
    def __init__(self):
        self.count = 0
        self.failed = 0
        self.status = 0

    def __enter__(self):
        return self

    def check(self, good, sentence, why=""):
        self.count += 1
        if not good:
            self.failed += 1
            if why:
                print("# %s" % str(why).replace("\n", "\n# "))
        print("%s %d - %s" % ("ok" if good else "not ok", self.count, sentence), flush=True)
        return good

    def equal(self, found, expected, sentence):
        return self.check(found == expected, sentence, "%r, not %r" % (found, expected))

    def skip(self, sentence, why):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, sentence, why), flush=True)

    def __exit__(self, kind, error, trace):
        if error and not isinstance(error, (SystemExit, KeyboardInterrupt)):
            self.check(False, "the test runs to its end", "".join(
                traceback.format_exception(kind, error, trace)))
        print("1..%d" % self.count, flush=True)
        self.status = 1 if self.failed else 0
        return not isinstance(error, (SystemExit, KeyboardInterrupt))
