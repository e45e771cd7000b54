#include "base/json.h"
#include "paper/forms.h"
#include "paper/markdown.h"
#include "paper/record.h"
#include "testdata.h"
#include "unit.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- helpers ---- */

static void html_of(const char *markdown, struct text *to)
{
    struct why why;
    assert_int_equal(markdown_html(markdown, strlen(markdown), to, &why), ERR_OK);
}

static void set_as(const char *markdown, const char *expected)
{
    AUTO_TEXT(html);
    html_of(markdown, &html);
    assert_string_equal(text_str(&html), expected);
}

/* The strings that others collected; NULL: they are not here. Gives. */
static json_t *naughty_strings(void)
{
    AUTO_TEXT(bytes);
    struct why why;
    json_t *list = NULL;
    char *path = testdata_path("naughty/blns.json");
    if (!path)
        return NULL;
    file_read(path, &bytes);
    free(path);
    assert_int_equal(json_read(text_str(&bytes), bytes.len, &list, &why), ERR_OK);
    assert_true(json_array_size(list) > 400);
    return list;
}

/* Every tag is one of these, every address one that a reader may follow. */
static void assert_tame(const char *html)
{
    static const char *const tags[] = {"p>",
                                       "em>",
                                       "strong>",
                                       "ul>",
                                       "ol>",
                                       "ol start=\"",
                                       "li>",
                                       "h1>",
                                       "h2>",
                                       "h3>",
                                       "h4>",
                                       "h5>",
                                       "h6>",
                                       "pre>",
                                       "hr />",
                                       "br />",
                                       "code>",
                                       "code class=\"language-",
                                       "blockquote>",
                                       "a>",
                                       "a href=\"http://",
                                       "a href=\"https://",
                                       "a href=\"mailto:",
                                       "!-- raw HTML omitted -->",
                                       NULL};
    for (const char *at = html; (at = strchr(at, '<')); at++) {
        const char *name = at + 1 + (at[1] == '/');
        size_t n = 0;
        while (tags[n] && strncasecmp(name, tags[n], strlen(tags[n])) != 0)
            n++;
        if (!tags[n])
            fail_msg("this tag may not be there: %.60s", at);
    }
}

/* What a browser makes of "<p>…</p>\n". */
static void paragraph_read(const char *html, struct text *to)
{
    static const struct {
        const char *reference, *character;
    } table[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}};
    size_t len = strlen(html);
    if (len == 0)
        return;
    assert_int_equal(strncmp(html, "<p>", 3), 0);
    assert_string_equal(html + len - 5, "</p>\n");
    for (const char *at = html + 3, *end = html + len - 5; at < end;) {
        size_t k = 0;
        assert_true(*at != '<');
        while (*at == '&' && k < 4 && strncmp(at, table[k].reference, strlen(table[k].reference)))
            k++;
        if (*at == '&') {
            assert_true(k < 4);
            text_add(to, table[k].character);
            at += strlen(table[k].reference);
        } else {
            text_add_char(to, *at++);
        }
    }
}

/* Blanks as one space, none at the ends. */
static void blanks_squeeze(const char *s, struct text *to)
{
    for (; *s; s++) {
        if (!strchr(" \t\n\v\f\r", *s))
            text_add_char(to, *s);
        else if (to->len && to->at[to->len - 1] != ' ')
            text_add_char(to, ' ');
    }
    if (to->len && to->at[to->len - 1] == ' ')
        to->at[--to->len] = '\0';
}

static size_t count_of(const char *html, const char *what)
{
    size_t n = 0;
    for (const char *at = html; (at = strstr(at, what)); at++)
        n++;
    return n;
}

/* ---- CommonMark in ---- */

static void a_report_is_set_as_it_was_written(void **state)
{
    (void)state;
    set_as("# 续报\n\n水位 **5.1 米**，[规定](https://example.org/a)。\n\n- 一\n- 二\n",
           "<h1>续报</h1>\n<p>水位 <strong>5.1 米</strong>，<a href=\"https://example.org/a\">规定"
           "</a>。</p>\n<ul>\n<li>一</li>\n<li>二</li>\n</ul>\n");
}

