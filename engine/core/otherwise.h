/*
 * otherwise - who would be called otherwise, now that another site or another version is in force.
 *
 * A site is resolved anew at each rung: whoever has left, or has another post, is called, or not
 * called, from the next rung on, also by what runs. A plan is not: an incident stays on its
 * version. So a set that is taken into force is followed by a list, in the record, of what will
 * differ:
 *
 *     of an open call        the rungs that are still to come, by the site before and this one
 *     of a plan that runs    its fallback, and of each level who is asked to order it, who commands
 *                            and who is told: by the site before and this one ("because": site);
 *                            and as the new version has it, by this site ("because": version):
 *                            that is for new incidents, the ones there are keep theirs
 *
 *     of a plan that is there no more   how many incidents go on with it ("what": gone)
 *
 * It says nothing of what stands in bodies only (a body's next call is known when it is made), of
 * messages that are out, of owners of items, who keep them, nor of contacts and of what texts say.
 * A drill's own people are those of its calls; of its plan's head those of a real one are told.
 *
 * Cheap: calls are looked at only when the site is another one, at most LOOKED_MAX of them; at most
 * TOLD_MAX differences are told. What is passed over is counted, and that is told, too.
 *
 * Layer      core: base only.
 */
#pragma once

#include "core/record.h"

struct core;

enum { OTHERWISE_LOOKED_MAX = 5000, OTHERWISE_TOLD_MAX = 200 };

struct otherwise;

/* How it stands before the set of the input is in force. Gives; for otherwise_tell. */
struct otherwise *otherwise_before(struct core *c);

/*
 * Now it is in force: a record for each difference.
 *
 * takes    What otherwise_before gave.
 * reply    "leaves": as core_plans_leaving; "otherwise":
 * [{"incident"?,"step"?,"plan"?,…,"before":[[ID]],"after":[[ID]], "text":{"zh","en"}}] and
 * "otherwise_more", where there are any.
 */
void otherwise_tell(struct core *c, struct otherwise *takes, json_t *reply);

/* A record of these as a sentence, with names where they are known, or with ids alone. */
void otherwise_say(const struct record *r, bool zh, bool names, struct text *to);
