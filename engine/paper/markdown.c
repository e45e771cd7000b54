#include "paper/markdown.h"

#include <cmark.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- in ---- */

static bool link_is_plain(const char *url)
{
    static const char *const schemes[] = {"http://", "https://", "mailto:"};
    for (size_t n = 0; url && n < sizeof schemes / sizeof *schemes; n++)
        if (strncasecmp(url, schemes[n], strlen(schemes[n])) == 0)
            return true;
    return false;
}

/* What is in it takes its place. */
static void node_unwrap(cmark_node *node)
{
    cmark_node *child;
    while ((child = cmark_node_first_child(node)))
        cmark_node_insert_before(node, child);
    cmark_node_free(node);
}

/* Pictures, which a page would load, and links that lead to what is no page. */
static void tree_tame(cmark_node *root)
{
    cmark_iter *iter = cmark_iter_new(root);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        cmark_node_type type = cmark_node_get_type(node);
        if (event != CMARK_EVENT_EXIT)
            continue;
        if (type == CMARK_NODE_IMAGE ||
            (type == CMARK_NODE_LINK && !link_is_plain(cmark_node_get_url(node))))
            node_unwrap(node);
    }
    cmark_iter_free(iter);
}

void markdown_html_own(const char *markdown, size_t len, struct text *to)
{
    const int options = CMARK_OPT_SAFE | CMARK_OPT_VALIDATE_UTF8;
    cmark_node *root = cmark_parse_document(markdown, len, options);
    tree_tame(root);
    char *html = cmark_render_html(root, options);
    text_add(to, html);
    free(html);
    cmark_node_free(root);
}

enum err markdown_html(const char *markdown, size_t len, struct text *to, struct why *why)
{
    if (len > MARKDOWN_BYTES_MAX)
        return why_set(why, ERR_LIMIT, "the text has %zu bytes; at most %d are set as a document",
                       len, MARKDOWN_BYTES_MAX);
    markdown_html_own(markdown, len, to);
    return ERR_OK;
}

/* ---- out ---- */

/* Marks wherever they stand. */
static bool is_mark(char c)
{
    return strchr("\\`*_[]<&", c);
}

/* At a start there would be a list, a heading, a quotation, a fence or a rule: how much of s is
 * before the letter that makes it one; -1: it is none. */
static int start_mark(const char *s)
{
    size_t digits = strspn(s, "0123456789");
    if (digits && (s[digits] == '.' || s[digits] == ')'))
        return (int)digits;
    return *s && strchr("-+=#>~", *s) ? 0 : -1;
}

void markdown_add(struct text *to, const char *s)
{
    s = s ? s : "";
    s += strspn(s, " \t\n\v\f\r");
    const char *start = s + start_mark(s);
    for (bool blank = false; *s; s++) {
        if (strchr(" \t\n\v\f\r", *s)) {
            blank = true; /* several would be one, at the end of a line a mark */
            continue;
        }
        if (blank)
            text_add_char(to, ' ');
        blank = false;
        if (is_mark(*s) || s == start)
            text_add_char(to, '\\');
        text_add_char(to, *s);
    }
}
