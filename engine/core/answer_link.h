/*
 * answer_link - an answer by the link of a message and the code in it (link.h). No key is needed:
 * who has both speaks as the person the message went to.
 *
 *     secret and code fit      the answer of that person to that call, as `answer` has it: late
 * ones count too, and one to a message that is no call is recorded the code is wrong refused,
 * recorded (answer_refused), and counted with the message five wrong ones          the link is
 * locked, whatever follows, and the duty room is told: the person was reached and could not answer.
 * A further message to the person has a link of its own. the secret does not fit  refused; nothing
 * is recorded: anybody can send that said again               no second record: a button is pressed
 * twice
 */
#pragma once

#include "core/state.h"

void decide_answer_link(struct core *c);
