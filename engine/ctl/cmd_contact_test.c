/*
 * muster contact test, endpoint test - a test message, and what becomes of it, line by line, until
 * somebody has answered or the time is up. Who runs it at night is told what to do next.
 */
#include "base/time.h"
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS_DEFAULT = 90 * 1000, WAIT_MS_MAX = 3600 * 1000 };

/* How far one message has come; behind FAILED and PROVED nothing follows that matters. */
enum stage { STAGE_WAITS, STAGE_SENT, STAGE_PROVED, STAGE_ANSWERED, STAGE_FAILED };

struct test {
    const char *notice, *person, *name, *endpoint, *channel; /* borrowed from the reply */
    enum stage stage;
    struct text why; /* of the last attempt that failed */
};

struct testing {
    const struct ctl *c;
    struct client watch;
    int64_t begun;
    struct test *tests;
    size_t count;
};

/* "0:07  sms (aliyun_sms)  王强  " */
static void line_begin(const struct testing *g, const struct test *t, struct text *to)
{
    int64_t s = (client_now_ms() - g->begun) / 1000;
    text_addf(to, "%" PRId64 ":%02" PRId64 "  ", s / 60, s % 60);
    show_safe(to, t->endpoint);
    text_add(to, " (");
    show_safe(to, t->channel);
    text_add(to, ")  ");
    show_safe(to, t->name ? t->name : t->person);
    text_add(to, "  ");
}

static void line_print(const struct testing *g, const struct test *t, struct words words,
                       const char *more, enum colour colour)
{
    AUTO_TEXT(line);
    line_begin(g, t, &line);
    text_add(&line, show_colour(g->c->colour, colour));
    text_add(&line, ctl_say(g->c, words));
    if (more && *more) {
        text_add(&line, ": ");
        show_safe(&line, more);
    }
    text_add(&line, show_colour(g->c->colour, COLOUR_NONE));
    puts(text_str(&line));
    (void)fflush(stdout);
}

/* ---- events ---- */

struct step {
    const char *kind;
    enum stage stage;
    enum colour colour;
    struct words words;
};

static const struct step steps[] = {
    {"notice_handed", STAGE_WAITS, COLOUR_DIM, {"is being sent", "正在发送"}},
    {"notice_sent",
     STAGE_SENT,
     COLOUR_NONE,
     {"sent: the service has it", "已送出：对方服务已收下"}},
    {"notice_delivered",
     STAGE_PROVED,
     COLOUR_GREEN,
     {"delivered: it is on their device", "已送达：消息已到对方设备"}},
    {"notice_seen", STAGE_PROVED, COLOUR_GREEN, {"seen", "对方已看到"}},
    {"answer_noted", STAGE_ANSWERED, COLOUR_GREEN, {"answered", "对方已确认"}},
    {"answer_refused",
     STAGE_SENT,
     COLOUR_YELLOW,
     {"somebody opened the link and typed a wrong code", "有人打开链接，但应答码输错"}},
    {"notice_retry", STAGE_WAITS, COLOUR_YELLOW, {"not sent, it is tried again", "未送出，将重试"}},
    {"notice_unknown",
     STAGE_WAITS,
     COLOUR_YELLOW,
     {"the outcome is not known, it is sent again", "结果不明，将重发"}},
    {"notice_failed", STAGE_FAILED, COLOUR_RED, {"FAILED", "失败"}},
};

static const struct step *step_of(const char *kind)
{
    for (size_t n = 0; n < sizeof steps / sizeof *steps; n++)
        if (!strcmp(steps[n].kind, kind))
            return &steps[n];
    return NULL;
}

static struct test *test_of(const struct testing *g, const char *notice)
{
    for (size_t n = 0; n < g->count; n++)
        if (!strcmp(g->tests[n].notice, notice))
            return &g->tests[n];
    return NULL;
}

static void test_goes_on(struct testing *g, struct test *t, const struct step *step,
                         const char *why)
{
    AUTO_TEXT(more);
    text_add(&more, why ? why : "");
    if (step->stage == STAGE_ANSWERED)
        text_addf(&more, g->c->zh ? "%" PRId64 " 秒后" : "after %" PRId64 " s",
                  (client_now_ms() - g->begun) / 1000);
    if (step->stage > t->stage || step->stage == STAGE_FAILED)
        t->stage = step->stage;
    if (why) {
        text_clear(&t->why);
        text_add(&t->why, why);
    }
    if (!g->c->json)
        line_print(g, t, step->words, text_str(&more), step->colour);
}

