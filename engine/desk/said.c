#include "desk/said.h"

#include "intake/request.h"

static enum op_id op_of(enum input_kind kind)
{
    enum input_kind its;
    for (int op = 0; op < OPS; op++) {
        if (op_input_kind((enum op_id)op, &its) && its == kind)
            return (enum op_id)op;
    }
    return OPS;
}

enum err said_read(enum input_kind kind, struct uuid incident, json_t *takes, json_t **ret_body,
                   struct why *why)
{
    struct request request;
    struct refusal refusal;
    char id[UUID_TEXT];
    const struct op *op = op_def(op_of(kind));
    *ret_body = NULL;
    json_put_str(takes, "op", op->name);
    if (field_find(op->fields, "incident"))
        json_put_str(takes, "incident", uuid_text(incident, id));
    enum code code = request_read(takes, &request, &refusal);
    if (!code)
        *ret_body = json_share(request.body);
    request_done(&request);
    return code ? why_set(why, ERR_INVALID, "%s", refusal.why.text) : ERR_OK;
}
