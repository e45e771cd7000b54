/* The table of words against the sandbox: what the check lets pass must be there when it runs. */
#include "plan/sandbox.h"
#include "plan/words.h"
#include "unit.h"

#include "base/text.h"

#include <string.h>

/* Run a text in a fresh sandbox; the string it returns, added to `ret`. */
static void run(const char *source, struct text *ret)
{
    struct sandbox *sb = sandbox_new(&sandbox_limits_default);
    struct why why = {0};

    if (sandbox_load(sb, "x.lua", source, strlen(source), &why))
        fail_msg("%s", why.text);
    if (sandbox_call(sb, 0, 1) != SANDBOX_DONE)
        fail_msg("%s: %s", source, sandbox_fault(sb)->text);
    const char *said = lua_tostring(sandbox_lua(sb), -1);
    text_add(ret, said ? said : "nothing");
    sandbox_free(sb);
}

static const struct {
    const char *name;
    enum word_kind kind;
} libraries[] = {
    {"string", WORD_STRING}, {"table", WORD_TABLE}, {"math", WORD_MATH}, {"utf8", WORD_UTF8}};

static void every_function_of_lua_in_the_table_is_in_the_sandbox(void **state)
{
    const struct word *w;
    (void)state;

    for (size_t i = 0; (w = word_at(i)); i++) {
        AUTO_TEXT(source);
        AUTO_TEXT(kind);
        if (w->kind != WORD_BASIC && w->kind != WORD_LIBRARY)
            continue;
        text_addf(&source, "return type(%s)", w->name);
        run(text_str(&source), &kind);
        assert_string_equal(text_str(&kind), w->kind == WORD_BASIC ? "function" : "table");
    }
}

static void every_member_of_a_library_in_the_table_is_in_the_sandbox(void **state)
{
    const struct word *w;
    (void)state;

    for (size_t l = 0; l < sizeof(libraries) / sizeof(libraries[0]); l++)
        for (size_t i = 0; (w = word_at(i)); i++) {
            AUTO_TEXT(source);
            AUTO_TEXT(there);
            if (w->kind != libraries[l].kind)
                continue;
            text_addf(&source, "return tostring(%s.%s ~= nil)", libraries[l].name, w->name);
            run(text_str(&source), &there);
            assert_string_equal(text_str(&there), "true");
        }
}

/* A function that is there and not in the table would be refused for no reason. */
static void the_sandbox_has_nothing_that_the_table_has_not(void **state)
{
    (void)state;
    for (size_t l = 0; l < sizeof(libraries) / sizeof(libraries[0]); l++) {
        AUTO_TEXT(source);
        AUTO_TEXT(names);
        text_addf(&source, "local s = '' for k in pairs(%s) do s = s .. k .. ' ' end return s",
                  libraries[l].name);
        run(text_str(&source), &names);
        assert_true(names.len > 0);
        for (const char *name = names.at; *name;) {
            size_t len = strcspn(name, " ");
            if (!word_find(libraries[l].kind, name, len))
                fail_msg("%s.%.*s is in the sandbox and not in the table", libraries[l].name,
                         (int)len, name);
            name += len + 1;
        }
    }
}

static void no_word_stands_twice(void **state)
{
    const struct word *w;
    (void)state;

    for (size_t i = 0; (w = word_at(i)); i++)
        assert_ptr_equal(word_find(w->kind, w->name, strlen(w->name)), w);
}

static void what_is_not_in_the_table_is_not_in_the_sandbox(void **state)
{
    static const char *const names[] = {"os",     "io",        "debug",   "load",
                                        "print",  "coroutine", "_G",      "collectgarbage",
                                        "rawget", "dofile",    "package", "warn"};
    (void)state;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        AUTO_TEXT(source);
        AUTO_TEXT(there);
        assert_non_null(word_remedy(names[i], strlen(names[i])));
        text_addf(&source, "return tostring(pcall(function() return %s end))", names[i]);
        run(text_str(&source), &there);
        if (strcmp(text_str(&there), "false") != 0)
            fail_msg("%s is in the sandbox and refused by the check", names[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_function_of_lua_in_the_table_is_in_the_sandbox),
        cmocka_unit_test(every_member_of_a_library_in_the_table_is_in_the_sandbox),
        cmocka_unit_test(the_sandbox_has_nothing_that_the_table_has_not),
        cmocka_unit_test(no_word_stands_twice),
        cmocka_unit_test(what_is_not_in_the_table_is_not_in_the_sandbox),
    };
    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
