#include "local.h"

#include "base/frame.h"
#include "base/lock.h"
#include "core/core.h"
#include "engine.h"
#include "store/store.h"
#include "world/page.h"
#include "world/spawn.h"
#include "world/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the daemon ---- */

static int serve(void *ctx, const json_t *from, const struct config *config)
{
    AUTO_TEXT(kept);
    json_write(from, &kept);
    char *args[] = {text_take(&kept), NULL};
    struct supervisor_options options = {.data = config_text(config, OPT_DATA),
                                         .socket = config_text(config, OPT_SOCKET),
                                         .secrets = config_text(config, OPT_SECRETS),
                                         .planners = (int)config_number(config, OPT_PLANNER_COUNT),
                                         .args = args};
    (void)ctx;
    int code = supervisor_run(&options);
    free(args[0]);
    return code;
}

enum err local_config(int argc, char *const *argv, char *const *environment, struct config *ret,
                      struct why *why)
{
    AUTO_JSON(from);
    if (argc < 1)
        return why_set(why, ERR_INVALID, "the engine's configuration is missing");
    enum err e = json_read_own(argv[0], strlen(argv[0]), &from, why);
    return e ? why_add(why, e, "the engine's configuration")
             : config_load(from, environment, ret, why);
}

/* ---- plan check ---- */

/* A planner of our own, with the same jail as the daemon's. */
struct checker {
    int fd;
    pid_t pid;
    int pidfd;
};

static enum err checker_start(struct checker *k, struct why *why)
{
    struct page *page = NULL;
    int pair[2], page_fd = -1;
    int lock_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (lock_fd < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return why_set(why, ERR_IO, "no descriptors for a planner: %s", strerror(errno));
    enum err e = page_new(&page, &page_fd, why);
    if (!e) {
        struct spawn s = {
            .slot = CHILD_PLANNER0, .socket = pair[1], .page = page_fd, .lock = lock_fd};
        e = spawn_child(&s, &k->pid, &k->pidfd, why);
    }
    close(pair[1]);
    close(lock_fd);
    if (page_fd >= 0)
        close(page_fd);
    page_drop(page);
    k->fd = pair[0];
    if (e)
        close(pair[0]);
    return e;
}

/* It leaves when its socket is closed; a check that hangs in it is ended with us. */
static void checker_stop(struct checker *k)
{
    int status;
    close(k->fd);
    (void)kill(k->pid, SIGKILL);
    while (waitpid(k->pid, &status, 0) < 0 && errno == EINTR)
        ;
    close(k->pidfd);
}

static enum err checker_ask(struct checker *k, const json_t *request, json_t **ret, struct why *why)
{
    AUTO_JSON(hello);
    struct frame_reader reader = {0};
    json_t *frame = NULL;
    hello = json_put_int(json_put_str(json_object(), "op", "hello"), "gen", 1);
    json_put_int(hello, "resident_bytes", 1048576);
    enum err e = frame_write(k->fd, hello, why);
    if (!e)
        e = frame_write(k->fd, request, why);
    while (!e && !*ret) {
        e = frame_read(k->fd, &reader, &frame, why);
        if (!e && !frame)
            e = why_set(why, ERR_CONFIG,
                        "the check ended its process: a file in the folder does that; take out "
                        "what changed last");
        if (frame && frame_is(frame, "checked"))
            *ret = json_incref(frame);
        json_decref(frame);
        frame = NULL;
    }
    frame_reader_done(&reader);
    return e;
}

static enum err plan_check(void *ctx, const char *folder, json_t **ret, struct why *why)
{
    AUTO_JSON(request);
    struct checker k;
    (void)ctx;
    enum err e = config_request(folder, &request, why);
    if (!e)
        e = checker_start(&k, why);
    if (e)
        return e;
    e = checker_ask(&k, request, ret, why);
    checker_stop(&k);
    return e;
}

/* ---- the record ---- */

static char *database_of(const char *data)
{
    struct text path = {0};
    text_addf(&path, "%s/muster.db", data);
    return text_take(&path);
}

static enum err verify(void *ctx, const char *data, json_t **ret, struct why *why)
{
    struct store_verdict v = {0};
    char *path = database_of(data);
    (void)ctx;
    enum err e = journal_verify(path, &v, why);
    free(path);
    json_t *o = json_put_int(json_object(), "rows", v.rows);
    json_put_int(json_put_int(o, "first_seq", v.first_seq), "last_seq", v.last_seq);
    if (v.bad_seq)
        json_put_int(o, "bad_seq", v.bad_seq);
    json_put_int(json_put_int(o, "sealed", v.sealed), "purged", v.purged);
    *ret = json_put_str(o, "chain", v.chain);
    return e;
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

static void rebuild_pin(void *ctx, const struct store_pin *pin)
{
    struct rebuild *r = ctx;
    AUTO_JSON(body);
    struct why why;
    enum err e = json_read_own(pin->body, pin->body_len, &body, &why);
    if (!e && strcmp(pin->kind, "site") == 0)
        e = core_library_site(r->core, pin->hash, body, &why);
    else if (!e)
        e = core_library_plan(r->core, pin->hash, json_at(body, "head"), &why);
    if (e)
        ctl_message("pin %s cannot be used: %s", pin->hash, why.text);
}

static void rebuild_durable(void *ctx, int64_t seq)
{
    (void)ctx;
    (void)seq;
}

/* What the records name by its hash: it must be known before they are applied. */
static enum err pins_load(struct rebuild *r, const struct store_config *config, struct why *why)
{
    struct store *store = NULL;
    enum err e = store_open(config, &store, why);
    if (!e)
        e = store_pins(store, rebuild_pin, r, why);
    if (store)
        store_stop(store);
    return e;
}

static enum err rebuild(void *ctx, const char *data, json_t **ret, struct why *why)
{
    struct core_config core_config = {.version = MUSTER_VERSION, .speed = 1};
    struct rebuild r = {.core = core_new(&core_config)};
    char *path = database_of(data);
    struct store_config config = {.path = path, .durable = rebuild_durable};
    int lock = -1;
    (void)ctx;
    enum err e = ERR_OK;
    if (access(path, F_OK) != 0)
        e = why_set(why, ERR_MISSING, "%s: %s; --data names the folder", path, strerror(errno));
    if (!e)
        e = lock_take(data, &lock, why);
    if (!e)
        e = pins_load(&r, &config, why);
    if (!e)
        e = store_rebuild(&config, rebuild_apply, rebuild_rows, &r, why);
    if (lock >= 0)
        close(lock);
    core_free(r.core);
    free(path);
    *ret = json_put_int(json_object(), "rows", r.rows);
    return e;
}

const struct ctl_port *local_port(void)
{
    static const struct ctl_port port = {.serve = serve,
                                         .plan_check = plan_check,
                                         .journal_verify = verify,
                                         .journal_rebuild = rebuild};
    return &port;
}
