#include "core/response.h"

#include "core/call.h"
#include "core/place.h"
#include "core/report.h"
#include "core/statement.h"

#include <stdlib.h>
#include <string.h>

enum { ORDERS_KEPT = 50 };

struct response *response_of(struct incident *i)
{
    if (i->response)
        return i->response;
    i->response = mem_new(1, sizeof *i->response);
    LIST_INIT(&i->response->marks);
    LIST_INIT(&i->response->proposals);
    return i->response;
}

enum level incident_level(const struct incident *i)
{
    return i->response ? i->response->level : LEVEL_NONE;
}

bool incident_recovering(const struct incident *i)
{
    return i->response && i->response->recovering;
}

/* --- marks --- */

struct mark *mark_find(const struct incident *i, const char *of)
{
    struct mark *m;
    if (!i->response)
        return NULL;
    LIST_FOREACH(m, &i->response->marks, link)
    {
        if (!strcmp(m->of, of))
            return m;
    }
    return NULL;
}

static const struct mark *mark_at(const struct incident *i, const char *kind, const char *id)
{
    AUTO_TEXT(of);
    text_addf(&of, "%s/%s", kind, id);
    return mark_find(i, text_str(&of));
}

enum truth mark_truth(const struct incident *i, const char *kind, const char *id)
{
    const struct mark *m = mark_at(i, kind, id);
    return m ? m->truth : TRUTH_UNKNOWN;
}

bool mark_held(const struct incident *i, const char *kind, const char *id)
{
    const struct mark *m = mark_at(i, kind, id);
    return m && m->held;
}

static struct mark *mark_take(struct incident *i, const char *of)
{
    struct mark *m = mark_find(i, of), *before = NULL, *other;
    struct response *r = response_of(i);
    if (m)
        return m;
    m = mem_new(1, sizeof *m);
    m->of = mem_str(of);
    m->truth = TRUTH_UNKNOWN;
    m->timer = (struct timer){.kind = TIMER_MARK, .owner = m, .incident = &i->id, .step = m->of};
    LIST_FOREACH(other, &r->marks, link)
    {
        if (strcmp(other->of, of) > 0)
            break;
        before = other;
    }
    if (before)
        LIST_INSERT_AFTER(before, m, link);
    else
        LIST_INSERT_HEAD(&r->marks, m, link);
    return m;
}

static void mark_drop(struct core *c, struct mark *m)
{
    timer_clear(&c->timers, &m->timer);
    LIST_REMOVE(m, link);
    free(m->of);
    free(m);
}

/* --- proposals --- */

struct proposal *proposal_find(const struct incident *i, int number)
{
    struct proposal *p;
    if (!i->response)
        return NULL;
    LIST_FOREACH(p, &i->response->proposals, link)
    {
        if (p->number == number)
            return p;
    }
    return NULL;
}

/* The sooner of what it waits for. */
static void proposal_wait(struct core *c, struct proposal *p)
{
    mono_ms due = p->ask_at;
    if (p->auto_at && (!due || p->auto_at < due))
        due = p->auto_at;
    if (due)
        timer_set(&c->timers, &p->timer, due);
    else
        timer_clear(&c->timers, &p->timer);
}

static struct proposal *proposal_new(struct incident *i, int number, const char *step)
{
    struct response *r = response_of(i);
    struct proposal *p = mem_new(1, sizeof *p), *last;
    p->incident = i;
    p->number = number;
    p->rung = -1;
    p->step = mem_str(step);
    p->timer =
        (struct timer){.kind = TIMER_PROPOSAL, .owner = p, .incident = &i->id, .step = p->step};
    last = LIST_FIRST(&r->proposals);
    while (last && LIST_NEXT(last, link))
        last = LIST_NEXT(last, link);
    if (last)
        LIST_INSERT_AFTER(last, p, link);
    else
        LIST_INSERT_HEAD(&r->proposals, p, link);
    return p;
}

void proposal_drop(struct core *c, struct proposal *p)
{
    timer_clear(&c->timers, &p->timer);
    LIST_REMOVE(p, link);
    free(p->step);
    free(p->spec);
    free(p);
}

