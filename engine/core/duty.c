#include "core/duty.h"

#include "base/civil.h"
#include "core/decide.h"
#include "core/notice.h"
#include "core/roster.h"
#include "core/upkeep.h"

#include <stdlib.h>
#include <string.h>

/* ---- entries ---- */

static struct duty_entry *entry_find(const struct core *c, const char *id)
{
    struct duty_entry *e;
    LIST_FOREACH(e, &c->duty, link)
    {
        int order = strcmp(e->id, id);
        if (order >= 0)
            return order ? NULL : e;
    }
    return NULL;
}

static struct duty_entry *entry_add(struct core *c, const char *id)
{
    struct duty_entry *e = mem_new(1, sizeof *e), *at, *before = NULL;
    e->id = mem_str(id);
    LIST_FOREACH(at, &c->duty, link)
    {
        if (strcmp(at->id, id) > 0)
            break;
        before = at;
    }
    if (before)
        LIST_INSERT_AFTER(before, e, link);
    else
        LIST_INSERT_HEAD(&c->duty, e, link);
    return e;
}

json_t *duty_entry(const struct core *c, const char *id)
{
    const struct duty_entry *e = entry_find(c, id);
    return e && !e->gone ? kept_json(e->body) : NULL;
}

void duty_forget(struct duty_entry *e)
{
    LIST_REMOVE(e, link);
    free(e->id);
    free(e->body);
    free(e);
}

void duty_free(struct core *c)
{
    while (!LIST_EMPTY(&c->duty))
        duty_forget(LIST_FIRST(&c->duty));
}

/* ---- the site knows what was approved ---- */

struct changes {
    struct duty_change *at;
    size_t count, cap;
};

static void changes_add(struct changes *all, const json_t *change)
{
    size_t n;
    json_t *part;
    if (strcmp(json_str_or(change, "state", ""), "approved") != 0)
        return;
    json_array_foreach(json_unconst(json_at(change, "parts")), n, part)
    {
        all->at = mem_grow(all->at, &all->cap, all->count + 1, sizeof *all->at);
        all->at[all->count++] = (struct duty_change){.roster = json_str_or(change, "roster", ""),
                                                     .seat = json_str_or(part, "seat", ""),
                                                     .person = json_str_or(part, "person", ""),
                                                     .from = json_int(part, "from", 0),
                                                     .to = json_int(part, "to", 0)};
    }
}

void duty_site_set(struct core *c)
{
    struct changes all = {0};
    const struct duty_entry *e;
    AUTO_JSON(kept);
    if (!c->site)
        return;
    kept = json_array(); /* what the changes borrow from */
    LIST_FOREACH(e, &c->duty, link)
    {
        if (e->gone || strncmp(e->id, "change/", 7) != 0)
            continue;
        json_t *change = kept_json(e->body);
        json_array_append_new(kept, change);
        changes_add(&all, change);
    }
    site_set_changes(c->site->site, all.at, all.count);
    free(all.at);
}

/* ---- records and rows ---- */

void duty_emit(struct core *c, enum record_kind kind, json_t *takes_body, json_t *takes_entries,
               const char *zh, const char *en)
{
    json_t *sealed = json_put(json_object(), "entries", takes_entries);
    json_put(sealed, "text", json_pack("{s:s,s:s}", "zh", zh, "en", en));
    core_emit(c, kind, upkeep_incident(c),
              (struct emit){.actor = c->in->who.id ? actor_input(c) : NULL,
                            .body = takes_body,
                            .sealed = sealed});
}

static void entry_mark(struct core *c, struct duty_entry *e)
{
    if (!e->dirty)
        STAILQ_INSERT_TAIL(&c->duty_changed, e, changed);
    e->dirty = true;
}

void duty_apply(struct core *c, const struct record *r)
{
    const json_t *entries = record_at(r, "entries");
    const char **names = json_keys(entries, NULL);
    for (size_t n = 0; names[n]; n++) {
        const json_t *document = json_at(entries, names[n]);
        struct duty_entry *e = entry_find(c, names[n]);
        if (!e)
            e = entry_add(c, names[n]);
        e->gone = json_is_null(document);
        free(e->body);
        e->body = e->gone ? NULL : kept_text(document);
        entry_mark(c, e);
    }
    free(names);
    duty_site_set(c);
}

struct row duty_row(const struct core *c, const struct duty_entry *e)
{
    return (struct row){.kind = ROW_DUTY,
                        .id = mem_str(e->id),
                        .incident = c->upkeep->id,
                        .gone = e->gone,
                        .open = true,
                        .text = mem_str(e->body)};
}

void duty_from_row(struct core *c, const struct row *r)
{
    struct duty_entry *e = entry_find(c, r->id);
    if (!e)
        e = entry_add(c, r->id);
    free(e->body);
    e->body = kept_text(r->body);
}

int64_t duty_number(const struct core *c, const char *of, json_t *entries)
{
    json_t *count = duty_entry(c, "count");
    int64_t number = json_int(count, of, 0) + 1;
    json_put(entries, "count", json_put_int(count ? count : json_object(), of, number));
    return number;
}

