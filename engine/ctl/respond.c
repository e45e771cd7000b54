#include "ctl/respond.h"

#include <stdio.h>

json_t *respond_begin(const struct ctl *c, const struct args *a, const char *op)
{
    return json_put_str(ask_begin(c, op), "incident", a->words[0]);
}

int respond(const struct ctl *c, json_t *request)
{
    json_t *reply = NULL;
    int code = ask(c, request, &reply);
    if (code)
        return code;
    if (c->json)
        ask_print(reply);
    else
        printf("%s %s\n", json_str_or(reply, "incident", "-"),
               words_state(json_str_or(reply, "state", "-"), c->zh));
    if (json_is_false(json_at(reply, "waited")))
        ctl_message(c->zh ? "没有呼叫在等这一应答；已记入经过"
                          : "no call waits for this answer; it is noted in the timeline");
    json_decref(reply);
    return EXIT_OK;
}
