/*
 * past_ask - asking about an incident that was: the journal of --data and the plans of --plans, in
 * a process of our own (struct replay_ask).
 *
 * Layer      ctl.
 */
#pragma once

#include "ctl/ctl.h"

/*
 * ask: what is asked; the incident, the first operand, and the folders are filled in here.
 *
 * ret      Gives the answer, which is ok.
 * returns  The exit code; what was wrong has been said.
 */
int past_ask(const struct ctl *c, const struct args *a, struct replay_ask *ask, json_t **ret);

/*
 * Of the answer to a replay: who it was assumed of that they answer, as nobody called them then.
 * Nothing: of nobody.
 */
void past_assumed_say(const json_t *reply, bool zh, struct text *to);
