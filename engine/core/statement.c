#include "core/statement.h"

#include "core/form.h"
#include "core/incident.h"
#include "core/notice.h"
#include "core/proposal.h"
#include "core/response.h"
#include "core/role.h"

#include <stdlib.h>
#include <string.h>

bool statement_is(const char *action)
{
    return !strcmp(action, "declare") || !strcmp(action, "issue") || !strcmp(action, "publish");
}

/* --- in words --- */

static const char *in(const json_t *draft, const char *key, bool zh)
{
    return words_in(json_at(draft, key), zh ? "zh" : "en", zh ? "en" : "zh");
}

static const struct {
    const char *colour, *zh, *en, *colour_zh;
} warnings[] = {{"red", "红色预警", "red warning", "红色"},
                {"orange", "橙色预警", "orange warning", "橙色"},
                {"yellow", "黄色预警", "yellow warning", "黄色"},
                {"blue", "蓝色预警", "blue warning", "蓝色"},
                {"none", "预警解除", "warning lifted", "解除"}};

enum { WARNINGS = sizeof warnings / sizeof *warnings };

const char *warning_words(const char *colour, bool zh)
{
    for (size_t n = 0; n < WARNINGS; n++) {
        if (!strcmp(warnings[n].colour, colour))
            return zh ? warnings[n].zh : warnings[n].en;
    }
    return colour;
}

const char *warning_colour(const char *colour, bool zh)
{
    for (size_t n = 0; n < WARNINGS; n++) {
        if (zh && !strcmp(warnings[n].colour, colour))
            return warnings[n].colour_zh;
    }
    return colour;
}

static void draft_say(const json_t *draft, bool zh, struct text *to)
{
    const char *level = warning_words(json_str_or(draft, "level", ""), zh);
    if (zh)
        text_addf(to, "【%s%s】自%s起，%s。%s。请%s。发布单位：%s", in(draft, "category", true),
                  level, in(draft, "from", true), in(draft, "area", true),
                  in(draft, "matters", true), in(draft, "advice", true), in(draft, "issuer", true));
    else
        text_addf(to, "%s, %s. From %s, in %s. %s. What to do: %s. Issued by %s",
                  in(draft, "category", false), level, in(draft, "from", false),
                  in(draft, "area", false), in(draft, "matters", false), in(draft, "advice", false),
                  in(draft, "issuer", false));
}

json_t *statement_text(const json_t *draft)
{
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    draft_say(draft, true, &zh);
    draft_say(draft, false, &en);
    return json_pack("{s:s,s:s}", "zh", text_str(&zh), "en", text_str(&en));
}

/* --- drafts --- */

char *statement_orderer(const struct core *c, const struct incident *i, const char *action)
{
    AUTO_JSON(targets);
    if (!c->site || !i->plan)
        return NULL;
    targets = site_orderers(c->site->site, i->plan, action);
    return mem_str(json_string_value(json_array_get(targets, 0)));
}

void statement_draft(struct core *c, struct incident *i, const json_t *cmd)
{
    const json_t *args = json_at(cmd, "args");
    bool unsaid = proposal_lift_draft(c, i, json_str(args, "lifts"));
    if (unsaid && !strcmp(json_str_or(args, "level", ""), "none"))
        return; /* what was never published is not taken back */
    json_t *draft = json_deep_copy(args);
    json_t *spec = json_put_str(json_object(), "action", "publish");
    json_put(spec, "to_whom", json_share(json_at(draft, "to")));
    json_put_str(spec, "lifts", json_str(draft, "lifts"));
    json_object_del(draft, "to");
    json_object_del(draft, "lifts");
    json_put(spec, "what", statement_text(draft));
    json_put(spec, "reason", json_share(json_at(draft, "matters")));
    json_put(spec, "draft", draft);
    char *orderer = statement_orderer(c, i, "publish");
    json_put_str(spec, "to", orderer ? orderer : "duty:duty-room");
    json_put_int(spec, "within_ms", 5 * MS_MINUTE);
    json_put_str(spec, "plan", json_str(cmd, "at"));
    free(orderer);
    proposal_open(c, i, json_str_or(cmd, "step", "?"), spec);
}

/* --- what an order states --- */

/* Open proposals of the action: how many, the last of them, and "1 (…), 3 (…)". */
struct open {
    const struct proposal *named, *last;
    size_t count;
    struct text list;
};

static void open_look(const struct incident *i, const char *action, int number, struct open *to)
{
    const struct proposal *p;
    if (!i->response)
        return;
    LIST_FOREACH(p, &i->response->proposals, link)
    {
        json_t *spec;
        bool same = !strcmp(proposal_action(p, &spec), action);
        json_decref(spec);
        if (!same)
            continue;
        to->last = p;
        to->count++;
        text_addf(&to->list, "%s%d", to->list.len ? ", " : "", p->number);
        if (p->number == number)
            to->named = p;
    }
}

