/*
 * check_order - calls of propose and publish, as they are written: what people are asked to order.
 *
 * Layer      plan: base, core/site.
 * Errors     Findings.
 */
#pragma once

#include "plan/check_body.h"

void check_propose(const struct body_check *c, const struct node *call);
void check_publish(const struct body_check *c, const struct node *call);
