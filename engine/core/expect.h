/*
 * expect - what a scenario expects of people, and whether a row of the journal is it.
 *
 *     call answered     somebody who is called accepts
 *     call declined     somebody who is called cannot come
 *     order III         this level is ordered by somebody; likewise terminate, declare, publish, …
 *     propose II        this level is proposed, or one of these orders
 *     measure NAME      this measure of the plan is issued
 *     received NAME     it is received by its owner; likewise arrived, done, struck
 *     update FACT       this fact of the plan is reported, and not by an inject
 *     report KIND       a report is sent: initial, update, daily, single, final
 *     confirmed ID      this criterion of the end is confirmed
 *     closed            the incident is closed, and not as the scenario is over
 *
 * Anything else is part of a line of the timeline, in Chinese or English, as the trace has it.
 *
 * Layer      core: base.
 * Ownership  An expectation borrows from its text.
 */
#pragma once

#include "core/head.h"
#include "core/record.h"
#include "core/remark.h"

enum expect_verb {
    EXPECT_LINE, /* part of what the record says */
    EXPECT_ANSWERED,
    EXPECT_DECLINED,
    EXPECT_ORDER,
    EXPECT_PROPOSE,
    EXPECT_MEASURE,
    EXPECT_RECEIVED,
    EXPECT_ARRIVED,
    EXPECT_DONE,
    EXPECT_STRUCK,
    EXPECT_UPDATE,
    EXPECT_REPORT,
    EXPECT_CONFIRMED,
    EXPECT_CLOSED,
    EXPECT_VERBS
};

struct expectation {
    enum expect_verb verb;
    const char *what; /* "III", "close_pass"; the whole text of EXPECT_LINE; "" for none */
};

struct expectation expectation_of(const char *text);

/* "下令III级响应 …", in words; the text itself of EXPECT_LINE, in quotes. */
void expectation_words(const struct expectation *e, bool zh, struct text *to);

/* Names must be there: remarks about where we are. head NULL: they are not looked up. */
void expectation_check(const char *text, const struct plan_head *head, struct remarks *r);

/*
 * Is this record what was waited for?
 *
 * measure  Of a record about an item (item_state): the name of its measure, which stands in the
 *          record that issued it; NULL: it is no measure.
 */
bool expectation_met(const struct expectation *e, const struct record *r, const char *measure);
