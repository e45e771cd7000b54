#include "intake/set_file.h"

#include <stddef.h>
#include <string.h>

const char set_file_names[] = "site.lua, NAME.lua, NAME.md, channels/NAME.lua, lib/NAME.lua, "
                              "drills/NAME.lua, holidays/NAME.lua, rosters/NAME.ics";

static bool name_ends(const char *name, const char *end)
{
    size_t len = strlen(name), tail = strlen(end);
    return len > tail && strcmp(name + len - tail, end) == 0;
}

static bool take(struct set_file *ret, const char *list, const char *name)
{
    *ret = (struct set_file){.list = list, .name = name, .is_site = !strcmp(list, "site")};
    return true;
}

/* As the folder itself is read: what is hidden, a test or a README is left where it is. */
static bool bare_find(const char *name, const char *list, struct set_file *ret)
{
    if (name[0] == '.' || strchr(name, '/') || name_ends(name, ".test.lua"))
        return false;
    if (name_ends(name, ".lua"))
        return take(ret, list, name);
    return !strcmp(list, "plans") && name_ends(name, ".md") && strncmp(name, "README", 6) != 0 &&
           take(ret, "papers", name);
}

static bool calendar_find(const char *name, struct set_file *ret)
{
    return name[0] != '.' && !strchr(name, '/') && name_ends(name, ".ics") &&
           take(ret, "calendars", name);
}

bool set_file_find(const char *name, struct set_file *ret)
{
    static const struct {
        const char *folder, *list;
    } folders[] = {{"channels/", "channels"},
                   {"lib/", "libraries"},
                   {"drills/", "drills"},
                   {"holidays/", "holidays"}};
    if (!strncmp(name, "rosters/", 8))
        return calendar_find(name + 8, ret);
    if (!strcmp(name, "site.lua"))
        return take(ret, "site", name);
    for (size_t n = 0; n < sizeof folders / sizeof *folders; n++) {
        size_t len = strlen(folders[n].folder);
        if (!strncmp(name, folders[n].folder, len))
            return bare_find(name + len, folders[n].list, ret);
    }
    return bare_find(name, "plans", ret);
}
