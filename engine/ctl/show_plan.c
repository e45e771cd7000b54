#include "ctl/show_plan.h"

#include "ctl/show.h"
#include "ctl/show_response.h"

#include <inttypes.h>
#include <string.h>

enum { LABEL_COLUMNS = 12 };

void show_pin(struct text *to, const char *pin)
{
    const char *hash = strchr(pin, ':');
    AUTO_TEXT(cut);
    hash = hash ? hash + 1 : pin;
    text_add_bytes(&cut, hash, strnlen(hash, PIN_SHOWN));
    show_safe(to, text_str(&cut));
}

/* ---- a line ---- */

static void label(const struct ctl *c, struct text *to, enum word w)
{
    const char *word = ctl_say(c, words_of(w));
    text_addf(to, "  %s%s%s", show_colour(c->colour, COLOUR_DIM), word,
              show_colour(c->colour, COLOUR_NONE));
    for (size_t at = show_width(word); at < LABEL_COLUMNS; at++)
        text_add_char(to, ' ');
}

static void line(const struct ctl *c, struct text *to, enum word w, const char *value)
{
    if (!value || !value[0])
        return;
    label(c, to, w);
    show_safe(to, value);
    text_add_char(to, '\n');
}

/* A target by what it is called, "防汛办 (dept:flood-office)"; as it is where that is not known. */
static void target_add(const json_t *plan, const char *target, struct text *to)
{
    const char *name = json_str(json_at(plan, "targets"), target);
    if (name && name[0]) {
        show_safe(to, name);
        text_add(to, " (");
    }
    show_safe(to, target);
    if (name && name[0])
        text_add_char(to, ')');
}

static void line_target(const struct ctl *c, struct text *to, enum word w, const json_t *plan,
                        const char *target)
{
    if (!target)
        return;
    label(c, to, w);
    target_add(plan, target, to);
    text_add_char(to, '\n');
}

/* Texts, or objects with a text in each language. */
static void line_texts(const struct ctl *c, struct text *to, enum word w, const json_t *texts)
{
    size_t n;
    json_t *text;
    if (json_array_size(texts) == 0)
        return;
    label(c, to, w);
    json_array_foreach(json_unconst(texts), n, text)
    {
        text_add(to, n ? (c->zh ? "；" : "; ") : "");
        show_safe(to, json_is_string(text) ? json_string_value(text) : show_text(c, text));
    }
    text_add_char(to, '\n');
}

/* {"name"} of each. */
static void names_add(const struct ctl *c, const json_t *people, struct text *to)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(people), n, one)
        text_addf(to, "%s%s", n ? (c->zh ? "、" : ", ") : "", json_str_or(one, "name", "?"));
}

/* A due time: a text, or one by level. */
static void due_add(const json_t *due, struct text *to)
{
    const char *level = NULL;
    json_t *value = NULL;
    bool first = true;
    if (!json_is_object(due)) {
        text_add(to, json_is_string(due) ? json_string_value(due) : "-");
        return;
    }
    json_object_foreach(json_unconst(due), level, value)
    {
        text_addf(to, "%s%s %s", first ? "" : ", ", level, json_str_or(due, level, "?"));
        first = false;
    }
}

/* ---- tables ---- */

static void heads_add(const struct ctl *c, struct table *t, const enum word *heads, size_t count)
{
    for (size_t i = 0; i < count; i++)
        table_cell_in(t, ctl_say(c, words_of(heads[i])), COLOUR_DIM);
}

static void table_end(const struct ctl *c, struct table *t, struct text *to)
{
    text_add_char(to, '\n');
    table_print(t, c->width, c->colour, to);
    table_done(t);
}

static void levels_add(const struct ctl *c, const json_t *plan, struct text *to)
{
    static const enum word heads[] = {WORD_LEVEL, WORD_EXPECTED, WORD_ORDERED_BY, WORD_TOLD,
                                      WORD_WHEN};
    struct table t = {.columns = sizeof heads / sizeof heads[0]};
    const json_t *levels = json_at(plan, "levels");
    size_t n;
    json_t *one;
    if (json_array_size(levels) == 0)
        return;
    heads_add(c, &t, heads, sizeof heads / sizeof heads[0]);
    json_array_foreach(json_unconst(levels), n, one)
    {
        AUTO_TEXT(people);
        AUTO_TEXT(told);
        names_add(c, json_at(one, "people"), &people);
        names_add(c, json_at(one, "told"), &told);
        table_cell(&t, json_str(one, "level"));
        table_cell(&t, json_str_or(one, "expected", "-"));
        table_cell(&t, text_str(&people));
        table_cell(&t, text_str(&told));
        table_cell(&t, json_str_or(one, "when", "-"));
    }
    table_end(c, &t, to);
}

