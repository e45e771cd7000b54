#include "core/contact.h"

#include "core/contact_value.h"
#include "core/decide.h"
#include "core/notice.h"
#include "core/upkeep.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#define ROW_PREFIX "contact/"

enum { TEST_EVERY_MS = 60 * 1000, TEST_WITHIN_MS = 5 * 60 * 1000 };

/* ---- what is kept ---- */

static int contact_order(const void *a, const void *b)
{
    return strcmp(((const struct contact *)a)->id, ((const struct contact *)b)->id);
}

static char *contact_id(const char *person, const char *endpoint)
{
    struct text id = {0};
    text_addf(&id, "%s/%s", person, endpoint);
    return text_take(&id);
}

static struct contact *contact_there(const struct core *c, const char *person, const char *endpoint)
{
    char *id = contact_id(person, endpoint);
    const struct contact probe = {.id = id};
    void *found = tfind(&probe, &c->contacts, contact_order);
    free(id);
    return found ? *(struct contact **)found : NULL;
}

const struct contact *contact_find(const struct core *c, const char *person, const char *endpoint)
{
    return contact_there(c, person, endpoint);
}

bool contact_stopped(const struct core *c, const char *person, const char *endpoint)
{
    const struct contact *contact = contact_there(c, person, endpoint);
    return contact && contact->stopped_at;
}

static struct contact *contact_make(struct core *c, const char *person, const char *endpoint)
{
    struct contact *contact = contact_there(c, person, endpoint);
    if (contact)
        return contact;
    contact = mem_new(1, sizeof *contact);
    contact->id = contact_id(person, endpoint);
    contact->person = mem_str(person);
    contact->endpoint = mem_str(endpoint);
    if (!tsearch(contact, &c->contacts, contact_order))
        abort();
    return contact;
}

static void contact_mark(struct core *c, struct contact *contact)
{
    if (!contact->dirty)
        STAILQ_INSERT_TAIL(&c->contacts_changed, contact, changed);
    contact->dirty = true;
}

static void contact_free(void *item)
{
    struct contact *contact = item;
    free(contact->id);
    free(contact->person);
    free(contact->endpoint);
    free(contact->result);
    free(contact);
}

void contact_forget(struct core *c, struct contact *contact)
{
    tdelete(contact, &c->contacts, contact_order);
    contact_free(contact);
}

void contacts_free(struct core *c)
{
    tdestroy(c->contacts, contact_free);
}

struct walk {
    void (*visit)(void *ctx, struct contact *);
    void *ctx;
};

static void walk_visit(const void *node, VISIT visit, void *closure)
{
    const struct walk *w = closure;
    if (visit == postorder || visit == leaf)
        w->visit(w->ctx, *(struct contact *const *)node);
}

void contacts_walk(const struct core *c, void (*visit)(void *ctx, struct contact *), void *ctx)
{
    struct walk w = {.visit = visit, .ctx = ctx};
    twalk_r(c->contacts, walk_visit, &w);
}

/* ---- set and removed ---- */

enum code core_contact_check(const struct core *c, const char *person, const char *endpoint,
                             const char *value, struct contact_fault *ret)
{
    struct rung_person p;
    *ret = (struct contact_fault){0};
    const struct site *site = c->site ? c->site->site : NULL;
    if (!site || !site_person(site, person, &p)) {
        ret->field = "person";
        ret->near = site ? site_nearest_person(site, person) : NULL;
        why_set(&ret->why, ERR_MISSING, "the site has no person \"%s\"", person);
        return CODE_UNKNOWN_PERSON;
    }
    const struct endpoint *e = site_endpoint(site, endpoint);
    if (!e) {
        ret->field = "endpoint";
        ret->near = site_nearest_endpoint(site, endpoint);
        why_set(&ret->why, ERR_MISSING, "the site has no endpoint \"%s\"", endpoint);
        return CODE_UNKNOWN_ENDPOINT;
    }
    const struct channel *ch = value ? channel_find(c->site->channels, e->channel) : NULL;
    if (value &&
        contact_value_check(ch ? channel_contact(ch) : NULL, value, &ret->kept, &ret->why)) {
        ret->field = "value";
        why_add(&ret->why, ERR_INVALID, "%s by %s", person, endpoint);
        return CODE_BAD_FIELD;
    }
    return CODE_OK;
}

