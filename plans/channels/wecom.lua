-- 企业微信群机器人: a text in a group. The address is the secret:
--     url=https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…
-- Whose contact is a mobile number is mentioned by it.
return channel "wecom" {
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
    private   = { text = { ["?"] = "contact", mentioned_mobile_list = { "{contact}" } } },
    success   = { status = "200", json = { errcode = 0 } },
    throttled = { json = { errcode = 45009 }, wait = "1m" },
    again     = { json = { errcode = -1 } },         -- "system busy", its list of codes
    receipt   = "none",
    resend_harmless = true,
    rate      = "20/1m",                             -- its manual
    limits    = { ["text.content"] = "2048 bytes" }, -- its manual
}
