#include "core/child.h"

#include "core/alarm.h"
#include "core/family.h"
#include "core/form.h"
#include "core/head_family.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/plan_run.h"
#include "core/reading.h"
#include "core/report.h"
#include "core/trigger.h"
#include "core/update.h"

#include <stdlib.h>
#include <string.h>

/* A plan that opens a child of itself, which does the same, comes to an end here. */
enum { DEPTH_MAX = 8 };

enum { TITLE_BYTES = 500, TITLES_SHOWN = 5, CHILDREN_WARNED = CHILDREN_MAX / 10 * 8 };

/* A child as the command says it. */
struct wish {
    const char *key, *plan;
    json_t *title; /* own */
    const json_t *fields;
};

static json_t *plan_actor(const struct incident *i)
{
    return json_pack("{s:s,s:s}", "type", "plan", "id", i->plan ? i->plan : "plan");
}

/* What the parent's plan learns: its handle goes by the step "child:KEY". */
static json_t *child_event(const struct core *c, const struct child *child, const char *name,
                           const char *state)
{
    char id[UUID_TEXT];
    AUTO_TEXT(step);
    text_addf(&step, "child:%s", child->key);
    json_t *ev = plan_event(name, json_pack("[s]", text_str(&step)), c->in->wall);
    json_put_str(ev, "child", uuid_text(child->id, id));
    json_put_str(ev, "state", state);
    json_put_str(ev, "key", child->key);
    json_put_str(ev, "plan", child->plan);
    return json_put_str(ev, "title", child->title);
}

static void state_emit(struct core *c, struct incident *parent, const struct child *child,
                       const char *state, json_t *takes_ev)
{
    char id[UUID_TEXT];
    json_t *body = json_put_str(json_object(), "child", uuid_text(child->id, id));
    json_put_str(json_put_str(body, "state", state), "plan", child->plan);
    json_t *sealed = json_put_str(json_put(json_object(), "ev", takes_ev), "key", child->key);
    json_put_str(sealed, "title", child->title);
    core_emit(c, REC_CHILD_STATE, parent, (struct emit){.body = body, .sealed = sealed});
}

void child_ended(struct core *c, struct incident *i, const char *state, const char *why)
{
    struct incident *parent = family_parent(c, i);
    const struct child *child = parent ? child_find(parent, i->family->child_key) : NULL;
    if (child)
        state_emit(c, parent, child, state,
                   json_put_str(child_event(c, child, "closed", state), "why", why));
}

/* Those that ended while it was over itself: nobody could tell it then. */
void children_review(struct core *c, struct incident *i)
{
    for (size_t n = 0; i->family && n < i->family->children_count; n++) {
        const struct child *child = &i->family->children[n];
        const struct incident *there = core_incident(c, child->id);
        if (child->state != CHILD_OPEN || (there && there->state == INCIDENT_OPEN))
            continue;
        bool merged = there && !uuid_is_none(incident_into(there));
        const char *state = child_state_name(merged ? CHILD_MERGED : CHILD_CLOSED);
        state_emit(c, i, child, state, child_event(c, child, "closed", state));
    }
}

void children_say(const struct incident *i, struct text *to)
{
    size_t shown = 0, open = children_open(i);
    for (size_t n = 0; n < i->family->children_count && shown < TITLES_SHOWN; n++) {
        if (i->family->children[n].state == CHILD_OPEN)
            text_addf(to, "%s%s", shown++ ? ", " : "", i->family->children[n].title);
    }
    if (open > shown)
        text_addf(to, " and %zu more", open - shown);
}

/* ---- opening ---- */

static void refuse(struct core *c, struct incident *i, const struct wish *w, const char *why)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    AUTO_TEXT(step);
    text_addf(&zh, "预案要开的子事件“%s”未能开立：%s", w->key, why);
    text_addf(&en, "the plan's child \"%s\" could not be opened: %s", w->key, why);
    text_addf(&step, "child:%s", w->key);
    json_t *ev = plan_event(NULL, json_pack("[s]", text_str(&step)), c->in->wall);
    json_put_str(json_put_str(json_put_str(ev, "child", ""), "state", "refused"), "key", w->key);
    json_t *body = json_put_str(json_put_str(json_object(), "state", "refused"), "plan", w->plan);
    json_t *sealed = json_put_str(json_put(json_object(), "ev", ev), "key", w->key);
    json_put_str(sealed, "title", words_in(w->title, core_language(c), "en"));
    json_put_str(sealed, "why", why);
    core_emit(c, REC_CHILD_STATE, i, (struct emit){.body = body, .sealed = sealed});
    alarm_raise(c, i, "child_refused", text_str(&en), text_str(&zh));
}

/* The fields of a trigger: what the plan says, and where and of what its parent is. */
static json_t *child_body(const struct core *c, const struct incident *i, const struct wish *w)
{
    static const char *const parents[] = {"place", "labels"};
    AUTO_JSON(about);
    about = kept_json(i->about);
    const char *title = words_in(w->title, core_language(c), "en");
    json_t *body = json_object();
    json_put(body, "title", json_stringn(title, utf8_cut(title, strlen(title), TITLE_BYTES)));
    for (size_t n = 0; n < sizeof parents / sizeof *parents; n++)
        json_put(body, parents[n], json_share(json_at(about, parents[n])));
    json_put(body, "fields", json_share(w->fields));
    return json_put_true(body, "drill", i->drill);
}

