/*
 * item_tell - what people are told about an item. Every message opens the item's page by its link
 * (answer_link.h), so the step of a message says whose it is: who does it, helps, or has an eye on
 * it.
 */
#include "core/alarm.h"
#include "core/form.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/notice.h"
#include "core/plan_run.h"
#include "core/role.h"

#include <string.h>

/* "水库巡查" in one language, from what is kept of it. */
static const char *title_in(const json_t *about, bool zh)
{
    return words_in(json_at(about, "title"), zh ? "zh" : "en", zh ? "en" : "zh");
}

/* Whose directive it is, and who will ask after it. */
static void giver_add(const struct core *c, const struct item *item, const json_t *about, bool zh,
                      struct text *to)
{
    const char *lang = zh ? "zh" : "en", *from = json_str(about, "from");
    AUTO_TEXT(giver);
    AUTO_TEXT(leader);
    if (strcmp(item->kind, "directive") != 0)
        return;
    if (from)
        site_target_words(c->site->site, from, lang, &giver);
    site_target_words(c->site->site, item_leader(c, item), lang, &leader);
    if (giver.len)
        text_addf(to, zh ? "。批示人：%s" : ". Given by %s", text_str(&giver));
    if (strcmp(text_str(&giver), text_str(&leader)) != 0)
        text_addf(to, zh ? "。责任领导：%s" : ". Its leader: %s", text_str(&leader));
}

/* What a message says of an item. */
struct telling {
    const struct core *c;
    const struct item *item;
    const json_t *about;
    struct item_words before;
    const char *title; /* of the incident */
    int64_t ms;        /* 0: of no time */
};

static void line_add(const struct telling *t, bool zh, struct text *to)
{
    const char *lang = zh ? "zh" : "en";
    const char *done = words_in(json_at(t->about, "done_when"), lang, NULL);
    const char *amount = words_in(json_at(t->about, "amount"), lang, NULL);
    text_addf(to, zh ? "【%s】%s" : "%s: %s", zh ? t->before.zh : t->before.en,
              title_in(t->about, zh));
    if (*amount)
        text_addf(to, zh ? "，数量：%s" : ", amount: %s", amount);
    if (*t->title)
        text_addf(to, zh ? "。%s" : ". %s", t->title);
    giver_add(t->c, t->item, t->about, zh, to);
    if (t->ms > 0) {
        text_add(to, zh ? "。时限 " : ". Due in ");
        duration_add(to, t->ms);
    }
    if (*done)
        text_addf(to, zh ? "。完成标准：%s" : ". Done when: %s", done);
}

static json_t *item_text(const struct core *c, const struct item *item, struct item_words before,
                         int64_t ms)
{
    AUTO_JSON(about);
    AUTO_JSON(incident);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    about = kept_json(item->about);
    incident = kept_json(item->incident->about);
    const struct telling t = {.c = c,
                              .item = item,
                              .about = about,
                              .before = before,
                              .title = json_str_or(incident, "title", ""),
                              .ms = ms};
    line_add(&t, true, &zh);
    line_add(&t, false, &en);
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}

static void tell_people(struct core *c, const struct item *item, const struct rung *people,
                        const char *step, const json_t *text)
{
    for (size_t n = 0; n < people->count; n++)
        notice_queue(
            c, item->incident,
            &(struct notice_order){
                .step = step, .person = &people->at[n], .text = text, .type = "muster.notify"});
}

/* What has nobody to go to falls to the duty room, each with its own words (rule R7). */
static void tell_duty_room(struct core *c, const struct item *item, const char *step,
                           const json_t *text)
{
    struct rungs room = {0};
    alarm_raise(c, item->incident, "empty_target", "an item has nobody to go to",
                "一个事项没有可达的责任人");
    site_resolve_duty_room(c->site->site, item->incident->drill, c->in->wall, &room);
    if (room.count)
        tell_people(c, item, &room.at[0], step, text);
    rungs_done(&room);
}

