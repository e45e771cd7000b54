#include "plan/verify.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

void verify_drop(struct verify *v)
{
    run_free(v->run);
    replay_done(&v->replay);
    free(v->incident);
    *v = (struct verify){0};
}

static json_t *outcome(bool ok, bool more)
{
    json_t *reply = json_put(json_object(), "ok", json_boolean(ok));
    return json_put(reply, "more", json_boolean(more));
}

static json_t *failed(const char *reason, const char *text, const char *where)
{
    json_t *reply = json_put_str(outcome(false, false), "reason", reason);
    return json_put_str(json_put_str(reply, "text", text), "where", where);
}

static enum err begin(struct verify *v, const struct pins *pins, const json_t *frame,
                      const struct sandbox_limits *limits, struct why *why)
{
    struct pin *pin = pins_find(pins, json_str_or(frame, "pin", ""));

    verify_drop(v);
    if (!pin)
        return why_set(why, ERR_MISSING, "the files of the plan are not there");
    enum err e = run_new(json_str(frame, "incident"), pin, json_str_or(frame, "seed", ""), limits,
                         &v->run, why);
    if (!e)
        v->incident = mem_str(json_str(frame, "incident"));
    return e;
}

enum err verify_page(struct verify *v, const struct pins *pins, const json_t *frame,
                     const struct sandbox_limits *limits, const struct replay_limits *replay,
                     json_t **ret, struct why *why)
{
    const char *incident = json_str(frame, "incident");
    const json_t *rows = json_at(frame, "rows");
    bool more = json_bool(frame, "more"), ok = true;

    if (!incident || !json_is_array(rows))
        return why_set(why, ERR_INVALID, "frame verify: a member is missing");
    if (json_bool(frame, "first")) {
        enum err e = begin(v, pins, frame, limits, why);
        if (e) {
            *ret = failed("error", why->text, "");
            return ERR_OK;
        }
    }
    if (!v->incident || strcmp(v->incident, incident) != 0)
        return why_set(why, ERR_INVALID, "frame verify: its first page was not sent");

    /* what went well once must go well again: with room to spare, as in a replay for a turn */
    sandbox_set_bytes_max(v->run->sb, limits->bytes_max + limits->bytes_max / 4);
    for (size_t i = 0; ok && i < json_array_size(rows); i++)
        ok = replay_row(&v->replay, v->run, json_array_get(rows, i), replay);
    if (ok && !more && !v->run->cause)
        *ret = failed("diverged", "the record has no turn of it", "");
    else
        *ret = ok ? outcome(true, more)
                  : failed(v->run->fault.reason, v->run->fault.text, v->run->fault.where);
    if (!ok || !more)
        verify_drop(v);
    return ERR_OK;
}
