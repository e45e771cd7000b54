/*
 * head_upkeep - what the head of a plan says about its own upkeep: when the paper plan was issued
 * and filed 备案, by when it is reviewed 复审, how often it is drilled 演练. A part of head.h.
 *
 * Days of the site's calendar, counted as base/date.h does.
 */
#pragma once

#include "base/date.h"
#include "core/remark.h"

struct plan_head;

enum owed { OWED_FILING, OWED_REVIEW, OWED_DRILL, OWEDS };

const char *owed_name(enum owed what); /* filing, review, drill */

enum { FILING_WORKING_DAYS = 20 }; /* 国办发〔2024〕5号: within so many after it was issued */

/*
 * The day by which the plan owes this; false: it owes nothing of the kind.
 *
 *     filing  20 working days after `issued`, while `filed` is not given
 *     review  review_by
 *     drill   drill_every after the last drill, or after `issued` where there was none
 *
 * A plan that only others open (parent_only) is filed and drilled with these; a standing plan, by
 * which people meet, is not filed.
 *
 * drilled  the day on which the last drill of it ended; 0: there was none.
 */
bool plan_head_owes(const struct plan_head *h, enum owed what, int64_t drilled, int64_t *ret_day);
/* When the paper plan was issued; false: the head does not say. */
bool plan_head_issued(const struct plan_head *h, int64_t *ret_day);
const char *plan_head_drill_every(const struct plan_head *h); /* "3y"; NULL: it does not say */
const char *plan_head_filed(const struct plan_head *h); /* "2026-03-20"; NULL: it is not filed */
/* What is past on this day, as warnings; of drills nothing is known here. */
void plan_head_upkeep_late(const struct plan_head *h, int64_t today, struct remarks *r);
