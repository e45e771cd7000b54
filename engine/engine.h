/*
 * engine - the turn: an input comes in, the core decides, the decision is made durable, and only
 * then does anything leave (rule R1).
 *
 *     socket, planner, courier, clock ──► engine_input ──► core_decide ──► records ─┐ one batch a
 *                                                             │                     │ loop pass
 *     reply, event, attempt, watch ◄── engine_durable ◄── store (fdatasync) ◄───────┘
 *
 * This part introduces the adapters to each other; none of them knows another one. The inputs of
 * one pass of the loop share one commit, or a few when they are many, so that the writer works
 * while the loop does; answers and orders come before timers. Effects are kept in the order in
 * which they were decided and released up to the seq that is on disk.
 *
 *     engine.c          start and stop; input, commit, durable, release
 *     engine_planner.c  events, history, pins, turns; the watch over a planner's silence
 *     engine_courier.c  attempts and their results; what the vault holds
 *     engine_vault.c    the vault as people see it: set, listed, imported, exported, removed
 *     engine_demo.c     the demo's phones: their key, what they show after a start
 *     engine_keyring.c  secrets of keys and sessions; who is known by one
 *     engine_last_word.c what is said when nothing can be recorded
 *     engine_config.c   reading, checking and swapping site and plans
 *     engine_plans.c    the plans folder: saved files, what was refused, who waits for a check
 *     engine_desk.c     plans checked and simulated for who asks by HTTP
 *     engine_verify.c   live runs replayed after a change of binary or Lua
 *     engine_journal.c  signed heads on demand
 *     engine_limits.c   how much of each limit is used; the warnings
 *     engine_metrics.c  /metrics and /readyz
 *     engine_purge.c    what is asked of the record before a purge
 *     engine_lesson.c   the same before a lesson
 *     engine_serve.c    what the line server needs of the engine
 *
 * Threads    The loop thread alone.
 * Errors     At start a sentence and an exit code. Later none: the store aborts (R10).
 */
#pragma once

#include "base/arena.h"
#include "base/config.h"
#include "core/core.h"
#include "core/tally.h"
#include "serve/serve.h"
#include "store/store.h"
#include "world/children.h"
#include "world/clock.h"
#include "world/loop.h"

#include <sys/queue.h>

/* An effect that waits for its record. */
struct waiting {
    STAILQ_ENTRY(waiting) link;
    struct effect effect;
};

/* A record on its way to the disk, for those who watch. */
struct said {
    STAILQ_ENTRY(said) link;
    struct record *record;
};

/* One generation of a planner, as the engine knows it. */
struct planner_state {
    int64_t gen;       /* 0: down */
    int64_t under_way; /* events without their turn */
    int64_t quiet_ms;  /* how long it has said nothing while something was under way */
    bool long_work;    /* it replays or checks, which may take longer than a turn */
};

/* What is written with the next commit beside the records. */
struct vault_news {
    struct store_pin *pins; /* they borrow from `keep` */
    size_t pins_count, pins_cap;
    struct store_contact *contacts;
    size_t contacts_count, contacts_cap;
    struct store_secret *secrets;
    size_t secrets_count, secrets_cap;
    struct arena keep;
};

/* Free on the disk, beside the reserve. */
enum space { SPACE_ENOUGH, SPACE_SCARCE, SPACE_LOW };

