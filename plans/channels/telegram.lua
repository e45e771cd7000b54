-- Telegram, a message from a bot to a person or group; the contact is the chat's id. The token of the bot
-- is the secret; a server of one's own (telegram-bot-api) has its address there, too:
--     key=123456:ABC-…
--     url=https://bot-api.example/bot{secret.key}/sendMessage
return channel "telegram" {
    method   = "POST",
    url      = "https://api.telegram.org/bot{secret.key}/sendMessage",
    headers  = { ["content-type"] = "application/json" },
    maps     = { answer = { zh = "答复", ["*"] = "Answer" } },
    body     = {                                     -- without parse_mode: the text stays as it is
        text = "{mark}{incident.title}\n{text}\n{code_line}",
        link_preview_options = { is_disabled = true },  -- a preview would fetch the page to answer
        reply_markup = { ["?"] = "answer_url", inline_keyboard = { { { text = "{lang|answer}", url = "{answer_url}" } } } },
    },
    variants = {
        recovered = { text = "{mark}{incident.title}\n{text}" },
        digest    = { text = "{mark}{digest}" },
    },
    contact   = "token",
    private   = { chat_id = "{contact}" },
    success   = { status = "200", json = { ok = true } },
    throttled = { status = "429", retry_after = "parameters.retry_after" },
    reference = "result.message_id",
    probe     = { path = "/bot{secret.key}/getMe", status = "200", json = { ok = true } },
    receipt   = "none",
    resend_harmless = true,
    rate      = "25/1s",                             -- its manual: 30 a second over all chats; for a group write rate = "20/1m"
    limits    = { text = "4096 characters" },        -- its manual
}
