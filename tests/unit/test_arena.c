#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void what_it_gives_is_zeroed_aligned_and_apart(void **state)
{
    AUTO_ARENA(arena);
    char *before = NULL;
    (void)state;

    for (size_t size = 1; size < 5000; size += 7) {
        char *at = arena_new(&arena, size);
        assert_int_equal((uintptr_t)at % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(at[i], 0);
        memset(at, 0x55, size);
        if (before)
            assert_int_equal(before[0], 0x55);
        before = at;
    }
}

static void a_piece_larger_than_a_block_fits(void **state)
{
    AUTO_ARENA(arena);
    (void)state;

    char *small = arena_str(&arena, "abc", 3);
    char *large = arena_new(&arena, 1000000);
    memset(large, 1, 1000000);
    assert_string_equal(small, "abc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_gives_is_zeroed_aligned_and_apart),
        cmocka_unit_test(a_piece_larger_than_a_block_fits),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
