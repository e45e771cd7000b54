#include "core/expect.h"

#include "core/form.h"
#include "core/head_level.h"
#include "core/head_measure.h"
#include "core/head_report.h"
#include "core/order.h"
#include "core/say.h"
#include "core/site.h"

#include <stdlib.h>
#include <string.h>

/* What stands behind a verb. */
enum object { OBJECT_NONE, OBJECT_ORDER, OBJECT_MEASURE, OBJECT_FACT, OBJECT_REPORT, OBJECT_END };

static const struct {
    const char *word; /* with the blank behind it where an object follows */
    enum object object;
} verbs[EXPECT_VERBS] = {
    [EXPECT_LINE] = {"", OBJECT_NONE},
    [EXPECT_ANSWERED] = {"call answered", OBJECT_NONE},
    [EXPECT_DECLINED] = {"call declined", OBJECT_NONE},
    [EXPECT_ORDER] = {"order ", OBJECT_ORDER},
    [EXPECT_PROPOSE] = {"propose ", OBJECT_ORDER},
    [EXPECT_MEASURE] = {"measure ", OBJECT_MEASURE},
    [EXPECT_RECEIVED] = {"received ", OBJECT_MEASURE},
    [EXPECT_ARRIVED] = {"arrived ", OBJECT_MEASURE},
    [EXPECT_DONE] = {"done ", OBJECT_MEASURE},
    [EXPECT_STRUCK] = {"struck ", OBJECT_MEASURE},
    [EXPECT_UPDATE] = {"update ", OBJECT_FACT},
    [EXPECT_REPORT] = {"report ", OBJECT_REPORT},
    [EXPECT_CONFIRMED] = {"confirmed ", OBJECT_END},
    [EXPECT_CLOSED] = {"closed", OBJECT_NONE},
};

struct expectation expectation_of(const char *text)
{
    for (int v = EXPECT_LINE + 1; v < EXPECT_VERBS; v++) {
        size_t len = strlen(verbs[v].word);
        bool fits = verbs[v].object ? strncmp(text, verbs[v].word, len) == 0 && text[len]
                                    : strcmp(text, verbs[v].word) == 0;
        if (fits)
            return (struct expectation){(enum expect_verb)v, text + len};
    }
    return (struct expectation){EXPECT_LINE, text};
}

/* ---- in words ---- */

/* What is ordered or proposed: a level, or an action. */
static void order_add(const char *what, bool zh, struct text *to)
{
    enum level level;
    if (level_parse(what, &level))
        text_addf(to, zh ? "%s级响应" : "level %s", what);
    else
        order_words(what, NULL, zh, to);
}

void expectation_words(const struct expectation *e, bool zh, struct text *to)
{
    static const char *const words[EXPECT_VERBS][2] = {
        [EXPECT_LINE] = {"“%s”", "\"%s\""},
        [EXPECT_ANSWERED] = {"有人应答", "somebody answers"},
        [EXPECT_DECLINED] = {"有人答复不能到", "somebody declines"},
        [EXPECT_ORDER] = {"下令", "order "},
        [EXPECT_PROPOSE] = {"建议", "propose "},
        [EXPECT_MEASURE] = {"下达措施 %s", "measure %s issued"},
        [EXPECT_RECEIVED] = {"签收 %s", "%s received"},
        [EXPECT_ARRIVED] = {"%s 到位", "%s arrived"},
        [EXPECT_DONE] = {"%s 办结", "%s done"},
        [EXPECT_STRUCK] = {"%s 销号", "%s struck off"},
        [EXPECT_UPDATE] = {"上报 %s", "%s reported"},
        [EXPECT_REPORT] = {"报送 %s", "report %s sent"},
        [EXPECT_CONFIRMED] = {"确认 %s", "%s confirmed"},
        [EXPECT_CLOSED] = {"事件结束", "closed"},
    };
    const char *form = words[e->verb][zh ? 0 : 1], *at = strstr(form, "%s");
    text_add_bytes(to, form, at ? (size_t)(at - form) : strlen(form));
    if (verbs[e->verb].object == OBJECT_ORDER)
        order_add(e->what, zh, to);
    else if (at)
        text_addf(to, "%s%s", e->what, at + 2);
}

/* ---- the names in it ---- */

static bool names_order(const struct plan_head *head, const char *what)
{
    enum level level;
    if (level_parse(what, &level))
        return plan_head_level(head, level) != NULL;
    return order_word(what);
}

static bool is_there(const struct plan_head *head, enum object object, const char *what)
{
    enum report_kind kind;
    switch (object) {
    case OBJECT_ORDER:
        return names_order(head, what);
    case OBJECT_MEASURE:
        return plan_head_measure(head, what) != NULL;
    case OBJECT_FACT:
        return plan_head_fact(head, what) != NULL;
    case OBJECT_REPORT:
        return report_kind_parse(what, &kind) && plan_head_report(head, kind);
    case OBJECT_END:
        return plan_head_criterion(head, what) != NULL;
    case OBJECT_NONE:
        break;
    }
    return true;
}