void contact_fault_done(struct contact_fault *f)
{
    text_done(&f->kept);
}

static bool may_set(struct core *c, const char *person, const char *endpoint)
{
    struct contact_fault f;
    enum code code = core_contact_check(c, person, endpoint, NULL, &f);
    if (code)
        core_refuse(c, code, f.field, f.near, "%s", f.why.text);
    contact_fault_done(&f);
    return !code;
}

static json_t *contact_body(const char *person, const char *endpoint)
{
    return json_put_str(json_put_str(json_object(), "person", person), "endpoint", endpoint);
}

/* asked: person, endpoint and "same": what is set there is what was there. */
static void set_emit(struct core *c, const json_t *asked)
{
    json_t *body =
        contact_body(json_str_or(asked, "person", ""), json_str_or(asked, "endpoint", ""));
    json_put_true(body, "same", json_bool(asked, "same"));
    core_emit(c, REC_CONTACT_SET, NULL, (struct emit){.actor = actor_input(c), .body = body});
}

/* One, or a list that was checked as a whole by whoever has the values. */
void decide_contact_set(struct core *c)
{
    size_t n;
    json_t *one;
    const json_t *list = json_at(c->in->body, "contacts");
    const char *person = json_str_or(c->in->body, "person", "");
    const char *endpoint = json_str_or(c->in->body, "endpoint", "");
    if (!input_allowed(c, SCOPE_ADMIN, "set contacts") || (!list && !may_set(c, person, endpoint)))
        return;
    json_array_foreach(json_unconst(list), n, one)
    {
        if (!may_set(c, json_str_or(one, "person", ""), json_str_or(one, "endpoint", "")))
            return;
    }
    json_array_foreach(json_unconst(list), n, one) set_emit(c, one);
    if (!list)
        set_emit(c, c->in->body);
    core_reply_ok(c, list ? json_put_int(json_object(), "set", (int64_t)json_array_size(list))
                          : json_object());
}

/* Of somebody who is in the site no more, too. */
void decide_contact_remove(struct core *c)
{
    size_t n;
    json_t *endpoint;
    const char *person = json_str_or(c->in->body, "person", "");
    const json_t *endpoints = json_at(c->in->body, "endpoints");
    if (!input_allowed(c, SCOPE_ADMIN, "remove contacts"))
        return;
    if (!json_array_size(endpoints)) {
        const char *only = json_str(c->in->body, "endpoint");
        core_refuse(c, CODE_NOT_FOUND, only ? "endpoint" : "person", NULL,
                    "the vault holds nothing of \"%s\"%s%s (muster contact list)", person,
                    only ? " for " : "", only ? only : "");
        return;
    }
    json_array_foreach(json_unconst(endpoints), n, endpoint)
    {
        json_t *body = contact_body(person, json_string_value(endpoint));
        core_emit(c, REC_CONTACT_REMOVED, NULL,
                  (struct emit){.actor = actor_input(c), .body = body});
    }
    core_reply_ok(c, json_put(json_object(), "removed", json_share(endpoints)));
}

/* ---- tested ---- */

static json_t *test_text(const char *endpoint, const char *channel)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    text_addf(&zh,
              "【测试】Muster 正在检查能否通过 %s（%s）联系到您。无需出动；请打开链接，输入应答码"
              "确认收到。",
              endpoint, channel);
    text_addf(&en,
              "[TEST] Muster checks whether you can be reached by %s (%s). Nothing has happened; "
              "please open the link and confirm with the code.",
              endpoint, channel);
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}

