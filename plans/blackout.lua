--- 大面积停电: a good part of the city is dark.
-- The grid is mended by those who can; the city sees to it that nobody dies meanwhile. The body
-- watches how long hospitals, water and heat last on their own supply, and that people hear when the
-- light comes back. The plan on paper: blackout.md.
local plan = plan "blackout" {
    title      = { zh = "浑江市大面积停电事件应急预案", en = "Blackout" },
    kind       = "special",
    category   = "accident", text = "blackout.md",
    version    = "2026.1", issued = "2026-03-01", filed = "2026-03-20", review_by = "2029-03-01", drill_every = "3y",
    owner      = "dept:development",
    basis      = {
        "电力安全事故应急处置和调查处理条例（国务院令第599号）", "国家大面积停电事件应急预案（国办函〔2015〕134号）",
    },
    principles = {
        { zh = "先保命，再保供，后保全面", en = "Lives, then supply, then all the rest" },
        { zh = "恢复次序：电厂自用、主网、重要用户、重点城区", en = "Restored in order: plants, trunk, key users, centre" },
    },
    starts_on  = { { kind = "blackout" } },
    one_per    = { "kind" }, -- the city has one grid

    facts = {
        grid_pct         = { type = "number", unit = "%", from = "dept:power",
                             label = { zh = "区域电网减供", en = "load lost, of the region" } },
        lost_pct         = { type = "number", unit = "%", stale_after = "1h", from = "dept:power",
                             label = { zh = "全市减供负荷", en = "load lost, of the city" } },
        users_off_pct    = { type = "number", unit = "%", stale_after = "1h", from = "dept:power",
                             label = { zh = "停电用户", en = "users off" } },
        restored_pct     = { type = "number", unit = "%", stale_after = "2h", from = "dept:power",
                             label = { zh = "已恢复负荷", en = "load restored" } },
        key_restored_pct = { type = "number", unit = "%", stale_after = "2h", from = "dept:power",
                             label = { zh = "重点地区已恢复", en = "restored in key areas" } },
        backup_h         = { type = "number", unit = "h", per = "key_user", stale_after = "1h", from = "dept:power",
                             label = { zh = "自备电源可用", en = "own supply lasts" } },
        telecom_pct      = { type = "number", unit = "%", stale_after = "2h", from = "dept:telecom",
                             label = { zh = "通信可用", en = "telecom left" } },
        heat_off_h       = { type = "number", unit = "h", stale_after = "2h", from = "dept:urban",
                             label = { zh = "供热中断", en = "without heat for" } },
        temp_c           = { type = "number", unit = "°C", stale_after = "3h", from = "dept:weather",
                             label = { zh = "气温", en = "outside" } },
        restore_at       = { type = "time", from = "dept:power", label = { zh = "预计恢复", en = "expected back" } },
    },

    -- Load and users by the annex to Regulation 599, for a city of 600 MW and more; the rest is the city's.
    levels = {
        IV  = { when = "lost_pct >= 20 or users_off_pct >= 30", ordered_by = "post:power-commander",
                members = { "dept:power", "dept:police", "dept:health", "dept:water" }, expected = "12h", lower_after = "1h",
                report = "2h" },
        III = { when = "lost_pct >= 40 or users_off_pct >= 50 or telecom_pct < 50", ordered_by = "post:power-commander",
                members = { "dept:urban", "dept:telecom", "dept:transport" }, expected = "24h", lower_after = "1h", report = "1h" },
        II  = { when = "lost_pct >= 60 or users_off_pct >= 70 or (heat_off_h > 4 and temp_c < -5)",
                ordered_by = "post:emergency-commander", members = { "dept:civil", "dept:publicity", "group:districts" },
                expected = "48h", lower_after = "2h", report = "30m" },
        I   = { when = "grid_pct >= 30", ordered_by = "post:emergency-commander", expected = "72h", report = "30m" },
    },

    measures = {
        isolate   = { phase = "first", owner = "dept:power", due = "15m",
                      title = { zh = "隔离故障、启动黑启动", en = "Isolate the fault, black start" },
                      done_when = { zh = "调度下达恢复次序", en = "the order of restoring is given" } },
        own_power = { phase = "first", owner = "dept:power", due = "15m",
                      title = { zh = "核查重要用户自备电源", en = "Own supply of key users" },
                      done_when = { zh = "逐户报可用时长", en = "each says how long it lasts" } },
        crossings = { phase = "first", owner = "dept:police", due = "15m",
                      title = { zh = "路口疏导", en = "Police at the crossings" },
                      done_when = { zh = "主要路口到人", en = "the main ones are manned" } },
        lifts     = { phase = "first", owner = "dept:fire", due = "30m",
                      title = { zh = "电梯被困人员排查", en = "Who is stuck in a lift" },
                      done_when = { zh = "逐处救出", en = "each is out" } },
        tell_time = { phase = "IV", owner = "dept:power", due = "1h",
                      title = { zh = "公布预计恢复时间", en = "Say when the light is expected back" },
                      done_when = { zh = "已公布", en = "it is public" } },
        hospitals = { phase = "IV", owner = "dept:health", due = "30m",
                      title = { zh = "医院生命支持设备核查", en = "Life support in hospitals" },
                      done_when = { zh = "逐院确认", en = "each has confirmed" } },
        water     = { phase = "IV", owner = "dept:water", due = "1h",
                      title = { zh = "水厂、泵站供电和送水", en = "Water: pumps, and carts" },
                      done_when = { zh = "高层送水点公布", en = "where water is handed out is public" } },
        heat      = { phase = "III", owner = "dept:urban", due = "1h",
                      title = { zh = "供热保温、防冻", en = "Heat kept, pipes drained" },
                      done_when = { zh = "逐站确认", en = "each plant has confirmed" } },
        telecom   = { phase = "III", owner = "dept:telecom", due = "1h",
                      title = { zh = "通信应急车、基站供电", en = "Telecom vehicles, power for masts" },
                      done_when = { zh = "指挥通信畅通", en = "the commanders can talk" } },
        shelters  = { phase = "II", owner = "dept:civil", due = "4h", on_lower = "keep",
                      title = { zh = "取暖避难点", en = "Warm shelters" }, done_when = { zh = "开放并公布", en = "open, and known" } },
        inform    = { phase = "II", owner = "dept:publicity", due = "5h", on_lower = "keep",
                      title = { zh = "发布权威信息", en = "Inform the public" },
                      done_when = { zh = "首次权威信息已发布", en = "the first word of the authority is out" } },
        cause     = { phase = "recovery", owner = "dept:power", due = "30d",
                      title = { zh = "消除隐患", en = "The hidden cause" }, done_when = { zh = "专家验收", en = "experts have seen it gone" } },
        assess    = { phase = "recovery", owner = "dept:development", due = "30d",
                      title = { zh = "处置评估", en = "Assessment" }, done_when = { zh = "评估报告报市政府", en = "the city has it" } },
        generator = { owner = "dept:power", due = "2h",
                      title = { zh = "向 {at} 送发电车", en = "A generator to {at}" },
                      done_when = { zh = "接入并带载", en = "it carries the load" } },
    },

    reports = {
        initial = { by = "duty:duty-room", sign = "post:power-commander", to = "dept:province-duty", from = "received",
                    phone = "30m", due = "1h", basis = "municipal" },
        update  = { by = "dept:development", sign = "post:power-commander", to = "dept:province-duty", due = "20m", zero = true },
        final   = { by = "dept:development", sign = "post:power-commander", to = "dept:province-duty", from = "terminated",
                    due = "7d" },
    },

    ends_when = {
        { id = "load", when = "restored_pct >= 80 and key_restored_pct >= 90", hold = "1h",
            zh = "恢复80%，重点地区90%", en = "80 % of the load is back, 90 % in key areas" },
        { id = "trunk", confirm = "dept:power", zh = "主网正常，隐患消除", en = "the trunk is sound, the cause is gone" },
        { id = "others", confirm = "dept:development", zh = "次生事件处置完毕", en = "what it brought with it is dealt with" },
    },

    fallback = {
        { to = "post:power-commander", within = "5m" },
        { to = "duty:duty-room", within = "5m" },
        { to = "post:emergency-commander", within = "5m" },
    },
}

