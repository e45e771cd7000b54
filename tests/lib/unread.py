"""unread - a plan file that cannot be read as it should: no permission, or written all the time.

    code, said = run(unread.as_anyone(MUSTER, "plan", "check", folder))
    with unread.Scribbler(path, text):
        ...                     # the file changes while whoever reads it reads
"""

import os
import shutil
import subprocess
import threading
import time

# root may read every file, and tests often run as root: without these it may not
RIGHTS = "-dac_override,-dac_read_search"
PLAIN = ["setpriv", "--bounding-set", RIGHTS, "--inh-caps", RIGHTS]


def as_anyone(*command):
    """The command as somebody who may read only what its mode allows."""
    return [*PLAIN, *command] if os.geteuid() == 0 else list(command)


def can():
    """Can rights be given up here at all?"""
    if os.geteuid() != 0:
        return True
    return bool(shutil.which("setpriv")) and subprocess.run(
        as_anyone("true"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


class Scribbler(threading.Thread):
    """Writes the same file again and again, in place, without closing it; whole at the end."""

    def __init__(self, path, text):
        super().__init__(daemon=True)
        self.path, self.text, self.over = path, text, False
        self.begun = threading.Event()

    def run(self):
        with open(self.path, "r+", encoding="utf-8") as f:
            while not self.over:
                f.seek(0)
                f.write(self.text)
                f.truncate()
                f.flush()
                self.begun.set()
                time.sleep(0.001)

    def __enter__(self):
        self.start()
        self.begun.wait(10)
        return self

    def __exit__(self, kind, error, trace):
        self.over = True
        self.join()
