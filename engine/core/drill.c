#include "core/drill.h"

#include "core/alarm.h"
#include "core/decide.h"
#include "core/family.h"
#include "core/form.h"
#include "core/incident.h"
#include "core/inject.h"
#include "core/item.h"
#include "core/notice.h"
#include "core/plan_run.h"
#include "core/report.h"
#include "core/response.h"
#include "core/scenario.h"
#include "core/trigger.h"
#include "core/update.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* ---- the object ---- */

static struct drill *drill_new(struct core *c, struct incident *i)
{
    struct drill *d = mem_new(1, sizeof *d);
    d->incident = i;
    d->timer =
        (struct timer){.kind = TIMER_DRILL, .owner = d, .incident = &i->id, .step = "!drill"};
    LIST_INSERT_HEAD(&c->drills_run, d, link);
    i->drill_run = d;
    return d;
}

void drill_drop(struct core *c, struct incident *i)
{
    struct drill *d = i->drill_run;
    if (!d)
        return;
    timer_clear(&c->timers, &d->timer);
    LIST_REMOVE(d, link);
    free(d->about);
    free(d->holds);
    free(d);
    i->drill_run = NULL;
}

void drill_close(struct core *c, struct incident *i)
{
    if (i->drill_run)
        timer_clear(&c->timers, &i->drill_run->timer);
}

static const json_t *inject_at(const json_t *about, size_t n)
{
    return json_array_get(json_at(json_at(about, "scenario"), "injects"), n);
}

/* The next inject is waited for, if there is one. */
static void timer_follow(struct core *c, struct drill *d, const json_t *about)
{
    const json_t *inject = inject_at(about, d->next);
    if (inject && d->incident->state == INCIDENT_OPEN)
        timer_set(&c->timers, &d->timer,
                  d->began + incident_ms(d->incident, json_int(inject, "at_ms", 0)));
    else
        timer_clear(&c->timers, &d->timer);
}

void drill_write(const struct incident *i, struct text *to)
{
    const struct drill *d = i->drill_run;
    if (!d)
        return;
    json_add_key(to, "drill_run");
    json_open(to, '{');
    json_add_json(to, "about", d->about);
    json_add_int(to, "began", d->began);
    json_add_json(to, "holds", d->holds);
    json_add_int(to, "next", (int64_t)d->next);
    json_shut(to, '}');
}

void drill_from_json(struct core *c, struct incident *i, const json_t *kept)
{
    if (!json_is_object(kept))
        return;
    struct drill *d = drill_new(c, i);
    d->about = kept_text(json_at(kept, "about"));
    d->began = json_int(kept, "began", 0);
    d->holds = kept_text(json_at(kept, "holds"));
    d->next = (size_t)json_int(kept, "next", 0);
    timer_follow(c, d, json_at(kept, "about"));
}

static void apply_started(struct core *c, struct incident *i, const struct record *r)
{
    struct drill *d = i->drill_run ? i->drill_run : drill_new(c, i);
    kept_set(&d->about, json_share(record_at(r, "about")));
    d->began = r->mono;
    timer_follow(c, d, record_at(r, "about"));
}

static void apply_inject(struct core *c, struct incident *i, const struct record *r)
{
    struct drill *d = i->drill_run;
    AUTO_JSON(about);
    if (!d)
        return;
    d->next = (size_t)json_int(r->body, "index", 0) + 1;
    if (json_at(r->body, "hold")) {
        json_t *holds = d->holds ? kept_json(d->holds) : json_array();
        json_array_append_new(holds, json_share(json_at(r->body, "hold")));
        kept_set(&d->holds, holds);
    }
    about = kept_json(d->about);
    timer_follow(c, d, about);
}

void drill_apply(struct core *c, struct incident *i, const struct record *r)
{
    if (r->kind == REC_DRILL_STARTED)
        apply_started(c, i, r);
    else
        apply_inject(c, i, r);
}

/* ---- messages ---- */

/* The drill that an incident belongs to: its own, or that of the open incident above it. */
static const struct drill *drill_of(const struct core *c, const struct incident *i)
{
    while (i && !i->drill_run)
        i = family_parent(c, i);
    return i ? i->drill_run : NULL;
}

