-- Slack, an incoming webhook. The address is the secret:
--     url=https://hooks.slack.com/services/T…/B…/…
-- `text` is what a notification shows; the attachment has the colour of the grade. With as = "buttons"
-- people answer in the chat: the app's "Interactivity" must have an address of this daemon for its
-- request URL (/r/ENDPOINT/KEY), and a person's contact is the member's id (U…).
return channel "slack" {
    method   = "POST",
    headers  = { ["content-type"] = "application/json" },
    escape   = "entities",                           -- <!channel> in a text is text, and calls nobody
    maps     = {
        colour = { I = "#c9252d", II = "#e8730c", III = "#e6b800", IV = "#2f6fd0", ["*"] = "#2f6fd0" },
        answer = { zh = "答复", ["*"] = "Answer" },
        coming = { zh = "我能到", ["*"] = "I am coming" },
        cannot = { zh = "来不了", ["*"] = "I cannot" },
        pass   = { zh = "转给副职", ["*"] = "Pass it on" },
    },
    body     = {
        text = "{mark}{incident.title}",
        attachments = { {
            color    = "{incident.grade|colour}",
            fallback = "{mark}{text}",
            blocks   = {
                { type = "section", text = { type = "mrkdwn", text = "{mark}{text}" } },
                { ["?"] = "code_line", type = "section", text = { type = "mrkdwn", text = "{code_line}" } },
                { ["?"] = "answer_url", type = "section", text = { type = "mrkdwn", text = "<{answer_url}|{lang|answer}>" } },
            },
        } },
    },
    variants = {
        recovered = { text = "{mark}{incident.title}\n{text}" },
        digest    = { text = "{mark}{digest}" },
    },
    success  = { status = "200" },                   -- "ok"; what it refuses is 400, 403, 404 or 410
    receipt  = "none",
    resend_harmless = true,
    rate     = "60/1m",                              -- its manual: about one a second
    limits   = {
        text = "4000 characters",                    -- its manual: more is cut there
        ["attachments[1].blocks[1].text.text"] = "3000 characters",  -- its manual: a section
        ["attachments[1].fallback"] = "1000 characters",
    },
    ways     = {
        buttons = {
            contact = "token",
            body = {
                text = "{mark}{incident.title}",
                attachments = { {
                    color    = "{incident.grade|colour}",
                    fallback = "{mark}{text}",
                    blocks   = {
                        { type = "section", text = { type = "mrkdwn", text = "{mark}{text}" } },
                        { ["?"] = "callback_url", type = "actions", elements = {
                            { type = "button", action_id = "accept", style = "primary", value = "{callback_url}",
                              text = { type = "plain_text", text = "{lang|coming}" } },
                            { type = "button", action_id = "decline", value = "{callback_url}",
                              text = { type = "plain_text", text = "{lang|cannot}" } },
                            { type = "button", action_id = "pass", value = "{callback_url}",
                              text = { type = "plain_text", text = "{lang|pass}" } },
                        } },
                    },
                } },
            },
        },
    },
}
