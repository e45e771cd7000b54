--- 危化品泄漏: something that must not be breathed is out.
-- Each minute here has an owner, so that most of the plan is its head. The body follows the air: who
-- lives behind a fence point over the limit is told at once, the experts are asked, the warning to
-- the public is drafted for somebody to publish, and lifted when the air is clean. On paper: hazmat.md.
local plan = plan "hazmat" {
    title      = { zh = "浑江市危险化学品泄漏应急预案", en = "Hazardous leak" },
    kind       = "special",
    category   = "accident", text = "hazmat.md",
    version    = "2026.1", issued = "2026-03-01", filed = "2026-03-20", review_by = "2029-03-01", drill_every = "2y",
    owner      = "dept:emergency",
    basis      = {
        "中华人民共和国安全生产法", "危险化学品安全管理条例", "生产安全事故报告和调查处理条例（国务院令第493号）",
    },
    principles = {
        { zh = "不明物质、不明风向，不进入", en = "Nobody goes in without the substance sheet and the wind" },
        { zh = "先撤人，后堵漏", en = "People out first, then the leak" },
    },
    starts_on  = { { kind = "hazmat" } },
    one_per    = { "place.works" },

    facts = {
        gas_pct         = { type = "number", unit = "%", per = "fence", stale_after = "30m", from = "dept:environment",
                            label = { zh = "浓度（占限值）", en = "concentration, of the limit" } },
        substance       = { type = "text", from = "dept:huagong", label = { zh = "物质", en = "substance" } },
        wind_from       = { type = "text", stale_after = "1h", from = "dept:weather", label = { zh = "风向", en = "wind from" } },
        people_in_reach = { type = "number", from = "dept:chengdong",
                            label = { zh = "下风向人数", en = "people downwind" } },
        relocated       = { type = "number", from = "dept:chengdong", label = { zh = "已转移人数", en = "people moved" } },
        injured         = { type = "number", from = "dept:health", label = { zh = "中毒、受伤人数", en = "people hurt" } },
        dead            = { type = "number", from = "dept:health", label = { zh = "死亡人数", en = "people dead" } },
        source_stopped  = { type = "boolean", from = "dept:huagong", label = { zh = "泄漏源已切断", en = "source stopped" } },
        river_reached   = { type = "boolean", from = "dept:environment", label = { zh = "进入河道", en = "river reached" } },
        second_tank     = { type = "boolean", from = "dept:fire", label = { zh = "邻罐受热", en = "second tank heated" } },
    },

    -- Deaths and injuries by Regulation 493; who must move by the provincial plan; the rest is the city's.
    levels = {
        IV  = { when = "gas_pct >= 100 or injured >= 1", ordered_by = "post:emergency-deputy",
                members = { "dept:huagong", "dept:fire", "dept:environment", "dept:health", "dept:police" },
                expected = "12h", lower_after = "2h", report = "2h" },
        III = { when = "people_in_reach >= 1000 or river_reached or second_tank or dead >= 3 or injured >= 10",
                ordered_by = "post:emergency-deputy", members = { "dept:water", "dept:weather", "dept:chengdong" },
                expected = "24h", lower_after = "2h", report = "2h" },
        II  = { when = "dead >= 10 or injured >= 50 or relocated >= 50000", ordered_by = "post:emergency-commander",
                members = { "dept:publicity", "dept:civil", "dept:transport" }, expected = "48h", report = "2h" },
        I   = { when = "dead >= 30 or injured >= 100 or relocated >= 100000", ordered_by = "post:emergency-commander",
                expected = "72h", report = "2h" },
    },

    measures = {
        cut_source = { phase = "first", owner = "dept:huagong", due = "10m",
                       title = { zh = "企业报警、断源、撤人", en = "The works: alarm, stop the source, everybody out" },
                       done_when = { zh = "断源，厂内清点完毕", en = "it is stopped, and all are counted" } },
        sheet      = { phase = "first", owner = "dept:huagong", due = "10m",
                       title = { zh = "提供物质安全资料和数量", en = "Substance sheet, and how much of it" },
                       done_when = { zh = "资料交现场指挥", en = "the commander on the spot has it" } },
        entry      = { phase = "first", owner = "dept:fire", due = "20m", after = { "sheet" },
                       title = { zh = "侦检、划定隔离圈", en = "Reconnaissance, and the isolation circle" },
                       done_when = { zh = "凭资料和风向进入，圈已划定", en = "by sheet and wind; the circle is drawn" } },
        cordon     = { phase = "first", owner = "dept:police", due = "15m",
                       title = { zh = "交通管制", en = "Close the roads" }, done_when = { zh = "卡点到位", en = "each is manned" } },
        drains     = { phase = "first", owner = "dept:water", due = "20m",
                       title = { zh = "封堵雨水口、关闸", en = "Drains and river gates shut" },
                       done_when = { zh = "逐处报告", en = "each has reported" } },
        antidote   = { phase = "first", owner = "dept:health", due = "20m",
                       title = { zh = "核对解毒药、洗消床位", en = "Antidotes, and beds with washing" },
                       done_when = { zh = "定点医院确认", en = "the hospital has confirmed" } },
        air        = { phase = "first", owner = "dept:environment", due = "30m",
                       title = { zh = "四点空气监测", en = "Measure the air at four points" },
                       done_when = { zh = "四点均有读数", en = "each has a reading" } },
        env_report = { phase = "first", owner = "dept:environment", due = "2h",
                       title = { zh = "突发环境事件报告", en = "Report as an environmental incident" },
                       done_when = { zh = "已报省生态环境部门", en = "the province has it" } },
        site_post  = { phase = "IV", owner = "dept:emergency", due = "30m",
                       title = { zh = "上风向设现场指挥部", en = "A command post, upwind" },
                       done_when = { zh = "位置已通知各单位", en = "each unit knows where" } },
        shelters   = { phase = "III", owner = "dept:civil", due = "2h",
                       title = { zh = "开放安置点", en = "Open shelters" }, done_when = { zh = "上风向，可容纳", en = "upwind, with room" } },
        buses      = { phase = "III", owner = "dept:transport", due = "1h",
                       title = { zh = "转移车辆", en = "Buses" }, done_when = { zh = "车辆到集结点", en = "they are at the point" } },
        inform     = { phase = "II", owner = "dept:publicity", due = "5h", on_lower = "keep",
                       title = { zh = "发布权威信息", en = "Inform the public" },
                       done_when = { zh = "首次权威信息已发布", en = "the first word of the authority is out" } },
        press      = { phase = "II", owner = "dept:publicity", due = "24h", on_lower = "keep",
                       title = { zh = "新闻发布会", en = "Press conference" }, done_when = { zh = "已召开", en = "held" } },
        clean      = { phase = "recovery", owner = "dept:environment", due = "15d",
                       title = { zh = "洗消、废水处置", en = "Decontaminate, and what was washed off" },
                       done_when = { zh = "监测达标", en = "measured, and below the limit" } },
        revise     = { phase = "recovery", owner = "dept:emergency", due = "30d",
                       title = { zh = "伤亡补报", en = "Casualties reported anew" },
                       done_when = { zh = "三十日内变化已补报", en = "changes of thirty days are reported" } },
        inquiry    = { phase = "recovery", owner = "dept:emergency", due = "60d",
                       title = { zh = "事故调查", en = "Inquiry" }, done_when = { zh = "报告批复", en = "its report is approved" } },
        warn       = { owner = "dept:chengdong", due = "15m",
                       title = { zh = "通知 {at} 下风向居民躲避或撤离", en = "Tell who lives behind {at}: stay in, or leave" },
                       done_when = { zh = "逐户通知到", en = "every door was knocked at" } },
        intakes    = { owner = "dept:water", due = "10m",
                       title = { zh = "通知下游水厂停止取水", en = "Waterworks downstream stop their intakes" },
                       done_when = { zh = "逐厂确认", en = "each has confirmed" } },
    },

    reports = {
        initial = { by = "duty:duty-room", sign = "post:emergency-deputy", to = "dept:province-duty", from = "received",
                    phone = "30m", due = "1h", basis = "493.government" },
        update  = { by = "dept:emergency", sign = "post:emergency-deputy", to = "dept:province-duty", due = "20m", zero = true },
        final   = { by = "dept:emergency", sign = "post:emergency-commander", to = "dept:province-duty", from = "terminated",
                    due = "7d" },
    },

    ends_when = {
        { id = "stopped", when = "source_stopped", zh = "泄漏源已切断", en = "the source is stopped" },
        { id = "air", when = "gas_pct < 100", hold = "2h", zh = "各点低于限值两小时", en = "below the limit everywhere for 2 h" },
        { id = "water", confirm = "dept:environment", zh = "污水已截留", en = "what was washed off is held" },
        { id = "back", confirm = "dept:emergency", zh = "群众返回或安置", en = "people are back, or settled" },
    },

    fallback = {
        { to = "duty:duty-room", within = "3m" },
        { to = "post:emergency-deputy", within = "5m" },
        { to = "post:emergency-commander", within = "5m" },
    },
}

