#include "core/answer_link.h"

#include "core/alarm.h"
#include "core/answer.h"
#include "core/decide.h"
#include "core/duty.h"
#include "core/family.h"
#include "core/incident.h"
#include "core/item.h"
#include "core/notice.h"
#include "core/question.h"

#include <string.h>

/* The message that the link of the input opens, or a refusal. */
static struct notice *notice_of_link(struct core *c)
{
    struct link link;
    bool whole = link_parse(json_str_or(c->in->body, "token", ""), &link);
    struct notice *n = whole ? core_notice(c, link.notice) : NULL;
    if (!n || n->code == NO_LINK_CODE || !link_secret_fits(n->secret, link.secret)) {
        core_refuse(c, CODE_UNKNOWN_LINK, "token", NULL,
                    "no message has this link; open it as it stands in the message, whole");
        return NULL;
    }
    if (notice_is_kept(n))
        return n;
    char into[UUID_TEXT];
    struct uuid to = incident_into(n->incident);
    if (!uuid_is_none(to)) {
        core_refuse(c, CODE_MERGED, "token", NULL,
                    "the incident of the message goes on as a part of %s: answer there, by its "
                    "messages",
                    uuid_text(to, into));
        return NULL;
    }
    if (n->incident->state == INCIDENT_CLOSED) {
        core_refuse(c, CODE_CLOSED, "token", NULL,
                    "this is over: the incident of the message is closed, nothing waits for you");
        return NULL;
    }
    return n;
}

static void left_put(json_t *reply, int left)
{
    if (reply)
        json_put_int(reply, "left", left);
}

static void refuse_locked(struct core *c)
{
    json_t *reply = core_refuse(c, CODE_LINK_LOCKED, "token", NULL,
                                "this link is locked after %d wrong codes. Call the duty room: it "
                                "answers for you (muster answer); a further message to you has a "
                                "link of its own",
                                LINK_TRIES);
    left_put(reply, 0);
}

/* Each person's is an alarm of its own: each must be rung. Alarms themselves never raise one. */
static void locked_alarm(struct core *c, struct notice *n)
{
    if (n->alarm)
        return;
    AUTO_TEXT(cause);
    AUTO_TEXT(en);
    AUTO_TEXT(zh);
    struct rung_person p;
    bool known = c->site && site_person(c->site->site, n->person, &p);
    const char *name = known ? p.name : n->person;
    text_addf(&cause, "link_locked:%s", n->person);
    text_addf(&en,
              "five wrong codes were given by the link of a message to %s, it is locked: ring "
              "them, and answer for them",
              name);
    text_addf(&zh, "%s 的消息链接因五次输错应答码已锁定：请电话联系本人并代为应答", name);
    alarm_raise(c, n->incident, text_str(&cause), text_str(&en), text_str(&zh));
}

static void refuse_code(struct core *c, struct notice *n)
{
    char id[UUID_TEXT];
    int wrong = n->wrong + 1;
    json_t *body = json_put_str(json_object(), "notice", uuid_text(n->id, id));
    json_put_str(body, "step", n->step);
    json_put_str(body, "to", n->person);
    json_put_int(body, "wrong", wrong);
    json_put_true(body, "locked", wrong == LINK_TRIES);
    core_emit(c, REC_ANSWER_REFUSED, n->incident, (struct emit){.body = body});
    if (wrong == LINK_TRIES) {
        locked_alarm(c, n);
        refuse_locked(c);
        return;
    }
    json_t *reply = core_refuse(
        c, CODE_WRONG_CODE, "code", NULL, "this is not the code of the message; %d %s left",
        LINK_TRIES - wrong, LINK_TRIES - wrong == 1 ? "try is" : "tries are");
    left_put(reply, LINK_TRIES - wrong);
}

/* The code of the input. -1: refused. */
static int code_of_input(struct core *c)
{
    int code = link_code_read(json_str_or(c->in->body, "code", ""));
    if (code < 0)
        core_refuse(c, CODE_BAD_FIELD, "code", NULL,
                    "code: the four digits that stand in the message");
    return code;
}

static void link_reply(struct core *c, const struct notice *n, bool waited)
{
    json_t *reply = incident_reply(n->incident);
    json_put_str(reply, "answer", n->declined ? "declined" : "answered");
    core_reply_ok(c, json_put(reply, "waited", json_boolean(waited)));
}

static bool is_said_again(const struct notice *n, const struct answer *a)
{
    return n->proof == PROOF_ANSWERED && n->declined == a->decline && !a->pass && !a->note &&
           !a->choice;
}

/* What the owner of an item says of it by the link. */
static void item_by_link(struct core *c, struct notice *n, const char *action)
{
    struct uuid id;
    bool owns = !strncmp(n->step, ITEM_STEP_OWNER, strlen(ITEM_STEP_OWNER));
    struct item *item = owns && item_of_message(n->step, &id) ? core_item(c, id) : NULL;
    const json_t *b = c->in->body;
    if (!item || !item_action_by_link(action)) {
        core_refuse(c, CODE_BAD_FIELD, "action", NULL,
                    item ? "by its link an item is received, arrived, done or rejected"
                         : "this message is about nothing that you have to do");
        return;
    }
    const struct deed d = {.item = item,
                           .action = action,
                           .by = n->person,
                           .note = json_str(b, "note"),
                           .evidence = json_str(b, "evidence"),
                           .notice = n};
    bool said = item_acted(item, action) && item_says(item, &d);
    if (said || item_act(c, &d))
        core_reply_ok(c, item_reply(item));
}

void decide_answer_link(struct core *c)
{
    struct notice *n = notice_of_link(c);
    if (!n)
        return;
    if (n->wrong >= LINK_TRIES) {
        refuse_locked(c);
        return;
    }
    int code = code_of_input(c);
    if (code < 0)
        return;
    if (code != n->code) {
        refuse_code(c, n);
        return;
    }
    const char *action = json_str(c->in->body, "action");
    if (action) {
        item_by_link(c, n, action);
        return;
    }
    struct answer a = {.person = n->person,
                       .step = n->step,
                       .note = json_str(c->in->body, "note"),
                       .choice = json_str(c->in->body, "choice"),
                       .notice = n,
                       .decline = json_bool(c->in->body, "decline"),
                       .pass = json_bool(c->in->body, "pass")};
    if (!question_fits(c, n->incident, &a) || !answer_passes(c, n->incident, &a))
        return;
    bool waited = !is_said_again(n, &a) && answer_take(c, n->incident, &a);
    duty_answered(c, n, a.decline);
    link_reply(c, n, waited);
}
