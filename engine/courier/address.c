#include "courier/address.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define V4(a, b, c, d, bits, name)                                                                 \
    {                                                                                              \
        {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}}, 96 + (bits)},                   \
            #a "." #b "." #c "." #d "/" #bits, name                                                \
    }
#define V6(text, bits, name, ...)                                                                  \
    {                                                                                              \
        {{{__VA_ARGS__}}, bits}, text "/" #bits, name                                              \
    }

/* First match wins, so that the more telling name stands before the wider range. */
static const struct address_range REFUSED_V4[] = {
    V4(169, 254, 169, 254, 32, "a cloud's metadata service"),
    V4(168, 63, 129, 16, 32, "a cloud's metadata service"),
    V4(100, 100, 100, 200, 32, "a cloud's metadata service"),
    V4(127, 0, 0, 0, 8, "loopback"),
    V4(10, 0, 0, 0, 8, "private"),
    V4(172, 16, 0, 0, 12, "private"),
    V4(192, 168, 0, 0, 16, "private"),
    V4(100, 64, 0, 0, 10, "carrier NAT"),
    V4(169, 254, 0, 0, 16, "link-local"),
    V4(0, 0, 0, 0, 8, "this host"),
    V4(192, 0, 0, 0, 24, "reserved"),
    V4(192, 0, 2, 0, 24, "documentation"),
    V4(198, 51, 100, 0, 24, "documentation"),
    V4(203, 0, 113, 0, 24, "documentation"),
    V4(192, 88, 99, 0, 24, "reserved"),
    V4(198, 18, 0, 0, 15, "benchmarking"),
    V4(224, 0, 0, 0, 4, "multicast"),
    V4(255, 255, 255, 255, 32, "broadcast"),
    V4(240, 0, 0, 0, 4, "reserved"),
};

