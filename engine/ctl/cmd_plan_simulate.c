/*
 * muster plan simulate - a plan through a night in virtual time: who is called, what is ordered,
 * what is late. Nothing is sent, nothing is written, no daemon is needed.
 */
#include "ctl/commands.h"
#include "ctl/daemon_config.h"
#include "ctl/findings.h"
#include "ctl/plan_file.h"
#include "ctl/show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUNS_MAX = 10000, RUNS_LONG = 200 };

/* What of the options goes into "with" as it is. */
static const struct {
    const char *option, *key;
} plain[] =
    {{"--at", "at"},     {"--for", "for"},         {"--title", "title"},      {"--grade", "grade"},
     {"--kind", "kind"}, {"--warning", "warning"}, {"--occasion", "occasion"}},
  lists[] = {{"--field", "fields"}, {"--person", "people"},   {"--orders", "orders"},
             {"--fault", "faults"}, {"--place", "place"},     {"--label", "labels"},
             {"--work", "works"},   {"--confirm", "confirms"}};

static json_t *list_of(const struct args *a, const char *option)
{
    json_t *list = json_array();
    const char *value;
    for (size_t n = 0; (value = args_nth(a, option, n)); n++)
        json_array_append_new(list, json_string(value));
    return list;
}

static enum err number_put(const struct args *a, const char *option, const char *key, int64_t least,
                           int64_t most, json_t *with, struct why *why)
{
    const char *text = args_value(a, option);
    char *end;
    if (!text)
        return ERR_OK;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (errno || *end || end == text || n < least || n > most)
        return why_set(why, ERR_INVALID, "%s: \"%s\" is no number from %lld to %lld", option, text,
                       (long long)least, (long long)most);
    json_put_int(with, key, n);
    return ERR_OK;
}

/* "flood-2026", or the file of one. */
static void scenario_put(const struct args *a, json_t *with)
{
    const char *given = args_value(a, "--scenario");
    AUTO_TEXT(folder);
    AUTO_TEXT(name);
    if (!given)
        return;
    plan_file_find(given, "", &folder, &name);
    json_put_str(with, "scenario", text_str(&name));
}

static enum err with_make(const struct ctl *c, const struct args *a, json_t **ret, struct why *why)
{
    json_t *with = json_object();
    for (size_t n = 0; n < sizeof plain / sizeof *plain; n++)
        json_put_str(with, plain[n].key, args_value(a, plain[n].option));
    for (size_t n = 0; n < sizeof lists / sizeof *lists; n++)
        json_put(with, lists[n].key, list_of(a, lists[n].option));
    json_put_true(with, "zh", c->zh);
    json_put_true(with, "svg", args_has(a, "--svg"));
    scenario_put(a, with);
    *ret = with;
    if (args_has(a, "--svg") && args_has(a, "--runs"))
        return why_set(why, ERR_INVALID, "--svg draws one night: leave out --runs");
    enum err e = number_put(a, "--seed", "seed", 0, JSON_INT_MAX, with, why);
    return e ? e : number_put(a, "--runs", "runs", 1, RUNS_MAX, with, why);
}

/* ---- what came of it ---- */

static void line_end(struct text *line)
{
    puts(text_str(line));
    text_clear(line);
}

static void span_add(struct text *to, const json_t *figures, const char *key, const char *never)
{
    if (json_at(figures, key))
        duration_add(to, json_int(figures, key, 0));
    else
        text_add(to, never);
}

/* "inject 2, order III: late, after 17m" */
static void score_show(const struct ctl *c, const json_t *score)
{
    size_t n;
    json_t *one;
    puts("");
    json_array_foreach(json_unconst(json_at(score, "injects")), n, one)
    {
        const json_t *expect = json_at(one, "expect");
        AUTO_TEXT(line);
        if (!expect)
            continue;
        text_addf(&line, c->zh ? "注入 %lld，%s：%s" : "inject %lld, %s: %s",
                  (long long)json_int(one, "no", 0), json_str_or(expect, "line", "?"),
                  json_str_or(one, "result", "?"));
        if (json_at(one, "took_ms")) {
            text_add(&line, c->zh ? "，用时 " : ", after ");
            duration_add(&line, json_int(one, "took_ms", 0));
        }
        line_end(&line);
    }
}

