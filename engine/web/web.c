#include "web/web.h"

#include <string.h>

/* bytes_N and gzip_N of each file, and the table: static const struct web_file files[] */
#include "gen/web/files.inc"

const struct web_file *web_find(const char *path)
{
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (strcmp(files[i].path, path) == 0)
            return &files[i];
    return NULL;
}
