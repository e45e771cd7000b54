/* Who may order what: `may_order` and `auto` of a site. */
#include "core/level.h"
#include "core/site_data.h"

#include <stdlib.h>
#include <string.h>

/* ---- checking ---- */

static const char *const order_words[] = {
    "I", "II", "III", "IV", "terminate", "declare", "publish", "issue", "merge", "split", NULL};

bool order_word(const char *word)
{
    for (size_t n = 0; word && order_words[n]; n++) {
        if (!strcmp(order_words[n], word))
            return true;
    }
    return false;
}

static void rights_check(const json_t *plans, const char *plan, struct remarks *r)
{
    if (!form_id(plan, false))
        remark_error_at(r, plan, "bad_id", NULL, "\"%s\" is no name of a plan", plan);
    const json_t *rights = form_list(r, plans, plan, "orders: { \"III\", \"IV\", \"terminate\" }");
    remark_enter(r, plan);
    for (size_t n = 0; n < json_array_size(rights); n++) {
        const char *word = json_string_value(json_array_get(rights, n));
        if (order_word(word))
            continue;
        remark_enter_at(r, n);
        remark_error(r, "bad_value", word ? text_nearest(word, order_words) : NULL,
                     "an order is I, II, III, IV, terminate, declare, publish, issue, merge or "
                     "split");
        remark_leave(r);
    }
    remark_leave(r);
}

static void orderer_check(const json_t *site, const json_t *table, const char *who,
                          struct remarks *r)
{
    AUTO_JSON(target);
    target = json_string(who);
    remark_enter(r, who);
    if (!target_id(who, "post") && !target_id(who, "person") && !target_id(who, "dept"))
        remark_error(r, "bad_target", NULL,
                     "orders are given by a post, a person or a department: post:, person:, dept:");
    else
        target_check_value(site, target, r);
    const json_t *plans = json_at(table, who);
    if (form_table(r, plans, "what somebody may order")) {
        const char **names = json_keys(plans, NULL);
        for (size_t n = 0; names[n]; n++)
            rights_check(plans, names[n], r);
        free(names);
    }
    remark_leave(r);
}

void may_order_check(const json_t *site, struct remarks *r)
{
    const json_t *table = json_at(site, "may_order");
    if (!table)
        return;
    remark_enter(r, "may_order");
    if (form_table(r, table, "may_order")) {
        const char **who = json_keys(table, NULL);
        for (size_t n = 0; who[n]; n++)
            orderer_check(site, table, who[n], r);
        free(who);
    }
    remark_leave(r);
}

void auto_check(const json_t *site, struct remarks *r)
{
    const json_t *table = json_at(site, "auto");
    if (!table)
        return;
    remark_enter(r, "auto");
    if (form_table(r, table, "auto")) {
        const char **plans = json_keys(table, NULL);
        for (size_t n = 0; plans[n]; n++) {
            enum level level;
            if (!level_parse(json_str(table, plans[n]), &level))
                remark_error_at(r, plans[n], "bad_value", NULL,
                                "auto names for a plan the highest level that it may take by "
                                "itself: { %s = \"IV\" }",
                                plans[n]);
        }
        free(plans);
    }
    remark_leave(r);
}

/* ---- asking ---- */

static bool list_has(const json_t *list, const char *word)
{
    for (size_t n = 0; n < json_array_size(list); n++) {
        const char *one = json_string_value(json_array_get(list, n));
        if (one && !strcmp(one, word))
            return true;
    }
    return false;
}

/* A department's orders are its own phone's, or its head's: not those of whoever is on duty. */
static bool department_is(const struct site *s, const char *id, const char *person)
{
    const json_t *d = json_at(json_at(s->json, "departments"), id);
    const char *self = target_id(person, "dept"), *head = json_str(d, "head");
    return (self && !strcmp(self, id)) || (head && site_acts_as(s, person, head));
}

bool site_acts_as(const struct site *s, const char *person, const char *target)
{
    for (int depth = 0; target && depth < TARGET_CHAIN_MAX; depth++) {
        const char *id = target_id(target, "person"), *dept = target_id(target, "dept");
        if (id)
            return !strcmp(id, person);
        if (dept)
            return department_is(s, dept, person);
        const char *post = target_id(target, "post");
        target = post ? json_str(json_at(json_at(s->json, "posts"), post), "holder") : NULL;
    }
    return false;
}

const char *site_holder(const struct site *s, const char *target)
{
    for (int depth = 0; target && depth < TARGET_CHAIN_MAX; depth++) {
        const char *dept = target_id(target, "dept"), *post = target_id(target, "post");
        if (target_id(target, "person"))
            return target_id(target, "person");
        target = dept   ? json_str(json_at(json_at(s->json, "departments"), dept), "head")
                 : post ? json_str(json_at(json_at(s->json, "posts"), post), "holder")
                        : NULL;
    }
    return NULL;
}

