/*
 * muster duty override, swap, agree, approve, refuse, withdraw, handover, check - people decide
 * about duty.
 */
#include "ctl/ask.h"
#include "ctl/cmd_duty.h"
#include "ctl/commands.h"

#include <stdio.h>
#include <string.h>

#define AS OPTION("--as", "PERSON", "who says so", "以谁的名义")
#define REASON OPTION("--reason", "R", "why", "理由")

/* The zone of the site: what is printed is by its clocks. */
static void zone_ask(const struct ctl *c, const char *roster, struct text *ret)
{
    AUTO_JSON(reply);
    json_t *request = json_put_str(ask_begin(c, "duty"), "roster", roster);
    (void)ask(c, request, &reply);
    text_add(ret, json_str_or(reply, "zone", "UTC"));
}

static int change_ask(const struct ctl *c, json_t *takes_request)
{
    AUTO_JSON(reply);
    AUTO_TEXT(zone);
    int code = ask(c, takes_request, &reply);
    if (code)
        return code;
    const json_t *change = json_at(reply, "change");
    if (c->json) {
        ask_print(reply);
        return EXIT_OK;
    }
    zone_ask(c, json_str(change, "roster"), &zone);
    duty_change_print(c, text_str(&zone), change);
    return EXIT_OK;
}

static json_t *options_put(json_t *request, const struct args *a)
{
    static const char *const names[] = {"seat", "person", "from", "to",   "reason",
                                        "as",   "with",   "at",   "back", "note"};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        AUTO_TEXT(option);
        text_addf(&option, "--%s", names[n]);
        json_put_str(request, names[n], args_value(a, text_str(&option)));
    }
    return request;
}

static json_t *roster_request(const struct ctl *c, const char *op, const struct args *a)
{
    return options_put(json_put_str(ask_begin(c, op), "roster", a->words[0]), a);
}

static int override_run(struct ctl *c, const struct args *a)
{
    return change_ask(c, roster_request(c, "duty_override", a));
}

static int swap_run(struct ctl *c, const struct args *a)
{
    return change_ask(c, roster_request(c, "duty_swap", a));
}

static int act(const struct ctl *c, const struct args *a, const char *action)
{
    json_t *request = options_put(ask_begin(c, "duty_act"), a);
    json_put(request, "change", ask_number(a->words[0]));
    return change_ask(c, json_put_str(request, "action", action));
}

static int agree_run(struct ctl *c, const struct args *a)
{
    return act(c, a, "agree");
}

static int approve_run(struct ctl *c, const struct args *a)
{
    return act(c, a, "approve");
}

static int refuse_run(struct ctl *c, const struct args *a)
{
    return act(c, a, "refuse");
}

static int withdraw_run(struct ctl *c, const struct args *a)
{
    return act(c, a, "withdraw");
}

static int handover_run(struct ctl *c, const struct args *a)
{
    AUTO_JSON(reply);
    json_t *request = roster_request(c, "duty_handover", a);
    int code = ask(c, json_put_true(request, "take", args_has(a, "--take")), &reply);
    const json_t *handover = json_at(reply, "handover"), *open = json_at(handover, "open");
    if (code)
        return code;
    if (c->json)
        ask_print(reply);
    else if (args_has(a, "--take"))
        puts(c->zh ? "已确认接班" : "taken over");
    else
        printf(c->zh ? "已交班，待接班人确认；未结事件 %d 起，未办结事项 %d 件（超期 %d 件）\n"
                     : "handed over, to be confirmed; open: %d incidents, %d items (%d overdue)\n",
               (int)json_int(open, "incidents_count", 0), (int)json_int(open, "items_count", 0),
               (int)json_int(open, "overdue_count", 0));
    return EXIT_OK;
}

static int check_run(struct ctl *c, const struct args *a)
{
    AUTO_JSON(reply);
    int code = ask(c, roster_request(c, "duty_check", a), &reply);
    if (code)
        return code;
    if (c->json)
        ask_print(reply);
    else
        printf(c->zh ? "查岗 %d：已呼叫 %s；应答时间见 muster duty now\n"
                     : "spot check %d: %s is called; muster duty now shows the answer\n",
               (int)json_int(reply, "check", 0), json_str_or(reply, "name", "?"));
    return EXIT_OK;
}

