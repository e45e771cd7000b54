/*
 * rows - the core's objects as rows of the store, and back (test I13).
 */
#include "core/access.h"
#include "core/contact.h"
#include "core/core.h"
#include "core/duty.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/notice.h"
#include "core/occasion.h"
#include "core/once.h"
#include "core/place.h"
#include "core/reading.h"
#include "core/report.h"
#include "core/state.h"
#include "core/upgrade.h"
#include "core/upkeep.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct row_list {
    struct row *at;
    size_t count, cap;
};

static void rows_add(struct row_list *l, struct row r)
{
    l->at = mem_grow(l->at, &l->cap, l->count + 1, sizeof *l->at);
    l->at[l->count++] = r;
}

static int row_order(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return strcmp(x->id, y->id);
}

static void row_add(void *ctx, struct row r)
{
    rows_add(ctx, r);
}

static void rows_give(struct row_list *l, struct row **ret, size_t *ret_count)
{
    if (l->count > 1)
        qsort(l->at, l->count, sizeof *l->at, row_order);
    *ret = l->at;
    *ret_count = l->count;
}

static struct row config_row(const struct core *c)
{
    struct text body = {0};
    json_open(&body, '{');
    json_add_key(&body, "plans");
    json_open(&body, '[');
    for (size_t n = 0; n < c->plans_count; n++) {
        json_open(&body, '{');
        json_add_true(&body, "fresh", c->plans[n].fresh);
        json_add_str(&body, "name", c->plans[n].name);
        json_add_str(&body, "pin", c->plans[n].pin);
        if (c->plans[n].since)
            json_add_int(&body, "since", c->plans[n].since);
        json_shut(&body, '}');
    }
    json_shut(&body, ']');
    json_add_str(&body, "site", c->site_pin);
    json_shut(&body, '}');
    return (struct row){
        .kind = ROW_META, .id = mem_str("config"), .open = true, .text = text_take(&body)};
}

static void dedup_sweep(struct core *c, struct dedup *d)
{
    d->dirty = false;
    if (d->gone)
        dedup_forget(c, d);
}

void core_dirty_rows(struct core *c, struct row **ret, size_t *ret_count)
{
    struct row_list l = {0};
    struct notice *n;
    struct incident *i;
    struct dedup *d;
    struct holder *h;
    struct reading *r;
    struct item *item;
    struct report *report;
    struct duty_entry *duty;
    struct contact *contact;
    while ((n = STAILQ_FIRST(&c->notices_changed))) {
        STAILQ_REMOVE_HEAD(&c->notices_changed, changed);
        n->dirty = false;
        rows_add(&l, notice_row(n));
        if (n->incident->state == INCIDENT_UPKEEP && notice_finished(n) && !notice_is_kept(n) &&
            !n->is_dead)
            notice_forget(c, n);
    }
    while ((r = STAILQ_FIRST(&c->readings_changed))) {
        STAILQ_REMOVE_HEAD(&c->readings_changed, changed);
        r->dirty = false;
        rows_add(&l, reading_row(r));
    }
    while ((item = STAILQ_FIRST(&c->items_changed))) {
        STAILQ_REMOVE_HEAD(&c->items_changed, changed);
        item->dirty = false;
        rows_add(&l, item_row(item));
    }
    while ((report = STAILQ_FIRST(&c->reports_changed))) {
        STAILQ_REMOVE_HEAD(&c->reports_changed, changed);
        report->dirty = false;
        rows_add(&l, report_row(report));
    }
    while ((d = STAILQ_FIRST(&c->dedups_changed))) {
        STAILQ_REMOVE_HEAD(&c->dedups_changed, changed);
        rows_add(&l, dedup_row(d));
        dedup_sweep(c, d);
    }
    while ((h = STAILQ_FIRST(&c->holders_changed))) {
        STAILQ_REMOVE_HEAD(&c->holders_changed, changed);
        h->dirty = false;
        rows_add(&l, access_row(h));
        if (h->gone)
            access_forget(c, h);
    }
    while ((duty = STAILQ_FIRST(&c->duty_changed))) {
        STAILQ_REMOVE_HEAD(&c->duty_changed, changed);
        duty->dirty = false;
        rows_add(&l, duty_row(c, duty));
        if (duty->gone)
            duty_forget(duty);
    }
    while ((contact = STAILQ_FIRST(&c->contacts_changed))) {
        STAILQ_REMOVE_HEAD(&c->contacts_changed, changed);
        contact->dirty = false;
        rows_add(&l, contact_row(contact));
        if (contact->gone)
            contact_forget(c, contact);
    }
    while ((i = STAILQ_FIRST(&c->incidents_changed))) {
        STAILQ_REMOVE_HEAD(&c->incidents_changed, changed);
        i->dirty = false;
        rows_add(&l, incident_row(i));
        if (incident_spent(i))
            incident_forget(c, i);
    }
    if (c->config_dirty)
        rows_add(&l, config_row(c));
    c->config_dirty = false;
    if (c->drills_dirty)
        rows_add(&l, upkeep_row(c));
    c->drills_dirty = false;
    if (c->occasions_dirty)
        rows_add(&l, occasions_row(c));
    c->occasions_dirty = false;
    if (c->driver_dirty)
        rows_add(&l, upgrade_row(c));
    c->driver_dirty = false;
    place_dirty_rows(c, row_add, &l);
    rows_give(&l, ret, ret_count);
}

