#include "core/digest.h"

#include "core/form.h"
#include "core/notice.h"
#include "core/place.h"
#include "core/response.h"

#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* ---- who belongs to it ---- */

static int digest_order(const void *a, const void *b)
{
    return uuid_cmp(((const struct digest *)a)->id, ((const struct digest *)b)->id);
}

static struct digest *digest_find(const struct core *c, struct uuid id)
{
    const struct digest probe = {.id = id};
    void *found = tfind(&probe, &c->digests, digest_order);
    return found ? *(struct digest **)found : NULL;
}

void digest_leave(struct core *c, struct notice *n)
{
    struct digest *d = n->digest;
    if (!d)
        return;
    LIST_REMOVE(n, in_digest);
    n->digest = NULL;
    n->leads = false;
    n->digest_sum = 0;
    if (!LIST_EMPTY(&d->notices))
        return;
    tdelete(d, &c->digests, digest_order);
    free(d);
}

static void digest_join(struct core *c, struct notice *n, struct uuid id)
{
    if (n->digest && !uuid_cmp(n->digest->id, id))
        return;
    digest_leave(c, n);
    struct digest *d = digest_find(c, id);
    if (!d) {
        d = mem_new(1, sizeof *d);
        d->id = id;
        LIST_INIT(&d->notices);
        if (!tsearch(d, &c->digests, digest_order))
            abort();
    }
    n->digest = d;
    LIST_INSERT_HEAD(&d->notices, n, in_digest);
}

