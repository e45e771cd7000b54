#include "base/exposition.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <string.h>

void exposition_done(struct exposition *x)
{
    text_done(&x->labels);
}

/* ---- names and words ---- */

static bool is_name(const char *name)
{
    for (const char *at = name; *at; at++)
        if (!islower((unsigned char)*at) && *at != '_' &&
            !(isdigit((unsigned char)*at) && at > name))
            return false;
    return *name != '\0';
}

static bool ends_in(const char *name, const char *end)
{
    size_t len = strlen(name), end_len = strlen(end);
    return len > end_len && strcmp(name + len - end_len, end) == 0;
}

/* A quote is escaped in values of labels alone. */
static void escaped_add(struct text *to, const char *words, bool quote)
{
    for (; *words; words++) {
        if (*words == '\n')
            text_add(to, "\\n");
        else if (*words == '\\' || (quote && *words == '"'))
            text_addf(to, "\\%c", *words);
        else
            text_add_char(to, *words);
    }
}

/* ---- families ---- */

void exposition_family(struct exposition *x, enum exposition_type type, const char *name,
                       const char *help)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};
    assert(is_name(name) && *help && x->labels.len == 0);
    assert(ends_in(name, "_total") == (type == EXPOSITION_COUNTER));
    assert(type != EXPOSITION_HISTOGRAM || ends_in(name, "_seconds"));
    x->family = name;
    x->type = type;
    text_addf(x->to, "# HELP %s ", name);
    escaped_add(x->to, help, false);
    text_addf(x->to, "\n# TYPE %s %s\n", name, types[type]);
}

void exposition_label(struct exposition *x, const char *name, const char *value)
{
    assert(is_name(name) && strcmp(name, "le") != 0);
    if (x->labels.len)
        text_add_char(&x->labels, ',');
    text_addf(&x->labels, "%s=\"", name);
    escaped_add(&x->labels, value, true);
    text_add_char(&x->labels, '"');
}

/* ---- samples ---- */

/* "muster_commit_seconds_bucket{…,le="0.001"} "; le: NULL without one. */
static void sample_begin(struct exposition *x, const char *suffix, const char *le)
{
    text_addf(x->to, "%s%s", x->family, suffix);
    if (x->labels.len || le)
        text_addf(x->to, "{%s%s%s%s%s}", text_str(&x->labels), x->labels.len && le ? "," : "",
                  le ? "le=\"" : "", le ? le : "", le ? "\"" : "");
    text_add_char(x->to, ' ');
}

static void real_add(struct text *to, double value)
{
    if (isnan(value))
        text_add(to, "NaN");
    else if (isinf(value))
        text_add(to, value < 0 ? "-Inf" : "+Inf");
    else
        text_addf(to, "%.12g", value);
}

static void sample_int(struct exposition *x, const char *suffix, const char *le, int64_t value)
{
    sample_begin(x, suffix, le);
    text_add_int(x->to, value);
    text_add_char(x->to, '\n');
}

static void sample_real(struct exposition *x, const char *suffix, double value)
{
    sample_begin(x, suffix, NULL);
    real_add(x->to, value);
    text_add_char(x->to, '\n');
}

void exposition_int(struct exposition *x, int64_t value)
{
    assert(x->type != EXPOSITION_HISTOGRAM);
    sample_int(x, "", NULL, value);
    text_clear(&x->labels);
}

void exposition_real(struct exposition *x, double value)
{
    assert(x->type != EXPOSITION_HISTOGRAM);
    sample_real(x, "", value);
    text_clear(&x->labels);
}

void exposition_histogram(struct exposition *x, const struct histogram *h)
{
    int64_t count = 0;
    assert(x->type == EXPOSITION_HISTOGRAM);
    for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++) {
        AUTO_TEXT(le);
        real_add(&le, (double)h->scale->bounds_us[i] / 1e6);
        count += h->counts[i];
        sample_int(x, "_bucket", text_str(&le), count);
    }
    count += h->counts[HISTOGRAM_BOUNDS];
    sample_int(x, "_bucket", "+Inf", count);
    sample_real(x, "_sum", (double)h->sum_us / 1e6);
    sample_int(x, "_count", NULL, count);
    text_clear(&x->labels);
}

void exposition_one(struct exposition *x, enum exposition_type type, const char *name,
                    const char *help, int64_t value)
{
    exposition_family(x, type, name, help);
    exposition_int(x, value);
}
