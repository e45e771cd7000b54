#include "sim/model_store.h"

#include "core/item.h"
#include "core/report.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_ROWS_MAX = 1000 };

/* A batch that is not on the disk yet, with copies of its own. */
struct batch {
    struct batch *next;
    struct record **records;
    size_t records_count;
    struct row *rows;
    size_t rows_count;
    struct store_pin *pins;
    size_t pins_count;
    struct store_contact *contacts;
    size_t contacts_count;
    struct store_secret *secrets;
    size_t secrets_count;
    struct clock_mark mark;
};

struct asked {
    struct asked *next;
    struct query query;
    char *pin;
    query_done_fn *done;
    void *done_ctx;
};

/* Sorted by id. UUIDv7 ids grow, so that a new object mostly goes to the end. */
struct shelf {
    struct row *rows;
    size_t count, cap;
};

struct model_store {
    struct store_port port;
    model_durable_fn *durable;
    void *durable_ctx;
    int64_t free_bytes;

    struct batch *first, *last;
    size_t queued;
    int64_t appended_seq; /* the last seq handed over */
    struct asked *asked_first, *asked_last;

    /* on the disk */
    struct record **records; /* records[i] has seq i + 1 */
    size_t records_count, records_cap;
    struct shelf shelves[ROW_KINDS];
    struct store_pin *pins;
    size_t pins_count, pins_cap;
    struct store_contact *contacts;
    size_t contacts_count, contacts_cap;
    struct store_secret *secrets;
    size_t secrets_count, secrets_cap;
    struct uuid *purged; /* whose key was destroyed */
    size_t purged_count, purged_cap;
    struct clock_mark mark;
};

/* ---- copies ---- */

static void str_free(const char *s)
{
    union {
        const char *from;
        char *to;
    } u = {.from = s};
    free(u.to);
}

static void pin_done(struct store_pin *p)
{
    str_free(p->hash);
    str_free(p->kind);
    str_free(p->body);
}

static struct store_pin pin_copy(const struct store_pin *from)
{
    struct store_pin p = {.hash = mem_str(from->hash), .kind = mem_str(from->kind)};
    if (from->body) {
        char *body = mem_new(from->body_len + 1, 1);
        memcpy(body, from->body, from->body_len);
        p.body = body;
        p.body_len = from->body_len;
    }
    return p;
}

static void contact_done(struct store_contact *c)
{
    str_free(c->person);
    str_free(c->endpoint);
    str_free(c->value);
}

static struct store_contact contact_copy(const struct store_contact *from)
{
    return (struct store_contact){.person = mem_str(from->person),
                                  .endpoint = mem_str(from->endpoint),
                                  .value = mem_str(from->value)};
}

static void secret_done(struct store_secret *s)
{
    str_free(s->holder);
    str_free((const char *)s->hash);
}

static struct store_secret secret_copy(const struct store_secret *from)
{
    struct store_secret s = {.holder = mem_str(from->holder), .used_ms = from->used_ms};
    if (from->hash) {
        uint8_t *hash = mem_new(STORE_HASH_BYTES, 1);
        memcpy(hash, from->hash, STORE_HASH_BYTES);
        s.hash = hash;
    }
    return s;
}

/* The batch; what was handed on is empty by now. */
static void batch_free(struct batch *b)
{
    for (size_t i = 0; i < b->records_count; i++)
        record_unref(b->records[i]);
    for (size_t i = 0; i < b->rows_count; i++)
        row_done(&b->rows[i]);
    for (size_t i = 0; i < b->pins_count; i++)
        pin_done(&b->pins[i]);
    for (size_t i = 0; i < b->contacts_count; i++)
        contact_done(&b->contacts[i]);
    for (size_t i = 0; i < b->secrets_count; i++)
        secret_done(&b->secrets[i]);
    free(b->records);
    free(b->rows);
    free(b->pins);
    free(b->contacts);
    free(b->secrets);
    free(b);
}

