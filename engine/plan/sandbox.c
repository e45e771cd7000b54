#include "plan/sandbox.h"

#include "base/text.h"
#include "plan/env.h"
#include "plan/lua_heap.h"

#include <assert.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HOOK_EVERY = 1000,    /* instructions between two looks at the budget */
    RESUME_COST = 250,    /* what a resume may run before the first look, on average */
    BYTES_PER_UNIT = 64,  /* memory charged as one instruction */
    COLLECT_DIVISOR = 16, /* a forced collection costs heap/16 instructions */
    LONG_STRING = 4096,   /* from here on a string makes instructions dearer */
    LONG_ARGUMENTS = 64,  /* and so does `...` */
};

const struct sandbox_limits sandbox_limits_default = {
    .bytes_max = (size_t)4 << 20,
    .instructions_max = 2000000,
};

/* A live string of at least LONG_STRING bytes. */
struct long_string {
    void *at;
    size_t bytes;
};

struct sandbox {
    lua_State *L;
    void *owner;
    struct lua_heap heap; /* everything of L */

    size_t bytes;
    size_t bytes_peak;
    size_t bytes_max;
    size_t uncharged; /* bytes below BYTES_PER_UNIT */
    int kernel;       /* > 0: nothing is refused or charged */

    struct long_string *longs;
    size_t longs_count;
    size_t longs_cap;
    size_t longest;

    int64_t budget;
    int64_t left;
    int64_t collecting;      /* of what was used: for collections that a full heap forced */
    lua_State *running;      /* the coroutine that plan code runs on, NULL: none */
    enum sandbox_end breach; /* SANDBOX_DONE: none so far */
    size_t refused_string;   /* bytes of a string that was too long */
    struct sandbox_fault fault;
    void (*line)(void *ctx, const char *file, int line); /* NULL: nobody looks on */
    void *line_ctx;
};

static void hook(lua_State *L, lua_Debug *ar);

/* ---- memory ---- */

static void longs_add(struct sandbox *sb, void *at, size_t bytes)
{
    sb->longs = mem_grow(sb->longs, &sb->longs_cap, sb->longs_count + 1, sizeof(*sb->longs));
    sb->longs[sb->longs_count++] = (struct long_string){.at = at, .bytes = bytes};
    if (bytes > sb->longest)
        sb->longest = bytes;
}

static void longs_remove(struct sandbox *sb, const void *at)
{
    size_t i = sb->longs_count;

    while (i > 0 && sb->longs[i - 1].at != at)
        i--;
    if (i == 0)
        return; /* a large block, but no string */

    sb->longs[i - 1] = sb->longs[--sb->longs_count];
    sb->longest = 0;
    for (i = 0; i < sb->longs_count; i++)
        if (sb->longs[i].bytes > sb->longest)
            sb->longest = sb->longs[i].bytes;
}

static int hook_mask(const struct sandbox *sb)
{
    return sb->line ? LUA_MASKCOUNT | LUA_MASKLINE : LUA_MASKCOUNT;
}

/* The budget is gone: let the hook fire at the next instruction. */
static void wake_hook(struct sandbox *sb)
{
    if (sb->left <= 0 && sb->running)
        lua_sethook(sb->running, hook, hook_mask(sb), 1);
}

static void charge_memory(struct sandbox *sb, size_t bytes)
{
    sb->uncharged += bytes;
    sb->left -= (int64_t)(sb->uncharged / BYTES_PER_UNIT);
    sb->uncharged %= BYTES_PER_UNIT;
    wake_hook(sb);
}

static bool refuses(struct sandbox *sb, bool is_string, size_t old, size_t new)
{
    if (sb->kernel > 0)
        return false;
    if (is_string && new > SANDBOX_STRING_MAX + 64) {
        sb->refused_string = new;
        return true;
    }
    if (new <= old || sb->bytes - old + new <= sb->bytes_max)
        return false;
    /* Lua now collects everything and asks once more */
    sb->left -= (int64_t)(sb->bytes / COLLECT_DIVISOR);
    sb->collecting += (int64_t)(sb->bytes / COLLECT_DIVISOR);
    wake_hook(sb);
    return true;
}

