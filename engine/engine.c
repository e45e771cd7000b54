#include "engine.h"

#include "base/crash.h"
#include "base/heap.h"
#include "base/log.h"

#include <search.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* After so many the writer begins, and the pass goes on meanwhile. */
enum { RECORDS_A_COMMIT = 48 };
/* So many timers in one commit: an outage's thousands do not keep an answer waiting. */
enum { TICKS_A_PASS = 1024 };
/* What a client does not read within this time of the end it does not get. */
enum { LAST_LINES_MS = 3000 };

static void engine_commit(struct engine *e);

/* --- the turn --- */

static void engine_hand(struct engine *e, const struct input *in)
{
    if (!uuid_is_none(in->incident)) {
        page_take_incident(e->child->page, in->incident, core_last_seq(e->core));
    } else if (in->kind == IN_TRIGGER) {
        uint8_t digest[PAGE_DIGEST_BYTES] = {0};
        memcpy(digest, in->digest, sizeof in->digest);
        page_take_digest(e->child->page, digest);
    }
}

/* The clocks are looked at once a pass, when it has its first thing to decide, or at its end. */
static void engine_sample(struct engine *e)
{
    struct why why;
    struct clock_news news;
    if (e->sampled)
        return;
    e->sampled = true;
    if (clock_sample(&e->sample, &why)) {
        log_error("clock", "%s", why.text);
        abort();
    }
    clock_step(&e->clock, &e->sample, &news);
    if (news.step_ms) {
        AUTO_JSON(body);
        body = json_put_int(json_object(), "by_ms", news.step_ms);
        log_warn("clock", "the wall clock was set by %lld ms; timers go on unaffected",
                 (long long)news.step_ms);
        engine_input(e, (struct input){.kind = IN_CLOCK_STEPPED, .body = body});
    }
}

void engine_input(struct engine *e, struct input in)
{
    struct update u = {0};
    if (e->records_count >=
        RECORDS_A_COMMIT) /* before, so that what belongs to one stays together */
        engine_commit(e);
    engine_sample(e);
    in.wall = e->clock.wall;
    in.mono = e->clock.mono;
    in.space_low =
        e->port->free_bytes(e->port->ctx) < config_number(e->config, OPT_STORE_RESERVE_BYTES);
    randombytes_buf(in.seed, sizeof in.seed);
    engine_hand(e, &in);
    crash_point("engine.before_decide");
    core_decide(e->core, &in, &u);
    page_clear(e->child->page);
    for (size_t n = 0; n < u.records_count; n++) {
        keyring_record(e, u.records[n]);
        vault_record(e, u.records[n]);
        courier_record(e, u.records[n]);
        plans_record(u.records[n]);
        if (u.records[n]->kind == REC_DUTY_CHANGE)
            e->word_stale = true;
        e->records =
            mem_grow(e->records, &e->records_cap, e->records_count + 1, sizeof(struct record *));
        e->records[e->records_count++] = record_ref(u.records[n]);
    }
    for (size_t n = 0; n < u.effects_count; n++) {
        struct waiting *w = mem_new(1, sizeof *w);
        w->effect = u.effects[n];
        u.effects[n].body = NULL; /* it moved */
        STAILQ_INSERT_TAIL(&e->waiting, w, link);
    }
    update_done(&u);
}

static void news_clear(struct vault_news *n)
{
    arena_done(&n->keep);
    n->pins_count = n->contacts_count = n->secrets_count = 0;
}

/* All that was decided since the last time becomes one batch. */
static void engine_commit(struct engine *e)
{
    struct row *rows = NULL;
    size_t rows_count = 0;
    core_dirty_rows(e->core, &rows, &rows_count);
    if (e->records_count || rows_count || e->news.pins_count || e->news.contacts_count ||
        e->news.secrets_count) {
        struct store_batch batch = {.records = e->records,
                                    .records_count = e->records_count,
                                    .rows = rows,
                                    .rows_count = rows_count,
                                    .pins = e->news.pins,
                                    .pins_count = e->news.pins_count,
                                    .contacts = e->news.contacts,
                                    .contacts_count = e->news.contacts_count,
                                    .secrets = e->news.secrets,
                                    .secrets_count = e->news.secrets_count};
        clock_mark_now(&e->clock, &batch.mark);
        for (size_t n = 0; n < e->records_count; n++) {
            struct said *s = mem_new(1, sizeof *s);
            s->record = record_ref(e->records[n]);
            STAILQ_INSERT_TAIL(&e->said, s, link);
        }
        e->port->append(e->port->ctx, &batch);
        e->records_count = 0;
        news_clear(&e->news);
    }
    free(rows);
}

