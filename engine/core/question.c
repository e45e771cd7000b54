#include "core/question.h"

#include "core/answer.h"
#include "core/call.h"
#include "core/choice.h"
#include "core/form.h"
#include "core/notice.h"
#include "core/plan_run.h"
#include "core/role.h"

#include <stdlib.h>
#include <string.h>

/* --- asking --- */

static void choices_say(const json_t *choices, bool zh, struct text *to)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(choices), n, one) text_addf(
        to, "%s%s", n ? zh ? "／" : " / " : "", words_in(one, zh ? "zh" : "en", zh ? "en" : "zh"));
}

static json_t *question_text(const json_t *spec)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    text_addf(&zh, "【询问】%s 请选择：", words_in(json_at(spec, "text"), "zh", "en"));
    text_addf(&en, "Question: %s Please choose: ", words_in(json_at(spec, "text"), "en", "zh"));
    choices_say(json_at(spec, "choices"), true, &zh);
    choices_say(json_at(spec, "choices"), false, &en);
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}

void question_begin(struct core *c, struct call *call)
{
    AUTO_JSON(spec);
    struct rung people = {0};
    spec = kept_json(call->spec);
    incident_resolve_first(c, call->incident, json_at(spec, "to"), &people);
    if (!people.count)
        call_duty_room_instead(
            c, call, "a question of the plan has nobody to go to: the duty room is asked instead",
            "预案的一次询问没有可达人员，改询值班室", &people);
    json_put(spec, "text", question_text(spec));
    call_ring_once(c, call, spec, &people, json_int(spec, "within_ms", MS_HOUR));
    rung_done(&people);
}

/* The department of a person, or the department that is reached as such. NULL: none. Gives. */
static json_t *department_of(const struct core *c, const char *person)
{
    AUTO_JSON(targets);
    size_t n;
    json_t *one;
    targets = site_targets_of(c->site->site, person);
    json_array_foreach(targets, n, one)
    {
        const char *target = json_string_value(one);
        if (strncmp(target, "dept:", 5) != 0)
            continue;
        json_t *dept = json_put_str(json_object(), "id", target + 5);
        json_put_str(dept, "name", site_target_name(c->site->site, target, core_language(c)));
        return json_put_str(dept, "target", target);
    }
    return NULL;
}

void question_group(const struct core *c, const json_t *spec, json_t *asked)
{
    size_t n;
    json_t *one;
    if (!json_str(spec, "one_per") || !c->site)
        return;
    json_array_foreach(asked, n, one)
    {
        json_t *dept = department_of(c, json_str_or(one, "id", ""));
        if (dept)
            json_put(one, "per", dept);
    }
}

/* --- who has chosen what --- */

/*
 * Whoever is counted as one: {"id","name","target","waits"?,"choice"?,"note"?,"at"?,"by"?}.
 *
 * places   {target: place in units}, of those that are there.
 */
static json_t *unit_of(json_t *units, json_t *places, const json_t *asked)
{
    const json_t *per = json_at(asked, "per");
    json_t *fresh = per ? json_deep_copy(per) : call_named(asked);
    const char *target = json_str_or(fresh, "target", "?");
    int64_t place = json_int(places, target, -1);
    if (place < 0) {
        json_put_int(places, target, (int64_t)json_array_size(units));
        json_array_append_new(units, fresh);
        return fresh;
    }
    json_decref(fresh);
    return json_array_get(units, (size_t)place);
}

/* The last one counts: a correction, or the word of another for the same department. */
static void unit_choose(json_t *unit, const json_t *asked)
{
    const json_t *choice = json_at(asked, "choice");
    if (!choice || json_int(choice, "at", 0) < json_int(unit, "at", 0))
        return;
    json_object_del(unit, "note");
    json_object_update(unit, json_unconst(choice));
    json_put_str(unit, "by", json_str(asked, "id"));
}