static void *allocate(void *ud, void *at, size_t old, size_t new)
{
    struct sandbox *sb = ud;
    bool is_string = !at && old == LUA_TSTRING;

    if (!at)
        old = 0; /* it was the kind of the object */
    if (new == 0) {
        if (old >= LONG_STRING)
            longs_remove(sb, at);
        sb->bytes -= old;
        return lua_heap_realloc(&sb->heap, at, old, 0);
    }
    if (refuses(sb, is_string, old, new))
        return NULL;

    void *to = lua_heap_realloc(&sb->heap, at, old, new);
    if (!to)
        return new <= old ? at : NULL; /* shrinking never fails */
    sb->bytes = sb->bytes - old + new;
    if (sb->bytes > sb->bytes_peak)
        sb->bytes_peak = sb->bytes;
    if (is_string && new >= LONG_STRING)
        longs_add(sb, to, new);
    if (sb->kernel == 0 && new > old)
        charge_memory(sb, new);
    return to;
}

void sandbox_kernel_enter(lua_State *L)
{
    sandbox_of(L)->kernel++;
}

void sandbox_kernel_leave(lua_State *L)
{
    struct sandbox *sb = sandbox_of(L);

    assert(sb->kernel > 0);
    sb->kernel--;
}

size_t sandbox_bytes(const struct sandbox *sb)
{
    return sb->bytes;
}

size_t sandbox_resident(const struct sandbox *sb)
{
    return sizeof(*sb) + sb->heap.bytes;
}

size_t sandbox_bytes_peak(const struct sandbox *sb)
{
    return sb->bytes_peak;
}

void sandbox_set_bytes_max(struct sandbox *sb, size_t bytes_max)
{
    sb->bytes_max = bytes_max;
}

/* ---- the budget ---- */

/* Remember the first breach and where it was. */
static void breach(struct sandbox *sb, lua_State *L, enum sandbox_end end, const char *sentence)
{
    if (sb->breach != SANDBOX_DONE)
        return;
    sb->breach = end;
    sb->fault.end = end;
    sandbox_where(L, sb->fault.where);
    snprintf(sb->fault.text, sizeof(sb->fault.text), "%s%s%s", sb->fault.where,
             sb->fault.where[0] ? ": " : "", sentence);
}

static void breach_memory(struct sandbox *sb, lua_State *L);

static void breach_overrun(struct sandbox *sb, lua_State *L)
{
    char sentence[160];

    if (sb->collecting > sb->budget / 2) { /* it was a full heap that took the time */
        breach_memory(sb, L);
        return;
    }
    snprintf(sentence, sizeof(sentence),
             "more than %lld instructions in one turn; is there a loop that never waits?",
             (long long)sb->budget);
    breach(sb, L, SANDBOX_OVERRUN, sentence);
}

static void breach_memory(struct sandbox *sb, lua_State *L)
{
    char sentence[160];

    if (sb->refused_string)
        snprintf(sentence, sizeof(sentence), "a string of %zu bytes; a string has at most %d",
                 sb->refused_string - 25, SANDBOX_STRING_MAX);
    else
        snprintf(sentence, sizeof(sentence),
                 "more than %zu bytes of memory; does a table or a recursion grow without end?",
                 sb->bytes_max);
    breach(sb, L, SANDBOX_MEMORY, sentence);
}

/* Raise what was remembered. The word itself is never seen by plan code. */
static int raise_breach(lua_State *L)
{
    lua_sethook(L, hook, hook_mask(sandbox_of(L)), 1);
    lua_pushliteral(L, "breach");
    return lua_error(L);
}

/* About how many values `...` holds in the function at a level: every call with it copies them. */
static int count_arguments(lua_State *L, int level)
{
    lua_Debug ar;
    int n = LONG_ARGUMENTS;

    if (!lua_getstack(L, level, &ar))
        return 0;
    for (; n < INT_MAX / 2 && lua_getlocal(L, &ar, -n); n *= 2)
        lua_pop(L, 1);
    return n / 2;
}

/* How dear an instruction is now, as one of them may touch all of a string or of `...`. */
static int64_t instruction_cost(const struct sandbox *sb, lua_State *L)
{
    int here = count_arguments(L, 0);
    int above = count_arguments(L, 1);

    return 1 + (int64_t)(sb->longest / LONG_STRING) +
           (here > above ? here : above) / LONG_ARGUMENTS;
}

static void hook(lua_State *L, lua_Debug *ar)
{
    struct sandbox *sb = sandbox_of(L);

    if (ar->event == LUA_HOOKLINE) {
        lua_getinfo(L, "S", ar);
        sb->line(sb->line_ctx, ar->short_src, ar->currentline);
        return;
    }
    if (sb->left > 0)
        sb->left -= HOOK_EVERY * instruction_cost(sb, L);
    if (sb->left <= 0)
        breach_overrun(sb, L);
    if (sb->breach != SANDBOX_DONE)
        raise_breach(L);
}

