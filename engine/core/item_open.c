/*
 * item_open - items that people open: directives 批示, requests of citizens 民意直通车, requests
 * for resources, improvements, lessons of an incident that is over, and whatever else somebody has
 * to do by a time.
 */
#include "core/decide.h"
#include "core/form.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/upkeep.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is refused ---- */

static bool target_known(struct core *c, const char *field, const char *target)
{
    const char *code = NULL;
    char *near = NULL;
    struct why why = {{0}};
    if (!c->site) {
        core_refuse(c, CODE_CONFLICT, NULL, NULL, "there is no site in force");
        return false;
    }
    if (!site_check_target(c->site->site, target, &code, &near, &why))
        return true;
    core_refuse(c, CODE_BAD_FIELD, field, near, "%s", why.text);
    free(near);
    return false;
}

bool item_target_fits(struct core *c, const char *field, const char *target)
{
    AUTO_JSON(to);
    struct rung people = {0};
    if (!target_known(c, field, target))
        return false;
    to = json_string(target);
    site_resolve_first(c->site->site, to, false, c->in->wall, &people);
    bool anybody = people.count > 0;
    rung_done(&people);
    if (!anybody)
        core_refuse(c, CODE_BAD_FIELD, field, NULL,
                    "%s: nobody of \"%s\" can be told: no phone, no head and no backup with a "
                    "contact; name another, or give them one (muster contact set)",
                    field, target);
    return anybody;
}

bool item_due_read(struct core *c, const char *text, int64_t *ret_ms)
{
    wall_ms at;
    *ret_ms = 0;
    if (!text)
        return true;
    if (rfc3339_parse(text, &at)) {
        *ret_ms = at - c->in->wall;
        if (*ret_ms >= MS_MINUTE)
            return true;
        core_refuse(c, CODE_BAD_FIELD, "due", NULL,
                    "%s lies in the past; by when shall it be done, from now on?", text);
        return false;
    }
    if (duration_parse(text, true, ret_ms) && *ret_ms >= MS_MINUTE)
        return true;
    core_refuse(c, CODE_BAD_FIELD, "due", NULL,
                "\"%s\": say by when, as a time from now (2h, 5d), or as 2026-07-21T08:00:00+08:00",
                text);
    return false;
}

/* Who gives it, if that is said, is a person of the site. */
static bool giver_fits(struct core *c, const char *by, struct rung_person *ret)
{
    *ret = (struct rung_person){0};
    if (!by || site_person(c->site->site, by, ret))
        return true;
    core_refuse(c, CODE_UNKNOWN_PERSON, "as", site_nearest_person(c->site->site, by),
                "the site has no person \"%s\"", by);
    return false;
}

/* Those who help: a target, or a list of them. */
static bool assist_fits(struct core *c, const json_t *assist)
{
    size_t n;
    json_t *one;
    if (json_is_string(assist))
        return item_target_fits(c, "assist", json_string_value(assist));
    json_array_foreach(json_unconst(assist), n, one)
    {
        if (!item_target_fits(c, "assist", json_string_value(one)))
            return false;
    }
    return true;
}

/* What is to be done, in a word that can be read. */
static bool title_fits(struct core *c, const char *field, const json_t *title)
{
    if (!json_is_string(title) || !text_blank(json_string_value(title)))
        return true;
    core_refuse(c, CODE_BAD_FIELD, field, NULL, "%s: say what shall be done", field);
    return false;
}

/* ---- opening ---- */

/* What is opened, as it was asked for; strings are borrowed. */
struct opening {
    const char *kind, *owner, *by;
    const json_t *title;
    const char *from; /* shown as who wants it */
    int64_t due_ms;
    bool lesson; /* of the incident of the input, which may be over */
};

