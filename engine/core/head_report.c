#include "core/head_report.h"

#include "base/civil.h"
#include "core/head_data.h"

#include <stdlib.h>
#include <string.h>

static const char *const kinds[REPORT_KINDS + 1] = {"initial", "update", "daily",
                                                    "single",  "final",  NULL};
/* From when the time of each kind counts. */
static const char *const begins[REPORT_KINDS] = {"received", NULL, NULL, "fact", "terminated"};

const char *report_kind_name(enum report_kind k)
{
    return kinds[k];
}

bool report_kind_parse(const char *name, enum report_kind *ret)
{
    for (enum report_kind k = REPORT_INITIAL; name && k < REPORT_KINDS; k++) {
        if (!strcmp(kinds[k], name)) {
            *ret = k;
            return true;
        }
    }
    return false;
}

bool cadence_head_any(const struct cadence_head *c)
{
    return c->every_ms || c->clocks_count;
}

/* ---- checking ---- */

static void levels_of_time_check(const json_t *table, const char *key, const char *what,
                                 struct remarks *r)
{
    const json_t *times = json_at(table, key);
    const char **at = json_keys(times, NULL);
    remark_enter(r, key);
    for (size_t n = 0; at[n]; n++) {
        enum level level;
        if (level_parse(at[n], &level))
            form_duration(r, times, at[n]);
        else
            remark_error_at(r, at[n], "bad_value", NULL,
                            "%s by level is { IV = \"2h\", II = \"30m\" }, by the grade of the "
                            "event { grade = { III = \"2h\" } }",
                            what);
    }
    free(at);
    remark_leave(r);
}

void report_time_check(const json_t *report, const char *key, struct remarks *r)
{
    const json_t *time = json_at(report, key), *grade = json_at(time, "grade");
    if (!json_is_object(time) || !json_object_size(time)) {
        form_duration(r, report, key);
    } else if (!grade) {
        levels_of_time_check(report, key, key, r);
    } else {
        remark_enter(r, key);
        if (json_object_size(time) > 1 || !json_is_object(grade) || !json_object_size(grade))
            remark_error(r, "bad_value", NULL,
                         "%s by the grade of the event is { grade = { III = \"2h\", I = \"1h\" } }",
                         key);
        else
            levels_of_time_check(time, "grade", key, r);
        remark_leave(r);
    }
}

/* "6h", or {"09:00","17:00"} in the zone of the site. */
static void clocks_check(const json_t *table, const char *key, const struct site *site,
                         struct remarks *r)
{
    const json_t *list = json_at(table, key);
    int minutes;
    remark_enter(r, key);
    if (json_array_size(list) > CLOCKS_MAX)
        remark_error(r, "bad_value", NULL, "at most %d times of day", CLOCKS_MAX);
    for (size_t n = 0; n < json_array_size(list); n++) {
        const char *clock = json_string_value(json_array_get(list, n));
        remark_enter_at(r, n);
        if (!clock || !clock_parse(clock, &minutes))
            remark_error(r, "bad_value", NULL, "a time of day is \"09:00\", from 00:00 to 23:59");
        remark_leave(r);
    }
    if (site && !zone_known(site_zone(site)))
        remark_error(r, "bad_value", NULL,
                     "times of day need the zone of the site, and \"%s\" is none that is known",
                     site_zone(site));
    remark_leave(r);
}

static void cadence_check(const json_t *table, const char *key, const struct site *site,
                          struct remarks *r)
{
    const json_t *value = json_at(table, key);
    int minutes;
    if (json_array_size(value))
        clocks_check(table, key, site, r);
    else if (value &&
             clock_parse(json_string_value(value) ? json_string_value(value) : "", &minutes))
        remark_error_at(r, key, "bad_value", NULL, "times of day are a list: { \"%s\" }",
                        json_string_value(value));
    else if (value && form_duration(r, table, key) && form_duration(r, table, key) < MS_MINUTE)
        remark_error_at(r, key, "bad_value", NULL, "at least a minute lies between two reports");
}

void level_report_check(const json_t *level, const struct site *site, struct remarks *r)
{
    cadence_check(level, "report", site, r);
}

