#include "core/consult.h"

#include "core/alarm.h"
#include "core/answer.h"
#include "core/call.h"
#include "core/form.h"
#include "core/notice.h"
#include "core/plan_run.h"
#include "core/role.h"

#include <stdlib.h>
#include <string.h>

/* --- asking --- */

static json_t *question_text(const json_t *spec)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    text_addf(&zh, "【会商】%s 请附意见答复", words_in(json_at(spec, "text"), "zh", "en"));
    text_addf(&en, "Consultation: %s Answer with your opinion",
              words_in(json_at(spec, "text"), "en", "zh"));
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}

void consult_begin(struct core *c, struct call *call)
{
    AUTO_JSON(spec);
    struct rung people = {0};
    spec = kept_json(call->spec);
    incident_resolve_first(c, call->incident, json_at(spec, "to"), &people);
    if (!people.count)
        call_duty_room_instead(c, call,
                               "a consultation has nobody to ask: the duty room is asked instead",
                               "会商没有可达人员，改询值班室", &people);
    json_put(spec, "text", question_text(spec));
    call_ring_once(c, call, spec, &people, json_int(spec, "within_ms", MS_HOUR));
    rung_done(&people);
}

/* --- who has said what --- */

/* {"asked","answered","silent","opinions"}: what the plan and the chair are told. */
static json_t *outcome_of(const struct call *call)
{
    AUTO_JSON(asked);
    json_t *all = json_array(), *answered = json_array(), *silent = json_array();
    json_t *opinions = json_array(), *one;
    size_t n;
    asked = kept_json(call->asked);
    json_array_foreach(asked, n, one)
    {
        const json_t *opinion = json_at(one, "opinion");
        json_array_append_new(all, call_named(one));
        json_array_append_new(opinion ? answered : silent, call_named(one));
        if (!opinion)
            continue;
        json_t *copy = json_deep_copy(opinion);
        json_put_str(json_put_str(copy, "by", json_str(one, "id")), "name", json_str(one, "name"));
        json_array_append_new(opinions, copy);
    }
    return json_pack("{s:o,s:o,s:o,s:o}", "asked", all, "answered", answered, "silent", silent,
                     "opinions", opinions);
}

/* --- the end --- */

static void names_say(const json_t *people, bool zh, struct text *to)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(people), n, one)
        text_addf(to, "%s%s", n ? zh ? "、" : ", " : "", json_str_or(one, "name", "?"));
}

static void outcome_say(const json_t *spec, const json_t *outcome, bool zh, struct text *to)
{
    const json_t *opinions = json_at(outcome, "opinions");
    size_t given = json_array_size(opinions), n;
    int64_t wanted = json_int(spec, "at_least", 0);
    json_t *one;
    text_addf(to, zh ? "【会商意见】%s" : "Opinions: %s",
              words_in(json_at(spec, "text"), zh ? "zh" : "en", zh ? "en" : "zh"));
    json_array_foreach(json_unconst(opinions), n, one)
    {
        text_addf(to, zh ? "；%s：%s" : "; %s: %s", json_str_or(one, "name", "?"),
                  json_str_or(one, "note", ""));
        if (json_str(one, "file"))
            text_addf(to, zh ? "（附件 %s）" : " (file %s)", json_str(one, "file"));
    }
    if (json_array_size(json_at(outcome, "silent"))) {
        text_add(to, zh ? "；未给意见：" : "; no opinion from ");
        names_say(json_at(outcome, "silent"), zh, to);
    }
    if (wanted > (int64_t)given)
        text_addf(to, zh ? "；至少应有 %lld 份" : "; at least %lld are wanted", (long long)wanted);
}

