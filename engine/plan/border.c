#include "plan/border.h"

#include "base/text.h"
#include "plan/env.h"
#include "plan/sandbox.h"

#include <assert.h>
#include <lauxlib.h>
#include <math.h>
#include <string.h>

/* In the metatable of an empty table that came in as a list: its address. */
static const char key_list = 'l';

enum { VALUE_COST = 20, BYTES_PER_UNIT = 32 }; /* instructions that a value and its bytes cost */

/* On the way out: where we are, for the sentence, and how much there was. */
struct walk {
    lua_State *L;
    const char *what;
    struct text path;
    json_t *steps; /* the path as keys; NULL: not wanted, the sentence names it */
    size_t bytes;
    size_t bytes_max;
    int depth;
    struct why *why;
};

static enum err read_value(struct walk *w, int index, json_t **ret);

static enum err refuse(struct walk *w, enum err e, const char *sentence)
{
    if (w->steps)
        return why_set(w->why, e, "%s", sentence);
    return why_set(w->why, e, "%s%s: %s", w->what, text_str(&w->path), sentence);
}

/* One step down, and up again unless something failed below: then `steps` leads there. */
static size_t path_enter(struct walk *w, json_t *takes)
{
    size_t path = w->path.len;

    if (json_is_string(takes))
        text_addf(&w->path, ".%s", json_string_value(takes));
    else
        text_addf(&w->path, "[%lld]", (long long)json_integer_value(takes));
    if (w->steps)
        json_array_append(w->steps, takes);
    json_decref(takes);
    return path;
}

static void path_leave(struct walk *w, size_t path, enum err e)
{
    w->path.len = path;
    w->path.at[path] = '\0';
    if (w->steps && !e)
        json_array_remove(w->steps, json_array_size(w->steps) - 1);
}

static enum err count_bytes(struct walk *w, size_t bytes)
{
    w->bytes += bytes;
    sandbox_note(w->L, VALUE_COST + (int64_t)(bytes / BYTES_PER_UNIT));
    if (w->bytes <= w->bytes_max)
        return ERR_OK;
    return why_set(w->why, ERR_LIMIT, "%s is too large; a value has at most %zu bytes", w->what,
                   w->bytes_max);
}

static enum err read_number(struct walk *w, int index, json_t **ret)
{
    lua_State *L = w->L;
    lua_Number n = lua_tonumber(L, index);
    bool whole = lua_isinteger(L, index);
    lua_Integer i = whole ? lua_tointeger(L, index) : 0;

    if (!whole && !isfinite(n))
        return refuse(w, ERR_INVALID, "not a number, or infinite");
    if (!whole && n == floor(n) && fabs(n) <= (double)JSON_INT_MAX) {
        whole = true;
        i = (lua_Integer)n;
    }
    if (!whole)
        *ret = json_real(n);
    else if (i < -JSON_INT_MAX || i > JSON_INT_MAX)
        return refuse(w, ERR_INVALID, "the number is beyond 2^53 and would not stay exact");
    else
        *ret = json_integer(i);
    return count_bytes(w, 8);
}

static enum err read_string(struct walk *w, int index, json_t **ret)
{
    size_t len = 0;
    const char *s = lua_tolstring(w->L, index, &len);

    if (len > BORDER_TEXT_MAX)
        return refuse(w, ERR_LIMIT, "the text is too long; at most 65536 bytes");
    if (memchr(s, '\0', len) || !utf8_valid(s, len))
        return refuse(w, ERR_INVALID,
                      "the text is not UTF-8 without NUL; was it cut inside a "
                      "character?");
    *ret = json_stringn(s, len);
    return count_bytes(w, len + 2);
}

/* The number of keys if they are 1..n, 0 if all are strings; -1 with a sentence otherwise. */
static lua_Integer count_keys(struct walk *w, int index, enum err *ret_err)
{
    lua_State *L = w->L;
    lua_Integer numbers = 0;
    lua_Integer highest = 0;
    bool strings = false;

    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING) {
            strings = true;
        } else if (lua_isinteger(L, -1) && lua_tointeger(L, -1) > 0) {
            numbers++;
            if (lua_tointeger(L, -1) > highest)
                highest = lua_tointeger(L, -1);
        } else {
            *ret_err = refuse(w, ERR_INVALID, "a key is neither a name nor a place in a list");
            lua_pop(L, 1);
            return -1;
        }
    }
    if (numbers > 0 && strings)
        *ret_err =
            refuse(w, ERR_INVALID, "a table has either named members or is a list, not both");
    else if (numbers != highest)
        *ret_err = refuse(w, ERR_INVALID, "the list has holes");
    else
        return numbers;
    return -1;
}

static enum err read_list(struct walk *w, int index, lua_Integer n, json_t **ret)
{
    AUTO_JSON(list);
    enum err e = ERR_OK;

    list = json_array();
    for (lua_Integer i = 1; i <= n && !e; i++) {
        json_t *item = NULL;
        size_t path = path_enter(w, json_integer(i));

        lua_rawgeti(w->L, index, i);
        e = read_value(w, lua_gettop(w->L), &item);
        lua_pop(w->L, 1);
        if (!e)
            json_array_append_new(list, item);
        path_leave(w, path, e);
    }
    if (!e)
        *ret = json_incref(list);
    return e;
}

/* The key at -2 and the value at -1, which stay there. */
static enum err read_member(struct walk *w, json_t *object)
{
    lua_State *L = w->L;
    size_t len = 0;
    const char *key = lua_tolstring(L, -2, &len);
    json_t *item = NULL;