--- The air is over the limit at one side: who lives there is told, or it is known above that nobody was.
local function warn_behind(fence)
    if measure("warn", { key = fence, at = fence }):wait("done", "30m") ~= "done" then
        escalate(T({ zh = "{at} 下风向居民未通知到", en = "Nobody has warned those behind {at}" }, { at = fence }))
    end
end

--- What must be known to act: what it is, where it goes, how far.
local function ask_experts()
    local c = consult { to = "group:leak-experts", chair = "post:emergency-deputy", within = "20m", at_least = 1,
                        question = { zh = "是何物质，隔离多远，躲避还是撤离？", en = "What is it, how far is safe, stay in or leave?" } }
    if not c.enough then escalate(T({ zh = "专家未答复：{who}", en = "Experts silent: {who}" }, { who = c.silent })) end
end

function plan.respond(incident)
    each("gas_pct >= 100", warn_behind)
    each("river_reached", function() measure("intakes") end)
    spawn(ask_experts)
    local text = T { zh = "【泄漏】{title}，请核实并答复", en = "Leak: {title}. Verify and answer" }
    while not call { text = text, rungs = {
        { to = "duty:duty-room", within = "3m" },
        { to = "post:emergency-deputy", within = "5m" },
        { to = "post:emergency-commander", within = "5m" },
    } } do
        log("nobody has answered yet: " .. incident.title)
    end
end

--- Until the source is stopped a report each half hour; each fourth is that of the level, which goes on.
function plan.level.IV()
    local often = every("30m", function(tick)
        if tick % 4 > 0 then report("update") end
    end)
    wait_until "source_stopped"
    cancel(often)
end

--- The warning to the public: drafted here, published by a person, lifted when the air has been clean.
function plan.level.III()
    local words = { category = { zh = "危险化学品泄漏", en = "Hazardous leak" }, level = "orange",
                    from = { zh = "即时起", en = "now" }, area = { zh = "化工园区下风向", en = "downwind of the works" },
                    matters = { zh = "空气中有有害气体", en = "The air there is harmful" },
                    advice = { zh = "关闭门窗，湿巾掩口鼻，听从社区通知撤离", en = "Shut doors and windows; leave when you are told" },
                    issuer = { zh = "市应急指挥部", en = "Emergency headquarters" }, to = { "dept:publicity", "dept:chengdong" } }
    local warning = publish(words)
    wait_until("gas_pct < 100", { hold = "2h", every = true })
    words.level, words.lifts = "none", warning
    words.matters, words.advice = { zh = "监测达标", en = "The air is clean" }, { zh = "可以返回", en = "You may return" }
    publish(words)
end

return plan
