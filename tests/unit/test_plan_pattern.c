/* Patterns do what Lua's do, and stop where Lua's would not. */
#include "base/id.h"
#include "plan/pattern.h"
#include "planner_sandbox.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { TRIALS = 60000 };

/* Pieces of which patterns are made by chance; some are broken on purpose. */
static const char *const pieces[] = {
    "a",    "b",       "x",      ".",    "%a",   "%d",   "%s",   "%w",  "%A", "[ab]",
    "[^a]", "[a-c%d]", "%f[%w]", "*",    "+",    "-",    "?",    "(",   ")",  "()",
    "%1",   "%2",      "$",      "^",    "%b()", "%.",   "%%",   "[]]", "[%", "%",
    "[",    "[^%s]",   "%f[^a]", "%bxx", "1",    "[-a]", "[a-]",
};

static void draw(struct entropy *chance, char *ret, size_t cap, int most)
{
    int n = (int)(entropy_u64(chance) % (uint64_t)most) + 1;
    size_t len = 0;

    ret[0] = '\0';
    for (int i = 0; i < n; i++) {
        const char *piece = pieces[entropy_u64(chance) % (sizeof(pieces) / sizeof(pieces[0]))];

        len += (size_t)snprintf(ret + len, cap - len, "%s", piece);
    }
}

static void draw_text(struct entropy *chance, char *ret, int most)
{
    static const char letters[] = "aabbx1 .()\0%";
    int n = (int)(entropy_u64(chance) % (uint64_t)most);

    for (int i = 0; i < n; i++)
        ret[i] = letters[entropy_u64(chance) % (sizeof(letters) - 1)];
    ret[n] = '\0';
}

/* The places and captures of a match as a text; "none"; "error". */
static void ours(const char *text, const char *pattern, char *ret, size_t cap)
{
    struct pattern p;
    const char *start = text;
    bool anchored = pattern[0] == '^';
    size_t len = 0;

    pattern_init(&p, text, strlen(text), pattern + anchored, strlen(pattern) - anchored);
    const char *end = anchored ? pattern_match(&p, text) : pattern_search(&p, text, &start);
    for (int i = 0; end && i < p.count; i++)
        if (p.captures[i].len == PATTERN_OPEN)
            p.error = "unfinished capture";
    if (p.error || !end) {
        snprintf(ret, cap, "%s", p.error ? "error" : "none");
        return;
    }
    len += (size_t)snprintf(ret, cap, "%d-%d", (int)(start - text) + 1, (int)(end - text));
    for (int i = 0; i < p.count; i++) {
        if (p.captures[i].len == PATTERN_POSITION)
            len +=
                (size_t)snprintf(ret + len, cap - len, " %d", (int)(p.captures[i].at - text) + 1);
        else
            len += (size_t)snprintf(ret + len, cap - len, " [%.*s]", (int)p.captures[i].len,
                                    p.captures[i].at);
    }
}

static void luas(lua_State *L, const char *text, const char *pattern, char *ret, size_t cap)
{
    size_t len = 0;

    lua_settop(L, 0);
    lua_getglobal(L, "string");
    lua_getfield(L, 1, "find");
    lua_pushstring(L, text);
    lua_pushstring(L, pattern);
    if (lua_pcall(L, 2, LUA_MULTRET, 0) != LUA_OK || lua_isnil(L, 2)) {
        snprintf(ret, cap, "%s", lua_isnil(L, 2) ? "none" : "error");
        return;
    }
    len += (size_t)snprintf(ret, cap, "%d-%d", (int)lua_tointeger(L, 2), (int)lua_tointeger(L, 3));
    for (int i = 4; i <= lua_gettop(L); i++) {
        if (lua_type(L, i) == LUA_TNUMBER)
            len += (size_t)snprintf(ret + len, cap - len, " %d", (int)lua_tointeger(L, i));
        else
            len += (size_t)snprintf(ret + len, cap - len, " [%s]", lua_tostring(L, i));
    }
}

