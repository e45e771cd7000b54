#include "plan/check.h"

#include "base/civil.h"
#include "core/channel.h"
#include "core/head.h"
#include "core/head_upkeep.h"
#include "core/roster.h"
#include "core/scenario.h"
#include "core/site.h"
#include "plan/check_require.h"
#include "plan/check_set.h"
#include "plan/parse.h"
#include "plan/pin.h"
#include "plan/pin_hash.h"
#include "plan/scope.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 1000 };

static const char *const folders[] = {[TEXT_PLAN] = "",
                                      [TEXT_SITE] = "",
                                      [TEXT_CHANNEL] = "channels/",
                                      [TEXT_LIBRARY] = "lib/",
                                      [TEXT_SCENARIO] = "drills/",
                                      [TEXT_HOLIDAYS] = "holidays/"};

/* ---- the files of a request ------------------------------------------------------------------ */

static char *from_hex(const char *hex, size_t *ret_len)
{
    size_t cap = strlen(hex) / 2 + 1;
    char *bytes = mem_new(cap, 1);

    if (sodium_hex2bin((unsigned char *)bytes, cap, hex, strlen(hex), NULL, ret_len, NULL))
        *ret_len = 0;
    return bytes;
}

static struct checked *file_add(struct check *c, const json_t *file, enum text_kind kind)
{
    AUTO_TEXT(shown);
    const json_t *source = json_at(file, "source");
    const char *hex = json_str(file, "hex");

    c->files = mem_grow(c->files, &c->cap, c->count + 1, sizeof(c->files[0]));
    struct checked *f = &c->files[c->count++];
    *f = (struct checked){.name = json_str_or(file, "name", ""), .kind = kind, .src = ""};
    if (json_is_string(source)) {
        f->src = json_string_value(source);
        f->len = json_string_length(source);
    } else if (hex) {
        f->src = f->bytes = from_hex(hex, &f->len);
    }
    text_addf(&shown, "%s%s", folders[kind], f->name);
    f->file = text_take(&shown);
    return f;
}

static void files_add(struct check *c, const json_t *list, enum text_kind kind)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (c->count >= FILES_MAX) {
            findings_add(&c->findings, "site.lua", (struct pos){1, 1}, "too_many_files",
                         "more than %d files; split the site into several", FILES_MAX);
            return;
        }
        file_add(c, json_array_get(list, i), kind);
    }
}

static void check_done(struct check *c)
{
    for (size_t i = 0; i < c->count; i++) {
        loaded_done(&c->files[i].loaded);
        json_decref(c->files[i].needs);
        arena_done(&c->files[i].arena);
        free(c->files[i].file);
        free(c->files[i].bytes);
    }
    free(c->files);
    for (size_t i = 0; i < c->libraries.count; i++)
        text_done(&c->libraries.at[i].code);
    free(c->libraries.at);
    json_decref(c->plans);
    json_decref(c->scenarios);
    json_decref(c->holidays);
    findings_done(&c->findings);
}

/* ---- remarks of the readers in core ---------------------------------------------------------- */

struct remark_to {
    struct check *check;
    const struct checked *file; /* NULL: found by the subject, a channel's or plan's name */
    enum text_kind kind;
};

static const struct checked *file_of(const struct check *c, enum text_kind kind, const char *name)
{
    for (size_t i = 0; i < c->count; i++) {
        const char *loaded = c->files[i].loaded.name;
        if (c->files[i].kind == kind && loaded && strcmp(loaded, name) == 0)
            return &c->files[i];
    }
    return NULL;
}

static void take_remark(void *ctx, const struct remark *m)
{
    struct remark_to *to = ctx;
    const struct checked *f = to->file ? to->file : file_of(to->check, to->kind, m->subject);
    const struct checked *named;
    AUTO_JSON(within);

    if (!f)
        return;
    if (to->kind == TEXT_SITE && (named = check_holidays_place(to->check, m->path, &within)))
        f = named;
    bool full = findings_full(&to->check->findings, f->file); /* it is only counted then */
    struct pos at = full ? (struct pos){1, 1} : loaded_place(&f->loaded, within ? within : m->path);
    findings_put(&to->check->findings, f->file, at, m->code,
                 m->error ? SEVERITY_ERROR : SEVERITY_WARNING, m->text);
}

