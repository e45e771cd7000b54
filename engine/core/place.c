#include "core/place.h"

#include "core/endpoint_load.h"
#include "core/response.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of one person, at one endpoint. */
struct mailbox {
    struct endpoint_load *load;
    char *person;
    LIST_HEAD(, notice) notices;
};

struct endpoint_load *load_find(const struct core *c, const char *endpoint)
{
    for (size_t k = 0; k < c->loads_count; k++) {
        if (!strcmp(c->loads[k]->endpoint, endpoint))
            return c->loads[k];
    }
    return NULL;
}

struct endpoint_load *load_of(struct core *c, const char *endpoint)
{
    struct endpoint_load *load = load_find(c, endpoint);
    if (load)
        return load;
    load = mem_new(1, sizeof *load);
    load->endpoint = mem_str(endpoint);
    for (int rank = 0; rank < RANKS; rank++)
        TAILQ_INIT(&load->queue[rank]);
    load->timer = (struct timer){
        .kind = TIMER_PLACE, .owner = load, .incident = &load->nobody, .step = load->endpoint};
    load->probe = (struct timer){
        .kind = TIMER_PROBE, .owner = load, .incident = &load->nobody, .step = load->endpoint};
    c->loads = mem_grow(c->loads, &c->loads_cap, c->loads_count + 1, sizeof *c->loads);
    c->loads[c->loads_count++] = load;
    return load;
}

/* ---- ranks ---- */

enum place_rank place_rank(const struct incident *i, struct place_claim claim)
{
    enum level level = incident_level(i);
    bool grave = level == LEVEL_I || level == LEVEL_II;
    int rank = claim.own             ? RANK_OWN
               : claim.first         ? RANK_FIRST
               : claim.asks && grave ? RANK_GRAVE
               : claim.asks          ? RANK_CALL
               : grave               ? RANK_NEWS
                                     : RANK_PLAN;
    return (enum place_rank)(rank + (i->drill ? RANKS_OF_ONE : 0));
}

static enum place_rank rank_of_notice(const struct notice *n)
{
    return place_rank(n->incident,
                      (struct place_claim){.first = n->first, .asks = n->asks, .own = !*n->step});
}

/* May it take what is kept for those that cannot wait? No drill may. */
static bool rank_urgent(enum place_rank rank)
{
    return rank == RANK_FIRST || rank == RANK_GRAVE || rank == RANK_NEWS;
}

/* ---- the rate ---- */

struct rate {
    int64_t count, ms; /* 0: no limit */
};

static struct rate rate_of(const struct core *c, const struct endpoint *e)
{
    int count = 0;
    int64_t ms = 0;
    if (e->rate_count)
        return (struct rate){e->rate_count, e->rate_ms};
    const struct channel *ch = channel_find(c->site->channels, e->channel);
    return ch && channel_rate(ch, &count, &ms) ? (struct rate){count, ms} : (struct rate){0};
}

/* What of the rate this rank may take. */
static int64_t rate_part(const struct rate *r, enum place_rank rank)
{
    int64_t reserve = r->count / RESERVE_PART;
    if (rank_urgent(rank) || r->count == 1)
        return r->count;
    return r->count - (reserve ? reserve : 1);
}

/* Parts of a window are told apart no finer than this: so much longer each counts. */
static int64_t window_grain(int64_t ms)
{
    return ms / WINDOW_PARTS;
}

/* When the rate lets the next message of this rank through; it may be past. */
static mono_ms rate_opens(const struct endpoint_load *load, const struct rate *r,
                          enum place_rank rank)
{
    int64_t held = 0, most = rate_part(r, rank);
    mono_ms opens = 0;
    if (!r->count)
        return 0;
    for (size_t k = 0; k < load->window_count; k++)
        held += load->window[k].count;
    for (size_t k = 0; held >= most && k < load->window_count; k++) {
        held -= load->window[k].count;
        opens = load->window[k].since + r->ms + window_grain(r->ms);
    }
    return opens;
}

