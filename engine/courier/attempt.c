#include "courier/attempt.h"

#include "courier/judge.h"
#include "courier/seal.h"
#include "courier/smtp.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ATTEMPT_MAGIC 0x61747470u
#define AUTHORITIES_S 60L /* until a certificate that was installed is known */

struct attempt {
    unsigned magic;
    struct parcel parcel;
    struct http_answer answer;
    CURL *easy; /* NULL: not under way */
    struct curl_slist *headers;
    char detail[CURL_ERROR_SIZE];
    const struct address_range *refused;
    bool opened; /* a socket, to an address that is allowed */
    int socket_errno;
    int64_t connect_timeout_ms;
    int64_t took_ms;
    struct smtp smtp; /* of a mail */
    bool talks;       /* connected: the dialog is ours */
    mono_ms begun;
};

struct attempt *attempt_new(void)
{
    struct attempt *a = mem_new(1, sizeof *a);

    a->magic = ATTEMPT_MAGIC;
    http_answer_init(&a->answer);
    return a;
}

void attempt_free(struct attempt *a)
{
    if (!a)
        return;
    assert(!a->easy);
    parcel_done(&a->parcel);
    http_answer_done(&a->answer);
    smtp_done(&a->smtp);
    curl_slist_free_all(a->headers);
    a->magic = 0;
    free(a);
}

/* libcurl hands our pointer back through void: make sure that it is ours. */
static struct attempt *attempt_cast(void *p)
{
    struct attempt *a = p;

    assert(a && a->magic == ATTEMPT_MAGIC);
    return a;
}

static wall_ms wall_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (wall_ms)now.tv_sec * MS_SECOND + now.tv_nsec / 1000000;
}

static mono_ms mono_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (mono_ms)now.tv_sec * MS_SECOND + now.tv_nsec / 1000000;
}

enum err attempt_read(struct attempt *a, json_t *frame, struct secrets *secrets,
                      const struct demo *demo, struct why *why)
{
    return parcel_read(&a->parcel, frame, secrets, demo, why);
}

/* ---- what libcurl asks and tells ---- */

static const struct address_range *policy(const struct attempt *a, const struct address *address)
{
    if (a->parcel.stays)
        return address_outside(address);
    return address_refused(address, a->parcel.allow, a->parcel.allow_count);
}

