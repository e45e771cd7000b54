/*
 * log - one line to stderr, for the journal of the machine. It is not the record: that is the
 * journal in the database.
 *
 *     log_warn("courier", "endpoint=pager status=503, tried again in 8 s");
 *
 * error = a person must act; warn = degraded, and going on (the line says what happens next);
 * info = what a duty officer wants to read tomorrow; debug = the rest, not printed unless asked
 * for. People appear by id, never by name, number or address.
 *
 * On a terminal a line begins with the time and the level's word, elsewhere with "<4>", as journald
 * takes it. Control characters are escaped: no line holds a second one.
 *
 * Layer      base: libc. Core never logs.
 * Threads    Any: each line is one write.
 */
#pragma once

#include "base/err.h"
#include "base/text.h"
#include "base/time.h"

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_error(const char *area, const char *fmt, ...) PRINTF_LIKE(2, 3);
void log_warn(const char *area, const char *fmt, ...) PRINTF_LIKE(2, 3);
void log_info(const char *area, const char *fmt, ...) PRINTF_LIKE(2, 3);
void log_debug(const char *area, const char *fmt, ...) PRINTF_LIKE(2, 3);

/*
 * What is less important than this is not printed; LOG_LEVEL_INFO at first. Of the whole process,
 * as stderr is. Call it before there are threads.
 */
void log_limit(enum log_level least);

/*
 * The line that would be printed, with its newline.
 *
 * now  UTC, for a terminal; at_terminal chooses the form.
 */
void log_line(struct text *to, enum log_level level, const char *area, const char *message,
              bool at_terminal, wall_ms now);
