#include "core/dead.h"

#include "core/decide.h"
#include "core/incident.h"
#include "core/notice.h"

#include <stdlib.h>
#include <string.h>

/* ---- the list ---- */

static json_t *dead_json(const struct notice *n)
{
    char id[UUID_TEXT], at[RFC3339_TEXT];
    AUTO_JSON(message);
    AUTO_JSON(about);
    message = kept_json(n->message);
    about = kept_json(n->incident->about);
    json_t *one = json_put_str(json_object(), "notice", uuid_text(n->id, id));
    json_put_str(one, "incident", uuid_text(n->incident->id, id));
    json_put_str(one, "title", json_str(about, "title"));
    json_put_str(one, "to", n->person);
    json_put_str(one, "name", json_str(message, "name"));
    json_put_str(one, "step", n->step);
    json_put_str(one, "type", json_str(message, "type"));
    json_put_str(one, "endpoint", *n->endpoint ? n->endpoint : NULL);
    json_put_str(one, "text", json_str(message, "text"));
    json_put_str(one, "why", n->why);
    json_put_str(one, "at", rfc3339(n->failed_at, at));
    return json_put(one, "drill", json_boolean(n->incident->drill));
}

static int later_first(const void *a, const void *b)
{
    const struct notice *x = *(struct notice *const *)a, *y = *(struct notice *const *)b;
    if (x->failed_at != y->failed_at)
        return x->failed_at > y->failed_at ? -1 : 1;
    return uuid_cmp(y->id, x->id);
}

/* Of one incident, or (NULL) all. Gives an array (free()). */
static struct notice **dead_of(const struct core *c, const struct incident *i, size_t *ret_count)
{
    struct notice **all = mem_new((size_t)c->stats.dead + 1, sizeof *all), *n;
    *ret_count = 0;
    TAILQ_FOREACH(n, &c->dead, dead)
    {
        if (!i || n->incident == i)
            all[(*ret_count)++] = n;
    }
    if (*ret_count > 1)
        qsort(all, *ret_count, sizeof(struct notice *), later_first);
    return all;
}

json_t *dead_list(const struct core *c)
{
    size_t count;
    struct notice **all = dead_of(c, NULL, &count);
    json_t *list = json_array();
    for (size_t k = 0; k < count; k++)
        json_array_append_new(list, dead_json(all[k]));
    free(all);
    return list;
}

/* ---- again, or never ---- */

/* The one that is named; NULL after a refusal that says what became of it. */
static struct notice *dead_named(struct core *c)
{
    char id[UUID_TEXT];
    struct notice *n = core_notice(c, c->in->notice);
    uuid_text(c->in->notice, id);
    if (!n)
        core_refuse(c, CODE_NOT_FOUND, "notice", NULL, "no message %s, or its incident is over",
                    id);
    else if (n->state == NOTICE_FAILED && !n->is_dead)
        core_refuse(c, CODE_CLOSED, "notice", NULL,
                    "the incident of message %s is over: it stands in the record", id);
    else if (!n->is_dead)
        core_refuse(c, CODE_CONFLICT, "notice", NULL,
                    "message %s is no dead letter: it is %s (muster dead list)", id,
                    notice_state_name(n->state));
    return n && n->is_dead ? n : NULL;
}

/* Each that is meant; returns how many were. */
static int64_t dead_each(struct core *c, struct notice **all, size_t count, bool drop)
{
    int64_t done = 0;
    for (size_t k = 0; k < count; k++) {
        if (drop)
            notice_drop(c, all[k]);
        done += drop || notice_replay(c, all[k]);
    }
    return done;
}

void decide_dead(struct core *c)
{
    const char *action = json_str_or(c->in->body, "action", "replay");
    bool drop = !strcmp(action, "drop"), of_one = !uuid_is_none(c->in->notice);
    struct notice **all, *one[1];
    size_t count = 1;
    if (!input_allowed(c, SCOPE_RESPOND, drop ? "let messages go" : "send messages again"))
        return;
    if (!of_one && uuid_is_none(c->in->incident)) {
        core_refuse(c, CODE_MISSING_FIELD, "notice", NULL,
                    "which one? give \"notice\", or \"incident\" for all of it");
        return;
    }
    if (of_one) {
        if (!(one[0] = dead_named(c)))
            return;
        all = one;
    } else {
        struct incident *i = input_incident(c);
        if (!i)
            return;
        all = dead_of(c, i, &count);
    }
    int64_t done = dead_each(c, all, count, drop);
    if (!of_one)
        free(all);
    if (count && !done)
        core_refuse(c, CODE_CONFLICT, "notice", NULL,
                    "the site has no contact to send it to: give the person one first");
    else
        core_reply_ok(c, json_put_int(json_object(), drop ? "dropped" : "replayed", done));
}
