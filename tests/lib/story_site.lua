-- The site of the story tests: a small duty room, two posts, one endpoint that a drill may use.
return site {
    name = { zh = "浑江市", en = "Hunjiang" },
    zone = "Asia/Shanghai",
    languages = { "zh", "en" },
    endpoints = {
        pager = { channel = "webhook", secret = "pager", drill = true },
        phone = { channel = "webhook", secret = "phone" },
        chat = { channel = "webhook", secret = "chat", rate = "20/1m", at_once = 20 }, -- a bot
        screen = { channel = "demo", secret = "screen" }, -- says when a message was seen
    },
    people = {
        ["wang.qiang"] = { name = "王强", dept = "flood-office", contacts = { "pager:@", "phone:@" }, drill = true },
        ["li.ming"] = { name = "李明", dept = "flood-office", contacts = { "pager:@" }, drill = true },
        ["sun.wei"] = { name = "孙伟", dept = "flood-office", contacts = { "phone:@" } },
        ["han.mei"] = { name = "韩梅", dept = "flood-office", lang = "en", contacts = { "phone:@" } },
        ["gao.lin"] = { name = "高林", dept = "flood-office", contacts = { "chat:@" } },
        ["ma.chao"] = { name = "马超", dept = "flood-office", contacts = { "chat:@" } },
        ["lin.tao"] = { name = "林涛", dept = "flood-office", contacts = { "screen:@", "phone:@" } },
        ["zhou.jie"] = { name = "周杰", dept = "flood-office", contacts = { "screen:@" } },
    },
    departments = {
        ["flood-office"] = { name = "防汛办", duty = "duty:duty-room", head = "person:sun.wei" },
    },
    posts = {
        deputy = { title = "副总指挥", holder = "person:sun.wei", deputy = "person:li.ming" },
        commander = { title = "总指挥", holder = "person:han.mei", deputy = "post:deputy" },
    },
    groups = {
        leaders = { "post:deputy", "post:commander" },
        experts = { "person:sun.wei", "person:li.ming", "person:zhou.jie" },
    },
    stations = {
        g7 = { kind = "gauge", name = "7号站", warning_m = 4.5, guarantee_m = 5.2 },
        ["east-pass"] = { kind = "underpass", name = "东下穿", deep_cm = 27 },
        ["west-pass"] = { kind = "underpass", name = "西下穿", deep_cm = 40 },
    },
    may_order = {
        ["post:deputy"] = { flood = { "IV", "III", "terminate" } },
        ["post:commander"] = { flood = { "I", "II", "III", "IV", "terminate", "declare", "publish", "issue" } },
    },
    rosters = {
        ["duty-room"] = {
            title = "总值班室", titles = { officer_a = "主班", officer_b = "副班" },
            seats = { officer_a = { "wang.qiang" }, officer_b = { "li.ming" } },
            order = { "officer_a", "officer_b" },
        },
    },
    calendars = { work = { days = "mon-fri", hours = "09:00-18:00" } },
    deadlines = { city = { basis = "City rule", due = "1h", phone = "30m" } },
    self_alarm = { to = "duty:duty-room", text = "Muster cannot write its record. Work by the paper plan." },
    fallback = { { to = "duty:duty-room", within = "5m" }, { to = "post:commander", within = "5m" } },
}
