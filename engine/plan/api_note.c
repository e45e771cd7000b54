/* api_note - log and state; now, random and uuid: what a plan writes down, and what it may know. */
#include "plan/api.h"

#include "plan/border.h"
#include "plan/lib.h"

/*
 * What is logged. In a plan with a catalogue T gives a text in its languages, and so it is kept;
 * any other table is "table", as tostring has it. NULL with the sentence.
 */
static json_t *logged_text(lua_State *L, const struct run *r, struct why *why)
{
    json_t *text = NULL;

    if (r->pin->catalogue && lua_type(L, 1) == LUA_TTABLE)
        text = api_words(L, 1, "log", why);
    if (text)
        return text;
    lib_tostring(L, 1, NULL);
    return border_read(L, -1, "log", &text, why) ? NULL : text;
}

/*
 * log(text)
 *
 * A line in the record of the incident.
 */
int api_log(lua_State *L)
{
    struct api a;
    struct why why = {0};

    api_begin(L, "log", API_NOTES, &a);
    luaL_checkany(L, 1);
    json_t *text = logged_text(L, a.run, &why);
    if (!text)
        return api_raise(L, &why);
    run_command(a.run, json_put(command_new("log", a.step, a.at), "text", text));
    return 0;
}

/*
 * state{name = value, …}
 *
 * What the pages show of this response; each call replaces what the one before said.
 */
int api_state(lua_State *L)
{
    struct api a;
    struct why why = {0};
    json_t *fields = NULL;

    api_begin(L, "state", API_NOTES, &a);
    luaL_checktype(L, 1, LUA_TTABLE);
    if (border_read(L, 1, "state", &fields, &why))
        return api_raise(L, &why);
    if (!json_is_object(fields)) {
        json_decref(fields);
        return luaL_error(L, "state: every member has a name, as in state{phase = \"search\"}");
    }
    run_command(a.run, json_put(command_new("state", a.step, a.at), "fields", fields));
    return 0;
}

/*
 * now() -> ms
 *
 * Milliseconds since 1970, UTC; the same all through a turn.
 */
int api_now(lua_State *L)
{
    lua_pushinteger(L, api_run(L)->t);
    return 1;
}

/*
 * random(n) -> 1..n
 *
 * From the seed of the incident: the same when the run is replayed.
 */
int api_random(lua_State *L)
{
    struct run *r = api_run(L);
    lua_Integer n = luaL_checkinteger(L, 1);
    uint64_t x;

    luaL_argcheck(L, n >= 1, 1, "at least 1");
    uint64_t fair = UINT64_MAX - UINT64_MAX % (uint64_t)n;
    do {
        x = entropy_u64(&r->entropy);
    } while (x >= fair);
    lua_pushinteger(L, (lua_Integer)(x % (uint64_t)n) + 1);
    return 1;
}

/* uuid() -> text */
int api_uuid(lua_State *L)
{
    struct run *r = api_run(L);
    uint8_t random[10];
    char text[UUID_TEXT];

    entropy_bytes(&r->entropy, random, sizeof(random));
    lua_pushstring(L, uuid_text(uuid_v7(r->t, random), text));
    return 1;
}
