#include "store/seal.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum { NONCE = crypto_secretbox_NONCEBYTES, MAC = crypto_secretbox_MACBYTES };
_Static_assert(SEAL_KEY_BYTES == crypto_secretbox_KEYBYTES, "the key of a secretbox");
_Static_assert(SEAL_KEY_BYTES <= crypto_generichash_KEYBYTES_MAX, "the key of a keyed hash");

/* `len` writable bytes at the end of t, and its terminator. */
static unsigned char *text_room(struct text *t, size_t len)
{
    t->at = mem_grow(t->at, &t->cap, t->len + len + 1, 1);
    unsigned char *room = (unsigned char *)t->at + t->len;
    t->len += len;
    t->at[t->len] = '\0';
    return room;
}

void seal_key_make(struct seal_key *ret)
{
    randombytes_buf(ret->b, sizeof(ret->b));
}

static void hash_number(crypto_generichash_state *h, int64_t value)
{
    unsigned char b[8];
    for (int i = 0; i < 8; i++)
        b[i] = (unsigned char)((uint64_t)value >> (8 * i));
    crypto_generichash_update(h, b, sizeof(b));
}

static void hash_label(crypto_generichash_state *h, const struct seal_key *key, const char *label)
{
    crypto_generichash_init(h, key->b, sizeof(key->b), NONCE);
    crypto_generichash_update(h, (const unsigned char *)label, strlen(label));
}

static void nonce_of_record(const struct seal_key *key, const struct seal_place *place,
                            unsigned char ret[NONCE])
{
    crypto_generichash_state h;
    hash_label(&h, key, "record");
    hash_number(&h, place->seq);
    hash_number(&h, place->at_ms);
    hash_number(&h, place->mono);
    crypto_generichash_update(&h, (const unsigned char *)place->kind, place->kind_len);
    crypto_generichash_final(&h, ret, NONCE);
}

/*
 * The standard alphabet, with "=" at the end. What is encoded is a sealed box, which is no secret,
 * so that it need not take the same time whatever the bytes are, as libsodium's does at ten times
 * the cost.
 */
static void base64_add(struct text *to, const unsigned char *bytes, size_t len)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char *out = text_room(to, (len + 2) / 3 * 4);
    for (; len >= 3; bytes += 3, len -= 3) {
        unsigned group = (unsigned)bytes[0] << 16 | (unsigned)bytes[1] << 8 | bytes[2];
        for (int shift = 18; shift >= 0; shift -= 6)
            *out++ = (unsigned char)letters[group >> shift & 63];
    }
    if (len == 0)
        return;
    unsigned group = (unsigned)bytes[0] << 16 | (len == 2 ? (unsigned)bytes[1] << 8 : 0);
    *out++ = (unsigned char)letters[group >> 18];
    *out++ = (unsigned char)letters[group >> 12 & 63];
    *out++ = len == 2 ? (unsigned char)letters[group >> 6 & 63] : '=';
    *out = '=';
}

void seal_record(const struct seal_key *key, const struct seal_place *place, const char *plain,
                 size_t len, struct text *to)
{
    unsigned char nonce[NONCE];
    nonce_of_record(key, place, nonce);

    AUTO_TEXT(box);
    unsigned char *room = text_room(&box, len + MAC);
    crypto_secretbox_easy(room, (const unsigned char *)plain, len, nonce, key->b);

    base64_add(to, room, box.len);
}

bool unseal_record(const struct seal_key *key, const struct seal_place *place, const char *base64,
                   size_t len, struct text *to)
{
    AUTO_TEXT(box);
    unsigned char *room = text_room(&box, len);
    size_t box_len = 0;
    if (sodium_base642bin(room, len, base64, len, NULL, &box_len, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        box_len < MAC)
        return false;

    unsigned char nonce[NONCE];
    nonce_of_record(key, place, nonce);
    size_t before = to->len;
    unsigned char *plain = text_room(to, box_len - MAC);
    if (crypto_secretbox_open_easy(plain, room, box_len, nonce, key->b) == 0)
        return true;
    to->len = before;
    to->at[before] = '\0';
    return false;
}

void seal_body(const struct seal_key *key, enum row_kind kind, struct uuid id, const char *plain,
               size_t len, struct text *to)
{
    unsigned char nonce[NONCE];
    crypto_generichash_state h;
    hash_label(&h, key, "body");
    hash_number(&h, kind);
    crypto_generichash_update(&h, id.b, sizeof(id.b));
    crypto_generichash_update(&h, (const unsigned char *)plain, len);
    crypto_generichash_final(&h, nonce, NONCE);

    unsigned char *room = text_room(to, NONCE + MAC + len);
    memcpy(room, nonce, NONCE);
    crypto_secretbox_easy(room + NONCE, (const unsigned char *)plain, len, nonce, key->b);
}

bool unseal_body(const struct seal_key *key, const void *box, size_t len, struct text *to)
{
    if (len < NONCE + MAC)
        return false;
    const unsigned char *nonce = box;
    size_t before = to->len;
    unsigned char *plain = text_room(to, len - NONCE - MAC);
    if (crypto_secretbox_open_easy(plain, nonce + NONCE, len - NONCE, nonce, key->b) == 0)
        return true;
    to->len = before;
    to->at[before] = '\0';
    return false;
}
