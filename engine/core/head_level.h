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
#include "core/remark.h"

#include <stdint.h>

struct plan_head;
struct site;

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

/*
 * A condition over these facts ({NAME:{"type","per",…}}, as in a head) and the numbers of stations.
 *
 * site     NULL: what is no fact is taken for a number of stations.
 * returns  As condition_read.
 */
enum err plan_condition_read(const json_t *facts, const struct site *site, const char *text,
                             struct condition **ret, const char **ret_near,
                             struct why *why) MUST_USE;
/* The same, with all that can be said against it as remarks; `before` stands before its text.
 * Gives it; NULL after an error in it. */
struct condition *plan_condition_check(const json_t *facts, const struct site *site,
                                       const char *text, const char *before, struct remarks *r);
/* A condition of a body of this plan. */
enum err plan_head_condition(const struct plan_head *h, const struct site *site, const char *text,
                             struct condition **ret, struct why *why) MUST_USE;

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
