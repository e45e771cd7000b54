/*
 * check_ledger - calls of measure, directive, item, resource and before, as they are written.
 *
 * Layer      plan: base, core/site.
 * Errors     Findings.
 */
#pragma once

#include "plan/check_body.h"

void check_measure(const struct body_check *c, const struct node *call);
void check_directive(const struct body_check *c, const struct node *call);
void check_item(const struct body_check *c, const struct node *call);
void check_resource(const struct body_check *c, const struct node *call);
void check_before(const struct body_check *c, const struct node *call);