/* ---- what an input names ---- */

const struct roster *duty_roster(struct core *c)
{
    const char *id = json_str_or(c->in->body, "roster", "");
    const struct roster *r = c->site ? site_roster(c->site->site, id) : NULL;
    if (!r)
        core_refuse(c, CODE_NOT_FOUND, "roster",
                    c->site ? site_nearest_roster(c->site->site, id) : NULL,
                    "the site has no roster \"%s\"", id);
    return r;
}

/* Where a roster has one seat, or none is named, it is the first. */
const struct seat *duty_seat(struct core *c, const struct roster *r)
{
    const char *name = json_str(c->in->body, "seat");
    const struct seat *seat = name ? roster_seat(r, name) : &r->seats[0];
    AUTO_TEXT(all);
    for (size_t n = 0; n < r->seats_count; n++)
        text_addf(&all, "%s%s", n ? ", " : "", r->seats[n].name);
    if (!seat)
        core_refuse(c, CODE_BAD_FIELD, "seat", NULL, "duty:%s has the seats %s", r->id,
                    text_str(&all));
    return seat;
}

bool duty_person(struct core *c, const char *key, struct rung_person *ret, bool *ret_there)
{
    const char *id = json_str(c->in->body, key);
    *ret_there = id != NULL;
    if (!id || (strncmp(id, "dept:", 5) != 0 && site_person(c->site->site, id, ret)))
        return true;
    core_refuse(c, CODE_UNKNOWN_PERSON, key, site_nearest_person(c->site->site, id),
                "the site has no person \"%s\"", id);
    return false;
}

bool duty_may_approve(const struct core *c, const struct roster *r, const char *person)
{
    const struct seat *lead = roster_seat(r, "lead");
    if (r->approves)
        return site_speaks_for(c->site->site, person, r->approves, c->in->wall);
    const char *leads = lead ? seat_person(c->site->site, r, lead, c->in->wall, NULL) : NULL;
    return leads && !strcmp(leads, person);
}

/* Who may, in words: for the sentence of a refusal. */
static void approvers_add(const struct core *c, const struct roster *r, struct text *to)
{
    const struct seat *lead = roster_seat(r, "lead");
    const char *leads =
        lead && !r->approves ? seat_person(c->site->site, r, lead, c->in->wall, NULL) : NULL;
    if (r->approves)
        text_addf(to, "%s (approves of duty:%s)", r->approves, r->id);
    else if (leads)
        text_addf(to, "%s, who leads duty:%s now", leads, r->id);
    else
        text_addf(to, "an administrator (duty:%s names nobody: give it approves = \"post:…\")",
                  r->id);
}

bool duty_approver(struct core *c, const struct roster *r, const char *what)
{
    const char *as = json_str(c->in->body, "as");
    AUTO_TEXT(who);
    if (as ? duty_may_approve(c, r, as) : (c->in->who.scopes & SCOPE_ADMIN) != 0)
        return true;
    approvers_add(c, r, &who);
    if (as)
        core_refuse(c, CODE_DENIED, "as", NULL, "%s may not %s: that is for %s", as, what,
                    text_str(&who));
    else
        core_refuse(c, CODE_MISSING_FIELD, "as", NULL, "who is it that would %s? give \"as\": %s",
                    what, text_str(&who));
    return false;
}

/* ---- words ---- */

void duty_time_add(const struct core *c, wall_ms at, struct text *to)
{
    civil_add(to, site_zone(c->site->site), at);
}

void duty_part_words(const struct core *c, const struct roster *r, const json_t *part, bool zh,
                     struct text *to)
{
    const struct site *s = c->site->site;
    const char *lang = zh ? "zh" : "en", *name = json_str_or(part, "seat", "");
    const struct seat *seat = roster_seat(r, name);
    text_addf(to, "%s %s ", roster_title(s, r, lang), seat ? seat_title(s, seat, lang) : name);
    duty_time_add(c, json_int(part, "from", 0), to);
    text_add(to, zh ? " 至 " : " to ");
    duty_time_add(c, json_int(part, "to", 0), to);
}

static void tell(struct core *c, const struct notice_order *o, const char *zh, const char *en)
{
    AUTO_JSON(text);
    struct notice_order order = *o;
    text = json_pack("{s:s,s:s}", "zh", zh, "en", en);
    order.text = text;
    order.type = "muster.notify";
    notice_queue(c, upkeep_incident(c), &order);
}

void duty_tell(struct core *c, const struct rung_person *who, const char *step, const char *zh,
               const char *en)
{
    tell(c, &(struct notice_order){.step = step, .person = who}, zh, en);
}

void duty_tell_to_agree(struct core *c, const struct rung_person *who, const char *step,
                        const char *zh, const char *en)
{
    tell(c, &(struct notice_order){.step = step, .person = who, .agrees = true}, zh, en);
}
