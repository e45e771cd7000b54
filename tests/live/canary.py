#!/usr/bin/python3
"""canary - a night in which everything goes wrong and everybody repeats what he was told, and then
a search for secrets and contacts in all that the daemon wrote, said and showed.

Secrets (addresses with tokens, keys, logins) may be in the folder of secrets and nowhere else.
Contacts may be in the vault (the table `contact` of the database, and self_alarm.json beside it,
which must be there when the database is not) and nowhere else: not in the journal, whose rows are
opened for this, nor in any answer, log or list of processes.
"""

# limit: 180 s

import base64
import glob
import json
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import evil
import house as h
import smtp
import tap
from courier_lab import certificate

KEY = base64.b64encode(b"c4nary-key-32-bytes-of-the-pager").decode()
SECRETS = {  # a word for the search; each is in one secret file
    "the token of a url": "c4naryURLtoken",
    "a token that is percent-encoded": "c4nary/query token",
    "the key of a signature": KEY,
    "the user of a login": "c4narylogin",
    "the password of a login": "c4naryPASSword",
    "the login in base64": base64.b64encode(b"c4narylogin:c4naryPASSword").decode(),
    "a key that is none": "whsec_c4nary-is-no-base64",
    "a line that is none": "c4nary-line-that-is-none",
    "the token of an unknown host": "c4nary-token-of-nobody",
    "the password of mail": "c4nary mail password",
    "the key of twilio": "c4naryTWILIOkey",
    "the login of twilio in base64": base64.b64encode(b"ACc4nary:c4naryTWILIOkey").decode(),
    "the token of ntfy": "tk_c4naryNTFY",
    "the token of telegram": "123456:c4naryTELEGRAM",
    "the key of aliyun": "c4naryALIYUNkey",
    "the key of dingtalk": "SECc4naryDINGTALK",
    "the key of feishu": "c4naryFEISHUkey",
    "the address of feishu": "c4naryFEISHUhook",
}
CONTACTS = {
    "a number": "+8613900447711",
    "the digits of a number": "13900447711",
    "an address": "c4nary.li@example.test",
    "a url as a contact": "c4nary-url-of-a-person",
}

SITE_MORE = """
        echo401 = { channel = "webhook", secret = "echo401", allow = { "127.0.0.0/8" } },
        echo500 = { channel = "webhook", secret = "echo500", allow = { "127.0.0.0/8" } },
        echo302 = { channel = "webhook", secret = "echo302", allow = { "127.0.0.0/8" } },
        login = { channel = "webhook", secret = "login", allow = { "127.0.0.0/8" } },
        badkey = { channel = "webhook", secret = "badkey", allow = { "127.0.0.0/8" } },
        badline = { channel = "webhook", secret = "badline", allow = { "127.0.0.0/8" } },
        nobody = { channel = "webhook", secret = "nobody" },
        closed = { channel = "webhook", secret = "closed", allow = { "127.0.0.0/8" } },
        private = { channel = "webhook", secret = "echo401" },
        tls = { channel = "webhook", secret = "tls", allow = { "127.0.0.0/8" } },
        person = { channel = "webhook", secret = "echo401", allow = { "127.0.0.0/8" } },
        ask = { channel = "webhook", secret = "ask", allow = { "127.0.0.0/8" } },
        mail = { channel = "smtp", secret = "mail", allow = { "127.0.0.0/8" } },
        mailto = { channel = "smtp", secret = "mailto", allow = { "127.0.0.0/8" } },
        sms = { channel = "twilio", as = "sms", secret = "sms", allow = { "127.0.0.0/8" } },
        push = { channel = "ntfy", secret = "push", allow = { "127.0.0.0/8" } },
        bot = { channel = "telegram", secret = "bot", allow = { "127.0.0.0/8" } },
        ali = { channel = "aliyun_sms", secret = "ali", allow = { "127.0.0.0/8" } },
        ding = { channel = "dingtalk", secret = "ding", allow = { "127.0.0.0/8" } },
        fei = { channel = "feishu", secret = "fei", allow = { "127.0.0.0/8" } },
        asklogin = { channel = "webhook", secret = "asklogin", allow = { "127.0.0.0/8" } },
"""
CHANNELS = ["smtp", "twilio", "ntfy", "telegram", "aliyun_sms", "dingtalk", "feishu"]
ENDPOINTS = ["echo401", "echo500", "echo302", "login", "badkey", "badline", "nobody", "closed",
             "private", "tls", "person", "mail", "mailto", "sms", "push", "bot", "ali", "ding",
             "fei"]

