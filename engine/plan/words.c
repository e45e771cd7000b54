#include "plan/words.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* kind, name */
static const struct word words[] = {
    /* PLAN-LANGUAGE 4 */
    {WORD_NAME, "T"},
    {WORD_NAME, "call"},
    {WORD_NAME, "cancel"},
    {WORD_NAME, "defer"},
    {WORD_NAME, "every"},
    {WORD_NAME, "incident"},
    {WORD_NAME, "log"},
    {WORD_NAME, "notify"},
    {WORD_NAME, "now"},
    {WORD_NAME, "on"},
    {WORD_NAME, "parallel"},
    {WORD_NAME, "race"},
    {WORD_NAME, "random"},
    {WORD_NAME, "sleep"},
    {WORD_NAME, "spawn"},
    {WORD_NAME, "state"},
    {WORD_NAME, "timeout"},
    {WORD_NAME, "uuid"},
    {WORD_NAME, "wait"},
    {WORD_NAME, "agenda"},
    {WORD_NAME, "ask"},
    {WORD_NAME, "assign"},
    {WORD_NAME, "at"},
    {WORD_NAME, "before"},
    {WORD_NAME, "child"},
    {WORD_NAME, "civil"},
    {WORD_NAME, "consult"},
    {WORD_NAME, "directive"},
    {WORD_NAME, "each"},
    {WORD_NAME, "escalate"},
    {WORD_NAME, "fetch"},
    {WORD_NAME, "item"},
    {WORD_NAME, "measure"},
    {WORD_NAME, "open_at"},
    {WORD_NAME, "propose"},
    {WORD_NAME, "publish"},
    {WORD_NAME, "report"},
    {WORD_NAME, "require"},
    {WORD_NAME, "resource"},
    {WORD_NAME, "settle"},
    {WORD_NAME, "wait_until"},

    {WORD_BASIC, "assert"},
    {WORD_BASIC, "error"},
    {WORD_BASIC, "getmetatable"},
    {WORD_BASIC, "ipairs"},
    {WORD_BASIC, "next"},
    {WORD_BASIC, "pairs"},
    {WORD_BASIC, "pcall"},
    {WORD_BASIC, "select"},
    {WORD_BASIC, "setmetatable"},
    {WORD_BASIC, "tonumber"},
    {WORD_BASIC, "tostring"},
    {WORD_BASIC, "type"},
    {WORD_BASIC, "xpcall"},

    {WORD_LIBRARY, "math"},
    {WORD_LIBRARY, "string"},
    {WORD_LIBRARY, "table"},
    {WORD_LIBRARY, "utf8"},

    {WORD_STRING, "byte"},
    {WORD_STRING, "char"},
    {WORD_STRING, "find"},
    {WORD_STRING, "format"},
    {WORD_STRING, "gmatch"},
    {WORD_STRING, "gsub"},
    {WORD_STRING, "len"},
    {WORD_STRING, "lower"},
    {WORD_STRING, "match"},
    {WORD_STRING, "rep"},
    {WORD_STRING, "reverse"},
    {WORD_STRING, "sub"},
    {WORD_STRING, "upper"},

    {WORD_TABLE, "concat"},
    {WORD_TABLE, "insert"},
    {WORD_TABLE, "move"},
    {WORD_TABLE, "pack"},
    {WORD_TABLE, "remove"},
    {WORD_TABLE, "sort"},
    {WORD_TABLE, "unpack"},

    {WORD_MATH, "abs"},
    {WORD_MATH, "ceil"},
    {WORD_MATH, "floor"},
    {WORD_MATH, "fmod"},
    {WORD_MATH, "huge"},
    {WORD_MATH, "max"},
    {WORD_MATH, "maxinteger"},
    {WORD_MATH, "min"},
    {WORD_MATH, "mininteger"},
    {WORD_MATH, "modf"},
    {WORD_MATH, "sqrt"},
    {WORD_MATH, "tointeger"},
    {WORD_MATH, "type"},
    {WORD_MATH, "ult"},

    {WORD_UTF8, "char"},
    {WORD_UTF8, "charpattern"},
    {WORD_UTF8, "codepoint"},
    {WORD_UTF8, "codes"},
    {WORD_UTF8, "len"},
    {WORD_UTF8, "offset"},

    /* PLAN-LANGUAGE 3 */
    {WORD_FACT, "answer"},
    {WORD_FACT, "declined"},
    {WORD_FACT, "expired"},
    {WORD_FACT, "order"},
    {WORD_FACT, "resolved"},
    {WORD_FACT, "silent"},
    {WORD_FACT, "update"},
    {WORD_FACT, "closed"},
    {WORD_FACT, "confirmed"},
    {WORD_FACT, "done"},
    {WORD_FACT, "joined"},
    {WORD_FACT, "overdue"},
    {WORD_FACT, "rejected"},
    {WORD_FACT, "report"},
    {WORD_FACT, "stale"},

    /* PLAN-LANGUAGE 2 */
    {WORD_BODY, "respond"},
    {WORD_BODY, "level"},
    {WORD_BODY, "occasion"},
    {WORD_BODY, "recover"},

    {WORD_CALL, "to"},
    {WORD_CALL, "text"},
    {WORD_CALL, "within"},
    {WORD_CALL, "rungs"},
    {WORD_CALL, "rounds"},
    {WORD_CALL, "at_least"},
    {WORD_CALL, "answer_for"},

    {WORD_RUNG, "to"},
    {WORD_RUNG, "within"},

    {WORD_NOTIFY, "to"},
    {WORD_NOTIFY, "text"},
    {WORD_NOTIFY, "via"},
    {WORD_NOTIFY, "within"},

    {WORD_CONSULT, "to"},
    {WORD_CONSULT, "chair"},
    {WORD_CONSULT, "question"},
    {WORD_CONSULT, "within"},
    {WORD_CONSULT, "at_least"},

    {WORD_ASK, "to"},
    {WORD_ASK, "question"},
    {WORD_ASK, "choices"},
    {WORD_ASK, "within"},
    {WORD_ASK, "at_least"},
    {WORD_ASK, "one_per"},

    {WORD_FETCH, "endpoint"},
    {WORD_FETCH, "body"},
    {WORD_FETCH, "within"},

    {WORD_AGENDA, "to"},
    {WORD_AGENDA, "items"},
    {WORD_AGENDA_ITEMS, "state"},
    {WORD_AGENDA_ITEMS, "since"},

    {WORD_WAIT, "match"},
    {WORD_UNTIL, "hold"},
    {WORD_UNTIL, "within"},
    {WORD_UNTIL, "every"},
    {WORD_ON, "serial"},
    {WORD_PARALLEL, "fail_fast"},

    {WORD_BEFORE, "at_least"},
    {WORD_BEFORE, "unknown"},

    {WORD_PROPOSE, "action"},
    {WORD_PROPOSE, "level"},
    {WORD_PROPOSE, "what"},
    {WORD_PROPOSE, "warning"},
    {WORD_PROPOSE, "reason"},
    {WORD_PROPOSE, "to"},
    {WORD_PROPOSE, "within"},
    {WORD_PROPOSE, "wait"},

    {WORD_CHILD, "plan"},
    {WORD_CHILD, "key"},
    {WORD_CHILD, "title"},
    {WORD_CHILD, "fields"},

    {WORD_ASSIGN, "within"},
    {WORD_ASSIGN, "text"},

    {WORD_REPORT, "key"},
    {WORD_REPORT, "due"},
    {WORD_REPORT, "text"},

    {WORD_PUBLISH, "category"},
    {WORD_PUBLISH, "level"},
    {WORD_PUBLISH, "from"},
    {WORD_PUBLISH, "area"},
    {WORD_PUBLISH, "matters"},
    {WORD_PUBLISH, "advice"},
    {WORD_PUBLISH, "issuer"},
    {WORD_PUBLISH, "to"},
    {WORD_PUBLISH, "lifts"},

    {WORD_MEASURE, "key"},
    {WORD_MEASURE, "owner"},
    {WORD_MEASURE, "due"},

    {WORD_DIRECTIVE, "from"},
    {WORD_DIRECTIVE, "text"},
    {WORD_DIRECTIVE, "lead"},
    {WORD_DIRECTIVE, "assist"},
    {WORD_DIRECTIVE, "due"},
    {WORD_DIRECTIVE, "goal"},
    {WORD_DIRECTIVE, "indicator"},

    {WORD_ITEM, "title"},
    {WORD_ITEM, "owner"},
    {WORD_ITEM, "assist"},
    {WORD_ITEM, "due"},
    {WORD_ITEM, "goal"},
    {WORD_ITEM, "indicator"},

    {WORD_RESOURCE, "what"},
    {WORD_RESOURCE, "amount"},
    {WORD_RESOURCE, "from"},
    {WORD_RESOURCE, "assist"},
    {WORD_RESOURCE, "due"},

    {WORD_METHOD, "close"},
    {WORD_METHOD, "result"},
    {WORD_METHOD, "lift"},
    {WORD_METHOD, "supervise"},
    {WORD_METHOD, "wait"},

    {WORD_INCIDENT, "category"},
    {WORD_INCIDENT, "count"},
    {WORD_INCIDENT, "drill"},
    {WORD_INCIDENT, "event"},
    {WORD_INCIDENT, "fields"},
    {WORD_INCIDENT, "grade"},
    {WORD_INCIDENT, "id"},
    {WORD_INCIDENT, "kind"},
    {WORD_INCIDENT, "labels"},
    {WORD_INCIDENT, "note"},
    {WORD_INCIDENT, "occasion"},
    {WORD_INCIDENT, "opened_at"},
    {WORD_INCIDENT, "place"},
    {WORD_INCIDENT, "plan"},
    {WORD_INCIDENT, "reopened"},
    {WORD_INCIDENT, "source"},
    {WORD_INCIDENT, "title"},
    {WORD_INCIDENT, "version"},
    {WORD_INCIDENT, "warning"},
    {WORD_INCIDENT, "at_least"},
    {WORD_INCIDENT, "level"},
    {WORD_INCIDENT, "commander"},
    {WORD_INCIDENT, "members"},
    {WORD_INCIDENT, "ordered_by"},
};

