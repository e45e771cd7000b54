#include "store/writer.h"

#include "base/crash.h"
#include "base/log.h"
#include "store/ballast.h"
#include "store/schema.h"
#include "store/witness.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
    GROUP_ROWS_MAX = 500, /* rows that share a commit, so that the first does not wait long */
    WAL_FRAME_BYTES = 4096 + 24,
    PAGES_A_ROW = 4, /* what a row may make dirty: its table and its indexes */
    PASSIVE_AFTER_MS = 100,
    TRUNCATE_AFTER_MS = 1000,
    BALLAST_AFTER_MS = 500, /* between two looks whether there is room for it again */
    BUSY_MS = 200,          /* what a reader of ours may need to end its transaction, and more */
    BUSY_SAY_EVERY = 20,    /* of the tries for another program's lock, 300 ms each */
};

struct writer {
    struct writer_config config;
    pthread_t thread;
    bool started;

    /* the thread's own */
    struct write write;
    int64_t wal_frames;      /* after the last commit; 0 when the log begins anew */
    int64_t ballast_next_us; /* when to look whether it can be made again */
    bool wal_held;           /* a reader of another program keeps the log from being emptied */
    int idle;                /* enum idle */

    /* shared, under the lock */
    pthread_mutex_t lock;
    pthread_cond_t more; /* something was queued, or stop */
    pthread_cond_t less; /* something was taken off the queue */
    struct pack *first, *last;
    int64_t queue_bytes;
    bool stop;
    bool committed, trouble, trouble_changed;
    struct store_stats stats;
};

/* How far the log has been tidied up since the last commit. */
enum idle { IDLE_DIRTY, IDLE_PASSIVE, IDLE_EMPTY };

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void announce(struct writer *w)
{
    eventfd_write(w->config.event_fd, 1);
}

/* ---- errors ---- */

/*
 * Whether a commit that failed is on the disk is not known: answering would be a guess, writing on
 * could lose it. The next start finds out.
 */
__attribute__((noreturn)) static void die(const struct why *why)
{
    log_error("store",
              "%s. The process ends here, as what cannot be recorded must not be answered; "
              "the next start recovers from the file",
              why->text);
    abort();
}

static void trouble_set(struct writer *w, bool on)
{
    pthread_mutex_lock(&w->lock);
    if (w->trouble != on) {
        w->trouble = on;
        w->trouble_changed = true;
        w->stats.ballast_in_use = on;
    }
    pthread_mutex_unlock(&w->lock);
    announce(w);
}

/* The disk is full: make room. False: the ballast is gone already. */
static bool ballast_give_up(struct writer *w)
{
    if (!ballast_drop(w->config.ballast_path))
        return false;
    log_error("store",
              "the disk of %s is full: the ballast is given up (%" PRId64
              " MiB), the record goes on; make room now",
              w->config.path, w->config.ballast_bytes / 1048576);
    trouble_set(w, true);
    return true;
}

/* There is room again? */
static void ballast_restore(struct writer *w)
{
    int64_t now = now_us();
    if (!w->trouble || now < w->ballast_next_us)
        return;
    w->ballast_next_us = now + BALLAST_AFTER_MS * INT64_C(1000);
    if (!ballast_make(w->config.ballast_path, w->config.ballast_bytes))
        return;
    log_info("store", "there is room on the disk of %s again, and the ballast is back",
             w->config.path);
    trouble_set(w, false);
}

/* ---- checkpoints ---- */

/* Called by SQLite after each commit with the frames that the log holds now. */
static int wal_hook(void *ctx, sqlite3 *db, const char *name, int frames)
{
    (void)db;
    (void)name;
    struct writer *w = ctx;
    w->wal_frames = frames;
    return SQLITE_OK;
}

static int64_t wal_cap_frames(const struct writer *w)
{
    return w->config.wal_cap_bytes / WAL_FRAME_BYTES;
}

static void wal_stats(struct writer *w)
{
    int64_t bytes = w->wal_frames * WAL_FRAME_BYTES;
    pthread_mutex_lock(&w->lock);
    w->stats.wal_bytes = bytes;
    if (bytes > w->stats.wal_bytes_max)
        w->stats.wal_bytes_max = bytes;
    pthread_mutex_unlock(&w->lock);
}