/* Why: what is printed and archived is opened from a disk, years later, by somebody who trusts it.
 */
static void markup_scripts_and_pictures_do_not_get_through(void **state)
{
    (void)state;
    set_as("<script>alert(1)</script>\n", "<!-- raw HTML omitted -->\n");
    set_as("a <b onclick=x>b</b>\n",
           "<p>a <!-- raw HTML omitted -->b<!-- raw HTML omitted --></p>\n");
    set_as("[x](javascript:alert(1)) [y](data:text/html,a) [z](/local)\n", "<p>x y z</p>\n");
    set_as("![a **map**](http://evil.example/p.png)\n", "<p>a <strong>map</strong></p>\n");
    set_as("[![pic](http://evil.example/p.png)](https://ok.example)\n",
           "<p><a href=\"https://ok.example\">pic</a></p>\n");
    set_as("![[inner](javascript:x)](y)\n", "<p>inner</p>\n");
    set_as("<javascript:alert(1)>\n", "<p>javascript:alert(1)</p>\n");
    set_as("[x](HTTPS://a.example \"t\\\" onload=\\\"x\")\n",
           "<p><a href=\"HTTPS://a.example\" title=\"t&quot; onload=&quot;x\">x</a></p>\n");
}

static void naughty_strings_as_commonmark_are_tame(void **state)
{
    (void)state;
    AUTO_JSON(list);
    list = naughty_strings();
    if (!list)
        skip();
    size_t n;
    json_t *one;
    json_array_foreach(list, n, one)
    {
        AUTO_TEXT(html);
        html_of(json_string_value(one), &html);
        assert_tame(text_str(&html));
    }
}

static void bytes_that_are_no_utf8_are_replaced(void **state)
{
    (void)state;
    struct why why;
    AUTO_TEXT(html);
    assert_int_equal(markdown_html("a\xff\0b", 4, &html, &why), ERR_OK);
    assert_string_equal(text_str(&html), "<p>a\xef\xbf\xbd\xef\xbf\xbd"
                                         "b</p>\n");
}

static void what_is_too_long_is_refused_whole(void **state)
{
    (void)state;
    struct why why;
    AUTO_TEXT(markdown);
    AUTO_TEXT(html);
    while (markdown.len < MARKDOWN_BYTES_MAX)
        text_add_char(&markdown, 'a');
    assert_int_equal(markdown_html(text_str(&markdown), markdown.len, &html, &why), ERR_OK);
    text_clear(&html);
    text_add_char(&markdown, 'a');
    assert_int_equal(markdown_html(text_str(&markdown), markdown.len, &html, &why), ERR_LIMIT);
    assert_int_equal(html.len, 0);
    assert_non_null(strstr(why.text, "65537"));
}

/* Why: a record is set on the loop that answers calls; no text may hold it up. */
static void no_text_takes_long(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "[",    "]",    "![",        "*a ",      "**a",  "_a ",       "`a``",  "> ",
        "- ",   "[a](", "<!--",      "<?",       "&#x;", "[a]: b\n",  "[](<",  "a**b*c",
        "- - ", "* _",  "\\",        "<a href=", "[[]",  "![[]()",    "```\n", "x\n==\n",
        "1. ",  ">>> ", "[a]: <b\n", "*_",       "<!",   "<![CDATA[", "\"",    "[a][",
    };
    for (size_t n = 0; n < sizeof pieces / sizeof *pieces; n++) {
        AUTO_TEXT(markdown);
        AUTO_TEXT(html);
        struct timespec a, b;
        struct why why;
        while (markdown.len + strlen(pieces[n]) <= MARKDOWN_BYTES_MAX)
            text_add(&markdown, pieces[n]);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
        assert_int_equal(markdown_html(text_str(&markdown), markdown.len, &html, &why), ERR_OK);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
        double seconds = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
        if (seconds > 1)
            fail_msg("\"%s\" took %.2f s", pieces[n], seconds);
    }
}

