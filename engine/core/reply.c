#include "core/reply.h"

#include "core/answer.h"
#include "core/call.h"
#include "core/choice.h"
#include "core/decide.h"
#include "core/duty.h"
#include "core/notice.h"
#include "core/question.h"
#include "core/reply_text.h"

#include <search.h>
#include <string.h>

static const int64_t IGNORED_MS = MS_HOUR;

/* A reply of a person by an endpoint, and the language of the house for the word back. */
struct replier {
    struct core *c;
    const char *person, *endpoint;
    const json_t *people; /* ids of all whose telephone it is */
    bool zh;
};

/* What the service may say to whoever wrote. */
static void say_back(const struct replier *r, const char *done, const char *zh, const char *en)
{
    json_t *reply = json_put_str(json_object(), "done", done);
    core_reply_ok(r->c, json_put_str(reply, "say", r->zh ? zh : en));
}

static json_t *reply_body(const struct replier *r)
{
    return json_put_str(json_put_str(json_object(), "person", r->person), "endpoint", r->endpoint);
}

/* ---- which message is meant ---- */

/* Those that went to the person by this endpoint and can be answered, by code or alone. */
struct search {
    const struct replier *r;
    int code;      /* -1: any that waits */
    bool late;     /* those that no call waits for even when their time is over */
    bool first;    /* the first above this one is wanted; else the latest */
    int64_t above; /* seq */
    struct notice *found;
    int count;
};

/* Does anybody wait for an answer to it? A spot check of last week is not in the way of a call. */
static bool waits(const struct search *s, const struct notice *n)
{
    const struct call *call = n->of_call ? call_find(n->incident, n->step) : NULL;
    bool kept = n->kept || duty_keeps_message(n);
    return n->proof != PROOF_ANSWERED && !n->declined &&
           ((call && !call->stands) || (kept && (s->late || s->r->c->in->mono <= n->until)));
}

static void search_visit(const void *node, VISIT visit, void *closure)
{
    struct notice *n = *(struct notice *const *)node;
    struct search *s = closure;
    bool open = n->incident->state != INCIDENT_CLOSED || notice_is_kept(n);
    if ((visit != postorder && visit != leaf) || !open || n->code == NO_LINK_CODE ||
        strcmp(n->person, s->r->person) != 0 ||
        (strcmp(n->endpoint, s->r->endpoint) != 0 &&
         (!n->accepted || strcmp(n->accepted, s->r->endpoint) != 0)) ||
        (s->code >= 0 ? n->code != s->code : !waits(s, n)) || n->seq <= s->above)
        return;
    s->count++;
    if (!s->found || (s->first ? n->seq < s->found->seq : n->seq > s->found->seq))
        s->found = n;
}

static struct search notice_search(const struct replier *r, int code)
{
    struct search s = {.r = r, .code = code};
    twalk_r(r->c->notices, search_visit, &s);
    return s;
}

/* ---- refused ---- */

static bool is_ignored(const struct replier *r)
{
    const struct contact *contact = contact_find(r->c, r->person, r->endpoint);
    return contact && contact->ignored > r->c->in->mono;
}

/* Nobody guesses codes by text message. */
static void refuse_reply(const struct replier *r, const char *zh, const char *en)
{
    const struct contact *contact = contact_find(r->c, r->person, r->endpoint);
    int wrong = (contact && !contact->ignored ? contact->wrong : 0) + 1;
    json_t *body = json_put_int(reply_body(r), "wrong", wrong);
    if (wrong >= CONTACT_WRONG_MAX)
        json_put_int(body, "ignored", r->c->in->mono + IGNORED_MS);
    core_emit(r->c, REC_REPLY_REFUSED, NULL,
              (struct emit){.actor = actor_input(r->c), .body = body});
    if (wrong >= CONTACT_WRONG_MAX)
        say_back(r, "refused", "应答码连续输错五次，一小时内不再受理。请致电值班室。",
                 "Five wrong codes: for an hour nothing is heard from here. Call the duty room.");
    else
        say_back(r, "refused", zh, en);
}

/* ---- taken ---- */