/* Typed as the child's head wants it; false: the child is refused. */
static bool fields_fit(struct core *c, struct incident *i, const struct wish *w,
                       const struct plan_head *head, json_t **ret)
{
    struct facts_error error = {0};
    if (!w->fields || !json_object_size(w->fields) || !c->site) {
        *ret = json_array();
        return true;
    }
    if (facts_check(head, c->site->site, w->fields, ret, &error) == ERR_OK) {
        occurrences_key(head, *ret);
        return true;
    }
    refuse(c, i, w, error.why.text);
    facts_error_done(&error);
    return false;
}

static const struct plan_head *child_head(struct core *c, struct incident *i, const struct wish *w,
                                          const char **ret_pin)
{
    AUTO_TEXT(why);
    *ret_pin = core_plan_pin(c, w->plan);
    const struct pin *pin = *ret_pin ? core_pin(c, *ret_pin) : NULL;
    size_t count = i->family ? i->family->children_count : 0;
    if (!pin)
        text_addf(&why, "there is no plan \"%s\"", w->plan);
    else if (family_depth(i) >= DEPTH_MAX)
        text_addf(&why, "it would be under %d others: does a plan open itself?", DEPTH_MAX);
    else if (count >= CHILDREN_MAX)
        text_addf(&why, "%d children are the most (limit children)", CHILDREN_MAX);
    else if (c->in->space_low || c->stats.incidents >= c->cfg.incidents_max)
        text_addf(&why, "%lld incidents are open (limits.incidents)",
                  (long long)c->stats.incidents);
    else
        return pin->head;
    refuse(c, i, w, text_str(&why));
    return NULL;
}

static void opened_emit(struct core *c, struct incident *i, const struct incident *made,
                        const struct wish *w, const json_t *body)
{
    char id[UUID_TEXT];
    json_t *open = json_put_str(json_object(), "child", uuid_text(made->id, id));
    json_put_str(open, "plan", w->plan);
    json_t *sealed = json_put_str(json_object(), "key", w->key);
    json_put_str(sealed, "title", json_str(body, "title"));
    core_emit(c, REC_CHILD_OPENED, i,
              (struct emit){.actor = plan_actor(i), .body = open, .sealed = sealed});
    if (i->family->children_count == CHILDREN_WARNED)
        alarm_raise(c, i, "children", "the plan has opened 1,600 of at most 2,000 children",
                    "预案已开立1600个子事件，上限2000个");
}

static void open_new(struct core *c, struct incident *i, const struct wish *w)
{
    const char *pin;
    const struct plan_head *head = child_head(c, i, w, &pin);
    AUTO_JSON(occurrences);
    AUTO_JSON(body);
    if (!head || !fields_fit(c, i, w, head, &occurrences))
        return;
    body = child_body(c, i, w);
    struct incident *made = incident_open(c, &(struct opening){.body = body,
                                                               .head = head,
                                                               .pin = pin,
                                                               .occurrences = occurrences,
                                                               .actor = plan_actor(i),
                                                               .parent = i,
                                                               .child_key = w->key});
    opened_emit(c, i, made, w, body);
    items_of_phase(c, made, PHASE_FIRST, LEVEL_NONE);
    reports_at_trigger(c, made, occurrences);
}

/* ---- the same again ---- */

static bool is_news(const struct incident *child, const json_t *occurrences)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(occurrences), n, one)
    {
        const json_t *key = json_at(one, "key");
        const char *name = json_str_or(one, "name", "");
        AUTO_TEXT(text);
        if (key && !json_is_string(key))
            json_write(key, &text);
        else if (key)
            text_add(&text, json_string_value(key));
        const struct reading *r = key ? reading_find(child, name, text_str(&text))
                                      : reading_find(child, json_str(one, "station"), name);
        if (!r || r->stale ||
            !json_equal(json_unconst(r->value), json_unconst(json_at(one, "value"))))
            return true;
    }
    return false;
}

static void open_again(struct core *c, struct incident *i, const struct child *child,
                       const struct wish *w)
{
    struct incident *there = core_incident(c, child->id);
    const struct plan_head *head = there ? incident_head(c, there) : NULL;
    AUTO_JSON(occurrences);
    AUTO_JSON(news);
    if (child->state != CHILD_OPEN) { /* a plan that runs anew does not know how it ended */
        const char *state = child_state_name(child->state);
        state_emit(c, i, child, state, child_event(c, child, NULL, state));
        return;
    }
    if (!there || !head || !fields_fit(c, i, w, head, &occurrences) ||
        !is_news(there, occurrences) || there->queue_count >= FACTS_PENDING_MAX)
        return;
    news = json_put(json_object(), "fields", json_share(w->fields));
    (void)incident_update(c, there, news);
}

void child_command(struct core *c, struct incident *i, const json_t *cmd)
{
    const json_t *args = json_at(cmd, "args");
    struct wish w = {.key = json_str_or(args, "key", ""),
                     .plan = json_str_or(args, "plan", ""),
                     .title = json_share(json_at(args, "title")),
                     .fields = json_at(args, "fields")};
    const struct child *child = child_find(i, w.key);
    if (child)
        open_again(c, i, child, &w);
    else
        open_new(c, i, &w);
    json_decref(w.title);
}
