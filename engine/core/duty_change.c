/* Overrides and swaps of duty 替班、换班: asked, agreed, approved; the second of two is refused. */
#include "base/civil.h"
#include "core/decide.h"
#include "core/duty.h"
#include "core/roster.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const int64_t CHANGE_MOST_MS = 366 * MS_DAY; /* in one go */
static const int64_t CHANGE_KEPT_MS = 30 * MS_DAY;  /* after its end */

/* ---- what there is ---- */

static bool change_stands(const json_t *change)
{
    const char *state = json_str_or(change, "state", "");
    return !strcmp(state, "asked") || !strcmp(state, "agreed") || !strcmp(state, "approved");
}

static wall_ms change_ends(const json_t *change)
{
    wall_ms ends = 0;
    size_t n;
    json_t *part;
    json_array_foreach(json_unconst(json_at(change, "parts")), n, part)
    {
        wall_ms to = json_int(part, "to", 0);
        ends = to > ends ? to : ends;
    }
    return ends;
}

static bool parts_meet(const json_t *a, const json_t *b)
{
    return !strcmp(json_str_or(a, "seat", ""), json_str_or(b, "seat", "")) &&
           json_int(a, "from", 0) < json_int(b, "to", 0) &&
           json_int(b, "from", 0) < json_int(a, "to", 0);
}

/* The part of a change that wants the same seat at the same time; NULL. */
static const json_t *change_meets(const json_t *change, const char *roster, const json_t *parts)
{
    size_t n, k;
    json_t *mine, *theirs;
    if (!change_stands(change) || strcmp(json_str_or(change, "roster", ""), roster) != 0)
        return NULL;
    json_array_foreach(json_unconst(parts), n, mine)
    {
        json_array_foreach(json_unconst(json_at(change, "parts")), k, theirs)
        {
            if (parts_meet(mine, theirs))
                return theirs;
        }
    }
    return NULL;
}

static void refuse_meeting(struct core *c, const struct roster *r, const json_t *change,
                           const json_t *part)
{
    AUTO_TEXT(when);
    duty_part_words(c, r, part, false, &when);
    core_refuse(c, CODE_CONFLICT, NULL, NULL,
                "change %" PRId64 " has this seat already (%s, by %s, %s): withdraw it first "
                "(muster duty withdraw %" PRId64 ")",
                json_int(change, "number", 0), text_str(&when), json_str_or(part, "person", "?"),
                json_str_or(change, "state", "?"), json_int(change, "number", 0));
}

/* Nobody else has asked for the seat at that time; and what is over for a month is let go. */
static bool room_made(struct core *c, const struct roster *r, const json_t *parts, json_t *entries)
{
    const struct duty_entry *e;
    int count = 0;
    LIST_FOREACH(e, &c->duty, link)
    {
        AUTO_JSON(change);
        if (e->gone || strncmp(e->id, "change/", 7) != 0)
            continue;
        change = kept_json(e->body);
        const json_t *meets = change_meets(change, r->id, parts);
        if (meets) {
            refuse_meeting(c, r, change, meets);
            return false;
        }
        if (change_ends(change) + CHANGE_KEPT_MS < c->in->wall)
            json_put(entries, e->id, json_null());
        else
            count++;
    }
    if (count >= DUTY_CHANGES_MAX)
        core_refuse(c, CODE_LIMIT, NULL, NULL,
                    "%d changes of duty are kept, no more (limit duty.changes); change the rosters "
                    "of the site instead",
                    DUTY_CHANGES_MAX);
    return count < DUTY_CHANGES_MAX;
}

/* ---- words ---- */

static const char *person_name(const struct core *c, const char *id)
{
    struct rung_person p;
    return id && site_person(c->site->site, id, &p) ? p.name : id ? id : "?";
}

static void change_words(const struct core *c, const struct roster *r, const json_t *change,
                         bool zh, struct text *to)
{
    size_t n;
    json_t *part;
    bool swap = !strcmp(json_str_or(change, "what", ""), "swap");
    text_addf(to, zh ? "%s %" PRId64 "：" : "%s %" PRId64 ": ",
              zh ? (swap ? "换班" : "替班") : (swap ? "swap" : "override"),
              json_int(change, "number", 0));
    json_array_foreach(json_unconst(json_at(change, "parts")), n, part)
    {
        text_add(to, n ? (zh ? "；" : "; ") : "");
        duty_part_words(c, r, part, zh, to);
        text_addf(to, zh ? "，由%s值班" : ": %s", person_name(c, json_str(part, "person")));
    }
    if (json_str(change, "reason"))
        text_addf(to, zh ? "（%s）" : " (%s)", json_str(change, "reason"));
}

