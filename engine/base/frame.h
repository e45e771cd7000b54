/*
 * frame - how our processes talk: a length (u32, little endian), then that many bytes of canonical
 * JSON, always an object with a string "op". Over stream sockets, at most 16 MiB a frame.
 *
 *     reading:  frame_feed (any bytes) --> frame_next until it gives no more
 *
 * What comes in was written by our own program, yet maybe by a planner that a plan has broken: so
 * lengths and JSON are checked, memory grows only with bytes that have come, and the first error is
 * the last: the connection is to be closed.
 *
 * Layer      base: libc and jansson.
 * Ownership  frame_next gives a reference. frame_reader_done frees.
 * Errors     ERR_LIMIT: longer than a frame may be; ERR_INVALID: no JSON object with "op";
 *            ERR_UNREACHABLE: the other end is gone; ERR_IO.
 */
#pragma once

#include "base/err.h"
#include "base/json.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum { FRAME_BYTES_MAX = 16 * 1024 * 1024 };

struct frame_reader {
    struct text bytes; /* what has come and is not read yet begins at `at` */
    size_t at;
    bool broken;
};

void frame_reader_done(struct frame_reader *r);
void frame_feed(struct frame_reader *r, const void *bytes, size_t len);

/* ret  gives the next whole frame, or NULL when more bytes are needed. */
enum err frame_next(struct frame_reader *r, json_t **ret, struct why *why) MUST_USE;

/* Has it the beginning of a frame whose end has not come? */
bool frame_reader_is_halfway(const struct frame_reader *r);

/* Append one frame. ERR_LIMIT leaves `to` as it was. */
enum err frame_add(struct text *to, const json_t *frame, struct why *why) MUST_USE;

/* The "op" of a frame that frame_next gave; never NULL. */
const char *frame_op(const json_t *frame);
bool frame_is(const json_t *frame, const char *op);

/*
 * For processes that do one thing at a time: blocking, whole frames, EINTR handled.
 * frame_read gives NULL with ERR_OK at a clean end; within a frame the end is ERR_UNREACHABLE.
 */
enum err frame_write(int fd, const json_t *frame, struct why *why) MUST_USE;
enum err frame_read(int fd, struct frame_reader *r, json_t **ret, struct why *why) MUST_USE;
