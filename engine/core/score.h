/*
 * score - how a drill went, out of its journal: what each inject expected, and whether and when it
 * came.
 *
 *     score_new ─► score_take, each record in the order of the journal ─► score_json
 *
 *     {"mode","scenario"?,"title"?,"director"?,"evaluators","names"?,"speed"?,"begun_at",
 *      "ended_at"?,
 *      "met","late","missed","open",                             of all that was expected
 *      "injects":[{"no","by","zh","en","at"?,"objective"?,"expect"?:{"line","within_ms"?},
 *                  "result"?,"took_ms"?,"met_at"?,"met_zh"?,"met_en"?,"before"?}],
 *      "objectives":[{"id","words","met","late","missed","open","result"}]}
 *
 * An expectation counts from its inject: met within its time; late, met after it; missed, not met
 * though its time or the drill is over; open, there is still time; to_come, its inject is. The
 * level that is in force already when its order is expected was ordered in time ("before").
 *
 * With a speed, times are those of the scenario's clock, and moments those on the wall. Of several
 * that expect the same, one row of the journal meets all that wait then. An objective is
 * as good as the worst of its expectations.
 *
 * Layer      core: base. Pure.
 * Ownership  score_json gives.
 */
#pragma once

#include "core/record.h"

struct score;

struct score *score_new(void);
void score_free(struct score *s);
void score_take(struct score *s, const struct record *r);
json_t *score_json(const struct score *s); /* NULL: no drill was started here */
