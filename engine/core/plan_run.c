#include "core/plan_run.h"

#include "core/agenda.h"
#include "core/alarm.h"
#include "core/answer.h"
#include "core/call.h"
#include "core/child.h"
#include "core/consult.h"
#include "core/decide.h"
#include "core/fetch.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/notice.h"
#include "core/outlook.h"
#include "core/plan_watch.h"
#include "core/proposal.h"
#include "core/question.h"
#include "core/report.h"
#include "core/response.h"
#include "core/role.h"
#include "core/statement.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS_WARNED = TURNS_MAX / 10 * 8, STRIKES_MAX = 2, LOSSES_A_STRIKE = 5 };

json_t *plan_event(const char *name, json_t *takes_steps, wall_ms at)
{
    json_t *names = json_array();
    if (name)
        json_array_append_new(names, json_string(name));
    json_t *ev = json_put(json_object(), "names", names);
    json_put(ev, "steps", takes_steps ? takes_steps : json_array());
    return json_put_int(ev, "at", at);
}

/* --- what the plan awaits --- */

static bool lists_meet(const json_t *a, const json_t *b)
{
    size_t m, n;
    json_t *x, *y;
    json_array_foreach(a, m, x)
    {
        json_array_foreach(b, n, y)
        {
            if (json_equal(x, y))
                return true;
        }
    }
    return false;
}

static bool plan_awaits(const struct incident *i, const json_t *tags)
{
    if (!i->awaits)
        return true; /* before its first turn the plan awaits the trigger, and that is all there is
                      */
    AUTO_JSON(awaits);
    awaits = kept_json(i->awaits);
    return lists_meet(json_at(tags, "names"), json_at(awaits, "names")) ||
           lists_meet(json_at(tags, "steps"), json_at(awaits, "steps"));
}

static void queue_pop(struct incident *i)
{
    free(i->queue[0].tags);
    i->queue_count--;
    memmove(i->queue, i->queue + 1, i->queue_count * sizeof *i->queue);
    if (i->queue_count)
        return;
    free(i->queue); /* sleeping incidents are many: keep nothing */
    i->queue = NULL;
    i->queue_cap = 0;
}

/* Pass over what nobody awaits, up to the next cause. */
static void queue_settle(struct incident *i)
{
    while (i->queue_count) {
        AUTO_JSON(tags);
        tags = kept_json(i->queue[0].tags);
        if (plan_awaits(i, tags))
            return;
        queue_pop(i);
        i->gap = true;
    }
}

/* Does a planner of today hold the head of the queue? */
static bool event_under_way(const struct core *c, const struct incident *i)
{
    return i->queue_count && i->sent_cause == i->queue[0].seq && i->sent_gen &&
           c->planners[i->sent_slot].gen == i->sent_gen;
}

/* --- handing out --- */

static const json_t *event_of(const struct core *c, int64_t seq)
{
    for (size_t n = c->out->records_count; n > 0; n--) {
        const struct record *r = c->out->records[n - 1];
        if (r->seq == seq)
            return record_at(r, "ev");
    }
    return NULL; /* journalled in an earlier turn: the engine reads it there */
}

static void plan_send(struct core *c, struct incident *i, int slot)
{
    const struct fact_ref *fact = &i->queue[0];
    char id[UUID_TEXT], seed[33];
    hex16(i->seed, seed);
    i->sent_slot = slot;
    i->sent_gen = c->planners[slot].gen;
    i->sent_cause = fact->seq;
    json_t *frame = json_put_str(json_object(), "op", "event");
    json_put_int(frame, "gen", i->sent_gen);
    json_put_str(frame, "incident", uuid_text(i->id, id));
    json_put_str(frame, "pin", i->pin);
    json_put_str(frame, "seed", seed);
    json_put_int(frame, "prev", i->prev);
    json_put_int(frame, "prev_cause", i->prev_cause);
    json_put(frame, "gap", json_boolean(i->gap));
    json_put_int(frame, "cause", fact->seq);
    wall_ms t = incident_wall(i, c->in->wall);
    json_put_int(frame, "t", i->last_t > t ? i->last_t : t);
    json_put_int(frame, "m", incident_mono(i, c->in->mono));
    json_put(frame, "ev", json_share(event_of(c, fact->seq)));
    struct effect *e = core_effect(c, EFFECT_EVENT);
    e->incident = i->id;
    e->slot = slot;
    e->gen = i->sent_gen;
    e->cause = fact->seq;
    e->body = frame;
}