int64_t place_rate_ms(const struct core *c, const char *endpoint)
{
    const struct endpoint *e = c->site ? site_endpoint(c->site->site, endpoint) : NULL;
    return e ? rate_of(c, e).ms : 0;
}

void place_rate_put(const struct core *c, const char *endpoint, json_t *one)
{
    static const struct {
        int64_t ms;
        char unit;
    } units[] = {{MS_HOUR, 'h'}, {60 * MS_SECOND, 'm'}, {MS_SECOND, 's'}};
    const struct endpoint *e = c->site ? site_endpoint(c->site->site, endpoint) : NULL;
    struct rate rate = e ? rate_of(c, e) : (struct rate){0};
    AUTO_TEXT(text);
    for (size_t k = 0; rate.count && k < sizeof units / sizeof units[0]; k++) {
        if (rate.ms % units[k].ms != 0)
            continue;
        text_addf(&text, "%lld/%lld%c", (long long)rate.count, (long long)(rate.ms / units[k].ms),
                  units[k].unit);
        json_put_str(one, "rate", text_str(&text));
        return;
    }
}

static void window_clear(struct endpoint_load *load)
{
    load->dirty = load->dirty || load->window_count;
    load->window_count = 0;
}

void place_apply_handed(struct core *c, const char *endpoint, const struct record *r)
{
    int64_t ms = json_int(r->body, "rate_ms", 0), grain = window_grain(ms);
    struct endpoint_load *load = load_of(c, endpoint);
    size_t over = 0;
    if (!ms) {
        window_clear(load);
        return;
    }
    while (over < load->window_count && load->window[over].since + ms + grain <= r->mono)
        over++;
    load->window_count -= over;
    if (over > 0) /* there is a window */
        memmove(load->window, load->window + over, load->window_count * sizeof *load->window);
    load->dirty = true;
    struct handed_part *last = load->window_count ? &load->window[load->window_count - 1] : NULL;
    if (last && r->mono - last->since <= grain) {
        last->count++;
        return;
    }
    load->window =
        mem_grow(load->window, &load->window_cap, load->window_count + 1, sizeof *load->window);
    load->window[load->window_count++] = (struct handed_part){.since = r->mono, .count = 1};
}

/* ---- a pause ---- */

void place_pause(struct core *c, const char *endpoint, mono_ms until, const json_t *result)
{
    if (until <= place_paused_until(c, endpoint))
        return;
    json_t *body = json_put_str(json_object(), "endpoint", endpoint);
    json_put_int(body, "until", until);
    json_put_int(body, "for_ms", until - c->in->mono);
    if (json_int(result, "status", 0))
        json_put_int(body, "status", json_int(result, "status", 0));
    core_emit(c, REC_ENDPOINT_PAUSED, NULL, (struct emit){.body = body});
}

mono_ms place_paused_until(const struct core *c, const char *endpoint)
{
    const struct endpoint_load *load = load_find(c, endpoint);
    return load ? load->paused_until : 0;
}

void place_apply_paused(struct core *c, const struct record *r)
{
    struct endpoint_load *load = load_of(c, json_str_or(r->body, "endpoint", ""));
    load->paused_until = json_int(r->body, "until", 0);
    load->paused_to = r->at_ms + json_int(r->body, "for_ms", 0);
    load->dirty = true;
}

/* ---- room ---- */

/* When time alone makes room for this rank; it may be past. */
static mono_ms load_opens(const struct core *c, const struct endpoint_load *load,
                          const struct endpoint *e, enum place_rank rank)
{
    struct rate rate = rate_of(c, e);
    mono_ms opens = rate_opens(load, &rate, rank);
    return opens > load->paused_until ? opens : load->paused_until;
}

/*
 * Is there a place for one more attempt? The last quarter of all places is for endpoints that have
 * few, so that one that takes many at once and then hangs leaves room for the others.
 */