static bool held(const struct core *c, const struct drill *d, const char *key, const char *name)
{
    AUTO_JSON(holds);
    size_t n;
    json_t *hold;
    bool is = false;
    holds = d && d->holds ? kept_json(d->holds) : NULL;
    json_array_foreach(holds, n, hold)
    {
        is |= json_int(hold, "until", 0) > c->in->mono && json_str(hold, key) &&
              !strcmp(json_str(hold, key), name);
    }
    return is;
}

/* At a table only these are reached. */
static bool reached_at_table(const struct incident *i, const char *person)
{
    AUTO_JSON(reached);
    size_t n;
    json_t *one;
    reached = kept_json(i->table);
    json_array_foreach(reached, n, one)
    {
        if (!strcmp(json_string_value(one), person))
            return true;
    }
    return false;
}

enum drill_way drill_way(const struct core *c, const struct incident *i, const char *person,
                         const char *endpoint)
{
    const struct drill *d = i->drill ? drill_of(c, i) : NULL;
    if (!i->drill)
        return DRILL_SENDS;
    if (held(c, d, "endpoint", endpoint))
        return DRILL_FAULT;
    if (held(c, d, "person", person))
        return DRILL_SILENT;
    return i->table && !reached_at_table(i, person) ? DRILL_TABLE : DRILL_SENDS;
}

/* false: a drill may reach none of them. */
static bool tell_people(struct core *c, struct incident *i, const char *step, const json_t *targets,
                        const json_t *text)
{
    struct rung people = {0};
    if (!c->site)
        return false;
    site_resolve_first(c->site->site, targets, true, c->in->wall, &people);
    for (size_t n = 0; n < people.count; n++)
        notice_queue(
            c, i,
            &(struct notice_order){
                .step = step, .person = &people.at[n], .text = text, .type = "muster.notify"});
    bool any = people.count > 0;
    rung_done(&people);
    return any;
}

static json_t *both(const struct text *zh, const struct text *en)
{
    return json_pack("{s:s,s:s}", "zh", text_str(zh), "en", text_str(en));
}

/* To those who run it. */
static void tell_directors(struct core *c, struct incident *i, const struct text *zh,
                           const struct text *en)
{
    AUTO_JSON(about);
    AUTO_JSON(targets);
    AUTO_JSON(text);
    about = kept_json(i->drill_run->about);
    text = both(zh, en);
    targets = json_copy(json_unconst(json_at(about, "evaluators")));
    if (!targets)
        targets = json_array();
    if (json_str(about, "director"))
        json_array_insert_new(targets, 0, json_string(json_str(about, "director")));
    if (json_array_size(targets))
        (void)tell_people(c, i, DRILL_STEP_DIRECTOR, targets, text);
}

/* ---- injects ---- */

static void expect_add(const json_t *inject, bool zh, struct text *to)
{
    const json_t *expect = json_at(inject, "expect");
    if (!expect)
        return;
    text_add(to, zh ? "；期望：" : "; expected: ");
    inject_expect_say(expect, zh, to);
}

static void inject_tell_directors(struct core *c, struct incident *i, const json_t *inject)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    text_add(&zh, "导调：");
    text_add(&en, "For the director: ");
    inject_say(inject, true, &zh);
    inject_say(inject, false, &en);
    expect_add(inject, true, &zh);
    expect_add(inject, false, &en);
    tell_directors(c, i, &zh, &en);
}

static void inject_tell(struct core *c, struct incident *i, const json_t *inject, const char *zh,
                        const char *en)
{
    AUTO_TEXT(zh_text);
    AUTO_TEXT(en_text);
    AUTO_JSON(text);
    text_add(&zh_text, zh);
    text_add(&en_text, en);
    inject_say_text(inject, true, &zh_text);
    inject_say_text(inject, false, &en_text);
    text = both(&zh_text, &en_text);
    if (!tell_people(c, i, "", json_at(inject, "to"), text))
        alarm_raise(c, i, "drill_inject", "a message of the drill reaches nobody whom it may reach",
                    "演练消息没有可达的对象");
}

/* The facts of an inject come in as an update does; a version of the plan that does not know them
 * any more is no reason to go on as if they had. */
