/*
 * muster duty now, show, gaps - who is on duty, who comes, and where nobody will be. Times are
 * those of the site's clocks.
 */
#include "ctl/cmd_duty.h"
#include "base/civil.h"
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/show.h"

#include <stdio.h>
#include <string.h>

void duty_time(const char *zone, const char *at, struct text *to)
{
    wall_ms moment;
    if (at && rfc3339_parse(at, &moment))
        civil_add(to, zone, moment);
}

/* ---- words ---- */

static void heads(const struct ctl *c, struct table *t, const char *const (*words)[2])
{
    for (size_t n = 0; n < t->columns; n++)
        table_cell_in(t, words[n][c->zh ? 0 : 1], COLOUR_DIM);
}

static void table_show(const struct ctl *c, struct table *t)
{
    AUTO_TEXT(out);
    table_print(t, c->width, c->colour, &out);
    (void)fputs(text_str(&out), stdout);
    table_done(t);
}

/* By what somebody sits there, where that is not their turn. */
static const char *by_words(const struct ctl *c, const char *by)
{
    static const char *const words[][3] = {{"turn", "", ""},
                                           {"holiday", "节假日", "holiday"},
                                           {"shift", "临时排班", "temporary roster"},
                                           {"override", "替班", "override"},
                                           {"off_hours", "不在时段", "out of its hours"},
                                           {"nobody", "无人", "nobody"}};
    for (size_t n = 0; n < sizeof words / sizeof *words; n++)
        if (!strcmp(words[n][0], by))
            return words[n][c->zh ? 1 : 2];
    return by;
}

static void person_cell(const struct ctl *c, struct table *t, const json_t *span)
{
    AUTO_TEXT(who);
    const char *name = json_str(span, "name");
    bool off = !strcmp(json_str_or(span, "by", ""), "off_hours");
    if (name)
        text_addf(&who, "%s (%s)", name, json_str_or(span, "person", "?"));
    else
        text_add(&who, off ? "—" : c->zh ? "无人" : "nobody");
    table_cell_in(t, text_str(&who), name || off ? COLOUR_NONE : COLOUR_RED);
}

/* ---- now ---- */

static void seat_row(const struct ctl *c, struct table *t, const char *zone, const json_t *seat)
{
    AUTO_TEXT(until);
    duty_time(zone, json_str(seat, "until"), &until);
    table_cell(t, json_str_or(seat, "title", "?"));
    person_cell(c, t, seat);
    table_cell(t, text_str(&until));
    table_cell(t, by_words(c, json_str_or(seat, "by", "")));
}

static void handover_print(const struct ctl *c, const char *zone, const json_t *handover)
{
    const json_t *open = json_at(handover, "open");
    const char *taken = json_str(handover, "taken_by_name");
    AUTO_TEXT(line);
    if (!handover)
        return;
    text_add(&line, c->zh ? "交接班：" : "handover: ");
    duty_time(zone, json_str(handover, "at"), &line);
    text_add_char(&line, ' ');
    show_safe(&line, json_str_or(handover, "from_name", json_str_or(handover, "from", "?")));
    text_addf(&line,
              c->zh ? "，未结事件 %d 起，未办结 %d 件（超期 %d）"
                    : ", open: %d incidents, %d items (%d overdue)",
              (int)json_int(open, "incidents_count", 0), (int)json_int(open, "items_count", 0),
              (int)json_int(open, "overdue_count", 0));
    text_add(&line, c->zh ? "；接班：" : "; taken over by ");
    show_safe(&line, taken ? taken : c->zh ? "尚未确认" : "nobody yet");
    if (json_str(handover, "note")) {
        text_add(&line, c->zh ? "\n  意见：" : "\n  note: ");
        show_safe(&line, json_str(handover, "note"));
    }
    puts(text_str(&line));
}

/* The last spot check, and how long the answer took. */
static void check_print(const struct ctl *c, const char *zone, const json_t *checks)
{
    const json_t *last = json_array_get(checks, json_array_size(checks) - 1);
    AUTO_TEXT(line);
    if (!json_array_size(checks))
        return;
    text_add(&line, c->zh ? "最近查岗：" : "last spot check: ");
    duty_time(zone, json_str(last, "at"), &line);
    text_add_char(&line, ' ');
    show_safe(&line, json_str_or(last, "name", json_str_or(last, "person", "?")));
    if (json_at(last, "took_ms")) {
        text_add(&line, c->zh ? "，应答用时 " : ", answered after ");
        duration_add(&line, json_int(last, "took_ms", 0));
    } else {
        text_add(&line, c->zh ? "，未应答" : ", no answer");
    }
    puts(text_str(&line));
}