enum emptied { EMPTIED, HELD_BY_READER, HELD_BY_FULL_DISK };

/*
 * Move the log into the database; after EMPTIED the next commit begins it anew.
 *
 * On a disk that stays full although the ballast is gone the log is left as it is: commits go on in
 * it for as long as they can, and the next group tries again.
 */
static enum emptied checkpoint(struct writer *w, int mode)
{
    int frames = 0, moved = 0, rc;
    for (;;) {
        crash_point("store.checkpoint");
        rc = sqlite3_wal_checkpoint_v2(w->write.db, NULL, mode, &frames, &moved);
        crash_point("store.checkpoint");
        if (db_code(rc) == SQLITE_OK || !db_is_full(w->write.db))
            break;
        if (!ballast_give_up(w))
            return HELD_BY_FULL_DISK;
    }
    if (db_code(rc) == SQLITE_BUSY)
        return HELD_BY_READER;
    if (db_code(rc) != SQLITE_OK) {
        struct why why;
        db_why(w->write.db, w->config.path, "emptying the write-ahead log", &why);
        die(&why);
    }
    if (mode == SQLITE_CHECKPOINT_PASSIVE)
        return moved == frames ? EMPTIED : HELD_BY_READER;
    w->wal_frames = 0;
    wal_stats(w);
    return EMPTIED;
}

/* Before a group: could it pass the cap? Then the log is emptied first. */
static void wal_make_room(struct writer *w, size_t rows)
{
    int64_t cap = wal_cap_frames(w);
    int64_t need = (int64_t)rows * PAGES_A_ROW + 16;
    if (w->wal_frames == 0 || w->wal_frames + need <= cap)
        return;
    /* once it was in vain there is no more waiting for whoever holds it */
    int mode = w->wal_held ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART;
    bool held = checkpoint(w, mode) == HELD_BY_READER && w->wal_frames > cap;
    if (held && !w->wal_held)
        log_warn(
            "store",
            "another program reads %s and keeps its write-ahead log from being emptied (%" PRId64
            " KiB); it grows until that read ends (fuser %s names it)",
            w->config.path, w->wal_frames * WAL_FRAME_BYTES / 1024, w->config.path);
    w->wal_held = held;
}

/* ---- one group ---- */

static int group_try(struct writer *w, const struct pack *group)
{
    crash_point("store.before_append");
    int rc = write_begin(&w->write);
    for (const struct pack *p = group; p && rc == SQLITE_OK; p = p->next)
        rc = write_pack(&w->write, p);
    crash_point("store.after_append");
    if (w->write.purged)
        crash_point("store.purging");
    if (rc == SQLITE_OK)
        rc = write_commit(&w->write);
    if (rc == SQLITE_OK)
        crash_point("store.after_commit");
    return rc;
}

static void group_busy(struct writer *w, int times)
{
    if (times % BUSY_SAY_EVERY == 0)
        log_warn("store",
                 "%s is locked for writing by another program; waiting for it (fuser %s "
                 "names it)",
                 w->config.path, w->config.path);
    struct timespec t = {.tv_nsec = 100 * 1000000};
    nanosleep(&t, NULL);
}

/* Until it is on the disk. An error that cannot be mended does not come back (rule R10). */
static void group_write(struct writer *w, const struct pack *group)
{
    bool was_full = false;
    for (int busy = 0;;) {
        int rc = group_try(w, group);
        if (rc == SQLITE_OK)
            break;
        struct why why; /* before the rollback makes the connection forget */
        db_why(w->write.db, w->config.path, w->write.failed_sql, &why);
        if (rc != SQLITE_FULL && rc != SQLITE_BUSY)
            die(&why);
        write_rollback(&w->write);
        if (!sqlite3_get_autocommit(w->write.db))
            die(&why);
        if (rc == SQLITE_BUSY)
            group_busy(w, busy++);
        else if (was_full || !ballast_give_up(w))
            die(&why);
        else
            was_full = true;
    }
    if (was_full)
        checkpoint(w, SQLITE_CHECKPOINT_RESTART);
}

