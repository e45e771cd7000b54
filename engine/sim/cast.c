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

struct role {
    char *id;
    struct cast_part part;
};

struct cast {
    uint64_t dice;
    struct role *roles;
    size_t roles_count, roles_cap;
    struct spell *spells;
    size_t spells_count, spells_cap;
    struct voice *voices;
    size_t voices_count, voices_cap;
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
    for (size_t n = 0; n < c->roles_count; n++)
        free(c->roles[n].id);
    for (size_t n = 0; n < c->spells_count; n++)
        free(c->spells[n].id);
    for (size_t n = 0; n < c->voices_count; n++) {
        free(c->voices[n].endpoint);
        free(c->voices[n].body);
    }
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
    }
    role->part = *part;
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

int64_t cast_answers(struct cast *c, const char *id, mono_ms now, bool *ret_declines)
{
    struct cast_part part = cast_part_of(c, id);
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