/* ---- CommonMark out ---- */

/* Why: a title with a star in it must be read as it was written, and not change what is around. */
static void naughty_strings_come_back_letter_by_letter(void **state)
{
    (void)state;
    static const char *const fronts[] = {"", "说明：", "7 "};
    AUTO_JSON(list);
    list = naughty_strings();
    if (!list)
        skip();
    size_t n;
    json_t *one;
    json_array_foreach(list, n, one)
    {
        for (size_t k = 0; k < 3; k++) {
            if (k == 0 && strncmp(json_string_value(one), "\xef\xbb\xbf", 3) == 0)
                continue; /* a mark of order before a whole document, which no form begins with */
            AUTO_TEXT(markdown);
            AUTO_TEXT(html);
            AUTO_TEXT(read);
            AUTO_TEXT(bare);
            AUTO_TEXT(written);
            AUTO_TEXT(expected);
            blanks_squeeze(json_string_value(one), &bare);
            text_addf(&written, "%s%s", fronts[k], text_str(&bare));
            blanks_squeeze(text_str(&written), &expected);
            text_add(&markdown, fronts[k]);
            markdown_add(&markdown, json_string_value(one));
            html_of(text_str(&markdown), &html);
            paragraph_read(text_str(&html), &read);
            assert_string_equal(text_str(&read), text_str(&expected));
        }
    }
}

static void words_at_the_start_of_an_item_make_no_other_mark(void **state)
{
    (void)state;
    static const char *const words[] = {"- x", "1. x", "12) x", "# x", "> x",    "+ x", "=== ",
                                        "~~~", "***",  "    x", "\tx", "[a]: b", "<b>", "---"};
    for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
        AUTO_TEXT(markdown);
        AUTO_TEXT(html);
        text_add(&markdown, "before\n- ");
        markdown_add(&markdown, words[n]);
        text_add(&markdown, "\n- after\n");
        html_of(text_str(&markdown), &html);
        assert_int_equal(count_of(text_str(&html), "<li>"), 2);
        assert_int_equal(count_of(text_str(&html), "<"), 2 + 2 + 4);
    }
}

/* ---- documents ---- */

static json_t *dossier_with(const char *words)
{
    return json_pack(
        "{s:{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:{s:s},s:{s:{s:{s:s,s:s,s:b}}},s:b,"
        "  s:[{s:s,s:s,s:s,s:s,s:s}]},"
        " s:[{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}], s:[{s:s,s:s,s:s,s:s,s:s,s:s,s:i}],"
        " s:[{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}], s:[{s:s,s:s,s:s,s:s,s:s,s:s}],"
        " s:[{s:i,s:s,s:s,s:s,s:s}],"
        " s:[{s:s,s:s,s:s,s:i,s:s,s:s,s:s,s:i,s:{s:s,s:s},s:[{s:s,s:s}],s:s}], "
        "s:b,s:i,s:i,s:i,s:i,s:s,s:s}",
        "incident", "id", "0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11", "title", words, "plan", words,
        "note", words, "source", words, "state", "closed", "opened_at", "2026-07-20T02:00:00.000Z",
        "commander", words, "place", "at", words, "facts", "g7", "stage_m", "value", words, "at",
        "2026-07-20T02:00:00.000Z", "stale", 0, "drill", 0, "proposals", "state", "awaiting_order",
        "action", "raise", "level", "I", "reason", words, "opened_at", "2026-07-20T02:20:00.000Z",
        /* items */ "items", "id", "0198f2c5-0000-7000-8000-000000000001", "kind", "directive",
        "title", words, "owner", words, "from", words, "state", "issued", "issued_at",
        "2026-07-20T02:00:00.000Z", "due_at", "2026-07-20T02:30:00.000Z",
        /* orders */ "orders", "at", "2026-07-20T02:10:00.000Z", "action", "activate", "level",
        "II", "name", words, "oral", words, "reason", words, "seq", 7,
        /* notices */ "notices", "id", "0198f2c5-0000-7000-8000-000000000002", "to", words, "name",
        words, "type", "muster.call", "text", words, "state", "answered", "queued_at",
        "2026-07-20T02:00:01.000Z", "sent_at", "2026-07-20T02:00:02.000Z",
        /* answers */ "answers", "notice", "0198f2c5-0000-7000-8000-000000000002", "at",
        "2026-07-20T02:01:00.000Z", "kind", "call_answered", "name", words, "note", words, "by",
        "li.ming",
        /* events */ "events", "seq", 5, "at", "2026-07-20T02:00:00.000Z", "kind",
        "incident_opened", "zh", words, "en", words,
        /* reports */ "reports", "id", "0198f2c5-0000-7000-8000-000000000002", "kind", "update",
        "state", "sent", "number", 2, "phoned_at", "2026-07-20T02:09:00.000Z", "sent_at",
        "2026-07-20T03:40:00.000Z", "by", words, "late_ms", 600000, "signer", "by", "sun.wei",
        "name", words, "told", "to", "dept:x", "name", words, "text", words, "ended", 1, "rows", 9,
        "first_seq", 1, "last_seq", 9, "omitted", 2, "last_at", "2026-07-20T03:00:00.000Z", "as_of",
        "1-9");
}

