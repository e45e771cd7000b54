/*
 * A province watches its gauges: 10,000 stations, 20 conditions of a plan, and each station reports
 * once a minute. It may take a fifth of one core. What is measured is the core alone: decide, apply
 * and the rows that the store would be given.
 */
#include "unit.h"

#include "core/core.h"
#include "planner_sandbox.h"

#include <stdlib.h>
#include <string.h>

enum { STATIONS = 10000, CONDITIONS = 20, STEEP = 50 /* of a thousand readings, over a mark */ };

static const char site_rest[] =
    "{\"name\":\"浑江市\",\"languages\":[\"zh\",\"en\"],"
    "\"endpoints\":{\"push\":{\"channel\":\"web\"}},"
    "\"people\":{\"li.ming\":{\"name\":\"李明\",\"contacts\":[\"push:@\"]}},"
    "\"rosters\":{\"duty-room\":{\"title\":\"值班室\",\"titles\":{\"a\":\"主班\"},"
    "\"seats\":{\"a\":[\"li.ming\"]},\"order\":[\"a\"]}},"
    "\"self_alarm\":{\"to\":\"duty:duty-room\",\"text\":\"x\"},"
    "\"fallback\":[{\"to\":\"duty:duty-room\",\"within\":\"5m\"}]}";

static const char head[] =
    "{\"title\":\"防汛\",\"kind\":\"special\",\"category\":\"natural\",\"version\":\"1\","
    "\"owner\":\"person:li.ming\",\"ends\":\"order\",\"on_resolved\":\"note\",\"facts\":{"
    "\"stage_m\":{\"type\":\"number\",\"per\":\"gauge\",\"stale_after\":\"30m\"},"
    "\"rain_mm\":{\"type\":\"number\",\"per\":\"gauge\"}},"
    "\"fallback\":[{\"to\":\"duty:duty-room\",\"within\":\"5m\"}]}";

struct province {
    struct core *core;
    json_t *event; /* the last one for the plan */
    wall_ms wall;
    mono_ms mono;
    uint64_t inputs;
    size_t edges;
    struct uuid incident;
};

static json_t *json_of(const char *text)
{
    json_t *value = json_loads(text, 0, NULL);
    assert_non_null(value);
    return value;
}

static json_t *site_of(void)
{
    json_t *site = json_of(site_rest), *stations = json_object();
    for (int n = 0; n < STATIONS; n++) {
        char id[16];
        snprintf(id, sizeof id, "g%05d", n);
        json_put(stations, id,
                 json_pack("{s:s,s:s,s:f}", "kind", "gauge", "name", id, "warning_m", 4.5));
    }
    return json_put(site, "stations", stations);
}

static void take(struct province *p, const struct update *u)
{
    for (size_t n = 0; n < u->records_count; n++) {
        const struct record *r = u->records[n];
        if (r->kind == REC_INCIDENT_OPENED)
            p->incident = r->incident;
        if (r->kind == REC_WATCH_TRUE)
            p->edges += (size_t)json_int(r->body, "count", 0);
    }
    for (size_t n = 0; n < u->effects_count; n++) {
        if (u->effects[n].kind != EFFECT_EVENT)
            continue;
        json_decref(p->event);
        p->event = json_incref(u->effects[n].body);
    }
}

static void input(struct province *p, struct input in, json_t *takes_body)
{
    struct update u = {0};
    struct row *rows;
    size_t count;
    AUTO_JSON(body);
    body = takes_body;
    in.body = body;
    in.wall = p->wall;
    in.mono = p->mono;
    in.who = (struct principal){.id = "uid:0", .scopes = SCOPE_ALL};
    p->inputs++;
    memcpy(in.seed, &p->inputs, sizeof p->inputs);
    core_decide(p->core, &in, &u);
    take(p, &u);
    update_done(&u);
    core_dirty_rows(p->core, &rows, &count);
    for (size_t n = 0; n < count; n++)
        row_done(&rows[n]);
    free(rows);
}

