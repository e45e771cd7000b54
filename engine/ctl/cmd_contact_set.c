/*
 * muster contact set - a person's number or address for an endpoint, into the vault.
 */
#include "ctl/ask.h"
#include "ctl/commands.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_BYTES_MAX = 4096 };

/* "-" reads one line of stdin, so that the value stands in no list of processes. */
static enum err value_read(const char *word, struct text *ret, struct why *why)
{
    char line[VALUE_BYTES_MAX];
    if (strcmp(word, "-") != 0) {
        text_add(ret, word);
        return ERR_OK;
    }
    if (!fgets(line, sizeof line, stdin))
        return why_set(why, ERR_INVALID, "contact set: no value on stdin");
    line[strcspn(line, "\r\n")] = '\0';
    text_add(ret, line);
    return ERR_OK;
}

static int run(struct ctl *c, const struct args *a)
{
    struct why why;
    AUTO_TEXT(value);
    json_t *reply = NULL;
    enum err e = value_read(a->words[2], &value, &why);
    if (e) {
        (void)ctl_fail(e, &why);
        return EXIT_USAGE;
    }
    const char *person = a->words[0];
    if (strncmp(person, "person:", 7) == 0)
        person += 7;
    json_t *request = json_put_str(ask_begin(c, "contact_set"), "person", person);
    json_put_str(request, "endpoint", a->words[1]);
    json_put_str(request, "value", text_str(&value));
    int code = ask(c, request, &reply);
    if (code)
        return code;
    if (c->json)
        ask_print(reply);
    json_decref(reply);
    return EXIT_OK;
}

const struct command cmd_contact_set = {
    .name = "contact set",
    .operands = "PERSON ENDPOINT VALUE|-",
    .operands_least = 3,
    .operands_most = 3,
    .sentence = {"set a person's number or address for an endpoint; - reads it from stdin",
                 "设置某人在某端点的号码或地址；- 表示从标准输入读取"},
    .examples = "  muster contact set li.ming pager https://ntfy.example/li\n"
                "  muster contact set li.ming sms - < number.txt\n",
    .run = run,
};
