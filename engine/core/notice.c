#include "core/notice.h"

#include "core/alarm.h"
#include "core/call.h"
#include "core/form.h"
#include "core/incident.h"
#include "core/plan_run.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

const int64_t NOTICE_WITHIN_MS = MS_HOUR;

enum { FAILURES_BEFORE_NEXT_METHOD = 3, RETRY_AFTER_MAX_MS = 3600 * 1000 };

/* Attempts under way at one endpoint. */
struct endpoint_load {
    char *endpoint;
    int handed;
};

static int notice_order_by_id(const void *a, const void *b)
{
    return uuid_cmp(((const struct notice *)a)->id, ((const struct notice *)b)->id);
}

const char *notice_state_name(enum notice_state s)
{
    static const char *const names[NOTICE_STATES] = {"queued",   "sending", "waiting", "sent",
                                                     "answered", "failed",  "recalled"};
    return names[s];
}

struct notice *core_notice(const struct core *c, struct uuid id)
{
    struct notice probe = {.id = id};
    void *found = tfind(&probe, &c->notices, notice_order_by_id);
    return found ? *(struct notice **)found : NULL;
}

bool notice_finished(const struct notice *n)
{
    return n->state == NOTICE_SENT || n->state == NOTICE_ANSWERED || n->state == NOTICE_FAILED ||
           n->state == NOTICE_RECALLED;
}

static struct notice *notice_new(struct core *c, struct incident *i, struct uuid id,
                                 const char *step)
{
    struct notice *n = mem_new(1, sizeof *n);
    n->id = id;
    n->incident = i;
    n->step = mem_str(step);
    n->timer =
        (struct timer){.kind = TIMER_NOTICE, .owner = n, .incident = &i->id, .step = n->step};
    LIST_INSERT_HEAD(&i->notices, n, link);
    if (!tsearch(n, &c->notices, notice_order_by_id))
        abort();
    return n;
}

/* --- places --- */

static struct endpoint_load *load_of(struct core *c, const char *endpoint)
{
    for (size_t k = 0; k < c->loads_count; k++) {
        if (!strcmp(c->loads[k].endpoint, endpoint))
            return &c->loads[k];
    }
    c->loads = mem_grow(c->loads, &c->loads_cap, c->loads_count + 1, sizeof *c->loads);
    c->loads[c->loads_count] = (struct endpoint_load){.endpoint = mem_str(endpoint)};
    return &c->loads[c->loads_count++];
}

void notice_loads_free(struct core *c)
{
    for (size_t k = 0; k < c->loads_count; k++)
        free(c->loads[k].endpoint);
    free(c->loads);
}

static bool place_free(struct core *c, const char *endpoint)
{
    const struct endpoint *e = c->site ? site_endpoint(c->site->site, endpoint) : NULL;
    return e && c->courier_up && c->stats.notices_handed < c->cfg.attempts_max &&
           load_of(c, endpoint)->handed < e->at_once;
}

static void notice_enqueue(struct core *c, struct notice *n)
{
    if (n->in_queue)
        return;
    n->in_queue = true;
    c->stats.notices_queued++;
    TAILQ_INSERT_TAIL(&c->queue[*n->step ? 0 : 1], n, queued);
}

static void notice_dequeue(struct core *c, struct notice *n)
{
    if (!n->in_queue)
        return;
    n->in_queue = false;
    c->stats.notices_queued--;
    TAILQ_REMOVE(&c->queue[*n->step ? 0 : 1], n, queued);
}

/* The one place where a state changes: counters, queue and timer follow it. */
static void notice_enter(struct core *c, struct notice *n, enum notice_state s)
{
    if (n->state == NOTICE_SENDING) {
        c->stats.notices_handed--;
        load_of(c, n->endpoint)->handed--;
    }
    notice_dequeue(c, n);
    timer_clear(&c->timers, &n->timer);
    n->state = s;
    if (s == NOTICE_QUEUED)
        notice_enqueue(c, n);
    if (s == NOTICE_SENDING) {
        c->stats.notices_handed++;
        load_of(c, n->endpoint)->handed++;
    }
    if (notice_finished(n)) {
        free(n->body);
        free(n->message);
        n->body = n->message = NULL;
    }
    core_mark_notice(c, n);
}

