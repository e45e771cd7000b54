#include "base/json.h"
#include "core/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>

static bool final(const char *result)
{
    AUTO_JSON(json);

    assert_int_equal(json_read(result, strlen(result), &json, NULL), ERR_OK);
    return attempt_is_final(json);
}

/* Why: a person is not given up because a server of mail was full for a minute: 4xx is for now
 * there, and for good in HTTP. */
static void a_4xx_of_mail_is_for_now_and_a_5xx_for_good(void **state)
{
    (void)state;
    assert_false(final("{\"class\":\"status\",\"protocol\":\"smtp\",\"status\":421}"));
    assert_false(final("{\"class\":\"status\",\"protocol\":\"smtp\",\"status\":451}"));
    assert_true(final("{\"class\":\"status\",\"protocol\":\"smtp\",\"status\":535}"));
    assert_true(final("{\"class\":\"status\",\"protocol\":\"smtp\",\"status\":550}"));
    assert_false(final("{\"class\":\"timeout\",\"protocol\":\"smtp\",\"status\":0}"));
    assert_false(final("{\"class\":\"body\",\"protocol\":\"smtp\",\"status\":0}"));
    assert_true(final("{\"class\":\"config\",\"protocol\":\"smtp\",\"status\":0}"));
}

static void a_4xx_of_http_is_for_good_but_those_that_say_later(void **state)
{
    static const char *const later[] = {"408", "409", "425", "429", "500", "502", "503", "504"};
    static const char *const never[] = {"301", "308", "400", "401", "403", "404", "410", "413"};
    char json[64];

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        snprintf(json, sizeof json, "{\"class\":\"status\",\"status\":%s}", later[i]);
        assert_false(final(json));
        snprintf(json, sizeof json, "{\"class\":\"status\",\"status\":%s}", never[i]);
        assert_true(final(json));
    }
    assert_false(final("{\"class\":\"connect\",\"status\":0}"));
    assert_true(final("{\"class\":\"refused\",\"status\":0}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_4xx_of_mail_is_for_now_and_a_5xx_for_good),
        cmocka_unit_test(a_4xx_of_http_is_for_good_but_those_that_say_later),
    };
    return cmocka_run_group_tests_name("core_attempt", tests, NULL, NULL);
}
