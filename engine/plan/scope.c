#include "plan/scope.h"

#include "plan/words.h"

#include <string.h>

enum {
    LOCALS_MAX = 200,      /* visible at once in one function: Lua's own limit */
    LABELS_MAX = 200,      /* of a function */
    BUCKETS = 1024,        /* of the table of visible locals */
    NEAR_LOCALS_MAX = 100, /* locals looked at for "did you mean" */
};

/* A local while it is visible. */
struct local {
    struct node *decl;
    struct local *below;  /* the one declared before it that is still visible */
    struct local *hidden; /* the one before it in its bucket */
};

struct label {
    const struct node *node;
    struct label *below; /* the one before it in this function that can still be reached */
};

struct function_scope {
    struct function_scope *outer;
    unsigned locals;
    unsigned labels;
    unsigned loops; /* around the statement in hand */
    bool vararg;
    struct label *newest_label;
};

struct scope {
    const char *file;
    enum text_kind kind;
    struct arena *arena;
    struct findings *findings;
    struct function_scope *function;
    unsigned depth; /* of functions; 1: the text itself */
    struct local *newest;
    struct local *buckets[BUCKETS];
};

static void visit(struct scope *s, struct node *n);

const char *text_kind_constructor(enum text_kind kind)
{
    static const char *const names[] = {[TEXT_PLAN] = "plan",
                                        [TEXT_SITE] = "site",
                                        [TEXT_CHANNEL] = "channel",
                                        [TEXT_SCENARIO] = "scenario"};

    return kind == TEXT_LIBRARY || kind == TEXT_HOLIDAYS ? NULL : names[kind];
}

bool text_kind_has_words(enum text_kind kind)
{
    return kind == TEXT_PLAN || kind == TEXT_LIBRARY;
}

/* ---- locals ---------------------------------------------------------------------------------- */

static struct local **bucket_of(struct scope *s, const char *name, size_t len)
{
    unsigned hash = 2166136261U;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)name[i]) * 16777619U;
    return &s->buckets[hash % BUCKETS];
}

static void declare(struct scope *s, struct node *decl)
{
    struct local *l = arena_new(s->arena, sizeof(*l));
    struct local **bucket = bucket_of(s, decl->text, decl->len);

    l->decl = decl;
    l->below = s->newest;
    l->hidden = *bucket;
    s->newest = l;
    *bucket = l;
    if (++s->function->locals == LOCALS_MAX + 1)
        findings_add(s->findings, s->file, decl->at, "too_many_locals",
                     "more than %d locals in one function; put some into a table or a function of "
                     "their own",
                     LOCALS_MAX);
}

static void undeclare(struct scope *s, const struct local *down_to)
{
    while (s->newest != down_to) {
        struct local *l = s->newest;
        *bucket_of(s, l->decl->text, l->decl->len) = l->hidden;
        s->newest = l->below;
        s->function->locals--;
    }
}

static struct node *lookup(struct scope *s, const struct node *name)
{
    for (struct local *l = *bucket_of(s, name->text, name->len); l; l = l->hidden)
        if (l->decl->len == name->len && memcmp(l->decl->text, name->text, name->len) == 0)
            return l->decl;
    return NULL;
}

/* ---- names that mean nothing ----------------------------------------------------------------- */

static const char *nearest_local(struct scope *s, const char *name)
{
    const char *names[NEAR_LOCALS_MAX + 1];
    size_t count = 0;

    for (struct local *l = s->newest; l && count < NEAR_LOCALS_MAX; l = l->below)
        names[count++] = arena_str(s->arena, l->decl->text, l->decl->len);
    names[count] = NULL;
    return text_nearest(name, names);
}

static const char *nearest_known(struct scope *s, const char *name)
{
    const char *near = text_kind_has_words(s->kind) ? word_nearest(WORD_NAME, name) : NULL;

    if (!near)
        near = nearest_local(s, name);
    if (!near)
        near = word_nearest(WORD_BASIC, name);
    if (!near)
        near = word_nearest(WORD_LIBRARY, name);
    return near;
}

