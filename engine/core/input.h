/*
 * input - everything that can happen to the engine, as one value.
 *
 * Bytes become inputs in intake/, frames and clocks become inputs in engine.c; core_decide is the
 * only place they go. Time and entropy come in with them: the core has no clock and no dice (R9).
 *
 * Ownership  A plain value. Pointers are borrowed until core_decide returns.
 */
#pragma once

#include "base/id.h"
#include "base/json.h"
#include "base/time.h"

enum input_kind {
    /* from people and programs; `who` is set, `to` where the reply goes */
    IN_TRIGGER,     /* body:
                       {plan?,title,note?,kind?,source?,event?,grade?,warning?,place?,labels?,
                       fields?,key?,drill?}
                     */
    IN_ANSWER,      /* body: {as?,decline?,call?,note?} */
    IN_UPDATE,      /* body: {fields?,note?} */
    IN_RESOLVE,     /* body: {note?} */
    IN_ORDER,       /* body: {action,level?,as?,oral?,reason,basis?,matter?,measures?,expected?,
                       despite?} */
    IN_CONFIRM,     /* body: {criterion,as,note?} */
    IN_CLOSE,       /* body: {note?} */
    IN_ITEM,        /* body: {item,action,as?,note?,evidence?,to?,due?} */
    IN_ITEM_OPEN,   /* body: {kind,title,owner,due,as?,goal?,indicator?,done_when?,amount?,from?,
                       channel?,contact?,assist?} */
    IN_DIRECTIVE,   /* body: {text,lead,due,as?,assist?} */
    IN_REPORT,      /* body: {report,action,as?,note?,rev?,revs?} */
    IN_REPORT_EDIT, /* body: {report,text,rev?,revs?,as?}: one of rev and revs */
    IN_PURGE,       /* body: {drill?}. incident: one that the store has, and that was not purged */
    IN_DRILL_START, /* body: {plan,mode?,scenario?,speed?,as?} */
    IN_LESSON, /* body: {text,owner,due,as?,plan?}. incident: one that the store has; plan is of its
                  row */
    IN_DUTY_OVERRIDE,  /* body: {roster,seat?,person,from,to,reason,as?} */
    IN_DUTY_SWAP,      /* body: {roster,as,with,at,seat?,back?,reason?} */
    IN_DUTY_ACT,       /* body: {change,action,as?,note?} */
    IN_DUTY_HANDOVER,  /* body: {roster,as,note?,take?} */
    IN_DUTY_CHECK,     /* body: {roster,seat?,as?} */
    IN_CONTACT_SET,    /* body: {person,endpoint}, or {contacts:[{person,endpoint}]}; the values
                          themselves never come here (R11) */
    IN_CONTACT_REMOVE, /* body: {person,endpoint?,endpoints}: those that the vault holds */
    IN_CONTACT_TEST,   /* body: {person?,endpoint?}: one of them */
    IN_KEY_CREATE,     /* body: {name,scopes,expires?}; its secret never comes here (R11) */
    IN_KEY_REVOKE,     /* body: {name} */
    IN_LOGIN,       /* body: {by:"key:…"|"link"}: whose secret it was, as the engine has found out
                       of what serve/ submits, {with:"key"|"link"} */
    IN_LOGOUT,      /* who: the session */
    IN_ANSWER_LINK, /* body: {token,code,decline?,note?,action?,evidence?}: from whoever holds a
                       message's link */
    IN_RECEIPT,     /* notice; body: {receipt:"delivered"|"seen"|"failed",error?,token?,endpoint?}:
                       with a token, from whoever holds the message's link */
    IN_REPLY,       /* body: {endpoint,people,text?,token?,code?,answer?}: of a service; whose
                       telephone or account it is the engine has found out */
    IN_DEAD,        /* body: {action:"replay"|"drop"}; notice, or incident: all of it */
    /* from the planners */
    IN_TURN,         /* body: the frame "turn" */
    IN_PLAN_FAILED,  /* body: the frame "failed" */
    IN_PLANNER_UP,   /* slot, gen */
    IN_PLANNER_DIED, /* slot, gen; body:
                        {fault:"strike"|"lost",signal,in_hand:{incident,cause}|absent} */
    /* from the courier */
    IN_RESULT,  /* body: the frame "result", with notice and method instead of id */
    IN_PROBED,  /* body: {endpoint,ok,class,status?,error?}: whether an endpoint answers */
    IN_FETCHED, /* incident, body: the frame "result" of a fetch */
    IN_COURIER_UP,
    IN_COURIER_DIED,
    /* from the world */
    IN_STARTED,  /* body: {boot,driver?}; the first input of every life */
    IN_DIVERGED, /* body: {runs:[{incident,upto,reason,text,where}]}: replayed after an upgrade */
    IN_VERIFIED, /* body: {driver,incidents,diverged}: every live run was */
    IN_CONFIG,   /* body: {site,plans:[{name,pin,fresh?}]}: pins known to the library
                    (core_library_*); fresh: it was not known before */
    IN_CONFIG_REFUSED, /* body: {findings:[…]} */
    IN_TICK,           /* the time asked for by core_next_due has come */
    IN_AUDIT,          /* a minute is over: is anything due that was not done? */
    IN_CLOCK_STEPPED,  /* body: {by_ms} */
    IN_STUCK,          /* incident: the engine died twice on it */
    IN_REFUSED,        /* body: {digest}: the engine died twice on this input */
    IN_KINDS
};

enum scope {
    SCOPE_TRIGGER = 1,
    SCOPE_READ = 2,
    SCOPE_RESPOND = 4,
    SCOPE_ORDER = 8,
    SCOPE_ADMIN = 16,
    SCOPE_REPLY = 32, /* hands in what people reply to a service, and its receipts */
    SCOPE_ALL = 63,
};

/* Who speaks: "uid:1000" for a peer of the Unix socket. Dedup keys bind per principal. */
struct principal {
    const char *id;
    unsigned scopes; /* enum scope, or-ed */
};

/* The same as a value: whose key or session it was. */
struct identity {
    char id[96];
    unsigned scopes;
};

/* Where a reply goes; 0 is nowhere. The meaning belongs to serve/. */
struct reply_to {
    uint64_t conn;
    uint64_t line;
};

struct input {
    enum input_kind kind;
    wall_ms wall;
    mono_ms mono;     /* never less than in the input before */
    uint8_t seed[32]; /* fresh bytes of the system's generator */
    struct principal who;
    struct reply_to to;
    uint8_t digest[16]; /* IN_TRIGGER, and what has a key in `once`: of the canonical body, to tell
                           a repeat from another one */
    const char *once;   /* IN_TRIGGER, IN_ORDER: its Idempotency-Key; NULL: it has none */
    struct uuid incident; /* IN_ANSWER to IN_CLOSE, IN_DIRECTIVE, IN_ITEM_OPEN, IN_PURGE, IN_STUCK;
                             elsewhere whom it is about, if known */
    struct uuid notice;   /* IN_RECEIPT, IN_ANSWER_LINK, IN_DEAD: the message it is about */
    int slot;             /* planner slot: 0, 1, or SLOT_QUARANTINE */
    int64_t gen;
    bool space_low; /* IN_TRIGGER: less than the reserve is free on the disk */
    const json_t *body;
    const json_t *aside; /* IN_CONFIG: members of the reply alone, which no record has; NULL */
};

enum { PLANNER_SLOTS = 3, SLOT_QUARANTINE = 2 };
