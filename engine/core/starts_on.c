/* Which triggers belong to a plan: the entries of starts_on, and what two plans must not share. */
#include "core/head_data.h"

#include <stdlib.h>
#include <string.h>

/* ---- checking one plan ---- */

static const char *const condition_names[] = {"kind", "source", "event"};
enum { CONDITIONS = 3 };

static bool condition_valid(const json_t *value)
{
    return json_is_string(value) && json_string_length(value) > 0 && !json_holds_nul(value);
}

/* A text or a list of them. `stars`: a text may end with a star. */
static void condition_check(const json_t *table, const char *key, bool stars, struct remarks *r)
{
    const json_t *value = json_at(table, key);
    if (!value)
        return;
    size_t count = json_is_array(value) ? json_array_size(value) : 1;
    bool good = count > 0, star = false;
    for (size_t i = 0; i < count && good; i++) {
        const json_t *one = json_is_array(value) ? json_array_get(value, i) : value;
        good = condition_valid(one);
        const char *at = good ? strchr(json_string_value(one), '*') : NULL;
        star = star || (at && (!stars || at[1]));
    }
    if (!good)
        remark_error_at(r, key, "bad_value", NULL, "%s is a text, or a list of texts", key);
    else if (star)
        remark_error_at(r, key, "wildcard", NULL,
                        "a * may only stand at the end of an event: event = \"Flood*\"");
}

static void labels_check(const json_t *entry, struct remarks *r)
{
    const json_t *labels = json_at(entry, "labels");
    if (!labels)
        return;
    remark_enter(r, "labels");
    const char **names = json_keys(labels, NULL);
    if (form_table(r, labels, "labels") && !names[0])
        remark_error(r, "bad_value", NULL, "labels is empty; leave it out");
    for (size_t i = 0; names[i]; i++)
        condition_check(labels, names[i], false, r);
    free(names);
    remark_leave(r);
}

void starts_on_check(const json_t *head, struct remarks *r)
{
    static const struct form_key keys[] = {
        {"kind", true}, {"source", true}, {"event", true}, {"labels", true}, {0},
    };
    const json_t *list = json_at(head, "starts_on");
    if (!list)
        return;
    remark_enter(r, "starts_on");
    if (!json_is_array(list) && json_object_size(list) > 0)
        remark_error(r, "bad_value", NULL,
                     "starts_on is a list of conditions: { { kind = \"flood\" } }");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        remark_enter_at(r, i);
        if (form_table(r, entry, "a condition") && form_keys(r, entry, keys, "a condition")) {
            if (json_object_size(entry) == 0)
                remark_error(r, "bad_value", NULL,
                             "an empty condition fits every trigger; write kind, source, event or "
                             "labels");
            for (int k = 0; k < CONDITIONS; k++)
                condition_check(entry, condition_names[k], strcmp(condition_names[k], "event") == 0,
                                r);
            labels_check(entry, r);
        }
        remark_leave(r);
    }
    remark_leave(r);
}

/* ---- matching ---- */

/* How closely one text fits: 2 exactly, 1 by its beginning, 0 not. */
static int text_fits(const char *condition, const char *value)
{
    size_t len = strlen(condition);
    if (len > 0 && condition[len - 1] == '*')
        return strncmp(condition, value, len - 1) == 0 ? 1 : 0;
    return strcmp(condition, value) == 0 ? 2 : 0;
}

static int condition_fits(const json_t *condition, const char *value)
{
    if (!value)
        return 0;
    if (json_is_string(condition))
        return text_fits(json_string_value(condition), value);
    int best = 0;
    for (size_t i = 0; i < json_array_size(condition); i++) {
        int fit = text_fits(json_string_value(json_array_get(condition, i)), value);
        best = fit > best ? fit : best;
    }
    return best;
}

/*
 * What a fulfilled condition adds: one for the count, in the highest place, and its own weight, so
 * that of two entries with as many conditions the one about the kind is the closer one.
 */
enum { WEIGHT_ONE = 1 << 20 };
static const int weights[CONDITIONS] = {1 << 18, 1 << 16, 1 << 14};

static int labels_fit(const json_t *wanted, const json_t *labels)
{
    int sum = 0;
    const char **names = json_keys(wanted, NULL);
    for (size_t i = 0; names[i]; i++) {
        if (!condition_fits(json_at(wanted, names[i]), json_str(labels, names[i]))) {
            sum = -1;
            break;
        }
        sum += WEIGHT_ONE;
    }
    free(names);
    return sum;
}

