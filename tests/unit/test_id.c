#include "base/id.h"
#include "unit.h"

#include <stdbool.h>
#include <string.h>

/* The example of RFC 9562, appendix A.6. */
static void a_uuid_v7_is_laid_out_as_the_rfc_has_it(void **state)
{
    (void)state;
    const uint8_t random[10] = {0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f};
    char text[UUID_TEXT];
    assert_string_equal(uuid_text(uuid_v7(0x017F22E279B0, random), text),
                        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

static void ids_sort_as_time_goes(void **state)
{
    (void)state;
    uint8_t high[10], low[10] = {0};
    memset(high, 0xff, sizeof(high));
    assert_true(uuid_cmp(uuid_v7(1000, high), uuid_v7(1001, low)) < 0);
    assert_true(uuid_cmp(uuid_v7(INT64_C(1) << 40, low), uuid_v7(1, high)) > 0);
    assert_int_equal(uuid_cmp(uuid_v7(5, low), uuid_v7(5, low)), 0);
}

static void only_a_whole_uuid_is_read(void **state)
{
    (void)state;
    struct uuid u, again;
    char text[UUID_TEXT];
    assert_true(uuid_parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F", &u));
    assert_string_equal(uuid_text(u, text), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    assert_true(uuid_parse(text, &again));
    assert_int_equal(uuid_cmp(u, again), 0);

    static const char *const bad[] = {
        "",
        "0",
        "017f22e2",
        "017f22e279b07cc398c4dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f ",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2-79b0-7cc3-98c4_dc0c0c07398f",
        "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(uuid_parse(bad[i], &u));
    assert_int_equal(uuid_cmp(u, again), 0); /* untouched by a failure */
}

static void none_is_all_zero(void **state)
{
    (void)state;
    uint8_t random[10] = {0};
    assert_true(uuid_is_none((struct uuid){{0}}));
    assert_false(uuid_is_none(uuid_v7(0, random)));
}

/* First block of ChaCha20 with key and nonce of zero: RFC 8439, A.1, test vector 1. */
static void entropy_is_chacha20(void **state)
{
    (void)state;
    static const uint8_t expected[16] = {0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90,
                                         0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28};
    /* block 1 of the same: test vector 2 */
    static const uint8_t second[8] = {0x9f, 0x07, 0xe7, 0xbe, 0x55, 0x51, 0x38, 0x7a};
    uint8_t seed[32] = {0}, got[72];
    struct entropy e;
    entropy_init(&e, seed);
    entropy_bytes(&e, got, sizeof(got));
    assert_memory_equal(got, expected, sizeof(expected));
    assert_memory_equal(got + 64, second, sizeof(second));
}

static void the_same_seed_draws_the_same_however_it_is_drawn(void **state)
{
    (void)state;
    uint8_t seed[32], whole[200], parts[200];
    for (int i = 0; i < 32; i++)
        seed[i] = (uint8_t)(i * 7);
    struct entropy a, b;
    entropy_init(&a, seed);
    entropy_init(&b, seed);
    entropy_bytes(&a, whole, sizeof(whole));
    for (size_t at = 0, n = 1; at < sizeof(parts); at += n, n = n % 13 + 1) {
        if (n > sizeof(parts) - at)
            n = sizeof(parts) - at;
        entropy_bytes(&b, parts + at, n);
    }
    assert_memory_equal(whole, parts, sizeof(whole));
    assert_true(entropy_u64(&a) == entropy_u64(&b));

    seed[31] ^= 1;
    entropy_init(&b, seed);
    entropy_bytes(&b, parts, sizeof(parts));
    assert_memory_not_equal(whole, parts, sizeof(whole));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_uuid_v7_is_laid_out_as_the_rfc_has_it),
        cmocka_unit_test(ids_sort_as_time_goes),
        cmocka_unit_test(only_a_whole_uuid_is_read),
        cmocka_unit_test(none_is_all_zero),
        cmocka_unit_test(entropy_is_chacha20),
        cmocka_unit_test(the_same_seed_draws_the_same_however_it_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
