/*
 * lock - one daemon a data folder.
 *
 * An flock on the file `lock` in the folder, which holds the pid of who took it. The descriptor
 * is the lock: whoever inherits it holds it too, so that it is free only when the last process of a
 * daemon is gone. Whoever changes the database from outside (`journal rebuild`, `restore`) takes
 * it.
 *
 * Layer      base: libc only.
 * Ownership  The caller closes the descriptor, and never unlocks it: closing is enough.
 */
#pragma once

#include "base/err.h"

/*
 * Take it. When the process that took it is gone and only its children are still leaving, wait for
 * them, 5 s at most.
 *
 * ret_fd   close-on-exec, open for reading only
 * returns  ERR_CONFLICT with the pid of the holder; ERR_IO
 */
enum err lock_take(const char *folder, int *ret_fd, struct why *why) MUST_USE;
