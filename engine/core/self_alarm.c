/*
 * self_alarm - the one message that goes out without a record (rule R1): the record itself cannot
 * be written. It is made while all is well and kept beside the database by the engine.
 */
#include "core/core.h"
#include "core/state.h"

#include <string.h>

static json_t *alarm_variables(const struct core *c, const struct rung_person *p, bool zh)
{
    const char *lang = zh ? "zh" : "en";
    json_t *vars = json_put_str(json_object(), "type", "muster.notify");
    json_put_str(vars, "text", site_self_alarm_text(c->site->site, lang));
    json_put_str(vars, "lang", lang);
    json_put_int(vars, "attempt", 1);
    json_put_str(vars, "mark", "");
    json_put(vars, "drill", json_false());
    json_put(vars, "person",
             json_put_str(json_put_str(json_object(), "id", p->id), "name", p->name));
    return json_put(vars, "incident",
                    json_put_str(json_object(), "title", site_name(c->site->site, lang)));
}

static json_t *alarm_attempt(const struct core *c, const struct rung_person *p,
                             const char *endpoint)
{
    const struct endpoint *e = site_endpoint(c->site->site, endpoint);
    const struct channel *ch = e ? channel_find(c->site->channels, e->channel) : NULL;
    if (!ch)
        return NULL;
    const char *lang = p->lang ? p->lang : site_language(c->site->site);
    AUTO_JSON(vars);
    AUTO_TEXT(text);
    vars = alarm_variables(c, p, !strcmp(lang, "zh"));
    channel_render(ch, vars, &text);
    return attempt_frame(p->id, endpoint, text_str(&text), e, ch);
}

json_t *core_self_alarm(const struct core *c, wall_ms at)
{
    json_t *attempts = json_array();
    if (!c->site)
        return attempts;
    struct rungs to = {0};
    site_resolve(c->site->site, site_self_alarm_to(c->site->site), NULL, false, at, &to);
    for (size_t r = 0; r < to.count; r++) {
        for (size_t n = 0; n < to.at[r].count; n++) {
            const struct rung_person *p = &to.at[r].at[n];
            AUTO_JSON(methods);
            methods = site_methods(c->site->site, p->id, NULL, false);
            size_t m;
            json_t *endpoint;
            json_array_foreach(methods, m, endpoint)
            {
                json_t *attempt = alarm_attempt(c, p, json_string_value(endpoint));
                if (attempt)
                    json_array_append_new(attempts, attempt);
            }
        }
    }
    rungs_done(&to);
    return attempts;
}
