#include "desk/replay.h"

#include "desk/difference.h"
#include "desk/past.h"
#include "desk/trace.h"
#include "plan/check.h"
#include "plan/replay.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 4000 };

static json_t *reply_new(bool ok)
{
    return json_put(json_put_str(json_object(), "op", "replayed"), "ok", json_boolean(ok));
}

static json_t *reply_error(const struct why *why)
{
    return json_put_str(reply_new(false), "error", why->text);
}

/* ---- strictly ---- */

/* The run of this incident on another version, with the facts of then. */
static enum err strict_run(const struct past *p, const json_t *sources, struct pins *pins,
                           struct run **ret, struct why *why)
{
    AUTO_JSON(frame);
    struct sandbox_limits limits = sandbox_limits_default;
    limits.bytes_max += limits.bytes_max / 4;
    frame = json_put_str(json_put_str(json_object(), "op", "pin"), "pin", "sha256:other");
    json_put_str(frame, "plan", p->plan);
    json_put(frame, "files", json_share(json_at(sources, p->plan)));
    enum err e = pins_add(pins, frame, why);
    return e ? e : run_new("replayed", pins_find(pins, "sha256:other"), p->seed, &limits, ret, why);
}

/* {"seq","text","sentence","was"?,"is"?}. Gives. */
static json_t *differs_json(const struct replay *replay, int64_t seq, const char *text, bool zh)
{
    AUTO_TEXT(sentence);
    json_t *differs = json_put_str(json_put_int(json_object(), "seq", seq), "text", text);
    if (replay->was || replay->is)
        difference_say(replay->was, replay->is, zh, &sentence);
    else
        text_add(&sentence, text);
    json_put(differs, "was", json_share(replay->was));
    json_put(differs, "is", json_share(replay->is));
    return json_put_str(differs, "sentence", text_str(&sentence));
}

static void strict(const struct past *p, const json_t *sources, bool zh, json_t *reply)
{
    const struct replay_limits limits = {.turn_instructions_max =
                                             2 * sandbox_limits_default.instructions_max,
                                         .instructions_max = INT64_MAX,
                                         .places_differ = true};
    struct replay replay = {0};
    struct pins pins = {0};
    struct run *run = NULL;
    struct why why;
    int64_t turns = 0, seq = 0;
    bool same = strict_run(p, sources, &pins, &run, &why) == ERR_OK;
    const char *text = same ? NULL : why.text;
    for (size_t n = 0; same && n < p->count; n++) {
        AUTO_JSON(row);
        row = record_for_planner(p->records[n], INT64_MAX);
        seq = p->records[n]->seq;
        same = !row || replay_row(&replay, run, row, &limits);
        turns += same && p->records[n]->kind == REC_TURN;
        text = same ? NULL : run->fault.text;
    }
    json_put_int(reply, "turns", turns);
    if (text)
        json_put(reply, "differs", differs_json(&replay, seq, text, zh));
    replay_done(&replay);
    run_free(run);
    pins_done(&pins);
}

/* ---- as a night ---- */

/* Two lines without their time, and without the line of the plan, which moves when it is edited. */
static bool same_words(const char *a, const char *b)
{
    const char *ends[2], *lines[2] = {a, b};
    for (int n = 0; n < 2; n++) {
        const char *space = strchr(lines[n], ' ');
        const char *place = strstr(lines[n], " — ");
        lines[n] = *lines[n] == '[' && space ? space + 1 : lines[n];
        for (const char *next = place; next; next = strstr(next + 1, " — "))
            place = next;
        ends[n] = place ? place : lines[n] + strlen(lines[n]);
    }
    size_t len = (size_t)(ends[0] - lines[0]);
    return len == (size_t)(ends[1] - lines[1]) && memcmp(lines[0], lines[1], len) == 0;
}

static int64_t minute_of(const char *line)
{
    char *end;
    long long hours = *line == '[' ? strtoll(line + 1, &end, 10) : 0;
    return *line == '[' && *end == ':' ? hours * 60 + strtoll(end + 1, NULL, 10) : -1;
}

/* A minute is what the seconds of a real night may make of it. */
static bool same_line(const char *a, const char *b)
{
    int64_t apart = minute_of(a) - minute_of(b);
    return apart >= -1 && apart <= 1 && same_words(a, b);
}

struct lines {
    char **at;
    size_t count, cap;
};

static void lines_split(const char *text, struct lines *ret)
{
    while (*text && ret->count < LINES_MAX) {
        AUTO_TEXT(line);
        size_t len = strcspn(text, "\n");
        text_add_bytes(&line, text, len);
        ret->at = mem_grow(ret->at, &ret->cap, ret->count + 1, sizeof *ret->at);
        ret->at[ret->count++] = text_take(&line);
        text += len + (text[len] == '\n');
    }
}

static void lines_done(struct lines *l)
{
    for (size_t n = 0; n < l->count; n++)
        free(l->at[n]);
    free(l->at);
}

static void line_put(json_t *to, const char *side, const char *text)
{
    json_array_append_new(to,
                          json_put_str(json_put_str(json_object(), "side", side), "text", text));
}

