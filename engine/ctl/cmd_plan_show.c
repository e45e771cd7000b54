/*
 * muster plan show - one plan: who orders, who does what by when, who signs; of the version in
 * force, or of an earlier one that incidents still are on.
 */
#include "base/code.h"
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

/* The pins that there are of a plan, as `plan list` shows them. */
static void pins_add(const json_t *list, const char *name, struct text *to)
{
    size_t n;
    json_t *plan;
    json_array_foreach(json_unconst(list), n, plan)
    {
        const char *pin = json_str_or(plan, "pin", ""), *colon = strchr(pin, ':');
        if (strcmp(json_str_or(plan, "name", ""), name) != 0)
            continue;
        text_addf(to, "%s%.12s", to->len ? ", " : "", colon ? colon + 1 : pin);
        if (json_str(plan, "version"))
            text_addf(to, " (%s)", json_str(plan, "version"));
    }
}

/* returns  EXIT_OK: no version of such a plan is listed; whoever is asked says what is wrong. */
static int pins_refuse(const struct ctl *c, const json_t *reply, const char *name, const char *pin)
{
    AUTO_TEXT(there);
    AUTO_TEXT(error);
    AUTO_JSON(refusal);
    enum err e = code_err(CODE_UNKNOWN_PLAN);
    pins_add(json_at(reply, "plans"), name, &there);
    pins_add(json_at(reply, "older"), name, &there);
    if (!there.len)
        return EXIT_OK;
    text_addf(&error,
              c->zh ? "预案 \"%s\" 没有指纹以 \"%s\" 开头的版本；现有：%s"
                    : "no version of the plan \"%s\" has a pin that begins with \"%s\"; there is "
                      "%s",
              name, pin, text_str(&there));
    ctl_message("%s", text_str(&error));
    refusal = json_put_str(json_object(), "code", code_name(CODE_UNKNOWN_PLAN));
    json_put_str(json_put(refusal, "ok", json_false()), "error", text_str(&error));
    if (c->json)
        ctl_print_json(refusal);
    return err_exit_code(e);
}

/* A pin as `plan list` shows it is its beginning. */
static int pin_whole(const struct ctl *c, const char *name, const char *pin, struct text *ret)
{
    json_t *reply = NULL;
    int code = ask(c, ask_begin(c, "plans"), &reply);
    if (code)
        return code;
    int found = pins_find(json_at(reply, "plans"), name, pin, ret) +
                pins_find(json_at(reply, "older"), name, pin, ret);
    code = found ? EXIT_OK : pins_refuse(c, reply, name, pin);
    json_decref(reply);
    if (code || found == 1)
        return code;
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
