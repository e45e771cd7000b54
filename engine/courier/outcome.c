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

static bool is_of_tls(CURLcode c)
{
    return c == CURLE_PEER_FAILED_VERIFICATION || c == CURLE_SSL_CONNECT_ERROR ||
           c == CURLE_SSL_ISSUER_ERROR || c == CURLE_SSL_INVALIDCERTSTATUS;
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

/* ---- mail ---- */

/* What a reply means for the one who has to mend it; RFC 5321, 4.2.3, and RFC 4954 for logins. */
static const char *reply_advice(const struct smtp *s)
{
    static const struct advice table[] = {
        {421, "it is busy or closing: the mail is tried again"},
        {450, "the mailbox cannot be reached for now"},
        {452, "it has no room for now"},
        {530, "it wants a login, or encryption: add user= and key= to the secret file"},
        {534, "it does not accept our login: check user= and key= in the secret file"},
        {535, "it does not accept our login: check user= and key= in the secret file"},
        {538, "it does not accept our login: check user= and key= in the secret file"},
        {552, "the mail is too long for it, or the mailbox is full: lower body_bytes of the "
              "channel"},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].status == s->code)
            return table[i].text;
    }
    if (s->code < 500)
        return "for now it does not take the mail";
    return s->state == SMTP_REFUSED && s->refused_in == SMTP_RECIPIENT
               ? "it does not know the recipient: check the contact"
               : "it refuses us or the mail: ask who runs it";
}

static void outcome_reply(const struct transfer *t, struct outcome *o)
{
    const struct smtp *s = t->smtp;

    o->status = s->code;
    o->class = OUTCOME_STATUS;
    o->last_byte = true;
    o->ok = s->state == SMTP_SENT || (t->probe && t->code == CURLE_OK);
    if (!o->ok)
        fail(o, OUTCOME_STATUS, "%s: answered %d to %s; %s", t->endpoint, s->code, smtp_asked(s),
             reply_advice(s));
}

static void outcome_mail_late(const struct transfer *t, struct outcome *o)
{
    double s = (double)t->timeout_ms / 1000;

    if (t->smtp->bytes == 0)
        fail(o, OUTCOME_TIMEOUT, "%s: connected, but no greeting within %g s", t->endpoint, s);
    else
        fail(o, OUTCOME_TIMEOUT, "%s: began to answer but did not take the mail within %g s",
             t->endpoint, s);
}

static void outcome_mail_broken(const struct transfer *t, struct outcome *o)
{
    const struct smtp *s = t->smtp;

    if (s->too_long)
        fail(o, OUTCOME_BODY, "%s: its replies are longer than %d KiB", t->endpoint,
             ANSWER_HEAD_BYTES / 1024);
    else if (s->state == SMTP_BROKEN)
        fail(o, OUTCOME_BODY, "%s: its answer is not SMTP; is the port right?", t->endpoint);
    else if (s->bytes == 0)
        fail(o, OUTCOME_CONNECT, "%s: the connection was closed without a greeting", t->endpoint);
    else
        fail(o, OUTCOME_BODY, "%s: broke off before it had taken the mail", t->endpoint);
}

/* false: no connection came about, which is told as of every other endpoint. */
static bool outcome_mail(const struct transfer *t, struct outcome *o)
{
    const struct smtp *s = t->smtp;
    bool replied = s->code && !s->begun && s->state != SMTP_BROKEN;

    if (is_of_tls(t->code) || t->code == CURLE_SSL_CACERT_BADFILE || t->refused)
        return false;
    if (t->code == CURLE_OK || (replied && s->code >= 400))
        outcome_reply(t, o);
    else if (t->code == CURLE_USE_SSL_FAILED)
        fail(o, OUTCOME_CONFIG,
             "%s: it offers no encryption (STARTTLS), and without it nothing is sent; use its "
             "smtps:// port, or write tls=none into the secret file",
             t->endpoint);
    else if (t->code == CURLE_LOGIN_DENIED)
        fail(o, OUTCOME_CONFIG, "%s: it knows no way of logging in that we know", t->endpoint);
    else if (t->code == CURLE_OPERATION_TIMEDOUT && (t->smtp->bytes || t->connected))
        outcome_mail_late(t, o);
    else if (s->bytes || t->connected)
        outcome_mail_broken(t, o);
    else
        return false;
    return true;
}

void outcome_of(const struct transfer *t, struct outcome *ret)
{
    *ret = (struct outcome){0};

    if (t->smtp && outcome_mail(t, ret))
        return;
    if (t->probe && t->code == CURLE_OK) {
        ret->class = OUTCOME_STATUS;
        ret->ok = true;
        return;
    }
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
    else if (is_of_tls(c))
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
