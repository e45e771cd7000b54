#include "planner_sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double planner_cpu_s(void)
{
    struct timespec t;
    const char *slow = getenv("MUSTER_TEST_SLOW");
    double factor = slow ? strtod(slow, NULL) : 1;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return ((double)t.tv_sec + (double)t.tv_nsec / 1e9) / (factor >= 1 ? factor : 1);
}

static void keep_result(struct sandbox *sb, struct planner_run *run)
{
    lua_State *L = sandbox_lua(sb);
    size_t len = 0;

    switch (lua_type(L, -1)) {
    case LUA_TBOOLEAN:
        snprintf(run->result, sizeof(run->result), "%s", lua_toboolean(L, -1) ? "true" : "false");
        break;
    case LUA_TSTRING:
    case LUA_TNUMBER:
        snprintf(run->result, sizeof(run->result), "%s", lua_tolstring(L, -1, &len));
        break;
    default:
        snprintf(run->result, sizeof(run->result), "%s", lua_typename(L, lua_type(L, -1)));
    }
    lua_pop(L, 1);
}

struct planner_run planner_run_with(const char *code, const struct sandbox_limits *limits)
{
    struct planner_run run = {.end = SANDBOX_ERROR};
    struct sandbox *sb = sandbox_new(limits);
    struct why why = {0};

    if (sandbox_load(sb, "test.lua", code, strlen(code), &why)) {
        snprintf(run.fault.text, sizeof(run.fault.text), "%s", why.text);
        sandbox_free(sb);
        return run;
    }
    double before = planner_cpu_s();
    run.end = sandbox_call(sb, 0, 1);
    run.cpu_s = planner_cpu_s() - before;
    run.instructions = sandbox_used(sb);
    if (run.end == SANDBOX_DONE)
        keep_result(sb, &run);
    else
        run.fault = *sandbox_fault(sb);
    sandbox_free(sb);
    return run;
}

struct planner_run planner_run(const char *code)
{
    return planner_run_with(code, &sandbox_limits_default);
}