static void state_words(const char *state, bool zh, struct text *to)
{
    static const char *const words[][3] = {
        {"asked", "已申请，待同意或审批", "asked for"},
        {"agreed", "对方已同意，待审批", "agreed, to be approved"},
        {"approved", "已批准", "approved"},
        {"refused", "未批准", "refused"},
        {"withdrawn", "已撤回", "withdrawn"}};
    for (size_t n = 0; n < sizeof words / sizeof *words; n++)
        if (!strcmp(words[n][0], state))
            text_add(to, words[n][zh ? 1 : 2]);
}

/* ---- who is told ---- */

/* What is told of a change. */
struct news {
    const json_t *change;
    const char *zh, *en;
    json_t *told; /* {ID:true}: nobody twice */
};

/* `step` says what an answer to it does: nothing, or it agrees or approves. */
static void tell_person(struct core *c, const struct news *k, const char *id, const char *step)
{
    struct rung_person p;
    AUTO_TEXT(of);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    bool asks = strcmp(step, DUTY_STEP_NEWS) != 0;
    if (!id || json_at(k->told, id) || !site_person(c->site->site, id, &p))
        return;
    json_put(k->told, id, json_true());
    text_addf(&of, "%s%" PRId64, step, json_int(k->change, "number", 0));
    text_addf(&zh, "%s%s", k->zh, asks ? "\n请答复同意或不同意。" : "");
    text_addf(&en, "%s%s", k->en, asks ? "\nPlease agree or refuse." : "");
    (asks ? duty_tell_to_agree : duty_tell)(c, &p, text_str(&of), text_str(&zh), text_str(&en));
}

/* Who is to approve. */
static void tell_approvers(struct core *c, const struct roster *r, const struct news *k)
{
    AUTO_JSON(to);
    struct rung people = {0};
    const struct seat *lead = roster_seat(r, "lead");
    if (r->approves) {
        to = json_string(r->approves);
        site_resolve_first(c->site->site, to, false, c->in->wall, &people);
    }
    for (size_t n = 0; n < people.count; n++)
        tell_person(c, k, people.at[n].id, DUTY_STEP_APPROVE);
    rung_done(&people);
    if (!r->approves && lead)
        tell_person(c, k, seat_person(c->site->site, r, lead, c->in->wall, NULL),
                    DUTY_STEP_APPROVE);
}

/* Whoever acted knows; who takes a seat, gives one away or is to decide is told. */
static void change_tell(struct core *c, const struct roster *r, const struct news *k)
{
    const char *state = json_str_or(k->change, "state", "");
    bool asked = !strcmp(state, "asked");
    size_t n;
    json_t *part;
    if (asked && json_str(k->change, "with")) { /* the other one has to agree first */
        tell_person(c, k, json_str(k->change, "with"), DUTY_STEP_AGREE);
        return;
    }
    if (asked || !strcmp(state, "agreed"))
        tell_approvers(c, r, k);
    tell_person(c, k, json_str(k->change, "by"), DUTY_STEP_NEWS);
    json_array_foreach(json_unconst(json_at(k->change, "parts")), n, part)
    {
        tell_person(c, k, json_str(part, "person"), DUTY_STEP_NEWS);
        tell_person(c, k, json_str(part, "instead"), DUTY_STEP_NEWS);
    }
}

/* ---- recorded ---- */

/* The change as it is now, with what goes with it; `by` has done it. Takes the entries. */
static void change_emit(struct core *c, const struct roster *r, const json_t *change,
                        const char *by, json_t *takes_entries)
{
    AUTO_TEXT(id);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    AUTO_JSON(told);
    const char *state = json_str_or(change, "state", "");
    text_addf(&id, "change/%" PRId64, json_int(change, "number", 0));
    change_words(c, r, change, true, &zh);
    change_words(c, r, change, false, &en);
    text_add(&zh, "：");
    text_add(&en, ": ");
    state_words(state, true, &zh);
    state_words(state, false, &en);
    json_put(takes_entries, text_str(&id), json_share(change));
    json_t *body = json_put_int(json_object(), "change", json_int(change, "number", 0));
    json_put_str(json_put_str(body, "roster", r->id), "state", state);
    json_put_str(json_put_str(body, "what", json_str(change, "what")), "by", by);
    duty_emit(c, REC_DUTY_CHANGE, body, takes_entries, text_str(&zh), text_str(&en));
    told = json_object();
    if (by)
        json_put(told, by, json_true());
    change_tell(c, r, &(struct news){change, text_str(&zh), text_str(&en), told});
    duty_review(c);
}

