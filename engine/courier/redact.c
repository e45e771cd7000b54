#include "courier/redact.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const char MARK[] = "[redacted]";

void redact_done(struct redact *r)
{
    for (size_t i = 0; i < r->count; i++) {
        sodium_memzero(r->words[i], strlen(r->words[i]));
        free(r->words[i]);
    }
    free(r->words);
    *r = (struct redact){0};
}

static void add_bytes(struct redact *r, const char *at, size_t len, size_t least)
{
    if (len < least)
        return;
    char *word = mem_new(len + 1, 1);
    memcpy(word, at, len);

    /* the longest first, so that a part never splits the whole */
    size_t i = r->count++;
    r->words = mem_grow(r->words, &r->cap, r->count, sizeof *r->words);
    for (; i > 0 && strlen(r->words[i - 1]) < len; i--)
        r->words[i] = r->words[i - 1];
    r->words[i] = word;
}

void redact_add(struct redact *r, const char *word)
{
    if (word)
        add_bytes(r, word, strlen(word), REDACT_BYTES_MIN);
}

void redact_add_url(struct redact *r, const char *url)
{
    redact_add(r, url);

    const char *host = strstr(url, "://");
    if (!host)
        return;
    host += 3;
    size_t host_len = strcspn(host, "/?#");
    const char *login_end = memchr(host, '@', host_len);
    if (login_end)
        add_bytes(r, host, (size_t)(login_end - host), REDACT_BYTES_MIN);

    const char *path = host + host_len;
    add_bytes(r, path, strlen(path), REDACT_PART_BYTES);
    for (const char *at = path; *at;) {
        size_t len = strcspn(at, "/?#&=");

        add_bytes(r, at, len, REDACT_PART_BYTES);
        at += len;
        at += strspn(at, "/?#&=");
    }
}

static void word_replace(struct text *t, const char *word)
{
    size_t len = strlen(word);
    const char *end = t->at + t->len;
    const char *from = t->at;
    const char *hit = memmem(from, t->len, word, len);
    struct text out = {0};

    if (!hit)
        return;
    for (; hit; hit = memmem(from, (size_t)(end - from), word, len)) {
        text_add_bytes(&out, from, (size_t)(hit - from));
        text_add(&out, MARK);
        from = hit + len;
    }
    text_add_bytes(&out, from, (size_t)(end - from));
    text_done(t);
    *t = out;
}

void redact_text(const struct redact *r, struct text *t)
{
    for (size_t i = 0; i < r->count && t->len > 0; i++)
        word_replace(t, r->words[i]);
}
