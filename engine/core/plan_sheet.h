/*
 * plan_sheet - what somebody needs before them who orders, confirms or reports: of the plan's head
 * its principles, levels, measures, criteria and facts; of the site who may order and who is told,
 * by name.
 *
 * It is read by forms, and decides nothing: whether an order is right is asked when it is given.
 *
 * Layer      core: base only. No clock, no I/O.
 */
#pragma once

#include "core/head.h"
#include "core/site.h"

/*
 * The members of one plan that /api/v1/plans/{plan} has beside those of the list, with those people
 * who are on duty at the time `at`. Gives.
 *
 *     principles, basis, owner, issued, filed, review_by, drill_every
 *                 as the head has them; left out where it has none
 *     facts       [{"name","type","per"?,"unit"?,"label"?,"key"?,"fields"?}]
 *     stations    [{"id","kind","name"?}] of the kinds that facts are reported for
 *     levels      [{"level","when"?,"ordered_by","commander","members","expected","people","told"}]
 *                 lowest first; people may order it, told are those whom its order tells
 *     ends        [{"person","name","as"}] who may order the end
 *     criteria    [{"id","words","when"|"confirm","people"?}]
 *     measures    [{"name","title","owner","phase"?,"due"?,"done_when"?}] by name
 *     targets     {"dept:water":"水务局",…} of all that is named here, and of all departments
 */
json_t *plan_sheet(const struct plan_head *h, const struct site *s, wall_ms at);
