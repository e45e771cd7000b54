#include "serve/login_page.h"

#include "base/html.h"

static void words(struct text *to, bool zh, const char *in_zh, const char *in_en)
{
    html_add(to, zh ? in_zh : in_en);
}

static void head_add(bool zh, struct text *to)
{
    text_addf(to,
              "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
              "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
              "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
              zh ? "zh-CN" : "en");
    words(to, zh, "登录 · 集结", "Sign in · Muster");
    text_add(to, "</title>\n<link rel=\"icon\" href=\"/favicon.svg\">\n"
                 "<link rel=\"stylesheet\" href=\"/assets/page.css\">\n</head>\n"
                 "<body>\n<main>\n<h1>");
    words(to, zh, "登录", "Sign in");
    text_add(to, "</h1>\n");
}

static void refusal_add(const json_t *refusal, bool zh, struct text *to)
{
    if (!refusal)
        return;
    text_add(to, "<p class=\"problem\" role=\"alert\">");
    words(to, zh, "未能登录：", "Not signed in: ");
    html_add(to, json_str_or(refusal, "error", ""));
    text_add(to, "</p>\n");
}

static void key_field_add(bool zh, struct text *to)
{
    /* password managers want to know whose it is; nobody else does */
    text_add(to, "<input type=\"hidden\" autocomplete=\"username\" value=\"muster\">\n"
                 "<p><label for=\"key\">");
    words(to, zh, "密钥（管理员用 muster key create 生成）",
          "Key (an operator makes one with muster key create)");
    text_add(to, "</label>\n<input id=\"key\" name=\"key\" type=\"password\" required autofocus "
                 "autocomplete=\"current-password\" spellcheck=\"false\"></p>\n");
}

void login_page(const char *link, const json_t *refusal, bool zh, struct text *to)
{
    head_add(zh, to);
    refusal_add(refusal, zh, to);
    text_add(to, "<form method=\"post\" action=\"/login");
    if (link)
        text_add_char(to, '/');
    html_add(to, link);
    text_add(to, "\">\n");
    if (!link)
        key_field_add(zh, to);
    text_add(to, "<p><button class=\"yes\" type=\"submit\">");
    words(to, zh, "登录", "Sign in");
    text_add(to, "</button></p>\n</form>\n</main>\n</body>\n</html>\n");
}
