#include "courier/parcel.h"

#include <curl/curl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char CONTACT_MARK[] = "{contact}";

static bool url_is_mail(const char *url)
{
    return strncasecmp(url, "smtp://", 7) == 0 || strncasecmp(url, "smtps://", 8) == 0;
}

bool url_is_web(const char *url)
{
    return strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0;
}

void url_encode(const char *s, struct text *ret)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-._~";

    for (; *s; s++) {
        if (strchr(plain, *s))
            text_add_char(ret, *s);
        else
            text_addf(ret, "%%%02X", (unsigned)(unsigned char)*s);
    }
}

enum err url_fill(const char *pattern, const char *contact, struct text *ret, struct why *why)
{
    const char *mark;

    while ((mark = strstr(pattern, CONTACT_MARK))) {
        if (!contact || !*contact)
            return why_set(why, ERR_CONFIG,
                           "its url needs a contact and this person has none; "
                           "set it with: muster contact set");
        text_add_bytes(ret, pattern, (size_t)(mark - pattern));
        url_encode(contact, ret);
        pattern = mark + strlen(CONTACT_MARK);
    }
    text_add(ret, pattern);
    return ERR_OK;
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
        {json_str(r->frame, "url"), "the channel"},
        {secret ? secret->url : NULL, "the secret file"},
    };

    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        if (!sources[i].url || (r->stays && !url_is_loopback(sources[i].url)))
            continue;
        *ret_place = sources[i].place;
        return sources[i].url;
    }
    return NULL;
}

/* Choose and fill the url. secret: NULL when none was named. */
static enum err url_read(struct parcel *r, const struct secret *secret, struct why *why)
{
    const char *contact = json_str(r->frame, "contact");
    const char *place = NULL;
    const char *pattern = url_pattern(r, secret, &place);
    enum err e = ERR_OK;

    redact_add_contact(&r->redact, contact);
    if (!pattern)
        return url_missing(json_str(r->frame, "secret"), why);
    if (pattern == contact)
        text_add(&r->url, contact);
    else /* of a probe only the host is of use */
        e = url_fill(pattern, r->probe && !contact ? "-" : contact, &r->url, why);
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

static enum err headers_read(struct parcel *r, struct why *why)
{
    json_t *headers = json_object_get(r->frame, "headers");
    const char *name;
    json_t *value;

    if (!headers || json_is_null(headers))
        return ERR_OK;
    if (!json_is_object(headers))
        return why_set(why, ERR_CONFIG, "headers is not an object");
    if (json_object_size(headers) > PARCEL_HEADERS_MAX)
        return why_set(why, ERR_CONFIG, "more than %d headers", PARCEL_HEADERS_MAX);
    json_object_foreach(headers, name, value)
    {
        enum err e = header_check(name, value, why);
        if (e)
            return e;
    }
    r->headers = headers;
    return ERR_OK;
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

/* The secret file is read only when something of it is needed. *ret is NULL when nothing is. */
static enum err secret_read(struct parcel *r, struct secrets *secrets, const struct secret **ret,
                            struct why *why)
{
    const char *name = json_str(r->frame, "secret"), *place = NULL;
    const char *scheme = json_str_or(r->frame, "sign", "none");
    bool signs = strcmp(scheme, "standard-webhooks") == 0;
    bool needs_url = !url_pattern(r, NULL, &place);

    *ret = NULL;
    if (!signs && strcmp(scheme, "none") != 0)
        return why_set(why, ERR_CONFIG, "sign = \"%.32s\" is not built yet; use standard-webhooks",
                       scheme);
    if (signs && !r->probe && !sign_id_valid(r->notice))
        return why_set(why, ERR_INVALID, "the message's id cannot be signed");
    if (!name && signs)
        return why_set(why, ERR_CONFIG,
                       "the channel signs but the endpoint names no secret; "
                       "add secret = \"NAME\" to it in the site");
    if (!name || (!signs && !needs_url))
        return ERR_OK;

    enum err e = secrets_read(secrets, name, ret, why);
    if (e)
        return e;
    if ((*ret)->url)
        redact_add_url(&r->redact, (*ret)->url);
    for (size_t i = 0; i < (*ret)->keys_count; i++)
        redact_add(&r->redact, (*ret)->keys[i]);
    return signs ? keys_read(r, *ret, name, why) : ERR_OK;
}

/* ---- the demo ---- */

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
    r->keys[r->keys_count++] = demo->key;
    return url_check(text_str(&r->url), false, "the demo's address", why);
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
static bool demo_has_receiver(struct parcel *r, struct secrets *secrets, bool mail)
{
    const char *name = json_str(r->frame, "secret"), *place = NULL;
    const struct secret *secret = NULL;

    r->stays = true;
    if (name && secrets_read(secrets, name, &secret, NULL))
        secret = NULL;
    if (mail)
        return secret && secret->url && url_is_mail(secret->url) && url_is_loopback(secret->url);
    return url_pattern(r, secret, &place) != NULL;
}

/* ---- all of it ---- */

static enum err method_read(struct parcel *r, struct why *why)
{
    r->method = json_str_or(r->frame, "method", "POST");
    if (strcmp(r->method, "POST") != 0 && strcmp(r->method, "PUT") != 0)
        return why_set(why, ERR_CONFIG, "method \"%.16s\" is not sent; use POST or PUT", r->method);
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
    bool mail = strcmp(json_str_or(frame, "encoding", "json"), "mail") == 0;
    enum err e;

    *r = (struct parcel){.frame = json_incref(frame)};
    r->id = json_int(frame, "id", 0);
    r->notice = json_str_or(frame, "notice", "");
    r->fetch = json_str(frame, "fetch");
    r->endpoint = json_str_or(frame, "endpoint", "?");
    r->probe = json_bool(frame, "probe");
    r->timeout_ms = timeout_read(frame);

    if (strpbrk(r->notice, "\r\n"))
        return why_set(why, ERR_INVALID, "the message's id holds a line end");
    if ((e = body_read(r, why)) || (e = method_read(r, why)) || (e = headers_read(r, why)) ||
        (e = allow_read(r, why)))
        return e;
    if (demo->on && !demo_has_receiver(r, secrets, mail))
        return r->fetch ? why_set(why, ERR_CONFIG,
                                  "in a demo nothing leaves this machine, and a plan asks no "
                                  "phone; give the endpoint a secret with a url on 127.0.0.1")
                        : phones_read(r, demo, why);
    if (mail)
        return mail_parcel_read(r, secrets, why);
    e = secret_read(r, secrets, &secret, why);
    return e ? e : url_read(r, secret, why);
}

void parcel_done(struct parcel *r)
{
    for (size_t i = 0; i < r->keys_count; i++)
        sign_key_wipe(&r->keys[i]);
    if (r->url.at)
        sodium_memzero(r->url.at, r->url.len);
    text_done(&r->url);
    redact_done(&r->redact);
    mail_free(r->mail);
    json_decref(r->frame);
    *r = (struct parcel){0};
}