static void record_of(const char *words, bool zh, struct text *to)
{
    AUTO_JSON(d);
    d = dossier_with(words);
    assert_non_null(d);
    record_html(d, zh, "2026-07-20T04:00:00.000Z", to);
}

static void the_record_says_what_happened_in_both_languages(void **state)
{
    (void)state;
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    record_of("七号站", true, &zh);
    record_of("Gauge 7", false, &en);
    static const char *const said_zh[] = {"<html lang=\"zh-CN\">",
                                          "事件记录",
                                          "<h1><bdi dir=\"auto\">七号站</bdi></h1>",
                                          "启动II级响应",
                                          "；口头，七号站 记录并复诵",
                                          "已交办",
                                          "30m",
                                          "已应答",
                                          "送出 2026-07-20 02:00:02",
                                          "日志共 9 行，序号 1 至 9；其中 2 行",
                                          "第 2 号 · 已报送 · 电话报告 2026-07-20 02:09:00",
                                          "报送 2026-07-20 03:40:00（迟 10 分钟）",
                                          "签发人 七号站 · 报送至 七号站",
                                          "审核："};
    static const char *const said_en[] = {
        "<html lang=\"en\">",
        "Incident record",
        "activate level II",
        "; oral, taken down by Gauge 7",
        "<h3>Update</h3>",
        "Awaiting order: raise to level I; reason: Gauge 7 (since 2026-07-20 02:20:00)",
        "30m",
        "sent 2026-07-20 02:00:02",
        "9 rows of the journal, seq 1 to 9; 2 of them",
        "No. 2 · sent · by telephone 2026-07-20 02:09:00",
        "sent 2026-07-20 03:40:00 (10 min late)",
        "signed by Gauge 7 · to Gauge 7",
        "Approved by:"};
    for (size_t n = 0; n < sizeof said_zh / sizeof *said_zh; n++)
        if (!strstr(text_str(&zh), said_zh[n]))
            fail_msg("it does not say %s", said_zh[n]);
    for (size_t n = 0; n < sizeof said_en / sizeof *said_en; n++)
        if (!strstr(text_str(&en), said_en[n]))
            fail_msg("it does not say %s", said_en[n]);
}

