/*
 * link - what a message carries so that its reader can answer without a key: which message it is,
 * and a secret; and the code that is printed in the message.
 *
 *     https://muster.example/a/AZ-McwIAfACAAAAAAAAAARIz1hQdXc9u      code 4821
 *                              '-- 16 bytes of id, 8 of secret --'
 *
 * The link names its message, so no index over secrets is kept; 32 letters, because it goes into
 * short messages. The secret is 64 random bits (the least that OWASP asks of a session's name, and
 * it can only be guessed by asking us). The code keeps programs that open links in mails and chats
 * from answering: they find no code to type.
 *
 * Who knows a secret or code can answer in another's name: both are sealed where they are stored,
 * and appear in no event, sentence or log.
 *
 * Layer      core: pure.
 * Ownership  Plain values.
 */
#pragma once

#include "base/id.h"
#include "base/json.h"
#include "core/row.h"

enum {
    LINK_SECRET_BYTES = 8,
    LINK_TEXT = 33,                              /* 32 letters and the NUL */
    LINK_TOKEN_TEXT = 2 * LINK_SECRET_BYTES + 1, /* the secret alone, in hexadecimal */
    LINK_CODE_TEXT = 8,
    LINK_TRIES = 5, /* wrong codes; then the link is closed for good: 5 of 10,000 may be guessed */
    CODES_OF_LINKS = 10000,
    NO_LINK_CODE = 0xffff, /* of a message that has no link */
};

/* How far a message is known to have come: "proof" of its row. */
enum proof { PROOF_NONE, PROOF_DELIVERED, PROOF_SEEN, PROOF_ANSWERED };

struct link {
    struct uuid notice;
    uint8_t secret[LINK_SECRET_BYTES];
};

const char *link_text(const struct link *l, char ret[LINK_TEXT]);
bool link_parse(const char *text, struct link *ret); /* false: not as link_text writes it */

/* Do two secrets agree? Takes the same time wherever they differ. */
bool link_secret_fits(const uint8_t a[LINK_SECRET_BYTES], const uint8_t b[LINK_SECRET_BYTES]);

/*
 * "4821" as people type it: blanks between, full-width digits.
 *
 * returns  -1 for what is not four digits.
 */
int link_code_read(const char *text);

/*
 * Secret and code of a message as they stand in records and rows: {"token":HEX,"code":"4821"}.
 * Tokens of 16 bytes were written before links went out; their first half is the secret.
 *
 * returns  false when it has none; then the code is NO_LINK_CODE.
 */
bool link_from_json(const json_t *message, uint8_t ret_secret[LINK_SECRET_BYTES],
                    uint16_t *ret_code);
void link_words(const uint8_t secret[LINK_SECRET_BYTES], uint16_t code,
                char ret_token[LINK_TOKEN_TEXT], char ret_code[LINK_CODE_TEXT]);
void link_put(json_t *message, const uint8_t secret[LINK_SECRET_BYTES], uint16_t code);

/* Is this row (ROW_NOTICE) the message that the link names, and does the secret fit? */
bool link_fits_row(const struct link *l, const struct row *notice);
