/*
 * story - a night in virtual time: the core, the planner's own code and scripted people, with a
 * trace that reads like the minutes of the night.
 *
 * The clock jumps to the next thing that happens; nothing waits for real time. Each record is kept
 * as the store would keep it, so that a story can crash the engine or a planner at any moment, go
 * on from the rows, and must come to the same end. Every story closes with the test I13: the state
 * that lived, the state loaded from its rows, and the state rebuilt from the journal are one.
 */
#pragma once

#include "core/core.h"

#include <stdbool.h>

struct story;

/* A story with a site of its own (tests/lib/story_site.lua) and the given plan's text. */
struct story *story_new(const char *plan_name, const char *plan_source);
/* The same; endpoints are asked whether they answer, and the auditor looks each minute. */
struct story *story_watched(const char *plan_name, const char *plan_source);
/* The same with a second plan, as one that opens children of it. */
struct story *story_with(const char *plan_name, const char *plan_source, const char *other_name,
                         const char *other_source);
/* A story with another site: the path of its file. */
struct story *story_in(const char *site_path, const char *plan_name, const char *plan_source);
/* A story with plans/site.lua and this plan of plans/. */
struct story *story_shipped(const char *plan_name);
/* Checks I13 and that nothing is left undelivered without a reason; frees. */
void story_end(struct story *s);

/* A drill beside its plans: drills/NAME.lua with this text, or that of plans/drills/. */
void story_scenario(struct story *s, const char *name, const char *source);
void story_scenario_shipped(struct story *s, const char *name);

/* Before the first trigger: a new site in force in which nobody may be drilled. */
void story_site_forbids_drills(struct story *s);

/* A new site in force, in which this person is gone after that day: "2026-08-05". */
void story_site_leaves(struct story *s, const char *person, const char *day);

/* The same, where messages of a tabletop go out. */
void story_site_sends_tabletops(struct story *s);

/* Endpoints and people, from now on. */
void story_endpoint_answers(struct story *s, const char *endpoint, int status); /* 200 at first */
void story_endpoint_says(struct story *s, const char *endpoint, const char *body); /* to a fetch */
void story_person_answers(struct story *s, const char *person, int64_t after_ms);  /* each call */
void story_person_declines(struct story *s, const char *person, int64_t after_ms);
void story_person_silent(struct story *s, const char *person);

/* Inputs; each returns the reply (borrowed until the next call). JSON in single quotes is turned
 * into double quotes, so that it reads well in C. */
const json_t *story_trigger(struct story *s, const char *json);
const json_t *story_drill(struct story *s, const char *json); /* drill start */
/* About duty: "override", "swap", "act", "handover", "check". */
const json_t *story_duty(struct story *s, const char *what, const char *json);
const json_t *story_lesson(struct story *s, const char *json);
const json_t *story_close(struct story *s);
const json_t *story_update(struct story *s, const char *json);
const json_t *story_answer(struct story *s, const char *json);
/* By link and code of the last message that went to this person; members replace or add, and
 * {'code':'wrong'} is four digits that are not the code. */
const json_t *story_answer_link(struct story *s, const char *person, const char *json);
/* Word from the endpoint of that message: "delivered", "seen". */
const json_t *story_receipt(struct story *s, const char *person, const char *receipt);
const json_t *story_resolve(struct story *s);
const json_t *story_dead(struct story *s, const char *json); /* all of its dead letters */
const json_t *story_order(struct story *s, const char *json);
const json_t *story_confirm(struct story *s, const char *json);
/* An item by the name of its measure, the last one issued. */
const json_t *story_item(struct story *s, const char *name, const char *action, const char *as);
/* What was declared, issued and published, as the incident keeps it. Borrowed until the next. */
const json_t *story_statements(struct story *s);
wall_ms story_item_due(const struct story *s, const char *name); /* 0: without end */
/* A report by its kind and number: "update 2". as NULL: nobody is named. */
const json_t *story_report(struct story *s, const char *name, const char *action, const char *as);
const json_t *story_terminate(struct story *s, const char *reason);

void story_advance(struct story *s, int64_t ms);
void story_crash_engine(struct story *s);            /* kill -9: only the rows remain */
void story_engine_down(struct story *s, int64_t ms); /* for so long; then from its rows */
void story_crash_planner(struct story *s, int slot,
                         bool fault);          /* fault: by the plan's own doing */
void story_crash_courier(struct story *s);     /* attempts under way are lost sight of */
void story_passivate(struct story *s);         /* from now on planners keep nothing between turns */
void story_queue(struct story *s, bool queue); /* what planners say waits meanwhile */
void story_hold_results(struct story *s, bool hold); /* the courier keeps what it knows */

struct uuid story_incident(const struct story *s); /* the last one triggered, or opened by a plan */
/* People speak to this one from now on: "open" incidents in the order of their making, 0 first. */
void story_at(struct story *s, size_t incident);
/* The lines since the last call hold these, in this order; others may lie between. A line of
 * `lines` matches when it is part of one of the trace. */
void story_tells(struct story *s, const char *lines);
/* None of the lines since the start holds this. */
void story_never(struct story *s, const char *part);
/* What the journal of the incident comes to (core/score.h, core/course.h). Give. */
json_t *story_score(const struct story *s);
json_t *story_course(const struct story *s);
/* The whole trace so far. */
const char *story_trace(const struct story *s);
/* Every command list of every turn so far, as canonical JSON lines: for comparing two runs. */
const char *story_turns(const struct story *s);
/* Attempts handed to the courier so far: "SECONDS PERSON ENDPOINT NOTICE-ID" a line. */
const char *story_attempts(const struct story *s);
