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

local MARKS = {
    warning   = { zh = "警戒水位", en = "the warning mark" },
    guarantee = { zh = "保证水位", en = "the guarantee mark" },
}

local function mark_of(station, stage_m)
    if stage_m >= (GUARANTEE_M[station] or math.huge) then return "guarantee" end
    if stage_m >= (WARNING_M[station] or math.huge) then return "warning" end
end

--- A new reading: the departments are told once for each mark that a gauge passes.
local function note_stage(seen, station, stage_m)
    local mark = mark_of(station, stage_m)
    seen.highest_m = math.max(seen.highest_m or stage_m, stage_m)
    if mark and seen.mark[station] ~= mark then
        seen.mark[station] = mark
        notify { to = "group:flood-members",
                 text = T({ zh = "{station} 水位 {stage} 米，超{mark}", en = "{station} at {stage} m, over {mark}" },
                          { station = station, stage = stage_m, mark = MARKS[mark] }) }
    end
    state { station = station, stage_m = stage_m, highest_m = seen.highest_m }
end

--- The readings that came with the trigger.
local function note_trigger(seen, incident)
    for station, fields in pairs(incident.fields or {}) do
        if type(fields) == "table" and fields.stage_m then note_stage(seen, station, fields.stage_m) end
    end
end

--- An underpass fills: somebody goes and closes it, or the duty room hears that nobody does.
local function close_underpass(station, ponding_cm)
    local what = { station = station, cm = ponding_cm }
    local answer = call { to = "dept:urban", within = "5m", rounds = 2,
                          text = T({ zh = "封闭 {station}：积水 {cm} 厘米", en = "Close {station}: {cm} cm of water" }, what) }
    if not answer then
        notify { to = "duty:duty-room",
                 text = T({ zh = "{station} 无人封闭，住建局无人应答", en = "{station} is not closed, the urban office is silent" }, what) }
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

function plan.respond(incident)
    local seen = { mark = {}, closed = {} }

    on("stage_m", function(reading) note_stage(seen, reading.station, reading.value) end)

    on("ponding_cm", function(reading)
        if reading.value >= CLOSE_AT_CM and not seen.closed[reading.station] then
            seen.closed[reading.station] = true
            close_underpass(reading.station, reading.value)
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
                 text = T { zh = "{title}：监测恢复正常，是否终止响应，请下令", en = "{title}: readings are normal again. Order the end if it is one" } }
    end)

    -- first the call, and beside it what the trigger itself has brought
    parallel {
        function() log("answered by " .. reach_somebody(incident).name) end,
        function() note_trigger(seen, incident) end,
    }

    -- the watch, until an order ends the response
    every("1h", function()
        notify { to = "duty:duty-room",
                 text = T({ zh = "值守：{title}，最高水位 {highest} 米，请报最新情况", en = "Watch: {title}, highest {highest} m. Report what is new" },
                          { highest = seen.highest_m or "?" }) }
    end)
end

return plan
