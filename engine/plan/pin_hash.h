/*
 * pin_hash - which text a plan is: the hash that an incident keeps for life.
 *
 * SHA-256 over a line "NAME HEX\n" for each file of the plan, sorted by name, where HEX is the
 * SHA-256 of its bytes. A plan of today is one file; libraries come with later work.
 *
 * Layer      plan: base, libsodium.
 */
#pragma once

#include <stddef.h>

enum { PIN_TEXT = 7 + 64 + 1 }; /* "sha256:" + hex + NUL */

struct pin_file {
    const char *name; /* "flood.lua" */
    const char *source;
    size_t len;
};

/* Writes and returns `ret`; sorts `files`. */
const char *pin_hash(struct pin_file *files, size_t count, char ret[PIN_TEXT]);
