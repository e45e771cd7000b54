#include "desk/difference.h"

#include "base/time.h"

#include <stdlib.h>
#include <string.h>

enum { TOLD_MAX = 3, VALUE_BYTES = 90 };

/* A sentence under way. */
struct telling {
    bool zh;
    struct text *to;
    int told; /* members that are another, or of a command that stands alone */
};

static const char *pick(const struct telling *t, const char *zh, const char *en)
{
    return t->zh ? zh : en;
}

/* ---- a command by its name ---- */

static const char *kind_words(const struct telling *t, const char *kind)
{
    static const char *const words[][3] = {
        {"call", "呼叫", "call"},
        {"notify", "通知", "notify"},
        {"log", "记录", "log"},
        {"state", "状态", "state"},
        {"timer", "等待", "wait"},
        {"timer_clear", "不再等待", "end of a wait"},
        {"watch", "监视条件", "watch"},
        {"watch_clear", "不再监视", "end of a watch"},
        {"cancel", "取消", "cancel"},
        {"close", "呼叫办结", "close a call"},
        {"error", "出错", "error"},
        {"propose", "建议下令", "propose"},
        {"publish", "发布", "publish"},
        {"escalate", "向上告急", "escalate"},
        {"child", "开设子事件", "child"},
        {"assign", "指派", "assign"},
        {"fetch", "外部调用", "fetch"},
        {"item", "事项", "item"},
        {"item_supervise", "督办事项", "supervise an item"},
        {"item_lift", "解除事项", "lift an item"},
        {"agenda", "待办清单", "agenda"},
        {"report", "报告", "report"},
    };
    for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
        if (!strcmp(words[n][0], kind))
            return pick(t, words[n][1], words[n][2]);
    }
    return kind;
}

/* "call (flood.lua:131; then flood.lua:130)". was: as it stood then; NULL: the same line. */
static void command_add(const struct telling *t, const json_t *cmd, const json_t *was)
{
    const char *at = json_str_or(cmd, "at", ""), *before = json_str_or(was, "at", "");
    text_add(t->to, kind_words(t, json_str_or(cmd, "kind", "?")));
    if (!*at)
        return;
    text_addf(t->to, t->zh ? "（%s" : " (%s", at);
    if (*before && strcmp(at, before) != 0)
        text_addf(t->to, t->zh ? "，当时 %s" : "; then %s", before);
    text_add(t->to, pick(t, "）", ")"));
}

/* ---- values ---- */

static void cut_add(const struct telling *t, const char *text)
{
    size_t len = utf8_cut(text, strlen(text), VALUE_BYTES);
    text_add_bytes(t->to, text, len);
    text_add(t->to, text[len] ? "…" : "");
}

static void quoted_add(const struct telling *t, const char *text)
{
    text_add(t->to, pick(t, "“", "\""));
    cut_add(t, text);
    text_add(t->to, pick(t, "”", "\""));
}

/* A text in both languages, or NULL. */
static const char *words_of_text(const struct telling *t, const json_t *value)
{
    const char *one = json_str(value, t->zh ? "zh" : "en");
    return one ? one : json_str(value, t->zh ? "en" : "zh");
}

static bool all_texts(const json_t *list)
{
    for (size_t n = 0; n < json_array_size(list); n++) {
        if (!json_is_string(json_array_get(list, n)))
            return false;
    }
    return json_array_size(list) > 0;
}

/* "within_ms", and the "ms" of a wait. */
static bool in_ms(const char *name)
{
    size_t len = strlen(name);
    return !strcmp(name, "ms") || (len > 3 && !strcmp(name + len - 3, "_ms"));
}

static void name_add(const struct telling *t, const char *path);
static void value_add(const struct telling *t, const char *name, const json_t *value);

/* "{to duty:duty-room, within 3m}" */
static void object_add(const struct telling *t, const json_t *value)
{
    const char **keys = json_keys(value, NULL);
    text_add_char(t->to, '{');
    for (size_t n = 0; keys[n]; n++) {
        text_add(t->to, n ? pick(t, "，", ", ") : "");
        name_add(t, keys[n]);
        text_add_char(t->to, ' ');
        value_add(t, keys[n], json_at(value, keys[n]));
    }
    text_add_char(t->to, '}');
    free(keys);
}

static void value_add(const struct telling *t, const char *name, const json_t *value)
{
    AUTO_TEXT(written);
    if (!value || json_is_null(value)) {
        text_add(t->to, pick(t, "无", "none"));
    } else if (json_is_string(value)) {
        quoted_add(t, json_string_value(value));
    } else if (json_is_integer(value) && in_ms(name)) {
        duration_add(t->to, json_integer_value(value));
    } else if (words_of_text(t, value)) {
        quoted_add(t, words_of_text(t, value));
    } else if (all_texts(value)) {
        for (size_t n = 0; n < json_array_size(value); n++) {
            text_add(t->to, n ? pick(t, "、", ", ") : "");
            cut_add(t, json_string_value(json_array_get(value, n)));
        }
    } else if (json_is_object(value)) {
        object_add(t, value);
    } else {
        json_write(value, &written);
        cut_add(t, text_str(&written));
    }
}

