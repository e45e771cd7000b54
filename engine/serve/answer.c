/*
 * answer - from a request to its reply, or to whoever will have it.
 */
#include "core/core.h"
#include "serve/conn.h"
#include "serve/link.h"
#include "serve/shapes.h"
#include "serve/watch.h"
#include "serve/who.h"

#include <stdlib.h>
#include <string.h>

/* ---- refusals ---- */

void answer_refused(struct conn *c, uint64_t line, const struct refusal *r)
{
    conn_reply(c, line, refusal_json(r));
}

enum code scope_check(const struct conn *c, const char *what, unsigned scope, struct refusal *ret)
{
    static const char *const may[] = {"trigger", "read",       "respond",
                                      "order",   "administer", "hand in replies"};
    unsigned missing = scope & ~c->who.scopes;
    if (!missing)
        return CODE_OK;
    if (!c->who.scopes)
        return refuse(ret, CODE_UNAUTHORIZED, NULL, NULL, "%s: say who you are: %s", what,
                      c->dialect->how_to_say_who);
    size_t first = 0;
    while (!(missing >> first & 1U))
        first++;
    bool is_user = strncmp(c->who.id, "uid:", 4) == 0;
    return refuse(ret, CODE_DENIED, "op", NULL,
                  is_user ? "%s: %s may not %s; ask root or the daemon's own user"
                          : "%s: %s may not %s; the operator makes a key that may (muster key "
                            "create NAME --scope …)",
                  what, c->who.id, may[first]);
}

/* ---- what is in force ---- */

static json_t *ok(json_t *members)
{
    return json_put(members ? members : json_object(), "ok", json_true());
}

static json_t *ping(const struct conn *c)
{
    const struct serve *s = c->serve;
    char at[RFC3339_TEXT], id[EVENT_ID_TEXT];
    json_t *reply = ok(s->port->health(s->port->ctx));
    json_put_str(reply, "at", rfc3339(s->port->now(s->port->ctx), at));
    json_put_str(reply, "as_of", event_id(s->config.gen, s->seq, id));
    json_put_str(reply, "principal", c->who.id);
    json_put_true(reply, "demo", s->config.demo);
    return json_put(reply, "scopes", scopes_json(c->who.scopes));
}

/*
 * From now on, for all later requests of this connection. By a wrong key it is nobody's: what comes
 * behind, pipelined, was meant to be done with the key's rights and not with those of before.
 */
static json_t *auth(struct conn *c, const char *key)
{
    struct refusal r;
    if (who_take_secret(c, key)) {
        json_t *reply = ok(json_put_str(json_object(), "principal", c->who.id));
        return json_put(reply, "scopes", scopes_json(c->who.scopes));
    }
    who_take_nothing(c);
    (void)refuse(&r, CODE_UNAUTHORIZED, "key", NULL,
                 "this key is not known, revoked or expired; the operator makes one with muster "
                 "key create");
    return refusal_json(&r);
}

/* The plan in force whose name is nearest: "" when none is near. */
static void plan_near(const struct serve_port *port, const char *name, struct text *ret)
{
    AUTO_JSON(all);
    size_t n;
    json_t *plan;
    all = port->plans(port->ctx);
    const json_t *plans = json_at(all, "plans");
    const char **names = mem_new(json_array_size(plans) + 1, sizeof *names);
    json_array_foreach(json_unconst(plans), n, plan) names[n] = json_str_or(plan, "name", "");
    const char *near = text_nearest(name, names);
    text_add(ret, near ? near : "");
    free(names);
}

static void refuse_plan(const struct serve_port *port, const char *name, struct refusal *r)
{
    AUTO_TEXT(near);
    plan_near(port, name, &near);
    if (near.len)
        (void)refuse(r, CODE_UNKNOWN_PLAN, "plan", text_str(&near),
                     "no plan \"%s\"; did you mean \"%s\"?", name, text_str(&near));
    else
        (void)refuse(r, CODE_UNKNOWN_PLAN, "plan", NULL,
                     "no plan \"%s\"; muster plan list shows them", name);
}

static json_t *plan_show(const struct conn *c, const json_t *asked)
{
    const struct serve_port *port = c->serve->port;
    const char *name = json_str_or(asked, "plan", ""), *pin = json_str(asked, "pin");
    json_t *plan = port->plan(port->ctx, name, pin);
    struct refusal r;
    if (plan)
        return ok(json_put(json_object(), "plan", plan));
    if (pin)
        (void)refuse(&r, CODE_UNKNOWN_PLAN, "plan", NULL, "no plan \"%s\" is kept under this pin",
                     name);
    else
        refuse_plan(port, name, &r);
    return refusal_json(&r);
}

