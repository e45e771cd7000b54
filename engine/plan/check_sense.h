/*
 * check_sense - what is written well and cannot be meant: levels compared as texts, loops that
 * never wait, patterns without end, measures that nobody issues.
 *
 * Layer      plan: base, core/site.
 * Errors     Findings.
 */
#pragma once

#include "plan/check_body.h"

/* Levels and grades have an order of their own: I is above IV. A NODE_BINARY. */
void check_compare(const struct body_check *c, const struct node *n);
void check_power(const struct body_check *c, const struct node *n);

/* while true do … end, and nothing in it waits or leaves. A NODE_WHILE or NODE_REPEAT. */
void check_loop(const struct body_check *c, const struct node *n);

/* string.find(s, pattern), s:find(pattern) … A NODE_CALL or NODE_METHOD. */
void check_pattern(const struct body_check *c, const struct node *n);

/* Measures of the head that come with nothing. */
void check_unissued(const struct body_check *c);
