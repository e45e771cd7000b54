/*
 * peers - how many connections each address has, so that none takes the places of all others.
 *
 * Layer      serve: pure.
 * Ownership  A plain value; peers_done frees.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct peer {
    unsigned char address[16]; /* IPv6; of IPv4 the first four bytes, the rest zero */
    int door;                  /* each kind of client has a share of its own */
    int64_t connections;
};

struct peers {
    struct peer *all; /* those with connections */
    size_t count, cap;
};

void peers_done(struct peers *p);

/* One more of this address, unless it has `most`. */
bool peers_enter(struct peers *p, const struct peer *who, int64_t most);
void peers_leave(struct peers *p, const struct peer *who);

/* How many the one has that has most. */
int64_t peers_most(const struct peers *p);

/* Whose socket address this is, at which door. */
struct peer peer_of(const struct sockaddr_storage *at, int door);
