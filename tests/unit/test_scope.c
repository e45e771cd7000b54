#include "plan/parse.h"
#include "plan/positions.h"
#include "plan/scope.h"
#include "plan/words.h"
#include "unit.h"

#include <string.h>

/* "flood.lua:1:5: unknown_name" a line: what parsing and resolving say, without the sentences. */
static void find_all(const char *src, enum text_kind kind, struct text *ret, struct text *sentences)
{
    AUTO_ARENA(arena);
    struct findings findings = {0};
    struct node *tree = parse_text("flood.lua", src, strlen(src), &arena, &findings);

    if (tree)
        scope_resolve(tree, "flood.lua", kind, &arena, &findings);
    findings_close(&findings);
    for (size_t i = 0; i < findings.count; i++) {
        const struct finding *f = &findings.list[i];
        text_addf(ret, "%s%d:%d: %s", i ? ", " : "", f->at.line, f->at.col, f->code);
        text_addf(sentences, "%s\n", f->text);
    }
    findings_done(&findings);
}

static void assert_finds(const char *src, const char *expected)
{
    AUTO_TEXT(found);
    AUTO_TEXT(sentences);

    find_all(src, TEXT_PLAN, &found, &sentences);
    if (strcmp(text_str(&found), expected) != 0)
        fail_msg("%s\n found    %s\n expected %s\n%s", src, text_str(&found), expected,
                 text_str(&sentences));
}

static void assert_says(const char *src, const char *part)
{
    AUTO_TEXT(found);
    AUTO_TEXT(sentences);

    find_all(src, TEXT_PLAN, &found, &sentences);
    if (!strstr(text_str(&sentences), part))
        fail_msg("%s\n says %s\n not  %s", src, text_str(&sentences), part);
}

/* ---- syntax ---- */

static void a_whole_text_of_lua_is_understood(void **state)
{
    (void)state;
    assert_finds(
        "local a <const>, b = 1, {x = 2, [3] = 4, 5; 6}\n"
        "local function f(x, ...) return x, ... end\n"
        "for i = 1, 10, 2 do if i == 3 then break elseif i > 4 then f(i) else f{} end end\n"
        "for k, v in pairs(b) do b[k] = v end\n"
        "while a < 2 do goto done end ::done::\n"
        "repeat local c = a until c\n"
        "do local m = {n = {}}; function m.n:o(p) return self, p end; m.n:o'x'.y[1] = 2 end\n"
        "b.x, b.y = -a ^ 2 .. 'x', not a and #b or ~a // 3 << 1 >= 4\n"
        "f((f)(a)) f 'a' f [[b]] f {a = f};\n"
        "return f(function(...) return (...) end)",
        "");
}

static void the_first_thing_that_is_no_lua_is_named_with_its_place(void **state)
{
    (void)state;
    assert_finds("local x = ", "1:11: syntax");
    assert_finds("x = = 1", "1:5: syntax");
    assert_finds("local function f() return 1 x() end", "1:29: syntax");
    assert_finds("if true then", "1:13: syntax");
    assert_finds("f(1, 2", "1:7: syntax");
    assert_finds("return {a = 1 b = 2}", "1:15: syntax");
    assert_finds("1 = 2", "1:1: syntax");
    assert_finds("(a) = 2", "1:5: syntax");
    assert_finds("a.b", "1:4: syntax");
    assert_finds("for i do end", "1:7: syntax");
    assert_finds("end", "1:1: syntax");
    assert_finds("local x <cnst> = 1", "1:10: syntax");
    assert_finds("goto 1", "1:6: syntax");
}

static void an_open_block_names_the_line_that_opened_it(void **state)
{
    (void)state;
    assert_says("local function f()\n  if true then\nend", "to close function of line 1");
    assert_says("return {\n a = 1\n", "to close { of line 1");
}

static void habits_of_other_languages_are_told_what_to_write(void **state)
{
    (void)state;
    assert_says("local x = 1\nx += 1", "write x = x + 1");
    assert_says("local x = 1\nx++", "write x = x + 1");
    assert_says("local x <close> = f()", "use defer(fn)");
}

/* A text made to be deep must not take the stack of the process that reads it. */
static void a_text_that_nests_too_deep_is_refused(void **state)
{
    static const char *const openers[] = {"(", "{", "- ", "f(", "function() return ", "not "};
    (void)state;

    for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
        AUTO_TEXT(src);
        AUTO_TEXT(found);
        AUTO_TEXT(sentences);
        text_add(&src, "return ");
        for (int n = 0; n < 10000; n++)
            text_add(&src, openers[i]);
        find_all(text_str(&src), TEXT_PLAN, &found, &sentences);
        assert_non_null(strstr(text_str(&found), "too_deep"));
    }
}

