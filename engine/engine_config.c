/*
 * engine_config - site and plans: read from the folder, checked as a set by a planner, swapped in
 * as a set or not at all. A set with an error never replaces a good one; without any good one there
 * is nothing to serve, and the first start ends with the findings and exit code 78.
 *
 *     read --> asked of a planner (again of the next one, if it died) --> checked --> in force
 *      ^ |                                                            \--> refused: findings
 *      +-+ a file is being written just now: again in a moment
 *
 * One check at a time; who asks meanwhile waits (engine_plans.c), and what is read for him is read
 * after he asked.
 */
#include "engine.h"

#include "base/frame.h"
#include "base/log.h"
#include "plan/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    CHECK_TRIES = 3,
    SOURCE_BYTES_MAX = 256 * 1024,
    FILES_MAX = 1000,
    YOUNG_MS = 50,     /* who has emptied a file may take so long to write into it */
    READS_MAX = 50,    /* of a file that is being written, so many, */
    READ_AGAIN_MS = 20 /* each after so long */
};

struct check {
    json_t *request; /* NULL: it is to be read once more */
    int64_t gen;     /* of the planner that was asked; 0: none yet */
    int tries, reads;
    struct config_ask ask;
    char digest[PLANS_DIGEST]; /* of what was read */
};

bool config_in_force(const struct engine *e)
{
    return core_configured(e->core);
}

static void check_drop(struct engine *e)
{
    if (!e->check)
        return;
    json_decref(e->check->request);
    free(e->check);
    e->check = NULL;
}

void config_free(struct engine *e)
{
    check_drop(e);
}

/* --- reading the folder --- */

/* Has somebody written to it while it was read, or just before? */
static bool file_moves(int fd, const struct stat *before)
{
    struct stat after;
    struct timespec now;
    if (fstat(fd, &after) != 0 || clock_gettime(CLOCK_REALTIME, &now) != 0)
        return true;
    int64_t age_ms = (int64_t)(now.tv_sec - after.st_ctim.tv_sec) * 1000 +
                     (now.tv_nsec - after.st_ctim.tv_nsec) / 1000000;
    return after.st_size != before->st_size || after.st_ctim.tv_sec != before->st_ctim.tv_sec ||
           after.st_ctim.tv_nsec != before->st_ctim.tv_nsec || (age_ms >= 0 && age_ms < YOUNG_MS);
}

/* What has no end, or none that comes, is never begun with. */
static enum err file_kind(const char *path, const struct stat *st, struct why *why)
{
    if (S_ISREG(st->st_mode))
        return ERR_OK;
    return why_set(why, ERR_CONFIG,
                   "%s is %s, and no file; what is called .lua or .md in the plans folder is read "
                   "as a part of the set: give it another name, or move it out",
                   path, S_ISDIR(st->st_mode) ? "a folder" : "a pipe, socket or device");
}

static enum err file_take(int fd, const char *path, const char *name, json_t **ret, struct why *why)
{
    AUTO_TEXT(source);
    struct stat before;
    char buffer[8192];
    ssize_t got = 1;
    if (fstat(fd, &before) != 0)
        return why_set(why, ERR_CONFIG, "%s: %s", path, strerror(errno));
    enum err err = file_kind(path, &before, why);
    if (err)
        return err;
    while (source.len <= SOURCE_BYTES_MAX && (got = read(fd, buffer, sizeof buffer)) > 0)
        text_add_bytes(&source, buffer, (size_t)got);
    if (got < 0)
        return why_set(why, ERR_CONFIG, "%s cannot be read: %s", path, strerror(errno));
    if (file_moves(fd, &before))
        return why_set(why, ERR_CONFLICT,
                       "%s changes while it is read; save it once more when it is whole", path);
    *ret = check_file(name, text_str(&source), source.len);
    return ERR_OK;
}

static enum err file_unopened(const char *path, struct why *why)
{
    struct stat st;
    int number = errno;
    if (number == ENOENT && lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
        return why_set(
            why, ERR_CONFIG,
            "%s is a link to a file that is not there; remove it, or bring the file back", path);
    return why_set(why, ERR_CONFIG, "%s: %s", path, strerror(number));
}

/*
 * One file for the request. What is wrong with its bytes is for the check to say, with its place.
 * ERR_CONFLICT: it is being written just now. Opened without waiting: a pipe would never come back.
 */
enum err config_file(const char *path, const char *name, json_t **ret, struct why *why)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return file_unopened(path, why);
    enum err err = file_take(fd, path, name, ret, why);
    close(fd);
    return err;
}

