#include "desk/standing.h"

#include <stdlib.h>
#include <string.h>

struct look {
    enum row_kind kind;
    struct uuid incident;
    json_t *rows;
};

static void row_look(void *ctx, const struct row *row)
{
    struct look *l = ctx;
    struct why why;
    json_t *body = NULL;
    if (row->kind != l->kind ||
        (!uuid_is_none(l->incident) && uuid_cmp(row->incident, l->incident) != 0))
        return;
    if (row->text && json_read_own(row->text, strlen(row->text), &body, &why))
        return;
    json_t *one = json_put_str(json_object(), "id", row->id);
    json_put_str(one, "state", row->state);
    json_put_true(one, "late", row->late);
    json_put_str(one, "kind", row->kind == ROW_REPORT ? row->plan : NULL);
    json_array_append_new(l->rows, json_put(one, "body", body ? body : json_share(row->body)));
}

json_t *standing_rows(struct night *n, enum row_kind kind, struct uuid incident)
{
    struct look look = {.kind = kind, .incident = incident, .rows = json_array()};
    model_store_load(night_store(n), true, row_look, &look);
    return look.rows;
}

json_t *standing_incident(struct night *n, struct uuid incident)
{
    AUTO_JSON(rows);
    char id[UUID_TEXT];
    uuid_text(incident, id);
    rows = standing_rows(n, ROW_INCIDENT, incident);
    for (size_t k = 0; k < json_array_size(rows); k++) {
        const json_t *row = json_array_get(rows, k);
        if (!strcmp(json_str_or(row, "id", ""), id))
            return json_share(row);
    }
    return NULL;
}

bool standing_is_open(const json_t *row)
{
    static const char *const over[] = {"done", "struck", "rejected", "lifted", "sent", "missed"};
    for (size_t n = 0; n < sizeof over / sizeof *over; n++) {
        if (!strcmp(json_str_or(row, "state", ""), over[n]))
            return false;
    }
    return true;
}

const json_t *standing_named(const json_t *rows, const char *name)
{
    const json_t *found = NULL;
    for (size_t n = 0; n < json_array_size(rows); n++) {
        const json_t *row = json_array_get(rows, n), *body = json_at(row, "body");
        AUTO_TEXT(numbered);
        AUTO_TEXT(keyed);
        text_addf(&numbered, "%s %d", json_str_or(row, "kind", "?"),
                  (int)json_int(body, "number", 0));
        text_addf(&keyed, "%s %s", json_str_or(body, "name", "?"), json_str_or(body, "key", ""));
        if (!strcmp(json_str_or(body, "name", ""), name) || !strcmp(text_str(&numbered), name) ||
            !strcmp(text_str(&keyed), name))
            found = row;
    }
    return found;
}

/* ---- what should stand ---- */

static enum err differs(const char *what, const char *is, const char *wanted, struct why *why)
{
    return why_set(why, ERR_CONFLICT, "%s is %s, not %s", what, is, wanted);
}

/* A text, a number or true and false against what stands. `is` NULL: there is none. */
static enum err expect_value(const char *what, const json_t *is, const json_t *wanted,
                             struct why *why)
{
    AUTO_TEXT(stands);
    AUTO_TEXT(want);
    bool none = !is || json_is_null(is) || json_is_false(is);
    if (json_is_false(wanted) ? none : is && json_equal(is, wanted))
        return ERR_OK;
    if (json_is_number(is) && json_is_number(wanted) &&
        !(json_number_value(is) < json_number_value(wanted)) &&
        !(json_number_value(is) > json_number_value(wanted)))
        return ERR_OK;
    if (is)
        json_write(is, &stands);
    json_write(wanted, &want);
    return differs(what, is ? text_str(&stands) : "none",
                   json_is_false(wanted) ? "none" : text_str(&want), why);
}

struct expect {
    const struct stage *stage;
    struct uuid incident;
    const json_t *body; /* of the incident's row */
    const json_t *row;
    struct why *why;
};

/* A word that counts nothing would be right for ever at 0. */
static enum err count_known(const char *key, enum row_kind kind, struct why *why)
{
    static const char *const items[] = {"open",     "closed",  "overdue", "issued",
                                        "received", "arrived", "done",    "struck",
                                        "rejected", "lifted",  NULL},
                             *const reports[] = {"open",   "edited", "closed", "overdue", "opened",
                                                 "signed", "sent",   "missed", "initial", "update",
                                                 "daily",  "single", "final",  NULL};
    const char *const *known = kind == ROW_REPORT ? reports : items;
    AUTO_TEXT(all);
    for (size_t n = 0; known[n]; n++) {
        if (!strcmp(known[n], key))
            return ERR_OK;
        text_addf(&all, "%s%s", n ? ", " : "", known[n]);
    }
    return why_set(why, ERR_INVALID, "t:expect: \"%s\" cannot be counted; these can: %s", key,
                   text_str(&all));
}

static enum err expect_counts(const struct expect *x, const char *what, enum row_kind kind,
                              const json_t *wanted)
{
    AUTO_JSON(rows);
    AUTO_JSON(counts);
    const char *key;
    json_t *value, *row;
    size_t n;
    enum err e = ERR_OK;
    rows = standing_rows(x->stage->night, kind, x->incident);
    counts = json_object();
    json_object_foreach(json_unconst(wanted), key, value)
    {
        json_put_int(counts, key, 0);
        if (!e)
            e = count_known(key, kind, x->why);
    }
    json_array_foreach(rows, n, row)
    {
        const char *names[] = {standing_is_open(row) ? "open" : "closed",
                               json_bool(row, "late") ? "overdue" : NULL, json_str(row, "state"),
                               json_str(row, "kind")};
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            if (names[k])
                json_put_int(counts, names[k], json_int(counts, names[k], 0) + 1);
        }
    }
    json_object_foreach(json_unconst(wanted), key, value)
    {
        AUTO_TEXT(name);
        text_addf(&name, "%s.%s", what, key);
        if (!e)
            e = expect_value(text_str(&name), json_at(counts, key), value, x->why);
    }
    return e;
}

