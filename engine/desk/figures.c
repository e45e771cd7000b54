#include "desk/figures.h"

#include <stdlib.h>
#include <string.h>

struct figures {
    bool zh;
    json_t *calls;                            /* {PERSON: how often} */
    json_t *late;                             /* {NAME: true} */
    json_t *confirmed;                        /* {CRITERION: true} */
    json_t *spans;                            /* NULL: not kept */
    json_t *open_spans;                       /* {KEY: place in spans} */
    json_t *names;                            /* {ITEM: what its span is called} */
    mono_ms begun, answered, ordered, closed; /* -1: not yet */
    int64_t called, answers, expired, undelivered, urged, failures;
};

struct figures *figures_new(bool spans, bool zh)
{
    struct figures *f = mem_new(1, sizeof *f);
    f->zh = zh;
    f->calls = json_object();
    f->late = json_object();
    f->confirmed = json_object();
    f->open_spans = json_object();
    f->names = json_object();
    f->spans = spans ? json_array() : NULL;
    f->begun = f->answered = f->ordered = f->closed = -1;
    return f;
}

void figures_free(struct figures *f)
{
    if (!f)
        return;
    json_decref(f->calls);
    json_decref(f->late);
    json_decref(f->confirmed);
    json_decref(f->spans);
    json_decref(f->open_spans);
    json_decref(f->names);
    free(f);
}

/* ---- spans ---- */

static void span_begin(struct figures *f, const char *key, const char *lane, const char *name,
                       const struct record *r)
{
    if (!f->spans)
        return;
    json_t *span = json_put_str(json_put_str(json_object(), "lane", lane), "name", name);
    json_put_int(span, "from", r->mono);
    if (json_int(r->body, "due", 0))
        json_put_int(span, "due", json_int(r->body, "due", 0));
    json_put_int(f->open_spans, key, (int64_t)json_array_size(f->spans));
    json_array_append_new(f->spans, span);
}

static void span_end(struct figures *f, const char *key, const char *how, const struct record *r)
{
    if (!f->spans || !json_at(f->open_spans, key))
        return;
    size_t at = (size_t)json_int(f->open_spans, key, 0);
    json_t *span = json_array_get(f->spans, at);
    json_put_str(json_put_int(span, "to", r->mono), "end", how);
    json_object_del(f->open_spans, key);
}

static void key_of(const struct record *r, const char *what, const char *which, struct text *to)
{
    char id[UUID_TEXT];
    text_addf(to, "%s %s %s", what, uuid_text(r->incident, id), which);
}

/* ---- what counts ---- */

static void call_counted(struct figures *f, const struct record *r)
{
    AUTO_TEXT(key);
    const json_t *m = record_at(r, "message");
    const char *to = json_str_or(r->body, "to", "?");
    if (strcmp(json_str_or(m, "type", ""), "muster.call") != 0)
        return;
    json_put_int(f->calls, to, json_int(f->calls, to, 0) + 1);
    f->called++;
    key_of(r, "call", to, &key);
    span_end(f, text_str(&key), "silent", r);
    span_begin(f, text_str(&key), "call", json_str_or(m, "name", to), r);
}

static void rung_counted(struct figures *f, const struct record *r)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(json_at(record_at(r, "ev"), "people")), n, one)
    {
        AUTO_TEXT(key);
        key_of(r, "call", json_str_or(one, "id", "?"), &key);
        span_end(f, text_str(&key), json_str_or(r->body, "why", "silent"), r);
    }
}

static void answer_counted(struct figures *f, const struct record *r)
{
    AUTO_TEXT(key);
    bool accepts = r->kind != REC_CALL_DECLINED;
    key_of(r, "call", json_str_or(r->body, "by", json_str_or(r->actor, "id", "?")), &key);
    span_end(f, text_str(&key), accepts ? "answered" : "declined", r);
    f->answers += accepts;
    if (accepts && f->answered < 0)
        f->answered = r->mono;
}

/* Those whose answer was still awaited. */
static void question_over_counted(struct figures *f, const struct record *r)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(json_at(record_at(r, "ev"), "silent")), n, one)
    {
        AUTO_TEXT(key);
        key_of(r, "call", json_str_or(one, "by", "?"), &key);
        span_end(f, text_str(&key), "silent", r);
    }
}

