"""services - what messages are sent to, as strict as their manuals: for tests/live/channels.py.

    receiver = services.Receiver({name: services.SERVICES[name]})     # on a port of 127.0.0.1
    receiver.how = "throttled"                   # what they all answer from now on
    receiver.taken(name), receiver.amiss(name)   # requests; what was not as the manual says

Each checks method, path, headers, shape, lengths and signature, worked out anew here, and has
answers as the service gives them: "ok", "throttled", "refused". A GET is a probe.
"""

import base64
import hashlib
import hmac
import http.server
import json
import re
import threading
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

WEBHOOK_KEY = base64.b64encode(b"canary-key-of-32-bytes-000000000").decode()
CODE, URL, BACK = "4821", "https://muster.example/a/Tk", "https://muster.example/r/Tk"
TITLE, TEXT = "7号站超警戒", "水位超警戒，请到岗"
PHONE = "+8613800000000"


class Request:
    def __init__(self, method, path, headers, body):
        split = urllib.parse.urlsplit(path)
        self.method = method
        self.path = "/" + split.path.lstrip("/").partition("/")[2]  # without our own first part
        self.query_text = split.query
        self.query = dict(urllib.parse.parse_qsl(split.query, keep_blank_values=True))
        self.headers = {k.lower(): v for k, v in headers.items()}
        self.body = body

    def json(self):
        return json.loads(self.body.decode())

    def form(self):
        assert self.headers["content-type"] == "application/x-www-form-urlencoded", self.headers
        pairs = urllib.parse.parse_qsl(self.body.decode("ascii"), keep_blank_values=True,
                                       strict_parsing=True)
        assert len(dict(pairs)) == len(pairs), pairs
        return dict(pairs)


class Receiver:
    """Answers what the service named by the first part of the path says."""

    def __init__(self, services):
        self.seen, self.faults, self.how = {}, {}, "ok"
        self.asked, self.probe = [], (404, {}, "")
        self.answers = {}  # by name, where one answers otherwise than `how`
        self.lock = threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                name = self.path.lstrip("/").split("/")[0].split("?")[0]
                request = Request(self.command, self.path, self.headers, body)
                receiver.take(services[name], name, request)
                self.answer(*services[name].answers[receiver.answers.get(name, receiver.how)])

            def do_GET(self):
                """A probe: its path is the service's own."""
                receiver.asked.append(Request(self.command, "/x" + self.path, self.headers, b""))
                self.answer(*receiver.probe)

            def answer(self, status, headers, answer):
                text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, service, name, request):
        fault = ""
        try:
            service.check(request)
        except (AssertionError, KeyError, ValueError, IndexError, TypeError) as error:
            fault = "%s: %r" % (type(error).__name__, error.args)
        with self.lock:
            self.seen.setdefault(name, []).append(request)
            if fault:
                self.faults.setdefault(name, []).append(fault)

    def taken(self, name):
        with self.lock:
            return self.seen.get(name, [])

    def amiss(self, name):
        with self.lock:
            return self.faults.pop(name, [])

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def hmac_sha256(key, text):
    return hmac.new(key, text, hashlib.sha256).digest()


def is_json(request, kind="application/json"):
    assert request.method == "POST", request.method
    assert request.headers["content-type"].split(";")[0] == kind, request.headers
    return request.json()


def units(text):
    """How long a text is in characters as services count them."""
    return len(text.encode("utf-16-le")) // 2


def quoted(text):
    return urllib.parse.quote(text, safe="-_.~")


def recent(seconds):
    assert abs(time.time() - seconds) < 60, seconds


def no_more(table, allowed):
    assert set(table) <= set(allowed), "%s beside %s" % (set(table) - set(allowed), allowed)


class Service:
    """The secret file without its url, the path behind our own, what is expected of results."""
    secret, path, contact, reference, waits_ms = "", "/hook/T0KEN-of-the-bot", PHONE, None, None
    refusal = ("rejected", None)  # class, words of the sentence
    host = None                   # where the channel itself sends to

    def told(self, request):
        """The text of the message, as its reader has it."""
        raise NotImplementedError


