#include "base/crash.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool crash_armed;
static char armed_name[64];
static long hits_left;

void crash_arm(const char *spec)
{
    crash_armed = false;
    if (!spec || !*spec)
        return;
    const char *colon = strrchr(spec, ':');
    size_t len = colon ? (size_t)(colon - spec) : strlen(spec);
    if (len >= sizeof(armed_name))
        return;
    memcpy(armed_name, spec, len);
    armed_name[len] = '\0';
    hits_left = colon ? strtol(colon + 1, NULL, 10) : 1;
    crash_armed = hits_left > 0;
}

/* Before main, so that no thread can be there already. */
__attribute__((constructor)) static void crash_arm_from_environment(void)
{
    crash_arm(getenv("MUSTER_CRASH"));
}

void crash_hit(const char *name)
{
    if (strcmp(name, armed_name) != 0 || __atomic_sub_fetch(&hits_left, 1, __ATOMIC_RELAXED) != 0)
        return;
    char line[96];
    int len = snprintf(line, sizeof(line), "crash point %s\n", name);
    if (write(STDERR_FILENO, line, (size_t)len) < 0) {
        /* nobody reads stderr; the kill is what counts */
    }
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}
