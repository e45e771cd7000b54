/*
 * engine_vault - the vault as people see it: contacts set, listed, imported, exported, removed.
 *
 *     contact_set, contact_import ──► each value checked by what its channel says of a contact
 *                 ──► records contact_set, without the values ──► the values, in the same commit
 *
 * What is imported is checked as a whole, and set as a whole or not at all. Values stand in the
 * vault and in the reply to contact_export; in no record, log or other reply (rule R11).
 */
#include "engine.h"

#include "base/code.h"
#include "base/log.h"
#include "core/contact_value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { UNSET_SHOWN = 20, FAULTS_SHOWN = 100 };

static const char *value_of(const struct engine *e, const char *person, const char *endpoint)
{
    AUTO_TEXT(id);
    text_addf(&id, "%s\n%s", person, endpoint);
    return json_str(e->contacts, text_str(&id));
}

/* ---- setting ---- */

static json_t *fault_json(enum code code, const struct contact_fault *f)
{
    json_t *o = json_put_str(json_object(), "code", code_name(code));
    json_put_str(o, "field", f->field);
    json_put_str(o, "near", f->near);
    return json_put_str(o, "error", f->why.text);
}

static void set_put(json_t *values, const char *person, const char *endpoint, const char *value)
{
    AUTO_TEXT(id);
    text_addf(&id, "%s\n%s", person, endpoint);
    json_put_str(values, text_str(&id), value);
}

static bool is_the_same(const struct engine *e, const char *person, const char *endpoint,
                        const char *value)
{
    const char *held = value_of(e, person, endpoint);
    return held && !strcmp(held, value);
}

/* Each value is written when its record is made, and not if it is refused. values: takes. */
static void set_decide(struct engine *e, const struct input *in, json_t *values)
{
    e->setting = values;
    engine_input(e, *in);
    e->setting = NULL;
    json_decref(values);
}

static void set_one(struct engine *e, const struct input *in, const char *value)
{
    struct contact_fault f;
    const char *person = json_str_or(in->body, "person", "");
    const char *endpoint = json_str_or(in->body, "endpoint", "");
    enum code code = core_contact_check(e->core, person, endpoint, value ? value : "", &f);
    if (code) {
        serve_reply(e->serve, in->to, json_put(fault_json(code, &f), "ok", json_false()));
    } else {
        AUTO_JSON(body);
        struct input asked = *in;
        json_t *values = json_object();
        set_put(values, person, endpoint, text_str(&f.kept));
        body = json_copy(json_unconst(in->body));
        json_put(body, "same", json_boolean(is_the_same(e, person, endpoint, text_str(&f.kept))));
        asked.body = body;
        set_decide(e, &asked, values);
    }
    contact_fault_done(&f);
}

/* ---- removing ---- */

/* The endpoints for which the vault holds something of this person. Gives. */
static json_t *held_of(const struct engine *e, const char *person, const char *only)
{
    json_t *list = json_array();
    size_t len = strlen(person);
    const char **ids = json_keys(e->contacts, NULL);
    for (size_t n = 0; ids[n]; n++) {
        bool theirs = !strncmp(ids[n], person, len) && ids[n][len] == '\n';
        if (theirs && (!only || !strcmp(ids[n] + len + 1, only)))
            json_array_append_new(list, json_string(ids[n] + len + 1));
    }
    free(ids);
    return list;
}

static void remove_some(struct engine *e, const struct input *in)
{
    AUTO_JSON(body);
    struct input asked = *in;
    body = json_copy(json_unconst(in->body));
    json_put(body, "endpoints",
             held_of(e, json_str_or(body, "person", ""), json_str(body, "endpoint")));
    asked.body = body;
    engine_input(e, asked);
}