/* ---- one file -------------------------------------------------------------------------------- */

static bool name_good(const char *name)
{
    size_t len = strlen(name);
    size_t stem = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    return stem > 0 && stem <= 64 && len == stem + 4 && strcmp(name + stem, ".lua") == 0;
}

static void check_file_name(struct check *c, const struct checked *f)
{
    struct pos top = {1, 1};

    if (!name_good(f->name))
        findings_add(
            &c->findings, f->file, top, "bad_id",
            "\"%s\" is no name of a file of plans; use letters, digits, - and _, then .lua",
            f->name);
    for (const struct checked *other = c->files; other < f; other++)
        if (strcmp(other->file, f->file) == 0)
            findings_add(&c->findings, f->file, top, "duplicate_file",
                         "the file was given twice; give it once");
}

static void take_require(void *ctx, const char *name, struct pos at)
{
    struct checked *f = ctx;

    if (!f->needs)
        f->needs = json_object();
    json_put(f->needs, name, json_pack("[i,i]", at.line, at.col));
}

/* Parse, resolve. */
void check_parse_file(struct check *c, struct checked *f)
{
    check_file_name(c, f);
    f->tree = parse_text(f->file, f->src, f->len, &f->arena, &c->findings);
    if (!f->tree)
        return;
    scope_resolve(f->tree, f->file, f->kind, &f->arena, &c->findings);
    if (text_kind_has_words(f->kind))
        check_requires(f->tree, f->file, &c->findings, take_require, f);
}

void check_load_file(struct check *c, struct checked *f)
{
    struct loadable text = {.file = f->file,
                            .name = f->kind == TEXT_LIBRARY ? f->file : f->name,
                            .src = f->src,
                            .len = f->len,
                            .kind = f->kind,
                            .tree = f->tree,
                            .libraries = &c->libraries};
    size_t before = c->findings.errors;

    if (f->tree && !f->broken)
        load_text(&text, &c->findings, &f->loaded);
    f->broken |= !f->tree || c->findings.errors > before;
}

static void read_file(struct check *c, struct checked *f)
{
    check_parse_file(c, f);
    check_load_file(c, f);
}

/* ---- site and channels ----------------------------------------------------------------------- */

static struct checked *site_file(struct check *c)
{
    return c->count && c->files[0].kind == TEXT_SITE ? &c->files[0] : NULL;
}

static void read_site(struct check *c)
{
    struct checked *f = site_file(c);
    struct remark_to to = {c, f, TEXT_SITE};
    struct remarks r;

    if (!f) {
        findings_add(&c->findings, "site.lua", (struct pos){1, 1}, "no_site",
                     "site.lua is missing; it says who is called, plans cannot do without");
        return;
    }
    read_file(c, f);
    if (!f->loaded.json)
        return;
    check_holidays(c, f->loaded.json);
    check_calendars(c, f->loaded.json);
    remarks_init(&r, "site", take_remark, &to);
    if (site_read(f->loaded.json, &r, &c->site))
        c->site = NULL; /* plans are then checked without their targets */
    else if (c->now)
        site_check_duty(c->site, c->now, &r);
    if (c->site && c->now)
        site_check_left(c->site, c->now, &r);
    remarks_done(&r);
}

/* {"webhook":{…},…} of all channels; NULL when one of them could not be loaded. Gives. */
static json_t *channels_json(const struct check *c)
{
    json_t *all = json_object();

    for (size_t i = 0; i < c->count; i++) {
        const struct checked *f = &c->files[i];
        if (f->kind != TEXT_CHANNEL)
            continue;
        if (!f->loaded.json || !f->loaded.name) {
            json_decref(all);
            return NULL;
        }
        json_object_set(all, f->loaded.name, f->loaded.json);
    }
    return all;
}