/* The answer that a number means: of a question one of its choices. */
static bool answer_of_number(const struct notice *n, int number, const char *rest,
                             json_t *const *spec, struct answer *a)
{
    const json_t *choices = json_at(*spec, "choices");
    size_t count = n->of_call ? json_array_size(choices) : 0;
    if (!count) {
        a->decline = number == 2;
        a->pass = number == 3;
        return number <= 3;
    }
    if (number >= 1 && (size_t)number <= count)
        a->choice = choice_name(json_array_get(choices, (size_t)number - 1));
    else if (*rest)
        a->choice = choice_meant(choices, rest);
    return a->choice != NULL;
}

static void say_taken(const struct replier *r, const struct answer *a, bool waited)
{
    if (a->pass)
        say_back(r, "passed", "已转给副职，谢谢。", "It is passed on. Thank you.");
    else if (a->decline)
        say_back(r, "declined", "已记录：来不了，将呼叫他人。",
                 "Recorded: you cannot come. Others are called.");
    else if (waited)
        say_back(r, "answered", "已应答，谢谢。", "Your answer counts. Thank you.");
    else
        say_back(r, "noted", "已记录。已有人应答，或无需应答。",
                 "Recorded. Somebody has answered before, or nobody waits for it.");
}

/* A spot check, a handover, a change of duty: nobody else is called, whatever is said. */
static void say_duty(const struct replier *r, const struct answer *a)
{
    if (a->decline)
        say_back(r, "declined", "已记录：不同意或不能到。",
                 "Recorded: you refuse, or cannot come.");
    else
        say_back(r, "answered", "已记录，谢谢。", "Recorded. Thank you.");
}

/* The answer counts; what is asked of duty is about duty alone. */
static bool take(const struct replier *r, const struct notice *n, const struct answer *a)
{
    char id[UUID_TEXT];
    core_emit(r->c, REC_REPLY_TAKEN, n->incident,
              (struct emit){.actor = actor_input(r->c),
                            .body = json_put_str(reply_body(r), "notice", uuid_text(n->id, id))});
    bool waited = answer_take(r->c, n->incident, a);
    duty_answered(r->c, n, a->decline);
    return waited;
}

/* The refusals of an answer become words back: who writes reads no JSON. */
static bool answer_fits(const struct replier *r, const struct notice *n, const struct answer *a)
{
    const struct input *in = r->c->in;
    struct input quiet = *in;
    quiet.to = (struct reply_to){0}; /* nobody waits for a refusal */
    r->c->in = &quiet;
    bool fits = question_fits(r->c, n->incident, a) && answer_passes(r->c, n->incident, a);
    r->c->in = in;
    return fits;
}

static void answer_message(const struct replier *r, struct notice *n, int number, const char *rest)
{
    AUTO_JSON(spec);
    const struct call *call = n->of_call ? call_find(n->incident, n->step) : NULL;
    spec = call && (call->asks || call->consults) ? kept_json(call->spec) : NULL;
    struct answer a = {.person = n->person, .step = n->step, .notice = n};
    a.note = *rest ? rest : NULL;
    bool known = answer_of_number(n, number ? number : spec ? 0 : 1, rest, &spec, &a);
    if (!known && !(call && call->consults)) {
        say_back(r, "unread", "请回复应答码和选项序号，如“4821 2”。",
                 "Send the code and the number of your answer, like \"4821 2\".");
        return;
    }
    if (!answer_fits(r, n, &a)) {
        say_back(r, "unread", "不能这样答复，请打开消息中的链接。",
                 "This cannot be answered so; open the link in the message.");
        return;
    }
    bool of_duty = duty_keeps_message(n), waited = take(r, n, &a);
    if (of_duty)
        say_duty(r, &a);
    else
        say_taken(r, &a, waited);
}

/* ---- by text ---- */

static void by_code(const struct replier *r, const struct reply_text *said)
{
    struct search s = notice_search(r, said->code);
    if (!s.found)
        refuse_reply(r, "没有此应答码的消息，请核对四位数字。",
                     "No message to you has this code; look at the four digits again.");
    else if (s.found->wrong >= LINK_TRIES)
        say_back(r, "refused", "此消息的应答已锁定，请致电值班室。",
                 "This message is locked after wrong codes; call the duty room.");
    else
        answer_message(r, s.found, said->number, text_str(&said->rest));
}

