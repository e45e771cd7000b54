/*
 * item - the ledger 台账: measures, directives 批示, and whatever else somebody has to do by a
 * time.
 *
 * Drawn at struct item (state.h). The engine issues the measures of a head with their phase, counts
 * their time, reminds (催办) and tells the leader (督办), with no planner alive. The commander of
 * an incident is its leader where an item names none.
 */
#pragma once

#include "core/state.h"

/* What is to be issued; strings and values are borrowed. */
struct item_order {
    const char *kind, *name, *key, *owner, *step, *leader;
    const json_t *title, *done_when, *after, *more; /* more: members of about besides */
    int phase;
    enum level level;
    enum on_lower on_lower;
    int64_t due_ms, urge_ms; /* due_ms < 0: it is overdue as it is opened; needs urge_ms */
    const json_t *before;    /* due before a fact, as a plan gives it; NULL. Then due_ms is not */
    json_t *actor;           /* taken; NULL: the engine */
};

/* Issues it and tells its owner; the open one of the same name and key is found instead. */
struct item *item_issue(struct core *c, struct incident *i, const struct item_order *o);
struct item *item_find(const struct incident *i, const char *name, const char *key);
struct item *core_item(const struct core *c, struct uuid id);

/* measure, directive, item, resource, and what their handles do: the command of a turn. */
void item_command(struct core *c, struct incident *i, const json_t *cmd);

/* The measures of a phase; of levels those above `above`, up to this one. (item_issue.c) */
void items_issue(struct core *c, struct incident *i, enum phase phase, enum level above,
                 enum level upto);
/* By the plan, or with its level; whoever waits for it hears of it. Takes actor. */
void item_lift(struct core *c, struct item *item, const char *reason, json_t *takes_actor);
/* The measures of a phase: first, recovery, or all levels up to this one. */
void items_of_phase(struct core *c, struct incident *i, enum phase phase, enum level level);
/*
 * A level was ordered: due times come forward, those of levels that are left are put, or lifted.
 * `commander` is who commanded until then, and decides about them.
 */
void items_at_level(struct core *c, struct incident *i, enum level from, enum level to,
                    const char *commander);
/* Those that are to be decided, by their titles: {"zh","en"}. Gives. */
json_t *items_put_named(const struct incident *i);
/* The response is over: what stands is put to the commander; after a level, recovery begins. */
void items_at_end(struct core *c, struct incident *i, enum level from);

/* Due times before what a fact says (item_before.c). Gives what is kept of it; *ret_ms stays where
 * nothing is known and the plan says nothing for that. */
json_t *item_before_begin(const struct core *c, const struct incident *i, const json_t *due,
                          int64_t *ret_ms);
int64_t item_before_ms(const struct core *c, const struct item *item); /* from now on */
void items_follow(struct core *c, struct incident *i); /* after every input: facts may differ */

/* Due in so long, 0: without end; says why. `takes_about` NULL: as it was. */
void item_due_emit(struct core *c, struct item *item, int64_t ms, const char *why,
                   json_t *takes_about);

/* What is said before an item's title. */
struct item_words {
    const char *zh, *en;
};
struct item_words item_kind_words(const char *kind);

/* Tell whoever `target` is: of which kind says `of`, ITEM_STEP_…; ms: how long they have, or 0. */
void item_tell(struct core *c, const struct item *item, const char *target, const char *of,
               struct item_words before, int64_t ms);
void item_tell_assist(struct core *c, const struct item *item);

/*
 * It goes into another state. body: {"state":its name, or kept, returned, replied; …}, and it gets
 * the item's id and how late that is. Takes all three.
 */
void item_state_emit(struct core *c, struct item *item, json_t *takes_body, json_t *takes_actor,
                     json_t *takes_sealed);
/* Somebody has an eye on it; to NULL: who commands. Takes actor. */
void item_supervise(struct core *c, struct item *item, const char *to, const char *note,
                    json_t *takes_actor);
