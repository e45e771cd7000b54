#include "core/merge.h"

#include "core/child.h"
#include "core/decide.h"
#include "core/family.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/join.h"
#include "core/level.h"
#include "core/notice.h"
#include "core/plan_run.h"
#include "core/plan_watch.h"
#include "core/reading.h"
#include "core/report.h"
#include "core/response.h"
#include "core/trigger.h"

#include <stdlib.h>
#include <string.h>

/* ---- merge: may it? ---- */

enum { ABOVE_MOST = 64 };

/* A child of it, or of one of its children … */
static bool is_under(const struct core *c, const struct incident *i, const struct incident *above)
{
    for (int n = 0; i && i->family && n < ABOVE_MOST; n++) {
        if (!uuid_cmp(i->family->parent, above->id))
            return true;
        i = core_incident(c, i->family->parent);
    }
    return false;
}

/* What stands in the way of it; NULL: nothing does. */
static const char *merge_hindered(const struct core *c, const struct incident *i,
                                  const struct incident *into)
{
    if (!into || into->state != INCIDENT_OPEN)
        return "the other is not open: over, merged itself, or not known (muster list)";
    if (i == into)
        return "an incident is not merged into itself";
    if (i->drill != into->drill)
        return "a drill and what is real are never merged";
    if (is_under(c, into, i))
        return "the other is a child of this one, or under one: merge it the other way round";
    if (incident_recovering(i) || incident_recovering(into))
        return "the response of one of them is over; it is recovering";
    return NULL;
}

struct incident *merge_read(struct core *c, const struct incident *i)
{
    const char *text = json_str(c->in->body, "into");
    struct uuid id;
    struct incident *into = text && uuid_parse(text, &id) ? core_incident(c, id) : NULL;
    const char *hindered = merge_hindered(c, i, into);
    enum level here = incident_level(i), there = into ? incident_level(into) : LEVEL_NONE;
    if (!text)
        core_refuse(c, CODE_MISSING_FIELD, "into", NULL, "into which incident? give its id");
    else if (hindered)
        core_refuse(c, CODE_CONFLICT, "into", NULL, "%s", hindered);
    else if (here > there && !json_str(c->in->body, "despite"))
        core_refuse(c, CODE_CONFLICT, "action", NULL,
                    "level %s is in force here, and %s there: order the level there first, or give "
                    "a reason to lose it: despite",
                    level_name(here), there ? level_name(there) : "none");
    else
        return into;
    return NULL;
}

/* ---- merge: what follows ---- */

static json_t *fields_of(const json_t *occurrences)
{
    json_t *fields = json_object(), *one;
    size_t n;
    json_array_foreach(json_unconst(occurrences), n, one)
    {
        const char *station = json_str(one, "station");
        json_t *to = station ? json_object_get(fields, station) : fields;
        if (json_at(one, "key"))
            continue;
        if (!to) {
            to = json_object();
            json_put(fields, station, to);
        }
        json_put(to, json_str_or(one, "name", ""), json_share(json_at(one, "value")));
    }
    return fields;
}

/* Who has answered there: the other may count on them. */
static json_t *answered_of(const struct incident *i)
{
    AUTO_JSON(people);
    const struct notice *n;
    json_t *list = json_array();
    people = json_object();
    LIST_FOREACH(n, &i->notices, link)
    {
        if (n->state == NOTICE_ANSWERED)
            json_put(people, n->person, json_true());
    }
    const char **ids = json_keys(people, NULL);
    for (size_t k = 0; ids[k]; k++)
        json_array_append_new(list, json_string(ids[k]));
    free(ids);
    return list;
}

static json_t *merged_said(const struct core *c, const struct incident *i,
                           const json_t *occurrences)
{
    static const char *const words[] = {"title", "note", "source", "kind", "grade", "warning"};
    AUTO_JSON(about);
    char id[UUID_TEXT];
    about = kept_json(i->about);
    json_t *said = json_put_int(json_object(), "at", c->in->wall);
    for (size_t n = 0; n < sizeof words / sizeof *words; n++)
        json_put_str(said, words[n], json_str(about, words[n]));
    json_put_str(said, "merged", uuid_text(i->id, id));
    json_put(said, "answered", answered_of(i));
    json_put_str(said, "by", json_str(c->in->body, "as"));
    return json_put(said, "fields", fields_of(occurrences));
}

/* What the other learns of it, as of any trigger that joins. */
static void merged_tell(struct core *c, struct incident *i, struct incident *into)
{
    const struct plan_head *head = incident_head(c, into);
    AUTO_JSON(about);
    AUTO_JSON(theirs);
    AUTO_JSON(occurrences);
    char id[UUID_TEXT];
    size_t n;
    json_t *one;
    plan_watches_ready(c, into);
    about = kept_json(i->about);
    theirs = kept_json(into->about);
    occurrences = readings_occurrences(i, head, NULL, into);
    int64_t adds = json_int(about, "count", 1);
    json_t *ev = plan_event("joined", NULL, c->in->wall);
    json_t *said = merged_said(c, i, occurrences), *names = json_object_get(ev, "names");
    json_object_update(ev, said);
    if (json_array_size(occurrences))
        json_array_append_new(names, json_string("update"));
    json_array_foreach(occurrences, n, one)
        json_array_append_new(names, json_string(json_str_or(one, "name", "")));
    json_put(ev, "joins", json_pack("[o]", said));
    json_put(ev, "occurrences", json_incref(occurrences));
    json_put_int(ev, "count", json_int(theirs, "count", 1) + adds);
    json_t *body = json_put_str(json_object(), "merged", uuid_text(i->id, id));
    json_put_int(json_put_int(body, "adds", adds), "facts", (int64_t)json_array_size(occurrences));
    json_put(body, "stale_at", facts_stale_at(c, head, occurrences, 0, into->speed));
    core_emit(c, REC_JOINED, into,
              (struct emit){.body = body, .sealed = json_put(json_object(), "ev", ev)});
}