--- A hospital has light for less than four hours: a generator goes there, or it is known above.
local function bring_generator(user)
    if measure("generator", { key = user, at = user }):wait("done", "2h") ~= "done" then
        escalate(T({ zh = "{at} 自备电源将尽，发电车未到", en = "{at} runs out, and no generator is there" }, { at = user }))
    end
end

--- People stand in the dark if they know for how long: an hour without news, and it is asked for.
local function ask_when_it_is_back()
    while true do
        if wait("restore_at", "1h") then
            notify { to = "dept:publicity", text = T { zh = "{title}：预计恢复时间有更新，请公布",
                                                       en = "{title}: there is a new time for the light. Publish it" } }
        else
            notify { to = "dept:power", text = T { zh = "{title}：一小时未更新预计恢复时间，请报",
                                                   en = "{title}: no time for an hour. When will it be back?" } }
        end
    end
end

function plan.respond(incident)
    each("backup_h < 4", bring_generator)
    spawn(ask_when_it_is_back)
    local text = T { zh = "【停电】{title}，请核实并答复", en = "Blackout: {title}. Verify and answer" }
    while not call { text = text, rungs = {
        { to = "duty:duty-room", within = "3m" },
        { to = "post:power-commander", within = "5m" },
        { to = "post:emergency-commander", within = "5m" },
    } } do
        log("nobody has answered yet: " .. incident.title)
    end
end

return plan
