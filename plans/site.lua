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
        ["feng.tao"]   = { name = "冯涛", dept = "health", contacts = { "phone:@" }, drill = true },
        ["chu.lan"]    = { name = "褚岚", dept = "hydrology", contacts = { "desk:@", "phone:@" }, drill = true },
        -- data bureau 数据局
        ["tang.yu"]    = { name = "唐宇", dept = "it", contacts = { "phone:@", "desk:@" }, drill = true },
        ["song.jia"]   = { name = "宋佳", dept = "it", contacts = { "phone:@", "desk:@" }, drill = true },
        ["wei.dong"]   = { name = "卫东", dept = "it", lang = "en", contacts = { "phone:@" }, drill = true },
        -- the city 市政府
        ["meng.bo"]    = { name = "孟波", dept = "emergency", contacts = { "phone:@" }, drill = true },
        ["fan.rong"]   = { name = "范蓉", dept = "flood-office", contacts = { "phone:@", "desk:@" }, drill = true },
        -- who leads a plan 牵头部门
        ["luo.min"]    = { name = "罗敏", dept = "emergency", contacts = { "phone:@", "desk:@" }, drill = true },
        ["he.jun"]     = { name = "何军", dept = "fire", contacts = { "phone:@" }, drill = true },
        ["yan.qi"]     = { name = "严琦", dept = "environment", contacts = { "phone:@", "desk:@" }, drill = true },
        ["jiang.tao"]  = { name = "蒋涛", dept = "development", contacts = { "phone:@" }, drill = true },
        ["xie.yun"]    = { name = "谢云", dept = "petition", contacts = { "phone:@", "desk:@" }, drill = true },
        ["pan.lin"]    = { name = "潘琳", dept = "cyber", contacts = { "phone:@" }, drill = true },
        ["qin.yue"]    = { name = "秦越", dept = "cdc", contacts = { "phone:@" }, drill = true },
        ["shi.lei"]    = { name = "石磊", dept = "power", contacts = { "phone:@" }, drill = true },
    },

    -- A department is called at its duty roster or phone, then its head, then its backup.
    departments = {
        ["flood-office"]  = { name = "防汛办", duty = "duty:duty-room", head = "person:sun.wei" },
        water             = { name = "水务局", duty_phone = "desk:@", head = "person:zhou.jie", backup = "person:wu.fang" },
        urban             = { name = "住建局", head = "person:zheng.hao", backup = "person:xu.qing" },
        health            = { name = "卫健委", head = "person:feng.tao" },
        hydrology         = { name = "水文局", duty_phone = "desk:@", head = "person:chu.lan" },
        it                = { name = "数据局", duty = "duty:it-oncall", head = "person:wei.dong" },
        -- with a head who can be called, and a duty phone 有牵头任务的部门
        emergency         = { name = "应急管理局", duty_phone = "desk:@", head = "person:luo.min" },
        fire              = { name = "消防救援支队", duty_phone = "desk:@", head = "person:he.jun" },
        environment       = { name = "生态环境局", duty_phone = "desk:@", head = "person:yan.qi" },
        development       = { name = "发展改革委", duty_phone = "desk:@", head = "person:jiang.tao" },
        petition          = { name = "信访局", duty_phone = "desk:@", head = "person:xie.yun" },
        cyber             = { name = "网信办", duty_phone = "desk:@", head = "person:pan.lin" },
        power             = { name = "供电公司", duty_phone = "desk:@", head = "person:shi.lei" },
        cdc               = { name = "疾控中心", duty_phone = "desk:@", head = "person:qin.yue" },
        -- by their duty phone alone 只列值班电话的单位
        police            = { name = "公安局", duty_phone = "desk:@" },
        transport         = { name = "交通运输局", duty_phone = "desk:@" },
        weather           = { name = "气象局", duty_phone = "desk:@" },
        huagong           = { name = "化工园区管委会", duty_phone = "desk:@" },
        telecom           = { name = "通信管理办公室", duty_phone = "desk:@" },
        education         = { name = "教育局", duty_phone = "desk:@" },
        civil             = { name = "民政局", duty_phone = "desk:@" },
        publicity         = { name = "宣传部", duty_phone = "desk:@" },
        chengdong         = { name = "城东区政府", duty_phone = "desk:@" },
        chengxi           = { name = "城西区政府", duty_phone = "desk:@" },
        ["province-duty"] = { name = "省总值班室", endpoint = "province", outside = true },
    },

    posts = {
        ["flood-hq-commander"] = { title = "防指总指挥", holder = "person:han.mei", deputy = "post:flood-hq-deputy" },
        ["flood-hq-deputy"]    = { title = "防指副总指挥", holder = "person:sun.wei", deputy = "person:qian.min" },
        ["it-manager"]         = { title = "运维负责人", holder = "person:wei.dong", deputy = "person:song.jia" },
        ["emergency-commander"] = { title = "应急总指挥", holder = "person:meng.bo", deputy = "post:emergency-deputy" },
        ["emergency-deputy"]   = { title = "应急副总指挥", holder = "person:luo.min", deputy = "person:he.jun" },
        ["fire-commander"]     = { title = "火场总指挥", holder = "person:he.jun", deputy = "person:luo.min" },
        ["power-commander"]    = { title = "停电应急指挥长", holder = "person:jiang.tao", deputy = "person:luo.min" },
        ["cyber-commander"]    = { title = "网络安全应急指挥长", holder = "person:pan.lin", deputy = "person:wei.dong" },
        ["health-commander"]   = { title = "卫生应急总指挥", holder = "person:feng.tao", deputy = "person:qin.yue" },
        ["secretary-general"]  = { title = "市政府秘书长", holder = "person:fan.rong", deputy = "person:xie.yun" },
    },

    groups = {
        ["flood-members"] = { "dept:water", "dept:urban", "dept:health" },
        ["flood-experts"] = { "person:wu.fang", "person:chu.lan" },
        ["leak-experts"]  = { "person:yan.qi", "person:he.jun" },
        ["health-experts"] = { "person:qin.yue", "person:feng.tao" },
        ["health-members"] = { "dept:health", "dept:cdc", "dept:education", "dept:transport", "dept:civil", "dept:publicity" },
        ["storm-members"] = { "dept:transport", "dept:police", "dept:urban", "dept:power", "dept:education", "dept:civil" },
        districts         = { "dept:chengdong", "dept:chengxi" },
        ["meeting-members"] = { "dept:water", "dept:urban", "dept:health", "dept:education", "dept:transport" },
    },

    places = {
        chengdong = { name = "城东区" },
        chengxi   = { name = "城西区" },
        huagong   = { name = "化工园区", in_ = "chengdong" },
    },
    stations = {
        g7               = { kind = "gauge", name = "7号站", place = "chengdong", warning_m = 4.5, guarantee_m = 5.2 },
        g12              = { kind = "gauge", name = "12号站", place = "chengxi", warning_m = 3.8, guarantee_m = 4.4 },
        ["jiefang-road"] = { kind = "underpass", name = "解放路下穿", place = "chengdong" },
        -- the works' fence, one for each wind: what is measured is per cent of the limit of the substance
        ["fence-n"]      = { kind = "fence", name = "园区北监测点", place = "huagong" },
        ["fence-e"]      = { kind = "fence", name = "园区东监测点", place = "huagong" },
        ["fence-s"]      = { kind = "fence", name = "园区南监测点", place = "huagong" },
        ["fence-w"]      = { kind = "fence", name = "园区西监测点", place = "huagong" },
        -- how many people fit
        ["people-square"] = { kind = "square", name = "人民广场", place = "chengdong", capacity = 8000 },
        -- who must not be without power: for how long the own supply lasts
        ["hospital-1"]   = { kind = "key_user", name = "市第一医院" },
        ["waterworks"]   = { kind = "key_user", name = "东山水厂" },
        ["heat-plant"]   = { kind = "key_user", name = "城西热源厂" },
    },

    -- Which days are worked: the week, and what the year's arrangement makes of it (调休). Replace the file
    -- of a year when its arrangement is announced.
    calendars = { work = { days = "mon-fri", hours = "09:00-18:00", holidays = "cn" } },
    holidays  = { cn = { ["2026"] = "holidays/cn-2026.lua", ["2027"] = "holidays/cn-2027.lua" } },

    -- "duty:duty-room" calls the seats in this order, each for as long as the call says. Who takes turns is
    -- worked out from handover, every and from: the first of each seat begins on the first handover from then
    -- on. On days off the seats of `holiday` have a rotation of their own; `shifts` stand in the place of the
    -- rotation for a time. muster duty now, muster duty show; changes: muster duty override, swap.
    rosters = {
        ["duty-room"] = {
            title    = "市总值班室",
            titles   = { officer_a = "主班", officer_b = "副班", lead = "带班领导" },
            handover = "08:00", every = "1d", from = "2026-01-01",
            seats    = { officer_a = { "wang.qiang" }, officer_b = { "li.ming" }, lead = { "zhao.lei" } },
            order    = { "officer_a", "officer_b", "lead" },
            holiday  = { seats = { lead = { "zhao.lei", "sun.wei", "qian.min" } } }, -- 节假日领导带班
        },
        ["it-oncall"] = {
            title    = "信息系统值班",
            titles   = { primary = "运维主值", secondary = "运维备值" },
            handover = "mon 09:00", every = "2w", from = "2025-12-29",
            seats    = { primary = { "tang.yu", "song.jia" }, secondary = { "song.jia", "tang.yu" } },
            order    = { "primary", "secondary" },
        },
    },

    -- Who may order what: levels, the end, what is published, that two incidents are one. A deputy is
    -- asked where the holder of a post does not answer, and needs a right of their own.
    may_order = {
        ["post:flood-hq-commander"] = { flood = { "I", "II", "III", "IV", "terminate", "declare", "publish", "issue",
                                                  "merge", "split" } },
        ["post:flood-hq-deputy"]    = { flood = { "III", "IV", "terminate", "merge", "split" } },
        ["person:qian.min"]         = { flood = { "III", "IV" } },
        ["post:emergency-commander"] = {
            fire         = { "I", "II", "III", "IV", "terminate", "merge", "split" },
            hazmat       = { "I", "II", "III", "IV", "terminate", "publish", "issue", "merge", "split" },
            blackout     = { "I", "II", "III", "IV", "terminate", "merge", "split" },
            winter_storm = { "I", "II", "III", "IV", "terminate", "publish", "issue", "merge", "split" },
            cyber        = { "I", "II", "III", "IV", "terminate", "merge", "split" },
            epidemic     = { "I", "II", "III", "IV", "terminate", "publish", "issue", "merge", "split" },
        },
        ["post:emergency-deputy"]   = {
            hazmat       = { "III", "IV", "terminate", "publish" },
            winter_storm = { "III", "IV", "terminate" },
            fire         = { "III", "IV", "terminate" },
            blackout     = { "III", "IV", "terminate" },
            cyber        = { "III", "IV", "terminate" },
            epidemic     = { "III", "IV", "terminate" },
        },
        ["post:fire-commander"]     = { fire = { "III", "IV", "terminate" } },
        ["person:he.jun"]           = {
            hazmat = { "III", "IV" }, winter_storm = { "III", "IV" },
        },
        ["post:power-commander"]    = { blackout = { "III", "IV", "terminate" } },
        ["post:cyber-commander"]    = { cyber = { "III", "IV", "terminate" } },
        ["post:it-manager"]         = { cyber = { "IV" } },
        ["post:health-commander"]   = { epidemic = { "III", "IV", "terminate" } },
        ["person:qin.yue"]          = { epidemic = { "III", "IV" } },
        ["post:secretary-general"]  = { gathering = { "I", "II", "III", "IV", "terminate", "merge", "split" } },
        ["person:xie.yun"]          = { gathering = { "III", "IV" } },
    },

    -- By when the law wants what reported, and to whom: the head of a plan names a rule as the basis of
    -- a report, and may be stricter than it, not laxer. Where the law says "at once" there is no due.
    -- { grade = {…} }: by the grade of the event. Check them against the text in force in your place.
    deadlines = {
        ["act"] = {
            basis = { zh = "突发事件应对法（2024）第17、61、69条", en = "Emergency Response Act 2024, art. 17, 61, 69" },
            actor = { zh = "地方人民政府", en = "any government" },
            to = { zh = "上一级人民政府，必要时可越级", en = "the next level up; may skip one" },
        },
        ["municipal"] = {
            basis = { zh = "市信息报送规定：电话30分钟、书面1小时", en = "City rule: by telephone 30 min, written 1 h" },
            actor = { zh = "县区、市级部门", en = "districts and departments" },
            to = { zh = "上级总值班室", en = "the duty room above" },
            phone = "30m", due = "1h",
        },
        ["493.unit"] = {
            basis = { zh = "生产安全事故报告和调查处理条例（令493）第9条", en = "Regulation 493 on work accidents, art. 9" },
            actor = { zh = "单位负责人", en = "head of the unit" },
            to = { zh = "县级应急管理部门", en = "county emergency department" },
            due = "1h",
        },
        ["493.government"] = {
            basis = {
                zh = "生产安全事故报告和调查处理条例（令493）第10、11条：逐级上报每级不超过2小时",
                en = "Regulation 493, art. 10, 11: at most 2 h a level",
            },
            actor = { zh = "应急管理部门", en = "emergency department" },
            to = { zh = "上一级部门", en = "the next level up" },
            due = "2h",
        },
        ["493.revision"] = {
            basis = {
                zh = "生产安全事故报告和调查处理条例（令493）第13条：伤亡补报，火灾、道路交通7日",
                en = "Regulation 493, art. 13: casualties revised; fire and road 7 days",
            },
            actor = { zh = "事故单位、部门", en = "unit and departments" },
            to = { zh = "原报告对象", en = "whom it was reported to" },
            due = "30d",
        },
        ["376.hospital"] = {
            basis = { zh = "突发公共卫生事件应急条例（令376）第20条", en = "Regulation 376 on public health emergencies, art. 20" },
            actor = { zh = "医疗卫生机构、有关单位", en = "hospital or unit" },
            to = { zh = "县级卫生健康部门", en = "county health authority" },
            due = "2h",
        },
        ["376.county"] = {
            basis = { zh = "突发公共卫生事件应急条例（令376）第19、20条", en = "Regulation 376, art. 19, 20" },
            actor = { zh = "县级卫生健康部门", en = "county health authority" },
            to = { zh = "本级人民政府和上级卫生健康部门", en = "county government and the level above" },
            due = "2h",
        },
        ["376.province"] = {
            basis = { zh = "突发公共卫生事件应急条例（令376）第19条", en = "Regulation 376, art. 19" },
            actor = { zh = "省级人民政府", en = "province" },
            to = { zh = "国务院卫生健康部门", en = "national health authority" },
            due = "1h",
        },
        ["599"] = {
            basis = {
                zh = "电力安全事故应急处置和调查处理条例（令599）第8、9条：逐级立即报告",
                en = "Regulation 599 on power accidents, art. 8, 9: at once at every hop",
            },
            actor = { zh = "现场人员、调度、企业负责人", en = "on-duty staff, dispatcher, head" },
            to = { zh = "监管机构", en = "regulator" },
        },
        ["cyber.critical"] = {
            basis = {
                zh = "国家网络安全事件报告管理办法第4条：关键信息基础设施",
                en = "Cyber incident reporting rule 2025, art. 4: critical infrastructure",
            },
            actor = { zh = "运营者", en = "operator" },
            to = { zh = "保护工作部门、公安机关", en = "protection department and police" },
            due = "1h",
        },
        ["cyber.protection"] = {
            basis = {
                zh = "国家网络安全事件报告管理办法第4条：重大、特别重大事件",
                en = "Cyber incident reporting rule 2025, art. 4: grades I and II",
            },
            actor = { zh = "保护工作部门", en = "protection department" },
            to = { zh = "国家网信部门、国务院公安部门", en = "national cyber office and police" },
            due = "30m",
        },
        ["cyber.central"] = {
            basis = {
                zh = "国家网络安全事件报告管理办法第4条：中央和国家机关",
                en = "Cyber incident reporting rule 2025, art. 4: central organs",
            },
            actor = { zh = "中央和国家机关各部门", en = "central organs" },
            to = { zh = "本部门网信机构", en = "own cyber office" },
            due = "2h",
        },
        ["cyber.other"] = {
            basis = {
                zh = "国家网络安全事件报告管理办法第4条：其他运营者",
                en = "Cyber incident reporting rule 2025, art. 4: other operators",
            },
            actor = { zh = "其他网络运营者", en = "other operators" },
            to = { zh = "省级网信部门", en = "provincial cyber office" },
            due = "4h",
        },
        ["cyber.summary"] = {
            basis = {
                zh = "国家网络安全事件报告管理办法第8条：处置结束后总结",
                en = "Cyber incident reporting rule 2025, art. 8: closing summary",
            },
            actor = { zh = "运营者", en = "operator" },
            to = { zh = "原报告对象", en = "whom it was reported to" },
            due = "30d",
        },
        ["environment"] = {
            basis = { zh = "突发环境事件信息报告办法（2011）", en = "Environmental incident reporting rule 2011" },
            actor = { zh = "市县生态环境部门", en = "local environment department" },
            to = { zh = "本级政府和上级部门", en = "government and the level above" },
            due = { grade = { I = "2h", II = "2h", III = "4h", IV = "4h" } },
        },
        ["environment.province"] = {
            basis = { zh = "突发环境事件信息报告办法（2011）：省级", en = "Environmental incident reporting rule 2011: province" },
            actor = { zh = "省级生态环境部门", en = "provincial environment department" },
            to = { zh = "国务院生态环境部门", en = "ministry" },
            due = "1h",
        },
        ["general.serious"] = {
            basis = { zh = "国家总体应急预案：特别重大、重大事件不超过4小时", en = "National general plan: grades I and II within 4 h" },
            actor = { zh = "省级人民政府、国务院部门", en = "province, ministries" },
            to = { zh = "国务院", en = "State Council" },
            due = "4h",
        },
        ["press.information"] = {
            basis = { zh = "特别重大、重大事件：5小时内发布权威信息", en = "Grades I and II: authoritative information within 5 h" },
            actor = { zh = "新闻宣传组", en = "press group" },
            to = { zh = "公众", en = "the public" },
            due = "5h",
        },
        ["press.conference"] = {
            basis = { zh = "特别重大、重大事件：24小时内举行新闻发布会", en = "Grades I and II: press conference within 24 h" },
            actor = { zh = "新闻宣传组", en = "press group" },
            to = { zh = "公众", en = "the public" },
            due = "24h",
        },
        ["holiday.zero"] = {
            basis = { zh = "节假日零报告制度", en = "Daily zero report on holidays" },
            actor = { zh = "各值班室", en = "duty rooms" },
            to = { zh = "上级总值班室", en = "the duty room above" },
            due = "30m",
        },
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
