#include "plan/pin.h"

#include <stdlib.h>
#include <string.h>

void pins_done(struct pins *p)
{
    while (p->first) {
        struct pin *pin = p->first;

        p->first = pin->next;
        text_done(&pin->code);
        free(pin->name);
        free(pin->plan);
        free(pin->file);
        free(pin->source);
        free(pin);
    }
}

struct pin *pins_find(const struct pins *p, const char *name)
{
    struct pin *pin = p->first;

    while (pin && strcmp(pin->name, name) != 0)
        pin = pin->next;
    return pin;
}

/* The plan's own file: NAME.lua, else the first. */
static const json_t *main_file(const json_t *files, const char *plan)
{
    AUTO_TEXT(name);

    text_addf(&name, "%s.lua", plan);
    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *file = json_array_get(files, i);

        if (strcmp(json_str_or(file, "name", ""), text_str(&name)) == 0)
            return file;
    }
    return json_array_get(files, 0);
}

enum err pins_add(struct pins *p, const json_t *frame, struct why *why)
{
    const char *name = json_str(frame, "pin");
    const char *plan = json_str(frame, "plan");

    if (!name || !plan)
        return why_set(why, ERR_INVALID, "frame pin: \"pin\" or \"plan\" is missing");
    const json_t *file = main_file(json_at(frame, "files"), plan);
    const char *source = json_str(file, "source");
    if (!source || !json_str(file, "name"))
        return why_set(why, ERR_INVALID, "frame pin: the plan %s has no file", plan);
    if (pins_find(p, name))
        return ERR_OK;

    struct pin *pin = mem_new(1, sizeof(*pin));
    pin->name = mem_str(name);
    pin->plan = mem_str(plan);
    pin->file = mem_str(json_str(file, "name"));
    pin->source = mem_str(source);
    pin->source_len = strlen(source);
    pin->next = p->first;
    p->first = pin;
    return ERR_OK;
}
