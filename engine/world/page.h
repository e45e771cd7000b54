/*
 * page - what a child has in hand, where the supervisor can read it after the child's death.
 *
 * 4096 bytes of shared memory (a sealed memfd), one a child. The child writes before it begins
 * something that might kill it and clears after; nobody else writes while it lives. The supervisor
 * reads when the child is reaped: no lock, no torn read. What a jailed child wrote is not trusted:
 * it may name a wrong incident (then it harms only itself), never a wrong length.
 *
 *     NOTHING --page_take_*--> INCIDENT or DIGEST --page_clear--> NOTHING
 *
 * Layer      adapter: base.
 * Ownership  page_new and page_map give; page_drop unmaps. The descriptor stays the caller's.
 * Threads    The child's one thread that takes things in hand.
 */
#pragma once

#include "base/err.h"
#include "base/id.h"

#include <stdint.h>

enum { PAGE_BYTES = 4096, PAGE_DIGEST_BYTES = 32 };

enum page_kind { PAGE_NOTHING, PAGE_INCIDENT, PAGE_DIGEST };

struct page_hand {
    enum page_kind kind;
    struct uuid incident; /* PAGE_INCIDENT */
    int64_t seq;          /* PAGE_INCIDENT: a planner's cause; the engine's last seq of it */
    int64_t cpu_ms;       /* CPU that the process had used when it began */
    uint8_t
        digest[PAGE_DIGEST_BYTES]; /* PAGE_DIGEST: SHA-256 of an input that is no incident yet */
};

struct page;

/* ret_fd  the memfd, sealed against growing and shrinking, close-on-exec. */
enum err page_new(struct page **ret, int *ret_fd, struct why *why) MUST_USE;
enum err page_map(int fd, struct page **ret, struct why *why) MUST_USE;
void page_drop(struct page *p);

void page_take_incident(struct page *p, struct uuid incident, int64_t seq);
void page_take_digest(struct page *p, const uint8_t digest[PAGE_DIGEST_BYTES]);
void page_clear(struct page *p);

void page_read(const struct page *p, struct page_hand *ret);
