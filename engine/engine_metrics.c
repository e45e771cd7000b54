/*
 * engine_metrics - the engine in figures (/metrics) and in a word (/readyz).
 *
 * Every figure is read where it is kept: from the core, the store, the clients, the children and
 * this process. Counters begin anew with the engine, as Prometheus expects of a restart.
 */
#include "engine.h"

#include "world/process.h"

#include <string.h>

void figures_init(struct engine_figures *f)
{
    *f = (struct engine_figures){.lateness = {.scale = &histogram_machine}};
    tally_init(&f->tally);
}

/* ---- each part's families ---- */

static void incidents_write(const struct core_stats *s, struct exposition *to)
{
    exposition_family(to, EXPOSITION_GAUGE, "muster_incidents", "Incidents that are not over.");
    for (int drill = 0; drill < 2; drill++) {
        exposition_label(to, "state", "open");
        exposition_label(to, "drill", drill ? "true" : "false");
        exposition_int(to, s->open[drill]);
    }
    exposition_one(to, EXPOSITION_GAUGE, "muster_incidents_fallback",
                   "Incidents whose plan cannot go on: people are called by the fallback.",
                   s->fallback);
    exposition_one(to, EXPOSITION_GAUGE, "muster_timers", "Waits and clocks that are set.",
                   s->timers);
}

static void queue_write(const struct engine *e, const struct core_stats *s, struct exposition *to)
{
    int64_t age_ms = s->queued_since ? e->clock.wall - s->queued_since : 0;
    exposition_one(to, EXPOSITION_GAUGE, "muster_notice_queue",
                   "Messages that wait for a place at their endpoint.", s->notices_queued);
    exposition_family(to, EXPOSITION_GAUGE, "muster_notice_queue_oldest_seconds",
                      "Age of the message that has waited longest for a place; 0: none waits.");
    exposition_real(to, age_ms > 0 ? (double)age_ms / 1000 : 0);
    exposition_one(to, EXPOSITION_GAUGE, "muster_dead_letters",
                   "Messages that failed by every contact, of incidents that are not over.",
                   s->dead);
    exposition_one(to, EXPOSITION_GAUGE, "muster_notices_under_way",
                   "Attempts that the courier has in hand.", s->notices_handed);
}

static void endpoints_write(const struct engine *e, struct exposition *to)
{
    AUTO_JSON(endpoints);
    json_t *one;
    size_t n;
    endpoints = core_endpoints(e->core, e->clock.wall);
    exposition_family(to, EXPOSITION_GAUGE, "muster_endpoint_up",
                      "1: it answers, as far as is known; 0: it was asked twice and did not.");
    json_array_foreach(endpoints, n, one)
    {
        exposition_label(to, "endpoint", json_str_or(one, "name", ""));
        exposition_int(to, strcmp(json_str_or(one, "state", ""), "down") != 0);
    }
    exposition_family(to, EXPOSITION_GAUGE, "muster_endpoint_waiting",
                      "Messages that wait for a place at the endpoint.");
    json_array_foreach(endpoints, n, one)
    {
        exposition_label(to, "endpoint", json_str_or(one, "name", ""));
        exposition_int(to, json_int(one, "waiting", 0));
    }
}

static void planners_write(const struct engine *e, struct exposition *to)
{
    static const char *const causes[PLANNER_ENDS] = {"cpu", "fault", "quiet", "asked", "lost"};
    int64_t up = 0;
    exposition_family(to, EXPOSITION_COUNTER, "muster_planner_kills_total",
                      "Planner processes that ended: cpu (its time was over), fault (a fatal "
                      "signal), quiet (it said nothing), asked (a suspect's turn was over), lost "
                      "(by no fault of its own).");
    for (int n = 0; n < PLANNER_ENDS; n++) {
        exposition_label(to, "cause", causes[n]);
        exposition_int(to, e->figures.planner_ends[n]);
    }
    exposition_family(to, EXPOSITION_GAUGE, "muster_child_queue_bytes",
                      "Bytes that wait to be read by a process of ours.");
    for (enum child_slot slot = 0; slot < CHILD_ENGINE; slot++) {
        exposition_label(to, "child", child_name(slot));
        exposition_int(to, (int64_t)children_queued_bytes(e->children, slot));
    }
    for (int slot = 0; slot < SLOT_QUARANTINE; slot++)
        up += e->planners[slot].gen != 0;
    exposition_one(to, EXPOSITION_GAUGE, "muster_planners_up", "Planner processes that run.", up);
    exposition_one(to, EXPOSITION_GAUGE, "muster_courier_up", "1 while the courier runs.",
                   e->courier_gen != 0);
}

static void heads_write(const struct store_stats *s, struct exposition *to)
{
    exposition_one(to, EXPOSITION_COUNTER, "muster_heads_kept_total",
                   "Signed heads of the journal that were kept at the second place.",
                   s->heads_kept);
    exposition_one(to, EXPOSITION_GAUGE, "muster_head_seq",
                   "Number of the row in the last signed head at the second place; 0: none yet.",
                   s->head_seq);
    exposition_one(to, EXPOSITION_GAUGE, "muster_head_failing",
                   "1 while the second place (head_file) cannot be written.", s->head_failing);
    exposition_one(to, EXPOSITION_GAUGE, "muster_head_missing",
                   "1: a head that was signed in an earlier life is not in the journal; rows were "
                   "taken away.",
                   s->head_missing);
}