static void tell(struct core *c, const struct item *item, const json_t *to, const char *of,
                 const json_t *text)
{
    AUTO_TEXT(step);
    char id[UUID_TEXT];
    struct rung people = {0};
    text_addf(&step, "%s%s", of, uuid_text(item->id, id));
    incident_resolve_first(c, item->incident, to, &people);
    tell_people(c, item, &people, text_str(&step), text);
    if (!people.count)
        tell_duty_room(c, item, text_str(&step), text);
    rung_done(&people);
}

void item_tell(struct core *c, const struct item *item, const char *target, const char *of,
               struct item_words before, int64_t ms)
{
    AUTO_JSON(to);
    AUTO_JSON(text);
    if (!c->site)
        return;
    to = json_string(target);
    text = item_text(c, item, before, ms);
    tell(c, item, to, of, text);
}

void item_tell_assist(struct core *c, const struct item *item)
{
    AUTO_JSON(about);
    AUTO_JSON(text);
    AUTO_TEXT(owner_zh);
    AUTO_TEXT(owner_en);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    about = kept_json(item->about);
    const json_t *to = json_at(about, "assist");
    if (!c->site || !to)
        return;
    site_target_words(c->site->site, item->owner, "zh", &owner_zh);
    site_target_words(c->site->site, item->owner, "en", &owner_en);
    text_addf(&zh, "协办，主办：%s", text_str(&owner_zh));
    text_addf(&en, "To assist %s", text_str(&owner_en));
    text = item_text(c, item, (struct item_words){text_str(&zh), text_str(&en)},
                     item->waits ? 0 : item->allowed_ms);
    tell(c, item, to, ITEM_STEP_ASSIST, text);
}

void item_tell_returned(struct core *c, struct item *item, const char *why, int64_t due_ms)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    text_addf(&zh, "退回重办（%s）", why);
    text_addf(&en, "Returned, to be done again (%s)", why);
    item_tell(c, item, item->owner, ITEM_STEP_OWNER,
              (struct item_words){text_str(&zh), text_str(&en)}, due_ms);
}

void item_tell_lifted(struct core *c, const struct item *item, const char *why)
{
    char id[UUID_TEXT];
    AUTO_TEXT(step);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    bool said = why && !text_blank(why);
    text_addf(&step, "%s%s", ITEM_STEP_OWNER, uuid_text(item->id, id));
    text_addf(&zh, said ? "已解除，不必再办（%s）" : "已解除，不必再办", why);
    text_addf(&en, said ? "Lifted, it need not be done (%s)" : "Lifted, it need not be done", why);
    notice_recall_step(c, item->incident, text_str(&step));
    item_tell(c, item, item->owner, ITEM_STEP_OWNER,
              (struct item_words){text_str(&zh), text_str(&en)}, 0);
}

/* What goes on waiting for it. */
static void followers_add(const struct item *of, bool zh, struct text *to)
{
    const struct item *item;
    bool any = false;
    LIST_FOREACH(item, &of->incident->items, link)
    {
        AUTO_JSON(about);
        about = kept_json(item->about);
        const json_t *after = json_at(about, "after");
        bool waits = false;
        for (size_t n = 0; of->name && n < json_array_size(after); n++)
            waits = waits || !strcmp(json_string_value(json_array_get(after, n)), of->name);
        if (!waits || !item->waits || !item_open(item))
            continue;
        text_add(to, any ? (zh ? "、" : ", ") : (zh ? "，待其办结的：" : ", what waits for it: "));
        text_add(to, title_in(about, zh));
        any = true;
    }
}

void item_tell_rejected(struct core *c, const struct item *item, const char *why)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    text_addf(&zh, "被退回，不予办理（%s）", why);
    text_addf(&en, "Rejected, it will not be done (%s)", why);
    followers_add(item, true, &zh);
    followers_add(item, false, &en);
    item_tell(c, item, item_leader(c, item), ITEM_STEP_LEADER,
              (struct item_words){text_str(&zh), text_str(&en)}, 0);
}

