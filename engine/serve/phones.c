#include "serve/phones.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { CLOSED_KEPT = 256, SHOWN_BYTES_MAX = 32 * 1024 };

enum message_state { RINGING, SEEN, ANSWERED, DECLINED, OVER };

TAILQ_HEAD(message_queue, message);

struct phone {
    char *person, *endpoint;
    struct message_queue messages; /* newest first */
    size_t count;
};

struct message {
    TAILQ_ENTRY(message) link; /* of its phone */
    TAILQ_ENTRY(message) all;  /* oldest first */
    struct phone *phone;
    struct uuid notice, incident; /* incident: none where the body names none */
    int64_t method;               /* the number behind the notice in the webhook-id, from 1 */
    char *step;                   /* of its call; NULL: not known yet */
    char *shown;                  /* JSON, without id and state */
    size_t bytes;
    enum message_state state;
    bool hidden; /* replayed, and not proved to have been sent */
};

struct phones {
    struct sign_key key;
    struct phone *at[PHONES_MAX];
    size_t count;
    struct message_queue all;
    size_t bytes;
    struct uuid closed[CLOSED_KEPT]; /* incidents, a ring: their last messages arrive after them */
    size_t closed_next;
    bool replaying;
};

/* ---- making and forgetting ---- */

struct phones *phones_new(const struct sign_key *key)
{
    struct phones *p = mem_new(1, sizeof *p);
    p->key = *key;
    TAILQ_INIT(&p->all);
    return p;
}

static void message_free(struct phones *p, struct message *m)
{
    TAILQ_REMOVE(&p->all, m, all);
    TAILQ_REMOVE(&m->phone->messages, m, link);
    m->phone->count--;
    p->bytes -= m->bytes;
    free(m->step);
    free(m->shown);
    free(m);
}

static void phone_free(struct phones *p, size_t index)
{
    struct phone *phone = p->at[index];
    struct message *m;
    while ((m = TAILQ_FIRST(&phone->messages)))
        message_free(p, m);
    free(phone->person);
    free(phone->endpoint);
    free(phone);
    p->at[index] = p->at[--p->count];
}

void phones_free(struct phones *p)
{
    if (!p)
        return;
    while (p->count)
        phone_free(p, p->count - 1);
    sign_key_wipe(&p->key);
    free(p);
}

static struct phone *phone_find(const struct phones *p, const char *person, const char *endpoint)
{
    for (size_t i = 0; i < p->count; i++) {
        if (!strcmp(p->at[i]->person, person) && !strcmp(p->at[i]->endpoint, endpoint))
            return p->at[i];
    }
    return NULL;
}

/* Room for one more: whichever is quiet, else the one of the oldest message. */
static void phone_evict(struct phones *p)
{
    size_t quiet = 0;
    while (quiet < p->count && p->at[quiet]->count)
        quiet++;
    if (quiet == p->count) {
        struct phone *oldest = TAILQ_FIRST(&p->all)->phone;
        for (quiet = 0; p->at[quiet] != oldest; quiet++)
            ;
    }
    phone_free(p, quiet);
}

static struct phone *phone_of(struct phones *p, const char *person, const char *endpoint)
{
    struct phone *phone = phone_find(p, person, endpoint);
    if (phone)
        return phone;
    if (p->count == PHONES_MAX)
        phone_evict(p);
    phone = mem_new(1, sizeof *phone);
    phone->person = mem_str(person);
    phone->endpoint = mem_str(endpoint);
    TAILQ_INIT(&phone->messages);
    p->at[p->count++] = phone;
    return phone;
}

static struct message *message_find(const struct phone *phone, struct uuid notice, int64_t method)
{
    struct message *m;
    TAILQ_FOREACH(m, &phone->messages, link)
    {
        if (uuid_cmp(m->notice, notice) == 0 && m->method == method)
            return m;
    }
    return NULL;
}

static bool is_closed(const struct phones *p, struct uuid incident)
{
    for (size_t i = 0; i < CLOSED_KEPT; i++) {
        if (uuid_cmp(p->closed[i], incident) == 0)
            return !uuid_is_none(incident);
    }
    return false;
}