/* Why: each of these words stands in every place where somebody can write. */
static void naughty_strings_add_no_markup_to_a_document(void **state)
{
    (void)state;
    AUTO_JSON(list);
    AUTO_TEXT(plain);
    list = naughty_strings();
    if (!list)
        skip();
    record_of("plain", true, &plain);
    size_t n;
    json_t *one;
    json_array_foreach(list, n, one)
    {
        AUTO_TEXT(html);
        const char *words = json_string_value(one);
        if (!words[0])
            continue;
        record_of(words, true, &html);
        const char *report = strstr(text_str(&html), "<div class=\"report\">");
        const char *end = report ? strstr(report, "</div>\n<h2>") : NULL;
        assert_non_null(end);
        AUTO_TEXT(commonmark);
        text_add_bytes(&commonmark, report + 20, (size_t)(end - report) - 20);
        assert_tame(text_str(&commonmark));
        size_t tags = count_of(text_str(&html), "<") - count_of(text_str(&commonmark), "<");
        assert_int_equal(tags, count_of(text_str(&plain), "<") - 2);
        assert_null(strstr(text_str(&html), "<script"));
        assert_int_equal(count_of(text_str(&html), "<style>"), 1);
    }
}

static void the_policy_allows_the_style_of_the_page_and_nothing_else(void **state)
{
    (void)state;
    AUTO_TEXT(html);
    unsigned char sum[crypto_hash_sha256_BYTES];
    char hash[64], policy[PAPER_POLICY_TEXT];
    record_of("x", false, &html);
    const char *style = strstr(text_str(&html), "<style>") + 7, *end = strstr(style, "</style>");
    crypto_hash_sha256(sum, (const unsigned char *)style, (size_t)(end - style));
    sodium_bin2base64(hash, sizeof hash, sum, sizeof sum, sodium_base64_VARIANT_ORIGINAL);
    paper_policy(policy);
    assert_non_null(strstr(policy, hash));
    assert_non_null(strstr(text_str(&html), hash));
    assert_int_equal(strncmp(policy, "default-src 'none'; style-src 'sha256-", 38), 0);
    assert_null(strstr(policy, "unsafe"));
    assert_null(strstr(style, "url("));
}

static void a_drill_and_an_open_incident_say_so(void **state)
{
    (void)state;
    AUTO_JSON(d);
    AUTO_TEXT(html);
    AUTO_TEXT(form);
    struct why why;
    d = dossier_with("x");
    json_put(json_object_get(d, "incident"), "drill", json_true());
    json_put(d, "ended", json_false());
    record_html(d, false, "2026-07-20T04:00:00.000Z", &html);
    assert_non_null(strstr(text_str(&html), "<body class=\"drill\">"));
    assert_non_null(strstr(text_str(&html), "<h1>[DRILL] "));
    assert_non_null(strstr(text_str(&html), "not a real event"));
    assert_non_null(strstr(text_str(&html), "is how it stood at 2026-07-20 03:00:00 (1-9)"));
    assert_int_equal(form_markdown(FORM_ICS209, d, true, NULL, &form, &why), ERR_OK);
    assert_int_equal(strncmp(text_str(&form), "# 【演练】", strlen("# 【演练】")), 0);
}

static void a_report_that_is_too_long_is_told_and_left_out(void **state)
{
    (void)state;
    AUTO_TEXT(markdown);
    AUTO_TEXT(html);
    while (markdown.len <= MARKDOWN_BYTES_MAX)
        text_add(&markdown, "abcdefgh");
    const struct paper s = {.to = &html, .zh = false};
    AUTO_JSON(report);
    report = json_put_str(json_object(), "text", text_str(&markdown));
    record_report(&s, report);
    assert_non_null(strstr(text_str(&html), "at most 65536 are set as a document"));
    assert_null(strstr(text_str(&html), "abcdefgh"));
}

/* ---- forms ---- */