/* The proposal that the order answers, NULL: none; false after a refusal. */
static bool proposal_meant(struct core *c, const struct incident *i, const char *action,
                           const struct proposal **ret)
{
    struct open open = {0};
    int number = (int)json_int(c->in->body, "proposal", 0);
    open_look(i, action, number, &open);
    *ret = number ? open.named : open.count == 1 ? open.last : NULL;
    bool good = number ? open.named != NULL : open.count <= 1;
    if (!good && number)
        core_refuse(c, CODE_BAD_FIELD, "proposal", NULL, "no open proposal %d to %s; there are: %s",
                    number, action, open.count ? text_str(&open.list) : "none");
    else if (!good)
        core_refuse(c, CODE_MISSING_FIELD, "proposal", NULL,
                    "several are proposed; which one? proposal %s", text_str(&open.list));
    text_done(&open.list);
    return good;
}

/* What is said with the order stands over what was proposed. */
static json_t *statement_of(const struct proposal *p, const json_t *body)
{
    static const char *const said[] = {"what", "warning"};
    json_t *s = json_object();
    AUTO_JSON(spec);
    spec = p ? kept_json(p->spec) : NULL;
    for (size_t n = 0; n < sizeof said / sizeof *said; n++) {
        const json_t *value =
            json_at(body, said[n]) ? json_at(body, said[n]) : json_at(spec, said[n]);
        json_put(s, said[n], json_share(value));
    }
    if (!p)
        return s;
    json_put(s, "draft", json_share(json_at(spec, "draft")));
    json_put(s, "to", json_share(json_at(spec, "to_whom")));
    json_put_str(s, "lifts", json_str(spec, "lifts"));
    json_put_str(s, "step", p->step);
    return json_put_int(s, "number", p->number);
}

json_t *statement_read(struct core *c, struct incident *i, const char *action)
{
    const struct proposal *p = NULL;
    if (!proposal_meant(c, i, action, &p))
        return NULL;
    json_t *s = statement_of(p, c->in->body);
    if (!strcmp(action, "publish") && !json_at(s, "draft"))
        core_refuse(c, CODE_CONFLICT, "action", NULL,
                    "there is no draft to publish; a plan makes one with publish { … }");
    else if (!strcmp(action, "declare") && !json_at(s, "what"))
        core_refuse(c, CODE_MISSING_FIELD, "what", NULL, "what is declared?");
    else if (!strcmp(action, "issue") && !json_at(s, "what") && !json_at(s, "warning"))
        core_refuse(c, CODE_MISSING_FIELD, "warning", NULL,
                    "what is issued? a warning (red, orange, yellow, blue), or what");
    else
        return s;
    json_decref(s);
    return NULL;
}

/* --- telling --- */

/* Those who are to know of the order itself. */
static json_t *members_of(const struct incident *i, const json_t *named)
{
    json_t *to = json_array();
    AUTO_JSON(members);
    members = i->response ? kept_json(i->response->members) : NULL;
    if (i->response && i->response->commander)
        json_array_append_new(to, json_string(i->response->commander));
    if (members)
        (void)json_array_extend(to, members);
    if (!json_array_size(to) && !named)
        json_array_append_new(to, json_string("duty:duty-room"));
    return to;
}

static bool is_among(const struct rung *people, const char *person)
{
    for (size_t n = 0; n < people->count; n++) {
        if (!strcmp(people->at[n].id, person))
            return true;
    }
    return false;
}

/* Everyone in `people` who is not among `told` and did not give the order. */
static void people_tell(struct core *c, struct incident *i, const struct telling *t,
                        const json_t *text, const struct rung *people, const struct rung *told)
{
    for (size_t n = 0; n < people->count; n++) {
        const char *id = people->at[n].id;
        struct notice_order message = {
            .step = "!order", .person = &people->at[n], .text = text, .type = "muster.order"};
        if ((!t->by || strcmp(t->by, id) != 0) && !is_among(told, id))
            notice_queue(c, i, &message);
    }
}

void statement_tell(struct core *c, struct incident *i, const struct telling *t)
{
    AUTO_JSON(members);
    static const struct rung nobody = {0};
    struct rung named = {0}, others = {0};
    const json_t *to = json_at(t->statement, "to");
    if (!c->site)
        return;
    members = members_of(i, to);
    if (to)
        incident_resolve_first(c, i, to, &named);
    incident_resolve_first(c, i, members, &others);
    people_tell(c, i, t, t->public ? t->public : t->text, &named, &nobody);
    people_tell(c, i, t, t->text, &others, &named);
    rung_done(&named);
    rung_done(&others);
}

/* --- applying --- */

static void lift(json_t *statements, const char *step, wall_ms at)
{
    size_t n;
    json_t *one;
    json_array_foreach(statements, n, one)
    {
        if (step && !strcmp(json_str_or(one, "step", ""), step) && !json_at(one, "lifted_at"))
            json_put_int(one, "lifted_at", at);
    }
}

void statement_apply(struct incident *i, const struct record *r)
{
    const json_t *order = record_at(r, "order");
    const char *warning = json_str(order, "warning");
    struct response *response = response_of(i);
    json_t *statements = kept_json(response->statements);
    if (!statements)
        statements = json_array();
    lift(statements, json_str(order, "lifts"), r->at_ms);
    json_array_append_new(statements, json_deep_copy(order));
    kept_set(&response->statements, statements);
    if (warning)
        kept_set(&i->about, json_put_str(kept_json(i->about), "warning", warning));
}
