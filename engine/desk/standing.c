#include "desk/standing.h"

#include <string.h>

struct look {
    enum row_kind kind;
    struct uuid incident;
    json_t *rows;
};

static void row_look(void *ctx, const struct row *row)
{
    struct look *l = ctx;
    struct why why;
    json_t *body = NULL;
    if (row->kind != l->kind ||
        (!uuid_is_none(l->incident) && uuid_cmp(row->incident, l->incident) != 0))
        return;
    if (row->text && json_read_own(row->text, strlen(row->text), &body, &why))
        return;
    json_t *one = json_put_str(json_object(), "id", row->id);
    json_put_str(one, "state", row->state);
    json_put_true(one, "late", row->late);
    json_put_str(one, "kind", row->kind == ROW_REPORT ? row->plan : NULL);
    json_array_append_new(l->rows, json_put(one, "body", body ? body : json_share(row->body)));
}

json_t *standing_rows(struct night *n, enum row_kind kind, struct uuid incident)
{
    struct look look = {.kind = kind, .incident = incident, .rows = json_array()};
    model_store_load(night_store(n), true, row_look, &look);
    return look.rows;
}

bool standing_is_open(const json_t *row)
{
    static const char *const over[] = {"done", "struck", "rejected", "lifted", "sent", "missed"};
    for (size_t n = 0; n < sizeof over / sizeof *over; n++) {
        if (!strcmp(json_str_or(row, "state", ""), over[n]))
            return false;
    }
    return true;
}
