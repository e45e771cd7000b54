/*
 * set_file - which part of a set of site and plans a file is, by its name within the folder.
 *
 *     site.lua          the site                drills/night.lua    a scenario
 *     flood.lua         a plan                  flood.md            the paper of a plan
 *     channels/sms.lua  a channel               lib/ladders.lua     a library
 *     holidays/cn-2026.lua  days off and make-up work days of a year
 *     rosters/it.ics    duty that is planned in a calendar elsewhere
 *
 * Tests (NAME.test.lua) and README are no part of a set.
 *
 * Layer      intake: pure.
 * Ownership  Everything is borrowed of the name, or static.
 */
#pragma once

#include <stdbool.h>

struct set_file {
    const char *list; /* the member of a frame "check" (plan/check.h) that holds it */
    const char *name; /* as it stands in there: "ladders.lua" */
    bool is_site;     /* then `list` holds the one file, and no list */
};

/* returns  false when a set has no file of such a name. */
bool set_file_find(const char *name, struct set_file *ret);

/* What names there are, for the sentence of a refusal. */
extern const char set_file_names[];
