#include "desk/script.h"

#include "base/civil.h"
#include "desk/near.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char person_help[] = "write ID=silent, ID=3m, ID=3m-8m, ID=p0.6:3m-8m, ID=declines or "
                                  "ID=declines:2m; * is everybody "
                                  "else";

/* "ID=VALUE" in two. false: no "=", or nothing on one side. */
static bool split(const char *words, struct text *ret_key, const char **ret_value)
{
    const char *equals = strchr(words, '=');
    if (!equals || equals == words || !equals[1])
        return false;
    text_add_bytes(ret_key, words, (size_t)(equals - words));
    *ret_value = equals + 1;
    return true;
}

bool script_span(const char *text, int64_t *ret)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    long hours = strtol(text, &end, 10);
    bool clock = *end == ':' && end[1] >= '0' && end[1] <= '5' && end[2] >= '0' && end[2] <= '9';
    if (!clock || end[3] || hours > 10000)
        return duration_parse(text, false, ret);
    *ret = hours * MS_HOUR + ((end[1] - '0') * 10 + (end[2] - '0')) * MS_MINUTE;
    return true;
}

/* "3m" or "3m-8m" */
static bool delay_parse(const char *text, struct cast_part *part)
{
    AUTO_TEXT(first);
    const char *dash = strchr(text, '-');
    text_add_bytes(&first, text, dash ? (size_t)(dash - text) : strlen(text));
    if (!script_span(text_str(&first), &part->from_ms))
        return false;
    part->to_ms = part->from_ms;
    return !dash || (script_span(dash + 1, &part->to_ms) && part->to_ms >= part->from_ms);
}

/* "p0.6:" and what follows it. */
static bool chance_parse(const char **value, struct cast_part *part)
{
    char *end;
    double chance = strtod(*value + 1, &end);
    if (*end != ':' || !(chance >= 0 && chance <= 1))
        return false;
    part->percent = (int)lround(chance * 100);
    *value = end + 1;
    return true;
}

static bool person_parse(const char *value, struct cast_part *part)
{
    part->percent = 100;
    part->from_ms = part->to_ms = MS_MINUTE;
    if (!strcmp(value, "silent")) {
        part->does = CAST_SILENT;
        part->orders = false; /* nor an order; script_orders comes behind, and may say so */
        return true;
    }
    if (value[0] == 'p' && !chance_parse(&value, part))
        return false;
    bool declines = !strncmp(value, "declines", 8);
    part->does = declines ? CAST_DECLINES : CAST_ANSWERS;
    if (declines && !value[8])
        return true;
    return delay_parse(declines ? value + (value[8] == ':' ? 9 : 0) : value, part);
}

static enum err person_known(const struct stage *s, const char *id, struct why *why)
{
    AUTO_TEXT(sentence);
    text_addf(&sentence, "\"%s\" is nobody of the site", id);
    return strcmp(id, "*") ? near_missing(json_at(json_at(s->checked, "site"), "people"), id,
                                          ERR_INVALID, text_str(&sentence), why)
                           : ERR_OK;
}

/* "person:" may stand before an id. */
static const char *bare_id(const char *id)
{
    return strncmp(id, "person:", 7) ? id : id + 7;
}

enum err script_person(struct stage *s, const char *words, struct why *why)
{
    AUTO_TEXT(key);
    const char *value;
    if (!split(words, &key, &value))
        return why_set(why, ERR_INVALID, "\"%s\": %s", words, person_help);
    const char *id = bare_id(text_str(&key));
    struct cast_part part = cast_part_of(s->cast, id);
    if (!person_parse(value, &part))
        return why_set(why, ERR_INVALID, "\"%s\": %s", words, person_help);
    enum err e = person_known(s, id, why);
    if (!e)
        cast_person(s->cast, id, &part);
    return e;
}

static bool orders_anything(const struct stage *s, const char *id)
{
    const char **who = json_keys(json_at(json_at(s->checked, "site"), "may_order"), NULL);
    bool may = false;
    for (size_t n = 0; who[n]; n++)
        may = may || site_acts_as(s->site, id, who[n]);
    free(who);
    return may;
}

enum err script_orders(struct stage *s, const char *words, struct why *why)
{
    AUTO_TEXT(key);
    const char *value;
    bool right = split(words, &key, &value);
    const char *id = bare_id(text_str(&key));
    struct cast_part part = cast_part_of(s->cast, id);
    if (right) {
        part.orders = strcmp(value, "never") != 0;
        right = !part.orders || script_span(value, &part.orders_ms);
    }
    if (!right)
        return why_set(why, ERR_INVALID, "\"%s\": write ID=10m or ID=never", words);
    enum err e = person_known(s, id, why);
    if (!e && strcmp(id, "*") != 0 && !orders_anything(s, id))
        e = why_set(why, ERR_INVALID,
                    "--orders: %s may order nothing; who may stands in may_order of the site", id);
    if (!e)
        cast_person(s->cast, id, &part);
    return e;
}

