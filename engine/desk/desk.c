#include "desk/desk.h"

#include "desk/explain.h"
#include "desk/replay.h"
#include "desk/simulate.h"
#include "desk/test.h"

#include <string.h>

static const struct {
    const char *op;
    json_t *(*answer)(const json_t *frame);
} works[] = {
    {"simulate", simulate},
    {"test", plan_test},
    {"replay", plan_replay},
    {"explain", plan_explain},
};

enum { WORKS = sizeof works / sizeof *works };

static size_t work_of(const char *op)
{
    size_t n = 0;
    while (n < WORKS && strcmp(works[n].op, op) != 0)
        n++;
    return n;
}

bool desk_knows(const char *op)
{
    return work_of(op) < WORKS;
}

json_t *desk_answer(const json_t *frame)
{
    size_t n = work_of(json_str_or(frame, "op", ""));
    return n < WORKS ? works[n].answer(frame) : NULL;
}
