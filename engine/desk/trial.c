#include "desk/trial.h"

#include "core/finding_code.h"
#include "core/level.h"
#include "core/site.h"
#include "desk/near.h"
#include "desk/said.h"
#include "desk/standing.h"
#include "plan/check.h"
#include "sim/model_store.h"

#include <stdlib.h>
#include <string.h>

/* A plan that is reviewed once a year is seen to be. */
#define LONGEST_MS (400 * MS_DAY)

/* In work and memory: an incident that begins, and so many records that a crash brings back. */
enum { TRIGGER_HAPPENINGS = 60, LOADED_A_HAPPENING = 64 };

static const char begins_else[] = "2026-01-05 09:00";

struct trial {
    struct trial_set set;
    struct stage *stage;  /* NULL: the night has not begun */
    json_t *checked;      /* of a site of its own; else that of the set */
    wall_ms begins;       /* 0: not said */
    struct uuid incident; /* whom people speak to */
    json_t *said;         /* the last update */
    size_t told;          /* of the trace */
    bool asserts;         /* something that can fail was said */
    struct never {
        char *part;
        size_t from;
        mono_ms at;
    } * nevers;
    size_t nevers_count, nevers_cap;
};

struct trial *trial_new(const struct trial_set *set)
{
    struct trial *t = mem_new(1, sizeof *t);
    t->set = *set;
    t->checked = json_share(set->checked);
    return t;
}

void trial_free(struct trial *t)
{
    if (!t)
        return;
    stage_free(t->stage);
    json_decref(t->checked);
    json_decref(t->said);
    for (size_t n = 0; n < t->nevers_count; n++)
        free(t->nevers[n].part);
    free(t->nevers);
    free(t);
}

const char *trial_trace(const struct trial *t)
{
    return t->stage ? trace_text(t->stage->trace) : "";
}

/* ---- before the night ---- */

static enum err not_yet(const struct trial *t, const char *verb, struct why *why)
{
    return t->stage ? why_set(why, ERR_INVALID, "t:%s comes before everything else of a test", verb)
                    : ERR_OK;
}

static const json_t *site_file(const struct trial *t, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const json_t *own = json_at(t->set.request, "site");
    size_t n;
    json_t *file;
    if (!strcmp(json_str_or(own, "name", ""), name))
        return own;
    json_array_foreach(json_unconst(t->set.sites), n, file)
    {
        if (!strcmp(json_str_or(file, "name", ""), name))
            return file;
    }
    return NULL;
}

enum err trial_site(struct trial *t, const char *path, struct why *why)
{
    AUTO_JSON(request);
    enum err e = not_yet(t, "site", why);
    const json_t *file = site_file(t, path);
    if (e)
        return e;
    if (!file)
        return why_set(
            why, ERR_INVALID,
            "t:site: there is no %s; the site is site.lua, and others lie in sites/ beside "
            "the plans",
            path);
    if (file == json_at(t->set.request, "site"))
        return ERR_OK;
    request = json_copy(json_unconst(t->set.request));
    json_put(request, "site", json_share(file));
    json_t *checked = check_set(request);
    if (!json_bool(checked, "ok")) {
        const json_t *first = finding_first(json_at(checked, "findings"));
        e = why_set(why, ERR_INVALID, "t:site: %s does not pass the check: %s:%d: %s", path,
                    json_str_or(first, "file", "?"), (int)json_int(first, "line", 0),
                    json_str_or(first, "text", "?"));
        json_decref(checked);
        return e;
    }
    json_decref(t->checked);
    t->checked = checked;
    return ERR_OK;
}

enum err trial_begin(struct trial *t, const char *at, struct why *why)
{
    wall_ms begins;
    enum err e = not_yet(t, "begin", why);
    if (e)
        return e;
    if (!stage_moment(at, stage_zone(t->checked), &begins))
        return why_set(why, ERR_INVALID, "t:begin: \"%s\" is no time; write \"2026-07-20 02:00\"",
                       at);
    return trial_begin_at(t, begins, why);
}

enum err trial_begin_at(struct trial *t, wall_ms at, struct why *why)
{
    enum err e = not_yet(t, "begin", why);
    if (!e)
        t->begins = at;
    return e;
}