PLAN = h.plan_text("night", """
    notify { to = "group:all", text = T "{title}", within = "5s" }
    local r, why = fetch { endpoint = "ask", body = { n = 1 }, within = "4s" }
    local s, no = fetch { endpoint = "asklogin", body = { n = 2 }, within = "4s" }
    state { said = r and r.body, too = s and s.body, why = why, no = no }
    log("it said: " .. (r and r.body or "") .. (s and s.body or ""))
    wait("breach", "1d")
""")


class Night:
    def __init__(self, folder):
        self.server, self.closed = evil.Server(), evil.Closed()
        self.post = smtp.Server(login=("c4narylogin", "another"))
        self.postbox = smtp.Server()
        pair = certificate(folder, "mail.test", "DNS:elsewhere.test")
        self.tls = evil.Server(tls=pair) if pair else None
        names = ENDPOINTS
        people = "".join('        ["p.%s"] = { name = "%s", contacts = { "%s:@" } },\n' % (n, n, n)
                         for n in names)
        everybody = ", ".join('"person:p.%s"' % n for n in names)
        site = h.SITE
        for mark, more in (("endpoints = {", SITE_MORE),
                           ("people = {", "\n" + people)):
            site = site.replace(mark, mark + more, 1)
        site = site.replace("    posts = {", "    groups = { all = { %s } },\n    posts = {"
                            % everybody, 1)
        self.names = names
        self.house = h.House(plans={"night": PLAN}, site=site, listen=["http://127.0.0.1:0"])
        for channel in CHANNELS:
            shutil.copy(os.path.join(h.ROOT, "plans/channels/%s.lua" % channel),
                        os.path.join(self.house.plans, "channels"))
        self.write_secrets()

    def write_secrets(self):
        def url(how, more=""):
            return "url=" + self.server.url("echo/%s/c4naryURLtoken/{contact}?key=%s%s" % (
                how, "c4nary%2Fquery%20token", more)) + "\n"
        key = "key=whsec_%s\n" % KEY
        tls = self.tls.url("ok/c4naryURLtoken") if self.tls else "https://127.0.0.1:1/"
        files = {
            "echo401": url(401) + key, "echo500": url(500) + key, "echo302": url(302) + key,
            "login": "url=http://c4narylogin:c4naryPASSword@127.0.0.1:%d/echo/403\n%s"
                     % (self.server.port, key),
            "badkey": url(200) + "key=whsec_c4nary-is-no-base64\n",
            "badline": url(200) + key + "c4nary-line-that-is-none\n",
            "nobody": "url=https://c4nary.invalid/c4nary-token-of-nobody\n" + key,
            "closed": "url=http://127.0.0.1:%d/c4naryURLtoken\n%s" % (self.closed.port, key),
            "tls": "url=%s\n%s" % (tls, key),
            "asklogin": "url=http://c4narylogin:c4naryPASSword@127.0.0.1:%d/echo/200\n%s"
                        % (self.server.port, key),
            "ask": "url=%s\n%s" % (self.server.url("echo/200/c4naryURLtoken"), key),
            "sms": "url=%s\nuser=ACc4nary\nkey=c4naryTWILIOkey\nfrom=+15550001111\n"
                   % self.server.url("echo/401/Accounts/{secret.user}/Messages"),
            "push": "url=%s\nkey=tk_c4naryNTFY\n" % self.server.url("echo/403"),
            "bot": "url=%s\nkey=123456:c4naryTELEGRAM\n"
                   % self.server.url("echo/404/bot{secret.key}/sendMessage"),
            "ali": "url=%s\nuser=LTAIc4nary\nkey=c4naryALIYUNkey\nsign_name=浑江\ntemplate=SMS_1\n"
                   % self.server.url("echo/400"),
            "ding": "url=%s\nkey=SECc4naryDINGTALK\n"
                    % self.server.url("echo/400?access_token=c4naryURLtoken"),
            "fei": "url=%s\nkey=c4naryFEISHUkey\n" % self.server.url("echo/200/c4naryFEISHUhook"),
            "mail": "url=%s\nfrom=duty@hunjiang.test\nuser=c4narylogin\n"
                    "key=c4nary mail password\n" % self.post.url(),
            "mailto": "url=%s\nfrom=duty@hunjiang.test\n" % self.postbox.url(),
        }
        for name, text in files.items():
            with open(os.path.join(self.house.secrets, name), "w", encoding="utf-8") as file:
                file.write(text)

    def contact(self, name):
        if name.startswith("mail"):
            return "c4nary.li@example.test"
        if name == "person":
            return self.server.url("echo/404/c4nary-url-of-a-person")
        return "+8613900447711"

    def run(self):
        house = self.house
        # as systemd gives them, LoadCredential= of a unit
        house.start(run_by=lambda *command: [
            "/usr/bin/env", "-u", "MUSTER_SECRETS", "CREDENTIALS_DIRECTORY=" + house.secrets,
            *command])
        for name in self.names:
            self.run_command("contact", "set", "p." + name, name, "-", told=self.contact(name))
        reply = house.admin(op="trigger", plan="night", title="洪水 7号站", key="night")
        assert reply.get("ok"), reply
        self.incident = reply["incident"]

        def ended():
            told = house.admin(op="timeline", incident=self.incident)["events"]
            over = {e["data"].get("notice") for e in told
                    if e["kind"] in ("notice_sent", "notice_failed")}
            begun = {e["data"].get("notice") for e in told if e["kind"] == "notice_queued"
                     and str(e["data"].get("to", "")).startswith("p.")}
            fetched = [e for e in told if e["kind"] == "fetched"]
            return told if len(begun) == len(self.names) and begun <= over and len(fetched) == 2 \
                else None
        return h.wait_for(ended, "the end of every message", 60)

    def run_command(self, *words, told=None):
        done = subprocess.run([h.MUSTER, "--server", self.house.socket, *words], input=told,
                              capture_output=True, text=True, timeout=60 * h.SLOW, check=False,
                              env=dict(os.environ, MUSTER_DATA=self.house.data))
        return done.stdout + done.stderr

    def close(self):
        self.house.__exit__()
        for one in (self.server, self.closed, self.post, self.postbox, self.tls):
            if one:
                one.close()


