/*
 * engine_courier - attempts to the courier, with the contact from the vault; results from it.
 */
#include "engine.h"

#include "base/crash.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

/* An attempt takes at most 10 s; PUNCTUAL_MS as for the planners. */
enum { COURIER_QUIET_MS = 30000, PUNCTUAL_MS = 2000 };

json_t *courier_hello(const struct engine *e, int64_t gen)
{
    json_t *hello = json_put_str(json_object(), "op", "hello");
    json_put_int(hello, "gen", gen);
    json_put_str(hello, "secrets", config_text(e->config, OPT_SECRETS));
    return json_put(hello, "demo", demo_hello(e));
}

void courier_up(struct engine *e, int64_t gen)
{
    AUTO_JSON(hello);
    hello = courier_hello(e, gen);
    e->courier_gen = gen;
    children_send(e->children, CHILD_COURIER, gen, hello);
    engine_input(e, (struct input){.kind = IN_COURIER_UP});
}

/* Is there no endpoint that may take a message? */
static bool none_is_left(const struct engine *e)
{
    AUTO_JSON(all);
    size_t n;
    json_t *one;
    all = core_endpoints(e->core, e->clock.wall);
    json_array_foreach(all, n, one)
    {
        if (strcmp(json_str_or(one, "state", ""), "down") != 0)
            return false;
    }
    return true;
}

void courier_record(const struct engine *e, const struct record *r)
{
    const char *endpoint = json_str_or(r->body, "endpoint", "?");
    if (r->kind == REC_ENDPOINT_UP)
        log_info("courier", "endpoint %s answers again", endpoint);
    if (r->kind != REC_ENDPOINT_DOWN)
        return;
    log_warn("courier",
             "endpoint %s does not answer: messages go by the other contacts of each person "
             "(muster endpoint list)",
             endpoint);
    if (none_is_left(e))
        log_error("courier", "no endpoint answers any more: nobody is told of anything; telephone "
                             "those on duty (muster duty now)");
}

static char *contact_id(const char *person, const char *endpoint)
{
    struct text t = {0};
    text_addf(&t, "%s\n%s", person, endpoint);
    return text_take(&t);
}

void contact_keep(struct engine *e, const char *person, const char *endpoint, const char *value)
{
    char *id = contact_id(person, endpoint);
    if (value)
        json_object_set_new(e->contacts, id, json_string(value));
    else
        json_object_del(e->contacts, id);
    free(id);
}

/* In a demo the courier is told whose phone it is, and nobody needs an entry in the vault. */
void contact_add(const struct engine *e, json_t *attempt)
{
    const char *person = json_str_or(attempt, "person", "");
    char *id = contact_id(person, json_str_or(attempt, "endpoint", ""));
    const char *contact = json_str(e->contacts, id);
    json_put_str(attempt, "contact", !contact && e->demo ? person : contact);
    if (!e->demo)
        json_object_del(attempt, "person");
    free(id);
}

void contact_write(struct engine *e, const char *person, const char *endpoint, const char *value)
{
    struct vault_news *n = &e->news;
    contact_keep(e, person, endpoint, value);
    n->contacts =
        mem_grow(n->contacts, &n->contacts_cap, n->contacts_count + 1, sizeof *n->contacts);
    n->contacts[n->contacts_count++] =
        (struct store_contact){.person = arena_str(&n->keep, person, strlen(person)),
                               .endpoint = arena_str(&n->keep, endpoint, strlen(endpoint)),
                               .value = value ? arena_str(&n->keep, value, strlen(value)) : NULL};
    e->word_stale = true;
}

/* The courier that was meant may be gone: then the next one is handed the attempt anew. */
void courier_release(struct engine *e, struct effect *effect)
{
    AUTO_JSON(frame);
    frame = json_copy(effect->body);
    json_put_int(frame, "id", ++e->attempts);
    contact_add(e, frame);
    children_send(e->children, CHILD_COURIER, 0, frame);
}

