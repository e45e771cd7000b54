/*
 * conn - one client: what it asks, the slots of its replies, what is still to be written. Private
 * to serve/. How bytes become requests and replies become bytes is its dialect's (lines.c, http.c).
 *
 *     OPEN --EOF of the client, or a request that ends it--> ENDING --all said and written--> gone
 *     OPEN, ENDING --error, too far behind, conn_close--> gone
 *
 * Freed when the outermost function of serve/ that runs returns (serve_enter, serve_leave): a reply
 * may come from within a submit, and close the connection that is being read.
 */
#pragma once

#include "intake/http.h"
#include "intake/line.h"
#include "intake/request.h"
#include "serve/peers.h"
#include "serve/phones.h"
#include "serve/serve.h"

#include <sys/queue.h>

enum {
    READ_CHUNK_BYTES = 65536,
    OUT_PAUSE_BYTES = 256 * 1024, /* above it no further lines are taken */
    READS_PENDING_MAX = 4,        /* queries under way for one connection */
    OWNER_CONNECTIONS_MORE = 16,  /* for root and the owner above limits.connections */
};

struct conn;
struct slot;

/*
 * How one kind of client speaks. Each function is called with the connection alive, and may close
 * it.
 */
struct dialect {
    const char *name;           /* for metrics */
    const char *how_to_say_who; /* how somebody without rights gets some */
    void (*begin)(struct conn *c);
    void (*end)(struct conn *c); /* frees what `in` holds */
    void (*feed)(struct conn *c, const char *bytes, size_t len);
    /* Take the next whole request, open its slot and answer it. false: there is none. */
    bool (*next)(struct conn *c);
    /* A reply ({"ok":…}, changed as it likes) as bytes. */
    void (*render)(struct conn *c, struct slot *slot, json_t *reply, struct text *to);
    /* What a watch is begun with, by its reply; and each of its events, in the language asked. */
    void (*watch_begins)(struct conn *c, struct slot *slot, json_t *reply, struct text *to);
    void (*event)(struct conn *c, const struct record *r, const char *lang, struct text *to);
    void (*tick)(struct conn *c); /* once a second; NULL: it has all the time in the world */
};

extern const struct dialect dialect_lines, dialect_tcp, dialect_http;

/* A request's place in the order of replies. */
struct slot {
    json_t *ref;          /* lines: echoed in the reply */
    struct http_ask *ask; /* http: what the answer depends on */
    char *reply;          /* NULL: not there yet */
    size_t reply_len;
    struct watch *watch; /* begins when its reply is said */
    bool ends;           /* the connection is closed behind it */
};

struct conn {
    struct serve *serve;
    uint64_t id; /* index in the table, and a number that no other connection has had */
    int fd;
    struct loop_fd *interest;
    struct identity identity;
    struct principal who; /* borrows from identity */

    enum door door;
    struct peer peer; /* but at DOOR_UNIX */
    const struct dialect *dialect;
    union {
        struct line_splitter lines;
        struct http_parser http;
    } in;
    struct slot *slots; /* a ring: `head` is the oldest */
    size_t slots_head, slots_count, slots_cap;
    size_t filled; /* bytes of replies in slots: they wait for those before them */
    uint64_t line; /* number of the oldest slot; requests count from 1 */
    int reads_pending;
    bool spoken;    /* lines: the first one was a proper object */
    bool ending;    /* no further requests */
    bool said_all;  /* the client has closed its side */
    bool lingers;   /* at the end it waits a moment, so that its last answer is read */
    bool lingering; /* it does so now */
    bool dead;
    enum http_phase phase;
    uint32_t phase_tick; /* when the phase began */
    uint32_t in_tick;    /* when bytes were read last */
    uint32_t out_tick;   /* when bytes were written last */

    struct text out;
    size_t written; /* of out */
    bool in_flush;
    struct watch *watch; /* NULL: none */
    TAILQ_ENTRY(conn) flush;
    SLIST_ENTRY(conn) grave;
};

enum { LISTENERS_MAX = 16 };

struct listener {
    struct serve *serve;
    int fd;
    enum door door;
    struct loop_fd *interest;
};

struct serve {
    struct serve_config config;
    struct serve_port port_kept;
    const struct serve_port *port; /* port_kept */
    struct listener listeners[LISTENERS_MAX];
    size_t listeners_count;
    int spare_fd; /* given up to be able to say no when there are no descriptors left */
    struct peers peers;
    struct conn **conns;
    size_t conns_cap;
    uint32_t conns_made;
    bool stopping, crowded;
    struct loop_timer *second; /* ticks while anybody is there who must be in time */
    uint32_t tick;
    int64_t timed; /* how many they are */
    int depth;
    int64_t seq; /* durable */
    TAILQ_HEAD(, conn) to_flush;
    SLIST_HEAD(, conn) graves;
    struct serve_stats stats;
    struct phones *phones; /* of the demo; NULL: there are none */
    char chunk[READ_CHUNK_BYTES];
};

void serve_enter(struct serve *s);
void serve_leave(struct serve *s);           /* frees what died */
void serve_timed(struct serve *s, int more); /* so many more connections must be in time */

/* Who is at the other end: the user at DOOR_UNIX, else the address, which was entered. */
struct caller {
    enum door door;
    uid_t uid;
    struct peer peer;
};

struct conn *conn_new(struct serve *s, int fd, const struct caller *who); /* takes the descriptor */
void conn_close(struct conn *c);
void conn_free(struct conn *c);
struct conn *conn_find(const struct serve *s, uint64_t id);

/* A slot behind all others. returns  its number. */
uint64_t conn_open_slot(struct conn *c);
struct slot *conn_slot(const struct conn *c, uint64_t line); /* NULL: no such slot */
/* Does it watch, or will it when its last slot is said? */
bool conn_watches(const struct conn *c);
/* Put the reply (taken) into a slot. It is said when those before it are. */
void conn_reply(struct conn *c, uint64_t line, json_t *body);
/* The same with bytes of its own (taken). */
void conn_fill(struct conn *c, uint64_t line, struct text *bytes);
/* Say what is ready, oldest first. */
void conn_say_slots(struct conn *c);
/* Bytes of output; marks the connection for serve_flush. */
void conn_say(struct conn *c, const char *bytes, size_t len);
size_t conn_unwritten(const struct conn *c);
/* Is there no room for the replies to further requests? Then its bytes stay in the kernel. */
bool conn_is_paused(const struct conn *c);
/* Write what can be written now, and take further lines if there is room again. */
void conn_flush(struct conn *c);

/* answer.c: what this request (taken) asks for. The slot is open. */
void answer_object(struct conn *c, uint64_t line, json_t *object);
/* May this client do that? */
enum code scope_check(const struct conn *c, const char *what, unsigned scope,
                      struct refusal *ret_refusal);
/* A query that came to nothing, as a refusal. Gives. */
json_t *read_failed(const struct query_result *result);
/* The refusal into its slot. */
void answer_review(struct conn *c, uint64_t line, const struct request *r); /* review_page.c */
void answer_refused(struct conn *c, uint64_t line, const struct refusal *r);
