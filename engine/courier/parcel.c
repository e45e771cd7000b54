#include "courier/parcel.h"

#include "courier/fill.h"

#include <curl/curl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool url_is_mail(const char *url)
{
    return strncasecmp(url, "smtp://", 7) == 0 || strncasecmp(url, "smtps://", 8) == 0;
}

bool url_is_web(const char *url)
{
    return strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0;
}

/* ---- url ---- */

/* Where the url was written, for the sentences: the url itself is never shown. */
static enum err url_check(const char *url, bool mail, const char *place, struct why *why)
{
    if (mail ? !url_is_mail(url) : !url_is_web(url))
        return why_set(why, ERR_CONFIG, "the url in %s does not begin with %s", place,
                       mail ? "smtp:// or smtps://" : "http:// or https://");
    if (strlen(url) > PARCEL_URL_BYTES_MAX)
        return why_set(why, ERR_CONFIG, "the url in %s is longer than %d bytes", place,
                       PARCEL_URL_BYTES_MAX);
    for (const char *c = url; *c; c++) {
        if ((unsigned char)*c <= ' ' || *c == 0x7f)
            return why_set(why, ERR_CONFIG, "the url in %s has a space or control character",
                           place);
    }

    CURLU *parts = curl_url();
    CURLUcode code = parts ? curl_url_set(parts, CURLUPART_URL, url, 0) : CURLUE_OUT_OF_MEMORY;
    curl_url_cleanup(parts);
    if (code == CURLUE_OUT_OF_MEMORY)
        abort();
    if (code != CURLUE_OK)
        return why_set(why, ERR_CONFIG, "the url in %s is not valid: %s", place,
                       curl_url_strerror(code));
    return ERR_OK;
}

static enum err url_missing(const char *secret, struct why *why)
{
    if (secret)
        return why_set(why, ERR_CONFIG,
                       "neither the contact nor the channel has a url, and secret \"%s\" has none; "
                       "add a line url=https://… to it",
                       secret);
    return why_set(why, ERR_CONFIG,
                   "no url: the contact is none, the channel has none, and the endpoint names no "
                   "secret; add secret = \"NAME\" to the endpoint in the site");
}

/* The first url that there is, in a demo the first on loopback. NULL: none. */
static const char *url_pattern(const struct parcel *r, const struct secret *secret,
                               const char **ret_place)
{
    const char *contact = json_str(r->frame, "contact");
    const struct {
        const char *url, *place;
    } sources[] = {
        {contact && url_is_web(contact) ? contact : NULL, "the person's contact"},
        {secret ? secret->url : NULL, "the secret file"},
        {json_str(r->frame, "url"), "the channel"},
    };

    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        if (!sources[i].url || (r->stays && !url_is_loopback(sources[i].url)))
            continue;
        *ret_place = sources[i].place;
        return sources[i].url;
    }
    return NULL;
}

/* Choose and fill the url. f->secret: NULL when none was named. */
static enum err url_read(struct parcel *r, const struct fill *f, struct why *why)
{
    const char *contact = json_str(r->frame, "contact");
    const char *place = NULL;
    const char *pattern = url_pattern(r, f->secret, &place);
    enum err e = ERR_OK;

    redact_add_contact(&r->redact, contact);
    if (!pattern)
        return url_missing(json_str(r->frame, "secret"), why);
    if (pattern == contact)
        text_add(&r->url, contact);
    else
        e = url_fill(f, pattern, &r->url, why);
    if (e)
        return e;
    redact_add_url(&r->redact, text_str(&r->url));
    return url_check(text_str(&r->url), false, place, why);
}

/* ---- headers ---- */

/* These decide where a message ends or who sent it; they are the courier's to write. */
static bool header_is_ours(const char *name)
{
    static const char *const ours[] = {"host",
                                       "content-length",
                                       "transfer-encoding",
                                       "connection",
                                       "expect",
                                       "upgrade",
                                       "te",
                                       "trailer",
                                       "keep-alive",
                                       "webhook-id",
                                       "webhook-timestamp",
                                       "webhook-signature"};

    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        if (strcasecmp(name, ours[i]) == 0)
            return true;
    }
    return false;
}

