#include "plan/load_value.h"

#include <math.h>
#include <string.h>

/* The same table may stand in many places: what is written out is what counts. */
enum { VALUES_MAX = 200 * 1000 };

struct reader {
    lua_State *L;
    struct load_value_fault *fault;
    int depth;
    int values;
};

static json_t *read_value(struct reader *r);

static json_t *refuse(struct reader *r, const char *sentence)
{
    if (!r->fault->why.text[0])
        (void)why_set(&r->fault->why, ERR_INVALID, "%s", sentence);
    return NULL;
}

static void path_enter(struct reader *r, json_t *takes)
{
    json_array_append_new(r->fault->path, takes);
}

static void path_leave(struct reader *r)
{
    json_array_remove(r->fault->path, json_array_size(r->fault->path) - 1);
}

/* Keys of the table on top: how many strings, how many others, the largest index. */
struct keys {
    size_t strings;
    size_t indices;
    lua_Integer largest;
    size_t others;
};

static struct keys count_keys(lua_State *L)
{
    struct keys k = {0};

    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING) {
            k.strings++;
        } else if (lua_isinteger(L, -2) && lua_tointeger(L, -2) >= 1) {
            k.indices++;
            if (lua_tointeger(L, -2) > k.largest)
                k.largest = lua_tointeger(L, -2);
        } else {
            k.others++;
        }
    }
    return k;
}

static json_t *read_list(struct reader *r, lua_Integer count)
{
    json_t *list = json_array();

    for (lua_Integer i = 1; i <= count; i++) {
        path_enter(r, json_integer(i));
        lua_rawgeti(r->L, -1, i);
        json_t *value = read_value(r);
        lua_pop(r->L, 1);
        if (!value) {
            json_decref(list);
            return NULL;
        }
        json_array_append_new(list, value);
        path_leave(r);
    }
    return list;
}

static json_t *read_members(struct reader *r)
{
    json_t *object = json_object();

    for (lua_pushnil(r->L); lua_next(r->L, -2); lua_pop(r->L, 1)) {
        size_t len;
        const char *key = lua_tolstring(r->L, -2, &len);
        json_t *value = NULL;

        if (!utf8_valid(key, len) || memchr(key, '\0', len)) {
            refuse(r, "a key is no text (UTF-8 without NUL)");
        } else {
            path_enter(r, json_stringn(key, len));
            value = read_value(r);
        }
        if (!value) {
            lua_pop(r->L, 2);
            json_decref(object);
            return NULL;
        }
        json_object_set_new(object, key, value);
        path_leave(r);
    }
    return object;
}

static json_t *read_table(struct reader *r)
{
    struct keys k = count_keys(r->L);
    json_t *value = NULL;

    if (r->depth == JSON_DEPTH_MAX || !lua_checkstack(r->L, 8))
        return refuse(r, "tables within tables go too deep here, or round in a circle");
    r->depth++;
    if (k.others)
        refuse(r, "a key is neither a name nor a place in a list");
    else if (k.strings && k.indices)
        refuse(r, "the table has names and list items; write a list or names, not both");
    else if (k.indices && (size_t)k.largest != k.indices)
        refuse(r, "the list has holes; write its items without nil");
    else if (k.indices)
        value = read_list(r, k.largest);
    else
        value = read_members(r);
    r->depth--;
    return value;
}

static json_t *read_number(struct reader *r)
{
    int is_int = 0;
    lua_Integer i = lua_tointegerx(r->L, -1, &is_int);
    double d = lua_tonumber(r->L, -1);

    if (!isfinite(d))
        return refuse(r, "the number is not finite");
    if (lua_isinteger(r->L, -1) && (i > JSON_INT_MAX || i < -JSON_INT_MAX))
        return refuse(r, "the number is larger than 2^53");
    if (is_int && i <= JSON_INT_MAX && i >= -JSON_INT_MAX)
        return json_integer(i);
    return json_real(d);
}

static json_t *read_string(struct reader *r)
{
    size_t len;
    const char *s = lua_tolstring(r->L, -1, &len);

    if (!utf8_valid(s, len) || memchr(s, '\0', len))
        return refuse(r, "the string is no text (UTF-8 without NUL)");
    return json_stringn(s, len);
}

static json_t *read_value(struct reader *r)
{
    if (++r->values > VALUES_MAX)
        return refuse(r, "the data have more than 200,000 values");
    switch (lua_type(r->L, -1)) {
    case LUA_TBOOLEAN:
        return json_boolean(lua_toboolean(r->L, -1));
    case LUA_TNUMBER:
        return read_number(r);
    case LUA_TSTRING:
        return read_string(r);
    case LUA_TTABLE:
        return read_table(r);
    case LUA_TFUNCTION:
        return refuse(r, "a function is no data; bodies stand below, as function plan.respond()");
    default:
        return refuse(r, "this is no data; write text, a number, true, false or a table");
    }
}

json_t *load_value(lua_State *L, struct load_value_fault *fault)
{
    struct reader r = {.L = L, .fault = fault};

    *fault = (struct load_value_fault){.path = json_array()};
    return read_value(&r);
}
