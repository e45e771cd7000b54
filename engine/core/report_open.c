/* When reports are opened, by which time they are due, who is reminded, and which are missed. */
#include "base/civil.h"
#include "core/alarm.h"
#include "core/family.h"
#include "core/form.h"
#include "core/incident.h"
#include "core/notice.h"
#include "core/plan_run.h"
#include "core/report.h"
#include "core/response.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* A report on its way to being opened. */
struct report_opening {
    const struct report_head *head;
    const char *key, *step;
    const struct report *corrects;
    const json_t *asked; /* words of the plan */
    int64_t due_ms;      /* 0: as the head says */
    json_t *cadence;     /* taken; NULL: it is of no cadence */
    json_t *actor;       /* taken; NULL: the engine */
};

/* --- when it is due --- */

/* Of the head, else of the rule that it names. */
static int64_t time_of(const struct core *c, const struct incident *i, const struct report_head *h,
                       const char *key, const json_t *said)
{
    AUTO_JSON(about);
    const json_t *deadline = h->basis && c->site ? site_deadline(c->site->site, h->basis) : NULL;
    about = kept_json(i->about);
    return report_time_ms(said ? said : json_at(deadline, key), incident_level(i),
                          json_str(about, "grade"));
}

static void due_put(const struct core *c, const struct incident *i, json_t *body, const char *key,
                    int64_t allowed_ms)
{
    int64_t ms = incident_ms(i, allowed_ms);
    AUTO_TEXT(at);
    if (!ms)
        return;
    text_addf(&at, "%s_at", key);
    json_put_int(body, key, c->in->mono + ms);
    json_put_int(body, text_str(&at), c->in->wall + ms);
}

/* --- cadences --- */

enum { BY_LEVEL, BY_DAY };

static const struct cadence_head *cadence_head_of(const struct plan_head *h, int which,
                                                  enum level level)
{
    static const struct cadence_head never = {0};
    const struct report_head *daily = plan_head_report(h, REPORT_DAILY);
    const struct level_head *l = plan_head_level(h, level);
    if (which == BY_DAY)
        return daily ? &daily->at : &never;
    return l ? &l->report : &never;
}

/*
 * The next occurrence, as records have it: an interval after `last`, and what was slept through is
 * not made up for; or the next time of day. Gives.
 */
static json_t *cadence_next(const struct core *c, const struct incident *i,
                            const struct cadence_head *h, int which, enum report_kind kind,
                            mono_ms last)
{
    json_t *next = json_put_int(json_object(), "which", which);
    mono_ms now = c->in->mono, due = now;
    json_put_str(next, "kind", report_kind_name(kind));
    if (!cadence_head_any(h) || !c->site)
        return next;
    int64_t every_ms = incident_ms(i, h->every_ms);
    if (every_ms)
        due = last + every_ms * ((now - last) / every_ms + 1);
    else
        due += civil_next(site_zone(c->site->site), h->clocks, h->clocks_count, c->in->wall) -
               c->in->wall;
    json_put_int(next, "next", due);
    return json_put_int(next, "next_at", c->in->wall + due - now);
}

static void next_emit(struct core *c, struct incident *i, json_t *takes_next)
{
    core_emit(c, REC_REPORT_NEXT, i,
              (struct emit){.actor = json_pack("{s:s}", "type", "clock"),
                            .body = json_put(json_object(), "cadence", takes_next)});
}

/* --- telling --- */

static json_t *tell_text(const struct report *r, const char *zh, const char *en)
{
    AUTO_JSON(about);
    AUTO_TEXT(in_zh);
    AUTO_TEXT(in_en);
    about = kept_json(r->incident->about);
    const char *title = json_str_or(about, "title", "");
    text_addf(&in_zh, "【%s】", zh);
    report_name_add(r->kind, r->number, true, &in_zh);
    text_addf(&in_zh, "。%s", title);
    text_addf(&in_en, "%s: ", en);
    report_name_add(r->kind, r->number, false, &in_en);
    text_addf(&in_en, ". %s", title);
    if (r->allowed_ms && !r->urged) {
        text_add(&in_zh, "。时限 ");
        duration_add(&in_zh, r->allowed_ms);
        text_add(&in_en, ". Due in ");
        duration_add(&in_en, r->allowed_ms);
    }
    return json_pack("{s:s,s:s}", "zh", text_str(&in_zh), "en", text_str(&in_en));
}