static void engine_release(struct engine *e, struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_REPLY:
        crash_point("release.reply");
        serve_reply(e->serve, effect->to, json_incref(effect->body));
        break;
    case EFFECT_ATTEMPT:
        crash_point("release.attempt");
        courier_release(e, effect);
        break;
    case EFFECT_FETCH:
        crash_point("release.attempt");
        fetch_release(e, effect);
        break;
    case EFFECT_PROBE:
        probe_release(e, effect);
        break;
    case EFFECT_EVENT:
        crash_point("release.event");
        planner_release(e, effect);
        break;
    case EFFECT_DROP:
    case EFFECT_KILL:
    case EFFECT_WANT:
        planner_release(e, effect);
        break;
    }
}

/* Release, in order, what waited for rows that are on disk now. */
static void engine_release_durable(struct engine *e)
{
    struct said *s;
    while ((s = STAILQ_FIRST(&e->said)) && s->record->seq <= e->durable) {
        STAILQ_REMOVE_HEAD(&e->said, link);
        serve_event(e->serve, s->record);
        keyring_durable(e, s->record);
        tally_record(&e->figures.tally, e->core, s->record);
        record_unref(s->record);
        free(s);
    }
    struct waiting *w;
    while ((w = STAILQ_FIRST(&e->waiting)) && w->effect.after <= e->durable) {
        STAILQ_REMOVE_HEAD(&e->waiting, link);
        engine_release(e, &w->effect);
        json_decref(w->effect.body);
        free(w);
    }
    serve_flush(e->serve);
    keyring_show_out(e);
    children_flush(e->children);
}

static void engine_durable(void *ctx, int64_t seq)
{
    struct engine *e = ctx;
    e->durable = seq;
}

static void engine_trouble(void *ctx, bool on, const char *sentence)
{
    struct engine *e = ctx;
    e->trouble = on;
    if (on)
        log_error("store", "%s", sentence);
    else
        log_info("store", "%s", sentence);
}

/* The reserve of the disk, for whoever reads the log: each refused trigger has its reply. */
static void engine_space(struct engine *e)
{
    const char *data = config_text(e->config, OPT_DATA);
    int64_t reserve = config_number(e->config, OPT_STORE_RESERVE_BYTES);
    int64_t free_bytes = e->port->free_bytes(e->port->ctx);
    enum space space = free_bytes < reserve                 ? SPACE_LOW
                       : free_bytes < reserve + reserve / 4 ? SPACE_SCARCE
                                                            : SPACE_ENOUGH;
    long long free_mib = (long long)(free_bytes >> 20), reserve_mib = (long long)(reserve >> 20);
    if (space == e->space)
        return;
    e->space = space;
    if (space == SPACE_LOW)
        log_error("store",
                  "the disk of %s has %lld MiB free, less than its reserve of %lld MiB "
                  "(store.reserve_bytes): triggers are refused (no_space), what runs goes on; "
                  "make room now",
                  data, free_mib, reserve_mib);
    else if (space == SPACE_SCARCE)
        log_warn("store",
                 "the disk of %s has %lld MiB free; under %lld MiB (store.reserve_bytes) triggers "
                 "are refused; make room",
                 data, free_mib, reserve_mib);
    else
        log_info("store", "the disk of %s has room again, %lld MiB", data, free_mib);
}

/* --- the pass --- */

static void engine_alarm(struct engine *e)
{
    mono_ms due = core_next_due(e->core);
    if (due != INT64_MAX && due < e->grace_until)
        due = e->grace_until;
    loop_alarm_in(e->loop, due == INT64_MAX ? -1 : clock_until(&e->clock, due));
}

static void engine_drained(struct engine *e)
{
    if (!e->draining || !STAILQ_EMPTY(&e->waiting) || !STAILQ_EMPTY(&e->said) ||
        !serve_idle(e->serve))
        return;
    children_stopping(e->children);
    loop_stop(e->loop);
}

