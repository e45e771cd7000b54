/*
 * tree - the syntax tree of a Lua text.
 *
 * Made by parse.c, read by scope.c, positions.c and check_*.c. A node has a kind, a place and a
 * list of children; what the children are is said beside each kind. `[x]` may be missing, `x*` is
 * any number.
 *
 * Layer      plan: base only.
 * Ownership  Nodes and their texts live in the arena of the parser (names in its source).
 */
#pragma once

#include "plan/findings.h"
#include "plan/lex.h"

#include <stddef.h>
#include <stdint.h>

enum node_kind {
    /* expressions */
    NODE_NIL,
    NODE_TRUE,
    NODE_FALSE,
    NODE_VARARG,
    NODE_NUMBER,   /* number */
    NODE_STRING,   /* text: its value */
    NODE_NAME,     /* text; decl: the local it means, NULL: a global */
    NODE_INDEX,    /* object, key; `dot`: written as object.key, key is a NODE_STRING */
    NODE_CALL,     /* function, argument* */
    NODE_METHOD,   /* text: the method, at: of its name; object, argument* */
    NODE_FUNCTION, /* NODE_DECL*, NODE_BLOCK; `vararg` */
    NODE_TABLE,    /* NODE_FIELD* */
    NODE_FIELD,    /* [key], value; no key: a positional item; `dot`: written name = value */
    NODE_PAREN,    /* expression */
    NODE_UNARY,    /* op; operand */
    NODE_BINARY,   /* op; left, right; at: of the operator */
    /* statements */
    NODE_BLOCK, /* statement* */
    NODE_DECL,  /* text: a local's name; decl: what it is set to where it is declared, or NULL */
    NODE_LOCAL, /* count NODE_DECL, expression* */
    NODE_LOCAL_FUNCTION, /* NODE_DECL, NODE_FUNCTION */
    NODE_FUNCTION_NAMED, /* target (name or index), NODE_FUNCTION; `method`: it has a self */
    NODE_ASSIGN,         /* count targets, expression* */
    NODE_CALL_STATEMENT, /* a call */
    NODE_DO,             /* block */
    NODE_WHILE,          /* condition, block */
    NODE_REPEAT,         /* block, condition */
    NODE_IF,             /* (condition, block)*, [block] */
    NODE_FOR_NUMBER,     /* NODE_DECL, from, to, [step], block */
    NODE_FOR_IN,         /* count NODE_DECL, expression*, block */
    NODE_RETURN,         /* expression* */
    NODE_BREAK,
    NODE_GOTO,  /* text */
    NODE_LABEL, /* text */
};

struct node {
    enum node_kind kind;
    enum tok_kind op; /* unary, binary */
    bool dot;
    bool vararg;
    bool method;
    bool constant;  /* NODE_DECL: <const> */
    bool assigned;  /* NODE_DECL: assigned to after its declaration; set by scope.c */
    uint16_t depth; /* of the tree below; at most TREE_DEPTH_MAX */
    unsigned count;
    struct pos at;
    const char *text;
    size_t len;
    double number;
    struct node *first;
    struct node *last;
    struct node *next; /* sibling */
    struct node *decl;
};

enum { TREE_DEPTH_MAX = 600, TREE_NODES_MAX = 150000 };

/* The n-th child, counted from 0; NULL when there are fewer. */
struct node *node_child(const struct node *n, unsigned index);

/* Is it this text? For names, strings, methods, labels. */
bool node_is(const struct node *n, const char *text);

/* The same for a NODE_NAME that means a global. */
bool node_is_global(const struct node *n, const char *name);

/* Without the parentheses around it. */
const struct node *node_bare(const struct node *n);

/* The value of a field of a table literal, NULL when it has none (or it is computed). */
const struct node *node_field(const struct node *table, const char *key);

/*
 * The expression that a node stands for: of a local that is never assigned again, what it was
 * declared as. Else the node itself.
 */
const struct node *node_meant(const struct node *n);
