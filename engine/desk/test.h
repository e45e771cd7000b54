/*
 * test - `muster plan test`: files NAME.test.lua, each test a night of its own.
 *
 * A request is a frame "test": the files of a set as the frame "check" has them, and
 * "tests":[{"name","source"}], "sites":[{"name","source"}] (other site files that `t:site` may
 * name), "only"? (a part of the test's name), "coverage"?.
 *
 * The reply: {"op":"tested","ok","tests":[{"file","name","ok","text"?,"where"?,"trace"?}],
 * "coverage"?:{FILE:{"lines","covered","missed":[lines]}}, "findings"?, "error"?}. What failed has
 * the trace up to there.
 *
 * Layer      desk: Lua in its sandbox.
 */
#pragma once

#include "base/json.h"

json_t *plan_test(const json_t *request);
