#include "core/level.h"

#include <stddef.h>
#include <string.h>

static const char *const level_names[LEVEL_END] = {
    [LEVEL_IV] = "IV", [LEVEL_III] = "III", [LEVEL_II] = "II", [LEVEL_I] = "I"};

const char *level_name(enum level l)
{
    return level_names[l];
}

bool level_parse(const char *name, enum level *ret)
{
    for (enum level l = LEVEL_IV; name && l < LEVEL_END; l++) {
        if (!strcmp(name, level_names[l])) {
            *ret = l;
            return true;
        }
    }
    return false;
}