static curl_socket_t on_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct attempt *a = attempt_cast(ctx);
    struct address address;

    (void)purpose;
    if (!address_of_socket(&to->addr, &address))
        return CURL_SOCKET_BAD;
    const struct address_range *refused = policy(a, &address);
    if (refused) {
        a->refused = refused;
        return CURL_SOCKET_BAD;
    }
    int fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    a->socket_errno = fd < 0 ? errno : 0;
    a->opened |= fd >= 0;
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* Before each request, on a kept connection as on a new one. */
static int on_request(void *ctx, char *to, char *from, int to_port, int from_port)
{
    struct attempt *a = attempt_cast(ctx);
    struct address address;

    (void)from;
    (void)to_port;
    (void)from_port;
    if (!address_parse(to, &address))
        return CURL_PREREQFUNC_ABORT;
    a->refused = policy(a, &address);
    return a->refused ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static size_t on_header(char *line, size_t size, size_t count, void *ctx)
{
    struct attempt *a = attempt_cast(ctx);
    size_t len = size * count;

    if (a->parcel.mail)
        return smtp_line(&a->smtp, line, len) ? len : 0;
    return http_answer_header(&a->answer, line, len, wall_now()) ? len : 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    size_t len = size * count;

    return http_answer_body(&attempt_cast(ctx)->answer, bytes, len) ? len : 0;
}

/* ---- the request ---- */

static void header_add(struct attempt *a, const char *name, const char *value)
{
    AUTO_TEXT(line);

    /* libcurl: "Name;" is a header with an empty value, "Name:" would take it away */
    if (*value)
        text_addf(&line, "%s: %s", name, value);
    else
        text_addf(&line, "%s;", name);

    struct curl_slist *more = curl_slist_append(a->headers, text_str(&line));
    if (!more)
        abort();
    a->headers = more;
}

static void header_suppress(struct attempt *a, const char *name_and_colon)
{
    struct curl_slist *more = curl_slist_append(a->headers, name_and_colon);

    if (!more)
        abort();
    a->headers = more;
}

/* What the seal adds: the signature, and when. */
static void on_seal(void *ctx, const char *name, const char *value)
{
    header_add(attempt_cast(ctx), name, value);
}

static void headers_build(struct attempt *a)
{
    bool typed = false;
    const char *name;
    json_t *value;

    json_object_foreach(a->parcel.headers, name, value)
    {
        header_add(a, name, json_string_value(value));
        typed = typed || strcasecmp(name, "content-type") == 0;
    }
    if (!typed && a->parcel.encoding == ENCODING_FORM && !a->parcel.fetch)
        header_add(a, "content-type", "application/x-www-form-urlencoded");
    else if (!typed)
        header_suppress(a, "Content-Type:"); /* libcurl would say that it is a form */
    if (a->parcel.fetch) /* the same in every try: at least once becomes once there */
        header_add(a, "idempotency-key", a->parcel.notice);
    header_suppress(a, "Expect:"); /* no waiting for 100 Continue */
    seal(&a->parcel, wall_now(), on_seal, a);
}

/* Options are set by name and checked: a libcurl that does not know one is the wrong libcurl. */
#define SET(easy, option, value)                                                                   \
    do {                                                                                           \
        CURLcode set_code = curl_easy_setopt(easy, option, value);                                 \
        assert(set_code == CURLE_OK);                                                              \
        (void)set_code;                                                                            \
    } while (0)

/*
 * The certificates of authorities: one file, read once a minute. With a folder beside it, as Debian
 * has it, libcurl would read all of them for each connection: 16 ms in which nobody is served.
 */
static void options_of_trust(CURL *easy, const char *ca_file)
{
    if (!ca_file)
        ca_file = curl_version_info(CURLVERSION_NOW)->cainfo;
    if (!ca_file)
        return;
    SET(easy, CURLOPT_CAINFO, ca_file);
    SET(easy, CURLOPT_CAPATH, NULL);
    SET(easy, CURLOPT_CA_CACHE_TIMEOUT, AUTHORITIES_S);
}

/* What no channel, site or environment can change. */
static void options_of_the_house(CURL *easy, const char *ca_file)
{
    SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
    SET(easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
    SET(easy, CURLOPT_PROXY, ""); /* none from the environment either */
    SET(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(easy, CURLOPT_NOSIGNAL, 1L);
    SET(easy, CURLOPT_QUICK_EXIT, 1L); /* never wait for a name that is still being resolved */
    SET(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    SET(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    SET(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    SET(easy, CURLOPT_MAXAGE_CONN, 60L);
    SET(easy, CURLOPT_USERAGENT, "Muster/" MUSTER_VERSION);
    options_of_trust(easy, ca_file);
}

static void options_of_http(const struct attempt *a, CURL *easy)
{
    const struct parcel *r = &a->parcel;

    SET(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    SET(easy, CURLOPT_HTTPHEADER, a->headers);
    if (r->asks) {
        SET(easy, CURLOPT_HTTPGET, 1L);
        return;
    }
    SET(easy, CURLOPT_POST, 1L);
    SET(easy, CURLOPT_POSTFIELDS, r->body);
    SET(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_bytes);
    if (strcmp(r->method, "POST") != 0)
        SET(easy, CURLOPT_CUSTOMREQUEST, r->method);
}

/* A connection for each: one that a server has closed meanwhile would cost the message a second. */
static void options_of_mail(const struct attempt *a, CURL *easy)
{
    const struct mail *m = a->parcel.mail;

    SET(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    SET(easy, CURLOPT_USE_SSL, (long)(a->parcel.plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    if (!m->user)
        return;
    SET(easy, CURLOPT_USERNAME, m->user);
    SET(easy, CURLOPT_PASSWORD, m->password);
}

static void options_of_the_attempt(struct attempt *a, CURL *easy)
{
    const struct parcel *r = &a->parcel;

    SET(easy, CURLOPT_PRIVATE, a);
    SET(easy, CURLOPT_ERRORBUFFER, a->detail);
    SET(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    SET(easy, CURLOPT_OPENSOCKETDATA, a);
    SET(easy, CURLOPT_PREREQFUNCTION, on_request);
    SET(easy, CURLOPT_PREREQDATA, a);
    SET(easy, CURLOPT_HEADERFUNCTION, on_header);
    SET(easy, CURLOPT_HEADERDATA, a);
    SET(easy, CURLOPT_WRITEFUNCTION, on_body);
    SET(easy, CURLOPT_WRITEDATA, a);

    SET(easy, CURLOPT_URL, text_str(&r->url));
    SET(easy, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms);
    SET(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)a->connect_timeout_ms);
    if (r->mail || r->probe)
        SET(easy, CURLOPT_FRESH_CONNECT, 1L);
    if (r->mail || (r->probe && !r->asks))
        SET(easy, CURLOPT_CONNECT_ONLY, 1L);
    if (r->mail)
        options_of_mail(a, easy);
    else
        options_of_http(a, easy);
}

/* Servers of mail let strangers wait for their greeting: six seconds are usual. */
static int64_t connect_timeout(const struct parcel *r)
{
    bool short_enough = r->mail || r->timeout_ms < ATTEMPT_CONNECT_MS_MAX;

    return short_enough ? r->timeout_ms : ATTEMPT_CONNECT_MS_MAX;
}

void attempt_start(struct attempt *a, CURL *easy, const char *ca_file)
{
    assert(!a->easy);
    a->easy = easy;
    a->begun = mono_now();
    a->connect_timeout_ms = connect_timeout(&a->parcel);
    smtp_init(&a->smtp, a->parcel.mail);
    if (!a->parcel.mail && (!a->parcel.probe || a->parcel.asks))
        headers_build(a);
    options_of_the_house(easy, ca_file);
    options_of_the_attempt(a, easy);
}

struct attempt *attempt_of(CURL *easy)
{
    void *p = NULL;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &p);
    return attempt_cast(p);
}

/* ---- the dialog of a mail ---- */

bool attempt_talks(struct attempt *a, CURLcode code)
{
    if (code != CURLE_OK || !a->parcel.mail || a->parcel.probe)
        return false;
    smtp_begin(&a->smtp);
    a->talks = true;
    return true;
}

bool attempt_is_talking(const struct attempt *a)
{
    return a->talks;
}

/* CURLE_AGAIN: the socket takes no more for now. */
static CURLcode talk_write(struct attempt *a)
{
    struct smtp *s = &a->smtp;
    CURLcode code = CURLE_OK;

    while (!code && smtp_speaks(s)) {
        size_t n = 0;

        code = curl_easy_send(a->easy, s->out.at + s->out_at, s->out.len - s->out_at, &n);
        s->out_at += n;
    }
    return code;
}

static CURLcode talk_read(struct attempt *a)
{
    char bytes[SMTP_LINE_MAX];
    CURLcode code = CURLE_OK;

    while (!code && !smtp_ended(&a->smtp)) {
        size_t n = 0;

        code = curl_easy_recv(a->easy, bytes, sizeof bytes, &n);
        if (!code && n == 0)
            code = CURLE_RECV_ERROR; /* the server has closed */
        smtp_feed(&a->smtp, bytes, n);
        if (!code && smtp_speaks(&a->smtp))
            code = talk_write(a);
    }
    return code;
}

static int talk_left_ms(const struct attempt *a)
{
    int64_t left = a->begun + a->parcel.timeout_ms - mono_now();

    return left > 0 ? (int)left : 0;
}

bool attempt_talk(struct attempt *a, CURLcode *ret_code)
{
    CURLcode code = talk_write(a);

    /* a server that refuses in the middle of a message may not read its rest */
    if (code == CURLE_OK || code == CURLE_AGAIN)
        code = talk_read(a);
    if (smtp_ended(&a->smtp))
        *ret_code = a->smtp.state == SMTP_BROKEN ? CURLE_WEIRD_SERVER_REPLY : CURLE_OK;
    else if (code != CURLE_OK && code != CURLE_AGAIN)
        *ret_code = code;
    else if (talk_left_ms(a) == 0)
        *ret_code = CURLE_OPERATION_TIMEDOUT;
    else
        return true;
    return false;
}

bool attempt_waits(const struct attempt *a, struct curl_waitfd *ret, int *ret_ms)
{
    curl_socket_t fd = CURL_SOCKET_BAD;

    if (!a->talks)
        return false;
    curl_easy_getinfo(a->easy, CURLINFO_ACTIVESOCKET, &fd);
    *ret = (struct curl_waitfd){.fd = fd, .events = CURL_WAIT_POLLIN};
    if (smtp_speaks(&a->smtp))
        ret->events |= CURL_WAIT_POLLOUT;
    *ret_ms = talk_left_ms(a);
    return true;
}

/* A word of farewell, without waiting for its answer: the connection is closed at once. */
static void talk_quit(struct attempt *a)
{
    static const char quit[] = "QUIT\r\n";
    size_t n = 0;

    if (smtp_speaks(&a->smtp) || a->smtp.state == SMTP_BROKEN)
        return;
    (void)curl_easy_send(a->easy, quit, sizeof quit - 1, &n);
}

/* ---- the result ---- */

static int64_t info_us(CURL *easy, CURLINFO info)
{
    curl_off_t us = 0;

    curl_easy_getinfo(easy, info, &us);
    return us;
}

/* By the channel, where it is a service of that channel that has answered. */
static void attempt_judge(const struct attempt *a, struct outcome *o)
{
    const struct parcel *r = &a->parcel;
    AUTO_JSON(question);

    if (r->fetch || r->phones || r->mail)
        return;
    if (!r->probe) {
        judge(r->frame, &a->answer, &r->redact, o);
        return;
    }
    if (!r->asks)
        return;
    question = json_put_str(json_object(), "endpoint", r->endpoint);
    json_put(question, "success", json_share(r->asks));
    judge(question, &a->answer, &r->redact, o);
    o->ok = o->ok || o->throttled; /* it answers: more is not asked */
}

CURL *attempt_end(struct attempt *a, CURLcode code, struct outcome *ret)
{
    CURL *easy = a->easy;
    long connect_errno = 0;

    assert(easy);
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &connect_errno);
    if (a->parcel.mail && (a->talks || code == CURLE_OK))
        talk_quit(a);
    struct transfer t = {
        .code = code,
        .endpoint = a->parcel.endpoint,
        .answer = &a->answer,
        .refused = a->refused,
        .opened = a->opened,
        .stays = a->parcel.stays,
        .socket_errno = a->socket_errno,
        .connect_errno = (int)connect_errno,
        .resolved = info_us(easy, CURLINFO_NAMELOOKUP_TIME_T) > 0,
        .connected = info_us(easy, a->parcel.mail ? CURLINFO_CONNECT_TIME_T
                                                  : CURLINFO_PRETRANSFER_TIME_T) > 0,
        .timeout_ms = a->parcel.timeout_ms,
        .connect_timeout_ms = a->connect_timeout_ms,
        .detail = a->detail,
        .smtp = a->parcel.mail ? &a->smtp : NULL,
        .probe = a->parcel.probe && !a->parcel.asks,
    };
    outcome_of(&t, ret);
    attempt_judge(a, ret);

    a->took_ms = a->talks ? mono_now() - a->begun : info_us(easy, CURLINFO_TOTAL_TIME_T) / 1000;
    if (a->parcel.mail) /* the last reply is the body that a result quotes */
        (void)http_answer_body(&a->answer, text_str(&a->smtp.text), a->smtp.text.len);
    a->easy = NULL;
    return easy;
}

static void result_body(const struct attempt *a, json_t *result)
{
    AUTO_TEXT(body);

    http_answer_text(&a->answer, &body);
    redact_text(&a->parcel.redact, &body);
    size_t len = utf8_cut(text_str(&body), body.len, ANSWER_BODY_BYTES);
    json_put(result, "body", json_stringn(text_str(&body), len));
}

json_t *attempt_result(const struct attempt *a, const struct outcome *o)
{
    json_t *result = json_object();
    int64_t retry_ms = o->throttled && o->wait_ms >= 0 ? o->wait_ms : a->answer.retry_after_ms;
    bool told_when = o->status != 0 && !o->ok && retry_ms >= 0;

    json_put_str(result, "op", "result");
    json_put_int(result, "id", a->parcel.id);
    json_put_str(result, "notice", a->parcel.notice);
    json_put_str(result, "fetch", a->parcel.fetch);
    json_put_str(result, "incident",
                 a->parcel.fetch ? json_str(a->parcel.frame, "incident") : NULL);
    if (a->parcel.mail)
        json_put_str(result, "protocol", "smtp");
    if (a->parcel.probe)
        json_put_str(json_put_true(result, "probe", true), "endpoint", a->parcel.endpoint);
    json_put(result, "ok", json_boolean(o->ok));
    json_put_int(result, "status", o->status);
    json_put(result, "retry_after_ms", told_when ? json_integer(retry_ms) : json_null());
    json_put(result, "error", o->ok ? json_null() : json_string(o->why.text));
    json_put_str(result, "class", outcome_name(o->class));
    json_put_true(result, "throttled", o->throttled);
    json_put_true(result, "again", o->again);
    json_put_str(result, "reference", *o->reference ? o->reference : NULL);
    json_put_int(result, "took_ms", a->took_ms);
    json_put(result, "last_byte", json_boolean(o->last_byte));
    if (o->status != 0 && (!o->ok || a->parcel.fetch))
        result_body(a, result);
    if (a->parcel.fetch)
        json_put_true(result, "cut", a->answer.body_cut);
    return result;
}

json_t *attempt_result_config(const struct attempt *a, const struct why *why)
{
    struct outcome outcome;

    outcome_config(a->parcel.endpoint, why, &outcome);
    return attempt_result(a, &outcome);
}
