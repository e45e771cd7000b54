/*
 * check_method - what is asked of handles: item:wait("done", "20m"), item:supervise("post:deputy").
 *
 * Whose handle it is is known where the word that gives it stands before the colon, or in a local
 * that is never set again. Elsewhere it may be any of them, or an object of the author's own, where
 * the plan makes such a method.
 *
 * Layer      plan: base, core/site.
 * Errors     Findings.
 */
#pragma once

#include "plan/check_body.h"

/* Which of these methods the plan makes itself, somewhere in this tree: own_methods of the check.
 */
unsigned check_own_methods(const struct node *n);

/* A NODE_METHOD. */
void check_method(const struct body_check *c, const struct node *n);
