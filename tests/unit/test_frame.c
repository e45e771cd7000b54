/* Frames: what is written is read, however it is cut, and nothing else is. */
#include "base/frame.h"
#include "unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static json_t *ping(int64_t n)
{
    return json_put_int(json_put_str(json_object(), "op", "ping"), "n", n);
}

static void frames_add(struct text *to, int count)
{
    for (int i = 0; i < count; i++) {
        AUTO_JSON(frame);
        frame = ping(i);
        assert_int_equal(frame_add(to, frame, NULL), ERR_OK);
    }
}

/* Sockets cut where they like; a reader must not care. */
static void frames_come_whole_however_the_bytes_are_cut(void **state)
{
    (void)state;
    AUTO_TEXT(bytes);
    frames_add(&bytes, 20);
    for (size_t step = 1; step < 40; step++) {
        struct frame_reader r = {0};
        int64_t seen = 0;
        for (size_t at = 0; at < bytes.len; at += step) {
            frame_feed(&r, bytes.at + at, bytes.len - at < step ? bytes.len - at : step);
            for (;;) {
                AUTO_JSON(frame);
                assert_int_equal(frame_next(&r, &frame, NULL), ERR_OK);
                if (!frame)
                    break;
                assert_true(frame_is(frame, "ping"));
                assert_int_equal(json_int(frame, "n", -1), seen++);
            }
        }
        assert_int_equal(seen, 20);
        assert_false(frame_reader_is_halfway(&r));
        frame_reader_done(&r);
    }
}

static enum err read_error(const char *bytes, size_t len, struct why *why)
{
    struct frame_reader r = {0};
    AUTO_JSON(frame);
    frame_feed(&r, bytes, len);
    enum err e = frame_next(&r, &frame, why);
    assert_null(frame);
    /* the first error is the last: what follows is never taken for a frame */
    AUTO_TEXT(good);
    frames_add(&good, 1);
    frame_feed(&r, good.at, good.len);
    assert_int_equal(frame_next(&r, &frame, NULL), ERR_INVALID);
    assert_null(frame);
    frame_reader_done(&r);
    return e;
}

static void what_is_no_frame_closes_the_connection(void **state)
{
    (void)state;
    struct why why;
    assert_int_equal(read_error("\xff\xff\xff\xff", 4, &why), ERR_LIMIT);
    assert_non_null(strstr(why.text, "4294967295 bytes; at most 16777216"));
    assert_int_equal(read_error("\1\0\0\1", 4, &why), ERR_LIMIT);
    assert_int_equal(read_error("\2\0\0\0[]", 6, &why), ERR_INVALID);
    assert_int_equal(read_error("\2\0\0\0{}", 6, &why), ERR_INVALID);
    assert_int_equal(read_error("\0\0\0\0", 4, &why), ERR_INVALID);
    assert_int_equal(read_error("\10\0\0\0{\"op\":1}", 12, &why), ERR_INVALID);
    assert_int_equal(read_error("\3\0\0\0{,}", 7, &why), ERR_INVALID);
}

/* A length of 16 MiB and no bytes after it must not cost 16 MiB. */
static void memory_follows_the_bytes_that_came(void **state)
{
    (void)state;
    struct frame_reader r = {0};
    json_t *frame = NULL;
    frame_feed(&r, "\0\0\0\1", 4);
    assert_int_equal(frame_next(&r, &frame, NULL), ERR_OK);
    assert_null(frame);
    assert_true(frame_reader_is_halfway(&r));
    assert_true(r.bytes.cap < 4096);
    frame_reader_done(&r);
}

static json_t *long_frame(size_t len)
{
    char *s = mem_new(1, len + 1);
    memset(s, 'x', len);
    json_t *frame = json_put_str(json_put_str(json_object(), "op", "x"), "s", s);
    free(s);
    return frame;
}

static void a_frame_over_the_limit_is_not_sent(void **state)
{
    (void)state;
    AUTO_TEXT(bytes);
    frames_add(&bytes, 1);
    size_t before = bytes.len;
    AUTO_JSON(frame);
    frame = long_frame(FRAME_BYTES_MAX);
    struct why why;
    assert_int_equal(frame_add(&bytes, frame, &why), ERR_LIMIT);
    assert_int_equal(bytes.len, before);
    assert_non_null(strstr(why.text, "\"x\""));
}

/* Between a large frame and the next the reader gives its memory back. */
static void a_large_frame_is_not_kept(void **state)
{
    (void)state;
    AUTO_TEXT(bytes);
    AUTO_JSON(large);
    large = long_frame(4 * 1024 * 1024);
    assert_int_equal(frame_add(&bytes, large, NULL), ERR_OK);
    struct frame_reader r = {0};
    frame_feed(&r, bytes.at, bytes.len);
    AUTO_JSON(frame);
    assert_int_equal(frame_next(&r, &frame, NULL), ERR_OK);
    assert_non_null(frame);
    frame_feed(&r, "\1", 1);
    assert_true(r.bytes.cap < 4096);
    frame_reader_done(&r);
}

struct pipe_end {
    int fd;
    int count;
};

static void *writer(void *at)
{
    struct pipe_end *end = at;
    for (int i = 0; i < end->count; i++) {
        AUTO_JSON(frame);
        frame = i % 3 == 0 ? long_frame(300000) : ping(i);
        if (frame_write(end->fd, frame, NULL))
            break;
    }
    close(end->fd);
    return NULL;
}

/* Children write and read whole frames, also those larger than the socket's buffer. */
static void blocking_ends_pass_frames_and_see_the_end(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    struct pipe_end end = {fds[0], 30};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, writer, &end), 0);
    struct frame_reader r = {0};
    int seen = 0;
    for (;; seen++) {
        AUTO_JSON(frame);
        assert_int_equal(frame_read(fds[1], &r, &frame, NULL), ERR_OK);
        if (!frame)
            break;
        assert_true(frame_is(frame, seen % 3 == 0 ? "x" : "ping"));
    }
    assert_int_equal(seen, 30);
    pthread_join(thread, NULL);
    frame_reader_done(&r);
    close(fds[1]);
}

static void an_end_within_a_frame_is_no_clean_end(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    assert_int_equal(write(fds[0], "\5\0\0\0{", 5), 5);
    close(fds[0]);
    struct frame_reader r = {0};
    AUTO_JSON(frame);
    assert_int_equal(frame_read(fds[1], &r, &frame, NULL), ERR_UNREACHABLE);
    frame_reader_done(&r);
    close(fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_whole_however_the_bytes_are_cut),
        cmocka_unit_test(what_is_no_frame_closes_the_connection),
        cmocka_unit_test(memory_follows_the_bytes_that_came),
        cmocka_unit_test(a_frame_over_the_limit_is_not_sent),
        cmocka_unit_test(a_large_frame_is_not_kept),
        cmocka_unit_test(blocking_ends_pass_frames_and_see_the_end),
        cmocka_unit_test(an_end_within_a_frame_is_no_clean_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
