#include "sim/cast.h"

#include "base/heap.h"

#include <stdlib.h>
#include <string.h>

/* Of a person or an endpoint, in a span of time. The later one counts. */
struct spell {
    char *id;
    bool endpoint;
    int status;
    mono_ms from, to;
};

struct voice {
    char *endpoint, *body;
};

struct wish {
    char *id, *call, *choice;
};

struct role {
    char *id;
    struct cast_part part;  /* at each call; with `then` at the first */
    struct cast_part *then; /* at those that follow; the last one goes on */
    size_t then_count, then_cap;
};

struct count {
    char *id;
    int64_t calls;
};

struct cast {
    uint64_t dice;
    struct role *roles;
    size_t roles_count, roles_cap;
    struct spell *spells;
    size_t spells_count, spells_cap;
    struct voice *voices;
    size_t voices_count, voices_cap;
    struct wish *wishes;
    size_t wishes_count, wishes_cap;
    struct count *counts;
    size_t counts_count, counts_cap;
};

struct cast *cast_new(uint64_t seed)
{
    struct cast *c = mem_new(1, sizeof *c);
    c->dice = seed;
    return c;
}

void cast_free(struct cast *c)
{
    if (!c)
        return;
    for (size_t n = 0; n < c->roles_count; n++) {
        free(c->roles[n].id);
        free(c->roles[n].then);
    }
    for (size_t n = 0; n < c->counts_count; n++)
        free(c->counts[n].id);
    free(c->counts);
    for (size_t n = 0; n < c->spells_count; n++)
        free(c->spells[n].id);
    for (size_t n = 0; n < c->voices_count; n++) {
        free(c->voices[n].endpoint);
        free(c->voices[n].body);
    }
    for (size_t n = 0; n < c->wishes_count; n++) {
        free(c->wishes[n].id);
        free(c->wishes[n].call);
        free(c->wishes[n].choice);
    }
    free(c->wishes);
    free(c->voices);
    free(c->roles);
    free(c->spells);
    free(c);
}