/* enum, name, is it warned of here, what happens at it */
#define LIMIT_TABLE(X)                                                                             \
    X(LIMIT_INCIDENTS, "limits.incidents", true, "above it triggers are refused")                  \
    X(LIMIT_CONNECTIONS, "limits.connections", false, "serve warns as the clients come")           \
    X(LIMIT_CONNECTIONS_ADDRESS, "limits.connections_address", true,                               \
      "of one address; above it further ones of that address are refused")                         \
    X(LIMIT_ATTEMPTS, "limits.attempts", false, "what is above waits for a place, as it should")   \
    X(LIMIT_STORE_QUEUE, "store.queue_bytes", true,                                                \
      "above it everything waits for the disk; look whether it is slow")                           \
    X(LIMIT_STORE_WAL, "store.wal_bytes", false, "the log is emptied at it, again and again")      \
    X(LIMIT_STORE_RESERVE, "store.reserve_bytes", false, "engine.c warns, with the bytes free")    \
    X(LIMIT_DUTY_CHANGES, "duty.changes", true,                                                    \
      "above it no override and no swap of duty is taken; change the rosters of the site")         \
    X(LIMIT_ACCESS_KEYS, "access.keys", true, "above it no key is made; revoke some")              \
    X(LIMIT_ACCESS_SESSIONS, "access.sessions", true,                                              \
      "above it the oldest session of whoever has most is closed")                                 \
    X(LIMIT_IDEMPOTENCY_KEYS, "idempotency_keys", true,                                            \
      "above it the oldest is forgotten before its 24 h are over")                                 \
    X(LIMIT_FACTS_PENDING, "facts_pending", true,                                                  \
      "wait for the plan of one incident; above it its updates are refused")                       \
    X(LIMIT_CHILDREN, "children", true,                                                            \
      "children of one incident; further ones are refused, and its plan is told")                  \
    X(LIMIT_TURNS, "turns", true, "of one incident; then its fallback is called")                  \
    X(LIMIT_RECIPIENTS, "recipients", true,                                                        \
      "of one turn; a plan that writes to more at once is followed by its fallback")               \
    X(LIMIT_COMMANDS, "commands", true,                                                            \
      "of one turn; a plan that gives more at once is followed by its fallback")                   \
    X(LIMIT_DESK_JOBS, "desk.jobs", false, "above it who asks is told to come again")

enum limit {
#define X(limit, name, warned, sentence) limit,
    LIMIT_TABLE(X)
#undef X
        LIMITS
};

/* Why a planner's process ended. */
enum planner_end {
    PLANNER_CPU,   /* its own watchdog */
    PLANNER_FAULT, /* a fatal signal of its own making */
    PLANNER_QUIET, /* killed here for its silence */
    PLANNER_ASKED, /* killed here for another reason: a suspect's turn was over */
    PLANNER_LOST,  /* by no fault of its own */
    PLANNER_ENDS
};

/* Counted since the start; beside the tally of records. */
struct engine_figures {
    struct tally tally;
    struct histogram lateness; /* of timers */
    int64_t planner_ends[PLANNER_ENDS];
    bool warned[LIMITS];
};

struct source;     /* engine_planner.c */
struct check;      /* engine_config.c */
struct demo_state; /* engine_demo.c */
struct keyring;    /* engine_keyring.c */
struct plans;      /* engine_plans.c */
struct desk;       /* engine_desk.c */
struct verify;     /* engine_verify.c */

struct engine {
    const struct config *config;
    char *http_url;          /* "http://127.0.0.1:8470"; NULL: we do not listen for HTTP */
    struct demo_state *demo; /* NULL: this is no demo */
    struct keyring *keyring;
    struct child *child;
    struct loop *loop;
    struct clock clock;
    struct clock_sample sample;
    bool sampled;            /* in this pass */
    int64_t shown_offset_ms; /* from steady to wall time, as people are shown it */
    struct children *children;
    struct core *core;
    struct store *store;
    const struct store_port *port;
    struct serve *serve;
    struct loop_fd *store_watch;
    struct loop_timer *second;

    struct record **records; /* of this pass */
    size_t records_count, records_cap;
    struct vault_news news;
    STAILQ_HEAD(, waiting) waiting;
    STAILQ_HEAD(, said) said;
    int64_t durable;

    struct source *sources; /* sorted by pin */
    size_t sources_count, sources_cap;
    json_t *contacts; /* {"person\nendpoint": value}; never written, never logged */
    json_t *setting;  /* the same, while they are decided: what each contact_set puts there */
    struct planner_state planners[PLANNER_SLOTS];
    int64_t courier_gen;
    int64_t courier_quiet_ms; /* how long it has said nothing while attempts were under way */
    int64_t attempts;
    int64_t draining_ms; /* for so long */
    int64_t second_at;   /* when the second's timer fired last, CLOCK_BOOTTIME ms */
    struct engine_figures figures;

    struct check *check;
    struct plans *plans;
    struct desk *desk;
    struct verify *verify; /* NULL: nothing was to be verified in this life */
    bool listening, ready, draining, trouble;
    enum space space;
    bool word_stale;     /* site or contacts have changed: see engine_last_word.c */
    wall_ms word_until;  /* then others are on duty */
    mono_ms audited;     /* when the auditor looked last; 0: not in this life */
    mono_ms grace_until; /* overdue timers wait until then after a start */
    int exit_code;
};