/* Takes records and rows as the port says. */
static struct batch *batch_new(const struct store_batch *from)
{
    struct batch *b = mem_new(1, sizeof(*b));
    b->records_count = from->records_count;
    b->rows_count = from->rows_count;
    b->pins_count = from->pins_count;
    b->contacts_count = from->contacts_count;
    b->secrets_count = from->secrets_count;
    b->records = mem_new(from->records_count, sizeof(struct record *));
    b->rows = mem_new(from->rows_count, sizeof(struct row));
    b->pins = mem_new(from->pins_count, sizeof(struct store_pin));
    b->contacts = mem_new(from->contacts_count, sizeof(struct store_contact));
    b->secrets = mem_new(from->secrets_count, sizeof(struct store_secret));
    b->mark = from->mark;

    for (size_t i = 0; i < from->records_count; i++)
        b->records[i] = from->records[i];
    for (size_t i = 0; i < from->rows_count; i++) {
        b->rows[i] = from->rows[i];
        b->rows[i].body = json_deep_copy(from->rows[i].body);
        json_decref(from->rows[i].body);
        from->rows[i] = (struct row){0};
    }
    for (size_t i = 0; i < from->pins_count; i++)
        b->pins[i] = pin_copy(&from->pins[i]);
    for (size_t i = 0; i < from->contacts_count; i++)
        b->contacts[i] = contact_copy(&from->contacts[i]);
    for (size_t i = 0; i < from->secrets_count; i++)
        b->secrets[i] = secret_copy(&from->secrets[i]);
    return b;
}

/* ---- what is on the disk ---- */

