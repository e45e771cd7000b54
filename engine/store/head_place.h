/*
 * head_place - where signed heads may be kept: not with the database.
 *
 * Whoever replaces the folder of the database, or puts an old copy of it back, would replace the
 * proof with what it is to prove. A disk of its own that is mounted below the folder is another
 * place.
 *
 * Layer      store, inside; store_head_place (store.h) is the same by the names alone.
 */
#pragma once

#include "base/err.h"

/*
 * Follows every link, and so may wait for a disk far away: for the witness.
 *
 * returns  ERR_CONFIG. A place that is not there is no error here.
 */
enum err head_place_check(const char *database, const char *path, struct why *why) MUST_USE;
