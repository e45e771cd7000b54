/*
 * verify - would this binary, with this Lua, do again what the record says that a plan did?
 *
 * After an upgrade each run that is alive is replayed on the side, page by page, and thrown away:
 * nothing is sent, and the run that takes turns (planner.h) is another one. A run that comes out
 * differently would be found at its next turn; by then it is the hour in which it is needed.
 *
 *     (none) --page, "first"--> BEGUN --page, "more"--> BEGUN --the last page--> (none), "ok"
 *     BEGUN --a turn that differs--> (none), not "ok": the first differing step
 *
 * Layer      plan: a part of the planner.
 * Ownership  A verify is a plain value, empty at first; verify_drop frees what it holds.
 */
#pragma once

#include "plan/replay.h"

struct pins;

struct verify {
    char *incident; /* NULL: none is under way */
    struct run *run;
    struct replay replay;
};

void verify_drop(struct verify *v);

/*
 * A page: {"incident","pin","seed","first","more","rows":[as in "history"]}.
 *
 * ret      Gives {"ok","more"}, and without ok {"reason","text","where"}.
 * returns  ERR_INVALID: no engine of ours sends this.
 */
enum err verify_page(struct verify *v, const struct pins *pins, const json_t *frame,
                     const struct sandbox_limits *limits, const struct replay_limits *replay,
                     json_t **ret, struct why *why) MUST_USE;
