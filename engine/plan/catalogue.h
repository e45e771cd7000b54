/*
 * catalogue - the texts of a plan in the languages of its readers, looked up by T.
 *
 *     return {
 *         ["Report: {title} at {place}"] = { zh = "报告：{place} {title}" },
 *     }
 *
 * A library (plans/lib/NAME.lua) that returns a table and is named in the head, `catalogue =
 * "lib.NAME"`. A text is looked up as it stands in the plan; a language that its entry lacks has
 * the text itself. What is not in it stays as it is.
 *
 * Layer      plan: base and Lua.
 */
#pragma once

#include "base/json.h"

#include <lua.h>

enum { CATALOGUE_BYTES_MAX = 1024 * 1024 };

/* The catalogue at index: {TEXT: {"zh","en"}}. Gives. ERR_INVALID or ERR_LIMIT: it is none. */
enum err catalogue_read(lua_State *L, int index, json_t **ret, struct why *why) MUST_USE;

/* Is this the shape of one? The sentence names the text that is wrong. */
enum err catalogue_check(const json_t *catalogue, const char **ret_text, struct why *why) MUST_USE;

/* The text in its languages. Gives; NULL: it is not in the catalogue, which may be NULL. */
json_t *catalogue_text(const json_t *catalogue, const char *text);
