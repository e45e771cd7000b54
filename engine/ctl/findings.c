#include "ctl/findings.h"

#include "core/finding_code.h"
#include "ctl/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* In Chinese what the code means stands before the sentence, which has the names and the remedy. */
static void code_add(const struct ctl *c, const char *code, bool error, struct text *line)
{
    const struct finding_code *known = c->zh ? finding_code_find(code) : NULL;
    text_addf(line, "%s%s: %s",
              error   ? ""
              : c->zh ? "提醒："
                      : "warning: ",
              code, show_colour(c->colour, COLOUR_NONE));
    if (known) {
        const char *rest = strstr(known->zh, "；"); /* of both weights: only one is meant */
        text_add_bytes(line, known->zh, rest ? (size_t)(rest - known->zh) : strlen(known->zh));
        text_add(line, " — ");
    }
}

int findings_show(const struct ctl *c, const json_t *findings, const char *folder)
{
    size_t n;
    json_t *f;
    int errors = 0;
    json_array_foreach(json_unconst(findings), n, f)
    {
        AUTO_TEXT(line);
        bool error = strcmp(json_str_or(f, "severity", "error"), "error") == 0;
        errors += error;
        if (folder)
            text_addf(&line, "%s/", folder);
        show_safe(&line, json_str_or(f, "file", "?"));
        text_addf(&line, ":%" PRId64 ":%" PRId64 ": %s", json_int(f, "line", 1),
                  json_int(f, "col", 1),
                  show_colour(c->colour, error ? COLOUR_RED : COLOUR_YELLOW));
        code_add(c, json_str_or(f, "code", "?"), error, &line);
        show_safe(&line, json_str_or(f, "text", ""));
        puts(text_str(&line));
    }
    return errors;
}
