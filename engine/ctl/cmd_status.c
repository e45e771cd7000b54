/*
 * muster status - one incident, as the one who takes over the watch wants to read it.
 */
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/show.h"
#include "ctl/show_family.h"
#include "ctl/show_response.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LABEL_COLUMNS = 10 };

static void label(const struct ctl *c, struct text *to, enum word w)
{
    const char *word = ctl_say(c, words_of(w));
    text_addf(to, "  %s%s%s", show_colour(c->colour, COLOUR_DIM), word,
              show_colour(c->colour, COLOUR_NONE));
    for (size_t at = show_width(word); at < LABEL_COLUMNS; at++)
        text_add_char(to, ' ');
}

static void line_text(const struct ctl *c, struct text *to, enum word w, const char *value)
{
    if (!value || !value[0])
        return;
    label(c, to, w);
    show_safe(to, value);
    text_add_char(to, '\n');
}

static void line_time(const struct ctl *c, struct text *to, enum word w, const char *at)
{
    if (!at)
        return;
    label(c, to, w);
    show_time(to, at, TIME_FULL);
    text_add_char(to, '\n');
}

static void value_add(struct text *to, const json_t *value)
{
    AUTO_TEXT(written);
    json_write(value, &written);
    show_safe(to, json_is_string(value) ? json_string_value(value) : text_str(&written));
}

/* {"district":"城东"} as "district=城东, …" */
static void line_object(const struct ctl *c, struct text *to, enum word w, const json_t *object)
{
    const char *name;
    json_t *value;
    bool first = true;
    if (json_object_size(object) == 0)
        return;
    label(c, to, w);
    json_object_foreach(json_unconst(object), name, value)
    {
        text_add(to, first ? "" : ", ");
        show_safe(to, name);
        text_add_char(to, '=');
        value_add(to, value);
        first = false;
    }
    text_add_char(to, '\n');
}

static void fact_line(const struct ctl *c, struct text *to, const char *station, const char *name,
                      const json_t *fact, bool *first)
{
    if (*first)
        label(c, to, WORD_FACTS);
    else
        text_addf(to, "  %*s", LABEL_COLUMNS, "");
    *first = false;
    if (station) {
        show_safe(to, station);
        text_add_char(to, '.');
    }
    show_safe(to, name);
    text_add(to, " = ");
    value_add(to, json_at(fact, "value"));
    text_add(to, "  ");
    show_time(to, json_str(fact, "at"), TIME_CLOCK);
    if (json_bool(fact, "stale"))
        text_addf(to, "  %s%s%s", show_colour(c->colour, COLOUR_YELLOW),
                  ctl_say(c, words_of(WORD_STALE)), show_colour(c->colour, COLOUR_NONE));
    text_add_char(to, '\n');
}

static void facts_add(const struct ctl *c, struct text *to, const json_t *facts)
{
    const char *name, *inner;
    json_t *member, *fact;
    bool first = true;
    json_object_foreach(json_unconst(facts), name, member)
    {
        if (json_at(member, "value")) {
            fact_line(c, to, NULL, name, member, &first);
            continue;
        }
        json_object_foreach(member, inner, fact) fact_line(c, to, name, inner, fact, &first);
    }
}

static void call_add(const struct ctl *c, struct text *to, const json_t *call)
{
    size_t n;
    json_t *person;
    text_addf(to, "    %s  ", json_str_or(call, "step", "?"));
    show_safe(to, show_text(c, json_at(call, "text")));
    text_addf(to, "\n      %s %" PRId64, ctl_say(c, words_of(WORD_RUNG)),
              json_int(call, "rung", 1));
    if (json_str(call, "due")) {
        text_addf(to, ", %s ", ctl_say(c, words_of(WORD_NEXT_AT)));
        show_time(to, json_str(call, "due"), TIME_CLOCK);
    }
    text_add_char(to, '\n');
    json_array_foreach(json_unconst(json_at(call, "asked")), n, person)
    {
        text_add(to, "      ");
        show_safe(to, json_str_or(person, "name", json_str_or(person, "person", "?")));
        const char *words = json_str(person, "words");
        if (words && words[0]) {
            text_add(to, " (");
            show_safe(to, words);
            text_add(to, ")");
        }
        if (json_bool(person, "declined"))
            text_addf(to, "  %s", ctl_say(c, words_of(WORD_DECLINED)));
        if (json_bool(person, "accepted"))
            text_addf(to, "  %s", ctl_say(c, words_of(WORD_ACCEPTED)));
        text_add_char(to, '\n');
    }
}