static bool quarantine_busy(const struct core *c)
{
    struct incident *first = TAILQ_FIRST(&c->suspects);
    return first && first->sent_slot == SLOT_QUARANTINE && event_under_way(c, first);
}

/* A suspect runs alone in a fresh planner: one after the other, each with a process of its own. */
static void suspect_next(struct core *c)
{
    struct incident *first = TAILQ_FIRST(&c->suspects);
    if (!first || quarantine_busy(c))
        return;
    if (c->planners[SLOT_QUARANTINE].gen)
        plan_send(c, first, SLOT_QUARANTINE);
    else
        core_effect(c, EFFECT_WANT)->slot = SLOT_QUARANTINE;
}

static void suspect_add(struct core *c, struct incident *i)
{
    if (!i->suspect_listed)
        TAILQ_INSERT_TAIL(&c->suspects, i, suspect);
    i->suspect_listed = true;
    suspect_next(c);
}

/* The suspect's turn is over: its process goes, whatever it did, and the next suspect has its own.
 */
static void suspect_over(struct core *c, struct incident *i)
{
    if (!i->suspect_listed)
        return;
    TAILQ_REMOVE(&c->suspects, i, suspect);
    i->suspect_listed = false;
    if (i->sent_slot == SLOT_QUARANTINE && c->planners[SLOT_QUARANTINE].gen) {
        struct effect *e = core_effect(c, EFFECT_KILL);
        e->slot = SLOT_QUARANTINE;
        e->gen = c->planners[SLOT_QUARANTINE].gen;
        e->why = "the suspect's turn is over";
        c->planners[SLOT_QUARANTINE].gen = 0;
    }
    suspect_next(c);
}

void plan_leave(struct core *c, struct incident *i)
{
    if (i->pin && c->planners[i->sent_slot].gen) {
        struct effect *e = core_effect(c, EFFECT_DROP);
        e->slot = i->sent_slot;
        e->incident = i->id;
    }
    i->sent_cause = 0;
    suspect_over(c, i);
}

static int slot_of(const struct incident *i)
{
    return i->id.b[15] % SLOT_QUARANTINE;
}

void plan_kick(struct core *c, struct incident *i)
{
    if (!i->plan_live || !i->queue_count || event_under_way(c, i))
        return;
    if (i->strikes)
        suspect_add(c, i);
    else if (c->planners[slot_of(i)].gen)
        plan_send(c, i, slot_of(i));
}

/* --- planners come and go --- */

struct incident_walk {
    struct incident **at;
    size_t count, cap;
};

static void incident_collect(const void *node, VISIT visit, void *closure)
{
    struct incident_walk *w = closure;
    if (visit != postorder && visit != leaf)
        return;
    w->at = mem_grow(w->at, &w->cap, w->count + 1, sizeof(void *));
    w->at[w->count++] = *(struct incident *const *)node;
}

static struct incident_walk incidents_all(const struct core *c)
{
    struct incident_walk w = {0};
    twalk_r(c->incidents, incident_collect, &w);
    return w;
}

void plan_planner_up(struct core *c, int slot, int64_t gen)
{
    c->planners[slot].gen = gen;
    if (slot == SLOT_QUARANTINE) {
        suspect_next(c);
        return;
    }
    struct incident_walk w = incidents_all(c);
    for (size_t n = 0; n < w.count; n++) {
        if (slot_of(w.at[n]) == slot)
            plan_kick(c, w.at[n]);
    }
    free(w.at);
}

static void plan_strike(struct core *c, struct incident *i, const json_t *body)
{
    int64_t signal = json_int(body, "signal", 0);
    bool fault = !strcmp(json_str_or(body, "fault", "lost"), "strike");
    bool strike = fault || i->lost + 1 >= LOSSES_A_STRIKE;
    json_t *word = json_put_int(json_object(), "cause", i->sent_cause);
    json_put_int(word, "signal", signal);
    json_put_true(word, "cpu", json_bool(body, "cpu_over"));
    core_emit(c, strike ? REC_PLAN_STRUCK : REC_PLAN_RETRIED, i, (struct emit){.body = word});
    if (i->strikes >= STRIKES_MAX)
        plan_fail(c, i, "struck",
                  json_bool(body, "cpu_over")
                      ? "the plan used up its processor time twice at the same step"
                      : "the plan killed its process twice at the same step",
                  NULL);
}

