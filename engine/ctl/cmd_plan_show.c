/*
 * muster plan show - one plan: who orders, who does what by when, who signs; of the version in
 * force, or of an earlier one that incidents still are on.
 */
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/show.h"
#include "ctl/show_plan.h"

#include <stdio.h>
#include <string.h>

static bool pin_begins(const json_t *plan, const char *name, const char *pin)
{
    const char *hash = json_str_or(plan, "pin", "");
    const char *colon = strchr(hash, ':');
    if (strcmp(json_str_or(plan, "name", ""), name) != 0)
        return false;
    return strncmp(hash, pin, strlen(pin)) == 0 ||
           (colon && strncmp(colon + 1, pin, strlen(pin)) == 0);
}

/* How many versions of the list begin with it; the last of them to `ret`. */
static int pins_find(const json_t *list, const char *name, const char *pin, struct text *ret)
{
    int found = 0;
    size_t n;
    json_t *plan;
    json_array_foreach(json_unconst(list), n, plan)
    {
        if (!pin_begins(plan, name, pin))
            continue;
        text_clear(ret);
        text_add(ret, json_str_or(plan, "pin", ""));
        found++;
    }
    return found;
}

/* A pin as `plan list` shows it is its beginning. One that is not listed is asked for as it is. */
static int pin_whole(const struct ctl *c, const char *name, const char *pin, struct text *ret)
{
    json_t *reply = NULL;
    int code = ask(c, ask_begin(c, "plans"), &reply);
    if (code)
        return code;
    int found = pins_find(json_at(reply, "plans"), name, pin, ret) +
                pins_find(json_at(reply, "older"), name, pin, ret);
    json_decref(reply);
    if (found == 1)
        return EXIT_OK;
    if (found > 1) {
        ctl_message("%s: %s", pin, ctl_say(c, words_of(WORD_PIN_TWICE)));
        return EXIT_USAGE;
    }
    text_clear(ret);
    text_add(ret, pin);
    return EXIT_OK;
}

static int run(struct ctl *c, const struct args *a)
{
    json_t *reply = NULL;
    const char *name = a->words[0], *given = args_value(a, "--pin");
    AUTO_TEXT(pin);
    AUTO_TEXT(out);
    int code = given ? pin_whole(c, name, given, &pin) : EXIT_OK;
    if (code)
        return code;
    json_t *request = json_put_str(ask_begin(c, "plan_show"), "plan", name);
    code = ask(c, json_put_str(request, "pin", given ? text_str(&pin) : NULL), &reply);
    if (code)
        return code;
    if (c->json) {
        ask_print(reply);
    } else {
        show_plan(c, json_at(reply, "plan"), &out);
        (void)fputs(text_str(&out), stdout);
    }
    json_decref(reply);
    return EXIT_OK;
}

static const struct option_spec options[] = {
    OPTION("--pin", "PIN", "another version that incidents still are on; its first letters will do",
           "仍有事件的另一版本；给出指纹开头即可"),
    {.name = NULL},
};

const struct command cmd_plan_show = {
    .name = "plan show",
    .operands = "NAME",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"one plan: levels, measures, reports, criteria, and who it is that they name",
                 "显示一个预案：级别、措施、报告、结束条件及其责任人"},
    .options = options,
    .examples = "  muster plan show flood\n  muster plan show flood --pin ba22e6d1f466\n",
    .run = run,
};
