#include "intake/field.h"

#include "base/id.h"
#include "intake/set_file.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

enum {
    MAP_VALUE_BYTES = 1024,
    FACT_BYTES = 4096,
    CONTACT_BYTES = 2048, /* VALUE_BYTES of ops.c */
    FACT_LEVELS = 3,      /* station, fact, field of an event fact */
};

const struct field *field_find(const struct field *fields, const char *name)
{
    for (; fields->name; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

static bool word_in(const char *word, const char *const *words)
{
    for (; words && *words; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

static enum code bad(struct refusal *r, const char *field, const char *sentence)
{
    return refuse(r, CODE_BAD_FIELD, field, NULL, "%s: %s", field, sentence);
}

static const char *type_words(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    case JSON_NULL:
        return "null";
    }
    return "";
}

static enum code wrong_type(struct refusal *r, const char *field, const char *wanted,
                            const json_t *value)
{
    return refuse(r, CODE_BAD_FIELD, field, NULL, "%s: must be %s, and is %s", field, wanted,
                  type_words(value));
}

static enum code text_check(const char *field, const json_t *value, int64_t most, struct refusal *r)
{
    if (!json_is_string(value))
        return wrong_type(r, field, "a string", value);
    size_t len = json_string_length(value);
    if (json_holds_nul(value))
        return bad(r, field, "holds a NUL character; leave it out");
    if (len == 0)
        return bad(r, field, "is empty; give it a value or leave it out");
    if (len > (size_t)most)
        return refuse(r, CODE_BAD_FIELD, field, NULL,
                      "%s: has %zu bytes; at most %" PRId64 " are taken", field, len, most);
    return CODE_OK;
}

static enum code name_check(const char *field, const json_t *value, int64_t most, struct refusal *r)
{
    enum code code = text_check(field, value, most, r);
    if (code)
        return code;
    const char *text = json_string_value(value);
    for (const char *at = text; *at; at++)
        if (iscntrl((unsigned char)*at))
            return bad(r, field, "holds a control character; leave it out");
    if (text[0] == ' ' || text[strlen(text) - 1] == ' ')
        return bad(r, field, "begins or ends with a blank; leave it out");
    return CODE_OK;
}

static enum code list_check(const char *field, const char *what, int64_t most, int64_t bytes,
                            const json_t *value, struct refusal *r)
{
    size_t count = json_array_size(value);
    AUTO_TEXT(wanted);
    text_addf(&wanted, "a list of %s", what);
    if (!json_is_array(value))
        return wrong_type(r, field, text_str(&wanted), value);
    if (count == 0 || count > (size_t)most)
        return refuse(r, CODE_BAD_FIELD, field, NULL, "%s: 1 to %" PRId64 " %s are taken", field,
                      most, what);
    for (size_t i = 0; i < count; i++) {
        enum code code = name_check(field, json_array_get(value, i), bytes, r);
        if (code)
            return code;
    }
    return CODE_OK;
}

static enum code names_check(const char *field, int64_t most, const json_t *value,
                             struct refusal *r)
{
    return list_check(field, "names", most, FIELD_NAME_BYTES, value, r);
}

static enum code uuid_check(const char *field, const json_t *value, struct refusal *r)
{
    struct uuid id;
    bool other = !strcmp(field, "report") || !strcmp(field, "item"); /* it is named by its kind */
    if (!json_is_string(value))
        return wrong_type(r, field, other ? "an id" : "an incident's id", value);
    if (!json_holds_nul(value) && uuid_parse(json_string_value(value), &id))
        return CODE_OK;
    return refuse(r, CODE_BAD_FIELD, field, NULL,
                  "%s: is no %s's id; one looks like 0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11", field,
                  other ? field : "incident");
}

void words_add(struct text *t, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        text_addf(t, "%s%s", i ? " " : "", words[i]);
}

static enum code word_check(const char *field, const struct field *def, const json_t *value,
                            struct refusal *r)
{
    AUTO_TEXT(known);
    words_add(&known, def->words);
    if (!json_is_string(value) || json_holds_nul(value))
        return refuse(r, CODE_BAD_FIELD, field, NULL, "%s: must be one of %s", field,
                      text_str(&known));
    const char *word = json_string_value(value);
    if (word_in(word, def->words))
        return CODE_OK;
    /* "VII" is as near to "III" as to "VI": a guess at a grade helps nobody */
    const char *near = strlen(word) > 3 ? text_nearest(word, def->words) : NULL;
    return refuse(r, CODE_BAD_FIELD, field, near, "%s: \"%.*s\" is none of %s", field,
                  (int)utf8_cut(word, strlen(word), 60), word, text_str(&known));
}

static enum code words_check(const char *field, const struct field *def, const json_t *value,
                             struct refusal *r)
{
    if (!json_is_array(value))
        return word_check(field, def, value, r);
    size_t count = json_array_size(value);
    AUTO_TEXT(known);
    words_add(&known, def->words);
    if (count == 0 || count > (size_t)def->most)
        return refuse(r, CODE_BAD_FIELD, field, NULL, "%s: 1 to %" PRId64 " words are taken, of %s",
                      field, def->most, text_str(&known));
    for (size_t i = 0; i < count; i++) {
        enum code code = word_check(field, def, json_array_get(value, i), r);
        if (code)
            return code;
    }
    return CODE_OK;
}

static enum code count_check(const char *field, int64_t least, int64_t most, const json_t *value,
                             struct refusal *r)
{
    if (!json_is_integer(value))
        return wrong_type(r, field, "a whole number", value);
    if (json_integer_value(value) < least || json_integer_value(value) > most)
        return refuse(r, CODE_BAD_FIELD, field, NULL, "%s: must be %" PRId64 " to %" PRId64, field,
                      least, most);
    return CODE_OK;
}

/* "fields" + "g7" -> "fields.g7" */
static const char *path_add(struct text *path, const char *field, const char *key)
{
    text_clear(path);
    text_addf(path, "%s.%s", field, key);
    return text_str(path);
}

static enum code key_check(const char *field, const char *key, struct refusal *r)
{
    size_t len = strlen(key);
    if (len == 0 || len > FIELD_NAME_BYTES)
        return refuse(r, CODE_BAD_FIELD, field, NULL,
                      "%s: a name in it has %zu bytes; 1 to %d "
                      "are taken",
                      field, len, FIELD_NAME_BYTES);
    for (const char *at = key; *at; at++)
        if (iscntrl((unsigned char)*at))
            return bad(r, field, "a name in it holds a control character; leave it out");
    return CODE_OK;
}

static enum code object_check(const char *field, const char *what, int64_t most,
                              const json_t *value, struct refusal *r)
{
    if (!json_is_object(value))
        return wrong_type(r, field, what, value);
    if (json_object_size(value) > (size_t)most)
        return refuse(r, CODE_BAD_FIELD, field, NULL,
                      "%s: has %zu members; at most %" PRId64 " are taken", field,
                      json_object_size(value), most);
    return CODE_OK;
}

static enum code map_check(const char *field, int64_t most, json_t *value, struct refusal *r)
{
    enum code sized = object_check(field, "an object of names and strings", most, value, r);
    if (sized)
        return sized;
    const char *key;
    json_t *member;
    json_object_foreach(value, key, member)
    {
        AUTO_TEXT(path);
        enum code code = key_check(field, key, r);
        if (!code)
            code = text_check(path_add(&path, field, key), member, MAP_VALUE_BYTES, r);
        if (code)
            return code;
    }
    return CODE_OK;
}

/* The types that the plan's head gives are checked by the core; here only what no head can want. */
static enum code facts_check(const char *field, int levels, json_t *value, struct refusal *r)
{
    if (json_is_boolean(value) || json_is_number(value))
        return CODE_OK;
    if (json_is_string(value))
        return json_string_length(value) ? text_check(field, value, FACT_BYTES, r) : CODE_OK;
    if (!json_is_object(value) || levels == 0)
        return wrong_type(r, field, "a number, a string, true or false", value);
    const char *key;
    json_t *member;
    json_object_foreach(value, key, member)
    {
        AUTO_TEXT(path);
        enum code code = key_check(field, key, r);
        if (!code)
            code = facts_check(path_add(&path, field, key), levels - 1, member, r);
        if (code)
            return code;
    }
    return CODE_OK;
}

/*
 * What is wrong within a file is for the check to say, with its place. The refusal names the field
 * alone: the dots in the name of a file are none of a path.
 */
static enum code file_check(const char *field, const char *name, const json_t *source,
                            struct refusal *r)
{
    struct set_file file;
    int shown = (int)utf8_cut(name, strlen(name), 60);
    if (!set_file_find(name, &file))
        return refuse(r, CODE_BAD_FIELD, field, NULL,
                      "%s: a set has no file \"%.*s\"; what is taken is %s", field, shown, name,
                      set_file_names);
    if (json_is_null(source) && !file.is_site)
        return CODE_OK;
    if (!json_is_string(source))
        return refuse(r, CODE_BAD_FIELD, field, NULL,
                      "%s: \"%.*s\" must be the text of the file%s, and is %s", field, shown, name,
                      file.is_site ? "" : " (null: the set without it)", type_words(source));
    if (json_string_length(source) > FIELD_FILE_BYTES)
        return refuse(r, CODE_BAD_FIELD, field, NULL,
                      "%s: \"%.*s\" has %zu bytes; at most %d are taken", field, shown, name,
                      json_string_length(source), FIELD_FILE_BYTES);
    return CODE_OK;
}

static enum code files_check(const char *field, int64_t most, json_t *value, struct refusal *r)
{
    enum code sized = object_check(field, "an object of file names and texts", most, value, r);
    if (sized)
        return sized;
    const char *name;
    json_t *source;
    json_object_foreach(value, name, source)
    {
        enum code code = key_check(field, name, r);
        if (!code)
            code = file_check(field, name, source, r);
        if (code)
            return code;
    }
    return CODE_OK;
}

bool event_parse(const char *text, int64_t *ret_gen, int64_t *ret_seq)
{
    int64_t parts[2] = {0, 0};
    int part = 0, digits = 0;
    for (const char *at = text; *at; at++) {
        if (*at == '-' && part == 0 && digits > 0) {
            part = 1;
            digits = 0;
        } else if (isdigit((unsigned char)*at) && digits < 16) {
            parts[part] = parts[part] * 10 + (*at - '0');
            digits++;
        } else {
            return false;
        }
    }
    if (part == 0 || digits == 0 || parts[0] == 0)
        return false;
    *ret_gen = parts[0];
    *ret_seq = parts[1];
    return true;
}

static enum code event_check(const char *field, const json_t *value, struct refusal *r)
{
    int64_t gen, seq;
    if (!json_is_string(value))
        return wrong_type(r, field, "an event's id", value);
    if (json_holds_nul(value) || !event_parse(json_string_value(value), &gen, &seq))
        return bad(r, field, "is no event's id; one looks like 1-40213");
    return CODE_OK;
}

static enum code scalar_check(const char *field, int64_t most, const json_t *value,
                              struct refusal *r)
{
    if (json_is_object(value) || json_is_array(value))
        return wrong_type(r, field, "a string or a number", value);
    if (json_is_string(value) && json_string_length(value) > (size_t)most)
        return refuse(r, CODE_BAD_FIELD, field, NULL,
                      "%s: has %zu bytes; at most %" PRId64 " are taken", field,
                      json_string_length(value), most);
    return CODE_OK;
}

/* Whom and what they name is for the core to know; here each must be there, and text. */
static enum code contact_check(const char *field, size_t index, const json_t *value,
                               struct refusal *r)
{
    static const char *const members[] = {"person", "endpoint", "value"};
    AUTO_TEXT(path);
    text_addf(&path, "%s.%zu", field, index);
    if (!json_is_object(value) || json_object_size(value) != sizeof members / sizeof *members)
        return bad(r, text_str(&path), "must be an object of person, endpoint and value");
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        AUTO_TEXT(member);
        const json_t *text = json_object_get(value, members[i]);
        if (!text)
            return bad(r, text_str(&path), "must be an object of person, endpoint and value");
        enum code code =
            name_check(path_add(&member, text_str(&path), members[i]), text, CONTACT_BYTES, r);
        if (code)
            return code;
    }
    return CODE_OK;
}

static enum code contacts_check(const char *field, int64_t most, const json_t *value,
                                struct refusal *r)
{
    size_t count = json_array_size(value);
    if (!json_is_array(value))
        return wrong_type(r, field, "a list of contacts", value);
    if (count == 0 || count > (size_t)most)
        return refuse(r, CODE_BAD_FIELD, field, NULL, "%s: 1 to %" PRId64 " contacts are taken",
                      field, most);
    for (size_t i = 0; i < count; i++) {
        enum code code = contact_check(field, i, json_array_get(value, i), r);
        if (code)
            return code;
    }
    return CODE_OK;
}

enum code field_check(const struct field *def, json_t *value, struct refusal *r)
{
    switch (def->type) {
    case FIELD_TEXT:
        return text_check(def->name, value, def->most, r);
    case FIELD_NAME:
        return name_check(def->name, value, def->most, r);
    case FIELD_UUID:
        return uuid_check(def->name, value, r);
    case FIELD_BOOL:
        return json_is_boolean(value) ? CODE_OK : wrong_type(r, def->name, "true or false", value);
    case FIELD_COUNT:
        return count_check(def->name, 1, def->most, value, r);
    case FIELD_WHOLE:
        return count_check(def->name, 0, def->most, value, r);
    case FIELD_WORD:
        return word_check(def->name, def, value, r);
    case FIELD_WORDS:
        return words_check(def->name, def, value, r);
    case FIELD_NAMES:
        return names_check(def->name, def->most, value, r);
    case FIELD_NAME_OR_NAMES:
        return json_is_array(value) ? names_check(def->name, def->most, value, r)
                                    : name_check(def->name, value, FIELD_NAME_BYTES, r);
    case FIELD_MAP:
        return map_check(def->name, def->most, value, r);
    case FIELD_FACTS:
        if (!json_is_object(value))
            return wrong_type(r, def->name, "an object of facts", value);
        return facts_check(def->name, FACT_LEVELS, value, r);
    case FIELD_EVENT:
        return event_check(def->name, value, r);
    case FIELD_SCRIPT:
        return list_check(def->name, "texts", def->most, FIELD_SCRIPT_BYTES, value, r);
    case FIELD_FILES:
        return files_check(def->name, def->most, value, r);
    case FIELD_CONTACTS:
        return contacts_check(def->name, def->most, value, r);
    case FIELD_SCALAR:
        return scalar_check(def->name, def->most, value, r);
    }
    return CODE_OK;
}
