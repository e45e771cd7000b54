/*
 * courier_reads - files and folders that the courier may read, and whether they still are those.
 *
 * The jail's permission is for what a path leads to when the courier starts. A file that is
 * replaced later (resolv.conf when the network changes, hosts by an editor) is another file: the
 * courier could not read it and would reach nobody. So the supervisor compares now and then, and
 * starts the courier anew when something was replaced.
 *
 * Layer      adapter: base.
 * Ownership  courier_reads_init fills, courier_reads_done frees.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { COURIER_READS_MAX = 32 };

struct courier_reads {
    char *paths[COURIER_READS_MAX];
    size_t count;
};

/* secrets  folder of secret files; NULL: none */
void courier_reads_init(struct courier_reads *r, const char *secrets);
void courier_reads_done(struct courier_reads *r);

/* A number that is another when a path leads to another file, or to one at all. */
uint64_t courier_reads_mark(const struct courier_reads *r);
