-- The site of the measurement: one person, one endpoint, which is the sink on loopback.
return site {
    name      = { zh = "浑江市", en = "Hunjiang" },
    zone      = "Asia/Shanghai",
    languages = { "zh", "en" },
    endpoints = {
        sink = { channel = "webhook", secret = "sink", at_once = 256, allow = { "127.0.0.0/8" } },
    },
    people = {
        ["wang.qiang"] = { name = "王强", contacts = { "sink:@" } },
    },
    rosters = {
        ["duty-room"] = { title = "市总值班室", titles = { officer = "主班" }, seats = { officer = { "wang.qiang" } },
                          order = { "officer" } },
    },
    self_alarm = { to = "duty:duty-room", text = "Muster cannot write its record." },
    fallback   = { { to = "duty:duty-room", within = "1h" } },
}
