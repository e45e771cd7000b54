/*
 * muster endpoint list, muster drill due - what is in force.
 */
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/show.h"

#include <stdio.h>
#include <string.h>

/* A column: a member of each object of the list, and its head. */
struct column {
    const char *member;
    enum word head;
};

static void cell_add(const struct ctl *c, struct table *t, const struct column *column,
                     const json_t *value)
{
    AUTO_TEXT(written);
    if (column->head == WORD_STATE && json_is_string(value)) {
        table_cell(t, words_state(json_string_value(value), c->zh));
        return;
    }
    if (json_is_boolean(value)) {
        table_cell(t, ctl_say(c, words_of(json_is_true(value) ? WORD_YES : WORD_NO)));
        return;
    }
    if (value && !json_is_null(value) && !json_is_string(value))
        json_write(value, &written);
    table_cell(t, json_is_string(value) ? json_string_value(value) : text_str(&written));
}

static void print(const struct ctl *c, const json_t *list, const struct column *columns,
                  size_t count)
{
    struct table t = {.columns = count};
    size_t n;
    json_t *row;
    AUTO_TEXT(out);
    for (size_t i = 0; i < count; i++)
        table_cell_in(&t, ctl_say(c, words_of(columns[i].head)), COLOUR_DIM);
    json_array_foreach(json_unconst(list), n, row) for (size_t i = 0; i < count; i++)
        cell_add(c, &t, &columns[i], json_at(row, columns[i].member));
    table_print(&t, c->width, c->colour, &out);
    (void)fputs(text_str(&out), stdout);
    table_done(&t);
}

static int list_run(const struct ctl *c, const char *op, const char *member,
                    const struct column *columns, size_t count)
{
    json_t *reply = NULL;
    int code = ask(c, ask_begin(c, op), &reply);
    if (code)
        return code;
    const json_t *list = json_at(reply, member);
    if (c->json)
        ask_print(reply);
    else if (json_array_size(list) == 0)
        ctl_message("%s", ctl_say(c, words_of(WORD_NOTHING)));
    else
        print(c, list, columns, count);
    json_decref(reply);
    return EXIT_OK;
}

static int endpoints_run(struct ctl *c, const struct args *a)
{
    static const struct column columns[] = {
        {"name", WORD_NAME},       {"channel", WORD_CHANNEL},  {"drill", WORD_DRILLS},
        {"state", WORD_STATE},     {"since", WORD_DOWN_SINCE}, {"answered", WORD_ANSWERED_AT},
        {"waiting", WORD_WAITING}, {"rate", WORD_RATE},        {"cause", WORD_WHY}};
    (void)a;
    return list_run(c, "endpoint_list", "endpoints", columns, sizeof columns / sizeof columns[0]);
}

static int drills_run(struct ctl *c, const struct args *a)
{
    static const struct column columns[] = {{"plan", WORD_PLAN},       {"every", WORD_EVERY},
                                            {"last", WORD_LAST},       {"due", WORD_DUE},
                                            {"overdue", WORD_OVERDUE}, {"title", WORD_TITLE}};
    (void)a;
    return list_run(c, "drill_due", "drills", columns, sizeof columns / sizeof columns[0]);
}

const struct command cmd_drill_due = {
    .name = "drill due",
    .operands = "",
    .sentence = {"which plans owe a drill by when, and when the last was held",
                 "哪些预案应在何时演练，最近一次在何时"},
    .examples = "  muster drill due\n",
    .run = drills_run,
};

const struct command cmd_endpoint_list = {
    .name = "endpoint list",
    .operands = "",
    .sentence = {"the endpoints of the site: whether they answer, and what waits for them",
                 "列出单位的端点：是否应答、排队的消息"},
    .examples = "  muster endpoint list\n",
    .run = endpoints_run,
};
