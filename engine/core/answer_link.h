/*
 * answer_link - an answer by the link of a message and the code in it (link.h). No key is needed:
 * who has both speaks as the person the message went to.
 *
 * - Secret and code fit: the answer of that person to that call, as `answer` has it. Late ones
 * count too, and one to a message that is no call is recorded.
 * - Passed on: they cannot come, and their deputy, or the next seat, is called at once (answer.h).
 * - The code is wrong: refused, recorded (answer_refused), and counted with the message.
 * - Five wrong ones: the link is locked, whatever follows, and the duty room is told: the person
 * was reached and could not answer. A further message to the person has a link of its own.
 * - The secret does not fit: refused, and nothing is recorded: anybody can send that.
 * - Of a message about an item, with an action: its owner receives it, has arrived, is done, or
 * rejects it with a reason (item_act.c), as the person the message went to.
 * - Said again: no second record. A button is pressed twice.
 */
#pragma once

#include "core/state.h"

void decide_answer_link(struct core *c);