class Webhook(Service):
    """standardwebhooks.com"""
    secret, kind = "key=whsec_" + WEBHOOK_KEY, "application/json"
    answers = {"ok": (204, {}, ""), "throttled": (429, {"Retry-After": "7"}, ""),
               "refused": (410, {}, "gone")}
    waits_ms, refusal = 7000, ("status", "take out the endpoint")

    def check(self, request):
        body = is_json(request, self.kind)
        recent(int(request.headers["webhook-timestamp"]))
        text = b".".join([request.headers["webhook-id"].encode(),
                          request.headers["webhook-timestamp"].encode(), request.body])
        mine = base64.b64encode(hmac_sha256(base64.b64decode(WEBHOOK_KEY), text)).decode()
        assert request.headers["webhook-signature"] == "v1," + mine, request.headers
        assert "." not in request.headers["webhook-id"]
        assert body["type"].startswith("muster."), body

    def told(self, request):
        return request.json()["data"]["text"]


class CloudEvents(Webhook):
    """cloudevents.io, spec 1.0.2, JSON format: attributes are lower case letters and digits."""
    kind = "application/cloudevents+json"

    def check(self, request):
        super().check(request)
        event = request.json()
        assert event["specversion"] == "1.0" and event["id"] and event["source"] and event["type"]
        assert all(re.fullmatch("[a-z0-9]+", k) for k in event), list(event)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", event["time"])
        assert urllib.parse.urlsplit(event["source"]).scheme == "urn"


class Feishu(Service):
    """open.feishu.cn: custom bots; sign, keywords and addresses may be checked."""
    secret, path = "key=fs-secret-of-the-bot", "/open-apis/bot/v2/hook/T0KEN-of-the-bot"
    answers = {"ok": (200, {}, {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {},
                                "msg": "success"}),
               "throttled": (200, {}, {"code": 11232, "msg": "frequency limited"}),
               "refused": (200, {}, {"code": 19024, "msg": "Key Words Not Found"})}
    waits_ms, refusal = 10000, ("rejected", "code is 19024 and not 0")

    def check(self, request):
        body = is_json(request)
        assert len(request.body) <= 20 * 1024, len(request.body)
        recent(int(body["timestamp"]))
        key = (body["timestamp"] + "\nfs-secret-of-the-bot").encode()
        assert body["sign"] == base64.b64encode(hmac_sha256(key, b"")).decode(), body["sign"]
        no_more(body, ["timestamp", "sign", "msg_type", "card", "content"])
        if body["msg_type"] == "text":
            assert list(body["content"]) == ["text"]
            return
        assert body["msg_type"] == "interactive"
        header = body["card"]["header"]
        assert header["title"]["tag"] == "plain_text"
        assert isinstance(header["title"]["content"], str)
        assert header["template"] in ("blue", "wathet", "turquoise", "green", "yellow", "orange",
                                      "red", "carmine", "violet", "purple", "indigo", "grey")
        for element in body["card"]["elements"]:
            assert element["tag"] in ("div", "action"), element
            if element["tag"] == "div":
                assert element["text"]["tag"] == "plain_text", element
                assert isinstance(element["text"]["content"], str)
            for button in element.get("actions", []):
                assert button["tag"] == "button" and button["url"].startswith("https://")
                assert button["text"]["content"] in ("答复", "Answer")

    def told(self, request):
        body = request.json()
        return (body["content"]["text"] if body["msg_type"] == "text" else
                body["card"]["elements"][0]["text"]["content"])


class DingTalk(Service):
    """open.dingtalk.com: custom robots, security setting 加签."""
    secret, path = "key=SECdd", "/robot/send?access_token=T0KEN-of-the-bot"
    answers = {"ok": (200, {}, {"errcode": 0, "errmsg": "ok"}),
               "throttled": (200, {}, {"errcode": 130101, "errmsg": "send too fast"}),
               "refused": (200, {}, {"errcode": 310000, "errmsg": "sign not match"})}
    waits_ms, refusal = 600000, ("rejected", "errcode is 310000 and not 0")

    def check(self, request):
        body = is_json(request)
        assert set(request.query) == {"access_token", "timestamp", "sign"}, request.query
        recent(int(request.query["timestamp"]) / 1000)
        text = (request.query["timestamp"] + "\nSECdd").encode()
        assert request.query["sign"] == base64.b64encode(hmac_sha256(b"SECdd", text)).decode()
        assert body["msgtype"] == "text" and list(body["text"]) == ["content"]
        assert body["at"] == {"atMobiles": [PHONE]}, body

    def told(self, request):
        return request.json()["text"]["content"]