static struct message *message_new(struct phones *p, struct phone *phone, struct uuid notice,
                                   int64_t method, struct uuid incident, json_t *takes_shown)
{
    struct text shown = {0};
    struct message *m = mem_new(1, sizeof *m);
    json_write(takes_shown, &shown);
    json_decref(takes_shown);
    m->phone = phone;
    m->notice = notice;
    m->incident = incident;
    m->method = method;
    m->bytes = sizeof *m + shown.len;
    m->shown = text_take(&shown);
    m->state = is_closed(p, incident) ? OVER : RINGING;
    TAILQ_INSERT_HEAD(&phone->messages, m, link);
    TAILQ_INSERT_TAIL(&p->all, m, all);
    phone->count++;
    p->bytes += m->bytes;
    if (phone->count > PHONE_MESSAGES_MAX)
        message_free(p, TAILQ_LAST(&phone->messages, message_queue));
    while (p->bytes > PHONES_BYTES_MAX)
        message_free(p, TAILQ_FIRST(&p->all));
    return m;
}

/* ---- reading a body ---- */

static void member_copy(json_t *to, const json_t *from, const char *name)
{
    const json_t *value = json_at(from, name);
    if (value && !json_is_null(value))
        json_put(to, name, json_share(value));
}

static json_t *incident_of(const json_t *data)
{
    static const char *const names[] = {"id", "title", "plan", "grade", "level", "place", "drill"};
    const json_t *from = json_at(data, "incident");
    json_t *incident = json_object();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        member_copy(incident, from, names[i]);
    return incident;
}

static void text_put(json_t *shown, const char *text, size_t len)
{
    json_put(shown, "text", json_stringn(text, utf8_cut(text, len, PHONE_TEXT_BYTES_MAX)));
}

/* What a phone shows of a body of our shape. */
static json_t *shown_of_data(const json_t *body, const json_t *data)
{
    static const char *const names[] = {"lang", "code", "answer_url", "attempt"};
    const char *text = json_str_or(data, "text", "");
    json_t *shown = json_put_str(json_object(), "at", json_str(body, "timestamp"));
    json_put_str(shown, "type", json_str(body, "type"));
    text_put(shown, text, strlen(text));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        member_copy(shown, data, names[i]);
    return json_put(shown, "incident", incident_of(data));
}

/* A body is as its channel has it: ours, or any other, which is shown as it is. Gives. */
static json_t *shown_of(const char *bytes, size_t len, struct uuid *ret_incident)
{
    AUTO_JSON(body);
    AUTO_TEXT(size);
    struct why why;
    bool ours = !json_read(bytes, len, &body, &why) && json_is_object(json_at(body, "data"));
    *ret_incident = (struct uuid){0};
    if (!ours) {
        json_t *shown = json_object();
        if (utf8_valid(bytes, len))
            text_put(shown, bytes, len);
        return shown;
    }
    json_t *shown = shown_of_data(body, json_at(body, "data"));
    json_t *incident = json_object_get(shown, "incident");
    (void)uuid_parse(json_str_or(incident, "id", ""), ret_incident);
    json_write(shown, &size);
    if (size.len > SHOWN_BYTES_MAX)
        (void)json_object_del(incident, "place");
    return shown;
}

/* ---- a webhook comes ---- */

/* "UUID-M" */
static bool webhook_id_parse(const char *id, struct uuid *ret_notice, int64_t *ret_method)
{
    char uuid[UUID_TEXT] = {0};
    if (strlen(id) < UUID_TEXT || id[UUID_TEXT - 1] != '-')
        return false;
    memcpy(uuid, id, UUID_TEXT - 1);
    char *end = NULL;
    *ret_method = strtoll(id + UUID_TEXT, &end, 10);
    return uuid_parse(uuid, ret_notice) && *ret_method > 0 && !*end;
}

