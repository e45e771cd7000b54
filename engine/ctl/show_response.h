/*
 * show_response - how an incident is commanded, for people: the order in force, what waits for an
 * order, and how the conditions stand.
 */
#pragma once

#include "ctl/ctl.h"

/* A text in the reader's language, whichever there is; borrowed. */
const char *show_text(const struct ctl *c, const json_t *text);

void show_response(const struct ctl *c, const json_t *incident, struct text *to);