void sandbox_charge(lua_State *L, int64_t instructions)
{
    struct sandbox *sb = sandbox_of(L);

    assert(sb->kernel == 0);
    sb->left -= instructions;
    if (sb->left > 0)
        return;
    breach_overrun(sb, L);
    raise_breach(L);
}

void sandbox_note(lua_State *L, int64_t instructions)
{
    struct sandbox *sb = sandbox_of(L);

    sb->left -= instructions;
    wake_hook(sb);
}

void sandbox_charge_bytes(lua_State *L, size_t bytes)
{
    sandbox_charge(L, (int64_t)(bytes / BYTES_PER_UNIT));
}

void sandbox_look_on(struct sandbox *sb, void (*line)(void *ctx, const char *file, int line),
                     void *ctx)
{
    sb->line = line;
    sb->line_ctx = ctx;
}

void sandbox_budget(struct sandbox *sb, int64_t instructions)
{
    sb->budget = instructions;
    sb->left = instructions;
    sb->collecting = 0;
    sb->uncharged = 0;
    sb->bytes_peak = sb->bytes;
}

void sandbox_again(struct sandbox *sb, int64_t instructions)
{
    sb->breach = SANDBOX_DONE;
    sb->refused_string = 0;
    sb->fault = (struct sandbox_fault){.end = SANDBOX_DONE};
    sandbox_budget(sb, instructions);
}

int64_t sandbox_used(const struct sandbox *sb)
{
    return sb->budget - sb->left;
}

static bool is_nesting(lua_State *L, int status)
{
    size_t len = 0;

    if (status == LUA_ERRERR)
        return true;
    if (status != LUA_ERRRUN || lua_type(L, -1) != LUA_TSTRING)
        return false;
    const char *text = lua_tolstring(L, -1, &len);
    return memmem(text, len, "stack overflow", strlen("stack overflow")) != NULL;
}

bool sandbox_must_rethrow(lua_State *L, int status)
{
    struct sandbox *sb = sandbox_of(L);

    if (status == LUA_ERRMEM)
        breach_memory(sb, L);
    else if (is_nesting(L, status))
        breach(sb, L, SANDBOX_OVERRUN, "calls are nested too deeply; does a recursion never end?");
    return sb->breach != SANDBOX_DONE;
}

const char *sandbox_where(lua_State *L, char ret[SANDBOX_WHERE])
{
    lua_Debug ar;

    ret[0] = '\0';
    for (int level = 0; level < 16 && lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline <= 0)
            continue;
        snprintf(ret, SANDBOX_WHERE, "%s:%d", ar.short_src, ar.currentline);
        break;
    }
    return ret;
}

/* ---- making one ---- */

static int panic(lua_State *L)
{
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "no sentence";

    fprintf(stderr, "planner: Lua failed outside of a plan: %s\n", text);
    return 0; /* Lua aborts */
}

struct sandbox *sandbox_new(const struct sandbox_limits *limits)
{
    struct sandbox *sb = mem_new(1, sizeof(*sb));

    sb->kernel = 1; /* left only while plan code runs */
    sb->bytes_max = limits->bytes_max;
    sb->L = lua_newstate(allocate, sb);
    if (!sb->L)
        abort(); /* without memory */
    lua_atpanic(sb->L, panic);
    *(struct sandbox **)lua_getextraspace(sb->L) = sb;
    env_open(sb->L);
    sandbox_budget(sb, limits->instructions_max);
    return sb;
}

void sandbox_free(struct sandbox *sb)
{
    if (!sb)
        return;
    lua_heap_done(&sb->heap); /* with L: nothing in it has a finalizer to be run */
    free(sb->longs);
    free(sb);
}

lua_State *sandbox_lua(struct sandbox *sb)
{
    return sb->L;
}

struct sandbox *sandbox_of(lua_State *L)
{
    return *(struct sandbox **)lua_getextraspace(L); /* Lua copies it into every thread */
}

void sandbox_set_owner(struct sandbox *sb, void *borrows)
{
    sb->owner = borrows;
}

void *sandbox_owner(lua_State *L)
{
    return sandbox_of(L)->owner;
}

const struct sandbox_fault *sandbox_fault(const struct sandbox *sb)
{
    return &sb->fault;
}

void sandbox_define(struct sandbox *sb, const char *name)
{
    env_define(sb->L, name);
}

/* ---- loading and running ---- */

