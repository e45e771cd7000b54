#include "core/channel_data.h"

#include "base/json_path.h"
#include "base/time.h"
#include "core/form.h"
#include "core/optional.h"
#include "core/site.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct channel_set {
    json_t *json;             /* own: a copy of what was read */
    struct channel *channels; /* sorted by name */
    size_t count;
    int refs;
};

/* Channels that extend channels that extend channels: at most so many. */
enum { EXTENDS_MAX = 8 };

/* ---- extends ---- */

/* Tables of which each entry counts by itself. */
static bool key_merges(const char *key)
{
    return strcmp(key, "headers") == 0 || strcmp(key, "maps") == 0 ||
           strcmp(key, "variants") == 0 || strcmp(key, "limits") == 0 ||
           strcmp(key, "query") == 0 || strcmp(key, "ways") == 0;
}

static void merge_into(json_t *to, const json_t *from)
{
    const char **keys = json_keys(from, NULL);
    for (size_t i = 0; keys[i]; i++) {
        json_t *mine = json_object_get(to, keys[i]);
        const json_t *theirs = json_at(from, keys[i]);
        if (key_merges(keys[i]) && json_is_object(mine) && json_is_object(theirs))
            merge_into(mine, theirs);
        else if (strcmp(keys[i], "extends") != 0)
            json_put(to, keys[i], json_deep_copy(theirs));
    }
    free(keys);
}

/* The channel with all that it extends: from the farthest to itself. */
static json_t *merged(const json_t *all, const char *name)
{
    const char *chain[EXTENDS_MAX + 1];
    int count = 0;
    for (; name && count <= EXTENDS_MAX; name = json_str(json_at(all, name), "extends"))
        chain[count++] = name;
    json_t *channel = json_object();
    while (count > 0)
        merge_into(channel, json_at(all, chain[--count]));
    return channel;
}

/* The channel as it is in one of its ways: the keys of the way stand over its own. */
static json_t *merged_way(const json_t *channel, const char *way)
{
    json_t *whole = json_deep_copy(channel);
    if (!whole)
        abort();
    json_object_del(whole, "ways");
    merge_into(whole, json_at(json_at(channel, "ways"), way));
    return whole;
}

/* One that has ways and no body is nothing without one of them. */
static bool channel_is_whole(const json_t *channel)
{
    return !json_at(channel, "ways") || channel_body_at(channel, 0);
}

static bool extends_check(const json_t *all, const char *name, struct remarks *r)
{
    int count = 0;
    for (const char *at = name; at; count++) {
        const char *base = json_str(json_at(all, at), "extends");
        if (base && !json_at(all, base)) {
            if (at == name) /* else said of that channel */
                remark_error_at(r, "extends", "unknown_name", form_nearest(all, base),
                                "there is no channel \"%s\"", base);
            return false;
        }
        if (count == EXTENDS_MAX) {
            remark_error_at(r, "extends", "circle", NULL,
                            "%s extends itself through others, or more than %d of them", name,
                            EXTENDS_MAX);
            return false;
        }
        at = base;
    }
    return true;
}

/* ---- reading ---- */

static void ways_check(const json_t *channel, struct remarks *r)
{
    const json_t *ways = json_at(channel, "ways");
    if (!ways)
        return;
    remark_enter(r, "ways");
    const char **names = json_keys(ways, NULL);
    if (form_table(r, ways, "ways") && !names[0])
        remark_error(r, "bad_value", NULL, "ways is empty; write ways = { sms = { … } }");
    for (size_t i = 0; names[i]; i++) {
        const json_t *way = json_at(ways, names[i]);
        remark_enter(r, names[i]);
        if (!form_id(names[i], false))
            remark_error(r, "bad_id", NULL, "a way is called by letters, digits, - and _");
        else if (json_at(way, "extends") || json_at(way, "ways"))
            remark_error(r, "bad_value", NULL, "a way extends its own channel, and has no ways");
        else if (form_table(r, way, "a way") && channel_check_keys(way, r)) {
            AUTO_JSON(whole);
            whole = merged_way(channel, names[i]);
            channel_check(whole, r);
        }
        remark_leave(r);
    }
    free(names);
    remark_leave(r);
}

