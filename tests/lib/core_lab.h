/*
 * core_lab - a core on the bench: the test plays people, planner, courier, clock and disk.
 *
 *     lab_start(&lab);
 *     lab_trigger(&lab, "{'plan':'flood','title':'Gauge 7'}");
 *     lab_turn(&lab, "[{'kind':'call','step':'0.1','args':{…}}]", "{'steps':['0.1']}");
 *     lab_result(&lab, "wang.qiang", "{'ok':true,'status':200}");
 *     lab_answer(&lab, "wang.qiang");
 *     lab_tells(&lab, "call_answered by=wang.qiang calls=0.1");
 *     lab_done(&lab);
 *
 * Every input goes through core_decide; what it records is kept as a journal, what core_dirty_rows
 * gives as a table of rows, and its effects lie in wait for the test. lab_done checks I13: the rows
 * of the live core, of one loaded from the table and of one rebuilt from the journal are the same.
 *
 * The city: endpoints push (4 at once, drills), sms (4 at once), desk (64 at once), bot (the same,
 * 20 a minute), app (gives the receipt "seen"), gate (gives "delivered" within 30 s); wang.qiang by
 * push, then sms; li.ming by push; sun.wei by sms; zhou.jie by app; wu.fang by gate; gao.lin by
 * bot; ma.chao by bot, then desk; lin.tao by app, then desk; chat.0 … by bot; shen.yu by wide (256
 * at once); cao.rui by gate,
 * then desk; ding.yi by note (bodies of 900 bytes, and not watched), then push; crew.0 … by desk,
 * all in group:crew. The roster duty-room has the seats wang.qiang, li.ming, sun.wei. wang.qiang
 * and li.ming take part in drills. Plans: flood (facts stage_m and rain_mm by gauge, the latter
 * stale after 30m, breach, the event case; fallback li.ming 5m, sun.wei 10m), watch (ends by
 * order), dam (levels IV, III by post:chief, that is sun.wei with the deputy li.ming, II by
 * post:mayor, that is zhou.jie; gauges g7 in the east with the warning at 4.5 m, g8 in the west
 * with 3 m), lake (measures), pond (measures, a
 * commander of II), weir (levels over two facts), oncall (source alertmanager; one_per
 * labels.service, digest 30s, closed by its source, reopen_within 10m), river (one_per
 * place.district, level IV, merge and split by post:chief, first measure verify), tracing
 * (parent_only, first measure isolate, reopen_within 1h), stream (initial, update and final
 * reports), clinic (single and daily ones), outbreak (initial, single, daily and final ones;
 * one_per place.district, reopen_within 1h), and none for other triggers. lab_papers adds paper,
 * that owes its upkeep: paper1 is issued on 2026-07-01 and not filed, reviewed by 2026-12-01;
 * paper2 is filed, and reviewed by 2029-07-01; paper4 is issued on 2026-08-03; wu.fang's, drilled
 * every 6mo. paper5 is paper2 with the fallback sun.wei for li.ming. Of paper3, nobody's, all was
 * due years ago. Its clocks are those of Asia/Shanghai.
 *
 * Layer      tests.
 * Ownership  lab_start begins, lab_done frees. What verbs return is borrowed until the next verb.
 */
#pragma once

#include "core/core.h"

#include "remarked.h"

enum { LAB_CREW = 40, LAB_CHAT = 40 };

struct lab {
    struct core *core;
    wall_ms wall;
    mono_ms mono;
    uint64_t inputs;
    int64_t gen; /* of the child started last */
    int64_t planner[PLANNER_SLOTS];
    bool check_each; /* I13 after each input */
    int crew;
    bool watched;     /* endpoints are asked whether they answer */
    bool unaudited;   /* something is overdue in the end, and is to be */
    bool planted;     /* the test has broken the live core: I13 does not hold, and is not to */
    bool moved;       /* the site without sms is in force */
    bool handed_over; /* the one that lab_papers puts in force next: without li.ming, the seats of
                         the duty-room sun.wei, wang.qiang, zhou.jie */

