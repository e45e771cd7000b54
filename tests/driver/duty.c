/*
 * Who is on duty, for tests/unit/test_rotations.py.
 *
 *     duty FROM TO STEP < SITE.json      seconds since 1970; prints a line each STEP seconds: the
 *                                        person in each seat of the roster "r", "-" for nobody
 */
#include "base/json.h"
#include "core/roster.h"
#include "core/site.h"

#include <stdio.h>
#include <stdlib.h>

static json_t *input(struct why *why)
{
    AUTO_TEXT(bytes);
    char buffer[8192];
    size_t got;
    json_t *value = NULL;
    while ((got = fread(buffer, 1, sizeof buffer, stdin)))
        text_add_bytes(&bytes, buffer, got);
    return json_read(text_str(&bytes), bytes.len, &value, why) ? NULL : value;
}

static void print(const struct site *s, const struct roster *r, wall_ms at)
{
    for (size_t n = 0; n < r->seats_count; n++) {
        const char *person = seat_person(s, r, &r->seats[n], at, NULL);
        printf("%s%s", n ? " " : "", person ? person : "-");
    }
    putchar('\n');
}

int main(int argc, char **argv)
{
    struct why why = {0};
    struct remarks remarks;
    struct site *s = NULL;
    AUTO_JSON(value);
    value = input(&why);
    remarks_init(&remarks, "site", remark_to_why, &why);
    if (argc != 4 || !value || site_read(value, &remarks, &s)) {
        fprintf(stderr, "duty FROM TO STEP < SITE.json: %s\n", why.text);
        remarks_done(&remarks);
        return 2;
    }
    remarks_done(&remarks);
    const struct roster *r = site_roster(s, "r");
    wall_ms to = strtoll(argv[2], NULL, 10) * MS_SECOND;
    int64_t step = strtoll(argv[3], NULL, 10) * MS_SECOND;
    for (wall_ms at = strtoll(argv[1], NULL, 10) * MS_SECOND; r && at < to && step > 0; at += step)
        print(s, r, at);
    site_unref(s);
    return 0;
}
