#include "world/backoff.h"

enum {
    DEATH_MS = 2000, /* the quiet that makes up for one death */
    FREE_DEATHS = 8, /* so many in a row are answered at once */
    FIRST_MS = 100,  /* then this, doubled with each */
    LEVEL_MOST = FREE_DEATHS + 8,
};

int64_t backoff_next(struct backoff *b, int64_t now_ms)
{
    int64_t quiet_ms = now_ms - b->at_ms;
    b->level_ms = quiet_ms < b->level_ms ? b->level_ms - quiet_ms : 0;
    b->level_ms += DEATH_MS;
    if (b->level_ms > (int64_t)LEVEL_MOST * DEATH_MS)
        b->level_ms = (int64_t)LEVEL_MOST * DEATH_MS;
    b->at_ms = now_ms;

    int64_t deaths = (b->level_ms + DEATH_MS - 1) / DEATH_MS;
    if (deaths <= FREE_DEATHS)
        return 0;
    int64_t wait_ms = (int64_t)FIRST_MS << (deaths - FREE_DEATHS - 1);
    return wait_ms < BACKOFF_MOST_MS ? wait_ms : BACKOFF_MOST_MS;
}
