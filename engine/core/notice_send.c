/*
 * notice_send - what is decided about messages: writing and queueing them, handing them out, and
 * what follows from each attempt. notice.c keeps the object and applies what is decided here.
 */
#include "core/alarm.h"
#include "core/call.h"
#include "core/choice.h"
#include "core/contact.h"
#include "core/decide.h"
#include "core/digest.h"
#include "core/drill.h"
#include "core/endpoint_watch.h"
#include "core/form.h"
#include "core/incident.h"
#include "core/notice.h"
#include "core/place.h"
#include "core/plan_run.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

enum {
    METHODS_MAX = 32,
    FAILURES_BEFORE_NEXT_METHOD = 3,
    RETRY_AFTER_MAX_MS = 3600 * 1000,
    RECEIPT_OF_CALL_MS = 60 * 1000
};

/* --- writing a message --- */

void notice_link_add(const struct core *c, struct uuid id, const json_t *message, struct text *to)
{
    struct link link = {.notice = id};
    uint16_t code;
    char text[LINK_TEXT];
    if (link_from_json(message, link.secret, &code))
        text_addf(to, "%s/a/%s", c->cfg.answer_url, link_text(&link, text));
}

/* The same link for services: where they say what became of it, and where buttons lead. */
static void link_to_callback(const char *url, struct text *to)
{
    const char *token = strrchr(url, '/');
    size_t begin = token ? (size_t)(token - url) : 0;
    if (begin < 2 || strncmp(token - 2, "/a/", 3) != 0)
        return;
    text_add_bytes(to, url, begin - 2);
    text_addf(to, "/r%s", token);
}

/* What templates may name (core/channel.h lists it). */
static json_t *notice_variables(struct core *c, const struct incident *i, struct uuid id,
                                const char *person, const json_t *message, int method)
{
    char hex[UUID_TEXT], at[RFC3339_TEXT];
    json_t *about = kept_json(i->about);
    json_t *vars = json_put(json_object(), "incident", about);
    json_put_str(vars, "type", json_str(message, "type"));
    json_put_str(vars, "at", rfc3339(c->in->wall, at));
    json_put(vars, "notice", json_put_str(json_object(), "id", uuid_text(id, hex)));
    json_put(
        vars, "person",
        json_put_str(json_put_str(json_object(), "id", person), "name", json_str(message, "name")));
    json_put_str(vars, "text", json_str(message, "text"));
    json_put_str(vars, "lang", json_str(message, "lang"));
    json_put_str(vars, "code", json_str(message, "code"));
    json_put_int(vars, "attempt", method + 1);
    json_put(vars, "drill", json_boolean(i->drill));
    bool zh = !strcmp(json_str_or(message, "lang", "zh"), "zh");
    json_put_str(vars, "mark", !i->drill ? "" : zh ? "【演练】" : "[DRILL] ");
    if (c->cfg.answer_url) {
        AUTO_TEXT(url);
        AUTO_TEXT(back);
        notice_link_add(c, id, message, &url);
        link_to_callback(text_str(&url), &back);
        json_put_str(vars, "answer_url", text_str(&url));
        json_put_str(vars, "callback_url", back.len ? text_str(&back) : NULL);
    }
    return vars;
}

/* What may be chosen, as it is called and in the words of whoever reads it. Gives. */
static json_t *choices_in(const json_t *choices, const char *lang, const char *otherwise)
{
    json_t *list = json_array(), *one;
    size_t n;
    json_array_foreach(json_unconst(choices), n, one)
    {
        json_t *choice = json_put_str(json_object(), "choice", choice_name(one));
        json_array_append_new(list, json_put_str(choice, "text", words_in(one, lang, otherwise)));
    }
    return list;
}

static json_t *notice_message(struct core *c, const struct notice_order *o, json_t *methods)
{
    uint8_t secret[LINK_SECRET_BYTES];
    entropy_bytes(&c->entropy, secret, sizeof secret);
    uint16_t code = (uint16_t)(entropy_u64(&c->entropy) % CODES_OF_LINKS);
    const char *site_lang = site_language(c->site->site);
    const char *lang = o->person->lang ? o->person->lang : site_lang;
    json_t *m = json_put_str(json_object(), "name", o->person->name);
    json_put_str(m, "words", o->person->words);
    json_put_str(m, "lang", lang);
    json_put_str(m, "text", words_in(o->text, lang, site_lang));
    link_put(m, secret, code);
    json_put_str(m, "type", o->type);
    json_put_true(m, "agrees", o->agrees);
    if (o->choices)
        json_put(m, "choices", choices_in(o->choices, lang, site_lang));
    return json_put(m, "methods", methods);
}

