#include "ctl/args.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const struct option_spec *spec_find(const struct option_spec *const *tables,
                                           const char *name)
{
    for (; *tables; tables++)
        for (const struct option_spec *s = *tables; s->name; s++)
            if (strcmp(s->name, name) == 0)
                return s;
    return NULL;
}

static enum err option_unknown(const struct option_spec *const *tables, const char *name,
                               struct why *why)
{
    const char *names[64] = {0};
    size_t count = 0;
    for (; *tables; tables++)
        for (const struct option_spec *s = *tables; s->name && count < 63; s++)
            names[count++] = s->name;
    const char *near = text_nearest(name, names);
    if (near)
        return why_set(why, ERR_INVALID, "no option %s; did you mean %s?", name, near);
    return why_set(why, ERR_INVALID, "no option %s", name);
}

static void option_add(struct args *a, const char *name, const char *value)
{
    a->options = mem_grow(a->options, &a->options_cap, a->options_count + 1, sizeof a->options[0]);
    a->options[a->options_count++] = (struct arg){name, value};
}

static void word_add(struct args *a, const char *word)
{
    a->words = mem_grow(a->words, &a->words_cap, a->words_count + 1, sizeof(void *));
    a->words[a->words_count++] = word;
}

/* "--name=value" in two; the copy lives as long as `a`. */
static const char *name_split(struct args *a, const char *arg, const char **ret_value)
{
    const char *equals = strchr(arg, '=');
    *ret_value = NULL;
    if (strncmp(arg, "--", 2) != 0 || !equals)
        return arg;
    char *name = mem_str(arg);
    name[equals - arg] = '\0';
    a->split = mem_grow(a->split, &a->split_cap, a->split_count + 1, sizeof(void *));
    a->split[a->split_count++] = name;
    *ret_value = equals + 1;
    return name;
}

/* One option at argv[*at]; moves *at to its last word. */
static enum err option_take(struct args *a, int argc, char *const *argv, int *at,
                            const struct option_spec *const *tables, struct why *why)
{
    const char *value = NULL;
    const char *name = name_split(a, argv[*at], &value);
    const struct option_spec *spec = spec_find(tables, name);
    if (!spec)
        return option_unknown(tables, name, why);
    if (!spec->value && value)
        return why_set(why, ERR_INVALID, "%s takes no value", name);
    if (!spec->many && args_has(a, spec->name))
        return why_set(why, ERR_INVALID, "%s is given twice", name);
    if (spec->value && !value) {
        if (*at + 1 >= argc)
            return why_set(why, ERR_INVALID, "%s needs a value: %s %s", name, name, spec->value);
        value = argv[++*at];
    }
    option_add(a, spec->name, value ? value : "");
    return ERR_OK;
}

enum err args_parse(struct args *a, int argc, char *const *argv, int from,
                    const struct option_spec *const *tables, struct why *why)
{
    *a = (struct args){0};
    bool only_words = false;
    for (int at = from; at < argc; at++) {
        if (only_words || argv[at][0] != '-' || argv[at][1] == '\0') {
            word_add(a, argv[at]);
        } else if (strcmp(argv[at], "--") == 0) {
            only_words = true;
        } else {
            enum err e = option_take(a, argc, argv, &at, tables, why);
            if (e)
                return e;
        }
    }
    return ERR_OK;
}

void args_done(struct args *a)
{
    for (size_t i = 0; i < a->split_count; i++)
        free(a->split[i]);
    free(a->split);
    free(a->options);
    free(a->words);
    *a = (struct args){0};
}

const char *args_nth(const struct args *a, const char *name, size_t n)
{
    for (size_t i = 0; i < a->options_count; i++)
        if (strcmp(a->options[i].name, name) == 0 && n-- == 0)
            return a->options[i].value;
    return NULL;
}

const char *args_value(const struct args *a, const char *name)
{
    return args_nth(a, name, 0);
}

bool args_has(const struct args *a, const char *name)
{
    return args_nth(a, name, 0) != NULL;
}
