#!/usr/bin/python3
"""receiver - a webhook receiver: keeps what arrives, answers as it is told, checks signatures.

    receiver.py [--port N] [--record FILE] [--key whsec_…]… [--answer WHO=HOW]…

prints "listening on http://127.0.0.1:N" and then one JSON object a request (to FILE, else to
stdout). From a test:

    with receiver.Receiver(keys=["whsec_…"]) as r:
        r.answer("li.ming", "500x2")                  # twice 500, then 200
        …
        hook = r.wait(lambda h: h.to == "li.ming", within_s=10)

WHO is a person (data.to of the body), a path ("/phones/3"), or "*". HOW is a status ("204"), "hang"
(no answer), "close" (no answer, closed at once), "late:S" (200 after S seconds), each with "xN":
only the next N times. PUT /-/answer with {"who":…,"how":…} does the same from outside.
A signature that is missing or does not fit one of the keys is answered 401 and kept with
"signed": false.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import re
import sys
import threading
import time

HEAD_BYTES_MAX = 64 * 1024
HOW = re.compile(r"^(\d{3}|hang|close|late:[\d.]+)(?:x(\d+))?$")


class Hook:
    """One request."""

    def __init__(self, method, path, headers, body):
        self.at = time.time()
        self.method = method
        self.path = path
        self.headers = headers  # names in lower case
        self.body = body
        self.id = headers.get("webhook-id")
        self.timestamp = headers.get("webhook-timestamp")
        self.signed = None  # True, False; None: no key to check with
        self.status = None  # what it was answered: a number, "hang" or "close"
        try:
            self.json = json.loads(body)
        except ValueError:
            self.json = None
        data = self.json.get("data") if isinstance(self.json, dict) else None
        self.data = data if isinstance(data, dict) else {}
        self.to = self.data.get("to")

    def record(self):
        return {"at": self.at, "method": self.method, "path": self.path, "id": self.id,
                "timestamp": self.timestamp, "signed": self.signed, "status": self.status,
                "to": self.to,
                "body": self.json if self.json is not None else self.body.decode(errors="replace")}


class Rules:
    """Who is answered how."""

    def __init__(self):
        self.lock = threading.Lock()
        self.rules = {}

    def set(self, who, how):
        match = HOW.match(how)
        if not match:
            raise ValueError("%r is no answer; write 204, hang, close, late:2 or 500x3" % how)
        with self.lock:
            self.rules[who] = [match.group(1), int(match.group(2)) if match.group(2) else None]

    def take(self, hook):
        with self.lock:
            for who in (hook.to, hook.path.partition("?")[0], "*"):
                rule = self.rules.get(who)
                if not rule:
                    continue
                if rule[1] is not None:
                    rule[1] -= 1
                    if rule[1] <= 0:
                        del self.rules[who]
                return rule[0]
        return "200"


def signature_fits(keys, headers, body, now):
    """As Standard Webhooks 1.0 has it, with a tolerance of five minutes."""
    try:
        if abs(now - int(headers["webhook-timestamp"])) > 300:
            return False
        text = "%s.%s." % (headers["webhook-id"], headers["webhook-timestamp"])
        given = headers["webhook-signature"].split(" ")
    except (KeyError, ValueError):
        return False
    for key in keys:
        secret = base64.b64decode(key.removeprefix("whsec_"))
        mac = hmac.new(secret, text.encode() + body, hashlib.sha256).digest()
        if any(hmac.compare_digest("v1," + base64.b64encode(mac).decode(), g) for g in given):
            return True
    return False


class Receiver:
    """Serves in a thread of its own, from `with` or start() to close()."""

    def __init__(self, port=0, keys=(), on_hook=None):
        """on_hook: called with each Hook in the receiver's thread."""
        self.port = port
        self.keys = list(keys)
        self.on_hook = on_hook
        self.rules = Rules()
        self.hooks = []
        self.arrived = threading.Condition()
        self.loop = asyncio.new_event_loop()
        self.server = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.started = threading.Event()
        self.failed = None

    def start(self):
        self.thread.start()
        self.started.wait()
        if self.failed:
            raise self.failed
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join()

    def url(self, path="/"):
        return "http://127.0.0.1:%d%s" % (self.port, path)

    def answer(self, who, how):
        self.rules.set(who, str(how))

    def all(self, match=lambda hook: True):
        with self.arrived:
            return [h for h in self.hooks if match(h)]

    def wait(self, match=lambda hook: True, within_s=10, count=1):
        """The count-th Hook that matches, once it is there; None after within_s."""
        def found():
            hooks = [h for h in self.hooks if match(h)]
            return hooks[count - 1] if len(hooks) >= count else None

        with self.arrived:
            return self.arrived.wait_for(found, within_s)

    def run(self):
        asyncio.set_event_loop(self.loop)
        try:
            self.server = self.loop.run_until_complete(
                asyncio.start_server(self.serve, "127.0.0.1", self.port, limit=HEAD_BYTES_MAX))
            self.port = self.server.sockets[0].getsockname()[1]
        except OSError as error:
            self.failed = error
            self.started.set()
            return
        self.started.set()
        self.loop.run_forever()
        self.server.close()
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.close()

    async def serve(self, reader, writer):
        try:
            while hook := await read_hook(reader):
                if hook.path == "/-/answer":
                    self.answer(hook.json["who"], hook.json["how"])
                    how = "204"
                else:
                    how = self.take(hook)
                if not await reply(writer, how):
                    break
        except (OSError, ValueError, KeyError, TypeError, asyncio.IncompleteReadError,
                asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    def take(self, hook):
        """Keep it; returns how it is to be answered."""
        how = self.rules.take(hook)
        if self.keys:
            hook.signed = signature_fits(self.keys, hook.headers, hook.body, hook.at)
            how = how if hook.signed else "401"
        hook.status = 200 if how.startswith("late") else int(how) if how.isdigit() else how
        with self.arrived:
            self.hooks.append(hook)
            self.arrived.notify_all()
        if self.on_hook:
            self.on_hook(hook)
        return how


async def read_hook(reader):
    """None at the end of the connection."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except asyncio.IncompleteReadError:
        return None
    method, path, _ = head[0].split(" ", 2)
    headers = {}
    for line in head[1:-2]:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Hook(method, path, headers, body)


async def reply(writer, how):
    """false: the connection is over."""
    if how == "hang":
        await asyncio.sleep(3600)
    if how in ("hang", "close"):
        return False
    if how.startswith("late:"):
        await asyncio.sleep(float(how[5:]))
        how = "200"
    length = "" if how in ("204", "304") else "Content-Length: 0\r\n"
    writer.write(("HTTP/1.1 %s .\r\n%s\r\n" % (how, length)).encode())
    await writer.drain()
    return True


def main():
    parser = argparse.ArgumentParser(description="A webhook receiver; see the head of the file.")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--record", help="append one JSON object a request to this file")
    parser.add_argument("--key", action="append", default=[], help="whsec_…, may be repeated")
    parser.add_argument("--answer", action="append", default=[], metavar="WHO=HOW")
    args = parser.parse_args()
    out = open(args.record, "a", encoding="utf-8") if args.record else sys.stdout

    def keep(hook):
        print(json.dumps(hook.record(), ensure_ascii=False), file=out, flush=True)

    receiver = Receiver(args.port, args.key, keep)
    for rule in args.answer:
        who, _, how = rule.partition("=")
        receiver.answer(who, how)
    receiver.start()
    print("listening on %s" % receiver.url(""), flush=True)
    try:
        receiver.thread.join()
    except KeyboardInterrupt:
        receiver.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
