#include "courier/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
    char path[64];
    struct secrets *secrets;
};

static int setup(void **state)
{
    struct folder *f = mem_new(1, sizeof *f);

    strcpy(f->path, "/tmp/muster-secret-XXXXXX");
    if (!mkdtemp(f->path))
        return -1;
    f->secrets = secrets_new(f->path);
    *state = f;
    return 0;
}

static void path_of(const struct folder *f, const char *name, char ret[128])
{
    snprintf(ret, 128, "%s/%s", f->path, name);
}

static int teardown(void **state)
{
    static const char *const names[] = {"pager", "other", "fifo", "big", "real"};
    struct folder *f = *state;
    char path[128];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        path_of(f, names[i], path);
        unlink(path);
        rmdir(path);
    }
    secrets_free(f->secrets);
    int failed = rmdir(f->path);
    free(f);
    return failed;
}

static void put(const struct folder *f, const char *name, const char *bytes, size_t len)
{
    char path[128];

    path_of(f, name, path);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void put_text(const struct folder *f, const char *name, const char *text)
{
    put(f, name, text, strlen(text));
}

/* The sentence of a refusal; fails the test when the file is taken. */
static const char *refusal(struct folder *f, const char *name)
{
    static struct why why;
    const struct secret *secret = NULL;

    assert_int_equal(secrets_read(f->secrets, name, &secret, &why), ERR_CONFIG);
    assert_null(secret);
    return why.text;
}

static void a_file_has_a_url_and_keys_and_comments(void **state)
{
    struct folder *f = *state;
    const struct secret *s;

    put_text(f, "pager",
             "# the duty phone\r\n"
             "\n"
             "url = https://gateway.example/hook/a=b#c \n"
             "  key=one  two\n"
             "key=three"); /* no line end at the end */
    assert_int_equal(secrets_read(f->secrets, "pager", &s, NULL), ERR_OK);
    assert_string_equal(s->url, "https://gateway.example/hook/a=b#c");
    assert_int_equal(s->keys_count, 3);
    assert_string_equal(s->keys[0], "one");
    assert_string_equal(s->keys[1], "two");
    assert_string_equal(s->keys[2], "three");
}

/* Why: a gateway wants more than an address and a key, and which words it wants its channel says.
 */
static void a_file_has_other_lines_that_a_channel_names(void **state)
{
    struct folder *f = *state;
    const struct secret *s;

    put_text(f, "pager",
             "url=https://a/\nuser=LTAI\nkey=one two\nkey=three\nsign_name = 浑江市 \n");
    assert_int_equal(secrets_read(f->secrets, "pager", &s, NULL), ERR_OK);
    assert_string_equal(secret_value(s, "url"), "https://a/");
    assert_string_equal(secret_value(s, "user"), "LTAI");
    assert_string_equal(secret_value(s, "key"), "one two");
    assert_string_equal(secret_value(s, "sign_name"), "浑江市");
    assert_null(secret_value(s, "from"));
    assert_null(secret_value(s, "sign"));
}

/* At 3 a.m. nobody should have to look up where a file belongs. */
static void a_missing_file_is_named_with_what_belongs_in_it(void **state)
{
    struct folder *f = *state;
    char path[128];
    const char *sentence = refusal(f, "pager");

    path_of(f, "pager", path);
    assert_non_null(strstr(sentence, path));
    assert_non_null(strstr(sentence, "create it with a line url="));
}

static void a_changed_file_is_read_again_without_a_restart(void **state)
{
    struct folder *f = *state;
    const struct secret *s;
    char path[128], other[128];

    put_text(f, "pager", "key=first\n");
    assert_int_equal(secrets_read(f->secrets, "pager", &s, NULL), ERR_OK);
    assert_string_equal(s->keys[0], "first");

    put_text(f, "pager", "key=second-one\n");
    assert_int_equal(secrets_read(f->secrets, "pager", &s, NULL), ERR_OK);
    assert_string_equal(s->keys[0], "second-one");

    /* same size, put in its place by rename, as editors and provisioning do */
    path_of(f, "pager", path);
    path_of(f, "other", other);
    put_text(f, "other", "key=third--one\n");
    assert_int_equal(rename(other, path), 0);
    assert_int_equal(secrets_read(f->secrets, "pager", &s, NULL), ERR_OK);
    assert_string_equal(s->keys[0], "third--one");

    unlink(path);
    refusal(f, "pager");
}

static void an_unchanged_file_is_not_read_again(void **state)
{
    struct folder *f = *state;
    const struct secret *s;

    put_text(f, "pager", "key=first\n");
    assert_int_equal(secrets_read(f->secrets, "pager", &s, NULL), ERR_OK);
    const char *key = s->keys[0];
    assert_int_equal(secrets_read(f->secrets, "pager", &s, NULL), ERR_OK);
    assert_ptr_equal(s->keys[0], key);
}

static void a_bad_line_is_named_but_never_repeated(void **state)
{
    static const struct {
        const char *text;
        const char *sentence;
    } table[] = {
        {"url=https://a/\nhttps://b.example/TOKEN\n", "line 2: neither"},
        {"password=TOKEN\n", "line 1: no password= is read; write it as key="},
        {"urls=TOKEN\n", "line 1: neither NAME=VALUE nor a # comment; did you mean url=?"},
        {"TOKEN=\n", "line 1: neither"},
        {"sign_name=\n", "line 1: an empty value"},
        {"sign_name=a\nsign_name=TOKEN\n", "line 2: neither"},
        {"user=a\nuser=TOKEN\n", "line 2: a second user="},
        {"url=\n", "line 1: url= is empty"},
        {"key=\n", "line 1: key= is empty"},
        {"url=https://a/TOKEN\nurl=https://b/TOKEN\n", "line 2: a second url="},
        {"key=1 2 3 4 TOKEN\n", "more than 4 keys"},
        {"url=https://a/\xff\n", "not a text file"},
    };
    struct folder *f = *state;

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        put_text(f, "pager", table[i].text);
        const char *sentence = refusal(f, "pager");

        if (!strstr(sentence, table[i].sentence))
            fail_msg("%s: %s", table[i].text, sentence);
        assert_null(strstr(sentence, "TOKEN"));
        assert_non_null(strstr(sentence, "/pager: "));
    }
    put(f, "pager", "url=a\0b\n", 8);
    assert_non_null(strstr(refusal(f, "pager"), "not a text file"));
}