static void order_counted(struct figures *f, const struct record *r)
{
    AUTO_TEXT(key);
    const char *level = json_str(r->body, "level");
    if (f->ordered < 0)
        f->ordered = r->mono;
    key_of(r, "level", "", &key);
    if (level || !strcmp(json_str_or(r->body, "action", ""), "terminate"))
        span_end(f, text_str(&key), "over", r);
    if (level)
        span_begin(f, text_str(&key), "level", level, r);
}

static void item_counted(struct figures *f, const struct record *r)
{
    AUTO_TEXT(key);
    const char *item = json_str_or(r->body, "item", "?");
    const json_t *title = json_at(record_at(r, "about"), "title");
    const char *words =
        json_is_string(title) ? json_string_value(title) : json_str(title, f->zh ? "zh" : "en");
    const char *name = json_str_or(r->body, "name", words ? words : item);
    json_put_str(f->names, item, name);
    key_of(r, "item", item, &key);
    span_begin(f, text_str(&key), "item", words ? words : name, r);
}

static void item_state_counted(struct figures *f, const struct record *r)
{
    static const char *const ends[] = {"done", "struck", "rejected", "lifted"};
    AUTO_TEXT(key);
    const char *state = json_str_or(r->body, "state", "");
    key_of(r, "item", json_str_or(r->body, "item", "?"), &key);
    for (size_t n = 0; n < sizeof ends / sizeof *ends; n++) {
        if (!strcmp(ends[n], state))
            span_end(f, text_str(&key), state, r);
    }
}

static void item_urged_counted(struct figures *f, const struct record *r)
{
    f->urged++;
    json_put(f->late, json_str_or(f->names, json_str_or(r->body, "item", ""), "?"), json_true());
}

static void report_name(const struct record *r, struct text *to)
{
    text_addf(to, "%s %d", json_str_or(r->body, "kind", "?"), (int)json_int(r->body, "number", 0));
}

static void report_counted(struct figures *f, const struct record *r)
{
    AUTO_TEXT(key);
    AUTO_TEXT(name);
    report_name(r, &name);
    key_of(r, "report", text_str(&name), &key);
    if (r->kind == REC_REPORT_OPENED)
        span_begin(f, text_str(&key), "report", text_str(&name), r);
    else
        span_end(f, text_str(&key), r->kind == REC_REPORT_SENT ? "sent" : "missed", r);
    if (r->kind == REC_REPORT_MISSED)
        json_put(f->late, text_str(&name), json_true());
}

static void report_urged_counted(struct figures *f, const struct record *r)
{
    AUTO_TEXT(name);
    report_name(r, &name);
    f->urged++;
    json_put(f->late, text_str(&name), json_true());
}

static void opened_counted(struct figures *f, const struct record *r)
{
    if (f->begun < 0)
        f->begun = r->mono;
}

static void closed_counted(struct figures *f, const struct record *r)
{
    f->closed = r->mono;
}

static void expired_counted(struct figures *f, const struct record *r)
{
    f->expired++;
    rung_counted(f, r);
}

static void undelivered_counted(struct figures *f, const struct record *r)
{
    (void)r;
    f->undelivered++;
}

static void confirmed_counted(struct figures *f, const struct record *r)
{
    json_put(f->confirmed, json_str_or(r->body, "criterion", "?"), json_true());
}

static void failure_counted(struct figures *f, const struct record *r)
{
    (void)r;
    f->failures++;
}

void figures_record(struct figures *f, const struct record *r)
{
    static void (*const counts[REC_KINDS])(struct figures *, const struct record *) = {
        [REC_INCIDENT_OPENED] = opened_counted,  [REC_INCIDENT_CLOSED] = closed_counted,
        [REC_NOTICE_QUEUED] = call_counted,      [REC_CALL_RUNG] = rung_counted,
        [REC_CALL_ANSWERED] = answer_counted,    [REC_CALL_DECLINED] = answer_counted,
        [REC_CALL_EXPIRED] = expired_counted,    [REC_NOTICE_FAILED] = undelivered_counted,
        [REC_OPINION_GIVEN] = answer_counted,    [REC_CHOICE_GIVEN] = answer_counted,
        [REC_CONSULTED] = question_over_counted, [REC_TALLIED] = question_over_counted,
        [REC_ORDERED] = order_counted,           [REC_ITEM_ISSUED] = item_counted,
        [REC_ITEM_STATE] = item_state_counted,   [REC_ITEM_URGED] = item_urged_counted,
        [REC_REPORT_OPENED] = report_counted,    [REC_REPORT_SENT] = report_counted,
        [REC_REPORT_MISSED] = report_counted,    [REC_REPORT_URGED] = report_urged_counted,
        [REC_CONFIRMED] = confirmed_counted,     [REC_PLAN_FAILED] = failure_counted,
        [REC_PLAN_ERROR] = failure_counted,
    };
    if (counts[r->kind])
        counts[r->kind](f, r);
}

