/*
 * task - the parts of a plan that wait side by side.
 *
 * A task is a coroutine with a path for an id: `0` is the body, the n-th word that task p uses has
 * the step `p.n`, and the i-th task that it starts is `p.n/i`. `on`, `each`, `every` and `at` are
 * nodes of the same tree without a coroutine; their calls are tasks below them. Ready tasks run
 * first in, first out, until all wait: that is a turn.
 *
 *     READY --tasks_run--> RUNNING --a word waits--> WAITING --task_wake--> READY
 *                          RUNNING --returns or fails--> OVER
 *     READY, WAITING --task_cancel--> OVER
 *
 * What belongs to whom: a task is the parent of what it starts. When it returns or fails, its
 * `defer`s run (last first), and what it started goes to its own parent and lives on. The body
 * stays as the scope of all; its defers run when nothing lives in it any more.
 * To cancel is to abandon: the coroutine is never resumed, so no pcall can hold it up. First its
 * timer, call and unsent notices go, then its children (last first), then its defers run.
 * The body of a level or of the recovery is a scope of its own (level_scope.h): it stays when its
 * function has returned, and ends with an order.
 *
 * Layer      plan: base and Lua.
 * Ownership  Tasks belong to their run. A task that is over is freed at the end of the turn;
 *            handles in plan code know only its id.
 * Errors     An error of a plan becomes an `error` command, or goes to the task that waits for
 *            this one. A breach of the sandbox ends the run (run_fail).
 */
#pragma once

#include "plan/fact.h"
#include "plan/sandbox.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct run;
struct task;

enum {
    TASKS_MAX = 256, /* nodes of the tree, the body not counted */
    STEP_MAX = 200,  /* bytes of a step or an id */
};

enum task_kind {
    TASK_BODY,
    TASK_SCOPE,  /* plan.level.X, plan.recover: stays as a scope when it has returned */
    TASK_BRANCH, /* of parallel, settle, race, timeout: its parent waits for it */
    TASK_SPAWN,
    TASK_CALL,  /* one call of a handler */
    TASK_ON,    /* no coroutine */
    TASK_EACH,  /* no coroutine; `wait.of` is what the core watches for it */
    TASK_EVERY, /* every, at; no coroutine */
    TASK_DEFER, /* outside the tree, runs to its end at once */
};

enum wait_kind {
    WAIT_NOTHING,
    WAIT_FACT,
    WAIT_SLEEP,
    WAIT_CALL,
    WAIT_NOTICE,
    WAIT_ITEM,
    WAIT_WATCH,
    WAIT_BRANCHES,
    WAIT_TICK, /* every, at */
};

enum wake {
    WAKE_TIMER,
    WAKE_FACT,   /* there may be a fact; look */
    WAKE_RESULT, /* of the call or notice, in the event of this turn */
    WAKE_BRANCHES,
};

enum group_kind { GROUP_PARALLEL, GROUP_SETTLE, GROUP_RACE, GROUP_TIMEOUT };

/* What a task waits for while it waits for tasks of its own. */
struct group {
    enum group_kind kind;
    int count;
    int over;
    int winner; /* index of the branch that returned first; 0: none */
    int failed; /* branches that failed */
    int values; /* how many the winner returned */
    bool error; /* results hold an error to be raised */
    bool fail_fast;
    int results; /* reference of a table in the registry */
};

struct wait {
    enum wait_kind kind;
    uint64_t order; /* who began to wait first is woken first */
    char *step;
    char *at;
    bool timer;     /* a timer of `step` is set */
    fact_name name; /* WAIT_FACT, TASK_ON */
    char *of; /* WAIT_NOTICE, WAIT_ITEM, WAIT_WATCH, TASK_EACH: the step of notice, item, watch */
    struct group group;
};

struct task_cursor {
    fact_name name;
    struct fact_cursor at;
};

/* A function of `defer`. */
struct defer {
    char *step;
    char *at;
    int function; /* reference */
};

