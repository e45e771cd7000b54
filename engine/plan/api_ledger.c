/* api_ledger - measure, directive, item, resource: what somebody has to do; when; their handles. */
#include "plan/api.h"

#include "plan/border.h"

#include <stdio.h>
#include <string.h>

enum { FACT_NAME_MAX = 65 };

/* ---- when it is due ---- */

/* In so long, or before what a fact says. */
struct due {
    char fact[FACT_NAME_MAX];
    int64_t ms; /* -1: it is not said */
    int64_t at_least_ms, unknown_ms;
};

/* The fact must be a time of the incident. */
static void before_fits(lua_State *L, const struct run *r, const char *fact)
{
    const json_t *known = json_object_get(r->fact_names, fact);

    if (!known)
        luaL_error(L, "before: the head has no fact \"%s\"", fact);
    if (strcmp(json_str_or(known, "type", ""), "time") != 0 || json_str(known, "per"))
        luaL_error(L, "before: %s is no time of the incident: { type = \"time\" }", fact);
    if (strlen(fact) >= FACT_NAME_MAX)
        luaL_error(L, "before: the name of the fact is too long");
}

/*
 * before(fact, duration, {at_least, unknown}?) -> a due time, for measure and the other items
 *
 * So long before what the fact says, and moved when that is corrected; at least `at_least` from
 * now; `unknown` from now while it is not known.
 */
int api_before(lua_State *L)
{
    struct run *r = api_run(L);

    before_fits(L, r, luaL_checkstring(L, 1));
    (void)api_duration(L, 2, "before");
    lua_settop(L, 3);
    if (!lua_isnil(L, 3)) {
        api_check_options(L, 3, "before", WORD_BEFORE);
        (void)api_duration_member(L, 3, "at_least", "before: at_least");
        (void)api_duration_member(L, 3, "unknown", "before: unknown");
    }
    lua_createtable(L, 0, 4);
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, "before");
    lua_pushvalue(L, 2);
    lua_setfield(L, -2, "by");
    for (int n = 0; n < 2 && !lua_isnil(L, 3); n++) {
        lua_getfield(L, 3, n ? "unknown" : "at_least");
        lua_setfield(L, -2, n ? "unknown" : "at_least");
    }
    return 1;
}

/* What stands in `due` of the table at index: a duration, or what before() gave. */
static void due_read(lua_State *L, int index, const struct run *r, const char *what,
                     struct due *ret)
{
    *ret = (struct due){.ms = -1};
    lua_pushliteral(L, "due");
    if (lua_rawget(L, index) == LUA_TTABLE) {
        lua_pushliteral(L, "before");
        if (lua_rawget(L, -2) != LUA_TSTRING)
            luaL_error(L, "%s: due is a duration like \"2h\", or before(fact, duration)", what);
        before_fits(L, r, lua_tostring(L, -1));
        snprintf(ret->fact, sizeof(ret->fact), "%s", lua_tostring(L, -1));
        lua_pop(L, 1);
        ret->ms = api_duration_member(L, -1, "by", what);
        ret->at_least_ms = api_duration_member(L, -1, "at_least", what);
        ret->unknown_ms = api_duration_member(L, -1, "unknown", what);
    } else if (!lua_isnil(L, -1)) {
        ret->ms = api_duration(L, -1, what);
    }
    lua_pop(L, 1);
}

/* ---- issuing ---- */

/* A member that is text, or nothing; raises otherwise. Borrowed while the table lives. */
static const char *text_member(lua_State *L, const char *word, const char *member)
{
    lua_pushstring(L, member);
    int type = lua_rawget(L, 1 + (strcmp(word, "measure") == 0));
    const char *text = type == LUA_TSTRING ? lua_tostring(L, -1) : NULL;

    if (type != LUA_TNIL && !text)
        luaL_error(L, "%s: %s is text, got %s", word, member, lua_typename(L, type));
    if (text && !utf8_valid(text, strlen(text)))
        luaL_error(L, "%s: %s is no UTF-8", word, member);
    lua_pop(L, 1);
    return text;
}

