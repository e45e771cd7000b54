#include "core/upkeep.h"

#include "base/civil.h"
#include "core/form.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/notice.h"

#include <stdio.h>
#include <string.h>

/* By the clocks of an office: opened in the morning, due in the evening. */
enum { OPENS_MINUTE = 9 * 60, DUE_MINUTE = 17 * 60 };

static const int64_t URGE_MS = 7 * MS_DAY;

/* Something that a plan owes by a day. */
struct due {
    const struct plan_head *head;
    enum owed what;
    int64_t day;
};

static const char *zone_of(const struct core *c)
{
    return site_zone(c->site->site);
}

/* The day on which the last drill of the plan ended; 0: there was none. */
static int64_t drilled_on(const struct core *c, const char *plan)
{
    wall_ms at = json_int(c->drills, plan, 0);
    return at ? civil_day(zone_of(c), at) : 0;
}

static bool owes(const struct core *c, struct due *d)
{
    return plan_head_owes(d->head, d->what, drilled_on(c, plan_head_name(d->head)), &d->day);
}

json_t *upkeep_owes(const struct core *c, const struct plan_head *h)
{
    char text[DATE_TEXT];
    json_t *list = json_array();
    for (struct due d = {.head = h}; d.what < OWEDS; d.what++) {
        if (!owes(c, &d))
            continue;
        json_t *one = json_put_str(json_object(), "what", owed_name(d.what));
        json_array_append_new(list, json_put_str(one, "due", date_text(d.day, text)));
    }
    return list;
}

void upkeep_refuse(struct core *c, const struct incident *i)
{
    char id[UUID_TEXT];
    core_refuse(c, CODE_CONFLICT, "incident", NULL,
                "%s is the upkeep of plans: no emergency, and without an end; what can be worked "
                "on are its items (muster items %s)",
                uuid_text(i->id, id), id);
}

/* ---- the incident ---- */

struct incident *upkeep_incident(struct core *c)
{
    uint8_t random[10];
    char text[UUID_TEXT];
    if (c->upkeep)
        return c->upkeep;
    entropy_bytes(&c->entropy, random, sizeof random);
    struct uuid id = uuid_v7(c->in->wall, random);
    bool zh = !strcmp(core_language(c), "zh");
    json_t *about = json_put_str(json_object(), "id", uuid_text(id, text));
    json_put_str(about, "title", zh ? "预案管理" : "Upkeep of plans");
    json_put_int(about, "opened_at", c->in->wall);
    core_emit_for(c, REC_UPKEEP_OPENED, id,
                  (struct emit){.sealed = json_put(json_object(), "about", about)});
    return c->upkeep;
}

/* ---- opening ---- */

static void key_add(const struct due *d, struct text *to)
{
    char day[DATE_TEXT];
    text_addf(to, "%s/%s", plan_head_name(d->head), date_text(d->day, day));
}

/* Was it opened before, whatever came of it? */
static bool opened_before(const struct core *c, const struct due *d)
{
    AUTO_TEXT(key);
    const struct item *item;
    if (!c->upkeep)
        return false;
    key_add(d, &key);
    LIST_FOREACH(item, &c->upkeep->items, link)
    {
        if (item->name && item->key && !strcmp(item->name, owed_name(d->what)) &&
            !strcmp(item->key, text_str(&key)))
            return true;
    }
    return false;
}

static void title_add(const struct due *d, bool zh, struct text *to)
{
    static const char *const words[OWEDS][2] = {[OWED_FILING] = {"File the plan: ", "预案备案："},
                                                [OWED_REVIEW] = {"Review the plan: ", "预案复审："},
                                                [OWED_DRILL] = {"Drill the plan: ", "预案演练："}};
    const char *version = plan_head_version(d->head);
    text_add(to, words[d->what][zh]);
    text_add(to, plan_head_title(d->head, zh ? "zh" : "en", zh ? "en" : "zh"));
    if (version)
        text_addf(to, zh ? "（%s）" : " (%s)", version);
}

static json_t *title_of(const struct due *d)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    title_add(d, true, &zh);
    title_add(d, false, &en);
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}

static json_t *done_when_of(enum owed what)
{
    static const char *const words[OWEDS][2] = {
        [OWED_FILING] = {"it is filed, and the plan says so (filed); the time is 20 working days "
                         "from its issue, Monday to Friday, as public holidays are not known here",
                         "已报送备案，并在预案中写明 filed；期限为印发后 20 "
                         "个工作日，按周一至周五计，此处未扣除法定节假日"},
        [OWED_REVIEW] = {"a new version is in force, or the plan names its next review (review_by)",
                         "新版本已启用，或预案已写明下一次复审日期 review_by"},
        [OWED_DRILL] = {"a drill of the plan was worked to its end",
                        "已按本预案完成一次演练并正常结束"}};
    return json_pack("{s:s,s:s}", "zh", words[what][1], "en", words[what][0]);
}

