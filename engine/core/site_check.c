/* All that can be wrong with a site, found in its JSON before anything is built of it. */
#include "base/civil.h"
#include "core/head_report.h"
#include "core/site_data.h"

#include <stdlib.h>
#include <string.h>

/* ---- tables of the site ---- */

/* What the entries of a table are called, and how each is checked. */
struct entries {
    const char *key;
    const char *noun;            /* "a person" */
    bool dots;                   /* ids may have dots */
    const struct form_key *keys; /* NULL: any */
    void (*check)(const json_t *site, const char *id, const json_t *entry, struct remarks *r);
};

static void entry_check(const json_t *site, const struct entries *e, const char *id,
                        const json_t *entry, struct remarks *r)
{
    remark_enter(r, id);
    if (!form_id(id, e->dots))
        remark_error(r, "bad_id", NULL,
                     "\"%s\" is no id; use letters, digits, - and _%s, at most 64", id,
                     e->dots ? ", and dots inside" : "");
    if (form_table(r, entry, e->noun)) {
        if (e->keys)
            form_keys(r, entry, e->keys, e->noun);
        e->check(site, id, entry, r);
    }
    remark_leave(r);
}

static void entries_check(const json_t *site, const struct entries *e, struct remarks *r)
{
    const json_t *table = json_at(site, e->key);
    if (!table)
        return;
    remark_enter(r, e->key);
    if (form_table(r, table, e->key)) {
        const char **ids = json_keys(table, NULL);
        for (size_t i = 0; ids[i]; i++)
            entry_check(site, e, ids[i], json_at(table, ids[i]), r);
        free(ids);
    }
    remark_leave(r);
}

/* A member that names an entry of another table, without a kind: "dept", "place", a seat. */
static void name_check(const json_t *table, const char *noun, const char *name, struct remarks *r)
{
    if (!json_at(table, name))
        remark_error(r, "unknown_name", form_nearest(table, name), "the site has no %s \"%s\"",
                     noun, name);
}

static void name_check_member(const json_t *table, const char *noun, const json_t *entry,
                              const char *key, struct remarks *r)
{
    const char *name = form_str(r, entry, key);
    if (!name)
        return;
    remark_enter(r, key);
    name_check(table, noun, name, r);
    remark_leave(r);
}

/* ---- endpoints ---- */

/* Numbers of one part each, at most `most`; returns how many were read, and *at behind them. */
static int number_groups(const char **at, char between, int base, long most, int groups_max)
{
    int count = 0;
    for (;;) {
        const char *digits = base == 16 ? "0123456789abcdefABCDEF" : "0123456789";
        size_t len = strspn(*at, digits);
        bool zeros = base == 10 && len > 1 && **at == '0'; /* octal to some: refused */
        if (len == 0 || len > 4 || zeros || strtol(*at, NULL, base) > most)
            return count;
        *at += len;
        count++;
        if (count == groups_max || **at != between || !strchr(digits, (*at)[1]) || !(*at)[1])
            return count;
        (*at)++;
    }
}

/* "10.20.0.0/16", "fd00::/8"; an address alone is a block of one. */
static bool cidr_valid(const char *text)
{
    const char *at = text;
    bool v6 = strchr(text, ':') != NULL;
    if (v6) {
        int groups = strncmp(at, "::", 2) == 0 ? 0 : number_groups(&at, ':', 16, 0xffff, 8);
        if (strncmp(at, "::", 2) == 0) {
            at += 2;
            groups += *at && *at != '/' ? number_groups(&at, ':', 16, 0xffff, 7) : 0;
            if (groups > 7)
                return false;
        } else if (groups != 8) {
            return false;
        }
    } else if (number_groups(&at, '.', 10, 255, 4) != 4) {
        return false;
    }
    if (*at == '\0')
        return true;
    return *at++ == '/' && number_groups(&at, '/', 10, v6 ? 128 : 32, 1) == 1 && !*at;
}

