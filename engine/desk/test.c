#include "desk/test.h"

#include "desk/coverage.h"
#include "desk/trial.h"
#include "plan/border.h"
#include "plan/check.h"
#include "plan/sandbox.h"

#include <lauxlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { TESTS_MAX = 1000, TRACE_SHOWN = 64 * 1024, SAID_MAX = 5000 };
/* Of a test's own Lua; what its plans use is counted there. */
static const struct sandbox_limits limits = {.bytes_max = 64u << 20,
                                             .instructions_max = INT64_C(50000000)};

/* One file under way. */
struct session {
    const json_t *request;
    const char *only;
    struct trial_set set;
    struct coverage *coverage;
    struct sandbox *sb;
    const char *file;
    struct {
        char *name;
        int function;
    } tests[TESTS_MAX];
    size_t tests_count;
    json_t *results;
    bool failed;
    size_t test; /* the one under way */
    int said;    /* verbs of it so far */
    struct trial *trial;
};

/* What `t`, a person, an endpoint and an update are in Lua. */
struct part {
    struct session *session;
    size_t test; /* the one it is of: what a test keeps is of no use to the next */
    struct trial *trial;
    char id[128]; /* of a person or an endpoint */
};

/* ---- from Lua: nothing here raises ---- */

/* NULL with a sentence. */
static const char *text_at(lua_State *L, int index, const char *what, struct why *why)
{
    size_t len;
    const char *text = lua_type(L, index) == LUA_TSTRING ? lua_tolstring(L, index, &len) : NULL;
    if (text && strlen(text) == len)
        return text;
    why_set(why, ERR_INVALID, text ? "%s holds a NUL" : "%s is missing", what);
    return NULL;
}

static enum err duration_at(lua_State *L, int index, const char *what, int64_t *ret,
                            struct why *why)
{
    const char *text = text_at(L, index, what, why);
    if (!text)
        return ERR_INVALID;
    return duration_parse(text, true, ret)
               ? ERR_OK
               : why_set(why, ERR_INVALID, "%s: \"%s\" is no duration; write \"5m\"", what, text);
}

/* The table at index as an object; {} when there is none. Gives. */
static enum err object_at(lua_State *L, int index, const char *what, json_t **ret, struct why *why)
{
    AUTO_JSON(value);
    *ret = NULL;
    enum err e = lua_isnoneornil(L, index) ? ERR_OK : border_read(L, index, what, &value, why);
    if (e)
        return e;
    if (json_is_object(value))
        *ret = json_incref(value);
    else if (!value || (json_is_array(value) && !json_array_size(value)))
        *ret = json_object();
    return *ret ? ERR_OK : why_set(why, ERR_INVALID, "%s takes a table with names", what);
}

/* "by" in a test is "as" in what people say; "person:" may stand before an id. */
static enum err by_as(json_t *body, struct why *why)
{
    const char *by = json_str(body, "by");
    if (by)
        json_put_str(body, "as", strncmp(by, "person:", 7) ? by : by + 7);
    if (json_at(body, "by") && !by)
        return why_set(why, ERR_INVALID, "by is a person's id");
    json_object_del(body, "by");
    return ERR_OK;
}

/* ---- verbs of a test ---- */

typedef enum err verb_fn(lua_State *L, struct part *p, struct why *why);

static enum err verb_site(lua_State *L, struct part *p, struct why *why)
{
    const char *path = text_at(L, 2, "t:site: a file", why);
    return path ? trial_site(p->trial, path, why) : ERR_INVALID;
}

static enum err verb_begin(lua_State *L, struct part *p, struct why *why)
{
    const char *at = text_at(L, 2, "t:begin: a time", why);
    return at ? trial_begin(p->trial, at, why) : ERR_INVALID;
}

static enum err say(lua_State *L, struct part *p, enum input_kind kind, const char *what,
                    struct why *why)
{
    json_t *body = NULL;
    enum err e = object_at(L, 2, what, &body, why);
    if (e)
        return e;
    if (by_as(body, why)) {
        json_decref(body);
        return ERR_INVALID;
    }
    return kind == IN_TRIGGER ? trial_trigger(p->trial, body, why)
                              : trial_say(p->trial, kind, body, why);
}

