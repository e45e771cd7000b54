/*
 * folder - told when something changes in a folder of files, or in the folders directly in it.
 *
 *     WATCHED --a file is saved--> QUIET? --nothing for `quiet_ms`--> changed() --> WATCHED
 *     WATCHED --the folder goes, or is another one--> MISSING --it is there--> WATCHED, changed()
 *
 * It says that something changed, never what: whoever is told reads the folder anew. So a queue
 * that overflowed, or two saves that became one, lose nothing. A save is a file that was closed
 * after writing, renamed into its place (as most editors save), linked, removed, or given other
 * rights; one that is still being written is waited for. Files whose names editors and copying
 * programs use on the way are not looked at: hidden ones, "x~", "x.swp", "x.tmp", "#x#", "4913".
 *
 * The folder itself may be a link that is pointed elsewhere, or be replaced as a whole: the folder
 * above it is watched for that. Network file systems tell of what this machine changes alone.
 *
 * Layer      adapter: base, and the loop through base/loop.h.
 * Ownership  folder_new gives, folder_free frees; the path is copied.
 * Threads    The loop's.
 * Errors     A folder that cannot be watched is logged, tried again each second, and told by
 *            folder_is_watched; nothing else depends on it.
 */
#pragma once

#include "base/loop.h"

#include <stdbool.h>

struct folder;

typedef void folder_changed_fn(void *ctx);

/* quiet_ms  so long nothing must have changed; ten times as long after the first change it is told
 *           anyway. */
struct folder *folder_new(struct loop *loop, const char *path, int64_t quiet_ms,
                          folder_changed_fn *changed, void *ctx);
void folder_free(struct folder *f); /* NULL is allowed */

bool folder_is_watched(const struct folder *f);