static void allow_check(const json_t *endpoint, struct remarks *r)
{
    const json_t *allow = json_at(endpoint, "allow");
    if (!allow)
        return;
    remark_enter(r, "allow");
    if (!json_is_array(allow) && json_object_size(allow) > 0)
        remark_error(r, "bad_value", NULL, "allow is a list of blocks: { \"10.20.0.0/16\" }");
    for (size_t i = 0; i < json_array_size(allow); i++) {
        const json_t *block = json_array_get(allow, i);
        remark_enter_at(r, i);
        if (!json_is_string(block) || json_holds_nul(block) ||
            !cidr_valid(json_string_value(block)))
            remark_error(r, "bad_value", NULL,
                         "this is no block of addresses; write \"10.20.0.0/16\" or \"fd00::/8\"");
        remark_leave(r);
    }
    remark_leave(r);
}

/* probe = "30s", or false: it is not asked. */
static void probe_check(const json_t *e, struct remarks *r)
{
    const json_t *probe = json_at(e, "probe");
    int64_t ms = 0;
    if (!probe || json_is_false(probe))
        return;
    if (!json_is_string(probe) || !duration_parse(json_string_value(probe), false, &ms) ||
        ms < PROBE_LEAST_MS)
        remark_error_at(r, "probe", "bad_value", NULL,
                        "probe is how often it is asked whether it answers, \"30s\" (at least "
                        "5s), or false");
}

static void endpoint_check(const json_t *site, const char *id, const json_t *e, struct remarks *r)
{
    (void)site, (void)id;
    if (form_need(r, e, "channel", "channel = \"webhook\""))
        form_str(r, e, "channel");
    const char *secret = form_str(r, e, "secret");
    if (secret && !form_id(secret, false))
        remark_error_at(r, "secret", "bad_value", NULL,
                        "secret is the name of a file in secrets/: letters, digits, - and _");
    const char *rate = form_str(r, e, "rate");
    int count;
    int64_t ms;
    if (rate && !form_rate(rate, &count, &ms))
        remark_error_at(r, "rate", "bad_value", NULL,
                        "rate is a number of messages and a time, like \"20/1m\"");
    form_bool(r, e, "drill");
    form_str(r, e, "as");
    form_int(r, e, "at_once", 1, AT_ONCE_MAX, AT_ONCE_DEFAULT);
    allow_check(e, r);
    probe_check(e, r);
}

static const struct form_key endpoint_keys[] = {
    {"channel", true}, {"secret", true}, {"rate", true},
    {"drill", true},   {"allow", true},  {"as", true},
    {"at_once", true}, {"probe", true},  {0},
};

/* ---- contacts ---- */

/* `who` is the id for `muster contact set`. A contact's value is not repeated: it is personal. */
static void contact_check(const json_t *site, const json_t *contact, const char *who,
                          struct remarks *r)
{
    const char *s =
        json_is_string(contact) && !json_holds_nul(contact) ? json_string_value(contact) : "";
    size_t len = strcspn(s, ":");
    AUTO_TEXT(name);
    text_add_bytes(&name, s, len);
    if (!form_id(text_str(&name), false)) {
        remark_error(r, "bad_value", NULL, "a contact is an endpoint of the site and @: \"sms:@\"");
        return;
    }
    name_check(json_at(site, "endpoints"), "endpoint", text_str(&name), r);
    if (!s[len])
        remark_error(r, "bad_value", NULL, "a contact is an endpoint and @: \"%s:@\"",
                     text_str(&name));
    else if (strcmp(s + len, ":@") != 0)
        remark_error(r, "contact_value", NULL,
                     "no number or address stands in the site; write \"%s:@\" and give it to the "
                     "vault: muster contact set %s",
                     text_str(&name), who);
}

static bool contact_same_endpoint(const json_t *a, const json_t *b)
{
    if (!json_is_string(a) || !json_is_string(b))
        return false;
    const char *x = json_string_value(a), *y = json_string_value(b);
    size_t len = strcspn(x, ":");
    return len == strcspn(y, ":") && memcmp(x, y, len) == 0;
}

static void contacts_check(const json_t *site, const char *id, const json_t *person,
                           struct remarks *r)
{
    const json_t *contacts = json_at(person, "contacts");
    remark_enter(r, "contacts");
    if (!json_is_array(contacts) || json_array_size(contacts) == 0)
        remark_error(r, "nobody", NULL,
                     "%s cannot be reached; give at least one contact: contacts = { \"sms:@\" }",
                     id);
    for (size_t i = 0; i < json_array_size(contacts); i++) {
        remark_enter_at(r, i);
        contact_check(site, json_array_get(contacts, i), id, r);
        for (size_t k = 0; k < i; k++)
            if (contact_same_endpoint(json_array_get(contacts, i), json_array_get(contacts, k)))
                remark_error(r, "bad_value", NULL,
                             "this endpoint stands twice; the vault holds one contact for it");
        remark_leave(r);
    }
    remark_leave(r);
}

