/*
 * inject - 注入: what a scenario puts in, in words for people.
 *
 * inject   As scenario.h has it, or what is left of it when its drill was purged: {"no","by"}.
 *
 * Layer      core: base.
 */
#pragma once

#include "base/json.h"
#include "base/text.h"

#include <stdbool.h>

/* "注入3（更新）：水文局：…" */
void inject_say(const json_t *inject, bool zh, struct text *to);
/* What it says itself, with whoever it is from; or what fails, and how long. */
void inject_say_text(const json_t *inject, bool zh, struct text *to);
/* What is expected after it: "下令III级响应，15m 内". */
void inject_expect_say(const json_t *expect, bool zh, struct text *to);
