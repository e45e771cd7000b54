/*
 * crash - points with a name where a test may kill the process.
 *
 * A program that must survive kill -9 everywhere is killed at the places where it hurts most:
 * between a record and its commit, between a commit and its effects. Those places carry a line
 * `crash_point("store.after_commit")`. MUSTER_CRASH="NAME:N" in the environment makes the N-th hit
 * of the point NAME (N = 1 where it is left out) the last thing that the process does: it writes
 * one line to stderr and kills itself with SIGKILL, exactly as the kernel would.
 *
 * Compiled into every build, so that what is tested is what is shipped; unarmed it is one branch.
 *
 * Layer      base: libc only. Not for core/, which is pure.
 * Threads    Any.
 * Ownership  The one piece of state outside of a struct: the process can only die once.
 */
#pragma once

#include <stdbool.h>

extern bool crash_armed; /* read by crash_point only */

void crash_hit(const char *name);

static inline void crash_point(const char *name)
{
    if (__builtin_expect(crash_armed, 0))
        crash_hit(name);
}

/*
 * Arm from within: for a test that forks. spec is "NAME:N" or "NAME"; NULL disarms. Done at the
 * start of the process with MUSTER_CRASH. Call it before there are threads.
 */
void crash_arm(const char *spec);
