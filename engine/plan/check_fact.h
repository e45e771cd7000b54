/*
 * check_fact - what bodies do with facts: fields that a fact does not have, facts that nobody can
 * ever report, what a child is given to begin with.
 *
 * Layer      plan: base, core/site.
 * Errors     Findings.
 */
#pragma once

#include "plan/check_body.h"

/* The fields that a handler looks at: on(NAME, function(f) … f.field … end). */
void check_handler(const struct body_check *c, const struct node *call);

/* f.field, where f is what wait(NAME) gave. A NODE_INDEX. */
void check_waited(const struct body_check *c, const struct node *n);

/* wait(NAME) or on(NAME) of a fact that cannot come in this plan. */
void check_comes(const struct body_check *c, const struct node *call, const char *name,
                 bool forever);

/* child{plan = , fields = }: facts of that plan. */
void check_child_fields(const struct body_check *c, const struct node *plan,
                        const struct node *fields);
