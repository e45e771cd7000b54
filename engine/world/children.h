/*
 * children - the engine's view of the supervisor, the planners, the courier and the desk.
 *
 *     a slot:  DOWN --up--> UP --died--> DOWN --up--> …        (each up has a new generation)
 *
 * The supervisor starts and restarts; this part receives each new socket (SCM_RIGHTS), sends and
 * reads frames, and reports deaths. Of one generation, all frames that it sent are delivered before
 * its death is. Frames to a slot that is down are not sent: the engine sends anew what is open when
 * the next generation is up.
 *
 * Frames of the supervisor: {"op":"hello"} (see struct children_hello), {"op":"child","slot","gen"}
 * with the socket, {"op":"died","slot","gen","signal","exit","killed":why|absent,"cpu_over":bool,
 * "in_hand":{"incident","cause"}|absent}, {"op":"drain"}, {"op":"reload"}, {"op":"ping"} (answered
 * here). To it: {"op":"kill","slot","gen","why"}, {"op":"want","slot"}, {"op":"unwant","slot"},
 * {"op":"ready"}, {"op":"stopping"}, {"op":"pong"}.
 *
 * Crash points: frame.in before a frame is delivered, frame.out before one is queued.
 *
 * Layer      adapter: base, and the loop through base/loop.h.
 * Ownership  children_new gives; children_free frees and closes all sockets, at which the planners,
 *            the courier and the desk leave.
 * Threads    The loop's.
 * Errors     When the supervisor is gone the process ends at once: there must never be two engines.
 *            A child that sends no proper frame is killed, and reported as any other death.
 */
#pragma once

#include "base/loop.h"
#include "world/child.h"

struct children;

enum { CHILDREN_LISTENERS_MAX = 16 };

struct children_hello {
    int64_t gen;
    struct {
        int fd;
        char *kind;    /* "unix" */
        char *address; /* its path */
    } listeners[CHILDREN_LISTENERS_MAX];
    size_t listeners_count;
    /* The engine died twice with this in hand: load that incident as stuck (uuid_is_none: none), */
    struct uuid stuck;
    /* or refuse that input. Both are told until an engine that was told them is ready. */
    bool has_refuse;
    uint8_t refuse[PAGE_DIGEST_BYTES];
};

struct child_death {
    enum child_slot slot;
    int64_t gen;
    int signal; /* 0: it left by itself */
    int exit;
    bool cpu_over;      /* its own CPU watchdog killed it */
    const char *killed; /* the `why` of children_kill, when that is what killed it; else NULL */
    bool has_in_hand;
    struct uuid incident;
    int64_t cause;
    /*
     * A strike against (incident, cause): something was in hand, and the CPU watchdog, a fatal
     * signal of its own making (SEGV BUS ABRT ILL FPE SYS) or children_kill ended it. Else the
     * child was lost through no fault of the plan: SIGKILL from elsewhere, no memory, an exit.
     */
    bool strike;
};

struct children_calls {
    /* A new generation is there; send its hello. Its first frame is {"op":"jailed",…}. */
    void (*up)(void *ctx, enum child_slot slot, int64_t gen);
    void (*frame)(void *ctx, enum child_slot slot, int64_t gen, const json_t *frame);
    void (*died)(void *ctx, const struct child_death *death);
    void (*drain)(void *ctx);  /* stop accepting, commit, children_stopping, leave with exit 0 */
    void (*reload)(void *ctx); /* then children_ready again, whatever came of it */
};

/* c: the engine's child_begin. Waits for the hello. */
enum err children_new(struct child *c, struct children **ret, struct why *why) MUST_USE;
void children_free(struct children *c);
const struct children_hello *children_hello(const struct children *c);

/* From here on the loop calls back. `calls` is borrowed as long as the children live. */
void children_start(struct children *c, struct loop *loop, const struct children_calls *calls,
                    void *ctx);

bool children_up(const struct children *c, enum child_slot slot, int64_t *ret_gen);

/*
 * Queue a frame; children_flush writes it.
 *
 * returns  false when the slot is down or holds another generation (gen 0: any), or when the frame
 *          is over the limit, which is logged.
 */
bool children_send(struct children *c, enum child_slot slot, int64_t gen, const json_t *frame);

/*
 * Write what is queued: once, after the effects of a commit are released. What a socket does not
 * take now follows by itself.
 */
void children_flush(struct children *c);

/* Bytes that wait to be read by the child. */
size_t children_queued_bytes(const struct children *c, enum child_slot slot);

/* Ask the supervisor. why is copied. */
void children_kill(struct children *c, enum child_slot slot, int64_t gen, const char *why);
void children_want(struct children *c, enum child_slot slot); /* child_is_on_demand */
void children_unwant(struct children *c, enum child_slot slot);
void children_ready(struct children *c);    /* clients are answered from now on */
void children_stopping(struct children *c); /* the next exit is meant */
