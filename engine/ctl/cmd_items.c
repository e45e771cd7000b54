/*
 * muster items, muster item, muster directive - the ledger: who has to do what by when.
 */
#include "ctl/commands.h"
#include "ctl/respond.h"
#include "ctl/show.h"
#include "ctl/show_response.h"

#include <stdio.h>
#include <string.h>

/* ---- items ---- */

static const struct option_spec items_options[] = {
    OPTION("--owner", "TARGET", "of this owner, like dept:water", "责任单位，如 dept:water"),
    OPTION("--state", "S", "issued, received, arrived, done, struck, rejected or lifted",
           "状态：issued、received、arrived、done、struck、rejected、lifted"),
    OPTION("--kind", "K",
           "measure, directive, item, resource, request, improvement, or plan: owed by a plan",
           "类别：measure、directive、item、resource、request、improvement、plan（预案事务）"),
    OPTION("--overdue", NULL, "those that are overdue alone", "仅逾期的"),
    OPTION("--mine", "PERSON", "of this person, their department and the posts they hold",
           "某人及其所在单位、所任职务的"),
    OPTION("--closed", NULL, "those that are closed, not the open ones", "已了结的，而非未了结的"),
    OPTION("--limit", "N", "at most so many", "最多条数"),
    OPTION("--cursor", "ID", "go on below this one", "从此条之后继续"),
    {.name = NULL},
};

static struct words state_words(const char *state)
{
    static const struct {
        const char *state;
        struct words words;
    } table[] = {
        {"issued", {"issued", "已下达"}},   {"received", {"received", "签收"}},
        {"arrived", {"arrived", "到位"}},   {"done", {"done", "办结"}},
        {"struck", {"struck off", "销号"}}, {"rejected", {"rejected", "退回"}},
        {"lifted", {"lifted", "解除"}},
    };
    for (size_t n = 0; n < sizeof table / sizeof table[0]; n++)
        if (strcmp(table[n].state, state) == 0)
            return table[n].words;
    return (struct words){state, state};
}

static void item_add(const struct ctl *c, struct table *t, const json_t *i)
{
    AUTO_TEXT(due);
    AUTO_TEXT(owner);
    AUTO_TEXT(title);
    bool late = json_bool(i, "overdue");
    if (json_str(i, "due_at"))
        show_time(&due, json_str(i, "due_at"), TIME_FULL);
    if (late)
        text_add(&due, c->zh ? "（逾期）" : " (overdue)");
    if (json_bool(i, "drill"))
        text_add(&title, ctl_say(c, words_of(WORD_DRILL_MARK)));
    show_safe(&title, show_text(c, json_at(i, "title")));
    if (json_at(i, "amount")) {
        text_add(&title, c->zh ? "，数量：" : ", amount: ");
        show_safe(&title, show_text(c, json_at(i, "amount")));
    }
    if (json_str(i, "plan"))
        text_addf(&title, " [%s]", json_str(i, "plan"));
    table_cell(t, json_str_or(i, "id", "?"));
    table_cell_in(t, ctl_say(c, state_words(json_str_or(i, "state", "?"))),
                  late ? COLOUR_RED : COLOUR_NONE);
    show_safe(&owner, json_str_or(i, "owner_name", ""));
    text_addf(&owner, owner.len ? " (%s)" : "%s", json_str_or(i, "owner", "-"));
    table_cell(t, text_str(&owner));
    table_cell(t, text_str(&due));
    table_cell(t, text_str(&title));
}

static void items_print(const struct ctl *c, const json_t *items)
{
    static const enum word heads[] = {WORD_ID, WORD_STATE, WORD_OWNER, WORD_DUE, WORD_TITLE};
    struct table t = {.columns = 5};
    size_t n;
    json_t *i;
    AUTO_TEXT(out);
    for (n = 0; n < t.columns; n++)
        table_cell_in(&t, ctl_say(c, words_of(heads[n])), COLOUR_DIM);
    json_array_foreach(json_unconst(items), n, i) item_add(c, &t, i);
    table_print(&t, c->width, c->colour, &out);
    (void)fputs(text_str(&out), stdout);
    table_done(&t);
}

static json_t *items_request(const struct ctl *c, const struct args *a)
{
    const char *limit = args_value(a, "--limit");
    json_t *request = ask_begin(c, "items");
    json_put_str(request, "incident", a->words_count ? a->words[0] : NULL);
    json_put_str(request, "owner", args_value(a, "--owner"));
    json_put_str(request, "state", args_value(a, "--state"));
    json_put_str(request, "cursor", args_value(a, "--cursor"));
    json_put_str(request, "kind", args_value(a, "--kind"));
    json_put_str(request, "mine", args_value(a, "--mine"));
    json_put_true(request, "overdue", args_has(a, "--overdue"));
    if (limit)
        json_put(request, "limit", ask_number(limit));
    return json_put_true(request, "closed", args_has(a, "--closed"));
}

