#include "courier/outcome.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *outcome_name(enum outcome_class c)
{
    static const char *const names[] = {
#define X(class, name) [class] = name,
        OUTCOME_TABLE(X)
#undef X
    };

    return names[c];
}

static void fail(struct outcome *o, enum outcome_class class, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

static void fail(struct outcome *o, enum outcome_class class, const char *fmt, ...)
{
    char sentence[WHY_BYTES];
    va_list args;

    va_start(args, fmt);
    vsnprintf(sentence, sizeof sentence, fmt, args);
    va_end(args);
    o->class = class;
    why_set(&o->why, ERR_OK, "%s", sentence);
}

/* ---- a whole answer ---- */

struct advice {
    int status;
    const char *text;
};

/* What a status usually means for the one who has to mend it. */
static const char *status_advice(int status)
{
    static const struct advice table[] = {
        {400, "it does not understand the message: compare the channel's body with its manual"},
        {401, "it does not accept our key: check the secret file"},
        {403, "it does not accept our key or our address: check the secret file and its settings"},
        {404, "there is nothing at this url: check the secret file or the contact"},
        {408, "it did not get the message in time"},
        {410, "the receiver is gone for good: take out the endpoint or contact"},
        {413, "the message is too long for it: lower body_bytes of the channel"},
        {429, "it asks us to slow down: lower the rate of the endpoint"},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].status == status)
            return table[i].text;
    }
    if (status >= 300 && status < 400)
        return "redirects are not followed: write the address it moved to into the secret file or "
               "contact";
    return status >= 500 ? "its service has a fault" : "it refuses the message";
}

static void outcome_status(const struct transfer *t, struct outcome *o)
{
    o->status = http_answer_status(t->answer);
    if (o->status == 0) {
        o->last_byte = false;
        fail(o, OUTCOME_BODY, "%s: its answer has no status; is this an HTTP server?", t->endpoint);
        return;
    }
    o->class = OUTCOME_STATUS;
    o->ok = o->status >= 200 && o->status < 300;
    if (!o->ok)
        fail(o, OUTCOME_STATUS, "%s: answered %d; %s", t->endpoint, o->status,
             status_advice(o->status));
}

/* ---- no connection ---- */

static void outcome_no_connection(const struct transfer *t, struct outcome *o)
{
    if (t->refused && t->stays)
        fail(o, OUTCOME_REFUSED,
             "%s: its host is not on this machine, and of a demo nothing leaves it", t->endpoint);
    else if (t->refused)
        fail(o, OUTCOME_REFUSED,
             "%s: its host is at an address of %s (%s), where Muster does not connect; if that is "
             "meant, add \"%s\" to `allow` of the endpoint",
             t->endpoint, t->refused->cidr, t->refused->name, t->refused->cidr);
    else if (t->socket_errno)
        fail(o, OUTCOME_CONNECT, "%s: no socket could be opened: %s", t->endpoint,
             strerror(t->socket_errno));
    else if (t->connect_errno == ECONNREFUSED)
        fail(o, OUTCOME_CONNECT,
             "%s: the connection was refused; is the service running, and on this port?",
             t->endpoint);
    else
        fail(o, OUTCOME_CONNECT, "%s: no connection: %s", t->endpoint,
             t->connect_errno ? strerror(t->connect_errno) : "the host cannot be reached");
}

static void outcome_tls(const struct transfer *t, struct outcome *o)
{
    static const char prefix[] = "SSL certificate problem: ";

    if (t->detail && strncmp(t->detail, prefix, strlen(prefix)) == 0)
        fail(o, OUTCOME_CONNECT,
             "%s: its certificate is not trusted: %s; install a valid one, or its authority's "
             "certificate on this machine",
             t->endpoint, t->detail + strlen(prefix));
    else if (t->code == CURLE_PEER_FAILED_VERIFICATION)
        fail(o, OUTCOME_CONNECT, "%s: its certificate was issued for another name", t->endpoint);
    else
        fail(o, OUTCOME_CONNECT, "%s: no TLS connection: %s", t->endpoint,
             curl_easy_strerror(t->code));
}

/* ---- too slow ---- */

