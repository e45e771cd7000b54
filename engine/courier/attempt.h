/*
 * attempt - one try to deliver one message, from its frame to its result.
 *
 * It sends the request once, by one libcurl easy handle, and says what became of it. It follows no
 * redirect, knows no proxy, cookie or netrc, checks certificates always, and connects only where
 * the address policy lets it: at each new connection, and again before each request, as a
 * connection that is used again may have been made for an endpoint that allows more.
 *
 *     NEW --attempt_read fails------------------------------------> ENDED (config)
 *         --attempt_read--> READY --attempt_start--> UNDER WAY ---> ENDED (attempt_end)
 *
 * A mail has two halves: libcurl connects, up to the login, and then the dialog (smtp.h) is spoken
 * on its connection. Whoever runs the multi handle asks attempt_talks when libcurl is done, waits
 * for attempt_socket, and calls attempt_talk until it gives an end.
 *
 *     UNDER WAY --libcurl has connected: attempt_talks--> TALKS --attempt_talk--> ENDED
 * (attempt_end)
 *
 * A probe connects, with all checks, and sends no message.
 *
 * One attempt is one message on the wire, with one exception that libcurl makes: when a kept
 * connection turns out to be closed before any byte of an answer, the request is sent again on a
 * new one, with the same id and timestamp.
 *
 * Layer      courier: libcurl.
 * Ownership  attempt_new gives. The easy handle is lent between start and end.
 * Threads    The thread of the multi handle. (libcurl resolves names in threads of its own.)
 */
#pragma once

#include "base/json.h"
#include "courier/outcome.h"
#include "courier/parcel.h"

#include <curl/curl.h>

enum { ATTEMPT_CONNECT_MS_MAX = 5000 };

struct attempt;

struct attempt *attempt_new(void);
void attempt_free(struct attempt *a);

/*
 * Read a frame "attempt". On failure the attempt can only give its result.
 *
 * frame, demo  Borrowed, demo until the attempt has ended.
 */
enum err attempt_read(struct attempt *a, json_t *frame, struct secrets *secrets,
                      const struct demo *demo, struct why *why) MUST_USE;

/*
 * Sign and set up the request in `easy`, which is fresh or reset.
 *
 * ca_file  Authorities' certificates in one file; NULL: those of the system.
 */
void attempt_start(struct attempt *a, CURL *easy, const char *ca_file);

/* The attempt that uses this handle. */
struct attempt *attempt_of(CURL *easy);

/*
 * libcurl has ended with `code`: does the attempt itself go on, by a dialog? Then the handle stays
 * in its multi handle until attempt_end, as the connection does.
 */
bool attempt_talks(struct attempt *a, CURLcode code);
bool attempt_is_talking(const struct attempt *a);

/* Go on as far as the socket lets us. false: it has ended, with *ret_code for attempt_end. */
bool attempt_talk(struct attempt *a, CURLcode *ret_code);

/* What the dialog waits for; ret_ms: at most so long. false: this attempt has none. */
bool attempt_waits(const struct attempt *a, struct curl_waitfd *ret, int *ret_ms);

/* The transfer has ended with `code`. returns the handle, which is the caller's again. */
CURL *attempt_end(struct attempt *a, CURLcode code, struct outcome *ret);

/* Gives the frame "result". */
json_t *attempt_result(const struct attempt *a, const struct outcome *outcome);

/* Gives the frame "result" of an attempt that was never sent, with this sentence. */
json_t *attempt_result_config(const struct attempt *a, const struct why *why);
