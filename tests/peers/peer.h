/*
 * peer - what the programs of `make bench` share: the clocks, and an end with a sentence.
 *
 * They are no part of Muster and link nothing of it: they load it from outside, or do a part of its
 * work bare, for comparison.
 */
#pragma once

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

__attribute__((noreturn)) static inline void die(const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what,
            errno ? strerror(errno) : "failed");
    exit(1);
}

static inline int64_t clock_us(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static inline long number(const char *text, long least, long most)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno || end == text || *end || value < least || value > most) {
        errno = ERANGE;
        die(text);
    }
    return value;
}

static inline int order_us(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Of sorted figures. */
static inline double share_ms(const int64_t *us, size_t count, double share)
{
    size_t at = (size_t)((double)count * share);
    return count ? (double)us[at < count ? at : count - 1] / 1000 : 0;
}
