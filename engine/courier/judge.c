#include "courier/judge.h"

#include "base/json_path.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { QUOTE_BYTES = 160, VALUE_BYTES_MAX = 64 };

/* ---- tests ---- */

/* "200", "2xx", "200 202" */
static bool status_among(const char *words, int status)
{
    char text[4] = {(char)('0' + status / 100 % 10), (char)('0' + status / 10 % 10),
                    (char)('0' + status % 10), '\0'};

    for (; *words; words += strcspn(words, " "), words += *words == ' ') {
        bool same = true;
        for (int i = 0; same && i < 3; i++)
            same = words[i] == text[i] || (words[i] == 'x' && i > 0);
        if (same)
            return true;
    }
    return false;
}

/* 0 and 0.0 are the same number; "0" is a text, and none. */
static bool value_equal(const json_t *a, const json_t *b)
{
    if (json_is_number(a) && json_is_number(b))
        return json_number_value(a) >= json_number_value(b) &&
               json_number_value(a) <= json_number_value(b);
    return json_equal(json_unconst(a), json_unconst(b)) != 0;
}

static bool value_among(const json_t *value, const json_t *expected)
{
    if (!json_is_array(expected))
        return value && value_equal(value, expected);
    for (size_t i = 0; value && i < json_array_size(expected); i++) {
        if (value_equal(value, json_array_get(expected, i)))
            return true;
    }
    return false;
}

/* The first place of the test where something else stands; NULL: all is as expected. */
static const char *place_amiss(const json_t *test, const json_t *body)
{
    const json_t *places = json_at(test, "json");
    const char **paths = json_keys(places, NULL), *amiss = NULL;

    for (size_t i = 0; paths[i] && !amiss; i++) {
        if (!value_among(json_path_at(body, paths[i]), json_at(places, paths[i])))
            amiss = paths[i];
    }
    free(paths);
    return amiss;
}

static bool test_met(const json_t *test, int status, const json_t *body)
{
    const char *words = json_str(test, "status");

    return test && (!words || status_among(words, status)) && !place_amiss(test, body);
}

/* ---- words ---- */

struct said {
    const json_t *frame;
    const struct http_answer *answer;
    const struct redact *redact;
    json_t *body; /* as JSON; NULL: it is none, or nobody asks for it */
};

/* What the service said, on one line, without anything secret. */
static void answer_quote(const struct said *a, struct text *to)
{
    AUTO_TEXT(body);

    http_answer_text(a->answer, &body);
    redact_text(a->redact, &body);
    size_t len = utf8_cut(text_str(&body), body.len, QUOTE_BYTES);
    if (len == 0)
        return;
    text_add(to, ": ");
    for (size_t i = 0; i < len; i++)
        text_add_char(to, iscntrl((unsigned char)body.at[i]) ? ' ' : body.at[i]);
    text_add(to, len < body.len ? "…" : "");
}

static void value_add(const json_t *value, struct text *to)
{
    AUTO_TEXT(t);

    if (!value) {
        text_add(to, "not there");
        return;
    }
    json_write(value, &t);
    size_t len = utf8_cut(text_str(&t), t.len, VALUE_BYTES_MAX);
    text_add_bytes(to, t.at, len);
    text_add(to, len < t.len ? "…" : "");
}

static const char *endpoint_of(const struct said *a)
{
    return json_str_or(a->frame, "endpoint", "?");
}

/* "feishu: answered 200, but code is 19024 and not 0: {"code":19024,…}" */
static void why_rejected(const struct said *a, struct outcome *o)
{
    const json_t *success = json_at(a->frame, "success");
    const char *place = place_amiss(success, a->body);
    AUTO_TEXT(is);
    AUTO_TEXT(wanted);
    AUTO_TEXT(quote);

    answer_quote(a, &quote);
    if (!place) {
        why_set(&o->why, ERR_OK, "%s: answered %d, which is no success of its channel (%s)%s",
                endpoint_of(a), o->status, json_str_or(success, "status", "2xx"), text_str(&quote));
        return;
    }
    if (!a->body) {
        why_set(&o->why, ERR_OK, "%s: answered %d, but with no JSON; is it the service?%s",
                endpoint_of(a), o->status, text_str(&quote));
        return;
    }
    value_add(json_path_at(a->body, place), &is);
    value_add(json_at(json_at(success, "json"), place), &wanted);
    why_set(&o->why, ERR_OK, "%s: answered %d, but %s is %s and not %s%s", endpoint_of(a),
            o->status, place, text_str(&is), text_str(&wanted), text_str(&quote));
}

