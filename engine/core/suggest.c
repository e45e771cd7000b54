#include "core/suggest.h"
#include "core/incident.h"

#include "core/alarm.h"
#include "core/outlook.h"
#include "core/proposal.h"
#include "core/response.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* --- what has changed --- */

/* How long it must be so before it counts, and as what. */
static bool counts_as(const struct plan_head *head, const char *of, enum truth t, int64_t *ret_ms)
{
    enum level level = LEVEL_NONE;
    if (!strncmp(of, "level/", 6) && level_parse(of + 6, &level)) {
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
    json_put_true(body, "silent", t == TRUTH_UNKNOWN && outlook_silent(i, of));
    if (counts_as(head, of, t, &ms)) {
        if (ms)
            json_put_int(body, "due", c->in->mono + incident_ms(i, ms));
        json_put_true(body, "held", !ms);
    }
    json_t *sealed = json_put_str(json_object(), "station", station);
    json_put(sealed, "values", values_said(c, i, of, station));
    core_emit(c, REC_CONDITION, i, (struct emit){.body = body, .sealed = sealed});
}

/* At first nothing is known, and no criterion of the end is met. */
static bool has_changed(const struct incident *i, const struct mark *m, const char *of,
                        enum truth t)
{
    if (m)
        return m->truth != t || (t == TRUTH_UNKNOWN && m->silent != outlook_silent(i, of));
    return t == TRUTH_YES || (t == TRUTH_NO && !strncmp(of, "level/", 6));
}

/* Returns the highest level whose condition has just become true. */
static enum level marks_review(struct core *c, struct incident *i, const struct plan_head *head)
{
    const char *of, *station;
    enum level level, risen = LEVEL_NONE;
    for (size_t n = 0; (of = outlook_at(i, n)); n++) {
        enum truth t = outlook_truth(i, of, NULL);
        if (!has_changed(i, mark_find(i, of), of, t))
            continue;
        t = outlook_truth(i, of, &station);
        condition_emit(c, i, head, of, t, station);
        if (t == TRUTH_YES && !strncmp(of, "level/", 6) && level_parse(of + 6, &level) &&
            level > risen)
            risen = level;
    }
    return risen;
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

/* Missing data is never safe: what has gone silent might speak for a level above. */
static bool nothing_above(const struct incident *i, enum level now)
{
    for (enum level l = LEVEL_I; l > now; l--) {
        AUTO_TEXT(of);
        text_addf(&of, "level/%s", level_name(l));
        if (level_truth(i, l) == TRUTH_YES || outlook_silent(i, text_str(&of)))
            return false;
    }
    return true;
}

static enum level suggested_down(const struct core *c, const struct incident *i,
                                 const struct plan_head *head, enum level now)
{
    enum level lowest = plan_head_lowest(head);
    if (now <= lowest || !level_over(c, i, head, now) || !nothing_above(i, now) ||
        silenced(i, SILENCED_LOWER))
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

json_t *criteria_missing(const struct core *c, const struct incident *i)
{
    const struct plan_head *head = incident_head(c, i);
    const struct criterion_head *criterion;
    json_t *missing = json_array();
    for (size_t n = 0; head && (criterion = plan_head_criterion_at(head, n)); n++) {
        if (!mark_held(i, "end", criterion->id))
            json_array_append_new(missing, json_string(criterion->id));
    }
    return missing;
}

static bool criteria_met(const struct core *c, const struct incident *i)
{
    AUTO_JSON(missing);
    missing = criteria_missing(c, i);
    return !json_array_size(missing);
}

static void review_end(struct core *c, struct incident *i, const struct plan_head *head)
{
    struct proposal *p = proposal_of_engine(i, true);
    bool met = plan_head_criterion_at(head, 0) && incident_level(i) && criteria_met(c, i) &&
               !silenced(i, SILENCED_TERMINATE);
    if (met && !p)
        proposal_suggest(c, i, LEVEL_NONE);
    else if (!met && p)
        proposal_withdraw(c, p);
}

/* The levels above that are suggested, and that this person chose not to order. */
static unsigned levels_against(const struct core *c, const struct incident *i, enum level ordered,
                               const char *by)
{
    const struct proposal *p = proposal_of_engine(i, false);
    enum level asked = p ? proposal_level(p) : LEVEL_NONE;
    unsigned bits = 0;
    for (enum level l = LEVEL_I; l > ordered; l--) {
        bool suggested = level_truth(i, l) == TRUTH_YES || l == asked;
        if (suggested && site_may_order(c->site->site, by, i->plan, level_name(l), NULL))
            bits |= 1U << l;
    }
    return bits;
}

unsigned suggest_against(const struct core *c, const struct incident *i, enum level ordered,
                         const char *by)
{
    const struct plan_head *head = incident_head(c, i);
    unsigned before = i->response ? i->response->silenced : 0;
    unsigned levels = before & ~(unsigned)(SILENCED_LOWER | SILENCED_TERMINATE);
    if (!by || !c->site || !head)
        return levels;
    if (ordered != incident_level(i))
        levels |= levels_against(c, i, ordered, by);
    if (level_over(c, i, head, ordered))
        levels |= SILENCED_LOWER;
    if (plan_head_criterion_at(head, 0) && criteria_met(c, i) && ordered >= incident_level(i))
        levels |= SILENCED_TERMINATE;
    return levels;
}

/* The response is over, and the danger is back: nobody would propose anything any more. */
static void back_after_the_end(struct core *c, struct incident *i, enum level l)
{
    AUTO_TEXT(en);
    AUTO_TEXT(zh);
    text_addf(&en,
              "the condition of level %s is true, and the response is over: trigger a new "
              "incident, and call the commander",
              level_name(l));
    text_addf(&zh, "响应已终止，但%s级条件成立：请另行触发事件，并呼叫指挥", level_name(l));
    alarm_raise(c, i, level_name(l), text_str(&en), text_str(&zh));
}

void suggest_review(struct core *c, struct incident *i)
{
    const struct plan_head *head = incident_head(c, i);
    if (!head || !plan_head_has_levels(head) || i->state != INCIDENT_OPEN)
        return;
    outlook_refresh(c, i);
    enum level risen = marks_review(c, i, head);
    if (incident_recovering(i)) {
        if (risen)
            back_after_the_end(c, i, risen);
        return;
    }
    review_levels(c, i, head);
    review_end(c, i, head);
}

struct walk {
    struct incident **at;
    size_t count, cap;
};

/* Where nothing was reported nothing has changed: every condition is unknown. */
static void walk_visit(const void *node, VISIT visit, void *closure)
{
    struct walk *w = closure;
    struct incident *i = *(struct incident *const *)node;
    if ((visit != postorder && visit != leaf) || !i->readings || i->state != INCIDENT_OPEN)
        return;
    w->at = mem_grow(w->at, &w->cap, w->count + 1, sizeof(void *));
    w->at[w->count++] = i;
}

void suggest_review_all(struct core *c)
{
    struct walk w = {0};
    twalk_r(c->incidents, walk_visit, &w);
    for (size_t n = 0; n < w.count; n++)
        suggest_review(c, w.at[n]);
    free(w.at);
}
