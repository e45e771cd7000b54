/*
 * planner_night - a planner with a journal of its own: one incident, facts in, turns out.
 *
 * It does what the engine does around a planner, and no more: numbers the rows, sends what the plan
 * awaits as events, keeps the timers, answers "need" with history. Every frame goes through its
 * bytes, as between processes. With `forgets` the planner is thrown away before every event, so
 * that each turn is taken after a replay of all before.
 */
#pragma once

#include "base/id.h"
#include "base/json.h"
#include "base/text.h"
#include "plan/planner.h"

struct night_timer {
    char *step;
    int64_t due;
};

struct planner_night {
    struct planner *planner;
    struct planner_config config;
    bool forgets;
    bool direct; /* frames do not go through their bytes: for figures */
    char *source;
    json_t *libraries; /* [{"name":"lib/x.lua","source"}…]; NULL: none. Set before it begins */
    const char *seed;
    json_t *trigger; /* members of the incident, over the usual ones */

    json_t *rows; /* the journal */
    int64_t seq;
    int64_t t;
    int64_t m;
    int64_t prev, prev_cause;
    bool gap;
    bool held;     /* facts are journalled and wait */
    bool raced;    /* a timer may have fired that a turn before its fact clears */
    json_t *queue; /* rows that wait for their turn */
    json_t *awaits;
    json_t *open;   /* {step: "call" or "notify"} that were not cancelled */
    json_t *turn;   /* the last one */
    json_t *failed; /* the frame, when the plan is over */
    struct night_timer *timers;
    size_t timers_count;
    size_t timers_cap;
    int64_t instructions; /* of the last turn */
    struct text told;     /* see planner_night_tells */
    int turns;
    int needs;
};

void planner_night_init(struct planner_night *n, const char *source);
void planner_night_done(struct planner_night *n);

/* The trigger; the body runs. */
void planner_night_begin(struct planner_night *n);

/* A fact, from JSON with ' for ": {'names':['answer'],'steps':['0.1'],'by':'li.ming'} */
void planner_night_fact(struct planner_night *n, const char *ev);
void planner_night_fact_json(struct planner_night *n, json_t *takes);
/* The usual ones. */
void planner_night_answer(struct planner_night *n, const char *step, const char *by);
void planner_night_expire(struct planner_night *n, const char *step);

/* Time goes by; timers fire in their order. */
void planner_night_pass(struct planner_night *n, int64_t ms);

/*
 * What the plan asked for since the last look, one line a command:
 *
 *     timer 0.1 300000          clear 0.1              cancel 0.2
 *     call 0.2 duty:duty-room 300000 "text"            notify 0.3 person:li "text"
 *     log 0.4 text              state 0.5 {"a":1}      error 0.6 respond flood.lua:12: …
 *     done                      failed overrun: text   (what ends it)
 */
void planner_night_tells(struct planner_night *n, const char *expected);

/* While held, facts come to the journal faster than turns: several lie before the next turn. */
void planner_night_hold(struct planner_night *n, bool hold);

/*
 * Something that may happen, chosen by chance: an answer, a silence, a fact, a timer, a result, or
 * several of them at once. The same entropy in the same night gives the same.
 */
void planner_night_happens(struct planner_night *n, struct entropy *chance);

/* All turns so far, as bytes. */
void planner_night_turns(const struct planner_night *n, struct text *to);