static void one_target_check(const struct site *site, const json_t *table, const char *key,
                             const char *example, struct remarks *r)
{
    if (!form_need(r, table, key, example))
        return;
    if (json_is_array(json_at(table, key)) && json_array_size(json_at(table, key)))
        remark_error_at(r, key, "bad_target", NULL, "%s is one target, not a list", key);
    else
        site_check_targets(site, table, key, r);
}

/* A report to nobody is none. */
static void to_check(const struct site *site, const json_t *report, struct remarks *r)
{
    const json_t *to = form_need(r, report, "to", "to = \"dept:province-duty\"");
    if (to && !json_is_string(to) && !json_array_size(to))
        remark_error_at(r, "to", "bad_target", NULL,
                        "a report to nobody is none: name who receives it");
    else if (to)
        site_check_targets(site, report, "to", r);
}

/* Members that belong to some kinds alone. */
static void kind_members_check(const json_t *report, enum report_kind kind, struct remarks *r)
{
    static const struct {
        const char *key;
        unsigned kinds;
        const char *whose;
    } members[] = {{"each", 1U << REPORT_SINGLE, "single"},
                   {"at", 1U << REPORT_DAILY, "daily"},
                   {"data_to", 1U << REPORT_DAILY, "daily"},
                   {"zero", 1U << REPORT_DAILY | 1U << REPORT_UPDATE, "daily and update"}};
    for (size_t n = 0; n < sizeof members / sizeof *members; n++) {
        if (json_at(report, members[n].key) && !(members[n].kinds & 1U << kind))
            remark_error_at(r, members[n].key, "bad_value", NULL, "%s belongs to %s",
                            members[n].key, members[n].whose);
    }
}

static void from_check(const json_t *report, enum report_kind kind, struct remarks *r)
{
    const char *from = form_str(r, report, "from");
    if (!from || (begins[kind] && !strcmp(from, begins[kind])))
        return;
    if (begins[kind])
        remark_error_at(r, "from", "bad_value", NULL, "the time of %s counts from \"%s\"",
                        kinds[kind], begins[kind]);
    else
        remark_error_at(r, "from", "bad_value", NULL,
                        "the time of %s counts from its occurrence; leave from out", kinds[kind]);
}

/* The nearest fact that is an event; NULL: none is near. */
static const char *event_nearest(const json_t *facts, const char *name)
{
    const char **names = json_keys(facts, NULL);
    size_t count = 0;
    for (size_t n = 0; names[n]; n++) {
        if (json_bool(json_at(facts, names[n]), "event"))
            names[count++] = names[n];
    }
    names[count] = NULL;
    const char *near = text_nearest(name, names);
    free(names);
    return near;
}

static void each_check(const json_t *head, const json_t *report, struct remarks *r)
{
    const json_t *facts = json_at(head, "facts");
    const char *each =
        form_need(r, report, "each", "each = \"case\"") ? form_str(r, report, "each") : NULL;
    if (!each || json_bool(json_at(facts, each), "event"))
        return;
    if (json_at(facts, each))
        remark_error_at(r, "each", "bad_value", NULL,
                        "each must be an event fact, of which each occurrence is reported; \"%s\" "
                        "has a value: give it event = true, key = \"id\" and fields instead",
                        each);
    else
        remark_error_at(r, "each", "unknown_name", event_nearest(facts, each),
                        "each names an event of the plan's facts (event = true); \"%s\" is none",
                        each);
}

static void data_to_check(const json_t *report, struct remarks *r)
{
    const char *to = form_str(r, report, "data_to");
    int minutes;
    if (to && strcmp(to, "24:00") != 0 && !clock_parse(to, &minutes))
        remark_error_at(r, "data_to", "bad_value", NULL,
                        "data_to is a time of day up to which the data go, like \"24:00\"");
}

/* The plan may be stricter than the rule that it names, not laxer. */
static void rule_check(const json_t *report, const json_t *rule, const char *key, struct remarks *r)
{
    const json_t *own = json_at(report, key), *of_rule = json_at(rule, key);
    bool later = false;
    for (enum level l = LEVEL_IV; own && of_rule && l < LEVEL_END; l++)
        later = later ||
                report_time_ms(own, l, level_name(l)) > report_time_ms(of_rule, l, level_name(l));
    if (later)
        remark_error_at(r, key, "too_late", NULL,
                        "%s is later than the rule allows that basis names (%s)", key,
                        json_str_or(report, "basis", ""));
}

