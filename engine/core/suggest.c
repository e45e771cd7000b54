#include "core/suggest.h"

#include "core/outlook.h"
#include "core/proposal.h"
#include "core/response.h"

#include <string.h>

/* --- what has changed --- */

/* How long it must be so before it counts, and as what. */
static bool counts_as(const struct plan_head *head, const char *of, enum truth t, int64_t *ret_ms)
{
    enum level level = LEVEL_NONE;
    if (level_parse(of + strlen("level/"), &level) && !strncmp(of, "level/", 6)) {
        *ret_ms = plan_head_level(head, level)->lower_after_ms;
        return t == TRUTH_NO;
    }
    *ret_ms = plan_head_criterion(head, of + strlen("end/"))->hold_ms;
    return t == TRUTH_YES;
}

static json_t *values_said(const struct core *c, const struct incident *i, const char *of,
                           const char *station)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    outlook_say(c, i, of, station, "zh", &zh);
    outlook_say(c, i, of, station, "en", &en);
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}

static void condition_emit(struct core *c, struct incident *i, const struct plan_head *head,
                           const char *of, enum truth t, const char *station)
{
    int64_t ms;
    json_t *body = json_put_str(json_object(), "of", of);
    json_put_str(body, "truth", truth_name(t));
    if (counts_as(head, of, t, &ms)) {
        if (ms)
            json_put_int(body, "due", c->in->mono + ms);
        json_put_true(body, "held", !ms);
    }
    json_t *sealed = json_put_str(json_object(), "station", station);
    json_put(sealed, "values", values_said(c, i, of, station));
    core_emit(c, REC_CONDITION, i, (struct emit){.body = body, .sealed = sealed});
}

/* At first nothing is known, and no criterion of the end is met. */
static bool has_changed(const struct mark *m, const char *of, enum truth t)
{
    if (m)
        return m->truth != t;
    return t == TRUTH_YES || (t == TRUTH_NO && !strncmp(of, "level/", 6));
}

static void marks_review(struct core *c, struct incident *i, const struct plan_head *head)
{
    const char *of, *station;
    for (size_t n = 0; (of = outlook_at(i, n)); n++) {
        enum truth t = outlook_truth(i, of, NULL);
        if (!has_changed(mark_find(i, of), of, t))
            continue;
        t = outlook_truth(i, of, &station);
        condition_emit(c, i, head, of, t, station);
    }
}

void suggest_held(struct core *c, struct incident *i, struct mark *m)
{
    core_emit(c, REC_CONDITION_HELD, i,
              (struct emit){.actor = json_pack("{s:s}", "type", "clock"),
                            .body = json_put_str(json_object(), "of", m->of)});
}

/* --- levels --- */

static enum truth level_truth(const struct incident *i, enum level l)
{
    return mark_truth(i, "level", level_name(l));
}

static bool silenced(const struct incident *i, unsigned bits)
{
    return i->response && (i->response->silenced & bits);
}

static enum level suggested_up(const struct incident *i, enum level now)
{
    for (enum level l = LEVEL_I; l > now; l--) {
        if (level_truth(i, l) == TRUTH_YES && !silenced(i, 1U << l))
            return l;
    }
    return LEVEL_NONE;
}

/*
 * Is the level not called for any more, for as long as the plan wants? What is due at this moment
 * counts, so that two levels that are over at once are one suggestion.
 */
static bool level_over(const struct core *c, const struct incident *i, const struct plan_head *head,
                       enum level l)
{
    AUTO_TEXT(of);
    const struct level_head *level = plan_head_level(head, l);
    text_addf(&of, "level/%s", level_name(l) ? level_name(l) : "");
    const struct mark *m = mark_find(i, text_str(&of));
    return level && level->when && m && m->truth == TRUTH_NO &&
           (m->held || (m->timer.at && m->timer.due <= c->in->mono));
}

static enum level suggested_down(const struct core *c, const struct incident *i,
                                 const struct plan_head *head, enum level now)
{
    enum level lowest = plan_head_lowest(head);
    if (now <= lowest || !level_over(c, i, head, now) || silenced(i, SILENCED_LOWER))
        return LEVEL_NONE;
    for (enum level l = now - 1; l > lowest; l--) {
        if (plan_head_level(head, l) && !level_over(c, i, head, l))
            return l;
    }
    return lowest;
}

static void review_up(struct core *c, struct incident *i, struct proposal *p, enum level up)
{
    enum level asked = p ? proposal_level(p) : LEVEL_NONE;
    if (!p)
        proposal_suggest(c, i, up);
    else if (asked != up && (asked < up || level_truth(i, asked) == TRUTH_NO))
        proposal_amend(c, p, up);
}

static void review_levels(struct core *c, struct incident *i, const struct plan_head *head)
{
    enum level now = incident_level(i), up = suggested_up(i, now);
    struct proposal *p = proposal_of_engine(i, false);
    if (up) {
        review_up(c, i, p, up);
        return;
    }
    if (p && proposal_level(p) > now) {
        if (level_truth(i, proposal_level(p)) != TRUTH_NO)
            return;
        proposal_withdraw(c, p);
        p = NULL;
    }
    enum level down = suggested_down(c, i, head, now);
    if (down && !p)
        proposal_suggest(c, i, down);
    else if (down && proposal_level(p) != down)
        proposal_amend(c, p, down);
    else if (p && !down)
        proposal_withdraw(c, p);
}

/* --- the end --- */

bool criteria_met(const struct core *c, const struct incident *i, const char **ret_missing)
{
    const struct plan_head *head = incident_head(c, i);
    const struct criterion_head *criterion;
    for (size_t n = 0; head && (criterion = plan_head_criterion_at(head, n)); n++) {
        if (mark_held(i, "end", criterion->id))
            continue;
        *ret_missing = criterion->id;
        return false;
    }
    return true;
}

static void review_end(struct core *c, struct incident *i, const struct plan_head *head)
{
    const char *missing;
    struct proposal *p = proposal_of_engine(i, true);
    bool met = plan_head_criterion_at(head, 0) && incident_level(i) &&
               criteria_met(c, i, &missing) && !silenced(i, SILENCED_TERMINATE);
    if (met && !p)
        proposal_suggest(c, i, LEVEL_NONE);
    else if (!met && p)
        proposal_withdraw(c, p);
}

unsigned suggest_against(const struct core *c, const struct incident *i, enum level ordered)
{
    const struct plan_head *head = incident_head(c, i);
    const char *missing;
    unsigned bits = 0;
    for (enum level l = LEVEL_I; l > ordered; l--)
        bits |= level_truth(i, l) == TRUTH_YES ? 1U << l : 0;
    if (head && level_over(c, i, head, ordered))
        bits |= SILENCED_LOWER;
    if (head && plan_head_criterion_at(head, 0) && criteria_met(c, i, &missing))
        bits |= SILENCED_TERMINATE;
    return bits;
}

void suggest_review(struct core *c, struct incident *i)
{
    const struct plan_head *head = incident_head(c, i);
    if (!head || !plan_head_has_levels(head) || i->state != INCIDENT_OPEN || incident_recovering(i))
        return;
    outlook_refresh(c, i);
    marks_review(c, i, head);
    review_levels(c, i, head);
    review_end(c, i, head);
}
