/*
 * desk - the author's desk: what is asked about plans before the night in which they are needed.
 *
 * Frames in: "simulate" (simulate.h), "test" (test.h). They run in a jailed process of their own,
 * which has neither network nor files; what they need comes with the frame.
 *
 * Layer      desk.
 */
#pragma once

#include "base/json.h"

#include <stdbool.h>

bool desk_knows(const char *op);
/* Borrows the frame, gives the reply. */
json_t *desk_answer(const json_t *frame);
