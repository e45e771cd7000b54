#include "plan/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *severity_name(enum severity s)
{
    return s == SEVERITY_ERROR ? "error" : "warning";
}

static void finding_done(struct finding *f)
{
    free(f->file);
    free(f->code);
    free(f->text);
}

void findings_done(struct findings *f)
{
    for (size_t i = 0; i < f->count; i++)
        finding_done(&f->list[i]);
    free(f->list);
    *f = (struct findings){0};
}

static void finding_push(struct findings *f, const char *file, struct pos at, const char *code,
                         enum severity severity, const char *text)
{
    f->list = mem_grow(f->list, &f->cap, f->count + 1, sizeof(f->list[0]));
    f->list[f->count] = (struct finding){
        .file = mem_str(file),
        .at = at,
        .code = mem_str(code),
        .severity = severity,
        .text = mem_str(text),
        .order = f->count,
    };
    f->count++;
}

bool findings_full(const struct findings *f, const char *file)
{
    size_t count = 0;

    if (f->count < FINDINGS_FILE_MAX)
        return false;
    for (size_t i = 0; i < f->count; i++)
        if (strcmp(f->list[i].file, file) == 0)
            count++;
    return count >= FINDINGS_FILE_MAX || f->count >= FINDINGS_MAX;
}

void findings_put(struct findings *f, const char *file, struct pos at, const char *code,
                  enum severity severity, const char *text)
{
    if (severity == SEVERITY_ERROR)
        f->errors++;
    if (findings_full(f, file)) {
        f->dropped++;
        return;
    }
    finding_push(f, file, at, code, severity, text);
}

void findings_add(struct findings *f, const char *file, struct pos at, const char *code,
                  const char *fmt, ...)
{
    char text[WHY_BYTES * 2];
    va_list args;

    va_start(args, fmt);
    int len = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (len >= (int)sizeof(text))
        text[utf8_cut(text, sizeof(text) - 1, sizeof(text) - 1)] = '\0';
    findings_put(f, file, at, code, SEVERITY_ERROR, text);
}

static int finding_cmp(const void *a, const void *b)
{
    const struct finding *x = a;
    const struct finding *y = b;
    int by_file = strcmp(x->file, y->file);

    if (by_file)
        return by_file;
    if (x->at.line != y->at.line)
        return x->at.line < y->at.line ? -1 : 1;
    if (x->at.col != y->at.col)
        return x->at.col < y->at.col ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

void findings_close(struct findings *f)
{
    if (f->count)
        qsort(f->list, f->count, sizeof(f->list[0]), finding_cmp);
    if (!f->dropped)
        return;

    AUTO_TEXT(text);
    text_addf(&text, "%zu more findings are not shown; correct these first and check again",
              f->dropped);
    finding_push(f, f->list[f->count - 1].file, f->list[f->count - 1].at, "too_many_findings",
                 SEVERITY_WARNING, text_str(&text));
}

bool findings_any(const struct findings *f, const char *file)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->list[i].severity == SEVERITY_ERROR && strcmp(f->list[i].file, file) == 0)
            return true;
    return false;
}

json_t *findings_json(const struct findings *f)
{
    json_t *list = json_array();

    for (size_t i = 0; i < f->count; i++) {
        const struct finding *x = &f->list[i];
        json_t *one = json_object();

        json_put_str(one, "file", x->file);
        json_put_int(one, "line", x->at.line);
        json_put_int(one, "col", x->at.col);
        json_put_str(one, "code", x->code);
        json_put_str(one, "severity", severity_name(x->severity));
        json_put_str(one, "text", x->text);
        json_array_append_new(list, one);
    }
    return list;
}
