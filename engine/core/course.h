/*
 * course - what took how long in an incident, out of its journal: the first answer, each call and
 * who was asked in it, orders after what was proposed, whom no message reached and why.
 *
 *     course_new ─► course_take, each record in the order of the journal ─► course_json
 *
 *     {"opened_at","closed_at"?,"why"?,"speed"?,
 *      "first_answer"?:{"at","took_ms","by","name"?},
 *      "calls":[{"step","at","text","outcome":"open|answered|expired","took_ms"?,"by"?,
 *                "asked":[{"person","name","words"?,"at","took_ms"?,"outcome"}]}],
 *      "orders":[{"action","level"?,"at","name"?,"as"?,"proposed_at"?,"took_ms"?}],
 *      "waiting":[{"action","level"?,"at"}],
 *      "items":{ID:{"received_at"?,"arrived_at"?,"ended_at"?,"urged"?,"leader"?}},
 *      "people":[{"person","name","called","answered","declined","silent","unreached","took_ms"?}],
 *      "unreached":[{"person","name","at","text","tries":[{"endpoint","why","status"?,"times"}]}]}
 *
 * An item ends when it is done, struck off, lifted or rejected; "leader" has heard of it. "waiting"
 * was proposed, and nobody has ordered it. outcome of who was asked: answered, declined, silent,
 * unreached (no contact took the message), recalled (it was not needed any more
 * before their time was up). "took_ms" of a
 * person is the mean of the answers. Of a purged incident names and texts are missing.
 *
 * Layer      core: base. Pure.
 * Ownership  course_json gives.
 */
#pragma once

#include "core/record.h"

struct course;

struct course *course_new(void);
void course_free(struct course *c);
void course_take(struct course *c, const struct record *r);
json_t *course_json(const struct course *c);
