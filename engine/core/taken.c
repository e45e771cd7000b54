#include "core/taken.h"

#include "core/incident.h"

#include <stdlib.h>
#include <string.h>

/* ---- who has accepted ---- */

json_t *taken_by(const struct call *call)
{
    AUTO_JSON(asked);
    asked = kept_json(call->asked);
    json_t *all = json_array(), *one;
    size_t n;
    json_array_foreach(asked, n, one)
    {
        if (json_at(one, "accepted"))
            json_array_append(all, json_object_get(one, "accepted"));
    }
    return all;
}

json_t *taken_ids(const struct call *call)
{
    AUTO_JSON(all);
    all = taken_by(call);
    json_t *ids = json_object(), *one;
    size_t n;
    json_array_foreach(all, n, one) json_put(ids, json_str_or(one, "by", ""), json_true());
    return ids;
}

bool taken_is_by(const struct call *call, const char *person)
{
    AUTO_JSON(ids);
    ids = taken_ids(call);
    return json_at(ids, person) != NULL;
}

int taken_count(const struct call *call)
{
    AUTO_JSON(all);
    all = taken_by(call);
    return (int)json_array_size(all);
}

bool taken_enough(const struct call *call)
{
    AUTO_JSON(spec);
    spec = kept_json(call->spec);
    return taken_count(call) >= json_int(spec, "at_least", 1);
}

/* What is kept of an answer. Gives. */
static json_t *accepted_of(const json_t *ev)
{
    static const char *const members[] = {"by", "name", "at", "note"};
    json_t *accepted = json_object();
    for (size_t n = 0; n < sizeof members / sizeof *members; n++) {
        if (json_at(ev, members[n]))
            json_put(accepted, members[n], json_share(json_at(ev, members[n])));
    }
    return accepted;
}

/* ---- deciding ---- */

static void taken_one(const struct core *c, const struct call *call, const char *person,
                      const json_t *ev, struct taken *t)
{
    AUTO_JSON(spec);
    spec = kept_json(call->spec);
    int64_t least = json_int(spec, "at_least", 1), stands_ms = json_int(spec, "answer_for_ms", 0);
    json_t *all = taken_by(call);
    if (!taken_is_by(call, person))
        json_array_append_new(all, accepted_of(ev));
    /* who answers a call that stands goes on with it: nobody else is wanted */
    bool enough = call->stands || (int64_t)json_array_size(all) >= least;
    json_array_append_new(enough ? t->settled : t->partly, json_string(call->step));
    if (enough && stands_ms > 0) {
        t->until = t->until ? t->until : json_object();
        json_put_int(t->until, call->step, c->in->mono + incident_ms(call->incident, stands_ms));
    }
    if (least > 1) {
        t->all = t->all ? t->all : json_object();
        json_put(t->all, call->step, json_share(all));
    }
    json_decref(all);
}

void taken_of(const struct core *c, const struct incident *i, const json_t *steps,
              const char *person, const json_t *ev, struct taken *ret)
{
    *ret = (struct taken){.settled = json_array(), .partly = json_array()};
    size_t n;
    json_t *step;
    json_array_foreach(json_unconst(steps), n, step)
    {
        const struct call *call = call_find(i, json_string_value(step));
        if (call)
            taken_one(c, call, person, ev, ret);
    }
}

void taken_done(struct taken *t)
{
    json_decref(t->settled);
    json_decref(t->partly);
    json_decref(t->until);
    json_decref(t->all);
    *t = (struct taken){0};
}

/* ---- applying ---- */

/* Who was asked and is this one, or, with NULL, everybody: told the answer, NULL: it is gone. */
static void accepted_set(struct call *call, const char *person, const json_t *ev)
{
    AUTO_JSON(asked);
    asked = kept_json(call->asked);
    size_t n;
    json_t *one;
    json_array_foreach(asked, n, one)
    {
        if (person && strcmp(json_str_or(one, "id", ""), person) != 0)
            continue;
        json_object_del(one, "accepted");
        if (ev)
            json_put(one, "accepted", accepted_of(ev));
    }
    kept_set(&call->asked, json_share(asked));
}

void taken_undo(struct call *call, const char *person)
{
    if (call->several || call->stands)
        accepted_set(call, person, NULL);
}

void taken_forget(struct call *call)
{
    accepted_set(call, NULL, NULL);
}

void taken_apply(struct core *c, struct call *call, const struct record *r, bool settled)
{
    int64_t until = json_int(json_at(r->body, "until"), call->step, 0);
    if (settled && !until) {
        call_drop(c, call);
        return;
    }
    accepted_set(call, json_str_or(r->body, "by", ""), record_at(r, "ev"));
    if (!settled)
        return;
    call->stands = true;
    timer_set(&c->timers, &call->timer, until);
}

void taken_apply_expired(struct core *c, struct call *call, const struct record *r)
{
    int64_t until = json_int(r->body, "until", 0);
    if (!until) {
        call_drop(c, call);
        return;
    }
    call->stands = true;
    timer_set(&c->timers, &call->timer, until);
}
