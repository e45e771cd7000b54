#include "desk/gantt.h"

#include "base/civil.h"
#include "base/html.h"

#include <stdlib.h>
#include <string.h>

enum { LEFT = 230, WIDTH = 900, ROW = 22, TOP = 64, TICKS_MOST = 12 };

/* The axis, and where the next row goes. */
struct chart {
    struct text *to;
    const char *zone;
    wall_ms begins;
    int64_t lasts;
    bool zh;
    int y;
};

static const struct {
    const char *lane, *zh, *en;
} lanes[] = {{"level", "响应级别", "Levels"},
             {"call", "呼叫", "Calls"},
             {"item", "措施与事项", "Measures and items"},
             {"report", "信息报送", "Reports"}};

enum { LANES = sizeof lanes / sizeof *lanes };

static const char style[] =
    "<style>"
    "text{font:12px system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;fill:#111}"
    ".h{font-weight:600}.t{font-size:15px;font-weight:600}.m{fill:#555;font-size:11px}"
    ".p{fill:#fff}.g{stroke:#ccc;stroke-width:1}.x{stroke:#888;stroke-width:1}"
    ".b{fill:#4a6fa5}.ok{fill:#3b7d4f}.no{fill:#fff;stroke:#a33;stroke-width:1.5;"
    "stroke-dasharray:4 "
    "2}.late{fill:#a33}.level{fill:#b5651d}.due{stroke:#a33;stroke-width:2}.w{fill:#fff;font-"
    "weight:700}"
    "@media (prefers-color-scheme:dark){text{fill:#e8e8e8}.m{fill:#aaa}.p{fill:#16181c}"
    ".g{stroke:#333}.x{stroke:#777}.b{fill:#7ea6e0}.ok{fill:#6fbf85}"
    ".no{fill:#16181c;stroke:#ff8a80}.late{fill:#ff8a80}.level{fill:#e0a060}"
    ".due{stroke:#ff8a80}}"
    "@media print{text{fill:#000}.m{fill:#333}.p{fill:#fff}}"
    "</style>";

static int x_of(const struct chart *c, mono_ms at)
{
    if (at < 0)
        at = 0;
    if (at > c->lasts)
        at = c->lasts;
    return LEFT + (int)(at * WIDTH / c->lasts);
}

/* ---- the axis ---- */

static int64_t tick_of(int64_t lasts)
{
    static const int64_t steps[] = {MS_MINUTE, 5 * MS_MINUTE, 10 * MS_MINUTE, 30 * MS_MINUTE,
                                    MS_HOUR,   2 * MS_HOUR,   6 * MS_HOUR,    12 * MS_HOUR,
                                    MS_DAY,    7 * MS_DAY,    30 * MS_DAY};
    size_t n = 0;
    while (n + 1 < sizeof steps / sizeof *steps && lasts / steps[n] > TICKS_MOST)
        n++;
    return steps[n];
}

static void axis_add(const struct chart *c, int bottom)
{
    int64_t step = tick_of(c->lasts);
    for (mono_ms at = 0; at <= c->lasts; at += step) {
        AUTO_TEXT(when);
        int x = x_of(c, at);
        civil_add(&when, c->zone, c->begins + at);
        text_addf(c->to, "<line class=\"g\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", x, TOP - 8,
                  x, bottom);
        text_addf(c->to, "<text class=\"m\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>", x,
                  TOP - 14, text_str(&when) + strlen("2026-07-20 "));
        if (at == 0 || !strcmp(text_str(&when) + strlen("2026-07-20 "), "00:00"))
            text_addf(c->to,
                      "<text class=\"m\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%.5s</text>", x,
                      TOP - 27, text_str(&when) + strlen("2026-"));
    }
}

/* ---- rows ---- */

static const char *class_of(const json_t *span, int64_t lasts)
{
    static const char *const good[] = {"answered", "done", "struck", "sent", "over", "lifted"};
    const char *end = json_str_or(span, "end", "");
    int64_t due = json_int(span, "due", 0), to = json_int(span, "to", lasts);
    if (!strcmp(json_str_or(span, "lane", ""), "level"))
        return "level";
    if (due && to > due && strcmp(json_str_or(span, "lane", ""), "call") != 0)
        return "late";
    for (size_t n = 0; n < sizeof good / sizeof *good; n++) {
        if (!strcmp(good[n], end))
            return "ok";
    }
    return *end ? "no" : "b";
}

static const char *end_word(const char *end, bool zh)
{
    static const char *const ends[][3] = {
        {"answered", "应答", "answers"},
        {"declined", "不能到", "declines"},
        {"silent", "无应答", "no answer"},
        {"undelivered", "未送达", "not reached"},
        {"done", "办结", "done"},
        {"struck", "销号", "struck off"},
        {"rejected", "退回", "rejected"},
        {"lifted", "解除", "lifted"},
        {"sent", "已报", "sent"},
        {"missed", "漏报", "missed"},
        {"over", "", ""},
    };
    for (size_t n = 0; n < sizeof ends / sizeof *ends; n++) {
        if (!strcmp(ends[n][0], end))
            return ends[n][zh ? 1 : 2];
    }
    return end;
}

/* At most so many letters, with an ellipsis: the names' column is narrow. */
static void label_add(struct text *to, const char *name)
{
    AUTO_TEXT(cut);
    size_t width = 0;
    const char *p = name;
    for (; *p && width < 30; p++) {
        bool first = ((unsigned char)*p & 0xc0) != 0x80;
        width += first ? (((unsigned char)*p & 0x80) ? 2 : 1) : 0;
    }
    while (((unsigned char)*p & 0xc0) == 0x80)
        p++;
    text_add_bytes(&cut, name, (size_t)(p - name));
    if (*p)
        text_add(&cut, "…");
    html_add(to, text_str(&cut));
}

