/*
 * scope - which name means what.
 *
 * Goes through a tree once, ties each name to the local that it means, and reports what means
 * nothing: unknown names (with the nearest known one), globals that are assigned, words that are
 * members that the libraries do not have, jumps without a label. What only
 * runs inside a body (call, wait …) is refused outside of functions.
 *
 * Layer      plan: base only.
 * Ownership  Sets `decl` and `assigned` in the tree; takes memory from `arena`.
 * Errors     Findings.
 */
#pragma once

#include "plan/findings.h"
#include "plan/tree.h"

/* What a text is: it decides which constructor it has, and whether it has the plan language. */
enum text_kind { TEXT_PLAN, TEXT_SITE, TEXT_CHANNEL, TEXT_LIBRARY, TEXT_SCENARIO, TEXT_HOLIDAYS };

/* Does it hold code, in the plan language? Else it is data. */
bool text_kind_has_words(enum text_kind kind);

/* The constructor: plan "NAME" {…}, site {…}, channel "NAME" {…}, scenario "NAME" {…}. Static;
 * NULL: a library has none, and holidays. */
const char *text_kind_constructor(enum text_kind kind);

void scope_resolve(struct node *text, const char *file, enum text_kind kind, struct arena *arena,
                   struct findings *findings);