/* Methods are counted on when the list starts again. NULL: there are none. */
static const char *message_endpoint(const json_t *message, int method)
{
    const json_t *methods = json_at(message, "methods");
    size_t count = json_array_size(methods);
    count = count < METHODS_MAX ? count : METHODS_MAX;
    return count ? json_string_value(json_array_get(methods, (size_t)method % count)) : NULL;
}

/* The body for one method, from its channel's data. NULL: the endpoint or channel is gone. */
static char *notice_render(struct core *c, const struct incident *i, struct uuid id,
                           const char *person, const json_t *message, int method)
{
    const char *endpoint = message_endpoint(message, method);
    const struct endpoint *e = endpoint ? site_endpoint(c->site->site, endpoint) : NULL;
    const struct channel *ch = e ? channel_find(c->site->channels, e->channel) : NULL;
    if (!ch)
        return NULL;
    AUTO_JSON(vars);
    vars = notice_variables(c, i, id, person, message, method);
    struct text body = {0};
    channel_render(ch, vars, &body);
    return text_take(&body);
}

/* --- handing out --- */

/*
 * In a demo the phones ring, whatever service the endpoint is: where its body is another than
 * theirs, they get one that they can show and answer.
 */
static void phone_put(struct core *c, const struct notice *n, const struct channel *ch,
                      json_t *frame)
{
    const struct channel_set *all = c->site->channels;
    const struct channel *phone = channel_find(all, "demo");
    bool theirs = !ch || !strcmp(channel_sign(ch), "standard-webhooks");
    phone = phone ? phone : channel_find(all, "webhook");
    if (!c->cfg.demo || theirs || !phone)
        return;
    AUTO_JSON(message);
    AUTO_JSON(vars);
    AUTO_TEXT(body);
    message = kept_json(n->message);
    vars = notice_variables(c, n->incident, n->id, n->person, message, n->method);
    channel_render(phone, vars, &body);
    json_put_str(frame, "phone", text_str(&body));
}

/* The frame for the courier. The contact itself is added by the engine, from the vault. */
static void notice_hand_effect(struct core *c, struct notice *n)
{
    const struct endpoint *e = site_endpoint(c->site->site, n->endpoint);
    const struct channel *ch = e ? channel_find(c->site->channels, e->channel) : NULL;
    char hex[UUID_TEXT];
    AUTO_TEXT(id);
    text_addf(&id, "%s-%d", uuid_text(n->id, hex), n->method + 1);
    struct effect *effect = core_effect(c, EFFECT_ATTEMPT);
    effect->notice = n->id;
    effect->incident = n->incident->id;
    json_t *body = attempt_frame(n->person, n->endpoint, n->body, e, ch);
    json_put_str(body, "notice", text_str(&id));
    json_put_int(body, "number", n->method);
    phone_put(c, n, ch, body);
    effect->body = body;
}

/* What the record of a hand-out says of the endpoint's rate. Passes body on. */
static json_t *rate_put(const struct core *c, const char *endpoint, json_t *body)
{
    int64_t ms = place_rate_ms(c, endpoint);
    return ms ? json_put_int(body, "rate_ms", ms) : body;
}

/* --- how it went --- */

static int methods_of(const json_t *message)
{
    int count = (int)json_array_size(json_at(message, "methods"));
    return count < METHODS_MAX ? count : METHODS_MAX;
}

static int methods_count(const struct notice *n)
{
    AUTO_JSON(message);
    message = kept_json(n->message);
    return methods_of(message);
}

/* The method after this one that has not been refused; it may be the same again. -1: none. */
static int method_after(int method, unsigned refused, int count)
{
    for (int k = 1; k <= count; k++) {
        if (!(refused >> (method + k) % count & 1U))
            return method + k;
    }
    return -1;
}

/* Is there a further contact in the list, that has not refused? */
static bool notice_has_other(const struct notice *n)
{
    int count = methods_count(n);
    for (int next = n->method + 1; count && next % count; next++) {
        if (!(n->refused >> next % count & 1U))
            return true;
    }
    return false;
}

