/*
 * emit - a decision leaves: a record, applied at once; an effect, held until its record is on disk;
 * a reply. And what a record has changed is marked for its row.
 */
#include "core/core.h"
#include "core/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct record *core_emit_for(struct core *c, enum record_kind kind, struct uuid incident,
                             struct emit e)
{
    struct record *r = record_new(kind, incident);
    r->seq = c->seq + 1;
    r->at_ms = c->in->wall;
    r->mono = c->in->mono;
    r->actor = e.actor ? e.actor : json_put_str(json_object(), "type", "engine");
    if (e.body) {
        json_decref(r->body);
        r->body = e.body;
    }
    if (c->cfg.speed > 1)
        json_put_int(r->body, "speed", c->cfg.speed);
    r->sealed = e.sealed;
    struct update *u = c->out;
    u->records =
        mem_grow(u->records, &u->records_cap, u->records_count + 1, sizeof(struct record *));
    u->records[u->records_count++] = r;
    core_apply(c, r);
    return r;
}

struct record *core_emit(struct core *c, enum record_kind kind, struct incident *i, struct emit e)
{
    if (i && i->drill) /* rule R6: in every record */
        e.body = json_put_true(e.body ? e.body : json_object(), "drill", true);
    return core_emit_for(c, kind, i ? i->id : (struct uuid){0}, e);
}

struct effect *core_effect(struct core *c, enum effect_kind kind)
{
    struct update *u = c->out;
    u->effects = mem_grow(u->effects, &u->effects_cap, u->effects_count + 1, sizeof *u->effects);
    struct effect *e = &u->effects[u->effects_count++];
    *e = (struct effect){.kind = kind, .after = c->seq};
    return e;
}

void core_reply_ok(struct core *c, json_t *takes)
{
    if (!c->in->to.conn) {
        json_decref(takes);
        return;
    }
    struct effect *e = core_effect(c, EFFECT_REPLY);
    e->to = c->in->to;
    e->body = json_put(takes, "ok", json_true());
}

json_t *core_refuse(struct core *c, enum code code, const char *field, const char *near,
                    const char *fmt, ...)
{
    if (!c->in->to.conn)
        return NULL;
    struct why why = {0};
    va_list args;
    va_start(args, fmt);
    vsnprintf(why.text, sizeof why.text, fmt, args);
    va_end(args);
    json_t *body = json_put(json_object(), "ok", json_false());
    json_put_str(body, "code", code_name(code));
    json_put_str(body, "field", field);
    json_put_str(body, "near", near);
    json_put_str(body, "error", why.text);
    struct effect *e = core_effect(c, EFFECT_REPLY);
    e->to = c->in->to;
    e->body = body;
    return body;
}

void update_done(struct update *u)
{
    for (size_t n = 0; n < u->records_count; n++)
        record_unref(u->records[n]);
    for (size_t n = 0; n < u->effects_count; n++)
        json_decref(u->effects[n].body);
    free(u->records);
    free(u->effects);
    *u = (struct update){0};
}

void core_mark(struct core *c, struct incident *i)
{
    if (!i->dirty)
        STAILQ_INSERT_TAIL(&c->incidents_changed, i, changed);
    i->dirty = true;
}

void core_mark_notice(struct core *c, struct notice *n)
{
    if (!n->dirty)
        STAILQ_INSERT_TAIL(&c->notices_changed, n, changed);
    n->dirty = true;
}
