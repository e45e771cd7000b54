#include "core/form.h"

#include "base/time.h"

#include <stdlib.h>
#include <string.h>

enum { ID_MAX = 64, WORDS_BYTES_MAX = 4096 };

bool form_table(struct remarks *r, const json_t *value, const char *what)
{
    if (json_is_object(value) || (json_is_array(value) && json_array_size(value) == 0))
        return true;
    remark_error(r, "bad_value", NULL, "%s is a table of keys: { key = value }", what);
    return false;
}

static const struct form_key *form_key_find(const struct form_key *keys, const char *name)
{
    for (; keys->name; keys++)
        if (strcmp(keys->name, name) == 0)
            return keys;
    return NULL;
}

static const char *form_key_nearest(const struct form_key *keys, const char *name)
{
    enum { NAMES_MAX = 64 };
    const char *names[NAMES_MAX];
    size_t count = 0;
    for (; keys->name && count < NAMES_MAX - 1; keys++)
        if (keys->built)
            names[count++] = keys->name;
    names[count] = NULL;
    return text_nearest(name, names);
}

bool form_keys(struct remarks *r, const json_t *table, const struct form_key *keys,
               const char *what)
{
    bool good = true;
    const char **names = json_keys(table, NULL);
    for (size_t i = 0; names[i]; i++) {
        const struct form_key *key = form_key_find(keys, names[i]);
        if (key && key->built)
            continue;
        good = false;
        if (key)
            remark_error_at(r, names[i], "not_built", NULL, "\"%s\" is not built yet", names[i]);
        else
            remark_error_at(r, names[i], "unknown_key", form_key_nearest(keys, names[i]),
                            "%s has no key \"%s\"", what, names[i]);
    }
    free(names);
    return good;
}

const json_t *form_need(struct remarks *r, const json_t *table, const char *key,
                        const char *example)
{
    const json_t *value = json_at(table, key);
    if (!value)
        remark_error(r, "missing_key", NULL, "%s is missing; write %s", key, example);
    return value;
}

static const char *form_plain_str(const json_t *value)
{
    if (!json_is_string(value) || json_holds_nul(value))
        return NULL;
    return json_string_value(value);
}

const char *form_str(struct remarks *r, const json_t *table, const char *key)
{
    const json_t *value = json_at(table, key);
    if (!value)
        return NULL;
    const char *s = form_plain_str(value);
    if (!s || !*s) {
        remark_error_at(r, key, "bad_value", NULL, "%s must be a text in quotes, and not empty",
                        key);
        return NULL;
    }
    if (strlen(s) > WORDS_BYTES_MAX) {
        remark_error_at(r, key, "bad_value", NULL, "%s is longer than %d bytes; shorten it", key,
                        WORDS_BYTES_MAX);
        return NULL;
    }
    return s;
}

bool form_bool(struct remarks *r, const json_t *table, const char *key)
{
    const json_t *value = json_at(table, key);
    if (value && !json_is_boolean(value))
        remark_error_at(r, key, "bad_value", NULL, "%s must be true or false, without quotes", key);
    return json_is_true(value);
}

int64_t form_int(struct remarks *r, const json_t *table, const char *key, int64_t least,
                 int64_t most, int64_t otherwise)
{
    const json_t *value = json_at(table, key);
    if (!value)
        return otherwise;
    int64_t n = json_is_integer(value) ? json_integer_value(value) : least - 1;
    if (n < least || n > most) {
        remark_error_at(r, key, "bad_value", NULL,
                        "%s must be a whole number from %lld to %lld, without quotes", key,
                        (long long)least, (long long)most);
        return otherwise;
    }
    return n;
}

int64_t form_duration(struct remarks *r, const json_t *table, const char *key)
{
    const json_t *value = json_at(table, key);
    if (!value)
        return 0;
    const char *s = form_plain_str(value);
    int64_t ms;
    if (s && duration_parse(s, true, &ms) && ms > 0)
        return ms;
    remark_error_at(r, key, "bad_value", NULL,
                    "%s must be a time longer than nothing, like \"90s\", \"5m\", \"1h30m\", "
                    "\"2d\"",
                    key);
    return 0;
}

