/* All that can be wrong with a channel, found in its JSON before it is used. */
#include "core/channel_data.h"
#include "core/form.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- templates ---- */

/* What a template may do, by where it stands. */
struct template_rules {
    const json_t *maps;
    bool url; /* only {contact} */
};

static void variable_unknown(struct span name, struct remarks *r)
{
    enum { NAMES_MAX = 40 };
    const char *names[NAMES_MAX];
    size_t count = 0;
    for (const struct variable *v; count < NAMES_MAX - 1 && (v = channel_variable_at(count));)
        names[count++] = v->name;
    names[count] = NULL;

    AUTO_TEXT(word);
    text_add_bytes(&word, name.at, name.len);
    if (strcmp(text_str(&word), "contact") == 0)
        remark_error(r, "bad_template", NULL,
                     "{contact} may stand in url only: bodies are recorded, contacts are not");
    else
        remark_error(r, "bad_template", text_nearest(text_str(&word), names),
                     "there is no placeholder {%s}", text_str(&word));
}

static void type_check(const struct piece *p, const struct variable *v, struct remarks *r)
{
    static const char *const types[] = {
        [VARIABLE_TEXT] = "text", [VARIABLE_NUMBER] = "number", [VARIABLE_BOOLEAN] = "boolean"};
    const char *type = types[v->type];
    if (p->type.len == 0 ||
        (strlen(type) == p->type.len && memcmp(type, p->type.at, p->type.len) == 0))
        return;
    remark_error(r, "bad_template", NULL, "{%s} is a %s, not a %.*s", v->name, type,
                 (int)p->type.len, p->type.at);
}

static void map_check(const struct piece *p, const json_t *maps, struct remarks *r)
{
    if (p->map.len == 0)
        return;
    AUTO_TEXT(map);
    text_add_bytes(&map, p->map.at, p->map.len);
    if (!json_at(maps, text_str(&map)))
        remark_error(r, "bad_template", form_nearest(maps, text_str(&map)),
                     "there is no map \"%s\" in maps", text_str(&map));
}

static bool span_is(struct span s, const char *word)
{
    return strlen(word) == s.len && memcmp(word, s.at, s.len) == 0;
}

static void piece_check(const struct piece *p, const struct template_rules *rules,
                        struct remarks *r)
{
    if (rules->url) {
        if (!span_is(p->name, "contact") || p->type.len || p->map.len)
            remark_error(r, "bad_template", NULL, "the only placeholder of a url is {contact}");
        return;
    }
    const struct variable *v = variable_find(p->name);
    if (!v) {
        variable_unknown(p->name, r);
        return;
    }
    type_check(p, v, r);
    map_check(p, rules->maps, r);
}

static void template_check(const char *text, const struct template_rules *rules, struct remarks *r)
{
    bool tells = false, marked = false;
    for (const char *at = text;;) {
        struct piece p = template_next(&at);
        if (p.kind == PIECE_END)
            break;
        if (p.kind == PIECE_BAD)
            remark_error(r, "bad_template", NULL,
                         "here begins no placeholder: \"%.*s\"; write {{ for the character {",
                         (int)utf8_cut(p.text.at, p.text.len, 20), p.text.at);
        if (p.kind != PIECE_VALUE)
            continue;
        piece_check(&p, rules, r);
        tells = tells || span_is(p.name, "text") || span_is(p.name, "incident.title");
        marked = marked || span_is(p.name, "mark");
    }
    if (tells && !marked)
        remark_error(
            r, "no_mark", NULL,
            "a drill could not be told from the real thing; begin with {mark}: \"{mark}%s\"", text);
}

/* ---- bodies ---- */

enum { BODY_DEPTH_MAX = 16 };

