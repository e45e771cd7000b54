/* api_progress - how far what a plan has asked for has come: items, reports, children. */
#include "plan/api.h"

#include <string.h>

/* The states of a kind, in the order in which it goes through them; what ends it otherwise, last.
 */
struct progress {
    const char *states[8];
    int last; /* up to which one may wait for it, from 1 on */
    const char *refusal;
};

static const struct progress of_items = {
    {"issued", "received", "arrived", "done", "struck", "rejected", "lifted"},
    4,
    "wait: an item becomes received, arrived, done or struck"};
/* What was missed may still be sent. */
static const struct progress of_reports = {{"opened", "edited", "signed", "sent", "missed"},
                                           3,
                                           "wait: a report becomes edited, signed or sent"};
static const struct progress of_children = {
    {"open", "closed", "merged", "refused"}, 1, "wait: what a child comes to is \"closed\""};

static const struct progress *progress_of(enum handle_kind kind)
{
    return kind == HANDLE_ITEM     ? &of_items
           : kind == HANDLE_REPORT ? &of_reports
           : kind == HANDLE_CHILD  ? &of_children
                                   : NULL;
}

int progress_number(enum handle_kind kind, const char *state)
{
    const struct progress *p = progress_of(kind);

    for (int n = 0; state && p->states[n]; n++)
        if (strcmp(p->states[n], state) == 0)
            return n;
    return -1;
}

/* As far as asked for, or ended in another way. */
static bool push_state(lua_State *L, const struct run *r, const struct handle *h, int wanted)
{
    int now = run_item_state(r, h->step);

    if (now < wanted)
        return false;
    lua_pushstring(L, progress_of(h->kind)->states[now]);
    return true;
}

static int wait_over(lua_State *L, int status, lua_KContext ctx)
{
    struct run *r = api_run(L);
    struct task *t = r->tasks.running;
    const struct handle *h = api_handle(L, 1);

    (void)status;
    if (t->wake != WAKE_TIMER && run_item_state(r, h->step) < (int)ctx)
        return lua_yieldk(L, 0, ctx, wait_over); /* not so far yet */
    bool there = push_state(L, r, h, (int)ctx);
    task_wait_over(r, t);
    if (!there)
        lua_pushnil(L);
    return 1;
}

int api_progress_wait(lua_State *L)
{
    struct api a;

    api_begin(L, "wait", API_STARTS, &a);
    const struct handle *h = api_handle(L, 1);
    const struct progress *p = progress_of(h->kind);
    int wanted = p ? progress_number(h->kind, luaL_checkstring(L, 2)) : 0;
    if (wanted < 1 || wanted > p->last)
        return luaL_error(L, "%s", p ? p->refusal : "wait: this handle has no states to wait for");
    int64_t ms = lua_isnoneornil(L, 3) ? -1 : api_duration(L, 3, "wait");
    lua_settop(L, 1);
    if (push_state(L, a.run, h, wanted))
        return 1;
    task_wait(a.run, a.task, WAIT_ITEM, a.step, a.at);
    a.task->wait.of = mem_str(h->step);
    if (ms >= 0)
        task_wait_timer(a.run, a.task, ms);
    return lua_yieldk(L, 0, wanted, wait_over);
}
