/*
 * engine_serve - what the line server needs of the engine (serve/serve.h: struct serve_port).
 */
#include "engine.h"

#include "base/civil.h"
#include "base/code.h"
#include "base/log.h"
#include "core/link.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHOWN_DRIFT_MS = 100 };

/* An input that the engine died of twice is refused instead of tried a third time. */
static bool input_is_refused(const struct engine *e, const struct input *in)
{
    const struct children_hello *hello = children_hello(e->children);
    return in->kind == IN_TRIGGER && hello->has_refuse &&
           !memcmp(hello->refuse, in->digest, sizeof in->digest);
}

/* An incident or a message that the core has forgotten: was it ever there? The record knows. */
struct late {
    struct engine *engine;
    struct reply_to to;
    struct link link; /* IN_ANSWER_LINK */
};

static void late_reply(struct late *late, json_t *takes_reply)
{
    serve_reply(late->engine->serve, late->to, takes_reply);
    serve_flush(late->engine->serve);
    free(late);
}

static void late_refuse(struct late *late, enum code code, const char *field, const char *sentence)
{
    json_t *reply = json_put(json_object(), "ok", json_false());
    json_put_str(reply, "code", code_name(code));
    json_put_str(reply, "field", field);
    json_put_str(reply, "error", sentence);
    late_reply(late, reply);
}

/* It was merged: where it goes on. */
static void late_merged(struct late *late, const char *into)
{
    AUTO_TEXT(sentence);
    text_addf(&sentence, "this incident was merged into %s: it goes on there", into);
    json_t *reply = json_put(json_object(), "ok", json_false());
    json_put_str(reply, "code", code_name(CODE_MERGED));
    json_put_str(reply, "field", "incident");
    json_put_str(json_put_str(reply, "near", into), "into", into);
    late_reply(late, json_put_str(reply, "error", text_str(&sentence)));
}

/* The record could not be asked: that is no answer about what stands in it. */
static bool late_failed(struct late *late, const struct query_result *result)
{
    if (!result->err || result->err == ERR_MISSING)
        return false;
    if (result->err == ERR_UNREACHABLE)
        late_refuse(late, CODE_STOPPING, NULL, "the daemon is stopping; try again in a moment");
    else
        late_refuse(late, CODE_STORE, NULL, result->why.text);
    return true;
}

static void late_answered(void *ctx, const struct query_result *result)
{
    if (late_failed(ctx, result))
        return;
    bool over = !result->err && result->rows_count;
    const char *into = over ? json_str(json_at(result->rows[0].body, "family"), "into") : NULL;
    if (into) {
        late_merged(ctx, into);
        return;
    }
    late_refuse(ctx, over ? CODE_CLOSED : CODE_NOT_FOUND, "incident",
                over ? "this incident is over" : "there is no such incident");
}

static void late_link_answered(void *ctx, const struct query_result *result)
{
    struct late *late = ctx;
    if (late_failed(late, result))
        return;
    bool over = !result->err && link_fits_row(&late->link, &result->rows[0]);
    late_refuse(late, over ? CODE_CLOSED : CODE_UNKNOWN_LINK, "token",
                over ? "this is over: the incident of the message is closed, nothing waits for you"
                     : "no message has this link; open it as it stands in the message, whole");
}

/* Whose answer comes after the end is told so, from the record. */
static void late_ask(struct engine *e, const struct input *in)
{
    struct late *late = mem_new(1, sizeof *late);
    *late = (struct late){.engine = e, .to = in->to};
    struct query q = {.kind = QUERY_INCIDENT, .incident = in->incident};
    if (in->kind == IN_ANSWER_LINK) {
        (void)link_parse(json_str_or(in->body, "token", ""), &late->link);
        q = (struct query){.kind = QUERY_NOTICE, .notice = in->notice};
    }
    e->port->query(e->port->ctx, &q,
                   in->kind == IN_ANSWER_LINK ? late_link_answered : late_answered, late);
}

static bool input_is_late(const struct engine *e, const struct input *in)
{
    bool about_one = in->kind == IN_ANSWER || in->kind == IN_UPDATE || in->kind == IN_RESOLVE ||
                     in->kind == IN_ORDER || in->kind == IN_CONFIRM || in->kind == IN_CLOSE ||
                     in->kind == IN_DIRECTIVE;
    if (in->kind == IN_ANSWER_LINK)
        return uuid_is_none(in->incident);
    return about_one && (in->who.scopes & SCOPE_READ) && !core_incident_open(e->core, in->incident);
}