static void every_block_of_a_form_stands_under_its_number(void **state)
{
    (void)state;
    static const int blocks[FORMS] = {52, 10, 8, 4}; /* of a report none: it is a text of its own */
    AUTO_JSON(d);
    d = dossier_with("x");
    for (int f = 0; f < FORMS; f++) {
        AUTO_TEXT(markdown);
        struct why why;
        enum form parsed;
        const char *at;
        assert_true(form_parse(form_name((enum form)f), &parsed) && (int)parsed == f);
        assert_int_equal(form_markdown((enum form)f, d, false,
                                       "0198f2c5-0000-7000-8000-000000000002", &markdown, &why),
                         ERR_OK);
        at = text_str(&markdown);
        for (int n = 1; n <= blocks[f]; n++) {
            AUTO_TEXT(number);
            text_addf(&number, "\n**%d\\. ", n);
            at = strstr(at, text_str(&number));
            assert_non_null(at);
        }
        assert_int_equal(count_of(text_str(&markdown), "\n**"), blocks[f]);
        if (f == FORM_ICS209)
            assert_non_null(strstr(text_str(&markdown), "Version**: Update; report number: 2\n"));
        if (f == FORM_ICS209)
            assert_non_null(
                strstr(text_str(&markdown), "13\\. Date/Time Submitted**: 2026-07-20 03:40:00"));
        if (f == FORM_PHONELOG)
            assert_non_null(strstr(text_str(&markdown), "**reported by telephone** Update 2\n"));
    }
}

static void a_report_is_shown_by_itself_the_newest_unless_one_is_named(void **state)
{
    (void)state;
    AUTO_JSON(d);
    AUTO_TEXT(markdown);
    AUTO_TEXT(html);
    AUTO_TEXT(none);
    struct why why;
    d = dossier_with("**x** <b>");
    assert_int_equal(form_markdown(FORM_REPORT, d, false, NULL, &markdown, &why), ERR_OK);
    assert_string_equal(text_str(&markdown), "**x** <b>"); /* as it was sent */
    assert_int_equal(form_html(FORM_REPORT, d, true, NULL, &html, &why), ERR_OK);
    assert_non_null(strstr(text_str(&html), "<p><strong>x</strong> <!-- raw HTML omitted --></p>"));
    assert_non_null(strstr(text_str(&html), "第 2 号 · 已报送"));
    assert_int_equal(
        form_html(FORM_REPORT, d, true, "0198f2c5-0000-7000-8000-00000000000f", &none, &why),
        ERR_MISSING);
    json_put(d, "reports", json_array());
    assert_int_equal(form_html(FORM_REPORT, d, true, NULL, &none, &why), ERR_MISSING);
    assert_string_equal(why.text, "this incident has no report yet");
    assert_int_equal(none.len, 0);
}

/* Why: a machine in a cellar of another country keeps UTC, and a night is told by its hours. */
static void the_times_of_a_paper_are_those_of_the_city(void **state)
{
    (void)state;
    AUTO_JSON(d);
    AUTO_TEXT(html);
    AUTO_TEXT(form);
    struct why why;
    d = dossier_with("x");
    json_put_str(json_object_get(d, "incident"), "zone", "Asia/Shanghai");
    record_html(d, false, "2026-07-20T04:00:00.000Z", &html);
    assert_non_null(strstr(text_str(&html), "Asia/Shanghai +08:00"));
    assert_non_null(strstr(text_str(&html), "2026-07-20 10:00:00"));
    assert_null(strstr(text_str(&html), "2026-07-20 02:"));
    assert_int_equal(form_markdown(FORM_ICS209, d, false, NULL, &form, &why), ERR_OK);
    assert_non_null(strstr(text_str(&form), "Date/Time Submitted**: 2026-07-20 11:40:00 \\+08:00"));
}

static void a_block_without_a_record_says_so_and_invents_nothing(void **state)
{
    (void)state;
    AUTO_JSON(d);
    AUTO_TEXT(markdown);
    struct why why;
    d = json_pack("{s:{s:s,s:s}}", "incident", "title", "x", "opened_at",
                  "2026-07-20T02:00:00.000Z");
    assert_int_equal(form_markdown(FORM_ICS209, d, false, NULL, &markdown, &why), ERR_OK);
    assert_non_null(strstr(text_str(&markdown), "**45\\. Estimated Incident Costs to Date**: "
                                                "(nothing recorded)\n"));
    assert_non_null(strstr(text_str(&markdown), "Significant Events for the Time Period "
                                                "Reported**: (nothing recorded)\n"));
}

