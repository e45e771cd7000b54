#include "world/supervisor.h"

#include "base/frame.h"
#include "base/lock.h"
#include "base/log.h"
#include "world/courier_reads.h"
#include "world/crash_guard.h"
#include "world/listener.h"
#include "world/notify.h"
#include "world/outbox.h"
#include "world/ward.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    DRAIN_MS = 10000,
    LEAVE_MS = 1000, /* for the others, once the engine has left */
    PING_EVERY_MS = 10000,
    FIRST_PING_MS = 1000,
    LOADING_MS = 600000, /* one that never answered yet may be busy with a large database */
    SILENT_MS = 60000,   /* an engine that answers no ping for so long is killed */
    LEFT_MS = 50,
    IMPATIENT_MS = 1000, /* some programs send the same signal twice, to us and to our group */
    DESCRIPTORS = 65536,
    READ_BYTES = 16 * 1024,
    POLLED = CHILD_SLOTS + 2,
};

enum phase { STARTING, RUNNING, CLEARING, DRAINING, STOPPING };

struct supervisor {
    const struct supervisor_options *options;
    int lock, signals;
    int listeners[LISTEN_MAX + 1]; /* the Unix socket first */
    struct {
        char kind[5], text[LISTEN_TEXT];
    } addresses[LISTEN_MAX + 1]; /* of the listeners; that of the first is in the options */
    size_t listeners_count;
    struct ward wards[CHILD_SLOTS];
    int64_t last_gen;

    int control; /* to the engine; -1: there is none */
    struct frame_reader reader;
    struct outbox out;

    enum phase phase;
    int64_t told_ms;     /* when it was told to stop */
    int64_t deadline_ms; /* DRAINING, STOPPING */
    int exit_code;
    bool was_ready;    /* any engine was, ever */
    bool crash_points; /* MUSTER_CRASH is for the first life of each: else it would be the last */
    struct crash_guard guard;

