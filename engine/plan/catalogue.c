#include "plan/catalogue.h"

#include "plan/border.h"

#include <stdlib.h>
#include <string.h>

static const char *const languages[] = {"zh", "en"};

/* {zh = "…", en = "…"}, one of them at least and nothing else. */
static bool is_entry(const json_t *entry)
{
    size_t known = 0;

    for (size_t i = 0; i < 2; i++)
        known += json_string_length(json_at(entry, languages[i])) > 0;
    return json_is_object(entry) && known > 0 && known == json_object_size(entry);
}

enum err catalogue_check(const json_t *catalogue, const char **ret_text, struct why *why)
{
    const char **texts = json_keys(catalogue, NULL);
    const char *wrong = NULL;

    *ret_text = NULL;
    if (!json_is_object(catalogue)) {
        free(texts);
        return why_set(why, ERR_INVALID,
                       "a catalogue is a table: { [\"Come at once\"] = { zh = \"…\" } }");
    }
    for (size_t i = 0; texts[i] && !wrong; i++)
        if (!is_entry(json_at(catalogue, texts[i])))
            wrong = texts[i];
    free(texts);
    if (!wrong)
        return ERR_OK;
    *ret_text = wrong;
    return why_set(why, ERR_INVALID,
                   "\"%.100s\" is not followed by its languages: { zh = \"…\", en = \"…\" }",
                   wrong);
}

enum err catalogue_read(lua_State *L, int index, json_t **ret, struct why *why)
{
    AUTO_JSON(steps);
    AUTO_JSON(catalogue);
    const char *text;

    steps = json_array();
    enum err e = border_read_data(L, index, CATALOGUE_BYTES_MAX, steps, &catalogue, why);
    if (!e)
        e = catalogue_check(catalogue, &text, why);
    if (!e)
        *ret = json_incref(catalogue);
    return e;
}

json_t *catalogue_text(const json_t *catalogue, const char *text)
{
    const json_t *entry = json_at(catalogue, text);

    if (!entry)
        return NULL;
    json_t *all = json_object();
    for (size_t i = 0; i < 2; i++)
        json_put_str(all, languages[i], json_str_or(entry, languages[i], text));
    return all;
}