static json_t *duty_reply(const struct conn *c, const struct request *r)
{
    const struct serve_port *port = c->serve->port;
    const char *lang = r->lang ? r->lang : port->language(port->ctx);
    json_t *duty = NULL;
    struct refusal refusal;
    struct why why;
    AUTO_TEXT(calendar);
    bool ics = json_bool(r->body, "ics");
    enum err e = ics ? port->duty_calendar(port->ctx, json_str(r->body, "roster"),
                                           json_str(r->body, "person"), lang, &calendar, &why)
                     : port->duty(port->ctx, r->body, lang, &duty, &why);
    if (!e && ics)
        duty = json_put_str(json_object(), "calendar", text_str(&calendar));
    if (!e)
        return ok(duty);
    (void)refuse(&refusal, e == ERR_MISSING ? CODE_NOT_FOUND : CODE_BAD_FIELD,
                 e == ERR_MISSING ? NULL : "at", NULL, "%s", why.text);
    return refusal_json(&refusal);
}

static json_t *phones_reply(const struct conn *c)
{
    const struct serve *s = c->serve;
    struct refusal r;
    AUTO_JSON(people);
    if (!s->phones) {
        (void)refuse(&r, CODE_UNKNOWN_OP, "op", NULL, "phones: there are some under --demo alone");
        return refusal_json(&r);
    }
    char id[EVENT_ID_TEXT];
    people = s->port->phones(s->port->ctx, PHONES_MAX);
    json_t *reply = phones_json(s->phones, people);
    return ok(json_put_str(reply, "as_of", event_id(s->config.gen, s->seq, id)));
}

/* ---- the vault ---- */

static json_t *contacts_reply(const struct conn *c, const struct request *r)
{
    const struct serve_port *port = c->serve->port;
    char id[EVENT_ID_TEXT];
    json_t *reply =
        port->contacts(port->ctx, json_str(r->object, "person"), json_bool(r->object, "missing"));
    json_t *one;
    size_t n;
    json_array_foreach(json_object_get(reply, "contacts"), n, one)
    {
        static const char *const times[] = {"set_at", "tested_at", "verified_at", "stopped_at"};
        for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
            char at[RFC3339_TEXT];
            if (json_at(one, times[i]))
                json_put_str(one, times[i], rfc3339(json_int(one, times[i], 0), at));
        }
    }
    return json_put_str(reply, "as_of", event_id(c->serve->config.gen, c->serve->seq, id));
}

/* Values leave by the Unix socket alone, whoever asks: no key of theirs is worth them all. */
static json_t *contacts_with_values(const struct conn *c, const struct request *r)
{
    const struct serve_port *port = c->serve->port;
    struct refusal refusal;
    if (c->door == DOOR_UNIX)
        return ok(port->contacts_export(port->ctx, &c->who, json_str(r->object, "person")));
    (void)refuse(&refusal, CODE_DENIED, "op", NULL,
                 "contact_export: the values of the vault are given by the Unix socket alone; run "
                 "the command on the machine of the daemon");
    return refusal_json(&refusal);
}

/* ---- committed rows ---- */

/* A query under way. It outlives its connection, which may go at any time. */
struct reading {
    struct serve *serve;
    struct reply_to to;
    enum op_id op;
    struct link link; /* OP_LINK_SHOW */
    bool responds;    /* whoever asks works on items */
    char lang[4];
};

json_t *read_failed(const struct query_result *result)
{
    struct refusal r;
    if (result->err == ERR_MISSING)
        (void)refuse(&r, CODE_NOT_FOUND, "incident", NULL, "there is no incident with this id");
    else if (result->err == ERR_UNREACHABLE)
        (void)refuse(&r, CODE_STOPPING, NULL, NULL,
                     "the daemon is stopping; try again in a moment");
    else
        (void)refuse(&r, CODE_STORE, NULL, NULL, "%s", result->why.text);
    return refusal_json(&r);
}

static json_t *no_report(void)
{
    struct refusal r;
    (void)refuse(&r, CODE_NOT_FOUND, "report", NULL, "there is no report with this id");
    return refusal_json(&r);
}

