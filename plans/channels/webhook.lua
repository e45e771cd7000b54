-- JSON to any receiver of ours, signed as Standard Webhooks has it. Data only: the engine fills the
-- {fields} and escapes them; no plan code is needed to call somebody.
return channel "webhook" {
    method  = "POST",
    headers = { ["content-type"] = "application/json" },
    body    = {
        type = "{type}", timestamp = "{at}",
        data = {
            notice     = "{notice.id}",
            to         = "{person.id}",
            text       = "{mark}{text}",
            lang       = "{lang}",
            code       = "{code}",
            answer_url = "{answer_url}",
            attempt    = "{attempt:number}",
            incident   = {
                id    = "{incident.id}",
                title = "{mark}{incident.title}",
                plan  = "{incident.plan}",
                grade = "{incident.grade}",
                level = "{incident.level}",
                place = "{incident.place}",
                drill = "{drill:boolean}",
            },
        },
    },
    sign    = "standard-webhooks",          -- the key is in the endpoint's secret
    success = { status = "2xx" },
    receipt = "none",                       -- a 200 says that the machine there has it, not that a person saw it
    resend_harmless = true,                 -- every attempt has the same webhook-id
    limits  = { body_bytes = 20000 },
}
