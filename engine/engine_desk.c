/*
 * engine_desk - plans that are checked and simulated for whoever asks by HTTP: against the set in
 * force, with the files that were sent in the place of those of the same name.
 *
 *     asked --> waits --the process is up--> under way --its frame, or its death--> the reply
 *       \--> refused: DESK_JOBS are there already
 *
 * The process (roles.c: role_desk) is started for one request and leaves with its answer: when
 * nobody asks there is none, and nothing of one asker's plans is left for the next.
 *
 *     NONE --wanted--> STARTING --up--> BUSY --frame--> LEAVING --died--> NONE
 *                                       BUSY --died--> NONE
 *
 * It is asked for only once the one before is dead: the supervisor takes no wish sooner.
 *
 * Nothing of it is journalled: no incident knows of it, and a new engine knows nothing of the old
 * one's askers, whose connections ended with it.
 */
#include "engine.h"

#include "base/log.h"
#include "core/finding_code.h"
#include "intake/set_file.h"
#include "plan/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Of its time 10 s are its own (roles.c); the rest is for a busy machine that puts it last. */
enum { DESK_QUIET_MS = 60000, LEAVES_MS = 5000, LATE_SECOND_MS = 2000 };

enum desk_state { DESK_NONE, DESK_STARTING, DESK_BUSY, DESK_LEAVING };

enum desk_end { END_ANSWERED, END_REFUSED, END_TOO_MUCH, END_DIED, END_GONE, DESK_ENDS };

struct job {
    char op[16];
    json_t *asked;
    bool zh;
    struct reply_to to;
};

struct desk {
    json_t *base; /* the frame "check" of the set in force; NULL: it came out of the database */
    struct job jobs[DESK_JOBS];
    size_t count; /* the first is under way while the process is BUSY, or waits for it */
    enum desk_state state;
    int64_t gen;
    int64_t quiet_ms; /* of the first job */
    bool late;        /* its process was ended for that */
    int64_t ends[DESK_ENDS];
};

/* ---- jobs ---- */

static void job_drop(struct desk *d, size_t n)
{
    json_decref(d->jobs[n].asked);
    memmove(d->jobs + n, d->jobs + n + 1, (--d->count - n) * sizeof *d->jobs);
    if (!n)
        d->quiet_ms = 0;
}

static json_t *refusal_of(enum code code, const char *field, const char *sentence)
{
    json_t *reply = json_put(json_object(), "ok", json_false());
    json_put_str(reply, "code", code_name(code));
    return json_put_str(json_put_str(reply, "field", field), "error", sentence);
}

/* The first job is over. */
static void job_reply(struct engine *e, enum desk_end end, json_t *takes_reply)
{
    e->desk->ends[end]++;
    serve_reply(e->serve, e->desk->jobs[0].to, takes_reply);
    job_drop(e->desk, 0);
}

/* Whose asker has hung up: nobody waits behind it. */
static void jobs_forget(struct engine *e)
{
    struct desk *d = e->desk;
    size_t n = d->state == DESK_BUSY; /* that one is under way: desk_watch */
    while (n < d->count) {
        if (serve_awaits(e->serve, d->jobs[n].to)) {
            n++;
            continue;
        }
        d->ends[END_GONE]++;
        serve_reply(e->serve, d->jobs[n].to,
                    refusal_of(CODE_CONFLICT, NULL,
                               "the connection was closed before its turn came; keep it open"));
        job_drop(d, n);
    }
}

static void job_next(struct engine *e)
{
    struct desk *d = e->desk;
    jobs_forget(e);
    if (!d->count || d->state != DESK_NONE)
        return;
    d->state = DESK_STARTING;
    children_want(e->children, CHILD_DESK);
}

/* ---- the frame ---- */

