/* The wall around plan code: every way in which a plan could hang, swell or differ in a replay. */
#include "plan/sandbox.h"
#include "plan/words.h"
#include "planner_sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void gives(const char *code, const char *expected)
{
    struct planner_run run = planner_run(code);

    if (run.end != SANDBOX_DONE)
        fail_msg("%s\n  failed: %s", code, run.fault.text);
    assert_string_equal(run.result, expected);
}

static void raises(const char *code, const char *part)
{
    struct planner_run run = planner_run(code);

    assert_int_equal(run.end, SANDBOX_ERROR);
    if (!strstr(run.fault.text, part))
        fail_msg("%s\n  said: %s\n  not: %s", code, run.fault.text, part);
}

static double slowest_s;

/* Ends by a breach that names its cause, within half a second of CPU. */
static void breaks(const char *code, enum sandbox_end end, const char *part)
{
    struct planner_run run = planner_run(code);

    if (run.end != end)
        fail_msg("%s\n  ended as %d: %s%s", code, run.end, run.fault.text, run.result);
    if (!strstr(run.fault.text, part))
        fail_msg("%s\n  said: %s\n  not: %s", code, run.fault.text, part);
    if (run.cpu_s > slowest_s)
        slowest_s = run.cpu_s;
    if (run.cpu_s >= 0.5)
        fail_msg("%s\n  took %.3f s of CPU", code, run.cpu_s);
}

static void overruns(const char *code)
{
    breaks(code, SANDBOX_OVERRUN, "more than 2000000 instructions in one turn");
}

static void swells(const char *code)
{
    breaks(code, SANDBOX_MEMORY, "more than 4194304 bytes of memory");
}

/* ---- time ---- */

static void an_endless_loop_ends_with_its_line(void **state)
{
    (void)state;
    breaks("local n = 0\nwhile true do n = n + 1 end", SANDBOX_OVERRUN,
           "test.lua:2: more than 2000000 instructions in one turn");
    overruns("while true do end");
    overruns("::again:: goto again");
    overruns("local function f() return f() end return f()");
}

/* The oldest way out: an error that is caught and the loop that goes on. */
static void no_pcall_holds_an_overrun_up(void **state)
{
    (void)state;
    overruns("local function f() while true do end end\nwhile true do pcall(f) end");
    overruns("local function f() while true do end end\n"
             "local function g() while true do pcall(f) end end\nwhile true do pcall(g) end");
    overruns("local function f() while true do end end\n"
             "while true do xpcall(f, function() while true do end end) end");
    overruns("xpcall(function() error('x') end, function() while true do end end)");
    overruns("local function f() while true do end end\nlocal ok = pcall(f)\nreturn 'caught'");
}

static void memory_that_comes_and_goes_costs_instructions(void **state)
{
    (void)state;
    overruns("while true do local t = {1, 2, 3} end");
    overruns("local s = ('x'):rep(200000) while true do local t = s .. 'y' end");
    overruns("local keep = {} for i = 1, 10000 do keep[i] = {i} end\n"
             "while true do local t = {{}, {}, {}} end");
    /* 8 MB in 200 instructions */
    struct planner_run run =
        planner_run("local s, t = ('x'):rep(200000) for i = 1, 40 do t = s .. 'y' end return #t");
    assert_string_equal(run.result, "200001");
    assert_true(run.instructions > 40 * 200000 / 64);
}

/* Megabytes are compared inside one instruction, where no hook fires. */
static void long_strings_make_instructions_dear(void **state)
{
    (void)state;
    overruns("local a, b = ('x'):rep(250000), ('x'):rep(250000) local n = 0\n"
             "while true do if a == b then n = n + 1 end end");
    overruns("local a, b = ('x'):rep(250000), ('x'):rep(250000)\n"
             "while true do if a < b then break end end");
    overruns("local a, b = ('x'):rep(250000), ('x'):rep(250000) local t = {[a] = 1}\n"
             "while true do local x = t[b] end");
    struct planner_run run = planner_run("local n = 0 for i = 1, 100000 do n = n + 1 end return n");
    assert_true(run.instructions < 210000);
}