/* The next test of this contact may be sent so much later; 0: now. */
static int64_t test_wait_ms(const struct core *c, const char *person, const char *endpoint)
{
    const struct contact *contact = contact_find(c, person, endpoint);
    int64_t since = contact && contact->tested ? c->in->mono - contact->tested : TEST_EVERY_MS;
    return since < TEST_EVERY_MS ? TEST_EVERY_MS - since : 0;
}

/* May it be tested? Else the refusal says why, and for how long. */
static bool may_test(struct core *c, const char *person, const char *endpoint)
{
    int64_t wait_s = (test_wait_ms(c, person, endpoint) + MS_SECOND - 1) / MS_SECOND;
    if (contact_stopped(c, person, endpoint)) {
        core_refuse(
            c, CODE_CONFLICT, "endpoint", NULL,
            "%s has stopped messages by %s (STOP): only they can start them again, by START "
            "from the same number",
            person, endpoint);
        return false;
    }
    if (!wait_s)
        return true;
    core_refuse(c, CODE_LIMIT, "endpoint", NULL,
                "%s was tested by %s less than a minute ago: again in %d s", person, endpoint,
                (int)wait_s);
    return false;
}

static json_t *test_send(struct core *c, const struct rung_person *p, const char *endpoint)
{
    char id[UUID_TEXT];
    AUTO_JSON(text);
    AUTO_TEXT(step);
    const struct endpoint *e = site_endpoint(c->site->site, endpoint);
    struct incident *i = upkeep_incident(c);
    text_addf(&step, CONTACT_TEST_STEP "%s", endpoint);
    text = test_text(endpoint, e->channel);
    notice_queue(c, i,
                 &(struct notice_order){.step = text_str(&step),
                                        .person = p,
                                        .text = text,
                                        .type = "muster.test",
                                        .via = endpoint,
                                        .within_ms = TEST_WITHIN_MS,
                                        .alarm = true});
    const struct notice *n = notice_latest(i, text_str(&step));
    json_t *body = contact_body(p->id, endpoint);
    json_put_str(body, "notice", uuid_text(n->id, id));
    core_emit(c, REC_CONTACT_TESTED, i, (struct emit){.actor = actor_input(c), .body = body});
    json_t *one = contact_body(p->id, endpoint);
    json_put_str(one, "channel", e->channel);
    return json_put_str(json_put_str(one, "name", p->name), "notice", id);
}

/* By which endpoints: of a person the one named or all, of an endpoint this one. NULL: refused. */
static json_t *tests_of(struct core *c, const char *person, const char *endpoint)
{
    const struct site *site = c->site->site;
    json_t *methods = site_methods(site, person, endpoint, false);
    for (size_t k = json_array_size(methods); k > 0 && json_array_size(methods) > 1; k--) {
        if (contact_stopped(c, person, json_string_value(json_array_get(methods, k - 1))))
            (void)json_array_remove(methods, k - 1); /* the others can be tested all the same */
    }
    if (json_array_size(methods))
        return methods;
    json_decref(methods);
    core_refuse(
        c, CODE_UNKNOWN_ENDPOINT, "endpoint", site_nearest_endpoint(site, endpoint),
        "%s has no contact \"%s\" in the site; muster contact list %s shows those there are",
        person, endpoint, person);
    return NULL;
}

/* Somebody who has this endpoint: of the duty room first, so that a test rings where somebody is
 * awake. */
