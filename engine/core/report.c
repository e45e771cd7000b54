#include "core/report.h"

#include "core/incident.h"
#include "core/notice.h"
#include "core/plan_run.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static const char *const state_names[REPORT_STATES] = {"opened", "edited", "signed", "sent"};

const char *report_state_name(enum report_state s)
{
    return state_names[s];
}

static enum report_state state_of(const char *name)
{
    enum report_state s = REPORT_OPENED;
    while (name && s < REPORT_SENT && strcmp(state_names[s], name) != 0)
        s++;
    return s;
}

bool report_open(const struct report *r)
{
    return r->state != REPORT_SENT && !r->missed;
}

const char *report_text(const struct report *r)
{
    return r->text ? r->text : "";
}

void report_name_add(enum report_kind kind, int number, bool zh, struct text *to)
{
    static const char *const names[REPORT_KINDS][2] = {{"首报", "initial report"},
                                                       {"续报", "update"},
                                                       {"日报", "daily report"},
                                                       {"个案报告", "single report"},
                                                       {"终报", "final report"}};
    text_addf(to, zh ? "%s第%d号" : "%s %d", names[kind][!zh], number);
}

json_t *report_event(const struct core *c, const struct report *r, const char *state)
{
    char id[UUID_TEXT];
    json_t *ev = plan_event("report", json_pack("[s]", r->step), c->in->wall);
    json_put_str(ev, "report", uuid_text(r->id, id));
    json_put_str(ev, "kind", report_kind_name(r->kind));
    json_put_int(ev, "number", r->number);
    json_put_str(ev, "key", r->key);
    return json_put_str(ev, "state", state);
}

/* --- finding --- */

static int report_order(const void *a, const void *b)
{
    return uuid_cmp(((const struct report *)a)->id, ((const struct report *)b)->id);
}

struct report *core_report(const struct core *c, struct uuid id)
{
    struct report probe = {.id = id};
    void *found = tfind(&probe, &c->reports, report_order);
    return found ? *(struct report **)found : NULL;
}

/* The last one of its kind, or of an occurrence. */
struct report *report_find(const struct incident *i, enum report_kind kind, const char *key)
{
    struct report *r, *last = NULL;
    LIST_FOREACH(r, &i->reports, link)
    {
        bool same = !key || (r->key && !strcmp(r->key, key));
        if (r->kind == kind && same && (!last || r->number > last->number))
            last = r;
    }
    return last;
}

struct walk {
    report_fn *fn;
    void *ctx;
};

static void walk_visit(const void *node, VISIT visit, void *closure)
{
    const struct walk *w = closure;
    if (visit == postorder || visit == leaf)
        w->fn(w->ctx, *(struct report *const *)node);
}

void reports_walk(const struct core *c, report_fn *fn, void *ctx)
{
    struct walk w = {fn, ctx};
    twalk_r(c->reports, walk_visit, &w);
}

/* --- the object --- */

static void report_mark(struct core *c, struct report *r)
{
    if (!r->dirty)
        STAILQ_INSERT_TAIL(&c->reports_changed, r, changed);
    r->dirty = true;
}

/* Listed by id, which is the order of their making: the same live and loaded. */
static struct report *report_new(struct core *c, struct incident *i, struct uuid id)
{
    struct report *r = mem_new(1, sizeof *r), *before = NULL, *other;
    r->id = id;
    r->incident = i;
    r->rev = 1;
    if (!tsearch(r, &c->reports, report_order))
        abort();
    LIST_FOREACH(other, &i->reports, link)
    {
        if (uuid_cmp(other->id, id) < 0)
            before = other;
    }
    if (before)
        LIST_INSERT_AFTER(before, r, link);
    else
        LIST_INSERT_HEAD(&i->reports, r, link);
    return r;
}

static void report_forget(struct core *c, struct report *r)
{
    timer_clear(&c->timers, &r->timer);
    if (r->dirty)
        STAILQ_REMOVE(&c->reports_changed, r, report, changed);
    tdelete(r, &c->reports, report_order);
    LIST_REMOVE(r, link);
    char *own[] = {r->key,      r->step, r->by,   r->sign,   r->to,  r->basis,
                   r->corrects, r->text, r->lang, r->signer, r->told};
    for (size_t n = 0; n < sizeof own / sizeof *own; n++)
        free(own[n]);
    free(r);
}

static void cadence_wait(struct core *c, struct cadence *cadence)
{
    if (cadence->next)
        timer_set(&c->timers, &cadence->timer, cadence->next);
    else
        timer_clear(&c->timers, &cadence->timer);
}

