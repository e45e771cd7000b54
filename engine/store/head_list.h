/*
 * head_list - the signed heads of a file, for a verifier: each with a signature that holds, in the
 * order of their rows.
 *
 * Layer      store, inside.
 * Ownership  head_list_done frees. An all-zero list is an empty one.
 */
#pragma once

#include "store/signed_head.h"

/* As much of a head as the walk along the journal needs. */
struct listed_head {
    int64_t seq, gen;
    wall_ms at;
    struct chain chain;
};

struct head_list {
    struct listed_head *at;
    size_t count, cap;
    int64_t torn; /* lines whose writer died: passed over */
};

/*
 * Read all of it. Whoever wrote the file may write anything into it: so every line must be whole,
 * or torn, and every signature must hold and be of one of the keys.
 *
 * returns  ERR_MISSING: there is no file; ERR_CORRUPT with the line: it is no head, its signature
 *          does not hold, or its key is not among those that are trusted.
 */
enum err head_list_read(const char *path, const struct public_key *trusted, size_t trusted_count,
                        struct head_list *ret, struct why *why) MUST_USE;
void head_list_done(struct head_list *l);