void notice_forget(struct core *c, struct notice *n)
{
    if (n->state == NOTICE_SENDING) {
        c->stats.notices_handed--;
        load_of(c, n->endpoint)->handed--;
    }
    notice_dequeue(c, n);
    timer_clear(&c->timers, &n->timer);
    if (n->dirty)
        STAILQ_REMOVE(&c->notices_changed, n, notice, changed);
    LIST_REMOVE(n, link);
    tdelete(n, &c->notices, notice_order_by_id);
    free(n->step);
    free(n->person);
    free(n->message);
    free(n->body);
    free(n->endpoint);
    free(n);
}

/* --- writing a message --- */

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
        text_addf(&url, "%s/a/%s", c->cfg.answer_url, json_str_or(message, "token", ""));
        json_put_str(vars, "answer_url", text_str(&url));
    }
    return vars;
}

static json_t *notice_message(struct core *c, const struct notice_order *o, json_t *methods)
{
    uint8_t token[16];
    char hex[33], code[8];
    entropy_bytes(&c->entropy, token, sizeof token);
    hex16(token, hex);
    snprintf(code, sizeof code, "%04u", (unsigned)(entropy_u64(&c->entropy) % 10000));
    const char *site_lang = site_language(c->site->site);
    const char *lang = o->person->lang ? o->person->lang : site_lang;
    json_t *m = json_put_str(json_object(), "name", o->person->name);
    json_put_str(m, "words", o->person->words);
    json_put_str(m, "lang", lang);
    json_put_str(m, "text", words_in(o->text, lang, site_lang));
    json_put_str(m, "code", code);
    json_put_str(m, "token", hex);
    json_put_str(m, "type", o->type);
    return json_put(m, "methods", methods);
}

/* The body for one method, from its channel's data. NULL: the endpoint or channel is gone. */
static char *notice_render(struct core *c, const struct incident *i, struct uuid id,
                           const char *person, const json_t *message, int method)
{
    const json_t *methods = json_at(message, "methods");
    const char *endpoint = json_string_value(json_array_get(
        methods, (size_t)method % (json_array_size(methods) ? json_array_size(methods) : 1)));
    const struct endpoint *e = endpoint ? site_endpoint(c->site->site, endpoint) : NULL;
    const struct channel *ch = e ? channel_find(c->site->channels, e->channel) : NULL;
    if (!ch)
        return NULL;
    AUTO_JSON(vars);
    vars = notice_variables(c, i, id, person, message, method);
    AUTO_JSON(body);
    body = channel_render(ch, vars);
    return kept_text(body);
}

/* --- handing out --- */

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
    effect->body = body;
}

/* --- how it went --- */

static json_t *notice_word(const struct notice *n, const char *why, const json_t *result)
{
    char hex[UUID_TEXT];
    json_t *body = json_put_str(json_object(), "notice", uuid_text(n->id, hex));
    json_put_str(body, "step", n->step);
    json_put_str(body, "to", n->person);
    json_put_str(body, "endpoint", n->endpoint);
    json_put_int(body, "method", n->method);
    json_put_str(body, "why", why);
    if (json_int(result, "status", 0))
        json_put_int(body, "status", json_int(result, "status", 0));
    return body;
}

