/*
 * check_require - which libraries a text asks for: require "lib.NAME", a literal at the top of the
 * file, so that the libraries of a plan are known, and pinned with it, before it runs.
 *
 * Layer      plan: base.
 * Errors     Findings.
 */
#pragma once

#include "plan/findings.h"
#include "plan/tree.h"

/* Calls `take` for each library that is asked for as it should be, with its name and its place. */
void check_requires(const struct node *tree, const char *file, struct findings *findings,
                    void (*take)(void *ctx, const char *name, struct pos at), void *ctx);