static bool load_may_take(const struct core *c, const struct endpoint_load *load,
                          const struct endpoint *e)
{
    int64_t most = c->cfg.attempts_max;
    bool scarce = c->stats.notices_handed >= most - most / 4;
    int here = scarce && e->at_once > AT_ONCE_DEFAULT ? AT_ONCE_DEFAULT : e->at_once;
    return c->courier_up && c->stats.notices_handed < most && load->handed < here;
}

static bool load_has_room(const struct core *c, const struct endpoint_load *load,
                          enum place_rank rank)
{
    const struct endpoint *e = c->site ? site_endpoint(c->site->site, load->endpoint) : NULL;
    return e && load_may_take(c, load, e) && load_opens(c, load, e, rank) <= c->in->mono;
}

bool place_free(struct core *c, const char *endpoint, enum place_rank rank)
{
    const struct endpoint_load *load = load_of(c, endpoint);
    for (int before = 0; before <= (int)rank; before++) {
        if (!TAILQ_EMPTY(&load->queue[before]))
            return false;
    }
    return load_has_room(c, load, rank);
}

void place_take(struct core *c, struct notice *n)
{
    n->placed = true;
    c->stats.notices_handed++;
    load_of(c, n->endpoint)->handed++;
}

void place_leave(struct core *c, struct notice *n)
{
    if (!n->placed)
        return;
    n->placed = false;
    c->stats.notices_handed--;
    load_of(c, n->endpoint)->handed--;
}

int place_of_fetches(struct core *c, const char *endpoint, int change)
{
    struct endpoint_load *load = load_of(c, endpoint);
    return load->fetches += change;
}

/* ---- who waits ---- */

static int mailbox_order(const void *a, const void *b)
{
    return strcmp(((const struct mailbox *)a)->person, ((const struct mailbox *)b)->person);
}

void place_mail_enter(struct core *c, struct notice *n)
{
    if (n->mailbox)
        return;
    struct endpoint_load *load = load_of(c, n->endpoint);
    const struct mailbox probe = {.person = n->person};
    void *found = tfind(&probe, &load->mailboxes, mailbox_order);
    struct mailbox *m = found ? *(struct mailbox **)found : NULL;
    if (!m) {
        m = mem_new(1, sizeof *m);
        m->load = load;
        m->person = mem_str(n->person);
        LIST_INIT(&m->notices);
        if (!tsearch(m, &load->mailboxes, mailbox_order))
            abort();
    }
    n->mailbox = m;
    LIST_INSERT_HEAD(&m->notices, n, mail);
}

void place_mail_leave(struct notice *n)
{
    struct mailbox *m = n->mailbox;
    if (!m)
        return;
    n->mailbox = NULL;
    LIST_REMOVE(n, mail);
    if (!LIST_EMPTY(&m->notices))
        return;
    tdelete(m, &m->load->mailboxes, mailbox_order);
    free(m->person);
    free(m);
}

size_t place_mail(const struct notice *n, struct notice ***ret)
{
    size_t count = 0;
    struct notice *other;
    if (n->mailbox) {
        LIST_FOREACH(other, &n->mailbox->notices, mail)
        count++;
    }
    *ret = mem_new(count + 1, sizeof **ret);
    count = 0;
    if (n->mailbox) {
        LIST_FOREACH(other, &n->mailbox->notices, mail)
        (*ret)[count++] = other;
    }
    return count;
}

void place_enqueue(struct core *c, struct notice *n)
{
    struct endpoint_load *load = load_of(c, n->endpoint);
    if (n->in_queue)
        return;
    n->in_queue = true;
    n->turn = c->queue_turn++;
    n->rank = (int)rank_of_notice(n);
    c->stats.notices_queued++;
    load->waiting++;
    TAILQ_INSERT_TAIL(&load->queue[n->rank], n, queued);
}

void place_dequeue(struct core *c, struct notice *n)
{
    if (!n->in_queue)
        return;
    struct endpoint_load *load = load_of(c, n->endpoint);
    n->in_queue = false;
    c->stats.notices_queued--;
    load->waiting--;
    TAILQ_REMOVE(&load->queue[n->rank], n, queued);
}

