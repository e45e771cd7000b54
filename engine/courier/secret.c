#include "courier/secret.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a file was when it was read; any difference means that it must be read again. */
struct stamp {
    dev_t dev;
    ino_t ino;
    off_t size;
    struct timespec changed; /* ctime moves with every write, rename and chmod */
    struct timespec written;
};

struct entry {
    char *name;
    struct stamp stamp;
    struct secret secret;
};

struct secrets {
    char *folder;
    struct entry *entries;
    size_t count, cap;
};

static void string_wipe(char **s)
{
    if (*s) {
        sodium_memzero(*s, strlen(*s));
        free(*s);
    }
    *s = NULL;
}

static void secret_wipe(struct secret *secret)
{
    string_wipe(&secret->url);
    for (size_t i = 0; i < secret->keys_count; i++)
        string_wipe(&secret->keys[i]);
    secret->keys_count = 0;
    string_wipe(&secret->user);
    string_wipe(&secret->from);
    string_wipe(&secret->password);
    for (size_t i = 0; i < secret->words_count; i++) {
        char *value = secret->words[i] + strlen(secret->words[i]) + 1;
        sodium_memzero(value, strlen(value));
        string_wipe(&secret->words[i]);
    }
    secret->words_count = 0;
}

const char *secret_value(const struct secret *s, const char *name)
{
    const struct {
        const char *name, *value;
    } known[] = {{"url", s->url}, {"key", s->password}, {"user", s->user}, {"from", s->from}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, name) == 0)
            return known[i].value;
    }
    for (size_t i = 0; i < s->words_count; i++) {
        if (strcmp(s->words[i], name) == 0)
            return s->words[i] + strlen(name) + 1;
    }
    return NULL;
}

struct secrets *secrets_new(const char *folder)
{
    struct secrets *s = mem_new(1, sizeof *s);

    s->folder = mem_str(folder);
    return s;
}

void secrets_free(struct secrets *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++) {
        secret_wipe(&s->entries[i].secret);
        free(s->entries[i].name);
    }
    free(s->entries);
    free(s->folder);
    free(s);
}

bool secret_name_valid(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-_.@";
    size_t len = strlen(name);

    return len > 0 && len <= SECRET_NAME_MAX && name[0] != '.' && strspn(name, allowed) == len;
}

static struct stamp stamp_of(const struct stat *st)
{
    return (struct stamp){st->st_dev, st->st_ino, st->st_size, st->st_ctim, st->st_mtim};
}

