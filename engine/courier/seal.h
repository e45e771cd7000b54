/*
 * seal - what is done to a parcel at the moment it is sent: its fields are written as the service
 * wants them, and it is signed.
 *
 *     standard-webhooks  headers webhook-id, -timestamp, -signature (base/sign.h)
 *     feishu             timestamp and sign in the JSON body
 *     dingtalk           timestamp and sign in the query
 *     basic              Authorization: Basic, of user= and key=
 *     bearer             Authorization: Bearer, of key=
 *     aliyun             ACS3-HMAC-SHA256 (acs3.h), of user= and key=
 *
 * feishu, dingtalk and bearer sign where the secret file has a key=: the owner of a bot or topic
 * may leave it open. The others always do, and a parcel without what they need is refused before.
 * Each attempt is signed anew, with its own time; what was signed is added to what is redacted.
 *
 * Layer      courier: base, libsodium.
 */
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "courier/parcel.h"

/* A header of the request. */
typedef void seal_header_fn(void *ctx, const char *name, const char *value);

/* Once an attempt, before it is sent: the parcel's url and body are whole afterwards. */
void seal(struct parcel *r, wall_ms now, seal_header_fn *add, void *ctx);

/* A flat table as application/x-www-form-urlencoded; a table in it as JSON, null not at all. */
void form_encode(const json_t *table, struct text *to);