bool item_of_message(const char *step, struct uuid *ret)
{
    static const char *const of[] = {ITEM_STEP_OWNER, ITEM_STEP_ASSIST, ITEM_STEP_LEADER};
    for (size_t n = 0; n < sizeof of / sizeof *of; n++) {
        if (!strncmp(step, of[n], strlen(of[n])))
            return uuid_parse(step + strlen(of[n]), ret);
    }
    return false;
}

bool item_keeps_message(const struct notice *n)
{
    struct uuid id;
    const struct item *item;
    if (!item_of_message(n->step, &id))
        return false;
    LIST_FOREACH(item, &n->incident->items, link)
    {
        if (!uuid_cmp(item->id, id))
            return item->state <= ITEM_DONE;
    }
    return false;
}

/* --- kinds --- */

struct item_words item_kind_words(const char *kind)
{
    static const struct {
        const char *kind;
        struct item_words words;
    } words[] = {{"measure", {"措施", "Measure"}},
                 {"directive", {"批示", "Directive"}},
                 {"resource", {"资源请求", "Resource request"}},
                 {"request", {"民意直通车", "Citizen request"}},
                 {"improvement", {"改进事项", "Improvement"}},
                 {"plan", {"预案事务", "Owed by a plan"}}};
    for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
        if (!strcmp(words[n].kind, kind))
            return words[n].words;
    }
    return (struct item_words){"事项", "Item"};
}

json_t *items_put_named(const struct incident *i)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    const struct item *item;
    LIST_FOREACH(item, &i->items, link)
    {
        AUTO_JSON(about);
        if (!item->put || !item_open(item))
            continue;
        about = kept_json(item->about);
        text_addf(&zh, "%s%s", zh.len ? "、" : "", title_in(about, true));
        text_addf(&en, "%s%s", en.len ? ", " : "", title_in(about, false));
    }
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}

/* --- time --- */

enum { URGED_BEFORE_LEADER = 2 };

/*
 * The owner is reminded at due and once more; then the leader hears of it, too, again and again. Of
 * what is supervised the leader hears at once, and twice as often.
 */
static int64_t next_ms(const struct item *item, int urged)
{
    int64_t later = item->allowed_ms > MS_DAY ? MS_DAY : MS_HOUR;
    if (item->urge_ms > MS_DAY) /* what has months is not urged each day */
        later = item->urge_ms;
    if (urged <= URGED_BEFORE_LEADER)
        return item->urge_ms;
    return item->supervised ? later / 2 : later;
}

void item_due(struct core *c, struct item *item)
{
    char id[UUID_TEXT];
    int urged = item->urged + 1;
    bool leader = item->supervised || urged > URGED_BEFORE_LEADER;
    json_t *ev =
        plan_event(urged == 1 ? "overdue" : NULL, json_pack("[s]", item->step), c->in->wall);
    json_put_str(ev, "item", uuid_text(item->id, id));
    json_put_str(ev, "name", item->name);
    json_put_str(ev, "key", item->key);
    json_t *body = json_put_str(json_object(), "item", id);
    json_put_int(body, "urged", urged);
    json_put_int(body, "next", c->in->mono + incident_ms(item->incident, next_ms(item, urged)));
    json_put_str(body, "leader", leader ? item_leader(c, item) : NULL);
    json_t *sealed = json_put(json_object(), "ev", ev);
    json_put(sealed, "about", kept_json(item->about));
    core_emit(c, REC_ITEM_URGED, item->incident,
              (struct emit){
                  .actor = json_pack("{s:s}", "type", "clock"), .body = body, .sealed = sealed});
    item_tell(c, item, item->owner, ITEM_STEP_OWNER, (struct item_words){"催办", "Overdue"}, 0);
    if (leader)
        item_tell(c, item, item_leader(c, item), ITEM_STEP_LEADER,
                  (struct item_words){"督办", "Still overdue"}, 0);
}