/* One word is meant as the name of a rule; a sentence of law has blanks, or is Chinese. */
static void basis_check(const json_t *report, const struct site *site, struct remarks *r)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    const char *basis = form_str(r, report, "basis");
    if (!site || !basis || site_deadline(site, basis) || !*basis ||
        strspn(basis, word) != strlen(basis))
        return;
    remark_error_at(r, "basis", "unknown_name", site_nearest_deadline(site, basis),
                    "the site has no rule \"%s\" in deadlines; name one of them, or write the "
                    "sentence of the law",
                    basis);
}

/* By level: { IV = "2h" }, where there are none. */
static void by_level_check(const json_t *head, const json_t *report, const char *key,
                           struct remarks *r)
{
    const json_t *time = json_at(report, key);
    if (!json_object_size(time) || json_at(time, "grade") || json_at(head, "levels"))
        return;
    remark_error_at(r, key, "bad_value", NULL,
                    "%s is by level, and the plan has none; write %s = \"1h\", or by the grade of "
                    "the event { grade = { III = \"2h\" } }",
                    key, key);
}

void report_phone_check(const json_t *phone, const json_t *due, struct remarks *r)
{
    bool later = false;
    for (enum level l = LEVEL_IV; phone && due && l < LEVEL_END; l++) {
        int64_t written = report_time_ms(due, l, level_name(l));
        later = later || (written && report_time_ms(phone, l, level_name(l)) > written);
    }
    if (later)
        remark_error_at(r, "phone", "bad_value", NULL,
                        "phone is longer than due: what is told by telephone comes before what is "
                        "written; shorten phone");
}

/* Without a site, as a head is read that was checked before, its rules are not known either. */
static void times_check(const json_t *head, const json_t *report, const struct site *site,
                        struct remarks *r)
{
    const char *basis = json_str(report, "basis");
    const json_t *rule = site && basis ? site_deadline(site, basis) : NULL;
    bool by_basis = json_at(rule, "due") != NULL || (!site && basis && !json_at(report, "due"));
    if (!by_basis && form_need(r, report, "due", "due = \"1h\""))
        report_time_check(report, "due", r);
    report_time_check(report, "phone", r);
    by_level_check(head, report, "due", r);
    by_level_check(head, report, "phone", r);
    rule_check(report, rule, "due", r);
    rule_check(report, rule, "phone", r);
    const json_t *due = json_at(report, "due");
    report_phone_check(json_at(report, "phone"), due ? due : json_at(rule, "due"), r);
}

static void report_check(const json_t *head, const struct site *site, enum report_kind kind,
                         struct remarks *r)
{
    static const struct form_key keys[] = {
        {"by", true},      {"sign", true}, {"to", true},    {"from", true},
        {"each", true},    {"at", true},   {"phone", true}, {"due", true},
        {"data_to", true}, {"zero", true}, {"basis", true}, {0},
    };
    const json_t *report = json_at(json_at(head, "reports"), kinds[kind]);
    if (!form_table(r, report, "a report"))
        return;
    form_keys(r, report, keys, "a report");
    one_target_check(site, report, "by", "by = \"duty:duty-room\"", r);
    one_target_check(site, report, "sign", "sign = \"post:flood-hq-deputy\"", r);
    to_check(site, report, r);
    basis_check(report, site, r);
    times_check(head, report, site, r);
    kind_members_check(report, kind, r);
    from_check(report, kind, r);
    cadence_check(report, "at", site, r);
    if (kind == REPORT_SINGLE)
        each_check(head, report, r);
    data_to_check(report, r);
    form_bool(r, report, "zero");
}

/* A cadence of levels that no report goes by, and a report that never comes. */
static void cadences_check(const json_t *head, struct remarks *r)
{
    const json_t *reports = json_at(head, "reports"), *levels = json_at(head, "levels");
    const json_t *daily = json_at(reports, "daily"), *update = json_at(reports, "update");
    const char **names = json_keys(levels, NULL);
    bool any = false, by_level = update || (daily && !json_at(daily, "at"));
    for (size_t n = 0; names[n]; n++)
        any = any || json_at(json_at(levels, names[n]), "report");
    free(names);
    remark_enter(r, "reports");
    if (any && !by_level)
        remark_error(r, "missing_key", NULL,
                     "levels say when to report again, and no report goes by it: add update = { by "
                     "=, sign =, to =, due = }");
    if (daily && !json_at(daily, "at") && (update || !any))
        remark_error_at(r, "daily", "missing_key", NULL,
                        "when is it due each day? at = { \"08:00\" }");
    remark_leave(r);
}