void plan_planner_died(struct core *c, int slot, int64_t gen, const json_t *body)
{
    const json_t *hand = json_at(body, "in_hand");
    struct uuid id;
    struct incident *i =
        uuid_parse(json_str_or(hand, "incident", ""), &id) ? core_incident(c, id) : NULL;
    bool struck = i && i->plan_live && event_under_way(c, i) && i->sent_slot == slot &&
                  i->sent_gen == gen && i->sent_cause == json_int(hand, "cause", 0);
    if (c->planners[slot].gen == gen)
        c->planners[slot].gen = 0;
    if (struck)
        plan_strike(c, i, body);
    if (slot == SLOT_QUARANTINE)
        suspect_next(c);
}

/* --- turns --- */

/* Is it about the event under way? Else it is of another generation, or was given up. */
static bool frame_expected(const struct core *c, const struct incident *i, const json_t *frame)
{
    return event_under_way(c, i) && json_int(frame, "cause", -1) == i->sent_cause &&
           json_int(frame, "gen", -1) == i->sent_gen;
}

static void rungs_without_deputies(struct rungs *r)
{
    size_t left = 0;
    for (size_t n = 0; n < r->count; n++) {
        if (r->at[n].deputy)
            rung_done(&r->at[n]);
        else
            r->at[left++] = r->at[n];
    }
    r->count = left;
}

static size_t rungs_people(const struct rungs *r)
{
    size_t people = 0;
    for (size_t n = 0; n < r->count; n++)
        people += r->at[n].count;
    return people;
}

static void notify_people(struct core *c, struct incident *i, const json_t *cmd,
                          const struct rungs *found)
{
    const json_t *args = json_at(cmd, "args");
    for (size_t r = 0; r < found->count; r++) {
        for (size_t n = 0; n < found->at[r].count; n++)
            notice_queue(c, i,
                         &(struct notice_order){.step = json_str_or(cmd, "step", ""),
                                                .person = &found->at[r].at[n],
                                                .text = json_at(args, "text"),
                                                .type = "muster.notify",
                                                .via = json_str(args, "via"),
                                                .within_ms = json_int(args, "within_ms", 0)});
    }
}

/*
 * Nobody is meant by it any more: it goes to the duty room, with an alarm (rule R7). Where there is
 * no duty room either, the handle is told, so that no plan waits for ever.
 */
static void notify_nobody(struct core *c, struct incident *i, const json_t *cmd)
{
    const char *step = json_str_or(cmd, "step", "");
    struct rungs duty = {0};
    alarm_raise(c, i, "empty_target", "a message of the plan has nobody to go to",
                "预案的一条通知没有可达人员");
    if (c->site)
        site_resolve_duty_room(c->site->site, i->drill, c->in->wall, &duty);
    for (size_t n = 1; n < duty.count; n++) /* its first seat only */
        rung_done(&duty.at[n]);
    duty.count = duty.count ? 1 : 0;
    notify_people(c, i, cmd, &duty);
    if (!duty.count) {
        json_t *ev = plan_event(NULL, json_pack("[s]", step), c->in->wall);
        json_put_str(ev, "result", "failed");
        core_emit(c, REC_NOTICE_FAILED, i,
                  (struct emit){.body = json_put_str(json_object(), "step", step),
                                .sealed = json_put(json_object(), "ev", ev)});
    }
    rungs_done(&duty);
}

static void notify_command(struct core *c, struct incident *i, const json_t *cmd)
{
    const json_t *args = json_at(cmd, "args");
    struct rungs found = {0};
    incident_resolve(c, i, json_at(args, "to"), json_str(args, "via"), &found);
    rungs_without_deputies(&found);
    size_t people = rungs_people(&found);
    if (!people)
        notify_nobody(c, i, cmd);
    c->recipients += (int64_t)people;
    if (c->recipients > c->stats.recipients)
        c->stats.recipients = c->recipients;
    if (c->recipients > RECIPIENTS_MAX)
        plan_fail(c, i, "too_many_recipients", "one turn writes to more than 20,000 people",
                  json_str(cmd, "at"));
    else
        notify_people(c, i, cmd, &found);
    rungs_done(&found);
}

