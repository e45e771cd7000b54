#include "desk/explain.h"

#include "base/code.h"
#include "core/call.h"
#include "desk/past.h"
#include "plan/check.h"

#include <stdlib.h>
#include <string.h>

struct explain {
    struct past past;
    struct site *site;
    const char *person, *name;
    bool gone; /* the site of now does not know them any more */
    bool zh;
    json_t *lines;
};

static void line_begin(const struct record *r, struct text *to)
{
    int64_t minutes = r->mono / MS_MINUTE;
    text_addf(to, "[%lld:%02lld] ", (long long)(minutes / 60), (long long)(minutes % 60));
}

static void line_end(struct explain *x, struct text *line, const char *at)
{
    if (at && *at)
        text_addf(line, " — %s", at);
    json_array_append_new(x->lines, json_string(text_str(line)));
}

static const char *pick(const struct explain *x, const char *zh, const char *en)
{
    return x->zh ? zh : en;
}

static bool list_holds(const json_t *list, const char *word)
{
    for (size_t n = 0; n < json_array_size(list); n++) {
        const json_t *one = json_array_get(list, n);
        if (json_is_string(one) && !strcmp(json_string_value(one), word))
            return true;
    }
    return false;
}

static bool people_hold(const json_t *people, const char *person)
{
    for (size_t n = 0; n < json_array_size(people); n++) {
        if (!strcmp(json_str_or(json_array_get(people, n), "id", ""), person))
            return true;
    }
    return false;
}

/* ---- a call that came to them ---- */

static const char *reason_of(const struct explain *x, const char *why)
{
    if (!strcmp(why, "start"))
        return pick(x, "呼叫由此人开始", "the call begins with them");
    if (!strcmp(why, "declined"))
        return pick(x, "前一人不能到", "the one before declined");
    if (!strcmp(why, "undelivered"))
        return pick(x, "前一人的消息未送达", "the one before could not be reached");
    return pick(x, "前一人无应答", "the one before did not answer");
}

/* What became of it: the first record after it that ends their turn. */
static void outcome_say(struct explain *x, size_t from, const char *step)
{
    for (size_t n = from + 1; n < x->past.count; n++) {
        const struct record *r = x->past.records[n];
        const json_t *ev = record_at(r, "ev");
        bool theirs = !strcmp(json_str_or(r->body, "by", ""), x->person);
        AUTO_TEXT(line);
        const char *said = NULL;
        if (r->kind == REC_CALL_ANSWERED && theirs)
            said = pick(x, "　应答", "  answered");
        else if (r->kind == REC_CALL_DECLINED && theirs)
            said = pick(x, "　表示不能到", "  declined");
        else if (r->kind == REC_CALL_ANSWERED && list_holds(json_at(r->body, "calls"), step))
            said = pick(x, "　另一人先应答，呼叫结束", "  somebody else answered first");
        else if (r->kind == REC_CALL_RUNG && !strcmp(json_str_or(r->body, "step", ""), step) &&
                 people_hold(json_at(ev, "people"), x->person))
            said = pick(x, "　未应答，转呼下一人", "  did not answer; the next is called");
        else if (r->kind == REC_CALL_EXPIRED && !strcmp(json_str_or(r->body, "step", ""), step))
            said = pick(x, "　未应答，呼叫到此为止", "  did not answer; the call ends");
        if (!said)
            continue;
        line_begin(r, &line);
        text_add(&line, said);
        line_end(x, &line, NULL);
        return;
    }
}

static bool called_say(struct explain *x, size_t at)
{
    const struct record *r = x->past.records[at];
    AUTO_TEXT(line);
    if (r->kind != REC_CALL_RUNG || !list_holds(json_at(r->body, "people"), x->person))
        return false;
    line_begin(r, &line);
    text_addf(&line, x->zh ? "被呼叫（第 %d 梯次）：%s" : "called (rung %d): %s",
              (int)json_int(r->body, "rung", 0) + 1,
              reason_of(x, json_str_or(r->body, "why", "start")));
    line_end(x, &line, record_str(r, "at"));
    outcome_say(x, at, json_str_or(r->body, "step", ""));
    return true;
}

/* ---- a call that did not ---- */

/* Would this target have come to them then, as the site is now? */
static bool target_holds(const struct explain *x, const json_t *to, wall_ms at)
{
    struct rungs rungs = {0};
    bool holds = false;
    site_resolve(x->site, to, NULL, false, at, &rungs);
    for (size_t n = 0; n < rungs.count; n++) {
        for (size_t k = 0; k < rungs.at[n].count; k++)
            holds = holds || !strcmp(rungs.at[n].at[k].id, x->person);
    }
    rungs_done(&rungs);
    return holds;
}

