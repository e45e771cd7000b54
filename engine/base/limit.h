/*
 * limit - when to warn of a limit: at 80 % of it, once, and again only after it was under 70 %
 * (rule R2: no limit is met without a word before it).
 *
 * Layer      base: libc only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Is this the moment to warn?
 *
 * warned  Kept by the caller between the calls, false at first. most: 0 for a limit that is none.
 */
bool limit_warns(bool *warned, int64_t used, int64_t most);
