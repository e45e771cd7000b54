#include "roles.h"

#include "base/heap.h"
#include "base/lock.h"
#include "base/log.h"
#include "core/core.h"
#include "courier/courier.h"
#include "desk/desk.h"
#include "engine.h"
#include "plan/check.h"
#include "plan/planner.h"
#include "store/store.h"
#include "world/clock.h"
#include "world/cpu_guard.h"
#include "world/jail.h"
#include "world/process.h"
#include "world/spawn.h"
#include "world/supervisor.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A turn may compute this long; a replay, which makes many turns anew, longer (DESIGN 5). */
enum { TURN_CPU_MS = 500, REPLAY_CPU_MS = 30000 };
/* What an author runs may take longer: thousands of nights. What comes by HTTP is bounded. */
enum { DESK_CPU_MS = 600000, ROUTE_CPU_MS = 10000, ROUTE_REPLY_BYTES_MAX = 4 * 1024 * 1024 };
/* Whoever asks by HTTP comes behind everybody else of the house. */
enum { ROUTE_NICE = 5 };
#define ROUTE_WORK_BYTES (INT64_C(1) << 29)
/* Address space of a planner: for what stays loaded, twice as fragments go, and for work. */
#define PLANNER_WORK_BYTES (INT64_C(1) << 30)

static int role_failed(const char *role, const struct why *why)
{
    log_error(role, "%s", why->text);
    return 1;
}

/* --- planner --- */

struct planner_role {
    struct child child;
    struct cpu_guard guard;
    bool broken; /* the engine is gone */
};

static void planner_says(void *ctx, const json_t *frame)
{
    struct planner_role *role = ctx;
    struct why why;
    if (!role->broken && child_write(&role->child, frame, &why))
        role->broken = true;
}

static void turn_begins(void *ctx, const char *incident, int64_t cause)
{
    struct planner_role *role = ctx;
    struct uuid id = {0};
    uuid_parse(incident, &id);
    page_take_incident(role->child.page, id, cause);
    cpu_guard_arm(&role->guard, TURN_CPU_MS);
}

static void replay_begins(void *ctx, const char *incident, int64_t cause)
{
    struct planner_role *role = ctx;
    turn_begins(ctx, incident, cause);
    cpu_guard_arm(&role->guard, REPLAY_CPU_MS);
}

static void turn_ends(void *ctx)
{
    struct planner_role *role = ctx;
    cpu_guard_rest(&role->guard);
    page_clear(role->child.page);
}

/* A check runs the top of every file of the folder: it gets the allowance of a replay. */
static void planner_checks(struct planner_role *role, const json_t *frame)
{
    AUTO_JSON(reply);
    cpu_guard_arm(&role->guard, REPLAY_CPU_MS);
    reply = check_set(frame);
    cpu_guard_rest(&role->guard);
    planner_says(role, reply);
}

/* Only ever asked by the command line, of a process of its own. */
static void desk_works(struct planner_role *role, const json_t *frame)
{
    AUTO_JSON(reply);
    cpu_guard_arm(&role->guard, DESK_CPU_MS);
    reply = desk_answer(frame);
    cpu_guard_rest(&role->guard);
    planner_says(role, reply);
}

static int planner_serve(struct planner_role *role)
{
    const struct planner_hooks hooks = {.ctx = role,
                                        .send = planner_says,
                                        .turn_begin = turn_begins,
                                        .replay_begin = replay_begins,
                                        .turn_end = turn_ends};
    struct planner *planner = planner_new(&planner_config_default, &hooks);
    struct why why = {0};
    json_t *frame = NULL;
    enum err e;
    while (!(e = child_read(&role->child, &frame, &why)) && frame && !role->broken) {
        if (frame_is(frame, "check"))
            planner_checks(role, frame);
        else if (desk_knows(frame_op(frame)))
            desk_works(role, frame);
        else
            e = planner_frame(planner, frame, &why);
        json_decref(frame);
        if (e)
            break;
    }
    planner_free(planner);
    return e ? role_failed("planner", &why) : 0;
}

static void jailed_say(struct child *child, const struct jail_report *report)
{
    AUTO_JSON(frame);
    struct why why;
    frame = jail_report_frame(report);
    if (child_write(child, frame, &why)) /* an engine that could not start has said why */
        log_debug("jail", "not told: %s", why.text);
}