static bool person_for(const struct core *c, const char *endpoint, struct rung_person *ret)
{
    const struct site *site = c->site->site;
    struct rungs duty = {0};
    bool found = false;
    site_resolve_duty_room(site, false, c->in->wall, &duty);
    for (size_t n = 0; n < duty.count && !found; n++) {
        AUTO_JSON(methods);
        methods = site_methods(site, duty.at[n].at[0].id, endpoint, false);
        found = json_array_size(methods) > 0 && site_person(site, duty.at[n].at[0].id, ret);
    }
    rungs_done(&duty);
    for (size_t n = 0; !found && site_person_at(site, n, ret); n++) {
        AUTO_JSON(methods);
        methods = site_methods(site, ret->id, endpoint, false);
        found = json_array_size(methods) > 0;
    }
    return found;
}

static bool person_of_test(struct core *c, const char *person, const char *endpoint,
                           struct rung_person *ret)
{
    const struct site *site = c->site ? c->site->site : NULL;
    if (site && endpoint && !site_endpoint(site, endpoint)) {
        core_refuse(c, CODE_UNKNOWN_ENDPOINT, "endpoint", site_nearest_endpoint(site, endpoint),
                    "the site has no endpoint \"%s\"", endpoint);
        return false;
    }
    if (site && !person && person_for(c, endpoint, ret))
        return true;
    if (site && person && site_person(site, person, ret))
        return true;
    if (person)
        core_refuse(c, CODE_UNKNOWN_PERSON, "person",
                    site ? site_nearest_person(site, person) : NULL,
                    "the site has no person \"%s\"", person);
    else
        core_refuse(c, CODE_CONFLICT, "endpoint", NULL,
                    "nobody of the site has a contact by %s: name it in the contacts of a person",
                    endpoint ? endpoint : "any endpoint");
    return false;
}

void decide_contact_test(struct core *c)
{
    struct rung_person p;
    AUTO_JSON(endpoints);
    const char *person = json_str(c->in->body, "person");
    const char *only = json_str(c->in->body, "endpoint");
    size_t n;
    json_t *endpoint;
    if (!input_allowed(c, SCOPE_RESPOND, "send test messages") ||
        !person_of_test(c, person, only, &p) || !(endpoints = tests_of(c, p.id, only)))
        return;
    json_array_foreach(endpoints, n, endpoint)
    {
        if (!may_test(c, p.id, json_string_value(endpoint)))
            return;
    }
    json_t *tests = json_array();
    json_array_foreach(endpoints, n, endpoint)
        json_array_append_new(tests, test_send(c, &p, json_string_value(endpoint)));
    core_reply_ok(c, json_put(incident_reply(c->upkeep), "tests", tests));
}

/* ---- what is known, for people ---- */

static void contact_known(const struct contact *contact, json_t *to)
{
    json_put(to, "set_at", contact->set_at ? json_integer(contact->set_at) : NULL);
    json_put(to, "tested_at", contact->tested_at ? json_integer(contact->tested_at) : NULL);
    json_put_str(to, "result", contact->result);
    json_put(to, "verified_at", contact->verified_at ? json_integer(contact->verified_at) : NULL);
    json_put(to, "stopped_at", contact->stopped_at ? json_integer(contact->stopped_at) : NULL);
}

struct listing {
    const struct core *core;
    const struct pin *site; /* NULL: there is none */
    json_t *list, *named;   /* ids that the site names */
};

/* What the endpoint is, and whether it needs a contact. */
static void channel_put(const struct pin *site, const char *endpoint, json_t *to)
{
    const struct endpoint *e = site ? site_endpoint(site->site, endpoint) : NULL;
    const struct channel *ch = e ? channel_find(site->channels, e->channel) : NULL;
    json_put_str(to, "channel", e ? e->channel : NULL);
    json_put(to, "needed", json_boolean(ch && channel_needs_contact(ch)));
}

static void list_add(struct listing *l, const char *person, const char *name, const char *endpoint,
                     bool named)
{
    const struct contact *contact = contact_find(l->core, person, endpoint);
    json_t *one = json_put_str(contact_body(person, endpoint), "name", name);
    channel_put(l->site, endpoint, one);
    if (contact && !contact->gone)
        contact_known(contact, one);
    json_array_append_new(l->list, json_put(one, "in_site", json_boolean(named)));
    char *id = contact_id(person, endpoint);
    json_put(l->named, id, json_true());
    free(id);
}

