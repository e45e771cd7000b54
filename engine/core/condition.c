/*
 * A recursive descent over the text makes nodes in one array, children before parents; asking is a
 * walk over it.
 */
#include "core/condition.h"

#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- truth ---- */

static const char *const truth_names[] = {"false", "unknown", "true"};

const char *truth_name(enum truth t)
{
    return truth_names[t];
}

bool truth_parse(const char *name, enum truth *ret)
{
    for (enum truth t = TRUTH_NO; t <= TRUTH_YES; t++) {
        if (name && !strcmp(truth_names[t], name)) {
            *ret = t;
            return true;
        }
    }
    return false;
}

enum truth truth_not(enum truth t)
{
    return TRUTH_YES - t;
}

enum truth truth_and(enum truth a, enum truth b)
{
    return a < b ? a : b;
}

enum truth truth_or(enum truth a, enum truth b)
{
    return a > b ? a : b;
}

/* ---- values ---- */

struct value value_of_json(const json_t *value)
{
    if (json_is_number(value))
        return (struct value){.type = VALUE_NUMBER, .number = json_number_value(value)};
    if (json_is_boolean(value))
        return (struct value){.type = VALUE_BOOLEAN, .yes = json_is_true(value)};
    if (json_is_string(value))
        return (struct value){.type = VALUE_TEXT, .text = json_string_value(value)};
    return (struct value){0};
}

static const char *type_words(enum value_type type)
{
    static const char *const words[] = {
        [VALUE_UNKNOWN] = "nothing", [VALUE_NUMBER] = "a number", [VALUE_BOOLEAN] = "true or false",
        [VALUE_TEXT] = "a text",     [VALUE_TIME] = "a time",
    };
    return words[type];
}

/* ---- the tree ---- */

enum node_kind {
    NODE_OR,
    NODE_AND,
    NODE_NOT,
    NODE_AT_LEAST, /* >= */
    NODE_ABOVE,    /* > */
    NODE_EQUAL,
    NODE_PLUS,
    NODE_MINUS,
    NODE_NUMBER,
    NODE_TRUE,
    NODE_TEXT,
    NODE_NAME,
};

/* a < b is b > a, a ~= b is not a == b, -a is 0 - a: seven kinds are enough. */
struct node {
    enum node_kind kind;
    enum value_type type;
    size_t left, right; /* indexes in nodes */
    double number;
    size_t name; /* NODE_NAME: index in names */
    char *text;  /* NODE_TEXT: own */
};

struct condition {
    struct node *nodes; /* the last is the top */
    size_t count, cap;
    char **names;
    size_t names_count, names_cap;
    const char *per;
};

struct reader {
    const char *at;
    const struct condition_names *known;
    struct condition *c;
    const char *near;
    struct why *why;
    int depth;
    enum err err;
};

static const size_t NO_NODE = SIZE_MAX;

void condition_free(struct condition *c)
{
    if (!c)
        return;
    for (size_t n = 0; n < c->count; n++)
        free(c->nodes[n].text);
    for (size_t n = 0; n < c->names_count; n++)
        free(c->names[n]);
    free(c->nodes);
    free(c->names);
    free(c);
}

/* ---- reading ---- */

static char *copy_of(const char *bytes, size_t len)
{
    struct text t = {0};
    text_add_bytes(&t, bytes, len);
    return text_take(&t);
}

/* The first failure counts: what follows from it is not said. Returns NO_NODE. */
static size_t reader_fail(struct reader *r, enum err e, const char *fmt, ...) PRINTF_LIKE(3, 4);

static size_t reader_fail(struct reader *r, enum err e, const char *fmt, ...)
{
    if (r->err)
        return NO_NODE;
    char sentence[WHY_BYTES];
    va_list args;
    va_start(args, fmt);
    vsnprintf(sentence, sizeof sentence, fmt, args);
    va_end(args);
    r->err = why_set(r->why, e, "%s", sentence);
    return NO_NODE;
}