/* What a notify's handle waits for: all its messages have arrived or failed. */
static json_t *notify_event(struct core *c, const struct notice *n, enum notice_state now)
{
    bool any_sent = now == NOTICE_SENT;
    const struct notice *other;
    LIST_FOREACH(other, &n->incident->notices, link)
    {
        if (other == n || strcmp(other->step, n->step) != 0)
            continue;
        if (!notice_finished(other))
            return NULL;
        any_sent = any_sent || other->state == NOTICE_SENT || other->state == NOTICE_ANSWERED;
    }
    json_t *ev = plan_event(NULL, json_pack("[s]", n->step), c->in->wall);
    return json_put_str(ev, "result", any_sent ? "sent" : "failed");
}

static void notice_finish(struct core *c, struct notice *n, enum record_kind kind, json_t *body,
                          enum notice_state state)
{
    struct incident *i = n->incident;
    json_t *ev = *n->step && !call_find(i, n->step) ? notify_event(c, n, state) : NULL;
    json_t *sealed = ev ? json_put(json_object(), "ev", ev) : NULL;
    json_incref(ev);
    core_emit(c, kind, i, (struct emit){.body = body, .sealed = sealed});
    if (ev)
        plan_kick(c, i);
    json_decref(ev);
}

static void notice_fail(struct core *c, struct notice *n, const char *why, const json_t *result)
{
    struct incident *i = n->incident;
    bool alarm = n->alarm;
    struct uuid id = n->id;
    notice_finish(c, n, REC_NOTICE_FAILED, notice_word(n, why, result), NOTICE_FAILED);
    if (!alarm)
        alarm_raise(c, i, "notice_failed",
                    "a message could not be delivered by any contact of the person",
                    "有消息经所有联系方式均未送达");
    n = core_notice(c, id);
    if (n && *n->step) {
        char *step = mem_str(n->step);
        call_check_delivery(c, i, step);
        free(step);
    }
}

static int64_t retry_delay(const struct notice *n, int attempt)
{
    static const int64_t after_s[] = {1, 3, 8, 20, 45};
    if (attempt <= 5)
        return after_s[attempt - 1] * MS_SECOND;
    /* 60 s ± 20 %, spread by the id so that a thousand messages do not come back at once */
    int64_t spread = ((int64_t)n->id.b[15] << 8 | n->id.b[14]) + attempt * INT64_C(7919);
    return 48 * MS_SECOND + spread % (24 * MS_SECOND);
}

static int methods_count(const struct notice *n)
{
    AUTO_JSON(message);
    message = kept_json(n->message);
    return (int)json_array_size(json_at(message, "methods"));
}

/* The next contact of the person. It starts at once, or at `due` when the list starts again. */
static void notice_next_method(struct core *c, struct notice *n, const char *why, mono_ms due,
                               const json_t *result)
{
    AUTO_JSON(message);
    message = kept_json(n->message);
    int method = n->method + 1;
    const json_t *methods = json_at(message, "methods");
    char *rendered = notice_render(c, n->incident, n->id, n->person, message, method);
    if (!rendered) {
        notice_fail(c, n, "the endpoint is not in the site any more", result);
        return;
    }
    json_t *body = notice_word(n, why, result);
    json_put_int(body, "method", method);
    json_put_str(
        body, "endpoint",
        json_string_value(json_array_get(methods, (size_t)method % json_array_size(methods))));
    json_put_int(body, "due", due);
    json_t *sealed = json_put_str(json_object(), "body", rendered);
    free(rendered);
    core_emit(c, REC_NOTICE_METHOD, n->incident, (struct emit){.body = body, .sealed = sealed});
}

static void notice_retry(struct core *c, struct notice *n, const char *why, const json_t *result)
{
    int attempt = n->attempts + 1;
    int64_t delay = retry_delay(n, attempt);
    int64_t asked = json_int(result, "retry_after_ms", 0);
    if (asked > RETRY_AFTER_MAX_MS)
        asked = RETRY_AFTER_MAX_MS;
    mono_ms due = c->in->mono + (asked > delay ? asked : delay);
    int methods = methods_count(n);
    if (methods > 1 && attempt >= FAILURES_BEFORE_NEXT_METHOD) {
        bool again = (n->method + 1) % methods == 0;
        notice_next_method(c, n, why, again ? due : c->in->mono, result);
        return;
    }
    if (due > n->until) {
        notice_fail(c, n, "not delivered in time", result);
        return;
    }
    json_t *body = notice_word(n, why, result);
    json_put_int(body, "attempt", attempt);
    json_put_int(body, "due", due);
    core_emit(c, REC_NOTICE_RETRY, n->incident, (struct emit){.body = body});
}