/* The timer that is due: how late it fires is told in the machine's time. */
static void engine_tick(struct engine *e)
{
    int64_t late_ms = e->clock.mono - core_next_due(e->core);
    histogram_add(&e->figures.lateness, late_ms * 1000 / config_number(e->config, OPT_SPEED));
    engine_input(e, (struct input){.kind = IN_TICK, .incident = core_next_incident(e->core)});
}

/* The end of each pass of the loop: timers after everything else, one commit, then what is due. */
static void engine_pass(void *ctx)
{
    struct engine *e = ctx;
    engine_sample(e);
    if (e->clock.mono >= e->grace_until) {
        for (int n = 0; n < TICKS_A_PASS && core_next_due(e->core) <= e->clock.mono; n++)
            engine_tick(e);
    }
    engine_commit(e);
    store_poll(e->store);
    engine_commit(e); /* what an answer of the store has led to */
    engine_release_durable(e);
    engine_alarm(e);
    engine_drained(e);
    e->sampled = false;
}

static void engine_store_ready(void *ctx, int ready)
{
    struct engine *e = ctx;
    (void)ready;
    store_poll(e->store); /* what is durable is released at the end of the pass */
}

/* A client that does not read its last lines must not hold up the end until it is a kill. */
static void engine_drain_on(struct engine *e, int64_t passed_ms)
{
    e->draining_ms += passed_ms;
    if (e->draining_ms < LAST_LINES_MS || !STAILQ_EMPTY(&e->waiting) || serve_idle(e->serve))
        return;
    log_info("serve", "%lld clients do not read their last lines; they are hung up on",
             (long long)serve_stats(e->serve).connections);
    serve_hang_up(e->serve);
}

/* Each minute of the steady clock, by no timer of the core. */
static void audit_watch(struct engine *e)
{
    if (!e->audited)
        e->audited = e->clock.mono;
    if (e->clock.mono - e->audited < AUDIT_EVERY_MS || e->clock.mono < e->grace_until)
        return;
    e->audited = e->clock.mono;
    engine_input(e, (struct input){.kind = IN_AUDIT});
}

static void engine_second(void *ctx)
{
    struct engine *e = ctx;
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    int64_t at = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    int64_t passed = e->second_at ? at - e->second_at : 0;
    planner_watch(e, passed);
    courier_watch(e, passed);
    audit_watch(e);
    desk_watch(e, passed);
    keyring_watch(e);
    if (e->draining)
        engine_drain_on(e, passed);
    heap_give_back();
    e->second_at = at;
    if (e->word_stale || e->clock.wall >= e->word_until)
        last_word_keep(e);
    engine_space(e);
    limits_watch(e);
    loop_timer_set(e->second, 1000);
}

/* --- children --- */

static void child_up(void *ctx, enum child_slot slot, int64_t gen)
{
    struct engine *e = ctx;
    if (child_is_planner(slot))
        planner_up(e, (int)slot, gen);
    else if (slot == CHILD_COURIER)
        courier_up(e, gen);
    else if (slot == CHILD_DESK)
        desk_up(e, gen);
}

static void child_frame(void *ctx, enum child_slot slot, int64_t gen, const json_t *frame)
{
    struct engine *e = ctx;
    if (frame_is(frame, "jailed"))
        return; /* children.c has warned of what is missing */
    if (child_is_planner(slot))
        planner_frame_in(e, (int)slot, gen, frame);
    else if (slot == CHILD_DESK)
        desk_frame(e, frame);
    else
        courier_frame_in(e, frame);
}

static void child_died(void *ctx, const struct child_death *d)
{
    struct engine *e = ctx;
    if (child_is_planner(d->slot)) {
        planner_died(e, d);
    } else if (d->slot == CHILD_DESK) {
        desk_died(e, d);
    } else {
        e->courier_gen = 0;
        engine_input(e, (struct input){.kind = IN_COURIER_DIED});
    }
}

static void child_drain(void *ctx)
{
    struct engine *e = ctx;
    e->draining = true;
    desk_stop(e);
    serve_stop(e->serve);
}

static void child_reload(void *ctx)
{
    config_begin(ctx, true, (struct reply_to){0});
}

/* --- start and stop --- */

