#include "core/channel_data.h"

#include "core/form.h"
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
           strcmp(key, "variants") == 0 || strcmp(key, "limits") == 0;
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
        channel_check(whole, &r);
    }
    size_t errors = r.errors;
    remarks_done(&r);
    return errors;
}

static struct channel channel_build(const json_t *all, const char *name)
{
    struct channel c = {.name = name, .json = merged(all, name)};
    const json_t *headers = json_at(c.json, "headers");
    c.headers = json_is_object(headers) ? json_deep_copy(headers) : json_object();
    c.body_bytes_max =
        (size_t)json_int(json_at(c.json, "limits"), "body_bytes", CHANNEL_BODY_BYTES_DEFAULT);
    return c;
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
    *s = (struct channel_set){
        .json = all, .channels = mem_new(count, sizeof(*s->channels)), .count = count, .refs = 1};
    for (size_t i = 0; i < count; i++)
        s->channels[i] = channel_build(all, names[i]);
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
        json_decref(s->channels[i].json);
        json_decref(s->channels[i].headers);
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

bool channel_needs_contact(const struct channel *c)
{
    const char *url = channel_url(c);
    return channel_contact(c) || (url && strstr(url, "{contact}"));
}

json_t *channel_headers(const struct channel *c)
{
    return c->headers;
}

bool channel_drill(const struct channel *c)
{
    return json_bool(c->json, "drill");
}

bool channel_resend_harmless(const struct channel *c)
{
    return json_bool(c->json, "resend_harmless");
}

/* ---- with the site ---- */

void site_check_channels(const struct site *s, const struct channel_set *channels,
                         struct remarks *r)
{
    remark_enter(r, "endpoints");
    const struct endpoint *e;
    for (size_t i = 0; (e = site_endpoint_at(s, i)); i++) {
        if (channel_find(channels, e->channel))
            continue;
        remark_enter(r, e->name);
        remark_error_at(r, "channel", "unknown_name", channel_nearest(channels, e->channel),
                        "there is no channel \"%s\" (plans/channels/%s.lua)", e->channel,
                        e->channel);
        remark_leave(r);
    }
    remark_leave(r);
}
