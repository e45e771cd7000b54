#include "ctl/past_ask.h"

#include "ctl/daemon_config.h"
#include "ctl/findings.h"

static int refused_show(const struct ctl *c, const struct config *config, const json_t *reply)
{
    const json_t *findings = json_at(reply, "findings");
    if (c->json)
        ctl_print_json(reply);
    else if (json_str(reply, "error"))
        ctl_message("%s", json_str(reply, "error"));
    if (!c->json && findings)
        findings_show(c, findings, config_text(config, OPT_PLANS));
    return EXIT_FAILED;
}

int past_ask(const struct ctl *c, const struct args *a, struct replay_ask *ask, json_t **ret)
{
    struct config config;
    struct why why;
    AUTO_JSON(reply);
    if (!uuid_parse(a->words[0], &ask->journal.incident)) {
        ctl_message(c->zh ? "\"%s\" 不是事件编号" : "\"%s\" is no id of an incident", a->words[0]);
        return EXIT_USAGE;
    }
    enum err e = daemon_config(c, a, &config, &why);
    if (e)
        return ctl_fail(e, &why);
    ask->journal.data = config_text(&config, OPT_DATA);
    ask->folder = config_text(&config, OPT_PLANS);
    e = c->port->plan_replay(c->port->ctx, ask, &reply, &why);
    int code = e ? ctl_fail(e, &why) : EXIT_OK;
    if (!e && !json_bool(reply, "ok"))
        code = refused_show(c, &config, reply);
    if (!code)
        *ret = json_incref(reply);
    config_done(&config);
    return code;
}
