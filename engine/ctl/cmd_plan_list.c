/*
 * muster plan list - the plans in force and the versions before them that incidents still are on;
 * and what lies in the folder and was refused.
 */
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/findings.h"
#include "ctl/show.h"
#include "ctl/show_plan.h"

#include <inttypes.h>
#include <stdio.h>

static const enum word heads[] = {WORD_NAME,  WORD_VERSION,   WORD_PIN,  WORD_STATE,
                                  WORD_SINCE, WORD_INCIDENTS, WORD_TITLE};

static void row_add(const struct ctl *c, struct table *t, const json_t *plan, bool older)
{
    AUTO_TEXT(pin);
    AUTO_TEXT(since);
    AUTO_TEXT(incidents);
    const char *at = json_str(plan, "since");
    show_pin(&pin, json_str_or(plan, "pin", ""));
    if (at)
        show_time(&since, at, TIME_FULL);
    text_addf(&incidents, "%" PRId64, json_int(plan, "incidents", 0));
    table_cell(t, json_str(plan, "name"));
    table_cell(t, json_str(plan, "version"));
    table_cell(t, text_str(&pin));
    table_cell_in(t, ctl_say(c, words_of(older ? WORD_EARLIER : WORD_IN_FORCE)),
                  older ? COLOUR_YELLOW : COLOUR_NONE);
    table_cell(t, at ? text_str(&since) : "-");
    table_cell(t, text_str(&incidents));
    table_cell(t, json_str(plan, "title"));
}

static void rows_add(const struct ctl *c, struct table *t, const json_t *plans, bool older)
{
    size_t n;
    json_t *plan;
    json_array_foreach(json_unconst(plans), n, plan) row_add(c, t, plan, older);
}

static void print(const struct ctl *c, const json_t *reply)
{
    struct table t = {.columns = sizeof heads / sizeof heads[0]};
    AUTO_TEXT(out);
    for (size_t i = 0; i < t.columns; i++)
        table_cell_in(&t, ctl_say(c, words_of(heads[i])), COLOUR_DIM);
    rows_add(c, &t, json_at(reply, "plans"), false);
    rows_add(c, &t, json_at(reply, "older"), true);
    table_print(&t, c->width, c->colour, &out);
    (void)fputs(text_str(&out), stdout);
    table_done(&t);
}

/* A set that was refused is the first thing to see to. */
static void refused_print(const struct ctl *c, const json_t *refused)
{
    AUTO_TEXT(at);
    AUTO_TEXT(error);
    if (!refused)
        return;
    show_time(&at, json_str_or(refused, "at", "?"), TIME_FULL);
    show_safe(&error, json_str_or(refused, "error", "?"));
    ctl_message("%s (%s): %s", ctl_say(c, words_of(WORD_REFUSED_SET)), text_str(&at),
                text_str(&error));
    (void)findings_show(c, json_at(refused, "findings"), NULL);
}

/* Live runs that are replayed after an upgrade. */
static void verification_print(const struct ctl *c, const json_t *v)
{
    int64_t diverged = json_int(v, "diverged", 0);
    if (!v)
        return;
    AUTO_TEXT(line);
    text_addf(&line, "%s: %" PRId64 "/%" PRId64, ctl_say(c, words_of(WORD_REPLAYED)),
              json_int(v, "done", 0), json_int(v, "runs", 0));
    if (diverged)
        text_addf(&line, ", %" PRId64 " %s", diverged, ctl_say(c, words_of(WORD_DIFFER)));
    ctl_message("%s", text_str(&line));
}

static int run(struct ctl *c, const struct args *a)
{
    json_t *reply = NULL;
    (void)a;
    int code = ask(c, ask_begin(c, "plans"), &reply);
    if (code)
        return code;
    if (c->json) {
        ask_print(reply);
    } else {
        if (json_array_size(json_at(reply, "plans")))
            print(c, reply);
        else
            ctl_message("%s", ctl_say(c, words_of(WORD_NOTHING)));
        refused_print(c, json_at(reply, "refused"));
        verification_print(c, json_at(reply, "verification"));
    }
    json_decref(reply);
    return EXIT_OK;
}

const struct command cmd_plan_list = {
    .name = "plan list",
    .operands = "",
    .sentence = {"the plans in force, earlier versions that incidents still are on, and how many",
                 "列出生效的预案、仍有事件的旧版本及其事件数"},
    .examples = "  muster plan list\n  muster plan list --json\n",
    .run = run,
};
