#include "serve/shapes.h"

#include "core/choice.h"
#include "core/say.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *event_id(int64_t gen, int64_t seq, char ret[EVENT_ID_TEXT])
{
    snprintf(ret, EVENT_ID_TEXT, "%" PRId64 "-%" PRId64, gen, seq);
    return ret;
}

static void put_time(json_t *o, const char *name, wall_ms at)
{
    char text[RFC3339_TEXT];
    json_put_str(o, name, rfc3339(at, text));
}

/* ---- events ---- */

/* A copy of a message without what only its receiver may know. */
static json_t *message_shown(const json_t *message)
{
    json_t *shown = json_copy(json_unconst(message));
    (void)json_object_del(shown, "code");
    (void)json_object_del(shown, "token");
    return shown;
}

static json_t *event_data(const struct record *r)
{
    json_t *data = r->body ? json_copy(r->body) : json_object();
    if (r->sealed)
        (void)json_object_update(data, r->sealed);
    const json_t *message = json_at(data, "message");
    if (json_is_object(message))
        json_put(data, "message", message_shown(message));
    if (r->kind == REC_NOTICE_QUEUED || r->kind == REC_NOTICE_METHOD)
        (void)json_object_del(data, "body"); /* as rendered: the code stands in it */
    if (r->kind == REC_INCIDENT_OPENED || r->kind == REC_REOPENED)
        (void)json_object_del(data, "seed");
    (void)json_object_del(data, "same"); /* an index of ours */
    (void)json_object_del(data, "once"); /* between its sender and us */
    json_t *about = json_object_get(data, "about");
    if (json_at(about, "contact")) { /* of a citizen: for who works on it, in the ledger */
        json_put(data, "about", json_copy(about));
        (void)json_object_del(json_object_get(data, "about"), "contact");
    }
    return data;
}

json_t *shape_event(const struct record *r, int64_t gen, const char *lang)
{
    char id[EVENT_ID_TEXT], incident[UUID_TEXT];
    AUTO_TEXT(sentence);
    record_say(r, lang, &sentence);

    json_t *e = json_put_str(json_object(), "id", event_id(gen, r->seq, id));
    json_put_int(e, "seq", r->seq);
    put_time(e, "at", r->at_ms);
    if (!uuid_is_none(r->incident))
        json_put_str(e, "incident", uuid_text(r->incident, incident));
    json_put_str(e, "kind", record_kind_name(r->kind));
    if (r->actor)
        json_put(e, "actor", json_share(r->actor));
    json_put(e, "drill", json_boolean(json_bool(r->body, "drill")));
    json_put(e, "data", event_data(r));
    json_put_true(e, "purged", r->purged);
    return json_put_str(e, "text", text_str(&sentence));
}

/* ---- incidents ---- */

/* What stood in the incident's row before facts had rows of their own. */
static json_t *facts_shown(const json_t *facts)
{
    json_t *shown = json_object();
    const char *name;
    json_t *member;
    json_object_foreach(json_unconst(facts), name, member)
    {
        const json_t *at = json_at(member, "at");
        if (json_at(member, "value") && json_is_integer(at)) {
            json_t *value = json_copy(member);
            put_time(value, "at", json_integer_value(at));
            json_put(value, "stale", json_boolean(false));
            json_put(shown, name, value);
        } else if (json_is_object(member)) {
            json_put(shown, name, facts_shown(member));
        } else {
            json_put(shown, name, json_share(member));
        }
    }
    return shown;
}

/* {"breach":{…},"g7":{"stage_m":{"value","at","stale"}}}: by station or event, then by name. */
static void fact_show(json_t *shown, const struct row *part)
{
    const char *id = strchr(part->id, '/');
    const char *name = id ? strchr(id + 1, '/') : NULL;
    if (!name || !part->body)
        return;
    json_t *value = json_put(json_object(), "value", json_share(json_at(part->body, "value")));
    put_time(value, "at", json_int(part->body, "at", 0));
    json_put(value, "stale", json_boolean(json_bool(part->body, "stale")));
    AUTO_TEXT(station);
    text_add_bytes(&station, id + 1, (size_t)(name - id) - 1);
    json_t *at = shown;
    if (station.len && !(at = json_object_get(shown, text_str(&station)))) {
        at = json_object();
        json_put(shown, text_str(&station), at);
    }
    json_put(at, name + 1, value);
}

