/* From a channel and variables to the body of a message (channel_render). */
#include "core/channel_data.h"
#include "core/optional.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- variables ---- */

static const struct variable variables[] = {
    {"answer_url", VARIABLE_TEXT},     {"at", VARIABLE_TEXT},
    {"attempt", VARIABLE_NUMBER},      {"callback_url", VARIABLE_TEXT},
    {"code", VARIABLE_TEXT},           {"code_line", VARIABLE_TEXT},
    {"digest", VARIABLE_TEXT},         {"digest.count", VARIABLE_NUMBER},
    {"drill", VARIABLE_BOOLEAN},       {"incident.grade", VARIABLE_TEXT},
    {"incident.id", VARIABLE_TEXT},    {"incident.level", VARIABLE_TEXT},
    {"incident.place", VARIABLE_TEXT}, {"incident.plan", VARIABLE_TEXT},
    {"incident.title", VARIABLE_TEXT}, {"lang", VARIABLE_TEXT},
    {"mark", VARIABLE_TEXT},           {"notice.id", VARIABLE_TEXT},
    {"person.id", VARIABLE_TEXT},      {"person.name", VARIABLE_TEXT},
    {"text", VARIABLE_TEXT},           {"thread", VARIABLE_TEXT},
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
    if (strcmp(name, "thread") == 0 && !json_at(vars, name))
        return json_at(json_at(vars, "incident"), "id");
    if (!dot) /* {digest} has a part of its own, {digest.count}: then it is a table itself */
        return strcmp(name, "digest") == 0 && json_is_object(json_at(vars, name))
                   ? json_at(json_at(vars, name), "text")
                   : json_at(vars, name);
    char table[16];
    size_t len = (size_t)(dot - name);
    memcpy(table, name, len);
    table[len] = '\0';
    return json_at(json_at(vars, table), dot + 1);
}

/* ---- text ---- */

/* Characters as most services count them: one beyond U+FFFF, as an emoji is, is two. */
static size_t utf16_len(const char *s, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++)
        count += ((unsigned char)s[i] & 0xc0) != 0x80 ? 1U + ((unsigned char)s[i] >= 0xf0) : 0U;
    return count;
}

/* Is it a character that no markup may hold? All else that XML 1.0 forbids, JSON forbids as well.
 */
static bool is_no_markup(const char *s, size_t len)
{
    return ((unsigned char)*s < ' ' && !strchr("\t\n\r", *s)) ||
           (len == 3 && (memcmp(s, "\xef\xbf\xbe", 3) == 0 || memcmp(s, "\xef\xbf\xbf", 3) == 0));
}

enum escaping { ESCAPE_NONE, ESCAPE_ENTITIES, ESCAPE_MARKUP };

static const char *entity_of(char c, enum escaping e)
{
    return c == '&'                          ? "&amp;"
           : c == '<'                        ? "&lt;"
           : c == '>'                        ? "&gt;"
           : c == '"' && e == ESCAPE_MARKUP  ? "&quot;"
           : c == '\'' && e == ESCAPE_MARKUP ? "&#39;"
                                             : NULL;
}

