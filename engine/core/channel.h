/*
 * channel - how a message becomes the body of a request: plans/channels/NAME.lua, as data.
 *
 * A body is a tree of JSON with placeholders in its strings; each string is filled and then written
 * as one JSON string, so that no text can break out of its place. No planner is needed to call
 * somebody, and the core fixes the body when the message is queued (rule R5).
 *
 *     "{incident.title}"           the value as text, alone or among other text
 *     "{attempt:number}"           alone in its string: the JSON value of this type
 *     "{incident.grade|colour}"    looked up in maps.colour, where "*" stands for all others; alone
 *                                  in its string a number there is a number
 *     "{{"  "}}"                   a brace
 *     "<Say>{text}</Say>"          a string that begins with a tag is markup: what is filled in is
 *                                  text there; escape = "entities" is the same for all strings
 * (Slack) { ["?"] = "answer_url", … }  a table that stands only where this is there
 * (core/optional.h)
 *
 * What may stand in a placeholder is a closed list (channel_variable_at). A value that is not there
 * is empty; alone in its string it is null. Whatever shows {text}, {digest} or {incident.title}
 * shows {mark} in the same string, so that a drill can always be told (rule R6).
 *
 * {contact} and {secret.NAME}, a line of the endpoint's secret file, stand only in `url`, `query`,
 * `private` and (secrets alone) `headers`: the courier fills them in, and nothing of it is recorded
 * (rule R11). `private` is a tree that is laid over the body there.
 *
 * A table with nothing in it is a list with nothing in it, but for a body as a whole.
 *
 * encoding: `json`; `form`, a flat table as application/x-www-form-urlencoded; `query`, the same
 * behind the url, with no body; `mail`, a table {subject, text, html, thread}. What is rendered and
 * recorded is the table as canonical JSON in any case; the courier writes it as the service wants
 * it. A table within a flat one is written as JSON text there.
 *
 * Variants are other bodies: `digest` where there is a {digest}, `recovered` for muster.resolved,
 * `drill` in a drill, `alert` for the rest. A channel that `extends` another has its keys, and its
 * own instead where both have one; of headers, maps, variants, limits, query and ways each entry
 * counts by itself. `ways` are channels that share what stands around them: the way `sms` of twilio
 * is found as "twilio/sms", which an endpoint with as = "sms" has for its channel.
 *
 * limits: body_bytes of the whole, and by place the length of single texts: "2048 bytes", "4096
 * characters" (an emoji is two, as most services count). What is too long is shortened: {text},
 * {digest}, {incident.title}, {incident.place}, each at a character and with "…" behind it, in this
 * order and no further than needed; where that is not enough a single text is cut at its end.
 *
 * `probe` says by which GET the service itself can be asked whether it would take a message: its
 * path, and the answer. Without one an endpoint is only connected to (core/endpoint_watch.h).
 *
 * success, throttled and again are tests of the answer, and reference is where the service's own id
 * stands in it (courier/judge.h). `receipt` says which word of the endpoint is believed
 * (core/receipt.h), and `receipt_within` how long it may take; `rate` holds for each endpoint that
 * says nothing else (core/place.h).
 *
 * Layer      core: base only.
 * Ownership  A set is an immutable snapshot with counted references; what it gives is borrowed.
 * Threads    A set may be read by any thread that holds a reference.
 * Errors     Remarks while reading. Rendering cannot fail.
 */
#pragma once

#include "base/err.h"
#include "base/json.h"
#include "core/remark.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct channel;
struct channel_set;

/*
 * Read and check channels: {"webhook":{…},"demo":{"extends":"webhook",…}}.
 *
 * value    By name; copied.
 * fn, ctx  Get the remarks; the subject of each is the channel's name.
 * ret      Gives one reference; untouched on failure.
 * returns  ERR_INVALID when there was a remark of an error in any of them.
 */
enum err channel_set_read(const json_t *value, remark_fn *fn, void *ctx,
                          struct channel_set **ret) MUST_USE;

struct channel_set *channel_set_ref(struct channel_set *s);
void channel_set_unref(struct channel_set *s); /* NULL is fine */

const struct channel *channel_find(const struct channel_set *s, const char *name); /* NULL */
const struct channel *channel_at(const struct channel_set *s, size_t index);       /* NULL */
const char *channel_nearest(const struct channel_set *s, const char *name);        /* NULL */

const char *channel_name(const struct channel *c);
const char *channel_method(const struct channel *c); /* POST, PUT, PATCH */
const char *channel_url(const struct channel *c);    /* with {contact} in it, perhaps; NULL: none */
const char *channel_sign(const struct channel *c);   /* standard-webhooks, none, … */
const char *channel_receipt(const struct channel *c); /* none, delivered, seen */
json_t *channel_headers(const struct channel *c);     /* object of strings; do not change it */
json_t *channel_throttled(const struct channel *c);   /* with wait_ms; NULL; do not change it */
/* encoding, success, again, reference, private, query, probe as they stand there; NULL; do not
 * change it */
json_t *channel_key(const struct channel *c, const char *key);
const char *channel_contact(
    const struct channel *c); /* what its contacts are: phone, email, url, token; NULL: not said */
/* Is its service told where to say what became of a message ({callback_url})? */
bool channel_calls_back(const struct channel *c);
bool channel_needs_contact(const struct channel *c); /* it reaches nobody without one */
bool channel_needs_secret(const struct channel *c);  /* it sends nothing without one */
bool channel_drill(const struct channel *c);         /* made for drills, too */
bool channel_resend_harmless(const struct channel *c);
/* How long its receipt may take; 0: it does not say. */
int64_t channel_receipt_within(const struct channel *c);
/* At most so many messages in a time, of each endpoint. false: it says nothing of it. */
bool channel_rate(const struct channel *c, int *ret_count, int64_t *ret_ms);

enum { CHANNEL_BODY_BYTES_DEFAULT = 64 * 1024, CHANNEL_BODY_BYTES_MAX = 1024 * 1024 };

/*
 * The body of a message.
 *
 * vars     The variables by name, as tables: {"type":…,"text":…,"incident":{"title":…},…}.
 * to       Gets the bytes: canonical JSON. What stood in it goes.
 *
 * vars.digest is a text, or a table {text, count}. What is too long is shortened, never refused.
 */
void channel_render(const struct channel *c, const json_t *vars, struct text *to);

/* The closed list of variables: name and type, to go through. NULL behind the last. */
enum variable_type { VARIABLE_TEXT, VARIABLE_NUMBER, VARIABLE_BOOLEAN };
struct variable {
    const char *name;
    enum variable_type type;
};
const struct variable *channel_variable_at(size_t index);