void item_tell_returned(struct core *c, struct item *item, const char *why, int64_t due_ms);
/* To its owner: it need not be done. What was not sent to them yet is recalled. */
void item_tell_lifted(struct core *c, const struct item *item, const char *why);
/* To its leader: it will not be done. */
void item_tell_rejected(struct core *c, const struct item *item, const char *why);

/* What somebody does to an item; strings are borrowed. */
struct deed {
    struct item *item;
    const char *action;    /* receive, arrive, done, strike, reject, lift, keep, … (item_act.c) */
    const char *by;        /* a person, or a department by its own phone; NULL: whoever speaks */
    const char *note;      /* NULL: none */
    const char *evidence;  /* a file's name, an address, a number: what proves it. NULL */
    struct notice *notice; /* it came by the link of this message; NULL: in another way */
    const char *to;        /* supervise: who has an eye on it from now on */
    int64_t due_ms;        /* return: the new time; 0: at once */
};

/* Takes it, or refuses it and returns false. */
bool item_act(struct core *c, const struct deed *d);
/* Is it so already? A button is pressed twice. */
bool item_acted(const struct item *item, const char *action);
/* Nothing beside it, or what the item keeps of it already. */
bool item_says(const struct item *item, const struct deed *d);
/* May the owner do this by the link of a message: receive, arrive, done, reject? */
bool item_action_by_link(const char *action);
json_t *item_reply(const struct item *item); /* {"item","incident","state"}. Gives. */
/*
 * Steps of the messages about an item, before its id: to who has to do it, to who helps, to who has
 * an eye on it. By the link of the first the item is received, arrived, done or rejected.
 */
#define ITEM_STEP_OWNER "!item/"
#define ITEM_STEP_ASSIST "!assist/"
#define ITEM_STEP_LEADER "!lead/"
/* The item that a message of this step is about; false: of none. */
bool item_of_message(const char *step, struct uuid *ret);
/* Is it about an item of its own incident that is neither struck off, rejected nor lifted? Its link
 * is good for as long, though the incident may be over. */
bool item_keeps_message(const struct notice *n);

/*
 * After every change of an item's state, whoever made it: what waited for it, and for nothing else
 * any more, begins; the list that was put to the commander gets shorter, and ends with its last.
 */
void items_after(struct core *c, struct incident *i);
/* Is there something of these names that must be done before, and is not? (item_after.c) */
bool item_waits_for(const struct incident *i, const json_t *after);
/* The list that was put to the commander: asked again, or over with its last. */
void items_put_over(struct core *c, struct incident *i);
/* Who hears of it when it stays overdue or is rejected: its leader, else who commands. Borrowed. */
const char *item_leader(const struct core *c, const struct item *item);
void item_due(struct core *c, struct item *item); /* its timer */
void decide_item(struct core *c);
void decide_directive(struct core *c);
void decide_item_open(struct core *c); /* item_open.c */
void decide_lesson(struct core *c);    /* item_open.c */
/* Is it a target of the site with somebody who can be told? Else refused. */
bool item_target_fits(struct core *c, const char *field, const char *target);
/* "2h" from now, or a time that is still to come; text NULL: 0. false: refused. */
bool item_due_read(struct core *c, const char *text, int64_t *ret_ms);

const char *item_state_name(enum item_state s);
bool item_open(const struct item *item);            /* neither done nor struck, rejected, lifted */
size_t items_outstanding(const struct incident *i); /* how many are open */
void items_strike_done(struct core *c, struct incident *i, const char *by); /* all that is done */

/* Those that have come to this incident from another: its owner is told there, by a new link. */
void items_came(struct core *c, struct incident *i, const json_t *ids);
/* The ids of those that are open or done. Gives. */
json_t *items_open_ids(const struct incident *i);
/* They go on in another incident: those of a list of ids; NULL: all that are open or done. */
void items_move(struct core *c, struct incident *from, struct incident *to, const json_t *ids);

void item_apply(struct core *c, struct incident *i, const struct record *r);
void items_drop(struct core *c, struct incident *i);
struct row item_row(const struct item *item);
void item_from_row(struct core *c, const struct row *row);

typedef void item_fn(void *ctx, struct item *item);
void items_walk(const struct core *c, item_fn *fn, void *ctx);