static void calls_add(const struct ctl *c, struct text *to, const json_t *calls)
{
    size_t n;
    json_t *call;
    label(c, to, WORD_CALLS);
    if (json_array_size(calls) == 0)
        text_add(to, ctl_say(c, words_of(WORD_NONE_OPEN)));
    else
        text_addf(to, "%zu", json_array_size(calls));
    text_add_char(to, '\n');
    json_array_foreach(json_unconst(calls), n, call) call_add(c, to, call);
}

/* Who has it, and until when. */
static void taken_add(const struct ctl *c, struct text *to, const json_t *taken)
{
    size_t n, k;
    json_t *call, *person;
    json_array_foreach(json_unconst(taken), n, call)
    {
        const json_t *by = json_at(call, "by");
        label(c, to, WORD_TAKEN_BY);
        if (json_array_size(by) == 0)
            text_add(to, ctl_say(c, words_of(WORD_TAKEN_BY_NONE)));
        json_array_foreach(json_unconst(by), k, person)
        {
            text_add(to, k ? ", " : "");
            show_safe(to, json_str_or(person, "name", json_str_or(person, "person", "?")));
        }
        text_addf(to, "; %s ", ctl_say(c, words_of(WORD_AGAIN_AT)));
        show_time(to, json_str(call, "until"), TIME_CLOCK);
        text_add(to, "\n    ");
        show_safe(to, show_text(c, json_at(call, "text")));
        text_add_char(to, '\n');
    }
}

static void head_add(const struct ctl *c, struct text *to, const json_t *i)
{
    const char *health = json_str_or(i, "health", "ok");
    bool bad = strcmp(health, "ok") != 0;
    text_add(to, show_colour(c->colour, COLOUR_BOLD));
    if (json_bool(i, "drill"))
        text_add(to, ctl_say(c, words_of(WORD_DRILL_MARK)));
    if (json_bool(i, "purged"))
        text_add(to, ctl_say(c, words_of(WORD_PURGED_TITLE)));
    show_safe(to, json_str_or(i, "title", ""));
    text_addf(to, "%s\n", show_colour(c->colour, COLOUR_NONE));
    line_text(c, to, WORD_ID, json_str(i, "id"));
    line_text(c, to, WORD_STATE, words_state(json_str_or(i, "state", "?"), c->zh));
    label(c, to, WORD_HEALTH);
    text_addf(to, "%s%s%s\n", show_colour(c->colour && bad, COLOUR_RED), words_state(health, c->zh),
              show_colour(c->colour && bad, COLOUR_NONE));
}

static void drill_line(const struct ctl *c, struct text *to, const json_t *d)
{
    AUTO_TEXT(line);
    bool table = strcmp(json_str_or(d, "mode", ""), "tabletop") == 0;
    if (!d)
        return;
    text_add(&line, c->zh ? table ? "桌面推演" : "实战演练" : json_str_or(d, "mode", "?"));
    if (json_str(d, "scenario"))
        text_addf(&line,
                  c->zh ? "，情景 %s，已注入 %" PRId64 "/%" PRId64
                        : ", scenario %s, %" PRId64 " of %" PRId64 " injects are in",
                  json_str(d, "scenario"), json_int(d, "injected", 0), json_int(d, "injects", 0));
    if (json_int(d, "speed", 1) > 1)
        text_addf(&line, c->zh ? "，%" PRId64 " 倍速" : ", %" PRId64 " times as fast",
                  json_int(d, "speed", 1));
    if (json_str(d, "next_at")) {
        text_add(&line, c->zh ? "，下一条 " : ", the next at ");
        show_time(&line, json_str(d, "next_at"), TIME_CLOCK);
    }
    line_text(c, to, WORD_DRILL, text_str(&line));
}