struct reporting *reporting_of(struct incident *i)
{
    static const char *const steps[CADENCES] = {"report", "report/daily"};
    if (i->reporting)
        return i->reporting;
    i->reporting = mem_new(1, sizeof *i->reporting);
    for (size_t n = 0; n < CADENCES; n++) {
        struct cadence *cadence = &i->reporting->cadences[n];
        cadence->timer = (struct timer){
            .kind = TIMER_CADENCE, .owner = cadence, .incident = &i->id, .step = steps[n]};
    }
    return i->reporting;
}

void reporting_close(struct core *c, struct incident *i)
{
    for (size_t n = 0; i->reporting && n < CADENCES; n++) {
        i->reporting->cadences[n].next = i->reporting->cadences[n].next_at = 0;
        cadence_wait(c, &i->reporting->cadences[n]);
    }
}

void reports_drop(struct core *c, struct incident *i)
{
    struct report *r;
    while ((r = LIST_FIRST(&i->reports)))
        report_forget(c, r);
    reporting_close(c, i);
    free(i->reporting);
    i->reporting = NULL;
}

static void reports_count(struct incident *i)
{
    const struct report *r;
    i->reports_open = i->reports_overdue = 0;
    LIST_FOREACH(r, &i->reports, link)
    {
        i->reports_open += report_open(r);
        i->reports_overdue += report_open(r) && r->urged > 0;
    }
}

/* The sooner of what it waits for: that somebody telephones, that it is sent. */
static void report_wait(struct core *c, struct report *r)
{
    mono_ms due = r->urge_at;
    if (r->phone_due && !r->phoned_at && !r->phone_urged && (!due || r->phone_due < due))
        due = r->phone_due;
    r->timer = (struct timer){.at = r->timer.at,
                              .due = r->timer.due,
                              .kind = TIMER_REPORT,
                              .owner = r,
                              .incident = &r->incident->id,
                              .step = r->step,
                              .of = &r->id};
    if (due && report_open(r))
        timer_set(&c->timers, &r->timer, due);
    else
        timer_clear(&c->timers, &r->timer);
}

/* --- rows --- */

/* {"daily":3,…}: those that are not 0, in the order of their names. */
static void kinds_write(const char *key, const int64_t of[REPORT_KINDS], struct text *to)
{
    static const enum report_kind sorted[] = {REPORT_DAILY, REPORT_FINAL, REPORT_INITIAL,
                                              REPORT_SINGLE, REPORT_UPDATE};
    json_add_key(to, key);
    json_open(to, '{');
    for (size_t n = 0; n < REPORT_KINDS; n++)
        json_add_int_unless_0(to, report_kind_name(sorted[n]), of[sorted[n]]);
    json_shut(to, '}');
}

void reporting_write(const struct incident *i, struct text *to)
{
    const struct reporting *g = i->reporting;
    if (!g)
        return;
    json_add_key(to, "reporting");
    json_open(to, '{');
    json_add_key(to, "cadences");
    json_open(to, '[');
    for (size_t n = 0; n < CADENCES; n++) {
        json_open(to, '{');
        json_add_str(to, "kind", report_kind_name(g->cadences[n].kind));
        json_add_int_unless_0(to, "next", g->cadences[n].next);
        json_add_int_unless_0(to, "next_at", g->cadences[n].next_at);
        json_shut(to, '}');
    }
    json_shut(to, ']');
    kinds_write("last_at", g->last_at, to);
    kinds_write("last_seq", g->last_seq, to);
    kinds_write("made", g->made, to);
    json_add_int_unless_0(to, "news", g->news);
    json_shut(to, '}');
}

void reporting_from_json(struct core *c, struct incident *i, const json_t *kept)
{
    if (!kept)
        return;
    struct reporting *g = reporting_of(i);
    for (enum report_kind k = REPORT_INITIAL; k < REPORT_KINDS; k++) {
        g->last_seq[k] = json_int(json_at(kept, "last_seq"), report_kind_name(k), 0);
        g->made[k] = json_int(json_at(kept, "made"), report_kind_name(k), 0);
        g->last_at[k] = json_int(json_at(kept, "last_at"), report_kind_name(k), 0);
    }
    g->news = json_int(kept, "news", 0);
    for (size_t n = 0; n < CADENCES; n++) {
        const json_t *one = json_array_get(json_at(kept, "cadences"), n);
        report_kind_parse(json_str(one, "kind"), &g->cadences[n].kind);
        g->cadences[n].next = json_int(one, "next", 0);
        g->cadences[n].next_at = json_int(one, "next_at", 0);
        cadence_wait(c, &g->cadences[n]);
    }
}

