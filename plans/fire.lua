--- 火灾: a building burns, and people may be in it.
-- The head tells each unit what it owes by when. The body does what depends on the fire: it puts the
-- command into a hand, asks for a report each quarter of an hour while there is least time to write
-- one, and says so when two hours have not been enough. The plan on paper: fire.md.
local plan = plan "fire" {
    title      = { zh = "浑江市火灾事故应急预案", en = "Large fire" },
    kind       = "special",
    category   = "accident", text = "fire.md",
    version    = "2026.1", issued = "2026-03-01", filed = "2026-03-20", review_by = "2029-03-01", drill_every = "2y",
    owner      = "dept:fire",
    basis      = {
        "中华人民共和国消防法", "中华人民共和国突发事件应对法", "生产安全事故报告和调查处理条例（国务院令第493号）",
    },
    principles = {
        { zh = "救人第一，科学施救", en = "Save people first, and no rescuer without a way back" },
        { zh = "先控制，后消灭", en = "Contain it, then put it out" },
        { zh = "一个火场，一个指挥", en = "One fire, one command" },
    },
    starts_on  = { { kind = "fire" } },
    one_per    = { "place.address" }, -- the tenth caller reports the same fire

    facts = {
        key_place     = { type = "boolean", from = "dept:fire",
                          label = { zh = "高层、地下或人员密集场所", en = "high-rise, underground or crowded" } },
        trapped       = { type = "number", stale_after = "30m", from = "dept:fire",
                          label = { zh = "被困人数", en = "people trapped" } },
        injured       = { type = "number", from = "dept:health", label = { zh = "受伤人数", en = "people injured" } },
        dead          = { type = "number", from = "dept:fire", label = { zh = "死亡人数", en = "people dead" } },
        collapse_sign = { type = "boolean", from = "dept:fire", label = { zh = "坍塌征兆", en = "signs of collapse" } },
        chemicals     = { type = "boolean", from = "dept:fire", label = { zh = "危险化学品", en = "chemicals" } },
        under_control = { type = "boolean", from = "dept:fire", label = { zh = "火势已控制", en = "under control" } },
        hot_spots     = { type = "number", stale_after = "1h", from = "dept:fire", label = { zh = "复燃点", en = "hot spots" } },
        hazard        = { event = true, key = "id", fields = { id = "text", what = "text", district = "text" }, from = "dept:fire",
                          label = { zh = "火灾隐患", en = "fire hazard" } },
    },

    -- Deaths and injuries by the grades of Regulation 493; the other numbers are the city's.
    levels = {
        IV  = { when = "key_place or trapped >= 1 or injured >= 1", ordered_by = "post:fire-commander",
                members = { "dept:fire", "dept:police", "dept:health" }, expected = "6h", lower_after = "1h", report = "30m" },
        III = { when = "trapped >= 3 or collapse_sign or chemicals or dead >= 3 or injured >= 10",
                ordered_by = "post:fire-commander", members = { "dept:emergency", "dept:urban" }, expected = "12h",
                lower_after = "1h", report = "30m" },
        II  = { when = "dead >= 10 or injured >= 50", ordered_by = "post:emergency-commander",
                members = { "dept:publicity", "dept:civil", "group:districts" }, expected = "24h", report = "30m" },
        I   = { when = "dead >= 30 or injured >= 100", ordered_by = "post:emergency-commander", expected = "48h", report = "30m" },
    },

    measures = {
        attack     = { phase = "first", owner = "dept:fire", due = "15m",
                       title = { zh = "到场搜救、灭火", en = "First crews: search, rescue, attack" },
                       done_when = { zh = "首批力量到场并报告被困人数", en = "they are there and say how many are trapped" } },
        roll_call  = { phase = "first", owner = "dept:fire", due = "10m",
                       title = { zh = "单位清点人数", en = "Roll call of the house" },
                       done_when = { zh = "清点结果交火场指挥", en = "the commander has the list" } },
        gas        = { phase = "first", owner = "dept:urban", due = "15m",
                       title = { zh = "切断燃气", en = "Shut off the gas" }, done_when = { zh = "切断", en = "it is off" } },
        power_off  = { phase = "first", owner = "dept:power", due = "15m",
                       title = { zh = "切断电源", en = "Cut the power" }, done_when = { zh = "切断，消防用电保留", en = "it is off, but the pumps" } },
        pressure   = { phase = "first", owner = "dept:water", due = "15m",
                       title = { zh = "管网增压", en = "Raise the water pressure" },
                       done_when = { zh = "火场指挥确认够用", en = "the commander says that it is enough" } },
        cordon     = { phase = "first", owner = "dept:police", due = "15m",
                       title = { zh = "警戒、清通道", en = "Cordon, and the way free" },
                       done_when = { zh = "消防车道畅通", en = "engines pass" } },
        medical    = { phase = "first", owner = "dept:health", due = "20m",
                       title = { zh = "现场医疗点", en = "Medical post" }, done_when = { zh = "医疗点开设", en = "it is open" } },
        neighbours = { phase = "IV", owner = "dept:police", due = { IV = "30m", III = "20m" },
                       title = { zh = "毗邻建筑疏散", en = "Empty the houses beside it" },
                       done_when = { zh = "按楼层名单清点", en = "checked off, floor by floor" } },
        families   = { phase = "IV", owner = "dept:civil", due = "60m", on_lower = "keep",
                       title = { zh = "家属接待", en = "A desk for families" },
                       done_when = { zh = "专人专室，统一答复", en = "a room, a person, one answer" } },
        structure  = { phase = "III", owner = "dept:urban", due = "45m",
                       title = { zh = "结构专家、无人机到场", en = "Structure expert and drone" },
                       done_when = { zh = "专家给出能否入内的意见", en = "the expert says whether crews may go in" } },
        names      = { phase = "III", owner = "dept:police", due = "4h", on_lower = "keep",
                       title = { zh = "核实伤亡名单", en = "The list of casualties" },
                       done_when = { zh = "两人分别核对", en = "two people have checked it, each alone" } },
        inform     = { phase = "II", owner = "dept:publicity", due = "5h", on_lower = "keep",
                       title = { zh = "发布权威信息", en = "Inform the public" },
                       done_when = { zh = "首次权威信息已发布", en = "the first word of the authority is out" } },
        press      = { phase = "II", owner = "dept:publicity", due = "24h", on_lower = "keep",
                       title = { zh = "新闻发布会", en = "Press conference" }, done_when = { zh = "已召开", en = "held" } },
        housing    = { phase = "II", owner = "dept:civil", due = "4h", on_lower = "keep",
                       title = { zh = "受灾群众安置", en = "A roof for those burnt out" },
                       done_when = { zh = "逐户登记到人", en = "each household is on the list" } },
        revise     = { phase = "recovery", owner = "dept:fire", due = "7d",
                       title = { zh = "伤亡补报", en = "Casualties reported anew" },
                       done_when = { zh = "七日内变化已补报", en = "changes of seven days are reported" } },
        cause      = { phase = "recovery", owner = "dept:fire", due = "30d",
                       title = { zh = "火灾原因调查", en = "Inquiry into the cause" },
                       done_when = { zh = "调查报告报市政府", en = "the city has the report" } },
        handover   = { owner = "dept:fire", due = "15m",
                       title = { zh = "指挥权书面移交 {name}", en = "Command handed over in writing to {name}" },
                       done_when = { zh = "移交单双方签字", en = "both have signed" } },
        hazard     = { owner = "dept:fire", due = "30d",
                       title = { zh = "整改隐患：{what}", en = "Remove the hazard: {what}" },
                       done_when = { zh = "复查合格", en = "inspected again and found good" } },
    },

    reports = {
        initial = { by = "duty:duty-room", sign = "post:emergency-deputy", to = "dept:province-duty", from = "received",
                    phone = "30m", due = "1h", basis = "municipal" },
        update  = { by = "dept:fire", sign = "post:fire-commander", to = "dept:province-duty", due = "15m", zero = true },
        final   = { by = "dept:fire", sign = "post:emergency-commander", to = "dept:province-duty", from = "terminated", due = "24h" },
    },

    ends_when = {
        { id = "cold", when = "hot_spots == 0", hold = "4h", zh = "四小时无复燃", en = "nothing smoulders for 4 h" },
        { id = "searched", confirm = "post:fire-commander",
            zh = "逐层搜索完毕，无人被困", en = "searched floor by floor, nobody is in it" },
        { id = "stands", confirm = "dept:urban", zh = "专家认定建筑安全或已封闭", en = "an expert calls it safe, or it is closed" },
    },

    fallback = {
        { to = "post:fire-commander", within = "3m" },
        { to = "duty:duty-room", within = "5m" },
        { to = "post:emergency-commander", within = "5m" },
    },
}