/* ---- people and departments ---- */

static void lang_check(const json_t *site, const json_t *person, struct remarks *r)
{
    const char *lang = form_str(r, person, "lang");
    const json_t *languages = json_at(site, "languages");
    bool known = !lang || !languages;
    for (size_t i = 0; i < json_array_size(languages) && !known; i++) {
        const char *one = json_string_value(json_array_get(languages, i));
        known = one && strcmp(lang, one) == 0;
    }
    if (!known)
        remark_error_at(r, "lang", "unknown_name", NULL,
                        "\"%s\" is none of the site's languages; add it there or take one of them",
                        lang);
}

static void person_check(const json_t *site, const char *id, const json_t *p, struct remarks *r)
{
    if (form_need(r, p, "name", "name = \"李明\""))
        form_str(r, p, "name");
    name_check_member(json_at(site, "departments"), "department", p, "dept", r);
    form_bool(r, p, "drill");
    left_check(p, r);
    lang_check(site, p, r);
    contacts_check(site, id, p, r);
}

static const struct form_key person_keys[] = {
    {"name", true},
    {"dept", true},
    {"contacts", true},
    {"lang", true},
    {"drill", true},
    {"left", true},
    {0},
};

static void department_check(const json_t *site, const char *id, const json_t *d, struct remarks *r)
{
    if (form_need(r, d, "name", "name = \"水务局\""))
        form_words(r, d, "name");
    target_check_member(site, d, "duty", "duty", r);
    target_check_member(site, d, "head", "person post", r);
    target_check_member(site, d, "backup", "person post", r);
    if (json_at(d, "duty_phone")) {
        AUTO_TEXT(who);
        text_addf(&who, "dept:%s", id);
        remark_enter(r, "duty_phone");
        contact_check(site, json_at(d, "duty_phone"), text_str(&who), r);
        remark_leave(r);
    }
    name_check_member(json_at(site, "endpoints"), "endpoint", d, "endpoint", r);
    form_bool(r, d, "outside");
    form_bool(r, d, "drill");
    if (!json_at(d, "duty") && !json_at(d, "head") && !json_at(d, "duty_phone") &&
        !json_at(d, "endpoint"))
        remark_error(r, "nobody", NULL,
                     "the department %s cannot be reached; give it duty, duty_phone, head or "
                     "endpoint",
                     id);
}

static const struct form_key department_keys[] = {
    {"name", true},    {"duty", true},   {"duty_phone", true},
    {"head", true},    {"backup", true}, {"endpoint", true},
    {"outside", true}, {"drill", true},  {0},
};

/* ---- posts and groups: what may lead back to itself ---- */

static bool post_ends(const json_t *site, const char *id, const char *key)
{
    const json_t *posts = json_at(site, "posts");
    for (int i = 0; id && i < TARGET_CHAIN_MAX; i++)
        id = target_id(json_str(json_at(posts, id), key), "post");
    return !id;
}

static void post_check(const json_t *site, const char *id, const json_t *post, struct remarks *r)
{
    static const char *const keys[] = {"holder", "deputy"};
    form_words(r, post, "title");
    form_need(r, post, "holder", "holder = \"person:li.ming\"");
    for (int i = 0; i < 2; i++) {
        size_t errors = r->errors;
        target_check_member(site, post, keys[i], "person post", r);
        if (r->errors == errors && !post_ends(site, id, keys[i]))
            remark_error_at(r, keys[i], "circle", NULL,
                            "the %s of post:%s leads through posts to no person; name a person in "
                            "one of them",
                            keys[i], id);
    }
}

static const struct form_key post_keys[] = {
    {"title", true},
    {"holder", true},
    {"deputy", true},
    {0},
};

/* Does the group lead, at any depth, to the group `to`? `seen` has the groups already visited. */
static bool group_leads_to(const json_t *groups, const char *id, const char *to, json_t *seen,
                           int depth)
{
    const json_t *members = json_at(groups, id);
    for (size_t i = 0; i < json_array_size(members); i++) {
        const char *inner = target_id(json_string_value(json_array_get(members, i)), "group");
        if (!inner)
            continue;
        if (strcmp(inner, to) == 0 || depth == TARGET_CHAIN_MAX)
            return true;
        if (json_at(seen, inner))
            continue;
        json_put(seen, inner, json_true());
        if (group_leads_to(groups, inner, to, seen, depth + 1))
            return true;
    }
    return false;
}

