/*
 * zone - the second, 64-bit block of a TZif file (RFC 8536): times of change, and what holds after
 * each. Debian's files reach to 2037; after the last change what it brought is taken.
 */
#include "world/zone.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_BYTES = 44, FILE_BYTES_MAX = 256 * 1024, TYPE_BYTES = 6 };

struct zone {
    char *name;
    unsigned char *bytes;
    const unsigned char *times, *kinds, *types; /* in bytes */
    size_t times_count, types_count;
};

/* The counts of a header, in the order of the file. */
struct counts {
    size_t isut, isstd, leap, time, type, chars;
};

static uint32_t read_32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t read_64(const unsigned char *p)
{
    return (int64_t)((uint64_t)read_32(p) << 32 | read_32(p + 4));
}

static struct counts counts_read(const unsigned char *head)
{
    return (struct counts){read_32(head + 20), read_32(head + 24), read_32(head + 28),
                           read_32(head + 32), read_32(head + 36), read_32(head + 40)};
}

/* Bytes of a block whose times have so many bytes each. */
static size_t block_bytes(const struct counts *n, size_t time_bytes)
{
    return n->time * (time_bytes + 1) + n->type * TYPE_BYTES + n->chars +
           n->leap * (time_bytes + 4) + n->isstd + n->isut;
}

static bool head_fits(const unsigned char *at, size_t left)
{
    return left >= HEAD_BYTES && memcmp(at, "TZif", 4) == 0 && at[4] >= '2';
}

static bool zone_read(struct zone *z, size_t len)
{
    const unsigned char *at = z->bytes;
    if (!head_fits(at, len))
        return false;
    struct counts n = counts_read(at);
    size_t first = HEAD_BYTES + block_bytes(&n, 4);
    if (first > len || !head_fits(at + first, len - first))
        return false;
    n = counts_read(at + first);
    if (!n.type || block_bytes(&n, 8) > len - first - HEAD_BYTES)
        return false;
    z->times = at + first + HEAD_BYTES;
    z->times_count = n.time;
    z->kinds = z->times + n.time * 8;
    z->types = z->kinds + n.time;
    z->types_count = n.type;
    return true;
}

static bool name_fits(const char *name)
{
    return *name && *name != '/' && !strstr(name, "..");
}

struct zone *zone_load(const char *name)
{
    AUTO_TEXT(path);
    if (!name_fits(name))
        return NULL;
    text_addf(&path, "/usr/share/zoneinfo/%s", name);
    FILE *f = fopen(text_str(&path), "re");
    if (!f)
        return NULL;
    struct zone *z = mem_new(1, sizeof *z);
    z->name = mem_str(name);
    z->bytes = mem_new(FILE_BYTES_MAX, 1);
    size_t len = fread(z->bytes, 1, FILE_BYTES_MAX, f);
    (void)fclose(f);
    if (zone_read(z, len))
        return z;
    zone_free(z);
    return NULL;
}

void zone_free(struct zone *z)
{
    if (!z)
        return;
    free(z->name);
    free(z->bytes);
    free(z);
}

bool zone_is(const struct zone *z, const char *name)
{
    return z && strcmp(z->name, name) == 0;
}

int64_t zone_offset_ms(const struct zone *z, wall_ms at)
{
    size_t low = 0, high = z ? z->times_count : 0;
    if (!z)
        return 0;
    while (low < high) { /* the first change that is still to come */
        size_t mid = low + (high - low) / 2;
        if (read_64(z->times + mid * 8) * 1000 <= at)
            low = mid + 1;
        else
            high = mid;
    }
    size_t kind = low ? z->kinds[low - 1] : 0;
    if (kind >= z->types_count)
        return 0;
    return (int64_t)(int32_t)read_32(z->types + kind * TYPE_BYTES) * 1000;
}