static void inject_update(struct core *c, struct incident *i, const json_t *inject, bool with_note)
{
    AUTO_JSON(body);
    AUTO_TEXT(note);
    if (with_note && (json_at(inject, "note") || json_at(inject, "from"))) {
        const char *lang = core_language(c);
        const json_t *from = json_at(inject, "from"), *said = json_at(inject, "note");
        text_addf(&note, "%s%s%s", from ? words_in(from, lang, "en") : "", from && said ? ": " : "",
                  said ? words_in(said, lang, "en") : "");
    }
    body = json_put(json_object(), "fields", json_share(json_at(inject, "fields")));
    if (note.len)
        json_put_str(body, "note", text_str(&note));
    if (!incident_update(c, i, body))
        alarm_raise(c, i, "drill_inject",
                    "an inject of the drill reports what the plan does not take",
                    "演练注入所报事实预案不接受");
}

static void lift_items(struct core *c, struct incident *i)
{
    struct item *item, *next;
    for (item = LIST_FIRST(&i->items); item; item = next) {
        next = LIST_NEXT(item, link);
        if (item_open(item))
            item_state_emit(
                c, item, json_put_str(json_object(), "state", "lifted"), NULL,
                json_put_str(json_object(), "note",
                             !strcmp(core_language(c), "zh") ? "演练结束" : "the drill is over"));
    }
}

static void miss_reports(struct core *c, struct incident *i)
{
    struct report *r, *next;
    char id[UUID_TEXT];
    for (r = LIST_FIRST(&i->reports); r; r = next) {
        next = LIST_NEXT(r, link);
        if (!report_open(r))
            continue;
        json_t *body = json_put_str(json_object(), "report", uuid_text(r->id, id));
        json_put_str(body, "kind", report_kind_name(r->kind));
        json_put_int(body, "number", r->number);
        core_emit(
            c, REC_REPORT_MISSED, i,
            (struct emit){.body = body,
                          .sealed = json_put(json_object(), "ev", report_event(c, r, "missed"))});
    }
}

/* What the drill has opened must urge nobody after its end. */
static void end_all(struct core *c, struct incident *i, const char *why)
{
    AUTO_JSON(text);
    for (size_t n = 0; i->family && n < i->family->children_count; n++) {
        struct incident *child = core_incident(c, i->family->children[n].id);
        if (child && child->state == INCIDENT_OPEN && child->drill)
            end_all(c, child, why);
    }
    items_strike_done(c, i, NULL);
    lift_items(c, i);
    miss_reports(c, i);
    text = json_pack("{s:s,s:s}", "zh", "演练结束，各就原位。", "en",
                     "The drill is over; stand down.");
    incident_close(c, i, why);
    notice_tell_reached(c, i, NULL, "muster.resolved", text);
}

void drill_break_off(struct core *c, struct incident *i)
{
    end_all(c, i, "broken_off");
}

static json_t *hold_of(const struct core *c, const struct incident *i, const json_t *inject)
{
    const char *endpoint = json_str(inject, "endpoint"), *person = json_str(inject, "person");
    if (!endpoint && !person)
        return NULL;
    json_t *hold = json_put_str(json_object(), "endpoint", endpoint);
    json_put_str(hold, "person", person ? person + strlen("person:") : NULL);
    return json_put_int(hold, "until",
                        c->in->mono + incident_ms(i, json_int(inject, "lasts_ms", 0)));
}

static void inject_emit(struct core *c, struct incident *i, size_t index, const json_t *inject)
{
    json_t *body = json_put_str(json_object(), "by", json_str(inject, "by"));
    json_put(body, "hold", hold_of(c, i, inject));
    json_put_int(body, "index", (int64_t)index);
    json_put_int(body, "no", json_int(inject, "no", 0));
    core_emit(c, REC_DRILL_INJECT, i,
              (struct emit){.actor = json_pack("{s:s}", "type", "clock"),
                            .body = body,
                            .sealed = json_put(json_object(), "inject", json_share(inject))});
}