static void event_take(struct testing *g, const json_t *event)
{
    const json_t *data = json_at(event, "data");
    const struct step *step = step_of(json_str_or(event, "kind", ""));
    struct test *t = step ? test_of(g, json_str_or(data, "notice", "")) : NULL;
    if (t)
        test_goes_on(g, t, step, json_str(data, "why"));
}

static bool is_over(const struct test *t)
{
    return t->stage == STAGE_ANSWERED || t->stage == STAGE_FAILED;
}

static bool all_over(const struct testing *g)
{
    for (size_t n = 0; n < g->count; n++)
        if (!is_over(&g->tests[n]))
            return false;
    return true;
}

static void tests_wait(struct testing *g, int64_t wait_ms)
{
    struct why why;
    while (!all_over(g)) {
        json_t *line = NULL;
        int64_t left = g->begun + wait_ms - client_now_ms();
        if (left <= 0 || client_hear(&g->watch, (int)left, &line, &why))
            break;
        event_take(g, line);
        json_decref(line);
    }
}

/* ---- what to do now ---- */

static const char *stage_name(enum stage s)
{
    static const char *const names[] = {"waiting", "sent", "delivered", "answered", "failed"};
    return names[s];
}

static void advise(const struct testing *g, const struct test *t)
{
    const char *who = t->name ? t->name : t->person, *by = t->endpoint;
    bool zh = g->c->zh;
    if (t->stage == STAGE_ANSWERED || t->stage == STAGE_PROVED)
        ctl_message(zh ? "%s 可通过 %s 联系到。" : "%s can be reached by %s.", who, by);
    else if (t->stage == STAGE_SENT)
        ctl_message(
            zh ? "%s：消息已由 %s 送出，尚无人确认。请问本人是否收到：没有收到，则号码或地址"
                 "有误（muster contact set %s %s -）。"
               : "%s: %s took the message, nobody has answered yet. Ask whether it is there; "
                 "if not, the number or address is wrong (muster contact set %s %s -).",
            who, by, t->person, by);
    else if (t->stage == STAGE_FAILED && !strcmp(text_str(&t->why), "no contact"))
        ctl_message(zh ? "%s：保管库里没有 %s 的联系方式：muster contact set %s %s -"
                       : "%s: the vault holds no contact for %s: muster contact set %s %s -",
                    who, by, t->person, by);
    else if (t->stage == STAGE_FAILED)
        ctl_message(
            zh ? "%s 目前不能通过 %s 联系到：%s。请用其他方式联系，并通知系统管理员。"
               : "%s cannot be reached by %s now: %s. Reach them in another way, and tell the "
                 "operator.",
            who, by, t->why.len ? text_str(&t->why) : "?");
    else
        ctl_message(zh ? "%s：%s 还没有收下消息%s%s。还会重试；查看 muster contact list %s。"
                       : "%s: %s has not taken the message yet%s%s. It is tried on; see muster "
                         "contact list %s.",
                    who, by, t->why.len ? (zh ? "：" : ": ") : "", text_str(&t->why), t->person);
}

static int tests_end(const struct testing *g, const json_t *reply)
{
    int code = EXIT_OK;
    json_t *results = json_array();
    for (size_t n = 0; n < g->count; n++) {
        const struct test *t = &g->tests[n];
        if (t->stage == STAGE_WAITS || t->stage == STAGE_FAILED)
            code = EXIT_FAILED;
        if (!g->c->json)
            advise(g, t);
        json_t *one = json_copy(json_array_get(json_at(reply, "tests"), n));
        json_put_str(one, "result", stage_name(t->stage));
        json_array_append_new(results,
                              json_put_str(one, "why", t->why.len ? text_str(&t->why) : NULL));
    }
    if (g->c->json) {
        json_t *document = json_put(json_object(), "tests", json_incref(results));
        ctl_print_json(document);
        json_decref(document);
    }
    json_decref(results);
    return code;
}

/* ---- asking ---- */

/* The watch stands before the message is sent, so that nothing of it is missed. */
static enum err watch_begin(struct testing *g, struct why *why)
{
    AUTO_JSON(request);
    AUTO_JSON(reply);
    request = ask_begin(g->c, "watch");
    enum err e = client_open(&g->watch, g->c->server, g->c->key, why);
    if (!e)
        e = client_send(&g->watch, request, why);
    if (!e)
        e = client_hear(&g->watch, 10000, &reply, why);
    if (!e && !json_bool(reply, "ok"))
        e = why_set(why, ERR_DENIED, "%s", json_str_or(reply, "error", "watch was refused"));
    return e;
}

