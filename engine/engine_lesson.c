/*
 * engine_lesson - from what was learnt of an incident to the improvement that is opened for it.
 *
 * Lessons come when it is over, and what is over is not in the core's memory: the record is asked
 * first whether the incident is there, and of which plan it was.
 */
#include "engine.h"

#include "base/code.h"

#include <stdio.h>
#include <stdlib.h>

struct lesson {
    struct engine *engine;
    struct reply_to to;
    struct identity who;
    struct uuid incident;
    json_t *body; /* own */
};

static void lesson_refuse(const struct lesson *l, enum code code, const char *field,
                          const char *sentence)
{
    json_t *reply = json_put(json_object(), "ok", json_false());
    json_put_str(reply, "code", code_name(code));
    json_put_str(reply, "field", field);
    json_put_str(reply, "error", sentence);
    serve_reply(l->engine->serve, l->to, reply);
    serve_flush(l->engine->serve);
}

static void lesson_decide(const struct lesson *l, const struct row *row)
{
    json_put_str(l->body, "plan", row->plan);
    engine_input(l->engine, (struct input){.kind = IN_LESSON,
                                           .who = {l->who.id, l->who.scopes},
                                           .to = l->to,
                                           .incident = l->incident,
                                           .body = l->body});
}

static void lesson_looked(void *ctx, const struct query_result *result)
{
    struct lesson *l = ctx;
    if (result->err == ERR_UNREACHABLE || (!result->err && l->engine->draining))
        lesson_refuse(l, CODE_STOPPING, NULL, "the daemon is stopping; try again in a moment");
    else if (result->err == ERR_MISSING)
        lesson_refuse(l, CODE_NOT_FOUND, "incident", "there is no incident with this id");
    else if (result->err)
        lesson_refuse(l, CODE_STORE, NULL, result->why.text);
    else
        lesson_decide(l, &result->rows[0]);
    json_decref(l->body);
    free(l);
}

void lesson_submit(struct engine *e, const struct input *in)
{
    struct lesson *l = mem_new(1, sizeof *l);
    const struct query q = {.kind = QUERY_INCIDENT, .incident = in->incident};
    *l = (struct lesson){.engine = e,
                         .to = in->to,
                         .who.scopes = in->who.scopes,
                         .incident = in->incident,
                         .body = json_deep_copy(in->body)};
    (void)snprintf(l->who.id, sizeof l->who.id, "%s", in->who.id ? in->who.id : "");
    e->port->query(e->port->ctx, &q, lesson_looked, l);
}
