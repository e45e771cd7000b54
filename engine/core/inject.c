#include "core/inject.h"

#include "core/expect.h"
#include "core/form.h"

#include <stdlib.h>
#include <string.h>

static const char *by_words(const char *by, bool zh)
{
    static const char *const words[][3] = {
        {"trigger", "触发", "trigger"},
        {"message", "消息", "message"},
        {"update", "更新", "update"},
        {"fault", "通道故障", "fault"},
        {"silence_of", "失联", "silence"},
        {"paper", "纸条", "paper"},
        {"end", "结束", "end"},
    };
    for (size_t n = 0; n < sizeof words / sizeof *words; n++)
        if (!strcmp(words[n][0], by))
            return words[n][zh ? 1 : 2];
    return by;
}

static void value_say(const char *name, const json_t *value, bool first, bool zh, struct text *to)
{
    AUTO_TEXT(written);
    json_write(value, &written);
    text_addf(to, "%s%s = ", first ? "" : zh ? "，" : ", ", name);
    text_add(to, json_is_string(value) ? json_string_value(value) : text_str(&written));
}

/* "reported: g7.stage_m = 5, breach = true", as the timeline has them. */
static void fields_say(const json_t *fields, bool zh, struct text *to)
{
    const char **names = json_keys(fields, NULL);
    bool first = true;
    text_add(to, zh ? "报告 " : "reported: ");
    for (size_t n = 0; names[n]; n++) {
        const json_t *of = json_at(fields, names[n]);
        const char **inner = json_is_object(of) ? json_keys(of, NULL) : NULL;
        for (size_t k = 0; inner && inner[k]; k++) {
            AUTO_TEXT(name);
            text_addf(&name, "%s.%s", names[n], inner[k]);
            value_say(text_str(&name), json_at(of, inner[k]), first, zh, to);
            first = false;
        }
        if (!inner) {
            value_say(names[n], of, first, zh, to);
            first = false;
        }
        free(inner);
    }
    free(names);
}

/* What it says for people: its title or text, with whoever it is from; or what fails. */
void inject_say_text(const json_t *inject, bool zh, struct text *to)
{
    const char *lang = zh ? "zh" : "en", *other = zh ? "en" : "zh";
    const json_t *said = json_at(inject, "text");
    const char *of = json_str(inject, "endpoint");
    if (!said)
        said = json_at(inject, "title") ? json_at(inject, "title") : json_at(inject, "note");
    if (json_at(inject, "from"))
        text_addf(to, zh ? "%s：" : "%s: ", words_in(json_at(inject, "from"), lang, other));
    if (said)
        text_add(to, words_in(said, lang, other));
    else if (json_at(inject, "fields"))
        fields_say(json_at(inject, "fields"), zh, to);
    if (!of)
        of = json_str(inject, "person");
    if (of) {
        text_addf(to, "%s ", strncmp(of, "person:", 7) ? of : of + 7);
        duration_add(to, json_int(inject, "lasts_ms", 0));
    }
}

void inject_say(const json_t *inject, bool zh, struct text *to)
{
    AUTO_TEXT(said);
    text_addf(to, zh ? "注入%d（%s）" : "inject %d (%s)", (int)json_int(inject, "no", 0),
              by_words(json_str_or(inject, "by", ""), zh));
    inject_say_text(inject, zh, &said);
    if (said.len)
        text_addf(to, zh ? "：%s" : ": %s", text_str(&said));
}

void inject_expect_say(const json_t *expect, bool zh, struct text *to)
{
    const struct expectation e = expectation_of(json_str_or(expect, "line", ""));
    int64_t within = json_int(expect, "within_ms", 0);
    expectation_words(&e, zh, to);
    if (!within)
        return;
    text_add(to, zh ? "，" : " within ");
    duration_add(to, within);
    text_add(to, zh ? " 内" : "");
}
