#include "serve/dossier.h"

#include "core/course.h"
#include "core/say.h"
#include "core/score.h"
#include "serve/shapes.h"

#include <string.h>

enum {
    READ_JOURNAL,
    READ_INCIDENT,
    READ_ITEMS,
    READ_LESSONS_OPEN,
    READ_LESSONS_DONE,
    READ_REPORTS,
    READ_NOTICES,
    READ_AGAIN
};

static void put_time(json_t *o, const char *name, wall_ms at)
{
    char text[RFC3339_TEXT];
    json_put_str(o, name, rfc3339(at, text));
}

void dossier_begin(struct dossier *d, struct uuid incident, const struct serve_port *port,
                   int64_t gen, int64_t rows_max)
{
    *d = (struct dossier){.port = port, .gen = gen, .rows_max = rows_max};
    d->next = (struct query){.kind = QUERY_TIMELINE, .incident = incident, .drill = -1};
    d->items = json_array();
    d->reports = json_array();
    d->orders = json_array();
    d->notices = json_array();
    d->answers = json_array();
    d->events = json_array();
    d->notices_by_id = json_object();
    d->lessons = json_array();
    d->incident_id = incident;
    d->course = course_new();
    d->score = score_new();
}

void dossier_done(struct dossier *d)
{
    json_decref(d->incident);
    json_decref(d->items);
    json_decref(d->reports);
    json_decref(d->orders);
    json_decref(d->notices);
    json_decref(d->answers);
    json_decref(d->events);
    json_decref(d->notices_by_id);
    json_decref(d->lessons);
    course_free(d->course);
    score_free(d->score);
    *d = (struct dossier){0};
}

/* ---- rows of the journal ---- */

static void order_take(struct dossier *d, const struct record *r)
{
    static const char *const words[] = {
        "action", "level",  "from",     "by",   "name",    "as",   "oral",    "reason",
        "basis",  "matter", "measures", "what", "warning", "into", "despite", "pending_approval"};
    const json_t *ev = record_at(r, "ev"), *kept = record_at(r, "order");
    json_t *o = json_put_int(json_object(), "seq", r->seq);
    put_time(o, "at", r->at_ms);
    for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
        const json_t *value = json_at(kept, words[n]);
        if (!value)
            value = json_at(ev, words[n]) ? json_at(ev, words[n]) : json_at(r->body, words[n]);
        if (value)
            json_put(o, words[n], json_share(value));
    }
    if (json_int(kept, "expected_at", 0))
        put_time(o, "expected_at", json_int(kept, "expected_at", 0));
    json_array_append_new(d->orders, o);
}

static bool is_full(const struct dossier *d, const json_t *list)
{
    return d->rows_max && (int64_t)json_array_size(list) >= d->rows_max;
}

static void notice_queued_take(struct dossier *d, const struct record *r)
{
    static const char *const words[] = {"name", "words", "type", "text", "lang"};
    const char *id = json_str(r->body, "notice");
    const json_t *message = record_at(r, "message");
    if (!id || json_at(d->notices_by_id, id))
        return;
    d->notices_more |= is_full(d, d->notices);
    if (d->notices_more)
        return;
    json_t *o = json_put_str(json_object(), "id", id);
    json_put_str(o, "to", json_str(r->body, "to"));
    json_put_str(o, "endpoint", json_str(r->body, "endpoint"));
    for (size_t n = 0; n < sizeof words / sizeof *words; n++)
        json_put_str(o, words[n], json_str(message, words[n]));
    put_time(o, "queued_at", r->at_ms);
    json_array_append_new(d->notices, o);
    json_put(d->notices_by_id, id, json_incref(o));
}

/* Times of a message, the first of each. */
static void notice_time_take(struct dossier *d, const struct record *r, const char *name)
{
    const char *id = json_str(r->body, "notice");
    json_t *o = id ? json_object_get(d->notices_by_id, id) : NULL;
    if (!o)
        return;
    if (!json_at(o, name))
        put_time(o, name, r->at_ms);
    json_put_str(o, "endpoint", json_str(r->body, "endpoint"));
    if (r->kind == REC_NOTICE_FAILED)
        json_put_str(o, "why", record_str(r, "why"));
}

static void answer_take(struct dossier *d, const struct record *r)
{
    const json_t *ev = record_at(r, "ev");
    json_t *o = json_put_int(json_object(), "seq", r->seq);
    put_time(o, "at", r->at_ms);
    json_put_str(o, "kind", record_kind_name(r->kind));
    json_put_str(o, "by", json_str(r->body, "by"));
    json_put_str(o, "name", json_str(ev, "name"));
    json_put_str(o, "choice", json_str(ev, "choice"));
    json_put_str(o, "note", json_str(ev, "note"));
    json_put_str(o, "file", json_str(ev, "file"));
    json_put_str(o, "notice", json_str(r->body, "notice"));
    json_put(o, "actor", json_share(r->actor));
    json_array_append_new(d->answers, o);
    notice_time_take(d, r, r->kind == REC_CALL_DECLINED ? "declined_at" : "answered_at");
}