static enum err file_read(const char *folder, const char *name, json_t **ret, struct why *why)
{
    AUTO_TEXT(path);
    text_addf(&path, "%s/%s", folder, name);
    return config_file(text_str(&path), name, ret, why);
}

static bool name_ends(const char *name, const char *end)
{
    size_t len = strlen(name), tail = strlen(end);
    return len > tail && !strcmp(name + len - tail, end);
}

static int name_is_source(const struct dirent *entry)
{
    const char *name = entry->d_name;
    return name[0] != '.' && name_ends(name, ".lua") && !name_ends(name, ".test.lua") &&
           strcmp(name, "site.lua") != 0;
}

static int name_is_calendar(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && name_ends(entry->d_name, ".ics");
}

static int name_is_paper(const struct dirent *entry)
{
    const char *name = entry->d_name;
    return name[0] != '.' && name_ends(name, ".md") && strncmp(name, "README", 6) != 0;
}

static int name_is_test(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && name_ends(entry->d_name, ".test.lua");
}

/* All files of a folder that are wanted, sorted by name. */
static enum err folder_read(const char *folder, int wanted(const struct dirent *), json_t *list,
                            struct why *why)
{
    struct dirent **names;
    int count = scandir(folder, &names, wanted, alphasort);
    if (count < 0)
        return why_set(why, ERR_CONFIG, "%s: %s", folder, strerror(errno));
    enum err err = count > FILES_MAX
                       ? why_set(why, ERR_CONFIG, "%s holds more than %d files", folder, FILES_MAX)
                       : ERR_OK;
    for (int n = 0; n < count; n++) {
        json_t *file = NULL;
        if (!err)
            err = file_read(folder, names[n]->d_name, &file, why);
        if (file)
            json_array_append_new(list, file);
        free(names[n]);
    }
    free(names);
    return err;
}

/* What is not there at all is said as such. */
static enum err folder_look(const char *folder, struct why *why)
{
    AUTO_TEXT(site);
    text_addf(&site, "%s/site.lua", folder);
    if (access(folder, F_OK))
        return why_set(
            why, ERR_CONFIG,
            "plans folder %s: %s; name the folder of site.lua and the plans with --plans", folder,
            strerror(errno));
    if (access(text_str(&site), F_OK))
        return why_set(why, ERR_CONFIG,
                       "plans folder %s: its site.lua: %s; name the folder of site.lua and the "
                       "plans with --plans",
                       folder, strerror(errno));
    return ERR_OK;
}

/* What no planner could be sent would leave the check, and a first start, without an end. */
static enum err request_fits(const char *folder, const json_t *request, struct why *why)
{
    AUTO_TEXT(bytes);
    json_write(request, &bytes);
    if (bytes.len <= FRAME_BYTES_MAX)
        return ERR_OK;
    return why_set(why, ERR_CONFIG,
                   "%s: its files are %zu MiB together; up to %d MiB are checked as one set. "
                   "Move out what is no plan",
                   folder, bytes.len >> 20, FRAME_BYTES_MAX >> 20);
}

/* The same of a folder that need not be there. */
static enum err folder_read_any(const char *above, const char *name, json_t *list,
                                int wanted(const struct dirent *), struct why *why)
{
    AUTO_TEXT(folder);
    text_addf(&folder, "%s/%s", above, name);
    return access(text_str(&folder), F_OK) ? ERR_OK
                                           : folder_read(text_str(&folder), wanted, list, why);
}

enum err config_request(const char *folder, json_t **ret, struct why *why)
{
    AUTO_JSON(request);
    AUTO_TEXT(channels);
    json_t *site = NULL;
    request = json_put_str(json_object(), "op", "check");
    json_put_int(request, "id", 1);
    json_put(request, "channels", json_array());
    json_put(request, "libraries", json_array());
    json_put(request, "plans", json_array());
    json_put(request, "drills", json_array());
    json_put(request, "holidays", json_array());
    json_put(request, "calendars", json_array());
    json_put(request, "papers", json_array());
    text_addf(&channels, "%s/channels", folder);
    enum err err = folder_look(folder, why);
    if (err)
        return err;
    err = file_read(folder, "site.lua", &site, why);
    if (err)
        return err;
    json_put(request, "site", site);
    err =
        folder_read(text_str(&channels), name_is_source, json_object_get(request, "channels"), why);
    if (!err)
        err = folder_read_any(folder, "lib", json_object_get(request, "libraries"), name_is_source,
                              why);
    if (!err)
        err = folder_read(folder, name_is_source, json_object_get(request, "plans"), why);
    if (!err)
        err = folder_read_any(folder, "drills", json_object_get(request, "drills"), name_is_source,
                              why);
    if (!err)
        err = folder_read_any(folder, "holidays", json_object_get(request, "holidays"),
                              name_is_source, why);
    if (!err)
        err = folder_read_any(folder, "rosters", json_object_get(request, "calendars"),
                              name_is_calendar, why);
    if (!err)
        err = folder_read(folder, name_is_paper, json_object_get(request, "papers"), why);
    if (!err)
        err = request_fits(folder, request, why);
    if (!err)
        *ret = json_incref(request);
    return err;
}

