-- The site of the fan-out: ten thousand people, all reached by the sink on loopback.
local people, everybody = { ["wang.qiang"] = { name = "王强", contacts = { "sink:@" } } }, {}
for n = 1, 10000 do
    people["p" .. n] = { name = "某" .. n, contacts = { "sink:@" } }
    everybody[n] = "person:p" .. n
end

return site {
    name      = { zh = "浑江市", en = "Hunjiang" },
    zone      = "Asia/Shanghai",
    languages = { "zh", "en" },
    endpoints = {
        sink = { channel = "webhook", secret = "sink", at_once = 64, allow = { "127.0.0.0/8" } },
    },
    people    = people,
    groups    = { everybody = everybody },
    rosters   = {
        ["duty-room"] = { title = "市总值班室", titles = { officer = "主班" }, seats = { officer = { "wang.qiang" } },
                          order = { "officer" } },
    },
    self_alarm = { to = "duty:duty-room", text = "Muster cannot write its record." },
    fallback   = { { to = "duty:duty-room", within = "1h" } },
}
