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
    if (pin->days)
        calendars_done(&pin->calendars);
    json_decref(pin->days);
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

static bool is_calendars(const json_t *file)
{
    return strcmp(json_str_or(file, "name", ""), PIN_CALENDARS) == 0;
}

/* All files but the plan's own: the rest is code. */
static void libraries_take(struct libraries *l, const json_t *files, const json_t *own)
{
    l->at = mem_new(json_array_size(files), sizeof(*l->at));
    for (size_t i = 0; i < json_array_size(files); i++)
        if (json_array_get(files, i) != own && !is_calendars(json_array_get(files, i)))
            library_of_file(&l->at[l->count++], json_array_get(files, i));
}

/* The bytes of a file of the pin; NULL: it has no such file. */
static const char *file_source(const struct pin *pin, const char *name)
{
    for (size_t i = 0; i < json_array_size(pin->files); i++) {
        const json_t *file = json_array_get(pin->files, i);

        if (strcmp(json_str_or(file, "name", ""), name) == 0)
            return json_str(file, "source");
    }
    return NULL;
}

/* Read at their first use. */
static void calendars_read(struct pin *pin)
{
    const char *source = file_source(pin, PIN_CALENDARS);
    struct why why;

    if (!source || json_read(source, strlen(source), &pin->days, &why))
        pin->days = json_object();
    calendars_build(pin->days, &pin->calendars);
}

const struct calendar *pin_calendar(struct pin *pin, const char *name)
{
    if (!pin->days)
        calendars_read(pin);
    return calendar_of(&pin->calendars, name);
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