/* Behind those that have waited longer. */
static void rank_move(struct endpoint_load *load, struct notice *n, enum place_rank rank)
{
    struct notice *before;
    TAILQ_REMOVE(&load->queue[n->rank], n, queued);
    n->rank = (int)rank;
    TAILQ_FOREACH_REVERSE(before, &load->queue[rank], notice_queue, queued)
    {
        if (before->turn < n->turn) {
            TAILQ_INSERT_AFTER(&load->queue[rank], before, n, queued);
            return;
        }
    }
    TAILQ_INSERT_HEAD(&load->queue[rank], n, queued);
}

void place_rank_again(struct core *c, struct incident *i)
{
    struct notice *n;
    LIST_FOREACH(n, &i->notices, link)
    {
        if (n->in_queue && (int)rank_of_notice(n) != n->rank)
            rank_move(load_of(c, n->endpoint), n, rank_of_notice(n));
    }
}

struct notice *place_next(struct core *c)
{
    for (int rank = 0; rank < RANKS; rank++) {
        struct notice *longest = NULL;
        for (size_t k = 0; k < c->loads_count; k++) {
            struct endpoint_load *load = c->loads[k];
            struct notice *n = load->waiting ? TAILQ_FIRST(&load->queue[rank]) : NULL;
            if (n && (!longest || n->turn < longest->turn) &&
                load_has_room(c, load, (enum place_rank)rank))
                longest = n;
        }
        if (longest)
            return longest;
    }
    return NULL;
}

size_t place_waiting(const struct core *c, const char *endpoint, struct notice ***ret)
{
    const struct endpoint_load *load = load_find(c, endpoint);
    struct notice *n;
    size_t count = 0;
    *ret = mem_new(load ? (size_t)load->waiting + 1 : 1, sizeof **ret);
    for (int rank = 0; load && rank < RANKS; rank++) {
        TAILQ_FOREACH(n, &load->queue[rank], queued)
        (*ret)[count++] = n;
    }
    return count;
}

struct notice *place_stuck(const struct core *c, mono_ms since)
{
    for (size_t k = 0; c->site && c->courier_up && k < c->loads_count; k++) {
        const struct endpoint_load *load = c->loads[k];
        const struct endpoint *e = site_endpoint(c->site->site, load->endpoint);
        for (int rank = 0; e && load->waiting && rank < RANKS; rank++) {
            struct notice *n = TAILQ_FIRST(&load->queue[rank]);
            if (n && load_may_take(c, load, e) &&
                load_opens(c, load, e, (enum place_rank)rank) < since)
                return n;
        }
    }
    return NULL;
}

static struct notice *load_first(const struct endpoint_load *load)
{
    struct notice *n = NULL;
    for (int rank = 0; rank < RANKS && load->waiting && !n; rank++)
        n = TAILQ_FIRST(&load->queue[rank]);
    return n;
}

struct notice *place_gone(struct core *c)
{
    for (size_t k = 0; c->site && k < c->loads_count; k++) {
        struct notice *n = load_first(c->loads[k]);
        if (n && !site_endpoint(c->site->site, c->loads[k]->endpoint))
            return n;
    }
    return NULL;
}

/* The first of its ranks for which time makes room; INT64_MAX: time makes none. */
static mono_ms load_wakes(const struct core *c, const struct endpoint_load *load)
{
    const struct endpoint *e = c->site ? site_endpoint(c->site->site, load->endpoint) : NULL;
    mono_ms first = INT64_MAX;
    for (int rank = 0; rank < RANKS && e && load->waiting; rank++) {
        if (TAILQ_EMPTY(&load->queue[rank]))
            continue;
        mono_ms opens = load_opens(c, load, e, (enum place_rank)rank);
        if (opens > c->in->mono && opens < first)
            first = opens;
    }
    return first;
}

