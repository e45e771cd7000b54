#include "base/limit.h"

enum { WARN_PERCENT = 80, CALM_PERCENT = 70 };

static bool reaches(int64_t used, int64_t most, int64_t percent)
{
    return (double)used * 100 >= (double)most * (double)percent; /* bytes times 100 may overflow */
}

bool limit_warns(bool *warned, int64_t used, int64_t most)
{
    bool before = *warned;
    if (most <= 0)
        return false;
    if (reaches(used, most, WARN_PERCENT))
        *warned = true;
    else if (!reaches(used, most, CALM_PERCENT))
        *warned = false;
    return *warned && !before;
}