static const struct option_spec override_options[] = {
    OPTION("--person", "PERSON", "who takes the seat; required", "顶班人；必填"),
    OPTION("--from", "T", "\"2026-12-01 08:00\", by the clocks of the site; required",
           "开始时间，如 \"2026-12-01 08:00\"；必填"),
    OPTION("--to", "T", "until when; required", "结束时间；必填"),
    OPTION("--seat", "SEAT", "which seat; else the first", "席位；缺省为第一席"),
    REASON,
    AS,
    {.name = NULL},
};

static const struct option_spec swap_options[] = {
    OPTION("--as", "PERSON", "who asks, and whose turn is given away; required",
           "申请人，让出自己的班；必填"),
    OPTION("--with", "PERSON", "who takes it; required", "接替人；必填"),
    OPTION("--at", "T", "a time within the turn that is given away; required",
           "要让出的那一班中的任一时间；必填"),
    OPTION("--back", "T", "a time within the other's turn that is taken in return",
           "换回的那一班中的任一时间"),
    REASON,
    {.name = NULL},
};

static const struct option_spec act_options[] = {
    AS,
    OPTION("--note", "T", "a note", "附言"),
    {.name = NULL},
};

static const struct option_spec handover_options[] = {
    OPTION("--as", "PERSON", "who hands over, or takes; required", "交班人或接班人；必填"),
    OPTION("--note", "T", "what whoever comes should know", "交班意见"),
    OPTION("--take", NULL, "take over what was handed over", "确认接班"),
    {.name = NULL},
};

static const struct option_spec check_options[] = {
    OPTION("--seat", "SEAT", "which seat; else the first", "席位；缺省为第一席"),
    AS,
    {.name = NULL},
};

#define COMMAND(id, typed, taken, en, zh, opts, shown, function)                                   \
    const struct command cmd_duty_##id = {                                                         \
        .name = "duty " typed,                                                                     \
        .operands = taken,                                                                         \
        .operands_least = 1,                                                                       \
        .operands_most = 1,                                                                        \
        .sentence = {en, zh},                                                                      \
        .options = opts,                                                                           \
        .examples = "  muster duty " typed " " shown "\n",                                         \
        .run = function,                                                                           \
    }

COMMAND(override, "override", "ROSTER",
        "somebody takes a seat for a time; whoever leads the roster approves",
        "替班：某时段由他人顶班，由带班领导审批", override_options,
        "duty-room --person li.ming --from \"2026-12-01 08:00\" --to \"2026-12-02 08:00\" --reason "
        "ill --as sun.wei",
        override_run);
COMMAND(swap, "swap", "ROSTER", "ask somebody to swap turns; they agree, then it is approved",
        "换班：申请与他人换班，对方同意后审批", swap_options,
        "duty-room --as wang.qiang --with li.ming --at 2026-12-01 --back 2026-12-03", swap_run);
COMMAND(agree, "agree", "CHANGE", "agree to a swap that was asked of you", "同意换班申请",
        act_options, "12 --as li.ming", agree_run);
COMMAND(approve, "approve", "CHANGE", "approve an override or a swap", "批准替班或换班",
        act_options, "12 --as sun.wei", approve_run);
COMMAND(refuse, "refuse", "CHANGE", "refuse an override or a swap", "不同意替班或换班", act_options,
        "12 --as sun.wei --note short-handed", refuse_run);
COMMAND(withdraw, "withdraw", "CHANGE", "take a change back; the roster is as it was before",
        "撤回替班或换班，恢复原排班", act_options, "12 --as wang.qiang", withdraw_run);
COMMAND(handover, "handover", "ROSTER",
        "hand a shift over with what is open; whoever comes confirms with --take",
        "交接班：列出未结事项，接班人用 --take 确认", handover_options,
        "duty-room --as wang.qiang --note \"gauge 7 is slow\"", handover_run);
COMMAND(check, "check", "ROSTER", "a spot check: call whoever is on duty, and take the time",
        "查岗：呼叫值班人并记录应答时间", check_options, "duty-room --seat officer_a", check_run);
