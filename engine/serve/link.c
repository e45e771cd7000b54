#include "serve/link.h"

#include "core/item.h"
#include "intake/refusal.h"
#include "serve/serve.h"
#include "serve/shapes.h"

#include <string.h>

static json_t *unknown_link(void)
{
    struct refusal r;
    (void)refuse(&r, CODE_UNKNOWN_LINK, "token", NULL,
                 "no message has this link; open it as it stands in the message, whole");
    return refusal_json(&r);
}

/* What the person has said; NULL: nothing yet. */
static const char *said(const struct row *notice)
{
    const json_t *body = notice->body;
    bool answered = !strcmp(notice->state ? notice->state : "", "answered") ||
                    json_int(body, "proof", PROOF_NONE) == PROOF_ANSWERED;
    if (json_bool(body, "declined"))
        return "declined";
    return answered ? "answered" : NULL;
}

static bool is_over(const struct row *incident)
{
    const char *state = incident->state ? incident->state : "closed";
    return !incident->body || !strcmp(state, "closed") || !strcmp(state, "merged");
}

/* Does the call that the message is of still ring? */
static bool is_waiting(const struct row *notice, const struct row *incident)
{
    const char *step = json_str_or(notice->body, "step", "");
    size_t n;
    json_t *call;
    json_array_foreach(json_unconst(json_at(incident->body, "calls")), n, call)
    {
        if (json_bool(notice->body, "of_call") && !strcmp(json_str_or(call, "step", ""), step))
            return true;
    }
    return false;
}

static json_t *incident_shown(const struct row *incident)
{
    static const char *const names[] = {"title", "plan", "grade", "place"};
    AUTO_JSON(about);
    about = json_loads(json_str_or(incident->body, "about", "{}"), 0, NULL);
    json_t *o = json_put_str(json_object(), "id", incident->id);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (json_at(about, names[i]))
            json_put(o, names[i], json_share(json_at(about, names[i])));
    return json_put(o, "drill", json_boolean(incident->drill));
}

/* What its owner may do to an item that is so far. */
static json_t *may_now(const char *state)
{
    static const struct {
        const char *action, *states;
    } table[] = {{"receive", "issued"},
                 {"arrive", "issued received"},
                 {"done", "issued received arrived"},
                 {"reject", "issued received arrived"}};
    json_t *may = json_array();
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strstr(table[i].states, state))
            json_array_append_new(may, json_string(table[i].action));
    return may;
}

/* The item that the message is about, and what may be said of it by this link. NULL: none. */
static json_t *item_shown(const struct row *notice, const struct row *item)
{
    static const char *const members[] = {
        "id",     "kind",  "title", "goal",   "indicator", "amount", "from", "done_when", "owner",
        "assist", "after", "state", "due_at", "overdue",   "waits",  "note", "evidence"};
    AUTO_JSON(whole);
    const char *step = json_str_or(notice->body, "step", "");
    if (!item || !item->body)
        return NULL;
    whole = shape_item(item, false);
    json_t *o = json_object();
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (json_at(whole, members[i]))
            json_put(o, members[i], json_share(json_at(whole, members[i])));
    bool owns = !strncmp(step, ITEM_STEP_OWNER, strlen(ITEM_STEP_OWNER));
    return json_put(o, "may", owns ? may_now(item->state) : json_array());
}

/* The report that the message is about, with its text, for whoever is to write or sign it. NULL:
 * none. */
static json_t *report_shown(const struct row *report)
{
    static const char *const members[] = {
        "id",     "kind",    "number", "key",  "state",        "rev",       "text",   "lang",
        "due_at", "overdue", "missed", "zero", "phone_due_at", "phoned_at", "signer", "corrects"};
    AUTO_JSON(whole);
    if (!report || !report->body)
        return NULL;
    whole = shape_report(report, true);
    json_t *o = json_object();
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (json_at(whole, members[i]))
            json_put(o, members[i], json_share(json_at(whole, members[i])));
    return o;
}

/* What the message asks to be ordered, while it stands. NULL: nothing. */
static json_t *proposal_shown(const struct row *notice, const struct row *incident)
{
    static const char *const members[] = {"action", "level", "warning", "what", "reason"};
    const char *step = json_str_or(notice->body, "step", "");
    const json_t *proposals = json_at(json_at(incident->body, "response"), "proposals");
    size_t n;
    json_t *p;
    json_array_foreach(json_unconst(proposals), n, p)
    {
        const json_t *spec = json_at(p, "spec");
        if (strcmp(json_str_or(p, "step", ""), step) != 0)
            continue;
        json_t *o = json_put_int(json_object(), "number", json_int(p, "number", 0));
        for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
            if (json_at(spec, members[i]))
                json_put(o, members[i], json_share(json_at(spec, members[i])));
        return o;
    }
    return NULL;
}

