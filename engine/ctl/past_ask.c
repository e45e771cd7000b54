#include "ctl/past_ask.h"

#include "base/code.h"
#include "base/time.h"
#include "ctl/ask.h"
#include "ctl/daemon_config.h"
#include "ctl/findings.h"

enum { ASSUMED_MAX = 40 }; /* whose names a sentence holds */

static int refused_show(const struct ctl *c, const struct config *config, const json_t *reply)
{
    const json_t *findings = json_at(reply, "findings");
    if (json_str(reply, "code"))
        return ask_refused(c, reply);
    if (c->json)
        ctl_print_json(reply);
    else if (json_str(reply, "error"))
        ctl_message("%s", json_str(reply, "error"));
    if (!c->json && findings)
        findings_show(c, findings, config_text(config, OPT_PLANS));
    return EXIT_FAILED;
}

/* In the words in which the daemon refuses it. */
static int missing_show(const struct ctl *c, const struct why *why)
{
    AUTO_JSON(refusal);
    refusal = json_put_str(json_object(), "code", code_name(CODE_NOT_FOUND));
    return ask_refused(c, json_put_str(refusal, "error", why->text));
}

int past_ask(const struct ctl *c, const struct args *a, struct replay_ask *ask, json_t **ret)
{
    struct config config;
    struct why why;
    AUTO_JSON(reply);
    if (!uuid_parse(a->words[0], &ask->journal.incident)) {
        ctl_message("%s", ctl_say(c, words_of(WORD_NO_INCIDENT)));
        return EXIT_USAGE;
    }
    enum err e = daemon_config(c, a, &config, &why);
    if (e)
        return ctl_fail(e, &why);
    ask->journal.data = config_text(&config, OPT_DATA);
    ask->folder = config_text(&config, OPT_PLANS);
    e = c->port->plan_replay(c->port->ctx, ask, &reply, &why);
    int code = e == ERR_MISSING ? missing_show(c, &why) : e ? ctl_fail(e, &why) : EXIT_OK;
    if (!e && !json_bool(reply, "ok"))
        code = refused_show(c, &config, reply);
    if (!code)
        *ret = json_incref(reply);
    config_done(&config);
    return code;
}

void past_assumed_say(const json_t *reply, bool zh, struct text *to)
{
    const json_t *assumed = json_at(reply, "assumed");
    size_t n;
    json_t *one;
    if (!json_array_size(assumed))
        return;
    text_add(to, zh ? "此版本所呼叫的下列人员当时未被呼叫，假定其 "
                    : "called by this version and not called then; assumed to answer after ");
    duration_add(to, json_int(reply, "assumed_ms", 0));
    text_add(to, zh ? " 后应答：" : ": ");
    json_array_foreach(json_unconst(assumed), n, one)
    {
        if (n < ASSUMED_MAX)
            text_addf(to, "%s%s (%s)", n ? (zh ? "、" : ", ") : "", json_str_or(one, "name", "?"),
                      json_str_or(one, "id", "?"));
    }
    if (n > ASSUMED_MAX)
        text_addf(to, zh ? "，另有 %zu 人" : ", and %zu more", n - ASSUMED_MAX);
}
