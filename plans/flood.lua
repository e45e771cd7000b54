--- 防汛: a gauge is over its warning mark.
-- The head is the paper plan: levels, measures and the end, worked by the engine even when no code
-- can run. The body does what depends on something: it reaches somebody, has underpasses closed as
-- they fill, and keeps the watch. The plan on paper: flood.md.
local plan = plan "flood" {
    title      = { zh = "浑江市防汛应急预案", en = "Flood control" },
    kind       = "special",
    category   = "natural", text = "flood.md",
    version    = "2026.4", issued = "2026-03-01", filed = "2026-03-20", review_by = "2029-03-01", drill_every = "3y",
    owner      = "dept:flood-office",
    basis      = { "中华人民共和国防洪法", "中华人民共和国突发事件应对法" },
    principles = {
        { zh = "以人为本，避险为先", en = "People first" },
        { zh = "防重于抢，留有余地", en = "Prevention before rescue" },
    },
    starts_on  = { { kind = "flood" } },

    facts = {
        stage_m    = { type = "number", unit = "m", per = "gauge", stale_after = "30m", from = "dept:hydrology",
                        label = { zh = "水位", en = "stage" } },
        trend_m_h  = { type = "number", unit = "m/h", per = "gauge", stale_after = "2h", from = "dept:hydrology",
                        label = { zh = "涨落率", en = "trend" } },
        peak_m     = { type = "number", unit = "m", per = "gauge", from = "dept:hydrology",
                        label = { zh = "预报洪峰", en = "forecast peak" } },
        rain_3h_mm = { type = "number", unit = "mm", stale_after = "1h", from = "dept:weather",
                        label = { zh = "3小时雨量", en = "rain in 3 h" } },
        rain_12h_mm = { type = "number", unit = "mm", stale_after = "2h", from = "dept:weather",
                        label = { zh = "12小时雨量", en = "rain in 12 h" } },
        ponding_cm = { type = "number", unit = "cm", per = "underpass", stale_after = "15m", from = "dept:urban",
                        label = { zh = "积水", en = "ponding" } },
        peak_at    = { type = "time", from = "dept:hydrology", label = { zh = "峰现时间", en = "peak at" } },
        breach     = { type = "boolean", from = "dept:water", label = { zh = "决口", en = "breach" } },
    },

    -- Any gauge that fulfils it, and the level is suggested; people order it. The numbers are the city's.
    levels = {
        IV  = { when = "stage_m >= warning_m or rain_12h_mm >= 50", ordered_by = "post:flood-hq-deputy",
                members = { "dept:water", "dept:urban", "dept:weather" }, expected = "72h", lower_after = "6h",
                report = { "09:00", "17:00" } },
        III = { when = "stage_m >= warning_m + 0.4 or rain_3h_mm >= 50", ordered_by = "post:flood-hq-deputy",
                members = { "dept:health" }, expected = "48h", lower_after = "6h", report = "6h" },
        II  = { when = "peak_m >= guarantee_m", ordered_by = "post:flood-hq-commander",
                members = { "dept:education", "group:districts" }, expected = "24h", lower_after = "6h", report = "3h" },
        I   = { when = "stage_m >= guarantee_m or rain_3h_mm >= 100 or breach", ordered_by = "post:flood-hq-commander",
                expected = "24h", lower_after = "6h", report = "1h" },
    },

    measures = {
        double_duty = { phase = "IV", owner = "dept:flood-office", due = "15m", on_lower = "lift",
                        title = { zh = "值班加强", en = "Double the duty" },
                        done_when = { zh = "两名值班员和带班领导到位", en = "two officers and a leader on the spot" } },
        patrol      = { phase = "IV", owner = "dept:water", due = { IV = "1h", II = "30m" },
                        title = { zh = "堤防水库巡查", en = "Patrol dykes and reservoirs" },
                        done_when = { zh = "逐处报告", en = "each has reported" } },
        pumps       = { phase = "IV", owner = "dept:urban", due = "2h",
                        title = { zh = "泵车前置", en = "Stage the pumps" },
                        done_when = { zh = "泵车到点", en = "all at their points" } },
        teams       = { phase = "III", owner = "dept:urban", due = "2h",
                        title = { zh = "抢险队伍到位", en = "Rescue teams in place" },
                        done_when = { zh = "队伍报到", en = "teams report arrived" } },
        evacuate    = { phase = "II", owner = "dept:urban", due = { II = "4h", I = "2h" },
                        title = { zh = "低洼区转移", en = "Evacuate the low areas" },
                        done_when = { zh = "名单逐户销号", en = "every household struck off" } },
        schools     = { phase = "II", owner = "dept:education", due = "2h",
                        title = { zh = "停课", en = "Close the schools" },
                        done_when = { zh = "逐校确认", en = "every school has confirmed" } },
        experts_out = { phase = "II", owner = "dept:water", due = "2h", on_lower = "keep",
                        title = { zh = "专家组赴险工险段", en = "Experts to the worst section" },
                        done_when = { zh = "专家组到场", en = "they are on the spot" } },
        medical     = { phase = "II", owner = "dept:health", due = "2h", on_lower = "keep",
                        title = { zh = "安置点医疗", en = "Doctors at the shelters" },
                        done_when = { zh = "每个安置点有医护", en = "each shelter has one" } },
        inform      = { phase = "II", owner = "dept:flood-office", due = "5h", on_lower = "keep",
                        title = { zh = "发布权威信息", en = "Inform the public" },
                        done_when = { zh = "首次权威信息已发布", en = "the first word of the authority is out" } },
        press       = { phase = "II", owner = "dept:flood-office", due = "24h", on_lower = "keep",
                        title = { zh = "新闻发布会", en = "Press conference" },
                        done_when = { zh = "已召开", en = "held" } },
        front       = { phase = "I", owner = "post:flood-hq-commander", due = "1h",
                        title = { zh = "总指挥赴一线", en = "The commander goes to the front" },
                        done_when = { zh = "到达现场", en = "arrived" } },
        dry_out     = { phase = "recovery", owner = "dept:health", due = "3d",
                        title = { zh = "消杀防疫", en = "Disinfect" }, done_when = { zh = "疾控验收", en = "checked by the CDC" } },
        loss        = { phase = "recovery", owner = "dept:flood-office", due = "7d",
                        title = { zh = "灾损统计", en = "Loss statement" }, done_when = { zh = "报表上报", en = "statement sent" } },
        clear_below = { owner = "dept:urban", due = "6h",
                        title = { zh = "峰前6小时转移完毕", en = "All below the stage line moved, 6 h before the peak" },
                        done_when = { zh = "逐户销号", en = "every household struck off" } },
        close_pass  = { owner = "dept:urban", due = "10m",
                        title = { zh = "封闭 {at}", en = "Close {at}" },
                        done_when = { zh = "封闭并值守", en = "closed and guarded" } },
    },

    -- Opened, numbered, drafted and urged by the engine; written, signed and sent by people. The first
    -- waits for no order; updates come with each change of level, then by its `report` above.
    reports = {
        initial = { by = "duty:duty-room", sign = "post:flood-hq-deputy", to = "dept:province-duty", from = "received",
                    phone = "30m", due = "1h", basis = "municipal" },
        update  = { by = "duty:duty-room", sign = "post:flood-hq-deputy", to = "dept:province-duty", due = "30m", zero = true },
        final   = { by = "dept:flood-office", sign = "post:flood-hq-commander", to = "dept:province-duty", from = "terminated",
                    due = "7d" },
    },

    ends_when = {
        { id = "falling", when = "stage_m < warning_m and trend_m_h < 0", hold = "24h",
            zh = "水位低于警戒并回落24小时", en = "stage below warning and falling for 24 h" },
        { id = "settled", confirm = "dept:flood-office",
            zh = "无暴雨预警，无未处置险情，群众返回或安置",
            en = "no rain warning, no open danger, people returned or settled" },
    },

    fallback = {
        { to = "duty:duty-room", within = "5m" },
        { to = "post:flood-hq-deputy", within = "5m" },
        { to = "post:flood-hq-commander", within = "5m" },
    },
}