/* "late: a, b"; nothing where there is none. */
static void list_show(const struct ctl *c, const json_t *names, const char *what)
{
    enum { SHOWN = 12 };
    AUTO_TEXT(line);
    size_t count = json_array_size(names);
    for (size_t n = 0; n < count && n < SHOWN; n++)
        text_addf(&line, "%s%s", n ? (c->zh ? "、" : ", ") : what,
                  json_string_value(json_array_get(names, n)));
    if (count > SHOWN)
        text_addf(&line, c->zh ? " 等 %zu 项" : " … %zu in all", count);
    if (line.len)
        line_end(&line);
}

/* How the incident stands when the time is over. */
static void left_show(const struct ctl *c, const json_t *left)
{
    AUTO_TEXT(line);
    const char *state = json_str_or(left, "state", "?");
    const char *level = strcmp(state, "closed") ? json_str(left, "level") : NULL;
    text_addf(&line, c->zh ? "结束时：%s" : "at the end: %s", words_state(state, c->zh));
    if (level)
        text_addf(&line, c->zh ? "，%s级" : ", level %s", level);
    line_end(&line);
    list_show(c, json_at(left, "items"), c->zh ? "未办结：" : "not done: ");
    list_show(c, json_at(left, "reports"), c->zh ? "未报送：" : "not sent: ");
    if (level) /* else there is no response that could end */
        list_show(c, json_at(left, "unconfirmed"),
                  c->zh ? "未确认的终止条件（--confirm）：" : "not confirmed (--confirm): ");
}

static void figures_show(const struct ctl *c, const json_t *reply)
{
    const json_t *f = json_at(reply, "figures");
    const char *never = c->zh ? "无" : "never";
    AUTO_TEXT(line);
    text_add(&line, c->zh ? "\n首次应答：" : "\nfirst answer: ");
    span_add(&line, f, "first_answer_ms", never);
    text_add(&line, c->zh ? "；首次命令：" : "; first order: ");
    span_add(&line, f, "first_order_ms", never);
    text_addf(&line, c->zh ? "；呼叫 %lld 次，应答 %lld 次" : "; %lld calls, %lld answers",
              (long long)json_int(f, "called", 0), (long long)json_int(f, "answered", 0));
    line_end(&line);
    list_show(c, json_at(f, "late"), c->zh ? "逾期：" : "late: ");
    left_show(c, json_at(reply, "left"));
    if (json_int(f, "failures", 0)) {
        text_addf(&line,
                  c->zh ? "预案代码出错 %lld 次：见上文“代码停止”各行"
                        : "failures of the plan's code: %lld; see above where it stops",
                  (long long)json_int(f, "failures", 0));
        line_end(&line);
    }
    text_addf(&line, "hash: %s", json_str_or(reply, "hash", "?"));
    line_end(&line);
}

/* Right-aligned, as it is seen: a Chinese letter is two columns. */
static void cell_add(struct text *line, const char *value, size_t width)
{
    size_t seen = show_width(value);
    text_addf(line, "%*s%s", (int)(seen < width ? width - seen : 0), "", value);
}

static void name_add(struct text *line, const char *name)
{
    enum { NAME_WIDTH = 28 };
    size_t seen = show_width(name);
    text_addf(line, "%s%*s", name, (int)(seen < NAME_WIDTH ? NAME_WIDTH - seen : 0), "");
}

/* Of many runs: a line a figure, "12 of 1000" for what not every run has. */
static void spread_show(const struct ctl *c, const char *name, const json_t *spread, int64_t runs,
                        bool time)
{
    static const char *const members[] = {"min", "median", "p90", "max"};
    AUTO_TEXT(line);
    name_add(&line, name);
    for (size_t n = 0; n < sizeof members / sizeof *members; n++) {
        AUTO_TEXT(value);
        if (!json_at(spread, members[n]))
            text_add(&value, "-");
        else if (time)
            duration_add(&value, json_int(spread, members[n], 0));
        else
            text_addf(&value, "%lld", (long long)json_int(spread, members[n], 0));
        cell_add(&line, text_str(&value), 10);
    }
    int64_t have = json_int(spread, "n", 0);
    if (have < runs)
        text_addf(&line, c->zh ? "   （%lld/%lld 次）" : "   (in %lld of %lld runs)",
                  (long long)have, (long long)runs);
    line_end(&line);
}

static void heads_show(const struct ctl *c)
{
    static const struct words heads[] = {
        {"min", "最小"}, {"median", "中位"}, {"p90", "九成内"}, {"max", "最大"}};
    AUTO_TEXT(line);
    name_add(&line, "");
    for (size_t n = 0; n < sizeof heads / sizeof *heads; n++)
        cell_add(&line, ctl_say(c, heads[n]), 10);
    line_end(&line);
}

