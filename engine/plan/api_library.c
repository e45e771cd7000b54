/* api_library - require, and the catalogue of a plan's texts. */
#include "plan/api.h"

#include "plan/border.h"
#include "plan/catalogue.h"
#include "plan/library.h"

/*
 * require "lib.NAME" -> what plans/lib/NAME.lua returns
 *
 * At the top of a file, so that the libraries of a plan are known before it runs.
 */
int api_require(lua_State *L)
{
    struct run *r = api_run(L);

    if (r->tasks.body)
        return luaL_error(L, "require stands at the top of the file, outside of functions");
    library_push(L, &r->pin->libraries, luaL_checkstring(L, 1));
    return 1;
}

void api_read_catalogue(lua_State *L, struct run *r)
{
    struct why why = {0};
    json_t *catalogue = NULL;

    if (lua_getfield(L, 1, "catalogue") != LUA_TSTRING || r->pin->catalogue) {
        lua_pop(L, 1);
        return;
    }
    library_push(L, &r->pin->libraries, lua_tostring(L, -1));
    sandbox_kernel_enter(L);
    enum err e = catalogue_read(L, -1, &catalogue, &why);
    sandbox_kernel_leave(L);
    if (e)
        luaL_error(L, "%s: %s", lua_tostring(L, -2), why.text);
    r->pin->catalogue = catalogue;
    lua_pop(L, 2);
}