static void report_unknown(struct scope *s, const struct node *n)
{
    char *name = arena_str(s->arena, n->text, n->len);
    const char *remedy = word_remedy(n->text, n->len);
    const char *near;

    if (findings_full(s->findings, s->file)) {
        findings_add(s->findings, s->file, n->at, "unknown_name", "no name \"%s\"", name);
    } else if (remedy) {
        findings_add(s->findings, s->file, n->at, "not_allowed", "there is no \"%s\" here: %s",
                     name, remedy);
    } else if ((near = nearest_known(s, name))) {
        findings_add(s->findings, s->file, n->at, "unknown_name",
                     "no name \"%s\"; did you mean \"%s\"?", name, near);
    } else {
        findings_add(s->findings, s->file, n->at, "unknown_name",
                     "no name \"%s\"; declare it with local before it is used", name);
    }
}

/* A word of the plan language is used as a global. */
static void check_word(struct scope *s, const struct node *n, const struct word *word)
{
    if (!text_kind_has_words(s->kind))
        findings_add(s->findings, s->file, n->at, "not_allowed",
                     "\"%s\" belongs into a plan; this file is data", word->name);
    else if (s->depth == 1 && !node_is(n, "T") && !node_is(n, "require"))
        findings_add(s->findings, s->file, n->at, "outside_body",
                     "\"%s\" runs only in an incident; use it inside plan.respond or a function "
                     "that it calls",
                     word->name);
}

static bool is_constructor(const struct scope *s, const struct node *n)
{
    const char *constructor = text_kind_constructor(s->kind);

    return constructor && node_is(n, constructor);
}

static void visit_name(struct scope *s, struct node *n)
{
    const struct word *word;

    n->decl = lookup(s, n);
    if (n->decl)
        return;
    if ((word = word_find(WORD_NAME, n->text, n->len)))
        check_word(s, n, word);
    else if (is_constructor(s, n) && s->depth > 1)
        findings_add(s->findings, s->file, n->at, "not_allowed",
                     "%s stands once, at the top of the file", text_kind_constructor(s->kind));
    else if (!is_constructor(s, n) && !word_find(WORD_BASIC, n->text, n->len) &&
             !word_find(WORD_LIBRARY, n->text, n->len))
        report_unknown(s, n);
}

/* ---- members --------------------------------------------------------------------------------- */

static void report_member(struct scope *s, const struct node *lib, const struct node *key,
                          enum word_kind kind)
{
    AUTO_TEXT(whole);
    text_addf(&whole, "%.*s.%.*s", (int)lib->len, lib->text, (int)key->len, key->text);
    const char *remedy = word_remedy(text_str(&whole), whole.len);
    const char *near = remedy ? NULL : word_nearest(kind, text_str(&whole) + lib->len + 1);

    if (remedy)
        findings_add(s->findings, s->file, key->at, "not_allowed", "there is no \"%s\" here: %s",
                     text_str(&whole), remedy);
    else if (near)
        findings_add(s->findings, s->file, key->at, "unknown_name",
                     "no \"%s\"; did you mean \"%.*s.%s\"?", text_str(&whole), (int)lib->len,
                     lib->text, near);
    else
        findings_add(s->findings, s->file, key->at, "unknown_name",
                     "no \"%s\" in the plan language; plans/README.md lists what there is",
                     text_str(&whole));
}

static void check_incident_member(struct scope *s, const struct node *name)
{
    char *member = arena_str(s->arena, name->text, name->len);
    const char *near;

    if (word_find(WORD_INCIDENT, name->text, name->len))
        return;
    if ((near = word_nearest(WORD_INCIDENT, member)))
        findings_add(s->findings, s->file, name->at, "unknown_name",
                     "the incident has no \"%s\"; did you mean \"%s\"?", member, near);
    else
        findings_add(s->findings, s->file, name->at, "unknown_name",
                     "the incident has no \"%s\"; what the trigger brought is in "
                     "incident.fields, incident.labels and incident.place",
                     member);
}

/* `incident` is the argument of a body by custom, and every plan keeps to it. */
static bool is_incident(const struct scope *s, const struct node *n)
{
    return text_kind_has_words(s->kind) && n->kind == NODE_NAME && node_is(n, "incident");
}

