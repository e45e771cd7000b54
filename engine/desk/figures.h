/*
 * figures - what a night comes to: how soon somebody answered, who was called how often, what was
 * late; and the spans that its chart shows.
 *
 * Layer      desk: core.
 * Ownership  figures_new gives, figures_free frees.
 */
#pragma once

#include "base/json.h"
#include "core/record.h"

struct figures;

/* spans: also keep what a chart shows; zh: in Chinese. */
struct figures *figures_new(bool spans, bool zh);
void figures_free(struct figures *f); /* NULL is fine */

void figures_record(struct figures *f, const struct record *r);

/*
 * {"first_answer_ms"?,"first_order_ms"?,"closed_ms"?,"calls":{PERSON:n},"called":n,"answered":n,
 * "expired":n,"undelivered":n,"urged":n,"late":[names],"failures":n}: ms since the first trigger.
 * Gives.
 */
json_t *figures_json(const struct figures *f);

/*
 * [{"lane":"level|call|item|report","name","from","to"?,"due"?,"end"?}], steady ms; no "to": it
 * goes on. "end": answered, declined, silent, done, sent … Borrows.
 */
bool figures_confirmed(const struct figures *f, const char *criterion);
const json_t *figures_spans(const struct figures *f);

/*
 * Of many runs: {"runs","first_answer":{"n","min","median","p90","max"},…,"calls":{PERSON:{…}},
 * "late":{NAME: in how many runs}}. `runs` is a list of figures_json. Gives.
 */
json_t *figures_distribution(const json_t *runs);
