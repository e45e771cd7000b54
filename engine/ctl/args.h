/*
 * args - the words behind a command: options by their table, and operands.
 *
 *     --name value   --name=value   -n   --   (what follows are operands)
 *
 * An option may stand anywhere. One that takes a value may be given once, or as often as wanted if
 * its table says so. Unknown ones are refused with the nearest known name.
 *
 * Layer      ctl. Ownership: borrows argv.
 */
#pragma once

#include "base/err.h"
#include "ctl/words.h"

#include <stdbool.h>
#include <stddef.h>

struct option_spec {
    const char *name;  /* "--title" or "-n"; NULL ends a table */
    const char *value; /* what is taken, for the help: "T"; NULL: a switch */
    bool many;
    struct words sentence;
    const char *fallback; /* what it is when it is not given; NULL: nothing to say */
};

/* For tables of options. */
#define OPTION(flag, taken, en, zh)                                                                \
    {                                                                                              \
        flag, taken, false, {en, zh}, NULL                                                         \
    }
#define OPTION_MANY(flag, taken, en, zh)                                                           \
    {                                                                                              \
        flag, taken, true, {en, zh}, NULL                                                          \
    }

struct arg {
    const char *name; /* of the option, as its table has it */
    const char *value;
};

struct args {
    struct arg *options;
    size_t options_count, options_cap;
    const char **words; /* operands */
    size_t words_count, words_cap;
    char **split; /* of --name=value */
    size_t split_count, split_cap;
};

/*
 * Parse argv[from...]. `tables` are searched in order, NULL-ended.
 *
 * returns  ERR_INVALID with a sentence. args_done in any case.
 */
enum err args_parse(struct args *a, int argc, char *const *argv, int from,
                    const struct option_spec *const *tables, struct why *why) MUST_USE;
void args_done(struct args *a);

const char *args_value(const struct args *a, const char *name); /* NULL: not given */
bool args_has(const struct args *a, const char *name);
/* The nth value of an option that may be given often; NULL behind the last. */
const char *args_nth(const struct args *a, const char *name, size_t n);
