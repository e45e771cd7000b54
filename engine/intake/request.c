#include "intake/request.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { LIST_ROWS_DEFAULT = 100, TIMELINE_ROWS_DEFAULT = 500 };

/* ---- the operation, and its fields ---- */

static enum code op_find(json_t *object, enum op_id *ret, struct refusal *r)
{
    const struct field *op = field_find(ops_common_fields, "op");
    json_t *value = json_object_get(object, "op");
    if (!value)
        return refuse(r, CODE_MISSING_FIELD, "op", NULL,
                      "op: is missing; it names the operation, like {\"op\":\"ping\"}");
    enum code code = field_check(op, value, r);
    if (code)
        return code;
    const char *name = json_string_value(value);
    return op_parse(name, ret) ? CODE_OK : op_refuse(name, r);
}

static enum code field_refuse(const struct op *op, const char *name, struct refusal *r)
{
    const char *names[32] = {0};
    size_t count = 0;
    for (const struct field *f = op->fields; f->name; f++)
        names[count++] = f->name;
    for (const struct field *f = ops_common_fields; f->name; f++)
        names[count++] = f->name;
    assert(count < sizeof names / sizeof names[0]);

    const char *near = text_nearest(name, names);
    int shown = (int)utf8_cut(name, strlen(name), 60);
    if (near)
        return refuse(r, CODE_UNKNOWN_FIELD, name, near,
                      "%s has no field \"%.*s\"; did you mean \"%s\"?", op->name, shown, name,
                      near);
    AUTO_TEXT(known);
    words_add(&known, names);
    return refuse(r, CODE_UNKNOWN_FIELD, name, NULL, "%s has no field \"%.*s\"; it has %s",
                  op->name, shown, name, text_str(&known));
}

static enum code fields_check(const struct op *op, json_t *object, struct refusal *r)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        const struct field *def = field_find(ops_common_fields, name);
        if (!def)
            def = field_find(op->fields, name);
        if (!def)
            return field_refuse(op, name, r);
        if (def->reserved)
            return refuse(r, CODE_NOT_BUILT, name, NULL, "%s: the field \"%s\" is not built yet",
                          op->name, name);
        enum code code = field_check(def, value, r);
        if (code)
            return code;
    }
    for (const struct field *f = op->fields; f->name; f++)
        if (f->required && !json_at(object, f->name))
            return refuse(r, CODE_MISSING_FIELD, f->name, NULL, "%s: the field \"%s\" is missing",
                          op->name, f->name);
    return CODE_OK;
}

/* ---- the request ---- */

static void states_take(struct query *q, const json_t *value)
{
    size_t count = 0;
    for (const char *const *state = ops_states; *state; state++) {
        bool wanted = json_is_string(value) && strcmp(json_string_value(value), *state) == 0;
        for (size_t i = 0; i < json_array_size(value); i++)
            wanted |= strcmp(json_string_value(json_array_get(value, i)), *state) == 0;
        if (wanted)
            q->states[count++] = *state;
    }
}

/* An item in this state is not open: whoever asks for it means those that are closed. */
static bool state_is_closed(const char *state)
{
    return state &&
           (!strcmp(state, "struck") || !strcmp(state, "rejected") || !strcmp(state, "lifted"));
}

static void items_take(struct query *q, const json_t *object)
{
    const char *wanted = json_str(object, "state");
    for (const char *const *state = item_states; wanted && *state; state++)
        if (strcmp(wanted, *state) == 0)
            q->states[0] = *state;
    for (const char *const *kind = item_kinds_all; json_str(object, "kind") && *kind; kind++)
        if (strcmp(json_str(object, "kind"), *kind) == 0)
            q->sort = *kind;
    snprintf(q->owners[0], sizeof q->owners[0], "%s", json_str_or(object, "owner", ""));
    q->late = json_bool(object, "overdue");
    q->closed = json_bool(object, "closed") || state_is_closed(q->states[0]);
}

