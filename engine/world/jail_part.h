/*
 * jail_part - the walls of the jail, one function each; only jail.c calls them.
 *
 * Each returns NULL when the wall stands, else a static word or two on why it does not.
 */
#pragma once

#include "world/courier_reads.h"

#include <stdbool.h>
#include <stdint.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(MUSTER_COVERAGE)
#define JAIL_RELAXED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define JAIL_RELAXED 1
#endif
#endif
#ifndef JAIL_RELAXED
#define JAIL_RELAXED 0
#endif

enum jail_kind { JAIL_PLANNER, JAIL_COURIER };

/* No path but `reads` (NULL: none at all) can be opened, and those for reading only. */
const char *jail_landlock(enum jail_kind kind, const struct courier_reads *reads);

/* The last wall: after it nothing else can be given up. */
const char *jail_seccomp(enum jail_kind kind);
