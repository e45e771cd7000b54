/*
 * commands - the table of all commands, and the help that comes of it.
 */
#include "ctl/commands.h"

#include "ctl/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct command *const ctl_commands[] = {
#define X(name) &name,
    COMMAND_TABLE(X)
#undef X
        NULL,
};

/* Promised; the daemon or the program cannot do them yet. */
static const char *const not_yet[] = {
    "silence",        "silence add",  "silence list", "silence expire", "heartbeat",
    "heartbeat list", "backup",       "restore",      "release",        "account",
    "account create", "account list", "doctor",       "completion",     NULL,
};

static bool name_is(const char *name, const char *const *words, size_t count)
{
    AUTO_TEXT(typed);
    for (size_t i = 0; i < count; i++)
        text_addf(&typed, "%s%s", i ? " " : "", words[i]);
    return strcmp(name, text_str(&typed)) == 0;
}

const struct command *command_find(const char *const *words, size_t count, size_t *ret_words)
{
    for (size_t n = count; n > 0; n--) {
        for (const struct command *const *at = ctl_commands; *at; at++) {
            if (name_is((*at)->name, words, n)) {
                *ret_words = n;
                return *at;
            }
        }
    }
    return NULL;
}

/* The commands that begin with this word: "plan" -> "plan check, plan list". */
static void begin_add(struct text *to, const char *word)
{
    size_t len = strlen(word);
    for (const struct command *const *at = ctl_commands; *at; at++)
        if (strncmp((*at)->name, word, len) == 0 && (*at)->name[len] == ' ')
            text_addf(to, "%s%s", to->len ? ", " : "", (*at)->name);
}

static const char *command_nearest(const char *const *words, size_t count)
{
    size_t total = sizeof ctl_commands / sizeof ctl_commands[0];
    const char **names = mem_new(total, sizeof(void *));
    AUTO_TEXT(typed);
    for (size_t i = 0; i + 1 < total; i++)
        names[i] = ctl_commands[i]->name;
    for (size_t i = 0; i < count; i++)
        text_addf(&typed, "%s%s", i ? " " : "", words[i]);
    const char *near = text_nearest(text_str(&typed), names);
    if (!near)
        near = text_nearest(words[0], names);
    for (size_t i = 0; names[i]; i++) { /* "simulate", where "plan simulate" is meant */
        const char *second = strchr(names[i], ' ');
        if (second && !strcmp(second + 1, words[0]))
            near = names[i];
    }
    free(names);
    return near;
}

int command_unknown(const struct ctl *c, const char *const *words, size_t count)
{
    AUTO_TEXT(first);
    AUTO_TEXT(begins);
    for (size_t n = count; n > 0; n--) {
        for (const char *const *at = not_yet; *at; at++) {
            if (name_is(*at, words, n)) {
                ctl_message(c->zh ? "%s：此版本尚不支持" : "%s: not built yet", *at);
                return EXIT_FAILED;
            }
        }
    }
    show_safe(&first, words[0]);
    begin_add(&begins, words[0]);
    const char *near = command_nearest(words, count);
    if (begins.len)
        ctl_message(c->zh ? "%s：还差一个词：%s" : "%s: one more word is needed: %s",
                    text_str(&first), text_str(&begins));
    else if (near)
        ctl_message(c->zh ? "没有命令 \"%s\"；是 \"%s\" 吗？"
                          : "no command \"%s\"; did you mean \"%s\"?",
                    text_str(&first), near);
    else
        ctl_message(c->zh ? "没有命令 \"%s\"；见 muster help"
                          : "no command \"%s\"; see muster help",
                    text_str(&first));
    return EXIT_USAGE;
}

/* ---- help ---- */

static void options_help(const struct ctl *c, const struct option_spec *options, struct text *to)
{
    for (const struct option_spec *s = options; s->name; s++) {
        const char *sentence = ctl_say(c, s->sentence);
        if (!sentence)
            continue;
        text_addf(to, "  %s%s%s%s", s->name, s->value ? " " : "", s->value ? s->value : "",
                  s->many ? " …" : "");
        if (s->fallback)
            text_addf(to, "  (%s)", s->fallback);
        text_addf(to, "\n      %s\n", sentence);
    }
}

void command_help(const struct ctl *c, const struct command *command, struct text *to)
{
    struct option_spec *made = command->options_make ? command->options_make() : NULL;
    const struct option_spec *options = made ? made : command->options;
    text_addf(to, "%s: muster %s%s%s%s\n\n  %s\n", ctl_say(c, words_of(WORD_USAGE)), command->name,
              options ? " [OPTIONS]" : "", command->operands[0] ? " " : "", command->operands,
              ctl_say(c, command->sentence));
    if (options && options->name) {
        text_addf(to, "\n%s:\n", ctl_say(c, words_of(WORD_OPTIONS)));
        options_help(c, options, to);
    }
    if (command->examples)
        text_addf(to, "\n%s:\n%s", ctl_say(c, words_of(WORD_EXAMPLES)), command->examples);
    free(made);
}
