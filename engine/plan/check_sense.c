#include "plan/check_sense.h"

#include "base/text.h"
#include "core/level.h"
#include "plan/check_literal.h"
#include "plan/check_place.h"
#include "plan/check_table.h"
#include "plan/words.h"

#include <stdlib.h>
#include <string.h>

/* ---- levels ---------------------------------------------------------------------------------- */

/* incident.level, incident.grade, incident.warning */
static bool is_ladder(const struct node *n)
{
    n = node_bare(n);
    return n->kind == NODE_INDEX && n->first->kind == NODE_NAME && node_is(n->first, "incident") &&
           (node_is(n->first->next, "level") || node_is(n->first->next, "grade") ||
            node_is(n->first->next, "warning"));
}

static bool is_level_name(const struct node *n)
{
    char *name = check_string_of(n);
    enum level level;
    bool is = name && level_parse(name, &level);

    free(name);
    return is;
}

void check_compare(const struct body_check *c, const struct node *n)
{
    const struct node *left = n->first, *right = n->last;

    if (n->op != TOK_LT && n->op != TOK_GT && n->op != TOK_LE && n->op != TOK_GE)
        return;
    if (is_ladder(left) || is_ladder(right) || is_level_name(left) || is_level_name(right))
        check_report(c, n, "compared",
                     "levels, grades and colours are no numbers: \"IV\" > \"II\" as texts; write "
                     "incident:at_least \"II\", or name those that are meant with ==");
}

/* Lua squares by itself; any other power is libm's, whose last digit differs by processor. */
void check_power(const struct body_check *c, const struct node *n)
{
    const struct node *exponent = node_meant(n->last);

    if (n->op != TOK_CARET)
        return;
    if (exponent->kind != NODE_NUMBER || exponent->number < 2 || exponent->number > 2)
        check_report(
            c, n, "not_allowed",
            "a ^ b is computed by a library whose last digit differs by processor, so that "
            "a run could not be played again elsewhere; write x ^ 2, or x * x * x");
}

/* ---- loops ----------------------------------------------------------------------------------- */

/* Words that return in the same turn, and do not leave a loop by an error either. */
static bool is_at_once(const struct node *callee)
{
    static const char *const words[] = {
        "T",        "log",      "state",    "notify", "now",       "random",  "uuid",
        "civil",    "open_at",  "ipairs",   "pairs",  "next",      "select",  "type",
        "escalate", "tonumber", "tostring", "spawn",  "directive", "measure", "resource",
        "item",     "report",   "agenda",   "defer",  NULL};
    enum word_kind kind;

    for (size_t i = 0; words[i]; i++)
        if (node_is_global(callee, words[i]))
            return true;
    return callee->kind == NODE_INDEX && callee->first->kind == NODE_NAME && !callee->first->decl &&
           word_library(callee->first->text, callee->first->len, &kind);
}

/* sleep "0s" lets others run, and takes no time. */
static bool is_no_time(const struct node *n)
{
    const struct node *arg = n->kind == NODE_CALL ? node_child(n, 1) : NULL;
    return arg && node_is_global(n->first, "sleep") && check_duration_of(arg) == 0;
}

/* May what is in it take time, or leave it? */
static bool waits(const struct node *n)
{
    if (is_no_time(n))
        return false;
    if (n->kind == NODE_BREAK || n->kind == NODE_RETURN || n->kind == NODE_GOTO ||
        n->kind == NODE_METHOD || (n->kind == NODE_CALL && !is_at_once(n->first)))
        return true;
    for (const struct node *child = n->first; child; child = child->next)
        if (waits(child))
            return true;
    return false;
}

void check_loop(const struct body_check *c, const struct node *n)
{
    bool repeat = n->kind == NODE_REPEAT;
    const struct node *condition = node_meant(repeat ? n->last : n->first);
    bool endless = repeat ? condition->kind == NODE_FALSE || condition->kind == NODE_NIL
                          : condition->kind == NODE_TRUE || condition->kind == NODE_NUMBER ||
                                condition->kind == NODE_STRING;

    if (endless && !waits(n))
        check_report(c, n, "endless",
                     "this loop never ends and nothing in it waits, so that its turn would be "
                     "stopped; wait in it, as in sleep \"5m\", or write every(\"5m\", function() … "
                     "end)");
}

/* ---- patterns -------------------------------------------------------------------------------- */

enum { RUN_MAX = 2, WILD_MAX = 5 };

/* One item of a pattern: a class, a set, a letter; and how often. */
struct item {
    const char *at;
    size_t len; /* without its quantifier */
    char quantifier;
};

static size_t item_length(const char *at, size_t left)
{
    size_t n = 1;

    if (at[0] == '%')
        return left > 1 ? 2 : 1;
    if (at[0] != '[')
        return 1;
    n += n < left && at[n] == '^';
    for (bool first = true; n < left && (first || at[n] != ']'); first = false)
        n += at[n] == '%' && n + 1 < left ? 2 : 1;
    return n < left ? n + 1 : left;
}