/* "missed" is a mark of what was never sent, and "sent" is none of those that are open. */
static void reports_take(struct query *q, const json_t *object)
{
    const char *wanted = json_str_or(object, "state", "");
    q->missed = strcmp(wanted, "missed") == 0;
    for (const char *const *state = report_states; !q->missed && *state; state++)
        if (strcmp(wanted, *state) == 0)
            q->states[0] = *state;
    for (const char *const *kind = report_kinds; json_str(object, "kind") && *kind; kind++)
        if (strcmp(json_str(object, "kind"), *kind) == 0)
            q->sort = *kind;
    q->closed = json_bool(object, "closed") || q->missed || strcmp(wanted, "sent") == 0;
}

static bool lists_rows(enum op_id op)
{
    return op == OP_LIST || op == OP_ITEMS || op == OP_REPORTS;
}

static void query_take(struct request *r)
{
    static const enum query_kind kinds[OPS] = {
        [OP_LIST] = QUERY_LIST,         [OP_STATUS] = QUERY_INCIDENT,   [OP_ITEMS] = QUERY_ITEMS,
        [OP_TIMELINE] = QUERY_TIMELINE, [OP_LINK_SHOW] = QUERY_NOTICE,  [OP_WATCH] = QUERY_EVENTS,
        [OP_REPORTS] = QUERY_REPORTS,   [OP_REPORT_SHOW] = QUERY_REPORT};
    struct query *q = &r->query;
    const json_t *drill = json_at(r->object, "drill");
    int64_t rows = lists_rows(r->op) ? LIST_ROWS_DEFAULT : TIMELINE_ROWS_DEFAULT;
    *q = (struct query){.kind = kinds[r->op], .incident = r->incident, .notice = r->link.notice};
    q->limit = (int)json_int(r->object, "limit", rows);
    q->drill = drill ? json_is_true(drill) : -1;
    if (r->op == OP_ITEMS)
        items_take(q, r->object);
    else if (r->op == OP_REPORTS)
        reports_take(q, r->object);
    else if (r->op == OP_REPORT_SHOW)
        (void)uuid_parse(json_str_or(r->object, "report", ""), &q->item);
    else
        states_take(q, json_at(r->object, "state"));

    struct uuid cursor;
    const char *text = json_str(r->object, "cursor");
    if (text && uuid_parse(text, &cursor))
        (void)uuid_text(cursor, q->cursor);
    const char *after = json_str(r->object, "after");
    if (after)
        (void)event_parse(after, &r->after_gen, &q->after);
}

/* The message that is meant, by its link or its id. */
static enum code link_take(struct request *ret, struct refusal *r)
{
    const char *token = json_str(ret->object, "token"), *notice = json_str(ret->object, "notice");
    if (notice)
        (void)uuid_parse(notice, &ret->link.notice);
    if (token && !link_parse(token, &ret->link) && ret->op != OP_REPLY)
        return refuse(r, CODE_UNKNOWN_LINK, "token", NULL,
                      "this is not the whole link; open it as it stands in the message");
    return CODE_OK;
}

/* A secret goes beside the body, never in it; of a login the body says what was given. */
static void secret_take(struct request *r)
{
    if (r->op != OP_AUTH && r->op != OP_LOGIN)
        return;
    const char *link = json_str(r->object, "link");
    r->value = link ? link : json_str(r->object, "key");
    (void)json_object_del(r->body, "link");
    (void)json_object_del(r->body, "key");
    json_put_str(r->body, "with", link ? "link" : "key");
}

static enum code login_check(const json_t *object, struct refusal *r)
{
    if (!json_at(object, "key") == !json_at(object, "link"))
        return refuse(r, CODE_MISSING_FIELD, "key", NULL,
                      "login: one of \"key\" and \"link\" must be there");
    return CODE_OK;
}

/* What the core gets: the operation's own fields. */
static json_t *body_take(const json_t *object)
{
    static const char *const not_of_body[] = {
        "op", "ref", "lang", "incident", "value", "idempotency_key", NULL};
    json_t *body = json_copy(json_unconst(object));
    for (const char *const *name = not_of_body; *name; name++)
        (void)json_object_del(body, *name);
    return body;
}