/* The next time that clocks show this; steady ms of the night. */
static mono_ms clock_next(const struct stage *s, int minutes, mono_ms after)
{
    wall_ms base = night_wall(s->night) - night_mono(s->night);
    wall_ms at = civil_next(stage_zone(s->checked), &minutes, 1, base + after - 1);
    return at - base;
}

/* "15:00-14:00" is nearly a day: said, so that who meant an hour sees it. */
static void fault_say(const struct stage *s, const char *endpoint, int from, int64_t lasts)
{
    AUTO_TEXT(line);
    if (!s->trace)
        return;
    text_addf(&line,
              s->zh ? "故障：%s 自 %02d:%02d 起不应答，持续 "
                    : "fault: %s does not answer from %02d:%02d for ",
              endpoint, from / 60, from % 60);
    duration_add(&line, lasts);
    trace_say(s->trace, 0, text_str(&line));
}

enum err script_fault(struct stage *s, const char *words, struct why *why)
{
    AUTO_TEXT(key);
    const char *endpoint, *dash;
    int from, to;
    bool right = split(words, &key, &endpoint) && (dash = strchr(text_str(&key), '-'));
    if (right) {
        AUTO_TEXT(first);
        text_add_bytes(&first, text_str(&key), (size_t)(dash - text_str(&key)));
        right = clock_parse(text_str(&first), &from) && clock_parse(dash + 1, &to);
    }
    if (!right)
        return why_set(why, ERR_INVALID,
                       "\"%s\": write FROM-TO=ENDPOINT by the clock, as 14:00-15:00=sms", words);
    AUTO_TEXT(sentence);
    text_addf(&sentence, "the site has no endpoint \"%s\"", endpoint);
    enum err e = near_missing(json_at(json_at(s->checked, "site"), "endpoints"), endpoint,
                              ERR_INVALID, text_str(&sentence), why);
    if (e)
        return e;
    mono_ms begin = clock_next(s, from, night_mono(s->night));
    mono_ms end = clock_next(s, to, begin + 1);
    cast_fault(s->cast, endpoint, 0, begin, end);
    fault_say(s, endpoint, from, end - begin);
    return ERR_OK;
}

/* A number, true or false; anything else is a text. Gives. */
static json_t *value_parse(const char *text)
{
    char *end;
    long long whole = strtoll(text, &end, 10);
    if (*text && !*end)
        return json_integer(whole);
    double number = strtod(text, &end);
    if (*text && !*end && isfinite(number))
        return json_real(number);
    if (!strcmp(text, "true") || !strcmp(text, "false"))
        return json_boolean(*text == 't');
    return json_string(text);
}

enum err script_field(const char *words, json_t *fields, int64_t *ret_at, struct why *why)
{
    AUTO_TEXT(key);
    AUTO_TEXT(value);
    const char *rest, *at;
    *ret_at = 0;
    if (!split(words, &key, &rest))
        return why_set(why, ERR_INVALID, "\"%s\": write NAME=VALUE or STATION.NAME=VALUE@1:30",
                       words);
    at = strrchr(rest, '@');
    if (at && !script_span(at + 1, ret_at))
        return why_set(why, ERR_INVALID, "\"%s\": \"%s\" is no time; write @1:30 or @90m", words,
                       at + 1);
    text_add_bytes(&value, rest, at ? (size_t)(at - rest) : strlen(rest));
    const char *dot = strchr(text_str(&key), '.');
    if (!dot) {
        json_put(fields, text_str(&key), value_parse(text_str(&value)));
        return ERR_OK;
    }
    AUTO_TEXT(station);
    text_add_bytes(&station, text_str(&key), (size_t)(dot - text_str(&key)));
    if (!json_object_get(fields, text_str(&station)))
        json_put(fields, text_str(&station), json_object());
    json_put(json_object_get(fields, text_str(&station)), dot + 1, value_parse(text_str(&value)));
    return ERR_OK;
}

enum err script_confirm(const char *words, const json_t *known, struct text *ret_id,
                        int64_t *ret_after, struct why *why)
{
    const char *after;
    AUTO_TEXT(sentence);
    if (!split(words, ret_id, &after) || !script_span(after, ret_after))
        return why_set(why, ERR_INVALID, "--confirm %s: write CRITERION=70h or CRITERION=1:30",
                       words);
    const char *id = text_str(ret_id);
    text_addf(&sentence, "--confirm: the plan has no criterion \"%s\" in ends_when", id);
    enum err e = near_missing(known, id, ERR_INVALID, text_str(&sentence), why);
    if (!e && !json_str(known, id))
        e = why_set(why, ERR_INVALID,
                    "--confirm: \"%s\" is met by its condition, and confirmed by nobody", id);
    return e;
}

enum err script_pair(const char *words, json_t *to, struct why *why)
{
    AUTO_TEXT(key);
    const char *value;
    if (!split(words, &key, &value))
        return why_set(why, ERR_INVALID, "\"%s\": write NAME=VALUE", words);
    json_put_str(to, text_str(&key), value);
    return ERR_OK;
}
