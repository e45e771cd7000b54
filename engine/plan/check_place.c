#include "plan/check_place.h"

#include "base/text.h"
#include "core/site.h"
#include "plan/check_literal.h"
#include "plan/check_table.h"
#include "plan/fill.h"
#include "plan/words.h"

#include <stdlib.h>
#include <string.h>

/* ---- what a place may be filled with --------------------------------------------------------- */

/* The names in a table of values. Gives; NULL: one is computed, or all are. */
static json_t *values_of(const struct node *value)
{
    const struct node *table = value ? node_meant(value) : NULL;
    json_t *names = json_object();

    if (!table || table->kind == NODE_NIL)
        return names;
    if (table->kind != NODE_TABLE || check_is_computed(table)) {
        json_decref(names);
        return NULL;
    }
    for (const struct node *f = table->first; f; f = f->next) {
        char name[CHECK_NAME];
        if (f->first->next && f->first->kind == NODE_STRING && f->first->len < CHECK_NAME)
            json_put(names, check_name(f->first, name), json_true());
    }
    return names;
}

/* Is it of the incident? What lies deeper, as in {labels.service}, nobody knows before. */
static bool is_of_incident(const char *name)
{
    const struct word *word = word_find(WORD_INCIDENT, name, strlen(name));

    return word && strcmp(name, "at_least") != 0;
}

/* The name of the place at `at` up to its first dot, into `ret`. */
static void place_name(const char *at, size_t len, char ret[FILL_FIELD_MAX])
{
    size_t n = strcspn(at + 1, ".}");

    n = n < len - 2 ? n : len - 2;
    memcpy(ret, at + 1, n);
    ret[n] = '\0';
}

static const char *nearest(const json_t *names, const char *name)
{
    const char *near = check_nearest_member(names, name);

    return near ? near : word_nearest(WORD_INCIDENT, name);
}

static void report_unfilled(const struct body_check *c, const struct node *at, const char *name,
                            const json_t *names)
{
    const char *near = nearest(names, name);

    if (near)
        check_report(c, at, "unknown_field", "nothing fills {%s} in this text; did you mean {%s}?",
                     name, near);
    else
        check_report(c, at, "unknown_field",
                     "nothing fills {%s} in this text; give it: T(\"…\", { %s = … })", name, name);
}

/* ---- T --------------------------------------------------------------------------------------- */

static void check_one(const struct body_check *c, const struct node *text, const json_t *names)
{
    char *s = check_string_of(text);

    for (const char *at = s ? strchr(s, '{') : NULL; at; at = strchr(at + 1, '{')) {
        size_t len = fill_place(at);
        char name[FILL_FIELD_MAX];
        if (!len)
            continue;
        place_name(at, len, name);
        if (!json_at(names, name) && !is_of_incident(name))
            report_unfilled(c, text, name, names);
    }
    free(s);
}

void check_places(const struct body_check *c, const struct node *call)
{
    const struct node *arg = node_child(call, 1), *text = arg ? node_meant(arg) : NULL;
    AUTO_JSON(names);

    names = values_of(node_child(call, 2));
    if (!names || !text)
        return;
    if (text->kind != NODE_TABLE) {
        check_one(c, arg, names);
        return;
    }
    for (const struct node *f = text->first; f && check_spend(c); f = f->next)
        check_one(c, f->last, names);
}

/* ---- without T ------------------------------------------------------------------------------- */

static void check_plain_one(const struct body_check *c, const struct node *value)
{
    char *s = check_string_of(value);

    for (const char *at = s ? strchr(s, '{') : NULL; at; at = strchr(at + 1, '{')) {
        size_t len = fill_place(at);
        char name[FILL_FIELD_MAX];
        if (!len)
            continue;
        place_name(at, len, name);
        if (!is_of_incident(name))
            continue;
        check_warn(c, value, "unknown_field",
                   "{%s} is only filled by T: write T \"… {%s}\" around the text", name, name);
        break;
    }
    free(s);
}

void check_plain(const struct body_check *c, const struct node *value)
{
    const struct node *n = node_meant(value);

    if (n->kind != NODE_TABLE)
        check_plain_one(c, value);
    for (const struct node *f = n->kind == NODE_TABLE ? n->first : NULL; f && check_spend(c);
         f = f->next)
        check_plain_one(c, f->last);
}

/* ---- the titles of measures ------------------------------------------------------------------ */

/* The n-th text of {zh=, en=}, or the text itself. NULL: no more. */
static const char *words_at(const json_t *words, size_t n)
{
    static const char *const languages[] = {"zh", "en"};

    if (json_is_string(words))
        return n ? NULL : json_string_value(words);
    return n < 2 ? json_str_or(words, languages[n], "") : NULL;
}

/* As title_fill in core does it: all up to the brace is the name. */
static const char *title_place(const char *at, struct text *ret)
{
    const char *end;

    if (!at || !(at = strchr(at, '{')) || !(end = strchr(at, '}')))
        return NULL;
    text_clear(ret);
    text_add_bytes(ret, at + 1, (size_t)(end - at - 1));
    return end;
}

bool check_has_place(const json_t *words, struct text *ret)
{
    for (size_t n = 0; words_at(words, n); n++)
        if (title_place(words_at(words, n), ret))
            return true;
    return false;
}

void check_title(const struct body_check *c, const struct node *call, const struct node *options,
                 const json_t *measure)
{
    const json_t *title = json_at(measure, "title");
    AUTO_JSON(names);
    AUTO_TEXT(place);
    const char *at;

    names = values_of(options);
    for (size_t n = 0; names && words_at(title, n); n++) {
        for (at = words_at(title, n); (at = title_place(at, &place));) {
            if (json_at(names, text_str(&place)))
                continue;
            json_put(names, text_str(&place), json_true()); /* said once */
            check_report(c, call, "unknown_field",
                         "the title of the measure has {%s}, and nothing fills it; add %s = …",
                         text_str(&place), text_str(&place));
        }
    }
}

/* ---- languages ------------------------------------------------------------------------------- */

/* The language of the site that a table of texts lacks; NULL: none, or it is no table of texts. */
static const char *language_lacked(const json_t *languages, const struct node *table,
                                   const char **ret_has)
{
    const char *lacked = NULL;

    *ret_has = NULL;
    for (const struct node *f = table->first; f; f = f->next)
        if (!f->first->next)
            return NULL; /* a list, or no data at all */
    for (size_t i = 0; i < json_array_size(languages); i++) {
        const char *lang = json_string_value(json_array_get(languages, i));
        const struct node *text = node_field(table, lang);
        if (text && !check_is_other(text, NODE_STRING))
            *ret_has = lang;
        else if (!text)
            lacked = lang;
    }
    return *ret_has ? lacked : NULL;
}

void check_languages(const struct body_check *c, const struct node *n)
{
    const json_t *languages = c->site ? site_languages(c->site) : NULL;
    const char *has, *lacked;

    if (n->kind != NODE_TABLE || check_is_computed(n))
        return;
    lacked = language_lacked(languages, n, &has);
    if (lacked)
        check_warn(c, n, "missing_text",
                   "the site speaks %s, and this text has only %s; add %s = \"…\"", lacked, has,
                   lacked);
}
