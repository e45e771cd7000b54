#include "serve/who.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void who_set(struct conn *c, const char *id, unsigned scopes)
{
    snprintf(c->identity.id, sizeof c->identity.id, "%s", id);
    c->identity.scopes = scopes;
    c->who = (struct principal){.id = c->identity.id, .scopes = scopes};
}

void who_be(struct conn *c, const struct identity *who)
{
    const struct identity copy = *who;
    who_set(c, copy.id, copy.scopes);
}

bool who_take_secret(struct conn *c, const char *secret)
{
    const struct serve_port *port = c->serve->port;
    struct identity found;
    if (!port->principal_of(port->ctx, secret, &found))
        return false;
    who_set(c, found.id, found.scopes);
    return true;
}

void who_take_nothing(struct conn *c)
{
    who_set(c, "nobody", 0);
}

static enum code bearer_take(struct conn *c, const char *value, struct refusal *r)
{
    bool bearer = strncasecmp(value, "Bearer ", 7) == 0;
    if (bearer && who_take_secret(c, value + 7 + strspn(value + 7, " ")))
        return CODE_OK;
    return refuse(r, CODE_UNAUTHORIZED, NULL, NULL,
                  bearer ? "this key is not known, revoked or expired; the operator makes one with "
                           "muster key create"
                         : "Authorization must be: Bearer KEY");
}

char *who_cookie(const struct http_request *r)
{
    const char *at = http_header(r, "cookie");
    size_t len = strlen(SESSION_COOKIE);
    while (at) {
        at += strspn(at, " ;");
        if (strncmp(at, SESSION_COOKIE "=", len + 1) == 0) {
            struct text value = {0};
            text_add_bytes(&value, at + len + 1, strcspn(at + len + 1, "; "));
            return text_take(&value);
        }
        at = strchr(at, ';');
    }
    return NULL;
}

static bool cookie_take(struct conn *c, const struct http_request *r)
{
    char *secret = who_cookie(r);
    bool known = secret && who_take_secret(c, secret);
    free(secret);
    return known;
}

enum code who_take(struct conn *c, const struct http_request *r, bool page,
                   struct refusal *ret_refusal)
{
    const char *authorization = http_header(r, "authorization");
    if (authorization)
        return bearer_take(c, authorization, ret_refusal);
    if (page && cookie_take(c, r))
        return CODE_OK;
    if (c->serve->config.demo)
        who_set(c, "demo", SCOPE_TRIGGER | SCOPE_READ | SCOPE_RESPOND);
    else
        who_take_nothing(c);
    return CODE_OK;
}
