#include "core/head_measure.h"

#include "base/time.h"
#include "core/head_data.h"

#include <stdlib.h>
#include <string.h>

static const int64_t URGE_MS = 15 * MS_MINUTE;

static const char *const phases[] = {"first", "IV", "III", "II", "I", "recovery", NULL};
static const char *const lowers[] = {"ask", "keep", "lift", NULL};

/* ---- checking ---- */

static void due_check(const json_t *head, const json_t *measure, struct remarks *r)
{
    const json_t *due = json_at(measure, "due");
    if (!json_is_object(due) || !json_object_size(due)) {
        form_duration(r, measure, "due");
        return;
    }
    if (!json_at(head, "levels"))
        remark_error_at(r, "due", "bad_value", NULL,
                        "due is by level, and the plan has none; write due = \"2h\"");
    remark_enter(r, "due");
    const char **at = json_keys(due, NULL);
    for (size_t n = 0; at[n]; n++) {
        enum level level;
        if (!level_parse(at[n], &level))
            remark_error_at(r, at[n], "bad_value", NULL,
                            "due by level: { IV = \"1h\", II = \"30m\" }; there is no level \"%s\"",
                            at[n]);
        else
            form_duration(r, due, at[n]);
    }
    free(at);
    remark_leave(r);
}

/* Does this measure, by what must be done before it, lead to `to`? */
static bool leads_to(const json_t *measures, const char *name, const char *to, json_t *seen)
{
    const json_t *after = json_at(json_at(measures, name), "after");
    for (size_t n = 0; n < json_array_size(after); n++) {
        const char *before = json_string_value(json_array_get(after, n));
        if (!before || json_at(seen, before))
            continue;
        json_put(seen, before, json_true());
        if (!strcmp(before, to) || leads_to(measures, before, to, seen))
            return true;
    }
    return false;
}

/* In the order in which phases come: first, IV to I, recovery. -1: with no phase. */
static int phase_rank(const json_t *measure)
{
    const char *phase = json_str(measure, "phase");
    for (int n = 0; phase && phases[n]; n++) {
        if (!strcmp(phases[n], phase))
            return n;
    }
    return -1;
}

/* What comes with a higher level than its own may never come: it would wait for ever. */
static void before_comes(const json_t *measures, const char *name, const char *before,
                         struct remarks *r)
{
    const json_t *measure = json_at(measures, name), *first = json_at(measures, before);
    int rank = phase_rank(measure);
    if (rank < 0 || phase_rank(first) <= rank)
        return;
    remark_error(r, "bad_value", NULL,
                 "%s is of phase %s and waits for %s, which is not issued before phase %s: it "
                 "could never begin; wait for a measure of its own phase or one before it",
                 name, phases[rank], before, json_str(first, "phase"));
}

static void after_check(const json_t *measures, const char *name, struct remarks *r)
{
    const json_t *measure = json_at(measures, name), *after = json_at(measure, "after");
    AUTO_JSON(seen);
    if (!after)
        return;
    form_names(r, measure, "after", "measures: { \"list\" }");
    remark_enter(r, "after");
    for (size_t n = 0; n < json_array_size(after); n++) {
        const char *before = json_string_value(json_array_get(after, n));
        remark_enter_at(r, n);
        if (!before || !json_at(measures, before))
            remark_error(r, "unknown_name", before ? form_nearest(measures, before) : NULL,
                         "after names measures of this plan that must be done before");
        else
            before_comes(measures, name, before, r);
        remark_leave(r);
    }
    seen = json_object();
    if (leads_to(measures, name, name, seen))
        remark_error(r, "circle", NULL, "%s waits, by what must be done before it, for itself",
                     name);
    remark_leave(r);
}

static void phase_check(const json_t *head, const json_t *measure, struct remarks *r)
{
    const char *phase = form_word(r, measure, "phase", phases, NULL);
    enum level level;
    if (phase && level_parse(phase, &level) && !json_at(json_at(head, "levels"), phase))
        remark_error_at(r, "phase", "unknown_name", NULL, "the plan has no level %s", phase);
}

static void measure_check(const json_t *head, const struct site *site, const char *name,
                          struct remarks *r)
{
    static const struct form_key keys[] = {
        {"phase", true},        {"owner", true},
        {"title", true},        {"due", true},
        {"done_when", true},    {"after", true},
        {"urge", true},         {"on_lower", true},
        {"needs_order", false}, {0},
    };
    const json_t *measures = json_at(head, "measures"), *measure = json_at(measures, name);
    if (!form_id(name, false) || strchr(name, '-'))
        remark_error(r, "bad_id", NULL, "\"%s\" is no name of a measure; letters, digits and _",
                     name);
    if (!form_table(r, measure, "a measure"))
        return;
    form_keys(r, measure, keys, "a measure");
    phase_check(head, measure, r);
    if (json_is_array(json_at(measure, "owner")))
        remark_error_at(r, "owner", "bad_target", NULL, "a measure has one owner");
    else if (form_need(r, measure, "owner", "owner = \"dept:water\""))
        site_check_targets(site, measure, "owner", r);
    if (form_need(r, measure, "title", "title = { zh = \"…\", en = \"…\" }"))
        form_words(r, measure, "title");
    if (form_need(r, measure, "due", "due = \"2h\""))
        due_check(head, measure, r);
    if (json_at(measure, "done_when"))
        form_words(r, measure, "done_when");
    form_duration(r, measure, "urge");
    form_word(r, measure, "on_lower", lowers, NULL);
    after_check(measures, name, r);
}

