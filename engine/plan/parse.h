/*
 * parse - from the words of a Lua text to its tree.
 *
 * A recursive descent parser for Lua 5.4. It stops at the first thing that is no Lua and says what
 * it expected. Names are not looked up here (scope.h does).
 *
 * Layer      plan: base only.
 * Ownership  The tree lives in `arena` and borrows `src`.
 * Errors     One finding, and NULL. Nesting beyond 180 levels, expressions of more than
 *            TREE_DEPTH_MAX steps and texts of more than TREE_NODES_MAX nodes are refused, so that
 *            no text can exhaust the stack.
 */
#pragma once

#include "plan/findings.h"
#include "plan/tree.h"

/* The NODE_FUNCTION that the text is as a whole (no parameters, vararg); NULL: see findings. */
struct node *parse_text(const char *file, const char *src, size_t len, struct arena *arena,
                        struct findings *findings);
