#include "base/config.h"

#include "base/listen.h"
#include "base/time.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 1024 * 1024 };

static const struct option_def options[OPTIONS] = {
#define X(option, name, type, fallback, least, most, sentence)                                     \
    [option] = {name, type, fallback, least, most, sentence},
    OPTION_TABLE(X)
#undef X
};

const struct option_def *option_def(enum option o)
{
    assert(o < OPTIONS);
    return &options[o];
}

const char *origin_name(enum origin o)
{
    static const char *const names[] = {"default", "file", "environment", "flag"};
    return names[o];
}

/* ---- values ---- */

static bool digits_parse(const char *text, const char **ret_rest, int64_t *ret)
{
    if (!isdigit((unsigned char)text[0]))
        return false;
    char *rest = NULL;
    errno = 0;
    long long n = strtoll(text, &rest, 10);
    if (errno != 0)
        return false;
    *ret_rest = rest;
    *ret = n;
    return true;
}

static bool bytes_parse(const char *text, int64_t *ret)
{
    static const struct {
        const char *unit;
        int shift;
    } units[] = {{"", 0}, {"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
    const char *rest = NULL;
    int64_t n = 0;
    if (!digits_parse(text, &rest, &n))
        return false;
    rest += strspn(rest, " ");
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(rest, units[i].unit) == 0 && n <= INT64_MAX >> units[i].shift) {
            *ret = n << units[i].shift;
            return true;
        }
    }
    return false;
}

