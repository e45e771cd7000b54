#include "base/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* One config and the sentence of its last failure. */
struct fixture {
    struct config config;
    struct why why;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    config_init(&f->config);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    config_done(&f->config);
    free(f);
    return 0;
}

static enum err parse(struct fixture *f, const char *text)
{
    return config_parse(&f->config, "muster.conf", text, strlen(text), &f->why);
}

static void refuses(struct fixture *f, const char *text, const char *sentence)
{
    assert_int_equal(parse(f, text), ERR_CONFIG);
    assert_string_equal(f->why.text, sentence);
}

static void every_default_is_valid_and_within_its_own_bounds(void **state)
{
    struct fixture *f = *state;
    for (int o = 0; o < OPTIONS; o++) {
        const struct option_def *def = option_def((enum option)o);
        assert_int_equal(config_set(&f->config, def->name, def->fallback, ORIGIN_FILE, &f->why),
                         ERR_OK);
        assert_true(strlen(def->sentence) > 10);
    }
}

static void a_file_sets_values_and_remembers_its_lines(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(parse(f, "# the duty room\n\n  data = /var/lib/muster \r\n"
                              "limits.line_bytes = 64 KiB\n\tgrace_ms=45s"),
                     ERR_OK);
    assert_string_equal(config_text(&f->config, OPT_DATA), "/var/lib/muster");
    assert_int_equal(f->config.values[OPT_DATA].line, 3);
    assert_int_equal(config_number(&f->config, OPT_LIMITS_LINE_BYTES), 65536);
    assert_int_equal(config_number(&f->config, OPT_GRACE_MS), 45000);
}

static void an_unknown_option_is_refused_with_file_line_and_the_nearest_name(void **state)
{
    refuses(*state, "data = /a\nsoket = /b\n",
            "muster.conf:2: no option \"soket\"; did you mean \"socket\"?");
}

static void a_word_far_from_every_option_is_refused_with_a_hint(void **state)
{
    refuses(*state, "colour = red",
            "muster.conf:1: no option \"colour\"; `muster help serve` lists those there are");
}

static void a_line_without_equals_is_refused(void **state)
{
    refuses(*state, "data /a", "muster.conf:1: \"data /a\" is no `name = value`");
}

static void the_same_option_twice_in_a_file_is_refused(void **state)
{
    refuses(*state, "data = /a\n#\ndata = /b",
            "muster.conf:3: data stands twice; line 1 has it too: remove one");
}

static void values_of_the_wrong_type_or_out_of_bounds_are_refused_with_the_bounds(void **state)
{
    struct fixture *f = *state;
    refuses(f, "demo = maybe", "muster.conf:1: demo = maybe: must be yes or no");
    refuses(f, "planner.count = 3", "muster.conf:1: planner.count = 3: must be 1 to 2");
    refuses(f, "planner.count = -1", "muster.conf:1: planner.count = -1: must be a whole number");
    refuses(f, "planner.count = 1.5", "muster.conf:1: planner.count = 1.5: must be a whole number");
    refuses(f, "limits.line_bytes = 1 GiB",
            "muster.conf:1: limits.line_bytes = 1 GiB: must be 1 KiB to 256 KiB");
    refuses(f, "limits.line_bytes = 64 KB",
            "muster.conf:1: limits.line_bytes = 64 KB: must be a size like 64 MiB");
    refuses(f, "store.reserve_bytes = 9223372036854775807 GiB",
            "muster.conf:1: store.reserve_bytes = 9223372036854775807 GiB: must be a size like "
            "64 MiB");
    refuses(f, "data =", "muster.conf:1: data = : must have 1 to 4096 bytes");
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    struct fixture *f = *state;
    refuses(f, "data = \xff", "muster.conf: is not UTF-8 text");
    assert_int_equal(config_parse(&f->config, "m", "a\0b", 3, &f->why), ERR_CONFIG);
}