static void groups_check(const json_t *site, struct remarks *r)
{
    const json_t *groups = json_at(site, "groups");
    remark_enter(r, "groups");
    const char **ids = json_keys(groups, NULL);
    if (groups)
        form_table(r, groups, "groups");
    for (size_t i = 0; ids[i]; i++) {
        if (!form_id(ids[i], false))
            remark_error_at(r, ids[i], "bad_id", NULL,
                            "\"%s\" is no id; use letters, digits, - and _, at most 64", ids[i]);
        if (!form_list(r, groups, ids[i], "targets"))
            continue;
        targets_check(site, groups, ids[i], r);
        AUTO_JSON(seen);
        seen = json_object();
        if (group_leads_to(groups, ids[i], ids[i], seen, 1))
            remark_error_at(r, ids[i], "circle", NULL,
                            "group:%s leads back to itself, or through more than %d groups; name "
                            "people or departments in it",
                            ids[i], TARGET_CHAIN_MAX);
    }
    free(ids);
    remark_leave(r);
}

/* ---- places and stations ---- */

static void place_check(const json_t *site, const char *id, const json_t *place, struct remarks *r)
{
    (void)site, (void)id;
    form_words(r, place, "name");
    form_str(r, place, "in_");
}

static void station_check(const json_t *site, const char *id, const json_t *station,
                          struct remarks *r)
{
    (void)id;
    const char *kind =
        form_need(r, station, "kind", "kind = \"gauge\"") ? form_str(r, station, "kind") : NULL;
    if (kind && !form_id(kind, false))
        remark_error_at(r, "kind", "bad_id", NULL, "kind is a word of letters, digits, - and _");
    form_words(r, station, "name");
    name_check_member(json_at(site, "places"), "place", station, "place", r);
    const char **keys = json_keys(station, NULL);
    for (size_t i = 0; keys[i]; i++) {
        const json_t *value = json_at(station, keys[i]);
        if (strcmp(keys[i], "name") != 0 && (json_is_object(value) || json_is_array(value)))
            remark_error_at(r, keys[i], "bad_value", NULL,
                            "a constant of a station is a number, a text, true or false");
    }
    free(keys);
}

/* ---- the top ---- */

static void languages_check(const json_t *site, struct remarks *r)
{
    const json_t *languages = json_at(site, "languages");
    if (!languages || !form_list(r, site, "languages", "languages: { \"zh\", \"en\" }"))
        return;
    remark_enter(r, "languages");
    for (size_t i = 0; i < json_array_size(languages); i++) {
        const char *lang = json_string_value(json_array_get(languages, i));
        if (!lang || strlen(lang) != 2 || !form_id(lang, false)) {
            remark_enter_at(r, i);
            remark_error(r, "bad_value", NULL, "a language is two letters: \"zh\", \"en\"");
            remark_leave(r);
        }
    }
    remark_leave(r);
}

static void zone_check(const json_t *site, struct remarks *r)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "_+-/";
    const char *zone = form_str(r, site, "zone");
    if (zone && (strspn(zone, allowed) != strlen(zone) || zone[0] == '/'))
        remark_error_at(r, "zone", "bad_value", NULL,
                        "zone is a name of the time zone database, like \"Asia/Shanghai\"");
    else if (zone && !zone_known(zone))
        remark_error_at(r, "zone", "unknown_name", zone_nearest(zone),
                        "the time zone database has no zone \"%s\"", zone);
}

static void self_alarm_check(const json_t *site, struct remarks *r)
{
    static const struct form_key keys[] = {{"to", true}, {"text", true}, {0}};
    const json_t *alarm =
        form_need(r, site, "self_alarm", "self_alarm = { to = \"duty:duty-room\", text = \"…\" }");
    if (!alarm)
        return;
    remark_enter(r, "self_alarm");
    if (form_table(r, alarm, "self_alarm")) {
        form_keys(r, alarm, keys, "self_alarm");
        if (form_need(r, alarm, "to", "to = \"duty:duty-room\""))
            targets_check(site, alarm, "to", r);
        if (form_need(r, alarm, "text", "text = \"Muster cannot write its record …\""))
            form_words(r, alarm, "text");
    }
    remark_leave(r);
}

