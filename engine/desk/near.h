/*
 * near - a name that is not there, with the nearest that is.
 *
 * Layer      desk: base.
 */
#pragma once

#include "base/err.h"
#include "base/json.h"

/*
 * known: an object that has all names there are. sentence: what is said, without a full stop, as
 * "the site has no person \"li.mng\"".
 *
 * returns  ERR_OK when it is there, else e.
 */
enum err near_missing(const json_t *known, const char *name, enum err e, const char *sentence,
                      struct why *why) MUST_USE;