/* "rungs[1].within_ms" as an author writes it: without the unit. */
static void name_add(const struct telling *t, const char *path)
{
    size_t len = strlen(path);
    text_add_bytes(t->to, path, len > 3 && in_ms(path) ? len - 3 : len);
}

/* ---- what is another ---- */

static bool same(const json_t *a, const json_t *b)
{
    bool none_a = !a || json_is_null(a), none_b = !b || json_is_null(b);
    return none_a || none_b ? none_a == none_b : json_equal(a, b);
}

static void members_differ(struct telling *t, const char *path, const json_t *was,
                           const json_t *is);

static void member_differs(struct telling *t, const char *path, const json_t *was, const json_t *is)
{
    bool inside = json_is_object(was) && json_is_object(is) && !words_of_text(t, was);
    bool beside = json_is_array(was) && json_is_array(is) && !all_texts(was) && !all_texts(is) &&
                  json_array_size(was) > 0;
    if (same(was, is))
        return;
    if (inside || beside) {
        members_differ(t, path, was, is);
        return;
    }
    if (t->told++ >= TOLD_MAX)
        return;
    text_add(t->to, t->told > 1 ? pick(t, "；", "; ") : pick(t, "：", ": "));
    name_add(t, path);
    text_add(t->to, pick(t, " 当时为 ", " was "));
    value_add(t, path, was);
    text_add(t->to, pick(t, "，此版本为 ", ", is "));
    value_add(t, path, is);
}

/* Both are objects, or lists. What stands in "args" is called by its own name. */
static void members_differ(struct telling *t, const char *path, const json_t *was, const json_t *is)
{
    AUTO_JSON(both);
    size_t count = json_array_size(was);
    if (json_array_size(is) > count)
        count = json_array_size(is);
    for (size_t n = 0; n < count; n++) {
        AUTO_TEXT(name);
        text_addf(&name, "%s[%zu]", path, n + 1);
        member_differs(t, text_str(&name), json_array_get(was, n), json_array_get(is, n));
    }
    if (!json_is_object(was))
        return;
    both = json_copy(json_unconst(was));
    json_object_update_missing(both, json_unconst(is));
    const char **keys = json_keys(both, NULL);
    for (size_t n = 0; keys[n]; n++) {
        AUTO_TEXT(name);
        bool bare = !*path && !strcmp(keys[n], "args");
        text_addf(&name, "%s%s%s", path, *path ? "." : "", bare ? "" : keys[n]);
        if (*path || strcmp(keys[n], "at") != 0)
            member_differs(t, text_str(&name), json_at(was, keys[n]), json_at(is, keys[n]));
    }
    free(keys);
}

/* ---- one that stands alone ---- */

static void members_add(struct telling *t, const json_t *of)
{
    const char **keys = json_keys(of, NULL);
    for (size_t n = 0; keys[n] && t->told < TOLD_MAX; n++) {
        const json_t *value = json_at(of, keys[n]);
        bool empty =
            !value || json_is_null(value) || (json_is_array(value) && !json_array_size(value));
        bool head = !strcmp(keys[n], "kind") || !strcmp(keys[n], "at") ||
                    !strcmp(keys[n], "step") || !strcmp(keys[n], "args");
        if (empty || head)
            continue;
        text_add(t->to, t->told++ ? pick(t, "，", ", ") : pick(t, "：", ": "));
        name_add(t, keys[n]);
        text_add(t->to, " ");
        value_add(t, keys[n], value);
    }
    free(keys);
}

static void alone_add(const struct telling *of, const json_t *cmd)
{
    struct telling t = {.zh = of->zh, .to = of->to};
    command_add(&t, cmd, NULL);
    members_add(&t, cmd);
    members_add(&t, json_at(cmd, "args"));
}

void difference_say(const json_t *was, const json_t *is, bool zh, struct text *to)
{
    struct telling t = {.zh = zh, .to = to};
    if (!was || !is) {
        text_add(to,
                 was ? pick(&t, "不再有：", "not any more: ") : pick(&t, "新增：", "now also: "));
        alone_add(&t, was ? was : is);
        return;
    }
    if (strcmp(json_str_or(was, "kind", ""), json_str_or(is, "kind", "")) != 0) {
        text_add(to, pick(&t, "当时为 ", "then "));
        alone_add(&t, was);
        text_add(to, pick(&t, "；此版本为 ", "; now "));
        alone_add(&t, is);
        return;
    }
    command_add(&t, is, was);
    members_differ(&t, "", was, is);
    if (t.told > TOLD_MAX)
        text_addf(to, zh ? "；另有 %d 处" : "; and %d more", t.told - TOLD_MAX);
}
