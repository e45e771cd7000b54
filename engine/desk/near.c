#include "desk/near.h"

#include <stdlib.h>

enum err near_missing(const json_t *known, const char *name, enum err e, const char *sentence,
                      struct why *why)
{
    if (json_at(known, name))
        return ERR_OK;
    const char **names = json_keys(known, NULL);
    const char *near = text_nearest(name, names);
    if (near)
        why_set(why, e, "%s; did you mean \"%s\"?", sentence, near);
    else
        why_set(why, e, "%s", sentence);
    free(names);
    return e;
}
