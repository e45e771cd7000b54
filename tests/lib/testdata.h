/*
 * testdata - inputs that others wrote: $MUSTER_TESTDATA, else ../shared/testdata.
 *
 * The folder is no part of the project; a test that finds it absent skips with a message.
 * Layer: tests. Ownership: as each function says.
 */
#pragma once

#include "base/text.h"

#include <stdbool.h>

/* The path of a file or folder in it. Gives; NULL when the folder is not here (said on stderr). */
char *testdata_path(const char *inside);

/* The whole file. Fails the running test when it cannot be read. */
void file_read(const char *path, struct text *ret);

/* Every file of a folder by name, in order. Fails the running test when it cannot be read. */
typedef void testdata_file_fn(void *ctx, const char *name, const struct text *content);
int testdata_each(const char *folder, testdata_file_fn *each, void *ctx); /* returns how many */
