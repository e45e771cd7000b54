/*
 * config - muster.conf, the environment and the flags of `serve`, as one set of values.
 *
 * `name = value` lines, `#` begins a comment line. One const table says of each option its name,
 * type, default, bounds and one sentence; it feeds the parser, --help and `muster config show`.
 * Precedence: flag > environment (MUSTER_DATA for `data`, MUSTER_LIMITS_LINE_BYTES for
 * `limits.line_bytes`) > file > default. Every value remembers where it comes from.
 *
 * A config is never changed once it is settled. A reload loads another one (config_again) and says
 * what differs.
 *
 *     config_init --> config_set, config_read, config_environment (any order) --> config_settle
 *     config_load does all of it from a description; config_keep and config_kept carry the outcome
 *     to a child process, which must not read the file anew: it may be another one by then
 *
 * Layer      base: libc and jansson.
 * Ownership  config_done frees; values borrow until then.
 * Errors     ERR_CONFIG with file, line, the name and the nearest known one. After an error the
 *            config can only be given to config_done.
 */
#pragma once

#include "base/err.h"
#include "base/json.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_type {
    OPTION_PATH,   /* a file or folder, relative to the folder the daemon was started in */
    OPTION_TEXT,   /* anything */
    OPTION_SWITCH, /* yes or no */
    OPTION_COUNT,  /* a whole number */
    OPTION_BYTES,  /* a whole number with KiB, MiB or GiB, or none of them */
    OPTION_MS,     /* a duration ("2s", "1m30s"), or a whole number of milliseconds */
};

/* enum, name, type, default, least, most, sentence */
#define OPTION_TABLE(X)                                                                            \
    X(OPT_DATA, "data", OPTION_PATH, "./run", 1, 4096,                                             \
      "folder of the database, the lock and the socket; made when it is missing")                  \
    X(OPT_PLANS, "plans", OPTION_PATH, "./plans", 1, 4096,                                         \
      "folder of site.lua, the plans and channels/")                                               \
    X(OPT_PLANS_WATCH, "plans_watch", OPTION_SWITCH, "yes", 0, 1,                                  \
      "take site and plans into force as soon as they are saved, if they have no error; no: by "   \
      "`muster config reload` and SIGHUP alone")                                                   \
    X(OPT_SOCKET, "socket", OPTION_PATH, "", 0, 107,                                               \
      "the Unix socket; by default muster.sock in `data`")                                         \
    X(OPT_SECRETS, "secrets", OPTION_PATH, "", 0, 4096,                                            \
      "folder of the endpoints' secrets, one file each; by default $CREDENTIALS_DIRECTORY, "       \
      "else secrets in `data`")                                                                    \
    X(OPT_HEAD_FILE, "head_file", OPTION_PATH, "", 0, 4096,                                        \
      "a file on another disk, or another machine's, to which the end of the journal is signed "   \
      "once a minute: by it rows that are cut off are found (muster journal verify --heads)")      \
    X(OPT_LISTEN, "listen", OPTION_TEXT, "", 0, 4096,                                              \
      "further addresses on loopback, http://HOST:PORT or tcp://HOST:PORT; with demo, "            \
      "http://127.0.0.1:8470 if none is given")                                                    \
    X(OPT_HOSTS, "hosts", OPTION_TEXT, "", 0, 4096,                                                \
      "further names that HTTP may be called by, a proxy's for example; loopback's are known")     \
    X(OPT_ANSWER_URL, "answer_url", OPTION_TEXT, "", 0, 200,                                       \
      "what links in messages begin with, as people's phones reach us: https://muster.example; "   \
      "by default the first address of HTTP in `listen`")                                          \
    X(OPT_SECURITY_CONTACT, "security_contact", OPTION_TEXT, "", 0, 512,                           \
      "whom to tell of a weakness, for /.well-known/security.txt: mailto:NAME@HOST or https://…")  \
    X(OPT_DEMO, "demo", OPTION_SWITCH, "no", 0, 1,                                                 \
      "run as a demonstration: every endpoint rings the phones at /phones, or a receiver on "      \
      "this machine; nothing leaves it")                                                           \
    X(OPT_SPEED, "speed", OPTION_COUNT, "1", 1, 3600,                                              \
      "run the clock so many times as fast; only with demo, recorded in every row")                \
    X(OPT_GRACE_MS, "grace_ms", OPTION_MS, "1s", 0, 60000,                                         \
      "after a start, how long answers that queued up may come in before overdue timers fire")     \
    X(OPT_PLANNER_COUNT, "planner.count", OPTION_COUNT, "2", 1, 2,                                 \
      "planner processes that incidents are spread over")                                          \
    X(OPT_PLANNER_RESIDENT_BYTES, "planner.resident_bytes", OPTION_BYTES, "64 MiB", 1048576,       \
      INT64_C(17179869184),                                                                        \
      "memory for plans that stay loaded between their turns, all planners together")              \
    X(OPT_STORE_BALLAST_BYTES, "store.ballast_bytes", OPTION_BYTES, "64 MiB", 67108864,            \
      INT64_C(17179869184),                                                                        \
      "a file that is given up when the disk is full, so that the record can go on")               \
    X(OPT_STORE_RESERVE_BYTES, "store.reserve_bytes", OPTION_BYTES, "128 MiB", 0,                  \
      INT64_C(1099511627776),                                                                      \
      "with less than this free on the disk, triggers are refused (no_space)")                     \
    X(OPT_LIMITS_INCIDENTS, "limits.incidents", OPTION_COUNT, "2000000", 1, 100000000,             \
      "incidents open at once")                                                                    \
    X(OPT_LIMITS_ATTEMPTS, "limits.attempts", OPTION_COUNT, "256", 1, 1024,                        \
      "messages under way at once, all endpoints together")                                        \
    X(OPT_LIMITS_LINE_BYTES, "limits.line_bytes", OPTION_BYTES, "256 KiB", 1024, 262144,           \
      "the longest line that the socket takes")                                                    \
    X(OPT_LIMITS_CONNECTIONS, "limits.connections", OPTION_COUNT, "512", 1, 65536,                 \
      "connections open at once; root and the daemon's own user have 16 more")                     \
    X(OPT_LIMITS_CONNECTIONS_ADDRESS, "limits.connections_address", OPTION_COUNT, "256", 1, 65536, \
      "connections of one address open at once, over TCP and over HTTP each; behind a proxy all "  \
      "come from one")                                                                             \
    X(OPT_LIMITS_PIPELINED, "limits.pipelined", OPTION_COUNT, "1024", 1, 65536,                    \
      "lines of one connection that wait for their reply; further ones are read later")            \
    X(OPT_LIMITS_OUT_BYTES, "limits.out_bytes", OPTION_BYTES, "4 MiB", 65536, 268435456,           \
      "what may wait in one connection to be read by its client; a watch above it is closed")      \
    X(OPT_LIMITS_WATCH_ROWS, "limits.watch_rows", OPTION_COUNT, "100000", 1, 100000000,            \
      "how many events a watch may be behind and still resume; above it, it is reset")