static void a_general_message_is_about_one_directive_or_message(void **state)
{
    (void)state;
    AUTO_JSON(d);
    AUTO_TEXT(directive);
    AUTO_TEXT(message);
    AUTO_TEXT(none);
    struct why why;
    d = dossier_with("clear the drains");
    assert_int_equal(form_markdown(FORM_ICS213, d, false, NULL, &none, &why), ERR_INVALID);
    assert_int_equal(form_markdown(FORM_ICS213, d, false, "nothing", &none, &why), ERR_MISSING);
    assert_int_equal(none.len, 0);
    assert_int_equal(form_markdown(FORM_ICS213, d, false, "0198f2c5-0000-7000-8000-000000000001",
                                   &directive, &why),
                     ERR_OK);
    assert_non_null(strstr(text_str(&directive), "**7\\. Message**: clear the drains\n- Due: "));
    assert_non_null(strstr(text_str(&directive), "**9\\. Reply**: issued"));
    assert_int_equal(form_markdown(FORM_ICS213, d, false, "0198f2c5-0000-7000-8000-000000000002",
                                   &message, &why),
                     ERR_OK);
    assert_non_null(strstr(text_str(&message), "answers: clear the drains"));
}

/* Why: that a telephone rang is not that somebody took it. */
static void a_call_that_nobody_answered_says_so_in_the_phone_log(void **state)
{
    (void)state;
    AUTO_JSON(d);
    AUTO_TEXT(log);
    AUTO_TEXT(zh);
    struct why why;
    d = json_pack("{s:{s:s},s:[{s:s,s:s,s:s,s:s,s:s},{s:s,s:s,s:s,s:s,s:s},{s:s,s:s,s:s,s:s,s:s}],"
                  "s:[{s:s,s:s,s:s}]}",
                  "incident", "title", "x", "notices", "id", "a", "type", "muster.call", "to",
                  "li.ming", "state", "sent", "queued_at", "2026-07-20T02:00:00.000Z", "id", "b",
                  "type", "muster.call", "to", "sun.wei", "state", "sent", "queued_at",
                  "2026-07-20T02:01:00.000Z", "id", "c", "type", "muster.call", "to", "wu.fang",
                  "state", "seen", "queued_at", "2026-07-20T02:02:00.000Z", "answers", "by",
                  "sun.wei", "kind", "call_answered", "at", "2026-07-20T02:03:00.000Z");
    assert_int_equal(form_markdown(FORM_PHONELOG, d, false, NULL, &log, &why), ERR_OK);
    assert_int_equal(form_markdown(FORM_PHONELOG, d, true, NULL, &zh, &why), ERR_OK);
    const char *first = strstr(text_str(&log), "li.ming");
    const char *second = strstr(text_str(&log), "sun.wei");
    const char *third = strstr(text_str(&log), "wu.fang");
    assert_true(first && second && third);
    assert_true(strstr(first, "*outcome*: no answer") < second && strstr(first, "no answer"));
    assert_true(strstr(second, "*outcome*: answered") && strstr(second, "answered") < third);
    assert_non_null(strstr(third, "*outcome*: seen, no answer"));
    assert_non_null(strstr(text_str(&zh), "*结果*：未应答"));
    assert_null(strstr(text_str(&log), ": sent"));
}

static void the_phone_log_is_in_the_order_of_time(void **state)
{
    (void)state;
    AUTO_JSON(d);
    AUTO_TEXT(log);
    struct why why;
    d = dossier_with("w");
    assert_int_equal(form_markdown(FORM_PHONELOG, d, false, NULL, &log, &why), ERR_OK);
    const char *out = strstr(text_str(&log), "**out** w"), *in = strstr(text_str(&log), "**in** w"),
               *oral = strstr(text_str(&log), "**oral order** w: w");
    assert_true(out && in && oral && out < in && in < oral);
}

