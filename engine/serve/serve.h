/*
 * serve - clients: what they ask comes in, replies and events go out. They speak lines of JSON
 * (INTERFACES 3: the Unix socket, TCP) or HTTP (INTERFACES 4); what they ask for is the same.
 *
 *     client ──bytes──► dialect ─► request ─┬─► submit: the core decides ─► serve_reply
 *                                           ├─► query: committed rows    ─► rendered
 *                                           └─► what is in force         ─► at once
 *     client ◄─bytes── in the order of the requests, however late each answer comes
 *
 * A connection may ask without waiting. Each request has a slot; a slot is said when all before it
 * are. What may wait in a connection is bounded: with too many open slots, too many reads under way
 * or too much unread output its bytes are left in the kernel, so that a client that does not read
 * slows down nobody but itself. `watch` (watch.h) streams every journal row after that.
 *
 * Lines: a refused line gets ok:false and the connection goes on. A line over the limit or one that
 * is not UTF-8 gets its error after the replies before it, then the connection is closed. What
 * stands behind the last LF when a client leaves is no line. HTTP: see http.c.
 *
 * Layer      adapter: base, core, intake (pure). The engine and what is in force come in through
 *            struct serve_port; other adapters are not known here.
 * Ownership  serve_new gives, serve_free takes back, after the store is stopped (it answers queries
 *            until then).
 * Threads    The loop thread.
 * Errors     Of a client: told to it. Of a descriptor: the connection is closed.
 */
#pragma once

#include "base/code.h"
#include "base/loop.h"
#include "core/input.h"
#include "core/store_port.h"

#include <sys/types.h>

struct serve;
struct phones;
struct sign_key;

/* Plans to be checked, or one to be simulated (intake/ops.c: plan_check, plan_simulate). */
struct desk_ask {
    const char *op;      /* "check", "simulate" */
    const json_t *asked; /* its fields; borrowed, take a reference */
    bool zh;
    struct reply_to to;
};

struct serve_port {
    void *ctx;
    struct loop *loop;
    const struct store_port *store;

    /* ---- the engine ---- */
    /*
     * Decide this: kind, who, to, incident and body are set; time, entropy and the disk's state are
     * the engine's to add. The reply comes by serve_reply, also from within.
     *
     * in     Borrowed until it returns; take a reference of its body to keep it for the end of
     *        the pass.
     * value  IN_CONTACT_SET: what goes into the vault; IN_LOGIN: the key or the link; else NULL.
     *        Borrowed.
     */
    void (*submit)(void *ctx, const struct input *in, const char *value);
    /* Read configuration, site and plans anew; `take`: into force, too. serve_reply tells. */
    void (*reload)(void *ctx, bool take, struct reply_to to);
    /* Have that done by a process of its own. serve_reply tells: {"ok":true} and one object. */
    void (*desk)(void *ctx, const struct desk_ask *ask);
    /* Sign the end of the journal and keep that at its second place. serve_reply tells. */
    void (*checkpoint)(void *ctx, struct reply_to to);

    /* ---- what is in force; each gives the members of the reply ---- */
    /* {"plans":[{"name","title","version","pin",…}],"older":[…],"refused"?} */
    json_t *(*plans)(void *ctx);
    /* One plan with all that forms need (core/plan_sheet.h); NULL: there is none. `pin` may be
       NULL: the version in force. */
    json_t *(*plan)(void *ctx, const char *name, const char *pin);
    /* Who is on duty: core_duty of what was asked, {"roster","person","at","days"}. */
    enum err (*duty)(void *ctx, const json_t *asked, const char *lang, json_t **ret,
                     struct why *why);
    /* The same as a calendar (RFC 5545), of a roster or, with roster NULL, of all. */
    enum err (*duty_calendar)(void *ctx, const char *roster, const char *person, const char *lang,
                              struct text *to, struct why *why);
    json_t *(*dead)(void *ctx);      /* {"dead":[{"notice","incident","to",…}]} */
    json_t *(*drills)(void *ctx);    /* {"drills":[{"plan","every","last","due","overdue",…}]} */
    json_t *(*endpoints)(void *ctx); /* {"endpoints":[{"name","channel","drill",…}]} */
    /* {"contacts":[core_contacts, and "set"]}: of one person, or of all; `missing`: those of which
       the vault has no value. Times in ms. */
    json_t *(*contacts)(void *ctx, const char *person, bool missing);
    /* {"contacts":[{"person","endpoint","value"}]}: told to nobody but who may have them. */
    json_t *(*contacts_export)(void *ctx, const struct principal *who, const char *person);
    /* {contacts,check?} into the vault, all or none. serve_reply tells. */
    void (*contacts_import)(void *ctx, const struct principal *who, const json_t *asked,
                            struct reply_to to);
    /* Of the site, at most so many: [{"person","name","endpoint"}]. Asked for under demo only. */
    json_t *(*phones)(void *ctx, size_t most);
    json_t *(*config)(void *ctx); /* {"options":[…]}: config_json */
    json_t *(*health)(void *ctx); /* further members of `ping` */
    /* Is everything there that accepting, planning and calling need? A line for each thing, "ok
       NAME" or "failing NAME: sentence". */
    bool (*ready)(void *ctx, struct text *report);
    void (*metrics)(void *ctx, struct text *to); /* in the text format of Prometheus */
    json_t *(*keys)(void *ctx);                  /* {"keys":[{"name","scopes",…}]} */
    json_t *(*journal_key)(void *ctx);           /* {"key":"ed25519:…","head_file"} */
    /* Whose key or session is this? false: nobody's. */
    bool (*principal_of)(void *ctx, const char *secret, struct identity *ret);

