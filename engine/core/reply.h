/*
 * reply - an answer that a service hands in: a text message from a telephone, a button of a chat.
 *
 * The service has proved itself by its own key, and says whose telephone or account it was; the
 * engine knows from the vault whose that is. So a person may answer without any page:
 *
 *     "4821", "4821 2"    the message with this code, that went to this person by this endpoint
 *     "1", "2", "3"       where exactly one waits; "1 all" where several do
 *     a button            its message; pressed by somebody else it is the answer of that person
 *     STOP, TD            nothing goes out by this contact until START comes from it; what waits
 *                         there goes by the person's next contact at once
 *
 * A wrong code is counted with the contact; five in a row, and nothing but STOP and START is heard
 * from it for an hour. A reply that is taken proves the contact (contact.h). What has no code, and
 * not exactly one message to mean, changes nothing.
 *
 * Layer  core: pure.
 */
#pragma once

#include "core/contact.h"

void decide_reply(struct core *c);