static void chair_tell(struct core *c, struct incident *i, const char *step, const json_t *spec,
                       const json_t *outcome)
{
    AUTO_JSON(text);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    struct rung people = {0};
    if (!json_at(spec, "chair") || !c->site)
        return;
    outcome_say(spec, outcome, true, &zh);
    outcome_say(spec, outcome, false, &en);
    text = json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
    incident_resolve_first(c, i, json_at(spec, "chair"), &people);
    for (size_t n = 0; n < people.count; n++)
        notice_queue(
            c, i,
            &(struct notice_order){
                .step = step, .person = &people.at[n], .text = text, .type = "muster.notify"});
    if (!people.count)
        alarm_raise(c, i, "empty_target", "the chair of a consultation cannot be reached",
                    "会商主持人不可达");
    rung_done(&people);
}

void consult_end(struct core *c, struct call *call, const char *why)
{
    struct incident *i = call->incident;
    AUTO_JSON(spec);
    AUTO_JSON(outcome);
    AUTO_TEXT(step);
    spec = kept_json(call->spec);
    outcome = outcome_of(call);
    text_add(&step, call->step);
    size_t given = json_array_size(json_at(outcome, "opinions"));
    json_t *ev = plan_event(NULL, json_pack("[s]", call->step), c->in->wall);
    const char *key;
    json_t *value;
    json_object_foreach(outcome, key, value) json_put(ev, key, json_incref(value));
    json_put(ev, "enough", json_boolean((int64_t)given >= json_int(spec, "at_least", 0)));
    json_t *body = json_put_str(json_put_str(json_object(), "step", call->step), "why", why);
    json_put_int(body, "asked", (int64_t)json_array_size(json_at(outcome, "asked")));
    json_put_int(body, "opinions", (int64_t)given);
    json_t *sealed = json_put(json_object(), "ev", ev);
    json_put(sealed, "text", json_share(json_at(spec, "text")));
    core_emit(c, REC_CONSULTED, i, (struct emit){.body = body, .sealed = sealed});
    notice_recall_step(c, i, text_str(&step));
    chair_tell(c, i, text_str(&step), spec, outcome);
}

void consult_check(struct core *c, struct call *call)
{
    AUTO_JSON(asked);
    AUTO_JSON(none);
    size_t n;
    json_t *one;
    asked = kept_json(call->asked);
    none = call_giving_none(call);
    json_array_foreach(asked, n, one)
    {
        if (!json_at(one, "opinion") && !json_at(none, json_str_or(one, "id", "")))
            return;
    }
    if (json_array_size(asked))
        consult_end(c, call, "answered");
}

/* --- opinions --- */

static void opinion_take(struct core *c, struct incident *i, const struct call *call,
                         const struct answer *a)
{
    char id[UUID_TEXT];
    bool awaited = !a->note && !a->file;
    json_t *ev = answer_event(c, "answer", a, NULL);
    json_put_str(ev, "call", call->step);
    json_t *body = json_put_str(json_put_str(json_object(), "by", a->person), "call", call->step);
    json_put_true(body, "awaited", awaited);
    json_put_str(body, "notice", a->notice ? uuid_text(a->notice->id, id) : NULL);
    core_emit(c, REC_OPINION_GIVEN, i,
              (struct emit){.actor = answer_actor(c, a),
                            .body = body,
                            .sealed = json_put(json_object(), "ev", ev)});
    if (a->notice)
        notice_arrived(c, a->notice);
}

bool consult_answer(struct core *c, struct incident *i, const struct answer *a)
{
    struct call *call, *next;
    bool waited = false;
    for (call = LIST_FIRST(&i->calls); call; call = next) {
        next = LIST_NEXT(call, link);
        if (!call->consults || (a->step && strcmp(call->step, a->step) != 0) ||
            !call_asked(call, a->person))
            continue;
        opinion_take(c, i, call, a);
        consult_check(c, call);
        waited = true;
    }
    return waited;
}

/* --- applying --- */

void consult_apply_opinion(struct incident *i, const struct record *r)
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
        json_t *opinion = json_put_int(json_object(), "at", r->at_ms);
        json_put_str(json_put_str(opinion, "note", json_str(ev, "note")), "file",
                     json_str(ev, "file"));
        json_put(one, "opinion", opinion);
    }
    kept_set(&call->asked, asked);
}
