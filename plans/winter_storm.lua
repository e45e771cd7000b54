--- 雨雪冰冻: snow, ice and cold, for days.
-- Nothing in it is sudden; what kills is what was forgotten: somebody alone in a cold room, a road
-- that nobody sanded. The body opens warm rooms when it is cold, not when somebody thinks of it, and
-- asks for forecasts as often as the level wants them. The plan on paper: winter_storm.md.
local plan = plan "winter_storm" {
    title      = { zh = "浑江市低温雨雪冰冻灾害应急预案", en = "Winter storm" },
    kind       = "special",
    category   = "natural", text = "winter_storm.md",
    version    = "2026.1", issued = "2026-03-01", filed = "2026-03-20", review_by = "2029-03-01", drill_every = "3y",
    owner      = "dept:emergency",
    basis      = { "中华人民共和国突发事件应对法", "气象灾害防御条例" },
    principles = {
        { zh = "保通保供保安全", en = "Roads open, houses supplied, people safe" },
        { zh = "先找到最怕冷的人", en = "First those who bear the cold least" },
    },
    starts_on  = { { kind = "winter_storm" } },
    one_per    = { "kind" }, -- one sky over one city

    facts = {
        snow_12h_mm    = { type = "number", unit = "mm", stale_after = "3h", from = "dept:weather",
                           label = { zh = "12小时降雪量", en = "snow in 12 h" } },
        snow_6h_mm     = { type = "number", unit = "mm", stale_after = "3h", from = "dept:weather",
                           label = { zh = "6小时降雪量", en = "snow in 6 h" } },
        temp_c         = { type = "number", unit = "°C", stale_after = "3h", from = "dept:weather",
                           label = { zh = "气温", en = "outside" } },
        temp_drop_c    = { type = "number", unit = "°C", stale_after = "6h", from = "dept:weather",
                           label = { zh = "24小时降温", en = "fall in 24 h" } },
        warning_stands = { type = "boolean", from = "dept:weather", label = { zh = "气象预警有效", en = "a warning is in force" } },
        lasts_h        = { type = "number", unit = "h", from = "dept:weather", label = { zh = "持续时间", en = "it has lasted" } },
        roads_shut     = { type = "number", stale_after = "3h", from = "dept:transport",
                           label = { zh = "封闭主干路", en = "main roads shut" } },
        roads_open_pct = { type = "number", unit = "%", stale_after = "3h", from = "dept:transport",
                           label = { zh = "主干路畅通", en = "main roads open" } },
        homes_dark     = { type = "number", stale_after = "3h", from = "dept:power", label = { zh = "停电户数", en = "homes dark" } },
        without_water  = { type = "number", stale_after = "3h", from = "dept:water",
                           label = { zh = "停水人数", en = "people without water" } },
        supply_pct     = { type = "number", unit = "%", stale_after = "3h", from = "dept:urban",
                           label = { zh = "水电热恢复", en = "power, heat, water" } },
        frozen         = { type = "number", from = "dept:health", label = { zh = "冻亡人数", en = "people frozen to death" } },
    },

    -- Snow by the signals of the weather service, the rest by the city's manual for cold waves.
    levels = {
        IV  = { when = "(temp_drop_c >= 8 and temp_c <= 4) or snow_12h_mm >= 4", ordered_by = "post:emergency-deputy",
                members = { "dept:weather", "group:storm-members" }, expected = "48h", lower_after = "6h",
                report = { "09:00", "17:00" } },
        III = { when = "(temp_drop_c >= 10 and temp_c <= 0) or snow_12h_mm >= 6 or roads_shut >= 3 or homes_dark >= 5000 " ..
                       "or without_water >= 10000", ordered_by = "post:emergency-deputy", members = { "group:districts", "dept:health" },
                expected = "72h", lower_after = "6h", report = { "09:00", "15:00", "21:00" } },
        II  = { when = "snow_6h_mm >= 10 or lasts_h > 72", ordered_by = "post:emergency-commander",
                members = { "dept:publicity", "dept:telecom" }, expected = "72h", lower_after = "12h", report = "4h" },
        I   = { when = "(temp_drop_c >= 16 and temp_c <= -8) or snow_6h_mm >= 15 or homes_dark >= 500000 " ..
                       "or without_water >= 1000000 or frozen >= 10 or lasts_h > 120", ordered_by = "post:emergency-commander",
                expected = "120h", lower_after = "12h", report = "2h" },
    },

    measures = {
        notice      = { phase = "first", owner = "dept:emergency", due = "15m",
                        title = { zh = "通知成员单位", en = "Tell the members" },
                        done_when = { zh = "逐单位签收", en = "each has signed for it" } },
        double_duty = { phase = "IV", owner = "dept:emergency", due = "30m", on_lower = "lift",
                        title = { zh = "值班加强", en = "Double the duty" },
                        done_when = { zh = "领导带班到位", en = "a leader is on the spot" } },
        sand        = { phase = "IV", owner = "dept:transport", due = { IV = "12h", III = "6h" },
                        title = { zh = "桥梁、坡道除冰防滑", en = "Sand bridges and slopes" },
                        done_when = { zh = "逐桥报告", en = "each bridge is reported" } },
        stock       = { phase = "IV", owner = "dept:emergency", due = "4h",
                        title = { zh = "清点融雪剂、棉被、油料", en = "Count salt, blankets, fuel" },
                        done_when = { zh = "清单上报", en = "the list is in" } },
        dangers     = { phase = "IV", owner = "dept:urban", due = "6h",
                        title = { zh = "排查大棚、广告牌、老旧房", en = "Roofs, signs, old houses" },
                        done_when = { zh = "隐患逐处登记", en = "each danger is on the list" } },
        inform      = { phase = "IV", owner = "dept:publicity", due = "2h", on_lower = "keep",
                        title = { zh = "公告出行、停课、供应", en = "Tell the public: roads, schools, supply" },
                        done_when = { zh = "公告已发布", en = "it is out" } },
        alone       = { phase = "IV", owner = "dept:civil", due = "6h",
                        title = { zh = "独居、困难人员名单", en = "Who lives alone" },
                        done_when = { zh = "名单到社区", en = "each district has its list" } },
        visit       = { phase = "III", owner = "dept:civil", due = "24h", after = { "alone" },
                        title = { zh = "逐户走访", en = "Visit each of them" },
                        done_when = { zh = "名单逐户销号", en = "every name is struck off" } },
        meeting     = { phase = "III", owner = "post:emergency-deputy", due = "2h",
                        title = { zh = "首次会商", en = "The first meeting" },
                        done_when = { zh = "会商纪要已发各单位", en = "each member has its minutes" } },
        schools     = { phase = "III", owner = "dept:education", due = "2h",
                        title = { zh = "停课决定", en = "Decide on the schools" },
                        done_when = { zh = "决定已通知家长", en = "parents know" } },
        materials   = { phase = "III", owner = "dept:emergency", due = "4h",
                        title = { zh = "物资下拨", en = "Send materials out" },
                        done_when = { zh = "到街道", en = "they are where they are needed" } },
        lines       = { phase = "III", owner = "dept:power", due = "4h",
                        title = { zh = "线路除冰抢修", en = "Ice off the lines" }, done_when = { zh = "抢修队到位", en = "crews are out" } },
        loss        = { phase = "recovery", owner = "dept:emergency", due = "7d",
                        title = { zh = "灾损统计", en = "Loss statement" }, done_when = { zh = "报表上报", en = "statement sent" } },
        warm_rooms  = { owner = "dept:civil", due = "4h",
                        title = { zh = "开放取暖点", en = "Open the warm rooms" },
                        done_when = { zh = "地点已公布", en = "people know where" } },
    },

    reports = {
        initial = { by = "duty:duty-room", sign = "post:emergency-deputy", to = "dept:province-duty", from = "received",
                    phone = "30m", due = "1h", basis = "municipal" },
        update  = { by = "dept:emergency", sign = "post:emergency-deputy", to = "dept:province-duty", due = "1h", zero = true },
        final   = { by = "dept:emergency", sign = "post:emergency-commander", to = "dept:province-duty", from = "terminated",
                    due = "7d" },
    },

    ends_when = {
        { id = "lifted", when = "not warning_stands", zh = "气象预警解除", en = "the warning is lifted" },
        { id = "open", when = "roads_open_pct >= 95 and supply_pct >= 95", hold = "2h",
            zh = "主干路畅通、水电热恢复95%以上", en = "95 % of the main roads, and of power, heat and water" },
        { id = "settled", confirm = "dept:emergency", zh = "受困、受灾人员安置完毕", en = "nobody is stuck or without a roof" },
    },

    fallback = {
        { to = "duty:duty-room", within = "5m" },
        { to = "post:emergency-deputy", within = "5m" },
        { to = "post:emergency-commander", within = "10m" },
    },
}

local function ask_forecast()
    notify { to = "dept:weather", text = T { zh = "{title}：请报最新预报", en = "{title}: the new forecast, please" } }
end

function plan.respond(incident)
    every({ IV = "6h", III = "3h", II = "1h" }, ask_forecast) -- as often as the level wants it
    each("temp_c < 4", function() measure("warm_rooms") end) -- the cold does not wait for an order
    local text = T { zh = "【雨雪冰冻】{title}，请核实并答复", en = "Winter storm: {title}. Verify and answer" }
    while not call { text = text, rungs = {
        { to = "duty:duty-room", within = "5m" },
        { to = "post:emergency-deputy", within = "10m" },
        { to = "post:emergency-commander", within = "10m" },
    } } do
        log("nobody has answered yet: " .. incident.title)
    end
end

--- What the city has not got itself is asked for above.
function plan.level.II()
    resource { what = { zh = "部队支援除冰扫雪", en = "Soldiers to clear ice and snow" }, amount = "300", from = "dept:province-duty", due = "4h" }
end

return plan
