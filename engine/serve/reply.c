/*
 * reply - /r/…: what services say back, and the word to whoever wrote or pressed.
 *
 *     POST /r/TOKEN           the token names the message; an answer needs its code, too
 *     POST /r/ENDPOINT/KEY    a key of ours with the scope "reply", named reply-ENDPOINT, stands in
 *                             the address that the service is given: who has it is the service
 *
 * A service sends many reports in one request: all are handed in, in their order, and the answer is
 * that of the last, which is durable when all before it are. Nothing is changed by GET or HEAD.
 */
#include "base/html.h"
#include "serve/conn.h"
#include "serve/http.h"
#include "serve/pages.h"
#include "serve/who.h"

#include <stdlib.h>
#include <string.h>

static void said(struct conn *c, uint64_t line, const char *type, const char *body)
{
    struct http_reply r = {
        .status = 200, .type = type, .body = body, .body_len = body ? strlen(body) : 0};
    http_respond(c, line, &r);
}

/* One that nobody waits for: its refusal is not said, as the service can do nothing about it. */
static void hand_in_quietly(struct conn *c, json_t *takes)
{
    struct refusal refusal;
    struct request r;
    enum input_kind kind;
    if (!request_read(takes, &r, &refusal) && op_input_kind(r.op, &kind)) {
        struct input in = {.kind = kind, .who = c->who, .notice = r.link.notice, .body = r.body};
        c->serve->port->submit(c->serve->port->ctx, &in, r.value);
    }
    request_done(&r);
}

/* All of them; name and value go into each. */
static void hand_in(struct conn *c, uint64_t line, const struct replies *replies, const char *name,
                    const char *value)
{
    size_t count = json_array_size(replies->objects), n;
    json_t *object;
    if (!count) {
        said(c, line, "application/json", replies->dialect == REPLY_ALIYUN ? "{\"code\":0}" : "{}");
        return;
    }
    json_array_foreach(replies->objects, n, object)
    {
        json_t *one = json_put_str(json_copy(object), name, value);
        if (n + 1 < count)
            hand_in_quietly(c, one);
        else
            answer_object(c, line, one);
    }
}

void page_reply(struct conn *c, uint64_t line, const struct route_match *m)
{
    struct replies replies;
    struct refusal refusal;
    const struct http_request *r = m->request;
    const struct http_ask *ask = conn_slot(c, line)->ask;
    if (replies_of_message(http_header(r, "content-type"), r->body, r->body_len, &replies,
                           &refusal))
        answer_refused(c, line, &refusal);
    else
        hand_in(c, line, &replies, "token", ask->token);
    replies_done(&replies);
}

/* "key:reply-twilio", "key:reply-twilio-2": so that a key of one service speaks for no other. */
static bool key_is_of(const char *id, const char *endpoint)
{
    static const char prefix[] = "key:reply-";
    size_t len = strlen(endpoint);
    if (strncmp(id, prefix, sizeof prefix - 1) != 0)
        return false;
    const char *name = id + sizeof prefix - 1;
    return !strncmp(name, endpoint, len) && (!name[len] || name[len] == '-');
}

static enum code key_check(struct conn *c, const char *endpoint, const char *key, struct refusal *r)
{
    if (who_take_secret(c, key) && key_is_of(c->who.id, endpoint))
        return scope_check(c, "reply", SCOPE_REPLY, r);
    who_take_nothing(c);
    return refuse(r, CODE_UNAUTHORIZED, NULL, NULL,
                  "this address has no key of the endpoint; the operator makes one: muster key "
                  "create reply-%.64s --scope reply",
                  endpoint);
}

static void account_take(struct conn *c, uint64_t line, const struct http_request *r,
                         const char *endpoint)
{
    struct replies replies;
    struct refusal refusal;
    AUTO_TEXT(body);
    AUTO_JSON(challenge);
    enum code code = replies_of_account(http_header(r, "content-type"), r->body, r->body_len,
                                        &replies, &refusal);
    conn_slot(c, line)->ask->dialect = replies.dialect;
    challenge = json_put_str(json_object(), "challenge", replies.challenge);
    json_write(challenge, &body);
    if (code)
        answer_refused(c, line, &refusal);
    else if (replies.challenge)
        said(c, line, "application/json", text_str(&body));
    else
        hand_in(c, line, &replies, "endpoint", endpoint);
    replies_done(&replies);
}

void page_reply_account(struct conn *c, uint64_t line, const struct route_match *m)
{
    struct refusal refusal;
    char *endpoint = route_param(m, "endpoint"), *key = route_param(m, "key");
    if (key_check(c, endpoint, key, &refusal))
        answer_refused(c, line, &refusal);
    else
        account_take(c, line, m->request, endpoint);
    free(endpoint);
    free(key);
}

/* ---- the word back ---- */

static void twiml(const char *say, struct text *to)
{
    text_add(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>");
    if (say) {
        text_add(to, "<Message>");
        html_add(to, say);
        text_add(to, "</Message>");
    }
    text_add(to, "</Response>\n");
}

static json_t *word_of(enum reply_dialect dialect, const char *say)
{
    if (dialect == REPLY_ALIYUN)
        return json_put_str(json_put_int(json_object(), "code", 0), "msg", "OK");
    if (dialect == REPLY_FEISHU)
        return json_put(
            json_object(), "toast",
            json_put_str(json_put_str(json_object(), "type", "info"), "content", say ? say : "…"));
    json_t *o = json_put_str(json_object(), "response_type", "ephemeral");
    return json_put_str(json_put(o, "replace_original", json_false()), "text", say ? say : "…");
}

bool page_reply_word(const struct slot *slot, const json_t *reply, struct http_reply *r,
                     struct text *to)
{
    enum reply_dialect dialect = slot->ask->dialect;
    bool ok = json_bool(reply, "ok");
    if (dialect == REPLY_PLAIN || (!ok && dialect != REPLY_ALIYUN))
        return false;
    const char *say = json_str(reply, "say");
    AUTO_JSON(word);
    r->status = 200;
    r->type = dialect == REPLY_TWILIO ? "text/xml; charset=utf-8" : "application/json";
    word = dialect == REPLY_TWILIO ? NULL : word_of(dialect, say);
    if (word)
        json_write(word, to);
    else
        twiml(say, to);
    return true;
}
