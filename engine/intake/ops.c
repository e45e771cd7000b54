#include "intake/ops.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

enum {
    NAME_BYTES = 128,
    KEY_BYTES = 256,
    TITLE_BYTES = 1024,
    NOTE_BYTES = 16384,
    VALUE_BYTES = 2048, /* a contact: a number, an address, a URL */
    MAP_MEMBERS = 64,
    MAP_VALUE_BYTES = 1024,
    FACT_BYTES = 4096,
    FACT_LEVELS = 3, /* station, fact, field of an event fact */
    LIST_ROWS = 1000,
    LIST_ROWS_DEFAULT = 100,
    TIMELINE_ROWS_DEFAULT = 500,
};

/* ---- the tables ---- */

static const char *const grades[] = {"I", "II", "III", "IV", NULL};
static const char *const warnings[] = {"red", "orange", "yellow", "blue", NULL};
static const char *const languages[] = {"zh", "en", NULL};
static const char *const states[] = {"open",   "awaiting_order", "active", "recovering",
                                     "closed", "merged",         NULL};
static const char *const actions[] = {"terminate", NULL};
static const char *const actions_not_yet[] = {"activate", "raise", "lower", "declare", "publish",
                                              "issue",    "merge", "split", NULL};

#define INCIDENT                                                                                   \
    {                                                                                              \
        .name = "incident", .type = FIELD_UUID, .required = true                                   \
    }
#define END                                                                                        \
    {                                                                                              \
        .name = NULL                                                                               \
    }

/* what every operation takes */
static const struct op_field common_fields[] = {
    {.name = "op", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "ref", .type = FIELD_SCALAR, .most = NAME_BYTES},
    {.name = "lang", .type = FIELD_WORD, .words = languages},
    END,
};

static const struct op_field no_fields[] = {END};

static const struct op_field trigger_fields[] = {
    {.name = "plan", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "title", .type = FIELD_TEXT, .required = true, .most = TITLE_BYTES},
    {.name = "kind", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "source", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "event", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "grade", .type = FIELD_WORD, .words = grades},
    {.name = "warning", .type = FIELD_WORD, .words = warnings},
    {.name = "place", .type = FIELD_MAP, .most = MAP_MEMBERS},
    {.name = "labels", .type = FIELD_MAP, .most = MAP_MEMBERS},
    {.name = "fields", .type = FIELD_FACTS},
    {.name = "key", .type = FIELD_TEXT, .most = KEY_BYTES},
    {.name = "drill", .type = FIELD_BOOL},
    {.name = "level", .type = FIELD_WORD, .words = grades, .reserved = true},
    END,
};

static const struct op_field answer_fields[] = {
    INCIDENT,
    {.name = "as", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "decline", .type = FIELD_BOOL},
    {.name = "call", .type = FIELD_NAME, .most = NAME_BYTES},
    {.name = "note", .type = FIELD_TEXT, .most = NOTE_BYTES},
    END,
};

static const struct op_field update_fields[] = {
    INCIDENT,
    {.name = "fields", .type = FIELD_FACTS},
    {.name = "note", .type = FIELD_TEXT, .most = NOTE_BYTES},
    END,
};

static const struct op_field resolve_fields[] = {
    INCIDENT,
    {.name = "note", .type = FIELD_TEXT, .most = NOTE_BYTES},
    END,
};

static const struct op_field order_fields[] = {
    INCIDENT,
    {.name = "action",
     .type = FIELD_WORD,
     .required = true,
     .words = actions,
     .words_not_yet = actions_not_yet},
    {.name = "reason", .type = FIELD_TEXT, .required = true, .most = NOTE_BYTES},
    {.name = "basis", .type = FIELD_TEXT, .most = NOTE_BYTES},
    {.name = "level", .type = FIELD_WORD, .words = grades, .reserved = true},
    {.name = "expected", .type = FIELD_NAME, .most = NAME_BYTES, .reserved = true},
    {.name = "despite", .type = FIELD_TEXT, .most = NOTE_BYTES, .reserved = true},
    END,
};

