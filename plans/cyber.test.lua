-- The nights of an attack: triage and evidence, what each finding owes, and the quiet day at its end.
local function attacked(t, fields)
    t:begin "2026-04-22 03:00"
    t:person("tang.yu"):answers "2m"
    t:trigger { plan = "cyber", title = "办事大厅系统被加密", fields = fields }
end

test("the alarm: triage, and evidence before anything is rebuilt", function(t)
    attacked(t, { attack = true })
    t:never "no triage"
    t:tells [[
        measure evidence to 数据局, due 03:30
        measure triage to 数据局, due 03:15
        report initial 1 due, by 04:00
        propose IV to 潘琳
        call 唐宇 (运维主值, duty:it-oncall)
    ]]
    t:order { action = "activate", level = "IV", by = "pan.lin", reason = "确认攻击" }
    t:tells [[ measure rebuild to 数据局, once what must come before is done ]]
    t:item("evidence", "done", { by = "tang.yu", note = "校验值已登记" })
    t:item("isolate", "done", { by = "tang.yu" })
    t:tells [[ Rebuild ]]
    t:item("triage", "done", { by = "tang.yu" })
    t:advance "1h"
end)

test("nobody answers: on call, the commander, the duty room, and again", function(t)
    t:begin "2026-04-22 03:00"
    t:trigger { plan = "cyber", title = "办事大厅系统被加密" }
    t:advance "91m"
    t:tells [[
        [0:05] 唐宇 (运维主值, duty:it-oncall) no answer; call 宋佳
        [0:10] 宋佳 (运维备值, duty:it-oncall) no answer; call 潘琳
        [0:20] 潘琳 (网络安全应急指挥长, post:cyber-commander) no answer; call 卫东
        [0:30] 卫东 (网络安全应急指挥长 B角, post:cyber-commander) no answer; call 王强
        [0:45] 赵磊 (带班领导, duty:duty-room) no answer; call 唐宇
        [1:30] log: nobody has answered yet: 办事大厅系统被加密
        [1:30] call 唐宇
    ]]
    t:person("song.jia"):answers "1m"
    t:advance "10m"
    t:tells [[ 宋佳 answers ]]
end)

test("half an hour without triage: it is known above", function(t)
    attacked(t)
    t:advance "31m"
    t:tells [[ [0:30] escalated: 办事大厅系统被加密: no triage for half an hour ]]
end)

test("each finding brings what it owes, once", function(t)
    attacked(t, { critical = false, ransom = false, records = 0 })
    t:update { critical = true }
    t:tells [[ measure critical to 网信办, due 04:00 ]]
    t:update { ransom = true }
    t:tells [[
        propose III to 潘琳
        measure police to 网信办, due 05:00
    ]]
    t:crash "engine"
    t:update { records = 300000 }
    t:tells [[ measure persons to 数据局 ]]
    t:expect { item = { critical = "issued", police = "issued", persons = "issued" } }
end)

test("by the number of people: II is the city's to order", function(t)
    attacked(t, { records = 12000000 })
    t:tells [[ propose II to 孟波 ]]
    t:advance "6m"
    t:tells [[ awaiting order: propose II to 罗敏 ]]
    t:order { action = "activate", level = "II", by = "meng.bo", reason = "1200万人信息" }
    t:advance "1h"
    t:tells [[
        measure notice to 宣传部
        report update 1 due
        report update 2 due
    ]]
end)

test("the end: up and quiet for a day, signed; each flaw is an item with a date", function(t)
    attacked(t, { attack = true })
    t:order { action = "activate", level = "IV", by = "pan.lin", reason = "确认攻击" }
    t:update { service_up = true, indicator = false } :keeps "25h"
    t:confirm("signed", "pan.lin")
    t:advance "12h"
    t:crash "planner"
    t:advance "721m"
    t:tells [[ [24:00] propose terminate to 潘琳 ]]
    t:order { action = "terminate", by = "pan.lin", reason = "恢复", despite = "重建收尾" }
    t:tells [[ report final 1 due, by 05-23 03:01 ]]
    t:update { flaw = { id = "f1", what = "远程管理口未设多因子" } }
    t:tells [[ measure flaw to 数据局 ]]
end)

test("each level at its mark, and not below it", function(t)
    t:begin "2026-06-01 08:00"
    for _, mark in ipairs {
        { { attack = false } },
        { { attack = true }, "IV" },
        { { records = 999999 } },
        { { records = 1000000 }, "III" },
        { { records = 10000000 }, "II" },
        { { records = 100000000 }, "I" },
        { { down_h = 1.9 } },
        { { down_h = 2 }, "III" },
        { { down_h = 6 }, "II" },
        { { down_h = 24 }, "I" },
        { { affected = 99999 } },
        { { affected = 100000 }, "III" },
        { { affected = 1000000 }, "II" },
        { { affected = 10000000 }, "I" },
        { { second_system = true }, "III" },
        { { shown_publicly = true }, "III" },
        { { ransom = true }, "III" },
    } do
        t:trigger { plan = "cyber", title = "攻击", fields = mark[1] }
        t:expect { proposal = mark[2] and { level = mark[2] } or false }
    end
end)
