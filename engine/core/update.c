#include "core/update.h"

#include "core/access.h"
#include "core/alarm.h"
#include "core/decide.h"
#include "core/family.h"
#include "core/incident.h"
#include "core/level.h"
#include "core/notice.h"
#include "core/once.h"
#include "core/plan_run.h"
#include "core/plan_watch.h"
#include "core/report.h"
#include "core/trigger.h"

#include <stdlib.h>
#include <string.h>

/* Neither a fact nor a word: it would stand in the record as news. */
static bool says_something(struct core *c, const json_t *update)
{
    const char *note = json_str(update, "note");
    if (json_object_size(json_at(update, "fields")) || (note && !text_blank(note)))
        return true;
    core_refuse(c, CODE_MISSING_FIELD, "fields", NULL,
                "an update reports something: facts (fields), or a word to the record (note)");
    return false;
}

/* A clock of another machine may be so much ahead: it measured now. */
static const int64_t FUTURE_MS = MS_MINUTE;

/* When the facts of an update were measured; false after a refusal. 0: it is not said. */
static bool update_measured(struct core *c, const json_t *body, wall_ms *ret)
{
    const char *at = json_str(body, "at");
    *ret = 0;
    if (!at)
        return true;
    if (!rfc3339_parse(at, ret)) {
        core_refuse(c, CODE_BAD_FIELD, "at", NULL,
                    "\"%s\" is no time; write 2026-07-20T02:14:00Z or …+08:00", at);
        return false;
    }
    if (*ret > c->in->wall + FUTURE_MS) {
        core_refuse(c, CODE_BAD_FIELD, "at", NULL,
                    "%s lies in the future; give the time of the measurement, or leave it out", at);
        return false;
    }
    if (*ret > c->in->wall)
        *ret = c->in->wall;
    return true;
}

/* A key that is not the incident's own is that of a trigger which joined it. */
static void key_put(const struct core *c, const struct incident *i, json_t *sealed)
{
    const char *key = json_str(c->in->body, "key");
    if (!key)
        return;
    char *full = dedup_key(c->in->who.id, key, json_bool(c->in->body, "drill"));
    json_put_str(sealed, "key", i->key && !strcmp(i->key, full) ? NULL : full);
    free(full);
}

static bool facts_room(struct core *c, const struct incident *i)
{
    if (i->queue_count < FACTS_PENDING_MAX)
        return true;
    core_refuse(c, CODE_LIMIT, NULL, NULL,
                "%d facts of this incident wait for its plan (limit facts_pending)",
                FACTS_PENDING_MAX);
    return false;
}

/* What is told of it to the plan, and kept. */
static json_t *update_event(const struct core *c, const json_t *body, json_t *occurrences,
                            wall_ms measured)
{
    json_t *ev = plan_event("update", NULL, c->in->wall);
    json_t *names = json_object_get(ev, "names"), *fact;
    size_t n;
    json_array_foreach(occurrences, n, fact)
        json_array_append_new(names, json_string(json_str_or(fact, "name", "")));
    json_put(ev, "occurrences", json_incref(occurrences));
    if (measured)
        json_put_int(ev, "measured", measured);
    json_put_str(ev, "note", json_str(body, "note"));
    json_put_str(ev, "grade", json_str(body, "grade"));
    json_put_str(ev, "warning", json_str(body, "warning"));
    return json_put_str(ev, "by", c->in->who.id);
}

static json_t *update_body(const struct core *c, struct incident *i, json_t *occurrences,
                           wall_ms measured)
{
    json_t *body = json_put_int(json_object(), "facts", (int64_t)json_array_size(occurrences));
    int64_t age = measured ? c->in->wall - measured : 0;
    return json_put(body, "stale_at",
                    facts_stale_at(c, incident_head(c, i), occurrences, age, i->speed));
}

static json_t *updater(const struct core *c)
{
    bool own = c->in->kind == IN_TURN || c->in->kind == IN_TICK;
    return own ? NULL : actor_input(c); /* NULL: of the parent's plan, or of a drill */
}

/* The facts of stations about which another incident is asked instead of this one. */
static json_t *facts_of_holder(const struct core *c, const struct incident *i,
                               const struct incident *holder, const json_t *occurrences)
{
    json_t *list = json_array(), *one;
    size_t n;
    json_array_foreach(json_unconst(occurrences), n, one)
    {
        const char *station = json_str(one, "station");
        if (station && station_holder(c, i, station) == holder)
            json_array_append(list, one);
    }
    return list;
}