static json_t *asked_shown(const json_t *asked)
{
    json_t *shown = json_array();
    size_t n;
    json_t *person;
    json_array_foreach(json_unconst(asked), n, person)
    {
        json_t *one = json_put_str(json_object(), "person", json_str(person, "id"));
        json_put_str(one, "name", json_str(person, "name"));
        json_put_str(one, "words", json_str(person, "words"));
        json_put_int(one, "rung", json_int(person, "rung", 0) + 1);
        json_put_true(one, "declined", json_bool(person, "declined"));
        json_put_true(one, "accepted", json_at(person, "accepted") != NULL);
        json_put_str(one, "choice", json_str(json_at(person, "choice"), "choice"));
        json_array_append_new(shown, one);
    }
    return shown;
}

/* What may be answered to a question: its name, and its text. */
static json_t *choices_shown(const json_t *choices)
{
    json_t *shown = json_array();
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(choices), n, one)
    {
        json_t *choice = json_put_str(json_object(), "choice", choice_name(one));
        json_array_append_new(shown, json_put(choice, "text", json_share(one)));
    }
    return shown;
}

static json_t *calls_shown(const json_t *calls, const struct serve_port *port)
{
    json_t *shown = json_array();
    size_t n;
    json_t *call;
    json_array_foreach(json_unconst(calls), n, call)
    {
        const json_t *spec = json_at(call, "spec");
        if (json_bool(call, "stands"))
            continue;
        json_t *one = json_put_str(json_object(), "step", json_str(call, "step"));
        if (json_at(spec, "text"))
            json_put(one, "text", json_share(json_at(spec, "text")));
        json_put_str(one, "at", json_str(spec, "at"));
        json_put_int(one, "rung", json_int(call, "rung", 0) + 1);
        json_put_int(one, "round", json_int(call, "round", 0) + 1);
        json_put(one, "asked", asked_shown(json_at(call, "asked")));
        if (json_at(spec, "choices"))
            json_put(one, "choices", choices_shown(json_at(spec, "choices")));
        if (json_int(spec, "at_least", 1) > 1)
            json_put_int(one, "wanted", json_int(spec, "at_least", 1));
        int64_t due = json_int(call, "due", -1);
        if (due >= 0)
            put_time(one, "due", port->wall_of(port->ctx, due));
        json_array_append_new(shown, one);
    }
    return shown;
}

/* Calls that were answered, and begin anew when the time of the answer is up. */
static json_t *taken_shown(const json_t *calls, const struct serve_port *port)
{
    json_t *shown = json_array(), *call, *person;
    size_t n, k;
    json_array_foreach(json_unconst(calls), n, call)
    {
        if (!json_bool(call, "stands"))
            continue;
        json_t *one = json_put_str(json_object(), "step", json_str(call, "step"));
        json_t *by = json_array();
        if (json_at(json_at(call, "spec"), "text"))
            json_put(one, "text", json_share(json_at(json_at(call, "spec"), "text")));
        json_array_foreach(json_unconst(json_at(call, "asked")), k, person)
        {
            const json_t *accepted = json_at(person, "accepted");
            if (!accepted)
                continue;
            json_t *who = json_put_str(json_object(), "person", json_str(person, "id"));
            json_put_str(who, "name", json_str(person, "name"));
            put_time(who, "at", json_int(accepted, "at", 0));
            json_array_append_new(by, who);
        }
        json_put(one, "by", by);
        put_time(one, "until", port->wall_of(port->ctx, json_int(call, "due", 0)));
        json_array_append_new(shown, one);
    }
    return shown;
}

