--- Sleeps until its moment in a minute that begins at FROM, and is awake then.
local FROM, SPREAD = 0, 60000 -- ms since 1970, ms; FROM is set by the measurement

local plan = plan "sleeper" {
    title    = { zh = "定时", en = "A sleeper" },
    version  = "1",
    owner    = "person:wang.qiang",
    ends     = "order",
    fallback = { { to = "duty:duty-room", within = "1h" } },
}

function plan.respond()
    local s = (FROM + random(SPREAD) - now()) // 1000
    if s < 1 then
        s = 1
    end
    sleep(s .. "s")
end

return plan
