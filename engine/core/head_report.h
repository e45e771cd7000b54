/*
 * head_report - what the head of a plan says about reports 信息报送: which kinds, who writes, signs
 * and receives them, and by when. A part of head.h.
 *
 *     initial   首报 once, from when the trigger was received
 *     update    续报 at each change of level, then by the cadence of the level (levels.X.report)
 *     daily     日报 at its times of day (`at`); without them by the cadence of the level
 *     single    个案 one for each occurrence of the event `each`
 *     final     终报 once, from the end of the response
 *
 * due, phone   how long, or how long by the level in force: { IV = "2h", II = "30m" }, or by the
 *              grade of the event: { grade = { III = "2h", I = "1h" } }. A grade that is not known,
 *              or not named, has the shortest time: what is late by a mistake is late.
 */
#pragma once

#include "base/json.h"
#include "core/level.h"
#include "core/remark.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plan_head;

enum report_kind {
    REPORT_INITIAL,
    REPORT_UPDATE,
    REPORT_DAILY,
    REPORT_SINGLE,
    REPORT_FINAL,
    REPORT_KINDS
};

const char *report_kind_name(enum report_kind k); /* "initial" */
bool report_kind_parse(const char *name, enum report_kind *ret);

enum { CLOCKS_MAX = 24 };

/* When again: a time between two, or times of day. Neither: never. */
struct cadence_head {
    int64_t every_ms;
    int clocks[CLOCKS_MAX]; /* minutes of the day */
    size_t clocks_count;
};

bool cadence_head_any(const struct cadence_head *c);

struct report_head {
    enum report_kind kind;
    const char *by, *sign; /* a target */
    const json_t *to;      /* a target or a list */
    const char *each;      /* of single: an event; NULL */
    const json_t *due, *phone;
    const char *data_to; /* "24:00": the data are as of then; NULL */
    const char *basis;   /* text, or the name of a deadline of the site; NULL */
    struct cadence_head at;
    bool zero; /* "nothing new" is to be reported, too */
};

/* NULL: the plan has no such report. */
const struct report_head *plan_head_report(const struct plan_head *h, enum report_kind kind);
/* The kind that goes by the cadence of levels; NULL: none does. */
const struct report_head *plan_head_cadence_report(const struct plan_head *h);

/* The member `key` of a table, as due and phone are: remarks go to r. */
void report_time_check(const json_t *table, const char *key, struct remarks *r);
/* It is told by telephone before it is written; a remark about the member phone otherwise. */
void report_phone_check(const json_t *phone, const json_t *due, struct remarks *r);
/* How long it may take; 0: without end. grade NULL: it is not known. */
int64_t report_time_ms(const json_t *time, enum level level, const char *grade);