bool report_of_message(const char *step, struct uuid *ret)
{
    size_t len = strlen(REPORT_STEP_DRAFT);
    return !strncmp(step, REPORT_STEP_DRAFT, len) && uuid_parse(step + len, ret);
}

void report_tell_all(struct core *c, const struct report *r, const json_t *targets, const char *but,
                     const char *zh, const char *en)
{
    AUTO_JSON(text);
    AUTO_TEXT(step);
    char id[UUID_TEXT];
    struct rung people = {0};
    if (!c->site || !json_array_size(targets))
        return;
    text = tell_text(r, zh, en);
    text_addf(&step, REPORT_STEP_DRAFT "%s", uuid_text(r->id, id));
    site_resolve_first(c->site->site, targets, r->incident->drill, c->in->wall, &people);
    for (size_t n = 0; n < people.count; n++) {
        struct notice_order message = {.step = text_str(&step),
                                       .person = &people.at[n],
                                       .text = text,
                                       .type = "muster.notify"};
        if (!but || strcmp(but, people.at[n].id) != 0)
            notice_queue(c, r->incident, &message);
    }
    if (!people.count)
        alarm_raise(c, r->incident, "empty_target", "nobody can be told to write or sign a report",
                    "没有可达的人起草或签发报告");
    rung_done(&people);
}

void report_tell(struct core *c, const struct report *r, const char *target, const char *zh,
                 const char *en)
{
    AUTO_JSON(to);
    to = target ? json_pack("[s]", target) : NULL;
    report_tell_all(c, r, to, NULL, zh, en);
}

/* --- opening --- */

/* That of who receives it, if they have one of their own. */
static const char *lang_of(const struct core *c, const struct incident *i, const json_t *to)
{
    struct rung people = {0};
    const char *lang = site_language(c->site->site);
    site_resolve_first(c->site->site, to, i->drill, c->in->wall, &people);
    if (people.count && people.at[0].lang)
        lang = people.at[0].lang;
    rung_done(&people);
    return strcmp(lang, "zh") == 0 ? "zh" : "en";
}

static json_t *opened_body(const struct core *c, const struct incident *i,
                           const struct report_opening *o, struct uuid id)
{
    char text[UUID_TEXT];
    const struct report_head *h = o->head;
    int64_t made = i->reporting ? i->reporting->made[h->kind] : 0;
    int64_t due = o->due_ms ? o->due_ms : time_of(c, i, h, "due", h->due);
    AUTO_TEXT(step);
    text_addf(&step, "report:%s/", report_kind_name(h->kind));
    json_t *body = json_put_str(json_object(), "report", uuid_text(id, text));
    json_put_str(body, "kind", report_kind_name(h->kind));
    json_put_int(body, "number", made + 1);
    json_put_str(body, "step", o->step ? o->step : text_str(&step));
    json_put_str(json_put_str(body, "by", h->by), "sign", h->sign);
    json_put(body, "to", json_share(h->to));
    json_put_str(body, "basis", h->basis);
    json_put_str(body, "lang", lang_of(c, i, h->to));
    json_put_str(body, "corrects", o->corrects ? uuid_text(o->corrects->id, text) : NULL);
    json_put_int(body, "allowed_ms", due);
    due_put(c, i, body, "due", due);
    if (!o->corrects)
        due_put(c, i, body, "phone_due", time_of(c, i, h, "phone", h->phone));
    return json_put(body, "cadence", o->cadence);
}

static void corrected_text(const struct report *of, bool zh, struct text *to)
{
    report_corrects_add(of, zh, to);
    text_add(to, report_text(of));
}

static void opening_text(struct core *c, struct incident *i, const struct report_opening *o,
                         const json_t *body, bool zero, struct text *to)
{
    const struct report_head *h = o->head;
    if (o->corrects) {
        corrected_text(o->corrects, !strcmp(json_str_or(body, "lang", "zh"), "zh"), to);
        return;
    }
    report_draft(c, i,
                 &(struct draft){.head = h,
                                 .kind = h->kind,
                                 .number = (int)json_int(body, "number", 1),
                                 .key = o->key,
                                 .basis = h->basis,
                                 .by = h->by,
                                 .lang = json_str(body, "lang"),
                                 .to = h->to,
                                 .asked = o->asked,
                                 .since = i->reporting ? i->reporting->last_at[h->kind] : 0,
                                 .zero = zero},
                 to);
}

