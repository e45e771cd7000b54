/*
 * code - the names of refusals on the wire: "code" of {"ok":false,...} and of problem+json.
 *
 * One table for everybody: intake refuses a line with it, the core a trigger, the command line
 * takes its exit code from it, and `muster help errors` prints it. A name is never changed: scripts
 * rely on it. The sentence of a code explains it in general; what went wrong this time stands in
 * the reply's "error".
 *
 * Layer      base: libc only.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

/* enum, name, kind of error (it gives the exit code), sentence for `muster help errors` */
#define CODE_TABLE(X)                                                                              \
    /* the line as bytes */                                                                        \
    X(CODE_LINE_TOO_LONG, "line_too_long", ERR_LIMIT,                                              \
      "the line is longer than limits.line_bytes; the connection is closed")                       \
    X(CODE_BAD_UTF8, "bad_utf8", ERR_INVALID, "the line is not UTF-8; the connection is closed")   \
    X(CODE_BAD_JSON, "bad_json", ERR_INVALID, "the line is not JSON")                              \
    X(CODE_TOO_DEEP, "too_deep", ERR_LIMIT, "the JSON is nested deeper than 32 levels")            \
    X(CODE_DUPLICATE_KEY, "duplicate_key", ERR_INVALID, "a key stands twice in one object")        \
    X(CODE_NOT_AN_OBJECT, "not_an_object", ERR_INVALID, "the line is JSON, but no object")         \
    /* the request as HTTP */                                                                      \
    X(CODE_BAD_REQUEST, "bad_request", ERR_INVALID,                                                \
      "the bytes are no proper request of HTTP; the connection is closed")                         \
    X(CODE_HEAD_TOO_LONG, "head_too_long", ERR_LIMIT,                                              \
      "the head of the request is longer than 16 KiB; the connection is closed")                   \
    X(CODE_BODY_TOO_LONG, "body_too_long", ERR_LIMIT,                                              \
      "the body of the request is longer than 1 MiB; the connection is closed")                    \
    X(CODE_TOO_SLOW, "too_slow", ERR_LIMIT,                                                        \
      "the request did not come in time; the connection is closed")                                \
    X(CODE_UNKNOWN_ROUTE, "unknown_route", ERR_MISSING, "there is nothing under this path")        \
    X(CODE_METHOD_NOT_ALLOWED, "method_not_allowed", ERR_INVALID,                                  \
      "the path does not take this method")                                                        \
    X(CODE_UNSUPPORTED_TYPE, "unsupported_type", ERR_INVALID,                                      \
      "the body is of a type that is not taken here")                                              \
    X(CODE_FORBIDDEN_ORIGIN, "forbidden_origin", ERR_DENIED,                                       \
      "a page of another site, or a name that is not ours, may not speak to this daemon")          \
    X(CODE_IDEMPOTENCY_MISMATCH, "idempotency_mismatch", ERR_CONFLICT,                             \
      "this Idempotency-Key was used for another request")                                         \
    /* the request as fields */                                                                    \
    X(CODE_UNKNOWN_OP, "unknown_op", ERR_INVALID, "there is no such operation")                    \
    X(CODE_UNKNOWN_FIELD, "unknown_field", ERR_INVALID,                                            \
      "the operation, or the plan's facts, have no field of this name")                            \
    X(CODE_MISSING_FIELD, "missing_field", ERR_INVALID, "a field that must be there is not")       \
    X(CODE_BAD_FIELD, "bad_field", ERR_INVALID,                                                    \
      "a field has the wrong type, or a value out of its bounds")                                  \
    X(CODE_NOT_BUILT, "not_built", ERR_NOT_BUILT,                                                  \
      "the name is reserved; this version cannot do it yet")                                       \
    X(CODE_UNAUTHORIZED, "unauthorized", ERR_DENIED,                                               \
      "nobody is known by this key, or none was given")                                            \
    X(CODE_DENIED, "denied", ERR_DENIED, "this principal may not do that")                         \
    X(CODE_PRECONDITION_FAILED, "precondition_failed", ERR_CONFLICT,                               \
      "what was read is not there any more: somebody else has changed it")                         \
    X(CODE_CONFLICT, "conflict", ERR_CONFLICT, "not in the present state")                         \
    /* what the request names */                                                                   \
    X(CODE_NOT_FOUND, "not_found", ERR_MISSING, "nothing has this id")                             \
    X(CODE_UNKNOWN_PLAN, "unknown_plan", ERR_MISSING, "there is no plan of this name")             \
    X(CODE_UNKNOWN_PERSON, "unknown_person", ERR_MISSING, "the site has no person of this name")   \
    X(CODE_UNKNOWN_ENDPOINT, "unknown_endpoint", ERR_MISSING,                                      \
      "the site has no endpoint of this name")                                                     \
    X(CODE_UNKNOWN_CALL, "unknown_call", ERR_MISSING, "the incident has no such call")             \
    X(CODE_UNKNOWN_KEY, "unknown_key", ERR_MISSING, "no key has this name")                        \
    X(CODE_CLOSED, "closed", ERR_CONFLICT, "the incident is over")                                 \
    X(CODE_MERGED, "merged", ERR_CONFLICT, "the incident goes on as a part of another one")        \
    X(CODE_UNKNOWN_LINK, "unknown_link", ERR_MISSING, "no message has this link")                  \
    X(CODE_WRONG_CODE, "wrong_code", ERR_DENIED, "this is not the code of the message")            \
    X(CODE_LINK_LOCKED, "link_locked", ERR_DENIED,                                                 \
      "five wrong codes were given by this link; it takes no further ones")                        \
    /* the house */                                                                                \
    X(CODE_NO_SPACE, "no_space", ERR_NO_SPACE,                                                     \
      "less than store.reserve_bytes is free: no new incident, the running ones go on")            \
    X(CODE_LIMIT, "limit", ERR_LIMIT, "a named limit is reached")                                  \
    X(CODE_TOO_MANY_CONNECTIONS, "too_many_connections", ERR_LIMIT,                                \
      "limits.connections are open; the connection is closed")                                     \
    X(CODE_STOPPING, "stopping", ERR_UNREACHABLE, "the daemon is stopping; try again in a moment") \
    X(CODE_BAD_CONFIG, "bad_config", ERR_CONFIG,                                                   \
      "muster.conf, the site or a plan has an error; the version before stays in force")           \
    X(CODE_INPUT_REFUSED, "input_refused", ERR_INVALID,                                            \
      "the engine stopped twice with this trigger in hand; it is not tried a third time")          \
    X(CODE_BAD_PLAN, "bad_plan", ERR_INVALID,                                                      \
      "site or plans, as they were given, have errors; the findings are in the reply")             \
    X(CODE_TOO_MUCH_WORK, "too_much_work", ERR_LIMIT,                                              \
      "what was asked for takes longer, or more room, than one request is given")                  \
    X(CODE_DESK_DIED, "desk_died", ERR_IO,                                                         \
      "the process that checks and simulates plans ended; nothing else was touched")               \
    X(CODE_STORE, "store", ERR_IO, "the database could not be read")                               \
    X(CODE_HEAD_NOT_KEPT, "head_not_kept", ERR_IO,                                                 \
      "the end of the journal was not kept at a second place; what was signed is in the reply")

enum code {
    CODE_OK, /* no refusal */
#define X(code, name, err, sentence) code,
    CODE_TABLE(X)
#undef X
        CODES
};

/* The name on the wire; "ok" for CODE_OK. A static string. */
const char *code_name(enum code c);

/* What it means in general. A static string. */
const char *code_sentence(enum code c);

/* The kind of error, which gives the exit code of the command line. */
enum err code_err(enum code c);

/* returns  false when no code has this name; *ret is untouched then. */
bool code_parse(const char *name, enum code *ret);
