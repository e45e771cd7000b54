-- ntfy: a push on a phone, with a button that answers at one touch. The contact is the topic, which only
-- the person knows. A server of one's own and its access token are in the secret file; both may be left out:
--     url=https://ntfy.example/
--     key=tk_…
return channel "ntfy" {
    method   = "POST",
    url      = "https://ntfy.sh/",
    headers  = { ["content-type"] = "application/json" },
    maps     = {
        priority = { I = 5, II = 5, III = 4, IV = 3, ["*"] = 4 },  -- 5 rings through "do not disturb"
        coming   = { zh = "我能到", ["*"] = "I am coming" },
        answer   = { zh = "答复", ["*"] = "Answer" },
    },
    body     = {
        title    = "{mark}{incident.title}",
        message  = "{mark}{text}\n{code_line}",
        priority = "{incident.grade|priority}",
        tags     = { "rotating_light" },
        actions  = {
            { ["?"] = "callback_url", action = "http", label = "{lang|coming}", method = "POST", url = "{callback_url}",
              headers = { ["content-type"] = "application/x-www-form-urlencoded" }, body = "code={code}", clear = true },
            { ["?"] = "answer_url", action = "view", label = "{lang|answer}", url = "{answer_url}" },
        },
    },
    variants = {
        recovered = { title = "{mark}{incident.title}", message = "{mark}{text}", tags = { "white_check_mark" } },
        digest    = { message = "{mark}{digest}", priority = 4 },
    },
    private   = { topic = "{contact}" },
    sign      = "bearer",
    contact   = "token",
    success   = { status = "200" },
    probe     = { path = "/v1/health", status = "200", json = { healthy = true } },
    reference = "id",
    receipt   = "none",
    resend_harmless = true,
    rate      = "60/5m",                             -- ntfy.sh: 60 at once, then one in five seconds
    limits    = { message = "4000 bytes", title = "250 bytes" },  -- its manual: beyond 4096 bytes a message becomes a file
}
