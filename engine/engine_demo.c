/*
 * engine_demo - the phones of a demo: the courier is told where they are and signs with a key that
 * lives as long as this engine; after a start they show again what rang before.
 */
#include "engine.h"

#include "base/log.h"
#include "base/sign.h"
#include "serve/phones.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* ---- to whoever has just started it ---- */

static const char greeting_en[] =
    "\n"
    "Muster runs as a demonstration. Nothing leaves this machine; Ctrl-C ends it.\n"
    "\n"
    "    {url}/          what is going on\n"
    "    {url}/phones    everybody's phone\n"
    "    {url}/login/{link}\n"
    "                   signs you in with all rights, once\n"
    "\n"
    "Try, in another terminal:\n"
    "\n"
    "    curl -d 'Payment service does not answer' {url}/t/service_down\n"
    "    {muster} trigger flood --title 'Gauge 7 over warning' --grade III --field g7.stage_m=4.9\n"
    "    {muster} watch\n"
    "\n";

static const char greeting_zh[] =
    "\n"
    "集结以演示方式运行。没有任何东西离开本机；Ctrl-C 结束。\n"
    "\n"
    "    {url}/          正在发生的事\n"
    "    {url}/phones    每个人的手机\n"
    "    {url}/login/{link}\n"
    "                   登录链接，拥有全部权限，只能用一次\n"
    "\n"
    "另开一个终端试试：\n"
    "\n"
    "    curl -d '支付服务无响应' {url}/t/service_down\n"
    "    {muster} trigger flood --title '7号站超警戒水位' --grade III --field g7.stage_m=4.9\n"
    "    {muster} watch\n"
    "\n";

static bool terminal_is_zh(void)
{
    const char *lang = getenv("LC_ALL");
    if (!lang || !*lang)
        lang = getenv("LANG");
    return lang && strncmp(lang, "zh", 2) == 0;
}

struct blank {
    const char *name, *value;
};

static void blanks_fill(const char *at, const struct blank *blanks, size_t count, struct text *to)
{
    while (*at) {
        size_t i = 0;
        while (i < count && strncmp(at, blanks[i].name, strlen(blanks[i].name)) != 0)
            i++;
        if (i < count)
            text_add(to, blanks[i].value);
        else
            text_add_char(to, *at);
        at += i < count ? strlen(blanks[i].name) : 1;
    }
}

/* The command as it can be typed: this very binary, if we can tell. */
static void command_add(const struct engine *e, struct text *to)
{
    char path[4096], here[4096];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    path[len > 0 ? len : 0] = '\0';
    size_t prefix = getcwd(here, sizeof here) ? strlen(here) : 0;
    bool below = prefix && strncmp(path, here, prefix) == 0 && path[prefix] == '/';
    text_add(to, len <= 0 ? "muster" : below ? path + prefix + 1 : path);
    if (strcmp(config_text(e->config, OPT_DATA), "./run") != 0 &&
        strcmp(config_text(e->config, OPT_DATA), "run") != 0)
        text_addf(to, " --server unix:%s", config_text(e->config, OPT_SOCKET));
}

void demo_greet(const struct engine *e)
{
    AUTO_TEXT(command);
    const char *link = engine_link(e);
    if (!e->demo || !e->http_url || !link)
        return;
    command_add(e, &command);
    const struct blank blanks[] = {
        {"{url}", e->http_url}, {"{link}", link}, {"{muster}", text_str(&command)}};
    AUTO_TEXT(greeting);
    blanks_fill(terminal_is_zh() ? greeting_zh : greeting_en, blanks, 3, &greeting);
    (void)fputs(text_str(&greeting), stdout);
    (void)fflush(stdout);
}
