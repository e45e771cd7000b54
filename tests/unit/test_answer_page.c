/*
 * The page behind a message's link: what it says in each state, and that nothing of what others
 * wrote becomes part of it. With ANSWER_PAGES=folder each page is also left there, to be looked at.
 */
#include "serve/answer_page.h"

#include "testdata.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN "AZjyxHpRfD6dGz8Kby2OEfvvvgABAgP_"
#define AT INT64_C(1784512800000)

static json_t *link_made(const char *state, const char *type, bool drill)
{
    return json_pack(
        "{s:b,s:s,s:b,s:i,s:s,s:s,s:s,s:{s:s,s:s},s:{s:s,s:s,s:s,s:s,s:{s:s},s:b},s:s}", "ok", 1,
        "state", state, "waiting", 1, "left", 5, "type", type, "text",
        "7号站水位 4.9 米，超警戒水位 0.4 米。\n请立即到岗并回复。", "lang", "zh", "person", "id",
        "wang.qiang", "name", "王强", "incident", "id", "0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11",
        "title", "7号站超警戒水位", "plan", "flood", "grade", "III", "place", "district", "城东区",
        "drill", drill, "at", "2026-07-20T02:00:00.000Z");
}

static json_t *call_made(void)
{
    return link_made("open", "muster.call", false);
}

/* For who wants to see it: ANSWER_PAGES=/tmp/pages out/tests/unit/test_answer_page */
static void leave(const char *name, const struct text *html)
{
    const char *folder = getenv("ANSWER_PAGES");
    AUTO_TEXT(path);
    if (!folder || !name)
        return;
    text_addf(&path, "%s/%s.html", folder, name);
    FILE *f = fopen(text_str(&path), "we");
    assert_non_null(f);
    assert_int_equal(fwrite(html->at, 1, html->len, f), html->len);
    assert_int_equal(fclose(f), 0);
}

static void page(const char *name, struct answer_page p, struct text *to)
{
    p.token = p.token ? p.token : TOKEN;
    p.now = AT + 18 * MS_MINUTE;
    answer_page_write(&p, to);
    leave(name, to);
}

static void has(const struct text *html, const char *part)
{
    if (!strstr(text_str(html), part))
        fail_msg("the page lacks \"%s\":\n%s", part, text_str(html));
}

static void lacks(const struct text *html, const char *part)
{
    if (strstr(text_str(html), part))
        fail_msg("the page has \"%s\":\n%s", part, text_str(html));
}

static json_t *question_made(const char *state)
{
    json_t *link = link_made(state, "muster.call", false);
    return json_put(link, "choices",
                    json_pack("[{s:s,s:s},{s:s,s:s}]", "choice", "present", "text", "在岗",
                              "choice", "short \"of\" staff", "text", "<缺员>"));
}

/* ---- states ---- */

/* Why: whoever is asked presses what they mean, and Enter in the code's field presses nothing. */
static void a_question_has_a_button_for_each_choice(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(html);
    link = question_made("open");
    page("question", (struct answer_page){.link = link}, &html);
    has(&html, "正在询问您，请选择一项。");
    has(&html, "<div class=\"buttons\">\n<button type=\"submit\" disabled hidden></button>\n"
               "<button class=\"yes\" type=\"submit\" name=\"choice\" value=\"present\">"
               "<bdi dir=\"auto\">在岗</bdi></button>\n"
               "<button class=\"yes\" type=\"submit\" name=\"choice\" value=\"short &quot;of&quot; "
               "staff\"><bdi dir=\"auto\">&lt;缺员&gt;</bdi></button>\n");
    has(&html, "name=\"decline\" value=\"true\">我无法答复</button>");
    lacks(&html, "我来");
}

/* Why: who has said that they are on it, or chose wrongly, must not be shut out. */
static void a_question_may_be_answered_anew_while_it_is_open(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(html);
    AUTO_TEXT(over);
    link = question_made("answered");
    page("question-answered", (struct answer_page){.link = link}, &html);
    has(&html, "您的答复已记录。询问结束前可在下面改选。");
    has(&html, "name=\"choice\" value=\"present\"");
    json_put(link, "waiting", json_false());
    page("question-answered-over", (struct answer_page){.link = link}, &over);
    has(&over, "已应答");
    lacks(&over, "name=\"choice\"");
}