static void outcome_timeout(const struct transfer *t, struct outcome *o)
{
    double whole_s = (double)t->timeout_ms / 1000;
    double connect_s = (double)t->connect_timeout_ms / 1000;

    if (!t->resolved)
        fail(o, OUTCOME_TIMEOUT,
             "%s: the name of its host was not resolved within %g s; check the machine's DNS",
             t->endpoint, connect_s);
    else if (!t->connected)
        fail(o, OUTCOME_TIMEOUT, "%s: no connection within %g s", t->endpoint, connect_s);
    else if (t->answer->head_bytes == 0)
        fail(o, OUTCOME_TIMEOUT, "%s: connected, but no answer within %g s", t->endpoint, whole_s);
    else
        fail(o, OUTCOME_TIMEOUT, "%s: began to answer but did not end within %g s", t->endpoint,
             whole_s);
}

/* ---- an answer that is none ---- */

static void outcome_broken(const struct transfer *t, struct outcome *o)
{
    const struct http_answer *a = t->answer;

    /* a line of over 100 KB: CURLE_OUT_OF_MEMORY, since libcurl 8.6 CURLE_TOO_LARGE (100) */
    bool line_too_long = t->connected && (t->code == CURLE_OUT_OF_MEMORY || (int)t->code == 100);

    if (a->head_too_long || line_too_long)
        fail(o, OUTCOME_BODY, "%s: its answer has more than %d KiB of headers", t->endpoint,
             ANSWER_HEAD_BYTES / 1024);
    else if (t->code == CURLE_UNSUPPORTED_PROTOCOL || t->code == CURLE_WEIRD_SERVER_REPLY)
        fail(o, OUTCOME_BODY, "%s: its answer is not HTTP; is the port right?", t->endpoint);
    else if (a->head_bytes == 0)
        fail(o, OUTCOME_CONNECT, "%s: the connection was closed without an answer", t->endpoint);
    else if (http_answer_status(a))
        fail(o, OUTCOME_BODY, "%s: answered %d but broke off after %" PRId64 " bytes of its body",
             t->endpoint, http_answer_status(a), a->body_bytes);
    else
        fail(o, OUTCOME_BODY, "%s: broke off before it gave an answer", t->endpoint);
}

void outcome_of(const struct transfer *t, struct outcome *ret)
{
    *ret = (struct outcome){0};

    if (t->code == CURLE_OK || (t->code == CURLE_WRITE_ERROR && t->answer->body_cut)) {
        ret->last_byte = t->code == CURLE_OK;
        outcome_status(t, ret);
        return;
    }
    /* if and not switch: libcurl has a hundred codes, and new ones with each release */
    CURLcode c = t->code;
    /* where nothing was opened libcurl may call it a time-out, too */
    bool refused = t->refused && (c == CURLE_ABORTED_BY_CALLBACK || !t->opened);
    if (c == CURLE_COULDNT_CONNECT || refused)
        outcome_no_connection(t, ret);
    else if (c == CURLE_OPERATION_TIMEDOUT)
        outcome_timeout(t, ret);
    else if (c == CURLE_COULDNT_RESOLVE_HOST)
        fail(ret, OUTCOME_CONNECT,
             "%s: the name of its host cannot be resolved; check the url and the machine's DNS",
             t->endpoint);
    else if (c == CURLE_SSL_CACERT_BADFILE)
        fail(ret, OUTCOME_CONFIG,
             "%s: the certificates of authorities cannot be read; install ca-certificates",
             t->endpoint);
    else if (c == CURLE_PEER_FAILED_VERIFICATION || c == CURLE_SSL_CONNECT_ERROR ||
             c == CURLE_SSL_ISSUER_ERROR || c == CURLE_SSL_INVALIDCERTSTATUS)
        outcome_tls(t, ret);
    else if (c == CURLE_URL_MALFORMAT)
        fail(ret, OUTCOME_CONFIG, "%s: its url is not valid", t->endpoint);
    else
        outcome_broken(t, ret);
}

void outcome_config(const char *endpoint, const struct why *why, struct outcome *ret)
{
    *ret = (struct outcome){0};
    fail(ret, OUTCOME_CONFIG, "%s: %s", endpoint, why->text);
}