enum { WORDS = sizeof(words) / sizeof(words[0]) };

static bool same(const char *word, const char *name, size_t len)
{
    return strlen(word) == len && memcmp(word, name, len) == 0;
}

const struct word *word_find(enum word_kind kind, const char *name, size_t len)
{
    for (size_t i = 0; i < WORDS; i++)
        if (words[i].kind == kind && same(words[i].name, name, len))
            return &words[i];
    return NULL;
}

const struct word *word_at(size_t n)
{
    return n < WORDS ? &words[n] : NULL;
}

const char *word_nearest(enum word_kind kind, const char *name)
{
    const char *names[WORDS + 1];
    size_t count = 0;

    for (size_t i = 0; i < WORDS; i++)
        if (words[i].kind == kind)
            names[count++] = words[i].name;
    names[count] = NULL;
    return text_nearest(name, names);
}

bool word_library(const char *name, size_t len, enum word_kind *ret_kind)
{
    static const struct {
        const char *name;
        enum word_kind kind;
    } libraries[] = {
        {"string", WORD_STRING},
        {"table", WORD_TABLE},
        {"math", WORD_MATH},
        {"utf8", WORD_UTF8},
    };

    for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
        if (same(libraries[i].name, name, len)) {
            *ret_kind = libraries[i].kind;
            return true;
        }
    return false;
}

