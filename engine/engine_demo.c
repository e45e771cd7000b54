/*
 * engine_demo - the phones of a demo: the courier is told where they are and signs with a key that
 * lives as long as this engine; after a start they show again what rang before.
 */
#include "engine.h"

#include "base/log.h"
#include "base/sign.h"
#include "serve/phones.h"

#include <sodium.h>
#include <stdlib.h>

enum { KEY_BYTES = 32, BASE64_TEXT = 48, REFILL_ROWS = 20000 };

struct demo_state {
    char key_text[BASE64_TEXT + 8]; /* "whsec_…" */
    struct sign_key key;
    int64_t refilled; /* rows of the journal up to this seq */
};

void demo_new(struct engine *e)
{
    uint8_t bytes[KEY_BYTES];
    char base64[BASE64_TEXT];
    struct why why;
    if (!config_is(e->config, OPT_DEMO))
        return;
    e->demo = mem_new(1, sizeof *e->demo);
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(base64, sizeof base64, bytes, sizeof bytes, sodium_base64_VARIANT_ORIGINAL);
    snprintf(e->demo->key_text, sizeof e->demo->key_text, "whsec_%s", base64);
    if (sign_key_parse(e->demo->key_text, &e->demo->key, &why))
        abort();
}

void demo_free(struct engine *e)
{
    if (!e->demo)
        return;
    sodium_memzero(e->demo, sizeof *e->demo);
    free(e->demo);
    e->demo = NULL;
}

json_t *demo_hello(const struct engine *e)
{
    if (!e->demo)
        return NULL;
    json_t *demo = json_put_str(json_object(), "key", e->demo->key_text);
    if (!e->http_url)
        return demo;
    AUTO_TEXT(url);
    text_addf(&url, "%s/phones/hook", e->http_url);
    return json_put_str(demo, "url", text_str(&url));
}

const struct sign_key *demo_key(const struct engine *e)
{
    return e->demo ? &e->demo->key : NULL;
}

/* ---- the phones after a start ---- */

static void refill_ask(struct engine *e);

/* Until a page has seen all that is durable: what became so meanwhile is in the next one. */
static void refill_page(void *ctx, const struct query_result *result)
{
    struct engine *e = ctx;
    struct phones *phones = serve_phones(e->serve);
    for (size_t n = 0; n < result->records_count; n++) {
        phones_replay(phones, result->records[n]);
        e->demo->refilled = result->records[n]->seq;
    }
    if (result->err && result->err != ERR_UNREACHABLE)
        log_warn("demo", "the phones do not show what rang before: %s", result->why.text);
    if (!result->err && e->demo->refilled < e->durable)
        refill_ask(e);
    else
        phones_replay_end(phones);
}

static void refill_ask(struct engine *e)
{
    struct query q = {.kind = QUERY_EVENTS, .after = e->demo->refilled};
    e->port->query(e->port->ctx, &q, refill_page, e);
}

void demo_refill(struct engine *e)
{
    if (!e->demo)
        return;
    int64_t last = store_last_seq(e->store);
    e->demo->refilled = last > REFILL_ROWS ? last - REFILL_ROWS : 0;
    phones_replay_begin(serve_phones(e->serve));
    refill_ask(e);
}