json_t *notice_word(const struct notice *n, const json_t *result)
{
    char hex[UUID_TEXT];
    json_t *body = json_put_str(json_object(), "notice", uuid_text(n->id, hex));
    json_put_str(body, "step", n->step);
    json_put_str(body, "to", n->person);
    json_put_str(body, "endpoint", n->endpoint);
    json_put_int(body, "method", n->method);
    if (json_int(result, "status", 0))
        json_put_int(body, "status", json_int(result, "status", 0));
    json_put_str(body, "reference", json_str(result, "reference"));
    json_put_str(body, "unsent", json_str(result, "unsent"));
    json_put_str(body, "cause", json_str(result, "cause"));
    return digest_word(n, body);
}

/* The reason may quote a host or a number: it is sealed (rule R11). */
static json_t *why_sealed(const char *why)
{
    return why ? json_put_str(json_object(), "why", why) : NULL;
}

/* It has ended once, and its plan has heard of it: it goes on, and the plan hears no more. */
static bool notice_told(const struct notice *n)
{
    return n->accepted || n->replayed;
}

/* What a notify's handle waits for: all its messages have arrived or failed. */
static json_t *notify_event(struct core *c, const struct notice *n, enum record_kind kind)
{
    bool any_sent = kind == REC_NOTICE_SENT;
    const struct notice *other;
    if (!*n->step || n->of_call || !n->incident->plan_live || !notice_is_of(n, n->step) ||
        notice_told(n))
        return NULL;
    NOTICE_FOREACH(other, n->incident, n->step)
    {
        if (other == n || !notice_is_of(other, n->step))
            continue;
        if (!notice_finished(other) && !notice_told(other))
            return NULL;
        any_sent = any_sent || notice_state_arrived(other->state) || other->accepted;
    }
    json_t *ev = plan_event(NULL, json_pack("[s]", n->step), c->in->wall);
    return json_put_str(ev, "result", any_sent ? "sent" : "failed");
}

/* When the person's next contact is tried if no receipt has come; 0: never. */
static mono_ms receipt_due(const struct core *c, const struct notice *n)
{
    const struct endpoint *e = c->site ? site_endpoint(c->site->site, n->endpoint) : NULL;
    const struct channel *ch = e ? channel_find(c->site->channels, e->channel) : NULL;
    if (!ch || !strcmp(channel_receipt(ch), "none") || n->proof || n->unneeded || n->accepted ||
        n->incident->state == INCIDENT_CLOSED || !notice_has_other(n))
        return 0;
    int64_t within = channel_receipt_within(ch);
    if (!within && n->of_call)
        within = RECEIPT_OF_CALL_MS;
    return within ? c->in->mono + within : 0;
}

/* Will its service say later whether it arrived? Then what it says is kept, to go on by another. */
static bool calls_back(const struct core *c, const struct notice *n)
{
    const struct endpoint *e = c->site ? site_endpoint(c->site->site, n->endpoint) : NULL;
    const struct channel *ch = e ? channel_find(c->site->channels, e->channel) : NULL;
    return c->cfg.answer_url && ch && channel_calls_back(ch) && !n->proof && !n->unneeded &&
           n->incident->state != INCIDENT_CLOSED && notice_has_other(n);
}

/* The endpoint took it. */
static void notice_sent(struct core *c, struct notice *n, const json_t *result)
{
    mono_ms due = receipt_due(c, n);
    json_t *ev = notify_event(c, n, REC_NOTICE_SENT);
    json_t *body = notice_word(n, result);
    if (due)
        json_put_int(body, "receipt_due", due);
    json_put_true(body, "calls_back", calls_back(c, n));
    core_emit(c, REC_NOTICE_SENT, n->incident,
              (struct emit){.body = body, .sealed = ev ? json_put(json_object(), "ev", ev) : NULL});
}

/* The message is done with, one way or another. */
static void notice_finish(struct core *c, struct notice *n, enum record_kind kind, const char *why,
                          const json_t *result)
{
    json_t *ev = notify_event(c, n, kind);
    json_t *sealed = why_sealed(why);
    if (ev)
        sealed = json_put(sealed ? sealed : json_object(), "ev", ev);
    core_emit(c, kind, n->incident,
              (struct emit){.body = notice_word(n, result), .sealed = sealed});
}

static void notice_fail(struct core *c, struct notice *n, const char *why, const json_t *result)
{
    AUTO_JSON(stays);
    if (n->accepted) { /* by another contact, without a receipt: that stays */
        stays = json_put_str(json_object(), "cause", "stays");
        notice_finish(c, n, REC_NOTICE_SENT, NULL, stays);
        return;
    }
    notice_finish(c, n, REC_NOTICE_FAILED, why, result);
    if (!n->alarm)
        alarm_raise(c, n->incident, "notice_failed",
                    "a message could not be delivered by any contact of the person",
                    "有消息经所有联系方式均未送达");
    if (n->of_call)
        call_check(c, n->incident, n->step, "undelivered");
}

