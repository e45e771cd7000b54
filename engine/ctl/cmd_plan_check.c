/*
 * muster plan check - all that can be known of plans without running them.
 *
 * A set is checked as a whole: site, channels and plans of a folder. A file as operand is checked
 * within the set of its folder, and only what concerns it is shown.
 */
#include "ctl/commands.h"
#include "ctl/findings.h"
#include "ctl/plan_file.h"
#include "ctl/show.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* "plans/flood.lua" -> folder "plans", file "flood.lua"; a folder has no file. */
static void path_split(const char *path, struct text *ret_folder, struct text *ret_file)
{
    const char *slash = strrchr(path, '/');
    if (is_folder(path)) {
        text_add(ret_folder, path);
        while (ret_folder->len > 1 && ret_folder->at[ret_folder->len - 1] == '/')
            ret_folder->at[--ret_folder->len] = '\0';
    } else if (!slash) {
        text_add(ret_folder, ".");
        text_add(ret_file, path);
    } else {
        text_add_bytes(ret_folder, path, slash == path ? 1 : (size_t)(slash - path));
        text_add(ret_file, slash + 1);
    }
}

/* A channel, a library, a scenario or a year of holidays belongs to the set of the folder above:
 * "plans" and "channels/webhook.lua". */
static void member_split(struct text *folder, struct text *file)
{
    const char *slash = strrchr(text_str(folder), '/');
    const char *last = slash ? slash + 1 : text_str(folder);
    AUTO_TEXT(name);
    if (!file->len || (strcmp(last, "channels") != 0 && strcmp(last, "lib") != 0 &&
                       strcmp(last, "drills") != 0 && strcmp(last, "holidays") != 0))
        return;
    text_addf(&name, "%s/%s", last, text_str(file));
    text_clear(file);
    text_add(file, text_str(&name));
    text_clear(&name);
    text_add_bytes(&name, text_str(folder), slash ? (size_t)(slash - text_str(folder)) : 0);
    text_clear(folder);
    text_add(folder, !slash ? "." : name.len ? text_str(&name) : "/");
}

static json_t *findings_of(const json_t *all, const char *file)
{
    json_t *some = json_array();
    size_t n;
    json_t *f;
    json_array_foreach(json_unconst(all), n,
                       f) if (!file[0] || strcmp(json_str_or(f, "file", ""), file) == 0)
        json_array_append_new(some, json_incref(f));
    return some;
}

/* One operand. Adds its findings, with the folder in "file", to `document`. */
static int path_check(const struct ctl *c, const struct args *a, const char *path, json_t *document)
{
    (void)a;
    struct why why;
    AUTO_TEXT(folder);
    AUTO_TEXT(file);
    AUTO_JSON(checked);
    AUTO_JSON(findings);
    size_t n;
    json_t *f;
    path_split(path, &folder, &file);
    member_split(&folder, &file);
    enum err e = c->port->plan_ask(c->port->ctx, text_str(&folder), NULL, &checked, &why);
    if (e)
        return ctl_fail(e, &why);
    findings = findings_of(json_at(checked, "findings"), text_str(&file));
    json_array_foreach(findings, n, f)
    {
        AUTO_TEXT(name);
        text_addf(&name, "%s/%s", text_str(&folder), json_str_or(f, "file", "?"));
        json_array_append_new(document, json_put_str(json_copy(f), "file", text_str(&name)));
    }
    int errors = c->json ? 0 : findings_show(c, findings, text_str(&folder));
    if (!c->json && json_array_size(findings) == 0 && (file.len || json_bool(checked, "ok")))
        ctl_message("%s: %s", path, ctl_say(c, words_of(WORD_NO_FINDINGS)));
    bool ok = file.len ? errors == 0 : json_bool(checked, "ok");
    return ok ? EXIT_OK : EXIT_FAILED;
}

static bool has_errors(const json_t *findings)
{
    size_t n;
    json_t *f;
    json_array_foreach(json_unconst(findings), n, f) if (strcmp(json_str_or(f, "severity", "error"),
                                                                "error") == 0) return true;
    return false;
}

static int run(struct ctl *c, const struct args *a)
{
    AUTO_JSON(findings);
    findings = json_array();
    int code = plan_paths_each(c, a, path_check, findings);
    if (c->json) {
        AUTO_JSON(document);
        bool ok = code == EXIT_OK && !has_errors(findings);
        document = json_put(json_object(), "ok", json_boolean(ok));
        json_put(document, "findings", json_incref(findings));
        ctl_print_json(document);
        if (!ok && code == EXIT_OK)
            code = EXIT_FAILED;
    }
    return code;
}

static const struct option_spec options[] = {
    OPTION("--config", "FILE", "for the folder of plans", "配置文件，用于预案目录"),
    OPTION("--plans", "PATH", "the folder, when no path is given", "未给路径时的预案目录"),
    {.name = NULL},
};

const struct command cmd_plan_check = {
    .name = "plan check",
    .operands = "[PATH…]",
    .operands_most = 1000,
    .sentence = {"check a folder of plans, or one plan in it, without running them",
                 "检查预案目录或其中一个预案，不运行"},
    .options = options,
    .examples = "  muster plan check\n  muster plan check plans/flood.lua --json\n",
    .run = run,
};