/* Remarks about one channel; returns how many errors. */
static size_t one_check(const json_t *all, const char *name, remark_fn *fn, void *ctx)
{
    struct remarks r;
    remarks_init(&r, name, fn, ctx);
    const json_t *channel = json_at(all, name);
    if (!form_id(name, false))
        remark_error(&r, "bad_id", NULL,
                     "\"%s\" is no name of a channel; use letters, digits, - and _", name);
    if (form_table(&r, channel, "a channel") && channel_check_keys(channel, &r) &&
        extends_check(all, name, &r)) {
        AUTO_JSON(whole);
        whole = merged(all, name);
        if (channel_is_whole(whole))
            channel_check(whole, &r);
        ways_check(whole, &r);
    }
    size_t errors = r.errors;
    remarks_done(&r);
    return errors;
}

/* The texts of the bodies whose length is limited, by where they stand. */
static void limits_build(struct channel *c)
{
    const json_t *limits = json_at(c->json, "limits"), *body;
    const char **paths = json_keys(limits, NULL);
    size_t cap = 0;
    for (size_t i = 0; paths[i]; i++) {
        for (size_t k = 0; (body = channel_body_at(c->json, k)); k++) {
            const json_t *leaf = json_path_at(body, paths[i]);
            struct leaf_limit limit = {.leaf = leaf};
            if (!json_is_string(leaf) || !limit_read(json_at(limits, paths[i]), &limit))
                continue;
            c->limits = mem_grow(c->limits, &cap, c->limits_count + 1, sizeof(*c->limits));
            c->limits[c->limits_count++] = limit;
        }
    }
    free(paths);
}

/* What the courier is told: a duration as a number. */
static void throttled_build(struct channel *c)
{
    int64_t ms;
    const json_t *throttled = json_at(c->json, "throttled");
    const char *wait = json_str(throttled, "wait");
    c->throttled = json_deep_copy(throttled);
    if (wait && duration_parse(wait, false, &ms))
        json_put_int(c->throttled, "wait_ms", ms);
}

/* Lua cannot tell an empty list from an empty table, and services want lists. */
static void empty_lists(json_t *tree)
{
    const char *key;
    json_t *member;
    size_t n;
    json_array_foreach(tree, n, member) empty_lists(member);
    json_object_foreach(tree, key, member)
    {
        if (json_is_object(member) && json_object_size(member) == 0)
            json_object_set_new(tree, key, json_array());
        else
            empty_lists(member);
    }
}

/* Does {callback_url} stand anywhere in it? */
static bool names_callback(const json_t *channel)
{
    AUTO_TEXT(bytes);
    json_write(channel, &bytes);
    return strstr(text_str(&bytes), "{callback_url") != NULL;
}

static struct channel channel_build(json_t *takes, char *takes_name)
{
    struct channel c = {.name = takes_name, .json = takes};
    const json_t *headers = json_at(c.json, "headers"), *body;
    c.headers = json_is_object(headers) ? json_deep_copy(headers) : json_object();
    c.body_bytes_max =
        (size_t)json_int(json_at(c.json, "limits"), "body_bytes", CHANNEL_BODY_BYTES_DEFAULT);
    c.entities = json_str(c.json, "escape") != NULL;
    for (size_t i = 0; (body = channel_body_at(c.json, i)); i++) {
        c.optional = c.optional || optional_in(body);
        empty_lists(json_unconst(body));
    }
    c.calls_back = names_callback(c.json);
    limits_build(&c);
    throttled_build(&c);
    return c;
}

static void set_add(struct channel_set *s, size_t *cap, json_t *takes, char *takes_name)
{
    s->channels = mem_grow(s->channels, cap, s->count + 1, sizeof(*s->channels));
    s->channels[s->count++] = channel_build(takes, takes_name);
}

