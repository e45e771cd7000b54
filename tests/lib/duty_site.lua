-- The site of the stories about duty: a room in which people take turns, and a desk with office hours.
return site {
    name = { zh = "浑江市", en = "Hunjiang" },
    zone = "Asia/Shanghai",
    languages = { "zh", "en" },
    endpoints = {
        pager = { channel = "webhook", secret = "pager", drill = true },
        phone = { channel = "webhook", secret = "phone" },
    },
    people = {
        ["wang.qiang"] = { name = "王强", contacts = { "pager:@", "phone:@" }, drill = true },
        ["li.ming"] = { name = "李明", contacts = { "pager:@" }, drill = true },
        ["zhao.lei"] = { name = "赵磊", contacts = { "pager:@" }, drill = true },
        ["sun.wei"] = { name = "孙伟", contacts = { "phone:@" } },
        ["qian.min"] = { name = "钱敏", contacts = { "phone:@" } },
    },
    calendars = { work = { days = "mon-fri", hours = "09:00-18:00", holidays = "cn" } },
    holidays = { cn = { ["2026"] = "holidays/cn-2026.lua" } },
    rosters = {
        ["duty-room"] = {
            title = "总值班室", titles = { officer_a = "主班", officer_b = "副班", lead = "带班领导" },
            handover = "08:00", every = "1d", from = "2026-07-20", notify = true,
            seats = {
                officer_a = { "wang.qiang", "li.ming", "zhao.lei" },
                officer_b = { "li.ming", "zhao.lei", "wang.qiang" },
                lead = { "sun.wei" },
            },
            order = { "officer_a", "officer_b", "lead" },
            holiday = { seats = { lead = { "qian.min" } } },
        },
        desk = {
            title = "服务台", titles = { day = "坐席", night = "夜班" },
            handover = "mon 09:00", every = "1w", from = "2026-07-01",
            seats = { day = { "zhao.lei", "li.ming" }, night = { "wang.qiang" } }, order = { "day", "night" },
            hours = { day = { "workday 09:00-18:00" } },
            approves = "person:qian.min",
            spot_check = { per_month = 2 },
        },
    },
    self_alarm = { to = "duty:duty-room", text = "Muster cannot write its record. Work by the paper plan." },
    fallback = { { to = "duty:duty-room", within = "5m" } },
}