/* splitmix64 */
uint64_t cast_dice(struct cast *c)
{
    uint64_t x = c->dice += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static struct role *role_find(const struct cast *c, const char *id)
{
    for (size_t n = 0; n < c->roles_count; n++) {
        if (!strcmp(c->roles[n].id, id))
            return &c->roles[n];
    }
    return NULL;
}

void cast_person(struct cast *c, const char *id, const struct cast_part *part)
{
    struct role *role = role_find(c, id);
    if (!role) {
        c->roles = mem_grow(c->roles, &c->roles_cap, c->roles_count + 1, sizeof *c->roles);
        role = &c->roles[c->roles_count++];
        role->id = mem_str(id);
        role->then = NULL;
        role->then_cap = 0;
    }
    role->part = *part;
    role->then_count = 0;
}

void cast_person_then(struct cast *c, const char *id, const struct cast_part *part)
{
    struct role *role = role_find(c, id);
    if (!role) {
        cast_person(c, id, part);
        return;
    }
    role->then = mem_grow(role->then, &role->then_cap, role->then_count + 1, sizeof *role->then);
    role->then[role->then_count++] = *part;
}

/* At their nth call. */
static struct cast_part part_at(const struct cast *c, const char *id, int64_t nth)
{
    const struct role *role = role_find(c, id);
    if (!role || nth < 1 || !role->then_count)
        return cast_part_of(c, id);
    size_t at = (size_t)nth < role->then_count ? (size_t)nth : role->then_count;
    return role->then[at - 1];
}

int64_t cast_called(struct cast *c, const char *id)
{
    for (size_t n = 0; n < c->counts_count; n++) {
        if (!strcmp(c->counts[n].id, id))
            return ++c->counts[n].calls;
    }
    c->counts = mem_grow(c->counts, &c->counts_cap, c->counts_count + 1, sizeof *c->counts);
    c->counts[c->counts_count++] = (struct count){mem_str(id), 0};
    return 0;
}

struct cast_part cast_part_of(const struct cast *c, const char *id)
{
    const struct role *role = role_find(c, id);
    if (!role)
        role = role_find(c, "*");
    return role ? role->part : (struct cast_part){.does = CAST_SILENT};
}

static void spell_add(struct cast *c, const char *id, bool endpoint, int status, mono_ms from,
                      mono_ms to)
{
    c->spells = mem_grow(c->spells, &c->spells_cap, c->spells_count + 1, sizeof *c->spells);
    c->spells[c->spells_count++] = (struct spell){mem_str(id), endpoint, status, from, to};
}

void cast_silence(struct cast *c, const char *id, mono_ms from, mono_ms to)
{
    spell_add(c, id, false, 0, from, to);
}

void cast_fault(struct cast *c, const char *endpoint, int status, mono_ms from, mono_ms to)
{
    spell_add(c, endpoint, true, status, from, to);
}

static const struct spell *spell_on(const struct cast *c, const char *id, bool endpoint,
                                    mono_ms now)
{
    for (size_t n = c->spells_count; n > 0; n--) {
        const struct spell *s = &c->spells[n - 1];
        if (s->endpoint == endpoint && now >= s->from && now < s->to && !strcmp(s->id, id))
            return s;
    }
    return NULL;
}

int64_t cast_answers(struct cast *c, const char *id, int64_t nth, mono_ms now, bool *ret_declines)
{
    struct cast_part part = part_at(c, id, nth);
    int64_t span = part.to_ms - part.from_ms;
    *ret_declines = part.does == CAST_DECLINES;
    if (part.does == CAST_SILENT || spell_on(c, id, false, now))
        return -1;
    if (part.percent < 100 && (int)(cast_dice(c) % 100) >= part.percent)
        return -1;
    return part.from_ms + (span > 0 ? (int64_t)(cast_dice(c) % (uint64_t)(span + 1)) : 0);
}

int64_t cast_orders(struct cast *c, const char *id, mono_ms now)
{
    struct cast_part part = cast_part_of(c, id);
    return part.orders && !spell_on(c, id, false, now) ? part.orders_ms : -1;
}

int cast_status(const struct cast *c, const char *endpoint, mono_ms now)
{
    const struct spell *s = spell_on(c, endpoint, true, now);
    return s ? s->status : 200;
}

void cast_chooses(struct cast *c, const char *id, const char *call, const char *choice)
{
    c->wishes = mem_grow(c->wishes, &c->wishes_cap, c->wishes_count + 1, sizeof *c->wishes);
    c->wishes[c->wishes_count++] = (struct wish){mem_str(id), mem_str(call), mem_str(choice)};
}

/* The later wish counts. */
const char *cast_choice(const struct cast *c, const char *id, const char *call,
                        const char *const *offered)
{
    const char *other = NULL;
    for (size_t n = c->wishes_count; n > 0; n--) {
        const struct wish *w = &c->wishes[n - 1];
        for (size_t k = 0; offered[k] && !strcmp(w->id, id); k++) {
            if (strcmp(offered[k], w->choice) != 0)
                continue;
            if (!strcmp(w->call, call))
                return offered[k];
            other = other ? other : offered[k];
        }
    }
    return other ? other : offered[0];
}

/* The later one counts. */
void cast_says(struct cast *c, const char *endpoint, const char *body)
{
    c->voices = mem_grow(c->voices, &c->voices_cap, c->voices_count + 1, sizeof *c->voices);
    c->voices[c->voices_count++] = (struct voice){mem_str(endpoint), mem_str(body)};
}

const char *cast_said(const struct cast *c, const char *endpoint)
{
    for (size_t n = c->voices_count; n > 0; n--) {
        if (!strcmp(c->voices[n - 1].endpoint, endpoint))
            return c->voices[n - 1].body;
    }
    return "";
}