--- A fire that two hours have not stopped needs more than it has.
local function two_hours(incident)
    if wait_until("under_control", { within = "2h" }) or incident:at_least "III" then return end
    propose { action = incident.level and "raise" or "activate", level = "III", within = "10m", wait = false,
              reason = { zh = "两小时未控制", en = "not under control for two hours" } }
end

--- First response: somebody commands, and it is known who.
function plan.respond(incident)
    spawn(two_hours, incident)
    local text = T { zh = "【火警】{title}，请担任火场指挥", en = "Fire: {title}. Take the command" }
    local who = { "post:fire-commander", "duty:duty-room", "post:emergency-commander" }
    while not assign("command", who, { within = "3m", text = text }) do
        log("nobody commands yet: " .. incident.title)
    end
end

--- The first hour: a report between each two that the level asks for, so that there is one each quarter.
function plan.level.IV()
    for _ = 1, 2 do
        sleep "15m"
        report("update")
        sleep "15m"
    end
end

--- It has outgrown its first commander: the city takes over, on paper, or it is known that it does not.
function plan.level.II()
    local answer = assign("command", { "post:emergency-commander", "post:emergency-deputy" }, { within = "10m",
        text = T { zh = "{title}：II级响应，请到现场接过指挥", en = "{title}: level II. Come and take over the command" } })
    if answer then
        measure("handover", { key = answer.by, name = answer.name })
    else
        escalate(T { zh = "{title}：市级无人接过指挥", en = "{title}: nobody of the city takes over" })
    end
end

--- What the inquiry finds elsewhere is removed by a date.
function plan.recover()
    on("hazard", function(found) measure("hazard", { key = found.id, what = found.what or found.id }) end)
end

return plan