static enum err night_wanted(struct trial *t, struct why *why)
{
    struct stage_setup setup = {.checked = t->checked,
                                .sources = t->set.sources,
                                .seed = 1,
                                .plan = t->set.plan,
                                .zh = t->set.zh,
                                .no_scopes = t->set.no_scopes,
                                .own_only = t->set.own_only,
                                .line = t->set.line,
                                .ctx = t->set.ctx};
    if (t->stage)
        return ERR_OK;
    setup.begins = t->begins;
    if (!setup.begins)
        stage_moment(begins_else, stage_zone(t->checked), &setup.begins);
    t->stage = stage_new(&setup, why);
    return t->stage ? ERR_OK : ERR_INVALID;
}

/* What a verb costs at once, of what may happen in a night: else a loop of verbs costs nothing. */
static enum err spend(struct trial *t, int64_t happenings, struct why *why)
{
    if (happenings >= t->stage->happenings)
        return why_set(why, ERR_LIMIT,
                       "more happens than one night may hold: is there a loop that never ends?");
    t->stage->happenings -= happenings;
    return ERR_OK;
}

/* ---- people and endpoints ---- */

static enum err known(const struct trial *t, const char *table, const char *id, const char *what,
                      struct why *why)
{
    AUTO_TEXT(sentence);
    text_addf(&sentence, "the site has no %s \"%s\"", what, id);
    return strcmp(id, "*") ? near_missing(json_at(json_at(t->checked, "site"), table), id,
                                          ERR_INVALID, text_str(&sentence), why)
                           : ERR_OK;
}

static enum err person_acts(struct trial *t, const char *id, enum cast_does does, int64_t after_ms,
                            void (*say)(struct cast *, const char *, const struct cast_part *),
                            struct why *why)
{
    bool desk = !strncmp(id, "dept:", 5); /* one that is reached by its own telephone */
    enum err e = desk ? known(t, "departments", id + 5, "department", why)
                      : known(t, "people", id, "person", why);
    if (!e)
        e = night_wanted(t, why);
    if (e)
        return e;
    struct cast_part part = cast_part_of(t->stage->cast, id);
    part.does = does;
    part.from_ms = part.to_ms = after_ms;
    part.percent = 100;
    say(t->stage->cast, id, &part);
    return ERR_OK;
}

enum err trial_person(struct trial *t, const char *id, enum cast_does does, int64_t after_ms,
                      struct why *why)
{
    return person_acts(t, id, does, after_ms, cast_person, why);
}

enum err trial_person_then(struct trial *t, const char *id, enum cast_does does, int64_t after_ms,
                           struct why *why)
{
    return person_acts(t, id, does, after_ms, cast_person_then, why);
}

enum err trial_chooses(struct trial *t, const char *id, const char *call, const char *choice,
                       struct why *why)
{
    enum err e = night_wanted(t, why);
    if (!e)
        cast_chooses(t->stage->cast, id, call, choice);
    return e;
}

enum err trial_orders(struct trial *t, const char *id, int64_t after_ms, struct why *why)
{
    enum err e = known(t, "people", id, "person", why);
    if (!e)
        e = night_wanted(t, why);
    if (e)
        return e;
    struct cast_part part = cast_part_of(t->stage->cast, id);
    part.orders = after_ms >= 0;
    part.orders_ms = after_ms;
    cast_person(t->stage->cast, id, &part);
    return ERR_OK;
}

enum err trial_endpoint(struct trial *t, const char *name, int64_t fails_ms, struct why *why)
{
    enum err e = known(t, "endpoints", name, "endpoint", why);
    if (!e)
        e = night_wanted(t, why);
    if (e)
        return e;
    mono_ms now = night_mono(t->stage->night);
    cast_fault(t->stage->cast, name, fails_ms ? 503 : 200, now,
               fails_ms > 0 ? now + fails_ms : INT64_MAX);
    return ERR_OK;
}

enum err trial_endpoint_says(struct trial *t, const char *name, const char *body, struct why *why)
{
    enum err e = known(t, "endpoints", name, "endpoint", why);
    if (!e)
        e = night_wanted(t, why);
    if (!e)
        cast_says(t->stage->cast, name, body);
    return e;
}

const char *trial_holder(const struct trial *t, const char *target)
{
    const char *holder = t->stage && t->stage->site ? site_holder(t->stage->site, target) : NULL;
    if (holder)
        return holder;
    return strncmp(target, "person:", 7) ? target : target + 7;
}

/* ---- what people say ---- */

static enum err never_check(const struct trial *t, struct why *why);