/* The same for whoever asked for it; takes the change, too. */
static void change_done(struct core *c, const struct roster *r, json_t *takes_change,
                        json_t *takes_entries)
{
    AUTO_JSON(change);
    change = takes_change;
    change_emit(c, r, change, json_str(c->in->body, "as"), takes_entries);
    core_reply_ok(c, json_put(json_object(), "change", duty_change_shown(c, change)));
}

static json_t *part_new(const struct core *c, const struct roster *r, const struct seat *seat,
                        const char *person, wall_ms from, wall_ms to)
{
    const char *instead = seat_person(c->site->site, r, seat, from, NULL);
    json_t *part = json_put_str(json_object(), "seat", seat->name);
    json_put_str(part, "person", person);
    if (instead && strcmp(instead, person) != 0)
        json_put_str(part, "instead", instead);
    return json_put_int(json_put_int(part, "from", from), "to", to);
}

static json_t *change_new(const struct core *c, const struct roster *r, const char *what,
                          int64_t number, json_t *takes_parts)
{
    json_t *change = json_put_int(json_object(), "number", number);
    json_put_str(json_put_str(change, "what", what), "roster", r->id);
    json_put_str(change, "by", json_str(c->in->body, "as"));
    json_put_str(change, "reason", json_str(c->in->body, "reason"));
    json_put_int(change, "at", c->in->wall);
    return json_put(change, "parts", takes_parts);
}

/* ---- times ---- */

static bool time_read(struct core *c, const char *key, wall_ms *ret)
{
    const char *text = json_str_or(c->in->body, key, "");
    if (rfc3339_parse(text, ret) || roster_moment(site_zone(c->site->site), text, ret))
        return true;
    core_refuse(c, CODE_BAD_FIELD, key, NULL,
                "%s: a time by the clocks of the site, \"2026-12-01 08:00\", or \"2026-12-01\"",
                key);
    return false;
}

static bool times_fit(struct core *c, wall_ms from, wall_ms to)
{
    if (to <= from)
        core_refuse(c, CODE_BAD_FIELD, "to", NULL, "to: it must end after it begins");
    else if (to <= c->in->wall)
        core_refuse(c, CODE_BAD_FIELD, "to", NULL, "to: this time is over");
    else if (to - from > CHANGE_MOST_MS)
        core_refuse(c, CODE_BAD_FIELD, "to", NULL,
                    "to: at most a year in one go; who stays longer belongs into the roster");
    else
        return true;
    return false;
}

/* ---- override ---- */

void decide_duty_override(struct core *c)
{
    const struct roster *r;
    const struct seat *seat;
    struct rung_person person, as;
    bool there, by;
    wall_ms from, to;
    if (!input_allowed(c, SCOPE_RESPOND, "change who is on duty") || !(r = duty_roster(c)) ||
        !(seat = duty_seat(c, r)) || !duty_person(c, "person", &person, &there) ||
        !duty_person(c, "as", &as, &by) || !time_read(c, "from", &from) ||
        !time_read(c, "to", &to) || !times_fit(c, from, to))
        return;
    if (!by && !duty_approver(c, r, "put somebody on duty"))
        return;
    AUTO_JSON(parts);
    json_t *entries = json_object();
    parts = json_pack("[o]", part_new(c, r, seat, person.id, from, to));
    if (!room_made(c, r, parts, entries)) {
        json_decref(entries);
        return;
    }
    json_t *change =
        change_new(c, r, "override", duty_number(c, "changes", entries), json_incref(parts));
    bool approves = !by || duty_may_approve(c, r, as.id);
    json_put_str(change, "state", approves ? "approved" : "asked");
    json_put_str(change, "approved_by", approves ? (by ? as.id : c->in->who.id) : NULL);
    change_done(c, r, change, entries);
}

/* ---- swap ---- */

