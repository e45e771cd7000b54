#include "store/head_list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 4096 }; /* a head has some 330 */

static bool is_trusted(const struct public_key *key, const struct public_key *trusted, size_t count)
{
    for (size_t n = 0; n < count; n++)
        if (memcmp(key, &trusted[n], sizeof *key) == 0)
            return true;
    return false;
}

static enum err line_take(struct head_list *l, const char *line, size_t len,
                          const struct public_key *trusted, size_t count, struct why *why)
{
    struct signed_head h;
    char key[PUBLIC_KEY_TEXT];
    if (len == 0)
        return ERR_OK;
    if (!signed_head_parse(line, len, &h)) {
        if (!signed_head_is_torn(line, len))
            return why_set(why, ERR_CORRUPT, "this is no signed head");
        l->torn++;
        return ERR_OK;
    }
    if (!signed_head_holds(&h))
        return why_set(why, ERR_CORRUPT,
                       "the signature does not hold: this is not what was signed");
    if (!is_trusted(&h.key, trusted, count))
        return why_set(why, ERR_CORRUPT,
                       "it is signed with another key, %s; if that one was in use, name it, too "
                       "(--public)",
                       public_key_text(&h.key, key));
    l->at = mem_grow(l->at, &l->cap, l->count + 1, sizeof *l->at);
    l->at[l->count++] =
        (struct listed_head){.seq = h.seq, .gen = h.gen, .at = h.at, .chain = h.chain};
    return ERR_OK;
}

static enum err lines_read(FILE *f, const struct public_key *trusted, size_t count,
                           struct head_list *l, struct why *why)
{
    char line[LINE_BYTES];
    enum err e = ERR_OK;
    for (int64_t number = 1; !e && fgets(line, sizeof line, f); number++) {
        size_t len = strlen(line);
        if (len == sizeof line - 1)
            e = why_set(why, ERR_CORRUPT, "it is too long for a signed head");
        if (len > 0 && line[len - 1] == '\n')
            len--;
        if (!e)
            e = line_take(l, line, len, trusted, count, why);
        if (e)
            why_add(why, e, "line %" PRId64, number);
    }
    if (!e && ferror(f))
        e = why_set(why, ERR_IO, "%s", strerror(errno));
    return e;
}

static int by_seq(const void *a, const void *b)
{
    const struct listed_head *x = a, *y = b;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

enum err head_list_read(const char *path, const struct public_key *trusted, size_t trusted_count,
                        struct head_list *ret, struct why *why)
{
    struct head_list l = {0};
    FILE *f = fopen(path, "re");
    if (!f)
        return why_set(why, errno == ENOENT ? ERR_MISSING : ERR_IO,
                       "the signed heads in %s cannot be read: %s", path, strerror(errno));
    enum err e = lines_read(f, trusted, trusted_count, &l, why);
    (void)fclose(f);
    if (e) {
        head_list_done(&l);
        return why_add(why, e, "%s", path);
    }
    if (l.count > 1)
        qsort(l.at, l.count, sizeof *l.at, by_seq);
    *ret = l;
    return ERR_OK;
}

void head_list_done(struct head_list *l)
{
    free(l->at);
    *l = (struct head_list){0};
}
