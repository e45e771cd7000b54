/*
 * ctl - the command line: one table of commands, and what they share.
 *
 *     muster [--server unix:PATH] [--json] [--lang zh|en] COMMAND ...
 *
 * A command is a file cmd_NAME.c with one const struct command; commands.c lists them. Nearly all
 * speak nothing but the line protocol to a daemon. Those that need a part of the engine in this
 * process (serve, plan check, journal) get it through struct ctl_port, which main.c fills.
 *
 * Data go to stdout, messages to stderr. --json prints one stable document, keys and codes never
 * translated. Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 denied, 5 conflict, 6 daemon
 * unreachable, 78 bad configuration.
 *
 * Layer      ctl: base and core's tables; no adapter.
 * Threads    One.
 * Errors     A sentence on stderr and an exit code.
 */
#pragma once

#include "base/config.h"
#include "base/err.h"
#include "base/id.h"
#include "base/json.h"
#include "ctl/args.h"
#include "ctl/words.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_UNREACHABLE = 6, EXIT_CONFIG = 78 };

/* Which journal, and what of it. */
struct journal_ask {
    const char *data;  /* the folder of the database */
    const char *file;  /* the database itself; NULL: the one in `data` */
    const char *heads; /* verify: the file of signed heads; NULL: the end is not proved */
    const char *const
        *public; /* verify: keys that are trusted; none: the one beside the database */
    size_t public_count;
    struct uuid incident; /* export: none: all */
    int64_t after;        /* export: rows above this seq */
};
/* A folder of an incident, to be made or checked. */
struct archive_ask {
    struct journal_ask journal; /* data and file NULL: to be checked without the database */
    const char *folder;
    bool open; /* an incident that is not over, as of now */
};
/* An incident of a journal, and a plan's file that shall stand in its plan's place. */
struct replay_ask {
    struct journal_ask journal; /* with its incident */
    const char *folder;         /* of the plans */
    const char *with;           /* the file; NULL: what lies in the folder */
    const char *person;         /* not replayed: why was, or was not, this one called? */
    bool zh;
};
struct view_ask {
    const char *form;  /* "ics209", … */
    const char *about; /* the item or message; NULL: none is named */
    bool html, zh;
};
/* A line of an export, with its line feed. false: enough. */
typedef bool ctl_line_fn(void *ctx, const char *line, size_t len);

/* Parts of the engine that a command runs in its own process. */
struct ctl_port {
    void *ctx;
    /* The daemon, until it ends. Returns the exit code. */
    int (*serve)(void *ctx, const struct config *config);
    /* May a daemon start with it? What a configuration alone cannot know. */
    enum err (*config_check)(void *ctx, const struct config *config, struct why *why);
    /*
     * Ask a jailed planner of our own about a plans folder. Gives its answer: the frame "checked".
     * `more` is asked beside, as {"op":"simulate",…} (desk/desk.h); NULL: a check. With "tests" in
     * it, a file's name or null, the tests of the folder are sent along.
     */
    enum err (*plan_ask)(void *ctx, const char *folder, const json_t *more, json_t **ret,
                         struct why *why);
    /*
     * What would this version have done? Gives the frame "replayed" (desk/replay.h); with a person
     * "explained" (desk/explain.h).
     */
    enum err (*plan_replay)(void *ctx, const struct replay_ask *ask, json_t **ret, struct why *why);
    /*
     * Give {"rows","first_seq","last_seq","bad_seq"?,"sealed","purged","chain"}, failed or not;
     * with heads also {"heads","head_seq","head_at"?,"heads_torn"}.
     */
    enum err (*journal_verify)(void *ctx, const struct journal_ask *ask, json_t **ret,
                               struct why *why);
    enum err (*journal_export)(void *ctx, const struct journal_ask *ask, ctl_line_fn *each,
                               void *each_ctx, struct why *why);
    /*
     * Give {"incident","folder","files","rows","first_seq","last_seq","head_seq"?,"bytes","ended",
     * "sheet"}: sheet is the SHA-256 of the sheet itself.
     */
    enum err (*archive)(void *ctx, const struct archive_ask *ask, json_t **ret, struct why *why);
    /* Give {"incident","files","findings":[…],"database"}; with findings it fails (ERR_CORRUPT). */
    enum err (*archive_check)(void *ctx, const struct archive_ask *ask, json_t **ret,
                              struct why *why);
    /* A view of an incident: `form` in CommonMark, or as HTML. about: see paper/forms.h. */
    enum err (*view)(void *ctx, const struct journal_ask *ask, const struct view_ask *view,
                     struct text *to, struct why *why);
    /* Give {"rows"}. */
    enum err (*journal_rebuild)(void *ctx, const struct journal_ask *ask, json_t **ret,
                                struct why *why);
};

struct ctl {
    const struct ctl_port *port;
    char *const *environment;
    char *server;    /* path of the socket, or tcp://HOST:PORT */
    const char *key; /* for TCP; NULL: none */
    bool json;
    bool zh;
    bool colour; /* stdout is a terminal that wants it */
    int width;   /* of the terminal; 0: no terminal */
};

struct command {
    const char *name;     /* one word or two, as it is typed: "plan check" */
    const char *operands; /* for the usage line: "[PLAN]" */
    int operands_least, operands_most;
    struct words sentence;
    const struct option_spec *options; /* NULL: none */
    const char *examples;
    int (*run)(struct ctl *c, const struct args *a);
    /* Options that come from a table of somebody else (serve); gives an array. NULL: `options`. */
    struct option_spec *(*options_make)(void);
};

/* The whole program, but for the children's roles. */
int ctl_main(int argc, char *const *argv, char *const *environment, const struct ctl_port *port);

/* commands.c: NULL-ended. */
extern const struct command *const ctl_commands[];
const struct command *command_find(const char *const *words, size_t count, size_t *ret_words);
void command_help(const struct ctl *c, const struct command *command, struct text *to);
/* For names that are not there: the sentence, exit code 2, or 1 when it is promised (not built). */
int command_unknown(const struct ctl *c, const char *const *words, size_t count);

/* In the language of the caller. */
const char *ctl_say(const struct ctl *c, struct words w);

/* One message on stderr: "muster: …". */
void ctl_message(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Print a failure; returns the exit code of `e`. */
int ctl_fail(enum err e, const struct why *why);

/* The document of --json: canonical, one line. */
void ctl_print_json(const json_t *value);