static bool call_names(const struct explain *x, const json_t *args, wall_ms at)
{
    const json_t *rungs = json_at(args, "rungs");
    if (target_holds(x, json_at(args, "to"), at))
        return true;
    for (size_t n = 0; n < json_array_size(rungs); n++) {
        if (target_holds(x, json_at(json_array_get(rungs, n), "to"), at))
            return true;
    }
    return false;
}

static bool was_called(const struct explain *x, const char *step)
{
    for (size_t n = 0; n < x->past.count; n++) {
        const struct record *r = x->past.records[n];
        if (r->kind == REC_CALL_RUNG && !strcmp(json_str_or(r->body, "step", ""), step) &&
            list_holds(json_at(r->body, "people"), x->person))
            return true;
    }
    return false;
}

/* Who ended the call before it came to them. */
static void spared_say(struct explain *x, const struct record *turn, const json_t *cmd)
{
    const char *step = json_str_or(cmd, "step", "");
    AUTO_TEXT(line);
    line_begin(turn, &line);
    text_add(&line, pick(x, "本可被呼叫，但未轮到：", "could have been called, and was not: "));
    for (size_t n = 0; n < x->past.count; n++) {
        const struct record *r = x->past.records[n];
        if (r->kind != REC_CALL_ANSWERED || !list_holds(json_at(r->body, "calls"), step))
            continue;
        int64_t minutes = r->mono / MS_MINUTE;
        text_addf(&line, x->zh ? "%s 已于 [%lld:%02lld] 应答" : "%s answered at [%lld:%02lld]",
                  json_str_or(record_at(r, "ev"), "name", "?"), (long long)(minutes / 60),
                  (long long)(minutes % 60));
        line_end(x, &line, json_str(cmd, "at"));
        return;
    }
    text_add(&line, pick(x, "呼叫结束前没有轮到", "the call ended, or has not come so far"));
    line_end(x, &line, json_str(cmd, "at"));
}

static void turn_say(struct explain *x, size_t at)
{
    const struct record *r = x->past.records[at];
    size_t n;
    json_t *cmd;
    json_array_foreach(json_unconst(record_at(r, "cmds")), n, cmd)
    {
        if (!strcmp(json_str_or(cmd, "kind", ""), "call") &&
            !was_called(x, json_str_or(cmd, "step", "")) &&
            call_names(x, json_at(cmd, "args"), r->at_ms))
            spared_say(x, r, cmd);
    }
}

/* ---- what else was written to them ---- */

static const char *about_of(const struct explain *x, const char *step)
{
    static const struct {
        const char *begins, *zh, *en;
    } steps[] = {{"!proposal", "请其下令", "asked for an order"},
                 {"!items", "请其决定措施去留", "asked to decide on measures"},
                 {"!item", "其负责的事项", "an item of theirs"},
                 {"!lead", "其督办的事项", "an item under their supervision"},
                 {"!draft", "报告的起草与签发", "a report to write, sign or send"},
                 {"!order", "告知命令", "told of an order"},
                 {"!report", "报送其的报告", "a report sent to them"},
                 {"!alarm", "告警", "an alarm"}};
    for (size_t n = 0; n < sizeof steps / sizeof *steps; n++) {
        if (!strncmp(step, steps[n].begins, strlen(steps[n].begins)))
            return pick(x, steps[n].zh, steps[n].en);
    }
    return pick(x, "预案的通知", "a message of the plan");
}

/* The line of the plan that a step came from; "" when none did. */
static const char *place_of(const struct explain *x, const char *step)
{
    for (size_t n = 0; n < x->past.count; n++) {
        size_t k;
        json_t *cmd;
        json_array_foreach(json_unconst(record_at(x->past.records[n], "cmds")), k, cmd)
        {
            if (!strcmp(json_str_or(cmd, "step", ""), step))
                return json_str_or(cmd, "at", "");
        }
    }
    return "";
}

static void written_say(struct explain *x, const struct record *r)
{
    const char *step = json_str_or(r->body, "step", "");
    const json_t *m = record_at(r, "message");
    const char *text = json_str_or(m, "text", "");
    AUTO_TEXT(line);
    if (json_bool(r->body, "of_call") || strcmp(json_str_or(r->body, "to", ""), x->person) != 0)
        return;
    line_begin(r, &line);
    text_addf(&line, x->zh ? "收到消息（%s）：" : "written to (%s): ", about_of(x, step));
    text_add_bytes(&line, text, strcspn(text, "\n"));
    line_end(x, &line, place_of(x, step));
}

static void failed_say(struct explain *x, const struct record *r)
{
    AUTO_TEXT(line);
    if (strcmp(json_str_or(r->body, "to", ""), x->person) != 0)
        return;
    line_begin(r, &line);
    text_addf(&line, x->zh ? "消息未能送达（%s）：%s" : "a message was not delivered (by %s): %s",
              json_str_or(r->body, "endpoint", "?"),
              record_str(r, "why") ? record_str(r, "why") : "?");
    line_end(x, &line, NULL);
}

