-- 钉钉自定义机器人: a text in a group. The secret file has the bot's address and, where its security
-- setting is 加签, its secret:
--     url=https://oapi.dingtalk.com/robot/send?access_token=…
--     key=SEC…
-- Whose contact is a mobile number is mentioned by it. The text is no markdown: it stays as it is.
return channel "dingtalk" {
    method   = "POST",
    headers  = { ["content-type"] = "application/json" },
    body     = {
        msgtype = "text",
        text    = { content = "{mark}{incident.title}\n{text}\n{code_line} {answer_url}" },
    },
    variants = {
        recovered = { msgtype = "text", text = { content = "{mark}{incident.title}\n{text}" } },
        digest    = { msgtype = "text", text = { content = "{mark}{digest}" } },
    },
    private  = { at = { ["?"] = "contact", atMobiles = { "{contact}" } } },
    sign      = "dingtalk",                          -- timestamp and sign go into the url, per attempt
    success   = { status = "200", json = { errcode = 0 } },  -- 310000: signature, keyword or address refused
    throttled = { json = { errcode = 130101 }, wait = "10m" },  -- who is too fast is shut out for ten minutes
    again     = { json = { errcode = -1 } },         -- "system busy"
    receipt   = "none",
    resend_harmless = true,
    rate      = "20/1m",                             -- its manual
    limits    = { body_bytes = 19000, ["text.content"] = "5000 characters" },  -- ours: a group reads no more
}
