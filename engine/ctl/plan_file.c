#include "ctl/plan_file.h"

#include <string.h>
#include <unistd.h>

void plan_file_find(const char *given, const char *plans, struct text *ret_folder,
                    struct text *ret_name)
{
    const char *slash = strrchr(given, '/');
    const char *name = slash ? slash + 1 : given;
    const char *dot = strrchr(name, '.');
    bool file = dot && !strcmp(dot, ".lua");
    if (slash)
        text_add_bytes(ret_folder, given, slash == given ? 1 : (size_t)(slash - given));
    else
        text_add(ret_folder, file ? "." : plans);
    text_add_bytes(ret_name, name, file ? (size_t)(dot - name) : strlen(name));
}

void plan_path_find(const char *given, const char *plans, struct text *to)
{
    AUTO_TEXT(path);
    text_addf(&path, "%s/%s.lua", plans, given);
    bool named = !strpbrk(given, "/.") && access(given, F_OK) && !access(text_str(&path), F_OK);
    text_add(to, named ? text_str(&path) : given);
}
