#include "base/histogram.h"

#define MS INT64_C(1000)
#define S (1000 * MS)

const struct histogram_scale histogram_machine = {
    {100, 300, 1 * MS, 3 * MS, 10 * MS, 30 * MS, 100 * MS, 300 * MS, 1 * S, 3 * S, 5 * S, 10 * S}};
const struct histogram_scale histogram_people = {{5 * S, 15 * S, 30 * S, 60 * S, 120 * S, 180 * S,
                                                  300 * S, 600 * S, 900 * S, 1800 * S, 3600 * S,
                                                  7200 * S}};

void histogram_add(struct histogram *h, int64_t us)
{
    size_t at = 0;
    us = us < 0 ? 0 : us;
    while (at < HISTOGRAM_BOUNDS && us > h->scale->bounds_us[at])
        at++;
    h->counts[at]++;
    h->sum_us += us;
}
