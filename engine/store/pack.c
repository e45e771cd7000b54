#include "store/pack.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD_BYTES = 600, ROW_BYTES = 1000 }; /* of most */

static const struct span span_none = {.none = true};

static struct span span_str(struct text *to, const char *s)
{
    if (!s)
        return span_none;
    struct span span = {.at = to->len, .len = strlen(s)};
    text_add_bytes(to, s, span.len);
    return span;
}

static struct span span_json(struct text *to, const json_t *value)
{
    if (!value)
        return span_none;
    struct span span = {.at = to->len};
    json_write(value, to);
    span.len = to->len - span.at;
    return span;
}

/* ---- the body of a record, with a member of the store's own ---- */

static void key_write(const char *key, struct text *to, size_t start)
{
    text_add_char(to, to->len == start ? '{' : ',');
    json_write_str(key, strlen(key), to);
    text_add_char(to, ':');
}

/* Canonical: keys in the order of their bytes, "mono" among them, and "sealed" to come. */
static void body_write(const struct record *r, struct text *to, struct packed_record *ret)
{
    size_t count = 0, start = to->len;
    const char **keys = json_keys(r->body, &count);

    ret->sealed_at = 0;
    bool mono_written = false;
    for (size_t i = 0; i <= count; i++) {
        if (!mono_written && (i == count || strcmp(keys[i], "mono") > 0)) {
            key_write("mono", to, start);
            text_add_int(to, r->mono);
            mono_written = true;
        }
        if (!ret->sealed_at && (i == count || strcmp(keys[i], "sealed") > 0))
            ret->sealed_at = to->len - start;
        if (i < count) {
            key_write(keys[i], to, start);
            json_write(json_at(r->body, keys[i]), to);
        }
    }
    free(keys);
    text_add_char(to, '}');
    ret->body = (struct span){.at = start, .len = to->len - start};
}

const char *pack_body(const struct pack *p, const struct packed_record *r, const char *base64,
                      struct text *room, size_t *ret_len)
{
    const char *body = p->bytes.at + r->body.at;
    if (!base64) {
        *ret_len = r->body.len;
        return body;
    }
    text_clear(room);
    text_add_bytes(room, body, r->sealed_at);
    text_add(room, ",\"sealed\":\""); /* never the first member: "mono" comes before it */
    text_add(room, base64);
    text_add_char(room, '"');
    text_add_bytes(room, body + r->sealed_at, r->body.len - r->sealed_at);
    *ret_len = room->len;
    return room->at;
}

/* ---- the parts of a batch ---- */

static void record_pack(const struct record *r, struct text *to, struct packed_record *ret)
{
    assert(json_is_object(r->body) && (unsigned)r->kind < REC_KINDS);
    assert(!json_at(r->body, "mono") && !json_at(r->body, "sealed"));
    /* only an incident has a key */
    assert(!r->sealed || !uuid_is_none(r->incident));

    ret->seq = r->seq;
    ret->incident = r->incident;
    ret->at_ms = r->at_ms;
    ret->mono = r->mono;
    ret->kind = r->kind;
    ret->actor = span_json(to, r->actor);
    ret->sealed = span_json(to, r->sealed);
    body_write(r, to, ret);
}

static void row_pack(const struct row *r, struct text *to, struct packed_row *ret)
{
    assert((unsigned)r->kind < ROW_KINDS && r->id);
    assert(r->gone || r->text || json_is_object(r->body));
    ret->kind = r->kind;
    ret->gone = r->gone;
    ret->open = r->open;
    ret->drill = r->drill;
    ret->incident = r->incident;
    ret->due = r->due;
    ret->late = r->late;
    ret->sort = span_str(to, r->sort);
    ret->id = span_none;
    ret->plan = span_str(to, r->plan);
    ret->state = span_str(to, r->state);
    ret->body = r->gone ? span_none : r->text ? span_str(to, r->text) : span_json(to, r->body);
    if (r->kind != ROW_INCIDENT && r->kind != ROW_NOTICE && r->kind != ROW_ITEM &&
        r->kind != ROW_REPORT) {
        ret->id = span_str(to, r->id);
        return;
    }
    bool is_uuid = uuid_parse(r->id, &ret->uuid);
    assert(is_uuid);
    assert(r->gone || r->state);
}

