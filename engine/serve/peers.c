#include "serve/peers.h"

#include "base/text.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

void peers_done(struct peers *p)
{
    free(p->all);
    *p = (struct peers){0};
}

struct peer peer_of(const struct sockaddr_storage *at, int door)
{
    struct peer who = {.door = door};
    const struct sockaddr_in *v4 = (const void *)at;
    const struct sockaddr_in6 *v6 = (const void *)at;
    if (at->ss_family == AF_INET)
        memcpy(who.address, &v4->sin_addr, sizeof v4->sin_addr);
    else if (at->ss_family == AF_INET6)
        memcpy(who.address, &v6->sin6_addr, sizeof v6->sin6_addr);
    return who;
}

/* There are few: what is not loopback has a proxy in front. */
static struct peer *find(const struct peers *p, const struct peer *who)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->all[i].door == who->door &&
            memcmp(p->all[i].address, who->address, sizeof who->address) == 0)
            return &p->all[i];
    return NULL;
}

bool peers_enter(struct peers *p, const struct peer *who, int64_t most)
{
    struct peer *known = find(p, who);
    if (!known) {
        p->all = mem_grow(p->all, &p->cap, p->count + 1, sizeof *p->all);
        known = &p->all[p->count++];
        *known = *who;
        known->connections = 0;
    }
    if (known->connections >= most)
        return false;
    known->connections++;
    return true;
}

void peers_leave(struct peers *p, const struct peer *who)
{
    struct peer *known = find(p, who);
    assert(known && known->connections > 0);
    if (--known->connections == 0)
        *known = p->all[--p->count];
}

int64_t peers_most(const struct peers *p)
{
    int64_t most = 0;
    for (size_t i = 0; i < p->count; i++)
        if (p->all[i].connections > most)
            most = p->all[i].connections;
    return most;
}
