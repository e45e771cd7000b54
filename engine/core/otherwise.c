#include "core/otherwise.h"

#include "core/call.h"
#include "core/incident.h"
#include "core/state.h"
#include "core/version.h"

#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* What of a head names people. */
static const char *const parts[] = {"fallback", "ordered_by", "commander", "members", NULL};

/* One thing to compare. */
struct look {
    struct uuid incident; /* of a call */
    char *step;
    const char *pin, *plan; /* of a head; interned */
    const char *part;       /* of `parts` */
    enum level level;
    json_t *people; /* by the site before: [[{"id","name"}]] */
};

struct otherwise {
    struct core *core;
    bool site; /* it is another one */
    struct look *at;
    size_t count, cap;
    json_t *plans;  /* what was in force: {NAME: PIN} */
    json_t *leaves; /* what of it is so no more (core_plans_leaving) */
    json_t *told;   /* for the reply */
    int64_t more;   /* not looked at, or not told */
};

/* ---- people ---- */

static void rung_add_json(const struct rung *rung, json_t *list)
{
    json_t *people = json_array();
    for (size_t n = 0; n < rung->count; n++) {
        json_t *one = json_put_str(json_object(), "id", rung->at[n].id);
        json_array_append_new(people, json_put_str(one, "name", rung->at[n].name));
    }
    json_array_append_new(list, people);
}

/* [["wang.qiang"],…]: the ids of it, or the names. */
static json_t *people_of(const json_t *rungs, const char *member)
{
    json_t *list = json_array(), *rung, *one;
    size_t n, m;
    json_array_foreach(json_unconst(rungs), n, rung)
    {
        json_t *people = json_array();
        json_array_foreach(rung, m, one) json_array_append(people, json_object_get(one, member));
        json_array_append_new(list, people);
    }
    return list;
}

static void targets_add(const struct core *c, const json_t *to, json_t *list)
{
    struct rungs found = {0};
    site_resolve(c->site->site, to, NULL, false, c->in->wall, &found);
    for (size_t n = 0; n < found.count; n++)
        rung_add_json(&found.at[n], list);
    rungs_done(&found);
}

static void fallback_add(const struct core *c, const struct plan_head *head, json_t *list)
{
    AUTO_JSON(rungs);
    size_t n;
    json_t *rung;
    rungs = json_share(plan_head_fallback(head));
    if (!rungs)
        rungs = json_share(site_fallback(c->site->site));
    json_array_foreach(rungs, n, rung) targets_add(c, json_at(rung, "to"), list);
}

static void first_add(const struct core *c, const char *target, json_t *list)
{
    AUTO_JSON(to);
    struct rung first = {0};
    if (!target)
        return;
    to = json_string(target);
    site_resolve_first(c->site->site, to, false, c->in->wall, &first);
    if (first.count)
        rung_add_json(&first, list);
    rung_done(&first);
}

/* Whom this part of a head means, by the site in force; no rungs where the head does not name any.
 */
static json_t *part_people(const struct core *c, const struct plan_head *head, const char *part,
                           enum level level)
{
    const struct level_head *l = level ? plan_head_level(head, level) : NULL;
    json_t *list = json_array();
    struct rung members = {0};
    if (!level) {
        fallback_add(c, head, list);
    } else if (l && !strcmp(part, "members")) {
        site_resolve_first(c->site->site, l->members, false, c->in->wall, &members);
        rung_add_json(&members, list);
        rung_done(&members);
    } else if (l && !strcmp(part, "commander")) {
        first_add(c, l->commander ? l->commander : l->ordered_by, list);
    } else if (l) {
        first_add(c, l->ordered_by, list);
        first_add(c, site_post_deputy(c->site->site, l->ordered_by), list);
    }
    return list;
}

static json_t *call_people(struct core *c, const struct call *call)
{
    struct rungs rest = {0};
    json_t *list = json_array();
    call_rest(c, call, &rest);
    for (size_t n = 0; n < rest.count; n++)
        rung_add_json(&rest.at[n], list);
    rungs_done(&rest);
    return list;
}

/* ---- before ---- */

static struct look *look_add(struct otherwise *o, json_t *takes_people)
{
    o->at = mem_grow(o->at, &o->cap, o->count + 1, sizeof *o->at);
    struct look *l = &o->at[o->count++];
    *l = (struct look){.people = takes_people};
    return l;
}

static void call_look(struct otherwise *o, const struct call *call)
{
    if (call->rung < 0 || call->consults)
        return;
    if (o->count >= OTHERWISE_LOOKED_MAX) {
        o->more++;
        return;
    }
    struct look *l = look_add(o, call_people(o->core, call));
    l->incident = call->incident->id;
    l->step = mem_str(call->step);
}

static void incident_look(const void *node, VISIT visit, void *closure)
{
    const struct incident *i = *(struct incident *const *)node;
    const struct call *call;
    if (visit != postorder && visit != leaf)
        return;
    LIST_FOREACH(call, &i->calls, link)
    call_look(closure, call);
}