void head_reports_check(const json_t *head, const struct site *site, struct remarks *r)
{
    const json_t *reports = json_at(head, "reports");
    enum report_kind kind;
    cadences_check(head, r);
    if (!reports)
        return;
    remark_enter(r, "reports");
    const char **names = json_keys(reports, NULL);
    form_table(r, reports, "reports");
    for (size_t n = 0; names[n]; n++) {
        remark_enter(r, names[n]);
        if (report_kind_parse(names[n], &kind))
            report_check(head, site, kind, r);
        else
            remark_error(r, "unknown_key", text_nearest(names[n], kinds),
                         "\"%s\" is no kind of report; kinds are initial, update, daily, single "
                         "and final",
                         names[n]);
        remark_leave(r);
    }
    free(names);
    remark_leave(r);
}

/* ---- building ---- */

static struct cadence_head cadence_build(const json_t *value)
{
    struct cadence_head c = {0};
    const char *text = json_string_value(value);
    if (text && !duration_parse(text, true, &c.every_ms))
        c.every_ms = 0;
    for (size_t n = 0; n < json_array_size(value) && c.clocks_count < CLOCKS_MAX; n++) {
        const char *clock = json_string_value(json_array_get(value, n));
        c.clocks_count += clock && clock_parse(clock, &c.clocks[c.clocks_count]);
    }
    return c;
}

struct cadence_head level_cadence_build(const json_t *level)
{
    return cadence_build(json_at(level, "report"));
}

static void report_build(struct report_head *report, enum report_kind kind, const json_t *v)
{
    *report = (struct report_head){.kind = kind,
                                   .by = json_str(v, "by"),
                                   .sign = json_str(v, "sign"),
                                   .to = json_at(v, "to"),
                                   .each = json_str(v, "each"),
                                   .due = json_at(v, "due"),
                                   .phone = json_at(v, "phone"),
                                   .data_to = json_str(v, "data_to"),
                                   .basis = json_str(v, "basis"),
                                   .at = cadence_build(json_at(v, "at")),
                                   .zero = json_bool(v, "zero")};
}

void head_reports_build(struct plan_head *h)
{
    const json_t *reports = json_at(h->json, "reports");
    for (enum report_kind k = REPORT_INITIAL; k < REPORT_KINDS; k++) {
        if (json_at(reports, kinds[k]))
            report_build(&h->reports[k], k, json_at(reports, kinds[k]));
    }
}

/* ---- what it says ---- */

const struct report_head *plan_head_report(const struct plan_head *h, enum report_kind kind)
{
    return h->reports[kind].by ? &h->reports[kind] : NULL;
}

const struct report_head *plan_head_cadence_report(const struct plan_head *h)
{
    const struct report_head *daily = plan_head_report(h, REPORT_DAILY);
    if (plan_head_report(h, REPORT_UPDATE))
        return plan_head_report(h, REPORT_UPDATE);
    return daily && !cadence_head_any(&daily->at) ? daily : NULL;
}

static int64_t time_of(const json_t *table, const char *key)
{
    int64_t ms = 0;
    return duration_parse(json_str_or(table, key, ""), true, &ms) ? ms : 0;
}

static int64_t shortest(const json_t *table)
{
    int64_t least = 0;
    for (enum level l = LEVEL_IV; l < LEVEL_END; l++) {
        int64_t ms = time_of(table, level_name(l));
        least = ms && (!least || ms < least) ? ms : least;
    }
    return least;
}

int64_t report_time_ms(const json_t *time, enum level level, const char *grade)
{
    const json_t *by_grade = json_at(time, "grade");
    int64_t ms = 0;
    if (json_is_string(time))
        return duration_parse(json_string_value(time), true, &ms) ? ms : 0;
    if (by_grade) {
        ms = grade ? time_of(by_grade, grade) : 0;
        return ms ? ms : shortest(by_grade);
    }
    for (enum level l = level; l > LEVEL_NONE && !ms; l--)
        ms = time_of(time, level_name(l));
    for (enum level l = LEVEL_IV; !ms && l < LEVEL_END; l++)
        ms = time_of(time, level_name(l));
    return ms;
}
