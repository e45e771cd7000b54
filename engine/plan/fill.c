#include "plan/fill.h"

#include "base/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 4 };

size_t fill_place(const char *at)
{
    size_t n = 1;

    if (at[0] != '{' || !(isalpha((unsigned char)at[1]) || at[1] == '_'))
        return 0;
    while (isalnum((unsigned char)at[n]) || at[n] == '_' || at[n] == '.')
        n++;
    return at[n] == '}' && n < FILL_FIELD_MAX ? n + 1 : 0;
}

/* Follow "labels.instance" into an object. */
static const json_t *look_up(const json_t *in, const char *path)
{
    char name[FILL_FIELD_MAX];

    while (in) {
        size_t n = strcspn(path, ".");

        memcpy(name, path, n);
        name[n] = '\0';
        in = json_at(in, name);
        if (!path[n])
            return in;
        path += n + 1;
    }
    return NULL;
}

static const json_t *in_language(const json_t *value, const char *lang)
{
    const json_t *text = lang ? json_at(value, lang) : NULL;

    if (!text)
        text = json_at(value, "zh");
    if (!text)
        text = json_at(value, "en");
    return json_is_string(text) ? text : NULL;
}

static bool add_value(const struct fill *f, const json_t *value, int depth, struct text *to);

/* The members of a list, or of an object in the order of their names. */
static bool add_members(const struct fill *f, const json_t *value, int depth, struct text *to)
{
    const char *comma = f->lang && strcmp(f->lang, "zh") == 0 ? "、" : ", ";
    const char **keys = json_keys(value, NULL);
    bool any = false;

    for (size_t i = 0; json_is_array(value) ? i < json_array_size(value) : keys[i] != NULL; i++) {
        size_t before = to->len;

        if (any)
            text_add(to, comma);
        size_t begun = to->len;
        add_value(f, json_is_array(value) ? json_array_get(value, i) : json_at(value, keys[i]),
                  depth + 1, to);
        if (to->len == begun) {
            to->len = before;
            to->at[before] = '\0';
        } else {
            any = true;
        }
    }
    free(keys);
    return any;
}

/* false: there is nothing to show. */
static bool add_value(const struct fill *f, const json_t *value, int depth, struct text *to)
{
    if (json_is_string(value)) {
        text_add(to, json_string_value(value));
        return true;
    }
    if (json_is_number(value) || json_is_boolean(value)) {
        json_write(value, to);
        return true;
    }
    if (depth >= DEPTH_MAX || !value || json_is_null(value))
        return false;
    if (json_is_object(value)) {
        const json_t *name = in_language(value, f->lang);

        if (!name)
            name = json_at(value, "name");
        if (name)
            return add_value(f, name, depth + 1, to);
    }
    return add_members(f, value, depth, to);
}

/* A list that is empty is known: it shows nothing. */
static bool add_field(const struct fill *f, const char *path, struct text *to)
{
    const json_t *value = look_up(f->values, path);

    if (value)
        return add_value(f, value, 0, to) || json_is_array(value);
    value = look_up(f->about, path);
    return value && (add_value(f, value, 0, to) || json_is_array(value));
}

bool fill_text(struct fill *f, const char *text, struct text *to)
{
    while (*text && to->len <= FILL_TEXT_MAX) {
        size_t plain = strcspn(text, "{");
        size_t n = fill_place(text + plain);
        char path[FILL_FIELD_MAX];

        text_add_bytes(to, text, plain);
        text += plain;
        if (n == 0) {
            n = *text ? 1 : 0;
            text_add_bytes(to, text, n);
            text += n;
            continue;
        }
        memcpy(path, text + 1, n - 2);
        path[n - 2] = '\0';
        if (!add_field(f, path, to)) {
            text_add_bytes(to, text, n);
            if (!f->unknown[0])
                memcpy(f->unknown, path, n - 1);
        }
        text += n;
    }
    return to->len <= FILL_TEXT_MAX;
}
