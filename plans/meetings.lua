-- 日沟通、周调度、月例会: three meetings that keep many departments at one table. Nobody triggers it:
-- its schedule opens each meeting, as an incident of its own.
local plan = plan "meetings" {
    title = { zh = "日沟通、周调度、月例会", en = "Daily contact, weekly dispatch, monthly meeting" },
    kind = "standing", text = "meetings.md",
    version = "2026.1", issued = "2026-03-01", review_by = "2029-03-01", owner = "dept:emergency",
    basis = { "浑江市突发事件联席会议制度" },
    principles = { { zh = "事事有着落，件件有回音", en = "Every item has an owner and an end" } },
    schedule = {
        daily   = { at = "08:40", days = "workday", title = { zh = "日沟通", en = "Daily contact" } },
        weekly  = { at = "mon 09:00", if_holiday = "next_workday", title = { zh = "周调度", en = "Weekly dispatch" } },
        monthly = { at = "1st workday 10:00", title = { zh = "月例会", en = "Monthly meeting" } },
    },
    measures = {
        minutes = { owner = "dept:emergency", title = { zh = "印发月例会纪要", en = "Issue the minutes of the monthly meeting" },
                    due = "5d", urge = "1d", done_when = { zh = "纪要已印发各成员单位", en = "the minutes are with all members" } },
    },
    fallback = { { to = "duty:duty-room", within = "1h" } },
}

-- Each department says by itself whether there is anything; one word of it is enough.
function plan.occasion.daily()
    local said = ask {
        to = "group:meeting-members", one_per = "dept", within = "40m", at_least = "all",
        question = { zh = "今天有无需要会商协调的事项？", en = "Is there anything to settle together today?" },
        choices = { { zh = "无事项", en = "nothing" }, { zh = "有事项，见备注", en = "see note" } },
    }
    state { silent = #said.silent, matters = #said["see note"] }
    for _, matter in ipairs(said["see note"]) do
        notify { to = "dept:emergency", text = T({ zh = "{who} 有事项：{note}", en = "{who} has a matter: {note}" },
                                                 { who = matter.name, note = matter.note or "-" }) }
    end
    if #said.silent > 0 then
        notify { to = said.silent, text = { zh = "日沟通未见回复，请补报。", en = "Nothing came from you for the daily contact; please report." } }
    end
end

-- What is open and what is late, to everybody, before the meeting begins.
function plan.occasion.weekly()
    agenda { to = { "group:meeting-members", "dept:emergency" }, items = { state = { "open", "overdue" }, since = "7d" } }
end

function plan.occasion.monthly()
    agenda { to = { "group:meeting-members", "dept:emergency" }, items = { state = { "open", "overdue" }, since = "31d" } }
    measure("minutes")
end

return plan
