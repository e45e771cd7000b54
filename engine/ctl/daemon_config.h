/*
 * daemon_config - the configuration that a daemon would have with these flags: for serve, and for
 * commands that work on its files.
 */
#pragma once

#include "ctl/ctl.h"

/* The options of base/config.h as flags ("--data DIR"), and --config. Gives; free. */
struct option_spec *daemon_options(void);

/*
 * Load it: --config F, else $MUSTER_CONFIG, ./muster.conf or /etc/muster/muster.conf where one is.
 *
 * ret  config_done.
 */
enum err daemon_config(const struct ctl *c, const struct args *a, struct config *ret,
                       struct why *why) MUST_USE;