/* The engine process. Returns the exit code. */
int engine_run(struct child *child, const struct config *config);

/* Decide an input: time and entropy are added here. The batch is committed at the end of the pass.
 */
void engine_input(struct engine *e, struct input in);

/* engine_planner.c */
void planner_up(struct engine *e, int slot, int64_t gen);
void planner_died(struct engine *e, const struct child_death *d);
void planner_frame_in(struct engine *e, int slot, int64_t gen, const json_t *frame);
void planner_release(struct engine *e, struct effect *effect); /* EVENT, DROP, KILL, WANT */
void planner_watch(struct engine *e, int64_t passed_ms);
void source_add(struct engine *e, const char *pin, const json_t *body);
void source_drop(struct engine *e, const char *pin);
const json_t *source_of(const struct engine *e, const char *pin);
void sources_free(struct engine *e);

/* Send it the files of the pin, if it has not got them, then the frame, which it answers. */
void planner_ask(struct engine *e, int slot, int64_t gen, const char *pin, const json_t *frame);

/* engine_courier.c */
void courier_up(struct engine *e, int64_t gen);
void courier_frame_in(struct engine *e, const json_t *frame);
void courier_watch(struct engine *e, int64_t passed_ms);
void courier_release(struct engine *e, struct effect *effect);
void fetch_release(struct engine *e, const struct effect *effect);
void probe_release(struct engine *e, const struct effect *effect);
/* The frame "hello". Gives. */
json_t *courier_hello(const struct engine *e, int64_t gen);
void courier_record(const struct engine *e, const struct record *r); /* it was decided */
void contact_keep(struct engine *e, const char *person, const char *endpoint, const char *value);
/* Add to an attempt what the vault holds for its person and endpoint. */
void contact_add(const struct engine *e, json_t *attempt);
void contact_write(struct engine *e, const char *person, const char *endpoint, const char *value);

/* engine_vault.c */
/* Is it an input that sets or removes a contact? Then it is decided here. value: what is set. */
bool vault_submit(struct engine *e, const struct input *in, const char *value);
json_t *vault_contacts(void *ctx, const char *person, bool missing);
json_t *vault_export(void *ctx, const struct principal *who, const char *person);
void vault_import(void *ctx, const struct principal *who, const json_t *asked, struct reply_to to);
void vault_record(struct engine *e, const struct record *r); /* it was decided */
/*
 * Contacts that the site of this pin names and needs, and the vault does not hold, and people who
 * have left and are still named, and endpoints without their file of secrets: for the log, and
 * {"unset":[…],"unset_count","left":[…],"no_secret":[…]} for the reply to a reload. Gives.
 */
json_t *vault_unset(const struct engine *e, const char *site_pin);

/* engine_demo.c; all harmless where this is no demo */
void demo_new(struct engine *e);
void demo_free(struct engine *e);
json_t *
demo_hello(const struct engine *e); /* "demo" of the courier's hello; NULL: no demo. Gives */
const struct sign_key *demo_key(const struct engine *e); /* NULL: no demo */
void demo_refill(struct engine *e);                      /* the phones, from the record */
void demo_greet(const struct engine *e); /* on the terminal: where it is, what to try */

/* engine_keyring.c */
void keyring_new(struct engine *e);
void keyring_free(struct engine *e);
void keyring_load(struct engine *e, const struct store_secret *s);
void keyring_record(struct engine *e, const struct record *r);  /* it was decided */
void keyring_durable(struct engine *e, const struct record *r); /* it is on disk */
void keyring_show_out(struct engine *e); /* whoever is in by what has ended; after all replies */
void keyring_watch(struct engine *e);    /* once a second */
bool keyring_principal_of(void *ctx, const char *secret, struct identity *ret);
json_t *keyring_keys(void *ctx); /* {"keys":[…]}. Gives */
/* Is it an input that makes a secret? Then it is decided here. secret: what came with it. */
bool keyring_submit(struct engine *e, const struct input *in, const char *secret);
/* Signs somebody in once; NULL: it was used, or this is no demo. */
const char *engine_link(const struct engine *e);

/* engine_last_word.c */
void last_word_keep(
    struct engine *e); /* once a second, where site, contacts or duty have changed */
void last_word_send(struct engine *e); /* at a start that finds no database it could write */

/* engine_config.c */
enum { PLANS_DIGEST = 65 };