static void head_look(struct otherwise *o, const struct version_runs *runs)
{
    const struct pin *pin = core_pin(o->core, runs->pin);
    for (size_t p = 0; pin && pin->head && parts[p]; p++) {
        for (enum level level = p ? LEVEL_IV : LEVEL_NONE; level < (p ? LEVEL_END : LEVEL_IV);
             level++) {
            if (level && !plan_head_level(pin->head, level))
                continue;
            struct look *l = look_add(o, part_people(o->core, pin->head, parts[p], level));
            l->pin = runs->pin;
            l->plan = runs->plan;
            l->part = parts[p];
            l->level = level;
        }
    }
}

struct otherwise *otherwise_before(struct core *c)
{
    struct otherwise *o = mem_new(1, sizeof *o);
    const char *site = json_str_or(c->in->body, "site", "");
    o->core = c;
    o->plans = json_object();
    o->told = json_array();
    o->leaves = core_plans_leaving(c, json_at(c->in->body, "plans"));
    o->site = c->site_pin && strcmp(c->site_pin, site) != 0;
    for (size_t n = 0; n < c->plans_count; n++)
        json_put_str(o->plans, c->plans[n].name, c->plans[n].pin);
    for (size_t n = 0; c->site && n < c->runs_count; n++) {
        if (c->runs[n].incidents)
            head_look(o, &c->runs[n]);
    }
    if (c->site && o->site)
        twalk_r(c->incidents, incident_look, o);
    return o;
}

/* ---- after ---- */

static json_t *sentences(const struct record *r)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    otherwise_say(r, true, true, &zh);
    otherwise_say(r, false, true, &en);
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}

/* One difference; `body` says of what. */
static void tell(struct otherwise *o, struct incident *i, json_t *takes_body, const json_t *before,
                 const json_t *after)
{
    AUTO_JSON(reply);
    char id[UUID_TEXT];
    json_t *sealed = NULL;
    json_put(takes_body, "before", people_of(before, "id"));
    json_put(takes_body, "after", people_of(after, "id"));
    if (i) {
        sealed = json_put(json_object(), "before_names", people_of(before, "name"));
        json_put(sealed, "after_names", people_of(after, "name"));
    }
    reply = json_copy(takes_body);
    json_put_str(reply, "incident", i ? uuid_text(i->id, id) : NULL);
    json_array_append(o->told, reply);
    const struct record *r = core_emit(o->core, REC_CALLED_OTHERWISE, i,
                                       (struct emit){.body = takes_body, .sealed = sealed});
    json_put(reply, "text", sentences(r));
}

static bool same_people(const json_t *before, const json_t *after)
{
    AUTO_JSON(a);
    AUTO_JSON(b);
    a = people_of(before, "id");
    b = people_of(after, "id");
    return json_equal(a, b);
}

static bool told_enough(struct otherwise *o)
{
    if (json_array_size(o->told) < OTHERWISE_TOLD_MAX)
        return false;
    o->more++;
    return true;
}

static void call_tell(struct otherwise *o, const struct look *l)
{
    AUTO_JSON(after);
    struct incident *i = core_incident(o->core, l->incident);
    struct call *call = i ? call_find(i, l->step) : NULL;
    if (!call)
        return;
    after = call_people(o->core, call);
    if (same_people(l->people, after) || told_enough(o))
        return;
    json_t *body = json_put_str(json_put_str(json_object(), "what", "call"), "step", l->step);
    tell(o, i, json_put_str(body, "because", "site"), l->people, after);
}

static json_t *head_body(const struct otherwise *o, const struct look *l, const char *because)
{
    json_t *body = json_put_str(json_put_str(json_object(), "what", l->part), "because", because);
    const struct pin *pin = core_pin(o->core, l->pin);
    json_put_str(body, "level", l->level ? level_name(l->level) : NULL);
    json_put_str(json_put_str(body, "plan", l->plan), "pin", l->pin);
    json_put_str(body, "version", plan_head_version(pin->head));
    return json_put_int(body, "incidents", version_incidents(o->core, l->pin));
}

static void head_tell(struct otherwise *o, const struct look *l)
{
    AUTO_JSON(now);
    AUTO_JSON(next);
    const struct core *c = o->core;
    const char *in_force = core_plan_pin(c, l->plan);
    const struct pin *fresh = in_force ? core_pin(c, in_force) : NULL;
    now = part_people(c, core_pin(c, l->pin)->head, l->part, l->level);
    if (!same_people(l->people, now) && !told_enough(o))
        tell(o, NULL, head_body(o, l, "site"), l->people, now);
    if (!fresh || !strcmp(in_force, l->pin) ||
        !strcmp(in_force, json_str_or(o->plans, l->plan, "")))
        return; /* it was in force before: that was told then */
    next = part_people(c, fresh->head, l->part, l->level);
    if (!same_people(now, next) && !told_enough(o))
        tell(
            o, NULL,
            json_put_str(head_body(o, l, "version"), "new_version", plan_head_version(fresh->head)),
            now, next);
}

