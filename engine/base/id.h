/*
 * id - UUIDv7 (RFC 9562): the ids of incidents and notices.
 *
 * The time comes first, so that ids sort as things happened. Entropy is an argument: the core makes
 * ids from what its input brought and never asks the system.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uuid {
    uint8_t b[16]; /* all zero: none */
};

enum { UUID_TEXT = 37 }; /* 36 characters and the NUL */

struct uuid uuid_v7(int64_t unix_ms, const uint8_t random[10]);
int64_t uuid_ms(struct uuid u); /* when it was made, by what uuid_v7 was told */
bool uuid_parse(const char *text, struct uuid *ret);       /* lower or upper case; false: not one */
const char *uuid_text(struct uuid u, char ret[UUID_TEXT]); /* lower case; returns `ret` */
int uuid_cmp(struct uuid a, struct uuid b);
bool uuid_is_none(struct uuid u);

/*
 * entropy - a stream of random bytes drawn from one seed (ChaCha20, RFC 8439, seed as key): all
 * ids, codes and tokens of a turn come from the 32 bytes of its input, in order, so that the same
 * input decides the same. Who sees some of the bytes (ids are public) learns nothing of the others
 * (tokens are not). The seed must come from the system's generator where the output is a secret.
 */
struct entropy {
    uint32_t key[8];
    uint32_t block; /* number of the next block */
    uint8_t bytes[64];
    size_t left; /* of `bytes`, at their end */
};

void entropy_init(struct entropy *e, const uint8_t seed[32]);
uint64_t entropy_u64(struct entropy *e);
void entropy_bytes(struct entropy *e, void *ret, size_t len);
