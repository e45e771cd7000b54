/*
 * wait_over - until an incident is over: what `trigger --wait` and `drill start --wait` do.
 *
 * Layer      ctl.
 */
#pragma once

#include "ctl/ctl.h"

/* It watches before it looks, so that the end is not missed. returns  The exit code. */
int wait_over(const struct ctl *c, const char *incident);
