#include "intake/reply.h"

#include "core/reply_text.h"
#include "intake/http_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { REPORTS_MAX = 500 };

void replies_done(struct replies *r)
{
    json_decref(r->objects);
    free(r->challenge);
    *r = (struct replies){0};
}

static bool type_is(const char *given, const char *type)
{
    size_t len = strlen(type);
    return given && strncasecmp(given, type, len) == 0 &&
           (!given[len] || given[len] == ';' || given[len] == ' ');
}

static json_t *object_of(const char *op)
{
    return json_put_str(json_object(), "op", op);
}

static void add(struct replies *r, json_t *takes)
{
    json_array_append_new(r->objects, takes);
}

static const char *form_value(const struct http_form *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (!strcmp(f->pairs[i].name, name))
            return f->pairs[i].value;
    return NULL;
}

/* ---- answers ---- */

/* "accept", "decline", "pass" as members of an answer. false: none of them. */
static bool answer_put(json_t *object, const char *answer)
{
    if (!strcmp(answer, "decline"))
        json_put(object, "decline", json_true());
    else if (!strcmp(answer, "pass"))
        json_put(object, "pass", json_true());
    return !strcmp(answer, "accept") || !strcmp(answer, "decline") || !strcmp(answer, "pass");
}

static enum code no_code(struct refusal *r)
{
    return refuse(r, CODE_BAD_FIELD, "code", NULL,
                  "code: the four digits of the message must be sent along, like code=4821");
}

static enum code answer_fill(struct replies *r, const char *code, const char *answer,
                             const char *choice, const char *note, struct refusal *refusal)
{
    json_t *object = json_put_str(object_of("answer_link"), "code", code);
    bool known = answer_put(object, answer ? answer : "accept");
    json_put_str(object, "choice", choice && *choice ? choice : NULL);
    json_put_str(object, "note", note && *note ? note : NULL);
    add(r, object);
    if (!code || !*code)
        return no_code(refusal);
    return known ? CODE_OK
                 : refuse(refusal, CODE_BAD_FIELD, "answer", NULL,
                          "answer: is accept, decline or pass");
}

static enum code answer_of_text(struct replies *r, const char *body, size_t len,
                                struct refusal *refusal)
{
    static const char *const answers[] = {"accept", "accept", "decline", "pass"};
    AUTO_TEXT(text);
    struct reply_text said;
    char code[8];
    if (!utf8_valid(body, len) || memchr(body, '\0', len))
        return refuse(refusal, CODE_BAD_UTF8, NULL, NULL, "the body is not UTF-8");
    text_add_bytes(&text, body, len);
    reply_text_read(text_str(&text), &said);
    snprintf(code, sizeof code, "%04d", said.code);
    bool fits = said.word == REPLY_SAID && said.code >= 0 && said.number <= 3;
    enum code e =
        fits ? answer_fill(r, code, answers[said.number], NULL, text_str(&said.rest), refusal)
             : no_code(refusal);
    reply_text_done(&said);
    return e;
}

/* ---- what became of it ---- */