void merge_give(struct core *c, struct incident *i, struct incident *into)
{
    AUTO_JSON(about);
    char id[UUID_TEXT];
    about = kept_json(into->about);
    joins_tell(c, i); /* what its people were not told yet */
    merged_tell(c, i, into);
    notice_recall_step(c, i, NULL);
    child_ended(c, i, "merged", "merged");
    json_t *sealed = json_put_str(json_object(), "title", json_str(about, "title"));
    core_emit(c, REC_MERGED, i,
              (struct emit){.body = json_put_str(json_object(), "into", uuid_text(into->id, id)),
                            .sealed = sealed});
    plan_leave(c, i);
}

/* ---- split ---- */

static bool items_fit(struct core *c, const struct incident *i)
{
    const json_t *items = json_at(c->in->body, "items");
    for (size_t n = 0; n < json_array_size(items); n++) {
        const char *text = json_string_value(json_array_get(items, n));
        struct uuid id;
        const struct item *item = text && uuid_parse(text, &id) ? core_item(c, id) : NULL;
        if (item && item->incident == i && item->state <= ITEM_DONE)
            continue;
        core_refuse(c, CODE_NOT_FOUND, "items", NULL,
                    "this incident has no open item %s (muster items ID)", text ? text : "?");
        return false;
    }
    return true;
}

static bool stations_fit(struct core *c)
{
    const json_t *stations = json_at(c->in->body, "stations");
    for (size_t n = 0; n < json_array_size(stations); n++) {
        const char *id = json_string_value(json_array_get(stations, n));
        if (id && c->site && site_station_kind(c->site->site, id))
            continue;
        core_refuse(c, CODE_BAD_FIELD, "stations", NULL, "the site has no station \"%s\"",
                    id ? id : "?");
        return false;
    }
    return true;
}

bool split_read(struct core *c, const struct incident *i)
{
    if (!json_str(c->in->body, "title")) {
        core_refuse(c, CODE_MISSING_FIELD, "title", NULL,
                    "what is the new incident called? give a title");
        return false;
    }
    if (incident_recovering(i)) {
        core_refuse(c, CODE_CONFLICT, "action", NULL, "the response is over; it is recovering");
        return false;
    }
    return items_fit(c, i) && stations_fit(c) && incident_room(c);
}

static json_t *split_body(const struct core *c, const struct incident *i)
{
    static const char *const shared[] = {"kind",    "source", "event", "grade",
                                         "warning", "place",  "labels"};
    AUTO_JSON(about);
    about = kept_json(i->about);
    json_t *body = json_put_str(json_object(), "title", json_str(c->in->body, "title"));
    json_put_str(body, "note", json_str(c->in->body, "reason"));
    for (size_t n = 0; n < sizeof shared / sizeof *shared; n++)
        json_put(body, shared[n], json_share(json_at(about, shared[n])));
    return json_put_true(body, "drill", i->drill);
}

/* As the plan is today; one that is not in force any more goes on as it was. */
static const char *split_pin(const struct core *c, const struct incident *i)
{
    const char *pin = i->plan ? core_plan_pin(c, i->plan) : NULL;
    return pin ? pin : i->pin;
}

static void split_emit(struct core *c, struct incident *i, const struct incident *made)
{
    const json_t *items = json_at(c->in->body, "items");
    const json_t *stations = json_at(c->in->body, "stations");
    char id[UUID_TEXT];
    json_t *body = json_put_str(json_object(), "into", uuid_text(made->id, id));
    json_put(body, "items", items ? json_deep_copy(items) : json_array());
    json_put(body, "stations", stations ? json_deep_copy(stations) : json_array());
    json_t *sealed = json_put_str(json_object(), "title", json_str(c->in->body, "title"));
    core_emit(c, REC_SPLIT, i, (struct emit){.body = body, .sealed = sealed});
}

struct incident *split_give(struct core *c, struct incident *i)
{
    AUTO_JSON(body);
    AUTO_JSON(occurrences);
    const char *name = split_pin(c, i);
    const struct pin *pin = name ? core_pin(c, name) : NULL;
    const struct plan_head *head = pin ? pin->head : NULL;
    const json_t *stations = json_at(c->in->body, "stations");
    body = split_body(c, i);
    occurrences = stations ? readings_occurrences(i, head, stations, NULL) : json_array();
    struct incident *made = incident_open(c, &(struct opening){.body = body,
                                                               .head = head,
                                                               .pin = name,
                                                               .occurrences = occurrences,
                                                               .actor = actor_input(c),
                                                               .split = i});
    split_emit(c, i, made);
    items_of_phase(c, made, PHASE_FIRST, LEVEL_NONE);
    reports_at_trigger(c, made, occurrences);
    if (!head)
        plan_fail(c, made, "no_plan", "no plan is for this kind of trigger", NULL);
    return made;
}
