#include "plan/check_fact.h"

#include "base/text.h"
#include "core/site.h"
#include "plan/check_literal.h"
#include "plan/check_table.h"
#include "plan/words.h"

#include <stdlib.h>
#include <string.h>

/* ---- the fields of a fact -------------------------------------------------------------------- */

static json_t *names_of(const char *const *names)
{
    json_t *all = json_object();

    for (size_t i = 0; names[i]; i++)
        json_put(all, names[i], json_true());
    return all;
}

/* {NAME: …} of what a plan sees of it. Gives; NULL: it is none whose fields are known. */
static json_t *fields_of(const struct body_check *c, const char *name)
{
    static const char *const reading[] = {"name", "station", "value", "at", "by", NULL};
    static const char *const event[] = {"at", "by", NULL};
    static const char *const update[] = {"fields", "note", "at", "by", NULL};
    const json_t *fact = json_at(json_at(c->head, "facts"), name);
    json_t *all;

    if (!fact)
        return strcmp(name, "update") == 0 ? names_of(update) : NULL;
    if (!json_bool(fact, "event"))
        return names_of(reading);
    all = names_of(event);
    json_object_update_missing(all, json_unconst(json_at(fact, "fields")));
    return all;
}

static void check_field(const struct body_check *c, const struct node *key, const char *fact,
                        const json_t *fields)
{
    char name[CHECK_NAME];
    const char *near;

    if (key->kind != NODE_STRING || json_at(fields, check_name(key, name)))
        return;
    near = check_nearest_member(fields, name);
    if (near)
        check_report(c, key, "unknown_field",
                     "the fact %s has no field \"%s\"; did you mean \"%s\"?", fact, name, near);
    else
        check_report(c, key, "unknown_field",
                     "the fact %s has no field \"%s\"; name it in facts of the head, or delete it",
                     fact, name);
}

/* The name of the fact that a call of wait or on is about, into `ret`. */
static bool fact_named(const struct node *call, char ret[CHECK_NAME])
{
    const struct node *arg = node_child(call, 1), *n = arg ? node_meant(arg) : NULL;

    if (!n || n->kind != NODE_STRING || n->len >= CHECK_NAME)
        return false;
    check_name(n, ret);
    return true;
}

/* f.field of this local. */
static bool looks_at(const struct node *n, const struct node *local)
{
    return n->kind == NODE_INDEX && n->first->kind == NODE_NAME && n->first->decl == local;
}

/* Does the handler make fields of its own in it? */
static bool is_filled(const struct node *n, const struct node *local)
{
    const struct node *target = n->first;

    for (unsigned i = 0; n->kind == NODE_ASSIGN && i < n->count && target; i++)
        if (looks_at(target, local))
            return true;
        else
            target = target->next;
    for (const struct node *child = n->first; child; child = child->next)
        if (is_filled(child, local))
            return true;
    return false;
}

static void check_looks(const struct body_check *c, const struct node *n, const struct node *local,
                        const char *fact, const json_t *fields)
{
    if (looks_at(n, local))
        check_field(c, n->first->next, fact, fields);
    for (const struct node *child = n->first; child; child = child->next)
        check_looks(c, child, local, fact, fields);
}

void check_handler(const struct body_check *c, const struct node *call)
{
    const struct node *handler = node_child(call, 2);
    const struct node *local = handler ? handler->first : NULL;
    char name[CHECK_NAME];
    AUTO_JSON(fields);

    /* a function that stands elsewhere may be the handler of several facts */
    if (!c->head || !handler || handler->kind != NODE_FUNCTION || !fact_named(call, name))
        return;
    fields = fields_of(c, name);
    if (fields && local && local->kind == NODE_DECL && !local->assigned && check_spend(c) &&
        !is_filled(handler, local))
        check_looks(c, handler, local, name, fields);
}

void check_waited(const struct body_check *c, const struct node *n)
{
    const struct node *local = n->first->kind == NODE_NAME ? n->first->decl : NULL;
    const struct node *call = local && !local->assigned ? local->decl : NULL;
    char name[CHECK_NAME];
    AUTO_JSON(fields);

    if (!c->head || !call || call->kind != NODE_CALL || !node_is_global(call->first, "wait") ||
        !fact_named(call, name))
        return;
    fields = fields_of(c, name);
    if (fields)
        check_field(c, n->first->next, name, fields);
}

/* ---- facts that do not come ------------------------------------------------------------------ */

static bool uses(const struct node *n, const char *word)
{
    if (node_is_global(n, word))
        return true;
    for (const struct node *child = n->first; child; child = child->next)
        if (uses(child, word))
            return true;
    return false;
}

