/*
 * muster plan test - the tests of plans, NAME.test.lua beside them; each is a night in virtual
 * time.
 *
 * TAP on stdout, so that it runs in anybody's CI: a test that fails says why, at which line, and
 * what the night told up to there.
 */
#include "ctl/commands.h"
#include "ctl/findings.h"
#include "ctl/plan_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* "plans/flood.test.lua" or "plans/flood.lua" in two; a folder has no file. */
static void path_split(const char *path, struct text *ret_folder, struct text *ret_file)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t len = strlen(name);
    if (!is_file(path)) {
        text_add(ret_folder, path);
        return;
    }
    text_add_bytes(ret_folder, slash ? path : ".", slash ? (size_t)(slash - path) : 1);
    bool test = len > 9 && !strcmp(name + len - 9, ".test.lua");
    text_add_bytes(ret_file, name, test || len < 4 ? len : len - 4);
    if (!test)
        text_add(ret_file, ".test.lua");
}

/* Lines of a text as TAP comments. */
static void comment_lines(const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        printf("#   %.*s\n", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

static void test_show(const json_t *one, int number)
{
    const char *file = json_str_or(one, "file", "?");
    printf("%s %d - %s: %s\n", json_bool(one, "ok") ? "ok" : "not ok", number, file,
           json_str_or(one, "name", "?"));
    if (json_bool(one, "ok"))
        return;
    comment_lines(json_str_or(one, "text", "?"));
    if (!json_str(one, "trace"))
        return;
    puts("# the night up to there:");
    comment_lines(json_str_or(one, "trace", ""));
}

/* "flood.lua" is what "flood.test.lua" is about. */
static bool is_about(const char *test, const char *plan)
{
    size_t len = strlen(plan) - strlen(".lua");
    return strncmp(test, plan, len) == 0 && strcmp(test + len, ".test.lua") == 0;
}

/* test: the only file that ran; of plans that it is not about and that it never ran nobody asked.
 */
static void coverage_show(const json_t *coverage, const char *test)
{
    const char **files = json_keys(coverage, NULL);
    for (size_t n = 0; files[n]; n++) {
        const json_t *one = json_at(coverage, files[n]), *missed = json_at(one, "missed");
        long long lines = (long long)json_int(one, "lines", 0);
        long long covered = (long long)json_int(one, "covered", 0);
        if (!lines || (*test && !covered && !is_about(test, files[n])))
            continue;
        printf("# %s: %lld of %lld lines", files[n], covered, lines);
        for (size_t k = 0; k < json_array_size(missed); k++)
            printf("%s%lld", k ? ", " : "; not run: ",
                   (long long)json_integer_value(json_array_get(missed, k)));
        putchar('\n');
    }
    free(files);
}

/* As --json prints it: one document, however many paths there are. */
static json_t *tested_new(void)
{
    json_t *all = json_put_str(json_object(), "op", "tested");
    return json_put(all, "tests", json_array());
}

static void list_join(json_t *all, const char *key, const json_t *list)
{
    if (!list)
        return;
    if (!json_at(all, key))
        json_put(all, key, json_array());
    json_array_extend(json_object_get(all, key), json_unconst(list));
}

static bool list_holds(const json_t *list, const json_t *value)
{
    size_t n = 0;
    while (n < json_array_size(list) && !json_equal(json_array_get(list, n), value))
        n++;
    return n < json_array_size(list);
}

/* A line that ran in either has run. */
static void coverage_join(json_t *all, const json_t *coverage)
{
    const char *file;
    json_t *one, *line;
    size_t n;
    if (coverage && !json_at(all, "coverage"))
        json_put(all, "coverage", json_object());
    json_t *files = json_object_get(all, "coverage");
    json_object_foreach(json_unconst(coverage), file, one)
    {
        const json_t *before = json_at(json_at(files, file), "missed");
        json_t *joined = json_copy(one), *missed = json_array();
        json_array_foreach(json_unconst(json_at(one, "missed")), n,
                           line) if (!before || list_holds(before, line))
            json_array_append(missed, line);
        json_put_int(joined, "covered",
                     json_int(one, "lines", 0) - (int64_t)json_array_size(missed));
        json_put(files, file, json_put(joined, "missed", missed));
    }
}

static void tested_join(json_t *all, const json_t *reply)
{
    list_join(all, "tests", json_at(reply, "tests"));
    list_join(all, "findings", json_at(reply, "findings"));
    coverage_join(all, json_at(reply, "coverage"));
}

/* number: of the first. */
static void reply_show(const struct ctl *c, const json_t *reply, int number, const char *folder,
                       const char *file)
{
    size_t n;
    json_t *one;
    if (json_at(reply, "findings")) {
        findings_show(c, json_at(reply, "findings"), folder);
        return;
    }
    json_array_foreach(json_unconst(json_at(reply, "tests")), n, one)
        test_show(one, number + (int)n);
    coverage_show(json_at(reply, "coverage"), file);
}

/* One operand. Adds what came of it to `all`. */
static int path_test(const struct ctl *c, const struct args *a, const char *path, json_t *all)
{
    struct why why;
    AUTO_TEXT(folder);
    AUTO_TEXT(file);
    AUTO_JSON(more);
    AUTO_JSON(reply);
    path_split(path, &folder, &file);
    more = json_put_str(json_object(), "op", "test");
    json_put(more, "tests", file.len ? json_string(text_str(&file)) : json_null());
    json_put_true(more, "coverage", args_has(a, "--coverage"));
    json_put_str(more, "only", args_value(a, "--only"));
    enum err e = c->port->plan_ask(c->port->ctx, text_str(&folder), more, &reply, &why);
    if (e)
        return ctl_fail(e, &why);
    if (!c->json)
        reply_show(c, reply, 1 + (int)json_array_size(json_at(all, "tests")), text_str(&folder),
                   text_str(&file));
    tested_join(all, reply);
    return json_bool(reply, "ok") ? EXIT_OK : EXIT_FAILED;
}

static void none_say(const struct ctl *c, const char *only)
{
    if (only)
        ctl_message(c->zh ? "没有名称含“%s”的测试" : "no test has \"%s\" in its name", only);
    else
        ctl_message(c->zh ? "没有测试：测试写在预案旁的 NAME.test.lua 中"
                          : "there are no tests: they stand in NAME.test.lua beside the plans");
}

static int run(struct ctl *c, const struct args *a)
{
    AUTO_JSON(all);
    all = tested_new();
    int code = plan_paths_each(c, a, path_test, all);
    size_t count = json_array_size(json_at(all, "tests"));
    json_put(all, "ok", json_boolean(code == EXIT_OK && count));
    if (!c->json)
        printf("1..%zu\n", count);
    else
        ctl_print_json(all);
    if (code == EXIT_OK && !count) {
        none_say(c, args_value(a, "--only"));
        code = EXIT_FAILED;
    }
    return code;
}

static const struct option_spec options[] = {
    OPTION("--coverage", NULL, "which lines of the plans' functions have run",
           "预案函数中哪些行已运行"),
    OPTION("--only", "PART", "only tests whose name holds this", "只运行名称含此词的测试"),
    OPTION("--config", "FILE", "for the folder of plans", "配置文件，用于预案目录"),
    OPTION("--plans", "PATH", "the folder, when no path is given", "未给路径时的预案目录"),
    {.name = NULL},
};

const struct command cmd_plan_test = {
    .name = "plan test",
    .operands = "[PATH…]",
    .operands_most = 1000,
    .sentence = {"run the tests of plans, NAME.test.lua, in virtual time",
                 "在虚拟时间中运行预案的测试 NAME.test.lua"},
    .options = options,
    .examples = "  muster plan test\n  muster plan test plans/flood.test.lua --coverage\n",
    .run = run,
};
