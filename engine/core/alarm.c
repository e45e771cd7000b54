#include "core/alarm.h"

#include "core/incident.h"
#include "core/notice.h"

#include <stdlib.h>
#include <string.h>

static const int64_t ALARM_AGAIN_MS = MS_HOUR;

static bool alarm_fresh(const struct core *c, const struct incident *i, const char *cause)
{
    AUTO_JSON(alarms);
    alarms = kept_json(i->alarms);
    mono_ms last = json_int(alarms, cause, -1);
    return last < 0 || c->in->mono - last >= ALARM_AGAIN_MS;
}

static json_t *alarm_text(const struct incident *i, const char *en, const char *zh)
{
    AUTO_JSON(about);
    about = kept_json(i->about);
    const char *title = json_str_or(about, "title", "");
    AUTO_TEXT(line_en);
    AUTO_TEXT(line_zh);
    text_addf(&line_en, "Muster alarm, %s: %s", title, en);
    text_addf(&line_zh, "集结告警，%s：%s", title, zh);
    return json_pack("{s:s,s:s}", "en", text_str(&line_en), "zh", text_str(&line_zh));
}

/* The first rung of a target's people, each once. */
static void alarm_tell(struct core *c, struct incident *i, const struct rungs *people,
                       const json_t *text, json_t *told)
{
    for (size_t n = 0; people->count && n < people->at[0].count; n++) {
        const struct rung_person *p = &people->at[0].at[n];
        if (json_object_get(told, p->id))
            continue;
        json_put(told, p->id, json_true());
        notice_queue(
            c, i,
            &(struct notice_order){
                .step = "", .person = p, .text = text, .type = "muster.notify", .alarm = true});
    }
}

void alarm_raise(struct core *c, struct incident *i, const char *cause, const char *en,
                 const char *zh)
{
    if (!alarm_fresh(c, i, cause))
        return;
    AUTO_JSON(text);
    AUTO_JSON(told);
    AUTO_JSON(owner);
    text = alarm_text(i, en, zh);
    told = json_object();
    core_emit(c, REC_ALARM, i,
              (struct emit){.body = json_put_str(json_object(), "cause", cause),
                            .sealed = json_put(json_object(), "text", json_incref(text))});
    if (!c->site)
        return;
    struct rungs people = {0};
    site_resolve_duty_room(c->site->site, i->drill, c->in->wall, &people);
    alarm_tell(c, i, &people, text, told);
    rungs_done(&people);
    const struct plan_head *head = incident_head(c, i);
    bool of_plan = !strcmp(cause, ALARM_PLAN_ERROR) || !strcmp(cause, ALARM_DIVERGED);
    if (of_plan && head && plan_head_owner(head)) {
        owner = json_string(plan_head_owner(head));
        site_resolve(c->site->site, owner, NULL, i->drill, c->in->wall, &people);
        alarm_tell(c, i, &people, text, told);
        rungs_done(&people);
    }
}

void alarm_apply(struct core *c, struct incident *i, const struct record *r)
{
    json_t *alarms = kept_json(i->alarms);
    if (!alarms)
        alarms = json_object();
    json_put_int(alarms, json_str_or(r->body, "cause", "?"), r->mono);
    kept_set(&i->alarms, alarms);
    core_mark(c, i);
}
