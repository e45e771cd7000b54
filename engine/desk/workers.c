#include "desk/workers.h"

#include "core/item.h"
#include "desk/script.h"

#include <stdlib.h>
#include <string.h>

/* Where no time is set: of an item without an end, a report that is due at once. */
static const int64_t untimed_ms = MS_HOUR;

struct workers {
    struct stage *stage;
    json_t *pace; /* {TARGET: ms, or -1 for never} */
    struct untold {
        char *step; /* of the message by which its owner hears of it */
        struct uuid incident;
        mono_ms issued;
        json_t *body;
    } * untold;
    size_t untold_count, untold_cap;
};

struct workers *workers_new(struct stage *stage)
{
    struct workers *w = mem_new(1, sizeof *w);
    w->stage = stage;
    w->pace = json_object();
    return w;
}

void workers_free(struct workers *w)
{
    if (!w)
        return;
    json_decref(w->pace);
    for (size_t n = 0; n < w->untold_count; n++) {
        free(w->untold[n].step);
        json_decref(w->untold[n].body);
    }
    free(w->untold);
    free(w);
}

enum err workers_words(struct workers *w, const char *words, struct why *why)
{
    const char *equals = strrchr(words, '=');
    AUTO_TEXT(target);
    int64_t ms = -1;
    bool right = equals && equals != words;
    if (right) {
        text_add_bytes(&target, words, (size_t)(equals - words));
        right = !strcmp(equals + 1, "never") || script_span(equals + 1, &ms);
    }
    if (!right)
        return why_set(why, ERR_INVALID,
                       "\"%s\": write dept:water=2h or dept:water=never; * is everybody else",
                       words);
    const char *code;
    enum err e = strcmp(text_str(&target), "*")
                     ? site_check_target(w->stage->site, text_str(&target), &code, NULL, why)
                     : ERR_OK;
    if (e)
        return why_add(why, ERR_INVALID, "--work");
    json_put_int(w->pace, text_str(&target), ms);
    return ERR_OK;
}

/* After how long; -1: never. */
static int64_t pace_of(const struct workers *w, const char *target, int64_t allowed_ms)
{
    const char *of = json_at(w->pace, target) ? target : "*";
    if (json_at(w->pace, of))
        return json_int(w->pace, of, 0);
    return allowed_ms > 0 ? allowed_ms / 2 : untimed_ms;
}

static void act_later(struct workers *w, const struct record *r, int64_t after,
                      enum input_kind kind, const char *action, const char *target)
{
    char *person = stage_person_of(w->stage, target, json_bool(r->body, "drill"));
    bool item = kind == IN_ITEM;
    json_t *body = json_put_str(json_object(), "action", action);
    json_put(body, item ? "item" : "report",
             json_share(json_at(r->body, item ? "item" : "report")));
    json_put_str(body, "as", person);
    night_later(w->stage->night, after, kind, r->incident, body);
    free(person);
}

/* Who has not been told of it does not do it. */
static void item_issued(struct workers *w, const struct record *r)
{
    AUTO_TEXT(step);
    text_addf(&step, ITEM_STEP_OWNER "%s", json_str_or(r->body, "item", "?"));
    w->untold = mem_grow(w->untold, &w->untold_cap, w->untold_count + 1, sizeof *w->untold);
    w->untold[w->untold_count++] = (struct untold){.step = text_take(&step),
                                                   .incident = r->incident,
                                                   .issued = r->mono,
                                                   .body = json_share(r->body)};
}

/*
 * Its time runs from when it was issued. Who has done it is the owner; who finds it done strikes it
 * off.
 */
static void item_works(struct workers *w, const struct record *r, mono_ms told)
{
    const char *owner = json_str_or(r->body, "owner", "?");
    const char *leader = json_str_or(r->body, "leader", owner);
    int64_t pace = pace_of(w, owner, json_int(r->body, "allowed_ms", 0));
    int64_t after = r->mono + pace - told;
    if (pace < 0)
        return;
    if (after < MS_MINUTE && told > r->mono)
        after = MS_MINUTE;
    act_later(w, r, after, IN_ITEM, "done", owner);
    act_later(w, r, after + MS_MINUTE, IN_ITEM, "strike", leader);
}

static void report_works(struct workers *w, const struct record *r)
{
    const char *by = json_str_or(r->body, "by", "?");
    int64_t after = pace_of(w, by, json_int(r->body, "allowed_ms", 0));
    int64_t phone = json_int(r->body, "phone_due", 0);
    if (after < 0)
        return;
    if (phone)
        act_later(w, r, (phone - r->mono) / 2, IN_REPORT, "phone", by);
    act_later(w, r, after, IN_REPORT, "sign", json_str_or(r->body, "sign", by));
    act_later(w, r, after + MS_MINUTE, IN_REPORT, "send", by);
}

static void message_sent(struct workers *w, const struct record *r)
{
    const char *step = json_str_or(r->body, "step", "");
    size_t n = 0;
    while (n < w->untold_count && strcmp(w->untold[n].step, step) != 0)
        n++;
    if (n == w->untold_count)
        return;
    struct untold told = w->untold[n];
    w->untold[n] = w->untold[--w->untold_count];
    const struct record issued = {
        .incident = told.incident, .mono = told.issued, .body = told.body};
    item_works(w, &issued, r->mono);
    free(told.step);
    json_decref(told.body);
}

void workers_record(struct workers *w, const struct record *r)
{
    if (r->kind == REC_ITEM_ISSUED)
        item_issued(w, r);
    else if (r->kind == REC_NOTICE_SENT)
        message_sent(w, r);
    else if (r->kind == REC_REPORT_OPENED)
        report_works(w, r);
}