static void pin_pack(const struct store_pin *pin, struct text *to, struct packed_pin *ret)
{
    ret->hash = span_str(to, pin->hash);
    ret->kind = span_str(to, pin->kind);
    ret->body = span_none;
    if (!pin->body)
        return;
    assert(pin->hash && pin->kind);
    ret->body = (struct span){.at = to->len, .len = pin->body_len};
    text_add_bytes(to, pin->body, pin->body_len);
}

static void contact_pack(const struct store_contact *c, struct text *to, struct packed_contact *ret)
{
    assert(c->person && c->endpoint);
    ret->person = span_str(to, c->person);
    ret->endpoint = span_str(to, c->endpoint);
    ret->value = span_str(to, c->value);
}

static void secret_pack(const struct store_secret *s, struct text *to, struct packed_secret *ret)
{
    assert(s->holder);
    ret->holder = span_str(to, s->holder);
    ret->hash = span_none;
    ret->used_ms = s->used_ms;
    if (!s->hash)
        return;
    ret->hash = (struct span){.at = to->len, .len = STORE_HASH_BYTES};
    text_add_bytes(to, (const char *)s->hash, STORE_HASH_BYTES);
}

struct pack *pack_new(const struct store_batch *b)
{
    struct pack *p = mem_new(1, sizeof(*p));
    p->records_count = b->records_count;
    p->rows_count = b->rows_count;
    p->pins_count = b->pins_count;
    p->contacts_count = b->contacts_count;
    p->secrets_count = b->secrets_count;
    p->records = mem_new(b->records_count, sizeof(*p->records));
    p->rows = mem_new(b->rows_count, sizeof(*p->rows));
    p->pins = mem_new(b->pins_count, sizeof(*p->pins));
    p->contacts = mem_new(b->contacts_count, sizeof(*p->contacts));
    p->secrets = mem_new(b->secrets_count, sizeof(*p->secrets));
    p->mark = b->mark;
    text_reserve(&p->bytes, b->records_count * RECORD_BYTES + b->rows_count * ROW_BYTES);

    for (size_t i = 0; i < b->records_count; i++)
        record_pack(b->records[i], &p->bytes, &p->records[i]);
    for (size_t i = 0; i < b->rows_count; i++)
        row_pack(&b->rows[i], &p->bytes, &p->rows[i]);
    for (size_t i = 0; i < b->pins_count; i++)
        pin_pack(&b->pins[i], &p->bytes, &p->pins[i]);
    for (size_t i = 0; i < b->contacts_count; i++)
        contact_pack(&b->contacts[i], &p->bytes, &p->contacts[i]);
    for (size_t i = 0; i < b->secrets_count; i++)
        secret_pack(&b->secrets[i], &p->bytes, &p->secrets[i]);
    return p;
}

void pack_free(struct pack *p)
{
    if (!p)
        return;
    text_done(&p->bytes);
    free(p->records);
    free(p->rows);
    free(p->pins);
    free(p->contacts);
    free(p->secrets);
    free(p);
}

size_t pack_weight(const struct pack *p)
{
    return sizeof(*p) + p->bytes.cap + p->records_count * sizeof(*p->records) +
           p->rows_count * sizeof(*p->rows) + p->pins_count * sizeof(*p->pins) +
           p->contacts_count * sizeof(*p->contacts) + p->secrets_count * sizeof(*p->secrets);
}

const char *pack_at(const struct pack *p, struct span s)
{
    if (s.none)
        return NULL;
    return p->bytes.at ? p->bytes.at + s.at : "";
}