    struct record **journal;
    size_t journal_count, journal_cap;
    size_t told;              /* records that lab_tells has compared */
    json_t *rows;             /* "kind id": {…}, what the disk holds */
    json_t *attempts;         /* frames handed to the courier and not answered, oldest first */
    json_t *fetches;          /* the same, of what plans fetch */
    json_t *probes;           /* the same, of what asks endpoints whether they answer */
    json_t *events;           /* frames at the planners and not answered */
    json_t *reply;            /* the last one */
    json_t *others;           /* names of drop, kill, want since lab_start */
    json_t *scratch;          /* what was returned last */
    char incident[UUID_TEXT]; /* opened last */
};

void lab_start(struct lab *lab);
void lab_start_watched(struct lab *lab);        /* endpoints are asked whether they answer */
void lab_start_crew(struct lab *lab, int crew); /* with a group of this size */
void lab_done(struct lab *lab);                 /* checks I13, and that the auditor finds nothing */
void lab_check(struct lab *lab);

/* The life ends, and another begins from what the disk holds: planners and courier are new too. */
void lab_crash(struct lab *lab);
void lab_input(struct lab *lab, struct input in, const char *body);
void lab_after(struct lab *lab, int64_t ms); /* time passes, ticks come when they are due */
/* With the plan "paper" in the set: "paper1" to "paper4"; NULL: without it. */
void lab_papers(struct lab *lab, const char *pin);
void lab_site_without_sms(struct lab *lab); /* g8 warns at 2 m, bodies have "v" */

/* people; each gives the reply */
const json_t *lab_trigger(struct lab *lab, const char *body);
const json_t *lab_trigger_once(struct lab *lab, const char *once, const char *body);
const json_t *lab_answer(struct lab *lab, const char *person);
const json_t *lab_say(struct lab *lab, enum input_kind kind, const char *body);
/* The body of the last message to this person, as it was written first. Gives. */
json_t *lab_message(const struct lab *lab, const char *person);
/* By its link and code; `body` replaces or adds members. Nobody needs to be known for it. */
const json_t *lab_answer_link(struct lab *lab, const char *person, const char *body);
const json_t *lab_receipt(struct lab *lab, const char *person, const char *receipt);

/* the planner: answers the oldest event of the incident opened last */
const json_t *lab_event(const struct lab *lab); /* NULL: none is under way */
void lab_turn(struct lab *lab, const char *cmds, const char *awaits);
void lab_turn_done(struct lab *lab, const char *cmds, const char *awaits);
void lab_planner_dies(struct lab *lab,
                      const char *fault); /* with the event in hand: strike, lost */
void lab_planner_up(struct lab *lab, int slot);

/* the courier: what came of the oldest attempt for this person */
const json_t *lab_attempt(const struct lab *lab, const char *person); /* NULL: none */
void lab_result(struct lab *lab, const char *person, const char *result);
void lab_fetched(struct lab *lab, const char *result); /* of the oldest fetch, if there is one */
void lab_results(struct lab *lab, const char *result); /* of all attempts, until there is none */

/* what is known: the row of the incident opened last; of the last notice to a person; counts */
const json_t *lab_incident(struct lab *lab);
const json_t *lab_notice(struct lab *lab, const char *person);
const json_t *lab_fact(struct lab *lab, const char *id);   /* "g7/stage_m", "/breach"; NULL: none */
const json_t *lab_item(struct lab *lab, const char *name); /* its row, the last one; NULL */
/* its row: "initial" (the last one), "update 2"; NULL */
const json_t *lab_report(struct lab *lab, const char *name);
const char *lab_state(struct lab *lab); /* of the incident; "" when its row is not open any more */
size_t lab_count(const struct lab *lab, enum record_kind kind);
const struct record *lab_last(const struct lab *lab, enum record_kind kind); /* NULL */

/* These lines in this order among the records since the last lab_tells; others may lie between. */
void lab_tells(struct lab *lab, const char *lines);
/* No record since the last lab_tells has a line with this in it. */
void lab_never(struct lab *lab, const char *part);
