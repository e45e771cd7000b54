/*
 * engine_purge - from the wish to purge an incident to the decision.
 *
 * What is over is not in the core's memory: the record is asked first whether the incident is there
 * and was not purged already. A purge that is decided and not yet on the disk is not to be seen
 * there; whoever asks for it a second time meanwhile is answered when it is.
 */
#include "engine.h"

#include "base/code.h"

#include <stdio.h>
#include <stdlib.h>

struct purge {
    struct engine *engine;
    struct reply_to to;
    struct identity who;
    struct uuid incident;
};

static void purge_refuse(const struct purge *p, enum code code, const char *field,
                         const char *sentence)
{
    json_t *reply = json_put(json_object(), "ok", json_false());
    json_put_str(reply, "code", code_name(code));
    json_put_str(reply, "field", field);
    json_put_str(reply, "error", sentence);
    serve_reply(p->engine->serve, p->to, reply);
    serve_flush(p->engine->serve);
}

static bool is_purge_of(const struct record *r, struct uuid incident)
{
    return r->kind == REC_PURGED && uuid_cmp(r->incident, incident) == 0;
}

/* The seq of a purge that is on its way to the disk; 0: none is. */
static int64_t purge_under_way(const struct engine *e, struct uuid incident)
{
    const struct said *s;
    for (size_t n = 0; n < e->records_count; n++)
        if (is_purge_of(e->records[n], incident))
            return e->records[n]->seq;
    STAILQ_FOREACH(s, &e->said, link)
    if (is_purge_of(s->record, incident))
        return s->record->seq;
    return 0;
}

/* It was done before, at the latest by the row `after`. */
static void reply_already(const struct purge *p, int64_t after)
{
    char id[UUID_TEXT];
    struct waiting *w = mem_new(1, sizeof *w);
    json_t *reply = json_put_str(json_object(), "incident", uuid_text(p->incident, id));
    json_put_str(reply, "state", "closed");
    json_put(json_put(reply, "purged", json_true()), "already", json_true());
    w->effect = (struct effect){.kind = EFFECT_REPLY,
                                .after = after,
                                .to = p->to,
                                .body = json_put(reply, "ok", json_true())};
    STAILQ_INSERT_TAIL(&p->engine->waiting, w, link);
}

static void purge_decide(const struct purge *p, const struct row *row)
{
    AUTO_JSON(body);
    body = json_put_true(json_object(), "drill", row->drill);
    engine_input(p->engine, (struct input){.kind = IN_PURGE,
                                           .who = {p->who.id, p->who.scopes},
                                           .to = p->to,
                                           .incident = p->incident,
                                           .body = body});
}

static void purge_looked(void *ctx, const struct query_result *result)
{
    struct purge *p = ctx;
    struct engine *e = p->engine;
    int64_t under_way = purge_under_way(e, p->incident);
    if (result->err == ERR_UNREACHABLE || (!result->err && e->draining))
        purge_refuse(p, CODE_STOPPING, NULL, "the daemon is stopping; try again in a moment");
    else if (result->err == ERR_MISSING)
        purge_refuse(p, CODE_NOT_FOUND, "incident", "there is no incident with this id");
    else if (result->err)
        purge_refuse(p, CODE_STORE, NULL, result->why.text);
    else if (under_way || !result->rows[0].body)
        reply_already(p, under_way);
    else
        purge_decide(p, &result->rows[0]);
    free(p);
}

void purge_submit(struct engine *e, const struct input *in)
{
    struct purge *p = mem_new(1, sizeof *p);
    const struct query q = {.kind = QUERY_INCIDENT, .incident = in->incident};
    *p = (struct purge){
        .engine = e, .to = in->to, .who.scopes = in->who.scopes, .incident = in->incident};
    (void)snprintf(p->who.id, sizeof p->who.id, "%s", in->who.id ? in->who.id : "");
    e->port->query(e->port->ctx, &q, purge_looked, p);
}
