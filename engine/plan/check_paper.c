/*
 * check_paper - the paper that a plan works, text = "flood.md": it lies beside the plan, and its
 * headings cover what the law wants a contingency plan to lay down (突发事件应对法 art. 28).
 */
#include "plan/check_set.h"
#include "plan/lex.h"

#include <string.h>

/* A heading covers a duty when it holds one of its words, in either language. */
static const struct duty {
    const char *zh, *en; /* as it is said */
    const char *words[8];
} duties[] = {
    {"组织指挥体系与职责",
     "organisation and duties",
     {"组织", "职责", "Organi", "organi", "uties"}},
    {"预防与预警机制",
     "prevention and warning",
     {"预防", "预警", "Prevent", "revention", "arning"}},
    {"处置程序", "procedure of handling", {"处置", "响应", "andling", "esponse", "rocedure"}},
    {"应急保障措施", "safeguards", {"保障", "afeguard", "upport", "esources", "ogistics"}},
    {"事后恢复与重建措施", "recovery and rebuilding", {"恢复", "重建", "后期", "善后", "ecover"}},
};

enum { DUTIES = sizeof duties / sizeof duties[0] };

static unsigned heading_covers(const char *heading, size_t len)
{
    unsigned covered = 0;

    for (size_t d = 0; d < DUTIES; d++)
        for (const char *const *word = duties[d].words; *word; word++)
            if (memmem(heading, len, *word, strlen(*word)))
                covered |= 1u << d;
    return covered;
}

/* Of all headings "# …" of a Markdown text but those in a block of code. */
static unsigned paper_covers(const char *text)
{
    unsigned covered = 0;
    bool code = false;

    while (*text) {
        size_t len = strcspn(text, "\n");
        if (!strncmp(text, "```", 3))
            code = !code;
        else if (*text == '#' && !code)
            covered |= heading_covers(text, len);
        text += len + (text[len] == '\n');
    }
    return covered;
}

static const json_t *paper_named(const json_t *papers, const char *name)
{
    size_t n;
    json_t *one;

    json_array_foreach(json_unconst(papers), n,
                       one) if (!strcmp(json_str_or(one, "name", ""), name)) return one;
    return NULL;
}

static char *paper_near(const json_t *papers, const char *name)
{
    const char **names = mem_new(json_array_size(papers) + 1, sizeof(*names));
    size_t n;
    json_t *one;

    json_array_foreach(json_unconst(papers), n, one) names[n] = json_str_or(one, "name", "");
    const char *near = text_nearest(name, names);
    free(names);
    return near ? mem_str(near) : NULL;
}

static void report_missing(struct check *c, const struct checked *f, struct pos at,
                           const char *name)
{
    char *near = paper_near(c->papers, name);

    if (near)
        findings_add(&c->findings, f->file, at, "unknown_name",
                     "there is no %s beside the plan; did you mean \"%s\"?", name, near);
    else
        findings_add(&c->findings, f->file, at, "unknown_name",
                     "there is no %s beside the plan: text is a Markdown file in the folder of the "
                     "plans, text = \"%s.md\"",
                     name, f->loaded.name);
    free(near);
}

static void report_uncovered(struct check *c, const struct checked *f, struct pos at,
                             const char *name, unsigned covered)
{
    AUTO_TEXT(sentence);

    for (size_t d = 0; d < DUTIES; d++)
        if (!(covered & 1u << d))
            text_addf(&sentence, "%s%s (%s)", sentence.len ? ", " : "", duties[d].zh, duties[d].en);
    if (!sentence.len || !strcmp(json_str_or(f->loaded.json, "kind", ""), "standing"))
        return; /* of what people meet for, the law lays nothing down */
    text_addf(&sentence, ": no heading of %s is about this, which a plan has to lay down", name);
    findings_put(&c->findings, f->file, at, "no_heading", SEVERITY_WARNING, text_str(&sentence));
}

void check_paper(struct check *c, const struct checked *f)
{
    const json_t *named = json_at(f->loaded.json, "text");
    AUTO_JSON(path);

    if (!json_is_string(named) || !c->papers)
        return; /* none, of another type (the head's to say), or nobody looked beside the plan */
    const char *name = json_string_value(named);
    path = json_pack("[s]", "text");
    struct pos at = loaded_place(&f->loaded, path);
    const json_t *paper = paper_named(c->papers, name);
    const char *text = json_str(paper, "source");
    if (!paper)
        report_missing(c, f, at, name);
    else if (!text)
        findings_add(&c->findings, f->file, at, "bad_utf8", "%s is no UTF-8 text", name);
    else if (strlen(text) > LEX_BYTES_MAX)
        findings_add(&c->findings, f->file, at, "too_large", "%s is longer than %d KiB", name,
                     LEX_BYTES_MAX / 1024);
    else
        report_uncovered(c, f, at, name, paper_covers(text));
}
