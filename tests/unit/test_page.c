/* What a child had in hand is known after its death, and never misread. */
#include "unit.h"
#include "world/page.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct uuid some_incident(void)
{
    struct uuid u;
    assert_true(uuid_parse("0198f2c4-0000-7000-8000-0000000000aa", &u));
    return u;
}

static void a_killed_child_leaves_what_it_had_in_hand(void **state)
{
    (void)state;
    struct page *page = NULL;
    int fd = -1;
    assert_int_equal(page_new(&page, &fd, NULL), ERR_OK);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct page *own = NULL;
        if (page_map(fd, &own, NULL) == ERR_OK)
            page_take_incident(own, some_incident(), 4711);
        kill(getpid(), SIGKILL);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    struct page_hand hand;
    page_read(page, &hand);
    assert_int_equal(hand.kind, PAGE_INCIDENT);
    assert_int_equal(uuid_cmp(hand.incident, some_incident()), 0);
    assert_int_equal(hand.seq, 4711);
    page_drop(page);
    close(fd);
}

static void what_is_done_is_no_longer_in_hand(void **state)
{
    (void)state;
    struct page *page = NULL;
    int fd = -1;
    struct page_hand hand;
    assert_int_equal(page_new(&page, &fd, NULL), ERR_OK);
    page_read(page, &hand);
    assert_int_equal(hand.kind, PAGE_NOTHING);

    uint8_t digest[PAGE_DIGEST_BYTES];
    memset(digest, 0xab, sizeof(digest));
    page_take_digest(page, digest);
    page_read(page, &hand);
    assert_int_equal(hand.kind, PAGE_DIGEST);
    assert_memory_equal(hand.digest, digest, sizeof(digest));

    page_clear(page);
    page_read(page, &hand);
    assert_int_equal(hand.kind, PAGE_NOTHING);
    page_drop(page);
    close(fd);
}

/* A broken planner must not take the supervisor along: a page that shrank would be a SIGBUS. */
static void a_page_cannot_be_cut_and_nonsense_is_nothing(void **state)
{
    (void)state;
    struct page *page = NULL;
    int fd = -1;
    assert_int_equal(page_new(&page, &fd, NULL), ERR_OK);
    assert_int_equal(ftruncate(fd, 0), -1);
    assert_int_equal(errno, EPERM);
    memset(page, 0xff, PAGE_BYTES);
    struct page_hand hand;
    page_read(page, &hand);
    assert_int_equal(hand.kind, PAGE_NOTHING);
    page_drop(page);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_child_leaves_what_it_had_in_hand),
        cmocka_unit_test(what_is_done_is_no_longer_in_hand),
        cmocka_unit_test(a_page_cannot_be_cut_and_nonsense_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