/* Of an item its own state counts: who has read of it has not done it. */
static const char *state_shown(const struct row *notice, bool over, const json_t *item)
{
    const char *answer = said(notice);
    if (over)
        return "over";
    if (json_array_size(json_at(item, "may")))
        return "open";
    return answer ? answer : "open";
}

/* What somebody has to do may outlive its incident; what went on in another is answered there. */
static bool item_goes_on(const struct row *incident, const struct row *item)
{
    static const char *const open[] = {"issued", "received", "arrived", "done"};
    for (size_t i = 0; item && i < sizeof open / sizeof open[0]; i++)
        if (!strcmp(item->state, open[i]))
            return !uuid_cmp(item->incident, incident->incident);
    return false;
}

/* part: what the message is about, an item or a report; NULL: neither. */
static json_t *link_shown(const struct row *notice, const struct row *incident,
                          const struct row *part, const struct record *queued)
{
    const json_t *message = record_at(queued, "message");
    const struct row *item = part && part->kind == ROW_ITEM ? part : NULL;
    bool over = is_over(incident) && !item_goes_on(incident, item);
    json_t *of = item ? item_shown(notice, item) : NULL;
    json_t *o = json_put_str(json_object(), "state", state_shown(notice, over, of));
    if (of)
        json_put(o, "item", of);
    json_put(o, "report", part && part->kind == ROW_REPORT ? report_shown(part) : NULL);
    json_put(o, "proposal", proposal_shown(notice, incident));
    json_put(o, "waiting", json_boolean(!over && is_waiting(notice, incident)));
    json_put_str(o, "passed_to", json_str(notice->body, "passed_to"));
    json_put_true(o, "recalled", notice->state && !strcmp(notice->state, "recalled"));
    json_put_int(o, "left", LINK_TRIES - json_int(notice->body, "wrong", 0));
    json_put_str(o, "type", json_str(message, "type"));
    json_put_str(o, "text", json_str(message, "text"));
    json_put_str(o, "lang", json_str(message, "lang"));
    json_put(o, "choices", json_share(json_at(message, "choices")));
    json_put_true(o, "agrees", json_bool(message, "agrees"));
    json_t *person = json_put_str(json_object(), "id", json_str(notice->body, "to"));
    json_put(o, "person", json_put_str(person, "name", json_str(message, "name")));
    json_put(o, "incident", incident_shown(incident));
    char at[RFC3339_TEXT];
    return json_put_str(o, "at", rfc3339(queued->at_ms, at));
}

/* Who takes it, as everybody who was called may know. */
static json_t *answered_shown(const struct record *r)
{
    const json_t *ev = record_at(r, "ev");
    char at[RFC3339_TEXT];
    json_t *by = json_put_str(json_object(), "id", json_str(r->body, "by"));
    json_put_str(by, "name", json_str(ev, "name"));
    return json_put_str(by, "at", rfc3339(r->at_ms, at));
}

json_t *link_reply(const struct link *l, const struct query_result *result, int64_t gen)
{
    struct refusal r;
    char id[EVENT_ID_TEXT];
    bool whole =
        !result->err && result->rows && result->rows_count >= 2 && result->records_count >= 1;
    if (result->err == ERR_MISSING || (whole && !link_fits_row(l, &result->rows[0])))
        return unknown_link();
    if (!whole) {
        (void)refuse(&r, result->err == ERR_UNREACHABLE ? CODE_STOPPING : CODE_STORE, NULL, NULL,
                     "%s",
                     result->err ? result->why.text : "the message is not whole in the record");
        return refusal_json(&r);
    }
    const struct row *part = result->rows_count > 2 ? &result->rows[2] : NULL;
    json_t *reply = link_shown(&result->rows[0], &result->rows[1], part, result->records[0]);
    if (result->records_count > 1)
        json_put(reply, "answered_by", answered_shown(result->records[1]));
    json_put_str(reply, "as_of", event_id(gen, result->as_of, id));
    return json_put(reply, "ok", json_true());
}

void link_reply_pass(const struct serve_port *port, const struct link *l, json_t *reply)
{
    if (json_bool(reply, "ok") && json_bool(reply, "waiting") &&
        strcmp(json_str_or(reply, "state", ""), "answered") != 0)
        json_put(reply, "pass_to", port->pass_to(port->ctx, l->notice));
}
