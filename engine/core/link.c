#include "core/link.h"

#include <stdio.h>
#include <string.h>

enum { LINK_BYTES = 24 };

/* ---- as text: base64url (RFC 4648), which needs no padding for 24 bytes ---- */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const char *link_text(const struct link *l, char ret[LINK_TEXT])
{
    uint8_t b[LINK_BYTES];
    memcpy(b, l->notice.b, 16);
    memcpy(b + 16, l->secret, LINK_SECRET_BYTES);
    char *to = ret;
    for (size_t i = 0; i < LINK_BYTES; i += 3) {
        uint32_t three = (uint32_t)b[i] << 16 | (uint32_t)b[i + 1] << 8 | b[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            *to++ = letters[three >> shift & 63];
    }
    *to = '\0';
    return ret;
}

bool link_parse(const char *text, struct link *ret)
{
    uint8_t b[LINK_BYTES];
    if (strlen(text) != LINK_TEXT - 1)
        return false;
    for (size_t i = 0; i < LINK_BYTES; i += 3) {
        uint32_t three = 0;
        for (int k = 0; k < 4; k++) {
            const char *letter = strchr(letters, *text++);
            if (!letter)
                return false;
            three = three << 6 | (uint32_t)(letter - letters);
        }
        b[i] = (uint8_t)(three >> 16);
        b[i + 1] = (uint8_t)(three >> 8);
        b[i + 2] = (uint8_t)three;
    }
    memcpy(ret->notice.b, b, 16);
    memcpy(ret->secret, b + 16, LINK_SECRET_BYTES);
    return true;
}

bool link_secret_fits(const uint8_t a[LINK_SECRET_BYTES], const uint8_t b[LINK_SECRET_BYTES])
{
    unsigned differ = 0;
    for (size_t i = 0; i < LINK_SECRET_BYTES; i++)
        differ |= (unsigned)a[i] ^ b[i];
    return differ == 0;
}

/* ---- the code ---- */

/* The digit at the beginning of text, ASCII or full-width (U+FF10 to U+FF19); -1: none. */
static int digit_at(const char *text, size_t *ret_len)
{
    const unsigned char *s = (const unsigned char *)text;
    *ret_len = 1;
    if (s[0] >= '0' && s[0] <= '9')
        return s[0] - '0';
    *ret_len = 3;
    if (s[0] == 0xef && s[1] == 0xbc && s[2] >= 0x90 && s[2] <= 0x99)
        return s[2] - 0x90;
    return -1;
}

static const char *after_blanks(const char *text)
{
    static const char wide[] = "\xe3\x80\x80"; /* U+3000 */
    for (;; text += *text == ' ' ? 1 : 3)
        if (*text != ' ' && strncmp(text, wide, 3) != 0)
            return text;
}

int link_code_read(const char *text)
{
    int code = 0, count = 0;
    for (text = after_blanks(text); *text; text = after_blanks(text), count++) {
        size_t len;
        int digit = digit_at(text, &len);
        if (digit < 0 || count == 4)
            return -1;
        code = code * 10 + digit;
        text += len;
    }
    return count == 4 ? code : -1;
}

/* ---- in records and rows ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool link_from_json(const json_t *message, uint8_t ret_secret[LINK_SECRET_BYTES],
                    uint16_t *ret_code)
{
    const char *hex = json_str_or(message, "token", "");
    int code = link_code_read(json_str_or(message, "code", ""));
    *ret_code = NO_LINK_CODE;
    if (code < 0 || strlen(hex) < 2 * LINK_SECRET_BYTES)
        return false;
    for (size_t i = 0; i < LINK_SECRET_BYTES; i++) {
        int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        ret_secret[i] = (uint8_t)(high << 4 | low);
    }
    *ret_code = (uint16_t)code;
    return true;
}

void link_words(const uint8_t secret[LINK_SECRET_BYTES], uint16_t code,
                char ret_token[LINK_TOKEN_TEXT], char ret_code[LINK_CODE_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < LINK_SECRET_BYTES; i++) {
        ret_token[2 * i] = digits[secret[i] >> 4];
        ret_token[2 * i + 1] = digits[secret[i] & 15];
    }
    ret_token[2 * LINK_SECRET_BYTES] = '\0';
    snprintf(ret_code, LINK_CODE_TEXT, "%04u", (unsigned)code);
}

void link_put(json_t *message, const uint8_t secret[LINK_SECRET_BYTES], uint16_t code)
{
    char token[LINK_TOKEN_TEXT], digits[LINK_CODE_TEXT];
    link_words(secret, code, token, digits);
    json_put_str(message, "token", token);
    json_put_str(message, "code", digits);
}

bool link_fits_row(const struct link *l, const struct row *notice)
{
    uint8_t secret[LINK_SECRET_BYTES];
    uint16_t code;
    struct uuid id;
    const json_t *message = json_at(notice->body, "message");
    if (notice->kind != ROW_NOTICE || !uuid_parse(notice->id, &id) || uuid_cmp(id, l->notice) != 0)
        return false;
    return link_from_json(message ? message : notice->body, secret, &code) &&
           link_secret_fits(secret, l->secret);
}
