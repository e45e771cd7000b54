-- The nights of a blackout: how long key users last, when the light is back, and who is told.
local function dark(t, fields)
    t:begin "2026-12-08 18:00"
    t:person("wang.qiang"):answers "1m"
    t:trigger { plan = "blackout", kind = "blackout", title = "东山变失压", fields = fields }
end

test("the alarm: the grid, key users, crossings, lifts", function(t)
    dark(t)
    t:tells [[
        measure crossings to 公安局, due 18:15
        measure isolate to 供电公司, due 18:15
        measure lifts to 消防救援支队, due 18:30
        measure own_power to 供电公司, due 18:15
        report initial 1 due, by 19:00
        call 王强
    ]]
    t:advance "2m"
    t:tells [[ [0:01] 王强 answers ]]
end)

test("nobody answers: it climbs, and begins again", function(t)
    t:begin "2026-12-08 18:00"
    t:trigger { plan = "blackout", title = "东山变失压" }
    t:advance "25m"
    t:tells [[
        [0:09] 赵磊 (带班领导, duty:duty-room) no answer; call 蒋涛 (停电应急指挥长
        [0:14] 蒋涛 (停电应急指挥长, post:power-commander) no answer; call 罗敏 (停电应急指挥长 B角
        [0:19] 罗敏 (停电应急指挥长 B角, post:power-commander) no answer; call 孟波 (应急总指挥
        [0:24] log: nobody has answered yet: 东山变失压
        [0:24] call 王强
    ]]
    t:person("li.ming"):answers "1m"
    t:advance "10m"
    t:tells [[ 李明 answers ]]
end)

test("a second report is the same blackout: the city has one grid", function(t)
    dark(t)
    t:trigger { plan = "blackout", kind = "blackout", title = "城西停电", fields = { lost_pct = 30 } }
    t:tells [[
        joined
        propose IV to 蒋涛
    ]]
end)

test("less than four hours left: a generator, or it is known above", function(t)
    dark(t)
    t:never "waterworks runs out"
    t:update { ["hospital-1"] = { backup_h = 6 }, waterworks = { backup_h = 3 } }
    t:tells [[ measure generator to 供电公司, due 20:00 ]]
    t:item("generator", "done", { by = "shi.lei" })
    t:update { ["hospital-1"] = { backup_h = 3.5 } }
    t:tells [[ measure generator to 供电公司 ]]
    t:crash "engine"
    t:advance "2h"
    t:tells [[ [2:00] escalated: hospital-1 runs out, and no generator is there ]]
end)

test("an hour without a time for the light, and it is asked for; a new time goes to the public", function(t)
    dark(t)
    t:advance "61m"
    t:tells [[ [1:00] notify 供电公司 by desk: 东山变失压：一小时未更新预计恢复时间，请报 ]]
    t:update { restore_at = "2026-12-08T23:00:00+08:00" }
    t:tells [[ notify 宣传部 by desk: 东山变失压：预计恢复时间有更新，请公布 ]]
    t:crash "planner"
    t:advance "1h"
    t:tells [[ notify 供电公司 by desk: 东山变失压：一小时未更新 ]]
end)

test("level by level: load, telecom, heat in the frost", function(t)
    dark(t, { lost_pct = 25, users_off_pct = 20 })
    t:tells [[ propose IV to 蒋涛 ]]
    t:order { action = "activate", level = "IV", by = "jiang.tao", reason = "减供25%" }
    t:update { telecom_pct = 40 }
    t:tells [[ propose III to 蒋涛 ]]
    t:order { action = "raise", level = "III", by = "luo.min", reason = "通信不足50%" }
    t:update { heat_off_h = 5, temp_c = -9 }
    t:tells [[ propose II to 孟波 ]]
    t:advance "6m"
    t:tells [[ awaiting order: propose II to 罗敏 ]]
    t:expect { level = "III", proposal = { level = "II", state = "awaiting_order" } }
    t:order { action = "raise", level = "II", by = "meng.bo", reason = "停热" }
    t:tells [[ measure shelters to 民政局 ]]
    t:order { action = "lower", level = "III", by = "meng.bo", reason = "供热恢复" }
    t:expect { level = "III", item = { shelters = "issued" } }
end)

test("the end: eighty per cent, ninety in key areas, for an hour", function(t)
    dark(t, { lost_pct = 25, users_off_pct = 20 })
    t:order { action = "activate", level = "IV", by = "jiang.tao", reason = "减供25%" }
    t:update { restored_pct = 85, key_restored_pct = 95 } :keeps "2h"
    t:confirm("trunk", "shi.lei")
    t:confirm("others", "jiang.tao")
    t:advance "61m"
    t:tells [[ [1:00] propose terminate to 蒋涛 ]]
    t:order { action = "terminate", by = "jiang.tao", reason = "恢复供电", despite = "先期措施由各单位补登" }
    t:tells [[
        measure assess to 发展改革委
        measure cause to 供电公司
    ]]
end)

test("each level at its mark, and not below it", function(t)
    t:begin "2026-06-01 08:00"
    for _, mark in ipairs {
        { { lost_pct = 19 } },
        { { lost_pct = 20 }, "IV" },
        { { lost_pct = 40 }, "III" },
        { { lost_pct = 60 }, "II" },
        { { users_off_pct = 29 } },
        { { users_off_pct = 30 }, "IV" },
        { { users_off_pct = 50 }, "III" },
        { { users_off_pct = 70 }, "II" },
        { { telecom_pct = 50 } },
        { { telecom_pct = 49 }, "III" },
        { { heat_off_h = 5, temp_c = -5 } },
        { { heat_off_h = 4, temp_c = -9 } },
        { { heat_off_h = 5, temp_c = -6 }, "II" },
        { { grid_pct = 29 } },
        { { grid_pct = 30 }, "I" },
    } do
        t:trigger { plan = "blackout", title = "停电", fields = mark[1] }
        t:expect { proposal = mark[2] and { level = mark[2] } or false }
    end
end)
