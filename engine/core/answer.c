#include "core/answer.h"

#include "core/call.h"
#include "core/consult.h"
#include "core/decide.h"
#include "core/notice.h"
#include "core/plan_run.h"
#include "core/question.h"
#include "core/role.h"
#include "core/taken.h"

#include <string.h>

/* Who holds the link of a message speaks as its person; all others speak for somebody. */
json_t *answer_actor(struct core *c, const struct answer *a)
{
    if (!a->person)
        return actor_input(c);
    json_t *actor = json_put_str(json_put_str(json_object(), "type", "person"), "id", a->person);
    return json_put_str(actor, "by", a->notice ? NULL : c->in->who.id);
}

/* Steps of the open calls that this person's answer settles (the fallback's last phase: none), or,
 * with `consults`, that it is about: no single answer settles a consultation or a question. */
static json_t *calls_answered_by(const struct incident *i, const char *person, const char *step,
                                 bool consults, bool *ret_forever)
{
    json_t *steps = json_array();
    const struct call *call;
    LIST_FOREACH(call, &i->calls, link)
    {
        if ((step && strcmp(call->step, step) != 0) || !call_asked(call, person) ||
            ((call->consults || call->asks) && !consults))
            continue;
        if (call->forever)
            *ret_forever = true;
        else
            json_array_append_new(steps, json_string(call->step));
    }
    return steps;
}

json_t *answer_event(struct core *c, const char *name, const struct answer *a, json_t *takes_steps)
{
    json_t *ev = plan_event(name, takes_steps, c->in->wall);
    struct rung_person p;
    json_put_str(ev, "by", a->person ? a->person : c->in->who.id);
    if (a->person && c->site && site_person(c->site->site, a->person, &p))
        json_put_str(ev, "name", p.name);
    json_put_str(ev, "note", a->note);
    json_put_str(ev, "choice", a->choice);
    json_put_str(ev, "file", a->file);
    if (json_array_size(json_at(ev, "steps")))
        json_put_str(ev, "call", json_string_value(json_array_get(json_at(ev, "steps"), 0)));
    return ev;
}

/* What an answer does to the calls of these steps, for its record and the plan. */
static void taken_put(const struct incident *i, const struct taken *t, json_t *body, json_t *ev)
{
    json_put(body, "calls", json_share(t->settled));
    if (json_array_size(t->partly)) {
        const struct call *call = call_find(i, json_string_value(json_array_get(t->partly, 0)));
        AUTO_JSON(spec);
        spec = kept_json(call->spec);
        json_put(body, "partly", json_share(t->partly));
        json_put_int(body, "accepted", (int64_t)json_array_size(json_at(t->all, call->step)));
        json_put_int(body, "wanted", json_int(spec, "at_least", 1));
    }
    if (t->until)
        json_put(body, "until", json_share(t->until));
    if (t->all)
        json_put(ev, "all", json_share(t->all));
    json_put(ev, "steps", json_share(t->settled));
    const json_t *first = json_array_get(json_array_size(t->settled) ? t->settled : t->partly, 0);
    json_put_str(ev, "call", json_string_value(first));
}

/* What was wanted is settled: whoever has not heard of it yet need not. Where more are wanted,
 * nobody else of the rung may be left. */
static void calls_go_on(struct core *c, struct incident *i, const struct taken *t)
{
    size_t n;
    json_t *step;
    json_array_foreach(t->settled, n, step) notice_recall_step(c, i, json_string_value(step));
    json_array_foreach(t->partly, n, step) call_check(c, i, json_string_value(step), "accepted");
}

void answer_call_early(struct core *c, struct incident *i, const char *step, const char *person)
{
    AUTO_JSON(roles);
    AUTO_JSON(steps);
    struct taken taken;
    steps = json_pack("[s]", step);
    json_t *ev = answer_event(c, NULL, &(struct answer){.person = person}, NULL);
    taken_of(c, i, steps, person, ev, &taken);
    roles = roles_asked(i, taken.settled);
    json_t *body = json_put_str(json_object(), "by", person);
    taken_put(i, &taken, body, ev);
    json_put_true(body, "early", true);
    core_emit(c, REC_CALL_ANSWERED, i,
              (struct emit){.actor = json_put_str(json_put_str(json_object(), "type", "person"),
                                                  "id", person),
                            .body = body,
                            .sealed = json_put(json_object(), "ev", ev)});
    calls_go_on(c, i, &taken);
    taken_done(&taken);
    roles_take(c, i, roles, person);
}

/* How long the calls that are answered have rung, the longest of them. */
static void waited_put(const struct core *c, const struct incident *i, const json_t *steps,
                       json_t *body)
{
    int64_t waited = -1;
    size_t n;
    json_t *step;
    json_array_foreach(steps, n, step)
    {
        int64_t since = c->in->wall - notice_first_at(i, json_string_value(step));
        if (since > waited)
            waited = since;
    }
    if (waited >= 0)
        json_put_int(body, "waited_ms", waited);
}

