/* What waits for a slow reader: in order, with its descriptors, in memory that follows it. */
#include "base/frame.h"
#include "unit.h"
#include "world/outbox.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FRAMES = 4000, BODY_BYTES = 4000 };

static json_t *frame_of(int number)
{
    static char body[BODY_BYTES];
    memset(body, 'x', sizeof body - 1);
    json_t *frame = json_put_str(json_object(), "op", "test");
    return json_put_str(json_put_int(frame, "n", number), "body", body);
}

static void add(struct outbox *o, int number, int takes_fd)
{
    AUTO_JSON(frame);
    frame = frame_of(number);
    if (takes_fd >= 0)
        assert_int_equal(outbox_pass(o, frame, takes_fd, NULL), ERR_OK);
    else
        assert_int_equal(outbox_add(o, frame, NULL), ERR_OK);
}

/* Read some bytes; gives how many frames came, and checks that they are the next ones. */
static int take(struct inbox *in, struct frame_reader *r, int socket, int expected)
{
    char bytes[8 * 1024];
    int came = 0;
    ssize_t n = inbox_read(in, socket, bytes, sizeof bytes, false);
    if (n <= 0)
        return 0;
    frame_feed(r, bytes, (size_t)n);
    for (;;) {
        AUTO_JSON(frame);
        assert_int_equal(frame_next(r, &frame, NULL), ERR_OK);
        if (!frame)
            return came;
        assert_int_equal(json_int(frame, "n", -1), expected + came);
        came++;
    }
}

static void a_reader_that_is_always_behind_costs_what_waits_and_no_more(void **state)
{
    (void)state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    struct outbox out = {0};
    struct inbox in = {0};
    struct frame_reader reader = {0};
    int came = 0, passed = 0;
    size_t left_most = 0;

    for (int i = 0; i < 200; i++)
        add(&out, i, -1);
    for (int i = 200; i < FRAMES; i++) {
        bool with_fd = i % 500 == 0;
        add(&out, i, with_fd ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1);
        passed += with_fd;
        assert_int_equal(outbox_flush(&out, pair[0], NULL), ERR_OK);
        assert_true(outbox_left(&out) > 0); /* it never becomes empty */
        if (outbox_left(&out) > left_most)
            left_most = outbox_left(&out);
        if (i % 2) /* as much as is added */
            came += take(&in, &reader, pair[1], came);
        assert_true(out.bytes.cap <= 4 * left_most);
    }
    while (came < FRAMES) {
        assert_int_equal(outbox_flush(&out, pair[0], NULL), ERR_OK);
        came += take(&in, &reader, pair[1], came);
    }
    assert_int_equal(outbox_left(&out), 0);
    for (int i = 0; i < passed; i++) {
        int fd = inbox_take(&in);
        assert_true(fd >= 0);
        close(fd);
    }
    assert_int_equal(inbox_take(&in), -1);
    frame_reader_done(&reader);
    outbox_done(&out);
    close(pair[0]);
    close(pair[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_that_is_always_behind_costs_what_waits_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