/* The list with this file in its place by name, or without it. Gives. */
static json_t *list_with(const json_t *list, const char *name, json_t *takes_file)
{
    json_t *all = json_array(), *one;
    size_t n;
    json_array_foreach(json_unconst(list), n, one)
    {
        int order = strcmp(json_str_or(one, "name", ""), name);
        if (order >= 0 && takes_file) {
            json_array_append_new(all, takes_file);
            takes_file = NULL;
        }
        if (order)
            json_array_append(all, one);
    }
    if (takes_file)
        json_array_append_new(all, takes_file);
    return all;
}

static void files_put(json_t *frame, const json_t *files)
{
    const char *name;
    json_t *source;
    json_object_foreach(json_unconst(files), name, source)
    {
        struct set_file f;
        json_t *file = NULL;
        if (!set_file_find(name, &f))
            continue; /* the request was refused for it */
        if (json_is_string(source))
            file = check_file(f.name, json_string_value(source), json_string_length(source));
        json_put(frame, f.list, f.is_site ? file : list_with(json_at(frame, f.list), f.name, file));
    }
}

static json_t *frame_of(const struct engine *e, const struct job *job)
{
    json_t *frame = json_copy(e->desk->base), *with = json_copy(job->asked);
    json_put_str(frame, "op", job->op);
    json_put_int(frame, "now", e->clock.wall);
    files_put(frame, json_at(job->asked, "files"));
    json_put_str(frame, "plan", json_str(job->asked, "plan"));
    (void)json_object_del(with, "files");
    (void)json_object_del(with, "plan");
    return json_put(frame, "with", json_put_true(with, "zh", job->zh));
}

/* ---- replies ---- */

/* Sentences of the desk name options of the command line; here they are fields. */
static void in_fields(const char *sentence, struct text *to)
{
    static const struct {
        const char *option, *field;
    } words[] = {{"--field", "fields"},    {"--person", "people"},     {"--orders", "orders"},
                 {"--fault", "faults"},    {"--place", "place"},       {"--label", "labels"},
                 {"--work", "works"},      {"--confirm", "confirms"},  {"--at", "at"},
                 {"--for", "for"},         {"--scenario", "scenario"}, {"--grade", "grade"},
                 {"--warning", "warning"}, {"--kind", "kind"},         {"--title", "title"}};
    while (*sentence) {
        size_t n = 0, len = strcspn(sentence, ": ;,");
        while (n < sizeof words / sizeof *words &&
               (strlen(words[n].option) != len || strncmp(sentence, words[n].option, len) != 0))
            n++;
        if (n < sizeof words / sizeof *words)
            text_add(to, words[n].field);
        else
            text_add_bytes(to, sentence, len);
        sentence += len;
        if (*sentence)
            text_add_char(to, *sentence++);
    }
}

static enum code code_of(const json_t *frame)
{
    const char *code = json_str_or(frame, "code", ""), *field = json_str_or(frame, "field", "");
    if (!strcmp(code, err_name(ERR_MISSING)) && !strcmp(field, "plan"))
        return CODE_UNKNOWN_PLAN;
    return strcmp(code, err_name(ERR_LIMIT)) ? CODE_BAD_FIELD : CODE_TOO_MUCH_WORK;
}

static json_t *findings_reply(const json_t *frame)
{
    const json_t *first = finding_first(json_at(frame, "findings"));
    AUTO_TEXT(sentence);
    text_addf(&sentence,
              "nothing is simulated while site or plans have errors; the first: %s:%" PRId64 ": %s",
              json_str_or(first, "file", "?"), json_int(first, "line", 0),
              json_str_or(first, "text", "?"));
    return json_put(refusal_of(CODE_BAD_PLAN, NULL, text_str(&sentence)), "findings",
                    json_share(json_at(frame, "findings")));
}

static json_t *refused_reply(const json_t *frame)
{
    AUTO_TEXT(sentence);
    if (json_at(frame, "findings"))
        return findings_reply(frame);
    in_fields(json_str_or(frame, "error", "it was refused"), &sentence);
    return refusal_of(code_of(frame), json_str(frame, "field"), text_str(&sentence));
}