static void body_check(const json_t *body, const struct template_rules *rules, int depth,
                       struct remarks *r)
{
    if (depth > BODY_DEPTH_MAX) {
        remark_error(r, "bad_value", NULL, "a body is at most %d tables deep", BODY_DEPTH_MAX);
        return;
    }
    if (json_is_string(body)) {
        if (json_holds_nul(body))
            remark_error(r, "bad_value", NULL, "a text holds no NUL");
        else
            template_check(json_string_value(body), rules, r);
    }
    for (size_t i = 0; i < json_array_size(body); i++) {
        remark_enter_at(r, i);
        body_check(json_array_get(body, i), rules, depth + 1, r);
        remark_leave(r);
    }
    if (!json_is_object(body))
        return;
    const char **keys = json_keys(body, NULL);
    for (size_t i = 0; keys[i]; i++) {
        remark_enter(r, keys[i]);
        body_check(json_at(body, keys[i]), rules, depth + 1, r);
        remark_leave(r);
    }
    free(keys);
}

static void body_top_check(const json_t *table, const char *key, const struct template_rules *rules,
                           struct remarks *r)
{
    const json_t *body = json_at(table, key);
    if (!body)
        return;
    if (json_is_string(body)) {
        remark_error_at(
            r, key, "not_built", NULL,
            "a body that is plain text is not built yet; write a table, it becomes JSON");
        return;
    }
    remark_enter(r, key);
    if (form_table(r, body, "a body"))
        body_check(body, rules, 1, r);
    remark_leave(r);
}

static void variants_check(const json_t *channel, const struct template_rules *rules,
                           struct remarks *r)
{
    static const struct form_key keys[] = {
        {"alert", true}, {"recovered", true}, {"drill", true}, {"digest", false}, {0},
    };
    const json_t *variants = json_at(channel, "variants");
    if (!variants)
        return;
    remark_enter(r, "variants");
    if (form_table(r, variants, "variants")) {
        form_keys(r, variants, keys, "variants");
        for (size_t i = 0; keys[i].built; i++)
            body_top_check(variants, keys[i].name, rules, r);
    }
    remark_leave(r);
}

static void maps_check(const json_t *channel, struct remarks *r)
{
    const json_t *maps = json_at(channel, "maps");
    if (!maps)
        return;
    remark_enter(r, "maps");
    const char **names = json_keys(maps, NULL);
    form_table(r, maps, "maps");
    for (size_t i = 0; names[i]; i++) {
        const json_t *map = json_at(maps, names[i]);
        remark_enter(r, names[i]);
        const char **keys = json_keys(map, NULL);
        form_table(r, map, "a map");
        for (size_t k = 0; keys[k]; k++) {
            const json_t *value = json_at(map, keys[k]);
            if (json_is_object(value) || json_is_array(value) || json_is_null(value))
                remark_error_at(r, keys[k], "bad_value", NULL,
                                "a map leads to a text, a number, true or false");
        }
        free(keys);
        remark_leave(r);
    }
    free(names);
    remark_leave(r);
}

/* ---- the request ---- */

static bool header_name_valid(const char *name)
{
    static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    return *name && strlen(name) <= 64 && strspn(name, token) == strlen(name);
}

/* Headers that libcurl or the signature sets. */
static bool header_is_ours(const char *name)
{
    static const char *const ours[] = {"host",       "content-length", "transfer-encoding",
                                       "connection", "expect",         "upgrade"};
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        if (strcasecmp(name, ours[i]) == 0)
            return true;
    return strncasecmp(name, "webhook-", 8) == 0;
}

static void headers_check(const json_t *channel, struct remarks *r)
{
    const json_t *headers = json_at(channel, "headers");
    if (!headers)
        return;
    remark_enter(r, "headers");
    const char **names = json_keys(headers, NULL);
    form_table(r, headers, "headers");
    for (size_t i = 0; names[i]; i++) {
        const char *value = form_str(r, headers, names[i]);
        remark_enter(r, names[i]);
        if (!header_name_valid(names[i]) || header_is_ours(names[i]))
            remark_error(r, "bad_value", NULL, "the header \"%s\" cannot be set here", names[i]);
        for (const char *c = value; c && *c; c++) {
            if (*c >= 0x20 && *c < 0x7f && *c != '{')
                continue;
            remark_error(r, "bad_value", NULL,
                         "a header is plain ASCII, without placeholders and line ends");
            break;
        }
        remark_leave(r);
    }
    free(names);
    remark_leave(r);
}