struct row report_row(const struct report *r)
{
    char id[UUID_TEXT];
    struct text body = {0};
    text_reserve(&body, strlen(report_text(r)) + 1000);
    json_open(&body, '{');
    json_add_int_unless_0(&body, "allowed_ms", r->allowed_ms);
    json_add_true(&body, "asked", r->asked);
    json_add_str(&body, "basis", r->basis);
    json_add_str(&body, "by", r->by);
    json_add_str(&body, "corrects", r->corrects);
    json_add_int_unless_0(&body, "due", r->due);
    json_add_int_unless_0(&body, "due_at", r->due_at);
    json_add_str(&body, "key", r->key);
    json_add_str(&body, "lang", r->lang);
    json_add_int_unless_0(&body, "late_ms", r->late_ms);
    json_add_true(&body, "missed", r->missed);
    json_add_int(&body, "number", r->number);
    json_add_int(&body, "opened_at", r->opened_at);
    json_add_int_unless_0(&body, "phone_due", r->phone_due);
    json_add_int_unless_0(&body, "phone_due_at", r->phone_due_at);
    json_add_int_unless_0(&body, "phone_late_ms", r->phone_late_ms);
    json_add_true(&body, "phone_urged", r->phone_urged);
    json_add_int_unless_0(&body, "phoned_at", r->phoned_at);
    json_add_int(&body, "rev", r->rev);
    json_add_int_unless_0(&body, "sent_at", r->sent_at);
    json_add_str(&body, "sign", r->sign);
    json_add_int_unless_0(&body, "signed_at", r->signed_at);
    json_add_json(&body, "signer", r->signer);
    json_add_str(&body, "step", r->step);
    json_add_str(&body, "text", r->text);
    json_add_json(&body, "to", r->to);
    json_add_json(&body, "told", r->told);
    json_add_int_unless_0(&body, "urge_at", r->urge_at);
    json_add_int_unless_0(&body, "urged", r->urged);
    json_add_true(&body, "zero", r->zero);
    json_shut(&body, '}');
    return (struct row){.kind = ROW_REPORT,
                        .id = mem_str(uuid_text(r->id, id)),
                        .incident = r->incident->id,
                        .open = report_open(r),
                        .drill = r->incident->drill,
                        .plan = mem_str(report_kind_name(r->kind)),
                        .state = mem_str(report_state_name(r->state)),
                        .due = r->due_at,
                        .text = text_take(&body)};
}

/* What the record that opens it and its row have in common. */
static void report_read(struct report *r, const json_t *b)
{
    r->number = (int)json_int(b, "number", 0);
    r->step = mem_str(json_str_or(b, "step", "!report"));
    r->by = mem_str(json_str(b, "by"));
    r->sign = mem_str(json_str(b, "sign"));
    r->to = kept_text(json_at(b, "to"));
    r->basis = mem_str(json_str(b, "basis"));
    r->corrects = mem_str(json_str(b, "corrects"));
    r->lang = mem_str(json_str(b, "lang"));
    r->zero = json_bool(b, "zero");
    r->allowed_ms = json_int(b, "allowed_ms", 0);
    r->due = json_int(b, "due", 0);
    r->due_at = json_int(b, "due_at", 0);
    r->phone_due = json_int(b, "phone_due", 0);
    r->phone_due_at = json_int(b, "phone_due_at", 0);
    r->urge_at = json_int(b, "urge_at", r->due);
}

void report_from_row(struct core *c, const struct row *row)
{
    struct incident *i = core_incident(c, row->incident);
    const json_t *b = row->body;
    struct uuid id;
    if (!i || !b || !uuid_parse(row->id, &id))
        return;
    struct report *r = report_new(c, i, id);
    report_read(r, b);
    report_kind_parse(row->plan, &r->kind);
    r->state = state_of(row->state);
    r->key = mem_str(json_str(b, "key"));
    r->text = mem_str(json_str(b, "text"));
    r->signer = kept_text(json_at(b, "signer"));
    r->told = kept_text(json_at(b, "told"));
    r->asked = json_bool(b, "asked");
    r->missed = json_bool(b, "missed");
    r->phone_urged = json_bool(b, "phone_urged");
    r->rev = (int)json_int(b, "rev", 1);
    r->urged = (int)json_int(b, "urged", 0);
    r->late_ms = json_int(b, "late_ms", 0);
    r->phone_late_ms = json_int(b, "phone_late_ms", 0);
    r->opened_at = json_int(b, "opened_at", 0);
    r->phoned_at = json_int(b, "phoned_at", 0);
    r->signed_at = json_int(b, "signed_at", 0);
    r->sent_at = json_int(b, "sent_at", 0);
    report_wait(c, r);
    reports_count(i);
}

/* --- what is new --- */

bool report_nothing_new(const struct incident *i, enum report_kind kind)
{
    const struct reporting *g = i->reporting;
    return g && g->last_seq[kind] && g->news <= g->last_seq[kind];
}

/* Not by the time of a measurement: what comes late is new all the same. */
void reporting_apply_news(struct incident *i, const struct record *r)
{
    bool news = r->kind == REC_UPDATED || r->kind == REC_FACT_STALE || r->kind == REC_ORDERED ||
                r->kind == REC_CONFIRMED || r->kind == REC_ITEM_ISSUED || r->kind == REC_ITEM_STATE;
    if (news && i->reporting)
        i->reporting->news = r->seq;
}

