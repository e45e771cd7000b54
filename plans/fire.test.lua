-- The nights of a fire: who takes the command, what two hours without control bring, and its cold end.
local function alarm(t, fields)
    t:trigger { plan = "fire", title = "南街商场起火", place = { address = "南街12号" }, fields = fields }
end

local function begin(t, fields)
    t:begin "2026-09-12 14:00"
    t:person("he.jun"):answers "1m"
    alarm(t, fields)
end

test("the alarm: each unit has its minutes, before any order", function(t)
    begin(t)
    t:tells [[
        measure attack to 消防救援支队, due 14:15
        measure cordon to 公安局, due 14:15
        measure gas to 住建局, due 14:15
        measure medical to 卫健委, due 14:20
        measure power_off to 供电公司, due 14:15
        measure pressure to 水务局, due 14:15
        measure roll_call to 消防救援支队, due 14:10
        report initial 1 due, by 15:00
        call 何军 (火场总指挥, post:fire-commander)
    ]]
    t:advance "2m"
    t:tells [[ [0:01] 何军 takes the role "command" ]]
end)

test("nobody answers: it climbs to the city, and begins again", function(t)
    t:begin "2026-09-12 14:00"
    alarm(t)
    t:advance "19m"
    t:tells [[
        [0:00] call 何军
        [0:03] 何军 (火场总指挥, post:fire-commander) no answer; call 罗敏 (火场总指挥 B角
        [0:06] 罗敏 (火场总指挥 B角, post:fire-commander) no answer; call 王强 (主班
        [0:09] 王强 (主班, duty:duty-room) no answer; call 李明 (副班
        [0:12] 李明 (副班, duty:duty-room) no answer; call 赵磊 (带班领导
        [0:15] 赵磊 (带班领导, duty:duty-room) no answer; call 孟波 (应急总指挥
        [0:18] log: nobody commands yet: 南街商场起火
        [0:18] call 何军
    ]]
    t:person("wang.qiang"):declines "1m"
    t:person("li.ming"):answers "1m"
    t:crash "engine"
    t:advance "9m"
    t:tells [[
        [0:25] 王强 (主班, duty:duty-room) declines; call 李明
        [0:26] 李明 takes the role "command"
    ]]
end)

test("the tenth caller reports the same fire", function(t)
    begin(t)
    alarm(t, { trapped = 2 })
    t:tells [[ joined ]]
    t:expect { proposal = { level = "IV" } }
end)

test("level IV: a report each quarter of the first hour, then each half", function(t)
    begin(t, { key_place = true })
    t:never "update 8"
    t:advance "2m"
    t:order { action = "activate", level = "IV", by = "he.jun", reason = "商场" }
    t:tells [[
        propose IV to 何军
        measure neighbours to 公安局, due 14:32
        [0:02] report update 1 due
    ]]
    t:advance "2h"
    t:tells [[
        [0:17] report update 2 due
        [0:32] report update 3 due
        [0:47] report update 4 due
        [1:02] report update 5 due
        [1:32] report update 6 due
        [2:02] report update 7 due
    ]]
end)

test("two hours without control: level III is proposed", function(t)
    begin(t, { key_place = true })
    t:order { action = "activate", level = "IV", by = "he.jun", reason = "商场" }
    t:advance "1h"
    t:crash "planner"
    t:advance "1h"
    t:tells [[ [2:00] propose III to 何军: not under control for two hours ]]
    t:expect { level = "IV", proposal = { level = "III" } }
end)

test("two hours, and no level at all: III is to be activated", function(t)
    begin(t)
    t:advance "2h"
    t:tells [[ [2:00] propose III to 何军: not under control for two hours ]]
end)

test("under control in time: nothing is proposed", function(t)
    begin(t)
    t:never "propose"
    t:advance "1h"
    t:update { under_control = true }
    t:advance "2h"
end)

test("level III stands already: two hours propose nothing", function(t)
    begin(t, { trapped = 4 })
    t:never "not under control"
    t:tells [[ propose III to 何军 ]]
    t:order { action = "activate", level = "III", by = "he.jun", reason = "被困4人" }
    t:advance "3h"
end)

test("level II: the city takes over, on paper", function(t)
    t:begin "2026-09-12 14:00"
    t:person("he.jun"):answers "1m"
    t:person("meng.bo"):answers "4m"
    alarm(t, { trapped = 6, dead = 10 })
    t:tells [[ propose II to 孟波 ]]
    t:advance "2m"
    t:order { action = "activate", level = "II", by = "meng.bo", reason = "死亡10人" }
    t:advance "5m"
    t:tells [[
        order: activate II by 孟波
        measure inform to 宣传部, due 19:02
        measure press to 宣传部
        [0:06] 孟波 takes the role "command"
        [0:06] measure handover to 消防救援支队, due 14:21
    ]]
    t:item("handover", "done", { by = "he.jun" })
    t:expect { level = "II", item = { handover = "done" } }
end)

test("level II and nobody of the city comes: it is known above", function(t)
    begin(t, { dead = 10 })
    t:person("he.jun"):silent()
    t:order { action = "activate", level = "II", by = "meng.bo", reason = "死亡10人" }
    t:advance "31m"
    t:tells [[
        [0:10] 孟波 (应急总指挥, post:emergency-commander) no answer; call 罗敏 (应急副总指挥
        [0:20] 罗敏 (应急副总指挥, post:emergency-deputy) no answer; call 何军 (应急副总指挥 B角
        [0:30] escalated: 南街商场起火: nobody of the city takes over
    ]]
end)

test("the cold end, and the hazards that are found after it", function(t)
    begin(t, { key_place = true, trapped = 0, injured = 0 })
    t:order { action = "activate", level = "IV", by = "he.jun", reason = "商场" }
    t:update { hot_spots = 0 } :keeps "5h"
    t:confirm("searched", "he.jun")
    t:advance "3h"
    t:confirm("stands", "zheng.hao")
    t:crash "engine"
    t:advance "61m"
    t:tells [[ [4:00] propose terminate to 何军 ]]
    t:order { action = "terminate", by = "he.jun", reason = "火灭", despite = "先期措施由消防补登" }
    t:tells [[
        order: terminate by 何军
        measure cause to 消防救援支队
        measure revise to 消防救援支队
        report final 1 due
    ]]
    t:update { hazard = { id = "h1", what = "疏散楼梯堆货" } }
    t:tells [[ measure hazard to 消防救援支队 ]]
end)

test("each level at its mark, and not below it", function(t)
    t:begin "2026-06-01 08:00"
    for _, mark in ipairs {
        { { key_place = true }, "IV" },
        { { trapped = 2 }, "IV" },
        { { trapped = 3 }, "III" },
        { { injured = 1 }, "IV" },
        { { injured = 9 }, "IV" },
        { { injured = 10 }, "III" },
        { { injured = 49 }, "III" },
        { { injured = 50 }, "II" },
        { { injured = 99 }, "II" },
        { { injured = 100 }, "I" },
        { { dead = 2 } },
        { { dead = 3 }, "III" },
        { { dead = 9 }, "III" },
        { { dead = 10 }, "II" },
        { { dead = 29 }, "II" },
        { { dead = 30 }, "I" },
        { { collapse_sign = true }, "III" },
        { { chemicals = true }, "III" },
    } do
        t:trigger { plan = "fire", title = "起火", fields = mark[1] }
        t:expect { proposal = mark[2] and { level = mark[2] } or false }
    end
end)
