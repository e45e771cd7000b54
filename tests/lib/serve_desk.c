#include "serve_desk.h"

#include "base/code.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

json_t *desk_incident_reply(void)
{
    return json_put_str(json_put(json_object(), "ok", json_true()), "incident", DESK_ID);
}

static void house_submit(void *ctx, const struct input *in, const char *value)
{
    struct serve_desk *h = ctx;
    assert_true(h->submitted_count < SUBMITTED_MAX);
    h->titles[h->submitted_count] = mem_str(json_str_or(in->body, "title", ""));
    h->submitted[h->submitted_count++] = *in;
    snprintf(h->value, sizeof h->value, "%s", value ? value : "");
    if (h->at_once)
        serve_reply(h->serve, in->to, desk_incident_reply());
}

static void house_query(void *ctx, const struct query *q, query_done_fn *done, void *done_ctx)
{
    struct serve_desk *h = ctx;
    assert_true(h->queries_count < QUERIES_MAX);
    h->queries[h->queries_count].query = *q;
    h->queries[h->queries_count].done = done;
    h->queries[h->queries_count++].ctx = done_ctx;
}

static void house_reload(void *ctx, bool take, struct reply_to to)
{
    struct serve_desk *h = ctx;
    h->reload = to;
    h->reload_take = take;
}

static json_t *house_empty(void *ctx)
{
    (void)ctx;
    return json_object();
}

static wall_ms house_now(void *ctx)
{
    (void)ctx;
    return 1784512800000;
}

static wall_ms house_wall_of(void *ctx, mono_ms at)
{
    return house_now(ctx) + at;
}

static bool house_targets(void *ctx, const char *person, char (*ret)[136], size_t most)
{
    (void)ctx, (void)most;
    snprintf(ret[0], sizeof ret[0], "person:%s", person);
    return strcmp(person, "nobody") != 0;
}

static bool house_owner(void *ctx, const char *target, char **ret_near, struct why *why)
{
    (void)ctx;
    if (strcmp(target, "dept:watre") != 0)
        return true;
    (void)why_set(why, ERR_MISSING, "the site has no department \"watre\"");
    *ret_near = mem_str("dept:water");
    return false;
}

static int64_t house_ahead(void *ctx, wall_ms at)
{
    (void)ctx, (void)at;
    return 8 * MS_HOUR;
}

static const char *house_language(void *ctx)
{
    (void)ctx;
    return "en";
}

/* The key "good" may read. */
static bool house_principal(void *ctx, const char *secret, struct identity *ret)
{
    (void)ctx;
    if (strcmp(secret, "good") != 0)
        return false;
    *ret = (struct identity){.id = "key:wall", .scopes = SCOPE_READ};
    return true;
}

static json_t *house_pass(void *ctx, struct uuid notice)
{
    (void)ctx, (void)notice;
    return NULL;
}

static int house_listen(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 64), 0);
    return fd;
}

static const struct serve_config plain = {.owner = 12345,
                                          .gen = 1,
                                          .seq = 100,
                                          .line_bytes_max = 4096,
                                          .out_bytes_max = 1024 * 1024,
                                          .connections_max = 8,
                                          .connections_address_max = 4,
                                          .pipelined_max = 16,
                                          .watch_rows_max = 1000,
                                          .demo = true,
                                          .hosts = "muster.example",
                                          .security_contact = ""};

static void house_open(struct serve_desk *h, struct serve_config config)
{
    char folder[] = "/tmp/muster-serve-XXXXXX";
    assert_non_null(mkdtemp(folder));
    snprintf(h->folder, sizeof h->folder, "%s", folder);
    h->loop = poll_loop_new();
    h->store = (struct store_port){.ctx = h, .query = house_query};
    h->port = (struct serve_port){.ctx = h,
                                  .loop = poll_loop_port(h->loop),
                                  .store = &h->store,
                                  .submit = house_submit,
                                  .reload = house_reload,
                                  .plans = house_empty,
                                  .endpoints = house_empty,
                                  .config = house_empty,
                                  .health = house_empty,
                                  .now = house_now,
                                  .wall_of = house_wall_of,
                                  .language = house_language,
                                  .civil_ahead = house_ahead,
                                  .pass_to = house_pass,
                                  .targets_of = house_targets,
                                  .owner_known = house_owner,
                                  .principal_of = house_principal};
    h->serve = serve_new(&config, &h->port);
    for (int i = 0; i < 2; i++) {
        snprintf(h->path[i], sizeof h->path[i], "%s/%d", folder, i);
        h->listen_fd[i] = house_listen(h->path[i]);
        serve_listen(h->serve, h->listen_fd[i], i ? DOOR_HTTP : DOOR_UNIX);
    }
}

