/*
 * histogram - how often something took how long: counts up to fixed bounds, and the sum.
 *
 * Layer      base: libc only.
 * Ownership  A plain value. It borrows its scale, which is constant.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { HISTOGRAM_BOUNDS = 12 };

struct histogram_scale {
    int64_t bounds_us[HISTOGRAM_BOUNDS]; /* rising; a value that is on one counts under it */
};

extern const struct histogram_scale histogram_machine; /* 100 us to 10 s */
extern const struct histogram_scale histogram_people;  /* 5 s to 2 h */

struct histogram {
    const struct histogram_scale *scale;
    int64_t counts[HISTOGRAM_BOUNDS + 1]; /* the last: above all bounds */
    int64_t sum_us;
};

void histogram_add(struct histogram *h, int64_t us); /* below 0 counts as 0 */