void vault_record(struct engine *e, const struct record *r)
{
    if (r->kind == REC_CONTACT_STOPPED)
        log_warn("vault",
                 "%s has stopped messages by %s: nothing more is sent there until START comes from "
                 "it; tell the duty room",
                 json_str_or(r->body, "person", "?"), json_str_or(r->body, "endpoint", "?"));
    const char *person = json_str_or(r->body, "person", "");
    const char *endpoint = json_str_or(r->body, "endpoint", "");
    AUTO_TEXT(id);
    text_addf(&id, "%s\n%s", person, endpoint);
    if (r->kind == REC_CONTACT_REMOVED)
        contact_write(e, person, endpoint, NULL);
    else if (r->kind == REC_CONTACT_SET && json_str(e->setting, text_str(&id)))
        contact_write(e, person, endpoint, json_str(e->setting, text_str(&id)));
}

/* ---- whose telephone or account it is ---- */

/* Numbers are known again however they are written; all else letter by letter. */
static bool is_same(const char *value, const char *from)
{
    return !strcmp(value, from) ||
           (strspn(value, "+0123456789 -()") == strlen(value) && contact_same_number(value, from));
}

/* All whose contact for this endpoint it is: a department's telephone may be somebody's, too. */
static json_t *people_of(const struct engine *e, const char *endpoint, const char *from)
{
    json_t *people = json_array();
    const char **ids = json_keys(e->contacts, NULL);
    for (size_t n = 0; ids[n]; n++) {
        const char *end = strchr(ids[n], '\n');
        if (end && !strcmp(end + 1, endpoint) &&
            is_same(json_str_or(e->contacts, ids[n], ""), from))
            json_array_append_new(people, json_stringn(ids[n], (size_t)(end - ids[n])));
    }
    free(ids);
    struct contact_fault f;
    if (e->demo && !json_array_size(people) && /* a phone of the demo is known by its person */
        !core_contact_check(e->core, from, endpoint, NULL, &f))
        json_array_append_new(people, json_string(from));
    return people;
}

/* The number or account stays here (rule R11): the core hears of people. */
static void reply_by(struct engine *e, const struct input *in)
{
    AUTO_JSON(body);
    struct input asked = *in;
    body = json_copy(json_unconst(in->body));
    json_put(body, "people",
             people_of(e, json_str_or(body, "endpoint", ""), json_str_or(body, "from", "")));
    (void)json_object_del(body, "from");
    asked.body = body;
    engine_input(e, asked);
}

bool vault_submit(struct engine *e, const struct input *in, const char *value)
{
    if (in->kind == IN_CONTACT_SET)
        set_one(e, in, value);
    else if (in->kind == IN_CONTACT_REMOVE)
        remove_some(e, in);
    else if (in->kind == IN_REPLY)
        reply_by(e, in);
    else
        return false;
    return true;
}

/* ---- many at once ---- */

/* All of it looked at: faults with the index of each, or what is to be set, in `kept`. */
static json_t *faults_of(const struct engine *e, const json_t *contacts, json_t *kept)
{
    json_t *faults = json_array(), *one;
    size_t n;
    json_array_foreach(json_unconst(contacts), n, one)
    {
        struct contact_fault f;
        enum code code =
            core_contact_check(e->core, json_str_or(one, "person", ""),
                               json_str_or(one, "endpoint", ""), json_str_or(one, "value", ""), &f);
        if (code)
            json_array_append_new(faults, json_put_int(fault_json(code, &f), "index", (int64_t)n));
        else
            json_array_append_new(kept, json_string(text_str(&f.kept)));
        contact_fault_done(&f);
    }
    return faults;
}

static json_t *import_refused(json_t *takes_faults, size_t of)
{
    AUTO_TEXT(sentence);
    size_t count = json_array_size(takes_faults);
    text_addf(&sentence, "%zu of %zu contacts cannot be taken; nothing was set", count, of);
    while (json_array_size(takes_faults) > FAULTS_SHOWN)
        (void)json_array_remove(takes_faults, json_array_size(takes_faults) - 1);
    json_t *reply = json_put(json_object(), "ok", json_false());
    json_put_str(reply, "code", code_name(CODE_BAD_FIELD));
    json_put_str(reply, "field", "contacts");
    json_put_int(reply, "faults", (int64_t)count);
    return json_put(json_put_str(reply, "error", text_str(&sentence)), "errors", takes_faults);
}