static const char *nearest(const struct plan_head *head, enum object object, const char *what)
{
    enum { NAMES = 256 };
    const char *names[NAMES + 1] = {NULL};
    const struct measure_head *m;
    const struct fact *f;
    const struct criterion_head *c;
    for (size_t n = 0; object == OBJECT_MEASURE && n < NAMES && (m = plan_head_measure_at(head, n));
         n++)
        names[n] = m->name;
    for (size_t n = 0; object == OBJECT_FACT && n < NAMES && (f = plan_head_fact_at(head, n)); n++)
        names[n] = f->name;
    for (size_t n = 0; object == OBJECT_END && n < NAMES && (c = plan_head_criterion_at(head, n));
         n++)
        names[n] = c->id;
    return text_nearest(what, names);
}

void expectation_check(const char *text, const struct plan_head *head, struct remarks *r)
{
    static const char *const nouns[] = {[OBJECT_ORDER] = "order or level",
                                        [OBJECT_MEASURE] = "measure",
                                        [OBJECT_FACT] = "fact",
                                        [OBJECT_REPORT] = "report",
                                        [OBJECT_END] = "criterion of its end"};
    struct expectation e = expectation_of(text);
    enum object object = verbs[e.verb].object;
    if (head && !is_there(head, object, e.what))
        remark_error(r, "unknown_name", nearest(head, object, e.what),
                     "\"%s\" cannot come: the plan %s has no %s \"%s\"", text, plan_head_name(head),
                     nouns[object], e.what);
}

/* ---- is it that? ---- */

static bool line_has(const struct record *r, const char *part)
{
    static const char *const languages[] = {"zh", "en"};
    for (size_t n = 0; n < 2; n++) {
        AUTO_TEXT(line);
        record_say(r, languages[n], &line);
        if (strstr(text_str(&line), part))
            return true;
    }
    return false;
}

/* A level by its name, or an action: of what was ordered, or is proposed. */
static bool orders(const json_t *said, const char *what)
{
    enum level level;
    if (level_parse(what, &level))
        return !strcmp(json_str_or(said, "level", ""), what);
    return !strcmp(json_str_or(said, "action", ""), what);
}

static bool reported(const struct record *r, const char *fact)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(json_at(record_at(r, "ev"), "occurrences")), n, one)
    {
        if (!strcmp(json_str_or(one, "name", ""), fact))
            return true;
    }
    return false;
}

static bool item_is(const struct record *r, const char *state, const char *what,
                    const char *measure)
{
    return r->kind == REC_ITEM_STATE && measure && !strcmp(measure, what) &&
           !strcmp(json_str_or(r->body, "state", ""), state);
}

static bool is(const struct record *r, enum record_kind kind, const char *key, const char *what)
{
    return r->kind == kind && !strcmp(json_str_or(r->body, key, ""), what);
}

bool expectation_met(const struct expectation *e, const struct record *r, const char *measure)
{
    switch (e->verb) {
    case EXPECT_ANSWERED:
        return r->kind == REC_CALL_ANSWERED;
    case EXPECT_DECLINED:
        return r->kind == REC_CALL_DECLINED;
    case EXPECT_ORDER: /* by people: what the software orders by itself shows nothing of them */
        return r->kind == REC_ORDERED && !json_bool(r->body, "auto") && orders(r->body, e->what);
    case EXPECT_PROPOSE:
        return (r->kind == REC_PROPOSED || r->kind == REC_PROPOSAL_AMENDED) &&
               orders(record_at(r, "spec"), e->what);
    case EXPECT_MEASURE:
        return is(r, REC_ITEM_ISSUED, "name", e->what);
    case EXPECT_RECEIVED:
        return item_is(r, "received", e->what, measure);
    case EXPECT_ARRIVED:
        return item_is(r, "arrived", e->what, measure);
    case EXPECT_DONE:
        return item_is(r, "done", e->what, measure);
    case EXPECT_STRUCK:
        return item_is(r, "struck", e->what, measure);
    case EXPECT_UPDATE:
        return r->kind == REC_UPDATED && strcmp(json_str_or(r->actor, "type", ""), "engine") != 0 &&
               reported(r, e->what);
    case EXPECT_REPORT:
        return is(r, REC_REPORT_SENT, "kind", e->what);
    case EXPECT_CONFIRMED:
        return is(r, REC_CONFIRMED, "criterion", e->what);
    case EXPECT_CLOSED:
        return r->kind == REC_INCIDENT_CLOSED &&
               strcmp(json_str_or(r->body, "why", ""), "drill") != 0 &&
               strcmp(json_str_or(r->body, "why", ""), "broken_off") != 0;
    case EXPECT_LINE:
    case EXPECT_VERBS:
        break;
    }
    return e->verb == EXPECT_LINE && line_has(r, e->what);
}
