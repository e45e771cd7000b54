#include "world/outbox.h"

#include "base/frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { KEPT_BYTES = 256 * 1024 };

void outbox_done(struct outbox *o)
{
    for (size_t i = 0; i < o->fds_count; i++)
        close(o->fds[i].fd);
    free(o->fds);
    text_done(&o->bytes);
    *o = (struct outbox){0};
}

size_t outbox_left(const struct outbox *o)
{
    return o->bytes.len - o->at;
}

enum err outbox_add(struct outbox *o, const json_t *frame, struct why *why)
{
    return frame_add(&o->bytes, frame, why);
}

enum err outbox_pass(struct outbox *o, const json_t *frame, int takes_fd, struct why *why)
{
    size_t at = o->bytes.len;
    enum err e = outbox_add(o, frame, why);
    if (e)
        return e;
    o->fds = mem_grow(o->fds, &o->fds_cap, o->fds_count + 1, sizeof(*o->fds));
    o->fds[o->fds_count++] = (struct outbox_fd){at, takes_fd};
    return ERR_OK;
}

/* One send, up to the next descriptor's byte; with that descriptor when it stands first. */
static ssize_t send_some(const struct outbox *o, int socket, bool *ret_passed)
{
    struct iovec bytes = {o->bytes.at + o->at, outbox_left(o)};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
    union {
        char room[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};

    *ret_passed = o->fds_count > 0 && o->fds[0].at == o->at;
    if (*ret_passed) {
        message.msg_control = control.room;
        message.msg_controllen = sizeof(control.room);
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &o->fds[0].fd, sizeof(int));
    }
    size_t next = *ret_passed ? 1 : 0;
    if (o->fds_count > next)
        bytes.iov_len = o->fds[next].at - o->at;
    return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void fd_passed(struct outbox *o)
{
    close(o->fds[0].fd);
    o->fds_count--;
    memmove(o->fds, o->fds + 1, o->fds_count * sizeof(*o->fds));
}

/*
 * Forget what is written, so that the memory follows what waits: a reader that is always a little
 * behind, as in a storm, would let it grow for ever. No byte is moved more than once.
 */
static void outbox_compact(struct outbox *o)
{
    size_t left = outbox_left(o);
    if (o->at <= left && left > 0)
        return;
    for (size_t i = 0; i < o->fds_count; i++)
        o->fds[i].at -= o->at;
    if (left > 0) {
        memmove(o->bytes.at, o->bytes.at + o->at, left + 1);
        o->bytes.len = left;
    } else if (o->bytes.cap > KEPT_BYTES) {
        text_done(&o->bytes);
    } else {
        text_clear(&o->bytes);
    }
    o->at = 0;
}

enum err outbox_flush(struct outbox *o, int socket, struct why *why)
{
    while (outbox_left(o) > 0) {
        bool passed = false;
        ssize_t n = send_some(o, socket, &passed);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == ETOOMANYREFS))
            break;
        if (n < 0)
            return why_set(why, ERR_UNREACHABLE, "the reader is gone: %s", strerror(errno));
        if (passed)
            fd_passed(o);
        o->at += (size_t)n;
    }
    outbox_compact(o);
    return ERR_OK;
}

/* ---- the other end ------------------------------------------------------------------------ */

void inbox_done(struct inbox *in)
{
    for (size_t i = 0; i < in->count; i++)
        close(in->fds[i]);
    *in = (struct inbox){0};
}

int inbox_take(struct inbox *in)
{
    if (in->count == 0)
        return -1;
    int fd = in->fds[0];
    in->count--;
    memmove(in->fds, in->fds + 1, in->count * sizeof(in->fds[0]));
    return fd;
}

static void fds_keep(struct inbox *in, struct msghdr *message)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd = -1;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
            if (in->count < INBOX_FDS_MAX)
                in->fds[in->count++] = fd;
            else
                close(fd);
        }
    }
}

ssize_t inbox_read(struct inbox *in, int socket, void *bytes, size_t len, bool wait)
{
    struct iovec room = {bytes, len};
    union {
        char room[CMSG_SPACE(sizeof(int) * INBOX_FDS_MAX)];
        struct cmsghdr align;
    } control;
    struct msghdr message = {.msg_iov = &room,
                             .msg_iovlen = 1,
                             .msg_control = control.room,
                             .msg_controllen = sizeof(control.room)};
    ssize_t n = 0;
    do {
        n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
    } while (n < 0 && errno == EINTR);
    if (n >= 0)
        fds_keep(in, &message);
    return n;
}
