#include "serve/origin.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

enum { HOST_BYTES = 255 };

/* "muster.example:8470" without its port, "[::1]:8470" without port and brackets. */
static bool host_name(const char *host, char ret[HOST_BYTES + 1])
{
    bool bracketed = host[0] == '[';
    const char *begin = bracketed ? host + 1 : host;
    size_t len = strcspn(begin, bracketed ? "]" : ":");
    if (len == 0 || len > HOST_BYTES || (bracketed && begin[len] != ']'))
        return false;
    memcpy(ret, begin, len);
    ret[len] = '\0';
    return true;
}

static bool name_is_loopback(const char *name)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, name, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, name, &v6) == 1)
        return IN6_IS_ADDR_LOOPBACK(&v6);
    return strcasecmp(name, "localhost") == 0;
}

static bool name_is_listed(const char *name, const char *hosts)
{
    size_t len = strlen(name);
    for (const char *at = hosts; *at;) {
        at += strspn(at, " ,");
        size_t word = strcspn(at, " ,");
        if (word == len && word > 0 && strncasecmp(at, name, len) == 0)
            return true;
        at += word;
    }
    return false;
}

static enum code host_check(const char *host, const char *hosts, struct refusal *r)
{
    char name[HOST_BYTES + 1];
    if (!host || (host_name(host, name) && (name_is_loopback(name) || name_is_listed(name, hosts))))
        return CODE_OK;
    return refuse(r, CODE_FORBIDDEN_ORIGIN, NULL, NULL,
                  "this daemon is not called \"%.*s\"; call it by its address on this machine, or "
                  "add the name to the option `hosts`",
                  (int)utf8_cut(host, strlen(host), 80), host);
}

/* "http://HOST" or "https://HOST" of the very host that was asked: a proxy may add the TLS. */
static bool origin_is_ours(const char *origin, const char *host)
{
    if (strncmp(origin, "http://", 7) == 0)
        origin += 7;
    else if (strncmp(origin, "https://", 8) == 0)
        origin += 8;
    else
        return false;
    return host && strcasecmp(origin, host) == 0;
}

static bool site_is_foreign(const struct origin *o)
{
    return o->fetch_site && strcmp(o->fetch_site, "same-origin") != 0 &&
           strcmp(o->fetch_site, "none") != 0;
}

/* Somebody followed a link to a page. */
static bool is_navigation(const struct origin *o)
{
    return o->reads && o->fetch_mode && strcmp(o->fetch_mode, "navigate") == 0 && o->fetch_dest &&
           strcmp(o->fetch_dest, "document") == 0;
}

enum code origin_check(const struct origin *o, const char *hosts, struct refusal *r)
{
    enum code code = host_check(o->host, hosts, r);
    if (code)
        return code;
    if (o->origin && !origin_is_ours(o->origin, o->host))
        return refuse(r, CODE_FORBIDDEN_ORIGIN, NULL, NULL,
                      "a page of another origin may not speak to this daemon");
    if (site_is_foreign(o) && !is_navigation(o))
        return refuse(r, CODE_FORBIDDEN_ORIGIN, NULL, NULL,
                      "a page of another site may not speak to this daemon; it may only link to "
                      "its pages");
    return CODE_OK;
}

bool origin_is_page(const struct origin *o)
{
    if (o->origin)
        return origin_is_ours(o->origin, o->host);
    return o->reads && !site_is_foreign(o);
}