static int64_t retry_delay(const struct notice *n, int failures)
{
    return attempt_delay_ms(failures, (uint32_t)n->id.b[15] << 8 | n->id.b[14]);
}

/* Go on by another contact of the person, at `due`. false: it cannot be written to. */
static bool notice_change(struct core *c, struct notice *n, int method, unsigned refused,
                          mono_ms due, const char *why, const json_t *result)
{
    AUTO_JSON(message);
    message = kept_json(n->message);
    char *rendered = notice_render(c, n->incident, n->id, n->person, message, method);
    if (!rendered)
        return false;
    json_t *body = notice_word(n, result);
    json_put_int(body, "method", method);
    json_put_str(body, "from", n->endpoint);
    json_put_str(body, "endpoint", message_endpoint(message, method));
    json_put_int(body, "refused", refused);
    json_put_int(body, "due", due);
    json_t *sealed = json_put_str(json_object(), "body", rendered);
    json_put_str(sealed, "why", why);
    free(rendered);
    core_emit(c, REC_NOTICE_METHOD, n->incident, (struct emit){.body = body, .sealed = sealed});
    return true;
}

/* Contacts by which the person wants nothing (STOP), a bit each. */
static unsigned methods_stopped(const struct core *c, const struct notice *n)
{
    AUTO_JSON(message);
    unsigned stopped = 0;
    message = kept_json(n->message);
    for (int k = 0; k < methods_of(message); k++) {
        if (contact_stopped(c, n->person, message_endpoint(message, k)))
            stopped |= 1U << k;
    }
    return stopped;
}

/* This contact is of no use, now or later: the next one at once, as long as there is one. */
static void notice_refused(struct core *c, struct notice *n, const char *why, const json_t *result)
{
    int count = methods_count(n), method = n->method;
    unsigned refused = n->refused | methods_stopped(c, n);
    while (count && c->in->mono <= n->until) {
        refused |= 1U << method % count;
        method = method_after(method, refused, count);
        if (method < 0)
            break;
        /* behind the end of the list stand only those that have failed for a while */
        bool again = method / count > n->method / count;
        mono_ms due = c->in->mono +
                      (again ? retry_delay(n, method / count * FAILURES_BEFORE_NEXT_METHOD) : 0);
        if (due <= n->until && notice_change(c, n, method, refused, due, why, result))
            return;
    }
    notice_fail(c, n, why, result);
}

/* Is there hope that this contact takes it in time? */
static bool method_hopeful(const struct core *c, const char *endpoint, mono_ms until)
{
    return endpoint && !endpoint_is_down(c, endpoint) && place_paused_until(c, endpoint) <= until;
}

/*
 * While it waits, its endpoint has become of no use to it: by the next contact of the list at once,
 * if there is one that is of use.
 */
static void notice_move(struct core *c, struct notice *n, const char *cause)
{
    AUTO_JSON(message);
    AUTO_JSON(result);
    message = kept_json(n->message);
    result = json_put_str(json_object(), "cause", cause);
    int count = methods_count(n);
    unsigned refused = n->refused | methods_stopped(c, n);
    for (int next = n->method + 1; count && next % count; next++) {
        if (!(refused >> next % count & 1U) &&
            method_hopeful(c, message_endpoint(message, next), n->until) &&
            notice_change(c, n, next, n->refused, c->in->mono, NULL, result))
            return;
    }
}

/* Those that wait there for longer than they have. */
static void endpoint_left(struct core *c, const char *endpoint, const char *cause)
{
    struct notice **waiting;
    size_t count = place_waiting(c, endpoint, &waiting);
    for (size_t k = 0; k < count; k++) {
        if (!method_hopeful(c, endpoint, waiting[k]->until))
            notice_move(c, waiting[k], cause);
    }
    free(waiting);
}

void notice_endpoint_down(struct core *c, const char *endpoint)
{
    endpoint_left(c, endpoint, "down");
}

/* Did the service say that it is too much, in whatever way? */
static bool result_throttled(const json_t *result)
{
    return json_bool(result, "throttled") || json_int(result, "status", 0) == 429;
}