/* ---- all of it ---- */

static void nothing_say(struct explain *x)
{
    json_array_append_new(
        x->lines, json_string(pick(x, "此事件中没有任何呼叫、消息或事项涉及此人",
                                   "no call, message or item of this incident was for them")));
}

static void explain_all(struct explain *x)
{
    for (size_t n = 0; n < x->past.count; n++) {
        const struct record *r = x->past.records[n];
        if (called_say(x, n))
            continue;
        if (r->kind == REC_TURN)
            turn_say(x, n);
        else if (r->kind == REC_NOTICE_QUEUED)
            written_say(x, r);
        else if (r->kind == REC_NOTICE_FAILED || r->kind == REC_NOTICE_RETRY)
            failed_say(x, r);
    }
    if (!json_array_size(x->lines))
        nothing_say(x);
}

static json_t *reply_new(bool ok)
{
    return json_put(json_put_str(json_object(), "op", "explained"), "ok", json_boolean(ok));
}

static json_t *reply_error(const struct why *why)
{
    return json_put_str(reply_new(false), "error", why->text);
}

/* ---- who is meant ---- */

/* By what they are called. How many are; the last of them to `ret`. */
static size_t named(const struct site *site, const char *name, struct rung_person *ret)
{
    struct rung_person one;
    size_t found = 0;
    for (size_t n = 0; site_person_at(site, n, &one); n++) {
        if (strcmp(one.name, name) != 0)
            continue;
        *ret = one;
        found++;
    }
    return found;
}

/* Somebody who was written to then, by id or name, and has left the site since. */
static bool gone_find(struct explain *x)
{
    for (size_t n = 0; n < x->past.count; n++) {
        const struct record *r = x->past.records[n];
        const char *to = json_str(r->body, "to"), *name = json_str(record_at(r, "message"), "name");
        if (r->kind != REC_NOTICE_QUEUED || !to)
            continue;
        if (strcmp(to, x->person) != 0 && strcmp(name ? name : "", x->person) != 0)
            continue;
        x->person = to;
        x->name = name ? name : to;
        x->gone = true;
        return true;
    }
    return false;
}

static const char *nearest(const struct explain *x)
{
    const char *id = site_nearest_person(x->site, x->person);
    struct rung_person one;
    for (size_t n = 0; !id && site_person_at(x->site, n, &one); n++) {
        if (text_nearest(x->person, (const char *const[]){one.name, NULL}))
            id = one.id;
    }
    return id;
}

static json_t *nobody(const struct explain *x)
{
    struct why why;
    (void)why_set(&why, ERR_MISSING, "the site has no person \"%s\"", x->person);
    json_t *reply = json_put_str(reply_error(&why), "code", code_name(CODE_UNKNOWN_PERSON));
    return json_put_str(reply, "near", nearest(x));
}

static json_t *several(const struct explain *x)
{
    AUTO_TEXT(ids);
    struct rung_person one;
    for (size_t n = 0; site_person_at(x->site, n, &one); n++) {
        if (!strcmp(one.name, x->person))
            text_addf(&ids, "%s%s", ids.len ? ", " : "", one.id);
    }
    struct why why;
    (void)why_set(&why, ERR_CONFLICT, "several people are called %s: %s; give the id", x->person,
                  text_str(&ids));
    return json_put_str(reply_error(&why), "code", code_name(CODE_CONFLICT));
}

/* By id, else by name. NULL: found; else gives the refusal. */
static json_t *person_find(struct explain *x)
{
    struct rung_person person;
    bool known = site_person(x->site, x->person, &person);
    size_t found = known ? 1 : named(x->site, x->person, &person);
    if (found > 1)
        return several(x);
    if (!found)
        return gone_find(x) ? NULL : nobody(x);
    x->person = person.id;
    x->name = person.name;
    return NULL;
}

static json_t *explained(struct explain *x)
{
    x->lines = json_array();
    explain_all(x);
    json_t *reply = json_put_str(reply_new(true), "person", x->person);
    json_put(json_put_str(reply, "name", x->name), "lines", x->lines);
    return json_put_true(reply, "unknown", x->gone);
}

json_t *plan_explain(const json_t *request)
{
    struct explain x = {.zh = json_bool(request, "zh"),
                        .person = json_str_or(request, "person", "")};
    struct why why;
    AUTO_JSON(checked);
    checked = check_set(request);
    if (!json_bool(checked, "ok"))
        return json_put(reply_new(false), "findings", json_share(json_at(checked, "findings")));
    if (past_read(json_at(request, "records"), &x.past, &why))
        return reply_error(&why);
    x.site = stage_site(checked);
    json_t *reply = person_find(&x);
    if (!reply)
        reply = explained(&x);
    past_done(&x.past);
    site_unref(x.site);
    return reply;
}