void response_drop(struct core *c, struct incident *i)
{
    struct mark *m;
    struct proposal *p;
    if (!i->response)
        return;
    while ((m = LIST_FIRST(&i->response->marks)))
        mark_drop(c, m);
    while ((p = LIST_FIRST(&i->response->proposals)))
        proposal_drop(c, p);
    free(i->response->order);
    free(i->response->ended);
    free(i->response->given);
    free(i->response->commander);
    free(i->response->members);
    free(i->response->statements);
    free(i->response);
    i->response = NULL;
}

void response_again(struct core *c, struct incident *i)
{
    struct response *r = i->response;
    struct mark *m;
    struct proposal *p;
    if (!r)
        return;
    while ((m = LIST_FIRST(&r->marks)))
        mark_drop(c, m);
    while ((p = LIST_FIRST(&r->proposals)))
        proposal_drop(c, p);
    kept_set(&r->order, NULL);
    kept_set(&r->members, NULL);
    free(r->commander);
    r->commander = NULL;
    r->level = LEVEL_NONE;
    r->recovering = false;
    r->silenced = 0;
}

void response_close(struct core *c, struct incident *i)
{
    struct mark *m;
    struct proposal *p;
    if (!i->response)
        return;
    LIST_FOREACH(m, &i->response->marks, link)
    timer_clear(&c->timers, &m->timer);
    while ((p = LIST_FIRST(&i->response->proposals)))
        proposal_drop(c, p);
}

/* --- rows --- */

static void mark_write(const struct mark *m, struct text *to)
{
    json_open(to, '{');
    if (m->timer.at)
        json_add_int(to, "due", m->timer.due);
    json_add_true(to, "held", m->held);
    json_add_str(to, "of", m->of);
    json_add_true(to, "silent", m->silent);
    json_add_int_unless_0(to, "since", m->since);
    json_add_str(to, "truth", truth_name(m->truth));
    json_shut(to, '}');
}

static void proposal_write(const struct proposal *p, struct text *to)
{
    json_open(to, '{');
    json_add_int_unless_0(to, "ask_at", p->ask_at);
    json_add_int_unless_0(to, "auto_at", p->auto_at);
    json_add_true(to, "awaiting", p->awaiting);
    json_add_int(to, "number", p->number);
    json_add_int(to, "opened_at", p->opened_at);
    json_add_int(to, "rung", p->rung);
    json_add_json(to, "spec", p->spec);
    json_add_str(to, "step", p->step);
    json_shut(to, '}');
}

void response_write(const struct incident *i, struct text *to)
{
    const struct response *r = i->response;
    const struct mark *m;
    const struct proposal *p;
    if (!r)
        return;
    json_add_key(to, "response");
    json_open(to, '{');
    json_add_str(to, "commander", r->commander);
    json_add_json(to, "ended", r->ended);
    json_add_json(to, "given", r->given);
    json_add_int_unless_0(to, "given_before", r->given_before);
    json_add_str(to, "level", level_name(r->level));
    if (!LIST_EMPTY(&r->marks)) {
        json_add_key(to, "marks");
        json_open(to, '[');
        LIST_FOREACH(m, &r->marks, link)
        mark_write(m, to);
        json_shut(to, ']');
    }
    json_add_json(to, "members", r->members);
    json_add_json(to, "order", r->order);
    if (!LIST_EMPTY(&r->proposals)) {
        json_add_key(to, "proposals");
        json_open(to, '[');
        LIST_FOREACH(p, &r->proposals, link)
        proposal_write(p, to);
        json_shut(to, ']');
    }
    json_add_int_unless_0(to, "proposals_made", r->proposals_made);
    json_add_true(to, "recovering", r->recovering);
    json_add_int_unless_0(to, "silenced", r->silenced);
    json_add_json(to, "statements", r->statements);
    json_shut(to, '}');
}

static void mark_from_json(struct core *c, struct incident *i, const json_t *kept)
{
    struct mark *m = mark_take(i, json_str_or(kept, "of", ""));
    if (!truth_parse(json_str(kept, "truth"), &m->truth))
        m->truth = TRUTH_UNKNOWN;
    m->held = json_bool(kept, "held");
    m->silent = json_bool(kept, "silent");
    m->since = json_int(kept, "since", 0);
    if (json_at(kept, "due"))
        timer_set(&c->timers, &m->timer, json_int(kept, "due", 0));
}

