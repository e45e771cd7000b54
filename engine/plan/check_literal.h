/*
 * check_literal - the literal values in calls of the plan language: durations, texts, targets.
 *
 * Each takes the expression as it is written. What is not a literal (or a local that is one) is
 * left alone: true means "nothing wrong to be seen". `what` is how sentences call the value.
 *
 * Layer      plan: base, core/site.
 */
#pragma once

#include "plan/check_body.h"

/* "5m"; more than nothing when `positive`. */
void check_duration(const struct body_check *c, const struct node *value, const char *what,
                    bool positive);

/* A string, {zh=, en=} with languages of the site, or T "…". */
void check_text(const struct body_check *c, const struct node *value, const char *what);

/* A string in quotes, where a text in two languages is none. */
void check_string(const struct body_check *c, const struct node *value, const char *what);

/* One of these words (NULL behind the last), else the nearest is said; `expects` says them all. */
void check_word(const struct body_check *c, const struct node *value, const char *what,
                const char *const *words, const char *expects);

/* true or false. */
void check_boolean(const struct body_check *c, const struct node *value, const char *what);

/* One target of the site, or a list of them. */
void check_targets(const struct body_check *c, const struct node *value, const char *what);

/* One target of the site, no list. */
void check_one_target(const struct body_check *c, const struct node *value, const char *what);

/* How long a literal is; -1: it is none, or computed. */
int64_t check_duration_of(const struct node *value);

/* The literal targets of a value as a list. Gives; NULL: one is computed, or a role. */
json_t *check_targets_of(const struct node *value);

/* The string of a literal. Gives; NULL: it is none, or computed. */
char *check_string_of(const struct node *value);

/* Add the roles that assign() gives in this tree; false: one of them has a computed name. */
bool check_roles(const struct node *n, json_t *roles);

/* The name of a plan of the set. */
void check_plan(const struct body_check *c, const struct node *value);

/* The name of an endpoint of the site. */
void check_endpoint(const struct body_check *c, const struct node *value, const char *what);

/* A whole number from `least` to `most`. */
void check_whole(const struct body_check *c, const struct node *value, const char *what, int least,
                 int most);

/* Is it worth going on? false: enough was looked at, or found. */
bool check_spend(const struct body_check *c);

/* Add a finding at a node. */
void check_report(const struct body_check *c, const struct node *at, const char *code,
                  const char *fmt, ...) PRINTF_LIKE(4, 5);

/* The same as a warning. */
void check_warn(const struct body_check *c, const struct node *at, const char *code,
                const char *fmt, ...) PRINTF_LIKE(4, 5);

/* The nearest member of an object, NULL: none near or no object. Borrows from the object. */
const char *check_nearest_member(const json_t *object, const char *name);