/* --- records --- */

/* The next occurrence stands in the record: none, and the cadence rests. */
static void apply_cadence(struct core *c, struct incident *i, const struct record *r)
{
    const json_t *cadence = json_at(r->body, "cadence");
    int64_t which = json_int(cadence, "which", -1);
    if (which < 0 || which >= CADENCES)
        return;
    struct cadence *of = &reporting_of(i)->cadences[which];
    report_kind_parse(json_str(cadence, "kind"), &of->kind);
    of->next = json_int(cadence, "next", 0);
    of->next_at = json_int(cadence, "next_at", 0);
    cadence_wait(c, of);
}

static void apply_opened(struct core *c, struct incident *i, const struct record *record,
                         struct uuid id)
{
    struct report *r = report_new(c, i, id);
    report_read(r, record->body);
    report_kind_parse(json_str(record->body, "kind"), &r->kind);
    r->key = mem_str(record_str(record, "key"));
    r->text = mem_str(record_str(record, "text"));
    r->opened_at = record->at_ms;
    struct reporting *g = reporting_of(i);
    g->made[r->kind] = r->number;
    g->last_at[r->kind] = r->opened_at;
    g->last_seq[r->kind] = record->seq;
    report_wait(c, r);
    report_mark(c, r);
}

static void apply_edited(struct report *r, const struct record *record)
{
    free(r->text);
    r->text = mem_str(record_str(record, "text"));
    r->rev = (int)json_int(record->body, "rev", r->rev);
    r->zero = json_bool(record->body, "zero");
    r->asked = r->asked || json_bool(record->body, "asks");
    if (json_bool(record->body, "filled") && r->state == REPORT_OPENED)
        return; /* the engine's own draft, made anew */
    r->state = REPORT_EDITED;
    r->signed_at = 0;
    free(r->signer);
    r->signer = NULL;
}

static void apply_signed(struct report *r, const struct record *record)
{
    r->state = REPORT_SIGNED;
    r->signed_at = record->at_ms;
    kept_set(&r->signer, json_share(record_at(record, "signer")));
}

static void apply_sent(struct report *r, const struct record *record)
{
    r->state = REPORT_SENT;
    r->sent_at = record->at_ms;
    r->late_ms = json_int(record->body, "late_ms", 0);
    kept_set(&r->told, json_share(record_at(record, "told")));
}

static void apply_urged(struct report *r, const struct record *record)
{
    if (json_bool(record->body, "phone")) {
        r->phone_urged = true;
        return;
    }
    r->urged = (int)json_int(record->body, "urged", 0);
    r->urge_at = json_int(record->body, "next", 0);
}

static void apply_to(struct report *r, const struct record *record)
{
    if (record->kind == REC_REPORT_EDITED)
        apply_edited(r, record);
    else if (record->kind == REC_REPORT_SIGNED)
        apply_signed(r, record);
    else if (record->kind == REC_REPORT_SENT)
        apply_sent(r, record);
    else if (record->kind == REC_REPORT_URGED)
        apply_urged(r, record);
    else if (record->kind == REC_REPORT_MISSED)
        r->missed = true;
    else if (record->kind == REC_REPORT_PHONED) {
        r->phoned_at = record->at_ms;
        r->phone_late_ms = json_int(record->body, "late_ms", 0);
    }
}

void report_apply(struct core *c, struct incident *i, const struct record *record)
{
    struct uuid id = {0};
    bool named = uuid_parse(json_str_or(record->body, "report", ""), &id);
    struct report *r = named ? core_report(c, id) : NULL;
    apply_cadence(c, i, record);
    if (record->kind == REC_REPORT_OPENED && named) {
        apply_opened(c, i, record, id);
    } else if (r) {
        apply_to(r, record);
        report_wait(c, r);
        report_mark(c, r);
    }
    reports_count(i);
}

void report_apply_notice(struct core *c, const struct record *record)
{
    struct uuid id, report;
    if (!uuid_parse(json_str_or(record->body, "notice", ""), &id))
        return;
    const struct notice *n = core_notice(c, id);
    if (!n || strncmp(n->step, "!report/", 8) != 0 || !uuid_parse(n->step + 8, &report))
        return;
    struct report *r = core_report(c, report);
    json_t *told = r ? kept_json(r->told) : NULL, *one;
    size_t at;
    json_array_foreach(told, at, one)
    {
        if (!strcmp(json_str_or(one, "to", ""), n->person))
            json_put_str(one, "state", notice_state_name(n->state));
    }
    if (!told)
        return;
    kept_set(&r->told, told);
    report_mark(c, r);
}