static void proposal_from_json(struct core *c, struct incident *i, const json_t *kept)
{
    struct proposal *p =
        proposal_new(i, (int)json_int(kept, "number", 0), json_str_or(kept, "step", ""));
    p->spec = kept_text(json_at(kept, "spec"));
    p->rung = (int)json_int(kept, "rung", -1);
    p->awaiting = json_bool(kept, "awaiting");
    p->opened_at = json_int(kept, "opened_at", 0);
    p->auto_at = json_int(kept, "auto_at", 0);
    p->ask_at = json_int(kept, "ask_at", 0);
    proposal_wait(c, p);
}

void response_from_json(struct core *c, struct incident *i, const json_t *kept)
{
    size_t n;
    json_t *one;
    if (!kept)
        return;
    struct response *r = response_of(i);
    if (!level_parse(json_str(kept, "level"), &r->level))
        r->level = LEVEL_NONE;
    r->recovering = json_bool(kept, "recovering");
    r->silenced = (unsigned)json_int(kept, "silenced", 0);
    r->proposals_made = (int)json_int(kept, "proposals_made", 0);
    r->order = kept_text(json_at(kept, "order"));
    r->ended = kept_text(json_at(kept, "ended"));
    r->given = kept_text(json_at(kept, "given"));
    r->given_before = (int)json_int(kept, "given_before", 0);
    r->commander = mem_str(json_str(kept, "commander"));
    r->members = kept_text(json_at(kept, "members"));
    r->statements = kept_text(json_at(kept, "statements"));
    json_array_foreach(json_unconst(json_at(kept, "marks")), n, one) mark_from_json(c, i, one);
    json_array_foreach(json_unconst(json_at(kept, "proposals")), n, one)
        proposal_from_json(c, i, one);
}

/* --- records --- */

/* What went against a suggestion is forgotten when it is false: it may be suggested again. */
static void level_heard(struct response *r, const struct mark *m, enum level level)
{
    if (m->truth == TRUTH_NO || (m->truth == TRUTH_UNKNOWN && !m->silent))
        r->silenced &= ~(1U << level);
    if (m->truth != TRUTH_NO && level == r->level)
        r->silenced &= ~(unsigned)SILENCED_LOWER;
}

static void apply_condition(struct core *c, struct incident *i, const struct record *r)
{
    const char *of = json_str_or(r->body, "of", "");
    struct mark *m = mark_take(i, of);
    enum level level;
    truth_parse(json_str(r->body, "truth"), &m->truth);
    m->since = r->mono;
    m->held = json_bool(r->body, "held");
    m->silent = json_bool(r->body, "silent");
    if (json_at(r->body, "due"))
        timer_set(&c->timers, &m->timer, json_int(r->body, "due", 0));
    else
        timer_clear(&c->timers, &m->timer);
    if (!strncmp(of, "level/", 6) && level_parse(of + 6, &level))
        level_heard(i->response, m, level);
    if (m->truth != TRUTH_YES && !strncmp(of, "end/", 4))
        i->response->silenced &= ~(unsigned)SILENCED_TERMINATE;
}

static void apply_held(struct core *c, struct incident *i, const struct record *r)
{
    struct mark *m = mark_take(i, json_str_or(r->body, "of", ""));
    m->held = true;
    timer_clear(&c->timers, &m->timer);
}

static void apply_proposed(struct core *c, struct incident *i, const struct record *r)
{
    struct response *response = response_of(i);
    int number = (int)json_int(r->body, "number", 0);
    struct proposal *p = proposal_new(i, number, json_str_or(r->body, "step", ""));
    if (number > response->proposals_made)
        response->proposals_made = number;
    p->spec = kept_text(record_at(r, "spec"));
    p->opened_at = r->at_ms;
    p->auto_at = json_int(r->body, "auto_at", 0);
    proposal_wait(c, p);
}

static void apply_put(struct core *c, struct proposal *p, const struct record *r)
{
    kept_set(&p->spec, json_share(record_at(r, "spec")));
    p->rung = (int)json_int(r->body, "rung", 0);
    p->awaiting = json_bool(r->body, "awaiting");
    p->ask_at = json_int(r->body, "due", 0);
    proposal_wait(c, p);
}

