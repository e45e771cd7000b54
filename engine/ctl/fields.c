#include "ctl/fields.h"

#include <string.h>

/* "k=v" in two: the name into `name`, the value is returned; NULL when there is no "=". */
static const char *pair_split(const char *pair, struct text *name)
{
    const char *equals = strchr(pair, '=');
    if (!equals || equals == pair)
        return NULL;
    text_add_bytes(name, pair, (size_t)(equals - pair));
    return equals + 1;
}

static enum err pair_refuse(const char *option, const char *pair, struct why *why)
{
    return why_set(why, ERR_INVALID, "%s %.60s: must be name=value", option, pair);
}

static enum err text_check(const char *option, const char *pair, struct why *why)
{
    if (utf8_valid(pair, strlen(pair)))
        return ERR_OK;
    return why_set(why, ERR_INVALID, "%s: is not UTF-8", option);
}

enum err fields_strings(const struct args *a, const char *option, json_t **ret, struct why *why)
{
    AUTO_JSON(object);
    const char *pair;
    for (size_t n = 0; (pair = args_nth(a, option, n)); n++) {
        AUTO_TEXT(name);
        const char *value = pair_split(pair, &name);
        if (!value)
            return pair_refuse(option, pair, why);
        enum err e = text_check(option, pair, why);
        if (e)
            return e;
        if (!object)
            object = json_object();
        if (json_at(object, text_str(&name)))
            return why_set(why, ERR_INVALID, "%s %s: is given twice", option, text_str(&name));
        json_put_str(object, text_str(&name), value);
    }
    *ret = json_incref(object);
    return ERR_OK;
}

static json_t *fact_value(const char *text)
{
    json_t *value = NULL;
    struct why why;
    if (json_read(text, strlen(text), &value, &why) == ERR_OK && !json_is_null(value) &&
        !json_is_array(value))
        return value;
    json_decref(value);
    return json_string(text);
}

/* The object for the facts of a station, made when it is not there. NULL: a fact has its name. */
static json_t *station_object(json_t *facts, const char *station)
{
    json_t *object = json_object_get(facts, station);
    if (!object) {
        object = json_object();
        json_put(facts, station, object);
    }
    return json_is_object(object) ? object : NULL;
}

static enum err fact_add(json_t *facts, const char *option, const char *pair, struct why *why)
{
    AUTO_TEXT(name);
    const char *value = pair_split(pair, &name);
    enum err e = value ? text_check(option, pair, why) : pair_refuse(option, pair, why);
    if (e)
        return e;
    char *dot = strchr(name.at, '.');
    const char *fact = dot ? dot + 1 : name.at;
    json_t *object = facts;
    if (dot) {
        *dot = '\0';
        object = station_object(facts, name.at);
    }
    if (!object || fact[0] == '\0' || json_at(object, fact))
        return why_set(why, ERR_INVALID, "%s %s: is given twice, or names no fact", option, pair);
    json_put(object, fact, fact_value(value));
    return ERR_OK;
}

enum err fields_facts(const struct args *a, const char *option, json_t **ret, struct why *why)
{
    AUTO_JSON(facts);
    const char *pair;
    for (size_t n = 0; (pair = args_nth(a, option, n)); n++) {
        if (!facts)
            facts = json_object();
        enum err e = fact_add(facts, option, pair, why);
        if (e)
            return e;
    }
    *ret = json_incref(facts);
    return ERR_OK;
}