/* Where the row of this id is, or belongs. */
static size_t shelf_at(const struct shelf *s, const char *id, bool *ret_there)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(s->rows[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_there = low < s->count && strcmp(s->rows[low].id, id) == 0;
    return low;
}

static void shelf_remove(struct shelf *s, size_t at)
{
    row_done(&s->rows[at]);
    s->count--;
    memmove(s->rows + at, s->rows + at + 1, (s->count - at) * sizeof(*s->rows));
}

/* ---- what a purge leaves ---- */

static bool is_purged(const struct model_store *m, struct uuid incident)
{
    for (size_t i = 0; i < m->purged_count; i++)
        if (uuid_cmp(m->purged[i], incident) == 0)
            return true;
    return false;
}

static void row_empty(struct row *row)
{
    free(row->text);
    json_decref(row->body);
    row->text = NULL;
    row->body = NULL;
}

/* What is left of a record without its key; whoever has the record itself keeps it as it is. */
static struct record *record_purged(struct record *from)
{
    struct record *r = record_new(from->kind, from->incident);
    r->seq = from->seq;
    r->at_ms = from->at_ms;
    r->mono = from->mono;
    r->actor = json_share(from->actor);
    json_decref(r->body);
    r->body = json_share(from->body);
    r->purged = from->purged || from->sealed != NULL;
    record_unref(from);
    return r;
}

/* ---- each part ---- */

/* Takes what the row holds. */
static void row_keep(struct model_store *m, struct row *row)
{
    struct shelf *s = &m->shelves[row->kind];
    bool there;
    size_t at = shelf_at(s, row->id, &there);
    if ((row->kind == ROW_INCIDENT || row->kind == ROW_NOTICE || row->kind == ROW_ITEM ||
         row->kind == ROW_REPORT) &&
        is_purged(m, row->incident))
        row_empty(row);
    if (row->gone) {
        if (there)
            shelf_remove(s, at);
        return; /* the batch drops the row */
    }
    if (there) {
        row_done(&s->rows[at]);
    } else {
        s->rows = mem_grow(s->rows, &s->cap, s->count + 1, sizeof(*s->rows));
        memmove(s->rows + at + 1, s->rows + at, (s->count - at) * sizeof(*s->rows));
        s->count++;
    }
    s->rows[at] = *row;
    *row = (struct row){0};
}

/* Takes what the pin holds. */
static void pin_keep(struct model_store *m, struct store_pin *pin)
{
    size_t at = 0;
    while (at < m->pins_count && strcmp(m->pins[at].hash, pin->hash) != 0)
        at++;
    if (at < m->pins_count) {
        pin_done(&m->pins[at]);
        m->pins[at] = m->pins[--m->pins_count];
    }
    if (!pin->body)
        return;
    m->pins = mem_grow(m->pins, &m->pins_cap, m->pins_count + 1, sizeof(*m->pins));
    m->pins[m->pins_count++] = *pin;
    *pin = (struct store_pin){0};
}

static size_t contact_at(const struct model_store *m, const char *person, const char *endpoint)
{
    size_t at = 0;
    while (at < m->contacts_count && (strcmp(m->contacts[at].person, person) != 0 ||
                                      strcmp(m->contacts[at].endpoint, endpoint) != 0))
        at++;
    return at;
}

/* Takes what the contact holds. */
static void contact_keep(struct model_store *m, struct store_contact *contact)
{
    size_t at = contact_at(m, contact->person, contact->endpoint);
    if (at < m->contacts_count) {
        contact_done(&m->contacts[at]);
        m->contacts[at] = m->contacts[--m->contacts_count];
    }
    if (!contact->value)
        return;
    m->contacts =
        mem_grow(m->contacts, &m->contacts_cap, m->contacts_count + 1, sizeof(*m->contacts));
    m->contacts[m->contacts_count++] = *contact;
    *contact = (struct store_contact){0};
}

static size_t secret_at(const struct model_store *m, const char *holder)
{
    size_t at = 0;
    while (at < m->secrets_count && strcmp(m->secrets[at].holder, holder) != 0)
        at++;
    return at;
}

/* Takes what the secret holds. */
static void secret_keep(struct model_store *m, struct store_secret *secret)
{
    size_t at = secret_at(m, secret->holder);
    bool there = at < m->secrets_count;
    if (!secret->hash && secret->used_ms) {
        if (there)
            m->secrets[at].used_ms = secret->used_ms;
        return;
    }
    if (there) {
        secret_done(&m->secrets[at]);
        m->secrets[at] = m->secrets[--m->secrets_count];
    }
    if (!secret->hash)
        return;
    m->secrets = mem_grow(m->secrets, &m->secrets_cap, m->secrets_count + 1, sizeof(*m->secrets));
    m->secrets[m->secrets_count++] = *secret;
    *secret = (struct store_secret){0};
}

static void incident_purge(struct model_store *m, struct uuid incident)
{
    static const enum row_kind kinds[] = {ROW_INCIDENT, ROW_NOTICE, ROW_ITEM, ROW_REPORT};
    struct shelf *facts = &m->shelves[ROW_FACT];
    for (size_t i = 0; i < m->records_count; i++)
        if (uuid_cmp(m->records[i]->incident, incident) == 0)
            m->records[i] = record_purged(m->records[i]);
    for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
        struct shelf *s = &m->shelves[kinds[k]];
        for (size_t i = 0; i < s->count; i++)
            if (uuid_cmp(s->rows[i].incident, incident) == 0)
                row_empty(&s->rows[i]);
    }
    for (size_t i = facts->count; i > 0; i--)
        if (uuid_cmp(facts->rows[i - 1].incident, incident) == 0)
            shelf_remove(facts, i - 1);
    m->purged = mem_grow(m->purged, &m->purged_cap, m->purged_count + 1, sizeof(*m->purged));
    m->purged[m->purged_count++] = incident;
}

/* Takes the reference. */
static void record_keep(struct model_store *m, struct record **r)
{
    assert((*r)->seq == (int64_t)m->records_count + 1);
    if ((*r)->kind == REC_PURGED)
        incident_purge(m, (*r)->incident);
    else if ((*r)->sealed && is_purged(m, (*r)->incident))
        *r = record_purged(*r);
    m->records =
        mem_grow(m->records, &m->records_cap, m->records_count + 1, sizeof(struct record *));
    m->records[m->records_count++] = *r;
    *r = NULL;
}

static struct batch *batch_pop(struct model_store *m)
{
    struct batch *b = m->first;
    m->first = b->next;
    if (!m->first)
        m->last = NULL;
    m->queued--;
    return b;
}

