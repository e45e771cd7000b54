#include "plan/wake.h"

#include "plan/group.h"
#include "plan/handler.h"
#include "plan/level_scope.h"

#include <stdlib.h>
#include <string.h>

static bool lists(const json_t *ev, const char *member, const char *name)
{
    const json_t *list = json_at(ev, member);

    for (size_t i = 0; name && i < json_array_size(list); i++) {
        const char *one = json_string_value(json_array_get(list, i));

        if (one && strcmp(one, name) == 0)
            return true;
    }
    return false;
}

bool wake_ends_call(const json_t *ev)
{
    if (lists(ev, "names", "declined"))
        return false; /* the call goes on with the next */
    return lists(ev, "names", "expired") || json_str(ev, "by") || json_at(ev, "opinions") ||
           json_at(ev, "by_choice") || json_at(ev, "fetched");
}

/* A proposal's messages have the step of the word that waits: what came of them is no timer. */
static bool timer_fired(const struct task *t, const json_t *ev)
{
    return t->wait.timer && lists(ev, "steps", t->wait.step) && !json_str(ev, "result");
}

/* Does the event wake this node? */
static bool is_woken(const struct run *r, const struct task *t, const json_t *ev)
{
    const struct wait *w = &t->wait;

    if (timer_fired(t, ev))
        return true;
    if (handler_follows_level(t))
        return lists(ev, "names", "order");
    if (t->kind == TASK_ON || w->kind == WAIT_FACT)
        return lists(ev, "names", facts_name_text(&r->facts, w->name));
    if (w->kind == WAIT_CALL)
        return lists(ev, "steps", w->step) && wake_ends_call(ev);
    if (w->kind == WAIT_NOTICE)
        return lists(ev, "steps", w->of) && json_str(ev, "result");
    if (w->kind == WAIT_ITEM)
        return lists(ev, "steps", w->of) && json_str(ev, "state");
    if (w->kind == WAIT_WATCH || t->kind == TASK_EACH)
        return lists(ev, "steps", w->of);
    return false;
}

static void wake_one(struct run *r, struct task *t, const json_t *ev)
{
    bool timer = timer_fired(t, ev);

    if (t->over)
        return; /* what was woken before it cancelled it */
    if (t->kind == TASK_ON) {
        handler_pump(r, t);
    } else if (t->kind == TASK_EACH) {
        handler_edges(r, t, ev);
    } else if (t->kind == TASK_EVERY && timer) {
        handler_tick(r, t);
    } else if (t->kind == TASK_EVERY) {
        handler_level(r, t);
    } else if (t->wait.kind == WAIT_BRANCHES) {
        group_timeout(r, t);
    } else if (timer) {
        t->wait.timer = false;
        task_wake(r, t, WAKE_TIMER);
    } else {
        task_wake(r, t, t->wait.kind == WAIT_FACT ? WAKE_FACT : WAKE_RESULT);
    }
}

struct waiter {
    uint64_t order;
    struct task *task;
};

static int compare_waiters(const void *a, const void *b)
{
    const struct waiter *x = a;
    const struct waiter *y = b;

    return x->order < y->order ? -1 : x->order > y->order;
}

void wake_by_event(struct run *r, const json_t *ev)
{
    struct waiter woken[TASKS_MAX + 1];
    size_t count = 0;

    for (struct task *t = TAILQ_FIRST(&r->tasks.all); t; t = TAILQ_NEXT(t, all))
        if (is_woken(r, t, ev))
            woken[count++] = (struct waiter){.order = t->wait.order, .task = t};
    qsort(woken, count, sizeof(struct waiter), compare_waiters);
    for (size_t i = 0; i < count && !r->fault.reason; i++)
        wake_one(r, woken[i].task, ev);
}

/* ---- what is awaited ---- */

static int compare_texts(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;

    return strcmp(*x, *y);
}

/* A sorted list of texts, each once. */
static json_t *sorted(const char **texts, size_t count)
{
    json_t *list = json_array();

    qsort(texts, count, sizeof(*texts), compare_texts);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(texts[i], texts[i - 1]) != 0)
            json_array_append_new(list, json_string(texts[i]));
    return list;
}

json_t *wake_awaits(const struct run *r)
{
    const char *names[TASKS_MAX + 2];
    const char *steps[2 * TASKS_MAX + 2];
    size_t names_count = 0;
    size_t steps_count = 0;

    for (const struct task *t = TAILQ_FIRST(&r->tasks.all); t; t = TAILQ_NEXT(t, all)) {
        const struct wait *w = &t->wait;

        if (t->kind == TASK_ON || w->kind == WAIT_FACT)
            names[names_count++] = facts_name_text(&r->facts, w->name);
        if (handler_follows_level(t))
            names[names_count++] = "order";
        if (w->timer || w->kind == WAIT_CALL)
            steps[steps_count++] = w->step;
        if (w->kind == WAIT_NOTICE || w->kind == WAIT_ITEM || w->kind == WAIT_WATCH ||
            t->kind == TASK_EACH)
            steps[steps_count++] = w->of;
    }
    if (level_scopes_any(r))
        names[names_count++] = "order";
    json_t *awaits = json_put(json_object(), "names", sorted(names, names_count));
    return json_put(awaits, "steps", sorted(steps, steps_count));
}
