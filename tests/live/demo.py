#!/usr/bin/python3
"""The demo tells its story to the end, with and without a kill -9 in its middle."""

import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import tap

DEMO = os.path.join(ROOT, "scripts", "demo")
OUT = os.environ.get("MUSTER_OUT", os.path.join(ROOT, "out"))
SPEED = int(600 / float(os.environ.get("MUSTER_TEST_SLOW", "1")))


def start(papers, *options):
    return subprocess.Popen([DEMO, "--speed", str(SPEED), "--papers", papers, *options],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            stdin=subprocess.DEVNULL, env=dict(os.environ, OUT=OUT))


def has(text, *words):
    """All of them, in this order."""
    at = 0
    for word in words:
        at = text.find(word, at)
        if at < 0:
            return False
    return True


def main():
    with tap.Plan() as t, tempfile.TemporaryDirectory() as folder:
        plain = start(os.path.join(folder, "en"), "--lang", "en")
        killed = start(os.path.join(folder, "zh"), "--lang", "zh", "--kill")
        told = plain.communicate(timeout=90)[0]
        t.check(plain.returncode == 0, "the demo tells its story and ends with 0", told)
        t.check(has(told, "trigger:", "no answer; call the next", "李明 answers",
                    "order: activate level IV", "item: ", "order: raise to level II", "封闭 解放路下穿",
                    "order: lower to level IV", "to lift or keep", "order: terminate", "closed:",
                    "every signature good"), "the call climbs until somebody answers", told)
        told = killed.communicate(timeout=90)[0]
        t.check(killed.returncode == 0, "with a kill -9 in its middle it ends with 0 too", told)
        # what had happened before it may be told by the watch that comes back after it
        t.check("触发：" in told and
                has(told, "kill -9", "引擎启动并读回记录", "无应答，呼叫下一梯次", "李明 应答",
                    "结束：", "签名全部有效"), "after the kill the same call goes on", told)
        for lang, word in (("en", "<html lang=\"en\">"), ("zh", "终报第1号")):
            with open(os.path.join(folder, lang, "final-report.html"), encoding="utf-8") as f:
                text = f.read()
            t.check(word in text and "class=\"report\"" in text, "the final report is a file (%s)"
                    % lang, text[:300])
            done = subprocess.run([os.path.join(OUT, "muster"), "archive", "--check",
                                   os.path.join(folder, lang, "archive")], capture_output=True,
                                  text=True, check=False)
            t.check(done.returncode == 0, "so is the archive, and it verifies (%s)" % lang, done)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