static enum err answered(struct trial *t, const json_t *reply, struct why *why)
{
    struct why ours;
    enum err e = night_trouble(t->stage->night, &ours);
    if (e)
        return why_set(why, ERR_INVALID, "%s", ours.text);
    if (reply && !json_bool(reply, "ok"))
        return why_set(why, ERR_CONFLICT, "refused: %s", json_str_or(reply, "error", "?"));
    return never_check(t, why);
}

/* Asked as at the socket: what that refuses, a test cannot say. */
static enum err asked(struct trial *t, enum input_kind kind, struct uuid incident, json_t *takes,
                      struct why *why)
{
    json_t *body;
    enum err e = said_read(kind, incident, takes, &body, why);
    if (e)
        return e;
    const json_t *reply = night_ask(t->stage->night, kind, incident, body);
    if (kind == IN_TRIGGER)
        uuid_parse(json_str_or(reply, "incident", ""), &t->incident);
    return answered(t, reply, why);
}

enum err trial_trigger(struct trial *t, json_t *takes, struct why *why)
{
    enum err e = night_wanted(t, why);
    if (!e)
        e = spend(t, TRIGGER_HAPPENINGS, why);
    if (e) {
        json_decref(takes);
        return e;
    }
    if (json_str(takes, "plan") && !json_at(takes, "title"))
        json_put(takes, "title", stage_title(t->checked, json_str(takes, "plan"), t->set.zh));
    return asked(t, IN_TRIGGER, (struct uuid){0}, takes, why);
}

enum err trial_drill(struct trial *t, const json_t *scenario, json_t *takes, struct why *why)
{
    const char *name = json_str(scenario, "name");
    enum err e = night_wanted(t, why);
    if (e) {
        json_decref(takes);
        return e;
    }
    if (name)
        night_take_scenario(t->stage->night, name, scenario);
    json_put_str(takes, "scenario", name);
    const json_t *reply = night_ask(t->stage->night, IN_DRILL_START, (struct uuid){0}, takes);
    uuid_parse(json_str_or(reply, "incident", ""), &t->incident);
    return answered(t, reply, why);
}

static enum err wants_incident(const struct trial *t, struct why *why)
{
    return t->stage && !uuid_is_none(t->incident)
               ? ERR_OK
               : why_set(why, ERR_INVALID,
                         "nothing has been triggered yet: t:trigger{…} comes first");
}

enum err trial_say(struct trial *t, enum input_kind kind, json_t *takes, struct why *why)
{
    enum err e = wants_incident(t, why);
    if (e) {
        json_decref(takes);
        return e;
    }
    if (kind == IN_UPDATE) {
        json_decref(t->said);
        t->said = json_deep_copy(takes);
    }
    return asked(t, kind, t->incident, takes, why);
}

/* Often enough for the fact that is stale first. */
static int64_t often(const struct trial *t)
{
    int64_t least = 2 * MS_HOUR;
    size_t n;
    json_t *plan, *fact;
    const char *name;
    json_array_foreach(json_unconst(json_at(t->checked, "plans")), n, plan)
    {
        json_object_foreach(json_unconst(json_at(json_at(plan, "head"), "facts")), name, fact)
        {
            int64_t ms;
            if (duration_parse(json_str_or(fact, "stale_after", ""), true, &ms) && ms < least)
                least = ms;
        }
    }
    return least / 2 > MS_MINUTE ? least / 2 : MS_MINUTE;
}

enum err trial_keeps(struct trial *t, int64_t ms, struct why *why)
{
    if (!t->said)
        return why_set(why, ERR_INVALID, "keeps: there is no update before it");
    int64_t each = often(t);
    enum err e = spend(t, ms / each, why);
    if (e)
        return e;
    for (int64_t after = each; after <= ms; after += each)
        night_later(t->stage->night, after, IN_UPDATE, t->incident, json_deep_copy(t->said));
    return ERR_OK;
}

/* ---- what people do with what stands ---- */

static json_t *rows_of(const struct trial *t, enum row_kind kind)
{
    return standing_rows(t->stage->night, kind, t->incident);
}

static enum err named(struct trial *t, enum row_kind kind, const char *what, const char *name,
                      char ret_id[UUID_TEXT], struct why *why)
{
    AUTO_JSON(rows);
    enum err e = wants_incident(t, why);
    if (e)
        return e;
    rows = rows_of(t, kind);
    const json_t *row = standing_named(rows, name);
    if (!row)
        return why_set(why, ERR_CONFLICT, "there is no %s \"%s\"", what, name);
    snprintf(ret_id, UUID_TEXT, "%s", json_str_or(row, "id", ""));
    return ERR_OK;
}

