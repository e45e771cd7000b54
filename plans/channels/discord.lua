-- Discord, a webhook of a channel. The address is the secret:
--     url=https://discord.com/api/webhooks/ID/TOKEN
return channel "discord" {
    method   = "POST",
    headers  = { ["content-type"] = "application/json" },
    query    = { wait = "true" },                    -- it answers with the message, and with what is wrong in it
    maps     = { colour = { I = 13182253, II = 15233804, III = 15120384, IV = 3108816, ["*"] = 3108816 } },
    body     = {
        content = "{mark}{incident.title}",
        embeds  = { { description = "{mark}{text}\n{code_line}\n{answer_url}", color = "{incident.grade|colour}" } },
        allowed_mentions = { parse = {} },           -- @everyone in a text calls nobody
    },
    variants = {
        recovered = { content = "{mark}{incident.title}\n{text}", allowed_mentions = { parse = {} } },
        digest    = { content = "{mark}{digest}", allowed_mentions = { parse = {} } },
    },
    success   = { status = "200" },
    throttled = { status = "429", retry_after = "retry_after" },
    reference = "id",
    probe     = { status = "200" },                  -- a GET of the address gives the webhook itself
    receipt   = "none",
    resend_harmless = true,
    rate      = "30/1m",                             -- its manual: 30 a minute for a channel
    limits    = { content = "2000 characters", ["embeds[1].description"] = "4096 characters" },  -- its manual
}
