#include "courier/mail.h"

#include "base/id.h"
#include "base/json.h"
#include "base/sign.h"
#include "base/time.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE_CHARS = 76,    /* RFC 2047: of a line with encoded words; MIME: of base64 */
    WORD_BYTES = 39,    /* 52 letters of base64 and 12 around them: fits behind "Subject: " */
    BASE64_BYTES = 57,  /* a line of base64 */
    BASE64_CHARS = 128, /* room for such a line or word */
};

/* ---- addresses ---- */

static const char ATOM[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                           "!#$%&'*+-/=?^_`{|}~.";
static const char HOST[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";

/* Parts between dots, none of them empty. */
static bool dotted(const char *s, size_t len, const char *letters)
{
    for (size_t i = 0; i < len; i++) {
        bool dot = s[i] == '.';

        if (!strchr(letters, s[i]) || (dot && (i == 0 || i == len - 1 || s[i - 1] == '.')))
            return false;
    }
    return len > 0;
}

bool mail_address_valid(const char *address)
{
    const char *at = strchr(address, '@');
    size_t local = at ? (size_t)(at - address) : 0;

    return at && strlen(address) <= MAIL_ADDRESS_BYTES_MAX && local <= MAIL_LOCAL_BYTES_MAX &&
           dotted(address, local, ATOM) && dotted(at + 1, strlen(at + 1), HOST);
}

/* ---- headers ---- */

static bool is_control(char c)
{
    return (unsigned char)c < ' ' || c == 0x7f;
}

/* May it stand as it is? One line of plain letters, no blanks at its ends, nothing like a word. */
static bool is_plain(const char *s, size_t used)
{
    size_t len = strlen(s);

    for (const char *c = s; *c; c++) {
        if (is_control(*c) || (unsigned char)*c > 0x7e)
            return false;
    }
    return used + len <= LINE_CHARS && !strstr(s, "=?") &&
           (len == 0 || (s[0] != ' ' && s[len - 1] != ' '));
}

static void word_add(const char *s, size_t len, struct text *to)
{
    char base64[BASE64_CHARS];

    sodium_bin2base64(base64, sizeof base64, (const unsigned char *)s, len,
                      sodium_base64_VARIANT_ORIGINAL);
    text_addf(to, "=?UTF-8?B?%s?=", base64);
}

void mail_header_text(const char *s, size_t used, struct text *to)
{
    AUTO_TEXT(clean);

    if (is_plain(s, used)) {
        text_add(to, s);
        return;
    }
    for (; *s; s++)
        text_add_char(&clean, is_control(*s) ? ' ' : *s);
    for (size_t at = 0; at < clean.len;) {
        size_t len = utf8_cut(clean.at + at, clean.len - at, WORD_BYTES);

        if (at > 0)
            text_add(to, "\r\n ");
        word_add(clean.at + at, len, to);
        at += len;
    }
}

static void date_add(wall_ms at, struct text *to)
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int year, month, day;
    int64_t count = at / MS_DAY;
    int second = (int)(at % MS_DAY / MS_SECOND);

    date_from_days(count, &year, &month, &day);
    text_addf(to, "Date: %s, %d %s %04d %02d:%02d:%02d +0000\r\n", days[count % 7], day,
              months[month - 1], year, second / 3600, second / 60 % 60, second % 60);
}

/* `from` of the secret file: ADDRESS, or NAME <ADDRESS>. */
static void from_add(const char *from, const char *address, struct text *to)
{
    const char *end = strchr(from, '<');
    AUTO_TEXT(name);

    text_add(to, "From: ");
    if (end) {
        while (end > from && end[-1] == ' ')
            end--;
        text_add_bytes(&name, from, (size_t)(end - from));
    }
    if (name.len == 0) {
        text_addf(to, "%s\r\n", address);
        return;
    }
    /* always as words: then no letter of a name means anything */
    for (size_t at = 0; at < name.len;) {
        size_t len = utf8_cut(name.at + at, name.len - at, WORD_BYTES);

        word_add(name.at + at, len, to);
        text_add(to, "\r\n ");
        at += len;
    }
    text_addf(to, "<%s>\r\n", address);
}

/* ---- bodies ---- */

static void base64_add(const char *bytes, size_t len, struct text *to)
{
    char line[BASE64_CHARS];

    for (size_t at = 0; at < len; at += BASE64_BYTES) {
        size_t part = len - at < BASE64_BYTES ? len - at : BASE64_BYTES;

        sodium_bin2base64(line, sizeof line, (const unsigned char *)bytes + at, part,
                          sodium_base64_VARIANT_ORIGINAL);
        text_addf(to, "%s\r\n", line);
    }
}

/* Line ends of a text are CRLF (RFC 2046, 4.1.1). */
static void part_add(const char *type, const char *s, struct text *to)
{
    AUTO_TEXT(lines);

    for (; *s; s++) {
        if (*s == '\n' && (lines.len == 0 || lines.at[lines.len - 1] != '\r'))
            text_add_char(&lines, '\r');
        text_add_char(&lines, *s);
    }
    text_addf(to, "Content-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
              type);
    base64_add(text_str(&lines), lines.len, to);
}

/* No line of base64 begins with a hyphen: any mark will do. */
static void bodies_add(const struct mail_source *s, const char *text, const char *html,
                       struct text *to)
{
    text_add(to, "MIME-Version: 1.0\r\n");
    if (!html) {
        part_add("text/plain", text, to);
        return;
    }
    text_addf(to, "Content-Type: multipart/alternative; boundary=\"=_%s\"\r\n\r\n--=_%s\r\n",
              s->notice, s->notice);
    part_add("text/plain", text, to);
    text_addf(to, "--=_%s\r\n", s->notice);
    part_add("text/html", html, to);
    text_addf(to, "--=_%s--\r\n", s->notice);
}

/* ---- all of it ---- */

static bool id_fits(const char *id)
{
    return sign_id_valid(id) && !strpbrk(id, "<>@\"\\");
}

static enum err date_read(const struct mail_source *s, wall_ms *ret_at, struct why *why)
{
    char id[UUID_TEXT];
    struct uuid uuid;

    strncpy(id, s->notice, sizeof id - 1);
    id[sizeof id - 1] = '\0';
    if (!id_fits(s->notice) || !uuid_parse(id, &uuid))
        return why_set(why, ERR_INVALID, "the message's id cannot be that of a mail");
    *ret_at = uuid_ms(uuid);
    return ERR_OK;
}

static enum err body_read(const struct mail_source *s, json_t **ret, struct why *why)
{
    enum err e = json_read_own(s->body, s->body_bytes, ret, why);

    if (e)
        return why_add(why, ERR_CONFIG, "the body that the channel makes");
    if (!json_str(*ret, "subject") || !json_str(*ret, "text") || json_holds_nul(*ret))
        return why_set(why, ERR_CONFIG,
                       "the body of a mail is {\"subject\":…,\"text\":…} and may have \"html\" "
                       "and \"thread\": texts without a NUL; mend the channel");
    return ERR_OK;
}

static enum err thread_add(const char *thread, struct mail *m, struct why *why)
{
    if (!thread || !*thread)
        return ERR_OK;
    if (!id_fits(thread))
        return why_set(why, ERR_INVALID, "the message's thread cannot stand in a mail");
    text_addf(&m->message, "In-Reply-To: <%s@%s>\r\nReferences: <%s@%s>\r\n", thread, m->host,
              thread, m->host);
    return ERR_OK;
}

static enum err message_write(const struct mail_source *s, struct mail *m, struct why *why)
{
    AUTO_JSON(body);
    wall_ms at = 0;
    struct text *to = &m->message;

    enum err e = date_read(s, &at, why);
    if (!e)
        e = body_read(s, &body, why);
    if (e)
        return e;
    date_add(at, to);
    from_add(s->secret->from, m->from, to);
    text_addf(to, "To: <%s>\r\nMessage-ID: <%s@%s>\r\n", m->to, s->notice, m->host);
    e = thread_add(s->thread ? s->thread : json_str(body, "thread"), m, why);
    if (e)
        return e;
    text_add(to, "Subject: ");
    mail_header_text(json_str(body, "subject"), strlen("Subject: "), to);
    text_add(to, "\r\nAuto-Submitted: auto-generated\r\n");
    bodies_add(s, json_str(body, "text"), json_str(body, "html"), to);
    return ERR_OK;
}

static enum err from_read(const struct mail_source *s, struct mail *m, struct why *why)
{
    const char *from = s->secret->from;
    const char *begin = from ? strchr(from, '<') : NULL;
    const char *end = begin ? strchr(begin, '>') : NULL;

    if (!from)
        return why_set(why, ERR_CONFIG,
                       "secret \"%s\" does not say who the mails are from; add a line "
                       "from=NAME@HOST",
                       s->secret_name);
    m->from = end && end[1] == '\0' ? strndup(begin + 1, (size_t)(end - begin - 1)) : mem_str(from);
    if (!m->from)
        abort();
    if (!mail_address_valid(m->from))
        return why_set(why, ERR_CONFIG,
                       "from= of secret \"%s\" is no address; write from=NAME@HOST or "
                       "from=Title <NAME@HOST>",
                       s->secret_name);
    m->host = strchr(m->from, '@') + 1;
    return ERR_OK;
}

static enum err login_read(const struct mail_source *s, struct mail *m, struct why *why)
{
    if (!s->secret->user && !s->secret->password)
        return ERR_OK;
    if (!s->secret->user || !s->secret->password)
        return why_set(why, ERR_CONFIG,
                       "secret \"%s\" has a half of a login; it needs both lines, user=… and "
                       "key=…, or none of them",
                       s->secret_name);
    m->user = mem_str(s->secret->user);
    m->password = mem_str(s->secret->password);
    return ERR_OK;
}

static enum err mail_read(const struct mail_source *s, struct mail *m, struct why *why)
{
    enum err e = from_read(s, m, why);

    if (!e)
        e = login_read(s, m, why);
    if (e || s->probe)
        return e;
    if (!s->to || !*s->to)
        return why_set(why, ERR_CONFIG,
                       "this person has no address of mail; set it with: muster contact set");
    if (!mail_address_valid(s->to))
        return why_set(why, ERR_CONFIG,
                       "this person's contact is not one address of mail, NAME@HOST in ASCII; set "
                       "it with: muster contact set");
    m->to = mem_str(s->to);
    return message_write(s, m, why);
}

enum err mail_new(const struct mail_source *source, struct mail **ret, struct why *why)
{
    struct mail *m = mem_new(1, sizeof *m);
    enum err e = mail_read(source, m, why);

    if (e) {
        mail_free(m);
        return e;
    }
    *ret = m;
    return ERR_OK;
}

static void wipe(char *s)
{
    if (s)
        sodium_memzero(s, strlen(s));
    free(s);
}

void mail_free(struct mail *m)
{
    if (!m)
        return;
    wipe(m->from);
    wipe(m->to);
    wipe(m->user);
    wipe(m->password);
    if (m->message.at)
        sodium_memzero(m->message.at, m->message.len);
    text_done(&m->message);
    free(m);
}
