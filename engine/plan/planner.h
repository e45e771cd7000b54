/*
 * planner - plans as they run: frames in, frames out. A library; a process is put around it.
 *
 * The engine sends one event an incident and waits for its turn. A planner keeps the runs of
 * incidents in memory as long as there is room, the least recently used go first; a run that is not
 * there, or is not where the engine says it should be, is replayed from the record, for which the
 * planner asks with "need". Nothing is lost when a planner dies.
 *
 *                 event, prev = 0 -----------------------------> TURN
 *     NOT HERE --event, prev > 0--> NEEDS HISTORY --history, no more--> TURN
 *     HERE     --event, gap-------> NEEDS HISTORY
 *     HERE     --event------------> TURN --"turn"--> HERE (or NOT HERE when there is no room)
 *                                   TURN --"failed"--> NOT HERE
 *     any      --drop-------------> NOT HERE
 *
 * An incident lives in one planner at a time: the engine drops it, or the planner has died, before
 * another one gets its events.
 *
 * Frames in, by "op": hello, pin, event, history, drop, check, verify (verify.h). Frames out: turn,
 * failed, need, checked, verified. The kinds of commands in a turn: timer timer_clear call notify
 * cancel log state error.
 *
 * Layer      plan: base and Lua. No clock, no I/O: the hooks have them.
 * Ownership  planner_new gives, planner_free frees; frames are borrowed both ways.
 * Threads    One.
 * Errors     What a plan does wrong is a frame "failed". An enum err is a fault of the engine.
 */
#pragma once

#include "base/json.h"
#include "plan/onlooker.h"
#include "plan/sandbox.h"

#include <stdint.h>

struct planner;

/* What the planner does outside of itself. All but send may be NULL. */
struct planner_hooks {
    void *ctx;
    /* A frame for the engine. */
    void (*send)(void *ctx, const json_t *frame);
    /* From here on plan code may run: a turn, or the replay of turns, which may take longer. */
    void (*turn_begin)(void *ctx, const char *incident, int64_t cause);
    void (*replay_begin)(void *ctx, const char *incident, int64_t cause);
    /* And here it has come to its end. */
    void (*turn_end)(void *ctx);
    /* Of live turns and of replays alike: what is told again after a replay is for it to know. */
    struct onlooker onlooker;
};

struct planner_config {
    struct sandbox_limits limits;    /* of one turn */
    int64_t replay_instructions_max; /* of one replay */
    size_t resident_bytes;           /* of all runs; "hello" may say otherwise */
};

/* The figures of DESIGN 5. */
extern const struct planner_config planner_config_default;

/* Both are copied. */
struct planner *planner_new(const struct planner_config *config, const struct planner_hooks *hooks);
void planner_free(struct planner *p); /* NULL is fine */

/*
 * Take a frame; the answers are sent before this returns.
 *
 * returns  ERR_INVALID for a frame that no engine of ours sends.
 */
enum err planner_frame(struct planner *p, const json_t *frame, struct why *why) MUST_USE;

/* For tests and figures. */
size_t planner_runs(const struct planner *p);  /* how many are here */
size_t planner_bytes(const struct planner *p); /* and what they hold */
