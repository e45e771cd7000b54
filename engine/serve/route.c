#include "serve/route.h"

#include "intake/line.h"
#include "serve/pages.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A path that asks for an operation, and one that is answered by a function of its own. */
#define ASKS(m, p, o, s, b)                                                                        \
    .method = HTTP_METHOD_##m, .path = p, .op = o, .shape = SHAPE_##s, .body = BODY_##b
#define ANSWERS(m, p, a) .method = HTTP_METHOD_##m, .path = p, .answer = a

#define INCIDENTS "/api/v1/incidents"

static const struct route routes[] = {
    {ASKS(GET, INCIDENTS, OP_LIST, JSON, NONE)},
    {ASKS(POST, INCIDENTS, OP_TRIGGER, OPENED, JSON)},
    {ASKS(GET, INCIDENTS "/{incident}", OP_STATUS, ONE, NONE)},
    {ASKS(GET, INCIDENTS "/{incident}/timeline", OP_TIMELINE, JSON, NONE)},
    {ANSWERS(GET, INCIDENTS "/{incident}/record", page_record)},
    {ANSWERS(GET, INCIDENTS "/{incident}/review", page_review)},
    {ANSWERS(GET, INCIDENTS "/{incident}/drill", page_drill)},
    {ASKS(POST, INCIDENTS "/{incident}/answer", OP_ANSWER, JSON, JSON)},
    {ASKS(POST, INCIDENTS "/{incident}/update", OP_UPDATE, JSON, JSON)},
    {ASKS(POST, INCIDENTS "/{incident}/resolve", OP_RESOLVE, JSON, JSON)},
    {ASKS(POST, INCIDENTS "/{incident}/order", OP_ORDER, JSON, JSON)},
    {ASKS(POST, INCIDENTS "/{incident}/confirm", OP_CONFIRM, JSON, JSON)},
    {ASKS(POST, INCIDENTS "/{incident}/close", OP_CLOSE, JSON, JSON)},
    {ASKS(POST, INCIDENTS "/{incident}/directive", OP_DIRECTIVE, JSON, JSON)},
    {ASKS(POST, INCIDENTS "/{incident}/lessons", OP_LESSON, JSON, JSON)},
    {ASKS(GET, "/api/v1/duty", OP_DUTY, JSON, NONE)},
    {ASKS(POST, "/api/v1/duty/overrides", OP_DUTY_OVERRIDE, JSON, JSON)},
    {ASKS(POST, "/api/v1/duty/swaps", OP_DUTY_SWAP, JSON, JSON)},
    {ASKS(POST, "/api/v1/duty/changes", OP_DUTY_ACT, JSON, JSON)},
    {ASKS(POST, "/api/v1/duty/handovers", OP_DUTY_HANDOVER, JSON, JSON)},
    {ASKS(POST, "/api/v1/duty/checks", OP_DUTY_CHECK, JSON, JSON)},
    {ANSWERS(GET, "/duty/{calendar}", page_duty)},
    {ASKS(POST, INCIDENTS "/{incident}/dead", OP_DEAD_REPLAY, JSON, JSON)},
    {ASKS(GET, "/api/v1/dead", OP_DEAD_LIST, JSON, NONE)},
    {ASKS(POST, "/api/v1/dead/{notice}/replay", OP_DEAD_REPLAY, JSON, JSON)},
    {ASKS(POST, "/api/v1/dead/{notice}/drop", OP_DEAD_DROP, JSON, JSON)},
    {ASKS(GET, "/api/v1/drills", OP_DRILL_DUE, JSON, NONE)},
    {ASKS(POST, "/api/v1/drills", OP_DRILL_START, OPENED, JSON)},
    {ASKS(GET, "/api/v1/items", OP_ITEMS, JSON, NONE)},
    {ASKS(POST, "/api/v1/items", OP_ITEM_OPEN, JSON, JSON)},
    {ASKS(POST, "/api/v1/items/{item}/{action}", OP_ITEM, JSON, JSON)},
    {ASKS(GET, "/api/v1/reports", OP_REPORTS, JSON, NONE)},
    {ASKS(GET, "/api/v1/reports/{report}", OP_REPORT_SHOW, ONE, NONE)},
    {ASKS(PUT, "/api/v1/reports/{report}", OP_REPORT_EDIT, JSON, JSON)},
    {ASKS(POST, "/api/v1/reports/{report}/{action}", OP_REPORT, JSON, JSON)},
    {ASKS(POST, "/t/{plan}", OP_TRIGGER, OPENED, TEXT)},
    {ASKS(GET, "/api/v1/plans", OP_PLANS, JSON, NONE)},
    {ASKS(POST, "/api/v1/plans/check", OP_PLAN_CHECK, ONE, JSON)},
    {ASKS(POST, "/api/v1/plans/simulate", OP_PLAN_SIMULATE, ONE, JSON)},
    {ASKS(GET, "/api/v1/plans/{plan}", OP_PLAN_SHOW, ONE, NONE)},
    {ASKS(GET, "/api/v1/events", OP_WATCH, EVENTS, NONE)},
    {ASKS(GET, "/api/v1/ping", OP_PING, JSON, NONE)},
    {ASKS(GET, "/a/{token}", OP_LINK_SHOW, JSON, NONE), .page = page_link},
    {ASKS(POST, "/a/{token}", OP_ANSWER_LINK, JSON, FORM), .answer = page_link_post,
     .page = page_link_answered},
    {ASKS(POST, "/r/{token}", OP_ANSWER_LINK, JSON, FORM), .answer = page_reply},
    {ASKS(POST, "/r/{endpoint}/{key}", OP_REPLY, JSON, FORM), .answer = page_reply_account},
    {ANSWERS(GET, "/login", page_login)},
    {ANSWERS(GET, "/login/{link}", page_login)},
    {ASKS(POST, "/login", OP_LOGIN, JSON, FORM), .page = page_signed_in, .dress = page_cookie},
    {ASKS(POST, "/login/{link}", OP_LOGIN, JSON, FORM), .page = page_signed_in,
     .dress = page_cookie},
    {ASKS(POST, "/logout", OP_LOGOUT, JSON, FORM), .page = page_signed_out, .dress = page_cookie},
    {ASKS(GET, "/api/v1/phones", OP_PHONES, JSON, NONE), .demo = true},
    {ASKS(POST, "/api/v1/phones/{notice}/seen", OP_PHONE_SEEN, JSON, JSON), .demo = true},
    {ANSWERS(POST, "/phones/hook/{endpoint}/{person}", page_hook), .demo = true},
    {ANSWERS(GET, "/", page_file)},
    {ANSWERS(GET, "/phones", page_file), .demo = true},
    {ANSWERS(GET, "/assets/{file}", page_file)},
    {ANSWERS(GET, "/favicon.svg", page_file)},
    {ANSWERS(GET, "/api/v1/openapi.json", page_openapi)},
    {ANSWERS(GET, "/.well-known/security.txt", page_security)},
    {ANSWERS(GET, "/livez", page_livez)},
    {ANSWERS(GET, "/readyz", page_readyz)},
    {ANSWERS(GET, "/metrics", page_metrics)},
};