    int64_t ping_at_ms, ping_every_ms, pinged_ms; /* pinged_ms: how long pings go unanswered */
    bool answers;                                 /* this engine has answered one */
    bool wants_watchdog;
    uint64_t courier_mark; /* of what it may read, when it was started */
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool all_gone(const struct supervisor *s)
{
    for (size_t i = 0; i < CHILD_SLOTS; i++) {
        if (s->wards[i].pid)
            return false;
    }
    return true;
}

/* ---- frames to the engine ----------------------------------------------------------------- */

static void control_close(struct supervisor *s)
{
    if (s->control < 0)
        return;
    close(s->control);
    s->control = -1;
    frame_reader_done(&s->reader);
    outbox_done(&s->out);
}

/* takes_fd  a descriptor to pass; -1: none */
static void tell_engine(struct supervisor *s, json_t *takes_frame, int takes_fd)
{
    struct why why;
    enum err e = ERR_OK;
    if (s->control >= 0 && takes_fd >= 0)
        e = outbox_pass(&s->out, takes_frame, takes_fd, &why);
    else if (s->control >= 0)
        e = outbox_add(&s->out, takes_frame, &why);
    else if (takes_fd >= 0)
        close(takes_fd);
    assert(!e); /* they are all short */
    json_decref(takes_frame);
    if (s->control >= 0 && outbox_flush(&s->out, s->control, &why))
        log_debug("supervisor", "%s; its death is about to be seen", why.text);
}

static json_t *frame_new(const char *op)
{
    return json_put_str(json_object(), "op", op);
}

static json_t *listeners_json(const struct supervisor *s)
{
    json_t *listeners = json_array();
    for (size_t i = 0; i < s->listeners_count; i++) {
        json_t *one = json_put_int(json_object(), "fd", CHILD_FD_LISTEN + (json_int_t)i);
        json_put_str(one, "kind", i ? s->addresses[i].kind : "unix");
        json_put_str(one, "address", i ? s->addresses[i].text : s->options->socket);
        json_array_append_new(listeners, one);
    }
    return listeners;
}

static void tell_hello(struct supervisor *s)
{
    json_t *hello = json_put_int(frame_new("hello"), "gen", s->wards[CHILD_ENGINE].gen);
    crash_guard_tell(&s->guard, hello);
    tell_engine(s, json_put(hello, "listeners", listeners_json(s)), -1);
}

/* ---- starting ----------------------------------------------------------------------------- */

static uint64_t courier_mark(const struct supervisor *s)
{
    struct courier_reads reads;
    courier_reads_init(&reads, s->options->secrets);
    uint64_t mark = courier_reads_mark(&reads);
    courier_reads_done(&reads);
    return mark;
}

static char *const *args_of(const struct supervisor *s, enum child_slot slot)
{
    if (slot == CHILD_ENGINE)
        return s->options->engine_args;
    return child_is_planner(slot) ? s->options->planner_args : NULL;
}

/* ret_socket  our end, close-on-exec */
static enum err child_spawn(struct supervisor *s, struct ward *w, int *ret_socket, struct why *why)
{
    const struct spawn how = {
        .lock = s->lock,
        .listeners = s->listeners,
        .listeners_count = w->slot == CHILD_ENGINE ? s->listeners_count : 0,
        .args = args_of(s, w->slot),
        .crash_points = s->crash_points,
    };
    return ward_spawn(w, &how, ++s->last_gen, ret_socket, why);
}

static void ward_retry(struct ward *w, const char *why)
{
    int64_t now = now_ms(), wait_ms = backoff_next(&w->backoff, now);
    log_error("supervisor", "%s cannot be started: %s; tried again in %" PRId64 " ms",
              child_name(w->slot), why, wait_ms);
    w->start_at_ms = now + wait_ms;
}

static void engine_start(struct supervisor *s)
{
    struct ward *w = &s->wards[CHILD_ENGINE];
    struct why why;
    if (child_spawn(s, w, &s->control, &why)) {
        ward_retry(w, why.text);
        return;
    }
    tell_hello(s);
    s->phase = RUNNING;
    s->pinged_ms = 0;
    s->answers = false;
    s->ping_at_ms =
        now_ms() + (s->ping_every_ms < FIRST_PING_MS ? s->ping_every_ms : FIRST_PING_MS);
    for (int i = 0; i < s->options->planners; i++)
        s->wards[CHILD_PLANNER0 + i].start_at_ms = 0;
    s->wards[CHILD_COURIER].start_at_ms = 0;
}

static void other_start(struct supervisor *s, struct ward *w)
{
    int socket = -1;
    struct why why;
    if (w->slot == CHILD_COURIER)
        s->courier_mark = courier_mark(s);
    if (child_spawn(s, w, &socket, &why)) {
        ward_retry(w, why.text);
        return;
    }
    json_t *frame = json_put_str(frame_new("child"), "slot", child_name(w->slot));
    tell_engine(s, json_put_int(frame, "gen", w->gen), socket);
}

/* May it be started in this phase? */
static bool may_start(const struct supervisor *s, const struct ward *w)
{
    return !w->pid && s->phase == (w->slot == CHILD_ENGINE ? STARTING : RUNNING);
}

static void start_what_is_due(struct supervisor *s)
{
    int64_t now = now_ms();
    struct ward *engine = &s->wards[CHILD_ENGINE];
    if (may_start(s, engine) && engine->start_at_ms <= now)
        engine_start(s);
    for (size_t i = 0; i < CHILD_ENGINE; i++) {
        struct ward *w = &s->wards[i];
        if (may_start(s, w) && w->start_at_ms <= now)
            other_start(s, w);
    }
}

/* ---- ending ------------------------------------------------------------------------------- */

static void kill_all(struct supervisor *s)
{
    for (size_t i = 0; i < CHILD_SLOTS; i++) {
        s->wards[i].start_at_ms = NEVER;
        ward_kill(&s->wards[i]);
    }
}

static void stop(struct supervisor *s, int64_t within_ms)
{
    s->phase = STOPPING;
    s->deadline_ms = now_ms() + within_ms;
    for (size_t i = 0; i < CHILD_SLOTS; i++)
        s->wards[i].start_at_ms = NEVER;
    control_close(s);
    if (within_ms == 0)
        kill_all(s);
}

static void drain(struct supervisor *s)
{
    notify("STOPPING=1");
    s->told_ms = now_ms();
    if (s->phase != RUNNING || s->control < 0) {
        stop(s, 0);
        return;
    }
    s->phase = DRAINING;
    s->deadline_ms = now_ms() + DRAIN_MS;
    tell_engine(s, frame_new("drain"), -1);
}

static void log_ending(const struct ward *w, struct ending end, const char *next)
{
    AUTO_TEXT(how);
    ward_ending_add(w, end, &how);
    if (w->slot == CHILD_DESK && !end.signal && !end.exit)
        return; /* it leaves after each answer */
    if (!end.signal && !end.exit)
        log_info("supervisor", "%s generation %" PRId64 " left, as its socket was closed",
                 child_name(w->slot), w->gen);
    else
        log_warn("supervisor", "%s generation %" PRId64 " ended by %s; %s", child_name(w->slot),
                 w->gen, text_str(&how), next);
}

/*
 * The engine is dead or dying: its socket, which it closes before those of the others, has an end.
 * So their ends, which follow from it, are not taken for deaths of their own.
 */
static void engine_lost(struct supervisor *s)
{
    control_close(s);
    if (s->phase != RUNNING)
        return;
    s->phase = CLEARING;
    kill_all(s);
}

static void engine_ended(struct supervisor *s, struct ward *w, struct ending end)
{
    struct page_hand hand;
    page_read(w->page, &hand);
    engine_lost(s);
    if (s->phase != CLEARING) {
        if (end.signal || end.exit)
            log_ending(w, end, "we were stopping anyway");
        stop(s, LEAVE_MS);
        return;
    }
    if (!s->was_ready && end.exit) {
        s->exit_code = end.exit; /* it has said why */
        stop(s, 0);
        return;
    }
    int64_t now = now_ms(), wait_ms = backoff_next(&w->backoff, now);
    crash_guard_died(&s->guard, &hand, end.signal, now);
    log_ending(w, end, "all others are ended, then all are started anew");
    w->start_at_ms = now + wait_ms;
}

/*
 * A child that leaves by itself does so because its socket is closed: then it is the engine that is
 * ending. A moment shows; else the new one would be started only to be killed.
 */
static void other_ended(struct supervisor *s, struct ward *w, struct ending end)
{
    if (s->phase != RUNNING && s->phase != DRAINING)
        return;
    tell_engine(s, ward_death(w, end), -1);
    if (s->phase == DRAINING)
        return;
    int64_t now = now_ms();
    if (child_is_on_demand(w->slot)) {
        log_ending(w, end, "it is started again on demand");
        return;
    }
    int64_t wait_ms = backoff_next(&w->backoff, now);
    w->start_at_ms = now + (!end.signal && wait_ms < LEFT_MS ? LEFT_MS : wait_ms);
    log_ending(w, end, "it is started anew");
}

static void reap(struct supervisor *s, struct ward *w)
{
    struct ending end;
    if (!ward_reap(w, &end))
        return;
    s->crash_points = s->crash_points && end.signal != SIGKILL;
    if (w->slot == CHILD_ENGINE)
        engine_ended(s, w, end);
    else
        other_ended(s, w, end);
}

/* ---- frames of the engine ----------------------------------------------------------------- */

static void log_ready(const struct supervisor *s)
{
    AUTO_TEXT(where);
    for (size_t i = 1; i < s->listeners_count; i++)
        text_addf(&where, "; %s://%s", s->addresses[i].kind, s->addresses[i].text);
    log_info("supervisor", "ready; socket %s%s", s->options->socket, text_str(&where));
}

static void engine_ready(struct supervisor *s)
{
    if (!s->was_ready)
        log_ready(s);
    s->was_ready = true;
    crash_guard_ready(&s->guard);
    notify("READY=1");
}

static void engine_answers(struct supervisor *s)
{
    s->answers = true;
    s->pinged_ms = 0;
    if (s->wants_watchdog)
        notify("WATCHDOG=1");
}

static void engine_asks_start(struct ward *w)
{
    bool is_ending = w->killed[0] != '\0';
    if (w->start_at_ms == NEVER && (!w->pid || is_ending))
        w->start_at_ms = now_ms();
}

static void engine_says(struct supervisor *s, const json_t *frame)
{
    enum child_slot slot = CHILD_ENGINE;
    bool other = child_parse(json_str(frame, "slot"), &slot) && slot != CHILD_ENGINE;
    struct ward *w = &s->wards[slot];
    if (frame_is(frame, "ready"))
        engine_ready(s);
    else if (frame_is(frame, "pong"))
        engine_answers(s);
    else if (frame_is(frame, "stopping"))
        notify("STOPPING=1");
    else if (frame_is(frame, "kill") && other && w->gen == json_int(frame, "gen", 0))
        ward_kill_because(w, json_str_or(frame, "why", "no reason given"));
    else if (frame_is(frame, "want") && other && s->phase == RUNNING)
        engine_asks_start(w);
    else if (frame_is(frame, "unwant") && other) {
        w->start_at_ms = NEVER;
        ward_kill_because(w, "no longer wanted");
    }
}

static void control_read(struct supervisor *s)
{
    char bytes[READ_BYTES];
    ssize_t n = recv(s->control, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        engine_lost(s);
        return;
    }
    frame_feed(&s->reader, bytes, (size_t)n);
    while (s->control >= 0) {
        AUTO_JSON(frame);
        struct why why;
        if (frame_next(&s->reader, &frame, &why)) {
            log_error("supervisor", "the engine sent nonsense (%s); it is killed", why.text);
            ward_kill(&s->wards[CHILD_ENGINE]);
            return;
        }
        if (!frame)
            return;
        engine_says(s, frame);
    }
}

/* ---- time and signals --------------------------------------------------------------------- */

static void courier_check(struct supervisor *s)
{
    struct ward *w = &s->wards[CHILD_COURIER];
    if (!w->pid || s->courier_mark == courier_mark(s))
        return;
    s->courier_mark = courier_mark(s);
    log_info("supervisor", "resolv.conf, hosts, secrets or the like were replaced; the courier is "
                           "started anew to read them");
    ward_kill(w);
}

static void ping(struct supervisor *s, int64_t now)
{
    int64_t silent_ms = s->answers ? SILENT_MS : LOADING_MS;
    s->ping_at_ms = now + s->ping_every_ms;
    if (s->pinged_ms >= silent_ms) {
        log_error("supervisor",
                  "the engine has not answered for %" PRId64 " s; it is killed and started anew",
                  silent_ms / 1000);
        ward_kill(&s->wards[CHILD_ENGINE]);
        return;
    }
    s->pinged_ms += s->ping_every_ms;
    tell_engine(s, frame_new("ping"), -1);
    courier_check(s);
}

static void on_time(struct supervisor *s)
{
    int64_t now = now_ms();
    if (s->phase == RUNNING && s->ping_at_ms <= now)
        ping(s, now);
    if (s->phase == DRAINING && s->deadline_ms <= now) {
        log_warn("supervisor",
                 "the engine did not come to an end within %d s; it is killed, and "
                 "nothing is lost by it",
                 DRAIN_MS / 1000);
        stop(s, 0);
    } else if (s->phase == STOPPING && s->deadline_ms <= now) {
        s->deadline_ms = NEVER;
        kill_all(s);
    }
    if (s->phase == CLEARING && all_gone(s))
        s->phase = STARTING;
    start_what_is_due(s);
}

static int64_t next_ms(const struct supervisor *s)
{
    int64_t next = NEVER;
    if (s->phase == RUNNING)
        next = s->ping_at_ms;
    if (s->phase == DRAINING || s->phase == STOPPING)
        next = s->deadline_ms;
    for (size_t i = 0; i < CHILD_SLOTS; i++) {
        const struct ward *w = &s->wards[i];
        if (may_start(s, w) && w->start_at_ms < next)
            next = w->start_at_ms;
    }
    return next;
}

static void on_signal(struct supervisor *s)
{
    struct signalfd_siginfo info;
    if (read(s->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return;
    bool stopping = s->phase == DRAINING || s->phase == STOPPING;
    if (info.ssi_signo == SIGHUP && s->phase == RUNNING) {
        notify_reloading();
        tell_engine(s, frame_new("reload"), -1);
    } else if (info.ssi_signo != SIGHUP && stopping) {
        if (now_ms() - s->told_ms < IMPATIENT_MS)
            return;
        log_warn("supervisor", "told to stop a second time: all are killed at once");
        stop(s, 0);
    } else if (info.ssi_signo != SIGHUP) {
        drain(s);
    }
}

static void wait_once(struct supervisor *s)
{
    struct pollfd polled[POLLED] = {{.fd = s->signals, .events = POLLIN},
                                    {.fd = s->control, .events = POLLIN}};
    if (outbox_left(&s->out))
        polled[1].events |= POLLOUT;
    for (size_t i = 0; i < CHILD_SLOTS; i++)
        polled[i + 2] = (struct pollfd){.fd = s->wards[i].pidfd, .events = POLLIN};

    int64_t next = next_ms(s), left = next == NEVER ? -1 : next - now_ms();
    int timeout = next == NEVER ? -1 : left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
    if (poll(polled, POLLED, timeout) <= 0)
        return;
    struct why why;
    if (polled[1].revents & POLLOUT && outbox_flush(&s->out, s->control, &why))
        log_debug("supervisor", "%s; its death is about to be seen", why.text);
    if (polled[1].revents & ~POLLOUT)
        control_read(s);
    for (size_t i = 0; i < CHILD_SLOTS; i++) {
        if (polled[i + 2].revents)
            reap(s, &s->wards[i]);
    }
    if (polled[0].revents)
        on_signal(s);
}

/* ---- from the beginning to the end -------------------------------------------------------- */

static enum err signals_take(struct supervisor *s, struct why *why)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* ignored, as some parents leave it, children could not be reaped */
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return why_set(why, ERR_IO, "signals: %s", strerror(errno));
    s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return s->signals >= 0 ? ERR_OK : why_set(why, ERR_IO, "signalfd: %s", strerror(errno));
}

static void descriptors_raise(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    rlim_t most = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
    if (limit.rlim_cur < most) {
        limit.rlim_cur = most;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static enum err wards_open(struct supervisor *s, struct why *why)
{
    for (size_t i = 0; i < CHILD_SLOTS; i++) {
        enum err e = ward_open(&s->wards[i], why);
        if (e)
            return e;
    }
    return ERR_OK;
}

static enum err listeners_open(struct supervisor *s, struct why *why)
{
    struct listen_address addresses[LISTEN_MAX];
    size_t count = 0;
    enum err e = listen_parse_all(s->options->listen, addresses, &count, why);
    if (!e)
        e = listener_unix(s->options->socket, &s->listeners[0], why);
    s->listeners_count = !e;
    for (size_t i = 0; i < count && !e; i++) {
        size_t n = s->listeners_count;
        e = listener_tcp(&addresses[i], &s->listeners[n], s->addresses[n].text, why);
        memcpy(s->addresses[n].kind, addresses[i].kind, sizeof addresses[i].kind);
        s->listeners_count += !e;
    }
    return e;
}

static enum err supervisor_init(struct supervisor *s, struct why *why)
{
    const struct supervisor_options *o = s->options;
    umask(0077);
    if (mkdir(o->data, 0700) != 0 && errno != EEXIST)
        return why_set(why, ERR_IO, "data folder %s: %s; name another one with --data", o->data,
                       strerror(errno));
    enum err e = wards_open(s, why);
    if (!e)
        e = lock_take(o->data, &s->lock, why);
    if (!e)
        e = listeners_open(s, why);
    if (!e)
        e = signals_take(s, why);
    if (e)
        return e;
    descriptors_raise();
    int64_t watchdog_ms = notify_watchdog_ms();
    s->wants_watchdog = watchdog_ms > 0;
    s->ping_every_ms = PING_EVERY_MS;
    if (watchdog_ms > 0 && watchdog_ms / 3 < PING_EVERY_MS)
        s->ping_every_ms = watchdog_ms / 3 + 1;
    s->wards[CHILD_ENGINE].start_at_ms = 0;
    return ERR_OK;
}

static void supervisor_done(struct supervisor *s)
{
    control_close(s);
    if (s->listeners_count > 0)
        listener_remove(s->options->socket); /* the lock is still ours */
    for (size_t i = 0; i < s->listeners_count; i++)
        close(s->listeners[i]);
    if (s->signals >= 0)
        close(s->signals);
    for (size_t i = 0; i < CHILD_SLOTS; i++)
        ward_done(&s->wards[i]);
    if (s->lock >= 0)
        close(s->lock);
}

int supervisor_run(const struct supervisor_options *options)
{
    struct supervisor s = {.options = options,
                           .lock = -1,
                           .signals = -1,
                           .control = -1,
                           .phase = STARTING,
                           .crash_points = true};
    struct why why;
    for (size_t i = 0; i < CHILD_SLOTS; i++)
        ward_init(&s.wards[i], (enum child_slot)i);
    enum err e = supervisor_init(&s, &why);
    if (e) {
        log_error("serve", "%s", why.text);
        supervisor_done(&s);
        return err_exit_code(e);
    }
    while (s.phase != STOPPING || !all_gone(&s)) {
        on_time(&s);
        wait_once(&s);
    }
    supervisor_done(&s);
    return s.exit_code;
}