/* The plan's turn: it watches, and from then on handles what it is told. */
static void turn(struct province *p, json_t *takes_cmds)
{
    static const char *const same[] = {"gen", "incident", "cause", "prev", "t", "m"};
    json_t *frame = json_put(json_object(), "cmds", takes_cmds), *steps = json_array();
    for (size_t k = 0; k < sizeof same / sizeof *same; k++)
        json_put(frame, same[k], json_share(json_at(p->event, same[k])));
    for (int n = 0; n < CONDITIONS; n++) {
        char step[24];
        snprintf(step, sizeof step, "watch/0.%d", n);
        json_array_append_new(steps, json_string(step));
    }
    json_put(frame, "awaits", json_put(json_object(), "steps", steps));
    struct input in = {.kind = IN_TURN, .gen = json_int(p->event, "gen", 0)};
    json_decref(p->event);
    p->event = NULL;
    input(p, in, frame);
}

static json_t *watches(void)
{
    json_t *cmds = json_array();
    for (int n = 0; n < CONDITIONS; n++) {
        char step[24], when[80];
        snprintf(step, sizeof step, "watch/0.%d", n);
        snprintf(when, sizeof when,
                 n % 2 ? "stage_m >= warning_m + %d.5" : "stage_m > %d and rain_mm >= 2",
                 n % 2 ? n / 4 : 5 + n / 4);
        json_t *args = json_pack("{s:s,s:s,s:b}", "watch", step, "when", when, "each", 1);
        json_array_append_new(
            cmds, json_pack("{s:s,s:s,s:o}", "kind", "watch", "step", step + 6, "args", args));
    }
    return cmds;
}

static void province_begin(struct province *p)
{
    const struct core_config config = {
        .version = "bench", .speed = 1, .incidents_max = 10, .attempts_max = 16, .answer_url = "x"};
    struct why why;
    AUTO_JSON(site);
    AUTO_JSON(plan);
    *p = (struct province){.core = core_new(&config), .wall = 1784512800000, .mono = 1000};
    site = json_pack("{s:o,s:{s:{s:s,s:{s:s}}}}", "site", site_of(), "channels", "web", "method",
                     "POST", "body", "text", "{mark}{text}");
    plan = json_of(head);
    if (core_library_site(p->core, "site1", site, &why) ||
        core_library_plan(p->core, "flood1", "flood", plan, &why))
        fail_msg("%s", why.text);
    input(p, (struct input){.kind = IN_CONFIG},
          json_pack("{s:s,s:[{s:s,s:s}]}", "site", "site1", "plans", "name", "flood", "pin",
                    "flood1"));
    input(p, (struct input){.kind = IN_COURIER_UP}, NULL);
    for (int slot = 0; slot < PLANNER_SLOTS; slot++)
        input(p, (struct input){.kind = IN_PLANNER_UP, .slot = slot, .gen = slot + 1}, NULL);
    input(p, (struct input){.kind = IN_TRIGGER},
          json_pack("{s:s,s:s}", "plan", "flood", "title", "汛期值守"));
    turn(p, watches());
}

static void report(struct province *p, int station, int minute)
{
    char id[16];
    unsigned dice = (unsigned)station * 2654435761u + (unsigned)minute * 40503u;
    double stage = (dice >> 8) % 1000 < STEEP ? 5.2 : 3.1;
    snprintf(id, sizeof id, "g%05d", station);
    p->mono += MS_MINUTE / STATIONS;
    p->wall += MS_MINUTE / STATIONS;
    input(p, (struct input){.kind = IN_UPDATE, .incident = p->incident},
          json_pack("{s:{s:{s:f,s:f}}}", "fields", id, "stage_m", stage, "rain_mm", 3.0));
    if (p->event) /* somewhere it is over a mark: the handler's turn */
        turn(p, json_array());
}

/* Why: a watch must not make a province's minute longer than a minute. */
static void a_minute_of_a_province_takes_less_than_a_fifth_of_a_core(void **state)
{
    (void)state;
    struct province p;
    province_begin(&p);
    for (int station = 0; station < STATIONS; station++)
        report(&p, station, 0);
    p.edges = 0;
    double before = planner_cpu_s();
    for (int station = 0; station < STATIONS; station++)
        report(&p, station, 1);
    double taken = planner_cpu_s() - before;
    print_message(
        "# %d stations, %d conditions, each reported once: %.2f s CPU of 60 (%.1f %% of a "
        "core), %zu times over a mark\n",
        STATIONS, CONDITIONS, taken, taken / 0.6, p.edges);
    assert_true(p.edges > 100);
    assert_true(taken < 12);
    json_decref(p.event);
    core_free(p.core);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_minute_of_a_province_takes_less_than_a_fifth_of_a_core),
    };
    return cmocka_run_group_tests_name("watch_bench", tests, NULL, NULL);
}
