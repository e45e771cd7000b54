-- 浑江市 (a city that does not exist): who is called, and by what.
--
-- Data only. Contacts are not here: "phone:@" is what the vault holds for this person and this
-- endpoint (muster contact set), secrets are files of the daemon. `muster plan check` reads this
-- file with all plans; a set with one error changes nothing.
return site {
    name      = { zh = "浑江市", en = "Hunjiang" },
    zone      = "Asia/Shanghai",
    languages = { "zh", "en" },

    -- The only ways out. drill = true: a drill may use it.
    endpoints = {
        phone    = { channel = "webhook", secret = "phone", drill = true },                 -- the app on people's phones
        desk     = { channel = "webhook", secret = "desk", drill = true },                  -- the screen on their desks
        province = { channel = "webhook", secret = "province", allow = { "10.20.0.0/16" } }, -- the duty room above us
    },

    -- Contacts in the order in which they are tried.
    people = {
        -- duty room 总值班室
        ["wang.qiang"] = { name = "王强", dept = "flood-office", contacts = { "phone:@", "desk:@" }, drill = true },
        ["li.ming"]    = { name = "李明", dept = "flood-office", contacts = { "phone:@", "desk:@" }, drill = true },
        ["zhao.lei"]   = { name = "赵磊", dept = "flood-office", contacts = { "phone:@" }, drill = true },
        -- headquarters 防汛指挥部
        ["han.mei"]    = { name = "韩梅", dept = "flood-office", contacts = { "phone:@" }, drill = true },
        ["sun.wei"]    = { name = "孙伟", dept = "flood-office", contacts = { "phone:@", "desk:@" }, drill = true },
        ["qian.min"]   = { name = "钱敏", dept = "flood-office", contacts = { "phone:@" }, drill = true },
        -- departments
        ["zhou.jie"]   = { name = "周杰", dept = "water", contacts = { "phone:@" }, drill = true },
        ["wu.fang"]    = { name = "吴芳", dept = "water", contacts = { "phone:@", "desk:@" } },
        ["zheng.hao"]  = { name = "郑浩", dept = "urban", contacts = { "phone:@" }, drill = true },
        ["xu.qing"]    = { name = "许晴", dept = "urban", contacts = { "phone:@" } },
        ["feng.tao"]   = { name = "冯涛", dept = "health", contacts = { "phone:@" } },
        ["chu.lan"]    = { name = "褚岚", dept = "hydrology", contacts = { "desk:@", "phone:@" }, drill = true },
        -- data bureau 数据局
        ["tang.yu"]    = { name = "唐宇", dept = "it", contacts = { "phone:@", "desk:@" }, drill = true },
        ["song.jia"]   = { name = "宋佳", dept = "it", contacts = { "phone:@", "desk:@" }, drill = true },
        ["wei.dong"]   = { name = "卫东", dept = "it", lang = "en", contacts = { "phone:@" }, drill = true },
    },

    -- A department is called at its duty roster or phone, then its head, then its backup.
    departments = {
        ["flood-office"]  = { name = "防汛办", duty = "duty:duty-room", head = "person:sun.wei" },
        water             = { name = "水务局", duty_phone = "desk:@", head = "person:zhou.jie", backup = "person:wu.fang" },
        urban             = { name = "住建局", head = "person:zheng.hao", backup = "person:xu.qing" },
        health            = { name = "卫健委", head = "person:feng.tao" },
        hydrology         = { name = "水文局", duty_phone = "desk:@", head = "person:chu.lan" },
        it                = { name = "数据局", duty = "duty:it-oncall", head = "person:wei.dong" },
        ["province-duty"] = { name = "省总值班室", endpoint = "province", outside = true },
    },

    posts = {
        ["flood-hq-commander"] = { title = "防指总指挥", holder = "person:han.mei", deputy = "post:flood-hq-deputy" },
        ["flood-hq-deputy"]    = { title = "防指副总指挥", holder = "person:sun.wei", deputy = "person:qian.min" },
        ["it-manager"]         = { title = "运维负责人", holder = "person:wei.dong", deputy = "person:song.jia" },
    },

    groups = {
        ["flood-members"] = { "dept:water", "dept:urban", "dept:health" },
        ["flood-experts"] = { "person:wu.fang", "person:chu.lan" },
    },

    places = {
        chengdong = { name = "城东区" },
        chengxi   = { name = "城西区" },
    },
    stations = {
        g7               = { kind = "gauge", name = "7号站", place = "chengdong", warning_m = 4.5, guarantee_m = 5.2 },
        g12              = { kind = "gauge", name = "12号站", place = "chengxi", warning_m = 3.8, guarantee_m = 4.4 },
        ["jiefang-road"] = { kind = "underpass", name = "解放路下穿", place = "chengdong" },
    },

    -- "duty:duty-room" calls the seats in this order, each for as long as the call says.
    rosters = {
        ["duty-room"] = {
            title  = "市总值班室",
            titles = { officer_a = "主班", officer_b = "副班", lead = "带班领导" },
            seats  = { officer_a = { "wang.qiang" }, officer_b = { "li.ming" }, lead = { "zhao.lei" } },
            order  = { "officer_a", "officer_b", "lead" },
        },
        ["it-oncall"] = {
            title  = "信息系统值班",
            titles = { primary = "运维主值", secondary = "运维备值" },
            seats  = { primary = { "tang.yu" }, secondary = { "song.jia" } },
            order  = { "primary", "secondary" },
        },
    },

    -- Who may order what: levels, the end.
    may_order = {
        ["post:flood-hq-commander"] = { flood = { "I", "II", "III", "IV", "terminate", "declare", "publish", "issue" } },
        ["post:flood-hq-deputy"]    = { flood = { "III", "IV", "terminate" } },
    },

    -- When nothing can be recorded any more, this is sent all the same.
    self_alarm = {
        to   = "duty:duty-room",
        text = { zh = "集结系统无法记录，请按纸质预案处置，并呼叫运维人员。",
                 en = "Muster cannot write its record. Work by the paper plan and call the operator." },
    },

    -- Who is called when a plan cannot run, or no plan fits.
    fallback = {
        { to = "duty:duty-room", within = "5m" },
        { to = "post:flood-hq-deputy", within = "5m" },
        { to = "post:flood-hq-commander", within = "10m" },
    },
}