def http_get(house, key, path):
    request = urllib.request.Request("http://127.0.0.1:%d%s" % (house.http_port, path),
                                     headers={"Authorization": "Bearer " + key})
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.read().decode(errors="replace")


def paths_of_openapi(text, incident):
    """All that can be read, with the incident and plan in their places."""
    for path, ways in json.loads(text)["paths"].items():
        if "get" not in ways or path.endswith("/events"):
            continue
        path = path.replace("{incident}", incident).replace("{plan}", "night")
        if "{" not in path:
            yield path


def what_it_says(night):
    """{place: text} of everything that can be asked of the daemon."""
    house, incident = night.house, night.incident
    said = {}
    for op in ("status", "timeline", "review"):
        said["the operation " + op] = json.dumps(house.admin(op=op, incident=incident),
                                                 ensure_ascii=False)
    for op in ("list", "items", "reports", "plans", "endpoint_list", "config_show", "key_list",
               "ping", "version", "drill_due", "config_check", "config_reload"):
        said["the operation " + op] = json.dumps(house.admin(op=op), ensure_ascii=False)
    key = house.key("canary", "read,order,admin")
    for path in list(paths_of_openapi(http_get(house, key, "/api/v1/openapi.json"), incident)) + [
            "/metrics", "/", "/login", "/readyz", "/livez"]:
        said["GET " + path] = http_get(house, key, path)
    for words in (["journal", "export"], ["status", incident], ["timeline", incident],
                  ["--json", "timeline", incident], ["endpoint", "list"], ["config", "show"],
                  ["review", incident], ["archive", incident, "--open", "--to",
                                         os.path.join(house.folder, "archive")]):
        said["muster " + " ".join(words[:2])] = night.run_command(*words)
    return said


def processes(house):
    """{place: bytes} of what others may see of our processes."""
    seen = {}
    for name, pid in dict(house.children(), supervisor=house.process.pid).items():
        for what in ("cmdline", "environ"):
            try:
                with open("/proc/%d/%s" % (pid, what), "rb") as file:
                    seen["%s of the %s" % (what, name)] = file.read()
            except OSError:
                continue
    return seen