static enum err verb_trigger(lua_State *L, struct part *p, struct why *why)
{
    return say(L, p, IN_TRIGGER, "t:trigger", why);
}

static enum err verb_order(lua_State *L, struct part *p, struct why *why)
{
    return say(L, p, IN_ORDER, "t:order", why);
}

static enum err verb_answer(lua_State *L, struct part *p, struct why *why)
{
    return say(L, p, IN_ANSWER, "t:answer", why);
}

static enum err verb_directive(lua_State *L, struct part *p, struct why *why)
{
    return say(L, p, IN_DIRECTIVE, "t:directive", why);
}

/* Facts by station and name; a "note" beside them. */
static enum err verb_update(lua_State *L, struct part *p, struct why *why)
{
    json_t *fields = NULL, *body = json_object();
    enum err e = object_at(L, 2, "t:update", &fields, why);
    if (e) {
        json_decref(body);
        return e;
    }
    json_put_str(body, "note", json_str(fields, "note"));
    if (json_str(fields, "note"))
        json_object_del(fields, "note");
    return trial_say(p->trial, IN_UPDATE, json_put(body, "fields", fields), why);
}

static enum err verb_keeps(lua_State *L, struct part *p, struct why *why)
{
    int64_t ms;
    enum err e = duration_at(L, 2, "keeps: a duration", &ms, why);
    return e ? e : trial_keeps(p->trial, ms, why);
}

static enum err verb_confirm(lua_State *L, struct part *p, struct why *why)
{
    const char *id = text_at(L, 2, "t:confirm: a criterion", why);
    const char *by = id ? text_at(L, 3, "t:confirm: who confirms", why) : NULL;
    if (!by)
        return ERR_INVALID;
    json_t *body = json_put_str(json_object(), "criterion", id);
    return trial_say(p->trial, IN_CONFIRM, json_put_str(body, "as", trial_holder(p->trial, by)),
                     why);
}

static enum err verb_resolve(lua_State *L, struct part *p, struct why *why)
{
    return trial_say(p->trial, IN_RESOLVE, json_put_str(json_object(), "note", lua_tostring(L, 2)),
                     why);
}

static enum err verb_close(lua_State *L, struct part *p, struct why *why)
{
    return trial_say(p->trial, IN_CLOSE, json_put_str(json_object(), "note", lua_tostring(L, 2)),
                     why);
}

static enum err act(lua_State *L, struct part *p, bool item, struct why *why)
{
    json_t *more = NULL;
    const char *name = text_at(
        L, 2, item ? "t:item: the name of a measure" : "t:report: which, as \"update 1\"", why);
    const char *action = name ? text_at(L, 3,
                                        item ? "t:item: what is done, as \"done\""
                                             : "t:report: what is done, as \"sign\"",
                                        why)
                              : NULL;
    if (!action || object_at(L, 4, item ? "t:item" : "t:report", &more, why))
        return ERR_INVALID;
    if (by_as(more, why)) {
        json_decref(more);
        return ERR_INVALID;
    }
    return item ? trial_item(p->trial, name, action, more, why)
                : trial_report(p->trial, name, action, more, why);
}

static enum err verb_item(lua_State *L, struct part *p, struct why *why)
{
    return act(L, p, true, why);
}

static enum err verb_report(lua_State *L, struct part *p, struct why *why)
{
    return act(L, p, false, why);
}

static enum err verb_about(lua_State *L, struct part *p, struct why *why)
{
    const char *plan = text_at(L, 2, "t:about: a plan", why);
    bool counted = lua_isinteger(L, 3) && lua_tointeger(L, 3) > 0 && lua_tointeger(L, 3) <= INT_MAX;
    if (!plan)
        return ERR_INVALID;
    if (!lua_isnoneornil(L, 3) && !counted)
        return why_set(why, ERR_INVALID, "t:about: which one? 1 is the first");
    return trial_about(p->trial, plan, counted ? (int)lua_tointeger(L, 3) : 1, why);
}

