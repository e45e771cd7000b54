/* Secrets of keys and sessions: told once, known by their hash, and the link that is good once. */
#include "core_lab.h"
#include "engine.h"
#include "serve_desk.h"
#include "sim/model_store.h"
#include "unit.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An engine of which nothing runs but the core, with a client of serve/ that waits for replies. */
struct ring {
    struct engine e;
    struct config config;
    struct child child;
    int page_fd;
    struct model_store *disk;
    struct serve_desk *desk;
    int client;
};

static void ring_config(struct ring *r, const char *demo)
{
    struct why why;
    config_init(&r->config);
    assert_int_equal(config_set(&r->config, "demo", demo, ORIGIN_FLAG, &why), ERR_OK);
}

static int setup(void **state)
{
    struct ring *r = mem_new(1, sizeof *r);
    struct why why;
    void *desk;
    assert_true(sodium_init() >= 0);
    assert_int_equal(desk_setup(&desk), 0);
    assert_int_equal(page_new(&r->child.page, &r->page_fd, &why), ERR_OK);
    ring_config(r, "yes");
    r->disk = model_store_new();
    r->desk = desk;
    r->client = desk_client(desk, DOOR_UNIX);
    r->e = (struct engine){.config = &r->config,
                           .child = &r->child,
                           .port = model_store_port(r->disk),
                           .serve = r->desk->serve,
                           .sampled = true, /* the clock is the test's */
                           .clock = {.mono = 1000, .wall = 1784512800000}};
    STAILQ_INIT(&r->e.waiting);
    r->e.core = core_new(&(struct core_config){.version = "test", .speed = 1});
    keyring_new(&r->e);
    *state = r;
    return 0;
}

/* All is on disk: the replies leave. */
static void pass_end(struct ring *r)
{
    struct waiting *w;
    while ((w = STAILQ_FIRST(&r->e.waiting))) {
        STAILQ_REMOVE_HEAD(&r->e.waiting, link);
        serve_reply(r->e.serve, w->effect.to, w->effect.body);
        free(w);
    }
    for (size_t n = 0; n < r->e.records_count; n++)
        record_unref(r->e.records[n]);
    r->e.records_count = r->e.news.secrets_count = 0;
    arena_done(&r->e.news.keep);
}

static int teardown(void **state)
{
    struct ring *r = *state;
    void *desk = r->desk;
    pass_end(r);
    keyring_free(&r->e);
    core_free(r->e.core);
    free(r->e.records);
    free(r->e.news.secrets);
    model_store_free(r->disk);
    desk_teardown(&desk);
    config_done(&r->config);
    page_drop(r->child.page);
    close(r->page_fd);
    close(r->client);
    free(r);
    return 0;
}

/*
 * As serve/ submits it, for a line of the client. The reply that waits for its record; NULL: it was
 * refused, and the client hears so.
 */
static const json_t *submit(struct ring *r, enum input_kind kind, const char *body,
                            const char *secret)
{
    AUTO_JSON(value);
    value = json_loads(body, 0, NULL);
    assert_non_null(value);
    pass_end(r);
    desk_say(r->desk, r->client, "{\"op\":\"trigger\",\"title\":\"x\"}\n");
    const struct input in = {.kind = kind,
                             .who = {.id = "uid:0", .scopes = SCOPE_ALL},
                             .to = r->desk->submitted[r->desk->submitted_count - 1].to,
                             .body = value};
    if (!keyring_submit(&r->e, &in, secret))
        engine_input(&r->e, in);
    const struct waiting *w = STAILQ_FIRST(&r->e.waiting);
    return w ? w->effect.body : NULL;
}

/* A new key or session: its secret. */
static void secret_of(const json_t *reply, const char *member, const char *prefix, char ret[64])
{
    assert_true(json_bool(reply, "ok"));
    const char *secret = json_str(reply, member);
    assert_non_null(secret);
    assert_int_equal(strlen(secret), 46);
    assert_memory_equal(secret, prefix, strlen(prefix));
    strcpy(ret, secret);
}

/* Nothing is recorded, and the client hears why. */
static void login_refused(struct ring *r, const char *with, const char *secret)
{
    AUTO_TEXT(body);
    text_addf(&body, "{\"with\":\"%s\"}", with);
    assert_null(submit(r, IN_LOGIN, text_str(&body), secret));
    assert_int_equal(r->e.records_count, 0);
    serve_flush(r->e.serve);
    desk_hears_part(r->desk, r->client,
                    strcmp(with, "key") == 0 ? "this key is not known" : "it is good once", false);
}

