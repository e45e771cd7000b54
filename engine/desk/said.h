/*
 * said - what people say in a night of the desk, by the same door as what is said to the daemon.
 *
 * A field that no operation has, a grade there is none of, a title without a letter: refused here
 * with the sentence that whoever is at the socket would read (intake/request.h). Without it a test
 * could trigger what no trigger can bring.
 *
 * Layer      desk: intake.
 */
#pragma once

#include "core/input.h"

/*
 * incident  None for a trigger.
 * takes     Taken.
 * ret_body  What the core gets; given. NULL when refused.
 * returns   ERR_OK or ERR_INVALID.
 */
enum err said_read(enum input_kind kind, struct uuid incident, json_t *takes, json_t **ret_body,
                   struct why *why) MUST_USE;