/* The first queued batches are on the disk now. */
static void batches_keep(struct model_store *m, size_t count)
{
    for (; count > 0 && m->first; count--) {
        struct batch *b = batch_pop(m);
        for (size_t i = 0; i < b->records_count; i++)
            record_keep(m, &b->records[i]);
        for (size_t i = 0; i < b->rows_count; i++)
            row_keep(m, &b->rows[i]);
        for (size_t i = 0; i < b->pins_count; i++)
            pin_keep(m, &b->pins[i]);
        for (size_t i = 0; i < b->contacts_count; i++)
            contact_keep(m, &b->contacts[i]);
        for (size_t i = 0; i < b->secrets_count; i++)
            secret_keep(m, &b->secrets[i]);
        m->mark = b->mark;
        batch_free(b);
    }
}

/* ---- the port ---- */

static void port_append(void *ctx, const struct store_batch *batch)
{
    struct model_store *m = ctx;
    for (size_t i = 0; i < batch->records_count; i++) {
        assert(batch->records[i]->seq == m->appended_seq + 1);
        m->appended_seq++;
    }
    struct batch *b = batch_new(batch);
    if (m->last)
        m->last->next = b;
    else
        m->first = b;
    m->last = b;
    m->queued++;
}

static void port_query(void *ctx, const struct query *q, query_done_fn *done, void *done_ctx)
{
    struct model_store *m = ctx;
    struct asked *a = mem_new(1, sizeof(*a));
    a->query = *q;
    a->pin = mem_str(q->pin);
    a->query.pin = a->pin;
    a->done = done;
    a->done_ctx = done_ctx;
    if (m->asked_last)
        m->asked_last->next = a;
    else
        m->asked_first = a;
    m->asked_last = a;
}

static int64_t port_free_bytes(void *ctx)
{
    struct model_store *m = ctx;
    return m->free_bytes;
}

/* ---- queries ---- */

struct page {
    struct query_result result;
    size_t records_cap, rows_cap;
    size_t most;
};

/* False: it is full, and there is more. The row stays the shelf's. */
static bool page_add_row(struct page *p, const struct row *row)
{
    struct query_result *r = &p->result;
    if (r->rows_count == p->most) {
        r->more = true;
        return false;
    }
    r->rows = mem_grow(r->rows, &p->rows_cap, r->rows_count + 1, sizeof(*row));
    r->rows[r->rows_count++] = *row;
    return true;
}

static bool page_add_record(struct page *p, struct record *record)
{
    struct query_result *r = &p->result;
    if (r->records_count == p->most) {
        r->more = true;
        return false;
    }
    r->records =
        mem_grow(r->records, &p->records_cap, r->records_count + 1, sizeof(struct record *));
    r->records[r->records_count++] = record;
    return true;
}

/* What is known of the last row of the page, an incident. */
static void facts_add(const struct model_store *m, struct page *p, size_t most)
{
    const struct shelf *s = &m->shelves[ROW_FACT];
    struct row *incident = &p->result.rows[p->result.rows_count - 1];
    size_t cap = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (uuid_cmp(s->rows[i].incident, incident->incident) != 0)
            continue;
        incident->parts_more = incident->parts_count == most;
        if (incident->parts_more)
            return;
        incident->parts =
            mem_grow(incident->parts, &cap, incident->parts_count + 1, sizeof *incident->parts);
        incident->parts[incident->parts_count++] = s->rows[i];
    }
}

static bool state_is_asked(const struct query *q, const char *state)
{
    for (size_t i = 0; i < sizeof(q->states) / sizeof(*q->states) && q->states[i]; i++)
        if (strcmp(q->states[i], state) == 0)
            return true;
    return !q->states[0];
}

static void query_list(const struct model_store *m, const struct query *q, struct page *p)
{
    const struct shelf *s = &m->shelves[ROW_INCIDENT];
    bool there;
    size_t at = q->cursor[0] ? shelf_at(s, q->cursor, &there) : s->count;
    while (at-- > 0) {
        const struct row *row = &s->rows[at];
        if (!q->states[0] && !strcmp(row->state, "upkeep"))
            continue;
        if (!state_is_asked(q, row->state) || (q->drill >= 0 && q->drill != (int)row->drill))
            continue;
        if (!page_add_row(p, row))
            return;
        facts_add(m, p, FACTS_LISTED);
    }
}

