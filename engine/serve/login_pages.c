/*
 * login_pages - signing in and out with a browser (login_page.h), over the operations login and
 * logout. A session is a cookie that no script reads, no other site sends and no name but ours
 * gets.
 */
#include "serve/conn.h"
#include "serve/http.h"
#include "serve/login_page.h"
#include "serve/pages.h"
#include "serve/who.h"

enum { SESSION_S = 7 * 24 * 3600 }; /* as long as the core lets a session last */

void page_login(struct conn *c, uint64_t line, const struct route_match *m)
{
    AUTO_TEXT(body);
    const struct http_ask *ask = conn_slot(c, line)->ask;
    (void)m;
    login_page(ask->token, NULL, ask_is_zh(ask), &body);
    struct http_reply r = {.status = 200,
                           .type = "text/html; charset=utf-8",
                           .body = text_str(&body),
                           .body_len = body.len};
    http_page_headers(&r);
    http_respond(c, line, &r);
}

void page_cookie(json_t *reply, struct http_reply *r)
{
    AUTO_TEXT(cookie);
    const char *session = json_str_or(reply, "session", "");
    text_addf(&cookie, SESSION_COOKIE "=%s; Max-Age=%d; Path=/; Secure; HttpOnly; SameSite=Strict",
              session, session[0] ? SESSION_S : 0);
    http_reply_header(r, "Set-Cookie", text_str(&cookie));
    (void)json_object_del(reply, "session");
}

static void go(struct http_reply *r, const char *where)
{
    r->status = 303;
    http_reply_header(r, "Location", where);
}

void page_signed_in(const struct conn *c, const struct slot *slot, const json_t *reply,
                    struct http_reply *r, struct text *body)
{
    (void)c;
    if (json_is_true(json_at(reply, "ok")))
        go(r, "/");
    else
        login_page(slot->ask->token, reply, ask_is_zh(slot->ask), body);
}

void page_signed_out(const struct conn *c, const struct slot *slot, const json_t *reply,
                     struct http_reply *r, struct text *body)
{
    (void)c;
    if (json_is_true(json_at(reply, "ok")))
        go(r, "/login");
    else
        login_page(NULL, reply, ask_is_zh(slot->ask), body);
}