/* A notice whose text is what is open now. */
static void agenda_command(struct core *c, struct incident *i, const json_t *cmd)
{
    AUTO_JSON(notice);
    json_t *args = json_deep_copy(json_at(cmd, "args"));
    json_put(args, "text", agenda_text(c, i, args));
    notice = json_put_str(json_object(), "step", json_str_or(cmd, "step", ""));
    json_put_str(json_put(notice, "args", args), "at", json_str(cmd, "at"));
    notify_command(c, i, notice);
}

static json_t *fallback_spec(struct core *c, struct incident *i, const char *reason);

/* Its call was made in the record: now it rings. */
static void fallback_ring(struct core *c, struct incident *i)
{
    struct call *call = call_find(i, CALL_FALLBACK);
    if (call && call->rung < 0)
        call_next(c, call, "start");
}

static void error_command(struct core *c, struct incident *i, const json_t *cmd)
{
    const char *text = json_str_or(cmd, "text", "error"), *of = json_str_or(cmd, "body", "");
    if (!strcmp(of, "respond")) {
        plan_fail(c, i, "error", text, json_str(cmd, "where"));
        return;
    }
    json_t *body = json_put_str(json_object(), "where", json_str(cmd, "where"));
    json_put_str(body, "step", json_str(cmd, "step"));
    json_t *sealed = json_put_str(json_object(), "text", text);
    if (!strcmp(of, "level") && !call_find(i, CALL_FALLBACK)) /* nobody does what it was to do */
        json_put(sealed, "spec", fallback_spec(c, i, "error"));
    core_emit(c, REC_PLAN_ERROR, i, (struct emit){.body = body, .sealed = sealed});
    fallback_ring(c, i);
    alarm_raise(c, i, ALARM_PLAN_ERROR, "a handler of the plan failed; the rest runs on",
                "预案的一个处理程序出错，其余继续运行");
}

static void cancel_command(struct core *c, struct incident *i, const json_t *cmd)
{
    const char *step = json_str_or(cmd, "step", "");
    AUTO_JSON(text);
    text = json_pack("{s:s,s:s}", "zh", "不再需要您处置此事", "en",
                     "You are no longer needed for this");
    notice_recall_step(c, i, step);
    notice_tell_reached(c, i, step, "muster.notify", text);
}

/* Who answered since the fact that the turn consumed: [ID…]. */
static json_t *answers_waiting(const struct incident *i)
{
    json_t *people = json_array();
    for (size_t n = 1; n < i->queue_count; n++) {
        AUTO_JSON(tags);
        tags = kept_json(i->queue[n].tags);
        if (json_str(tags, "by"))
            json_array_append(people, json_object_get(tags, "by"));
    }
    return people;
}

/* The call begins; an answer journalled between cause and turn counts for it (DESIGN 5). */
static void call_command(struct core *c, struct incident *i, const char *step, const json_t *early)
{
    struct call *call = call_find(i, step);
    if (!call || call->rung >= 0)
        return;
    if (call->consults) { /* no earlier answer was an opinion on this */
        consult_begin(c, call);
        return;
    }
    if (call->asks) {
        question_begin(c, call);
        return;
    }
    call_next(c, call, "start");
    call = call_find(i, step);
    for (size_t n = 0; call && n < json_array_size(early); n++) {
        const char *by = json_string_value(json_array_get(early, n));
        if (!call_asked(call, by) || call->stands)
            continue;
        answer_call_early(c, i, step, by);
        call = call_find(i, step);
    }
}

/* The commander, then the fallback; its clock begins now. */
static void escalate_command(struct core *c, struct incident *i, const json_t *cmd)
{
    const char *step = json_str_or(cmd, "step", "");
    const char *commander = i->response ? i->response->commander : NULL;
    json_t *spec = fallback_spec(c, i, "other"), *first;
    json_put(spec, "text", json_share(json_at(json_at(cmd, "args"), "text")));
    json_put_str(spec, "at", json_str(cmd, "at"));
    if (commander) {
        first =
            json_put_int(json_put_str(json_object(), "to", commander), "within_ms", 5 * MS_MINUTE);
        json_array_insert_new(json_object_get(spec, "rungs"), 0, first);
    }
    json_t *body = json_put_str(json_object(), "step", step);
    core_emit(c, REC_ESCALATED, i,
              (struct emit){.body = body, .sealed = json_put(json_object(), "spec", spec)});
    if (call_find(i, step))
        call_next(c, call_find(i, step), "start");
}

