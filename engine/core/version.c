#include "core/version.h"

#include <inttypes.h>
#include <string.h>

static struct version_runs *runs_of(const struct core *c, const char *pin)
{
    for (size_t n = 0; n < c->runs_count; n++) {
        if (c->runs[n].pin == pin) /* interned, as that of an incident is */
            return &c->runs[n];
    }
    return NULL;
}

void version_count(struct core *c, const struct incident *i, int by)
{
    if (!i->pin)
        return;
    struct version_runs *runs = runs_of(c, i->pin);
    if (!runs) {
        c->runs = mem_grow(c->runs, &c->runs_cap, c->runs_count + 1, sizeof *c->runs);
        runs = &c->runs[c->runs_count++];
        *runs = (struct version_runs){.pin = i->pin, .plan = i->plan};
    }
    runs->incidents += by;
}

int64_t version_incidents(const struct core *c, const char *pin)
{
    for (size_t n = 0; n < c->runs_count; n++) {
        if (!strcmp(c->runs[n].pin, pin))
            return c->runs[n].incidents;
    }
    return 0;
}

wall_ms version_since(const struct core *c, const char *plan, const char *pin, wall_ms at)
{
    for (size_t n = 0; n < c->plans_count; n++) {
        if (!strcmp(c->plans[n].name, plan) && !strcmp(c->plans[n].pin, pin))
            return c->plans[n].since;
    }
    return at;
}

static struct plan_ref *ref_of(const struct core *c, const char *pin)
{
    for (size_t n = 0; n < c->plans_count; n++) {
        if (!strcmp(c->plans[n].pin, pin))
            return &c->plans[n];
    }
    return NULL;
}

bool version_fresh(const struct core *c, const char *plan, const char *pin, bool fresh)
{
    const struct plan_ref *ref = ref_of(c, pin);
    return ref && !strcmp(ref->name, plan) ? ref->fresh : fresh;
}

void version_used(struct core *c, const char *pin)
{
    struct plan_ref *ref = pin ? ref_of(c, pin) : NULL;
    if (!ref || !ref->fresh)
        return;
    ref->fresh = false;
    c->config_dirty = true;
}

json_t *core_plans_fresh(const struct core *c)
{
    json_t *pins = json_array();
    for (size_t n = 0; n < c->plans_count; n++) {
        if (c->plans[n].fresh)
            json_array_append_new(pins, json_string(c->plans[n].pin));
    }
    return pins;
}

bool core_plan_in_force(const struct core *c, const char *pin)
{
    return ref_of(c, pin) != NULL;
}

/* ---- shown ---- */

static json_t *plan_json(const struct core *c, const struct pin *pin)
{
    json_t *plan = json_put_str(json_object(), "name", plan_head_name(pin->head));
    json_put_str(plan, "pin", pin->hash);
    json_put_str(plan, "title", plan_head_title(pin->head, core_language(c), "en"));
    json_put_str(plan, "version", plan_head_version(pin->head));
    return json_put_str(plan, "kind", plan_head_kind(pin->head));
}

json_t *version_json(const struct core *c, const struct pin *pin)
{
    json_t *plan = plan_json(c, pin);
    char at[RFC3339_TEXT];
    json_put_int(plan, "incidents", version_incidents(c, pin->hash));
    wall_ms since = version_since(c, plan_head_name(pin->head), pin->hash, 0);
    return json_put_str(plan, "since", since ? rfc3339(since, at) : NULL);
}

json_t *core_plans(const struct core *c)
{
    json_t *list = json_array();
    for (size_t n = 0; n < c->plans_count; n++) {
        const struct pin *pin = core_pin(c, c->plans[n].pin);
        if (pin && pin->head)
            json_array_append_new(list, version_json(c, pin));
    }
    return list;
}

/* By name, then by pin: where they stand does not tell who came first. */
static void older_add(json_t *list, json_t *takes)
{
    size_t at = 0;
    for (; at < json_array_size(list); at++) {
        const json_t *other = json_array_get(list, at);
        int order = strcmp(json_str_or(other, "name", ""), json_str_or(takes, "name", ""));
        if (!order)
            order = strcmp(json_str_or(other, "pin", ""), json_str_or(takes, "pin", ""));
        if (order > 0)
            break;
    }
    json_array_insert_new(list, at, takes);
}

json_t *core_plans_older(const struct core *c)
{
    json_t *list = json_array();
    for (size_t n = 0; n < c->runs_count; n++) {
        const struct pin *pin = core_pin(c, c->runs[n].pin);
        if (c->runs[n].incidents && !core_plan_in_force(c, c->runs[n].pin) && pin && pin->head)
            older_add(list, version_json(c, pin));
    }
    return list;
}

/* ---- leaving ---- */

void version_leaves_say(const json_t *leaves, bool zh, struct text *to)
{
    const char *plan = json_str_or(leaves, "plan", "?");
    int64_t incidents = json_int(leaves, "incidents", 0);
    text_addf(to, zh ? "预案 %s 退出生效预案：" : "plan %s leaves the set: ", plan);
    if (incidents)
        text_addf(to,
                  zh ? "其现有事件（%" PRId64 " 起）按各自版本进行到结束，不再受理新事件"
                     : "its open incidents (%" PRId64
                       ") go on to their end under their version; no "
                       "new ones begin",
                  incidents);
    else
        text_add(to, zh ? "没有进行中的事件，不再受理新事件"
                        : "none of its incidents is open, and no new ones begin");
}

static bool names_plan(const json_t *plans, const char *name)
{
    for (size_t n = 0; n < json_array_size(plans); n++) {
        if (!strcmp(json_str_or(json_array_get(plans, n), "name", ""), name))
            return true;
    }
    return false;
}

static int64_t plan_incidents(const struct core *c, const char *plan)
{
    int64_t sum = 0;
    for (size_t n = 0; n < c->runs_count; n++)
        sum += c->runs[n].plan && !strcmp(c->runs[n].plan, plan) ? c->runs[n].incidents : 0;
    return sum;
}

json_t *core_plans_leaving(const struct core *c, const json_t *plans)
{
    json_t *list = json_array();
    for (size_t n = 0; n < c->plans_count; n++) {
        const char *plan = c->plans[n].name;
        const struct pin *pin = core_pin(c, c->plans[n].pin);
        AUTO_TEXT(zh);
        AUTO_TEXT(en);
        if (names_plan(plans, plan))
            continue;
        json_t *one = json_put_str(json_object(), "plan", plan);
        json_put_str(one, "pin", c->plans[n].pin);
        json_put_str(one, "version", pin && pin->head ? plan_head_version(pin->head) : NULL);
        json_put_int(one, "incidents", plan_incidents(c, plan));
        version_leaves_say(one, true, &zh);
        version_leaves_say(one, false, &en);
        json_put(one, "text", json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en)));
        json_array_append_new(list, one);
    }
    return list;
}
