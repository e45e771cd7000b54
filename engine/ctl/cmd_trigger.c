/*
 * muster trigger - open an incident, or report to the one that has the key.
 *
 * The command makes a key itself, so that a trigger whose connection was lost can be sent again and
 * never opens a second incident.
 */
#include "base/id.h"
#include "base/time.h"
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/fields.h"
#include "ctl/wait_over.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static const struct option_spec options[] = {
    OPTION("--title", "T", "what has happened, in one line; required",
           "一句话说明发生了什么；必填"),
    OPTION("--note", "T", "what else there is to say", "补充说明"),
    OPTION("--kind", "K", "kind of incident, for plans that start on it", "事件种类"),
    OPTION("--source", "S", "who or what reports it", "来源"),
    OPTION("--event", "E", "name of the event at its source", "来源处的事件名"),
    OPTION("--grade", "G", "grade of the incident: I II III IV", "事件分级：I II III IV"),
    OPTION("--warning", "COLOUR", "red, orange, yellow or blue",
           "预警颜色：red orange yellow blue"),
    OPTION("--occasion", "NAME", "of a standing plan: which occasion is opened out of its turn",
           "例会类预案：临时召开哪一种例会"),
    OPTION_MANY("--place", "K=V", "where, like district=east", "地点，如 district=城东"),
    OPTION_MANY("--label", "K=V", "labels of the source", "来源的标签"),
    OPTION_MANY("--field", "[STATION.]K=V", "a fact of the plan", "预案的事实字段"),
    OPTION("--key", "KEY", "the same key is the same incident", "相同的键即同一事件"),
    OPTION("--drill", NULL, "this is a drill", "这是演练"),
    OPTION("--wait", NULL, "wait until the incident is closed", "等到事件结束"),
    {.name = NULL},
};

static json_t *key_make(void)
{
    uint8_t random[10];
    char text[UUID_TEXT];
    struct timespec now;
    AUTO_TEXT(key);
    for (size_t got = 0; got < sizeof random;) {
        ssize_t n = getrandom(random + got, sizeof random - got, 0);
        got += n > 0 ? (size_t)n : 0;
    }
    (void)clock_gettime(CLOCK_REALTIME, &now);
    int64_t ms = (int64_t)now.tv_sec * MS_SECOND + now.tv_nsec / 1000000;
    text_addf(&key, KEY_MADE "%s", uuid_text(uuid_v7(ms, random), text));
    return json_string(text_str(&key));
}

static enum err objects_put(const struct args *a, json_t *request, struct why *why)
{
    json_t *place = NULL, *labels = NULL, *fields = NULL;
    enum err e = fields_strings(a, "--place", &place, why);
    if (!e)
        e = fields_strings(a, "--label", &labels, why);
    if (!e)
        e = fields_facts(a, "--field", &fields, why);
    json_put(request, "place", place);
    json_put(request, "labels", labels);
    json_put(request, "fields", fields);
    return e;
}

static json_t *request_make(const struct ctl *c, const struct args *a)
{
    static const char *const names[] = {"title", "note",    "kind",     "source", "event",
                                        "grade", "warning", "occasion", "key"};
    json_t *request = ask_begin(c, "trigger");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        AUTO_TEXT(option);
        text_addf(&option, "--%s", names[i]);
        json_put_str(request, names[i], args_value(a, text_str(&option)));
    }
    if (a->words_count)
        json_put_str(request, "plan", a->words[0]);
    if (!json_at(request, "key"))
        json_put(request, "key", key_make());
    return json_put_true(request, "drill", args_has(a, "--drill"));
}

static int run(struct ctl *c, const struct args *a)
{
    struct why why;
    json_t *reply = NULL;
    json_t *request = request_make(c, a);
    enum err e = objects_put(a, request, &why);
    if (!e && !args_has(a, "--title"))
        e = why_set(&why, ERR_INVALID, "trigger: --title is missing: say what has happened");
    if (e) {
        json_decref(request);
        (void)ctl_fail(e, &why);
        return EXIT_USAGE;
    }
    int code = ask_again(c, request, &reply);
    if (code)
        return code;
    AUTO_TEXT(incident);
    text_add(&incident, json_str_or(reply, "incident", ""));
    if (c->json)
        ask_print(reply);
    else
        puts(text_str(&incident));
    (void)fflush(stdout);
    json_decref(reply);
    return args_has(a, "--wait") ? wait_over(c, text_str(&incident)) : EXIT_OK;
}

const struct command cmd_trigger = {
    .name = "trigger",
    .operands = "[PLAN]",
    .operands_most = 1,
    .sentence = {"open an incident; prints its id when it is on disk",
                 "触发事件；记录落盘后输出其编号"},
    .options = options,
    .examples = "  muster trigger flood --title \"Gauge 7 over warning\" --field g7.stage_m=4.9\n"
                "  muster trigger --kind fire --title \"Smoke in hall 3\" --drill --wait\n",
    .run = run,
};
