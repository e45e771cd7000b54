/*
 * muster plan new - a plan to begin with, and its first test, in the folder of plans.
 *
 * What is written passes the check of the site that is there: its department and its duty room are
 * asked of it, not guessed. Nothing that exists is written over.
 */
#include "ctl/commands.h"
#include "ctl/daemon_config.h"
#include "ctl/findings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char plan_text[] =
    "-- %s: what it is for, in one line.\n"
    "local plan = plan \"%s\" {\n"
    "    title = { zh = \"%s\", en = \"%s\" },\n"
    "    version = \"1\", owner = \"%s\",\n"
    "    starts_on = { { kind = \"%s\" } }, -- triggers of this kind are its own\n"
    "    on_resolved = \"close\", -- its source says that it is over\n"
    "    fallback = { { to = \"%s\", within = \"5m\" } }, -- called when no code can run\n"
    "}\n"
    "\n"
    "-- From the trigger until the end.\n"
    "function plan.respond(incident)\n"
    "    local answer = call { to = \"%s\", within = \"5m\", rounds = 2,\n"
    "                          text = T { zh = \"{title}，请处置并答复\", en = \"{title}: see to "
    "it and "
    "answer\" } }\n"
    "    if answer then\n"
    "        log(\"taken by \" .. answer.name)\n"
    "    else\n"
    "        escalate { zh = \"无人应答\", en = \"nobody answers\" }\n"
    "    end\n"
    "    wait \"resolved\"\n"
    "end\n"
    "\n"
    "return plan\n";

static const char test_text[] = "-- Run it: muster plan test %s/%s.test.lua --coverage\n"
                                "test(\"somebody answers\", function(t)\n"
                                "    t:begin \"2026-07-20 02:00\"\n"
                                "    t:person \"*\":answers \"2m\"\n"
                                "    t:trigger { plan = \"%s\", title = \"A first try\" }\n"
                                "    t:advance \"3m\"\n"
                                "    t:tells [[\n"
                                "        [0:00] call\n"
                                "        [0:02]\n"
                                "        taken by\n"
                                "    ]]\n"
                                "    t:resolve()\n"
                                "    t:advance \"1m\"\n"
                                "    t:expect { state = \"closed\" }\n"
                                "end)\n"
                                "\n"
                                "test(\"nobody answers: it is known above\", function(t)\n"
                                "    t:begin \"2026-07-20 02:00\"\n"
                                "    t:person \"*\":silent()\n"
                                "    t:trigger { plan = \"%s\", title = \"A first try\" }\n"
                                "    t:advance \"2h\"\n"
                                "    t:tells \"escalated: nobody answers\"\n"
                                "end)\n";

static bool name_fits(const char *name)
{
    if (*name < 'a' || *name > 'z' || strlen(name) > 64)
        return false;
    for (; *name; name++) {
        if ((*name < 'a' || *name > 'z') && (*name < '0' || *name > '9') && *name != '_')
            return false;
    }
    return true;
}

/* The first of a table of the site by its name, as a target; else `otherwise`. */
static void target_first(const json_t *site, const char *table, const char *kind,
                         const char *wanted, struct text *to)
{
    const char **names = json_keys(json_at(site, table), NULL);
    const char *name = json_at(json_at(site, table), wanted) ? wanted : names[0];
    text_addf(to, "%s:%s", kind, name ? name : wanted);
    free(names);
}

static enum err file_write(const char *path, const char *text, struct why *why)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return why_set(why, errno == EEXIST ? ERR_CONFLICT : ERR_IO, "%s: %s", path,
                       errno == EEXIST ? "it is there already; nothing was written"
                                       : strerror(errno));
    size_t len = strlen(text);
    bool whole = write(fd, text, len) == (ssize_t)len;
    whole = close(fd) == 0 && whole;
    if (whole)
        return ERR_OK;
    (void)unlink(path);
    return why_set(why, ERR_IO, "%s could not be written", path);
}

static enum err pair_write(const char *folder, const char *name, const json_t *site,
                           struct why *why)
{
    AUTO_TEXT(owner);
    AUTO_TEXT(duty);
    AUTO_TEXT(path);
    AUTO_TEXT(plan);
    AUTO_TEXT(test);
    target_first(site, "departments", "dept", "it", &owner);
    target_first(site, "rosters", "duty", "duty-room", &duty);
    text_addf(&plan, plan_text, name, name, name, name, text_str(&owner), name, text_str(&duty),
              text_str(&duty));
    text_addf(&test, test_text, folder, name, name, name);
    text_addf(&path, "%s/%s.test.lua", folder, name);
    if (access(text_str(&path), F_OK) == 0)
        return why_set(why, ERR_CONFLICT, "%s: it is there already; nothing was written",
                       text_str(&path));
    text_clear(&path);
    text_addf(&path, "%s/%s.lua", folder, name);
    enum err e = file_write(text_str(&path), text_str(&plan), why);
    if (e)
        return e;
    AUTO_TEXT(beside);
    text_addf(&beside, "%s/%s.test.lua", folder, name);
    e = file_write(text_str(&beside), text_str(&test), why);
    if (e)
        (void)unlink(text_str(&path)); /* both or none */
    return e;
}

static void said_next(const struct ctl *c, const char *folder, const char *name)
{
    printf(c->zh ? "已写入 %s/%s.lua 与 %s/%s.test.lua。接着可以：\n"
                 : "%s/%s.lua and %s/%s.test.lua are written. Then:\n",
           folder, name, folder, name);
    printf("  muster plan check %s/%s.lua\n  muster plan simulate %s/%s.lua\n"
           "  muster plan test %s/%s.lua --coverage\n",
           folder, name, folder, name, folder, name);
}

static int run(struct ctl *c, const struct args *a)
{
    struct config config;
    struct why why;
    AUTO_JSON(checked);
    AUTO_TEXT(folder);
    const char *name = a->words[0];
    if (!name_fits(name)) {
        ctl_message(c->zh ? "\"%s\" 不能作预案名：用小写字母、数字和下划线，以字母开头"
                          : "\"%s\" cannot be a plan's name: small letters, digits and _, a letter "
                            "first",
                    name);
        return EXIT_USAGE;
    }
    enum err e = daemon_config(c, a, &config, &why);
    if (e)
        return ctl_fail(e, &why);
    text_add(&folder, config_text(&config, OPT_PLANS));
    config_done(&config);
    e = c->port->plan_ask(c->port->ctx, text_str(&folder), NULL, &checked, &why);
    if (!e && !json_bool(checked, "ok")) {
        findings_show(c, json_at(checked, "findings"), text_str(&folder));
        return EXIT_FAILED;
    }
    if (!e)
        e = pair_write(text_str(&folder), name, json_at(checked, "site"), &why);
    if (e)
        return ctl_fail(e, &why);
    said_next(c, text_str(&folder), name);
    return EXIT_OK;
}

static const struct option_spec options[] = {
    OPTION("--config", "FILE", "for the folder of plans", "配置文件，用于预案目录"),
    OPTION("--plans", "PATH", "the folder of plans", "预案目录"),
    {.name = NULL},
};

const struct command cmd_plan_new = {
    .name = "plan new",
    .operands = "NAME",
    .operands_least = 1,
    .operands_most = 1,
    .sentence = {"a plan to begin with, and its first test", "新建一个预案及其首个测试"},
    .options = options,
    .examples = "  muster plan new power_cut\n",
    .run = run,
};