static void list_rest(void *ctx, struct contact *contact)
{
    struct listing *l = ctx;
    if (!contact->gone && !json_at(l->named, contact->id))
        list_add(l, contact->person, NULL, contact->endpoint, false);
}

json_t *core_contacts(const struct core *c, const char *pin)
{
    AUTO_JSON(named);
    AUTO_JSON(phones);
    named = json_object();
    struct listing l = {.core = c, .list = json_array(), .named = named};
    struct rung_person p;
    size_t m;
    json_t *one;
    l.site = pin ? core_pin(c, pin) : c->site;
    for (size_t n = 0; l.site && site_person_at(l.site->site, n, &p); n++) {
        AUTO_JSON(methods);
        methods = site_methods(l.site->site, p.id, NULL, false);
        json_array_foreach(methods, m, one)
            list_add(&l, p.id, p.name, json_string_value(one), true);
    }
    phones = l.site ? site_duty_phones(l.site->site) : NULL;
    json_array_foreach(phones, m, one)
        list_add(&l, json_str_or(one, "person", ""), json_str(one, "name"),
                 json_str_or(one, "endpoint", ""), true);
    contacts_walk(c, list_rest, &l);
    return l.list;
}

/* ---- records ---- */

static void result_set(struct contact *contact, const char *result)
{
    free(contact->result);
    contact->result = mem_str(result);
}

/* Nobody answers to the last test any more. */
static void test_let_go(struct core *c, const struct contact *contact)
{
    struct notice *n = core_notice(c, contact->test);
    if (!n)
        return;
    n->kept = false;
    core_mark_notice(c, n);
}

static void apply_tested(struct core *c, struct contact *contact, const struct record *r)
{
    const struct notice *n = NULL;
    test_let_go(c, contact);
    if (uuid_parse(json_str_or(r->body, "notice", ""), &contact->test))
        n = core_notice(c, contact->test);
    contact->tested_at = r->at_ms;
    contact->tested = r->mono;
    result_set(contact, n ? notice_state_name(n->state) : NULL);
}

static void apply_set(struct core *c, struct contact *contact, const struct record *r)
{
    if (json_bool(r->body, "same")) { /* its proof stays, and so does its owner's STOP */
        contact->set_at = r->at_ms;
        return;
    }
    test_let_go(c, contact); /* it was of the address before */
    contact->test = (struct uuid){0};
    contact->set_at = r->at_ms;
    contact->verified_at = contact->stopped_at = contact->tested_at = 0;
    contact->wrong = 0;
    contact->ignored = 0;
    result_set(contact, NULL);
}

bool contact_is_about(enum record_kind kind)
{
    return kind == REC_CONTACT_SET || kind == REC_CONTACT_REMOVED || kind == REC_CONTACT_TESTED ||
           kind == REC_CONTACT_STOPPED || kind == REC_CONTACT_STARTED || kind == REC_REPLY_TAKEN ||
           kind == REC_REPLY_REFUSED;
}

/* What came from it: that proves it, or is counted. */
static void apply_reply(struct contact *contact, const struct record *r)
{
    bool taken = r->kind == REC_REPLY_TAKEN;
    contact->wrong = taken ? 0 : (int)json_int(r->body, "wrong", 0);
    contact->ignored = taken ? 0 : json_int(r->body, "ignored", 0);
    contact->verified_at = taken ? r->at_ms : contact->verified_at;
}