static void load_pin(void *ctx, const struct store_pin *pin)
{
    struct engine *e = ctx;
    AUTO_JSON(body);
    struct why why;
    enum err err = json_read(pin->body, pin->body_len, &body, &why);
    if (!err && !strcmp(pin->kind, "site"))
        err = core_library_site(e->core, pin->hash, body, &why);
    else if (!err)
        err = core_library_plan(e->core, pin->hash, json_str_or(body, "name", "?"),
                                json_at(body, "head"), &why);
    if (err)
        log_error("store", "pin %s cannot be used: %s", pin->hash, why.text);
    else
        source_add(e, pin->hash, body);
}

static void load_row(void *ctx, const struct row *row)
{
    core_load_row(((struct engine *)ctx)->core, row);
}

static void load_contact(void *ctx, const struct store_contact *c)
{
    contact_keep(ctx, c->person, c->endpoint, c->value);
}

static void load_secret(void *ctx, const struct store_secret *s)
{
    keyring_load(ctx, s);
}

static enum err engine_load(struct engine *e, struct why *why)
{
    AUTO_TEXT(path);
    text_addf(&path, "%s/muster.db", config_text(e->config, OPT_DATA));
    struct store_config config = {.path = text_str(&path),
                                  .ballast_bytes =
                                      config_number(e->config, OPT_STORE_BALLAST_BYTES),
                                  .head_path = config_text(e->config, OPT_HEAD_FILE),
                                  .durable = engine_durable,
                                  .trouble = engine_trouble,
                                  .ctx = e};
    enum err err = store_open(&config, &e->store, why);
    if (!err)
        err = store_pins(e->store, load_pin, e, why);
    if (!err)
        err = store_load(e->store, load_row, e, why);
    if (!err)
        err = store_contacts(e->store, load_contact, e, why);
    if (!err)
        err = store_secrets(e->store, load_secret, e, why);
    if (err)
        return err;
    core_load_end(e->core, store_last_seq(e->store));
    e->durable = store_last_seq(e->store);
    e->port = store_port(e->store);
    return ERR_OK;
}

static enum err engine_clock(struct engine *e, struct why *why)
{
    struct clock_mark mark;
    struct clock_news news;
    enum err err = clock_sample(&e->sample, why);
    if (err)
        return err;
    bool marked = store_mark(e->store, &mark);
    clock_start(&e->clock, marked ? &mark : NULL, &e->sample,
                (int)config_number(e->config, OPT_SPEED), &news);
    if (news.jumped)
        log_error("clock",
                  "the machine's clock is %lld days ahead of the record: overdue waits "
                  "fire now; check the clock",
                  (long long)(news.off_ms / MS_DAY));
    e->grace_until = e->clock.mono +
                     config_number(e->config, OPT_GRACE_MS) * config_number(e->config, OPT_SPEED);
    return ERR_OK;
}

/* What the life before left undone, and what it died of. */
static void engine_recover(struct engine *e)
{
    const struct children_hello *hello = children_hello(e->children);
    AUTO_JSON(boot);
    AUTO_TEXT(driver);
    verify_driver(&driver);
    verify_new(e);
    boot = json_put_str(json_object(), "boot", e->sample.boot_id);
    json_put_str(boot, "driver", text_str(&driver));
    engine_input(e, (struct input){.kind = IN_STARTED, .body = boot});
    if (!uuid_is_none(hello->stuck))
        engine_input(e, (struct input){.kind = IN_STUCK, .incident = hello->stuck});
    if (hello->has_refuse) {
        char hex[2 * PAGE_DIGEST_BYTES + 1];
        sodium_bin2hex(hex, sizeof hex, hello->refuse, sizeof hello->refuse);
        AUTO_JSON(body);
        body = json_put_str(json_object(), "digest", hex);
        engine_input(e, (struct input){.kind = IN_REFUSED, .body = body});
    }
    engine_commit(e);
}

/* Of a demonstration nobody wants proofs. */
static void engine_say_head_file(const struct engine *e)
{
    if (!config_text(e->config, OPT_HEAD_FILE)[0] && !config_is(e->config, OPT_DEMO))
        log_info("store",
                 "head_file is not set: if rows are cut off the end of the journal, nobody "
                 "will see it; set it to a file on another disk (muster help serve)");
}

