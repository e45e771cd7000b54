#include "plan/check_set.h"

#include "plan/catalogue.h"

#include <stdlib.h>
#include <string.h>

/* ---- libraries ------------------------------------------------------------------------------- */

enum mark { MARK_NEW, MARK_UNDER_WAY, MARK_DONE };

static struct checked *library_file(const struct check *c, const char *name)
{
    AUTO_TEXT(file);

    text_addf(&file, "lib/%s.lua", name);
    for (size_t i = 0; i < c->count; i++)
        if (c->files[i].kind == TEXT_LIBRARY && strcmp(c->files[i].file, text_str(&file)) == 0)
            return &c->files[i];
    return NULL;
}

static const char *nearest_library(const struct check *c, const char *name, struct text *ret)
{
    const char **names = mem_new(c->count + 1, sizeof(*names));
    AUTO_TEXT(file);
    size_t count = 0;

    for (size_t i = 0; i < c->count; i++)
        if (c->files[i].kind == TEXT_LIBRARY)
            names[count++] = c->files[i].name;
    text_addf(&file, "%s.lua", name);
    const char *near = text_nearest(text_str(&file), names);
    free(names);
    if (near)
        text_add_bytes(ret, near, strlen(near) - 4); /* without ".lua" */
    return near ? text_str(ret) : NULL;
}

static void report_no_library(struct check *c, const struct checked *f, struct pos at,
                              const char *name)
{
    AUTO_TEXT(nearest);
    const char *near = nearest_library(c, name, &nearest);

    if (near)
        findings_add(&c->findings, f->file, at, "unknown_name",
                     "there is no lib/%s.lua; did you mean \"lib.%s\"?", name, near);
    else
        findings_add(&c->findings, f->file, at, "unknown_name",
                     "there is no lib/%s.lua in the folder of the plans", name);
}

static struct pos required_at(const struct checked *f, const char *name)
{
    const json_t *at = json_at(f->needs, name);

    return (struct pos){(int)json_integer_value(json_array_get(at, 0)),
                        (int)json_integer_value(json_array_get(at, 1))};
}

/* Is all there that this file requires, and none of it by way of itself? */
void check_follow(struct check *c, struct checked *f)
{
    const char **names = json_keys(f->needs, NULL);

    f->mark = MARK_UNDER_WAY;
    for (size_t i = 0; f->needs && names[i]; i++) {
        struct checked *library = library_file(c, names[i]);

        if (!library)
            report_no_library(c, f, required_at(f, names[i]), names[i]);
        else if (library->mark == MARK_UNDER_WAY)
            findings_add(&c->findings, f->file, required_at(f, names[i]), "circle",
                         "lib/%s.lua needs this file itself: neither can be first", names[i]);
        else if (library->mark == MARK_NEW)
            check_follow(c, library);
        f->broken |= !library || library->mark == MARK_UNDER_WAY || library->broken;
    }
    free(names);
    f->mark = MARK_DONE;
    if (f->kind == TEXT_LIBRARY)
        check_load_file(c, f); /* what it requires was loaded before it */
}

const struct checked *check_library_file(const struct check *c, const char *name)
{
    return library_file(c, name);
}

/* Add what a file requires, and what that requires, each once: {NAME: true}. */
static void closure(const struct check *c, const struct checked *f, json_t *names)
{
    const char **required = json_keys(f->needs, NULL);

    for (size_t i = 0; f->needs && required[i]; i++) {
        const struct checked *library = library_file(c, required[i]);

        if (!library || json_at(names, required[i]))
            continue;
        json_put(names, required[i], json_true());
        closure(c, library, names);
    }
    free(required);
}

/* "words" of catalogue = "lib.words"; NULL: it has none, or none of this form. */
static const char *catalogue_name(const struct checked *f)
{
    const char *named = json_str(f->loaded.json, "catalogue");

    return named ? library_name(named) : NULL;
}

/* All libraries of a plan: what it requires, and its catalogue. Gives. */
json_t *check_libraries_of(const struct check *c, const struct checked *f)
{
    json_t *names = json_object();
    const char *catalogue = catalogue_name(f);
    const struct checked *library = catalogue ? library_file(c, catalogue) : NULL;

    closure(c, f, names);
    if (library && !json_at(names, catalogue)) {
        json_put(names, catalogue, json_true());
        closure(c, library, names);
    }
    return names;
}

void check_code(struct check *c, const struct checked *f, struct body_check *body)
{
    unsigned left = BODY_LITERALS_MAX;
    AUTO_JSON(names);
    size_t count = 0;

    names = check_libraries_of(c, f);
    const char **required = json_keys(names, &count);
    body->libraries = mem_new(count + 1, sizeof(*body->libraries));
    for (size_t i = 0; required[i]; i++) {
        const struct checked *library = library_file(c, required[i]);
        if (library->tree)
            body->libraries[body->libraries_count++] = library->tree;
    }
    body->file = f->file;
    body->tree = f->tree;
    body->site = c->site;
    body->plans = c->plans;
    body->findings = &c->findings;
    body->left = &left;
    check_bodies(body);
    body->left = NULL;
    free(body->libraries);
    body->libraries = NULL;
    free(required);
}

