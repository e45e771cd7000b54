#include "plan/pin_hash.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HASH_BYTES = crypto_hash_sha256_BYTES, HEX_TEXT = 2 * HASH_BYTES + 1 };

static int by_name(const void *a, const void *b)
{
    const struct pin_file *x = a;
    const struct pin_file *y = b;
    return strcmp(x->name, y->name);
}

static void add(crypto_hash_sha256_state *sum, const char *text)
{
    crypto_hash_sha256_update(sum, (const unsigned char *)text, strlen(text));
}

const char *pin_hash(struct pin_file *files, size_t count, char ret[PIN_TEXT])
{
    crypto_hash_sha256_state sum;
    unsigned char hash[HASH_BYTES];
    char hex[HEX_TEXT];

    if (count)
        qsort(files, count, sizeof(files[0]), by_name);
    crypto_hash_sha256_init(&sum);
    for (size_t i = 0; i < count; i++) {
        crypto_hash_sha256(hash, (const unsigned char *)files[i].source, files[i].len);
        sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
        add(&sum, files[i].name);
        add(&sum, " ");
        add(&sum, hex);
        add(&sum, "\n");
    }
    crypto_hash_sha256_final(&sum, hash);
    sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
    snprintf(ret, PIN_TEXT, "sha256:%s", hex);
    return ret;
}