static void owed_issue(struct core *c, const struct due *d)
{
    AUTO_JSON(title);
    AUTO_JSON(done_when);
    AUTO_JSON(more);
    AUTO_TEXT(key);
    const char *owner = plan_head_owner(d->head);
    wall_ms at = civil_moment(zone_of(c), d->day, DUE_MINUTE);
    title = title_of(d);
    done_when = done_when_of(d->what);
    more = json_put_str(json_object(), "plan", plan_head_name(d->head));
    json_put_str(more, "version", plan_head_version(d->head));
    key_add(d, &key);
    item_issue(c, upkeep_incident(c),
               &(struct item_order){.kind = "plan",
                                    .name = owed_name(d->what),
                                    .key = text_str(&key),
                                    .owner = owner ? owner : "duty:duty-room",
                                    .title = title,
                                    .done_when = done_when,
                                    .more = more,
                                    .due_ms = at != c->in->wall ? at - c->in->wall : 1,
                                    .urge_ms = URGE_MS});
}

/* What is to be filed is opened at once, that is as soon as the plan is issued. */
static wall_ms opens_at(const struct core *c, const struct due *d)
{
    int64_t day = d->day - OWED_AHEAD_DAYS;
    if (d->what == OWED_FILING)
        (void)plan_head_issued(d->head, &day);
    return civil_moment(zone_of(c), day, OPENS_MINUTE);
}

/* Opens it where its time has come. Gives when it has not; INT64_MAX: there is nothing to wait for.
 */
static wall_ms owed_open(struct core *c, struct due *d)
{
    if (!owes(c, d) || opened_before(c, d))
        return INT64_MAX;
    wall_ms at = opens_at(c, d);
    if (at > c->in->wall)
        return at;
    owed_issue(c, d);
    return INT64_MAX;
}

/* ---- what is owed no more ---- */

/* Why it ends; struck off, where it was done in another way, else lifted. */
struct end {
    const char *why;  /* upkeep_why_add */
    char of[128 + 1]; /* a day, or the plan */
    bool struck;
};

void upkeep_why_add(const char *why, const char *of, bool zh, struct text *to)
{
    static const struct {
        const char *why, *zh, *en;
    } words[] = {
        {"filed", "预案已写明备案日期 ", "the plan says that it was filed on "},
        {"drilled", "演练已完成，结束于 ", "a drill of the plan ended on "},
        {"renamed", "现行预案写明的日期为 ", "the plan in force names "},
        {"unnamed", "预案不再写明此日期", "the plan names no such day any more"},
        {"plan_gone", "预案已不在用：", "the plan is not in force any more: "},
    };
    for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
        if (!strcmp(words[n].why, why))
            text_addf(to, "%s%s", zh ? words[n].zh : words[n].en, of);
    }
}

static bool plan_in_set(const struct core *c, const char *plan, const struct plan_head **ret)
{
    for (size_t n = 0; n < c->plans_count; n++) {
        if (strcmp(c->plans[n].name, plan) != 0)
            continue;
        const struct pin *pin = core_pin(c, c->plans[n].pin);
        *ret = pin ? pin->head : NULL;
        return true;
    }
    return false;
}

static struct end end_of(const char *why, bool struck, const char *of)
{
    struct end e = {.why = why, .struck = struck};
    snprintf(e.of, sizeof e.of, "%s", of);
    return e;
}

/* The version of the plan that the item was opened for is not the one in force. */
static bool version_differs(const struct item *item, const struct plan_head *h)
{
    AUTO_JSON(about);
    const char *version = plan_head_version(h);
    about = kept_json(item->about);
    const char *was = json_str(about, "version");
    return version && was && strcmp(version, was) != 0;
}

/* The plan names another day now, or none. */
static struct end end_moved(const struct core *c, const struct item *item, const struct due *d,
                            bool names)
{
    char day[DATE_TEXT];
    const char *plan = plan_head_name(d->head), *filed = plan_head_filed(d->head);
    if (d->what == OWED_FILING && filed)
        return end_of("filed", true, filed);
    if (d->what == OWED_DRILL && json_int(c->drills, plan, 0) >= item->issued_at)
        return end_of("drilled", true, date_text(drilled_on(c, plan), day));
    if (!names)
        return end_of("unnamed", false, "");
    bool reviewed = d->what == OWED_REVIEW && version_differs(item, d->head);
    return end_of("renamed", reviewed, date_text(d->day, day));
}

/* Is it owed no more? Then why. */
static bool ended(const struct core *c, const struct item *item, struct end *ret)
{
    AUTO_TEXT(plan);
    AUTO_TEXT(key);
    struct due d = {.head = NULL};
    text_add_bytes(&plan, item->key, strcspn(item->key, "/"));
    while (d.what < OWEDS - 1 && strcmp(owed_name(d.what), item->name) != 0)
        d.what++;
    if (!plan_in_set(c, text_str(&plan), &d.head)) {
        *ret = end_of("plan_gone", false, text_str(&plan));
        return true;
    }
    if (!d.head) /* it could not be read: nothing is known of it */
        return false;
    bool names = owes(c, &d);
    if (names)
        key_add(&d, &key);
    if (names && !strcmp(text_str(&key), item->key))
        return false;
    *ret = end_moved(c, item, &d, names);
    return true;
}

