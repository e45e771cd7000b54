/*
 * words - every name of the plan language, in one table.
 *
 * `plan check` takes from here what a plan may say. What Lua itself gives to a plan (string.format,
 * …) is listed here too, and a test compares the list with the sandbox. The keys of heads, of the
 * site and of channels are not here: core/head, core/site and core/channel hold them.
 *
 * Layer      plan: libc only.
 * Ownership  All is static.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum word_kind {
    WORD_NAME,    /* a name of the plan language: functions, and incident */
    WORD_BASIC,   /* a function of Lua */
    WORD_LIBRARY, /* a table of Lua */
    WORD_STRING,  /* its members */
    WORD_TABLE,
    WORD_MATH,
    WORD_UTF8,
    WORD_FACT,         /* a fact that the engine makes */
    WORD_BODY,         /* plan.respond … */
    WORD_CALL,         /* options of call{} */
    WORD_RUNG,         /* of a rung of it */
    WORD_NOTIFY,       /* of notify{} */
    WORD_CONSULT,      /* of consult{} */
    WORD_ASK,          /* of ask{} */
    WORD_FETCH,        /* of fetch{} */
    WORD_AGENDA,       /* of agenda{} */
    WORD_AGENDA_ITEMS, /* and of its items */
    WORD_WAIT,         /* of the table that ends wait() */
    WORD_UNTIL,        /* and wait_until() */
    WORD_ON,           /* and on() */
    WORD_EVERY,        /* and every() */
    WORD_PARALLEL,     /* beside the functions of parallel{} */
    WORD_BEFORE,       /* of the table that ends before() */
    WORD_PROPOSE,      /* options of propose{} */
    WORD_PUBLISH,      /* options of publish{} */
    WORD_MEASURE,      /* of the table that ends measure(), beside what fills its title */
    WORD_DIRECTIVE,    /* options of directive{} */
    WORD_ITEM,         /* of item{} */
    WORD_RESOURCE,     /* of resource{} */
    WORD_CHILD,        /* of child{} */
    WORD_ASSIGN,       /* of the table that ends assign() */
    WORD_REPORT,       /* and report() */
    WORD_METHOD,       /* of handles, items, tallies */
    WORD_INCIDENT,     /* members of `incident` */
};

struct word {
    enum word_kind kind;
    const char *name;
};

/* NULL: no such word of this kind. */
const struct word *word_find(enum word_kind kind, const char *name, size_t len);

/* The word of this kind that is nearest in spelling; NULL when none is near. */
const char *word_nearest(enum word_kind kind, const char *name);

/* All words, to go through: the n-th, NULL behind the last. */
const struct word *word_at(size_t n);

/*
 * A sentence for names that people bring from Lua at large (os.time, print, coroutine …) and that
 * a plan does not have: why, and what to use. NULL: nothing special.
 */
const char *word_remedy(const char *name, size_t len);

/* The kind of the members of a library; false: it is none. */
bool word_library(const char *name, size_t len, enum word_kind *ret_kind);