static void visit_index(struct scope *s, struct node *n)
{
    const struct node *object = n->first;
    const struct node *key = object->next;
    enum word_kind kind;

    visit(s, n->first);
    visit(s, n->first->next);
    if (key->kind != NODE_STRING || object->kind != NODE_NAME)
        return;
    if (!object->decl && word_library(object->text, object->len, &kind)) {
        if (!word_find(kind, key->text, key->len))
            report_member(s, object, key, kind);
    } else if (is_incident(s, object)) {
        check_incident_member(s, key);
    }
}

/* ---- statements and functions ---------------------------------------------------------------- */

static void visit_children(struct scope *s, struct node *n)
{
    for (struct node *c = n->first; c; c = c->next)
        visit(s, c);
}

static void report_fixed(struct scope *s, const struct node *name)
{
    findings_add(s->findings, s->file, name->at, "global_assigned",
                 "\"%.*s\" belongs to the language and cannot be changed; use a local or a table "
                 "of your own",
                 (int)name->len, name->text);
}

static bool is_word(const struct scope *s, const struct node *name)
{
    return word_find(WORD_NAME, name->text, name->len) ||
           word_find(WORD_BASIC, name->text, name->len) ||
           word_find(WORD_LIBRARY, name->text, name->len) || is_constructor(s, name);
}

static void assign_to_name(struct scope *s, struct node *name)
{
    name->decl = lookup(s, name);
    if (name->decl && name->decl->constant)
        findings_add(s->findings, s->file, name->at, "const_assigned",
                     "\"%.*s\" is <const>, declared in line %d", (int)name->len, name->text,
                     name->decl->at.line);
    else if (name->decl)
        name->decl->assigned = true;
    else if (is_word(s, name))
        report_fixed(s, name);
    else
        findings_add(s->findings, s->file, name->at, "global_assigned",
                     "\"%.*s\" is not declared; write local before it, nothing is kept in globals",
                     (int)name->len, name->text);
}

static void assign_to(struct scope *s, struct node *target)
{
    struct node *object = node_child(target, 0);

    if (target->kind == NODE_NAME) {
        assign_to_name(s, target);
    } else if (target->kind == NODE_INDEX && object->kind == NODE_NAME && !lookup(s, object) &&
               is_word(s, object)) {
        report_fixed(s, object);
        visit(s, object->next);
    } else {
        visit(s, target);
    }
}

static void visit_assign(struct scope *s, struct node *n)
{
    struct node *target = n->first;

    for (struct node *value = node_child(n, n->count); value; value = value->next)
        visit(s, value);
    for (unsigned i = 0; i < n->count && target; i++, target = target->next)
        assign_to(s, target);
}

static void visit_function(struct scope *s, struct node *f)
{
    struct function_scope *inner = arena_new(s->arena, sizeof(*inner));
    const struct local *before = s->newest;

    inner->outer = s->function;
    inner->vararg = f->vararg;
    s->function = inner;
    s->depth++;
    for (struct node *c = f->first; c; c = c->next) {
        if (c->kind == NODE_DECL)
            declare(s, c);
        else
            visit(s, c);
    }
    undeclare(s, before);
    s->depth--;
    s->function = inner->outer;
}

static const struct node *find_label(const struct scope *s, const struct node *name)
{
    for (const struct label *l = s->function->newest_label; l; l = l->below)
        if (l->node->len == name->len && memcmp(l->node->text, name->text, name->len) == 0)
            return l->node;
    return NULL;
}

static void declare_label(struct scope *s, const struct node *node)
{
    const struct node *other = find_label(s, node);

    if (other) {
        findings_add(s->findings, s->file, node->at, "syntax",
                     "the label \"%.*s\" is already in line %d", (int)node->len, node->text,
                     other->at.line);
    } else if (s->function->labels == LABELS_MAX) {
        findings_add(s->findings, s->file, node->at, "too_many_labels",
                     "more than %d labels in one function; write loops", LABELS_MAX);
    } else {
        struct label *l = arena_new(s->arena, sizeof(*l));
        l->node = node;
        l->below = s->function->newest_label;
        s->function->newest_label = l;
        s->function->labels++;
    }
}