static const char *text_needed(lua_State *L, const char *word, const char *member)
{
    const char *text = text_member(L, word, member);

    if (!text)
        luaL_error(L, "%s: %s is missing", word, member);
    return text;
}

static void owner_fits(lua_State *L, const char *word, const char *member, const char *owner)
{
    const char *colon = owner ? strchr(owner, ':') : NULL;

    if (owner && (!colon || !colon[1]))
        luaL_error(L, "%s: %s: \"%s\" is no target; write its kind before it, as in \"dept:%s\"",
                   word, member, owner, owner);
}

/* What the plan gives besides: it fills the title. Gives; NULL with the sentence in why. */
static json_t *fields_read(lua_State *L, int index, struct why *why)
{
    json_t *fields = NULL;

    if (lua_isnoneornil(L, index))
        return json_object();
    if (border_read(L, index, "measure", &fields, why))
        return NULL;
    if (json_is_array(fields) && json_array_size(fields) == 0) {
        json_decref(fields);
        return json_object();
    }
    return fields;
}

static json_t *issue_args(const char *kind, const char *owner, const struct due *due)
{
    json_t *args = json_put_str(json_object(), "kind", kind);

    json_put_str(args, "owner", owner);
    if (due->fact[0]) {
        json_t *before = json_put_str(json_object(), "fact", due->fact);
        json_put_int(before, "ms", due->ms);
        if (due->at_least_ms > 0)
            json_put_int(before, "at_least_ms", due->at_least_ms);
        if (due->unknown_ms > 0)
            json_put_int(before, "unknown_ms", due->unknown_ms);
        return json_put(args, "before", before);
    }
    return due->ms < 0 ? args : json_put_int(args, "due_ms", due->ms);
}

/* "item:close_pass/jiefang-road": the same for whoever means the same item. */
static void measure_step(lua_State *L, const char *name, const char *key, char ret[STEP_MAX])
{
    if (snprintf(ret, STEP_MAX, "item:%s/%s", name, key ? key : "") >= STEP_MAX)
        luaL_error(L, "measure: the key is too long");
}

/*
 * measure(NAME, {key?, owner?, due?, …}?) -> item
 *
 * Issues the measure of the head, or finds the one of this name and key that is open. What else is
 * in the table fills the title.
 */
int api_measure(lua_State *L)
{
    struct api a;
    struct why why = {0};
    char step[STEP_MAX];

    api_begin(L, "measure", API_STARTS, &a);
    const char *name = luaL_checkstring(L, 1);
    if (!json_object_get(a.run->measure_names, name))
        return luaL_error(L, "measure: the head has no measure \"%s\"", name);
    lua_settop(L, 2);
    if (!lua_isnil(L, 2))
        luaL_checktype(L, 2, LUA_TTABLE);
    else
        lua_newtable(L), lua_replace(L, 2);
    const char *key = text_member(L, "measure", "key"), *owner = text_member(L, "measure", "owner");
    struct due due;
    due_read(L, 2, a.run, "measure: due", &due);
    owner_fits(L, "measure", "owner", owner);
    measure_step(L, name, key, step);

    sandbox_kernel_enter(L);
    json_t *fields = fields_read(L, 2, &why);
    if (fields) {
        json_t *args = json_put_str(issue_args("measure", owner, &due), "name", name);
        json_put(json_put_str(args, "key", key), "fields", fields);
        api_command(&a, "item", json_put_str(args, "item", step));
        run_item_again(a.run, step);
    }
    sandbox_kernel_leave(L);
    if (!fields)
        return api_raise(L, &why);
    api_push_handle(L, HANDLE_ITEM, step);
    return 1;
}