static void a_file_too_large_or_no_file_at_all_is_refused(void **state)
{
    struct folder *f = *state;
    char *big = mem_new(SECRET_BYTES_MAX + 1, 1);
    char path[128];
    const struct secret *s;

    memset(big, '#', SECRET_BYTES_MAX + 1);
    put(f, "big", big, SECRET_BYTES_MAX + 1);
    assert_non_null(strstr(refusal(f, "big"), "larger than"));
    put(f, "big", big, SECRET_BYTES_MAX);
    assert_int_equal(secrets_read(f->secrets, "big", &s, NULL), ERR_OK);
    free(big);

    path_of(f, "fifo", path);
    assert_int_equal(mkfifo(path, 0600), 0); /* must not wait for a writer */
    assert_non_null(strstr(refusal(f, "fifo"), "is not a file"));
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_non_null(strstr(refusal(f, "fifo"), "is not a file"));
}

/* A site file names secrets; it must not be able to name /etc/shadow. */
static void a_name_never_leaves_the_folder(void **state)
{
    static const char *const bad[] = {"",        ".",   "..",   "../pager", "a/b", "/etc/passwd",
                                      ".hidden", "a b", "a\nb", "ä"};
    struct folder *f = *state;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_non_null(strstr(refusal(f, bad[i]), "cannot be the name of a secret"));
    assert_true(secret_name_valid("duty-phone_1.new@city"));
}

static void without_a_folder_every_secret_is_missing(void **state)
{
    struct secrets *none = secrets_new(NULL);
    const struct secret *s;
    struct why why;

    (void)state;
    assert_int_equal(secrets_read(none, "pager", &s, &why), ERR_CONFIG);
    assert_non_null(strstr(why.text, "no folder of secrets"));
    secrets_free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_has_a_url_and_keys_and_comments, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_has_other_lines_that_a_channel_names, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_missing_file_is_named_with_what_belongs_in_it, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_changed_file_is_read_again_without_a_restart, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_unchanged_file_is_not_read_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_bad_line_is_named_but_never_repeated, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_too_large_or_no_file_at_all_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_name_never_leaves_the_folder, setup, teardown),
        cmocka_unit_test(without_a_folder_every_secret_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