static void tests_take(struct testing *g, const json_t *reply)
{
    const json_t *list = json_at(reply, "tests");
    g->count = json_array_size(list);
    g->tests = mem_new(g->count + 1, sizeof *g->tests);
    for (size_t n = 0; n < g->count; n++) {
        const json_t *one = json_array_get(list, n);
        g->tests[n] = (struct test){.notice = json_str_or(one, "notice", ""),
                                    .person = json_str_or(one, "person", "?"),
                                    .name = json_str(one, "name"),
                                    .endpoint = json_str_or(one, "endpoint", "?"),
                                    .channel = json_str_or(one, "channel", "?")};
        if (!g->c->json)
            line_print(g, &g->tests[n],
                       (struct words){"a test message is written", "测试消息已写好"}, NULL,
                       COLOUR_DIM);
    }
}

static bool wait_read(const struct args *a, int64_t *ret)
{
    const char *text = args_value(a, "--wait");
    *ret = WAIT_MS_DEFAULT;
    if (text && !strcmp(text, "0"))
        *ret = 0;
    else if (text && (!duration_parse(text, false, ret) || *ret > WAIT_MS_MAX))
        return false;
    return true;
}

static int test_run(const struct ctl *c, const struct args *a, json_t *takes_request)
{
    struct testing g = {.c = c, .watch = {.fd = -1}, .begun = client_now_ms()};
    struct why why;
    AUTO_JSON(reply);
    int64_t wait_ms;
    if (!wait_read(a, &wait_ms)) {
        json_decref(takes_request);
        ctl_message(c->zh ? "--wait 是 0 或不超过 1h 的时长，如 90s"
                          : "--wait is 0, or a time of at most 1h, like 90s");
        return EXIT_USAGE;
    }
    enum err e = wait_ms ? watch_begin(&g, &why) : ERR_OK;
    if (e) {
        json_decref(takes_request);
        client_close(&g.watch);
        return ctl_fail(e, &why);
    }
    int code = ask(c, takes_request, &reply);
    if (!code) {
        tests_take(&g, reply);
        tests_wait(&g, wait_ms);
        code = wait_ms ? tests_end(&g, reply) : EXIT_OK;
        if (!wait_ms && c->json)
            ask_print(reply);
    }
    for (size_t n = 0; n < g.count; n++)
        text_done(&g.tests[n].why);
    free(g.tests);
    client_close(&g.watch);
    return code;
}

static const char *person_of(const char *word)
{
    return word && !strncmp(word, "person:", 7) ? word + 7 : word;
}

static int contact_run(struct ctl *c, const struct args *a)
{
    json_t *request = json_put_str(ask_begin(c, "contact_test"), "person", person_of(a->words[0]));
    return test_run(c, a, json_put_str(request, "endpoint", args_value(a, "--endpoint")));
}

static int endpoint_run(struct ctl *c, const struct args *a)
{
    json_t *request = json_put_str(ask_begin(c, "endpoint_test"), "endpoint", a->words[0]);
    return test_run(c, a, json_put_str(request, "person", person_of(args_value(a, "--to"))));
}

static const struct option_spec contact_options[] = {
    OPTION("--endpoint", "E", "by this endpoint alone", "只通过这个端点"),
    {"--wait", "D", false, {"how long to wait for an answer", "等待确认的时长"}, "90s"},
    {.name = NULL},
};

static const struct option_spec endpoint_options[] = {
    OPTION("--to", "PERSON", "to this person; else to somebody on duty who has such a contact",
           "发给此人；否则发给有此联系方式的值班人员"),
    {"--wait", "D", false, {"how long to wait for an answer", "等待确认的时长"}, "90s"},
    {.name = NULL},
};

const struct command cmd_contact_test = {
    .name = "contact test",
    .operands = "PERSON",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"send a person a test message by each contact, and watch what becomes of it",
                 "通过各联系方式给某人发测试消息，并查看结果"},
    .options = contact_options,
    .examples = "  muster contact test li.ming\n"
                "  muster contact test li.ming --endpoint sms --wait 3m\n",
    .run = contact_run,
};

const struct command cmd_endpoint_test = {
    .name = "endpoint test",
    .operands = "NAME",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"send a test message by an endpoint, and watch what becomes of it",
                 "通过某端点发测试消息，并查看结果"},
    .options = endpoint_options,
    .examples = "  muster endpoint test sms\n  muster endpoint test sms --to li.ming\n",
    .run = endpoint_run,
};
