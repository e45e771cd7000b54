/*
 * json_path - where a value stands in another, as people write it: "data.items[2].id".
 *
 * A place in a list counts from 1, as in Lua and in the places of remarks. A key with a full stop
 * or bracket in it cannot be named.
 *
 * Layer      base (jansson).
 * Ownership  What is found is borrowed from the value.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

bool json_path_valid(const char *path);

/* NULL: nothing is there, or the path is none. */
const json_t *json_path_at(const json_t *value, const char *path);