static void key_made(struct ring *r, const char *body, char ret[64])
{
    secret_of(submit(r, IN_KEY_CREATE, body, NULL), "key", "mk_", ret);
}

/* Who is known by it; "" nobody. Until the next call. */
static const char *who(struct ring *r, const char *secret)
{
    static struct identity found;
    return keyring_principal_of(&r->e, secret, &found) ? found.id : "";
}

/* What the next commit will write, as "key:a hash 77 …" */
static void assert_writes(const struct ring *r, const char *wanted)
{
    AUTO_TEXT(seen);
    for (size_t n = 0; n < r->e.news.secrets_count; n++) {
        const struct store_secret *s = &r->e.news.secrets[n];
        text_addf(&seen, "%s%s %s %lld", n ? "; " : "", s->holder, s->hash ? "hash" : "-",
                  (long long)s->used_ms);
    }
    assert_string_equal(text_str(&seen), wanted);
}

/* ---- keys ---- */

/* Why: whoever reads the database or the record must not be able to come in by what they find. */
static void a_secret_is_told_once_and_only_its_hash_is_written(void **state)
{
    struct ring *r = *state;
    char one[64], two[64];
    uint8_t hash[STORE_HASH_BYTES];
    key_made(r, "{\"name\":\"one\",\"scopes\":[\"read\"]}", one);
    assert_writes(r, "key:one hash 0");
    crypto_hash_sha256(hash, (const unsigned char *)one, strlen(one));
    assert_memory_equal(r->e.news.secrets[0].hash, hash, sizeof hash);
    for (size_t n = 0; n < r->e.records_count; n++) {
        AUTO_TEXT(body);
        json_write(r->e.records[n]->body, &body);
        assert_null(strstr(text_str(&body), one + 3));
    }
    key_made(r, "{\"name\":\"two\",\"scopes\":[\"read\"]}", two);
    assert_string_not_equal(one, two);
    assert_string_equal(who(r, one), "key:one");
    assert_string_equal(who(r, two), "key:two");
    assert_string_equal(who(r, "mk_"), "");
    assert_string_equal(who(r, ""), "");
}

static void of_a_refusal_no_secret_is_told_and_none_is_kept(void **state)
{
    struct ring *r = *state;
    const json_t *reply = submit(r, IN_KEY_CREATE, "{\"name\":\"one\"}", NULL);
    assert_false(json_bool(reply, "ok"));
    assert_null(json_at(reply, "key"));
    assert_writes(r, "");
}

static void a_revoked_key_is_nobodys_and_its_hash_is_forgotten(void **state)
{
    struct ring *r = *state;
    char key[64], session[64], other[64];
    key_made(r, "{\"name\":\"one\",\"scopes\":[\"read\"]}", key);
    key_made(r, "{\"name\":\"two\",\"scopes\":[\"read\"]}", other);
    secret_of(submit(r, IN_LOGIN, "{\"with\":\"key\"}", key), "session", "ms_", session);
    AUTO_TEXT(gone);
    text_addf(&gone, "key:one - 0; %s - 0", who(r, session));
    submit(r, IN_KEY_REVOKE, "{\"name\":\"one\"}", NULL);
    assert_writes(r, text_str(&gone));
    assert_string_equal(who(r, key), "");
    assert_string_equal(who(r, session), "");
    assert_string_equal(who(r, other), "key:two");
}

/* Why: the list tells which keys are dead; a write for each request would cost what a trigger does.
 */
static void the_last_use_is_written_at_most_once_a_minute(void **state)
{
    struct ring *r = *state;
    char key[64];
    AUTO_JSON(keys);
    key_made(r, "{\"name\":\"one\",\"scopes\":[\"read\"]}", key);
    pass_end(r);
    keyring_watch(&r->e);
    assert_writes(r, "");
    who(r, key);
    keyring_watch(&r->e);
    assert_writes(r, "key:one - 1784512800000");
    pass_end(r);
    for (int second = 0; second < 59; second++) {
        r->e.clock.wall += 1000;
        who(r, key);
        keyring_watch(&r->e);
    }
    assert_writes(r, "");
    keys = keyring_keys(&r->e); /* whoever asks sees the newest */
    assert_string_equal(json_str(json_array_get(json_at(keys, "keys"), 0), "last_used_at"),
                        "2026-07-20T02:00:59.000Z");
    r->e.clock.wall += 1000;
    who(r, key);
    keyring_watch(&r->e);
    assert_writes(r, "key:one - 1784512860000");
}

