#include "world/folder.h"

#include "base/log.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    AGAIN_MS = 1000,     /* until a folder that is not there is looked for again */
    LATEST = 10,         /* so many times quiet_ms a change is put off at most */
    SUBFOLDERS_MAX = 100 /* of plans there are three or four */
};

static const uint32_t ABOVE = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR;
static const uint32_t INSIDE = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                               IN_CREATE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

/* What is watched: the folder, those in it, and the one above. */
struct place {
    int wd;
    char *path;
    bool above;
};

struct folder {
    struct loop *loop;
    char *path; /* without "/" at its end */
    char *name; /* its last part, as the folder above has it */
    int64_t quiet_ms;
    folder_changed_fn *changed;
    void *ctx;

    int fd; /* -1: not watched */
    struct loop_fd *watch;
    struct place *places;
    size_t places_count, places_cap;
    struct loop_timer *quiet, *again;
    int64_t since_ms; /* of the first change that was not told; 0: all were */
    bool whole;       /* the folder itself is among the places */
    bool warned;      /* that it is not watched */
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void touch(struct folder *f)
{
    int64_t now = now_ms();
    if (!f->since_ms)
        f->since_ms = now;
    int64_t left = f->since_ms + LATEST * f->quiet_ms - now;
    int64_t in_ms = left < f->quiet_ms ? left : f->quiet_ms;
    loop_timer_set(f->quiet, in_ms > 0 ? in_ms : 0);
}

static void quiet_over(void *ctx)
{
    struct folder *f = ctx;
    f->since_ms = 0;
    f->changed(f->ctx);
}

/* ---- watching ---- */

static void places_drop(struct folder *f)
{
    for (size_t n = 0; n < f->places_count; n++)
        free(f->places[n].path);
    f->places_count = 0;
    loop_fd_free(f->watch);
    f->watch = NULL;
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}

static bool place_add(struct folder *f, const char *path, bool above)
{
    int wd = inotify_add_watch(f->fd, path, above ? ABOVE : INSIDE);
    if (wd < 0)
        return false;
    f->places = mem_grow(f->places, &f->places_cap, f->places_count + 1, sizeof *f->places);
    f->places[f->places_count++] = (struct place){wd, mem_str(path), above};
    return true;
}

/* A folder that cannot be entered is a finding of whoever reads it. */
static void subfolders_add(struct folder *f)
{
    DIR *d = opendir(f->path);
    const struct dirent *entry;
    int count = 0;
    while (d && (entry = readdir(d)) && count < SUBFOLDERS_MAX) {
        AUTO_TEXT(path);
        struct stat st;
        if (entry->d_name[0] == '.')
            continue;
        text_addf(&path, "%s/%s", f->path, entry->d_name);
        if (stat(text_str(&path), &st) == 0 && S_ISDIR(st.st_mode) &&
            place_add(f, text_str(&path), false))
            count++;
    }
    if (count == SUBFOLDERS_MAX)
        log_warn("plans",
                 "folder %s has more than %d folders in it: what is saved in the others "
                 "is taken by `muster config reload` alone",
                 f->path, SUBFOLDERS_MAX);
    if (d)
        closedir(d);
}

/* Not of "." or "/": these are not replaced by their names. */
static void above_add(struct folder *f)
{
    AUTO_TEXT(above);
    const char *slash = strrchr(f->path, '/');
    if (!f->name[0] || f->name[0] == '.')
        return;
    if (!slash)
        text_add(&above, ".");
    else
        text_add_bytes(&above, f->path, slash == f->path ? 1 : (size_t)(slash - f->path));
    (void)place_add(f, text_str(&above), true);
}

static void ready(void *ctx, int what);

/* All anew: what was renamed, made or removed meanwhile is seen as it is now. */
static void watch_all(struct folder *f)
{
    places_drop(f);
    f->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    f->whole = f->fd >= 0;
    if (f->whole) {
        above_add(f);
        f->whole = place_add(f, f->path, false);
        int error = errno;
        if (f->whole)
            subfolders_add(f);
        errno = error;
    }
    if (!f->whole && !f->warned)
        log_warn("plans",
                 "folder %s is not watched (%s): until it is, what is saved in it is "
                 "taken by `muster config reload` alone; tried again each second",
                 f->path, strerror(errno));
    else if (f->whole && f->warned)
        log_info("plans", "folder %s is watched again", f->path);
    f->warned = !f->whole;
    if (!f->whole)
        loop_timer_set(f->again, AGAIN_MS);
    if (f->fd >= 0) {
        f->watch = loop_fd_new(f->loop, f->fd, ready, f);
        loop_fd_want(f->watch, LOOP_READ);
    }
}

static void look_again(void *ctx)
{
    struct folder *f = ctx;
    watch_all(f);
    if (f->whole)
        touch(f);
}

/* ---- what happens ---- */

static bool name_ends(const char *name, const char *end)
{
    size_t len = strlen(name), tail = strlen(end);
    return len >= tail && !strcmp(name + len - tail, end);
}

/* "..data" is no passing name: some systems swap a whole folder by renaming that link. */
static bool name_passes(const char *name)
{
    return (name[0] == '.' && name[1] != '.') || name[0] == '#' || !strcmp(name, "4913") ||
           name_ends(name, "~") || name_ends(name, ".swp") || name_ends(name, ".swx") ||
           name_ends(name, ".tmp");
}

static const struct place *place_of(const struct folder *f, int wd)
{
    for (size_t n = 0; n < f->places_count; n++)
        if (f->places[n].wd == wd)
            return &f->places[n];
    return NULL;
}

/* A file that was only made: its writer will close it. A link is whole at once. */
static bool still_written(const struct place *p, const struct inotify_event *ev)
{
    AUTO_TEXT(path);
    struct stat st;
    if (!(ev->mask & IN_CREATE))
        return false;
    text_addf(&path, "%s/%s", p->path, ev->name);
    return lstat(text_str(&path), &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1;
}

enum news { NEWS_NONE, NEWS_FILE, NEWS_FOLDER };

static enum news news_of(const struct folder *f, const struct inotify_event *ev)
{
    if (ev->mask & IN_Q_OVERFLOW)
        return NEWS_FOLDER;
    const struct place *p = place_of(f, ev->wd);
    if (!p)
        return NEWS_NONE;
    if (p->above)
        return ev->len && !strcmp(ev->name, f->name) ? NEWS_FOLDER : NEWS_NONE;
    if (ev->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT))
        return NEWS_FOLDER;
    if (!ev->len || name_passes(ev->name)) /* rights of the folder itself have no name */
        return ev->len ? NEWS_NONE : NEWS_FILE;
    if (ev->mask & IN_ISDIR)
        return ev->mask & IN_ATTRIB ? NEWS_FILE : NEWS_FOLDER;
    return still_written(p, ev) ? NEWS_NONE : NEWS_FILE;
}

static void ready(void *ctx, int what)
{
    struct folder *f = ctx;
    union {
        struct inotify_event align;
        char bytes[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
    } buffer;
    enum news worst = NEWS_NONE;
    ssize_t got;
    (void)what;
    while ((got = read(f->fd, buffer.bytes, sizeof buffer.bytes)) > 0) {
        for (const char *at = buffer.bytes; at < buffer.bytes + got;) {
            const struct inotify_event *ev = (const void *)at;
            enum news news = news_of(f, ev);
            worst = news > worst ? news : worst;
            at += sizeof *ev + ev->len;
        }
    }
    if (worst == NEWS_FOLDER)
        watch_all(f);
    if (worst)
        touch(f);
}

/* ---- life ---- */

struct folder *folder_new(struct loop *loop, const char *path, int64_t quiet_ms,
                          folder_changed_fn *changed, void *ctx)
{
    struct folder *f = mem_new(1, sizeof *f);
    *f = (struct folder){.loop = loop,
                         .path = mem_str(path),
                         .quiet_ms = quiet_ms,
                         .changed = changed,
                         .ctx = ctx,
                         .fd = -1};
    for (size_t len = strlen(f->path); len > 1 && f->path[len - 1] == '/'; len--)
        f->path[len - 1] = '\0';
    const char *slash = strrchr(f->path, '/');
    f->name = mem_str(slash ? slash + 1 : f->path);
    f->quiet = loop_timer_new(loop, quiet_over, f);
    f->again = loop_timer_new(loop, look_again, f);
    watch_all(f);
    return f;
}

void folder_free(struct folder *f)
{
    if (!f)
        return;
    places_drop(f);
    free(f->places);
    loop_timer_free(f->quiet);
    loop_timer_free(f->again);
    free(f->path);
    free(f->name);
    free(f);
}

bool folder_is_watched(const struct folder *f)
{
    return f && f->whole;
}
