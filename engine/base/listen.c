#include "base/listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum err bad(const char *text, struct why *why)
{
    return why_set(why, ERR_CONFIG,
                   "listen = %.80s: must be like http://127.0.0.1:8470 or tcp://[::1]:8471", text);
}

static bool kind_take(const char **at, struct listen_address *ret)
{
    static const char *const kinds[] = {"http", "tcp"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t len = strlen(kinds[i]);
        if (strncmp(*at, kinds[i], len) != 0 || strncmp(*at + len, "://", 3) != 0)
            continue;
        memcpy(ret->kind, kinds[i], len + 1);
        *at += len + 3;
        return true;
    }
    return false;
}

/* "host:port", "[host]:port" and a slash at the end, as people copy it from a browser. */
static bool split(const char *at, char host[LISTEN_TEXT], long *ret_port)
{
    bool bracketed = *at == '[';
    const char *begin = at + bracketed;
    size_t len = strcspn(begin, bracketed ? "]" : ":");
    const char *rest = begin + len;
    if (len == 0 || len >= LISTEN_TEXT || (bracketed && *rest++ != ']') || *rest++ != ':')
        return false;
    memcpy(host, begin, len);
    host[len] = '\0';
    size_t digits = strspn(rest, "0123456789");
    if (digits == 0 || digits > 5 || (rest[digits] && strcmp(rest + digits, "/") != 0))
        return false;
    *ret_port = strtol(rest, NULL, 10);
    return *ret_port <= 65535;
}

static bool host_take(const char *host, uint16_t port, struct listen_address *ret)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (strcmp(host, "localhost") == 0)
        host = "127.0.0.1";
    if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
        memcpy(&ret->at, &v4, ret->len = sizeof v4);
        return true;
    }
    if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1) {
        memcpy(&ret->at, &v6, ret->len = sizeof v6);
        return true;
    }
    return false;
}

static bool is_loopback(const struct listen_address *a)
{
    const struct sockaddr_in *v4 = (const void *)&a->at;
    const struct sockaddr_in6 *v6 = (const void *)&a->at;
    if (a->at.ss_family == AF_INET)
        return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

enum err listen_parse(const char *text, struct listen_address *ret, struct why *why)
{
    const char *at = text;
    char host[LISTEN_TEXT];
    long port = 0;
    *ret = (struct listen_address){0};
    if (!kind_take(&at, ret) || !split(at, host, &port))
        return bad(text, why);
    if (!host_take(host, (uint16_t)port, ret))
        return why_set(why, ERR_CONFIG,
                       "listen = %.80s: %s is no address; name an address of this machine's "
                       "loopback, like 127.0.0.1",
                       text, host);
    if (!is_loopback(ret))
        return why_set(why, ERR_CONFIG,
                       "listen = %.80s: keys must not cross a network in clear, and TLS is not "
                       "built yet; listen on 127.0.0.1 and put a proxy with TLS in front, on this "
                       "machine",
                       text);
    return ERR_OK;
}

const char *listen_text(const struct sockaddr *at, char ret[LISTEN_TEXT])
{
    char host[INET6_ADDRSTRLEN] = "?";
    const struct sockaddr_in *v4 = (const void *)at;
    const struct sockaddr_in6 *v6 = (const void *)at;
    if (at->sa_family == AF_INET) {
        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
        snprintf(ret, LISTEN_TEXT, "%s:%u", host, ntohs(v4->sin_port));
    } else {
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        snprintf(ret, LISTEN_TEXT, "[%s]:%u", host, ntohs(v6->sin6_port));
    }
    return ret;
}

/* Is it there already? Port 0 is another one each time. */
static bool is_twice(const struct listen_address *all, size_t count)
{
    char last[LISTEN_TEXT], other[LISTEN_TEXT];
    listen_text((const struct sockaddr *)&all[count].at, last);
    if (strcmp(strrchr(last, ':'), ":0") == 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(listen_text((const struct sockaddr *)&all[i].at, other), last) == 0)
            return true;
    return false;
}

enum err listen_parse_all(const char *list, struct listen_address *ret, size_t *ret_count,
                          struct why *why)
{
    *ret_count = 0;
    for (const char *at = list + strspn(list, " ,"); *at; at += strspn(at, " ,")) {
        AUTO_TEXT(word);
        text_add_bytes(&word, at, strcspn(at, " ,"));
        at += word.len;
        if (*ret_count == LISTEN_MAX)
            return why_set(why, ERR_CONFIG, "listen: more than %d addresses", LISTEN_MAX);
        enum err e = listen_parse(text_str(&word), &ret[*ret_count], why);
        if (e)
            return e;
        if (is_twice(ret, *ret_count))
            return why_set(why, ERR_CONFIG, "listen: %.80s stands there twice", text_str(&word));
        ++*ret_count;
    }
    return ERR_OK;
}
