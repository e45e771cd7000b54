/*
 * reply_text - what people write back: "4821", "4821 2", "１", "来不了", "STOP", in the spellings
 * of telephones: blanks around it, full-width digits, small and large letters, a full stop behind.
 *
 *     "4821"           the code of the message: I am coming
 *     "4821 2", "2"    the second answer: I cannot; of a question its second choice
 *     "4821 3", "3"    pass it on
 *     "4821 二十分钟到"  the rest is a note
 *     "STOP", "TD"     nothing more by this telephone    "START"  again
 *
 * Layer  core: pure.
 */
#pragma once

#include "base/text.h"

enum reply_word { REPLY_UNREAD, REPLY_STOP, REPLY_START, REPLY_SAID };

struct reply_text {
    enum reply_word word;
    int code;         /* -1: none was given */
    int number;       /* 1, 2, 3…: which answer; 0: none was given */
    struct text rest; /* what stands behind it */
};

void reply_text_read(const char *said, struct reply_text *ret);
void reply_text_done(struct reply_text *r);