static enum err expect_states(const struct expect *x, const char *what, enum row_kind kind,
                              const json_t *wanted)
{
    AUTO_JSON(rows);
    const char *key;
    json_t *value;
    enum err e = ERR_OK;
    rows = standing_rows(x->stage->night, kind, x->incident);
    json_object_foreach(json_unconst(wanted), key, value)
    {
        AUTO_TEXT(name);
        text_addf(&name, "%s.%s", what, key);
        const json_t *row = standing_named(rows, key);
        if (!e)
            e = expect_value(text_str(&name), json_at(row, "state"), value, x->why);
    }
    return e;
}

static bool proposal_fits(const json_t *proposal, const json_t *wanted)
{
    const json_t *spec = json_at(proposal, "spec");
    const char *state = json_bool(proposal, "awaiting") ? "awaiting_order" : "open";
    const char *key;
    json_t *value;
    json_object_foreach(json_unconst(wanted), key, value)
    {
        const char *is = !strcmp(key, "state") ? state : json_str_or(spec, key, "");
        if (strcmp(is, json_is_string(value) ? json_string_value(value) : "\n") != 0)
            return false;
    }
    return true;
}

static enum err expect_proposal(const struct expect *x, const json_t *wanted)
{
    const json_t *all = json_at(json_at(x->body, "response"), "proposals");
    AUTO_TEXT(is);
    AUTO_TEXT(want);
    if (json_is_false(wanted) && !json_array_size(all))
        return ERR_OK;
    for (size_t n = 0; json_is_object(wanted) && n < json_array_size(all); n++) {
        if (proposal_fits(json_array_get(all, n), wanted))
            return ERR_OK;
    }
    for (size_t n = 0; n < json_array_size(all); n++) {
        const json_t *p = json_array_get(all, n), *spec = json_at(p, "spec");
        text_addf(&is, "%s%s %s (%s)", n ? ", " : "", json_str_or(spec, "action", "?"),
                  json_str_or(spec, "level", ""),
                  json_bool(p, "awaiting") ? "awaiting_order" : "open");
    }
    json_write(wanted, &want);
    return differs("proposal", is.len ? text_str(&is) : "none",
                   json_is_false(wanted) ? "none" : text_str(&want), x->why);
}

static enum err expect_scopes(const struct expect *x, const json_t *wanted)
{
    char id[UUID_TEXT];
    const json_t *alive = json_at(x->stage->scopes, uuid_text(x->incident, id));
    const char *key;
    json_t *value;
    json_object_foreach(json_unconst(wanted), key, value)
    {
        bool is = json_at(alive, key) != NULL;
        if (!json_is_boolean(value))
            return why_set(x->why, ERR_INVALID, "t:expect: scope %s is true or false", key);
        AUTO_TEXT(name);
        text_addf(&name, "scope %s", key);
        if (is != json_is_true(value))
            return differs(text_str(&name), is ? "alive" : "not alive", is ? "over" : "alive",
                           x->why);
    }
    return ERR_OK;
}

static enum err expect_one(const struct expect *x, const char *key, const json_t *wanted)
{
    static const char *const tables[] = {"items", "reports", "item", "report", "scope"};
    for (size_t n = 0; n < sizeof tables / sizeof *tables; n++) {
        if (!strcmp(tables[n], key) && !json_is_object(wanted))
            return why_set(x->why, ERR_INVALID, "t:expect: %s takes a table with names", key);
    }
    if (!strcmp(key, "items"))
        return expect_counts(x, key, ROW_ITEM, wanted);
    if (!strcmp(key, "reports"))
        return expect_counts(x, key, ROW_REPORT, wanted);
    if (!strcmp(key, "item"))
        return expect_states(x, key, ROW_ITEM, wanted);
    if (!strcmp(key, "report"))
        return expect_states(x, key, ROW_REPORT, wanted);
    if (!strcmp(key, "proposal"))
        return expect_proposal(x, wanted);
    if (!strcmp(key, "scope"))
        return expect_scopes(x, wanted);
    if (!strcmp(key, "level"))
        return expect_value(key, json_at(json_at(x->body, "response"), "level"), wanted, x->why);
    if (!strcmp(key, "state"))
        return expect_value(key, json_at(x->row, "state"), wanted, x->why);
    if (!strcmp(key, "health"))
        return expect_value(key, json_at(x->body, "health"), wanted, x->why);
    return why_set(
        x->why, ERR_INVALID,
        "t:expect: \"%s\" cannot be expected; level, state, health, items, item, reports, "
        "report, proposal and scope can",
        key);
}

enum err standing_expect(const struct stage *s, struct uuid incident, const json_t *what,
                         struct why *why)
{
    AUTO_JSON(row);
    row = standing_incident(s->night, incident);
    const struct expect x = {
        .stage = s, .incident = incident, .row = row, .body = json_at(row, "body"), .why = why};
    const char **keys = json_keys(what, NULL);
    enum err e = ERR_OK;
    for (size_t n = 0; !e && keys[n]; n++)
        e = expect_one(&x, keys[n], json_at(what, keys[n]));
    free(keys);
    return e;
}
