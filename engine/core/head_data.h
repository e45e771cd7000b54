/*
 * head_data - what a head is made of. Private to head.c, head_check.c, head_level.c,
 * head_measure.c, head_report.c, head_family.c, head_upkeep.c, schedule.c, starts_on.c, facts.c
 * and plan_sheet.c.
 *
 * As with a site, the JSON is checked first (head_check.c); building from it cannot fail.
 */
#pragma once

#include "core/form.h"
#include "core/head.h"
#include "core/head_family.h"
#include "core/head_level.h"
#include "core/head_measure.h"
#include "core/head_report.h"
#include "core/head_upkeep.h"
#include "core/schedule.h"

struct plan_head {
    char *name;
    json_t *json; /* own: a copy of what was read */
    json_t *fallback;
    struct fact *facts; /* sorted by name */
    size_t facts_count;
    struct level_head levels[LEVEL_END]; /* LEVEL_NONE in those that the plan does not have */
    struct criterion_head *criteria;
    size_t criteria_count;
    struct measure_head *measures; /* sorted by name */
    size_t measures_count;
    struct occasion *occasions; /* by name; of a standing plan */
    size_t occasions_count;
    struct report_head reports[REPORT_KINDS]; /* by NULL: the plan has no such report */
    int refs;
};

/* head_check.c: false after a remark. */
bool plan_head_check(const char *name, const json_t *head, const struct site *site,
                     struct remarks *r);

/* head_level.c: levels, auto, ends_when, principles, basis. Built after the facts. */
void head_levels_check(const char *plan, const json_t *head, const struct site *site,
                       struct remarks *r);
void head_levels_build(struct plan_head *h);
void head_levels_free(struct plan_head *h);

/* head_measure.c */
void head_measures_check(const json_t *head, const struct site *site, struct remarks *r);
void head_measures_build(struct plan_head *h);

/* head_family.c: one_per, digest, parent_only, reopen_within. */
void head_family_check(const json_t *head, struct remarks *r);
/* head_report.c; the cadence of a level is checked and built with the level */
void head_reports_check(const json_t *head, const struct site *site, struct remarks *r);
void head_reports_build(struct plan_head *h);
void level_report_check(const json_t *level, const struct site *site, struct remarks *r);
struct cadence_head level_cadence_build(const json_t *level);

/* head_upkeep.c: issued, filed, review_by, drill_every. */
void head_upkeep_check(const json_t *head, struct remarks *r);

/* schedule.c */
void head_schedule_build(struct plan_head *h);

/* starts_on.c: the entries of starts_on. */
void starts_on_check(const json_t *head, struct remarks *r);

/* The type of this name, FACT_TYPES for none; event is none. */
enum fact_type fact_type_parse(const char *name);
const char *fact_type_name(enum fact_type type);
