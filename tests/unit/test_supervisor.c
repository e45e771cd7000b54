/*
 * The supervisor with real processes: this binary is also the engine, planners and courier that it
 * starts (`test_supervisor child SLOT`), with roles that do what the test tells them.
 *
 * The test speaks to the engine over the daemon's socket, one line a connection, and waits for what
 * it expects to see: no time is slept away.
 */
#include "unit.h"
#include "world/children.h"
#include "world/loop.h"
#include "world/supervisor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char incident_text[] = "0198f2c4-0000-7000-8000-0000000000aa";

static struct uuid incident(void)
{
    struct uuid u = {0};
    uuid_parse(incident_text, &u);
    return u;
}

/* ---- planners and courier ----------------------------------------------------------------- */

static int open_descriptors(void)
{
    int count = 0;
    DIR *dir = opendir("/proc/self/fd");
    for (struct dirent *d; dir && (d = readdir(dir));)
        count += d->d_name[0] != '.' && strtol(d->d_name, NULL, 10) != dirfd(dir);
    closedir(dir);
    return count;
}

static int other_role(struct child *own)
{
    AUTO_JSON(hello);
    hello = json_put_int(json_put_str(json_object(), "op", "here"), "pid", getpid());
    json_put_int(hello, "descriptors", open_descriptors());
    json_put_int(hello, "variables", environ && environ[0]);
    if (child_write(own, hello, NULL))
        return 1;
    for (;;) {
        AUTO_JSON(frame);
        if (child_read(own, &frame, NULL) || !frame)
            return 0;
        page_take_incident(own->page, incident(), 12);
        raise((int)json_int(frame, "signal", SIGKILL));
    }
}

/* ---- the engine --------------------------------------------------------------------------- */

struct engine {
    struct child *own;
    struct children *children;
    struct loop *loop;
    struct loop_fd *listener;
    struct text trace;
    json_t *here[CHILD_SLOTS]; /* what each said of itself */
    bool stubborn;
};

static void on_up(void *ctx, enum child_slot slot, int64_t gen)
{
    struct engine *e = ctx;
    text_addf(&e->trace, "up %s %d;", child_name(slot), (int)gen);
}

static void on_frame(void *ctx, enum child_slot slot, int64_t gen, const json_t *frame)
{
    struct engine *e = ctx;
    (void)gen;
    json_decref(e->here[slot]);
    e->here[slot] = json_deep_copy(frame);
}

static void on_died(void *ctx, const struct child_death *d)
{
    struct engine *e = ctx;
    text_addf(&e->trace, "died %s %d signal %d%s%s%s%s;", child_name(d->slot), (int)d->gen,
              d->signal, d->cpu_over ? " cpu_over" : "", d->killed ? " killed " : "",
              d->killed ? d->killed : "", d->strike ? " strike" : "");
    json_decref(e->here[d->slot]);
    e->here[d->slot] = NULL;
}

static void on_drain(void *ctx)
{
    struct engine *e = ctx;
    if (e->stubborn) {
        text_add(&e->trace, "drain;");
        return;
    }
    children_stopping(e->children);
    exit(0);
}

static void on_reload(void *ctx)
{
    children_ready(((struct engine *)ctx)->children);
}

static void engine_obey(struct engine *e, const char *line, struct text *reply)
{
    enum child_slot slot = CHILD_ENGINE;
    char id[UUID_TEXT], words[128], *rest = NULL;
    snprintf(words, sizeof(words), "%s", line);
    const char *word = strtok_r(words, " ", &rest), *name = strtok_r(NULL, " ", &rest);
    const char *last = strtok_r(NULL, " ", &rest);
    int number = last ? (int)strtol(last, NULL, 10) : 0;
    if (!word)
        return;
    bool other = child_parse(name, &slot) && slot != CHILD_ENGINE;
    int64_t gen = 0;
    if (other)
        children_up(e->children, slot, &gen);
    AUTO_JSON(frame);
    frame = json_put_int(json_put_str(json_object(), "op", "die"), "signal", number);

    if (strcmp(word, "trace") == 0)
        text_add(reply, text_str(&e->trace));
    else if (strcmp(word, "here") == 0 && other)
        json_write(e->here[slot] ? e->here[slot] : json_null(), reply);
    else if (strcmp(word, "here") == 0)
        text_addf(reply, "{\"pid\":%d}", (int)getpid());
    else if (strcmp(word, "stuck") == 0)
        text_add(reply, uuid_text(children_hello(e->children)->stuck, id));
    else if (strcmp(word, "die") == 0 && other)
        children_send(e->children, slot, 0, frame);
    else if (strcmp(word, "kill") == 0)
        children_kill(e->children, slot, gen, "too slow");
    else if (strcmp(word, "want") == 0)
        children_want(e->children, slot);
    else if (strcmp(word, "unwant") == 0)
        children_unwant(e->children, slot);
    else if (strcmp(word, "crash") == 0) {
        page_take_incident(e->own->page, incident(), 7);
        abort();
    }
    children_flush(e->children);
}