/* A dedup key is kept behind its principal. */
static const char *key_shown(const char *key)
{
    const char *end = key ? strchr(key, '\n') : NULL;
    return end ? end + 1 : key;
}

/* How many messages came how far. */
static json_t *notices_counted(const json_t *body)
{
    static const char *const counts[] = {"sent", "delivered", "seen", "failed"};
    json_t *o = json_object();
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        json_put_int(o, counts[i], json_int(body, counts[i], 0));
    return o;
}

/* INTERFACES 6 has these for every incident, known or not. */
static void put_or_null(json_t *o, const char *name, const json_t *from)
{
    const json_t *value = json_at(from, name);
    json_put(o, name, value ? json_share(value) : json_null());
}

static void incident_about(json_t *o, const json_t *about)
{
    static const char *const always[] = {"title",    "plan",  "version",
                                         "category", "grade", "warning"};
    static const char *const if_there[] = {"note",  "kind",   "source", "event",
                                           "place", "labels", "zone",   "occasion"};
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        put_or_null(o, always[i], about);
    for (size_t i = 0; i < sizeof if_there / sizeof if_there[0]; i++)
        if (json_at(about, if_there[i]))
            json_put(o, if_there[i], json_share(json_at(about, if_there[i])));
}

/* What people are asked to order; red where nobody has answered in time ("待令"). */
static json_t *proposals_shown(const json_t *proposals)
{
    static const char *const words[] = {"action", "level",  "warning", "what",
                                        "draft",  "reason", "to"};
    json_t *shown = json_array(), *p;
    size_t n;
    json_array_foreach(json_unconst(proposals), n, p)
    {
        const json_t *spec = json_at(p, "spec");
        json_t *one = json_put_int(json_object(), "number", json_int(p, "number", 0));
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            if (json_at(spec, words[k]))
                json_put(one, words[k], json_share(json_at(spec, words[k])));
        json_put_str(one, "state", json_bool(p, "awaiting") ? "awaiting_order" : "open");
        put_time(one, "opened_at", json_int(p, "opened_at", 0));
        json_array_append_new(shown, one);
    }
    return shown;
}

static json_t *order_shown(const json_t *order)
{
    json_t *shown = order ? json_copy(json_unconst(order)) : json_null();
    static const char *const times[] = {"at", "expected_at", "lifted_at"};
    for (size_t k = 0; k < sizeof times / sizeof *times; k++)
        if (json_at(order, times[k]))
            put_time(shown, times[k], json_int(order, times[k], 0));
    return shown;
}

/* What was declared, issued and published: orders, and until when they stood. */
static json_t *statements_shown(const json_t *statements)
{
    json_t *shown = json_array(), *one;
    size_t n;
    json_array_foreach(json_unconst(statements), n, one)
    {
        json_t *order = order_shown(one);
        json_object_del(order, "step");
        json_object_del(order, "lifts");
        json_array_append_new(shown, order);
    }
    return shown;
}

/* The conditions of levels and ends, as they stand: "level/II", "end/falling". */
static json_t *conditions_shown(const json_t *marks, const struct serve_port *port)
{
    json_t *shown = json_array(), *m;
    size_t n;
    json_array_foreach(json_unconst(marks), n, m)
    {
        json_t *one = json_put_str(json_object(), "of", json_str(m, "of"));
        json_put_str(one, "truth", json_str(m, "truth"));
        json_put(one, "held", json_boolean(json_bool(m, "held")));
        if (json_at(m, "since"))
            put_time(one, "since", port->wall_of(port->ctx, json_int(m, "since", 0)));
        if (json_at(m, "due"))
            put_time(one, "due", port->wall_of(port->ctx, json_int(m, "due", 0)));
        json_array_append_new(shown, one);
    }
    return shown;
}