/* As text of XML and HTML, or of Slack. What XML may not hold becomes U+FFFD there. */
static void escaped_add(const char *s, size_t len, enum escaping e, struct text *to)
{
    for (size_t i = 0, n; i < len; i += n) {
        n = utf8_char(s + i, len - i);
        n = n ? n : 1;
        const char *entity = entity_of(s[i], e);
        if (entity)
            text_add(to, entity);
        else if (e == ESCAPE_MARKUP && is_no_markup(s + i, n))
            text_add(to, "\xef\xbf\xbd");
        else
            text_add_bytes(to, s + i, n);
    }
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

/* What is shortened where something is too long, in this order. */
static const char *const to_cut[] = {"text", "digest", "incident.title", "incident.place"};
enum { CUTS = sizeof(to_cut) / sizeof(to_cut[0]) };

struct filling {
    const struct channel *channel;
    const json_t *vars;
    const json_t *body;
    size_t most[CUTS]; /* bytes that are left of each; SIZE_MAX: all */
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

/* Shortened, where it is one of those that are; ends with "…" then. */
static void value_cut(const struct filling *f, const char *name, struct text *t)
{
    for (size_t i = 0; i < CUTS; i++) {
        if (t->len <= f->most[i] || strcmp(to_cut[i], name) != 0)
            continue;
        t->len = utf8_cut(t->at, t->len, f->most[i]);
        text_add(t, "…");
    }
}

static void variable_text(const struct filling *f, const char *name, struct text *to)
{
    const json_t *value = value_of(f->vars, name);
    if (value)
        value_text(value, to);
    else if (strcmp(name, "code_line") == 0)
        code_line(f->vars, to);
    value_cut(f, name, to);
}

/* What the map of a placeholder makes of its value; NULL: nothing. */
static const json_t *piece_map(const struct filling *f, const struct piece *p)
{
    AUTO_TEXT(plain);
    variable_text(f, variable_find(p->name)->name, &plain);
    return map_value(f, p->map, text_str(&plain));
}

static void piece_text(const struct filling *f, const struct piece *p, enum escaping e,
                       struct text *to)
{
    AUTO_TEXT(t);
    if (p->map.len)
        value_text(piece_map(f, p), &t);
    else
        variable_text(f, variable_find(p->name)->name, &t);
    if (e != ESCAPE_NONE)
        escaped_add(text_str(&t), t.len, e, to);
    else
        text_add_bytes(to, text_str(&t), t.len);
}

/* A leaf that is one placeholder with a type. */
static void fill_typed(const json_t *value, enum variable_type type, struct text *to)
{
    if (type == VARIABLE_BOOLEAN)
        text_add(to, json_is_true(value) ? "true" : "false");
    else if (json_is_number(value))
        json_write(value, to);
    else
        text_add(to, "null");
}

/* Escaped by construction: whatever is filled into markup is text there. */
static enum escaping leaf_escaping(const struct filling *f, const char *template)
{
    if (f->channel->entities)
        return ESCAPE_ENTITIES;
    bool tag = template[0] == '<' && template[1] && strchr("!?", template[1]);
    tag = tag || (template[0] == '<' && isalpha((unsigned char)template[1]));
    return tag ? ESCAPE_MARKUP : ESCAPE_NONE;
}

static void leaf_text(const struct filling *f, const char *template, struct text *to)
{
    enum escaping e = leaf_escaping(f, template);
    struct piece p;
    while ((p = template_next(&template)).kind != PIECE_END) {
        if (p.kind == PIECE_VALUE)
            piece_text(f, &p, e, to);
        else
            text_add_bytes(to, p.text.at, p.text.len);
    }
}

/* ---- what is too long ---- */

typedef bool fits_fn(const struct filling *f, void *ctx);

/*
 * Shorten one variable as little as is needed. The length is found by halving: how many bytes a
 * character takes where it stands, and how often it stands there, need not be known.
 */
static bool filling_cut(struct filling *f, size_t which, fits_fn *fits, void *ctx)
{
    AUTO_TEXT(whole);
    value_text(value_of(f->vars, to_cut[which]), &whole);
    size_t good = 0, bad = whole.len < f->most[which] ? whole.len : f->most[which];
    if (bad == 0)
        return false;
    while (bad - good > 1) {
        f->most[which] = good + (bad - good) / 2;
        if (fits(f, ctx))
            good = f->most[which];
        else
            bad = f->most[which];
    }
    f->most[which] = good;
    return fits(f, ctx);
}

static bool text_within(const struct text *t, const struct leaf_limit *l)
{
    return l->characters ? utf16_len(text_str(t), t->len) <= l->most : t->len <= l->most;
}

struct leaf_fit {
    const char *template;
    const struct leaf_limit *limit;
    struct text *to;
};

static bool leaf_fits(const struct filling *f, void *ctx)
{
    const struct leaf_fit *fit = ctx;
    text_clear(fit->to);
    leaf_text(f, fit->template, fit->to);
    return text_within(fit->to, fit->limit);
}

/* What cannot be shortened where it is filled in is cut at its end: never refused. */
static void text_end_cut(struct text *t, const struct leaf_limit *l)
{
    while (t->len > 0) {
        t->len = utf8_cut(t->at, t->len, t->len - 1);
        text_add(t, "…");
        if (text_within(t, l))
            return;
        t->len -= strlen("…");
    }
}

static void leaf_shorten(const struct filling *f, const char *template, const struct leaf_limit *l,
                         struct text *to)
{
    struct filling own = *f;
    struct leaf_fit fit = {template, l, to};
    bool fits = text_within(to, l);
    for (size_t i = 0; i < CUTS && !fits; i++)
        if (strstr(template, to_cut[i]))
            fits = filling_cut(&own, i, leaf_fits, &fit);
    if (!fits)
        text_end_cut(to, l);
}

static const struct leaf_limit *limit_of(const struct channel *c, const json_t *leaf)
{
    for (size_t i = 0; i < c->limits_count; i++)
        if (c->limits[i].leaf == leaf)
            return &c->limits[i];
    return NULL;
}

/* ---- the body ---- */

static void fill_string(void *ctx, const json_t *leaf, struct text *to)
{
    const struct filling *f = ctx;
    const char *template = json_string_value(leaf);
    const struct leaf_limit *limit = limit_of(f->channel, leaf);
    struct piece p;
    AUTO_TEXT(t);
    bool alone = template_is_value(template, &p);
    const struct variable *v = alone ? variable_find(p.name) : NULL;
    if (v && p.type.len && v->type != VARIABLE_TEXT) {
        fill_typed(value_of(f->vars, v->name), v->type, to);
        return;
    }
    const json_t *mapped = alone && p.map.len ? piece_map(f, &p) : NULL;
    if (mapped && !json_is_string(mapped)) {
        json_write(mapped, to);
        return;
    }
    leaf_text(f, template, &t);
    if (limit)
        leaf_shorten(f, template, limit, &t);
    const json_t *value = v ? value_of(f->vars, v->name) : NULL;
    if (alone && t.len == 0 && (!value || json_is_null(value)))
        text_add(to, "null");
    else
        json_write_str(text_str(&t), t.len, to);
}

static bool body_fits(const struct filling *f, void *ctx)
{
    struct text *to = ctx;
    text_clear(to);
    struct filling own = *f;
    json_write_filled(f->body, fill_string, &own, to);
    return to->len <= f->channel->body_bytes_max;
}

static const json_t *body_for(const struct channel *c, const json_t *vars)
{
    const json_t *variants = json_at(c->json, "variants");
    const json_t *body = NULL;
    if (value_of(vars, "digest"))
        body = json_at(variants, "digest");
    if (!body && strcmp(json_str_or(vars, "type", ""), "muster.resolved") == 0)
        body = json_at(variants, "recovered");
    if (!body && json_bool(vars, "drill"))
        body = json_at(variants, "drill");
    if (!body)
        body = json_at(variants, "alert");
    return body ? body : json_at(c->json, "body");
}

static bool is_there(void *ctx, const char *name)
{
    AUTO_TEXT(t);
    variable_text(ctx, name, &t);
    return t.len > 0;
}

void channel_render(const struct channel *c, const json_t *vars, struct text *to)
{
    struct filling f = {.channel = c, .vars = vars};
    AUTO_JSON(body);
    for (size_t i = 0; i < CUTS; i++)
        f.most[i] = SIZE_MAX;
    body = c->optional ? optional_keep(body_for(c, vars), is_there, &f)
                       : json_share(body_for(c, vars));
    f.body = body;
    bool fits = body_fits(&f, to);
    for (size_t i = 0; i < CUTS && !fits; i++)
        if (value_of(vars, to_cut[i]))
            fits = filling_cut(&f, i, body_fits, to);
}
