/*
 * ward - one child as its supervisor sees it. The slot stays while its children come and go.
 *
 *     IDLE --ward_spawn--> ALIVE --ward_reap gives its ending--> IDLE
 *                          ALIVE --ward_kill--> dying: still ALIVE until it is reaped
 *
 * Layer      adapter: base.
 * Ownership  ward_open gives the page and its memfd, ward_done takes them back.
 * Threads    One.
 */
#pragma once

#include "base/json.h"
#include "world/backoff.h"
#include "world/child.h"
#include "world/spawn.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define NEVER INT64_MAX

struct ward {
    enum child_slot slot;
    pid_t pid;   /* 0: none is alive */
    int pidfd;   /* readable when it is dead; -1 */
    int64_t gen; /* of the one that is alive, or of the last */
    int64_t start_at_ms;
    struct page *page;
    int page_fd;
    struct backoff backoff;
    char killed[128]; /* why, when the engine asked for it */
};

/* How one ended. */
struct ending {
    int signal; /* 0: it left by itself */
    int exit;
};

void ward_init(struct ward *w, enum child_slot slot);
enum err ward_open(struct ward *w, struct why *why) MUST_USE;
void ward_done(struct ward *w);

/*
 * Start a child. `how` says with what; its slot, page and socket are filled in here.
 *
 * ret_socket  our end of its socket, close-on-exec
 */
enum err ward_spawn(struct ward *w, const struct spawn *how, int64_t gen, int *ret_socket,
                    struct why *why) MUST_USE;

void ward_kill(struct ward *w);
void ward_kill_because(struct ward *w, const char *why); /* the engine asked for it */

/* returns  false when it is not dead yet */
bool ward_reap(struct ward *w, struct ending *ret);

/* "signal 9 (Killed), the engine asked for it: no answer for 10 s" */
void ward_ending_add(const struct ward *w, struct ending end, struct text *to);

/* Gives the frame "died" (world/children.h), with what it had in hand. */
json_t *ward_death(const struct ward *w, struct ending end);
