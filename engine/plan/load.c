#include "plan/load.h"

#include "plan/border.h"
#include "plan/positions.h"
#include "plan/sandbox.h"
#include "plan/words.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOAD_INSTRUCTIONS = 5 * 1000 * 1000,
    LOAD_BYTES = 16 * 1024 * 1024,
    LOAD_DATA_BYTES = 4 * 1024 * 1024, /* of one site, channel or head, as JSON */
};

/* Where the constructor leaves what it got, in the registry. */
static const char head_key[] = "load.head";
static const char object_key[] = "load.object";
static const char name_key[] = "load.name";

/* ---- places ---------------------------------------------------------------------------------- */

/* The first sign of a line that is no white space. */
static struct pos line_start(const struct loadable *text, int line)
{
    size_t off = 0;
    struct pos at = {line, 1};

    for (int l = 1; off < text->len && l < line; off++)
        if (text->src[off] == '\n')
            l++;
    for (; off < text->len && (text->src[off] == ' ' || text->src[off] == '\t'); off++)
        at.col++;
    return at;
}

struct pos loaded_place(const struct loaded *l, const json_t *path)
{
    if (l->table)
        return position_find(l->table, path);
    return l->call ? l->call->at : (struct pos){1, 1};
}

/*
 * Of a library that the text has asked for: "lib/x.lua:3: sentence" at its own place, unless there
 * is known already what is wrong with it. false: it is not of a library.
 */
static bool report_library(const struct loadable *text, const char *code, const char *said,
                           struct findings *findings)
{
    const char *colon = strchr(said, ':');
    AUTO_TEXT(file);
    char *end;

    if (text->kind != TEXT_PLAN || strncmp(said, "lib/", 4) != 0 || !colon)
        return false;
    text_add_bytes(&file, said, (size_t)(colon - said));
    long line = strtol(colon + 1, &end, 10);
    if (line <= 0 || line >= LEX_BYTES_MAX || *end != ':')
        return false;
    if (!findings_any(findings, text_str(&file)))
        findings_add(findings, text_str(&file), (struct pos){(int)line, 1}, code, "%s",
                     end + (end[1] == ' ' ? 2 : 1));
    return true;
}

/* Lua's "flood.lua:12: sentence" as a finding at that line. */
static void report_lua(const struct loadable *text, const char *code, const char *said,
                       struct findings *findings)
{
    size_t name_len = strlen(text->name);
    struct pos at = {1, 1};

    if (report_library(text, code, said, findings))
        return;
    if (strncmp(said, text->name, name_len) == 0 && said[name_len] == ':') {
        char *end;
        long line = strtol(said + name_len + 1, &end, 10);
        if (line > 0 && line < LEX_BYTES_MAX && *end == ':') {
            at = line_start(text, (int)line);
            said = end + (end[1] == ' ' ? 2 : 1);
        }
    }
    findings_add(findings, text->file, at, code, "%s", said);
}

/* ---- the constructor in the text ------------------------------------------------------------- */

static bool is_constructor_call(const struct node *n, enum text_kind kind)
{
    const struct node *f = n->first;

    if (n->kind != NODE_CALL)
        return false;
    if (kind != TEXT_SITE && f->kind == NODE_CALL)
        f = f->first;
    else if (kind != TEXT_SITE)
        return false;
    return node_is_global(f, text_kind_constructor(kind));
}

const struct node *load_find_call(const struct node *tree, enum text_kind kind)
{
    if (is_constructor_call(tree, kind))
        return tree;
    for (const struct node *c = tree->first; c; c = c->next) {
        const struct node *found = load_find_call(c, kind);
        if (found)
            return found;
    }
    return NULL;
}

/* The table that a library returns, NULL: it is computed, or none. */
static const struct node *returned_table(const struct node *tree)
{
    const struct node *block = tree->last;
    const struct node *value =
        block && block->last && block->last->kind == NODE_RETURN ? block->last->first : NULL;
    const struct node *table = value ? node_meant(value) : NULL;

    return table && table->kind == NODE_TABLE ? table : NULL;
}

static void find_table(const struct loadable *text, struct loaded *ret)
{
    if (!text_kind_constructor(text->kind)) {
        ret->table = returned_table(text->tree);
        return;
    }
    ret->call = load_find_call(text->tree, text->kind);
    const struct node *arg = ret->call ? node_child(ret->call, 1) : NULL;
    const struct node *table = arg ? node_meant(arg) : NULL;
    ret->table = table && table->kind == NODE_TABLE ? table : NULL;
}

/* ---- the constructor while the text runs ----------------------------------------------------- */

/* The expectation of the inject on top of the stack: its text gets a name. */
static void name_line(lua_State *L)
{
    int top = lua_gettop(L);

    if (!lua_istable(L, -1))
        return;
    lua_pushliteral(L, "expect");
    if (lua_rawget(L, -2) == LUA_TTABLE && lua_rawgeti(L, -1, 1) != LUA_TNIL) {
        lua_setfield(L, -2, "line");
        lua_pushnil(L);
        lua_rawseti(L, -2, 1);
    }
    lua_settop(L, top);
}