static void query_incident(const struct model_store *m, const struct query *q, struct page *p)
{
    char id[UUID_TEXT];
    bool there;
    const struct shelf *s = &m->shelves[ROW_INCIDENT];
    size_t at = shelf_at(s, uuid_text(q->incident, id), &there);
    if (there) {
        page_add_row(p, &s->rows[at]);
        facts_add(m, p, FACTS_SHOWN);
    } else {
        p->result.err = why_set(&p->result.why, ERR_MISSING, "there is no incident with this id");
    }
}

static void query_notices(const struct model_store *m, const struct query *q, struct page *p)
{
    const struct shelf *s = &m->shelves[ROW_NOTICE];
    bool there = false;
    size_t at = q->cursor[0] ? shelf_at(s, q->cursor, &there) : 0;
    for (at += there; at < s->count; at++)
        if (uuid_cmp(s->rows[at].incident, q->incident) == 0 && !page_add_row(p, &s->rows[at]))
            return;
}

static bool owner_is_asked(const struct query *q, const char *owner)
{
    for (size_t i = 0; i < QUERY_OWNERS && q->owners[i][0]; i++)
        if (strcmp(q->owners[i], owner) == 0)
            return true;
    return !q->owners[0][0];
}

static bool part_is_asked(const struct query *q, const struct row *row)
{
    bool of = !uuid_is_none(q->incident);
    if ((of && uuid_cmp(row->incident, q->incident) != 0) ||
        ((!of || q->closed) && row->open == q->closed) ||
        (q->missed && !strcmp(row->state, "sent")))
        return false;
    const char *sort = row->kind == ROW_REPORT ? row->plan : row->sort;
    if ((q->late && !row->late) || (q->sort && strcmp(q->sort, sort) != 0))
        return false;
    return owner_is_asked(q, row->plan) && state_is_asked(q, row->state);
}

static void query_parts(const struct model_store *m, const struct query *q, enum row_kind kind,
                        struct page *p)
{
    const struct shelf *s = &m->shelves[kind];
    bool there;
    size_t at = q->cursor[0] ? shelf_at(s, q->cursor, &there) : s->count;
    while (at-- > 0) {
        if (part_is_asked(q, &s->rows[at]) && !page_add_row(p, &s->rows[at]))
            return;
    }
}

static void query_part(const struct model_store *m, const struct query *q, enum row_kind kind,
                       struct page *p)
{
    char id[UUID_TEXT];
    bool there;
    const struct shelf *s = &m->shelves[kind];
    size_t at = shelf_at(s, uuid_text(q->item, id), &there);
    if (there)
        page_add_row(p, &s->rows[at]);
    else
        p->result.err = why_set(&p->result.why, ERR_MISSING, "there is no %s with this id",
                                kind == ROW_ITEM ? "item" : "report");
}

static bool settles(const struct record *r, const char *step)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(json_at(r->body, "calls")), n, one)
    {
        if (r->kind == REC_CALL_ANSWERED && !strcmp(json_string_value(one), step))
            return true;
    }
    return false;
}

/* Who has answered the call that the message is of. */
static void query_answered(const struct model_store *m, const struct row *notice, int64_t seq,
                           const char *step, struct page *p)
{
    size_t upto = (size_t)seq + QUERY_ANSWER_ROWS;
    for (size_t n = (size_t)seq; n < m->records_count && n < upto; n++) {
        if (uuid_cmp(m->records[n]->incident, notice->incident) || !settles(m->records[n], step))
            continue;
        page_add_record(p, m->records[n]);
        return;
    }
}

