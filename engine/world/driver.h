/*
 * driver - what drives the plans: this binary and the Lua that it is linked with, as a line of text
 * that differs when one of them does.
 *
 * "muster 0.1.0 3f0a6f2d8e11, liblua5.4.so.0 9d1b3f0a6f2d": the version, and the first letters of
 * the build ids that the linker wrote. A distribution mends its Lua without another version number.
 *
 * Layer      adapter: base.
 */
#pragma once

#include "base/text.h"

void driver_name(const char *version, struct text *to);
