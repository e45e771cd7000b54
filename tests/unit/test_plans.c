/* What ships in plans/ passes our own check, and so does what the author's book shows. */
#include "core/site.h"
#include "plan/check.h"
#include "testdata.h"
#include "unit.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static void plans_path(const char *inside, struct text *ret)
{
    const char *root = getenv("MUSTER_ROOT");
    text_addf(ret, "%s/plans/%s", root ? root : ".", inside);
}

static void plans_read(const char *inside, struct text *ret)
{
    AUTO_TEXT(path);
    plans_path(inside, &path);
    file_read(text_str(&path), ret);
}

static json_t *plans_file(const char *folder, const char *name)
{
    AUTO_TEXT(inside);
    AUTO_TEXT(source);

    text_addf(&inside, "%s%s", folder, name);
    plans_read(text_str(&inside), &source);
    return check_file(name, text_str(&source), source.len);
}

/* Every *.lua of a folder but site.lua and tests. Gives a list. */
static json_t *plans_folder(const char *folder)
{
    json_t *list = json_array();
    struct dirent *entry;
    AUTO_TEXT(path);

    plans_path(folder, &path);
    DIR *dir = opendir(text_str(&path));
    assert_non_null(dir);
    while ((entry = readdir(dir))) {
        const char *dot = strchr(entry->d_name, '.');
        if (dot && strcmp(dot, ".lua") == 0 && strcmp(entry->d_name, "site.lua") != 0)
            json_array_append_new(list, plans_file(folder, entry->d_name));
    }
    closedir(dir);
    return list;
}

static json_t *shipped_set(void)
{
    json_t *set = json_object();

    json_put(set, "site", plans_file("", "site.lua"));
    json_put(set, "holidays", plans_folder("holidays/"));
    json_put(set, "channels", plans_folder("channels/"));
    json_put(set, "plans", plans_folder(""));
    return set;
}

/* Takes the set. */
static void assert_no_findings(json_t *set)
{
    json_t *reply = check_set(set);
    const json_t *finding = json_array_get(json_at(reply, "findings"), 0);

    if (finding)
        fail_msg("%s:%d:%d: %s", json_str(finding, "file"), (int)json_int(finding, "line", 0),
                 (int)json_int(finding, "col", 0), json_str(finding, "text"));
    assert_true(json_bool(reply, "ok"));
    json_decref(reply);
    json_decref(set);
}

static void the_shipped_set_passes_the_check(void **state)
{
    (void)state;
    assert_no_findings(shipped_set());
}

/* The first block of a page that makes a plan. What the author's book shows: tests/plan/book.py. */
static void first_plan(const char *book, struct text *ret)
{
    static const char opens[] = "```lua\nlocal plan = ";
    AUTO_TEXT(text);

    plans_read(book, &text);
    const char *at = strstr(text_str(&text), opens);
    assert_non_null(at);
    at += strlen("```lua\n");
    text_add_bytes(ret, at, (size_t)(strstr(at, "```") - at));
}

/* Whoever begins with Muster types this in; it must be right in every language of the book. */
static void the_plan_of_the_first_page_passes_the_check(void **state)
{
    static const char *const books[] = {"../README.md", "../README.zh-CN.md"};
    (void)state;

    for (size_t i = 0; i < sizeof(books) / sizeof(books[0]); i++) {
        json_t *set = shipped_set();
        AUTO_TEXT(source);
        first_plan(books[i], &source);
        json_array_append_new(json_object_get(set, "plans"),
                              check_file("smoke.lua", text_str(&source), source.len));
        assert_no_findings(set);
    }
}

/* The word behind `before` in a line of the book, "" where there is none. */
static void word_behind(const char *line, size_t len, const char *before, struct text *ret)
{
    const char *at = memmem(line, len, before, strlen(before));
    if (at)
        text_add_bytes(ret, at + strlen(before), strcspn(at + strlen(before), " \n`"));
}

/* What a line orders is within the rights of whoever orders it there; `level` is that in force. */
static void assert_ordered(const struct site *site, const char *line, struct text *level)
{
    size_t len = strcspn(line, "\n");
    AUTO_TEXT(action);
    AUTO_TEXT(by);
    AUTO_TEXT(to);

    word_behind(line, len, "muster order ID ", &action);
    word_behind(line, len, " --as ", &by);
    word_behind(line, len, " --level ", &to);
    const char *right = to.len ? text_str(&to) : text_str(&action);
    bool undoes = !strcmp(right, "terminate") || !strcmp(right, "merge");
    if (!site_may_order(site, text_str(&by), "flood", right, NULL) ||
        (undoes && level->len &&
         !site_may_order(site, text_str(&by), "flood", text_str(level), NULL)))
        fail_msg("%.*s: %s may not", (int)len, line, text_str(&by));
    if (!to.len && strcmp(right, "terminate") != 0)
        return;
    text_clear(level);
    text_add(level, text_str(&to));
}

/* Why: the book showed a merge, and an end, that the shipped site refused. */
static void the_orders_of_the_book_are_within_the_rights_of_the_site(void **state)
{
    static const char *const books[] = {"README.md", "README.zh-CN.md"};
    struct site *site = NULL;
    struct remarks r;
    AUTO_JSON(reply);
    json_t *set = shipped_set();
    (void)state;

    reply = check_set(set);
    json_decref(set);
    remarks_init(&r, "site", NULL, NULL);
    assert_int_equal(site_read(json_at(reply, "site"), &r, &site), ERR_OK);
    remarks_done(&r);
    for (size_t i = 0; i < sizeof(books) / sizeof(books[0]); i++) {
        size_t lines = 0;
        AUTO_TEXT(level);
        AUTO_TEXT(book);
        plans_read(books[i], &book);
        for (const char *at = text_str(&book); (at = strstr(at, "\nmuster order ID ")); lines++)
            assert_ordered(site, ++at, &level);
        assert_true(lines >= 5);
    }
    site_unref(site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_set_passes_the_check),
        cmocka_unit_test(the_plan_of_the_first_page_passes_the_check),
        cmocka_unit_test(the_orders_of_the_book_are_within_the_rights_of_the_site),
    };
    return cmocka_run_group_tests_name("plans", tests, NULL, NULL);
}
