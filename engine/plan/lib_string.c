/* lib_string - string: Lua's own small functions, our rep, format, find, match, gmatch, gsub. */
#include "plan/lib.h"

#include "plan/pattern.h"
#include "plan/sandbox.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdbool.h>
#include <string.h>

enum {
    STEPS_PER_UNIT = 8, /* steps of a match that cost as much as one instruction */
    SPEC_MAX = 32,      /* characters of one % item of a format */
};

/* ---- rep, byte ---- */

/* rep(s, n, separator) */
static int string_rep(lua_State *L)
{
    size_t len = 0;
    size_t sep_len = 0;
    const char *s = luaL_checklstring(L, 1, &len);
    lua_Integer n = luaL_checkinteger(L, 2);
    const char *sep = luaL_optlstring(L, 3, "", &sep_len);
    luaL_Buffer b;

    if (n <= 0 || len + sep_len == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    if ((size_t)n > SANDBOX_STRING_MAX / (len + sep_len) + 1)
        return luaL_error(L, "rep: %I times %d bytes are too long; a string has at most %d", n,
                          (int)(len + sep_len), (int)SANDBOX_STRING_MAX);
    lib_check_length(L, "rep", (size_t)n * len + (size_t)(n - 1) * sep_len);
    sandbox_charge(L, 1 + n / 4);

    luaL_buffinit(L, &b);
    for (lua_Integer i = 0; i < n; i++) {
        if (i > 0)
            luaL_addlstring(&b, sep, sep_len);
        luaL_addlstring(&b, s, len);
    }
    luaL_pushresult(&b);
    return 1;
}

/* A place in a string as Lua has them: 1 is the first, -1 the last. */
static lua_Integer place(lua_Integer at, size_t len)
{
    if (at >= 0)
        return at;
    return at < -(lua_Integer)len ? 0 : (lua_Integer)len + at + 1;
}

/* byte(s, i, j). Upvalue: Lua's own. */
static int string_byte(lua_State *L)
{
    size_t len = 0;

    luaL_checklstring(L, 1, &len);
    lua_Integer from = place(luaL_optinteger(L, 2, 1), len);
    lua_Integer to = place(luaL_optinteger(L, 3, from), len);
    if (to > (lua_Integer)len)
        to = (lua_Integer)len;
    if (to - (from < 1 ? 1 : from) >= LIB_VALUES_MAX)
        return luaL_error(L, "byte: more than %d values", (int)LIB_VALUES_MAX);
    lua_settop(L, 3);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 3, LUA_MULTRET);
    return lua_gettop(L);
}

/* ---- format ---- */

/* The conversion of the item at `at` (behind its %), and how long the item is. */
static char format_item(lua_State *L, const char *at, size_t *ret_len)
{
    size_t n = strspn(at, "-+ #0123456789.");

    if (n + 2 > SPEC_MAX || at[n] == '\0')
        luaL_error(L, "format: a %% item has no end; write %%%% for a per cent sign");
    *ret_len = n + 1;
    return at[n];
}

/* Make argument `arg` fit for Lua's own format; returns how many bytes it may become. */
static size_t format_argument(lua_State *L, int arg, char conversion)
{
    size_t len = 0;

    luaL_checkany(L, arg);
    if (conversion == 's') {
        lib_tostring(L, arg, &len);
        lua_replace(L, arg);
        return len;
    }
    if (conversion == 'q') {
        if (lua_type(L, arg) == LUA_TSTRING)
            len = 4 * lua_rawlen(L, arg);
        return len + 32;
    }
    if (conversion == 'p')
        luaL_error(L, "format: no %%p, addresses differ in a replay");
    if (lua_type(L, arg) != LUA_TNUMBER)
        luaL_error(L, "format: %%%c needs a number, got %s", conversion, luaL_typename(L, arg));
    return 128;
}