/* Final refusals: a further attempt by the same contact would only be refused again. */
static bool result_is_final(const json_t *result)
{
    int64_t status = json_int(result, "status", 0);
    const char *class = json_str_or(result, "class", "");
    if (!strcmp(class, "config") || !strcmp(class, "refused"))
        return true;
    return status >= 300 && status < 500 && status != 408 && status != 409 && status != 425 &&
           status != 429;
}

void notice_result(struct core *c, const json_t *result)
{
    struct uuid id;
    const char *text = json_str(result, "notice");
    struct notice *n = text && uuid_parse(text, &id) ? core_notice(c, id) : NULL;
    if (!n || n->state != NOTICE_SENDING || json_int(result, "number", -1) != n->method)
        return; /* an answer to an attempt that was given up */
    const char *why = json_str_or(result, "error", "refused by the endpoint");
    if (json_bool(result, "ok")) {
        notice_finish(c, n, REC_NOTICE_SENT, notice_word(n, NULL, result), NOTICE_SENT);
    } else if (result_is_final(result)) {
        if (n->method + 1 < methods_count(n) && c->in->mono <= n->until)
            notice_next_method(c, n, why, c->in->mono, result);
        else
            notice_fail(c, n, why, result);
    } else if (c->in->mono > n->until) {
        notice_fail(c, n, why, result);
    } else {
        notice_retry(c, n, why, result);
    }
}

void notice_due(struct core *c, struct notice *n)
{
    timer_clear(&c->timers, &n->timer); /* volatile: the row says when, the queue says that */
    notice_enqueue(c, n);
}

void notice_queue(struct core *c, struct incident *i, const struct notice_order *o)
{
    json_t *methods =
        c->site ? site_methods(c->site->site, o->person->id, o->via, i->drill) : json_array();
    AUTO_JSON(message);
    message = notice_message(c, o, methods);
    uint8_t random[10];
    char hex[UUID_TEXT];
    entropy_bytes(&c->entropy, random, sizeof random);
    struct uuid id = uuid_v7(c->in->wall, random);
    char *rendered = notice_render(c, i, id, o->person->id, message, 0);
    const char *endpoint = json_string_value(json_array_get(methods, 0));
    bool handed = rendered && place_free(c, endpoint);

    json_t *body = json_put_str(json_object(), "notice", uuid_text(id, hex));
    json_put_str(body, "step", o->step);
    json_put_str(body, "to", o->person->id);
    json_put_str(body, "endpoint", endpoint);
    json_put_int(body, "until", c->in->mono + (o->within_ms ? o->within_ms : NOTICE_WITHIN_MS));
    json_put_int(body, "rung", o->rung);
    json_put_int(body, "round", o->round);
    json_put_true(body, "alarm", o->alarm);
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
        notice_fail(c, n, "no contact", NULL);
}

void notice_pump(struct core *c)
{
    for (int q = 0; q < 2; q++) {
        struct notice *n, *next;
        for (n = TAILQ_FIRST(&c->queue[q]); n; n = next) {
            next = TAILQ_NEXT(n, queued);
            if (!c->courier_up || c->stats.notices_handed >= c->cfg.attempts_max)
                return;
            if (c->site && !site_endpoint(c->site->site, n->endpoint)) {
                notice_fail(c, n, "the endpoint is not in the site any more", NULL);
                next = TAILQ_FIRST(&c->queue[q]); /* failing may have changed the queue */
                continue;
            }
            if (!place_free(c, n->endpoint))
                continue;
            core_emit(c, REC_NOTICE_HANDED, n->incident,
                      (struct emit){.body = notice_word(n, NULL, NULL)});
            notice_hand_effect(c, n);
        }
    }
}

