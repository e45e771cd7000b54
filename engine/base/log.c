#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static enum log_level least_printed = LOG_LEVEL_INFO;

void log_limit(enum log_level least)
{
    least_printed = least;
}

static void escaped_add(struct text *to, const char *s)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '\n')
            text_add(to, "\\n");
        else if (c == '\t')
            text_add(to, "\\t");
        else if (c < 0x20 || c == 0x7f)
            text_addf(to, "\\x%02x", c);
        else if (c == 0xc2 && (unsigned char)s[1] >= 0x80 && (unsigned char)s[1] < 0xa0)
            text_addf(to, "\\u00%02x", (unsigned char)*++s); /* C1: terminals obey these too */
        else
            text_add_char(to, *s);
    }
}

void log_line(struct text *to, enum log_level level, const char *area, const char *message,
              bool at_terminal, wall_ms now)
{
    static const struct {
        const char *word, *journald;
    } levels[] = {
        [LOG_LEVEL_ERROR] = {"error", "<3>"},
        [LOG_LEVEL_WARN] = {"warn ", "<4>"},
        [LOG_LEVEL_INFO] = {"info ", "<6>"},
        [LOG_LEVEL_DEBUG] = {"debug", "<7>"},
    };
    char at[RFC3339_TEXT];
    if (at_terminal)
        text_addf(to, "%s %s ", rfc3339(now, at), levels[level].word);
    else
        text_add(to, levels[level].journald);
    text_addf(to, "%s: ", area);
    escaped_add(to, message);
    text_add_char(to, '\n');
}

PRINTF_LIKE(3, 0)
static void log_print(enum log_level level, const char *area, const char *fmt, va_list args)
    PRINTF_LIKE(3, 0);

static void log_print(enum log_level level, const char *area, const char *fmt, va_list args)
{
    if (level > least_printed)
        return;
    char *message = NULL;
    if (vasprintf(&message, fmt, args) < 0)
        abort();
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);

    AUTO_TEXT(line);
    log_line(&line, level, area, message, isatty(STDERR_FILENO) == 1,
             (wall_ms)now.tv_sec * MS_SECOND + now.tv_nsec / 1000000);
    free(message);
    if (write(STDERR_FILENO, line.at, line.len) < 0) {
        /* a log that cannot be written stops nobody; the record is elsewhere */
    }
}

#define LOG_FUNCTION(name, level)                                                                  \
    void name(const char *area, const char *fmt, ...)                                              \
    {                                                                                              \
        va_list args;                                                                              \
        va_start(args, fmt);                                                                       \
        log_print(level, area, fmt, args);                                                         \
        va_end(args);                                                                              \
    }

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