void contact_apply(struct core *c, const struct record *r)
{
    struct contact *contact =
        contact_make(c, json_str_or(r->body, "person", ""), json_str_or(r->body, "endpoint", ""));
    contact->gone = false;
    if (r->kind == REC_CONTACT_SET)
        apply_set(c, contact, r);
    else if (r->kind == REC_CONTACT_TESTED)
        apply_tested(c, contact, r);
    else if (r->kind == REC_REPLY_TAKEN || r->kind == REC_REPLY_REFUSED)
        apply_reply(contact, r);
    else if (r->kind == REC_CONTACT_STOPPED || r->kind == REC_CONTACT_STARTED)
        contact->stopped_at = r->kind == REC_CONTACT_STOPPED ? r->at_ms : 0;
    if (r->kind == REC_CONTACT_REMOVED) {
        test_let_go(c, contact);
        contact->gone = true;
    }
    contact_mark(c, contact);
}

/* Proof is what the person or their device has said, not that a service took it. */
static bool is_proof(enum notice_state s)
{
    return s == NOTICE_DELIVERED || s == NOTICE_SEEN || s == NOTICE_ANSWERED;
}

void contact_apply_notice(struct core *c, const struct record *r)
{
    struct uuid id;
    const struct notice *n =
        uuid_parse(json_str_or(r->body, "notice", ""), &id) ? core_notice(c, id) : NULL;
    if (!n || strncmp(n->step, CONTACT_TEST_STEP, strlen(CONTACT_TEST_STEP)) != 0)
        return;
    struct contact *contact = contact_there(c, n->person, n->step + strlen(CONTACT_TEST_STEP));
    if (!contact || uuid_cmp(contact->test, id) != 0)
        return;
    if (is_proof(n->state) &&
        strcmp(contact->result ? contact->result : "", notice_state_name(n->state)) != 0)
        contact->verified_at = r->at_ms;
    result_set(contact, notice_state_name(n->state));
    contact_mark(c, contact);
}

/* ---- rows ---- */

bool contact_is_row(const char *id)
{
    return !strncmp(id, ROW_PREFIX, strlen(ROW_PREFIX));
}

struct row contact_row(const struct contact *contact)
{
    struct text id = {0}, body = {0};
    char test[UUID_TEXT];
    text_addf(&id, ROW_PREFIX "%s", contact->id);
    if (contact->gone)
        return (struct row){.kind = ROW_META, .id = text_take(&id), .gone = true};
    json_open(&body, '{');
    json_add_str(&body, "endpoint", contact->endpoint);
    json_add_int_unless_0(&body, "ignored", contact->ignored);
    json_add_str(&body, "person", contact->person);
    json_add_str(&body, "result", contact->result);
    json_add_int_unless_0(&body, "set_at", contact->set_at);
    json_add_int_unless_0(&body, "stopped_at", contact->stopped_at);
    json_add_str(&body, "test",
                 uuid_is_none(contact->test) ? NULL : uuid_text(contact->test, test));
    json_add_int_unless_0(&body, "tested", contact->tested);
    json_add_int_unless_0(&body, "tested_at", contact->tested_at);
    json_add_int_unless_0(&body, "verified_at", contact->verified_at);
    json_add_int_unless_0(&body, "wrong", contact->wrong);
    json_shut(&body, '}');
    return (struct row){
        .kind = ROW_META, .id = text_take(&id), .open = true, .text = text_take(&body)};
}

void contact_from_row(struct core *c, const struct row *r)
{
    const json_t *b = r->body;
    struct contact *contact =
        contact_make(c, json_str_or(b, "person", ""), json_str_or(b, "endpoint", ""));
    contact->set_at = json_int(b, "set_at", 0);
    contact->tested_at = json_int(b, "tested_at", 0);
    contact->tested = json_int(b, "tested", 0);
    (void)uuid_parse(json_str_or(b, "test", ""), &contact->test);
    result_set(contact, json_str(b, "result"));
    contact->verified_at = json_int(b, "verified_at", 0);
    contact->stopped_at = json_int(b, "stopped_at", 0);
    contact->wrong = (int)json_int(b, "wrong", 0);
    contact->ignored = json_int(b, "ignored", 0);
}
