#include "store/witness.h"

#include "base/crash.h"
#include "base/log.h"
#include "store/db.h"
#include "store/head_file.h"
#include "store/head_place.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

enum {
    BUSY_MS = 2000,
    PATIENCE_US = 10 * 1000000, /* then whoever asked is told that the second place is silent */
    STOP_S = 2,
};

struct asked {
    struct asked *next;
    store_head_fn *done;
    void *ctx;
    int64_t at_us;
};

struct witness {
    char *database, *path;
    struct signing_key key;
    bool has_key;
    int64_t gen, every_us, every_rows;
    int event_fd;
    pthread_t thread;
    bool started;
    bool looked; /* the thread's own: whether the last head of the file is in the journal */

    /* shared, under the lock */
    pthread_mutex_t lock;
    pthread_cond_t more;
    int64_t seq; /* on the disk */
    struct chain chain;
    int64_t tried_seq; /* what the last try was about, whatever came of it */
    int64_t due_us;    /* when the next try is, by time alone; INT64_MAX: nothing waits for it */
    int64_t kept_seq, kept_count;
    bool failing, missing, stop;
    struct asked *waiting;  /* newest first */
    struct asked *answered; /* with `head` */
    struct store_head head;
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static wall_ms wall_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- is the last head of the file in the journal? ---- */

/* The chain of a row; none: it is not there. */
static enum err chain_at(const char *database, int64_t seq, bool *ret_there, struct chain *ret,
                         struct why *why)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    enum err e = db_open(database, DB_READER, BUSY_MS, &db, why);
    if (!e)
        e = db_prepare(db, database, "SELECT chain FROM journal WHERE seq = ?1", &stmt, why);
    if (!e) {
        sqlite3_bind_int64(stmt, 1, seq);
        int rc = sqlite3_step(stmt);
        *ret_there = rc == SQLITE_ROW && sqlite3_column_bytes(stmt, 0) == CHAIN_BYTES;
        if (*ret_there)
            memcpy(ret->b, sqlite3_column_blob(stmt, 0), CHAIN_BYTES);
        if (db_code(rc) != SQLITE_OK)
            e = db_why(db, database, "looking for the row of a signed head", why);
    }
    sqlite3_finalize(stmt);
    db_close(db);
    return e;
}

/* Once, before the first head of this life is appended. Only our own signature is believed. */
static void look_back(struct witness *w)
{
    struct signed_head last;
    struct chain chain;
    struct why why;
    bool there = false;
    char at[RFC3339_TEXT];
    w->looked = true;
    if (head_file_last(w->path, &last, &why) || !signed_head_holds(&last) ||
        memcmp(&last.key, &w->key.public, sizeof last.key) != 0)
        return;
    if (chain_at(w->database, last.seq, &there, &chain, &why)) {
        log_warn("store", "%s; whether the last signed head is in it is not known", why.text);
        return;
    }
    if (there && memcmp(&chain, &last.chain, sizeof chain) == 0)
        return;
    log_error("store",
              "the journal of %s is not the one that was signed: seq %" PRId64
              ", signed at %s in %s, %s. Rows were taken away, or another file was put in its "
              "place; keep both files, and see muster journal verify --heads %s",
              w->database, last.seq, rfc3339(last.at, at), w->path,
              there ? "is another row there" : "is not there", w->path);
    pthread_mutex_lock(&w->lock);
    w->missing = true;
    pthread_mutex_unlock(&w->lock);
}

/* ---- one head ---- */

static void failing_set(struct witness *w, const struct why *why)
{
    if (why && !w->failing)
        log_error(
            "store",
            "signed heads cannot be kept at their second place: %s. The record goes on; until "
            "they can, an end of the journal that is cut off would not be seen. Tried again "
            "in %" PRId64 " s",
            why->text, w->every_us / 1000000);
    else if (!why && w->failing)
        log_info("store", "signed heads are kept in %s again", w->path);
    w->failing = why != NULL;
}

static void head_shown(const struct witness *w, const struct signed_head *h, struct store_head *ret)
{
    ret->gen = h->gen;
    ret->seq = h->seq;
    ret->at = h->at;
    chain_text(&h->chain, ret->chain);
    signature_text(h, ret->signature);
    public_key_text(&h->key, ret->public);
    ret->place = w->path;
}