static bool header_name_valid(const char *name)
{
    static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "!#$%&'*+-.^_`|~";

    return *name && strspn(name, token) == strlen(name);
}

static enum err header_check(const char *name, const json_t *value, struct why *why)
{
    if (!header_name_valid(name))
        return why_set(why, ERR_CONFIG, "\"%.64s\" cannot be the name of a header", name);
    if (header_is_ours(name))
        return why_set(why, ERR_CONFIG,
                       "the header \"%s\" is set by Muster; take it out of the channel", name);
    if (!json_is_string(value))
        return why_set(why, ERR_CONFIG, "the header \"%.64s\" is not a string", name);

    const char *s = json_string_value(value);
    if (strlen(name) + strlen(s) > PARCEL_HEADER_BYTES_MAX)
        return why_set(why, ERR_CONFIG, "the header \"%.64s\" is longer than %d bytes", name,
                       PARCEL_HEADER_BYTES_MAX);
    for (size_t i = 0; i < json_string_length(value); i++) {
        unsigned char c = (unsigned char)s[i];

        if ((c < ' ' && c != '\t') || c == 0x7f)
            return why_set(why, ERR_CONFIG,
                           "the header \"%.64s\" holds a line end or control character; a header "
                           "is one line",
                           name);
    }
    return ERR_OK;
}

static enum err headers_read(struct parcel *r, const struct fill *f, struct why *why)
{
    const json_t *headers = json_at(r->frame, "headers");
    const char *name;
    json_t *value;

    if (!headers || json_is_null(headers))
        return ERR_OK;
    if (!json_is_object(headers))
        return why_set(why, ERR_CONFIG, "headers is not an object");
    if (json_object_size(headers) > PARCEL_HEADERS_MAX)
        return why_set(why, ERR_CONFIG, "more than %d headers", PARCEL_HEADERS_MAX);
    enum err e = fill_tree(f, headers, &r->headers, why);
    json_object_foreach(r->headers, name, value)
    {
        if (!e)
            e = header_check(name, value, why);
    }
    return e;
}

/* ---- query and fields ---- */

/* What the courier adds is laid over the table of the body. */
static void lay_over(json_t *to, const json_t *from)
{
    const char *key;
    json_t *theirs;

    json_object_foreach(json_unconst(from), key, theirs)
    {
        json_t *mine = json_object_get(to, key);
        if (json_is_object(mine) && json_is_object(theirs))
            lay_over(mine, theirs);
        else
            json_put(to, key, json_incref(theirs));
    }
}

/* Of a body that is sent as it stands nothing is read. */
static enum err fields_read(struct parcel *r, const struct fill *f, struct why *why)
{
    const json_t *private = json_at(r->frame, "private");
    AUTO_JSON(added);

    if (r->fetch)
        return ERR_OK; /* the plan's own body */
    if (!private && r->encoding == ENCODING_JSON && (r->scheme != SCHEME_FEISHU || !r->key))
        return ERR_OK;
    enum err e = json_read_own(r->body, r->body_bytes, &r->fields, why);
    if (e || !json_is_object(r->fields))
        return why_set(why, ERR_INVALID, "the frame's body is no table of JSON");
    e = private ? fill_tree(f, private, &added, why) : ERR_OK;
    if (!e && added)
        lay_over(r->fields, added);
    return e;
}

static enum err query_read(struct parcel *r, const struct fill *f, struct why *why)
{
    const json_t *query = json_at(r->frame, "query");

    return json_is_object(query) ? fill_tree(f, query, &r->query, why) : ERR_OK;
}

/* ---- the rest ---- */

static enum err allow_read(struct parcel *r, struct why *why)
{
    const json_t *allow = json_at(r->frame, "allow");
    size_t count = json_array_size(allow);

