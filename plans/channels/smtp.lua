-- A mail. The contact is an address; the server, and who we are there, stand in the secret file:
--     url=smtp://mail.example:587         smtps:// for TLS from the first byte
--     from=浑江市总值班室 <duty@hunjiang.example>
--     user=duty
--     key=…
-- Mails of one incident are one thread.
return channel "smtp" {
    contact  = "email",
    encoding = "mail",
    body     = {
        subject = "{mark}{incident.title}",
        text    = "{mark}{text}\n\n{code_line}\n{answer_url}\n",
        thread  = "{thread}",
    },
    variants = {
        recovered = { subject = "{mark}{incident.title}", text = "{mark}{text}\n", thread = "{thread}" },
        digest    = { subject = "{mark}{incident.title}", text = "{mark}{digest}\n", thread = "{thread}" },
    },
    receipt  = "none",                               -- taken by the server; whether it was read no mail says
    resend_harmless = true,                          -- every attempt has the same Message-ID
    rate     = "100/1m",
    limits   = { subject = "200 characters" },       -- ours: what a list of mails shows
}
