--- 突发公共卫生事件: a disease that spreads, like SARS.
-- Each case is an incident of its own (case_tracing), with its own clocks; here they are counted, and
-- what a case tells of the whole is told to those who order. The plan on paper: epidemic.md.
local plan = plan "epidemic" {
    title      = { zh = "浑江市突发公共卫生事件应急预案", en = "Epidemic" },
    kind       = "special",
    category   = "health", text = "epidemic.md",
    version    = "2026.1", issued = "2026-03-01", filed = "2026-03-20", review_by = "2029-03-01", drill_every = "3y",
    owner      = "dept:health",
    basis      = {
        "中华人民共和国传染病防治法", "突发公共卫生事件应急条例（国务院令第376号）", "中华人民共和国突发事件应对法",
    },
    principles = {
        { zh = "早发现、早报告、早隔离、早治疗", en = "Find, report, isolate, treat early" },
        { zh = "公开透明，保护隐私", en = "Open about the disease, silent about the person" },
    },
    starts_on  = { { kind = "epidemic" } },
    one_per    = { "labels.disease" },

    facts = {
        case       = { event = true, key = "id", from = "dept:health", label = { zh = "病例", en = "case" },
                       fields = { id = "text", district = "text", staff = "boolean", source_known = "boolean",
                                  second_generation = "boolean", onset = "time" } },
        cases      = { type = "number", from = "dept:health", label = { zh = "累计病例", en = "cases" } },
        deaths     = { type = "number", from = "dept:health", label = { zh = "死亡人数", en = "deaths" } },
        watched    = { type = "number", from = "dept:cdc", label = { zh = "医学观察人数", en = "people under watch" } },
        beds_left  = { type = "number", stale_after = "26h", from = "dept:health", label = { zh = "可用床位", en = "beds left" } },
        suspected  = { type = "boolean", from = "dept:health", label = { zh = "疑似新发重大传染病", en = "a new or grave disease suspected" } },
        identified = { type = "boolean", from = "dept:health", label = { zh = "确诊新发重大传染病", en = "a new or grave disease, confirmed" } },
        spreads    = { type = "boolean", from = "dept:cdc", label = { zh = "扩散", en = "it spreads" } },
        quiet_days = { type = "number", unit = "d", stale_after = "26h", from = "dept:cdc",
                       label = { zh = "末例后天数", en = "days since the last case" } },
    },

    -- The grades of the law are the health authority's to find; these are when the city acts.
    levels = {
        IV  = { when = "cases >= 1", ordered_by = "post:health-commander", members = { "dept:health", "dept:cdc" },
                expected = "14d", report = { "08:00" } },
        III = { when = "cases >= 10 or deaths >= 1", ordered_by = "post:health-commander", members = { "group:health-members" },
                expected = "14d", report = { "08:00" } },
        II  = { when = "cases >= 30 or suspected", ordered_by = "post:emergency-commander",
                members = { "dept:police", "group:districts" }, expected = "28d", report = { "08:00" } },
        I   = { when = "identified and spreads", ordered_by = "post:emergency-commander", expected = "28d",
                report = { "08:00", "20:00" } },
    },

    measures = {
        field_team = { phase = "first", owner = "dept:cdc", due = "2h",
                       title = { zh = "流调队到场", en = "Field team out" }, done_when = { zh = "首次流调报告", en = "its first report is in" } },
        laboratory = { phase = "first", owner = "dept:cdc", due = "24h",
                       title = { zh = "病原检测", en = "Which germ" }, done_when = { zh = "结果已报", en = "the result is reported" } },
        fever      = { phase = "IV", owner = "dept:health", due = "6h",
                       title = { zh = "发热门诊24小时开诊", en = "Fever clinics day and night" },
                       done_when = { zh = "逐院确认", en = "each hospital has confirmed" } },
        stocks     = { phase = "IV", owner = "dept:health", due = "24h",
                       title = { zh = "防护、药品清点", en = "Count masks and medicine" }, done_when = { zh = "清单上报", en = "the list is in" } },
        beds       = { phase = "III", owner = "dept:health", due = "6h",
                       title = { zh = "定点医院腾空床位", en = "Beds in the designated hospital" },
                       done_when = { zh = "床位清单", en = "the list of them" } },
        brief      = { phase = "III", owner = "dept:publicity", due = "24h", on_lower = "keep",
                       title = { zh = "每日疫情通报", en = "A word to the public each day" },
                       done_when = { zh = "首次通报已发布", en = "the first is out" } },
        schools    = { phase = "II", owner = "dept:education", due = "12h",
                       title = { zh = "学校防控、限制聚集", en = "Schools, and fewer together" },
                       done_when = { zh = "逐校确认", en = "each school has confirmed" } },
        supply     = { phase = "II", owner = "dept:civil", due = "12h",
                       title = { zh = "隔离人员生活保障", en = "Who is at home gets what he needs" },
                       done_when = { zh = "社区到户", en = "each household has somebody" } },
        checks     = { phase = "I", owner = "dept:transport", due = "12h",
                       title = { zh = "交通卫生检疫", en = "Health checks on the roads" }, done_when = { zh = "点位到人", en = "each is manned" } },
        summary    = { phase = "recovery", owner = "dept:health", due = "30d",
                       title = { zh = "总结评估", en = "What was learned" }, done_when = { zh = "报告报市政府", en = "the city has it" } },
        restock    = { phase = "recovery", owner = "dept:health", due = "30d",
                       title = { zh = "补充储备", en = "Fill the stocks" }, done_when = { zh = "达到储备标准", en = "as much as there should be" } },
        forget     = { phase = "recovery", owner = "dept:cdc", due = "30d",
                       title = { zh = "销毁个人信息", en = "Destroy what is known of persons" },
                       done_when = { zh = "清单双人签字（应对法第85条）", en = "two have signed the list (Act, art. 85)" } },
    },

    reports = {
        initial = { by = "dept:health", sign = "post:health-commander", to = "dept:province-duty", from = "received",
                    phone = "30m", due = "2h", basis = "376.county" },
        single  = { by = "dept:cdc", sign = "post:health-commander", to = "dept:province-duty", from = "fact", each = "case",
                    due = "2h", basis = "376.county" },
        daily   = { by = "dept:health", sign = "post:health-commander", to = "dept:province-duty", due = "2h", data_to = "24:00",
                    zero = true },
        final   = { by = "dept:health", sign = "post:health-commander", to = "dept:province-duty", from = "terminated", due = "7d" },
    },

    ends_when = {
        { id = "quiet", when = "quiet_days >= 14", zh = "末例后经过一个最长潜伏期无新病例",
            en = "the longest incubation after the last case, and no new one" },
        { id = "experts", confirm = "post:health-commander", zh = "专家组同意终止", en = "the experts agree" },
    },

    fallback = {
        { to = "post:health-commander", within = "10m" },
        { to = "duty:duty-room", within = "5m" },
        { to = "post:emergency-commander", within = "10m" },
    },
}

