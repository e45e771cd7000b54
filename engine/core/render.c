/* From a channel and variables to the body of a message (channel_render). */
#include "core/channel_data.h"

#include <stdlib.h>
#include <string.h>

/* ---- variables ---- */

static const struct variable variables[] = {
    {"answer_url", VARIABLE_TEXT},     {"at", VARIABLE_TEXT},
    {"attempt", VARIABLE_NUMBER},      {"code", VARIABLE_TEXT},
    {"code_line", VARIABLE_TEXT},      {"drill", VARIABLE_BOOLEAN},
    {"incident.grade", VARIABLE_TEXT}, {"incident.id", VARIABLE_TEXT},
    {"incident.level", VARIABLE_TEXT}, {"incident.place", VARIABLE_TEXT},
    {"incident.plan", VARIABLE_TEXT},  {"incident.title", VARIABLE_TEXT},
    {"lang", VARIABLE_TEXT},           {"mark", VARIABLE_TEXT},
    {"notice.id", VARIABLE_TEXT},      {"person.id", VARIABLE_TEXT},
    {"person.name", VARIABLE_TEXT},    {"text", VARIABLE_TEXT},
    {"type", VARIABLE_TEXT},
};

enum { VARIABLES = sizeof(variables) / sizeof(variables[0]) };

const struct variable *channel_variable_at(size_t index)
{
    return index < VARIABLES ? &variables[index] : NULL;
}

const struct variable *variable_find(struct span name)
{
    for (size_t i = 0; i < VARIABLES; i++)
        if (strlen(variables[i].name) == name.len &&
            memcmp(variables[i].name, name.at, name.len) == 0)
            return &variables[i];
    return NULL;
}

/* The value of a variable such as "incident.title"; NULL: absent. */
static const json_t *value_of(const json_t *vars, const char *name)
{
    const char *dot = strchr(name, '.');
    if (!dot)
        return json_at(vars, name);
    char table[16];
    size_t len = (size_t)(dot - name);
    memcpy(table, name, len);
    table[len] = '\0';
    return json_at(json_at(vars, table), dot + 1);
}

/* ---- values as text ---- */

static void value_text(const json_t *value, struct text *to);

/* A place is a table: what it says, in the order of its keys. */
static void table_text(const json_t *table, struct text *to)
{
    const char **keys = json_keys(table, NULL);
    for (size_t i = 0; keys[i]; i++) {
        if (i)
            text_add(to, ", ");
        value_text(json_at(table, keys[i]), to);
    }
    free(keys);
}

static void value_text(const json_t *value, struct text *to)
{
    if (!value || json_is_null(value))
        return;
    if (json_is_string(value))
        text_add_bytes(to, json_string_value(value), json_string_length(value));
    else if (json_is_object(value))
        table_text(value, to);
    else
        json_write(value, to);
}

/* What the reader types or shows to accept, in their language. */
static void code_line(const json_t *vars, struct text *to)
{
    const char *code = json_str(vars, "code");
    if (code)
        text_addf(to, strcmp(json_str_or(vars, "lang", ""), "zh") == 0 ? "确认码 %s" : "Code %s",
                  code);
}

/* ---- filling ---- */

struct filling {
    const struct channel *channel;
    const json_t *vars;
};

/* What a map makes of a text; NULL: nothing. */
static const json_t *map_value(const struct filling *f, struct span map_name, const char *key)
{
    AUTO_TEXT(name);
    text_add_bytes(&name, map_name.at, map_name.len);
    const json_t *map = json_at(json_at(f->channel->json, "maps"), text_str(&name));
    const json_t *value = json_at(map, key);
    return value ? value : json_at(map, "*");
}

static void piece_text(const struct filling *f, const struct piece *p, struct text *to)
{
    const struct variable *v = variable_find(p->name);
    AUTO_TEXT(plain);
    const json_t *value = value_of(f->vars, v->name);
    if (value)
        value_text(value, &plain);
    else if (strcmp(v->name, "code_line") == 0)
        code_line(f->vars, &plain);

    if (p->map.len)
        value_text(map_value(f, p->map, text_str(&plain)), to);
    else
        text_add_bytes(to, text_str(&plain), plain.len);
}