/* format(text, …). Upvalue: Lua's own, which gets texts instead of what has an address. */
static int string_format(lua_State *L)
{
    size_t bytes = 0;
    int arg = 1;
    const char *format = luaL_checklstring(L, 1, &bytes);

    sandbox_charge_bytes(L, bytes);
    const char *end = format + bytes; /* it may hold NULs */
    for (const char *at = memchr(format, '%', bytes); at;
         at = memchr(at, '%', (size_t)(end - at))) {
        size_t len = 1;

        if (*++at != '%') {
            char conversion = format_item(L, at, &len);

            bytes += format_argument(L, ++arg, conversion);
        }
        at += len;
    }
    lib_check_length(L, "format", bytes);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

/* ---- patterns ---- */

/* Charge what a search took since `before`, and raise its error. No memory of ours is held. */
static void settle(lua_State *L, const struct pattern *p, int64_t before)
{
    sandbox_charge(L, 1 + (p->steps - before) / STEPS_PER_UNIT);
    if (p->error)
        luaL_error(L, "%s", p->error);
}

/* Push capture i; the whole match when there is none. */
static void push_capture(lua_State *L, const struct pattern *p, int i, const char *from,
                         const char *to)
{
    if (i >= p->count) {
        if (i > 0)
            luaL_error(L, "invalid capture index %%%d", i + 1);
        lua_pushlstring(L, from, (size_t)(to - from));
        return;
    }
    if (p->captures[i].len == PATTERN_POSITION)
        lua_pushinteger(L, p->captures[i].at - p->text + 1);
    else if (p->captures[i].len == PATTERN_OPEN)
        luaL_error(L, "unfinished capture");
    else
        lua_pushlstring(L, p->captures[i].at, (size_t)p->captures[i].len);
}

/* Push all; with `from` NULL only what is captured. returns how many. */
static int push_captures(lua_State *L, const struct pattern *p, const char *from, const char *to)
{
    int n = p->count == 0 && from ? 1 : p->count;

    luaL_checkstack(L, n, "too many captures");
    for (int i = 0; i < n; i++)
        push_capture(L, p, i, from, to);
    return n;
}

/* The search of find and match, from where argument 3 says. */
static const char *search(lua_State *L, struct pattern *p, const char **ret_start)
{
    size_t len = 0;
    size_t pattern_len = 0;
    const char *s = luaL_checklstring(L, 1, &len);
    const char *pattern = luaL_checklstring(L, 2, &pattern_len);
    lua_Integer init = place(luaL_optinteger(L, 3, 1), len);
    bool anchored = pattern_len > 0 && pattern[0] == '^';

    if (init < 1)
        init = 1;
    pattern_init(p, s, len, pattern + anchored, pattern_len - anchored);
    if (init > (lua_Integer)len + 1)
        return NULL;
    *ret_start = s + init - 1;
    const char *to =
        anchored ? pattern_match(p, *ret_start) : pattern_search(p, *ret_start, ret_start);
    settle(L, p, 0);
    return to;
}

static bool is_plain(const char *pattern, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (pattern[i] == '\0' || strchr("^$*+?.([%-", pattern[i]))
            return false;
    return true;
}

static int find_plain(lua_State *L)
{
    size_t len = 0;
    size_t what_len = 0;
    const char *s = luaL_checklstring(L, 1, &len);
    const char *what = luaL_checklstring(L, 2, &what_len);
    lua_Integer init = place(luaL_optinteger(L, 3, 1), len);

    if (init < 1)
        init = 1;
    sandbox_charge_bytes(L, 4 * (len + what_len));
    const char *at = NULL;
    if (init <= (lua_Integer)len + 1)
        at = memmem(s + init - 1, len - (size_t)(init - 1), what, what_len);
    if (!at) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, at - s + 1);
    lua_pushinteger(L, at - s + (lua_Integer)what_len);
    return 2;
}

/* find(s, pattern, from, plain) */
static int string_find(lua_State *L)
{
    struct pattern p;
    size_t len = 0;
    const char *pattern = luaL_checklstring(L, 2, &len);
    const char *from = NULL;

    if (lua_toboolean(L, 4) || is_plain(pattern, len))
        return find_plain(L);
    const char *to = search(L, &p, &from);
    if (!to) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, from - p.text + 1);
    lua_pushinteger(L, to - p.text);
    return push_captures(L, &p, NULL, NULL) + 2;
}

/* match(s, pattern, from) */
static int string_match(lua_State *L)
{
    struct pattern p;
    const char *from = NULL;
    const char *to = search(L, &p, &from);

    if (to)
        return push_captures(L, &p, from, to);
    lua_pushnil(L);
    return 1;
}

/* Upvalues: text, pattern, where to go on, end of the match before (-1: none). */
static int gmatch_step(lua_State *L)
{
    struct pattern p;
    size_t len = 0;
    size_t pattern_len = 0;
    const char *s = lua_tolstring(L, lua_upvalueindex(1), &len);
    const char *pattern = lua_tolstring(L, lua_upvalueindex(2), &pattern_len);
    const char *from = s + lua_tointeger(L, lua_upvalueindex(3));
    lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));

    pattern_init(&p, s, len, pattern, pattern_len);
    for (; from <= s + len; from++) {
        const char *start = from;
        const char *to = pattern_search(&p, from, &start);

        if (!to)
            break;
        from = start;
        if (to - s == last)
            continue; /* an empty match at the end of the one before */
        settle(L, &p, 0);
        lua_pushinteger(L, to - s);
        lua_copy(L, -1, lua_upvalueindex(3));
        lua_replace(L, lua_upvalueindex(4));
        return push_captures(L, &p, from, to);
    }
    settle(L, &p, 0);
    lua_pushnil(L);
    return 1;
}