bool site_speaks_for(const struct site *s, const char *person, const char *target, wall_ms at)
{
    AUTO_JSON(to);
    struct rungs found = {0};
    bool is = site_acts_as(s, person, target);
    to = json_string(target);
    site_resolve(s, to, NULL, false, at, &found);
    for (size_t n = 0; n < found.count; n++) {
        for (size_t k = 0; k < found.at[n].count; k++)
            is = is || !strcmp(found.at[n].at[k].id, person);
    }
    rungs_done(&found);
    return is;
}

bool site_target_may_order(const struct site *s, const char *target, const char *plan,
                           const char *what)
{
    return list_has(json_at(json_at(json_at(s->json, "may_order"), target), plan), what);
}

bool site_may_order(const struct site *s, const char *person, const char *plan, const char *what,
                    const char **ret_as)
{
    const char **who = json_keys(json_at(s->json, "may_order"), NULL);
    const char *as = NULL;
    for (size_t n = 0; who[n] && !as; n++) {
        if (site_target_may_order(s, who[n], plan, what) && site_acts_as(s, person, who[n]))
            as = who[n];
    }
    free(who);
    if (as && ret_as)
        *ret_as = as;
    return as != NULL;
}

json_t *site_orderers(const struct site *s, const char *plan, const char *what)
{
    json_t *list = json_array();
    const char **who = json_keys(json_at(s->json, "may_order"), NULL);
    for (size_t n = 0; who[n]; n++) {
        if (site_target_may_order(s, who[n], plan, what))
            json_array_append_new(list, json_string(who[n]));
    }
    free(who);
    return list;
}

/* Who orders most in the plan; where nobody does, in another one. NULL: nobody orders anything. */
static const char *orderer_likely(const struct site *s, const char *plan)
{
    const json_t *table = json_at(s->json, "may_order");
    const char **who = json_keys(table, NULL), *likely = who[0];
    for (size_t n = 0, most = 0; who[n]; n++) {
        size_t rights = json_array_size(json_at(json_at(table, who[n]), plan));
        if (rights > most)
            likely = who[n];
        most = rights > most ? rights : most;
    }
    free(who);
    return likely;
}

bool site_nobody_may_order(const struct site *s, const char *plan, const char *what,
                           const char *likely, struct text *ret_line)
{
    AUTO_JSON(orderers);
    const char *who = likely ? likely : orderer_likely(s, plan);
    orderers = site_orderers(s, plan, what);
    if (json_array_size(orderers))
        return false;
    text_addf(ret_line, "[\"%s\"] = { [\"%s\"] = { \"%s\" } }", who ? who : "post:…", plan, what);
    return true;
}

enum level site_auto_level(const struct site *s, const char *plan)
{
    enum level level = LEVEL_NONE;
    return level_parse(json_str(json_at(s->json, "auto"), plan), &level) ? level : LEVEL_NONE;
}

const char *site_post_deputy(const struct site *s, const char *target)
{
    const char *post = target_id(target, "post");
    return post ? json_str(json_at(json_at(s->json, "posts"), post), "deputy") : NULL;
}

/* ---- constants of stations ---- */

const char *site_station_name(const struct site *s, const char *station, const char *lang)
{
    return words_in(json_at(json_at(site_stations(s), station), "name"), lang, s->lang);
}

bool site_station_number(const struct site *s, const char *station, const char *name, double *ret)
{
    const json_t *value = json_at(json_at(site_stations(s), station), name);
    if (!json_is_number(value))
        return false;
    *ret = json_number_value(value);
    return true;
}

bool site_station_in(const struct site *s, const char *station, const json_t *place)
{
    const char *at = json_str(json_at(site_stations(s), station), "place"), *key;
    for (int depth = 0; at && depth < TARGET_CHAIN_MAX; depth++) {
        json_t *value;
        json_object_foreach(json_unconst(place), key, value)
        {
            if (json_is_string(value) && !strcmp(json_string_value(value), at))
                return true;
        }
        at = json_str(json_at(json_at(s->json, "places"), at), "in_");
    }
    return false;
}

static void target_append(json_t *targets, const char *kind, const char *id)
{
    AUTO_TEXT(target);
    text_addf(&target, "%s:%s", kind, id);
    json_array_append_new(targets, json_string(text_str(&target)));
}

json_t *site_targets_of(const struct site *s, const char *person)
{
    json_t *targets = json_array();
    struct rung_person known;
    AUTO_TEXT(self);
    if (!site_person(s, person, &known))
        return targets;
    bool phone = !strncmp(person, "dept:", 5); /* of a department */
    text_addf(&self, "%s%s", phone ? "" : "person:", person);
    json_array_append_new(targets, json_string(text_str(&self)));
    const char *dept = json_str(json_at(json_at(s->json, "people"), person), "dept");
    if (dept)
        target_append(targets, "dept", dept);
    const json_t *posts = json_at(s->json, "posts");
    const char **names = json_keys(posts, NULL);
    for (size_t n = 0; names[n]; n++) {
        if (!strcmp(json_str_or(json_at(posts, names[n]), "holder", ""), text_str(&self)))
            target_append(targets, "post", names[n]);
    }
    free(names);
    return targets;
}