static enum err verb_crash(lua_State *L, struct part *p, struct why *why)
{
    const char *what = text_at(L, 2, "t:crash: what crashes (engine, planner or courier)", why);
    return what ? trial_crash(p->trial, what, why) : ERR_INVALID;
}

static enum err verb_advance(lua_State *L, struct part *p, struct why *why)
{
    int64_t ms;
    enum err e = duration_at(L, 2, "t:advance: a duration", &ms, why);
    return e ? e : trial_advance(p->trial, ms, why);
}

static enum err verb_tells(lua_State *L, struct part *p, struct why *why)
{
    const char *lines = text_at(L, 2, "t:tells: the lines", why);
    return lines ? trial_tells(p->trial, lines, false, why) : ERR_INVALID;
}

static enum err verb_tells_exactly(lua_State *L, struct part *p, struct why *why)
{
    const char *lines = text_at(L, 2, "t:tells_exactly: the lines", why);
    return lines ? trial_tells(p->trial, lines, true, why) : ERR_INVALID;
}

static enum err verb_never(lua_State *L, struct part *p, struct why *why)
{
    const char *part = text_at(L, 2, "t:never: what must never be told", why);
    return part ? trial_never(p->trial, part, why) : ERR_INVALID;
}

static enum err verb_expect(lua_State *L, struct part *p, struct why *why)
{
    AUTO_JSON(what);
    enum err e = object_at(L, 2, "t:expect", &what, why);
    return e ? e : trial_expect(p->trial, what, why);
}

/* ---- people and endpoints ---- */

static enum err person_answers(lua_State *L, struct part *p, struct why *why)
{
    int64_t after;
    enum err e = duration_at(L, 2, "answers: after how long", &after, why);
    return e ? e : trial_person(p->trial, p->id, CAST_ANSWERS, after, why);
}

static enum err person_declines(lua_State *L, struct part *p, struct why *why)
{
    int64_t after = MS_MINUTE;
    enum err e =
        lua_isnoneornil(L, 2) ? ERR_OK : duration_at(L, 2, "declines: after how long", &after, why);
    return e ? e : trial_person(p->trial, p->id, CAST_DECLINES, after, why);
}

static enum err person_silent(lua_State *L, struct part *p, struct why *why)
{
    (void)L;
    return trial_person(p->trial, p->id, CAST_SILENT, 0, why);
}

static enum err person_orders(lua_State *L, struct part *p, struct why *why)
{
    int64_t after = -1;
    bool never = lua_isboolean(L, 2) && !lua_toboolean(L, 2);
    enum err e =
        never ? ERR_OK : duration_at(L, 2, "orders: after how long, or false", &after, why);
    return e ? e : trial_orders(p->trial, p->id, after, why);
}

static enum err endpoint_fails(lua_State *L, struct part *p, struct why *why)
{
    int64_t ms = -1;
    enum err e =
        lua_isnoneornil(L, 2) ? ERR_OK : duration_at(L, 2, "fails: for how long", &ms, why);
    return e ? e : trial_endpoint(p->trial, p->id, ms, why);
}

static enum err endpoint_works(lua_State *L, struct part *p, struct why *why)
{
    (void)L;
    return trial_endpoint(p->trial, p->id, 0, why);
}

static enum err endpoint_says(lua_State *L, struct part *p, struct why *why)
{
    const char *body = text_at(L, 2, "says: what it answers to fetch", why);
    return body ? trial_endpoint_says(p->trial, p->id, body, why) : ERR_INVALID;
}

/* ---- verbs in Lua ---- */

static const char kind_trial[] = "muster.trial", kind_update[] = "muster.update",
                  kind_person[] = "muster.person", kind_endpoint[] = "muster.endpoint";

/* What a verb gives back: nothing, its own object (to go on with), or an update. */
enum gives { GIVES_NOTHING, GIVES_ITSELF, GIVES_UPDATE };