int desk_setup(void **state)
{
    struct serve_desk *h = mem_new(1, sizeof *h);
    house_open(h, plain);
    *state = h;
    return 0;
}

int desk_teardown(void **state)
{
    struct serve_desk *h = *state;
    serve_free(h->serve);
    for (size_t i = 0; i < h->queries_count; i++)
        if (h->queries[i].done)
            free(h->queries[i].ctx);
    for (size_t i = 0; i < h->submitted_count; i++)
        free(h->titles[i]);
    poll_loop_free(h->loop);
    for (int i = 0; i < 2; i++) {
        close(h->listen_fd[i]);
        unlink(h->path[i]);
    }
    rmdir(h->folder);
    free(h);
    return 0;
}

/* ---- the client's side ---- */

int desk_client(struct serve_desk *h, enum door door)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", h->path[door != DOOR_UNIX]);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    poll_loop_pump(h->loop);
    return fd;
}

void desk_say(struct serve_desk *h, int fd, const char *bytes)
{
    size_t len = strlen(bytes);
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n < 0)
            assert_int_equal(errno, EAGAIN);
        bytes += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
        poll_loop_pump(h->loop);
    }
}

/* All that has come; ret_end: the daemon closed. */
void desk_hear(struct serve_desk *h, int fd, struct text *ret, bool *ret_end)
{
    char chunk[4096];
    *ret_end = false;
    for (;;) {
        poll_loop_pump(h->loop);
        ssize_t n = recv(fd, chunk, sizeof chunk, 0);
        if (n > 0)
            text_add_bytes(ret, chunk, (size_t)n);
        else if (n == 0 || errno == ECONNRESET)
            *ret_end = true;
        if (n <= 0)
            return;
    }
}

void desk_hears_then(struct serve_desk *h, int fd, const char *wanted, bool end)
{
    AUTO_TEXT(heard);
    bool ended = false;
    desk_hear(h, fd, &heard, &ended);
    assert_string_equal(text_str(&heard), wanted);
    assert_int_equal(ended, end);
}

void desk_hears(struct serve_desk *h, int fd, const char *wanted)
{
    desk_hears_then(h, fd, wanted, false);
}

void desk_hears_part(struct serve_desk *h, int fd, const char *part, bool end)
{
    AUTO_TEXT(heard);
    bool ended = false;
    desk_hear(h, fd, &heard, &ended);
    if (!strstr(text_str(&heard), part))
        fail_msg("\"%s\" is not in %s", part, text_str(&heard));
    assert_int_equal(ended, end);
}

void desk_reply(struct serve_desk *h, size_t nth)
{
    serve_reply(h->serve, h->submitted[nth].to, desk_incident_reply());
}

static struct record *row(int64_t seq)
{
    struct record *r = record_new(REC_ENGINE_STARTED, (struct uuid){0});
    r->seq = seq;
    r->at_ms = 1784512800000;
    return r;
}

void desk_happens(struct serve_desk *h, int64_t seq)
{
    struct record *r = row(seq);
    serve_event(h->serve, r);
    record_unref(r);
}

/* Answer the oldest query: rows of seq from..to. */
void desk_store_answers(struct serve_desk *h, int64_t from, int64_t to, bool more)
{
    size_t nth = 0;
    while (nth < h->queries_count && !h->queries[nth].done)
        nth++;
    assert_true(nth < h->queries_count);
    size_t count = to >= from ? (size_t)(to - from + 1) : 0;
    struct record **records = mem_new(count, sizeof(void *));
    for (size_t i = 0; i < count; i++)
        records[i] = row(from + (int64_t)i);
    struct query_result result = {
        .records = records, .records_count = count, .more = more, .as_of = to > 100 ? to : 100};
    query_done_fn *done = h->queries[nth].done;
    h->queries[nth].done = NULL;
    done(h->queries[nth].ctx, &result);
    for (size_t i = 0; i < count; i++)
        record_unref(records[i]);
    free(records);
}

/* The seqs of the events in `heard`, as "101 102". */
void desk_seqs(const struct text *heard, struct text *ret)
{
    for (const char *at = text_str(heard); (at = strstr(at, "\"seq\":")); at++)
        text_addf(ret, "%s%ld", ret->len ? " " : "", strtol(at + 6, NULL, 10));
}

void desk_hears_events(struct serve_desk *h, int fd, const char *seqs, bool end)
{
    AUTO_TEXT(heard);
    AUTO_TEXT(seen);
    bool ended = false;
    desk_hear(h, fd, &heard, &ended);
    desk_seqs(&heard, &seen);
    assert_string_equal(text_str(&seen), seqs);
    assert_int_equal(ended, end);
}