/* ---- numbers ---- */

/* Seconds, as a number or as a text of one, as Retry-After would say them; -1: none, or too many.
 */
static int64_t wait_in(const json_t *test, const json_t *body)
{
    const char *path = json_str(test, "retry_after");
    const json_t *value = path ? json_path_at(body, path) : NULL;
    int64_t ms = -1;

    if (json_is_number(value)) {
        double s = json_number_value(value);
        ms = s >= 0 && s <= RETRY_AFTER_MAX_S ? (int64_t)(s * 1000 + 0.5) : -1;
    } else if (json_is_string(value) && !retry_after_parse(json_string_value(value), 0, &ms)) {
        ms = -1;
    }
    return ms >= 0 ? ms : json_int(test, "wait_ms", -1);
}

static void reference_in(const json_t *frame, const json_t *body, struct outcome *o)
{
    const char *path = json_str(frame, "reference");
    const json_t *value = path ? json_path_at(body, path) : NULL;
    AUTO_TEXT(t);

    if (json_is_string(value) && !json_holds_nul(value))
        text_add(&t, json_string_value(value));
    else if (json_is_integer(value))
        text_add_int(&t, json_integer_value(value));
    if (t.len < sizeof o->reference)
        memcpy(o->reference, text_str(&t), t.len + 1);
}

/* ---- the answer ---- */

static void judge_throttled(const struct said *a, struct outcome *o)
{
    const json_t *test = json_at(a->frame, "throttled");
    AUTO_TEXT(quote);

    o->ok = false;
    o->throttled = true;
    o->class = OUTCOME_STATUS;
    o->wait_ms = test_met(test, o->status, a->body) ? wait_in(test, a->body) : -1;
    if (o->status == 429)
        return; /* its own sentence says the same */
    answer_quote(a, &quote);
    why_set(&o->why, ERR_OK,
            "%s: answered %d; it asks us to slow down: lower the rate of the endpoint%s",
            endpoint_of(a), o->status, text_str(&quote));
}

static void judge_again(const struct said *a, struct outcome *o)
{
    AUTO_TEXT(quote);

    o->ok = false;
    o->again = true;
    o->class = OUTCOME_STATUS;
    answer_quote(a, &quote);
    why_set(&o->why, ERR_OK, "%s: answered %d; it does not take the message for now%s",
            endpoint_of(a), o->status, text_str(&quote));
}

static void judge_success(const struct said *a, struct outcome *o)
{
    const json_t *success = json_at(a->frame, "success");

    if (json_is_object(success) ? test_met(success, o->status, a->body) : o->ok) {
        o->ok = true;
        o->class = OUTCOME_STATUS;
        o->why = (struct why){0};
        reference_in(a->frame, a->body, o);
    } else if (o->ok) {
        o->ok = false;
        o->class = OUTCOME_REJECTED;
        why_rejected(a, o);
    }
}

/* Does the channel ask for anything in the body? Most answers need not be read. */
static bool body_matters(const json_t *frame)
{
    const json_t *throttled = json_at(frame, "throttled");

    return json_at(json_at(frame, "success"), "json") || json_at(throttled, "json") ||
           json_at(throttled, "retry_after") || json_at(frame, "again") ||
           json_at(frame, "reference");
}

void judge(const json_t *frame, const struct http_answer *answer, const struct redact *redact,
           struct outcome *o)
{
    struct said a = {.frame = frame, .answer = answer, .redact = redact};
    const struct text *bytes = &answer->body;

    o->wait_ms = -1;
    if (o->class != OUTCOME_STATUS || o->status == 0)
        return;
    if (body_matters(frame) && !answer->body_cut &&
        json_read(text_str(bytes), bytes->len, &a.body, NULL))
        a.body = NULL;
    if (o->status == 429 || test_met(json_at(frame, "throttled"), o->status, a.body))
        judge_throttled(&a, o);
    else if (test_met(json_at(frame, "again"), o->status, a.body))
        judge_again(&a, o);
    else
        judge_success(&a, o);
    json_decref(a.body);
}