class WeCom(Service):
    """developer.work.weixin.qq.com: group robots; a text has at most 2048 bytes."""
    path = "/cgi-bin/webhook/send?key=T0KEN-of-the-bot"
    answers = {"ok": (200, {}, {"errcode": 0, "errmsg": "ok"}),
               "throttled": (200, {}, {"errcode": 45009, "errmsg": "api freq out of limit"}),
               "refused": (200, {}, {"errcode": 93000, "errmsg": "invalid webhook url"})}
    waits_ms, refusal = 60000, ("rejected", "errcode is 93000 and not 0")

    def check(self, request):
        body = is_json(request)
        assert request.query == {"key": "T0KEN-of-the-bot"}, request.query
        assert body["msgtype"] == "text"
        no_more(body["text"], ["content", "mentioned_mobile_list"])
        assert len(body["text"]["content"].encode()) <= 2048, len(body["text"]["content"].encode())
        assert body["text"]["mentioned_mobile_list"] == [PHONE]

    def told(self, request):
        return request.json()["text"]["content"]


class Slack(Service):
    """docs.slack.dev: incoming webhooks; & < > are entities, a section has 3000 characters."""
    path = "/services/T000/B000/T0KEN-of-the-bot"
    answers = {"ok": (200, {}, "ok"), "throttled": (429, {"Retry-After": "1"}, "rate_limited"),
               "refused": (403, {}, "action_prohibited")}
    waits_ms, refusal = 1000, ("status", "answered 403")

    def check(self, request):
        body = is_json(request)
        no_more(body, ["text", "attachments"])
        assert 0 < units(body["text"]) <= 4000
        self.escaped(body["text"])
        for attachment in body.get("attachments", []):
            assert re.fullmatch("#[0-9a-f]{6}", attachment["color"])
            for block in attachment["blocks"]:
                if block["type"] == "actions":
                    self.check_buttons(block["elements"])
                    continue
                assert block["type"] == "section" and block["text"]["type"] == "mrkdwn"
                assert 0 < units(block["text"]["text"]) <= 3000, units(block["text"]["text"])
                self.escaped(block["text"]["text"])

    @staticmethod
    def check_buttons(elements):
        assert len({e["action_id"] for e in elements}) == len(elements) <= 25
        for element in elements:
            assert element["type"] == "button" and len(element["value"]) <= 2000
            assert element["text"]["type"] == "plain_text" and len(element["text"]["text"]) <= 75
            assert element["value"] == BACK, element

    @staticmethod
    def escaped(text):
        plain = re.sub(r"<https://[^<>|]+\|[^<>|]+>", "", text)
        assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", plain), text

    def told(self, request):
        body = request.json()
        text = (body["attachments"][0]["blocks"][0]["text"]["text"] if "attachments" in body else
                body["text"])
        return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


class Teams(Service):
    """learn.microsoft.com: workflows that post an adaptive card; about 28 KB."""
    path = "/workflows/T0KEN-of-the-bot/triggers/manual/paths/invoke?api-version=1&sig=S"
    answers = {"ok": (202, {}, ""), "throttled": (429, {"Retry-After": "30"}, ""),
               "refused": (401, {}, "sig")}
    waits_ms, refusal = 30000, ("status", "check the secret file")

    def check(self, request):
        body = is_json(request)
        assert len(request.body) <= 28 * 1024, len(request.body)
        assert body["type"] == "message" and len(body["attachments"]) == 1
        assert body["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
        card = body["attachments"][0]["content"]
        assert card["type"] == "AdaptiveCard" and card["version"] == "1.4"
        for block in card["body"]:
            assert block["type"] == "RichTextBlock"
            for run in block["inlines"]:
                assert run["type"] == "TextRun" and isinstance(run["text"], str)
                assert run.get("color", "good") in ("default", "dark", "light", "accent", "good",
                                                    "warning", "attention")
        for action in card.get("actions", []):
            assert action["type"] == "Action.OpenUrl" and action["url"].startswith("https://")

    def told(self, request):
        blocks = request.json()["attachments"][0]["content"]["body"]
        return blocks[1 if len(blocks) > 1 else 0]["inlines"][0]["text"]


class Telegram(Service):
    """core.telegram.org/bots/api: sendMessage."""
    secret, path, host = "key=123:T0KEN-of-the-bot", None, "https://api.telegram.org"
    answers = {"ok": (200, {}, {"ok": True, "result": {"message_id": 77, "text": "x"}}),
               "throttled": (429, {}, {"ok": False, "error_code": 429,
                                       "description": "Too Many Requests: retry after 35",
                                       "parameters": {"retry_after": 35}}),
               "refused": (403, {}, {"ok": False, "error_code": 403,
                                     "description": "Forbidden: bot was blocked by the user"})}
    contact, reference, waits_ms, refusal = "-100123", "77", 35000, ("status", "answered 403")

    def check(self, request):
        body = is_json(request)
        assert request.path == "/bot123:T0KEN-of-the-bot/sendMessage", request.path
        no_more(body, ["chat_id", "text", "link_preview_options", "reply_markup"])
        assert body["chat_id"] == "-100123" and 1 <= units(body["text"]) <= 4096
        for row in body.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]:
            assert all(set(button) == {"text", "url"} for button in row)

    def told(self, request):
        return request.json()["text"]


