#!/usr/bin/python3
"""The webhook receiver of the tests: what it says about webhooks must be true."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import receiver
import tap

KEY = "whsec_" + base64.b64encode(b"k" * 32).decode()


def post(r, to="li.ming", path="/", key=None, timestamp=None, number="m-1"):
    """The status; None when there is no answer."""
    body = json.dumps({"type": "muster.call", "data": {"to": to, "text": "洪水"}}).encode()
    headers = {"webhook-id": number, "webhook-timestamp": str(timestamp or int(time.time()))}
    if key:
        text = ("%s.%s." % (number, headers["webhook-timestamp"])).encode() + body
        mac = hmac.new(base64.b64decode(key[6:]), text, hashlib.sha256).digest()
        headers["webhook-signature"] = "v1,AAAA v1," + base64.b64encode(mac).decode()
    connection = http.client.HTTPConnection("127.0.0.1", r.port, timeout=0.5)
    try:
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    except (http.client.HTTPException, socket.timeout, ConnectionError):
        return None
    finally:
        connection.close()


def main():
    with tap.Plan() as t:
        with receiver.Receiver() as r:
            t.equal(post(r), 200, "without rules a webhook is taken")
            hook = r.wait(lambda h: h.to == "li.ming")
            t.equal((hook.id, hook.data["text"], hook.status, hook.signed),
                    ("m-1", "洪水", 200, None), "what came is kept")
            t.equal(r.wait(lambda h: h.to == "nobody", within_s=0.05), None,
                    "what did not come is not there")
            r.answer("li.ming", "503x2")
            r.answer("/desk", 404)
            t.equal([post(r) for _ in range(3)], [503, 503, 200], "an answer can be for N times")
            t.equal(post(r, to="zhao.lei", path="/desk?x=1"), 404, "an answer can be for a path")
            r.answer("zhao.lei", "hang")
            t.equal(post(r, to="zhao.lei"), None, "a person can stay silent")
            r.answer("zhao.lei", "close")
            t.equal(post(r, to="zhao.lei"), None, "a phone can be cut off")
            r.answer("zhao.lei", "late:0.1")
            t.equal(post(r, to="zhao.lei"), 200, "an answer can be late")
            t.equal(r.wait(count=8).to, "zhao.lei", "the N-th webhook can be waited for")
        with receiver.Receiver(keys=[KEY]) as r:
            t.equal(post(r, key=KEY), 200, "a good signature is taken")
            t.equal(post(r), 401, "a missing signature is refused")
            other = "whsec_" + base64.b64encode(b"x" * 32).decode()
            t.equal(post(r, key=other), 401, "another key's signature is refused")
            t.equal(post(r, key=KEY, timestamp=int(time.time()) - 400), 401,
                    "an old signature is refused")
            t.equal([h.signed for h in r.all()], [True, False, False, False],
                    "each is kept with what became of its signature")
    return t.status


if __name__ == "__main__":
    sys.exit(main())
