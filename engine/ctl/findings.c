#include "ctl/findings.h"

#include "ctl/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
        text_addf(&line, "%s%s: %s", error ? "" : "warning: ", json_str_or(f, "code", "?"),
                  show_colour(c->colour, COLOUR_NONE));
        show_safe(&line, json_str_or(f, "text", ""));
        puts(text_str(&line));
    }
    return errors;
}
