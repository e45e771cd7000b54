/*
 * endpoint_watch - does each endpoint of the site answer? Asked before somebody must be called.
 *
 * Each is asked every 30 s (`probe` of the endpoint in the site: another time, or false), by a
 * connection without a message. A message that it takes is as good as an answer. Two questions in a
 * row without one, and it is down: in the worst case 30 + 30 + 10 s after it fell silent.
 *
 *     UP --2 without an answer: endpoint_down--> DOWN --an answer, a message taken: endpoint_up-->
 * UP
 *
 * While it is down, messages begin with another contact of their person, and those that wait for it
 * go there, if there is one; who has none waits and is tried as ever. The duty room is alarmed,
 * likewise by other contacts than this one, if they have any. Answers are no records, changes are,
 * of the incident of the upkeep: the record says nothing while nothing happens.
 */
#pragma once

#include "core/state.h"

enum { PROBES_WITHOUT_ANSWER = 2 };

/* Endpoints may have come or gone, or the courier is here: who is to be asked when. */
void endpoints_watch(struct core *c);
/* The time has come to ask it. */
void endpoint_ask(struct core *c, struct endpoint_load *load);
/* The courier's word on a probe: body {endpoint,ok,class,status?,error?}. */
void decide_probed(struct core *c);
/* It took a message. */
void endpoint_took(struct core *c, const char *endpoint);
bool endpoint_is_down(const struct core *c, const char *endpoint);
/* What is known of it, for a list: "state" (up, paused, down, unknown), "since"?, "paused_until"?,
 * "cause"?, "answered"?, "waiting", "under_way". Passes one on. */
json_t *endpoint_state(const struct core *c, const char *endpoint, wall_ms now, json_t *one);

void endpoint_apply(struct core *c, const struct record *r);