static enum err jailed_begin(struct planner_role *role, enum child_slot slot, int64_t memory_bytes,
                             struct why *why)
{
    struct jail_report report = {0};
    enum err e = child_begin(&role->child, slot, why);
    if (!e)
        e = cpu_guard_init(&role->guard, why);
    if (e)
        return e;
    jail_planner(memory_bytes, &report);
    jailed_say(&role->child, &report);
    jail_report_done(&report);
    return ERR_OK;
}

/* args: the memory that it may take, in bytes; none: that of work alone. */
static int role_planner(enum child_slot slot, char *const *args)
{
    struct planner_role role = {0};
    struct why why = {0};
    if (jailed_begin(&role, slot, args[0] ? strtoll(args[0], NULL, 10) : PLANNER_WORK_BYTES, &why))
        return role_failed("planner", &why);
    if (args[0]) /* one of a daemon's, which rests between turns; what an author asks never rests */
        heap_keep_nothing();
    int code = planner_serve(&role);
    child_end(&role.child);
    return code;
}

/* --- desk --- */

/* Of a check the findings alone: nobody loads what it has read. */
static json_t *route_answer(const json_t *frame)
{
    AUTO_JSON(checked);
    if (!frame_is(frame, "check"))
        return desk_answer(frame);
    checked = check_set(frame);
    json_t *told = json_put_str(json_object(), "op", "checked");
    json_put(told, "ok", json_share(json_at(checked, "ok")));
    return json_put(told, "findings", json_share(json_at(checked, "findings")));
}

static json_t *route_reply(const json_t *frame)
{
    json_t *reply = route_answer(frame);
    AUTO_TEXT(bytes);
    json_write(reply, &bytes);
    if (bytes.len <= ROUTE_REPLY_BYTES_MAX)
        return reply;
    json_decref(reply);
    AUTO_TEXT(sentence);
    text_addf(&sentence,
              "the answer would be %zu MiB long; at most %d MiB are given. Ask for a shorter time, "
              "or use the command line",
              bytes.len >> 20, ROUTE_REPLY_BYTES_MAX >> 20);
    reply = json_put(json_put_str(json_object(), "op", "refused"), "ok", json_false());
    json_put_str(reply, "code", err_name(ERR_LIMIT));
    return json_put_str(reply, "error", text_str(&sentence));
}

/* One request, one answer, and the end: the next asker meets nothing of it. */
static enum err desk_serve(struct planner_role *role, struct why *why)
{
    AUTO_JSON(frame);
    AUTO_JSON(reply);
    enum err e = child_read(&role->child, &frame, why);
    if (e || !frame || frame_is(frame, "leave")) /* who asked has gone meanwhile */
        return e;
    cpu_guard_arm(&role->guard, ROUTE_CPU_MS);
    reply = route_reply(frame);
    cpu_guard_rest(&role->guard);
    planner_says(role, reply);
    return ERR_OK;
}

static int role_desk(void)
{
    struct planner_role role = {0};
    struct why why = {0};
    (void)setpriority(PRIO_PROCESS, 0, ROUTE_NICE);
    enum err e = jailed_begin(&role, CHILD_DESK, ROUTE_WORK_BYTES, &why);
    if (!e)
        e = desk_serve(&role, &why);
    child_end(&role.child);
    return e ? role_failed("desk", &why) : 0;
}

/* --- courier --- */

static void courier_jail(void *ctx, const char *secrets)
{
    struct jail_report report = {0};
    jail_courier(secrets, &report);
    jailed_say(ctx, &report);
    jail_report_done(&report);
}

static int role_courier(void)
{
    struct child child = {0};
    struct why why = {0};
    if (child_begin(&child, CHILD_COURIER, &why))
        return role_failed("courier", &why);
    courier_warm_up();
    struct courier_config config = {.ready = courier_jail, .ready_ctx = &child};
    struct courier *courier = courier_new(&config, NULL, NULL);
    enum err e = courier_run(courier, child.fd, &why);
    courier_free(courier);
    child_end(&child);
    return e ? role_failed("courier", &why) : 0;
}

