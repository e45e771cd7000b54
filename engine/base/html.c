#include "base/html.h"

#include <string.h>

/* What may not stand for itself. CR is one of them: a browser reads it as LF. */
static const char *html_reference(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\r':
        return "&#13;";
    default:
        return NULL;
    }
}

void html_add(struct text *to, const char *s)
{
    size_t left = s ? strlen(s) : 0;
    while (left > 0) {
        size_t n = utf8_char(s, left);
        const char *instead = n == 0 ? "\xef\xbf\xbd" : html_reference(*s);
        if (instead)
            text_add(to, instead);
        else
            text_add_bytes(to, s, n);
        n += n == 0;
        s += n;
        left -= n;
    }
}