/*
 * A key was destroyed, and is still to be read in the log, and in the file until the log is moved
 * into it: done before anybody is told, so that a reply means that it is gone. A crash in between
 * leaves it to the next start, which empties the log before anything else.
 */
static void purge_finish(struct writer *w)
{
    AUTO_TEXT(backups);
    w->write.purged = false;
    crash_point("store.purged");
    if (checkpoint(w, SQLITE_CHECKPOINT_TRUNCATE) != EMPTIED)
        log_warn(
            "store",
            "a key was destroyed, but the write-ahead log of %s cannot be emptied now (another "
            "program reads it, or the disk is full) and still holds it; tried again until it "
            "can",
            w->config.path);
    if (schema_backups(w->config.path, &backups))
        log_warn(
            "store",
            "a key was destroyed; copies of the database from before still hold it: %s. Delete "
            "them when they are not needed any more",
            text_str(&backups));
}

/* The group is on the disk: say so, and let go of it. */
static void group_done(struct writer *w, struct pack *group, int64_t took_us)
{
    int64_t weight = 0, rows = 0;
    /* first: whoever is told of a row may ask for a head over it */
    witness_note(w->config.witness, w->write.committed_seq, &w->write.committed_chain);
    while (group) {
        struct pack *next = group->next;
        weight += (int64_t)pack_weight(group);
        rows += (int64_t)(group->records_count + group->rows_count);
        pack_free(group);
        group = next;
    }
    pthread_mutex_lock(&w->lock);
    w->committed = true;
    w->queue_bytes -= weight;
    w->stats.durable_seq = w->write.committed_seq;
    w->stats.commits++;
    w->stats.rows += rows;
    histogram_add(&w->stats.commit_times, took_us);
    if (took_us > w->stats.commit_us_max)
        w->stats.commit_us_max = took_us;
    pthread_cond_signal(&w->less);
    pthread_mutex_unlock(&w->lock);
    wal_stats(w);
    announce(w);
}

/* A group may fill half of the log. */
static size_t group_rows_max(const struct writer *w)
{
    int64_t rows = wal_cap_frames(w) / PAGES_A_ROW / 2;
    return rows < GROUP_ROWS_MAX ? (size_t)rows : GROUP_ROWS_MAX;
}

/* Batches off the queue, in order, until a group is large enough. NULL: none. Under the lock. */
static struct pack *group_take(struct writer *w, size_t *ret_rows)
{
    struct pack *group = w->first, *last = NULL;
    size_t rows = 0, most = group_rows_max(w);
    for (struct pack *p = w->first; p; p = p->next) {
        size_t more = p->records_count + p->rows_count;
        if (last && rows + more > most)
            break;
        rows += more;
        last = p;
    }
    if (last) {
        w->first = last->next;
        last->next = NULL;
        if (!w->first)
            w->last = NULL;
    }
    *ret_rows = rows;
    return group;
}

/* ---- idle ---- */

/* How long nothing may happen before the next piece of tidying; -1: for ever. */
static int idle_ms(const struct writer *w)
{
    if (w->idle == IDLE_DIRTY)
        return PASSIVE_AFTER_MS;
    if (w->idle == IDLE_PASSIVE)
        return TRUNCATE_AFTER_MS - PASSIVE_AFTER_MS;
    return w->trouble ? BALLAST_AFTER_MS : -1;
}

static void idle_step(struct writer *w)
{
    switch ((enum idle)w->idle) {
    case IDLE_DIRTY:
        checkpoint(w, SQLITE_CHECKPOINT_PASSIVE);
        w->idle = IDLE_PASSIVE;
        return;
    case IDLE_PASSIVE:
        if (checkpoint(w, SQLITE_CHECKPOINT_TRUNCATE) == EMPTIED)
            w->idle = IDLE_EMPTY;
        return;
    case IDLE_EMPTY:
        return;
    }
}