static json_t *opening_more(const json_t *b, const char *from)
{
    static const char *const texts[] = {"goal",    "indicator", "amount",
                                        "channel", "contact",   "plan"};
    json_t *more = json_put_str(json_object(), "from", from);
    for (size_t n = 0; n < sizeof texts / sizeof *texts; n++)
        json_put_str(more, texts[n], json_str(b, texts[n]));
    if (json_at(b, "assist"))
        json_put(more, "assist", json_share(json_at(b, "assist")));
    return more;
}

static void open_item(struct core *c, struct incident *i, const struct opening *o)
{
    const json_t *b = c->in->body;
    json_t *actor = o->by ? json_put_str(json_put_str(json_object(), "type", "person"), "id", o->by)
                          : actor_input(c);
    AUTO_JSON(more);
    AUTO_TEXT(leader);
    char id[UUID_TEXT];
    more = opening_more(b, o->from);
    if (o->by)
        text_addf(&leader, "person:%s", o->by);
    if (o->lesson)
        json_put_str(more, "of_incident", uuid_text(c->in->incident, id));
    struct item *item = item_issue(
        c, i,
        &(struct item_order){.kind = o->kind,
                             .owner = o->owner,
                             .leader = o->by ? text_str(&leader) : NULL,
                             .title = o->title,
                             .done_when = json_at(b, "done_when"),
                             .more = more,
                             .due_ms = o->due_ms,
                             .actor = json_put_str(actor, "by", o->by ? c->in->who.id : NULL)});
    core_reply_ok(c, item_reply(item));
}

static bool due_given(struct core *c, const json_t *b, int64_t *ret)
{
    return item_due_read(c, json_str_or(b, "due", ""), ret);
}

void decide_directive(struct core *c)
{
    const json_t *b = c->in->body;
    struct incident *i;
    struct rung_person giver;
    struct opening o = {.kind = "directive",
                        .owner = json_str_or(b, "lead", ""),
                        .by = json_str(b, "as"),
                        .title = json_at(b, "text")};
    if (!input_allowed(c, SCOPE_RESPOND, "give directives") || !(i = input_incident(c)) ||
        !title_fits(c, "text", o.title) || !item_target_fits(c, "lead", o.owner) ||
        !due_given(c, b, &o.due_ms) || !giver_fits(c, o.by, &giver) ||
        !assist_fits(c, json_at(b, "assist")))
        return;
    o.from = giver.name;
    open_item(c, i, &o);
}

void decide_item_open(struct core *c)
{
    const json_t *b = c->in->body;
    struct incident *i;
    struct rung_person giver;
    struct opening o = {.kind = json_str_or(b, "kind", "item"),
                        .owner = json_str_or(b, "owner", ""),
                        .by = json_str(b, "as"),
                        .title = json_at(b, "title")};
    if (!input_allowed(c, SCOPE_RESPOND, "open items") || !(i = input_incident(c)) ||
        !title_fits(c, "title", o.title) || !item_target_fits(c, "owner", o.owner) ||
        !due_given(c, b, &o.due_ms) || !giver_fits(c, o.by, &giver) ||
        !assist_fits(c, json_at(b, "assist")))
        return;
    o.from = json_str(b, "from") ? json_str(b, "from") : giver.name;
    open_item(c, i, &o);
}

/* What was learnt outlives its incident: it is kept where what plans owe is kept. */
void decide_lesson(struct core *c)
{
    const json_t *b = c->in->body;
    struct rung_person giver;
    struct opening o = {.kind = "improvement",
                        .owner = json_str_or(b, "owner", ""),
                        .by = json_str(b, "as"),
                        .title = json_at(b, "text"),
                        .lesson = true};
    if (!input_allowed(c, SCOPE_RESPOND, "note lessons") || !title_fits(c, "text", o.title) ||
        !item_target_fits(c, "owner", o.owner) || !due_given(c, b, &o.due_ms) ||
        !giver_fits(c, o.by, &giver))
        return;
    o.from = giver.name;
    open_item(c, upkeep_incident(c), &o);
}