static size_t node_add(struct reader *r, struct node node)
{
    struct condition *c = r->c;
    if (r->err)
        return NO_NODE;
    if (c->count == CONDITION_NODES_MAX)
        return reader_fail(r, ERR_LIMIT,
                           "a condition may have %d parts; put some of it into a fact",
                           CONDITION_NODES_MAX);
    c->nodes = mem_grow(c->nodes, &c->cap, c->count + 1, sizeof *c->nodes);
    c->nodes[c->count] = node;
    return c->count++;
}

static enum value_type type_at(const struct reader *r, size_t node)
{
    return node == NO_NODE ? VALUE_UNKNOWN : r->c->nodes[node].type;
}

/* Both of one type that the operator can do with; else a sentence. */
static bool types_fit(struct reader *r, const char *op, size_t left, size_t right,
                      enum value_type wanted)
{
    enum value_type a = type_at(r, left), b = type_at(r, right);
    if (r->err)
        return false;
    if (wanted != VALUE_UNKNOWN && (a != wanted || b != wanted))
        reader_fail(r, ERR_INVALID, "%s needs %s on both sides, not %s and %s", op,
                    type_words(wanted), type_words(a), type_words(b));
    else if (a != b)
        reader_fail(r, ERR_INVALID, "%s cannot compare %s with %s", op, type_words(a),
                    type_words(b));
    return !r->err;
}

static size_t node_join(struct reader *r, enum node_kind kind, enum value_type type, size_t left,
                        size_t right)
{
    return node_add(r, (struct node){.kind = kind, .type = type, .left = left, .right = right});
}

