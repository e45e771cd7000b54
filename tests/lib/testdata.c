#include "testdata.h"

#include "unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char *testdata_path(const char *inside)
{
    const char *root = getenv("MUSTER_TESTDATA");
    struct text path = {0};
    text_addf(&path, "%s/%s", root && *root ? root : "../shared/testdata", inside);

    struct stat st;
    if (stat(text_str(&path), &st) == 0)
        return text_take(&path);
    fprintf(stderr, "no %s: skipped (MUSTER_TESTDATA names the folder)\n", text_str(&path));
    text_done(&path);
    return NULL;
}

void file_read(const char *path, struct text *ret)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("cannot open %s", path);
    char buf[65536];
    for (size_t n; (n = fread(buf, 1, sizeof(buf), f)) > 0;)
        text_add_bytes(ret, buf, n);
    fclose(f);
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int testdata_each(const char *folder, testdata_file_fn *each, void *ctx)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, visible, alphasort);
    if (count < 0)
        fail_msg("cannot read the folder %s", folder);
    for (int i = 0; i < count; i++) {
        AUTO_TEXT(path);
        AUTO_TEXT(content);
        text_addf(&path, "%s/%s", folder, entries[i]->d_name);
        file_read(text_str(&path), &content);
        each(ctx, entries[i]->d_name, &content);
        free(entries[i]);
    }
    free(entries);
    return count;
}