/* The lowest level that a measure goes with; LEVEL_END: none. */
static enum level first_measured(const json_t *measures)
{
    const char **names = json_keys(measures, NULL);
    enum level first = LEVEL_END, level;
    for (size_t n = 0; names[n]; n++) {
        if (level_parse(json_str(json_at(measures, names[n]), "phase"), &level) && level < first)
            first = level;
    }
    free(names);
    return first;
}

/* An order of a level that takes no measure is refused (art. 72), at night and not before. */
static void levels_have_measures(const json_t *head, struct remarks *r)
{
    const json_t *levels = json_at(head, "levels");
    enum level measured = first_measured(json_at(head, "measures"));
    for (enum level l = LEVEL_IV; l < measured && l < LEVEL_END; l++) {
        if (!json_at(levels, level_name(l)))
            continue;
        remark_enter(r, "levels");
        remark_enter(r, level_name(l));
        remark_warning(r, "missing_key", NULL,
                       "no measure goes with level %s: each order of it will have to say what is "
                       "done; give one of them phase = \"%s\"",
                       level_name(l), level_name(l));
        remark_leave(r);
        remark_leave(r);
        return;
    }
}

void head_measures_check(const json_t *head, const struct site *site, struct remarks *r)
{
    const json_t *measures = json_at(head, "measures");
    levels_have_measures(head, r);
    if (!measures)
        return;
    remark_enter(r, "measures");
    const char **names = json_keys(measures, NULL);
    form_table(r, measures, "measures");
    for (size_t n = 0; names[n]; n++) {
        remark_enter(r, names[n]);
        measure_check(head, site, names[n], r);
        remark_leave(r);
    }
    free(names);
    remark_leave(r);
}

/* ---- building ---- */

static int64_t duration_of(const json_t *table, const char *key)
{
    int64_t ms = 0;
    return duration_parse(json_str_or(table, key, ""), true, &ms) ? ms : 0;
}

static void phase_build(struct measure_head *m, const char *phase)
{
    m->phase = PHASE_NONE;
    if (level_parse(phase, &m->level))
        m->phase = PHASE_LEVEL;
    else if (phase)
        m->phase = strcmp(phase, "first") == 0 ? PHASE_FIRST : PHASE_RECOVERY;
}

static enum on_lower on_lower_of(const char *word)
{
    enum on_lower o = ON_LOWER_ASK;
    while (word && o < ON_LOWER_LIFT && strcmp(lowers[o], word) != 0)
        o++;
    return o;
}

static void measure_build(struct measure_head *m, const char *name, const json_t *v)
{
    const json_t *due = json_at(v, "due");
    *m = (struct measure_head){.name = name,
                               .owner = json_str(v, "owner"),
                               .title = json_at(v, "title"),
                               .done_when = json_at(v, "done_when"),
                               .after = json_at(v, "after"),
                               .due_ms = duration_of(v, "due"),
                               .urge_ms = duration_of(v, "urge"),
                               .on_lower = on_lower_of(json_str(v, "on_lower"))};
    if (!m->urge_ms)
        m->urge_ms = URGE_MS;
    phase_build(m, json_str(v, "phase"));
    for (enum level l = LEVEL_IV; l < LEVEL_END; l++)
        m->due_at[l] = duration_of(due, level_name(l));
}

void head_measures_build(struct plan_head *h)
{
    const json_t *measures = json_at(h->json, "measures");
    const char **names = json_keys(measures, &h->measures_count);
    h->measures = mem_new(h->measures_count, sizeof *h->measures);
    for (size_t n = 0; names[n]; n++)
        measure_build(&h->measures[n], names[n], json_at(measures, names[n]));
    free(names);
}

/* ---- what it says ---- */

const struct measure_head *plan_head_measure_at(const struct plan_head *h, size_t n)
{
    return n < h->measures_count ? &h->measures[n] : NULL;
}

const struct measure_head *plan_head_measure(const struct plan_head *h, const char *name)
{
    for (size_t n = 0; n < h->measures_count; n++) {
        if (!strcmp(h->measures[n].name, name))
            return &h->measures[n];
    }
    return NULL;
}

int64_t measure_due_ms(const struct measure_head *m, enum level level)
{
    for (enum level l = level; l > LEVEL_NONE; l--) {
        if (m->due_at[l])
            return m->due_at[l];
    }
    for (enum level l = LEVEL_IV; !m->due_ms && l < LEVEL_END; l++) {
        if (m->due_at[l])
            return m->due_at[l];
    }
    return m->due_ms;
}