static void space_skip(struct reader *r)
{
    while (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r')
        r->at++;
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t word_len(const char *at)
{
    size_t len = 0;
    while (letter(at[len]) || (len && digit(at[len])))
        len++;
    return len;
}

static bool word_take(struct reader *r, const char *word)
{
    space_skip(r);
    size_t len = word_len(r->at);
    if (len != strlen(word) || strncmp(r->at, word, len) != 0)
        return false;
    r->at += len;
    return true;
}

static bool sign_take(struct reader *r, const char *sign)
{
    space_skip(r);
    size_t len = strlen(sign);
    if (strncmp(r->at, sign, len) != 0)
        return false;
    r->at += len;
    return true;
}

static size_t expression(struct reader *r);

static size_t number_read(struct reader *r)
{
    size_t len = 0;
    while (digit(r->at[len]) || r->at[len] == '.')
        len++;
    char *end = NULL;
    double number = strtod(r->at, &end);
    if (end != r->at + len || letter(*end))
        return reader_fail(r, ERR_INVALID, "\"%.*s\" is no number",
                           (int)(len + word_len(r->at + len)), r->at);
    r->at = end;
    return node_add(r, (struct node){.kind = NODE_NUMBER, .type = VALUE_NUMBER, .number = number});
}

static size_t text_read(struct reader *r)
{
    char quote = *r->at++;
    size_t len = strcspn(r->at, quote == '"' ? "\"" : "'");
    if (!r->at[len])
        return reader_fail(r, ERR_INVALID, "a text has no closing quote");
    char *text = copy_of(r->at, len);
    r->at += len + 1;
    size_t node = node_add(r, (struct node){.kind = NODE_TEXT, .type = VALUE_TEXT, .text = text});
    if (node == NO_NODE)
        free(text);
    return node;
}

/* One place in `names` for each name. */
static size_t name_index(struct condition *c, char *takes_name)
{
    for (size_t n = 0; n < c->names_count; n++) {
        if (!strcmp(c->names[n], takes_name)) {
            free(takes_name);
            return n;
        }
    }
    c->names = mem_grow(c->names, &c->names_cap, c->names_count + 1, sizeof *c->names);
    c->names[c->names_count] = takes_name;
    return c->names_count++;
}

static size_t name_read(struct reader *r)
{
    size_t len = word_len(r->at);
    const char *per = NULL;
    char *name = copy_of(r->at, len);
    struct why why = {{0}};
    enum value_type type = r->known->type(r->known->ctx, name, &per, &r->near, &why);
    r->at += len;
    size_t index = name_index(r->c, name);
    if (type == VALUE_UNKNOWN)
        return reader_fail(r, ERR_INVALID, "%s", why.text);
    if (per && r->c->per && strcmp(per, r->c->per) != 0)
        return reader_fail(r, ERR_INVALID,
                           "%s is of a %s, what stands before it of a %s; a condition is asked for "
                           "one kind of station",
                           r->c->names[index], per, r->c->per);
    if (per)
        r->c->per = per;
    return node_add(r, (struct node){.kind = NODE_NAME, .type = type, .name = index});
}

static size_t group_read(struct reader *r)
{
    if (++r->depth > CONDITION_DEPTH_MAX)
        return reader_fail(r, ERR_LIMIT, "brackets and signs are nested more than %d deep",
                           CONDITION_DEPTH_MAX);
    size_t inner = expression(r);
    r->depth--;
    if (!r->err && !sign_take(r, ")"))
        return reader_fail(r, ERR_INVALID, "a bracket is not closed");
    return inner;
}

static size_t primary(struct reader *r)
{
    if (sign_take(r, "("))
        return group_read(r);
    if (word_take(r, "true"))
        return node_add(r, (struct node){.kind = NODE_TRUE, .type = VALUE_BOOLEAN});
    if (word_take(r, "false")) {
        size_t yes = node_add(r, (struct node){.kind = NODE_TRUE, .type = VALUE_BOOLEAN});
        return node_join(r, NODE_NOT, VALUE_BOOLEAN, yes, NO_NODE);
    }
    if (digit(*r->at))
        return number_read(r);
    if (*r->at == '"' || *r->at == '\'')
        return text_read(r);
    if (letter(*r->at))
        return name_read(r);
    if (*r->at)
        return reader_fail(r, ERR_INVALID, "\"%s\" is not understood; a name or a number is wanted",
                           r->at);
    return reader_fail(r, ERR_INVALID, "it ends where a name or a number is wanted");
}

/* -x is 0 - x */
static size_t negative(struct reader *r)
{
    if (!sign_take(r, "-"))
        return primary(r);
    if (++r->depth > CONDITION_DEPTH_MAX)
        return reader_fail(r, ERR_LIMIT, "brackets and signs are nested more than %d deep",
                           CONDITION_DEPTH_MAX);
    size_t zero = node_add(r, (struct node){.kind = NODE_NUMBER, .type = VALUE_NUMBER});
    size_t inner = negative(r);
    r->depth--;
    return types_fit(r, "-", zero, inner, VALUE_NUMBER)
               ? node_join(r, NODE_MINUS, VALUE_NUMBER, zero, inner)
               : NO_NODE;
}

static size_t sum(struct reader *r)
{
    size_t left = negative(r);
    while (!r->err) {
        bool plus = sign_take(r, "+");
        if (!plus && !sign_take(r, "-"))
            break;
        size_t right = negative(r);
        if (types_fit(r, plus ? "+" : "-", left, right, VALUE_NUMBER))
            left = node_join(r, plus ? NODE_PLUS : NODE_MINUS, VALUE_NUMBER, left, right);
    }
    return left;
}

static const struct comparison {
    const char *sign;
    enum node_kind kind;
    bool swapped, negated, ordered;
} comparisons[] = {
    {">=", NODE_AT_LEAST, false, false, true}, {"<=", NODE_AT_LEAST, true, false, true},
    {"==", NODE_EQUAL, false, false, false},   {"~=", NODE_EQUAL, false, true, false},
    {">", NODE_ABOVE, false, false, true},     {"<", NODE_ABOVE, true, false, true},
};

enum { COMPARISONS = sizeof comparisons / sizeof *comparisons };

static const struct comparison *comparison_take(struct reader *r)
{
    for (size_t n = 0; n < COMPARISONS; n++) {
        if (sign_take(r, comparisons[n].sign))
            return &comparisons[n];
    }
    return NULL;
}

static size_t comparison_join(struct reader *r, const struct comparison *how, size_t left,
                              size_t right)
{
    enum value_type type = type_at(r, left);
    if (!types_fit(r, how->sign, left, right, VALUE_UNKNOWN))
        return NO_NODE;
    if (how->ordered && type != VALUE_NUMBER && type != VALUE_TIME)
        return reader_fail(r, ERR_INVALID,
                           "%s needs numbers or times; %s is only == or ~=", how->sign,
                           type_words(type));
    size_t node = node_join(r, how->kind, VALUE_BOOLEAN, how->swapped ? right : left,
                            how->swapped ? left : right);
    return how->negated ? node_join(r, NODE_NOT, VALUE_BOOLEAN, node, NO_NODE) : node;
}

static size_t compared(struct reader *r)
{
    size_t left = sum(r);
    const struct comparison *how = r->err ? NULL : comparison_take(r);
    if (!how) {
        if (!r->err && (sign_take(r, "=") || sign_take(r, "!=")))
            return reader_fail(r, ERR_INVALID, "write == for equal and ~= for not equal");
        return left;
    }
    size_t node = comparison_join(r, how, left, sum(r));
    if (!r->err && comparison_take(r))
        return reader_fail(r, ERR_INVALID,
                           "one comparison after another; join two of them with \"and\"");
    return node;
}

static size_t denied(struct reader *r)
{
    if (!word_take(r, "not"))
        return compared(r);
    if (++r->depth > CONDITION_DEPTH_MAX)
        return reader_fail(r, ERR_LIMIT, "brackets and signs are nested more than %d deep",
                           CONDITION_DEPTH_MAX);
    size_t inner = denied(r);
    r->depth--;
    return types_fit(r, "not", inner, inner, VALUE_BOOLEAN)
               ? node_join(r, NODE_NOT, VALUE_BOOLEAN, inner, NO_NODE)
               : NO_NODE;
}

static size_t joined(struct reader *r, const char *word, enum node_kind kind,
                     size_t (*part)(struct reader *r))
{
    size_t left = part(r);
    while (!r->err && word_take(r, word)) {
        size_t right = part(r);
        if (types_fit(r, word, left, right, VALUE_BOOLEAN))
            left = node_join(r, kind, VALUE_BOOLEAN, left, right);
    }
    return left;
}

static size_t conjunction(struct reader *r)
{
    return joined(r, "and", NODE_AND, denied);
}

static size_t expression(struct reader *r)
{
    return joined(r, "or", NODE_OR, conjunction);
}

enum err condition_read(const char *text, const struct condition_names *names,
                        struct condition **ret, const char **ret_near, struct why *why)
{
    struct reader r = {.at = text, .known = names, .c = mem_new(1, sizeof *r.c), .why = why};
    if (strlen(text) > CONDITION_BYTES_MAX)
        reader_fail(&r, ERR_LIMIT, "a condition has at most %d bytes", CONDITION_BYTES_MAX);
    size_t top = r.err ? NO_NODE : expression(&r);
    space_skip(&r);
    if (!r.err && *r.at)
        reader_fail(&r, ERR_INVALID,
                    "\"%s\" is not understood; \"and\" or \"or\" is wanted before it", r.at);
    if (!r.err && type_at(&r, top) != VALUE_BOOLEAN)
        reader_fail(&r, ERR_INVALID, "it is %s, and a condition is true or false; compare it",
                    type_words(type_at(&r, top)));
    if (ret_near)
        *ret_near = r.err ? r.near : NULL;
    if (r.err) {
        condition_free(r.c);
        return r.err;
    }
    *ret = r.c;
    return ERR_OK;
}

/* ---- what it says ---- */

const char *condition_per(const struct condition *c)
{
    return c->per;
}

const char *condition_name_at(const struct condition *c, size_t n)
{
    return n < c->names_count ? c->names[n] : NULL;
}

bool condition_uses(const struct condition *c, const char *name)
{
    for (size_t n = 0; n < c->names_count; n++) {
        if (!strcmp(c->names[n], name))
            return true;
    }
    return false;
}

/* ---- asking ---- */

static enum truth truth_of(bool yes)
{
    return yes ? TRUTH_YES : TRUTH_NO;
}

/*
 * People write decimals, which a double only comes near to: 0.3 is "0.1 + 0.2 or more". What
 * differs by less than a billionth is the same number.
 */
static double number_order(double a, double b)
{
    double scale = fabs(a) > fabs(b) ? fabs(a) : fabs(b);
    return fabs(a - b) <= (scale > 1 ? scale : 1) * 1e-9 ? 0 : a - b;
}

static enum truth compare(enum node_kind kind, const struct value *a, const struct value *b)
{
    if (a->type == VALUE_UNKNOWN || b->type == VALUE_UNKNOWN || a->type != b->type)
        return TRUTH_UNKNOWN;
    if (a->type == VALUE_BOOLEAN)
        return truth_of(a->yes == b->yes);
    double order = a->type == VALUE_NUMBER ? number_order(a->number, b->number)
                                           : (double)strcmp(a->text, b->text);
    if (kind == NODE_EQUAL)
        return truth_of(order == 0);
    return truth_of(kind == NODE_ABOVE ? order > 0 : order >= 0);
}

struct asking {
    const struct condition *c;
    condition_value_fn *value;
    void *ctx;
};

static struct value value_at(const struct asking *a, size_t node);

static enum truth truth_at(const struct asking *a, size_t at)
{
    const struct node *n = &a->c->nodes[at];
    struct value left, right;
    switch (n->kind) {
    case NODE_OR:
        return truth_or(truth_at(a, n->left), truth_at(a, n->right));
    case NODE_AND:
        return truth_and(truth_at(a, n->left), truth_at(a, n->right));
    case NODE_NOT:
        return truth_not(truth_at(a, n->left));
    case NODE_TRUE:
        return TRUTH_YES;
    case NODE_AT_LEAST:
    case NODE_ABOVE:
    case NODE_EQUAL:
        left = value_at(a, n->left);
        right = value_at(a, n->right);
        return compare(n->kind, &left, &right);
    case NODE_NAME:
    case NODE_NUMBER:
    case NODE_TEXT:
    case NODE_PLUS:
    case NODE_MINUS:
        break;
    }
    left = value_at(a, at);
    return left.type == VALUE_BOOLEAN ? truth_of(left.yes) : TRUTH_UNKNOWN;
}

/* A fact whose value is of another type than it was read as is not known. */
static struct value name_value(const struct asking *a, const struct node *n)
{
    struct value v = a->value(a->ctx, a->c->names[n->name]);
    if (v.type == VALUE_TEXT && n->type == VALUE_TIME)
        v.type = VALUE_TIME;
    return v.type == n->type ? v : (struct value){0};
}

static struct value sum_value(const struct asking *a, const struct node *n)
{
    struct value left = value_at(a, n->left), right = value_at(a, n->right);
    if (left.type != VALUE_NUMBER || right.type != VALUE_NUMBER)
        return (struct value){0};
    left.number += n->kind == NODE_PLUS ? right.number : -right.number;
    return isfinite(left.number) ? left : (struct value){0};
}

static struct value value_at(const struct asking *a, size_t at)
{
    const struct node *n = &a->c->nodes[at];
    switch (n->kind) {
    case NODE_NUMBER:
        return (struct value){.type = VALUE_NUMBER, .number = n->number};
    case NODE_TEXT:
        return (struct value){.type = VALUE_TEXT, .text = n->text};
    case NODE_NAME:
        return name_value(a, n);
    case NODE_PLUS:
    case NODE_MINUS:
        return sum_value(a, n);
    case NODE_OR:
    case NODE_AND:
    case NODE_NOT:
    case NODE_TRUE:
    case NODE_AT_LEAST:
    case NODE_ABOVE:
    case NODE_EQUAL:
        break;
    }
    enum truth t = truth_at(a, at); /* what is true or false, compared with another */
    return t == TRUTH_UNKNOWN ? (struct value){0}
                              : (struct value){.type = VALUE_BOOLEAN, .yes = t == TRUTH_YES};
}

enum truth condition_ask(const struct condition *c, condition_value_fn *value, void *ctx)
{
    const struct asking a = {.c = c, .value = value, .ctx = ctx};
    return truth_at(&a, c->count - 1);
}