/* Sign, and keep; the lock is not held. */
static void head_make(struct witness *w, int64_t seq, const struct chain *chain,
                      struct store_head *ret)
{
    struct signed_head h = {.gen = w->gen, .seq = seq, .chain = *chain, .at = wall_now()};
    *ret = (struct store_head){0};
    if (!w->has_key)
        ret->err = why_set(&ret->why, ERR_IO,
                           "there is no key to sign with; the log of the start says why");
    else if (seq == 0)
        ret->err = why_set(&ret->why, ERR_MISSING, "the journal is empty");
    if (ret->err)
        return;
    signed_head_sign(&h, &w->key);
    head_shown(w, &h, ret);
    if (!w->path)
        return;
    ret->err = head_place_check(w->database, w->path, &ret->why);
    if (ret->err)
        return;
    if (!w->looked)
        look_back(w);
    crash_point("store.before_head");
    ret->err = head_file_append(w->path, &h, &ret->why);
    crash_point("store.after_head");
    ret->kept = !ret->err;
}

/* What came of it; under the lock. */
static void head_done(struct witness *w, int64_t seq, const struct store_head *head)
{
    w->tried_seq = seq;
    w->due_us = INT64_MAX;
    if (!w->path || !head->seq)
        return;
    failing_set(w, head->err ? &head->why : NULL);
    if (head->kept) {
        w->kept_seq = seq;
        w->kept_count++;
    }
    if (head->err || w->seq > seq)
        w->due_us = now_us() + w->every_us;
}

/* ---- the thread ---- */

static bool has_news(const struct witness *w)
{
    return w->path && w->has_key && w->seq > w->kept_seq;
}

/* A place that fails is tried again by time, not by rows. */
static bool is_due(const struct witness *w)
{
    return has_news(w) && (now_us() >= w->due_us ||
                           (!w->failing && w->seq - w->tried_seq >= w->every_rows) || w->stop);
}

/* Until there is something to do; under the lock. */
static void wait_for_work(struct witness *w)
{
    while (!w->stop && !w->waiting && !is_due(w)) {
        if (!has_news(w) || w->due_us == INT64_MAX) {
            pthread_cond_wait(&w->more, &w->lock);
            continue;
        }
        struct timespec until = {.tv_sec = w->due_us / 1000000,
                                 .tv_nsec = w->due_us % 1000000 * 1000};
        (void)pthread_cond_timedwait(&w->more, &w->lock, &until);
    }
}

static struct asked **asked_end(struct asked **at)
{
    while (*at)
        at = &(*at)->next;
    return at;
}

/* For those who had asked when it was signed; whoever asked since waits for the next one. */
static void answers_lay_ready(struct witness *w, const struct asked *newest,
                              const struct store_head *head)
{
    struct asked **from = &w->waiting;
    while (*from && *from != newest)
        from = &(*from)->next;
    w->head = *head;
    *asked_end(&w->answered) = *from;
    *from = NULL;
    if (w->event_fd >= 0)
        eventfd_write(w->event_fd, 1);
}

static void *witness_run(void *ctx)
{
    struct witness *w = ctx;
    bool over = false;
    pthread_mutex_lock(&w->lock);
    while (!over) {
        wait_for_work(w);
        over = w->stop;
        if (!w->waiting && !is_due(w))
            continue;
        struct asked *waiting = w->waiting;
        int64_t seq = w->seq;
        struct chain chain = w->chain;
        pthread_mutex_unlock(&w->lock);

        struct store_head head;
        head_make(w, seq, &chain, &head);

        pthread_mutex_lock(&w->lock);
        head_done(w, seq, &head);
        if (waiting)
            answers_lay_ready(w, waiting, &head);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* ---- the others' side ---- */

struct witness *witness_new(const struct witness_config *config)
{
    struct witness *w = mem_new(1, sizeof *w);
    w->database = mem_str(config->database);
    w->path = mem_str(config->path);
    w->has_key = config->key != NULL;
    if (config->key)
        w->key = *config->key;
    w->gen = config->gen;
    w->every_us = config->every_ms * 1000;
    w->every_rows = config->every_rows;
    w->event_fd = config->event_fd;
    w->due_us = INT64_MAX;
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&w->more, &attr);
    pthread_condattr_destroy(&attr);
    return w;
}

void witness_start(struct witness *w)
{
    sigset_t all, before;
    sigfillset(&all); /* signals belong to the loop */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&w->thread, NULL, witness_run, w) != 0)
        abort();
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_setname_np(w->thread, "muster-witness");
    w->started = true;
}

