#include "world/process.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Fields of /proc/self/stat, numbered as proc(5) does; the name before them may hold anything. */
enum { STAT_STATE = 3, STAT_START = 22, STAT_VSIZE = 23, STAT_RSS = 24 };

static int64_t stat_field(const char *line, int wanted)
{
    const char *at = strrchr(line, ')');
    for (int field = STAT_STATE; at && field <= wanted; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoll(at, NULL, 10) : 0;
}

static void stat_take(const char *line, struct process_figures *ret)
{
    struct timespec boot, wall;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    clock_gettime(CLOCK_REALTIME, &wall);
    double up_s = (double)boot.tv_sec + (double)boot.tv_nsec / 1e9;
    ret->started_s = (double)wall.tv_sec + (double)wall.tv_nsec / 1e9 - up_s +
                     (double)stat_field(line, STAT_START) / (double)sysconf(_SC_CLK_TCK);
    ret->virtual_bytes = stat_field(line, STAT_VSIZE);
    ret->resident_bytes = stat_field(line, STAT_RSS) * sysconf(_SC_PAGESIZE);
}

static int64_t fds_open(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int64_t count = -1; /* its own */
    if (!dir)
        return 0;
    for (const struct dirent *e; (e = readdir(dir));)
        count += e->d_name[0] != '.';
    closedir(dir);
    return count;
}

void process_look(struct process_figures *ret)
{
    char line[1024];
    struct rlimit fds;
    struct timespec cpu;
    *ret = (struct process_figures){0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    ret->cpu_s = (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9;
    FILE *file = fopen("/proc/self/stat", "re");
    if (file && fgets(line, sizeof line, file))
        stat_take(line, ret);
    if (file)
        fclose(file);
    ret->open_fds = fds_open();
    if (getrlimit(RLIMIT_NOFILE, &fds) == 0)
        ret->most_fds = (int64_t)fds.rlim_cur;
}

/*
 * A limit of 1: too little for a file, and the one value at which the kernel does not start the
 * program of core_pattern either, which takes no notice of others (fs/coredump.c).
 */
void process_leave_no_core(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max == 0)
        return; /* somebody was stricter */
    limit.rlim_cur = limit.rlim_max = 1;
    setrlimit(RLIMIT_CORE, &limit);
}