/* For how long it wants to be left alone; 0: it did not say. */
static int64_t result_asks_ms(const json_t *result)
{
    int64_t asked = json_int(result, "retry_after_ms", 0);
    return asked > RETRY_AFTER_MAX_MS ? RETRY_AFTER_MAX_MS : asked;
}

/* All messages wait that go by this endpoint; who cannot wait so long goes by another. */
static void endpoint_throttled(struct core *c, const struct notice *n, const json_t *result)
{
    int64_t asked = result_asks_ms(result);
    int64_t ms = asked > 0 ? asked : retry_delay(n, n->attempts + 1);
    char *endpoint = mem_str(n->endpoint);
    place_pause(c, endpoint, c->in->mono + ms, result);
    endpoint_left(c, endpoint, "paused");
    free(endpoint);
}

/* It may work later: the same contact again, the next one after three failures. */
static void notice_retry(struct core *c, struct notice *n, const char *why, const json_t *result)
{
    int count = methods_count(n), attempt = n->attempts + 1;
    unsigned refused = n->refused | methods_stopped(c, n);
    int next = method_after(n->method, refused, count), lap = n->method / count;
    bool other = next % count != n->method % count;
    bool fresh = other && next / count == lap; /* not tried before in this lap of the list */
    int64_t delay = retry_delay(n, lap * FAILURES_BEFORE_NEXT_METHOD + attempt);
    int64_t asked = result_asks_ms(result);
    mono_ms due = c->in->mono + (asked > delay ? asked : delay);
    bool change = other && (attempt >= FAILURES_BEFORE_NEXT_METHOD || (fresh && due > n->until));
    if (change && fresh)
        due = c->in->mono;
    if (due > n->until) {
        notice_fail(c, n, why, result);
    } else if (change) {
        if (!notice_change(c, n, next, n->refused, due, why, result))
            notice_refused(c, n, why, result);
    } else {
        json_t *body = notice_word(n, result);
        json_put_int(body, "attempt", attempt);
        json_put_int(body, "due", due);
        core_emit(c, REC_NOTICE_RETRY, n->incident,
                  (struct emit){.body = body, .sealed = why_sealed(why)});
    }
}

/* What came of an attempt, for one of the messages in it. */
static void result_of_one(struct core *c, struct notice *n, const json_t *result)
{
    const char *why = json_str_or(result, "error", "refused by the endpoint");
    bool throttled = !json_bool(result, "ok") && result_throttled(result);
    if (json_bool(result, "ok"))
        endpoint_took(c, n->endpoint);
    if (json_bool(result, "ok") && n->undelivered && !n->unneeded)
        notice_refused(c, n, "its service says that it does not arrive", result);
    else if (json_bool(result, "ok"))
        notice_sent(c, n, result);
    else if (n->proof) /* the person has it, whatever the endpoint says */
        notice_finish(c, n, REC_NOTICE_SENT, NULL, NULL);
    else if (n->unneeded)
        notice_finish(c, n, REC_NOTICE_RECALLED, why, result);
    else if ((!throttled && attempt_is_final(result)) || contact_stopped(c, n->person, n->endpoint))
        notice_refused(c, n, why, result);
    else if (c->in->mono > n->until)
        notice_fail(c, n, why, result);
    else
        notice_retry(c, n, why, result);
}

/* Those of a digest that are still under way as this one. */
static void result_of_digest(struct core *c, struct uuid id, const json_t *result)
{
    struct notice **all;
    size_t count = digest_notices(c, id, &all);
    for (size_t k = 0; k < count; k++) {
        if (all[k]->state != NOTICE_SENDING)
            continue;
        if (all[k]->leads && !json_bool(result, "ok") && result_throttled(result))
            endpoint_throttled(c, all[k], result);
        result_of_one(c, all[k], result);
    }
    free(all);
}

void notice_result(struct core *c, const json_t *result)
{
    struct uuid id;
    const char *text = json_str(result, "notice");
    if (!text || !uuid_parse(text, &id))
        return;
    struct notice *n = core_notice(c, id);
    if (!n) {
        result_of_digest(c, id, result);
        return;
    }
    if (n->state != NOTICE_SENDING || n->digest || json_int(result, "number", -1) != n->method)
        return; /* an answer to an attempt that was given up */
    if (!json_bool(result, "ok") && result_throttled(result))
        endpoint_throttled(c, n, result);
    result_of_one(c, n, result);
}

void notice_arrived(struct core *c, struct notice *n)
{
    if (!notice_finished(n) && n->state != NOTICE_SENDING)
        notice_finish(c, n, REC_NOTICE_SENT, NULL, NULL);
}