/* A way is a channel of its own, called "twilio/sms". */
static void set_add_all(struct channel_set *s, size_t *cap, const char *name)
{
    AUTO_JSON(channel);
    channel = merged(s->json, name);
    const char **ways = json_keys(json_at(channel, "ways"), NULL);
    for (size_t i = 0; ways[i]; i++) {
        struct text way = {0};
        text_addf(&way, "%s/%s", name, ways[i]);
        set_add(s, cap, merged_way(channel, ways[i]), text_take(&way));
    }
    free(ways);
    if (channel_is_whole(channel))
        set_add(s, cap, json_incref(channel), mem_str(name));
}

static int channel_compare(const void *a, const void *b)
{
    const struct channel *x = a, *y = b;
    return strcmp(x->name, y->name);
}

enum err channel_set_read(const json_t *value, remark_fn *fn, void *ctx, struct channel_set **ret)
{
    json_t *all = json_is_object(value) ? json_deep_copy(value) : json_object();
    if (!all)
        abort();
    size_t count, errors = 0;
    const char **names = json_keys(all, &count);
    for (size_t i = 0; i < count; i++)
        errors += one_check(all, names[i], fn, ctx);
    if (errors) {
        free(names);
        json_decref(all);
        return ERR_INVALID;
    }

    struct channel_set *s = mem_new(1, sizeof(*s));
    size_t cap = 0;
    *s = (struct channel_set){.json = all, .refs = 1};
    for (size_t i = 0; i < count; i++)
        set_add_all(s, &cap, names[i]);
    if (s->count)
        qsort(s->channels, s->count, sizeof(*s->channels), channel_compare);
    free(names);
    *ret = s;
    return ERR_OK;
}

struct channel_set *channel_set_ref(struct channel_set *s)
{
    __atomic_add_fetch(&s->refs, 1, __ATOMIC_RELAXED);
    return s;
}

void channel_set_unref(struct channel_set *s)
{
    if (!s)
        return;
    int left = __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL);
    assert(left >= 0);
    if (left > 0)
        return;
    for (size_t i = 0; i < s->count; i++) {
        free(s->channels[i].name);
        free(s->channels[i].limits);
        json_decref(s->channels[i].json);
        json_decref(s->channels[i].headers);
        json_decref(s->channels[i].throttled);
    }
    free(s->channels);
    json_decref(s->json);
    free(s);
}

/* ---- what it says ---- */

static int channel_by_name(const void *key, const void *item)
{
    const struct channel *c = item;
    return strcmp(key, c->name);
}

const struct channel *channel_find(const struct channel_set *s, const char *name)
{
    return s->count ? bsearch(name, s->channels, s->count, sizeof(*s->channels), channel_by_name)
                    : NULL;
}

const struct channel *channel_at(const struct channel_set *s, size_t index)
{
    return index < s->count ? &s->channels[index] : NULL;
}

const char *channel_nearest(const struct channel_set *s, const char *name)
{
    return form_nearest(s->json, name);
}

const char *channel_name(const struct channel *c)
{
    return c->name;
}

const char *channel_method(const struct channel *c)
{
    return json_str_or(c->json, "method", "POST");
}

const char *channel_url(const struct channel *c)
{
    return json_str(c->json, "url");
}

const char *channel_sign(const struct channel *c)
{
    return json_str_or(c->json, "sign", "none");
}

const char *channel_receipt(const struct channel *c)
{
    return json_str_or(c->json, "receipt", "none");
}

const char *channel_contact(const struct channel *c)
{
    return json_str(c->json, "contact");
}

/* Is "{contact}" or "{secret." in it, and not only in what is left out without such a one? */
static bool filled_in(const json_t *tree, const char *begin)
{
    const char *key, *needs = json_str(tree, OPTIONAL_KEY);
    json_t *member;
    size_t n;
    if (json_is_string(tree))
        return strstr(json_string_value(tree), begin) != NULL;
    if (needs && strncmp(begin + 1, needs, strcspn(begin + 1, ".}")) == 0)
        return false;
    json_array_foreach(json_unconst(tree), n, member)
    {
        if (filled_in(member, begin))
            return true;
    }
    json_object_foreach(json_unconst(tree), key, member)
    {
        if (filled_in(member, begin))
            return true;
    }
    return false;
}