/* Record it, as `kind`. body: takes; what it says of calls. */
static void answer_emit(struct core *c, struct incident *i, const struct answer *a,
                        enum record_kind kind, json_t *body, json_t *takes_ev)
{
    char id[UUID_TEXT];
    json_put_str(body, "by", a->person);
    json_put_str(body, "call", a->step);
    json_put_str(body, "notice", a->notice ? uuid_text(a->notice->id, id) : NULL);
    core_emit(c, kind, i,
              (struct emit){.actor = answer_actor(c, a),
                            .body = body,
                            .sealed = json_put(json_object(), "ev", takes_ev)});
    if (a->notice)
        notice_arrived(c, a->notice);
}

/* To their last message of this call they said that they cannot come, or have passed it on. */
static bool declined_last(const struct call *call, const char *person)
{
    const struct notice *n;
    NOTICE_FOREACH(n, call->incident, call->step)
    {
        if (n->of_call && !strcmp(n->person, person) && notice_is_of(n, call->step))
            return n->declined;
    }
    return false;
}

/* The first open call that this person may pass on, and to whom. NULL: there is none. */
static struct call *passed_call(const struct core *c, const struct incident *i,
                                const struct answer *a, struct rung_person *ret)
{
    struct call *call;
    LIST_FOREACH(call, &i->calls, link)
    {
        if ((!a->step || !strcmp(call->step, a->step)) && !call->stands &&
            !declined_last(call, a->person) && call_pass_to(c, call, a->person, c->in->wall, ret))
            return call;
    }
    return NULL;
}

bool answer_passes(struct core *c, const struct incident *i, const struct answer *a)
{
    struct rung_person to;
    const struct call *call;
    bool waits = false;
    if (!a->pass || passed_call(c, i, a, &to))
        return true;
    LIST_FOREACH(call, &i->calls, link)
    waits = waits || ((!a->step || !strcmp(call->step, a->step)) && !call->stands &&
                      !call->consults && !call->asks && call_asked(call, a->person));
    core_refuse(c, CODE_CONFLICT, "pass", NULL,
                waits
                    ? "nobody stands in for %s in this call: no deputy, no next seat, or they have "
                      "declined; say that you cannot come, and the next is called"
                    : "no call waits for %s now: there is nothing to pass on",
                a->person);
    return false;
}

json_t *core_pass_to(const struct core *c, struct uuid notice, wall_ms at)
{
    const struct notice *n = core_notice(c, notice);
    const struct call *call = n && n->of_call ? call_find(n->incident, n->step) : NULL;
    struct rung_person to;
    if (!call || call->stands || declined_last(call, n->person) ||
        !call_pass_to(c, call, n->person, at, &to))
        return NULL;
    return json_put_str(json_put_str(json_object(), "id", to.id), "name", to.name);
}

/* What is declined, and what is done instead: the next are called, or who it is passed to. */
static void declined_go_on(struct core *c, struct incident *i, const struct answer *a,
                           const json_t *steps)
{
    size_t n;
    json_t *step;
    json_array_foreach(json_unconst(steps), n, step)
    {
        struct rung_person to, by;
        struct call *call = call_find(i, json_string_value(step));
        bool known = c->site && site_person(c->site->site, a->person, &by);
        if (a->pass && call && !call->stands && call_pass_to(c, call, a->person, c->in->wall, &to))
            call_pass(c, call, &to, known ? by.name : a->person);
        else
            call_check(c, i, json_string_value(step), "declined");
    }
}

static bool decline(struct core *c, struct incident *i, const struct answer *a)
{
    bool forever = false;
    AUTO_JSON(steps);
    struct rung_person to = {0};
    json_t *body = json_object(), *ev = answer_event(c, "declined", a, NULL);
    steps = calls_answered_by(i, a->person, a->step, true, &forever);
    if (a->pass && passed_call(c, i, a, &to)) {
        json_put_str(body, "pass_to", to.id);
        json_put_str(ev, "pass_to", to.id);
        json_put_str(ev, "pass_name", to.name);
    }
    answer_emit(c, i, a, REC_CALL_DECLINED, json_put(body, "calls", json_share(steps)), ev);
    declined_go_on(c, i, a, steps);
    return json_array_size(steps) || forever;
}

static bool accept(struct core *c, struct incident *i, const struct answer *a)
{
    bool forever = false;
    bool consulted = a->person && consult_answer(c, i, a);
    bool asked = a->person && question_answer(c, i, a);
    AUTO_JSON(steps);
    AUTO_JSON(roles);
    struct taken taken;
    steps = a->person ? calls_answered_by(i, a->person, a->step, false, &forever) : json_array();
    bool answers = json_array_size(steps) || forever;
    if ((consulted || asked) && !answers)
        return true;
    json_t *ev = answer_event(c, "answer", a, NULL);
    taken_of(c, i, steps, a->person, ev, &taken);
    roles = roles_asked(i, taken.settled);
    json_t *body = json_object();
    taken_put(i, &taken, body, ev);
    if (answers)
        waited_put(c, i, steps, body);
    answer_emit(c, i, a, answers ? REC_CALL_ANSWERED : REC_ANSWER_NOTED, body, ev);
    calls_go_on(c, i, &taken);
    taken_done(&taken);
    roles_take(c, i, roles, a->person);
    return answers;
}

bool answer_take(struct core *c, struct incident *i, const struct answer *a)
{
    return a->decline || a->pass ? decline(c, i, a) : accept(c, i, a);
}