static json_t *act_body(json_t *takes_more, const char *key, const char *id)
{
    return json_put_str(takes_more ? takes_more : json_object(), key, id);
}

enum err trial_item(struct trial *t, const char *name, const char *action, json_t *takes_more,
                    struct why *why)
{
    char id[UUID_TEXT];
    enum err e = named(t, ROW_ITEM, "item", name, id, why);
    if (!e)
        return asked(t, IN_ITEM, t->incident,
                     json_put_str(act_body(takes_more, "item", id), "action", action), why);
    json_decref(takes_more);
    return e;
}

enum err trial_report(struct trial *t, const char *name, const char *action, json_t *takes_more,
                      struct why *why)
{
    char id[UUID_TEXT];
    enum err e = named(t, ROW_REPORT, "report", name, id, why);
    if (e) {
        json_decref(takes_more);
        return e;
    }
    json_t *body = act_body(takes_more, "report", id);
    if (strcmp(action, "edit") != 0)
        return asked(t, IN_REPORT, t->incident, json_put_str(body, "action", action), why);
    if (!json_at(body, "rev")) /* whoever edits has just read it */
        json_put(body, "revs", json_pack("[s]", "*"));
    return asked(t, IN_REPORT_EDIT, t->incident, body, why);
}

static void incident_look(void *ctx, const struct row *row)
{
    json_t *of = ctx;
    const char *plan = json_str_or(of, "plan", "");
    if (row->kind == ROW_INCIDENT && row->plan && !strcmp(row->plan, plan))
        json_array_append_new(json_object_get(of, "ids"), json_string(row->id));
}

enum err trial_about(struct trial *t, const char *plan, int nth, struct why *why)
{
    AUTO_JSON(of);
    enum err e = night_wanted(t, why); /* a schedule may have opened it: nobody has triggered */
    if (e)
        return e;
    of = json_put(json_put_str(json_object(), "plan", plan), "ids", json_array());
    model_store_load(night_store(t->stage->night), true, incident_look, of);
    const json_t *ids = json_at(of, "ids");
    if (nth < 1 || (size_t)nth > json_array_size(ids))
        return why_set(why, ERR_CONFLICT, "t:about: there are %zu incidents of the plan \"%s\"",
                       json_array_size(ids), plan);
    uuid_parse(json_string_value(json_array_get(ids, (size_t)nth - 1)), &t->incident);
    return ERR_OK;
}

/* ---- its records ---- */

struct each_of {
    struct uuid incident;
    void (*each)(void *ctx, const struct record *r);
    void *ctx;
};

static void each_own(void *ctx, const struct record *r)
{
    const struct each_of *of = ctx;
    if (uuid_cmp(r->incident, of->incident) == 0)
        of->each(of->ctx, r);
}

void trial_records(const struct trial *t, void (*each)(void *ctx, const struct record *r),
                   void *ctx)
{
    struct each_of of = {.incident = t->incident, .each = each, .ctx = ctx};
    if (t->stage && !uuid_is_none(t->incident))
        model_store_journal(night_store(t->stage->night), each_own, &of);
}

/* ---- time ---- */

enum err trial_crash(struct trial *t, const char *what, struct why *why)
{
    enum err e = night_wanted(t, why);
    if (!e)
        e = spend(t, model_store_last_seq(night_store(t->stage->night)) / LOADED_A_HAPPENING, why);
    if (e)
        return e;
    struct night *night = t->stage->night;
    if (!strcmp(what, "engine")) {
        night_crash(night, NIGHT_CRASH_ENGINE, 0, false);
    } else if (!strcmp(what, "planner")) {
        for (int slot = 0; slot < SLOT_QUARANTINE; slot++)
            night_crash(night, NIGHT_CRASH_PLANNER, slot, false);
    } else if (!strcmp(what, "courier")) {
        night_crash(night, NIGHT_CRASH_COURIER, 0, false);
    } else {
        return why_set(why, ERR_INVALID,
                       "t:crash: \"%s\" cannot crash; engine, planner and courier can", what);
    }
    return answered(t, NULL, why);
}

enum err trial_advance(struct trial *t, int64_t ms, struct why *why)
{
    enum err e = night_wanted(t, why);
    if (!e && night_mono(t->stage->night) + ms > LONGEST_MS)
        e = why_set(why, ERR_INVALID, "t:advance: the night of a test lasts at most 400 days");
    if (!e)
        e = stage_advance(t->stage, ms, why);
    return e ? e : never_check(t, why);
}

