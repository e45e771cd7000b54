/*
 * serve_desk - serve/ with a test in the place of engine and store: it answers when the test says
 * so.
 *
 * Clients are real sockets; nothing happens but in the pump of poll_loop. A desk listens at two
 * places: as the Unix socket, and as a listener of HTTP.
 *
 * Layer: tests.
 */
#pragma once

#include "poll_loop.h"
#include "serve/serve.h"

#define DESK_ID "0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11"

enum { SUBMITTED_MAX = 8192, QUERIES_MAX = 64 };

struct serve_desk {
    char folder[32], path[2][64]; /* of each door */
    struct poll_loop *loop;
    struct serve *serve;
    struct serve_port port;
    struct store_port store;
    int listen_fd[2];

    struct input submitted[SUBMITTED_MAX]; /* without body */
    char *titles[SUBMITTED_MAX];
    char value[64];
    size_t submitted_count;
    bool at_once; /* submit replies from within */
    struct reply_to reload;
    bool reload_take;
    struct {
        struct query query;
        query_done_fn *done;
        void *ctx;
    } queries[QUERIES_MAX];
    size_t queries_count;
};

/* For cmocka: *state is a desk. */
int desk_setup(void **state);
int desk_teardown(void **state);

/* ---- the client's side ---- */

int desk_client(struct serve_desk *h, enum door door); /* DOOR_UNIX or DOOR_HTTP */
void desk_say(struct serve_desk *h, int fd, const char *bytes);
/* All that has come; ret_end: the daemon closed. */
void desk_hear(struct serve_desk *h, int fd, struct text *ret, bool *ret_end);
void desk_hears_then(struct serve_desk *h, int fd, const char *wanted, bool end);
void desk_hears(struct serve_desk *h, int fd, const char *wanted); /* and it is not closed */
void desk_hears_part(struct serve_desk *h, int fd, const char *part, bool end);
/* The seqs of the events in `heard`, as "101 102". */
void desk_seqs(const struct text *heard, struct text *ret);
/* Those that come. */
void desk_hears_events(struct serve_desk *h, int fd, const char *seqs, bool end);

/* ---- the engine's side ---- */

json_t *desk_incident_reply(void);
void desk_reply(struct serve_desk *h, size_t nth);    /* to the nth submitted input */
void desk_happens(struct serve_desk *h, int64_t seq); /* a row is durable */
/* Answer the oldest query: rows of seq from..to. */
void desk_store_answers(struct serve_desk *h, int64_t from, int64_t to, bool more);