/* --- engine --- */

static int role_engine(char *const *args)
{
    struct child child = {0};
    struct config config;
    struct why why = {0};
    AUTO_JSON(kept);
    if (child_begin(&child, CHILD_ENGINE, &why))
        return role_failed("engine", &why);
    enum err e = args[0] ? json_read_own(args[0], strlen(args[0]), &kept, &why)
                         : why_set(&why, ERR_INVALID, "the supervisor gave no configuration");
    if (!e)
        e = config_kept(kept, &config, &why);
    if (e) {
        log_error("engine", "%s", why.text);
        return err_exit_code(ERR_CONFIG);
    }
    int code = engine_run(&child, &config);
    config_done(&config);
    child_end(&child);
    return code;
}

int role_child(const char *name, char *const *args)
{
    enum child_slot slot;
    if (!child_parse(name, &slot)) {
        struct why why;
        why_set(&why, ERR_INVALID,
                "\"muster child\" is for the daemon itself; see muster help serve");
        return role_failed("start", &why);
    }
    if (child_is_planner(slot))
        return role_planner(slot, args);
    if (slot == CHILD_DESK)
        return role_desk();
    return slot == CHILD_COURIER ? role_courier() : role_engine(args);
}

/* --- what the command line runs --- */

int role_serve(void *ctx, const struct config *config)
{
    AUTO_TEXT(description);
    AUTO_JSON(kept);
    (void)ctx;
    process_leave_no_core();
    kept = config_keep(config);
    json_write(kept, &description);
    AUTO_TEXT(memory);
    text_addf(&memory, "%" PRId64,
              PLANNER_WORK_BYTES + 2 * config_number(config, OPT_PLANNER_RESIDENT_BYTES));
    char *engine_args[] = {text_take(&description), NULL};
    char *planner_args[] = {text_take(&memory), NULL};
    struct supervisor_options options = {.data = config_text(config, OPT_DATA),
                                         .socket = config_text(config, OPT_SOCKET),
                                         .listen = config_text(config, OPT_LISTEN),
                                         .secrets = config_text(config, OPT_SECRETS),
                                         .planners = (int)config_number(config, OPT_PLANNER_COUNT),
                                         .engine_args = engine_args,
                                         .planner_args = planner_args};
    int code = supervisor_run(&options);
    free(engine_args[0]);
    free(planner_args[0]);
    return code;
}

/* The engine looks again when it starts; but then it would seem that nothing can be recorded. */
enum err role_config_check(void *ctx, const struct config *config, struct why *why)
{
    AUTO_TEXT(database);
    (void)ctx;
    text_addf(&database, "%s/muster.db", config_text(config, OPT_DATA));
    return store_head_place(text_str(&database), config_text(config, OPT_HEAD_FILE), why);
}

/* A planner of our own, jailed like the daemon's. */
static enum err checker_start(int *ret_socket, pid_t *ret_pid, struct why *why)
{
    int sockets[2], page_fd = -1, pidfd = -1;
    struct page *page = NULL;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
        return why_set(why, ERR_IO, "no socket for the checking process");
    int lock = open("/dev/null", O_RDONLY | O_CLOEXEC); /* no daemon: nothing to hold */
    enum err e = page_new(&page, &page_fd, why);
    struct spawn spawn = {
        .slot = CHILD_PLANNER0, .socket = sockets[1], .page = page_fd, .lock = lock};
    if (!e)
        e = spawn_child(&spawn, ret_pid, &pidfd, why);
    page_drop(page);
    close(sockets[1]);
    if (page_fd >= 0)
        close(page_fd);
    if (lock >= 0)
        close(lock);
    if (pidfd >= 0)
        close(pidfd);
    if (e)
        close(sockets[0]);
    *ret_socket = sockets[0];
    return e;
}

