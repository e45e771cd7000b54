#include "base/json_path.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_BYTES_MAX = 128 };

struct step {
    char key[KEY_BYTES_MAX]; /* "": it is a place in a list */
    size_t index;            /* from 1 */
};

static bool index_next(const char **at, struct step *ret)
{
    char *end;
    size_t digits = strspn(*at + 1, "0123456789");
    if (digits == 0 || digits > 6)
        return false;
    ret->key[0] = '\0';
    ret->index = strtoul(*at + 1, &end, 10);
    if (*end != ']' || ret->index == 0)
        return false;
    *at = end + 1;
    return true;
}

static bool key_next(const char **at, struct step *ret)
{
    size_t len = strcspn(*at, ".[]");
    if (len == 0 || len >= sizeof(ret->key))
        return false;
    memcpy(ret->key, *at, len);
    ret->key[len] = '\0';
    *at += len;
    return true;
}

/* The step at *at, which moves behind it; false: here stands none. */
static bool step_next(const char *path, const char **at, struct step *ret)
{
    if (**at == '[')
        return index_next(at, ret);
    if (*at > path && *(*at)++ != '.')
        return false;
    return key_next(at, ret);
}

bool json_path_valid(const char *path)
{
    struct step step;
    const char *at = path;
    bool good = *path != '\0';
    while (good && *at)
        good = step_next(path, &at, &step);
    return good;
}

const json_t *json_path_at(const json_t *value, const char *path)
{
    struct step step;
    for (const char *at = path; value && *at;) {
        if (!step_next(path, &at, &step))
            return NULL;
        value = step.key[0] ? json_at(value, step.key) : json_array_get(value, step.index - 1);
    }
    return value;
}