enum err config_tests(const char *folder, const char *only, json_t *request, struct why *why)
{
    json_t *tests = json_array(), *sites = json_array(), *file = NULL;
    json_put(json_put(request, "tests", tests), "sites", sites);
    enum err err = folder_read_any(folder, "sites", sites, name_is_source, why);
    if (!err && !only)
        err = folder_read(folder, name_is_test, tests, why);
    else if (!err && !(err = file_read(folder, only, &file, why)))
        json_array_append_new(tests, file);
    return err ? err : request_fits(folder, request, why);
}

/* --- asking --- */

static void check_send(struct engine *e)
{
    for (int slot = 0; slot < SLOT_QUARANTINE; slot++) {
        int64_t gen = e->planners[slot].gen;
        if (!gen || !children_send(e->children, (enum child_slot)slot, gen, e->check->request))
            continue;
        e->check->gen = gen;
        e->check->tries++;
        e->planners[slot].under_way++;
        e->planners[slot].long_work = true;
        return;
    }
}

static void check_refused(struct engine *e, const json_t *findings, const char *sentence);

/* An error in muster.conf is told now; what is changed in it is of the next start. */
static enum err options_changed(const struct engine *e, struct why *why)
{
    struct config fresh;
    AUTO_TEXT(differ);
    enum err err = config_again(e->config, environ, &fresh, why);
    if (err)
        return err;
    config_differ(e->config, &fresh, &differ);
    if (differ.len)
        log_warn("config", "changed, and taken at the next start: %s", text_str(&differ));
    config_done(&fresh);
    return ERR_OK;
}

