-- Microsoft Teams, a workflow "when a webhook request is received" that posts a card. The address is the
-- secret:
--     url=https://….logic.azure.com/workflows/…
-- 202 says that the workflow has begun; whether it could post is told to nobody: have a second contact.
-- Text stands in RichTextBlocks, which know no markdown.
return channel "teams" {
    method   = "POST",
    headers  = { ["content-type"] = "application/json" },
    maps     = {
        colour = { I = "attention", II = "attention", III = "warning", IV = "accent", ["*"] = "accent" },
        answer = { zh = "答复", ["*"] = "Answer" },
    },
    body     = {
        type = "message",
        attachments = { {
            contentType = "application/vnd.microsoft.card.adaptive",
            content = {
                ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
                type = "AdaptiveCard", version = "1.4",
                body = {
                    { type = "RichTextBlock", inlines = { { type = "TextRun", text = "{mark}{incident.title}",
                      weight = "bolder", size = "large", color = "{incident.grade|colour}" } } },
                    { type = "RichTextBlock", inlines = { { type = "TextRun", text = "{mark}{text}" } } },
                    { ["?"] = "code_line", type = "RichTextBlock", inlines = { { type = "TextRun", text = "{code_line}" } } },
                },
                actions = { { ["?"] = "answer_url", type = "Action.OpenUrl", title = "{lang|answer}", url = "{answer_url}" } },
            },
        } },
    },
    variants = {
        recovered = {
            type = "message",
            attachments = { {
                contentType = "application/vnd.microsoft.card.adaptive",
                content = {
                    ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
                    type = "AdaptiveCard", version = "1.4",
                    body = {
                        { type = "RichTextBlock", inlines = { { type = "TextRun", text = "{mark}{incident.title}",
                          weight = "bolder", color = "good" } } },
                        { type = "RichTextBlock", inlines = { { type = "TextRun", text = "{mark}{text}" } } },
                    },
                },
            } },
        },
        digest = {
            type = "message",
            attachments = { {
                contentType = "application/vnd.microsoft.card.adaptive",
                content = {
                    ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
                    type = "AdaptiveCard", version = "1.4",
                    body = { { type = "RichTextBlock", inlines = { { type = "TextRun", text = "{mark}{digest}" } } } },
                },
            } },
        },
    },
    success  = { status = "200 202" },
    receipt  = "none",
    resend_harmless = true,
    rate     = "60/1m",                              -- ours: a workflow takes more, people do not
    limits   = { body_bytes = 27000 },               -- its manual: about 28 KB
}