/* The item at `at`; brackets of captures are left out. NULL: no more. */
static const char *item_next(const char *at, const char *end, struct item *ret)
{
    while (at < end && (*at == '(' || *at == ')'))
        at++;
    if (at == end)
        return NULL;
    *ret = (struct item){.at = at, .len = item_length(at, (size_t)(end - at))};
    at += ret->len;
    if (at < end && strchr("*+-", *at))
        ret->quantifier = *at++;
    return at;
}

/* Do both take the same letters? Of %s*.-%s* the outer ones are short: that is no harm. */
static bool overlap(const struct item *a, const struct item *b)
{
    return a->len == b->len && memcmp(a->at, b->at, a->len) == 0;
}

/* How a search that finds nothing grows with the text: by each item that tries all lengths. */
static bool is_explosive(const char *pattern, size_t len)
{
    struct item last = {0}, now;
    int run = 0, longest = 0, wild = 0;

    for (const char *at = pattern; (at = item_next(at, pattern + len, &now)); last = now) {
        run = !now.quantifier ? 0 : last.quantifier && overlap(&last, &now) ? run + 1 : 1;
        longest = run > longest ? run : longest;
        wild += now.quantifier && now.at[0] == '.';
    }
    return longest > RUN_MAX || wild > WILD_MAX;
}

static bool searches(const struct node *name)
{
    static const char *const words[] = {"find", "match", "gmatch", "gsub", NULL};

    for (size_t i = 0; words[i]; i++)
        if (node_is(name, words[i]))
            return true;
    return false;
}

void check_pattern(const struct body_check *c, const struct node *n)
{
    bool method = n->kind == NODE_METHOD;
    bool is = method ? searches(n)
                     : n->first->kind == NODE_INDEX && node_is_global(n->first->first, "string") &&
                           searches(n->first->first->next);
    const struct node *arg = is ? node_child(n, method ? 1 : 2) : NULL;
    const struct node *plain = is ? node_child(n, method ? 3 : 4) : NULL;
    const struct node *pattern = arg ? node_meant(arg) : NULL;

    if (pattern && pattern->kind == NODE_STRING && !plain &&
        is_explosive(pattern->text, pattern->len))
        check_warn(c, arg, "costly_pattern",
                   "where this pattern does not match, it tries each length of each part against "
                   "all others: a long text would use up the turn; make the parts exclude each "
                   "other, as in [^,]*,[^,]*");
}

/* ---- measures -------------------------------------------------------------------------------- */

/* The names that measure() is called with; false: one is computed, or the word is handed on. */
static bool issued(const struct node *n, json_t *names)
{
    bool call = n->kind == NODE_CALL && node_is_global(n->first, "measure");
    char *name = call && node_child(n, 1) ? check_string_of(node_child(n, 1)) : NULL;
    bool known = call ? name != NULL : !node_is_global(n, "measure");

    if (name && utf8_valid(name, strlen(name)))
        json_put(names, name, json_true());
    free(name);
    for (const struct node *child = call ? n->first->next : n->first; child && known;
         child = child->next)
        known = issued(child, names);
    return known;
}

/* Where the measure stands in the head. */
static const struct node *measure_at(const struct body_check *c, const char *name)
{
    const struct node *head = c->call ? check_table(c->call, 1) : NULL;
    const struct node *measures = head ? node_field(head, "measures") : NULL;
    const struct node *table = measures ? node_meant(measures) : NULL;

    for (const struct node *f = table && table->kind == NODE_TABLE ? table->first : NULL; f;
         f = f->next)
        if (f->first->next && f->first->kind == NODE_STRING && node_is(f->first, name))
            return f->first;
    return c->call ? c->call : c->tree;
}

static void check_measure_comes(const struct body_check *c, const char *name, const json_t *measure,
                                const json_t *names)
{
    AUTO_TEXT(place);

    if (json_at(names, name))
        return;
    if (!json_at(measure, "phase"))
        check_warn(c, measure_at(c, name), "unissued",
                   "nobody issues %s: it has no phase, and no body says measure(\"%s\"); give it "
                   "phase = \"first\", a level or \"recovery\"",
                   name, name);
    else if (check_has_place(json_at(measure, "title"), &place))
        check_warn(c, measure_at(c, name), "unknown_field",
                   "%s comes by its phase, so that nothing fills {%s} in its title; issue it in a "
                   "body: measure(\"%s\", { %s = … })",
                   name, text_str(&place), name, text_str(&place));
}

void check_unissued(const struct body_check *c)
{
    const json_t *measures = json_at(c->head, "measures");
    const char **each = json_keys(measures, NULL);
    AUTO_JSON(names);

    names = json_object();
    bool known = issued(c->tree, names);
    for (size_t i = 0; i < c->libraries_count && known; i++)
        known = issued(c->libraries[i], names);
    for (size_t i = 0; known && each[i]; i++)
        check_measure_comes(c, each[i], json_at(measures, each[i]), names);
    free(each);
}
