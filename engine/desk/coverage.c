#include "desk/coverage.h"

#include "base/arena.h"
#include "plan/parse.h"

#include <stdlib.h>
#include <string.h>

enum line_state { LINE_NONE, LINE_MISSED, LINE_RUN };

struct covered {
    char *file;
    uint8_t *lines; /* enum line_state, by line */
    int count;
};

struct coverage {
    struct covered *files;
    size_t count, cap;
    size_t last; /* the one that ran last */
};

/* Code stands on the line where it begins; an end, an else and a label are none. */
static bool is_code(enum node_kind kind)
{
    return kind >= NODE_LOCAL && kind != NODE_DO && kind != NODE_LABEL && kind != NODE_REPEAT;
}

/* No instruction of Lua stands for a local without a value, nor for the condition `true`. */
static bool is_bare(const struct node *n)
{
    return (n->kind == NODE_LOCAL && !node_child(n, n->count)) ||
           (n->kind == NODE_WHILE && n->first->kind == NODE_TRUE);
}

static void lines_find(struct covered *f, const struct node *n, bool inside)
{
    if (inside && is_code(n->kind) && !is_bare(n) && n->at.line < f->count)
        f->lines[n->at.line] = LINE_MISSED;
    for (const struct node *child = n->first; child; child = child->next)
        lines_find(f, child, inside || child->kind == NODE_FUNCTION);
}

static int lines_in(const char *src)
{
    int lines = 2;
    for (; *src; src++)
        lines += *src == '\n';
    return lines;
}

static void file_add(struct coverage *c, const char *folder, const json_t *file)
{
    AUTO_ARENA(arena);
    AUTO_TEXT(shown);
    struct findings findings = {0};
    const char *name = json_str_or(file, "name", "?"), *src = json_str_or(file, "source", "");
    const struct node *tree = parse_text(name, src, strlen(src), &arena, &findings);
    findings_done(&findings);
    if (!tree)
        return;
    c->files = mem_grow(c->files, &c->cap, c->count + 1, sizeof *c->files);
    struct covered *f = &c->files[c->count++];
    text_addf(&shown, "%s%s", folder, name);
    f->file = text_take(&shown);
    f->count = lines_in(src);
    f->lines = mem_new((size_t)f->count, sizeof *f->lines);
    lines_find(f, tree, false);
}

struct coverage *coverage_new(const json_t *request)
{
    struct coverage *c = mem_new(1, sizeof *c);
    size_t n;
    json_t *file;
    json_array_foreach(json_unconst(json_at(request, "plans")), n, file) file_add(c, "", file);
    json_array_foreach(json_unconst(json_at(request, "libraries")), n, file)
        file_add(c, "lib/", file);
    return c;
}

void coverage_free(struct coverage *c)
{
    if (!c)
        return;
    for (size_t n = 0; n < c->count; n++) {
        free(c->files[n].file);
        free(c->files[n].lines);
    }
    free(c->files);
    free(c);
}

void coverage_line(void *ctx, const char *file, int line)
{
    struct coverage *c = ctx;
    for (size_t k = 0; k < c->count; k++) {
        size_t n = (c->last + k) % c->count;
        struct covered *f = &c->files[n];
        if (strcmp(f->file, file) != 0)
            continue;
        if (line > 0 && line < f->count && f->lines[line])
            f->lines[line] = LINE_RUN;
        c->last = n;
        return;
    }
}

json_t *coverage_json(const struct coverage *c)
{
    json_t *to = json_object();
    for (size_t n = 0; n < c->count; n++) {
        const struct covered *f = &c->files[n];
        json_t *missed = json_array();
        int64_t lines = 0, run = 0;
        for (int line = 1; line < f->count; line++) {
            lines += f->lines[line] != LINE_NONE;
            run += f->lines[line] == LINE_RUN;
            if (f->lines[line] == LINE_MISSED)
                json_array_append_new(missed, json_integer(line));
        }
        json_t *one = json_put_int(json_put_int(json_object(), "lines", lines), "covered", run);
        json_put(to, f->file, json_put(one, "missed", missed));
    }
    return to;
}