static void engine_accept(void *ctx, int ready)
{
    struct engine *e = ctx;
    (void)ready;
    int fd = accept4(children_hello(e->children)->listeners[0].fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    char line[128];
    ssize_t n = read(fd, line, sizeof(line) - 1);
    if (n > 0) {
        AUTO_TEXT(reply);
        line[n] = '\0';
        engine_obey(e, line, &reply);
        if (write(fd, text_str(&reply), reply.len) < 0)
            exit(9);
    }
    close(fd);
}

static int engine_role(struct child *own, const char *how)
{
    static const struct children_calls calls = {on_up, on_frame, on_died, on_drain, on_reload};
    struct engine e = {.own = own, .stubborn = how && strcmp(how, "stubborn") == 0};
    if (how && strcmp(how, "refuse") == 0)
        return 78;
    if (children_new(own, &e.children, NULL))
        return 9;
    e.loop = loop_new();
    children_start(e.children, e.loop, &calls, &e);
    e.listener =
        loop_fd_new(e.loop, children_hello(e.children)->listeners[0].fd, engine_accept, &e);
    loop_fd_want(e.listener, LOOP_READ);
    children_ready(e.children);
    loop_run(e.loop);
    return 0;
}

static int role(const char *name, const char *how)
{
    struct child own;
    enum child_slot slot = CHILD_ENGINE;
    if (!child_parse(name, &slot) || child_begin(&own, slot, NULL))
        return 9;
    return slot == CHILD_ENGINE ? engine_role(&own, how) : other_role(&own);
}

/* ---- the test's side ---------------------------------------------------------------------- */

enum { PATIENCE_MS = 5000 };

static char folder[] = "/tmp/muster-sup-XXXXXX";
static char socket_path[64];
static char secrets_path[64];

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void breathe(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

static pid_t daemons[8]; /* of this test, so that a failed one leaves none behind */
static size_t daemons_count;

static pid_t daemon_start(const char *how)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that dies leaves nobody behind */
        char *args[] = {mem_str(how), NULL};
        struct supervisor_options options = {.data = folder,
                                             .socket = socket_path,
                                             .listen = "",
                                             .secrets = secrets_path,
                                             .planners = 2,
                                             .engine_args = args};
        _exit(supervisor_run(&options));
    }
    daemons[daemons_count++] = pid;
    return pid;
}

static int daemons_end(void **state)
{
    (void)state;
    while (daemons_count > 0) {
        pid_t pid = daemons[--daemons_count];
        if (waitpid(pid, NULL, WNOHANG) == 0) {
            kill(pid, SIGKILL);
            waitpid(pid, NULL, 0);
        }
    }
    return 0;
}