static bool switch_parse(const char *text, int64_t *ret)
{
    static const char *const words[][2] = {
        {"no", "yes"}, {"off", "on"}, {"false", "true"}, {"0", "1"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        for (int on = 0; on <= 1; on++) {
            if (strcmp(text, words[i][on]) == 0) {
                *ret = on;
                return true;
            }
        }
    }
    return false;
}

static bool count_parse(const char *text, int64_t *ret)
{
    const char *rest = NULL;
    return digits_parse(text, &rest, ret) && rest[0] == '\0';
}

static bool ms_parse(const char *text, int64_t *ret)
{
    return count_parse(text, ret) || duration_parse(text, false, ret);
}

/* What a value must look like, for the sentence of a refusal. */
static const char *type_words(enum option_type type)
{
    switch (type) {
    case OPTION_PATH:
        return "a path";
    case OPTION_TEXT:
        return "text";
    case OPTION_SWITCH:
        return "yes or no";
    case OPTION_COUNT:
        return "a whole number";
    case OPTION_BYTES:
        return "a size like 64 MiB";
    case OPTION_MS:
        return "a duration like 2s, or a number of milliseconds";
    }
    return "";
}

static bool number_parse(enum option_type type, const char *text, int64_t *ret)
{
    switch (type) {
    case OPTION_PATH:
    case OPTION_TEXT:
        *ret = (int64_t)strlen(text);
        return true;
    case OPTION_SWITCH:
        return switch_parse(text, ret);
    case OPTION_COUNT:
        return count_parse(text, ret);
    case OPTION_BYTES:
        return bytes_parse(text, ret);
    case OPTION_MS:
        return ms_parse(text, ret);
    }
    return false;
}

/* A number as one would write it in the file. */
static void number_add(struct text *t, enum option_type type, int64_t n)
{
    if (type == OPTION_BYTES && n > 0 && n % (1 << 30) == 0)
        text_addf(t, "%" PRId64 " GiB", n >> 30);
    else if (type == OPTION_BYTES && n > 0 && n % (1 << 20) == 0)
        text_addf(t, "%" PRId64 " MiB", n >> 20);
    else if (type == OPTION_BYTES && n > 0 && n % (1 << 10) == 0)
        text_addf(t, "%" PRId64 " KiB", n >> 10);
    else if (type == OPTION_MS && n % MS_SECOND == 0)
        duration_add(t, n);
    else if (type == OPTION_SWITCH)
        text_add(t, n ? "yes" : "no");
    else
        text_addf(t, "%" PRId64, n);
}

static enum err bounds_refuse(const struct option_def *def, const char *value, struct why *why)
{
    if (def->type == OPTION_PATH || def->type == OPTION_TEXT)
        return why_set(why, ERR_CONFIG, "%s = %.60s: must have %" PRId64 " to %" PRId64 " bytes",
                       def->name, value, def->least, def->most);
    AUTO_TEXT(bounds);
    number_add(&bounds, def->type, def->least);
    text_add(&bounds, " to ");
    number_add(&bounds, def->type, def->most);
    return why_set(why, ERR_CONFIG, "%s = %s: must be %s", def->name, value, text_str(&bounds));
}

static void value_put(struct config *c, enum option o, const char *text, int64_t number,
                      enum origin origin)
{
    struct config_value *v = &c->values[o];
    AUTO_TEXT(written);
    if (options[o].type == OPTION_PATH || options[o].type == OPTION_TEXT)
        text_add(&written, text);
    else
        number_add(&written, options[o].type, number);
    free(v->text);
    *v = (struct config_value){
        .text = mem_str(text_str(&written)), .number = number, .origin = origin};
}

/* ---- building ---- */

void config_init(struct config *c)
{
    *c = (struct config){0};
    for (int o = 0; o < OPTIONS; o++) {
        int64_t number = 0;
        bool ok = number_parse(options[o].type, options[o].fallback, &number);
        assert(ok && "the default of an option must be of its type");
        value_put(c, (enum option)o, options[o].fallback, number, ORIGIN_DEFAULT);
    }
}

void config_done(struct config *c)
{
    for (int o = 0; o < OPTIONS; o++)
        free(c->values[o].text);
    free(c->file);
    *c = (struct config){0};
}

static int option_find(const char *name)
{
    for (int o = 0; o < OPTIONS; o++)
        if (strcmp(options[o].name, name) == 0)
            return o;
    return -1;
}

static enum err name_refuse(const char *name, struct why *why)
{
    const char *names[OPTIONS + 1] = {0};
    for (int o = 0; o < OPTIONS; o++)
        names[o] = options[o].name;
    const char *near = text_nearest(name, names);
    if (near)
        return why_set(why, ERR_CONFIG, "no option \"%.60s\"; did you mean \"%s\"?", name, near);
    return why_set(why, ERR_CONFIG,
                   "no option \"%.60s\"; `muster help serve` lists those there are", name);
}

enum err config_set(struct config *c, const char *name, const char *value, enum origin origin,
                    struct why *why)
{
    int o = option_find(name);
    if (o < 0)
        return name_refuse(name, why);
    const struct option_def *def = &options[o];
    int64_t number = 0;
    if (!number_parse(def->type, value, &number))
        return why_set(why, ERR_CONFIG, "%s = %.60s: must be %s", name, value,
                       type_words(def->type));
    if (number < def->least || number > def->most)
        return bounds_refuse(def, value, why);
    if (origin >= c->values[o].origin)
        value_put(c, (enum option)o, value, number, origin);
    return ERR_OK;
}

/* Cut white space off both ends of [*at, *at + len); returns the new length. */
static size_t span_trim(const char **at, size_t len)
{
    while (len > 0 && isspace((unsigned char)(*at)[0])) {
        (*at)++;
        len--;
    }
    while (len > 0 && isspace((unsigned char)(*at)[len - 1]))
        len--;
    return len;
}

/* One line of a file, without its end. `seen` holds the line of each option set before. */
static enum err line_take(struct config *c, const char *at, size_t len, int line, int seen[OPTIONS],
                          struct why *why)
{
    len = span_trim(&at, len);
    if (len == 0 || at[0] == '#')
        return ERR_OK;
    const char *equals = memchr(at, '=', len);
    if (!equals)
        return why_set(why, ERR_CONFIG, "\"%.*s\" is no `name = value`", (int)utf8_cut(at, len, 60),
                       at);

    const char *name_at = at, *value_at = equals + 1;
    size_t name_len = span_trim(&name_at, (size_t)(equals - at));
    size_t value_len = span_trim(&value_at, len - (size_t)(equals + 1 - at));
    AUTO_TEXT(name);
    AUTO_TEXT(value);
    text_add_bytes(&name, name_at, name_len);
    text_add_bytes(&value, value_at, value_len);

    enum err e = config_set(c, text_str(&name), text_str(&value), ORIGIN_FILE, why);
    if (e)
        return e;
    int o = option_find(text_str(&name));
    if (seen[o])
        return why_set(why, ERR_CONFIG, "%s stands twice; line %d has it too: remove one",
                       text_str(&name), seen[o]);
    seen[o] = line;
    if (c->values[o].origin == ORIGIN_FILE)
        c->values[o].line = line;
    return ERR_OK;
}

enum err config_parse(struct config *c, const char *file, const char *bytes, size_t len,
                      struct why *why)
{
    free(c->file);
    c->file = mem_str(file);
    if (!utf8_valid(bytes, len) || memchr(bytes, '\0', len))
        return why_set(why, ERR_CONFIG, "%s: is not UTF-8 text", file);

    int seen[OPTIONS] = {0};
    int line = 0;
    for (const char *at = bytes, *end = bytes + len; at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t line_len = (size_t)((stop ? stop : end) - at);
        enum err e = line_take(c, at, line_len, line + 1, seen, why);
        if (e)
            return why_add(why, e, "%s:%d", file, line + 1);
        at += line_len + 1;
    }
    return ERR_OK;
}

enum err config_read(struct config *c, const char *file, struct why *why)
{
    FILE *f = fopen(file, "re");
    if (!f)
        return why_set(why, ERR_CONFIG, "%s: cannot be read: %s", file, strerror(errno));
    char *bytes = mem_new(FILE_BYTES_MAX + 1, 1);
    size_t len = fread(bytes, 1, FILE_BYTES_MAX + 1, f);
    enum err e = ERR_OK;
    if (ferror(f))
        e = why_set(why, ERR_CONFIG, "%s: cannot be read: %s", file, strerror(errno));
    else if (len > FILE_BYTES_MAX)
        e = why_set(why, ERR_CONFIG, "%s: is longer than 1 MiB; is it the right file?", file);
    else
        e = config_parse(c, file, bytes, len, why);
    fclose(f);
    free(bytes);
    return e;
}

/* "MUSTER_LIMITS_LINE_BYTES" of "limits.line_bytes". */
static void variable_add(struct text *t, const char *name)
{
    text_add(t, "MUSTER_");
    for (; *name; name++)
        text_add_char(t, *name == '.' ? '_' : (char)toupper((unsigned char)*name));
}

enum err config_environment(struct config *c, char *const *environment, struct why *why)
{
    for (int o = 0; o < OPTIONS; o++) {
        AUTO_TEXT(variable);
        variable_add(&variable, options[o].name);
        text_add_char(&variable, '=');
        for (char *const *at = environment; *at; at++) {
            if (strncmp(*at, text_str(&variable), variable.len) != 0)
                continue;
            enum err e =
                config_set(c, options[o].name, *at + variable.len, ORIGIN_ENVIRONMENT, why);
            if (e)
                return why_add(why, e, "environment variable %.*s", (int)variable.len - 1,
                               text_str(&variable));
        }
    }
    return ERR_OK;
}

/* ---- settling ---- */

/* folder, or a name in it, where nothing was given */
static void text_default(struct config *c, enum option o, const char *folder, const char *name)
{
    if (c->values[o].text[0] != '\0')
        return;
    AUTO_TEXT(path);
    text_add(&path, folder);
    if (name)
        text_addf(&path, "/%s", name);
    value_put(c, o, text_str(&path), (int64_t)path.len, ORIGIN_DEFAULT);
}

/* A message is no place to find out that a link does not work. */
static enum err answer_url_check(const char *url, struct why *why)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-._~:/[]%";
    size_t scheme = strncmp(url, "https://", 8) == 0 ? 8 : strncmp(url, "http://", 7) == 0 ? 7 : 0;
    size_t len = strlen(url);
    if (len == 0 || (scheme && len > scheme && strspn(url, letters) == len && url[len - 1] != '/'))
        return ERR_OK;
    return why_set(why, ERR_CONFIG,
                   "answer_url = %.60s: it must be an address without a slash at its end, like "
                   "https://muster.example",
                   url);
}

