/* What people do with reports: edit, sign, send, telephone, fill anew, correct. */
#include "core/decide.h"
#include "core/incident.h"
#include "core/notice.h"
#include "core/plan_run.h"
#include "core/report.h"

#include <stdlib.h>
#include <string.h>

/* An action on its way to being taken. */
struct act {
    struct report *r;
    const char *by, *note;
    json_t *voided; /* the signer whose signature it takes away, own; NULL */
};

static const char *name_of(const struct core *c, const char *person)
{
    struct rung_person p;
    return person && c->site && site_person(c->site->site, person, &p) ? p.name : NULL;
}

static json_t *reply_of(const struct act *a)
{
    const struct report *r = a->r;
    char id[UUID_TEXT], incident[UUID_TEXT];
    json_t *reply = json_put_str(json_object(), "report", uuid_text(r->id, id));
    json_put_str(reply, "incident", uuid_text(r->incident->id, incident));
    json_put_str(reply, "kind", report_kind_name(r->kind));
    json_put_int(reply, "number", r->number);
    json_put_int(reply, "rev", r->rev);
    if (a->voided)
        json_put(reply, "voided", json_share(a->voided));
    return json_put_str(reply, "state", report_state_name(r->state));
}

static json_t *actor_of(const struct core *c, const struct act *a)
{
    if (!a->by)
        return actor_input(c);
    json_t *actor = json_put_str(json_put_str(json_object(), "type", "person"), "id", a->by);
    return json_put_str(actor, "by", c->in->who.id);
}

static json_t *body_of(const struct report *r)
{
    char id[UUID_TEXT];
    json_t *body = json_put_str(json_object(), "report", uuid_text(r->id, id));
    json_put_str(body, "kind", report_kind_name(r->kind));
    return json_put_int(body, "number", r->number);
}

/* What of it is personal, and what the plan sees. */
static json_t *sealed_of(const struct core *c, const struct act *a, const char *state)
{
    json_t *ev = report_event(c, a->r, state);
    json_put_str(ev, "by", a->by ? a->by : c->in->who.id);
    json_put_str(ev, "note", a->note);
    json_t *sealed = json_put(json_object(), "ev", ev);
    json_put_str(sealed, "note", a->note);
    return json_put_str(sealed, "person", name_of(c, a->by));
}

/* How late it is by now, on record where it is. */
static int64_t late_put(const struct core *c, json_t *body, mono_ms due)
{
    int64_t late = due && c->in->mono > due ? c->in->mono - due : 0;
    if (late)
        json_put_int(body, "late_ms", late);
    return late;
}

/* --- who, and what is there --- */

static bool act_read(struct core *c, struct act *a)
{
    const char *text = json_str_or(c->in->body, "report", "");
    struct uuid id;
    a->r = uuid_parse(text, &id) ? core_report(c, id) : NULL;
    a->by = json_str(c->in->body, "as");
    a->note = json_str(c->in->body, "note");
    if (!a->r)
        core_refuse(c, CODE_NOT_FOUND, "report", NULL,
                    "there is no report with this id, or its incident is over: %s", text);
    else if (!c->site)
        core_refuse(c, CODE_CONFLICT, NULL, NULL, "there is no site in force");
    else if (a->by && !name_of(c, a->by))
        core_refuse(c, CODE_UNKNOWN_PERSON, "as", site_nearest_person(c->site->site, a->by),
                    "the site has no person \"%s\"", a->by);
    else
        return true;
    return false;
}

/* One of `revs`, where it is given; "*" is whatever there is. */
static bool among_revs(const json_t *revs, int rev)
{
    AUTO_TEXT(now);
    size_t n;
    json_t *one;
    text_addf(&now, "%d", rev);
    json_array_foreach(json_unconst(revs), n, one)
    {
        const char *named = json_string_value(one);
        if (!strcmp(named, "*") || !strcmp(named, text_str(&now)))
            return true;
    }
    return !revs;
}