enum code phones_hook(struct phones *p, const struct phones_hook *h, int64_t now_unix_s,
                      struct refusal *r)
{
    struct why why;
    struct uuid notice, incident;
    int64_t method;
    if (sign_check(&p->key, &h->headers, now_unix_s, h->body, h->body_len, &why))
        return refuse(r, CODE_UNAUTHORIZED, NULL, NULL, "this is no message of ours: %s", why.text);
    if (!webhook_id_parse(h->headers.id, &notice, &method))
        return refuse(r, CODE_BAD_FIELD, NULL, NULL, "webhook-id names no message");
    struct phone *phone = phone_of(p, h->person, h->endpoint);
    struct message *m = message_find(phone, notice, method);
    if (m) {
        m->hidden = false;
        return CODE_OK;
    }
    json_t *shown = shown_of(h->body, h->body_len, &incident);
    if (!json_at(shown, "at")) {
        char at[RFC3339_TEXT];
        json_put_str(shown, "at", rfc3339(now_unix_s * 1000, at));
    }
    (void)message_new(p, phone, notice, method, incident, shown);
    return CODE_OK;
}

/* ---- what becomes of messages ---- */

/* Each message on a phone of this person; NULL: on all phones. */
static bool each_message(const struct phones *p, const char *person, struct message **at)
{
    struct message *m = *at ? TAILQ_NEXT(*at, all) : TAILQ_FIRST(&p->all);
    while (m && person && strcmp(m->phone->person, person) != 0)
        m = TAILQ_NEXT(m, all);
    *at = m;
    return m != NULL;
}

static bool names_notice(const struct record *r, const struct message *m)
{
    struct uuid id;
    return uuid_parse(json_str_or(r->body, "notice", ""), &id) && uuid_cmp(id, m->notice) == 0;
}

static void event_sent(struct phones *p, const struct record *r)
{
    for (struct message *m = NULL; each_message(p, json_str_or(r->body, "to", ""), &m);) {
        if (!names_notice(r, m))
            continue;
        if (m->method == json_int(r->body, "method", 0) + 1)
            m->hidden = false;
        if (!m->step)
            m->step = mem_str(json_str(r->body, "step"));
        if (uuid_is_none(m->incident))
            m->incident = r->incident;
    }
}

static void event_seen(struct phones *p, const struct record *r)
{
    for (struct message *m = NULL; each_message(p, json_str_or(r->body, "to", ""), &m);) {
        if (names_notice(r, m) && m->state == RINGING)
            m->state = SEEN;
    }
}

static bool is_one_of(const json_t *steps, const char *step)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(steps), n, one)
    {
        if (!strcmp(json_string_value(one), step))
            return true;
    }
    return false;
}

/* As the core has it: by the message's link, by the call that was named, or all of the incident. */
static bool is_answered(const struct record *r, const struct message *m)
{
    const char *call = json_str(r->body, "call");
    if (names_notice(r, m))
        return true;
    return !call || (*call && m->step && !strcmp(m->step, call));
}

static bool is_declined(const struct record *r, const struct message *m)
{
    return names_notice(r, m) || (m->step && is_one_of(json_at(r->body, "calls"), m->step));
}

static void event_answer(struct phones *p, const struct record *r, bool declined)
{
    const char *by = json_str(r->body, "by");
    for (struct message *m = NULL; by && each_message(p, by, &m);) {
        if (m->state == OVER || uuid_cmp(m->incident, r->incident) != 0)
            continue;
        if (declined ? is_declined(r, m) : is_answered(r, m))
            m->state = declined ? DECLINED : ANSWERED;
    }
}

static void event_closed(struct phones *p, const struct record *r)
{
    p->closed[p->closed_next++ % CLOSED_KEPT] = r->incident;
    for (struct message *m = NULL; each_message(p, NULL, &m);) {
        if (uuid_cmp(m->incident, r->incident) == 0 && (m->state == RINGING || m->state == SEEN))
            m->state = OVER;
    }
}

static void event_purged(struct phones *p, const struct record *r)
{
    struct message *m = TAILQ_FIRST(&p->all);
    while (m) {
        struct message *next = TAILQ_NEXT(m, all);
        if (uuid_cmp(m->incident, r->incident) == 0)
            message_free(p, m);
        m = next;
    }
}