/* What the trigger does was done when the incident opened. */
static void inject_play(struct core *c, struct incident *i, const json_t *inject)
{
    const char *by = json_str_or(inject, "by", "");
    if (!strcmp(by, "message"))
        inject_tell(c, i, inject, "", "");
    if (!strcmp(by, "paper"))
        inject_tell(c, i, inject, "请口头转述：", "To be said aloud: ");
    if (json_at(inject, "fields") && strcmp(by, "trigger") != 0)
        inject_update(c, i, inject, !strcmp(by, "update"));
    if (!strcmp(by, "end"))
        end_all(c, i, "drill");
}

static void inject_next(struct core *c, struct drill *d)
{
    struct incident *i = d->incident;
    AUTO_JSON(about);
    size_t index = d->next;
    about = kept_json(d->about);
    const json_t *inject = inject_at(about, index);
    if (!inject)
        return;
    inject_emit(c, i, index, inject);
    if (strcmp(json_str_or(inject, "by", ""), "end") != 0)
        inject_tell_directors(c, i, inject);
    inject_play(c, i, inject);
}

/* Is there one, and has its time come? */
static bool inject_ready(const struct core *c, const struct drill *d)
{
    AUTO_JSON(about);
    about = kept_json(d->about);
    const json_t *inject = inject_at(about, d->next);
    return inject && d->incident->state == INCIDENT_OPEN &&
           d->began + incident_ms(d->incident, json_int(inject, "at_ms", 0)) <= c->in->mono;
}

void drill_due(struct core *c, struct drill *d)
{
    inject_next(c, d);
}

/* ---- the start ---- */

/* What was asked for, as far as it is known; values are borrowed. */
struct start {
    const struct plan_head *head;
    const char *pin, *mode;
    const json_t *scenario; /* NULL: without one */
    int speed;
    const char *by; /* "as": who directs it where no scenario says so */
};

static bool start_plan(struct core *c, struct start *s)
{
    const char *name = json_str_or(c->in->body, "plan", "");
    s->pin = core_plan_pin(c, name);
    const struct pin *pin = s->pin ? core_pin(c, s->pin) : NULL;
    if (!pin || !pin->head) {
        const char **names = mem_new(c->plans_count + 1, sizeof *names);
        for (size_t n = 0; n < c->plans_count; n++)
            names[n] = c->plans[n].name;
        const char *near = text_nearest(name, names);
        core_refuse(c, CODE_UNKNOWN_PLAN, "plan", near,
                    near ? "no plan \"%s\"; did you mean \"%s\"?" : "no plan \"%s\"", name, near);
        free(names);
        return false;
    }
    s->head = pin->head;
    return true;
}

/* Nothing is near, or that is near, or the drills of this plan are these. */
static void refuse_scenario(struct core *c, const char *plan, const char *name)
{
    const char *near = form_nearest(c->scenarios, name), *first = NULL;
    AUTO_TEXT(there);
    const char **names = json_keys(c->scenarios, NULL);
    for (size_t n = 0; names[n]; n++) {
        if (strcmp(json_str_or(json_at(c->scenarios, names[n]), "plan", ""), plan) != 0)
            continue;
        text_addf(&there, "%s\"%s\"", first ? ", " : "", names[n]);
        first = first ? first : names[n];
    }
    if (near)
        core_refuse(c, CODE_NOT_FOUND, "scenario", near, "no scenario \"%s\"; did you mean \"%s\"?",
                    name, near);
    else if (first)
        core_refuse(c, CODE_NOT_FOUND, "scenario", first,
                    "no scenario \"%s\"; of the plan %s there is %s", name, plan, text_str(&there));
    else
        core_refuse(c, CODE_NOT_FOUND, "scenario", NULL,
                    "no scenario \"%s\"; it is a file drills/%s.lua beside the plans, taken into "
                    "force with them (muster config reload)",
                    name, name);
    free(names);
}

static bool start_scenario(struct core *c, struct start *s)
{
    const char *name = json_str(c->in->body, "scenario");
    const char *plan = plan_head_name(s->head);
    if (!name)
        return true;
    s->scenario = json_at(c->scenarios, name);
    if (!s->scenario) {
        refuse_scenario(c, plan, name);
        return false;
    }
    if (!strcmp(json_str_or(s->scenario, "plan", ""), plan))
        return true;
    core_refuse(c, CODE_CONFLICT, "scenario", json_str(s->scenario, "plan"),
                "the scenario \"%s\" drills the plan %s, not %s", name,
                json_str_or(s->scenario, "plan", "?"), plan);
    return false;
}

