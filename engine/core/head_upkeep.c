#include "core/head_upkeep.h"

#include "core/head_data.h"

#include <string.h>

const char *owed_name(enum owed what)
{
    static const char *const names[OWEDS] = {
        [OWED_FILING] = "filing", [OWED_REVIEW] = "review", [OWED_DRILL] = "drill"};
    return names[what];
}

/* ---- checking ---- */

/* The day of this key; false where it is not there, or after a remark. */
static bool date_read(struct remarks *r, const json_t *head, const char *key, int64_t *ret_day)
{
    const char *text = form_str(r, head, key);
    if (!text || date_parse(text, ret_day))
        return text != NULL;
    remark_error_at(r, key, "bad_value", NULL,
                    "\"%s\" is no day of the calendar; write %s = \"2026-03-01\"", text, key);
    return false;
}

static void order_check(struct remarks *r, const json_t *head, int64_t issued)
{
    int64_t day;
    if (date_read(r, head, "filed", &day) && day < issued)
        remark_error_at(r, "filed", "bad_value", NULL,
                        "the plan was filed on %s, before it was issued on %s",
                        json_str(head, "filed"), json_str(head, "issued"));
    if (date_read(r, head, "review_by", &day) && day <= issued)
        remark_error_at(r, "review_by", "bad_value", NULL,
                        "review_by is %s: name a day after the plan was issued, on %s",
                        json_str(head, "review_by"), json_str(head, "issued"));
}

static void period_check(struct remarks *r, const json_t *head)
{
    struct period every;
    const char *text = form_str(r, head, "drill_every");
    if (text && !period_parse(text, &every))
        remark_error_at(r, "drill_every", "bad_value", NULL,
                        "\"%s\" is no period; write drill_every = \"3y\", or \"6mo\", \"2w\", "
                        "\"10d\"; at most 100y",
                        text);
    if (text && !json_at(head, "issued"))
        remark_error_at(r, "drill_every", "missing_key", NULL,
                        "the first drill is due that long after the plan was issued; add issued = "
                        "\"2026-03-01\"");
}

/* What a paper plan of this kind must say, and does not. */
static void missing_check(struct remarks *r, const json_t *head)
{
    static const char *const kinds[] = {"general", "special", "department", NULL};
    const char *kind = json_str(head, "kind");
    bool paper = false;
    for (size_t n = 0; kind && kinds[n]; n++)
        paper = paper || !strcmp(kinds[n], kind);
    if (paper && !json_at(head, "review_by"))
        remark_warning(r, "missing_key", NULL,
                       "review_by is missing: the day by which the plan is reviewed, in principle "
                       "every three years; with it the owner is reminded in time");
    if (paper && !json_at(head, "drill_every") && !json_bool(head, "parent_only"))
        remark_warning(r, "missing_key", NULL,
                       "drill_every is missing: how often the plan is drilled, at least once in "
                       "three years (\"3y\"); with it the owner is reminded in time");
}

void head_upkeep_check(const json_t *head, struct remarks *r)
{
    int64_t issued = 0;
    (void)date_read(r, head, "issued", &issued);
    order_check(r, head, issued);
    period_check(r, head);
    missing_check(r, head);
}

/* ---- what it says ---- */

static bool day_of(const struct plan_head *h, const char *key, int64_t *ret_day)
{
    const char *text = json_str(h->json, key);
    return text && date_parse(text, ret_day);
}

bool plan_head_issued(const struct plan_head *h, int64_t *ret_day)
{
    return day_of(h, "issued", ret_day);
}

const char *plan_head_drill_every(const struct plan_head *h)
{
    return json_str(h->json, "drill_every");
}

const char *plan_head_filed(const struct plan_head *h)
{
    return json_str(h->json, "filed");
}

static bool owes_filing(const struct plan_head *h, int64_t *ret_day)
{
    int64_t issued;
    if (!day_of(h, "issued", &issued) || plan_head_filed(h) || plan_head_parent_only(h) ||
        plan_head_occasions(h))
        return false;
    *ret_day = date_plus_working(issued, FILING_WORKING_DAYS);
    return true;
}

static bool owes_drill(const struct plan_head *h, int64_t drilled, int64_t *ret_day)
{
    struct period every;
    const char *text = json_str(h->json, "drill_every");
    int64_t from = drilled;
    if (!text || !period_parse(text, &every) || plan_head_parent_only(h) ||
        (!from && !day_of(h, "issued", &from)))
        return false;
    *ret_day = date_plus(from, every);
    return true;
}

bool plan_head_owes(const struct plan_head *h, enum owed what, int64_t drilled, int64_t *ret_day)
{
    if (what == OWED_FILING)
        return owes_filing(h, ret_day);
    if (what == OWED_DRILL)
        return owes_drill(h, drilled, ret_day);
    return day_of(h, "review_by", ret_day);
}

void plan_head_upkeep_late(const struct plan_head *h, int64_t today, struct remarks *r)
{
    char text[DATE_TEXT];
    int64_t day;
    if (plan_head_owes(h, OWED_REVIEW, 0, &day) && day < today)
        remark_warning(r, "overdue", NULL,
                       "the review of the plan was due on %s; review it, and name the next day in "
                       "review_by",
                       date_text(day, text));
    if (plan_head_owes(h, OWED_FILING, 0, &day) && day < today)
        remark_warning(r, "overdue", NULL,
                       "the filing of the plan was due on %s, %d working days after it was issued "
                       "(Monday to Friday; public holidays are not known here); file it, and add "
                       "filed = \"…\"",
                       date_text(day, text), FILING_WORKING_DAYS);
}