/* In the plan, or in one of its libraries. */
static bool plan_uses(const struct body_check *c, const char *word)
{
    if (uses(c->tree, word))
        return true;
    for (size_t i = 0; i < c->libraries_count; i++)
        if (uses(c->libraries[i], word))
            return true;
    return false;
}

static bool any_has(const json_t *of, const char *key)
{
    const char *name;
    json_t *one;
    size_t n;

    json_array_foreach(json_unconst(of), n, one) if (json_at(one, key)) return true;
    json_object_foreach(json_unconst(of), name, one) if (json_at(one, key)) return true;
    return false;
}

/* Can anybody order anything in this plan? */
static bool any_order(const struct body_check *c)
{
    static const char *const orders[] = {"declare", "publish", "issue", "terminate", "merge",
                                         "split",   "I",       "II",    "III",       "IV"};
    AUTO_TEXT(line);

    if (!c->site || !c->plan || json_at(c->head, "levels"))
        return true;
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
        if (!site_nobody_may_order(c->site, c->plan, orders[i], NULL, &line))
            return true;
    return false;
}

/* Why it never comes in this plan; NULL: it may. */
static const char *never_comes(const struct body_check *c, const char *name)
{
    if (!strcmp(name, "closed") && !plan_uses(c, "child"))
        return "it comes when a child is over, and the plan opens none: child { plan = … }";
    if (!strcmp(name, "confirmed") && !any_has(json_at(c->head, "ends_when"), "confirm"))
        return "it comes when somebody confirms an end, and no ends_when asks for it: confirm = "
               "\"post:…\"";
    if (!strcmp(name, "stale") && !any_has(json_at(c->head, "facts"), "stale_after"))
        return "it comes when a value is too old, and no fact of the head has stale_after";
    if (!strcmp(name, "report") && !json_at(c->head, "reports"))
        return "it comes with a report, and the head has no reports";
    if (!strcmp(name, "order") && !any_order(c))
        return "the plan has no levels, and may_order of the site lets nobody order anything in it";
    return NULL;
}

void check_comes(const struct body_check *c, const struct node *call, const char *name,
                 bool forever)
{
    const char *why = c->head ? never_comes(c, name) : NULL;

    if (why && forever)
        check_report(c, call, "never_woken", "\"%s\" never comes, so this would wait for ever: %s",
                     name, why);
    else if (why)
        check_warn(c, call, "never_woken", "\"%s\" never comes: %s", name, why);
}

/* ---- what a child begins with ---------------------------------------------------------------- */

static void check_unknown_child_field(const struct body_check *c, const struct node *key,
                                      const char *plan, const char *name, const json_t *facts)
{
    const char *near = check_nearest_member(facts, name);

    if (near)
        check_report(c, key, "unknown_field",
                     "the plan %s has no fact \"%s\"; did you mean \"%s\"?", plan, name, near);
    else
        check_report(c, key, "unknown_field",
                     "the plan %s has no fact \"%s\", so that the child would be refused; name it "
                     "in facts of its head, or delete it",
                     plan, name);
}

/* A value as it is written, where the fact wants another. */
static void check_child_value(const struct body_check *c, const struct node *value,
                              const char *name, const json_t *fact)
{
    static const struct {
        const char *type;
        enum node_kind kind, other;
        const char *says;
    } types[] = {{"number", NODE_NUMBER, NODE_NUMBER, "a number"},
                 {"boolean", NODE_TRUE, NODE_FALSE, "true or false"},
                 {"text", NODE_STRING, NODE_STRING, "a text"},
                 {"time", NODE_STRING, NODE_STRING, "a time, \"2026-07-20T02:00:00Z\""}};
    const char *type = json_str_or(fact, "type", "");

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (!strcmp(types[i].type, type) && check_is_other(value, types[i].kind) &&
            node_meant(value)->kind != types[i].other && node_meant(value)->kind != NODE_NIL)
            check_report(c, value, "bad_value", "the fact %s is %s", name, types[i].says);
}

void check_child_fields(const struct body_check *c, const struct node *plan,
                        const struct node *fields)
{
    const struct node *table = node_meant(fields);
    char *of = plan ? check_string_of(plan) : NULL;
    const json_t *head = of ? json_at(c->plans, of) : NULL;
    const json_t *facts = json_at(head, "facts");
    bool known = json_is_object(head) && table->kind == NODE_TABLE;

    for (const struct node *f = known ? table->first : NULL; f && check_spend(c); f = f->next) {
        char name[CHECK_NAME];
        const json_t *stations = c->site ? site_stations(c->site) : NULL;
        if (!f->first->next || f->first->kind != NODE_STRING ||
            json_at(stations, check_name(f->first, name)))
            continue;
        if (json_at(facts, name))
            check_child_value(c, f->last, name, json_at(facts, name));
        else
            check_unknown_child_field(c, f->first, of, name, facts);
    }
    free(of);
}