static void bar_add(struct chart *c, const json_t *span)
{
    int64_t due = json_int(span, "due", 0);
    mono_ms from = json_int(span, "from", 0), to = json_int(span, "to", c->lasts);
    int x = x_of(c, from), width = x_of(c, to) - x;
    const char *end = end_word(json_str_or(span, "end", ""), c->zh);
    width = width < 3 ? 3 : width;
    text_addf(c->to,
              "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"2\"><title>",
              class_of(span, c->lasts), x, c->y + 4, width, ROW - 8);
    html_add(c->to, json_str_or(span, "name", "?"));
    text_addf(c->to, " %s</title></rect>", end);
    if (!strcmp(class_of(span, c->lasts), "late")) /* not by colour alone */
        text_addf(c->to, "<text class=\"w\" x=\"%d\" y=\"%d\">!</text>", x + 4, c->y + 15);
    if (due && due <= c->lasts)
        text_addf(c->to, "<line class=\"due\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>",
                  x_of(c, due), c->y + 1, x_of(c, due), c->y + ROW - 1);
}

static bool same_row(const json_t *a, const char *lane, const char *name)
{
    return !strcmp(json_str_or(a, "lane", ""), lane) && !strcmp(json_str_or(a, "name", ""), name);
}

/* All spans of one name share a row. How many spans there were. */
static size_t row_add(struct chart *c, const json_t *spans, size_t first)
{
    const json_t *row = json_array_get(spans, first);
    const char *lane = json_str_or(row, "lane", ""), *name = json_str_or(row, "name", "?");
    size_t drawn = 0, n;
    json_t *span;
    text_addf(c->to, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", LEFT - 10, c->y + 15);
    label_add(c->to, name);
    text_add(c->to, "</text>");
    json_array_foreach(json_unconst(spans), n, span)
    {
        if (n < first || !same_row(span, lane, name))
            continue;
        bar_add(c, span);
        drawn++;
    }
    c->y += ROW;
    return drawn;
}

/* Which spans are the first of their name in their lane: each begins a row. Gives, with free(). */
static bool *beginnings_of(const json_t *spans)
{
    AUTO_JSON(seen);
    bool *begins = mem_new(json_array_size(spans) + 1, sizeof *begins);
    size_t n;
    json_t *span;
    seen = json_object();
    json_array_foreach(json_unconst(spans), n, span)
    {
        AUTO_TEXT(row);
        text_addf(&row, "%s\n%s", json_str_or(span, "lane", ""), json_str_or(span, "name", "?"));
        begins[n] = !json_at(seen, text_str(&row));
        json_put(seen, text_str(&row), json_true());
    }
    return begins;
}

static bool is_in_lane(const json_t *spans, size_t at, size_t lane)
{
    return !strcmp(json_str_or(json_array_get(spans, at), "lane", ""), lanes[lane].lane);
}

static int rows_of(const json_t *spans, const bool *begins)
{
    int rows = 0;
    for (size_t l = 0; l < LANES; l++) {
        bool any = false;
        for (size_t n = 0; n < json_array_size(spans); n++) {
            if (!begins[n] || !is_in_lane(spans, n, l))
                continue;
            rows++;
            any = true;
        }
        rows += any;
    }
    return rows < GANTT_ROWS ? rows : GANTT_ROWS + 1;
}

static size_t lane_add(struct chart *c, const json_t *spans, const bool *begins, size_t lane,
                       int bottom)
{
    size_t drawn = 0;
    bool any = false;
    for (size_t n = 0; n < json_array_size(spans) && c->y + ROW <= bottom; n++) {
        if (!begins[n] || !is_in_lane(spans, n, lane))
            continue;
        if (!any) {
            text_addf(c->to, "<text class=\"h\" x=\"10\" y=\"%d\">%s</text>", c->y + 15,
                      c->zh ? lanes[lane].zh : lanes[lane].en);
            c->y += ROW;
        }
        any = true;
        drawn += row_add(c, spans, n);
    }
    return drawn;
}

void gantt_add(const json_t *spans, wall_ms begins, int64_t lasts, const char *zone,
               const char *title, bool zh, struct text *to)
{
    struct chart c = {.to = to,
                      .zone = zone,
                      .begins = begins,
                      .lasts = lasts > 0 ? lasts : 1,
                      .zh = zh,
                      .y = TOP};
    bool *begins_row = beginnings_of(spans);
    int bottom = TOP + rows_of(spans, begins_row) * ROW, height = bottom + 34;
    size_t drawn = 0;
    text_addf(to,
              "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
              "height=\"%d\" role=\"img\">",
              LEFT + WIDTH + 30, height, LEFT + WIDTH + 30, height);
    text_addf(to, "%s<rect class=\"p\" width=\"100%%\" height=\"100%%\"/>", style);
    text_add(to, "<text class=\"t\" x=\"10\" y=\"22\">");
    html_add(to, title);
    text_add(to, "</text>");
    axis_add(&c, bottom);
    for (size_t l = 0; l < LANES; l++)
        drawn += lane_add(&c, spans, begins_row, l, bottom);
    text_addf(to, "<text class=\"m\" x=\"10\" y=\"%d\">%s", bottom + 22,
              zh ? "实线框内：按时完成；红色：逾期或未应答（虚线）；竖线：时限"
                 : "green: answered or done; red: late; dashed: in vain; upright line: due");
    if (drawn < json_array_size(spans))
        text_addf(to, zh ? "；另有 %zu 项未画出" : "; %zu more are not drawn",
                  json_array_size(spans) - drawn);
    text_add(to, "</text></svg>\n");
    free(begins_row);
}