static void a_flag_beats_the_environment_which_beats_the_file_in_any_order(void **state)
{
    struct fixture *f = *state;
    char data[] = "MUSTER_DATA=/env", plans[] = "MUSTER_PLANS=/envplans", other[] = "PATH=/bin";
    char bytes[] = "MUSTER_LIMITS_LINE_BYTES=2048", unknown[] = "MUSTER_SERVER=unix:/x";
    char *const environment[] = {data, other, plans, bytes, unknown, NULL};

    assert_int_equal(config_set(&f->config, "data", "/flag", ORIGIN_FLAG, &f->why), ERR_OK);
    assert_int_equal(config_environment(&f->config, environment, &f->why), ERR_OK);
    assert_int_equal(parse(f, "data = /file\nplans = /fileplans\nsecrets = /s"), ERR_OK);

    assert_string_equal(config_text(&f->config, OPT_DATA), "/flag");
    assert_string_equal(config_text(&f->config, OPT_PLANS), "/envplans");
    assert_string_equal(config_text(&f->config, OPT_SECRETS), "/s");
    assert_int_equal(config_number(&f->config, OPT_LIMITS_LINE_BYTES), 2048);
    assert_int_equal(f->config.values[OPT_DATA].origin, ORIGIN_FLAG);
    assert_int_equal(f->config.values[OPT_PLANS].origin, ORIGIN_ENVIRONMENT);
    assert_int_equal(f->config.values[OPT_SECRETS].origin, ORIGIN_FILE);
    assert_int_equal(f->config.values[OPT_SPEED].origin, ORIGIN_DEFAULT);
}

static void a_bad_variable_is_refused_by_its_name(void **state)
{
    struct fixture *f = *state;
    char speed[] = "MUSTER_SPEED=fast";
    char *const environment[] = {speed, NULL};
    assert_int_equal(config_environment(&f->config, environment, &f->why), ERR_CONFIG);
    assert_string_equal(f->why.text,
                        "environment variable MUSTER_SPEED: speed = fast: must be a whole number");
}

static void socket_and_secrets_follow_data_unless_they_are_set(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(parse(f, "data = /d"), ERR_OK);
    assert_int_equal(config_settle(&f->config, NULL, &f->why), ERR_OK);
    assert_string_equal(config_text(&f->config, OPT_SOCKET), "/d/muster.sock");
    assert_string_equal(config_text(&f->config, OPT_SECRETS), "/d/secrets");
}

static void secrets_come_from_the_credentials_folder_where_there_is_one(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(config_settle(&f->config, "/run/credentials/muster", &f->why), ERR_OK);
    assert_string_equal(config_text(&f->config, OPT_SECRETS), "/run/credentials/muster");
}

static void a_socket_path_that_no_kernel_takes_is_refused(void **state)
{
    struct fixture *f = *state;
    char path[140];
    memset(path, 'x', sizeof path);
    memcpy(path, "data = /", 8);
    path[sizeof path - 1] = '\0';
    assert_int_equal(parse(f, path), ERR_OK);
    assert_int_equal(config_settle(&f->config, NULL, &f->why), ERR_CONFIG);
    assert_non_null(strstr(f->why.text, "at most 107 bytes"));
}

static void a_faster_clock_needs_the_demo(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(parse(f, "speed = 60"), ERR_OK);
    assert_int_equal(config_settle(&f->config, NULL, &f->why), ERR_CONFIG);
    assert_int_equal(config_set(&f->config, "demo", "yes", ORIGIN_FLAG, &f->why), ERR_OK);
    assert_int_equal(config_settle(&f->config, NULL, &f->why), ERR_OK);
}

static void further_addresses_must_be_of_loopback(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *line, *part; /* NULL: it is taken */
    } rows[] = {
        {"listen = http://127.0.0.1:8470", NULL},
        {"listen = http://127.0.0.1:8470, tcp://[::1]:0 http://localhost:1/", NULL},
        {"answer_url = https://muster.example", NULL},
        {"answer_url = http://127.0.0.1:8470", NULL},
        {"answer_url = https://muster.example/", "without a slash at its end"},
        {"answer_url = muster.example", "like https://muster.example"},
        {"answer_url = https://", "like https://muster.example"},
        {"answer_url = https://a b", "like https://muster.example"},
        {"answer_url = https://a/?x", "like https://muster.example"},
        {"listen = http://0.0.0.0:8470", "a proxy with TLS in front"},
        {"listen = tcp://192.0.2.7:8471", "a proxy with TLS in front"},
        {"listen = http://[::]:8470", "a proxy with TLS in front"},
        {"listen = http://muster.example:8470", "is no address"},
        {"listen = https://127.0.0.1:8470", "must be like"},
        {"listen = 127.0.0.1:8470", "must be like"},
        {"listen = http://127.0.0.1", "must be like"},
        {"listen = http://127.0.0.1:65536", "must be like"},
        {"listen = http://127.0.0.1:80x", "must be like"},
        {"listen = http://127.0.0.1:1 tcp://127.0.0.1:1", "stands there twice"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        config_done(&f->config);
        config_init(&f->config);
        assert_int_equal(parse(f, rows[i].line), ERR_OK);
        enum err e = config_settle(&f->config, NULL, &f->why);
        assert_int_equal(e, rows[i].part ? ERR_CONFIG : ERR_OK);
        if (rows[i].part && !strstr(f->why.text, rows[i].part))
            fail_msg("%s: %s", rows[i].line, f->why.text);
    }
}

