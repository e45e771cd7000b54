#include "world/crash_guard.h"

#include "base/time.h"

#include <signal.h>
#include <string.h>

bool crash_is_fatal(int signal)
{
    return signal == SIGSEGV || signal == SIGBUS || signal == SIGABRT || signal == SIGILL ||
           signal == SIGFPE || signal == SIGSYS;
}

/* The seq is not compared: a new fact does not make a bad incident a good one. */
static bool is_same(const struct page_hand *a, const struct page_hand *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case PAGE_INCIDENT:
        return uuid_cmp(a->incident, b->incident) == 0;
    case PAGE_DIGEST:
        return memcmp(a->digest, b->digest, PAGE_DIGEST_BYTES) == 0;
    case PAGE_NOTHING:
        break;
    }
    return false;
}

void crash_guard_died(struct crash_guard *g, const struct page_hand *hand, int signal,
                      int64_t now_ms)
{
    if (!crash_is_fatal(signal) || hand->kind == PAGE_NOTHING)
        return;
    if (is_same(&g->suspect, hand) && now_ms - g->at_ms <= MS_HOUR)
        g->condemned = *hand;
    g->suspect = *hand;
    g->at_ms = now_ms;
}

static json_t *hex(const uint8_t *bytes, size_t len)
{
    AUTO_TEXT(t);
    for (size_t i = 0; i < len; i++)
        text_addf(&t, "%02x", bytes[i]);
    return json_string(text_str(&t));
}

void crash_guard_tell(const struct crash_guard *g, json_t *hello)
{
    char id[UUID_TEXT];
    switch (g->condemned.kind) {
    case PAGE_INCIDENT:
        json_put(hello, "stuck",
                 json_put_str(json_object(), "incident", uuid_text(g->condemned.incident, id)));
        break;
    case PAGE_DIGEST:
        json_put(hello, "refuse",
                 json_put(json_object(), "digest", hex(g->condemned.digest, PAGE_DIGEST_BYTES)));
        break;
    case PAGE_NOTHING:
        break;
    }
}

void crash_guard_ready(struct crash_guard *g)
{
    g->condemned = (struct page_hand){.kind = PAGE_NOTHING};
}