/* Wait for work. false: none came in time, or there never will be any. Under the lock. */
static bool wait_for_work(struct writer *w)
{
    struct timespec until;
    int ms = idle_ms(w);
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;

    while (!w->first && !w->stop) {
        if (ms < 0)
            pthread_cond_wait(&w->more, &w->lock);
        else if (pthread_cond_timedwait(&w->more, &w->lock, &until) != 0)
            break; /* a batch and the stop may both have come since */
    }
    return w->first != NULL;
}

static void *writer_run(void *ctx)
{
    struct writer *w = ctx;
    for (;;) {
        size_t rows = 0;
        pthread_mutex_lock(&w->lock);
        bool work = wait_for_work(w);
        bool stop = w->stop;
        struct pack *group = work ? group_take(w, &rows) : NULL;
        pthread_mutex_unlock(&w->lock);

        if (group) {
            int64_t start_us = now_us();
            wal_make_room(w, rows);
            group_write(w, group);
            if (w->write.purged)
                purge_finish(w);
            group_done(w, group, now_us() - start_us);
            w->idle = IDLE_DIRTY;
        } else if (stop) {
            return NULL;
        } else {
            idle_step(w);
        }
        ballast_restore(w);
    }
}

/* ---- the loop's side ---- */

struct writer *writer_new(struct write write, const struct writer_config *config)
{
    struct writer *w = mem_new(1, sizeof(*w));
    w->config = *config;
    w->write = write;
    w->idle = IDLE_EMPTY;
    w->trouble = w->trouble_changed = config->ballast_missing;
    w->stats = (struct store_stats){.queue_bytes_max = config->queue_bytes,
                                    .wal_cap_bytes = config->wal_cap_bytes,
                                    .durable_seq = write.committed_seq,
                                    .commit_times = {.scale = &histogram_machine},
                                    .ballast_in_use = config->ballast_missing};
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&w->more, &attr);
    pthread_cond_init(&w->less, &attr);
    pthread_condattr_destroy(&attr);
    sqlite3_wal_hook(w->write.db, wal_hook, w);
    sqlite3_busy_timeout(w->write.db, BUSY_MS);
    return w;
}

void writer_start(struct writer *w)
{
    sigset_t all, before;
    sigfillset(&all); /* signals belong to the loop */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&w->thread, NULL, writer_run, w) != 0)
        abort();
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_setname_np(w->thread, "muster-writer");
    w->started = true;
    if (w->trouble_changed)
        announce(w);
}

void writer_append(struct writer *w, struct pack *p)
{
    assert(w->started && !w->stop && !p->next);
    pthread_mutex_lock(&w->lock);
    while (w->queue_bytes > w->config.queue_bytes)
        pthread_cond_wait(&w->less, &w->lock);
    w->queue_bytes += (int64_t)pack_weight(p);
    if (w->last)
        w->last->next = p;
    else
        w->first = p;
    w->last = p;
    pthread_cond_signal(&w->more);
    pthread_mutex_unlock(&w->lock);
}

void writer_poll(struct writer *w, struct writer_news *ret)
{
    pthread_mutex_lock(&w->lock);
    *ret = (struct writer_news){.committed = w->committed,
                                .durable_seq = w->stats.durable_seq,
                                .trouble_changed = w->trouble_changed,
                                .trouble = w->trouble};
    w->committed = w->trouble_changed = false;
    pthread_mutex_unlock(&w->lock);
}

void writer_stats(struct writer *w, struct store_stats *ret)
{
    pthread_mutex_lock(&w->lock);
    *ret = w->stats;
    ret->queue_bytes = w->queue_bytes;
    pthread_mutex_unlock(&w->lock);
}

void writer_join(struct writer *w)
{
    if (!w->started)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->more);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    w->started = false;
}

void writer_free(struct writer *w)
{
    if (!w)
        return;
    assert(!w->started && !w->first);
    sqlite3 *db = w->write.db;
    /* only when both work is the stop a clean one; what is committed stays in any case */
    if (write_clean(&w->write) == SQLITE_OK)
        checkpoint(w, SQLITE_CHECKPOINT_TRUNCATE);
    write_done(&w->write);
    db_close(db);
    pthread_cond_destroy(&w->more);
    pthread_cond_destroy(&w->less);
    pthread_mutex_destroy(&w->lock);
    free(w);
}
