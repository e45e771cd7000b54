#include "plan/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NESTING_MAX = 180, TOKEN_SHOWN_BYTES = 40 };

struct parser {
    struct lexer lx;
    struct token tok;   /* the one that stands next */
    struct token ahead; /* the one behind it, when has_ahead */
    bool has_ahead;
    bool failed;
    int nesting;
    int nodes;
    const char *file;
    struct arena *arena;
    struct findings *findings;
};

static struct node *parse_expr(struct parser *p);
static struct node *parse_block(struct parser *p);
static struct node *parse_statement(struct parser *p);
static struct node *parse_function_body(struct parser *p, struct pos at, bool method);

/* ---- errors ---------------------------------------------------------------------------------- */

/* Note the first error and let everything else see the end of the file. */
static void fail(struct parser *p, struct pos at, const char *code, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

static void fail(struct parser *p, struct pos at, const char *code, const char *fmt, ...)
{
    char text[LEX_ERROR_BYTES];
    va_list args;

    if (p->failed)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    findings_add(p->findings, p->file, at, code, "%s", text);
    p->failed = true;
    p->has_ahead = false;
    p->tok = (struct token){.kind = TOK_END_OF_FILE, .at = at};
}

/* How the next token reads in a sentence. */
static const char *tok_shown(const struct parser *p, char ret[TOKEN_SHOWN_BYTES * 2])
{
    const struct token *t = &p->tok;

    if (t->kind == TOK_NAME || t->kind == TOK_NUMBER)
        snprintf(ret, TOKEN_SHOWN_BYTES * 2, "%.*s",
                 (int)(t->len < TOKEN_SHOWN_BYTES ? t->len : TOKEN_SHOWN_BYTES), t->text);
    else if (t->kind == TOK_STRING)
        snprintf(ret, TOKEN_SHOWN_BYTES * 2, "\"%.*s\"", (int)utf8_cut(t->text, t->len, 20),
                 t->text);
    else
        snprintf(ret, TOKEN_SHOWN_BYTES * 2, "%s", tok_text(t->kind));
    return ret;
}

static void fail_expected(struct parser *p, const char *expected)
{
    char shown[TOKEN_SHOWN_BYTES * 2];
    fail(p, p->tok.at, "syntax", "%s stands where %s is expected", tok_shown(p, shown), expected);
}

/* ---- tokens ---------------------------------------------------------------------------------- */

static struct token next_token(struct parser *p)
{
    struct token t = lex_next(&p->lx);

    if (t.kind == TOK_ERROR) {
        fail(p, p->lx.error.at, p->lx.error.code, "%s", p->lx.error.text);
        t = p->tok;
    }
    return t;
}

static void advance(struct parser *p)
{
    if (p->failed)
        return;
    if (p->has_ahead) {
        p->tok = p->ahead;
        p->has_ahead = false;
    } else {
        p->tok = next_token(p);
    }
}

static enum tok_kind peek_kind(struct parser *p)
{
    if (!p->has_ahead && !p->failed) {
        struct token ahead = next_token(p);
        if (p->failed)
            return TOK_END_OF_FILE;
        p->ahead = ahead;
        p->has_ahead = true;
    }
    return p->failed ? TOK_END_OF_FILE : p->ahead.kind;
}

static bool accept(struct parser *p, enum tok_kind kind)
{
    if (p->failed || p->tok.kind != kind)
        return false;
    advance(p);
    return true;
}

static void expect(struct parser *p, enum tok_kind kind)
{
    if (!accept(p, kind))
        fail_expected(p, tok_text(kind));
}

/* The closing half of something that was opened at `opened`. */
static void expect_close(struct parser *p, enum tok_kind kind, const char *opener,
                         struct pos opened)
{
    char shown[TOKEN_SHOWN_BYTES * 2];

    if (accept(p, kind))
        return;
    if (opened.line == p->tok.at.line)
        fail_expected(p, tok_text(kind));
    else
        fail(p, p->tok.at, "syntax", "%s stands where %s is expected, to close %s of line %d",
             tok_shown(p, shown), tok_text(kind), opener, opened.line);
}

/* What follows a field of a table and could begin one: nearly always a comma was forgotten. */
static bool begins_field(enum tok_kind kind)
{
    return kind == TOK_NAME || kind == TOK_STRING || kind == TOK_NUMBER || kind == TOK_LBRACE ||
           kind == TOK_LBRACKET;
}

static void fail_comma(struct parser *p)
{
    char shown[TOKEN_SHOWN_BYTES * 2];

    fail(p, p->tok.at, "syntax", "%s stands where , or } is expected; write , between fields",
         tok_shown(p, shown));
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static struct node *node_new(struct parser *p, enum node_kind kind, struct pos at)
{
    struct node *n = arena_new(p->arena, sizeof(*n));

    n->kind = kind;
    n->at = at;
    if (++p->nodes > TREE_NODES_MAX)
        fail(p, at, "too_large", "the text has more than %d parts; split it", TREE_NODES_MAX);
    return n;
}

static void node_add(struct parser *p, struct node *to, struct node *child)
{
    if (to->last)
        to->last->next = child;
    else
        to->first = child;
    to->last = child;
    if (child->depth >= to->depth)
        to->depth = (uint16_t)(child->depth + 1);
    if (to->depth > TREE_DEPTH_MAX)
        fail(p, child->at, "too_deep",
             "this expression or block has more than %d steps within each other; split it",
             TREE_DEPTH_MAX);
}

static struct node *name_node(struct parser *p, enum node_kind kind)
{
    struct node *n = node_new(p, kind, p->tok.at);

    n->text = p->tok.text;
    n->len = p->tok.len;
    if (p->tok.kind == TOK_NAME)
        advance(p);
    else
        fail_expected(p, "a name");
    return n;
}

/* One level deeper; false: too deep, and the parser has failed. Always paired with leave(). */
static bool enter(struct parser *p)
{
    if (++p->nesting > NESTING_MAX)
        fail(p, p->tok.at, "too_deep", "nested more than %d levels deep; write it flatter",
             NESTING_MAX);
    return !p->failed;
}

static void leave(struct parser *p)
{
    p->nesting--;
}

/* ---- expressions ----------------------------------------------------------------------------- */

static void parse_expr_list(struct parser *p, struct node *to)
{
    do
        node_add(p, to, parse_expr(p));
    while (accept(p, TOK_COMMA));
}

static struct node *parse_field(struct parser *p)
{
    struct node *field = node_new(p, NODE_FIELD, p->tok.at);

    if (p->tok.kind == TOK_LBRACKET) {
        advance(p);
        node_add(p, field, parse_expr(p));
        expect(p, TOK_RBRACKET);
        expect(p, TOK_ASSIGN);
    } else if (p->tok.kind == TOK_NAME && peek_kind(p) == TOK_ASSIGN) {
        node_add(p, field, name_node(p, NODE_STRING));
        field->dot = true;
        advance(p);
    }
    node_add(p, field, parse_expr(p));
    return field;
}

static struct node *parse_table(struct parser *p)
{
    struct node *table = node_new(p, NODE_TABLE, p->tok.at);

    expect(p, TOK_LBRACE);
    while (!p->failed && p->tok.kind != TOK_RBRACE) {
        node_add(p, table, parse_field(p));
        if (!accept(p, TOK_COMMA) && !accept(p, TOK_SEMICOLON))
            break;
    }
    if (begins_field(p->tok.kind))
        fail_comma(p);
    expect_close(p, TOK_RBRACE, "{", table->at);
    return table;
}

static void parse_arguments(struct parser *p, struct node *call)
{
    struct pos at = p->tok.at;

    if (p->tok.kind == TOK_STRING || p->tok.kind == TOK_LBRACE) {
        struct node *arg =
            p->tok.kind == TOK_LBRACE ? parse_table(p) : node_new(p, NODE_STRING, at);
        if (arg->kind == NODE_STRING) {
            arg->text = p->tok.text;
            arg->len = p->tok.len;
            advance(p);
        }
        node_add(p, call, arg);
        return;
    }
    expect(p, TOK_LPAREN);
    if (!p->failed && p->tok.kind != TOK_RPAREN)
        parse_expr_list(p, call);
    expect_close(p, TOK_RPAREN, "(", at);
}

static struct node *parse_primary(struct parser *p)
{
    struct pos at = p->tok.at;

    if (p->tok.kind == TOK_NAME)
        return name_node(p, NODE_NAME);
    if (p->tok.kind != TOK_LPAREN) {
        fail_expected(p, "an expression");
        return node_new(p, NODE_NIL, at);
    }
    struct node *paren = node_new(p, NODE_PAREN, at);
    advance(p);
    node_add(p, paren, parse_expr(p));
    expect_close(p, TOK_RPAREN, "(", at);
    return paren;
}

/* .name  [expr]  on what stands before */
static struct node *parse_index(struct parser *p, struct node *object)
{
    struct node *index = node_new(p, NODE_INDEX, object->at);

    node_add(p, index, object);
    if (accept(p, TOK_DOT)) {
        index->dot = true;
        node_add(p, index, name_node(p, NODE_STRING));
    } else {
        advance(p);
        node_add(p, index, parse_expr(p));
        expect(p, TOK_RBRACKET);
    }
    return index;
}

static struct node *parse_suffixed(struct parser *p)
{
    struct node *e = parse_primary(p);

    while (!p->failed) {
        enum tok_kind k = p->tok.kind;
        struct node *call;

        if (k == TOK_DOT || k == TOK_LBRACKET) {
            e = parse_index(p, e);
        } else if (k == TOK_COLON) {
            advance(p);
            call = name_node(p, NODE_METHOD);
            node_add(p, call, e);
            parse_arguments(p, call);
            e = call;
        } else if (k == TOK_LPAREN || k == TOK_LBRACE || k == TOK_STRING) {
            call = node_new(p, NODE_CALL, e->at);
            node_add(p, call, e);
            parse_arguments(p, call);
            e = call;
        } else {
            break;
        }
    }
    return e;
}

static struct node *literal(struct parser *p, enum node_kind kind)
{
    struct node *n = node_new(p, kind, p->tok.at);

    n->text = p->tok.text;
    n->len = p->tok.len;
    n->number = p->tok.number;
    advance(p);
    return n;
}

static struct node *parse_simple(struct parser *p)
{
    struct pos at = p->tok.at;

    if (p->tok.kind == TOK_NUMBER)
        return literal(p, NODE_NUMBER);
    if (p->tok.kind == TOK_STRING)
        return literal(p, NODE_STRING);
    if (p->tok.kind == TOK_NIL)
        return literal(p, NODE_NIL);
    if (p->tok.kind == TOK_TRUE)
        return literal(p, NODE_TRUE);
    if (p->tok.kind == TOK_FALSE)
        return literal(p, NODE_FALSE);
    if (p->tok.kind == TOK_ELLIPSIS)
        return literal(p, NODE_VARARG);
    if (p->tok.kind == TOK_LBRACE)
        return parse_table(p);
    if (accept(p, TOK_FUNCTION))
        return parse_function_body(p, at, false);
    return parse_suffixed(p);
}

enum { UNARY_PRIORITY = 12 };

/* Priorities of the manual, 3.4.8; right < left: associates to the right. 0: no binary operator. */
static int priority(enum tok_kind op, int *ret_right)
{
    static const struct {
        enum tok_kind op;
        int left, right;
    } table[] = {
        {TOK_OR, 1, 1},      {TOK_AND, 2, 2},     {TOK_LT, 3, 3},     {TOK_GT, 3, 3},
        {TOK_LE, 3, 3},      {TOK_GE, 3, 3},      {TOK_NE, 3, 3},     {TOK_EQ, 3, 3},
        {TOK_PIPE, 4, 4},    {TOK_TILDE, 5, 5},   {TOK_AMP, 6, 6},    {TOK_SHL, 7, 7},
        {TOK_SHR, 7, 7},     {TOK_CONCAT, 9, 8},  {TOK_PLUS, 10, 10}, {TOK_MINUS, 10, 10},
        {TOK_STAR, 11, 11},  {TOK_SLASH, 11, 11}, {TOK_IDIV, 11, 11}, {TOK_PERCENT, 11, 11},
        {TOK_CARET, 14, 13},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].op == op) {
            *ret_right = table[i].right;
            return table[i].left;
        }
    return 0;
}

static bool is_unary(enum tok_kind op)
{
    return op == TOK_NOT || op == TOK_MINUS || op == TOK_HASH || op == TOK_TILDE;
}

static struct node *parse_binary(struct parser *p, int limit)
{
    struct node *left;
    int right = 0;

    if (!enter(p)) {
        leave(p);
        return node_new(p, NODE_NIL, p->tok.at);
    }
    if (is_unary(p->tok.kind)) {
        left = node_new(p, NODE_UNARY, p->tok.at);
        left->op = p->tok.kind;
        advance(p);
        node_add(p, left, parse_binary(p, UNARY_PRIORITY));
    } else {
        left = parse_simple(p);
    }
    while (!p->failed && priority(p->tok.kind, &right) > limit) {
        struct node *both = node_new(p, NODE_BINARY, p->tok.at);
        both->op = p->tok.kind;
        advance(p);
        node_add(p, both, left);
        node_add(p, both, parse_binary(p, right));
        left = both;
    }
    leave(p);
    return left;
}

static struct node *parse_expr(struct parser *p)
{
    return parse_binary(p, 0);
}

/* ---- functions ------------------------------------------------------------------------------- */

static void parse_parameters(struct parser *p, struct node *f)
{
    expect(p, TOK_LPAREN);
    if (accept(p, TOK_RPAREN))
        return;
    do {
        if (accept(p, TOK_ELLIPSIS)) {
            f->vararg = true;
            break;
        }
        node_add(p, f, name_node(p, NODE_DECL));
    } while (accept(p, TOK_COMMA));
    expect(p, TOK_RPAREN);
}

static struct node *parse_function_body(struct parser *p, struct pos at, bool method)
{
    struct node *f = node_new(p, NODE_FUNCTION, at);

    if (method) {
        struct node *self = node_new(p, NODE_DECL, at);
        self->text = "self";
        self->len = 4;
        node_add(p, f, self);
    }
    parse_parameters(p, f);
    node_add(p, f, parse_block(p));
    expect_close(p, TOK_END, "function", at);
    return f;
}

/* ---- statements ------------------------------------------------------------------------------ */

static struct node *parse_while(struct parser *p, struct pos at)
{
    struct node *s = node_new(p, NODE_WHILE, at);

    node_add(p, s, parse_expr(p));
    expect(p, TOK_DO);
    node_add(p, s, parse_block(p));
    expect_close(p, TOK_END, "while", at);
    return s;
}

static struct node *parse_repeat(struct parser *p, struct pos at)
{
    struct node *s = node_new(p, NODE_REPEAT, at);

    node_add(p, s, parse_block(p));
    expect_close(p, TOK_UNTIL, "repeat", at);
    node_add(p, s, parse_expr(p));
    return s;
}

static struct node *parse_if(struct parser *p, struct pos at)
{
    struct node *s = node_new(p, NODE_IF, at);

    do {
        node_add(p, s, parse_expr(p));
        expect(p, TOK_THEN);
        node_add(p, s, parse_block(p));
    } while (accept(p, TOK_ELSEIF));
    if (accept(p, TOK_ELSE))
        node_add(p, s, parse_block(p));
    expect_close(p, TOK_END, "if", at);
    return s;
}

static struct node *parse_for(struct parser *p, struct pos at)
{
    struct node *s = node_new(p, NODE_FOR_IN, at);

    node_add(p, s, name_node(p, NODE_DECL));
    s->count = 1;
    if (accept(p, TOK_ASSIGN)) {
        s->kind = NODE_FOR_NUMBER;
        node_add(p, s, parse_expr(p));
        expect(p, TOK_COMMA);
        node_add(p, s, parse_expr(p));
        if (accept(p, TOK_COMMA))
            node_add(p, s, parse_expr(p));
    } else {
        for (; accept(p, TOK_COMMA); s->count++)
            node_add(p, s, name_node(p, NODE_DECL));
        if (!accept(p, TOK_IN))
            fail_expected(p, s->count == 1 ? "= or in" : "in");
        parse_expr_list(p, s);
    }
    expect(p, TOK_DO);
    node_add(p, s, parse_block(p));
    expect_close(p, TOK_END, "for", at);
    return s;
}

/* function a.b.c:d() */
static struct node *parse_function_named(struct parser *p, struct pos at)
{
    struct node *s = node_new(p, NODE_FUNCTION_NAMED, at);
    struct node *target = name_node(p, NODE_NAME);

    while (p->tok.kind == TOK_DOT && !p->failed)
        target = parse_index(p, target);
    if (p->tok.kind == TOK_COLON && !p->failed) {
        p->tok.kind = TOK_DOT;
        target = parse_index(p, target);
        s->method = true;
    }
    node_add(p, s, target);
    node_add(p, s, parse_function_body(p, at, s->method));
    return s;
}

static void parse_attribute(struct parser *p, struct node *decl)
{
    char shown[TOKEN_SHOWN_BYTES * 2];

    if (!accept(p, TOK_LT))
        return;
    tok_shown(p, shown);
    struct node *attribute = name_node(p, NODE_NAME);
    struct pos at = attribute->at;
    decl->constant = true;
    if (!p->failed && node_is(attribute, "close"))
        fail(p, at, "not_allowed", "<close> is no part of the plan language; use defer(fn)");
    else if (!p->failed && !node_is(attribute, "const"))
        fail(p, at, "syntax", "<%s> is no attribute; there is <const>", shown);
    expect(p, TOK_GT);
}

static struct node *parse_local(struct parser *p, struct pos at)
{
    struct node *s = node_new(p, NODE_LOCAL, at);

    if (p->tok.kind == TOK_FUNCTION) {
        struct pos function_at = p->tok.at;
        advance(p);
        s->kind = NODE_LOCAL_FUNCTION;
        node_add(p, s, name_node(p, NODE_DECL));
        node_add(p, s, parse_function_body(p, function_at, false));
        s->first->decl = s->last;
        return s;
    }
    do {
        node_add(p, s, name_node(p, NODE_DECL));
        s->count++;
        parse_attribute(p, s->last);
    } while (accept(p, TOK_COMMA));
    if (accept(p, TOK_ASSIGN))
        parse_expr_list(p, s);

    struct node *value = node_child(s, s->count);
    for (struct node *d = s->first; d && d->kind == NODE_DECL && value; d = d->next) {
        d->decl = value;
        value = value->next;
    }
    return s;
}

static bool ends_block(enum tok_kind k)
{
    return k == TOK_END_OF_FILE || k == TOK_END || k == TOK_ELSE || k == TOK_ELSEIF ||
           k == TOK_UNTIL;
}

static struct node *parse_return(struct parser *p, struct pos at)
{
    struct node *s = node_new(p, NODE_RETURN, at);

    if (!ends_block(p->tok.kind) && p->tok.kind != TOK_SEMICOLON)
        parse_expr_list(p, s);
    accept(p, TOK_SEMICOLON);
    if (!p->failed && !ends_block(p->tok.kind))
        fail_expected(p, "the end of the block (return is its last statement)");
    return s;
}

static struct node *parse_assign(struct parser *p, struct node *target)
{
    struct node *s = node_new(p, NODE_ASSIGN, target->at);

    node_add(p, s, target);
    s->count = 1;
    while (accept(p, TOK_COMMA)) {
        target = parse_suffixed(p);
        node_add(p, s, target);
        s->count++;
        if (!p->failed && target->kind != NODE_NAME && target->kind != NODE_INDEX)
            fail(p, target->at, "syntax", "only a name or a field can be assigned to");
    }
    expect(p, TOK_ASSIGN);
    parse_expr_list(p, s);
    return s;
}

/* What people write who know another language. */
static const char *foreign_habit(struct parser *p)
{
    bool then_equals = p->tok.kind != TOK_NAME && peek_kind(p) == TOK_ASSIGN;

    if (then_equals && (p->tok.kind == TOK_PLUS || p->tok.kind == TOK_MINUS ||
                        p->tok.kind == TOK_STAR || p->tok.kind == TOK_SLASH))
        return "there is no such assignment here; write x = x + 1";
    if (p->tok.kind == TOK_PLUS && peek_kind(p) == TOK_PLUS)
        return "there is no ++ here; write x = x + 1";
    return NULL;
}

static struct node *parse_expr_statement(struct parser *p)
{
    struct node *e = parse_suffixed(p);

    if (p->failed)
        return e;
    if ((e->kind == NODE_NAME || e->kind == NODE_INDEX) &&
        (p->tok.kind == TOK_ASSIGN || p->tok.kind == TOK_COMMA))
        return parse_assign(p, e);
    if (e->kind != NODE_CALL && e->kind != NODE_METHOD) {
        const char *habit = foreign_habit(p);
        char shown[TOKEN_SHOWN_BYTES * 2];

        if (habit)
            fail(p, p->tok.at, "syntax", "%s", habit);
        else
            fail(p, p->tok.at, "syntax",
                 "%s stands where = or the arguments of a call are expected; a statement is an "
                 "assignment or a call",
                 tok_shown(p, shown));
        return e;
    }
    struct node *s = node_new(p, NODE_CALL_STATEMENT, e->at);
    node_add(p, s, e);
    return s;
}

static struct node *parse_do(struct parser *p, struct pos at)
{
    struct node *s = node_new(p, NODE_DO, at);

    node_add(p, s, parse_block(p));
    expect_close(p, TOK_END, "do", at);
    return s;
}

static struct node *parse_label(struct parser *p)
{
    struct node *s = name_node(p, NODE_LABEL);

    expect(p, TOK_DBCOLON);
    return s;
}

static struct node *parse_statement(struct parser *p)
{
    struct pos at = p->tok.at;

    if (accept(p, TOK_IF))
        return parse_if(p, at);
    if (accept(p, TOK_WHILE))
        return parse_while(p, at);
    if (accept(p, TOK_DO))
        return parse_do(p, at);
    if (accept(p, TOK_FOR))
        return parse_for(p, at);
    if (accept(p, TOK_REPEAT))
        return parse_repeat(p, at);
    if (accept(p, TOK_FUNCTION))
        return parse_function_named(p, at);
    if (accept(p, TOK_LOCAL))
        return parse_local(p, at);
    if (accept(p, TOK_DBCOLON))
        return parse_label(p);
    if (accept(p, TOK_RETURN))
        return parse_return(p, at);
    if (accept(p, TOK_BREAK))
        return node_new(p, NODE_BREAK, at);
    if (accept(p, TOK_GOTO))
        return name_node(p, NODE_GOTO);
    return parse_expr_statement(p);
}

static struct node *parse_block(struct parser *p)
{
    struct node *block = node_new(p, NODE_BLOCK, p->tok.at);

    if (enter(p))
        while (!p->failed && !ends_block(p->tok.kind)) {
            if (!accept(p, TOK_SEMICOLON))
                node_add(p, block, parse_statement(p));
        }
    leave(p);
    return block;
}

struct node *parse_text(const char *file, const char *src, size_t len, struct arena *arena,
                        struct findings *findings)
{
    struct parser p = {.file = file, .arena = arena, .findings = findings};
    struct pos top = {1, 1};

    lex_init(&p.lx, src, len, arena);
    advance(&p);
    struct node *f = node_new(&p, NODE_FUNCTION, top);
    f->vararg = true;
    node_add(&p, f, parse_block(&p));
    if (!p.failed && p.tok.kind != TOK_END_OF_FILE)
        fail_expected(&p, "a statement");
    return p.failed ? NULL : f;
}