/* Promised (INTERFACES 4), not built yet: the beginnings of their paths. */
static const char *const not_yet[] = {
    "/v2/", "/hooks/", "/api/v2/", "/cap/", "/hb/",
};

/* ---- finding ---- */

/* Compare part by part; "{name}" takes any part that is not empty. */
static bool path_matches(const char *pattern, const char *path, struct route_match *m)
{
    m->params_count = 0;
    while (*pattern && *path) {
        size_t want = strcspn(pattern + 1, "/") + 1, have = strcspn(path + 1, "/") + 1;
        if (pattern[1] == '{') {
            if (have == 1)
                return false;
            assert(m->params_count < ROUTE_PARAMS);
            m->params[m->params_count].name = pattern + 2;
            m->params[m->params_count].name_len = want - 3;
            m->params[m->params_count].value = path + 1;
            m->params[m->params_count++].len = have - 1;
        } else if (want != have || memcmp(pattern, path, want) != 0) {
            return false;
        }
        pattern += want;
        path += have;
    }
    return !*pattern && !*path;
}

static bool is_promised(const char *path)
{
    for (size_t i = 0; i < sizeof not_yet / sizeof not_yet[0]; i++)
        if (strncmp(path, not_yet[i], strlen(not_yet[i])) == 0)
            return true;
    return false;
}