static int entry_fits(const json_t *entry, const char *const values[CONDITIONS],
                      const json_t *labels)
{
    int sum = labels_fit(json_at(entry, "labels"), labels);
    if (sum < 0)
        return 0;
    for (int i = 0; i < CONDITIONS; i++) {
        const json_t *condition = json_at(entry, condition_names[i]);
        if (!condition)
            continue;
        int fit = condition_fits(condition, values[i]);
        if (!fit)
            return 0;
        sum += WEIGHT_ONE + weights[i] * fit / 2;
    }
    return sum;
}

int plan_head_matches(const struct plan_head *h, const char *kind, const char *source,
                      const char *event, const json_t *labels)
{
    const char *const values[CONDITIONS] = {kind, source, event};
    const json_t *list = json_at(h->json, "starts_on");
    int best = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        int fit = entry_fits(json_array_get(list, i), values, labels);
        best = fit > best ? fit : best;
    }
    return best;
}

/* ---- two plans ---- */

static bool texts_meet(const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);
    bool a_star = a[a_len - 1] == '*', b_star = b[b_len - 1] == '*';
    if (a_star != b_star)
        return false; /* the exact one is the closer one */
    if (!a_star)
        return strcmp(a, b) == 0;
    size_t len = a_len < b_len ? a_len - 1 : b_len - 1;
    return strncmp(a, b, len) == 0;
}

static const char *condition_text(const json_t *condition, size_t i)
{
    return json_string_value(json_is_array(condition) ? json_array_get(condition, i) : condition);
}

/* Is there a value that both fit equally? */
static bool conditions_meet(const json_t *a, const json_t *b)
{
    size_t a_count = json_is_array(a) ? json_array_size(a) : 1;
    size_t b_count = json_is_array(b) ? json_array_size(b) : 1;
    for (size_t i = 0; i < a_count; i++)
        for (size_t k = 0; k < b_count; k++)
            if (texts_meet(condition_text(a, i), condition_text(b, k)))
                return true;
    return false;
}

/* Two labels of different names may both be there; of one name they must agree. */
static bool labels_meet(const json_t *a, const json_t *b)
{
    if (json_object_size(a) != json_object_size(b))
        return false;
    bool meet = true;
    const char **names = json_keys(a, NULL);
    for (size_t i = 0; names[i] && meet; i++)
        meet = !json_at(b, names[i]) || conditions_meet(json_at(a, names[i]), json_at(b, names[i]));
    free(names);
    return meet;
}

static bool entries_meet(const json_t *a, const json_t *b)
{
    for (int i = 0; i < CONDITIONS; i++) {
        const json_t *x = json_at(a, condition_names[i]), *y = json_at(b, condition_names[i]);
        if (!x != !y || (x && !conditions_meet(x, y)))
            return false; /* other conditions weigh differently */
    }
    return labels_meet(json_at(a, "labels"), json_at(b, "labels"));
}

static void pair_check(const struct plan_head *first, const struct plan_head *later,
                       struct remarks *r)
{
    const json_t *a = json_at(first->json, "starts_on"), *b = json_at(later->json, "starts_on");
    for (size_t k = 0; k < json_array_size(b); k++) {
        for (size_t i = 0; i < json_array_size(a); i++) {
            if (!entries_meet(json_array_get(a, i), json_array_get(b, k)))
                continue;
            remark_enter(r, "starts_on");
            remark_enter_at(r, k);
            remark_error(r, "ambiguous", NULL,
                         "starts_on[%zu] of the plan %s fits the same triggers as closely; add a "
                         "condition to one of them",
                         i + 1, first->name);
            remark_leave(r);
            remark_leave(r);
        }
    }
}

size_t plan_heads_check(const struct plan_head *const *heads, size_t count, remark_fn *fn,
                        void *ctx)
{
    size_t errors = 0;
    for (size_t k = 1; k < count; k++) {
        struct remarks r;
        remarks_init(&r, heads[k]->name, fn, ctx);
        for (size_t i = 0; i < k; i++)
            pair_check(heads[i], heads[k], &r);
        errors += r.errors;
        remarks_done(&r);
    }
    return errors;
}