local SIGNS = { -- what one case says of all of them (paper, 4.4)
    { when = function(case) return case.staff end, zh = "医务人员感染", en = "medical staff infected" },
    { when = function(case) return case.source_known == false end, zh = "感染来源不明", en = "source unknown" },
    { when = function(case) return case.second_generation end, zh = "出现二代病例", en = "a second generation" },
    { when = function(_, districts) return districts >= 2 end, zh = "两个以上区县", en = "two districts" },
}

--- Put to whoever orders, once for each sign; the rest of the night is theirs.
local function propose_higher(incident, sign)
    if incident:at_least "II" then return end
    propose { action = incident.level and "raise" or "activate", level = "II", within = "10m", wait = false,
              reason = { zh = sign.zh, en = sign.en } }
end

--- Each case opens its own tracing; a case reported again corrects that one.
local function count_cases(incident)
    local districts, known, shown = {}, 0, {}
    on("case", function(case)
        local where = case.district or { zh = "区县待核", en = "district not known" }
        child { plan = "case_tracing", key = case.id, fields = { onset = case.onset },
                title = T({ zh = "病例 {id}（{where}）", en = "Case {id}, {where}" }, { id = case.id, where = where }) }
        if case.district and not districts[case.district] then
            districts[case.district], known = true, known + 1
        end
        for n, sign in ipairs(SIGNS) do
            if sign.when(case, known) and not shown[n] then
                shown[n] = true
                propose_higher(incident, sign)
            end
        end
        state { districts = known }
    end, { serial = true })
end

function plan.respond(incident)
    count_cases(incident)
    local text = T { zh = "【疫情】{title}，请核实并答复", en = "Epidemic: {title}. Verify and answer" }
    while not call { text = text, rungs = {
        { to = "post:health-commander", within = "10m" },
        { to = "duty:duty-room", within = "5m" },
        { to = "post:emergency-commander", within = "10m" },
    } } do
        log("nobody has answered yet: " .. incident.title)
    end
end

--- What is it, how does it go, what next? Or it is known above that nobody says.
local function ask_experts()
    local c = consult { to = "group:health-experts", chair = "post:health-commander", within = "2h", at_least = 1,
                        question = { zh = "是何疾病，如何传播，下一步？", en = "What is it, how does it spread, what next?" } }
    if not c.enough then escalate(T({ zh = "专家未答复：{who}", en = "Experts silent: {who}" }, { who = c.silent })) end
end

--- A member that says nothing may be one that can do nothing any more.
local function roll_call()
    local r = ask { to = "group:health-members", within = "1h", one_per = "dept",
                    question = { zh = "人员、物资是否足够？", en = "Have you the people and the things you need?" },
                    choices = { { zh = "足够", en = "all there" }, { zh = "不足", en = "short" } } }
    if #r.short > 0 then
        notify { to = "post:health-commander", text = T({ zh = "人员、物资不足：{who}", en = "Short: {who}" }, { who = r.short }) }
    end
    if #r.silent > 0 then escalate(T({ zh = "点名未应：{who}", en = "No answer to the roll call: {who}" }, { who = r.silent })) end
end

--- From III on: the experts now and each morning, a roll call each morning.
function plan.level.III()
    every({ "08:30" }, roll_call)
    every({ "09:30" }, ask_experts)
    ask_experts()
end

return plan