static void measures_add(const struct ctl *c, const json_t *plan, struct text *to)
{
    static const enum word heads[] = {WORD_MEASURE, WORD_PHASE, WORD_DUE, WORD_OWNER, WORD_TITLE};
    struct table t = {.columns = sizeof heads / sizeof heads[0]};
    const json_t *measures = json_at(plan, "measures");
    size_t n;
    json_t *one;
    if (json_array_size(measures) == 0)
        return;
    heads_add(c, &t, heads, sizeof heads / sizeof heads[0]);
    json_array_foreach(json_unconst(measures), n, one)
    {
        AUTO_TEXT(owner);
        AUTO_TEXT(due);
        target_add(plan, json_str_or(one, "owner", "?"), &owner);
        due_add(json_at(one, "due"), &due);
        table_cell(&t, json_str(one, "name"));
        table_cell(&t, json_str_or(one, "phase", "-"));
        table_cell(&t, text_str(&due));
        table_cell(&t, text_str(&owner));
        table_cell(&t, show_text(c, json_at(one, "title")));
    }
    table_end(c, &t, to);
}

static void reports_add(const struct ctl *c, const json_t *plan, struct text *to)
{
    static const enum word heads[] = {WORD_REPORT, WORD_WRITTEN_BY, WORD_SIGNED_BY};
    struct table t = {.columns = sizeof heads / sizeof heads[0]};
    const json_t *reports = json_at(plan, "reports");
    size_t n;
    json_t *one;
    if (json_array_size(reports) == 0)
        return;
    heads_add(c, &t, heads, sizeof heads / sizeof heads[0]);
    json_array_foreach(json_unconst(reports), n, one)
    {
        AUTO_TEXT(writers);
        AUTO_TEXT(people);
        names_add(c, json_at(one, "writers"), &writers);
        names_add(c, json_at(one, "people"), &people);
        table_cell(&t, json_str(one, "kind"));
        table_cell(&t, text_str(&writers));
        table_cell(&t, text_str(&people));
    }
    table_end(c, &t, to);
}

static void criteria_add(const struct ctl *c, const json_t *plan, struct text *to)
{
    static const enum word heads[] = {WORD_CRITERION, WORD_WHEN, WORD_TITLE};
    struct table t = {.columns = sizeof heads / sizeof heads[0]};
    const json_t *criteria = json_at(plan, "criteria");
    size_t n;
    json_t *one;
    if (json_array_size(criteria) == 0)
        return;
    heads_add(c, &t, heads, sizeof heads / sizeof heads[0]);
    json_array_foreach(json_unconst(criteria), n, one)
    {
        AUTO_TEXT(how);
        if (json_str(one, "confirm"))
            target_add(plan, json_str(one, "confirm"), &how);
        else
            text_add(&how, json_str_or(one, "when", "-"));
        table_cell(&t, json_str(one, "id"));
        table_cell(&t, text_str(&how));
        table_cell(&t, show_text(c, json_at(one, "words")));
    }
    table_end(c, &t, to);
}

/* ---- the whole ---- */

static void owes_add(const struct ctl *c, const json_t *plan, struct text *to)
{
    const json_t *owes = json_at(plan, "owes");
    size_t n;
    json_t *one;
    if (json_array_size(owes) == 0)
        return;
    label(c, to, WORD_OWES);
    json_array_foreach(json_unconst(owes), n, one) text_addf(
        to, "%s%s %s", n ? ", " : "", json_str_or(one, "what", "?"), json_str_or(one, "due", "-"));
    text_add_char(to, '\n');
}

static void version_add(const struct ctl *c, const json_t *plan, struct text *to)
{
    label(c, to, WORD_VERSION);
    show_safe(to, json_str_or(plan, "version", "-"));
    text_add(to, "  ");
    show_pin(to, json_str_or(plan, "pin", ""));
    text_add_char(to, '\n');
    if (json_str(plan, "since")) {
        label(c, to, WORD_SINCE);
        show_time(to, json_str(plan, "since"), TIME_FULL);
        text_add_char(to, '\n');
    }
    label(c, to, WORD_INCIDENTS);
    text_addf(to, "%" PRId64 "\n", json_int(plan, "incidents", 0));
}

void show_plan(const struct ctl *c, const json_t *plan, struct text *to)
{
    show_safe(to, json_str_or(plan, "name", "?"));
    text_add(to, "  ");
    show_safe(to, json_str_or(plan, "title", ""));
    text_add_char(to, '\n');
    version_add(c, plan, to);
    line(c, to, WORD_KIND, json_str(plan, "kind"));
    line_target(c, to, WORD_OWNER, plan, json_str(plan, "owner"));
    line_texts(c, to, WORD_BASIS, json_at(plan, "basis"));
    line_texts(c, to, WORD_PRINCIPLES, json_at(plan, "principles"));
    line(c, to, WORD_ISSUED, json_str(plan, "issued"));
    line(c, to, WORD_FILED, json_str(plan, "filed"));
    line(c, to, WORD_REVIEW_BY, json_str(plan, "review_by"));
    line(c, to, WORD_DRILL_EVERY, json_str(plan, "drill_every"));
    owes_add(c, plan, to);
    levels_add(c, plan, to);
    measures_add(c, plan, to);
    reports_add(c, plan, to);
    criteria_add(c, plan, to);
}