/* A call of a plan goes to the endpoint itself, and to nobody's contact. */
void fetch_release(struct engine *e, const struct effect *effect)
{
    AUTO_JSON(frame);
    frame = json_copy(effect->body);
    json_put_int(frame, "id", ++e->attempts);
    children_send(e->children, CHILD_COURIER, 0, frame);
}

/*
 * Whose contact of this endpoint a probe may connect to, each in turn: some endpoints are at
 * another place for each person. NULL: it needs none, or there is none.
 */
static const char *probe_contact(struct engine *e, const char *endpoint)
{
    const char *key, *first = NULL;
    json_t *value;
    size_t at = 0, nth = (size_t)e->attempts;
    json_object_foreach(e->contacts, key, value)
    {
        const char *end = strchr(key, '\n'), *contact = json_string_value(value);
        if (!end || strcmp(end + 1, endpoint) != 0 || strncmp(contact, "http", 4) != 0)
            continue;
        first = first ? first : contact;
        if (at++ == nth % 64)
            return contact;
    }
    return first;
}

void probe_release(struct engine *e, const struct effect *effect)
{
    AUTO_JSON(frame);
    frame = json_copy(effect->body);
    json_put_int(frame, "id", ++e->attempts);
    json_put_str(frame, "contact", probe_contact(e, json_str_or(frame, "endpoint", "")));
    children_send(e->children, CHILD_COURIER, 0, frame);
}

/* What came of it names its incident, and its step there. */
static void fetched(struct engine *e, const json_t *frame)
{
    struct uuid incident;
    if (!uuid_parse(json_str_or(frame, "incident", ""), &incident))
        return;
    e->courier_quiet_ms = 0;
    engine_input(e, (struct input){.kind = IN_FETCHED, .incident = incident, .body = frame});
}

/* "UUID-M": the message id says which notice and which method it was. */
void courier_frame_in(struct engine *e, const json_t *frame)
{
    if (!frame_is(frame, "result"))
        return;
    if (json_str(frame, "fetch")) {
        fetched(e, frame);
        return;
    }
    if (json_bool(frame, "probe")) {
        e->courier_quiet_ms = 0;
        engine_input(e, (struct input){.kind = IN_PROBED, .body = frame});
        return;
    }
    const char *message = json_str_or(frame, "notice", "");
    struct uuid notice;
    char id[UUID_TEXT];
    if (strlen(message) < UUID_TEXT) {
        log_error("courier", "a result without a message id was left aside");
        return;
    }
    memcpy(id, message, UUID_TEXT - 1);
    id[UUID_TEXT - 1] = '\0';
    if (!uuid_parse(id, &notice))
        return;
    AUTO_JSON(body);
    body = json_copy(json_unconst(frame)); /* its members are shared: none is changed in place */
    json_put_str(body, "notice", id);
    json_put_int(body, "number", strtol(message + UUID_TEXT, NULL, 10) - 1);
    e->courier_quiet_ms = 0;
    engine_input(e, (struct input){.kind = IN_RESULT,
                                   .incident = core_notice_incident(e->core, notice),
                                   .body = body});
}

/*
 * A courier that gives no result for 30 s while attempts are under way is started anew: what it
 * held is of unknown outcome and sent again. Seconds in which this engine itself was late do not
 * count.
 */
void courier_watch(struct engine *e, int64_t passed_ms)
{
    struct core_stats s = core_stats(e->core);
    bool waits = e->courier_gen && s.notices_handed + s.fetches_handed > 0;
    if (!waits || passed_ms > PUNCTUAL_MS) {
        e->courier_quiet_ms = 0;
        return;
    }
    e->courier_quiet_ms += passed_ms;
    if (e->courier_quiet_ms < COURIER_QUIET_MS)
        return;
    e->courier_quiet_ms = 0;
    log_warn("courier", "the courier has given no result for 30 s, it is started again");
    children_kill(e->children, CHILD_COURIER, e->courier_gen, "no result for 30 s");
}