/* Whoever acts has read this text, and no other. */
static bool rev_fits(struct core *c, const struct act *a)
{
    int64_t rev = json_int(c->in->body, "rev", a->r->rev);
    if (rev != a->r->rev)
        core_refuse(c, CODE_PRECONDITION_FAILED, "rev", NULL,
                    "the text is another now: revision %d, not %lld; read it again", a->r->rev,
                    (long long)rev);
    else if (!among_revs(json_at(c->in->body, "revs"), a->r->rev))
        core_refuse(c, CODE_PRECONDITION_FAILED, "revs", NULL,
                    "the text is another now: revision %d; read it again", a->r->rev);
    else
        return true;
    return false;
}

static bool rev_said(struct core *c)
{
    if (json_at(c->in->body, "rev") || json_at(c->in->body, "revs"))
        return true;
    core_refuse(c, CODE_MISSING_FIELD, "rev", NULL,
                "of which revision is the new text made? say it by If-Match, with the ETag of the "
                "report, or by rev");
    return false;
}

static bool is_sent(struct core *c, const struct act *a)
{
    if (a->r->state != REPORT_SENT)
        return false;
    core_refuse(c, CODE_CONFLICT, "report", NULL,
                "it was sent, and what was sent is not changed: correct it by a further report "
                "(muster report ID correct)");
    return true;
}

/* "孙伟 (post:flood-hq-deputy), 钱敏 (person:qian.min)" */
static void signers_say(const struct core *c, const struct report *r, struct text *to)
{
    const char *who[] = {r->sign, site_post_deputy(c->site->site, r->sign)};
    for (size_t n = 0; n < 2; n++) {
        AUTO_JSON(target);
        struct rung people = {0};
        if (!who[n])
            continue;
        target = json_string(who[n]);
        site_resolve_first(c->site->site, target, false, c->in->wall, &people);
        text_addf(to, "%s%s (%s)", to->len ? ", " : "", people.count ? people.at[0].name : "?",
                  who[n]);
        rung_done(&people);
    }
}

static bool may_sign(const struct core *c, const struct report *r, const char *person)
{
    const char *deputy = site_post_deputy(c->site->site, r->sign);
    return site_speaks_for(c->site->site, person, r->sign, c->in->wall) ||
           (deputy && site_speaks_for(c->site->site, person, deputy, c->in->wall));
}

/* --- the actions --- */

static bool sign_fits(struct core *c, const struct act *a)
{
    AUTO_TEXT(who);
    signers_say(c, a->r, &who);
    if (is_sent(c, a))
        return false;
    if (a->r->state == REPORT_SIGNED)
        core_refuse(c, CODE_CONFLICT, "report", NULL, "it is signed already; it can be sent");
    else if (!a->by)
        core_refuse(c, CODE_MISSING_FIELD, "as", NULL, "who signs it? name the person; who may: %s",
                    text_str(&who));
    else if (!may_sign(c, a->r, a->by))
        core_refuse(c, CODE_DENIED, "as", NULL, "%s may not sign it; who may: %s",
                    name_of(c, a->by), text_str(&who));
    else
        return true;
    return false;
}

static bool act_sign(struct core *c, struct act *a)
{
    if (!sign_fits(c, a))
        return false;
    json_t *signer = json_put_str(json_object(), "by", a->by);
    json_put_str(signer, "name", name_of(c, a->by));
    json_t *sealed = json_put(sealed_of(c, a, "signed"), "signer", signer);
    json_t *body = json_put_int(body_of(a->r), "rev", a->r->rev);
    core_emit(c, REC_REPORT_SIGNED, a->r->incident,
              (struct emit){.actor = actor_of(c, a), .body = body, .sealed = sealed});
    report_tell(c, a->r, a->r->by, "已签发，请报送", "Signed, to be sent");
    return true;
}

static json_t *told_of(const struct rung *people)
{
    json_t *told = json_array();
    for (size_t n = 0; n < people->count; n++) {
        json_t *one = json_put_str(json_object(), "to", people->at[n].id);
        json_put_str(one, "name", people->at[n].name);
        json_array_append_new(told, json_put_str(one, "state", "queued"));
    }
    return told;
}

