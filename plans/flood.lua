--- 防汛: a gauge is over its warning mark.
-- Calls the duty room seat by seat, then the deputy commander, then the commander; keeps a watch
-- every hour; tells the departments when the water passes a mark; ends by order.
local plan = plan "flood" {
    title     = { zh = "浑江市防汛应急预案", en = "Flood control" },
    kind      = "special",
    category  = "natural",
    version   = "2026.1",
    owner     = "dept:flood-office",
    starts_on = { { kind = "flood" } },

    facts = {
        stage_m    = { type = "number", unit = "m", per = "gauge", from = "dept:hydrology", label = { zh = "水位", en = "stage" } },
        trend_m_h  = { type = "number", unit = "m/h", per = "gauge", from = "dept:hydrology", label = { zh = "涨落率", en = "trend" } },
        ponding_cm = { type = "number", unit = "cm", per = "underpass", from = "dept:urban", label = { zh = "积水", en = "ponding" } },
        breach     = { type = "boolean", from = "dept:water", label = { zh = "决口", en = "breach" } },
    },

    ends        = "order",
    on_resolved = "note",
    fallback    = {
        { to = "duty:duty-room", within = "5m" },
        { to = "post:flood-hq-deputy", within = "5m" },
        { to = "post:flood-hq-commander", within = "5m" },
    },
}

-- The marks of the paper plan, annex 2. Metres.
local WARNING_M   = { g7 = 4.5, g12 = 3.8 }
local GUARANTEE_M = { g7 = 5.2, g12 = 4.4 }
local CLOSE_AT_CM = 27 -- water in an underpass: a car floats soon after

--- Somebody must know, and say so. Two rounds, then every ten minutes until somebody does.
local function reach_somebody(incident)
    local first = T { zh = "【首报】{title}，请核实并答复", en = "First report: {title}. Verify and answer" }
    local rungs = {
        { to = "duty:duty-room", within = "3m" },
        { to = "post:flood-hq-deputy", within = "5m" },
        { to = "post:flood-hq-commander", within = "5m" },
    }
    local answer = call { rungs = rungs, rounds = 2, text = first }
    while not answer do
        log("nobody has answered yet: " .. incident.title)
        answer = call { to = { "duty:duty-room", "dept:flood-office" }, within = "10m", text = first }
    end
    return answer
end

--- Tell the departments once for each mark that a gauge passes.
local function watch_marks(seen)
    on("stage_m", function(reading)
        local station = reading.station
        local mark = nil
        if reading.value >= (GUARANTEE_M[station] or math.huge) then
            mark = "guarantee"
        elseif reading.value >= (WARNING_M[station] or math.huge) then
            mark = "warning"
        end
        seen.highest = math.max(seen.highest or reading.value, reading.value)
        if mark and seen[station] ~= mark then
            seen[station] = mark
            notify { to = "group:flood-members",
                     text = T({ zh = "{station} 水位 {value} 米，超{mark}", en = "{station} at {value} m, over {mark}" },
                              { station = station, value = reading.value,
                                mark = mark == "guarantee" and "保证水位" or "警戒水位" }) }
        end
        state { station = station, stage_m = reading.value, highest_m = seen.highest }
    end)
end

function plan.respond(incident)
    local seen = {}
    watch_marks(seen)

    on("ponding_cm", function(reading)
        if reading.value >= CLOSE_AT_CM and not seen[reading.station] then
            seen[reading.station] = true
            local answer = call { to = "dept:urban", within = "5m", rounds = 2,
                                  text = T({ zh = "封闭 {station}：积水 {value} 厘米", en = "Close {station}: {value} cm of water" },
                                           { station = reading.station, value = reading.value }) }
            if not answer then
                notify { to = "duty:duty-room", text = T({ zh = "住建局无人应答：{station}", en = "Urban office silent: {station}" },
                                                         { station = reading.station }) }
            end
        end
    end)

    on("breach", function(report)
        if report.value then
            call { to = { "post:flood-hq-commander", "post:flood-hq-deputy" }, within = "2m", rounds = 5,
                   text = T { zh = "决口！{title}", en = "Breach! {title}" } }
        end
    end, { serial = true })

    on("resolved", function()
        notify { to = "post:flood-hq-deputy",
                 text = T { zh = "{title}：监测恢复正常，是否终止响应，请下令", en = "{title}: back to normal. Order the end if it is one" } }
    end)

    local answer = reach_somebody(incident)
    log("answered by " .. answer.name)

    every("1h", function()
        notify { to = "duty:duty-room",
                 text = T({ zh = "值守：{title}，最高水位 {highest} 米，请报最新情况", en = "Watch: {title}, highest {highest} m. Report what is new" },
                          { highest = seen.highest or "?" }) }
    end)
end

return plan