static void pattern_bombs_are_refused_while_they_burn(void **state)
{
    static const char *const bombs[] = {
        "('a'):rep(100):find('.-.-.-.-b')",
        "('a'):rep(100000):find('.-b')",
        "('a'):rep(100000):match('a*b')",
        "('('):rep(100000):find('%b()')",
        "('a'):rep(100000):gsub('.-b', 'x')",
        "('a'):rep(30):find(('a?'):rep(30) .. ('a'):rep(30) .. 'b')",
        "('a'):rep(100000):match('(a*)*b')",
        "('x'):rep(200000):find('%f[y].-z')",
        "('a'):rep(5000):find('(.*)(.*)%2b')",
    };
    char code[256];

    (void)state;
    for (size_t i = 0; i < sizeof(bombs) / sizeof(bombs[0]); i++) {
        snprintf(code, sizeof(code), "while true do local ok = pcall(function() return %s end) end",
                 bombs[i]);
        overruns(code);
        snprintf(code, sizeof(code), "for w in ('a'):rep(100000):gmatch('.-b') do end");
        raises(code, "the pattern costs too much on this text");
    }
}

static void library_calls_are_charged_for_what_they_touch(void **state)
{
    (void)state;
    overruns("table.move({}, 1, 1e9, 2)");
    overruns("table.move({}, 1, math.maxinteger, 2)");
    overruns("local t = {} for i = 1, 1000 do t[i] = i end while true do table.insert(t, 1, 0) "
             "table.remove(t, 1) end");
    overruns("local t = setmetatable({}, {__len = function() return 1e9 end})\n"
             "while true do table.insert(t, 1) table.remove(t) end");
    overruns("local s = ('x'):rep(250000) while true do utf8.len(s) end");
    overruns("local s = ('x'):rep(250000) while true do local x = s:upper() end");
    overruns("local s = ('x'):rep(250000) while true do s:find('y', 1, true) end");
    overruns("local s = ('a'):rep(250000) local p = ('a'):rep(100000) .. 'b'\n"
             "while true do s:find(p, 1, true) end");
    overruns("local t = {} for i = 1, 1000 do t[i] = 'x' end while true do table.concat(t) end");
    overruns("local t = {} for i = 1, 1000 do t[i] = -i end while true do table.sort(t) end");
    overruns("local t = {} for i = 1, 1000 do t[i] = i end while true do for k in pairs(t) do "
             "break end end");
    overruns("local t = {} for i = 1, 1000 do t[i] = i end while true do next(t) end");
    overruns("while true do string.format('%s', 'x') end");
}

/* ---- memory ---- */

static void memory_has_an_end_and_no_pcall_holds_it_up(void **state)
{
    (void)state;
    swells("local t = {} for i = 1, 1e9 do t[i] = i end");
    swells("local t = {} while true do t = {t} end");
    swells("local t, s = {}, ('x'):rep(1000) while true do t[#t + 1] = s .. #t end");
    overruns("local function f(...) return f(1, 2, 3, ...) end f()");
    swells("local function f() local t = {} while true do t[#t + 1] = {} end end\n"
           "while true do pcall(f) end");
    swells("local function f() return 1 + f() end return pcall(f)");
}

static void a_string_has_an_end(void **state)
{
    (void)state;
    raises("return ('x'):rep(1 << 30)", "rep: 1073741824 times 1 bytes are too long");
    raises("return ('x'):rep(math.maxinteger)", "are too long");
    raises("return ('x'):rep(262145)", "262145");
    gives("return #('x'):rep(262144)", "262144");
    gives("return #(''):rep(math.maxinteger)", "0");
    gives("return ('ab'):rep(3, '-')", "ab-ab-ab");
    breaks("local s = 'x' while true do s = s .. s end", SANDBOX_MEMORY,
           "a string of 524288 bytes; a string has at most 262144");
    raises("return ('x'):rep(200000):gsub('x', 'yy')", "gsub: the result would have");
    raises("local t = {('x'):rep(200000), ('x'):rep(200000)} return table.concat(t)",
           "concat: the result would have 400000 bytes");
    raises("return ('%s%s'):format(('x'):rep(200000), ('x'):rep(200000))", "format: the result");
}

static void values_on_the_stack_have_an_end(void **state)
{
    (void)state;
    raises("return table.unpack({}, 1, 1e6)", "unpack: more than 10000 values");
    raises("return ('x'):rep(20000):byte(1, -1)", "byte: more than 10000 values");
    gives("return select('#', table.unpack({}, 1, 10000))", "10000");
}

