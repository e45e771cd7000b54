-- 飞书自定义机器人 (Lark's as well): a card in a group. The secret file has the bot's address and, where
-- the bot checks signatures, its secret:
--     url=https://open.feishu.cn/open-apis/bot/v2/hook/…
--     key=…
-- The text is plain_text and not lark_md: nothing in it can call everybody or become a link.
return channel "feishu" {
    method   = "POST",
    headers  = { ["content-type"] = "application/json" },
    maps     = {
        colour = { I = "red", II = "orange", III = "yellow", IV = "blue", ["*"] = "blue" },
        answer = { zh = "答复", ["*"] = "Answer" },
    },
    body     = {
        msg_type = "interactive",
        card = {
            header   = { title = { tag = "plain_text", content = "{mark}{incident.title}" }, template = "{incident.grade|colour}" },
            elements = {
                { tag = "div", text = { tag = "plain_text", content = "{mark}{text}" } },
                { ["?"] = "code_line", tag = "div", text = { tag = "plain_text", content = "{code_line}" } },
                { ["?"] = "answer_url", tag = "action", actions = {
                    { tag = "button", type = "primary", url = "{answer_url}",
                      text = { tag = "plain_text", content = "{lang|answer}" } } } },
            },
        },
    },
    variants = {
        recovered = {
            msg_type = "interactive",
            card = {
                header   = { title = { tag = "plain_text", content = "{mark}{incident.title}" }, template = "green" },
                elements = { { tag = "div", text = { tag = "plain_text", content = "{mark}{text}" } } },
            },
        },
        digest = { msg_type = "text", content = { text = "{mark}{digest}" } },
    },
    sign      = "feishu",                            -- timestamp and sign go into the body, per attempt
    success   = { status = "200", json = { code = 0 } },  -- 19021 signature, 19022 address, 19024 keyword: refused
    throttled = { json = { code = 11232 }, wait = "10s" },
    receipt   = "none",
    resend_harmless = true,
    rate      = "100/1m",                            -- its manual: 100 a minute and 5 a second; not on the full hour
    limits    = { body_bytes = 19800 },              -- its manual: 20 KB, timestamp and sign included
}