/* gmatch(s, pattern, from) */
static int string_gmatch(lua_State *L)
{
    size_t len = 0;

    luaL_checklstring(L, 1, &len);
    luaL_checkstring(L, 2);
    lua_Integer init = place(luaL_optinteger(L, 3, 1), len);
    if (init < 1)
        init = 1;
    if (init > (lua_Integer)len + 1)
        init = (lua_Integer)len + 2; /* never matches */
    lua_settop(L, 2);
    lua_pushinteger(L, init - 1);
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, gmatch_step, 4);
    return 1;
}

/* ---- gsub ---- */

/* Add the replacement text of argument 3, with its %0 to %9. */
static void add_template(lua_State *L, luaL_Buffer *b, const struct pattern *p, const char *from,
                         const char *to)
{
    size_t len = 0;
    const char *text = lua_tolstring(L, 3, &len);

    for (size_t i = 0; i < len; i++) {
        if (text[i] != '%') {
            luaL_addchar(b, text[i]);
            continue;
        }
        char c = ++i < len ? text[i] : '\0';
        if (c == '%') {
            luaL_addchar(b, '%');
        } else if (c == '0') {
            luaL_addlstring(b, from, (size_t)(to - from));
        } else if (c >= '1' && c <= '9') {
            push_capture(L, p, c - '1', from, to);
            luaL_tolstring(L, -1, NULL); /* a position becomes its numeral */
            lua_remove(L, -2);
            luaL_addvalue(b);
        } else {
            luaL_error(L,
                       "gsub: \"%%\" in the replacement is followed by a digit or another \"%%\"");
        }
    }
}

/* Add what the table or function of argument 3 gives for this match. */
static void add_looked_up(lua_State *L, luaL_Buffer *b, const struct pattern *p, const char *from,
                          const char *to)
{
    if (lua_type(L, 3) == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        lua_call(L, push_captures(L, p, from, to), 1);
    } else {
        push_capture(L, p, 0, from, to);
        lua_gettable(L, 3);
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(b, from, (size_t)(to - from));
    } else if (!lua_isstring(L, -1)) {
        luaL_error(L, "gsub: the replacement is a %s; it must be text", luaL_typename(L, -1));
    } else {
        luaL_addvalue(b);
    }
}

/* gsub(s, pattern, replacement, how often) */
static int string_gsub(lua_State *L)
{
    size_t len = 0;
    size_t pattern_len = 0;
    const char *s = luaL_checklstring(L, 1, &len);
    const char *pattern = luaL_checklstring(L, 2, &pattern_len);
    int kind = lua_type(L, 3);
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)len + 1);
    bool anchored = pattern_len > 0 && pattern[0] == '^';
    lua_Integer n = 0;
    const char *last = NULL;
    struct pattern p;
    luaL_Buffer b;

    luaL_argexpected(L,
                     kind == LUA_TNUMBER || kind == LUA_TSTRING || kind == LUA_TFUNCTION ||
                         kind == LUA_TTABLE,
                     3, "string, function or table");
    pattern_init(&p, s, len, pattern + anchored, pattern_len - anchored);
    luaL_buffinit(L, &b);
    while (n < most) {
        int64_t before = p.steps;
        const char *to = pattern_match(&p, s);

        settle(L, &p, before);
        if (to && to != last) {
            n++;
            if (kind == LUA_TFUNCTION || kind == LUA_TTABLE)
                add_looked_up(L, &b, &p, s, to);
            else
                add_template(L, &b, &p, s, to);
            s = last = to;
        } else if (s < p.text_end) {
            luaL_addchar(&b, *s++);
        } else {
            break;
        }
        lib_check_length(L, "gsub", luaL_bufflen(&b));
        if (anchored)
            break;
    }
    luaL_addlstring(&b, s, (size_t)(p.text_end - s));
    lib_check_length(L, "gsub", luaL_bufflen(&b));
    luaL_pushresult(&b);
    lua_pushinteger(L, n);
    return 2;
}

/* ---- the table ---- */

void lib_string(lua_State *L)
{
    static const char *const as_in_lua[] = {"char", "len",   "lower", "reverse",
                                            "sub",  "upper", NULL};
    static const luaL_Reg ours[] = {
        {"find", string_find},   {"gmatch", string_gmatch}, {"gsub", string_gsub},
        {"match", string_match}, {"rep", string_rep},       {NULL, NULL},
    };

    lua_pushcfunction(L, luaopen_string);
    lua_call(L, 0, 1);
    lua_newtable(L);
    lib_pick(L, -2, as_in_lua);
    luaL_setfuncs(L, ours, 0);
    lua_getfield(L, -2, "byte");
    lua_pushcclosure(L, string_byte, 1);
    lua_setfield(L, -2, "byte");
    lua_getfield(L, -2, "format");
    lua_pushcclosure(L, string_format, 1);
    lua_setfield(L, -2, "format");
    lua_remove(L, -2);
}