static void naughty_strings_add_no_markup_to_a_form(void **state)
{
    (void)state;
    AUTO_JSON(list);
    list = naughty_strings();
    if (!list)
        skip();
    for (int f = 0; f < FORM_REPORT; f++) { /* a report is CommonMark that somebody wrote */
        size_t n, plain = 0;
        json_t *one;
        json_array_foreach(list, n, one)
        {
            AUTO_JSON(d);
            AUTO_TEXT(html);
            AUTO_TEXT(bare);
            struct why why;
            blanks_squeeze(json_string_value(one), &bare);
            if (!bare.len && plain)
                continue; /* nothing recorded: other blocks */
            d = dossier_with(plain ? json_string_value(one) : "plain");
            assert_int_equal(form_html((enum form)f, d, true,
                                       "0198f2c5-0000-7000-8000-000000000001", &html, &why),
                             ERR_OK);
            if (!plain)
                plain = count_of(text_str(&html), "<");
            assert_int_equal(count_of(text_str(&html), "<"), plain);
        }
    }
}

static int in_utc(void **state)
{
    (void)state;
    setenv("TZ", "UTC0", 1);
    tzset();
    return 0;
}

/* Why: of an order the record must say which measures it took, and what it declared. */
static void an_order_says_what_it_ordered(void **state)
{
    (void)state;
    AUTO_JSON(d);
    AUTO_TEXT(zh);
    AUTO_TEXT(en);
    d = dossier_with("x");
    json_t *order = json_array_get(json_at(d, "orders"), 0);
    json_put(order, "measures",
             json_pack("[{s:s,s:s},s]", "zh", "巡堤", "en", "Patrol", "and sandbags"));
    json_put_str(order, "warning", "orange");
    json_put(order, "what", json_pack("{s:s,s:s}", "zh", "封路", "en", "Road closed"));
    record_html(d, true, "2026-07-20T04:00:00.000Z", &zh);
    record_html(d, false, "2026-07-20T04:00:00.000Z", &en);
    assert_non_null(strstr(text_str(&zh), "措施：巡堤、and sandbags"));
    assert_non_null(strstr(text_str(&zh), "橙色预警：封路"));
    assert_non_null(strstr(text_str(&en), "measures: Patrol, and sandbags"));
    assert_non_null(strstr(text_str(&en), "orange warning: Road closed"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_is_set_as_it_was_written),
        cmocka_unit_test(markup_scripts_and_pictures_do_not_get_through),
        cmocka_unit_test(naughty_strings_as_commonmark_are_tame),
        cmocka_unit_test(bytes_that_are_no_utf8_are_replaced),
        cmocka_unit_test(what_is_too_long_is_refused_whole),
        cmocka_unit_test(no_text_takes_long),
        cmocka_unit_test(naughty_strings_come_back_letter_by_letter),
        cmocka_unit_test(words_at_the_start_of_an_item_make_no_other_mark),
        cmocka_unit_test(the_record_says_what_happened_in_both_languages),
        cmocka_unit_test(naughty_strings_add_no_markup_to_a_document),
        cmocka_unit_test(the_policy_allows_the_style_of_the_page_and_nothing_else),
        cmocka_unit_test(a_drill_and_an_open_incident_say_so),
        cmocka_unit_test(a_report_that_is_too_long_is_told_and_left_out),
        cmocka_unit_test(every_block_of_a_form_stands_under_its_number),
        cmocka_unit_test(a_report_is_shown_by_itself_the_newest_unless_one_is_named),
        cmocka_unit_test(the_times_of_a_paper_are_those_of_the_city),
        cmocka_unit_test(a_block_without_a_record_says_so_and_invents_nothing),
        cmocka_unit_test(a_general_message_is_about_one_directive_or_message),
        cmocka_unit_test(a_call_that_nobody_answered_says_so_in_the_phone_log),
        cmocka_unit_test(the_phone_log_is_in_the_order_of_time),
        cmocka_unit_test(naughty_strings_add_no_markup_to_a_form),
        cmocka_unit_test(an_order_says_what_it_ordered),
    };
    return cmocka_run_group_tests(tests, in_utc, NULL);
}
