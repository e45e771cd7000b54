/*
 * process - what this process uses of the machine, from /proc: the process_* figures; and what it
 * leaves behind when it dies.
 *
 * Layer      adapter: base.
 * Ownership  A plain value.
 * Errors     None: what cannot be read is 0 (and is left out by who shows it).
 */
#pragma once

#include <stdint.h>

struct process_figures {
    double cpu_s;     /* user and system */
    double started_s; /* since 1970 */
    int64_t resident_bytes, virtual_bytes;
    int64_t open_fds, most_fds;
};

void process_look(struct process_figures *ret);

/*
 * No core file and no dump for the program of core_pattern, of this process and its children:
 * contacts, texts and keys are in their memory.
 */
void process_leave_no_core(void);