/* ---- sessions ---- */

static void a_session_has_a_secret_of_its_own(void **state)
{
    struct ring *r = *state;
    char key[64], session[64];
    struct identity found;
    key_made(r, "{\"name\":\"one\",\"scopes\":[\"read\",\"respond\"]}", key);
    const json_t *reply = submit(r, IN_LOGIN, "{\"with\":\"key\"}", key);
    assert_string_equal(json_str(reply, "until"), "2026-07-27T02:00:00.000Z");
    secret_of(reply, "session", "ms_", session);
    assert_true(keyring_principal_of(&r->e, session, &found));
    assert_memory_equal(found.id, "session:key:one/", 16);
    assert_int_equal(found.scopes, SCOPE_READ | SCOPE_RESPOND);
    assert_string_equal(who(r, key), "key:one");
}

static void a_wrong_key_signs_nobody_in(void **state)
{
    struct ring *r = *state;
    char key[64], session[64];
    key_made(r, "{\"name\":\"one\",\"scopes\":[\"read\"]}", key);
    secret_of(submit(r, IN_LOGIN, "{\"with\":\"key\"}", key), "session", "ms_", session);
    login_refused(r, "key", "mk_wrong");
    login_refused(r, "key", NULL);
    /* a session begets no further one, which would outlive its week */
    const json_t *reply = submit(r, IN_LOGIN, "{\"with\":\"key\"}", session);
    assert_string_equal(json_str(reply, "code"), "unauthorized");
    assert_int_equal(r->e.records_count, 0);
}

/* ---- the link ---- */

/* Why: a link stands in scrollbacks and chats; who finds it there must find it used. */
static void the_link_is_good_once(void **state)
{
    struct ring *r = *state;
    char link[64], session[64];
    struct identity found;
    assert_string_equal(who(r, engine_link(&r->e)), ""); /* it is no key */
    login_refused(r, "link", "ml_wrong");
    assert_non_null(engine_link(&r->e)); /* a wrong one does not use it up */
    strcpy(link, engine_link(&r->e));
    secret_of(submit(r, IN_LOGIN, "{\"with\":\"link\"}", link), "session", "ms_", session);
    assert_true(keyring_principal_of(&r->e, session, &found));
    assert_int_equal(found.scopes, SCOPE_ALL);
    assert_null(engine_link(&r->e));
    login_refused(r, "link", link);
    login_refused(r, "link", "");
}

static void a_start_has_a_link_of_its_own_and_only_a_demo_has_one(void **state)
{
    struct ring *r = *state;
    char link[64];
    strcpy(link, engine_link(&r->e));
    keyring_free(&r->e);
    keyring_new(&r->e);
    assert_string_not_equal(engine_link(&r->e), link);
    login_refused(r, "link", link);
    keyring_free(&r->e);
    config_done(&r->config);
    ring_config(r, "no");
    keyring_new(&r->e);
    assert_null(engine_link(&r->e));
    login_refused(r, "link", "");
}

/* ---- after a start ---- */

static void what_the_store_has_kept_is_known_again(void **state)
{
    struct ring *r = *state;
    char key[64];
    key_made(r, "{\"name\":\"one\",\"scopes\":[\"read\"]}", key);
    uint8_t hash[STORE_HASH_BYTES];
    memcpy(hash, r->e.news.secrets[0].hash, sizeof hash);
    keyring_free(&r->e);
    keyring_new(&r->e);
    assert_string_equal(who(r, key), "");
    keyring_load(&r->e, &(struct store_secret){"key:one", hash, 77});
    keyring_load(&r->e, &(struct store_secret){"key:nobody", (const uint8_t[32]){1}, 0});
    assert_string_equal(who(r, key), "key:one");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_secret_is_told_once_and_only_its_hash_is_written),
        T(of_a_refusal_no_secret_is_told_and_none_is_kept),
        T(a_revoked_key_is_nobodys_and_its_hash_is_forgotten),
        T(the_last_use_is_written_at_most_once_a_minute),
        T(a_session_has_a_secret_of_its_own),
        T(a_wrong_key_signs_nobody_in),
        T(the_link_is_good_once),
        T(a_start_has_a_link_of_its_own_and_only_a_demo_has_one),
        T(what_the_store_has_kept_is_known_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
