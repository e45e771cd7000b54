#include "core/row.h"

#include <stdlib.h>

void row_done(struct row *r)
{
    free(r->id);
    free(r->plan);
    free(r->state);
    free(r->sort);
    free(r->text);
    json_decref(r->body);
    for (size_t n = 0; n < r->parts_count; n++)
        row_done(&r->parts[n]);
    free(r->parts);
    *r = (struct row){0};
}