static json_t *opened_event(const struct core *c, const struct report_opening *o,
                            const json_t *body)
{
    json_t *ev = plan_event("report", json_pack("[s]", json_str_or(body, "step", "")), c->in->wall);
    json_put_str(ev, "report", json_str(body, "report"));
    json_put_str(ev, "kind", report_kind_name(o->head->kind));
    json_put_int(ev, "number", json_int(body, "number", 1));
    return json_put_str(json_put_str(ev, "key", o->key), "state", "opened");
}

static struct report *report_make(struct core *c, struct incident *i,
                                  const struct report_opening *o)
{
    uint8_t random[10];
    AUTO_TEXT(text);
    entropy_bytes(&c->entropy, random, sizeof random);
    struct uuid id = uuid_v7(c->in->wall, random);
    json_t *body = opened_body(c, i, o, id);
    bool zero = o->head->zero && !o->corrects && report_nothing_new(i, o->head->kind);
    opening_text(c, i, o, body, zero, &text);
    json_put_true(body, "zero", zero);
    json_t *sealed = json_put_str(json_object(), "text", text_str(&text));
    json_put_str(sealed, "key", o->key);
    json_put(sealed, "ev", opened_event(c, o, body));
    core_emit(c, REC_REPORT_OPENED, i,
              (struct emit){.actor = o->actor, .body = body, .sealed = sealed});
    struct report *r = core_report(c, id);
    report_tell(c, r, r->by, "请起草", "To be drafted");
    return r;
}

/* Those of a kind that are late when the next one is opened: it tells the present. */
static void missed_note(struct core *c, struct incident *i, enum report_kind kind)
{
    struct report *r;
    char id[UUID_TEXT];
    LIST_FOREACH(r, &i->reports, link)
    {
        if (r->kind != kind || !report_open(r) || !r->due || r->due > c->in->mono)
            continue;
        json_t *body = json_put_str(json_object(), "report", uuid_text(r->id, id));
        json_put_str(body, "kind", report_kind_name(kind));
        json_put_int(body, "number", r->number);
        core_emit(
            c, REC_REPORT_MISSED, i,
            (struct emit){.actor = json_pack("{s:s}", "type", "clock"),
                          .body = body,
                          .sealed = json_put(json_object(), "ev", report_event(c, r, "missed"))});
    }
}

static const struct report_head *head_of(const struct core *c, const struct incident *i,
                                         enum report_kind kind)
{
    const struct plan_head *head = incident_head(c, i);
    return head && c->site ? plan_head_report(head, kind) : NULL;
}

void reports_of_facts(struct core *c, struct incident *i, const json_t *occurrences)
{
    const struct report_head *h = head_of(c, i, REPORT_SINGLE);
    json_t *one;
    size_t n;
    json_array_foreach(json_unconst(occurrences), n, one)
    {
        AUTO_TEXT(key);
        if (!h || strcmp(json_str_or(one, "name", ""), h->each) != 0)
            continue;
        if (json_is_string(json_at(one, "key")))
            text_add(&key, json_str_or(one, "key", ""));
        else
            json_write(json_at(one, "key"), &key);
        struct report *known = report_find(i, REPORT_SINGLE, text_str(&key));
        if (!known)
            report_make(c, i, &(struct report_opening){.head = h, .key = text_str(&key)});
        else if (known->state == REPORT_SENT)
            report_make(
                c, i,
                &(struct report_opening){.head = h, .key = text_str(&key), .corrects = known});
        else
            report_tell(c, known, known->by, "情况有更正", "What it tells was corrected");
    }
}

void reports_at_trigger(struct core *c, struct incident *i, const json_t *occurrences)
{
    const struct report_head *initial = head_of(c, i, REPORT_INITIAL);
    if (initial)
        report_make(c, i, &(struct report_opening){.head = initial});
    reports_at_reopening(c, i, occurrences);
}