class Discord(Service):
    """discord.com/developers: execute webhook."""
    path = "/api/webhooks/1/T0KEN-of-the-bot"
    answers = {"ok": (200, {}, {"id": "998877", "content": "x"}),
               "throttled": (429, {"Retry-After": "1"}, {"message": "You are being rate limited.",
                                                          "retry_after": 0.65, "global": False}),
               "refused": (400, {}, {"code": 50006, "message": "Cannot send an empty message"})}
    reference, waits_ms, refusal = "998877", 650, ("status", "answered 400")

    def check(self, request):
        body = is_json(request)
        assert request.query == {"wait": "true"}, request.query
        no_more(body, ["content", "embeds", "allowed_mentions"])
        assert body["allowed_mentions"] == {"parse": []}, body["allowed_mentions"]
        assert units(body["content"]) <= 2000
        for embed in body.get("embeds", []):
            assert units(embed["description"]) <= 4096 and isinstance(embed["color"], int)

    def told(self, request):
        body = request.json()
        return body["embeds"][0]["description"] if "embeds" in body else body["content"]


class Ntfy(Service):
    """docs.ntfy.sh/publish: publish as JSON."""
    secret, path, host, contact = "key=tk_T0KEN-of-the-bot", None, "https://ntfy.sh", "li-ming-x7"
    answers = {"ok": (200, {}, {"id": "sPs71M8A2T", "event": "message", "topic": "li-ming-x7"}),
               "throttled": (429, {}, {"code": 42901, "http": 429, "error": "limit reached"}),
               "refused": (403, {}, {"code": 40301, "http": 403, "error": "forbidden"})}
    reference, waits_ms, refusal = "sPs71M8A2T", None, ("status", "answered 403")

    def check(self, request):
        body = is_json(request)
        assert request.path == "/"
        assert request.headers["authorization"] == "Bearer tk_T0KEN-of-the-bot"
        no_more(body, ["topic", "title", "message", "priority", "tags", "actions"])
        assert body["topic"] == "li-ming-x7" and re.fullmatch("[-_A-Za-z0-9]{1,64}", body["topic"])
        assert body.get("priority", 3) in (1, 2, 3, 4, 5), body["priority"]
        assert len(body["message"].encode()) <= 4096
        assert len(body.get("actions", [])) <= 3
        for action in body.get("actions", []):
            assert action["action"] in ("view", "http") and action["url"].startswith("https://")
            if action["action"] == "http":
                assert action["url"] == BACK and CODE in action["body"], action
                assert isinstance(action["headers"], dict) and action["method"] == "POST"

    def told(self, request):
        return request.json()["message"]


class TwilioSms(Service):
    """twilio.com/docs: messages resource."""
    secret = "user=AC0123\nkey=T0KEN-of-the-bot\nfrom=+15550001111"
    path, host = None, "https://api.twilio.com"
    where = "/2010-04-01/Accounts/AC0123/Messages.json"
    allowed = ["To", "From", "Body", "StatusCallback"]
    answers = {"ok": (201, {}, {"sid": "SM00ff", "status": "queued", "error_code": None}),
               "throttled": (429, {}, {"code": 20429, "message": "Too Many Requests"}),
               "refused": (400, {}, {"code": 21211, "message": "Invalid 'To' Phone Number"})}
    reference, refusal = "SM00ff", ("status", "answered 400")

    def check(self, request):
        form = request.form()
        assert request.method == "POST" and request.path == self.where, request.path
        login = base64.b64encode(b"AC0123:T0KEN-of-the-bot").decode()
        assert request.headers["authorization"] == "Basic " + login
        no_more(form, self.allowed)
        assert form["To"] == PHONE and form["From"] == "+15550001111"
        assert "StatusCallback" not in form or form["StatusCallback"] == BACK
        self.check_text(form)

    def check_text(self, form):
        assert 1 <= units(form["Body"]) <= 1600, units(form["Body"])

    def told(self, request):
        return request.form()["Body"]


