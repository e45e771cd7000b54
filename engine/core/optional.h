/*
 * optional - tables that stand only where something is there: { ["?"] = "answer_url", … }.
 *
 * A button without an address would be refused by most services, so that a table can name what it
 * needs; without it the table is left out, of a list as of another table.
 *
 * Layer      core: base.
 */
#pragma once

#include "base/json.h"

#include <stdbool.h>

#define OPTIONAL_KEY "?"

typedef bool optional_fn(void *ctx, const char *name); /* is it there? */

/* Is there such a table in it, at any depth? */
bool optional_in(const json_t *tree);

/* The tree without the tables whose thing is not there, and without the key. Texts, numbers and
 * such are shared with it. Gives; NULL: it is itself such a table. */
json_t *optional_keep(const json_t *tree, optional_fn *there, void *ctx);
