#include "core/fetch.h"

#include "core/drill.h"
#include "core/incident.h"
#include "core/place.h"
#include "core/plan_run.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- making and keeping ---- */

struct fetch *fetch_find(const struct incident *i, const char *step)
{
    struct fetch *f;
    LIST_FOREACH(f, &i->fetches, link)
    {
        if (!strcmp(f->step, step))
            return f;
    }
    return NULL;
}

/* Sorted by step, so that the row does not depend on the order in which they were begun. */
static void fetch_list(struct incident *i, struct fetch *f)
{
    struct fetch *before = NULL, *other;
    LIST_FOREACH(other, &i->fetches, link)
    {
        if (strcmp(other->step, f->step) > 0)
            break;
        before = other;
    }
    if (before)
        LIST_INSERT_AFTER(before, f, link);
    else
        LIST_INSERT_HEAD(&i->fetches, f, link);
}

static void fetch_make(struct core *c, struct incident *i, const char *step, json_t *takes_spec,
                       mono_ms until)
{
    struct fetch *f = mem_new(1, sizeof *f);
    f->incident = i;
    f->step = mem_str(step);
    f->endpoint = mem_str(json_str_or(takes_spec, "endpoint", ""));
    f->until = until;
    f->timer = (struct timer){.kind = TIMER_FETCH, .owner = f, .incident = &i->id, .step = f->step};
    kept_set(&f->spec, takes_spec);
    fetch_list(i, f);
    TAILQ_INSERT_TAIL(&c->fetches, f, all);
    c->fetches_stirred = true;
    timer_set(&c->timers, &f->timer, until);
}

void fetch_new(struct core *c, struct incident *i, const char *step, const json_t *args,
               mono_ms now)
{
    struct fetch *f = fetch_find(i, step);
    if (f)
        fetch_drop(c, f);
    fetch_make(c, i, step, json_is_object(args) ? json_deep_copy(args) : json_object(),
               now + json_int(args, "within_ms", 0));
}

/* It is with the courier no more: its place is free. */
static void fetch_leave(struct core *c, struct fetch *f)
{
    if (!f->handed)
        return;
    f->handed = false;
    c->stats.fetches_handed--;
    place_of_fetches(c, f->endpoint, -1);
    c->fetches_stirred = true;
}

void fetch_drop(struct core *c, struct fetch *f)
{
    timer_clear(&c->timers, &f->timer);
    fetch_leave(c, f);
    LIST_REMOVE(f, link);
    TAILQ_REMOVE(&c->fetches, f, all);
    free(f->step);
    free(f->endpoint);
    free(f->spec);
    free(f->error);
    free(f);
}

void fetches_drop(struct core *c, struct incident *i)
{
    struct fetch *f;
    while ((f = LIST_FIRST(&i->fetches)))
        fetch_drop(c, f);
}

void fetches_write(const struct incident *i, struct text *to)
{
    const struct fetch *f;
    if (LIST_EMPTY(&i->fetches))
        return;
    json_add_key(to, "fetches");
    json_open(to, '[');
    LIST_FOREACH(f, &i->fetches, link)
    {
        json_open(to, '{');
        json_add_json(to, "spec", f->spec);
        json_add_str(to, "step", f->step);
        json_add_int(to, "until", f->until);
        json_shut(to, '}');
    }
    json_shut(to, ']');
}

void fetch_from_json(struct core *c, struct incident *i, const json_t *kept)
{
    fetch_make(c, i, json_str_or(kept, "step", ""), json_deep_copy(json_at(kept, "spec")),
               json_int(kept, "until", 0));
}

/* ---- the end ---- */

/* answer: {"status","body"}; NULL: there is none, `error` says why. */
static void fetch_over(struct core *c, struct fetch *f, const json_t *answer, const char *error)
{
    struct incident *i = f->incident;
    json_t *ev = plan_event(NULL, json_pack("[s]", f->step), c->in->wall);
    json_put(ev, "fetched", json_boolean(answer != NULL));
    json_put_str(ev, "error", answer ? NULL : error);
    if (answer) {
        json_put_int(ev, "status", json_int(answer, "status", 0));
        json_put_str(ev, "body", json_str_or(answer, "body", ""));
    }
    json_t *body =
        json_put_str(json_put_str(json_object(), "step", f->step), "endpoint", f->endpoint);
    json_put_int(body, "tries", f->tries);
    json_put_true(body, "answered", answer != NULL);
    if (json_int(answer, "status", 0))
        json_put_int(body, "status", json_int(answer, "status", 0));
    core_emit(c, REC_FETCHED, i,
              (struct emit){.body = body, .sealed = json_put(json_object(), "ev", ev)});
}

void fetch_apply(struct core *c, struct incident *i, const struct record *r)
{
    struct fetch *f = fetch_find(i, json_str_or(r->body, "step", ""));
    if (f)
        fetch_drop(c, f);
}

/* ---- handing out ---- */

/* The same in every try and in every life: "0198f2c4-…-0_3-2_1" of step 0.3/2.1. */
static void fetch_key(const struct fetch *f, struct text *to)
{
    char id[UUID_TEXT];
    text_addf(to, "%s-", uuid_text(f->incident->id, id));
    for (const char *s = f->step; *s; s++)
        text_add_char(to, *s == '.' ? '_' : *s == '/' ? '-' : *s);
}

/* Those of the channel, but for what the body is, and what it is for. */
static json_t *fetch_headers(const struct fetch *f, const json_t *spec, const json_t *channel)
{
    json_t *headers = json_object(), *value;
    const char *name;
    bool is_json = json_bool(spec, "json");
    json_object_foreach(json_unconst(channel), name, value)
    {
        if (!is_json || strcasecmp(name, "content-type") != 0)
            json_put(headers, name, json_incref(value));
    }
    if (is_json)
        json_put_str(headers, "content-type", "application/json");
    if (f->incident->drill)
        json_put_str(headers, "muster-drill", "true");
    return headers;
}

