/*
 * muster version - of this program, not of a daemon.
 */
#include "ctl/commands.h"

#include <stdio.h>

static int run(struct ctl *c, const struct args *a)
{
    (void)a;
    if (c->json) {
        AUTO_JSON(document);
        document = json_put_str(json_object(), "version", MUSTER_VERSION);
        ctl_print_json(document);
    } else {
        puts("muster " MUSTER_VERSION);
    }
    return EXIT_OK;
}

const struct command cmd_version = {
    .name = "version",
    .operands = "",
    .sentence = {"the version of this program", "本程序的版本"},
    .examples = "  muster version --json\n",
    .run = run,
};
