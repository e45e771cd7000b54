/*
 * engine_journal - what the record's own operations need of the engine: heads signed on demand.
 */
#include "engine.h"

#include "base/code.h"

#include <stdlib.h>

/* Somebody waits for a head to be signed. */
struct signing {
    struct engine *engine;
    struct reply_to to;
};

static json_t *head_json(const struct store_head *h)
{
    char at[RFC3339_TEXT];
    json_t *o = json_put_int(json_object(), "gen", h->gen);
    json_put_int(o, "seq", h->seq);
    json_put_str(o, "chain", h->chain);
    json_put_str(o, "at", rfc3339(h->at, at));
    json_put_str(o, "key", h->public);
    return json_put_str(o, "sig", h->signature);
}

/* A head that nobody keeps is told all the same: it can be written down. */
static void not_kept(json_t *reply, const struct store_head *h)
{
    AUTO_TEXT(sentence);
    if (h->err == ERR_UNREACHABLE)
        text_add(&sentence, h->why.text);
    else if (h->err)
        text_addf(&sentence, "the head %s: %s",
                  h->seq ? "is signed, but its second place does not keep it" : "cannot be signed",
                  h->why.text);
    else
        text_add(&sentence, "the head is signed, but no second place is configured that would keep "
                            "it: write it down, and set head_file");
    json_put_str(reply, "code",
                 code_name(h->err == ERR_UNREACHABLE ? CODE_STOPPING : CODE_HEAD_NOT_KEPT));
    json_put_str(reply, "error", text_str(&sentence));
}

static void head_signed(void *ctx, const struct store_head *h)
{
    struct signing *s = ctx;
    json_t *reply = json_put(json_object(), "ok", json_boolean(h->kept));
    if (!h->kept)
        not_kept(reply, h);
    if (h->seq)
        json_put(reply, "head", head_json(h));
    json_put_str(reply, "head_file", h->place);
    serve_reply(s->engine->serve, s->to, reply);
    serve_flush(s->engine->serve);
    free(s);
}

void journal_checkpoint(void *ctx, struct reply_to to)
{
    struct engine *e = ctx;
    struct signing *s = mem_new(1, sizeof *s);
    *s = (struct signing){.engine = e, .to = to};
    store_head(e->store, head_signed, s);
}

json_t *journal_key(void *ctx)
{
    const struct engine *e = ctx;
    const char *key = store_public_key(e->store), *file = config_text(e->config, OPT_HEAD_FILE);
    json_t *o = json_put(json_object(), "key", key[0] ? json_string(key) : json_null());
    return json_put(o, "head_file", file[0] ? json_string(file) : json_null());
}
