--- One person is called and does not answer: what the other program does with an alert.
local plan = plan "one_call" {
    title    = { zh = "一次呼叫", en = "One call" },
    version  = "1",
    owner    = "person:wang.qiang",
    ends     = "order",
    fallback = { { to = "duty:duty-room", within = "1h" } },
}

function plan.respond()
    call { to = "person:wang.qiang", within = "1d", text = T "{title}" }
end

return plan
