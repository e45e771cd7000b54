#include "plan/check_literal.h"

#include "base/time.h"
#include "core/form.h"
#include "core/roster.h"
#include "core/site.h"
#include "plan/check_place.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NEAREST_MAX = 500 };

void check_report(const struct body_check *c, const struct node *at, const char *code,
                  const char *fmt, ...)
{
    char text[WHY_BYTES * 2];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    findings_add(c->findings, c->file, at->at, code, "%s", text);
}

void check_warn(const struct body_check *c, const struct node *at, const char *code,
                const char *fmt, ...)
{
    char text[WHY_BYTES * 2];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    findings_put(c->findings, c->file, at->at, code, SEVERITY_WARNING, text);
}

bool check_spend(const struct body_check *c)
{
    if (*c->left == 0 || findings_full(c->findings, c->file))
        return false;
    (*c->left)--;
    return true;
}

const char *check_nearest_member(const json_t *object, const char *name)
{
    const char *names[NEAREST_MAX + 1];
    size_t count = 0;
    const char *key;
    json_t *value;

    if (!object)
        return NULL;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        if (count < NEAREST_MAX)
            names[count++] = key;
    }
    names[count] = NULL;
    return text_nearest(name, names);
}

/* The string value of a literal, as a C string. Gives; NULL: no literal string. */
static char *string_of(const struct node *n)
{
    char *s = NULL;

    if (n->kind == NODE_STRING && !memchr(n->text, '\0', n->len)) {
        s = mem_new(n->len + 1, 1);
        memcpy(s, n->text, n->len);
    }
    return s;
}

/* Written down, and not what was wanted there: a number, a table, a function … */
static bool is_other_literal(const struct node *n)
{
    return n->kind == NODE_NIL || n->kind == NODE_TRUE || n->kind == NODE_FALSE ||
           n->kind == NODE_NUMBER || n->kind == NODE_TABLE || n->kind == NODE_FUNCTION ||
           n->kind == NODE_STRING;
}

/* T "…", T("…", {…}): what it is given is a text itself */
static const struct node *unwrap_text(const struct node *n)
{
    if (n->kind == NODE_CALL && node_is_global(n->first, "T") && node_child(n, 1))
        return node_meant(node_child(n, 1));
    return n;
}

char *check_string_of(const struct node *value)
{
    return string_of(node_meant(value));
}

/* ---- durations and numbers ------------------------------------------------------------------- */

/* What these give is a number. */
static bool is_no_duration(const struct node *n)
{
    return n->kind == NODE_CALL &&
           (node_is_global(n->first, "now") || node_is_global(n->first, "random"));
}

void check_duration(const struct body_check *c, const struct node *value, const char *what,
                    bool positive)
{
    const struct node *n = node_meant(value);
    char *s = string_of(n);
    int64_t ms = 0;

    if (n->kind == NODE_CALL && node_is_global(n->first, "before"))
        check_report(c, value, "bad_value",
                     "%s is a duration: \"5m\", \"1h30m\"; before() is only for due of measure, "
                     "directive, item and resource",
                     what);
    else if (!s && (is_other_literal(n) || is_no_duration(n)))
        check_report(c, value, "bad_value",
                     "%s is a duration in quotes: \"90s\", \"5m\", \"1h30m\", \"2d\"", what);
    else if (s && !duration_parse(s, false, &ms))
        check_report(c, value, "bad_value",
                     "\"%s\" is no duration; write \"90s\", \"5m\", \"1h30m\", \"2d\"", s);
    else if (s && positive && ms == 0)
        check_report(c, value, "bad_value", "%s is \"%s\", which is no time at all; write \"5m\"",
                     what, s);
    free(s);
}

int64_t check_duration_of(const struct node *value)
{
    char *s = value ? string_of(node_meant(value)) : NULL;
    int64_t ms = -1;

    if (s && !duration_parse(s, false, &ms))
        ms = -1;
    free(s);
    return ms;
}

void check_whole(const struct body_check *c, const struct node *value, const char *what, int least,
                 int most)
{
    const struct node *n = node_meant(value);

    if (n->kind == NODE_NUMBER && n->number >= least && n->number <= most &&
        floor(n->number) == n->number)
        return;
    if (is_other_literal(n))
        check_report(c, value, "bad_value", "%s is a whole number from %d to %d", what, least,
                     most);
}

/* ---- words and strings ----------------------------------------------------------------------- */