static void a_demo_listens_for_browsers_by_itself(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(parse(f, "demo = yes"), ERR_OK);
    assert_int_equal(config_settle(&f->config, NULL, &f->why), ERR_OK);
    assert_string_equal(config_text(&f->config, OPT_LISTEN), "http://127.0.0.1:8470");
}

static void a_missing_file_is_refused_with_its_name(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(config_read(&f->config, "/nowhere/muster.conf", &f->why), ERR_CONFIG);
    assert_string_equal(f->why.text,
                        "/nowhere/muster.conf: cannot be read: No such file or directory");
}

static void a_written_value_reads_back_as_itself(void **state)
{
    struct fixture *f = *state;
    static const char *const written[][2] = {{"store.reserve_bytes", "3 GiB"},
                                             {"store.reserve_bytes", "1500 KiB"},
                                             {"store.reserve_bytes", "1001"},
                                             {"grace_ms", "1500"},
                                             {"grace_ms", "45s"},
                                             {"demo", "yes"}};
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        const char *name = written[i][0], *value = written[i][1];
        assert_int_equal(config_set(&f->config, name, value, ORIGIN_FILE, &f->why), ERR_OK);
        for (int o = 0; o < OPTIONS; o++)
            if (strcmp(option_def((enum option)o)->name, name) == 0)
                assert_string_equal(f->config.values[o].text, value);
    }
}

/* What the supervisor hands to the engine, and what a reload starts from. */
static void a_description_of_sources_loads_as_its_parts_would(void **state)
{
    struct fixture *f = *state;
    char path[] = "/tmp/muster-config-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "data = /file\nplans = /file\n", 27), 27);
    close(fd);
    char plans[] = "MUSTER_PLANS=/env", credentials[] = "CREDENTIALS_DIRECTORY=/cred";
    char *const environment[] = {plans, credentials, NULL};

    AUTO_JSON(from);
    from = json_put_str(json_object(), "file", path);
    json_put(from, "flags", json_put_str(json_object(), "speed", "1"));
    struct config c;
    assert_int_equal(config_load(from, environment, &c, &f->why), ERR_OK);
    assert_string_equal(config_text(&c, OPT_DATA), "/file");
    assert_string_equal(config_text(&c, OPT_PLANS), "/env");
    assert_string_equal(config_text(&c, OPT_SECRETS), "/cred");
    assert_string_equal(config_text(&c, OPT_SOCKET), "/file/muster.sock");
    config_done(&c);

    json_put(from, "flags", json_put_str(json_object(), "sped", "1"));
    assert_int_equal(config_load(from, environment, &c, &f->why), ERR_CONFIG);
    assert_string_equal(f->why.text, "command line: no option \"sped\"; did you mean \"speed\"?");
    unlink(path);
}

