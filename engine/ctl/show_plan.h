/*
 * show_plan - what a plan has in its head, for people.
 */
#pragma once

#include "ctl/ctl.h"

/* "sha256:0a1b…" as its first twelve letters. */
enum { PIN_SHOWN = 12 };
void show_pin(struct text *to, const char *pin);

/* The object "plan" of the operation plan_show. */
void show_plan(const struct ctl *c, const json_t *plan, struct text *to);
