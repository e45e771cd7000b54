/*
 * schema - which version of the file this is, and the way from an older one to ours.
 *
 *     empty file ------> schema 1, 2, …, newest                one transaction
 *     older Muster ----> backup beside it, then the missing     one transaction
 *     ours ------------> nothing
 *     newer, foreign --> refused with a sentence, not touched
 *
 * Migrations go forward only. A crash in the middle leaves the file as it was before, and the
 * backup, which the next start makes anew.
 *
 * Layer      store, inside.
 */
#pragma once

#include "base/text.h"
#include "store/db.h"

enum { MUSTER_APPLICATION_ID = 0x4d737472 }; /* "Mstr" */

/* steps[i] leads from version i to i + 1. */
struct schema {
    const char *const *steps;
    int64_t newest;
};

/* The one of this program. */
extern const struct schema schema_own;

/* Is it ours, and not newer? An empty file is ours. Changes nothing. */
enum err schema_check(sqlite3 *db, const char *path, const struct schema *schema,
                      int64_t *ret_version, struct why *why) MUST_USE;

/* Is a journal in it? Journal and vault have the same columns in every version: all can be read. */
enum err schema_check_journal(sqlite3 *db, const char *path, struct why *why) MUST_USE;

/* The backups of migrations that lie beside it, by name. false: none. */
bool schema_backups(const char *path, struct text *ret);

/* Bring it from `version` (as schema_check said) to the newest. */
enum err schema_migrate(sqlite3 *db, const char *path, const struct schema *schema, int64_t version,
                        struct why *why) MUST_USE;
