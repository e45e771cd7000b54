#include "courier/courier.h"

#include "base/crash.h"
#include "base/frame.h"
#include "courier/attempt.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    IDLE_HANDLES_MAX = 128, /* what a storm gives back at once; each keeps 20 KB */
    LINK_READ_BYTES = 64 * 1024,
    WAIT_MS = 60 * 1000, /* libcurl wakes up earlier when one of its times comes */
};

struct courier {
    CURLM *multi;
    char *ca_file;
    courier_ready_fn *ready;
    void *ready_ctx;
    courier_send_fn *send;
    void *send_ctx;
    struct secrets *secrets; /* NULL: no hello yet */
    struct demo demo;
    struct attempt *under_way[COURIER_ATTEMPTS_MAX];
    int count;
    int talking; /* of them: those in a dialog of ours, not in libcurl's hands (attempt.h) */
    CURL *idle[IDLE_HANDLES_MAX]; /* handles are dear to make */
    int idle_count;
};

struct courier *courier_new(const struct courier_config *config, courier_send_fn *send, void *ctx)
{
    struct courier *c = mem_new(1, sizeof *c);

    c->multi = curl_multi_init();
    if (!c->multi)
        abort();
    curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, (long)COURIER_ATTEMPTS_MAX);
    c->ca_file = mem_str(config->ca_file);
    c->ready = config->ready;
    c->ready_ctx = config->ready_ctx;
    c->send = send;
    c->send_ctx = ctx;
    return c;
}

/* ---- easy handles ---- */

static CURL *handle_take(struct courier *c)
{
    CURL *easy = c->idle_count > 0 ? c->idle[--c->idle_count] : curl_easy_init();

    if (!easy)
        abort();
    return easy;
}

static void handle_give(struct courier *c, CURL *easy)
{
    if (c->idle_count == IDLE_HANDLES_MAX) {
        curl_easy_cleanup(easy);
        return;
    }
    curl_easy_reset(easy);
    c->idle[c->idle_count++] = easy;
}

/* ---- attempts ---- */

static void send_result(struct courier *c, json_t *takes)
{
    c->send(c->send_ctx, takes);
    json_decref(takes);
}

static void under_way_add(struct courier *c, struct attempt *a)
{
    assert(c->count < COURIER_ATTEMPTS_MAX);
    c->under_way[c->count++] = a;
}

static void under_way_drop(struct courier *c, const struct attempt *a)
{
    int i = 0;

    while (c->under_way[i] != a) {
        i++;
        assert(i < c->count);
    }
    c->under_way[i] = c->under_way[--c->count];
}

static void attempt_begin(struct courier *c, json_t *frame)
{
    struct attempt *a = attempt_new();
    struct why why = {0};

    if (attempt_read(a, frame, c->secrets, &c->demo, &why)) {
        send_result(c, attempt_result_config(a, &why));
        attempt_free(a);
        return;
    }
    CURL *easy = handle_take(c);
    attempt_start(a, easy, c->ca_file);
    under_way_add(c, a);
    if (curl_multi_add_handle(c->multi, easy) != CURLM_OK)
        abort(); /* without memory, or a bug of ours */
}

static void attempt_finish(struct courier *c, struct attempt *a, CURLcode code)
{
    struct outcome outcome;
    CURL *easy = attempt_end(a, code, &outcome);

    curl_multi_remove_handle(c->multi, easy);
    handle_give(c, easy);
    under_way_drop(c, a);
    send_result(c, attempt_result(a, &outcome));
    attempt_free(a);
}

void courier_free(struct courier *c)
{
    struct outcome outcome;

    if (!c)
        return;
    while (c->count > 0) {
        struct attempt *a = c->under_way[--c->count];
        CURL *easy = attempt_end(a, CURLE_ABORTED_BY_CALLBACK, &outcome);

        curl_multi_remove_handle(c->multi, easy);
        curl_easy_cleanup(easy);
        attempt_free(a);
    }
    while (c->idle_count > 0)
        curl_easy_cleanup(c->idle[--c->idle_count]);
    curl_multi_cleanup(c->multi);
    secrets_free(c->secrets);
    demo_done(&c->demo);
    free(c->ca_file);
    free(c);
}

int courier_in_hand(const struct courier *c)
{
    return c->count;
}

/* ---- frames ---- */

static enum err hello(struct courier *c, const json_t *frame, struct why *why)
{
    const char *folder = json_str(frame, "secrets");
    bool first = !c->secrets;
    struct demo demo;

    enum err e = demo_read(frame, &demo, why);
    if (e)
        return e;
    demo_done(&c->demo);
    c->demo = demo;
    secrets_free(c->secrets);
    c->secrets = secrets_new(folder);
    if (first && c->ready)
        c->ready(c->ready_ctx, folder);
    return ERR_OK;
}

enum err courier_frame(struct courier *c, json_t *frame, struct why *why)
{
    const char *op = json_str(frame, "op");

    if (!op)
        return why_set(why, ERR_INVALID, "a frame for the courier has no op");
    if (strcmp(op, "hello") == 0)
        return hello(c, frame, why);
    if (strcmp(op, "attempt") != 0)
        return why_set(why, ERR_INVALID, "the courier knows no frame \"%.32s\"", op);
    if (!c->secrets)
        return why_set(why, ERR_INVALID, "an attempt came before hello");
    if (json_int(frame, "id", 0) <= 0)
        return why_set(why, ERR_INVALID, "an attempt has no id");
    if (c->count == COURIER_ATTEMPTS_MAX)
        return why_set(why, ERR_LIMIT, "%d attempts are under way already", COURIER_ATTEMPTS_MAX);
    attempt_begin(c, frame);
    return ERR_OK;
}

