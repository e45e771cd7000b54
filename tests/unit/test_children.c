/* The engine's side: sockets that come, frames both ways, deaths in order. */
#include "unit.h"
#include "world/children.h"
#include "world/loop.h"
#include "world/outbox.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char incident[] = "0198f2c4-0000-7000-8000-0000000000aa";

/* A supervisor played by the test, and what the engine's side told us, as a trace. */
struct scene {
    int supervisor; /* our end */
    struct outbox out;
    struct frame_reader asked;
    struct child own;
    struct children *children;
    struct loop *loop;
    struct text trace;
    int passes;
};

static void on_up(void *ctx, enum child_slot slot, int64_t gen)
{
    struct scene *s = ctx;
    text_addf(&s->trace, "up %s %d\n", child_name(slot), (int)gen);
}

static void on_frame(void *ctx, enum child_slot slot, int64_t gen, const json_t *frame)
{
    struct scene *s = ctx;
    text_addf(&s->trace, "frame %s %d %s\n", child_name(slot), (int)gen, frame_op(frame));
}

static void on_died(void *ctx, const struct child_death *d)
{
    struct scene *s = ctx;
    char id[UUID_TEXT];
    text_addf(&s->trace, "died %s %d signal %d exit %d%s%s%s", child_name(d->slot), (int)d->gen,
              d->signal, d->exit, d->cpu_over ? " cpu_over" : "", d->killed ? " killed: " : "",
              d->killed ? d->killed : "");
    if (d->has_in_hand)
        text_addf(&s->trace, " in hand %s %d", uuid_text(d->incident, id), (int)d->cause);
    text_add(&s->trace, d->strike ? " strike\n" : "\n");
}

static void on_drain(void *ctx)
{
    struct scene *s = ctx;
    text_add(&s->trace, "drain\n");
}

static void on_reload(void *ctx)
{
    struct scene *s = ctx;
    text_add(&s->trace, "reload\n");
}

static void on_pass(void *ctx)
{
    struct scene *s = ctx;
    if (--s->passes <= 0)
        loop_stop(s->loop);
}

/* Say something as the supervisor; takes_fd -1: without a socket. */
static void say(struct scene *s, const char *json, int takes_fd)
{
    AUTO_JSON(frame);
    assert_int_equal(json_read(json, strlen(json), &frame, NULL), ERR_OK);
    if (takes_fd >= 0)
        assert_int_equal(outbox_pass(&s->out, frame, takes_fd, NULL), ERR_OK);
    else
        assert_int_equal(outbox_add(&s->out, frame, NULL), ERR_OK);
}

static void run(struct scene *s, int passes)
{
    assert_int_equal(outbox_flush(&s->out, s->supervisor, NULL), ERR_OK);
    s->passes = passes;
    loop_alarm_in(s->loop, 0);
    loop_run(s->loop);
}

