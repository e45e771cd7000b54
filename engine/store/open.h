/*
 * open - from a path to a connection that may be trusted (rule R10).
 *
 * Layer      store, inside. What store_open and store_rebuild have in common.
 */
#pragma once

#include "store/write.h"

struct opened {
    struct write write;
    struct clock_mark mark; /* boot_id "": none */
    int64_t gen;
    bool clean; /* the last stop was an orderly one */
};

/*
 * Folder, file, version, migrations, the check after an unclean stop, the checkpoint.
 *
 * ballast_path  Given up when the disk is too full to start; NULL: there is none.
 */
enum err open_database(const char *path, const char *ballast_path, int busy_ms, enum db_mode mode,
                       struct opened *ret, struct why *why) MUST_USE;