static bool time_equal(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool stamp_equal(const struct stamp *a, const struct stamp *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
           time_equal(a->changed, b->changed) && time_equal(a->written, b->written);
}

/* The value of a line "NAME = value", trimmed in place; NULL: the line has another name. */
static char *line_value(char *line, const char *name)
{
    size_t len = strlen(name);

    if (strncmp(line, name, len) != 0)
        return NULL;
    line += len;
    line += strspn(line, " \t");
    if (*line != '=')
        return NULL;
    line++;
    return line + strspn(line, " \t");
}

static enum err keys_add(struct secret *secret, char *value, struct why *why)
{
    char *rest = NULL;

    for (char *key = strtok_r(value, " \t", &rest); key; key = strtok_r(NULL, " \t", &rest)) {
        if (secret->keys_count == SIGN_KEYS_MAX)
            return why_set(why, ERR_CONFIG, "more than %d keys; take out the oldest",
                           SIGN_KEYS_MAX);
        secret->keys[secret->keys_count++] = mem_str(key);
    }
    return ERR_OK;
}

static enum err key_read(struct secret *secret, char *value, struct why *why)
{
    if (!*value)
        return why_set(why, ERR_CONFIG, "key= is empty; write key=whsec_…");
    if (!secret->password)
        secret->password = mem_str(value);
    return keys_add(secret, value, why);
}

/* `name`=VALUE, which may stand once. */
static enum err once_read(char **ret, const char *name, const char *value, const char *example,
                          struct why *why)
{
    if (*ret)
        return why_set(why, ERR_CONFIG, "a second %s=; keep one", name);
    if (!*value)
        return why_set(why, ERR_CONFIG, "%s= is empty; write %s", name, example);
    *ret = mem_str(value);
    return ERR_OK;
}

/* Any other line: NAME=VALUE, for a channel that says {secret.NAME}. */
static enum err word_read(struct secret *secret, const char *line, struct why *why)
{
    static const char *const known[] = {"url", "key", "user", "from", "tls", NULL};
    static const char *const keys[] = {"password", "passwd", "token", "secret", NULL};
    size_t len = strspn(line, "abcdefghijklmnopqrstuvwxyz_");
    const char *value = line + len + strspn(line + len, " \t");
    AUTO_TEXT(word);

    text_add_bytes(&word, line, len);
    for (size_t i = 0; keys[i]; i++) {
        if (*value == '=' && strcmp(keys[i], text_str(&word)) == 0)
            return why_set(why, ERR_CONFIG, "no %s= is read; write it as key=…", keys[i]);
    }
    const char *near = text_nearest(text_str(&word), known);
    if (near && *value == '=')
        return why_set(why, ERR_CONFIG, "neither NAME=VALUE nor a # comment; did you mean %s=?",
                       near);
    if (len == 0 || len > SECRET_NAME_MAX || *value != '=' || secret_value(secret, text_str(&word)))
        return why_set(why, ERR_CONFIG,
                       "neither url=… nor key=… nor a # comment, nor another NAME=VALUE that the "
                       "channel asks for, each once");
    value += 1 + strspn(value + 1, " \t");
    if (!*value || secret->words_count == SECRET_WORDS_MAX)
        return why_set(why, ERR_CONFIG, "an empty value, or more than %d lines of this kind",
                       SECRET_WORDS_MAX);
    text_add_char(&word, '\0');
    text_add(&word, value);
    secret->words[secret->words_count++] = text_take(&word);
    return ERR_OK;
}

static enum err line_read(struct secret *secret, char *line, struct why *why)
{
    size_t len = strlen(line);
    char *value;

    while (len > 0 && strchr(" \t\r", line[len - 1]))
        line[--len] = '\0';
    line += strspn(line, " \t");
    if (*line == '\0' || *line == '#')
        return ERR_OK;

    if ((value = line_value(line, "key")))
        return key_read(secret, value, why);
    if ((value = line_value(line, "url")))
        return once_read(&secret->url, "url", value, "url=https://…", why);
    if ((value = line_value(line, "user")))
        return once_read(&secret->user, "user", value, "user=NAME", why);
    if ((value = line_value(line, "from")))
        return once_read(&secret->from, "from", value, "from=NAME@HOST", why);
    if ((value = line_value(line, "tls"))) {
        secret->plain = strcmp(value, "none") == 0;
        return secret->plain ? ERR_OK
                             : why_set(why, ERR_CONFIG,
                                       "tls= may be none; without the line mail is encrypted");
    }
    return word_read(secret, line, why);
}

/* `bytes` is cut into lines in place. */
static enum err secret_parse(char *bytes, size_t len, struct secret *ret, struct why *why)
{
    int number = 0;

    if (memchr(bytes, '\0', len) || !utf8_valid(bytes, len))
        return why_set(why, ERR_CONFIG, "not a text file");

    for (char *line = bytes; line; number++) {
        char *end = strchr(line, '\n');

        if (end)
            *end++ = '\0';
        enum err e = line_read(ret, line, why);
        if (e)
            return why_add(why, e, "line %d", number + 1);
        line = end;
    }
    return ERR_OK;
}

/* Up to SECRET_BYTES_MAX + 1 bytes, so that the caller sees when there are more. */
static ssize_t fd_read_all(int fd, char *ret)
{
    size_t len = 0;

    while (len <= SECRET_BYTES_MAX) {
        ssize_t n = read(fd, ret + len, SECRET_BYTES_MAX + 1 - len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    return (ssize_t)len;
}

static enum err fd_read_secret(int fd, struct secret *ret, struct why *why)
{
    char *bytes = mem_new(SECRET_BYTES_MAX + 2, 1);
    ssize_t len = fd_read_all(fd, bytes);
    enum err e;

    if (len < 0)
        e = why_set(why, ERR_CONFIG, "cannot be read: %s", strerror(errno));
    else if (len > SECRET_BYTES_MAX)
        e = why_set(why, ERR_CONFIG, "larger than %d bytes", SECRET_BYTES_MAX);
    else
        e = secret_parse(bytes, (size_t)len, ret, why);
    sodium_memzero(bytes, SECRET_BYTES_MAX + 2);
    free(bytes);
    return e;
}

/* O_NONBLOCK: a pipe somebody put there must not stop every message. */
static enum err file_open(const char *path, int *ret_fd, struct stamp *ret_stamp, struct why *why)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0 && errno == ENOENT)
        return why_set(why, ERR_CONFIG,
                       "does not exist; create it with a line url=https://… and, to sign, "
                       "key=whsec_…");
    if (fd < 0)
        return why_set(why, ERR_CONFIG, "cannot be opened: %s", strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return why_set(why, ERR_CONFIG, "is not a file");
    }
    *ret_fd = fd;
    *ret_stamp = stamp_of(&st);
    return ERR_OK;
}

static struct entry *entry_find(struct secrets *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++) {
        if (strcmp(s->entries[i].name, name) == 0)
            return &s->entries[i];
    }
    return NULL;
}

static struct entry *entry_put(struct secrets *s, const char *name)
{
    struct entry *e = entry_find(s, name);

    if (e) {
        secret_wipe(&e->secret);
        return e;
    }
    s->entries = mem_grow(s->entries, &s->cap, s->count + 1, sizeof *s->entries);
    e = &s->entries[s->count++];
    *e = (struct entry){.name = mem_str(name)};
    return e;
}

static bool entry_is_fresh(const struct entry *e, const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return false;
    struct stamp now = stamp_of(&st);
    return stamp_equal(&e->stamp, &now);
}

static enum err secret_load(struct secrets *s, const char *name, const char *path,
                            const struct secret **ret, struct why *why)
{
    struct secret secret = {0};
    struct stamp stamp;
    int fd = -1;

    enum err e = file_open(path, &fd, &stamp, why);
    if (e)
        return e;
    e = fd_read_secret(fd, &secret, why);
    close(fd);
    if (e) {
        secret_wipe(&secret);
        return e;
    }

    struct entry *entry = entry_put(s, name);
    entry->stamp = stamp;
    entry->secret = secret;
    *ret = &entry->secret;
    return ERR_OK;
}

enum err secrets_read(struct secrets *s, const char *name, const struct secret **ret,
                      struct why *why)
{
    AUTO_TEXT(path);

    if (!secret_name_valid(name))
        return why_set(why, ERR_CONFIG,
                       "\"%.64s\" cannot be the name of a secret: letters, digits and - _ . @, "
                       "at most %d, no dot at the start",
                       name, SECRET_NAME_MAX);
    if (!s->folder)
        return why_set(why, ERR_CONFIG, "secret \"%s\": no folder of secrets is configured", name);
    text_addf(&path, "%s/%s", s->folder, name);

    const struct entry *known = entry_find(s, name);
    if (known && entry_is_fresh(known, text_str(&path))) {
        *ret = &known->secret;
        return ERR_OK;
    }
    enum err e = secret_load(s, name, text_str(&path), ret, why);
    return e ? why_add(why, e, "%s", text_str(&path)) : ERR_OK;
}