const char *form_word(struct remarks *r, const json_t *table, const char *key,
                      const char *const *words, const char *otherwise)
{
    const char *s = form_str(r, table, key);
    if (!s)
        return otherwise;
    AUTO_TEXT(all);
    for (size_t i = 0; words[i]; i++) {
        if (strcmp(words[i], s) == 0)
            return words[i];
        text_addf(&all, "%s\"%s\"", i ? ", " : "", words[i]);
    }
    remark_error_at(r, key, "bad_value", text_nearest(s, words), "%s = \"%s\" is none of %s", key,
                    s, text_str(&all));
    return otherwise;
}

static bool words_fit(const json_t *value)
{
    const char *s = form_plain_str(value);
    return s && *s && strlen(s) <= WORDS_BYTES_MAX;
}

const json_t *form_words(struct remarks *r, const json_t *table, const char *key)
{
    const json_t *value = json_at(table, key);
    if (!value)
        return NULL;

    bool good = words_fit(value);
    if (json_is_object(value) && json_object_size(value) > 0) {
        good = true;
        const char **langs = json_keys(value, NULL);
        for (size_t i = 0; langs[i]; i++)
            if (strlen(langs[i]) != 2 || !words_fit(json_at(value, langs[i])))
                good = false;
        free(langs);
    }
    if (good)
        return value;
    remark_error_at(r, key, "bad_value", NULL,
                    "%s must be a text, or one a language: { zh = \"…\", en = \"…\" }; at most %d "
                    "bytes",
                    key, WORDS_BYTES_MAX);
    return NULL;
}

const json_t *form_list(struct remarks *r, const json_t *table, const char *key, const char *what)
{
    const json_t *value = json_at(table, key);
    if (json_is_array(value) && json_array_size(value) > 0)
        return value;
    remark_error_at(r, key, "nobody", NULL, "%s must be a list of %s with at least one in it", key,
                    what);
    return NULL;
}

const json_t *form_names(struct remarks *r, const json_t *table, const char *key, const char *what)
{
    const char *alone = json_str(table, key);
    if (!alone)
        return form_list(r, table, key, what);
    remark_error_at(r, key, "bad_type", NULL, "%s is a list, also of one: %s = { \"%s\" }", key,
                    key, alone);
    return NULL;
}

bool form_id(const char *id, bool dots)
{
    static const char name[] = "0123456789_-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.";
    size_t len = strlen(id);
    if (len == 0 || len > ID_MAX || strspn(id, name) != len)
        return false;
    if (!strchr(id, '.'))
        return true;
    return dots && id[0] != '.' && id[len - 1] != '.' && !strstr(id, "..");
}

bool form_rate(const char *text, int *ret_count, int64_t *ret_ms)
{
    int64_t count = 0;
    const char *c = text;
    for (; *c >= '0' && *c <= '9' && count < 1000000; c++)
        count = count * 10 + (*c - '0');
    if (c == text || *c != '/' || count < 1 || count > 1000000)
        return false;
    int64_t ms;
    if (!duration_parse(c + 1, false, &ms) || ms <= 0)
        return false;
    *ret_count = (int)count;
    *ret_ms = ms;
    return true;
}

const char *words_in(const json_t *words, const char *lang, const char *otherwise)
{
    if (json_is_string(words))
        return json_string_value(words);
    const char *s = lang ? json_str(words, lang) : NULL;
    if (!s && otherwise)
        s = json_str(words, otherwise);
    if (s)
        return s;

    const char **langs = json_keys(words, NULL);
    for (size_t i = 0; langs[i] && !s; i++)
        s = json_str(words, langs[i]);
    free(langs);
    return s ? s : "";
}

const char *form_nearest(const json_t *table, const char *name)
{
    const char **names = json_keys(table, NULL);
    const char *near = text_nearest(name, names);
    free(names);
    return near;
}
