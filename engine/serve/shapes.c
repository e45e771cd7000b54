#include "serve/shapes.h"

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
    if (r->kind == REC_INCIDENT_OPENED)
        (void)json_object_del(data, "seed");
    (void)json_object_del(data, "once"); /* between its sender and us */
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

/* "at" of each value, in milliseconds, becomes a time. A station's facts lie one level deeper. */
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
            json_put(shown, name, value);
        } else if (json_is_object(member)) {
            json_put(shown, name, facts_shown(member));
        } else {
            json_put(shown, name, json_share(member));
        }
    }
    return shown;
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
        json_array_append_new(shown, one);
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
        json_t *one = json_put_str(json_object(), "step", json_str(call, "step"));
        if (json_at(spec, "text"))
            json_put(one, "text", json_share(json_at(spec, "text")));
        json_put_str(one, "at", json_str(spec, "at"));
        json_put_int(one, "rung", json_int(call, "rung", 0) + 1);
        json_put_int(one, "round", json_int(call, "round", 0) + 1);
        json_put(one, "asked", asked_shown(json_at(call, "asked")));
        int64_t due = json_int(call, "due", -1);
        if (due >= 0)
            put_time(one, "due", port->wall_of(port->ctx, due));
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
    static const char *const if_there[] = {"note", "kind", "source", "event", "place", "labels"};
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        put_or_null(o, always[i], about);
    for (size_t i = 0; i < sizeof if_there / sizeof if_there[0]; i++)
        if (json_at(about, if_there[i]))
            json_put(o, if_there[i], json_share(json_at(about, if_there[i])));
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
    json_put(o, "level", json_null());
    json_put(o, "drill", json_boolean(row->drill));
    const char *key = key_shown(json_str(body, "key"));
    json_put(o, "key", key ? json_string(key) : json_null());
    put_time(o, "opened_at", json_int(body, "opened_at", 0));
    if (json_at(body, "closed_at"))
        put_time(o, "closed_at", json_int(body, "closed_at", 0));
    json_put(o, "facts", facts_shown(json_at(body, "facts")));
    if (json_at(body, "fields"))
        json_put(o, "plan_state", json_share(json_at(body, "fields")));
    json_put(o, "calls", calls_shown(json_at(body, "calls"), port));
    json_put(o, "items", json_put_int(json_put_int(json_object(), "open", 0), "overdue", 0));
    json_put(o, "reports", json_object());
    json_put(o, "proposals", json_array());
    json_put(o, "notices", notices_counted(body));
    if (!body)
        incident_purged(o, row);
    return json_put_str(o, "as_of", event_id(gen, as_of, id));
}