static void query_notice(const struct model_store *m, const struct query *q, struct page *p)
{
    char id[UUID_TEXT];
    bool there;
    const struct shelf *s = &m->shelves[ROW_NOTICE];
    size_t at = shelf_at(s, uuid_text(q->notice, id), &there);
    if (!there) {
        p->result.err = why_set(&p->result.why, ERR_MISSING, "there is no message with this id");
        return;
    }
    int64_t seq = json_int(s->rows[at].body, "seq", 0);
    struct query incident = {.incident = s->rows[at].incident};
    struct query item = {0};
    const char *step = json_str_or(s->rows[at].body, "step", "");
    bool of_item = item_of_message(step, &item.item);
    bool of_report = !of_item && report_of_message(step, &item.item);
    p->most = 5;
    page_add_row(p, &s->rows[at]);
    query_incident(m, &incident, p);
    if (seq > 0 && (size_t)seq <= m->records_count)
        page_add_record(p, m->records[seq - 1]);
    if (of_item || of_report)
        query_part(m, &item, of_item ? ROW_ITEM : ROW_REPORT, p);
    else if (json_bool(s->rows[at].body, "of_call"))
        query_answered(m, &s->rows[at], seq, step, p);
}

static void query_journal(const struct model_store *m, const struct query *q, struct page *p)
{
    for (size_t i = q->after > 0 ? (size_t)q->after : 0; i < m->records_count; i++) {
        struct record *r = m->records[i];
        if (q->upto > 0 && r->seq > q->upto)
            return;
        if (q->kind == QUERY_TIMELINE && uuid_cmp(r->incident, q->incident) != 0)
            continue;
        if (!page_add_record(p, r))
            return;
    }
}

static void query_pin(const struct model_store *m, const struct query *q, struct page *p)
{
    const struct store_pin *pin = model_store_pin(m, q->pin);
    if (pin)
        p->result.pin = *pin;
    else
        p->result.err = why_set(&p->result.why, ERR_MISSING, "there is no pin %s", q->pin);
}

static void query_run(const struct model_store *m, const struct query *q, struct page *p)
{
    p->result.as_of = model_store_last_seq(m);
    p->most = q->limit > 0 && q->limit < PAGE_ROWS_MAX ? (size_t)q->limit : PAGE_ROWS_MAX;
    switch (q->kind) {
    case QUERY_LIST:
        query_list(m, q, p);
        return;
    case QUERY_INCIDENT:
        query_incident(m, q, p);
        return;
    case QUERY_NOTICES:
        query_notices(m, q, p);
        return;
    case QUERY_NOTICE:
        query_notice(m, q, p);
        return;
    case QUERY_TIMELINE:
    case QUERY_EVENTS:
        query_journal(m, q, p);
        return;
    case QUERY_ITEMS:
        query_parts(m, q, ROW_ITEM, p);
        return;
    case QUERY_ITEM:
        query_part(m, q, ROW_ITEM, p);
        return;
    case QUERY_REPORTS:
        query_parts(m, q, ROW_REPORT, p);
        return;
    case QUERY_REPORT:
        query_part(m, q, ROW_REPORT, p);
        return;
    case QUERY_PIN:
        query_pin(m, q, p);
        return;
    }
    assert(false);
}

static struct asked *asked_pop(struct model_store *m)
{
    struct asked *a = m->asked_first;
    if (!a)
        return NULL;
    m->asked_first = a->next;
    if (!m->asked_first)
        m->asked_last = NULL;
    return a;
}

static void asked_free(struct asked *a)
{
    free(a->pin);
    free(a);
}

/* Those asked while answering are answered the next time, as by the real one. */
static bool queries_answer(struct model_store *m)
{
    struct asked *end = m->asked_last;
    bool any = end != NULL;
    for (bool last = !any; !last;) {
        struct asked *a = asked_pop(m);
        last = a == end;
        struct page p = {0};
        query_run(m, &a->query, &p);
        a->done(a->done_ctx, &p.result);
        free(p.result.records);
        for (size_t i = 0; i < p.result.rows_count; i++)
            free(p.result.rows[i].parts);
        free(p.result.rows);
        asked_free(a);
    }
    return any;
}

/* ---- the test's side ---- */

struct model_store *model_store_new(void)
{
    struct model_store *m = mem_new(1, sizeof(*m));
    m->free_bytes = INT64_C(1) << 40;
    m->port = (struct store_port){
        .ctx = m, .append = port_append, .query = port_query, .free_bytes = port_free_bytes};
    return m;
}

void model_store_attach(struct model_store *m, model_durable_fn *durable, void *ctx)
{
    m->durable = durable;
    m->durable_ctx = ctx;
}