/* The first frame that is no report of the jail answers. */
static enum err checker_ask(int socket, const json_t *request, json_t **ret, struct why *why)
{
    struct frame_reader reader = {0};
    enum err e = frame_write(socket, request, why);
    json_t *frame = NULL;
    while (!e && !*ret) {
        e = frame_read(socket, &reader, &frame, why);
        if (!e && !frame)
            e = why_set(
                why, ERR_INVALID,
                "the process was ended: it ran for more than ten minutes, it wanted more than a "
                "gigabyte, or a file in the plans folder makes it fail; ask for less (--runs, "
                "--for), or take out what changed last");
        else if (!e && !frame_is(frame, "jailed"))
            *ret = json_incref(frame);
        json_decref(frame);
        frame = NULL;
    }
    frame_reader_done(&reader);
    return e;
}

enum { TRIES_MAX = 50 };

static void a_moment(enum err e)
{
    const struct timespec moment = {.tv_nsec = 20 * 1000 * 1000};
    if (e == ERR_CONFLICT)
        nanosleep(&moment, NULL);
}

/* A file that is being written just now is waited for. */
static enum err request_read(const char *folder, const json_t *more, json_t **ret, struct why *why)
{
    enum err e = ERR_CONFLICT;
    for (int n = 0; e == ERR_CONFLICT && n < TRIES_MAX; n++) {
        json_decref(*ret);
        *ret = NULL;
        e = config_request(folder, ret, why);
        if (!e && json_at(more, "tests"))
            e = config_tests(folder, json_str(more, "tests"), *ret, why);
        a_moment(e);
    }
    return e;
}

static enum err file_wait(const char *path, const char *name, json_t **ret, struct why *why)
{
    enum err e = ERR_CONFLICT;
    for (int n = 0; e == ERR_CONFLICT && n < TRIES_MAX; n++) {
        e = config_file(path, name, ret, why);
        a_moment(e);
    }
    return e;
}

/* Have it answered by a process of our own that has neither network nor files. */
static enum err desk_ask(const json_t *request, json_t **ret, struct why *why)
{
    int socket = -1;
    pid_t pid = 0;
    signal(SIGPIPE, SIG_IGN); /* a checker that dies is a sentence, not our end */
    enum err e = checker_start(&socket, &pid, why);
    if (e)
        return e;
    e = checker_ask(socket, request, ret, why);
    close(socket);
    waitpid(pid, NULL, 0);
    return e;
}

/* In the place of the one of that name, or beside the others. */
static void file_replace(json_t *files, json_t *takes_file)
{
    const char *name = json_str_or(takes_file, "name", "");
    for (size_t n = 0; n < json_array_size(files); n++) {
        if (!strcmp(json_str_or(json_array_get(files, n), "name", ""), name)) {
            json_array_set_new(files, n, takes_file);
            return;
        }
    }
    json_array_append_new(files, takes_file);
}

/* A scenario that lies elsewhere than in drills/: as if it lay there. */
static enum err scenario_take(const json_t *more, json_t *request, struct why *why)
{
    const char *path = json_str(more, "scenario_file");
    const char *slash = path ? strrchr(path, '/') : NULL;
    json_t *file = NULL;
    enum err e = path ? file_wait(path, slash ? slash + 1 : path, &file, why) : ERR_OK;
    if (file)
        file_replace(json_object_get(request, "drills"), file);
    return e;
}

enum err role_plan_ask(void *ctx, const char *folder, const json_t *more, json_t **ret,
                       struct why *why)
{
    AUTO_JSON(request);
    struct clock_sample now = {0};
    (void)ctx;
    *ret = NULL;
    enum err e = request_read(folder, more, &request, why);
    if (!e)
        e = clock_sample(&now, why);
    if (e)
        return e;
    json_put_int(request, "now", now.wall);
    json_put_str(request, "op", json_str_or(more, "op", "check"));
    e = scenario_take(more, request, why);
    if (e)
        return e;
    if (more)
        json_object_update_missing(request, json_unconst(more));
    return desk_ask(request, ret, why);
}

static bool record_take(void *ctx, const char *line, size_t len)
{
    json_t *one = NULL;
    struct why why;
    if (json_read_own(line, len, &one, &why) == ERR_OK)
        json_array_append_new(ctx, one);
    return true;
}