static bool means_all(const char *rest)
{
    static const char *const words[] = {"all", "All", "ALL", "全部", "都"};
    for (size_t n = 0; n < sizeof words / sizeof *words; n++)
        if (!strcmp(words[n], rest))
            return true;
    return false;
}

/*
 * Each that waits, in the order in which they were written; a question is answered by its code, and
 * so is what is asked of duty: nobody agrees to a swap in passing.
 */
static void answer_all(const struct replier *r, int number)
{
    int done = 0;
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    for (struct search s = {.r = r, .code = -1, .first = true};; s.found = NULL) {
        twalk_r(r->c->notices, search_visit, &s);
        struct notice *n = s.found;
        if (!n)
            break;
        s.above = n->seq;
        struct answer a = {.person = n->person, .step = n->step, .notice = n};
        const struct call *call = n->of_call ? call_find(n->incident, n->step) : NULL;
        a.decline = number == 2;
        a.pass = number == 3;
        if (number > 3 || (call && (call->asks || call->consults)) || duty_keeps_message(n) ||
            !answer_fits(r, n, &a))
            continue;
        (void)take(r, n, &a);
        done++;
    }
    text_addf(&zh, "已答复全部 %d 条消息。", done);
    text_addf(&en, "Answered: all %d messages.", done);
    say_back(r, "answered", text_str(&zh), text_str(&en));
}

static void by_number(const struct replier *r, const struct reply_text *said)
{
    struct search s = notice_search(r, -1);
    if (!s.found) {
        s = (struct search){.r = r, .code = -1, .late = true};
        twalk_r(r->c->notices, search_visit, &s);
    }
    if (s.count > 1 && means_all(text_str(&said->rest)))
        answer_all(r, said->number);
    else if (s.count > 1)
        say_back(r, "unread", "有多条消息待答复，请先写应答码，如“4821 1”；全部答复请写“1 全部”。",
                 "Several messages wait for you: begin with the code of one, like \"4821 1\", or "
                 "answer all: \"1 all\".");
    else if (!s.found)
        say_back(r, "unread", "现在没有待您答复的消息。", "No message waits for your answer now.");
    else
        answer_message(r, s.found, said->number, text_str(&said->rest));
}

static void stop_or_start_one(const struct replier *r, bool stop)
{
    bool stopped = contact_stopped(r->c, r->person, r->endpoint);
    if (stopped != stop)
        core_emit(r->c, stop ? REC_CONTACT_STOPPED : REC_CONTACT_STARTED, NULL,
                  (struct emit){.actor = actor_input(r->c), .body = reply_body(r)});
    if (stop)
        notice_contact_stopped(r->c, r->person, r->endpoint);
}

/* The number wants nothing more, whoever of them wrote it. */
static void stop_or_start(const struct replier *r, bool stop)
{
    size_t n;
    json_t *one;
    json_array_foreach(json_unconst(r->people), n, one)
    {
        struct replier owner = *r;
        owner.person = json_string_value(one);
        stop_or_start_one(&owner, stop);
    }
    if (stop)
        say_back(r, "stopped", "已停用：不再向此号码发送消息。回复 START 恢复。",
                 "Stopped: nothing more is sent to this number. START begins again.");
    else
        say_back(r, "started", "已恢复：此号码将继续接收消息。",
                 "Started: messages come to this number again.");
}

static void reply_by_text(const struct replier *r, const char *text)
{
    struct reply_text said;
    reply_text_read(text, &said);
    if (said.word == REPLY_STOP || said.word == REPLY_START)
        stop_or_start(r, said.word == REPLY_STOP);
    else if (is_ignored(r))
        core_reply_ok(r->c, json_put_str(json_object(), "done", "ignored"));
    else if (said.word == REPLY_UNREAD)
        say_back(r, "unread", "请回复消息中的四位应答码；来不了请加 2，如“4821 2”。",
                 "Send the four digits of the message; add 2 if you cannot come, like \"4821 2\".");
    else if (said.code >= 0)
        by_code(r, &said);
    else
        by_number(r, &said);
    reply_text_done(&said);
}

