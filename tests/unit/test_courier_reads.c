/* A file that was replaced is noticed: a courier that cannot read the new one reaches nobody. */
#include "base/text.h"
#include "unit.h"
#include "world/courier_reads.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/muster-reads-XXXXXX";

static void a_folder_that_comes_or_is_replaced_changes_the_mark(void **state)
{
    (void)state;
    AUTO_TEXT(secrets);
    AUTO_TEXT(other);
    text_addf(&secrets, "%s/secrets", folder);
    text_addf(&other, "%s/other", folder);
    struct courier_reads reads;
    courier_reads_init(&reads, text_str(&secrets));
    uint64_t without = courier_reads_mark(&reads);
    assert_true(without == courier_reads_mark(&reads));

    assert_int_equal(mkdir(text_str(&secrets), 0700), 0);
    assert_int_equal(mkdir(text_str(&other), 0700), 0);
    uint64_t with = courier_reads_mark(&reads);
    assert_true(with != without);
    assert_true(with == courier_reads_mark(&reads));

    assert_int_equal(rename(text_str(&other), text_str(&secrets)), 0);
    assert_true(courier_reads_mark(&reads) != with);
    assert_int_equal(rmdir(text_str(&secrets)), 0);
    courier_reads_done(&reads);
}

/* What is written into a folder that may be read can be read: nothing is to be started anew. */
static void a_new_file_in_the_folder_changes_nothing(void **state)
{
    (void)state;
    AUTO_TEXT(path);
    text_addf(&path, "%s/pager", folder);
    struct courier_reads reads;
    courier_reads_init(&reads, folder);
    uint64_t before = courier_reads_mark(&reads);
    close(open(text_str(&path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    assert_true(courier_reads_mark(&reads) == before);
    unlink(text_str(&path));
    courier_reads_done(&reads);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_that_comes_or_is_replaced_changes_the_mark),
        cmocka_unit_test(a_new_file_in_the_folder_changes_nothing),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