class TwilioVoice(TwilioSms):
    """twilio.com/docs: calls resource, TwiML <Say>."""
    where = "/2010-04-01/Accounts/AC0123/Calls.json"
    allowed = ["To", "From", "Twiml", "StatusCallback"]

    def check_text(self, form):
        assert len(form["Twiml"]) <= 4000
        response = ElementTree.fromstring(form["Twiml"])
        assert response.tag == "Response" and [e.tag for e in response] == ["Say"]
        assert response[0].get("language") in ("zh-CN", "en-US") and not list(response[0])

    def told(self, request):
        return ElementTree.fromstring(request.form()["Twiml"])[0].text


class Aliyun(Service):
    """help.aliyun.com: SendSms 2017-05-25 with signature V3; a variable has 35 characters."""
    secret = "user=LTAI5t-of-us\nkey=T0KEN-of-the-bot\nsign_name=浑江应急\ntemplate=SMS_1"
    path, host, contact = None, "https://dysmsapi.aliyuncs.com", "13800000000"
    answers = {"ok": (200, {}, {"Code": "OK", "Message": "OK", "BizId": "9006^0"}),
               "throttled": (200, {}, {"Code": "Throttling.User", "Message": "denied"}),
               "refused": (200, {}, {"Code": "isv.BUSINESS_LIMIT_CONTROL",
                                     "Message": "触发分钟级流控"})}
    reference, waits_ms = "9006^0", 5000
    refusal = ("rejected", 'Code is "isv.BUSINESS_LIMIT_CONTROL" and not "OK"')

    def check(self, request):
        q, h = request.query, request.headers
        assert request.method == "POST" and request.body == b""
        assert h["x-acs-action"] == "SendSms" and h["x-acs-version"] == "2017-05-25"
        recent(time.mktime(time.strptime(h["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone)
        self.check_signature(request)
        no_more(q, ["PhoneNumbers", "SignName", "TemplateCode", "TemplateParam", "OutId"])
        assert (q["PhoneNumbers"], q["SignName"]) == ("13800000000", "浑江应急")
        assert q["TemplateCode"] == "SMS_1"
        for name, value in json.loads(q["TemplateParam"]).items():
            assert isinstance(value, str) and 1 <= units(value) <= 35, (name, value)
            assert URL not in value, value

    @staticmethod
    def check_signature(request):
        h = request.headers
        assert h["x-acs-content-sha256"] == hashlib.sha256(request.body).hexdigest()
        match = re.fullmatch(r"ACS3-HMAC-SHA256 Credential=LTAI5t-of-us,"
                             r"SignedHeaders=([a-z0-9;-]+),Signature=([0-9a-f]{64})",
                             h["authorization"])
        names = match.group(1).split(";")
        assert names == sorted(names)
        assert {"host", "x-acs-date", "x-acs-signature-nonce"} <= set(names)
        assert all(n in names for n in h if n.startswith("x-acs-")), names
        path = "/aliyun_sms/"  # as it stands on the wire
        query = "&".join("%s=%s" % (quoted(k), quoted(v)) for k, v in sorted(request.query.items()))
        canonical = "\n".join([request.method, path, query]
                              + ["%s:%s" % (n, h[n].strip()) for n in names]
                              + ["", match.group(1), h["x-acs-content-sha256"]])
        said = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
        assert hmac_sha256(b"T0KEN-of-the-bot", said.encode()).hex() == match.group(2), canonical

    def told(self, request):
        return json.loads(request.query["TemplateParam"])["text"]


SERVICES = {"webhook": Webhook(), "demo": Webhook(), "cloudevents": CloudEvents(),
            "feishu": Feishu(), "dingtalk": DingTalk(), "wecom": WeCom(), "slack": Slack(),
            "slack/buttons": Slack(),
            "teams": Teams(), "telegram": Telegram(), "discord": Discord(), "ntfy": Ntfy(),
            "twilio/sms": TwilioSms(), "twilio/voice": TwilioVoice(), "aliyun_sms": Aliyun()}
