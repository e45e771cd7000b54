/* The folder of plans: whoever saves in it is noticed, in whatever way editors do that. */
#include "unit.h"
#include "world/folder.h"
#include "world/loop.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { QUIET_MS = 20, NEVER_MS = 150 };

struct scene {
    struct loop *loop;
    struct loop_timer *limit;
    struct folder *folder;
    char top[64];
    int told;
    bool waited;
};

static void told(void *ctx)
{
    struct scene *s = ctx;
    s->told++;
    loop_stop(s->loop);
}

static void limit_over(void *ctx)
{
    struct scene *s = ctx;
    s->waited = true;
    loop_stop(s->loop);
}

static const char *path(const struct scene *s, const char *name)
{
    static char joined[2][256];
    static int turn;
    char *to = joined[turn++ % 2];
    snprintf(to, sizeof joined[0], "%s/%s", s->top, name);
    return to;
}

static void folder_make(const struct scene *s, const char *name)
{
    assert_int_equal(mkdir(path(s, name), 0700), 0);
}

static void file_write(const struct scene *s, const char *name, const char *text)
{
    FILE *f = fopen(path(s, name), "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void file_move(const struct scene *s, const char *from, const char *to)
{
    assert_int_equal(rename(path(s, from), path(s, to)), 0);
}

static void begin(struct scene *s)
{
    *s = (struct scene){.loop = loop_new()};
    strcpy(s->top, "/tmp/muster-folder-XXXXXX");
    assert_non_null(mkdtemp(s->top));
    folder_make(s, "plans");
    folder_make(s, "plans/channels");
    file_write(s, "plans/flood.lua", "one");
    s->limit = loop_timer_new(s->loop, limit_over, s);
    s->folder = folder_new(s->loop, path(s, "plans"), QUIET_MS, told, s);
}

static int entry_remove(const char *name, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(name);
}

static void end(struct scene *s)
{
    folder_free(s->folder);
    loop_timer_free(s->limit);
    loop_free(s->loop);
    assert_int_equal(nftw(s->top, entry_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* Is it told, and once? */
static void is_told(struct scene *s)
{
    s->told = 0;
    s->waited = false;
    loop_timer_set(s->limit, 5000);
    loop_run(s->loop);
    loop_timer_clear(s->limit);
    assert_int_equal(s->told, 1);
    assert_false(s->waited);
}

static void is_not_told(struct scene *s)
{
    s->told = 0;
    s->waited = false;
    loop_timer_set(s->limit, NEVER_MS);
    loop_run(s->loop);
    assert_int_equal(s->told, 0);
    assert_true(s->waited);
}

/* Why: a plan that is mended at night must be in force when the author believes it is. */
static void every_way_of_saving_is_told(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    file_write(&s, "plans/flood.lua", "two");
    is_told(&s);
    file_write(&s, "plans/.flood.tmp", "three"); /* as most editors do */
    file_move(&s, "plans/.flood.tmp", "plans/flood.lua");
    is_told(&s);
    assert_int_equal(link(path(&s, "plans/flood.lua"), path(&s, "plans/fire.lua")), 0);
    is_told(&s);
    assert_int_equal(symlink("flood.lua", path(&s, "plans/heat.lua")), 0);
    is_told(&s);
    assert_int_equal(unlink(path(&s, "plans/fire.lua")), 0);
    is_told(&s);
    assert_int_equal(chmod(path(&s, "plans/flood.lua"), 0400), 0);
    is_told(&s);
    end(&s);
}

/* Why: a channel or a library is as much a part of the set as a plan. */
static void folders_in_it_are_watched_those_made_later_too(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    file_write(&s, "plans/channels/pager.lua", "one");
    is_told(&s);
    folder_make(&s, "plans/lib");
    is_told(&s);
    file_write(&s, "plans/lib/rungs.lua", "one");
    is_told(&s);
    file_move(&s, "plans/lib", "plans/old");
    is_told(&s);
    folder_make(&s, "plans/lib");
    is_told(&s);
    file_write(&s, "plans/lib/rungs.lua", "two");
    is_told(&s);
    end(&s);
}

/* Why: forty files of one checkout are one set; each alone would be refused, loudly. */
static void many_saves_at_once_are_told_once(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    for (int n = 0; n < 40; n++) {
        char name[32];
        snprintf(name, sizeof name, "plans/p%d.lua", n);
        file_write(&s, name, "one");
    }
    is_told(&s);
    is_not_told(&s);
    end(&s);
}

/* Why: what an editor writes on the way is no plan, and half a file is none either. */
static void what_passes_is_not_told(void **state)
{
    (void)state;
    static const char *const names[] = {"plans/.flood.lua.swp", "plans/flood.lua~", "plans/4913",
                                        "plans/#flood.lua#", "plans/x.tmp"};
    struct scene s;
    begin(&s);
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        file_write(&s, names[n], "one");
    file_write(&s, "beside.lua", "one");
    is_not_told(&s);
    int fd = open(path(&s, "plans/new.lua"), O_CREAT | O_WRONLY, 0600);
    assert_int_equal(write(fd, "half", 4), 4);
    is_not_told(&s);
    close(fd);
    is_told(&s);
    end(&s);
}

/* Why: a deployment replaces the whole folder, or points a link at another one. */
static void a_folder_that_is_replaced_is_watched_again(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    file_move(&s, "plans", "old");
    is_told(&s);
    assert_false(folder_is_watched(s.folder));
    folder_make(&s, "new");
    assert_int_equal(symlink("new", path(&s, "plans")), 0);
    is_told(&s);
    assert_true(folder_is_watched(s.folder));
    file_write(&s, "new/flood.lua", "one");
    is_told(&s);
    folder_make(&s, "newer");
    assert_int_equal(symlink("newer", path(&s, "next")), 0);
    file_move(&s, "next", "plans");
    is_told(&s);
    file_write(&s, "newer/flood.lua", "two");
    is_told(&s);
    end(&s);
}

/* Why: a queue of the kernel that overflowed has lost saves; all is looked at again. */
static void an_overflow_loses_nothing(void **state)
{
    (void)state;
    struct scene s;
    char digits[32] = "";
    FILE *f = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    if (f) {
        assert_non_null(fgets(digits, sizeof digits, f));
        fclose(f);
    }
    long most = strtol(digits, NULL, 10);
    if (most <= 0 || most > 100000)
        skip();
    begin(&s);
    for (long n = 0; n < most + 10; n++) {
        /* two names in turn: the same event again is not queued */
        assert_int_equal(chmod(path(&s, n % 2 ? "plans/flood.lua" : "plans/channels"), 0700), 0);
    }
    is_told(&s);
    file_write(&s, "plans/flood.lua", "two");
    is_told(&s);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_of_saving_is_told),
        cmocka_unit_test(folders_in_it_are_watched_those_made_later_too),
        cmocka_unit_test(many_saves_at_once_are_told_once),
        cmocka_unit_test(what_passes_is_not_told),
        cmocka_unit_test(a_folder_that_is_replaced_is_watched_again),
        cmocka_unit_test(an_overflow_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
