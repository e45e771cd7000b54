#include "core/plan_watch.h"
#include "core/incident.h"

#include "core/alarm.h"
#include "core/outlook.h"
#include "core/plan_run.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/*
 * So many places in one event: each is a task of the plan, and a turn has 256 tasks and 1,000
 * commands.
 */
enum { RISEN_MAX = 50, RISEN_SAID = 3 };

struct plan_watch *plan_watch_find(const struct incident *i, const char *step)
{
    struct plan_watch *w;
    LIST_FOREACH(w, &i->watches, link)
    {
        if (!strcmp(w->step, step))
            return w;
    }
    return NULL;
}

/* In the order in which they were made, so that handlers are told in the same order ever. */
static void plan_watch_list(struct incident *i, struct plan_watch *w)
{
    struct plan_watch *last = LIST_FIRST(&i->watches);
    while (last && LIST_NEXT(last, link))
        last = LIST_NEXT(last, link);
    if (last)
        LIST_INSERT_AFTER(last, w, link);
    else
        LIST_INSERT_HEAD(&i->watches, w, link);
}

struct plan_watch *plan_watch_new(struct incident *i, const json_t *args)
{
    struct plan_watch *w = mem_new(1, sizeof *w);
    w->step = mem_str(json_str_or(args, "watch", ""));
    w->when = mem_str(json_str_or(args, "when", ""));
    w->each = json_bool(args, "each");
    w->every = json_bool(args, "every");
    w->hold_ms = json_int(args, "hold_ms", 0);
    w->timer = (struct timer){.kind = TIMER_WATCH, .owner = w, .incident = &i->id, .step = w->step};
    plan_watch_list(i, w);
    return w;
}

void plan_watch_drop(struct core *c, struct incident *i, struct plan_watch *w)
{
    outlook_unwatch(i, w->step);
    timer_clear(&c->timers, &w->timer);
    LIST_REMOVE(w, link);
    free(w->step);
    free(w->when);
    free(w);
}

void plan_watches_drop(struct core *c, struct incident *i)
{
    struct plan_watch *w;
    while ((w = LIST_FIRST(&i->watches)))
        plan_watch_drop(c, i, w);
}

/* --- rows --- */

static void plan_watch_write(const struct plan_watch *w, struct text *to)
{
    json_open(to, '{');
    if (w->timer.at)
        json_add_int(to, "due", w->timer.due);
    json_add_true(to, "each", w->each);
    json_add_true(to, "every", w->every);
    json_add_int_unless_0(to, "hold_ms", w->hold_ms);
    json_add_str(to, "watch", w->step);
    json_add_str(to, "when", w->when);
    json_shut(to, '}');
}

void plan_watches_write(const struct incident *i, struct text *to)
{
    const struct plan_watch *w;
    if (LIST_EMPTY(&i->watches))
        return;
    json_add_key(to, "watches");
    json_open(to, '[');
    LIST_FOREACH(w, &i->watches, link)
    plan_watch_write(w, to);
    json_shut(to, ']');
}

void plan_watch_from_json(struct core *c, struct incident *i, const json_t *kept)
{
    struct plan_watch *w = plan_watch_new(i, kept);
    if (json_at(kept, "due"))
        timer_set(&c->timers, &w->timer, json_int(kept, "due", 0));
}

/* --- walking --- */

struct walk {
    struct incident **at;
    size_t count, cap;
};

static void walk_visit(const void *node, VISIT visit, void *closure)
{
    struct walk *w = closure;
    struct incident *i = *(struct incident *const *)node;
    if ((visit != postorder && visit != leaf) || LIST_EMPTY(&i->watches))
        return;
    w->at = mem_grow(w->at, &w->cap, w->count + 1, sizeof(void *));
    w->at[w->count++] = i;
}

static struct walk incidents_that_watch(const struct core *c)
{
    struct walk w = {0};
    twalk_r(c->incidents, walk_visit, &w);
    return w;
}

void plan_watches_ready_all(struct core *c)
{
    struct walk w = incidents_that_watch(c);
    for (size_t n = 0; n < w.count; n++)
        plan_watches_ready(c, w.at[n]);
    free(w.at);
}

void plan_watches_review_all(struct core *c)
{
    struct walk w = incidents_that_watch(c);
    for (size_t n = 0; n < w.count; n++)
        plan_watches_review(c, w.at[n]);
    free(w.at);
}

/* --- deciding --- */

void plan_watches_ready(const struct core *c, struct incident *i)
{
    if (!LIST_EMPTY(&i->watches))
        outlook_refresh(c, i);
}

void plan_watch_command(struct core *c, struct incident *i, const json_t *cmd)
{
    const struct plan_watch *w = plan_watch_find(i, json_str_or(json_at(cmd, "args"), "watch", ""));
    struct why why = {{0}};
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    if (!w || !outlook_watch(c, i, w, &why))
        return;
    text_addf(&zh, "预案所守条件 \"%s\" 无法判断：%s", w->when, why.text);
    text_addf(&en, "what the plan watches, \"%s\", cannot be known: %s", w->when, why.text);
    alarm_raise(c, i, ALARM_PLAN_ERROR, text_str(&en), text_str(&zh));
}