    if (len > BORDER_KEY_MAX || memchr(key, '\0', len) || !utf8_valid(key, len))
        return refuse(w, ERR_INVALID, "a name is too long or no UTF-8");
    enum err e = count_bytes(w, len + 4);
    if (e)
        return e;

    size_t path = path_enter(w, json_stringn(key, len));
    e = read_value(w, lua_gettop(L), &item);
    if (!e)
        json_object_set_new(object, key, item);
    path_leave(w, path, e);
    return e;
}

static enum err read_object(struct walk *w, int index, json_t **ret)
{
    AUTO_JSON(object);
    lua_State *L = w->L;
    enum err e = ERR_OK;

    object = json_object();
    lua_pushnil(L);
    while (!e && lua_next(L, index)) {
        e = read_member(w, object);
        lua_pop(L, e ? 2 : 1);
    }
    if (!e)
        *ret = json_incref(object);
    return e;
}

static bool came_as_list(lua_State *L, int index)
{
    if (!lua_getmetatable(L, index))
        return false;
    bool list = lua_rawgetp(L, -1, &key_list) == LUA_TBOOLEAN;
    lua_pop(L, 2);
    return list;
}

static enum err read_table(struct walk *w, int index, json_t **ret)
{
    lua_State *L = w->L;
    enum err e = ERR_OK;

    if (w->depth >= BORDER_DEPTH_MAX)
        return refuse(w, ERR_LIMIT, "tables are nested too deeply; does one contain itself?");
    if (!lua_checkstack(L, 8))
        return refuse(w, ERR_LIMIT, "too many values are in use here");
    w->depth++;
    lua_pushvalue(L, index);
    env_thaw(L, -1);
    int at = lua_gettop(L);
    lua_Integer n = count_keys(w, at, &e);
    if (n > 0 || (n == 0 && came_as_list(L, at)))
        e = read_list(w, at, n, ret);
    else if (n == 0)
        e = read_object(w, at, ret);
    lua_pop(L, 1);
    w->depth--;
    return e ? e : count_bytes(w, 2);
}

/* On failure nothing is given. */
static enum err read_value(struct walk *w, int index, json_t **ret)
{
    lua_State *L = w->L;
    json_t *value = NULL;
    enum err e = ERR_OK;

    switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
        value = json_boolean(lua_toboolean(L, index));
        break;
    case LUA_TNUMBER:
        e = read_number(w, index, &value);
        break;
    case LUA_TSTRING:
        e = read_string(w, index, &value);
        break;
    case LUA_TTABLE:
        e = read_table(w, index, &value);
        break;
    case LUA_TNIL:
        return refuse(w, ERR_INVALID, "there is nothing here (nil)");
    case LUA_TFUNCTION:
        return refuse(w, ERR_INVALID, "a function cannot be written down");
    default:
        return refuse(w, ERR_INVALID, "a handle cannot be written down");
    }
    if (e)
        json_decref(value);
    else
        *ret = value;
    return e;
}

static enum err read_whole(struct walk *w, int index, json_t **ret)
{
    int top = lua_gettop(w->L);

    if (!lua_checkstack(w->L, 8))
        return why_set(w->why, ERR_LIMIT, "%s: too many values are in use here", w->what);
    enum err e = read_value(w, lua_absindex(w->L, index), ret);
    assert(lua_gettop(w->L) == top);
    text_done(&w->path);
    return e;
}

enum err border_read(lua_State *L, int index, const char *what, json_t **ret, struct why *why)
{
    struct walk w = {.L = L, .what = what, .bytes_max = BORDER_BYTES_MAX, .why = why};

    return read_whole(&w, index, ret);
}

enum err border_read_data(lua_State *L, int index, size_t bytes_max, json_t *steps, json_t **ret,
                          struct why *why)
{
    struct walk w = {
        .L = L, .what = "the table", .steps = steps, .bytes_max = bytes_max, .why = why};

    return read_whole(&w, index, ret);
}

/* ---- inwards ---- */

static void push_list(lua_State *L, const json_t *value)
{
    size_t n = json_array_size(value);

    lua_createtable(L, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        border_push(L, json_array_get(value, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    if (n > 0)
        return;
    lua_createtable(L, 0, 1); /* remember that it is a list */
    lua_pushboolean(L, 1);
    lua_rawsetp(L, -2, &key_list);
    lua_setmetatable(L, -2);
}

static void push_object(lua_State *L, const json_t *value)
{
    void *at = json_object_iter(json_unconst(value));

    lua_createtable(L, 0, (int)json_object_size(value));
    for (; at; at = json_object_iter_next(json_unconst(value), at)) {
        lua_pushlstring(L, json_object_iter_key(at), json_object_iter_key_len(at));
        border_push(L, json_object_iter_value(at));
        lua_rawset(L, -3);
    }
}

void border_push(lua_State *L, const json_t *value)
{
    luaL_checkstack(L, 8, "a value is nested too deeply");
    sandbox_note(L, VALUE_COST + (int64_t)(json_string_length(value) / BYTES_PER_UNIT));
    switch (json_typeof(value)) {
    case JSON_NULL:
        lua_pushnil(L);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        lua_pushboolean(L, json_is_true(value));
        break;
    case JSON_INTEGER:
        lua_pushinteger(L, json_integer_value(value));
        break;
    case JSON_REAL:
        lua_pushnumber(L, json_real_value(value));
        break;
    case JSON_STRING:
        lua_pushlstring(L, json_string_value(value), json_string_length(value));
        break;
    case JSON_ARRAY:
        push_list(L, value);
        break;
    case JSON_OBJECT:
        push_object(L, value);
        break;
    }
}
