/*
 * outlook - what the facts say now: every condition of a plan's head, for every station that
 * belongs to the incident.
 *
 * The stations of an incident are those of the site that lie in its place (all of them, where it
 * names none), and whichever has reported to it. A level asks for any of them, an end for every
 * one. Answers are kept for each station, so that a report of one gauge among ten thousand asks
 * only for that one.
 *
 * It is made of facts, head and site alone, and kept in no row: whoever decides asks for it, and
 * after a restart it is made again.
 */
#pragma once

#include "core/condition.h"
#include "core/state.h"

/* A fact of this station (NULL: of the incident) has changed. */
void outlook_touch(struct incident *i, const char *station);

/* Ask again where something has changed. Nothing for a plan without conditions. */
void outlook_refresh(const struct core *c, struct incident *i);

/*
 * What a condition of the head comes to, as of the last refresh.
 *
 * of           "level/II", "end/falling".
 * ret_station  The first station for which it is so; NULL: it is of no station, or none is. May be
 *              NULL itself: nobody asks.
 * returns      TRUTH_UNKNOWN where the head has no such condition.
 */
enum truth outlook_truth(const struct incident *i, const char *of, const char **ret_station);

/* Has something that it was asked with been reported once, and gone silent since? */
bool outlook_silent(const struct incident *i, const char *of);

/* The n-th condition; NULL: no more. */
const char *outlook_at(const struct incident *i, size_t n);

/* What it was asked with, for people: "7号站 水位 5.3 m". Nothing where nothing is known. */
void outlook_say(const struct core *c, const struct incident *i, const char *of,
                 const char *station, const char *lang, struct text *to);

void outlook_drop(struct incident *i);