/* What the engine's side has asked of the supervisor, one line a frame. */
static void asked(struct scene *s, const char *expected)
{
    char bytes[4096];
    AUTO_TEXT(all);
    for (ssize_t n; (n = recv(s->supervisor, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0;)
        frame_feed(&s->asked, bytes, (size_t)n);
    for (;;) {
        AUTO_JSON(frame);
        assert_int_equal(frame_next(&s->asked, &frame, NULL), ERR_OK);
        if (!frame)
            break;
        json_write(frame, &all);
        text_add(&all, "\n");
    }
    assert_string_equal(text_str(&all), expected);
}

static void tells(struct scene *s, const char *expected)
{
    assert_string_equal(text_str(&s->trace), expected);
    text_clear(&s->trace);
}

static void scene_begin(struct scene *s, const char *hello)
{
    static const struct children_calls calls = {on_up, on_frame, on_died, on_drain, on_reload};
    int pair[2];
    *s = (struct scene){.loop = loop_new()};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    s->supervisor = pair[0];
    s->own = (struct child){.slot = CHILD_ENGINE, .fd = pair[1]};
    say(s, hello, -1);
    assert_int_equal(outbox_flush(&s->out, s->supervisor, NULL), ERR_OK);
    assert_int_equal(children_new(&s->own, &s->children, NULL), ERR_OK);
    loop_on_pass(s->loop, on_pass, s);
    children_start(s->children, s->loop, &calls, s);
}

static void scene_end(struct scene *s)
{
    children_free(s->children);
    loop_free(s->loop);
    frame_reader_done(&s->own.reader);
    frame_reader_done(&s->asked);
    outbox_done(&s->out);
    text_done(&s->trace);
    close(s->own.fd);
    close(s->supervisor);
}

/* A planner comes up; gives the child's end. */
static int planner_comes(struct scene *s, const char *json)
{
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    say(s, json, pair[0]);
    run(s, 1);
    return pair[1];
}

static void frame_says(int fd, const char *json)
{
    AUTO_JSON(frame);
    assert_int_equal(json_read(json, strlen(json), &frame, NULL), ERR_OK);
    assert_int_equal(frame_write(fd, frame, NULL), ERR_OK);
}

/* ------------------------------------------------------------------------------------------- */

static void the_hello_names_listeners_and_what_killed_the_engine(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s, "{\"op\":\"hello\",\"gen\":7,\"listeners\":[{\"fd\":6,\"kind\":\"unix\","
                    "\"address\":\"/run/m.sock\"}],\"stuck\":{\"incident\":"
                    "\"0198f2c4-0000-7000-8000-0000000000aa\"}}");
    const struct children_hello *h = children_hello(s.children);
    char id[UUID_TEXT];
    assert_int_equal(h->gen, 7);
    assert_int_equal(h->listeners_count, 1);
    assert_int_equal(h->listeners[0].fd, 6);
    assert_string_equal(h->listeners[0].address, "/run/m.sock");
    assert_string_equal(uuid_text(h->stuck, id), incident);
    assert_false(h->has_refuse);
    scene_end(&s);

    scene_begin(&s,
                "{\"op\":\"hello\",\"gen\":1,\"refuse\":{\"digest\":\"000102030405060708090a0b0c"
                "0d0e0f101112131415161718191a1b1c1d1e1f\"}}");
    h = children_hello(s.children);
    assert_true(uuid_is_none(h->stuck));
    assert_true(h->has_refuse);
    for (int i = 0; i < PAGE_DIGEST_BYTES; i++)
        assert_int_equal(h->refuse[i], i);
    scene_end(&s);
}

static void frames_go_both_ways_by_generation(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s, "{\"op\":\"hello\",\"gen\":1}");
    AUTO_JSON(event);
    event = json_put_str(json_object(), "op", "event");
    assert_false(children_send(s.children, CHILD_PLANNER0, 0, event));
    int planner = planner_comes(&s, "{\"op\":\"child\",\"slot\":\"planner0\",\"gen\":3}");
    tells(&s, "up planner0 3\n");
    int64_t gen = 0;
    assert_true(children_up(s.children, CHILD_PLANNER0, &gen));
    assert_int_equal(gen, 3);

    assert_false(children_send(s.children, CHILD_PLANNER0, 2, event));
    assert_true(children_send(s.children, CHILD_PLANNER0, 3, event));
    assert_true(children_queued_bytes(s.children, CHILD_PLANNER0) > 0);
    children_flush(s.children);
    assert_int_equal(children_queued_bytes(s.children, CHILD_PLANNER0), 0);
    struct frame_reader reader = {0};
    AUTO_JSON(got);
    assert_int_equal(frame_read(planner, &reader, &got, NULL), ERR_OK);
    assert_true(frame_is(got, "event"));
    frame_reader_done(&reader);

    frame_says(planner, "{\"op\":\"turn\"}");
    run(&s, 1);
    tells(&s, "frame planner0 3 turn\n");
    close(planner);
    scene_end(&s);
}

/* More than a socket takes at once must neither block the engine nor be lost. */
static void a_slow_reader_gets_everything(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s, "{\"op\":\"hello\",\"gen\":1}");
    int planner = planner_comes(&s, "{\"op\":\"child\",\"slot\":\"planner1\",\"gen\":2}");
    AUTO_JSON(event);
    event = json_put_str(json_object(), "op", "event");
    for (int i = 0; i < 1000; i++)
        json_put_int(event, "n", i);
    json_put(event, "fill", json_array());
    for (int i = 0; i < 1000; i++)
        json_array_append_new(json_object_get(event, "fill"), json_integer(i));
    for (int i = 0; i < 500; i++)
        assert_true(children_send(s.children, CHILD_PLANNER1, 2, event));
    children_flush(s.children);
    assert_true(children_queued_bytes(s.children, CHILD_PLANNER1) > 0);

    struct frame_reader reader = {0};
    for (int seen = 0; seen < 500;) {
        AUTO_JSON(got);
        assert_int_equal(frame_next(&reader, &got, NULL), ERR_OK);
        if (got) {
            seen++;
            continue;
        }
        char bytes[65536];
        ssize_t n = recv(planner, bytes, sizeof(bytes), MSG_DONTWAIT);
        if (n > 0)
            frame_feed(&reader, bytes, (size_t)n);
        else
            run(&s, 1);
    }
    assert_int_equal(children_queued_bytes(s.children, CHILD_PLANNER1), 0);
    frame_reader_done(&reader);
    close(planner);
    scene_end(&s);
}

/* A turn that was sent counts, even when the planner died of the next one. */
static void what_was_sent_before_a_death_comes_before_it(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s, "{\"op\":\"hello\",\"gen\":1}");
    int planner = planner_comes(&s, "{\"op\":\"child\",\"slot\":\"planner0\",\"gen\":3}");
    for (int i = 0; i < 3; i++)
        frame_says(planner, "{\"op\":\"turn\"}");
    close(planner);
    say(&s,
        "{\"op\":\"died\",\"slot\":\"planner0\",\"gen\":3,\"signal\":11,\"exit\":0,\"cpu_over\":"
        "false,\"in_hand\":{\"incident\":\"0198f2c4-0000-7000-8000-0000000000aa\",\"cause\":12}}",
        -1);
    run(&s, 1);
    tells(&s, "up planner0 3\n"
              "frame planner0 3 turn\n"
              "frame planner0 3 turn\n"
              "frame planner0 3 turn\n"
              "died planner0 3 signal 11 exit 0 in hand 0198f2c4-0000-7000-8000-0000000000aa 12 "
              "strike\n");
    assert_false(children_up(s.children, CHILD_PLANNER0, NULL));
    scene_end(&s);
}