static void event_take(struct phones *p, const struct record *r)
{
    if (r->kind == REC_NOTICE_SENT && json_str(r->body, "unsent"))
        return; /* of a drill, and kept at the table */
    if (r->kind == REC_NOTICE_SENT)
        event_sent(p, r);
    else if (r->kind == REC_NOTICE_SEEN)
        event_seen(p, r);
    else if (r->kind == REC_CALL_ANSWERED || r->kind == REC_ANSWER_NOTED)
        event_answer(p, r, false);
    else if (r->kind == REC_CALL_DECLINED)
        event_answer(p, r, true);
    else if (r->kind == REC_INCIDENT_CLOSED)
        event_closed(p, r);
    else if (r->kind == REC_PURGED)
        event_purged(p, r);
}

void phones_event(struct phones *p, const struct record *r)
{
    if (!p->replaying)
        event_take(p, r);
}

/* ---- the phones are made again ---- */

void phones_replay_begin(struct phones *p)
{
    p->replaying = true;
}

/* As it was written for one contact: it is shown once it is known to have been sent there. */
static void replay_written(struct phones *p, const struct record *r)
{
    const char *body = record_str(r, "body"), *endpoint = json_str(r->body, "endpoint");
    const char *person = json_str(r->body, "to");
    struct uuid notice, incident;
    int64_t method = json_int(r->body, "method", 0) + 1;
    if (!body || !endpoint || !person || !uuid_parse(json_str_or(r->body, "notice", ""), &notice))
        return;
    struct phone *phone = phone_of(p, person, endpoint);
    if (message_find(phone, notice, method))
        return; /* its webhook has come meanwhile */
    json_t *shown = shown_of(body, strlen(body), &incident);
    if (!json_at(shown, "at")) {
        char at[RFC3339_TEXT];
        json_put_str(shown, "at", rfc3339(r->at_ms, at));
    }
    message_new(p, phone, notice, method, r->incident, shown)->hidden = true;
}

void phones_replay(struct phones *p, const struct record *r)
{
    if (r->kind == REC_NOTICE_QUEUED || r->kind == REC_NOTICE_METHOD)
        replay_written(p, r);
    else
        event_take(p, r);
}

void phones_replay_end(struct phones *p)
{
    struct message *m = TAILQ_FIRST(&p->all);
    while (m) {
        struct message *next = TAILQ_NEXT(m, all);
        if (m->hidden)
            message_free(p, m);
        m = next;
    }
    p->replaying = false;
}

/* ---- what they show ---- */

static json_t *message_json(const struct message *m)
{
    static const char *const states[] = {"ringing", "seen", "answered", "declined", "over"};
    char id[UUID_TEXT];
    json_t *o = json_loads(m->shown, JSON_ALLOW_NUL, NULL);
    json_put_str(o, "id", uuid_text(m->notice, id));
    return json_put_str(o, "state", states[m->state]);
}

static json_t *phone_json(const char *person, const char *name, const char *endpoint,
                          const struct phone *phone)
{
    json_t *messages = json_array();
    const struct message *m;
    json_t *o = json_put_str(json_object(), "person", person);
    json_put_str(o, "name", name);
    json_put_str(o, "endpoint", endpoint);
    if (phone) {
        TAILQ_FOREACH(m, &phone->messages, link)
        {
            if (!m->hidden)
                json_array_append_new(messages, message_json(m));
        }
    }
    return json_put(o, "messages", messages);
}

json_t *phones_json(const struct phones *p, const json_t *people)
{
    bool listed[PHONES_MAX] = {false};
    json_t *all = json_array();
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(people), n, one)
    {
        const char *person = json_str_or(one, "person", "");
        const char *endpoint = json_str_or(one, "endpoint", "");
        const struct phone *phone = phone_find(p, person, endpoint);
        json_array_append_new(
            all, phone_json(person, json_str_or(one, "name", person), endpoint, phone));
        for (size_t i = 0; phone && i < p->count; i++)
            listed[i] = listed[i] || p->at[i] == phone;
    }
    for (size_t i = 0; i < p->count; i++) {
        const struct phone *phone = p->at[i];
        if (!listed[i] && phone->count)
            json_array_append_new(all,
                                  phone_json(phone->person, phone->person, phone->endpoint, phone));
    }
    return json_put(json_object(), "phones", all);
}