/* ---- the loop ---- */

/* The dialogs of mails. true: one has ended. */
static bool talks_move(struct courier *c)
{
    bool ended = false;

    for (int i = c->talking ? c->count - 1 : -1; i >= 0; i--) {
        CURLcode code = CURLE_OK;
        struct attempt *a = c->under_way[i]; /* one that ends gives its place to a later one */

        if (!attempt_is_talking(a) || attempt_talk(a, &code))
            continue;
        c->talking--;
        attempt_finish(c, a, code);
        ended = true;
    }
    return ended;
}

/* Move all transfers on and give the results of those that ended. false: none did. */
static bool transfers_move(struct courier *c)
{
    int running, left;
    bool ended = false;
    CURLMsg *message;

    if (curl_multi_perform(c->multi, &running) != CURLM_OK)
        abort();
    while ((message = curl_multi_info_read(c->multi, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        struct attempt *a = attempt_of(message->easy_handle);
        CURLcode code = message->data.result;

        if (attempt_talks(a, code)) {
            c->talking++;
            continue;
        }
        attempt_finish(c, a, code);
        ended = true;
    }
    return talks_move(c) || ended;
}

/* Wait for the transfers and dialogs, and for `extra` if there is one. */
static void transfers_wait(struct courier *c, struct curl_waitfd *extra, int wait_ms)
{
    struct curl_waitfd fds[COURIER_ATTEMPTS_MAX + 1];
    unsigned count = 0;

    if (extra)
        fds[count++] = *extra;
    for (int i = 0; c->talking && i < c->count; i++) {
        int left_ms = wait_ms;

        if (!attempt_waits(c->under_way[i], &fds[count], &left_ms))
            continue;
        count++;
        wait_ms = left_ms < wait_ms ? left_ms : wait_ms;
    }
    if (curl_multi_poll(c->multi, fds, count, wait_ms, NULL) != CURLM_OK)
        abort();
    if (extra)
        extra->revents = fds[0].revents;
}

void courier_step(struct courier *c, int wait_ms)
{
    if (transfers_move(c))
        return;
    transfers_wait(c, NULL, wait_ms);
    transfers_move(c);
}

/* ---- with the engine at the other end of a socket ---- */

struct link {
    int fd;
    struct frame_reader reader;
    struct text out; /* results that the socket did not take yet */
    size_t out_at;
    bool ended;
};

static void link_put(void *ctx, json_t *frame)
{
    struct link *l = ctx;
    enum err e = frame_add(&l->out, frame, NULL);

    assert(e == ERR_OK); /* a result is far below the limit of a frame */
    (void)e;
    crash_point("courier.result");
}

/* Never waits: an engine that is slow to read must not make transfers late. */
static enum err link_flush(struct link *l, struct why *why)
{
    while (l->out_at < l->out.len) {
        ssize_t n =
            send(l->fd, l->out.at + l->out_at, l->out.len - l->out_at, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n >= 0)
            l->out_at += (size_t)n;
        else if (errno == EAGAIN)
            return ERR_OK;
        else if (errno == EPIPE || errno == ECONNRESET)
            l->ended = true;
        else if (errno != EINTR)
            return why_set(why, ERR_IO, "send to the engine: %s", strerror(errno));
        if (l->ended)
            return ERR_OK;
    }
    text_clear(&l->out);
    l->out_at = 0;
    return ERR_OK;
}

static enum err link_read(struct link *l, struct why *why)
{
    char bytes[LINK_READ_BYTES];
    ssize_t n = recv(l->fd, bytes, sizeof bytes, MSG_DONTWAIT);

    if (n > 0)
        frame_feed(&l->reader, bytes, (size_t)n);
    else if (n == 0 || errno == ECONNRESET)
        l->ended = true;
    else if (errno != EAGAIN && errno != EINTR)
        return why_set(why, ERR_IO, "receive from the engine: %s", strerror(errno));
    return ERR_OK;
}

/* Take the frames that have come, as long as there is room for another attempt. */
static enum err link_frames(struct courier *c, struct link *l, struct why *why)
{
    while (c->count < COURIER_ATTEMPTS_MAX) {
        AUTO_JSON(frame);
        enum err e = frame_next(&l->reader, &frame, why);

        if (e || !frame)
            return e;
        crash_point("courier.attempt");
        e = courier_frame(c, frame, why);
        if (e)
            return e;
    }
    return ERR_OK;
}

static enum err link_pass(struct courier *c, struct link *l, struct why *why)
{
    short want = CURL_WAIT_POLLIN;
    struct curl_waitfd extra = {.fd = l->fd};

    transfers_move(c);
    enum err e = link_frames(c, l, why); /* those that found no room in the pass before */
    if (!e)
        e = link_flush(l, why);
    if (e || l->ended)
        return e;

    if (l->out.len > 0)
        want |= CURL_WAIT_POLLOUT;
    extra.events = want;
    transfers_wait(c, &extra, WAIT_MS);
    if (extra.revents & CURL_WAIT_POLLIN)
        e = link_read(l, why);
    return e ? e : link_frames(c, l, why);
}

enum err courier_run(struct courier *c, int fd, struct why *why)
{
    struct link l = {.fd = fd};
    enum err e = ERR_OK;

    c->send = link_put;
    c->send_ctx = &l;
    while (!e && !l.ended)
        e = link_pass(c, &l, why);
    c->send = NULL;
    frame_reader_done(&l.reader);
    text_done(&l.out);
    return e;
}