static bool says_something(const struct record *r)
{
    size_t n;
    json_t *cmd;
    json_array_foreach(json_unconst(record_at(r, "cmds")), n, cmd)
    {
        if (strcmp(json_str_or(cmd, "kind", ""), "log") == 0)
            return true;
    }
    return false;
}

/* Is it told elsewhere, or is there nothing to tell? */
static bool is_omitted(const struct record *r)
{
    static const enum record_kind kinds[] = {
        REC_NOTICE_QUEUED,   REC_NOTICE_METHOD, REC_NOTICE_HANDED,    REC_NOTICE_RETRY,
        REC_NOTICE_UNKNOWN,  REC_NOTICE_SENT,   REC_NOTICE_DELIVERED, REC_NOTICE_SEEN,
        REC_NOTICE_RECALLED, REC_TIMER_FIRED,   REC_REPEATED,
    };
    if (r->kind == REC_TURN)
        return !says_something(r);
    for (size_t n = 0; n < sizeof kinds / sizeof *kinds; n++)
        if (kinds[n] == r->kind)
            return true;
    return false;
}

static void event_take(struct dossier *d, const struct record *r)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    if (is_omitted(r)) {
        d->omitted++;
        return;
    }
    d->events_more |= is_full(d, d->events);
    if (d->events_more)
        return;
    record_say(r, "zh", &zh);
    record_say(r, "en", &en);
    json_t *o = json_put_int(json_object(), "seq", r->seq);
    put_time(o, "at", r->at_ms);
    json_put_str(o, "kind", record_kind_name(r->kind));
    json_put_str(o, "zh", text_str(&zh));
    json_array_append_new(d->events, json_put_str(o, "en", text_str(&en)));
}

static void record_take(struct dossier *d, const struct record *r)
{
    static const struct {
        enum record_kind kind;
        const char *name;
    } times[] = {
        {REC_NOTICE_HANDED, "handed_at"},       {REC_NOTICE_SENT, "sent_at"},
        {REC_NOTICE_DELIVERED, "delivered_at"}, {REC_NOTICE_SEEN, "seen_at"},
        {REC_NOTICE_FAILED, "failed_at"},       {REC_NOTICE_RECALLED, "recalled_at"},
    };
    course_take(d->course, r);
    score_take(d->score, r);
    d->rows++;
    d->first_seq = d->first_seq ? d->first_seq : r->seq;
    d->last_seq = r->seq;
    d->last_at = r->at_ms;
    d->mono_to_wall = r->at_ms - r->mono;
    d->purged |= r->purged || r->kind == REC_PURGED;
    for (size_t n = 0; n < sizeof times / sizeof *times; n++)
        if (times[n].kind == r->kind)
            notice_time_take(d, r, times[n].name);
    if (r->kind == REC_ORDERED)
        order_take(d, r);
    else if (r->kind == REC_NOTICE_QUEUED)
        notice_queued_take(d, r);
    else if (r->kind == REC_CALL_ANSWERED || r->kind == REC_CALL_DECLINED ||
             r->kind == REC_ANSWER_NOTED || r->kind == REC_OPINION_GIVEN ||
             r->kind == REC_CHOICE_GIVEN)
        answer_take(d, r);
    event_take(d, r);
}

/* ---- rows of what it led to ---- */

static wall_ms wall_by_last_row(void *ctx, mono_ms at)
{
    return at + ((const struct dossier *)ctx)->mono_to_wall;
}

static void incident_take(struct dossier *d, const struct query_result *result)
{
    const struct row *row = &result->rows[0];
    const struct serve_port own = {.ctx = d, .wall_of = wall_by_last_row};
    json_decref(d->incident);
    d->incident = shape_incident(row, d->port ? d->port : &own, d->gen, result->as_of);
    d->open = row->open;
    d->purged |= !row->body;
    d->as_of = result->as_of;
    (void)json_array_clear(d->items);
    (void)json_array_clear(d->lessons);
    (void)json_array_clear(d->reports);
}

static void notice_take(struct dossier *d, const struct row *row)
{
    json_t *o = json_object_get(d->notices_by_id, row->id);
    if (!o)
        return;
    json_put_str(o, "state", row->state);
    json_put_true(o, "alarm", json_bool(row->body, "alarm"));
}

static void lesson_take(struct dossier *d, const struct row *row)
{
    char id[UUID_TEXT];
    json_t *item = shape_item(row, false);
    if (!strcmp(json_str_or(item, "of_incident", ""), uuid_text(d->incident_id, id)))
        json_array_insert_new(d->lessons, 0, json_incref(item));
    json_decref(item);
}