static json_t *list_reply(const struct reading *q, const struct query_result *result)
{
    const struct serve *s = q->serve;
    char id[EVENT_ID_TEXT];
    json_t *rows = json_array();
    for (size_t i = 0; i < result->rows_count; i++)
        json_array_append_new(
            rows, shape_incident(&result->rows[i], s->port, s->config.gen, result->as_of));
    bool more = result->more && result->rows_count > 0;
    json_t *reply = ok(json_put(json_object(), "incidents", rows));
    json_put(reply, "next",
             more ? json_string(result->rows[result->rows_count - 1].id) : json_null());
    return json_put_str(reply, "as_of", event_id(s->config.gen, result->as_of, id));
}

static json_t *items_reply(const struct reading *q, const struct query_result *result)
{
    const struct serve *s = q->serve;
    char id[EVENT_ID_TEXT];
    json_t *rows = json_array();
    for (size_t i = 0; i < result->rows_count; i++)
        json_array_append_new(rows, shape_item(&result->rows[i], q->responds));
    bool more = result->more && result->rows_count > 0;
    json_t *reply = ok(json_put(json_object(), "items", rows));
    json_put(reply, "next",
             more ? json_string(result->rows[result->rows_count - 1].id) : json_null());
    return json_put_str(reply, "as_of", event_id(s->config.gen, result->as_of, id));
}

static json_t *reports_reply(const struct reading *q, const struct query_result *result)
{
    const struct serve *s = q->serve;
    char id[EVENT_ID_TEXT];
    json_t *rows = json_array();
    for (size_t i = 0; i < result->rows_count; i++)
        json_array_append_new(rows, shape_report(&result->rows[i], false));
    bool more = result->more && result->rows_count > 0;
    json_t *reply = ok(json_put(json_object(), "reports", rows));
    json_put(reply, "next",
             more ? json_string(result->rows[result->rows_count - 1].id) : json_null());
    return json_put_str(reply, "as_of", event_id(s->config.gen, result->as_of, id));
}

static json_t *report_reply(const struct query_result *result)
{
    return ok(json_put(json_object(), "report", shape_report(&result->rows[0], true)));
}

static json_t *timeline_reply(const struct reading *q, const struct query_result *result)
{
    const struct serve *s = q->serve;
    char id[EVENT_ID_TEXT];
    json_t *events = json_array();
    for (size_t i = 0; i < result->records_count; i++)
        json_array_append_new(events, shape_event(result->records[i], s->config.gen, q->lang));
    json_t *reply = ok(json_put(json_object(), "events", events));
    json_t *next = json_null();
    if (result->more && result->records_count > 0)
        next = json_string(
            event_id(s->config.gen, result->records[result->records_count - 1]->seq, id));
    json_put(reply, "next", next);
    return json_put_str(reply, "as_of", event_id(s->config.gen, result->as_of, id));
}

static json_t *status_reply(const struct reading *q, const struct query_result *result)
{
    const struct serve *s = q->serve;
    return ok(json_put(json_object(), "incident",
                       shape_incident(&result->rows[0], s->port, s->config.gen, result->as_of)));
}

static json_t *read_reply(const struct reading *q, const struct query_result *result)
{
    if (q->op == OP_LINK_SHOW) {
        json_t *reply = link_reply(&q->link, result, q->serve->config.gen);
        link_reply_pass(q->serve->port, &q->link, reply);
        return reply;
    }
    if (result->err == ERR_MISSING && q->op == OP_REPORT_SHOW)
        return no_report();
    if (result->err)
        return read_failed(result);
    if (q->op == OP_ITEMS)
        return items_reply(q, result);
    if (q->op == OP_REPORTS)
        return reports_reply(q, result);
    if (q->op == OP_REPORT_SHOW)
        return report_reply(result);
    if (q->op == OP_LIST)
        return list_reply(q, result);
    if (q->op == OP_TIMELINE)
        return timeline_reply(q, result);
    return status_reply(q, result);
}

static void read_done(void *ctx, const struct query_result *result)
{
    struct reading *q = ctx;
    struct serve *s = q->serve;
    serve_enter(s);
    struct conn *c = conn_find(s, q->to.conn);
    if (c) {
        c->reads_pending--;
        conn_reply(c, q->to.line, read_reply(q, result));
        conn_flush(c);
    }
    serve_leave(s);
    free(q);
}

/* Of a person's items: those of whatever they are and hold. */
static enum code mine_take(const struct serve *s, const struct request *r, struct query *q,
                           struct refusal *refusal)
{
    const char *mine = json_str(r->object, "mine");
    if (!mine || s->port->targets_of(s->port->ctx, mine, q->owners, QUERY_OWNERS))
        return CODE_OK;
    return refuse(refusal, CODE_UNKNOWN_PERSON, "mine", NULL, "the site has no person \"%s\"",
                  mine);
}