static void deep_recursion_is_no_error_that_can_be_caught(void **state)
{
    (void)state;
    swells("local function f(n) return 1 + f(n + 1) end return f(1)");
    breaks("local function f() return (('x'):gsub('x', f)) end return pcall(f)", SANDBOX_OVERRUN,
           "calls are nested too deeply");
    breaks("local t = setmetatable({}, {__index = function(t, k) return t[k .. 'x'] end})\n"
           "return pcall(function() return t.a end)",
           SANDBOX_OVERRUN, "calls are nested too deeply");
    gives("local n = 0 local function f() n = n + 1 if n < 100 then return pcall(f) end return n "
          "end local ok, x = f() return n",
          "100");
}

/* ---- what plan code can reach ---- */

static void what_a_plan_must_not_have_is_not_there(void **state)
{
    static const char *const absent[] = {
        "os.time()",
        "io.open('x')",
        "debug.traceback()",
        "load('return 1')",
        "loadstring('x')",
        "dofile('x')",
        "loadfile('x')",
        "collectgarbage()",
        "coroutine.create(pcall)",
        "print(1)",
        "rawset({}, 1, 1)",
        "rawget({}, 1)",
        "_G.x",
        "package.path",
        "math.random()",
        "math.sin(1)",
        "math.exp(1)",
        "string.dump(pcall)",
        "string.pack('i', 1)",
        "math.pi",
        "math.log(2)",
    };
    char code[128];

    (void)state;
    for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
        snprintf(code, sizeof(code), "return %s", absent[i]);
        struct planner_run run = planner_run(code);
        assert_int_equal(run.end, SANDBOX_ERROR);
        if (!strstr(run.fault.text, "test.lua:1: a plan has no \"") &&
            !strstr(run.fault.text, "test.lua:1: there is no \""))
            fail_msg("%s: %s", absent[i], run.fault.text);
    }
    raises("os.time()", "a plan has no \"os\": for the time use now()");
}

static void the_words_table_and_the_sandbox_agree(void **state)
{
    char code[128];
    const struct word *w;

    (void)state;
    for (size_t i = 0; (w = word_at(i)); i++) {
        static const char *const library[] = {
            [WORD_STRING] = "string.",
            [WORD_TABLE] = "table.",
            [WORD_MATH] = "math.",
            [WORD_UTF8] = "utf8.",
        };
        if (w->kind != WORD_BASIC && w->kind != WORD_LIBRARY &&
            (w->kind < WORD_STRING || w->kind > WORD_UTF8))
            continue;
        snprintf(code, sizeof(code), "return %s%s ~= nil",
                 w->kind >= WORD_STRING ? library[w->kind] : "", w->name);
        gives(code, "true");
    }
    gives("local n = 0 for _, t in ipairs{string, table, math, utf8} do for k in pairs(t) do "
          "n = n + 1 end end return n",
          "40");
}

static void names_are_strict_and_the_near_one_is_told(void **state)
{
    (void)state;
    raises("return tostirng(1)", "there is no \"tostirng\"; did you mean \"tostring\"?");
    raises("return string.fromat('x')",
           "there is no \"string.fromat\"; did you mean \"string.format\"");
    raises("counter = 1", "\"counter\" is not declared; write \"local counter\" where it begins");
    raises("tostring = 1", "\"tostring\" is not declared");
    raises("string.x = 1", "\"x\" cannot be set here: this table is read-only");
    raises("_ENV.x = 1", "\"x\" is not declared");
}

static void nothing_of_a_plan_runs_behind_its_back(void **state)
{
    (void)state;
    raises("setmetatable({}, {__gc = function() while true do end end})",
           "a metatable of a plan has no __gc");
    raises("setmetatable({}, {__close = function() end})", "no __close");
    raises("setmetatable({}, {__mode = 'k'})", "no __mode");
    raises("setmetatable({}, {__metatable = 1})", "no __metatable");
    raises("setmetatable(string, {})", "this table is read-only");
    raises("setmetatable(_ENV, {})", "this table is read-only");
    raises("local x <close> = {}", "got a non-closable value");
    /* the copy is frozen: what is put in later has no effect */
    gives("local mt = {} local t = setmetatable({}, mt) mt.__index = {a = 1} mt.__mode = 'k'\n"
          "return t.a == nil and getmetatable(t) == mt",
          "true");
    gives("return getmetatable('') == nil", "true");
    gives("local C = {} C.__index = C function C.f() return 7 end\n"
          "return setmetatable({}, C):f()",
          "7");
}