static json_t *checked_of(const json_t *frame)
{
    json_t *checked = json_put(json_object(), "ok", json_boolean(json_bool(frame, "ok")));
    return json_put(checked, "findings", json_share(json_at(frame, "findings")));
}

static json_t *ok_of(json_t *takes_one)
{
    return json_put(json_put(json_object(), "ok", json_true()), "one", takes_one);
}

/* What a check finds is its answer, whatever it is; a simulation of such a set there is none. */
static void answered(struct engine *e, const json_t *frame)
{
    if (frame_is(frame, "checked"))
        job_reply(e, END_ANSWERED, ok_of(checked_of(frame)));
    else if (json_bool(frame, "ok"))
        job_reply(e, END_ANSWERED, ok_of(json_share(frame)));
    else
        job_reply(e, END_REFUSED, refused_reply(frame));
}

static void died_reply(struct engine *e, const struct child_death *death)
{
    AUTO_TEXT(sentence);
    const char *over = NULL;
    if (death->cpu_over)
        over = "it took all of the 10 s of processor time that one request is given; ask for fewer "
               "runs, a shorter time, or use the command line";
    else if (e->desk->late)
        over = "it was not done within 60 s, the machine is busy; ask again later, or for less";
    if (over) {
        job_reply(e, END_TOO_MUCH, refusal_of(CODE_TOO_MUCH_WORK, NULL, over));
        return;
    }
    text_add(&sentence, "the process that had it in hand ended");
    if (death->signal)
        text_addf(&sentence, " (signal %d)", death->signal);
    text_add(&sentence, "; ask again, and if it ends once more, a file that you send does that: "
                        "take out what changed last");
    job_reply(e, END_DIED, refusal_of(CODE_DESK_DIED, NULL, text_str(&sentence)));
}

/* ---- the process ---- */

void desk_up(struct engine *e, int64_t gen)
{
    struct desk *d = e->desk;
    AUTO_JSON(frame);
    AUTO_JSON(leave);
    jobs_forget(e);
    d->gen = gen;
    d->state = DESK_BUSY;
    d->quiet_ms = 0;
    if (d->count) {
        frame = frame_of(e, &d->jobs[0]);
        if (children_send(e->children, CHILD_DESK, gen, frame))
            return;
        job_reply(e, END_REFUSED,
                  refusal_of(CODE_TOO_MUCH_WORK, "files",
                             "site and plans with the files given are longer than 16 MiB together; "
                             "leave out some"));
    }
    d->state = DESK_LEAVING;
    leave = json_put_str(json_object(), "op", "leave");
    (void)children_send(e->children, CHILD_DESK, gen, leave);
}

void desk_frame(struct engine *e, const json_t *frame)
{
    struct desk *d = e->desk;
    if (d->state != DESK_BUSY || !d->count)
        return;
    d->state = DESK_LEAVING;
    answered(e, frame);
}

void desk_died(struct engine *e, const struct child_death *death)
{
    struct desk *d = e->desk;
    if (d->state == DESK_BUSY && d->count)
        died_reply(e, death);
    d->state = DESK_NONE;
    d->late = false;
    d->gen = 0;
    job_next(e);
}

/* Its asker has hung up in the middle. */
static void work_forget(struct engine *e)
{
    struct desk *d = e->desk;
    if (d->state != DESK_BUSY || !d->count || serve_awaits(e->serve, d->jobs[0].to))
        return;
    d->state = DESK_LEAVING;
    job_reply(e, END_GONE,
              refusal_of(CODE_CONFLICT, NULL,
                         "the connection was closed before the answer was there; keep it open"));
    children_kill(e->children, CHILD_DESK, d->gen, "nobody waits for its answer");
}