static const struct op_field contact_set_fields[] = {
    {.name = "person", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "endpoint", .type = FIELD_NAME, .required = true, .most = NAME_BYTES},
    {.name = "value", .type = FIELD_NAME, .required = true, .most = VALUE_BYTES},
    END,
};

static const struct op_field list_fields[] = {
    {.name = "state", .type = FIELD_WORDS, .words = states},
    {.name = "drill", .type = FIELD_BOOL},
    {.name = "limit", .type = FIELD_COUNT, .most = LIST_ROWS},
    {.name = "cursor", .type = FIELD_UUID},
    END,
};

static const struct op_field status_fields[] = {INCIDENT, END};

static const struct op_field timeline_fields[] = {
    INCIDENT,
    {.name = "after", .type = FIELD_EVENT},
    {.name = "limit", .type = FIELD_COUNT, .most = LIST_ROWS},
    END,
};

static const struct op_field watch_fields[] = {
    {.name = "after", .type = FIELD_EVENT},
    {.name = "incident", .type = FIELD_UUID},
    END,
};

static const struct op ops[OPS] = {
    [OP_TRIGGER] = {"trigger", SCOPE_TRIGGER, trigger_fields,
                    "open an incident, or report to the one that has this key"},
    [OP_ANSWER] = {"answer", SCOPE_RESPOND, answer_fields, "answer the calls of an incident"},
    [OP_UPDATE] = {"update", SCOPE_RESPOND, update_fields, "report facts or a note"},
    [OP_RESOLVE] = {"resolve", SCOPE_RESPOND, resolve_fields, "the source says that it is over"},
    [OP_ORDER] = {"order", SCOPE_ORDER, order_fields, "give an order"},
    [OP_CONTACT_SET] = {"contact_set", SCOPE_ADMIN, contact_set_fields,
                        "put a person's number or address for an endpoint into the vault"},
    [OP_LIST] = {"list", SCOPE_READ, list_fields, "the incidents, newest first"},
    [OP_STATUS] = {"status", SCOPE_READ, status_fields, "one incident whole"},
    [OP_TIMELINE] = {"timeline", SCOPE_READ, timeline_fields, "what happened in one incident"},
    [OP_WATCH] = {"watch", SCOPE_READ, watch_fields, "everything as it happens"},
    [OP_PLANS] = {"plans", SCOPE_READ, no_fields, "the plans in force"},
    [OP_ENDPOINT_LIST] = {"endpoint_list", SCOPE_READ, no_fields, "the endpoints of the site"},
    [OP_CONFIG_SHOW] = {"config_show", SCOPE_ADMIN, no_fields, "the options in force"},
    [OP_CONFIG_CHECK] = {"config_check", SCOPE_ADMIN, no_fields,
                         "read configuration, site and plans anew, and say what is wrong"},
    [OP_CONFIG_RELOAD] = {"config_reload", SCOPE_ADMIN, no_fields,
                          "the same, and take them into force if nothing is wrong"},
    [OP_PING] = {"ping", 0, no_fields, "is anybody there?"},
    [OP_VERSION] = {"version", 0, no_fields, "the version of the daemon"},
};

/* Promised, not built yet. */
static const char *const ops_not_yet[] = {"auth",           "confirm",
                                          "close",          "item",
                                          "items",          "directive",
                                          "report",         "reports",
                                          "review",         "duty",
                                          "duty_now",       "duty_show",
                                          "duty_override",  "duty_swap",
                                          "duty_gaps",      "duty_handover",
                                          "contact_import", "contact_export",
                                          "contact_test",   "endpoint_test",
                                          "drill_start",    "drill_report",
                                          "drill_due",      "silence",
                                          "silence_add",    "silence_list",
                                          "silence_expire", "dead_list",
                                          "dead_replay",    "heartbeat_list",
                                          "purge",          "key_create",
                                          "key_list",       "key_revoke",
                                          "account_create", "account_list",
                                          "release",        NULL};

