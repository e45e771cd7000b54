#include "base/id.h"

#include <assert.h>
#include <string.h>

/* ---- UUID ---- */

struct uuid uuid_v7(int64_t unix_ms, const uint8_t random[10])
{
    assert(unix_ms >= 0);
    struct uuid u;
    for (int i = 0; i < 6; i++)
        u.b[i] = (uint8_t)((uint64_t)unix_ms >> (40 - 8 * i));
    memcpy(u.b + 6, random, 10);
    u.b[6] = (uint8_t)((u.b[6] & 0x0f) | 0x70);
    u.b[8] = (uint8_t)((u.b[8] & 0x3f) | 0x80);
    return u;
}

int64_t uuid_ms(struct uuid u)
{
    uint64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | u.b[i];
    return (int64_t)ms;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool uuid_dash(int at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

bool uuid_parse(const char *text, struct uuid *ret)
{
    struct uuid u = {{0}};
    int digits = 0;
    for (int i = 0; i < UUID_TEXT - 1; i++) {
        if (uuid_dash(i)) {
            if (text[i] != '-')
                return false;
            continue;
        }
        int v = hex_value(text[i]);
        if (v < 0)
            return false; /* the end of a shorter text, too */
        u.b[digits / 2] = (uint8_t)(u.b[digits / 2] << 4 | v);
        digits++;
    }
    if (text[UUID_TEXT - 1] != '\0')
        return false;
    *ret = u;
    return true;
}

const char *uuid_text(struct uuid u, char ret[UUID_TEXT])
{
    int at = 0;
    for (int i = 0; i < 16; i++) {
        if (uuid_dash(at))
            ret[at++] = '-';
        ret[at++] = "0123456789abcdef"[u.b[i] >> 4];
        ret[at++] = "0123456789abcdef"[u.b[i] & 15];
    }
    ret[at] = '\0';
    return ret;
}

int uuid_cmp(struct uuid a, struct uuid b)
{
    return memcmp(a.b, b.b, sizeof(a.b));
}

bool uuid_is_none(struct uuid u)
{
    return uuid_cmp(u, (struct uuid){{0}}) == 0;
}

/* ---- entropy: the ChaCha20 block function of RFC 8439, 2.3, with a nonce of zero ---- */

static uint32_t rotate(uint32_t v, int by)
{
    return v << by | v >> (32 - by);
}

static void quarter_round(uint32_t s[16], int a, int b, int c, int d)
{
    s[a] += s[b];
    s[d] = rotate(s[d] ^ s[a], 16);
    s[c] += s[d];
    s[b] = rotate(s[b] ^ s[c], 12);
    s[a] += s[b];
    s[d] = rotate(s[d] ^ s[a], 8);
    s[c] += s[d];
    s[b] = rotate(s[b] ^ s[c], 7);
}

static void entropy_block(struct entropy *e)
{
    uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    memcpy(start + 4, e->key, sizeof(e->key));
    start[12] = e->block++;
    assert(e->block != 0); /* 256 GB of one turn */

    uint32_t s[16];
    memcpy(s, start, sizeof(s));
    for (int i = 0; i < 10; i++) {
        quarter_round(s, 0, 4, 8, 12);
        quarter_round(s, 1, 5, 9, 13);
        quarter_round(s, 2, 6, 10, 14);
        quarter_round(s, 3, 7, 11, 15);
        quarter_round(s, 0, 5, 10, 15);
        quarter_round(s, 1, 6, 11, 12);
        quarter_round(s, 2, 7, 8, 13);
        quarter_round(s, 3, 4, 9, 14);
    }
    for (int i = 0; i < 16; i++) {
        uint32_t word = s[i] + start[i];
        for (int k = 0; k < 4; k++)
            e->bytes[4 * i + k] = (uint8_t)(word >> (8 * k));
    }
    e->left = sizeof(e->bytes);
}

void entropy_init(struct entropy *e, const uint8_t seed[32])
{
    *e = (struct entropy){0};
    for (int i = 0; i < 32; i++)
        e->key[i / 4] |= (uint32_t)seed[i] << (8 * (i % 4));
}

void entropy_bytes(struct entropy *e, void *ret, size_t len)
{
    uint8_t *to = ret;
    while (len > 0) {
        if (e->left == 0)
            entropy_block(e);
        size_t n = len < e->left ? len : e->left;
        memcpy(to, e->bytes + sizeof(e->bytes) - e->left, n);
        e->left -= n;
        to += n;
        len -= n;
    }
}

uint64_t entropy_u64(struct entropy *e)
{
    uint8_t b[8];
    entropy_bytes(e, b, sizeof(b));
    uint64_t v = 0;
    for (int i = 7; i >= 0; i--)
        v = v << 8 | b[i];
    return v;
}