static void a_reload_sees_the_file_as_it_is_now_and_the_flags_as_they_were(void **state)
{
    struct fixture *f = *state;
    char path[] = "/tmp/muster-config-XXXXXX";
    int fd = mkstemp(path);
    char *const environment[] = {NULL};
    AUTO_JSON(from);
    AUTO_TEXT(differ);
    struct config now, fresh;
    assert_int_equal(write(fd, "plans = /a\n", 11), 11);
    from = json_put_str(json_object(), "file", path);
    json_put(from, "flags", json_put_str(json_object(), "data", "/flag"));
    assert_int_equal(config_load(from, environment, &now, &f->why), ERR_OK);

    assert_int_equal(pwrite(fd, "plans = /b\ndata = /file\n", 24, 0), 24);
    assert_int_equal(config_again(&now, environment, &fresh, &f->why), ERR_OK);
    assert_string_equal(config_text(&fresh, OPT_DATA), "/flag");
    assert_string_equal(config_text(&fresh, OPT_PLANS), "/b");
    config_differ(&now, &fresh, &differ);
    assert_string_equal(text_str(&differ), "plans");
    config_done(&fresh);

    assert_int_equal(pwrite(fd, "plnas = /b\n", 11, 0), 11);
    assert_int_equal(config_again(&now, environment, &fresh, &f->why), ERR_CONFIG);
    config_done(&now);
    close(fd);
    unlink(path);
}

static void what_is_kept_for_a_child_comes_back_as_it_was(void **state)
{
    struct fixture *f = *state;
    struct config back;
    AUTO_JSON(kept);
    AUTO_JSON(before);
    AUTO_JSON(after);
    assert_int_equal(parse(f, "\ndata = /d\nlimits.out_bytes = 1 MiB"), ERR_OK);
    assert_int_equal(config_set(&f->config, "demo", "on", ORIGIN_FLAG, &f->why), ERR_OK);
    assert_int_equal(config_settle(&f->config, NULL, &f->why), ERR_OK);
    kept = config_keep(&f->config);
    assert_int_equal(config_kept(kept, &back, &f->why), ERR_OK);
    before = config_json(&f->config);
    after = config_json(&back);
    assert_true(json_equal(before, after));
    assert_int_equal(config_number(&back, OPT_LIMITS_OUT_BYTES), 1048576);
    config_done(&back);
    (void)json_object_del(kept, "speed");
    assert_int_equal(config_kept(kept, &back, &f->why), ERR_CONFIG);
}

static void config_show_lists_every_option_with_its_origin(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(parse(f, "\ndata = /d"), ERR_OK);
    AUTO_JSON(list);
    list = config_json(&f->config);
    assert_int_equal(json_array_size(list), OPTIONS);
    const json_t *data = json_array_get(list, OPT_DATA);
    assert_string_equal(json_str(data, "value"), "/d");
    assert_string_equal(json_str(data, "origin"), "file");
    assert_int_equal(json_int(data, "line", 0), 2);
    assert_string_equal(json_str(json_array_get(list, OPT_DEMO), "origin"), "default");
}

static void help_names_every_option(void **state)
{
    (void)state;
    AUTO_TEXT(help);
    config_help(&help);
    for (int o = 0; o < OPTIONS; o++)
        assert_non_null(strstr(text_str(&help), option_def((enum option)o)->name));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_default_is_valid_and_within_its_own_bounds),
        T(a_file_sets_values_and_remembers_its_lines),
        T(an_unknown_option_is_refused_with_file_line_and_the_nearest_name),
        T(a_word_far_from_every_option_is_refused_with_a_hint),
        T(a_line_without_equals_is_refused),
        T(the_same_option_twice_in_a_file_is_refused),
        T(values_of_the_wrong_type_or_out_of_bounds_are_refused_with_the_bounds),
        T(bytes_that_are_no_text_are_refused),
        T(a_flag_beats_the_environment_which_beats_the_file_in_any_order),
        T(a_bad_variable_is_refused_by_its_name),
        T(socket_and_secrets_follow_data_unless_they_are_set),
        T(secrets_come_from_the_credentials_folder_where_there_is_one),
        T(a_socket_path_that_no_kernel_takes_is_refused),
        T(a_faster_clock_needs_the_demo),
        T(further_addresses_must_be_of_loopback),
        T(a_demo_listens_for_browsers_by_itself),
        T(a_missing_file_is_refused_with_its_name),
        T(a_written_value_reads_back_as_itself),
        T(a_description_of_sources_loads_as_its_parts_would),
        T(a_reload_sees_the_file_as_it_is_now_and_the_flags_as_they_were),
        T(what_is_kept_for_a_child_comes_back_as_it_was),
        T(config_show_lists_every_option_with_its_origin),
        T(help_names_every_option),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