/* A typing error must not look like a department with nothing to do. Whoever has left the site may
 * have closed items still. */
static enum code owner_check(const struct serve *s, const struct request *r,
                             struct refusal *refusal)
{
    const char *owner = r->op == OP_ITEMS ? json_str(r->object, "owner") : NULL;
    char *near = NULL;
    struct why why;
    if (!owner || r->query.closed || s->port->owner_known(s->port->ctx, owner, &near, &why))
        return CODE_OK;
    enum code code = refuse(refusal, CODE_BAD_FIELD, "owner", near, "owner: %s", why.text);
    free(near);
    return code;
}

static void answer_read(struct conn *c, uint64_t line, const struct request *r)
{
    struct serve *s = c->serve;
    struct refusal refusal;
    struct query asked = r->query;
    if (owner_check(s, r, &refusal) || mine_take(s, r, &asked, &refusal)) {
        answer_refused(c, line, &refusal);
        return;
    }
    struct reading *q = mem_new(1, sizeof *q);
    const char *lang = r->lang ? r->lang : s->port->language(s->port->ctx);
    *q = (struct reading){.serve = s, .to = {c->id, line}, .op = r->op, .link = r->link};
    q->responds = c->who.scopes & SCOPE_RESPOND;
    memcpy(q->lang, strcmp(lang, "zh") == 0 ? "zh" : "en", 3);
    c->reads_pending++;
    s->port->store->query(s->port->store->ctx, &asked, read_done, q);
}

static enum code after_check(const struct conn *c, const struct request *r, struct refusal *ret)
{
    if (r->op != OP_TIMELINE || !r->after_gen || r->after_gen == c->serve->config.gen)
        return CODE_OK;
    return refuse(ret, CODE_BAD_FIELD, "after", NULL,
                  "after: this event is of the database before it was restored; read the timeline "
                  "from its beginning");
}

/* ---- the table ---- */

static void answer_input(struct conn *c, uint64_t line, const struct request *r,
                         enum input_kind kind)
{
    const struct serve *s = c->serve;
    struct input in = {.kind = kind,
                       .who = c->who,
                       .to = {c->id, line},
                       .incident = r->incident,
                       .notice = r->link.notice,
                       .once = r->once,
                       .body = r->body};
    if (r->op == OP_PHONE_SEEN)
        json_put_str(r->body, "receipt", "seen");
    if (r->op == OP_DEAD_DROP)
        json_put_str(r->body, "action", "drop");
    s->port->submit(s->port->ctx, &in, r->value);
}

static void answer_desk(const struct conn *c, uint64_t line, const struct request *r)
{
    const struct serve_port *port = c->serve->port;
    struct desk_ask ask = {.op = r->op == OP_PLAN_CHECK ? "check" : "simulate",
                           .asked = r->body,
                           .zh = !strcmp(r->lang ? r->lang : port->language(port->ctx), "zh"),
                           .to = {c->id, line}};
    port->desk(port->ctx, &ask);
}

static void answer_watch(struct conn *c, uint64_t line, const struct request *r)
{
    struct refusal refusal;
    bool twice = c->watch != NULL;
    for (uint64_t l = c->line; l < line; l++)
        twice |= conn_slot(c, l)->watch != NULL;
    if (twice) {
        (void)refuse(&refusal, CODE_CONFLICT, "op", NULL,
                     "this connection watches already; open another one");
        conn_reply(c, line, refusal_json(&refusal));
        return;
    }
    conn_slot(c, line)->watch = watch_new(r);
    conn_say_slots(c);
}

