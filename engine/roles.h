/*
 * roles - what a process of Muster can be, each a recital of its steps. Here, and in engine.c, the
 * adapters meet; they do not know each other.
 */
#pragma once

#include "base/config.h"
#include "base/json.h"
#include "ctl/ctl.h"
#include "world/child.h"

/* `muster child NAME …`: begins, does its work until its socket closes. returns the exit code. */
int role_child(const char *name, char *const *args);

/* ---- what the command line runs in its own process (struct ctl_port) ---- */

void database_path(const struct journal_ask *ask, struct text *to); /* adds it */

int role_serve(void *ctx, const struct config *config);
enum err role_config_check(void *ctx, const struct config *config, struct why *why);
enum err role_plan_ask(void *ctx, const char *folder, const json_t *more, json_t **ret,
                       struct why *why);
enum err role_plan_replay(void *ctx, const struct replay_ask *ask, json_t **ret, struct why *why);
enum err role_journal_verify(void *ctx, const struct journal_ask *ask, json_t **ret,
                             struct why *why);
enum err role_journal_export(void *ctx, const struct journal_ask *ask, ctl_line_fn *each,
                             void *each_ctx, struct why *why);
enum err role_journal_rebuild(void *ctx, const struct journal_ask *ask, json_t **ret,
                              struct why *why);
