#include "plan/words.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* kind, name, built */
static const struct word words[] = {
    /* PLAN-LANGUAGE 4 */
    {WORD_NAME, "T", true},
    {WORD_NAME, "call", true},
    {WORD_NAME, "cancel", true},
    {WORD_NAME, "defer", true},
    {WORD_NAME, "every", true},
    {WORD_NAME, "incident", true},
    {WORD_NAME, "log", true},
    {WORD_NAME, "notify", true},
    {WORD_NAME, "now", true},
    {WORD_NAME, "on", true},
    {WORD_NAME, "parallel", true},
    {WORD_NAME, "race", true},
    {WORD_NAME, "random", true},
    {WORD_NAME, "sleep", true},
    {WORD_NAME, "spawn", true},
    {WORD_NAME, "state", true},
    {WORD_NAME, "timeout", true},
    {WORD_NAME, "uuid", true},
    {WORD_NAME, "wait", true},
    {WORD_NAME, "agenda", true},
    {WORD_NAME, "ask", true},
    {WORD_NAME, "assign", true},
    {WORD_NAME, "at", true},
    {WORD_NAME, "before", true},
    {WORD_NAME, "child", true},
    {WORD_NAME, "civil", true},
    {WORD_NAME, "consult", true},
    {WORD_NAME, "directive", true},
    {WORD_NAME, "each", true},
    {WORD_NAME, "escalate", true},
    {WORD_NAME, "fetch", true},
    {WORD_NAME, "item", true},
    {WORD_NAME, "measure", true},
    {WORD_NAME, "open_at", false},
    {WORD_NAME, "propose", true},
    {WORD_NAME, "publish", true},
    {WORD_NAME, "report", true},
    {WORD_NAME, "require", true},
    {WORD_NAME, "resource", true},
    {WORD_NAME, "settle", true},
    {WORD_NAME, "wait_until", true},

    {WORD_BASIC, "assert", true},
    {WORD_BASIC, "error", true},
    {WORD_BASIC, "getmetatable", true},
    {WORD_BASIC, "ipairs", true},
    {WORD_BASIC, "next", true},
    {WORD_BASIC, "pairs", true},
    {WORD_BASIC, "pcall", true},
    {WORD_BASIC, "select", true},
    {WORD_BASIC, "setmetatable", true},
    {WORD_BASIC, "tonumber", true},
    {WORD_BASIC, "tostring", true},
    {WORD_BASIC, "type", true},
    {WORD_BASIC, "xpcall", true},

    {WORD_LIBRARY, "math", true},
    {WORD_LIBRARY, "string", true},
    {WORD_LIBRARY, "table", true},
    {WORD_LIBRARY, "utf8", true},

    {WORD_STRING, "byte", true},
    {WORD_STRING, "char", true},
    {WORD_STRING, "find", true},
    {WORD_STRING, "format", true},
    {WORD_STRING, "gmatch", true},
    {WORD_STRING, "gsub", true},
    {WORD_STRING, "len", true},
    {WORD_STRING, "lower", true},
    {WORD_STRING, "match", true},
    {WORD_STRING, "rep", true},
    {WORD_STRING, "reverse", true},
    {WORD_STRING, "sub", true},
    {WORD_STRING, "upper", true},

    {WORD_TABLE, "concat", true},
    {WORD_TABLE, "insert", true},
    {WORD_TABLE, "move", true},
    {WORD_TABLE, "pack", true},
    {WORD_TABLE, "remove", true},
    {WORD_TABLE, "sort", true},
    {WORD_TABLE, "unpack", true},

    {WORD_MATH, "abs", true},
    {WORD_MATH, "ceil", true},
    {WORD_MATH, "floor", true},
    {WORD_MATH, "fmod", true},
    {WORD_MATH, "huge", true},
    {WORD_MATH, "max", true},
    {WORD_MATH, "maxinteger", true},
    {WORD_MATH, "min", true},
    {WORD_MATH, "mininteger", true},
    {WORD_MATH, "modf", true},
    {WORD_MATH, "sqrt", true},
    {WORD_MATH, "tointeger", true},
    {WORD_MATH, "type", true},
    {WORD_MATH, "ult", true},

    {WORD_UTF8, "char", true},
    {WORD_UTF8, "charpattern", true},
    {WORD_UTF8, "codepoint", true},
    {WORD_UTF8, "codes", true},
    {WORD_UTF8, "len", true},
    {WORD_UTF8, "offset", true},

    /* PLAN-LANGUAGE 3 */
    {WORD_FACT, "answer", true},
    {WORD_FACT, "declined", true},
    {WORD_FACT, "expired", true},
    {WORD_FACT, "order", true},
    {WORD_FACT, "resolved", true},
    {WORD_FACT, "silent", true},
    {WORD_FACT, "update", true},
    {WORD_FACT, "closed", true},
    {WORD_FACT, "confirmed", true},
    {WORD_FACT, "done", true},
    {WORD_FACT, "joined", true},
    {WORD_FACT, "overdue", true},
    {WORD_FACT, "rejected", true},
    {WORD_FACT, "report", true},
    {WORD_FACT, "stale", true},

    /* PLAN-LANGUAGE 2 */
    {WORD_BODY, "respond", true},
    {WORD_BODY, "level", true},
    {WORD_BODY, "occasion", true},
    {WORD_BODY, "recover", true},

    {WORD_CALL, "to", true},
    {WORD_CALL, "text", true},
    {WORD_CALL, "within", true},
    {WORD_CALL, "rungs", true},
    {WORD_CALL, "rounds", true},
    {WORD_CALL, "at_least", true},
    {WORD_CALL, "answer_for", true},

    {WORD_RUNG, "to", true},
    {WORD_RUNG, "within", true},

    {WORD_NOTIFY, "to", true},
    {WORD_NOTIFY, "text", true},
    {WORD_NOTIFY, "via", true},
    {WORD_NOTIFY, "within", true},

    {WORD_CONSULT, "to", true},
    {WORD_CONSULT, "chair", true},
    {WORD_CONSULT, "question", true},
    {WORD_CONSULT, "within", true},
    {WORD_CONSULT, "at_least", true},

    {WORD_ASK, "to", true},
    {WORD_ASK, "question", true},
    {WORD_ASK, "choices", true},
    {WORD_ASK, "within", true},
    {WORD_ASK, "at_least", true},
    {WORD_ASK, "one_per", true},

    {WORD_FETCH, "endpoint", true},
    {WORD_FETCH, "body", true},
    {WORD_FETCH, "within", true},

    {WORD_AGENDA, "to", true},
    {WORD_AGENDA, "items", true},
    {WORD_AGENDA_ITEMS, "state", true},
    {WORD_AGENDA_ITEMS, "since", true},

    {WORD_WAIT, "match", true},
    {WORD_UNTIL, "hold", true},
    {WORD_UNTIL, "within", true},
    {WORD_UNTIL, "every", true},
    {WORD_ON, "serial", true},
    {WORD_PARALLEL, "fail_fast", true},

    {WORD_BEFORE, "at_least", true},
    {WORD_BEFORE, "unknown", true},

    {WORD_PROPOSE, "action", true},
    {WORD_PROPOSE, "level", true},
    {WORD_PROPOSE, "what", true},
    {WORD_PROPOSE, "warning", true},
    {WORD_PROPOSE, "reason", true},
    {WORD_PROPOSE, "to", true},
    {WORD_PROPOSE, "within", true},
    {WORD_PROPOSE, "wait", true},

    {WORD_CHILD, "plan", true},
    {WORD_CHILD, "key", true},
    {WORD_CHILD, "title", true},
    {WORD_CHILD, "fields", true},

    {WORD_ASSIGN, "within", true},
    {WORD_ASSIGN, "text", true},

    {WORD_REPORT, "key", true},
    {WORD_REPORT, "due", true},
    {WORD_REPORT, "text", true},

    {WORD_PUBLISH, "category", true},
    {WORD_PUBLISH, "level", true},
    {WORD_PUBLISH, "from", true},
    {WORD_PUBLISH, "area", true},
    {WORD_PUBLISH, "matters", true},
    {WORD_PUBLISH, "advice", true},
    {WORD_PUBLISH, "issuer", true},
    {WORD_PUBLISH, "to", true},
    {WORD_PUBLISH, "lifts", true},

    {WORD_MEASURE, "key", true},
    {WORD_MEASURE, "owner", true},
    {WORD_MEASURE, "due", true},

    {WORD_DIRECTIVE, "from", true},
    {WORD_DIRECTIVE, "text", true},
    {WORD_DIRECTIVE, "lead", true},
    {WORD_DIRECTIVE, "assist", true},
    {WORD_DIRECTIVE, "due", true},
    {WORD_DIRECTIVE, "goal", true},
    {WORD_DIRECTIVE, "indicator", true},

    {WORD_ITEM, "title", true},
    {WORD_ITEM, "owner", true},
    {WORD_ITEM, "assist", true},
    {WORD_ITEM, "due", true},
    {WORD_ITEM, "goal", true},
    {WORD_ITEM, "indicator", true},

    {WORD_RESOURCE, "what", true},
    {WORD_RESOURCE, "amount", true},
    {WORD_RESOURCE, "from", true},
    {WORD_RESOURCE, "assist", true},
    {WORD_RESOURCE, "due", true},

    {WORD_METHOD, "close", true},
    {WORD_METHOD, "result", true},
    {WORD_METHOD, "lift", true},
    {WORD_METHOD, "supervise", true},
    {WORD_METHOD, "wait", true},

    {WORD_INCIDENT, "category", true},
    {WORD_INCIDENT, "count", true},
    {WORD_INCIDENT, "drill", true},
    {WORD_INCIDENT, "event", true},
    {WORD_INCIDENT, "fields", true},
    {WORD_INCIDENT, "grade", true},
    {WORD_INCIDENT, "id", true},
    {WORD_INCIDENT, "kind", true},
    {WORD_INCIDENT, "labels", true},
    {WORD_INCIDENT, "note", true},
    {WORD_INCIDENT, "occasion", true},
    {WORD_INCIDENT, "opened_at", true},
    {WORD_INCIDENT, "place", true},
    {WORD_INCIDENT, "plan", true},
    {WORD_INCIDENT, "reopened", true},
    {WORD_INCIDENT, "source", true},
    {WORD_INCIDENT, "title", true},
    {WORD_INCIDENT, "version", true},
    {WORD_INCIDENT, "warning", true},
    {WORD_INCIDENT, "at_least", true},
    {WORD_INCIDENT, "level", true},
    {WORD_INCIDENT, "commander", true},
    {WORD_INCIDENT, "members", true},
    {WORD_INCIDENT, "ordered_by", true},
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
        if (words[i].kind == kind && words[i].built)
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
