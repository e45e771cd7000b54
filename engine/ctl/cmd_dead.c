/*
 * muster dead list, replay, drop - messages that failed by every contact of their person.
 */
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/show.h"

#include <stdio.h>
#include <string.h>

static void list_print(const struct ctl *c, const json_t *list)
{
    static const char *const members[] = {"notice", "at", "name", "endpoint", "why", "title"};
    static const enum word heads[] = {WORD_MESSAGE,  WORD_AT,  WORD_NAME,
                                      WORD_ENDPOINT, WORD_WHY, WORD_TITLE};
    enum { COLUMNS = sizeof members / sizeof members[0] };
    struct table t = {.columns = COLUMNS};
    size_t n;
    json_t *one;
    AUTO_TEXT(out);
    for (size_t i = 0; i < COLUMNS; i++)
        table_cell_in(&t, ctl_say(c, words_of(heads[i])), COLOUR_DIM);
    json_array_foreach(json_unconst(list), n, one)
    {
        for (size_t i = 0; i < COLUMNS; i++)
            table_cell(&t, json_str_or(one, members[i], ""));
    }
    table_print(&t, c->width, c->colour, &out);
    (void)fputs(text_str(&out), stdout);
    table_done(&t);
}

static int list(struct ctl *c, const struct args *a)
{
    json_t *reply = NULL;
    (void)a;
    int code = ask(c, ask_begin(c, "dead_list"), &reply);
    if (code)
        return code;
    const json_t *dead = json_at(reply, "dead");
    if (c->json)
        ask_print(reply);
    else if (json_array_size(dead) == 0)
        ctl_message("%s", ctl_say(c, words_of(WORD_NOTHING)));
    else
        list_print(c, dead);
    json_decref(reply);
    return EXIT_OK;
}

/* Ask, and say how many that were. request: taken. */
static int act(const struct ctl *c, json_t *request, const char *member, enum word said)
{
    json_t *reply = NULL;
    int code = ask(c, request, &reply);
    if (code)
        return code;
    if (c->json)
        ask_print(reply);
    else
        ctl_message("%s: %lld", ctl_say(c, words_of(said)), (long long)json_int(reply, member, 0));
    json_decref(reply);
    return EXIT_OK;
}

static const struct option_spec replay_options[] = {
    OPTION("--incident", "ID", "all of this incident", "该事件的全部未送达消息"),
    {.name = NULL},
};

static int replay(struct ctl *c, const struct args *a)
{
    const char *incident = args_value(a, "--incident");
    json_t *request = ask_begin(c, "dead_replay");
    if ((a->words_count != 0) == (incident != NULL)) {
        json_decref(request);
        ctl_message("give a NOTICE (muster dead list), or --incident ID");
        return EXIT_USAGE;
    }
    json_put_str(request, "notice", a->words_count ? a->words[0] : NULL);
    json_put_str(request, "incident", incident);
    return act(c, request, "replayed", WORD_SENT_AGAIN);
}

static int drop(struct ctl *c, const struct args *a)
{
    json_t *request = json_put_str(ask_begin(c, "dead_drop"), "notice", a->words[0]);
    return act(c, request, "dropped", WORD_LET_GO);
}

const struct command cmd_dead_list = {
    .name = "dead list",
    .operands = "",
    .sentence = {"messages that failed by every contact of their person",
                 "列出经所有联系方式均未送达的消息"},
    .examples = "  muster dead list\n",
    .run = list,
};

const struct command cmd_dead_replay = {
    .name = "dead replay",
    .operands = "[NOTICE]",
    .operands_most = 1,
    .sentence = {"send such a message again, with the same link and code",
                 "将未送达的消息再次发送，链接与确认码不变"},
    .options = replay_options,
    .examples = "  muster dead replay 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11\n"
                "  muster dead replay --incident 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e12\n",
    .run = replay,
};

const struct command cmd_dead_drop = {
    .name = "dead drop",
    .operands = "NOTICE",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"let such a message go: nobody needs it any more", "不再发送：该消息已无必要"},
    .examples = "  muster dead drop 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11\n",
    .run = drop,
};