def allow_cores():
    """As on a developer's machine. false: nobody may here."""
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (OSError, ValueError):
        return False
    return True


def core_limits(house):
    """{name: limit} of those processes that would leave a core file."""
    loose = {}
    for name, pid in dict(house.children(), supervisor=house.process.pid).items():
        with open("/proc/%d/limits" % pid, encoding="ascii") as file:
            limit = re.search(r"Max core file size\s+(\S+)", file.read())[1]
        if limit not in ("0", "1"):
            loose[name] = limit
    return loose


def rows(database):
    """{table: text of all its values} but for the vault's contacts."""
    db = sqlite3.connect("file:%s?mode=ro" % database, uri=True)
    tables = [name for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {}
    for table in tables:
        if table != "contact":
            found["the table " + table] = b"\n".join(
                value if isinstance(value, bytes) else str(value).encode()
                for row in db.execute('SELECT * FROM "%s"' % table) for value in row)
    db.close()
    return found


def files(folder):
    found = {}
    for path in glob.glob(folder + "/**", recursive=True):
        if os.path.isfile(path):
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def spellings(word):
    """As it is, percent-encoded, and as it stands in JSON."""
    quoted = urllib.request.quote(word, safe="")
    return {word.encode(), quoted.encode(), json.dumps(word)[1:-1].encode(),
            word.replace("/", "\\/").encode()}


def found_in(places, words):
    """[(what, place)]"""
    found = []
    for place, text in places.items():
        text = text.encode() if isinstance(text, str) else text
        for what, word in words.items():
            if any(spelt in text for spelt in spellings(word)):
                found.append((what, place))
    return found


def was_told(t, night):
    """The search is worth nothing when nobody repeated anything."""
    path = " ".join(r.path + str(r.headers) for r in night.server.seen)
    t.check(all(word in path for word in ("c4naryURLtoken", "c4nary%2Fquery%20token",
                                          "%2B8613900447711", "c4nary-url-of-a-person",
                                          SECRETS["the login in base64"],
                                          SECRETS["the login of twilio in base64"],
                                          "tk_c4naryNTFY", "123456:c4naryTELEGRAM",
                                          "c4naryFEISHUhook")),
            "the secrets went to their endpoints, which repeated them", path[:2000])


def main():
    folder = tempfile.mkdtemp(prefix="muster-canary-")
    night = Night(folder)
    cores = allow_cores()
    both = dict(SECRETS, **CONTACTS)
    with tap.Plan() as t:
        told = night.run()
        # all but a mail to a server that takes it
        t.check(len([e for e in told if e["kind"] == "notice_failed"]) >= len(ENDPOINTS) - 1,
                "a night in which every message fails", sorted({e["kind"] for e in told}))
        was_told(t, night)
        said = what_it_says(night)
        t.check(all(said.values()), "everything that can be asked is answered",
                [place for place, text in said.items() if not text])
        t.check("[redacted]" in said["muster journal export"],
                "what was repeated is in the record, without what is secret")
        t.equal(found_in(said, both), [], "no answer of the daemon holds a secret or a contact")
        t.equal(found_in(processes(night.house), both), [],
                "no list of processes and no environment does")
        if cores:
            t.equal(core_limits(night.house), {}, "no process would leave a core file")
        else:
            t.skip("no process would leave a core file", "this machine allows none to anybody")
        night.house.stop()
        t.equal(found_in({"the log": night.house.log_text(10 ** 9)}, both), [], "nor does the log")
        t.equal(found_in(rows(os.path.join(night.house.data, "muster.db")), both), [],
                "no table of the database does but the vault")
        left = files(night.house.data)
        t.equal(found_in(left, SECRETS), [], "no file of the data folder holds a secret")
        vault = ("muster.db", "muster.db-wal", "self_alarm.json")
        t.equal(found_in({k: v for k, v in left.items() if k not in vault}, CONTACTS), [],
                "and none but the vault a contact")
        t.equal(found_in(files(os.path.join(night.house.folder, "archive")), both), [],
                "nor does an archive")
    night.close()
    shutil.rmtree(folder)
    return t.status


if __name__ == "__main__":
    sys.exit(main())
