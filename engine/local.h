/*
 * local - what commands do in their own process instead of asking a daemon: be the daemon, check
 * plans in a jailed planner, read or rebuild the record. Fills struct ctl_port.
 *
 * Like engine.c it introduces adapters to each other; none of them knows another one.
 */
#pragma once

#include "ctl/ctl.h"

const struct ctl_port *local_port(void);

/* What `muster child engine` finds behind it: local_port's serve gave it to the supervisor. */
enum err local_config(int argc, char *const *argv, char *const *environment, struct config *ret,
                      struct why *why) MUST_USE;
