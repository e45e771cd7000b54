"""debian - Alertmanager, nginx and wrk for `make bench`: fetched and unpacked, never installed.

On a user's machine installing them would start services. So their packages are downloaded by
apt-get, which checks their signatures, and unpacked into OUT/peers/root; what is there already is
kept, once a version. Their versions are what Debian has, and are printed with the figures.
"""

import glob
import os
import re
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OUT = os.path.join(ROOT, os.environ.get("OUT", "out"))
UNPACKED = os.path.join(OUT, "peers", "root")
ALERTMANAGER = os.path.join(OUT, "peers", "alertmanager")  # it runs in this folder

PACKAGES = ("prometheus-alertmanager", "nginx", "nginx-common", "wrk")
# What these may miss on a small system, by the name of the library: packages of Debian 12 and 13.
LIBRARIES = {
    "libluajit-5.1.so.2": ("libluajit-5.1-2", "libluajit2-5.1-2"),
    "libpcre2-8.so.0": ("libpcre2-8-0",),
    "libcrypt.so.1": ("libcrypt1",),
    "libssl.so.3": ("libssl3", "libssl3t64"),
    "libcrypto.so.3": ("libssl3", "libssl3t64"),
}
TEMPLATES = b"/usr/share/prometheus/alertmanager"  # where Debian's Alertmanager looks for them

class Missing(Exception):
    """What cannot be had, as a sentence."""


def program(path):
    return os.path.join(UNPACKED, path)


def apt_version(package):
    done = subprocess.run(["apt-cache", "policy", package], capture_output=True, text=True,
                          check=False)
    found = re.search(r"Candidate: (\S+)", done.stdout)
    return found[1] if found and found[1] != "(none)" else None


def download(package):
    """Unpack a package of Debian's into UNPACKED, once a version."""
    version = apt_version(package)
    if not version:
        raise Missing("apt knows no package %s; run apt-get update as root" % package)
    kept = os.path.join(OUT, "peers", "deb")
    os.makedirs(kept, exist_ok=True)
    name = "%s_%s_" % (package, version.replace(":", "%3a"))
    if not glob.glob(os.path.join(kept, glob.escape(name) + "*.deb")):
        print("bench: apt-get download %s" % package, flush=True)
        done = subprocess.run(["apt-get", "-q", "download", "%s=%s" % (package, version)], cwd=kept,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Missing("apt-get download %s: %s" % (package, done.stderr.strip()[-300:]))
    deb = glob.glob(os.path.join(kept, glob.escape(name) + "*.deb"))[0]
    subprocess.run(["dpkg", "-x", deb, UNPACKED], check=True)
    return version


def library_folders():
    return ":".join(glob.glob(os.path.join(UNPACKED, "usr", "lib", "*-linux-gnu")))


def environment():
    return dict(os.environ, LD_LIBRARY_PATH=library_folders())


def find_libraries(path):
    """What a program needs and the system has not."""
    done = subprocess.run(["ldd", path], capture_output=True, text=True, check=False,
                          env=environment())
    for library in re.findall(r"(\S+) => not found", done.stdout):
        for package in LIBRARIES.get(library, ()):
            if apt_version(package):
                download(package)
                break
        else:
            raise Missing("%s needs %s, which is in no package that this program knows"
                         % (os.path.basename(path), library))


def alertmanager_here():
    """
    Debian's Alertmanager reads its templates from a folder of the system, and ends without them: in
    a copy of the program that name becomes another one of the same length: the folder it runs in.
    """
    source = os.path.join(UNPACKED, "usr", "bin", "prometheus-alertmanager")
    copy = os.path.join(ALERTMANAGER, "alertmanager")
    os.makedirs(ALERTMANAGER, exist_ok=True)
    with open(source, "rb") as f:
        code = f.read()
    with open(copy, "wb") as f:
        f.write(code.replace(TEMPLATES, b"." + b"/" * (len(TEMPLATES) - 1)))
    os.chmod(copy, 0o755)
    for template in glob.glob(os.path.join(UNPACKED, TEMPLATES.decode().lstrip("/"), "*.tmpl")):
        shutil.copy(template, ALERTMANAGER)


def fetch():
    """The versions by name."""
    versions = {package: download(package) for package in PACKAGES}
    for path in ("usr/sbin/nginx", "usr/bin/wrk"):
        find_libraries(os.path.join(UNPACKED, path))
    alertmanager_here()
    return versions