static void name_lines(lua_State *L)
{
    lua_pushliteral(L, "injects");
    if (lua_rawget(L, 1) == LUA_TTABLE)
        for (lua_Unsigned n = 1; n <= lua_rawlen(L, -1); n++) {
            lua_rawgeti(L, -1, (lua_Integer)n);
            name_line(L);
            lua_pop(L, 1);
        }
    lua_settop(L, 1);
}

static int construct(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    if (lua_getfield(L, LUA_REGISTRYINDEX, object_key) != LUA_TNIL)
        return luaL_error(L, "one file has one %s", lua_tostring(L, lua_upvalueindex(1)));
    lua_settop(L, 1);
    if (strcmp(lua_tostring(L, lua_upvalueindex(1)), text_kind_constructor(TEXT_SCENARIO)) == 0)
        name_lines(L);
    lua_pushvalue(L, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, head_key);
    if (lua_isstring(L, lua_upvalueindex(2))) {
        lua_pushvalue(L, lua_upvalueindex(2));
        lua_setfield(L, LUA_REGISTRYINDEX, name_key);
    }

    lua_newtable(L);
    lua_newtable(L);
    lua_setfield(L, -2, "level");
    lua_newtable(L);
    lua_setfield(L, -2, "occasion");
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, object_key);
    return 1;
}

/* plan "NAME": what comes back takes the table */
static int construct_named(lua_State *L)
{
    luaL_argcheck(L, lua_type(L, 1) == LUA_TSTRING, 1, "a name in quotes is expected");
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, construct, 2);
    return 1;
}

static int only_in_an_incident(lua_State *L)
{
    return luaL_error(L, "\"%s\" runs only in an incident, not while the file is loaded",
                      lua_tostring(L, lua_upvalueindex(1)));
}

/* require "lib.NAME", with the libraries of the set as upvalue */
static int require_library(lua_State *L)
{
    library_push(L, lua_touserdata(L, lua_upvalueindex(1)), luaL_checkstring(L, 1));
    return 1;
}

/* T(text) while a file is loaded: the text as it is. */
static int text_as_it_is(lua_State *L)
{
    lua_settop(L, 1);
    return 1;
}

static void define_words(struct sandbox *sb, struct libraries *libraries)
{
    lua_State *L = sandbox_lua(sb);
    const struct word *w;

    for (size_t i = 0; (w = word_at(i)); i++) {
        if (w->kind != WORD_NAME)
            continue;
        lua_pushstring(L, w->name);
        lua_pushcclosure(L, only_in_an_incident, 1);
        sandbox_define(sb, w->name);
    }
    lua_pushcfunction(L, text_as_it_is);
    sandbox_define(sb, "T");
    lua_pushlightuserdata(L, libraries);
    lua_pushcclosure(L, require_library, 1);
    sandbox_define(sb, "require");
}

static void define_names(struct sandbox *sb, const struct loadable *text)
{
    lua_State *L = sandbox_lua(sb);
    const char *constructor = text_kind_constructor(text->kind);

    if (text_kind_has_words(text->kind))
        define_words(sb, text->libraries);
    if (!constructor)
        return;
    lua_pushstring(L, constructor);
    lua_pushcclosure(L, text->kind == TEXT_SITE ? construct : construct_named, 1);
    sandbox_define(sb, constructor);
}

/* ---- running --------------------------------------------------------------------------------- */

/* It did not come to its end. */
static void report_end(const struct loadable *text, enum sandbox_end end,
                       const struct sandbox_fault *fault, struct findings *findings)
{
    AUTO_TEXT(said);

    if (end == SANDBOX_OVERRUN)
        text_addf(&said,
                  "%s: the top of the file, which is run once for its data, does not end within %d "
                  "instructions; is there a loop or a recursion?",
                  fault->where, LOAD_INSTRUCTIONS);
    else
        text_add(&said, fault->text);
    report_lua(text, end == SANDBOX_ERROR ? "load_error" : "load_overrun", text_str(&said),
               findings);
}

static bool run(const struct loadable *text, struct sandbox *sb, struct findings *findings)
{
    struct why why;

    if (sandbox_load(sb, text->name, text->src, text->len, &why)) {
        report_lua(text, "syntax", why.text, findings);
        return false;
    }
    bool known = findings_any(findings, text->file); /* it most likely fails of that */
    enum sandbox_end end = sandbox_call(sb, 0, 1);
    if (end == SANDBOX_DONE)
        return true;
    if (!known)
        report_end(text, end, sandbox_fault(sb), findings);
    return false;
}

/* Is what the text returned (on top of the stack) what the constructor made? Pops it. */
static bool check_returned(const struct loadable *text, struct sandbox *sb,
                           const struct loaded *loaded, struct findings *findings)
{
    lua_State *L = sandbox_lua(sb);
    struct pos top = {1, 1};
    const char *constructor = text_kind_constructor(text->kind);
    bool made = lua_getfield(L, LUA_REGISTRYINDEX, object_key) == LUA_TTABLE;
    bool returned = made && lua_rawequal(L, -1, -2);

    lua_pop(L, 2);
    if (!made)
        findings_add(findings, text->file, top, "no_object",
                     "the file makes no %s; begin it with %s%s {…}", constructor, constructor,
                     text->kind == TEXT_SITE ? "" : " \"NAME\"");
    else if (!returned)
        findings_add(findings, text->file, loaded->call ? loaded->call->at : top, "not_returned",
                     "the %s is made and not returned; end the file with return", constructor);
    return made;
}

