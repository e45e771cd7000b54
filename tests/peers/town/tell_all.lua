--- Everybody is told: one notice to ten thousand people.
local plan = plan "tell_all" {
    title    = { zh = "全城通知", en = "Tell everybody" },
    version  = "1",
    owner    = "person:wang.qiang",
    ends     = "order",
    fallback = { { to = "duty:duty-room", within = "1h" } },
}

function plan.respond()
    notify { to = "group:everybody", text = T "{title}" }
    sleep "1d"
end

return plan
