/*
 * planner_sandbox - run a piece of plan code in a sandbox of its own and say how it ended.
 */
#pragma once

#include "plan/sandbox.h"

struct planner_run {
    enum sandbox_end end;
    char result[4096]; /* what the chunk returned, as text, when it is SANDBOX_DONE */
    struct sandbox_fault fault;
    int64_t instructions;
    double cpu_s; /* of the run alone, divided by how much slower this build is */
};

/* Load and run `code` under the usual limits; a syntax error is SANDBOX_ERROR. */
struct planner_run planner_run(const char *code);
struct planner_run planner_run_with(const char *code, const struct sandbox_limits *limits);

/* CPU seconds of this process, divided by MUSTER_TEST_SLOW. */
double planner_cpu_s(void);