static void roster_print(const struct ctl *c, const char *zone, const json_t *roster)
{
    static const char *const words[][2] = {
        {"席位", "seat"}, {"值班人", "on duty"}, {"至", "until"}, {"说明", "note"}};
    struct table t = {.columns = 4};
    size_t n;
    json_t *seat;
    AUTO_TEXT(title);
    show_safe(&title, json_str_or(roster, "title", ""));
    printf("%s%s%s (%s)\n", show_colour(c->colour, COLOUR_BOLD), text_str(&title),
           show_colour(c->colour, COLOUR_NONE), json_str_or(roster, "roster", "?"));
    heads(c, &t, words);
    json_array_foreach(json_unconst(json_at(roster, "seats")), n, seat) seat_row(c, &t, zone, seat);
    table_show(c, &t);
    handover_print(c, zone, json_at(roster, "handover"));
    check_print(c, zone, json_at(roster, "checks"));
}

/* ---- changes ---- */

static const char *change_state(const struct ctl *c, const char *state)
{
    static const char *const words[][3] = {{"asked", "待同意或审批", "asked"},
                                           {"agreed", "待审批", "agreed, to be approved"},
                                           {"approved", "已批准", "approved"},
                                           {"refused", "未批准", "refused"},
                                           {"withdrawn", "已撤回", "withdrawn"}};
    for (size_t n = 0; n < sizeof words / sizeof *words; n++)
        if (!strcmp(words[n][0], state))
            return words[n][c->zh ? 1 : 2];
    return state;
}

void duty_change_print(const struct ctl *c, const char *zone, const json_t *change)
{
    size_t n;
    json_t *part;
    bool swap = !strcmp(json_str_or(change, "what", ""), "swap");
    json_array_foreach(json_unconst(json_at(change, "parts")), n, part)
    {
        AUTO_TEXT(line);
        text_addf(&line, "%s %d  %s  ",
                  swap    ? (c->zh ? "换班" : "swap")
                  : c->zh ? "替班"
                          : "override",
                  (int)json_int(change, "change", 0),
                  change_state(c, json_str_or(change, "state", "?")));
        show_safe(&line, json_str_or(part, "title", "?"));
        text_add_char(&line, ' ');
        duty_time(zone, json_str(part, "from"), &line);
        text_add(&line, c->zh ? " 至 " : " to ");
        duty_time(zone, json_str(part, "to"), &line);
        text_add(&line, c->zh ? "：" : ": ");
        show_safe(&line, json_str_or(part, "name", json_str_or(part, "person", "?")));
        if (json_str(part, "instead_name")) {
            text_add(&line, c->zh ? "，替 " : " for ");
            show_safe(&line, json_str(part, "instead_name"));
        }
        if (json_str(change, "reason")) {
            text_add(&line, c->zh ? "（" : " (");
            show_safe(&line, json_str(change, "reason"));
            text_add(&line, c->zh ? "）" : ")");
        }
        puts(text_str(&line));
    }
}

static void changes_print(const struct ctl *c, const char *zone, const json_t *changes)
{
    size_t n;
    json_t *change;
    json_array_foreach(json_unconst(changes), n, change) duty_change_print(c, zone, change);
}

/* ---- asking ---- */

static json_t *duty_request(const struct ctl *c, const struct args *a)
{
    json_t *request = ask_begin(c, "duty");
    json_put_str(request, "roster", a->words_count ? a->words[0] : NULL);
    json_put_str(request, "person", args_value(a, "--person"));
    return json_put_str(request, "at", args_value(a, "--at"));
}

static int now_run(struct ctl *c, const struct args *a)
{
    AUTO_JSON(reply);
    int code = ask(c, duty_request(c, a), &reply);
    size_t n;
    json_t *roster;
    if (code)
        return code;
    if (c->json) {
        ask_print(reply);
        return EXIT_OK;
    }
    const json_t *rosters = json_at(reply, "rosters");
    if (!json_array_size(rosters))
        ctl_message("%s", ctl_say(c, words_of(WORD_NOTHING)));
    json_array_foreach(json_unconst(rosters), n, roster)
    {
        if (n)
            puts("");
        roster_print(c, json_str_or(reply, "zone", "UTC"), roster);
    }
    return EXIT_OK;
}

