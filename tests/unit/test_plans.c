/* What ships in plans/ passes our own check, and so does what the author's book shows. */
#include "core/channel.h"
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

/* ---- channels ---- */

static struct channel_set *shipped_channels(void)
{
    struct channel_set *set = NULL;
    AUTO_JSON(files);
    AUTO_JSON(reply);

    files = shipped_set();
    reply = check_set(files);
    assert_int_equal(channel_set_read(json_at(reply, "channels"), NULL, NULL, &set), ERR_OK);
    return set;
}

static json_t *body_with(const struct channel *c, const char *text)
{
    json_t *body = NULL;
    AUTO_JSON(vars);
    AUTO_TEXT(t);

    vars = json_pack("{s:s,s:s,s:s,s:s,s:{s:s,s:s}}", "text", text, "mark", "", "code", "4821",
                     "answer_url", "https://m/a/x", "incident", "id", "0198", "title", "T");
    channel_render(c, vars, &t);
    assert_int_equal(json_read_own(t.at, t.len, &body, NULL), ERR_OK);
    return body;
}

/* What is neither shortened nor escaped by any channel. */
static bool is_tame(const char *text)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || strchr("&<>\"'", *c))
            return false;
    return strlen(text) <= 30 && !strstr(text, "\xef\xbf\xbe");
}

/* The same tree as `plain`, and where that has PLAIN, this text. */
static void assert_same_shape(const json_t *plain, const json_t *body, const char *text)
{
    json_t *member;
    const char *key;
    size_t n;
    AUTO_TEXT(expected);

    assert_int_equal(json_typeof(plain), json_typeof(body));
    assert_int_equal(json_array_size(plain), json_array_size(body));
    assert_int_equal(json_object_size(plain), json_object_size(body));
    json_array_foreach(json_unconst(plain), n, member)
        assert_same_shape(member, json_array_get(body, n), text);
    json_object_foreach(json_unconst(plain), key, member)
    {
        assert_non_null(json_at(body, key));
        assert_same_shape(member, json_at(body, key), text);
    }
    if (!json_is_string(plain) || !is_tame(text))
        return;
    const char *at = json_string_value(plain), *mark = strstr(at, "PLAIN");
    if (mark)
        text_add_bytes(&expected, at, (size_t)(mark - at));
    if (mark)
        text_add(&expected, text);
    text_add(&expected, mark ? mark + strlen("PLAIN") : at);
    assert_string_equal(json_string_value(body), text_str(&expected));
}

/* Why: what somebody types at night becomes neither another field nor another message. */
static void no_text_leaves_its_place_in_a_shipped_channel(void **state)
{
    char *path = testdata_path("naughty/blns.json");
    struct channel_set *set = shipped_channels();
    const struct channel *c;
    AUTO_TEXT(content);
    AUTO_JSON(strings);
    (void)state;

    if (!path)
        skip();
    file_read(path, &content);
    free(path);
    assert_int_equal(json_read(content.at, content.len, &strings, NULL), ERR_OK);
    for (size_t n = 0; (c = channel_at(set, n)); n++) {
        AUTO_JSON(plain);
        plain = body_with(c, "PLAIN");
        for (size_t i = 0; i < json_array_size(strings); i++) {
            const char *text = json_string_value(json_array_get(strings, i));
            AUTO_JSON(body);
            body = body_with(c, text);
            if (*text)
                assert_same_shape(plain, body, text);
        }
    }
    assert_non_null(channel_find(set, "twilio/voice"));
    channel_set_unref(set);
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
        cmocka_unit_test(no_text_leaves_its_place_in_a_shipped_channel),
        cmocka_unit_test(the_plan_of_the_first_page_passes_the_check),
        cmocka_unit_test(the_orders_of_the_book_are_within_the_rights_of_the_site),
    };
    return cmocka_run_group_tests_name("plans", tests, NULL, NULL);
}
