/* api_tick - every, at and civil: clocks and calendars. */
#include "plan/api.h"

#include "base/civil.h"
#include "plan/handler.h"
#include "plan/tick.h"

#include <string.h>

enum { PERIOD_MIN_MS = 1000 };

/* Begin the node of these ticks, whose function is on top of the stack, and push its handle. */
static int begin_ticks(lua_State *L, const struct api *a, const struct ticks *ticks)
{
    sandbox_kernel_enter(L);
    struct task *every = api_handler(L, a, TASK_EVERY);
    if (every) {
        every->handler.ticks = mem_new(1, sizeof(*ticks));
        *every->handler.ticks = *ticks;
        ticks_begin(a->run, every->handler.ticks);
        task_wait(a->run, every, WAIT_TICK, a->step, a->at);
        handler_begin_ticks(a->run, every);
    }
    api_push_handle(L, HANDLE_TASK, a->step);
    sandbox_kernel_leave(L);
    return 1;
}

/* ---- every ---- */

static int64_t period_at(lua_State *L, int index)
{
    int64_t ms = api_duration(L, index, "every");

    if (ms < PERIOD_MIN_MS)
        luaL_error(L, "every: at least \"1s\"");
    return ms;
}

/* { "08:30", "20:30" } */
static void read_times(lua_State *L, struct ticks *ret)
{
    size_t count = lua_rawlen(L, 1);

    if (count > TICK_TIMES_MAX)
        luaL_error(L, "every: at most %d times of day", TICK_TIMES_MAX);
    ret->kind = TICK_TIMES;
    for (ret->count = 0; ret->count < count; ret->count++) {
        lua_rawgeti(L, 1, (lua_Integer)ret->count + 1);
        const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";

        if (!clock_parse(text, &ret->minutes[ret->count]))
            luaL_error(L, "every: a time of day is written \"08:30\"");
        lua_pop(L, 1);
    }
}

static int members_of(lua_State *L, int index)
{
    int count = 0;

    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        count++;
    return count;
}

/* { IV = "12h", I = "1h" } */
static void read_levels(lua_State *L, struct ticks *ret)
{
    int found = 0;

    ret->kind = TICK_LEVEL;
    for (enum level l = LEVEL_IV; l < LEVEL_END; l++) {
        lua_pushstring(L, level_name(l));
        if (lua_rawget(L, 1) != LUA_TNIL) {
            ret->by_level[l] = period_at(L, -1);
            found++;
        }
        lua_pop(L, 1);
    }
    if (found == 0 || members_of(L, 1) != found)
        luaL_error(L, "every takes a duration \"1h\", times of day {\"08:30\", \"20:30\"}, or a "
                      "duration by level {IV = \"12h\", I = \"1h\"}");
}

/*
 * every(when, function(tick, missed)) -> handle
 *
 * Calls the function again and again, never two calls at once: each duration, first when one has
 * passed; at times of day; or by the interval of the level in force.
 */
int api_every(lua_State *L)
{
    struct api a;
    struct ticks ticks = {0};

    api_begin(L, "every", API_STARTS, &a);
    if (lua_type(L, 1) != LUA_TTABLE)
        ticks = (struct ticks){.kind = TICK_PERIOD, .period_ms = period_at(L, 1)};
    else if (lua_rawlen(L, 1) > 0)
        read_times(L, &ticks);
    else
        read_levels(L, &ticks);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    if (!lua_isnoneornil(L, 3))
        api_check_options(L, 3, "every", WORD_EVERY);
    lua_settop(L, 2);
    return begin_ticks(L, &a, &ticks);
}

/* ---- at ---- */

/*
 * at(time, function) -> handle
 *
 * Calls the function once: "08:30" when clocks show this next, "2026-07-21 08:30" then, and at once
 * when that is past.
 */
int api_at(lua_State *L)
{
    struct api a;
    struct ticks ticks = {.kind = TICK_ONCE};
    int64_t day;
    int minutes;

    api_begin(L, "at", API_STARTS, &a);
    const char *time = lua_type(L, 1) == LUA_TSTRING ? lua_tostring(L, 1) : "";
    if (clock_parse(time, &minutes))
        ticks.due = rule_next(ticks_rule(a.run), &minutes, 1, a.run->t);
    else if (civil_parse(time, &day, &minutes))
        ticks.due = rule_moment(ticks_rule(a.run), day, minutes);
    else
        return luaL_error(L, "at: a time is written \"08:30\", which is the next one, or "
                             "\"2026-07-21 08:30\"");
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    return begin_ticks(L, &a, &ticks);
}

/* ---- civil ---- */

/* ms since 1970 as now() gives it, or a time as facts have it; none: now. */
static wall_ms moment_at(lua_State *L, const struct run *r)
{
    static const wall_ms first = INT64_C(-62167219200000), end = INT64_C(253402300800000);
    wall_ms at = r->t;
    bool good = true;

    if (lua_type(L, 1) == LUA_TSTRING)
        good = rfc3339_parse(lua_tostring(L, 1), &at);
    else if (!lua_isnoneornil(L, 1))
        at = luaL_checkinteger(L, 1);
    if (!good || at < first + MS_DAY || at >= end - MS_DAY)
        luaL_error(L, "a moment is wanted: ms since 1970 as now() gives them, or a time of a "
                      "fact like \"2026-07-20T02:00:00Z\"");
    return at;
}

/*
 * open_at(calendar, moment?) -> boolean
 *
 * Is it a work day, and within the hours of this calendar of the site? "cal:work" or "work". The
 * calendars are those of when the plan came into force: they are pinned with it.
 */
int api_open_at(lua_State *L)
{
    const struct run *r = api_run(L);
    const char *name = luaL_checkstring(L, 1);
    const char *id = strncmp(name, "cal:", 4) == 0 ? name + 4 : name;
    const struct calendar *c = pin_calendar(r->pin, id);

    if (!c)
        return luaL_error(L, "open_at: the site has no calendar \"%s\"", id);
    lua_remove(L, 1);
    struct civil then = civil_of(ticks_rule(r), moment_at(L, r));
    lua_pushboolean(L, calendar_open(c, days_from_date(then.year, then.month, then.day),
                                     then.hour * 60 + then.minute));
    return 1;
}

/*
 * civil(moment?) -> {year =, month =, day =, hour =, min =, sec =, wday =, yday =}
 *
 * What the clocks of the site's zone show; wday 1 is Sunday, yday 1 the first of January.
 */
int api_civil(lua_State *L)
{
    const struct run *r = api_run(L);
    struct civil c = civil_of(ticks_rule(r), moment_at(L, r));
    const struct {
        const char *name;
        int value;
    } members[] = {{"year", c.year},        {"month", c.month}, {"day", c.day},
                   {"hour", c.hour},        {"min", c.minute},  {"sec", c.second},
                   {"wday", c.weekday + 1}, {"yday", c.yearday}};

    lua_createtable(L, 0, sizeof(members) / sizeof(members[0]));
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        lua_pushinteger(L, members[i].value);
        lua_setfield(L, -2, members[i].name);
    }
    return 1;
}
