/*
 * spawn - a child: fork, its descriptors at their fixed numbers, exec of this very binary.
 *
 * The binary is /proc/self/exe, so that a daemon whose file was replaced by an upgrade goes on
 * with children of its own version until it is restarted as a whole.
 *
 * The engine gets the environment but for what is systemd's talk with the supervisor; planners and
 * the courier get an empty one. MUSTER_CRASH (base/crash.h) goes along while `crash_points` says
 * so.
 *
 * Layer      adapter: base.
 * Threads    The caller has one only.
 */
#pragma once

#include "world/child.h"

#include <stdbool.h>
#include <sys/types.h>

struct spawn {
    enum child_slot slot;
    int socket, page, lock; /* borrowed: the caller closes its copies */
    const int *listeners;
    size_t listeners_count;
    char *const *args; /* after `muster child SLOT`; NULL-ended; NULL: none */
    bool crash_points;
};

/* ret_pidfd  close-on-exec; readable when the child is dead */
enum err spawn_child(const struct spawn *s, pid_t *ret_pid, int *ret_pidfd,
                     struct why *why) MUST_USE;