static void turn_command(struct core *c, struct incident *i, const json_t *cmd, const json_t *early)
{
    const char *kind = json_str_or(cmd, "kind", "");
    if (!strcmp(kind, "call") || !strcmp(kind, "assign"))
        call_command(c, i, json_str_or(cmd, "step", ""), early);
    else if (!strcmp(kind, "notify"))
        notify_command(c, i, cmd);
    else if (!strcmp(kind, "agenda"))
        agenda_command(c, i, cmd);
    else if (!strcmp(kind, "escalate"))
        escalate_command(c, i, cmd);
    else if (!strcmp(kind, "publish"))
        statement_draft(c, i, cmd);
    else if (!strcmp(kind, "propose"))
        proposal_of_plan(c, i, cmd);
    else if (!strcmp(kind, "watch"))
        plan_watch_command(c, i, cmd);
    else if (!strcmp(kind, "report"))
        report_command(c, i, cmd);
    else if (!strncmp(kind, "item", 4))
        item_command(c, i, cmd);
    else if (!strcmp(kind, "child"))
        child_command(c, i, cmd);
    else if (!strcmp(kind, "cancel"))
        cancel_command(c, i, cmd);
    else if (!strcmp(kind, "close")) /* it is done: nobody need be told */
        notice_recall_step(c, i, json_str_or(cmd, "step", ""));
    else if (!strcmp(kind, "error"))
        error_command(c, i, cmd);
}

/* What is true before its first watch is made was true from the beginning. */
static void turn_ready(const struct core *c, struct incident *i, const json_t *cmds)
{
    size_t n;
    json_t *cmd;
    json_array_foreach(json_unconst(cmds), n, cmd)
    {
        if (!strcmp(json_str_or(cmd, "kind", ""), "watch"))
            outlook_refresh(c, i);
    }
}

static void turn_record(struct core *c, struct incident *i, const json_t *frame)
{
    json_t *body = json_put_int(json_object(), "cause", i->sent_cause);
    json_put_int(body, "prev", i->prev);
    json_put_int(body, "t", json_int(frame, "t", c->in->wall));
    json_put_int(body, "m", json_int(frame, "m", incident_mono(i, c->in->mono)));
    json_put(body, "awaits", json_share(json_at(frame, "awaits")));
    json_put(body, "done", json_boolean(json_bool(frame, "done")));
    json_t *cmds = json_share(json_at(frame, "cmds"));
    json_t *sealed = json_put(json_object(), "cmds", cmds ? cmds : json_array());
    core_emit(c, REC_TURN, i,
              (struct emit){.actor = json_pack("{s:s,s:s}", "type", "plan", "id",
                                               json_str_or(frame, "plan", "plan")),
                            .body = body,
                            .sealed = sealed});
}

void plan_turn(struct core *c, const json_t *frame)
{
    struct uuid id;
    if (!uuid_parse(json_str_or(frame, "incident", ""), &id))
        return;
    struct incident *i = core_incident(c, id);
    if (!i)
        return; /* closed and forgotten; the planner was told to drop it */
    if (!i->plan_live) {
        core_emit(c, REC_TURN_DROPPED, i,
                  (struct emit){
                      .body = json_put_int(json_object(), "cause", json_int(frame, "cause", 0))});
        return;
    }
    if (!frame_expected(c, i, frame))
        return;
    if (json_int(frame, "prev", -1) != i->prev) {
        plan_fail(c, i, "diverged", "the planner took its turn at another place of the run", NULL);
        return;
    }
    if (i->turns >= TURNS_MAX) {
        plan_fail(c, i, "turns", "the plan has taken 100,000 turns", NULL);
        return;
    }
    AUTO_JSON(early);
    early = answers_waiting(i);
    turn_ready(c, i, json_at(frame, "cmds"));
    turn_record(c, i, frame);
    i->sent_cause = 0;
    c->recipients = 0;
    size_t n;
    json_t *cmd;
    int64_t commands = (int64_t)json_array_size(json_at(frame, "cmds"));
    if (commands > c->stats.commands)
        c->stats.commands = commands;
    /* all of them, even if one of them ends the plan: what it began runs on natively (rule R4) */
    json_array_foreach(json_at(frame, "cmds"), n, cmd) turn_command(c, i, cmd, early);
    if (i->turns == TURNS_WARNED)
        alarm_raise(c, i, "turns", "the plan has taken 80,000 of 100,000 turns",
                    "预案已运行80000轮，上限100000轮");
    suspect_over(c, i);
}