static void url_check(const json_t *channel, struct remarks *r)
{
    const char *url = form_str(r, channel, "url");
    if (!url)
        return;
    remark_enter(r, "url");
    if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
        remark_error(r, "bad_value", NULL, "a url begins with https:// or http://");
    template_check(url, &(struct template_rules){.url = true}, r);
    remark_leave(r);
}

static void success_check(const json_t *channel, struct remarks *r)
{
    static const struct form_key keys[] = {{"status", true}, {"json", false}, {0}};
    const json_t *success = json_at(channel, "success");
    if (!success)
        return;
    remark_enter(r, "success");
    if (form_table(r, success, "success")) {
        form_keys(r, success, keys, "success");
        const char *status = form_str(r, success, "status");
        if (status && strcmp(status, "2xx") != 0)
            remark_error_at(r, "status", "not_built", NULL,
                            "status = \"%s\" is not built yet; \"2xx\" is", status);
    }
    remark_leave(r);
}

static void limits_check(const json_t *channel, struct remarks *r)
{
    static const struct form_key keys[] = {{"body_bytes", true}, {0}};
    const json_t *limits = json_at(channel, "limits");
    if (!limits)
        return;
    remark_enter(r, "limits");
    if (form_table(r, limits, "limits")) {
        form_keys(r, limits, keys, "limits");
        form_int(r, limits, "body_bytes", 256, CHANNEL_BODY_BYTES_MAX, CHANNEL_BODY_BYTES_DEFAULT);
    }
    remark_leave(r);
}

static void sign_check(const json_t *channel, struct remarks *r)
{
    const char *sign = form_str(r, channel, "sign");
    if (sign && strcmp(sign, "standard-webhooks") != 0 && strcmp(sign, "none") != 0)
        remark_error_at(r, "sign", "not_built", NULL,
                        "sign = \"%s\" is not built yet; \"standard-webhooks\" and \"none\" are",
                        sign);
}

static void rate_check(const json_t *channel, struct remarks *r)
{
    int count;
    int64_t ms;
    const char *rate = form_str(r, channel, "rate");
    if (rate && !form_rate(rate, &count, &ms))
        remark_error_at(r, "rate", "bad_value", NULL,
                        "rate is a number of messages and a time, like \"100/1m\"");
}

/* ---- the channel ---- */

bool channel_check_keys(const json_t *channel, struct remarks *r)
{
    static const struct form_key keys[] = {
        {"method", true},
        {"headers", true},
        {"body", true},
        {"maps", true},
        {"variants", true},
        {"extends", true},
        {"limits", true},
        {"sign", true},
        {"success", true},
        {"throttled", false},
        {"receipt", true},
        {"contact", true},
        {"drill", true},
        {"rate", true},
        {"url", true},
        {"resend_harmless", true},
        {0},
    };
    form_str(r, channel, "extends");
    return form_keys(r, channel, keys, "a channel");
}

bool channel_check(const json_t *channel, struct remarks *r)
{
    static const char *const methods[] = {"POST", "PUT", "PATCH", NULL};
    static const char *const receipts[] = {"none", "delivered", "seen", NULL};
    static const char *const contacts[] = {"phone", "email", "url", "token", NULL};
    const struct template_rules rules = {.maps = json_at(channel, "maps")};
    size_t errors = r->errors;

    form_word(r, channel, "method", methods, NULL);
    headers_check(channel, r);
    maps_check(channel, r);
    if (!json_at(channel, "body") && !json_at(json_at(channel, "variants"), "alert"))
        remark_error(r, "missing_key", NULL,
                     "body is missing; write body = { text = \"{mark}{text}\" }");
    body_top_check(channel, "body", &rules, r);
    variants_check(channel, &rules, r);
    url_check(channel, r);
    sign_check(channel, r);
    success_check(channel, r);
    limits_check(channel, r);
    rate_check(channel, r);
    form_word(r, channel, "receipt", receipts, NULL);
    form_word(r, channel, "contact", contacts, NULL);
    form_bool(r, channel, "drill");
    form_bool(r, channel, "resend_harmless");
    return r->errors == errors;
}