static int items_run(struct ctl *c, const struct args *a)
{
    json_t *reply = NULL;
    int code = ask(c, items_request(c, a), &reply);
    if (code)
        return code;
    const json_t *items = json_at(reply, "items");
    const char *next = json_str(reply, "next");
    if (c->json)
        ask_print(reply);
    else if (json_array_size(items) == 0)
        ctl_message("%s", ctl_say(c, words_of(WORD_NOTHING)));
    else
        items_print(c, items);
    if (!c->json && next)
        ctl_message("%s --cursor %s", ctl_say(c, words_of(WORD_MORE)), next);
    json_decref(reply);
    return EXIT_OK;
}

const struct command cmd_items = {
    .name = "items",
    .operands = "[ID]",
    .operands_most = 1,
    .sentence = {"the ledger of an incident, or all that is open",
                 "事项台账：某事件的，或全部未办结的"},
    .options = items_options,
    .examples = "  muster items 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11\n"
                "  muster items --owner dept:water\n"
                "  muster items --kind plan\n",
    .run = items_run,
};

/* ---- item ---- */

static const struct option_spec item_options[] = {
    OPTION("--as", "PERSON", "whose word it is", "以谁的名义"),
    OPTION("--note", "T", "a word to the record; reject, return and reply need one",
           "备注；退回、退回重办和答复时必填"),
    OPTION("--evidence", "T", "what proves it: a file's name, an address, a number",
           "佐证材料：文件名、链接或编号"),
    OPTION("--to", "TARGET", "with supervise: who has an eye on it, like post:deputy",
           "supervise 时：由谁督办，如 post:deputy"),
    OPTION("--due", "D", "with return: the new time", "return 时：新的时限"),
    {.name = NULL},
};

static int item_print(const struct ctl *c, json_t *request)
{
    json_t *reply = NULL;
    int code = ask(c, request, &reply);
    if (code)
        return code;
    if (c->json)
        ask_print(reply);
    else
        printf("%s %s\n", json_str_or(reply, "item", "-"),
               ctl_say(c, state_words(json_str_or(reply, "state", "-"))));
    json_decref(reply);
    return EXIT_OK;
}

/* The values of these options, under their names. */
static json_t *options_put(json_t *request, const struct args *a, const char *const *names,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        AUTO_TEXT(option);
        text_addf(&option, "--%s", names[i]);
        for (char *at = option.at; *at; at++)
            *at = *at == '_' ? '-' : *at;
        json_put_str(request, names[i], args_value(a, text_str(&option)));
    }
    return request;
}

static int item_run(struct ctl *c, const struct args *a)
{
    json_t *request = json_put_str(ask_begin(c, "item"), "item", a->words[0]);
    json_put_str(request, "action", a->words[1]);
    static const char *const names[] = {"as", "note", "evidence", "to", "due"};
    return item_print(c, options_put(request, a, names, sizeof names / sizeof names[0]));
}

const struct command cmd_item = {
    .name = "item",
    .operands = "ITEM ACTION",
    .operands_least = 2,
    .operands_most = 2,
    .sentence = {"receive, arrive, done, strike, reject, lift, keep, supervise, return or reply",
                 "办理事项：receive 签收、arrive 到位、done 办结、strike 销号、reject 退回、lift "
                 "解除、keep 保留、supervise 立项督查、return 退回重办、reply 答复来件人"},
    .options = item_options,
    .examples = "  muster item 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 done --as zhou.jie "
                "--note \"all reservoirs reported\" --evidence list-7.pdf\n"
                "  muster item 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 supervise --to post:deputy\n",
    .run = item_run,
};

/* ---- directive ---- */

static const struct option_spec directive_options[] = {
    OPTION("--lead", "TARGET", "who has to do it, like dept:water; required",
           "主办单位，如 dept:water；必填"),
    OPTION("--due", "D", "by when, as 2h or 5d from now; required", "时限，如 2h、5d；必填"),
    OPTION("--as", "PERSON", "the leader whose directive it is", "作出批示的领导"),
    OPTION("--assist", "TARGET", "who helps", "协办单位"),
    OPTION("--goal", "T", "what is to be reached", "目标"),
    OPTION("--indicator", "T", "what that is measured by", "指标"),
    {.name = NULL},
};