    if (allow && !json_is_null(allow) && !json_is_array(allow))
        return why_set(why, ERR_CONFIG, "allow is not a list of networks");
    if (count > PARCEL_ALLOW_MAX)
        return why_set(why, ERR_CONFIG, "allow has more than %d networks", PARCEL_ALLOW_MAX);
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(allow, i));

        if (!text)
            return why_set(why, ERR_CONFIG, "allow[%zu] is not a string", i);
        enum err e = cidr_parse(text, &r->allow[r->allow_count], why);
        if (e)
            return why_add(why, ERR_CONFIG, "allow[%zu]", i);
        r->allow_count++;
    }
    return ERR_OK;
}

static enum err keys_read(struct parcel *r, const struct secret *secret, const char *name,
                          struct why *why)
{
    for (size_t i = 0; i < secret->keys_count; i++) {
        enum err e = sign_key_parse(secret->keys[i], &r->keys[r->keys_count], why);

        if (e)
            return why_add(why, e, "secret \"%s\"", name);
        r->keys_count++;
    }
    if (r->keys_count == 0)
        return why_set(why, ERR_CONFIG,
                       "the channel signs but secret \"%s\" has no key; add a line key=whsec_…",
                       name);
    return ERR_OK;
}

struct scheme_rule {
    const char *name;
    enum scheme scheme;
    bool always; /* it signs always: without a secret nothing is sent */
    bool user;   /* it needs user=, too */
};

static const struct scheme_rule *scheme_find(const char *name)
{
    static const struct scheme_rule rules[] = {
        {"none", SCHEME_NONE, false, false},
        {"standard-webhooks", SCHEME_WEBHOOKS, true, false},
        {"feishu", SCHEME_FEISHU, false, false},
        {"dingtalk", SCHEME_DINGTALK, false, false},
        {"basic", SCHEME_BASIC, true, true},
        {"bearer", SCHEME_BEARER, false, false},
        {"aliyun", SCHEME_ALIYUN, true, true},
    };

    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (strcmp(rules[i].name, name) == 0)
            return &rules[i];
    }
    return NULL;
}

/* These send the key itself, or what is as good: never to an address that a contact names. */
static bool key_goes_along(const struct parcel *r)
{
    const char *contact = json_str(r->frame, "contact");
    bool sends = r->scheme == SCHEME_BASIC || r->scheme == SCHEME_BEARER;

    return sends && contact && url_is_web(contact);
}

/* What a scheme needs of the secret file. */
static enum err scheme_read(struct parcel *r, const struct scheme_rule *rule,
                            const struct secret *secret, const char *name, struct why *why)
{
    if (rule->scheme == SCHEME_WEBHOOKS)
        return keys_read(r, secret, name, why);
    if (key_goes_along(r) && secret->password)
        return why_set(why, ERR_CONFIG,
                       "the contact is a url, and the key of secret \"%s\" would go there; "
                       "give the person a number or name for a contact",
                       name);
    r->user = mem_str(secret->user);
    r->key = mem_str(secret->password);
    if (rule->always && !r->key)
        return why_set(why, ERR_CONFIG,
                       "the channel signs but secret \"%s\" has no key; add a line key=…", name);
    if (rule->user && !r->user)
        return why_set(why, ERR_CONFIG,
                       "the channel signs but secret \"%s\" says not as whom; add a line user=…",
                       name);
    return ERR_OK;
}

static void secret_redact(struct parcel *r, const struct secret *secret)
{
    if (secret->url)
        redact_add_url(&r->redact, secret->url);
    for (size_t i = 0; i < secret->keys_count; i++)
        redact_add(&r->redact, secret->keys[i]);
    redact_add_login(&r->redact, secret->user, secret->password);
    for (size_t i = 0; i < secret->words_count; i++)
        redact_add(&r->redact, secret->words[i] + strlen(secret->words[i]) + 1);
}

