/*
 * archive_folder - a folder that is there whole or not at all: written under another name, synced,
 * renamed. Whoever is killed in between leaves ".NAME.part-…", which may be deleted.
 *
 * Layer      engine/: libc, libsodium.
 * Ownership  folder_drop after folder_begin, however it ended: takes away what was not finished.
 */
#pragma once

#include "base/text.h"

struct folder {
    char *to, *part, *above;
    struct text sums; /* "HEX  NAME\n" for each file: what sha256sum --check reads */
    int64_t bytes;
};

enum { SHA256_TEXT = 65 };
const char *sha256_hex(const void *bytes, size_t len, char ret[SHA256_TEXT]);

/* ERR_CONFLICT: something of that name is there. */
enum err folder_begin(const char *to, struct folder *ret, struct why *why) MUST_USE;
/* A file; `listed`: with its sum in `sums`. Only its owner may read it. */
enum err folder_add(struct folder *f, const char *name, const struct text *content, bool listed,
                    struct why *why) MUST_USE;
enum err folder_end(struct folder *f, struct why *why) MUST_USE;
void folder_drop(struct folder *f);