/* ---- what was told ---- */

static bool line_holds(const char *line, size_t len, const char *part, size_t part_len)
{
    return part_len <= len && memmem(line, len, part, part_len) != NULL;
}

/* The next line of the test's text without the blanks around it; false: there is none. */
static bool want_next(const char **at, const char **ret, size_t *ret_len)
{
    while (**at == ' ' || **at == '\n' || **at == '\t')
        (*at)++;
    if (!**at)
        return false;
    size_t len = strcspn(*at, "\n");
    *ret = *at;
    *at += len;
    while (len && ((*ret)[len - 1] == ' ' || (*ret)[len - 1] == '\t'))
        len--;
    *ret_len = len;
    return true;
}

/* That a line was told, but before the one that the test has just seen, is another mistake. */
static enum err untold(const struct trial *t, const char *want, size_t len, struct why *why)
{
    const char *at = memmem(trial_trace(t), strlen(trial_trace(t)), want, len);
    return why_set(why, ERR_CONFLICT, "the trace does not tell: %.*s%s", (int)len, want,
                   at ? "; it did so earlier: lines come in their order, and what was told before "
                        "the last t:tells is past"
                      : "");
}

void trial_looked(struct trial *t)
{
    t->asserts = true;
}

enum err trial_tells(struct trial *t, const char *lines, bool exactly, struct why *why)
{
    const char *want, *from = trial_trace(t) + t->told;
    size_t want_len;
    t->asserts = true;
    while (want_next(&lines, &want, &want_len)) {
        bool found = false;
        while (*from && !found) {
            size_t len = strcspn(from, "\n");
            found = line_holds(from, len, want, want_len);
            if (!found && exactly)
                return why_set(why, ERR_CONFLICT,
                               "the trace tells \"%.*s\" where the test has "
                               "\"%.*s\"",
                               (int)len, from, (int)want_len, want);
            from += len + (from[len] == '\n');
        }
        if (!found)
            return untold(t, want, want_len, why);
    }
    if (exactly && *from)
        return why_set(why, ERR_CONFLICT, "the trace tells more: %.*s", (int)strcspn(from, "\n"),
                       from);
    t->told = strlen(trial_trace(t));
    return ERR_OK;
}

enum err trial_never(struct trial *t, const char *part, struct why *why)
{
    if (!*part)
        return why_set(why, ERR_INVALID, "t:never: say what must never be told");
    t->asserts = true;
    t->nevers = mem_grow(t->nevers, &t->nevers_cap, t->nevers_count + 1, sizeof *t->nevers);
    t->nevers[t->nevers_count++] = (struct never){.part = mem_str(part),
                                                  .from = strlen(trial_trace(t)),
                                                  .at = t->stage ? night_mono(t->stage->night) : 0};
    return ERR_OK;
}

static enum err never_check(const struct trial *t, struct why *why)
{
    for (size_t n = 0; n < t->nevers_count; n++) {
        const char *trace = trial_trace(t) + t->nevers[n].from;
        const char *there = strstr(trace, t->nevers[n].part);
        if (!there)
            continue;
        while (there > trace && there[-1] != '\n')
            there--;
        return why_set(why, ERR_CONFLICT, "the trace tells what it must never: %.*s",
                       (int)strcspn(there, "\n"), there);
    }
    return ERR_OK;
}

/* One that nothing followed forbids nothing: whoever wrote it meant something else. */
enum err trial_end(struct trial *t, struct why *why)
{
    mono_ms now = t->stage ? night_mono(t->stage->night) : 0;
    for (size_t n = 0; n < t->nevers_count; n++) {
        const struct never *never = &t->nevers[n];
        if (never->at == now && never->from == strlen(trial_trace(t)))
            return why_set(why, ERR_INVALID,
                           "t:never \"%s\" is the last word: it holds from where it stands on, so "
                           "put it before what must not bring it",
                           never->part);
    }
    if (!t->asserts)
        return why_set(why, ERR_INVALID,
                       "the test asserts nothing, so that it cannot fail: say what is to come, by "
                       "t:tells, t:never or t:expect");
    return never_check(t, why);
}

enum err trial_expect(struct trial *t, const json_t *what, struct why *why)
{
    enum err e = wants_incident(t, why);
    if (e)
        return e;
    t->asserts = t->asserts || json_object_size(what);
    return standing_expect(t->stage, t->incident, what, why);
}