/* Is anything of the secret file wanted? Where the contact is a url, often nothing is. */
static bool secret_wanted(const struct parcel *r)
{
    static const char *const members[] = {"headers", "private", "query"};
    const char *contact = json_str(r->frame, "contact");

    if (r->scheme != SCHEME_NONE || !contact || !url_is_web(contact))
        return true;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (fill_wants_secret(json_at(r->frame, members[i])))
            return true;
    }
    return false;
}

/* The secret file is read only when something of it is needed. *ret is NULL when nothing is. */
static enum err secret_read(struct parcel *r, struct secrets *secrets, const struct secret **ret,
                            struct why *why)
{
    const char *name = json_str(r->frame, "secret"), *sign = json_str_or(r->frame, "sign", "none");
    const struct scheme_rule *rule = scheme_find(sign);

    *ret = NULL;
    if (!rule)
        return why_set(why, ERR_CONFIG, "sign = \"%.32s\" is no scheme of signing", sign);
    r->scheme = rule->scheme;
    if (r->scheme == SCHEME_WEBHOOKS && !r->probe && !sign_id_valid(r->notice))
        return why_set(why, ERR_INVALID, "the message's id cannot be signed");
    if (!name && rule->always)
        return why_set(why, ERR_CONFIG,
                       "the channel signs but the endpoint names no secret; "
                       "add secret = \"NAME\" to it in the site");
    if (!name || !secret_wanted(r))
        return ERR_OK;

    enum err e = secrets_read(secrets, name, ret, why);
    if (e)
        return e;
    secret_redact(r, *ret);
    return scheme_read(r, rule, *ret, name, why);
}

/* ---- the demo ---- */

/* Of a demo no header holds a secret: those are for somebody else. */
static enum err phones_headers_read(struct parcel *r, struct why *why)
{
    struct fill none = {0};

    return fill_wants_secret(json_at(r->frame, "headers")) ? ERR_OK : headers_read(r, &none, why);
}

static enum err phones_read(struct parcel *r, const struct demo *demo, struct why *why)
{
    const char *person = json_str(r->frame, "person");

    if (!demo->url)
        return why_set(why, ERR_CONFIG,
                       "the phones of the demo need an address of HTTP; start with "
                       "--listen http://127.0.0.1:8470");
    if (!r->probe && (!person || !sign_id_valid(r->notice)))
        return why_set(why, ERR_INVALID, "the frame names no person, or its id cannot be signed");
    text_addf(&r->url, "%s/", demo->url);
    url_encode(r->endpoint, &r->url);
    text_add_char(&r->url, '/');
    url_encode(person ? person : "", &r->url);
    r->method = "POST";
    r->encoding = ENCODING_JSON;
    r->phones = true;
    if (json_str(r->frame, "phone")) { /* as phones show it, and not the service of its channel */
        r->body = json_str(r->frame, "phone");
        r->body_bytes = strlen(r->body);
    }
    r->asks = NULL;
    r->keys[r->keys_count++] = demo->key;
    enum err e = phones_headers_read(r, why);
    return e ? e : url_check(text_str(&r->url), false, "the demo's address", why);
}

/* ---- mail ---- */

/* The words before and behind an @ may come back alone in an answer. */
static void mail_redact(struct parcel *r, const struct secret *secret, const char *contact)
{
    const char *at = contact ? strchr(contact, '@') : NULL;

    redact_add_url(&r->redact, secret->url);
    redact_add_login(&r->redact, secret->user, secret->password);
    redact_add(&r->redact, contact);
    if (at) {
        AUTO_TEXT(local);
        text_add_bytes(&local, contact, (size_t)(at - contact));
        redact_add(&r->redact, text_str(&local));
    }
}

/* Where the server is, and as whom we greet it: the host of our own address, unless the url says.
 */
static enum err mail_url_read(struct parcel *r, const char *url, struct why *why)
{
    const char *host = strstr(url, "://");
    enum err e = url_check(url, true, "the secret file", why);

