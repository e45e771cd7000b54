/*
 * notify - tell systemd how the daemon is (sd_notify(3)), without its library.
 *
 * Layer      adapter: base. Does nothing when $NOTIFY_SOCKET is not set.
 */
#pragma once

#include "base/err.h"

#include <stdint.h>

/* "READY=1", "STOPPING=1" … Lines, without the last newline. */
void notify(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* "RELOADING=1" with the time that systemd wants with it. */
void notify_reloading(void);

/* How often systemd wants to hear WATCHDOG=1 of this process, in ms; 0: it does not. */
int64_t notify_watchdog_ms(void);
