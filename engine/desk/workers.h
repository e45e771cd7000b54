/*
 * workers - who does what is owed in a simulation: items are done, reports are telephoned, signed
 * and sent, each when half of its time is over. An item is done by who was told of it: not before
 * its message has arrived. A person of the script may be idle, or need longer.
 *
 * Layer      desk.
 * Ownership  workers_new gives, workers_free frees; the stage is borrowed.
 */
#pragma once

#include "desk/stage.h"

struct workers;

struct workers *workers_new(struct stage *stage);
void workers_free(struct workers *w); /* NULL is fine */

/*
 * "dept:water=never", "dept:water=2h", "*=never": when the owner of an item has done it, and who
 * writes a report has sent it.
 */
enum err workers_words(struct workers *w, const char *words, struct why *why) MUST_USE;

/* Something that is owed has come up. */
void workers_record(struct workers *w, const struct record *r);