/* No further than the turn at that moment; where nobody takes turns, than its day. */
static void turn_within(const struct core *c, const struct roster *r, wall_ms at, wall_ms *ret_from,
                        wall_ms *ret_to)
{
    const char *zone = site_zone(c->site->site);
    int64_t turn, day = civil_day(zone, at);
    if (rotation_turn(&r->rotation, zone, at, &turn, ret_from)) {
        *ret_to = rotation_begins(&r->rotation, zone, turn + 1);
        return;
    }
    *ret_from = civil_moment(zone, day, 0);
    *ret_to = civil_moment(zone, day + 1, 0);
}

/* The turn that the person has at that moment, in any seat of the roster; false: none. */
static bool turn_of(const struct core *c, const struct roster *r, const char *person, wall_ms at,
                    const struct seat **ret_seat, struct duty_span *ret)
{
    for (size_t n = 0; n < r->seats_count; n++) {
        *ret = seat_span(c->site->site, r, &r->seats[n], at, at + CHANGE_MOST_MS);
        *ret_seat = &r->seats[n];
        if (ret->person && !strcmp(ret->person, person))
            return true;
    }
    return false;
}

static bool turn_read(struct core *c, const struct roster *r, const char *key, const char *person,
                      const char *taker, json_t *parts)
{
    const struct seat *seat;
    struct duty_span turn;
    wall_ms at, from;
    if (!time_read(c, key, &at))
        return false;
    if (!turn_of(c, r, person, at, &seat, &turn)) {
        core_refuse(c, CODE_CONFLICT, key, NULL,
                    "%s: %s is not on duty in duty:%s at that time (muster duty show %s says who "
                    "is when)",
                    key, person, r->id, r->id);
        return false;
    }
    wall_ms begins, ends;
    turn_within(c, r, at, &begins, &ends);
    from = seat_since(c->site->site, r, seat, at);
    from = from > begins ? from : begins;
    ends = turn.to < ends ? turn.to : ends;
    if (from < c->in->wall)
        from = at > c->in->wall ? at : c->in->wall;
    json_array_append_new(parts, part_new(c, r, seat, taker, from, ends));
    return times_fit(c, from, ends);
}

void decide_duty_swap(struct core *c)
{
    const struct roster *r;
    struct rung_person as, with;
    bool by, there;
    AUTO_JSON(parts);
    if (!input_allowed(c, SCOPE_RESPOND, "swap duty") || !(r = duty_roster(c)) ||
        !duty_person(c, "as", &as, &by) || !duty_person(c, "with", &with, &there))
        return;
    if (!by || !there) {
        core_refuse(c, CODE_MISSING_FIELD, by ? "with" : "as", NULL,
                    "a swap is between two: give \"as\", who asks, and \"with\"");
        return;
    }
    if (!strcmp(as.id, with.id)) {
        core_refuse(c, CODE_BAD_FIELD, "with", NULL, "with: the other one, not the same person");
        return;
    }
    parts = json_array();
    if (!turn_read(c, r, "at", as.id, with.id, parts) ||
        (json_str(c->in->body, "back") && !turn_read(c, r, "back", with.id, as.id, parts)))
        return;
    json_t *entries = json_object();
    if (!room_made(c, r, parts, entries)) {
        json_decref(entries);
        return;
    }
    json_t *change =
        change_new(c, r, "swap", duty_number(c, "changes", entries), json_incref(parts));
    json_put_str(json_put_str(change, "with", with.id), "state", "asked");
    change_done(c, r, change, entries);
}

/* ---- agree, approve, refuse, withdraw ---- */

static bool act_agree(struct core *c, const json_t *change)
{
    const char *with = json_str(change, "with"), *as = json_str_or(c->in->body, "as", "");
    if (!with || strcmp(json_str_or(change, "state", ""), "asked") != 0)
        core_refuse(c, CODE_CONFLICT, "action", NULL,
                    "this change waits for nobody to agree (it is %s)",
                    json_str_or(change, "state", "?"));
    else if (strcmp(with, as) != 0)
        core_refuse(c, CODE_DENIED, "as", NULL, "to agree is for %s", with);
    else
        return true;
    return false;
}