static void owed_end(struct core *c, struct item *item, const struct end *e)
{
    AUTO_TEXT(step);
    AUTO_TEXT(note);
    char id[UUID_TEXT];
    upkeep_why_add(e->why, e->of, !strcmp(core_language(c), "zh"), &note);
    json_t *about = json_put_str(kept_json(item->about), "note", text_str(&note));
    (void)json_object_del(about, "by"); /* of the note before */
    json_t *body = json_put_str(json_object(), "state", e->struck ? "struck" : "lifted");
    json_put_str(json_put_str(body, "why", e->why), "of", e->of);
    json_t *sealed = json_put(json_object(), "about", about);
    item_state_emit(c, item, body, NULL, json_put_str(sealed, "note", text_str(&note)));
    text_addf(&step, ITEM_STEP_OWNER "%s", uuid_text(item->id, id));
    notice_recall_step(c, item->incident, text_str(&step));
}

static void owed_end_all(struct core *c)
{
    struct item *item;
    LIST_FOREACH(item, &c->upkeep->items, link)
    {
        struct end e = {0};
        if (item->state <= ITEM_DONE && item->name && item->key && ended(c, item, &e))
            owed_end(c, item, &e);
    }
}

/* ---- all of it ---- */

void upkeep_review(struct core *c)
{
    wall_ms next = INT64_MAX;
    if (!c->site)
        return;
    if (c->upkeep)
        owed_end_all(c);
    for (size_t n = 0; n < c->plans_count; n++) {
        const struct pin *pin = core_pin(c, c->plans[n].pin);
        for (struct due d = {.head = pin ? pin->head : NULL}; d.head && d.what < OWEDS; d.what++) {
            wall_ms at = owed_open(c, &d);
            next = at < next ? at : next;
        }
    }
    if (next == INT64_MAX)
        timer_clear(&c->timers, &c->upkeep_timer);
    else
        timer_set(&c->timers, &c->upkeep_timer, c->in->mono + (next - c->in->wall));
}

/* ---- records and rows ---- */

void upkeep_take(struct core *c, struct incident *i)
{
    if (c->upkeep == i)
        return;
    i->state = INCIDENT_UPKEEP;
    c->upkeep = i;
    c->stats.incidents--; /* it counts as none */
}

void upkeep_apply_opened(struct core *c, const struct record *r)
{
    struct incident *i = core_incident(c, r->incident);
    if (!i)
        i = incident_new(c, r->incident);
    i->about = kept_text(record_at(r, "about"));
    i->opened_at = r->at_ms;
    upkeep_take(c, i);
}

/* Closed by hand, or gone into another incident, it was broken off. */
void upkeep_apply_drilled(struct core *c, const struct incident *i, const struct record *r)
{
    const char *why = json_str_or(r->body, "why", "closed");
    if (!i->drill || !i->plan || r->kind != REC_INCIDENT_CLOSED || !strcmp(why, "closed") ||
        !strcmp(why, "broken_off"))
        return;
    if (!c->drills)
        c->drills = json_object();
    json_put_int(c->drills, i->plan, r->at_ms);
    c->drills_dirty = true;
}

struct row upkeep_row(const struct core *c)
{
    struct text body = {0};
    json_write(c->drills, &body);
    return (struct row){
        .kind = ROW_META, .id = mem_str("drills"), .open = true, .text = text_take(&body)};
}

void upkeep_from_row(struct core *c, const struct row *r)
{
    json_decref(c->drills);
    c->drills = json_deep_copy(r->body);
}

/* ---- drills ---- */

json_t *upkeep_drills(const struct core *c)
{
    char text[DATE_TEXT];
    json_t *list = json_array();
    for (size_t n = 0; n < c->plans_count; n++) {
        const struct pin *pin = core_pin(c, c->plans[n].pin);
        struct due d = {.head = pin ? pin->head : NULL, .what = OWED_DRILL};
        const char *plan = c->plans[n].name;
        if (!d.head || !c->site)
            continue;
        int64_t last = drilled_on(c, plan);
        bool owed = owes(c, &d);
        if (!owed && !last)
            continue;
        json_t *one = json_put_str(json_object(), "plan", plan);
        json_put_str(one, "title", plan_head_title(d.head, core_language(c), "en"));
        json_put_str(one, "every", plan_head_drill_every(d.head));
        json_put_str(one, "owner", plan_head_owner(d.head));
        json_put_str(one, "last", last ? date_text(last, text) : NULL);
        json_put_str(one, "due", owed ? date_text(d.day, text) : NULL);
        if (owed)
            json_put_int(one, "due_day", d.day);
        json_array_append_new(list, one);
    }
    return list;
}
