/*
 * child - what the supervisor and its children have agreed on, and a child's first steps.
 *
 * A child is this binary, executed anew, with nothing but: stderr, its socket, its shared page, the
 * descriptor of the data folder's lock (so that no new generation starts while one of the old
 * lives), and for the engine the listening sockets. It is killed by the kernel when the supervisor
 * dies, and leaves by itself when its socket is closed. It ignores SIGINT, SIGTERM and SIGHUP:
 * those are for the supervisor, which steers its children by frames.
 *
 *     fd 3  socket    planner, courier, desk: frames with the engine; engine: with the supervisor
 *     fd 4  page      world/page.h
 *     fd 5  lock      base/lock.h; held, never used
 *     fd 6… the listening sockets, engine only; its hello says what they are
 *
 * Layer      adapter: base.
 * Ownership  child_begin fills a plain value, child_end frees what it holds.
 */
#pragma once

#include "base/err.h"
#include "base/frame.h"
#include "world/page.h"

#include <stdbool.h>
#include <stdint.h>

/* The planners come first, so that a planner's slot here is its slot in core/. */
enum child_slot {
    CHILD_PLANNER0,
    CHILD_PLANNER1,
    CHILD_PLANNER2, /* quarantine: runs one suspect turn, started on demand only */
    CHILD_COURIER,
    CHILD_DESK, /* answers one request about plans and leaves; started on demand only */
    CHILD_ENGINE,
    CHILD_SLOTS
};

enum { CHILD_FD_SOCKET = 3, CHILD_FD_PAGE = 4, CHILD_FD_LOCK = 5, CHILD_FD_LISTEN = 6 };

/* `muster child SLOT …`: the first argument of a child. */
#define CHILD_COMMAND "child"

const char *child_name(enum child_slot slot); /* "planner0" "courier" "engine" … */
bool child_parse(const char *name, enum child_slot *ret);
bool child_is_planner(enum child_slot slot);
bool child_is_on_demand(enum child_slot slot); /* the engine wants each life of it anew */

struct child {
    enum child_slot slot;
    int fd; /* CHILD_FD_SOCKET */
    struct page *page;
    struct frame_reader reader;
};

/* The first call of a child. ERR_INVALID: somebody started it by hand. */
enum err child_begin(struct child *c, enum child_slot slot, struct why *why) MUST_USE;
/* Before it leaves, also when child_begin failed. The descriptors close with the process. */
void child_end(struct child *c);

/* Blocking; for planner, courier and desk. The end of the socket gives NULL: then leave. */
enum err child_read(struct child *c, json_t **ret, struct why *why) MUST_USE;
enum err child_write(struct child *c, const json_t *frame, struct why *why) MUST_USE;