void plan_failed_frame(struct core *c, const json_t *frame)
{
    struct uuid id;
    struct incident *i =
        uuid_parse(json_str_or(frame, "incident", ""), &id) ? core_incident(c, id) : NULL;
    if (!i || !i->plan_live || !frame_expected(c, i, frame))
        return;
    const struct plan_failure f = {i, json_str_or(frame, "reason", "error"),
                                   json_str_or(frame, "text", "error"), json_str(frame, "where")};
    if (!strcmp(f.reason, "diverged"))
        plan_fail_all(c, &f, 1); /* its owner hears of the first differing step */
    else
        plan_fail(c, i, f.reason, f.text, f.where);
}

/* --- the fallback --- */

/* Why a plan cannot go on, in a few words; the sentence with file and line stands in the record. */
static const struct {
    const char *name, *zh, *en;
} reasons[PLAN_REASONS] = {
    {"no_plan", "没有对应的预案", "no plan is for this kind of trigger"},
    {"error", "预案出错", "the plan has an error"},
    {"overrun", "预案计算超限", "the plan computes without end"},
    {"memory", "预案内存超限", "the plan takes too much memory"},
    {"struck", "预案两次使其进程中止", "the plan ended its process twice"},
    {"diverged", "预案重放与记录不一致", "the plan does not repeat what is on record"},
    {"unreadable", "预案的记录无法读回", "its record cannot be read back"},
    {"turns", "预案轮数达到上限", "the plan has taken 100,000 turns"},
    {"engine_crash", "引擎两次中止于此事件", "the engine stopped twice at this incident"},
    {"too_many_commands", "预案一轮命令过多", "the plan gives too many commands at once"},
    {"too_many_recipients", "预案一轮通知人数过多", "the plan writes to too many people at once"},
    {"other", "预案超出限度", "the plan went over a limit"},
};

size_t plan_reason(const char *name)
{
    size_t n = 0;
    while (n < PLAN_REASONS - 1 && strcmp(reasons[n].name, name) != 0)
        n++;
    return n;
}

const char *plan_reason_name(size_t reason)
{
    return reasons[reason].name;
}

static const char *reason_words(const char *name, bool zh)
{
    size_t reason = plan_reason(name);
    return zh ? reasons[reason].zh : reasons[reason].en;
}

static json_t *fallback_spec(struct core *c, struct incident *i, const char *reason)
{
    const struct plan_head *head = incident_head(c, i);
    const json_t *rungs = head ? plan_head_fallback(head) : NULL;
    if (!rungs && c->site)
        rungs = site_fallback(c->site->site);
    AUTO_JSON(about);
    about = kept_json(i->about);
    const char *title = json_str_or(about, "title", "");
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    text_addf(&zh, "预案无法继续运行，请按纸质预案处置：%s（%s）", title,
              reason_words(reason, true));
    text_addf(&en, "The plan cannot go on; work by the paper plan: %s (%s)", title,
              reason_words(reason, false));
    json_t *spec = json_put(json_object(), "rungs", rungs ? json_deep_copy(rungs) : json_array());
    return json_put(spec, "text", json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en)));
}

static bool plan_fell_back(const struct incident *i, const char *reason)
{
    bool stuck = !strcmp(reason, "engine_crash");
    return i->health == HEALTH_STUCK || (i->health == HEALTH_FALLBACK && !stuck);
}

/* spec: of the fallback's call, taken; NULL: it has one already, or another one's lists it. */
static void plan_fall_back(struct core *c, const struct plan_failure *f, const char *listed_by,
                           json_t *spec)
{
    struct incident *i = f->incident;
    json_t *body = json_put_str(json_object(), "reason", f->reason);
    json_put_str(json_put_str(body, "where", f->where), "listed_by", listed_by);
    json_t *sealed = json_put_str(json_object(), "text", f->text);
    json_put(sealed, "spec", spec);
    core_emit(c, REC_PLAN_FAILED, i, (struct emit){.body = body, .sealed = sealed});
    plan_leave(c, i);
    fallback_ring(c, i);
}