enum err config_settle(struct config *c, const char *credentials, struct why *why)
{
    const char *data = config_text(c, OPT_DATA);
    text_default(c, OPT_SOCKET, data, "muster.sock");
    if (credentials && credentials[0])
        text_default(c, OPT_SECRETS, credentials, NULL);
    text_default(c, OPT_SECRETS, data, "secrets");

    const char *socket = config_text(c, OPT_SOCKET);
    if (strlen(socket) > (size_t)options[OPT_SOCKET].most)
        return why_set(why, ERR_CONFIG,
                       "socket = %.120s: the path of a Unix socket has at most %" PRId64
                       " bytes; set `socket` to a shorter one",
                       socket, options[OPT_SOCKET].most);
    if (config_is(c, OPT_DEMO))
        text_default(c, OPT_LISTEN, "http://127.0.0.1:8470", NULL);
    struct listen_address addresses[LISTEN_MAX];
    size_t count = 0;
    enum err e = listen_parse_all(config_text(c, OPT_LISTEN), addresses, &count, why);
    if (!e)
        e = answer_url_check(config_text(c, OPT_ANSWER_URL), why);
    if (e)
        return e;
    if (config_number(c, OPT_SPEED) > 1 && !config_is(c, OPT_DEMO))
        return why_set(why, ERR_CONFIG,
                       "speed = %" PRId64 ": a faster clock is for the demo only; set demo = yes "
                       "or leave speed out",
                       config_number(c, OPT_SPEED));
    return ERR_OK;
}