/* What a check is for. */
struct config_ask {
    bool take;   /* into force, if there is no error; else it is only told */
    bool folder; /* somebody saved: nobody asked */
    struct reply_to to;
};

void config_begin(struct engine *e, bool take, struct reply_to to); /* read and have it checked */
void config_ask(struct engine *e, struct config_ask ask); /* the same, when none is under way */
void config_go_on(struct engine *e);      /* read once more what was being written */
void config_planner_up(struct engine *e); /* a check may wait for it */
void config_checked(struct engine *e, int slot, int64_t gen, const json_t *frame);
void config_free(struct engine *e);
/* The frame "check" for all files of a plans folder: also for `muster plan check`. Gives. */
enum err config_request(const char *folder, json_t **ret, struct why *why) MUST_USE;
/* And its tests, NAME.test.lua: all, or one; with other sites that they name, sites/NAME.lua. */
enum err config_tests(const char *folder, const char *only, json_t *request,
                      struct why *why) MUST_USE;
/* One file as a request has it, under another name: "flood.lua". Gives. */
enum err config_file(const char *path, const char *name, json_t **ret, struct why *why) MUST_USE;
bool config_in_force(const struct engine *e);

/* engine_plans.c */
void plans_new(struct engine *e); /* before the first check */
void plans_free(struct engine *e);
void plans_watch(struct engine *e); /* once a first set was checked: what is saved from now on */
bool plans_wait(struct engine *e, struct config_ask ask); /* false: too many do already */
void plans_next(struct engine *e, int64_t in_ms);         /* whoever waits, or config_go_on */
/* Of files with this digest everything is said: they are in force, or were refused. */
bool plans_known(struct engine *e, const char *digest);
void plans_refused(struct engine *e, const char *digest, const json_t *body);
void plans_taken(struct engine *e, const char *digest, bool changed);
void plans_record(const struct record *r); /* it was decided */
/* What lies in the folder and is not in force: {"at","error","findings"}; NULL: nothing. Borrows.
 */
const json_t *plans_refusal(const struct engine *e);
void plans_metrics(const struct engine *e, struct exposition *to);
/* Lines of /readyz: what does not hinder, and somebody must see to. */
void plans_say(const struct engine *e, struct text *report);

/* engine_desk.c */
enum { DESK_JOBS = 5 }; /* one under way, and who waits behind it */
void desk_new(struct engine *e);
void desk_free(struct engine *e);
void desk_base(struct engine *e, const json_t *request); /* this set is in force. Borrowed */
void desk_take(void *ctx, const struct desk_ask *ask);
void desk_up(struct engine *e, int64_t gen);
void desk_frame(struct engine *e, const json_t *frame);
void desk_died(struct engine *e, const struct child_death *death);
void desk_watch(struct engine *e, int64_t passed_ms); /* once a second */
void desk_stop(struct engine *e);                     /* the daemon is stopping */
int64_t desk_jobs(const struct engine *e);
void desk_metrics(const struct engine *e, struct exposition *to);

/* engine_verify.c */
void verify_driver(struct text *to); /* what drives the plans in this life */
void verify_new(struct engine *e);   /* after IN_STARTED's driver was read, before it is decided */
void verify_free(struct engine *e);
void verify_frame(struct engine *e, int slot, int64_t gen, const json_t *frame);
void verify_planner_died(struct engine *e, const struct child_death *d);
/* {"driver","runs","done","diverged","running"}; NULL: there was nothing to do. Gives. */
json_t *verify_json(const struct engine *e);
void verify_metrics(const struct engine *e, struct exposition *to);

/* engine_journal.c */
void journal_checkpoint(void *ctx,
                        struct reply_to to); /* sign the end now; the reply comes later */
json_t *journal_key(void *ctx);              /* {"key","head_file"}. Gives */

/* engine_lesson.c */
void lesson_submit(struct engine *e, const struct input *in);

/* engine_purge.c */
void purge_submit(struct engine *e, const struct input *in);

/* engine_limits.c */
double limit_used(const struct engine *e, enum limit l); /* 1: all of it */
const char *limit_name(enum limit l);
void limits_watch(struct engine *e); /* once a second */

/* engine_metrics.c */
void figures_init(struct engine_figures *f);
void engine_metrics(void *ctx, struct text *to);
bool engine_ready(void *ctx, struct text *report);

/* engine_serve.c */
struct serve *engine_serve_new(struct engine *e);
void engine_listen(struct engine *e);