static void rows_take(struct dossier *d, const struct query_result *result)
{
    for (size_t n = 0; n < result->rows_count; n++) {
        const struct row *row = &result->rows[n];
        if (d->step == READ_ITEMS) /* newest first; a ledger begins with the oldest */
            json_array_insert_new(d->items, 0, shape_item(row, false));
        else if (d->step == READ_LESSONS_OPEN || d->step == READ_LESSONS_DONE)
            lesson_take(d, row);
        else if (d->step == READ_REPORTS)
            json_array_insert_new(d->reports, 0, shape_report(row, true));
        else
            notice_take(d, row);
    }
}

/* ---- the order of it ---- */

static void ask(struct dossier *d, int step, enum query_kind kind)
{
    d->step = step;
    d->next.kind = kind;
    d->next.cursor[0] = '\0';
    d->next.incident = d->incident_id;
    d->next.sort = NULL;
    d->next.closed = false;
    d->next.after = d->last_seq;
    d->grown = false;
}

/* Lessons lie with the upkeep of plans, those of all incidents. */
static void ask_lessons(struct dossier *d, int step)
{
    ask(d, step, QUERY_ITEMS);
    d->next.incident = (struct uuid){0};
    d->next.sort = "improvement";
    d->next.closed = step == READ_LESSONS_DONE;
}

static void cursor_set(struct dossier *d, const struct query_result *result)
{
    struct uuid id;
    if (result->rows_count && uuid_parse(result->rows[result->rows_count - 1].id, &id))
        (void)uuid_text(id, d->next.cursor);
}

static bool journal_take(struct dossier *d, const struct query_result *result)
{
    for (size_t n = 0; n < result->records_count; n++)
        record_take(d, result->records[n]);
    d->grown |= result->records_count > 0;
    if (result->more) {
        d->next.after = d->last_seq;
        return true;
    }
    if (d->step == READ_AGAIN && (!d->grown || ++d->rounds >= DOSSIER_ROUNDS))
        return false;
    ask(d, READ_INCIDENT, QUERY_INCIDENT);
    return true;
}

bool dossier_take(struct dossier *d, const struct query_result *result)
{
    if (result->err)
        return false;
    switch (d->step) {
    case READ_INCIDENT:
        incident_take(d, result);
        ask(d, READ_ITEMS, QUERY_ITEMS);
        return true;
    case READ_ITEMS:
    case READ_LESSONS_OPEN:
    case READ_LESSONS_DONE:
    case READ_REPORTS:
    case READ_NOTICES:
        rows_take(d, result);
        if (result->more)
            cursor_set(d, result);
        else if (d->step == READ_ITEMS)
            ask_lessons(d, READ_LESSONS_OPEN);
        else if (d->step == READ_LESSONS_OPEN)
            ask_lessons(d, READ_LESSONS_DONE);
        else if (d->step == READ_LESSONS_DONE)
            ask(d, READ_REPORTS, QUERY_REPORTS);
        else if (d->step == READ_REPORTS)
            ask(d, READ_NOTICES, QUERY_NOTICES);
        else
            ask(d, READ_AGAIN, QUERY_TIMELINE);
        return true;
    default:
        return journal_take(d, result);
    }
}

bool dossier_is_purged(const struct dossier *d)
{
    return d->purged;
}

bool dossier_is_over(const struct dossier *d)
{
    const char *state = json_str_or(d->incident, "state", "");
    return !d->open && (!strcmp(state, "closed") || !strcmp(state, "merged"));
}

json_t *dossier_json(const struct dossier *d)
{
    char id[EVENT_ID_TEXT];
    json_t *o = json_put(json_object(), "incident", json_incref(d->incident));
    json_put(o, "course", course_json(d->course));
    json_put(o, "score", score_json(d->score));
    json_put(o, "items", json_incref(d->items));
    json_put(o, "lessons", json_incref(d->lessons));
    json_put(o, "orders", json_incref(d->orders));
    json_put(o, "notices", json_incref(d->notices));
    json_put(o, "answers", json_incref(d->answers));
    json_put(o, "events", json_incref(d->events));
    json_put(o, "reports", json_incref(d->reports));
    json_put(o, "ended", json_boolean(dossier_is_over(d)));
    json_put_true(o, "events_more", d->events_more);
    json_put_true(o, "notices_more", d->notices_more);
    json_put_int(o, "omitted", d->omitted);
    json_put_int(o, "rows", d->rows);
    json_put_int(o, "first_seq", d->first_seq);
    json_put_int(o, "last_seq", d->last_seq);
    put_time(o, "last_at", d->last_at);
    return json_put_str(o, "as_of", event_id(d->gen, d->as_of, id));
}