enum err sandbox_load(struct sandbox *sb, const char *name, const char *source, size_t len,
                      struct why *why)
{
    lua_State *L = sb->L;
    AUTO_TEXT(chunk);

    if (len > SANDBOX_SOURCE_MAX)
        return why_set(why, ERR_LIMIT, "%s: %zu bytes; a file has at most %d", name, len,
                       SANDBOX_SOURCE_MAX);
    text_addf(&chunk, "@%s", name);
    if (luaL_loadbufferx(L, source, len, text_str(&chunk), "t") == LUA_OK)
        return ERR_OK;

    const char *said = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "no sentence";
    enum err e = why_set(why, ERR_INVALID, "%s", said);
    lua_pop(L, 1);
    return e;
}

static int add_dump(lua_State *L, const void *bytes, size_t len, void *to)
{
    (void)L;
    text_add_bytes(to, bytes, len);
    return 0;
}

void sandbox_dump(struct sandbox *sb, struct text *to)
{
    lua_dump(sb->L, add_dump, to, 0);
}

void sandbox_load_dump(struct sandbox *sb, const char *name, const char *code, size_t len)
{
    AUTO_TEXT(chunk);

    text_addf(&chunk, "@%s", name);
    if (luaL_loadbufferx(sb->L, code, len, text_str(&chunk), "b") != LUA_OK)
        abort(); /* our own byte code, in our own memory */
}

/* Bytes that are no UTF-8 become "?": a sentence must fit into a frame. */
static void copy_clean(char *to, size_t cap, const char *from, size_t len)
{
    size_t at = 0;

    for (size_t i = 0; i < len;) {
        size_t n = utf8_char(from + i, len - i);
        bool good = n > 0 && from[i] != '\0';
        size_t width = good ? n : 1;

        if (at + width >= cap)
            break;
        if (good)
            memcpy(to + at, from + i, n);
        else
            to[at] = '?';
        at += width;
        i += width;
    }
    to[at] = '\0';
}

/* An error that nothing caught: its object is on top of T, whose stack still stands. */
static void note_error(struct sandbox *sb, lua_State *T)
{
    struct sandbox_fault *f = &sb->fault;

    f->end = SANDBOX_ERROR;
    sandbox_where(T, f->where);
    if (lua_type(T, -1) == LUA_TSTRING) {
        size_t len = 0;
        const char *text = lua_tolstring(T, -1, &len);

        copy_clean(f->text, sizeof(f->text), text, len);
    } else {
        snprintf(f->text, sizeof(f->text), "%s%sthe error is no text but a %s", f->where,
                 f->where[0] ? ": " : "", luaL_typename(T, -1));
    }
}

enum sandbox_end sandbox_resume(struct sandbox *sb, lua_State *T, int nargs, int *ret_results)
{
    assert(!sb->running && sb->kernel == 1);

    sb->left -= RESUME_COST;
    lua_sethook(T, hook, hook_mask(sb), sb->left > 0 ? HOOK_EVERY : 1);
    sb->running = T;
    sb->kernel = 0;
    int status = lua_resume(T, NULL, nargs, ret_results);
    sb->kernel = 1;
    sb->running = NULL;

    if (status != LUA_OK && status != LUA_YIELD && !sandbox_must_rethrow(T, status)) {
        note_error(sb, T);
        return SANDBOX_ERROR;
    }
    if (sb->breach != SANDBOX_DONE)
        return sb->breach;
    return status == LUA_YIELD ? SANDBOX_WAITS : SANDBOX_DONE;
}

enum sandbox_end sandbox_call(struct sandbox *sb, int nargs, int nresults)
{
    lua_State *L = sb->L;
    lua_State *T = lua_newthread(L);
    int got = 0;

    lua_insert(L, -(nargs + 2));
    luaL_checkstack(T, nargs + 1, "arguments");
    lua_xmove(L, T, nargs + 1);
    enum sandbox_end end = sandbox_resume(sb, T, nargs, &got);
    if (end == SANDBOX_WAITS) {
        end = SANDBOX_ERROR;
        sb->fault.end = end;
        sandbox_where(T, sb->fault.where);
        snprintf(sb->fault.text, sizeof(sb->fault.text), "%s: nothing may wait here",
                 sb->fault.where);
    }
    if (end == SANDBOX_DONE) {
        lua_settop(T, lua_gettop(T) - got + nresults);
        luaL_checkstack(L, nresults, "results");
        lua_xmove(T, L, nresults);
    }
    lua_remove(L, end == SANDBOX_DONE ? -(nresults + 1) : -1);
    return end;
}
