/*
 * api - the words of the plan language: one C file a group of them, and what they share.
 *
 * A word checks its arguments, does one thing to the run, and gives its result or waits. A word
 * that takes a step (api_begin) can be used only where a task could wait: not at the top of a file,
 * not in the function of sort or gsub, not in a `match`. So it is in a replay, too.
 *
 * To wait, a word yields (api_wait) and goes on in its continuation when the task is woken, live
 * and in a replay alike.
 *
 * Layer      plan: a part of a run.
 * Errors     Raised, with the sentence: they are longjmp, so no word holds memory of ours when it
 *            calls something that may raise. Between api_kernel and its leave nothing raises.
 */
#pragma once

#include "plan/run.h"
#include "plan/words.h"

#include <lauxlib.h>

/* Define all words in the sandbox of a run. Kernel work. */
void api_define(struct run *r);
void api_define_plan(struct run *r);
void api_define_incident(struct run *r);

/* The incident has changed: show the new values. Kernel work. */
void api_update_incident(struct run *r);

/* A word about to work. */
struct api {
    struct run *run;
    struct task *task;
    const char *word;
    char step[STEP_MAX];
    char at[SANDBOX_WHERE];
};

enum api_use {
    API_NOTES = 0,  /* may stand in a defer */
    API_STARTS = 1, /* starts something or waits: may not */
};

/* Check that the word may be used here, and take a step for it. */
void api_begin(lua_State *L, const char *word, enum api_use use, struct api *ret);

/* The run; raises when there is none or it has failed. */
struct run *api_run(lua_State *L);

/* Raise, with what a function of ours wrote. */
int api_raise(lua_State *L, const struct why *why);

/* ---- arguments ---- */

/* The table at index has only members that are words of this kind. */
void api_check_options(lua_State *L, int index, const char *word, enum word_kind kind);

/* A duration at index; raises unless it is one like "5m". `what`: "sleep" or "call: within". */
int64_t api_duration(lua_State *L, int index, const char *what);
/* The same for a member of the table at index; -1 when it is not there. */
int64_t api_duration_member(lua_State *L, int index, const char *member, const char *what);

/*
 * Texts and targets as JSON, for the table at index. Gives, or returns NULL with the sentence in
 * why; neither raises, as other JSON may be held.
 */
json_t *api_text_member(lua_State *L, int index, const char *word, struct why *why);
/* The same for any member, or for a value. */
json_t *api_words_member(lua_State *L, int index, const char *word, const char *member,
                         struct why *why);
json_t *api_words(lua_State *L, int index, const char *word, struct why *why);
json_t *api_targets_member(lua_State *L, int index, const char *word, struct why *why);

/* The fact whose name is argument 1: one that the engine reports, or one of the head. */
fact_name api_fact(lua_State *L, struct run *r, const char *word);

/* Argument 1 is a condition over facts of the head; raises unless it can be read. */
const char *api_condition(lua_State *L, const struct api *a);

/* Have the core watch for this task (wait.of). Takes the arguments but "watch". Kernel work. */
void api_watch(const struct api *a, struct task *t, json_t *takes_args);

/* Add {"kind","step","at"} and `args`, which may be NULL. Takes args. */
void api_command(const struct api *a, const char *kind, json_t *args);

/* ---- handles ---- */

enum handle_kind {
    HANDLE_NOTICE,
    HANDLE_TASK,
    HANDLE_CALL,
    HANDLE_ITEM,
    HANDLE_REPORT,
    HANDLE_CHILD,
    HANDLE_DRAFT
};

struct handle {
    enum handle_kind kind;
    char step[STEP_MAX]; /* of the notice, call, item or child; id of the task */
};

void api_push_handle(lua_State *L, enum handle_kind kind, const char *step);
struct handle *api_handle(lua_State *L, int index);
void api_define_handles(struct run *r);

/*
 * Make the node of a handler whose function is on top of the stack (it is taken). NULL: there are
 * too many tasks, and the alarm was given. Kernel work.
 */
struct task *api_handler(lua_State *L, const struct api *a, enum task_kind kind);

/*
 * Wait for a fact that comes after now. On the stack lies `match` alone, as of wait(). Returns as
 * lua_yieldk does.
 */
int api_wait_from_now(lua_State *L, const struct api *a, const char *fact, int64_t ms);

/* How far an item, a report or a child has come: the place of a state of its kind; -1: none such.
 */
int progress_number(enum handle_kind kind, const char *state);

/* Wait for the answer to the call of this step; on the stack lies nothing. As lua_yieldk. */
int api_wait_answer(lua_State *L, const struct api *a);

/* ---- the words ---- */

int api_call(lua_State *L);
int api_call_close(lua_State *L);
int api_child(lua_State *L);
int api_progress_wait(lua_State *L); /* :wait(state, duration?) -> state or nil, of these three */
int api_assign(lua_State *L);
int api_consult(lua_State *L);
int api_ask(lua_State *L);
int api_fetch(lua_State *L);
int api_measure(lua_State *L);
int api_before(lua_State *L);
int api_directive(lua_State *L);
int api_item(lua_State *L);
int api_resource(lua_State *L);
int api_item_supervise(lua_State *L);
int api_item_lift(lua_State *L);
int api_report(lua_State *L);
int api_propose(lua_State *L);
int api_publish(lua_State *L);
int api_escalate(lua_State *L);
int api_notify(lua_State *L);
int api_agenda(lua_State *L);
int api_notify_result(lua_State *L);
int api_wait(lua_State *L);
int api_sleep(lua_State *L);
int api_parallel(lua_State *L);
int api_settle(lua_State *L);
int api_race(lua_State *L);
int api_timeout(lua_State *L);
int api_spawn(lua_State *L);
int api_on(lua_State *L);
int api_each(lua_State *L);
int api_wait_until(lua_State *L);
int api_every(lua_State *L);
int api_at(lua_State *L);
int api_civil(lua_State *L);
int api_open_at(lua_State *L);
int api_cancel(lua_State *L);
int api_defer(lua_State *L);
int api_log(lua_State *L);
int api_state(lua_State *L);
int api_now(lua_State *L);
int api_random(lua_State *L);
int api_uuid(lua_State *L);
int api_text(lua_State *L);
int api_require(lua_State *L);

/* The catalogue that the head at 1 names. May raise. */
void api_read_catalogue(lua_State *L, struct run *r);
