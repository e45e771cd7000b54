/*
 * jail - what planner and courier give up before they touch a byte that others wrote.
 *
 * planner  no files, no sockets, no processes, no threads, no executable memory; a system call that
 *          is not on its short list kills it (SIGSYS). Memory is capped.
 * courier  may resolve names, connect, start threads, and read: its secrets, the certificates of
 *          authorities, what name resolution needs. It may not listen, write files or execute; what
 *          is not on its list is refused, exec, ptrace and the like kill it.
 *
 * Several walls, each of which would do: seccomp, Landlock, no capabilities, limits, no dumps.
 * Where the kernel lacks one, the process starts all the same, and says which part is missing: a
 * plan that calls people weighs more than a second wall. Builds with sanitizers or coverage have a
 * relaxed jail, as their run-time libraries open files and start processes.
 *
 * Layer      adapter: base, libseccomp; Landlock by its system calls.
 * Threads    Before there are others: some walls stand only around the calling thread.
 */
#pragma once

#include "base/json.h"

#include <stdbool.h>
#include <stdint.h>

struct jail_report {
    struct text missing; /* lines, each a part and why; empty when all is as it should be */
};

/* memory_bytes  address space; 0: as it is */
void jail_planner(int64_t memory_bytes, struct jail_report *ret);

/* secrets  folder of secret files; NULL: none */
void jail_courier(const char *secrets, struct jail_report *ret);

/* Gives {"op":"jailed","ok":bool,"missing":["landlock: …"]} for the engine. */
json_t *jail_report_frame(const struct jail_report *report);
void jail_report_done(struct jail_report *report);

/* Is this a build with the relaxed jail? */
bool jail_is_relaxed(void);