/* Does the courier fill it in, wherever that may stand? */
static bool channel_fills(const struct channel *c, const char *begin)
{
    static const char *const keys[] = {"headers", "private", "query", "url"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (filled_in(json_at(c->json, keys[i]), begin))
            return true;
    return false;
}

static bool channel_mails(const struct channel *c)
{
    return strcmp(json_str_or(c->json, "encoding", "json"), "mail") == 0;
}

bool channel_calls_back(const struct channel *c)
{
    return c->calls_back;
}

bool channel_needs_contact(const struct channel *c)
{
    return channel_contact(c) || channel_mails(c) || channel_fills(c, "{contact}");
}

bool channel_needs_secret(const struct channel *c)
{
    const char *sign = channel_sign(c);
    return strcmp(sign, "basic") == 0 || strcmp(sign, "aliyun") == 0 || channel_mails(c) ||
           channel_fills(c, "{secret.");
}

json_t *channel_headers(const struct channel *c)
{
    return c->headers;
}

json_t *channel_throttled(const struct channel *c)
{
    return c->throttled;
}

json_t *channel_key(const struct channel *c, const char *key)
{
    return json_object_get(c->json, key);
}

bool channel_drill(const struct channel *c)
{
    return json_bool(c->json, "drill");
}

bool channel_resend_harmless(const struct channel *c)
{
    return json_bool(c->json, "resend_harmless");
}

int64_t channel_receipt_within(const struct channel *c)
{
    int64_t ms = 0;
    const char *within = json_str(c->json, "receipt_within");
    return within && duration_parse(within, false, &ms) ? ms : 0;
}

bool channel_rate(const struct channel *c, int *ret_count, int64_t *ret_ms)
{
    const char *rate = json_str(c->json, "rate");
    return rate && form_rate(rate, ret_count, ret_ms);
}

/* ---- with the site ---- */

/* "as = \"sms\"", "as = \"voice\"": what an endpoint of the channel may write. */
static void ways_words(const json_t *ways, struct text *to)
{
    const char **names = json_keys(ways, NULL);
    for (size_t i = 0; names[i]; i++)
        text_addf(to, "%sas = \"%s\"", i ? " or " : "", names[i]);
    free(names);
}

static void endpoint_channel_check(const struct channel_set *channels, const struct endpoint *e,
                                   struct remarks *r)
{
    AUTO_TEXT(name);
    AUTO_TEXT(words);
    AUTO_JSON(whole);
    text_add_bytes(&name, e->channel, strcspn(e->channel, "/"));
    if (!json_at(channels->json, text_str(&name))) {
        remark_error_at(r, "channel", "unknown_name", channel_nearest(channels, text_str(&name)),
                        "there is no channel \"%s\" (plans/channels/%s.lua)", text_str(&name),
                        text_str(&name));
        return;
    }
    whole = merged(channels->json, text_str(&name));
    const json_t *ways = json_at(whole, "ways");
    ways_words(ways, &words);
    if (!ways)
        remark_error_at(r, "as", "unknown_name", NULL,
                        "the channel \"%s\" has no ways; take as out", text_str(&name));
    else
        remark_error_at(r, "as", "unknown_name", e->as ? form_nearest(ways, e->as) : NULL,
                        "the channel \"%s\" is used in a way of it: %s", text_str(&name),
                        text_str(&words));
}

void site_check_channels(const struct site *s, const struct channel_set *channels,
                         struct remarks *r)
{
    remark_enter(r, "endpoints");
    const struct endpoint *e;
    for (size_t i = 0; (e = site_endpoint_at(s, i)); i++) {
        const struct channel *c = channel_find(channels, e->channel);
        remark_enter(r, e->name);
        if (!c)
            endpoint_channel_check(channels, e, r);
        else if (!e->secret && channel_needs_secret(c))
            remark_error(r, "missing_key", NULL,
                         "secret is missing; write secret = \"NAME\", a file in secrets/ with what "
                         "the channel \"%s\" sends by",
                         e->channel);
        remark_leave(r);
    }
    remark_leave(r);
}