static void store_write(const struct engine *e, struct exposition *to)
{
    struct store_stats s = store_stats(e->store);
    exposition_family(to, EXPOSITION_HISTOGRAM, "muster_commit_seconds",
                      "From the beginning of a transaction until it is on the disk.");
    exposition_histogram(to, &s.commit_times);
    exposition_one(to, EXPOSITION_GAUGE, "muster_journal_seq",
                   "Number of the last row of the journal that is on the disk.", s.durable_seq);
    exposition_one(to, EXPOSITION_GAUGE, "muster_disk_trouble",
                   "1 while the disk is full and the record lives on its ballast.", e->trouble);
    heads_write(&s, to);
}

static void intake_write(const struct serve_stats *s, struct exposition *to)
{
    static const char *const doors[DOORS] = {
        [DOOR_UNIX] = "unix", [DOOR_TCP] = "tcp", [DOOR_HTTP] = "http"};
    exposition_family(to, EXPOSITION_COUNTER, "muster_intake_total",
                      "Requests by how they were answered: ok, or the code of the refusal.");
    for (int door = 0; door < DOORS; door++) {
        for (int code = 0; code < CODES; code++) {
            if (code != CODE_OK && !s->intake[door][code])
                continue;
            exposition_label(to, "dialect", doors[door]);
            exposition_label(to, "code", code_name((enum code)code));
            exposition_int(to, s->intake[door][code]);
        }
    }
    exposition_one(to, EXPOSITION_GAUGE, "muster_connections", "Clients that are connected.",
                   s->connections);
    exposition_one(to, EXPOSITION_GAUGE, "muster_watchers", "Clients that follow the events.",
                   s->watchers);
}

static void limits_write(const struct engine *e, struct exposition *to)
{
    exposition_family(to, EXPOSITION_GAUGE, "muster_limit_used_ratio",
                      "How much of a limit is used, by the one who uses most of it; 1: all.");
    for (enum limit l = 0; l < LIMITS; l++) {
        exposition_label(to, "limit", limit_name(l));
        exposition_real(to, limit_used(e, l));
    }
}

static void process_write(struct exposition *to)
{
    struct process_figures p;
    process_look(&p);
    exposition_family(to, EXPOSITION_COUNTER, "process_cpu_seconds_total",
                      "User and system time of the engine's process.");
    exposition_real(to, p.cpu_s);
    exposition_family(to, EXPOSITION_GAUGE, "process_start_time_seconds",
                      "When the engine's process began, in seconds since 1970.");
    exposition_real(to, p.started_s);
    exposition_one(to, EXPOSITION_GAUGE, "process_resident_memory_bytes",
                   "Memory that the engine's process has in use.", p.resident_bytes);
    exposition_one(to, EXPOSITION_GAUGE, "process_virtual_memory_bytes",
                   "Address space of the engine's process.", p.virtual_bytes);
    exposition_one(to, EXPOSITION_GAUGE, "process_open_fds", "File descriptors that are open.",
                   p.open_fds);
    exposition_one(to, EXPOSITION_GAUGE, "process_max_fds", "File descriptors that may be open.",
                   p.most_fds);
}

void engine_metrics(void *ctx, struct text *to)
{
    const struct engine *e = ctx;
    struct core_stats core = core_stats(e->core);
    struct serve_stats serve = serve_stats(e->serve);
    AUTO_EXPOSITION(x, to);
    exposition_family(&x, EXPOSITION_GAUGE, "muster_build_info", "The version; always 1.");
    exposition_label(&x, "version", MUSTER_VERSION);
    exposition_int(&x, 1);
    incidents_write(&core, &x);
    tally_write(&e->figures.tally, &x);
    queue_write(e, &core, &x);
    endpoints_write(e, &x);
    planners_write(e, &x);
    plans_metrics(e, &x);
    desk_metrics(e, &x);
    verify_metrics(e, &x);
    exposition_family(&x, EXPOSITION_HISTOGRAM, "muster_timer_lateness_seconds",
                      "How late timers fired.");
    exposition_histogram(&x, &e->figures.lateness);
    store_write(e, &x);
    intake_write(&serve, &x);
    limits_write(e, &x);
    process_write(&x);
}

/* ---- readiness ---- */

static bool say_ready(struct text *report, const char *name, const char *failing)
{
    if (failing)
        text_addf(report, "failing %s: %s\n", name, failing);
    else
        text_addf(report, "ok %s\n", name);
    return !failing;
}

static const char *record_failing(const struct engine *e)
{
    if (e->trouble)
        return "the disk is full and the ballast is in use; make room now";
    if (e->port->free_bytes(e->port->ctx) < config_number(e->config, OPT_STORE_RESERVE_BYTES))
        return "less than store.reserve_bytes is free on the disk, triggers are refused; make room";
    return NULL;
}

bool engine_ready(void *ctx, struct text *report)
{
    const struct engine *e = ctx;
    bool planner = false;
    for (int slot = 0; slot < SLOT_QUARANTINE; slot++)
        planner |= e->planners[slot].gen != 0;
    bool ready = say_ready(report, "record", record_failing(e));
    ready &= say_ready(report, "site",
                       config_in_force(e) ? NULL
                                          : "no site is in force; muster serve -n says what is "
                                            "wrong with site and plans");
    ready &= say_ready(report, "planner",
                       planner ? NULL
                               : "no planner runs; incidents are accepted, their plans wait for "
                                 "it; the log says why it ends");
    ready &=
        say_ready(report, "courier",
                  e->courier_gen ? NULL
                                 : "the courier does not run; no message leaves until it does; "
                                   "the log says why it ends");
    plans_say(e, report);
    return ready;
}