static void response_show(json_t *o, const json_t *r, const struct serve_port *port)
{
    const char *level = json_str(r, "level"), *commander = json_str(r, "commander");
    json_put(o, "level", level ? json_string(level) : json_null());
    json_put(o, "proposals", proposals_shown(json_at(r, "proposals")));
    if (!r)
        return;
    json_put(o, "commander", commander ? json_string(commander) : json_null());
    json_put(o, "members",
             json_at(r, "members") ? json_share(json_at(r, "members")) : json_array());
    json_put(o, "order", order_shown(json_at(r, "order")));
    if (json_at(r, "ended"))
        json_put(o, "ended", order_shown(json_at(r, "ended")));
    json_put(o, "statements", statements_shown(json_at(r, "statements")));
    json_put(o, "conditions", conditions_shown(json_at(r, "marks"), port));
}

static json_t *children_shown(const json_t *children)
{
    static const char *const words[] = {"id", "key", "plan", "title", "state"};
    json_t *shown = json_array(), *child;
    size_t n;
    json_array_foreach(json_unconst(children), n, child)
    {
        json_t *one = json_object();
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            json_put_str(one, words[k], json_str(child, words[k]));
        json_array_append_new(shown, one);
    }
    return shown;
}

static json_t *roles_shown(const json_t *roles)
{
    json_t *shown = json_array(), *role;
    const char *name;
    json_object_foreach(json_unconst(roles), name, role)
    {
        json_t *one = json_put_str(json_object(), "role", name);
        json_put_str(json_put_str(one, "person", json_str(role, "person")), "name",
                     json_str(role, "name"));
        put_time(one, "at", json_int(role, "at", 0));
        json_array_append_new(shown, one);
    }
    return shown;
}

static json_t *names_of(const json_t *object)
{
    json_t *list = json_array();
    const char **names = json_keys(object, NULL);
    for (size_t n = 0; names[n]; n++)
        json_array_append_new(list, json_string(names[n]));
    free(names);
    return list;
}

/* To which other incidents it belongs, and who does what in it; nothing where it stands alone. */
static void family_show(json_t *o, const json_t *f, const struct serve_port *port)
{
    static const char *const ids[] = {"parent", "into", "split"}, *const shown[] = {"parent",
                                                                                    "merged_into",
                                                                                    "split_from"};
    for (size_t n = 0; n < sizeof ids / sizeof *ids; n++)
        json_put_str(o, shown[n], json_str(f, ids[n]));
    if (json_at(f, "children"))
        json_put(o, "children", children_shown(json_at(f, "children")));
    if (json_at(f, "roles"))
        json_put(o, "roles", roles_shown(json_at(f, "roles")));
    if (json_array_size(json_at(f, "merged")))
        json_put(o, "merged", json_share(json_at(f, "merged")));
    if (json_at(f, "without"))
        json_put(o, "without", names_of(json_at(f, "without")));
    if (json_int(f, "reopened", 0))
        json_put_int(o, "reopened", json_int(f, "reopened", 0));
    if (json_int(f, "reopen_until", 0))
        put_time(o, "reopen_until", port->wall_of(port->ctx, json_int(f, "reopen_until", 0)));
}

/* What can be said of it without its body: the id tells when it was issued. */
static void item_purged(json_t *o, const struct row *row)
{
    struct uuid id = {0};
    (void)uuid_parse(row->id, &id);
    json_put(o, "purged", json_true());
    json_put_str(o, "kind", "item");
    json_put(o, "title", json_null());
    put_time(o, "issued_at", uuid_ms(id));
}

/* What a citizen can be reached by is for those who work on it. */
static void contact_put(json_t *o, const json_t *about, bool whole)
{
    if (whole)
        json_put_str(o, "contact", json_str(about, "contact"));
}