/* The records are decided as one input, and so are one commit with the values. */
static void import_take(struct engine *e, struct input *in, const json_t *contacts,
                        const json_t *kept)
{
    AUTO_JSON(body);
    json_t *list = json_array(), *values = json_object(), *one;
    size_t n;
    json_array_foreach(json_unconst(contacts), n, one)
    {
        const char *person = json_str_or(one, "person", "");
        const char *endpoint = json_str_or(one, "endpoint", "");
        const char *value = json_string_value(json_array_get(kept, n));
        json_t *plain = json_copy(one);
        (void)json_object_del(plain, "value");
        json_put(plain, "same", json_boolean(is_the_same(e, person, endpoint, value)));
        set_put(values, person, endpoint, value);
        json_array_append_new(list, plain);
    }
    body = json_put(json_object(), "contacts", list);
    in->body = body;
    set_decide(e, in, values);
}

void vault_import(void *ctx, const struct principal *who, const json_t *asked, struct reply_to to)
{
    struct engine *e = ctx;
    AUTO_JSON(kept);
    const json_t *contacts = json_at(asked, "contacts");
    size_t count = json_array_size(contacts);
    struct input in = {.kind = IN_CONTACT_SET, .who = *who, .to = to};
    kept = json_array();
    json_t *faults = faults_of(e, contacts, kept);
    if (json_array_size(faults)) {
        serve_reply(e->serve, to, import_refused(faults, count));
        return;
    }
    json_decref(faults);
    if (json_bool(asked, "check"))
        serve_reply(
            e->serve, to,
            json_put(json_put_int(json_object(), "checked", (int64_t)count), "ok", json_true()));
    else
        import_take(e, &in, contacts, kept);
}

/* ---- what is there ---- */

/* In a demo nobody needs an entry: the phone is known by its person. */
static bool is_set(const struct engine *e, const json_t *contact)
{
    return e->demo ||
           value_of(e, json_str_or(contact, "person", ""), json_str_or(contact, "endpoint", ""));
}

/* What is in the vault and not known to the core: set before that was kept, by who is gone. */
static void add_unknown(const struct engine *e, json_t *list)
{
    AUTO_JSON(known);
    size_t n;
    json_t *one;
    known = json_object();
    json_array_foreach(list, n, one)
    {
        AUTO_TEXT(id);
        text_addf(&id, "%s\n%s", json_str_or(one, "person", ""), json_str_or(one, "endpoint", ""));
        json_put(known, text_str(&id), json_true());
    }
    const char **ids = json_keys(e->contacts, NULL);
    for (n = 0; ids[n]; n++) {
        const char *end = strchr(ids[n], '\n');
        if (json_at(known, ids[n]) || !end)
            continue;
        one = json_put(json_object(), "person", json_stringn(ids[n], (size_t)(end - ids[n])));
        json_put_str(one, "endpoint", end + 1);
        json_array_append_new(list, json_put(one, "in_site", json_false()));
    }
    free(ids);
}

static json_t *contacts_of(const struct engine *e, const char *pin, const char *person,
                           bool missing)
{
    AUTO_JSON(all);
    json_t *list = json_array(), *one;
    size_t n;
    all = core_contacts(e->core, pin);
    add_unknown(e, all);
    json_array_foreach(all, n, one)
    {
        bool set = is_set(e, one);
        bool lacks = !set && json_bool(one, "in_site") && json_bool(one, "needed");
        if ((person && strcmp(person, json_str_or(one, "person", "")) != 0) || (missing && !lacks))
            continue;
        json_array_append(list, json_put(one, "set", json_boolean(set)));
    }
    return json_put(json_object(), "contacts", list);
}

json_t *vault_contacts(void *ctx, const char *person, bool missing)
{
    return contacts_of(ctx, NULL, person, missing);
}