static void spans_print(const struct ctl *c, const char *zone, const json_t *spans)
{
    static const char *const words[][2] = {{"自", "from"},        {"至", "until"},
                                           {"值班表", "roster"},  {"席位", "seat"},
                                           {"值班人", "on duty"}, {"说明", "note"}};
    struct table t = {.columns = 6};
    size_t n;
    json_t *span;
    heads(c, &t, words);
    json_array_foreach(json_unconst(spans), n, span)
    {
        AUTO_TEXT(from);
        AUTO_TEXT(until);
        duty_time(zone, json_str(span, "from"), &from);
        duty_time(zone, json_str(span, "until"), &until);
        table_cell(&t, text_str(&from));
        table_cell(&t, text_str(&until));
        table_cell(&t, json_str_or(span, "roster", "?"));
        table_cell(&t, json_str_or(span, "title", "?"));
        person_cell(c, &t, span);
        table_cell(&t, by_words(c, json_str_or(span, "by", "")));
    }
    table_show(c, &t);
}

static int show_run(struct ctl *c, const struct args *a)
{
    AUTO_JSON(reply);
    json_t *request = duty_request(c, a);
    const char *days = args_value(a, "--days");
    json_put(request, "days", days ? ask_number(days) : json_integer(14));
    json_put_true(request, "ics", args_has(a, "--ics"));
    int code = ask(c, request, &reply);
    if (code)
        return code;
    const char *zone = json_str_or(reply, "zone", "UTC");
    if (c->json)
        ask_print(reply);
    else if (args_has(a, "--ics"))
        (void)fputs(json_str_or(reply, "calendar", ""), stdout);
    else if (!json_array_size(json_at(reply, "coming")))
        ctl_message("%s", ctl_say(c, words_of(WORD_NOTHING)));
    else
        spans_print(c, zone, json_at(reply, "coming"));
    if (!c->json)
        changes_print(c, zone, json_at(reply, "changes"));
    return EXIT_OK;
}

/* Exit code 1 where there is a hole: for whoever asks by a timer. */
static int gaps_run(struct ctl *c, const struct args *a)
{
    AUTO_JSON(reply);
    json_t *request = duty_request(c, a);
    const char *days = args_value(a, "--days");
    if (days)
        json_put(request, "days", ask_number(days));
    int code = ask(c, request, &reply);
    if (code)
        return code;
    const json_t *gaps = json_at(reply, "gaps");
    if (c->json)
        ctl_print_json(gaps);
    else if (!json_array_size(gaps))
        puts(c->zh ? "没有空岗" : "no gaps: somebody is on duty all the time");
    else
        spans_print(c, json_str_or(reply, "zone", "UTC"), gaps);
    return json_array_size(gaps) ? EXIT_FAILED : EXIT_OK;
}

static const struct option_spec now_options[] = {
    OPTION("--at", "T",
           "at another time: \"2026-12-01 08:00\", by the clocks of the site; else now",
           "另一时间，如 \"2026-12-01 08:00\"（单位所在时区）；缺省为现在"),
    {.name = NULL},
};

static const struct option_spec show_options[] = {
    OPTION("--at", "T", "from this time on; else now", "自此时间起；缺省为现在"),
    OPTION("--days", "N", "so many days; else 14", "天数；缺省 14"),
    OPTION("--person", "ID", "of this person alone", "只列此人"),
    OPTION("--ics", NULL, "as a calendar (iCalendar), half a year ahead",
           "输出日历（iCalendar），含今后半年"),
    {.name = NULL},
};

static const struct option_spec gaps_options[] = {
    OPTION("--at", "T", "from this time on; else now", "自此时间起；缺省为现在"),
    OPTION("--days", "N", "so many days; else 60", "天数；缺省 60"),
    {.name = NULL},
};

const struct command cmd_duty_now = {
    .name = "duty now",
    .operands = "[ROSTER]",
    .operands_most = 1,
    .sentence = {"who is on duty", "现在谁值班"},
    .options = now_options,
    .examples = "  muster duty now\n"
                "  muster duty now duty-room --at \"2026-12-01 08:00\"\n",
    .run = now_run,
};

const struct command cmd_duty_show = {
    .name = "duty show",
    .operands = "[ROSTER]",
    .operands_most = 1,
    .sentence = {"who is on duty in the days to come, and what was changed", "今后的排班和调整"},
    .options = show_options,
    .examples = "  muster duty show duty-room --days 30\n"
                "  muster duty show --person li.ming\n"
                "  muster duty show duty-room --ics > duty.ics\n",
    .run = show_run,
};

const struct command cmd_duty_gaps = {
    .name = "duty gaps",
    .operands = "[ROSTER]",
    .operands_most = 1,
    .sentence = {"when a seat has nobody; exit code 1 if there is such a time",
                 "哪些时段席位无人；有空岗则退出码为 1"},
    .options = gaps_options,
    .examples = "  muster duty gaps\n",
    .run = gaps_run,
};