struct handler {
    int function; /* reference */
    unsigned calls;
    unsigned running;
    bool serial;
    struct fact_cursor cursor; /* on */
    struct ticks *ticks;       /* every, at (tick.h); NULL: the others */
};

TAILQ_HEAD(task_list, task);

struct task {
    enum task_kind kind;
    char *id;
    char *at;  /* where it was started: "flood.lua:64" */
    int index; /* of a branch */
    int level; /* of a scope: enum level */
    struct task *parent;
    struct task_list children;
    TAILQ_ENTRY(task) sibling;
    TAILQ_ENTRY(task) all;
    TAILQ_ENTRY(task) ready;
    bool is_ready;
    bool over;     /* cancelled, or returned and handed on */
    bool returned; /* body and scope: its function returned */
    bool failed;   /* the body: with an error */

    lua_State *L;  /* NULL for on, each, every, at, and a body that returned */
    int reference; /* of L */
    int arguments; /* on L at its first run */
    unsigned steps;
    enum wake wake;
    struct wait wait;
    struct fact_cursor since; /* facts before it are not seen */
    struct task_cursor *cursors;
    size_t cursors_count;
    size_t cursors_cap;
    struct defer *defers;
    size_t defers_count;
    size_t defers_cap;
    char **notices; /* steps of its notices, to be recalled when it is cancelled */
    size_t notices_count;
    size_t notices_cap;
    struct handler handler;
};

struct tasks {
    struct task_list all; /* in the order in which they were made; over ones removed */
    struct task_list ready;
    struct task_list dead;
    size_t count; /* without the body */
    uint64_t order;
    bool refused; /* in this turn: one alarm is enough */
    struct task *body;
    struct task *running;
    struct task *to_cancel; /* what the running task yielded for */
};

void tasks_init(struct tasks *ts);
void tasks_done(struct run *r); /* frees all; the sandbox is closed by then or will be */

/*
 * A new node below `parent`.
 *
 * returns  NULL when there are TASKS_MAX: an alarm was given.
 */
struct task *task_new(struct run *r, enum task_kind kind, struct task *parent, const char *id,
                      const char *at);

/* Would `n` more tasks be too many? Then the alarm is given. */
bool task_room(struct run *r, size_t n, const char *step, const char *at);

/* Move a function and its arguments from the top of `from` into a coroutine, and make it ready. */
void task_start(struct run *r, struct task *t, lua_State *from, int arguments);

/* The next step of a task; false: the path is too long. */
bool task_step(struct task *t, char ret[STEP_MAX]);

/* The live task of this id; NULL: it is over, or was never. */
struct task *task_find(const struct run *r, const char *id);

/* Begin and end a wait. task_wait_over clears a timer that is still set. */
void task_wait(struct run *r, struct task *t, enum wait_kind kind, const char *step,
               const char *at);
void task_wait_timer(struct run *r, struct task *t, int64_t ms);
void task_clear_timer(struct run *r, struct task *t);
void task_wait_over(struct run *r, struct task *t);
/* The core need not watch for it any more. */
void task_unwatch(struct run *r, const struct task *t);

/* Its cursor for a name. */
struct fact_cursor *task_cursor(struct task *t, fact_name name);

void task_wake(struct run *r, struct task *t, enum wake why);
void task_cancel(struct run *r, struct task *t);
/* A node has done what it was for: what its calls have started goes to its parent and lives on. */
void task_finish(struct run *r, struct task *t);
/* The response is over: all that the body started ends, then it itself, with its defers. */
void task_end_body(struct run *r);

/* Run until nothing is ready or the run has failed. */
void tasks_run(struct run *r);

/* Run the defers of the body if nothing lives any more. */
void tasks_settle(struct run *r);

/* Free what is over. At the end of a turn. */
void tasks_bury(struct run *r);

/* Does anything live but `on` and `each`? */
bool tasks_busy(const struct run *r);