static void an_endless_chain_is_refused_and_a_long_one_is_not(void **state)
{
    static const char *const links[] = {"+1", ".x", "()", "[1]", ":m()"};
    (void)state;

    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
        for (int count = 300; count <= 30000; count *= 100) {
            AUTO_TEXT(src);
            AUTO_TEXT(found);
            AUTO_TEXT(sentences);
            text_add(&src, "local a = 1 return a");
            for (int n = 0; n < count; n++)
                text_add(&src, links[i]);
            find_all(text_str(&src), TEXT_PLAN, &found, &sentences);
            assert_int_equal(strstr(text_str(&found), "too_deep") != NULL, count > 300);
        }
}

static void a_text_of_too_many_parts_is_refused(void **state)
{
    AUTO_TEXT(src);
    AUTO_TEXT(found);
    AUTO_TEXT(sentences);
    (void)state;

    text_add(&src, "return {");
    for (int i = 0; i < 100000; i++)
        text_add(&src, "1,");
    text_add(&src, "}");
    find_all(text_str(&src), TEXT_PLAN, &found, &sentences);
    assert_non_null(strstr(text_str(&found), "too_large"));
}

/* ---- names ---- */

static void a_name_that_means_nothing_is_found_with_the_nearest_one(void **state)
{
    (void)state;
    assert_finds("return foo", "1:8: unknown_name");
    assert_finds("local function f() notfiy{} end", "1:20: unknown_name");
    assert_says("local function f() notfiy{} end", "did you mean \"notify\"");
    assert_says("local function f(incident_id) return incidnt_id end",
                "did you mean \"incident_id\"");
    assert_says("return pari({})", "did you mean \"pairs\"");
    assert_finds("return 浑", "1:8: bad_character");
}

static void a_local_is_known_from_its_declaration_to_the_end_of_its_block(void **state)
{
    (void)state;
    assert_finds("do local a = 1 end return a", "1:27: unknown_name");
    assert_finds("local a = a", "1:11: unknown_name");
    assert_finds("local function f() return f end", "");
    assert_finds("local f = function() return f end", "1:29: unknown_name");
    assert_finds("for i = 1, 2 do end return i", "1:28: unknown_name");
    assert_finds("repeat local done = true until done", "");
    assert_finds("local function f(x) return function() return x end end", "");
    assert_finds("local t = {} function t:f() return self end function t.g() return self end",
                 "1:67: unknown_name");
}

static void a_global_cannot_be_assigned(void **state)
{
    (void)state;
    assert_finds("x = 1", "1:1: global_assigned");
    assert_finds("function f() end", "1:10: global_assigned");
    assert_finds("local a a, b = 1, 2", "1:12: global_assigned");
    assert_finds("string.format = nil", "1:1: global_assigned");
    assert_finds("pairs = nil", "1:1: global_assigned");
    assert_finds("local x x = 1 local t = {} t.y = 2 function t.z() end", "");
}

static void a_constant_cannot_be_assigned(void **state)
{
    (void)state;
    assert_finds("local x <const> = 1\nx = 2", "2:1: const_assigned");
    assert_finds("local x <const> = 1 local x = 2 x = 3", "");
}

static void a_name_of_the_authors_own_may_be_anything(void **state)
{
    (void)state;
    assert_finds("local function f(report, at) return report(at) end", "");
}

static void every_word_of_the_table_is_known(void **state)
{
    const struct word *w;
    (void)state;

    for (size_t i = 0; (w = word_at(i)); i++) {
        AUTO_TEXT(src);
        if (w->kind != WORD_NAME)
            continue;
        text_addf(&src, "local function f() return %s end", w->name);
        assert_finds(text_str(&src), "");
    }
}

static void what_a_plan_does_not_have_of_lua_says_why(void **state)
{
    (void)state;
    assert_finds("local t = os.time()", "1:11: not_allowed");
    assert_says("local t = os.time()", "use now()");
    assert_says("print('x')", "use log(text)");
    assert_says("local f = io.open('x')", "a plan reads no files");
    assert_finds("local r = math.random(3)", "1:16: not_allowed");
    assert_finds("local e = _ENV", "1:11: not_allowed");
}

