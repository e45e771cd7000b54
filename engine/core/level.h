/*
 * level - the response levels 响应级别 IV (lowest) to I (highest), one of the four ladders.
 *
 * Category, grade of the event, colour of the warning and response level are four different things
 * (an order alone changes the last); they are never compared with each other.
 */
#pragma once

#include <stdbool.h>

enum level { LEVEL_NONE, LEVEL_IV, LEVEL_III, LEVEL_II, LEVEL_I, LEVEL_END };

const char *level_name(enum level l); /* "IV" … "I"; NULL for LEVEL_NONE */
/* false: no such level; *ret is untouched then. */
bool level_parse(const char *name, enum level *ret);