static bool is_moved(const json_t *a, const json_t *b)
{
    return *json_str_or(b, "side", " ") == '+' &&
           same_line(json_str_or(a, "text", ""), json_str_or(b, "text", ""));
}

/* What happened in the same minute in another order has not changed. How many lines have. */
static int64_t moves_settle(json_t *lines)
{
    int64_t changed = 0;
    for (size_t n = 0; n < json_array_size(lines); n++) {
        json_t *one = json_array_get(lines, n);
        bool gone = *json_str_or(one, "side", " ") == '-';
        for (size_t k = 0; gone && k < json_array_size(lines); k++) {
            if (!is_moved(one, json_array_get(lines, k)))
                continue;
            json_put_str(json_array_get(lines, k), "side", " ");
            json_array_remove(lines, n--);
            gone = false;
            one = NULL;
        }
    }
    for (size_t n = 0; n < json_array_size(lines); n++)
        changed += *json_str_or(json_array_get(lines, n), "side", " ") != ' ';
    return changed;
}

/* The longest common subsequence of the two, told as a diff. */
static void lines_compare(const struct lines *a, const struct lines *b, json_t *to)
{
    size_t width = b->count + 1, i = 0, j = 0;
    int *best = mem_new((a->count + 1) * width, sizeof *best);
    for (size_t x = a->count; x-- > 0;) {
        for (size_t y = b->count; y-- > 0;) {
            int down = best[(x + 1) * width + y], right = best[x * width + y + 1];
            best[x * width + y] = same_line(a->at[x], b->at[y]) ? best[(x + 1) * width + y + 1] + 1
                                                                : (down > right ? down : right);
        }
    }
    while (i < a->count || j < b->count) {
        bool same = i < a->count && j < b->count && same_line(a->at[i], b->at[j]);
        bool then =
            i < a->count && (j == b->count || best[(i + 1) * width + j] >= best[i * width + j + 1]);
        if (same) {
            line_put(to, " ", b->at[j++]);
            i++;
        } else if (then) {
            line_put(to, "-", a->at[i++]);
        } else {
            line_put(to, "+", b->at[j++]);
        }
    }
    free(best);
}

/* The lines of the night that was, as the same trace tells it. */
static void past_lines(const struct past *p, const json_t *checked, bool zh, struct lines *ret)
{
    struct site *site = stage_site(checked);
    struct trace *trace = trace_new(site, zh);
    for (size_t n = 0; n < p->count; n++)
        trace_record(trace, p->records[n]);
    lines_split(trace_text(trace), ret);
    trace_free(trace);
    site_unref(site);
}

static enum err night_compare(const struct past *p, const struct trial_set *set, json_t *reply,
                              struct why *why)
{
    struct lines was = {0}, is = {0};
    struct past_again again;
    struct trial *trial = trial_new(set);
    enum err e = past_repeat(p, trial, &again, why);
    if (!e) {
        json_t *lines = json_array();
        past_lines(p, set->checked, set->zh, &was);
        lines_split(trial_trace(trial), &is);
        lines_compare(&was, &is, lines);
        json_put_int(reply, "changed", moves_settle(lines));
        json_put_true(reply, "cut", was.count == LINES_MAX || is.count == LINES_MAX);
        json_put_int(json_put(reply, "lines", lines), "skipped", again.skipped);
        json_put(reply, "assumed", json_incref(again.assumed));
        json_put_int(reply, "assumed_ms", PAST_ELSE_MS);
    }
    json_decref(again.assumed);
    lines_done(&was);
    lines_done(&is);
    trial_free(trial);
    return e;
}

/* NULL: it has none, or the set is not good. */
static const char *version_of(const json_t *checked, const char *plan)
{
    const json_t *plans = json_at(checked, "plans");
    for (size_t n = 0; n < json_array_size(plans); n++) {
        const json_t *one = json_array_get(plans, n);
        if (!strcmp(json_str_or(one, "name", ""), plan))
            return json_str(json_at(one, "head"), "version");
    }
    return NULL;
}

json_t *plan_replay(const json_t *request)
{
    AUTO_JSON(checked);
    AUTO_JSON(sources);
    struct past past;
    struct why why;
    if (past_read(json_at(request, "records"), &past, &why))
        return reply_error(&why);
    checked = check_set(request);
    sources = stage_sources(request, checked);
    json_t *reply = reply_new(true);
    const struct trial_set set = {.request = request,
                                  .checked = checked,
                                  .sources = sources,
                                  .zh = json_bool(request, "zh"),
                                  .no_scopes = true,
                                  .own_only = true};
    json_put_str(reply, "plan", past.plan);
    json_put_str(reply, "version", version_of(checked, past.plan));
    enum err e =
        json_bool(checked, "ok")
            ? ERR_OK
            : why_set(&why, ERR_INVALID, "the set with this version does not pass the check");
    if (!e)
        strict(&past, sources, set.zh, reply);
    if (!e)
        e = night_compare(&past, &set, reply, &why);
    past_done(&past);
    if (!e)
        return reply;
    json_decref(reply);
    reply = reply_error(&why);
    if (!json_bool(checked, "ok"))
        json_put(reply, "findings", json_share(json_at(checked, "findings")));
    return reply;
}