static void send_to(struct core *c, const struct report *r, const struct rung *people)
{
    AUTO_JSON(text);
    AUTO_TEXT(step);
    char id[UUID_TEXT];
    text = json_string(report_text(r));
    text_addf(&step, "!report/%s", uuid_text(r->id, id));
    for (size_t n = 0; n < people->count; n++)
        notice_queue(c, r->incident,
                     &(struct notice_order){.step = text_str(&step),
                                            .person = &people->at[n],
                                            .text = text,
                                            .type = "muster.report"});
}

/*
 * A drill reaches nobody outside, and goes on all the same; what no endpoint reaches was handed
 * over on paper, and the note says so.
 */
static bool send_fits(struct core *c, const struct act *a, const struct rung *people)
{
    AUTO_TEXT(who);
    if (is_sent(c, a))
        return false;
    if (a->r->state != REPORT_SIGNED) {
        signers_say(c, a->r, &who);
        core_refuse(c, CODE_CONFLICT, "report", NULL, "nobody has signed it yet; who may: %s",
                    text_str(&who));
        return false;
    }
    if (people->count || a->r->incident->drill || a->note)
        return true;
    core_refuse(c, CODE_CONFLICT, "note", NULL,
                "nobody of %s can be reached: hand it over in another way, and say how (note)",
                a->r->to);
    return false;
}

static bool act_send(struct core *c, struct act *a)
{
    AUTO_JSON(to);
    struct rung people = {0};
    to = kept_json(a->r->to);
    site_resolve_first(c->site->site, to, a->r->incident->drill, c->in->wall, &people);
    bool fits = send_fits(c, a, &people);
    if (fits) {
        json_t *body = body_of(a->r), *sealed = sealed_of(c, a, "sent");
        int64_t late = late_put(c, body, a->r->due);
        if (late)
            json_put_int(json_object_get(sealed, "ev"), "late_ms", late);
        json_put(sealed, "told", told_of(&people));
        core_emit(c, REC_REPORT_SENT, a->r->incident,
                  (struct emit){.actor = actor_of(c, a), .body = body, .sealed = sealed});
        send_to(c, a->r, &people);
    }
    rung_done(&people);
    return fits;
}

static bool act_phone(struct core *c, struct act *a)
{
    char at[RFC3339_TEXT];
    if (a->r->phoned_at) {
        core_refuse(c, CODE_CONFLICT, "report", NULL, "it was given by telephone at %s",
                    rfc3339(a->r->phoned_at, at));
        return false;
    }
    if (!a->by) {
        core_refuse(c, CODE_MISSING_FIELD, "as", NULL,
                    "who telephoned? name the person: a key is nobody's voice");
        return false;
    }
    json_t *body = body_of(a->r);
    late_put(c, body, a->r->phone_due);
    core_emit(
        c, REC_REPORT_PHONED, a->r->incident,
        (struct emit){.actor = actor_of(c, a), .body = body, .sealed = sealed_of(c, a, "phoned")});
    return true;
}

/* Whoever signed, whoever has to sign, and whoever waits to send it; not who did it. */
static void void_tell(struct core *c, const struct act *a)
{
    AUTO_JSON(to);
    AUTO_TEXT(signer);
    text_addf(&signer, "person:%s", json_str_or(a->voided, "by", ""));
    to = json_array();
    json_array_append_new(to, json_string(text_str(&signer)));
    json_array_append_new(to, json_string(a->r->sign));
    json_array_append_new(to, json_string(a->r->by));
    report_tell_all(c, a->r, to, a->by, "签发已失效：文本已改，请重新签发",
                    "The signature is void, as the text has changed; to be signed again");
}

/* The new text, and whether the signer is asked now. */
static void edit_emit(struct core *c, struct act *a, const char *text, bool filled)
{
    struct report *r = a->r;
    a->voided = r->state == REPORT_SIGNED ? kept_json(r->signer) : NULL;
    bool asks = a->voided || (!filled && !r->asked);
    json_t *body = json_put_int(body_of(r), "rev", r->rev + 1);
    json_put_true(json_put_true(body, "asks", asks), "filled", filled);
    json_put_true(body, "void", a->voided != NULL);
    json_put_true(body, "zero", r->zero && !filled);
    json_t *sealed = json_put_str(sealed_of(c, a, "edited"), "text", text);
    json_put(sealed, "voided", json_share(a->voided));
    core_emit(c, REC_REPORT_EDITED, r->incident,
              (struct emit){.actor = actor_of(c, a), .body = body, .sealed = sealed});
    if (a->voided)
        void_tell(c, a);
    else if (asks)
        report_tell(c, r, r->sign, "请签发", "To be signed");
}