void reports_at_reopening(struct core *c, struct incident *i, const json_t *occurrences)
{
    const struct report_head *daily = head_of(c, i, REPORT_DAILY);
    if (daily && cadence_head_any(&daily->at))
        next_emit(c, i, cadence_next(c, i, &daily->at, BY_DAY, REPORT_DAILY, c->in->mono));
    reports_of_facts(c, i, occurrences);
}

void reports_at_level(struct core *c, struct incident *i, enum level level)
{
    const struct plan_head *head = incident_head(c, i);
    const struct report_head *h = head && c->site ? plan_head_cadence_report(head) : NULL;
    if (!h)
        return;
    json_t *next =
        cadence_next(c, i, cadence_head_of(head, BY_LEVEL, level), BY_LEVEL, h->kind, c->in->mono);
    if (h->kind == REPORT_DAILY) { /* its day goes on */
        next_emit(c, i, next);
        return;
    }
    missed_note(c, i, h->kind);
    report_make(c, i, &(struct report_opening){.head = h, .cadence = next});
}

void reports_at_end(struct core *c, struct incident *i)
{
    const struct report_head *final = head_of(c, i, REPORT_FINAL);
    const struct report *last = report_find(i, REPORT_FINAL, NULL);
    bool told =
        last && (report_open(last) || i->reporting->last_seq[REPORT_FINAL] > incident_since(i));
    if (final && !told)
        report_make(c, i, &(struct report_opening){.head = final});
}

void cadence_due(struct core *c, struct incident *i, struct cadence *cadence)
{
    const struct plan_head *head = incident_head(c, i);
    int which = (int)(cadence - i->reporting->cadences);
    enum report_kind kind = cadence->kind;
    const struct report_head *h = head_of(c, i, kind);
    if (!h) {
        next_emit(c, i, json_put_int(json_object(), "which", which));
        return;
    }
    json_t *next = cadence_next(c, i, cadence_head_of(head, which, incident_level(i)), which, kind,
                                cadence->next);
    missed_note(c, i, kind);
    report_make(c, i, &(struct report_opening){.head = h, .cadence = next});
}

static void clock_set_of(const void *node, VISIT visit, void *closure)
{
    struct core *c = closure;
    struct incident *i = *(struct incident *const *)node;
    const struct plan_head *head = incident_head(c, i);
    if ((visit != postorder && visit != leaf) || !i->reporting || !head)
        return;
    for (int n = 0; n < CADENCES; n++) {
        const struct cadence *running = &i->reporting->cadences[n];
        const struct cadence_head *h = cadence_head_of(head, n, incident_level(i));
        if (!running->next || !h->clocks_count)
            continue;
        json_t *next = cadence_next(c, i, h, n, running->kind, c->in->mono);
        if (running->next_at <= c->in->wall) /* jumped over: it is now */
            json_put_int(json_put_int(next, "next", c->in->mono), "next_at", c->in->wall);
        next_emit(c, i, next);
    }
}

void reports_clock_set(struct core *c)
{
    if (c->site)
        twalk_r(c->incidents, clock_set_of, c);
}

void report_command(struct core *c, struct incident *i, const json_t *cmd)
{
    const json_t *args = json_at(cmd, "args");
    enum report_kind kind;
    const struct report_head *h =
        report_kind_parse(json_str(args, "report"), &kind) ? head_of(c, i, kind) : NULL;
    if (!h)
        return;
    report_make(c, i,
                &(struct report_opening){.head = h,
                                         .key = json_str(args, "key"),
                                         .step = json_str(cmd, "step"),
                                         .asked = json_at(args, "text"),
                                         .due_ms = json_int(args, "due_ms", 0),
                                         .actor = json_pack("{s:s,s:s}", "type", "plan", "id",
                                                            i->plan ? i->plan : "plan")});
}

struct report *report_correct(struct core *c, const struct report *of, json_t *takes_actor)
{
    const struct report_head *h = head_of(c, of->incident, of->kind);
    if (h)
        return report_make(c, of->incident,
                           &(struct report_opening){
                               .head = h, .key = of->key, .corrects = of, .actor = takes_actor});
    json_decref(takes_actor);
    return NULL;
}

/* --- time --- */

enum { URGED_BEFORE_LEADER = 2 };

static const int64_t URGE_MS = 15 * MS_MINUTE;