static void fallback_check(const json_t *site, struct remarks *r)
{
    if (json_at(site, "fallback"))
        rungs_check(site, site, "fallback", r);
    else
        remark_error(r, "no_fallback", NULL,
                     "the site has no fallback: whom to call when no plan can run; write fallback "
                     "= { { to = \"duty:duty-room\", within = \"5m\" } }");
}

/* Rules of when to report, which heads may name as their basis. */
static void deadline_check(const json_t *deadlines, const char *id, struct remarks *r)
{
    static const struct form_key keys[] = {{"basis", true}, {"actor", true}, {"to", true},
                                           {"due", true},   {"phone", true}, {0}};
    const json_t *rule = json_at(deadlines, id);
    if (!form_id(id, true))
        remark_error(r, "bad_id", NULL, "\"%s\" is no name of a rule; letters, digits, . - and _",
                     id);
    if (!form_table(r, rule, "a rule of when to report"))
        return;
    form_keys(r, rule, keys, "a rule of when to report");
    if (form_need(r, rule, "basis", "basis = { zh = \"…\", en = \"…\" }"))
        form_words(r, rule, "basis");
    if (json_at(rule, "actor"))
        form_words(r, rule, "actor");
    if (json_at(rule, "to"))
        form_words(r, rule, "to");
    report_time_check(rule, "due", r);
    report_time_check(rule, "phone", r);
    report_phone_check(json_at(rule, "phone"), json_at(rule, "due"), r);
}

static void deadlines_check(const json_t *site, struct remarks *r)
{
    const json_t *deadlines = json_at(site, "deadlines");
    if (!deadlines)
        return;
    remark_enter(r, "deadlines");
    const char **ids = json_keys(deadlines, NULL);
    form_table(r, deadlines, "deadlines");
    for (size_t n = 0; ids[n]; n++) {
        remark_enter(r, ids[n]);
        deadline_check(deadlines, ids[n], r);
        remark_leave(r);
    }
    free(ids);
    remark_leave(r);
}

/* What becomes of the messages of a tabletop: shown at the table, or sent. */
static void tabletop_check(const json_t *site, struct remarks *r)
{
    static const char *const words[] = {"show", "send", NULL};
    form_word(r, site, "tabletop", words, NULL);
}

static const struct form_key site_keys[] = {
    {"name", true},       {"zone", true},        {"languages", true}, {"endpoints", true},
    {"people", true},     {"departments", true}, {"posts", true},     {"groups", true},
    {"places", true},     {"stations", true},    {"rosters", true},   {"fallback", true},
    {"self_alarm", true}, {"calendars", true},   {"holidays", true},  {"may_order", true},
    {"auto", true},       {"deadlines", true},   {"tabletop", true},  {0},
};

static const struct entries site_entries[] = {
    {"endpoints", "an endpoint", false, endpoint_keys, endpoint_check},
    {"people", "a person", true, person_keys, person_check},
    {"departments", "a department", false, department_keys, department_check},
    {"posts", "a post", false, post_keys, post_check},
    {"places", "a place", false, NULL, place_check},
    {"stations", "a station", false, NULL, station_check},
    {"rosters", "a roster", false, NULL, roster_check},
};

bool site_check(const json_t *site, struct remarks *r)
{
    size_t errors = r->errors;
    if (!form_table(r, site, "the site"))
        return false;

    form_keys(r, site, site_keys, "the site");
    if (form_need(r, site, "name", "name = \"浑江市\""))
        form_words(r, site, "name");
    zone_check(site, r);
    languages_check(site, r);
    form_need(r, site, "endpoints", "endpoints = { sms = { channel = \"webhook\" } }");
    form_need(r, site, "people", "people = { [\"li.ming\"] = { … } }");
    for (size_t i = 0; i < sizeof(site_entries) / sizeof(site_entries[0]); i++)
        entries_check(site, &site_entries[i], r);
    groups_check(site, r);
    fallback_check(site, r);
    self_alarm_check(site, r);
    may_order_check(site, r);
    auto_check(site, r);
    deadlines_check(site, r);
    tabletop_check(site, r);
    calendars_check(site, r);
    return r->errors == errors;
}
