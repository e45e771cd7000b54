/*
 * onlooker - who looks on while plans run: a test that asks which scopes are alive, the coverage of
 * a plan's lines. A run is the same with and without one.
 *
 * Layer      plan.
 */
#pragma once

#include <stdbool.h>

struct onlooker {
    void *ctx;
    /* The body of a level ("IV"), or of the recovery ("recover"), begins or ends. NULL: not told.
     */
    void (*scope)(void *ctx, const char *incident, const char *name, bool begins, const char *at);
    /* A line of a plan is about to run. NULL: not told, and costs nothing. */
    void (*line)(void *ctx, const char *file, int line);
};
