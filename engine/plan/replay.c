#include "plan/replay.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void replay_done(struct replay *p)
{
    for (size_t i = 0; i < p->count; i++)
        json_decref(p->facts[i].ev);
    free(p->facts);
    json_decref(p->was);
    json_decref(p->is);
    *p = (struct replay){0};
}

/* Hand over the facts up to seq; the event of seq itself, borrowed from the run, or NULL. */
static const json_t *hand_over(struct replay *p, struct run *r, int64_t seq)
{
    const json_t *last = NULL;
    size_t n = 0;

    for (; n < p->count && p->facts[n].seq <= seq; n++) {
        run_fact(r, p->facts[n].seq, p->facts[n].ev);
        last = p->facts[n].seq == seq ? r->facts.newest : NULL;
        json_decref(p->facts[n].ev);
    }
    if (n > 0)
        memmove(p->facts, p->facts + n, (p->count - n) * sizeof(*p->facts));
    p->count -= n;
    return last;
}

void replay_facts(struct replay *p, struct run *r, int64_t seq)
{
    hand_over(p, r, seq);
}

static bool diverge(struct run *r, int64_t cause, const char *sentence)
{
    AUTO_TEXT(text);

    text_addf(&text, "the turn of row %" PRId64 " came out differently when it was replayed: %s",
              cause, sentence);
    run_fail(r, "diverged", text_str(&text), "");
    return false;
}

/* Why a turn that went well once fails now. */
static bool turn_failed(struct run *r, int64_t cause)
{
    AUTO_TEXT(sentence);
    struct run_fault was = r->fault;

    text_addf(&sentence, "it failed (%s): %s", was.reason, was.text);
    r->fault.reason = NULL;
    diverge(r, cause, text_str(&sentence));
    memcpy(r->fault.where, was.where, sizeof(was.where));
    return false;
}

static bool replay_turn(struct replay *p, struct run *r, const json_t *turn,
                        const struct replay_limits *limits)
{
    AUTO_JSON(now);
    struct run_turn when = {
        .cause = json_int(turn, "cause", 0),
        .t = json_int(turn, "t", 0),
        .m = json_int(turn, "m", 0),
        .instructions_max = limits->turn_instructions_max,
    };
    struct why why;

    if (when.cause <= r->cause)
        return true; /* the turn that this process took itself */
    const json_t *ev = hand_over(p, r, when.cause);
    if (!ev)
        return diverge(r, when.cause, "its fact is not in the record");
    if (!run_turn(r, &when, ev, &now))
        return turn_failed(r, when.cause);
    p->instructions += sandbox_used(r->sb);
    if (p->instructions > limits->instructions_max) {
        run_fail(r, "overrun", "the replay of all turns takes more instructions than it may", "");
        return false;
    }
    const json_t *recorded = json_at(turn, "cmds"), *cmds = json_at(now, "cmds");
    size_t at;
    if (!commands_differ(recorded, cmds, !limits->places_differ, &at, &why))
        return true;
    p->was = json_share(json_array_get(recorded, at));
    p->is = json_share(json_array_get(cmds, at));
    return diverge(r, when.cause, why.text);
}

bool replay_row(struct replay *p, struct run *r, const json_t *row,
                const struct replay_limits *limits)
{
    int64_t seq = json_int(row, "seq", 0);
    const json_t *ev = json_at(row, "ev");
    const json_t *turn = json_at(row, "turn");

    if (seq <= p->have)
        return true;
    p->have = seq;
    if (turn)
        return replay_turn(p, r, turn, limits);
    if (!ev)
        return true;
    p->facts = mem_grow(p->facts, &p->cap, p->count + 1, sizeof(*p->facts));
    p->facts[p->count++] = (struct replay_fact){.seq = seq, .ev = json_share(ev)};
    return true;
}