/* All who are counted, in the order of those asked. Gives. */
static json_t *units_of(const struct call *call)
{
    AUTO_JSON(asked);
    AUTO_JSON(none);
    AUTO_JSON(places);
    json_t *units = json_array(), *one;
    size_t n;
    asked = kept_json(call->asked);
    none = call_giving_none(call);
    places = json_object();
    json_array_foreach(asked, n, one)
    {
        json_t *unit = unit_of(units, places, one);
        unit_choose(unit, one);
        if (!json_at(none, json_str_or(one, "id", "")))
            json_put_true(unit, "waits", true);
    }
    return units;
}

static json_t *named(const json_t *unit)
{
    json_t *person = json_put_str(json_object(), "id", json_str(unit, "id"));
    json_put_str(person, "name", json_str(unit, "name"));
    return json_put_str(person, "target", json_str(unit, "target"));
}

/* {"present":[],…}: by choice, each of them there. Gives. */
static json_t *by_choice_new(const json_t *spec)
{
    json_t *by_choice = json_object(), *one;
    size_t n;
    json_array_foreach(json_unconst(json_at(spec, "choices")), n, one)
        json_put(by_choice, choice_name(one), json_array());
    return by_choice;
}

/* {"asked","answered","silent","by_choice"}: what the plan is told. Gives. */
static json_t *tally_of(const json_t *spec, const json_t *units)
{
    json_t *all = json_array(), *answered = json_array(), *silent = json_array();
    json_t *by_choice = by_choice_new(spec), *unit;
    size_t n;
    json_array_foreach(json_unconst(units), n, unit)
    {
        const char *choice = json_str(unit, "choice");
        json_array_append_new(all, named(unit));
        if (!choice) {
            json_array_append_new(silent, named(unit));
            continue;
        }
        json_t *said = json_copy(unit);
        json_object_del(said, "waits");
        json_array_append(json_object_get(by_choice, choice), said);
        json_array_append_new(answered, said);
    }
    return json_pack("{s:o,s:o,s:o,s:o}", "asked", all, "answered", answered, "silent", silent,
                     "by_choice", by_choice);
}

/* --- the end --- */

/* So many have to choose: at_least of them, else all. */
static int64_t wanted_of(const json_t *spec, const json_t *units)
{
    return json_int(spec, "at_least", (int64_t)json_array_size(units));
}

/* How many chose what: for the timeline. Gives. */
static json_t *counts_of(const json_t *by_choice)
{
    json_t *counts = json_object();
    const char **names = json_keys(by_choice, NULL);
    for (size_t n = 0; names[n]; n++)
        json_put_int(counts, names[n], (int64_t)json_array_size(json_at(by_choice, names[n])));
    free(names);
    return counts;
}

void question_end(struct core *c, struct call *call, const char *why)
{
    struct incident *i = call->incident;
    AUTO_JSON(spec);
    AUTO_JSON(units);
    AUTO_JSON(tally);
    AUTO_TEXT(step);
    spec = kept_json(call->spec);
    units = units_of(call);
    tally = tally_of(spec, units);
    text_add(&step, call->step);
    int64_t given = (int64_t)json_array_size(json_at(tally, "answered"));
    json_t *ev = plan_event(NULL, json_pack("[s]", call->step), c->in->wall);
    json_object_update(ev, tally);
    json_put(ev, "enough", json_boolean(given >= wanted_of(spec, units)));
    json_t *body = json_put_str(json_put_str(json_object(), "step", call->step), "why", why);
    json_put_int(body, "asked", (int64_t)json_array_size(units));
    json_put_int(body, "answered", given);
    json_t *sealed = json_put(json_object(), "ev", ev);
    json_put(sealed, "text", json_share(json_at(spec, "text")));
    json_put(sealed, "counts", counts_of(json_at(tally, "by_choice")));
    core_emit(c, REC_TALLIED, i, (struct emit){.body = body, .sealed = sealed});
    notice_recall_step(c, i, text_str(&step));
}