/*
 * No receipt has come in time. The next contact is tried as long as somebody waits for it: of a
 * call that is over nobody does.
 */
static void receipt_missing(struct core *c, struct notice *n)
{
    timer_clear(&c->timers, &n->timer); /* volatile: the row says when */
    if (n->incident->state != INCIDENT_CLOSED && !n->declined &&
        (!n->of_call || call_find(n->incident, n->step)))
        notice_move(c, n, "receipt");
}

void notice_undelivered(struct core *c, struct notice *n, const char *why)
{
    bool sent = n->state == NOTICE_SENT && n->accepted;
    if (n->proof || (!sent && (n->state != NOTICE_SENDING || n->undelivered)))
        return;
    core_emit(c, REC_NOTICE_UNDELIVERED, n->incident,
              (struct emit){.actor = actor_input(c),
                            .body = notice_word(n, NULL),
                            .sealed = why_sealed(why)});
    if (sent && n->incident->state != INCIDENT_CLOSED && !n->declined && !n->unneeded &&
        (!n->of_call || call_find(n->incident, n->step)))
        notice_refused(c, n, why, NULL);
}

/* Those of the person that wait there; what is under way may still arrive. */
struct stopped {
    const char *person, *endpoint;
    struct notice **at;
    size_t count, cap;
};

static void stopped_collect(const void *node, VISIT visit, void *closure)
{
    struct notice *n = *(struct notice *const *)node;
    struct stopped *s = closure;
    if ((visit != postorder && visit != leaf) ||
        (n->state != NOTICE_QUEUED && n->state != NOTICE_WAITING) ||
        strcmp(n->person, s->person) != 0 || strcmp(n->endpoint, s->endpoint) != 0)
        return;
    s->at = mem_grow(s->at, &s->cap, s->count + 1, sizeof(void *));
    s->at[s->count++] = n;
}

void notice_contact_stopped(struct core *c, const char *person, const char *endpoint)
{
    struct stopped s = {.person = person, .endpoint = endpoint};
    twalk_r(c->notices, stopped_collect, &s);
    for (size_t k = 0; k < s.count; k++)
        notice_refused(c, s.at[k], "the person has stopped messages by this contact", NULL);
    free(s.at);
}

void notice_due(struct core *c, struct notice *n)
{
    if (n->state == NOTICE_SENT) {
        receipt_missing(c, n);
        return;
    }
    timer_clear(&c->timers, &n->timer); /* volatile: the row says when, the queue says that */
    place_enqueue(c, n);
    if (!method_hopeful(c, n->endpoint, n->until))
        notice_move(c, n, endpoint_is_down(c, n->endpoint) ? "down" : "paused");
}

/* The contact that it goes by first: the first of the list that is of use now. */
static int method_first(const struct core *c, const json_t *message, mono_ms until)
{
    for (int k = 0; k < methods_of(message); k++) {
        if (method_hopeful(c, message_endpoint(message, k), until))
            return k;
    }
    return 0;
}

/* Without the contacts by which the person wants nothing (STOP). Passes methods on. */
static json_t *without_stopped(const struct core *c, const char *person, json_t *methods)
{
    for (size_t k = json_array_size(methods); k > 0; k--) {
        const char *endpoint = json_string_value(json_array_get(methods, k - 1));
        if (contact_stopped(c, person, endpoint))
            (void)json_array_remove(methods, k - 1);
    }
    return methods;
}

/* The contacts by which somebody may be written to now. Gives. */
static json_t *methods_now(const struct core *c, const char *person, const char *via, bool drill)
{
    json_t *methods = c->site ? site_methods(c->site->site, person, via, drill) : json_array();
    return without_stopped(c, person, methods);
}

/* Is it among the first that people hear of the incident? What the engine says of itself is not. */
static bool among_first(const struct incident *i, const struct notice_order *o)
{
    int before = 0;
    const struct notice *n;
    if (!*o->step || o->alarm)
        return false;
    LIST_FOREACH(n, &i->notices, link)
    {
        before += *n->step != '\0';
        if (before == FIRST_OF_INCIDENT)
            return false;
    }
    return true;
}

static enum place_rank order_rank(const struct incident *i, const struct notice_order *o,
                                  bool first)
{
    return place_rank(i,
                      (struct place_claim){.first = first,
                                           .asks = o->of_call || !strcmp(o->type, "muster.order"),
                                           .own = !*o->step});
}