json_t *shape_item(const struct row *row, bool whole)
{
    static const char *const words[] = {"kind", "name", "key", "level"};
    static const char *const about[] = {
        "title",   "done_when", "goal",    "indicator",  "amount",     "from",
        "channel", "assist",    "after",   "note",       "evidence",   "by",
        "reply",   "plan",      "version", "owner_name", "of_incident"};
    static const char *const times[] = {"issued_at", "due_at", "done_at"};
    char incident[UUID_TEXT];
    const json_t *b = row->body;
    json_t *o = json_put_str(json_object(), "id", row->id);
    json_put_str(o, "incident", uuid_text(row->incident, incident));
    for (size_t n = 0; n < sizeof words / sizeof *words; n++)
        json_put_str(o, words[n], json_str(b, words[n]));
    for (size_t n = 0; n < sizeof about / sizeof *about; n++)
        if (json_at(json_at(b, "about"), about[n]))
            json_put(o, about[n], json_share(json_at(json_at(b, "about"), about[n])));
    contact_put(o, json_at(b, "about"), whole);
    json_put_str(o, "owner", row->plan);
    json_put_str(o, "state", row->state);
    bool open = !strcmp(row->state, "issued") || !strcmp(row->state, "received") ||
                !strcmp(row->state, "arrived");
    json_put(o, "overdue", json_boolean(open && json_int(b, "urged", 0) > 0));
    json_put_true(o, "waits", open && json_bool(b, "waits"));
    json_put_true(o, "put", open && json_bool(b, "put"));
    json_put_true(o, "supervised", json_bool(b, "supervised"));
    json_put_str(o, "leader", json_str(b, "leader"));
    json_put(o, "drill", json_boolean(row->drill));
    for (size_t n = 0; n < sizeof times / sizeof *times; n++)
        if (json_int(b, times[n], 0))
            put_time(o, times[n], json_int(b, times[n], 0));
    if (!b)
        item_purged(o, row);
    return o;
}

/* What can be said of it without its body: the id tells when it was opened. */
static void report_purged(json_t *o, const struct row *row)
{
    struct uuid id = {0};
    (void)uuid_parse(row->id, &id);
    json_put(o, "purged", json_true());
    put_time(o, "opened_at", uuid_ms(id));
}

static void report_times(json_t *o, const json_t *b)
{
    static const char *const times[] = {"opened_at", "due_at",    "phone_due_at",
                                        "phoned_at", "signed_at", "sent_at"};
    static const char *const late[] = {"late_ms", "phone_late_ms"};
    for (size_t n = 0; n < sizeof times / sizeof *times; n++)
        if (json_int(b, times[n], 0))
            put_time(o, times[n], json_int(b, times[n], 0));
    for (size_t n = 0; n < sizeof late / sizeof *late; n++)
        if (json_int(b, late[n], 0))
            json_put_int(o, late[n], json_int(b, late[n], 0));
}

json_t *shape_report(const struct row *row, bool text)
{
    static const char *const words[] = {"key", "by", "sign", "basis", "corrects", "lang"};
    static const char *const values[] = {"to", "signer", "told"};
    char incident[UUID_TEXT];
    const json_t *b = row->body;
    json_t *o = json_put_str(json_object(), "id", row->id);
    json_put_str(o, "incident", uuid_text(row->incident, incident));
    json_put_str(json_put_str(o, "kind", row->plan), "state", row->state);
    for (size_t n = 0; n < sizeof words / sizeof *words; n++)
        json_put_str(o, words[n], json_str(b, words[n]));
    for (size_t n = 0; n < sizeof values / sizeof *values; n++)
        json_put(o, values[n], json_share(json_at(b, values[n])));
    if (b)
        json_put_int(json_put_int(o, "number", json_int(b, "number", 0)), "rev",
                     json_int(b, "rev", 1));
    json_put_str(o, "text", text ? json_str(b, "text") : NULL);
    bool late = row->open && json_int(b, "urged", 0) > 0;
    json_put(o, "overdue", json_boolean(late));
    json_put_true(json_put_true(o, "missed", json_bool(b, "missed")), "zero", json_bool(b, "zero"));
    json_put(o, "drill", json_boolean(row->drill));
    report_times(o, b);
    if (!b)
        report_purged(o, row);
    return o;
}

/* {"open","overdue"}, and how many of each kind were opened. */
static json_t *reports_counted(const json_t *body)
{
    json_t *counts = json_copy(json_unconst(json_at(json_at(body, "reporting"), "made")));
    if (!counts)
        counts = json_object();
    json_put_int(counts, "open", json_int(body, "reports_open", 0));
    return json_put_int(counts, "overdue", json_int(body, "reports_overdue", 0));
}