static void apply_amended(struct core *c, struct proposal *p, const struct record *r)
{
    free(p->spec);
    p->spec = kept_text(record_at(r, "spec"));
    p->auto_at = json_int(r->body, "auto_at", 0);
    if (!json_bool(r->body, "goes_on")) {
        p->rung = -1;
        p->awaiting = false;
        p->ask_at = 0;
    }
    proposal_wait(c, p);
}

static void settle(struct core *c, struct incident *i, const json_t *settles)
{
    size_t n;
    json_t *number;
    json_array_foreach(json_unconst(settles), n, number)
    {
        struct proposal *p = proposal_find(i, (int)json_integer_value(number));
        if (p)
            proposal_drop(c, p);
    }
}

/* The fallback's call for ever is over with an order: somebody commands now. */
static void fallback_end(struct core *c, struct incident *i)
{
    struct call *call = call_find(i, CALL_FALLBACK);
    if (call)
        call_drop(c, call);
}

/* What was confirmed under a lower level was said of another night. */
static void confirmations_lapse(struct response *r)
{
    struct mark *m;
    LIST_FOREACH(m, &r->marks, link)
    {
        if (!strncmp(m->of, "end/", 4) && m->truth == TRUTH_UNKNOWN)
            m->held = false;
    }
}

/* What the final report tells of an order: what, who, when. */
static void given_add(struct response *response, const struct record *r)
{
    static const char *const told[] = {"level", "warning", "name", "by"};
    const json_t *order = record_at(r, "order");
    json_t *list = kept_json(response->given), *one = json_object();
    if (!list)
        list = json_array();
    if (json_array_size(list) == ORDERS_KEPT) {
        (void)json_array_remove(list, 0);
        response->given_before++;
    }
    json_put_str(one, "action", json_str(r->body, "action"));
    json_put_int(one, "at", r->at_ms);
    json_put_true(one, "auto", json_bool(r->body, "auto"));
    for (size_t n = 0; n < sizeof told / sizeof *told; n++)
        json_put_str(one, told[n], json_str(order, told[n]));
    json_put(one, "what", json_share(json_at(order, "what")));
    json_array_append_new(list, one);
    kept_set(&response->given, list);
}

static void apply_ordered(struct core *c, struct incident *i, const struct record *r)
{
    enum level level;
    settle(c, i, json_at(r->body, "settles"));
    fallback_end(c, i);
    if (statement_is(json_str_or(r->body, "action", "")))
        statement_apply(i, r);
    if (i->response || json_at(r->body, "level"))
        given_add(response_of(i), r);
    if (!json_at(r->body, "level") && !json_bool(r->body, "recovering"))
        return;
    struct response *response = response_of(i);
    response->silenced = (unsigned)json_int(r->body, "silenced", 0);
    if (level_parse(json_str(r->body, "level"), &level)) {
        if (level > response->level)
            confirmations_lapse(response);
        response->level = level;
        kept_set(&response->order, json_share(record_at(r, "order")));
        free(response->commander);
        response->commander = mem_str(json_str(r->body, "commander"));
        kept_set(&response->members, json_share(json_at(r->body, "members")));
    } else {
        response->level = LEVEL_NONE;
        response->recovering = true;
        kept_set(&response->ended, json_share(record_at(r, "order")));
        reporting_close(c, i);
    }
    place_rank_again(c, i);
}

void response_apply(struct core *c, struct incident *i, const struct record *r)
{
    struct proposal *p = proposal_find(i, (int)json_int(r->body, "number", 0));
    if (r->kind == REC_CONDITION)
        apply_condition(c, i, r);
    else if (r->kind == REC_CONDITION_HELD || r->kind == REC_CONFIRMED)
        apply_held(c, i, r);
    else if (r->kind == REC_PROPOSED)
        apply_proposed(c, i, r);
    else if (r->kind == REC_PROPOSAL_PUT && p)
        apply_put(c, p, r);
    else if (r->kind == REC_PROPOSAL_AMENDED && p)
        apply_amended(c, p, r);
    else if (r->kind == REC_PROPOSAL_WITHDRAWN && p)
        proposal_drop(c, p);
    else if (r->kind == REC_ORDERED)
        apply_ordered(c, i, r);
}
