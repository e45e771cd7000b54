#include "ctl/show_response.h"

#include "ctl/show.h"

#include <string.h>

const char *show_text(const struct ctl *c, const json_t *text)
{
    if (json_is_string(text))
        return json_string_value(text);
    const char *mine = json_str(text, c->zh ? "zh" : "en");
    return mine ? mine : json_str_or(text, c->zh ? "en" : "zh", "");
}

static const char *words_of_action(const struct ctl *c, const char *action)
{
    static const struct {
        const char *action;
        struct words words;
    } table[] = {
        {"activate", {"activate", "启动"}}, {"raise", {"raise to", "提升至"}},
        {"lower", {"lower to", "降至"}},    {"terminate", {"terminate", "终止响应"}},
        {"declare", {"declare", "宣布"}},   {"publish", {"publish", "发布"}},
        {"issue", {"issue", "发布"}},       {"lift", {"lift or keep", "解除或保留"}},
        {"merge", {"merge", "合并"}},       {"split", {"split", "拆分"}},
    };
    for (size_t n = 0; n < sizeof table / sizeof table[0]; n++)
        if (strcmp(table[n].action, action) == 0)
            return ctl_say(c, table[n].words);
    return action;
}

static void indent(struct text *to)
{
    text_add(to, "    ");
}

/* "activate IV, 孙伟 (post:flood-hq-deputy): gauge 7 over warning" */
static void order_add(const struct ctl *c, struct text *to, const json_t *order)
{
    const char *name = json_str(order, "name");
    indent(to);
    text_addf(to, "%s %s", words_of_action(c, json_str_or(order, "action", "?")),
              json_str_or(order, "level", ""));
    if (name) {
        text_add(to, c->zh ? "，" : ", ");
        show_safe(to, name);
        text_addf(to, " (%s)", json_str_or(order, "as", ""));
    }
    if (json_bool(order, "pending_approval"))
        text_add(to, c->zh ? "，待补批" : ", to be approved");
    text_add(to, c->zh ? "：" : ": ");
    show_safe(to, show_text(c, json_at(order, "reason")));
    if (json_str(order, "expected_at")) {
        text_add(to, c->zh ? "\n    预计至 " : "\n    expected to last until ");
        show_time(to, json_str(order, "expected_at"), TIME_FULL);
    }
    if (json_str(order, "despite")) {
        text_add(to, c->zh ? "\n    仍予终止：" : "\n    ended all the same, for: ");
        show_safe(to, json_str(order, "despite"));
    }
    text_add_char(to, '\n');
}

/* "declare 紧急防汛期, 韩梅 (post:…): peak" */
static void statement_add(const struct ctl *c, struct text *to, const json_t *s)
{
    const char *name = json_str(s, "name"), *warning = json_str(s, "warning");
    indent(to);
    text_addf(to, "%s %s%s", words_of_action(c, json_str_or(s, "action", "?")),
              warning ? warning : "", warning && json_at(s, "what") ? ": " : "");
    show_safe(to, show_text(c, json_at(s, "what")));
    text_add(to, c->zh ? "，" : ", ");
    show_safe(to, name ? name : "?");
    text_addf(to, " (%s)", json_str_or(s, "as", ""));
    if (json_str(s, "lifted_at")) {
        text_add(to, c->zh ? "，解除于 " : ", lifted at ");
        show_time(to, json_str(s, "lifted_at"), TIME_FULL);
    }
    text_add_char(to, '\n');
}

static void proposal_add(const struct ctl *c, struct text *to, const json_t *p)
{
    bool waits = strcmp(json_str_or(p, "state", ""), "awaiting_order") == 0;
    indent(to);
    text_add(to, show_colour(c->colour && waits, COLOUR_RED));
    text_add(to, waits ? (c->zh ? "【待令】" : "awaiting order: ") : c->zh ? "建议" : "proposed: ");
    text_add(to, words_of_action(c, json_str_or(p, "action", "?")));
    if (json_str(p, "level"))
        text_addf(to, " %s", json_str(p, "level"));
    text_add(to, show_colour(c->colour && waits, COLOUR_NONE));
    text_add(to, c->zh ? "：" : ": ");
    show_safe(to, show_text(c, json_at(p, json_at(p, "what") ? "what" : "reason")));
    text_addf(to, "  (%s)\n", json_str_or(p, "to", ""));
}

/* Only what is not simply false. */
static void condition_add(const struct ctl *c, struct text *to, const json_t *k)
{
    const char *truth = json_str_or(k, "truth", "");
    bool held = json_bool(k, "held"), end = strncmp(json_str_or(k, "of", ""), "end/", 4) == 0;
    if (!held && strcmp(truth, "false") == 0)
        return;
    indent(to);
    text_addf(to, "%s  ", json_str_or(k, "of", "?"));
    if (strcmp(truth, "unknown") == 0 && !held)
        text_add(to, c->zh ? "无数据" : "no data");
    else if (end)
        text_add(to, held ? (c->zh ? "已满足" : "met") : c->zh ? "计时中" : "holds so far");
    else
        text_add(to, strcmp(truth, "true") == 0 ? (c->zh ? "成立" : "true")
                                                : (c->zh ? "不成立" : "over"));
    if (json_str(k, "due") && !held) {
        text_add(to, c->zh ? "，至 " : ", until ");
        show_time(to, json_str(k, "due"), TIME_FULL);
    }
    text_add_char(to, '\n');
}

void show_response(const struct ctl *c, const json_t *incident, struct text *to)
{
    size_t n;
    json_t *one;
    const json_t *order = json_at(incident, json_at(incident, "ended") ? "ended" : "order");
    if (json_is_object(order))
        order_add(c, to, order);
    json_array_foreach(json_unconst(json_at(incident, "statements")), n, one)
        statement_add(c, to, one);
    json_array_foreach(json_unconst(json_at(incident, "proposals")), n, one)
        proposal_add(c, to, one);
    json_array_foreach(json_unconst(json_at(incident, "conditions")), n, one)
        condition_add(c, to, one);
}