/* "解放路下穿 积水 30 cm" in both languages. */
static json_t *said(const struct core *c, const struct incident *i, const char *step,
                    const char *station)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    outlook_say(c, i, step, station, "zh", &zh);
    outlook_say(c, i, step, station, "en", &en);
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}

static bool listed(const json_t *list, const char *text)
{
    for (size_t n = 0; n < json_array_size(list); n++) {
        if (!strcmp(json_string_value(json_array_get(list, n)), text))
            return true;
    }
    return false;
}

/* One event for some of them, from `from` on; gives the one behind. */
static size_t risen_emit(struct core *c, struct incident *i, size_t from)
{
    const char *step, *station;
    json_t *edges = json_array(), *steps = json_array(), *values = json_array();
    size_t n = from;
    for (; n < from + RISEN_MAX && outlook_risen(i, n, &step, &station); n++) {
        json_t *edge = json_put_str(json_object(), "watch", step);
        json_array_append_new(edges, json_put_str(edge, "station", station));
        if (!listed(steps, step))
            json_array_append_new(steps, json_string(step));
        if (n - from < RISEN_SAID) {
            const struct plan_watch *w = plan_watch_find(i, step);
            json_t *one = json_put_str(json_object(), "when", w ? w->when : NULL);
            json_array_append_new(values, json_put(one, "values", said(c, i, step, station)));
        }
    }
    json_t *ev = json_put(plan_event(NULL, steps, c->in->wall), "edges", edges);
    json_t *sealed = json_put(json_put(json_object(), "ev", ev), "said", values);
    json_t *body = json_put_int(json_object(), "count", (int64_t)(n - from));
    core_emit(c, REC_WATCH_TRUE, i, (struct emit){.body = body, .sealed = sealed});
    return n;
}

static void risen_tell(struct core *c, struct incident *i)
{
    const char *step, *station;
    size_t n = 0;
    while (outlook_risen(i, n, &step, &station))
        n = risen_emit(c, i, n);
    outlook_risen_clear(i);
}

static void plan_watch_met(struct core *c, struct incident *i, const struct plan_watch *w,
                           json_t *actor)
{
    const char *station = NULL;
    (void)outlook_truth(i, w->step, &station);
    if (w->every)
        station = NULL;
    json_t *ev = plan_event(NULL, json_pack("[s]", w->step), c->in->wall);
    json_put(ev, "met", station ? json_string(station) : json_true());
    json_t *sealed = json_put(json_object(), "ev", ev);
    json_put_str(sealed, "when", w->when);
    json_put(sealed, "values", said(c, i, w->step, station));
    core_emit(c, REC_WATCH_MET, i,
              (struct emit){.actor = actor,
                            .body = json_put_str(json_object(), "watch", w->step),
                            .sealed = sealed});
}

/* Its time runs from now on, or not any more. */
static void plan_watch_clock(struct core *c, struct incident *i, const struct plan_watch *w,
                             bool runs)
{
    json_t *body = json_put_str(json_object(), "watch", w->step);
    if (runs)
        json_put_int(body, "due", c->in->mono + incident_ms(i, w->hold_ms));
    json_t *sealed = json_put_str(json_object(), "when", w->when);
    core_emit(c, REC_WATCH_CLOCK, i, (struct emit){.body = body, .sealed = sealed});
}

static void plan_watch_review(struct core *c, struct incident *i, const struct plan_watch *w)
{
    bool yes = outlook_truth(i, w->step, NULL) == TRUTH_YES, runs = w->timer.at != 0;
    if (yes && !w->hold_ms)
        plan_watch_met(c, i, w, NULL);
    else if (yes != runs)
        plan_watch_clock(c, i, w, yes);
}

void plan_watches_review(struct core *c, struct incident *i)
{
    struct plan_watch *w, *next;
    if (LIST_EMPTY(&i->watches) || i->state != INCIDENT_OPEN || !i->plan_live)
        return;
    outlook_refresh(c, i);
    risen_tell(c, i);
    for (w = LIST_FIRST(&i->watches); w; w = next) {
        next = LIST_NEXT(w, link);
        if (!w->each)
            plan_watch_review(c, i, w);
    }
}

void plan_watch_held(struct core *c, struct incident *i, struct plan_watch *w)
{
    plan_watches_ready(c, i); /* what it is true for is said */
    plan_watch_met(c, i, w, json_pack("{s:s}", "type", "clock"));
}

/* --- applying --- */

void plan_watch_apply(struct core *c, struct incident *i, const struct record *r)
{
    struct plan_watch *w = plan_watch_find(i, json_str_or(r->body, "watch", ""));
    if (!w)
        return;
    if (r->kind == REC_WATCH_MET)
        plan_watch_drop(c, i, w);
    else if (json_at(r->body, "due"))
        timer_set(&c->timers, &w->timer, json_int(r->body, "due", 0));
    else
        timer_clear(&c->timers, &w->timer);
}
