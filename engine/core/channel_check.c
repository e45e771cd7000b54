/* All that can be wrong with a channel, found in its JSON before it is used. */
#include "base/json_path.h"
#include "core/channel_data.h"
#include "core/form.h"
#include "core/optional.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- templates ---- */

/*
 * What a template may do, by where it stands: in a body all that is known of a message; in what the
 * courier fills, and nobody records, {contact} and {secret.NAME} alone.
 */
struct template_rules {
    const json_t *maps;
    const char *couriers; /* not NULL: the courier fills it; what it is, for sentences: "a url" */
    bool no_contact;
};

static void variable_unknown(struct span name, struct remarks *r)
{
    enum { NAMES_MAX = 40 };
    const char *names[NAMES_MAX];
    size_t count = 0;
    static const char secret[] = "secret.";
    for (const struct variable *v; count < NAMES_MAX - 1 && (v = channel_variable_at(count));)
        names[count++] = v->name;
    names[count] = NULL;

    AUTO_TEXT(word);
    text_add_bytes(&word, name.at, name.len);
    if (strcmp(text_str(&word), "contact") == 0)
        remark_error(r, "bad_template", NULL,
                     "{contact} may stand in url, query and private only: bodies are recorded, "
                     "contacts are not");
    else if (strncmp(text_str(&word), secret, strlen(secret)) == 0)
        remark_error(r, "bad_template", NULL,
                     "{%s} may stand in url, query, headers and private only: bodies are recorded, "
                     "secrets are not",
                     text_str(&word));
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

/* {contact}, {secret.user} */
static bool courier_knows(struct span name, bool no_contact)
{
    static const char secret[] = "secret.";
    size_t len = strlen(secret);
    if (name.len > len && memcmp(name.at, secret, len) == 0)
        return !memchr(name.at + len, '.', name.len - len);
    return !no_contact && span_is(name, "contact");
}

static void piece_check(const struct piece *p, const struct template_rules *rules,
                        struct remarks *r)
{
    if (rules->couriers) {
        if (!courier_knows(p->name, rules->no_contact) || p->type.len || p->map.len)
            remark_error(r, "bad_template", NULL, "the only placeholders of %s are %s{secret.NAME}",
                         rules->couriers, rules->no_contact ? "" : "{contact} and ");
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
        tells = tells || span_is(p.name, "text") || span_is(p.name, "digest") ||
                span_is(p.name, "incident.title");
        marked = marked || span_is(p.name, "mark");
    }
    if (tells && !marked)
        remark_error(
            r, "no_mark", NULL,
            "a drill could not be told from the real thing; begin with {mark}: \"{mark}%s\"", text);
}

/* ---- bodies ---- */

enum { BODY_DEPTH_MAX = 16 };

/* ["?"] = "answer_url": the table stands only where this is there. */
static void optional_check(const json_t *table, const struct template_rules *rules, int depth,
                           struct remarks *r)
{
    const char *name = form_str(r, table, OPTIONAL_KEY);
    if (!name)
        return;
    struct span span = {name, strlen(name)};
    remark_enter(r, OPTIONAL_KEY);
    if (depth == 1)
        remark_error(r, "bad_value", NULL, "the whole cannot be left out");
    else if (rules->couriers && !courier_knows(span, rules->no_contact))
        remark_error(r, "bad_template", NULL, "it names contact or secret.NAME, without braces");
    else if (!rules->couriers && !variable_find(span))
        variable_unknown(span, r);
    remark_leave(r);
}

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
    optional_check(body, rules, depth, r);
    const char **keys = json_keys(body, NULL);
    for (size_t i = 0; keys[i]; i++) {
        if (strcmp(keys[i], OPTIONAL_KEY) == 0)
            continue;
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
    remark_enter(r, key);
    if (form_table(r, body, "a body"))
        body_check(body, rules, 1, r);
    remark_leave(r);
}

static void variants_check(const json_t *channel, const struct template_rules *rules,
                           struct remarks *r)
{
    static const struct form_key keys[] = {
        {"alert", true}, {"digest", true}, {"drill", true}, {"recovered", true}, {0},
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

const json_t *channel_body_at(const json_t *channel, size_t index)
{
    static const char *const variants[] = {"alert", "digest", "drill", "recovered"};
    const json_t *body = json_at(channel, "body");
    for (size_t i = body ? 0 : 1; i <= sizeof(variants) / sizeof(variants[0]); i++) {
        if (i)
            body = json_at(json_at(channel, "variants"), variants[i - 1]);
        if (body && index-- == 0)
            return body;
    }
    return NULL;
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

static void header_value_check(const char *value, struct remarks *r)
{
    for (const char *c = value; c && *c; c++) {
        if (*c >= 0x20 && *c < 0x7f)
            continue;
        remark_error(r, "bad_value", NULL, "a header is plain ASCII, without line ends");
        break;
    }
    if (value)
        template_check(value, &(struct template_rules){.couriers = "a header", .no_contact = true},
                       r);
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
        header_value_check(value, r);
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
    template_check(url, &(struct template_rules){.couriers = "a url"}, r);
    remark_leave(r);
}

/* The path of a probe, where it has one. */
static void probe_check(const json_t *channel, struct remarks *r)
{
    const json_t *probe = json_at(channel, "probe");
    const char *path = form_str(r, probe, "path");
    remark_enter(r, "probe");
    remark_enter(r, "path");
    if (path && *path != '/')
        remark_error(r, "bad_value", NULL, "a path begins with /");
    if (path)
        template_check(path, &(struct template_rules){.couriers = "a probe", .no_contact = true},
                       r);
    remark_leave(r);
    remark_leave(r);
}

/* query and private: filled by the courier, and recorded by nobody. */
static void couriers_check(const json_t *channel, const char *key, const char *what, bool flat,
                           struct remarks *r)
{
    const json_t *table = json_at(channel, key);
    const struct template_rules rules = {.couriers = what};
    if (!table)
        return;
    remark_enter(r, key);
    if (form_table(r, table, what)) {
        const char **names = json_keys(table, NULL);
        for (size_t i = 0; flat && names[i]; i++)
            form_str(r, table, names[i]);
        free(names);
        body_check(table, &rules, 1, r);
    }
    remark_leave(r);
}

/* ---- lengths ---- */

enum { LEAF_LIMIT_MAX = 1024 * 1024 };

bool limit_read(const json_t *value, struct leaf_limit *ret)
{
    const char *text = json_string_value(value);
    char *unit = NULL;
    long long most = text ? strtoll(text, &unit, 10) : json_integer_value(value);
    ret->characters = !text || strcmp(unit, " characters") == 0;
    ret->most = most < 1 ? 0 : (size_t)most;
    return most >= 1 && most <= LEAF_LIMIT_MAX && (ret->characters || strcmp(unit, " bytes") == 0);
}

static bool limit_has_text(const json_t *channel, const char *path)
{
    const json_t *body;
    for (size_t i = 0; (body = channel_body_at(channel, i)); i++)
        if (json_is_string(json_path_at(body, path)))
            return true;
    return false;
}

static void limit_check(const json_t *channel, const char *path, const json_t *value,
                        struct remarks *r)
{
    struct leaf_limit limit;
    remark_enter(r, path);
    if (!limit_read(value, &limit))
        remark_error(r, "bad_value", NULL, "write \"4096 characters\" or \"2048 bytes\"");
    else if (!limit_has_text(channel, path))
        remark_error(r, "unknown_name", NULL,
                     "no body has a text at \"%s\"; body_bytes limits the whole", path);
    remark_leave(r);
}

static void limits_check(const json_t *channel, struct remarks *r)
{
    const json_t *limits = json_at(channel, "limits");
    if (!limits)
        return;
    remark_enter(r, "limits");
    if (form_table(r, limits, "limits")) {
        form_int(r, limits, "body_bytes", 256, CHANNEL_BODY_BYTES_MAX, CHANNEL_BODY_BYTES_DEFAULT);
        const char **paths = json_keys(limits, NULL);
        for (size_t i = 0; paths[i]; i++)
            if (strcmp(paths[i], "body_bytes") != 0)
                limit_check(channel, paths[i], json_at(limits, paths[i]), r);
        free(paths);
    }
    remark_leave(r);
}

/* ---- how it is written ---- */

static void body_flat_check(const json_t *body, struct remarks *r)
{
    const char **keys = json_keys(body, NULL);
    for (size_t i = 0; keys[i]; i++)
        if (json_is_array(json_at(body, keys[i])) && !json_array_size(json_at(body, keys[i])))
            remark_error_at(r, keys[i], "bad_value", NULL, "a field of a form is a text");
    free(keys);
}

static void body_mail_check(const json_t *body, struct remarks *r)
{
    static const struct form_key keys[] = {
        {"subject", true}, {"text", true}, {"html", true}, {"thread", true}, {0}};
    form_keys(r, body, keys, "a mail");
    for (const struct form_key *k = keys; k->name; k++)
        form_str(r, body, k->name);
    form_need(r, body, "subject", "subject = \"{mark}{incident.title}\"");
    form_need(r, body, "text", "text = \"{mark}{text}\"");
}

static void encoding_check(const json_t *channel, struct remarks *r)
{
    static const char *const words[] = {"json", "form", "query", "mail", NULL};
    const char *encoding = form_word(r, channel, "encoding", words, "json");
    const json_t *body;
    for (size_t i = 0; (body = channel_body_at(channel, i)); i++) {
        if (strcmp(encoding, "mail") == 0)
            body_mail_check(body, r);
        else if (strcmp(encoding, "json") != 0)
            body_flat_check(body, r);
    }
}

static void sign_check(const json_t *channel, struct remarks *r)
{
    static const char *const schemes[] = {
        "none", "standard-webhooks", "feishu", "dingtalk", "basic", "bearer", "aliyun", NULL};
    const char *sign = form_word(r, channel, "sign", schemes, "none");
    const char *encoding = json_str_or(channel, "encoding", "json");
    if (strcmp(sign, "feishu") == 0 && strcmp(encoding, "json") != 0)
        remark_error_at(r, "sign", "bad_value", NULL,
                        "feishu puts its signature into a body of JSON; take encoding out");
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
        {"again", true},
        {"body", true},
        {"contact", true},
        {"drill", true},
        {"encoding", true},
        {"escape", true},
        {"extends", true},
        {"headers", true},
        {"limits", true},
        {"maps", true},
        {"method", true},
        {"private", true},
        {"probe", true},
        {"query", true},
        {"rate", true},
        {"receipt", true},
        {"receipt_within", true},
        {"reference", true},
        {"resend_harmless", true},
        {"sign", true},
        {"success", true},
        {"throttled", true},
        {"url", true},
        {"variants", true},
        {"ways", true},
        {0},
    };
    form_str(r, channel, "extends");
    return form_keys(r, channel, keys, "a channel");
}

/* How long a receipt may take, of a channel that has one. */
static void receipt_within_check(const json_t *channel, struct remarks *r)
{
    if (!json_at(channel, "receipt_within"))
        return;
    form_duration(r, channel, "receipt_within");
    if (!strcmp(json_str_or(channel, "receipt", "none"), "none"))
        remark_error_at(r, "receipt_within", "bad_value", NULL,
                        "it is for a channel that declares a receipt: receipt = \"delivered\", or "
                        "\"seen\"");
}

bool channel_check(const json_t *channel, struct remarks *r)
{
    static const char *const methods[] = {"POST", "PUT", "PATCH", NULL};
    static const char *const receipts[] = {"none", "delivered", "seen", NULL};
    static const char *const escapes[] = {"entities", NULL};
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
    encoding_check(channel, r);
    url_check(channel, r);
    probe_check(channel, r);
    couriers_check(channel, "query", "a query", true, r);
    couriers_check(channel, "private", "private", false, r);
    sign_check(channel, r);
    channel_check_answers(channel, r);
    limits_check(channel, r);
    rate_check(channel, r);
    form_word(r, channel, "receipt", receipts, NULL);
    receipt_within_check(channel, r);
    form_word(r, channel, "escape", escapes, NULL);
    form_word(r, channel, "contact", contacts, NULL);
    form_duration(r, channel, "receipt_within");
    form_bool(r, channel, "drill");
    form_bool(r, channel, "resend_harmless");
    return r->errors == errors;
}
