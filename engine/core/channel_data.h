/* channel_data - what a channel is made of. Private to channel.c, channel_check.c and render.c. */
#pragma once

#include "core/channel.h"
#include "core/template.h"

struct channel {
    const char *name; /* borrowed from the set's JSON */
    json_t *json;     /* own: with what it extends merged in */
    json_t *headers;  /* own */
    size_t body_bytes_max;
};

/* channel_check.c: a channel with what it extends merged in. false after a remark. */
bool channel_check(const json_t *channel, struct remarks *r);
/* The keys that a channel may have, before merging. */
bool channel_check_keys(const json_t *channel, struct remarks *r);

/* render.c: the variable of this name, NULL for none. */
const struct variable *variable_find(struct span name);