    /* Whom the person of this message may pass its call to: {"id","name"}. Gives; NULL: nobody. */
    json_t *(*pass_to)(void *ctx, struct uuid notice);

    wall_ms (*now)(void *ctx);
    wall_ms (*wall_of)(void *ctx, mono_ms at); /* when the steady clock will show this */
    const char *(*language)(void *ctx);        /* the site's first: "zh" or "en" */
    /* What the person is and holds: person:ID, dept:…, post:…, at most so many. false: nobody. */
    bool (*targets_of)(void *ctx, const char *person, char (*ret)[136], size_t most);
    /* Does anybody go by this target? Else why not, and the nearest or NULL. Given (free()). */
    bool (*owner_known)(void *ctx, const char *target, char **ret_near, struct why *why);
    /* How far the site's clocks are ahead of UTC then. */
    int64_t (*civil_ahead)(void *ctx, wall_ms at);
};

struct serve_config {
    uid_t owner; /* the daemon's own: may do all, as root may */
    int64_t gen; /* of the database: the first half of an event's id */
    int64_t seq; /* the last durable one at the start */
    size_t line_bytes_max;
    size_t out_bytes_max;
    int64_t connections_max;
    int64_t connections_address_max; /* of one address, but of the Unix socket */
    int64_t pipelined_max;
    int64_t watch_rows_max;
    bool demo;                    /* guests of HTTP may read, trigger and answer */
    const char *hosts;            /* further names of ours: see origin.h */
    const char *security_contact; /* "": none is named */
    const struct sign_key
        *phones_key; /* demo: what its webhooks are signed with; NULL: no phones */
};

/* What kind of client comes in by a socket. */
enum door { DOOR_UNIX, DOOR_TCP, DOOR_HTTP, DOORS };

/* Copies both; what they point to is borrowed until serve_free. */
struct serve *serve_new(const struct serve_config *config, const struct serve_port *port);
void serve_free(struct serve *s);

/* Take clients from a listening socket, one of several. The descriptor stays the caller's. */
void serve_listen(struct serve *s, int fd, enum door door);

/*
 * The reply to a submitted input or a reload. body: {"ok":…}, taken. A connection that is gone is
 * no error. Nothing is written before serve_flush.
 */
void serve_reply(struct serve *s, struct reply_to to, json_t *body);

/*
 * Is anybody still there to be told? Who has closed their side has most likely gone: the work of
 * seconds is not begun for them. They are replied to all the same, or their connection stays.
 */
bool serve_awaits(const struct serve *s, struct reply_to to);

/* This row is durable: to whom it may concern. In order of seq, each once. Borrowed. */
void serve_event(struct serve *s, struct record *r);

/* The phones of the demo (phones.h), to make them again at a start; NULL: there are none. */
struct phones *serve_phones(struct serve *s);

/*
 * This key or session is good for nothing any more: whoever is in by it is cut off. Of HTTP only
 * those who watch: all other requests say anew who they are.
 */
void serve_principal_gone(struct serve *s, const char *id);

/* Write what serve_reply and serve_event left; once after all of a commit. */
void serve_flush(struct serve *s);

/* Take no further clients and lines; what was taken is still answered. Watches end. */
void serve_stop(struct serve *s);
void serve_hang_up(struct serve *s);    /* on all, whatever they have not read */
bool serve_idle(const struct serve *s); /* nothing is owed to anybody */

struct serve_stats {
    int64_t connections, connections_max;
    int64_t connections_address; /* of the address that has most */
    int64_t watchers;
    int64_t lines;                /* since the start, as the next one */
    int64_t intake[DOORS][CODES]; /* answers to what was asked: CODE_OK, or why it was refused */
};
struct serve_stats serve_stats(const struct serve *s);
