/*
 * site_stand_in - who stands in for somebody who passes a call on: the deputy of the post in whose
 * name they were called, the next seat of the roster; else of any post that they hold, of any
 * roster in which they sit now.
 */
#include "core/site_data.h"

#include <stdlib.h>
#include <string.h>

/* Whom somebody asks for. */
struct stand_in {
    const struct site *site;
    const char *person;
    bool drill;
    wall_ms at;
};

static bool rung_is(const struct rung *rung, const char *person)
{
    return rung->count == 1 && !strcmp(rung->at[0].id, person);
}

/*
 * Of a post: whoever comes behind the holder as their deputy. Of a roster: whoever sits in the next
 * seat. Both are the next rung of another person.
 */
static bool next_of(const struct stand_in *a, const char *target, struct rung_person *ret)
{
    AUTO_JSON(to);
    struct rungs found = {0};
    bool there = false, stands_in = false;
    bool post = target_id(target, "post") != NULL;
    to = json_string(target);
    site_resolve(a->site, to, NULL, a->drill, a->at, &found);
    for (size_t n = 0; n < found.count && !stands_in; n++) {
        const struct rung *rung = &found.at[n];
        stands_in =
            there && !rung_is(rung, a->person) && rung->count == 1 && (!post || rung->deputy);
        if (stands_in)
            *ret = rung->at[0];
        there = there || rung_is(rung, a->person);
    }
    rungs_done(&found);
    return stands_in;
}

/* "防指总指挥, post:flood-hq-commander": how they came into it. */
static bool next_by_words(const struct stand_in *a, const char *words, struct rung_person *ret)
{
    const char *comma = words ? strrchr(words, ',') : NULL;
    const char *target = comma ? comma + 1 + strspn(comma + 1, " ") : NULL;
    return target && (target_id(target, "post") || target_id(target, "duty")) &&
           next_of(a, target, ret);
}

static bool next_by_posts(const struct stand_in *a, struct rung_person *ret)
{
    AUTO_JSON(held);
    size_t n;
    json_t *target;
    held = site_targets_of(a->site, a->person);
    json_array_foreach(held, n, target)
    {
        if (target_id(json_string_value(target), "post") &&
            next_of(a, json_string_value(target), ret))
            return true;
    }
    return false;
}

static bool next_by_rosters(const struct stand_in *a, struct rung_person *ret)
{
    const char **ids = json_keys(json_at(a->site->json, "rosters"), NULL);
    bool found = false;
    for (size_t n = 0; ids[n] && !found; n++) {
        AUTO_TEXT(target);
        text_addf(&target, "duty:%s", ids[n]);
        found = next_of(a, text_str(&target), ret);
    }
    free(ids);
    return found;
}

bool site_stand_in(const struct site *s, const char *person, const char *words, bool drill,
                   wall_ms at, struct rung_person *ret)
{
    const struct stand_in a = {.site = s, .person = person, .drill = drill, .at = at};
    return next_by_words(&a, words, ret) || next_by_posts(&a, ret) || next_by_rosters(&a, ret);
}
