#include "store/signed_head.h"

#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char public_prefix[] = "ed25519:", file_prefix[] = "muster-signing-key-1:";

enum {
    BASE64 = sodium_base64_VARIANT_ORIGINAL,
    KEY_FILE_BYTES_MAX = 256,
};

/* ---- as text ---- */

const char *public_key_text(const struct public_key *key, char ret[PUBLIC_KEY_TEXT])
{
    size_t prefix = strlen(public_prefix);
    memcpy(ret, public_prefix, sizeof public_prefix);
    sodium_bin2base64(ret + prefix, PUBLIC_KEY_TEXT - prefix, key->b, sizeof key->b, BASE64);
    return ret;
}

/* Base64 of exactly so many bytes. */
static bool bytes_parse(const char *text, size_t len, uint8_t *ret, size_t size)
{
    size_t got = 0;
    const char *end = NULL;
    return sodium_base642bin(ret, size, text, len, NULL, &got, &end, BASE64) == 0 && got == size &&
           end == text + len;
}

bool public_key_parse(const char *text, size_t len, struct public_key *ret)
{
    size_t prefix = strlen(public_prefix);
    return len > prefix && memcmp(text, public_prefix, prefix) == 0 &&
           bytes_parse(text + prefix, len - prefix, ret->b, sizeof ret->b);
}

const char *chain_text(const struct chain *chain, char ret[CHAIN_TEXT])
{
    return sodium_bin2hex(ret, CHAIN_TEXT, chain->b, sizeof chain->b);
}

static bool chain_parse(const char *text, struct chain *ret)
{
    size_t got = 0, len = strlen(text);
    const char *end = NULL;
    return sodium_hex2bin(ret->b, sizeof ret->b, text, len, NULL, &got, &end) == 0 &&
           got == sizeof ret->b && end == text + len;
}

const char *signature_text(const struct signed_head *h, char ret[SIGNATURE_TEXT])
{
    return sodium_bin2base64(ret, SIGNATURE_TEXT, h->signature, sizeof h->signature, BASE64);
}

/* ---- the key ---- */

void signing_key_path(const char *database, struct text *to)
{
    text_addf(to, "%s.signkey", database);
}

void signing_key_wipe(struct signing_key *key)
{
    sodium_memzero(key, sizeof *key);
}

enum err signing_key_read(const char *path, struct signing_key *ret, struct why *why)
{
    char bytes[KEY_FILE_BYTES_MAX];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return why_set(why, errno == ENOENT ? ERR_MISSING : ERR_IO,
                       "%s, the key that signs the journal, cannot be read: %s", path,
                       strerror(errno));
    ssize_t len = read(fd, bytes, sizeof bytes);
    close(fd);
    size_t prefix = strlen(file_prefix), all = len > 0 ? (size_t)len : 0;
    while (all > 0 && bytes[all - 1] == '\n')
        all--;
    bool good = all > prefix && memcmp(bytes, file_prefix, prefix) == 0 &&
                bytes_parse(bytes + prefix, all - prefix, ret->secret, sizeof ret->secret);
    sodium_memzero(bytes, sizeof bytes);
    if (!good)
        return why_set(why, ERR_CORRUPT,
                       "%s is not the key that signs the journal; put it back from a backup. Moved "
                       "away, a new one is made at the next start, and auditors must be told it",
                       path);
    crypto_sign_ed25519_sk_to_pk(ret->public.b, ret->secret);
    return ERR_OK;
}

