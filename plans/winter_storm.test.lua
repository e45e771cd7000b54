-- The nights of a winter storm: the cold opens rooms, the level asks for forecasts, snow goes away.
local function snows(t, fields)
    t:begin "2026-11-20 16:00"
    t:person("wang.qiang"):answers "1m"
    t:trigger { plan = "winter_storm", kind = "winter_storm", title = "暴雪黄色预警", warning = "yellow", fields = fields }
end

test("a warning: the members are told, somebody answers", function(t)
    snows(t)
    t:tells [[
        measure notice to 应急管理局, due 16:15
        report initial 1 due, by 17:00
        call 王强
    ]]
    t:advance "2m"
    t:tells [[ 王强 answers ]]
end)

test("nobody answers: it climbs, and begins again", function(t)
    t:begin "2026-11-20 16:00"
    t:trigger { plan = "winter_storm", title = "暴雪黄色预警" }
    t:advance "46m"
    t:tells [[
        [0:15] 赵磊 (带班领导, duty:duty-room) no answer; call 罗敏 (应急副总指挥
        [0:25] 罗敏 (应急副总指挥, post:emergency-deputy) no answer; call 何军 (应急副总指挥 B角
        [0:35] 何军 (应急副总指挥 B角, post:emergency-deputy) no answer; call 孟波 (应急总指挥
        [0:45] log: nobody has answered yet: 暴雪黄色预警
        [0:45] call 王强
    ]]
    t:person("li.ming"):answers "1m"
    t:advance "10m"
    t:tells [[ 李明 answers ]]
end)

test("below four degrees warm rooms open, without an order, and once", function(t)
    snows(t, { temp_c = 4 })
    t:update { temp_c = 3.5 }
    t:tells [[ measure warm_rooms to 民政局, due 20:00 ]]
    t:update { temp_c = 5 }
    t:update { temp_c = 1 }
    t:expect { item = { warm_rooms = "issued" } }
end)

test("forecasts as often as the level wants them", function(t)
    snows(t, { temp_drop_c = 9, temp_c = 3, snow_12h_mm = 5 })
    t:order { action = "activate", level = "IV", by = "luo.min", reason = "降温" }
    t:advance "421m"
    t:tells [[ [6:00] notify 气象局 by desk: 暴雪黄色预警：请报最新预报 ]]
    t:update { roads_shut = 3 }
    t:tells [[ propose III to 罗敏 ]]
    t:order { action = "raise", level = "III", by = "luo.min", reason = "封路" }
    t:crash "engine"
    t:advance "3h"
    t:tells [[
        [9:00] notify 气象局 by desk: 暴雪黄色预警：请报最新预报
    ]]
end)

test("level III: whoever lives alone is visited once the list is there", function(t)
    snows(t, { snow_12h_mm = 7 })
    t:order { action = "activate", level = "III", by = "luo.min", reason = "降雪" }
    t:tells [[
        measure alone to 民政局, due 22:00
        measure schools to 教育局, due 18:00
        measure visit to 民政局, once what must come before is done
    ]]
    t:item("alone", "done", { by = "luo.min" })
    t:advance "1m"
    t:expect { item = { visit = "issued" } }
end)

test("level II: soldiers are asked for; lowered, the decision on what runs is the commander's", function(t)
    snows(t, { snow_6h_mm = 10, lasts_h = 10 })
    t:tells [[ propose II to 孟波 ]]
    t:order { action = "activate", level = "II", by = "meng.bo", reason = "暴雪" }
    t:tells [[ resource Soldiers to clear ice and snow to 省总值班室, due 20:00 ]]
    t:advance "61m"
    t:tells [[ [1:00] notify 气象局 by desk: 暴雪黄色预警：请报最新预报 ]]
    t:order { action = "lower", level = "IV", by = "meng.bo", reason = "雪停" }
    t:expect { level = "IV", scope = { II = false } }
end)

test("the end: the warning lifted, roads open, supply back", function(t)
    snows(t, { snow_12h_mm = 5, warning_stands = true })
    t:order { action = "activate", level = "IV", by = "luo.min", reason = "降雪" }
    t:update { roads_open_pct = 96, supply_pct = 97 } :keeps "4h"
    t:confirm("settled", "luo.min")
    t:advance "3h"
    t:update { warning_stands = false }
    t:tells [[ propose terminate to 罗敏 ]]
    t:order { action = "terminate", by = "luo.min", reason = "预警解除", despite = "未办结措施转恢复阶段" }
    t:tells [[ measure loss to 应急管理局 ]]
end)

test("each level at its mark, and not below it", function(t)
    t:begin "2026-06-01 08:00"
    for _, mark in ipairs {
        { { temp_drop_c = 8, temp_c = 5 } },
        { { temp_drop_c = 7, temp_c = 4 } },
        { { temp_drop_c = 8, temp_c = 4 }, "IV" },
        { { snow_12h_mm = 3 } },
        { { snow_12h_mm = 4 }, "IV" },
        { { snow_12h_mm = 6 }, "III" },
        { { temp_drop_c = 10, temp_c = 1 }, "IV" },
        { { temp_drop_c = 10, temp_c = 0 }, "III" },
        { { temp_drop_c = 16, temp_c = -7 }, "III" },
        { { temp_drop_c = 16, temp_c = -8 }, "I" },
        { { roads_shut = 2 } },
        { { roads_shut = 3 }, "III" },
        { { homes_dark = 4999 } },
        { { homes_dark = 5000 }, "III" },
        { { homes_dark = 500000 }, "I" },
        { { without_water = 9999 } },
        { { without_water = 10000 }, "III" },
        { { without_water = 1000000 }, "I" },
        { { snow_6h_mm = 9 } },
        { { snow_6h_mm = 10 }, "II" },
        { { snow_6h_mm = 15 }, "I" },
        { { lasts_h = 72 } },
        { { lasts_h = 73 }, "II" },
        { { lasts_h = 121 }, "I" },
        { { frozen = 9 } },
        { { frozen = 10 }, "I" },
    } do
        t:trigger { plan = "winter_storm", title = "雨雪", fields = mark[1] }
        t:expect { proposal = mark[2] and { level = mark[2] } or false }
    end
end)