/* One that does not come up, says nothing or does not go keeps nobody waiting for ever. */
void desk_watch(struct engine *e, int64_t passed_ms)
{
    struct desk *d = e->desk;
    jobs_forget(e);
    work_forget(e);
    bool waits = d->state == DESK_LEAVING || (d->count && d->state != DESK_NONE);
    if (!waits || passed_ms > LATE_SECOND_MS) {
        d->quiet_ms = 0;
        return;
    }
    d->quiet_ms += passed_ms;
    if (d->quiet_ms < (d->state == DESK_LEAVING ? LEAVES_MS : DESK_QUIET_MS))
        return;
    d->quiet_ms = 0;
    d->late = d->state == DESK_BUSY;
    if (d->late)
        children_kill(e->children, CHILD_DESK, d->gen, "no answer for 60 s");
    else if (d->state == DESK_LEAVING)
        children_kill(e->children, CHILD_DESK, d->gen, "it does not go");
    else
        job_reply(e, END_DIED,
                  refusal_of(CODE_DESK_DIED, NULL,
                             "the process that would do it cannot be started; the log says why"));
}

/* ---- asking ---- */

static json_t *refusal_now(const struct engine *e, const json_t *asked)
{
    if (e->draining)
        return refusal_of(CODE_STOPPING, NULL, "the daemon is stopping; try again in a moment");
    if (json_bool(asked, "svg") && json_at(asked, "runs"))
        return refusal_of(CODE_BAD_FIELD, "svg", "svg: draws one night: leave out runs");
    if (!e->desk->base)
        return refusal_of(CODE_CONFLICT, NULL,
                          "the plans folder has held errors since the start, so that there is no "
                          "set of files to check against; mend it first (muster plan check)");
    if (e->desk->count == DESK_JOBS)
        return refusal_of(CODE_LIMIT, NULL,
                          "others have their plans checked and simulated (limit desk.jobs); try "
                          "again in a moment");
    return NULL;
}

void desk_take(void *ctx, const struct desk_ask *ask)
{
    struct engine *e = ctx;
    jobs_forget(e);
    json_t *refusal = refusal_now(e, ask->asked);
    if (refusal) {
        serve_reply(e->serve, ask->to, refusal);
        return;
    }
    struct job *job = &e->desk->jobs[e->desk->count++];
    *job = (struct job){.asked = json_share(ask->asked), .zh = ask->zh, .to = ask->to};
    memcpy(job->op, ask->op, strlen(ask->op) + 1);
    job_next(e);
}

void desk_base(struct engine *e, const json_t *request)
{
    json_decref(e->desk->base);
    e->desk->base = json_share(request);
}

/* The daemon stops: who waits is told so, and does not keep it. */
void desk_stop(struct engine *e)
{
    struct desk *d = e->desk;
    while (d->count)
        job_reply(e, END_REFUSED,
                  refusal_of(CODE_STOPPING, NULL, "the daemon is stopping; try again in a moment"));
    if (d->state == DESK_BUSY)
        children_kill(e->children, CHILD_DESK, d->gen, "the daemon is stopping");
}

int64_t desk_jobs(const struct engine *e)
{
    return (int64_t)e->desk->count;
}

void desk_metrics(const struct engine *e, struct exposition *to)
{
    static const char *const names[DESK_ENDS] = {"answered", "refused", "too_much", "died", "gone"};
    exposition_family(
        to, EXPOSITION_COUNTER, "muster_desk_requests_total",
        "Requests to check or simulate plans: answered, refused (what was asked has "
        "an error), too_much (its time was over), died (its process ended), gone (who asked "
        "hung up).");
    for (int n = 0; n < DESK_ENDS; n++) {
        exposition_label(to, "result", names[n]);
        exposition_int(to, e->desk->ends[n]);
    }
}

/* ---- life ---- */

void desk_new(struct engine *e)
{
    e->desk = mem_new(1, sizeof *e->desk);
}

void desk_free(struct engine *e)
{
    if (!e->desk)
        return;
    while (e->desk->count)
        job_drop(e->desk, 0);
    json_decref(e->desk->base);
    free(e->desk);
}