static int digest_row_order(const void *a, const void *b)
{
    const struct notice *x = *(struct notice *const *)a, *y = *(struct notice *const *)b;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static size_t members(const struct digest *d, struct notice ***ret)
{
    size_t count = 0;
    struct notice *n;
    LIST_FOREACH(n, &d->notices, in_digest)
    count++;
    *ret = mem_new(count + 1, sizeof **ret);
    count = 0;
    LIST_FOREACH(n, &d->notices, in_digest)
    (*ret)[count++] = n;
    if (count > 1)
        qsort(*ret, count, sizeof **ret, digest_row_order);
    return count;
}

size_t digest_notices(const struct core *c, struct uuid id, struct notice ***ret)
{
    const struct digest *d = digest_find(c, id);
    if (d)
        return members(d, ret);
    *ret = mem_new(1, sizeof **ret);
    return 0;
}

struct notice *digest_lead(const struct core *c, struct uuid id)
{
    const struct digest *d = digest_find(c, id);
    struct notice *n;
    if (d) {
        LIST_FOREACH(n, &d->notices, in_digest)
        {
            if (n->leads)
                return n;
        }
    }
    return NULL;
}

/* ---- records and rows ---- */

json_t *digest_word(const struct notice *n, json_t *body)
{
    char id[UUID_TEXT];
    if (!n->digest)
        return body;
    json_put_str(body, "digest", uuid_text(n->digest->id, id));
    return json_put_int(body, "with", n->digest_of - 1);
}

void digest_apply(struct core *c, struct notice *n, const struct record *r)
{
    struct uuid id;
    if (!uuid_parse(json_str_or(r->body, "digest", ""), &id)) {
        digest_leave(c, n);
        return;
    }
    digest_join(c, n, id);
    n->leads = json_bool(r->body, "leads");
    n->digest_of = (int)json_int(r->body, "with", 0) + 1;
    n->digest_at = json_int(r->body, "digest_at", 0);
    n->digest_sum = json_int(r->sealed, "sum", 0);
}

void digest_to_row(const struct notice *n, struct text *to)
{
    char id[UUID_TEXT];
    if (!n->digest)
        return;
    json_add_str(to, "digest", uuid_text(n->digest->id, id));
    json_add_int(to, "digest_at", n->digest_at);
    json_add_int(to, "digest_of", n->digest_of);
    json_add_int_unless_0(to, "digest_sum", n->digest_sum);
}

void digest_from_row(struct core *c, struct notice *n, const json_t *row)
{
    struct uuid id;
    if (!uuid_parse(json_str_or(row, "digest", ""), &id))
        return;
    digest_join(c, n, id);
    n->digest_at = json_int(row, "digest_at", 0);
    n->digest_of = (int)json_int(row, "digest_of", 0);
    n->digest_sum = json_int(row, "digest_sum", 0);
    n->leads = json_bool(row, "leads");
}

/* ---- what it says ---- */

static void line_add(const struct core *c, const struct notice *n, size_t number, bool zh,
                     struct text *to)
{
    AUTO_JSON(message);
    AUTO_JSON(about);
    AUTO_TEXT(link);
    message = kept_json(n->message);
    about = kept_json(n->incident->about);
    const char *title = json_str(about, "title"), *code = json_str(message, "code");
    text_addf(to, "%zu. ", number);
    if (n->of_call)
        text_add(to, zh ? "【呼叫】" : "[CALL] ");
    if (title && *title)
        text_addf(to, zh ? "%s：" : "%s: ", title);
    text_add(to, json_str_or(message, "text", ""));
    notice_link_add(c, n->id, message, &link);
    if (code)
        text_addf(to, zh ? "（确认码 %s" : " (code %s", code);
    if (code && link.len)
        text_addf(to, zh ? "，%s" : ", %s", text_str(&link));
    if (code)
        text_add(to, zh ? "）" : ")");
}

/* Shown where a message has its incident's title. */
static void title_add(size_t count, bool zh, struct text *to)
{
    text_addf(to, zh ? "%zu 条消息" : "%zu messages", count);
}

/* Where its service says what became of it: by the secret of the message that leads it. */
static void callback_put(const struct core *c, const struct notice *lead, struct uuid id,
                         json_t *vars)
{
    struct link link = {.notice = id};
    char token[LINK_TEXT];
    AUTO_TEXT(url);
    if (!c->cfg.answer_url || lead->code == NO_LINK_CODE)
        return;
    memcpy(link.secret, lead->secret, sizeof link.secret);
    text_addf(&url, "%s/r/%s", c->cfg.answer_url, link_text(&link, token));
    json_put_str(vars, "callback_url", text_str(&url));
}

/* What templates may name; nothing that could be another an hour later. Gives. */
static json_t *digest_variables(const struct core *c, struct notice *const *all, size_t count,
                                struct uuid id, wall_ms at)
{
    char hex[UUID_TEXT], time[RFC3339_TEXT];
    AUTO_JSON(message);
    AUTO_TEXT(title);
    AUTO_TEXT(list);
    message = kept_json(all[0]->message);
    bool zh = !strcmp(json_str_or(message, "lang", "zh"), "zh");
    title_add(count, zh, &title);
    text_addf(&list, zh ? "%s：" : "%s:", text_str(&title));
    for (size_t k = 0; k < count; k++) {
        text_add(&list, "\n");
        line_add(c, all[k], k + 1, zh, &list);
    }
    json_t *vars = json_put_str(json_object(), "type", "muster.digest");
    json_put_str(vars, "at", rfc3339(at, time));
    json_put_str(vars, "lang", json_str(message, "lang"));
    json_put_str(vars, "mark", "");
    json_put_str(vars, "text", text_str(&list));
    json_t *person = json_put_str(json_object(), "id", all[0]->person);
    json_put(vars, "person", json_put_str(person, "name", json_str(message, "name")));
    json_put(vars, "notice", json_put_str(json_object(), "id", uuid_text(id, hex)));
    json_put(vars, "incident", json_put_str(json_object(), "title", text_str(&title)));
    json_put_int(vars, "attempt", 1);
    json_put(vars, "drill", json_false());
    callback_put(c, all[0], id, vars);
    json_t *digest = json_put_str(json_object(), "text", text_str(&list));
    return json_put(vars, "digest", json_put_int(digest, "count", (int64_t)count));
}

/* The body; NULL: the endpoint or its channel is gone. Gives. */
static char *digest_render(const struct core *c, struct notice *const *all, size_t count,
                           struct uuid id, wall_ms at)
{
    const struct endpoint *e = site_endpoint(c->site->site, all[0]->endpoint);
    const struct channel *ch = e ? channel_find(c->site->channels, e->channel) : NULL;
    if (!ch)
        return NULL;
    AUTO_JSON(vars);
    vars = digest_variables(c, all, count, id, at);
    struct text body = {0};
    channel_render(ch, vars, &body);
    return text_take(&body);
}

/* A list that was cut would hide the code by which the last one is answered. */
static bool shows_last(const struct core *c, const struct notice *last, const char *body)
{
    AUTO_JSON(message);
    AUTO_TEXT(link);
    message = kept_json(last->message);
    const char *code = json_str(message, "code");
    notice_link_add(c, last->id, message, &link);
    return body && strstr(body, link.len ? text_str(&link) : code ? code : "");
}

/* Is it still what was sent? It guards against nothing but change. Never 0. */
static int64_t sum_of(const char *body)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (; *body; body++)
        h = (h ^ (uint8_t)*body) * UINT64_C(1099511628211);
    return (int64_t)(h >> 12 | 1); /* a whole number that JSON can hold */
}