static enum err flags_take(struct config *c, const json_t *flags, struct why *why)
{
    const char *name;
    json_t *value;
    json_object_foreach(json_unconst(flags), name, value)
    {
        const char *text = json_string_value(value);
        enum err e = config_set(c, name, text ? text : "", ORIGIN_FLAG, why);
        if (e)
            return why_add(why, e, "command line");
    }
    return ERR_OK;
}

static const char *environment_value(char *const *environment, const char *name)
{
    size_t len = strlen(name);
    for (; *environment; environment++)
        if (strncmp(*environment, name, len) == 0 && (*environment)[len] == '=')
            return *environment + len + 1;
    return NULL;
}

enum err config_load(const json_t *from, char *const *environment, struct config *ret,
                     struct why *why)
{
    struct config c;
    config_init(&c);
    const char *file = json_str(from, "file");
    enum err e = flags_take(&c, json_at(from, "flags"), why);
    if (!e)
        e = config_environment(&c, environment, why);
    if (!e && file)
        e = config_read(&c, file, why);
    if (!e)
        e = config_settle(&c, environment_value(environment, "CREDENTIALS_DIRECTORY"), why);
    if (e)
        config_done(&c);
    else
        *ret = c;
    return e;
}

json_t *config_keep(const struct config *c)
{
    json_t *kept = json_put_str(json_object(), "file", c->file);
    for (int o = 0; o < OPTIONS; o++) {
        json_t *row = json_put_str(json_object(), "value", c->values[o].text);
        json_put_int(row, "origin", c->values[o].origin);
        json_put(kept, options[o].name, json_put_int(row, "line", c->values[o].line));
    }
    return kept;
}

enum err config_kept(const json_t *kept, struct config *ret, struct why *why)
{
    struct config c;
    config_init(&c);
    c.file = mem_str(json_str(kept, "file"));
    for (int o = 0; o < OPTIONS; o++) {
        const json_t *row = json_at(kept, options[o].name);
        const char *text = json_str(row, "value");
        int64_t number = 0;
        if (!text || !number_parse(options[o].type, text, &number)) {
            config_done(&c);
            return why_set(why, ERR_CONFIG, "option %s did not come along", options[o].name);
        }
        value_put(&c, (enum option)o, text, number, (enum origin)json_int(row, "origin", 0));
        c.values[o].line = (int)json_int(row, "line", 0);
    }
    *ret = c;
    return ERR_OK;
}

enum err config_again(const struct config *now, char *const *environment, struct config *ret,
                      struct why *why)
{
    AUTO_JSON(from);
    json_t *flags = json_object();
    from = json_put_str(json_put(json_object(), "flags", flags), "file", now->file);
    for (int o = 0; o < OPTIONS; o++)
        if (now->values[o].origin == ORIGIN_FLAG)
            json_put_str(flags, options[o].name, now->values[o].text);
    return config_load(from, environment, ret, why);
}

void config_differ(const struct config *a, const struct config *b, struct text *to)
{
    for (int o = 0; o < OPTIONS; o++)
        if (strcmp(a->values[o].text, b->values[o].text) != 0)
            text_addf(to, "%s%s", to->len ? " " : "", options[o].name);
}

/* ---- reading ---- */

const char *config_text(const struct config *c, enum option o)
{
    assert(o < OPTIONS);
    return c->values[o].text;
}

int64_t config_number(const struct config *c, enum option o)
{
    assert(o < OPTIONS && options[o].type >= OPTION_SWITCH);
    return c->values[o].number;
}

bool config_is(const struct config *c, enum option o)
{
    assert(o < OPTIONS && options[o].type == OPTION_SWITCH);
    return c->values[o].number != 0;
}

json_t *config_json(const struct config *c)
{
    json_t *list = json_array();
    for (int o = 0; o < OPTIONS; o++) {
        const struct config_value *v = &c->values[o];
        json_t *row = json_object();
        json_put_str(row, "name", options[o].name);
        json_put_str(row, "value", v->text);
        json_put_str(row, "origin", origin_name(v->origin));
        json_put_str(row, "default", options[o].fallback);
        json_put_str(row, "sentence", options[o].sentence);
        if (v->origin == ORIGIN_FILE)
            json_put_int(json_put_str(row, "file", c->file), "line", v->line);
        json_array_append_new(list, row);
    }
    return list;
}

void config_help(struct text *to)
{
    for (int o = 0; o < OPTIONS; o++) {
        text_addf(to, "  %s", options[o].name);
        if (options[o].fallback[0])
            text_addf(to, " = %s", options[o].fallback);
        text_addf(to, "\n      %s\n", options[o].sentence);
    }
}
