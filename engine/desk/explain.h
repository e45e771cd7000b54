/*
 * explain - `muster plan explain INCIDENT PERSON`: why was, or was not, this person called?
 *
 * A request is a frame "explain": the files of a set as the frame "check" has them, "records": the
 * incident as `journal export` gives it, "person" by id or name, "zh"?. From the record alone come
 * who was called, why, and what became of it, with the line of the plan; for who was not called,
 * the site of now tells whether a call could have come to them.
 *
 * The reply: {"op":"explained","ok":true,"person","name","lines":[sentences],"unknown"?}; else
 * {"ok":false,"error","code"?,"near"?}. unknown: the site of now does not know them any more.
 *
 * Layer      desk.
 */
#pragma once

#include "base/json.h"

json_t *plan_explain(const json_t *request);
