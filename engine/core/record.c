#include "core/record.h"

#include "base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    const char *sentence;
} record_table[] = {
#define X(kind, name, sentence) [kind] = {name, sentence},
    RECORD_TABLE(X)
#undef X
};

const char *record_kind_name(enum record_kind k)
{
    assert((unsigned)k < REC_KINDS);
    return record_table[k].name;
}

const char *record_kind_sentence(enum record_kind k)
{
    assert((unsigned)k < REC_KINDS);
    return record_table[k].sentence;
}

bool record_kind_parse(const char *name, enum record_kind *ret)
{
    for (unsigned k = 0; k < REC_KINDS; k++) {
        if (strcmp(record_table[k].name, name) == 0) {
            *ret = (enum record_kind)k;
            return true;
        }
    }
    return false;
}

struct record *record_new(enum record_kind kind, struct uuid incident)
{
    struct record *r = mem_new(1, sizeof(*r));
    r->kind = kind;
    r->incident = incident;
    r->body = json_object();
    if (!r->body)
        abort();
    r->refs = 1;
    return r;
}

/* The writer thread drops its references while the loop holds others: the count is atomic. */
struct record *record_ref(struct record *r)
{
    __atomic_add_fetch(&r->refs, 1, __ATOMIC_RELAXED);
    return r;
}

void record_unref(struct record *r)
{
    if (!r)
        return;
    int left = __atomic_sub_fetch(&r->refs, 1, __ATOMIC_ACQ_REL);
    assert(left >= 0);
    if (left > 0)
        return;
    json_decref(r->actor);
    json_decref(r->body);
    json_decref(r->sealed);
    free(r);
}

const json_t *record_at(const struct record *r, const char *key)
{
    const json_t *value = json_at(r->sealed, key);
    return value ? value : json_at(r->body, key);
}

const char *record_str(const struct record *r, const char *key)
{
    return json_at(r->sealed, key) ? json_str(r->sealed, key) : json_str(r->body, key);
}

json_t *record_for_planner(const struct record *r, int64_t cause)
{
    const json_t *ev = record_at(r, "ev");
    json_t *row = json_put_int(json_object(), "seq", r->seq);
    if (r->kind == REC_TURN) {
        json_t *turn = json_copy(r->body);
        if (r->sealed)
            json_object_update(turn, r->sealed);
        return json_put(row, "turn", turn);
    }
    if (ev && r->seq < cause)
        return json_put(row, "ev", json_share(ev));
    json_decref(row);
    return NULL;
}