/* The draft anew, from what is known now. */
static bool act_fill(struct core *c, struct act *a)
{
    AUTO_JSON(to);
    AUTO_TEXT(text);
    struct uuid corrected;
    bool corrects = uuid_parse(a->r->corrects ? a->r->corrects : "", &corrected);
    const struct plan_head *head = incident_head(c, a->r->incident);
    const struct report_head *h = head ? plan_head_report(head, a->r->kind) : NULL;
    if (is_sent(c, a))
        return false;
    if (!h) {
        core_refuse(c, CODE_CONFLICT, "report", NULL, "the plan has no such report any more");
        return false;
    }
    if (a->r->zero && a->r->state == REPORT_OPENED &&
        report_nothing_new(a->r->incident, a->r->kind)) {
        core_refuse(c, CODE_CONFLICT, "report", NULL, "nothing has happened since it was drafted");
        return false;
    }
    to = kept_json(a->r->to);
    report_draft(c, a->r->incident,
                 &(struct draft){.head = h,
                                 .kind = a->r->kind,
                                 .number = a->r->number,
                                 .key = a->r->key,
                                 .basis = a->r->basis,
                                 .by = a->r->by,
                                 .lang = a->r->lang,
                                 .to = to,
                                 .corrects = corrects ? core_report(c, corrected) : NULL},
                 &text);
    edit_emit(c, a, text_str(&text), true);
    return true;
}

/* The correction of it that is not sent yet; NULL: there is none. */
static const struct report *correction_of(const struct report *of)
{
    char id[UUID_TEXT];
    const struct report *r;
    uuid_text(of->id, id);
    LIST_FOREACH(r, &of->incident->reports, link)
    {
        if (r->state != REPORT_SENT && r->corrects && !strcmp(r->corrects, id))
            return r;
    }
    return NULL;
}

static bool act_correct(struct core *c, struct act *a)
{
    char id[UUID_TEXT];
    AUTO_TEXT(name);
    const struct report *first = correction_of(a->r);
    if (a->r->state != REPORT_SENT) {
        core_refuse(c, CODE_CONFLICT, "report", NULL, "it is not sent yet: edit it");
        return false;
    }
    if (first) {
        report_name_add(first->kind, first->number, false, &name);
        core_refuse(c, CODE_CONFLICT, "report", NULL,
                    "%s corrects it, and is not sent yet: edit that one (%s)", text_str(&name),
                    uuid_text(first->id, id));
        return false;
    }
    struct report *further = report_correct(c, a->r, actor_of(c, a));
    if (further)
        a->r = further;
    else
        core_refuse(c, CODE_CONFLICT, "report", NULL, "the plan has no such report any more");
    return further != NULL;
}

void decide_report(struct core *c)
{
    static const struct {
        const char *action;
        bool (*take)(struct core *c, struct act *a);
    } actions[] = {{"sign", act_sign},
                   {"send", act_send},
                   {"phone", act_phone},
                   {"fill", act_fill},
                   {"correct", act_correct}};
    const char *action = json_str_or(c->in->body, "action", "");
    struct act a = {0};
    if (!input_allowed(c, SCOPE_RESPOND, "work on reports") || !act_read(c, &a) || !rev_fits(c, &a))
        return;
    for (size_t n = 0; n < sizeof actions / sizeof *actions; n++) {
        if (!strcmp(actions[n].action, action) && actions[n].take(c, &a))
            core_reply_ok(c, reply_of(&a));
    }
    json_decref(a.voided);
}

void decide_report_edit(struct core *c)
{
    const char *text = json_str_or(c->in->body, "text", "");
    struct act a = {0};
    if (!input_allowed(c, SCOPE_RESPOND, "write reports") || !rev_said(c) || !act_read(c, &a) ||
        is_sent(c, &a) || !rev_fits(c, &a))
        return;
    edit_emit(c, &a, text, false);
    core_reply_ok(c, reply_of(&a));
    json_decref(a.voided);
}
