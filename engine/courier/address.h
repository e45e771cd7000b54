/*
 * address - where the courier may connect to.
 *
 * The policy is decided on the address that is about to be connected, after names are resolved, so
 * that no spelling of a host (2130706433, 0x7f.1, ::ffff:127.0.0.1, a name that changes its mind)
 * gets around it. What is not on the public internet is refused: loopback, private, link-local,
 * carrier NAT, multicast, broadcast, documentation, cloud metadata, and IPv6 forms that carry such
 * an IPv4 address inside (mapped, 6to4, NAT64, Teredo, ISATAP). An endpoint may allow networks.
 *
 * It does not resolve names and opens nothing.
 *
 * Layer      courier: libc only.
 * Ownership  Plain values; ranges are static.
 */
#pragma once

#include "base/err.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* IPv6, or IPv4 as ::ffff:a.b.c.d: the two spellings of one address are one value. */
struct address {
    uint8_t b[16];
};

struct cidr {
    struct address net;
    int bits; /* 0 to 128; an IPv4 /8 is 104 */
};

/* A network that is refused: its CIDR as written in an allow list, and what it is called. */
struct address_range {
    struct cidr net;
    const char *cidr;
    const char *name;
};

/* false: neither IPv4 nor IPv6. */
bool address_of_socket(const struct sockaddr *sa, struct address *ret);

/* "192.0.2.1", "2001:db8::1", "fe80::1%eth0" (the zone is left out), "[::1]". No names. */
bool address_parse(const char *text, struct address *ret);

/* "10.0.0.0/8", "fd00::/8", or one address. Bits beyond the mask must be zero. */
enum err cidr_parse(const char *text, struct cidr *ret, struct why *why) MUST_USE;
bool cidr_has(const struct cidr *net, const struct address *a);

/*
 * Why this address may not be connected to.
 *
 * returns  NULL when it may, because it is public or one of `allow` has it; else the range, static.
 *
 * An allow list speaks of the address itself, not of an IPv4 address carried inside: 10.0.0.0/8
 * allows ::ffff:10.0.0.1, which is the same address, but not its 6to4 form.
 */
const struct address_range *address_refused(const struct address *a, const struct cidr *allow,
                                            size_t allow_count);

/* The same for a demo, which connects to loopback and nothing else. */
const struct address_range *address_outside(const struct address *a);