void plan_fail(struct core *c, struct incident *i, const char *reason, const char *text,
               const char *where)
{
    const struct plan_failure f = {i, reason, text, where};
    if (plan_fell_back(i, reason))
        return; /* it has fallen back already: never twice */
    plan_fall_back(c, &f, NULL, call_find(i, CALL_FALLBACK) ? NULL : fallback_spec(c, i, reason));
}

/* --- many at once --- */

enum { LISTED_MOST = 20 };

/* Owner and duty room hear of the first differing step; the same plan is told of once. */
static void diverged_tell(struct core *c, const struct plan_failure *all, size_t count)
{
    AUTO_JSON(told);
    told = json_object();
    for (size_t n = 0; n < count; n++) {
        AUTO_TEXT(zh);
        AUTO_TEXT(en);
        const char *plan = all[n].incident->plan ? all[n].incident->plan : "?";
        if (json_object_get(told, plan))
            continue;
        json_put(told, plan, json_true());
        text_addf(&zh, "%s：%s", reason_words(all[n].reason, true), all[n].text);
        text_addf(&en, "%s: %s", reason_words(all[n].reason, false), all[n].text);
        alarm_raise(c, all[n].incident, ALARM_DIVERGED, text_str(&en), text_str(&zh));
    }
}

static size_t gravest(const struct plan_failure *all, size_t count)
{
    size_t first = 0;
    for (size_t n = 1; n < count; n++) {
        if (incident_level(all[n].incident) > incident_level(all[first].incident))
            first = n;
    }
    return first;
}

static void titles_add(const struct plan_failure *all, size_t count, const char *between,
                       const char *more, struct text *to)
{
    for (size_t n = 0; n < count && n < LISTED_MOST; n++) {
        AUTO_JSON(about);
        about = kept_json(all[n].incident->about);
        text_addf(to, "%s%s", n ? between : "", json_str_or(about, "title", "?"));
    }
    if (count > LISTED_MOST)
        text_add(to, more);
}

static json_t *listing_spec(struct core *c, const struct plan_failure *all, size_t count,
                            size_t first)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    const char *reason = all[first].reason;
    text_addf(&zh, "%zu 起事件的预案无法继续运行（%s），请按纸质预案处置：", count,
              reason_words(reason, true));
    text_addf(&en, "The plans of %zu incidents cannot go on (%s); work by the paper plans: ", count,
              reason_words(reason, false));
    titles_add(all, count, "；", "……", &zh);
    titles_add(all, count, "; ", " …", &en);
    json_t *spec = fallback_spec(c, all[first].incident, reason);
    return json_put(spec, "text", json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en)));
}

static void fail_listed(struct core *c, const struct plan_failure *all, size_t count)
{
    char id[UUID_TEXT];
    size_t first = gravest(all, count);
    json_t *spec = listing_spec(c, all, count, first);
    uuid_text(all[first].incident->id, id);
    plan_fall_back(c, &all[first], NULL, spec);
    for (size_t n = 0; n < count; n++) {
        if (n != first && !plan_fell_back(all[n].incident, all[n].reason))
            plan_fall_back(c, &all[n], id, NULL);
    }
}

void plan_fail_all(struct core *c, const struct plan_failure *all, size_t count)
{
    if (count > PLAN_FAILURES_ALONE) {
        fail_listed(c, all, count);
    } else {
        for (size_t n = 0; n < count; n++)
            plan_fail(c, all[n].incident, all[n].reason, all[n].text, all[n].where);
    }
    diverged_tell(c, all, count);
}

/* --- applying --- */

void plan_apply_fact(struct incident *i, const struct record *r)
{
    const json_t *ev = record_at(r, "ev");
    if (!ev || !i->plan_live)
        return;
    json_t *tags = json_put(json_object(), "names", json_share(json_at(ev, "names")));
    json_put(tags, "steps", json_share(json_at(ev, "steps")));
    if (r->kind == REC_CALL_ANSWERED || r->kind == REC_ANSWER_NOTED)
        json_put_str(tags, "by", json_str(ev, "by"));
    i->queue = mem_grow(i->queue, &i->queue_cap, i->queue_count + 1, sizeof *i->queue);
    i->queue[i->queue_count] = (struct fact_ref){.seq = r->seq};
    kept_set(&i->queue[i->queue_count++].tags, tags);
    queue_settle(i);
}