static void text_chunks_only(void **state)
{
    struct sandbox *sb = sandbox_new(&sandbox_limits_default);
    struct why why = {0};

    (void)state;
    assert_int_equal(sandbox_load(sb, "x.lua", "\033Lua", 4, &why), ERR_INVALID);
    assert_non_null(strstr(why.text, "binary chunk"));
    assert_int_equal(sandbox_load(sb, "x.lua", "local = 1", 9, &why), ERR_INVALID);
    assert_non_null(strstr(why.text, "x.lua:1:"));
    assert_int_equal(lua_gettop(sandbox_lua(sb)), 0);
    sandbox_free(sb);
}

/* ---- the same everywhere ---- */

static void pairs_and_next_go_in_order(void **state)
{
    (void)state;
    gives("local t, r = {b = 1, a = 1, [10] = 1, [2] = 1, [1.5] = 1, [true] = 1, [false] = 1}, {}\n"
          "for k in pairs(t) do r[#r + 1] = tostring(k) end return table.concat(r, ' ')",
          "1.5 2 10 a b false true");
    gives("local t, r = {b = 1, a = 1, [10] = 1, [2] = 1, [true] = 1}, {}\n"
          "local k = next(t) while k ~= nil do r[#r + 1] = tostring(k) k = next(t, k) end\n"
          "return table.concat(r, ' ')",
          "2 10 a b true");
    gives("local t = {a = 1, b = 2, c = 3} local r = ''\n"
          "for k in pairs(t) do t.b = nil t.d = 4 r = r .. k end return r",
          "ac");
    raises("for k in pairs({[{}] = 1}) do end", "a key of this table is a table");
    gives("return next({}) == nil", "true");
    gives(
        "local t = {} for i = 1, 500 do t['k' .. (i * 7919 % 500)] = i end local last, n = '', 0\n"
        "for k in pairs(t) do if k > last then n = n + 1 end last = k end return n",
        "500");
}

static void texts_hold_no_addresses(void **state)
{
    (void)state;
    gives("return tostring({}) .. tostring(pcall) .. tostring(nil) .. tostring(true)",
          "tablefunctionniltrue");
}

static void sort_is_stable(void **state)
{
    (void)state;
    gives("local t = {} for i = 1, 1000 do t[i] = {i % 3, i} end\n"
          "table.sort(t, function(a, b) return a[1] < b[1] end)\n"
          "for i = 2, 1000 do local a, b = t[i - 1], t[i]\n"
          "  if a[1] > b[1] or (a[1] == b[1] and a[2] > b[2]) then return 'unstable' end end\n"
          "return 'stable'",
          "stable");
    gives("local t = {} for i = 1, 500 do t[i] = i t[1001 - i] = i end table.sort(t)\n"
          "local s = 0 for i = 1, 1000 do s = (s * 31 + t[i]) % 1000003 end return s",
          "204291");
    gives("local t = {3, 1, 2} pcall(table.sort, t, function() error('x') end)\n"
          "return table.concat(t)",
          "312");
    gives("local t = {3, 1, 2} table.sort(t, function(a, b) return true end) return #t", "3");
    gives("local t = {'b', 'a', 'c'} table.sort(t) return table.concat(t)", "abc");
    raises("table.sort({1, 'a'})", "attempt to compare");
}

static void numerals_are_no_numbers(void **state)
{
    (void)state;
    raises("return '1' + 1", "attempt to perform arithmetic on a string");
    raises("return math.floor('1')", "number expected, got string");
    gives("return tonumber('12') + tonumber('0x10') + tonumber('z', 36)", "63");
    gives("return tonumber(('1'):rep(300)) == nil", "true");
    gives("return tostring(0/0) .. tostring(-(0/0)) .. tostring(2^53)", "nannan9.007199254741e+15");
    gives("return math.max(1, 2.5) + math.floor(2.7) + math.tointeger(3.0)", "7.5");
}

/* ---- what is ours works as Lua's ---- */

