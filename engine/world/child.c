#include "world/child.h"

#include "base/crash.h"

#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct {
    const char *name;
    const char *start; /* its crash point */
} slots[CHILD_SLOTS] = {
    [CHILD_PLANNER0] = {"planner0", "planner0.start"},
    [CHILD_PLANNER1] = {"planner1", "planner1.start"},
    [CHILD_PLANNER2] = {"planner2", "planner2.start"},
    [CHILD_COURIER] = {"courier", "courier.start"},
    [CHILD_DESK] = {"desk", "desk.start"},
    [CHILD_ENGINE] = {"engine", "engine.start"},
};

const char *child_name(enum child_slot slot)
{
    assert(slot < CHILD_SLOTS);
    return slots[slot].name;
}

bool child_parse(const char *name, enum child_slot *ret)
{
    for (size_t i = 0; name && i < CHILD_SLOTS; i++) {
        if (strcmp(name, slots[i].name) == 0) {
            *ret = (enum child_slot)i;
            return true;
        }
    }
    return false;
}

bool child_is_planner(enum child_slot slot)
{
    return slot <= CHILD_PLANNER2;
}

bool child_is_on_demand(enum child_slot slot)
{
    return slot == CHILD_PLANNER2 || slot == CHILD_DESK;
}

/* All as at the birth of a process, but for those that are meant for the supervisor. */
static void signals_begin(void)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ};
    sigset_t none;
    sigemptyset(&none);
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL); /* fails for KILL, STOP and libc's own: as it should */
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        signal(ignored[i], SIG_IGN);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool is_socket(int fd)
{
    int type = 0;
    socklen_t len = sizeof(type);
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_STREAM;
}

enum err child_begin(struct child *c, enum child_slot slot, struct why *why)
{
    *c = (struct child){.slot = slot, .fd = CHILD_FD_SOCKET};
    if (!is_socket(CHILD_FD_SOCKET) || fcntl(CHILD_FD_LOCK, F_GETFD) < 0)
        return why_set(why, ERR_INVALID,
                       "`muster " CHILD_COMMAND " %s` is a part of the daemon: "
                       "`muster serve` starts it",
                       child_name(slot));
    enum err e = page_map(CHILD_FD_PAGE, &c->page, why);
    if (e)
        return e;
    close(CHILD_FD_PAGE);
    fcntl(CHILD_FD_SOCKET, F_SETFD, FD_CLOEXEC);
    fcntl(CHILD_FD_LOCK, F_SETFD, FD_CLOEXEC);

    signals_begin();
    char name[16]; /* what the kernel keeps of it */
    snprintf(name, sizeof(name), "muster-%s", child_name(slot));
    prctl(PR_SET_NAME, name);
    crash_point(slots[slot].start);
    return ERR_OK;
}

void child_end(struct child *c)
{
    page_drop(c->page);
    c->page = NULL;
    frame_reader_done(&c->reader);
}

enum err child_read(struct child *c, json_t **ret, struct why *why)
{
    return frame_read(c->fd, &c->reader, ret, why);
}

enum err child_write(struct child *c, const json_t *frame, struct why *why)
{
    return frame_write(c->fd, frame, why);
}
