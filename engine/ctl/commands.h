/*
 * commands - all commands by name; each lives in the file cmd_NAME.c.
 */
#pragma once

#include "ctl/ctl.h"

/* What `trigger` puts in front of a key that it makes itself. */
#define KEY_MADE "muster-trigger:"

/* In the order of the help. */
#define COMMAND_TABLE(X)                                                                           \
    X(cmd_serve)                                                                                   \
    X(cmd_trigger)                                                                                 \
    X(cmd_list)                                                                                    \
    X(cmd_status)                                                                                  \
    X(cmd_timeline)                                                                                \
    X(cmd_watch)                                                                                   \
    X(cmd_answer)                                                                                  \
    X(cmd_order)                                                                                   \
    X(cmd_confirm)                                                                                 \
    X(cmd_update)                                                                                  \
    X(cmd_items)                                                                                   \
    X(cmd_item)                                                                                    \
    X(cmd_directive)                                                                               \
    X(cmd_request)                                                                                 \
    X(cmd_resource)                                                                                \
    X(cmd_improvement)                                                                             \
    X(cmd_reports)                                                                                 \
    X(cmd_report)                                                                                  \
    X(cmd_resolve)                                                                                 \
    X(cmd_close)                                                                                   \
    X(cmd_review)                                                                                  \
    X(cmd_duty_now)                                                                                \
    X(cmd_duty_show)                                                                               \
    X(cmd_duty_gaps)                                                                               \
    X(cmd_duty_override)                                                                           \
    X(cmd_duty_swap)                                                                               \
    X(cmd_duty_agree)                                                                              \
    X(cmd_duty_approve)                                                                            \
    X(cmd_duty_refuse)                                                                             \
    X(cmd_duty_withdraw)                                                                           \
    X(cmd_duty_handover)                                                                           \
    X(cmd_duty_check)                                                                              \
    X(cmd_drill_start)                                                                             \
    X(cmd_drill_report)                                                                            \
    X(cmd_drill_due)                                                                               \
    X(cmd_plan_check)                                                                              \
    X(cmd_plan_list)                                                                               \
    X(cmd_plan_show)                                                                               \
    X(cmd_plan_new)                                                                                \
    X(cmd_plan_explain)                                                                            \
    X(cmd_plan_replay)                                                                             \
    X(cmd_plan_simulate)                                                                           \
    X(cmd_plan_test)                                                                               \
    X(cmd_contact_set)                                                                             \
    X(cmd_contact_list)                                                                            \
    X(cmd_contact_import)                                                                          \
    X(cmd_contact_export)                                                                          \
    X(cmd_contact_remove)                                                                          \
    X(cmd_contact_test)                                                                            \
    X(cmd_endpoint_list)                                                                           \
    X(cmd_endpoint_test)                                                                           \
    X(cmd_dead_list)                                                                               \
    X(cmd_dead_replay)                                                                             \
    X(cmd_dead_drop)                                                                               \
    X(cmd_config_show)                                                                             \
    X(cmd_config_check)                                                                            \
    X(cmd_config_reload)                                                                           \
    X(cmd_key_create)                                                                              \
    X(cmd_key_list)                                                                                \
    X(cmd_key_revoke)                                                                              \
    X(cmd_journal_verify)                                                                          \
    X(cmd_journal_export)                                                                          \
    X(cmd_journal_checkpoint)                                                                      \
    X(cmd_journal_key)                                                                             \
    X(cmd_journal_rebuild)                                                                         \
    X(cmd_purge)                                                                                   \
    X(cmd_archive)                                                                                 \
    X(cmd_view)                                                                                    \
    X(cmd_version)                                                                                 \
    X(cmd_help)

#define X(name) extern const struct command name;
COMMAND_TABLE(X)
#undef X
