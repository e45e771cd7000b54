/*
 * err - what can go wrong, and the sentence that says so.
 *
 * A function that can fail returns enum err and takes a struct why as its last argument. The code
 * is for programs, the sentence for people: it names the thing, the place and the remedy. Context
 * is put in front on the way up (why_add), and the sentence is printed or logged once, where the
 * error's journey ends. Programmer errors are assert(), which stays on in every build.
 *
 * Layer      base: libc only.
 * Ownership  A why is a plain value of the caller.
 */
#pragma once

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* code, name on the wire and in --json, exit code of the command line (INTERFACES: exit codes) */
#define ERR_TABLE(X)                                                                               \
    X(ERR_OK, "ok", 0)                                                                             \
    X(ERR_INVALID, "invalid", 1)   /* the input is malformed or out of its bounds */               \
    X(ERR_MISSING, "not_found", 3) /* no such thing */                                             \
    X(ERR_DENIED, "denied", 4)     /* not allowed for this principal */                            \
    X(ERR_CONFLICT, "conflict", 5) /* not in this state */                                         \
    X(ERR_UNREACHABLE, "unreachable", 6)                                                           \
    X(ERR_LIMIT, "limit", 1)       /* a named limit is reached */                                  \
    X(ERR_NO_SPACE, "no_space", 1) /* the disk is full or nearly so */                             \
    X(ERR_IO, "io", 1)                                                                             \
    X(ERR_CORRUPT, "corrupt", 1)     /* stored data are not what was written */                    \
    X(ERR_NEWER, "newer", 1)         /* written by a newer version of this program */              \
    X(ERR_NOT_BUILT, "not_built", 1) /* a reserved name whose work is still to come */             \
    X(ERR_CONFIG, "bad_config", 78)

enum err {
#define X(code, name, exit_code) code,
    ERR_TABLE(X)
#undef X
};

enum { WHY_BYTES = 512 };

struct why {
    char text[WHY_BYTES]; /* always terminated; cut at a character, never inside one */
};

/* The name of a code, a static string. */
const char *err_name(enum err e);

/* The exit code that the command line gives for it. */
int err_exit_code(enum err e);

/* Write the sentence; returns `e`, so that a failing path is one line. `why` may be NULL. */
enum err why_set(struct why *why, enum err e, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Put context in front: "plan flood: " + what was there. Returns `e`. `why` may be NULL. */
enum err why_add(struct why *why, enum err e, const char *fmt, ...) PRINTF_LIKE(3, 4);
