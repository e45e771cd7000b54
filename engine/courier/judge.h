/*
 * judge - what a whole answer means, by what its channel says of it.
 *
 * Many services answer 200 to what they refuse, and say in the JSON of the body what they mean:
 *
 *     "success":{"status":"200","json":{"code":0}}         else the message has not been taken
 *     "throttled":{"json":{"code":[11232]},"retry_after":"parameters.retry_after","wait_ms":60000}
 *     "again":{"json":{"code":[-1]}}                       it may be taken later
 *     "reference":"sid"                                    the service's own id of the message
 *
 * A test is met when the status is among its words and every place of the JSON (base/json_path.h)
 * has one of the values named. Looked at in this order: throttled, again, success; 429 is always
 * throttled. Without a test of success every 2xx is one. What is no JSON, or is longer than what
 * is kept of it, has nothing in any place.
 *
 * Layer      courier: base.
 */
#pragma once

#include "base/json.h"
#include "courier/http_answer.h"
#include "courier/outcome.h"
#include "courier/redact.h"

/* frame: the attempt's. o: what outcome_of made of the transfer; an answer that is not whole stays.
 */
void judge(const json_t *frame, const struct http_answer *answer, const struct redact *redact,
           struct outcome *o);
