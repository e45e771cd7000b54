#include "core/row.h"

#include <stdlib.h>

void row_done(struct row *r)
{
    free(r->id);
    free(r->plan);
    free(r->state);
    free(r->text);
    json_decref(r->body);
    *r = (struct row){0};
}