--- An underpass fills: somebody goes and closes it, or it is known above that nobody does. Water
--- does not wait for an order.
local function close_underpass(station)
    local item = measure("close_pass", { key = station, at = station })
    if item:wait("done", "20m") ~= "done" then
        escalate(T({ zh = "{station} 无人封闭", en = "Nobody closes {station}" }, { station = station }))
    end
end

--- Somebody must know, and say so: two rounds up to the commander, then the duty room for ever.
local function reach_somebody(incident)
    local first = T { zh = "【首报】{title}，请核实并答复", en = "First report: {title}. Verify and answer" }
    local answer = call { rounds = 2, text = first, rungs = {
        { to = "duty:duty-room", within = "3m" },
        { to = "post:flood-hq-deputy", within = "5m" },
        { to = "post:flood-hq-commander", within = "5m" },
    } }
    while not answer do
        log("nobody has answered yet: " .. incident.title)
        answer = call { to = { "duty:duty-room", "dept:flood-office" }, within = "10m", text = first }
    end
    return answer
end

--- 先期处置: from the trigger until the end. Nobody has ordered anything yet.
function plan.respond(incident)
    each("ponding_cm >= 27", close_underpass) -- a car floats soon after; dry in between, it counts anew

    on("breach", function(report)
        if report.value then
            call { to = { "post:flood-hq-commander", "post:flood-hq-deputy" }, within = "2m", rounds = 5,
                   text = T { zh = "决口！{title}", en = "Breach! {title}" } }
        end
    end, { serial = true })

    log("answered by " .. reach_somebody(incident).name)

    -- the watch, until the end is ordered
    every("1h", function()
        notify { to = "duty:duty-room",
                 text = T { zh = "值守：{title}，请报最新情况", en = "Watch: {title}. Report what is new" } }
    end)
end

--- 会商: the experts say what is coming, or it is known that they do not.
function plan.level.III()
    local c = consult { to = "group:flood-experts", chair = "post:flood-hq-deputy", within = "30m", at_least = 1,
                        question = { zh = "预报洪峰多高，何处最险？", en = "How high is the peak, and where is it worst?" } }
    if not c.enough then
        escalate(T({ zh = "专家未答复：{who}", en = "Experts silent: {who}" }, { who = c.silent }))
    end
end

--- The commander comes to the command room, or it is known that he does not.
function plan.level.II()
    if not call { to = "post:flood-hq-commander", within = "15m",
                  text = T { zh = "{title}：II级响应，请到指挥部", en = "{title}: level II, come to the command room" } } then
        escalate(T { zh = "总指挥无应答", en = "The commander is silent" })
    end
end

--- The guarantee stage: what only the commander can declare is proposed; the province is asked for
--- soldiers; who lives below must be gone six hours before the peak, whenever it is forecast.
function plan.level.I()
    propose { action = "declare", what = { zh = "紧急防汛期", en = "emergency flood period" }, within = "30m", wait = false,
              reason = { zh = "洪峰达保证水位（防洪法）", en = "peak at the guarantee stage (Flood Control Act)" } }
    resource { what = { zh = "部队支援：人员、冲锋舟", en = "Soldiers and boats" }, amount = "200 / 20", from = "dept:province-duty", due = "3h" }
    measure("clear_below", { due = before("peak_at", "6h", { at_least = "1h", unknown = "2h" }) })
end

return plan