/* Outside 2000::/3 nothing is public; the well-known NAT64 prefix is judged before. */
static const struct address_range REFUSED_V6[] = {
    V6("::", 128, "this host", 0),
    V6("::1", 128, "loopback", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
    V6("fc00::", 7, "private", 0xfc),
    V6("fe80::", 10, "link-local", 0xfe, 0x80),
    V6("fec0::", 10, "private", 0xfe, 0xc0),
    V6("ff00::", 8, "multicast", 0xff),
    V6("64:ff9b:1::", 48, "private", 0, 0x64, 0xff, 0x9b, 0, 0x01),
    V6("2001:db8::", 32, "documentation", 0x20, 0x01, 0x0d, 0xb8),
    V6("3fff::", 20, "documentation", 0x3f, 0xff),
    V6("::", 3, "reserved", 0),
    V6("4000::", 2, "reserved", 0x40),
    V6("8000::", 1, "reserved", 0x80),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint8_t MAPPED[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static struct address address_v4(const uint8_t four[4])
{
    struct address a;

    memcpy(a.b, MAPPED, sizeof MAPPED);
    memcpy(a.b + 12, four, 4);
    return a;
}

static bool address_is_v4(const struct address *a)
{
    return memcmp(a->b, MAPPED, sizeof MAPPED) == 0;
}

bool address_of_socket(const struct sockaddr *sa, struct address *ret)
{
    if (sa->sa_family == AF_INET) {
        struct sockaddr_in in;
        uint8_t four[4];

        memcpy(&in, sa, sizeof in);
        memcpy(four, &in.sin_addr, sizeof four);
        *ret = address_v4(four);
        return true;
    }
    if (sa->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;

        memcpy(&in6, sa, sizeof in6);
        memcpy(ret->b, &in6.sin6_addr, sizeof ret->b);
        return true;
    }
    return false;
}

bool address_parse(const char *text, struct address *ret)
{
    char bare[INET6_ADDRSTRLEN + 1];
    size_t skip = text[0] == '[';
    size_t len = strcspn(text + skip, skip ? "]" : "%");
    uint8_t four[4];

    if (skip && strcmp(text + skip + len, "]") != 0)
        return false;
    if (skip)
        len = strcspn(text + skip, "%]");
    if (len >= sizeof bare)
        return false;
    memcpy(bare, text + skip, len);
    bare[len] = '\0';

    if (inet_pton(AF_INET, bare, four) == 1) {
        *ret = address_v4(four);
        return true;
    }
    return inet_pton(AF_INET6, bare, ret->b) == 1;
}

/* The bits of `a` beyond the first `bits` are all zero. */
static bool tail_is_zero(const struct address *a, int bits)
{
    for (int i = bits; i < 128; i++) {
        if (a->b[i / 8] & (0x80 >> (i % 8)))
            return false;
    }
    return true;
}

enum err cidr_parse(const char *text, struct cidr *ret, struct why *why)
{
    const char *slash = strchr(text, '/');
    size_t len = slash ? (size_t)(slash - text) : strlen(text);
    char bare[INET6_ADDRSTRLEN + 1];
    struct cidr net;

    if (len >= sizeof bare)
        return why_set(why, ERR_INVALID, "\"%s\" is no network; write it as 10.0.0.0/8", text);
    memcpy(bare, text, len);
    bare[len] = '\0';
    if (strpbrk(bare, "[]%") || !address_parse(bare, &net.net))
        return why_set(why, ERR_INVALID, "\"%s\" is no network; write it as 10.0.0.0/8", text);

    int base = strchr(bare, ':') ? 0 : 96;
    net.bits = 128;
    if (slash) {
        char *end = NULL;
        long bits = strtol(slash + 1, &end, 10);

        if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || bits > 128 - base)
            return why_set(why, ERR_INVALID, "\"%s\": the number after / is 0 to %d", text,
                           128 - base);
        net.bits = base + (int)bits;
    }
    if (!tail_is_zero(&net.net, net.bits))
        return why_set(why, ERR_INVALID, "\"%s\" has bits set beyond its mask", text);
    *ret = net;
    return ERR_OK;
}

bool cidr_has(const struct cidr *net, const struct address *a)
{
    size_t whole = (size_t)net->bits / 8;
    int rest = net->bits % 8;

    if (memcmp(net->net.b, a->b, whole) != 0)
        return false;
    return rest == 0 || ((net->net.b[whole] ^ a->b[whole]) >> (8 - rest)) == 0;
}

static const struct address_range *range_find(const struct address_range *table, size_t count,
                                              const struct address *a)
{
    for (size_t i = 0; i < count; i++) {
        if (cidr_has(&table[i].net, a))
            return &table[i];
    }
    return NULL;
}

static const struct address_range *refused_v4(const uint8_t four[4])
{
    struct address a = address_v4(four);

    return range_find(REFUSED_V4, COUNT(REFUSED_V4), &a);
}

/*
 * The IPv4 addresses that an IPv6 address carries, up to two.
 * Sources: RFC 3056 (6to4), 6052 (NAT64), 4380 (Teredo: server, and client with its bits turned),
 * 5214 (ISATAP).
 */
static size_t address_carries(const struct address *a, uint8_t ret[2][4])
{
    static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b};
    static const uint8_t teredo[4] = {0x20, 0x01};

    if (a->b[0] == 0x20 && a->b[1] == 0x02) {
        memcpy(ret[0], a->b + 2, 4);
        return 1;
    }
    if (memcmp(a->b, nat64, sizeof nat64) == 0) {
        memcpy(ret[0], a->b + 12, 4);
        return 1;
    }
    if (memcmp(a->b, teredo, sizeof teredo) == 0) {
        memcpy(ret[0], a->b + 4, 4);
        for (size_t i = 0; i < 4; i++)
            ret[1][i] = (uint8_t)~a->b[12 + i];
        return 2;
    }
    if ((a->b[8] & 0xfd) == 0 && a->b[9] == 0 && a->b[10] == 0x5e && a->b[11] == 0xfe) {
        memcpy(ret[0], a->b + 12, 4);
        return 1;
    }
    return 0;
}

static const struct address_range *refused_v6(const struct address *a)
{
    static const struct cidr nat64 = {{{0, 0x64, 0xff, 0x9b}}, 96};
    uint8_t inside[2][4];
    size_t count = address_carries(a, inside);

    for (size_t i = 0; i < count; i++) {
        const struct address_range *range = refused_v4(inside[i]);

        if (range)
            return range;
    }
    if (cidr_has(&nat64, a))
        return NULL;
    return range_find(REFUSED_V6, COUNT(REFUSED_V6), a);
}

const struct address_range *address_refused(const struct address *a, const struct cidr *allow,
                                            size_t allow_count)
{
    for (size_t i = 0; i < allow_count; i++) {
        /* ::/0 speaks of IPv6; an IPv4 address is inside it only by our way of writing it */
        if (address_is_v4(a) && allow[i].bits < 96)
            continue;
        if (cidr_has(&allow[i], a))
            return NULL;
    }
    return address_is_v4(a) ? refused_v4(a->b + 12) : refused_v6(a);
}

const struct address_range *address_outside(const struct address *a)
{
    static const struct address_range outside = {
        {{{0}}, 0}, "another machine", "a demo stays here"};
    static const struct cidr loopback[] = {
        {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127}}, 96 + 8},
        {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}, 128},
    };

    for (size_t i = 0; i < COUNT(loopback); i++) {
        if (cidr_has(&loopback[i], a))
            return NULL;
    }
    return &outside;
}
