-- Twilio: a short message, or a voice that reads the text. An endpoint says which: as = "sms", as = "voice".
-- The contact is a number like +8613800000000. The secret file:
--     user=AC…            Account SID
--     key=…               its Auth Token
--     from=+1…            the number that it is sent from
return channel "twilio" {
    method    = "POST",
    contact   = "phone",
    encoding  = "form",
    private   = { To = "{contact}", From = "{secret.from}" },
    sign      = "basic",
    success   = { status = "201" },
    throttled = { status = "429" },
    reference = "sid",
    probe     = { path = "/2010-04-01/Accounts/{secret.user}.json", status = "200", json = { status = "active" } },
    receipt   = "none",
    resend_harmless = false,                         -- there is no key by which it would know a second one
    rate      = "60/1m",                             -- its manual: one a second from a usual number
    ways = {
        sms = {
            url    = "https://api.twilio.com/2010-04-01/Accounts/{secret.user}/Messages.json",
            body   = { Body = "{mark}{incident.title}\n{text}\n{code_line} {answer_url}", StatusCallback = "{callback_url}" },
            variants = {
                recovered = { Body = "{mark}{incident.title}\n{text}" },
                digest    = { Body = "{mark}{digest}" },
            },
            limits = { Body = "1600 characters" },   -- its manual; each 70 characters of Chinese are paid for as one
        },
        voice = {
            url    = "https://api.twilio.com/2010-04-01/Accounts/{secret.user}/Calls.json",
            maps   = { voice = { zh = "zh-CN", ["*"] = "en-US" } },
            body   = { Twiml = '<Response><Say language="{lang|voice}" loop="3">{mark}{text} {code_line}</Say></Response>',
                       StatusCallback = "{callback_url}" },
            variants = {
                recovered = { Twiml = '<Response><Say language="{lang|voice}">{mark}{text}</Say></Response>' },
                digest    = { Twiml = '<Response><Say language="{lang|voice}" loop="2">{mark}{digest}</Say></Response>' },
            },
            limits = { Twiml = "4000 characters" },  -- its manual
        },
    },
}
