/*
 * head_data - what a head is made of. Private to head.c, head_check.c, starts_on.c and facts.c.
 *
 * As with a site, the JSON is checked first (head_check.c); building from it cannot fail.
 */
#pragma once

#include "core/form.h"
#include "core/head.h"

struct plan_head {
    char *name;
    json_t *json; /* own: a copy of what was read */
    json_t *fallback;
    struct fact *facts; /* sorted by name */
    size_t facts_count;
    int refs;
};

/* head_check.c: false after a remark. */
bool plan_head_check(const char *name, const json_t *head, const struct site *site,
                     struct remarks *r);

/* starts_on.c: the entries of starts_on. */
void starts_on_check(const json_t *head, struct remarks *r);

/* The type of this name, FACT_TYPES for none; event is none. */
enum fact_type fact_type_parse(const char *name);
const char *fact_type_name(enum fact_type type);