static const struct verb {
    const char *kind, *name;
    verb_fn *work;
    enum gives gives;
} verbs[] = {
    {kind_trial, "site", verb_site, GIVES_NOTHING},
    {kind_trial, "begin", verb_begin, GIVES_NOTHING},
    {kind_trial, "trigger", verb_trigger, GIVES_NOTHING},
    {kind_trial, "update", verb_update, GIVES_UPDATE},
    {kind_trial, "order", verb_order, GIVES_NOTHING},
    {kind_trial, "answer", verb_answer, GIVES_NOTHING},
    {kind_trial, "directive", verb_directive, GIVES_NOTHING},
    {kind_trial, "confirm", verb_confirm, GIVES_NOTHING},
    {kind_trial, "resolve", verb_resolve, GIVES_NOTHING},
    {kind_trial, "close", verb_close, GIVES_NOTHING},
    {kind_trial, "item", verb_item, GIVES_NOTHING},
    {kind_trial, "report", verb_report, GIVES_NOTHING},
    {kind_trial, "about", verb_about, GIVES_NOTHING},
    {kind_trial, "crash", verb_crash, GIVES_NOTHING},
    {kind_trial, "advance", verb_advance, GIVES_NOTHING},
    {kind_trial, "tells", verb_tells, GIVES_NOTHING},
    {kind_trial, "tells_exactly", verb_tells_exactly, GIVES_NOTHING},
    {kind_trial, "never", verb_never, GIVES_NOTHING},
    {kind_trial, "expect", verb_expect, GIVES_NOTHING},
    {kind_update, "keeps", verb_keeps, GIVES_NOTHING},
    {kind_person, "answers", person_answers, GIVES_ITSELF},
    {kind_person, "declines", person_declines, GIVES_ITSELF},
    {kind_person, "silent", person_silent, GIVES_ITSELF},
    {kind_person, "orders", person_orders, GIVES_ITSELF},
    {kind_endpoint, "fails", endpoint_fails, GIVES_ITSELF},
    {kind_endpoint, "works", endpoint_works, GIVES_ITSELF},
    {kind_endpoint, "says", endpoint_says, GIVES_ITSELF},
};

enum { VERBS = sizeof verbs / sizeof *verbs };

static struct part *part_push(lua_State *L, const char *kind, struct session *session,
                              const char *id)
{
    struct part *p = lua_newuserdatauv(L, sizeof *p, 0);
    *p = (struct part){.session = session, .test = session->test, .trial = session->trial};
    snprintf(p->id, sizeof p->id, "%s", id);
    luaL_setmetatable(L, kind);
    return p;
}

/* Raises when its test is over. */
static struct part *part_check(lua_State *L, const char *kind)
{
    struct part *p = luaL_checkudata(L, 1, kind);
    if (!p->session->trial || p->test != p->session->test)
        luaL_error(L, "this is of a test that is over");
    return p;
}

/* Every verb: its work raises nothing; what is wrong is raised here, with the line of the test. */
static int verb_call(lua_State *L)
{
    const struct verb *v = lua_touserdata(L, lua_upvalueindex(1));
    struct part *p = part_check(L, v->kind);
    struct why why;
    if (++p->session->said > SAID_MAX)
        return luaL_error(L, "a test has at most %d verbs: is there a loop that never ends?",
                          SAID_MAX);
    sandbox_kernel_enter(L);
    enum err e = v->work(L, p, &why);
    sandbox_kernel_leave(L);
    if (e) {
        trial_looked(p->trial); /* by pcall: that it is refused is what the test is about */
        luaL_where(L, 1);
        lua_pushstring(L, why.text);
        lua_concat(L, 2);
        return lua_error(L);
    }
    if (v->gives == GIVES_NOTHING)
        return 0;
    if (v->gives == GIVES_ITSELF)
        lua_settop(L, 1);
    else
        part_push(L, kind_update, p->session, "");
    return 1;
}