static void check_name(const struct loadable *text, const struct loaded *loaded,
                       struct findings *findings)
{
    const char *name = loaded->name ? loaded->name : "";
    size_t len = strlen(text->name);
    size_t stem = len > 4 && strcmp(text->name + len - 4, ".lua") == 0 ? len - 4 : len;
    struct pos at = loaded->call ? loaded->call->at : (struct pos){1, 1};

    if (strlen(name) == stem && memcmp(name, text->name, stem) == 0)
        return;
    if (loaded->call) /* plan "NAME" {…}: where the name stands */
        at = loaded->call->first->last->at;
    findings_add(findings, text->file, at, "name_mismatch",
                 "the %s is called \"%s\" and its file %s; they must be the same, so that a name "
                 "leads to its file",
                 text_kind_constructor(text->kind), name, text->name);
}

static void take_name(lua_State *L, struct loaded *ret)
{
    if (lua_getfield(L, LUA_REGISTRYINDEX, name_key) == LUA_TSTRING)
        ret->name = mem_str(lua_tostring(L, -1));
    lua_pop(L, 1);
}

/* Does the object have a body of this name? */
static bool has_function(lua_State *L, const char *name)
{
    lua_getfield(L, LUA_REGISTRYINDEX, object_key);
    bool is = lua_getfield(L, -1, name) == LUA_TFUNCTION;

    lua_pop(L, 2);
    return is;
}

/* {"weekly":true,…} of plan.occasion. Gives. */
static json_t *occasions_of(lua_State *L)
{
    json_t *names = json_object();
    int top = lua_gettop(L);

    lua_getfield(L, LUA_REGISTRYINDEX, object_key);
    if (lua_getfield(L, -1, "occasion") == LUA_TTABLE) {
        lua_pushnil(L);
        while (lua_next(L, -2)) {
            if (lua_type(L, -2) == LUA_TSTRING && lua_isfunction(L, -1))
                json_put_true(names, lua_tostring(L, -2), true);
            lua_pop(L, 1);
        }
    }
    lua_settop(L, top);
    return names;
}

static void take_json(const struct loadable *text, struct sandbox *sb, struct loaded *ret,
                      struct findings *findings)
{
    lua_State *L = sandbox_lua(sb);
    AUTO_JSON(steps);
    struct why why;

    steps = json_array();
    lua_getfield(L, LUA_REGISTRYINDEX, head_key);
    if (border_read_data(L, -1, LOAD_DATA_BYTES, steps, &ret->json, &why))
        findings_add(findings, text->file, loaded_place(ret, steps), "bad_value", "%s", why.text);
    lua_pop(L, 1);
}

/* What a library returns; as data, where it is nothing but data, as holidays are. */
static void take_library(const struct loadable *text, struct sandbox *sb, struct loaded *ret,
                         struct findings *findings)
{
    lua_State *L = sandbox_lua(sb);
    AUTO_JSON(steps);
    struct why why;

    steps = json_array();
    if (lua_isnil(L, -1))
        findings_add(findings, text->file, (struct pos){1, 1}, "not_returned",
                     "%s returns nothing; end the file with return and what it %s",
                     text->kind == TEXT_LIBRARY ? "the library" : "the file",
                     text->kind == TEXT_LIBRARY ? "offers" : "says");
    else if (border_read_data(L, -1, LOAD_DATA_BYTES, steps, &ret->json, &why)) {
        ret->json = NULL; /* it offers functions */
        if (text->kind == TEXT_HOLIDAYS)
            findings_add(findings, text->file, loaded_place(ret, steps), "bad_value", "%s",
                         why.text);
    }
    lua_pop(L, 1);
}

void load_text(const struct loadable *text, struct findings *findings, struct loaded *ret)
{
    struct sandbox_limits limits = {LOAD_BYTES, LOAD_INSTRUCTIONS};
    struct sandbox *sb = sandbox_new(&limits);

    *ret = (struct loaded){0};
    find_table(text, ret);
    define_names(sb, text);
    if (!text_kind_constructor(text->kind)) {
        if (run(text, sb, findings))
            take_library(text, sb, ret, findings);
        sandbox_free(sb);
        return;
    }
    if (run(text, sb, findings) && check_returned(text, sb, ret, findings)) {
        take_json(text, sb, ret, findings);
        ret->has_respond = has_function(sandbox_lua(sb), "respond");
        ret->occasions = occasions_of(sandbox_lua(sb));
        take_name(sandbox_lua(sb), ret);
        if (text->kind != TEXT_SITE)
            check_name(text, ret, findings);
    }
    sandbox_free(sb);
}

void loaded_done(struct loaded *l)
{
    json_decref(l->json);
    json_decref(l->occasions);
    free(l->name);
    *l = (struct loaded){0};
}