void witness_note(struct witness *w, int64_t seq, const struct chain *chain)
{
    pthread_mutex_lock(&w->lock);
    bool first = w->tried_seq == 0, waited = w->due_us != INT64_MAX;
    w->seq = seq;
    w->chain = *chain;
    if (!waited && has_news(w))
        w->due_us = first ? 0 : now_us() + w->every_us;
    if (!waited || is_due(w))
        pthread_cond_signal(&w->more);
    pthread_mutex_unlock(&w->lock);
}

void witness_ask(struct witness *w, store_head_fn *done, void *ctx)
{
    struct asked *a = mem_new(1, sizeof *a);
    *a = (struct asked){.done = done, .ctx = ctx, .at_us = now_us()};
    pthread_mutex_lock(&w->lock);
    a->next = w->waiting;
    w->waiting = a;
    pthread_cond_signal(&w->more);
    pthread_mutex_unlock(&w->lock);
}

static void asked_answer(struct asked *a, const struct store_head *head)
{
    while (a) {
        struct asked *next = a->next;
        a->done(a->ctx, head);
        free(a);
        a = next;
    }
}

/* Those who have waited for long, the oldest of them at the end; under the lock. */
static struct asked *take_impatient(struct witness *w)
{
    int64_t before = now_us() - PATIENCE_US;
    struct asked **from = &w->waiting;
    while (*from && (*from)->at_us > before)
        from = &(*from)->next;
    struct asked *taken = *from;
    *from = NULL;
    return taken;
}

static void silent_place(const struct witness *w, struct store_head *ret)
{
    *ret = (struct store_head){0};
    ret->err = why_set(&ret->why, ERR_IO, "%s does not answer; look at its disk",
                       w->path ? w->path : "the signing thread");
}

void witness_poll(struct witness *w)
{
    struct store_head head, silent;
    pthread_mutex_lock(&w->lock);
    struct asked *answered = w->answered, *impatient = take_impatient(w);
    w->answered = NULL;
    head = w->head;
    pthread_mutex_unlock(&w->lock);
    silent_place(w, &silent);
    asked_answer(answered, &head);
    asked_answer(impatient, &silent);
}

void witness_stats(struct witness *w, struct store_stats *ret)
{
    pthread_mutex_lock(&w->lock);
    ret->heads_kept = w->kept_count;
    ret->head_seq = w->kept_seq;
    ret->head_failing = w->failing || (w->path && !w->has_key);
    ret->head_missing = w->missing;
    pthread_mutex_unlock(&w->lock);
}

static void witness_free(struct witness *w)
{
    pthread_cond_destroy(&w->more);
    pthread_mutex_destroy(&w->lock);
    signing_key_wipe(&w->key);
    free(w->database);
    free(w->path);
    free(w);
}

/* false: it hangs in a call of a disk that does not answer. */
static bool witness_join(struct witness *w)
{
    struct timespec until;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->more);
    pthread_mutex_unlock(&w->lock);
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += STOP_S;
    return pthread_clockjoin_np(w->thread, NULL, CLOCK_MONOTONIC, &until) == 0;
}

void witness_stop(struct witness *w)
{
    struct store_head stopped = {.err = ERR_UNREACHABLE};
    if (!w)
        return;
    bool over = !w->started || witness_join(w);
    witness_poll(w);
    pthread_mutex_lock(&w->lock);
    struct asked *left = w->waiting;
    w->waiting = NULL;
    w->event_fd = -1; /* its owner closes it */
    pthread_mutex_unlock(&w->lock);
    why_set(&stopped.why, stopped.err, "the daemon is stopping; try again in a moment");
    asked_answer(left, &stopped);
    if (over)
        witness_free(w);
    else /* the thread still needs what it works with */
        log_warn("store", "%s does not answer; the end of the journal is not signed there",
                 w->path ? w->path : "the signing thread");
}