/* t:person(id), t:endpoint(name), and t:trace() for who writes a test. Upvalue 1: the kind. */
static int named_call(lua_State *L)
{
    const struct part *p = part_check(L, kind_trial);
    const char *kind = lua_touserdata(L, lua_upvalueindex(1)), *id = luaL_checkstring(L, 2);
    part_push(L, kind, p->session, strncmp(id, "person:", 7) ? id : id + 7);
    return 1;
}

static int trace_call(lua_State *L)
{
    const struct part *p = part_check(L, kind_trial);
    trial_looked(p->trial);
    lua_pushstring(L, trial_trace(p->trial));
    return 1;
}

/* A verb by its name; one that is none is said with the nearest. Upvalue 1: the table of verbs. */
static int verb_find(lua_State *L)
{
    const char *names[VERBS + 4], *name = luaL_checkstring(L, 2);
    size_t count = 0;
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    for (lua_pushnil(L); lua_next(L, lua_upvalueindex(1)); lua_pop(L, 1))
        names[count++] = lua_tostring(L, -2);
    names[count] = NULL;
    const char *near = text_nearest(name, names);
    return luaL_error(L, "there is no verb \"%s\"%s%s%s", name, near ? "; did you mean \"" : "",
                      near ? near : "", near ? "\"?" : "");
}

/* A C function with a pointer that it is given, as a member of the table on top. */
static void member_define(lua_State *L, const char *name, lua_CFunction function, const void *with)
{
    union {
        const void *from;
        void *to;
    } pointer = {.from = with};
    lua_pushlightuserdata(L, pointer.to);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
}