enum err role_plan_replay(void *ctx, const struct replay_ask *ask, json_t **ret, struct why *why)
{
    AUTO_JSON(request);
    AUTO_TEXT(name);
    json_t *file = NULL, *records = json_array();
    *ret = NULL;
    enum err e = request_read(ask->folder, NULL, &request, why);
    if (e) {
        json_decref(records);
        return e;
    }
    json_put_str(request, "op", ask->person ? "explain" : "replay");
    json_put_str(json_put_true(request, "zh", ask->zh), "person", ask->person);
    json_put(request, "records", records);
    e = role_journal_export(ctx, &ask->journal, record_take, records, why);
    if (!e && !json_array_size(records))
        e = why_set(why, ERR_MISSING, "there is no incident with this id");
    text_addf(&name, "%s.lua",
              json_str_or(json_at(json_array_get(records, 0), "body"), "plan", "?"));
    if (!e && ask->with)
        e = file_wait(ask->with, text_str(&name), &file, why);
    if (file)
        file_replace(json_object_get(request, "plans"), file);
    return e ? e : desk_ask(request, ret, why);
}

void database_path(const struct journal_ask *ask, struct text *to)
{
    if (ask->file)
        text_add(to, ask->file);
    else
        text_addf(to, "%s/muster.db", ask->data);
}

static void heads_report(const struct store_verdict *v, json_t *report)
{
    char at[RFC3339_TEXT];
    json_put_int(report, "heads", v->heads);
    json_put_int(report, "head_seq", v->head_seq);
    if (v->head_at)
        json_put_str(report, "head_at", rfc3339(v->head_at, at));
    json_put_int(report, "heads_torn", v->head_torn);
}

enum err role_journal_verify(void *ctx, const struct journal_ask *ask, json_t **ret,
                             struct why *why)
{
    AUTO_TEXT(path);
    struct store_verdict v = {0};
    const struct verify_options options = {
        .heads = ask->heads, .public = ask->public, .public_count = ask->public_count};
    (void)ctx;
    database_path(ask, &path);
    enum err e = journal_verify(text_str(&path), &options, &v, why);
    json_t *report = json_put_int(json_object(), "rows", v.rows);
    json_put_int(report, "first_seq", v.first_seq);
    json_put_int(report, "last_seq", v.last_seq);
    if (v.bad_seq)
        json_put_int(report, "bad_seq", v.bad_seq);
    json_put_int(report, "sealed", v.sealed);
    json_put_int(report, "purged", v.purged);
    json_put_str(report, "chain", v.chain);
    if (ask->heads)
        heads_report(&v, report);
    *ret = report;
    return e;
}

enum err role_journal_export(void *ctx, const struct journal_ask *ask, ctl_line_fn *each,
                             void *each_ctx, struct why *why)
{
    AUTO_TEXT(path);
    const struct export_options options = {.incident = ask->incident, .after = ask->after};
    (void)ctx;
    database_path(ask, &path);
    return journal_export(text_str(&path), &options, each, each_ctx, why);
}

struct rebuild {
    struct core *core;
    int64_t rows;
};

static void rebuild_apply(void *ctx, const struct record *record)
{
    struct rebuild *r = ctx;
    core_apply(r->core, record);
    r->rows++;
}

static void rebuild_rows(void *ctx, struct row **ret, size_t *ret_count)
{
    core_dirty_rows(((struct rebuild *)ctx)->core, ret, ret_count);
}

enum err role_journal_rebuild(void *ctx, const struct journal_ask *ask, json_t **ret,
                              struct why *why)
{
    AUTO_TEXT(path);
    int lock;
    (void)ctx;
    *ret = NULL;
    database_path(ask, &path);
    if (access(text_str(&path), F_OK) != 0)
        return why_set(why, ERR_MISSING, "there is no %s; name the folder with --data DIR",
                       text_str(&path));
    enum err e = lock_take(ask->data, &lock, why);
    if (e)
        return e == ERR_CONFLICT ? why_add(why, e, "stop the daemon first") : e;
    struct core_config core_config = {
        .version = MUSTER_VERSION, .speed = 1, .incidents_max = INT64_MAX};
    struct store_config config = {.path = text_str(&path)};
    struct rebuild r = {.core = core_new(&core_config)};
    e = store_rebuild(&config, rebuild_apply, rebuild_rows, &r, why);
    core_free(r.core);
    close(lock);
    if (!e)
        *ret = json_put_int(json_object(), "rows", r.rows);
    return e;
}