static void a_member_that_a_library_does_not_have_is_found(void **state)
{
    (void)state;
    assert_finds("return string.fromat('x')", "1:15: unknown_name");
    assert_says("return string.fromat('x')", "did you mean \"string.format\"");
    assert_finds("return string.format('x'), table.concat({}), math.floor(1), utf8.len('')", "");
    assert_finds("local string = {} return string.fromat", "");
}

static void a_member_that_the_incident_does_not_have_is_found(void **state)
{
    (void)state;
    assert_finds("local function f(incident) return incident.titel end", "1:44: unknown_name");
    assert_says("local function f(incident) return incident.titel end", "did you mean \"title\"");
    assert_finds("local function f(incident) return incident.title, incident.fields.x end", "");
    assert_finds("local function f() return incident.titel end", "1:36: unknown_name");
    assert_finds("return incident.title", "1:8: outside_body");
}

static void a_word_that_runs_only_in_an_incident_is_refused_at_the_top(void **state)
{
    (void)state;
    assert_finds("local t = now()", "1:11: outside_body");
    assert_finds("local function f() return now() end", "");
    assert_finds("local text = T 'x'", "");
}

static void data_files_have_no_plan_language(void **state)
{
    AUTO_TEXT(found);
    AUTO_TEXT(sentences);
    (void)state;

    find_all("local function f() call{} end return site {}", TEXT_SITE, &found, &sentences);
    assert_string_equal(text_str(&found), "1:20: not_allowed");
    text_clear(&found);
    find_all("return plan 'x' {}", TEXT_SITE, &found, &sentences);
    assert_string_equal(text_str(&found), "1:8: unknown_name");
    text_clear(&found);
    find_all("return channel 'x' {}", TEXT_CHANNEL, &found, &sentences);
    assert_string_equal(text_str(&found), "");
}

/* ---- jumps ---- */

static void a_jump_needs_its_label_in_reach(void **state)
{
    (void)state;
    assert_finds("for i = 1, 2 do if i == 1 then goto next end ::next:: end", "");
    assert_finds("goto away", "1:6: unknown_label");
    assert_finds("do ::here:: end goto here", "1:22: unknown_label");
    assert_finds("::here:: local function f() goto here end", "1:34: unknown_label");
    assert_finds("::a:: ::a::", "1:9: syntax");
    assert_finds("break", "1:1: syntax");
    assert_finds("while true do local function f() break end end", "1:34: syntax");
    assert_finds("local function f() return ... end", "1:27: syntax");
}

static void more_locals_than_lua_takes_are_refused(void **state)
{
    AUTO_TEXT(src);
    (void)state;

    for (int i = 0; i < 201; i++)
        text_addf(&src, "local a%d\n", i);
    assert_finds(text_str(&src), "201:7: too_many_locals");
}

static void more_labels_than_a_function_needs_are_refused(void **state)
{
    AUTO_TEXT(src);
    (void)state;

    for (int i = 0; i < 201; i++)
        text_addf(&src, "::a%d::\n", i);
    assert_finds(text_str(&src), "201:3: too_many_labels");
}

/* ---- positions ---- */

static struct pos position(const char *src, const char *path_json)
{
    AUTO_ARENA(arena);
    AUTO_JSON(path);
    struct findings findings = {0};
    struct node *tree = parse_text("x.lua", src, strlen(src), &arena, &findings);

    assert_non_null(tree);
    scope_resolve(tree, "x.lua", TEXT_SITE, &arena, &findings);
    findings_done(&findings);
    assert_int_equal(json_read(path_json, strlen(path_json), &path, NULL), ERR_OK);
    const struct node *ret = tree->first->last; /* return site {…} */
    return position_find(node_child(ret->first, 1), path);
}

static void assert_position(const char *src, const char *path_json, int line, int col)
{
    struct pos at = position(src, path_json);
    assert_int_equal(at.line, line);
    assert_int_equal(at.col, col);
}

