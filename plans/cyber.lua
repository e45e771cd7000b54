--- 网络安全事件: somebody is in the city's systems who should not be.
-- What is destroyed in the first half hour, memory and logs, cannot be had again; what the law wants
-- to know runs on clocks of its own. The body calls who can pull a plug, and lets each finding bring
-- what it owes: people whose data are gone, the police, the flaw that let them in. On paper: cyber.md.
local plan = plan "cyber" {
    title      = { zh = "浑江市网络安全事件应急预案", en = "Cyber incident" },
    kind       = "special",
    category   = "accident", text = "cyber.md",
    version    = "2026.1", issued = "2026-03-01", filed = "2026-03-20", review_by = "2029-03-01", drill_every = "2y",
    owner      = "dept:cyber",
    basis      = { "中华人民共和国网络安全法", "国家网络安全事件报告管理办法", "中华人民共和国个人信息保护法" },
    principles = {
        { zh = "先取证，后重建", en = "Evidence first, then rebuild" },
        { zh = "先止损，后恢复", en = "Stop the loss, then restore" },
        { zh = "原因不明也要先报", en = "Report before you know why" },
    },
    starts_on  = { { kind = "cyber" } },
    one_per    = { "labels.system" },

    facts = {
        attack          = { type = "boolean", from = "dept:it", label = { zh = "确认攻击", en = "an attack, confirmed" } },
        critical        = { type = "boolean", from = "dept:cyber",
                            label = { zh = "关键信息基础设施", en = "critical infrastructure" } },
        down_h          = { type = "number", unit = "h", stale_after = "2h", from = "dept:it",
                            label = { zh = "中断时长", en = "down for" } },
        affected        = { type = "number", from = "dept:it", label = { zh = "受影响人数", en = "people affected" } },
        records         = { type = "number", from = "dept:it",
                            label = { zh = "泄露个人信息人数", en = "people whose data are out" } },
        second_system   = { type = "boolean", from = "dept:it", label = { zh = "波及其他系统", en = "a second system" } },
        shown_publicly  = { type = "boolean", from = "dept:publicity", label = { zh = "数据公开、页面篡改", en = "data or defacement public" } },
        ransom          = { type = "boolean", from = "dept:it", label = { zh = "勒索", en = "ransom note" } },
        cause           = { type = "text", from = "dept:it", label = { zh = "原因", en = "cause" } },
        service_up      = { type = "boolean", stale_after = "2h", from = "dept:it", label = { zh = "服务正常", en = "service is up" } },
        indicator       = { type = "boolean", stale_after = "26h", from = "dept:it",
                            label = { zh = "新的入侵迹象", en = "a new sign of them" } },
        flaw            = { event = true, key = "id", fields = { id = "text", what = "text" }, from = "dept:it",
                            label = { zh = "漏洞", en = "flaw" } },
    },

    -- After the guide of 2025 to the grades of such incidents; level IV is whatever was confirmed.
    levels = {
        IV  = { when = "attack", ordered_by = "post:cyber-commander", members = { "dept:it", "dept:cyber", "dept:police" },
                expected = "24h", report = "12h" },
        III = { when = "records >= 1000000 or down_h >= 2 or affected >= 100000 or second_system or shown_publicly or ransom",
                ordered_by = "post:cyber-commander", members = { "dept:telecom", "dept:publicity" }, expected = "48h", report = "4h" },
        II  = { when = "records >= 10000000 or down_h >= 6 or affected >= 1000000", ordered_by = "post:emergency-commander",
                expected = "72h", report = "1h" },
        I   = { when = "records >= 100000000 or down_h >= 24 or affected >= 10000000", ordered_by = "post:emergency-commander",
                expected = "72h", report = "1h" },
    },

    measures = {
        triage   = { phase = "first", owner = "dept:it", due = "15m",
                     title = { zh = "研判：系统、时间、类型", en = "Triage: which system, since when, what kind" },
                     done_when = { zh = "结论已报", en = "the finding is reported" } },
        evidence = { phase = "first", owner = "dept:it", due = "30m",
                     title = { zh = "留存内存镜像和日志", en = "Keep memory image and logs" },
                     done_when = { zh = "留存件校验值登记", en = "copies are kept, with their checksums" } },
        isolate  = { phase = "IV", owner = "dept:it", due = "30m",
                     title = { zh = "隔离受控主机", en = "Isolate what they hold" },
                     done_when = { zh = "断网清单", en = "the list of what is cut off" } },
        paper    = { phase = "IV", owner = "dept:it", due = "60m",
                     title = { zh = "切换备用系统或人工窗口", en = "Backup site, or forms on paper" },
                     done_when = { zh = "群众办事不中断", en = "people at the counters are served" } },
        rebuild  = { phase = "IV", owner = "dept:it", due = "24h", after = { "evidence", "isolate" },
                     title = { zh = "重建、改密、验备份", en = "Rebuild, new passwords, backup verified" },
                     done_when = { zh = "从干净介质恢复", en = "restored from a clean source" } },
        notice   = { phase = "III", owner = "dept:publicity", due = "2h", on_lower = "keep",
                     title = { zh = "静态公告页", en = "A static page that says so" }, done_when = { zh = "已发布", en = "it is up" } },
        supplier = { phase = "III", owner = "dept:cyber", due = "4h",
                     title = { zh = "通知供应商和同类单位", en = "Tell supplier and who runs the same" },
                     done_when = { zh = "逐家确认", en = "each has confirmed" } },
        critical = { owner = "dept:cyber", due = "1h",
                     title = { zh = "报保护工作部门和公安机关", en = "Report to the protection department and the police" },
                     done_when = { zh = "两处回执", en = "both have confirmed" } },
        police   = { owner = "dept:cyber", due = "2h",
                     title = { zh = "报案", en = "To the police, as a crime" }, done_when = { zh = "受案回执", en = "the case has a number" } },
        persons  = { owner = "dept:it", due = "72h",
                     title = { zh = "告知 {people} 名当事人", en = "Tell the {people} people concerned" },
                     done_when = { zh = "已告知如何防范", en = "they know, and what to do" } },
        flaw     = { owner = "dept:it", due = "30d",
                     title = { zh = "修补：{what}", en = "Mend: {what}" }, done_when = { zh = "复测通过", en = "tested again and found mended" } },
    },

    reports = {
        initial = { by = "dept:cyber", sign = "post:cyber-commander", to = "dept:province-duty", from = "received",
                    phone = "30m", due = "1h", basis = "cyber.critical" },
        update  = { by = "dept:cyber", sign = "post:cyber-commander", to = "dept:province-duty", due = "30m", zero = true },
        final   = { by = "dept:cyber", sign = "post:cyber-commander", to = "dept:province-duty", from = "terminated",
                    basis = "cyber.summary" },
    },

    ends_when = {
        { id = "stable", when = "service_up", hold = "24h", zh = "服务稳定24小时", en = "the service is up for 24 h" },
        { id = "quiet", when = "not indicator", hold = "24h", zh = "24小时无新的入侵迹象", en = "no new sign of them for 24 h" },
        { id = "signed", confirm = "post:cyber-commander",
            zh = "专家确认根因消除、备份有效", en = "experts sign: the cause is gone, the backup good" },
    },

    fallback = {
        { to = "duty:it-oncall", within = "5m" },
        { to = "post:cyber-commander", within = "5m" },
        { to = "duty:duty-room", within = "5m" },
    },
}

--- What a finding owes, whenever in the night it is made.
local function findings_bring_what_they_owe()
    each("critical", function() measure("critical") end)
    each("ransom", function() measure("police") end)
    on("records", function(reading)
        if reading.value > 0 then measure("persons", { people = reading.value }) end
    end)
end

--- An hour of guessing is an hour of theirs.
local function hurry_triage()
    if measure("triage"):wait("done", "30m") ~= "done" then
        escalate(T { zh = "{title}：半小时无研判结论", en = "{title}: no triage for half an hour" })
    end
end

function plan.respond(incident)
    findings_bring_what_they_owe()
    spawn(hurry_triage)
    local text = T { zh = "【网络安全】{title}，请处理并答复", en = "Cyber incident: {title}. Take it and answer" }
    while not call { text = text, rounds = 2, rungs = {
        { to = "duty:it-oncall", within = "5m" },
        { to = "post:cyber-commander", within = "10m" },
        { to = "duty:duty-room", within = "5m" },
    } } do
        log("nobody has answered yet: " .. incident.title)
    end
end

--- What let them in is mended by a date; so are its sisters, which the inquiry finds.
function plan.recover()
    on("flaw", function(found) measure("flaw", { key = found.id, what = found.what or found.id }) end)
end

return plan
