#include "store/reader.h"

#include "store/query.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>

enum { READER_BUSY_MS = 1000 };

struct job {
    struct job *next;
    struct query query;
    char *pin; /* what query.pin points to */
    query_done_fn *done;
    void *done_ctx;
    struct query_result result;
};

struct jobs {
    struct job *first, *last;
};

struct reader {
    struct read read; /* the thread's own while it runs */
    int event_fd;
    pthread_t thread;
    bool started;

    pthread_mutex_t lock;
    pthread_cond_t more;
    struct jobs asked, answered; /* under the lock */
    bool stop;
};

static void jobs_push(struct jobs *jobs, struct job *job)
{
    job->next = NULL;
    if (jobs->last)
        jobs->last->next = job;
    else
        jobs->first = job;
    jobs->last = job;
}

static struct job *jobs_pop(struct jobs *jobs)
{
    struct job *job = jobs->first;
    if (job) {
        jobs->first = job->next;
        if (!jobs->first)
            jobs->last = NULL;
    }
    return job;
}

/* ---- the thread ---- */

static void *reader_run(void *ctx)
{
    struct reader *r = ctx;
    pthread_mutex_lock(&r->lock);
    for (;;) {
        while (!r->asked.first && !r->stop)
            pthread_cond_wait(&r->more, &r->lock);
        if (r->stop)
            break;
        struct job *job = jobs_pop(&r->asked);
        pthread_mutex_unlock(&r->lock);

        query_run(&r->read, &job->query, &job->result);

        pthread_mutex_lock(&r->lock);
        jobs_push(&r->answered, job);
        eventfd_write(r->event_fd, 1);
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

/* ---- the loop's side ---- */

enum err reader_new(const char *path, int event_fd, struct reader **ret, struct why *why)
{
    sqlite3 *db = NULL;
    enum err e = db_open(path, DB_READER, READER_BUSY_MS, &db, why);
    if (e)
        return e;
    struct reader *r = mem_new(1, sizeof(*r));
    e = read_init(&r->read, db, path, why);
    if (e) {
        db_close(db);
        free(r);
        return e;
    }
    r->event_fd = event_fd;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->more, NULL);
    *ret = r;
    return ERR_OK;
}

void reader_start(struct reader *r)
{
    sigset_t all, before;
    sigfillset(&all); /* signals belong to the loop */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&r->thread, NULL, reader_run, r) != 0)
        abort();
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_setname_np(r->thread, "muster-reader");
    r->started = true;
}

void reader_ask(struct reader *r, const struct query *q, query_done_fn *done, void *done_ctx)
{
    struct job *job = mem_new(1, sizeof(*job));
    job->query = *q;
    job->pin = mem_str(q->pin);
    job->query.pin = job->pin;
    job->done = done;
    job->done_ctx = done_ctx;

    pthread_mutex_lock(&r->lock);
    jobs_push(&r->asked, job);
    pthread_cond_signal(&r->more);
    pthread_mutex_unlock(&r->lock);
}

static void job_finish(struct job *job)
{
    job->done(job->done_ctx, &job->result);
    query_result_done(&job->result);
    free(job->pin);
    free(job);
}

void reader_poll(struct reader *r)
{
    pthread_mutex_lock(&r->lock);
    struct jobs answered = r->answered;
    r->answered = (struct jobs){0};
    pthread_mutex_unlock(&r->lock);

    for (struct job *job; (job = jobs_pop(&answered));)
        job_finish(job);
}

void reader_stop(struct reader *r)
{
    if (!r)
        return;
    if (r->started) {
        pthread_mutex_lock(&r->lock);
        r->stop = true;
        pthread_cond_signal(&r->more);
        pthread_mutex_unlock(&r->lock);
        pthread_join(r->thread, NULL);
    }
    reader_poll(r);
    for (struct job *job; (job = jobs_pop(&r->asked));) {
        job->result.err = why_set(&job->result.why, ERR_UNREACHABLE, "the daemon is stopping");
        job_finish(job);
    }
    sqlite3 *db = r->read.db;
    read_done(&r->read);
    db_close(db);
    pthread_cond_destroy(&r->more);
    pthread_mutex_destroy(&r->lock);
    free(r);
}
