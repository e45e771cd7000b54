/*
 * engine_last_word - when nothing can be recorded, the site's self_alarm goes out without a record:
 * the one exception of rule R1.
 *
 * While all is well, the finished attempts are kept in DATA/self_alarm.json (mode 0600: contacts
 * stand in it), anew whenever others come on duty. An engine that cannot open its database sends
 * them through the courier before it leaves, at most once in five minutes, so that a restart loop
 * does not ring anybody's phone dead.
 */
#include "engine.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WORD_AGAIN_S = 300, WORD_LIMIT_MS = 15000, WORD_BYTES_MAX = 4 << 20 };

static void word_path(const struct engine *e, const char *name, struct text *to)
{
    text_addf(to, "%s/%s", config_text(e->config, OPT_DATA), name);
}

static bool word_write(const char *path, const struct text *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool written = write(fd, text_str(text), text->len) == (ssize_t)text->len;
    return close(fd) == 0 && written;
}

void last_word_keep(struct engine *e)
{
    AUTO_JSON(attempts);
    AUTO_TEXT(text);
    AUTO_TEXT(path);
    AUTO_TEXT(fresh);
    e->word_stale = false;
    e->word_until = core_duty_next(e->core, e->clock.wall);
    attempts = core_self_alarm(e->core, e->clock.wall);
    size_t n;
    json_t *attempt;
    json_array_foreach(attempts, n, attempt) contact_add(e, attempt);
    json_write(attempts, &text);
    word_path(e, "self_alarm.json", &path);
    text_addf(&fresh, "%s.new", text_str(&path));
    if (!word_write(text_str(&fresh), &text) || rename(text_str(&fresh), text_str(&path)))
        log_error("alarm", "%s cannot be written (%s): if the disk fails, nobody will be told",
                  text_str(&path), strerror(errno));
}

/* --- sending it --- */

struct last_word {
    struct engine *engine;
    json_t *attempts;
    size_t open; /* results to come */
    struct loop_timer *limit;
};

static void word_up(void *ctx, enum child_slot slot, int64_t gen)
{
    struct last_word *w = ctx;
    if (slot != CHILD_COURIER)
        return;
    AUTO_JSON(hello);
    hello = courier_hello(w->engine, gen);
    children_send(w->engine->children, slot, gen, hello);
    size_t n;
    json_t *attempt;
    json_array_foreach(w->attempts, n, attempt)
    {
        char id[UUID_TEXT];
        uint8_t random[10];
        randombytes_buf(random, sizeof random);
        AUTO_TEXT(message);
        text_addf(&message, "%s-1", uuid_text(uuid_v7(time(NULL) * MS_SECOND, random), id));
        json_put_int(attempt, "id", (int64_t)n + 1);
        json_put_str(attempt, "notice", text_str(&message));
        if (children_send(w->engine->children, slot, gen, attempt))
            w->open++;
    }
    children_flush(w->engine->children);
}

static void word_frame(void *ctx, enum child_slot slot, int64_t gen, const json_t *frame)
{
    struct last_word *w = ctx;
    (void)gen;
    if (slot != CHILD_COURIER || !frame_is(frame, "result"))
        return;
    if (json_bool(frame, "ok"))
        log_warn("alarm", "the self-alarm has gone out by one contact");
    if (w->open && --w->open == 0)
        loop_stop(w->engine->loop);
}

static void word_died(void *ctx, const struct child_death *death)
{
    (void)ctx;
    (void)death; /* the limit ends it */
}

static void word_over(void *ctx)
{
    loop_stop(((struct last_word *)ctx)->engine->loop);
}

static void word_quiet(void *ctx)
{
    (void)ctx;
}

static bool word_due(const struct engine *e)
{
    AUTO_TEXT(path);
    struct stat st;
    word_path(e, "self_alarm.sent", &path);
    return stat(text_str(&path), &st) || time(NULL) - st.st_mtime > WORD_AGAIN_S;
}

static json_t *word_read(const struct engine *e)
{
    AUTO_TEXT(path);
    AUTO_TEXT(text);
    json_t *attempts = NULL;
    struct why why;
    word_path(e, "self_alarm.json", &path);
    FILE *f = fopen(text_str(&path), "r");
    if (!f)
        return NULL;
    char buffer[8192];
    size_t got;
    while (text.len < WORD_BYTES_MAX && (got = fread(buffer, 1, sizeof buffer, f)))
        text_add_bytes(&text, buffer, got);
    fclose(f);
    return json_read(text_str(&text), text.len, &attempts, &why) ? NULL : attempts;
}

/* A moment that cannot be written down: the time of the file is the note. Best effort. */
static void word_note(const struct engine *e)
{
    AUTO_TEXT(path);
    word_path(e, "self_alarm.sent", &path);
    int fd = open(text_str(&path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || futimens(fd, NULL))
        log_warn("alarm", "the time of the self-alarm cannot be noted, it may come again");
    if (fd >= 0)
        close(fd);
}

void last_word_send(struct engine *e)
{
    static const struct children_calls calls = {.up = word_up,
                                                .frame = word_frame,
                                                .died = word_died,
                                                .drain = word_over,
                                                .reload = word_quiet};
    struct last_word w = {.engine = e, .attempts = word_due(e) ? word_read(e) : NULL};
    if (json_array_size(w.attempts)) {
        log_error("alarm", "nothing can be recorded: the site's self-alarm goes out");
        word_note(e);
        e->loop = loop_new();
        loop_on_pass(e->loop, word_quiet, NULL);
        w.limit = loop_timer_new(e->loop, word_over, &w);
        loop_timer_set(w.limit, WORD_LIMIT_MS);
        children_start(e->children, e->loop, &calls, &w);
        loop_run(e->loop);
        loop_timer_free(w.limit);
    }
    json_decref(w.attempts);
}
