/*
 * main - picks the role of this process: the command line, or one of the daemon's children.
 *
 *     muster COMMAND …           engine/ctl
 *     muster serve               engine/world/supervisor, which executes:
 *     muster child engine …      engine/engine.c
 *     muster child courier       engine/courier
 *     muster child planner0      engine/plan
 */
#include "archive.h"
#include "ctl/ctl.h"
#include "roles.h"

#include <string.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    static const struct ctl_port port = {.serve = role_serve,
                                         .config_check = role_config_check,
                                         .plan_ask = role_plan_ask,
                                         .plan_replay = role_plan_replay,
                                         .journal_verify = role_journal_verify,
                                         .journal_export = role_journal_export,
                                         .archive = archive_make,
                                         .archive_check = archive_check,
                                         .view = archive_view,
                                         .journal_rebuild = role_journal_rebuild};
    if (argc > 2 && !strcmp(argv[1], CHILD_COMMAND))
        return role_child(argv[2], argv + 3);
    return ctl_main(argc, argv, environ, &port);
}