json_t *vault_export(void *ctx, const struct principal *who, const char *person)
{
    const struct engine *e = ctx;
    json_t *list = json_array();
    const char **ids = json_keys(e->contacts, NULL);
    for (size_t n = 0; ids[n]; n++) {
        const char *end = strchr(ids[n], '\n');
        size_t len = end ? (size_t)(end - ids[n]) : 0;
        if (!end || (person && (strlen(person) != len || memcmp(person, ids[n], len) != 0)))
            continue;
        json_t *one = json_put(json_object(), "person", json_stringn(ids[n], len));
        json_put_str(one, "endpoint", end + 1);
        json_array_append_new(list,
                              json_put(one, "value", json_share(json_at(e->contacts, ids[n]))));
    }
    free(ids);
    log_warn("vault", "%zu contacts were given out to %s, with their values", json_array_size(list),
             who->id);
    return json_put(json_object(), "contacts", list);
}

/* Named in the log, too: who starts a daemon at night reads nothing else. */
static void unset_log(const json_t *unset, size_t count)
{
    AUTO_TEXT(names);
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(unset), n, one)
        text_addf(&names, "%s%s/%s", n ? ", " : "", json_str_or(one, "person", "?"),
                  json_str_or(one, "endpoint", "?"));
    log_warn("vault",
             "%zu contacts that the site names have no value in the vault: %s%s; these people are "
             "called by their other contacts, or not at all (muster contact list --missing)",
             count, text_str(&names), count > json_array_size(unset) ? ", …" : "");
}

/* Who is called by nothing any more, and still stands somewhere. */
static json_t *left_named(const struct engine *e, const char *site_pin)
{
    json_t *left = core_left(e->core, site_pin, e->clock.wall), *one;
    size_t n;
    json_array_foreach(left, n, one)
        log_warn("site",
                 "%s has left on %s, and is still named in %lld places of the site: nobody is "
                 "called there (muster plan check names them)",
                 json_str_or(one, "person", "?"), json_str_or(one, "left", "?"),
                 (long long)json_int(one, "places", 0));
    return left;
}

/* Endpoints whose file of secrets cannot be read: nothing goes out by them. In a demo none is. */
static json_t *secrets_missing(const struct engine *e, const char *site_pin)
{
    const char *folder = config_text(e->config, OPT_SECRETS);
    json_t *missing = json_array(), *one;
    size_t n;
    AUTO_JSON(named);
    named = e->demo ? json_array() : core_secrets(e->core, site_pin);
    json_array_foreach(named, n, one)
    {
        AUTO_TEXT(path);
        text_addf(&path, "%s/%s", folder, json_str_or(one, "secret", "?"));
        if (!access(text_str(&path), R_OK))
            continue;
        log_warn("vault",
                 "endpoint %s: its secret %s cannot be read: %s: nothing goes out by it until the "
                 "file is there (it is read anew with each message)",
                 json_str_or(one, "endpoint", "?"), text_str(&path), strerror(errno));
        json_array_append(missing, one);
    }
    return missing;
}

json_t *vault_unset(const struct engine *e, const char *site_pin)
{
    json_t *missing = contacts_of(e, site_pin, NULL, true);
    const json_t *all = json_at(missing, "contacts");
    size_t count = json_array_size(all);
    json_t *shown = json_array(), *reply = json_object();
    for (size_t n = 0; n < count && n < UNSET_SHOWN; n++) {
        const json_t *one = json_array_get(all, n);
        json_t *plain = json_put_str(json_object(), "person", json_str(one, "person"));
        json_put_str(plain, "name", json_str(one, "name"));
        json_array_append_new(shown, json_put_str(plain, "endpoint", json_str(one, "endpoint")));
    }
    if (count) {
        unset_log(shown, count);
        json_put(reply, "unset", json_incref(shown));
        json_put_int(reply, "unset_count", (int64_t)count);
    }
    json_decref(shown);
    json_decref(missing);
    json_t *left = left_named(e, site_pin);
    json_put(reply, "left", json_array_size(left) ? json_incref(left) : NULL);
    json_decref(left);
    AUTO_JSON(secrets);
    secrets = secrets_missing(e, site_pin);
    json_put(reply, "no_secret", json_array_size(secrets) ? json_share(secrets) : NULL);
    return reply;
}
