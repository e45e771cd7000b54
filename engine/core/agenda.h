/*
 * agenda - 议程: what is open, in one message: the ledger as a meeting takes it up, and the reports
 * that are not sent.
 *
 * Of the whole house, of every incident, but those of drills only in a drill and never beside
 * others. Of each part what is overdue comes first, then what is due soonest. What does not fit is
 * counted, not left out in silence.
 */
#pragma once

#include "core/state.h"

/* args: {"states":["open","overdue"],"since_ms"} of the plan's command. {"zh","en"}. Gives. */
json_t *agenda_text(const struct core *c, const struct incident *i, const json_t *args);
