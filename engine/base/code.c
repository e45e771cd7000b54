#include "base/code.h"

#include <assert.h>
#include <string.h>

static const struct {
    const char *name;
    enum err err;
    const char *sentence;
} codes[CODES] = {[CODE_OK] = {"ok", ERR_OK, "done"},
#define X(code, name, err, sentence) [code] = {name, err, sentence},
                  CODE_TABLE(X)
#undef X
};

const char *code_name(enum code c)
{
    assert(c < CODES);
    return codes[c].name;
}

const char *code_sentence(enum code c)
{
    assert(c < CODES);
    return codes[c].sentence;
}

enum err code_err(enum code c)
{
    assert(c < CODES);
    return codes[c].err;
}

bool code_parse(const char *name, enum code *ret)
{
    for (int c = CODE_OK; c < CODES; c++) {
        if (strcmp(codes[c].name, name) == 0) {
            *ret = (enum code)c;
            return true;
        }
    }
    return false;
}
