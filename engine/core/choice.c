#include "core/choice.h"

#include <string.h>

const char *choice_name(const json_t *choice)
{
    const char *plain = json_string_value(choice);
    return plain ? plain : json_str_or(choice, "en", json_str_or(choice, "zh", ""));
}

const char *choice_meant(const json_t *choices, const char *said)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(choices), n, one)
    {
        if (!strcmp(said, choice_name(one)) || !strcmp(said, json_str_or(one, "zh", "")) ||
            !strcmp(said, json_str_or(one, "en", "")))
            return choice_name(one);
    }
    return NULL;
}