/*
 * How many times as fast the incident's times pass: waits, deadlines, the clock of its plan and the
 * scenario itself. People cannot be made to run, so that it is for a table. Times of day ("09:00")
 * and what the outside world measures stay as they are.
 */
static bool start_mode(struct core *c, struct start *s)
{
    s->mode = json_str(c->in->body, "mode");
    if (!s->mode)
        s->mode = json_str_or(s->scenario, "mode", "tabletop");
    s->speed = (int)json_int(c->in->body, "speed", json_int(s->scenario, "speed", 1));
    if (s->speed == 1 || !strcmp(s->mode, "tabletop"))
        return true;
    core_refuse(c, CODE_CONFLICT, "speed", NULL,
                "people of a live drill run as fast as they can: speed %d is for a tabletop; start "
                "it with speed 1",
                s->speed);
    return false;
}

static bool start_by(struct core *c, struct start *s)
{
    struct rung_person person;
    s->by = json_str(c->in->body, "as");
    if (!s->by || site_person(c->site->site, s->by, &person))
        return true;
    core_refuse(c, CODE_UNKNOWN_PERSON, "as", site_nearest_person(c->site->site, s->by),
                "the site has no person \"%s\"", s->by);
    return false;
}

/* What is in earnest, and stands in the way of a drill of this plan. */
struct earnest {
    const char *plan;
    const struct incident *found;
};

static void earnest_look(const void *node, VISIT visit, void *closure)
{
    const struct incident *i = *(struct incident *const *)node;
    struct earnest *e = closure;
    if ((visit != postorder && visit != leaf) || i->drill || i->state != INCIDENT_OPEN)
        return;
    if (incident_level(i) || (i->plan && !strcmp(i->plan, e->plan)))
        e->found = i;
}

static bool start_room(struct core *c, const struct start *s)
{
    struct earnest e = {.plan = plan_head_name(s->head)};
    char id[UUID_TEXT];
    if (c->stats.open[0])
        twalk_r(c->incidents, earnest_look, &e);
    if (!e.found)
        return incident_room(c);
    core_refuse(c, CODE_CONFLICT, NULL, NULL,
                "a real incident goes before: %s is under way; drill when it is over",
                uuid_text(e.found->id, id));
    return false;
}

/* The fields of a trigger. */
static json_t *start_body(const struct core *c, const struct start *s)
{
    static const char *const texts[] = {"kind", "grade", "warning"};
    const char *lang = core_language(c);
    const json_t *first = json_array_get(json_at(s->scenario, "injects"), 0);
    json_t *body = json_put(json_object(), "drill", json_true());
    json_put_str(body, "title",
                 first ? words_in(json_at(first, "title"), lang, "en")
                       : plan_head_title(s->head, lang, "en"));
    if (json_at(first, "note"))
        json_put_str(body, "note", words_in(json_at(first, "note"), lang, "en"));
    for (size_t n = 0; n < sizeof texts / sizeof *texts; n++)
        json_put_str(body, texts[n], json_str(first, texts[n]));
    json_put(body, "place", json_share(json_at(first, "place")));
    return json_put(body, "fields", json_share(json_at(first, "fields")));
}

/* What people of it are called: its papers have no site. Gives. */
static json_t *names_of(const struct core *c, const json_t *about)
{
    json_t *names = json_object(), *one;
    size_t n;
    const char *director = json_str(about, "director");
    if (director)
        json_put_str(names, director, site_target_name(c->site->site, director, NULL));
    json_array_foreach(json_unconst(json_at(about, "evaluators")), n, one)
        json_put_str(names, json_string_value(one),
                     site_target_name(c->site->site, json_string_value(one), NULL));
    return names;
}