void check_string(const struct body_check *c, const struct node *value, const char *what)
{
    const struct node *n = unwrap_text(node_meant(value));

    if (n->kind == NODE_STRING ? !utf8_valid(n->text, n->len) || memchr(n->text, '\0', n->len)
                               : is_other_literal(n))
        check_report(c, value, "bad_value",
                     "%s is text in quotes, the same in every language: \"…\"", what);
}

void check_word(const struct body_check *c, const struct node *value, const char *what,
                const char *const *words, const char *expects)
{
    const struct node *n = node_meant(value);
    char *word = string_of(n);
    const char *near = word ? text_nearest(word, words) : NULL;

    if (word && near && strcmp(near, word) != 0)
        check_report(c, value, "bad_value", "%s is %s; did you mean \"%s\"?", what, expects, near);
    else if (word ? !near : is_other_literal(n))
        check_report(c, value, "bad_value", "%s is %s", what, expects);
    free(word);
}

void check_boolean(const struct body_check *c, const struct node *value, const char *what)
{
    const struct node *n = node_meant(value);

    if (is_other_literal(n) && n->kind != NODE_TRUE && n->kind != NODE_FALSE)
        check_report(c, value, "bad_value", "%s is true or false", what);
}

/* ---- texts ----------------------------------------------------------------------------------- */

static bool language_known(const struct body_check *c, const char *lang)
{
    const json_t *languages = c->site ? site_languages(c->site) : NULL;

    for (size_t i = 0; i < json_array_size(languages); i++)
        if (strcmp(json_string_value(json_array_get(languages, i)), lang) == 0)
            return true;
    return !languages;
}

static void check_language(const struct body_check *c, const struct node *field, const char *what)
{
    const struct node *key = field->first;
    const struct node *value = node_meant(field->last);
    char *lang = key->next ? string_of(key) : NULL;

    if (lang && !language_known(c, lang))
        check_report(c, key, "unknown_key", "\"%s\" is no language of the site; see its languages",
                     lang);
    else if (lang && is_other_literal(value) && value->kind != NODE_STRING)
        check_report(c, field, "bad_value", "%s in one language is a string", what);
    else if (!key->next)
        check_report(c, field, "bad_value",
                     "%s has a language to each text: {zh = \"…\", en = \"…\"}", what);
    free(lang);
}

void check_text(const struct body_check *c, const struct node *value, const char *what)
{
    const struct node *n = unwrap_text(node_meant(value));

    if (n == node_meant(value))
        check_plain(c, value);
    if ((n->kind == NODE_TABLE && !n->first) || (n->kind == NODE_STRING && !n->len)) {
        check_report(c, value, "bad_value", "%s is empty; say what has to be done", what);
    } else if (n->kind == NODE_TABLE) {
        for (const struct node *f = n->first; f && check_spend(c); f = f->next)
            check_language(c, f, what);
    } else if (n->kind == NODE_STRING &&
               (!utf8_valid(n->text, n->len) || memchr(n->text, '\0', n->len))) {
        check_report(c, value, "bad_value", "%s is no text (UTF-8 without NUL)", what);
    } else if (n->kind != NODE_STRING && is_other_literal(n)) {
        check_report(c, value, "bad_value",
                     "%s is a text: \"…\", {zh = \"…\", en = \"…\"} or T \"… {field}\"", what);
    }
}

/* ---- targets --------------------------------------------------------------------------------- */

bool check_roles(const struct node *n, json_t *roles)
{
    bool all = true;

    if (n->kind == NODE_CALL && node_is_global(n->first, "assign") && node_child(n, 1)) {
        char *name = string_of(node_meant(node_child(n, 1)));

        all = name != NULL;
        if (name && utf8_valid(name, strlen(name)))
            json_put(roles, name, json_true());
        free(name);
    }
    for (const struct node *child = n->first; child; child = child->next)
        all = check_roles(child, roles) && all;
    return all;
}

/* "role:lead": taken while the plan runs. One that nobody is ever asked to take stays vacant. */
static bool check_role(const struct body_check *c, const struct node *at, const char *target)
{
    if (strncmp(target, "role:", 5) != 0)
        return false;
    if (!form_id(target + 5, false))
        check_report(c, at, "bad_target", "\"%s\": behind role: stands the name that assign() gave",
                     target);
    else if (c->roles && !json_at(c->roles, target + 5))
        check_report(c, at, "unknown_name",
                     "nobody is asked to take the role \"%s\"; write assign(\"%s\", \"…\") before",
                     target + 5, target + 5);
    return true;
}