/* How far the scenario of a drill has come. */
static json_t *drill_shown(const json_t *body, const struct serve_port *port)
{
    static const char *const names[] = {"mode", "director", "evaluators"};
    const json_t *run = json_at(body, "drill_run"), *about = json_at(run, "about"),
                 *scenario = json_at(about, "scenario");
    const json_t *injects = json_at(scenario, "injects");
    size_t next = (size_t)json_int(run, "next", 0);
    const json_t *inject = json_array_get(injects, next);
    if (!run)
        return NULL;
    json_t *o = json_object();
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        json_put(o, names[n], json_share(json_at(about, names[n])));
    int64_t speed = json_int(body, "drill_speed", 1);
    if (speed > 1)
        json_put_int(o, "speed", speed);
    if (!scenario)
        return o;
    json_put_str(o, "scenario", json_str(scenario, "name"));
    json_put(o, "title", json_share(json_at(scenario, "title")));
    json_put_int(o, "injects", (int64_t)json_array_size(injects));
    json_put(o, "injected", json_integer((json_int_t)next));
    if (inject && !json_at(body, "closed_at"))
        put_time(o, "next_at",
                 port->wall_of(port->ctx,
                               json_int(run, "began", 0) + json_int(inject, "at_ms", 0) / speed));
    return o;
}

/* What can be said of it without its body: the id tells when it was opened. */
static void incident_purged(json_t *o, const struct row *row)
{
    struct uuid id = {0};
    (void)uuid_parse(row->id, &id);
    json_put(o, "purged", json_true());
    json_put(o, "plan", row->plan ? json_string(row->plan) : json_null());
    put_time(o, "opened_at", uuid_ms(id));
}

json_t *shape_incident(const struct row *row, const struct serve_port *port, int64_t gen,
                       int64_t as_of)
{
    char id[EVENT_ID_TEXT];
    const json_t *body = row->body;
    json_t *o = json_put_str(json_object(), "id", row->id);
    AUTO_JSON(about); /* stands in the row as text */
    about = json_loads(json_str_or(body, "about", "{}"), 0, NULL);
    incident_about(o, about);
    put_or_null(o, "pin", body);
    json_put_str(o, "state", row->state);
    json_put_str(o, "health", json_str_or(body, "health", "ok"));
    response_show(o, json_at(body, "response"), port);
    json_put(o, "drill", json_boolean(row->drill));
    json_put(o, "drill_state", drill_shown(body, port));
    const char *key = key_shown(json_str(body, "key"));
    json_put(o, "key", key ? json_string(key) : json_null());
    json_put_int(o, "count", json_int(about, "count", 1));
    family_show(o, json_at(body, "family"), port);
    put_time(o, "opened_at", json_int(body, "opened_at", 0));
    if (json_at(body, "closed_at"))
        put_time(o, "closed_at", json_int(body, "closed_at", 0));
    json_t *facts = facts_shown(json_at(body, "facts"));
    for (size_t n = 0; n < row->parts_count; n++)
        fact_show(facts, &row->parts[n]);
    json_put(o, "facts", facts);
    json_put_true(o, "facts_more", row->parts_more);
    if (json_at(body, "fields"))
        json_put(o, "plan_state", json_share(json_at(body, "fields")));
    json_put(o, "calls", calls_shown(json_at(body, "calls"), port));
    json_put(o, "taken", taken_shown(json_at(body, "calls"), port));
    json_put(o, "items",
             json_put_int(json_put_int(json_object(), "open", json_int(body, "items_open", 0)),
                          "overdue", json_int(body, "items_overdue", 0)));
    json_put(o, "reports", reports_counted(body));
    json_put(o, "notices", notices_counted(body));
    if (!body)
        incident_purged(o, row);
    return json_put_str(o, "as_of", event_id(gen, as_of, id));
}