static int directive_run(struct ctl *c, const struct args *a)
{
    static const char *const names[] = {"lead", "due", "as", "assist", "goal", "indicator"};
    json_t *request = respond_begin(c, a, "directive");
    json_put_str(request, "text", a->words[1]);
    return item_print(c, options_put(request, a, names, sizeof names / sizeof names[0]));
}

const struct command cmd_directive = {
    .name = "directive",
    .operands = "ID TEXT",
    .operands_least = 2,
    .operands_most = 2,
    .sentence = {"a leader's directive, traced to its end", "登记领导批示，跟踪到办结"},
    .options = directive_options,
    .examples =
        "  muster directive 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 --lead dept:urban --due 2h "
        "--as han.mei \"clear the drains of North Road\"\n",
    .run = directive_run,
};

/* ---- what people open ---- */

#define OPENING_OPTIONS                                                                            \
    OPTION("--owner", "TARGET", "who has to do it, like dept:water; required",                     \
           "责任单位，如 dept:water；必填"),                                                       \
        OPTION("--due", "D", "by when: 2h or 5d from now, or a time to come; required",            \
               "时限：如 2h、5d，或具体时间；必填"),                                               \
        OPTION("--as", "PERSON", "who gives it", "交办人"),                                        \
        OPTION("--assist", "TARGET", "who helps", "协办单位"),                                     \
        OPTION("--goal", "T", "what is to be reached", "目标"),                                    \
        OPTION("--indicator", "T", "what that is measured by", "指标"),                            \
        OPTION("--done-when", "T", "when it counts as done", "完成标准")

static const struct option_spec improvement_options[] = {OPENING_OPTIONS, {.name = NULL}};

static const struct option_spec resource_options[] = {
    OPENING_OPTIONS,
    OPTION("--amount", "N", "how much of it", "数量"),
    {.name = NULL},
};

static const struct option_spec request_options[] = {
    OPENING_OPTIONS,
    OPTION("--from", "NAME", "the citizen", "来件人"),
    OPTION("--channel", "NAME", "by which it came, like 12345", "来件渠道，如 12345"),
    OPTION("--contact", "T", "how the citizen is reached; sealed, destroyed by a purge",
           "联系方式；加密保存，清除时销毁"),
    {.name = NULL},
};

static int open_item(struct ctl *c, const struct args *a, const char *kind)
{
    static const char *const names[] = {"owner", "due",       "as",        "assist",
                                        "goal",  "indicator", "done_when", "amount",
                                        "from",  "channel",   "contact"};
    json_t *request = json_put_str(respond_begin(c, a, "item_open"), "kind", kind);
    json_put_str(request, "title", a->words[1]);
    return item_print(c, options_put(request, a, names, sizeof names / sizeof names[0]));
}

static int request_run(struct ctl *c, const struct args *a)
{
    return open_item(c, a, "request");
}

static int resource_run(struct ctl *c, const struct args *a)
{
    return open_item(c, a, "resource");
}

static int improvement_run(struct ctl *c, const struct args *a)
{
    return open_item(c, a, "improvement");
}

const struct command cmd_request = {
    .name = "request",
    .operands = "ID TEXT",
    .operands_least = 2,
    .operands_most = 2,
    .sentence = {"what a citizen asks for, traced to the reply",
                 "登记群众诉求（民意直通车），跟踪到答复"},
    .options = request_options,
    .examples = "  muster request 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 --owner dept:urban --due 2d "
                "--from \"Mrs. Lin\" --channel 12345 \"water in the cellar\"\n",
    .run = request_run,
};

const struct command cmd_resource = {
    .name = "resource",
    .operands = "ID TEXT",
    .operands_least = 2,
    .operands_most = 2,
    .sentence = {"a request for resources: received is granted, rejected is refused",
                 "登记资源请求：签收即同意，退回即不予提供"},
    .options = resource_options,
    .examples =
        "  muster resource 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 --owner dept:urban --due 2h "
        "--amount 4 \"pumps\"\n",
    .run = resource_run,
};

const struct command cmd_improvement = {
    .name = "improvement",
    .operands = "ID TEXT",
    .operands_least = 2,
    .operands_most = 2,
    .sentence = {"something to be better next time, traced to its end", "登记改进事项，跟踪到办结"},
    .options = improvement_options,
    .examples =
        "  muster improvement 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11 --owner dept:urban --due "
        "90d \"a second pump for North Road\"\n",
    .run = improvement_run,
};