static void a_question_that_is_over_may_still_be_answered(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(html);
    AUTO_TEXT(declined);
    link = json_put(question_made("open"), "waiting", json_false());
    page("question-over", (struct answer_page){.link = link, .lang = "en"}, &html);
    has(&html, "The question is over. You may still answer; it is recorded.");
    has(&html, "name=\"choice\" value=\"present\"");
    json_put_str(link, "state", "declined");
    page("question-declined", (struct answer_page){.link = link}, &declined);
    has(&declined, "name=\"choice\" value=\"present\"");
    lacks(&declined, "name=\"decline\"");
}

static void a_call_shows_its_message_a_field_for_the_code_and_two_buttons(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(html);
    link = call_made();
    page("open", (struct answer_page){.link = link}, &html);
    has(&html, "<html lang=\"zh-CN\">");
    has(&html, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    has(&html, "<h1><bdi dir=\"auto\">7号站超警戒水位</bdi></h1>");
    has(&html, "致 <bdi dir=\"auto\">王强</bdi>");
    has(&html, "18 分钟前</time>");
    has(&html, "城东区");
    has(&html, "正在呼叫您，请应答。");
    has(&html, "<form method=\"post\" action=\"/a/" TOKEN "\">");
    has(&html, "<label for=\"code\">");
    has(&html, "inputmode=\"numeric\" autocomplete=\"one-time-code\"");
    has(&html, "<button class=\"yes\" type=\"submit\">我来</button>");
    has(&html, "<button class=\"no\" type=\"submit\" name=\"decline\" value=\"true\">来不了<");
    has(&html, "href=\"/a/" TOKEN "?lang=en\"");
    lacks(&html, "演练");
    lacks(&html, "role=\"alert\"");
}

static void the_same_page_in_english(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(html);
    link = call_made();
    page("open-en", (struct answer_page){.link = link, .lang = "en"}, &html);
    has(&html, "<html lang=\"en\">");
    has(&html, "You are being called. Please answer.");
    has(&html, "I am coming</button>");
    has(&html, "I cannot come</button>");
    has(&html, "18 min ago");
    has(&html, "<p class=\"text\" dir=\"auto\" lang=\"zh-CN\">"); /* the message stays what it is */
    has(&html, "?lang=zh\"");
    has(&html, "<input type=\"hidden\" name=\"lang\" value=\"en\">");
}

/* Why: rule R6. Who drives through the night for a drill does so once. */
static void a_drill_cannot_be_overlooked(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    link = link_made("open", "muster.call", true);
    page("drill", (struct answer_page){.link = link}, &zh);
    has(&zh, "<title>【演练】应答");
    has(&zh, "<h1>【演练】<bdi");
    has(&zh, "<header class=\"drill\"><strong>【演练】</strong> "
             "这是演练，不是真实事件。</header>\n<main>");
    has(&zh, "</main>\n<footer class=\"drill\">");
    has(&zh, "<body class=\"in-drill\">");
    page("drill-en", (struct answer_page){.link = link, .lang = "en"}, &en);
    has(&en, "<title>[DRILL]Answer");
    has(&en, "This is a drill, not a real event.");
}

static void a_message_that_is_no_call_is_confirmed_and_not_declined(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(html);
    AUTO_TEXT(after);
    link = link_made("open", "muster.notify", false);
    page("notify", (struct answer_page){.link = link}, &html);
    has(&html, "收到</button>");
    lacks(&html, "decline");
    json_put_str(link, "state", "answered");
    page("confirmed", (struct answer_page){.link = link}, &after);
    has(&after, "已确认收到");
    lacks(&after, "<form");
}

/* Why: "I have read it" was an agreement, and nobody could refuse. */
static void what_is_to_be_agreed_to_is_agreed_or_refused_by_name(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(html);
    AUTO_TEXT(agreed);
    AUTO_TEXT(refused);
    link = json_put(link_made("open", "muster.notify", false), "agrees", json_true());
    page("agree", (struct answer_page){.link = link}, &html);
    has(&html, "请决定是否同意。");
    has(&html, "<button class=\"yes\" type=\"submit\">同意</button>");
    has(&html, "name=\"decline\" value=\"true\">不同意</button>");
    lacks(&html, "收到</button>");
    json_put_str(link, "state", "answered");
    page("agreed", (struct answer_page){.link = link}, &agreed);
    has(&agreed, "已同意");
    lacks(&agreed, "<form");
    json_put_str(link, "state", "declined");
    page("refused", (struct answer_page){.link = link}, &refused);
    has(&refused, "已答复：不同意");
    lacks(&refused, "<form");
}

static void a_call_that_waits_no_more_says_so_and_still_takes_an_answer(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(html);
    link = call_made();
    json_put(link, "waiting", json_false());
    page("late", (struct answer_page){.link = link}, &html);
    has(&html, "已有人应答，或呼叫已结束。您仍可应答，将记入记录。");
    has(&html, "我来</button>");
}

/* Why: two who ride out for one call leave nobody for the next. */
static void who_has_taken_the_call_is_named(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(html);
    AUTO_TEXT(en);
    link = json_put(call_made(), "waiting", json_false());
    json_put(link, "answered_by",
             json_pack("{s:s,s:s,s:s}", "id", "li.ming", "name", "李<明>", "at",
                       "2026-07-20T02:15:00.000Z"));
    page("taken", (struct answer_page){.link = link}, &html);
    has(&html, "<bdi dir=\"auto\">李&lt;明&gt;</bdi> 已应答（3 分钟前）。您仍可应答，将记入记录。");
    has(&html, "我来</button>");
    page("taken-en", (struct answer_page){.link = link, .lang = "en"}, &en);
    has(&en, "has answered (3 min ago). You may still answer; it is recorded.");
}

static void a_message_that_was_recalled_says_that_nobody_waits(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(html);
    link = json_put(call_made(), "waiting", json_false());
    json_put(link, "recalled", json_true());
    page("recalled", (struct answer_page){.link = link}, &html);
    has(&html, "此消息已撤回：不再需要您应答。");
    lacks(&html, "正在呼叫您");
}

/* Why: who cannot come and knows who can must not leave it to the next rung's clock. */
static void who_cannot_come_may_pass_it_to_whoever_stands_in(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(html);
    AUTO_TEXT(en);
    link =
        json_put(call_made(), "pass_to", json_pack("{s:s,s:s}", "id", "qian.min", "name", "钱敏"));
    page("pass", (struct answer_page){.link = link}, &html);
    has(&html, "<button class=\"no\" type=\"submit\" name=\"pass\" value=\"true\">转副职："
               "<bdi dir=\"auto\">钱敏</bdi></button>");
    AUTO_TEXT(passed);
    page("pass-en", (struct answer_page){.link = link, .lang = "en"}, &en);
    json_put_str(json_put_str(link, "state", "declined"), "passed_to", "钱<敏>");
    page("passed", (struct answer_page){.link = link}, &passed);
    has(&passed, "<h2>已转给 <bdi dir=\"auto\">钱&lt;敏&gt;</bdi></h2>");
    has(&en, "Pass it to <bdi dir=\"auto\">钱敏</bdi></button>");
}

static void what_was_said_is_shown_and_a_refusal_to_come_may_be_taken_back(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(answered);
    AUTO_TEXT(declined);
    AUTO_TEXT(over);
    link = link_made("answered", "muster.call", false);
    page("answered", (struct answer_page){.link = link}, &answered);
    has(&answered, "<section class=\"notice done\" role=\"status\">\n<h2>已应答</h2>");
    lacks(&answered, "<form");
    json_put_str(link, "state", "declined");
    page("declined", (struct answer_page){.link = link}, &declined);
    has(&declined, "已回复：不能到");
    has(&declined, "改为：我来</button>");
    lacks(&declined, "name=\"decline\"");
    json_put_str(link, "state", "over");
    page("over", (struct answer_page){.link = link}, &over);
    has(&over, "该事件已结束，无需应答。");
    lacks(&over, "<form");
}

static void a_wrong_code_says_how_many_tries_are_left_and_keeps_the_note(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_JSON(refused);
    AUTO_TEXT(html);
    AUTO_TEXT(en);
    link = call_made();
    refused = json_pack("{s:b,s:s,s:s,s:i,s:s}", "ok", 0, "code", "wrong_code", "field", "code",
                        "left", 3, "error", "x");
    page("wrong",
         (struct answer_page){.link = link, .refused = refused, .note = "</textarea>十分钟"},
         &html);
    has(&html, "<p class=\"alert\" id=\"wrong\" role=\"alert\">应答码不对。还可再试 3 次。");
    has(&html, "aria-invalid=\"true\" aria-describedby=\"wrong\" autofocus>");
    has(&html, "<textarea id=\"note\" name=\"note\" rows=\"2\" maxlength=\"2000\">\n"
               "&lt;/textarea&gt;十分钟</textarea>");
    json_put_int(refused, "left", 1);
    page("wrong-en", (struct answer_page){.link = link, .refused = refused, .lang = "en"}, &en);
    has(&en, "This is not the code. 1 try is left.");
}

static void a_missing_code_and_any_other_refusal_are_said(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_JSON(missing);
    AUTO_JSON(stopping);
    AUTO_TEXT(first);
    AUTO_TEXT(second);
    link = call_made();
    missing = json_pack("{s:b,s:s,s:s}", "ok", 0, "code", "missing_field", "field", "code");
    page(NULL, (struct answer_page){.link = link, .refused = missing}, &first);
    has(&first, "请输入消息中的四位数字。</p>");
    stopping = json_pack("{s:b,s:s,s:s}", "ok", 0, "code", "stopping", "error",
                         "the daemon is stopping <b>");
    page("refused", (struct answer_page){.link = link, .refused = stopping}, &second);
    has(&second, "没有记录您的应答：");
    has(&second, "the daemon is stopping &lt;b&gt;");
}

/* Why: the person must know whom to ring instead. */
static void a_locked_link_says_whom_to_call_instead(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(html);
    link = call_made();
    json_put_int(link, "left", 0);
    page("locked", (struct answer_page){.link = link}, &html);
    has(&html, "链接已锁定");
    has(&html, "请致电值班室，由值班室代您应答");
    lacks(&html, "<form");
}

static void a_link_that_opens_nothing_says_so_in_the_language_of_the_house(void **state)
{
    (void)state;
    AUTO_JSON(unknown);
    AUTO_JSON(trouble);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    AUTO_TEXT(wait);
    unknown = json_pack("{s:b,s:s,s:s}", "ok", 0, "code", "unknown_link", "error", "x");
    trouble = json_pack("{s:b,s:s,s:s}", "ok", 0, "code", "stopping", "error", "x");
    page("unknown", (struct answer_page){.link = unknown, .token = "\"><script>x</script>"}, &zh);
    has(&zh, "打不开这个链接");
    lacks(&zh, "<script");
    lacks(&zh, "<form");
    page("unknown-en", (struct answer_page){.link = unknown, .site_lang = "en"}, &en);
    has(&en, "This link opens nothing");
    page(NULL, (struct answer_page){.link = trouble}, &wait);
    has(&wait, "请稍后再试；紧急时请致电值班室。");
}

/* Why: a refusal may be all that is at hand; who is on the way must still see what to do. */
static void a_refusal_alone_makes_a_page_too(void **state)
{
    static const struct {
        const char *refusal, *words;
        bool form;
    } rows[] = {
        {"{\"ok\":false,\"code\":\"wrong_code\",\"field\":\"code\",\"left\":2}", "2 次", true},
        {"{\"ok\":false,\"code\":\"link_locked\",\"left\":0}", "链接已锁定", false},
        {"{\"ok\":false,\"code\":\"closed\"}", "已结束", false},
        {"{\"ok\":false,\"code\":\"unknown_link\"}", "打不开这个链接", false},
        {"{\"ok\":false,\"code\":\"stopping\"}", "请稍后再试", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO_JSON(refused);
        AUTO_TEXT(html);
        refused = json_loads(rows[i].refusal, 0, NULL);
        page(NULL, (struct answer_page){.refused = refused}, &html);
        has(&html, rows[i].words);
        if (rows[i].form)
            has(&html, "<form");
        else
            lacks(&html, "<form");
    }
}

/* ---- what others wrote ---- */

/* How often each of these stands in it: the page's own markup, counted. */
static void markup_of(const char *html, size_t ret[4])
{
    memset(ret, 0, 4 * sizeof *ret);
    for (const char *c = html; *c; c++) {
        ret[0] += *c == '<';
        ret[1] += *c == '>';
        ret[2] += *c == '"';
        ret[3] += *c == '\'';
    }
}

/* Why: all strings of the list come as titles, notes, names and places, and none runs. */
static void naughty_strings_are_shown_and_add_no_markup(void **state)
{
    (void)state;
    AUTO_TEXT(bytes);
    AUTO_JSON(list);
    AUTO_JSON(refused);
    struct why why;
    char *path = testdata_path("naughty/blns.json");
    if (!path)
        skip();
    file_read(path, &bytes);
    free(path);
    assert_int_equal(json_read(text_str(&bytes), bytes.len, &list, &why), ERR_OK);
    refused = json_pack("{s:b,s:s}", "ok", 0, "code", "stopping");
    size_t n, plain[4], naughty[4];
    json_t *one;
    json_array_foreach(list, n, one)
    {
        AUTO_JSON(link);
        AUTO_TEXT(html);
        const char *s = json_string_value(one);
        link = call_made();
        json_put_str(link, "text", s);
        json_put_str(json_object_get(link, "person"), "name", s);
        json_put_str(json_object_get(link, "incident"), "title", *s ? s : "x");
        json_put_str(json_object_get(link, "incident"), "grade", s);
        json_put_str(json_object_get(json_object_get(link, "incident"), "place"), "district", s);
        json_put_str(refused, "error", s);
        page(NULL, (struct answer_page){.link = link, .refused = refused, .note = s, .token = s},
             &html);
        markup_of(text_str(&html), n ? naughty : plain);
        if (n)
            assert_memory_equal(naughty, plain, sizeof plain);
    }
}

/* Under "default-src 'none'; style-src 'self'; form-action 'self'" anything else would not work. */
static void the_page_needs_nothing_but_its_style(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(html);
    link = link_made("open", "muster.call", true);
    page(NULL, (struct answer_page){.link = link}, &html);
    static const char *const none[] = {"<script", "style=", "<style", "onclick", "<img", "http:"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        lacks(&html, none[i]);
    has(&html, "<link rel=\"stylesheet\" href=\"/assets/page.css\">");
}

/* ---- items ---- */

static json_t *item_link(const char *state, const char *may)
{
    json_t *link = link_made("open", "muster.notify", false);
    json_t *item =
        json_pack("{s:s,s:{s:s,s:s},s:s,s:s,s:s,s:s,s:b}", "kind", "measure", "title", "zh",
                  "巡查 <堤防>", "en", "Patrol the dykes", "owner", "dept:water", "state", state,
                  "due_at", "2026-07-20T03:00:00.000Z", "done_when", "every dyke", "overdue", 0);
    AUTO_JSON(words);
    words = json_loads(may, 0, NULL);
    json_put(item, "may", json_incref(words));
    return json_put(link, "item", item);
}

/* Why: whoever has an hour must see by which clock, and what to press. */
static void an_item_shows_its_time_by_the_clocks_of_the_place_and_what_can_be_said(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    link = item_link("issued", "[\"receive\",\"arrive\",\"done\",\"reject\"]");
    json_put_str(json_object_get(link, "item"), "amount", "4 台");
    page("item", (struct answer_page){.link = link, .ahead_ms = 8 * MS_HOUR}, &zh);
    has(&zh, "巡查 &lt;堤防&gt;</bdi></h1>");
    has(&zh, "4 台");
    has(&zh, "2026-07-20 11:00</time>（还有 42m）");
    has(&zh, "<dd><bdi dir=\"auto\">7号站超警戒水位</bdi></dd>");
    has(&zh, "name=\"action\" value=\"receive\">签收</button>");
    has(&zh, "name=\"action\" value=\"reject\">退回</button>");
    has(&zh, "name=\"evidence\"");
    page("item-en", (struct answer_page){.link = link, .lang = "en", .ahead_ms = -(5 * MS_HOUR)},
         &en);
    has(&en, "<bdi dir=\"auto\">Patrol the dykes</bdi></h1>");
    has(&en, "2026-07-19 22:00</time> (in 42m)");
    has(&en, "every dyke");
    has(&en, ">Arrived</button>");
}

static void an_item_that_is_done_says_so_and_asks_for_nothing(void **state)
{
    (void)state;
    static const char *const closed[] = {"done", "struck", "rejected", "lifted"};
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
        AUTO_JSON(link);
        AUTO_TEXT(html);
        link = item_link(closed[i], "[]");
        page(i ? NULL : "item-done", (struct answer_page){.link = link}, &html);
        has(&html, i ? "此事项已了结" : "已办结");
        lacks(&html, "<form");
    }
}

/* Why: who helps is not asked whether it is done. */
static void who_may_say_nothing_of_it_confirms_that_they_have_read_it(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(html);
    link = item_link("received", "[]");
    page("item-assist", (struct answer_page){.link = link}, &html);
    has(&html, "收到</button>");
    lacks(&html, "name=\"action\"");
}

/* Why: what was typed at night on a telephone is not typed again. */
/* Why: nobody signs what they have not read, and a telephone has no command room. */
static void a_report_to_be_signed_is_shown_whole_and_says_where(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(html);
    AUTO_TEXT(en);
    link = link_made("open", "muster.notify", false);
    json_put(link, "report",
             json_pack("{s:s,s:s,s:s,s:i,s:s,s:s}", "id", "0198f2c4", "kind", "initial", "state",
                       "edited", "rev", 3, "lang", "zh", "text",
                       "# 首报\n\n<script>alert(1)</script> **水位** 4.9 m"));
    page("report", (struct answer_page){.link = link}, &html);
    has(&html, "# 首报\n\n&lt;script&gt;alert(1)&lt;/script&gt; **水位** 4.9 m</pre>");
    has(&html, "已起草，待签发");
    has(&html, "<code>muster report 0198f2c4 sign --as wang.qiang</code>");
    json_put_str(json_object_get(link, "report"), "state", "signed");
    page(NULL, (struct answer_page){.link = link, .lang = "en"}, &en);
    has(&en, "Send it from <a href=\"/\">the command room</a>");
    has(&en, "muster report 0198f2c4 send");
    lacks(&en, "name=\"action\"");
}

static void an_order_wanted_says_why_and_where_it_is_given(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_TEXT(html);
    link = link_made("open", "muster.order", false);
    json_put(link, "proposal",
             json_pack("{s:i,s:s,s:s,s:{s:s}}", "number", 1, "action", "activate", "level", "IV",
                       "reason", "zh", "水位 <超> 警戒"));
    page("proposal", (struct answer_page){.link = link}, &html);
    has(&html, "启动IV级响应");
    has(&html, "水位 &lt;超&gt; 警戒");
    has(&html, "activate --level IV --as wang.qiang");
    lacks(&html, "name=\"action\"");
}

static void a_rejection_without_a_reason_keeps_what_was_typed(void **state)
{
    (void)state;
    AUTO_JSON(link);
    AUTO_JSON(refused);
    AUTO_TEXT(html);
    link = item_link("issued", "[\"reject\"]");
    refused = json_pack("{s:b,s:s,s:s}", "ok", 0, "code", "missing_field", "field", "note");
    page("item-refused",
         (struct answer_page){.link = link, .refused = refused, .evidence = "a&b.jpg"}, &html);
    has(&html, "退回须填写理由。");
    has(&html, "a&amp;b.jpg</textarea>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_shows_its_message_a_field_for_the_code_and_two_buttons),
        cmocka_unit_test(a_question_has_a_button_for_each_choice),
        cmocka_unit_test(a_question_may_be_answered_anew_while_it_is_open),
        cmocka_unit_test(a_question_that_is_over_may_still_be_answered),
        cmocka_unit_test(the_same_page_in_english),
        cmocka_unit_test(a_drill_cannot_be_overlooked),
        cmocka_unit_test(a_message_that_is_no_call_is_confirmed_and_not_declined),
        cmocka_unit_test(what_is_to_be_agreed_to_is_agreed_or_refused_by_name),
        cmocka_unit_test(a_call_that_waits_no_more_says_so_and_still_takes_an_answer),
        cmocka_unit_test(who_has_taken_the_call_is_named),
        cmocka_unit_test(a_message_that_was_recalled_says_that_nobody_waits),
        cmocka_unit_test(who_cannot_come_may_pass_it_to_whoever_stands_in),
        cmocka_unit_test(what_was_said_is_shown_and_a_refusal_to_come_may_be_taken_back),
        cmocka_unit_test(a_wrong_code_says_how_many_tries_are_left_and_keeps_the_note),
        cmocka_unit_test(a_missing_code_and_any_other_refusal_are_said),
        cmocka_unit_test(a_locked_link_says_whom_to_call_instead),
        cmocka_unit_test(a_link_that_opens_nothing_says_so_in_the_language_of_the_house),
        cmocka_unit_test(a_refusal_alone_makes_a_page_too),
        cmocka_unit_test(naughty_strings_are_shown_and_add_no_markup),
        cmocka_unit_test(the_page_needs_nothing_but_its_style),
        cmocka_unit_test(an_item_shows_its_time_by_the_clocks_of_the_place_and_what_can_be_said),
        cmocka_unit_test(an_item_that_is_done_says_so_and_asks_for_nothing),
        cmocka_unit_test(a_report_to_be_signed_is_shown_whole_and_says_where),
        cmocka_unit_test(an_order_wanted_says_why_and_where_it_is_given),
        cmocka_unit_test(who_may_say_nothing_of_it_confirms_that_they_have_read_it),
        cmocka_unit_test(a_rejection_without_a_reason_keeps_what_was_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
