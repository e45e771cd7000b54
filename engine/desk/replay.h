/*
 * replay - `muster plan replay INCIDENT --with FILE`: what would this version have done?
 *
 * A request is a frame "replay": the files of a set as the frame "check" has them, with that
 * version in its place, and "records": the incident as `journal export` gives it; "zh"?.
 *
 * Two answers. Strictly: would the plan's own commands have been the same, turn by turn, with the
 * facts of then? The first step that differs is named. And as a night: the same people do the same
 * things at the same times, and the two traces are laid beside each other: of the incident itself,
 * not of others that it opens.
 *
 * The reply: {"op":"replayed","ok":true,"plan","version"?,"turns","differs"?:{"seq","text",
 * "sentence","was"?,"is"?},"lines":[{"side":" " or "-" or "+","text"}],"changed","skipped",
 * "assumed":[{"id","name"}],"assumed_ms","cut"?}; else {"ok":false,"error"} or "findings". assumed:
 * whom this version calls and nobody called then; they answer after assumed_ms.
 *
 * Layer      desk.
 */
#pragma once

#include "base/json.h"

json_t *plan_replay(const json_t *request);
