/*
 * attempt - what the courier is told to send: the frame "attempt", but for the number, the
 * message's id and the contact, which are added by who knows them.
 */
#include "core/state.h"

#include <string.h>

enum { ATTEMPT_MS = 10 * 1000 };

/* What the channel says of writing the request and of reading its answer. */
static void attempt_channel(json_t *frame, const struct channel *ch)
{
    static const char *const keys[] = {"again", "encoding",  "private",
                                       "query", "reference", "success"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        json_put(frame, keys[i], json_incref(channel_key(ch, keys[i])));
    json_put(frame, "throttled", json_incref(channel_throttled(ch)));
}

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
        attempt_channel(frame, ch);
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
    if (json_bool(result, "throttled") || json_bool(result, "again"))
        return false; /* the service says itself that it may work later */
    if (!strcmp(class, "config") || !strcmp(class, "refused") || !strcmp(class, "rejected"))
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
    /* 60 s ± 20 %, thrown anew each time: what failed together does not come back together */
    uint64_t dice = ((uint64_t)spread << 32 | (uint32_t)failures) * UINT64_C(0x9e3779b97f4a7c15);
    dice = (dice ^ dice >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return 48 * MS_SECOND + (int64_t)((dice >> 32) % (24 * MS_SECOND));
}