/* ---- what comes of it ---- */

static void moment_put(json_t *to, const char *key, const struct figures *f, mono_ms at)
{
    if (at >= 0)
        json_put_int(to, key, at - f->begun);
}

json_t *figures_json(const struct figures *f)
{
    json_t *to = json_object(), *late = json_array();
    const char **names = json_keys(f->late, NULL);
    moment_put(to, "first_answer_ms", f, f->answered);
    moment_put(to, "first_order_ms", f, f->ordered);
    moment_put(to, "closed_ms", f, f->closed);
    json_put(to, "calls", json_deep_copy(f->calls));
    json_put_int(to, "called", f->called);
    json_put_int(to, "answered", f->answers);
    json_put_int(to, "expired", f->expired);
    json_put_int(to, "undelivered", f->undelivered);
    json_put_int(to, "urged", f->urged);
    json_put_int(to, "failures", f->failures);
    for (size_t n = 0; names[n]; n++)
        json_array_append_new(late, json_string(names[n]));
    free(names);
    return json_put(to, "late", late);
}

bool figures_confirmed(const struct figures *f, const char *criterion)
{
    return json_at(f->confirmed, criterion) != NULL;
}

const json_t *figures_spans(const struct figures *f)
{
    return f->spans;
}

/* ---- many runs ---- */

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Of those runs that have the figure. Gives. */
static json_t *spread(const json_t *runs, const char *table, const char *key)
{
    size_t count = 0, total = json_array_size(runs), n;
    int64_t *values = mem_new(total + 1, sizeof *values);
    json_t *run, *to = json_object();
    json_array_foreach(json_unconst(runs), n, run)
    {
        const json_t *from = table ? json_at(run, table) : run;
        if (json_at(from, key) || table)
            values[count++] = json_int(from, key, 0);
    }
    qsort(values, count, sizeof *values, by_size);
    json_put_int(to, "n", (int64_t)count);
    if (count) {
        json_put_int(to, "min", values[0]);
        json_put_int(to, "median", values[count / 2]);
        json_put_int(to, "p90", values[(count - 1) * 9 / 10]);
        json_put_int(to, "max", values[count - 1]);
    }
    free(values);
    return to;
}

/* Every person that was called in any run. */
static json_t *calls_spread(const json_t *runs)
{
    json_t *to = json_object(), *people = json_object(), *run;
    size_t n;
    json_array_foreach(json_unconst(runs), n, run)
        json_object_update(people, json_unconst(json_at(run, "calls")));
    const char **names = json_keys(people, NULL);
    for (n = 0; names[n]; n++)
        json_put(to, names[n], spread(runs, "calls", names[n]));
    free(names);
    json_decref(people);
    return to;
}

static json_t *late_counts(const json_t *runs)
{
    json_t *to = json_object(), *run, *name;
    size_t n, k;
    json_array_foreach(json_unconst(runs), n, run)
        json_array_foreach(json_unconst(json_at(run, "late")), k, name)
            json_put_int(to, json_string_value(name), json_int(to, json_string_value(name), 0) + 1);
    return to;
}

json_t *figures_distribution(const json_t *runs)
{
    static const char *const plain[] = {"first_answer_ms", "first_order_ms", "closed_ms",
                                        "called",          "answered",       "expired",
                                        "undelivered",     "urged",          "failures"};
    json_t *to = json_put_int(json_object(), "runs", (int64_t)json_array_size(runs));
    for (size_t n = 0; n < sizeof plain / sizeof *plain; n++)
        json_put(to, plain[n], spread(runs, NULL, plain[n]));
    json_put(to, "calls", calls_spread(runs));
    return json_put(to, "late", late_counts(runs));
}
