/*
 * outlook - what the facts say now: every condition of a plan's head, and all that its bodies
 * watch, for every station that belongs to the incident.
 *
 * The stations of an incident are those of the site that lie in its place (all of them, where it
 * names none), and whichever has reported to it. A level asks for any of them, an end for every
 * one. Answers are kept for each station, so that a report of one gauge among ten thousand asks
 * only for that one, and of it only what names the fact that was reported.
 *
 * It is made of facts, head and site alone, and kept in no row: whoever decides asks for it, and
 * after a restart it is made again.
 */
#pragma once

#include "core/condition.h"
#include "core/state.h"

/* This fact of this station (NULL: of the incident) has changed. */
void outlook_touch(struct incident *i, const char *station, const char *fact);

/* Ask again where something has changed. Nothing for a plan without conditions. */
void outlook_refresh(const struct core *c, struct incident *i);

/*
 * What a condition of the head comes to, as of the last refresh.
 *
 * of           "level/II", "end/falling", "watch/0.3".
 * ret_station  The first station for which it is so; NULL: it is of no station, or none is. May be
 *              NULL itself: nobody asks.
 * returns      TRUTH_UNKNOWN where the head has no such condition.
 */
enum truth outlook_truth(const struct incident *i, const char *of, const char **ret_station);

/* Has something that it was asked with been reported once, and gone silent since? */
bool outlook_silent(const struct incident *i, const char *of);

/* The n-th condition of the head; NULL: no more. */
const char *outlook_at(const struct incident *i, size_t n);

/* What it was asked with, for people: "7号站 水位 5.3 m". Nothing where nothing is known. */
void outlook_say(const struct core *c, const struct incident *i, const char *of,
                 const char *station, const char *lang, struct text *to);

/*
 * A watch of the plan begins (made before the watch was there, so that what is true from the
 * beginning counts as having become so), or ends.
 *
 * returns  ERR_INVALID: it cannot be asked with this site; it is asked all the same, and unknown
 *          wherever a name of it is.
 */
enum err outlook_watch(const struct core *c, struct incident *i, const struct plan_watch *w,
                       struct why *why);
void outlook_unwatch(struct incident *i, const char *step);

/*
 * Where an `each` has become true since the last outlook_risen_clear: false or unknown before, or
 * true from the beginning. false: no more of them. *ret_station is NULL where it is of none.
 */
bool outlook_risen(const struct incident *i, size_t n, const char **ret_step,
                   const char **ret_station);
void outlook_risen_clear(struct incident *i);

void outlook_drop(struct incident *i);