/* The new file and its name are on the disk before anything is signed with it. */
static enum err key_write(const char *path, const char *line, size_t len)
{
    AUTO_TEXT(part);
    text_addf(&part, "%s.new", path);
    int fd = open(text_str(&part), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return ERR_IO;
    bool good = write(fd, line, len) == (ssize_t)len && fsync(fd) == 0;
    good &= close(fd) == 0;
    good = good && rename(text_str(&part), path) == 0;
    char *copy = mem_str(path);
    int folder = good ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    free(copy);
    if (folder >= 0) {
        fsync(folder);
        close(folder);
    }
    return good ? ERR_OK : ERR_IO;
}

enum err signing_key_make(const char *path, struct signing_key *ret, struct why *why)
{
    enum err e = signing_key_read(path, ret, why);
    if (e != ERR_MISSING)
        return e;
    char line[sizeof file_prefix + SIGNATURE_TEXT];
    size_t prefix = strlen(file_prefix);
    crypto_sign_ed25519_keypair(ret->public.b, ret->secret);
    memcpy(line, file_prefix, sizeof file_prefix);
    sodium_bin2base64(line + prefix, sizeof line - prefix, ret->secret, sizeof ret->secret, BASE64);
    size_t len = strlen(line);
    line[len++] = '\n';
    e = key_write(path, line, len);
    sodium_memzero(line, sizeof line);
    if (e)
        return why_set(why, e, "%s, the key that signs the journal, cannot be made: %s", path,
                       strerror(errno));
    return ERR_OK;
}

/* ---- heads ---- */

static void signed_bytes(const struct signed_head *h, struct text *to)
{
    char chain[CHAIN_TEXT], at[RFC3339_TEXT], key[PUBLIC_KEY_TEXT];
    text_addf(to, "muster-head-1 %" PRId64 " %" PRId64 " %s %s %s\n", h->gen, h->seq,
              chain_text(&h->chain, chain), rfc3339(h->at, at), public_key_text(&h->key, key));
}

void signed_head_sign(struct signed_head *h, const struct signing_key *key)
{
    AUTO_TEXT(bytes);
    h->key = key->public;
    signed_bytes(h, &bytes);
    crypto_sign_ed25519_detached(h->signature, NULL, (const unsigned char *)text_str(&bytes),
                                 bytes.len, key->secret);
}

bool signed_head_holds(const struct signed_head *h)
{
    AUTO_TEXT(bytes);
    signed_bytes(h, &bytes);
    return crypto_sign_ed25519_verify_detached(
               h->signature, (const unsigned char *)text_str(&bytes), bytes.len, h->key.b) == 0;
}

void signed_head_write(const struct signed_head *h, struct text *to)
{
    char chain[CHAIN_TEXT], at[RFC3339_TEXT], key[PUBLIC_KEY_TEXT], signature[SIGNATURE_TEXT];
    json_open(to, '{');
    json_add_str(to, "at", rfc3339(h->at, at));
    json_add_str(to, "chain", chain_text(&h->chain, chain));
    json_add_int(to, "gen", h->gen);
    json_add_str(to, "key", public_key_text(&h->key, key));
    json_add_int(to, "seq", h->seq);
    json_add_str(to, "sig", signature_text(h, signature));
    json_shut(to, '}');
    text_add_char(to, '\n');
}

bool signed_head_parse(const char *line, size_t len, struct signed_head *ret)
{
    AUTO_JSON(o);
    struct why why;
    if (json_read(line, len, &o, &why) || !json_is_object(o))
        return false;
    const char *key = json_str_or(o, "key", ""), *signature = json_str_or(o, "sig", "");
    *ret = (struct signed_head){.gen = json_int(o, "gen", 0), .seq = json_int(o, "seq", 0)};
    return ret->gen > 0 && ret->seq > 0 && chain_parse(json_str_or(o, "chain", ""), &ret->chain) &&
           rfc3339_parse(json_str_or(o, "at", ""), &ret->at) &&
           public_key_parse(key, strlen(key), &ret->key) &&
           bytes_parse(signature, strlen(signature), ret->signature, sizeof ret->signature);
}

bool signed_head_is_torn(const char *line, size_t len)
{
    static const char begin[] = "{\"at\":\"";
    size_t most = sizeof begin - 1;
    return len > 0 && line[len - 1] != '}' && memcmp(line, begin, len < most ? len : most) == 0;
}
