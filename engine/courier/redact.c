#include "courier/redact.h"

#include <ctype.h>
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

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

    return at ? (int)(at - digits) : -1;
}

static void percents_undo(const char *at, size_t len, struct text *to)
{
    for (size_t i = 0; i < len; i++) {
        int high = at[i] == '%' && i + 2 < len ? hex_digit(at[i + 1]) : -1;
        int low = high < 0 ? -1 : hex_digit(at[i + 2]);
        char c = at[i];

        if (low >= 0) {
            c = (char)(high * 16 + low);
            i += 2;
        }
        text_add_char(to, c);
    }
}

/* A part of a URL as it stands there, and as it reads without percents. */
static void add_part(struct redact *r, const char *at, size_t len)
{
    AUTO_TEXT(plain);

    add_bytes(r, at, len, REDACT_PART_BYTES);
    if (!memchr(at, '%', len))
        return;
    percents_undo(at, len, &plain);
    add_bytes(r, text_str(&plain), strlen(text_str(&plain)), REDACT_PART_BYTES);
    sodium_memzero(plain.at, plain.len);
}

static void add_base64(struct redact *r, const struct text *plain)
{
    size_t room = sodium_base64_ENCODED_LEN(plain->len, sodium_base64_VARIANT_ORIGINAL);
    char *base64 = mem_new(room, 1);

    sodium_bin2base64(base64, room, (const unsigned char *)text_str(plain), plain->len,
                      sodium_base64_VARIANT_ORIGINAL);
    add_bytes(r, base64, strlen(base64), REDACT_PART_BYTES);
    sodium_memzero(base64, room);
    free(base64);
}

/* Basic of HTTP, PLAIN and LOGIN of SMTP. */
void redact_add_login(struct redact *r, const char *user, const char *password)
{
    const char *const words[] = {user, password};
    struct text basic = {0}, plain = {0};

    for (size_t i = 0; i < 2; i++) {
        struct text alone = {0};

        redact_add(r, words[i]);
        if (!user || !words[i])
            continue;
        text_add(&alone, words[i]);
        add_base64(r, &alone);
        sodium_memzero(alone.at, alone.len);
        text_done(&alone);
    }
    if (!user)
        return; /* a key goes as it is */
    text_addf(&basic, "%s:%s", user, password ? password : "");
    add_base64(r, &basic);
    text_add_char(&plain, '\0');
    text_add(&plain, user);
    text_add_char(&plain, '\0');
    text_add(&plain, password ? password : "");
    add_base64(r, &plain);
    sodium_memzero(basic.at, basic.len);
    sodium_memzero(plain.at, plain.len);
    text_done(&basic);
    text_done(&plain);
}

/* "user:password" in front of a host. */
static void add_url_login(struct redact *r, const char *at, size_t len)
{
    const char *colon = memchr(at, ':', len);
    size_t user_len = colon ? (size_t)(colon - at) : len;
    AUTO_TEXT(user);
    AUTO_TEXT(password);

    add_bytes(r, at, len, REDACT_BYTES_MIN);
    percents_undo(at, user_len, &user);
    if (colon)
        percents_undo(colon + 1, len - user_len - 1, &password);
    redact_add_login(r, text_str(&user), text_str(&password));
    if (password.at)
        sodium_memzero(password.at, password.len);
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
        add_url_login(r, host, (size_t)(login_end - host));

    const char *path = host + host_len;
    add_part(r, path, strlen(path));
    for (const char *at = path; *at;) {
        size_t len = strcspn(at, "/?#&=");

        add_part(r, at, len);
        at += len;
        at += strspn(at, "/?#&=");
    }
}

void redact_add_contact(struct redact *r, const char *contact)
{
    enum { DIGITS_LEAST = 7, DIGITS_AT_HOME = 11 };
    AUTO_TEXT(digits);

    redact_add(r, contact);
    if (!contact || contact[strspn(contact, "+0123456789 ()-./")])
        return;
    for (const char *c = contact; *c; c++) {
        if (isdigit((unsigned char)*c))
            text_add_char(&digits, *c);
    }
    add_bytes(r, text_str(&digits), digits.len, DIGITS_LEAST);
    if (digits.len > DIGITS_AT_HOME)
        redact_add(r, digits.at + digits.len - DIGITS_AT_HOME);
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
