/* channel_data - what a channel is made of. Private to channel.c, channel_check.c and render.c. */
#pragma once

#include "core/channel.h"
#include "core/template.h"

/* How long a text of a body may become; the text is known by where it stands. */
struct leaf_limit {
    const json_t *leaf; /* borrowed from the channel's JSON */
    size_t most;
    bool characters; /* else bytes */
};

struct channel {
    char *name;        /* own: "twilio"; "twilio/sms" is one of its ways */
    json_t *json;      /* own: with what it extends merged in */
    json_t *headers;   /* own */
    json_t *throttled; /* own: with wait_ms; NULL */
    size_t body_bytes_max;
    struct leaf_limit *limits; /* own */
    size_t limits_count;
    bool optional;   /* some table of a body stands only where something is there */
    bool calls_back; /* its service is told where to say what became of a message */
    bool entities;   /* & < > in what is filled in become &amp; &lt; &gt; */
};

/* channel_check.c: a channel with what it extends merged in. false after a remark. */
bool channel_check(const json_t *channel, struct remarks *r);
/* channel_check_answer.c: success, throttled, again, reference, probe but for its path. */
void channel_check_answers(const json_t *channel, struct remarks *r);
/* The keys that a channel may have, before merging. */
bool channel_check_keys(const json_t *channel, struct remarks *r);

/* "4096 characters", "2048 bytes", 4096: the length that a text may have. */
bool limit_read(const json_t *value, struct leaf_limit *ret);
/* The n-th body that a channel may send: its own, then those of its variants. NULL behind them. */
const json_t *channel_body_at(const json_t *channel, size_t index);

/* render.c: the variable of this name, NULL for none. */
const struct variable *variable_find(struct span name);
