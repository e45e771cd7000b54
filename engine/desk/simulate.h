/*
 * simulate - `muster plan simulate`: one plan through a night, or through many.
 *
 * A request is a frame "simulate": the files of a set as the frame "check" has them, "plan", and
 * "with": {"at"?,"for"?,"seed"?,"runs"?,"zh"?,"title"?,"grade"?,"kind"?,"place":[words],
 * "labels":[words],"fields":[words],"people":[words],"orders":[words],"faults":[words],
 * "works":[words],"confirms":[words],"scenario"?,"svg"?}, the words as script.h and workers.h have
 * them.
 *
 * The reply: {"op":"simulated","ok":true,"trace","figures","left","spans","began","hash",
 * "score"? (core/score.h)}; with runs above
 * 1
 * {"op":"simulated","ok":true,"distribution"}; else {"op":"simulated","ok":false,"code"?
 * (base/err.h),"error"?,"field"? (of the request, that is wrong),"findings"?}.
 *
 * "left" is what stands when the time is over: {"state","level"?,"health"?,"items":[names],
 * "reports":[names],"unconfirmed":[criteria]}.
 *
 * The same request gives the same reply, byte for byte. Nothing is sent, nothing is written.
 *
 * Layer      desk.
 * Ownership  The request is borrowed, the reply given.
 */
#pragma once

#include "base/json.h"

enum { SIMULATE_RUNS_MAX = 10000 };

json_t *simulate(const json_t *request);