static void a_key_path_leads_to_its_place_in_the_text(void **state)
{
    static const char src[] = "local rungs = { { to = 'a' },\n"
                              "                { to = 'b' } }\n"
                              "return site {\n"
                              "    people = {\n"
                              "        ['li.ming'] = { contacts = { 'a:@', 'b:@' } },\n"
                              "    },\n"
                              "    fallback = rungs,\n"
                              "    places = make(),\n"
                              "}";
    (void)state;
    assert_position(src, "[]", 3, 13);
    assert_position(src, "[\"people\"]", 4, 5);
    assert_position(src, "[\"people\",\"li.ming\"]", 5, 9);
    assert_position(src, "[\"people\",\"li.ming\",\"contacts\",2]", 5, 45);
    /* through a local */
    assert_position(src, "[\"fallback\",2,\"to\"]", 2, 19);
    /* what is not written down: the nearest around it */
    assert_position(src, "[\"people\",\"li.ming\",\"name\"]", 5, 9);
    assert_position(src, "[\"places\",\"east\",\"name\"]", 8, 5);
    assert_position(src, "[\"zone\"]", 3, 13);
}

/* ---- findings ---- */

static void findings_stand_in_the_order_of_the_text(void **state)
{
    struct findings f = {0};
    AUTO_TEXT(all);
    (void)state;

    findings_add(&f, "b.lua", (struct pos){1, 1}, "x", "one");
    findings_add(&f, "a.lua", (struct pos){2, 7}, "x", "two");
    findings_put(&f, "a.lua", (struct pos){2, 3}, "y", SEVERITY_WARNING, "three");
    findings_add(&f, "a.lua", (struct pos){2, 3}, "z", "four");
    findings_close(&f);
    for (size_t i = 0; i < f.count; i++)
        text_addf(&all, "%s:%d:%d %s; ", f.list[i].file, f.list[i].at.line, f.list[i].at.col,
                  f.list[i].text);
    assert_string_equal(text_str(&all),
                        "a.lua:2:3 three; a.lua:2:3 four; a.lua:2:7 two; b.lua:1:1 one; ");
    assert_int_equal(f.errors, 3);
    assert_true(findings_any(&f, "b.lua"));
    assert_false(findings_any(&f, "c.lua"));
    findings_done(&f);
}

static void too_many_findings_of_a_file_are_counted_and_said(void **state)
{
    struct findings f = {0};
    (void)state;

    for (int i = 0; i < 150; i++)
        findings_add(&f, "a.lua", (struct pos){i + 1, 1}, "x", "n");
    findings_close(&f);
    assert_int_equal(f.count, FINDINGS_FILE_MAX + 1);
    assert_int_equal(f.errors, 150);
    assert_string_equal(f.list[FINDINGS_FILE_MAX].code, "too_many_findings");
    assert_non_null(strstr(f.list[FINDINGS_FILE_MAX].text, "50 more"));
    findings_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_text_of_lua_is_understood),
        cmocka_unit_test(the_first_thing_that_is_no_lua_is_named_with_its_place),
        cmocka_unit_test(an_open_block_names_the_line_that_opened_it),
        cmocka_unit_test(habits_of_other_languages_are_told_what_to_write),
        cmocka_unit_test(a_text_that_nests_too_deep_is_refused),
        cmocka_unit_test(an_endless_chain_is_refused_and_a_long_one_is_not),
        cmocka_unit_test(a_text_of_too_many_parts_is_refused),
        cmocka_unit_test(a_name_that_means_nothing_is_found_with_the_nearest_one),
        cmocka_unit_test(a_local_is_known_from_its_declaration_to_the_end_of_its_block),
        cmocka_unit_test(a_global_cannot_be_assigned),
        cmocka_unit_test(a_constant_cannot_be_assigned),
        cmocka_unit_test(a_name_of_the_authors_own_may_be_anything),
        cmocka_unit_test(every_word_of_the_table_is_known),
        cmocka_unit_test(what_a_plan_does_not_have_of_lua_says_why),
        cmocka_unit_test(a_member_that_a_library_does_not_have_is_found),
        cmocka_unit_test(a_member_that_the_incident_does_not_have_is_found),
        cmocka_unit_test(a_word_that_runs_only_in_an_incident_is_refused_at_the_top),
        cmocka_unit_test(data_files_have_no_plan_language),
        cmocka_unit_test(a_jump_needs_its_label_in_reach),
        cmocka_unit_test(more_locals_than_lua_takes_are_refused),
        cmocka_unit_test(more_labels_than_a_function_needs_are_refused),
        cmocka_unit_test(a_key_path_leads_to_its_place_in_the_text),
        cmocka_unit_test(findings_stand_in_the_order_of_the_text),
        cmocka_unit_test(too_many_findings_of_a_file_are_counted_and_said),
    };
    return cmocka_run_group_tests_name("scope", tests, NULL, NULL);
}
