/*
 * Every run of plans in a database, replayed, for tests/live/golden.py.
 *
 *     golden DATABASE     prints a line a run: "INCIDENT PLAN TURNS: the same", or what differs
 *
 * The record is read as a rebuild reads it (so that the file is written to: give a copy), and each
 * run is replayed from its beginning to its last turn, as after an upgrade (plan/verify.h). A run
 * begins where an incident is opened, and where one is opened again.
 */
#include "core/core.h"
#include "plan/pin.h"
#include "plan/planner.h"
#include "plan/verify.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct played {
    struct uuid incident;
    char *pin, *plan, *seed;
    json_t *rows;
    int64_t turns;
};

struct all {
    struct core *core;
    struct pins pins;
    struct played *at;
    size_t count, cap;
    bool failed;
};

static void take_pin(void *ctx, const struct store_pin *pin)
{
    struct all *all = ctx;
    AUTO_JSON(body);
    AUTO_JSON(frame);
    struct why why;
    if (strcmp(pin->kind, "plan") != 0)
        return;
    enum err e = json_read(pin->body, pin->body_len, &body, &why);
    frame = json_put_str(json_object(), "pin", pin->hash);
    json_put_str(frame, "plan", json_str(body, "name"));
    json_put(frame, "files", json_share(json_at(body, "files")));
    if (!e)
        e = pins_add(&all->pins, frame, &why);
    if (e) {
        printf("pin %s: %s\n", pin->hash, why.text);
        all->failed = true;
    }
}

static struct played *played_of(const struct all *all, struct uuid incident)
{
    for (size_t n = all->count; n > 0; n--)
        if (uuid_cmp(all->at[n - 1].incident, incident) == 0)
            return &all->at[n - 1];
    return NULL;
}

/* A run begins. Opened again it has a seed of its own, and the plan of the time before. */
static void begin(struct all *all, const struct record *r)
{
    const struct played *before = played_of(all, r->incident);
    const char *pin = json_str_or(r->body, "pin", before ? before->pin : "");
    const char *plan = json_str_or(r->body, "plan", before ? before->plan : "");
    if (!pin[0])
        return;
    struct played next = {.incident = r->incident,
                          .pin = mem_str(pin),
                          .plan = mem_str(plan),
                          .seed = mem_str(json_str_or(r->body, "seed", "")),
                          .rows = json_array()};
    all->at = mem_grow(all->at, &all->cap, all->count + 1, sizeof *all->at);
    all->at[all->count++] = next;
}

static void take_record(void *ctx, const struct record *r)
{
    struct all *all = ctx;
    core_apply(all->core, r);
    if (r->kind == REC_INCIDENT_OPENED || r->kind == REC_REOPENED)
        begin(all, r);
    struct played *p = played_of(all, r->incident);
    json_t *row = p ? record_for_planner(r, INT64_MAX) : NULL;
    if (!row)
        return;
    p->turns += json_at(row, "turn") != NULL;
    json_array_append_new(p->rows, row);
}

static void take_rows(void *ctx, struct row **ret, size_t *ret_count)
{
    core_dirty_rows(((struct all *)ctx)->core, ret, ret_count);
}

static void replay(struct all *all, const struct played *p)
{
    const struct sandbox_limits limits = planner_config_default.limits;
    const struct replay_limits most = {.turn_instructions_max = 2 * limits.instructions_max,
                                       .instructions_max =
                                           planner_config_default.replay_instructions_max};
    struct verify v = {0};
    struct why why;
    char id[UUID_TEXT];
    AUTO_JSON(page);
    AUTO_JSON(outcome);
    page = json_put_str(json_object(), "incident", uuid_text(p->incident, id));
    json_put_str(json_put_str(page, "pin", p->pin), "seed", p->seed);
    json_put(json_put(page, "first", json_true()), "rows", json_incref(p->rows));
    enum err e = verify_page(&v, &all->pins, page, &limits, &most, &outcome, &why);
    const char *said = e ? why.text : json_str_or(outcome, "text", "the same");
    printf("%s %s %" PRId64 ": %s\n", id, p->plan, p->turns, said);
    all->failed = all->failed || e || !json_bool(outcome, "ok");
    verify_drop(&v);
}

static void nothing_durable(void *ctx, int64_t seq)
{
    (void)ctx;
    (void)seq;
}

static enum err read_all(const char *path, struct all *all, struct why *why)
{
    const struct store_config config = {.path = path, .durable = nothing_durable};
    struct store *store = NULL;
    enum err e = store_open(&config, &store, why);
    if (!e)
        e = store_pins(store, take_pin, all, why);
    if (store)
        store_stop(store);
    if (!e)
        e = store_rebuild(&config, take_record, take_rows, all, why);
    return e;
}

int main(int argc, char **argv)
{
    const struct core_config config = {.version = "golden", .speed = 1, .incidents_max = INT64_MAX};
    struct all all = {.core = core_new(&config)};
    struct why why = {0};
    if (argc != 2 || read_all(argv[1], &all, &why)) {
        printf("%s\n", argc != 2 ? "golden DATABASE" : why.text);
        all.failed = true;
    }
    for (size_t n = 0; n < all.count; n++) {
        if (all.at[n].turns)
            replay(&all, &all.at[n]);
        free(all.at[n].pin);
        free(all.at[n].plan);
        free(all.at[n].seed);
        json_decref(all.at[n].rows);
    }
    free(all.at);
    pins_done(&all.pins);
    core_free(all.core);
    return all.failed;
}
