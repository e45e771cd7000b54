#include "world/cpu_guard.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum err cpu_guard_init(struct cpu_guard *g, struct why *why)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = CPU_GUARD_SIGNAL};
    if (signal(CPU_GUARD_SIGNAL, SIG_DFL) == SIG_ERR ||
        timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &g->timer) != 0)
        return why_set(why, ERR_IO, "timer on CPU time: %s; plans cannot be run without it",
                       strerror(errno));
    return ERR_OK;
}

void cpu_guard_arm(struct cpu_guard *g, int64_t cpu_ms)
{
    assert(cpu_ms > 0);
    struct itimerspec in = {.it_value = {.tv_sec = (time_t)(cpu_ms / 1000),
                                         .tv_nsec = (long)(cpu_ms % 1000 * 1000000)}};
    int failed = timer_settime(g->timer, 0, &in, NULL);
    assert(!failed);
}

void cpu_guard_rest(struct cpu_guard *g)
{
    struct itimerspec never = {0};
    int failed = timer_settime(g->timer, 0, &never, NULL);
    assert(!failed);
}
