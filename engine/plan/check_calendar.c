/*
 * The files that a site names for its days, put in the place of their names: holidays/NAME.lua, and
 * duty that is planned elsewhere, rosters/NAME.ics.
 */
#include "base/civil.h"
#include "core/remark.h"
#include "plan/check_set.h"
#include "site/ics.h"

#include <sodium.h>

#include <stdlib.h>
#include <string.h>

static struct checked *holidays_file(struct check *c, const char *name)
{
    for (size_t i = 0; name && i < c->count; i++)
        if (c->files[i].kind == TEXT_HOLIDAYS && strcmp(c->files[i].file, name) == 0)
            return &c->files[i];
    return NULL;
}

/* A file that could not be loaded is a finding of its own: of it nothing more is said. */
static void year_take(struct check *c, json_t *years, const char *year)
{
    const json_t *value = json_at(years, year);
    struct checked *f = holidays_file(c, json_string_value(value));

    if (!f)
        return;
    json_object_set_new(years, year, f->loaded.json ? json_share(f->loaded.json) : json_object());
}

void check_holidays(struct check *c, json_t *site)
{
    json_t *tables = json_object_get(site, "holidays");
    const char **ids = json_keys(tables, NULL);

    for (size_t i = 0; i < c->count; i++)
        if (c->files[i].kind == TEXT_HOLIDAYS) {
            check_parse_file(c, &c->files[i]);
            check_load_file(c, &c->files[i]);
        }
    c->holidays = json_deep_copy(tables); /* which file it was */
    for (size_t i = 0; ids[i]; i++) {
        json_t *years = json_object_get(tables, ids[i]);
        const char **names = json_keys(years, NULL);
        for (size_t k = 0; names[k]; k++)
            year_take(c, years, names[k]);
        free(names);
    }
    free(ids);
}

/* What stands in holidays.cn["2026"] and deeper stands in its file. */
const struct checked *check_holidays_place(struct check *c, const json_t *path, json_t **ret_path)
{
    enum { ABOVE = 3 };
    const char *top = json_string_value(json_array_get(path, 0));
    const json_t *years, *value;

    if (!top || strcmp(top, "holidays") != 0 || json_array_size(path) <= ABOVE)
        return NULL;
    years = json_at(c->holidays, json_string_value(json_array_get(path, 1)));
    value = json_at(years, json_string_value(json_array_get(path, 2)));
    const struct checked *f = holidays_file(c, json_string_value(value));
    if (!f)
        return NULL;
    *ret_path = json_array();
    for (size_t n = ABOVE; n < json_array_size(path); n++)
        json_array_append(*ret_path, json_array_get(path, n));
    return f;
}

/* ---- calendars of rosters -------------------------------------------------------------------- */

enum { MONTHS_AHEAD = 14 };

/* From the first of last month on, for fourteen months. */
static void span_of(const struct check *c, const char *zone, struct ics_ask *ask)
{
    struct civil now = civil_of(zone_rule(zone), c->now);
    int64_t month = (int64_t)now.year * 12 + now.month - 2, end = month + MONTHS_AHEAD;

    ask->from = civil_first(zone, days_from_date(month / 12, (int)(month % 12) + 1, 1), 0);
    ask->until = civil_first(zone, days_from_date(end / 12, (int)(end % 12) + 1, 1), 0);
}

static const json_t *calendar_file(const struct check *c, const char *name)
{
    AUTO_TEXT(file);

    for (size_t n = 0; n < json_array_size(c->calendars); n++) {
        const json_t *one = json_array_get(c->calendars, n);
        text_clear(&file);
        text_addf(&file, "rosters/%s", json_str_or(one, "name", ""));
        if (strcmp(text_str(&file), name) == 0)
            return one;
    }
    return NULL;
}

static void calendar_bytes(const json_t *file, struct text *to)
{
    const json_t *source = json_at(file, "source");
    const char *hex = json_str_or(file, "hex", "");
    size_t len;

    if (json_is_string(source)) {
        text_add_bytes(to, json_string_value(source), json_string_length(source));
        return;
    }
    text_reserve(to, strlen(hex) / 2 + 1);
    if (!sodium_hex2bin((unsigned char *)to->at, to->cap, hex, strlen(hex), NULL, &len, NULL))
        to->len = len;
}

/* A file that is there; a name without one stays, and is found wrong by the site's reader. */
static void calendar_take(struct check *c, const json_t *site, json_t *of, const char *key)
{
    const char *name = json_str(of, key);
    const json_t *file = name ? calendar_file(c, name) : NULL;
    struct ics_ask ask = {.zone = json_str_or(site, "zone", "UTC"),
                          .people = json_at(site, "people")};
    json_t *shifts = NULL;
    struct why why;
    AUTO_TEXT(bytes);
    int line;

    if (!file)
        return;
    span_of(c, ask.zone, &ask);
    calendar_bytes(file, &bytes);
    if (ics_shifts(text_str(&bytes), bytes.len, &ask, &shifts, &line, &why))
        findings_add(&c->findings, name, (struct pos){line, 1}, "bad_calendar", "%s", why.text);
    json_t *taken = json_put_str(json_object(), "file", name);
    json_put(of, key, json_put(taken, "shifts", shifts ? shifts : json_array()));
}

void check_calendars(struct check *c, json_t *site)
{
    json_t *rosters = json_object_get(site, "rosters");
    const char **ids = json_keys(rosters, NULL);

    for (size_t i = 0; ids[i]; i++) {
        json_t *roster = json_object_get(rosters, ids[i]);
        json_t *calendar = json_object_get(roster, "calendar");
        const char **seats = json_keys(calendar, NULL);
        if (json_is_string(calendar))
            calendar_take(c, site, roster, "calendar");
        for (size_t k = 0; seats[k]; k++)
            calendar_take(c, site, calendar, seats[k]);
        free(seats);
    }
    free(ids);
}