/* ---- by a button ---- */

static int button_number(const char *answer)
{
    return !strcmp(answer, "decline") ? 2 : !strcmp(answer, "pass") ? 3 : 1;
}

/* Somebody else than whom the message went to: their own answer to the same call. */
static void by_another(const struct replier *r, struct notice *n, const char *answer)
{
    struct answer a = {.person = r->person, .step = n->step};
    a.decline = button_number(answer) == 2;
    if (button_number(answer) == 3)
        say_back(r, "unread", "只有收到消息的本人可以转副职。",
                 "Only whom the message went to can pass it on.");
    else if (!answer_fits(r, n, &a))
        say_back(r, "unread", "不能这样答复，请打开消息中的链接。",
                 "This cannot be answered so; open the link in the message.");
    else
        say_taken(r, &a, answer_take(r->c, n->incident, &a));
}

/* The message that the button belongs to. NULL: none, which is said. */
static struct notice *notice_of_button(const struct replier *r, const char *token)
{
    struct link link;
    struct notice *n = link_parse(token, &link) ? core_notice(r->c, link.notice) : NULL;
    bool fits = n && n->code != NO_LINK_CODE && link_secret_fits(n->secret, link.secret);
    if (fits && (n->incident->state != INCIDENT_CLOSED || notice_is_kept(n)))
        return n;
    say_back(r, "unread", "此消息已结束，无需答复。", "This is over: nothing waits for you.");
    return NULL;
}

/*
 * code: of the message, where the channel is the person's alone and the button carries it; it may
 * be pressed by an account that the vault does not know.
 */
static void reply_by_button(struct replier *r, const json_t *b)
{
    struct notice *n = notice_of_button(r, json_str_or(b, "token", ""));
    const char *answer = json_str_or(b, "answer", "accept"), *code = json_str(b, "code");
    if (!n)
        return;
    bool proved = code && link_code_read(code) == n->code;
    if (!r->person && !proved) {
        say_back(
            r, "unread", "系统不认识您的账号，请打开消息中的链接，输入应答码。",
            "Your account is not known here: open the link in the message, and type its code.");
        return;
    }
    if (r->person && strcmp(r->person, n->person) != 0) {
        by_another(r, n, answer);
        return;
    }
    r->person = n->person;
    if (n->wrong >= LINK_TRIES)
        say_back(r, "refused", "此消息的应答已锁定，请致电值班室。",
                 "This message is locked after wrong codes; call the duty room.");
    else
        answer_message(r, n, button_number(answer), "");
}

/* A telephone may be of several: the one whom the message with this code went to, else the first.
 */
static const char *person_of(struct core *c, const char *endpoint, const json_t *b)
{
    const json_t *people = json_at(b, "people");
    struct reply_text said;
    size_t n;
    json_t *one;
    const char *found = json_string_value(json_array_get(people, 0));
    reply_text_read(json_str_or(b, "text", ""), &said);
    json_array_foreach(json_unconst(people), n, one)
    {
        struct replier r = {.c = c, .person = json_string_value(one), .endpoint = endpoint};
        if (said.word == REPLY_SAID && notice_search(&r, said.code).found) {
            found = r.person;
            break;
        }
    }
    reply_text_done(&said);
    return found;
}

void decide_reply(struct core *c)
{
    const json_t *b = c->in->body;
    struct replier r = {.c = c,
                        .person = person_of(c, json_str_or(b, "endpoint", ""), b),
                        .endpoint = json_str_or(b, "endpoint", ""),
                        .people = json_at(b, "people"),
                        .zh = !strcmp(core_language(c), "zh")};
    struct rung_person p;
    if (!input_allowed(c, SCOPE_REPLY, "hand in replies"))
        return;
    if (r.person && c->site && site_person(c->site->site, r.person, &p) && p.lang)
        r.zh = !strcmp(p.lang, "zh");
    if (json_str(b, "token"))
        reply_by_button(&r, b);
    else if (!r.person)
        core_reply_ok(c, json_put_str(json_object(), "done", "unknown")); /* nobody's telephone */
    else
        reply_by_text(&r, json_str_or(b, "text", ""));
}