/* Of what it asks for: of its body, and of the incident that it names. */
static void digest_put(struct input *in)
{
    AUTO_TEXT(canonical);
    unsigned char sum[crypto_hash_sha256_BYTES];
    char id[UUID_TEXT];
    json_write(in->body, &canonical);
    if (!uuid_is_none(in->incident))
        text_add(&canonical, uuid_text(in->incident, id));
    crypto_hash_sha256(sum, (const unsigned char *)text_str(&canonical), canonical.len);
    memcpy(in->digest, sum, sizeof in->digest);
}

static void submit(void *ctx, const struct input *in, const char *value)
{
    struct engine *e = ctx;
    struct input taken = *in;
    bool by_notice = in->kind == IN_DEAD && !uuid_is_none(in->notice);
    if (in->kind == IN_ANSWER_LINK || in->kind == IN_RECEIPT || by_notice)
        taken.incident = core_notice_incident(e->core, in->notice);
    if (in->kind == IN_TRIGGER || in->once)
        digest_put(&taken);
    if (input_is_refused(e, &taken)) {
        serve_reply(e->serve, in->to,
                    json_pack("{s:b,s:s,s:s}", "ok", 0, "code", "input_refused", "error",
                              "this trigger stopped the engine twice; it is refused. Call by the "
                              "paper plan and send the journal to the operator"));
        return;
    }
    if (in->kind == IN_PURGE) {
        purge_submit(e, in);
        return;
    }
    if (in->kind == IN_LESSON) {
        lesson_submit(e, in);
        return;
    }
    if (input_is_late(e, &taken)) {
        late_ask(e, in);
        return;
    }
    if (keyring_submit(e, &taken, value) || vault_submit(e, &taken, value))
        return;
    engine_input(e, taken);
}

static void reload(void *ctx, bool take, struct reply_to to)
{
    config_begin(ctx, take, to);
}

static json_t *plans(void *ctx)
{
    const struct engine *e = ctx;
    json_t *reply = json_put(json_object(), "plans", core_plans(e->core));
    json_put(reply, "older", core_plans_older(e->core));
    json_put(reply, "verification", verify_json(e));
    return json_put(reply, "refused", json_share(plans_refusal(e)));
}

static json_t *plan(void *ctx, const char *name, const char *pin)
{
    const struct engine *e = ctx;
    return core_plan(e->core, name, pin, e->clock.wall);
}

static json_t *endpoints(void *ctx)
{
    const struct engine *e = ctx;
    return json_put(json_object(), "endpoints", core_endpoints(e->core, e->clock.wall));
}

static enum err duty(void *ctx, const json_t *asked, const char *lang, json_t **ret,
                     struct why *why)
{
    const struct engine *e = ctx;
    const struct duty_ask ask = {.roster = json_str(asked, "roster"),
                                 .person = json_str(asked, "person"),
                                 .at = json_str(asked, "at"),
                                 .lang = lang,
                                 .days = json_int(asked, "days", 0),
                                 .now = e->clock.wall};
    return core_duty(e->core, &ask, ret, why);
}

static enum err duty_calendar(void *ctx, const char *roster, const char *person, const char *lang,
                              struct text *to, struct why *why)
{
    const struct engine *e = ctx;
    const struct duty_ask ask = {
        .roster = roster, .person = person, .lang = lang, .now = e->clock.wall};
    return core_duty_calendar(e->core, &ask, to, why);
}

static json_t *dead(void *ctx)
{
    return json_put(json_object(), "dead", core_dead(((struct engine *)ctx)->core));
}

static json_t *drills(void *ctx)
{
    const struct engine *e = ctx;
    json_t *list = core_drills(e->core), *one;
    int64_t today = civil_day(core_zone(e->core), e->clock.wall);
    size_t n;
    json_array_foreach(list, n, one)
    {
        if (json_str(one, "due"))
            json_put(one, "overdue", json_boolean(json_int(one, "due_day", 0) < today));
        (void)json_object_del(one, "due_day");
    }
    return json_put(json_object(), "drills", list);
}

static json_t *phones(void *ctx, size_t most)
{
    return core_phones(((struct engine *)ctx)->core, most);
}

static json_t *options(void *ctx)
{
    return json_put(json_object(), "options", config_json(((struct engine *)ctx)->config));
}

static json_t *listeners(const struct engine *e)
{
    const struct children_hello *hello = children_hello(e->children);
    json_t *all = json_array();
    for (size_t n = 0; n < hello->listeners_count; n++) {
        json_t *one = json_put_str(json_object(), "kind", hello->listeners[n].kind);
        json_array_append_new(all, json_put_str(one, "address", hello->listeners[n].address));
    }
    return all;
}

