-- The evenings of a gathering: nobody is crushed, somebody comes and listens, and each demand has a date.
local function gathers(t, fields, labels)
    t:begin "2026-10-01 19:00"
    t:person("wang.qiang"):answers "1m"
    t:trigger { plan = "gathering", title = "人民广场聚集", place = { site = "人民广场" }, fields = fields, labels = labels }
end

test("the report: verify, exits, a doctor, and the head of the unit concerned", function(t)
    gathers(t, nil, { matter = "heating" })
    t:never "has not come"
    t:tells [[
        measure exits to 公安局, due 19:15
        measure medical to 卫健委, due 19:20
        measure verify to 信访局, due 19:15
        report initial 1 due, by 20:00
        measure unit_head to 住建局, due 20:00
    ]]
    t:item("unit_head", "arrive", { by = "zheng.hao" })
    t:advance "2h"
    t:tells [[ 王强 answers ]]
end)

test("whose matter it is, nobody knows: the petition office comes; after an hour it is known above", function(t)
    gathers(t)
    t:tells [[ measure unit_head to 信访局 ]]
    t:advance "61m"
    t:tells [[ [1:00] escalated: 人民广场聚集: the head of the unit concerned has not come ]]
end)

test("nobody answers: it climbs, and begins again", function(t)
    t:begin "2026-10-01 19:00"
    t:trigger { plan = "gathering", title = "人民广场聚集" }
    t:advance "20m"
    t:tells [[
        [0:09] 赵磊 (带班领导, duty:duty-room) no answer; call 范蓉 (市政府秘书长
        [0:14] 范蓉 (市政府秘书长, post:secretary-general) no answer; call 谢云
        [0:19] log: nobody has answered yet: 人民广场聚集
        [0:19] call 王强
    ]]
    t:person("fan.rong"):answers "1m"
    t:advance "15m"
    t:tells [[ 范蓉 answers ]]
end)

test("a full square: nobody else goes in, or it is known above", function(t)
    gathers(t, { people = 400, ["people-square"] = { inside = 7900 } })
    t:update { ["people-square"] = { inside = 8000 } }
    t:tells [[
        propose III to 范蓉
        measure hold_entry to 公安局, due 19:10
    ]]
    t:advance "16m"
    t:tells [[ [0:15] escalated: people-square is over its capacity, and people still go in ]]
end)

test("a full square is held: nothing is said above", function(t)
    gathers(t, { ["people-square"] = { inside = 8100 } })
    t:never "over its capacity"
    t:item("hold_entry", "done", { by = "fan.rong", note = "公安局电话报告" })
    t:crash "engine"
    t:advance "1h"
end)

test("each demand is an item with an owner and a date of sixty days at most", function(t)
    gathers(t, { people = 60 })
    t:update { demand = { id = "d1", what = "恢复供热", matter = "heating", days = 3 } }
    t:tells [[ measure answer to 住建局, due 10-04 19:00 ]]
    t:update { demand = { id = "d2", what = "公开账目", matter = "accounts", days = 90 } }
    t:tells [[ measure answer to 信访局, due 11-30 19:00 ]]
    t:update { demand = { id = "d3", what = "校车安全", matter = "schools" } }
    t:tells [[ measure answer to 教育局, due 11-30 19:00 ]]
    t:item("answer", "done", { by = "xie.yun", note = "书面答复已送达" })
end)

test("representatives are received: four hours say nothing", function(t)
    gathers(t, { people = 60 })
    t:never "nobody has received them"
    t:tells [[ propose IV to 范蓉 ]]
    t:order { action = "activate", level = "IV", by = "fan.rong", reason = "60人" }
    t:advance "90m"
    t:item("receive", "arrive", { by = "xie.yun" })
    t:crash "planner"
    t:advance "4h"
end)

test("four hours and nobody has sat down with them: it is known above", function(t)
    gathers(t, { people = 60 })
    t:order { action = "activate", level = "IV", by = "fan.rong", reason = "60人" }
    t:advance "241m"
    t:tells [[ [4:00] escalated: 人民广场聚集: nobody has received them for four hours ]]
end)

test("more come: raised; they go home: lowered, and over a day later", function(t)
    gathers(t, { people = 60, injured = 0, road_blocked = false, second_place = false, ["people-square"] = { inside = 60 } })
    t:order { action = "activate", level = "IV", by = "fan.rong", reason = "60人" }
    t:update { people = 1200 }
    t:tells [[ propose II to 范蓉 ]]
    t:order { action = "raise", level = "II", by = "fan.rong", reason = "1200人" }
    t:tells [[
        measure comfort to 民政局
        measure way_home to 交通运输局
    ]]
    t:update { people = 10, injured = 0, road_blocked = false, ["people-square"] = { inside = 10 } } :keeps "25h"
    t:advance "5h"
    t:tells [[ propose IV to 范蓉 ]]
    t:order { action = "lower", level = "IV", by = "fan.rong", reason = "群众散去" }
    t:confirm("heard", "xie.yun")
    t:advance "20h"
    t:tells [[ propose terminate to 范蓉 ]]
    t:order { action = "terminate", by = "fan.rong", reason = "秩序恢复", despite = "答复继续办理" }
    t:tells [[ measure reply_back to 信访局 ]]
end)

test("each level at its mark, and not below it", function(t)
    t:begin "2026-06-01 08:00"
    for _, mark in ipairs {
        { { people = 49 } },
        { { people = 50 }, "IV" },
        { { people = 299 }, "IV" },
        { { people = 300 }, "III" },
        { { people = 1000 }, "II" },
        { { people = 2999 }, "II" },
        { { people = 3000 }, "I" },
        { { ["people-square"] = { inside = 7999 } } },
        { { ["people-square"] = { inside = 8000 } }, "III" },
        { { road_blocked = true }, "III" },
        { { second_place = true }, "II" },
        { { injured = 1 }, "III" },
        { { injured = 10 }, "II" },
        { { injured = 30 }, "I" },
    } do
        t:trigger { plan = "gathering", title = "聚集", fields = mark[1] }
        t:expect { proposal = mark[2] and { level = mark[2] } or false }
    end
end)