static bool method_fits(const struct route *route, enum http_method method)
{
    return route->method == method ||
           (route->method == HTTP_METHOD_GET && method == HTTP_METHOD_HEAD);
}

static void allow_add(const struct route *route, struct text *allow)
{
    text_addf(allow, "%s%s", allow->len ? ", " : "", http_method_name(route->method));
    if (route->method == HTTP_METHOD_GET)
        text_add(allow, ", HEAD");
}

enum code route_find(const struct http_request *r, bool demo, struct route_match *ret,
                     struct text *allow, struct refusal *refusal)
{
    int shown = (int)utf8_cut(r->path, strlen(r->path), 80);
    *ret = (struct route_match){.request = r};
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        const struct route *route = &routes[i];
        if ((route->demo && !demo) || !path_matches(route->path, r->path, ret))
            continue;
        if (method_fits(route, r->method)) {
            ret->route = route;
            return CODE_OK;
        }
        allow_add(route, allow);
    }
    if (is_promised(r->path))
        return refuse(refusal, CODE_NOT_BUILT, NULL, NULL, "%.*s is not built yet", shown, r->path);
    if (allow->len)
        return refuse(refusal, CODE_METHOD_NOT_ALLOWED, NULL, NULL, "%.*s takes %s, not %s", shown,
                      r->path, text_str(allow), http_method_name(r->method));
    return refuse(refusal, CODE_UNKNOWN_ROUTE, NULL, NULL,
                  "there is no %.*s; /api/v1/openapi.json lists what there is", shown, r->path);
}

char *route_param(const struct route_match *m, const char *name)
{
    for (size_t i = 0; i < m->params_count; i++) {
        if (m->params[i].name_len != strlen(name) ||
            memcmp(m->params[i].name, name, strlen(name)) != 0)
            continue;
        struct text value = {0};
        text_add_bytes(&value, m->params[i].value, m->params[i].len);
        return text_take(&value);
    }
    return NULL;
}

/* ---- the object ---- */