void place_wait(struct core *c)
{
    for (size_t k = 0; k < c->loads_count; k++) {
        struct endpoint_load *load = c->loads[k];
        mono_ms wakes = load_wakes(c, load);
        if (wakes == INT64_MAX)
            timer_clear(&c->timers, &load->timer);
        else if (!load->timer.at || load->timer.due != wakes)
            timer_set(&c->timers, &load->timer, wakes);
    }
}

wall_ms place_oldest(const struct core *c)
{
    wall_ms oldest = 0;
    for (size_t k = 0; k < c->loads_count; k++) {
        for (int rank = 0; rank < RANKS; rank++) {
            const struct notice *n = TAILQ_FIRST(&c->loads[k]->queue[rank]);
            if (n && (!oldest || uuid_ms(n->id) < oldest))
                oldest = uuid_ms(n->id);
        }
    }
    return oldest;
}

/* ---- rows ---- */

static bool load_kept(const struct endpoint_load *load)
{
    return load->window_count || load->paused_until || load->down_since;
}

static void item_add(struct text *to, int64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)value);
    json_add_item(to, digits);
}

static struct row load_row(const struct endpoint_load *load)
{
    struct text id = {0}, body = {0};
    text_addf(&id, "endpoint/%s", load->endpoint);
    struct row row = {.kind = ROW_META, .id = text_take(&id), .open = true};
    if (!load_kept(load)) {
        row.gone = true;
        return row;
    }
    json_open(&body, '{');
    json_add_str(&body, "down_class", load->down_class);
    json_add_int_unless_0(&body, "down_since", load->down_since);
    json_add_int_unless_0(&body, "paused_to", load->paused_to);
    json_add_int_unless_0(&body, "paused_until", load->paused_until);
    json_add_key(&body, "window");
    json_open(&body, '[');
    for (size_t k = 0; k < load->window_count; k++) {
        item_add(&body, load->window[k].since);
        item_add(&body, load->window[k].count);
    }
    json_shut(&body, ']');
    json_shut(&body, '}');
    row.text = text_take(&body);
    return row;
}

void place_rows(const struct core *c, place_row_fn *add, void *ctx)
{
    for (size_t k = 0; k < c->loads_count; k++) {
        if (load_kept(c->loads[k]))
            add(ctx, load_row(c->loads[k]));
    }
}

void place_dirty_rows(struct core *c, place_row_fn *add, void *ctx)
{
    for (size_t k = 0; k < c->loads_count; k++) {
        if (c->loads[k]->dirty)
            add(ctx, load_row(c->loads[k]));
        c->loads[k]->dirty = false;
    }
}

bool place_from_row(struct core *c, const struct row *r)
{
    static const char begins[] = "endpoint/";
    if (strncmp(r->id, begins, sizeof begins - 1) != 0)
        return false;
    struct endpoint_load *load = load_of(c, r->id + sizeof begins - 1);
    const json_t *window = json_at(r->body, "window");
    size_t parts = json_array_size(window) / 2;
    load->paused_until = json_int(r->body, "paused_until", 0);
    load->paused_to = json_int(r->body, "paused_to", 0);
    load->down_since = json_int(r->body, "down_since", 0);
    load->down_class = mem_str(json_str(r->body, "down_class"));
    load->window = mem_grow(load->window, &load->window_cap, parts, sizeof *load->window);
    load->window_count = parts;
    for (size_t k = 0; k < parts; k++) {
        load->window[k] =
            (struct handed_part){.since = json_integer_value(json_array_get(window, 2 * k)),
                                 .count = json_integer_value(json_array_get(window, 2 * k + 1))};
    }
    return true;
}

void places_done(struct core *c)
{
    for (size_t k = 0; k < c->loads_count; k++) {
        free(c->loads[k]->endpoint);
        free(c->loads[k]->window);
        free(c->loads[k]->why);
        free(c->loads[k]->down_class);
        free(c->loads[k]);
    }
    free(c->loads);
}
