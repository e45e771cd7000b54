#include "plan/library.h"

#include "plan/sandbox.h"

#include <lauxlib.h>
#include <stdint.h>
#include <string.h>

/* Key of the registry, its address: {NAME: value, or this address while it loads}. */
static const char key_values = 'v';

const char *library_name(const char *required)
{
    const char *name = required + 4;
    size_t len;

    if (strncmp(required, "lib.", 4) != 0)
        return NULL;
    len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    return len > 0 && len <= LIBRARY_NAME_MAX && !name[len] ? name : NULL;
}

struct library *library_find(const struct libraries *l, const char *name)
{
    AUTO_TEXT(file);

    if (!l)
        return NULL;
    text_addf(&file, "lib/%s.lua", name);
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->at[i].name, text_str(&file)) == 0)
            return &l->at[i];
    return NULL;
}

enum err library_compile(struct sandbox *sb, struct library *of, struct why *why)
{
    if (of->code.len > 0) {
        sandbox_load_dump(sb, of->name, text_str(&of->code), of->code.len);
        return ERR_OK;
    }
    enum err e = sandbox_load(sb, of->name, of->source, of->len, why);
    if (!e)
        sandbox_dump(sb, &of->code);
    return e;
}

/* Its function on top of L. */
static void push_function(lua_State *L, struct library *of)
{
    struct sandbox *sb = sandbox_of(L);
    struct why why = {0};

    luaL_checkstack(L, 4, "libraries");
    sandbox_kernel_enter(L);
    enum err e = library_compile(sb, of, &why);
    if (e)
        lua_pushstring(L, why.text);
    else if (sandbox_lua(sb) != L)
        lua_xmove(sandbox_lua(sb), L, 1);
    sandbox_kernel_leave(L);
    if (e)
        lua_error(L);
}

/* Push the table of values, made at its first use. */
static void push_values(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &key_values) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key_values);
}

/* Run it; its value is on top, above the table of values. */
static void run_library(lua_State *L, struct library *of, const char *name)
{
    lua_pushlightuserdata(L, (void *)(uintptr_t)&key_values);
    lua_setfield(L, -2, name);
    push_function(L, of);
    lua_call(L, 0, 1);
    if (lua_isnil(L, -1))
        luaL_error(L, "%s returns nothing; end the file with return and what it offers", of->name);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, name);
}

/* It, or a raise. */
static struct library *find_or_raise(lua_State *L, const struct libraries *l, const char *name)
{
    struct library *of = name ? library_find(l, name) : NULL;

    if (!name)
        luaL_error(L, "require takes the name of a library, \"lib.NAME\" for plans/lib/NAME.lua");
    if (!of)
        luaL_error(L, "there is no library plans/lib/%s.lua", name);
    return of;
}

void library_push(lua_State *L, const struct libraries *l, const char *required)
{
    const char *name = library_name(required);
    struct library *of = find_or_raise(L, l, name);

    luaL_checkstack(L, 4, "libraries");
    push_values(L);
    int type = lua_getfield(L, -1, name);
    if (type == LUA_TLIGHTUSERDATA)
        luaL_error(L, "lib/%s.lua needs itself, by way of what it requires", name);
    if (type == LUA_TNIL) {
        lua_pop(L, 1);
        run_library(L, of, name);
    }
    lua_remove(L, -2);
}