    if (e)
        return e;
    text_add(&r->url, url);
    const char *path = strchr(host + 3, '/');
    if (!path || path[1] == '\0')
        text_addf(&r->url, "%s%s", path ? "" : "/", r->mail->host);
    return ERR_OK;
}

static enum err mail_parcel_read(struct parcel *r, struct secrets *secrets, struct why *why)
{
    const char *name = json_str(r->frame, "secret"), *contact = json_str(r->frame, "contact");
    const struct secret *secret = NULL;

    if (r->fetch)
        return why_set(why, ERR_CONFIG, "a mail has no answer that a plan could wait for");
    if (!name)
        return why_set(why, ERR_CONFIG,
                       "the endpoint sends mail but names no secret; add secret = \"NAME\" to it "
                       "in the site");
    enum err e = secrets_read(secrets, name, &secret, why);
    if (e)
        return e;
    if (!secret->url)
        return why_set(why, ERR_CONFIG, "secret \"%s\" has no url; add a line url=smtp://HOST:587",
                       name);
    mail_redact(r, secret, contact);
    r->plain = secret->plain || url_is_loopback(secret->url);
    e = mail_new(&(struct mail_source){.notice = r->notice,
                                       .thread = json_str(r->frame, "thread"),
                                       .to = contact,
                                       .body = r->body,
                                       .body_bytes = r->body_bytes,
                                       .secret = secret,
                                       .secret_name = name,
                                       .probe = r->probe},
                 &r->mail, why);
    return e ? e : mail_url_read(r, secret->url, why);
}

/*
 * Does a receiver on this machine stand in for the endpoint? A secret that cannot be read names
 * none: the phones ring then.
 */
static bool demo_has_receiver(struct parcel *r, struct secrets *secrets)
{
    const char *name = json_str(r->frame, "secret"), *place = NULL;
    const struct secret *secret = NULL;

    r->stays = true;
    if (name && secrets_read(secrets, name, &secret, NULL))
        secret = NULL;
    if (r->encoding == ENCODING_MAIL)
        return secret && secret->url && url_is_mail(secret->url) && url_is_loopback(secret->url);
    return url_pattern(r, secret, &place) != NULL;
}

/* ---- all of it ---- */

static enum err method_read(struct parcel *r, struct why *why)
{
    r->method = json_str_or(r->frame, "method", "POST");
    if (strcmp(r->method, "POST") != 0 && strcmp(r->method, "PUT") != 0 &&
        strcmp(r->method, "PATCH") != 0)
        return why_set(why, ERR_CONFIG, "method \"%.16s\" is not sent; use POST, PUT or PATCH",
                       r->method);
    return ERR_OK;
}

static enum err body_read(struct parcel *r, struct why *why)
{
    const json_t *body = json_at(r->frame, "body");

    if (r->probe && !json_is_string(body)) {
        r->body = "";
        return ERR_OK;
    }
    if (!json_is_string(body))
        return why_set(why, ERR_INVALID, "the frame has no body");
    r->body = json_string_value(body);
    r->body_bytes = json_string_length(body);
    return ERR_OK;
}

static enum encoding encoding_read(const json_t *frame)
{
    static const char *const names[] = {"json", "form", "query", "mail"};
    const char *name = json_str_or(frame, "encoding", "json");
    size_t i = sizeof names / sizeof *names - 1;

    while (i > 0 && strcmp(names[i], name) != 0)
        i--;
    return (enum encoding)i;
}

/* A contact that is the url itself is no number to be filled in elsewhere. */
static struct fill fill_of(const struct parcel *r, const struct secret *secret)
{
    const char *contact = json_str(r->frame, "contact");

    if (!contact && r->probe)
        contact = "-"; /* only the host of the url is of use */
    return (struct fill){.contact = contact && !url_is_web(contact) ? contact : NULL,
                         .secret = secret,
                         .secret_name = json_str(r->frame, "secret")};
}

