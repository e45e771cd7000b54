/* What drives the plans: the binary and its Lua, by what the linker wrote into them. */
#include "unit.h"
#include "world/driver.h"

#include <string.h>

/* Why: a Lua that was mended under the same version number is another one. */
static void binary_and_lua_are_named_by_their_build(void **state)
{
    (void)state;
    AUTO_TEXT(name);
    AUTO_TEXT(again);
    driver_name("9.9", &name);
    driver_name("9.9", &again);
    assert_string_equal(text_str(&name), text_str(&again));
    assert_memory_equal(text_str(&name), "muster 9.9 ", 11);
    assert_int_equal(strspn(text_str(&name) + 11, "0123456789abcdef"), 12);
    const char *lua = strstr(text_str(&name), ", liblua");
    if (lua) { /* else it is part of the binary, and of its build id */
        const char *id = strrchr(lua, ' ');
        assert_int_equal(strspn(id + 1, "0123456789abcdef"), 12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binary_and_lua_are_named_by_their_build),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
