#include "ctl/plan_file.h"

#include "ctl/args.h"
#include "ctl/daemon_config.h"

#include <string.h>
#include <unistd.h>

void plan_file_find(const char *given, const char *plans, struct text *ret_folder,
                    struct text *ret_name)
{
    const char *slash = strrchr(given, '/');
    const char *name = slash ? slash + 1 : given;
    const char *dot = strrchr(name, '.');
    bool file = dot && !strcmp(dot, ".lua");
    if (slash)
        text_add_bytes(ret_folder, given, slash == given ? 1 : (size_t)(slash - given));
    else
        text_add(ret_folder, file ? "." : plans);
    text_add_bytes(ret_name, name, file ? (size_t)(dot - name) : strlen(name));
}

void plan_path_find(const char *given, const char *plans, struct text *to)
{
    AUTO_TEXT(path);
    text_addf(&path, "%s/%s.lua", plans, given);
    bool named = !strpbrk(given, "/.") && access(given, F_OK) && !access(text_str(&path), F_OK);
    text_add(to, named ? text_str(&path) : given);
}

static int path_work(const struct ctl *c, const struct args *a, plan_path_fn *work,
                     const char *path, json_t *all)
{
    if (access(path, F_OK) == 0)
        return work(c, a, path, all);
    ctl_message(c->zh ? "没有 %s：写出预案名、文件或目录"
                      : "there is no %s; name a plan, its file, or a folder",
                path);
    return err_exit_code(ERR_MISSING);
}

int plan_paths_each(const struct ctl *c, const struct args *a, plan_path_fn *work, json_t *all)
{
    struct config config;
    struct why why;
    int code = EXIT_OK;
    enum err e = daemon_config(c, a, &config, &why);
    if (e)
        return ctl_fail(e, &why);
    const char *plans = config_text(&config, OPT_PLANS);
    if (a->words_count == 0)
        code = path_work(c, a, work, plans, all);
    for (size_t i = 0; i < a->words_count; i++) {
        AUTO_TEXT(path);
        plan_path_find(a->words[i], plans, &path);
        int one = path_work(c, a, work, text_str(&path), all);
        code = one > code ? one : code;
    }
    config_done(&config);
    return code;
}