static bool act_approve(struct core *c, const struct roster *r, const json_t *change)
{
    const char *state = json_str_or(change, "state", ""), *with = json_str(change, "with");
    if (with && !strcmp(state, "asked"))
        core_refuse(c, CODE_CONFLICT, "action", NULL,
                    "%s has not agreed yet (muster duty agree %" PRId64 " --as %s)", with,
                    json_int(change, "number", 0), with);
    else if (strcmp(state, "asked") != 0 && strcmp(state, "agreed") != 0)
        core_refuse(c, CODE_CONFLICT, "action", NULL, "this change is %s", state);
    else
        return duty_approver(c, r, "approve a change of duty");
    return false;
}

/* Both may say no until it is approved; afterwards it is withdrawn. */
static bool act_refuse(struct core *c, const struct roster *r, const json_t *change)
{
    const char *state = json_str_or(change, "state", ""), *as = json_str_or(c->in->body, "as", "");
    if (!change_stands(change) || !strcmp(state, "approved")) {
        core_refuse(c, CODE_CONFLICT, "action", NULL, "this change is %s", state);
        return false;
    }
    return !strcmp(json_str_or(change, "with", ""), as) ||
           duty_approver(c, r, "refuse a change of duty");
}

static bool act_withdraw(struct core *c, const struct roster *r, const json_t *change)
{
    const char *as = json_str_or(c->in->body, "as", "");
    if (!change_stands(change)) {
        core_refuse(c, CODE_CONFLICT, "action", NULL, "this change is %s",
                    json_str_or(change, "state", "?"));
        return false;
    }
    return !strcmp(json_str_or(change, "by", ""), as) ||
           duty_approver(c, r, "withdraw a change of duty");
}

static const char *act(struct core *c, const struct roster *r, const json_t *change)
{
    const char *action = json_str_or(c->in->body, "action", "");
    if (!strcmp(action, "agree"))
        return act_agree(c, change) ? "agreed" : NULL;
    if (!strcmp(action, "approve"))
        return act_approve(c, r, change) ? "approved" : NULL;
    if (!strcmp(action, "refuse"))
        return act_refuse(c, r, change) ? "refused" : NULL;
    return act_withdraw(c, r, change) ? "withdrawn" : NULL;
}

void decide_duty_act(struct core *c)
{
    AUTO_TEXT(id);
    AUTO_JSON(change);
    struct rung_person as;
    bool by;
    if (!input_allowed(c, SCOPE_RESPOND, "change who is on duty"))
        return;
    text_addf(&id, "change/%" PRId64, json_int(c->in->body, "change", 0));
    change = duty_entry(c, text_str(&id));
    const struct roster *r =
        change && c->site ? site_roster(c->site->site, json_str_or(change, "roster", "")) : NULL;
    if (!r) {
        core_refuse(c, CODE_NOT_FOUND, "change", NULL,
                    "there is no change of duty of this number (muster duty show)");
        return;
    }
    const char *state = duty_person(c, "as", &as, &by) ? act(c, r, change) : NULL;
    if (!state)
        return;
    json_put_str(change, "state", state);
    if (!strcmp(state, "approved"))
        json_put_str(change, "approved_by", by ? as.id : c->in->who.id);
    json_put_str(change, "note", json_str(c->in->body, "note"));
    change_done(c, r, json_incref(change), json_object());
}

/* ---- by the link of a message ---- */

/* What an answer makes of a change that waits for it; NULL: it does not wait for that any more. */
static const char *state_by_link(const json_t *change, bool agrees, bool declined)
{
    const char *state = json_str_or(change, "state", "");
    bool asked = !strcmp(state, "asked");
    bool waits = agrees ? asked && json_str(change, "with")
                        : !strcmp(state, "agreed") || (asked && !json_str(change, "with"));
    if (!waits)
        return NULL;
    return declined ? "refused" : agrees ? "agreed" : "approved";
}

void duty_change_answered(struct core *c, const struct notice *n, bool agrees, bool declined)
{
    AUTO_TEXT(id);
    AUTO_JSON(change);
    text_addf(&id, "change/%s", strrchr(n->step, '/') + 1);
    change = duty_entry(c, text_str(&id));
    const struct roster *r = site_roster(c->site->site, json_str_or(change, "roster", ""));
    const char *state = state_by_link(change, agrees, declined);
    if (!r || !state)
        return;
    json_put_str(change, "state", state);
    if (!strcmp(state, "approved"))
        json_put_str(change, "approved_by", n->person);
    change_emit(c, r, change, n->person, json_object());
}