enum code request_read(json_t *object, struct request *ret, struct refusal *ret_refusal)
{
    assert(json_is_object(object));
    *ret = (struct request){.object = object};
    json_t *ref = json_object_get(object, "ref");
    if (ref && field_check(field_find(ops_common_fields, "ref"), ref, ret_refusal) == CODE_OK)
        ret->ref = ref;

    enum code code = op_find(object, &ret->op, ret_refusal);
    if (!code)
        code = fields_check(op_def(ret->op), object, ret_refusal);
    if (code)
        return code;
    if (ret->op == OP_UPDATE && !json_at(object, "fields") && !json_at(object, "note"))
        return refuse(ret_refusal, CODE_MISSING_FIELD, "fields", NULL,
                      "update: neither \"fields\" nor \"note\" is there; one must be");

    code = ret->op == OP_LOGIN ? login_check(object, ret_refusal) : CODE_OK;
    if (code)
        return code;
    const char *incident = json_str(object, "incident");
    if (incident)
        (void)uuid_parse(incident, &ret->incident);
    code = link_take(ret, ret_refusal);
    if (code)
        return code;
    ret->lang = json_str(object, "lang");
    ret->value = json_str(object, "value");
    ret->once = json_str(object, "idempotency_key");
    ret->body = body_take(object);
    secret_take(ret);
    query_take(ret);
    return CODE_OK;
}

void request_done(struct request *r)
{
    json_decref(r->body);
    json_decref(r->object);
    *r = (struct request){0};
}

bool op_input_kind(enum op_id op, enum input_kind *ret)
{
    static const struct {
        enum op_id op;
        enum input_kind kind;
    } kinds[] = {
        {OP_TRIGGER, IN_TRIGGER},
        {OP_ANSWER, IN_ANSWER},
        {OP_UPDATE, IN_UPDATE},
        {OP_RESOLVE, IN_RESOLVE},
        {OP_ORDER, IN_ORDER},
        {OP_CONFIRM, IN_CONFIRM},
        {OP_CLOSE, IN_CLOSE},
        {OP_ITEM, IN_ITEM},
        {OP_ITEM_OPEN, IN_ITEM_OPEN},
        {OP_DIRECTIVE, IN_DIRECTIVE},
        {OP_REPORT, IN_REPORT},
        {OP_REPORT_EDIT, IN_REPORT_EDIT},
        {OP_PURGE, IN_PURGE},
        {OP_DRILL_START, IN_DRILL_START},
        {OP_LESSON, IN_LESSON},
        {OP_DUTY_OVERRIDE, IN_DUTY_OVERRIDE},
        {OP_DUTY_SWAP, IN_DUTY_SWAP},
        {OP_DUTY_ACT, IN_DUTY_ACT},
        {OP_DUTY_HANDOVER, IN_DUTY_HANDOVER},
        {OP_DUTY_CHECK, IN_DUTY_CHECK},
        {OP_CONTACT_SET, IN_CONTACT_SET},
        {OP_CONTACT_REMOVE, IN_CONTACT_REMOVE},
        {OP_CONTACT_TEST, IN_CONTACT_TEST},
        {OP_ENDPOINT_TEST, IN_CONTACT_TEST},
        {OP_KEY_CREATE, IN_KEY_CREATE},
        {OP_KEY_REVOKE, IN_KEY_REVOKE},
        {OP_LOGIN, IN_LOGIN},
        {OP_LOGOUT, IN_LOGOUT},
        {OP_ANSWER_LINK, IN_ANSWER_LINK},
        {OP_LINK_RECEIPT, IN_RECEIPT},
        {OP_RECEIPT, IN_RECEIPT},
        {OP_REPLY, IN_REPLY},
        {OP_PHONE_SEEN, IN_RECEIPT},
        {OP_DEAD_REPLAY, IN_DEAD},
        {OP_DEAD_DROP, IN_DEAD},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].op == op) {
            *ret = kinds[i].kind;
            return true;
        }
    }
    return false;
}
