#include "core/tally.h"

#include "core/plan_run.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)TALLY_REASONS == (int)PLAN_REASONS, "each reason has its place");

/* What can become of a message, and the record that says so. */
static const struct {
    const char *name;
    enum record_kind kind;
} outcomes[TALLY_OUTCOMES] = {
    {"sent", REC_NOTICE_SENT},         {"delivered", REC_NOTICE_DELIVERED},
    {"seen", REC_NOTICE_SEEN},         {"failed", REC_NOTICE_FAILED},
    {"recalled", REC_NOTICE_RECALLED}, {"retried", REC_NOTICE_RETRY},
};

static const struct {
    const char *name;
    enum record_kind kind;
} turns[TALLY_TURNS] = {
    {"ok", REC_TURN},
    {"dropped", REC_TURN_DROPPED},
    {"struck", REC_PLAN_STRUCK},
    {"lost", REC_PLAN_RETRIED},
};

void tally_init(struct tally *t)
{
    *t = (struct tally){0};
    for (int drill = 0; drill < 2; drill++)
        t->answers[drill].scale = &histogram_people;
}

void tally_done(struct tally *t)
{
    for (size_t n = 0; n < t->channels_count; n++)
        free(t->channels[n].name);
}

/* ---- counting ---- */

static struct tally_channel *channel_of(struct tally *t, const char *name)
{
    for (size_t n = 0; n < t->channels_count; n++)
        if (strcmp(t->channels[n].name, name) == 0)
            return &t->channels[n];
    if (t->channels_count == TALLY_CHANNELS)
        return &t->channels[TALLY_CHANNELS];
    struct tally_channel *made = &t->channels[t->channels_count++];
    made->name = mem_str(name);
    return made;
}

static void count_opened(struct tally *t, const struct core *c, const struct record *r, bool drill)
{
    (void)c;
    (void)r;
    t->opened[drill]++;
}

static void count_notice(struct tally *t, const struct core *c, const struct record *r, bool drill)
{
    const char *endpoint = json_str(r->body, "endpoint");
    const char *name = endpoint ? core_channel_of(c, endpoint) : NULL;
    if (json_str(r->body, "unsent")) /* of a drill, and kept at the table */
        return;
    if (json_bool(r->body, "under_way")) /* recalled while it is sent: what came of it follows */
        return;
    struct tally_channel *channel = channel_of(t, name ? name : "none");
    for (size_t n = 0; n < TALLY_OUTCOMES; n++)
        channel->counts[drill][n] += outcomes[n].kind == r->kind;
}

static void count_turn(struct tally *t, const struct core *c, const struct record *r, bool drill)
{
    (void)c;
    for (size_t n = 0; n < TALLY_TURNS; n++)
        t->turns[drill][n] += turns[n].kind == r->kind;
}

static void count_failed(struct tally *t, const struct core *c, const struct record *r, bool drill)
{
    (void)c;
    t->fallbacks[drill][plan_reason(json_str_or(r->body, "reason", ""))]++;
}

static void count_answer(struct tally *t, const struct core *c, const struct record *r, bool drill)
{
    int64_t waited = json_int(r->body, "waited_ms", -1);
    (void)c;
    if (waited >= 0)
        histogram_add(&t->answers[drill], waited * 1000);
}

void tally_record(struct tally *t, const struct core *c, const struct record *r)
{
    static void (*const counts[REC_KINDS])(struct tally *, const struct core *,
                                           const struct record *, bool) = {
        [REC_INCIDENT_OPENED] = count_opened,
        [REC_CALL_ANSWERED] = count_answer,
        [REC_TURN] = count_turn,
        [REC_TURN_DROPPED] = count_turn,
        [REC_PLAN_STRUCK] = count_turn,
        [REC_PLAN_RETRIED] = count_turn,
        [REC_PLAN_FAILED] = count_failed,
        [REC_NOTICE_RETRY] = count_notice,
        [REC_NOTICE_SENT] = count_notice,
        [REC_NOTICE_DELIVERED] = count_notice,
        [REC_NOTICE_SEEN] = count_notice,
        [REC_NOTICE_FAILED] = count_notice,
        [REC_NOTICE_RECALLED] = count_notice,
    };
    if (counts[r->kind])
        counts[r->kind](t, c, r, json_bool(r->body, "drill"));
}

/* ---- writing ---- */

static const char *yes_no(int drill)
{
    return drill ? "true" : "false";
}

static void write_channel(const struct tally_channel *channel, struct exposition *to)
{
    for (int drill = 0; drill < 2; drill++) {
        for (size_t n = 0; n < TALLY_OUTCOMES; n++) {
            exposition_label(to, "channel", channel->name ? channel->name : "other");
            exposition_label(to, "outcome", outcomes[n].name);
            exposition_label(to, "drill", yes_no(drill));
            exposition_int(to, channel->counts[drill][n]);
        }
    }
}

static void write_notices(const struct tally *t, struct exposition *to)
{
    exposition_family(to, EXPOSITION_COUNTER, "muster_notices_total",
                      "Messages by what became of them: sent, and further delivered and seen where "
                      "the channel tells; failed and recalled; each further attempt is retried.");
    for (size_t n = 0; n < t->channels_count; n++)
        write_channel(&t->channels[n], to);
    if (t->channels_count == TALLY_CHANNELS)
        write_channel(&t->channels[TALLY_CHANNELS], to);
}

static void write_turns(const struct tally *t, struct exposition *to)
{
    exposition_family(to, EXPOSITION_COUNTER, "muster_turns_total",
                      "Turns of plans: ok; dropped (the plan was over); struck (it killed its "
                      "process); lost (its process ended by no fault of the plan).");
    for (int drill = 0; drill < 2; drill++) {
        for (size_t n = 0; n < TALLY_TURNS; n++) {
            exposition_label(to, "result", turns[n].name);
            exposition_label(to, "drill", yes_no(drill));
            exposition_int(to, t->turns[drill][n]);
        }
    }
}

static void write_fallbacks(const struct tally *t, struct exposition *to)
{
    exposition_family(to, EXPOSITION_COUNTER, "muster_fallbacks_total",
                      "Incidents whose plan could not go on, so that the fallback called people.");
    for (int drill = 0; drill < 2; drill++) {
        for (size_t n = 0; n < TALLY_REASONS; n++) {
            exposition_label(to, "reason", plan_reason_name(n));
            exposition_label(to, "drill", yes_no(drill));
            exposition_int(to, t->fallbacks[drill][n]);
        }
    }
}

void tally_write(const struct tally *t, struct exposition *to)
{
    exposition_family(to, EXPOSITION_COUNTER, "muster_incidents_opened_total",
                      "Triggers that opened an incident.");
    for (int drill = 0; drill < 2; drill++) {
        exposition_label(to, "drill", yes_no(drill));
        exposition_int(to, t->opened[drill]);
    }
    write_notices(t, to);
    write_turns(t, to);
    write_fallbacks(t, to);
    exposition_family(to, EXPOSITION_HISTOGRAM, "muster_answer_seconds",
                      "From the first message of a call to the answer that ended it.");
    for (int drill = 0; drill < 2; drill++) {
        exposition_label(to, "drill", yes_no(drill));
        exposition_histogram(to, &t->answers[drill]);
    }
}