const struct store_port *model_store_port(struct model_store *m)
{
    return &m->port;
}

bool model_store_commit(struct model_store *m, size_t count)
{
    bool any = m->queued > 0 && count > 0;
    batches_keep(m, count);
    if (any && m->durable)
        m->durable(m->durable_ctx, model_store_last_seq(m));
    return queries_answer(m) || any;
}

size_t model_store_queued(const struct model_store *m)
{
    return m->queued;
}

void model_store_crash(struct model_store *m, size_t keep)
{
    batches_keep(m, keep);
    while (m->first)
        batch_free(batch_pop(m));
    for (struct asked *a; (a = asked_pop(m));)
        asked_free(a);
    m->appended_seq = model_store_last_seq(m);
    m->durable = NULL;
}

void model_store_set_free_bytes(struct model_store *m, int64_t bytes)
{
    m->free_bytes = bytes;
}

static bool incident_is_open(const struct model_store *m, struct uuid incident)
{
    char id[UUID_TEXT];
    bool there;
    const struct shelf *s = &m->shelves[ROW_INCIDENT];
    size_t at = shelf_at(s, uuid_text(incident, id), &there);
    return there && s->rows[at].open;
}

void model_store_load(const struct model_store *m, bool all, model_row_fn *sink, void *ctx)
{
    for (int kind = 0; kind < ROW_KINDS; kind++) {
        const struct shelf *s = &m->shelves[kind];
        for (size_t i = 0; i < s->count; i++)
            if (all || kind == ROW_META || kind == ROW_ACCESS || kind == ROW_DUTY ||
                (kind == ROW_FACT || kind == ROW_ITEM || kind == ROW_REPORT
                     ? incident_is_open(m, s->rows[i].incident)
                     : s->rows[i].open))
                sink(ctx, &s->rows[i]);
    }
}

void model_store_journal(const struct model_store *m, model_record_fn *sink, void *ctx)
{
    for (size_t i = 0; i < m->records_count; i++)
        sink(ctx, m->records[i]);
}

bool model_store_mark(const struct model_store *m, struct clock_mark *ret)
{
    *ret = m->mark;
    return m->mark.boot_id[0] != '\0';
}

const struct record *model_store_record(const struct model_store *m, int64_t seq)
{
    assert(seq > 0 && seq <= model_store_last_seq(m));
    return m->records[seq - 1];
}

int64_t model_store_last_seq(const struct model_store *m)
{
    return (int64_t)m->records_count;
}

const struct store_pin *model_store_pin(const struct model_store *m, const char *hash)
{
    for (size_t i = 0; i < m->pins_count; i++)
        if (strcmp(m->pins[i].hash, hash) == 0)
            return &m->pins[i];
    return NULL;
}

const char *model_store_contact(const struct model_store *m, const char *person,
                                const char *endpoint)
{
    size_t at = contact_at(m, person, endpoint);
    return at < m->contacts_count ? m->contacts[at].value : NULL;
}

const struct store_secret *model_store_secret(const struct model_store *m, const char *holder)
{
    size_t at = secret_at(m, holder);
    return at < m->secrets_count ? &m->secrets[at] : NULL;
}

void model_store_free(struct model_store *m)
{
    if (!m)
        return;
    model_store_crash(m, 0);
    for (size_t i = 0; i < m->records_count; i++)
        record_unref(m->records[i]);
    for (int kind = 0; kind < ROW_KINDS; kind++) {
        for (size_t i = 0; i < m->shelves[kind].count; i++)
            row_done(&m->shelves[kind].rows[i]);
        free(m->shelves[kind].rows);
    }
    for (size_t i = 0; i < m->pins_count; i++)
        pin_done(&m->pins[i]);
    for (size_t i = 0; i < m->contacts_count; i++)
        contact_done(&m->contacts[i]);
    for (size_t i = 0; i < m->secrets_count; i++)
        secret_done(&m->secrets[i]);
    free(m->records);
    free(m->pins);
    free(m->contacts);
    free(m->secrets);
    free(m->purged);
    free(m);
}
