/*
 * head_file - the second place: signed heads, one a line, appended and never changed.
 *
 * Layer      store, inside.
 * Threads    Any; no state: the file is opened for each call.
 */
#pragma once

#include "store/signed_head.h"

/*
 * Append one line and sync it; a torn line before it is closed first.
 *
 * returns  ERR_IO with the reason. Then nothing, a part, or all of the line may stand in the file.
 */
enum err head_file_append(const char *path, const struct signed_head *h, struct why *why) MUST_USE;

/*
 * The last whole line.
 *
 * returns  ERR_MISSING: there is no file, or nothing in it.
 */
enum err head_file_last(const char *path, struct signed_head *ret, struct why *why) MUST_USE;
