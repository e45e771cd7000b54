/*
 * check_table - the arguments of a call as they are written: tables of options, and their names.
 *
 * Layer      plan: base.
 * Errors     Findings.
 */
#pragma once

#include "plan/check_body.h"
#include "plan/words.h"

enum { CHECK_NAME = 128 };

/* A node's text as a C string, cut to fit. */
const char *check_name(const struct node *n, char ret[CHECK_NAME]);

/* The names in a table of options: known, no list items, no numbers. */
void check_options(const struct body_check *c, const struct node *table, const char *function,
                   enum word_kind options);
/* One of them. */
void check_option(const struct body_check *c, const struct node *key, const char *function,
                  enum word_kind options);

/* Has the table a part whose name is computed? Then nothing is said to be missing. */
bool check_is_computed(const struct node *table);

/* The literal table that a call got as its n-th argument (1 is the first), NULL: computed. */
const struct node *check_table(const struct node *call, unsigned n);

/* Is it written down, and of a kind that cannot be right? NULL is not. */
bool check_is_other(const struct node *arg, enum node_kind wanted);

/* measure("NAME"), report("KIND"): one of `table` of the head, or nobody will ever do it. */
void check_named(const struct body_check *c, const struct node *call, const char *word,
                 const char *table, const char *example);

/* No fact of this name: the nearest of the head, or of the engine's. */
void check_unknown_fact(const struct body_check *c, const struct node *n, const char *name);