static void apply_command(struct core *c, struct incident *i, const struct record *r,
                          const json_t *cmd)
{
    const char *kind = json_str_or(cmd, "kind", "");
    const char *step = json_str_or(cmd, "step", "");
    struct plan_timer *timer = plan_timer_find(i, step);
    struct call *call = call_find(i, step);
    struct fetch *fetch = fetch_find(i, step);
    struct plan_watch *watch = plan_watch_find(i, json_str_or(json_at(cmd, "args"), "watch", ""));
    if (!strcmp(kind, "timer")) {
        if (timer)
            plan_timer_drop(c, timer);
        plan_timer_new(c, i, step,
                       incident_ms(i, json_int(r->body, "m", 0) + json_int(cmd, "ms", 0)));
    } else if (!strcmp(kind, "timer_clear") && timer) {
        plan_timer_drop(c, timer);
    } else if (!strcmp(kind, "call")) {
        const json_t *args = json_at(cmd, "args");
        json_t *spec = json_is_object(args) ? json_deep_copy(args) : json_object();
        json_put_str(spec, "at", json_str(cmd, "at"));
        call_start(c, i, step, spec);
    } else if (!strcmp(kind, "assign")) {
        call_start(c, i, step,
                   json_put_str(role_spec(i, json_at(cmd, "args")), "at", json_str(cmd, "at")));
    } else if (!strcmp(kind, "fetch")) {
        fetch_new(c, i, step, json_at(cmd, "args"), json_int(r->body, "m", 0));
    } else if (!strcmp(kind, "cancel") && fetch) {
        fetch_drop(c, fetch);
    } else if ((!strcmp(kind, "cancel") || !strcmp(kind, "close")) && call) {
        call_drop(c, call);
    } else if (!strcmp(kind, "watch") && !watch) {
        plan_watch_new(i, json_at(cmd, "args"));
    } else if (!strcmp(kind, "watch_clear") && watch) {
        plan_watch_drop(c, i, watch);
    } else if (!strcmp(kind, "state")) {
        kept_set(&i->fields, json_share(json_at(cmd, "fields")));
    }
}

void plan_apply_turn(struct core *c, struct incident *i, const struct record *r)
{
    if (i->queue_count)
        queue_pop(i);
    i->prev = r->seq;
    i->prev_cause = json_int(r->body, "cause", 0);
    i->last_t = json_int(r->body, "t", 0);
    i->gap = false;
    i->turns++;
    i->strikes = i->lost = 0;
    i->done = json_bool(r->body, "done");
    kept_set(&i->awaits, json_share(json_at(r->body, "awaits")));
    size_t n;
    json_t *cmd;
    json_array_foreach(record_at(r, "cmds"), n, cmd) apply_command(c, i, r, cmd);
    queue_settle(i);
}

void plan_apply_struck(struct incident *i, const struct record *r)
{
    if (r->kind == REC_PLAN_STRUCK) {
        i->strikes++;
        i->lost = 0;
    } else {
        i->lost++;
    }
}

void plan_apply_failed(struct core *c, struct incident *i, const struct record *r)
{
    bool stuck = !strcmp(json_str_or(r->body, "reason", ""), "engine_crash");
    if (i->health == HEALTH_OK)
        c->stats.fallback++;
    i->health = stuck ? HEALTH_STUCK : HEALTH_FALLBACK;
    i->plan_live = false;
    while (i->queue_count)
        queue_pop(i);
    struct plan_timer *timer;
    while ((timer = LIST_FIRST(&i->timers)))
        plan_timer_drop(c, timer);
    plan_watches_drop(c, i);
    fetches_drop(c, i);
    plan_apply_error(c, i, r);
}

void plan_apply_error(struct core *c, struct incident *i, const struct record *r)
{
    const json_t *spec = record_at(r, "spec");
    if (spec)
        call_start(c, i, CALL_FALLBACK, json_deep_copy(spec));
}