static void the_table_functions_do_their_work(void **state)
{
    (void)state;
    gives(
        "local t = {1, 2, 3} table.insert(t, 4) table.insert(t, 1, 0) return table.concat(t, ',')",
        "0,1,2,3,4");
    gives("local t = {1, 2, 3} local x = table.remove(t, 1) local y = table.remove(t)\n"
          "return table.concat(t, ',') .. x .. y",
          "213");
    gives("local t = table.move({1, 2, 3}, 1, 3, 2) return table.concat(t, ',')", "1,1,2,3");
    gives("local t = table.move({1, 2, 3}, 2, 3, 1) return table.concat(t, ',')", "2,3,3");
    gives("local t = table.pack(1, nil, 3) return t.n .. tostring(t[2])", "3nil");
    gives("return table.remove({}) == nil", "true");
    raises("table.insert({1}, 5, 1)", "position out of bounds");
    raises("table.insert(string, 1)", "read-only");
    raises("return table.concat({1, {}, 3})", "concat: element 2 is a table");
    gives("return select('#', table.unpack({1, 2, nil, 4}, 1, 4))", "4");
}

static void format_does_its_work(void **state)
{
    (void)state;
    gives("return ('%5.2f|%d|%s|%q|%%|%x'):format(1.234, 7, true, 'a\\nb', 255)",
          " 1.23|7|true|\"a\\\nb\"|%|ff");
    gives("return ('%s %s'):format({}, tostring)", "table function");
    raises("return ('%p'):format({})", "no %p");
    raises("return ('\\0%p'):format({})", "no %p");
    raises("return ('%d'):format('12')", "needs a number");
    raises("return ('%s'):format()", "value expected");
    raises("return ('%'):format(1)", "a % item has no end");
    gives("return ('%s'):format(setmetatable({}, {__tostring = function() return 'me' end}))",
          "me");
}

static void errors_carry_their_place(void **state)
{
    (void)state;
    raises("\n\nerror('boom')", "test.lua:3: boom");
    raises("error({})", "the error is no text but a table");
    assert_null(strstr(planner_run("error({})").fault.text, "0x"));
    raises("error()", "the error is no text but a nil");
    raises("local x\nreturn x.y", "test.lua:2: attempt to index a nil value (local 'x')");
    gives("local ok, e = pcall(error, 'x', 0) return e", "x");
    gives("local ok, e = xpcall(function() error('x', 0) end, function(m) return m .. '!' end)\n"
          "return e",
          "x!");
    gives("local ok, e = xpcall(error, function(m) error('again', 0) end, 'x') return e", "again");
    gives("return select('#', pcall(function() return 1, 2, 3 end))", "4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_endless_loop_ends_with_its_line),
        cmocka_unit_test(no_pcall_holds_an_overrun_up),
        cmocka_unit_test(memory_that_comes_and_goes_costs_instructions),
        cmocka_unit_test(long_strings_make_instructions_dear),
        cmocka_unit_test(pattern_bombs_are_refused_while_they_burn),
        cmocka_unit_test(library_calls_are_charged_for_what_they_touch),
        cmocka_unit_test(memory_has_an_end_and_no_pcall_holds_it_up),
        cmocka_unit_test(a_string_has_an_end),
        cmocka_unit_test(values_on_the_stack_have_an_end),
        cmocka_unit_test(deep_recursion_is_no_error_that_can_be_caught),
        cmocka_unit_test(what_a_plan_must_not_have_is_not_there),
        cmocka_unit_test(the_words_table_and_the_sandbox_agree),
        cmocka_unit_test(names_are_strict_and_the_near_one_is_told),
        cmocka_unit_test(nothing_of_a_plan_runs_behind_its_back),
        cmocka_unit_test(text_chunks_only),
        cmocka_unit_test(pairs_and_next_go_in_order),
        cmocka_unit_test(texts_hold_no_addresses),
        cmocka_unit_test(sort_is_stable),
        cmocka_unit_test(numerals_are_no_numbers),
        cmocka_unit_test(the_table_functions_do_their_work),
        cmocka_unit_test(format_does_its_work),
        cmocka_unit_test(errors_carry_their_place),
    };
    int failed = cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
    print_message("# the slowest breach took %.3f s of CPU\n", slowest_s);
    return failed;
}
