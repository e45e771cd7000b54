#include "store/head_place.h"

#include "base/text.h"
#include "store/store.h"

#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder that a file is in, every link followed. false: it is not there. */
static bool real_folder(const char *path, char ret[PATH_MAX])
{
    char real[PATH_MAX];
    char *copy = mem_str(realpath(path, real) ? real : path);
    bool there = realpath(dirname(copy), ret) != NULL;
    free(copy);
    return there;
}

/* One step of a path, behind what is there already. */
static void step_add(struct text *to, const char *name, size_t len)
{
    if (len == 0 || (len == 1 && name[0] == '.'))
        return;
    if (len == 2 && memcmp(name, "..", 2) == 0) {
        while (to->len > 0 && to->at[--to->len] != '/')
            ;
        return;
    }
    text_add_char(to, '/');
    text_add_bytes(to, name, len);
}

static void steps_add(struct text *to, const char *path)
{
    while (*path) {
        size_t len = strcspn(path, "/");
        step_add(to, path, len);
        path += len + (path[len] == '/');
    }
}

/* The same by its name: no disk is asked, as that of the place may not answer. */
static bool named_folder(const char *path, char ret[PATH_MAX])
{
    char here[PATH_MAX];
    AUTO_TEXT(name);
    if (path[0] != '/' && getcwd(here, sizeof here))
        steps_add(&name, here);
    steps_add(&name, path);
    step_add(&name, "..", 2);
    if (name.len >= PATH_MAX)
        return false;
    memcpy(ret, name.at ? name.at : "", name.len);
    ret[name.len] = '\0';
    return true;
}

static bool is_below(const char *folder, const char *path)
{
    size_t len = strlen(folder);
    return strncmp(folder, path, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

static enum err check(const char *data, const char *place, const char *path, struct why *why)
{
    struct stat data_st, place_st;
    if (!is_below(data, place))
        return ERR_OK;
    if (stat(data, &data_st) == 0 && stat(place, &place_st) == 0 &&
        data_st.st_dev != place_st.st_dev)
        return ERR_OK;
    return why_set(why, ERR_CONFIG,
                   "head_file = %.200s: it lies with the database in %.200s, and whoever replaces "
                   "that folder would replace it too; set it to another folder, best on another "
                   "disk or another machine's",
                   path, data);
}

enum err store_head_place(const char *database, const char *path, struct why *why)
{
    char data[PATH_MAX], place[PATH_MAX];
    if (!path[0] || !named_folder(path, place))
        return ERR_OK;
    enum err e = named_folder(database, data) ? check(data, place, path, why) : ERR_OK;
    if (!e && real_folder(database, data))
        e = check(data, place, path, why);
    return e;
}

enum err head_place_check(const char *database, const char *path, struct why *why)
{
    char data[PATH_MAX], place[PATH_MAX];
    if (!real_folder(database, data) || !real_folder(path, place))
        return ERR_OK;
    return check(data, place, path, why);
}