static json_t *start_about(const struct core *c, const struct start *s)
{
    AUTO_TEXT(by);
    const json_t *evaluators = json_at(s->scenario, "evaluators");
    json_t *about = json_put_str(json_object(), "mode", s->mode);
    if (s->by)
        text_addf(&by, "person:%s", s->by);
    json_put_str(about, "director", s->by ? text_str(&by) : json_str(s->scenario, "director"));
    json_put(about, "evaluators", evaluators ? json_share(evaluators) : json_array());
    json_put(about, "names", names_of(c, about));
    return json_put(about, "scenario", json_share(s->scenario));
}

/* Whom messages reach at a table; NULL: there is none, whoever may be reached is. Gives. */
static json_t *start_table(const struct core *c, const struct start *s, const json_t *about)
{
    size_t n;
    json_t *one;
    const char *director = json_str(about, "director");
    if (strcmp(s->mode, "tabletop") != 0 || site_tabletop_sends(c->site->site))
        return NULL;
    json_t *reached = json_array();
    if (director)
        json_array_append_new(reached, json_string(director + strlen("person:")));
    json_array_foreach(json_unconst(json_at(about, "evaluators")), n, one)
        json_array_append_new(reached, json_string(json_string_value(one) + strlen("person:")));
    return reached;
}

static void started_emit(struct core *c, struct incident *i, const struct start *s,
                         json_t *takes_about)
{
    const json_t *injects = json_at(s->scenario, "injects");
    json_t *body = json_put_str(json_object(), "mode", s->mode);
    json_put_str(body, "plan", plan_head_name(s->head));
    json_put_str(body, "scenario", json_str(s->scenario, "name"));
    json_put_int(body, "injects", (int64_t)json_array_size(injects));
    if (s->speed > 1)
        json_put_int(body, "drill_speed", s->speed);
    core_emit(c, REC_DRILL_STARTED, i,
              (struct emit){.actor = actor_input(c),
                            .body = body,
                            .sealed = json_put(json_object(), "about", takes_about)});
}

static void start(struct core *c, const struct start *s)
{
    AUTO_JSON(body);
    AUTO_JSON(occurrences);
    AUTO_JSON(table);
    json_t *about = start_about(c, s);
    body = start_body(c, s);
    table = start_table(c, s, about);
    if (!trigger_facts(c, s->head, json_at(body, "fields"), &occurrences)) {
        json_decref(about);
        return;
    }
    struct incident *i = incident_open(c, &(struct opening){.body = body,
                                                            .head = s->head,
                                                            .pin = s->pin,
                                                            .occurrences = occurrences,
                                                            .table = table,
                                                            .speed = s->speed,
                                                            .actor = actor_input(c)});
    started_emit(c, i, s, about);
    core_reply_ok(c,
                  json_put(json_put(incident_reply(i), "drill", json_true()), "new", json_true()));
    items_of_phase(c, i, PHASE_FIRST, LEVEL_NONE);
    reports_at_trigger(c, i, occurrences);
    while (inject_ready(c, i->drill_run)) /* what is to be from the beginning is before the plan */
        inject_next(c, i->drill_run);
}

void decide_drill_start(struct core *c)
{
    struct start s = {0};
    if (!input_allowed(c, SCOPE_ORDER, "start drills"))
        return;
    if (!c->site)
        core_refuse(c, CODE_CONFLICT, NULL, NULL, "there is no site in force");
    else if (start_plan(c, &s) && start_scenario(c, &s) && start_mode(c, &s) && start_by(c, &s) &&
             start_room(c, &s))
        start(c, &s);
}

/* ---- what is in earnest ---- */

static bool is_drilled(const struct drill *d, const char *plan)
{
    return d->incident->state == INCIDENT_OPEN && plan && d->incident->plan &&
           !strcmp(d->incident->plan, plan);
}

void drills_warn(struct core *c, const struct incident *real)
{
    AUTO_JSON(about);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    const struct drill *d;
    if (real->drill || LIST_EMPTY(&c->drills_run))
        return;
    about = kept_json(real->about);
    const char *title = json_str_or(about, "title", "");
    text_addf(&zh, "真实事件发生：%s。请中止演练（muster close）。", title);
    text_addf(&en, "A real incident has begun: %s. Break off the drill (muster close).", title);
    LIST_FOREACH(d, &c->drills_run, link)
    {
        if (is_drilled(d, real->plan))
            tell_directors(c, d->incident, &zh, &en);
    }
}