/* A leaf that is one placeholder: its value, null when there is none. */
static void fill_value(const struct filling *f, const struct piece *p, struct text *to)
{
    const struct variable *v = variable_find(p->name);
    const json_t *value = value_of(f->vars, v->name);
    if (p->type.len && v->type == VARIABLE_BOOLEAN) {
        text_add(to, json_is_true(value) ? "true" : "false");
        return;
    }
    if (p->type.len && v->type == VARIABLE_NUMBER) {
        if (json_is_number(value))
            json_write(value, to);
        else
            text_add(to, "null");
        return;
    }

    AUTO_TEXT(t);
    piece_text(f, p, &t);
    bool absent = !value || json_is_null(value);
    if (absent && t.len == 0)
        text_add(to, "null");
    else
        json_write_str(text_str(&t), t.len, to);
}

static void fill_string(void *ctx, const json_t *leaf, struct text *to)
{
    const struct filling *f = ctx;
    const char *at = json_string_value(leaf);
    struct piece p;
    if (!strpbrk(at, "{}")) {
        json_write_str(at, json_string_length(leaf), to);
        return;
    }
    if (template_is_value(at, &p)) {
        fill_value(f, &p, to);
        return;
    }

    AUTO_TEXT(t);
    while ((p = template_next(&at)).kind != PIECE_END) {
        if (p.kind == PIECE_VALUE)
            piece_text(f, &p, &t);
        else
            text_add_bytes(&t, p.text.at, p.text.len);
    }
    json_write_str(text_str(&t), t.len, to);
}

/* Behind what stands in `to`. */
static void fill(const struct channel *c, const json_t *vars, const json_t *body, struct text *to)
{
    struct filling f = {.channel = c, .vars = vars};
    json_write_filled(body, fill_string, &f, to);
}

/* ---- the body, and its limit ---- */

static const json_t *body_for(const struct channel *c, const json_t *vars)
{
    const json_t *variants = json_at(c->json, "variants");
    const json_t *body = NULL;
    if (strcmp(json_str_or(vars, "type", ""), "muster.resolved") == 0)
        body = json_at(variants, "recovered");
    if (!body && json_bool(vars, "drill"))
        body = json_at(variants, "drill");
    if (!body)
        body = json_at(variants, "alert");
    return body ? body : json_at(c->json, "body");
}

/* Fill it anew; false: it is too long. */
static bool fill_fits(const struct channel *c, const json_t *vars, const json_t *body,
                      struct text *to)
{
    text_clear(to);
    fill(c, vars, body, to);
    return to->len <= c->body_bytes_max;
}

/* Set a variable, which may stand in a table of its own, in vars of ours. */
static void value_set(json_t *vars, const char *name, const char *text, size_t len)
{
    const char *dot = strchr(name, '.');
    AUTO_TEXT(t);
    text_add_bytes(&t, text, len);
    text_add(&t, "…");
    json_t *table = dot ? json_object_get(vars, "incident") : vars;
    json_put(table, dot ? dot + 1 : name, json_stringn_nocheck(t.at, t.len));
}

/*
 * Shorten one variable as little as is needed. The length is found by halving: how many bytes a
 * character takes in JSON, and how often it stands in the body, need not be known.
 */
static bool render_cut(const struct channel *c, const json_t *body, json_t *vars, const char *name,
                       struct text *to)
{
    AUTO_TEXT(whole);
    value_text(value_of(vars, name), &whole);
    size_t good = 0, bad = whole.len;
    while (bad - good > 1) {
        size_t middle = good + (bad - good) / 2;
        value_set(vars, name, text_str(&whole), utf8_cut(text_str(&whole), whole.len, middle));
        if (fill_fits(c, vars, body, to))
            good = middle;
        else
            bad = middle;
    }
    value_set(vars, name, text_str(&whole), utf8_cut(text_str(&whole), whole.len, good));
    return fill_fits(c, vars, body, to);
}

void channel_render(const struct channel *c, const json_t *vars, struct text *to)
{
    static const char *const to_cut[] = {"text", "incident.title", "incident.place"};
    const json_t *body = body_for(c, vars);
    bool fits = fill_fits(c, vars, body, to);
    if (fits)
        return;

    AUTO_JSON(shorter);
    shorter = json_deep_copy(vars);
    for (size_t i = 0; i < sizeof(to_cut) / sizeof(to_cut[0]) && !fits; i++)
        if (value_of(shorter, to_cut[i]))
            fits = render_cut(c, body, shorter, to_cut[i], to);
}
