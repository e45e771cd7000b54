#include "base/frame.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum {
    LENGTH_BYTES = 4,
    READ_BYTES = 64 * 1024,
    KEPT_BYTES = 256 * 1024, /* memory that a reader keeps once a large frame is over */
};

void frame_reader_done(struct frame_reader *r)
{
    text_done(&r->bytes);
    *r = (struct frame_reader){0};
}

/* Forget what has been read, so that the memory follows the largest frame under way. */
static void reader_compact(struct frame_reader *r)
{
    size_t left = r->bytes.len - r->at;
    if (left == 0 && r->bytes.cap > KEPT_BYTES) {
        text_done(&r->bytes);
    } else if (left == 0) {
        text_clear(&r->bytes);
    } else if (r->at > left) {
        struct text rest = {0};
        text_add_bytes(&rest, r->bytes.at + r->at, left);
        text_done(&r->bytes);
        r->bytes = rest;
    } else {
        return;
    }
    r->at = 0;
}

void frame_feed(struct frame_reader *r, const void *bytes, size_t len)
{
    reader_compact(r);
    text_add_bytes(&r->bytes, bytes, len);
}

bool frame_reader_is_halfway(const struct frame_reader *r)
{
    return r->bytes.len > r->at;
}

static uint32_t length_read(const char *at)
{
    unsigned char b[LENGTH_BYTES];
    memcpy(b, at, sizeof(b));
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static enum err frame_parse(const char *bytes, size_t len, json_t **ret, struct why *why)
{
    json_t *frame = NULL;
    enum err e = json_read_own(bytes, len, &frame, why);
    if (e)
        return why_add(why, e, "frame of %zu bytes", len);
    if (!json_is_object(frame) || !json_str(frame, "op")) {
        json_decref(frame);
        return why_set(why, ERR_INVALID, "frame of %zu bytes: not an object with \"op\"", len);
    }
    *ret = frame;
    return ERR_OK;
}

enum err frame_next(struct frame_reader *r, json_t **ret, struct why *why)
{
    *ret = NULL;
    if (r->broken)
        return why_set(why, ERR_INVALID, "a frame before this one was broken");
    size_t left = r->bytes.len - r->at;
    if (left < LENGTH_BYTES)
        return ERR_OK;

    size_t len = length_read(r->bytes.at + r->at);
    enum err e = ERR_OK;
    if (len > FRAME_BYTES_MAX) {
        e = why_set(why, ERR_LIMIT, "a frame of %zu bytes; at most %d are allowed", len,
                    FRAME_BYTES_MAX);
    } else if (left - LENGTH_BYTES < len) {
        return ERR_OK;
    } else {
        e = frame_parse(r->bytes.at + r->at + LENGTH_BYTES, len, ret, why);
        r->at += LENGTH_BYTES + len;
    }
    r->broken = e != ERR_OK;
    return e;
}

enum err frame_add(struct text *to, const json_t *frame, struct why *why)
{
    size_t before = to->len;
    text_add_bytes(to, "\0\0\0\0", LENGTH_BYTES);
    json_write(frame, to);
    size_t len = to->len - before - LENGTH_BYTES;
    if (len > FRAME_BYTES_MAX) {
        to->len = before;
        to->at[before] = '\0';
        return why_set(why, ERR_LIMIT, "a frame \"%s\" of %zu bytes; at most %d are allowed",
                       frame_op(frame), len, FRAME_BYTES_MAX);
    }
    for (size_t i = 0; i < LENGTH_BYTES; i++)
        to->at[before + i] = (char)(unsigned char)(len >> (8 * i));
    return ERR_OK;
}

const char *frame_op(const json_t *frame)
{
    return json_str_or(frame, "op", "");
}

bool frame_is(const json_t *frame, const char *op)
{
    return strcmp(frame_op(frame), op) == 0;
}

enum err frame_write(int fd, const json_t *frame, struct why *why)
{
    AUTO_TEXT(bytes);
    enum err e = frame_add(&bytes, frame, why);
    if (e)
        return e;
    for (size_t at = 0; at < bytes.len;) {
        ssize_t n = write(fd, bytes.at + at, bytes.len - at);
        if (n >= 0)
            at += (size_t)n;
        else if (errno == EPIPE || errno == ECONNRESET)
            return why_set(why, ERR_UNREACHABLE, "the reader of our frames is gone");
        else if (errno != EINTR)
            return why_set(why, ERR_IO, "write of a frame: %s", strerror(errno));
    }
    return ERR_OK;
}

enum err frame_read(int fd, struct frame_reader *r, json_t **ret, struct why *why)
{
    for (;;) {
        enum err e = frame_next(r, ret, why);
        if (e || *ret)
            return e;
        char bytes[READ_BYTES];
        ssize_t n = read(fd, bytes, sizeof(bytes));
        if (n > 0)
            frame_feed(r, bytes, (size_t)n);
        else if (n < 0 && errno == EINTR)
            continue;
        else if (n < 0 && errno != ECONNRESET)
            return why_set(why, ERR_IO, "read of a frame: %s", strerror(errno));
        else if (frame_reader_is_halfway(r))
            return why_set(why, ERR_UNREACHABLE, "the writer went away within a frame");
        else
            return ERR_OK;
    }
}