void notice_recall_step(struct core *c, struct incident *i, const char *step)
{
    struct notice *n, *next;
    for (n = LIST_FIRST(&i->notices); n; n = next) {
        next = LIST_NEXT(n, link);
        bool meant = step ? !strcmp(n->step, step) : !n->alarm;
        if (meant && (n->state == NOTICE_QUEUED || n->state == NOTICE_WAITING))
            core_emit(c, REC_NOTICE_RECALLED, i, (struct emit){.body = notice_word(n, NULL, NULL)});
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
    for (size_t n = 0; n < count; n++)
        core_emit(c, REC_NOTICE_UNKNOWN, sending[n]->incident,
                  (struct emit){.body = notice_word(sending[n], NULL, NULL)});
    free(sending);
}

void notice_tell_reached(struct core *c, struct incident *i, const char *step, const char *type,
                         const json_t *text)
{
    AUTO_JSON(told);
    told = json_object();
    struct notice *n;
    LIST_FOREACH(n, &i->notices, link)
    {
        bool reached =
            n->state == NOTICE_SENT || n->state == NOTICE_ANSWERED || n->state == NOTICE_SENDING;
        if (!reached || n->alarm || (step && strcmp(n->step, step) != 0) ||
            json_object_get(told, n->person))
            continue;
        json_object_set_new(told, n->person, json_true());
    }
    const char *person;
    json_t *yes;
    json_object_foreach(told, person, yes)
    {
        struct rung_person p;
        if (c->site && site_person(c->site->site, person, &p))
            notice_queue(
                c, i, &(struct notice_order){.step = "", .person = &p, .text = text, .type = type});
    }
}

/* --- applying --- */

void notice_apply_queued(struct core *c, struct incident *i, const struct record *r)
{
    struct uuid id;
    if (!uuid_parse(json_str_or(r->body, "notice", ""), &id))
        return;
    struct notice *n = notice_new(c, i, id, json_str_or(r->body, "step", ""));
    n->person = mem_str(json_str_or(r->body, "to", ""));
    n->endpoint = mem_str(json_str_or(r->body, "endpoint", ""));
    n->until = json_int(r->body, "until", 0);
    n->rung = (int)json_int(r->body, "rung", 0);
    n->round = (int)json_int(r->body, "round", 0);
    n->alarm = json_bool(r->body, "alarm");
    n->message = kept_text(record_at(r, "message"));
    n->body = mem_str(record_str(r, "body"));
    n->state = NOTICE_WAITING;
    notice_enter(c, n, json_bool(r->body, "handed") ? NOTICE_SENDING : NOTICE_QUEUED);
    struct call *call = call_find(i, n->step);
    if (call)
        call_apply_asked(call, r);
}

static void notice_apply_method(struct core *c, struct notice *n, const struct record *r)
{
    mono_ms due = json_int(r->body, "due", 0);
    notice_enter(c, n, NOTICE_WAITING); /* leaves the place of the old endpoint */
    n->method = (int)json_int(r->body, "method", 0);
    n->attempts = 0;
    free(n->endpoint);
    n->endpoint = mem_str(json_str_or(r->body, "endpoint", ""));
    free(n->body);
    n->body = mem_str(record_str(r, "body"));
    if (due > r->mono)
        timer_set(&c->timers, &n->timer, due);
    else
        notice_enter(c, n, NOTICE_QUEUED);
}

void notice_apply(struct core *c, struct incident *i, const struct record *r)
{
    struct uuid id;
    if (!uuid_parse(json_str_or(r->body, "notice", ""), &id))
        return;
    struct notice *n = core_notice(c, id);
    if (!n)
        return;
    if (r->kind == REC_NOTICE_METHOD) {
        notice_apply_method(c, n, r);
    } else if (r->kind == REC_NOTICE_RETRY) {
        n->attempts = (int)json_int(r->body, "attempt", 0);
        notice_enter(c, n, NOTICE_WAITING);
        timer_set(&c->timers, &n->timer, json_int(r->body, "due", 0));
    } else if (r->kind == REC_NOTICE_HANDED) {
        notice_enter(c, n, NOTICE_SENDING);
    } else if (r->kind == REC_NOTICE_UNKNOWN) {
        notice_enter(c, n, NOTICE_QUEUED);
    } else if (r->kind == REC_NOTICE_SENT) {
        i->sent++;
        notice_enter(c, n, NOTICE_SENT);
    } else if (r->kind == REC_NOTICE_FAILED) {
        i->failed++;
        notice_enter(c, n, NOTICE_FAILED);
    } else if (r->kind == REC_NOTICE_RECALLED) {
        notice_enter(c, n, NOTICE_RECALLED);
    }
    core_mark(c, i);
}

void notice_apply_answered(struct core *c, struct incident *i, const char *person)
{
    struct notice *n;
    LIST_FOREACH(n, &i->notices, link)
    {
        if (n->state == NOTICE_SENT && !strcmp(n->person, person))
            notice_enter(c, n, NOTICE_ANSWERED);
    }
}

/* --- rows --- */

struct row notice_row(const struct notice *n)
{
    char id[UUID_TEXT];
    json_t *body = json_put_str(json_object(), "step", n->step);
    json_put_str(body, "to", n->person);
    json_put_str(body, "endpoint", n->endpoint);
    json_put(body, "message", kept_json(n->message));
    json_put_str(body, "body", n->body);
    json_put_int(body, "rung", n->rung);
    json_put_int(body, "round", n->round);
    json_put_int(body, "method", n->method);
    json_put_int(body, "attempts", n->attempts);
    json_put_int(body, "until", n->until);
    json_put_true(body, "alarm", n->alarm);
    if (n->state == NOTICE_WAITING)
        json_put_int(body, "due", n->timer.due);
    return (struct row){.kind = ROW_NOTICE,
                        .id = mem_str(uuid_text(n->id, id)),
                        .incident = n->incident->id,
                        .open = !notice_finished(n) || n->incident->state == INCIDENT_OPEN,
                        .drill = n->incident->drill,
                        .state = mem_str(notice_state_name(n->state)),
                        .body = body};
}

static enum notice_state notice_state_of(const char *name)
{
    for (enum notice_state s = 0; s < NOTICE_STATES; s++) {
        if (!strcmp(notice_state_name(s), name))
            return s;
    }
    return NOTICE_FAILED;
}

void notice_from_row(struct core *c, const struct row *r)
{
    struct uuid id;
    struct incident *i = core_incident(c, r->incident);
    if (!uuid_parse(r->id, &id))
        return;
    if (!i)
        i = incident_new(c, r->incident); /* its own row is still to come */
    const json_t *b = r->body;
    struct notice *n = notice_new(c, i, id, json_str_or(b, "step", ""));
    n->person = mem_str(json_str_or(b, "to", ""));
    n->endpoint = mem_str(json_str_or(b, "endpoint", ""));
    n->message = kept_text(json_at(b, "message"));
    n->body = mem_str(json_str(b, "body"));
    n->rung = (int)json_int(b, "rung", 0);
    n->round = (int)json_int(b, "round", 0);
    n->method = (int)json_int(b, "method", 0);
    n->attempts = (int)json_int(b, "attempts", 0);
    n->until = json_int(b, "until", 0);
    n->alarm = json_bool(b, "alarm");
    n->state = NOTICE_WAITING;
    enum notice_state state = notice_state_of(r->state);
    notice_enter(c, n, state);
    if (state == NOTICE_WAITING)
        timer_set(&c->timers, &n->timer, json_int(b, "due", 0));
}
