#include "core/role.h"

#include "core/call.h"
#include "core/family.h"
#include "core/form.h"
#include "core/incident.h"

#include <stdlib.h>
#include <string.h>

static void target_add(const struct incident *i, const json_t *target, json_t *list)
{
    const char *text = json_string_value(target);
    if (!text || strncmp(text, "role:", 5) != 0) {
        json_array_append(list, json_unconst(target));
        return;
    }
    char *holder = role_holder(i, text + 5);
    if (holder)
        json_array_append_new(list, json_string(holder));
    free(holder);
}

json_t *targets_of(const struct incident *i, const json_t *to)
{
    json_t *list = json_array();
    if (json_is_string(to))
        target_add(i, to, list);
    for (size_t n = 0; n < json_array_size(to); n++)
        target_add(i, json_array_get(to, n), list);
    return list;
}

void incident_resolve(const struct core *c, const struct incident *i, const json_t *to,
                      const char *via, struct rungs *ret)
{
    AUTO_JSON(targets);
    if (!c->site)
        return;
    targets = targets_of(i, to);
    site_resolve(c->site->site, targets, via, i->drill, c->in->wall, ret);
}

void incident_resolve_first(const struct core *c, const struct incident *i, const json_t *to,
                            struct rung *ret)
{
    AUTO_JSON(targets);
    if (!c->site)
        return;
    targets = targets_of(i, to);
    site_resolve_first(c->site->site, targets, i->drill, c->in->wall, ret);
}

bool incident_speaks_for(const struct core *c, const struct incident *i, const char *person,
                         const char *target)
{
    AUTO_JSON(to);
    AUTO_JSON(targets);
    bool is = false;
    to = json_string(target);
    targets = targets_of(i, to);
    for (size_t n = 0; c->site && n < json_array_size(targets); n++)
        is = is || site_speaks_for(c->site->site, person,
                                   json_string_value(json_array_get(targets, n)), c->in->wall);
    return is;
}

/* ---- taking one ---- */

json_t *role_spec(const struct incident *i, const json_t *args)
{
    AUTO_JSON(about);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    about = kept_json(i->about);
    const char *title = json_str_or(about, "title", ""), *role = json_str_or(args, "role", "");
    text_addf(&zh, "请担任“%s”：%s。能到请应答", role, title);
    text_addf(&en, "You are wanted as \"%s\": %s. Answer if you accept", role, title);
    json_t *spec = json_deep_copy(args);
    if (json_at(args, "text"))
        return spec;
    return json_put(spec, "text", json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en)));
}

json_t *roles_asked(const struct incident *i, const json_t *steps)
{
    json_t *roles = json_array(), *step;
    size_t n;
    json_array_foreach(json_unconst(steps), n, step)
    {
        const struct call *call = call_find(i, json_string_value(step));
        AUTO_JSON(spec);
        spec = call ? kept_json(call->spec) : NULL;
        if (json_str(spec, "role"))
            json_array_append(roles, json_object_get(spec, "role"));
    }
    return roles;
}

void roles_take(struct core *c, struct incident *i, const json_t *roles, const char *person)
{
    struct rung_person p;
    bool known = person && c->site && site_person(c->site->site, person, &p);
    for (size_t n = 0; person && n < json_array_size(roles); n++) {
        const char *role = json_string_value(json_array_get(roles, n));
        json_t *body = json_put_str(json_put_str(json_object(), "role", role), "person", person);
        json_t *sealed = json_put_str(json_object(), "name", known ? p.name : person);
        json_t *actor = json_put_str(json_put_str(json_object(), "type", "person"), "id", person);
        core_emit(c, REC_ROLE_ASSIGNED, i,
                  (struct emit){.actor = actor, .body = body, .sealed = sealed});
    }
}
