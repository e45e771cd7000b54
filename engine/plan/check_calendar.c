/* The files that a site names for its days: holidays/NAME.lua, put in the place of their names. */
#include "core/remark.h"
#include "plan/check_set.h"

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
