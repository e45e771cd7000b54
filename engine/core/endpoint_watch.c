#include "core/endpoint_watch.h"

#include "core/alarm.h"
#include "core/endpoint_load.h"
#include "core/notice.h"
#include "core/upkeep.h"

#include <stdlib.h>
#include <string.h>

/* A courier that gives no word on a probe for so long has lost it. */
enum { PROBE_LOST_MS = 60 * 1000 };

static const struct endpoint *endpoint_of(const struct core *c, const char *name)
{
    return c->site ? site_endpoint(c->site->site, name) : NULL;
}

bool endpoint_is_down(const struct core *c, const char *endpoint)
{
    const struct endpoint_load *load = load_find(c, endpoint);
    const struct endpoint *e = load && load->down_since ? endpoint_of(c, endpoint) : NULL;
    return e && e->probe_ms; /* of one that is not asked any more nobody knows */
}

/* ---- asking ---- */

/* Spread over the first half of the time, so that not all are asked at once. */
static mono_ms first_time(const struct core *c, const struct endpoint *e, size_t index)
{
    int64_t half = e->probe_ms / 2;
    return c->in->mono + half + (int64_t)(index * 997) % (half + 1);
}

void endpoints_watch(struct core *c)
{
    const struct endpoint *e;
    for (size_t n = 0; c->cfg.watch && c->site && (e = site_endpoint_at(c->site->site, n)); n++) {
        struct endpoint_load *load = load_of(c, e->name);
        if (e->probe_ms && !load->probe.at)
            timer_set(&c->timers, &load->probe, first_time(c, e, n));
    }
}

static void probe_effect(struct core *c, const struct endpoint *e)
{
    const struct channel *ch = channel_find(c->site->channels, e->channel);
    struct effect *effect = core_effect(c, EFFECT_PROBE);
    json_t *body = attempt_frame("", e->name, "", e, ch);
    json_object_del(body, "person");
    if (ch)
        json_put(body, "asks", json_incref(channel_key(ch, "probe")));
    effect->body = json_put_true(body, "probe", true);
}

void endpoint_ask(struct core *c, struct endpoint_load *load)
{
    const struct endpoint *e = endpoint_of(c, load->endpoint);
    mono_ms now = c->in->mono;
    timer_clear(&c->timers, &load->probe);
    if (!e || !e->probe_ms)
        return;
    mono_ms again = load->down_since ? 0 : load->answered + e->probe_ms;
    bool under_way = load->asked_at && now - load->asked_at < PROBE_LOST_MS;
    if (c->courier_up && !under_way && (!load->answered || again <= now)) {
        load->asked_at = now;
        probe_effect(c, e);
        again = 0;
    }
    timer_set(&c->timers, &load->probe, again > now ? again : now + e->probe_ms);
}

/* ---- answers ---- */

static void down_tell(struct core *c, const struct endpoint_load *load, struct incident *i)
{
    AUTO_TEXT(cause);
    AUTO_TEXT(en);
    AUTO_TEXT(zh);
    text_addf(&cause, "endpoint_down/%s", load->endpoint);
    text_addf(&en, "endpoint %s does not answer: %s. Messages go by the other contacts",
              load->endpoint, load->why ? load->why : "no answer");
    text_addf(&zh, "端点 %s 无应答：%s。消息改经其他联系方式发送", load->endpoint,
              load->why ? load->why : "无应答");
    alarm_raise(c, i, text_str(&cause), text_str(&en), text_str(&zh));
}

static void endpoint_falls(struct core *c, const struct endpoint_load *load)
{
    struct incident *i = upkeep_incident(c);
    json_t *body = json_put_str(json_object(), "endpoint", load->endpoint);
    json_put_str(body, "class", json_str(c->in->body, "class"));
    if (json_int(c->in->body, "status", 0))
        json_put_int(body, "status", json_int(c->in->body, "status", 0));
    core_emit(c, REC_ENDPOINT_DOWN, i,
              (struct emit){.body = body, .sealed = json_put_str(json_object(), "why", load->why)});
    notice_endpoint_down(c, load->endpoint);
    down_tell(c, load, i);
}

static void endpoint_answers(struct core *c, struct endpoint_load *load)
{
    load->unanswered = 0;
    load->answered = c->in->mono;
    load->answered_at = c->in->wall;
    free(load->why);
    load->why = NULL;
    if (!load->down_since)
        return;
    json_t *body = json_put_str(json_object(), "endpoint", load->endpoint);
    json_put_int(body, "down_ms", c->in->wall - load->down_since);
    core_emit(c, REC_ENDPOINT_UP, upkeep_incident(c), (struct emit){.body = body});
}

void endpoint_took(struct core *c, const char *endpoint)
{
    endpoint_answers(c, load_of(c, endpoint));
}

void decide_probed(struct core *c)
{
    const char *endpoint = json_str_or(c->in->body, "endpoint", "");
    struct endpoint_load *load = load_find(c, endpoint);
    if (!load || !endpoint_of(c, endpoint))
        return;
    load->asked_at = 0;
    if (json_bool(c->in->body, "ok")) {
        endpoint_answers(c, load);
        return;
    }
    free(load->why);
    load->why = mem_str(json_str(c->in->body, "error"));
    if (++load->unanswered >= PROBES_WITHOUT_ANSWER && !load->down_since)
        endpoint_falls(c, load);
}

void endpoint_apply(struct core *c, const struct record *r)
{
    struct endpoint_load *load = load_of(c, json_str_or(r->body, "endpoint", ""));
    bool down = r->kind == REC_ENDPOINT_DOWN;
    load->down_since = down ? r->at_ms : 0;
    free(load->down_class);
    load->down_class = down ? mem_str(json_str(r->body, "class")) : NULL;
    load->dirty = true;
}

/* ---- as people see it ---- */

json_t *endpoint_state(const struct core *c, const char *endpoint, wall_ms now, json_t *one)
{
    char at[RFC3339_TEXT];
    const struct endpoint_load *load = load_find(c, endpoint);
    if (!load)
        return json_put_str(one, "state", "unknown");
    bool down = endpoint_is_down(c, endpoint), paused = load->paused_to > now;
    json_put_str(one, "state",
                 down             ? "down"
                 : paused         ? "paused"
                 : load->answered ? "up"
                                  : "unknown");
    if (paused)
        json_put_str(one, "paused_until", rfc3339(load->paused_to, at));
    if (down)
        json_put_str(one, "since", rfc3339(load->down_since, at));
    json_put_str(one, "cause", load->why ? load->why : load->down_class);
    if (load->answered_at)
        json_put_str(one, "answered", rfc3339(load->answered_at, at));
    json_put_int(one, "waiting", load->waiting);
    return json_put_int(one, "under_way", load->handed);
}