static void otherwise_free(struct otherwise *o)
{
    for (size_t n = 0; n < o->count; n++) {
        free(o->at[n].step);
        json_decref(o->at[n].people);
    }
    free(o->at);
    json_decref(o->plans);
    json_decref(o->leaves);
    json_decref(o->told);
    free(o);
}

static void leaves_tell(struct core *c, const json_t *leaves, json_t *reply)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(leaves), n, one)
    {
        json_t *body = json_put_str(json_copy(one), "what", "gone");
        json_object_del(body, "text");
        core_emit(c, REC_CALLED_OTHERWISE, NULL, (struct emit){.body = body});
    }
    if (json_array_size(leaves))
        json_put(reply, "leaves", json_share(leaves));
}

void otherwise_tell(struct core *c, struct otherwise *takes, json_t *reply)
{
    struct otherwise *o = takes;
    leaves_tell(c, o->leaves, reply);
    for (size_t n = 0; c->site && n < o->count; n++) {
        if (o->at[n].step)
            call_tell(o, &o->at[n]);
        else
            head_tell(o, &o->at[n]);
    }
    if (o->more) {
        json_put_int(reply, "otherwise_more", o->more);
        core_emit(c, REC_CALLED_OTHERWISE, NULL,
                  (struct emit){.body = json_put_int(json_put_str(json_object(), "what", "more"),
                                                     "count", o->more)});
    }
    if (json_array_size(o->told))
        json_put(reply, "otherwise", json_share(o->told));
    otherwise_free(o);
}

/* ---- said ---- */

/* "王强, 李明/孙伟": rungs in turn, those of one rung at once. */
static void people_say(const json_t *rungs, bool zh, struct text *to)
{
    size_t n, m, said = 0;
    json_t *rung, *one;
    json_array_foreach(json_unconst(rungs), n, rung)
    {
        json_array_foreach(rung, m, one)
        {
            const char *name = json_string_value(one);
            text_addf(to, "%s%s", m ? "/" : said ? (zh ? "、" : ", ") : "", name ? name : "?");
            said++;
        }
    }
    if (!said)
        text_add(to, zh ? "无人" : "nobody");
}

static void part_say(const json_t *body, bool zh, struct text *to)
{
    static const char *const words[][2] = {
        {"后备呼叫", "the fallback"},
        {"请示对象", "who is asked to order"},
        {"指挥", "the commander"},
        {"通知对象", "who is told"},
    };
    const char *what = json_str_or(body, "what", ""), *level = json_str(body, "level");
    for (size_t n = 0; parts[n]; n++) {
        if (!strcmp(parts[n], what))
            text_add(to, words[n][zh ? 0 : 1]);
    }
    if (level)
        text_addf(to, zh ? "（%s级）" : " of level %s", level);
}

static void head_say(const json_t *body, bool zh, struct text *to)
{
    const char *plan = json_str_or(body, "plan", "?"), *version = json_str_or(body, "version", "?");
    const char *next = json_str(body, "new_version");
    int64_t incidents = json_int(body, "incidents", 0);
    if (next)
        text_addf(to,
                  zh ? "预案 %s：现有事件（%" PRId64 " 起）仍按 %s 版，%s 版的"
                     : "plan %s: open incidents (%" PRId64 ") stay on %s, new ones are on %s; ",
                  plan, incidents, version, next);
    else
        text_addf(to,
                  zh ? "预案 %s（%s 版，事件 %" PRId64 " 起）的"
                     : "plan %s (version %s, open: %" PRId64 "): ",
                  plan, version, incidents);
    part_say(body, zh, to);
    text_add(to, zh ? "：" : ": ");
}

void otherwise_say(const struct record *r, bool zh, bool names, struct text *to)
{
    const char *what = json_str_or(r->body, "what", "");
    const json_t *before = names ? json_at(r->sealed, "before_names") : NULL;
    const json_t *after = names ? json_at(r->sealed, "after_names") : NULL;
    if (!strcmp(what, "gone")) {
        version_leaves_say(r->body, zh, to);
        return;
    }
    if (!strcmp(what, "more")) {
        text_addf(to,
                  zh ? "另有 %" PRId64 " 处未比较或未列出"
                     : "%" PRId64 " more are not compared, "
                       "or not listed",
                  json_int(r->body, "count", 0));
        return;
    }
    if (!strcmp(what, "call"))
        text_addf(to,
                  zh ? "呼叫 %s 今后改为：" : "from the next rung on the call %s goes otherwise: ",
                  json_str_or(r->body, "step", "?"));
    else
        head_say(r->body, zh, to);
    people_say(before ? before : json_at(r->body, "before"), zh, to);
    text_add(to, " → ");
    people_say(after ? after : json_at(r->body, "after"), zh, to);
}