static void kind_define(lua_State *L, const char *kind)
{
    luaL_newmetatable(L, kind);
    lua_newtable(L);
    for (size_t n = 0; n < VERBS; n++) {
        if (verbs[n].kind == kind)
            member_define(L, verbs[n].name, verb_call, &verbs[n]);
    }
    if (kind == kind_trial) {
        member_define(L, "person", named_call, kind_person);
        member_define(L, "endpoint", named_call, kind_endpoint);
        member_define(L, "trace", trace_call, NULL);
    }
    lua_pushcclosure(L, verb_find, 1);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

/* ---- a file ---- */

/* test(name, function) */
static int word_test(lua_State *L)
{
    struct session *s = lua_touserdata(L, lua_upvalueindex(1));
    const char *name = luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    if (s->tests_count == TESTS_MAX)
        return luaL_error(L, "a file holds at most %d tests", TESTS_MAX);
    for (size_t n = 0; n < s->tests_count; n++) {
        if (!strcmp(s->tests[n].name, name))
            return luaL_error(L, "there are two tests \"%s\" in this file", name);
    }
    lua_settop(L, 2);
    s->tests[s->tests_count].function = luaL_ref(L, LUA_REGISTRYINDEX);
    s->tests[s->tests_count++].name = mem_str(name);
    return 0;
}

static void result_add(struct session *s, const char *name, const char *text, const char *where,
                       const char *trace)
{
    json_t *one = json_put_str(json_put_str(json_object(), "file", s->file), "name", name);
    size_t len = trace ? strlen(trace) : 0;
    json_put(one, "ok", json_boolean(!text));
    json_put_str(one, "text", text);
    json_put_str(one, "where", where);
    if (text && trace)
        json_put_str(one, "trace", len > TRACE_SHOWN ? trace + len - TRACE_SHOWN : trace);
    json_array_append_new(s->results, one);
    s->failed = s->failed || text;
}

static void test_run(struct session *s, size_t n)
{
    lua_State *L = sandbox_lua(s->sb);
    struct trial *trial = trial_new(&s->set);
    struct why why;
    lua_rawgeti(L, LUA_REGISTRYINDEX, s->tests[n].function);
    s->test++;
    s->said = 0;
    s->trial = trial;
    part_push(L, kind_trial, s, "");
    sandbox_again(s->sb, limits.instructions_max);
    enum sandbox_end end = sandbox_call(s->sb, 1, 0);
    if (end != SANDBOX_DONE)
        result_add(s, s->tests[n].name, sandbox_fault(s->sb)->text, sandbox_fault(s->sb)->where,
                   trial_trace(trial));
    else if (trial_end(trial, &why))
        result_add(s, s->tests[n].name, why.text, NULL, trial_trace(trial));
    else
        result_add(s, s->tests[n].name, NULL, NULL, NULL);
    s->trial = NULL;
    trial_free(trial);
}

static bool is_wanted(const struct session *s, const char *name)
{
    return !s->only || strstr(name, s->only);
}

static void session_open(struct session *s)
{
    s->sb = sandbox_new(&limits);
    lua_State *L = sandbox_lua(s->sb);
    kind_define(L, kind_trial);
    kind_define(L, kind_update);
    kind_define(L, kind_person);
    kind_define(L, kind_endpoint);
    lua_pushlightuserdata(L, s);
    lua_pushcclosure(L, word_test, 1);
    sandbox_define(s->sb, "test");
    s->tests_count = 0;
}

static void session_close(struct session *s)
{
    for (size_t n = 0; n < s->tests_count; n++)
        free(s->tests[n].name);
    sandbox_free(s->sb);
}

/* "flood" of flood.test.lua: whose tests these are. Gives. */
static char *plan_of(const char *file)
{
    struct text name = {0};
    const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file;
    text_add_bytes(&name, base, strcspn(base, "."));
    return text_take(&name);
}

static void file_run(struct session *s, const json_t *file)
{
    struct why why;
    const char *source = json_str_or(file, "source", "");
    s->file = json_str_or(file, "name", "?");
    char *plan = plan_of(s->file);
    s->set.plan = plan;
    session_open(s);
    if (!json_at(file, "source")) {
        result_add(s, s->file, "it is no text", s->file, NULL);
    } else if (sandbox_load(s->sb, s->file, source, strlen(source), &why)) {
        result_add(s, s->file, why.text, NULL, NULL);
    } else {
        sandbox_budget(s->sb, limits.instructions_max);
        if (sandbox_call(s->sb, 0, 0) != SANDBOX_DONE)
            result_add(s, s->file, sandbox_fault(s->sb)->text, sandbox_fault(s->sb)->where, NULL);
        else if (!s->tests_count)
            result_add(s, s->file, "it holds no test: write test(\"name\", function(t) … end)",
                       NULL, NULL);
        for (size_t n = 0; n < s->tests_count; n++) {
            if (is_wanted(s, s->tests[n].name))
                test_run(s, n);
        }
    }
    session_close(s);
    s->set.plan = NULL;
    free(plan);
}

static json_t *reply_of(struct session *s)
{
    json_t *reply = json_put_str(json_object(), "op", "tested");
    json_put(reply, "ok", json_boolean(!s->failed));
    if (s->coverage)
        json_put(reply, "coverage", coverage_json(s->coverage));
    return json_put(reply, "tests", s->results);
}

json_t *plan_test(const json_t *request)
{
    AUTO_JSON(checked);
    AUTO_JSON(sources);
    size_t n;
    json_t *file;
    checked = check_set(request);
    if (!json_bool(checked, "ok")) {
        json_t *reply = json_put_str(json_object(), "op", "tested");
        json_put(reply, "ok", json_false());
        return json_put(reply, "findings", json_share(json_at(checked, "findings")));
    }
    sources = stage_sources(request, checked);
    struct session *s = mem_new(1, sizeof *s);
    s->request = request;
    s->only = json_str(request, "only");
    s->results = json_array();
    s->coverage = json_bool(request, "coverage") ? coverage_new(request) : NULL;
    s->set = (struct trial_set){.request = request,
                                .checked = checked,
                                .sources = sources,
                                .sites = json_at(request, "sites"),
                                .line = s->coverage ? coverage_line : NULL,
                                .ctx = s->coverage};
    json_array_foreach(json_unconst(json_at(request, "tests")), n, file) file_run(s, file);
    json_t *reply = reply_of(s);
    coverage_free(s->coverage);
    free(s);
    return reply;
}