/* A query's value as its field has it; what is of another type is refused by the field's check. */
static json_t *query_value(const struct field *field, const char *text)
{
    char *end = NULL;
    if (field && field->type == FIELD_BOOL && strcmp(text, "true") == 0)
        return json_true();
    if (field && field->type == FIELD_BOOL && strcmp(text, "false") == 0)
        return json_false();
    long long number = strtoll(text, &end, 10);
    if (field && field->type == FIELD_COUNT && *text && !*end)
        return json_integer(number);
    if (!field || field->type != FIELD_WORDS || !strchr(text, ','))
        return json_string(text);
    json_t *words = json_array();
    for (const char *at = text; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        json_array_append_new(words, json_stringn(at, strcspn(at, ",")));
    return words;
}

/* What stands in path and query is not said again in the body, nor otherwise. */
static enum code member_put(json_t *object, const char *name, json_t *takes, struct refusal *r)
{
    if (!json_object_get(object, name)) {
        json_put(object, name, takes);
        return CODE_OK;
    }
    json_decref(takes);
    return refuse(r, CODE_BAD_FIELD, name, NULL,
                  "%s: is given by the path or twice in the query; leave it out of the rest", name);
}

static enum code query_take(const struct route_match *m, json_t *object, struct refusal *r)
{
    const struct op *op = op_def(m->route->op);
    for (size_t i = 0; i < m->request->query_count; i++) {
        const struct http_pair *pair = &m->request->query[i];
        const struct field *field = field_find(op->fields, pair->name);
        enum code code = member_put(object, pair->name, query_value(field, pair->value), r);
        if (code)
            return code;
    }
    return CODE_OK;
}

static enum code path_take(const struct route_match *m, json_t *object, struct refusal *r)
{
    enum code code = member_put(object, "op", json_string(op_def(m->route->op)->name), r);
    for (size_t i = 0; i < m->params_count && !code; i++) {
        char *name = mem_str(m->params[i].name);
        name[m->params[i].name_len] = '\0';
        code = member_put(object, name, json_stringn(m->params[i].value, m->params[i].len), r);
        free(name);
    }
    return code;
}

/* ---- bodies ---- */

/* The media type without its parameters. */
static bool type_is(const struct http_request *r, const char *type)
{
    const char *given = http_header(r, "content-type");
    size_t len = strlen(type);
    return given && strncasecmp(given, type, len) == 0 &&
           (!given[len] || given[len] == ';' || given[len] == ' ');
}

static enum code body_json(const struct http_request *r, json_t **ret, struct refusal *refusal)
{
    if (r->body_len == 0) {
        *ret = json_object();
        return CODE_OK;
    }
    enum code code = line_object(r->body, r->body_len, ret, refusal);
    if (code == CODE_NOT_AN_OBJECT)
        return refuse(refusal, code, NULL, NULL, "the body must be one JSON object");
    return code;
}

/* `curl -d 'text'` says that it is a form, and sends the text as it is. */
static enum code body_text(const struct http_request *r, json_t **ret, struct refusal *refusal)
{
    if (type_is(r, "application/json"))
        return body_json(r, ret, refusal);
    if (!utf8_valid(r->body, r->body_len))
        return refuse(refusal, CODE_BAD_UTF8, NULL, NULL,
                      "the body is not UTF-8; send text as UTF-8 (RFC 3629)");
    if (memchr(r->body, '\0', r->body_len))
        return refuse(refusal, CODE_BAD_FIELD, "title", NULL,
                      "title: holds a NUL character; leave it out");
    AUTO_TEXT(text);
    text_add_bytes(&text, r->body, r->body_len);
    const char *begin = text_str(&text) + strspn(text_str(&text), " \t\r\n");
    size_t line = strcspn(begin, "\r\n");
    size_t title = utf8_cut(begin, line, TITLE_BYTES_MAX);
    const char *rest = begin + line + strspn(begin + line, " \t\r\n");
    *ret = json_object();
    if (title)
        json_put(*ret, "title", json_stringn(begin, title));
    if (title < line)
        json_put_str(*ret, "note", begin);
    else if (*rest)
        json_put_str(*ret, "note", rest);
    return CODE_OK;
}

/* A form's values are typed as those of a query are; fields that were left empty are not sent. */
static enum code body_form(const struct route_match *m, json_t **ret, struct refusal *refusal)
{
    const struct http_request *r = m->request;
    const struct op *op = op_def(m->route->op);
    struct http_form form;
    enum code code = http_form_read(r->body, r->body_len, &form, refusal);
    *ret = json_object();
    for (size_t i = 0; i < form.count && !code; i++)
        if (form.pairs[i].value[0])
            code = member_put(
                *ret, form.pairs[i].name,
                query_value(field_find(op->fields, form.pairs[i].name), form.pairs[i].value),
                refusal);
    http_form_done(&form);
    return code;
}

static enum code body_take(const struct route_match *m, json_t **ret, struct refusal *refusal)
{
    const struct http_request *r = m->request;
    switch (m->route->body) {
    case BODY_NONE:
        *ret = json_object();
        return CODE_OK;
    case BODY_TEXT:
        return body_text(r, ret, refusal);
    case BODY_FORM:
        if (type_is(r, "application/x-www-form-urlencoded"))
            return body_form(m, ret, refusal);
        break;
    case BODY_JSON:
        break;
    }
    if (r->body_len && !type_is(r, "application/json"))
        return refuse(refusal, CODE_UNSUPPORTED_TYPE, NULL, NULL,
                      "the body must be JSON; say so with Content-Type: application/json");
    return body_json(r, ret, refusal);
}

enum code route_object(const struct route_match *m, json_t **ret, struct refusal *refusal)
{
    AUTO_JSON(object);
    enum code code = body_take(m, &object, refusal);
    if (!code)
        code = path_take(m, object, refusal);
    if (!code)
        code = query_take(m, object, refusal);
    if (!code)
        *ret = json_incref(object);
    return code;
}
