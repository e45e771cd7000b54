/*
 * kept - what is kept in memory as text: canonical JSON that is parsed when somebody needs it, and
 * words that many objects share.
 */
#include "core/state.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

json_t *kept_json(const char *kept)
{
    if (!kept)
        return NULL;
    json_t *value = NULL;
    struct why why;
    enum err e = json_read_own(kept, strlen(kept), &value, &why);
    assert(!e); /* it is what json_write wrote */
    (void)e;
    return value;
}

char *kept_text(const json_t *value)
{
    if (!value)
        return NULL;
    struct text t = {0};
    json_write(value, &t);
    return text_take(&t);
}

void kept_set(char **kept, json_t *takes)
{
    free(*kept);
    *kept = kept_text(takes);
    json_decref(takes);
}

static int word_order(const void *a, const void *b)
{
    return strcmp(a, b);
}

const char *core_intern(struct core *c, const char *word)
{
    if (!word)
        return NULL;
    void *found = tfind(word, &c->words, word_order);
    if (!found)
        found = tsearch(mem_str(word), &c->words, word_order);
    if (!found)
        abort();
    return *(char **)found;
}