bool notice_queue(struct core *c, struct incident *i, const struct notice_order *o)
{
    json_t *methods = methods_now(c, o->person->id, o->via, i->drill);
    AUTO_JSON(message);
    message = notice_message(c, o, methods);
    uint8_t random[10];
    char hex[UUID_TEXT];
    entropy_bytes(&c->entropy, random, sizeof random);
    struct uuid id = uuid_v7(c->in->wall, random);
    mono_ms until = c->in->mono + (o->within_ms ? o->within_ms : MS_HOUR);
    int method = method_first(c, message, until);
    char *rendered = notice_render(c, i, id, o->person->id, message, method);
    const char *endpoint = message_endpoint(message, method);
    bool first = among_first(i, o);
    bool handed = rendered && place_free(c, endpoint, order_rank(i, o, first)) &&
                  drill_way(c, i, o->person->id, endpoint) == DRILL_SENDS;

    json_t *body = json_put_str(json_object(), "notice", uuid_text(id, hex));
    json_put_str(body, "step", o->step);
    json_put_str(body, "to", o->person->id);
    json_put_str(body, "endpoint", endpoint);
    json_put_int(body, "until", until);
    if (method)
        json_put_int(body, "method", method);
    json_put_true(body, "first", first);
    if (handed)
        rate_put(c, endpoint, body);
    json_put_int(body, "rung", o->rung);
    json_put_int(body, "round", o->round);
    json_put_true(body, "alarm", o->alarm);
    json_put_true(body, "of_call", o->of_call);
    json_put_true(body, "handed", handed);
    json_t *sealed = json_put(json_object(), "message", json_incref(message));
    json_put_str(sealed, "body", rendered);
    bool deliverable = rendered != NULL;
    free(rendered);
    core_emit(c, REC_NOTICE_QUEUED, i, (struct emit){.body = body, .sealed = sealed});
    struct notice *n = core_notice(c, id);
    if (handed)
        notice_hand_effect(c, n);
    if (!deliverable)
        notice_refused(c, n, "no contact", NULL);
    return deliverable;
}

/* By the methods of its message, or by those of the site where it has none of them any more. */
static json_t *replay_methods(const struct core *c, const struct notice *n)
{
    AUTO_JSON(message);
    message = kept_json(n->message);
    for (int k = 0; k < methods_count(n); k++) {
        const char *endpoint = message_endpoint(message, k);
        if (c->site && site_endpoint(c->site->site, endpoint))
            return without_stopped(c, n->person, json_deep_copy(json_at(message, "methods")));
    }
    return c->site ? methods_now(c, n->person, NULL, n->incident->drill) : json_array();
}

/* Numbers of methods go on behind those that were tried: no attempt has the id of another. */
bool notice_replay(struct core *c, struct notice *n)
{
    AUTO_JSON(message);
    char hex[UUID_TEXT];
    message = json_put(kept_json(n->message), "methods", replay_methods(c, n));
    int count = methods_count(n), now = methods_of(message);
    mono_ms until = c->in->mono + MS_HOUR;
    int lap = now ? n->method / now + (count ? 1 : 0) : 0;
    int method = lap * now + method_first(c, message, until);
    char *rendered = now ? notice_render(c, n->incident, n->id, n->person, message, method) : NULL;
    if (!rendered)
        return false;
    json_t *body = json_put_str(json_object(), "notice", uuid_text(n->id, hex));
    json_put_str(body, "step", n->step);
    json_put_str(body, "to", n->person);
    json_put_str(body, "endpoint", message_endpoint(message, method));
    json_put_int(json_put_int(body, "method", method), "until", until);
    json_put(body, "methods", json_share(json_at(message, "methods")));
    json_t *sealed = json_put_str(json_object(), "body", rendered);
    free(rendered);
    core_emit(c, REC_NOTICE_REPLAYED, n->incident,
              (struct emit){.actor = actor_input(c), .body = body, .sealed = sealed});
    return true;
}

void notice_drop(struct core *c, struct notice *n)
{
    core_emit(c, REC_NOTICE_DROPPED, n->incident,
              (struct emit){.actor = actor_input(c), .body = notice_word(n, NULL)});
}

/* It is of a drill, and does not go out: by a fault that is played, or as it stays at the table. */
static bool drill_keeps(struct core *c, struct notice *n)
{
    enum drill_way way = drill_way(c, n->incident, n->person, n->endpoint);
    AUTO_JSON(result);
    if (way == DRILL_SENDS)
        return false;
    if (way == DRILL_FAULT) {
        notice_retry(c, n, "out of order, by the scenario of the drill", NULL);
        return true;
    }
    result = json_put_str(json_object(), "unsent", way == DRILL_TABLE ? "table" : "silent");
    notice_finish(c, n, REC_NOTICE_SENT, NULL, result);
    return true;
}

