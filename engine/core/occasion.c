#include "core/occasion.h"

#include "base/civil.h"
#include "base/date.h"
#include "core/alarm.h"
#include "core/form.h"
#include "core/incident.h"
#include "core/plan_run.h"
#include "core/trigger.h"
#include "core/upkeep.h"

#include <stdlib.h>
#include <string.h>

/* Of what came longer ago nothing is opened; and how often it is tried where there is no room. */
static const int64_t LATE_MS_MAX = 400 * MS_DAY, AGAIN_MS = MS_MINUTE;

/* ---- which was opened last ---- */

static void key_add(const char *plan, const char *occasion, struct text *to)
{
    text_addf(to, "%s/%s", plan, occasion);
}

static wall_ms opened_last(const struct core *c, const char *plan, const char *occasion)
{
    AUTO_TEXT(key);
    key_add(plan, occasion, &key);
    return json_int(c->occasions, text_str(&key), 0);
}

/* ---- how it is called ---- */

char *occasion_title(const struct core *c, const struct plan_head *head, const struct occasion *o,
                     wall_ms at)
{
    const char *lang = core_language(c);
    struct text title = {0};
    char day[DATE_TEXT];
    if (o->title)
        text_add(&title, words_in(o->title, lang, "zh"));
    else
        text_addf(&title, !strcmp(lang, "zh") ? "%s（%s）" : "%s (%s)",
                  plan_head_title(head, lang, "zh"), o->name);
    text_addf(&title, " %s", date_text(civil_day(core_zone(c), at), day));
    return text_take(&title);
}

json_t *occasions_shown(const struct plan_head *head, const struct site *s, wall_ms now)
{
    json_t *list = json_array();
    const struct occasion *o;
    for (size_t n = 0; (o = plan_head_occasion_at(head, n)); n++) {
        char text[RFC3339_TEXT];
        wall_ms next = occasion_next(o, s, now);
        json_t *one = json_put_str(json_object(), "name", o->name);
        if (o->title)
            json_put(one, "title", json_share(o->title));
        json_put_str(one, "at", o->at);
        json_put_str(one, "next", next ? rfc3339(next, text) : NULL);
        json_array_append_new(list, one);
    }
    return list;
}

/* ---- opening ---- */

/* Returns false where there is no room for it: it is tried again. */
static bool occasion_open(struct core *c, const struct plan_ref *plan, const struct plan_head *head,
                          const struct occasion *o, wall_ms at, int missed)
{
    AUTO_JSON(body);
    AUTO_JSON(occurrences);
    if (c->in->space_low || c->stats.incidents >= c->cfg.incidents_max) {
        alarm_raise(c, upkeep_incident(c), "occasion_room",
                    "an occasion of a standing plan could not be opened: there is no room for "
                    "another incident",
                    "例会未能开立：事件数已达上限或磁盘将满");
        return false;
    }
    char *title = occasion_title(c, head, o, at);
    body = json_put_str(json_object(), "title", title);
    free(title);
    occurrences = json_array();
    struct incident *i = incident_open(
        c, &(struct opening){.body = body,
                             .head = head,
                             .pin = plan->pin,
                             .occurrences = occurrences,
                             .actor = json_pack("{s:s,s:s}", "type", "clock", "id", "schedule"),
                             .occasion = o->name,
                             .occasion_at = at,
                             .missed = missed});
    incident_begin(c, i, occurrences);
    return true;
}

/* What has come of one occasion. returns  when it is to be looked at again; 0: never. */
static wall_ms occasion_review(struct core *c, const struct plan_ref *plan,
                               const struct plan_head *head, const struct occasion *o)
{
    const struct site *s = c->site->site;
    wall_ms now = c->in->wall, last = opened_last(c, plan->name, o->name);
    wall_ms after = last > plan->since ? last : plan->since;
    int missed = -1;
    if (!after)
        return occasion_next(o, s, now);
    if (after < now - LATE_MS_MAX)
        after = now - LATE_MS_MAX;
    wall_ms come = 0, next = occasion_next(o, s, after);
    for (; next && next <= now; next = occasion_next(o, s, come), missed++)
        come = next;
    if (come && !occasion_open(c, plan, head, o, come, missed))
        return now + AGAIN_MS;
    return next;
}

void occasions_review(struct core *c)
{
    wall_ms first = 0;
    for (size_t n = 0; c->site && n < c->plans_count; n++) {
        const struct plan_ref plan = c->plans[n];
        const struct pin *pin = core_pin(c, plan.pin);
        const struct occasion *o;
        bool comes = !c->cfg.occasions_of || !strcmp(c->cfg.occasions_of, plan.name);
        for (size_t k = 0; comes && pin && pin->head && (o = plan_head_occasion_at(pin->head, k));
             k++) {
            wall_ms at = occasion_review(c, &plan, pin->head, o);
            first = at && (!first || at < first) ? at : first;
        }
    }
    if (first)
        timer_set(&c->timers, &c->occasion_timer, c->in->mono + (first - c->in->wall));
    else
        timer_clear(&c->timers, &c->occasion_timer);
}

/* ---- by hand ---- */

static void names_add(const struct plan_head *head, struct text *to)
{
    const struct occasion *o;
    for (size_t n = 0; (o = plan_head_occasion_at(head, n)); n++)
        text_addf(to, "%s%s", n ? ", " : "", o->name);
}

bool occasion_of_trigger(struct core *c, const struct plan_head *head, const char **ret)
{
    const char *named = json_str(c->in->body, "occasion");
    size_t count = head ? plan_head_occasions(head) : 0;
    AUTO_TEXT(names);
    if (!count && !named) {
        *ret = NULL;
        return true;
    }
    if (!count) {
        core_refuse(c, CODE_CONFLICT, "occasion", NULL,
                    "an occasion belongs to a standing plan; name it, too (plan)");
        return false;
    }
    if (!named && count == 1) {
        *ret = plan_head_occasion_at(head, 0)->name;
        return true;
    }
    names_add(head, &names);
    if (!named) {
        core_refuse(c, CODE_MISSING_FIELD, "occasion", NULL,
                    "\"%s\" is a standing plan, which its schedule opens; to open it now say which "
                    "occasion: %s",
                    plan_head_name(head), text_str(&names));
        return false;
    }
    const struct occasion *o = plan_head_occasion(head, named);
    if (!o) {
        core_refuse(c, CODE_BAD_FIELD, "occasion", plan_head_nearest_occasion(head, named),
                    "the plan \"%s\" has no occasion \"%s\"; it has %s", plan_head_name(head),
                    named, text_str(&names));
        return false;
    }
    *ret = o->name;
    return true;
}

/* ---- records and rows ---- */

void occasion_apply_opened(struct core *c, const struct record *r)
{
    const char *occasion = json_str(r->body, "occasion"), *plan = json_str(r->body, "plan");
    AUTO_TEXT(key);
    if (!occasion || !plan || !json_at(r->body, "occasion_at"))
        return;
    key_add(plan, occasion, &key);
    if (!c->occasions)
        c->occasions = json_object();
    json_put_int(c->occasions, text_str(&key), json_int(r->body, "occasion_at", 0));
    c->occasions_dirty = true;
}

struct row occasions_row(const struct core *c)
{
    struct text body = {0};
    json_write(c->occasions, &body);
    return (struct row){
        .kind = ROW_META, .id = mem_str("occasions"), .open = true, .text = text_take(&body)};
}

void occasions_from_row(struct core *c, const struct row *r)
{
    json_decref(c->occasions);
    c->occasions = json_deep_copy(r->body);
}
