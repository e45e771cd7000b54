/*
 * login_page - signing in with a browser: by a key, or by the link that a demo prints once.
 *
 * Opening the link changes nothing, so that no program that looks at links can use it up; the
 * button does.
 *
 * Layer      serve: pure.
 */
#pragma once

#include "base/json.h"

/*
 * The page, whole.
 *
 * link     of the path; NULL: a key is asked for
 * refusal  why the last try failed; NULL: there was none
 */
void login_page(const char *link, const json_t *refusal, bool zh, struct text *to);
