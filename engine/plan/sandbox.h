/*
 * sandbox - one Lua world with a wall around it: what plan code can reach, and how much it can use.
 *
 * A sandbox is one lua_State with a whitelisted environment (env.h), an allocator with a cap, and a
 * budget of instructions. Plan code runs only inside sandbox_resume() and sandbox_call(), in a
 * coroutine, never on the main thread; all else is "kernel" work, in which memory is counted but
 * never refused, so that no longjmp crosses our own code.
 *
 * What bounds a turn:
 *   instructions  A count hook. Memory is charged too: bytes/64, and each collection that a full
 *                 heap forces costs a sixteenth of the heap. C functions of ours charge the bytes
 *                 they touch (sandbox_charge). While a string of more than 4 KiB lives, every
 *                 instruction costs one more per 4 KiB of it: the machine compares strings byte by
 *                 byte inside one instruction, where no hook fires. The same for `...` of more than
 *                 64 values, which each call copies.
 *   bytes         The allocator's cap. One string is at most SANDBOX_STRING_MAX.
 *   nesting       C calls nested too deeply are an overrun, too.
 * The first breach is remembered: from then on every instruction fails again, and pcall passes it
 * on, so that plan code cannot catch it. It is not a function of the plan alone (the layout of
 * Lua's tables differs from process to process), so it never becomes part of a recorded turn.
 *
 * What it is not: a security boundary. Lua 5.4.4 has memory bugs, and some work inside single
 * instructions remains unmetered (long chains of __index): a process jail and a CPU timer stand
 * around it. `a ^ b` uses the C library and is exact only where the result is (small integers);
 * `#t` of a list with holes may differ from process to process. Both would be found as a
 * divergence. Its end runs no plan code: nothing here has a __gc or __close that a plan wrote.
 *
 * Layer      plan: base and Lua. No clock.
 * Ownership  sandbox_new gives; sandbox_free frees everything, whatever is suspended in it.
 * Threads    One thread at a time.
 * Errors     Plan errors come back as enum sandbox_end with the sentence in sandbox_fault().
 *            Without memory of the system in kernel work the process aborts.
 */
#pragma once

#include "base/err.h"
#include "base/text.h"

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SANDBOX_STRING_MAX = 256 * 1024, /* bytes of one string */
    SANDBOX_SOURCE_MAX = 512 * 1024, /* bytes of one text that is loaded */
    SANDBOX_WHERE = 96,              /* "flood.lua:12" */
};

struct sandbox_limits {
    size_t bytes_max;
    int64_t instructions_max; /* until the next sandbox_budget() */
};

/* The figures of DESIGN 5: 4 MB and 2,000,000 instructions. */
extern const struct sandbox_limits sandbox_limits_default;

enum sandbox_end {
    SANDBOX_DONE,
    SANDBOX_WAITS,   /* it yielded */
    SANDBOX_ERROR,   /* an error that nothing caught; the sandbox is usable */
    SANDBOX_OVERRUN, /* instructions or nesting: the sandbox is to be thrown away */
    SANDBOX_MEMORY,  /* the same for memory */
};

/* What went wrong last. */
struct sandbox_fault {
    enum sandbox_end end;
    char text[WHY_BYTES];      /* "flood.lua:12: attempt to …", valid UTF-8 */
    char where[SANDBOX_WHERE]; /* "flood.lua:12"; "" when no line is known */
};

struct sandbox;

/* Gives one with the environment of env.h; `limits` is copied. */
struct sandbox *sandbox_new(const struct sandbox_limits *limits);
void sandbox_free(struct sandbox *sb); /* NULL is fine */

/* The main thread: for kernel work (stack, registry), never to run plan code on. */
lua_State *sandbox_lua(struct sandbox *sb);
/* From inside a C function that Lua called. */
struct sandbox *sandbox_of(lua_State *L);

/* A pointer for who made the sandbox, to be found again from C functions. */
void sandbox_set_owner(struct sandbox *sb, void *borrows);
void *sandbox_owner(lua_State *L);

/* Start a new budget. What was used since the last one is forgotten. */
void sandbox_budget(struct sandbox *sb, int64_t instructions);
/*
 * The same after an overrun: what was breached is forgotten, too. For what is no part of a record,
 * as a test of a plan; a run that was breached is over.
 */
void sandbox_again(struct sandbox *sb, int64_t instructions);
int64_t sandbox_used(const struct sandbox *sb);      /* instructions since sandbox_budget() */
size_t sandbox_bytes(const struct sandbox *sb);      /* bytes held now */
size_t sandbox_resident(const struct sandbox *sb);   /* what the machine holds for it */
size_t sandbox_bytes_peak(const struct sandbox *sb); /* since sandbox_budget() */
/* Each line of plan code that is about to run; NULL: not told any more. */
void sandbox_look_on(struct sandbox *sb, void (*line)(void *ctx, const char *file, int line),
                     void *ctx);
/* Raise the cap, for a replay of what already went well once. */
void sandbox_set_bytes_max(struct sandbox *sb, size_t bytes_max);

/*
 * Compile a text (never byte code) and leave its function on the main stack.
 *
 * name     What error sentences call it: "flood.lua".
 * returns  ERR_INVALID with "flood.lua:12: …" or ERR_LIMIT; then the stack is as before.
 */
enum err sandbox_load(struct sandbox *sb, const char *name, const char *source, size_t len,
                      struct why *why) MUST_USE;

/*
 * The byte code of the function on top of the main stack, which stays; and a function from such
 * byte code. Only for what this process made itself: Lua does not check byte code.
 */
void sandbox_dump(struct sandbox *sb, struct text *to);
void sandbox_load_dump(struct sandbox *sb, const char *name, const char *code, size_t len);

/* Take the value on top of the main stack as the global `name`. */
void sandbox_define(struct sandbox *sb, const char *name);

/*
 * Run a function in a coroutine of its own: it and its nargs arguments are on top of the main stack
 * and are taken; nresults values (not LUA_MULTRET) are left there when it is SANDBOX_DONE, nothing
 * otherwise. It may not wait: a yield is SANDBOX_ERROR.
 */
enum sandbox_end sandbox_call(struct sandbox *sb, int nargs, int nresults);

/*
 * Start or go on with the coroutine T: lua_resume with the wall up.
 *
 * ret_results  How many values lie on top of T (results, or what was yielded).
 */
enum sandbox_end sandbox_resume(struct sandbox *sb, lua_State *T, int nargs, int *ret_results);

/* The fault of the last end that was none of DONE and WAITS; borrows until the next call. */
const struct sandbox_fault *sandbox_fault(const struct sandbox *sb);

/* ---- for C functions that Lua calls ---- */

/* Charge work that no hook sees; raises the overrun when it is too much. */
void sandbox_charge(lua_State *L, int64_t instructions);
/* The same for bytes touched. */
void sandbox_charge_bytes(lua_State *L, size_t bytes);

/* Charge without raising, also in kernel work: if it was too much, the next instruction fails. */
void sandbox_note(lua_State *L, int64_t instructions);

/* After a caught error: must it be passed on? Remembers a breach that `status` and top show. */
bool sandbox_must_rethrow(lua_State *L, int status);

/*
 * Kernel sections inside a C function: memory is not refused and not charged between the two, so
 * that nothing raises. They nest. No plan code may be called in one.
 */
void sandbox_kernel_enter(lua_State *L);
void sandbox_kernel_leave(lua_State *L);

/* "flood.lua:12" of the innermost Lua function on L's stack; "" when there is none. */
const char *sandbox_where(lua_State *L, char ret[SANDBOX_WHERE]);
