/*
 * secret - the files that hold addresses and keys: secrets/NAME.
 *
 *     # the duty phone's gateway
 *     url=https://gateway.example/hook/8f2…
 *     key=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
 *     key=whsec_…            the one before it, while receivers change over
 *
 *     # the mail server
 *     url=smtp://mail.example:587        smtps:// for TLS from the first byte
 *     from=浑江市总值班室 <duty@hunjiang.example>
 *     user=duty                           with key= as its password; none: no login
 *     key=…
 *     tls=none                            no encryption, for a server that has none
 *
 *     # a gateway of short messages: what its channel names, {secret.user}, {secret.sign_name}
 *     user=LTAI5t…
 *     key=…
 *     sign_name=浑江市应急
 *
 * A file is looked at each time it is used and read again when it has changed, so that a key is
 * changed without a restart. Nothing of a file is kept that has one bad line. What is in it goes
 * to the endpoint and nowhere else: sentences name the file, never its content.
 *
 * Layer      courier: libc, libsodium.
 * Ownership  secrets_new gives; a secret is borrowed until the next secrets_read.
 * Errors     ERR_CONFIG with a sentence that names the file to create or mend.
 */
#pragma once

#include "base/err.h"
#include "base/sign.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SECRET_BYTES_MAX = 16 * 1024,
    SECRET_NAME_MAX = 64,
    SECRET_WORDS_MAX = 16,
};

struct secret {
    char *url; /* NULL: the file has none */
    char *keys[SIGN_KEYS_MAX];
    size_t keys_count;
    char *user, *from;             /* of mail; NULL: the file has none */
    char *password;                /* the first key= as it stands, blanks and all; NULL: no key */
    bool plain;                    /* tls=none */
    char *words[SECRET_WORDS_MAX]; /* the other lines, each its name, a NUL and its value */
    size_t words_count;
};

/* The value of the line with this name: url, key (the first), user, from, any other. NULL. */
const char *secret_value(const struct secret *s, const char *name);

struct secrets;

/* folder: NULL when there is none; then every secret is missing. Copies. */
struct secrets *secrets_new(const char *folder);
void secrets_free(struct secrets *s);

/* Letters, digits and - _ . @ , no dot at the start: a name can never leave its folder. */
bool secret_name_valid(const char *name);

enum err secrets_read(struct secrets *s, const char *name, const struct secret **ret,
                      struct why *why) MUST_USE;
