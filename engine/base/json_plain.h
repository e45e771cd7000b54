/*
 * json_plain - JSON as it mostly is, read in one pass.
 *
 * Most of what a process of ours reads is what another one wrote: canonical, or near it. This
 * reader takes objects, arrays, strings, integers and words, and nothing that would need a second
 * thought: at a real number, a \u escape, an integer of more than 15 digits, a key that stands
 * twice, at too much depth and at every error it gives up, and base/json.c reads the same bytes
 * with jansson, which says what is wrong. What it takes, jansson takes, and gives the same value.
 *
 * Layer      base: jansson's values.
 * Ownership  Gives a reference, or NULL.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

json_t *json_plain(const char *bytes, size_t len, int depth_max);