void question_check(struct core *c, struct call *call)
{
    AUTO_JSON(spec);
    AUTO_JSON(units);
    int64_t given = 0, waited = 0;
    size_t n;
    json_t *unit;
    spec = kept_json(call->spec);
    units = units_of(call);
    json_array_foreach(units, n, unit)
    {
        given += json_at(unit, "choice") != NULL;
        waited += !json_at(unit, "choice") && json_bool(unit, "waits");
    }
    if (json_array_size(units) && (!waited || given >= wanted_of(spec, units)))
        question_end(c, call, "answered");
}

/* --- choices --- */

static bool is_asked(const struct call *call, const struct answer *a)
{
    return call->asks && (!a->step || !strcmp(call->step, a->step)) && call_asked(call, a->person);
}

static void refuse_choice(struct core *c, const json_t *spec, const char *said)
{
    AUTO_TEXT(names);
    const char *list[CHOICES_MAX + 1] = {NULL};
    size_t count = 0, n;
    json_t *one;
    json_array_foreach(json_unconst(json_at(spec, "choices")), n, one)
    {
        text_addf(&names, "%s\"%s\"", n ? ", " : "", choice_name(one));
        if (count < CHOICES_MAX)
            list[count++] = choice_name(one);
    }
    core_refuse(c, CODE_BAD_FIELD, "choice", text_nearest(said, list),
                "\"%s\" is none of the choices; they are %s", said, text_str(&names));
}

bool question_fits(struct core *c, const struct incident *i, const struct answer *a)
{
    const struct call *call, *asked = NULL;
    AUTO_JSON(first);
    if (!a->choice || !a->person)
        return true;
    LIST_FOREACH(call, &i->calls, link)
    {
        AUTO_JSON(spec);
        if (!is_asked(call, a))
            continue;
        spec = kept_json(call->spec);
        if (choice_meant(json_at(spec, "choices"), a->choice))
            return true;
        if (!asked)
            first = json_incref(spec);
        asked = call;
    }
    if (!asked)
        return true; /* too late: it is recorded as it was said */
    refuse_choice(c, first, a->choice);
    return false;
}

static void choice_take(struct core *c, struct incident *i, const struct call *call,
                        const struct answer *a)
{
    char id[UUID_TEXT];
    AUTO_JSON(spec);
    spec = kept_json(call->spec);
    const char *choice = a->choice ? choice_meant(json_at(spec, "choices"), a->choice) : NULL;
    json_t *ev = answer_event(c, "answer", a, NULL);
    json_put_str(ev, "choice", choice);
    json_put_str(ev, "call", call->step);
    json_t *body = json_put_str(json_put_str(json_object(), "by", a->person), "call", call->step);
    json_put_true(body, "awaited", !choice);
    json_put_str(body, "notice", a->notice ? uuid_text(a->notice->id, id) : NULL);
    core_emit(c, REC_CHOICE_GIVEN, i,
              (struct emit){.actor = answer_actor(c, a),
                            .body = body,
                            .sealed = json_put(json_object(), "ev", ev)});
    if (a->notice)
        notice_arrived(c, a->notice);
}

bool question_answer(struct core *c, struct incident *i, const struct answer *a)
{
    struct call *call, *next;
    bool waited = false;
    for (call = LIST_FIRST(&i->calls); call; call = next) {
        next = LIST_NEXT(call, link);
        if (!is_asked(call, a))
            continue;
        choice_take(c, i, call, a);
        question_check(c, call);
        waited = true;
    }
    return waited;
}

/* --- applying --- */

void question_apply_choice(struct incident *i, const struct record *r)
{
    struct call *call = call_find(i, json_str_or(r->body, "call", ""));
    const json_t *ev = record_at(r, "ev");
    size_t n;
    json_t *one;
    if (!call || json_bool(r->body, "awaited"))
        return;
    json_t *asked = kept_json(call->asked);
    json_array_foreach(asked, n, one)
    {
        if (strcmp(json_str_or(one, "id", ""), json_str_or(r->body, "by", "?")) != 0)
            continue;
        json_t *choice = json_put_int(json_object(), "at", r->at_ms);
        json_put_str(json_put_str(choice, "choice", json_str(ev, "choice")), "note",
                     json_str(ev, "note"));
        json_put(one, "choice", choice);
    }
    kept_set(&call->asked, asked);
}
