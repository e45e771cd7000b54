/* The loop: one hook a pass, wake-ups from elsewhere, and nothing called that was freed. */
#include "unit.h"
#include "world/loop.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct scene {
    struct loop *loop;
    struct loop_fd *fd[2];
    struct loop_timer *timer;
    int pair[2][2];
    int reads, writes, fired, passes;
    int reads_at_pass;
    int passes_wanted;
};

static void on_pass(void *ctx)
{
    struct scene *s = ctx;
    s->reads_at_pass = s->reads;
    if (++s->passes >= s->passes_wanted)
        loop_stop(s->loop);
}

static void scene_begin(struct scene *s, int passes_wanted)
{
    *s = (struct scene){.loop = loop_new(), .passes_wanted = passes_wanted};
    loop_on_pass(s->loop, on_pass, s);
    for (int i = 0; i < 2; i++)
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s->pair[i]), 0);
}

static void scene_end(struct scene *s)
{
    for (int i = 0; i < 2; i++) {
        loop_fd_free(s->fd[i]);
        close(s->pair[i][0]);
        close(s->pair[i][1]);
    }
    loop_timer_free(s->timer);
    loop_free(s->loop);
}

static void count_reads(void *ctx, int ready)
{
    struct scene *s = ctx;
    s->reads += (ready & LOOP_READ) != 0;
    s->writes += (ready & LOOP_WRITE) != 0;
}

/* Two clients' lines of one pass share one commit: so the hook comes after both. */
static void the_hook_comes_after_all_that_was_ready(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s, 1);
    for (int i = 0; i < 2; i++) {
        s.fd[i] = loop_fd_new(s.loop, s.pair[i][0], count_reads, &s);
        loop_fd_want(s.fd[i], LOOP_READ);
        assert_int_equal(write(s.pair[i][1], "x", 1), 1);
    }
    loop_run(s.loop);
    assert_int_equal(s.passes, 1);
    assert_int_equal(s.reads_at_pass, 2);
    assert_int_equal(s.writes, 0);
    scene_end(&s);
}

static void a_watch_is_called_for_what_it_wants(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s, 1);
    s.fd[0] = loop_fd_new(s.loop, s.pair[0][0], count_reads, &s);
    assert_int_equal(write(s.pair[0][1], "x", 1), 1);
    loop_fd_want(s.fd[0], LOOP_WRITE);
    loop_run(s.loop);
    assert_int_equal(s.reads, 0);
    assert_int_equal(s.writes, 1);
    loop_fd_want(s.fd[0], 0);
    loop_wake(s.loop);
    loop_run(s.loop);
    assert_int_equal(s.reads + s.writes, 1);
    loop_fd_want(s.fd[0], LOOP_READ);
    loop_run(s.loop);
    assert_int_equal(s.reads, 1);
    scene_end(&s);
}

static void free_both(void *ctx, int ready)
{
    struct scene *s = ctx;
    (void)ready;
    s->reads++;
    for (int i = 0; i < 2; i++) {
        loop_fd_free(s->fd[i]);
        s->fd[i] = NULL;
    }
}

/* One client's line may close another's connection in the same pass. */
static void what_is_freed_is_not_called(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s, 1);
    for (int i = 0; i < 2; i++) {
        s.fd[i] = loop_fd_new(s.loop, s.pair[i][0], free_both, &s);
        loop_fd_want(s.fd[i], LOOP_READ | LOOP_WRITE);
        assert_int_equal(write(s.pair[i][1], "x", 1), 1);
    }
    loop_run(s.loop);
    assert_int_equal(s.reads, 1);
    scene_end(&s);
}

static void *wake_from_afar(void *ctx)
{
    loop_wake(ctx);
    return NULL;
}

static void another_thread_can_wake_it(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s, 1);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, wake_from_afar, s.loop), 0);
    loop_run(s.loop);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(s.passes, 1);
    scene_end(&s);
}

static int64_t boot_ms(void)
{
    struct timespec now;
    assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &now), 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void the_alarm_gives_a_pass_and_is_not_early(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s, 1);
    loop_alarm_in(s.loop, 60000); /* replaced by: */
    loop_alarm_in(s.loop, 20);
    int64_t before_ms = boot_ms();
    loop_run(s.loop);
    assert_true(boot_ms() - before_ms >= 20);
    loop_alarm_in(s.loop, 0);
    loop_run(s.loop);
    assert_int_equal(s.passes, 2);
    scene_end(&s);
}

/* What cannot begin says so before the loop runs; its record is written by the hook. */
static void a_stop_before_the_run_is_kept(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s, 100);
    loop_stop(s.loop);
    loop_run(s.loop);
    assert_int_equal(s.passes, 1);
    scene_end(&s);
}

static void on_timer(void *ctx)
{
    struct scene *s = ctx;
    s->fired++;
}

static void a_timer_fires_once_each_time_it_is_set(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s, 1);
    s.timer = loop_timer_new(s.loop, on_timer, &s);
    loop_timer_set(s.timer, 1);
    loop_run(s.loop);
    assert_int_equal(s.fired, 1);
    loop_alarm_in(s.loop, 5);
    loop_run(s.loop);
    assert_int_equal(s.fired, 1);
    loop_timer_set(s.timer, 1);
    loop_timer_clear(s.timer);
    loop_alarm_in(s.loop, 5);
    loop_run(s.loop);
    assert_int_equal(s.fired, 1);
    scene_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hook_comes_after_all_that_was_ready),
        cmocka_unit_test(a_watch_is_called_for_what_it_wants),
        cmocka_unit_test(what_is_freed_is_not_called),
        cmocka_unit_test(another_thread_can_wake_it),
        cmocka_unit_test(a_stop_before_the_run_is_kept),
        cmocka_unit_test(the_alarm_gives_a_pass_and_is_not_early),
        cmocka_unit_test(a_timer_fires_once_each_time_it_is_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