static void incident_add(const struct ctl *c, struct text *to, const json_t *i)
{
    AUTO_TEXT(plan);
    AUTO_TEXT(notices);
    const json_t *counts = json_at(i, "notices");
    head_add(c, to, i);
    text_add(&plan, json_str_or(i, "plan", "-"));
    if (json_str(i, "version"))
        text_addf(&plan, " %s", json_str(i, "version"));
    line_text(c, to, WORD_PLAN, text_str(&plan));
    drill_line(c, to, json_at(i, "drill_state"));
    line_time(c, to, WORD_OPENED, json_str(i, "opened_at"));
    line_time(c, to, WORD_CLOSED, json_str(i, "closed_at"));
    if (json_str(i, "category"))
        line_text(c, to, WORD_CATEGORY, words_state(json_str(i, "category"), c->zh));
    line_text(c, to, WORD_GRADE, json_str(i, "grade"));
    line_text(c, to, WORD_WARNING, json_str(i, "warning"));
    line_text(c, to, WORD_LEVEL, json_str(i, "level"));
    show_response(c, i, to);
    show_family(c, i, to);
    line_text(c, to, WORD_SOURCE, json_str(i, "source"));
    if (strncmp(json_str_or(i, "key", ""), KEY_MADE, strlen(KEY_MADE)) != 0)
        line_text(c, to, WORD_KEY, json_str(i, "key"));
    line_object(c, to, WORD_PLACE, json_at(i, "place"));
    line_object(c, to, WORD_LABELS, json_at(i, "labels"));
    facts_add(c, to, json_at(i, "facts"));
    line_object(c, to, WORD_PLAN_STATE, json_at(i, "plan_state"));
    if (json_bool(i, "purged"))
        return;
    calls_add(c, to, json_at(i, "calls"));
    taken_add(c, to, json_at(i, "taken"));
    const json_t *ledger = json_at(i, "items");
    if (json_int(ledger, "open", 0)) {
        AUTO_TEXT(items);
        text_addf(&items,
                  c->zh ? "未结 %" PRId64 "，逾期 %" PRId64
                        : "%" PRId64 " open, %" PRId64 " overdue",
                  json_int(ledger, "open", 0), json_int(ledger, "overdue", 0));
        line_text(c, to, WORD_ITEMS, text_str(&items));
    }
    const json_t *reports = json_at(i, "reports");
    if (json_int(reports, "open", 0)) {
        AUTO_TEXT(open);
        text_addf(&open,
                  c->zh ? "待报 %" PRId64 "，逾期 %" PRId64
                        : "%" PRId64 " open, %" PRId64 " overdue",
                  json_int(reports, "open", 0), json_int(reports, "overdue", 0));
        line_text(c, to, WORD_REPORTS, text_str(&open));
    }
    text_addf(&notices, "%s %" PRId64 ", %s %" PRId64, ctl_say(c, words_of(WORD_SENT)),
              json_int(counts, "sent", 0), ctl_say(c, words_of(WORD_FAILED)),
              json_int(counts, "failed", 0));
    line_text(c, to, WORD_NOTICES, text_str(&notices));
}

static int run(struct ctl *c, const struct args *a)
{
    json_t *reply = NULL;
    int code = ask(c, json_put_str(ask_begin(c, "status"), "incident", a->words[0]), &reply);
    if (code)
        return code;
    AUTO_TEXT(out);
    if (c->json)
        ctl_print_json(json_at(reply, "incident"));
    else
        incident_add(c, &out, json_at(reply, "incident"));
    (void)fputs(text_str(&out), stdout);
    json_decref(reply);
    return EXIT_OK;
}

const struct command cmd_status = {
    .name = "status",
    .operands = "ID",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"one incident: its state, facts, open calls",
                 "查看一个事件：状态、事实、待答的呼叫"},
    .examples = "  muster status 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11\n",
    .run = run,
};