static void fetch_hand(struct core *c, struct fetch *f, const struct endpoint *e,
                       const struct channel *ch)
{
    char id[UUID_TEXT];
    AUTO_JSON(spec);
    AUTO_TEXT(key);
    spec = kept_json(f->spec);
    fetch_key(f, &key);
    json_t *frame = attempt_frame(NULL, f->endpoint, json_str_or(spec, "body", ""), e, ch);
    json_put(frame, "headers", fetch_headers(f, spec, json_at(frame, "headers")));
    json_put_str(frame, "notice", text_str(&key));
    json_put_str(frame, "fetch", f->step);
    json_put_str(frame, "incident", uuid_text(f->incident->id, id));
    struct effect *effect = core_effect(c, EFFECT_FETCH);
    effect->incident = f->incident->id;
    effect->body = frame;
    f->handed = true;
    c->stats.fetches_handed++;
    place_of_fetches(c, f->endpoint, 1);
}

/* Why it can never be sent; NULL: it can. */
static const char *refusal(const struct core *c, const struct fetch *f, const struct endpoint *e,
                           const struct channel *ch)
{
    if (!e || !ch)
        return "the site has no such endpoint any more";
    if (f->incident->drill && !e->drill)
        return "the endpoint is none for drills";
    if (drill_way(c, f->incident, "", f->endpoint) == DRILL_FAULT)
        return "out of order, by the scenario of the drill";
    if (f->incident->table) /* nothing goes out but to who directs it */
        return "a drill at a table fetches nothing";
    return NULL;
}

/* One that may be tried now. */
static void fetch_try(struct core *c, struct fetch *f)
{
    const struct endpoint *e = site_endpoint(c->site->site, f->endpoint);
    const struct channel *ch = e ? channel_find(c->site->channels, e->channel) : NULL;
    const char *why = refusal(c, f, e, ch);
    if (why)
        fetch_over(c, f, NULL, why);
    else if (place_of_fetches(c, f->endpoint, 0) < e->at_once)
        fetch_hand(c, f, e, ch);
}

void fetch_pump(struct core *c)
{
    struct fetch *f, *next;
    if (!c->courier_up || !c->site || !c->fetches_stirred)
        return; /* thousands may wait for a place, and most inputs free none */
    c->fetches_stirred = false;
    for (f = TAILQ_FIRST(&c->fetches); f; f = next) {
        next = TAILQ_NEXT(f, all);
        if (c->stats.fetches_handed >= FETCHES_AT_ONCE)
            return; /* the first that comes back stirs them again */
        if (!f->handed && f->next <= c->in->mono)
            fetch_try(c, f);
    }
}

void fetches_lost(struct core *c)
{
    struct fetch *f;
    TAILQ_FOREACH(f, &c->fetches, all)
    fetch_leave(c, f);
    c->fetches_stirred = true;
}

/* ---- what came of it ---- */

static void time_up(struct core *c, struct fetch *f)
{
    AUTO_JSON(spec);
    AUTO_TEXT(error);
    spec = kept_json(f->spec);
    text_add(&error, "no answer within ");
    duration_add(&error, json_int(spec, "within_ms", 0));
    if (f->error)
        text_addf(&error, "; the last try: %s", f->error);
    fetch_over(c, f, NULL, text_str(&error));
}

void fetch_due(struct core *c, struct fetch *f)
{
    if (c->in->mono >= f->until)
        time_up(c, f);
    else
        timer_set(&c->timers, &f->timer, f->until);
    c->fetches_stirred = true;
}

/* Who refused says why, mostly. */
static void refused(struct core *c, struct fetch *f, const json_t *result, const char *error)
{
    AUTO_TEXT(sentence);
    const char *said = json_str_or(result, "body", "");
    text_add(&sentence, error);
    if (*said)
        text_addf(&sentence, ": %.*s", (int)utf8_cut(said, strlen(said), 200), said);
    fetch_over(c, f, NULL, text_str(&sentence));
}

/* It may work later, as long as there is time for it. */
static void try_again(struct core *c, struct fetch *f, const json_t *result, const char *error)
{
    uint32_t spread = (uint32_t)f->incident->id.b[15] << 8 | f->incident->id.b[14];
    int64_t asked = json_int(result, "retry_after_ms", 0);
    int64_t delay = attempt_delay_ms(f->tries, spread);
    f->next = c->in->mono + (asked > delay ? asked : delay);
    if (f->next >= f->until) {
        refused(c, f, result, error);
        return;
    }
    free(f->error);
    f->error = mem_str(error);
    timer_set(&c->timers, &f->timer, f->next);
}

void decide_fetched(struct core *c)
{
    const json_t *result = c->in->body;
    struct incident *i = core_incident(c, c->in->incident);
    struct fetch *f = i ? fetch_find(i, json_str_or(result, "fetch", "")) : NULL;
    if (!f || !f->handed)
        return; /* an answer to what was given up */
    const char *error = json_str_or(result, "error", "refused by the endpoint");
    fetch_leave(c, f);
    f->tries++;
    if (json_bool(result, "ok") && json_bool(result, "cut"))
        fetch_over(c, f, NULL, "the answer is longer than 64 KiB");
    else if (json_bool(result, "ok"))
        fetch_over(c, f, result, NULL);
    else if (attempt_is_final(result))
        refused(c, f, result, error);
    else
        try_again(c, f, result, error);
}
