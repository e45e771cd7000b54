#include "paper/paper.h"

#include "base/civil.h"
#include "base/html.h"
#include "core/form.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Everything that a page looks like; its hash stands in the policy. */
static const char style[] =
    "@page{size:A4;margin:18mm 15mm 18mm 20mm;"
    "@bottom-right{content:counter(page) \" / \" counter(pages);font:9pt sans-serif}}"
    "@page drill{@top-center{content:\"\\3010\\6f14\\7ec3\\3011 DRILL\";font:bold 11pt sans-serif}}"
    ":root{color-scheme:light dark;--ink:#111;--paper:#fff;--line:#777;--soft:#444;--late:#a00000}"
    "*{box-sizing:border-box}"
    "body{margin:0 auto;padding:1.5rem;max-width:62rem;background:var(--paper);color:var(--ink);"
    "font:11pt/1.5 \"Noto Sans CJK SC\",\"Noto Sans SC\",\"Source Han Sans SC\",\"PingFang SC\","
    "\"Microsoft YaHei\",\"DejaVu Sans\",sans-serif;overflow-wrap:anywhere}"
    "body.drill{page:drill}"
    "header{border-bottom:2px solid var(--ink);margin-bottom:1rem;padding-bottom:.5rem}"
    "h1{font-size:17pt;line-height:1.3;margin:.2rem 0}"
    "h2{font-size:12.5pt;margin:1.4rem 0 .4rem;border-bottom:1px solid var(--line);"
    "break-after:avoid}"
    "h3{font-size:11pt;margin:1rem 0 .3rem;break-after:avoid}"
    ".kind{margin:0;font-size:10pt;letter-spacing:.08em;color:var(--soft)}"
    ".banner{border:2px solid var(--ink);padding:.3rem .6rem;font-weight:bold}"
    ".note{color:var(--soft);font-size:9.5pt;margin:.3rem 0}"
    "p{margin:.4rem 0}"
    "table{border-collapse:collapse;width:100%;font-size:9.5pt;line-height:1.4}"
    "th,td{border:1px solid var(--line);padding:.2rem .4rem;text-align:left;vertical-align:top}"
    "thead{display:table-header-group}"
    "th{font-weight:bold}"
    "tr{break-inside:avoid}"
    "table.facts th{width:9.5em}"
    "table.log,table.orders,table.items,table.notices{table-layout:fixed}"
    "table.log th:first-child{width:11em}"
    "table.log th:last-child{width:5.5em}"
    "table.orders th{width:19%}"
    "table.orders th:nth-child(3){width:22%}"
    "table.orders th:nth-child(4){width:auto}"
    "table.orders th:last-child{width:8%}"
    "table.items th{width:13%}"
    "table.items th:first-child{width:auto}"
    "table.items th:nth-child(5),table.items th:last-child{width:9.5%}"
    "table.notices th{width:8%}"
    "table.notices th:first-child{width:17%}"
    "table.notices th:nth-child(3){width:auto}"
    "table.notices th:nth-child(4){width:9%}"
    "table.notices th:nth-child(5){width:11.5%}"
    "table.notices th:last-child{width:30%}"
    "table.notices td:last-child{white-space:pre-line}"
    "table.people,table.injects,table.unreached,table.remarks{table-layout:fixed}"
    "table.people th{width:11%}"
    "table.people th:first-child{width:auto}"
    "table.injects th{width:12%}"
    "table.injects th:first-child,table.injects th:last-child{width:25%}"
    "table.injects th:nth-child(4),table.injects th:nth-child(5){width:9%}"
    "table.unreached th{width:17%}"
    "table.unreached th:nth-child(3),table.unreached th:last-child{width:auto}"
    "table.ledger,table.calls,table.reports{table-layout:fixed}"
    "table.ledger th{width:14.5%}"
    "table.ledger th:first-child{width:auto}"
    "table.ledger th:nth-child(2){width:10%}"
    "table.ledger th:nth-child(6){width:8%}"
    "table.ledger th:nth-child(7){width:10%}"
    "table.ledger th:last-child{width:10%}"
    "table.calls th{width:28%}"
    "table.calls th:first-child{width:auto}"
    "table.calls th:nth-child(3){width:14.5%}"
    "table.calls th:nth-child(4),table.calls th:last-child{width:11%}"
    "table.reports th{width:18%}"
    "table.reports th:first-child{width:auto}"
    "table.short th:first-child{width:11em}"
    "table.remarks th:first-child{width:34%}"
    "table.remarks td{height:3.2em}"
    "td{font-variant-numeric:tabular-nums}"
    "tr.late td{font-weight:bold;color:var(--late)}"
    "pre,code{font-family:\"DejaVu Sans Mono\",\"Noto Sans Mono CJK SC\",monospace;font-size:9pt;"
    "white-space:pre-wrap}"
    ".sign{display:flex;gap:2rem;flex-wrap:wrap;margin-top:2.2rem;break-inside:avoid}"
    ".sign span{flex:1 1 10rem;border-bottom:1px solid var(--ink);padding-bottom:.2rem}"
    ".report{border-left:3px solid var(--line);padding-left:.8rem}"
    ".report h1{font-size:13pt}"
    ".report h2{font-size:11.5pt;border:0}"
    "@media screen and (prefers-color-scheme:dark){"
    ":root{--ink:#e8e8e8;--paper:#14161a;--line:#8a8f98;--soft:#b6bbc4;--late:#ff9d94}}"
    "@media print{:root{color-scheme:light;--late:#000}"
    "body{padding:0;max-width:none;font-size:10.5pt}"
    "tr.late td:last-child{text-decoration:underline}"
    "a{color:inherit;text-decoration:none}}";

