#include "world/clock.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How much of the elapsed time an adjusted wall clock may be off without having been set. */
enum { SLEW_PART = 1000 };

static int64_t at_least(int64_t n, int64_t least)
{
    return n < least ? least : n;
}

/* By how much the wall clock moved otherwise than the boot clock did; 0 when that is its drift. */
static int64_t wall_step_ms(int64_t boot_elapsed_ms, int64_t wall_elapsed_ms)
{
    int64_t step_ms = wall_elapsed_ms - boot_elapsed_ms;
    return llabs(step_ms) > CLOCK_STEP_LEAST_MS + boot_elapsed_ms / SLEW_PART ? step_ms : 0;
}

/* Go on where the mark left off. */
static void clock_resume(struct clock *c, const struct clock_mark *mark, struct clock_news *ret)
{
    const struct clock_sample *now = &c->last;
    bool same_boot = strcmp(mark->boot_id, now->boot_id) == 0 && now->boot_ms >= mark->boot_ms;
    int64_t wall_off_ms = now->wall - mark->wall;
    int64_t off_ms = same_boot ? now->boot_ms - mark->boot_ms : at_least(wall_off_ms, 0);
    ret->rebooted = !same_boot;
    ret->off_ms = off_ms;
    ret->jumped = off_ms > CLOCK_JUMP_MS;
    if (same_boot && c->speed == 1)
        ret->step_ms = wall_step_ms(off_ms, wall_off_ms);

    if (same_boot)
        off_ms *= c->speed;
    c->mono_anchor = mark->mono + off_ms;
    if (c->speed > 1)
        c->wall_anchor = same_boot ? mark->wall + off_ms : at_least(now->wall, mark->wall);
}

void clock_start(struct clock *c, const struct clock_mark *mark, const struct clock_sample *now,
                 int speed, struct clock_news *ret)
{
    assert(speed >= 1);
    *ret = (struct clock_news){0};
    *c = (struct clock){
        .speed = speed, .boot_anchor_ms = now->boot_ms, .wall_anchor = now->wall, .last = *now};
    if (mark)
        clock_resume(c, mark, ret);
    c->mono = c->mono_anchor;
    c->wall = c->wall_anchor;
}

void clock_step(struct clock *c, const struct clock_sample *now, struct clock_news *ret)
{
    *ret = (struct clock_news){
        .step_ms = wall_step_ms(now->boot_ms - c->last.boot_ms, now->wall - c->last.wall)};
    c->last = *now;
    int64_t elapsed_ms = at_least(now->boot_ms - c->boot_anchor_ms, 0) * c->speed;
    c->mono = at_least(c->mono_anchor + elapsed_ms, c->mono);
    c->wall = c->speed > 1 ? c->wall_anchor + elapsed_ms : now->wall;
}

int64_t clock_until(const struct clock *c, mono_ms due)
{
    if (due <= c->mono)
        return 0;
    int64_t left_ms = due - c->mono;
    return left_ms / c->speed + (left_ms % c->speed != 0);
}

void clock_mark_now(const struct clock *c, struct clock_mark *ret)
{
    *ret = (struct clock_mark){.boot_ms = c->last.boot_ms, .wall = c->wall, .mono = c->mono};
    memcpy(ret->boot_id, c->last.boot_id, sizeof(ret->boot_id));
}

/* ---- the machine -------------------------------------------------------------------------- */

static enum err boot_id_read(char ret[UUID_TEXT], struct why *why)
{
    static const char path[] = "/proc/sys/kernel/random/boot_id";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, ret, UUID_TEXT - 1);
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (n != UUID_TEXT - 1)
        return why_set(why, ERR_IO, "%s: %s; without it the time of a restart cannot be counted",
                       path, n < 0 ? strerror(error) : "too short");
    ret[n] = '\0';
    return ERR_OK;
}

static int64_t read_ms(clockid_t id)
{
    struct timespec at;
    int failed = clock_gettime(id, &at);
    assert(!failed);
    return (int64_t)at.tv_sec * MS_SECOND + at.tv_nsec / 1000000;
}

enum err clock_sample(struct clock_sample *s, struct why *why)
{
    if (s->boot_id[0] == '\0') {
        enum err e = boot_id_read(s->boot_id, why);
        if (e)
            return e;
    }
    s->boot_ms = read_ms(CLOCK_BOOTTIME);
    s->wall = read_ms(CLOCK_REALTIME);
    return ERR_OK;
}