static void patterns_give_what_lua_gives(void **state)
{
    lua_State *L = luaL_newstate();
    struct entropy chance;
    uint8_t seed[32] = {42};
    int matched = 0;

    (void)state;
    luaL_openlibs(L);
    entropy_init(&chance, seed);
    for (int i = 0; i < TRIALS; i++) {
        char pattern[128], text[32], a[512], b[512];

        draw(&chance, pattern, sizeof(pattern), 7);
        draw_text(&chance, text, 24);
        if (!strpbrk(pattern, "^$*+?.([%-"))
            continue; /* Lua's find then looks for the plain text */
        ours(text, pattern, a, sizeof(a));
        luas(L, text, pattern, b, sizeof(b));
        if (strcmp(a, b) != 0)
            fail_msg("\"%s\" in \"%s\": ours %s, Lua's %s", pattern, text, a, b);
        matched += a[0] >= '0' && a[0] <= '9';
    }
    print_message("# %d patterns, %d matched\n", TRIALS, matched);
    assert_true(matched > TRIALS / 10);
    lua_close(L);
}

/* gsub, gmatch, match and find as a plan calls them, against Lua's own. */
static void the_functions_give_what_luas_give(void **state)
{
    static const char *const calls[] = {
        "local r = '' for a, b in s:gmatch(p) do r = r .. tostring(a) .. tostring(b) end return r",
        "local a, n = s:gsub(p, '<%0>') return a .. n",
        "local a, n = s:gsub(p, '%1-', 2) return a .. n",
        "local a, n = s:gsub(p, {a = 'A', b = false}) return a .. n",
        "local a, n = s:gsub(p, function(x) return x == 'a' and 'Q' end) return a .. n",
        "return tostring(s:match(p, 3)) .. tostring(s:match(p, -2))",
        "local a, b, c = s:find(p, 2) return tostring(a) .. tostring(b) .. tostring(c)",
        "return tostring(s:find(p, 1, true)) .. tostring(s:find(p, 40))",
    };
    lua_State *L = luaL_newstate();
    struct entropy chance;
    uint8_t seed[32] = {43};

    (void)state;
    luaL_openlibs(L);
    entropy_init(&chance, seed);
    for (int i = 0; i < 2000; i++) {
        char pattern[128], text[32], code[2048];

        draw(&chance, pattern, sizeof(pattern), 5);
        draw_text(&chance, text, 20);
        snprintf(code, sizeof(code),
                 "local s, p = [==[%s]==], [==[%s]==]\n"
                 "local ok, r = pcall(function() %s end) return ok and r or 'error'",
                 text, pattern, calls[(size_t)i % (sizeof(calls) / sizeof(calls[0]))]);
        struct planner_run run = planner_run(code);
        if (run.end != SANDBOX_DONE)
            fail_msg("%s\n%s", code, run.fault.text);
        lua_settop(L, 0);
        assert_int_equal(luaL_dostring(L, code), LUA_OK);
        if (strcmp(run.result, lua_tostring(L, -1)) != 0)
            fail_msg("%s\nours: %s\nLua's: %s", code, run.result, lua_tostring(L, -1));
    }
    lua_close(L);
}

static void a_search_gives_up_after_ten_million_steps(void **state)
{
    char text[2001];
    struct pattern p;
    const char *start;

    (void)state;
    memset(text, 'a', 2000);
    text[2000] = '\0';
    pattern_init(&p, text, 2000, ".-.-b", 5);
    assert_null(pattern_search(&p, text, &start));
    assert_non_null(p.error);
    assert_true(p.steps <= PATTERN_STEPS_MAX + 1000);
    pattern_init(&p, text, 2000, ".-b", 3);
    assert_null(pattern_search(&p, text, &start));
    assert_null(p.error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_give_what_lua_gives),
        cmocka_unit_test(the_functions_give_what_luas_give),
        cmocka_unit_test(a_search_gives_up_after_ten_million_steps),
    };
    return cmocka_run_group_tests_name("patterns", tests, NULL, NULL);
}