static void digest_write(const char *bytes, size_t len, char ret[PLANS_DIGEST])
{
    unsigned char sum[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(sum, (const unsigned char *)bytes, len);
    sodium_bin2hex(ret, PLANS_DIGEST, sum, sizeof sum);
}

/* What cannot be read is known again by its sentence. */
static void check_digest(struct check *check, const struct why *why)
{
    AUTO_TEXT(bytes);
    if (check->request)
        json_write(check->request, &bytes);
    else
        text_add(&bytes, why->text);
    digest_write(text_str(&bytes), bytes.len, check->digest);
}

/* Nobody asked, somebody saved: what was said of these very files is not said again. */
static bool check_is_old(struct engine *e)
{
    if (!e->check->ask.folder || !plans_known(e, e->check->digest))
        return false;
    check_drop(e);
    plans_next(e, 0);
    return true;
}

static void check_read(struct engine *e)
{
    struct check *check = e->check;
    struct why why = {0};
    enum err err = check->ask.folder ? ERR_OK : options_changed(e, &why);
    if (!err)
        err = config_request(config_text(e->config, OPT_PLANS), &check->request, &why);
    if (err == ERR_CONFLICT && ++check->reads < READS_MAX) {
        plans_next(e, READ_AGAIN_MS);
        return;
    }
    check_digest(check, &why);
    if (check->request) /* after the digest: the same files are the same at any time */
        json_put_int(check->request, "now", e->clock.wall);
    if (check_is_old(e))
        return;
    if (err)
        check_refused(e, NULL, why.text);
    else
        check_send(e);
}

void config_ask(struct engine *e, struct config_ask ask)
{
    e->check = mem_new(1, sizeof *e->check);
    e->check->ask = ask;
    check_read(e);
}

void config_go_on(struct engine *e)
{
    if (e->check && !e->check->request)
        check_read(e);
}

void config_begin(struct engine *e, bool take, struct reply_to to)
{
    const struct config_ask ask = {.take = take, .to = to};
    if (!e->check)
        config_ask(e, ask);
    else if (!plans_wait(e, ask) && to.conn)
        serve_reply(e->serve, to,
                    json_pack("{s:b,s:s,s:s}", "ok", 0, "code", "conflict", "error",
                              "many ask for a check of site and plans at once; try again in a "
                              "moment"));
}

void config_planner_up(struct engine *e)
{
    if (!e->check || !e->check->request)
        return;
    for (int slot = 0; slot < SLOT_QUARANTINE; slot++) {
        if (e->check->gen && e->planners[slot].gen == e->check->gen)
            return; /* the planner that has it is alive */
    }
    if (e->check->tries >= CHECK_TRIES)
        check_refused(e, NULL,
                      "the check of site and plans ended its process three times: a file "
                      "in the plans folder does that; take out what changed last");
    else
        check_send(e);
}

/* --- what came of it --- */

/* Said once, at the start: whoever is called at night finds out too late. */
static void links_warn(const struct engine *e)
{
    if (e->demo || config_text(e->config, OPT_ANSWER_URL)[0])
        return;
    if (e->http_url)
        log_warn("start",
                 "answer_url is not set: the links in messages lead to %s, which telephones do not "
                 "reach; set it to the address by which people come to this machine",
                 e->http_url);
    else
        log_warn("start", "answer_url is not set, and nothing listens for HTTP: messages carry no "
                          "link, and are answered at the socket alone");
}

static void config_ready(struct engine *e)
{
    e->word_stale = true;
    if (!e->ready) {
        engine_listen(e);
        e->ready = true;
        plans_watch(e);
        links_warn(e);
        demo_greet(e);
    }
    children_ready(e->children);
}

static void findings_log(const json_t *findings)
{
    size_t n;
    json_t *f;
    json_array_foreach(findings, n, f)
    {
        bool error = !strcmp(json_str_or(f, "severity", "error"), "error");
        (error ? log_error : log_warn)(
            "plans", "%s:%lld:%lld: %s%s: %s", json_str_or(f, "file", "?"),
            (long long)json_int(f, "line", 0), (long long)json_int(f, "col", 0),
            error ? "" : "warning: ", json_str_or(f, "code", "?"), json_str_or(f, "text", ""));
    }
}

static void check_refused(struct engine *e, const json_t *findings, const char *sentence)
{
    struct check *check = e->check;
    findings_log(findings);
    if (check->ask.to.conn) {
        json_t *reply = json_put(json_object(), "ok", json_false());
        json_put_str(reply, "code", "bad_config");
        json_put_str(reply, "error", sentence);
        serve_reply(e->serve, check->ask.to, json_put(reply, "findings", json_share(findings)));
    }
    if (check->ask.take) {
        AUTO_JSON(body);
        body = json_put_str(json_object(), "error", sentence);
        json_put(body, "findings", json_share(findings));
        engine_input(e, (struct input){.kind = IN_CONFIG_REFUSED, .body = body});
        plans_refused(e, check->digest, body);
        if (config_in_force(e)) {
            log_error("plans", "%s; the version before stays in force", sentence);
            config_ready(e);
        } else {
            log_error("plans", "%s; there is no version before: not started", sentence);
            e->exit_code = err_exit_code(ERR_CONFIG);
            loop_stop(e->loop);
        }
    }
    check_drop(e);
    plans_next(e, 0);
}

static char *pin_hash(const json_t *value)
{
    AUTO_TEXT(canonical);
    unsigned char sum[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof sum + 1];
    struct text pin = {0};
    json_write(value, &canonical);
    crypto_hash_sha256(sum, (const unsigned char *)text_str(&canonical), canonical.len);
    text_addf(&pin, "sha256:%s", sodium_bin2hex(hex, sizeof hex, sum, sizeof sum));
    return text_take(&pin);
}

static void pin_write(struct engine *e, const char *hash, const char *kind, const json_t *body)
{
    struct vault_news *n = &e->news;
    AUTO_TEXT(text);
    json_write(body, &text);
    n->pins = mem_grow(n->pins, &n->pins_cap, n->pins_count + 1, sizeof *n->pins);
    n->pins[n->pins_count++] = (struct store_pin){.hash = arena_str(&n->keep, hash, strlen(hash)),
                                                  .kind = kind,
                                                  .body = arena_str(&n->keep, text.at, text.len),
                                                  .body_len = text.len};
    source_add(e, hash, body);
}

/* Versions that were in force and that no incident began with: an author saves many of them. */
static void pins_forget(struct engine *e, const json_t *fresh)
{
    struct vault_news *n = &e->news;
    size_t at;
    json_t *pin;
    json_array_foreach(json_unconst(fresh), at, pin)
    {
        const char *hash = json_string_value(pin);
        if (core_plan_in_force(e->core, hash))
            continue;
        n->pins = mem_grow(n->pins, &n->pins_cap, n->pins_count + 1, sizeof *n->pins);
        n->pins[n->pins_count++] =
            (struct store_pin){.hash = arena_str(&n->keep, hash, strlen(hash)), .kind = "plan"};
        source_drop(e, hash);
        core_library_forget(e->core, hash);
    }
}

static enum err take_site(struct engine *e, const json_t *checked, json_t *config, struct why *why)
{
    AUTO_JSON(body);
    body = json_put(json_object(), "site", json_share(json_at(checked, "site")));
    json_put(body, "channels", json_share(json_at(checked, "channels")));
    char *hash = pin_hash(body);
    bool known = core_library_has(e->core, hash);
    enum err err = core_library_site(e->core, hash, body, why);
    if (!err && !known)
        pin_write(e, hash, "site", body);
    json_put_str(config, "site", hash);
    free(hash);
    return err;
}

static enum err take_plan(struct engine *e, const json_t *plan, json_t *plans, struct why *why)
{
    const char *pin = json_str_or(plan, "pin", "");
    const char *name = json_str_or(plan, "name", "");
    AUTO_JSON(body);
    body = json_put_str(json_object(), "name", name);
    json_put(body, "files", check_pin_files(e->check->request, plan));
    json_put(body, "head", json_share(json_at(plan, "head")));
    bool known = core_library_has(e->core, pin);
    enum err err = core_library_plan(e->core, pin, name, json_at(plan, "head"), why);
    if (!err && !known)
        pin_write(e, pin, "plan", body);
    json_t *one = json_put_true(json_object(), "fresh", !known);
    json_array_append_new(plans, json_put_str(json_put_str(one, "name", name), "pin", pin));
    return err;
}

static void check_taken(struct engine *e, const json_t *checked)
{
    struct why why;
    AUTO_JSON(config);
    AUTO_JSON(fresh);
    AUTO_JSON(unset);
    config = json_put(json_object(), "plans", json_array());
    enum err err = take_site(e, checked, config, &why);
    size_t n;
    json_t *plan;
    json_array_foreach(json_at(checked, "plans"), n, plan)
    {
        if (!err)
            err = take_plan(e, plan, json_object_get(config, "plans"), &why);
    }
    if (err) {
        check_refused(e, json_at(checked, "findings"), why.text);
        return;
    }
    core_library_scenarios(e->core, json_share(json_at(checked, "scenarios")));
    findings_log(json_at(checked, "findings"));
    int64_t before = core_last_seq(e->core);
    fresh = core_plans_fresh(e->core);
    unset = vault_unset(e, json_str_or(config, "site", ""));
    engine_input(e, (struct input){
                        .kind = IN_CONFIG, .to = e->check->ask.to, .body = config, .aside = unset});
    pins_forget(e, fresh);
    plans_taken(e, e->check->digest, core_last_seq(e->core) > before);
    desk_base(e, e->check->request);
    check_drop(e);
    config_ready(e);
    plans_next(e, 0);
}

/* It was only asked for; what would leave the set is told before it does. */
static void check_passed(struct engine *e, const json_t *checked)
{
    json_t *reply = json_put(json_object(), "ok", json_true());
    json_t *leaves = core_plans_leaving(e->core, json_at(checked, "plans"));
    json_put(reply, "findings", json_share(json_at(checked, "findings")));
    if (json_array_size(leaves))
        json_put(reply, "leaves", json_incref(leaves));
    json_decref(leaves);
    serve_reply(e->serve, e->check->ask.to, reply);
}

void config_checked(struct engine *e, int slot, int64_t gen, const json_t *frame)
{
    if (e->planners[slot].gen == gen && e->planners[slot].under_way)
        e->planners[slot].under_way--;
    if (!e->check || e->check->gen != gen)
        return;
    if (!json_bool(frame, "ok")) {
        check_refused(e, json_at(frame, "findings"), "site or plans have errors");
    } else if (e->check->ask.take) {
        check_taken(e, frame);
    } else {
        check_passed(e, frame);
        check_drop(e);
        plans_next(e, 0);
    }
}