static void distribution_show(const struct ctl *c, const json_t *d)
{
    static const struct {
        const char *key;
        struct words words;
        bool time;
    } rows[] = {
        {"first_answer_ms", {"first answer", "首次应答"}, true},
        {"first_order_ms", {"first order", "首次命令"}, true},
        {"closed_ms", {"closed", "结束"}, true},
        {"called", {"calls", "呼叫次数"}, false},
        {"answered", {"answers", "应答次数"}, false},
        {"expired", {"calls nobody answered", "无人应答的呼叫"}, false},
        {"undelivered", {"messages undelivered", "未送达消息"}, false},
        {"urged", {"reminders", "催办次数"}, false},
        {"failures", {"errors of the plan", "预案出错"}, false},
    };
    int64_t runs = json_int(d, "runs", 0);
    const char *key;
    json_t *one;
    printf(c->zh ? "%lld 次模拟\n" : "%lld runs\n", (long long)runs);
    heads_show(c);
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++)
        spread_show(c, ctl_say(c, rows[n].words), json_at(d, rows[n].key), runs, rows[n].time);
    puts(c->zh ? "\n各人被呼叫次数" : "\nhow often each was called");
    json_object_foreach(json_unconst(json_at(d, "calls")), key, one)
        spread_show(c, key, one, runs, false);
    if (json_object_size(json_at(d, "late")))
        puts(c->zh ? "\n逾期（出现的次数）" : "\nlate, in how many runs");
    json_object_foreach(json_unconst(json_at(d, "late")), key, one)
    {
        AUTO_TEXT(line);
        AUTO_TEXT(value);
        text_addf(&value, "%lld", (long long)json_integer_value(one));
        name_add(&line, key);
        cell_add(&line, text_str(&value), 10);
        line_end(&line);
    }
}

/* Everything that can be wrong was written on the command line, but for what stands in files. */
static int refused_code(const char *code)
{
    if (!strcmp(code, err_name(ERR_MISSING)))
        return err_exit_code(ERR_MISSING);
    return strcmp(code, err_name(ERR_INVALID)) ? EXIT_FAILED : EXIT_USAGE;
}

static const char *refused_zh(const struct ctl *c, const char *code)
{
    if (!c->zh)
        return "";
    return !strcmp(code, err_name(ERR_MISSING))   ? "没有找到："
           : !strcmp(code, err_name(ERR_INVALID)) ? "参数不对："
                                                  : "";
}

static int reply_show(const struct ctl *c, const json_t *reply, const char *folder, bool svg)
{
    if (!json_bool(reply, "ok")) {
        if (c->json)
            ctl_print_json(reply);
        else if (json_at(reply, "findings"))
            findings_show(c, json_at(reply, "findings"), folder);
        else
            ctl_message("%s%s", refused_zh(c, json_str_or(reply, "code", "")),
                        json_str_or(reply, "error", "?"));
        return refused_code(json_str_or(reply, "code", ""));
    }
    if (svg)
        fputs(json_str_or(reply, "svg", ""), stdout);
    else if (c->json)
        ctl_print_json(reply);
    else if (json_at(reply, "distribution"))
        distribution_show(c, json_at(reply, "distribution"));
    else {
        fputs(json_str_or(reply, "trace", ""), stdout);
        if (json_at(reply, "score"))
            score_show(c, json_at(reply, "score"));
        figures_show(c, reply);
    }
    return json_int(json_at(reply, "figures"), "failures", 0) ? EXIT_FAILED : EXIT_OK;
}

static int run(struct ctl *c, const struct args *a)
{
    struct config config;
    struct why why;
    AUTO_JSON(more);
    AUTO_JSON(reply);
    AUTO_TEXT(folder);
    AUTO_TEXT(plan);
    json_t *with = NULL;
    enum err e = with_make(c, a, &with, &why);
    more = json_put(json_put_str(json_object(), "op", "simulate"), "with", with);
    if (e) {
        (void)ctl_fail(e, &why);
        return EXIT_USAGE;
    }
    e = daemon_config(c, a, &config, &why);
    if (e)
        return ctl_fail(e, &why);
    plan_file_find(a->words[0], config_text(&config, OPT_PLANS), &folder, &plan);
    const char *scenario = args_value(a, "--scenario");
    if (json_int(with, "runs", 1) >= RUNS_LONG && isatty(STDERR_FILENO))
        ctl_message(c->zh ? "正在模拟 %lld 次……" : "%lld nights are simulated …",
                    (long long)json_int(with, "runs", 1));
    json_put_str(more, "plan", text_str(&plan));
    if (scenario && strchr(scenario, '.'))
        json_put_str(more, "scenario_file", scenario);
    e = c->port->plan_ask(c->port->ctx, text_str(&folder), more, &reply, &why);
    config_done(&config);
    return e ? ctl_fail(e, &why) : reply_show(c, reply, text_str(&folder), args_has(a, "--svg"));
}