static int connect_once(void)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    memcpy(to.sun_path, socket_path, strlen(socket_path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* One line to the engine and its answer; "" when it died of it. */
static void ask(const char *line, struct text *ret)
{
    int64_t until = now_ms() + PATIENCE_MS;
    int fd = connect_once();
    for (; fd < 0; fd = connect_once()) {
        assert_true(now_ms() < until);
        breathe();
    }
    char bytes[4096];
    text_clear(ret);
    if (send(fd, line, strlen(line), MSG_NOSIGNAL) < 0)
        text_clear(ret); /* the engine that would have answered is gone */
    for (ssize_t n; (n = read(fd, bytes, sizeof(bytes))) > 0;)
        text_add_bytes(ret, bytes, (size_t)n);
    close(fd);
}

static void tell(const char *line)
{
    AUTO_TEXT(reply);
    ask(line, &reply);
}

/* Ask until the answer holds `expected`. */
static void until_reply(const char *line, const char *expected, struct text *ret)
{
    for (int64_t end = now_ms() + PATIENCE_MS;; breathe()) {
        ask(line, ret);
        if (strstr(text_str(ret), expected))
            return;
        if (now_ms() > end)
            fail_msg("%s: \"%s\" without \"%s\"", line, text_str(ret), expected);
    }
}

static void until(const char *line, const char *expected)
{
    AUTO_TEXT(reply);
    until_reply(line, expected, &reply);
}

static int64_t said_of(enum child_slot slot, const char *member)
{
    AUTO_TEXT(line);
    AUTO_TEXT(reply);
    AUTO_JSON(here);
    text_addf(&line, "here %s", child_name(slot));
    until_reply(text_str(&line), "\"pid\"", &reply);
    assert_int_equal(json_read(text_str(&reply), reply.len, &here, NULL), ERR_OK);
    return json_int(here, member, -1);
}

static pid_t pid_of(enum child_slot slot)
{
    return (pid_t)said_of(slot, "pid");
}

struct family {
    pid_t pids[4];
};

static struct family family_now(void)
{
    return (struct family){{pid_of(CHILD_ENGINE), pid_of(CHILD_PLANNER0), pid_of(CHILD_PLANNER1),
                            pid_of(CHILD_COURIER)}};
}

/* Of the next engine: the one that was killed may answer for a moment still. */
static struct family family_of_another(pid_t engine)
{
    int64_t end = now_ms() + PATIENCE_MS;
    while (pid_of(CHILD_ENGINE) == engine)
        assert_true(now_ms() < end);
    return family_now();
}

/* Dead, or a corpse that its new parent has not buried yet. */
static bool is_gone(pid_t pid)
{
    char path[64], stat[512] = "";
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return true;
    ssize_t n = read(fd, stat, sizeof(stat) - 1);
    close(fd);
    const char *state = n > 0 ? strrchr(stat, ')') : NULL;
    return !state || state[2] == 'Z' || state[2] == 'X';
}

static bool all_gone(const struct family *f)
{
    for (size_t i = 0; i < 4; i++) {
        if (!is_gone(f->pids[i]))
            return false;
    }
    return true;
}

static void gone_within(const struct family *f, int64_t ms)
{
    int64_t end = now_ms() + ms;
    while (!all_gone(f)) {
        assert_true(now_ms() < end);
        breathe();
    }
}

static int daemon_wait(pid_t pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    for (size_t i = 0; i < daemons_count; i++) {
        if (daemons[i] == pid)
            daemons[i] = daemons[--daemons_count];
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int daemon_stop(pid_t pid)
{
    kill(pid, SIGTERM);
    return daemon_wait(pid);
}

/* ------------------------------------------------------------------------------------------- */

static void it_starts_all_and_ends_all(void **state)
{
    (void)state;
    pid_t daemon = daemon_start("");
    struct family family = family_now();
    struct stat st;
    assert_int_equal(stat(socket_path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0660);
    assert_int_equal(daemon_stop(daemon), 0);
    assert_true(all_gone(&family));
    assert_int_equal(stat(socket_path, &st), -1);
}

/* What a parent left open or in the environment must not leak into a jail. */
static void a_child_gets_nothing_but_what_it_needs(void **state)
{
    (void)state;
    int leak = open("/dev/null", O_RDONLY); /* inherited, as some shells leave them */
    setenv("SECRET", "x", 1);
    pid_t daemon = daemon_start("");
    assert_int_equal(said_of(CHILD_PLANNER0, "descriptors"), 5); /* stdio, socket, lock */
    assert_int_equal(said_of(CHILD_COURIER, "descriptors"), 5);
    if (!getenv("ASAN_OPTIONS") && !getenv("UBSAN_OPTIONS"))
        assert_int_equal(said_of(CHILD_PLANNER0, "variables"), 0);
    unsetenv("SECRET");
    close(leak);
    assert_int_equal(daemon_stop(daemon), 0);
}

static void a_planner_that_dies_is_started_anew_and_its_death_is_told(void **state)
{
    (void)state;
    pid_t daemon = daemon_start("");
    pid_t engine = pid_of(CHILD_ENGINE), planner = pid_of(CHILD_PLANNER0);
    kill(planner, SIGKILL);
    until("trace", "died planner0 2 signal 9;up planner0");
    assert_true(pid_of(CHILD_PLANNER0) != planner);
    tell("die planner1 11");
    until("trace", "signal 11 strike;up planner1");
    tell("die courier 27");
    until("trace", "signal 27 cpu_over strike;up courier");
    tell("kill planner1");
    until("trace", "signal 9 killed too slow;up planner1");
    assert_int_equal(pid_of(CHILD_ENGINE), engine);
    assert_int_equal(daemon_stop(daemon), 0);
}

static void the_quarantine_planner_comes_and_goes_on_demand(void **state)
{
    (void)state;
    pid_t daemon = daemon_start("");
    struct family family = family_now();
    tell("want planner2");
    pid_t quarantine = pid_of(CHILD_PLANNER2);
    tell("unwant planner2");
    until("trace", "died planner2 5 signal 9 killed no longer wanted;");
    assert_true(is_gone(quarantine));
    tell("want planner2");
    until("trace", "up planner2 6;");
    tell("die planner2 9");
    until("trace", "died planner2 6 signal 9;");
    tell("want planner2");
    until("trace", "up planner2 7;");
    family = (struct family){{family.pids[0], family.pids[1], family.pids[2], quarantine}};
    assert_int_equal(daemon_stop(daemon), 0);
    assert_true(all_gone(&family));
}

/* Started for one request: not with the house, and after its end not before it is wanted again. */
static void the_desk_lives_when_it_is_wanted(void **state)
{
    (void)state;
    pid_t daemon = daemon_start("");
    tell("want desk");
    until("trace", "up desk 5;");
    pid_t desk = pid_of(CHILD_DESK);
    tell("want desk"); /* it lives: no second one */
    tell("die desk 9");
    until("trace", "died desk 5 signal 9;");
    assert_true(is_gone(desk));
    tell("kill planner0"); /* somebody else is started meanwhile, it is not */
    until("trace", "up planner0 6;");
    tell("want desk");
    until("trace", "up desk 7;");
    assert_int_equal(daemon_stop(daemon), 0);
}

/* Never two writers: when the new engine answers, nobody of the old generation is alive. */
static void when_the_engine_dies_all_are_started_anew(void **state)
{
    (void)state;
    pid_t daemon = daemon_start("");
    for (int round = 0; round < 5; round++) {
        struct family before = family_now();
        kill(before.pids[0], SIGKILL);
        struct family after = family_of_another(before.pids[0]);
        assert_true(all_gone(&before));
        for (size_t i = 0; i < 4; i++)
            assert_true(after.pids[i] != before.pids[i]);
    }
    until("stuck", "00000000-0000-0000-0000-000000000000"); /* -9 is nobody's fault */
    assert_int_equal(daemon_stop(daemon), 0);
}

static void an_incident_that_kills_the_engine_twice_is_named_to_the_third(void **state)
{
    (void)state;
    pid_t daemon = daemon_start("");
    until("stuck", "00000000-0000-0000-0000-000000000000");
    tell("crash");
    until("stuck", "00000000-0000-0000-0000-000000000000");
    tell("crash");
    until("stuck", incident_text);
    kill(pid_of(CHILD_ENGINE), SIGKILL); /* it was ready: it has that on record */
    until("stuck", "00000000-0000-0000-0000-000000000000");
    assert_int_equal(daemon_stop(daemon), 0);
}

static void nobody_outlives_a_killed_supervisor_and_the_next_can_start_at_once(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        pid_t daemon = daemon_start("");
        struct family family = family_now();
        kill(daemon, SIGKILL);
        pid_t next = daemon_start("");
        gone_within(&family, 1000);
        struct family successors = family_now();
        assert_false(all_gone(&successors));
        assert_int_equal(daemon_wait(daemon), -SIGKILL);
        assert_int_equal(daemon_stop(next), 0);
    }
    pid_t daemon = daemon_start("");
    struct family family = family_now();
    kill(daemon, SIGKILL);
    gone_within(&family, 1000);
    daemon_wait(daemon);
}

static void a_second_daemon_is_refused_and_harms_nothing(void **state)
{
    (void)state;
    pid_t daemon = daemon_start("");
    struct family family = family_now();
    assert_int_equal(daemon_wait(daemon_start("")), 5);
    struct family still = family_now();
    assert_memory_equal(&family, &still, sizeof(family));
    assert_int_equal(daemon_stop(daemon), 0);
}

/* Bad configuration is said once, not in a loop. */
static void an_engine_that_refuses_to_start_is_the_end(void **state)
{
    (void)state;
    pid_t daemon = daemon_start("refuse");
    assert_int_equal(daemon_wait(daemon), 78);
}

static void a_second_signal_does_not_wait(void **state)
{
    (void)state;
    pid_t daemon = daemon_start("stubborn");
    struct family family = family_now();
    kill(daemon, SIGTERM);
    until("trace", "drain;");
    int64_t patient_until =
        now_ms() + 1100; /* the second within a second may be the first's echo */
    kill(daemon, SIGTERM);
    while (now_ms() < patient_until)
        until("here engine", "pid");
    kill(daemon, SIGINT);
    assert_int_equal(daemon_wait(daemon), 0);
    assert_true(all_gone(&family));
}

static void notified(int fd, const char *expected)
{
    char bytes[256];
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&polled, 1, PATIENCE_MS), 1);
    ssize_t n = recv(fd, bytes, sizeof(bytes) - 1, 0);
    assert_true(n > 0);
    bytes[n] = '\0';
    bytes[strcspn(bytes, "\n")] = '\0';
    assert_string_equal(bytes, expected);
}

static void systemd_is_told_how_it_goes(void **state)
{
    (void)state;
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof(at.sun_path), "%s/notify", folder);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    setenv("NOTIFY_SOCKET", at.sun_path, 1);
    setenv("WATCHDOG_USEC", "30000", 1);
    pid_t daemon = daemon_start("");
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    notified(fd, "READY=1");
    notified(fd, "WATCHDOG=1");
    notified(fd, "WATCHDOG=1");
    kill(daemon, SIGTERM);
    for (;;) {
        char bytes[256] = "";
        assert_true(recv(fd, bytes, sizeof(bytes) - 1, 0) > 0);
        if (strcmp(bytes, "STOPPING=1") == 0)
            break;
        assert_string_equal(bytes, "WATCHDOG=1");
    }
    assert_int_equal(daemon_wait(daemon), 0);

    setenv("NOTIFY_SOCKET", at.sun_path, 1);
    while (recv(fd, &(char){0}, 1, MSG_DONTWAIT) > 0) {
    }
    daemon = daemon_start("");
    unsetenv("NOTIFY_SOCKET");
    notified(fd, "READY=1");
    kill(daemon, SIGHUP);
    notified(fd, "RELOADING=1");
    notified(fd, "READY=1");
    assert_int_equal(daemon_stop(daemon), 0);
    close(fd);
    unlink(at.sun_path);
}

/* It was jailed when there were none: the folder that came later would be closed to it. */
static void the_courier_is_started_anew_when_its_secrets_come(void **state)
{
    (void)state;
    setenv("WATCHDOG_USEC", "30000", 1); /* look often */
    pid_t daemon = daemon_start("");
    unsetenv("WATCHDOG_USEC");
    pid_t before = pid_of(CHILD_COURIER);
    assert_int_equal(mkdir(secrets_path, 0700), 0);
    until("trace", "died courier 4 signal 9;up courier");
    assert_true(pid_of(CHILD_COURIER) != before);
    assert_int_equal(daemon_stop(daemon), 0);
}

static void what_stands_in_the_sockets_place_is_left_there(void **state)
{
    (void)state;
    int fd = open(socket_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    close(fd);
    assert_int_equal(daemon_wait(daemon_start("")), 5);
    struct stat st;
    assert_int_equal(stat(socket_path, &st), 0);
    unlink(socket_path);
}

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(socket_path, sizeof(socket_path), "%s/muster.sock", folder);
    snprintf(secrets_path, sizeof(secrets_path), "%s/secrets", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    AUTO_TEXT(path);
    text_addf(&path, "%s/lock", folder);
    unlink(text_str(&path));
    unlink(socket_path);
    rmdir(secrets_path);
    return rmdir(folder);
}

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], CHILD_COMMAND) == 0)
        return role(argv[2], argc > 3 ? argv[3] : NULL);
#define TEST(name) cmocka_unit_test_teardown(name, daemons_end)
    const struct CMUnitTest tests[] = {
        TEST(it_starts_all_and_ends_all),
        TEST(a_child_gets_nothing_but_what_it_needs),
        TEST(a_planner_that_dies_is_started_anew_and_its_death_is_told),
        TEST(the_desk_lives_when_it_is_wanted),
        TEST(the_quarantine_planner_comes_and_goes_on_demand),
        TEST(when_the_engine_dies_all_are_started_anew),
        TEST(an_incident_that_kills_the_engine_twice_is_named_to_the_third),
        TEST(nobody_outlives_a_killed_supervisor_and_the_next_can_start_at_once),
        TEST(a_second_daemon_is_refused_and_harms_nothing),
        TEST(an_engine_that_refuses_to_start_is_the_end),
        TEST(a_second_signal_does_not_wait),
        TEST(systemd_is_told_how_it_goes),
        TEST(the_courier_is_started_anew_when_its_secrets_come),
        TEST(what_stands_in_the_sockets_place_is_left_there),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
