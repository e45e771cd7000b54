/* api_ask - ask: one question to several people, and the tally of what they chose. */
#include "plan/api.h"

#include "core/choice.h"
#include "plan/border.h"

#include <string.h>

enum { AT_LEAST_MAX = 1000 };

/* What a tally has besides the lists by choice. */
static const char *const members[] = {"answered", "silent", "asked", "enough", NULL};

/* at_least: a number, or "all", which is 0 here and what is meant without it. */
static lua_Integer least_member(lua_State *L)
{
    int whole = 0;

    lua_pushliteral(L, "at_least");
    int type = lua_rawget(L, 1);
    bool all = type == LUA_TNIL || (type == LUA_TSTRING && strcmp(lua_tostring(L, -1), "all") == 0);
    lua_Integer least = all ? 0 : lua_tointegerx(L, -1, &whole);
    if (!all && (!whole || type != LUA_TNUMBER || least < 1 || least > AT_LEAST_MAX))
        luaL_error(L, "ask: at_least is \"all\", or a number of answers up to %d", AT_LEAST_MAX);
    lua_pop(L, 1);
    return least;
}

static bool per_dept_member(lua_State *L)
{
    lua_pushliteral(L, "one_per");
    int type = lua_rawget(L, 1);
    bool is = type == LUA_TSTRING && strcmp(lua_tostring(L, -1), "dept") == 0;
    if (type != LUA_TNIL && !is)
        luaL_error(L, "ask: one_per is \"dept\": one answer of each department is enough");
    lua_pop(L, 1);
    return is;
}

/* A choice is called as its tally is: not as another, and not as what stands there besides. */
static enum err check_choice(const json_t *choices, const json_t *choice, struct why *why)
{
    const char *name = choice_name(choice);

    for (size_t i = 0; members[i]; i++)
        if (strcmp(members[i], name) == 0)
            return why_set(why, ERR_INVALID,
                           "ask: a choice cannot be called \"%s\": the tally has a member of this "
                           "name",
                           name);
    for (size_t i = 0; i < json_array_size(choices); i++)
        if (strcmp(choice_name(json_array_get(choices, i)), name) == 0)
            return why_set(why, ERR_INVALID, "ask: the choice \"%s\" is there twice", name);
    if (strlen(name) > CHOICE_BYTES)
        return why_set(why, ERR_LIMIT, "ask: a choice is longer than %d bytes", CHOICE_BYTES);
    return ERR_OK;
}

/* The list `choices` of the table at 1. Gives; NULL with the sentence. */
static json_t *read_choices(lua_State *L, struct why *why)
{
    AUTO_JSON(choices);

    choices = json_array();
    lua_pushliteral(L, "choices");
    int type = lua_rawget(L, 1);
    size_t count = type == LUA_TTABLE ? lua_rawlen(L, -1) : 0;
    if (count == 0 || count > CHOICES_MAX) {
        why_set(why, ERR_INVALID, "ask: choices is a list of 1 to %d texts: what may be answered?",
                CHOICES_MAX);
        lua_pop(L, 1);
        return NULL;
    }
    enum err e = ERR_OK;
    for (size_t i = 1; i <= count && !e; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i);
        json_t *choice = api_words(L, -1, "ask: a choice", why);
        lua_pop(L, 1);
        e = choice ? check_choice(choices, choice, why) : ERR_INVALID;
        if (choice)
            json_array_append_new(choices, choice);
    }
    lua_pop(L, 1);
    return e ? NULL : json_incref(choices);
}

/* The arguments of a question, the table at 1. NULL with the sentence. */
static json_t *read_ask(lua_State *L, struct why *why)
{
    AUTO_JSON(args);

    args = json_put_true(json_object(), "asks", true);
    json_t *to = api_targets_member(L, 1, "ask", why);
    if (!to)
        return NULL;
    json_put(args, "to", to);
    if (json_array_size(to) == 0) {
        why_set(why, ERR_INVALID, "ask: \"to\" is missing: who is asked?");
        return NULL;
    }
    json_t *question = api_words_member(L, 1, "ask", "question", why);
    if (!question)
        return NULL;
    json_put(args, "text", question);
    json_t *choices = read_choices(L, why);
    if (!choices)
        return NULL;
    json_put(args, "choices", choices);
    return json_incref(args);
}

/* Woken: enough have chosen, or the time is over. */
static int ask_over(lua_State *L, int status, lua_KContext ctx)
{
    struct run *r = api_run(L);

    (void)status;
    (void)ctx;
    task_wait_over(r, r->tasks.running);
    sandbox_kernel_enter(L);
    border_push(L, json_at(r->ev, "by_choice"));
    for (size_t i = 0; members[i]; i++) {
        border_push(L, json_at(r->ev, members[i]));
        lua_setfield(L, -2, members[i]);
    }
    sandbox_kernel_leave(L);
    return 1;
}

/*
 * ask{to, question, choices, within, at_least?, one_per?} -> tally
 *
 * Asks everybody at the same time, and waits until at_least have chosen (all, where it is not
 * said), until nobody is left who will, or `within` is over. The tally has the lists answered,
 * silent and asked, a list for each choice, and enough: are there at_least.
 */
int api_ask(lua_State *L)
{
    struct api a;
    struct why why = {0};

    api_begin(L, "ask", API_STARTS, &a);
    api_check_options(L, 1, "ask", WORD_ASK);
    lua_settop(L, 1);
    int64_t within_ms = api_duration_member(L, 1, "within", "ask: within");
    lua_Integer least = least_member(L);
    bool per_dept = per_dept_member(L);
    if (within_ms <= 0)
        return luaL_error(L, "ask: within is missing: how long may they take?");

    sandbox_kernel_enter(L);
    json_t *args = read_ask(L, &why);
    sandbox_kernel_leave(L);
    if (!args)
        return api_raise(L, &why);
    json_put_int(args, "within_ms", within_ms);
    json_put_str(args, "one_per", per_dept ? "dept" : NULL);
    if (least)
        json_put_int(args, "at_least", least);
    api_command(&a, "call", args);
    task_wait(a.run, a.task, WAIT_CALL, a.step, a.at);
    return lua_yieldk(L, 0, 0, ask_over);
}