enum option {
#define X(option, name, type, fallback, least, most, sentence) option,
    OPTION_TABLE(X)
#undef X
        OPTIONS
};

struct option_def {
    const char *name;
    enum option_type type;
    const char *fallback; /* the default, as one would write it; "" none or made by config_settle */
    int64_t least, most;  /* of the number; of the length in bytes for PATH and TEXT */
    const char *sentence;
};

enum origin { ORIGIN_DEFAULT, ORIGIN_FILE, ORIGIN_ENVIRONMENT, ORIGIN_FLAG };

struct config_value {
    char *text;     /* as it would be written in the file; never NULL once initialised */
    int64_t number; /* SWITCH, COUNT, BYTES, MS */
    enum origin origin;
    int line; /* ORIGIN_FILE */
};

struct config {
    struct config_value values[OPTIONS];
    char *file; /* NULL: none was read */
};

const struct option_def *option_def(enum option o);
const char *origin_name(enum origin o); /* "default" "file" "environment" "flag" */

void config_init(struct config *c); /* the defaults */
void config_done(struct config *c);

/* One value. One of a weaker origin is checked, and then leaves the stronger as it is. */
enum err config_set(struct config *c, const char *name, const char *value, enum origin origin,
                    struct why *why) MUST_USE;

/* The text of a file; `file` is its name for the sentences. */
enum err config_parse(struct config *c, const char *file, const char *bytes, size_t len,
                      struct why *why) MUST_USE;

/* Read a file. ERR_CONFIG when it cannot be read or is longer than 1 MiB. */
enum err config_read(struct config *c, const char *file, struct why *why) MUST_USE;

/*
 * The MUSTER_* variables of `environment` ("NAME=value", NULL-ended). Those that name no option
 * are not ours to judge: MUSTER_SERVER and others belong to the command line.
 */
enum err config_environment(struct config *c, char *const *environment, struct why *why) MUST_USE;

/*
 * Fill in what follows from other values, and check what needs two of them.
 *
 * credentials  $CREDENTIALS_DIRECTORY, or NULL.
 */
enum err config_settle(struct config *c, const char *credentials, struct why *why) MUST_USE;

/*
 * All of the above.
 *
 * from     {"file":"muster.conf","flags":{"data":"/var/lib/muster"}}; both may be missing.
 * returns  ERR_OK and a settled config, to be given to config_done; on failure *ret is untouched.
 */
enum err config_load(const json_t *from, char *const *environment, struct config *ret,
                     struct why *why) MUST_USE;

/* Gives the values with their origins, for config_kept in another process of the same program. */
json_t *config_keep(const struct config *c);
enum err config_kept(const json_t *kept, struct config *ret, struct why *why) MUST_USE;

/* Load again what `now` was loaded from, as the file and the environment are by now. */
enum err config_again(const struct config *now, char *const *environment, struct config *ret,
                      struct why *why) MUST_USE;

/* The names of the options that differ, divided by blanks: "limits.connections speed". */
void config_differ(const struct config *a, const struct config *b, struct text *to);

const char *config_text(const struct config *c, enum option o); /* borrows */
int64_t config_number(const struct config *c, enum option o);
bool config_is(const struct config *c, enum option o); /* a SWITCH */

/* Gives [{"name","value","origin","default","sentence",…}] for `config show`; "line" with a file.
 */
json_t *config_json(const struct config *c);

/* The options as lines for --help: name, default, sentence. */
void config_help(struct text *to);
