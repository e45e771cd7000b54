/*
 * process - what this process uses of the machine, from /proc: the process_* figures.
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
