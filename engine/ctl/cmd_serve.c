/*
 * muster serve - the daemon. All that is done here is to find its configuration.
 */
#include "ctl/commands.h"
#include "ctl/daemon_config.h"
#include "ctl/findings.h"

/* -n: what a start would find. */
static int check_only(const struct ctl *c, const struct config *config)
{
    struct why why;
    AUTO_JSON(checked);
    const char *plans = config_text(config, OPT_PLANS);
    enum err e = c->port->plan_ask(c->port->ctx, plans, NULL, &checked, &why);
    if (e)
        return ctl_fail(e, &why);
    int errors = findings_show(c, json_at(checked, "findings"), plans);
    if (errors || !json_bool(checked, "ok"))
        return EXIT_CONFIG;
    ctl_message("%s", ctl_say(c, words_of(WORD_CHECKED)));
    return EXIT_OK;
}

static int run(struct ctl *c, const struct args *a)
{
    struct config config;
    struct why why;
    enum err e = daemon_config(c, a, &config, &why);
    if (e)
        return ctl_fail(e, &why);
    e = c->port->config_check(c->port->ctx, &config, &why);
    if (e) {
        config_done(&config);
        return ctl_fail(e, &why);
    }
    int code = args_has(a, "-n") ? check_only(c, &config) : c->port->serve(c->port->ctx, &config);
    config_done(&config);
    return code;
}

const struct command cmd_serve = {
    .name = "serve",
    .operands = "",
    .sentence = {"run the daemon; every option may also stand in muster.conf or in MUSTER_*",
                 "运行服务；各选项也可写在 muster.conf 或 MUSTER_* 环境变量中"},
    .options_make = daemon_options,
    .examples = "  muster serve --demo\n"
                "  muster serve --config /etc/muster/muster.conf -n\n",
    .run = run,
};