/* Everybody whom the reminders have reached so far. */
static void reminded_of(const struct core *c, const struct report *r, struct rung *ret)
{
    AUTO_JSON(targets);
    const char *deputy = site_post_deputy(c->site->site, r->sign);
    targets = json_pack("[s,s]", r->by, r->sign);
    if (deputy)
        json_array_append_new(targets, json_string(deputy));
    site_resolve_first(c->site->site, targets, r->incident->drill, c->in->wall, ret);
}

/* Would a message to it reach anybody who is not among these? */
static bool reaches_others(const struct core *c, const struct report *r, const char *target,
                           const struct rung *these)
{
    AUTO_JSON(to);
    struct rung people = {0};
    bool others = false;
    to = json_pack("[s]", target);
    site_resolve_first(c->site->site, to, r->incident->drill, c->in->wall, &people);
    for (size_t n = 0; n < people.count; n++) {
        bool known = false;
        for (size_t k = 0; k < these->count; k++)
            known = known || !strcmp(these->at[k].id, people.at[n].id);
        others = others || !known;
    }
    rung_done(&people);
    return others;
}

/* Who orders the highest level of the plan. */
static const char *highest_orderer(const struct plan_head *head)
{
    for (enum level l = LEVEL_I; head && l > LEVEL_NONE; l--) {
        const struct level_head *h = plan_head_level(head, l);
        if (h && h->ordered_by)
            return h->ordered_by;
    }
    return NULL;
}

/*
 * Before whom it is put: the commander, whoever orders the highest level, the plan's owner, the
 * duty room; the first of them who has not been reminded yet. NULL: all have.
 */
static const char *leader_of(const struct core *c, const struct report *r)
{
    const struct incident *i = r->incident;
    const struct plan_head *head = incident_head(c, i);
    const char *leaders[] = {i->response ? i->response->commander : NULL, highest_orderer(head),
                             head ? plan_head_owner(head) : NULL, "duty:duty-room"};
    const char *found = NULL;
    struct rung reminded = {0};
    if (!c->site)
        return NULL;
    reminded_of(c, r, &reminded);
    for (size_t n = 0; !found && n < sizeof leaders / sizeof *leaders; n++) {
        if (leaders[n] && reaches_others(c, r, leaders[n], &reminded))
            found = leaders[n];
    }
    rung_done(&reminded);
    return found;
}

/* Who writes, who signs, and who may sign in their place. */
static void writers_urge(struct core *c, const struct report *r, const char *zh, const char *en)
{
    report_tell(c, r, r->by, zh, en);
    if (r->state == REPORT_SIGNED)
        return;
    report_tell(c, r, r->sign, zh, en);
    if (c->site)
        report_tell(c, r, site_post_deputy(c->site->site, r->sign), zh, en);
}

static json_t *urged_body(const struct report *r)
{
    char id[UUID_TEXT];
    json_t *body = json_put_str(json_object(), "report", uuid_text(r->id, id));
    json_put_str(body, "kind", report_kind_name(r->kind));
    return json_put_int(body, "number", r->number);
}

static void urge_emit(struct core *c, struct report *r, json_t *takes_body)
{
    core_emit(c, REC_REPORT_URGED, r->incident,
              (struct emit){.actor = json_pack("{s:s}", "type", "clock"), .body = takes_body});
}

void report_due(struct core *c, struct report *r)
{
    bool phone = r->phone_due && !r->phoned_at && !r->phone_urged && r->phone_due <= c->in->mono;
    int urged = r->urged + 1;
    const char *leader = urged > URGED_BEFORE_LEADER ? leader_of(c, r) : NULL;
    json_t *body = urged_body(r);
    if (phone) {
        urge_emit(c, r, json_put_true(body, "phone", true));
        report_tell(c, r, r->by, "请先电话报告", "To be telephoned at once");
        return;
    }
    json_put_int(body, "urged", urged);
    int64_t again = urged <= URGED_BEFORE_LEADER ? URGE_MS
                    : r->allowed_ms > MS_DAY     ? MS_DAY
                                                 : MS_HOUR;
    json_put_int(body, "next", c->in->mono + incident_ms(r->incident, again));
    json_put_str(body, "leader", leader);
    urge_emit(c, r, body);
    writers_urge(c, r, "催报", "Overdue");
    if (leader)
        report_tell(c, r, leader, "迟报", "Still overdue");
}
