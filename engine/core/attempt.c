/*
 * attempt - what the courier is told to send: the frame "attempt", but for the number, the
 * message's id and the contact, which are added by who knows them.
 */
#include "core/state.h"

#include <string.h>

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

bool attempt_is_final(const json_t *result)
{
    int64_t status = json_int(result, "status", 0);
    const char *class = json_str_or(result, "class", "");
    if (!strcmp(class, "config") || !strcmp(class, "refused"))
        return true;
    if (!strcmp(json_str_or(result, "protocol", ""), "smtp")) /* 4xx: for now, 5xx: for good */
        return status >= 500;
    return status >= 300 && status < 500 && status != 408 && status != 409 && status != 425 &&
           status != 429;
}

int64_t attempt_delay_ms(int failures, uint32_t spread)
{
    static const int64_t after_s[] = {1, 3, 8, 20, 45};
    if (failures <= 5)
        return after_s[failures > 0 ? failures - 1 : 0] * MS_SECOND;
    /* 60 s ± 20 %, spread so that a thousand messages do not come back at once */
    return 48 * MS_SECOND + ((int64_t)spread + failures * INT64_C(7919)) % (24 * MS_SECOND);
}