/* Another path on the host of the url, where the probe names one. */
static enum err asks_read(struct parcel *r, const struct fill *f, struct why *why)
{
    const char *path = json_str(r->asks, "path");
    AUTO_TEXT(filled);
    enum err e = headers_read(r, f, why);

    if (!e && path)
        e = url_fill(f, path, &filled, why);
    if (e || !path)
        return e;
    const char *host = strstr(text_str(&r->url), "://") + 3;
    r->url.len = (size_t)(host - r->url.at) + strcspn(host, "/?#");
    text_add_bytes(&r->url, text_str(&filled), filled.len);
    redact_add_url(&r->redact, text_str(&r->url));
    return url_check(text_str(&r->url), false, "the channel's probe", why);
}

/* All in which {contact} and {secret.NAME} may stand. */
static enum err parcel_fill(struct parcel *r, const struct secret *secret, struct why *why)
{
    struct fill f = fill_of(r, secret);
    enum err e;

    if (r->probe) {
        e = url_read(r, &f, why);
        return e || !r->asks ? e : asks_read(r, &f, why);
    }
    if ((e = url_read(r, &f, why)) || (e = headers_read(r, &f, why)) ||
        (e = query_read(r, &f, why)))
        return e;
    return fields_read(r, &f, why);
}

static int64_t timeout_read(const json_t *frame)
{
    int64_t ms = json_int(frame, "timeout_ms", PARCEL_TIMEOUT_MS);

    if (ms < 1)
        return 1;
    return ms > PARCEL_TIMEOUT_MS_MAX ? PARCEL_TIMEOUT_MS_MAX : ms;
}

enum err parcel_read(struct parcel *r, json_t *frame, struct secrets *secrets,
                     const struct demo *demo, struct why *why)
{
    const struct secret *secret = NULL;
    enum err e;

    *r = (struct parcel){.frame = json_incref(frame)};
    r->id = json_int(frame, "id", 0);
    r->notice = json_str_or(frame, "notice", "");
    r->fetch = json_str(frame, "fetch");
    r->endpoint = json_str_or(frame, "endpoint", "?");
    r->probe = json_bool(frame, "probe");
    r->asks = r->probe && json_is_object(json_at(frame, "asks")) ? json_at(frame, "asks") : NULL;
    r->timeout_ms = timeout_read(frame);
    r->encoding = encoding_read(frame);

    if (strpbrk(r->notice, "\r\n"))
        return why_set(why, ERR_INVALID, "the message's id holds a line end");
    if ((e = body_read(r, why)) || (e = method_read(r, why)) || (e = allow_read(r, why)))
        return e;
    if (demo->on && !demo_has_receiver(r, secrets))
        return r->fetch ? why_set(why, ERR_CONFIG,
                                  "in a demo nothing leaves this machine, and a plan asks no "
                                  "phone; give the endpoint a secret with a url on 127.0.0.1")
                        : phones_read(r, demo, why);
    if (r->encoding == ENCODING_MAIL)
        return mail_parcel_read(r, secrets, why);
    e = secret_read(r, secrets, &secret, why);
    return e ? e : parcel_fill(r, secret, why);
}

static void string_wipe(char **s)
{
    if (*s)
        sodium_memzero(*s, strlen(*s));
    free(*s);
    *s = NULL;
}

void parcel_done(struct parcel *r)
{
    for (size_t i = 0; i < r->keys_count; i++)
        sign_key_wipe(&r->keys[i]);
    if (r->url.at)
        sodium_memzero(r->url.at, r->url.len);
    text_done(&r->url);
    if (r->made.at)
        sodium_memzero(r->made.at, r->made.len);
    text_done(&r->made);
    string_wipe(&r->user);
    string_wipe(&r->key);
    json_decref(r->fields);
    json_decref(r->query);
    json_decref(r->headers);
    redact_done(&r->redact);
    mail_free(r->mail);
    json_decref(r->frame);
    *r = (struct parcel){0};
}
