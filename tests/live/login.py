#!/usr/bin/python3
"""login - signing in with a browser: the link that a demo prints once, a key, the cookie."""

import http.client
import os
import re
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house as h  # noqa: E402
import tap  # noqa: E402

PAGE = {"Accept": "text/html"}


def ask(house, method, path, form=None, **headers):
    """(status, headers, text): a browser's request from a page of ours."""
    sent = {k.replace("_", "-"): v for k, v in headers.items()}
    body = None
    if form is not None:
        body = urllib.parse.urlencode(form)
        sent.update({"Content-Type": "application/x-www-form-urlencoded",
                     "Origin": "http://127.0.0.1:%d" % house.http_port})
    conn = http.client.HTTPConnection("127.0.0.1", house.http_port, timeout=30 * h.SLOW)
    conn.request(method, path, body=body, headers=sent)
    answer = conn.getresponse()
    text = answer.read().decode()
    conn.close()
    return answer.status, answer.headers, text


def session_of(headers):
    return headers["set-cookie"].split(";")[0]


def link_of(house):
    return re.findall(r"http://\S+(/login/ml_\S+)", house.log_text())[-1]


def the_link_signs_in_once(t, house):
    link = h.wait_for(lambda: "/login/ml_" in house.log_text() and link_of(house), "the link")
    status, headers, text = ask(house, "GET", link, **PAGE)
    t.check(status == 200 and "set-cookie" not in headers and 'method="post"' in text,
            "opening the link changes nothing: it shows a button")
    t.check("default-src 'none'" in headers["content-security-policy"] and "<script" not in text,
            "the page runs nothing")
    status, headers, _ = ask(house, "POST", link, {}, **PAGE)
    cookie = headers.get("set-cookie", "")
    t.equal((status, headers["location"]), (303, "/"), "the button signs in")
    t.check(cookie.startswith("__Host-muster=ms_") and "Secure" in cookie and "HttpOnly" in cookie
            and "SameSite=Strict" in cookie and "Path=/" in cookie and "Domain" not in cookie,
            "the session is a cookie of this host alone", cookie)
    session = session_of(headers)
    status, headers, text = ask(house, "POST", link, {}, **PAGE)
    t.check(status == 401 and "set-cookie" not in headers and "role=\"alert\"" in text,
            "a second time it signs nobody in, and says so", (status, text))
    return session


def a_session_speaks_for_somebody(t, house, session):
    _, _, text = ask(house, "GET", "/api/v1/ping", Cookie=session)
    t.check('"principal":"session:link' in text and '"admin"' in text,
            "the session of the link may do all", text)
    house.kill("engine")
    _, _, text = ask(house, "GET", "/api/v1/ping", Cookie=session)
    t.check('"principal":"session:link' in text, "it outlives kill -9", text)
    one = "/api/v1/incidents/0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11"
    status, _, _ = ask(house, "POST", one + "/order",
                       Cookie=session, Content_Type="application/json")
    t.check(status in (401, 403), "a write without a page of ours is not the session's", status)


def a_key_signs_in_with_its_rights(t, house):
    key = house.key("wall", "read")
    status, headers, _ = ask(house, "POST", "/login", {"key": key}, **PAGE)
    t.equal(status, 303, "a key signs in")
    session = session_of(headers)
    _, _, text = ask(house, "GET", "/api/v1/ping", Cookie=session)
    t.check('"scopes":["read"]' in text, "with its own rights and no more", text)
    status, _, text = ask(house, "POST", "/login", {"key": "mk_nonsense"}, Accept_Language="zh-CN",
                          **PAGE)
    t.check(status == 401 and "未能登录" in text and "mk_nonsense" not in text,
            "a wrong one is refused on the page, in the reader's language, and not shown again")
    status, _, text = ask(house, "POST", "/login", {"key": ""}, **PAGE)
    t.check(status in (401, 422), "an empty one, too", (status, text))
    status, headers, text = ask(house, "POST", "/login", Content_Type="application/json")
    t.check("set-cookie" not in headers, "nothing signs nobody in")
    house.admin(op="key_revoke", name="wall")
    _, _, text = ask(house, "GET", "/api/v1/ping", Cookie=session)
    t.check('"principal":"key' not in text and "session:" not in text,
            "the session ends with its key", text)


def signing_out(t, house, session):
    status, headers, _ = ask(house, "POST", "/logout", {}, Cookie=session, **PAGE)
    t.check(status == 303 and "Max-Age=0" in headers["set-cookie"],
            "signing out takes the cookie away", (status, headers.as_string()))
    _, _, text = ask(house, "GET", "/api/v1/ping", Cookie=session)
    t.check("session:" not in text, "and ends the session", text)


def another_site_signs_nobody_in(t, house):
    key = house.key("other", "read")
    status, headers, _ = ask(house, "POST", "/login", None, Origin="https://evil.example",
                             Content_Type="application/x-www-form-urlencoded")
    t.check(status == 403 and "set-cookie" not in headers, "a form of another site is refused")
    t.check(key not in house.log_text(), "no key stands in the log")


def main():
    with tap.Plan() as t, h.House(demo=True) as house:
        house.start()
        session = the_link_signs_in_once(t, house)
        a_session_speaks_for_somebody(t, house, session)
        a_key_signs_in_with_its_rights(t, house)
        another_site_signs_nobody_in(t, house)
        signing_out(t, house, session)
    return t.status


sys.exit(main())
