/*
 * head_level - what the head of a plan says about levels and ends: who orders, when it is
 * suggested, and how it is over. A part of head.h.
 *
 * Levels are cumulative: who is a member at III is one at II. A condition over facts of stations
 * means any of them for a level, every one of them for an end.
 */
#pragma once

#include "core/condition.h"
#include "core/head_report.h"
#include "core/level.h"

#include <stdint.h>

struct plan_head;

struct level_head {
    enum level level;
    struct condition *when; /* NULL: only people suggest it */
    const char *when_text;
    const char *ordered_by; /* a target */
    const char *commander;  /* a target; the orderer where the head names none */
    const json_t *members;  /* a target or a list; NULL: nobody new */
    int64_t expected_ms;
    struct cadence_head report; /* when to report again */
    int64_t lower_after_ms;     /* 0: a lower level is suggested as soon as it is false */
};

struct criterion_head {
    const char *id;
    const json_t *words;    /* {"zh","en"} */
    struct condition *when; /* NULL: somebody confirms it */
    const char *when_text;
    const char *confirm; /* a target; NULL: a condition meets it */
    int64_t hold_ms;
};

/* NULL: the plan has no such level. */
const struct level_head *plan_head_level(const struct plan_head *h, enum level level);
bool plan_head_has_levels(const struct plan_head *h);
enum level plan_head_lowest(const struct plan_head *h); /* LEVEL_NONE: it has none */

const struct criterion_head *plan_head_criterion(const struct plan_head *h, const char *id);
const struct criterion_head *plan_head_criterion_at(const struct plan_head *h, size_t n);

/* auto: what the software orders when nobody does; LEVEL_NONE: nothing. */
enum level plan_head_auto(const struct plan_head *h, int64_t *ret_after_ms);

const json_t *plan_head_principles(const struct plan_head *h); /* list of words; NULL */
const json_t *plan_head_basis(const struct plan_head *h);      /* list of texts; NULL */
