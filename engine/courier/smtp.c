#include "courier/smtp.h"

#include "courier/http_answer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { REPLY_REFUSES = 400, REPLY_TOO_LARGE = 552 };

void smtp_init(struct smtp *s, const struct mail *mail)
{
    *s = (struct smtp){.mail = mail};
}

void smtp_done(struct smtp *s)
{
    text_done(&s->text);
    text_done(&s->out);
}

bool smtp_ended(const struct smtp *s)
{
    return s->state >= SMTP_SENT;
}

bool smtp_speaks(const struct smtp *s)
{
    return s->out_at < s->out.len;
}

const char *smtp_asked(const struct smtp *s)
{
    static const char *const asked[] = {
        [SMTP_CONNECTING] = "our greeting or login",
        [SMTP_SENDER] = "the sender",
        [SMTP_RECIPIENT] = "the recipient",
        [SMTP_DATA] = "the wish to send",
        [SMTP_MESSAGE] = "the message",
    };
    enum smtp_state in = s->state == SMTP_REFUSED ? s->refused_in : s->state;

    return in <= SMTP_MESSAGE ? asked[in] : asked[SMTP_MESSAGE];
}

static void say(struct smtp *s, enum smtp_state next)
{
    text_clear(&s->out);
    s->out_at = 0;
    s->state = next;
}

static void refuse(struct smtp *s)
{
    s->refused_in = s->state;
    s->state = SMTP_REFUSED;
}

static bool break_off(struct smtp *s)
{
    s->state = SMTP_BROKEN;
    return false;
}

void smtp_begin(struct smtp *s)
{
    if (s->size_max > 0 && (int64_t)s->mail->message.len > s->size_max) {
        s->code = REPLY_TOO_LARGE;
        s->state = SMTP_MESSAGE;
        refuse(s);
        return;
    }
    say(s, SMTP_SENDER);
    text_addf(&s->out, "MAIL FROM:<%s>", s->mail->from);
    if (s->size_max > 0)
        text_addf(&s->out, " SIZE=%zu", s->mail->message.len);
    text_add(&s->out, "\r\n");
}

/* ---- replies ---- */

/* The next thing to be said; the reply was a yes. */
static void go_on(struct smtp *s)
{
    switch (s->state) {
    case SMTP_SENDER:
        say(s, SMTP_RECIPIENT);
        text_addf(&s->out, "RCPT TO:<%s>\r\n", s->mail->to);
        break;
    case SMTP_RECIPIENT:
        say(s, SMTP_DATA);
        text_add(&s->out, "DATA\r\n");
        break;
    case SMTP_DATA:
        say(s, SMTP_MESSAGE);
        text_add_bytes(&s->out, s->mail->message.at, s->mail->message.len);
        text_add(&s->out, ".\r\n"); /* no line of it begins with a dot (mail.h) */
        break;
    case SMTP_MESSAGE:
        s->state = SMTP_SENT;
        break;
    case SMTP_CONNECTING: /* what a reply means there libcurl knows */
    case SMTP_SENT:
    case SMTP_REFUSED:
    case SMTP_BROKEN:
        break;
    }
}

static bool reply_is_yes(const struct smtp *s)
{
    return s->state == SMTP_DATA ? s->code == 354 : s->code / 100 == 2;
}

static bool reply_take(struct smtp *s)
{
    if (s->state == SMTP_CONNECTING)
        return true;
    if (s->code >= REPLY_REFUSES)
        refuse(s);
    else if (smtp_speaks(s) || !reply_is_yes(s))
        return break_off(s); /* yes to what was not said yet is no yes */
    else
        go_on(s);
    return true;
}

/* "250-SIZE 35882577" of the reply to EHLO. */
static void size_read(struct smtp *s, const char *words, size_t len)
{
    char number[24] = "";

    if (len < 6 || len - 5 >= sizeof number || strncasecmp(words, "SIZE ", 5) != 0)
        return;
    memcpy(number, words + 5, len - 5);
    if (strspn(number, "0123456789") == len - 5 && len - 5 <= 18)
        s->size_max = strtoll(number, NULL, 10);
}

static int code_of(const char *line, size_t len)
{
    if (len < 3 || line[0] < '2' || line[0] > '5' || !isdigit((unsigned char)line[1]) ||
        !isdigit((unsigned char)line[2]))
        return 0;
    return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

bool smtp_line(struct smtp *s, const char *line, size_t len)
{
    s->bytes += len;
    s->too_long = s->bytes > ANSWER_HEAD_BYTES;
    while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
        len--;

    int code = code_of(line, len);
    bool last = len == 3 || (len > 3 && line[3] == ' ');
    if (s->too_long || !code || (!last && line[3] != '-') || (s->begun && code != s->code))
        return break_off(s);
    if (!s->begun)
        text_clear(&s->text);
    s->code = code;
    s->begun = !last;
    if (len > 4) {
        text_add(&s->text, s->text.len ? " " : "");
        text_add_bytes(&s->text, line + 4, len - 4);
        if (s->state == SMTP_CONNECTING)
            size_read(s, line + 4, len - 4);
    }
    return last ? reply_take(s) : true;
}

void smtp_feed(struct smtp *s, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len && !smtp_ended(s); i++) {
        if (s->line_len == SMTP_LINE_MAX) {
            s->too_long = true;
            (void)break_off(s);
            return;
        }
        s->line[s->line_len++] = bytes[i];
        if (bytes[i] != '\n')
            continue;
        size_t whole = s->line_len;
        s->line_len = 0;
        (void)smtp_line(s, s->line, whole);
    }
}