/* ---- handing out ---- */

static bool may_fold(const struct notice *n)
{
    enum level level = incident_level(n->incident);
    bool grave = level == LEVEL_I || level == LEVEL_II;
    return !n->incident->drill && !(n->of_call && grave) && n->message && !n->unneeded;
}

static bool waits(const struct notice *n)
{
    return n->state == NOTICE_QUEUED || n->state == NOTICE_WAITING;
}

/* Those that go with it, itself among them, oldest first; 0: nobody does. */
static size_t fold(const struct notice *n, struct notice ***ret)
{
    struct notice **all;
    size_t count = place_mail(n, &all), kept = 0;
    for (size_t k = 0; k < count; k++) {
        if (may_fold(all[k]) && !all[k]->digest)
            all[kept++] = all[k];
    }
    if (kept > 1)
        qsort(all, kept, sizeof *all, digest_row_order);
    *ret = all;
    return kept < DIGEST_MOST ? kept : DIGEST_MOST;
}

static bool among(const struct notice *n, struct notice *const *all, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        if (all[k] == n)
            return true;
    }
    return false;
}

static void hand_effect(struct core *c, const struct notice *n, struct uuid id, const char *sent)
{
    const struct endpoint *e = site_endpoint(c->site->site, n->endpoint);
    const struct channel *ch = e ? channel_find(c->site->channels, e->channel) : NULL;
    char hex[UUID_TEXT];
    AUTO_TEXT(message);
    text_addf(&message, "%s-1", uuid_text(id, hex));
    struct effect *effect = core_effect(c, EFFECT_ATTEMPT);
    effect->notice = id;
    effect->incident = n->incident->id;
    json_t *body = attempt_frame(n->person, n->endpoint, sent, e, ch);
    json_put_str(body, "notice", text_str(&message));
    effect->body = json_put_int(body, "number", 0);
}

/* One record a message; the first of them takes the place. */
static void hand(struct core *c, struct notice *const *all, size_t count, struct uuid id,
                 wall_ms at, const char *sent)
{
    char hex[UUID_TEXT];
    int64_t rate_ms = place_rate_ms(c, all[0]->endpoint);
    for (size_t k = 0; k < count; k++) {
        json_t *body = notice_word(all[k], NULL), *sealed = NULL;
        json_put_str(body, "digest", uuid_text(id, hex));
        json_put_int(body, "digest_at", at);
        json_put_int(body, "with", (int64_t)count - 1);
        if (k == 0) {
            json_put_true(body, "leads", true);
            if (rate_ms)
                json_put_int(body, "rate_ms", rate_ms);
            sealed = json_put_int(json_object(), "sum", sum_of(sent));
        }
        core_emit(c, REC_NOTICE_HANDED, all[k]->incident,
                  (struct emit){.body = body, .sealed = sealed});
    }
    hand_effect(c, all[0], id, sent);
}

/* It was under way as one of a digest: the same again, if that is still the same. */
static bool hand_again(struct core *c, const struct notice *n)
{
    struct notice **all;
    struct uuid id = n->digest->id;
    wall_ms at = n->digest_at;
    size_t count = members(n->digest, &all);
    bool same = (int)count == n->digest_of && all[0]->leads;
    for (size_t k = 0; k < count; k++)
        same = same && waits(all[k]) && may_fold(all[k]);
    char *sent = same ? digest_render(c, all, count, id, at) : NULL;
    same = sent && sum_of(sent) == all[0]->digest_sum;
    if (same)
        hand(c, all, count, id, at, sent);
    free(sent);
    free(all);
    return same;
}

bool digest_hand(struct core *c, struct notice *n)
{
    if (n->digest && hand_again(c, n))
        return true;
    if (n->digest || !may_fold(n) || c->in->wall - uuid_ms(n->id) < DIGEST_AFTER_MS)
        return false;
    struct notice **all;
    uint8_t random[10];
    size_t count = fold(n, &all);
    bool handed = false;
    entropy_bytes(&c->entropy, random, sizeof random);
    struct uuid id = uuid_v7(c->in->wall, random);
    for (; count > 1 && !handed && among(n, all, count); count--) {
        char *sent = digest_render(c, all, count, id, c->in->wall);
        handed = shows_last(c, all[count - 1], sent);
        if (handed)
            hand(c, all, count, id, c->in->wall, sent);
        free(sent);
    }
    free(all);
    return handed;
}