static void death(struct scene *s, const char *how, const char *expected)
{
    AUTO_TEXT(json);
    int planner = planner_comes(s, "{\"op\":\"child\",\"slot\":\"planner0\",\"gen\":3}");
    close(planner);
    text_addf(&json, "{\"op\":\"died\",\"slot\":\"planner0\",\"gen\":3,%s}", how);
    text_clear(&s->trace);
    say(s, text_str(&json), -1);
    run(s, 1);
    assert_non_null(strstr(text_str(&s->trace), expected));
    bool strike = strstr(text_str(&s->trace), " strike\n") != NULL;
    assert_int_equal(strike, strstr(expected, "strike") != NULL);
    text_clear(&s->trace);
}

#define IN_HAND "\"in_hand\":{\"incident\":\"0198f2c4-0000-7000-8000-0000000000aa\",\"cause\":12}"

/* Two strikes end a plan: what the machine did must not count as one. */
static void only_the_plans_own_deaths_are_strikes(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s, "{\"op\":\"hello\",\"gen\":1}");
    death(&s, "\"signal\":27,\"cpu_over\":true," IN_HAND, " 12 strike\n");
    death(&s, "\"signal\":31," IN_HAND, " 12 strike\n");
    death(&s, "\"signal\":9,\"killed\":\"10 s without a turn\"," IN_HAND, " 12 strike\n");
    death(&s, "\"signal\":9," IN_HAND, " 12\n");
    death(&s, "\"signal\":11", "signal 11 exit 0\n");
    death(&s, "\"exit\":1," IN_HAND, "exit 1 in hand");
    scene_end(&s);
}

/* Whoever broke out of Lua may write anything: it costs him his planner, and us nothing. */
static void nonsense_gets_the_planner_killed(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s, "{\"op\":\"hello\",\"gen\":1}");
    int planner = planner_comes(&s, "{\"op\":\"child\",\"slot\":\"planner0\",\"gen\":3}");
    assert_int_equal(write(planner, "\xff\xff\xff\xff", 4), 4);
    run(&s, 1);
    tells(&s, "up planner0 3\n");
    asked(&s, "{\"gen\":3,\"op\":\"kill\",\"slot\":\"planner0\",\"why\":\"nonsense\"}\n");
    frame_says(planner, "{\"op\":\"turn\"}");
    AUTO_JSON(event);
    event = json_put_str(json_object(), "op", "event");
    assert_false(children_send(s.children, CHILD_PLANNER0, 3, event));
    run(&s, 1);
    tells(&s, "");
    close(planner);
    scene_end(&s);
}

static void requests_reach_the_supervisor(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s, "{\"op\":\"hello\",\"gen\":1}");
    children_kill(s.children, CHILD_PLANNER1, 4, "slow");
    children_want(s.children, CHILD_PLANNER2);
    children_unwant(s.children, CHILD_PLANNER2);
    children_ready(s.children);
    children_stopping(s.children);
    asked(&s, "{\"gen\":4,\"op\":\"kill\",\"slot\":\"planner1\",\"why\":\"slow\"}\n"
              "{\"op\":\"want\",\"slot\":\"planner2\"}\n"
              "{\"op\":\"unwant\",\"slot\":\"planner2\"}\n"
              "{\"op\":\"ready\"}\n"
              "{\"op\":\"stopping\"}\n");
    say(&s, "{\"op\":\"reload\"}", -1);
    say(&s, "{\"op\":\"ping\"}", -1);
    say(&s, "{\"op\":\"drain\"}", -1);
    run(&s, 1);
    tells(&s, "reload\ndrain\n");
    asked(&s, "{\"op\":\"pong\"}\n");
    scene_end(&s);
}

/* Its successor may be waiting for the lock: an engine without a supervisor ends at once. */
static void an_orphan_leaves_at_once(void **state)
{
    (void)state;
    pid_t engine = fork();
    assert_true(engine >= 0);
    if (engine == 0) {
        struct scene s;
        scene_begin(&s, "{\"op\":\"hello\",\"gen\":1}");
        close(s.supervisor);
        s.passes = 10;
        loop_run(s.loop);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(engine, &status, 0), engine);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hello_names_listeners_and_what_killed_the_engine),
        cmocka_unit_test(frames_go_both_ways_by_generation),
        cmocka_unit_test(a_slow_reader_gets_everything),
        cmocka_unit_test(what_was_sent_before_a_death_comes_before_it),
        cmocka_unit_test(only_the_plans_own_deaths_are_strikes),
        cmocka_unit_test(nonsense_gets_the_planner_killed),
        cmocka_unit_test(requests_reach_the_supervisor),
        cmocka_unit_test(an_orphan_leaves_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
