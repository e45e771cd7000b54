/*
 * muster list - the incidents, newest first.
 */
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_spec options[] = {
    OPTION_MANY("--state", "S",
                "only these: open awaiting_order active recovering closed merged upkeep",
                "只看这些状态：open awaiting_order active recovering closed merged upkeep"),
    OPTION("--drill", NULL, "only drills", "只看演练"),
    OPTION("--limit", "N", "so many, 1 to 1000; else 100", "条数，1 到 1000；默认 100"),
    OPTION("--cursor", "C", "go on where the page before ended", "接着上一页"),
    {.name = NULL},
};

static json_t *request_make(const struct ctl *c, const struct args *a)
{
    json_t *request = ask_begin(c, "list");
    const char *state, *limit = args_value(a, "--limit");
    json_t *states = json_array();
    for (size_t n = 0; (state = args_nth(a, "--state", n)); n++)
        json_array_append_new(states, json_string(state));
    if (json_array_size(states))
        json_put(request, "state", json_incref(states));
    json_decref(states);
    if (limit)
        json_put(request, "limit", ask_number(limit));
    json_put_str(request, "cursor", args_value(a, "--cursor"));
    return json_put_true(request, "drill", args_has(a, "--drill"));
}

static void row_add(const struct ctl *c, struct table *t, const json_t *i)
{
    AUTO_TEXT(opened);
    AUTO_TEXT(title);
    const char *state = json_str_or(i, "state", "?"), *health = json_str_or(i, "health", "ok");
    show_time(&opened, json_str(i, "opened_at"), TIME_FULL);
    if (opened.len > 19)
        opened.at[19] = '\0'; /* the zone stands in the head */
    if (json_bool(i, "drill"))
        text_add(&title, ctl_say(c, words_of(WORD_DRILL_MARK)));
    if (json_bool(i, "purged"))
        text_add(&title, ctl_say(c, words_of(WORD_PURGED_TITLE)));
    text_add(&title, json_str_or(i, "title", ""));
    table_cell(t, json_str(i, "id"));
    table_cell_in(t, words_state(state, c->zh),
                  strcmp(state, "closed") == 0 || strcmp(state, "merged") == 0 ? COLOUR_DIM
                                                                               : COLOUR_BOLD);
    table_cell_in(t, words_state(health, c->zh),
                  strcmp(health, "ok") == 0 ? COLOUR_NONE : COLOUR_RED);
    table_cell(t, text_str(&opened));
    table_cell(t, json_str(i, "plan"));
    table_cell(t, text_str(&title));
}

static void print(const struct ctl *c, const json_t *incidents)
{
    struct table t = {.columns = 6};
    size_t n;
    json_t *i;
    AUTO_TEXT(out);
    static const enum word heads[] = {WORD_ID,     WORD_STATE, WORD_HEALTH,
                                      WORD_OPENED, WORD_PLAN,  WORD_TITLE};
    for (n = 0; n < t.columns; n++)
        table_cell_in(&t, ctl_say(c, words_of(heads[n])), COLOUR_DIM);
    json_array_foreach(json_unconst(incidents), n, i) row_add(c, &t, i);
    table_print(&t, c->width, c->colour, &out);
    (void)fputs(text_str(&out), stdout);
    table_done(&t);
}

static int run(struct ctl *c, const struct args *a)
{
    json_t *reply = NULL;
    int code = ask(c, request_make(c, a), &reply);
    if (code)
        return code;
    const json_t *incidents = json_at(reply, "incidents");
    const char *next = json_str(reply, "next");
    if (c->json)
        ask_print(reply);
    else if (json_array_size(incidents) == 0)
        ctl_message("%s", ctl_say(c, words_of(WORD_NOTHING)));
    else
        print(c, incidents);
    if (!c->json && next)
        ctl_message("%s --cursor %s", ctl_say(c, words_of(WORD_MORE)), next);
    json_decref(reply);
    return EXIT_OK;
}

const struct command cmd_list = {
    .name = "list",
    .operands = "",
    .sentence = {"the incidents, newest first", "列出事件，新的在前"},
    .options = options,
    .examples = "  muster list --state open\n  muster list --json | jq '.incidents[].id'\n",
    .run = run,
};