static void read_channels(struct check *c)
{
    struct remark_to to = {c, NULL, TEXT_CHANNEL};
    struct remark_to to_site = {c, site_file(c), TEXT_SITE};
    struct remarks r;
    AUTO_JSON(all);

    for (size_t i = 0; i < c->count; i++)
        if (c->files[i].kind == TEXT_CHANNEL)
            read_file(c, &c->files[i]);
    all = channels_json(c);
    if (!all || channel_set_read(all, take_remark, &to, &c->channels))
        return;
    if (!c->site)
        return;
    remarks_init(&r, "site", take_remark, &to_site);
    site_check_channels(c->site, c->channels, &r);
    remarks_done(&r);
}

/* ---- plans ----------------------------------------------------------------------------------- */

/* Each occasion of the schedule has its body. */
static void check_occasions(struct check *c, const struct checked *f)
{
    const char **names = json_keys(json_at(f->loaded.json, "schedule"), NULL);
    for (size_t i = 0; names[i] && !findings_any(&c->findings, f->file); i++) {
        if (!json_at(f->loaded.occasions, names[i]))
            findings_add(
                &c->findings, f->file, f->loaded.call ? f->loaded.call->at : (struct pos){1, 1},
                "no_respond",
                "the schedule has \"%s\", and nothing says what is done then; add function "
                "plan.occasion.%s(incident) … end",
                names[i], names[i]);
    }
    free(names);
}

static void check_respond(struct check *c, const struct checked *f)
{
    if (!strcmp(json_str_or(f->loaded.json, "kind", ""), "standing")) {
        check_occasions(c, f);
        return;
    }
    /* where it is there but fails to be made, something else was said */
    if (!f->loaded.has_respond && f->loaded.json && !findings_any(&c->findings, f->file))
        findings_add(&c->findings, f->file,
                     f->loaded.call ? f->loaded.call->at : (struct pos){1, 1}, "no_respond",
                     "the plan does nothing; add function plan.respond(incident) … end");
}

static struct plan_head *read_head(struct check *c, const struct checked *f)
{
    struct remark_to to = {c, f, TEXT_PLAN};
    struct plan_head *head = NULL;
    struct remarks r;

    if (!f->loaded.json || !f->loaded.name)
        return NULL;
    remarks_init(&r, f->loaded.name, take_remark, &to);
    if (plan_head_read(f->loaded.name, f->loaded.json, c->site, &r, &head))
        head = NULL;
    else if (c->now && c->site)
        plan_head_upkeep_late(head, civil_day(site_zone(c->site), c->now), &r);
    remarks_done(&r);
    return head;
}

/* All heads, before the bodies: they name each other's facts. */
static void load_plan(struct check *c, struct checked *f)
{
    check_parse_file(c, f);
    check_follow(c, f);
    check_load_file(c, f);
    if (f->loaded.json && f->loaded.name && json_at(c->plans, f->loaded.name))
        json_object_set(c->plans, f->loaded.name, f->loaded.json);
}

static struct plan_head *read_plan(struct check *c, struct checked *f)
{
    if (f->tree) {
        struct body_check body = {.call = f->loaded.call,
                                  .head = f->loaded.json,
                                  .plan = f->loaded.name,
                                  .catalogue = check_catalogue_of(c, f)};
        check_code(c, f, &body);
        check_respond(c, f);
    }
    check_paper(c, f);
    return read_head(c, f);
}

static json_t *plans_named(const struct check *c)
{
    json_t *plans = json_object();

    for (size_t i = 0; i < c->count; i++) {
        AUTO_TEXT(name);
        const char *file = c->files[i].name;

        if (c->files[i].kind != TEXT_PLAN || strlen(file) < 4)
            continue;
        text_add_bytes(&name, file, strlen(file) - 4); /* without ".lua" */
        json_put(plans, text_str(&name), json_true());
    }
    return plans;
}