/* By itself, also where it was under way as one of a digest before. */
static void notice_hand(struct core *c, struct notice *n)
{
    json_t *body = notice_word(n, NULL);
    json_object_del(body, "digest");
    json_object_del(body, "with");
    core_emit(c, REC_NOTICE_HANDED, n->incident,
              (struct emit){.body = rate_put(c, n->endpoint, body)});
    notice_hand_effect(c, n);
}

void notice_pump(struct core *c)
{
    struct notice *n;
    while ((n = place_gone(c)))
        notice_refused(c, n, "the endpoint is not in the site any more", NULL);
    while ((n = place_next(c))) {
        if (drill_keeps(c, n) || digest_hand(c, n))
            continue;
        notice_hand(c, n);
    }
    place_wait(c);
}

/* One that is under way may still arrive; it is only not tried again. */
static void recall(struct core *c, struct notice *n)
{
    bool under_way = n->state == NOTICE_SENDING;
    if (notice_finished(n) || n->unneeded)
        return;
    json_t *body = notice_word(n, NULL);
    json_put_true(body, "under_way", under_way);
    core_emit(c, REC_NOTICE_RECALLED, n->incident, (struct emit){.body = body});
}

void notice_recall_step(struct core *c, struct incident *i, const char *step)
{
    struct notice *n;
    if (step) {
        NOTICE_FOREACH(n, i, step)
        recall(c, n);
        return;
    }
    LIST_FOREACH(n, &i->notices, link)
    {
        if (!n->alarm)
            recall(c, n);
    }
}

struct notice_walk {
    struct notice ***at;
    size_t *count, *cap;
};

static void notice_collect_sending(const void *node, VISIT visit, void *closure)
{
    struct notice *n = *(struct notice *const *)node;
    struct notice_walk *w = closure;
    if ((visit != postorder && visit != leaf) || n->state != NOTICE_SENDING)
        return;
    *w->at = mem_grow(*w->at, w->cap, *w->count + 1, sizeof(void *));
    (*w->at)[(*w->count)++] = n;
}

void notice_unknown_all(struct core *c)
{
    struct notice **sending = NULL;
    size_t count = 0, cap = 0;
    struct notice_walk walk = {&sending, &count, &cap};
    twalk_r(c->notices, notice_collect_sending, &walk);
    for (size_t n = 0; n < count; n++) {
        if (sending[n]->proof)
            notice_finish(c, sending[n], REC_NOTICE_SENT, NULL, NULL);
        else
            core_emit(c, sending[n]->unneeded ? REC_NOTICE_RECALLED : REC_NOTICE_UNKNOWN,
                      sending[n]->incident, (struct emit){.body = notice_word(sending[n], NULL)});
    }
    free(sending);
}

/* Whom a message of this incident (of `step`, or NULL) has reached: {ID:true}. Gives. */
static json_t *reached_by(const struct incident *i, const char *step)
{
    json_t *told = json_object();
    const struct notice *n;
    LIST_FOREACH(n, &i->notices, link)
    {
        bool reached = notice_state_arrived(n->state) || n->state == NOTICE_SENDING || n->accepted;
        if (!reached || n->alarm || (step && !notice_is_of(n, step)) ||
            json_object_get(told, n->person))
            continue;
        json_object_set_new(told, n->person, json_true());
    }
    return told;
}

static void tell(struct core *c, struct incident *i, const json_t *told, const char *type,
                 const json_t *text)
{
    const char **people = json_keys(told, NULL);
    for (size_t k = 0; people[k]; k++) {
        struct rung_person p;
        if (c->site && site_person(c->site->site, people[k], &p))
            notice_queue(
                c, i, &(struct notice_order){.step = "", .person = &p, .text = text, .type = type});
    }
    free(people);
}

void notice_tell_reached(struct core *c, struct incident *i, const char *step, const char *type,
                         const json_t *text)
{
    AUTO_JSON(told);
    told = reached_by(i, step);
    tell(c, i, told, type, text);
}

void notice_tell_reached_in(struct core *c, const struct incident *i, struct incident *into,
                            const char *type, const json_t *text)
{
    AUTO_JSON(told);
    told = reached_by(i, NULL);
    tell(c, into, told, type, text);
}