/* Long because there are many operations: a case each, and no more than a call in it. */
static void answer_request(struct conn *c, uint64_t line, const struct request *r)
{
    const struct serve_port *port = c->serve->port;
    enum input_kind kind;
    if (op_input_kind(r->op, &kind)) {
        answer_input(c, line, r, kind);
        return;
    }
    switch (r->op) {
    case OP_LIST:
    case OP_STATUS:
    case OP_ITEMS:
    case OP_REPORTS:
    case OP_REPORT_SHOW:
    case OP_TIMELINE:
    case OP_LINK_SHOW:
        answer_read(c, line, r);
        break;
    case OP_REVIEW:
    case OP_DRILL_REPORT:
        answer_review(c, line, r);
        break;
    case OP_WATCH:
        answer_watch(c, line, r);
        break;
    case OP_PLANS:
        conn_reply(c, line, ok(port->plans(port->ctx)));
        break;
    case OP_PLAN_SHOW:
        conn_reply(c, line, plan_show(c, r->body));
        break;
    case OP_PLAN_CHECK:
    case OP_PLAN_SIMULATE:
        answer_desk(c, line, r);
        break;
    case OP_DUTY:
        conn_reply(c, line, duty_reply(c, r));
        break;
    case OP_DRILL_DUE:
        conn_reply(c, line, ok(port->drills(port->ctx)));
        break;
    case OP_ENDPOINT_LIST:
        conn_reply(c, line, ok(port->endpoints(port->ctx)));
        break;
    case OP_DEAD_LIST:
        conn_reply(c, line, ok(port->dead(port->ctx)));
        break;
    case OP_CONTACT_LIST:
        conn_reply(c, line, ok(contacts_reply(c, r)));
        break;
    case OP_CONTACT_EXPORT:
        conn_reply(c, line, contacts_with_values(c, r));
        break;
    case OP_CONTACT_IMPORT:
        port->contacts_import(port->ctx, &c->who, r->body, (struct reply_to){c->id, line});
        break;
    case OP_CONFIG_SHOW:
        conn_reply(c, line, ok(port->config(port->ctx)));
        break;
    case OP_CONFIG_CHECK:
    case OP_CONFIG_RELOAD:
        port->reload(port->ctx, r->op == OP_CONFIG_RELOAD, (struct reply_to){c->id, line});
        break;
    case OP_KEY_LIST:
        conn_reply(c, line, ok(port->keys(port->ctx)));
        break;
    case OP_JOURNAL_KEY:
        conn_reply(c, line, ok(port->journal_key(port->ctx)));
        break;
    case OP_JOURNAL_CHECKPOINT:
        port->checkpoint(port->ctx, (struct reply_to){c->id, line});
        break;
    case OP_AUTH:
        conn_reply(c, line, auth(c, r->value));
        break;
    case OP_PING:
        conn_reply(c, line, ping(c));
        break;
    case OP_PHONES:
        conn_reply(c, line, phones_reply(c));
        break;
    case OP_VERSION:
        conn_reply(c, line, ok(json_put_str(json_object(), "version", MUSTER_VERSION)));
        break;
    case OP_TRIGGER:
    case OP_ANSWER:
    case OP_UPDATE:
    case OP_RESOLVE:
    case OP_ORDER:
    case OP_CONFIRM:
    case OP_CLOSE:
    case OP_ITEM:
    case OP_ITEM_OPEN:
    case OP_DIRECTIVE:
    case OP_REPORT:
    case OP_REPORT_EDIT:
    case OP_PURGE:
    case OP_DRILL_START:
    case OP_LESSON:
    case OP_DUTY_OVERRIDE:
    case OP_DUTY_SWAP:
    case OP_DUTY_ACT:
    case OP_DUTY_HANDOVER:
    case OP_DUTY_CHECK:
    case OP_CONTACT_SET:
    case OP_CONTACT_REMOVE:
    case OP_CONTACT_TEST:
    case OP_ENDPOINT_TEST:
    case OP_KEY_CREATE:
    case OP_KEY_REVOKE:
    case OP_LOGIN:
    case OP_LOGOUT:
    case OP_ANSWER_LINK:
    case OP_DEAD_REPLAY:
    case OP_DEAD_DROP:
    case OP_LINK_RECEIPT:
    case OP_REPLY:
    case OP_RECEIPT:
    case OP_PHONE_SEEN: /* inputs, above */
    case OPS:
        break;
    }
}

static enum code door_check(const struct conn *c, const struct op *op, struct refusal *ret)
{
    if (!op->http_only || c->dialect == &dialect_http)
        return CODE_OK;
    return refuse(ret, CODE_UNKNOWN_OP, "op", NULL, "the operation \"%s\" is for HTTP alone",
                  op->name);
}

void answer_object(struct conn *c, uint64_t line, json_t *object)
{
    struct refusal refusal;
    struct request r;
    enum code code = request_read(object, &r, &refusal);
    if (r.ref)
        conn_slot(c, line)->ref = json_share(r.ref);
    if (!code)
        code = door_check(c, op_def(r.op), &refusal);
    if (!code)
        code = scope_check(c, op_def(r.op)->name, op_def(r.op)->scope, &refusal);
    if (!code)
        code = after_check(c, &r, &refusal);
    if (code)
        answer_refused(c, line, &refusal);
    else
        answer_request(c, line, &r);
    request_done(&r);
}