static void item_add_row(void *ctx, struct item *item)
{
    rows_add(ctx, item_row(item));
}

static void report_add_row(void *ctx, struct report *r)
{
    rows_add(ctx, report_row(r));
}

static void reading_add_row(void *ctx, struct reading *r)
{
    rows_add(ctx, reading_row(r));
}

static void incident_add_row(const void *node, VISIT visit, void *closure)
{
    const struct incident *i = *(struct incident *const *)node;
    if (visit != postorder && visit != leaf)
        return;
    rows_add(closure, incident_row(i));
    readings_walk(i, reading_add_row, closure);
}

static void notice_add_row(const void *node, VISIT visit, void *closure)
{
    if (visit == postorder || visit == leaf)
        rows_add(closure, notice_row(*(struct notice *const *)node));
}

static void dedup_add_row(const void *node, VISIT visit, void *closure)
{
    const struct dedup *d = *(struct dedup *const *)node;
    if ((visit == postorder || visit == leaf) && !d->gone)
        rows_add(closure, dedup_row(d));
}

static void contact_add_row(void *ctx, struct contact *contact)
{
    if (!contact->gone)
        rows_add(ctx, contact_row(contact));
}

static void holder_add_row(const void *node, VISIT visit, void *closure)
{
    const struct holder *h = *(struct holder *const *)node;
    if ((visit == postorder || visit == leaf) && !h->gone)
        rows_add(closure, access_row(h));
}

static void duty_add_rows(const struct core *c, struct row_list *l)
{
    const struct duty_entry *e;
    LIST_FOREACH(e, &c->duty, link)
    if (!e->gone)
        rows_add(l, duty_row(c, e));
}

void core_all_rows(const struct core *c, struct row **ret, size_t *ret_count)
{
    struct row_list l = {0};
    twalk_r(c->incidents, incident_add_row, &l);
    twalk_r(c->notices, notice_add_row, &l);
    items_walk(c, item_add_row, &l);
    reports_walk(c, report_add_row, &l);
    twalk_r(c->dedups, dedup_add_row, &l);
    twalk_r(c->holders, holder_add_row, &l);
    duty_add_rows(c, &l);
    contacts_walk(c, contact_add_row, &l);
    rows_add(&l, config_row(c));
    if (c->drills)
        rows_add(&l, upkeep_row(c));
    if (c->occasions)
        rows_add(&l, occasions_row(c));
    if (c->driver)
        rows_add(&l, upgrade_row(c));
    place_rows(c, row_add, &l);
    rows_give(&l, ret, ret_count);
}

static void config_from_row(struct core *c, const struct row *r)
{
    struct record *as_loaded = record_new(REC_CONFIG_LOADED, (struct uuid){0});
    json_decref(as_loaded->body);
    as_loaded->body = json_incref(r->body);
    int64_t seq = c->seq;
    core_apply(c, as_loaded);
    c->seq = seq;
    record_unref(as_loaded);
}

void core_load_row(struct core *c, const struct row *r)
{
    switch (r->kind) {
    case ROW_INCIDENT:
        incident_from_row(c, r);
        break;
    case ROW_NOTICE:
        notice_from_row(c, r);
        break;
    case ROW_KEY:
        dedup_from_row(c, r);
        break;
    case ROW_META:
        if (place_from_row(c, r))
            break;
        if (!strcmp(r->id, "config"))
            config_from_row(c, r);
        else if (!strcmp(r->id, "drills"))
            upkeep_from_row(c, r);
        else if (!strcmp(r->id, "occasions"))
            occasions_from_row(c, r);
        else if (!strcmp(r->id, "driver"))
            upgrade_from_row(c, r);
        else if (contact_is_row(r->id))
            contact_from_row(c, r);
        break;
    case ROW_ACCESS:
        access_from_row(c, r);
        break;
    case ROW_FACT:
        reading_from_row(c, r);
        break;
    case ROW_ITEM:
        item_from_row(c, r);
        break;
    case ROW_REPORT:
        report_from_row(c, r);
        break;
    case ROW_DUTY:
        duty_from_row(c, r);
        break;
    case ROW_KINDS:
        break;
    }
}

void core_load_end(struct core *c, int64_t last_seq)
{
    struct notice *n;
    struct incident *i;
    struct dedup *d;
    while ((n = STAILQ_FIRST(&c->notices_changed))) {
        STAILQ_REMOVE_HEAD(&c->notices_changed, changed);
        n->dirty = false;
    }
    while ((i = STAILQ_FIRST(&c->incidents_changed))) {
        STAILQ_REMOVE_HEAD(&c->incidents_changed, changed);
        i->dirty = false;
    }
    while ((d = STAILQ_FIRST(&c->dedups_changed))) {
        STAILQ_REMOVE_HEAD(&c->dedups_changed, changed);
        d->dirty = false;
    }
    c->config_dirty = false;
    duty_site_set(c);
    c->seq = last_seq;
    dedups_own_all(c);
    once_load_end(c);
    notice_load_end(c);
}
