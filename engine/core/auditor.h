/*
 * auditor - a second look at everything that is due, by somebody who does not trust the timers.
 *
 * Once a minute the engine asks (IN_AUDIT, by its own clock and no timer of the core). The auditor
 * goes through the state, not through what is set to happen: each call whose rung is over, each
 * message that waits past its time, each item, report and proposal that somebody was to be reminded
 * of must have gone on, or have its timer set. What is a minute late, or was lost sight of, is an
 * alarm, one a cause for all that it found, of the incident of the upkeep. It mends nothing: a
 * timer that was lost is a fault of ours, and is to be seen.
 */
#pragma once

#include "core/state.h"

enum { AUDIT_GRACE_MS = 60 * 1000 };

void decide_audit(struct core *c);
