/*
 * commands - all commands by name; each lives in the file cmd_NAME.c.
 */
#pragma once

#include "ctl/ctl.h"

/* What `trigger` puts in front of a key that it makes itself. */
#define KEY_MADE "muster-trigger:"

extern const struct command cmd_answer, cmd_archive, cmd_close, cmd_config_check, cmd_config_reload,
    cmd_config_show, cmd_confirm, cmd_contact_set, cmd_directive, cmd_drill_due, cmd_drill_report,
    cmd_drill_start, cmd_endpoint_list, cmd_help, cmd_improvement, cmd_item, cmd_items,
    cmd_journal_checkpoint, cmd_journal_export, cmd_journal_key, cmd_journal_rebuild,
    cmd_journal_verify, cmd_key_create, cmd_key_list, cmd_key_revoke, cmd_list, cmd_order,
    cmd_plan_check, cmd_plan_list, cmd_purge, cmd_report, cmd_reports, cmd_request, cmd_resolve,
    cmd_resource, cmd_review, cmd_serve, cmd_status, cmd_timeline, cmd_trigger, cmd_update,
    cmd_version, cmd_view, cmd_watch;