const struct op *op_def(enum op_id op)
{
    assert(op < OPS);
    return &ops[op];
}

bool op_input_kind(enum op_id op, enum input_kind *ret)
{
    static const struct {
        enum op_id op;
        enum input_kind kind;
    } kinds[] = {
        {OP_TRIGGER, IN_TRIGGER}, {OP_ANSWER, IN_ANSWER}, {OP_UPDATE, IN_UPDATE},
        {OP_RESOLVE, IN_RESOLVE}, {OP_ORDER, IN_ORDER},   {OP_CONTACT_SET, IN_CONTACT_SET},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].op == op) {
            *ret = kinds[i].kind;
            return true;
        }
    }
    return false;
}

/* ---- one value ---- */

static bool word_in(const char *word, const char *const *words)
{
    for (; words && *words; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

static enum code bad(struct refusal *r, const char *field, const char *sentence)
{
    return refuse(r, CODE_BAD_FIELD, field, NULL, "%s: %s", field, sentence);
}

static const char *type_words(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    case JSON_NULL:
        return "null";
    }
    return "";
}

static enum code wrong_type(struct refusal *r, const char *field, const char *wanted,
                            const json_t *value)
{
    return refuse(r, CODE_BAD_FIELD, field, NULL, "%s: must be %s, and is %s", field, wanted,
                  type_words(value));
}

static enum code text_check(const char *field, const json_t *value, int64_t most, struct refusal *r)
{
    if (!json_is_string(value))
        return wrong_type(r, field, "a string", value);
    size_t len = json_string_length(value);
    if (json_holds_nul(value))
        return bad(r, field, "holds a NUL character; leave it out");
    if (len == 0)
        return bad(r, field, "is empty; give it a value or leave it out");
    if (len > (size_t)most)
        return refuse(r, CODE_BAD_FIELD, field, NULL,
                      "%s: has %zu bytes; at most %" PRId64 " are taken", field, len, most);
    return CODE_OK;
}

static enum code name_check(const char *field, const json_t *value, int64_t most, struct refusal *r)
{
    enum code code = text_check(field, value, most, r);
    if (code)
        return code;
    const char *text = json_string_value(value);
    for (const char *at = text; *at; at++)
        if (iscntrl((unsigned char)*at))
            return bad(r, field, "holds a control character; leave it out");
    if (text[0] == ' ' || text[strlen(text) - 1] == ' ')
        return bad(r, field, "begins or ends with a blank; leave it out");
    return CODE_OK;
}

static enum code uuid_check(const char *field, const json_t *value, struct refusal *r)
{
    struct uuid id;
    if (!json_is_string(value))
        return wrong_type(r, field, "an incident's id", value);
    if (json_holds_nul(value) || !uuid_parse(json_string_value(value), &id))
        return bad(r, field,
                   "is no incident's id; one looks like "
                   "0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11");
    return CODE_OK;
}

static void words_add(struct text *t, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        text_addf(t, "%s%s", i ? " " : "", words[i]);
}

static enum code word_check(const char *field, const struct op_field *def, const json_t *value,
                            struct refusal *r)
{
    AUTO_TEXT(known);
    words_add(&known, def->words);
    if (!json_is_string(value) || json_holds_nul(value))
        return refuse(r, CODE_BAD_FIELD, field, NULL, "%s: must be one of %s", field,
                      text_str(&known));
    const char *word = json_string_value(value);
    if (word_in(word, def->words))
        return CODE_OK;
    if (word_in(word, def->words_not_yet))
        return refuse(r, CODE_NOT_BUILT, field, NULL, "%s: \"%s\" is not built yet", field, word);
    /* "VII" is as near to "III" as to "VI": a guess at a grade helps nobody */
    const char *near = strlen(word) > 3 ? text_nearest(word, def->words) : NULL;
    return refuse(r, CODE_BAD_FIELD, field, near, "%s: \"%.*s\" is none of %s", field,
                  (int)utf8_cut(word, strlen(word), 60), word, text_str(&known));
}

static enum code words_check(const char *field, const struct op_field *def, const json_t *value,
                             struct refusal *r)
{
    if (!json_is_array(value))
        return word_check(field, def, value, r);
    size_t count = json_array_size(value);
    if (count == 0 || count > sizeof((struct query *)0)->states / sizeof(char *))
        return refuse(r, CODE_BAD_FIELD, field, NULL, "%s: a list of 1 to 8 words is taken", field);
    for (size_t i = 0; i < count; i++) {
        enum code code = word_check(field, def, json_array_get(value, i), r);
        if (code)
            return code;
    }
    return CODE_OK;
}

static enum code count_check(const char *field, int64_t most, const json_t *value,
                             struct refusal *r)
{
    if (!json_is_integer(value))
        return wrong_type(r, field, "a whole number", value);
    if (json_integer_value(value) < 1 || json_integer_value(value) > most)
        return refuse(r, CODE_BAD_FIELD, field, NULL, "%s: must be 1 to %" PRId64, field, most);
    return CODE_OK;
}

/* "fields" + "g7" -> "fields.g7" */
static const char *path_add(struct text *path, const char *field, const char *key)
{
    text_clear(path);
    text_addf(path, "%s.%s", field, key);
    return text_str(path);
}

static enum code key_check(const char *field, const char *key, struct refusal *r)
{
    size_t len = strlen(key);
    if (len == 0 || len > NAME_BYTES)
        return refuse(r, CODE_BAD_FIELD, field, NULL,
                      "%s: a name in it has %zu bytes; 1 to %d "
                      "are taken",
                      field, len, NAME_BYTES);
    for (const char *at = key; *at; at++)
        if (iscntrl((unsigned char)*at))
            return bad(r, field, "a name in it holds a control character; leave it out");
    return CODE_OK;
}

static enum code map_check(const char *field, int64_t most, json_t *value, struct refusal *r)
{
    if (!json_is_object(value))
        return wrong_type(r, field, "an object of names and strings", value);
    if (json_object_size(value) > (size_t)most)
        return refuse(r, CODE_BAD_FIELD, field, NULL,
                      "%s: has %zu members; at most %" PRId64 " are taken", field,
                      json_object_size(value), most);
    const char *key;
    json_t *member;
    json_object_foreach(value, key, member)
    {
        AUTO_TEXT(path);
        enum code code = key_check(field, key, r);
        if (!code)
            code = text_check(path_add(&path, field, key), member, MAP_VALUE_BYTES, r);
        if (code)
            return code;
    }
    return CODE_OK;
}

/* The types that the plan's head gives are checked by the core; here only what no head can want. */
static enum code facts_check(const char *field, int levels, json_t *value, struct refusal *r)
{
    if (json_is_boolean(value) || json_is_number(value))
        return CODE_OK;
    if (json_is_string(value))
        return json_string_length(value) ? text_check(field, value, FACT_BYTES, r) : CODE_OK;
    if (!json_is_object(value) || levels == 0)
        return wrong_type(r, field, "a number, a string, true or false", value);
    const char *key;
    json_t *member;
    json_object_foreach(value, key, member)
    {
        AUTO_TEXT(path);
        enum code code = key_check(field, key, r);
        if (!code)
            code = facts_check(path_add(&path, field, key), levels - 1, member, r);
        if (code)
            return code;
    }
    return CODE_OK;
}

/* "1-40213": the generation of the database, and a seq. */
static bool event_parse(const char *text, int64_t *ret_gen, int64_t *ret_seq)
{
    int64_t parts[2] = {0, 0};
    int part = 0, digits = 0;
    for (const char *at = text; *at; at++) {
        if (*at == '-' && part == 0 && digits > 0) {
            part = 1;
            digits = 0;
        } else if (isdigit((unsigned char)*at) && digits < 16) {
            parts[part] = parts[part] * 10 + (*at - '0');
            digits++;
        } else {
            return false;
        }
    }
    if (part == 0 || digits == 0 || parts[0] == 0)
        return false;
    *ret_gen = parts[0];
    *ret_seq = parts[1];
    return true;
}

static enum code event_check(const char *field, const json_t *value, struct refusal *r)
{
    int64_t gen, seq;
    if (!json_is_string(value))
        return wrong_type(r, field, "an event's id", value);
    if (json_holds_nul(value) || !event_parse(json_string_value(value), &gen, &seq))
        return bad(r, field, "is no event's id; one looks like 1-40213");
    return CODE_OK;
}

static enum code scalar_check(const char *field, int64_t most, const json_t *value,
                              struct refusal *r)
{
    if (json_is_object(value) || json_is_array(value))
        return wrong_type(r, field, "a string or a number", value);
    if (json_is_string(value) && json_string_length(value) > (size_t)most)
        return refuse(r, CODE_BAD_FIELD, field, NULL,
                      "%s: has %zu bytes; at most %" PRId64 " are taken", field,
                      json_string_length(value), most);
    return CODE_OK;
}

static enum code field_check(const struct op_field *def, json_t *value, struct refusal *r)
{
    switch (def->type) {
    case FIELD_TEXT:
        return text_check(def->name, value, def->most, r);
    case FIELD_NAME:
        return name_check(def->name, value, def->most, r);
    case FIELD_UUID:
        return uuid_check(def->name, value, r);
    case FIELD_BOOL:
        return json_is_boolean(value) ? CODE_OK : wrong_type(r, def->name, "true or false", value);
    case FIELD_COUNT:
        return count_check(def->name, def->most, value, r);
    case FIELD_WORD:
        return word_check(def->name, def, value, r);
    case FIELD_WORDS:
        return words_check(def->name, def, value, r);
    case FIELD_MAP:
        return map_check(def->name, def->most, value, r);
    case FIELD_FACTS:
        if (!json_is_object(value))
            return wrong_type(r, def->name, "an object of facts", value);
        return facts_check(def->name, FACT_LEVELS, value, r);
    case FIELD_EVENT:
        return event_check(def->name, value, r);
    case FIELD_SCALAR:
        return scalar_check(def->name, def->most, value, r);
    }
    return CODE_OK;
}

/* ---- the operation, and its fields ---- */

static enum code op_refuse(const char *name, struct refusal *r)
{
    if (word_in(name, ops_not_yet))
        return refuse(r, CODE_NOT_BUILT, "op", NULL, "the operation \"%s\" is not built yet", name);
    const char *names[OPS + sizeof ops_not_yet / sizeof ops_not_yet[0]] = {0};
    for (int o = 0; o < OPS; o++)
        names[o] = ops[o].name;
    memcpy(names + OPS, ops_not_yet, sizeof ops_not_yet);
    const char *near = text_nearest(name, names);
    int shown = (int)utf8_cut(name, strlen(name), 60);
    if (near)
        return refuse(r, CODE_UNKNOWN_OP, "op", near, "no operation \"%.*s\"; did you mean \"%s\"?",
                      shown, name, near);
    return refuse(r, CODE_UNKNOWN_OP, "op", NULL, "no operation \"%.*s\"", shown, name);
}

static enum code op_find(const json_t *object, enum op_id *ret, struct refusal *r)
{
    const json_t *value = json_at(object, "op");
    if (!value)
        return refuse(r, CODE_MISSING_FIELD, "op", NULL,
                      "op: is missing; it names the operation, like {\"op\":\"ping\"}");
    enum code code = name_check("op", value, NAME_BYTES, r);
    if (code)
        return code;
    for (int o = 0; o < OPS; o++) {
        if (strcmp(ops[o].name, json_string_value(value)) == 0) {
            *ret = (enum op_id)o;
            return CODE_OK;
        }
    }
    return op_refuse(json_string_value(value), r);
}

static const struct op_field *field_find(const struct op_field *fields, const char *name)
{
    for (; fields->name; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

static enum code field_refuse(const struct op *op, const char *name, struct refusal *r)
{
    const char *names[32] = {0};
    size_t count = 0;
    for (const struct op_field *f = op->fields; f->name; f++)
        names[count++] = f->name;
    for (const struct op_field *f = common_fields; f->name; f++)
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
        const struct op_field *def = field_find(common_fields, name);
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
    for (const struct op_field *f = op->fields; f->name; f++)
        if (f->required && !json_at(object, f->name))
            return refuse(r, CODE_MISSING_FIELD, f->name, NULL, "%s: the field \"%s\" is missing",
                          op->name, f->name);
    return CODE_OK;
}

/* ---- the request ---- */

static void states_take(struct query *q, const json_t *value)
{
    size_t count = 0;
    for (const char *const *state = states; *state; state++) {
        bool wanted = json_is_string(value) && strcmp(json_string_value(value), *state) == 0;
        for (size_t i = 0; i < json_array_size(value); i++)
            wanted |= strcmp(json_string_value(json_array_get(value, i)), *state) == 0;
        if (wanted)
            q->states[count++] = *state;
    }
}

static void query_take(struct request *r)
{
    static const enum query_kind kinds[OPS] = {[OP_LIST] = QUERY_LIST,
                                               [OP_STATUS] = QUERY_INCIDENT,
                                               [OP_TIMELINE] = QUERY_TIMELINE,
                                               [OP_WATCH] = QUERY_EVENTS};
    struct query *q = &r->query;
    const json_t *drill = json_at(r->object, "drill");
    int64_t rows = r->op == OP_LIST ? LIST_ROWS_DEFAULT : TIMELINE_ROWS_DEFAULT;
    *q = (struct query){.kind = kinds[r->op], .incident = r->incident};
    q->limit = (int)json_int(r->object, "limit", rows);
    q->drill = drill ? json_is_true(drill) : -1;
    states_take(q, json_at(r->object, "state"));

    struct uuid cursor;
    const char *text = json_str(r->object, "cursor");
    if (text && uuid_parse(text, &cursor))
        (void)uuid_text(cursor, q->cursor);
    const char *after = json_str(r->object, "after");
    if (after)
        (void)event_parse(after, &r->after_gen, &q->after);
}

/* What the core gets: the operation's own fields. */
static json_t *body_take(const json_t *object)
{
    static const char *const not_of_body[] = {"op", "ref", "lang", "incident", "value", NULL};
    json_t *body = json_copy(json_unconst(object));
    for (const char *const *name = not_of_body; *name; name++)
        (void)json_object_del(body, *name);
    return body;
}

enum code request_read(json_t *object, struct request *ret, struct refusal *ret_refusal)
{
    assert(json_is_object(object));
    *ret = (struct request){.object = object};
    const json_t *ref = json_at(object, "ref");
    if (ref && scalar_check("ref", NAME_BYTES, ref, ret_refusal) == CODE_OK)
        ret->ref = ref;

    enum code code = op_find(object, &ret->op, ret_refusal);
    if (!code)
        code = fields_check(&ops[ret->op], object, ret_refusal);
    if (code)
        return code;
    if (ret->op == OP_UPDATE && !json_at(object, "fields") && !json_at(object, "note"))
        return refuse(ret_refusal, CODE_MISSING_FIELD, "fields", NULL,
                      "update: neither \"fields\" nor \"note\" is there; one must be");

    const char *incident = json_str(object, "incident");
    if (incident)
        (void)uuid_parse(incident, &ret->incident);
    ret->lang = json_str(object, "lang");
    ret->value = json_str(object, "value");
    ret->body = body_take(object);
    query_take(ret);
    return CODE_OK;
}

void request_done(struct request *r)
{
    json_decref(r->body);
    json_decref(r->object);
    *r = (struct request){0};
}
