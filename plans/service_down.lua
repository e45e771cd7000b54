--- 信息系统故障: a service that the city works with is down.
-- Calls who is on call, then the second, then the manager, three times round; passes on what is
-- reported meanwhile; asks every hour whether somebody is still on it. It ends when the source, or
-- the person who has mended it, says that the service is back; all who heard of it hear that too.
--
--     curl -d 'Payment answers 502' 'http://127.0.0.1:8470/t/service_down?key=payment'
--
-- The first line of the text is the title; more lines are the note. The same key again reports to
-- the same incident, while that is open. The plan on paper: service_down.md.
local plan = plan "service_down" {
    title     = { zh = "信息系统故障应急预案", en = "Service down" },
    kind      = "department",
    category  = "accident", text = "service_down.md",
    version   = "2026.2", issued = "2026-03-01", filed = "2026-03-20", review_by = "2029-03-01", drill_every = "3y",
    owner     = "dept:it",
    starts_on = { { kind = "service_down" }, { source = "alertmanager" } },
    one_per   = { "labels.service" }, -- two hundred alerts of a service: one incident, one call,
    digest    = "30s",                -- and news of the others by the half minute
    reopen_within = "10m", -- up, and down again: it was not mended

    facts = {
        affected = { type = "number", label = { zh = "受影响人数", en = "people affected" } },
        cause    = { type = "text", label = { zh = "原因", en = "cause" } },
    },

    ends        = "resolved",
    on_resolved = "close",
    fallback    = {
        { to = "duty:it-oncall", within = "10m" },
        { to = "post:it-manager", within = "10m" },
    },
}

local MANY_PEOPLE = 1000 -- from here on the manager is told at once (paper, 4.3)
local SHOWN       = 500  -- characters of a report that fit on a phone; the record has all of it

local GRAVE = { I = true, II = true }

local function shorten(text)
    if utf8.len(text) <= SHOWN then return text end
    return text:sub(1, utf8.offset(text, SHOWN + 1) - 1) .. "…"
end

--- The manager need not do anything yet, but is not to hear it from somebody else.
local function tell_manager(seen, why)
    if seen.manager_told then return end
    seen.manager_told = true
    notify { to = "post:it-manager",
             text = T({ zh = "【通报】{title}：{why}", en = "For your information: {title}: {why}" }, { why = why }) }
end

--- Whoever works on it hears what is new; until somebody does, the newest report is kept for them.
local function pass_on(seen, report)
    if not report then return end
    if not seen.person then seen.report = report return end
    notify { to = seen.person,
             text = T({ zh = "【续报】{title}：{report}", en = "{title}, news: {report}" }, { report = report }) }
end

--- Somebody must take it: three times round, then with the duty room of the city, for ever.
local function reach_somebody(incident)
    local text = T({ zh = "【故障】{what}。请处理并答复", en = "Down: {what}. Take it and answer" },
                   { what = shorten(incident.note and incident.title .. "\n" .. incident.note or incident.title) })
    local answer = call { rounds = 3, text = text, rungs = {
        { to = "duty:it-oncall", within = "5m" },
        { to = "post:it-manager", within = "10m" },
    } }
    while not answer do
        log("nobody has taken it yet: " .. incident.title)
        answer = call { to = { "duty:it-oncall", "post:it-manager", "duty:duty-room" }, within = "10m", text = text }
    end
    return answer
end

--- Returns when the person who took it no longer answers.
local function stay_in_touch(person)
    repeat
        sleep "1h"
    until not call { to = person, within = "10m",
                     text = T { zh = "{title}：仍未恢复，是否还在处理？答复即继续，谢绝则另派他人",
                                en = "{title}: not over yet. Answer if you are still on it, decline to hand it over" } }
end

function plan.respond(incident)
    local seen = {}

    on("update", function(news) pass_on(seen, news.note and shorten(news.note)) end, { serial = true })

    on("affected", function(reading)
        seen.affected = reading.value
        state { affected = seen.affected, cause = seen.cause }
        if reading.value >= MANY_PEOPLE then
            tell_manager(seen, { zh = "约 " .. reading.value .. " 人受影响", en = reading.value .. " people affected" })
        end
    end)

    on("cause", function(reading)
        seen.cause = reading.value
        state { affected = seen.affected, cause = seen.cause }
    end)

    if GRAVE[incident.grade] then tell_manager(seen, { zh = "级别 " .. incident.grade, en = "grade " .. incident.grade }) end

    while true do
        local answer = reach_somebody(incident)
        local report = seen.report
        seen.person, seen.report = "person:" .. answer.by, nil
        pass_on(seen, report)
        stay_in_touch(seen.person)
        seen.person = nil
        log(answer.name .. " is no longer on it; calling again")
    end
end

return plan
