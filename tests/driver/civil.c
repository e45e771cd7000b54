/*
 * What the clocks of a zone show, hour by hour, for tests/unit/test_zones.py.
 *
 *     civil ZONE FROM TO      seconds since 1970; prints the seconds ahead of UTC, a line an hour
 */
#include "base/civil.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 4) {
        fputs("civil ZONE FROM TO\n", stderr);
        return 2;
    }
    wall_ms to = strtoll(argv[3], NULL, 10) * MS_SECOND;
    for (wall_ms at = strtoll(argv[2], NULL, 10) * MS_SECOND; at < to; at += MS_HOUR)
        printf("%" PRId64 "\n", zone_offset_ms(argv[1], at) / MS_SECOND);
    return 0;
}