/* Whoever reports it knows the old incident's id, and no other: it goes on to the new one. */
static void facts_pass_on(struct core *c, const struct incident *i, struct incident *holder,
                          const json_t *occurrences, wall_ms measured)
{
    AUTO_JSON(part);
    char id[UUID_TEXT];
    part = facts_of_holder(c, i, holder, occurrences);
    plan_watches_ready(c, holder);
    json_t *ev = update_event(c, NULL, part, measured);
    json_t *body = update_body(c, holder, part, measured);
    json_put_str(body, "of", uuid_text(i->id, id));
    core_emit(c, REC_UPDATED, holder,
              (struct emit){
                  .actor = updater(c), .body = body, .sealed = json_put(json_object(), "ev", ev)});
    reports_of_facts(c, holder, part);
}

/* To whom facts go on; each once. Give. */
static struct incident **holders_of(const struct core *c, const struct incident *i,
                                    const json_t *occurrences, size_t *ret_count)
{
    struct incident **list = mem_new(json_array_size(occurrences) + 1, sizeof(void *));
    size_t n, count = 0;
    json_t *one;
    json_array_foreach(json_unconst(occurrences), n, one)
    {
        const char *station = json_str(one, "station");
        struct incident *to = station ? station_holder(c, i, station) : NULL;
        size_t k = 0;
        while (to && k < count && list[k] != to)
            k++;
        if (to && k == count)
            list[count++] = to;
    }
    *ret_count = count;
    return list;
}

static void update_emit(struct core *c, struct incident *i, const json_t *said, json_t *occurrences,
                        bool raw, wall_ms measured)
{
    plan_watches_ready(c, i);
    json_t *body = update_body(c, i, occurrences, measured);
    json_t *sealed = json_put(json_object(), "ev", update_event(c, said, occurrences, measured));
    if (raw)
        json_put(sealed, "fields", json_deep_copy(json_at(said, "fields")));
    if (c->in->kind == IN_TRIGGER) { /* a repeat is one of what was said last */
        char hex[33];
        hex16(c->in->digest, hex);
        json_put_str(body, "digest", hex);
        key_put(c, i, sealed);
        once_put(c, sealed);
    }
    core_emit(c, REC_UPDATED, i,
              (struct emit){.actor = updater(c), .body = body, .sealed = sealed});
    reports_of_facts(c, i, occurrences);
}

static enum level grade_of(const struct incident *i)
{
    AUTO_JSON(about);
    enum level grade = LEVEL_NONE;
    about = kept_json(i->about);
    (void)level_parse(json_str_or(about, "grade", ""), &grade);
    return grade;
}

/* No plan hears of it: whoever was reached, and whoever is on duty, must know that it is graver. */
static void graver_tell(struct core *c, struct incident *i, enum level before, const char *note)
{
    AUTO_JSON(about);
    AUTO_JSON(text);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    AUTO_TEXT(cause);
    enum level now = grade_of(i);
    if (i->plan_live || now <= before)
        return;
    text_addf(&cause, "grade/%s", level_name(now));
    about = kept_json(i->about);
    const char *title = json_str_or(about, "title", "");
    text_addf(&zh, "【升级】%s：事件分级 %s。%s", title, level_name(now), note ? note : "");
    text_addf(&en, "Graver: %s: grade %s. %s", title, level_name(now), note ? note : "");
    text = json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
    notice_tell_reached(c, i, NULL, "muster.notify", text);
    alarm_raise(c, i, text_str(&cause), text_str(&en), text_str(&zh));
}

static bool update_takes(struct core *c, struct incident *i, const json_t *body,
                         json_t *occurrences, bool raw, wall_ms measured)
{
    size_t count, n = 0;
    enum level before = grade_of(i);
    struct incident **holders = holders_of(c, i, occurrences, &count);
    bool room = facts_room(c, i);
    while (room && n < count)
        room = facts_room(c, holders[n++]);
    if (room) {
        update_emit(c, i, body, occurrences, raw, measured);
        graver_tell(c, i, before, json_str(body, "note"));
    }
    for (n = 0; room && n < count; n++)
        facts_pass_on(c, i, holders[n], occurrences, measured);
    free(holders);
    return room;
}

bool incident_update(struct core *c, struct incident *i, const json_t *body)
{
    AUTO_JSON(occurrences);
    wall_ms measured = 0;
    bool raw;
    return update_measured(c, body, &measured) &&
           incident_facts(c, i, json_at(body, "fields"), &occurrences, &raw) &&
           update_takes(c, i, body, occurrences, raw, measured);
}

void decide_update(struct core *c)
{
    struct incident *i;
    if (!input_allowed(c, SCOPE_TRIGGER | SCOPE_RESPOND, "update") || !(i = input_incident(c)) ||
        !says_something(c, c->in->body))
        return;
    if (incident_update(c, i, c->in->body))
        core_reply_ok(c, incident_reply(i));
}
