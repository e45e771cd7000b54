#include "core/receipt.h"

#include "core/decide.h"
#include "core/digest.h"
#include "core/notice.h"

#include <stdlib.h>
#include <string.h>

static enum proof proof_of(const char *receipt)
{
    return !strcmp(receipt, "seen") ? PROOF_SEEN : PROOF_DELIVERED;
}

/* How much this endpoint can tell. */
static enum proof endpoint_tells(const struct core *c, const char *endpoint)
{
    if (c->cfg.demo)
        return PROOF_SEEN;
    const struct endpoint *e = c->site ? site_endpoint(c->site->site, endpoint) : NULL;
    const struct channel *ch = e ? channel_find(c->site->channels, e->channel) : NULL;
    if (!ch || !strcmp(channel_receipt(ch), "none"))
        return PROOF_NONE;
    return proof_of(channel_receipt(ch));
}

static bool may_have_arrived(const struct notice *n)
{
    return notice_finished(n) ? notice_state_arrived(n->state) : n->tried;
}

/* Whose word a receipt is: the endpoint that has it now, or the one that took it first. NULL:
 * neither can tell so much. */
static const char *receipt_from(const struct core *c, const struct notice *n, enum proof p)
{
    if (n->accepted && endpoint_tells(c, n->accepted) >= p)
        return n->accepted;
    return endpoint_tells(c, n->endpoint) >= p ? n->endpoint : NULL;
}

/* The service itself says so: by the link that it alone was given, or by its key. */
static bool service_says(const struct core *c)
{
    return json_str(c->in->body, "token") || json_str(c->in->body, "endpoint");
}

/* Can a receipt be about it? Else it is refused. */
static bool receipt_fits(struct core *c, const struct notice *n, enum proof p)
{
    char id[UUID_TEXT];
    if (!service_says(c) && !receipt_from(c, n, p)) {
        core_refuse(c, CODE_CONFLICT, "receipt", NULL,
                    "the channel of endpoint \"%s\" declares no such receipt", n->endpoint);
        return false;
    }
    if (!may_have_arrived(n)) {
        core_refuse(c, CODE_CONFLICT, "notice", NULL, "message %s was not sent: it is %s",
                    uuid_text(n->id, id), notice_state_name(n->state));
        return false;
    }
    return true;
}

static void receipt_take(struct core *c, struct notice *n, enum proof p)
{
    char id[UUID_TEXT];
    if (p <= n->proof)
        return;
    json_t *body = json_put_str(json_object(), "notice", uuid_text(n->id, id));
    json_put_str(body, "step", n->step);
    json_put_str(body, "to", n->person);
    const char *from = receipt_from(c, n, p);
    json_put_str(body, "endpoint", from ? from : n->endpoint);
    core_emit(c, p == PROOF_SEEN ? REC_NOTICE_SEEN : REC_NOTICE_DELIVERED, n->incident,
              (struct emit){.actor = actor_input(c), .body = body});
    notice_arrived(c, n);
}

/* The message of the input, or the one that leads this digest, and whose secret its link has. */
static struct notice *notice_of_receipt(const struct core *c)
{
    struct notice *n = core_notice(c, c->in->notice);
    return n ? n : digest_lead(c, c->in->notice);
}

/* The message of the input, or those that went out as this digest. Gives an array (free()). */
static size_t notices_of_receipt(const struct core *c, struct notice ***ret)
{
    struct notice *n = core_notice(c, c->in->notice);
    if (!n)
        return digest_notices(c, c->in->notice, ret);
    *ret = mem_new(1, sizeof **ret);
    **ret = n;
    return 1;
}

/* May whoever gives it? By a link, who holds it; by the key of an endpoint, of what went by that.
 */
static bool may_give(struct core *c)
{
    struct link link;
    const char *token = json_str(c->in->body, "token");
    const char *endpoint = json_str(c->in->body, "endpoint");
    const struct notice *n = notice_of_receipt(c);
    if (!token && !endpoint)
        return input_allowed(c, SCOPE_RESPOND, "give receipts");
    if (!token && !input_allowed(c, SCOPE_REPLY, "give receipts"))
        return false;
    bool went = n && endpoint &&
                (!strcmp(n->endpoint, endpoint) || (n->accepted && !strcmp(n->accepted, endpoint)));
    if (token ? n && n->code != NO_LINK_CODE && link_parse(token, &link) &&
                    link_secret_fits(n->secret, link.secret)
              : went)
        return true;
    core_refuse(c, CODE_UNKNOWN_LINK, token ? "token" : "notice", NULL,
                token ? "no message has this link, or its incident is over"
                      : "no such message went by this endpoint, or its incident is over");
    return false;
}

/* It was taken, and did not arrive. */
static void receipt_failed(struct core *c)
{
    struct notice **all;
    size_t count = notices_of_receipt(c, &all);
    for (size_t k = 0; k < count; k++)
        notice_undelivered(c, all[k],
                           json_str_or(c->in->body, "error", "the service gives no reason"));
    core_reply_ok(
        c, json_put_str(json_object(), "state", count ? notice_state_name(all[0]->state) : "gone"));
    free(all);
}

void decide_receipt(struct core *c)
{
    enum proof p = proof_of(json_str_or(c->in->body, "receipt", ""));
    char id[UUID_TEXT];
    struct notice **all;
    if (!may_give(c))
        return;
    if (!strcmp(json_str_or(c->in->body, "receipt", ""), "failed")) {
        receipt_failed(c);
        return;
    }
    size_t count = notices_of_receipt(c, &all);
    if (!count)
        core_refuse(c, CODE_NOT_FOUND, "notice", NULL, "no message %s, or its incident is over",
                    uuid_text(c->in->notice, id));
    else if (receipt_fits(c, all[0], p)) {
        for (size_t k = 0; k < count; k++)
            receipt_take(c, all[k], p);
        core_reply_ok(c, json_put_str(json_object(), "state", notice_state_name(all[0]->state)));
    }
    free(all);
}
