#include "ctl/ask.h"

#include "base/code.h"
#include "ctl/show.h"

#include <string.h>

enum {
    ANSWER_MS = 30000,    /* a reply means durable; longer than that is a broken disk */
    AGAIN_MS = 30000,     /* for how long a lost request is repeated */
    AGAIN_PAUSE_MS = 200, /* at first; twice as long each time, up to */
    AGAIN_PAUSE_MOST = 2000
};

json_t *ask_begin(const struct ctl *c, const char *op)
{
    json_t *request = json_put_str(json_object(), "op", op);
    return json_put_str(request, "lang", c->zh ? "zh" : "en");
}

/* What is no id at all is a mistake in the command, with a daemon and without one. */
static int id_refused(const struct ctl *c, const json_t *reply)
{
    ctl_message("%s", ctl_say(c, words_of(WORD_NO_INCIDENT)));
    if (c->json)
        ctl_print_json(reply);
    return EXIT_USAGE;
}

int ask_refused(const struct ctl *c, const json_t *reply)
{
    const char *name = json_str_or(reply, "code", "");
    const char *zh = c->zh ? words_code_zh(name) : NULL;
    enum code code = CODE_BAD_JSON;
    const char *error = json_str_or(reply, "error", "refused, and no reason given");
    const char *field = json_str(reply, "field");
    AUTO_TEXT(sentence);
    if (strstr(error, "is no incident's id"))
        return id_refused(c, reply);
    if (field && !strstr(error, field)) {
        show_safe(&sentence, field);
        text_add(&sentence, ": ");
    }
    show_safe(&sentence, error);
    const char *near = json_str(reply, "near");
    if (near && !strstr(error, near)) {
        text_add(&sentence, c->zh ? "；是 \"" : "; did you mean \"");
        show_safe(&sentence, near);
        text_add(&sentence, c->zh ? "\" 吗？" : "\"?");
    }
    ctl_message("%s%s%s", zh ? zh : "", zh ? "：" : "", text_str(&sentence));
    if (c->json)
        ctl_print_json(reply);
    return code_parse(name, &code) ? err_exit_code(code_err(code)) : EXIT_FAILED;
}

void ask_print(json_t *reply)
{
    (void)json_object_del(reply, "ok");
    ctl_print_json(reply);
}

/* One try. ERR_UNREACHABLE: there is no reply; the request may have been taken or not. */
static enum err exchange(const struct ctl *c, const json_t *request, json_t **ret, bool *ret_sent,
                         struct why *why)
{
    struct client client;
    enum err e = client_open(&client, c->server, c->key, why);
    if (!e)
        *ret_sent = true;
    if (!e)
        e = client_send(&client, request, why);
    if (!e)
        e = client_hear(&client, ANSWER_MS, ret, why);
    client_close(&client);
    return e;
}

static bool is_stopping(const json_t *reply)
{
    return strcmp(json_str_or(reply, "code", ""), code_name(CODE_STOPPING)) == 0;
}

/* ret_refused: gives what is refused; NULL: nobody wants it. */
static int ask_for(const struct ctl *c, json_t *takes, json_t **ret, json_t **ret_refused,
                   int64_t for_ms)
{
    AUTO_JSON(request);
    struct why why;
    bool sent = false;
    int64_t until = client_now_ms() + for_ms, pause = AGAIN_PAUSE_MS;
    request = takes;
    for (;;) {
        json_t *reply = NULL;
        enum err e = exchange(c, request, &reply, &sent, &why);
        bool again = (e && sent) || (!e && is_stopping(reply));
        if (again && client_now_ms() + pause < until) {
            json_decref(reply);
            client_sleep_ms(pause);
            pause = pause * 2 < AGAIN_PAUSE_MOST ? pause * 2 : AGAIN_PAUSE_MOST;
            continue;
        }
        if (e)
            return ctl_fail(e, &why);
        if (json_bool(reply, "ok")) {
            *ret = reply;
            return EXIT_OK;
        }
        int code = ask_refused(c, reply);
        if (ret_refused)
            *ret_refused = reply;
        else
            json_decref(reply);
        return code;
    }
}

int ask(const struct ctl *c, json_t *request, json_t **ret)
{
    return ask_for(c, request, ret, NULL, 0);
}

int ask_hear_refusal(const struct ctl *c, json_t *request, json_t **ret)
{
    *ret = NULL;
    return ask_for(c, request, ret, ret, 0);
}

int ask_again(const struct ctl *c, json_t *request, json_t **ret)
{
    return ask_for(c, request, ret, NULL, AGAIN_MS);
}

json_t *ask_number(const char *text)
{
    char *end = NULL;
    long long n = strtoll(text, &end, 10);
    return *end || end == text ? json_string(text) : json_integer(n);
}
