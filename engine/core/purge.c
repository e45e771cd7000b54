#include "core/purge.h"

#include "core/decide.h"
#include "core/family.h"
#include "core/once.h"
#include "core/upkeep.h"

static json_t *purged_reply(const struct uuid *id)
{
    char text[UUID_TEXT];
    json_t *reply = json_put_str(json_object(), "incident", uuid_text(*id, text));
    json_put_str(reply, "state", "closed");
    return json_put(json_put(reply, "purged", json_true()), "already", json_false());
}

/* In memory: it is open, or a message or an item of it is. */
static void refuse_unspent(struct core *c, const struct incident *i)
{
    char id[UUID_TEXT];
    if (i->state == INCIDENT_UPKEEP)
        upkeep_refuse(c, i);
    else if (i->state == INCIDENT_OPEN)
        core_refuse(c, CODE_CONFLICT, "incident", NULL,
                    "incident %s is not over, and cannot be purged before: end it first (muster "
                    "order ID terminate, or muster resolve ID)",
                    uuid_text(i->id, id));
    else if (incident_reopenable(i))
        core_refuse(c, CODE_CONFLICT, "incident", NULL,
                    "a trigger may still open incident %s again (reopen_within of its plan): purge "
                    "it afterwards",
                    uuid_text(i->id, id));
    else if (incident_held(i))
        core_refuse(c, CODE_CONFLICT, "incident", NULL,
                    "incident %s was merged into one that is open: purge it when that is over",
                    uuid_text(i->id, id));
    else if (i->items_open)
        core_refuse(c, CODE_CONFLICT, "incident", NULL,
                    "%zu items of incident %s are not struck off: purge it when they are (muster "
                    "items ID)",
                    i->items_open, uuid_text(i->id, id));
    else if (i->reports_open)
        core_refuse(c, CODE_CONFLICT, "incident", NULL,
                    "%zu reports of incident %s are not sent: purge it when they are (muster "
                    "reports ID)",
                    i->reports_open, uuid_text(i->id, id));
    else
        core_refuse(c, CODE_CONFLICT, "incident", NULL,
                    "a message of incident %s is still on its way: purge it when that has arrived "
                    "or failed, an hour after it was written at the latest",
                    uuid_text(i->id, id));
}

void decide_purge(struct core *c)
{
    struct uuid id = c->in->incident;
    const struct incident *i = core_incident(c, id);
    if (!input_allowed(c, SCOPE_ADMIN, "purge"))
        return;
    if (i) {
        refuse_unspent(c, i);
        return;
    }
    json_t *body = json_put_true(json_object(), "drill", json_bool(c->in->body, "drill"));
    core_emit_for(c, REC_PURGED, id, (struct emit){.actor = actor_input(c), .body = body});
    core_reply_ok(c, purged_reply(&id));
}

void purge_apply(struct core *c, const struct record *r)
{
    once_forget(c, r->incident);
}
