/*
 * supervisor - `muster serve`: holds the lock and the sockets, starts the rest, keeps it running.
 *
 *     STARTING --engine is spawned--> RUNNING --engine died--> CLEARING --all reaped--> STARTING
 *     RUNNING --SIGTERM--> DRAINING --engine left, or 10 s--> STOPPING --all reaped--> the end
 *
 * Small and single-threaded, so that it has nothing to die of: it opens no database, reads nobody's
 * input, and of frames only those of its own engine. A planner or the courier that dies is started
 * anew (world/backoff.h) and the engine gets its new socket. When the engine dies, all are killed
 * and reaped before the next engine is started, as are they when the supervisor is killed: every
 * child holds the lock. Never two writers.
 *
 * It also restarts an engine whose loop has not answered for a minute (ten while it loads), and a
 * courier whose permission to read is for files that were replaced (world/courier_reads.h).
 *
 * An engine that leaves with an exit code before it was ever ready has said why (bad
 * configuration, a damaged database, a full disk): that is the end, with the same code.
 *
 * Crash points: supervisor.spawned after each child is started, supervisor.reaped after each end.
 *
 * Layer      adapter: base.
 * Threads    One.
 */
#pragma once

#include "base/err.h"

struct supervisor_options {
    const char *data;    /* folder; made when it is missing */
    const char *socket;  /* path of the Unix socket */
    const char *listen;  /* further addresses (base/listen.h); "" none */
    const char *secrets; /* folder; NULL: none */
    int planners;        /* 1 or 2 */
    /* What they find after `muster child SLOT`; NULL-ended, NULL: nothing. */
    char *const *engine_args;
    char *const *planner_args;
};

/* Until it is told to stop. returns  the exit code of the process; errors are logged. */
int supervisor_run(const struct supervisor_options *options);