/* Those who help: a target, or a list of them. Gives a list; NULL with the sentence in why. */
static json_t *assist_read(lua_State *L, const char *word, struct why *why)
{
    AUTO_JSON(given);
    AUTO_TEXT(what);
    text_addf(&what, "%s: assist", word);
    lua_pushliteral(L, "assist");
    int type = lua_rawget(L, 1);
    enum err e = type == LUA_TNIL ? ERR_OK : border_read(L, -1, text_str(&what), &given, why);
    lua_pop(L, 1);
    if (e)
        return NULL;
    json_t *list = json_is_string(given) ? json_pack("[O]", given)
                   : given               ? json_incref(given)
                                         : json_array();
    for (size_t n = 0; n < json_array_size(list); n++) {
        const char *target = json_string_value(json_array_get(list, n));
        const char *colon = target ? strchr(target, ':') : NULL;
        if (colon && colon[1])
            continue;
        (void)why_set(why, ERR_INVALID,
                      "%s: assist is a target, as \"dept:urban\", or a list of them", word);
        json_decref(list);
        return NULL;
    }
    if (json_is_array(list))
        return list;
    json_decref(list);
    (void)why_set(why, ERR_INVALID, "%s: assist is a target or a list of them", word);
    return NULL;
}

/* Issue an item that no head knows. `title` may be text in two languages: the member at 1. */
static int issue(lua_State *L, const char *word, const char *title, const char *owner_member)
{
    struct api a;
    struct why why = {0};

    api_begin(L, word, API_STARTS, &a);
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    const char *owner = text_needed(L, word, owner_member);
    const char *from = text_member(L, word, "from"), *goal = text_member(L, word, "goal");
    const char *amount = text_member(L, word, "amount");
    const char *indicator = text_member(L, word, "indicator");
    struct due due;
    due_read(L, 1, a.run, word, &due);
    owner_fits(L, word, owner_member, owner);

    sandbox_kernel_enter(L);
    json_t *assist = assist_read(L, word, &why);
    json_t *text = assist ? api_words_member(L, 1, word, title, &why) : NULL;
    if (text) {
        json_t *args = json_put(issue_args(word, owner, &due), "title", text);
        json_put_str(args, "from", strcmp(word, "directive") == 0 ? from : NULL);
        json_put_str(json_put_str(args, "goal", goal), "amount", amount);
        json_put_str(args, "indicator", indicator);
        if (json_array_size(assist))
            json_put(args, "assist", json_incref(assist));
        api_command(&a, "item", json_put_str(args, "item", a.step));
    }
    json_decref(assist);
    sandbox_kernel_leave(L);
    if (!text)
        return api_raise(L, &why);
    api_push_handle(L, HANDLE_ITEM, a.step);
    return 1;
}

/* directive{from, text, lead, assist?, due} -> item */
int api_directive(lua_State *L)
{
    return issue(L, "directive", "text", "lead");
}

/* item{title, goal, owner, due} -> item */
int api_item(lua_State *L)
{
    return issue(L, "item", "title", "owner");
}

/* resource{what, amount?, from, due} -> item */
int api_resource(lua_State *L)
{
    return issue(L, "resource", "what", "from");
}

/* ---- handles ---- */

/* item:supervise(to): who hears of it when it stays overdue, instead of who commands */
int api_item_supervise(lua_State *L)
{
    struct api a;

    api_begin(L, "supervise", API_NOTES, &a);
    struct handle *h = api_handle(L, 1);
    const char *to = luaL_checkstring(L, 2);
    owner_fits(L, "supervise", "to", to);
    json_t *args = json_put_str(json_object(), "item", h->step);
    api_command(&a, "item_supervise", json_put_str(args, "to", to));
    return 0;
}

/* item:lift(reason) */
int api_item_lift(lua_State *L)
{
    struct api a;

    api_begin(L, "lift", API_NOTES, &a);
    struct handle *h = api_handle(L, 1);
    const char *reason = luaL_checkstring(L, 2);
    if (!*reason || !utf8_valid(reason, strlen(reason)))
        return luaL_error(L, "lift: say why");
    json_t *args = json_put_str(json_object(), "item", h->step);
    api_command(&a, "item_lift", json_put_str(args, "reason", reason));
    return 0;
}
