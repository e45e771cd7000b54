/*
 * head_measure - the concrete measures of a plan's head 措施: who does what by when. A part of
 * head.h.
 *
 * phase   first: at the trigger, before any order; IV to I: with that order; recovery: at the end;
 *         none: a body of the plan issues it by name.
 * due     how long, or how long at each level: { IV = "1h", II = "30m" } holds from IV on, and
 *         anew from II on.
 */
#pragma once

#include "base/json.h"
#include "core/level.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plan_head;

enum phase { PHASE_NONE, PHASE_FIRST, PHASE_LEVEL, PHASE_RECOVERY };
enum on_lower { ON_LOWER_ASK, ON_LOWER_KEEP, ON_LOWER_LIFT };

struct measure_head {
    const char *name;
    enum phase phase;
    enum level level;  /* of PHASE_LEVEL */
    const char *owner; /* a target */
    const json_t *title, *done_when;
    const json_t *after;       /* names of measures that must be done before; NULL */
    int64_t due_ms;            /* whatever the level */
    int64_t due_at[LEVEL_END]; /* by level; 0: as the one below */
    int64_t urge_ms;           /* between two reminders */
    enum on_lower on_lower;
};

const struct measure_head *plan_head_measure(const struct plan_head *h, const char *name);
const struct measure_head *plan_head_measure_at(const struct plan_head *h, size_t n); /* by name */

/* How long it may take at this level; 0: without end. */
int64_t measure_due_ms(const struct measure_head *m, enum level level);