const char *word_remedy(const char *name, size_t len)
{
    static const struct {
        const char *name;
        const char *remedy;
    } remedies[] = {
        {"_ENV", "a plan has one environment; use locals"},
        {"_G", "a plan has no table of globals; use locals"},
        {"collectgarbage", "memory looks after itself"},
        {"coroutine", "use spawn, parallel, race, every or on"},
        {"debug", "use log(text)"},
        {"dofile", "a plan is one file"},
        {"io", "a plan reads no files; what it knows comes with the incident and its facts"},
        {"load", "a plan cannot make code while it runs"},
        {"loadfile", "a plan is one file"},
        {"loadstring", "a plan cannot make code while it runs"},
        {"math.random", "use random(n), which is the same when the run is replayed"},
        {"math.randomseed", "random(n) needs no seed"},
        {"os", "for the time use now(); the rest of it would not be the same when the run is "
               "replayed"},
        {"package", "a plan is one file"},
        {"print", "use log(text), which goes to the record of the incident"},
        {"rawequal", "use =="},
        {"rawget", "index the table"},
        {"rawlen", "use #"},
        {"rawset", "assign to the table"},
        {"string.dump", "a plan cannot make code while it runs"},
        {"warn", "use log(text)"},
    };

    for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
        if (same(remedies[i].name, name, len))
            return remedies[i].remedy;
    return NULL;
}
