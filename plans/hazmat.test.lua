-- The nights of a leak: the air says who is warned, the experts answer or do not, and the public
-- hears by a person's order, also that it may come back.
local function leaks(t, fields)
    t:begin "2026-05-20 09:30"
    t:person("wang.qiang"):answers "1m"
    t:trigger { plan = "hazmat", title = "二车间液氯泄漏", fields = fields }
end

test("the alarm: who goes in goes with the substance sheet", function(t)
    leaks(t)
    t:tells [[
        measure air to 生态环境局, due 10:00
        measure antidote to 卫健委, due 09:50
        measure cordon to 公安局, due 09:45
        measure cut_source to 化工园区管委会, due 09:40
        measure drains to 水务局, due 09:50
        measure sheet to 化工园区管委会, due 09:40
        measure entry to 消防救援支队, once what must come before is done
        report initial 1 due, by 10:30
    ]]
    t:item("sheet", "done", { by = "luo.min" })
    t:tells [[ Reconnaissance ]]
end)

test("nobody answers: it climbs, and begins again", function(t)
    t:begin "2026-05-20 09:30"
    t:trigger { plan = "hazmat", title = "二车间液氯泄漏" }
    t:advance "25m"
    t:tells [[
        [0:00] call 王强
        [0:03] 王强 (主班, duty:duty-room) no answer; call 李明
        [0:06] 李明 (副班, duty:duty-room) no answer; call 赵磊
        [0:09] 赵磊 (带班领导, duty:duty-room) no answer; call 罗敏
        [0:14] 罗敏 (应急副总指挥, post:emergency-deputy) no answer; call 何军
        [0:19] 何军 (应急副总指挥 B角, post:emergency-deputy) no answer; call 孟波
        [0:24] log: nobody has answered yet: 二车间液氯泄漏
        [0:24] call 王强
    ]]
    t:person("wang.qiang"):silent()
    t:person("li.ming"):answers "1m"
    t:advance "10m"
    t:tells [[ 李明 answers ]]
end)

test("over the limit: who lives behind that side of the fence is warned, each side on its own", function(t)
    leaks(t)
    t:never "behind fence-e"
    t:update { ["fence-s"] = { gas_pct = 140 }, ["fence-n"] = { gas_pct = 20 } }
    t:tells [[ measure warn to 城东区政府, due 09:45 ]]
    t:advance "10m"
    t:update { ["fence-e"] = { gas_pct = 100 } }
    t:tells [[ measure warn to 城东区政府, due 09:55 ]]
    t:item("warn", "done", { by = "luo.min" })
    t:advance "31m"
    t:tells [[ escalated: Nobody has warned those behind fence-s ]]
end)

test("in the river: intakes stop at once", function(t)
    leaks(t)
    t:update { river_reached = true }
    t:tells [[ measure intakes to 水务局, due 09:40 ]]
end)

test("the experts are silent: it is known above", function(t)
    leaks(t)
    t:advance "20m"
    t:tells [[ escalated: Experts silent: ]]
end)

test("one expert is enough", function(t)
    leaks(t)
    t:never "Experts silent"
    t:answer { by = "yan.qi", note = "液氯，隔离500米，撤离" }
    t:advance "21m"
end)

test("a report each half hour until the source is stopped, then each two hours", function(t)
    leaks(t, { injured = 1 })
    t:never "update 7"
    t:order { action = "activate", level = "IV", by = "luo.min", reason = "1人中毒" }
    t:advance "130m"
    t:tells [[
        [0:00] report update 1 due
        [0:30] report update 2 due
        [1:00] report update 3 due
        [1:30] report update 4 due
        [2:00] report update 5 due
    ]]
    t:update { source_stopped = true }
    t:crash "planner"
    t:advance "3h"
    t:tells [[ [4:00] report update 6 due ]]
end)

test("level III: the warning is a person's to publish; the air is clean, and it is lifted", function(t)
    leaks(t, { people_in_reach = 1200, ["fence-s"] = { gas_pct = 140 } })
    t:tells [[ propose III to 罗敏 ]]
    t:order { action = "activate", level = "III", by = "luo.min", reason = "下风向1200人" }
    t:tells [[ propose publish ]]
    t:order { action = "publish", by = "luo.min", reason = "下风向居民" }
    t:tells [[ order: publish ]]
    t:update { ["fence-n"] = { gas_pct = 2 }, ["fence-e"] = { gas_pct = 2 }, ["fence-s"] = { gas_pct = 40 },
               ["fence-w"] = { gas_pct = 2 } } :keeps "3h"
    t:advance "119m"
    t:crash "engine"
    t:advance "2m"
    t:tells [[ propose publish ]]
    t:order { action = "publish", by = "luo.min", reason = "监测达标" }
    t:expect { level = "III" }
end)

test("the end: stopped, clean for two hours, waste water held, people back", function(t)
    leaks(t, { injured = 1 })
    t:order { action = "activate", level = "IV", by = "luo.min", reason = "1人中毒" }
    t:update { source_stopped = true, ["fence-n"] = { gas_pct = 2 }, ["fence-e"] = { gas_pct = 2 }, ["fence-s"] = { gas_pct = 4 },
               ["fence-w"] = { gas_pct = 2 } } :keeps "3h"
    t:confirm("water", "yan.qi")
    t:confirm("back", "luo.min")
    t:advance "121m"
    t:tells [[ [2:00] propose terminate to 罗敏 ]]
    t:order { action = "terminate", by = "luo.min", reason = "险情解除", despite = "先期措施由各单位补登" }
    t:tells [[
        measure clean to 生态环境局
        measure inquiry to 应急管理局
    ]]
end)

test("each level at its mark, and not below it", function(t)
    t:begin "2026-06-01 08:00"
    for _, mark in ipairs {
        { { ["fence-s"] = { gas_pct = 99 } } },
        { { ["fence-s"] = { gas_pct = 100 } }, "IV" },
        { { injured = 1 }, "IV" },
        { { injured = 10 }, "III" },
        { { injured = 50 }, "II" },
        { { injured = 100 }, "I" },
        { { dead = 2 } },
        { { dead = 3 }, "III" },
        { { dead = 10 }, "II" },
        { { dead = 30 }, "I" },
        { { people_in_reach = 999 } },
        { { people_in_reach = 1000 }, "III" },
        { { river_reached = true }, "III" },
        { { second_tank = true }, "III" },
        { { relocated = 49999 } },
        { { relocated = 50000 }, "II" },
        { { relocated = 100000 }, "I" },
    } do
        t:trigger { plan = "hazmat", title = "泄漏", fields = mark[1] }
        t:expect { proposal = mark[2] and { level = mark[2] } or false }
    end
end)