static void engine_loop(struct engine *e)
{
    static const struct children_calls calls = {.up = child_up,
                                                .frame = child_frame,
                                                .died = child_died,
                                                .drain = child_drain,
                                                .reload = child_reload};
    e->loop = loop_new();
    loop_on_pass(e->loop, engine_pass, e);
    e->store_watch = loop_fd_new(e->loop, store_fd(e->store), engine_store_ready, e);
    loop_fd_want(e->store_watch, LOOP_READ);
    e->second = loop_timer_new(e->loop, engine_second, e);
    loop_timer_set(e->second, 1000);
    e->serve = engine_serve_new(e);
    desk_new(e);
    children_start(e->children, e->loop, &calls, e);
    engine_recover(e);
    engine_space(e);
    engine_say_head_file(e);
    demo_refill(e);
    plans_new(e);
    config_begin(e, true, (struct reply_to){0});
    if (config_in_force(e)) /* accepting does not wait for a planner */
        engine_listen(e);
    engine_alarm(e);
    loop_run(e->loop);
}

/* What could not be released in this life is found again by the next one. */
static void engine_forget(struct engine *e)
{
    struct said *s;
    while ((s = STAILQ_FIRST(&e->said))) {
        STAILQ_REMOVE_HEAD(&e->said, link);
        record_unref(s->record);
        free(s);
    }
    struct waiting *w;
    while ((w = STAILQ_FIRST(&e->waiting))) {
        STAILQ_REMOVE_HEAD(&e->waiting, link);
        json_decref(w->effect.body);
        free(w);
    }
}

static void engine_free(struct engine *e)
{
    engine_forget(e);
    if (e->second)
        loop_timer_free(e->second);
    loop_fd_free(e->store_watch);
    if (e->store)
        store_stop(e->store);
    serve_free(e->serve);
    plans_free(e);
    desk_free(e);
    verify_free(e);
    children_free(e->children);
    loop_free(e->loop);
    config_free(e);
    sources_free(e);
    news_clear(&e->news);
    free(e->news.pins);
    free(e->news.contacts);
    free(e->news.secrets);
    free(e->records);
    json_decref(e->contacts);
    core_free(e->core);
    demo_free(e);
    keyring_free(e);
    tally_done(&e->figures.tally);
    free(e->http_url);
}

/* The first address of HTTP that we listen on. Gives; NULL: none. */
static char *engine_http_url(const struct engine *e)
{
    const struct children_hello *hello = children_hello(e->children);
    for (size_t n = 0; n < hello->listeners_count; n++) {
        if (strcmp(hello->listeners[n].kind, "http") != 0)
            continue;
        struct text url = {0};
        text_addf(&url, "http://%s", hello->listeners[n].address);
        return text_take(&url);
    }
    return NULL;
}

static struct core *engine_core_new(const struct engine *e)
{
    const struct config *c = e->config;
    const char *url = config_text(c, OPT_ANSWER_URL);
    struct core_config config = {.version = MUSTER_VERSION,
                                 .speed = (int)config_number(c, OPT_SPEED),
                                 .incidents_max = config_number(c, OPT_LIMITS_INCIDENTS),
                                 .attempts_max = (int)config_number(c, OPT_LIMITS_ATTEMPTS),
                                 .answer_url = url[0] ? url : e->http_url,
                                 .watch = true,
                                 .demo = config_is(c, OPT_DEMO)};
    return core_new(&config);
}

int engine_run(struct child *child, const struct config *config)
{
    struct engine e = {.config = config, .child = child, .contacts = json_object()};
    struct why why = {0};
    STAILQ_INIT(&e.waiting);
    STAILQ_INIT(&e.said);
    figures_init(&e.figures);
    if (sodium_init() < 0)
        abort();
    enum err err = children_new(child, &e.children, &why);
    if (!err)
        e.http_url = engine_http_url(&e);
    e.core = engine_core_new(&e);
    demo_new(&e);
    keyring_new(&e);
    if (!err)
        err = engine_load(&e, &why);
    if (!err)
        err = engine_clock(&e, &why);
    if (err) {
        log_error("start", "%s", why.text);
        last_word_send(&e);
        e.exit_code = err_exit_code(ERR_CONFIG); /* a restart alone would not mend it */
    } else {
        store_start(e.store);
        engine_loop(&e);
    }
    engine_free(&e);
    return e.exit_code;
}