static void libraries_list(struct check *c)
{
    c->libraries.at = mem_new(c->count + 1, sizeof(*c->libraries.at));
    for (size_t i = 0; i < c->count; i++) {
        const struct checked *f = &c->files[i];
        if (f->kind == TEXT_LIBRARY)
            c->libraries.at[c->libraries.count++] =
                (struct library){.name = f->file, .source = f->src, .len = f->len};
    }
}

/* Each by itself first: what is wrong with one is said once, at its own place. */
void check_libraries(struct check *c)
{
    libraries_list(c);
    for (size_t i = 0; i < c->count; i++)
        if (c->files[i].kind == TEXT_LIBRARY)
            check_parse_file(c, &c->files[i]);
    for (size_t i = 0; i < c->count; i++)
        if (c->files[i].kind == TEXT_LIBRARY && c->files[i].mark == MARK_NEW)
            check_follow(c, &c->files[i]);
    for (size_t i = 0; i < c->count; i++) {
        struct body_check body = {.is_library = true};
        if (c->files[i].kind != TEXT_LIBRARY)
            continue;
        if (c->files[i].tree)
            check_code(c, &c->files[i], &body);
    }
}

/* ---- catalogues ------------------------------------------------------------------------------ */

/* {name} of `text` that `of` does not have, into `ret`; false: it has them all. */
static bool field_lost(const char *text, const char *of, struct text *ret)
{
    for (const char *at = strchr(text, '{'); at; at = strchr(at + 1, '{')) {
        const char *end = strchr(at, '}');
        if (!end)
            return false;
        text_clear(ret);
        text_add_bytes(ret, at, (size_t)(end + 1 - at));
        if (!strpbrk(text_str(ret), " ") && !strstr(of, text_str(ret)))
            return true;
    }
    return false;
}

/* A text that lost a {field} on its way into another language. */
static void check_entry(struct check *c, const struct checked *f, const char *text,
                        const json_t *entry)
{
    static const char *const languages[] = {"zh", "en"};

    for (size_t i = 0; i < 2; i++) {
        const char *said = json_str(entry, languages[i]);
        AUTO_TEXT(field);
        AUTO_JSON(path);
        AUTO_TEXT(sentence);

        if (!said || (!field_lost(text, said, &field) && !field_lost(said, text, &field)))
            continue;
        path = json_pack("[s,s]", text, languages[i]);
        text_addf(&sentence, "%s stands in one of the two texts and not in the other",
                  text_str(&field));
        findings_put(&c->findings, f->file, loaded_place(&f->loaded, path), "bad_text",
                     SEVERITY_WARNING, text_str(&sentence));
    }
}

static void check_catalogue(struct check *c, const struct checked *f)
{
    const json_t *catalogue = f->loaded.json;
    const char **texts = json_keys(catalogue, NULL);
    const char *wrong;
    struct why why;

    if (findings_any(&c->findings, f->file))
        ; /* it was said already */
    else if (!catalogue || catalogue_check(catalogue, &wrong, &why)) {
        AUTO_JSON(path);
        path = catalogue && wrong ? json_pack("[s]", wrong) : json_array();
        findings_add(&c->findings, f->file, loaded_place(&f->loaded, path), "bad_value",
                     "it is the catalogue of a plan: %s",
                     catalogue ? why.text : "it holds texts and nothing else");
    } else {
        for (size_t i = 0; texts[i]; i++)
            check_entry(c, f, texts[i], json_at(catalogue, texts[i]));
    }
    free(texts);
}

/* The catalogue that the head names. NULL: none, or it is none. */
const json_t *check_catalogue_of(struct check *c, const struct checked *f)
{
    const char *named = json_str(f->loaded.json, "catalogue"), *name = catalogue_name(f);
    struct checked *library = name ? library_file(c, name) : NULL;
    AUTO_JSON(path);

    path = json_pack("[s]", "catalogue");
    struct pos at = loaded_place(&f->loaded, path);
    if (named && !name)
        findings_add(&c->findings, f->file, at, "bad_value",
                     "catalogue is the name of a library: catalogue = \"lib.words\" for "
                     "plans/lib/words.lua");
    else if (name && !library)
        report_no_library(c, f, at, name);
    if (!library)
        return NULL;
    if (!library->is_catalogue)
        check_catalogue(c, library);
    library->is_catalogue = true;
    return findings_any(&c->findings, library->file) ? NULL : library->loaded.json;
}