static void read_scenario(struct check *c, struct checked *f, const struct scenario_set *set)
{
    struct remark_to to = {c, f, TEXT_SCENARIO};
    struct remarks r;
    json_t *scenario = NULL;

    read_file(c, f);
    if (!f->loaded.json || !f->loaded.name)
        return;
    remarks_init(&r, f->loaded.name, take_remark, &to);
    if (!scenario_read(f->loaded.name, f->loaded.json, set, &r, &scenario))
        json_put(c->scenarios, f->loaded.name, scenario);
    remarks_done(&r);
}

static void read_scenarios(struct check *c, const struct plan_head *const *heads, size_t count)
{
    const struct scenario_set set = {
        .site = c->site, .plans = c->plans, .heads = heads, .heads_count = count};

    c->scenarios = json_object();
    for (size_t i = 0; i < c->count; i++)
        if (c->files[i].kind == TEXT_SCENARIO)
            read_scenario(c, &c->files[i], &set);
}

static void read_plans(struct check *c)
{
    struct remark_to to = {c, NULL, TEXT_PLAN};
    struct plan_head **heads = mem_new(c->count + 1, sizeof(void *));
    const struct plan_head **good = mem_new(c->count + 1, sizeof(void *));
    size_t count = 0;

    for (size_t i = 0; i < c->count; i++)
        if (c->files[i].kind == TEXT_PLAN)
            load_plan(c, &c->files[i]);
    for (size_t i = 0; i < c->count; i++)
        if (c->files[i].kind == TEXT_PLAN && (heads[count] = read_plan(c, &c->files[i]))) {
            good[count] = heads[count];
            count++;
        }
    plan_heads_check(good, count, take_remark, &to);
    read_scenarios(c, good, count);
    for (size_t i = 0; i < count; i++)
        plan_head_unref(heads[i]);
    free(good);
    free(heads);
}

/* ---- the reply ------------------------------------------------------------------------------- */

/* Does its text, or that of a library, ask a calendar? What looks so and does not harms nobody. */
static bool asks_calendars(const struct check *c, const struct checked *f, const char **libraries)
{
    bool asks = memmem(f->src, f->len, "open_at", 7) != NULL;

    for (size_t i = 0; libraries[i]; i++) {
        const struct checked *library = check_library_file(c, libraries[i]);
        asks = asks || memmem(library->src, library->len, "open_at", 7);
    }
    return asks;
}

/* Calendars and holidays of the site, as a file of the pin; nothing: there are none. */
static void calendars_text(const struct check *c, struct text *to)
{
    const struct checked *f = &c->files[0]; /* the site: without it there is no plan to pin */
    AUTO_JSON(days);

    days = json_object();
    if (json_at(f->loaded.json, "calendars"))
        json_put(days, "calendars", json_share(json_at(f->loaded.json, "calendars")));
    if (json_at(f->loaded.json, "holidays"))
        json_put(days, "holidays", json_share(json_at(f->loaded.json, "holidays")));
    json_write(days, to);
}

static json_t *plan_json(const struct check *c, const struct checked *f)
{
    AUTO_JSON(names);
    AUTO_TEXT(calendars);
    char pin[PIN_TEXT];
    size_t count = 0, files_count;

    names = check_libraries_of(c, f);
    const char **required = json_keys(names, &count);
    struct pin_file *files = mem_new(count + 2, sizeof(*files));
    json_t *listed = json_array();
    files[0] = (struct pin_file){f->name, f->src, f->len};
    json_array_append_new(listed, json_string(f->name));
    for (size_t i = 0; required[i]; i++) {
        const struct checked *library = check_library_file(c, required[i]);
        files[i + 1] = (struct pin_file){library->file, library->src, library->len};
        json_array_append_new(listed, json_string(library->file));
    }
    json_t *plan = json_put_str(json_object(), "name", f->loaded.name);
    json_put_str(plan, "file", f->name);
    files_count = count + 1;
    if (asks_calendars(c, f, required)) {
        calendars_text(c, &calendars);
        files[files_count++] =
            (struct pin_file){PIN_CALENDARS, text_str(&calendars), calendars.len};
        json_array_append_new(listed, json_string(PIN_CALENDARS));
        json_put_str(plan, "calendars", text_str(&calendars));
    }
    json_put(plan, "files", listed);
    json_put_str(plan, "pin", pin_hash(files, files_count, pin));
    free(files);
    free(required);
    return json_put(plan, "head", json_incref(f->loaded.json));
}

