#include "plan/pin.h"

#include <stdlib.h>
#include <string.h>

static void pin_free(struct pin *pin)
{
    text_done(&pin->own.code);
    for (size_t i = 0; i < pin->libraries.count; i++)
        text_done(&pin->libraries.at[i].code);
    free(pin->libraries.at);
    json_decref(pin->files);
    json_decref(pin->catalogue);
    free(pin->name);
    free(pin->plan);
    free(pin);
}

void pins_done(struct pins *p)
{
    while (p->first) {
        struct pin *pin = p->first;

        p->first = pin->next;
        pin_free(pin);
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

static void library_of_file(struct library *to, const json_t *file)
{
    const char *source = json_str_or(file, "source", "");

    *to = (struct library){
        .name = json_str_or(file, "name", "?"), .source = source, .len = strlen(source)};
}

/* All files but the plan's own. */
static void libraries_take(struct libraries *l, const json_t *files, const json_t *own)
{
    l->at = mem_new(json_array_size(files), sizeof(*l->at));
    for (size_t i = 0; i < json_array_size(files); i++)
        if (json_array_get(files, i) != own)
            library_of_file(&l->at[l->count++], json_array_get(files, i));
}

enum err pins_add(struct pins *p, const json_t *frame, struct why *why)
{
    const char *name = json_str(frame, "pin");
    const char *plan = json_str(frame, "plan");

    if (!name || !plan)
        return why_set(why, ERR_INVALID, "frame pin: \"pin\" or \"plan\" is missing");
    const json_t *file = main_file(json_at(frame, "files"), plan);
    if (!json_str(file, "source") || !json_str(file, "name"))
        return why_set(why, ERR_INVALID, "frame pin: the plan %s has no file", plan);
    if (pins_find(p, name))
        return ERR_OK;

    struct pin *pin = mem_new(1, sizeof(*pin));
    pin->name = mem_str(name);
    pin->plan = mem_str(plan);
    pin->files = json_share(json_at(frame, "files"));
    library_of_file(&pin->own, file);
    libraries_take(&pin->libraries, json_at(frame, "files"), file);
    pin->next = p->first;
    p->first = pin;
    return ERR_OK;
}