/* "seat:primary", in the rungs of a call to a roster. */
static bool check_seat(const struct body_check *c, const struct node *at, const char *target)
{
    const struct roster *r = c->site && c->roster ? site_roster(c->site, c->roster) : NULL;

    if (strncmp(target, "seat:", 5) != 0 || (!c->roster && !c->any_seat))
        return false;
    if (!r || roster_seat(r, target + 5))
        return true;
    const char **names = mem_new(r->seats_count + 1, sizeof(*names));
    for (size_t i = 0; i < r->seats_count; i++)
        names[i] = r->seats[i].name;
    const char *near = text_nearest(target + 5, names);
    check_report(c, at, "unknown_name",
                 near ? "the roster \"%s\" calls no seat \"%s\"; did you mean \"%s\"?"
                      : "the roster \"%s\" calls no seat \"%s\" (its order)",
                 c->roster, target + 5, near);
    free(names);
    return true;
}

static void check_target(const struct body_check *c, const struct node *at, const char *target)
{
    const char *code = "bad_target";
    struct why why = {0};

    if (check_role(c, at, target) || check_seat(c, at, target))
        return;
    if (c->site && site_check_target(c->site, target, &code, NULL, &why))
        check_report(c, at, code, "%s", why.text);
}

static void check_target_node(const struct body_check *c, const struct node *value,
                              const char *what)
{
    const struct node *n = node_meant(value);
    char *target = string_of(n);

    if (target)
        check_target(c, value, target);
    else if (is_other_literal(n))
        check_report(c, value, "bad_target",
                     "%s is a target or a list of them, as in \"duty:duty-room\"", what);
    free(target);
}

void check_targets(const struct body_check *c, const struct node *value, const char *what)
{
    const struct node *n = node_meant(value);

    if (n->kind != NODE_TABLE) {
        check_target_node(c, value, what);
        return;
    }
    if (!n->first)
        check_report(c, value, "nobody", "the list is empty; name at least one target in %s", what);
    for (const struct node *f = n->first; f && check_spend(c); f = f->next) {
        if (f->first->next)
            check_report(c, f, "bad_target", "%s is a list of targets, without names", what);
        else
            check_target_node(c, f->last, what);
    }
}

void check_one_target(const struct body_check *c, const struct node *value, const char *what)
{
    if (node_meant(value)->kind == NODE_TABLE)
        check_report(c, value, "bad_target", "%s is one target, not a list", what);
    else
        check_target_node(c, value, what);
}

/* Add the target that is written here; false: it is computed, a role or a seat. */
static bool target_add(const struct node *value, json_t *list)
{
    char *target = string_of(node_meant(value));
    bool known = target && strncmp(target, "role:", 5) != 0 && strncmp(target, "seat:", 5) != 0;

    if (known)
        json_array_append_new(list, json_string(target));
    free(target);
    return known;
}

json_t *check_targets_of(const struct node *value)
{
    const struct node *n = node_meant(value);
    json_t *list = json_array();
    bool known = true;

    if (n->kind != NODE_TABLE)
        known = target_add(value, list);
    for (const struct node *f = n->kind == NODE_TABLE ? n->first : NULL; f && known; f = f->next)
        known = target_add(f->last, list);
    if (known)
        return list;
    json_decref(list);
    return NULL;
}

static void check_unknown_plan(const struct body_check *c, const struct node *value,
                               const char *name)
{
    const char *near = check_nearest_member(c->plans, name);

    if (near)
        check_report(c, value, "unknown_name", "no plan \"%s\"; did you mean \"%s\"?", name, near);
    else
        check_report(c, value, "unknown_name", "no plan \"%s\"; write %s.lua beside this one", name,
                     name);
}

void check_plan(const struct body_check *c, const struct node *value)
{
    const struct node *n = node_meant(value);
    char *name = string_of(n);

    if (!name && is_other_literal(n))
        check_report(c, value, "bad_value", "plan is the name of a plan: plan = \"case-tracing\"");
    else if (name && c->plans && !json_at(c->plans, name))
        check_unknown_plan(c, value, name);
    free(name);
}

void check_endpoint(const struct body_check *c, const struct node *value, const char *what)
{
    const struct node *n = node_meant(value);
    char *name = string_of(n);
    const char *near;

    if (!name && is_other_literal(n)) {
        check_report(c, value, "bad_value", "%s is the name of an endpoint of the site", what);
    } else if (name && c->site && !site_endpoint(c->site, name)) {
        near = site_nearest_endpoint(c->site, name);
        if (near)
            check_report(c, value, "unknown_name",
                         "the site has no endpoint \"%s\"; did you mean \"%s\"?", name, near);
        else
            check_report(c, value, "unknown_name",
                         "the site has no endpoint \"%s\"; it has them in endpoints of site.lua",
                         name);
    }
    free(name);
}