/* A block and its locals; `condition` (of repeat) still sees them. */
static void visit_block(struct scope *s, struct node *block, struct node *condition)
{
    const struct local *before = s->newest;
    struct label *label = s->function->newest_label;
    unsigned labels = s->function->labels;

    for (const struct node *c = block->first; c; c = c->next)
        if (c->kind == NODE_LABEL)
            declare_label(s, c);
    visit_children(s, block);
    if (condition)
        visit(s, condition);
    undeclare(s, before);
    s->function->newest_label = label;
    s->function->labels = labels;
}

static void visit_loop(struct scope *s, struct node *n)
{
    s->function->loops++;
    if (n->kind == NODE_REPEAT)
        visit_block(s, n->first, n->first->next);
    else
        visit_children(s, n);
    s->function->loops--;
}

static void visit_for(struct scope *s, struct node *n)
{
    const struct local *before = s->newest;

    for (struct node *c = n->first; c; c = c->next)
        if (c->kind != NODE_DECL && c != n->last)
            visit(s, c);
    for (struct node *c = n->first; c && c->kind == NODE_DECL; c = c->next)
        declare(s, c);
    s->function->loops++;
    visit(s, n->last);
    s->function->loops--;
    undeclare(s, before);
}

static void visit_local(struct scope *s, struct node *n)
{
    struct node *decl = n->first;

    for (struct node *value = node_child(n, n->count); value; value = value->next)
        visit(s, value);
    for (unsigned i = 0; i < n->count && decl; i++, decl = decl->next)
        declare(s, decl);
}

static void visit_function_named(struct scope *s, struct node *n)
{
    assign_to(s, n->first);
    visit(s, n->last);
}

static void visit_jump(struct scope *s, const struct node *n)
{
    if (n->kind == NODE_BREAK && !s->function->loops)
        findings_add(s->findings, s->file, n->at, "syntax", "break stands outside of a loop");
    if (n->kind == NODE_GOTO && !find_label(s, n))
        findings_add(s->findings, s->file, n->at, "unknown_label",
                     "no label \"%.*s\" that can be reached from here", (int)n->len, n->text);
    if (n->kind == NODE_VARARG && !s->function->vararg)
        findings_add(s->findings, s->file, n->at, "syntax",
                     "... stands in a function without ... among its parameters");
}

static void visit_method(struct scope *s, struct node *n)
{
    visit_children(s, n);
    if (is_incident(s, n->first))
        check_incident_member(s, n);
}

static void visit(struct scope *s, struct node *n)
{
    switch (n->kind) {
    case NODE_NAME:
        visit_name(s, n);
        break;
    case NODE_INDEX:
        visit_index(s, n);
        break;
    case NODE_METHOD:
        visit_method(s, n);
        break;
    case NODE_FUNCTION:
        visit_function(s, n);
        break;
    case NODE_BLOCK:
        visit_block(s, n, NULL);
        break;
    case NODE_LOCAL:
        visit_local(s, n);
        break;
    case NODE_LOCAL_FUNCTION:
        declare(s, n->first);
        visit(s, n->last);
        break;
    case NODE_FUNCTION_NAMED:
        visit_function_named(s, n);
        break;
    case NODE_ASSIGN:
        visit_assign(s, n);
        break;
    case NODE_WHILE:
    case NODE_REPEAT:
        visit_loop(s, n);
        break;
    case NODE_FOR_NUMBER:
    case NODE_FOR_IN:
        visit_for(s, n);
        break;
    case NODE_BREAK:
    case NODE_GOTO:
    case NODE_VARARG:
        visit_jump(s, n);
        break;
    case NODE_NIL:
    case NODE_TRUE:
    case NODE_FALSE:
    case NODE_NUMBER:
    case NODE_STRING:
    case NODE_LABEL:
    case NODE_DECL:
        break;
    case NODE_CALL:
    case NODE_TABLE:
    case NODE_FIELD:
    case NODE_PAREN:
    case NODE_UNARY:
    case NODE_BINARY:
    case NODE_CALL_STATEMENT:
    case NODE_DO:
    case NODE_IF:
    case NODE_RETURN:
        visit_children(s, n);
        break;
    }
}

void scope_resolve(struct node *text, const char *file, enum text_kind kind, struct arena *arena,
                   struct findings *findings)
{
    struct scope *s = arena_new(arena, sizeof(*s));

    s->file = file;
    s->kind = kind;
    s->arena = arena;
    s->findings = findings;
    visit(s, text);
}
