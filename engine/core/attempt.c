/*
 * attempt - what the courier is told to send: the frame "attempt", but for the number, the
 * message's id and the contact, which are added by who knows them.
 */
#include "core/state.h"

enum { ATTEMPT_MS = 10 * 1000 };

json_t *attempt_frame(const char *person, const char *endpoint, const char *body,
                      const struct endpoint *e, const struct channel *ch)
{
    json_t *frame = json_put_str(json_object(), "op", "attempt");
    json_put_str(frame, "person", person);
    json_put_str(frame, "endpoint", endpoint);
    json_put_str(frame, "body", body);
    json_put_int(frame, "timeout_ms", ATTEMPT_MS);
    json_put_str(frame, "method", ch ? channel_method(ch) : "POST");
    if (ch) {
        json_put_str(frame, "url", channel_url(ch));
        json_put_str(frame, "sign", channel_sign(ch));
        json_put(frame, "headers", json_incref(channel_headers(ch)));
    }
    if (e) {
        json_put_str(frame, "secret", e->secret);
        json_put(frame, "allow", json_incref(e->allow));
    }
    return frame;
}
