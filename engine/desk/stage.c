#include "desk/stage.h"

#include "base/civil.h"
#include "core/remark.h"
#include "plan/check.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Of the incident that the night is about, and not of the upkeep of plans or of its children? */
static bool is_own(struct stage *s, const struct record *r)
{
    if (r->kind == REC_INCIDENT_OPENED && uuid_is_none(s->own))
        s->own = r->incident;
    return !uuid_is_none(s->own) && uuid_cmp(r->incident, s->own) == 0;
}

/* What plans owe as papers comes up in any night, and is no part of what is simulated. */
static bool is_upkeep(struct stage *s, const struct record *r)
{
    if (r->kind == REC_UPKEEP_OPENED)
        s->upkeep = r->incident;
    return !uuid_is_none(s->upkeep) && uuid_cmp(r->incident, s->upkeep) == 0;
}

static void record_shown(void *ctx, const struct record *r)
{
    struct stage *s = ctx;
    if (is_upkeep(s, r) && s->no_upkeep)
        return;
    bool own = is_own(s, r);
    if (s->trace && (own || !s->own_only))
        trace_record(s->trace, r);
    if (s->record)
        s->record(s->ctx, r);
}

json_t *stage_sources(const json_t *request, const json_t *checked)
{
    json_t *sources = json_object(), *plan;
    size_t n;
    json_array_foreach(json_unconst(json_at(checked, "plans")), n, plan)
        json_put(sources, json_str_or(plan, "name", "?"), check_pin_files(request, plan));
    return sources;
}

struct site *stage_site(const json_t *checked)
{
    struct site *site = NULL;
    struct remarks remarks;
    remarks_init(&remarks, "site", NULL, NULL);
    enum err e = site_read(json_at(checked, "site"), &remarks, &site);
    remarks_done(&remarks);
    assert(!e); /* it passed the check */
    return site;
}

static void scope_seen(void *ctx, const char *incident, const char *name, bool begins,
                       const char *at)
{
    struct stage *s = ctx;
    struct uuid id = {0};
    uuid_parse(incident, &id);
    if (!json_at(s->scopes, incident))
        json_put(s->scopes, incident, json_object());
    if (begins)
        json_put(json_object_get(s->scopes, incident), name, json_true());
    else
        json_object_del(json_object_get(s->scopes, incident), name);
    if (s->trace && !s->no_scopes)
        trace_scope(s->trace, id, night_mono(s->night), name, begins, at);
}

static void line_seen(void *ctx, const char *file, int line)
{
    struct stage *s = ctx;
    s->line(s->ctx, file, line);
}

struct stage *stage_new(const struct stage_setup *setup, struct why *why)
{
    struct stage *s = mem_new(1, sizeof *s);
    s->checked = json_share(setup->checked);
    s->sources = json_share(setup->sources);
    s->cast = cast_new(setup->seed);
    s->scopes = json_object();
    s->line = setup->line;
    const struct onlooker onlooker = {
        .ctx = s, .scope = scope_seen, .line = s->line ? line_seen : NULL};
    s->planners = planners_new(&onlooker);
    s->site = stage_site(s->checked);
    s->no_scopes = setup->no_scopes;
    s->own_only = setup->own_only;
    s->no_upkeep = setup->no_upkeep;
    s->zh = setup->zh;
    if (!setup->no_trace)
        s->trace = trace_new(s->site, setup->zh);
    s->happenings = STAGE_HAPPENINGS;
    s->record = setup->record;
    s->ctx = setup->ctx;
    const struct night_setup night = {.checked = s->checked,
                                      .sources = s->sources,
                                      .begins = setup->begins,
                                      .seed = setup->seed,
                                      .occasions_of = setup->plan ? setup->plan : "",
                                      .cast = s->cast,
                                      .planners = planners_port(s->planners),
                                      .record = record_shown,
                                      .ctx = s};
    s->night = night_new(&night, why);
    if (!s->night) {
        stage_free(s);
        return NULL;
    }
    planners_of(s->planners, s->night);
    night_begin(s->night);
    return s;
}

void stage_free(struct stage *s)
{
    if (!s)
        return;
    night_free(s->night);
    planners_free(s->planners);
    trace_free(s->trace);
    cast_free(s->cast);
    site_unref(s->site);
    json_decref(s->checked);
    json_decref(s->sources);
    json_decref(s->scopes);
    free(s);
}

enum err stage_advance(struct stage *s, int64_t ms, struct why *why)
{
    return night_advance(s->night, ms, &s->happenings, why);
}

json_t *stage_title(const json_t *checked, const char *plan, bool zh)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(json_at(checked, "plans")), n, one)
    {
        const json_t *title = json_at(json_at(one, "head"), "title");
        if (strcmp(json_str_or(one, "name", ""), plan) != 0)
            continue;
        if (json_is_string(title))
            return json_share(title);
        return json_string(json_str_or(title, zh ? "zh" : "en", json_str_or(title, "zh", plan)));
    }
    return json_string(plan);
}

const char *stage_zone(const json_t *checked)
{
    return json_str_or(json_at(checked, "site"), "zone", "UTC");
}

char *stage_person_of(const struct stage *s, const char *target, bool drill)
{
    struct rung rung = {0};
    AUTO_JSON(to);
    to = json_string(target);
    site_resolve_first(s->site, to, drill, night_wall(s->night), &rung);
    char *person = rung.count ? mem_str(rung.at[0].id) : NULL;
    rung_done(&rung);
    return person;
}

bool stage_moment(const char *text, const char *zone, wall_ms *ret)
{
    int64_t day;
    int minutes;
    if (!civil_parse(text, &day, &minutes))
        return false;
    *ret = civil_moment(zone, day, minutes);
    return true;
}