static void style_hash(char ret[64])
{
    unsigned char sum[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(sum, (const unsigned char *)style, sizeof style - 1);
    sodium_bin2base64(ret, 64, sum, sizeof sum, sodium_base64_VARIANT_ORIGINAL);
}

/* What a meta element may say of it. */
static void policy_add(struct text *to)
{
    char hash[64];
    style_hash(hash);
    text_addf(to, "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'",
              hash);
}

const char *paper_policy(char ret[PAPER_POLICY_TEXT])
{
    AUTO_TEXT(policy);
    policy_add(&policy);
    snprintf(ret, PAPER_POLICY_TEXT, "%s; frame-ancestors 'none'", text_str(&policy));
    return ret;
}

/* ---- the shell ---- */

/* What others wrote stands by itself: no mark in it turns what is around it. */
static void foreign_add(struct text *to, const char *s)
{
    text_add(to, "<bdi dir=\"auto\">");
    html_add(to, s);
    text_add(to, "</bdi>");
}

void paper_begin(const struct paper *s, const char *kind, const char *title)
{
    const char *drill = s->drill ? SAY(s, "【演练】", "[DRILL] ") : "";
    text_addf(s->to,
              "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
              "<meta http-equiv=\"Content-Security-Policy\" content=\"",
              s->zh ? "zh-CN" : "en");
    policy_add(s->to);
    text_add(s->to, "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                    "\n<meta name=\"color-scheme\" content=\"light dark\">\n"
                    "<meta name=\"robots\" content=\"noindex\">\n<title>");
    text_addf(s->to, "%s%s – ", drill, kind);
    html_add(s->to, title);
    text_addf(s->to, "</title>\n<style>%s</style>\n</head>\n<body%s>\n<header>\n", style,
              s->drill ? " class=\"drill\"" : "");
    text_addf(s->to, "<p class=\"kind\">%s%s</p>\n<h1>%s", drill, kind, drill);
    foreign_add(s->to, title);
    text_add(s->to, "</h1>\n</header>\n<main>\n");
}

void paper_end(const struct paper *s)
{
    text_add(s->to, "</main>\n</body>\n</html>\n");
}

/* ---- pieces ---- */

void paper_section(const struct paper *s, const char *heading)
{
    text_add(s->to, "<h2>");
    html_add(s->to, heading);
    text_add(s->to, "</h2>\n");
}

void paper_paragraph(const struct paper *s, const char *class, const char *words)
{
    text_addf(s->to, "<p class=\"%s\">", class);
    html_add(s->to, words);
    text_add(s->to, "</p>\n");
}

void paper_table(const struct paper *s, const char *class, const char *const *heads, size_t count)
{
    text_addf(s->to, "<table class=\"%s\">\n<thead><tr>", class);
    for (size_t n = 0; n < count; n++) {
        text_add(s->to, "<th scope=\"col\">");
        html_add(s->to, heads[n]);
        text_add(s->to, "</th>");
    }
    text_add(s->to, "</tr></thead>\n<tbody>\n");
}

void paper_row(const struct paper *s, const char *class)
{
    if (class)
        text_addf(s->to, "<tr class=\"%s\">", class);
    else
        text_add(s->to, "<tr>"); /* a browser ends it where the next one begins */
}

void paper_cell(const struct paper *s, const char *words)
{
    text_add(s->to, "<td>");
    if (words && *words)
        foreign_add(s->to, words);
    else
        text_add(s->to, "—");
    text_add(s->to, "</td>");
}

void paper_table_end(const struct paper *s)
{
    text_add(s->to, "</tbody>\n</table>\n");
}

/* ---- words ---- */

/* The clocks there, as if they were those of UTC; the offset in minutes. */
static bool local_of(const struct paper *s, const char *rfc, struct tm *ret, long *ret_minutes)
{
    wall_ms at = 0;
    if (!rfc || !rfc3339_parse(rfc, &at))
        return false;
    time_t seconds = (time_t)(at / MS_SECOND);
    if (s->zone && zone_known(s->zone)) {
        *ret_minutes = (long)(zone_offset_ms(s->zone, at) / MS_MINUTE);
        seconds += *ret_minutes * 60;
        return gmtime_r(&seconds, ret);
    }
    if (!localtime_r(&seconds, ret))
        return false;
    *ret_minutes = ret->tm_gmtoff / 60;
    return true;
}

void paper_time(const struct paper *s, const char *rfc, struct text *to)
{
    struct tm t;
    long minutes;
    char words[48];
    if (local_of(s, rfc, &t, &minutes) && strftime(words, sizeof words, "%Y-%m-%d %H:%M:%S", &t))
        text_add(to, words);
    else
        text_add(to, rfc ? rfc : "");
}

void paper_offset(const struct paper *s, const char *rfc, struct text *to)
{
    struct tm t;
    long minutes;
    if (!local_of(s, rfc, &t, &minutes))
        return;
    long size = minutes < 0 ? -minutes : minutes;
    text_addf(to, "%c%02ld:%02ld", minutes < 0 ? '-' : '+', size / 60, size % 60);
}

const char *paper_words(const struct paper *s, const json_t *words)
{
    return words_in(words, s->zh ? "zh" : "en", s->zh ? "en" : "zh");
}