static const struct option_spec options[] = {
    OPTION("--at", "T", "when it begins, in the site's zone: \"2026-07-20 02:00\"; else now",
           "开始时间（当地）：\"2026-07-20 02:00\"；默认现在"),
    OPTION("--for", "D", "how long it goes on; else 72h", "模拟多久；默认 72h"),
    OPTION_MANY("--field", "[STATION.]K=V[@T]", "a fact, at the trigger or T later (1:30, 90m)",
                "事实；随触发或其后 T（1:30、90m）报告"),
    OPTION_MANY("--person", "ID=HOW",
                "silent, 3m, 3m-8m, p0.6:3m-8m, declines; * is everybody else",
                "silent、3m、3m-8m、p0.6:3m-8m、declines；* 指其余所有人"),
    OPTION_MANY("--orders", "ID=D", "gives the order put to them after D, or never",
                "收到建议后 D 下令，或 never 不下令"),
    OPTION_MANY("--work", "OWNER=D",
                "items of dept:ID are done and reports sent after D, or never; else at half time",
                "dept:ID 的事项与报告在 D 后办结报送，或 never；默认时限过半时"),
    OPTION_MANY("--confirm", "CRITERION=T", "a criterion of ends_when is confirmed T later",
                "在其后 T 确认 ends_when 中的条件"),
    OPTION_MANY("--fault", "FROM-TO=ENDPOINT",
                "an endpoint that does not answer, as 14:00-15:00=phone",
                "某通道不应答，如 14:00-15:00=phone"),
    OPTION("--scenario", "F",
           "a drill's file: its trigger and injects, and how they were met; drills/F.lua or a path",
           "演练情景文件：其触发与注入，以及应对结果；drills/F.lua 或路径"),
    OPTION("--title", "T", "of the incident; else that of the plan", "事件标题；默认取预案名"),
    OPTION("--grade", "G", "of the incident: I II III IV", "事件分级：I II III IV"),
    OPTION("--warning", "COLOUR", "red, orange, yellow or blue",
           "预警颜色：red orange yellow blue"),
    OPTION("--kind", "K", "kind of incident", "事件种类"),
    OPTION("--occasion", "NAME", "of a standing plan: begin with this one, out of its turn",
           "例会类预案：先临时召开这一种例会"),
    OPTION_MANY("--place", "K=V", "where, like district=east", "地点，如 district=城东"),
    OPTION_MANY("--label", "K=V", "labels of the source", "来源的标签"),
    OPTION("--runs", "N", "so many nights, each with other dice: distributions",
           "模拟 N 次，各用不同随机数，给出分布"),
    OPTION("--seed", "N", "of the dice; the same seed is the same night; else 1",
           "随机种子；同一种子同一结果；默认 1"),
    OPTION("--svg", NULL, "a chart of calls, measures, reports and levels, as SVG",
           "以 SVG 图显示呼叫、措施、报告与级别"),
    OPTION("--config", "FILE", "for the folder of plans", "配置文件，用于预案目录"),
    OPTION("--plans", "PATH", "the folder of plans", "预案目录"),
    {.name = NULL},
};

const struct command cmd_plan_simulate = {
    .name = "plan simulate",
    .operands = "NAME",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"run a plan through a night in virtual time; nothing is sent",
                 "在虚拟时间中推演预案；不发送任何消息"},
    .options = options,
    .examples = "  muster plan simulate flood --at \"2026-07-20 02:00\" --field g7.stage_m=4.6\n"
                "  muster plan simulate flood --field g7.stage_m=4.6 --person li.ming=p0.6:3m-8m "
                "--runs 1000\n"
                "  muster plan simulate flood --scenario flood-2026\n"
                "  muster plan simulate plans/flood.lua --field g7.stage_m=5.3@1:00 --svg > "
                "flood.svg\n",
    .run = run,
};