static json_t *plans_json(const struct check *c)
{
    json_t *plans = json_array();

    for (size_t i = 0; i < c->count; i++)
        if (c->files[i].kind == TEXT_PLAN)
            json_array_append_new(plans, plan_json(c, &c->files[i]));
    return plans;
}

static json_t *reply(struct check *c, const json_t *request)
{
    json_t *to = json_object();
    bool ok = c->findings.errors == 0;

    json_put_str(to, "op", "checked");
    json_put_int(to, "id", json_int(request, "id", 0));
    json_put(to, "ok", json_boolean(ok));
    if (ok) {
        json_put(to, "site", json_incref(site_file(c)->loaded.json));
        json_put(to, "channels", channels_json(c));
        json_put(to, "plans", plans_json(c));
        json_put(to, "scenarios", json_incref(c->scenarios));
    }
    findings_close(&c->findings);
    json_put(to, "findings", findings_json(&c->findings));
    return to;
}

json_t *check_set(const json_t *request)
{
    struct check c = {.now = json_int(request, "now", 0),
                      .papers = json_at(request, "papers"),
                      .calendars = json_at(request, "calendars")};
    const json_t *site = json_at(request, "site");

    if (json_is_object(site))
        file_add(&c, site, TEXT_SITE);
    files_add(&c, json_at(request, "holidays"), TEXT_HOLIDAYS);
    files_add(&c, json_at(request, "channels"), TEXT_CHANNEL);
    files_add(&c, json_at(request, "libraries"), TEXT_LIBRARY);
    files_add(&c, json_at(request, "plans"), TEXT_PLAN);
    files_add(&c, json_at(request, "drills"), TEXT_SCENARIO);

    read_site(&c);
    read_channels(&c);
    c.plans = plans_named(&c);
    check_libraries(&c);
    read_plans(&c);

    json_t *to = reply(&c, request);
    site_unref(c.site);
    channel_set_unref(c.channels);
    check_done(&c);
    return to;
}

/* ---- for who asks ---------------------------------------------------------------------------- */

json_t *check_file(const char *name, const void *bytes, size_t len)
{
    json_t *file = json_object();

    if (len > LEX_BYTES_MAX + 1) /* whole letters: that it is too long is found, and nothing else */
        len = utf8_cut(bytes, len, LEX_BYTES_MAX + 4);
    json_put_str(file, "name", name);
    if (utf8_valid(bytes, len) && !memchr(bytes, '\0', len)) {
        json_put(file, "source", json_stringn(bytes, len));
    } else {
        char *hex = mem_new(2 * len + 1, 1);
        sodium_bin2hex(hex, 2 * len + 1, bytes, len);
        json_put_str(file, "hex", hex);
        free(hex);
    }
    return file;
}

/* The file of a name like "flood.lua" or "lib/ladders.lua", added to `files` under this name. */
static void pin_file_add(const json_t *request, const char *name, json_t *files)
{
    bool library = !strncmp(name, "lib/", 4);
    const json_t *all = json_at(request, library ? "libraries" : "plans");
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(all), n, one)
    {
        if (!strcmp(json_str_or(one, "name", ""), library ? name + 4 : name))
            json_array_append_new(files, json_put_str(json_copy(one), "name", name));
    }
}

json_t *check_pin_files(const json_t *request, const json_t *plan)
{
    json_t *files = json_array(), *one;
    size_t n;
    json_array_foreach(json_unconst(json_at(plan, "files")), n, one)
    {
        if (strcmp(json_string_value(one), PIN_CALENDARS) != 0)
            pin_file_add(request, json_string_value(one), files);
        else
            json_array_append_new(files, json_pack("{s:s,s:O}", "name", PIN_CALENDARS, "source",
                                                   json_object_get(plan, "calendars")));
    }
    return files;
}