/* "delivered", "seen", "failed"; "" where it is only on its way. */
static const char *receipt_of(const char *status)
{
    static const char *const table[][2] = {
        {"delivered", "delivered"}, {"completed", "delivered"}, {"read", "seen"},
        {"seen", "seen"},           {"undelivered", "failed"},  {"failed", "failed"},
        {"canceled", "failed"},     {"busy", "failed"},         {"no-answer", "failed"}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (!strcasecmp(table[i][0], status))
            return table[i][1];
    return "";
}

/* error: what the service calls it, which may be empty. */
static void receipt_put(json_t *object, const char *status, const char *error)
{
    const char *receipt = receipt_of(status);
    AUTO_TEXT(why);
    text_addf(&why, "%s%s%s", status, error && *error ? ", error " : "", error ? error : "");
    json_put_str(object, "receipt", receipt);
    json_put_str(object, "error", !strcmp(receipt, "failed") ? text_str(&why) : NULL);
}

static void receipt_of_message(struct replies *r, const char *status, const char *error)
{
    if (!*receipt_of(status))
        return;
    json_t *object = object_of("link_receipt");
    receipt_put(object, status, error);
    add(r, object);
}

/* ---- about one message ---- */

static enum code form_of_message(struct replies *r, const char *body, size_t len,
                                 struct refusal *refusal)
{
    static const char *const states[] = {"MessageStatus", "SmsStatus", "CallStatus"};
    struct http_form form;
    enum code e = http_form_read(body, len, &form, refusal);
    const char *status = NULL, *code = NULL;
    for (size_t i = 0; !e && i < sizeof states / sizeof *states && !status; i++)
        status = form_value(&form, states[i]);
    code = e ? NULL : form_value(&form, "code");
    if (status)
        receipt_of_message(r, status, form_value(&form, "ErrorCode"));
    else if (code)
        e = answer_fill(r, code, form_value(&form, "answer"), form_value(&form, "choice"),
                        form_value(&form, "note"), refusal);
    else if (!e) /* `curl -d 4821` says that it is a form */
        e = answer_of_text(r, body, len, refusal);
    http_form_done(&form);
    return e;
}

static enum code json_take(const char *body, size_t len, json_t **ret, struct refusal *refusal)
{
    struct why why;
    if (!json_read(body, len, ret, &why))
        return CODE_OK;
    return refuse(refusal, CODE_BAD_JSON, NULL, NULL, "the body: %s", why.text);
}

static enum code json_of_message(struct replies *r, const json_t *o, struct refusal *refusal)
{
    const char *receipt = json_str(o, "receipt");
    if (receipt) {
        receipt_of_message(r, receipt, json_str(o, "error"));
        return CODE_OK;
    }
    const char *answer = json_bool(o, "decline") ? "decline"
                         : json_bool(o, "pass")  ? "pass"
                                                 : json_str(o, "answer");
    return answer_fill(r, json_str(o, "code"), answer, json_str(o, "choice"), json_str(o, "note"),
                       refusal);
}

enum code replies_of_message(const char *type, const char *body, size_t len, struct replies *ret,
                             struct refusal *refusal)
{
    AUTO_JSON(value);
    *ret = (struct replies){.objects = json_array()};
    if (type_is(type, "application/x-www-form-urlencoded"))
        return form_of_message(ret, body, len, refusal);
    if (!type_is(type, "application/json"))
        return answer_of_text(ret, body, len, refusal);
    enum code e = json_take(body, len, &value, refusal);
    return e ? e : json_of_message(ret, value, refusal);
}

/* ---- of an account: a button ---- */

/* The token of ".../r/TOKEN", or what stands there. */
static const char *token_of(const char *url)
{
    const char *slash = strrchr(url, '/');
    return slash ? slash + 1 : url;
}

static bool is_answer(const char *word)
{
    return !strcmp(word, "accept") || !strcmp(word, "decline") || !strcmp(word, "pass");
}

/* "https://…/r/TOKEN 4821", "decline TOKEN": in any order. */
static void button_value(json_t *object, const char *value)
{
    char *copy = mem_str(value), *keep = NULL;
    for (char *word = strtok_r(copy, " ", &keep); word; word = strtok_r(NULL, " ", &keep)) {
        if (is_answer(word))
            json_put_str(object, "answer", word);
        else if (strlen(word) == 4 && strspn(word, "0123456789") == 4)
            json_put_str(object, "code", word);
        else
            json_put_str(object, "token", token_of(word));
    }
    free(copy);
}

/* The same as an object: {"url"|"token"|"callback_url","answer"?,"code"?}. */
static void button_object(json_t *object, const json_t *value)
{
    static const char *const names[] = {"token", "url", "callback_url"};
    const char *answer = json_str(value, "answer");
    if (json_is_string(value)) {
        button_value(object, json_string_value(value));
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_str(value, names[i]))
            json_put_str(object, "token", token_of(json_str(value, names[i])));
    json_put_str(object, "answer", answer && is_answer(answer) ? answer : NULL);
    json_put_str(object, "code", json_str(value, "code"));
}

static enum code button_add(struct replies *r, json_t *takes, struct refusal *refusal)
{
    add(r, takes);
    if (json_str(takes, "token"))
        return CODE_OK;
    return refuse(refusal, CODE_BAD_FIELD, "value", NULL,
                  "value: the value of the button must name its message: {callback_url}");
}

static enum code slack(struct replies *r, const char *payload, struct refusal *refusal)
{
    AUTO_JSON(value);
    r->dialect = REPLY_SLACK;
    enum code e = json_take(payload, strlen(payload), &value, refusal);
    if (e)
        return e;
    const json_t *action = json_array_get(json_at(value, "actions"), 0);
    const char *id = json_str_or(action, "action_id", "");
    json_t *object =
        json_put_str(object_of("reply"), "from", json_str(json_at(value, "user"), "id"));
    json_put_str(object, "answer", is_answer(id) ? id : NULL);
    button_object(object, json_at(action, "value"));
    return button_add(r, object, refusal);
}

/* Both forms of a card's callback: of 2024 and after, within "event", and that before. */
static enum code feishu(struct replies *r, const json_t *o, struct refusal *refusal)
{
    const json_t *event = json_at(o, "event") ? json_at(o, "event") : o;
    const json_t *by = json_at(event, "operator") ? json_at(event, "operator") : event;
    r->dialect = REPLY_FEISHU;
    json_t *object = json_put_str(object_of("reply"), "from", json_str(by, "open_id"));
    button_object(object, json_at(json_at(event, "action"), "value"));
    return button_add(r, object, refusal);
}

/* ---- of an account: text messages and reports ---- */

static void text_put(struct replies *r, const char *from, const char *text)
{
    add(r, json_put_str(json_put_str(object_of("reply"), "from", from), "text", text));
}

static enum code form_of_account(struct replies *r, const char *body, size_t len,
                                 struct refusal *refusal)
{
    struct http_form form;
    enum code e = http_form_read(body, len, &form, refusal);
    const char *payload = e ? NULL : form_value(&form, "payload");
    const char *from = e ? NULL : form_value(&form, "From"), *text = NULL;
    if (payload) {
        e = slack(r, payload, refusal);
    } else if (from && (text = form_value(&form, "Body"))) {
        r->dialect = REPLY_TWILIO;
        if (*text)
            text_put(r, from, text);
    } else if (!e) {
        e = refuse(refusal, CODE_BAD_REQUEST, NULL, NULL,
                   "a form here is a text message (From, Body) or a button of Slack (payload)");
    }
    http_form_done(&form);
    return e;
}

/* One report of Aliyun; the id of the message came back in out_id. */
static void aliyun_one(struct replies *r, const json_t *o)
{
    const char *text = json_str(o, "content"), *id = json_str(o, "out_id");
    if (text && json_str(o, "phone_number")) {
        text_put(r, json_str(o, "phone_number"), text);
    } else if (id && *id && json_is_boolean(json_at(o, "success"))) {
        json_t *object = json_put_str(object_of("receipt"), "notice", id);
        receipt_put(object, json_bool(o, "success") ? "delivered" : "failed",
                    json_str(o, "err_code"));
        add(r, object);
    }
}

static enum code aliyun(struct replies *r, const json_t *list, struct refusal *refusal)
{
    size_t n;
    json_t *one;
    r->dialect = REPLY_ALIYUN;
    if (json_array_size(list) > REPORTS_MAX)
        return refuse(refusal, CODE_LIMIT, NULL, NULL, "at most %d reports are taken at once",
                      REPORTS_MAX);
    json_array_foreach(json_unconst(list), n, one) aliyun_one(r, one);
    return CODE_OK;
}

static enum code json_of_account(struct replies *r, const json_t *o, struct refusal *refusal)
{
    const char *challenge = json_str(o, "challenge"), *from = json_str(o, "from");
    if (json_is_array(o))
        return aliyun(r, o, refusal);
    if (challenge) {
        r->challenge = mem_str(challenge);
        return CODE_OK;
    }
    if (json_at(o, "encrypt"))
        return refuse(
            refusal, CODE_BAD_REQUEST, NULL, NULL,
            "an encrypted callback cannot be read; leave the Encrypt Key of the app empty");
    if (json_at(json_at(o, "event"), "action") || json_at(o, "action"))
        return feishu(r, o, refusal);
    if (from && json_str(o, "text")) {
        text_put(r, from, json_str(o, "text"));
        return CODE_OK;
    }
    return refuse(refusal, CODE_BAD_REQUEST, NULL, NULL,
                  "JSON here is {from, text}, a card's callback, or a list of reports");
}

enum code replies_of_account(const char *type, const char *body, size_t len, struct replies *ret,
                             struct refusal *refusal)
{
    AUTO_JSON(value);
    *ret = (struct replies){.objects = json_array()};
    if (type_is(type, "application/x-www-form-urlencoded"))
        return form_of_account(ret, body, len, refusal);
    enum code e = json_take(body, len, &value, refusal);
    return e ? e : json_of_account(ret, value, refusal);
}