static json_t *health(void *ctx)
{
    struct engine *e = ctx;
    struct core_stats core = core_stats(e->core);
    struct store_stats store = store_stats(e->store);
    json_t *o = json_put_str(json_object(), "version", MUSTER_VERSION);
    json_put_int(o, "incidents", core.incidents);
    json_put_int(o, "fallback", core.fallback);
    json_put_int(o, "timers", core.timers);
    json_put_int(o, "notices_queued", core.notices_queued);
    json_put_int(o, "notices_handed", core.notices_handed);
    json_put_int(o, "seq", store.durable_seq);
    json_put(o, "planners", json_integer((e->planners[0].gen != 0) + (e->planners[1].gen != 0)));
    json_put(o, "courier", json_boolean(e->courier_gen != 0));
    json_put(o, "listeners", listeners(e));
    return json_put(o, "disk_trouble", json_boolean(e->trouble));
}

static wall_ms now(void *ctx)
{
    return ((struct engine *)ctx)->clock.wall;
}

/*
 * The two clocks are read one after the other, and drift: what is shown of a steady time must not
 * move by a millisecond each time that somebody looks.
 */
static wall_ms wall_of(void *ctx, mono_ms at)
{
    struct engine *e = ctx;
    int64_t offset = e->clock.wall - e->clock.mono;
    if (llabs(offset - e->shown_offset_ms) > SHOWN_DRIFT_MS)
        e->shown_offset_ms = offset;
    return at + e->shown_offset_ms;
}

static json_t *pass_to(void *ctx, struct uuid notice)
{
    const struct engine *e = ctx;
    return core_pass_to(e->core, notice, e->clock.wall);
}

static const char *language(void *ctx)
{
    return core_language(((struct engine *)ctx)->core);
}

/* How far the clocks of the site are ahead of UTC. */
static int64_t civil_ahead(void *ctx, wall_ms at)
{
    return zone_offset_ms(core_zone(((struct engine *)ctx)->core), at);
}

static bool targets_of(void *ctx, const char *person, char (*ret)[136], size_t most)
{
    return core_targets_of(((struct engine *)ctx)->core, person, ret, most);
}

static bool owner_known(void *ctx, const char *target, char **ret_near, struct why *why)
{
    return core_owner_known(((struct engine *)ctx)->core, target, ret_near, why);
}

struct serve *engine_serve_new(struct engine *e)
{
    struct serve_port port = {.ctx = e,
                              .loop = e->loop,
                              .submit = submit,
                              .reload = reload,
                              .desk = desk_take,
                              .checkpoint = journal_checkpoint,
                              .store = e->port,
                              .plans = plans,
                              .plan = plan,
                              .duty = duty,
                              .duty_calendar = duty_calendar,
                              .drills = drills,
                              .endpoints = endpoints,
                              .dead = dead,
                              .contacts = vault_contacts,
                              .contacts_export = vault_export,
                              .contacts_import = vault_import,
                              .phones = phones,
                              .config = options,
                              .health = health,
                              .ready = engine_ready,
                              .metrics = engine_metrics,
                              .keys = keyring_keys,
                              .journal_key = journal_key,
                              .principal_of = keyring_principal_of,
                              .pass_to = pass_to,
                              .now = now,
                              .wall_of = wall_of,
                              .language = language,
                              .targets_of = targets_of,
                              .owner_known = owner_known,
                              .civil_ahead = civil_ahead};
    struct serve_config config = {
        .owner = geteuid(),
        .gen = store_gen(e->store),
        .seq = store_last_seq(e->store),
        .line_bytes_max = (size_t)config_number(e->config, OPT_LIMITS_LINE_BYTES),
        .out_bytes_max = (size_t)config_number(e->config, OPT_LIMITS_OUT_BYTES),
        .connections_max = config_number(e->config, OPT_LIMITS_CONNECTIONS),
        .connections_address_max = config_number(e->config, OPT_LIMITS_CONNECTIONS_ADDRESS),
        .pipelined_max = config_number(e->config, OPT_LIMITS_PIPELINED),
        .watch_rows_max = config_number(e->config, OPT_LIMITS_WATCH_ROWS),
        .demo = config_is(e->config, OPT_DEMO),
        .hosts = config_text(e->config, OPT_HOSTS),
        .security_contact = config_text(e->config, OPT_SECURITY_CONTACT),
        .phones_key = demo_key(e)};
    return serve_new(&config, &port);
}

static enum door door_of(const char *kind)
{
    if (!strcmp(kind, "http"))
        return DOOR_HTTP;
    return !strcmp(kind, "tcp") ? DOOR_TCP : DOOR_UNIX;
}

void engine_listen(struct engine *e)
{
    const struct children_hello *hello = children_hello(e->children);
    if (e->listening)
        return;
    e->listening = true;
    for (size_t n = 0; n < hello->listeners_count; n++)
        serve_listen(e->serve, hello->listeners[n].fd, door_of(hello->listeners[n].kind));
}
